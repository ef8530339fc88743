//! What a good file's report says, and what files without or with unknown signatures get.

use trinhky_pades::{
    ChangeKind, Error, Report, SignError, Signer, SoftwareSigner, Subject, TrialAuthority, Trust,
    certificate_pem, prepare, sign_person, verify,
};

use crate::paper;

fn trust(office: &paper::Office) -> Trust {
    Trust {
        roots: vec![office.authority.certificate().to_vec()],
        ..Trust::default()
    }
}

fn report(pdf: &[u8], office: &paper::Office) -> Report {
    verify(pdf, &trust(office), paper::now()).unwrap()
}

#[test]
fn a_sealed_document_tells_its_story() {
    let office = paper::office();
    let report = report(&paper::sealed(&office), &office);
    assert!(report.valid, "{report:#?}");
    let [person, agency] = report.signatures.as_slice() else {
        panic!("{report:#?}")
    };
    assert_eq!(person.field, "person_signature");
    assert_eq!(
        person.signer.as_deref(),
        Some("Nguyễn Duy Anh (CHỮ KÝ THỬ NGHIỆM)")
    );
    assert_eq!(person.title.as_deref(), Some("Chủ tịch"));
    assert_eq!(person.agency.as_deref(), Some(paper::AGENCY));
    assert_eq!(person.claimed_time, Some(paper::at(20, 16)));
    assert!(person.trial && !person.covers_whole_file);
    let changes: Vec<_> = person
        .changes
        .iter()
        .map(|change| (change.kind, change.what.as_str()))
        .collect();
    assert_eq!(
        changes,
        [
            (ChangeKind::Filled, "number"),
            (ChangeKind::Filled, "day"),
            (ChangeKind::Signed, "agency_seal")
        ]
    );
    assert_eq!(person.changes[0].value.as_deref(), Some("123"));
    assert_eq!(
        person.message_vi,
        "Chữ ký của Nguyễn Duy Anh (CHỮ KÝ THỬ NGHIỆM) hợp lệ; sau đó chỉ có: “Số văn bản” được điền là “123”, \
         “Ngày ban hành” được điền là “21”, “Chữ ký số của cơ quan” được thêm vào."
    );
    assert!(
        !person
            .notes
            .iter()
            .any(|note| note.rule == "appearance_not_read")
    );
    assert_eq!(agency.field, "agency_seal");
    assert!(agency.covers_whole_file && agency.changes.is_empty());
}

#[test]
fn the_report_is_json_in_two_languages() {
    let office = paper::office();
    let json = serde_json::to_value(report(&paper::sealed(&office), &office)).unwrap();
    assert_eq!(json["valid"], true);
    assert_eq!(json["message"], "All signatures (2) are good.");
    assert_eq!(json["message_vi"], "Tất cả 2 chữ ký đều hợp lệ.");
    assert_eq!(json["signatures"][0]["changes"][0]["kind"], "filled");
    let stranger = serde_json::to_value(
        verify(&paper::sealed(&office), &Trust::default(), paper::now()).unwrap(),
    );
    let stranger = stranger.unwrap();
    assert_eq!(
        stranger["signatures"][0]["problems"][0]["rule"],
        "untrusted_issuer"
    );
}

#[test]
fn a_document_waiting_for_its_number_is_good_so_far() {
    let office = paper::office();
    let report = report(&paper::signed(&office), &office);
    assert!(report.valid, "{report:#?}");
    assert_eq!(report.signatures.len(), 1);
    assert!(report.signatures[0].covers_whole_file);
}

#[test]
fn an_unsigned_document_is_no_signed_one() {
    let office = paper::office();
    for pdf in [paper::blank(), paper::prepared()] {
        let report = report(&pdf, &office);
        assert!(!report.valid);
        assert_eq!(report.problems[0].rule(), "no_signature");
    }
}

#[test]
fn a_certificate_that_expired_later_is_noted() {
    let office = paper::office();
    let later = "2040-01-01T00:00:00Z".parse().unwrap();
    let report = verify(&paper::sealed(&office), &trust(&office), later).unwrap();
    assert!(report.valid, "{report:#?}");
    assert!(
        report.signatures[0]
            .notes
            .iter()
            .any(|note| note.rule == "certificate_expired_since")
    );
}

