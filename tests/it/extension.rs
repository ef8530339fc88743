//! A unit asks for more time for its report; the Office answers; the reminders follow the new day.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit;
use trinhky::flow::rows::{flow_task, flow_timer};
use trinhky::mail::rows::outbox;
use trinhky::objectives::report::FILL;
use trinhky::objectives::rows::{report_extension, unit_report};
use trinhky::people::find as people_find;
use trinhky::worker;
use uuid::Uuid;

use super::pages::{Browser, Pairs};
use super::{office, tools};

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

fn pairs(fields: &[(&str, &str)]) -> Pairs {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Goes on to an instant, doing what becomes due on the way when it becomes due.
pub async fn go_on_to(app: &App, until: DateTime<Utc>) {
    worker::run_until_idle(app).await.expect("works");
    while let Some(next) = worker::next_due(app).await.expect("read")
        && next <= until
    {
        app.clock.advance_to(next);
        worker::run_until_idle(app).await.expect("works");
    }
    app.clock.advance_to(until);
}

/// An open report of a unit that has a reporter, and that person.
async fn a_report(app: &App) -> (unit_report::Model, Uuid) {
    let reports = unit_report::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    for report in reports {
        let reporters = people_find::holders(
            app.store.reader(),
            &[report.unit_id],
            &["reporter"],
            app.today(),
        )
        .await
        .expect("read");
        if let Some(reporter) = reporters.first() {
            return (report, reporter.person_id);
        }
    }
    panic!("no unit has a reporter");
}

/// The subjects of the mails of a template about one report.
async fn mails(app: &App, template: &str, about: &str) -> Vec<String> {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq(template))
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .filter(|mail| mail.copy_of.is_none() && mail.mail_key.contains(about))
        .map(|mail| mail.subject)
        .collect()
}

async fn fill_task(app: &App, report: Uuid) -> flow_task::Model {
    flow_task::Entity::find()
        .filter(flow_task::Column::SubjectId.eq(report))
        .filter(flow_task::Column::Element.eq(FILL))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("it is still to be written")
}

async fn more_time_is_asked_for_and_granted(app: &App) {
    office::issue_decision(app, office::DECISION).await;
    // The report of the second quarter is due on Thursday 15 June; the reminder of five days before is out.
    go_on_to(app, at("2023-06-09T02:00:00Z")).await;
    let (report, reporter) = a_report(app).await;
    let id = report.id.to_string();
    assert_eq!(mails(app, "report_soon", &id).await.len(), 1);
    let unit = Browser::with(app, reporter).await;
    let (chief, _) = office::first(app, "office_chief").await;
    let office_chief = Browser::with(app, chief.person_id.expect("a person")).await;
    let here = format!("/bao-cao/{id}/gia-han");
    let form = unit.get(&format!("/bao-cao/{id}")).await;
    assert!(form.text.contains(&here), "the form leads there");

    // What is not acceptable says why and keeps what was typed.
    for (until, reason, why) in [
        ("15/06/2023", "Chờ số liệu", "sau hạn hiện tại"),
        ("17/06/2023", "Chờ số liệu", "ngày làm việc"),
        ("20/06/2023", " ", "lý do"),
        ("mai", "Chờ số liệu", "ngày/tháng/năm"),
    ] {
        let wrong = unit
            .post(&here, &pairs(&[("until", until), ("reason", reason)]))
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{until}");
        assert!(wrong.text.contains(why), "{until}: {}", wrong.text);
        assert!(wrong.text.contains(until));
    }
    let asked = pairs(&[("until", "20/06/2023"), ("reason", "Chờ số liệu")]);
    let sent = unit.post(&here, &asked).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let twice = unit.post(&here, &asked).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let request = report_extension::Entity::find()
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("one request");
    let told = mails(app, "extension_asked", &request.id.to_string()).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        fill_task(app, report.id).await.due_at,
        Some(request.old_due_at),
        "asking moves nothing"
    );

    // The unit does not answer itself; the chief refuses with a reason only, and grants.
    let answer = format!("{here}/tra-loi");
    let grant = pairs(&[("do", "grant"), ("until", "20/06/2023"), ("answer", "")]);
    assert_eq!(
        unit.post(&answer, &grant).await.status,
        StatusCode::FORBIDDEN
    );
    let bare = office_chief
        .post(&answer, &pairs(&[("do", "refuse"), ("answer", " ")]))
        .await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    let granted = office_chief.post(&answer, &grant).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.text);
    assert_eq!(
        office_chief.post(&answer, &grant).await.status,
        StatusCode::CONFLICT
    );
    let told = mails(app, "extension_answered", &request.id.to_string()).await;
    assert!(told[0].starts_with("Được gia hạn"), "{told:?}");
    let task = fill_task(app, report.id).await;
    let new_due = at("2023-06-20T10:00:00Z");
    assert_eq!(task.due_at, Some(new_due));
    let mut timers: Vec<String> = flow_timer::Entity::find()
        .filter(flow_timer::Column::InstanceId.eq(task.instance_id))
        .filter(flow_timer::Column::Path.eq(task.path.as_str()))
        .all(app.store.reader())
        .await
        .expect("read")
        .iter()
        .map(|timer| timer.due_at.format("%d/%m").to_string())
        .collect();
    timers.sort();
    assert_eq!(timers, ["19/06", "21/06", "23/06"], "T-1, T+1, T+3");

    // The others are reminded of the old day, this unit of the new one: late only after it.
    go_on_to(app, at("2023-06-19T02:00:00Z")).await;
    assert!(!mails(app, "report_late", "report:").await.is_empty());
    assert!(mails(app, "report_late", &id).await.is_empty());
    assert_eq!(mails(app, "report_soon", &id).await.len(), 1);
    let unit = Browser::with(app, reporter).await;
    let shown = unit.get(&format!("/bao-cao/{id}")).await;
    assert!(shown.text.contains("20/06/2023"));
    go_on_to(app, at("2023-06-20T02:00:00Z")).await;
    let soon = mails(app, "report_soon", &id).await;
    assert_eq!(soon.len(), 2, "{soon:?}");
    go_on_to(app, at("2023-06-22T02:00:00Z")).await;
    assert_eq!(mails(app, "report_late", &id).await.len(), 1);
    let later = Browser::with(app, chief.person_id.expect("a person")).await;
    let course = later.get(&format!("/van-ban/{}", task.document_id)).await;
    assert!(course.text.contains("Đến hạn: Quá 1 ngày làm việc"));
    assert!(!course.text.contains("report_late"), "an id is no name");

    // After its deadline nobody asks.
    let unit = Browser::with(app, reporter).await;
    let late = unit
        .post(&here, &pairs(&[("until", "30/06/2023"), ("reason", "x")]))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let breaches = audit::invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_gets_more_time_and_its_reminders_follow() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    more_time_is_asked_for_and_granted(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn also_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    more_time_is_asked_for_and_granted(&app).await;
}
