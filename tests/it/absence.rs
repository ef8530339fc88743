//! The Chairman travels: the Office puts the mandate on file, the deputy decides and signs in his place, both names are
//! written down, and on the day after the last one it is over.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::audit::{self, rows::journal};
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::issue;
use trinhky::fault::{Fault, RefusalKind};
use trinhky::mail::rows::outbox;
use trinhky::people::absence::{self, Mandate, Wanted};
use trinhky::people::rows::{person, substitution};
use trinhky::people::{Actor, find as people_find};
use trinhky::worker;
use uuid::Uuid;

use super::pages::{Answer, Browser};
use super::{office, tools};

const DEPUTY: &str = "dam-the-binh";
const BOUNDARY: &str = "multipart/form-data; boundary=grenze";

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

async fn id_of(app: &App, key: &str) -> Uuid {
    person::Entity::find()
        .filter(person::Column::PersonKey.eq(key))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the person")
        .id
}

async fn actor_of(app: &App, key: &str) -> Actor {
    let id = id_of(app, key).await;
    people_find::actor(app.store.reader(), id, app.today())
        .await
        .expect("the person")
}

/// The form of the page as a browser sends it; an empty file where none is chosen.
async fn send(browser: &Browser, fields: &[(&str, &str)], file: &str) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--grenze\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!(
        "--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"uy-quyen.pdf\"\r\n\r\n{file}\r\n--grenze--\r\n"
    ));
    browser.send("POST", "/vang-mat", BOUNDARY, body).await
}

async fn mails(app: &App, template: &str) -> Vec<outbox::Model> {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq(template))
        .order_by_asc(outbox::Column::CreatedAt)
        .all(app.store.reader())
        .await
        .expect("read")
}

async fn last_act(app: &App, act: &str) -> journal::Model {
    journal::Entity::find()
        .filter(journal::Column::Act.eq(act))
        .order_by_desc(journal::Column::Id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("such an act")
}

fn kind(done: Result<(), Fault>) -> Option<RefusalKind> {
    match done {
        Err(Fault::Refused(refusal)) => Some(refusal.kind),
        Ok(()) => None,
        Err(other) => panic!("{other}"),
    }
}

async fn the_deputy_stands_in(app: &App) {
    let (chair, org) = office::first(app, "chair").await;
    let chair_id = chair.person_id.expect("a person");
    let deputy_id = id_of(app, DEPUTY).await;
    let (chief, _) = office::first(app, "office_chief").await;
    let chief_id = chief.person_id.expect("a person");
    let chief = Browser::with(app, chief_id).await;
    let (absent, substitute) = (chair_id.to_string(), deputy_id.to_string());
    let fields = [
        ("absent", absent.as_str()),
        ("substitute", substitute.as_str()),
        ("first_day", "21/03/2023"),
        ("last_day", "24/03/2023"),
        ("mandate", "Giấy ủy quyền số 03/GUQ-UBND"),
    ];

    // Who signs is stood in for by a mandate on file only; what was typed stays. Others may not even look.
    let without = send(&chief, &fields, "").await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("Đính kèm giấy ủy quyền"));
    assert!(without.text.contains("03/GUQ-UBND"));
    let drafter = Browser::of(app, "drafter", true).await;
    assert_eq!(drafter.get("/vang-mat").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        send(&drafter, &fields, "%PDF-1.7 x").await.status,
        StatusCode::FORBIDDEN
    );
    let set = send(&chief, &fields, "%PDF-1.7 x").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text);
    let page = chief.get("/vang-mat").await;
    assert!(page.text.contains("Đàm Thế Bình thay Nguyễn Duy Anh"));
    assert!(page.text.contains("Sắp tới"));
    assert_eq!(mails(app, "substitute").await.len(), 2, "both are told");
    let row = substitution::Entity::find()
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("a row");
    let file = chief.get(&format!("/vang-mat/{}/uy-quyen", row.id)).await;
    assert_eq!(file.text, "%PDF-1.7 x");

    // A mandate is not passed on, and one thing has one substitute.
    let other = id_of(app, "dam-thanh-loan").await.to_string();
    let mut passed_on = fields;
    passed_on[0].1 = &substitute;
    passed_on[1].1 = &other;
    let refused = send(&chief, &passed_on, "%PDF-1.7 y").await;
    assert!(
        refused.text.contains("không ủy quyền lại"),
        "{}",
        refused.text
    );
    let mut twice = fields;
    twice[1].1 = &other;
    let refused = send(&chief, &twice, "%PDF-1.7 y").await;
    assert!(refused.text.contains("Đã có người thay Nguyễn Duy Anh"));

    // On the day before it begins the deputy decides nothing, and the Chairman is told.
    let signed_by_chair = office::bring_to_chairman(app, office::DECISION).await;
    let deputy = actor_of(app, DEPUTY).await;
    let seen = office::seen(app, signed_by_chair).await;
    let early = decide(
        app,
        &deputy,
        signed_by_chair,
        seen.clone(),
        Decision::Approve,
        String::new(),
    );
    assert_eq!(kind(early.await), Some(RefusalKind::Forbidden));
    let told = mails(app, "task").await;
    let to_chair = |mail: &&outbox::Model| mail.to_address.starts_with("nguyen.duy.anh");
    assert!(told.iter().any(|mail| to_chair(&mail)));

    // On its first day the reminder of what waits goes to the deputy, who decides; the act names both.
    app.clock.advance_to(at("2023-03-22T10:05:00Z"));
    worker::run_until_idle(app).await.expect("the reminder");
    let told = mails(app, "task").await;
    let last = told.last().expect("a reminder");
    assert!(
        last.to_address.starts_with("dam.the.binh"),
        "{}",
        last.to_address
    );
    let deputy = actor_of(app, DEPUTY).await;
    decide(
        app,
        &deputy,
        signed_by_chair,
        seen.clone(),
        Decision::Approve,
        String::new(),
    )
    .await
    .expect("approved in his place");
    let act = last_act(app, "document.approved").await;
    assert_eq!(
        act.actor_name,
        "Đàm Thế Bình (thay Chủ tịch UBND huyện Nguyễn Duy Anh)"
    );
    assert_eq!(act.capacity, "Phó Chủ tịch UBND huyện");
    assert_eq!(act.actor_id, Some(deputy_id));
    // Sessions of two days ago are over.
    let chief = Browser::with(app, chief_id).await;
    let shown = chief.get(&format!("/van-ban/{signed_by_chair}")).await;
    assert!(shown.text.contains(&act.actor_name));

    // Nobody signs under another's name; the document that names the deputy with KT. is signed by him.
    let refused = issue::sign(app, &deputy, signed_by_chair, seen).await;
    assert_eq!(kind(refused), Some(RefusalKind::Stale));
    let text = office::DECISION.replace(
        "**CHỦ TỊCH**\n\n**Nguyễn Duy Anh**",
        "**KT. CHỦ TỊCH**\n\n**PHÓ CHỦ TỊCH**\n\n**Đàm Thế Bình**",
    );
    assert_ne!(text, office::DECISION);
    let own = office::bring_to_chairman(app, &text).await;
    let seen = office::seen(app, own).await;
    let approved = decide(
        app,
        &deputy,
        own,
        seen.clone(),
        Decision::Approve,
        String::new(),
    );
    approved.await.expect("approved");
    issue::sign(app, &deputy, own, seen)
        .await
        .expect("signed with KT.");

    // After the last day it is over, with nobody doing anything.
    app.clock.advance_to(at("2023-03-26T23:00:00Z"));
    let deputy = actor_of(app, DEPUTY).await;
    assert!(!deputy.has_role_in_org("chair", org));
    let chief = Browser::with(app, chief_id).await;
    assert!(chief.get("/vang-mat").await.text.contains("Đã hết"));
    let breaches = audit::invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_acts_while_the_chairman_is_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    the_deputy_stands_in(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    the_deputy_stands_in(&app).await;
}

