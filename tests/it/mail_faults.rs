//! What becomes of mails when the mail server refuses, puts off, hangs, dies, or dies after the last byte.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait as _, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tempfile::TempDir;
use trinhky::app::App;
use trinhky::clock::Clock;
use trinhky::config::{Config, Smtp};
use trinhky::ids::Ids;
use trinhky::mail::rows::outbox;
use trinhky::mail::{self, NewMail, Recorded, Sent, state};
use trinhky::people::find::all_units;
use trinhky::worker;
use uuid::Uuid;

use super::{office, tools};

/// An office whose mails go to a real SMTP server with faults.
struct Post {
    app: App,
    org: Uuid,
    folder: TempDir,
    _sink: tools::Helper,
}

impl Post {
    /// None where the server cannot be started.
    async fn new(faults: &[&str]) -> Option<Self> {
        let python = tools::python()?;
        let folder = tempfile::tempdir().expect("a folder");
        let inbox = inbox(folder.path());
        std::fs::create_dir(&inbox).expect("the inbox");
        let script = tools::root().join("tests/tools/smtp_sink.py");
        let mut arguments = vec![script.to_str()?, inbox.to_str()?];
        arguments.extend(faults);
        let Some(sink) = tools::Helper::start(&python, &arguments) else {
            tools::missing("the SMTP sink");
            return None;
        };
        let port = sink.answer.parse().expect("the sink's port");
        let app = open(folder.path(), port).await;
        let org = organisation(&app).await;
        Some(Self {
            app,
            org,
            folder,
            _sink: sink,
        })
    }

    async fn write(&self, key: &str, to: &str, cc: &[&str]) {
        write(&self.app, self.org, key, to, cc).await;
    }

    /// Works until nothing is due at the clock's instant.
    async fn work(&self) {
        worker::run_until_idle(&self.app).await.expect("work");
    }

    /// Lets time pass and works.
    async fn after(&self, minutes: i64) {
        let at = self.app.clock.now() + TimeDelta::minutes(minutes);
        self.app.clock.advance_to(at);
        self.work().await;
    }

    /// Recipients and `Message-ID` of the mails that the server holds, in the order of their arrival.
    fn arrived(&self) -> Vec<(String, String)> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(inbox(self.folder.path()))
            .expect("the inbox")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| {
                let mail =
                    String::from_utf8_lossy(&std::fs::read(path).expect("a mail")).into_owned();
                let id = mail
                    .lines()
                    .find_map(|line| line.strip_prefix("Message-ID: "))
                    .expect("its id")
                    .to_owned();
                let envelope: Value = serde_json::from_slice(
                    &std::fs::read(path.with_extension("json")).expect("its envelope"),
                )
                .expect("JSON");
                let to: Vec<String> = serde_json::from_value(envelope["to"].clone()).expect("to");
                (to.join(" "), id)
            })
            .collect()
    }

    async fn mail(&self, rcpt: &str) -> outbox::Model {
        mail_to(&self.app, rcpt).await
    }
}

fn inbox(folder: &Path) -> PathBuf {
    folder.join("inbox")
}

async fn open(folder: &Path, port: u16) -> App {
    drop(office::open(folder, "", office::ORGANISATION).await);
    let config = Config {
        data: folder.to_owned(),
        smtp: Some(Smtp {
            host: "127.0.0.1".to_owned(),
            port,
            security: "none".to_owned(),
            reply_seconds: 1,
            ..Smtp::default()
        }),
        mail_from: "Trình Ký <trinhky@caoloc.example>".to_owned(),
        // Nothing but the mails of the test.
        cron: Vec::new(),
        ..Config::default()
    };
    App::open(config, Clock::fake(office::start()), Ids::seeded(8))
        .await
        .expect("opened")
}

async fn organisation(app: &App) -> Uuid {
    let units: BTreeMap<_, _> = all_units(app.store.reader(), app.today())
        .await
        .expect("units are read");
    let (id, _) = units
        .iter()
        .find(|(id, unit)| unit.org_id == **id && unit.key == "cao-loc")
        .expect("the organisation");
    *id
}

