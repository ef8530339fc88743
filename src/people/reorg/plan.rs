//! A plan as its file says it. templates/sample/cao-loc-2025.toml explains the format by the reform of 1 July 2025.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;

use super::Said;

/// What is to happen on a day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub title: String,
    /// The document that orders it.
    pub basis: String,
    pub effective_on: NaiveDate,
    #[serde(default)]
    pub create: Vec<NewUnit>,
    #[serde(default)]
    pub close: Vec<Closing>,
    #[serde(default)]
    pub rename: Vec<Rename>,
    #[serde(default)]
    pub head: Vec<Head>,
}

/// A unit or organisation that begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// Holds plan and installation together; never seen by people.
    pub key: String,
    /// The key of the organisation that it is a unit of; none for one that issues under its own name.
    pub organisation: Option<String>,
    pub name: String,
    pub short: String,
    pub header: Vec<String>,
    pub kind: String,
    #[serde(default)]
    pub place: String,
    #[serde(default)]
    pub code: String,
    /// A key, or the name of a body outside.
    #[serde(default)]
    pub superior: String,
    pub email: Option<String>,
    #[serde(default = "yes")]
    pub account: bool,
}

/// A unit that ends, with all units inside it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub unit: String,
    /// What it becomes; empty: it is dissolved.
    #[serde(default)]
    pub into: Vec<String>,
    /// Which unit does what was still to be done; needed unless it becomes exactly one.
    pub duties: Option<String>,
}

/// A unit that goes on under another name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    pub unit: String,
    pub name: String,
    pub short: String,
    pub header: Vec<String>,
    pub place: Option<String>,
    pub code: Option<String>,
    pub superior: Option<String>,
}

/// Who leads a unit to which several leaders come.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub unit: String,
    /// The address by which the person signs in.
    pub person: String,
}

fn yes() -> bool {
    true
}

impl Closing {
    /// Who does what was still to be done, as far as the plan says it.
    #[must_use]
    pub fn heir(&self) -> Option<&str> {
        match (&self.duties, self.into.as_slice()) {
            (Some(duties), _) => Some(duties),
            (None, [one]) => Some(one),
            (None, _) => None,
        }
    }

    /// The units that follow it: those that it becomes, and the one that does its duties.
    #[must_use]
    pub fn followers(&self) -> BTreeSet<&str> {
        self.into
            .iter()
            .map(String::as_str)
            .chain(self.heir())
            .collect()
    }
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// The place in the file that cannot be read.
    pub fn read(text: &str) -> Result<Self, Said> {
        toml::from_str(text).map_err(|error| {
            let error = error.to_string();
            let error = error.trim_end();
            Said::new(
                format!("Không đọc được phương án: {error}"),
                format!("The plan cannot be read: {error}"),
            )
        })
    }

    /// What contradicts itself, whatever the installation holds.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Said> {
        let mut found = Vec::new();
        if self.create.is_empty() && self.close.is_empty() && self.rename.is_empty() {
            found.push(Said::new(
                "Phương án không đổi gì.",
                "The plan changes nothing.",
            ));
        }
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        let named = (self.create.iter().map(|unit| unit.key.as_str()))
            .chain(self.close.iter().map(|closing| closing.unit.as_str()))
            .chain(self.rename.iter().map(|rename| rename.unit.as_str()));
        for key in named {
            *times.entry(key).or_default() += 1;
        }
        for (key, _) in times.iter().filter(|(_, times)| **times > 1) {
            found.push(Said::new(
                format!("“{key}” được thành lập, kết thúc hoặc đổi tên nhiều lần."),
                format!("“{key}” is made, ended or renamed more than once."),
            ));
        }
        let ending: BTreeSet<&str> = self
            .close
            .iter()
            .map(|closing| closing.unit.as_str())
            .collect();
        for closing in &self.close {
            let unit = &closing.unit;
            for follower in closing.followers() {
                if follower == unit {
                    found.push(Said::new(
                        format!("“{unit}” không thể nhập vào chính nó."),
                        format!("“{unit}” cannot merge into itself."),
                    ));
                } else if ending.contains(follower) {
                    found.push(Said::new(
                        format!("“{unit}” chuyển vào “{follower}”, mà “{follower}” cũng kết thúc."),
                        format!("“{unit}” becomes “{follower}”, which ends as well."),
                    ));
                }
            }
            if closing.into.len() > 1 && closing.duties.is_none() {
                found.push(Said::new(
                    format!(
                        "“{unit}” chia thành nhiều đơn vị: chọn đơn vị làm tiếp việc dở (duties)."
                    ),
                    format!(
                        "“{unit}” is split: choose who does what was still to be done (duties)."
                    ),
                ));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;

    const HEAD: &str = "title = \"t\"\nbasis = \"b\"\neffective_on = \"2025-07-01\"\n";

    fn said(rest: &str) -> Vec<String> {
        let plan = Plan::read(&format!("{HEAD}{rest}")).expect("a plan");
        plan.contradictions()
            .into_iter()
            .map(|said| said.en)
            .collect()
    }

    #[test]
    fn a_plan_that_contradicts_itself_is_told_all_of_it() {
        assert_eq!(said(""), ["The plan changes nothing."]);
        assert_eq!(
            said("close = [{ unit = \"a\", into = [\"a\"] }]"),
            ["“a” cannot merge into itself."]
        );
        assert_eq!(
            said("close = [{ unit = \"a\", into = [\"b\"] }, { unit = \"b\" }, { unit = \"b\" }]"),
            [
                "“b” is made, ended or renamed more than once.",
                "“a” becomes “b”, which ends as well."
            ]
        );
        let split = said("close = [{ unit = \"a\", into = [\"b\", \"c\"] }]");
        assert!(split[0].contains("duties"), "{split:?}");
        assert!(
            said("close = [{ unit = \"a\", into = [\"b\", \"c\"], duties = \"c\" }]").is_empty()
        );
    }

    #[test]
    fn a_misspelt_word_is_named_with_its_place() {
        let error = Plan::read(&format!("{HEAD}[[clos]]\nunit = \"a\"\n")).expect_err("a slip");
        assert!(error.en.contains("clos"), "{}", error.en);
    }
}
