//! A database of an earlier version, with an office's work in it, is brought up to date: nothing is lost, the office goes on.

use std::collections::BTreeMap;
use std::path::Path;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait as _;
use trinhky::app::App;
use trinhky::audit::{evidence, invariants};
use trinhky::distribution::receipt;
use trinhky::documents::listing::Listing;
use trinhky::files::digest;
use trinhky::people::second_factor;
use trinhky::secrets::SEALED;
use trinhky_migrations::Migrator;

use super::office;

#[tokio::test(flavor = "multi_thread")]
async fn an_office_goes_on_after_an_upgrade_from_any_earlier_version() {
    let written = tempfile::tempdir().expect("a folder");
    let app = office::open(written.path(), "", office::ORGANISATION).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    drop(app);
    for version in 1..Migrator::migrations().len() {
        let name = Migrator::migrations()[version - 1].name().to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        let old = folder.path().join("trinhky.db");
        let before = as_of(&old, version, &written.path().join("trinhky.db")).await;
        assert!(
            before["journal"] > 0 && before["delivery"] > 0,
            "{before:?}"
        );

        let app = office::upgraded(folder.path()).await;
        if before.contains_key("second_factor") {
            secrets_are_sealed_and_still_open(&app, &name).await;
        }
        let breaches = invariants::check(app.store.reader())
            .await
            .expect("checked");
        assert!(breaches.is_empty(), "from {name}: {breaches:?}");
        let after = counts(app.store.reader()).await;
        for (table, rows) in &before {
            assert!(
                after[table] >= *rows,
                "from {name}: {table} had {rows} rows"
            );
        }
        let lines = evidence::lines(app.store.reader(), document).await;
        let lines = lines.expect("the evidence");
        let pieced = lines
            .iter()
            .filter(|line| line.contains("\"reconstructed\":true"));
        let pieced = pieced.count();
        // All but the first line, which says what it is about.
        let expected = if is_before(version, "m0023_evidence_at_event") {
            lines.len() - 1
        } else {
            0
        };
        assert_eq!(pieced, expected, "from {name}");
        assert!(lines.len() > 20, "from {name}: {} lines", lines.len());
        let (drafter, _) = office::first(&app, "drafter").await;
        for words in ["chất lượng", "05/QĐ-UBND"] {
            let found = Listing::of(app.store.reader(), &drafter, words)
                .await
                .expect("asked")
                .counts(app.store.reader())
                .await
                .expect("counted");
            let found = found.is_some_and(|counts| !counts.is_empty());
            assert!(found, "from {name}: {words}");
        }
        let (delivery, clerk) = office::open_deliveries(&app, document).await.remove(0);
        receipt::acknowledge(&app, &clerk, delivery)
            .await
            .unwrap_or_else(|fault| panic!("from {name}: {fault:?}"));
    }
}

/// The secret of a telephone and a recovery code, as versions stored them that had no key.
const OF_A_TELEPHONE: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RECOVERY: &str = "ABCDEFGHJK";
const AT: &str = "2023-03-01T08:00:00+00:00";

async fn secrets_are_sealed_and_still_open(app: &App, from: &str) {
    let (drafter, _) = office::first(app, "drafter").await;
    let person = drafter.person_id.expect("a person");
    let row = second_factor::row(app.store.reader(), person)
        .await
        .expect("read")
        .expect("set up before the upgrade");
    assert!(
        row.secret.starts_with(SEALED),
        "from {from}: {}",
        row.secret
    );
    let hashes = words(
        app.store.reader(),
        "SELECT code_hash AS word FROM recovery_code UNION ALL \
         SELECT code_hash FROM delivery WHERE code_hash IS NOT NULL",
    )
    .await;
    assert!(hashes.len() > 1, "from {from}");
    for hash in hashes {
        assert!(hash.starts_with(SEALED), "from {from}: {hash}");
    }
    let shown = second_factor::code_at(OF_A_TELEPHONE, app.clock.now()).expect("a code");
    for (typed, good) in [
        (shown.as_str(), true),
        (&shown, false),
        ("abcdefghjk", true),
        (RECOVERY, false),
        ("999999", false),
    ] {
        let input = (app.clone(), person, typed.to_owned());
        let taken = app.store.write(input, |tx, (app, person, typed)| {
            Box::pin(second_factor::take_code(
                tx,
                app,
                *person,
                typed,
                app.clock.now(),
            ))
        });
        assert_eq!(taken.await.expect("tried"), good, "from {from}: {typed}");
    }
}

