//! A remote signing service as the office uses it: a small server that speaks the protocol, with keys of its own that only
//! OpenSSL touches. The real services are untried.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use trinhky::app::App;
use trinhky::config::Config;
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::{find, issue};
use trinhky::fault::{Fault, Outcome};
use trinhky::signing::bind::{self, Holder, Term};
use trinhky::signing::rows::signing_key;
use trinhky::signing::{Using, remote};
use trinhky_csc::Asks;
use trinhky_pades::{Signer as _, Trust, verify};
use uuid::Uuid;

use super::office;
use super::signing::{chairman_post, issued, with_openssl};
use super::visitor::Visitor;

const ADMIN: &str = "duong.duc.cuong@caoloc.example";
const CHAIRMAN: &str = "nguyen.duy.anh@caoloc.example";
/// What the service's holder knows.
const PIN: &str = "2468";
const CODE: &str = "135790";

/// A key of the service.
struct Key {
    id: &'static str,
    /// As `credentials/info` says it.
    auth: Value,
}

/// The service: what it holds, and what was asked of it.
struct Service {
    folder: PathBuf,
    keys: Vec<Key>,
    /// How it lets in.
    auth_type: &'static str,
    asked: Mutex<Vec<String>>,
    /// The hash that was authorised last; a signature over another is refused.
    authorised: Mutex<Option<Value>>,
}

impl Service {
    fn answer(&self, path: &str, authorization: &str, body: &[u8]) -> (u16, Value) {
        let method = path.trim_start_matches("/csc/v2/").to_owned();
        self.asked.lock().expect("a list").push(method.clone());
        let sent: Value = serde_json::from_slice(body).unwrap_or_default();
        let no = |error: &str| {
            let said =
                json!({ "error": error, "error_description": format!("because of {error}") });
            (400, said)
        };
        match method.as_str() {
            "info" => {
                let specs = if self.auth_type == "old" {
                    "1.0.4.0"
                } else {
                    "2.0.0.2"
                };
                return (200, json!({ "specs": specs, "authType": [self.auth_type] }));
            }
            "auth/login" => {
                let wanted = format!("Basic {}", BASE64.encode("vp-cao-loc:bí mật"));
                return match authorization == wanted {
                    true => (200, json!({ "access_token": "T1", "token_type": "Bearer" })),
                    false => (401, json!({ "error": "authentication_error" })),
                };
            }
            "oauth2/token" => {
                let form = String::from_utf8_lossy(body).into_owned();
                let wanted = "grant_type=client_credentials&client_id=vp-cao-loc&client_secret=b%C3%AD%20m%E1%BA%ADt";
                return match form == wanted {
                    true => (200, json!({ "access_token": "T1", "token_type": "Bearer" })),
                    false => (401, json!({ "error": "invalid_client" })),
                };
            }
            _ if authorization != "Bearer T1" => return (401, json!({ "error": "invalid_token" })),
            "credentials/list" => {
                let ids: Vec<&str> = self.keys.iter().map(|key| key.id).collect();
                return (200, json!({ "credentialIDs": ids }));
            }
            _ => {}
        }
        let Some(key) = self.keys.iter().find(|key| sent["credentialID"] == key.id) else {
            return no("invalid_request");
        };
        match method.as_str() {
            "credentials/info" => {
                let der = std::fs::read(self.folder.join(format!("{}.der", key.id)));
                let certificates = [BASE64.encode(der.expect("a certificate"))];
                let cert = json!({ "certificates": certificates });
                (
                    200,
                    json!({ "key": { "status": "enabled" }, "cert": cert, "auth": key.auth }),
                )
            }
            "credentials/getChallenge" => (200, json!({})),
            "credentials/authorize" => {
                let typed = |name: &str| {
                    let all = sent["authData"].as_array().cloned().unwrap_or_default();
                    all.into_iter()
                        .find(|one| one["id"] == name)
                        .and_then(|one| one["value"].as_str().map(str::to_owned))
                };
                let asks = |name: &str| key.auth["objects"].to_string().contains(name);
                if asks("PIN") && typed("PIN").as_deref() != Some(PIN) {
                    return no("invalid_pin");
                }
                if asks("OTP") && typed("OTP").as_deref() != Some(CODE) {
                    return no("invalid_otp");
                }
                *self.authorised.lock().expect("a hash") = Some(sent["hashes"].clone());
                (200, json!({ "SAD": "S1", "expiresIn": 60 }))
            }
            "signatures/signHash" => {
                let allowed = self.authorised.lock().expect("a hash").take();
                if sent["SAD"] != "S1" || allowed.as_ref() != Some(&sent["hashes"]) {
                    return no("invalid_sad");
                }
                let hash = sent["hashes"][0].as_str().expect("a hash");
                let hash = BASE64.decode(hash).expect("base 64");
                let signature = self.sign(key.id, &hash);
                (200, json!({ "signatures": [BASE64.encode(signature)] }))
            }
            _ => (404, Value::Null),
        }
    }

