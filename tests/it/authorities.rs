//! The authorities that the office asks when it signs: what happens to a document while they do not answer, and what it
//! carries with it when they do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit::rows::journal;
use trinhky::config::{Config, Signing};
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::{find, issue};
use trinhky::fault::Fault;
use trinhky::people::rows::post;
use trinhky::signing::bind::{self, Holder, Term};
use trinhky::signing::rows::signing_key;
use trinhky::signing::{Using, verifier};
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

/// An authority that certifies keys and answers about them at an address, founded in the folder.
struct Certifier<'a> {
    folder: &'a Path,
}

impl<'a> Certifier<'a> {
    fn found(folder: &'a Path, address: &str) -> Self {
        let settings = format!(
            "[ca]\ndefault_ca = here\n[here]\ndatabase = index\nnew_certs_dir = .\nserial = certificates\n\
             default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n\
             [authority]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\n\
             [person]\nbasicConstraints = critical,CA:FALSE\n\
             keyUsage = critical,digitalSignature,nonRepudiation\n\
             authorityInfoAccess = OCSP;URI:http://{address}/ocsp\n"
        );
        std::fs::write(folder.join("ca.cnf"), settings).expect("written");
        std::fs::write(folder.join("index"), "").expect("written");
        let this = Self { folder };
        this.ask_for("root", "Chứng thực thử");
        this.certify("root", &["-selfsign", "-create_serial"], "authority");
        this
    }

    /// A new key, and the request for its certificate.
    fn ask_for(&self, file: &str, name: &str) {
        let subject = format!("/CN={name}");
        let (key, request) = (format!("{file}.key"), format!("{file}.csr"));
        let mut arguments = vec!["req", "-new", "-newkey", "rsa:2048", "-nodes", "-utf8"];
        arguments.extend(["-subj", &subject, "-keyout", &key, "-out", &request]);
        openssl(self.folder, &arguments);
    }

    fn certify(&self, file: &str, how: &[&str], kind: &str) {
        let (request, certificate) = (format!("{file}.csr"), format!("{file}.pem"));
        let mut arguments = vec!["ca", "-batch", "-config", "ca.cnf", "-utf8", "-notext"];
        arguments.extend(how);
        arguments.extend(["-keyfile", "root.key", "-extensions", kind]);
        arguments.extend([
            "-startdate",
            "20230101000000Z",
            "-enddate",
            "20400101000000Z",
        ]);
        arguments.extend(["-in", &request, "-out", &certificate]);
        openssl(self.folder, &arguments);
    }

    /// A key file for somebody.
    fn key_file(&self, file: &str, name: &str) -> Vec<u8> {
        self.ask_for(file, name);
        self.certify(file, &["-cert", "root.pem"], "person");
        let (key, certificate) = (format!("{file}.key"), format!("{file}.pem"));
        let (target, password) = (format!("{file}.p12"), format!("pass:{PASSWORD}"));
        let mut arguments = vec!["pkcs12", "-export", "-inkey", &key, "-in", &certificate];
        arguments.extend([
            "-certfile",
            "root.pem",
            "-out",
            &target,
            "-passout",
            &password,
        ]);
        openssl(self.folder, &arguments);
        std::fs::read(self.folder.join(target)).expect("a key file")
    }

    fn revoke(&self, file: &str) {
        let certificate = format!("{file}.pem");
        let mut arguments = vec!["ca", "-config", "ca.cnf", "-cert", "root.pem"];
        arguments.extend(["-keyfile", "root.key", "-revoke", &certificate]);
        openssl(self.folder, &arguments);
    }
}

/// The answer of the authority in the folder to a question about one of its certificates.
fn tell(folder: &Path, question: &[u8]) -> Vec<u8> {
    std::fs::write(folder.join("question"), question).expect("written");
    let mut arguments = vec!["ocsp", "-index", "index", "-CA", "root.pem", "-ndays", "7"];
    arguments.extend(["-rsigner", "root.pem", "-rkey", "root.key"]);
    arguments.extend(["-reqin", "question", "-respout", "told"]);
    openssl(folder, &arguments);
    std::fs::read(folder.join("told")).expect("an answer")
}

const PASSWORD: &str = "mat-khau-tep-khoa";

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
            revocation_hosts: Vec::new(),
            ..Signing::default()
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

