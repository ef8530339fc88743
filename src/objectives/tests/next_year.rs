//! From a judged year to the Chairman's page and the next year's draft.

use axum::http::StatusCode;
use trinhky_drafting::Block;

use super::world::{UNITS, World, refusal, who};
use crate::documents::{find, measures};
use crate::fault::RefusalKind;
use crate::objectives::evaluate::{Judgement, evaluate};
use crate::objectives::{briefing, next_year};

/// A year in which 80 of 100 came online and everything else was as wanted.
async fn judged_year() -> World {
    let world = World::new().await;
    for (code, day) in [
        ("2023-Q2", "06-20"),
        ("2023-Q3", "09-20"),
        ("2023-Q4", "12-20"),
    ] {
        world.until(&format!("2023-{day}T08:00:00+07:00")).await;
        for unit in UNITS {
            world.hand_in(code, unit, 80).await;
        }
        world.consolidate(code).await.expect("a consolidation");
    }
    let chair = who(&world.app, "nguyen-duy-anh").await;
    evaluate(&world.app, &chair, world.decision, Judgement::default())
        .await
        .expect("a judged year");
    world
}

#[tokio::test]
async fn the_next_year_s_draft_is_one_press_away_once_the_year_is_judged() {
    let world = World::new().await;
    let address = format!("/van-ban/{}/nam-sau", world.decision);
    let (status, _) = world.ask("ly-duc-hai", &address, None).await;
    assert_eq!(status, StatusCode::CONFLICT, "there is no result yet");

    let world = judged_year().await;
    let address = format!("/van-ban/{}/nam-sau", world.decision);
    let (status, page) = world.ask("ly-duc-hai", &address, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("70%"), "{page}");
    let (status, _) = world
        .ask("ly-duc-hai", &address, Some("target.O3_online_rate=abc"))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = world
        .ask("ly-duc-hai", &address, Some("target.O3_online_rate=72%25"))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    let db = world.app.store.reader();
    let decision = find::document(db, world.decision)
        .await
        .expect("the decision");
    let made = find::alike(db, &decision, 2024).await.expect("a database");
    assert_eq!(made.len(), 1, "what was refused left nothing behind");
    let next = find::document(db, made[0].id).await.expect("the draft");
    let text = serde_json::to_string(&next.draft.body).expect("text");
    assert!(text.contains("72%") && text.contains("99%"), "{text}");
    assert!(next.row.subject.contains("2024"), "{}", next.row.subject);
    let confirmed = measures::of(db, &next).await.expect("measures");
    assert_eq!(confirmed.len(), 8);
    assert!(
        confirmed
            .iter()
            .all(|measure| measure.standing == measures::Standing::Agreed),
        "{confirmed:#?}"
    );
    let letter = find::proposal_of(db, next.row.id)
        .await
        .expect("a database")
        .expect("the letter");
    let rows: Vec<_> = letter
        .draft
        .body
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) => Some(table.rows.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(
        rows.iter()
            .any(|row| row.contains(&"80%".to_owned()) && row.contains(&"> 72%".to_owned())),
        "{rows:?}"
    );
    let compared = world
        .ask(
            "ly-duc-hai",
            &format!("/van-ban/{}/so-sanh?nam=truoc", next.row.id),
            None,
        )
        .await;
    assert_eq!(compared.0, StatusCode::OK);
    assert!(compared.1.contains("72"), "the meaning's change is shown");

    let chief = who(&world.app, "ly-duc-hai").await;
    let again = next_year::begin(&world.app, &chief, world.decision, Vec::new()).await;
    assert_eq!(refusal(again).0, RefusalKind::Stale, "one draft a year");
}

#[tokio::test]
async fn the_chairman_gets_one_page_however_much_there_is_to_say() {
    let world = World::new().await;
    world.until("2023-06-20T08:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/yt", 20).await;
    world.consolidate("2023-Q2").await.expect("a consolidation");
    let decision = find::document(world.app.store.reader(), world.decision)
        .await
        .expect("the decision");
    let mut words = briefing::of(&world.app, &decision, Some("2023-Q2"))
        .await
        .expect("a briefing");
    assert_eq!(
        words.headlines[3],
        ("1/3".to_owned(), "báo cáo đã nhận".to_owned())
    );
    let missing = &words.sections[0].1[0];
    assert!(
        missing.contains("xã Gia Cát") && missing.contains("Văn phòng"),
        "missing by name: {missing}"
    );
    assert!(
        words.sections[2].1[0].contains("Người dân chưa có tài khoản"),
        "{:?}",
        words.sections[2]
    );
    let address = format!("/van-ban/{}/tom-tat.pdf?ky=2023-Q2", world.decision);
    let pdf = world.download("nguyen-duy-anh", &address).await;
    assert!(pdf.starts_with(b"%PDF-1.7"));
    // The reporter of another organisation is not shown who is missing.
    let stranger = world
        .of_unit("xa-gia-cat", &["reporter", "unit_head", "chair"])
        .await;
    let stranger = world.key_of(&stranger).await;
    assert_eq!(
        world.ask(&stranger, &address, None).await.0,
        StatusCode::NOT_FOUND
    );

    let name = "Ủy ban nhân dân thị trấn Đồng Đăng (quý II năm 2023)";
    let names = vec![format!("{}; và 99 báo cáo khác", [name; 10].join("; "))];
    let lines = vec!["dài ".repeat(25).trim().to_owned(); 4];
    for (n, (_, shown)) in words.sections.iter_mut().enumerate() {
        *shown = if n < 2 { names.clone() } else { lines.clone() };
    }
    let rules = trinhky_typeset::RuleSet::at(world.app.today()).expect("rules");
    let options = trinhky_typeset::Options {
        now: world.app.clock.now(),
        rules,
        places: false,
        mark: None,
        signed_note: false,
    };
    let rendered = world
        .app
        .typesetter
        .briefing(&words, &options)
        .expect("typeset");
    assert_eq!(rendered.pages, 1);
}
