//! Small processes in, short traces out.

use serde_json::Value;
use trinhky_engine::simulate::{Options, Outcome, Scenario, simulate};
use trinhky_engine::{Definitions, read};

/// A file around `body`, which is the content of an executable process `p`; `roots` are elements beside it.
pub fn file(roots: &str, body: &str) -> String {
    format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tk="https://trinhky.vn/bpmn/1.0"
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="urn:test">{roots}
            <process id="p" isExecutable="true">{body}</process></definitions>"#
    )
}

pub fn definitions(text: &str) -> Definitions {
    read(&[("test.bpmn", text.as_bytes())]).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// Sequence flows written `a > b`, separated by spaces or line ends; ids are `a_b`.
pub fn flows(list: &str) -> String {
    list.split([';', '\n'])
        .map(str::trim)
        .filter(|flow| !flow.is_empty())
        .map(|flow| {
            let (ends, condition) = flow.split_once('?').unwrap_or((flow, ""));
            let (source, target) = ends.split_once('>').unwrap();
            let (source, target, condition) = (source.trim(), target.trim(), condition.trim().replace('&', "&amp;").replace('<', "&lt;"));
            let inner = if condition.is_empty() { String::new() } else { format!("<conditionExpression>{condition}</conditionExpression>") };
            format!(r#"<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>"#)
        })
        .collect()
}

pub struct Run {
    pub lines: Vec<Value>,
    pub outcome: Outcome,
}

pub fn run(text: &str, scenario: Value) -> Run {
    run_with(text, scenario, &[])
}

pub fn run_with(text: &str, scenario: Value, processes: &[&str]) -> Run {
    let defs = definitions(text);
    let options = Options {
        scenario: Scenario::parse(&scenario.to_string()).unwrap(),
        processes: processes.iter().map(|id| (*id).to_owned()).collect(),
        ..Options::default()
    };
    let mut out = Vec::new();
    let outcome = simulate(&defs, &options, &mut out).unwrap();
    let lines = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    Run { lines, outcome }
}

impl Run {
    /// The elements of one kind of event, in order, with the item after a colon.
    pub fn of(&self, event: &str) -> Vec<String> {
        self.lines
            .iter()
            .filter(|line| line["event"] == event)
            .map(element)
            .collect()
    }

    pub fn completed(&self) -> String {
        self.of("element_completed").join(" ")
    }

    pub fn cancelled(&self) -> String {
        self.of("element_cancelled").join(" ")
    }

    pub fn count(&self, event: &str) -> usize {
        self.of(event).len()
    }

    /// Seconds after the start at which an event happened to an element, each time.
    pub fn seconds(&self, event: &str, id: &str) -> Vec<i64> {
        let start: chrono::DateTime<chrono::Utc> = "2023-01-01T00:00:00Z".parse().unwrap();
        self.lines
            .iter()
            .filter(|line| line["event"] == event && line["element"] == id)
            .map(|line| {
                (line["at"]
                    .as_str()
                    .unwrap()
                    .parse::<chrono::DateTime<chrono::Utc>>()
                    .unwrap()
                    - start)
                    .num_seconds()
            })
            .collect()
    }

    /// The last value that a variable was set to.
    pub fn variable(&self, name: &str) -> Value {
        let set = self
            .lines
            .iter()
            .rev()
            .find(|line| line["event"] == "variable_set" && line["data"]["name"] == name);
        set.map_or(Value::Null, |line| line["data"]["value"].clone())
    }

    /// Whether `first` of an event comes before `second`.
    pub fn before(&self, first: (&str, &str), second: (&str, &str)) -> bool {
        let at = |(event, id): (&str, &str)| {
            self.lines
                .iter()
                .position(|line| line["event"] == event && line["element"] == id)
        };
        matches!((at(first), at(second)), (Some(first), Some(second)) if first < second)
    }
}

fn element(line: &Value) -> String {
    let id = line["element"].as_str().unwrap_or("-");
    match &line["item"] {
        Value::Null => id.to_owned(),
        Value::String(item) => format!("{id}:{item}"),
        item => format!("{id}:{item}"),
    }
}

/// How many random models a test walks: this many, or for a night `TRINHKY_WALKS`.
#[expect(
    clippy::disallowed_methods,
    reason = "the length of a run is asked for by the environment"
)]
pub fn walks(usual: u32) -> u32 {
    let asked = std::env::var("TRINHKY_WALKS").ok();
    asked
        .and_then(|walks| walks.parse().ok())
        .map_or(usual, |walks: u32| walks.max(usual))
}
