//! Mails that come back: a delivery report (RFC 3464) is read and attached to the envelope that it is about.

use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::rows::outbox;
use super::{bury, execute, is_about_address, state};
use crate::fault::Outcome;
use crate::store::Tx;

/// What a server reports about one recipient of one of our letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The letter whose `Message-ID` the report brings back.
    pub letter: Uuid,
    /// Addresses by which the recipient may be known to us, the one that we wrote to first.
    pub recipients: Vec<String>,
    /// The status and the diagnosis, word for word.
    pub words: String,
    /// For good; otherwise the server goes on trying.
    pub failed: bool,
}

/// What became of a reported bounce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// The mail counts as returned now; its row.
    Returned(Uuid),
    /// The server still tries; its words stand at the mail.
    Delayed(Uuid),
    /// It counted as returned already.
    Known,
    /// No mail of ours is meant.
    Stranger,
}

/// The recipients of a delivery report; none where the message is no report about a letter of ours.
///
/// A report names its letter by the `Message-ID` of the mail, or of its headers, that it brings back.
#[must_use]
pub fn read(message: &[u8]) -> Vec<Bounce> {
    let Some(parsed) = MessageParser::default().parse(message) else {
        return Vec::new();
    };
    let is = |part: &mail_parser::MessagePart<'_>, kind: &str, sub: &[&str]| {
        part.content_type().is_some_and(|found| {
            found.ctype().eq_ignore_ascii_case(kind)
                && found
                    .subtype()
                    .is_some_and(|name| sub.iter().any(|sub| name.eq_ignore_ascii_case(sub)))
        })
    };
    let letter = parsed.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => inner.message_id().and_then(letter_of),
        _ if is(part, "text", &["rfc822-headers"]) => MessageParser::default()
            .parse_headers(part.contents())
            .as_ref()
            .and_then(|headers| headers.message_id().and_then(letter_of)),
        _ => None,
    });
    let Some(letter) = letter else {
        return Vec::new();
    };
    parsed
        .parts
        .iter()
        .filter(|part| {
            is(
                part,
                "message",
                &["delivery-status", "global-delivery-status"],
            )
        })
        .flat_map(|part| {
            let text = String::from_utf8_lossy(part.contents()).replace("\r\n", "\n");
            // The first block is about the message, each further one about a recipient.
            text.split("\n\n")
                .filter_map(|block| recipient(letter, block))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Our letter of a `Message-ID`.
fn letter_of(message_id: &str) -> Option<Uuid> {
    message_id.split('@').next()?.parse().ok()
}

/// One recipient's block of a delivery status.
fn recipient(letter: Uuid, block: &str) -> Option<Bounce> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let field = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    // `rfc822; an@xa.example`: what stands before the semicolon is the kind of address or of diagnosis.
    let after_kind = |value: &str| {
        let value = value.split_once(';').map_or(value, |(_, rest)| rest);
        value.trim().trim_matches(['<', '>']).to_owned()
    };
    let action = field("action")?.to_ascii_lowercase();
    if action != "failed" && action != "delayed" {
        return None;
    }
    let words = match field("diagnostic-code").map(after_kind) {
        Some(said) => said,
        None => field("status").unwrap_or_default().to_owned(),
    };
    Some(Bounce {
        letter,
        recipients: [field("original-recipient"), field("final-recipient")]
            .into_iter()
            .flatten()
            .map(after_kind)
            .collect(),
        words,
        failed: action == "failed",
    })
}

/// Attaches a bounce to its envelope; an address that is reported gone gets no more mail.
///
/// # Errors
/// What the database reports.
pub async fn attach(tx: &Tx, bounce: &Bounce, now: DateTime<Utc>) -> Outcome<Attached> {
    let envelopes = outbox::Entity::find()
        .filter(
            Condition::any()
                .add(outbox::Column::Id.eq(bounce.letter))
                .add(outbox::Column::CopyOf.eq(bounce.letter)),
        )
        .all(tx)
        .await?;
    let named = |mail: &&outbox::Model| {
        bounce
            .recipients
            .iter()
            .any(|address| address.eq_ignore_ascii_case(&mail.rcpt))
    };
    // A forwarded mail comes back from an address that we do not know; with one reader it is clear whose it was.
    let Some(mail) = envelopes.iter().find(named).or(match envelopes.as_slice() {
        [only] => Some(only),
        _ => None,
    }) else {
        return Ok(Attached::Stranger);
    };
    if !bounce.failed {
        let sql = "UPDATE outbox SET reply = $2 WHERE id = $1 AND state = 'sent'";
        execute(tx, sql, [mail.id.into(), bounce.words.as_str().into()]).await?;
        return Ok(Attached::Delayed(mail.id));
    }
    let sql = "UPDATE outbox SET state = $2, reply = $3, lease_until = NULL \
               WHERE id = $1 AND state IN ('sent', 'waiting', 'unknown')";
    let values = [
        mail.id.into(),
        state::BOUNCED.into(),
        bounce.words.as_str().into(),
    ];
    if execute(tx, sql, values).await? == 0 {
        return Ok(Attached::Known);
    }
    if is_about_address(&bounce.words) {
        bury(tx, mail.org_id, &mail.rcpt, &bounce.words, now).await?;
    }
    Ok(Attached::Returned(mail.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "0187a1b2-0000-7000-8000-000000000001";

    fn report(returned: &str, status: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: trinhky@caoloc.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nThe mail could not be delivered.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\
             --b\r\nContent-Type: {returned}\r\n\r\nMessage-ID: <{LETTER}@caoloc.example>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
        )
    }

    const FAILED: &str = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; <vanthu@xa.example>\r\n\
                          Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n  user unknown\r\n";

    #[test]
    fn a_report_names_letter_recipient_and_words() {
        for returned in ["message/rfc822", "text/rfc822-headers"] {
            assert_eq!(
                read(report(returned, FAILED).as_bytes()),
                [Bounce {
                    letter: LETTER.parse().expect("an id"),
                    recipients: vec!["vanthu@xa.example".to_owned()],
                    words: "550 5.1.1 user unknown".to_owned(),
                    failed: true,
                }],
                "{returned}"
            );
        }
    }

    #[test]
    fn several_recipients_and_delays_are_told_apart_and_successes_left_out() {
        let status = "Reporting-MTA: dns; mx.example\n\nOriginal-Recipient: rfc822;a@x.example\nFinal-Recipient: rfc822;b@y.example\n\
                      Action: delayed\nStatus: 4.4.1\n\nFinal-Recipient: rfc822; c@x.example\nAction: relayed\nStatus: 2.0.0\n";
        let found = read(report("message/rfc822", status).as_bytes());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].recipients, ["a@x.example", "b@y.example"]);
        assert_eq!((found[0].words.as_str(), found[0].failed), ("4.4.1", false));
    }

    #[test]
    fn what_is_no_report_about_a_letter_of_ours_is_none() {
        assert!(read(b"").is_empty());
        assert!(read(b"Subject: Tr\xe1\x90 l\xe1\xbb\x9di\r\n\r\nT\xc3\xb4i v\xe1\xba\xafng m\xe1\xba\xb7t.").is_empty());
        let other = report("message/rfc822", FAILED).replace(LETTER, "abc");
        assert!(read(other.as_bytes()).is_empty());
    }
}
