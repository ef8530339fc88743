//! The proof pack: made in one press, verified without the installation by us and by a second program that knows only the
//! format; every flipped bit is found.

use std::path::Path;
use std::process::{Command, Output};

use trinhky::distribution::proof;
use trinhky::distribution::receipt::{acknowledge, refuse};
use trinhky::fault::{Fault, RefusalKind};
use trinhky::signing::{self, Using};

use super::office;
use super::tools;

/// A moment inside the validity of the certificates, after all signatures.
const LATER: &str = "2023-06-01T00:00:00+00:00";

/// A pack of an issued decision that some have received, and the installation's root.
async fn pack(folder: &Path) -> (Vec<u8>, Vec<u8>) {
    let app = office::open(folder, "", office::ORGANISATION).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let deliveries = office::open_deliveries(&app, document).await;
    for (delivery, clerk) in &deliveries[..3] {
        acknowledge(&app, clerk, *delivery).await.expect("received");
    }
    let (delivery, clerk) = &deliveries[3];
    refuse(&app, clerk, *delivery, "Gửi nhầm nơi nhận".to_owned())
        .await
        .expect("refused");
    let (_, org) = office::first(&app, "chair").await;
    let clerk = office::agency_clerk(&app, org).await;
    let first = proof::make(&app, &clerk, document, &Using::default())
        .await
        .expect("a pack");
    let (delivery, unit_clerk) = &deliveries[4];
    acknowledge(&app, unit_clerk, *delivery)
        .await
        .expect("received");
    let second = proof::make(&app, &clerk, document, &Using::default())
        .await
        .expect("another pack");
    let (first, second) = (evidence(&first), evidence(&second));
    assert!(second.starts_with(&first), "lines are only added");
    assert!(second.len() > first.len());
    assert!(first.contains("\"event\":\"C.4\"") && first.contains("Gửi nhầm nơi nhận"));
    // Others than the agency's clerk make none.
    let refused = proof::make(&app, unit_clerk, document, &Using::default()).await;
    assert!(
        matches!(refused, Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Forbidden)
    );
    let newest = proof::make(&app, &clerk, document, &Using::default())
        .await
        .expect("a pack");
    let roots = signing::roots_pem(&app).expect("roots");
    (newest, roots.into_bytes())
}

fn evidence(pack: &[u8]) -> String {
    let attached = trinhky_pades::attachments(pack).expect("files inside");
    let names: Vec<&str> = attached.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["bang-chung.jsonl", "van-ban.pdf"]);
    String::from_utf8(attached[0].1.clone()).expect("text")
}

fn ours(pack: &Path, roots: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trinhky"))
        .arg("verify")
        .arg(pack)
        .args(["--at", LATER, "--trust"])
        .arg(roots)
        .output()
        .expect("runs")
}

fn theirs(python: &Path, pack: &Path, roots: &Path) -> Output {
    Command::new(python)
        .arg(tools::root().join("tests/tools/verify_proof.py"))
        .arg(pack)
        .arg(roots)
        .args(["--at", LATER])
        .output()
        .expect("runs")
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_good_to_both_verifiers_and_a_flipped_bit_to_neither() {
    let folder = tempfile::tempdir().expect("a folder");
    let (pack, roots) = pack(folder.path()).await;
    let outside = tempfile::tempdir().expect("a folder");
    let (file, root) = (
        outside.path().join("chung-cu.pdf"),
        outside.path().join("root.pem"),
    );
    std::fs::write(&root, roots).expect("written");
    std::fs::write(&file, &pack).expect("written");
    let python = tools::python();
    let answer = ours(&file, &root);
    assert!(answer.status.success(), "{}", said(&answer));
    assert!(
        said(&answer).contains("Chứng cứ nguyên vẹn"),
        "{}",
        said(&answer)
    );
    if let Some(python) = &python {
        let answer = theirs(python, &file, &root);
        assert!(answer.status.success(), "{}", said(&answer));
        let events = evidence(&pack).lines().count() - 1;
        assert_eq!(said(&answer).trim(), format!("GOOD {events}"));
    }
    // Bits all over the file, the signature's own place among them.
    for part in 1..16 {
        let mut changed = pack.clone();
        let at = pack.len() * part / 16;
        changed[at] ^= 1 << (part % 8);
        std::fs::write(&file, &changed).expect("written");
        let answer = ours(&file, &root);
        assert!(!answer.status.success(), "byte {at}: {}", said(&answer));
        if let Some(python) = &python
            && part % 5 == 0
        {
            let answer = theirs(python, &file, &root);
            assert!(!answer.status.success(), "byte {at}: {}", said(&answer));
        }
    }
}
