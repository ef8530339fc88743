//! What people do on the way of a document beside its steps, as they press it: take a step on, lend it, give it to somebody,
//! move a deadline, ask one unit more, send back, run a failed job again.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use trinhky::app::App;
use trinhky::audit::{invariants, rows::journal};
use trinhky::documents::rows::register_entry;
use trinhky::documents::{decide, draft, find, issue, rehearse, review, state};
use trinhky::flow::rows::{flow_task, flow_timer};
use trinhky::mail::rows::outbox;
use trinhky::people::find as people_find;
use trinhky::queue::rows::job;
use trinhky::{flow, worker};
use uuid::Uuid;

use super::pages::{Answer, Browser};
use super::{office, tools};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_steered_on_its_way_on_sqlite() {
    steered("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_steered_on_its_way_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    steered(&postgres.answer).await;
}

async fn steered(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), database, office::ORGANISATION).await;
    let (drafter, unit) = office::first(&app, "drafter").await;
    let id = draft::import(
        &app,
        &drafter,
        unit,
        "decision.md",
        office::DECISION.as_bytes(),
    )
    .await
    .expect("the file is imported");
    worker::run_until_idle(&app)
        .await
        .expect("the worker works");
    let browsers = browsers(&app).await;
    let mut story = Story {
        drafter: browsers.0,
        chief: browsers.1,
        page: format!("/van-ban/{id}"),
        app,
        id,
    };
    story
        .who_has_the_draft(drafter.person_id.expect("a person"))
        .await;
    story.the_round_of_opinions().await;
    story.back_and_forth().await;
    story.nothing_goes_back_after_the_signature().await;
}

/// The drafter and the Chief of the Office, signed in.
async fn browsers(app: &App) -> (Browser, Browser) {
    let drafter = Browser::of(app, "drafter", true).await;
    (drafter, Browser::of(app, "office_chief", true).await)
}

struct Story {
    app: App,
    id: Uuid,
    page: String,
    drafter: Browser,
    chief: Browser,
}

impl Story {
    fn course(&self) -> String {
        format!("{}/quy-trinh", self.page)
    }

    async fn task(&self, element: &str) -> flow_task::Model {
        flow::task_of(self.app.store.reader(), self.id, element)
            .await
            .expect("the step is open")
    }

    async fn press(&self, who: &Browser, what: &str, task: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![
            ("do".to_owned(), what.to_owned()),
            ("task".to_owned(), task.to_owned()),
        ];
        pairs.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        who.post(&self.course(), &pairs).await
    }

    async fn done(&self, who: &Browser, what: &str, task: &str, more: &[(&str, &str)]) {
        let answer = self.press(who, what, task, more).await;
        assert_eq!(
            (answer.status, answer.location),
            (StatusCode::SEE_OTHER, self.course()),
            "{what}: {}",
            answer.text
        );
    }

    async fn last_act(&self) -> (String, String) {
        let row = journal::Entity::find()
            .filter(journal::Column::DocumentId.eq(self.id))
            .order_by_desc(journal::Column::Id)
            .one(self.app.store.reader())
            .await
            .expect("read")
            .expect("an act");
        (row.act, row.summary)
    }

