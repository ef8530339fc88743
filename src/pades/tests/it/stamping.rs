//! Time stamps: asked of OpenSSL as the authority, judged by us and by pyHanko, and every wrong answer refused.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeZone, Utc};
use rcgen::{CertificateParams, CustomExtension, IsCa, KeyUsagePurpose};
use trinhky_pades::{
    Error, SignError, SoftwareSigner, StampFault, Stamped, TimeStamper, Trust, sign_person, verify,
};

use crate::chains::{Link, issue, params, person, root};
use crate::outside_tools::{self, find};
use crate::paper;

/// Extended key usage, as DER: time stamping alone.
const FOR_STAMPING: [u8; 12] = [
    0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08,
];
const NONCE: [u8; 8] = [0, 0xc0, 0xff, 0xee, 1, 2, 3, 4];

/// What happens to a request or an answer on its way.
type OnTheWay = fn(Vec<u8>) -> Vec<u8>;

/// OpenSSL as a time-stamp authority.
pub struct OpenSsl {
    folder: tempfile::TempDir,
    roots: Vec<Vec<u8>>,
    request: OnTheWay,
    answer: OnTheWay,
}

fn unchanged(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

pub fn stamping() -> CertificateParams {
    let mut params = params(
        "Cấp dấu thời gian",
        IsCa::NoCa,
        &[KeyUsagePurpose::DigitalSignature],
    );
    let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], FOR_STAMPING.to_vec());
    usage.set_criticality(true);
    params.custom_extensions.push(usage);
    params
}

impl OpenSsl {
    pub fn open(authority: &Link, roots: Vec<Vec<u8>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("key.pem", &authority.key.serialize_pem());
        put("own.pem", &trinhky_pades::certificate_pem(&authority.der));
        put("serial", "01");
        put(
            "tsa.cnf",
            "[tsa]\ndefault_tsa = here\n[here]\nserial = serial\nsigner_digest = sha256\n\
             default_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256\naccuracy = secs:1\n\
             ess_cert_id_alg = sha256\n",
        );
        Self {
            folder,
            roots,
            request: unchanged,
            answer: unchanged,
        }
    }

    pub fn stamped(self, signer: SoftwareSigner) -> Stamped {
        Stamped {
            signer: Box::new(signer),
            stamper: Box::new(self),
        }
    }
}

impl TimeStamper for OpenSsl {
    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, SignError> {
        let folder: &Path = self.folder.path();
        std::fs::write(folder.join("query"), (self.request)(request.to_vec())).unwrap();
        let output = Command::new("openssl")
            .current_dir(folder)
            .args(["ts", "-reply", "-config", "tsa.cnf", "-section", "here"])
            .args(["-queryfile", "query", "-signer", "own.pem"])
            .args(["-inkey", "key.pem", "-out", "answer"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer =
            std::fs::read(folder.join("answer")).map_err(|_| SignError::NoTimeStamp(said))?;
        Ok((self.answer)(answer))
    }

    fn nonce(&self) -> [u8; 8] {
        NONCE
    }

    fn roots(&self) -> Vec<Vec<u8>> {
        self.roots.clone()
    }
}

fn soft(link: &Link) -> SoftwareSigner {
    SoftwareSigner::from_der(link.key.serialized_der(), vec![link.der.clone()]).unwrap()
}

fn signed_by(signer: &Stamped) -> Result<Vec<u8>, Error> {
    sign_person(
        &paper::prepared(),
        signer,
        &paper::person_request(),
        &paper::fonts(),
    )
}

/// After the stamp, which OpenSSL gives by the machine's clock.
fn later() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2032, 1, 1, 0, 0, 0).unwrap()
}

#[test]
fn a_stamped_signature_is_good_and_says_who_attests_its_time() {
    if find("openssl").is_none() {
        return;
    }
    let root = root();
    let authority = OpenSsl::open(&issue(&root, stamping()), vec![root.der.clone()]);
    let pdf = signed_by(&authority.stamped(soft(&issue(&root, person())))).unwrap();
    let trust = Trust {
        roots: vec![root.der.clone()],
        ..Trust::default()
    };
    let report = verify(&pdf, &trust, later()).unwrap();
    assert!(report.valid, "{report:?}");
    let signature = &report.signatures[0];
    let stamp = signature.time_stamp.as_ref().expect("a time stamp");
    assert_eq!(stamp.authority, "Cấp dấu thời gian");
    assert!(stamp.at > paper::now(), "the authority's own clock");
    let rules: Vec<&str> = signature.notes.iter().map(|note| note.rule).collect();
    assert!(
        rules.contains(&"stamped_time") && !rules.contains(&"claimed_time"),
        "{rules:?}"
    );
    if let Some(answer) = outside_tools::pyhanko_at(&pdf, &root.der, "2032-01-01T00:00:00+00:00") {
        assert!(answer.success, "{}", answer.text);
        assert!(
            answer.text.contains("The signature is judged VALID.")
                && answer.text.contains("timestamp"),
            "{}",
            answer.text
        );
    }
}

