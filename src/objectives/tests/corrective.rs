//! Corrective actions: opened, done, checked, opened again, overdue.

use axum::http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::world::{World, refusal, who};
use crate::fault::RefusalKind;
use crate::mail::rows::outbox;
use crate::objectives::corrective::{self, Step, Typed, state};
use crate::objectives::find;

fn typed(due: &str) -> Typed {
    Typed {
        correction: "Tiếp nhận trực tiếp".to_owned(),
        cause: "Người dân chưa có tài khoản".to_owned(),
        action: "Hướng dẫn tại nhà văn hóa".to_owned(),
        owner: "Văn phòng".to_owned(),
        due: due.to_owned(),
    }
}

#[tokio::test]
async fn an_action_lives_from_its_cause_to_the_check_whether_it_worked() {
    let world = World::new().await;
    let chief = who(&world.app, "ly-duc-hai").await;
    let code = || "O3_online_rate".to_owned();
    let open = |typed| corrective::open(&world.app, &chief, world.decision, code(), typed);
    for (field, wrong) in [
        ("due", typed("cuối năm")),
        (
            "cause",
            Typed {
                cause: String::new(),
                ..typed("30/6/2023")
            },
        ),
        (
            "action",
            Typed {
                action: " ".to_owned(),
                ..typed("30/6/2023")
            },
        ),
        (
            "owner",
            Typed {
                owner: String::new(),
                ..typed("30/6/2023")
            },
        ),
    ] {
        assert_eq!(
            refusal(open(wrong).await),
            (RefusalKind::Invalid, Some(field.to_owned()))
        );
    }
    let stranger = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let outcome = corrective::open(
        &world.app,
        &stranger,
        world.decision,
        code(),
        typed("30/6/2023"),
    )
    .await;
    assert_eq!(refusal(outcome).0, RefusalKind::Forbidden);

    let id = open(typed("30/6/2023")).await.expect("an open action");
    let now = || async {
        corrective::one(world.app.store.reader(), id)
            .await
            .expect("the action")
    };
    let take = |revision, step| corrective::take(&world.app, &chief, id, revision, step);
    let check = |effective| Step::Check {
        effective,
        seen: "Quý III: 66%".to_owned(),
    };
    assert_eq!(
        refusal(take(0, check(true)).await).0,
        RefusalKind::Stale,
        "not done yet"
    );
    assert_eq!(
        refusal(take(0, Step::Done("1/1/2024".to_owned())).await).1,
        Some("done".to_owned()),
        "a day to come"
    );
    take(0, Step::Done("24/3/2023".to_owned()))
        .await
        .expect("done");
    assert_eq!(
        refusal(take(0, check(true)).await).0,
        RefusalKind::Stale,
        "seen before somebody else"
    );
    take(1, check(false)).await.expect("checked");
    assert_eq!(
        (now().await.state.as_str(), now().await.done_on),
        (state::OPEN, None)
    );
    take(2, Step::Change(typed("31/7/2023")))
        .await
        .expect("changed");
    take(3, Step::Done("24/3/2023".to_owned()))
        .await
        .expect("done");
    take(4, check(true)).await.expect("closed");
    let closed = now().await;
    assert_eq!(
        (closed.state.as_str(), closed.effectiveness.as_str()),
        (state::CLOSED, "Quý III: 66%")
    );
    assert_eq!(closed.closed_by, chief.name);

    let page = format!("/van-ban/{}/khac-phuc", world.decision);
    let (status, listed) = world.ask("ly-duc-hai", &page, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(listed.contains("1 đã kết thúc") && listed.contains("Hướng dẫn tại nhà văn hóa"));
    let (status, again) = world
        .ask(
            "ly-duc-hai",
            &page,
            Some("indicator=O3_online_rate&cause=vi+sao&due=x"),
        )
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.contains("vi sao") && again.contains("Ghi biện pháp khắc phục"));
    let outsider = world.key_of(&stranger).await;
    assert_eq!(
        world.ask(&outsider, &page, None).await.0,
        StatusCode::NOT_FOUND
    );
    let one = format!("/khac-phuc/{id}");
    assert_eq!(
        world.ask(&outsider, &one, None).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_overdue_action_reminds_the_office_until_it_is_done_or_has_another_day() {
    let world = World::new().await;
    let chief = who(&world.app, "ly-duc-hai").await;
    let code = "O3_online_rate".to_owned();
    let id = corrective::open(&world.app, &chief, world.decision, code, typed("31/3/2023"))
        .await
        .expect("an open action");
    let mails = || async {
        outbox::Entity::find()
            .filter(outbox::Column::Template.eq("action_overdue"))
            .count(world.app.store.reader())
            .await
            .expect("a count")
    };
    world.until("2023-04-03T07:29:00+07:00").await;
    assert_eq!(mails().await, 0, "Friday was the day");
    let soon = outbox::Entity::find()
        .filter(outbox::Column::Template.eq("action_soon"))
        .all(world.app.store.reader())
        .await
        .expect("mails");
    assert_eq!(soon.len(), 1, "the working day before");
    let on = trinhky_calendar::local(soon[0].created_at).date_naive();
    assert_eq!(on.to_string(), "2023-03-30");
    world.until("2023-04-03T07:31:00+07:00").await;
    assert_eq!(mails().await, 1);
    world.until("2023-04-10T07:31:00+07:00").await;
    assert_eq!(mails().await, 2, "five working days later");
    let words = Typed {
        cause: "Chưa hướng dẫn".to_owned(),
        ..typed("31/3/2023")
    };
    corrective::take(&world.app, &chief, id, 0, Step::Change(words))
        .await
        .expect("other words, the same day");
    world.until("2023-04-14T17:00:00+07:00").await;
    assert_eq!(
        mails().await,
        2,
        "an edit starts no second row of reminders"
    );
    let (_, page) = world
        .ask("ly-duc-hai", &format!("/khac-phuc/{id}"), None)
        .await;
    assert!(page.contains("Quá hạn") && page.contains("Nhắc gần nhất"));
    corrective::take(&world.app, &chief, id, 1, Step::Change(typed("28/4/2023")))
        .await
        .expect("another day");
    world.until("2023-04-28T17:00:00+07:00").await;
    assert_eq!(mails().await, 2, "not before the new day");
    corrective::take(
        &world.app,
        &chief,
        id,
        2,
        Step::Done("28/4/2023".to_owned()),
    )
    .await
    .expect("done");
    world.until("2023-05-20T17:00:00+07:00").await;
    assert_eq!(mails().await, 2);
    let actions = find::corrective_actions(world.app.store.reader(), world.decision)
        .await
        .expect("actions");
    assert_eq!(actions[0].state, state::DONE);
    let check = Step::Check {
        effective: false,
        seen: "Quý II: 55%".to_owned(),
    };
    corrective::take(&world.app, &chief, id, 3, check)
        .await
        .expect("it did not work");
    world.until("2023-05-23T17:00:00+07:00").await;
    assert_eq!(
        mails().await,
        3,
        "open and overdue again, so reminded again"
    );
    // Twenty working days late it is not named any more.
    world.until("2023-12-29T17:00:00+07:00").await;
    let last = mails().await;
    assert!((3..=5).contains(&last), "{last}");
}
