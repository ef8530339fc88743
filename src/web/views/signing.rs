//! Keys, and the verification of signatures.

use askama::Template;

use super::shared::{Choice, Mark};
use crate::web::{Form, Link, Page};

/// The keys of an organisation.
#[derive(Debug, Template)]
#[template(path = "signing/keys.html")]
pub struct Keys {
    pub page: Page,
    pub rows: Vec<KeyRow>,
    /// Fields `file`, `password`, `holder`, `from`, `until`.
    pub file: Form,
    /// Fields `file`, `holder`, `from`, `until`.
    pub workstation: Form,
    pub holders: Vec<Choice>,
    /// Keys that somebody else keeps: tokens, a signing service.
    pub sources: Vec<KeySource>,
    pub limit: String,
}

/// Where keys are that do not come as a file.
#[derive(Debug, Clone)]
pub struct KeySource {
    /// `token` or `remote`; the field of the choice, and part of the ids of its section.
    pub id: &'static str,
    pub title: String,
    /// Why there is nothing to choose, or not all.
    pub notes: Vec<String>,
    /// Where its keys are looked for only when this is followed.
    pub ask: Option<Link>,
    /// Fields by `id`, `holder`, `from`, `until`.
    pub form: Form,
    pub legend: String,
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, Default)]
pub struct KeyRow {
    pub holder: String,
    pub kind: String,
    /// The name in the certificate.
    pub subject: String,
    pub issuer: String,
    /// `01/01/2023 – 31/12/2027`.
    pub valid: String,
    /// In which days it is used here; empty for trial keys.
    pub term: String,
    pub mark: Mark,
    pub stop: Option<Form>,
}

/// Verification of a file, or of what a print says.
#[derive(Debug, Template)]
#[template(path = "signing/verification.html")]
pub struct Verification {
    pub page: Page,
    /// Field `file`.
    pub file: Form,
    /// Fields `number`, `date`.
    pub print: Form,
    pub limit: String,
    pub verdict: Option<Verdict>,
    pub print_found: Option<PrintFound>,
}

/// The answer about a file.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    pub mark: Mark,
    pub sentence: String,
    pub file_name: String,
    pub sha256: String,
    /// What concerns the file and no one signature.
    pub problems: Vec<String>,
    pub signatures: Vec<VerifiedSignature>,
}

/// The answer about one signature.
#[derive(Debug, Clone, Default)]
pub struct VerifiedSignature {
    pub title: String,
    pub mark: Mark,
    pub sentence: String,
    pub facts: Vec<(String, String)>,
    /// What was added after it.
    pub added: Vec<String>,
    pub problems: Vec<String>,
    pub notes: Vec<String>,
}

/// What the installation knows of a printed document.
#[derive(Debug, Clone, Default)]
pub struct PrintFound {
    pub mark: Mark,
    pub sentence: String,
    pub facts: Vec<(String, String)>,
}