    fn sign(&self, id: &str, hash: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder.join("hash"), hash).expect("written");
        let key = format!("{id}.key");
        openssl(
            &self.folder,
            &[
                "pkeyutl",
                "-sign",
                "-inkey",
                &key,
                "-pkeyopt",
                "digest:sha256",
                "-in",
                "hash",
                "-out",
                "signature",
            ],
        );
        std::fs::read(self.folder.join("signature")).expect("a signature")
    }
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

/// A key of the service with a certificate of an authority of its own, valid around the story's days.
fn make_key(folder: &Path, id: &str, name: &str) {
    let (signer, key) = issued(name);
    keep_key(folder, id, &key, &signer.certificate_chain()[0]);
}

/// The RSA key of the PDF crate's own tests.
fn rsa_key(folder: &Path, id: &str) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pades/tests/fixtures");
    let read = |name: &str| std::fs::read_to_string(fixtures.join(name)).expect("a fixture");
    let chain = Trust::from_pem(&read("rsa-trial.cert.pem")).expect("a certificate");
    keep_key(folder, id, &read("rsa-trial.key.pem"), &chain.roots[0]);
}

fn keep_key(folder: &Path, id: &str, key: &str, certificate: &[u8]) {
    std::fs::write(folder.join(format!("{id}.key")), key).expect("written");
    std::fs::write(folder.join(format!("{id}.der")), certificate).expect("written");
}

/// Serves until the process ends; the base of its addresses.
fn serve(service: Arc<Service>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = take_one(stream, &service);
        }
    });
    format!("http://{address}/csc/v2")
}

fn take_one(mut stream: TcpStream, service: &Service) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut authorization, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().unwrap_or_default(),
            Some(("Authorization", value)) => value.clone_into(&mut authorization),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, said) = service.answer(path, &authorization, &body);
    let said = said.to_string();
    let length = said.len();
    write!(
        stream,
        "HTTP/1.0 {status} X\r\nContent-Length: {length}\r\n\r\n{said}"
    )
}

/// A service with the Chairman's key (ECDSA, PIN and a code that it sends), the agency's (RSA, nothing asked here), and one
/// that can be authorised only in the service's own pages.
fn service(folder: &Path, auth_type: &'static str) -> Arc<Service> {
    make_key(folder, "chu-tich", "Nguyễn Duy Anh");
    rsa_key(folder, "co-quan");
    make_key(folder, "khac", "Khác");
    let objects = json!([
        { "type": "Password", "id": "PIN" },
        { "type": "Password", "id": "OTP", "generator": "echallenge" },
    ]);
    Arc::new(Service {
        folder: folder.to_owned(),
        keys: vec![
            Key {
                id: "chu-tich",
                auth: json!({ "mode": "explicit", "objects": objects }),
            },
            Key {
                id: "co-quan",
                auth: json!({ "mode": "implicit" }),
            },
            Key {
                id: "khac",
                auth: json!({ "mode": "oauth2code" }),
            },
        ],
        auth_type,
        asked: Mutex::default(),
        authorised: Mutex::default(),
    })
}

