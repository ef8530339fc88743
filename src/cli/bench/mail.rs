//! Mails from the outbox to a server, recorded as sent, beside the same letters given to lettre with no outbox: as many
//! connections, without Nagle's delay, the same server in the same run.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lettre::address::Envelope;
use lettre::message::{Message, MultiPart};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use sea_orm::EntityTrait;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::storage::Bench;
use crate::app::Cx;
use crate::clock::Stopwatch;
use crate::config::{Config, Smtp};
use crate::fault::Outcome;
use crate::mail::{self, NewMail, rows::outbox};
use crate::people::Actor;
use crate::worker;

/// Mails of one measurement.
const MAILS: usize = 2_000;
/// Mails queued by one act.
const CHUNK: usize = 200;

/// Seconds of a mail by us, with its outbox, and by lettre alone.
pub struct Mails {
    pub connections: usize,
    pub ours: f64,
    pub lettre: f64,
}

/// Sends the same letters both ways to a server of this run.
///
/// # Errors
/// What the database or the connection reports.
pub async fn measure(folder: &Path, database: &str) -> anyhow::Result<Mails> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    let taken = Arc::new(AtomicUsize::new(0));
    tokio::spawn(serve(listener, Arc::clone(&taken)));
    let config = Config {
        data: folder.to_owned(),
        database: database.to_owned(),
        smtp: Some(Smtp {
            host: server.ip().to_string(),
            port: server.port(),
            security: "none".to_owned(),
            per_minute: 0,
            ..Smtp::default()
        }),
        ..Config::default()
    };
    let bench = Bench::open_with(config).await?;
    let app = &bench.app;
    // What the new office has to do for itself.
    worker::run_until_idle(app).await?;
    taken.store(0, Ordering::Relaxed);
    for from in (0..MAILS).step_by(CHUNK) {
        app.act(
            &Actor::system(),
            (bench.org_id, from),
            |cx, (org_id, from)| Box::pin(queue(cx, *org_id, *from)),
        )
        .await?;
    }
    let watch = Stopwatch::start();
    worker::run_until_idle(app).await?;
    let ours = watch.seconds() / MAILS as f64;
    let sent = taken.load(Ordering::Relaxed);
    anyhow::ensure!(sent == MAILS, "{sent} mails arrived, not {MAILS}");
    let connections = app.mailer.lanes();
    let letters = letters(&bench).await?;
    let lettre = by_lettre(server, connections, letters).await?;
    anyhow::ensure!(
        taken.load(Ordering::Relaxed) == 2 * MAILS,
        "lettre lost a mail"
    );
    Ok(Mails {
        connections,
        ours,
        lettre,
    })
}

async fn queue(cx: Cx<'_>, org_id: Uuid, from: usize) -> Outcome<()> {
    for n in from..from + CHUNK {
        let mail = NewMail {
            key: format!("bench:{n}"),
            template: "task",
            org_id,
            to_name: format!("Người nhận {n}"),
            to_address: format!("nguoi-{n}@noi-nhan.example"),
            cc: Vec::new(),
            context: json!({
                "recipient": format!("Người nhận {n}"),
                "post": "Chủ tịch",
                "task": "Phê duyệt",
                "title": "dự thảo Quyết định ban hành Mục tiêu chất lượng năm 2023",
                "subject": "Ban hành Mục tiêu chất lượng năm 2023 của Ủy ban nhân dân huyện Cao Lộc",
                "sender": "Văn phòng HĐND và UBND huyện",
                "due": "thứ Sáu 24/03/2023, 17:00",
                "left": "còn 2 ngày làm việc",
                "link": format!("http://trinhky.example/van-ban/{n}"),
            }),
            document_id: None,
            delivery_id: None,
            send_at: cx.now,
        };
        mail::queue(cx.tx, cx.id(), cx.now, mail).await?;
    }
    Ok(())
}

/// The letters of the outbox as lettre builds them.
async fn letters(bench: &Bench) -> anyhow::Result<Vec<Message>> {
    let from: lettre::message::Mailbox = bench.app.config.mail_from.parse()?;
    outbox::Entity::find()
        .all(bench.app.store.reader())
        .await?
        .into_iter()
        .filter(|row| row.mail_key.starts_with("bench:"))
        .map(|row| {
            Ok(Message::builder()
                .from(from.clone())
                .to(format!("{} <{}>", row.to_name, row.to_address).parse()?)
                .subject(row.subject)
                .date(row.created_at.into())
                .message_id(Some(format!("<{}@bench.example>", row.id)))
                .multipart(MultiPart::alternative_plain_html(
                    row.body_text,
                    row.body_html,
                ))?)
        })
        .collect()
}

/// Seconds of a letter over so many connections, each written out as it is sent.
async fn by_lettre(
    server: SocketAddr,
    connections: usize,
    letters: Vec<Message>,
) -> anyhow::Result<f64> {
    let (letters, next) = (Arc::new(letters), Arc::new(AtomicUsize::new(0)));
    let watch = Stopwatch::start();
    let lanes = (0..connections).map(|_| {
        let (letters, next) = (Arc::clone(&letters), Arc::clone(&next));
        tokio::spawn(async move {
            let stream = TcpStream::connect(server).await?;
            stream.set_nodelay(true)?;
            let mut connection =
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &ClientId::default())
                    .await?;
            while let Some(letter) = letters.get(next.fetch_add(1, Ordering::Relaxed)) {
                let envelope: &Envelope = letter.envelope();
                connection.send(envelope, &letter.formatted()).await?;
            }
            connection.quit().await?;
            anyhow::Ok(())
        })
    });
    for lane in futures::future::join_all(lanes).await {
        lane??;
    }
    Ok(watch.seconds() / MAILS as f64)
}

/// A server that takes every mail and forgets it.
async fn serve(listener: TcpListener, taken: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let taken = Arc::clone(&taken);
        tokio::spawn(async move {
            // A client that goes away is done.
            let _ = converse(stream, &taken).await;
        });
    }
}

async fn converse(stream: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"220 bench.example\r\n").await?;
    let mut line = Vec::new();
    let mut content = false;
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match (content, word.as_slice()) {
            (true, _) if line == b".\r\n" => {
                content = false;
                taken.fetch_add(1, Ordering::Relaxed);
                b"250 2.0.0 taken\r\n"
            }
            (true, _) => continue,
            (false, b"EHLO") => b"250-bench.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            (false, b"DATA") => {
                content = true;
                b"354 go on\r\n"
            }
            (false, b"QUIT") => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            (false, _) => b"250 2.0.0 fine\r\n",
        };
        writer.write_all(reply).await?;
    }
}
