//! Random models beside two other engines, SpiffWorkflow and bpmn-elements: every element must complete as often, and the
//! instance end or not. Where they differ, [`DIFFERENCES`] says what the standard says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use trinhky_engine::simulate::Outcome;

use crate::free::{Free, Kind, free};
use crate::helper::{run, walks};

struct Peer {
    name: &'static str,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// How often every element completed, and whether the instance ended.
type Story = (BTreeMap<String, u32>, bool);

impl Peer {
    fn start(name: &'static str, program: &Path, arguments: &[PathBuf]) -> Option<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (input, output) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self {
            name,
            child,
            input,
            output,
        })
    }

    fn run(&mut self, bpmn: &str, n: u32) -> Result<Story, String> {
        let request = json!({"bpmn": bpmn, "process": "p", "variables": {"n": n}});
        writeln!(self.input, "{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        if let Some(error) = answer["error"].as_str() {
            return Err(error.to_owned());
        }
        let completed = answer["completed"].as_array().unwrap();
        Ok((
            counted(completed.iter().filter_map(Value::as_str)),
            answer["ended"].as_bool().unwrap(),
        ))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn counted<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for id in ids.filter(|id| id.starts_with(['n', 'e', 's'])) {
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

fn ours(bpmn: &str, n: u32) -> Story {
    let run = run(bpmn, json!({"variables": {"n": n}}));
    let completed = run.of("element_completed");
    (
        counted(completed.iter().map(String::as_str)),
        run.outcome == Outcome::Ended,
    )
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools")
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(name)
}

const KINDS: &[Kind] = &[
    Kind::Task,
    Kind::Task,
    Kind::Exclusive,
    Kind::Parallel,
    Kind::Inclusive,
];

/// Where a peer does something else than we do, and why we are right.
struct Difference {
    peer: &'static str,
    /// What the standard says.
    because: &'static str,
    /// Whether a difference found by chance is of this kind: the model, our story, and the peer's.
    covers: fn(&Free, &Story, &Result<Story, String>) -> bool,
    /// The smallest model known that shows it, and `n`: a peer that has come round takes its row away with it.
    shown_by: (&'static [Kind], &'static [(usize, usize)], u32),
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        peer: "SpiffWorkflow",
        because: "8.4.13: an activity may have several outgoing flows, each gets a token; SpiffWorkflow refuses to read them",
        covers: |_, _, theirs| matches!(theirs, Err(why) if why.contains("Multiple outgoing flows")),
        shown_by: (&[Kind::Task, Kind::Task, Kind::Task], &[(0, 1), (0, 2)], 0),
    },
    Difference {
        peer: "SpiffWorkflow",
        because: "13.4.1: a parallel join takes one token from each flow, and surplus tokens wait; SpiffWorkflow goes on with them",
        covers: |model, ours, _| !ours.1 && model.joins(Kind::Parallel),
        shown_by: (
            &[
                Kind::Parallel,
                Kind::Parallel,
                Kind::Exclusive,
                Kind::Task,
                Kind::Exclusive,
                Kind::Parallel,
            ],
            &[
                (0, 1),
                (0, 2),
                (1, 2),
                (0, 3),
                (2, 3),
                (0, 4),
                (1, 4),
                (3, 5),
                (4, 5),
            ],
            0,
        ),
    },
    Difference {
        peer: "SpiffWorkflow",
        because: "13.4.3 by the letter lets an inclusive join wait for a token that a parallel join will never release; ours goes on, so that it never sticks",
        covers: |model, ours, _| {
            !ours.1 && model.joins(Kind::Parallel) && model.joins(Kind::Inclusive)
        },
        shown_by: (
            &[
                Kind::Exclusive,
                Kind::Parallel,
                Kind::Parallel,
                Kind::Exclusive,
                Kind::Inclusive,
            ],
            &[(0, 1), (0, 2), (1, 2), (0, 3), (2, 3), (1, 4), (3, 4)],
            0,
        ),
    },
    Difference {
        peer: "bpmn-elements",
        because: "13.4.3: an inclusive join waits for tokens that can still come; bpmn-elements goes on with each token",
        covers: |model, _, _| model.joins(Kind::Inclusive),
        shown_by: (
            &[Kind::Parallel, Kind::Task, Kind::Inclusive],
            &[(0, 1), (0, 2), (1, 2)],
            0,
        ),
    },
    Difference {
        peer: "bpmn-elements",
        because: "13.4.1: a parallel join needs a token on every incoming flow; bpmn-elements goes on without those that cannot come any more",
        covers: |model, ours, _| !ours.1 && model.joins(Kind::Parallel),
        shown_by: (
            &[Kind::Exclusive, Kind::Task, Kind::Parallel],
            &[(0, 1), (0, 2), (1, 2)],
            0,
        ),
    },
    Difference {
        peer: "bpmn-elements",
        because: "13.5.6: an instance without tokens has completed; with a parallel join that waited, or was never come to, bpmn-elements goes on running",
        covers: |model, ours, theirs| {
            model.joins(Kind::Parallel)
                && matches!(theirs, Ok((completed, false)) if *completed == ours.0)
        },
        shown_by: (
            &[Kind::Task, Kind::Exclusive, Kind::Exclusive, Kind::Parallel],
            &[(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)],
            1,
        ),
    },
];

/// Both peers, or none with a sentence.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by the environment that every tool must be there"
)]
fn peers() -> Option<[Peer; 2]> {
    let tools = tools();
    let packages = tools.join("node/node_modules");
    let installed = tools.join("venv/lib").exists() && packages.join("bpmn-elements").exists();
    if !installed {
        let required = std::env::var("TRINHKY_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "the other engines are missing; run tools/install-test-tools"
        );
        eprintln!("left out: the other engines are not installed (tools/install-test-tools)");
        return None;
    }
    let packages = packages.canonicalize().unwrap();
    Some([
        Peer::start(
            "SpiffWorkflow",
            &tools.join("venv/bin/python"),
            &[script("spiffworkflow.py")],
        )
        .unwrap(),
        Peer::start(
            "bpmn-elements",
            Path::new("node"),
            &[script("bpmn_elements.mjs"), packages],
        )
        .unwrap(),
    ])
}

