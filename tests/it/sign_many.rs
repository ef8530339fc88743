//! Several documents by one press: each is signed in its own act, one that fails says so and stops none of the others.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit::rows::journal;
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::find;
use trinhky::people::settings::{Security, put_security};
use trinhky::signing::bind::{self, Holder};
use uuid::Uuid;

use super::office;
use super::pages::{Browser, Pairs};
use super::signing::{PASSWORD, chairman_post, key_file, key_of, term, with_openssl};

const PAGE: &str = "/ky-nhieu-van-ban";

/// Documents that wait for the Chairman's signature.
async fn approved(app: &App, count: usize) -> Vec<Uuid> {
    let (chair, _) = office::first(app, "chair").await;
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = office::bring_to_chairman(app, office::DECISION).await;
        let seen = office::seen(app, id).await;
        decide(app, &chair, id, seen, Decision::Approve, String::new())
            .await
            .expect("approved");
        ids.push(id);
    }
    ids
}

async fn state(app: &App, id: Uuid) -> String {
    let found = find::document(app.store.reader(), id).await;
    found.expect("the document").row.state
}

async fn value(app: &App, id: Uuid) -> String {
    format!("{id}:{}", office::seen(app, id).await)
}

/// The form with these documents chosen.
fn chosen(values: &[&str], certificate: &str, pin: &str) -> Pairs {
    let mut pairs: Pairs = values
        .iter()
        .map(|value| ("file".to_owned(), (*value).to_owned()))
        .collect();
    for (name, value) in [("certificate", certificate), ("pin", pin)] {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    pairs
}

/// The office wants a proof of identity that is not older than so many minutes.
async fn asks_again(app: &App, org: Uuid, minutes: i64) {
    let wanted = Security {
        second_factor_roles: Vec::new(),
        step_up_minutes: minutes,
    };
    app.store
        .write((org, wanted, app.clock.now()), |tx, (org, wanted, now)| {
            Box::pin(put_security(tx, *org, wanted, *now))
        })
        .await
        .expect("written");
}

async fn signatures(app: &App, ids: &[Uuid]) -> u64 {
    journal::Entity::find()
        .filter(journal::Column::Act.eq("document.signed"))
        .filter(journal::Column::DocumentId.is_in(ids.to_vec()))
        .count(app.store.reader())
        .await
        .expect("counted")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_changed_stops_none_of_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let ids = approved(&app, 3).await;
    let chair = Browser::of(&app, "chair", true).await;
    let desk = chair.get("/").await.text;
    assert!(
        desk.contains("3 văn bản đang chờ ký") && desk.contains(PAGE),
        "{desk}"
    );
    let page = chair.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    for id in &ids {
        assert!(page.text.contains(&value(&app, *id).await), "{}", page.text);
    }
    assert!(
        !page.text.contains(" checked><label for=\"s-1\""),
        "nothing is chosen for him"
    );

    let nothing = chair.post(PAGE, &chosen(&[], "trial", "")).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("Chọn ít nhất một văn bản"));

    let (first, last) = (value(&app, ids[0]).await, value(&app, ids[2]).await);
    let stale = format!("{}:{}", ids[1], "0".repeat(64));
    let press = chosen(&[&first, &stale, "gì đó", &last], "trial", "");
    let some = chair.post(PAGE, &press).await;
    assert_eq!(some.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(some.text.contains("Đã ký 2 văn bản"), "{}", some.text);
    assert!(
        some.text
            .contains("Nội dung đã thay đổi sau khi trang này mở")
    );
    assert!(some.text.contains("không còn chờ anh/chị ký"));
    assert!(
        some.text.contains(&value(&app, ids[1]).await),
        "it is offered again"
    );
    assert!(!some.text.contains(&first) && !some.text.contains(&last));
    let states = [
        state(&app, ids[0]).await,
        state(&app, ids[1]).await,
        state(&app, ids[2]).await,
    ];
    assert_eq!(states, ["signed", "approved", "signed"]);
    assert_eq!(signatures(&app, &ids).await, 2, "one act for each");

    // The same press once more signs nothing twice; the fresh content is signed.
    let again = chair.post(PAGE, &press).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sentence =
        "Mục tiêu chất lượng năm 2023 của Ủy ban nhân dân huyện Cao Lộc: Bước này đã được xử lý";
    assert!(again.text.contains(sentence), "{}", again.text);
    assert_eq!(signatures(&app, &ids).await, 2);
    let fresh = value(&app, ids[1]).await;
    let stranger = Browser::of(&app, "clerk", true).await;
    assert!(
        stranger
            .get(PAGE)
            .await
            .text
            .contains("Không có văn bản nào chờ anh/chị ký")
    );
    let refused = stranger.post(PAGE, &chosen(&[&fresh], "trial", "")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(state(&app, ids[1]).await, "approved");
    let done = chair.post(PAGE, &chosen(&[&fresh], "trial", "")).await;
    assert_eq!(
        (done.status, done.location.as_str()),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(signatures(&app, &ids).await, 3);
    assert!(!chair.get("/").await.text.contains(PAGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_tried_once_and_one_proof_of_identity_is_enough() {
    if !with_openssl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let ids = approved(&app, 2).await;
    let (_, org) = office::first(&app, "chair").await;
    let (admin, _) = office::first(&app, "admin").await;
    let holder = Holder::Post(chairman_post(&app, org).await);
    let file = key_file("Nguyễn Duy Anh");
    bind::bind_file(&app, &admin, org, (holder, term()), file, PASSWORD)
        .await
        .expect("the Chairman's key is registered");
    let key = key_of(&app, holder).await.to_string();
    let chair = Browser::of(&app, "chair", true).await;
    let values = [value(&app, ids[0]).await, value(&app, ids[1]).await];
    let both = [values[0].as_str(), values[1].as_str()];

    let wrong = chair.post(PAGE, &chosen(&both, &key, "sai")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = wrong.text.matches("href=\"#f-pin\"").count();
    assert_eq!(told, 1, "the second document is not tried: {}", wrong.text);
    assert!(
        wrong.text.matches(" checked><label for=\"s-").count() == 2,
        "they stay chosen"
    );
    assert_eq!(signatures(&app, &ids).await, 0);

    // Long after the sign-in the press asks once who it is, and signs nothing before.
    asks_again(&app, org, 15).await;
    app.clock.advance_to(app.clock.now() + TimeDelta::hours(1));
    let asked = chair.post(PAGE, &chosen(&both, &key, PASSWORD)).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(
        asked.location.starts_with("/xac-thuc?tiep=/luu-tam/"),
        "{}",
        asked.location
    );
    assert_eq!(signatures(&app, &ids).await, 0);
    let chair = Browser::of(&app, "chair", true).await;
    let done = chair.post(PAGE, &chosen(&both, &key, PASSWORD)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(signatures(&app, &ids).await, 2);
}
