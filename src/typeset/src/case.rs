//! The first pages of an exported case file: what it is, and what lies in it (Decree 30/2020, Annex V, form of the contents
//! list of a file).

use serde::Serialize;

/// What the template of a case file reads.
#[derive(Debug, Clone, Serialize)]
pub struct CaseSheet {
    /// The superior agency in capitals; empty where there is none.
    pub superior: String,
    /// The agency or unit that keeps the file, in capitals, one entry per printed line.
    pub agency: Vec<String>,
    /// `01.VP`
    pub code: String,
    pub year: i32,
    pub title: String,
    /// What is said of the file: name and value.
    pub facts: Vec<(String, String)>,
    pub documents: Vec<CaseDocument>,
    /// The line at the foot of every page that says where it was printed.
    pub mark: String,
}

/// A document of the file, as the contents list names it.
#[derive(Debug, Clone, Serialize)]
pub struct CaseDocument {
    pub number: String,
    pub date: String,
    pub subject: String,
    pub author: String,
    /// How many pages it has; on which it begins the template knows.
    pub pages: usize,
    pub note: String,
}
