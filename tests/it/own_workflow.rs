//! A second kind of document without a line of Rust: the administrator draws a workflow for plans, looks at it, publishes it;
//! a plan runs by it to the replies of the units, decisions stay on the program's own workflow.

use axum::http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::audit::rows::journal;
use trinhky::distribution::rows::delivery;
use trinhky::documents::{find, state};
use trinhky::flow::rows::flow_instance;
use trinhky::worker;
use uuid::Uuid;

use super::pages::{Browser, Pairs};
use super::{office, tools};

const PLAN: &str = include_str!("../../templates/sample/plan.bpmn");
const WORKFLOWS: &str = "/quan-tri/quy-trinh";

const PLAN_FILE: (&str, &str) = (
    "ke-hoach.txt",
    "ỦY BAN NHÂN DÂN
HUYỆN CAO LỘC

Số:     /KH-UBND

Cao Lộc, ngày     tháng 3 năm 2023

KẾ HOẠCH
Kiểm tra công vụ năm 2023

I. MỤC ĐÍCH
Nâng cao kỷ luật, kỷ cương hành chính.

II. TỔ CHỨC THỰC HIỆN
Phòng Nội vụ chủ trì tổ chức thực hiện; các đơn vị trả lời trước ngày 15 tháng 12 năm 2023./.

Nơi nhận:
- Phòng Nội vụ (để thực hiện);
- Phòng Tư pháp (t/h);
- Lưu: VT, NV.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Nguyễn Duy Anh
",
);

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_publishes_a_workflow_for_plans_on_sqlite() {
    plans_of_ones_own("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_publishes_a_workflow_for_plans_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    plans_of_ones_own(&postgres.answer).await;
}

async fn plans_of_ones_own(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), database, office::ORGANISATION).await;
    let admin = Browser::of(&app, "admin", true).await;
    let drafter = Browser::of(&app, "drafter", true).await;

    broken_files_are_listed(&admin).await;
    let stranger = drafter.upload(WORKFLOWS, "plan.bpmn", PLAN).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
    let version = kept(&admin).await;
    assert_eq!(
        process_of(&app, draft(&app, &drafter, PLAN_FILE).await).await,
        "decision",
        "a version that is only looked at runs nothing"
    );
    published(&admin, &version).await;

    let plan = draft(&app, &drafter, PLAN_FILE).await;
    assert_eq!(process_of(&app, plan).await, "plan");
    let decision = draft(&app, &drafter, ("du-thao.md", office::DECISION)).await;
    assert_eq!(process_of(&app, decision).await, "decision");
    lived(&app, &drafter, plan).await;

    let retired = admin
        .post(&version, &vec![("do".to_owned(), "retire".to_owned())])
        .await;
    assert_eq!(retired.status, StatusCode::SEE_OTHER, "{}", retired.text);
    assert_eq!(
        process_of(&app, draft(&app, &drafter, PLAN_FILE).await).await,
        "decision"
    );
    let again = admin
        .post(&version, &vec![("do".to_owned(), "retire".to_owned())])
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

/// Every problem stands on the page with its place, and nothing is kept.
async fn broken_files_are_listed(admin: &Browser) {
    let broken = PLAN
        .replacen("tk:role=\"chair\"", "tk:role=\"chief\"", 1)
        .replacen("targetRef=\"seal\"", "targetRef=\"sael\"", 1);
    let answer = admin.upload(WORKFLOWS, "plan.bpmn", &broken).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("sael") && answer.text.contains("chief"),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("plan.bpmn:"), "{}", answer.text);
    let none = admin.upload(WORKFLOWS, "plan.bpmn", "").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shipped = include_str!("../../workflows/decision.bpmn");
    let same = admin.upload(WORKFLOWS, "decision.bpmn", shipped).await;
    assert_eq!(
        same.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        same.text
    );
    let page = admin.get(WORKFLOWS).await.text;
    assert!(!page.contains("Quy trình riêng của cơ quan"), "{page}");
}

