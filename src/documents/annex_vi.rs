//! Annex VI of Decree 30/2020: what an electronic document system must do for an office to keep no paper (Art. 19.2b), and
//! where this program stands, from one table that a test holds against the tests it names.

use std::sync::LazyLock;

use serde::Deserialize;

const TABLE: &str = include_str!("../../templates/law/annex-vi.toml");

/// Where the program stands with a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A test shows it.
    Met,
    /// Some of it; the note says what is missing.
    Part,
    /// It is not there.
    No,
    /// No test can show it: the office answers for it.
    Office,
}

/// A requirement of the annex's first part.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `III.1đ`
    pub point: String,
    pub words: String,
    pub state: State,
    /// The file and the name of the test.
    #[serde(default)]
    pub proof: String,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Deserialize)]
struct Table {
    row: Vec<Row>,
}

/// Every requirement, in the annex's order.
#[must_use]
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        toml::from_str::<Table>(TABLE)
            .map(|table| table.row)
            .unwrap_or_default()
    });
    &ROWS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The points of the annex: its groups with the last letter or number of each.
    fn points() -> BTreeSet<String> {
        let letters = "abcdđeghiklmno";
        let mut points = BTreeSet::new();
        for (group, last) in [
            ("III.1", 'o'),
            ("III.2", 'c'),
            ("III.3", 'c'),
            ("III.4", 'g'),
            ("III.5", 'g'),
            ("III.6", 'l'),
            ("III.7", 'đ'),
            ("III.8", 'c'),
            ("IV.1", 'g'),
        ] {
            for letter in letters.chars() {
                points.insert(format!("{group}{letter}"));
                if letter == last {
                    break;
                }
            }
        }
        for (group, numbers) in [("I", 1..=5), ("II", 1..=8), ("IV", 2..=3), ("V", 1..=6)] {
            points.extend(numbers.map(|n| format!("{group}.{n}")));
        }
        points
    }

    #[test]
    fn every_point_of_the_annex_is_answered_once() {
        let answered: Vec<&str> = rows().iter().map(|row| row.point.as_str()).collect();
        let once: BTreeSet<String> = answered.iter().map(|point| (*point).to_owned()).collect();
        assert_eq!(once.len(), answered.len(), "a point is answered twice");
        assert_eq!(once, points());
    }

    #[test]
    fn what_is_met_names_a_test_that_is_there_and_the_rest_says_what_is_missing() {
        for row in rows() {
            match row.state {
                State::Met => assert!(!row.proof.is_empty(), "{} names no test", row.point),
                State::Part => assert!(!row.note.is_empty(), "{} says nothing", row.point),
                State::No | State::Office => {
                    assert!(row.proof.is_empty(), "{} names a test", row.point);
                }
            }
            let (file, name) = row.proof.split_once("::").unwrap_or((&row.proof, ""));
            if file.is_empty() {
                continue;
            }
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {file}: {error}", row.point));
            assert!(
                text.contains(&format!("fn {name}")),
                "{}: {}",
                row.point,
                row.proof
            );
        }
    }
}
