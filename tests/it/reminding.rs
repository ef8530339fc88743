//! A unit that has not answered is reminded before its opinion is due; who has is left alone.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::documents::review::{Stance, give_opinion, submit};
use trinhky::documents::{draft, steer};
use trinhky::flow::rows::flow_task;
use trinhky::mail::rows::outbox;
use trinhky::people::{find as people_find, rows::unit};
use uuid::Uuid;

use super::extension::go_on_to;
use super::{office, tools};

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

async fn reminded(app: &App) -> Vec<String> {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq("opinion_soon"))
        .filter(outbox::Column::CopyOf.is_null())
        .order_by_asc(outbox::Column::CreatedAt)
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .map(|mail| mail.subject)
        .collect()
}

async fn units(app: &App) -> Vec<Uuid> {
    let rows = unit::Entity::find()
        .order_by_asc(unit::Column::UnitKey)
        .all(app.store.reader())
        .await
        .expect("read");
    let mut found = Vec::new();
    for row in rows {
        let reporters =
            people_find::holders(app.store.reader(), &[row.id], &["reporter"], app.today())
                .await
                .expect("read");
        if !reporters.is_empty() {
            found.push(row.id);
        }
    }
    found.truncate(3);
    found
}

async fn who_has_not_answered_is_reminded(app: &App) {
    let (drafter, owner) = office::first(app, "drafter").await;
    let text = office::DECISION.as_bytes();
    let id = draft::import(app, &drafter, owner, "decision.md", text)
        .await
        .expect("imported");
    let asked = units(app).await;
    assert_eq!(asked.len(), 3);
    // Monday: five working days end on Monday the 27th.
    let seen = office::seen(app, id).await;
    submit(app, &drafter, id, seen.clone(), asked.clone(), 5)
        .await
        .expect("asked");
    let reporters =
        people_find::holders(app.store.reader(), &asked[..1], &["reporter"], app.today())
            .await
            .expect("read");
    let reporter = people_find::actor(app.store.reader(), reporters[0].person_id, app.today())
        .await
        .expect("a person");
    give_opinion(
        app,
        &reporter,
        id,
        seen,
        asked[0],
        Stance::Agree,
        String::new(),
    )
    .await
    .expect("answered");

    go_on_to(app, at("2023-03-23T11:00:00Z")).await;
    assert!(reminded(app).await.is_empty());
    // More time for the round moves the reminder with it.
    let task = flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(id))
        .filter(flow_task::Column::Role.eq("unit"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("somebody is still asked");
    let (chief, _) = office::first(app, "office_chief").await;
    let until = at("2023-03-29T10:00:00Z");
    steer::extend(app, &chief, id, task.task_id, until, "Chờ họp".to_owned())
        .await
        .expect("extended");
    go_on_to(app, at("2023-03-27T11:00:00Z")).await;
    assert!(reminded(app).await.is_empty());
    go_on_to(app, at("2023-03-28T02:00:00Z")).await;
    let mails = reminded(app).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails[0].contains("29/03/2023"), "{mails:?}");
    go_on_to(app, at("2023-04-10T02:00:00Z")).await;
    assert_eq!(reminded(app).await.len(), 2, "once each");
}

#[tokio::test(flavor = "multi_thread")]
async fn opinions_are_reminded_of_once_before_they_are_due() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    who_has_not_answered_is_reminded(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    who_has_not_answered_is_reminded(&app).await;
}