/// A right file is kept; its page shows the drawing and asks for the types. Returns its address.
async fn kept(admin: &Browser) -> String {
    let answer = admin.upload(WORKFLOWS, "plan.bpmn", PLAN).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = admin.get(&answer.location).await.text;
    assert!(page.contains("<svg") && page.contains("Thẩm định kế hoạch"));
    assert!(page.contains("Chưa công bố"), "{page}");
    let none = admin
        .post(
            &answer.location,
            &vec![("do".to_owned(), "publish".to_owned())],
        )
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.location
}

async fn published(admin: &Browser, version: &str) {
    let mut pairs: Pairs = vec![
        ("do".to_owned(), "publish".to_owned()),
        ("types".to_owned(), "KH".to_owned()),
    ];
    let first = admin.post(version, &pairs).await;
    if admin
        .get(version)
        .await
        .text
        .contains("Tôi đã xem các cảnh báo")
    {
        assert_eq!(first.status, StatusCode::UNPROCESSABLE_ENTITY);
        pairs.push(("accept".to_owned(), "yes".to_owned()));
        let second = admin.post(version, &pairs).await;
        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text);
    } else {
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    }
    let list = admin.get(WORKFLOWS).await.text;
    assert!(list.contains("Quy trình riêng của cơ quan"), "{list}");
    assert!(list.contains("Kế hoạch"), "{list}");
}

async fn draft(app: &App, drafter: &Browser, (name, text): (&str, &str)) -> Uuid {
    let answer = drafter.upload("/van-ban/nhap", name, text).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let id = answer
        .location
        .trim_end_matches("/soan")
        .rsplit('/')
        .next()
        .and_then(|id| Uuid::parse_str(id).ok())
        .expect("the draft's address");
    assert_eq!(
        find::document(app.store.reader(), id)
            .await
            .expect("read")
            .row
            .state,
        state::DRAFT
    );
    id
}

async fn process_of(app: &App, document: Uuid) -> String {
    flow_instance::Entity::find()
        .filter(flow_instance::Column::DocumentId.eq(document))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("its instance")
        .process
}

/// The plan from its draft to the last unit's reply, through the pages.
async fn lived(app: &App, drafter: &Browser, plan: Uuid) {
    let chief = Browser::of(app, "office_chief", true).await;
    let chair = Browser::of(app, "chair", true).await;
    let clerk = Browser::of(app, "clerk", true).await;
    let page = format!("/van-ban/{plan}");
    let review = format!("{page}/buoc/review");

    drafter.press_twice(&format!("{page}/trinh"), &[]).await;
    assert!(
        chief.get("/").await.text.contains(&review),
        "the desk leads to the step"
    );
    assert_eq!(drafter.get(&review).await.status, StatusCode::FORBIDDEN);
    let mute = chief.get(&review).await;
    let (action, mut pairs) = super::pages::form(&mute.text);
    pairs.push(("do".to_owned(), "back".to_owned()));
    let mute = chief.post(&action, &pairs).await;
    assert_eq!(
        mute.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        mute.text
    );
    chief
        .press_twice(
            &review,
            &[("do", "back"), ("remark", "Bổ sung thời gian kiểm tra")],
        )
        .await;
    drafter.press_twice(&format!("{page}/trinh"), &[]).await;
    chief.press_twice(&review, &[("do", "ok")]).await;
    // A step with an act of its own is taken by that act alone.
    let pressed = chair
        .post(
            &format!("{page}/buoc/sign"),
            &vec![("do".to_owned(), "ok".to_owned())],
        )
        .await;
    assert_eq!(pressed.status, StatusCode::NOT_FOUND);
    chair
        .press_twice(&format!("{page}/phe-duyet"), &[("do", "approve")])
        .await;
    chair.press_twice(&format!("{page}/ky"), &[]).await;
    for _ in ["number", "seal", "issue"] {
        clerk.press_twice("/van-thu", &[]).await;
    }
    worker::run_until_idle(app).await.expect("the worker works");

    let sent = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(plan))
        .order_by_asc(delivery::Column::Id)
        .all(app.store.reader())
        .await
        .expect("read");
    assert_eq!(sent.len(), 2, "both divisions");
    for (delivery, receiver) in office::open_deliveries(app, plan).await {
        let unit = Browser::with(app, receiver.person_id.expect("a person")).await;
        unit.press_twice(&format!("/tiep-nhan/{delivery}"), &[])
            .await;
        worker::run_until_idle(app).await.expect("the worker works");
        unit.press_twice(
            &format!("{page}/buoc/reply"),
            &[("do", "ok"), ("remark", "Đã thực hiện kế hoạch")],
        )
        .await;
    }
    let replies = journal::Entity::find()
        .filter(journal::Column::DocumentId.eq(plan))
        .filter(journal::Column::Act.eq("step.taken"))
        .all(app.store.reader())
        .await
        .expect("read");
    let replies: Vec<&str> = replies.iter().map(|row| row.summary.as_str()).collect();
    assert_eq!(
        replies
            .iter()
            .filter(|summary| summary.contains("Trả lời kế hoạch"))
            .count(),
        2,
        "{replies:?}"
    );
    let instance = flow_instance::Entity::find()
        .filter(flow_instance::Column::DocumentId.eq(plan))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("its instance");
    assert_ne!(instance.status, "running", "all have replied");
}

