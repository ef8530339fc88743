//! Signatures that another program makes on the signer's own machine. The program is played by the test: it fetches, signs
//! with a key that the office never sees, and brings back. The real service of VGCA is untried.

use axum::http::StatusCode;
use chrono::{NaiveDate, TimeDelta};
use trinhky::app::App;
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::workstation as outside;
use trinhky::documents::{find, issue};
use trinhky::fault::{Fault, Outcome};
use trinhky::people::Actor;
use trinhky::signing::bind::{self, Holder, Term};
use trinhky::signing::fonts;
use trinhky::signing::workstation::Purpose;
use trinhky_pades::{
    Appearance, Filling, Mark, Place, Signer as _, SigningRequest, SoftwareSigner, Trust,
    certificate_pem, fill_and_seal, sign_alone, verify,
};
use uuid::Uuid;

use super::office;
use super::signing::{chairman_post, issued, key_of};
use super::visitor::Visitor;

const CHAIRMAN: &str = "nguyen.duy.anh@caoloc.example";

/// A token at somebody's machine: its certificate and its authority's, in PEM, and what signs.
struct Token {
    signer: SoftwareSigner,
    pem: String,
}

fn token(name: &str) -> Token {
    let (signer, _) = issued(name);
    let chain = signer.certificate_chain();
    Token {
        signer,
        pem: chain.iter().map(|der| certificate_pem(der)).collect(),
    }
}

impl Token {
    /// What the program of the machine does: a signature of its own, in a field of its own, shown where it likes.
    fn sign(&self, app: &App, pdf: &[u8], field: &str) -> Vec<u8> {
        let request = request(app);
        let (x, y, width, height) = (300.0, 120.0, 120.0, 60.0);
        let place = Place {
            page: 1,
            x,
            y,
            width,
            height,
        };
        sign_alone(pdf, field, Some(place), &self.signer, &request, &fonts()).expect("signed")
    }
}

