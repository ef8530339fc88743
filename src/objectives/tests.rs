//! A decision's follow-up on a real database and the real engine, with three units of the sample organisation.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use serde_json::json;
use tower::ServiceExt as _;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::consolidate::{consolidate, differences};
use super::evaluate::{Judgement, close_year, evaluate};
use super::input::Typed;
use super::report::{
    Answer, ReportInput, approve_report, correct_report, save_report, submit_report,
};
use super::rows::{report_period, unit_report};
use super::sums::Results;
use super::verdict::Verdict;
use super::{find, pages, plan, state};
use crate::app::{App, Cx};
use crate::audit;
use crate::cli::bring_up;
use crate::clock::Clock;
use crate::config::Config;
use crate::distribution;
use crate::distribution::rows::delivery;
use crate::documents::{self, draft, rows::document};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::files;
use crate::flow;
use crate::ids::Ids;
use crate::mail::rows::outbox;
use crate::people::rows::{person, unit};
use crate::people::{Actor, find as people_find, import, sign_in};
use crate::worker;

const ORGANISATION: &str = include_str!("../../templates/sample/cao-loc-2023.toml");
const DECISION: &str = include_str!("../../templates/sample/decision-2023.md");
const REPORT_PROCESS: &str = include_str!("../../workflows/follow-up-report.bpmn");
const UNITS: [&str; 3] = ["cao-loc/vp", "cao-loc/yt", "xa-gia-cat"];

/// The part of the decision's workflow that begins when its recipients have it.
const FOLLOW_UP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tk="https://trinhky.vn/bpmn/1.0" id="d" targetNamespace="https://trinhky.vn/workflows">
  <process id="follow_up_only" name="Theo dõi" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="f0" sourceRef="start" targetRef="follow_up"/>
    <subProcess id="follow_up" name="Theo dõi thực hiện">
      <multiInstanceLoopCharacteristics isSequential="true" tk:collection="periods" tk:elementVariable="period"/>
      <startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="period_opens"/>
      <intermediateCatchEvent id="period_opens" name="Mở kỳ"><timerEventDefinition><timeDate>period.opens_at</timeDate></timerEventDefinition></intermediateCatchEvent>
      <sequenceFlow id="f2" sourceRef="period_opens" targetRef="open_period"/>
      <serviceTask id="open_period" name="Lập kỳ báo cáo" tk:service="objectives.open_period"/>
      <sequenceFlow id="f3" sourceRef="open_period" targetRef="fork"/>
      <parallelGateway id="fork"/>
      <sequenceFlow id="f4" sourceRef="fork" targetRef="unit_report"/>
      <callActivity id="unit_report" name="Báo cáo của đơn vị" calledElement="follow_up_report"><multiInstanceLoopCharacteristics isSequential="false" tk:collection="reporters" tk:elementVariable="reporter"/></callActivity>
      <sequenceFlow id="f5" sourceRef="fork" targetRef="consolidation_day"/>
      <intermediateCatchEvent id="consolidation_day" name="Ngày tổng hợp"><timerEventDefinition><timeDate>period.consolidate_at</timeDate></timerEventDefinition></intermediateCatchEvent>
      <sequenceFlow id="f6" sourceRef="consolidation_day" targetRef="consolidate"/>
      <userTask id="consolidate" name="Tổng hợp báo cáo" tk:role="office_chief"/>
      <sequenceFlow id="f7" sourceRef="consolidate" targetRef="join"/><sequenceFlow id="f8" sourceRef="unit_report" targetRef="join"/>
      <parallelGateway id="join"/><sequenceFlow id="f9" sourceRef="join" targetRef="e"/><endEvent id="e"/>
    </subProcess>
    <sequenceFlow id="f10" sourceRef="follow_up" targetRef="evaluate"/>
    <userTask id="evaluate" name="Đánh giá cuối năm" tk:role="chair"/><sequenceFlow id="f11" sourceRef="evaluate" targetRef="close_year"/>
    <userTask id="close_year" name="Kết thúc năm" tk:role="office_chief"/><sequenceFlow id="f12" sourceRef="close_year" targetRef="done"/>
    <endEvent id="done"/>
  </process>
</definitions>"#;

