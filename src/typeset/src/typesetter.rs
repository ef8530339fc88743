//! From a draft to the finished PDF.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::Serialize;
use trinhky_drafting::{DocType, Draft};
use typst::diag::{SourceDiagnostic, Warned};
use typst::ecow::EcoVec;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::anchors::{self, Anchor, Place};
use crate::book::Book;
use crate::briefing::Briefing;
use crate::case::CaseSheet;
use crate::copy::{self, CopyBlock};
use crate::rules::RuleSet;
use crate::view;
use crate::words;
use crate::world::{Request, Shared};

/// After so many further documents without use, what the compiler remembers of one is dropped, so
/// that memory stays flat while templates and fonts remain warm.
const CACHE_AGE: usize = 4;

/// Typesets documents. Templates, fonts and library are loaded once; share it by reference.
pub struct Typesetter {
    shared: Shared,
}

/// What a document's look depends on besides its draft.
pub struct Options<'a> {
    /// The creation date that the PDF states.
    pub now: DateTime<Utc>,
    /// The measures of the page, see [`RuleSet::at`].
    pub rules: &'a RuleSet,
    /// Report the open places of number and date, so that fields can be put there before the first
    /// signature. An unknown number or day is left open on the page in either case.
    pub places: bool,
    /// A line at the foot of every page, e.g. `In từ Hệ thống`; it is not part of the document.
    pub mark: Option<String>,
    /// The draft was signed and is typeset anew: the place of the signature says so, and no field is put there.
    pub signed_note: bool,
}

/// A file that a document holds inside.
pub struct Attachment {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// A typeset document.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// A tagged PDF/A-2a file.
    pub pdf: Vec<u8>,
    /// How many pages it has, annexes included.
    pub pages: usize,
    /// Where fields and images go.
    pub anchors: BTreeMap<Anchor, Place>,
}

/// Why a document could not be typeset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypesetError {
    /// The text has characters that the fonts lack, so it cannot be archived (PDF/A).
    #[error("the document's font has no sign for: {}", list(.characters))]
    MissingCharacters {
        /// Each character once, in code point order.
        characters: Vec<char>,
    },
    /// A template or rule set is wrong; the text is not to blame.
    #[error("the document template failed: {message}")]
    Template {
        /// What the compiler said.
        message: String,
    },
    /// The PDF could not be written to the archive standard.
    #[error("the PDF could not be written: {message}")]
    Pdf {
        /// What the exporter said.
        message: String,
    },
}

