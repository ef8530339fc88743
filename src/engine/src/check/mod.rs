//! The publication linter: BPMN files against the standard and against good sense, all problems at once.
//!
//! It reads the raw XML and knows nothing of the engine; what the engine can't run is reported by its reader.

mod calls;
mod cycles;
mod events;
mod gateways;
mod index;
mod net;
mod others;
mod ours;
mod refs;
mod report;
mod rules;
mod schema;
mod sound;
#[cfg(test)]
mod tests;
mod tokens;
mod value;

pub use rules::{Rule, find, rules};

use crate::finding::{Finding, Severity};
use crate::xml;

/// The names of this installation; an empty list checks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Names allowed in `tk:service`.
    pub services: Vec<String>,
    /// Names allowed in `tk:role`.
    pub roles: Vec<String>,
}

/// Everything that is wrong with a parsed file, in the order of the file.
#[must_use]
pub fn lint(file: &str, doc: &roxmltree::Document<'_>) -> Vec<Finding> {
    lint_with(file, doc, &Known::default())
}

/// As [`lint`], and the names of services and roles too.
#[must_use]
pub fn lint_with(file: &str, doc: &roxmltree::Document<'_>, known: &Known) -> Vec<Finding> {
    let mut out = report::Report::new();
    let kinds = schema::check(doc, &mut out);
    if doc.root_element().has_tag_name((xml::BPMN, "definitions")) {
        let index = index::Index::of(doc, &kinds);
        refs::check(doc, &kinds, &index, &mut out);
        events::check(&index, &mut out);
        gateways::check(&index, &mut out);
        others::check(&index, &mut out);
        sound::check(&index, &mut out);
        calls::check(&index, &mut out);
        ours::check(&index, known, &mut out);
    }
    out.finish(file, doc.input_text())
}

/// What the linter and the reader say of the first file, each problem once, in its order; the others hold what it calls.
#[must_use]
pub fn problems(files: &[(&str, &[u8])], known: &Known) -> Vec<Finding> {
    let Some((name, bytes)) = files.first() else {
        return Vec::new();
    };
    let mut findings = lint_bytes(name, bytes, known);
    let read = match crate::read(files) {
        Ok(definitions) => definitions.findings,
        Err(findings) => findings,
    };
    for finding in read {
        let here = |known: &Finding| known.line == finding.line && known.column == finding.column;
        let told = |known: &Finding| {
            here(known)
                && (known.severity == Severity::Error
                    || (known.rule == finding.rule && known.message == finding.message))
        };
        let concerns = finding.file == *name || finding.severity == Severity::Error;
        if concerns && !findings.iter().any(told) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// Decodes, parses and lints a file.
#[must_use]
pub fn lint_bytes(file: &str, bytes: &[u8], known: &Known) -> Vec<Finding> {
    let text = match xml::decode(file, bytes) {
        Ok(text) => text,
        Err(finding) => return vec![finding],
    };
    match xml::parse(file, &text) {
        Ok(doc) => lint_with(file, &doc, known),
        Err(finding) => vec![finding],
    }
}
