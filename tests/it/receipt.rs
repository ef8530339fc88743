//! Acknowledging: many at once, nothing lost or double, and at a flat number of SQL statements.

use std::fmt::Write as _;

use sea_orm::EntityTrait;
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::distribution::receipt::acknowledge;
use trinhky::distribution::rows::delivery;
use trinhky::fault::{Fault, RefusalKind};
use uuid::Uuid;

use super::office;
use super::tools;

/// Most SQL statements inside the act of acknowledging.
const MAX_STATEMENTS: u64 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_clients_on_sqlite_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    clients_at_once(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_clients_on_postgresql_lose_nothing() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &postgres.answer, office::ORGANISATION).await;
    clients_at_once(&app).await;
}

/// Every delivery is pressed by two clients at the same moment: one of the two is told so, both in peace.
async fn clients_at_once(app: &App) {
    let document = office::issue_decision(app, office::DECISION).await;
    let open = office::open_deliveries(app, document).await;
    assert!(open.len() >= 32, "{} deliveries", open.len());
    let mut clients = tokio::task::JoinSet::new();
    for (delivery, clerk) in open.iter().take(32).cloned() {
        for _ in 0..2 {
            let (app, clerk) = (app.clone(), clerk.clone());
            clients.spawn(async move { acknowledge(&app, &clerk, delivery).await });
        }
    }
    let (mut given, mut told) = (0, 0);
    while let Some(answer) = clients.join_next().await {
        match answer.expect("no client panics") {
            Ok(number) => {
                assert_eq!(number, 1, "the unit's first arrival of the year");
                given += 1;
            }
            Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Stale => told += 1,
            Err(other) => panic!("a client got {other:?}"),
        }
    }
    assert_eq!((given, told), (32, 32));
    let rows = delivery::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    assert_eq!(
        rows.iter().filter(|row| row.state == "registered").count(),
        32
    );
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_statements_is_small_and_does_not_grow_with_the_round() {
    let few = statements_of_one(10).await;
    let many = statements_of_one(3_000).await;
    assert_eq!(few, many, "the same for 10 and for 3,000 recipients");
    assert!(many <= MAX_STATEMENTS, "{many} statements");
}

/// SQL statements of one acknowledgement in a round over so many communes.
async fn statements_of_one(communes: usize) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", &large_organisation(communes)).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let rows = delivery::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    assert!(rows.len() >= communes, "{} deliveries", rows.len());
    let open = office::open_deliveries_with_clerk(&app, document).await;
    let (delivery, clerk): &(Uuid, _) = open.first().expect("an open delivery");
    let before = app.store.statements();
    acknowledge(&app, clerk, *delivery)
        .await
        .expect("acknowledged");
    app.store.statements() - before
}

/// The sample organisation with further communes, without people, in the group of communes.
pub fn large_organisation(communes: usize) -> String {
    let mut text = office::ORGANISATION.to_owned();
    let mut members = String::new();
    let mut entries = String::new();
    for n in 0..communes {
        let _ = write!(members, "\"xa-{n}\", ");
        let _ = writeln!(
            entries,
            "  {{ key = \"xa-{n}\", name = \"Ủy ban nhân dân xã Mẫu {n}\", short = \"UBND xã Mẫu {n}\", header = [\"ỦY BAN NHÂN DÂN\", \"XÃ MẪU {n}\"], place = \"Mẫu {n}\", kind = \"commune_committee\", superior = \"cao-loc\", email = \"xa{n}@mau.example\", account = true, valid_from = \"2004-07-01\" }},"
        );
    }
    text = text.replacen(
        "organisation = [\n",
        &format!("organisation = [\n{entries}"),
        1,
    );
    let at = text
        .find("members = [\"thi-tran-dong-dang\"")
        .expect("the group of communes")
        + "members = [".len();
    text.insert_str(at, &members);
    text
}
