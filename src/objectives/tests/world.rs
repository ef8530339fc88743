//! An installation with an issued decision whose follow-up runs, and what the tests press in it.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{Request, StatusCode};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tower::ServiceExt as _;
use trinhky_engine::Variables;
use uuid::Uuid;

use crate::app::{App, Cx};
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
use crate::objectives::consolidate::consolidate;
use crate::objectives::input::Typed;
use crate::objectives::report::{Answer, ReportInput, approve_report, submit_report};
use crate::objectives::rows::{report_period, report_value, unit_report};
use crate::objectives::sums::{IndicatorResult, Results};
use crate::objectives::{find, plan, state};
use crate::people::rows::{person, unit};
use crate::people::{Actor, find as people_find, import, sign_in};
use crate::worker;

const ORGANISATION: &str = include_str!("../../../templates/sample/cao-loc-2023.toml");
pub(super) const DECISION: &str = include_str!("../../../templates/sample/decision-2023.md");
const REPORT_PROCESS: &str = include_str!("../../../workflows/follow-up-report.bpmn");
pub(super) const UNITS: [&str; 3] = ["cao-loc/vp", "cao-loc/yt", "xa-gia-cat"];

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
pub(super) struct World {
    pub(super) app: App,
    pub(super) decision: Uuid,
    _folder: tempfile::TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
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
    pub(super) async fn until(&self, instant: &str) {
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

    pub(super) async fn period(&self, code: &str) -> report_period::Model {
        find::period_by_code(self.app.store.reader(), self.decision, code)
            .await
            .expect("the period")
    }

    pub(super) async fn report(&self, code: &str, unit: &str) -> unit_report::Model {
        let period = self.period(code).await;
        let unit = unit_id(&self.app, unit).await;
        find::report_of(self.app.store.reader(), period.id, unit)
            .await
            .expect("a database")
            .expect("a report")
    }

    /// Somebody with one of the roles in the unit.
    pub(super) async fn of_unit(&self, unit: &str, roles: &[&str]) -> Actor {
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
    pub(super) async fn input(&self, code: &str, unit: &str, online: u32) -> ReportInput {
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
    pub(super) async fn hand_in(&self, code: &str, unit: &str, online: u32) {
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

    /// Writes approved reports as they would stand after a year, without pressing through every form; what was dealt before goes.
    pub(super) async fn deal(&self, counts: Vec<Dealt>) {
        let input = (self.decision, counts);
        self.app
            .act(&Actor::system(), input, |cx, (decision, counts)| {
                Box::pin(deal(cx, *decision, counts))
            })
            .await
            .expect("dealt reports");
    }

    /// The results over some periods of the decision.
    pub(super) async fn results(&self, codes: &[&str]) -> Results {
        let db = self.app.store.reader();
        let mut periods = find::periods(db, self.decision).await.expect("periods");
        periods.retain(|period| codes.contains(&period.code.as_str()));
        crate::objectives::sums::results(db, self.decision, ("x", "x"), &periods, self.app.today())
            .await
            .expect("results")
    }

    /// Has the decision sent to a further body, for what a line of its distribution list says.
    pub(super) async fn deliver(&self, unit: &str, kind: &'static str, line: &'static str) {
        let unit = unit_id(&self.app, unit).await;
        self.app
            .act(
                &Actor::system(),
                (self.decision, unit, kind, line),
                |cx, (decision, unit, kind, line)| {
                    Box::pin(async move {
                        let decision = documents::find::document(cx.tx, *decision).await?;
                        delivered(cx, &decision, *unit, (kind, line)).await
                    })
                },
            )
            .await
            .expect("a delivery");
    }

    /// By the receiver's key, for what a document was sent.
    pub(super) async fn deliveries(&self, document: Uuid) -> BTreeMap<String, String> {
        let db = self.app.store.reader();
        let sent = delivery::Entity::find()
            .filter(delivery::Column::DocumentId.eq(document))
            .all(db)
            .await
            .expect("a database");
        let units = people_find::all_units(db, self.app.today())
            .await
            .expect("units");
        sent.into_iter()
            .map(|sent| (units[&sent.unit_id].key.clone(), sent.kind))
            .collect()
    }

    pub(super) async fn consolidate(&self, code: &str) -> Outcome<Results> {
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

    pub(super) async fn open_tasks(&self, element: &str) -> usize {
        let tasks = flow::tasks_of_document(self.app.store.reader(), self.decision)
            .await
            .expect("tasks");
        tasks.iter().filter(|task| task.element == element).count()
    }

    /// The answer to a request of a person. A body makes it a `POST`.
    pub(super) async fn ask(
        &self,
        person: &str,
        path: &str,
        body: Option<&str>,
    ) -> (StatusCode, String) {
        let router = crate::routes::router(self.app.clone());
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

    /// What a person downloads.
    pub(super) async fn download(&self, person: &str, path: &str) -> Vec<u8> {
        let request = Request::builder()
            .uri(path)
            .header(COOKIE, format!("phien={}", self.signed_in(person).await))
            .body(Body::empty())
            .expect("a request");
        let response = crate::routes::router(self.app.clone())
            .oneshot(request)
            .await
            .expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let bytes = to_bytes(response.into_body(), 1 << 22).await;
        bytes.expect("a body").to_vec()
    }

    /// Sends a file; the answer's status and where it leads.
    pub(super) async fn upload(
        &self,
        person: &str,
        path: &str,
        name: &str,
        content: &[u8],
    ) -> (StatusCode, String) {
        let mut body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = Request::builder()
            .uri(path)
            .method("POST")
            .header(COOKIE, format!("phien={}", self.signed_in(person).await))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .expect("a request");
        let response = crate::routes::router(self.app.clone())
            .oneshot(request)
            .await
            .expect("an answer");
        let location = response
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        (response.status(), location.to_owned())
    }

    pub(super) async fn signed_in(&self, key: &str) -> String {
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

    pub(super) async fn key_of(&self, actor: &Actor) -> String {
        let row = person::Entity::find_by_id(actor.person_id.expect("a person"))
            .one(self.app.store.reader())
            .await;
        row.expect("a database").expect("a person").person_key
    }
}

/// One unit's counts for one indicator in one period.
#[derive(Debug, Clone)]
pub(super) struct Dealt {
    pub(super) unit: &'static str,
    pub(super) period: &'static str,
    /// The indicator's label.
    pub(super) label: &'static str,
    pub(super) numerator: i64,
    pub(super) denominator: i64,
}

async fn deal(cx: Cx<'_>, decision: Uuid, counts: &[Dealt]) -> Outcome<()> {
    report_value::Entity::delete_many().exec(cx.tx).await?;
    unit_report::Entity::delete_many().exec(cx.tx).await?;
    let indicators = find::indicators(cx.tx, decision).await?;
    for dealt in counts {
        let period = find::period_by_code(cx.tx, decision, dealt.period).await?;
        let unit = unit::Entity::find()
            .filter(unit::Column::UnitKey.eq(dealt.unit))
            .one(cx.tx)
            .await?
            .ok_or(Fault::NotFound)?;
        let report = match find::report_of(cx.tx, period.id, unit.id).await? {
            Some(report) => report.id,
            None => approved(cx, &period, unit.id).await?,
        };
        let indicator = indicators
            .iter()
            .find(|indicator| indicator.label() == dealt.label)
            .ok_or(Fault::NotFound)?;
        report_value::ActiveModel {
            report_id: Set(report),
            indicator_id: Set(indicator.id),
            version: Set(1),
            numerator: Set(Some(dealt.numerator)),
            denominator: Set(Some(dealt.denominator)),
            nothing_arose: Set(dealt.denominator == 0),
            cause: Set(String::new()),
            measure: Set(String::new()),
            owner: Set(String::new()),
            measure_due: Set(String::new()),
        }
        .insert(cx.tx)
        .await?;
    }
    Ok(())
}

async fn approved(cx: Cx<'_>, period: &report_period::Model, unit: Uuid) -> Outcome<Uuid> {
    let id = cx.id();
    unit_report::ActiveModel {
        id: Set(id),
        org_id: Set(period.org_id),
        document_id: Set(period.document_id),
        period_id: Set(period.id),
        unit_id: Set(unit),
        state: Set(state::APPROVED.to_owned()),
        version: Set(1),
        approved_version: Set(1),
        revision: Set(0),
        remark: Set(String::new()),
        returned: Set(String::new()),
        submitted_at: Set(Some(cx.now)),
        submitted_by: Set(String::new()),
        approved_at: Set(Some(cx.now)),
        approved_by: Set(String::new()),
        late_days: Set(0),
        changed_at: Set(cx.now),
        extended_due: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(id)
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
        delivered(cx, &decision, *unit, ("action", "Như điều 3")).await?;
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

async fn delivered(
    cx: Cx<'_>,
    decision: &documents::Document,
    unit_id: Uuid,
    (kind, line): (&str, &str),
) -> Outcome<()> {
    delivery::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(decision.row.org_id),
        document_id: Set(decision.row.id),
        unit_id: Set(unit_id),
        kind: Set(kind.to_owned()),
        purposes: Set(json!([line]).to_string()),
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

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub(super) async fn who(app: &App, key: &str) -> Actor {
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

pub(super) async fn unit_id(app: &App, key: &str) -> Uuid {
    let unit = unit::Entity::find()
        .filter(unit::Column::UnitKey.eq(key))
        .one(app.store.reader())
        .await;
    unit.expect("a database")
        .expect("the unit of the sample")
        .id
}

/// The kind and field of a refusal.
pub(super) fn refusal<T: std::fmt::Debug>(outcome: Outcome<T>) -> (RefusalKind, Option<String>) {
    match outcome {
        Err(Fault::Refused(refusal)) => (refusal.kind, refusal.field),
        other => panic!("{other:?}"),
    }
}

pub(super) fn result<'a>(results: &'a Results, label: &str) -> &'a IndicatorResult {
    results
        .indicators
        .iter()
        .find(|indicator| indicator.label == label)
        .expect("the indicator")
}