/// B-LT: the authorities are asked while they answer, and their answers travel with the document; who does not answer
/// holds up nothing, and a revoked key signs nothing.
#[tokio::test]
async fn a_sealed_document_carries_the_proof_that_no_key_was_revoked() {
    if !with_openssl() {
        return;
    }
    let authority = tempfile::tempdir().expect("a folder");
    let here = authority.path().to_owned();
    found_stamping(&here);
    let answers = Arc::new(AtomicBool::new(true));
    let (asked, silent) = (here.clone(), answers.clone());
    let address = serve(move |path, body| match path {
        "/tsa" => Some(ok(&stamp(&asked, body))),
        "/ocsp" if silent.load(Ordering::SeqCst) => Some(ok(&tell(&asked, body))),
        _ => None,
    });
    let certifier = Certifier::found(&here, &address);
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let config = Config {
        data: folder.path().to_owned(),
        trusted_authorities: vec![here.join("tsa.pem"), here.join("root.pem")],
        signing: Signing {
            tsa_url: format!("http://{address}/tsa"),
            revocation_hosts: vec![address.clone()],
            ..Signing::default()
        },
        ..Config::default()
    };
    let app = office::reopened_as(app, config).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let (chair, org) = office::first(&app, "chair").await;
    let (admin, _) = office::first(&app, "admin").await;
    let clerk = office::agency_clerk(&app, org).await;
    let seen = office::seen(&app, id).await;
    let approve = Decision::Approve;
    decide(&app, &chair, id, seen.clone(), approve, String::new())
        .await
        .expect("it is approved");
    let post = post::Entity::find()
        .filter(post::Column::Role.eq("chair"))
        .filter(post::Column::OrgId.eq(org))
        .one(app.store.reader())
        .await
        .expect("posts")
        .expect("the Chairman's post");
    let bind = |holder: Holder, file: &'static str| {
        let (app, admin) = (app.clone(), admin.clone());
        let key = certifier.key_file(file, file);
        let term = Term {
            from: app.today(),
            until: None,
        };
        async move {
            let before = keys(&app).await;
            bind::bind_file(&app, &admin, org, (holder, term), key, PASSWORD)
                .await
                .expect("the key is registered");
            let mut after = keys(&app).await;
            after.retain(|id| !before.contains(id));
            Using {
                key: after.pop(),
                secret: PASSWORD.to_owned(),
                ..Using::default()
            }
        }
    };

    // A key that was lost and reported: nothing is signed with it.
    let lost = bind(Holder::Post(post.id), "lost").await;
    certifier.revoke("lost");
    match issue::sign_with(&app, &chair, id, seen.clone(), &lost).await {
        Err(Fault::Refused(refusal)) => {
            assert!(refusal.vi.contains("đã bị thu hồi"), "{}", refusal.vi);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(state(&app, id).await, ("approved".to_owned(), None));

    // Nobody tells of the next key at this moment: that holds up nobody.
    let held = bind(Holder::Post(post.id), "held").await;
    answers.store(false, Ordering::SeqCst);
    issue::sign_with(&app, &chair, id, seen, &held)
        .await
        .expect("it is signed");
    issue::assign_number(&app, &clerk, id, app.today())
        .await
        .expect("it is numbered");
    answers.store(true, Ordering::SeqCst);
    let seal = bind(Holder::Agency(org), "seal").await;
    issue::seal_with(&app, &clerk, id, &seal)
        .await
        .expect("it is sealed");

    // The file alone, years later, with nothing but the roots.
    let trust = verifier::trust(&app).expect("the authorities are read");
    let report = verify(&sealed(&app, id).await, &trust, later()).expect("a PDF");
    assert!(report.valid, "{report:?}");
    assert_eq!(report.signatures.len(), 2);
    for signature in &report.signatures {
        let rules: Vec<&str> = signature.notes.iter().map(|note| note.rule).collect();
        assert!(rules.contains(&"long_term"), "{rules:?}");
    }
    let entry = journal::Entity::find()
        .filter(journal::Column::DocumentId.eq(id))
        .filter(journal::Column::Act.eq("document.sealed"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the seal");
    assert!(
        entry
            .summary
            .ends_with(", kèm dữ liệu kiểm tra chữ ký về sau"),
        "{}",
        entry.summary
    );
}

/// All registered keys.
async fn keys(app: &App) -> Vec<Uuid> {
    let keys = signing_key::Entity::find().all(app.store.reader()).await;
    let keys = keys.expect("keys are read").into_iter();
    keys.map(|key| key.id).collect()
}

async fn sealed(app: &App, id: Uuid) -> Vec<u8> {
    let file = find::file(app.store.reader(), id, "sealed").await;
    let digest = file.expect("files are read").expect("a file").digest;
    app.files.get(&digest).await.expect("the sealed file")
}
