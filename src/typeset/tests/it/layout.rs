//! The pages are measured by an independent reader: `tests/tools/layout.py` with pdfplumber.

use std::path::{Path, PathBuf};
use std::process::Command;

use trinhky_drafting::{Block, DocType, Draft};

use crate::{drafts, render};

#[test]
fn every_form_is_laid_out_as_the_decree_says() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("layout");
    std::fs::create_dir_all(&folder).unwrap();
    let facts: Vec<PathBuf> = forms()
        .iter()
        .map(|(name, draft)| write(&folder, name, draft))
        .collect();
    let Some(output) = measure(&facts) else {
        return;
    };
    assert!(output.is_empty(), "\n{output}");
}

/// A measuring test that never finds anything is worth nothing: it must see a moved page.
#[test]
fn the_reader_sees_a_wrong_document() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("layout-wrong");
    std::fs::create_dir_all(&folder).unwrap();
    let facts = write(&folder, "decision", &drafts::decision());
    let text = std::fs::read_to_string(&facts).unwrap();
    std::fs::write(
        &facts,
        text.replace("QĐ-UBND", "KH-UBND")
            .replace("CHỦ TỊCH", "QUYỀN CHỦ TỊCH"),
    )
    .unwrap();
    let Some(output) = measure(&[facts]) else {
        return;
    };
    assert!(
        output.contains("LAY-08") && output.contains("LAY-16"),
        "{output}"
    );
}

fn forms() -> Vec<(&'static str, Draft)> {
    let mut long = drafts::decision();
    long.superior_agency = Some("ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN".into());
    long.issuer =
        vec!["BAN QUẢN LÝ KHU KINH TẾ CỬA KHẨU ĐỒNG ĐĂNG - LẠNG SƠN VÀ CÁC CỬA KHẨU PHỤ".into()];
    long.subject = format!(
        "{} và các cơ quan chuyên môn, đơn vị sự nghiệp, Ủy ban nhân dân các xã, thị trấn trên địa bàn huyện",
        long.subject
    );
    long.place = "Thành phố Hồ Chí Minh".into();
    long.distribution.splice(
        1..1,
        (1..=22).map(|n| drafts::body_line(&format!("Ủy ban nhân dân xã số {n}"))),
    );
    let mut tight = drafts::decision();
    // The signature block just does not fit on the first page.
    tight.legal_basis.truncate(2);
    if let Some(Block::Article(first)) = tight.body.first_mut() {
        first.clauses.truncate(3);
    }
    let invitation = Draft {
        doc_type: DocType::GM,
        symbol: "GM-UBND".into(),
        ..drafts::proposal()
    };
    let minutes = Draft {
        doc_type: DocType::BB,
        symbol: "BB-UBND".into(),
        addressed_to: Vec::new(),
        ..drafts::proposal()
    };
    vec![
        ("seed", drafts::imported()),
        ("decision", drafts::decision()),
        ("decision-long", long),
        ("decision-tight", tight),
        ("decision-indirect", drafts::indirect()),
        ("proposal", drafts::proposal()),
        ("report", drafts::report(60)),
        ("letter", drafts::letter()),
        ("invitation", invitation),
        ("minutes", minutes),
    ]
}

fn write(folder: &Path, name: &str, draft: &Draft) -> PathBuf {
    let rendered = render(draft);
    let pdf = format!("{name}.pdf");
    std::fs::write(folder.join(&pdf), &rendered.pdf).unwrap();
    let facts = folder.join(format!("{name}.json"));
    let json = serde_json::json!({ "pdf": pdf, "draft": draft, "anchors": rendered.anchors });
    std::fs::write(&facts, json.to_string()).unwrap();
    facts
}

/// What the reader found wrong; none where it is missing and the full run was not asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run says which tools it has"
)]
fn measure(facts: &[PathBuf]) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/tools/layout.py");
    // The private environment that the test command makes, where it is there.
    let private = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/venv/bin/python");
    let usual = if private.exists() {
        private.display().to_string()
    } else {
        "python3".to_owned()
    };
    let python = std::env::var("TRINHKY_PYTHON").unwrap_or(usual);
    let missing = match Command::new(&python).arg(script).args(facts).output() {
        Ok(output) if output.status.code() == Some(77) => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        Ok(output) => {
            assert!(
                matches!(output.status.code(), Some(0 | 2)),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            return Some(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(error) => format!("{python} cannot be started: {error}"),
    };
    assert!(std::env::var("TRINHKY_REQUIRE_TOOLS").is_err(), "{missing}");
    eprintln!("skipped: the layout was not measured, because {missing}");
    None
}
