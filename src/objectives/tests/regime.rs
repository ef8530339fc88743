//! Report regimes: set for the organisation or for a draft, fixed at the issue; and which unit reports which indicator.

use axum::http::StatusCode;

use super::world::{DECISION, UNITS, World, refusal, unit_id, who};
use crate::documents::{draft, find as documents_find};
use crate::fault::RefusalKind;
use crate::objectives::asked;
use crate::objectives::regime::{self, Frequency, Typed};
use crate::objectives::report::submit_report;
use crate::objectives::{find, plan};
use crate::people::Actor;

fn monthly() -> Typed {
    Typed {
        seen_revision: 0,
        name: "Báo cáo tháng".to_owned(),
        subject: "Các đơn vị".to_owned(),
        receiver: "Văn phòng".to_owned(),
        method: "Trên Hệ thống".to_owned(),
        due_days: "2".to_owned(),
        consolidate_days: "3".to_owned(),
        frequency: "month".to_owned(),
        cron: String::new(),
        cutoff: "calendar".to_owned(),
        outline: "I. Kết quả".to_owned(),
        data_table: "Tử số, mẫu số".to_owned(),
    }
}

#[tokio::test]
async fn the_office_sets_a_regime_and_the_next_decision_is_planned_by_it() {
    let world = World::new().await;
    let chief = who(&world.app, "ly-duc-hai").await;
    let drafter = who(&world.app, "lang-kim-lan").await;
    let office = unit_id(&world.app, "cao-loc/vp").await;
    let id = draft::import(&world.app, &drafter, office, "d.md", DECISION.as_bytes())
        .await
        .expect("a draft");
    let db = world.app.store.reader();
    let document = documents_find::document(db, id).await.expect("the draft");
    let org = document.row.org_id;
    regime::set(&world.app, &chief, org, None, monthly())
        .await
        .expect("the organisation's regime");
    let found = regime::of_document(db, &document).await.expect("a regime");
    assert_eq!((found.frequency, found.revision), (Frequency::Month, 0));
    let again = regime::set(&world.app, &chief, org, None, monthly()).await;
    assert_eq!(refusal(again).0, RefusalKind::Stale, "somebody else saved");

    world
        .app
        .act(&Actor::system(), id, |cx, id| {
            Box::pin(async move {
                let document = documents_find::document(cx.tx, *id).await?;
                plan(cx, &document).await.map(|_| ())
            })
        })
        .await
        .expect("a plan");
    let periods = find::periods(db, id).await.expect("periods");
    let codes: Vec<&str> = periods.iter().map(|period| period.code.as_str()).collect();
    assert_eq!(
        codes.len(),
        10,
        "March is not closed on the 24th: {codes:?}"
    );
    assert_eq!(periods[0].cutoff_on.to_string(), "2023-03-31");
    let late = regime::set(&world.app, &chief, org, Some(id), monthly()).await;
    assert_eq!(refusal(late).0, RefusalKind::Stale, "the periods are made");
    // The decision of the world was issued before and keeps its quarters.
    let before = find::periods(db, world.decision).await.expect("periods");
    assert_eq!(before.len(), 3);
}

#[tokio::test]
async fn a_wrong_regime_is_refused_at_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    type Change = fn(&mut Typed);
    let wrong: [(&str, Change); 6] = [
        ("due_days", |typed| typed.due_days = "0".to_owned()),
        ("name", |typed| typed.name = " ".to_owned()),
        ("frequency", |typed| typed.frequency = "daily".to_owned()),
        ("cutoff", |typed| typed.cutoff.clear()),
        ("cron", |typed| {
            typed.frequency = "cron".to_owned();
            typed.cron = "mỗi tháng".to_owned();
        }),
        ("cron", |typed| {
            typed.frequency = "cron".to_owned();
            typed.cron = "* * * * *".to_owned();
        }),
    ];
    for (field, change) in wrong {
        let mut typed = monthly();
        change(&mut typed);
        assert_eq!(
            refusal(typed.read()),
            (RefusalKind::Invalid, Some(field.to_owned()))
        );
    }
    let typed = "seen_version=0&do=save&name=Ten+rieng&subject=a&receiver=b&method=c&due_days=0&consolidate_days=3&frequency=quarter&cutoff=nd09&outline=d&data_table=e";
    let (status, page) = world
        .ask("ly-duc-hai", "/che-do-bao-cao", Some(typed))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Nghị định 09/2019/NĐ-CP, Điều 8") && page.contains("Ten rieng"));
    let preview = typed
        .replace("due_days=0", "due_days=4")
        .replace("do=save", "do=preview");
    let (status, page) = world
        .ask("ly-duc-hai", "/che-do-bao-cao", Some(&preview))
        .await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("20/06/2023"),
        "four working days after the cut-off"
    );
    let stranger = world.of_unit("cao-loc/yt", &["unit_head"]).await;
    let stranger = world.key_of(&stranger).await;
    let (status, _) = world
        .ask(
            &stranger,
            "/che-do-bao-cao",
            Some(&preview.replace("preview", "save")),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_unit_that_is_not_asked_may_leave_an_indicator_empty() {
    let world = World::new().await;
    let chief = who(&world.app, "ly-duc-hai").await;
    world.until("2023-06-01T09:00:00+07:00").await;
    let mut input = world.input("2023-Q2", "cao-loc/yt", 70).await;
    for typed in &mut input.values {
        if typed.code.starts_with("O3") {
            typed.numerator.clear();
            typed.denominator.clear();
        }
    }
    let report = world.report("2023-Q2", "cao-loc/yt").await;
    let reporter = world
        .of_unit("cao-loc/yt", &["reporter", "unit_head"])
        .await;
    let outcome = submit_report(&world.app, &reporter, report.id, input.clone()).await;
    assert_eq!(
        refusal(outcome).1,
        Some("num.O3_online_rate".to_owned()),
        "every unit is asked at first"
    );
    let page = format!("/van-ban/{}/che-do-bao-cao", world.decision);
    let (_, shown) = world.ask("ly-duc-hai", &page, None).await;
    assert!(shown.contains("3 / 3 đơn vị") && shown.contains("15/06/2023"));
    let others = [
        unit_id(&world.app, UNITS[0]).await,
        unit_id(&world.app, UNITS[2]).await,
    ];
    let boxes = format!("unit={}&unit={}", others[0], others[1]);
    let (status, _) = world
        .ask("ly-duc-hai", &format!("{page}/3"), Some(&boxes))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    submit_report(&world.app, &reporter, report.id, input)
        .await
        .expect("sent without the indicator");
    let indicators = find::indicators(world.app.store.reader(), world.decision)
        .await
        .expect("indicators");
    let none = asked::set(
        &world.app,
        &chief,
        world.decision,
        indicators[4].id,
        std::collections::BTreeSet::new(),
    )
    .await;
    assert_eq!(
        refusal(none),
        (RefusalKind::Invalid, Some("unit".to_owned()))
    );
}
