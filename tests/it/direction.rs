//! What a receiving unit does with a document: registered by its clerk, directed by its leader, done by the lead, seen by
//! the sender.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::distribution::receipt;
use trinhky::mail::rows::outbox;
use trinhky::people::find as people_find;
use trinhky::worker;
use uuid::Uuid;

use super::extension::go_on_to;
use super::pages::{Browser, Pairs};
use super::{office, tools};

fn pairs(fields: &[(&str, &str)]) -> Pairs {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Somebody of the unit with one of the roles.
async fn of_unit(app: &App, unit: Uuid, roles: &[&str]) -> Uuid {
    people_find::holders(app.store.reader(), &[unit], roles, app.today())
        .await
        .expect("read")
        .first()
        .expect("somebody")
        .person_id
}

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

/// The mails of a template, without the copies.
async fn told(app: &App, template: &str) -> Vec<outbox::Model> {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq(template))
        .filter(outbox::Column::CopyOf.is_null())
        .order_by_asc(outbox::Column::CreatedAt)
        .all(app.store.reader())
        .await
        .expect("read")
}

async fn a_document_is_directed_and_done(app: &App) {
    let document = office::issue_decision(app, office::DECISION).await;
    let (delivery, clerk) = office::open_deliveries_with_clerk(app, document)
        .await
        .remove(0);
    let unit = receipt::delivered(app.store.reader(), delivery)
        .await
        .expect("the delivery")
        .unit_id;
    let head = of_unit(app, unit, &["unit_head", "chair", "office_chief"]).await;
    let lead = of_unit(app, unit, &["reporter", "staff", "clerk"]).await;
    let leader = Browser::with(app, head).await;
    let here = format!("/tiep-nhan/{delivery}/chi-dao");
    let charge = |due: &str| {
        let (lead, head) = (lead.to_string(), head.to_string());
        pairs(&[
            ("do", "direct"),
            ("lead", &lead),
            ("inform", &head),
            ("due", due),
            ("remark", "Làm ngay trong tuần"),
        ])
    };

    // Before its registration nobody directs anything.
    let early = leader.post(&here, &charge("")).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text);
    receipt::acknowledge(app, &clerk, delivery)
        .await
        .expect("received");
    let inbox = leader.get("/van-ban-den?loc=cho-chi-dao").await;
    assert!(inbox.text.contains(&format!("/tiep-nhan/{delivery}")));

    // A wrong day keeps what was typed; a stranger's lead is refused; the clerk directs nothing.
    for (due, why) in [("mai", "ngày/tháng/năm"), ("01/01/2020", "trước hôm nay")] {
        let wrong = leader.post(&here, &charge(due)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains(why) && wrong.text.contains("Làm ngay trong tuần"));
    }
    let (stranger, _) = office::first(app, "chair").await;
    let mut foreign = charge("");
    foreign[1].1 = stranger.person_id.expect("a person").to_string();
    let refused = leader.post(&here, &foreign).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let by_clerk = Browser::with(app, clerk.person_id.expect("a person")).await;
    if clerk.person_id != Some(head) {
        let denied = by_clerk.post(&here, &charge("")).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
    }

    // The leader charges; each is told once with the own part.
    let given = leader.post(&here, &charge("31/03/2023")).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    worker::run_until_idle(app).await.expect("mails");
    let mails = told(app, "assigned").await;
    assert_eq!(mails.len(), if lead == head { 1 } else { 2 });
    let to_lead = mails
        .iter()
        .find(|mail| mail.subject.starts_with("Chủ trì xử lý"))
        .expect("the lead's mail");
    assert!(to_lead.body_text.contains("Làm ngay trong tuần"));
    assert!(to_lead.body_text.contains("31/03/2023"));

    // Another day ends the reminders of the first. They come a working day before, on the day, one and three after, then end.
    let later = leader.post(&here, &charge("07/04/2023")).await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.text);
    for (until, sent) in [
        ("2023-04-05T11:00:00Z", 0),
        ("2023-04-06T02:00:00Z", 1),
        ("2023-04-07T02:00:00Z", 2),
        ("2023-04-10T02:00:00Z", 3),
        ("2023-04-11T11:00:00Z", 3),
        ("2023-04-12T02:00:00Z", 4),
        ("2023-04-28T02:00:00Z", 4),
    ] {
        go_on_to(app, at(until)).await;
        assert_eq!(told(app, "direction_due").await.len(), sent, "{until}");
    }
    let reminders = told(app, "direction_due").await;
    assert!(reminders[0].body_text.contains("còn 1 ngày làm việc"));
    assert!(reminders[3].body_text.contains("quá hạn 3 ngày làm việc"));
    let leader = Browser::with(app, head).await;

    let worker_of_unit = Browser::with(app, lead).await;
    let mine = worker_of_unit.get("/van-ban-den?loc=giao-cho-toi").await;
    assert!(mine.text.contains(&format!("/tiep-nhan/{delivery}")));

    // Done needs an outcome, and is done once.
    let empty = worker_of_unit
        .post(&here, &pairs(&[("do", "complete"), ("outcome", " ")]))
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let complete = pairs(&[("do", "complete"), ("outcome", "Trả lời tại 12/BC-UBND")]);
    let finished = worker_of_unit.post(&here, &complete).await;
    assert_eq!(finished.status, StatusCode::SEE_OTHER, "{}", finished.text);
    let twice = worker_of_unit.post(&here, &complete).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let late = leader.post(&here, &charge("31/03/2023")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let mine = worker_of_unit.get("/van-ban-den?loc=giao-cho-toi").await;
    assert!(!mine.text.contains(&format!("/tiep-nhan/{delivery}")));

    // The sender sees it on the line of the unit, and in its evidence.
    let (chief, _) = office::first(app, "office_chief").await;
    let sender = Browser::with(app, chief.person_id.expect("a person")).await;
    let tracking = sender.get(&format!("/van-ban/{document}/theo-doi")).await;
    assert!(tracking.text.contains("đã hoàn thành"), "{}", tracking.text);
    go_on_to(app, at("2023-05-10T02:00:00Z")).await;
    let sender = Browser::with(app, chief.person_id.expect("a person")).await;
    let evidence = sender.get(&here).await;
    assert!(evidence.text.contains("Trả lời tại 12/BC-UBND"));
    assert!(!evidence.text.contains("name=\"lead\""));
    let breaches = trinhky::audit::invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_directs_and_finishes_what_it_received() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    a_document_is_directed_and_done(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_does_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    a_document_is_directed_and_done(&app).await;
}
