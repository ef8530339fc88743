//! What watches an installation: it has its figures by a token, and they say what stands still.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};
use tower::ServiceExt as _;
use trinhky::app::App;
use trinhky::config::Config;
use trinhky::mail::rows::outbox;
use trinhky::routes;

use super::{office, tools};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_sees_what_stands_still_on_sqlite() {
    figures("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_sees_what_stands_still_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    figures(&postgres.answer).await;
}

async fn figures(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let made = office::open(folder.path(), database, office::ORGANISATION).await;
    office::issue_decision(&made, office::DECISION).await;
    let without = made.clone();
    assert_eq!(
        ask(&without, Some(TOKEN)).await.0,
        StatusCode::NOT_FOUND,
        "an office that set no token has no such page"
    );
    drop(without);
    let config = Config {
        data: folder.path().to_owned(),
        database: database.to_owned(),
        metrics_token: TOKEN.to_owned(),
        ..Config::default()
    };
    let app = office::reopened_as(made, config).await;
    for wrong in [None, Some(""), Some("0123456789abcdef0123456789abcdeF")] {
        assert_eq!(ask(&app, wrong).await.0, StatusCode::UNAUTHORIZED);
    }
    let (status, text) = ask(&app, Some(TOKEN)).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let mails = outbox::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    assert_eq!(value(&text, "trinhky_mails_not_arrived"), 0.0);
    assert_eq!(value(&text, "trinhky_answers_total{status=\"4xx\"}"), 3.0);
    assert_eq!(value(&text, "trinhky_answer_seconds_count"), 3.0);
    assert!(value(&text, "trinhky_timers_ahead") > 0.0, "reminders");
    assert!(value(&text, "trinhky_journal_last") > 10.0);
    assert!(!text.contains("trinhky_backup_age"), "there is no backup");

    // Nobody sends, nobody fires: an hour later it shows.
    let mail = mails.first().expect("a mail").clone();
    let mut refused: outbox::ActiveModel = mail.into();
    refused.state = Set("refused".to_owned());
    refused
        .update(&writable(&app).await)
        .await
        .expect("written");
    let waiting = mails.iter().filter(|mail| mail.state == "waiting").count();
    app.clock.advance_to(app.clock.now() + TimeDelta::days(200));
    let (_, text) = ask(&app, Some(TOKEN)).await;
    assert_eq!(value(&text, "trinhky_mails_not_arrived"), 1.0);
    let due = value(&text, "trinhky_mails_due");
    assert!(due >= waiting as f64 - 1.0, "{due} of {waiting}");
    assert!(value(&text, "trinhky_timers_due") > 0.0, "{text}");
    assert!(
        value(&text, "trinhky_timer_waits_seconds") > 3600.0,
        "{text}"
    );
    every_line_is_prometheus(&text);
}

/// A connection of the test's own.
async fn writable(app: &App) -> sea_orm::DatabaseConnection {
    sea_orm::Database::connect(app.config.database_url())
        .await
        .expect("connected")
}

async fn ask(app: &App, token: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::get("/metrics");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    let status = response.status();
    if status == StatusCode::OK {
        let kind = response.headers()[CONTENT_TYPE].to_str().expect("text");
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    }
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("read");
    (status, String::from_utf8(bytes.to_vec()).expect("text"))
}

fn value(text: &str, name: &str) -> f64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_else(|| panic!("no {name} in\n{text}"))
        .parse()
        .expect("a number")
}

/// The grammar of the text format: comments that say help and type before the samples of their name.
fn every_line_is_prometheus(text: &str) {
    let mut described = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(!described.contains(&name), "{name} twice");
            described.push(name);
        } else if !line.starts_with("# HELP ") {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and its value");
            let name = sample.split('{').next().unwrap_or_default();
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .unwrap_or(name);
            assert!(described.contains(&family), "{line} has no type");
            value.parse::<f64>().expect(line);
        }
    }
    assert!(described.len() > 10, "{described:?}");
}
