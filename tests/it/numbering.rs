//! Two servers give numbers from the same five registers on PostgreSQL, and either is killed again and again: no gap, no number
//! twice, no time that falls, and every number that was answered is entered.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::ids::Ids;

use super::registers::{KINDS, NUMBERINGS, books, hold, number};
use super::{office, tools};

/// Numbers that one life of a server gives at the same time.
const AT_ONCE: usize = 8;
const DATABASE: &str = "TRINHKY_TEST_NUMBERING";

async fn server(folder: &Path, database: &str, seed: u64) -> App {
    let config = Config {
        data: folder.to_owned(),
        database: database.to_owned(),
        ..Config::default()
    };
    App::open(config, Clock::System, Ids::seeded(seed))
        .await
        .expect("the server opens")
}

/// One life of a server, in a process of its own: it gives numbers and tells each one, until it is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a server of the test below"]
#[expect(
    clippy::disallowed_methods,
    reason = "the test that starts it says which database"
)]
async fn gives_numbers_until_it_is_killed() {
    let told = std::env::var(DATABASE).expect("started by the test below");
    let mut told = told.splitn(3, '|');
    let mut next = || told.next().expect("seed, folder, database");
    let (seed, folder, database) = (next().parse().expect("a seed"), next(), next());
    let app = server(Path::new(folder), database, seed).await;
    let org = office::first(&app, "chair").await.1;
    let clerks: Vec<_> = (0..AT_ONCE)
        .map(|clerk| {
            let app = app.clone();
            tokio::spawn(async move {
                for n in clerk.. {
                    let kind = KINDS[n % KINDS.len()];
                    let number = number(&app, org, kind, app.today())
                        .await
                        .expect("a number");
                    // Not by `println!`, which the test harness holds back.
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "given {kind} {number}").expect("told");
                    out.flush().expect("told");
                }
            })
        })
        .collect();
    for clerk in clerks {
        clerk.await.expect("no panic");
    }
}

/// Starts a life, kills it after so many answers, and returns what it answered.
fn life(told: &str, kill_after: usize) -> Vec<(String, i32)> {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--ignored", "--exact"])
        .arg("numbering::gives_numbers_until_it_is_killed")
        .env(DATABASE, told)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut answered = Vec::new();
    let out = BufReader::new(child.stdout.take().expect("its output"));
    for line in out.lines() {
        let line = line.expect("read");
        // The harness writes its own words before the first one.
        let Some((_, given)) = line.split_once("given ") else {
            continue;
        };
        let (kind, number) = given.split_once(' ').expect("kind and number");
        answered.push((kind.to_owned(), number.parse().expect("a number")));
        if answered.len() == kill_after {
            // SIGKILL in the middle of what the others are about to do; what is in the pipe is still read.
            child.kill().expect("killed");
        }
    }
    let status = child.wait().expect("it ended");
    assert!(
        !status.success() && answered.len() >= kill_after,
        "it ended by itself"
    );
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_numbers_from_two_servers_survive_their_kills_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    drop(office::open(folder.path(), &postgres.answer, office::ORGANISATION).await);
    let given = AtomicUsize::new(0);
    let (given, place) = (&given, folder.path().display().to_string());
    let answered: Vec<(String, i32)> = std::thread::scope(|scope| {
        let servers: Vec<_> = (0..2_u64)
            .map(|server| {
                let told = format!("{place}|{}", postgres.answer);
                scope.spawn(move || {
                    let mut rng = ChaCha8Rng::seed_from_u64(server);
                    let mut answered = Vec::new();
                    for n in 0.. {
                        if given.load(Ordering::SeqCst) >= NUMBERINGS {
                            break;
                        }
                        let seed = 1_000 * (server + 1) + n;
                        let some = life(&format!("{seed}|{told}"), rng.random_range(30..90));
                        given.fetch_add(some.len(), Ordering::SeqCst);
                        answered.extend(some);
                    }
                    answered
                })
            })
            .collect();
        servers
            .into_iter()
            .flat_map(|server| server.join().expect("no panic"))
            .collect()
    });
    assert!(answered.len() >= NUMBERINGS);

    let app = server(folder.path(), &postgres.answer, 9).await;
    let books: BTreeMap<_, _> = books(&app).await;
    let mut told: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (kind, number) in &answered {
        told.entry(kind).or_default().push(*number);
    }
    for kind in KINDS {
        let book = books
            .iter()
            .find(|((known, _), _)| known == kind)
            .map(|(_, book)| book)
            .expect("its book");
        hold(book);
        let numbers = told.get_mut(kind).expect("numbers of every kind");
        numbers.sort_unstable();
        let all = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "a number was answered twice");
        let entered: Vec<i32> = book.1.iter().map(|entry| entry.number).collect();
        assert!(
            numbers.iter().all(|number| entered.contains(number)),
            "an answered number is lost"
        );
    }
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}