    async fn who_has_the_draft(&self, drafter: Uuid) {
        let task = self.task("draft").await;
        let chief_id = office::first(&self.app, "office_chief")
            .await
            .0
            .person_id
            .expect("a person");
        let course = self.chief.get(&self.course()).await.text;
        assert!(
            course.contains("Giao cho") && course.contains("Nhận việc"),
            "{course}"
        );
        let form = format!("{}?viec=give&#38;buoc={}", self.course(), task.task_id);
        assert!(course.contains(&form), "{course}");
        let form = self.chief.get(&form.replace("&#38;", "&")).await.text;
        assert!(
            form.contains(&drafter.to_string()),
            "the drafter can be chosen: {form}"
        );

        // Given to the drafter, it is nobody else's.
        let clerk = Browser::of(&self.app, "office_clerk", true).await;
        let refused = self
            .press(
                &clerk,
                "give",
                &task.task_id,
                &[("person", &drafter.to_string())],
            )
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
        let unable = self
            .press(
                &self.chief,
                "give",
                &task.task_id,
                &[("person", &Uuid::nil().to_string())],
            )
            .await;
        assert_eq!(unable.status, StatusCode::UNPROCESSABLE_ENTITY);
        self.done(
            &self.chief,
            "give",
            &task.task_id,
            &[("person", &drafter.to_string())],
        )
        .await;
        assert_eq!(self.last_act().await.0, "task.assigned");
        assert_eq!(self.task("draft").await.claimed_by, Some(drafter));
        let submit = format!("{}/trinh", self.page);
        assert_eq!(self.chief.get(&submit).await.status, StatusCode::FORBIDDEN);
        assert_eq!(self.drafter.get(&submit).await.status, StatusCode::OK);
        worker::run_until_idle(&self.app)
            .await
            .expect("the worker works");
        let told = outbox::Entity::find()
            .all(self.app.store.reader())
            .await
            .expect("read");
        assert!(
            told.iter().any(|mail| mail.mail_key.starts_with("hand:")),
            "who was given it is told"
        );

        // Lent to the chief it is his; the drafter gets it back and gives it up.
        self.done(
            &self.drafter,
            "lend",
            &task.task_id,
            &[("person", &chief_id.to_string())],
        )
        .await;
        assert_eq!(self.chief.get(&submit).await.status, StatusCode::OK);
        assert_eq!(
            self.drafter.get(&submit).await.status,
            StatusCode::FORBIDDEN
        );
        self.done(&self.chief, "return", &task.task_id, &[]).await;
        assert_eq!(self.task("draft").await.claimed_by, Some(drafter));
        self.done(&self.drafter, "leave", &task.task_id, &[]).await;
        self.done(&self.chief, "take", &task.task_id, &[]).await;
        let taken = self.press(&self.drafter, "take", &task.task_id, &[]).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.text);
        self.done(&self.chief, "leave", &task.task_id, &[]).await;
    }

    async fn the_round_of_opinions(&mut self) {
        let units = self.units_outside().await;
        let (drafter, _) = office::first(&self.app, "drafter").await;
        let seen = office::seen(&self.app, self.id).await;
        review::submit(&self.app, &drafter, self.id, seen, units[..2].to_vec(), 5)
            .await
            .expect("it is submitted");
        let task = self.task("give_opinion").await;
        let due = task.due_at.expect("a deadline");

        // One unit more, once.
        self.done(
            &self.drafter,
            "ask",
            &task.task_id,
            &[("unit", &units[2].to_string())],
        )
        .await;
        assert_eq!(self.last_act().await.0, "opinion.added");
        let twice = self
            .press(
                &self.drafter,
                "ask",
                &task.task_id,
                &[("unit", &units[2].to_string())],
            )
            .await;
        assert_eq!(
            twice.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            twice.text
        );
        worker::run_until_idle(&self.app)
            .await
            .expect("the worker works");
        assert_eq!(self.asked().await, 3);

        // Its deadline moves for all, with the timer that would close the round.
        let mute = self
            .press(
                &self.chief,
                "extend",
                &task.task_id,
                &[("due", "31/3/2023")],
            )
            .await;
        assert_eq!(
            mute.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a reason is needed"
        );
        let past = [("due", "1/3/2023"), ("reason", "Chậm")];
        assert_eq!(
            self.press(&self.chief, "extend", &task.task_id, &past)
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let later = [
            ("due", "31/3/2023"),
            ("reason", "Đơn vị xin thêm thời gian"),
        ];
        assert_eq!(
            self.press(&self.drafter, "extend", &task.task_id, &later)
                .await
                .status,
            StatusCode::FORBIDDEN
        );
        self.done(&self.chief, "extend", &task.task_id, &later)
            .await;
        let open = flow::tasks_of_document(self.app.store.reader(), self.id)
            .await
            .expect("read");
        let moved = open[0].due_at.expect("a deadline");
        assert!(moved > due && open.iter().all(|task| task.due_at == Some(moved)));
        let timers = flow_timer::Entity::find()
            .filter(flow_timer::Column::InstanceId.eq(task.instance_id))
            .all(self.app.store.reader())
            .await
            .expect("read");
        assert_eq!(
            timers.iter().map(|timer| timer.due_at).collect::<Vec<_>>(),
            [moved]
        );
        self.app.clock.advance_to(due + TimeDelta::hours(1));
        worker::run_until_idle(&self.app)
            .await
            .expect("the worker works");
        assert_eq!(self.asked().await, 3, "the old deadline closes nothing");

        // Sessions have ended meanwhile.
        (self.drafter, self.chief) = browsers(&self.app).await;

        // Without the last of those asked the round ends by itself.
        for unit in &units[..3] {
            let task = self.task("give_opinion").await;
            let why = [
                ("unit", unit.to_string()),
                ("reason", "Không liên quan".to_owned()),
            ];
            let why: Vec<(&str, &str)> = why
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            self.done(&self.drafter, "excuse", &task.task_id, &why)
                .await;
        }
        assert_eq!(self.asked().await, 0);
        assert!(
            find::opinions(self.app.store.reader(), self.id)
                .await
                .expect("read")
                .is_empty()
        );
        self.task("answer_opinions").await;
    }

    /// The ways on from an open step with the steps that they would open; nothing moves by asking.
    async fn rehearsed(&self, element: &str) -> Vec<(String, Vec<String>)> {
        let (task, document) = (
            self.task(element).await,
            find::document(self.app.store.reader(), self.id)
                .await
                .expect("read"),
        );
        let whole = flow::whole(self.app.store.reader(), task.instance_id)
            .await
            .expect("read");
        let ways = rehearse::ways(&self.app, &document, &task)
            .await
            .expect("the engine answers");
        assert_eq!(
            flow::whole(self.app.store.reader(), task.instance_id)
                .await
                .expect("read"),
            whole
        );
        ways.into_iter()
            .map(|way| {
                (
                    way.name.0,
                    way.next
                        .tasks
                        .into_iter()
                        .map(|task| task.element.to_string())
                        .collect(),
                )
            })
            .collect()
    }

    async fn asked(&self) -> usize {
        let open = flow::tasks_of_document(self.app.store.reader(), self.id)
            .await
            .expect("read");
        open.iter()
            .filter(|task| task.element == "give_opinion")
            .count()
    }

    async fn units_outside(&self) -> Vec<Uuid> {
        let (_, org) = office::first(&self.app, "chair").await;
        let groups = people_find::groups(self.app.store.reader(), org)
            .await
            .expect("groups");
        let mut units: Vec<Uuid> = groups.into_iter().flat_map(|group| group.members).collect();
        units.dedup();
        units.truncate(3);
        units
    }

    async fn back_and_forth(&self) {
        let (drafter, _) = office::first(&self.app, "drafter").await;
        review::answer_opinions(&self.app, &drafter, self.id, Vec::new())
            .await
            .expect("nothing to answer");
        let (chief, _) = office::first(&self.app, "office_chief").await;
        let seen = office::seen(&self.app, self.id).await;
        review::check(
            &self.app,
            &chief,
            self.id,
            seen,
            review::Check::Content,
            true,
            String::new(),
        )
        .await
        .expect("the content is right");
        let task = self.task("check_form").await;
        let course = self
            .drafter
            .get(&format!(
                "{}?viec=back&buoc={}",
                self.course(),
                task.task_id
            ))
            .await
            .text;
        assert!(
            course.contains("value=\"draft\"") && !course.contains("value=\"check_content\""),
            "{course}"
        );
        let never = [("to", "sign"), ("reason", "Thử")];
        assert_eq!(
            self.press(&self.chief, "back", &task.task_id, &never)
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let stranger = Browser::of(&self.app, "clerk", false).await;
        assert_eq!(
            stranger.get(&self.course()).await.status,
            StatusCode::NOT_FOUND
        );

        // The chief sends it one step back, the drafter takes it back altogether.
        self.done(
            &self.chief,
            "back",
            &task.task_id,
            &[("to", "check_content"), ("reason", "Đọc lại Điều 2")],
        )
        .await;
        let (act, summary) = self.last_act().await;
        assert_eq!(act, "task.sent_back");
        assert!(
            summary.contains("Kiểm tra nội dung") && summary.contains("Đọc lại Điều 2"),
            "{summary}"
        );
        let task = self.task("check_content").await;
        self.done(
            &self.drafter,
            "back",
            &task.task_id,
            &[("to", "draft"), ("reason", "Sửa số liệu")],
        )
        .await;
        self.task("draft").await;
        let over = self
            .press(
                &self.drafter,
                "back",
                &task.task_id,
                &[("to", "draft"), ("reason", "Sửa số liệu")],
            )
            .await;
        assert_eq!(over.status, StatusCode::CONFLICT, "{}", over.text);
    }

    async fn nothing_goes_back_after_the_signature(&self) {
        let before = self.drafter.get(&self.course()).await.text;
        assert!(
            before.contains("Không hỏi đơn vị nào: mở “Kiểm tra nội dung” cho")
                && before.contains("Hỏi ý kiến mỗi đơn vị được chọn: mở “Góp ý dự thảo” cho"),
            "{before}"
        );
        office::present(&self.app, self.id).await;
        let told = self.rehearsed("approve").await;
        assert_eq!(
            told,
            [
                ("Trả lại".to_owned(), vec!["draft".to_owned()]),
                ("Hỏi thêm".to_owned(), vec!["answer_question".to_owned()]),
                ("Đồng ý".to_owned(), vec!["sign".to_owned()]),
            ]
        );
        let (chair, _) = office::first(&self.app, "chair").await;
        let seen = office::seen(&self.app, self.id).await;
        let approve = trinhky::documents::decide::Decision::Approve;
        trinhky::documents::decide::decide(
            &self.app,
            &chair,
            self.id,
            seen.clone(),
            approve,
            String::new(),
        )
        .await
        .expect("it is approved");
        let task = self.task("sign").await;
        self.done(
            &self.chief,
            "back",
            &task.task_id,
            &[("to", "approve"), ("reason", "Chủ tịch xem lại")],
        )
        .await;
        let row = find::document(self.app.store.reader(), self.id)
            .await
            .expect("read")
            .row;
        assert_eq!(
            (row.state.as_str(), row.approved_hash),
            (state::DRAFT, None),
            "the approval holds no more"
        );
        trinhky::documents::decide::decide(
            &self.app,
            &chair,
            self.id,
            seen.clone(),
            approve,
            String::new(),
        )
        .await
        .expect("it is approved anew");
        trinhky::documents::issue::sign(&self.app, &chair, self.id, seen)
            .await
            .expect("it is signed");
        let task = self.task("assign_number").await;
        let late = self
            .press(
                &self.chief,
                "back",
                &task.task_id,
                &[("to", "draft"), ("reason", "Sửa")],
            )
            .await;
        assert_eq!(late.status, StatusCode::FORBIDDEN, "{}", late.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_runs_a_failed_job_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let reader = app.store.reader();
    let instance = find::document(reader, id)
        .await
        .expect("read")
        .instance()
        .expect("its workflow");
    // A job of this workflow has used up its tries.
    let row = job::ActiveModel {
        id: Set(Uuid::from_u128(77)),
        job_key: Set(format!("service:{instance}:0:99")),
        name: Set("reminders.approver".to_owned()),
        payload: Set("{}".to_owned()),
        run_at: Set(app.clock.now()),
        attempts: Set(8),
        lease_by: Set(String::new()),
        failed_at: Set(Some(app.clock.now())),
        last_error: Set("the disk is full".to_owned()),
        ..Default::default()
    };
    row.insert(app.store.reader()).await.expect("the job");
    let course = format!("/van-ban/{id}/quy-trinh");
    let chief = Browser::of(&app, "office_chief", true).await;
    let admin = Browser::of(&app, "admin", true).await;
    let page = admin.get(&course).await.text;
    assert!(
        page.contains("the disk is full") && page.contains("viec=retry"),
        "{page}"
    );
    let pairs = vec![
        ("do".to_owned(), "retry".to_owned()),
        ("task".to_owned(), Uuid::from_u128(77).to_string()),
    ];
    assert_eq!(
        chief.post(&course, &pairs).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        admin.post(&course, &pairs).await.status,
        StatusCode::SEE_OTHER
    );
    let again = job::Entity::find_by_id(Uuid::from_u128(77))
        .one(reader)
        .await
        .expect("read")
        .expect("the job");
    assert_eq!((again.attempts, again.failed_at), (0, None));
    assert_eq!(
        admin.post(&course, &pairs).await.status,
        StatusCode::CONFLICT,
        "once"
    );
    let list = admin.get("/quan-tri/su-co").await.text;
    assert!(list.contains("Không có sự cố nào."), "{list}");
}

/// Presses "drop" on the course of a document's workflow.
async fn drop_it(who: &Browser, id: Uuid, reason: &str) -> Answer {
    let pairs = vec![
        ("do".to_owned(), "end".to_owned()),
        ("task".to_owned(), String::new()),
        ("reason".to_owned(), reason.to_owned()),
    ];
    who.post(&format!("/van-ban/{id}/quy-trinh"), &pairs).await
}

async fn dropped(app: &App, id: Uuid) {
    let reader = app.store.reader();
    let document = find::document(reader, id).await.expect("read");
    assert_eq!(
        (document.row.state.as_str(), document.row.number),
        (state::DROPPED, None)
    );
    let open = flow::tasks_of_document(reader, id).await.expect("read");
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_not_issued_is_dropped_on_sqlite() {
    dropping("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_not_issued_is_dropped_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    dropping(&postgres.answer).await;
}

async fn dropping(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), database, office::ORGANISATION).await;
    let reader = app.store.reader();

    // A draft, by its drafter, while units are asked: nobody is waited for any more.
    let (drafting, unit) = office::first(&app, "drafter").await;
    let text = office::DECISION.as_bytes();
    let draft = draft::import(&app, &drafting, unit, "decision.md", text)
        .await
        .expect("the file is imported");
    let units = people_find::all_units(reader, app.today())
        .await
        .expect("read");
    let asked = units
        .values()
        .find(|unit| unit.kind == "division")
        .expect("a division")
        .id;
    let seen = office::seen(&app, draft).await;
    review::submit(&app, &drafting, draft, seen, vec![asked], 5)
        .await
        .expect("it is submitted");
    let (drafter, chief) = browsers(&app).await;
    let clerk = Browser::of(&app, "office_clerk", true).await;
    let course = format!("/van-ban/{draft}/quy-trinh");
    assert!(!clerk.get(&course).await.text.contains("viec=end"));
    assert_eq!(
        drop_it(&clerk, draft, "Thừa").await.status,
        StatusCode::FORBIDDEN
    );
    assert!(drafter.get(&course).await.text.contains("viec=end"));
    let form = drafter.get(&format!("{course}?viec=end")).await.text;
    assert!(form.contains("Không hoàn tác được"), "{form}");
    let mute = drop_it(&drafter, draft, " ").await;
    assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        drop_it(&drafter, draft, "Không còn cần").await.status,
        StatusCode::SEE_OTHER
    );
    dropped(&app, draft).await;
    assert!(
        find::opinions(reader, draft)
            .await
            .expect("read")
            .is_empty()
    );
    let page = drafter.get(&format!("/van-ban/{draft}")).await.text;
    assert!(
        page.contains("Thôi ban hành") && page.contains("Không còn cần"),
        "{page}"
    );
    assert!(!page.contains(&format!("/van-ban/{draft}/soan")), "{page}");
    assert_eq!(
        drop_it(&drafter, draft, "Lần nữa").await.status,
        StatusCode::CONFLICT
    );

    // Approved, signed and numbered it is the Chairman's to drop; its number stays in the register, void.
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let (chair, org) = office::first(&app, "chair").await;
    let seen = office::seen(&app, id).await;
    decide::decide(
        &app,
        &chair,
        id,
        seen.clone(),
        decide::Decision::Approve,
        String::new(),
    )
    .await
    .expect("it is approved");
    issue::sign(&app, &chair, id, seen)
        .await
        .expect("it is signed");
    let agency = office::agency_clerk(&app, org).await;
    issue::assign_number(&app, &agency, id, app.today())
        .await
        .expect("it is numbered");
    let number = find::document(reader, id).await.expect("read").row.number;
    assert_eq!(
        drop_it(&chief, id, "Sai căn cứ").await.status,
        StatusCode::FORBIDDEN
    );
    let chairman = Browser::of(&app, "chair", true).await;
    assert_eq!(
        drop_it(&chairman, id, "Sai căn cứ").await.status,
        StatusCode::SEE_OTHER
    );
    dropped(&app, id).await;
    let entry = register_entry::Entity::find()
        .filter(register_entry::Column::Note.contains("Sai căn cứ"))
        .one(reader)
        .await
        .expect("read")
        .expect("the entry");
    assert_eq!(
        (Some(entry.number), entry.state.as_str(), entry.document_id),
        (number, "void", None)
    );
    let letter = find::proposal_of(reader, id)
        .await
        .expect("read")
        .expect("its proposal");
    assert!(letter.row.number.is_some() && letter.row.state != state::DROPPED);
    worker::run_until_idle(&app)
        .await
        .expect("the worker works");
    let list = chairman.get("/van-ban?tt=dropped").await.text;
    assert!(
        list.contains(&format!("/van-ban/{id}")) && list.contains("Thôi ban hành"),
        "{list}"
    );

    // The next one gets the next number.
    let next = office::bring_to_chairman(&app, office::DECISION).await;
    office::decide_and_issue(&app, next).await;
    let row = find::document(reader, next).await.expect("read").row;
    assert_eq!(row.number, number.map(|number| number + 1));
    assert_eq!(
        drop_it(&chairman, next, "Muộn").await.status,
        StatusCode::CONFLICT
    );
    let breaches = invariants::check(reader).await.expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}
