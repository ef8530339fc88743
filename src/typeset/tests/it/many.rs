//! A year's documents one after the other in one process: memory does not grow with their number.

use std::process::Command;

use trinhky_drafting::Draft;
use trinhky_typeset::Typesetter;

use crate::{drafts, options};

/// Documents that are typeset; `TRINHKY_MANY` asks for another number.
const MANY: usize = 90;
/// Those before which memory may still settle.
const FIRST: usize = 45;
/// KiB that the process may hold more after all than after the first ones.
const MAY_GROW_KIB: usize = 8 * 1024;

/// Memory is the whole process's, so the work is done in one of its own.
#[test]
fn many_documents_do_not_fill_the_memory() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "many::year_of_documents"])
        .arg("--nocapture")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn year_of_documents() {
    let typesetter = Typesetter::new();
    let many = number().max(FIRST * 2);
    let mut settled = 0;
    for done in 1..=many {
        let draft = different(done);
        let rendered = typesetter.document(&draft, &options()).unwrap();
        assert!(rendered.pages >= 1);
        if done == FIRST {
            settled = resident_kib();
        }
    }
    let held = resident_kib();
    println!("{many} documents: {settled} KiB after {FIRST}, {held} KiB at the end");
    assert!(
        held <= settled + MAY_GROW_KIB,
        "{settled} KiB grew to {held} KiB"
    );
}

/// No two documents have the same words, or what is remembered of one would serve the next.
fn different(nth: usize) -> Draft {
    let mut draft = match nth % 3 {
        0 => drafts::decision(),
        1 => drafts::letter(),
        _ => drafts::proposal(),
    };
    draft.subject = format!("{} (văn bản thứ {nth})", draft.subject);
    draft.body.push(drafts::paragraph(&format!(
        "Đoạn riêng của văn bản thứ {nth}."
    )));
    draft
}

/// What the process holds in memory now (Linux).
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever wants more than the bounded number says so by the environment"
)]
fn number() -> usize {
    let asked = std::env::var("TRINHKY_MANY").ok();
    asked.map_or(MANY, |asked| asked.parse().unwrap())
}