#[test]
fn other_engines_tell_the_same_story_but_where_the_standard_says_otherwise() {
    let Some(mut peers) = peers() else { return };
    let mut runner = TestRunner::deterministic();
    let mut same = BTreeMap::new();
    for _ in 0..walks(60) {
        let model = free(KINDS, false).new_tree(&mut runner).unwrap().current();
        let xml = model.xml();
        for n in 0..2 {
            let own = ours(&xml, n);
            for peer in &mut peers {
                let theirs = peer.run(&xml, n);
                if theirs.as_ref() == Ok(&own) {
                    *same.entry(peer.name).or_insert(0) += 1;
                    continue;
                }
                let covered = DIFFERENCES
                    .iter()
                    .any(|row| row.peer == peer.name && (row.covers)(&model, &own, &theirs));
                assert!(
                    covered,
                    "{} with n={n} on\n{xml}\nours   {own:?}\ntheirs {theirs:?}",
                    peer.name
                );
            }
        }
    }
    assert!(
        peers
            .iter()
            .all(|peer| same.get(peer.name).copied().unwrap_or(0) >= 30),
        "too few models say anything: {same:?}"
    );
}

#[test]
fn every_row_of_the_differences_is_still_one() {
    let Some(mut peers) = peers() else { return };
    for row in DIFFERENCES {
        let (nodes, flows, n) = row.shown_by;
        let model = Free::new(nodes, flows);
        let own = ours(&model.xml(), n);
        let peer = peers.iter_mut().find(|peer| peer.name == row.peer).unwrap();
        let theirs = peer.run(&model.xml(), n);
        assert!(
            theirs.as_ref() != Ok(&own) && (row.covers)(&model, &own, &theirs),
            "{}: no longer so: {}\nours   {own:?}\ntheirs {theirs:?}",
            row.peer,
            row.because
        );
    }
}
