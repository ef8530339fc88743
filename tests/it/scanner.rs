//! A mail scanner opens every link of every mail of the demo's year: with GET, with HEAD, and with a browser that runs
//! scripts and presses nothing. The database stays as it is, the access log aside.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky::app::App;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::rows::delivery;
use trinhky::ids::Ids;
use trinhky::mail::rows::outbox;

use super::browser::serve;
use super::chromium::{Driver, Scripts};
use super::tools;
use super::visitor::without_session;

/// Prints all rows of all tables but the access log. What the index of words holds lies in tables of its own.
const DUMP: &str = r#"
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for name, made in database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
    if name not in ("access_log", "sqlite_sequence") and not made.startswith("CREATE VIRTUAL"):
        for row in database.execute(f'SELECT * FROM "{name}"'):
            print(name, row)
"#;

fn dump(python: &Path, database: &Path) -> BTreeSet<String> {
    let output = Command::new(python)
        .args(["-c", DUMP])
        .arg(database)
        .output()
        .expect("Python runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The paths of all links in all mails, each once.
async fn links(app: &App) -> Vec<String> {
    let base = format!("{}/", app.config.base_url());
    let mails = outbox::Entity::find()
        .all(app.store.reader())
        .await
        .expect("the outbox");
    assert!(mails.len() > 200, "a year has more than {}", mails.len());
    let found: BTreeSet<String> = mails
        .iter()
        .flat_map(|mail| [&mail.body_text, &mail.body_html])
        .flat_map(|body| body.split(['"', ' ', '\n', '<', '>']))
        .filter_map(|word| word.strip_prefix(base.as_str()))
        .map(|path| format!("/{}", path.replace("&amp;", "&")))
        .collect();
    found.into_iter().collect()
}

/// Where bodies without an account would find what was accepted; of bodies with one no mail links there.
async fn accepted(app: &App) -> BTreeSet<String> {
    let rows = delivery::Entity::find()
        .filter(delivery::Column::State.eq("registered"))
        .all(app.store.reader())
        .await
        .expect("deliveries");
    rows.iter()
        .map(|row| format!("/tiep-nhan/{}/ma", row.id))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_scanner_changes_nothing() {
    let Some(python) = tools::python() else {
        return;
    };
    let Some(driver) = Driver::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let played = Command::new(env!("CARGO_BIN_EXE_trinhky"))
        .current_dir(tools::root())
        .args(["demo", "--play-only", "--data"])
        .arg(&data)
        .output()
        .expect("the program runs");
    assert!(played.status.success());
    let config = Config {
        data,
        ..Config::default()
    };
    let database = config.database_file();
    let clock = Clock::fake("2024-01-31T02:00:00Z".parse().expect("an instant"));
    let app = App::open(config, clock, Ids::seeded(9))
        .await
        .expect("opened");
    let links = links(&app).await;
    let before = dump(&python, &database);

    let accepted = accepted(&app).await;
    assert!(
        links.iter().any(|link| accepted.contains(link)),
        "a body without an account accepted what was sent to it"
    );
    for link in &links {
        for method in ["GET", "HEAD"] {
            let (status, text) = without_session(&app, method, link).await;
            // A page, the way to the sign-in, or "this link is over": never a fault, never an act.
            assert!(
                [StatusCode::OK, StatusCode::SEE_OTHER, StatusCode::NOT_FOUND].contains(&status),
                "{method} {link}: {status}"
            );
            if method == "GET" && accepted.contains(link) {
                assert!(
                    text.contains("Đã tiếp nhận, số đến"),
                    "a used link shows the state: {link}"
                );
            }
        }
    }
    assert_same(&before, &dump(&python, &database), "GET and HEAD");

    let address = serve(&app).await;
    let browser = driver.open(360, 740, Scripts::On).await;
    for link in &links {
        browser
            .goto(&format!("{address}{link}"))
            .await
            .expect("a page");
    }
    assert_same(&before, &dump(&python, &database), "a browser");
    browser.close().await.expect("closed");
}

fn assert_same(before: &BTreeSet<String>, after: &BTreeSet<String>, who: &str) {
    let changed: Vec<&String> = after.symmetric_difference(before).collect();
    assert!(changed.is_empty(), "{who} changed {changed:?}");
}