#[test]
fn what_is_no_readable_pdf_gets_a_sentence() {
    let office = paper::office();
    let no_pdf = verify(b"hello", &trust(&office), paper::now()).unwrap_err();
    assert!(matches!(no_pdf, Error::Unreadable(_)), "{no_pdf}");
    let huge = vec![b'%'; trinhky_pades::MAX_PDF_BYTES + 1];
    let huge = verify(&huge, &trust(&office), paper::now()).unwrap_err();
    assert!(matches!(huge, Error::TooLarge { .. }), "{huge}");
    let blank = paper::blank();
    for end in (0..blank.len()).step_by(37) {
        // Any answer but a good one, and no panic.
        if let Ok(report) = verify(&blank[..end], &trust(&office), paper::now()) {
            assert!(!report.valid, "cut at {end}");
        }
    }
}

#[test]
fn rsa_keys_sign_too() {
    let office = paper::office();
    let rsa = paper::rsa_signer();
    let trust = Trust {
        roots: vec![paper::rsa_root()],
        ..Trust::default()
    };
    let request = paper::person_request();
    let pdf =
        trinhky_pades::sign_person(&paper::prepared(), &rsa, &request, &paper::fonts()).unwrap();
    let report = verify(&pdf, &trust, paper::now()).unwrap();
    assert!(report.valid, "{report:#?}");
    let again =
        trinhky_pades::sign_person(&paper::prepared(), &rsa, &request, &paper::fonts()).unwrap();
    assert_eq!(pdf, again, "RSA signatures are reproducible");
    assert!(
        !verify(&pdf, &self::trust(&office), paper::now())
            .unwrap()
            .valid
    );
}

#[test]
fn keys_and_roots_survive_being_stored() {
    let first = TrialAuthority::create(paper::AGENCY, 1, paper::validity()).unwrap();
    let again = TrialAuthority::from_parts(first.certificate(), &first.key_pem()).unwrap();
    let subject = Subject {
        name: "Nguyễn Duy Anh".into(),
        title: None,
        organisation: paper::AGENCY.into(),
    };
    let (signer, key) = again.issue(&subject, 5, paper::validity()).unwrap();
    let chain: String = signer
        .certificate_chain()
        .iter()
        .map(|der| certificate_pem(der))
        .collect();
    let signer = SoftwareSigner::from_pem(&key, &chain).unwrap();
    let pdf = sign_person(
        &paper::prepared(),
        &signer,
        &paper::person_request(),
        &paper::fonts(),
    )
    .unwrap();
    let trust = Trust::from_pem(&first.certificate_pem()).unwrap();
    let report = verify(&pdf, &trust, paper::now()).unwrap();
    assert!(report.valid, "{report:#?}");
    let other = paper::office();
    let mismatch = SoftwareSigner::from_pem(&key, &certificate_pem(other.authority.certificate()));
    assert!(matches!(mismatch, Err(SignError::KeyMismatch)));
}

/// Every byte counts: whichever one is altered, the file is no longer called good. The one freedom is
/// the case of the hexadecimal digits of a signature's own value, which no signature can cover.
#[test]
fn any_altered_byte_is_noticed() {
    let office = paper::office();
    let sealed = paper::sealed(&office);
    // A prime, so that no run sees only one kind of place; all bytes would take minutes.
    let step = 1013;
    let mut unnoticed = Vec::new();
    for at in (0..sealed.len()).step_by(step) {
        let mut altered = sealed.clone();
        altered[at] ^= 0x01;
        if let Ok(report) = verify(&altered, &trust(&office), paper::now())
            && report.valid
        {
            unnoticed.push(at);
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
}

/// No input makes the verifier panic or run away.
#[test]
fn broken_files_are_refused_calmly() {
    let office = paper::office();
    let sealed = paper::sealed(&office);
    for at in (0..sealed.len()).step_by(1009) {
        for altered in [
            sealed[..at].to_vec(),
            sealed[at..].to_vec(),
            [&sealed[..at], &sealed[at / 2..]].concat(),
        ] {
            if altered.len() != sealed.len()
                && let Ok(report) = verify(&altered, &trust(&office), paper::now())
            {
                assert!(!report.valid, "cut at {at}");
            }
        }
    }
}

#[test]
fn an_encrypted_file_gets_a_sentence() {
    use lopdf::encryption::{EncryptionState, EncryptionVersion, Permissions};
    let mut document = lopdf::Document::load_mem(&paper::blank()).unwrap();
    let id = lopdf::Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let refused = verify(&bytes, &Trust::default(), paper::now());
    assert!(matches!(refused, Err(Error::Encrypted)), "{refused:?}");
    let refused = prepare(&bytes, &paper::places(), &paper::fonts());
    assert!(matches!(refused, Err(Error::Encrypted)), "{refused:?}");
}
