//! The rules of the linter: one table, from which the findings and the documentation page come.

mod flow;
mod reference;
mod schema;
mod sound;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::finding::Severity;

/// One rule with everything that people read about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable name in kebab-case.
    pub id: &'static str,
    pub severity: Severity,
    pub title: &'static str,
    /// Why it matters and what to do.
    pub explanation: &'static str,
    /// Where BPMN 2.0.2 (OMG formal/2013-12-09) says it; "ours" where it is our own.
    pub standard: &'static str,
    /// The sentence of a finding; `{0}`… are filled in.
    pub message: &'static str,
    /// The same sentence in Vietnamese.
    pub message_vi: &'static str,
}

/// Every rule, in the order of the documentation: schema, references, structure, soundness.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<HashMap<&'static str, &'static Rule>> =
        LazyLock::new(|| RULES.iter().map(|rule| (rule.id, rule)).collect());
    BY_ID.get(id).copied()
}

static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| [schema::RULES, reference::RULES, flow::RULES, sound::RULES].concat());