/// The administrator's next version of the plans' workflow: a step more before the approval, the check under another name.
fn next_version() -> String {
    PLAN.replacen("<userTask id=\"review\"", "<userTask id=\"weigh\"", 1)
        .replace("sourceRef=\"review\"", "sourceRef=\"weigh\"")
        .replace("targetRef=\"review\"", "targetRef=\"weigh\"")
        .replace("bpmnElement=\"review\"", "bpmnElement=\"weigh\"")
        .replace("Thẩm định kế hoạch", "Thẩm định kỹ kế hoạch")
}

#[tokio::test(flavor = "multi_thread")]
async fn running_plans_move_to_the_next_version_on_sqlite() {
    moved("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_plans_move_to_the_next_version_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    moved(&postgres.answer).await;
}

async fn moved(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), database, office::ORGANISATION).await;
    let admin = Browser::of(&app, "admin", true).await;
    let drafter = Browser::of(&app, "drafter", true).await;
    let chief = Browser::of(&app, "office_chief", true).await;
    let version = kept(&admin).await;
    published(&admin, &version).await;
    let plan = draft(&app, &drafter, PLAN_FILE).await;
    let page = format!("/van-ban/{plan}");
    drafter.press_twice(&format!("{page}/trinh"), &[]).await;
    let before = instance_of(&app, plan).await;

    let uploaded = admin.upload(WORKFLOWS, "plan.bpmn", &next_version()).await;
    assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{}", uploaded.text);
    let newer = uploaded.location;
    let early = admin.get(&newer).await.text;
    assert!(
        !early.contains("chuyen-quy-trinh"),
        "not before it is published"
    );
    published(&admin, &newer).await;
    let view = admin.get(&newer).await.text;
    let way = view
        .split('"')
        .find(|part| part.starts_with("/quan-tri/chuyen-quy-trinh/"))
        .expect("the way to the dry run")
        .to_owned();
    assert!(view.contains("1 hồ sơ đang chạy theo bản khác"), "{view}");
    assert_eq!(drafter.get(&way).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        admin.get("/quan-tri/chuyen-quy-trinh/none").await.status,
        StatusCode::NOT_FOUND
    );

    // The step has another id: it is told, nothing moves.
    let dry = admin.get(&way).await.text;
    assert!(
        dry.contains("Bản mới không có “Thẩm định kế hoạch”."),
        "{dry}"
    );
    assert!(!dry.contains("value=\"move\""), "{dry}");
    let forced = vec![("do".to_owned(), "move".to_owned())];
    assert_eq!(
        admin.post(&way, &forced).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let unread = vec![
        ("do".to_owned(), "look".to_owned()),
        ("elements".to_owned(), "review".to_owned()),
    ];
    assert_eq!(
        admin.post(&way, &unread).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(instance_of(&app, plan).await, before);

    // Told which it is, the plan goes on under the new version.
    let told = |what: &str| {
        vec![
            ("do".to_owned(), what.to_owned()),
            ("elements".to_owned(), "review = weigh".to_owned()),
        ]
    };
    let dry = admin.post(&way, &told("look")).await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.text);
    assert!(
        dry.text.contains("Chuyển được.") && dry.text.contains("value=\"move\""),
        "{}",
        dry.text
    );
    assert_eq!(
        instance_of(&app, plan).await,
        before,
        "looking changes nothing"
    );
    let done = admin.post(&way, &told("move")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let after = instance_of(&app, plan).await;
    assert_ne!(after.definition, before.definition);
    assert!(way.ends_with(&after.definition));
    let entry = journal::Entity::find()
        .filter(journal::Column::DocumentId.eq(plan))
        .filter(journal::Column::Act.eq("workflow.migrated"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("its entry");
    assert!(
        entry.events.contains("instance_migrated"),
        "{}",
        entry.events
    );
    assert_eq!(
        chief.get(&format!("{page}/buoc/review")).await.status,
        StatusCode::CONFLICT
    );
    chief
        .press_twice(&format!("{page}/buoc/weigh"), &[("do", "ok")])
        .await;
    let problems = trinhky::audit::invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(problems.is_empty(), "{problems:?}");
    let empty = admin.get(&way).await.text;
    assert!(empty.contains("0 hồ sơ đang chạy theo bản khác"), "{empty}");
}

async fn instance_of(app: &App, document: Uuid) -> flow_instance::Model {
    flow_instance::Entity::find()
        .filter(flow_instance::Column::DocumentId.eq(document))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("its instance")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_got_stuck_goes_on_when_the_administrator_gives_what_was_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let admin = Browser::of(&app, "admin", true).await;
    let drafter = Browser::of(&app, "drafter", true).await;
    let chief = Browser::of(&app, "office_chief", true).await;
    let wrong = PLAN.replacen("outcome == 'back'", "quality == 'poor'", 1);
    assert_ne!(wrong, PLAN);
    let version = admin.upload(WORKFLOWS, "plan.bpmn", &wrong).await.location;
    published(&admin, &version).await;
    let plan = draft(&app, &drafter, PLAN_FILE).await;
    let page = format!("/van-ban/{plan}");
    let course = format!("{page}/quy-trinh");
    drafter.press_twice(&format!("{page}/trinh"), &[]).await;
    let before = chief.get(&course).await.text;
    assert!(
        before.contains("quy trình dừng:"),
        "told before it is pressed: {before}"
    );
    chief
        .press_twice(&format!("{page}/buoc/review"), &[("do", "ok")])
        .await;

    let list = admin.get("/quan-tri/su-co").await.text;
    assert!(list.contains(&course) && list.contains("quality"), "{list}");
    let form = admin
        .get(&course)
        .await
        .text
        .split('"')
        .find(|part| part.contains("viec=resolve"))
        .expect("the way to resolve it")
        .replace("&#38;", "&");
    let (action, mut pairs) = super::pages::form(&admin.get(&form).await.text);
    pairs.push(("do".to_owned(), "resolve".to_owned()));
    let with = |text: &str| {
        let mut pairs = pairs.clone();
        pairs.retain(|(name, _)| name != "variables");
        pairs.push(("variables".to_owned(), text.to_owned()));
        pairs
    };
    let unread = admin.post(&action, &with("quality good")).await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unread.text.contains("quality good"),
        "what was typed is kept"
    );
    assert_eq!(
        chief
            .post(&action, &with("quality = \"good\""))
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    let done = admin.post(&action, &with("quality = \"good\"")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let on = trinhky::flow::task_of(app.store.reader(), plan, "approve").await;
    assert!(on.is_ok(), "the plan lies before the Chairman");
    let again = admin.post(&action, &with("")).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert!(
        admin
            .get("/quan-tri/su-co")
            .await
            .text
            .contains("Không có sự cố nào.")
    );
}
