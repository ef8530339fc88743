//! The trail: whatever somebody with every right in the database does to what is under a checkpoint, it is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, EntityTrait,
    QueryOrder, TransactionTrait,
};
use trinhky::app::App;
use trinhky::audit::rows::journal;
use trinhky::audit::trail::check::{Findings, check};
use trinhky::audit::trail::note::{TrailKey, Verifier};
use trinhky::audit::trail::{self, outside, proof};
use trinhky::distribution::receipt::acknowledge;

use super::office;
use super::tools;

/// An office with a decision under two checkpoints, and an act after them.
struct Trail {
    _folder: tempfile::TempDir,
    app: App,
    verifier: Verifier,
}

impl Trail {
    async fn lay(database: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = office::open(folder.path(), database, office::ORGANISATION).await;
        trail::checkpoint(&app).await.expect("an early checkpoint");
        let document = office::issue_decision(&app, office::DECISION).await;
        trail::checkpoint(&app).await.expect("a checkpoint");
        let deliveries = office::open_deliveries(&app, document).await;
        for (n, (delivery, clerk)) in deliveries.iter().take(9).enumerate() {
            if n == 4 || n == 8 {
                let later = app.clock.now() + TimeDelta::hours(1);
                app.clock.advance_to(later);
            }
            if n == 8 {
                trail::checkpoint(&app).await.expect("a checkpoint");
            }
            acknowledge(&app, clerk, *delivery)
                .await
                .expect("acknowledged");
        }
        let key = TrailKey::read(folder.path()).expect("read").expect("a key");
        Self {
            verifier: key.verifier(),
            _folder: folder,
            app,
        }
    }

    fn db(&self) -> &DatabaseConnection {
        self.app.store.reader()
    }

    async fn check(&self, db: &impl ConnectionTrait) -> Findings {
        check(db, &trail::folder(&self.app.config), &self.verifier)
            .await
            .expect("the trail is checked")
    }

    async fn rows(&self) -> Vec<journal::Model> {
        journal::Entity::find()
            .order_by_asc(journal::Column::Id)
            .all(self.db())
            .await
            .expect("read")
    }

    /// What is found after these statements, which are then taken back; none where the database refuses them.
    async fn after(&self, statements: &[String]) -> Option<Vec<String>> {
        let tx: DatabaseTransaction = self.db().begin().await.expect("a transaction");
        for statement in statements {
            if tx.execute_unprepared(statement).await.is_err() {
                tx.rollback().await.expect("taken back");
                return None;
            }
        }
        let found = self.check(&tx).await.breaches;
        tx.rollback().await.expect("taken back");
        Some(found)
    }
}

/// Values that somebody could put in the place of a column's own.
fn others(backend: DatabaseBackend, column: &str) -> Vec<String> {
    let text = |column: &str| {
        vec![
            format!("{column} || 'x'"),
            format!("'x' || {column}"),
            "''".to_owned(),
        ]
    };
    let mut values = match (column, backend) {
        ("id", _) => vec!["id + 1000000".to_owned()],
        ("at", DatabaseBackend::Sqlite) => vec![
            "replace(at, '+00:00', 'Z')".to_owned(),
            "'2023-03-20T01:00:00.000000001+00:00'".to_owned(),
            "'không rõ'".to_owned(),
        ],
        ("at", _) => vec![
            "at + interval '1 microsecond'".to_owned(),
            "'infinity'".to_owned(),
            "at - interval '3000 years'".to_owned(),
        ],
        ("org_id" | "actor_id" | "document_id" | "instance_id" | "unit_id", backend) => {
            let other = match backend {
                DatabaseBackend::Sqlite => "X'0186fb2c5d8070008000000000000abc'",
                _ => "'0186fb2c-5d80-7000-8000-000000000abc'",
            };
            vec![other.to_owned(), "NULL".to_owned()]
        }
        _ => text(column),
    };
    if backend == DatabaseBackend::Sqlite && column != "id" {
        // SQLite stores what it is given, also what the column cannot hold.
        values
            .extend(["X'ff00ff'", "5", "CAST(X'c3' AS text)", "hex(actor_id)"].map(str::to_owned));
    }
    values
}