async fn write(app: &App, org: Uuid, key: &str, to: &str, cc: &[&str]) {
    let now = app.clock.now();
    let mail = NewMail {
        key: key.to_owned(),
        template: "mail_test",
        org_id: org,
        to_name: "Lê Thị Hà".to_owned(),
        to_address: to.to_owned(),
        cc: cc.iter().map(|address| (*address).to_owned()).collect(),
        context: json!({ "recipient": "Lê Thị Hà", "office": "UBND", "at": "nay", "link": "http://x.example/" }),
        document_id: None,
        delivery_id: None,
        send_at: now,
    };
    app.store
        .write((app.ids.uuid(now), now, mail), |tx, (id, now, mail)| {
            Box::pin(mail::queue(tx, *id, *now, mail.clone()))
        })
        .await
        .expect("queued");
}

/// The newest mail to an address.
async fn mail_to(app: &App, rcpt: &str) -> outbox::Model {
    outbox::Entity::find()
        .filter(outbox::Column::Rcpt.eq(rcpt))
        .order_by_desc(outbox::Column::CreatedAt)
        .order_by_desc(outbox::Column::Id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("a mail")
}

async fn notices(app: &App) -> Vec<outbox::Model> {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq("undelivered"))
        .filter(outbox::Column::CopyOf.is_null())
        .all(app.store.reader())
        .await
        .expect("read")
}

/// F15, F16: one reader's address is gone. The others have the letter, the refusal stands word for word, the sender is
/// told once, nothing more is sent there until a person says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reader_keeps_the_letter_from_nobody_else() {
    let Some(post) = Post::new(&["--refuse", "gone"]).await else {
        return;
    };
    post.write("a", "ha@xa.example", &["gone@xa.example", "lan@xa.example"])
        .await;
    post.work().await;
    let arrived = post.arrived();
    let (letter, clerk): (Vec<_>, Vec<_>) = arrived
        .iter()
        .partition(|(to, _)| to.ends_with("@xa.example"));
    let mut readers: Vec<&str> = letter.iter().map(|(to, _)| to.as_str()).collect();
    readers.sort_unstable();
    assert_eq!(readers, ["ha@xa.example", "lan@xa.example"]);
    assert_eq!(letter[0].1, letter[1].1, "it is one letter");
    let gone = post.mail("gone@xa.example").await;
    assert_eq!(
        (gone.state.as_str(), gone.reply.as_str(), gone.attempts),
        (state::REFUSED, "550 5.1.1 no such mailbox here", 1)
    );

    // The clerk is told in words that say what to do.
    assert!(!clerk.is_empty());
    let told = notices(&post.app).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].body_text.contains("550 5.1.1 no such mailbox here"));
    assert!(told[0].body_text.contains("Địa chỉ thư không có"));

    // No retry, and the next letter is not even tried.
    post.after(4 * 24 * 60).await;
    assert_eq!(post.mail("gone@xa.example").await.attempts, 1);
    post.write("b", "gone@xa.example", &[]).await;
    post.work().await;
    let held = post.mail("gone@xa.example").await;
    assert_eq!(
        (held.state.as_str(), held.reply.as_str()),
        (state::HELD, "550 5.1.1 no such mailbox here")
    );

    // A person who says that it works again is believed; the server is asked once more.
    let (org, now) = (post.org, post.app.clock.now());
    let again = post
        .app
        .store
        .write((org, held.id, now), |tx, (org, id, now)| {
            Box::pin(mail::send_again(tx, *org, *id, *now))
        })
        .await;
    assert!(again.expect("again"));
    post.work().await;
    let asked = post.mail("gone@xa.example").await;
    assert_eq!((asked.state.as_str(), asked.attempts), (state::REFUSED, 2));
}

