//! Keys that fail and keys that sign: what the office sees, and what stays as it was. Then strangers' files on the page.

use std::path::Path;
use std::process::Command;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chrono::{NaiveDate, TimeDelta};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tower::ServiceExt;
use trinhky::app::App;
use trinhky::audit::rows::journal;
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::rows::register_entry;
use trinhky::documents::{find, issue};
use trinhky::fault::{Fault, Outcome};
use trinhky::people::rows::post;
use trinhky::people::{Actor, sign_in};
use trinhky::routes;
use trinhky::signing::Using;
use trinhky::signing::bind::{self, Holder, Term};
use trinhky::signing::rows::signing_key;
use trinhky_pades::{
    Signer as _, SoftwareSigner, Subject, TrialAuthority, Validity, certificate_pem,
};
use uuid::Uuid;

use super::{office, tools};

pub const PASSWORD: &str = "khoa-cua-chu-tich";

/// A key with a certificate of an authority of its own, valid around the story's days, and the key in PEM.
pub fn issued(name: &str) -> (SoftwareSigner, String) {
    let validity = Validity {
        from: office::start() - TimeDelta::days(30),
        until: office::start() + TimeDelta::days(900),
    };
    let authority = TrialAuthority::create("Tỉnh Lạng Sơn", 1, validity).expect("an authority");
    let subject = Subject {
        name: name.to_owned(),
        title: None,
        organisation: "Ủy ban nhân dân huyện Cao Lộc".to_owned(),
    };
    authority.issue(&subject, 2, validity).expect("a key")
}

/// Such a key and its certificates in a file made by OpenSSL.
pub fn key_file(name: &str) -> Vec<u8> {
    let (signer, key) = issued(name);
    let folder = tempfile::tempdir().expect("a folder");
    let chain: String = signer
        .certificate_chain()
        .iter()
        .map(|der| certificate_pem(der))
        .collect();
    std::fs::write(folder.path().join("key.pem"), key).expect("written");
    std::fs::write(folder.path().join("chain.pem"), chain).expect("written");
    let output = Command::new("openssl")
        .args(["pkcs12", "-export", "-inkey", "key.pem", "-in", "chain.pem"])
        .args(["-out", "key.p12", "-passout", &format!("pass:{PASSWORD}")])
        .current_dir(folder.path())
        .output()
        .expect("openssl runs");
    assert!(output.status.success(), "{output:?}");
    std::fs::read(folder.path().join("key.p12")).expect("a key file")
}

pub fn with_openssl() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        tools::missing("openssl");
    }
    there
}

pub fn term() -> Term {
    Term {
        from: NaiveDate::from_ymd_opt(2023, 3, 1).expect("a day"),
        until: None,
    }
}

fn refused_at<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.field.unwrap_or_default(),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

pub async fn key_of(app: &App, holder: Holder) -> Uuid {
    let column = match holder {
        Holder::Post(id) => signing_key::Column::PostId.eq(id),
        Holder::Agency(id) => signing_key::Column::UnitId.eq(id),
    };
    let found = signing_key::Entity::find()
        .filter(column)
        .one(app.store.reader())
        .await
        .expect("keys are read");
    found.expect("the key is bound").id
}

async fn state(app: &App, id: Uuid) -> (String, Option<i32>) {
    let row = find::document(app.store.reader(), id)
        .await
        .expect("the document")
        .row;
    (row.state, row.number)
}

async fn entries(app: &App, id: Uuid) -> Vec<i32> {
    register_entry::Entity::find()
        .filter(register_entry::Column::DocumentId.eq(id))
        .order_by_asc(register_entry::Column::Number)
        .all(app.store.reader())
        .await
        .expect("entries")
        .into_iter()
        .map(|entry| entry.number)
        .collect()
}

pub async fn chairman_post(app: &App, org: Uuid) -> Uuid {
    let found = post::Entity::find()
        .filter(post::Column::Role.eq("chair"))
        .filter(post::Column::OrgId.eq(org))
        .one(app.store.reader())
        .await
        .expect("posts");
    found.expect("the Chairman's post").id
}