/// An installation with an issued decision whose follow-up runs, on 24 March 2023.
struct World {
    app: App,
    decision: Uuid,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: folder.path().to_owned(),
            ..Config::default()
        };
        bring_up(&config).await.expect("a migrated database");
        let app = App::open(
            config,
            Clock::fake(at("2023-03-24T09:00:00+07:00")),
            Ids::seeded(7),
        )
        .await
        .expect("an app");
        import::load(
            &app,
            import::read(ORGANISATION).expect("the sample is right"),
            None,
        )
        .await
        .expect("the organisation");
        flow::publish_shipped(&app).await.expect("the workflows");
        let drafter = who(&app, "lang-kim-lan").await;
        let office = unit_id(&app, "cao-loc/vp").await;
        let decision = draft::import(&app, &drafter, office, "decision.md", DECISION.as_bytes())
            .await
            .expect("a drafted decision");
        let mut units = Vec::new();
        for key in UNITS {
            units.push(unit_id(&app, key).await);
        }
        app.act(
            &Actor::system(),
            (decision, units),
            |cx, (decision, units)| Box::pin(issue(cx, *decision, units)),
        )
        .await
        .expect("an issued decision");
        Self {
            app,
            decision,
            _folder: folder,
        }
    }

    /// Lets everything happen that is due until then.
    async fn until(&self, instant: &str) {
        let instant = at(instant);
        loop {
            worker::run_until_idle(&self.app)
                .await
                .expect("the worker works");
            match worker::next_due(&self.app)
                .await
                .expect("the next instant")
                .filter(|due| *due <= instant)
            {
                Some(due) if due > self.app.clock.now() => self.app.clock.advance_to(due),
                _ => break,
            }
        }
        self.app.clock.advance_to(instant);
        worker::run_until_idle(&self.app)
            .await
            .expect("the worker works");
    }

    async fn period(&self, code: &str) -> report_period::Model {
        find::period_by_code(self.app.store.reader(), self.decision, code)
            .await
            .expect("the period")
    }

    async fn report(&self, code: &str, unit: &str) -> unit_report::Model {
        let period = self.period(code).await;
        let unit = unit_id(&self.app, unit).await;
        find::report_of(self.app.store.reader(), period.id, unit)
            .await
            .expect("a database")
            .expect("a report")
    }

    /// Somebody with one of the roles in the unit.
    async fn of_unit(&self, unit: &str, roles: &[&str]) -> Actor {
        let db = self.app.store.reader();
        let id = unit_id(&self.app, unit).await;
        let holders = people_find::holders(db, &[id], roles, self.app.today())
            .await
            .expect("holders");
        let person = holders
            .first()
            .unwrap_or_else(|| panic!("{unit} has nobody who is {roles:?}"))
            .person_id;
        people_find::actor(db, person, self.app.today())
            .await
            .expect("an actor")
    }

    /// A whole report in which `online` of 100 dossiers came online and everything else is as wanted.
    async fn input(&self, code: &str, unit: &str, online: u32) -> ReportInput {
        let values = find::indicators(self.app.store.reader(), self.decision)
            .await
            .expect("indicators");
        let values = values
            .into_iter()
            .map(|indicator| {
                let online = if indicator.label() == "3" {
                    online
                } else {
                    100
                };
                let missed = indicator.label() == "3" && online <= 60;
                let said = |text: &str| {
                    if missed {
                        text.to_owned()
                    } else {
                        String::new()
                    }
                };
                Typed {
                    numerator: if indicator.target.is_count {
                        "0".to_owned()
                    } else {
                        online.to_string()
                    },
                    denominator: "100".to_owned(),
                    cause: said("Người dân chưa có tài khoản"),
                    measure: said("Tổ công nghệ số hỗ trợ"),
                    owner: said("Công chức văn phòng"),
                    measure_due: said("30/9/2023"),
                    code: indicator.code,
                    ..Typed::default()
                }
            })
            .collect();
        ReportInput {
            seen_revision: self.report(code, unit).await.revision,
            values,
            remark: String::new(),
        }
    }

    /// Fills, sends and approves a report.
    async fn hand_in(&self, code: &str, unit: &str, online: u32) {
        let report = self.report(code, unit).await;
        let reporter = self
            .of_unit(unit, &["reporter", "unit_head", "office_chief"])
            .await;
        let input = self.input(code, unit, online).await;
        submit_report(&self.app, &reporter, report.id, input)
            .await
            .expect("a sent report");
        let head = self
            .of_unit(unit, &["unit_head", "office_chief", "chair"])
            .await;
        approve_report(&self.app, &head, report.id, Answer::Approve)
            .await
            .expect("an approved report");
    }

    async fn consolidate(&self, code: &str) -> Outcome<Results> {
        let chief = who(&self.app, "ly-duc-hai").await;
        consolidate(
            &self.app,
            &chief,
            self.decision,
            self.period(code).await.id,
            String::new(),
        )
        .await
    }

    async fn open_tasks(&self, element: &str) -> usize {
        let tasks = flow::tasks_of_document(self.app.store.reader(), self.decision)
            .await
            .expect("tasks");
        tasks.iter().filter(|task| task.element == element).count()
    }

    /// The answer to a request of a person. A body makes it a `POST`.
    async fn ask(&self, person: &str, path: &str, body: Option<&str>) -> (StatusCode, String) {
        let router = Router::new()
            .route("/muc-tieu", get(pages::index))
            .route("/van-ban/{id}/muc-tieu", get(pages::show))
            .route("/van-ban/{id}/muc-tieu.csv", get(pages::csv))
            .route(
                "/bao-cao/{id}",
                get(pages::report_page).post(pages::save_report),
            )
            .route("/bao-cao/{id}/duyet", post(pages::approve_report))
            .route(
                "/ky-bao-cao/{id}/tong-hop",
                get(pages::consolidate_page).post(pages::consolidate),
            )
            .route(
                "/van-ban/{id}/danh-gia",
                get(pages::evaluate_page).post(pages::evaluate),
            )
            .route("/van-ban/{id}/dong-nam", post(pages::close_year))
            .with_state(self.app.clone());
        let mut request = Request::builder()
            .uri(path)
            .method(if body.is_some() { "POST" } else { "GET" })
            .header(COOKIE, format!("phien={}", self.signed_in(person).await));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20)
            .await
            .expect("a body");
        (status, String::from_utf8(bytes.to_vec()).expect("text"))
    }

    async fn signed_in(&self, key: &str) -> String {
        let person_id = who(&self.app, key).await.person_id.expect("a person");
        let token = self.app.ids.token();
        let input = (self.app.clone(), person_id, files::digest(token.as_bytes()));
        self.app
            .store
            .write(input, |tx, (app, person, session)| {
                Box::pin(async move {
                    sign_in::open_session(tx, app, *person, session, app.clock.now()).await
                })
            })
            .await
            .expect("a session");
        token
    }

    async fn key_of(&self, actor: &Actor) -> String {
        let row = person::Entity::find_by_id(actor.person_id.expect("a person"))
            .one(self.app.store.reader())
            .await;
        row.expect("a database").expect("a person").person_key
    }
}

