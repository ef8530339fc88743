//! A stranger (Python's lxml) reads what we write by the literal names of the standard.

use std::path::Path;
use std::process::Command;

#[test]
fn lxml_finds_every_name_where_the_standard_has_it() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("../../.tools/venv/bin/python");
    #[expect(
        clippy::disallowed_methods,
        reason = "says whether this test may be left out"
    )]
    let required = std::env::var("TRINHKY_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    let has_lxml = Command::new(&python)
        .args(["-c", "import lxml.etree"])
        .status()
        .is_ok_and(|status| status.success());
    if !has_lxml {
        assert!(
            !required,
            "Python with lxml is missing; run tools/install-test-tools"
        );
        eprintln!("left out: Python with lxml is missing");
        return;
    }
    let output = Command::new(&python)
        .arg(here.join("tests/it/reader.py"))
        .arg(here.join("tests/golden"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "14 messages read\n"
    );
}
