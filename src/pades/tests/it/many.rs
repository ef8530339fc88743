//! A year's documents one after the other in one process: memory does not grow with their number.

use std::process::Command;

use crate::paper;

/// Documents that are signed and sealed; `TRINHKY_MANY` asks for another number.
const MANY: usize = 120;
/// Those before which memory may still settle.
const FIRST: usize = 40;
/// KiB that the process may hold more after all than after the first ones.
const MAY_GROW_KIB: usize = 2 * 1024;

/// Memory is the whole process's, so the work is done in one of its own.
#[test]
fn many_signatures_do_not_fill_the_memory() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "many::year_of_signatures"])
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
fn year_of_signatures() {
    let office = paper::office();
    let many = number().max(FIRST * 2);
    let mut settled = 0;
    for done in 1..=many {
        let sealed = paper::sealed(&office);
        assert!(sealed.len() > 1000);
        if done == FIRST {
            settled = resident_kib();
        }
    }
    let held = resident_kib();
    println!("{many} signed and sealed: {settled} KiB after {FIRST}, {held} KiB at the end");
    assert!(
        held <= settled + MAY_GROW_KIB,
        "{settled} KiB grew to {held} KiB"
    );
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