/// The decision as issued to the units, with its follow-up started.
async fn issue(cx: Cx<'_>, id: Uuid, units: &[Uuid]) -> Outcome<()> {
    document::ActiveModel {
        id: Set(id),
        signed_hash: Set(Some("signed".to_owned())),
        number: Set(Some(5)),
        issued_on: Set(Some(cx.today())),
        year: Set(2023),
        state: Set(documents::state::ISSUED.to_owned()),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let decision = documents::find::document(cx.tx, id).await?;
    for unit in units {
        delivered(cx, &decision, *unit).await?;
    }
    let planned = plan(cx, &decision).await?;
    assert_eq!((planned.objectives, planned.indicators), (5, 8));
    assert_eq!(
        plan(cx, &decision).await?,
        planned,
        "planning twice changes nothing"
    );
    let texts = [
        ("follow-up.bpmn", FOLLOW_UP),
        ("follow-up-report.bpmn", REPORT_PROCESS),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    flow::publish(cx, "follow_up_only", &texts).await?;
    let variables = Variables::from([
        ("periods".to_owned(), planned.periods),
        ("document".to_owned(), json!(id)),
    ]);
    flow::start(cx, "follow_up_only", decision.row.org_id, id, variables).await?;
    Ok(())
}

async fn delivered(cx: Cx<'_>, decision: &documents::Document, unit_id: Uuid) -> Outcome<()> {
    delivery::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(decision.row.org_id),
        document_id: Set(decision.row.id),
        unit_id: Set(unit_id),
        kind: Set("action".to_owned()),
        purposes: Set("[]".to_owned()),
        state: Set(distribution::state::DELIVERED.to_owned()),
        due_at: Set(cx.now),
        code_hash: Set(None),
        code_tries: Set(0),
        task_id: Set(None),
        dispatched_at: Set(cx.now),
        delivered_at: Set(Some(cx.now)),
        opened_at: Set(None),
        opened_by: Set(String::new()),
        answered_at: Set(None),
        answered_by: Set(String::new()),
        arrival_number: Set(None),
        arrival_year: Set(None),
        refusal: Set(String::new()),
        reminders: Set(0),
        reminded_at: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

async fn who(app: &App, key: &str) -> Actor {
    let person = person::Entity::find()
        .filter(person::Column::PersonKey.eq(key))
        .one(app.store.reader())
        .await;
    let person = person
        .expect("a database")
        .expect("the person of the sample");
    people_find::actor(app.store.reader(), person.id, app.today())
        .await
        .expect("an actor")
}

async fn unit_id(app: &App, key: &str) -> Uuid {
    let unit = unit::Entity::find()
        .filter(unit::Column::UnitKey.eq(key))
        .one(app.store.reader())
        .await;
    unit.expect("a database")
        .expect("the unit of the sample")
        .id
}

/// The kind and field of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Outcome<T>) -> (RefusalKind, Option<String>) {
    match outcome {
        Err(Fault::Refused(refusal)) => (refusal.kind, refusal.field),
        other => panic!("{other:?}"),
    }
}

fn result<'a>(results: &'a Results, label: &str) -> &'a super::sums::IndicatorResult {
    results
        .indicators
        .iter()
        .find(|indicator| indicator.label == label)
        .expect("the indicator")
}

