//! What a check says about a BPMN file: one problem with its place, in both languages.

use serde::Serialize;

/// How serious a finding is. Only errors keep a file from being published or simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The standard forbids it, or the engine cannot run it.
    Error,
    /// It may get stuck, loop without a wait, or surprise.
    Warning,
    /// Worth knowing.
    Info,
}

/// One problem found in a file. Serialises as `workflow check --format json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub file: String,
    /// Line of the start tag, from 1.
    pub line: u32,
    /// Column of the start tag in characters, from 1.
    pub column: u32,
    /// The id of the element, or its tag name where it has none; empty for the file as a whole.
    pub element: String,
    pub severity: Severity,
    /// Stable identifier in kebab-case; documented by the list of rules.
    pub rule: String,
    pub message: String,
    pub message_vi: String,
}