/// F14: a server that puts a mail off is asked again after 1 and after 5 minutes; nobody is alarmed.
#[tokio::test(flavor = "multi_thread")]
async fn greylisting_is_waited_out() {
    let Some(post) = Post::new(&["--greylist", "2"]).await else {
        return;
    };
    post.write("a", "ha@xa.example", &[]).await;
    post.work().await;
    for (minutes, attempts) in [(0, 1), (2, 2)] {
        post.after(minutes).await;
        let mail = post.mail("ha@xa.example").await;
        assert_eq!(
            (mail.state.as_str(), mail.reply.as_str(), mail.attempts),
            (
                state::WAITING,
                "451 4.7.1 greylisted, try again later",
                attempts
            )
        );
    }
    post.after(6).await;
    assert_eq!(post.arrived().len(), 1);
    let mail = post.mail("ha@xa.example").await;
    assert_eq!(
        (mail.state.as_str(), mail.reply.as_str(), mail.unsure),
        (state::SENT, "250 OK 0001", 0)
    );
    assert!(notices(&post.app).await.is_empty());
}

/// F12: the mail is taken, the answer is lost. It is sent once more with the same Message-ID, and the page can say so.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_doubles_the_mail_under_one_id_and_loses_none() {
    let Some(post) = Post::new(&["--drop", "ha@"]).await else {
        return;
    };
    post.write("a", "ha@xa.example", &["lan@xa.example"]).await;
    post.work().await;
    let mail = post.mail("ha@xa.example").await;
    assert_eq!((mail.state.as_str(), mail.unsure), (state::WAITING, 1));
    assert!(mail.reply.contains("the content"), "{}", mail.reply);
    post.after(2).await;
    let arrived = post.arrived();
    let to = |who: &str| arrived.iter().filter(|(to, _)| to == who).count();
    assert_eq!((to("ha@xa.example"), to("lan@xa.example")), (2, 1));
    assert!(arrived.iter().all(|(_, id)| *id == arrived[0].1));
    let mail = post.mail("ha@xa.example").await;
    assert_eq!((mail.state.as_str(), mail.unsure), (state::SENT, 1));
}

/// F13: nobody listens. The mail is tried after 1, 5, 15, 60 minutes and then hourly for 72 hours, then a person is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_for_three_days_makes_work_for_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its number").port();
    drop(listener);
    let app = open(folder.path(), port).await;
    let org = organisation(&app).await;
    write(&app, org, "a", "ha@xa.example", &[]).await;
    let start: DateTime<Utc> = app.clock.now();
    let mut waits = Vec::new();
    loop {
        worker::run_until_idle(&app).await.expect("work");
        let mail = mail_to(&app, "ha@xa.example").await;
        if mail.state != state::WAITING {
            break;
        }
        assert!(mail.reply.contains("cannot connect"), "{}", mail.reply);
        waits.push((mail.send_at - app.clock.now()).num_minutes());
        app.clock.advance_to(mail.send_at);
    }
    assert_eq!(
        waits[..4]
            .iter()
            .zip([1, 5, 15, 60])
            .filter(|(a, b)| *a >= b && **a <= b + b / 10 + 1)
            .count(),
        4,
        "{waits:?}"
    );
    let mail = mail_to(&app, "ha@xa.example").await;
    assert_eq!(mail.state, state::GIVEN_UP);
    let hours = (app.clock.now() - start).num_hours();
    assert!((70..=80).contains(&hours), "{hours} h");
    assert_eq!(notices(&app).await.len(), 1, "a person is told, once");

    // The notice cannot leave either; of that nobody writes another.
    app.clock.advance_to(app.clock.now() + TimeDelta::days(30));
    for _ in 0..100 {
        worker::run_until_idle(&app).await.expect("work");
        app.clock.advance_to(app.clock.now() + TimeDelta::hours(2));
    }
    let told = notices(&app).await;
    assert_eq!((told.len(), told[0].state.as_str()), (1, state::GIVEN_UP));
}