#[tokio::test]
async fn a_period_opens_takes_late_reports_and_names_who_is_missing() {
    let world = World::new().await;
    world.until("2023-05-31T07:29:00+07:00").await;
    assert_eq!(
        unit_report::Entity::find()
            .count(world.app.store.reader())
            .await
            .expect("a count"),
        0
    );
    world.until("2023-05-31T07:31:00+07:00").await;
    assert_eq!(world.open_tasks("fill_report").await, 3);
    let mails = outbox::Entity::find().filter(outbox::Column::Template.eq("report_open"));
    assert_eq!(
        mails
            .count(world.app.store.reader())
            .await
            .expect("a count"),
        3
    );

    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    assert_eq!(world.report("2023-Q2", "cao-loc/vp").await.late_days, 0);
    // OBJ-05: the deadline was Thursday the 15th at five.
    world.until("2023-06-19T10:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/yt", 20).await;
    assert_eq!(world.report("2023-Q2", "cao-loc/yt").await.late_days, 2);

    assert_eq!(
        refusal(world.consolidate("2023-Q2").await).0,
        RefusalKind::Stale,
        "not before its day"
    );
    world.until("2023-06-20T09:00:00+07:00").await;
    let results = world.consolidate("2023-Q2").await.expect("a consolidation");
    assert_eq!((results.reported, results.asked), (2, 3));
    // OBJ-09.
    assert_eq!(results.missing, ["Ủy ban nhân dân xã Gia Cát"]);
    assert_eq!(
        results
            .late
            .iter()
            .map(|late| late.days)
            .collect::<Vec<_>>(),
        [2]
    );
    let online = result(&results, "3");
    assert_eq!(
        (online.sum.numerator, online.sum.denominator, online.verdict),
        (90, 200, Verdict::NotMet)
    );
    assert_eq!((online.met, online.not_met, online.missing), (1, 1, 1));
    assert_eq!(result(&results, "1a").verdict, Verdict::Met);
    assert_eq!(
        world.open_tasks("fill_report").await,
        0,
        "the round goes on without the missing unit"
    );

    // The missing unit reports after all; the Office runs again and sees what changed.
    world.hand_in("2023-Q2", "xa-gia-cat", 95).await;
    let again = world.consolidate("2023-Q2").await.expect("a second run");
    assert_eq!(
        (again.reported, result(&again, "3").sum.numerator),
        (3, 185)
    );
    let changed: Vec<String> = differences(&results, &again)
        .into_iter()
        .map(|(label, _, now)| format!("{label}: {now}"))
        .collect();
    assert!(
        changed.contains(&"3: 61,67% (185/300), Đạt".to_owned()),
        "{changed:?}"
    );
    let stored = find::consolidation(world.app.store.reader(), world.decision, "2023-Q2")
        .await
        .expect("a database");
    let stored = stored.expect("the consolidation");
    assert_eq!(stored.version, 2);
    let report = documents::find::document(
        world.app.store.reader(),
        stored.report_id.expect("a report"),
    )
    .await
    .expect("a draft");
    assert_eq!(report.row.version, 2);
    assert!(
        report.row.subject.ends_with("quý II năm 2023"),
        "{}",
        report.row.subject
    );
}

