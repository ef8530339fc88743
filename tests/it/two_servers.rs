//! Two servers on one PostgreSQL: one is killed or stands still while people press, and a commit loses its answer. Nothing
//! that was answered is missing, nothing is done twice, every timer fires once.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::audit::rows::journal;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::receipt::acknowledge;
use trinhky::distribution::rows::delivery;
use trinhky::fault::Fault;
use trinhky::ids::Ids;
use trinhky::mail::rows::outbox;
use trinhky::queue::rows::job;
use uuid::Uuid;

use super::kill::{self, Busy};
use super::served::{Installation, Server};
use super::{office, tools};

/// Times that a server stands still for longer than its leases.
const STANDSTILLS: usize = 3;
/// Acts whose commit goes wrong, half of them before and half after it reached the database.
const CUTS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_servers_is_killed_again_and_again_and_nobody_misses_anything() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let rounds = kill::rounds();
    let office = kill::busy(&postgres.answer, rounds * 4).await;
    let installation = Installation::describe(office.folder.path(), &postgres.answer);
    let mut servers = [installation.serve(), installation.serve()];
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let mut pressed_again = 0;
    for (round, batch) in office.waiting.chunks(4).enumerate() {
        let victim = round % 2;
        let kill_after = rng.random_range(0..4);
        let ports = [servers[0].port, servers[1].port];
        let count = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = batch
            .iter()
            .enumerate()
            .map(|(n, id)| {
                let (id, token) = (*id, Arc::clone(&office.token));
                let count = Arc::clone(&count);
                std::thread::spawn(move || {
                    let path = format!("/tiep-nhan/{id}");
                    let first = kill::press(ports[n % 2], &path, &token);
                    count.fetch_add(1, Ordering::SeqCst);
                    // Who gets no answer presses again, and the proxy leads to the server that lives.
                    let again = first.is_none();
                    let answer = first.or_else(|| kill::press(ports[1 - victim], &path, &token));
                    // Done now, or said to be done already.
                    assert!(matches!(answer, Some(303 | 409)), "{answer:?}");
                    again
                })
            })
            .collect();
        while count.load(Ordering::SeqCst) < kill_after {
            std::thread::park_timeout(Duration::from_micros(200));
        }
        servers[victim].kill();
        for client in clients {
            pressed_again += usize::from(client.join().expect("no client fails"));
        }
        servers[victim] = installation.serve();
    }
    leases_run_out(&office.app).await;
    assert!(
        pressed_again > 0,
        "no kill hit anybody in {rounds} rounds: the test shows nothing"
    );
    everything_once(&office, &installation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stood_still_for_longer_than_its_leases_does_no_harm() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let office = kill::busy(&postgres.answer, STANDSTILLS * 12).await;
    let installation = Installation::describe(office.folder.path(), &postgres.answer);
    let (still, lively) = (installation.serve(), installation.serve());
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    for batch in office.waiting.chunks(12) {
        let stop_after = rng.random_range(1..4);
        let count = Arc::new(AtomicUsize::new(0));
        let (here, there) = batch.split_at(6);
        let client = |port: u16, ids: &[Uuid]| {
            let (ids, token, count) = (ids.to_vec(), Arc::clone(&office.token), Arc::clone(&count));
            std::thread::spawn(move || {
                for id in ids {
                    let answer = kill::press(port, &format!("/tiep-nhan/{id}"), &token);
                    count.fetch_add(1, Ordering::SeqCst);
                    // Who waited too long has gone; the server may have lost its database in the middle of an act,
                    // and says so.
                    assert!(matches!(answer, None | Some(303 | 503)), "{answer:?}");
                }
            })
        };
        let waiting = client(still.port, here);
        while count.load(Ordering::SeqCst) < stop_after {
            std::thread::park_timeout(Duration::from_micros(200));
        }
        signal(&still, "STOP");
        for id in there {
            let answer = kill::press(lively.port, &format!("/tiep-nhan/{id}"), &office.token);
            assert_eq!(answer, Some(303), "the other server works on");
        }
        leases_run_out(&office.app).await;
        idle(&office.app).await;
        signal(&still, "CONT");
        waiting.join().expect("no client fails");
        for id in here {
            let answer = kill::press(lively.port, &format!("/tiep-nhan/{id}"), &office.token);
            assert!(matches!(answer, Some(303 | 409)), "{answer:?}");
        }
    }
    everything_once(&office, &installation).await;
    drop((still, lively));
}

fn signal(server: &Server, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), server.pid().to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
}

/// The time that a lease lasts goes by.
async fn leases_run_out(app: &App) {
    for table in ["job", "outbox"] {
        let sql = format!("UPDATE {table} SET lease_until = lease_until - interval '1 hour'");
        let db = app.store.reader();
        db.execute_unprepared(&sql).await.expect("aged");
    }
}

