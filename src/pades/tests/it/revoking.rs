//! Revoked certificates, by lists that are given; those that stand in the file itself are tried with the answers.

use rcgen::{
    BasicConstraints, CertificateRevocationListParams, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use trinhky_pades::{SoftwareSigner, Trust, sign_person, verify};

use crate::chains::{Link, issue, params, person, root_with};
use crate::paper;

/// An authority that lists what it has revoked, another below it, and a signed document.
struct Case {
    root: Link,
    between: Link,
    pdf: Vec<u8>,
}

/// The serial number of the person's certificate.
const PERSON: u64 = 77;

pub fn authority(name: &str) -> rcgen::CertificateParams {
    params(
        name,
        IsCa::Ca(BasicConstraints::Unconstrained),
        &[KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
    )
}

fn case() -> Case {
    let root = root_with(authority("Gốc"));
    let between = issue(&root, authority("Trung gian"));
    let mut own = person();
    own.serial_number = Some(SerialNumber::from(PERSON));
    let own = issue(&between, own);
    let chain = vec![own.der.clone(), between.der.clone()];
    let signer = SoftwareSigner::from_der(own.key.serialized_der(), chain).unwrap();
    let pdf = sign_person(
        &paper::prepared(),
        &signer,
        &paper::person_request(),
        &paper::fonts(),
    )
    .unwrap();
    Case { root, between, pdf }
}

/// A list of an authority; the signature is of 20 March 2023.
pub fn list(of: &Link, revoked: &[(u64, (i32, u8, u8))], next: (i32, u8, u8)) -> Vec<u8> {
    CertificateRevocationListParams {
        this_update: date_time_ymd(2023, 3, 1),
        next_update: date_time_ymd(next.0, next.1, next.2),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: revoked
            .iter()
            .map(|(serial, (year, month, day))| RevokedCertParams {
                serial_number: SerialNumber::from(*serial),
                revocation_time: date_time_ymd(*year, *month, *day),
                reason_code: None,
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
    .signed_by(&Issuer::from_params(&of.params, &of.key))
    .unwrap()
    .der()
    .to_vec()
}

/// The problems and the notes of the one signature.
fn judged(case: &Case, lists: Vec<Vec<u8>>) -> (Vec<&'static str>, Vec<&'static str>) {
    let trust = Trust {
        roots: vec![case.root.der.clone()],
        revocation_lists: lists,
    };
    let report = verify(&case.pdf, &trust, paper::now()).unwrap();
    let signature = &report.signatures[0];
    (
        signature.problems.iter().map(|one| one.rule()).collect(),
        signature.notes.iter().map(|one| one.rule).collect(),
    )
}

#[test]
fn a_revoked_certificate_is_refused_and_a_list_without_it_says_so() {
    let case = case();
    let april = (2023, 4, 2);
    let clean = |of: &Link| list(of, &[], april);
    let (problems, notes) = judged(&case, Vec::new());
    assert!(problems.is_empty() && notes.contains(&"revocation_not_checked"));
    let (problems, notes) = judged(&case, vec![clean(&case.root), clean(&case.between)]);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(notes.contains(&"not_revoked"), "{notes:?}");
    // One of the two authorities is silent: nothing is claimed.
    let (_, notes) = judged(&case, vec![clean(&case.between)]);
    assert!(notes.contains(&"revocation_not_checked"), "{notes:?}");
    for day in [(2023, 3, 10), (2023, 3, 25)] {
        // Also after the claimed time: nobody but the signer says when it was signed.
        let revoked = list(&case.between, &[(PERSON, day)], april);
        let (problems, _) = judged(&case, vec![clean(&case.root), revoked]);
        assert_eq!(problems, ["certificate_revoked"], "{day:?}");
    }
    let other = list(&case.between, &[(PERSON + 1, (2023, 3, 10))], april);
    let (problems, _) = judged(&case, vec![clean(&case.root), other]);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_list_of_somebody_else_or_of_another_time_says_nothing() {
    let case = case();
    let stranger = root_with(authority("Trung gian"));
    let forged = list(&stranger, &[(PERSON, (2023, 3, 10))], (2023, 4, 2));
    let (problems, notes) = judged(&case, vec![forged]);
    assert!(problems.is_empty(), "the name is not the key: {problems:?}");
    assert!(notes.contains(&"revocation_not_checked"));
    let stale = |of: &Link| list(of, &[], (2023, 3, 5));
    let (_, notes) = judged(&case, vec![stale(&case.root), stale(&case.between)]);
    assert!(notes.contains(&"revocation_not_checked"), "{notes:?}");
}
