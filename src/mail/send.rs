//! The ways a mail leaves: a real SMTP server, or files in a folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, MultiPartKind, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::sync::{Mutex, Semaphore};

use super::Claimed;
use crate::config::Smtp;

/// Connections to the SMTP server at the same time.
const MAX_CONNECTIONS: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(30);

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The server took it; its words.
    Accepted(String),
    /// Refused for good; its words.
    Refused(String),
    /// Not now; tried again later.
    Later(String),
}

/// How mails leave this installation.
#[derive(Debug, Clone)]
pub enum Mailer {
    Smtp(Arc<SmtpPool>),
    Files(PathBuf),
}

impl Mailer {
    /// A pool of connections to the configured server.
    #[must_use]
    pub fn smtp(settings: Smtp) -> Self {
        Self::Smtp(Arc::new(SmtpPool {
            settings,
            permits: Semaphore::new(MAX_CONNECTIONS),
            idle: Mutex::new(Vec::new()),
        }))
    }

    /// Tries to send one mail.
    pub async fn send(&self, from: &str, mail: &Claimed) -> Sent {
        let message = match build(from, mail) {
            Ok(message) => message,
            Err(error) => return Sent::Refused(format!("{error:#}")),
        };
        match self {
            Self::Files(folder) => write_file(folder, mail, &message).await.map_or_else(
                |error| Sent::Later(format!("{error:#}")),
                |path| Sent::Accepted(format!("written to {path}")),
            ),
            Self::Smtp(pool) => pool.send(&message).await,
        }
    }
}

/// Connections that are kept open between mails, bounded by a semaphore.
pub struct SmtpPool {
    settings: Smtp,
    permits: Semaphore,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl std::fmt::Debug for SmtpPool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SmtpPool")
            .field("host", &self.settings.host)
            .finish_non_exhaustive()
    }
}

impl SmtpPool {
    async fn send(&self, message: &Message) -> Sent {
        let Ok(_permit) = self.permits.acquire().await else {
            return Sent::Later("the mailer is closed".to_owned());
        };
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(error) => return Sent::Later(format!("{error:#}")),
        };
        match connection
            .send(message.envelope(), &message.formatted())
            .await
        {
            Ok(response) => {
                self.idle.lock().await.push(connection);
                Sent::Accepted(words(&response))
            }
            Err(error) => {
                connection.abort().await;
                if error.is_permanent() {
                    Sent::Refused(error.to_string())
                } else {
                    Sent::Later(error.to_string())
                }
            }
        }
    }

    /// A kept connection that still answers, or a new one.
    async fn connection(&self) -> anyhow::Result<AsyncSmtpConnection> {
        let kept = self.idle.lock().await.pop();
        if let Some(mut connection) = kept
            && connection.test_connected().await
        {
            return Ok(connection);
        }
        self.connect().await
    }

    /// Connects without Nagle's delay, which costs 40 ms a mail.
    async fn connect(&self) -> anyhow::Result<AsyncSmtpConnection> {
        let Smtp {
            host,
            port,
            security,
            user,
            password,
        } = &self.settings;
        let stream = tokio::time::timeout(
            TIMEOUT,
            tokio::net::TcpStream::connect((host.as_str(), *port)),
        )
        .await
        .context("the SMTP server does not answer")??;
        stream.set_nodelay(true)?;
        let hello = ClientId::default();
        let mut connection = match security.as_str() {
            "none" => AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?,
            "starttls" => {
                let mut connection =
                    AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?;
                connection
                    .starttls(TlsParameters::new(host.clone())?, &hello)
                    .await?;
                connection
            }
            "tls" => {
                let tls = Some(TlsParameters::new(host.clone())?);
                AsyncSmtpConnection::connect_tokio1(
                    (host.as_str(), *port),
                    Some(TIMEOUT),
                    &hello,
                    tls,
                    None,
                )
                .await?
            }
            other => anyhow::bail!("smtp.security is `{other}`; write none, starttls or tls"),
        };
        if !user.is_empty() {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await?;
        }
        Ok(connection)
    }
}

/// Builds the mail with everything that would otherwise be drawn at random or from the clock.
fn build(from: &str, mail: &Claimed) -> anyhow::Result<Message> {
    let sender: Mailbox = from
        .parse()
        .context("the sender's address in the configuration")?;
    let domain = sender.email.domain().to_owned();
    let mut builder = Message::builder()
        .from(sender.clone())
        .to(Mailbox::new(
            Some(mail.to_name.clone()),
            mail.to_address.parse().context("the recipient's address")?,
        ))
        .subject(mail.subject.clone())
        .date(mail.created_at.into())
        .message_id(Some(format!("<{}@{domain}>", mail.id)));
    for copy in mail
        .cc_addresses
        .split(", ")
        .filter(|address| !address.is_empty())
    {
        builder = builder.cc(copy.parse().context("a copy's address")?);
    }
    if let Some(document) = mail.document_id {
        // All mails about one document form one thread.
        builder = builder.references(format!("<{document}@{domain}>"));
    }
    let mut message = builder.multipart(alternative(mail))?;
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    Ok(message)
}

/// The boundary is given, so that the same mail is the same bytes.
fn alternative(mail: &Claimed) -> MultiPart {
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("tk-{}", mail.id.simple()))
        .singlepart(
            SinglePart::builder()
                .header(ContentType::TEXT_PLAIN)
                .body(mail.body_text.clone()),
        )
        .singlepart(
            SinglePart::builder()
                .header(ContentType::TEXT_HTML)
                .body(mail.body_html.clone()),
        )
}

async fn write_file(
    folder: &std::path::Path,
    mail: &Claimed,
    message: &Message,
) -> anyhow::Result<String> {
    let name = format!(
        "{}-{}.eml",
        mail.created_at.format("%Y%m%dT%H%M%S"),
        mail.id.simple()
    );
    let path = folder.join(name);
    tokio::fs::create_dir_all(folder).await?;
    tokio::fs::write(&path, message.formatted()).await?;
    Ok(path.display().to_string())
}

fn words(response: &lettre::transport::smtp::response::Response) -> String {
    format!(
        "{} {}",
        response.code(),
        response.message().collect::<Vec<_>>().join(" ")
    )
}
