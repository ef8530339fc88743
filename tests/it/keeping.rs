//! Backups: taken while people work, restored elsewhere; what cannot be is one sentence, with nothing half done.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, ConnectionTrait, Database, EntityTrait, PaginatorTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::cli;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::rows::delivery;
use trinhky::documents::rows::{register, register_entry};
use trinhky::documents::{numbers, restored};
use trinhky::fault::{Fault, Outcome};
use trinhky::ids::Ids;
use trinhky::keeping::{self, backup, restore};
use trinhky::mail::rows::outbox;
use trinhky::people::rows::{person, session};
use trinhky::people::{Actor, sign_in};
use trinhky::store::Store;
use trinhky::worker;
use uuid::Uuid;

use super::served::Installation;
use super::{kill, office, served, tools};

/// Clients that acknowledge while the backup is taken.
const CLIENTS: usize = 64;
/// Communes whose clerk acknowledges.
const COMMUNES: usize = 260;
/// Acts that are answered before it begins, so that there is something to miss.
const BEFORE: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_holds_everything_answered_before_it_on_sqlite() {
    under_load("", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_holds_everything_answered_before_it_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let elsewhere = second_database(&postgres.answer, "elsewhere").await;
    under_load(&postgres.answer, &elsewhere).await;
}

async fn under_load(database: &str, elsewhere: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let app = office::open(&data, database, &kill::organisation(COMMUNES)).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let clerk = person::Entity::find()
        .filter(person::Column::PersonKey.eq("vi-mau"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the clerk");
    let waiting = deliveries_of(&app, document, clerk.id).await;
    drop(app);
    let served = App::open(config(&data, database), Clock::System, Ids::seeded(9))
        .await
        .expect("opened");
    let token = sign_in::sign_in(&served, "vi.mau@mau.example", office::PASSWORD)
        .await
        .expect("the clerk signs in");
    drop(served);

    let installation = Installation::describe(&data, database);
    let mut server = installation.serve();
    let port = server.port;
    let token = Arc::new(token);
    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let own: Vec<Uuid> = waiting
                .iter()
                .skip(client)
                .step_by(CLIENTS)
                .copied()
                .collect();
            let (token, answered) = (Arc::clone(&token), Arc::clone(&answered));
            std::thread::spawn(move || {
                own.into_iter()
                    .map(|id| {
                        let status = kill::press(port, &format!("/tiep-nhan/{id}"), &token);
                        assert_eq!(status, Some(303), "the server works on during a backup");
                        (id, answered.fetch_add(1, Ordering::SeqCst))
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    while answered.load(Ordering::SeqCst) < BEFORE {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let begun = answered.load(Ordering::SeqCst);
    let kept = folder.path().join("kept");
    let taken = run(installation.command("backup").arg(&kept));
    assert!(taken.status.success(), "{taken:?}");
    let pressed: Vec<(Uuid, usize)> = clients
        .into_iter()
        .flat_map(|client| client.join().expect("no client fails"))
        .collect();
    server.kill();
    assert!(begun < pressed.len(), "the backup began under load");

    let place = folder.path().join("elsewhere");
    fs::create_dir(&place).expect("made");
    let back = run(Installation::describe(&place, elsewhere)
        .command("restore")
        .arg(&kept));
    let said = String::from_utf8_lossy(&back.stdout).into_owned();
    assert!(back.status.success(), "{back:?}");
    assert!(said.contains(" 0 breaches"), "{said}");
    let store = Store::open(&config(&place, elsewhere).database_url())
        .await
        .expect("opened");
    let registered: BTreeSet<Uuid> = delivery::Entity::find()
        .filter(delivery::Column::State.eq("registered"))
        .all(store.reader())
        .await
        .expect("read")
        .into_iter()
        .map(|row| row.id)
        .collect();
    for (id, order) in &pressed {
        // Counted when its answer had come: what was counted before the backup began is in it.
        assert!(
            *order >= begun || registered.contains(id),
            "act {order} was answered before the backup and is missing"
        );
    }
}

async fn deliveries_of(app: &App, document: Uuid, clerk: Uuid) -> Vec<Uuid> {
    let units = trinhky::people::find::actor(app.store.reader(), clerk, app.today())
        .await
        .expect("the clerk's posts")
        .unit_ids();
    delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document))
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .filter(|row| units.contains(&row.unit_id))
        .map(|row| row.id)
        .collect()
}

/// Monday's backup, restored on Wednesday: Tuesday's numbers are on paper, so none is given until somebody says how far.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_stops_the_numbers_until_a_person_has_entered_the_lost_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(&folder.path().join("data"), "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    let (_, org) = office::first(&app, "chair").await;
    let clerk = office::agency_clerk(&app, org).await;
    let email =
        trinhky::people::find::email(app.store.reader(), clerk.person_id.expect("a person"))
            .await
            .expect("an address");
    let cookie = sign_in::sign_in(&app, &email, office::PASSWORD)
        .await
        .expect("signs in");
    let kept = folder.path().join("monday");
    backup::take(&app, &kept).await.expect("Monday's backup");
    let last = keeping::last(app.store.reader()).await.expect("read");
    assert_eq!(last.expect("remembered").at, app.clock.now());
    let tuesday: Vec<i32> = [give(&app, &clerk, org).await, give(&app, &clerk, org).await]
        .into_iter()
        .map(|given| given.expect("given"))
        .collect();
    drop(app);

    let place = config(&folder.path().join("place"), "");
    let wednesday = office::start() + chrono::TimeDelta::days(2);
    restore::into_empty(&place, &kept, None, wednesday)
        .await
        .expect("restored");
    cli::bring_up(&place).await.expect("it fits");
    let app = App::open(place, Clock::fake(wednesday), Ids::seeded(8))
        .await
        .expect("opened");
    let sessions = session::Entity::find().count(app.store.reader()).await;
    assert_eq!(sessions.expect("read"), 0);
    assert!(sign_in::live(&app, &cookie).await.is_err(), "signed out");

    let Err(Fault::Refused(refusal)) = give(&app, &clerk, org).await else {
        panic!("a number was given that may be on paper already");
    };
    assert!(refusal.vi.contains(restored::ADDRESS), "{}", refusal.vi);

    // Who keeps no register is asked nothing; the clerk's word must not be below what the register holds.
    let (drafter, _) = office::first(&app, "drafter").await;
    let db = app.store.reader();
    let of_drafter = restored::waiting(db, &drafter, app.today())
        .await
        .expect("read");
    assert!(of_drafter.is_empty());
    let waiting = restored::waiting(db, &clerk, app.today())
        .await
        .expect("read");
    let decisions = waiting
        .iter()
        .find(|waiting| waiting.row.doc_type == "QD")
        .expect("the register of decisions waits");
    let known = decisions.row.next_number - 1;
    assert_eq!(tuesday, [known + 1, known + 2]);
    let word = |last: i32| {
        waiting
            .iter()
            .map(|one| match one.row.id == decisions.row.id {
                true => (one.row.id, last),
                false => (one.row.id, one.row.next_number - 1),
            })
            .collect::<BTreeMap<_, _>>()
    };
    for wrong in [known - 1, known + 1_000_000] {
        let Err(Fault::Refused(refusal)) = restored::settle(&app, &clerk, word(wrong)).await else {
            panic!("{wrong} was taken for the last number");
        };
        assert_eq!(refusal.field, Some(decisions.row.id.to_string()));
    }
    restored::settle(&app, &clerk, word(known + 2))
        .await
        .expect("settled");

    assert_eq!(give(&app, &clerk, org).await.expect("given"), known + 3);
    let lost: Vec<i32> = register_entry::Entity::find()
        .filter(register_entry::Column::State.eq("lost"))
        .all(db)
        .await
        .expect("read")
        .into_iter()
        .map(|entry| entry.number)
        .collect();
    assert_eq!(lost, tuesday);
    // A kind of document whose register is not in the backup may have been begun on Tuesday: it does not open by itself.
    assert!(give_kind(&app, &clerk, org, "TB").await.is_err());
    numbers::take_over(&app, &clerk, org, "TB", 2023, 4, "Sau khôi phục")
        .await
        .expect("opened by hand");
    assert_eq!(give_kind(&app, &clerk, org, "TB").await.expect("given"), 4);
    let breaches = invariants::check(db).await.expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

async fn give(app: &App, clerk: &Actor, org: Uuid) -> Outcome<i32> {
    give_kind(app, clerk, org, "QD").await
}

/// A number as the clerk gives it, for a document that is elsewhere.
async fn give_kind(app: &App, clerk: &Actor, org: Uuid, kind: &'static str) -> Outcome<i32> {
    app.act(clerk, (org, kind), |cx, (org, kind)| {
        Box::pin(async move {
            let entry = numbers::NewEntry {
                org_id: *org,
                owner_id: *org,
                doc_type: kind,
                symbol: "QĐ-UBND",
                entry_on: cx.today(),
                document_id: Some(cx.id()),
                subject: "Thử",
                signer: "Thử",
                recipients: "",
                keeper: "",
                note: "",
            };
            numbers::give(cx, entry).await
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_restored_is_said_in_a_sentence_and_leaves_the_place_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let app = office::open(&data, "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    let kept = folder.path().join("kept");
    backup::take(&app, &kept).await.expect("a backup");
    let again = backup::take(&app, &kept)
        .await
        .expect_err("its place is taken");
    assert!(again.to_string().contains("name a new folder"), "{again}");

    let over = restore(&data, &kept).await.expect_err("over a server");
    assert!(over.contains("there is an installation already"), "{over}");
    let rows = register::Entity::find().count(app.store.reader()).await;
    assert!(rows.expect("read") > 0, "nothing was touched");

    let place = folder.path().join("place");
    let none = restore(&place, &place).await.expect_err("no backup");
    assert!(none.contains("holds no backup"), "{none}");
    let manifest = kept.join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    let newest = trinhky_migrations::newest();
    for (from, to, sentence) in [
        (newest.as_str(), "m9999_later", "written by a newer program"),
        ("\"sqlite\"", "\"postgresql\"", "names no database"),
        ("\"format\"", "\"fromat\"", "was changed"),
        (
            "\"path\": \"files/",
            "\"path\": \"../files/",
            "outside of the backup",
        ),
    ] {
        fs::write(&manifest, text.replacen(from, to, 1)).expect("written");
        let refused = restore(&place, &kept).await.expect_err(to);
        assert!(refused.contains(sentence), "{refused}");
    }
    fs::write(&manifest, &text).expect("written");
    let file = first_file(&kept.join("files"));
    let bytes = fs::read(&file).expect("read");
    let mut changed = bytes.clone();
    changed[0] ^= 1;
    fs::write(&file, &changed).expect("written");
    let refused = restore(&place, &kept).await.expect_err("a changed byte");
    assert!(refused.contains("is not what was backed up"), "{refused}");
    fs::remove_file(&file).expect("removed");
    let refused = restore(&place, &kept).await.expect_err("a missing file");
    assert!(refused.contains("cannot read"), "{refused}");
    let left: Vec<_> = fs::read_dir(&place).expect("the place").collect();
    assert!(left.is_empty(), "{left:?}");

    fs::write(&file, &bytes).expect("written");
    restore(&place, &kept).await.expect("it is whole again");
}

/// A file that the disk has lost does not prevent that all others are kept; it is named, and the exit code says it.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_named_and_everything_else_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let app = office::open(&data, "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    let file = first_file(&data.join("files"));
    fs::write(&file, b"other").expect("written");
    let manifest = backup::take(&app, &folder.path().join("kept"))
        .await
        .expect("a backup");
    let name = file
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert_eq!(manifest.damaged.join(" "), name);
    let checked = run(&mut Installation::describe(&data, "").command("check"));
    assert_eq!(checked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&checked.stdout).contains(&name));
}

/// The disk fills while the backup is written: no folder with its name is left, and the next one works.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_no_half_backup() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let app = office::open(&data, "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    drop(app);
    let kept = folder.path().join("kept");
    // A limit on the size of a file answers each further write with an error, as a full disk does.
    let limited = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 300; exec \"$0\" \"$@\""])
        .args([env!("CARGO_BIN_EXE_trinhky"), "backup"])
        .arg(&kept)
        .arg("--data")
        .arg(&data)
        .output()
        .expect("runs");
    assert_eq!(limited.status.code(), Some(2), "{limited:?}");
    let said = String::from_utf8_lossy(&limited.stderr).into_owned();
    assert!(said.contains("cannot write"), "{said}");
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["data"]);
    let after = run(Installation::describe(&data, "")
        .command("backup")
        .arg(&kept));
    assert!(after.status.success(), "{after:?}");
}

/// The server has the public key only; the secret one comes out of the safe for the restore.
#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_backup_opens_by_its_key_alone_on_sqlite() {
    encrypted("", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_backup_opens_by_its_key_alone_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let elsewhere = second_database(&postgres.answer, "encrypted").await;
    encrypted(&postgres.answer, &elsewhere).await;
}

async fn encrypted(database: &str, elsewhere: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let app = office::open(&data, database, office::ORGANISATION).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    drop(app);
    let installation = Installation::describe(&data, database);
    let key = |name: &str| {
        let printed = run(served::program().arg("backup-key")).stdout;
        let path = folder.path().join(name);
        fs::write(&path, &printed).expect("written");
        let printed = String::from_utf8(printed).expect("text");
        let public = printed
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "));
        (path, public.expect("the public half").to_owned())
    };
    let ((own, public), (other, _)) = (key("own.key"), key("other.key"));
    let kept = folder.path().join("kept");
    let taken = run(installation
        .command("backup")
        .arg(&kept)
        .env("TRINHKY_BACKUP_RECIPIENTS", &public));
    assert!(taken.status.success(), "{taken:?}");

    // Nothing of the office can be read, in no file: neither its words nor the heading of a database or a PDF.
    let files = all_files(&kept);
    assert!(files.len() > 5, "{files:?}");
    for path in files {
        let bytes = fs::read(&path).expect("read");
        if path.ends_with("manifest.json") {
            continue;
        }
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"), "{path:?}");
        for readable in ["SQLite format", "CREATE TABLE", "%PDF", "Cao Lộc"] {
            let found = bytes
                .windows(readable.len())
                .any(|window| window == readable.as_bytes());
            assert!(!found, "{path:?} holds {readable}");
        }
    }
    let left: Vec<String> = names(&data)
        .into_iter()
        .filter(|name| name.starts_with("backup"))
        .collect();
    assert!(left.is_empty(), "a readable copy was left behind: {left:?}");

    let place = folder.path().join("elsewhere");
    fs::create_dir(&place).expect("made");
    let elsewhere_there = Installation::describe(&place, elsewhere);
    let restore = |key: Option<&Path>| {
        let mut command = elsewhere_there.command("restore");
        command.arg(&kept);
        if let Some(key) = key {
            command.arg("--key").arg(key);
        }
        run(&mut command)
    };
    fs::write(folder.path().join("no.key"), "# lost\n").expect("written");
    for (key, sentence) in [
        (None, format!("the secret key that belongs to {public}")),
        (Some(other), format!("it was encrypted for {public}")),
        (
            Some(folder.path().join("no.key")),
            "holds no secret key".to_owned(),
        ),
        (
            Some(folder.path().join("none")),
            "cannot read the key".to_owned(),
        ),
    ] {
        let refused = restore(key.as_deref());
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(&sentence), "{said}");
        assert_eq!(names(&place), ["trinhky.toml"]);
    }
    // One bit of the database turned over on the backup's disk.
    let stored = all_files(&kept)
        .into_iter()
        .find(|path| path.to_string_lossy().contains("database."))
        .expect("the database");
    let whole = fs::read(&stored).expect("read");
    let mut altered = whole.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    fs::write(&stored, altered).expect("written");
    let refused = restore(Some(&own));
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("was altered"), "{said}");
    assert_eq!(names(&place), ["trinhky.toml"]);
    fs::write(&stored, whole).expect("written back");

    let back = restore(Some(&own));
    let said = String::from_utf8_lossy(&back.stdout).into_owned();
    assert!(back.status.success(), "{back:?}");
    assert!(said.contains(" 0 breaches"), "{said}");
    let store = Store::open(&config(&place, elsewhere).database_url())
        .await
        .expect("opened");
    let found = trinhky::documents::find::document(store.reader(), document).await;
    assert!(found.is_ok(), "the decision is there again");
}

/// Another, empty database of the same server.
async fn second_database(url: &str, name: &str) -> String {
    let db = Database::connect(url).await.expect("connected");
    db.execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a second database");
    let (server, _) = url.rsplit_once('/').expect("an address");
    format!("{server}/{name}")
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                all_files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

async fn restore(place: &Path, kept: &Path) -> Result<(), String> {
    let done = restore::into_empty(&config(place, ""), kept, None, office::start()).await;
    done.map(|_| ()).map_err(|error| format!("{error:#}"))
}

fn first_file(folder: &Path) -> PathBuf {
    let inner = fs::read_dir(folder)
        .expect("a folder")
        .next()
        .expect("an entry")
        .expect("an entry")
        .path();
    if inner.is_dir() {
        first_file(&inner)
    } else {
        inner
    }
}

fn config(data: &Path, database: &str) -> Config {
    Config {
        data: data.to_owned(),
        database: database.to_owned(),
        ..Config::default()
    }
}

fn run(command: &mut Command) -> Output {
    command.output().expect("runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_backs_up_every_night_and_tells_when_it_cannot() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made = office::open(&data, "", office::ORGANISATION).await;
    let clock = made.clock.clone();
    drop(made);
    let place = folder.path().join("kept");
    let mut config = config(&data, "");
    config.backup.folder.clone_from(&place);
    config.backup.keep = 2;
    let app = App::open(config, clock, Ids::seeded(41))
        .await
        .expect("opened");
    worker::run_until_idle(&app).await.expect("worked");
    fs::create_dir(&place).expect("made");
    fs::create_dir(place.join("của người khác")).expect("made");
    // 2:00 and 8:00 on three days.
    for hours in [18, 24, 42, 48, 66, 72] {
        app.clock
            .advance_to(office::start() + TimeDelta::hours(hours));
        worker::run_until_idle(&app).await.expect("worked");
    }
    // Of the 21st, 22nd and 23rd two stay, and what is not ours.
    assert_eq!(
        names(&place),
        [".lock", "2023-03-22", "2023-03-23", "của người khác"]
    );
    let restored = folder.path().join("restored");
    restore::into_empty(
        &self::config(&restored, ""),
        &place.join("2023-03-23"),
        None,
        app.clock.now(),
    )
    .await
    .expect("it is whole");
    assert_eq!(late_mails(&app).await, 0);

    // The other disk goes away for some days: each morning after two, the administrators hear of it, with the reason.
    fs::remove_dir_all(&place).expect("removed");
    fs::write(&place, "no folder").expect("written");
    for hours in (0..)
        .map(|n| 3 * 24 + 6 * n)
        .take_while(|hours| *hours <= 6 * 24)
    {
        app.clock
            .advance_to(office::start() + TimeDelta::hours(hours));
        worker::run_until_idle(&app).await.expect("worked");
    }
    let told = late_mails(&app).await;
    assert!((1..=2).contains(&told), "{told} mornings");
    let mail = outbox::Entity::find()
        .filter(outbox::Column::Template.eq("backup_late"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("a mail");
    assert!(
        mail.body_text.contains("23/03/2023 02:00")
            && mail.body_text.contains("cannot make the folder"),
        "{}",
        mail.body_text
    );
    fs::remove_file(&place).expect("removed");
    app.clock.advance_to(office::start() + TimeDelta::days(8));
    worker::run_until_idle(&app).await.expect("worked");
    assert!(
        keeping::last(app.store.reader())
            .await
            .expect("read")
            .is_some_and(|last| !last.is_late(app.clock.now())),
        "it goes on by itself"
    );
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Mornings on which the administrators were told.
async fn late_mails(app: &App) -> usize {
    let mails = outbox::Entity::find()
        .filter(outbox::Column::Template.eq("backup_late"))
        .all(app.store.reader())
        .await
        .expect("read");
    let days: BTreeSet<_> = mails.iter().map(|mail| mail.created_at).collect();
    days.len()
}