/// F17: a recipient at whom the server hangs holds up its own mail only.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_at_one_mail_lets_the_others_through() {
    let Some(post) = Post::new(&["--stall", "hang"]).await else {
        return;
    };
    post.write("a", "hang@xa.example", &[]).await;
    for n in 0..20 {
        post.write(&format!("b{n}"), &format!("u{n}@xa.example"), &[])
            .await;
    }
    post.work().await;
    assert_eq!(post.arrived().len(), 20);
    let mail = post.mail("hang@xa.example").await;
    assert_eq!(
        (mail.state.as_str(), mail.reply.as_str(), mail.unsure),
        (state::WAITING, "no answer to RCPT within 1 s", 0)
    );
}

/// F11: a worker that comes back after its lease has run out changes nothing that another has recorded.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_slept_does_not_undo_what_another_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let org = organisation(&app).await;
    write(&app, org, "a", "ha@xa.example", &[]).await;
    let claim = async || {
        let input = app.clock.now();
        let claimed = app
            .store
            .write(input, |tx, now| Box::pin(mail::claim(tx, "w", *now, 1)));
        claimed.await.expect("claimed").pop()
    };
    let record = async |mail: mail::Claimed, sent: Sent| {
        let input = (mail, sent, app.clock.now());
        app.store
            .write(input, |tx, (mail, sent, now)| {
                Box::pin(mail::record(tx, mail, sent, *now))
            })
            .await
            .expect("recorded")
    };
    let sleeper = claim().await.expect("the mail");
    assert!(claim().await.is_none(), "it is held");
    // In hand for so long that a try might end after the lease: it is not begun.
    let later = |minutes| app.clock.now() + TimeDelta::minutes(minutes);
    assert!(!sleeper.may_outlast_its_lease(later(5)));
    assert!(sleeper.may_outlast_its_lease(later(6)));
    app.clock
        .advance_to(app.clock.now() + mail::LEASE + TimeDelta::minutes(1));
    let other = claim().await.expect("its lease has run out");
    assert_eq!(
        record(other, Sent::Accepted("250 second".to_owned())).await,
        Recorded::Fine
    );
    let late = Sent::Refused {
        reply: "550 first".to_owned(),
        address: true,
    };
    assert_eq!(record(sleeper, late).await, Recorded::Overtaken);
    let mail = mail_to(&app, "ha@xa.example").await;
    assert_eq!(
        (mail.state.as_str(), mail.reply.as_str()),
        (state::SENT, "250 second")
    );
}

