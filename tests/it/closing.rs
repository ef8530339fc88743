//! Units and people who never answer: reminders end, a person ends the wait, the missing are named, the workflow goes on.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::audit::{self, rows::journal};
use trinhky::distribution::receipt;
use trinhky::distribution::rows::{delivery, round_missing};
use trinhky::flow::rows::{flow_scope, flow_task};
use uuid::Uuid;

use super::extension::go_on_to;
use super::pages::Browser;
use super::{office, tools};

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

async fn open(app: &App, document: Uuid, element: &str) -> u64 {
    flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(document))
        .filter(flow_task::Column::Element.eq(element))
        .count(app.store.reader())
        .await
        .expect("read")
}

async fn rounds(app: &App, element: &str) -> u64 {
    flow_scope::Entity::find()
        .filter(flow_scope::Column::Element.eq(element))
        .count(app.store.reader())
        .await
        .expect("read")
}

async fn the_wait_is_ended(app: &App) {
    let document = office::issue_decision(app, office::DECISION).await;
    let mut deliveries = office::open_deliveries_with_clerk(app, document).await;
    let (late, late_clerk) = deliveries.pop().expect("a delivery");
    let here = format!("/van-ban/{document}/khep-vong");
    let tracking = format!("/van-ban/{document}/theo-doi");
    let reason = vec![("reason".to_owned(), "Đã nhắc đủ ba lần".to_owned())];
    let chief = Browser::of(app, "office_chief", true).await;

    // While reminders still go out nobody ends anything.
    assert!(!chief.get(&tracking).await.text.contains(&here));
    let early = chief.post(&here, &reason).await;
    assert_eq!(early.status, StatusCode::CONFLICT);

    // A week and more later the ladder has ended and receipts are open still.
    go_on_to(app, at("2023-04-10T02:00:00Z")).await;
    let chief = Browser::of(app, "office_chief", true).await;
    let clerk = Browser::of(app, "office_clerk", true).await;
    let missing = open(app, document, "acknowledge").await + open(app, document, "attest").await;
    assert!(missing > 2, "{missing}");
    assert!(chief.get(&tracking).await.text.contains(&here));
    let denied = clerk.post(&here, &reason).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let bare = chief
        .post(&here, &vec![("reason".to_owned(), " ".to_owned())])
        .await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(rounds(app, "receipt").await > 0);
    let closed = chief.post(&here, &reason).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);

    // The rounds are over, everybody missing is named, in the journal too; the answers are still missing.
    assert_eq!(open(app, document, "acknowledge").await, 0);
    assert_eq!(open(app, document, "attest").await, 0);
    assert_eq!(rounds(app, "receipt").await, 0, "the workflow goes on");
    let named = round_missing::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    assert_eq!(u64::try_from(named.len()).expect("few"), missing);
    assert!(named.iter().all(|row| !row.name.is_empty()));
    let act = journal::Entity::find()
        .filter(journal::Column::Act.eq("round.closed"))
        .order_by_desc(journal::Column::Id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the act");
    assert!(named.iter().all(|row| act.summary.contains(&row.name)));
    assert!(act.summary.contains("Đã nhắc đủ ba lần"));
    let page = chief.get(&here).await;
    assert!(page.text.contains(&named[0].name));
    let row = delivery::Entity::find_by_id(late)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the delivery");
    assert_eq!(row.state, "delivered");
    assert_eq!(
        chief.post(&here, &reason).await.status,
        StatusCode::CONFLICT
    );

    // Who comes late is still let in, with an arrival number.
    receipt::acknowledge(app, &late_clerk, late)
        .await
        .expect("received late");
    // Reports that do not come are waited for until ten working days after they were due, and then ended the same way.
    go_on_to(app, at("2023-06-28T02:00:00Z")).await;
    let chief = Browser::of(app, "office_chief", true).await;
    let early = chief.post(&here, &reason).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text);
    go_on_to(app, at("2023-07-05T02:00:00Z")).await;
    let chief = Browser::of(app, "office_chief", true).await;
    let reports = open(app, document, "fill_report").await;
    assert!(reports > 10, "{reports}");
    let closed = chief.post(&here, &reason).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    assert_eq!(open(app, document, "fill_report").await, 0);
    assert_eq!(
        open(app, document, "consolidate").await,
        1,
        "the Office adds up what has come"
    );
    let breaches = audit::invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_never_comes_holds_up_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    the_wait_is_ended(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_it_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    the_wait_is_ended(&app).await;
}
