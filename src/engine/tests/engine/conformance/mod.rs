//! One case or more for every row that runs (`docs/bpmn.md`): the whole trace, in the order that follows from the
//! standard's text.
//!
//! A trace is written `+a` entered, `-a` completed, `×a` cancelled (an item after a colon), `n=1` a variable set, other
//! events by their name; lines of other processes than `p` carry theirs.

mod activities;
mod data;
mod events;
mod gateways;
mod rounds;
mod starts;
mod throws;

use std::collections::BTreeSet;

use serde_json::Value;
use trinhky_engine::support::{ROWS, Support, page};

use crate::helper::{file, flows, run_with};

/// A small file, what happens to it, and what must be told of it.
pub struct Case {
    row: &'static str,
    /// Elements beside the process.
    roots: String,
    /// Elements of the process, without flows.
    nodes: String,
    flows: &'static str,
    /// Associations from compensation events to their handlers.
    handlers: String,
    scenario: Value,
    processes: &'static [&'static str],
    told: &'static str,
}

impl Case {
    fn new(row: &'static str, nodes: &str, flows: &'static str, told: &'static str) -> Self {
        Self {
            row,
            roots: String::new(),
            nodes: nodes.to_owned(),
            flows,
            handlers: String::new(),
            scenario: Value::Object(serde_json::Map::new()),
            processes: &[],
            told,
        }
    }

    fn roots(mut self, roots: &str) -> Self {
        roots.clone_into(&mut self.roots);
        self
    }

    /// Handlers of compensation events, written `event handler`.
    fn undone_by(mut self, pairs: &[&str]) -> Self {
        for pair in pairs {
            let (event, handler) = pair.split_once(' ').unwrap();
            self.handlers += &format!(
                r#"<association id="{event}_{handler}" sourceRef="{event}" targetRef="{handler}"/>"#
            );
        }
        self
    }

    fn with(mut self, scenario: Value) -> Self {
        self.scenario = scenario;
        self
    }

    fn starting(mut self, processes: &'static [&'static str]) -> Self {
        self.processes = processes;
        self
    }
}

fn cases() -> Vec<Case> {
    [
        activities::cases(),
        rounds::cases(),
        gateways::cases(),
        starts::cases(),
        events::cases(),
        throws::cases(),
        data::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_case_is_told_as_the_standard_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        let body = format!("{}{}{}", case.nodes, flows(case.flows), case.handlers);
        let text = file(&case.roots, &body);
        let run = run_with(&text, case.scenario.clone(), case.processes);
        let told = told(&run.lines);
        if told != case.told {
            wrong.push(format!(
                "{}\n  must  {}\n  is    {told}",
                case.row, case.told
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_that_runs_has_its_case() {
    let shown: BTreeSet<&str> = cases().iter().map(|case| case.row).collect();
    let runs: BTreeSet<&str> = ROWS
        .iter()
        .filter(|row| row.support == Support::Runs)
        .map(|row| row.id)
        .collect();
    assert_eq!(shown, runs);
}

/// `TRINHKY_WRITE_DOCS=1` writes the page.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test asks whether it shall write the page"
)]
fn the_page_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/bpmn.md");
    if std::env::var_os("TRINHKY_WRITE_DOCS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == page(),
        "docs/bpmn.md is old: run TRINHKY_WRITE_DOCS=1 cargo test -p trinhky-engine the_page_is"
    );
}

fn told(lines: &[Value]) -> String {
    let mut words = Vec::new();
    for line in lines {
        let text = |key: &str| line[key].as_str().unwrap_or_default();
        let item = match &line["item"] {
            Value::Null => String::new(),
            item => format!(":{}", item.to_string().trim_matches('"')),
        };
        let element = format!("{}{item}", text("element"));
        let word = match text("event") {
            "instance_started" => "started".to_owned(),
            "instance_completed" => "completed".to_owned(),
            "instance_terminated" => "terminated".to_owned(),
            "script_run" => continue,
            "stuck" => "stuck".to_owned(),
            "element_entered" => format!("+{element}"),
            "element_completed" => format!("-{element}"),
            "element_cancelled" => format!("×{element}"),
            "variable_set" => format!(
                "{}={}",
                line["data"]["name"].as_str().unwrap(),
                line["data"]["value"]
            ),
            other => format!("{other}:{element}"),
        };
        let process = text("process");
        words.push(if process == "p" {
            word
        } else {
            format!("{process}/{word}")
        });
    }
    words.join(" ")
}
