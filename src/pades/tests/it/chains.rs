//! Certificates between the signer and the root, right and wrong, judged by us and by pyHanko.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use trinhky_pades::{SoftwareSigner, Trust, sign_person, verify};

use crate::outside_tools;
use crate::paper;

pub struct Link {
    pub params: CertificateParams,
    pub key: KeyPair,
    pub der: Vec<u8>,
}

pub fn params(name: &str, is_ca: IsCa, usages: &[KeyUsagePurpose]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2023, 1, 1);
    params.not_after = date_time_ymd(2033, 1, 1);
    params.is_ca = is_ca;
    params.key_usages = usages.to_vec();
    params
}

fn authority(name: &str, limit: BasicConstraints) -> CertificateParams {
    params(name, IsCa::Ca(limit), &[KeyUsagePurpose::KeyCertSign])
}

pub fn person() -> CertificateParams {
    // pyHanko asks for the second by default, the standard for one of both.
    let usages = [
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    params("Người ký", IsCa::NoCa, &usages)
}

pub fn root() -> Link {
    root_with(authority("Gốc", BasicConstraints::Unconstrained))
}

pub fn root_with(params: CertificateParams) -> Link {
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    Link { params, key, der }
}

pub fn issue(issuer: &Link, params: CertificateParams) -> Link {
    let key = KeyPair::generate().unwrap();
    let der = params
        .signed_by(&key, &Issuer::from_params(&issuer.params, &issuer.key))
        .unwrap()
        .der()
        .to_vec();
    Link { params, key, der }
}

fn signed_with(signer: &Link, carried: &[&Link]) -> Vec<u8> {
    let chain = std::iter::once(signer)
        .chain(carried.iter().copied())
        .map(|link| link.der.clone())
        .collect();
    let signer = SoftwareSigner::from_der(signer.key.serialized_der(), chain).unwrap();
    sign_person(
        &paper::prepared(),
        &signer,
        &paper::person_request(),
        &paper::fonts(),
    )
    .unwrap()
}

#[test]
fn chains_are_built_as_the_standard_says() {
    let root = root();
    let between = issue(
        &root,
        authority("Trung gian", BasicConstraints::Constrained(0)),
    );
    let too_deep = issue(
        &between,
        authority("Quá sâu", BasicConstraints::Unconstrained),
    );
    let plain = issue(&between, person());
    let by_no_authority = issue(&issue_as_authority_would(&plain), person());
    let mut no_signer = person();
    no_signer.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    let no_signer = issue(&between, no_signer);
    let mut demanding = person();
    let mut demand = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
    demand.set_criticality(true);
    demanding.custom_extensions = vec![demand];
    let demanding = issue(&between, demanding);
    let below = issue(&too_deep, person());

    let cases = [
        (
            "with the one between",
            signed_with(&plain, &[&between]),
            None,
        ),
        (
            "the one between is missing",
            signed_with(&plain, &[]),
            Some("untrusted_issuer"),
        ),
        (
            "longer than allowed",
            signed_with(&below, &[&too_deep, &between]),
            Some("untrusted_issuer"),
        ),
        (
            "issued by no authority",
            signed_with(&by_no_authority, &[&plain, &between]),
            Some("untrusted_issuer"),
        ),
        (
            "not for signing",
            signed_with(&no_signer, &[&between]),
            Some("certificate_not_for_signing"),
        ),
        (
            "unknown demand",
            signed_with(&demanding, &[&between]),
            Some("certificate_unknown_demand"),
        ),
    ];
    let trust = Trust {
        roots: vec![root.der.clone()],
        ..Trust::default()
    };
    for (name, pdf, rule) in &cases {
        let report = verify(pdf, &trust, paper::now()).unwrap();
        let rules: Vec<_> = report.signatures[0]
            .problems
            .iter()
            .map(|problem| problem.rule())
            .collect();
        assert_eq!(rules.first().copied(), *rule, "{name}: {rules:?}");
        assert!(report.signatures[0].intact, "{name}");
    }
    let files: Vec<&[u8]> = cases.iter().map(|(_, pdf, _)| pdf.as_slice()).collect();
    let Some(answers) = outside_tools::pyhanko_on_many(&files, &root.der) else {
        return;
    };
    for ((name, _, rule), answer) in cases.iter().zip(&answers) {
        assert_eq!(
            rule.is_none(),
            answer == "good",
            "{name}: pyHanko says {answer}"
        );
    }
}

/// A person's key that issues certificates although its own certificate does not allow it.
fn issue_as_authority_would(person: &Link) -> Link {
    Link {
        params: person.params.clone(),
        key: KeyPair::from_pem(&person.key.serialize_pem()).unwrap(),
        der: person.der.clone(),
    }
}
