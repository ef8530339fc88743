//! Signatures that prove themselves when the authorities are gone: OpenSSL answers about revocation and stamps the time,
//! the answers are kept in the file, and we and pyHanko judge it by them alone.

use std::collections::HashMap;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose};
use rcgen::{IsCa, SerialNumber};
use trinhky_pades::{
    ChangeKind, Error, RevocationSource, SignError, SoftwareSigner, Trust, ValidationData, gather,
    keep, sign_person, verify,
};

use crate::chains::{Link, issue, params, person, root_with};
use crate::outside_tools::{self, find};
use crate::paper;
use crate::revoking::{authority, list};
use crate::stamping::{OpenSsl, stamping};

/// The serial number of the person's certificate.
const PERSON: u64 = 0x4d;
const RESPONDER_URL: &str = "http://ocsp.example/";
const NEXT: (i32, u8, u8) = (2034, 1, 1);

/// Authorities, a person, and a document that the person signed and an authority stamped.
struct Case {
    root: Link,
    between: Link,
    pdf: Vec<u8>,
    /// When it was stamped, by the machine's clock.
    at: DateTime<Utc>,
}

/// "Questions are answered there" (RFC 5280, 4.2.2.1).
fn answered_at(url: &str) -> CustomExtension {
    let value = |tag: u8, content: &[u8]| [&[tag, content.len() as u8][..], content].concat();
    let method = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
    let entry = [method.to_vec(), value(0x86, url.as_bytes())].concat();
    let access = value(0x30, &value(0x30, &entry));
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access)
}

fn case() -> Case {
    let root = root_with(authority("Gốc"));
    let between = issue(&root, authority("Trung gian"));
    let mut own = person();
    own.serial_number = Some(SerialNumber::from(PERSON));
    own.custom_extensions.push(answered_at(RESPONDER_URL));
    own.crl_distribution_points = vec![rcgen::CrlDistributionPoint {
        uris: vec!["http://crl.example/between".into()],
    }];
    let own = issue(&between, own);
    let chain = vec![own.der.clone(), between.der.clone()];
    let signer = SoftwareSigner::from_der(own.key.serialized_der(), chain).unwrap();
    let stamper = OpenSsl::open(&issue(&root, stamping()), vec![root.der.clone()]);
    let (request, fonts) = (paper::person_request(), paper::fonts());
    let pdf = sign_person(
        &paper::prepared(),
        &stamper.stamped(signer),
        &request,
        &fonts,
    )
    .unwrap();
    let mut case = Case {
        root,
        between,
        pdf,
        at: DateTime::UNIX_EPOCH,
    };
    let report = verify(&case.pdf, &case.trust(), year_2032()).unwrap();
    case.at = report.signatures[0].time_stamp.as_ref().unwrap().at;
    case
}

fn year_2032() -> DateTime<Utc> {
    "2032-01-01T00:00:00Z".parse().unwrap()
}

impl Case {
    fn trust(&self) -> Trust {
        Trust {
            roots: vec![self.root.der.clone()],
            ..Trust::default()
        }
    }

    /// The root's list is at hand; it is about the authority between and about the one that stamps.
    fn trust_with_root_list(&self) -> Trust {
        Trust {
            revocation_lists: vec![list(&self.root, &[], NEXT)],
            ..self.trust()
        }
    }

    fn gather(&self, source: &dyn RevocationSource) -> Result<ValidationData, Error> {
        gather(&self.pdf, &self.trust_with_root_list(), source, self.at)
    }

    /// Rules of the problems and notes of the one signature, by what the file carries alone.
    fn judged(&self, pdf: &[u8]) -> (Vec<&'static str>, Vec<&'static str>) {
        let report = verify(pdf, &self.trust(), year_2032()).unwrap();
        let signature = &report.signatures[0];
        (
            signature.problems.iter().map(|one| one.rule()).collect(),
            signature.notes.iter().map(|one| one.rule).collect(),
        )
    }
}

/// OpenSSL as the one who answers, and lists by their addresses.
struct Source<'a> {
    between: &'a Link,
    responder: &'a Link,
    /// The line of OpenSSL's index about the person: `V` or `R` and a day.
    status: &'static str,
    lists: HashMap<&'static str, Vec<u8>>,
    answers: bool,
}

impl<'a> Source<'a> {
    fn of(case: &'a Case) -> Self {
        Self {
            between: &case.between,
            responder: &case.between,
            status: "V\t330101000000Z\t",
            lists: HashMap::new(),
            answers: true,
        }
    }
}

