//! The block of a certified copy on paper (Decree 30/2020, Annex I, part on copies, and form 3.1).

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::words::{self, clean};

/// The form of a copy (Art. 25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyForm {
    /// Sao y: the whole of an original.
    True,
    /// Sao lục: the whole of a true copy.
    Again,
    /// Trích sao: a part of an original.
    Extract,
}

impl CopyForm {
    /// As the block prints it.
    #[must_use]
    pub fn printed(self) -> &'static str {
        match self {
            Self::True => "SAO Y",
            Self::Again => "SAO LỤC",
            Self::Extract => "TRÍCH SAO",
        }
    }

    /// The abbreviation that begins the copy's symbol (Annex III.I).
    #[must_use]
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::True => "SY",
            Self::Again => "SL",
            Self::Extract => "TrS",
        }
    }
}

/// What the block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyBlock {
    pub form: CopyForm,
    /// The copying agency in capitals, one entry per printed line.
    pub agency: Vec<String>,
    pub number: u32,
    /// `SY-UBND`.
    pub symbol: String,
    pub place: String,
    pub copied_on: NaiveDate,
    /// The capital lines over the signature of who certifies.
    pub title_lines: Vec<String>,
    pub signer: String,
    /// The lines of "Nơi nhận", the archive line last, without dash and punctuation.
    pub recipients: Vec<String>,
}

/// What the template reads; names as in a document's view, whose parts draw it.
#[derive(Debug, Serialize)]
pub struct View {
    title: String,
    author: String,
    form: &'static str,
    superior: Option<String>,
    issuer: Vec<String>,
    number: Option<String>,
    symbol: String,
    place: String,
    day: Option<String>,
    month: Option<String>,
    year: Option<String>,
    title_lines: Vec<String>,
    signer: String,
    signed_note: bool,
    distribution: Vec<String>,
}

pub fn of(block: &CopyBlock) -> View {
    let all = |list: &[String]| list.iter().map(|text| clean(text)).collect::<Vec<_>>();
    let number = words::number(block.number);
    View {
        title: format!("{} {number}/{}", block.form.printed(), block.symbol),
        author: block.agency.join(" "),
        form: block.form.printed(),
        // Form 3.1 names the copying agency alone.
        superior: None,
        issuer: all(&block.agency),
        number: Some(number),
        symbol: clean(&block.symbol),
        place: clean(&block.place),
        day: Some(words::day(block.copied_on)),
        month: Some(words::month(block.copied_on.month())),
        year: Some(block.copied_on.year().to_string()),
        title_lines: all(&block.title_lines),
        signer: clean(&block.signer),
        signed_note: false,
        distribution: all(&block.recipients),
    }
}
