//! The authorities that the office asks when it signs: what happens to a document while they do not answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use trinhky::app::App;
use trinhky::config::{Config, Signing};
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::{find, issue};
use trinhky::fault::Fault;
use trinhky::signing::verifier;
use trinhky_pades::verify;
use uuid::Uuid;

use super::{office, tools};

/// A server on a port of its own that answers until the process ends; its address without `http://`.
fn serve(answer: impl Fn(&str, &[u8]) -> Option<Vec<u8>> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = take_one(stream, &answer);
        }
    });
    address
}

/// Reads one request and answers it; no answer means that the line is cut.
fn take_one(
    mut stream: TcpStream,
    answer: &impl Fn(&str, &[u8]) -> Option<Vec<u8>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    match answer(path, &body) {
        Some(answer) => stream.write_all(&answer),
        None => Ok(()),
    }
}

fn ok(body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.0 200 OK\r\n\r\n", body].concat()
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("openssl runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn with_openssl() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        tools::missing("openssl");
    }
    there
}

/// Makes the key and the certificate of a time-stamp authority in the folder.
fn found_stamping(folder: &Path) {
    let mut request = vec!["req", "-x509", "-nodes", "-newkey", "rsa:2048", "-utf8"];
    request.extend(["-subj", "/C=VN/CN=Dấu thời gian", "-days", "3650"]);
    request.extend(["-keyout", "tsa.key", "-out", "tsa.pem"]);
    request.extend(["-addext", "extendedKeyUsage=critical,timeStamping"]);
    request.extend(["-addext", "keyUsage=critical,digitalSignature"]);
    openssl(folder, &request);
    std::fs::write(folder.join("serial"), "01").expect("written");
    std::fs::write(
        folder.join("tsa.cnf"),
        "[tsa]\ndefault_tsa = here\n[here]\nserial = serial\nsigner_digest = sha256\n\
         default_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256\naccuracy = secs:1\n\
         ess_cert_id_alg = sha256\n",
    )
    .expect("written");
}

/// A token for a request, by OpenSSL as the authority.
fn stamp(folder: &Path, request: &[u8]) -> Vec<u8> {
    std::fs::write(folder.join("query"), request).expect("written");
    let mut arguments = vec!["ts", "-reply", "-config", "tsa.cnf", "-section", "here"];
    arguments.extend(["-queryfile", "query", "-signer", "tsa.pem"]);
    arguments.extend(["-inkey", "tsa.key", "-out", "answer"]);
    openssl(folder, &arguments);
    std::fs::read(folder.join("answer")).expect("an answer")
}

/// After the authority's own clock, which is the machine's.
fn later() -> DateTime<Utc> {
    "2032-01-01T00:00:00Z".parse().expect("an instant")
}

/// The Chairman approves and signs, the clerk numbers; the number.
async fn sign_and_number(app: &App, id: Uuid) -> i32 {
    let (chair, org) = office::first(app, "chair").await;
    let seen = office::seen(app, id).await;
    let approve = Decision::Approve;
    decide(app, &chair, id, seen.clone(), approve, String::new())
        .await
        .expect("it is approved");
    issue::sign(app, &chair, id, seen)
        .await
        .expect("it is signed");
    let clerk = office::agency_clerk(app, org).await;
    issue::assign_number(app, &clerk, id, app.today())
        .await
        .expect("it is numbered")
}

async fn state(app: &App, id: Uuid) -> (String, Option<i32>) {
    let found = find::document(app.store.reader(), id).await;
    let row = found.expect("the document").row;
    (row.state, row.number)
}

/// F67: the seal's time stamp fails in every way there is; the number stays, the document waits, and the same number is
/// sealed when the authority answers again.
#[tokio::test]
async fn a_seal_whose_time_stamp_fails_waits_with_its_number_and_is_sealed_later() {
    if !with_openssl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let number = sign_and_number(&app, id).await;

    let authority = tempfile::tempdir().expect("a folder");
    let here = authority.path().to_owned();
    found_stamping(&here);
    let root = here.join("tsa.pem");
    // What it answers: an error, a page, half an answer, nothing, somebody else's token, then what is asked for.
    let mood = Arc::new(AtomicUsize::new(0));
    let its_mood = mood.clone();
    let address = serve(move |_, request| match its_mood.load(Ordering::SeqCst) {
        0 => Some(b"HTTP/1.0 503 Service Unavailable\r\n\r\n".to_vec()),
        1 => Some(ok(b"<html>Bao tri</html>")),
        2 => Some(ok(&stamp(&here, request)[..200])),
        3 => None,
        4 => {
            // The last byte of the digest is another one: the token is about something else.
            let mut other = request.to_vec();
            let at = other.windows(2).position(|two| two == [0x04, 0x20]);
            other[at.expect("a digest") + 33] ^= 1;
            Some(ok(&stamp(&here, &other)))
        }
        _ => Some(ok(&stamp(&here, request))),
    });
    let config = Config {
        data: folder.path().to_owned(),
        trusted_authorities: vec![root],
        signing: Signing {
            tsa_url: format!("http://{address}/tsa"),
        },
        ..Config::default()
    };
    let app = office::reopened_as(app, config).await;
    let (_, org) = office::first(&app, "chair").await;
    let clerk = office::agency_clerk(&app, org).await;
    for kind in 0..5 {
        mood.store(kind, Ordering::SeqCst);
        match issue::seal(&app, &clerk, id).await {
            Err(Fault::Refused(refusal)) => assert!(
                refusal.vi.contains("dấu thời gian") || refusal.vi.contains("Dấu thời gian"),
                "{kind}: {}",
                refusal.vi
            ),
            other => panic!("{kind}: {other:?}"),
        }
        assert_eq!(
            state(&app, id).await,
            ("numbered".to_owned(), Some(number)),
            "{kind}"
        );
        let early = issue::issue(&app, &clerk, id).await;
        assert!(early.is_err(), "{kind}: issued without a seal");
    }
    mood.store(5, Ordering::SeqCst);
    issue::seal(&app, &clerk, id).await.expect("it is sealed");
    assert_eq!(state(&app, id).await, ("sealed".to_owned(), Some(number)));

    let trust = verifier::trust(&app).expect("the authorities are read");
    let sealed = sealed(&app, id).await;
    let report = verify(&sealed, &trust, later()).expect("a PDF");
    assert!(report.valid, "{report:?}");
    let stamps: Vec<bool> = report
        .signatures
        .iter()
        .map(|signature| signature.time_stamp.is_some())
        .collect();
    assert_eq!(stamps, [false, true], "the seal alone was stamped");
}

async fn sealed(app: &App, id: Uuid) -> Vec<u8> {
    let file = find::file(app.store.reader(), id, "sealed").await;
    let digest = file.expect("files are read").expect("a file").digest;
    app.files.get(&digest).await.expect("the sealed file")
}