/// Makes a database of a version and puts into it what that version could hold of a newer one; the rows of each table.
async fn as_of(old: &Path, version: usize, newer: &Path) -> BTreeMap<String, i64> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", old.display()));
    // What is attached, is attached to one connection.
    options.max_connections(1);
    let db = Database::connect(options).await.expect("connected");
    let steps = u32::try_from(version).expect("a few");
    Migrator::up(&db, Some(steps)).await.expect("made");
    for sql in [
        "PRAGMA foreign_keys = OFF".to_owned(),
        format!("ATTACH DATABASE '{}' AS newer", newer.display()),
    ] {
        db.execute_unprepared(&sql).await.expect("attached");
    }
    for table in tables(&db).await {
        let columns = words(
            &db,
            &format!(
                "SELECT old.name AS word FROM pragma_table_info('{table}', 'main') old \
                 JOIN pragma_table_info('{table}', 'newer') new ON new.name = old.name ORDER BY old.cid"
            ),
        )
        .await
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ");
        db.execute_unprepared(&format!("DELETE FROM main.{table}"))
            .await
            .expect("emptied");
        db.execute_unprepared(&format!(
            "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}"
        ))
        .await
        .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    if is_before(version, "m0023_evidence_at_event") {
        // Evidence was told afterwards then, and the journal did not speak of it.
        for table in tables(&db).await {
            let sql = match table.as_str() {
                "evidence_line" => "DELETE FROM main.evidence_line",
                "journal" => {
                    "UPDATE main.journal SET data = 'null' WHERE data LIKE '%\"evidence\":%'"
                }
                _ => continue,
            };
            db.execute_unprepared(sql).await.expect("as it was");
        }
    }
    // The words of a document as they were written until they were indexed.
    if is_before(version, "m0021_words") {
        let sql = "UPDATE main.document SET folded = 'quyet dinh 05/qd-ubnd ve chat luong'";
        db.execute_unprepared(sql).await.expect("as it was");
    }
    // No version until now had a key.
    if tables(&db).await.contains(&"second_factor".to_owned()) {
        let drafter = "FROM main.post WHERE role = 'drafter' ORDER BY id LIMIT 1";
        let plain = digest(RECOVERY.as_bytes());
        for sql in [
            "DELETE FROM main.installation WHERE name = 'secrets_key'".to_owned(),
            format!(
                "INSERT INTO main.second_factor (person_id, secret, last_step, created_at, confirmed_at) \
                 SELECT person_id, '{OF_A_TELEPHONE}', 0, '{AT}', '{AT}' {drafter}"
            ),
            format!(
                "INSERT INTO main.recovery_code (person_id, code_hash) SELECT person_id, '{plain}' {drafter}"
            ),
            format!(
                "UPDATE main.delivery SET code_hash = '{plain}' WHERE id IN (SELECT id FROM main.delivery LIMIT 1)"
            ),
        ] {
            db.execute_unprepared(&sql).await.expect("as it was");
        }
    }
    let counted = counts(&db).await;
    db.close().await.expect("closed");
    counted
}

fn is_before(version: usize, name: &str) -> bool {
    !Migrator::migrations()[..version]
        .iter()
        .any(|migration| migration.name() == name)
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    words(
        db,
        "SELECT name AS word FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' \
         AND name <> 'seaql_migrations' ORDER BY name",
    )
    .await
}

async fn counts(db: &DatabaseConnection) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for table in tables(db).await {
        let sql = format!("SELECT COUNT(*) AS n FROM main.{table}");
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
            .await
            .expect("counted")
            .expect("a row");
        counts.insert(table, row.try_get("", "n").expect("a number"));
    }
    counts
}

async fn words(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("read")
        .iter()
        .map(|row| row.try_get("", "word").expect("a word"))
        .collect()
}
