//! Collects findings; turns offsets into lines only at the end.

use std::collections::HashMap;

use super::rules::{self, Rule};
use crate::finding::Finding;
use crate::xml::Lines;

/// The most findings of one rule; a file with more has one cause.
const MAX_PER_RULE: usize = 1_000;

pub struct Report<'a> {
    found: Vec<Found<'a>>,
    counts: HashMap<&'static str, usize>,
}

struct Found<'a> {
    rule: &'static Rule,
    node: roxmltree::Node<'a, 'a>,
    message: String,
    message_vi: String,
}

impl<'a> Report<'a> {
    pub fn new() -> Self {
        Self {
            found: Vec::new(),
            counts: HashMap::new(),
        }
    }

    /// Adds what the rule says about the node; `{0}`, `{1}`… in its sentences become the words.
    pub fn add(&mut self, rule: &str, node: roxmltree::Node<'a, 'a>, words: &[&str]) {
        let Some(rule) = rules::find(rule) else {
            debug_assert!(false, "the rule {rule} is not in the table");
            return;
        };
        let count = self.counts.entry(rule.id).or_default();
        *count += 1;
        if *count > MAX_PER_RULE {
            return;
        }
        let message = fill(rule.message, words);
        let message_vi = fill(rule.message_vi, words);
        self.found.push(Found {
            rule,
            node,
            message,
            message_vi,
        });
    }

    /// The findings in the order of the file.
    pub fn finish(mut self, file: &str, text: &str) -> Vec<Finding> {
        self.found.sort_by_key(|found| found.node.range().start);
        let lines = Lines::of(text);
        let made = self.found.into_iter().map(|found| {
            let (line, column) = lines.place(found.node.range().start);
            Finding {
                file: file.to_owned(),
                line,
                column,
                element: found
                    .node
                    .attribute("id")
                    .unwrap_or_else(|| found.node.tag_name().name())
                    .to_owned(),
                severity: found.rule.severity,
                rule: found.rule.id.to_owned(),
                message: found.message,
                message_vi: found.message_vi,
            }
        });
        made.collect()
    }
}

fn fill(sentence: &str, words: &[&str]) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        let index: usize = rest[open + 1..open + close].parse().unwrap_or(usize::MAX);
        out.push_str(&clip(words.get(index).copied().unwrap_or("?")));
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// At most 120 characters of what a file says, so that a finding stays a sentence.
fn clip(word: &str) -> String {
    match word.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}