#[tokio::test]
async fn nothing_arose_is_not_said_while_the_one_that_counts_it_is_missing() {
    let world = World::new().await;
    world.until("2023-06-20T09:00:00+07:00").await;
    let report = world.report("2023-Q2", "cao-loc/yt").await;
    let reporter = world
        .of_unit("cao-loc/yt", &["reporter", "unit_head"])
        .await;
    let mut input = world.input("2023-Q2", "cao-loc/yt", 70).await;
    // Satisfaction is measured at the Office alone; a division leaves it empty.
    let satisfaction = input
        .values
        .iter_mut()
        .find(|typed| typed.code.starts_with("O5"));
    let satisfaction = satisfaction.expect("the indicator");
    satisfaction.numerator.clear();
    satisfaction.denominator.clear();
    submit_report(&world.app, &reporter, report.id, input)
        .await
        .expect("sent");
    let head = world.of_unit("cao-loc/yt", &["unit_head"]).await;
    approve_report(&world.app, &head, report.id, Answer::Approve)
        .await
        .expect("approved");
    let results = world.consolidate("2023-Q2").await.expect("a consolidation");
    let satisfaction = result(&results, "5");
    assert_eq!((satisfaction.nothing, satisfaction.missing), (1, 2));
    assert_eq!(satisfaction.verdict, Verdict::InProgress);
}