impl RevocationSource for Source<'_> {
    fn ask(&self, url: &str, question: &[u8]) -> Option<Vec<u8>> {
        assert_eq!(url, RESPONDER_URL);
        if !self.answers {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes);
        let pem = trinhky_pades::certificate_pem;
        put("ca.pem", pem(&self.between.der).as_bytes()).unwrap();
        put("own.pem", pem(&self.responder.der).as_bytes()).unwrap();
        let key = self.responder.key.serialize_pem();
        put("own.key", key.as_bytes()).unwrap();
        put("question", question).unwrap();
        let line = format!("{}\t{PERSON:02X}\tunknown\t/CN=Nguoi ky\n", self.status);
        put("index", line.as_bytes()).unwrap();
        let output = Command::new("openssl")
            .current_dir(folder.path())
            .args(["ocsp", "-index", "index", "-CA", "ca.pem", "-ndays", "7"])
            .args(["-rsigner", "own.pem", "-rkey", "own.key"])
            .args(["-reqin", "question", "-respout", "answer"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        Some(std::fs::read(folder.path().join("answer")).expect(&said))
    }

    fn list(&self, url: &str) -> Option<Vec<u8>> {
        self.lists.get(url).cloned()
    }
}

#[test]
fn a_file_with_its_answers_proves_itself_to_us_and_to_pyhanko() {
    if find("openssl").is_none() {
        return;
    }
    let case = case();
    let (problems, notes) = case.judged(&case.pdf);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(notes.contains(&"revocation_not_checked"), "{notes:?}");

    let data = case.gather(&Source::of(&case)).unwrap();
    assert!(data.missing.is_empty(), "{:?}", data.missing);
    assert_eq!((data.answers.len(), data.lists.len()), (1, 1));
    let kept = keep(&case.pdf, &data).unwrap();
    assert!(kept.starts_with(&case.pdf), "nothing before it changed");
    assert_eq!(
        keep(&case.pdf, &ValidationData::default()).unwrap(),
        case.pdf
    );
    let (problems, notes) = case.judged(&kept);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(
        notes.contains(&"not_revoked") && notes.contains(&"long_term"),
        "{notes:?}"
    );
    let report = verify(&kept, &case.trust(), year_2032()).unwrap();
    assert!(report.valid);
    let changes = report.signatures[0].changes.iter().map(|one| one.kind);
    assert_eq!(
        changes.collect::<Vec<_>>(),
        [ChangeKind::ValidationData],
        "told as what it is"
    );

    // The addresses in the certificates lead nowhere: the other judge, too, has the file alone.
    let moment = (case.at + TimeDelta::days(1)).to_rfc3339();
    let Some(answer) = outside_tools::pyhanko_ades(&kept, &case.root.der, &moment) else {
        return;
    };
    assert!(
        answer.text.contains("The signature is judged VALID."),
        "{}",
        answer.text
    );
    // The same judge is not content with the file as it was: what convinces it is what we put in.
    let answer = outside_tools::pyhanko_ades(&case.pdf, &case.root.der, &moment).unwrap();
    assert!(
        !answer.text.contains("The signature is judged VALID."),
        "{}",
        answer.text
    );
}

#[test]
fn a_revoked_key_is_told_before_the_file_goes_out_and_a_later_revocation_does_not_count() {
    if find("openssl").is_none() {
        return;
    }
    let case = case();
    let mut source = Source::of(&case);
    source.status = "R\t330101000000Z\t240510000000Z";
    match case.gather(&source) {
        Err(Error::Signer(SignError::Revoked { name, day })) => {
            assert_eq!((name.as_str(), day.as_str()), ("Người ký", "10/05/2024"));
        }
        other => panic!("{other:?}"),
    }
    // Revoked after the time that the authority attests.
    source.status = "R\t330101000000Z\t310510000000Z";
    let kept = keep(&case.pdf, &case.gather(&source).unwrap()).unwrap();
    let (problems, notes) = case.judged(&kept);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(notes.contains(&"long_term"), "{notes:?}");
}

#[test]
fn an_answer_counts_by_who_is_behind_it() {
    if find("openssl").is_none() {
        return;
    }
    let case = case();
    let for_answers = |allowed: bool| -> CertificateParams {
        let mut params = params("Trả lời", IsCa::NoCa, &[KeyUsagePurpose::DigitalSignature]);
        if allowed {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        }
        params
    };
    let stranger = root_with(authority("Trung gian"));
    for (name, responder, believed) in [
        ("certified", issue(&case.between, for_answers(true)), true),
        (
            "not for it",
            issue(&case.between, for_answers(false)),
            false,
        ),
        ("by others", issue(&stranger, for_answers(true)), false),
        ("of its name", root_with(authority("Trung gian")), false),
    ] {
        let source = Source {
            responder: &responder,
            ..Source::of(&case)
        };
        let data = case.gather(&source).unwrap();
        assert_eq!(data.answers.len() == 1, believed, "{name}");
        assert_eq!(data.missing.is_empty(), believed, "{name}");
        // Where such an answer is in a file all the same, it says nothing.
        let answer = source.ask(RESPONDER_URL, &question_of(&case)).unwrap();
        let forged = ValidationData {
            answers: vec![answer],
            ..data
        };
        let (_, notes) = case.judged(&keep(&case.pdf, &forged).unwrap());
        assert_eq!(notes.contains(&"long_term"), believed, "{name}: {notes:?}");
    }
}

/// What we ask about the person.
fn question_of(case: &Case) -> Vec<u8> {
    struct Listener(std::cell::RefCell<Vec<u8>>);
    impl RevocationSource for Listener {
        fn ask(&self, _: &str, question: &[u8]) -> Option<Vec<u8>> {
            *self.0.borrow_mut() = question.to_vec();
            None
        }
        fn list(&self, _: &str) -> Option<Vec<u8>> {
            None
        }
    }
    let listener = Listener(Vec::new().into());
    case.gather(&listener).unwrap();
    listener.0.into_inner()
}

/// The lists that a file carries in itself.
#[test]
fn lists_inside_a_file_are_heeded() {
    if find("openssl").is_none() {
        return;
    }
    let case = case();
    let mut source = Source::of(&case);
    source.answers = false;
    let nothing = case.gather(&source).unwrap();
    assert_eq!(nothing.missing, ["Người ký"], "nobody tells of the person");

    let clean = list(&case.between, &[], NEXT);
    source.lists.insert("http://crl.example/between", clean);
    let data = case.gather(&source).unwrap();
    assert_eq!((data.lists.len(), data.missing.len()), (2, 0));
    let kept = keep(&case.pdf, &data).unwrap();
    assert!(case.judged(&kept).1.contains(&"long_term"));
    let twice = keep(&kept, &data).unwrap();
    assert!(twice.len() < kept.len() + 2000, "nothing is put in twice");

    // Somebody adds a list by which the person was revoked before signing.
    let revoked = list(&case.between, &[(PERSON, (2023, 3, 10))], NEXT);
    let told = keep(
        &kept,
        &ValidationData {
            lists: vec![revoked],
            ..ValidationData::default()
        },
    );
    let (problems, _) = case.judged(&told.unwrap());
    assert_eq!(problems, ["certificate_revoked"]);

    // A list that was changed in the file says nothing, and the file is not called long-term.
    let mut broken = kept.clone();
    let at = kept.len() - before_end(&kept, &data.lists[1]);
    broken[at] ^= 1;
    let (problems, notes) = case.judged(&broken);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(notes.contains(&"revocation_not_checked"), "{notes:?}");
}

/// How far before the end of a file the last byte of a piece stands.
fn before_end(file: &[u8], piece: &[u8]) -> usize {
    let mut windows = file.windows(piece.len());
    let at = windows.rposition(|window| window == piece).unwrap();
    file.len() - (at + piece.len() - 1)
}

/// The decision as the office makes it: certified by the person, sealed by the agency, then the proof behind both.
#[test]
fn the_proof_behind_the_seal_spoils_neither_signature_for_others() {
    let office = paper::office();
    let sealed = paper::sealed_decision(&office);
    let data = ValidationData {
        lists: vec![list(&root_with(authority("Gốc")), &[], NEXT)],
        ..ValidationData::default()
    };
    let kept = keep(&sealed, &data).unwrap();
    let trust = Trust {
        roots: vec![office.authority.certificate().to_vec()],
        ..Trust::default()
    };
    let report = verify(&kept, &trust, paper::now()).unwrap();
    assert!(report.valid, "{report:?}");
    let seal = &report.signatures[1];
    assert!(
        seal.message_vi.contains("dữ liệu phục vụ kiểm tra về sau"),
        "{}",
        seal.message_vi
    );
    let root = office.authority.certificate();
    let judges = [
        (outside_tools::pyhanko(&kept, root), "judged VALID."),
        (outside_tools::pdfsig(&kept), "Signature is Valid."),
    ];
    for (answer, words) in judges {
        let Some(answer) = answer else { return };
        assert_eq!(answer.text.matches(words).count(), 2, "{}", answer.text);
    }
}
