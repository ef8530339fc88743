//! Every kind of message, letter by letter as it leaves. `TRINHKY_WRITE_GOLDEN=1` writes the files anew, to be read by a
//! person before they are kept.

use std::path::PathBuf;

use trinhky_edxml::{read, write};

use crate::sample;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

#[test]
fn every_message_is_written_as_its_golden_file_and_read_back() {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test only")]
    let anew = std::env::var("TRINHKY_WRITE_GOLDEN").is_ok();
    let mut names = Vec::new();
    for (name, message) in sample::all() {
        let path = folder().join(format!("{name}.edxml"));
        let written = write(&message).unwrap();
        if anew {
            std::fs::write(&path, &written).unwrap();
        }
        let golden = std::fs::read(&path).unwrap_or_default();
        assert!(
            golden == written,
            "{name} is written as\n{}",
            String::from_utf8_lossy(&written)
        );
        let back = read(&golden).unwrap();
        assert_eq!(back.message, message, "{name}");
        assert_eq!(back.tolerated, [], "{name}");
        names.push(path);
    }
    let there = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(there, names.len(), "a golden file that nothing writes");
}