impl Typesetter {
    /// Loads templates and fonts.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Shared::load(),
        }
    }

    /// Typesets one document with its annexes. The same draft and options give the same bytes.
    ///
    /// # Errors
    /// [`TypesetError::MissingCharacters`] for text that the font cannot show; the others are faults
    /// of the templates.
    pub fn document(&self, draft: &Draft, options: &Options) -> Result<Rendered, TypesetError> {
        let view = view::of(draft, options.mark.as_deref(), options.signed_note);
        let (pdf, document) = self.typeset(
            template(draft.doc_type),
            &view,
            Vec::new(),
            options.rules,
            options.now,
        )?;
        let mut anchors = anchors::of(&document);
        if !options.places {
            anchors.retain(|anchor, _| !anchor.is_open_place());
        }
        Ok(Rendered {
            pdf,
            pages: document.pages().len(),
            anchors,
        })
    }

    /// Typesets a register with its cover, as a tagged PDF/A-2a file.
    ///
    /// # Errors
    /// As [`Self::document`]. Characters that the font lacks are shown by their code points: a register is printed whatever
    /// was once entered.
    pub fn book(
        &self,
        book: &Book,
        rules: &RuleSet,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TypesetError> {
        let mut book = book.clone();
        for cell in book.rows.iter_mut().flatten() {
            *cell = self.shared.spelled(&words::clean(cell));
        }
        self.typeset("register.typ", &book, Vec::new(), rules, now)
            .map(|(pdf, _)| pdf)
    }

    /// Typesets cover and contents list of a case file.
    ///
    /// # Errors
    /// As [`Self::document`].
    pub fn case_sheet(
        &self,
        sheet: &CaseSheet,
        rules: &RuleSet,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TypesetError> {
        self.typeset("case.typ", sheet, Vec::new(), rules, now)
            .map(|(pdf, _)| pdf)
    }

    /// Typesets the block of a certified copy alone, at the top of a page without margins at its head and foot; the anchor
    /// [`Anchor::End`] says how far down it reaches.
    ///
    /// # Errors
    /// As [`Self::document`].
    pub fn copy_block(
        &self,
        block: &CopyBlock,
        rules: &RuleSet,
        now: DateTime<Utc>,
    ) -> Result<Rendered, TypesetError> {
        let view = copy::of(block);
        let (pdf, document) = self.typeset("copy.typ", &view, Vec::new(), rules, now)?;
        Ok(Rendered {
            pdf,
            pages: document.pages().len(),
            anchors: anchors::of(&document),
        })
    }

    /// Typesets a proof pack: what its page shows, and the files that it holds inside.
    ///
    /// # Errors
    /// As [`Self::document`].
    pub fn proof(
        &self,
        shown: &impl Serialize,
        attachments: Vec<Attachment>,
        rules: &RuleSet,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TypesetError> {
        self.typeset("proof.typ", shown, attachments, rules, now)
            .map(|(pdf, _)| pdf)
    }

    /// Typesets a briefing. The same words give the same bytes.
    ///
    /// # Errors
    /// As [`Self::document`].
    pub fn briefing(
        &self,
        briefing: &Briefing,
        options: &Options,
    ) -> Result<Rendered, TypesetError> {
        let (pdf, document) = self.typeset(
            "briefing.typ",
            briefing,
            Vec::new(),
            options.rules,
            options.now,
        )?;
        Ok(Rendered {
            pdf,
            pages: document.pages().len(),
            anchors: BTreeMap::new(),
        })
    }

    /// The data on the template's pages.
    fn typeset(
        &self,
        template: &str,
        data: &impl Serialize,
        attachments: Vec<Attachment>,
        rules: &RuleSet,
        now: DateTime<Utc>,
    ) -> Result<(Vec<u8>, PagedDocument), TypesetError> {
        let data = serde_json::to_vec(data).map_err(|error| TypesetError::Template {
            message: error.to_string(),
        })?;
        let characters = self.shared.missing_characters(&data);
        if !characters.is_empty() {
            return Err(TypesetError::MissingCharacters { characters });
        }
        // PDF/A-2 holds no files of other kinds.
        let standard = if attachments.is_empty() {
            PdfStandard::A_2a
        } else {
            PdfStandard::A_3a
        };
        let mut files = vec![("data.json", data), ("rules.json", rules.json().to_vec())];
        files.extend(attachments.into_iter().map(|one| (one.name, one.bytes)));
        let request = Request::new(&self.shared, template, files);
        let outcome = request.map_or_else(
            || {
                Err(TypesetError::Template {
                    message: "the template is missing".into(),
                })
            },
            |request| render(&request, standard, now),
        );
        typst::comemo::evict(CACHE_AGE);
        outcome
    }
}

impl Default for Typesetter {
    fn default() -> Self {
        Self::new()
    }
}

/// The form of Annex III.II that a type is printed on.
fn template(doc_type: DocType) -> &'static str {
    match doc_type {
        DocType::QD => "decision.typ",
        DocType::TTR | DocType::BC | DocType::KH | DocType::TB => "named.typ",
        DocType::CV => "letter.typ",
        DocType::GM => "invitation.typ",
        DocType::BB => "minutes.typ",
    }
}

fn render(
    request: &Request,
    standard: PdfStandard,
    now: DateTime<Utc>,
) -> Result<(Vec<u8>, PagedDocument), TypesetError> {
    let Warned { output, .. } = typst::compile::<PagedDocument>(request);
    let document = output.map_err(|errors| TypesetError::Template {
        message: said(&errors),
    })?;
    let pdf = typst_pdf::pdf(&document, &pdf_options(standard, now)?).map_err(|errors| {
        TypesetError::Pdf {
            message: said(&errors),
        }
    })?;
    Ok((pdf, document))
}

fn pdf_options(standard: PdfStandard, now: DateTime<Utc>) -> Result<PdfOptions, TypesetError> {
    let standards = PdfStandards::new(&[standard]).map_err(|error| TypesetError::Pdf {
        message: error.message().to_string(),
    })?;
    Ok(PdfOptions {
        creator: Smart::Custom(Some("Trình Ký".into())),
        timestamp: timestamp(now),
        standards,
        ..PdfOptions::default()
    })
}

fn timestamp(now: DateTime<Utc>) -> Option<Timestamp> {
    let part = |value: u32| u8::try_from(value).ok();
    Datetime::from_ymd_hms(
        now.year(),
        part(now.month())?,
        part(now.day())?,
        part(now.hour())?,
        part(now.minute())?,
        part(now.second())?,
    )
    .map(Timestamp::new_utc)
}

fn said(errors: &EcoVec<SourceDiagnostic>) -> String {
    errors
        .iter()
        .map(|error| error.message.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

fn list(characters: &[char]) -> String {
    let one = |c: &char| format!("{c} (U+{:04X})", u32::from(*c));
    characters.iter().map(one).collect::<Vec<_>>().join(", ")
}