fn request(app: &App) -> SigningRequest {
    SigningRequest {
        time: trinhky_calendar::local(app.clock.now()),
        name: String::new(),
        reason: String::new(),
        location: String::new(),
        appearance: Appearance {
            mark: Mark::Pen {
                name: "Nguyễn Duy Anh".to_owned(),
            },
            lines: Vec::new(),
        },
    }
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

/// An office with a decision that waits for the Chairman's signature, and both keys on the signers' machines.
struct Town {
    app: App,
    _folder: tempfile::TempDir,
    id: Uuid,
    chair: Actor,
    clerk: Actor,
    chairman: Token,
    agency: Token,
    chairman_key: Uuid,
    agency_key: Uuid,
}

async fn town() -> Town {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let (chair, org) = office::first(&app, "chair").await;
    let (admin, _) = office::first(&app, "admin").await;
    let seen = office::seen(&app, id).await;
    let approve = Decision::Approve;
    decide(&app, &chair, id, seen, approve, String::new())
        .await
        .expect("it is approved");
    let post = Holder::Post(chairman_post(&app, org).await);
    let (chairman, agency) = (token("Nguyễn Duy Anh"), token("UBND huyện Cao Lộc"));
    let nothing = bind::bind_workstation(&app, &admin, org, (post, term()), b"khong phai").await;
    assert_eq!(refused(nothing).0, "file");
    for (holder, token) in [(post, &chairman), (Holder::Agency(org), &agency)] {
        let pem = token.pem.as_bytes();
        bind::bind_workstation(&app, &admin, org, (holder, term()), pem)
            .await
            .expect("the certificate is registered");
    }
    Town {
        chairman_key: key_of(&app, post).await,
        agency_key: key_of(&app, Holder::Agency(org)).await,
        clerk: office::agency_clerk(&app, org).await,
        app,
        _folder: folder,
        id,
        chair,
        chairman,
        agency,
    }
}

impl Town {
    async fn state(&self) -> String {
        let found = find::document(self.app.store.reader(), self.id).await;
        found.expect("the document").row.state
    }

    async fn sealed(&self) -> Vec<u8> {
        let file = find::file(self.app.store.reader(), self.id, "sealed").await;
        let digest = file.expect("read").expect("sealed").digest;
        self.app.files.get(&digest).await.expect("bytes")
    }
}

/// The program brings a file back, as the service of VGCA sends it.
async fn bring_back(service: &Visitor, path: &str, pdf: &[u8]) -> (StatusCode, String) {
    let head = "--grenze\r\nContent-Disposition: form-data; name=\"uploadfile\"; filename=\"can-ky.signed.pdf\"\r\n\r\n";
    let body = [head.as_bytes(), pdf, b"\r\n--grenze--\r\n"].concat();
    let page = service
        .request("POST", path, "multipart/form-data; boundary=grenze", body)
        .await;
    (page.status, page.text)
}

#[tokio::test]
async fn the_chairman_signs_on_his_machine_and_closes_the_program_once() {
    let town = town().await;
    let app = &town.app;
    let chairman = Visitor::of(app, CHAIRMAN).await;
    let path = format!("/van-ban/{}/ky", town.id);
    let mut form = chairman.open(&path).await.form(&path);
    form.choose("certificate", &town.chairman_key.to_string());
    let page = chairman.press(&form).await;
    assert!(page.path.starts_with("/ky-tai-may/"), "{}", page.path);
    let policy = page.headers["content-security-policy"].to_str();
    assert!(
        policy
            .expect("a policy")
            .contains("connect-src 'self' wss://127.0.0.1:8987;")
    );
    assert!(
        page.text
            .contains("data-service=\"wss://127.0.0.1:8987/SignApproved\"")
    );
    let here = page.path.clone();

    // He closes the program: nothing has come back, the document is as it was.
    let early = chairman.request("POST", &here, "", Vec::new()).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert_eq!(town.state().await, "approved");

    // He presses again. The addresses are good once each, without a session, and only the newest.
    let asked = |page: super::visitor::Page| {
        let said: serde_json::Value = serde_json::from_str(&page.text).expect("JSON");
        let way = |key: &str| {
            let url = said[key].as_str().expect("an address");
            url[url.find("/tep-ky").expect("a path")..].to_owned()
        };
        (way("file"), way("back"))
    };
    let ask = format!("{here}/duong-dan");
    let (old, _) = asked(chairman.request("POST", &ask, "", Vec::new()).await);
    let (file, back) = asked(chairman.request("POST", &ask, "", Vec::new()).await);
    let service = Visitor::unknown(app);
    assert_eq!(service.get(&old).await.status, StatusCode::NOT_FOUND);
    assert_eq!(service.get(&file).await.status, StatusCode::OK);
    assert_eq!(service.get(&file).await.status, StatusCode::NOT_FOUND);
    let begun: Uuid = here["/ky-tai-may/".len()..].parse().expect("an id");
    let given = outside::given(app, &town.chair, begun)
        .await
        .expect("the file");
    let (status, said) = bring_back(&service, &back, &given).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("chưa có chữ ký mới"), "{said}");
    let signed = town.chairman.sign(app, &given, "VGCA1");
    let (status, said) = bring_back(&service, &back, &signed).await;
    assert_eq!(
        (status, said.contains("\"Status\":true")),
        (StatusCode::OK, true),
        "{said}"
    );
    let (status, _) = bring_back(&service, &back, &signed).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "once");

    // Nobody else sees or finishes it.
    let (stranger, _) = office::first(app, "office_chief").await;
    assert!(matches!(
        outside::finish(app, &stranger, begun).await,
        Err(Fault::NotFound)
    ));
    let page = chairman.open(&here).await;
    assert!(page.text.contains("Ghi nhận chữ ký"), "{}", page.text);
    let answer = chairman.request("POST", &here, "", Vec::new()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(town.state().await, "signed");
}

