//! A disk that fills, a clock that jumps, a cut of the power: a sentence, nothing half done, and it goes on by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, ConnectionTrait, Database, EntityTrait, PaginatorTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::receipt::acknowledge;
use trinhky::ids::Ids;
use trinhky::mail::rows::outbox;
use trinhky::queue::{self, rows::cron_tick, rows::job};
use trinhky::worker;

use super::kill::{self, Busy};
use super::served::{self, Server};
use super::{office, tools};

/// Power cuts that are rebuilt from one recording; each seed is a point in time and a choice of what had reached the disk.
const POWER_CUTS: &str = "400";

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_acts_are_done_or_refused_and_reading_goes_on_until_there_is_room() {
    let Busy {
        folder,
        app,
        token,
        waiting,
        ..
    } = kill::busy("", 30).await;
    drop(app);
    // Its log is cut to nothing, or it would have room inside.
    written_back(folder.path()).await;
    let Some(small) = SmallDisk::with(folder.path()) else {
        return tools::missing("unshare (a mount of its own)");
    };
    let press = |id| kill::press(small.server.port, &format!("/tiep-nhan/{id}"), &token);
    assert_eq!(press(waiting[0]), Some(303), "there is room");

    small.fill();
    // An act that finds room inside the database's files is done, another is refused; neither is half done.
    let mut refused = Vec::new();
    let (now, later) = waiting[1..].split_at(20);
    for id in now {
        match press(*id) {
            Some(303) => small.fill(),
            Some(503) => refused.push(*id),
            other => panic!("{other:?}"),
        }
    }
    let page = |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: phien={token}\r\nconnection: close\r\n\r\n"
        );
        served::request(small.server.port, &request)
    };
    assert_eq!(page("/van-ban-den"), Some(200), "people still read");
    assert_eq!(page("/suc-khoe"), Some(503), "what watches is told");

    small.make_room();
    assert_eq!(page("/suc-khoe"), Some(200));
    for id in refused.iter().chain(later) {
        assert_eq!(press(*id), Some(303), "without a new start");
    }
    let checked = Command::new("nsenter")
        .args(["--target", &small.server.pid().to_string()])
        .args(["--user", "--mount", "--preserve-credentials"])
        .args([env!("CARGO_BIN_EXE_trinhky"), "check", "--data"])
        .arg(&small.place)
        .output()
        .expect("nsenter runs");
    // The server is at work, so its trail may get a checkpoint while it is read; of what people did nothing is half done.
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(said.contains("invariants checked"), "{said}");
    let breach = said.lines().find(|line| {
        let rest = line.strip_prefix('I').unwrap_or_default();
        rest.starts_with(|first: char| first.is_ascii_digit())
    });
    assert_eq!(breach, None, "{said}");
}

/// A server whose data lie on a disk of a few megabytes, which nobody else sees.
struct SmallDisk {
    server: Server,
    place: PathBuf,
}

