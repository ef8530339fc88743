//! The calendar changes while duties are open: what moves is shown first, then moves in one act, reminders with it.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::audit::{self, rows::journal};
use trinhky::distribution::rows::delivery;
use trinhky::flow::rows::{flow_task, flow_timer};
use trinhky::mail::rows::outbox;
use trinhky::objectives::extension::{self, Answer};
use trinhky::objectives::report::FILL;
use trinhky::objectives::rows::{report_period, unit_report};
use trinhky::people::find as people_find;
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use super::extension::go_on_to;
use super::pages::{Browser, Pairs, form};
use super::{office, tools};

const HERE: &str = "/quan-tri/ngay-nghi";

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

fn day_off(date: &str) -> Pairs {
    [
        ("date", date),
        ("reason", "Mưa lũ"),
        ("source", "CĐ 12/CĐ-UBND"),
        ("do", "off"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn short(at: DateTime<Utc>) -> String {
    local(at).format("%d/%m %H:%M").to_string()
}

/// The open deadlines of a step, each once.
async fn due(app: &App, element: &str) -> Vec<String> {
    let rows = flow_task::Entity::find()
        .filter(flow_task::Column::Element.eq(element))
        .order_by_asc(flow_task::Column::DueAt)
        .all(app.store.reader())
        .await
        .expect("read");
    let mut days: Vec<String> = rows
        .iter()
        .filter_map(|row| row.due_at)
        .map(short)
        .collect();
    days.dedup();
    days
}

/// When the reminders of a unit's report come.
async fn reminders(app: &App, report: Uuid) -> Vec<String> {
    let task = flow_task::Entity::find()
        .filter(flow_task::Column::SubjectId.eq(report))
        .filter(flow_task::Column::Element.eq(FILL))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the report is open");
    let timers = flow_timer::Entity::find()
        .filter(flow_timer::Column::InstanceId.eq(task.instance_id))
        .filter(flow_timer::Column::Path.eq(task.path))
        .order_by_asc(flow_timer::Column::DueAt)
        .all(app.store.reader())
        .await
        .expect("read");
    timers.iter().map(|timer| short(timer.due_at)).collect()
}

async fn mails(app: &App, template: &str) -> usize {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq(template))
        .all(app.store.reader())
        .await
        .expect("read")
        .len()
}

async fn told(app: &App, act: &str) -> Vec<String> {
    journal::Entity::find()
        .filter(journal::Column::Act.eq(act))
        .order_by_asc(journal::Column::Id)
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .map(|row| row.summary)
        .collect()
}

/// Looks at what a change moves and means it.
async fn look_and_save(admin: &Browser, wish: &Pairs) -> String {
    let shown = admin.post(HERE, wish).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let (action, mut fields) = form(&shown.text);
    assert_eq!(action, HERE);
    fields.retain(|(name, _)| name != "do");
    fields.extend(wish.iter().filter(|(name, _)| name == "do").cloned());
    let saved = admin.post(HERE, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    shown.text
}

async fn open_deadlines_move_with_the_calendar(app: &App) {
    office::issue_decision(app, office::DECISION).await;
    go_on_to(app, app.clock.now()).await;
    let admin = Browser::of(app, "admin", true).await;

    // A day off tomorrow: who has ten working days to study it gets one more; what is due today stays.
    let receipts = due(app, "acknowledge").await;
    let studies = due(app, "attest").await;
    assert_eq!((receipts.len(), studies.len()), (1, 1));
    let calendar = trinhky_calendar::Calendar::vietnam();
    let tomorrow = calendar.add_working_days(app.today(), 1);
    let wish = day_off(&vn_date(tomorrow));
    let shown = look_and_save(&admin, &wish).await;
    assert!(shown.contains("Xác nhận đã đọc và hiểu"));
    assert!(!shown.contains("Xác nhận đã nhận<"));
    assert_eq!(due(app, "acknowledge").await, receipts);
    let later = calendar.end_of_office(calendar.add_working_days(app.today(), 11));
    assert_eq!(due(app, "attest").await, [short(later)]);

    // Today off: what is due today is due on the next working day, as the sender's list of deliveries says, too.
    let today = day_off(&vn_date(app.today()));
    let shown = look_and_save(&admin, &today).await;
    assert!(shown.contains("nơi khác"), "units stand together");
    let next = calendar.end_of_office(calendar.add_working_days(app.today(), 2));
    assert_eq!(due(app, "acknowledge").await, [short(next)]);
    let waiting = delivery::Entity::find()
        .filter(delivery::Column::DueAt.eq(next))
        .all(app.store.reader())
        .await
        .expect("read");
    assert!(waiting.len() > 30, "{}", waiting.len());

    // The report of the second quarter is due on Thursday 15 June. One unit has time until the 20th.
    go_on_to(app, at("2023-06-09T02:00:00Z")).await;
    let admin = Browser::of(app, "admin", true).await;
    let reports = unit_report::Entity::find()
        .order_by_asc(unit_report::Column::Id)
        .all(app.store.reader())
        .await
        .expect("read");
    let units: Vec<Uuid> = reports.iter().map(|report| report.unit_id).collect();
    let reporters = people_find::holders(app.store.reader(), &units, &["reporter"], app.today())
        .await
        .expect("read");
    let reporter = reporters.first().expect("a reporter");
    let longer = reports
        .iter()
        .find(|report| report.unit_id == reporter.post.unit_id)
        .expect("a report");
    let other = reports
        .iter()
        .find(|report| report.id != longer.id)
        .expect("another report");
    let unit = people_find::actor(app.store.reader(), reporter.person_id, app.today())
        .await
        .expect("a person");
    let (chief, _) = office::first(app, "office_chief").await;
    let until = at("2023-06-20T00:00:00Z").date_naive();
    extension::ask(app, &unit, longer.id, until, "Chờ số liệu".to_owned())
        .await
        .expect("asked");
    let grant = Answer::Grant(until, String::new());
    extension::answer(app, &chief, longer.id, grant)
        .await
        .expect("granted");

    // Looking saves nothing; a mark of something else than what is shown neither.
    let wish = day_off("15/06/2023");
    let shown = admin.post(HERE, &wish).await;
    assert_eq!(shown.status, StatusCode::OK);
    for words in [
        "Lập báo cáo",
        "15/06/2023 17:00",
        "16/06/2023 17:00",
        "nơi khác",
    ] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    assert!(!shown.text.contains("20/06/2023 17:00"));
    let mut stale = wish.clone();
    stale.push(("mark".to_owned(), "x".to_owned()));
    assert_eq!(admin.post(HERE, &stale).await.status, StatusCode::OK);
    assert_eq!(due(app, FILL).await, ["15/06 17:00", "20/06 17:00"]);
    assert!(
        !admin
            .get(&format!("{HERE}?nam=2023"))
            .await
            .text
            .contains("15/06/2023")
    );

    // Saved, everything moves at once: tasks, the period, reminders that are still to come.
    assert_eq!(
        reminders(app, other.id).await,
        ["14/06 17:00", "16/06 17:00", "20/06 17:00"]
    );
    look_and_save(&admin, &wish).await;
    assert_eq!(due(app, FILL).await, ["16/06 17:00", "20/06 17:00"]);
    assert_eq!(
        reminders(app, other.id).await,
        ["14/06 17:00", "19/06 17:00", "21/06 17:00"]
    );
    let period = report_period::Entity::find_by_id(longer.period_id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the period");
    assert_eq!(short(period.due_at), "16/06 17:00");
    let told_of_calendar = told(app, "calendar.changed").await;
    let last = told_of_calendar.last().expect("a line");
    assert!(
        last.contains("Ghi 15/06/2023 là ngày nghỉ: Mưa lũ") && last.contains("; dời "),
        "{last}"
    );
    assert!(!told(app, "deadlines.moved").await.is_empty());
    assert!(
        admin
            .get(&format!("{HERE}?nam=2023"))
            .await
            .text
            .contains("15/06/2023")
    );

    // A day that somebody promised moves only where it is off itself, and takes its reminders along.
    look_and_save(&admin, &day_off("20/06/2023")).await;
    let kept = unit_report::Entity::find_by_id(longer.id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the report");
    assert_eq!(kept.extended_due.map(short).as_deref(), Some("21/06 17:00"));
    assert_eq!(
        reminders(app, longer.id).await,
        ["19/06 17:00", "22/06 17:00", "26/06 17:00"]
    );

    // A slip is taken back the same way.
    let back = |date: &str| -> Pairs {
        let mut wish = day_off(date);
        wish.retain(|(name, _)| name != "do");
        wish.push(("do".to_owned(), "normal".to_owned()));
        wish
    };
    let shown = look_and_save(&admin, &back("15/06/2023")).await;
    assert!(shown.contains("15/06/2023 17:00"));
    assert_eq!(due(app, FILL).await, ["15/06 17:00", "21/06 17:00"]);
    look_and_save(&admin, &day_off("15/06/2023")).await;

    // The reminders come by the new day, once each.
    go_on_to(app, at("2023-06-17T02:00:00Z")).await;
    assert_eq!(mails(app, "report_late").await, 0);
    go_on_to(app, at("2023-06-19T11:00:00Z")).await;
    assert!(mails(app, "report_late").await > 0);

    // What is past stays past: a day off on a deadline that is over moves what is still to come only.
    let admin = Browser::of(app, "admin", true).await;
    let shown = look_and_save(&admin, &day_off("16/06/2023")).await;
    assert!(shown.contains("ngày tổng hợp") && !shown.contains("Lập báo cáo"));
    assert_eq!(due(app, FILL).await[0], "16/06 17:00");
    let breaches = audit::invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_calendar_is_looked_at_and_moves_open_deadlines() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    open_deadlines_move_with_the_calendar(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_does_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    open_deadlines_move_with_the_calendar(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_without_a_notice_is_provisional_until_its_notice_is_entered() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    app.clock.advance_to(at("2026-10-01T02:00:00Z"));
    let admin = Browser::of(&app, "admin", true).await;
    let year = format!("{HERE}?nam=2027");
    let shown = admin.get(&year).await;
    assert!(shown.text.contains("Dự kiến") && shown.text.contains("(dự kiến)"));
    let announce = |notice: &str| -> Pairs {
        [("year", "2027"), ("notice", notice), ("do", "announce")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    };
    let bare = admin.post(HERE, &announce(" ")).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("Ngày nghỉ, ngày làm bù năm 2027"));
    let saved = admin.post(HERE, &announce("TB 1/TB-BNV")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let shown = admin.get(&year).await;
    assert!(!shown.text.contains("dự kiến"), "{}", shown.text);
    assert!(shown.text.contains("TB 1/TB-BNV") && shown.text.contains("06/02/2027"));
}