#[tokio::test]
async fn a_key_that_fails_costs_no_number_and_a_seal_that_fails_keeps_it() {
    if !with_openssl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let (chair, org) = office::first(&app, "chair").await;
    let (admin, _) = office::first(&app, "admin").await;
    let seen = find::document(app.store.reader(), id)
        .await
        .expect("read")
        .row
        .content_hash;
    decide(
        &app,
        &chair,
        id,
        seen.clone(),
        Decision::Approve,
        String::new(),
    )
    .await
    .expect("it is approved");

    // The administrator registers the Chairman's key and the agency's.
    let chair_post = chairman_post(&app, org).await;
    let (chairman, agency) = (Holder::Post(chair_post), Holder::Agency(org));
    let file = key_file("Nguyễn Duy Anh");
    let wrong = bind::bind_file(&app, &admin, org, (chairman, term()), file.clone(), "sai").await;
    assert_eq!(refused_at(wrong), "password");
    let stranger = bind::bind_file(
        &app,
        &chair,
        org,
        (chairman, term()),
        file.clone(),
        PASSWORD,
    );
    assert!(
        matches!(stranger.await, Err(Fault::Refused(_))),
        "only the administrator registers"
    );
    bind::bind_file(&app, &admin, org, (chairman, term()), file, PASSWORD)
        .await
        .expect("the Chairman's key is registered");
    let file = key_file("Ủy ban nhân dân huyện Cao Lộc");
    bind::bind_file(&app, &admin, org, (agency, term()), file, PASSWORD)
        .await
        .expect("the agency's key is registered");

    // F66: the signature fails; no number is asked for, and none can be given.
    let using = |key: Option<Uuid>, secret: &str| Using {
        key,
        secret: secret.to_owned(),
        ..Using::default()
    };
    let key_id = key_of(&app, chairman).await;
    let key = Some(key_id);
    let sign = |using: Using| {
        let (app, chair, seen) = (app.clone(), chair.clone(), seen.clone());
        async move { issue::sign_with(&app, &chair, id, seen, &using).await }
    };
    assert_eq!(refused_at(sign(using(key, "sai")).await), "pin");
    assert_eq!(refused_at(sign(using(None, "")).await), "certificate");
    let seal_key = Some(key_of(&app, agency).await);
    assert_eq!(
        refused_at(sign(using(seal_key, PASSWORD)).await),
        "certificate"
    );
    assert_eq!(state(&app, id).await, ("approved".to_owned(), None));
    let clerk = office::agency_clerk(&app, org).await;
    let early = issue::assign_number(&app, &clerk, id, app.today()).await;
    assert!(early.is_err(), "no number without a signature");
    assert!(entries(&app, id).await.is_empty());

    sign(using(key, PASSWORD)).await.expect("it is signed");
    let number = issue::assign_number(&app, &clerk, id, app.today())
        .await
        .expect("it is numbered");

    // F67: the seal fails, also twice; the number stays and is the one that is sealed.
    for _ in 0..2 {
        let failed = issue::seal_with(&app, &clerk, id, &using(seal_key, "sai")).await;
        assert_eq!(refused_at(failed), "pin");
        assert_eq!(state(&app, id).await, ("numbered".to_owned(), Some(number)));
        assert!(
            issue::issue(&app, &clerk, id).await.is_err(),
            "issued without a seal"
        );
    }
    issue::seal_with(&app, &clerk, id, &using(seal_key, PASSWORD))
        .await
        .expect("it is sealed");
    assert_eq!(state(&app, id).await, ("sealed".to_owned(), Some(number)));
    assert_eq!(entries(&app, id).await, [number]);

    // The journal tells which signature was real.
    let signed = journal::Entity::find()
        .filter(journal::Column::DocumentId.eq(id))
        .filter(journal::Column::Act.eq("document.signed"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the signature");
    assert!(!signed.summary.contains("thử nghiệm"), "{}", signed.summary);

    // The page of keys shows whose they are; a stopped key signs no more.
    let page = get(&app, &admin, "/quan-tri/khoa-ky").await;
    assert!(
        page.contains("Nguyễn Duy Anh, ") && page.contains("Dấu của"),
        "{page}"
    );
    app.clock.advance_to(office::start() + TimeDelta::days(2));
    bind::stop(&app, &admin, org, key_id)
        .await
        .expect("it is stopped");
    let again = bind::stop(&app, &admin, org, key_id).await;
    assert!(matches!(again, Err(Fault::Refused(_))), "stopped twice");
}

async fn get(app: &App, actor: &Actor, path: &str) -> String {
    let person =
        trinhky::people::rows::person::Entity::find_by_id(actor.person_id.expect("a person"))
            .one(app.store.reader())
            .await
            .expect("persons")
            .expect("the person");
    let token = sign_in::sign_in(app, &person.email, office::PASSWORD)
        .await
        .expect("signs in");
    let request = Request::get(path)
        .header(header::COOKIE, format!("phien={token}"))
        .body(Body::empty())
        .expect("a request");
    let response = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let bytes = to_bytes(response.into_body(), 1 << 22)
        .await
        .expect("a body");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Drops a file on the public page, without any session.
async fn drop_file(app: &App, bytes: &[u8], lang: &str) -> (StatusCode, String) {
    let mut body =
        b"--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"tep.pdf\"\r\n\r\n"
            .to_vec();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--grenze--\r\n");
    let request = Request::post(format!("/xac-minh?lang={lang}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=grenze")
        .body(Body::from(body))
        .expect("a request");
    let response = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 22)
        .await
        .expect("a body");
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn open_page(app: &App, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 22)
        .await
        .expect("a body");
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn anybody_verifies_a_file_and_a_print_on_the_public_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::issue_decision(&app, office::DECISION).await;
    let sealed = find::file(app.store.reader(), id, "sealed")
        .await
        .expect("read")
        .expect("a sealed file");
    let pdf = app.files.get(&sealed.digest).await.expect("the file");
    // The rest runs as it is served: in a child of limited memory.
    let app = office::reopened(
        app,
        folder.path(),
        Some(Path::new(env!("CARGO_BIN_EXE_trinhky"))),
    )
    .await;

    let (status, page) = drop_file(&app, &pdf, "vi").await;
    assert_eq!(status, StatusCode::OK);
    for words in [
        "Tất cả 2 chữ ký đều hợp lệ",
        "Nguyễn Duy Anh",
        "Được thêm sau chữ ký này",
        "chữ ký thử nghiệm",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (_, english) = drop_file(&app, &pdf, "en").await;
    assert!(
        english.contains("All signatures (2) are good."),
        "{english}"
    );

    // What is wrong is named; nothing becomes a fault of ours.
    let mut altered = pdf.clone();
    altered[600] ^= 1;
    let mut appended = pdf.clone();
    appended.extend_from_slice(b"hidden words");
    let wrong: [(&str, &[u8], &str); 5] = [
        ("altered", &altered, "Không hợp lệ"),
        ("appended", &appended, "được nối thêm sau phần cuối"),
        ("cut", &pdf[..pdf.len() / 2], "Không"),
        ("words", b"xin chao", "Không đọc được tệp PDF"),
        ("empty", b"", "Chọn một tệp PDF"),
    ];
    for (name, bytes, words) in wrong {
        let (status, page) = drop_file(&app, bytes, "vi").await;
        assert!([200, 422].contains(&status.as_u16()), "{name}: {status}");
        assert!(page.contains(words), "{name}: {page}");
        assert!(!page.contains("đều hợp lệ"), "{name}");
    }

    // A file that unpacks to more memory than there is ends in a sentence, and the server lives.
    let (status, page) = drop_file(&app, &bomb(), "vi").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Không kiểm tra được"), "{page}");

    // The print: what stands on the paper, and nothing more.
    let row = find::document(app.store.reader(), id)
        .await
        .expect("read")
        .row;
    let number = row.number.expect("a number");
    let asked = |number: i32| {
        let pairs = [
            ("so", format!("{number}/QĐ-UBND")),
            ("ngay", "20/03/2023".to_owned()),
        ];
        format!(
            "/xac-minh?{}",
            serde_urlencoded::to_string(pairs).expect("an address")
        )
    };
    let (status, page) = open_page(&app, &asked(number)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("Có phát hành") && page.contains(&sealed.digest),
        "{page}"
    );
    assert!(
        !page.contains(&row.subject),
        "the subject is not told to strangers"
    );
    let (_, page) = open_page(&app, &asked(number + 1)).await;
    assert!(page.contains("Không tìm thấy"), "{page}");
    let (status, page) = open_page(&app, "/xac-minh?so=abc&ngay=hom-nay").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Ghi ngày dạng"), "{page}");
    let (status, _) = open_page(&app, "/verify").await;
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT);

    // Where all places are taken the next one is told to come again.
    let held = app.verifications.try_acquire_many(2).expect("both places");
    let (status, _) = drop_file(&app, &pdf, "vi").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    drop(held);
}

/// A PDF of 2 MB whose object streams unpack to many gigabytes.
fn bomb() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bomb.pdf");
    let made = Command::new("python3")
        .arg(tools::root().join("tests/tools/pdf_bomb.py"))
        .arg(&path)
        .output()
        .expect("python runs");
    assert!(made.status.success(), "{made:?}");
    std::fs::read(path).expect("the file")
}
