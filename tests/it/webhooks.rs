//! Other programs are told what happens: signed, again until they take it, and never into the office's own network.

use std::collections::VecDeque;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::post;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use trinhky::app::App;
use trinhky::config::{Config, Webhooks};
use trinhky::hooks::rows::{webhook, webhook_delivery};
use trinhky::hooks::{self, Event, NewWebhook};
use trinhky::objectives::report::{Answer, approve_report};
use trinhky::people::api_token::Scope;
use trinhky::people::rows::{person, post as held};
use trinhky::people::{Actor, find as people_find};
use trinhky::worker;
use uuid::Uuid;

use super::visitor::Visitor;
use super::{api, office, tools};

/// What the receiving program saw.
#[derive(Debug, Clone)]
struct Seen {
    event: String,
    delivery: String,
    signature: String,
    body: String,
}

/// A receiving program that answers in this order, the last answer again and again.
#[derive(Clone)]
struct Receiver {
    /// `127.0.0.1:40000`
    place: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Receiver {
    async fn start(answers: &[StatusCode]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let place = listener.local_addr().expect("its address").to_string();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (kept, answers) = (
            Arc::clone(&seen),
            Arc::new(Mutex::new(VecDeque::from(answers.to_vec()))),
        );
        let router = Router::new().route(
            "/nhan",
            post(move |headers: HeaderMap, body: String| async move {
                let text = |name: &str| {
                    let value = headers.get(name).and_then(|value| value.to_str().ok());
                    value.unwrap_or_default().to_owned()
                };
                kept.lock().expect("seen").push(Seen {
                    event: text("trinhky-event"),
                    delivery: text("trinhky-delivery"),
                    signature: text("trinhky-signature"),
                    body,
                });
                let mut answers = answers.lock().expect("answers");
                let status = match answers.len() {
                    1 => answers[0],
                    _ => answers.pop_front().expect("an answer"),
                };
                (
                    [(header::LOCATION, "http://127.0.0.1:1/")],
                    (status, "máy bận"),
                )
                    .into_response()
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { place, seen }
    }

    fn url(&self) -> String {
        format!("http://{}/nhan", self.place)
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("seen").clone()
    }
}

/// The office while the second quarter's reports are open; the configuration names these servers.
async fn opened(folder: &std::path::Path, named: &[&Receiver]) -> (App, Uuid) {
    let (app, decision) = api::open(folder).await;
    let webhooks = Webhooks {
        hosts: named
            .iter()
            .map(|receiver| receiver.place.clone())
            .collect(),
        ..Webhooks::default()
    };
    let config = Config {
        data: folder.to_owned(),
        webhooks,
        ..Config::default()
    };
    (office::reopened_as(app, config).await, decision)
}

/// A visitor who administers the office.
async fn administrator(app: &App) -> (Visitor, Actor) {
    let admin = api::administrator(app).await;
    let row = person::Entity::find_by_id(admin.person_id.expect("a person"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the administrator");
    (Visitor::of(app, &row.email).await, admin)
}

/// Names a server on the page; returns the secret that it shows and the webhook.
async fn create(app: &App, visitor: &Visitor, url: &str, events: &[Event]) -> (String, Uuid) {
    let mut form = visitor.open("/quan-tri/bao-tin").await.form("/bao-tin");
    form.set("name", "Một cửa điện tử");
    form.set("url", url);
    for event in events {
        form.choose("events", event.word());
    }
    let page = visitor.send(&form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    let secret = page
        .words()
        .split_whitespace()
        .find(|word| word.starts_with("tkwh_"))
        .expect("the secret is shown")
        .to_owned();
    let again = visitor.open("/quan-tri/bao-tin").await;
    assert!(!again.words().contains(&secret), "it is shown once");
    let row = webhook::Entity::find()
        .filter(webhook::Column::Url.eq(url))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the webhook");
    (secret, row.id)
}

async fn deliveries(app: &App) -> Vec<webhook_delivery::Model> {
    webhook_delivery::Entity::find()
        .order_by_asc(webhook_delivery::Column::Id)
        .all(app.store.reader())
        .await
        .expect("read")
}

/// What happens until the clock shows an instant.
async fn go_on(app: &App, minutes: i64) -> DateTime<Utc> {
    let until = app.clock.now() + chrono::TimeDelta::minutes(minutes);
    worker::run_until_idle(app).await.expect("the worker");
    while let Some(due) = worker::next_due(app)
        .await
        .expect("the timers")
        .filter(|due| *due <= until)
    {
        app.clock.advance_to(due.max(app.clock.now()));
        worker::run_until_idle(app).await.expect("the worker");
    }
    app.clock.advance_to(until);
    until
}

/// The signature as an independent program computes it.
fn by_openssl(secret: &str, signature: &str, body: &str) -> String {
    let seconds = signature
        .strip_prefix("t=")
        .and_then(|rest| rest.split_once(','))
        .expect("an instant")
        .0;
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl runs");
    let mut input = openssl.stdin.take().expect("its input");
    input
        .write_all(format!("{seconds}.{body}").as_bytes())
        .expect("written");
    drop(input);
    let output = openssl.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stdout).expect("text");
    let hash = said.trim().rsplit(' ').next().expect("a hash");
    format!("t={seconds},v1={hash}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_told_of_a_report_signed_and_again_until_it_takes_it() {
    if Command::new("openssl").arg("version").output().is_err() {
        tools::missing("openssl");
        return;
    }
    let receiver = Receiver::start(&[
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::FOUND,
        StatusCode::OK,
    ])
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let (app, decision) = opened(folder.path(), &[&receiver]).await;
    let (visitor, _) = administrator(&app).await;
    let told = [Event::ReportSubmitted, Event::ReportApproved];
    let (secret, hook) = create(&app, &visitor, &receiver.url(), &told).await;

    // A one-stop system sends the unit's report, its head sends it back, then approves it.
    let token = api::token(&app, &Scope::ALL).await;
    let (_, list) = api::call(&app, &token, "/api/v1/reports?state=draft", None).await;
    let address = format!("/api/v1/reports/{}", list[0]["id"].as_str().expect("an id"));
    let (_, report) = api::call(&app, &token, &address, None).await;
    let send = format!("{address}/submission");
    let (status, _) = api::call(&app, &token, &send, Some(("k1", &api::counts(&report)))).await;
    assert_eq!(status, StatusCode::OK);

    worker::run_until_idle(&app).await.expect("the worker");
    assert_eq!(receiver.seen().len(), 1, "tried at once");
    let page = visitor.open(&format!("/quan-tri/bao-tin/{hook}")).await;
    assert!(page.says("sẽ gửi lại"), "{}", page.words());
    assert!(page.says("bên nhận trả lời 500"), "{}", page.words());
    go_on(&app, 1).await;
    assert_eq!(receiver.seen().len(), 2, "after a minute again");
    let page = visitor.open(&format!("/quan-tri/bao-tin/{hook}")).await;
    assert!(page.says("chỉ sang địa chỉ khác"), "{}", page.words());
    go_on(&app, 5).await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), 3, "after five more it is taken");
    go_on(&app, 120).await;
    assert_eq!(receiver.seen().len(), 3, "and not sent any more");

    let row = deliveries(&app).await.remove(0);
    assert_eq!((row.state.as_str(), row.tries), ("delivered", 3));
    assert_eq!(row.status, Some(200));
    for one in &seen {
        assert_eq!(one.event, "report.submitted");
        assert_eq!(one.delivery, row.id.to_string(), "known by the same id");
        assert_eq!(
            one.signature,
            by_openssl(&secret, &one.signature, &one.body)
        );
    }
    assert_ne!(
        seen[0].signature, seen[2].signature,
        "each try says when it is"
    );
    let body: Value = serde_json::from_str(&seen[0].body).expect("JSON");
    assert_eq!(
        (
            &body["event"],
            &body["period"],
            &body["document"],
            &body["version"]
        ),
        (
            &json!("report.submitted"),
            &json!("2023-Q2"),
            &json!(decision),
            &json!(1)
        ),
    );
    assert_eq!(body["report"], report["id"]);

    let head = head_of(&app, &report).await;
    let id: Uuid = serde_json::from_value(report["id"].clone()).expect("an id");
    approve_report(&app, &head, id, Answer::Back("Xem lại mẫu số".to_owned()))
        .await
        .expect("sent back");
    worker::run_until_idle(&app).await.expect("the worker");
    assert_eq!(receiver.seen().len(), 3, "it did not ask for that");
    let (_, fresh) = api::call(&app, &token, &address, None).await;
    let (status, _) = api::call(&app, &token, &send, Some(("k2", &api::counts(&fresh)))).await;
    assert_eq!(status, StatusCode::OK);
    // Of two notices of one instant, either may come first.
    worker::run_until_idle(&app).await.expect("the worker");
    approve_report(&app, &head, id, Answer::Approve)
        .await
        .expect("approved");
    worker::run_until_idle(&app).await.expect("the worker");
    let events: Vec<_> = receiver.seen().into_iter().map(|seen| seen.event).collect();
    assert_eq!(events[3..], ["report.submitted", "report.approved"]);
}

async fn head_of(app: &App, report: &Value) -> Actor {
    let unit: Uuid = serde_json::from_value(report["unit"].clone()).expect("a unit");
    let post = held::Entity::find()
        .filter(held::Column::UnitId.eq(unit))
        .filter(held::Column::Role.eq("unit_head"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the head");
    people_find::actor(app.store.reader(), post.person_id, app.today())
        .await
        .expect("the person")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_shown_and_sent_again_and_a_stopped_one_gets_nothing() {
    let receiver = Receiver::start(&[StatusCode::SERVICE_UNAVAILABLE]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _) = opened(folder.path(), &[&receiver]).await;
    let (visitor, _) = administrator(&app).await;
    let (_, hook) = create(&app, &visitor, &receiver.url(), &Event::ALL).await;
    let here = format!("/quan-tri/bao-tin/{hook}");
    let press = async |path: &str, act: &str| {
        let form = visitor.open(path).await.form(path).by(act);
        visitor.press(&form).await
    };
    press(&here, "try").await;
    go_on(&app, 6 * 60).await;
    assert_eq!(receiver.seen().len(), 8, "eight times, then no more");
    let row = deliveries(&app).await.remove(0);
    assert_eq!(
        (row.state.as_str(), row.tries, row.status),
        ("given_up", 8, Some(503))
    );
    assert_eq!(row.answer, "máy bận");

    let page = visitor.open(&here).await;
    assert!(page.says("không gửi được"), "{}", page.words());
    let delivery = page.link("/quan-tri/bao-tin/tin/");
    let page = visitor.open(&delivery).await;
    assert!(page.says("máy bận"), "{}", page.words());
    let form = page.form(&delivery);
    visitor.press(&form).await;
    let twice = visitor.send(&form).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "it waits already");
    worker::run_until_idle(&app).await.expect("the worker");
    assert_eq!(receiver.seen().len(), 9, "sent again");

    press(&here, "stop").await;
    go_on(&app, 6 * 60).await;
    assert_eq!(receiver.seen().len(), 9, "what waited is not sent");
    let page = visitor.open(&delivery).await;
    assert!(page.says("đã dừng trước khi gửi"), "{}", page.words());
    press(&here, "resume").await;
    press(&here, "try").await;
    worker::run_until_idle(&app).await.expect("the worker");
    assert_eq!(receiver.seen().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_into_the_office_s_own_network() {
    let inside = Receiver::start(&[StatusCode::OK]).await;
    let folder = tempfile::tempdir().expect("a folder");
    // Named while the webhook is made, not any more when it sends.
    let (app, _) = opened(folder.path(), &[&inside]).await;
    let (visitor, admin) = administrator(&app).await;
    create(&app, &visitor, &inside.url(), &Event::ALL).await;
    let config = Config {
        data: folder.path().to_owned(),
        ..Config::default()
    };
    drop(visitor);
    let app = office::reopened_as(app, config).await;
    let (visitor, _) = administrator(&app).await;
    for (url, words) in [
        (inside.url(), "phải bắt đầu bằng https://"),
        ("https://127.0.0.1/nhan".to_owned(), "trong mạng nội bộ"),
        ("https://[::ffff:10.0.0.1]/".to_owned(), "trong mạng nội bộ"),
        (
            "https://169.254.169.254/latest".to_owned(),
            "trong mạng nội bộ",
        ),
        (
            "https://a:b@mot-cua.example/".to_owned(),
            "Không ghi tên và mật khẩu",
        ),
        ("mot-cua".to_owned(), "Ghi địa chỉ đầy đủ"),
    ] {
        let mut form = visitor.open("/quan-tri/bao-tin").await.form("/bao-tin");
        form.set("name", "Một cửa");
        form.set("url", &url);
        form.choose("events", "report.approved");
        let page = visitor.send(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        assert!(page.says(words), "{url}: {}", page.words());
        assert!(page.text.contains(&url), "what was typed is still there");
    }
    // A name of this machine: its text is harmless, where it leads is not.
    let org_id = admin.org_ids()[0];
    let port = inside.place.rsplit_once(':').expect("a port").1;
    let wanted = NewWebhook {
        org_id,
        name: "localhost".to_owned(),
        url: format!("https://localhost:{port}/nhan"),
        events: Event::ALL.to_vec(),
    };
    hooks::create(&app, &admin, wanted).await.expect("made");
    for hook in hooks::of_organisation(app.store.reader(), org_id)
        .await
        .expect("webhooks")
    {
        hooks::change(&app, &admin, org_id, hook.id, hooks::Change::Try)
            .await
            .expect("tried");
    }
    worker::run_until_idle(&app).await.expect("the worker");
    let mut came_of: Vec<_> = deliveries(&app)
        .await
        .into_iter()
        .map(|row| row.came_of)
        .collect();
    came_of.sort();
    assert_eq!(came_of, ["inside", "not_allowed"]);
    assert!(inside.seen().is_empty(), "nobody came");

    // Others neither see nor change them.
    let (drafter, _) = office::first(&app, "drafter").await;
    let id = hooks::of_organisation(app.store.reader(), org_id)
        .await
        .expect("webhooks")[0]
        .id;
    for who in [&drafter, &Actor::system()] {
        let stopped = hooks::change(&app, who, org_id, id, hooks::Change::Stop).await;
        assert!(stopped.is_err(), "{}", who.name);
    }
}