#[tokio::test]
async fn what_is_wrong_is_refused_at_its_field_and_strangers_are_sent_away() {
    let world = World::new().await;
    world.until("2023-06-01T09:00:00+07:00").await;
    let report = world.report("2023-Q2", "cao-loc/yt").await;
    let reporter = world
        .of_unit("cao-loc/yt", &["reporter", "unit_head"])
        .await;
    let stranger = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let input = world.input("2023-Q2", "cao-loc/yt", 70).await;
    assert_eq!(
        refusal(submit_report(&world.app, &stranger, report.id, input.clone()).await).0,
        RefusalKind::Forbidden
    );

    let mut wrong = input.clone();
    wrong.values[0].numerator = "1.234,56".to_owned();
    let expected = (
        RefusalKind::Invalid,
        Some("num.O1a_on_time_rate".to_owned()),
    );
    assert_eq!(
        refusal(save_report(&world.app, &reporter, report.id, wrong.clone()).await),
        expected
    );
    wrong.values[0].numerator = String::new();
    save_report(&world.app, &reporter, report.id, wrong.clone())
        .await
        .expect("a draft with a gap");
    assert_eq!(
        refusal(save_report(&world.app, &reporter, report.id, wrong.clone()).await).0,
        RefusalKind::Stale,
        "an old page"
    );
    wrong.seen_revision += 1;
    assert_eq!(
        refusal(submit_report(&world.app, &reporter, report.id, wrong).await),
        expected
    );

    let input = world.input("2023-Q2", "cao-loc/yt", 70).await;
    submit_report(&world.app, &reporter, report.id, input.clone())
        .await
        .expect("sent");
    assert_eq!(
        refusal(submit_report(&world.app, &reporter, report.id, input).await).0,
        RefusalKind::Stale,
        "a double press"
    );
    let head = world.of_unit("cao-loc/yt", &["unit_head"]).await;
    let back = Answer::Back("Kiểm tra lại".to_owned());
    assert_eq!(
        refusal(approve_report(&world.app, &head, report.id, Answer::Back(" ".to_owned())).await).1,
        Some("remark".to_owned())
    );
    approve_report(&world.app, &head, report.id, back)
        .await
        .expect("sent back");
    assert_eq!(
        world.report("2023-Q2", "cao-loc/yt").await.returned,
        "Kiểm tra lại"
    );
    world.hand_in("2023-Q2", "cao-loc/yt", 71).await;
    let acts: Vec<String> = audit::of_document(world.app.store.reader(), world.decision)
        .await
        .expect("the journal")
        .into_iter()
        .map(|row| row.act)
        .filter(|act| act.starts_with("report."))
        .collect();
    let expected = [
        "report.saved",
        "report.submitted",
        "report.returned",
        "report.submitted",
        "report.approved",
    ];
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn obj_06_the_approved_version_counts_until_its_correction_is_approved() {
    let world = World::new().await;
    world.until("2023-06-20T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    let first = world.consolidate("2023-Q2").await.expect("a consolidation");
    let report = world.report("2023-Q2", "cao-loc/vp").await;
    let reporter = world
        .of_unit("cao-loc/vp", &["reporter", "office_chief"])
        .await;
    correct_report(
        &world.app,
        &reporter,
        report.id,
        "Nhầm số trực tuyến".to_owned(),
    )
    .await
    .expect("a correction");
    let input = world.input("2023-Q2", "cao-loc/vp", 50).await;
    submit_report(&world.app, &reporter, report.id, input)
        .await
        .expect("sent");
    let meanwhile = world.consolidate("2023-Q2").await.expect("a second run");
    assert_eq!(meanwhile.pinned, first.pinned);
    let head = world
        .of_unit("cao-loc/vp", &["unit_head", "office_chief"])
        .await;
    approve_report(&world.app, &head, report.id, Answer::Approve)
        .await
        .expect("approved");
    let after = world.consolidate("2023-Q2").await.expect("a third run");
    assert_eq!(
        (after.pinned[0].version, result(&after, "3").sum.numerator),
        (2, 50)
    );
    let db = world.app.store.reader();
    for (version, online) in [(1, 70), (2, 50)] {
        let values = find::values(db, report.id, version).await.expect("values");
        assert_eq!(values.len(), 8);
        assert!(
            values.values().any(|value| value.numerator == Some(online)),
            "version {version}"
        );
    }
}

#[tokio::test]
async fn the_year_is_judged_from_its_sums_and_closed() {
    let world = World::new().await;
    for (code, day, online) in [
        ("2023-Q2", "06-20", 90),
        ("2023-Q3", "09-20", 40),
        ("2023-Q4", "12-20", 40),
    ] {
        world.until(&format!("2023-{day}T08:00:00+07:00")).await;
        for unit in UNITS {
            world.hand_in(code, unit, online).await;
        }
        world.consolidate(code).await.expect("a consolidation");
    }
    assert_eq!(world.open_tasks("evaluate").await, 1);
    let chair = who(&world.app, "nguyen-duy-anh").await;
    let chief = who(&world.app, "ly-duc-hai").await;
    assert_eq!(
        refusal(evaluate(&world.app, &chief, world.decision, Judgement::default()).await).0,
        RefusalKind::Forbidden
    );
    let unsaid = refusal(evaluate(&world.app, &chair, world.decision, Judgement::default()).await);
    assert_eq!(unsaid, (RefusalKind::Invalid, Some("measure.3".to_owned())));
    let judgement = Judgement {
        conclusion: "Tiếp tục".to_owned(),
        measures: vec![(
            "3".to_owned(),
            "Văn phòng hướng dẫn nộp trực tuyến trong quý I/2024".to_owned(),
        )],
    };
    let year = evaluate(&world.app, &chair, world.decision, judgement)
        .await
        .expect("a verdict");
    assert_eq!(
        (year.code.as_str(), year.reported, year.asked),
        ("2023", 9, 9)
    );
    // 90 + 40 + 40 of 300, three times over: not the average of verdicts.
    assert_eq!(
        result(&year, "3").sum.shown(&result(&year, "3").target),
        "56,67%"
    );
    let verdicts: Vec<Verdict> = year
        .objectives
        .iter()
        .map(|objective| objective.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [
            Verdict::Met,
            Verdict::Met,
            Verdict::NotMet,
            Verdict::Met,
            Verdict::Met
        ]
    );
    let actions = find::corrective_actions(world.app.store.reader(), world.decision)
        .await
        .expect("actions");
    assert_eq!(actions.len(), 1);
    assert_eq!(
        actions[0].cause,
        "Đạt 56,67% so với mục tiêu > 60%; Người dân chưa có tài khoản"
    );

    close_year(&world.app, &chief, world.decision)
        .await
        .expect("a closed year");
    let decision = documents::find::document(world.app.store.reader(), world.decision)
        .await
        .expect("the decision");
    assert_eq!(decision.row.state, documents::state::CLOSED);
    worker::run_until_idle(&world.app)
        .await
        .expect("the worker works");
    for (template, count) in [("consolidated", 3), ("evaluated", 3)] {
        let mails = outbox::Entity::find().filter(outbox::Column::Template.eq(template));
        let found = mails.count(world.app.store.reader()).await;
        assert_eq!(found.expect("a count"), count, "{template}");
    }
    let report = world.report("2023-Q4", "cao-loc/yt").await;
    assert_eq!(report.state, state::APPROVED);
    let reporter = world
        .of_unit("cao-loc/yt", &["reporter", "unit_head"])
        .await;
    let late = correct_report(&world.app, &reporter, report.id, "Sửa".to_owned()).await;
    assert_eq!(refusal(late).0, RefusalKind::Stale, "the year is closed");
    assert_eq!(
        refusal(world.consolidate("2023-Q4").await).0,
        RefusalKind::Stale
    );
}

#[tokio::test]
async fn pages_show_what_a_reader_may_see_and_keep_what_was_typed() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    let commune = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let commune = world.key_of(&commune).await;
    let (chief, chair) = ("ly-duc-hai", "nguyen-duy-anh");
    let shown = format!("/van-ban/{}/muc-tieu", world.decision);

    assert_eq!(
        world.ask(&commune, "/muc-tieu", None).await.0,
        StatusCode::SEE_OTHER
    );
    let (status, inside) = world.ask(chief, &shown, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(inside.contains("70%") && inside.contains("<svg") && inside.contains("Phòng Y tế"));
    let (_, outside) = world.ask(&commune, &shown, None).await;
    assert!(
        outside.contains("UBND xã Gia Cát") && !outside.contains("Phòng Y tế"),
        "results of other units stay inside"
    );
    let (_, csv) = world.ask(chief, &format!("{shown}.csv"), None).await;
    assert_eq!(csv.lines().count(), 1 + 3 * 8);
    assert!(csv.contains(",3,> 60%,70,100,Đạt,1,0"), "{csv}");

    let report = world.report("2023-Q2", "xa-gia-cat").await;
    let path = format!("/bao-cao/{}", report.id);
    let (status, form) = world.ask(&commune, &path, None).await;
    assert!(status == StatusCode::OK && form.contains("num.O3_online_rate"));
    let typed =
        "seen_revision=0&do=send&num.O3_online_rate=57%25&den.O3_online_rate=402&remark=ghi+nho";
    let (status, again) = world.ask(&commune, &path, Some(typed)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        again.contains("“57%” là tỷ lệ")
            && again.contains("ghi nho")
            && again.contains("value=\"402\"")
    );
    let kept = "seen_version=0&do=keep&num.O3_online_rate=233&den.O3_online_rate=402";
    assert_eq!(
        world.ask(&commune, &path, Some(kept)).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, stored) = world.ask(&commune, &path, None).await;
    assert!(stored.contains("value=\"233\"") && stored.contains("57,96%"));
    assert_eq!(
        world.ask(&commune, &path, Some(kept)).await.0,
        StatusCode::CONFLICT,
        "an old page"
    );
    let (_, read_only) = world.ask(chief, &path, None).await;
    assert!(
        !read_only.contains("num.O3_online_rate"),
        "the Office reads, it does not write"
    );
    let other = world.report("2023-Q2", "cao-loc/vp").await;
    assert_eq!(
        world
            .ask(&commune, &format!("/bao-cao/{}", other.id), None)
            .await
            .0,
        StatusCode::NOT_FOUND
    );

    world.until("2023-06-20T09:00:00+07:00").await;
    let period = format!("/ky-bao-cao/{}/tong-hop", world.period("2023-Q2").await.id);
    assert_eq!(
        world.ask(&commune, &period, None).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, before) = world.ask(chief, &period, None).await;
    assert!(
        before.contains("1 / 3 đơn vị đã báo cáo") && before.contains("Ủy ban nhân dân xã Gia Cát")
    );
    assert_eq!(
        world.ask(chair, &period, Some("assessment=x")).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        world.ask(chief, &period, Some("assessment=Tot")).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, after) = world.ask(chief, &period, None).await;
    assert!(after.contains("Tổng hợp lại") && after.contains("/van-ban/"));
    let year = format!("/van-ban/{}/danh-gia", world.decision);
    let (status, results) = world.ask(chair, &year, None).await;
    assert!(status == StatusCode::OK && results.contains("1/3 báo cáo"));
    assert_eq!(
        world.ask(chair, &year, Some("conclusion=x")).await.0,
        StatusCode::CONFLICT,
        "the step has not come"
    );
}
