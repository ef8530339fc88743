//! Deadlines in a calendar programme: the private link, what it shows, and how it ends.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use trinhky::app::App;
use trinhky::distribution::receipt;
use trinhky::people::rows::post;

use super::office;
use super::pages::{Browser, Pairs};
use super::visitor::without_session;

/// What a calendar programme gets, which has no session.
async fn fetched(app: &App, path: &str) -> (StatusCode, String) {
    let (status, text) = without_session(app, "GET", path).await;
    (status, text.replace("\r\n ", ""))
}

fn pairs(fields: &[(&str, &str)]) -> Pairs {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Makes a link and returns its path.
async fn made(browser: &Browser, whose: &str) -> String {
    let answer = browser
        .post("/toi/lich", &pairs(&[("do", "make"), ("whose", whose)]))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let (_, rest) = answer.text.split_once("/lich/").expect("the link is shown");
    let secret: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    assert!(secret.len() >= 32, "{secret}");
    format!("/lich/{secret}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_calendar_follows_the_work_and_ends_with_its_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let (delivery, clerk) = office::open_deliveries_with_clerk(&app, document)
        .await
        .remove(0);
    let unit = receipt::delivered(app.store.reader(), delivery)
        .await
        .expect("the delivery")
        .unit_id;
    let browser = Browser::with(&app, clerk.person_id.expect("a person")).await;

    let own = made(&browser, "me").await;
    let units = made(&browser, &unit.to_string()).await;
    let page = browser.get("/toi/lich").await;
    assert!(
        !page.text.contains(&own),
        "the link is shown once, when it is made"
    );
    for path in [&own, &units, &format!("{own}.ics")] {
        let (status, text) = fetched(&app, path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            text.contains("05/QĐ-UBND") && text.contains(&format!("/tiep-nhan/{delivery}")),
            "{text}"
        );
    }

    // What is done is gone.
    receipt::acknowledge(&app, &clerk, delivery)
        .await
        .expect("received");
    for path in [&own, &units] {
        let (_, text) = fetched(&app, path).await;
        assert!(!text.contains(&delivery.to_string()), "{text}");
    }

    // Another unit's calendar is refused, and the page says why.
    let (_, foreign) = office::first(&app, "chair").await;
    let refused = browser
        .post(
            "/toi/lich",
            &pairs(&[("do", "make"), ("whose", &foreign.to_string())]),
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("đơn vị mình"));

    // Who leaves the unit has its calendar no more; the own one stays.
    let held = post::Entity::find()
        .filter(post::Column::PersonId.eq(clerk.person_id))
        .filter(post::Column::UnitId.eq(unit))
        .all(app.store.reader())
        .await
        .expect("posts");
    let yesterday = app.today() - TimeDelta::days(1);
    for row in held {
        let mut row: post::ActiveModel = row.into();
        row.valid_to = Set(Some(yesterday));
        row.update(app.store.reader()).await.expect("left");
    }
    assert_eq!(fetched(&app, &units).await.0, StatusCode::NOT_FOUND);
    assert_eq!(fetched(&app, &own).await.0, StatusCode::OK);

    // A link that is taken back stops at once.
    for feed in page.text.match_indices("name=\"feed\"").map(|(at, _)| at) {
        let value = page.text[feed..].split("value=\"").nth(1);
        let id = value
            .and_then(|rest| rest.split('"').next())
            .expect("its id");
        let answer = browser
            .post("/toi/lich", &pairs(&[("do", "take_back"), ("feed", id)]))
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(fetched(&app, &own).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        fetched(&app, "/lich/nothing").await.0,
        StatusCode::NOT_FOUND
    );
}
