//! One SMTP server: connections that are kept between mails, a limit on every phase of the dialogue, and what an answer
//! in each phase means for the mail.

use std::time::Duration;

use anyhow::Context as _;
use lettre::address::Address;
use lettre::message::Message;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::rate::Rate;
use super::send::Sent;
use crate::config::Smtp;

/// Mails that are on their way to the server at the same time, each on its own connection.
pub(super) const LANES: usize = 4;

/// The server with its idle connections.
pub struct Server {
    settings: Smtp,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
    pub(super) rate: Rate,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Server")
            .field("host", &self.settings.host)
            .finish_non_exhaustive()
    }
}

/// Why a phase did not end well.
enum Trouble {
    /// The server's answer, word for word, and whether it is for good.
    Answer { reply: String, permanent: bool },
    /// No answer: the connection broke, or the phase took too long.
    Silence(String),
}

impl Server {
    pub fn new(settings: Smtp) -> Self {
        Self {
            rate: Rate::new(settings.per_minute),
            settings,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// One try for one recipient.
    pub async fn send(&self, to: &Address, message: &Message) -> Sent {
        let mut connection = match self.named(to, message).await {
            Ok(connection) => connection,
            Err(sent) => return sent,
        };
        let sent = self.hand_over(&mut connection, to, message).await;
        if matches!(sent, Sent::Accepted(_)) {
            self.idle.lock().await.push(connection);
        } else {
            self.close(connection).await;
        }
        sent
    }

    /// A connection on which the mail was named: a kept one where it still takes mails, else a new one.
    async fn named(&self, to: &Address, message: &Message) -> Result<AsyncSmtpConnection, Sent> {
        let kept = self.idle.lock().await.pop();
        if let Some(mut kept) = kept {
            if self.name(&mut kept, to, message).await.is_ok() {
                return Ok(kept);
            }
            self.close(kept).await;
        }
        // Whatever the server says before a mail is named concerns no mail: it is tried again.
        let mut connection = self
            .connect()
            .await
            .map_err(|error| Sent::Later(format!("{error:#}")))?;
        match self.name(&mut connection, to, message).await {
            Ok(()) => Ok(connection),
            Err(sent) => {
                self.close(connection).await;
                Err(sent)
            }
        }
    }

    /// Tells the server that a mail comes, and from whom.
    async fn name(
        &self,
        connection: &mut AsyncSmtpConnection,
        to: &Address,
        message: &Message,
    ) -> Result<(), Sent> {
        let from = message.envelope().from().cloned();
        let mut options = Vec::new();
        if from
            .iter()
            .chain([to])
            .any(|address| !AsRef::<str>::as_ref(address).is_ascii())
        {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                return Err(Sent::Refused {
                    reply: format!("the mail server takes no address with accents ({to})"),
                    address: true,
                });
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let command = connection.command(Mail::new(from, options));
        // A sender that the server does not like is a wrong setting, not the recipient's fault.
        match limited(self.reply_limit(), "MAIL", command).await {
            Ok(_) => Ok(()),
            Err(trouble) => Err(Sent::Later(trouble.words())),
        }
    }

    /// Tells the server who receives the mail, and gives it the content.
    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        to: &Address,
        message: &Message,
    ) -> Sent {
        let reply = self.reply_limit();
        let recipient = Rcpt::new(to.clone(), Vec::new());
        if let Err(trouble) = limited(reply, "RCPT", connection.command(recipient)).await {
            return trouble.refusal(true);
        }
        if let Err(trouble) = limited(reply, "DATA", connection.command(Data)).await {
            return trouble.refusal(false);
        }
        let content = message.formatted();
        let limit = Duration::from_secs(self.settings.data_seconds);
        match limited(limit, "the content", connection.message(&content)).await {
            Ok(response) => Sent::Accepted(words(&response)),
            Err(Trouble::Silence(what)) => Sent::Unclear(what),
            Err(trouble) => trouble.refusal(false),
        }
    }

    fn connect_limit(&self) -> Duration {
        Duration::from_secs(self.settings.connect_seconds)
    }

    fn reply_limit(&self) -> Duration {
        Duration::from_secs(self.settings.reply_seconds)
    }

    /// Connects without Nagle's delay, which costs 40 ms a mail.
    async fn connect(&self) -> anyhow::Result<AsyncSmtpConnection> {
        let Smtp {
            host,
            port,
            security,
            user,
            password,
            ..
        } = &self.settings;
        let (connect, reply) = (self.connect_limit(), self.reply_limit());
        let silent = |limit: Duration, what: &str| {
            format!("{host} does not {what} within {} s", limit.as_secs())
        };
        let hello = ClientId::default();
        let greeted = async {
            if security == "tls" {
                let tls = Some(TlsParameters::new(host.clone())?);
                let server = (host.as_str(), *port);
                return Ok(AsyncSmtpConnection::connect_tokio1(
                    server,
                    Some(connect),
                    &hello,
                    tls,
                    None,
                )
                .await?);
            }
            let stream = timeout(
                connect,
                tokio::net::TcpStream::connect((host.as_str(), *port)),
            )
            .await
            .with_context(|| silent(connect, "answer"))?
            .with_context(|| format!("cannot connect to {host}:{port}"))?;
            stream.set_nodelay(true)?;
            let mut connection =
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
                    .await
                    .map_err(said_error)?;
            if security == "starttls" {
                connection
                    .starttls(TlsParameters::new(host.clone())?, &hello)
                    .await
                    .map_err(said_error)?;
            }
            anyhow::Ok(connection)
        };
        let mut connection = timeout(connect + reply, greeted)
            .await
            .with_context(|| silent(connect + reply, "greet"))??;
        if !user.is_empty() {
            let credentials = Credentials::new(user.clone(), password.clone());
            let signed_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            timeout(reply, signed_in)
                .await
                .with_context(|| silent(reply, "answer the sign-in"))?
                .map_err(said_error)?;
        }
        Ok(connection)
    }

    /// A server that does not answer is not waited for once more.
    async fn close(&self, mut connection: AsyncSmtpConnection) {
        let _ = timeout(self.connect_limit(), connection.abort()).await;
    }
}

impl Trouble {
    fn words(self) -> String {
        match self {
            Self::Answer { reply, .. } | Self::Silence(reply) => reply,
        }
    }

    /// What the trouble means before the content is out; `address` where the answer was about the recipient.
    fn refusal(self, address: bool) -> Sent {
        match self {
            Self::Answer {
                reply,
                permanent: true,
            } => Sent::Refused {
                address: address && is_about_address(&reply),
                reply,
            },
            Self::Answer { reply, .. } | Self::Silence(reply) => Sent::Later(reply),
        }
    }
}

/// Whether a refusal says that the mailbox is not there, rather than that this server or this mail is not welcome
/// (RFC 3463: 5.1.x and 5.2.1; without such a code the older answers 550, 551 and 553).
pub(super) fn is_about_address(reply: &str) -> bool {
    let mut words = reply.split([' ', '-']);
    let code = words.next().unwrap_or_default();
    match words.next().and_then(|word| word.strip_prefix("5.")) {
        Some(detail) if detail.starts_with(|c: char| c.is_ascii_digit()) => {
            detail.starts_with("1.") || detail == "2.1"
        }
        _ => matches!(code, "550" | "551" | "553"),
    }
}

async fn limited(
    limit: Duration,
    phase: &str,
    answer: impl Future<Output = Result<Response, lettre::transport::smtp::Error>>,
) -> Result<Response, Trouble> {
    match timeout(limit, answer).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) if error.status().is_some() => Err(Trouble::Answer {
            permanent: error.is_permanent(),
            reply: said(&error),
        }),
        Ok(Err(error)) => Err(Trouble::Silence(format!(
            "the connection broke at {phase}: {}",
            said(&error)
        ))),
        Err(_) => Err(Trouble::Silence(format!(
            "no answer to {phase} within {} s",
            limit.as_secs()
        ))),
    }
}

/// The server's words where it said some, else what went wrong.
fn said(error: &lettre::transport::smtp::Error) -> String {
    match (error.status(), std::error::Error::source(error)) {
        (Some(code), Some(text)) => format!("{code} {text}"),
        (Some(code), None) => code.to_string(),
        (None, _) => error.to_string(),
    }
}

fn said_error(error: lettre::transport::smtp::Error) -> anyhow::Error {
    anyhow::anyhow!(said(&error))
}

fn words(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), text.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_that_is_not_there_is_told_from_a_mail_that_is_not_welcome() {
        for gone in [
            "550 5.1.1 no such mailbox here",
            "550 No such user",
            "553 sorry, no mailbox by that name",
            "550 5.2.1 disabled",
        ] {
            assert!(is_about_address(gone), "{gone}");
        }
        for unwelcome in [
            "550 5.7.1 blocked by policy",
            "552 5.2.2 mailbox full",
            "554 rejected",
            "",
        ] {
            assert!(!is_about_address(unwelcome), "{unwelcome}");
        }
    }
}