#[tokio::test]
async fn the_clerk_seals_on_her_machine_and_every_other_file_is_refused() {
    let town = town().await;
    let (app, id) = (&town.app, town.id);
    let seen = office::seen(app, id).await;
    let sign = (Purpose::Sign, seen);
    let begun = outside::begin(app, &town.chair, id, sign, town.chairman_key).await;
    let begun = begun.expect("it is begun");
    let given = outside::given(app, &town.chair, begun)
        .await
        .expect("the file");
    let signed = town.chairman.sign(app, &given, "VGCA1");
    outside::hand_in(app, &town.chair, begun, signed.clone())
        .await
        .expect("it is signed");
    issue::assign_number(app, &town.clerk, id, app.today())
        .await
        .expect("it is numbered");

    let seal = (Purpose::Seal, String::new());
    let wrong = outside::begin(app, &town.clerk, id, seal.clone(), town.chairman_key).await;
    assert_eq!(refused(wrong).0, "certificate");
    let begun = outside::begin(app, &town.clerk, id, seal, town.agency_key).await;
    let begun = begun.expect("it is begun");
    let given = outside::given(app, &town.clerk, begun)
        .await
        .expect("the file");
    let right = town.agency.sign(app, &given, "VGCA2");

    // The file of the person's signature with another number, sealed: not what went out.
    let day = format!("{}", app.today().format("%d"));
    let filling = Filling {
        number: "99".to_owned(),
        day,
        month: None,
        year: None,
    };
    let other_number = fill_and_seal(
        &signed,
        &filling,
        &town.agency.signer,
        &request(app),
        &fonts(),
    )
    .expect("sealed");
    let mut altered = right.clone();
    let at = given.len() / 2;
    altered[at] ^= 1;
    for (file, sentence) in [
        (Vec::new(), "Choose the signed PDF"),
        (
            b"%PDF-1.7 khong phai".to_vec(),
            "not a PDF that can be read",
        ),
        (given.clone(), "no new signature"),
        (
            town.chairman.sign(app, &given, "VGCA2"),
            "not with the registered one",
        ),
        (town.agency.sign(app, &right, "VGCA3"), "more than one"),
        (other_number, "every byte"),
        (altered, ""),
        (right[..right.len() - 200].to_vec(), ""),
    ] {
        let (field, said) = refused(outside::hand_in(app, &town.clerk, begun, file).await);
        assert_eq!(field, "file", "{said}");
        assert!(
            said.contains(sentence),
            "{said:?} says nothing of {sentence:?}"
        );
        assert_eq!(town.state().await, "numbered");
    }

    outside::hand_in(app, &town.clerk, begun, right)
        .await
        .expect("it is sealed");
    assert_eq!(town.state().await, "sealed");
    issue::issue(app, &town.clerk, id)
        .await
        .expect("it is issued");
    let roots = [&town.chairman, &town.agency].map(|token| token.signer.certificate_chain());
    let trust = Trust {
        roots: roots.concat(),
        ..Trust::default()
    };
    let report = verify(&town.sealed().await, &trust, app.clock.now()).expect("a report");
    assert!(report.valid, "{report:#?}");
    assert_eq!(report.signatures.len(), 2);
}

#[tokio::test]
async fn a_signing_that_is_too_old_is_begun_anew() {
    let town = town().await;
    let (app, id) = (&town.app, town.id);
    let seen = office::seen(app, id).await;
    let sign = (Purpose::Sign, seen);
    let begun = outside::begin(app, &town.chair, id, sign, town.chairman_key).await;
    let begun = begun.expect("it is begun");
    let secret = outside::secret(app, &town.chair, begun)
        .await
        .expect("a secret");
    app.clock
        .advance_to(app.clock.now() + TimeDelta::minutes(11));
    assert!(matches!(
        outside::fetch(app, &secret).await,
        Err(Fault::NotFound)
    ));
    outside::secret(app, &town.chair, begun)
        .await
        .expect("another secret");
    app.clock.advance_to(app.clock.now() + TimeDelta::hours(2));
    let late = outside::secret(app, &town.chair, begun).await;
    assert!(refused(late).1.contains("too old"));
}
