//! Documents: drafts and their versions, opinions, checks, approval, registers and numbers, issue.

pub mod after;
pub mod annex_vi;
pub mod attach;
pub mod bases;
pub mod begin;
pub mod books;
pub mod copies;
pub mod decide;
pub mod draft;
pub mod find;
pub mod issue;
pub mod listing;
pub mod measures;
pub mod numbers;
pub mod pages;
pub mod proposal;
pub mod recipients;
pub mod rehearse;
pub mod restored;
pub mod review;
pub mod rows;
pub mod searches;
pub mod signers;
pub mod steer;
pub mod suggest;
pub mod words;
pub mod workstation;

use chrono::NaiveDate;
use trinhky_drafting::{DocType, Draft};
use uuid::Uuid;

/// The states of a document, in the order of its life; the word is the same in the table, the page and the log.
pub mod state {
    /// Being written or reviewed.
    pub const DRAFT: &str = "draft";
    /// Approved by the Chairman, bound to its content's hash.
    pub const APPROVED: &str = "approved";
    /// Signed by the competent person.
    pub const SIGNED: &str = "signed";
    /// Numbered, waiting for the seal.
    pub const NUMBERED: &str = "numbered";
    /// Sealed, waiting to be issued.
    pub const SEALED: &str = "sealed";
    /// Issued to its recipients.
    pub const ISSUED: &str = "issued";
    /// Its year is closed.
    pub const CLOSED: &str = "closed";
    /// Recalled by its issuer: frozen here, gone at its recipients.
    pub const RECALLED: &str = "recalled";
    /// Ended before it was issued, with a reason; frozen.
    pub const DROPPED: &str = "dropped";
}

/// A document with its present draft.
#[derive(Debug, Clone)]
pub struct Document {
    pub row: rows::document::Model,
    pub draft: Draft,
    pub doc_type: DocType,
}

impl Document {
    /// How the document is named in sentences: `Quyết định số 05/QĐ-UBND`, or by its subject while it has no number.
    #[must_use]
    pub fn title(&self) -> String {
        title(
            self.doc_type,
            self.row.number,
            &self.row.symbol,
            &self.row.subject,
        )
    }

    /// The draft with the number and the day that the clerk gave.
    #[must_use]
    pub fn numbered_draft(&self) -> Draft {
        let mut draft = self.draft.clone();
        draft.number = self
            .row
            .number
            .and_then(|number| u32::try_from(number).ok());
        draft.issued_on = self.row.issued_on;
        draft
    }

    /// Whether it is a proposal that carries another document to the Chairman: its steps belong to that one's workflow.
    #[must_use]
    pub fn is_carried(&self) -> bool {
        self.row.carried_by.is_some()
    }

    /// Who keeps the register of its numbers: the drafting unit of its own proposals, else the organisation.
    #[must_use]
    pub fn register_owner(&self) -> Uuid {
        if self.is_carried() {
            self.row.owner_id
        } else {
            self.row.org_id
        }
    }

    /// Refuses an act on another content than the one that its actor had before him: opinions, checks, approvals and
    /// signatures are bound to what was read (WF-06).
    ///
    /// # Errors
    /// A refusal that sends to the newest version.
    pub fn same_content(&self, seen_hash: &str) -> crate::fault::Outcome<()> {
        if self.row.content_hash == seen_hash {
            return Ok(());
        }
        Err(crate::fault::Fault::stale(
            "Nội dung đã thay đổi sau khi trang này mở. Xem lại bản mới nhất rồi quyết định.",
            "The content has changed since this page was opened. Look at the newest version, then decide.",
        ))
    }

    /// The instance that carries the document's life.
    ///
    /// # Errors
    /// A refusal where the document has none of its own.
    pub fn instance(&self) -> crate::fault::Outcome<Uuid> {
        self.row.instance_id.ok_or(crate::fault::Fault::NotFound)
    }
}

/// How a document is named in sentences.
#[must_use]
pub fn title(doc_type: DocType, number: Option<i32>, symbol: &str, subject: &str) -> String {
    match number {
        Some(number) => format!("{} số {number:02}/{symbol}", doc_type.name_in_text()),
        None => format!(
            "dự thảo {} {}",
            doc_type.name_in_text(),
            lower_first(subject)
        ),
    }
}

/// As [`title`], of a row.
///
/// # Errors
/// When the type's code is none of ours.
pub fn title_of(row: &rows::document::Model) -> crate::fault::Outcome<String> {
    Ok(title(
        doc_type(&row.doc_type)?,
        row.number,
        &row.symbol,
        &row.subject,
    ))
}

/// The type behind its stored code.
///
/// # Errors
/// When the code is none of ours.
pub fn doc_type(code: &str) -> crate::fault::Outcome<DocType> {
    Ok(serde_json::from_value(serde_json::Value::String(
        code.to_owned(),
    ))?)
}

/// What a register is called by its code: the type of its documents, or copies.
///
/// # Errors
/// When the code is none of ours.
pub fn register_name(code: &str) -> crate::fault::Outcome<&'static str> {
    if code == copies::REGISTER {
        return Ok("Bản sao");
    }
    doc_type(code).map(DocType::name_in_text)
}

/// The stored code of a type, e.g. `QD`.
#[must_use]
pub fn type_code(doc_type: DocType) -> String {
    format!("{doc_type:?}")
}

/// Text for searching without accents: NFD, marks struck, đ as d, lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let combining = |c: &char| !('\u{300}'..='\u{36f}').contains(c);
    text.to_lowercase()
        .nfd()
        .filter(combining)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// The year in which a draft is expected to be issued.
#[must_use]
pub fn expected_year(draft: &Draft, today: NaiveDate) -> i32 {
    use chrono::Datelike as _;
    draft
        .expected_month
        .map_or_else(|| today.year(), |month| month.year)
}

/// A subject inside a sentence.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
