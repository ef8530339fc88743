//! Files that pyHanko signed, alone or together with us.

use std::process::Command;

use chrono::{DateTime, Utc};
use trinhky_pades::{ChangeKind, Report, Trust, fill_and_seal, verify};

use crate::outside_tools;
use crate::paper::{self, Office};

/// pyHanko signs at the present moment; this is later than any run of the tests.
fn later() -> DateTime<Utc> {
    "2042-01-01T00:00:00Z".parse().unwrap()
}

fn report(pdf: &[u8], office: &Office) -> Report {
    let roots = vec![office.authority.certificate().to_vec(), paper::rsa_root()];
    verify(
        pdf,
        &Trust {
            roots,
            ..Trust::default()
        },
        later(),
    )
    .unwrap()
}

/// Lets pyHanko sign with the committed RSA key; `None` where it is not installed.
fn signed_by_pyhanko(pdf: &[u8], options: &[&str]) -> Option<Vec<u8>> {
    let tool = outside_tools::find("pyhanko")?;
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("in.pdf"), folder.path().join("out.pdf"));
    std::fs::write(&source, pdf).unwrap();
    let output = Command::new(tool)
        .args(["sign", "addsig"])
        .args(options)
        .args(["pemder", "--no-pass"])
        .args(["--key", &format!("{fixtures}/rsa-trial.key.pem")])
        .args(["--cert", &format!("{fixtures}/rsa-trial.cert.pem")])
        .args([&source, &target])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(std::fs::read(&target).unwrap())
}

#[test]
fn a_file_signed_elsewhere_is_verified() {
    let office = paper::office();
    for options in [
        ["--field", "Sig1", "--use-pades"].as_slice(),
        &["--field", "1/10,10,100,50/Sig1"],
        &["--field", "Sig1", "--use-pades", "--certify"],
    ] {
        let Some(pdf) = signed_by_pyhanko(paper::DECISION, options) else {
            return;
        };
        let report = report(&pdf, &office);
        assert!(report.valid, "{options:?}: {report:#?}");
        assert_eq!(report.signatures[0].field, "Sig1");
    }
}

/// The library that verifies for us knows RSASSA-PSS only with a salt as long as the hash; pyHanko
/// takes the longest. We say so instead of calling the signature wrong.
#[test]
fn a_long_salt_is_called_unknown_not_wrong() {
    let options = ["--field", "Sig1", "--use-pades", "--prefer-pss"];
    let Some(pdf) = signed_by_pyhanko(paper::DECISION, &options) else {
        return;
    };
    let report = report(&pdf, &paper::office());
    let rules: Vec<_> = report.signatures[0]
        .problems
        .iter()
        .map(|problem| problem.rule())
        .collect();
    assert_eq!(rules, ["algorithm"], "{report:#?}");
}

#[test]
fn a_further_signature_from_elsewhere_leaves_ours_good() {
    let office = paper::office();
    let sealed = paper::sealed(&office);
    let Some(pdf) = signed_by_pyhanko(&sealed, &["--field", "Copy", "--use-pades"]) else {
        return;
    };
    let report = report(&pdf, &office);
    assert!(report.valid, "{report:#?}");
    assert_eq!(report.signatures.len(), 3);
    let after_seal: Vec<_> = report.signatures[1]
        .changes
        .iter()
        .map(|change| change.kind)
        .collect();
    assert_eq!(after_seal, [ChangeKind::Signed, ChangeKind::Metadata]);
}

#[test]
fn a_visible_mark_on_a_certified_document_is_refused_by_both() {
    let office = paper::office();
    let sealed = paper::sealed(&office);
    let options = ["--field", "1/10,10,100,50/Copy", "--use-pades"];
    let Some(pdf) = signed_by_pyhanko(&sealed, &options) else {
        return;
    };
    let report = report(&pdf, &office);
    assert!(!report.valid, "{report:#?}");
    let Some(answer) = outside_tools::pyhanko(&pdf, office.authority.certificate()) else {
        return;
    };
    assert!(!answer.success, "{}", answer.text);
}

#[test]
fn another_program_may_sign_our_field_and_we_seal_it() {
    let options = [
        "--field",
        "person_signature",
        "--existing-only",
        "--use-pades",
    ];
    let Some(signed) = signed_by_pyhanko(&paper::prepared(), &options) else {
        return;
    };
    let mut request = paper::agency_request();
    request.time = "2041-01-01T00:00:00+07:00".parse().unwrap();
    // The trial certificates of the office end before that.
    let validity = trinhky_pades::Validity {
        until: later(),
        ..paper::validity()
    };
    let subject = trinhky_pades::Subject {
        name: paper::AGENCY.into(),
        title: None,
        organisation: paper::AGENCY.into(),
    };
    let root = trinhky_pades::TrialAuthority::create(paper::AGENCY, 1, validity).unwrap();
    let (agency, _) = root.issue(&subject, 2, validity).unwrap();
    let sealed = fill_and_seal(
        &signed,
        &paper::filling(),
        &agency,
        &request,
        &paper::fonts(),
    )
    .unwrap();
    let trust = Trust {
        roots: vec![root.certificate().to_vec(), paper::rsa_root()],
        ..Trust::default()
    };
    let report = verify(&sealed, &trust, later()).unwrap();
    assert!(report.valid, "{report:#?}");
    assert!(
        report.signatures[0]
            .changes
            .iter()
            .any(|change| change.value.as_deref() == Some("123"))
    );
}