/// The office, told of the service.
async fn told(app: App, folder: &Path, url: &str, password: &str) -> App {
    let mut config = Config {
        data: folder.to_owned(),
        ..app.config.clone()
    };
    url.clone_into(&mut config.signing.csc_url);
    config.signing.csc_user = "vp-cao-loc".to_owned();
    password.clone_into(&mut config.signing.csc_password);
    office::reopened_as(app, config).await
}

fn term() -> Term {
    Term {
        from: NaiveDate::from_ymd_opt(2023, 3, 1).expect("a day"),
        until: None,
    }
}

fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) -> (String, String) {
    match outcome {
        Err(Fault::Refused(refusal)) => (refusal.field.unwrap_or_default(), refusal.en),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

async fn key_of(app: &App, fingerprint: &str) -> signing_key::Model {
    let found = signing_key::Entity::find()
        .filter(signing_key::Column::Fingerprint.eq(fingerprint))
        .one(app.store.reader())
        .await;
    found.expect("keys").expect("the key is registered")
}

async fn state(app: &App, id: Uuid) -> String {
    let document = find::document(app.store.reader(), id).await;
    document.expect("the document").row.state
}

#[tokio::test]
async fn the_chairman_signs_with_pin_and_code_and_the_agency_seals_with_keys_of_a_service() {
    if !with_openssl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let keys = tempfile::tempdir().expect("a folder");
    let peer = service(keys.path(), "basic");
    let url = serve(Arc::clone(&peer));
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let app = told(app, folder.path(), &url, "bí mật").await;
    let (chair, org) = office::first(&app, "chair").await;
    let (admin, _) = office::first(&app, "admin").await;
    let seen = office::seen(&app, id).await;
    let approve = Decision::Approve;
    decide(&app, &chair, id, seen.clone(), approve, String::new())
        .await
        .expect("it is approved");

    // The administrator looks at what the service has. What can be authorised elsewhere only is not offered.
    let offered = remote::credentials(&app).await.expect("keys");
    let ids: Vec<&str> = offered.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["chu-tich", "co-quan"]);
    let (pin, code, sends_code) = (true, true, true);
    let asks = Asks {
        pin,
        code,
        sends_code,
    };
    assert_eq!((offered[0].asks, offered[1].asks), (asks, Asks::default()));
    let post = chairman_post(&app, org).await;
    for (found, holder) in offered
        .iter()
        .zip([Holder::Post(post), Holder::Agency(org)])
    {
        bind::bind_remote(&app, &admin, org, (holder, term()), found)
            .await
            .expect("it is registered");
    }
    let print = |index: usize| {
        let der = &offered[index].chain[0];
        trinhky_pades::describe_certificate(der)
            .expect("a certificate")
            .fingerprint
    };
    let chairman = key_of(&app, &print(0)).await;
    let agency = key_of(&app, &print(1)).await;

    // Wrong PIN, wrong code, none: a sentence at the field; the document waits as it did.
    let using = |secret: &str, code: &str| Using {
        key: Some(chairman.id),
        secret: secret.to_owned(),
        code: code.to_owned(),
    };
    for (secret, code, field) in [
        ("", CODE, "pin"),
        (PIN, "", "code"),
        ("1", CODE, "pin"),
        (PIN, "1", "code"),
    ] {
        let wrong = issue::sign_with(&app, &chair, id, seen.clone(), &using(secret, code)).await;
        assert_eq!(refused(wrong).0, field, "{secret:?} {code:?}");
    }
    assert_eq!(state(&app, id).await, "approved");
    remote::send_code(&app, &chairman)
        .await
        .expect("the code is sent");
    let asked = peer.asked.lock().expect("a list").clone();
    assert!(asked.contains(&"credentials/getChallenge".to_owned()));

    issue::sign_with(&app, &chair, id, seen, &using(PIN, CODE))
        .await
        .expect("it is signed");
    let clerk = office::agency_clerk(&app, org).await;
    issue::assign_number(&app, &clerk, id, app.today())
        .await
        .expect("it is numbered");
    let sealing = Using {
        key: Some(agency.id),
        ..Using::default()
    };
    issue::seal_with(&app, &clerk, id, &sealing)
        .await
        .expect("it is sealed");
    let file = find::file(app.store.reader(), id, "sealed").await;
    let digest = file.expect("read").expect("the sealed file").digest;
    let pdf = app.files.get(&digest).await.expect("bytes");
    let trust = Trust {
        roots: offered.iter().map(|one| one.chain[0].clone()).collect(),
        ..Trust::default()
    };
    let report = verify(&pdf, &trust, app.clock.now());
    let report = report.expect("a report");
    assert!(report.valid, "{report:?}");
    assert_eq!(report.signatures.len(), 2);
}

#[tokio::test]
async fn a_service_that_does_not_let_in_is_gone_or_is_too_old_says_so_and_costs_nothing() {
    if !with_openssl() {
        return;
    }
    let keys = tempfile::tempdir().expect("a folder");
    for (auth_type, password, sentence) in [
        ("basic", "sai", "refused"),
        ("oauth2client", "sai", "refused"),
        ("oauth2code", "bí mật", "lets in by oauth2code only"),
        ("old", "bí mật", "version 1.0.4.0"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let url = serve(service(keys.path(), auth_type));
        let app = office::open(folder.path(), "", office::ORGANISATION).await;
        let app = told(app, folder.path(), &url, password).await;
        let (_, said) = refused(remote::credentials(&app).await);
        assert!(said.contains(sentence), "{auth_type}: {said}");
        if auth_type == "oauth2client" {
            let app = told(app, folder.path(), &url, "bí mật").await;
            assert_eq!(remote::credentials(&app).await.expect("keys").len(), 2);
            let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
            let url = format!("http://{}/csc/v2", gone.local_addr().expect("an address"));
            drop(gone);
            let app = told(app, folder.path(), &url, "bí mật").await;
            let (_, said) = refused(remote::credentials(&app).await);
            assert!(said.contains("does not answer"), "{said}");
        }
    }
}

#[tokio::test]
async fn the_page_of_keys_asks_the_service_only_when_it_is_told_to() {
    if !with_openssl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let keys = tempfile::tempdir().expect("a folder");
    let peer = service(keys.path(), "basic");
    let url = serve(Arc::clone(&peer));
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let app = told(app, folder.path(), &url, "bí mật").await;
    let admin = Visitor::of(&app, ADMIN).await;
    let page = admin.open("/quan-tri/khoa-ky").await;
    assert!(page.text.contains("Xem khóa ở dịch vụ"));
    assert!(peer.asked.lock().expect("a list").is_empty());
    let page = admin.open("/quan-tri/khoa-ky?dich_vu=1").await;
    let mut form = page.form("/quan-tri/khoa-ky/dich-vu");
    let (_, org) = office::first(&app, "chair").await;
    let holder = format!("post:{}", chairman_post(&app, org).await);
    form.choose("remote", "chu-tich");
    form.choose("holder", &holder);
    form.set("from", "1/3/2023");
    let page = admin.press(&form).await;
    assert!(page.text.contains("Đã đăng ký khóa ký."), "{}", page.text);
    assert!(page.text.contains("Dịch vụ ký số từ xa"), "{}", page.text);

    // The Chairman's page asks for what this key asks for, and lets the code be sent.
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let (chair, _) = office::first(&app, "chair").await;
    let seen = office::seen(&app, id).await;
    let approve = Decision::Approve;
    decide(&app, &chair, id, seen, approve, String::new())
        .await
        .expect("it is approved");
    let chairman = Visitor::of(&app, CHAIRMAN).await;
    let path = format!("/van-ban/{id}/ky");
    let mut form = chairman.open(&path).await.form(&path);
    form.set("pin", PIN);
    let page = chairman.send(&form.by("code")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("đã gửi mã một lần"), "{}", page.text);
    let mut form = page.form(&path);
    form.set("pin", PIN);
    form.set("code", "000000");
    let page = chairman.send(&form).await;
    assert!(page.text.contains("Mã một lần không đúng"), "{}", page.text);
    let mut form = page.form(&path);
    form.set("pin", PIN);
    form.set("code", CODE);
    chairman.press(&form).await;
    assert_eq!(state(&app, id).await, "signed");
}
