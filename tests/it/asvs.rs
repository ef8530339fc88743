//! The security table: docs/asvs.tsv is what was judged, docs/asvs.md what it comes to. A row that says it is met names the
//! test that shows it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::tools;

/// The states in the order of the page, with what each means.
const STATES: [(&str, &str); 4] = [
    ("met", "met, shown by the test that is named"),
    (
        "code",
        "met by the code, without an automatic check of its own",
    ),
    ("open", "open, with the reason"),
    ("none", "does not apply, with the reason"),
];

struct Row {
    id: String,
    level: String,
    state: String,
    why: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(tools::root().join("docs/asvs.tsv")).expect("docs/asvs.tsv");
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [id, level, state, why] = cells.as_slice() else {
                panic!("`{line}` has not four cells");
            };
            Row {
                id: (*id).to_owned(),
                level: (*level).to_owned(),
                state: (*state).to_owned(),
                why: (*why).to_owned(),
            }
        })
        .collect()
}

/// The page of the documentation.
fn page(rows: &[Row]) -> String {
    let mut text = "# Security: OWASP ASVS 5.0.0, level 2\n\nEvery requirement of levels 1 and 2 by its number; its words stand in the \
        [standard](https://github.com/OWASP/ASVS). Judged in [asvs.tsv](asvs.tsv), from which a test makes this page \
        (`TRINHKY_WRITE_DOCS=1 cargo test --test it asvs`).\n\n| State | Rows |\n| --- | --- |\n"
        .to_owned();
    for (state, meaning) in STATES {
        let count = rows.iter().filter(|row| row.state == state).count();
        let _ = writeln!(text, "| {meaning} | {count} |");
    }
    text.push_str("\n| Row | Level | State | By which test, or why |\n| --- | --- | --- | --- |\n");
    for row in rows {
        let why = if row.state == "met" {
            format!("`{}`", row.why)
        } else {
            row.why.clone()
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {why} |",
            row.id, row.level, row.state
        );
    }
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever changes the table says by the environment that the page is written anew"
)]
fn writes() -> bool {
    std::env::var("TRINHKY_WRITE_DOCS").is_ok_and(|value| value == "1")
}

#[test]
fn the_table_of_security_is_what_was_judged() {
    let (path, made) = (tools::root().join("docs/asvs.md"), page(&rows()));
    if writes() {
        fs::write(&path, &made).expect("written");
    }
    let written = fs::read_to_string(path).expect("docs/asvs.md");
    assert!(
        written == made,
        "run: TRINHKY_WRITE_DOCS=1 cargo test --test it asvs"
    );
}

#[test]
fn every_row_that_is_met_names_a_test_and_every_other_a_reason() {
    let mut tests = BTreeMap::new();
    for folder in ["src", "tests"] {
        collect(&tools::root().join(folder), &mut tests);
    }
    let mut ids = BTreeMap::new();
    for row in rows() {
        assert!(
            STATES.iter().any(|(state, _)| *state == row.state),
            "{}: `{}` is no state",
            row.id,
            row.state
        );
        assert!(!row.why.trim().is_empty(), "{} gives no reason", row.id);
        assert!(
            row.state != "met" || tests.contains_key(&row.why),
            "{} names `{}`, which is no test",
            row.id,
            row.why
        );
        assert!(ids.insert(row.id.clone(), ()).is_none(), "{} twice", row.id);
    }
    assert_eq!(ids.len(), 253, "the rows of levels 1 and 2");
}

/// The names of all test functions below a folder.
fn collect(folder: &Path, into: &mut BTreeMap<String, ()>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            for after in text
                .split("#[test]")
                .chain(text.split("#[tokio::test"))
                .skip(1)
            {
                let name = after
                    .split_once("fn ")
                    .and_then(|(_, rest)| rest.split(['(', '<']).next());
                into.extend(name.map(|name| (name.to_owned(), ())));
            }
        }
    }
}
