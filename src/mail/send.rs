//! The ways a mail leaves: a real SMTP server, or files in a folder.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, MultiPartKind, SinglePart};

use super::Claimed;
use super::smtp::{LANES, Server};
use crate::config::Smtp;

/// Mails that one worker holds at a time: so many leave while one commit records others, and so many may leave twice when
/// the program dies before that commit.
const IN_HAND: usize = 128;

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The server took it; its words.
    Accepted(String),
    /// Refused for good; its words, and whether they say that the address takes no mail at all.
    Refused { reply: String, address: bool },
    /// Not tried: the address takes no mail, as a server said before.
    Held(String),
    /// Not now; tried again later.
    Later(String),
    /// The connection broke after the last byte: perhaps it has arrived. Tried again, as SMTP asks.
    Unclear(String),
}

impl Sent {
    /// What the server, or whatever stood in the way, said.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Accepted(words)
            | Self::Held(words)
            | Self::Later(words)
            | Self::Unclear(words)
            | Self::Refused { reply: words, .. } => words,
        }
    }
}

/// How mails leave this installation.
#[derive(Debug, Clone)]
pub enum Mailer {
    Smtp(Arc<Server>),
    Files(PathBuf),
}

impl Mailer {
    /// Connections to the configured server.
    #[must_use]
    pub fn smtp(settings: Smtp) -> Self {
        Self::Smtp(Arc::new(Server::new(settings)))
    }

    /// How many mails may be under way at the same time: one that hangs holds up its own lane only.
    #[must_use]
    pub fn lanes(&self) -> usize {
        match self {
            Self::Smtp(_) => LANES,
            Self::Files(_) => 1,
        }
    }

    /// How many mails a worker takes at a time, those under way among them.
    #[must_use]
    pub fn in_hand(&self) -> usize {
        IN_HAND
    }

    /// Whether the mail's domain may have one more now.
    ///
    /// # Errors
    /// From when on it may.
    pub fn may_send(&self, mail: &Claimed, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        match self {
            Self::Smtp(server) => server.rate.take(&mail.rcpt, now),
            Self::Files(_) => Ok(()),
        }
    }

    /// Tries to send one mail to the reader of its envelope.
    pub async fn send(&self, from: &str, mail: &Claimed) -> Sent {
        if let Some(reply) = &mail.dead {
            return Sent::Held(reply.clone());
        }
        let (message, to) = match build(from, mail) {
            Ok(built) => built,
            Err(error) => {
                return Sent::Refused {
                    reply: format!("{error:#}"),
                    address: false,
                };
            }
        };
        match self {
            Self::Files(folder) => write_file(folder, mail, &message).await.map_or_else(
                |error| Sent::Later(format!("{error:#}")),
                |path| Sent::Accepted(format!("written to {path}")),
            ),
            Self::Smtp(server) => server.send(&to, &message).await,
        }
    }
}

/// Builds the mail with everything that would otherwise be drawn at random or from the clock, and who receives it.
fn build(from: &str, mail: &Claimed) -> anyhow::Result<(Message, Address)> {
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
        .message_id(Some(format!("<{}@{domain}>", mail.letter())));
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
    let body = if mail.calendar.is_empty() {
        alternative(mail)
    } else {
        MultiPart::builder()
            .kind(MultiPartKind::Mixed)
            .boundary(format!("tk-m-{}", mail.letter().simple()))
            .multipart(alternative(mail))
            .singlepart(Attachment::new("han.ics".to_owned()).body(
                mail.calendar.clone(),
                "text/calendar; charset=utf-8".parse()?,
            ))
    };
    let mut message = builder.multipart(body)?;
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    let to = mail.rcpt.parse().context("the recipient's address")?;
    Ok((message, to))
}

/// The boundary is given, so that the same mail is the same bytes.
fn alternative(mail: &Claimed) -> MultiPart {
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("tk-{}", mail.letter().simple()))
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

/// All envelopes of a letter carry the same: one file.
async fn write_file(
    folder: &std::path::Path,
    mail: &Claimed,
    message: &Message,
) -> anyhow::Result<String> {
    let name = format!(
        "{}-{}.eml",
        mail.created_at.format("%Y%m%dT%H%M%S"),
        mail.letter().simple()
    );
    let path = folder.join(name);
    tokio::fs::create_dir_all(folder).await?;
    tokio::fs::write(&path, message.formatted()).await?;
    Ok(path.display().to_string())
}
