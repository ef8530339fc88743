//! Mails through a real SMTP server, and the links in them.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use tower::ServiceExt as _;
use trinhky::app::App;
use trinhky::clock::Clock;
use trinhky::config::{Config, Smtp};
use trinhky::distribution::rows::delivery;
use trinhky::ids::Ids;
use trinhky::mail::rows::outbox;
use trinhky::people::sign_in;
use trinhky::{routes, worker};

use super::{office, tools};

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_arrives_and_its_link_shows_the_page_and_changes_nothing() {
    let Some(python) = tools::python() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = folder.path().join("inbox");
    std::fs::create_dir(&inbox).expect("the inbox");
    let script = tools::root().join("tests/tools/smtp_sink.py");
    let arguments = [
        script.to_str().expect("a path"),
        inbox.to_str().expect("a path"),
    ];
    let Some(sink) = tools::Helper::start(&python, &arguments) else {
        return tools::missing("the SMTP sink");
    };

    // The office is made with mails as files, then opened again with the real server.
    let made = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::issue_decision(&made, office::DECISION).await;
    drop(made);
    let config = Config {
        data: folder.path().to_owned(),
        smtp: Some(Smtp {
            host: "127.0.0.1".to_owned(),
            port: sink.answer.parse().expect("the sink's port"),
            security: "none".to_owned(),
            ..Smtp::default()
        }),
        mail_from: "Trình Ký <trinhky@caoloc.example>".to_owned(),
        ..Config::default()
    };
    let app = App::open(config, Clock::fake(office::start()), Ids::seeded(8))
        .await
        .expect("opened again");
    // Past the end of the day's office hours, within the grace in which reminders still go out.
    app.clock.advance_to(office::start() + TimeDelta::hours(9));
    worker::run_until_idle(&app)
        .await
        .expect("reminders go out");

    let open = office::open_deliveries(&app, document).await;
    let (delivery_id, clerk) = open.first().expect("an open delivery").clone();
    let mails: Vec<String> = std::fs::read_dir(&inbox)
        .expect("the inbox")
        .filter_map(|entry| {
            Some(entry.ok()?.path()).filter(|path| path.extension().is_some_and(|e| e == "eml"))
        })
        .map(|path| {
            unfolded(&String::from_utf8_lossy(
                &std::fs::read(path).expect("a mail"),
            ))
        })
        .collect();
    assert!(mails.len() >= 30, "{} mails arrived", mails.len());
    let path = format!("/tiep-nhan/{delivery_id}");
    let mail = mails
        .iter()
        .find(|mail| mail.contains(&path))
        .expect("the clerk's reminder with its link");
    assert!(mail.contains("Auto-Submitted: auto-generated"));
    assert!(mail.contains("Message-ID:"));

    let rows = outbox::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    let accepted = rows
        .iter()
        .filter(|row| row.state == "sent" && row.reply.starts_with("250"))
        .count();
    assert_eq!(
        accepted,
        mails.len(),
        "each mail that arrived is recorded with the server's words, once"
    );

    // The link shows a page with a button; looking changes nothing.
    let email =
        trinhky::people::rows::person::Entity::find_by_id(clerk.person_id.expect("a person"))
            .one(app.store.reader())
            .await
            .expect("read")
            .expect("the clerk")
            .email;
    let token = sign_in::sign_in(&app, &email, office::PASSWORD)
        .await
        .expect("the clerk signs in");
    let deliveries = async || {
        delivery::Entity::find()
            .all(app.store.reader())
            .await
            .expect("read")
    };
    let before = deliveries().await;
    for method in ["GET", "HEAD"] {
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header("cookie", format!("phien={token}"));
        let answer = routes::router(app.clone())
            .oneshot(request.body(Body::empty()).expect("a request"))
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        if method == "GET" {
            let text = String::from_utf8_lossy(&body);
            assert!(
                text.contains("05/QĐ-UBND") && text.contains("Tiếp nhận"),
                "{text}"
            );
        }
    }
    // That a signed-in clerk has opened it is its grade now (R4), by who was the first; nothing else has changed.
    let mut after = deliveries().await;
    let opened = after
        .iter_mut()
        .find(|row| row.id == delivery_id)
        .expect("the delivery");
    assert_eq!(opened.opened_by, clerk.name);
    assert_eq!(opened.opened_at.take(), Some(app.clock.now()));
    opened.opened_by.clear();
    assert_eq!(before, after);
}

/// Quoted-printable lines joined, so that a link stands in one piece.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "")
        .replace("=\n", "")
        .replace("=3D", "=")
}