#[test]
fn a_certificate_that_ended_since_is_judged_at_the_attested_time() {
    if find("openssl").is_none() {
        return;
    }
    let root = root();
    // Valid when the signer claims to have signed, ended when the authority saw the signature.
    let mut ended = person();
    ended.not_after = rcgen::date_time_ymd(2024, 1, 1);
    let authority = OpenSsl::open(&issue(&root, stamping()), vec![root.der.clone()]);
    let pdf = signed_by(&authority.stamped(soft(&issue(&root, ended)))).unwrap();
    let trust = Trust {
        roots: vec![root.der.clone()],
        ..Trust::default()
    };
    let report = verify(&pdf, &trust, later()).unwrap();
    let rules: Vec<&str> = report.signatures[0]
        .problems
        .iter()
        .map(|problem| problem.rule())
        .collect();
    assert_eq!(rules, ["certificate_expired"], "backdating is found");
}

#[test]
fn a_wrong_answer_leaves_the_document_unsigned_with_a_sentence() {
    if find("openssl").is_none() {
        return;
    }
    let root = root();
    let stranger = self::root();
    let refused = |change: &dyn Fn(&mut OpenSsl)| -> StampFault {
        let mut authority = OpenSsl::open(&issue(&root, stamping()), vec![root.der.clone()]);
        change(&mut authority);
        match signed_by(&authority.stamped(soft(&issue(&root, person())))) {
            Err(Error::Signer(SignError::TimeStamp(fault))) => {
                assert!(!fault.message_vi().is_empty());
                fault
            }
            other => panic!("{:?}", other.map(|pdf| pdf.len())),
        }
    };
    assert_eq!(
        refused(&|authority| authority.roots = vec![stranger.der.clone()]),
        StampFault::Untrusted("Cấp dấu thời gian".into())
    );
    // The request of somebody else: one byte of the digest, one of the nonce.
    assert_eq!(
        refused(&|authority| authority.request = |request| swapped(request, &[0x04, 0x20])),
        StampFault::OtherImprint
    );
    assert_eq!(
        refused(&|authority| authority.request = |request| swapped(request, &[0xc0, 0xff])),
        StampFault::OtherNonce
    );
    // SHA-512 in place of SHA-256, which this authority does not take.
    assert!(matches!(
        refused(&|authority| {
            authority.request = |mut request| {
                let at = position(&request, &[0x65, 0x03, 0x04, 0x02, 0x01]);
                request[at + 4] = 0x03;
                request
            };
        }),
        StampFault::Refused(_)
    ));
    assert!(matches!(
        refused(&|authority| authority.answer = |_| b"<html>".to_vec()),
        StampFault::Unreadable(_)
    ));
    // The last byte of an answer is of the authority's signature.
    assert_eq!(
        refused(&|authority| {
            authority.answer = |mut answer| {
                if let Some(last) = answer.last_mut() {
                    *last ^= 1;
                }
                answer
            };
        }),
        StampFault::NotSigned
    );
}

/// The byte after a mark, changed.
fn swapped(mut bytes: Vec<u8>, mark: &[u8]) -> Vec<u8> {
    let at = position(&bytes, mark) + mark.len();
    bytes[at] ^= 1;
    bytes
}

fn position(bytes: &[u8], mark: &[u8]) -> usize {
    bytes
        .windows(mark.len())
        .position(|window| window == mark)
        .expect("the mark")
}

#[test]
fn an_authority_that_cannot_be_reached_is_said() {
    struct Nobody;
    impl TimeStamper for Nobody {
        fn exchange(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            Err(SignError::NoTimeStamp("connection refused".into()))
        }
        fn nonce(&self) -> [u8; 8] {
            NONCE
        }
        fn roots(&self) -> Vec<Vec<u8>> {
            Vec::new()
        }
    }
    let office = paper::office();
    let stamped = Stamped {
        signer: Box::new(office.person),
        stamper: Box::new(Nobody),
    };
    assert!(matches!(
        signed_by(&stamped),
        Err(Error::Signer(SignError::NoTimeStamp(_)))
    ));
}