/// For some types of documents only; ended before its last day; suggested where a leader opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn some_types_only_an_early_end_and_a_suggestion() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (chair, org) = office::first(&app, "chair").await;
    let (chief, _) = office::first(&app, "office_chief").await;
    let wanted = |kinds: &[&str], substitute: Uuid| Wanted {
        org_id: org,
        absent_id: chair.person_id.expect("a person"),
        substitute_id: substitute,
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        first_day: app.today(),
        last_day: app.today() + chrono::Days::new(10),
        mandate: "03/GUQ-UBND".to_owned(),
    };
    let file = || Mandate {
        name: "uy-quyen.pdf".to_owned(),
        bytes: b"%PDF-1.7 x".to_vec(),
    };
    let document = office::bring_to_chairman(&app, office::DECISION).await;
    let seen = office::seen(&app, document).await;
    let approve = async |actor: &Actor| {
        decide(
            &app,
            actor,
            document,
            seen.clone(),
            Decision::Return,
            "Bổ sung căn cứ".to_owned(),
        )
        .await
    };
    let deputy_id = id_of(&app, DEPUTY).await;
    let letters = absence::set(&app, &chief, wanted(&["CV"], deputy_id), file())
        .await
        .expect("for letters");
    let deputy = actor_of(&app, DEPUTY).await;
    assert_eq!(kind(approve(&deputy).await), Some(RefusalKind::Forbidden));
    assert!(!deputy.has_role_in_org("chair", org), "not without a type");
    assert!(deputy.about("CV").has_role_in_org("chair", org));

    absence::end(&app, &chief, org, letters)
        .await
        .expect("he is back");
    assert!(
        !actor_of(&app, DEPUTY)
            .await
            .about("CV")
            .has_role_in_org("chair", org)
    );
    let again = absence::end(&app, &chief, org, letters).await;
    assert_eq!(kind(again), Some(RefusalKind::Stale));

    // Two working days on, the Chairman has opened nothing: the Office is asked, until somebody stands in.
    let desk = Browser::with(&app, chief.person_id.expect("a person")).await;
    let suggestion = "Cử người thay Chủ tịch UBND huyện Nguyễn Duy Anh?";
    assert!(!desk.get("/").await.text.contains(suggestion));
    app.clock.advance_to(at("2023-03-22T10:30:00Z"));
    let desk = Browser::with(&app, chief.person_id.expect("a person")).await;
    assert!(desk.get("/").await.text.contains(suggestion));
    absence::set(&app, &chief, wanted(&[], deputy_id), file())
        .await
        .expect("for everything");
    assert!(!desk.get("/").await.text.contains(suggestion));
    let deputy = actor_of(&app, DEPUTY).await;
    approve(&deputy).await.expect("returned in his place");
}
