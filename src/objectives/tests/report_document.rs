//! The consolidated report as a document: drafted from the figures, carried by its letter, signed, sent, replaced.

use trinhky_drafting::{Block, Imported, Severity};
use uuid::Uuid;

use super::world::{World, refusal, who};
use crate::documents::decide::{Decision, decide};
use crate::documents::review::{Check, check, submit};
use crate::documents::{Document, find, issue, state};
use crate::fault::RefusalKind;
use crate::flow;
use crate::objectives::find as objectives_find;
use crate::people::Actor;

/// The second quarter with one unit missing, added up on its day.
async fn second_quarter() -> World {
    let world = World::new().await;
    world.deliver("so-khcn", "information", "Sở KH&CN").await;
    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    world.hand_in("2023-Q2", "cao-loc/yt", 20).await;
    world.until("2023-06-20T09:00:00+07:00").await;
    world.consolidate("2023-Q2").await.expect("a consolidation");
    world
}

impl World {
    async fn document(&self, id: Uuid) -> Document {
        find::document(self.app.store.reader(), id)
            .await
            .expect("a document")
    }

    /// The newest report of the second quarter.
    async fn drafted(&self) -> Document {
        let stored =
            objectives_find::consolidation(self.app.store.reader(), self.decision, "2023-Q2").await;
        let stored = stored.expect("a database").expect("a consolidation");
        self.document(stored.report_id.expect("a report")).await
    }

    async fn letter_of(&self, report: Uuid) -> Document {
        let letter = find::proposal_of(self.app.store.reader(), report).await;
        letter.expect("a database").expect("a letter")
    }

    async fn seen(&self, id: Uuid) -> String {
        self.document(id).await.row.content_hash
    }

    /// From the drafter's desk to the Chairman's, with the letter signed and numbered.
    async fn up_to_the_chairman(&self, id: Uuid) {
        let app = &self.app;
        let drafter = who(app, "lang-kim-lan").await;
        submit(app, &drafter, id, self.seen(id).await, Vec::new(), 5)
            .await
            .expect("submitted");
        let chief = who(app, "ly-duc-hai").await;
        let checker = who(app, "nong-quang-hai").await;
        for (checker, what) in [(&chief, Check::Content), (&checker, Check::Form)] {
            check(
                app,
                checker,
                id,
                self.seen(id).await,
                what,
                true,
                String::new(),
            )
            .await
            .expect("checked");
        }
        let letter = self.letter_of(id).await.row.id;
        issue::sign(app, &chief, letter, self.seen(letter).await)
            .await
            .expect("a signed letter");
        let clerk = who(app, "nong-minh-thao").await;
        issue::assign_number(app, &clerk, letter, app.today())
            .await
            .expect("a number");
        issue::seal(app, &clerk, letter)
            .await
            .expect("a sealed letter");
    }

    async fn approved_and_issued(&self, id: Uuid) {
        let app = &self.app;
        let chair = who(app, "nguyen-duy-anh").await;
        decide(
            app,
            &chair,
            id,
            self.seen(id).await,
            Decision::Approve,
            String::new(),
        )
        .await
        .expect("approved");
        issue::sign(app, &chair, id, self.seen(id).await)
            .await
            .expect("signed");
        let clerk = who(app, "dinh-ngoc-oanh").await;
        issue::assign_number(app, &clerk, id, app.today())
            .await
            .expect("a number");
        issue::seal(app, &clerk, id).await.expect("sealed");
        issue::issue(app, &clerk, id).await.expect("issued");
    }
}

fn words(document: &Document) -> String {
    let mut words = String::new();
    let bodies = document.draft.annexes.iter().map(|annex| &annex.body);
    for block in bodies.chain([&document.draft.body]).flatten() {
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => words.push_str(text),
            Block::Table(table) => {
                for row in &table.rows {
                    words.push_str(&row.join(" | "));
                    words.push('\n');
                }
            }
            other => panic!("a report has no {other:?}"),
        }
        words.push('\n');
    }
    words
}

#[tokio::test]
async fn the_report_goes_up_with_its_letter_and_out_under_number_and_seal() {
    let world = second_quarter().await;
    let report = world.drafted().await;
    assert_eq!(report.row.symbol, "BC-UBND");
    assert_eq!(
        report.draft.addressed_to,
        ["Sở Khoa học và Công nghệ tỉnh Lạng Sơn"]
    );
    assert_eq!(
        report.draft.signer.title_lines,
        ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
    );
    let said = words(&report);
    for fact in [
        "Đã nhận 2/3 báo cáo",
        "Đạt 07/08 chỉ tiêu; không đạt: 3.",
        "Chưa báo cáo: Ủy ban nhân dân xã Gia Cát",
        "45%",
        "Người dân chưa có tài khoản",
        "Văn phòng HĐND và UBND huyện | quý II năm 2023 | 1 | 09:00 14/06/2023",
    ] {
        assert!(said.contains(fact), "{fact} is not in\n{said}");
    }
    let findings = trinhky_drafting::check(&Imported {
        draft: report.draft.clone(),
        unplaced: Vec::new(),
    });
    let wrong: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let letter = world.letter_of(report.row.id).await;
    assert!(
        words(&letter).contains("Chưa báo cáo: Ủy ban nhân dân xã Gia Cát"),
        "{}",
        words(&letter)
    );

    world.up_to_the_chairman(report.row.id).await;
    world.approved_and_issued(report.row.id).await;
    world.until("2023-06-20T10:00:00+07:00").await;
    let issued = world.document(report.row.id).await;
    assert_eq!(
        (issued.row.state.as_str(), issued.row.number),
        (state::ISSUED, Some(1))
    );
    let sent = world.deliveries(report.row.id).await;
    assert_eq!(
        sent.get("so-khcn").map(String::as_str),
        Some("action"),
        "{sent:?}"
    );
    assert!(
        sent.values().filter(|kind| *kind == "information").count() > 2,
        "{sent:?}"
    );
}