/// Mails that a server took are recorded in one statement, whatever their number; not those that another worker has since.
async fn what_was_taken_is_recorded_in_one_statement(app: &App) {
    let org = organisation(app).await;
    for n in 0..3 {
        write(app, org, &format!("a{n}"), &format!("u{n}@xa.example"), &[]).await;
    }
    let claim = async |limit: u32| {
        let input = (app.clock.now(), limit);
        app.store
            .write(input, |tx, (now, limit)| {
                Box::pin(mail::claim(tx, "w", *now, *limit))
            })
            .await
            .expect("claimed")
    };
    let slept = claim(10).await;
    assert_eq!(slept.len(), 3);
    app.clock
        .advance_to(app.clock.now() + mail::LEASE + TimeDelta::minutes(1));
    let other = claim(1).await.pop().expect("its lease has run out");
    let before = app.store.statements();
    let recorded = app
        .store
        .write((slept, app.clock.now()), |tx, (slept, now)| {
            Box::pin(async move {
                let taken: Vec<_> = slept.iter().map(|mail| (mail, "250 OK", *now)).collect();
                mail::record_accepted(tx, &taken).await
            })
        })
        .await
        .expect("recorded");
    // On PostgreSQL the number of the transaction is asked for, too.
    assert!(app.store.statements() - before <= 2);
    assert_eq!(recorded.len(), 2);
    assert!(!recorded.contains(&other.id));
    let mails = outbox::Entity::find()
        .filter(outbox::Column::MailKey.starts_with("a"))
        .all(app.store.reader())
        .await
        .expect("read");
    for mail in mails {
        let expected = if mail.id == other.id {
            (state::WAITING, "", None)
        } else {
            (state::SENT, "250 OK", Some(app.clock.now()))
        };
        assert_eq!(
            (mail.state.as_str(), mail.reply.as_str(), mail.sent_at),
            expected,
            "{}",
            mail.rcpt
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_recorded_in_one_statement_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    what_was_taken_is_recorded_in_one_statement(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_recorded_in_one_statement_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &postgres.answer, office::ORGANISATION).await;
    what_was_taken_is_recorded_in_one_statement(&app).await;
}

/// F18: mails of a restored database may have been sent since; none leaves without a person.
#[tokio::test(flavor = "multi_thread")]
async fn mails_of_a_restored_database_wait_for_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let org = organisation(&app).await;
    write(&app, org, "a", "ha@xa.example", &["lan@xa.example"]).await;
    let doubted = app.store.write((), |tx, ()| {
        Box::pin(async move { Ok(tx.execute_unprepared(mail::DOUBT_WAITING).await?) })
    });
    assert_eq!(doubted.await.expect("doubted").rows_affected(), 2);
    worker::run_until_idle(&app).await.expect("work");
    let mail = mail_to(&app, "ha@xa.example").await;
    assert_eq!((mail.state.as_str(), mail.attempts), (state::UNKNOWN, 0));
    let input = (org, mail.id, app.clock.now());
    let again = app.store.write(input, |tx, (org, id, now)| {
        Box::pin(mail::send_again(tx, *org, *id, *now))
    });
    assert!(again.await.expect("again"));
    worker::run_until_idle(&app).await.expect("work");
    assert_eq!(mail_to(&app, "ha@xa.example").await.state, state::SENT);
    assert_eq!(mail_to(&app, "lan@xa.example").await.state, state::UNKNOWN);
}

/// A report of the mail server, piped to the program, is attached to the reader's line; the sender's office is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_returned_mail_is_attached_to_its_reader() {
    let Some(post) = Post::new(&[]).await else {
        return;
    };
    post.write("a", "ha@xa.example", &["lan@xa.example"]).await;
    post.work().await;
    let letter = post.mail("ha@xa.example").await.id;
    let report = format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: trinhky@caoloc.example\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; LAN@xa.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{letter}@caoloc.example>\r\n\r\n--b--\r\n"
    );
    let (code, said) = piped(post.folder.path(), &report);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("LAN@xa.example: returned"), "{said}");
    let copy = post.mail("lan@xa.example").await;
    assert_eq!(
        (copy.state.as_str(), copy.reply.as_str()),
        (state::BOUNCED, "550 5.1.1 user unknown")
    );
    assert_eq!(post.mail("ha@xa.example").await.state, state::SENT);

    // Told once, also when the report comes twice; the address gets no more mail.
    let (code, said) = piped(post.folder.path(), &report);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("known already"), "{said}");
    post.app.clock.advance_to(Clock::System.now());
    post.work().await;
    assert_eq!(notices(&post.app).await.len(), 1);
    post.write("b", "lan@xa.example", &[]).await;
    post.work().await;
    assert_eq!(post.mail("lan@xa.example").await.state, state::HELD);

    // What is no report about a mail of ours is answered so, and changes nothing.
    for stranger in [
        "Subject: out of office\r\n\r\nBack on Monday.\r\n".to_owned(),
        report.replace(&letter.to_string(), "0187a1b2-0000-7000-8000-000000000009"),
    ] {
        let (code, said) = piped(post.folder.path(), &stranger);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("no "), "{said}");
    }
}

/// Pipes a message to `trinhky mail bounce`.
fn piped(data: &Path, message: &str) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_trinhky"))
        .args(["mail", "bounce", "--data"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(message.as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), said)
}
