//! The acts and pages of reminding and receiving against a real database with the sample organisation.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use tower::ServiceExt as _;
use uuid::Uuid;

use super::{digest, pages as tracking_pages, preview, remind_missing};
use crate::app::App;
use crate::audit::evidence::{self, About, Event, kinds};
use crate::cli::bring_up;
use crate::clock::Clock;
use crate::config::Config;
use crate::distribution::rows::delivery;
use crate::distribution::{code_digest, pages, state, tracking};
use crate::documents::{self, draft, review};
use crate::fault::{Fault, RefusalKind};
use crate::files;
use crate::flow;
use crate::ids::Ids;
use crate::mail::rows::outbox;
use crate::people::rows::{person, unit};
use crate::people::{Actor, find, import, sign_in};
use crate::worker;

const ORGANISATION: &str = include_str!("../../templates/sample/cao-loc-2023.toml");
const DECISION: &str = include_str!("../../templates/sample/decision-2023.md");

/// An installation with the sample organisation and a drafted decision, on 24 March 2023 at nine.
struct World {
    app: App,
    document: Uuid,
    _folder: tempfile::TempDir,
}

/// The evidence that the issue of the decision would begin.
async fn begin_evidence(app: &App, document: Uuid, office: Uuid) {
    let about = About {
        document: files::digest(b"the decision"),
        title: "Quyết định số 05/QĐ-UBND".to_owned(),
        number: 5,
        symbol: "QĐ-UBND".to_owned(),
        issued_on: app.today(),
        subject: "Về việc ban hành Mục tiêu chất lượng".to_owned(),
        agency: "Ủy ban nhân dân huyện Cao Lộc".to_owned(),
    };
    let name = ("issued", document);
    let issued = Event::new(&kinds::SUBMITTED, name, office, app.clock.now());
    app.store
        .write(
            (document, about, issued),
            |tx, (document, about, issued)| {
                Box::pin(async move {
                    evidence::begin(tx, *document, about, issued).await?;
                    Ok(())
                })
            },
        )
        .await
        .expect("begun");
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
        let document = draft::import(&app, &drafter, office, "decision.md", DECISION.as_bytes())
            .await
            .expect("a drafted decision");
        begin_evidence(&app, document, office).await;
        Self {
            app,
            document,
            _folder: folder,
        }
    }

    /// A delivery as the fan-out would write it, due at five.
    async fn deliver(&self, unit_key: &str, kind: &str) -> Uuid {
        let unit = unit_id(&self.app, unit_key).await;
        let org = unit_id(&self.app, "cao-loc").await;
        let now = self.app.clock.now();
        let id = self.app.ids.uuid(now);
        let row = delivery::ActiveModel {
            id: Set(id),
            org_id: Set(org),
            document_id: Set(self.document),
            unit_id: Set(unit),
            kind: Set(kind.to_owned()),
            purposes: Set("[]".to_owned()),
            state: Set(state::DELIVERED.to_owned()),
            due_at: Set(at("2023-03-24T17:00:00+07:00")),
            code_hash: Set(Some(code_digest(&self.app, id, "ABCDEFGHJK"))),
            code_tries: Set(0),
            task_id: Set(None),
            dispatched_at: Set(now),
            delivered_at: Set(Some(now)),
            opened_at: Set(None),
            opened_by: Set(String::new()),
            answered_at: Set(None),
            answered_by: Set(String::new()),
            arrival_number: Set(None),
            arrival_year: Set(None),
            refusal: Set(String::new()),
            reminders: Set(0),
            reminded_at: Set(None),
        };
        self.app
            .store
            .write(row, |tx, row| {
                Box::pin(async move {
                    row.clone().insert(tx).await?;
                    Ok(())
                })
            })
            .await
            .expect("a delivery");
        id
    }

    /// The content of the draft that somebody who acts has before him.
    async fn content(&self) -> String {
        documents::find::document(self.app.store.reader(), self.document)
            .await
            .expect("the draft")
            .row
            .content_hash
    }

    async fn mails(&self, template: &str) -> Vec<outbox::Model> {
        outbox::Entity::find()
            .filter(outbox::Column::Template.eq(template))
            // A letter once, however many read it.
            .filter(outbox::Column::CopyOf.is_null())
            .order_by_asc(outbox::Column::Id)
            .all(self.app.store.reader())
            .await
            .expect("the outbox")
    }

    async fn delivery(&self, id: Uuid) -> delivery::Model {
        delivery::Entity::find_by_id(id)
            .one(self.app.store.reader())
            .await
            .expect("a database")
            .expect("the delivery")
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/van-ban-den", get(pages::inbox))
            .route(
                "/tiep-nhan/{id}",
                get(pages::receive_page).post(pages::receive),
            )
            .route("/tiep-nhan/{id}/tu-choi", post(pages::refuse))
            .route(
                "/tiep-nhan/{id}/ma",
                get(pages::guest_page).post(pages::guest),
            )
            .route("/van-ban/{id}/theo-doi", get(tracking_pages::tracking))
            .route(
                "/van-ban/{id}/theo-doi/so-dem",
                get(tracking_pages::live_counters),
            )
            .route(
                "/van-ban/{id}/theo-doi.csv",
                get(tracking_pages::tracking_csv),
            )
            .route(
                "/van-ban/{id}/theo-doi.xlsx",
                get(tracking_pages::tracking_xlsx),
            )
            .route("/theo-doi", get(tracking_pages::units))
            .route("/theo-doi/{unit}", get(tracking_pages::unit))
            .route(
                "/van-ban/{id}/nhac",
                get(tracking_pages::remind_page).post(tracking_pages::remind),
            )
            .with_state(self.app.clone())
    }

    /// The bytes that a `GET` answers.
    async fn answer(&self, person: Option<&str>, path: &str) -> Vec<u8> {
        let mut request = Request::builder().uri(path);
        if let Some(key) = person {
            request = request.header(COOKIE, format!("phien={}", self.signed_in(key).await));
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router().oneshot(request).await.expect("an answer");
        let bytes = to_bytes(response.into_body(), 1 << 20).await;
        bytes.expect("a body").to_vec()
    }

    /// The answer to a request of a person; nobody where no person is named. A body makes it a `POST`.
    async fn ask(
        &self,
        person: Option<&str>,
        path: &str,
        body: Option<&str>,
    ) -> (StatusCode, String) {
        let mut request =
            Request::builder()
                .uri(path)
                .method(if body.is_some() { "POST" } else { "GET" });
        if let Some(key) = person {
            request = request.header(COOKIE, format!("phien={}", self.signed_in(key).await));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .expect("a request");
        let response = self.router().oneshot(request).await.expect("an answer");
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
    find::actor(app.store.reader(), person.id, app.today())
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

#[tokio::test]
async fn the_missing_are_reminded_by_hand_once_a_working_day() {
    let world = World::new().await;
    let missing = world.deliver("xa-hoa-cu", "action").await;
    world.deliver("cao-loc/nv", "action").await;
    world.deliver("so-khcn", "information").await;
    let chief = who(&world.app, "ly-duc-hai").await;

    let seen = preview(&world.app, &chief, world.document)
        .await
        .expect("a preview");
    let mut units = seen.units;
    units.sort_unstable();
    assert_eq!(units, ["Phòng Nội vụ", "UBND xã Hòa Cư"]);
    assert!(
        seen.letter
            .expect("a letter")
            .subject
            .starts_with("Tiếp nhận")
    );
    assert_eq!(
        world.mails("receipt_due").await.len(),
        0,
        "a preview sends nothing"
    );

    assert_eq!(
        remind_missing(&world.app, &chief, world.document)
            .await
            .expect("reminded"),
        2
    );
    let mails = world.mails("receipt_due").await;
    let mut clerks: Vec<&str> = mails.iter().map(|mail| mail.to_name.as_str()).collect();
    clerks.sort_unstable();
    assert_eq!(clerks, ["Lã Hồng Thủy", "Lê Ngọc Mai"]);
    let letter = mails
        .iter()
        .find(|mail| mail.delivery_id == Some(missing))
        .expect("the letter about the delivery");
    assert!(
        letter.body_text.contains(&format!("/tiep-nhan/{missing}")),
        "{}",
        letter.body_text
    );
    assert_eq!(world.delivery(missing).await.reminders, 1);

    // Friday at nine: not before Monday at nine.
    world.app.clock.advance_to(at("2023-03-27T08:59:00+07:00"));
    match remind_missing(&world.app, &chief, world.document).await {
        Err(Fault::Refused(refusal)) => {
            assert!(refusal.vi.contains("27/03/2023 09:00"), "{}", refusal.vi)
        }
        other => panic!("{other:?}"),
    }
    world.app.clock.advance_to(at("2023-03-27T09:00:00+07:00"));
    assert_eq!(
        remind_missing(&world.app, &chief, world.document)
            .await
            .expect("reminded"),
        2
    );
    // Overdue by now, and said so.
    assert_eq!(world.mails("receipt_late").await.len(), 2);
}

#[tokio::test]
async fn only_the_issuing_office_reminds() {
    let world = World::new().await;
    world.deliver("xa-hoa-cu", "action").await;
    let staff = who(&world.app, "tran-quang-cuong").await;
    match remind_missing(&world.app, &staff, world.document).await {
        Err(Fault::Refused(refusal)) => assert_eq!(refusal.kind, RefusalKind::Forbidden),
        other => panic!("{other:?}"),
    }
    let recipient = who(&world.app, "la-hong-thuy").await;
    assert!(matches!(
        remind_missing(&world.app, &recipient, world.document).await,
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Forbidden
    ));
    let stranger = who(&world.app, "luong-thi-nga").await;
    assert!(matches!(
        remind_missing(&world.app, &stranger, world.document).await,
        Err(Fault::NotFound)
    ));
    assert_eq!(
        outbox::Entity::find()
            .count(world.app.store.reader())
            .await
            .expect("a count"),
        0
    );
}

#[tokio::test]
async fn the_digest_comes_once_a_person_and_working_day() {
    let world = World::new().await;
    let units = vec![unit_id(&world.app, "xa-hoa-cu").await];
    let drafter = who(&world.app, "lang-kim-lan").await;
    // Five working days from Friday the 24th: due on Friday the 31st.
    let seen = world.content().await;
    review::submit(&world.app, &drafter, world.document, seen, units, 5)
        .await
        .expect("an opinion round");
    world.app.clock.advance_to(at("2023-03-28T07:30:00+07:00"));
    digest(&world.app).await.expect("too early");
    assert_eq!(world.mails("digest").await.len(), 0);

    world.app.clock.advance_to(at("2023-03-29T07:30:00+07:00"));
    digest(&world.app).await.expect("two working days before");
    digest(&world.app).await.expect("the same morning again");
    let mails = world.mails("digest").await;
    let mut names: Vec<&str> = mails.iter().map(|mail| mail.to_name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["Dương Mạnh Long", "Nông Bích Nhung"],
        "head and reporter"
    );
    assert!(
        mails[0].subject.starts_with("1 việc sắp đến hạn"),
        "{}",
        mails[0].subject
    );

    world.app.clock.advance_to(at("2023-04-01T07:30:00+07:00"));
    digest(&world.app).await.expect("a Saturday");
    assert_eq!(world.mails("digest").await.len(), 2, "nothing on days off");

    // Five working days late it is named for the last time.
    for (morning, sent) in [("2023-04-07", 4), ("2023-04-10", 4)] {
        world
            .app
            .clock
            .advance_to(at(&format!("{morning}T07:30:00+07:00")));
        digest(&world.app).await.expect("late");
        assert_eq!(world.mails("digest").await.len(), sent, "{morning}");
    }
}

#[tokio::test]
async fn tracking_counts_and_pages_through_all_recipients() {
    let world = World::new().await;
    let first = world.deliver("xa-hoa-cu", "action").await;
    world.deliver("xa-gia-cat", "action").await;
    world.deliver("cao-loc/nv", "action").await;
    world.deliver("so-khcn", "information").await;
    let (app, db) = (&world.app, world.app.store.reader());
    let clerk = who(app, "la-hong-thuy").await;
    crate::distribution::receipt::acknowledge(app, &clerk, first)
        .await
        .expect("received");

    let counts = |now| tracking::counts(db, world.document, now);
    assert_eq!(
        counts(at("2023-03-24T17:00:00+07:00"))
            .await
            .expect("counts"),
        [3, 1, 0, 2, 0, 0, 0, 1]
    );
    assert_eq!(
        counts(at("2023-03-24T17:00:01+07:00"))
            .await
            .expect("counts"),
        [3, 1, 0, 0, 2, 0, 0, 1]
    );

    // One by one: those who have to answer first, each exactly once.
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let rows = tracking::rows(
            db,
            world.document,
            tracking::Show::Action,
            after,
            Some(1),
            app.clock.now(),
        )
        .await
        .expect("rows");
        let Some(row) = rows.first() else { break };
        seen.push(row.state.clone());
        after = Some(row.id);
    }
    assert_eq!(
        seen,
        [state::DELIVERED, state::DELIVERED, state::REGISTERED]
    );
}

#[tokio::test]
async fn the_tracking_pages_are_for_the_issuing_organisation() {
    let world = World::new().await;
    world.deliver("xa-hoa-cu", "action").await;
    world.deliver("cao-loc/nv", "action").await;
    let path = |rest: &str| format!("/van-ban/{}/{rest}", world.document);

    let (status, page) = world.ask(Some("ly-duc-hai"), &path("theo-doi"), None).await;
    assert_eq!(status, StatusCode::OK);
    for words in [
        "0 / 2 đơn vị đã tiếp nhận",
        "Nhắc 2 đơn vị còn thiếu",
        "Phòng Nội vụ",
        "la.hong.thuy@caoloc.example",
    ] {
        assert!(page.contains(words), "the page lacks {words}");
    }
    let (_, counters) = world
        .ask(Some("ly-duc-hai"), &path("theo-doi/so-dem"), None)
        .await;
    assert!(
        counters.contains("0 / 2") && !counters.contains("<html"),
        "{counters}"
    );
    let (_, csv) = world
        .ask(Some("ly-duc-hai"), &path("theo-doi.csv"), None)
        .await;
    assert_eq!(csv.lines().count(), 3, "{csv}");
    for rest in ["theo-doi", "theo-doi.csv", "theo-doi/so-dem", "nhac"] {
        let (status, _) = world.ask(Some("la-hong-thuy"), &path(rest), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{rest} of a recipient");
    }
    assert_eq!(
        world
            .ask(Some("ly-duc-hai"), &path("nhac"), Some(""))
            .await
            .0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        world
            .ask(Some("ly-duc-hai"), &path("nhac"), Some(""))
            .await
            .0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let (_, page) = world.ask(Some("ly-duc-hai"), &path("theo-doi"), None).await;
    assert!(
        page.contains("24/03/2023 09:00 (lần 1)") && !page.contains("Nhắc 2 đơn vị"),
        "reminded just now"
    );
}

#[tokio::test]
async fn a_clerk_receives_by_one_press_and_refuses_with_a_reason() {
    let world = World::new().await;
    let (received, sent_back) = (
        world.deliver("xa-hoa-cu", "action").await,
        world.deliver("xa-gia-cat", "action").await,
    );

    let (_, inbox) = world.ask(Some("la-hong-thuy"), "/van-ban-den", None).await;
    assert!(
        inbox.contains(&format!("/tiep-nhan/{received}"))
            && !inbox.contains(&sent_back.to_string())
    );
    let path = format!("/tiep-nhan/{received}");
    let (status, page) = world.ask(Some("la-hong-thuy"), &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Lã Hồng Thủy (Văn thư)"), "{page}");
    assert_eq!(
        world.delivery(received).await.state,
        state::DELIVERED,
        "looking changes nothing"
    );
    assert_eq!(
        world.ask(Some("nong-bich-nhung"), &path, Some("")).await.0,
        StatusCode::FORBIDDEN,
        "not the clerk"
    );
    assert_eq!(
        world.ask(Some("luong-thi-nga"), &path, Some("")).await.0,
        StatusCode::NOT_FOUND,
        "another unit"
    );
    assert_eq!(
        world.ask(Some("la-hong-thuy"), &path, Some("")).await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(world.delivery(received).await.arrival_number, Some(1));
    assert_eq!(
        world.ask(Some("la-hong-thuy"), &path, Some("")).await.0,
        StatusCode::CONFLICT,
        "pressed twice"
    );
    let (_, evidence) = world.ask(Some("ly-duc-hai"), &path, None).await;
    assert!(
        evidence.contains("số đến 1") && !evidence.contains("<button class=\"main\""),
        "the sender sees the evidence"
    );

    let path = format!("/tiep-nhan/{sent_back}/tu-choi");
    let (status, page) = world
        .ask(
            Some("luong-thi-nga"),
            &path,
            Some("remark=nh%E1%BA%A7m+r%E1%BB%93i"),
        )
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("Chọn lý do từ chối.") && page.contains("nhầm rồi"),
        "what was typed comes back"
    );
    assert_eq!(
        world
            .ask(
                Some("luong-thi-nga"),
                &path,
                Some("reason=wrong_unit&remark=")
            )
            .await
            .0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(world.delivery(sent_back).await.refusal, "Gửi nhầm đơn vị");
    worker::run_until_idle(&world.app).await.expect("told");
    worker::run_until_idle(&world.app).await.expect("once");
    let mails = world.mails("refused").await;
    let [letter] = mails.as_slice() else {
        panic!("{} letters", mails.len())
    };
    let clerk = who(&world.app, "ly-duc-hai").await;
    let told = find::holders(
        world.app.store.reader(),
        &[clerk.posts[0].org_id],
        &["clerk"],
        world.app.today(),
    )
    .await
    .expect("the agency's clerk");
    assert_eq!(letter.to_address, told[0].email);
    assert!(
        letter.body_text.contains("Gửi nhầm đơn vị"),
        "{}",
        letter.body_text
    );
    assert!(
        letter.body_text.contains("UBND xã Gia Cát") || letter.body_text.contains("xã Gia Cát")
    );
}

#[tokio::test]
async fn a_draft_that_comes_back_tells_its_drafter_who_sent_it_and_why() {
    let world = World::new().await;
    let drafter = who(&world.app, "lang-kim-lan").await;
    worker::run_until_idle(&world.app)
        .await
        .expect("the first draft");
    let seen = world.content().await;
    review::submit(
        &world.app,
        &drafter,
        world.document,
        seen.clone(),
        Vec::new(),
        1,
    )
    .await
    .expect("submitted");
    let chief = who(&world.app, "ly-duc-hai").await;
    let remark = "Nêu rõ đơn vị báo cáo.".to_owned();
    review::check(
        &world.app,
        &chief,
        world.document,
        seen,
        review::Check::Content,
        false,
        remark,
    )
    .await
    .expect("sent back");
    worker::run_until_idle(&world.app).await.expect("told");
    let mails = world.mails("returned").await;
    let [letter] = mails.as_slice() else {
        panic!("{} letters", mails.len())
    };
    assert_eq!(letter.to_name, "Lăng Kim Lan");
    assert!(
        letter.body_text.contains("Nêu rõ đơn vị báo cáo."),
        "{}",
        letter.body_text
    );
    assert!(
        letter.body_text.contains("Lý Đức Hải"),
        "{}",
        letter.body_text
    );
    // In place of the ordinary notice, not beside it.
    let drafts = world
        .mails("task")
        .await
        .iter()
        .filter(|mail| mail.to_name == "Lăng Kim Lan")
        .count();
    assert_eq!(drafts, 1, "only the first draft was an ordinary task");
}

#[tokio::test]
async fn opening_is_a_grade_of_its_own_below_accepting() {
    let world = World::new().await;
    let clerk_opens = world.deliver("xa-hoa-cu", "action").await;
    world.deliver("xa-gia-cat", "action").await;
    let guest = world.deliver("so-khcn", "information").await;
    // Who is not of the unit opens nothing, and neither does who has no code.
    let pages = [
        (Some("ly-duc-hai"), format!("/tiep-nhan/{clerk_opens}")),
        (None, format!("/tiep-nhan/{guest}/ma")),
    ];
    for (person, path) in pages {
        assert_eq!(world.ask(person, &path, None).await.0, StatusCode::OK);
    }
    assert_eq!(world.delivery(clerk_opens).await.opened_at, None);
    assert_eq!(world.delivery(guest).await.opened_at, None);

    let path = format!("/tiep-nhan/{clerk_opens}");
    world.ask(Some("la-hong-thuy"), &path, None).await;
    let first = world.delivery(clerk_opens).await;
    assert_eq!(first.opened_at, Some(world.app.clock.now()));
    assert_eq!(first.opened_by, "Lã Hồng Thủy");
    assert_eq!(first.state, state::DELIVERED);
    let code = Some("code=ABCDEFGHJK");
    world
        .ask(None, &format!("/tiep-nhan/{guest}/ma"), code)
        .await;
    assert_eq!(world.delivery(guest).await.opened_by, "Người nhập mã");

    world.app.clock.advance_to(at("2023-03-24T10:00:00+07:00"));
    world.ask(Some("la-hong-thuy"), &path, None).await;
    assert_eq!(
        world.delivery(clerk_opens).await,
        first,
        "the first opening stands"
    );
    let tracking = format!("/van-ban/{}/theo-doi?loc=da-mo", world.document);
    let (_, page) = world.ask(Some("ly-duc-hai"), &tracking, None).await;
    assert!(
        page.contains("Đã mở: 24/03/2023 09:00, Lã Hồng Thủy"),
        "{page}"
    );
    assert!(
        page.contains("Đã mở, chưa tiếp nhận: 2"),
        "it has moved since yesterday"
    );
    assert!(
        !page.contains("UBND xã Gia Cát</a>"),
        "the filter shows only who opened"
    );
}

#[tokio::test]
async fn one_unit_is_seen_with_all_it_owes_and_all_units_by_their_speed() {
    let world = World::new().await;
    let accepted = world.deliver("xa-hoa-cu", "action").await;
    world.deliver("xa-gia-cat", "action").await;
    world.app.clock.advance_to(at("2023-03-24T10:20:00+07:00"));
    let clerk = who(&world.app, "la-hong-thuy").await;
    crate::distribution::receipt::acknowledge(&world.app, &clerk, accepted)
        .await
        .expect("accepted");
    world.app.clock.advance_to(at("2023-03-27T10:00:00+07:00"));
    let (status, page) = world.ask(Some("ly-duc-hai"), "/theo-doi", None).await;
    assert_eq!(status, StatusCode::OK);
    let order = (page.find("Gia Cát"), page.find("Hòa Cư"));
    assert!(
        order.0.is_some() && order.0 < order.1,
        "who is missing stands first"
    );
    assert!(page.contains("100%") && page.contains("1:20 giờ"), "{page}");
    let unit = unit_id(&world.app, "xa-hoa-cu").await;
    let path = format!("/theo-doi/{unit}");
    let (status, page) = world.ask(Some("ly-duc-hai"), &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("số đến 1"), "{page}");
    let (status, _) = world.ask(Some("la-hong-thuy"), &path, None).await;
    assert_eq!(
        status,
        StatusCode::NOT_FOUND,
        "the commune sent itself nothing"
    );

    let sheet = format!("/van-ban/{}/theo-doi.xlsx", world.document);
    let response = world.answer(Some("ly-duc-hai"), &sheet).await;
    assert!(response.starts_with(b"PK"), "a spreadsheet is a zip file");
}

#[tokio::test]
async fn a_body_without_an_account_answers_with_the_code_of_its_mail() {
    let world = World::new().await;
    let id = world.deliver("so-khcn", "information").await;
    let path = format!("/tiep-nhan/{id}/ma");
    let subject = "Mục tiêu chất lượng năm 2023";

    let (status, page) = world.ask(None, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("Ủy ban nhân dân huyện Cao Lộc") && !page.contains(subject),
        "the link alone shows nothing of it"
    );
    let (status, page) = world.ask(None, &path, Some("code=WRONGCODE1")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Mã không đúng") && !page.contains(subject));
    let (status, page) = world.ask(None, &path, Some("code=abcdefghjk")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(subject) && page.contains("value=\"accept\""));
    assert_eq!(
        world.delivery(id).await.state,
        state::DELIVERED,
        "opening is not accepting"
    );
    let (status, page) = world
        .ask(None, &path, Some("code=ABCDEFGHJK&do=accept&name="))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Ghi họ tên"), "{page}");
    let body = "code=ABCDEFGHJK&do=accept&name=Ho%C3%A0ng+An&post=V%C4%83n+th%C6%B0";
    assert_eq!(
        world.ask(None, &path, Some(body)).await.0,
        StatusCode::SEE_OTHER
    );
    let found = world.delivery(id).await;
    assert_eq!(
        (found.state.as_str(), found.answered_by.as_str()),
        (state::REGISTERED, "Hoàng An, Văn thư")
    );

    let (status, page) = world.ask(None, &path, None).await;
    assert_eq!(status, StatusCode::OK, "a used link shows the state");
    assert!(page.contains("số đến 1") && !page.contains(subject));
    // A delivery to a body with an account has no such page.
    let other = world.deliver("xa-hoa-cu", "action").await;
    assert_eq!(
        world
            .ask(None, &format!("/tiep-nhan/{other}/ma"), None)
            .await
            .0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn ten_wrong_codes_close_the_page_of_a_guest() {
    let world = World::new().await;
    let path = format!(
        "/tiep-nhan/{}/ma",
        world.deliver("so-khcn", "information").await
    );
    for _ in 0..10 {
        assert_eq!(
            world.ask(None, &path, Some("code=WRONGCODE1")).await.0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    assert_eq!(
        world.ask(None, &path, Some("code=ABCDEFGHJK")).await.0,
        StatusCode::TOO_MANY_REQUESTS
    );
}
