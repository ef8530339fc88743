//! Every legal act fails at each of its writes in turn: each time it says so and leaves everything as it was, and then it
//! goes through as if nothing had been.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, Value};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::receipt::{acknowledge, refuse};
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::review::{Check, check, submit};
use trinhky::documents::{draft, find, issue};
use trinhky::fault::Outcome;
use trinhky::ids::Ids;
use trinhky::worker;
use uuid::Uuid;

use super::office;

/// A legal act on the document, as its person does it.
type Step = for<'a> fn(&'a App, Uuid) -> BoxFuture<'a, Outcome<()>>;

/// The acts from the draft to the receipt, in their order.
const STEPS: [(&str, Step); 14] = [
    ("submit", |app, id| {
        Box::pin(async move {
            let (drafter, _) = office::first(app, "drafter").await;
            let seen = office::seen(app, id).await;
            submit(app, &drafter, id, seen, Vec::new(), 1)
                .await
                .map(|_| ())
        })
    }),
    ("check the content", |app, id| {
        Box::pin(async move {
            let (chief, _) = office::first(app, "office_chief").await;
            let seen = office::seen(app, id).await;
            check(app, &chief, id, seen, Check::Content, true, String::new()).await
        })
    }),
    ("check the form", |app, id| {
        Box::pin(async move {
            let (checker, _) = office::first(app, "form_checker").await;
            let seen = office::seen(app, id).await;
            check(app, &checker, id, seen, Check::Form, true, String::new()).await
        })
    }),
    ("sign the proposal", |app, id| {
        Box::pin(async move {
            let (chief, _) = office::first(app, "office_chief").await;
            let proposal = proposal(app, id).await;
            let seen = office::seen(app, proposal).await;
            issue::sign(app, &chief, proposal, seen).await
        })
    }),
    ("number the proposal", |app, id| {
        Box::pin(async move {
            let (clerk, _) = office::first(app, "office_clerk").await;
            let proposal = proposal(app, id).await;
            issue::assign_number(app, &clerk, proposal, app.today())
                .await
                .map(|_| ())
        })
    }),
    ("seal the proposal", |app, id| {
        Box::pin(async move {
            let (clerk, _) = office::first(app, "office_clerk").await;
            issue::seal(app, &clerk, proposal(app, id).await).await
        })
    }),
    ("approve", |app, id| {
        Box::pin(async move {
            let (chair, _) = office::first(app, "chair").await;
            let seen = office::seen(app, id).await;
            decide(app, &chair, id, seen, Decision::Approve, String::new()).await
        })
    }),
    ("sign", |app, id| {
        Box::pin(async move {
            let (chair, _) = office::first(app, "chair").await;
            let seen = office::seen(app, id).await;
            issue::sign(app, &chair, id, seen).await
        })
    }),
    ("number", |app, id| {
        Box::pin(async move {
            let clerk = clerk(app).await;
            issue::assign_number(app, &clerk, id, app.today())
                .await
                .map(|_| ())
        })
    }),
    ("seal", |app, id| {
        Box::pin(async move { issue::seal(app, &clerk(app).await, id).await })
    }),
    ("issue", |app, id| {
        Box::pin(async move { issue::issue(app, &clerk(app).await, id).await })
    }),
    ("acknowledge", |app, id| {
        Box::pin(async move {
            let open = office::open_deliveries(app, id).await;
            acknowledge(app, &open[0].1, open[0].0).await.map(|_| ())
        })
    }),
    ("acknowledge once more", |app, id| {
        Box::pin(async move {
            let open = office::open_deliveries(app, id).await;
            acknowledge(app, &open[0].1, open[0].0).await.map(|_| ())
        })
    }),
    ("refuse", |app, id| {
        Box::pin(async move {
            let open = office::open_deliveries(app, id).await;
            refuse(app, &open[0].1, open[0].0, "Nhầm nơi nhận".to_owned()).await
        })
    }),
];

async fn clerk(app: &App) -> trinhky::people::Actor {
    let (_, org) = office::first(app, "chair").await;
    office::agency_clerk(app, org).await
}