const COLUMNS: [&str; 13] = [
    "id",
    "org_id",
    "at",
    "act",
    "actor_id",
    "actor_name",
    "capacity",
    "document_id",
    "instance_id",
    "unit_id",
    "summary",
    "data",
    "events",
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_the_journal_in_sqlite_is_found() {
    whatever_is_done_is_found(&Trail::lay("").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_the_journal_in_postgresql_is_found() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    whatever_is_done_is_found(&Trail::lay(&postgres.answer).await).await;
}

async fn whatever_is_done_is_found(trail: &Trail) {
    let untouched = trail.check(trail.db()).await;
    assert_eq!(untouched.breaches, Vec::<String>::new());
    assert_eq!(untouched.uncovered, 1, "the act after the last checkpoint");
    let backend = trail.app.store.backend();
    let rows = trail.rows().await;
    let covered = &rows[..rows.len() - 1];

    // One row of each act, and in it every column with every other value.
    let one_of_each: BTreeMap<&str, &journal::Model> =
        covered.iter().map(|row| (row.act.as_str(), row)).collect();
    assert!(one_of_each.len() > 10, "{:?}", one_of_each.keys());
    let mut misdeeds: Vec<Vec<String>> = Vec::new();
    for row in one_of_each.values() {
        for column in COLUMNS {
            for other in others(backend, column) {
                let differs = match backend {
                    DatabaseBackend::Sqlite => "IS NOT",
                    _ => "IS DISTINCT FROM",
                };
                let mut misdeed = vec![format!(
                    "UPDATE journal SET {column} = {other} WHERE id = {} AND {column} {differs} {other}",
                    row.id
                )];
                if column == "id" && backend == DatabaseBackend::Postgres {
                    misdeed.insert(0, "ALTER TABLE journal ALTER id DROP IDENTITY".to_owned());
                }
                misdeeds.push(misdeed);
            }
        }
        misdeeds.push(vec![format!("DELETE FROM journal WHERE id = {}", row.id)]);
        misdeeds.push(vec![
            format!("DELETE FROM journal WHERE id = {}", row.id),
            format!("DELETE FROM trail_leaf WHERE journal_id = {}", row.id),
        ]);
        misdeeds.push(vec![copy_of(row.id)]);
    }
    misdeeds.extend(of_the_whole(covered));
    let (mut done, mut missed) = (0, String::new());
    for misdeed in &misdeeds {
        let changed = changes(trail, misdeed).await;
        if !changed {
            continue;
        }
        done += 1;
        let found = trail.after(misdeed).await.unwrap_or_default();
        if found.is_empty() {
            let _ = writeln!(missed, "{misdeed:?}");
        }
    }
    assert!(done > 300, "{done} misdeeds could be done");
    assert_eq!(missed, "", "not found, of {done}");
}

/// A row like another, put in later.
fn copy_of(id: i64) -> String {
    let columns = COLUMNS[1..].join(", ");
    format!("INSERT INTO journal ({columns}) SELECT {columns} FROM journal WHERE id = {id}")
}

/// Cuts, exchanges, and what is done to the trees themselves.
fn of_the_whole(covered: &[journal::Model]) -> Vec<Vec<String>> {
    let mut misdeeds = Vec::new();
    let last = covered.last().expect("rows").id;
    for cut in [last, last - 3, covered[0].id] {
        // The newest row of all has a higher number; it goes with the others.
        misdeeds.push(vec![format!("DELETE FROM journal WHERE id >= {cut}")]);
        misdeeds.push(vec![
            format!("DELETE FROM journal WHERE id >= {cut}"),
            format!("DELETE FROM trail_leaf WHERE journal_id >= {cut}"),
        ]);
        misdeeds.push(vec![
            format!("DELETE FROM journal WHERE id >= {cut}"),
            format!("DELETE FROM trail_leaf WHERE journal_id >= {cut}"),
            "DELETE FROM trail_checkpoint".to_owned(),
        ]);
    }
    misdeeds.push(vec![
        "DELETE FROM trail_leaf".to_owned(),
        "DELETE FROM trail_checkpoint".to_owned(),
    ]);
    let middle = &covered[covered.len() / 2];
    let org = middle.org_id;
    let neighbours: Vec<i64> = covered
        .iter()
        .filter(|row| row.org_id == org && row.id >= middle.id)
        .map(|row| row.id)
        .take(2)
        .collect();
    let [one, other] = neighbours[..] else {
        panic!("two rows of one organisation");
    };
    // What two rows say is exchanged; their places in the tree are exchanged.
    misdeeds.push(
        ["summary", "act", "data", "at", "actor_name"]
            .iter()
            .map(|column| {
                format!(
                    "UPDATE journal SET {column} = (SELECT {column} FROM journal o WHERE o.id = {one} + {other} - journal.id) WHERE id IN ({one}, {other})"
                )
            })
            .collect(),
    );
    misdeeds.push(vec![
        format!("UPDATE trail_leaf SET journal_id = -1 WHERE journal_id = {one}"),
        format!("UPDATE trail_leaf SET journal_id = {one} WHERE journal_id = {other}"),
        format!("UPDATE trail_leaf SET journal_id = {other} WHERE journal_id = -1"),
    ]);
    for statement in [
        format!("UPDATE trail_leaf SET hash = 'x' WHERE journal_id = {one}"),
        format!(
            "UPDATE trail_leaf SET hash = (SELECT hash FROM trail_leaf o WHERE o.journal_id = {other}) WHERE journal_id = {one}"
        ),
        format!("UPDATE trail_leaf SET position = position + 1000000 WHERE journal_id = {one}"),
        format!("UPDATE trail_leaf SET position = 'x' WHERE journal_id = {one}"),
        format!("UPDATE trail_leaf SET journal_id = 'x' WHERE journal_id = {one}"),
        format!("UPDATE trail_leaf SET org_id = X'00' WHERE journal_id = {one}"),
        format!(
            "UPDATE trail_leaf SET org_id = (SELECT id FROM unit WHERE id <> trail_leaf.org_id AND account LIMIT 1) WHERE journal_id = {one}"
        ),
        "UPDATE trail_checkpoint SET size = size + 1000".to_owned(),
        "UPDATE trail_checkpoint SET frontier = frontier || '0'".to_owned(),
        "UPDATE trail_checkpoint SET note = note || ' '".to_owned(),
        "UPDATE trail_checkpoint SET note = X'ff'".to_owned(),
        "UPDATE trail_checkpoint SET org_id = X'00'".to_owned(),
        "DELETE FROM trail_checkpoint".to_owned(),
    ] {
        misdeeds.push(vec![statement]);
    }
    misdeeds
}

/// Whether the database lets it be done and anything is other afterwards.
async fn changes(trail: &Trail, misdeed: &[String]) -> bool {
    let tx = trail.db().begin().await.expect("a transaction");
    let mut changed = 0;
    for statement in misdeed {
        match tx.execute_unprepared(statement).await {
            Ok(result) => changed += result.rows_affected(),
            Err(_) => {
                changed = 0;
                break;
            }
        }
    }
    tx.rollback().await.expect("taken back");
    changed > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_place_is_named_also_where_the_tree_was_made_to_fit() {
    let trail = Trail::lay("").await;
    let rows = trail.rows().await;
    let victim = rows.iter().rev().nth(4).expect("a row under a checkpoint");
    let place = format!("row {} of the journal", victim.id);
    // Whoever knows how leaves are made changes row and leaf together.
    let found = trail
        .after(&[
            format!(
                "UPDATE journal SET summary = 'Không có gì' WHERE id = {}",
                victim.id
            ),
            format!(
                "UPDATE trail_leaf SET hash = '{}' WHERE journal_id = {}",
                "ab".repeat(32),
                victim.id
            ),
        ])
        .await
        .expect("done");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with(&place), "{found:?}");
    // Without the leaves outside, the checkpoints still say between which it lies.
    for entry in walk(&trail::folder(&trail.app.config)) {
        if entry.extension().is_some_and(|kind| kind == "leaves") {
            std::fs::remove_file(entry).expect("removed");
        }
    }
    let found = trail
        .after(&[format!(
            "UPDATE trail_leaf SET hash = '{}' WHERE journal_id = {}",
            "ab".repeat(32),
            victim.id
        )])
        .await
        .expect("done");
    assert!(
        found.iter().any(|said| said.starts_with(&place)),
        "{found:?}"
    );
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            paths.extend(walk(&path));
        } else {
            paths.push(path);
        }
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_signed_over_a_trail_that_does_not_fit() {
    let trail = Trail::lay("").await;
    let before = walk(&trail::folder(&trail.app.config)).len();
    trail
        .db()
        .execute_unprepared("DELETE FROM trail_checkpoint")
        .await
        .expect("done");
    let refused = trail::checkpoint(&trail.app)
        .await
        .expect_err("nothing is signed");
    assert!(refused.to_string().contains("trinhky check"), "{refused}");
    assert_eq!(walk(&trail::folder(&trail.app.config)).len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_a_kill_kept_inside_goes_out_the_next_time() {
    let trail = Trail::lay("").await;
    let folder = trail::folder(&trail.app.config);
    let before = walk(&folder);
    std::fs::remove_dir_all(&folder).expect("the folder was not there yet");
    trail::checkpoint(&trail.app).await.expect("a checkpoint");
    let after = walk(&folder);
    assert!(before.iter().all(|path| after.contains(path)));
    assert_eq!(trail.check(trail.db()).await.breaches, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_outside_verifies_one_row_and_that_the_journal_only_grew() {
    let trail = Trail::lay("").await;
    let (folder, rows) = (trail::folder(&trail.app.config), trail.rows().await);
    let row = &rows[rows.len() / 2];
    let proof = proof::of_row(trail.db(), &folder, &trail.verifier, row.id)
        .await
        .expect("a proof");
    assert!(proof.verify(&trail.verifier).is_some());
    let text = serde_json::to_string(&proof).expect("JSON");
    let other = text.replacen("document.", "dokument.", 1);
    assert_ne!(text, other);
    let forged: proof::Proof = serde_json::from_str(&other).expect("JSON");
    assert_eq!(forged.verify(&trail.verifier), None);
    let newest = rows.last().expect("a row").id;
    assert!(
        proof::of_row(trail.db(), &folder, &trail.verifier, newest)
            .await
            .is_err(),
        "no checkpoint covers it yet"
    );
    let sizes: Vec<u64> = outside::read(&folder, row.org_id, &trail.verifier)
        .expect("read")
        .checkpoints
        .iter()
        .map(|(checkpoint, _)| checkpoint.size)
        .collect();
    assert!(sizes.len() >= 2, "{sizes:?}");
    for size in sizes {
        let since = proof::since(trail.db(), &folder, &trail.verifier, row.org_id, size)
            .await
            .expect("a proof");
        assert!(since.verify(&trail.verifier).is_some(), "since {size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_names_what_it_cannot_read_and_says_no() {
    let trail = Trail::lay("").await;
    let data = trail.app.config.data.clone();
    let check = || {
        Command::new(env!("CARGO_BIN_EXE_trinhky"))
            .arg("check")
            .arg("--data")
            .arg(&data)
            .output()
            .expect("runs")
    };
    let answer = check();
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(answer.status.success(), "{said}");
    assert!(said.contains("checkpoints in"), "{said}");
    trail
        .db()
        .execute_unprepared("UPDATE journal SET at = X'ff00', events = X'ff' WHERE id = 12")
        .await
        .expect("done");
    let answer = check();
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert_eq!(answer.status.code(), Some(1), "{said}");
    assert!(
        said.contains("row 12 of the journal") && said.contains("cannot be read: at, events"),
        "{said}"
    );
}
