//! `kill -9` of the real server while units acknowledge: every answered act is there, nothing half done.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tempfile::TempDir;
use trinhky::app::App;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::rows::delivery;
use trinhky::ids::Ids;
use trinhky::people::rows::person;
use trinhky::people::{find, sign_in};
use uuid::Uuid;

use super::served::{self, Installation};
use super::{office, tools};

/// Kills per run of the tests.
const ROUNDS: usize = 30;
/// Clients that press at the same time.
const CLIENTS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_answered_acknowledgement_survives_the_kill_on_sqlite() {
    answered_acts_survive("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answered_acknowledgement_survives_the_kill_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    answered_acts_survive(&postgres.answer).await;
}

/// An office whose one clerk receives for many communes, each with an open delivery, on the machine's own clock.
pub struct Busy {
    pub folder: TempDir,
    pub app: App,
    /// The clerk's session.
    pub token: Arc<String>,
    /// The clerk's open deliveries.
    pub waiting: Vec<Uuid>,
}

/// Makes a busy office in an empty database.
pub async fn busy(database: &str, communes: usize) -> Busy {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), database, &organisation(communes)).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let clerk = person::Entity::find()
        .filter(person::Column::PersonKey.eq("vi-mau"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the clerk");
    let clerk_of = find::actor(app.store.reader(), clerk.id, app.today())
        .await
        .expect("the clerk's posts")
        .unit_ids();
    let waiting = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document))
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .filter(|row| clerk_of.contains(&row.unit_id))
        .map(|row| row.id)
        .collect();
    drop(app);
    // The server's clock is the machine's, so the session is opened by it, too.
    let config = Config {
        data: folder.path().to_owned(),
        database: database.to_owned(),
        ..Config::default()
    };
    let app = App::open(config, Clock::System, Ids::seeded(9))
        .await
        .expect("opened");
    let token = sign_in::sign_in(&app, "vi.mau@mau.example", office::PASSWORD)
        .await
        .expect("the clerk signs in");
    Busy {
        folder,
        app,
        token: Arc::new(token),
        waiting,
    }
}

/// Kills of a run: enough for each change, or as many as a night allows (`TRINHKY_KILLS`).
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says by the environment how long they may take"
)]
pub fn rounds() -> usize {
    let asked = std::env::var("TRINHKY_KILLS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

async fn answered_acts_survive(database: &str) {
    let rounds = rounds();
    let Busy {
        folder,
        app,
        token,
        mut waiting,
        ..
    } = busy(database, rounds * 8 + 20).await;
    let installation = Installation::describe(folder.path(), database);

    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut answered = BTreeSet::new();
    for _ in 0..rounds {
        let batch: Vec<Uuid> = waiting.split_off(waiting.len().saturating_sub(8));
        let kill_after = rng.random_range(0..7);
        answered.extend(round(&installation, &token, batch, kill_after));
    }
    assert!(
        answered.len() >= rounds,
        "{} acts were answered",
        answered.len()
    );

    let checked = installation
        .command("check")
        .output()
        .expect("the program runs");
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
    let rows = delivery::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    for id in &answered {
        let row = rows.iter().find(|row| row.id == *id).expect("the delivery");
        assert_eq!(
            row.state, "registered",
            "an answered acknowledgement is lost"
        );
    }
}

/// One life of the server: it is killed when so many acts were answered, with others on their way.
fn round(
    installation: &Installation,
    token: &Arc<String>,
    batch: Vec<Uuid>,
    kill_after: usize,
) -> Vec<Uuid> {
    let server = installation.serve();
    let port = server.port;
    let server = Arc::new(std::sync::Mutex::new(server));
    let count = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = batch
        .chunks(batch.len().div_ceil(CLIENTS).max(1))
        .map(|some| {
            let (some, token, count, server) = (
                some.to_vec(),
                Arc::clone(token),
                Arc::clone(&count),
                Arc::clone(&server),
            );
            std::thread::spawn(move || {
                let mut answered = Vec::new();
                for id in some {
                    match press(port, &format!("/tiep-nhan/{id}"), &token) {
                        Some(303) => answered.push(id),
                        Some(status) => panic!("an answer with status {status}"),
                        None => {}
                    }
                    if count.fetch_add(1, Ordering::SeqCst) == kill_after {
                        // SIGKILL: nothing is flushed, nothing is said.
                        server.lock().expect("the server").kill();
                    }
                }
                answered
            })
        })
        .collect();
    clients
        .into_iter()
        .flat_map(|client| client.join().expect("no client panics"))
        .collect()
}

/// Presses the button of a page; the status, or none when the server went away.
pub fn press(port: u16, path: &str, token: &str) -> Option<u16> {
    let body = "";
    served::request(
        port,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncookie: phien={token}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ),
    )
}

/// The sample organisation with further communes that share one clerk.
pub fn organisation(communes: usize) -> String {
    use std::fmt::Write as _;
    let mut text = super::receipt::large_organisation(communes);
    let mut posts = String::new();
    for n in 0..communes {
        let _ = writeln!(
            posts,
            "  {{ person = \"vi-mau\", organisation = \"xa-{n}\", title = \"Văn thư\", role = \"clerk\", from = \"2021-06-01\" }},"
        );
    }
    text = text.replacen(
        "person = [\n",
        "person = [\n  { key = \"vi-mau\", name = \"Vi Thị Mẫu\", email = \"vi.mau@mau.example\", sample = true },\n",
        1,
    );
    text.replacen("post = [\n", &format!("post = [\n{posts}"), 1)
}