impl SmallDisk {
    /// Copies the data there and serves them; none where the system allows no mounts of one's own.
    fn with(data: &Path) -> Option<Self> {
        let allowed = Command::new("unshare")
            .args(["--map-root-user", "--mount", "true"])
            .stderr(Stdio::null())
            .status();
        if !allowed.is_ok_and(|status| status.success()) {
            return None;
        }
        let place = data.join("small");
        fs::create_dir(&place).expect("made");
        let port = served::free_port();
        // `small` itself is covered by the mount, so it is not copied into itself.
        let script = "set -e; size=$(($(du -sk \"$1\" | cut -f1) + 3072)); \
            mount -t tmpfs -o size=${size}k tmpfs \"$2\"; \
            for part in \"$1\"/*; do [ \"$part\" = \"$2\" ] || cp -r \"$part\" \"$2\"; done; \
            exec \"$3\" serve --data \"$2\" --port \"$4\"";
        let child = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
            .args([data, &place, Path::new(env!("CARGO_BIN_EXE_trinhky"))])
            .arg(port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        Some(Self {
            server: Server::answering(child, port),
            place,
        })
    }

    /// The disk as the server sees it.
    fn inside(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.server.pid()));
        root.join(self.place.strip_prefix("/").expect("a whole path"))
    }

    /// Writes until there is no room.
    fn fill(&self) {
        use std::io::Write as _;
        let ballast = self.inside().join("ballast");
        let opened = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(ballast);
        let mut file = opened.expect("opened");
        while file.write_all(&[7; 1024]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.inside().join("ballast")).expect("removed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_runs_ahead_and_is_set_back_holds_nothing_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::issue_decision(&made, office::DECISION).await;
    let open = office::open_deliveries(&made, document).await;
    drop(made);
    let (true_time, wrong_time) = (
        office::start() + TimeDelta::hours(1),
        office::start() + TimeDelta::days(40),
    );

    // Forty days ahead for a while: an act is done, the ladder runs, a job is taken and its server dies.
    let ahead = at(folder.path(), wrong_time).await;
    acknowledge(&ahead, &open[0].1, open[0].0)
        .await
        .expect("acknowledged");
    worker::run_until_idle(&ahead).await.expect("worked");
    let taken = ahead
        .store
        .write(
            (ahead.ids.uuid(true_time), true_time, wrong_time),
            |tx, (id, due, now)| {
                Box::pin(async move {
                    let job = queue::NewJob {
                        key: "a-test".to_owned(),
                        name: "people.clean_up",
                        payload: serde_json::Value::Null,
                        run_at: *due,
                    };
                    queue::enqueue(tx, *id, job).await?;
                    queue::claim(tx, "dies", *now, 1, queue::Which::Except(&[])).await
                })
            },
        )
        .await
        .expect("taken");
    assert_eq!(taken.len(), 1);
    drop(ahead);

    // Set right: people act, what the dead server had taken is done at once, and the recurring work of these days is
    // done, not only from the fortieth on.
    let right = at(folder.path(), true_time).await;
    acknowledge(&right, &open[1].1, open[1].0)
        .await
        .expect("acknowledged");
    worker::run_until_idle(&right).await.expect("worked");
    let left = job::Entity::find_by_id(taken[0].id)
        .one(right.store.reader())
        .await
        .expect("read")
        .expect("the job");
    assert!(left.done_at.is_some(), "{left:?}");
    for days in 1..4 {
        right.clock.advance_to(true_time + TimeDelta::days(days));
        worker::run_until_idle(&right).await.expect("worked");
        for tick in cron_tick::Entity::find()
            .all(right.store.reader())
            .await
            .expect("read")
        {
            let late = right.clock.now() - tick.ticked_at;
            assert!(
                late >= TimeDelta::zero() && late <= TimeDelta::days(1),
                "{}: {late}",
                tick.name
            );
        }
    }
    // Forward again past everything: each letter has gone out once.
    right.clock.advance_to(wrong_time);
    worker::run_until_idle(&right).await.expect("worked");
    let sent = outbox::Entity::find()
        .filter(outbox::Column::State.eq("sent"))
        .count(right.store.reader())
        .await
        .expect("counted");
    let files = fs::read_dir(folder.path().join("mail"))
        .expect("mails")
        .count();
    assert_eq!(sent, u64::try_from(files).expect("some"), "each mail once");
    let breaches = invariants::check(right.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

/// The installation under a clock that shows something else.
async fn at(folder: &Path, now: chrono::DateTime<chrono::Utc>) -> App {
    let config = Config {
        data: folder.to_owned(),
        ..Config::default()
    };
    App::open(
        config,
        Clock::fake(now),
        Ids::seeded(u64::try_from(now.timestamp()).expect("after 1970")),
    )
    .await
    .expect("opened")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_of_the_power_takes_nothing_that_was_answered() {
    let Some(python) = tools::python() else {
        return;
    };
    if Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        return tools::missing("strace");
    }
    let Busy {
        folder,
        app,
        token,
        waiting,
        ..
    } = kill::busy("", 40).await;
    drop(app);
    let before = written_back(folder.path()).await;
    let log = folder.path().join("recording");
    let port = served::free_port();
    let child = Command::new("strace")
        // With -D the child is the server itself, and the one that looks on stands beside it.
        .args(["-D", "-f", "-q", "-y", "-xx", "-s", "10000000"])
        .args([
            "-e",
            "trace=pwrite64,write,writev,sendto,ftruncate,fdatasync,fsync",
            "-o",
        ])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_trinhky"))
        .args(["serve", "--port", &port.to_string(), "--data"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut server = Server::answering(child, port);
    for id in &waiting {
        assert_eq!(
            kill::press(port, &format!("/tiep-nhan/{id}"), &token),
            Some(303)
        );
    }
    server.kill();
    let pid = server.pid().to_string();
    let is_end = |line: &str| line.starts_with(&pid) && line.ends_with("+++ killed by SIGKILL +++");
    for _ in 0..500 {
        if fs::read_to_string(&log).is_ok_and(|log| log.lines().any(is_end)) {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let ids: Vec<String> = waiting.iter().map(|id| id.simple().to_string()).collect();
    let rebuilt = |synced: &str| {
        Command::new(&python)
            .arg(tools::root().join("tests/tools/power_cuts.py"))
            .args([&log, &before])
            .args([POWER_CUTS, synced])
            .args(&ids)
            .output()
            .expect("Python runs")
    };
    let full = rebuilt("FULL");
    assert!(
        full.status.success(),
        "{}",
        String::from_utf8_lossy(&full.stdout)
    );
    // The judge can tell: without the syncs of each commit, which synchronous=NORMAL leaves out, answered acts are lost.
    let normal = rebuilt("NORMAL");
    assert_eq!(
        normal.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&normal.stdout)
    );
}

/// A copy of the database at rest, its log written back, as the recording finds it on the disk.
async fn written_back(data: &Path) -> PathBuf {
    let file = data.join("trinhky.db");
    let db = Database::connect(format!("sqlite://{}", file.display()))
        .await
        .expect("connected");
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .expect("written back");
    db.close().await.expect("closed");
    let log = fs::metadata(data.join("trinhky.db-wal"));
    assert!(log.map_or(true, |log| log.len() == 0), "all of it");
    let copy = data.join("before.db");
    fs::copy(file, &copy).expect("copied");
    copy
}