#[tokio::test]
async fn units_that_give_the_same_cause_share_a_row() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 40).await;
    world.hand_in("2023-Q2", "cao-loc/yt", 20).await;
    world.until("2023-06-20T09:00:00+07:00").await;
    world.consolidate("2023-Q2").await.expect("a consolidation");
    let said = words(&world.drafted().await);
    let shared: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("Người dân chưa có tài khoản"))
        .collect();
    let [row] = shared[..] else {
        panic!("one row for both: {shared:?}");
    };
    assert!(
        row.contains("Văn phòng HĐND và UBND huyện, Phòng Y tế (Công chức văn phòng, "),
        "{row}"
    );
}

#[tokio::test]
async fn nobody_has_the_report_changed_under_him_and_a_signed_one_is_replaced() {
    let world = second_quarter().await;
    let first = world.drafted().await.row.id;
    world.up_to_the_chairman(first).await;
    world.hand_in("2023-Q2", "xa-gia-cat", 95).await;
    assert_eq!(
        refusal(world.consolidate("2023-Q2").await).0,
        RefusalKind::Stale,
        "the Chairman has it"
    );
    assert_eq!(world.drafted().await.row.id, first);

    world.approved_and_issued(first).await;
    world.consolidate("2023-Q2").await.expect("a second run");
    let second = world.drafted().await;
    assert_ne!(second.row.id, first);
    let said = words(&second);
    assert!(
        said.contains(
            "Báo cáo này thay thế Báo cáo số 01/BC-UBND ngày 20/06/2023. Kết quả thay đổi:"
        ),
        "{said}"
    );
    assert!(
        said.contains("chỉ tiêu 3: từ 45% (90/200), Không đạt thành 61,67% (185/300), Đạt"),
        "{said}"
    );
    assert_eq!(
        world.document(first).await.row.state,
        state::ISSUED,
        "what was signed stays"
    );

    // While it lies with the drafter a further run makes a further version of the same report and of its letter.
    world.consolidate("2023-Q2").await.expect("a third run");
    assert_eq!(world.drafted().await.row.id, second.row.id);
}

#[tokio::test]
async fn a_returned_report_goes_up_again_with_a_letter_of_its_own() {
    let world = second_quarter().await;
    let id = world.drafted().await.row.id;
    world.up_to_the_chairman(id).await;
    let first = world.letter_of(id).await;
    let chair = who(&world.app, "nguyen-duy-anh").await;
    let remark = "Bổ sung số liệu xã Gia Cát".to_owned();
    decide(
        &world.app,
        &chair,
        id,
        world.seen(id).await,
        Decision::Return,
        remark,
    )
    .await
    .expect("returned");
    world.until("2023-06-21T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "xa-gia-cat", 95).await;
    world.consolidate("2023-Q2").await.expect("a second run");
    assert_eq!(
        world.drafted().await.row.id,
        id,
        "the same report, not signed yet"
    );
    world.up_to_the_chairman(id).await;
    let second = world.letter_of(id).await;
    assert_ne!(first.row.id, second.row.id);
    assert_eq!(
        (first.row.symbol.as_str(), second.row.number),
        ("TTr-VP", Some(93))
    );
    assert!(words(&second).contains("3/3 báo cáo"), "{}", words(&second));
}

/// A workflow of an office's own, which reviews instead of checking and signs no letter.
const OWN: &str = include_str!("../../../templates/sample/plan.bpmn");

#[tokio::test]
async fn a_report_runs_by_the_office_s_own_workflow_and_has_a_letter_only_where_one_is_signed() {
    let world = World::new().await;
    let decision = world.document(world.decision).await;
    world
        .app
        .act(&Actor::system(), decision.row.org_id, |cx, org_id| {
            Box::pin(async move {
                let id = flow::own::keep(cx, *org_id, "bao-cao.bpmn", OWN.as_bytes()).await?;
                flow::own::publish(cx, *org_id, id, &["BC".to_owned()]).await
            })
        })
        .await
        .expect("published for reports");
    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    world.until("2023-06-20T09:00:00+07:00").await;
    world.consolidate("2023-Q2").await.expect("a consolidation");

    let report = world.drafted().await;
    let db = world.app.store.reader();
    let instance = flow::instance(db, report.row.instance_id.expect("it runs"))
        .await
        .expect("its workflow");
    assert_eq!(instance.process, "plan");
    let letter = find::proposal_of(db, report.row.id).await.expect("read");
    assert!(letter.is_none(), "nobody would sign it");

    // Run again with a late report, the draft gets a further version; it goes the office's own way.
    world.hand_in("2023-Q2", "cao-loc/yt", 20).await;
    world.consolidate("2023-Q2").await.expect("again");
    let report = world.drafted().await;
    assert_eq!(report.row.version, 2);
    let drafter = who(&world.app, "lang-kim-lan").await;
    let seen = world.seen(report.row.id).await;
    submit(&world.app, &drafter, report.row.id, seen, Vec::new(), 5)
        .await
        .expect("submitted");
    let open = flow::tasks_of_document(db, report.row.id)
        .await
        .expect("its tasks");
    let open: Vec<&str> = open.iter().map(|task| task.element.as_str()).collect();
    assert_eq!(open, ["review"]);
}