/// Waits until the servers have done every job that is due now; more will come, for three years are made up for.
async fn idle(app: &App) {
    let now = app.clock.now();
    let mut waiting = Vec::new();
    for _ in 0..6_000 {
        waiting = job::Entity::find()
            .filter(job::Column::DoneAt.is_null())
            .filter(job::Column::RunAt.lte(now))
            .all(app.store.reader())
            .await
            .expect("read");
        if waiting.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the servers do not come to the end of their jobs: {waiting:#?}");
}

/// Everything is registered, in the order of numbers without gaps, every timer has fired once, every mail is there once.
async fn everything_once(office: &Busy, installation: &Installation) {
    idle(&office.app).await;
    let checked = installation
        .command("check")
        .output()
        .expect("the program runs");
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
    let db = office.app.store.reader();
    let rows = delivery::Entity::find().all(db).await.expect("read");
    for id in &office.waiting {
        let row = rows.iter().find(|row| row.id == *id).expect("the delivery");
        assert_eq!(row.state, "registered");
    }
    let entries = journal::Entity::find().all(db).await.expect("read");
    let mut fired = BTreeSet::new();
    for entry in entries.iter().filter(|entry| entry.act == "timer.fired") {
        assert!(
            fired.insert((entry.instance_id, &entry.events)),
            "a timer fired twice: {}",
            entry.summary
        );
    }
    assert!(!fired.is_empty(), "no timer was due");
    let received = entries
        .iter()
        .filter(|entry| entry.act == "document.acknowledged")
        .count();
    assert_eq!(received, office.waiting.len(), "each act once");
    let mails = outbox::Entity::find().all(db).await.expect("read");
    let mut keys = BTreeSet::new();
    for mail in &mails {
        assert!(keys.insert(&mail.mail_key), "{} twice", mail.mail_key);
    }
    assert!(mails.len() >= office.waiting.len(), "{} mails", mails.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_told_as_it_came_out() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let made = office::open(folder.path(), &postgres.answer, office::ORGANISATION).await;
    let document = office::issue_decision(&made, office::DECISION).await;
    let open = office::open_deliveries(&made, document).await;
    drop(made);
    let proxy = Proxy::before(&postgres.answer).await;
    let config = Config {
        data: folder.path().to_owned(),
        database: proxy.url.clone(),
        ..Config::default()
    };
    let app = App::open(config, Clock::fake(office::start()), Ids::seeded(21))
        .await
        .expect("opened through the proxy");
    assert!(open.len() >= CUTS, "{} deliveries", open.len());
    for (n, (id, clerk)) in open.iter().take(CUTS).enumerate() {
        let reaches = n % 2 == 0;
        proxy.cut_next_commit(reaches);
        let outcome = acknowledge(&app, clerk, *id).await;
        assert!(proxy.has_cut(), "the commit went another way");
        let row = delivery::Entity::find_by_id(*id)
            .one(app.store.reader())
            .await
            .expect("read")
            .expect("the delivery");
        if reaches {
            assert!(outcome.is_ok(), "it stands, and is told so: {outcome:?}");
            assert_eq!(row.state, "registered");
        } else {
            assert!(matches!(outcome, Err(Fault::Unavailable(_))), "{outcome:?}");
            assert_eq!(row.state, "delivered", "nothing was done");
            acknowledge(&app, clerk, *id)
                .await
                .expect("pressed once more");
        }
    }
    let acts = journal::Entity::find()
        .filter(journal::Column::Act.eq("document.acknowledged"))
        .count(app.store.reader())
        .await
        .expect("counted");
    assert_eq!(usize::try_from(acts).expect("few"), CUTS, "each once");
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

/// Stands between the program and PostgreSQL and can break a connection at a commit.
struct Proxy {
    url: String,
    /// Whether the next commit is cut, and whether it gets as far as the database.
    armed: Arc<AtomicBool>,
    reaches: Arc<AtomicBool>,
}

impl Proxy {
    async fn before(database: &str) -> Self {
        let address = database
            .split_once('@')
            .and_then(|(_, rest)| rest.split('/').next())
            .expect("host and port")
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("its address").to_string();
        let proxy = Self {
            url: database.replace(&address, &own),
            armed: Arc::default(),
            reaches: Arc::default(),
        };
        let (armed, reaches) = (Arc::clone(&proxy.armed), Arc::clone(&proxy.reaches));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&address).await.expect("PostgreSQL");
                let (armed, reaches) = (Arc::clone(&armed), Arc::clone(&reaches));
                tokio::spawn(async move {
                    // The end of either side is the end of both.
                    let _ = pass(client, server, &armed, &reaches).await;
                });
            }
        });
        proxy
    }

    fn cut_next_commit(&self, reaches: bool) {
        self.reaches.store(reaches, Ordering::SeqCst);
        self.armed.store(true, Ordering::SeqCst);
    }

    fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }
}

/// Passes bytes both ways until one side ends, or until an armed commit comes by: then nothing more reaches the program.
async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    armed: &AtomicBool,
    reaches: &AtomicBool,
) -> std::io::Result<()> {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let bytes = &asked[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                let commits = bytes.windows(7).any(|window| window == b"COMMIT\0");
                if commits && armed.swap(false, Ordering::SeqCst) {
                    if reaches.load(Ordering::SeqCst) {
                        server.write_all(bytes).await?;
                        // It answers, so it has committed; nobody hears it.
                        let _unheard = server.read(&mut answered).await?;
                    }
                    return Ok(());
                }
                server.write_all(bytes).await?;
            }
            read = server.read(&mut answered) => {
                let bytes = &answered[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                client.write_all(bytes).await?;
            }
        }
    }
}
