//! The versioned measures of the page, as data beside the templates.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::world::Embedded;

/// One version of the layout rules, in force from a day on until the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    head: Head,
    json: Vec<u8>,
}

impl RuleSet {
    /// The rules in force on a day, by the document's date; none before the first known decree.
    #[must_use]
    pub fn at(day: NaiveDate) -> Option<&'static Self> {
        Self::all()
            .iter()
            .rev()
            .find(|rules| rules.effective_from() <= day)
    }

    /// Every known version, the oldest first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<RuleSet>> = LazyLock::new(load);
        &ALL
    }

    /// A short name, e.g. `nd30-2020`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.head.id
    }

    /// The first day on which documents follow it.
    #[must_use]
    pub fn effective_from(&self) -> NaiveDate {
        self.head.effective_from
    }

    /// The legal text it comes from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.head.source
    }

    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }
}

/// What the program itself reads of a rule file; the templates read the rest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Head {
    id: String,
    effective_from: NaiveDate,
    source: String,
}

fn load() -> Vec<RuleSet> {
    let mut all: Vec<RuleSet> = Embedded::iter()
        .filter(|path| path.starts_with("rules/"))
        .filter_map(|path| Embedded::get(&path))
        .filter_map(|file| parse(&file.data))
        .collect();
    all.sort_by_key(RuleSet::effective_from);
    all
}

fn parse(bytes: &[u8]) -> Option<RuleSet> {
    let value: toml::Value = toml::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    let json = serde_json::to_vec(&value).ok()?;
    let head = serde_json::from_slice(&json).ok()?;
    Some(RuleSet { head, json })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_file_is_readable() {
        let files = Embedded::iter()
            .filter(|path| path.starts_with("rules/"))
            .count();
        assert!(files > 0);
        assert_eq!(RuleSet::all().len(), files);
    }

    #[test]
    fn rules_hold_from_their_first_day_on() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(RuleSet::at(day(2020, 3, 4)), None);
        assert_eq!(RuleSet::at(day(2020, 3, 5)).unwrap().id(), "nd30-2020");
        assert_eq!(RuleSet::at(day(2023, 3, 24)).unwrap().id(), "nd30-2020");
    }
}
