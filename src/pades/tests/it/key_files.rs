//! PKCS#12 files as others make them, by the hand of OpenSSL.

use std::path::Path;
use std::process::Command;

use trinhky_pades::{
    SignError, SoftwareSigner, Trust, check_validity, describe_certificate, sign_person, verify,
};

use crate::{outside_tools, paper};

const PASSWORD: &str = "mật khẩu";

struct Made {
    p12: Vec<u8>,
    certificate: Vec<u8>,
}

/// A self-signed certificate and its key, in one file with the given ciphers.
fn make(openssl: &Path, key: &[&str], ciphers: &[&str]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(openssl)
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let subject = "/C=VN/O=UBND huyện Cao Lộc/CN=Nguyễn Văn An";
    let mut request = vec!["req", "-x509", "-nodes", "-utf8", "-subj", subject];
    request.extend([
        "-days", "3650", "-keyout", "key.pem", "-out", "cert.pem", "-newkey",
    ]);
    request.extend(key);
    request.extend([
        "-addext",
        "keyUsage=critical,digitalSignature,nonRepudiation",
    ]);
    run(&request);
    run(&[
        "x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der",
    ]);
    let password = format!("pass:{PASSWORD}");
    let mut export = vec!["pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem"];
    export.extend(["-out", "key.p12", "-passout", &password]);
    export.extend(ciphers);
    run(&export);
    Made {
        p12: std::fs::read(folder.path().join("key.p12")).unwrap(),
        certificate: std::fs::read(folder.path().join("cert.der")).unwrap(),
    }
}

#[test]
fn key_files_with_new_and_old_ciphers_sign() {
    let Some(openssl) = outside_tools::find("openssl") else {
        return;
    };
    let curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let old = [
        "-certpbe",
        "PBE-SHA1-3DES",
        "-keypbe",
        "PBE-SHA1-3DES",
        "-macalg",
        "sha1",
    ];
    for (key, ciphers) in [
        (&["rsa:2048"][..], &[][..]),
        (&curve[..], &[][..]),
        (&["rsa:2048"][..], &old[..]),
    ] {
        let made = make(&openssl, key, ciphers);
        let signer = SoftwareSigner::from_pkcs12(&made.p12, PASSWORD).unwrap();
        // The certificate is of today; the sample's request claims a day before it, so the claim is moved.
        let known = describe_certificate(&made.certificate).unwrap();
        let mut request = paper::person_request();
        request.time = (known.valid_from + chrono::TimeDelta::hours(1)).into();
        let signed = sign_person(&paper::prepared(), &signer, &request, &paper::fonts()).unwrap();
        let trust = Trust {
            roots: vec![made.certificate],
            ..Trust::default()
        };
        let report = verify(&signed, &trust, known.valid_until).unwrap();
        assert!(report.valid, "{key:?}, {ciphers:?}: {}", report.message);
        assert_eq!(
            report.signatures[0].signer.as_deref(),
            Some("Nguyễn Văn An")
        );
    }
}

#[test]
fn a_wrong_password_or_a_broken_file_gets_its_sentence() {
    let Some(openssl) = outside_tools::find("openssl") else {
        return;
    };
    let made = make(&openssl, &["rsa:2048"], &[]);
    for password in ["", "sai", "mật khẩu "] {
        let refused = SoftwareSigner::from_pkcs12(&made.p12, password);
        assert!(
            matches!(refused, Err(SignError::WrongPassword)),
            "{password:?}"
        );
    }
    for cut in [0, 1, 40, made.p12.len() / 2, made.p12.len() - 1] {
        assert!(
            SoftwareSigner::from_pkcs12(&made.p12[..cut], PASSWORD).is_err(),
            "{cut}"
        );
    }
    // A single altered bit never gives another key.
    for place in (0..made.p12.len()).step_by(97) {
        let mut altered = made.p12.clone();
        altered[place] ^= 0x10;
        if let Ok(signer) = SoftwareSigner::from_pkcs12(&altered, PASSWORD) {
            let chain = trinhky_pades::Signer::certificate_chain(&signer);
            assert_eq!(chain.first(), Some(&made.certificate), "byte {place}");
        }
    }
}

#[test]
fn a_certificate_that_does_not_count_yet_or_any_more_is_refused_before_it_signs() {
    let office = paper::office();
    let own = trinhky_pades::Signer::certificate_chain(&office.person).remove(0);
    let known = describe_certificate(&own).unwrap();
    let second = chrono::TimeDelta::seconds(1);
    assert!(check_validity(&own, known.valid_from).is_ok());
    assert!(check_validity(&own, known.valid_until).is_ok());
    for at in [known.valid_from - second, known.valid_until + second] {
        let refused = check_validity(&own, at).unwrap_err();
        assert!(matches!(refused, SignError::OutsideValidity { .. }));
        assert!(
            refused
                .message_vi()
                .starts_with("Chứng thư số chỉ có hiệu lực từ")
        );
    }
}
