//! pdfsig and pyHanko as judges that know nothing of us. A missing tool skips with a sentence;
//! `TRINHKY_REQUIRE_TOOLS=1` makes it a failure.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::paper;

/// Where `tools/install-test-tools` puts Python programs, from this crate's folder.
const PYTHON_TOOLS: &str = "../../.tools/venv/bin";

/// What a judge printed, and whether it was content; `None` where it is not installed.
pub struct Answer {
    pub text: String,
    pub success: bool,
}

pub fn find(tool: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(PYTHON_TOOLS)
        .join(tool);
    let path = variable("PATH");
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(tool));
    let found = std::iter::once(own)
        .chain(on_path)
        .find(|path| path.is_file());
    if found.is_none() {
        assert!(
            variable("TRINHKY_REQUIRE_TOOLS") != "1",
            "{tool} is not installed"
        );
        eprintln!("skipped: {tool} is not installed (tools/install-test-tools installs it)");
    }
    found
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test may ask where the tools of this machine are"
)]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn run(command: &mut Command) -> Answer {
    let output = command.output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Answer {
        text,
        success: output.status.success(),
    }
}

/// What pyHanko says about every signature of a file, at a moment inside all validities.
pub fn pyhanko(pdf: &[u8], root: &[u8]) -> Option<Answer> {
    let tool = find("pyhanko")?;
    let folder = tempfile::tempdir().unwrap();
    let (file, trust) = (
        folder.path().join("file.pdf"),
        folder.path().join("root.crt"),
    );
    std::fs::write(&file, pdf).unwrap();
    std::fs::write(&trust, root).unwrap();
    let mut command = Command::new(tool);
    command
        .args([
            "sign",
            "validate",
            "--pretty-print",
            "--trust-replace",
            "--trust",
        ])
        .arg(&trust);
    Some(run(command
        .args(["--validation-time", "2023-04-01T00:00:00+00:00"])
        .arg(&file)))
}

pub fn pdfsig(pdf: &[u8]) -> Option<Answer> {
    let tool = find("pdfsig")?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.pdf");
    std::fs::write(&file, pdf).unwrap();
    Some(run(Command::new(tool).args(["-nocert"]).arg(&file)))
}

#[test]
fn pdfsig_calls_both_signatures_valid() {
    let office = paper::office();
    let Some(answer) = pdfsig(&paper::sealed(&office)) else {
        return;
    };
    let valid = answer.text.matches("Signature is Valid.").count();
    assert_eq!(valid, 2, "{}", answer.text);
    assert_eq!(
        answer.text.matches("ETSI.CAdES.detached").count(),
        2,
        "{}",
        answer.text
    );
}

#[test]
fn pyhanko_calls_both_signatures_valid() {
    let office = paper::office();
    let Some(answer) = pyhanko(&paper::sealed(&office), office.authority.certificate()) else {
        return;
    };
    assert!(answer.success, "{}", answer.text);
    assert_eq!(
        answer
            .text
            .matches("The signature is judged VALID.")
            .count(),
        2,
        "{}",
        answer.text
    );
}
