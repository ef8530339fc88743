//! A token that is a program: SoftHSM, filled with Debian's own tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use trinhky_pades::{SignError, Signer, describe_certificate};
use trinhky_tokens::{TokenKey, TokenSigner, list};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "135792";

/// The library reads its configuration from the environment when it is loaded, so the story runs in a
/// process of its own, with the folder of the tokens in it.
#[test]
fn a_token_signs_and_says_plainly_why_it_does_not() {
    let tools = ["softhsm2-util", "pkcs11-tool", "openssl"];
    if !Path::new(MODULE).exists() || tools.iter().any(|tool| !on_path(tool)) {
        assert!(
            variable("TRINHKY_REQUIRE_TOOLS") != "1",
            "softhsm2, opensc or openssl is not installed"
        );
        eprintln!("skipped: SoftHSM is not installed (tools/install-test-tools installs it)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("tokens")).unwrap();
    let settings = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
        folder.path().display()
    );
    std::fs::write(&settings, text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "story", "--nocapture"])
        .env("SOFTHSM2_CONF", &settings)
        .env("TOKENS", folder.path())
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
#[ignore = "run by the test above, in a process whose environment names the tokens"]
fn story() {
    let folder = variable("TOKENS");
    let folder = Path::new(&folder);
    fill(folder, "01", &["rsa:2048"]);
    fill(folder, "02", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);

    let found = list(Path::new(MODULE)).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    for one in &found {
        assert_eq!(one.token, "ký số");
        let known = describe_certificate(&one.chain[0]).unwrap();
        assert!(
            known.subject.starts_with("Nguyễn Văn An"),
            "{}",
            known.subject
        );
        let signer = TokenSigner::new(one.key.clone(), one.chain.clone(), PIN.into()).unwrap();
        for message in [&b""[..], b"abc", &[7; 4096]] {
            let signature = signer.sign(message).unwrap();
            assert!(openssl_accepts(folder, &one.chain[0], message, &signature));
        }
    }

    let one = &found[0];
    let with =
        |key: TokenKey, pin: &str| TokenSigner::new(key, one.chain.clone(), pin.into()).unwrap();
    // Also right after a good one: every signature logs in anew.
    assert!(matches!(
        with(one.key.clone(), "000000").sign(b"x"),
        Err(SignError::WrongPin)
    ));
    assert!(matches!(
        with(one.key.clone(), "").sign(b"x"),
        Err(SignError::WrongPin)
    ));
    assert!(with(one.key.clone(), PIN).sign(b"x").is_ok());

    let mut elsewhere = one.key.clone();
    elsewhere.serial = "ffffffffffffffff".into();
    assert!(matches!(
        with(elsewhere, PIN).sign(b"x"),
        Err(SignError::TokenMissing)
    ));
    let mut other_key = one.key.clone();
    other_key.id = vec![9];
    assert!(matches!(
        with(other_key, PIN).sign(b"x"),
        Err(SignError::TokenMissing)
    ));
    let mut no_module = one.key.clone();
    no_module.module = "/nowhere/libtoken.so".into();
    assert!(matches!(
        with(no_module, PIN).sign(b"x"),
        Err(SignError::Unavailable(_))
    ));

    pull_out_while_signing(folder, || with(one.key.clone(), PIN));

    // Pulled out between two signatures.
    std::fs::remove_dir_all(plugged(folder)).unwrap();
    let gone = with(one.key.clone(), PIN).sign(b"x").unwrap_err();
    assert!(matches!(gone, SignError::TokenMissing), "{gone:?}");
}

/// The token goes while it signs, at whatever step that meets it: each signature is whole, or refused as a token that is
/// not there. Then it is plugged in again.
fn pull_out_while_signing(folder: &Path, signer: impl Fn() -> TokenSigner) {
    let (plugged, drawer) = (plugged(folder), folder.join("drawer"));
    let mut after = Vec::new();
    for round in 0..30 {
        let moves = std::thread::spawn({
            let (plugged, drawer) = (plugged.clone(), drawer.clone());
            move || {
                // A little later in each round.
                (0..round * 20_000).for_each(|step| {
                    std::hint::black_box(step);
                });
                std::fs::rename(plugged, drawer).unwrap();
            }
        });
        let mut signed = 0;
        let why = loop {
            let signer = signer();
            match signer.sign(b"x") {
                Ok(signature) => {
                    let own = &signer.certificate_chain()[0];
                    assert!(openssl_accepts(folder, own, b"x", &signature));
                    signed += 1;
                }
                Err(why) => break why,
            }
        };
        moves.join().unwrap();
        std::fs::rename(&drawer, &plugged).unwrap();
        assert!(
            matches!(why, SignError::TokenMissing),
            "round {round}: {why:?}"
        );
        after.push(signed);
    }
    println!("signatures before the token went: {after:?}");
    assert!(signer().sign(b"x").is_ok(), "plugged in again");
}

/// The one token's own folder.
fn plugged(folder: &Path) -> PathBuf {
    let mut inside = std::fs::read_dir(folder.join("tokens")).unwrap();
    inside.next().unwrap().unwrap().path()
}

/// Puts a key and its self-signed certificate on the token, which is made when it is not there yet.
fn fill(folder: &Path, id: &str, key: &[&str]) {
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(program)
            .args(args)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{program} {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    if id == "01" {
        let token = [
            "--init-token",
            "--free",
            "--label",
            "ký số",
            "--so-pin",
            "97531",
            "--pin",
            PIN,
        ];
        run("softhsm2-util", &token);
    }
    let subject = format!("/C=VN/O=UBND huyện Cao Lộc/CN=Nguyễn Văn An {id}");
    let mut request = vec![
        "req", "-x509", "-nodes", "-utf8", "-subj", &subject, "-days", "3650",
    ];
    request.extend(["-addext", "basicConstraints=critical,CA:FALSE"]);
    request.extend([
        "-keyout", "key.pem", "-out", "cert.der", "-outform", "DER", "-newkey",
    ]);
    request.extend(key);
    run("openssl", &request);
    let import = [
        "--import", "key.pem", "--token", "ký số", "--label", id, "--id", id, "--pin", PIN,
    ];
    run("softhsm2-util", &import);
    let write = [
        "--module",
        MODULE,
        "--token-label",
        "ký số",
        "--login",
        "--pin",
        PIN,
    ];
    let what = [
        "--write-object",
        "cert.der",
        "--type",
        "cert",
        "--id",
        id,
        "--label",
        id,
    ];
    run("pkcs11-tool", &[&write[..], &what[..]].concat());
}

fn openssl_accepts(folder: &Path, certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    write("c.der", certificate);
    write("m", message);
    write("s", signature);
    let key = Command::new("openssl")
        .args([
            "x509", "-inform", "DER", "-in", "c.der", "-pubkey", "-noout",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    write("k.pem", &key.stdout);
    Command::new("openssl")
        .args([
            "dgst",
            "-sha256",
            "-verify",
            "k.pem",
            "-signature",
            "s",
            "m",
        ])
        .current_dir(folder)
        .output()
        .unwrap()
        .status
        .success()
}

fn on_path(tool: &str) -> bool {
    std::env::split_paths(&variable("PATH")).any(|folder| folder.join(tool).is_file())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test may ask where the tools of this machine are"
)]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
