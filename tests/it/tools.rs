//! Outside tools of the tests: found, or left out with a sentence, or (in the full run) missed with a failure.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a missing tool fails the run.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by the environment that every tool must be there"
)]
fn required() -> bool {
    std::env::var("TRINHKY_REQUIRE_TOOLS").is_ok_and(|value| value == "1")
}

/// Says that a test is left out, or fails where nothing may be left out.
pub fn missing(tool: &str) {
    assert!(
        !required(),
        "{tool} is missing; run tools/install-test-tools"
    );
    eprintln!("left out: {tool} is not installed (tools/install-test-tools)");
}

/// A helper process that prints READY and lives until it is dropped.
pub struct Helper {
    child: Child,
    stdin: Option<ChildStdin>,
    /// What stands after READY.
    pub answer: String,
}

impl Helper {
    /// Starts a script under `tests/tools`; none when it cannot start.
    pub fn start(program: &Path, arguments: &[&str]) -> Option<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .ok()?;
        let stdin = child.stdin.take()?;
        let stdout = child.stdout.take()?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).ok()?;
        let answer = line.trim().strip_prefix("READY ")?.to_owned();
        Some(Self {
            child,
            stdin: Some(stdin),
            answer,
        })
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It cleans up and ends when its standard input closes.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// A throwaway PostgreSQL, or none with a sentence.
pub fn postgres() -> Option<Helper> {
    let started = Helper::start(&root().join("tests/tools/pg_throwaway.sh"), &[]);
    if started.is_none() {
        missing("PostgreSQL");
    }
    started
}

/// The private Python with the tests' packages, or none with a sentence.
pub fn python() -> Option<PathBuf> {
    let python = root().join(".tools/venv/bin/python");
    if python.exists() {
        return Some(python);
    }
    missing("the Python environment in .tools");
    None
}

/// A command of the private Python's packages, or none with a sentence.
pub fn in_venv(name: &str) -> Option<PathBuf> {
    let command = root().join(".tools/venv/bin").join(name);
    if command.exists() {
        return Some(command);
    }
    missing(name);
    None
}
