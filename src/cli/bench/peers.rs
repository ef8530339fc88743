//! Other workflow engines, run on the same files in the same minute. Their scripts answer one JSON line to each.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

const SPIFFWORKFLOW: &str = include_str!("../../engine/peers/spiffworkflow.py");
const BPMN_ELEMENTS: &str = include_str!("../../engine/peers/bpmn_elements.mjs");

/// An engine that may be installed.
pub struct Peer {
    pub name: &'static str,
    command: Command,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    ended: bool,
    #[serde(default)]
    seconds: f64,
    error: Option<String>,
}

/// Those of the two that `tools/install-test-tools` has put into `tools`. Their scripts are written into `scratch`.
///
/// # Errors
/// When a script cannot be written.
pub fn installed(tools: &Path, scratch: &Path) -> anyhow::Result<Vec<Peer>> {
    let mut peers = Vec::new();
    let python = tools.join("venv/bin/python");
    if python.exists() && has_spiffworkflow(&python) {
        let script = scratch.join("spiffworkflow.py");
        std::fs::write(&script, SPIFFWORKFLOW)?;
        let mut command = Command::new(python);
        command.arg(script);
        peers.push(Peer {
            name: "SpiffWorkflow",
            command,
        });
    }
    let packages = tools.join("node/node_modules");
    if packages.join("bpmn-elements").exists() {
        let script = scratch.join("bpmn_elements.mjs");
        std::fs::write(&script, BPMN_ELEMENTS)?;
        let mut command = Command::new("node");
        command.arg(script).arg(packages.canonicalize()?);
        peers.push(Peer {
            name: "bpmn-elements",
            command,
        });
    }
    Ok(peers)
}

fn has_spiffworkflow(python: &Path) -> bool {
    let asked = Command::new(python)
        .args(["-c", "import SpiffWorkflow"])
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

impl Peer {
    /// Seconds for one instance of the file, on the average of `times`, after some that warm it up.
    ///
    /// # Errors
    /// When it cannot be started or does not run the file to its end.
    pub fn one_instance(&mut self, bpmn: &str, times: u32) -> anyhow::Result<f64> {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", self.name))?;
        let mut input = child.stdin.take().context("it has no standard input")?;
        let output = child.stdout.take().context("it has no standard output")?;
        for times in [times / 4, times] {
            writeln!(
                input,
                "{}",
                json!({"bpmn": bpmn, "process": "p", "variables": {"n": 7}, "times": times})
            )?;
        }
        drop(input);
        let last = BufReader::new(output)
            .lines()
            .last()
            .with_context(|| format!("{} says nothing", self.name))??;
        child.wait()?;
        let answer: Answer = serde_json::from_str(&last)?;
        if let Some(error) = answer.error {
            anyhow::bail!("{}: {error}", self.name);
        }
        anyhow::ensure!(answer.ended, "{} does not come to the end", self.name);
        Ok(answer.seconds / f64::from(times))
    }
}
