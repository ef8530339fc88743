//! Files encrypted here are opened here and by the program `age`, and the other way round; what was altered is refused.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use trinhky_age::{Error, Identity, Recipient, decrypt, encrypt};

/// Lengths around the borders of chunks.
const LENGTHS: [usize; 8] = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000];

/// Bytes that look like chance and repeat; enough for a test.
fn drawn(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |out: &mut [u8]| {
        for byte in out {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 % 251) as u8).collect()
}

fn sealed(recipients: &[Recipient], text: &[u8]) -> Vec<u8> {
    let mut writer = encrypt(recipients, &mut drawn(9), Vec::new()).expect("begun");
    writer.write_all(text).expect("written");
    writer.finish().expect("finished")
}

fn opened(identity: &Identity, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    decrypt(identity, sealed)?.read_to_end(&mut text)?;
    Ok(text)
}

#[test]
fn what_is_encrypted_for_two_opens_for_each_of_them_and_nobody_else() {
    let [one, two, three] = [1, 2, 3].map(|seed| Identity::new(&mut drawn(seed)));
    for length in LENGTHS {
        let text = text(length);
        let sealed = sealed(&[one.recipient(), two.recipient()], &text);
        for identity in [&one, &two] {
            assert_eq!(opened(identity, &sealed).expect("opened"), text, "{length}");
        }
        let refused = opened(&three, &sealed);
        assert!(matches!(refused, Err(Error::OtherKey)), "{length}");
    }
}

#[test]
fn a_file_that_was_cut_off_or_altered_anywhere_is_refused() {
    let identity = Identity::new(&mut drawn(1));
    let whole = sealed(&[identity.recipient()], &text(65_600));
    let step = whole.len() / 400;
    for at in (0..400).chain((400..whole.len()).step_by(step)) {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert!(opened(&identity, &altered).is_err(), "byte {at}");
        assert!(opened(&identity, &whole[..at]).is_err(), "cut at {at}");
    }
    let longer = [whole.as_slice(), b"x"].concat();
    assert!(opened(&identity, &longer).is_err());
    // Chunks of one file, the first left out: all of them authentic, and still not what was written.
    let start = whole.len() - (65_536 + 16) - (64 + 16);
    let without = [&whole[..start], &whole[start + 65_536 + 16..]].concat();
    assert!(opened(&identity, &without).is_err());
}

#[test]
fn keys_are_read_as_they_are_written_and_mistyped_ones_are_not() {
    let identity = Identity::new(&mut drawn(4));
    let (public, secret) = (identity.recipient().to_string(), identity.secret());
    assert!(public.starts_with("age1") && public.len() == 62, "{public}");
    assert!(secret.starts_with("AGE-SECRET-KEY-1"), "{secret}");
    assert_eq!(public.parse(), Ok(identity.recipient()));
    let file = format!("# created today\n# public key: {public}\n\n{secret}\n");
    let read = Identity::from_file(&file).expect("a key");
    assert_eq!(read.recipient(), identity.recipient());
    for at in 0..public.len() {
        let mut mistyped = public.clone().into_bytes();
        mistyped[at] = if mistyped[at] == b'q' { b'p' } else { b'q' };
        let mistyped = String::from_utf8(mistyped).expect("text");
        assert!(mistyped.parse::<Recipient>().is_err(), "{mistyped}");
    }
    for wrong in [
        "",
        "age1",
        "AGE-SECRET-KEY-1",
        &public,
        &secret.to_lowercase(),
    ] {
        assert!(wrong.parse::<Identity>().is_err(), "{wrong}");
    }
    assert!(Identity::from_file("# nothing\n").is_err());
    assert!(!format!("{identity:?}").contains(&secret[20..]));
}

/// The program `age` (Debian's package) as the other side.
#[test]
fn the_program_age_opens_our_files_and_we_open_its() {
    if Command::new("age").arg("--version").output().is_err() {
        assert!(!tools_required(), "`age` is missing; run `make tools`");
        eprintln!("left out: `age` is missing; run `make tools`");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    run("age-keygen", &["-o", utf8(&path("key"))]);
    let key = std::fs::read_to_string(path("key")).expect("a key");
    let identity = Identity::from_file(&key).expect("age's key");
    let public = identity.recipient().to_string();
    assert!(key.contains(&public), "{key}");
    for length in LENGTHS {
        let text = text(length);
        std::fs::write(path("ours"), sealed(&[identity.recipient()], &text)).expect("written");
        let read = run(
            "age",
            &["-d", "-i", utf8(&path("key")), utf8(&path("ours"))],
        );
        assert!(read == text, "age reads {length} bytes of ours");
        std::fs::write(path("plain"), &text).expect("written");
        let theirs = run("age", &["-r", &public, utf8(&path("plain"))]);
        let read = opened(&identity, &theirs).expect("opened");
        assert!(read == text, "we read {length} bytes of age's");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says by the environment that none may be left out"
)]
fn tools_required() -> bool {
    std::env::var("TRINHKY_REQUIRE_TOOLS").is_ok_and(|value| value == "1")
}

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
    output.stdout
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("text")
}