async fn proposal(app: &App, id: Uuid) -> Uuid {
    let found = find::proposal_of(app.store.reader(), id).await;
    found.expect("read").expect("a proposal").row.id
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_of_every_legal_act_may_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let app = office::open(&data, "", office::ORGANISATION).await;
    let (drafter, office_unit) = office::first(&app, "drafter").await;
    let bytes = office::DECISION.as_bytes();
    let id = draft::import(&app, &drafter, office_unit, "decision.md", bytes)
        .await
        .expect("imported");
    let database = connect(&data.join("trinhky.db")).await;
    let mut failures = 0;
    for (n, (name, step)) in STEPS.iter().enumerate() {
        let touched = writes_of(&app, &data, &folder.path().join(n.to_string()), id, *step).await;
        assert!(
            touched.contains(&("journal".to_owned(), "INSERT")),
            "{name}"
        );
        let before = rows(&database).await;
        for (table, act) in &touched {
            let trigger = format!(
                "CREATE TRIGGER fault BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'a fault'); END"
            );
            database
                .execute_unprepared(&trigger)
                .await
                .expect("a trigger");
            let failed = step(&app, id).await;
            assert!(
                failed.is_err(),
                "{name} succeeded without its {act} of {table}"
            );
            database
                .execute_unprepared("DROP TRIGGER fault")
                .await
                .expect("no trigger");
            let after = rows(&database).await;
            for (table, rows) in &before {
                assert_eq!(
                    Some(rows),
                    after.get(table),
                    "{name}: {table} after a fault at {act}"
                );
            }
            failures += 1;
        }
        step(&app, id)
            .await
            .unwrap_or_else(|error| panic!("{name} after its faults: {error:?}"));
        worker::run_until_idle(&app).await.expect("worked");
        let breaches = invariants::check(app.store.reader())
            .await
            .expect("checked");
        assert!(breaches.is_empty(), "{name}: {breaches:?}");
    }
    assert!(failures >= 60, "{failures} faults were tried");
}

/// What the act writes, found by doing it once in a copy of the installation.
async fn writes_of(
    app: &App,
    data: &Path,
    copy: &Path,
    id: Uuid,
    step: Step,
) -> BTreeSet<(String, &'static str)> {
    fs::create_dir_all(copy).expect("made");
    for part in ["files", "keys"] {
        copy_folder(&data.join(part), &copy.join(part));
    }
    let file = copy.join("trinhky.db");
    let db = app.store.reader();
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        "VACUUM INTO $1",
        [file.to_str().expect("a path").into()],
    ))
    .await
    .expect("copied");
    let watched = connect(&file).await;
    watched
        .execute_unprepared("CREATE TABLE touched (tab text, act text)")
        .await
        .expect("a table");
    const ACTS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];
    for table in tables(&watched).await {
        for act in ACTS.iter().filter(|_| table != "touched") {
            let trigger = format!(
                "CREATE TRIGGER watch_{table}_{act} AFTER {act} ON {table} BEGIN INSERT INTO touched VALUES ('{table}', '{act}'); END"
            );
            watched
                .execute_unprepared(&trigger)
                .await
                .expect("a trigger");
        }
    }
    let config = Config {
        data: copy.to_owned(),
        ..Config::default()
    };
    let clock = Clock::fake(app.clock.now());
    let other = App::open(config, clock, Ids::seeded(77))
        .await
        .expect("opened");
    step(&other, id)
        .await
        .expect("the act goes through in the copy");
    let found = watched
        .query_all_raw(Statement::from_string(
            watched.get_database_backend(),
            "SELECT DISTINCT tab, act FROM touched",
        ))
        .await
        .expect("read");
    found
        .iter()
        .map(|row| {
            let act: String = row.try_get_by_index(1).expect("an act");
            let act = ACTS.iter().find(|known| **known == act).expect("known");
            (row.try_get_by_index(0).expect("a table"), *act)
        })
        .collect()
}

async fn connect(file: &Path) -> DatabaseConnection {
    let url = format!("sqlite://{}", file.display());
    Database::connect(url).await.expect("connected")
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    // An index of words is kept by triggers of our tables; triggers of its own it cannot have.
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("read")
        .iter()
        .map(|row| row.try_get_by_index(0).expect("a name"))
        .collect()
}

/// All rows of all tables, as text. A stored file may be recorded before the act that names it: it is the same whoever names it.
async fn rows(db: &DatabaseConnection) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for table in tables(db).await {
        let columns = db
            .query_all_raw(Statement::from_sql_and_values(
                db.get_database_backend(),
                "SELECT name FROM pragma_table_info($1)",
                [Value::from(table.as_str())],
            ))
            .await
            .expect("read");
        let joined = columns
            .iter()
            .map(|row| {
                let name: String = row.try_get_by_index(0).expect("a name");
                format!("quote(\"{name}\")")
            })
            .collect::<Vec<_>>()
            .join(" || ',' || ");
        let found = db
            .query_all_raw(Statement::from_string(
                db.get_database_backend(),
                format!("SELECT {joined} FROM \"{table}\" ORDER BY 1"),
            ))
            .await
            .expect("read");
        let found = found
            .iter()
            .map(|row| row.try_get_by_index(0).expect("a row"))
            .collect();
        all.insert(table, found);
    }
    all
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    let Ok(entries) = fs::read_dir(from) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}
