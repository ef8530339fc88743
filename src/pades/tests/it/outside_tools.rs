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
    pyhanko_at(pdf, root, "2023-04-01T00:00:00+00:00")
}

/// The same at another moment.
pub fn pyhanko_at(pdf: &[u8], root: &[u8], moment: &str) -> Option<Answer> {
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
    Some(run(command.args(["--validation-time", moment]).arg(&file)))
}

/// One line for each file: `good`, or `bad` and why. Asking for each by itself would spend most of the
/// time on starting the program.
pub fn pyhanko_on_many(pdfs: &[&[u8]], root: &[u8]) -> Option<Vec<String>> {
    let python = find("pyhanko")?.with_file_name("python3");
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("root.crt");
    std::fs::write(&trust, root).unwrap();
    let mut command = Command::new(python);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/judge.py"))
        .arg(&trust);
    for (index, pdf) in pdfs.iter().enumerate() {
        let file = folder.path().join(format!("{index}.pdf"));
        std::fs::write(&file, pdf).unwrap();
        command.arg(file);
    }
    let answer = run(&mut command);
    assert!(answer.success, "{}", answer.text);
    Some(answer.text.lines().map(str::to_owned).collect())
}

pub fn pdfsig(pdf: &[u8]) -> Option<Answer> {
    let tool = find("pdfsig")?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.pdf");
    std::fs::write(&file, pdf).unwrap();
    Some(run(Command::new(tool).args(["-nocert"]).arg(&file)))
}

/// What pyHanko says by the rules of ETSI EN 319 102-1. The trial authority publishes no revocation
/// lists, so revocation is left out.
fn adesverify(pdf: &[u8], root: &[u8]) -> Option<Answer> {
    let without = ["adesverify", "--no-revocation-check"];
    judged(pdf, root, &without, "2023-04-01T00:00:00+00:00")
}

/// The same with revocation, which must be told by the file.
pub fn pyhanko_ades(pdf: &[u8], root: &[u8], moment: &str) -> Option<Answer> {
    judged(pdf, root, &["adesverify"], moment)
}

fn judged(pdf: &[u8], root: &[u8], how: &[&str], moment: &str) -> Option<Answer> {
    let tool = find("pyhanko")?;
    let folder = tempfile::tempdir().unwrap();
    let (file, trust) = (
        folder.path().join("file.pdf"),
        folder.path().join("root.crt"),
    );
    std::fs::write(&file, pdf).unwrap();
    std::fs::write(&trust, root).unwrap();
    let mut command = Command::new(tool);
    command.arg("sign").args(how).arg("--pretty-print");
    command.args(["--trust-replace", "--trust"]).arg(&trust);
    command.args(["--validation-time", moment]);
    Some(run(command.arg(&file)))
}

#[test]
fn pdfsig_calls_both_signatures_valid() {
    let office = paper::office();
    for sealed in [paper::sealed(&office), paper::sealed_decision(&office)] {
        let Some(answer) = pdfsig(&sealed) else {
            return;
        };
        assert_eq!(
            answer.text.matches("Signature is Valid.").count(),
            2,
            "{}",
            answer.text
        );
        assert_eq!(
            answer.text.matches("ETSI.CAdES.detached").count(),
            2,
            "{}",
            answer.text
        );
    }
}

#[test]
fn pyhanko_calls_both_signatures_valid() {
    let office = paper::office();
    let root = office.authority.certificate();
    for sealed in [paper::sealed(&office), paper::sealed_decision(&office)] {
        for answer in [pyhanko(&sealed, root), adesverify(&sealed, root)] {
            let Some(answer) = answer else { return };
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
    }
}

#[test]
fn number_and_day_copy_out_in_their_lines_and_the_seal_does_not() {
    let Some(tool) = find("pdftotext") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.pdf");
    std::fs::write(&file, paper::sealed_decision(&paper::office())).unwrap();
    let answer = run(Command::new(tool).arg("-layout").arg(&file).arg("-"));
    let words: Vec<String> = answer
        .text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let line = words
        .iter()
        .find(|line| line.starts_with("Số: 123/QĐ-UBND"))
        .expect(&answer.text);
    assert!(
        line.ends_with("Cao Lộc, ngày 21 tháng 3 năm 2023"),
        "{line}"
    );
    assert_eq!(
        answer.text.matches("CHỮ KÝ THỬ NGHIỆM").count(),
        1,
        "{}",
        answer.text
    );
}
