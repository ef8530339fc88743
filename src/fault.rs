//! What can go wrong in an act, as data: a refusal is a sentence for a person, the rest is for the log.

mod passing;

use sea_orm::DbErr;

pub use passing::passes;

/// Why an act did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The rules say no; the sentence says what to do.
    #[error("{}", .0.en)]
    Refused(Refusal),
    /// It does not exist, or the reader may not know that it does.
    #[error("not found")]
    NotFound,
    /// The database cannot be reached or has no place: it passes. What was asked may stand or not.
    #[error("database, for the moment: {0}")]
    Unavailable(DbErr),
    #[error("database: {0}")]
    Db(DbErr),
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

/// A refusal in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// The form field it is about, if one.
    pub field: Option<String>,
    pub vi: String,
    pub en: String,
}

/// The kinds of refusal that pages answer differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The person has no right to this act (403).
    Forbidden,
    /// Somebody else acted meanwhile; the fresh page is shown (409).
    Stale,
    /// What was entered is not acceptable (422).
    Invalid,
    /// Too many tries (429).
    TooMany,
}

impl Fault {
    /// What was entered is not acceptable.
    pub fn invalid(field: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Invalid, Some(field), vi, en)
    }

    /// The person has no right to this act.
    pub fn forbidden(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Forbidden, None, vi, en)
    }

    /// Somebody else acted meanwhile.
    pub fn stale(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Stale, None, vi, en)
    }

    /// A refusal of any kind.
    pub fn refused(
        kind: RefusalKind,
        field: Option<&str>,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Refused(Refusal {
            kind,
            field: field.map(str::to_owned),
            vi: vi.into(),
            en: en.into(),
        })
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        if passes(&error) {
            Self::Unavailable(error)
        } else {
            Self::Db(error)
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// The result of an act.
pub type Outcome<T> = Result<T, Fault>;
