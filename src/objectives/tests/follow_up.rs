//! A decision's follow-up on a real database and the real engine.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::world::{UNITS, World, refusal, result, who};
use crate::audit;
use crate::documents;
use crate::fault::RefusalKind;
use crate::mail::rows::outbox;
use crate::objectives::consolidate::differences;
use crate::objectives::evaluate::{Judgement, close_year, evaluate};
use crate::objectives::report::{
    Answer, approve_report, correct_report, save_report, submit_report,
};
use crate::objectives::rows::unit_report;
use crate::objectives::verdict::Verdict;
use crate::objectives::{find, state};
use crate::worker;

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
