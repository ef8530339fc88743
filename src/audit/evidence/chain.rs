//! The chain of lines: how one follows another, and whether a whole chain holds. Pure: the verifier of proof packs, which
//! knows no installation, uses the same.

use serde_json::{Value, json};

use super::{Event, Side};
use crate::files::digest;

/// The name and version of the format.
pub const FORMAT: &str = "trinhky-proof/1";
/// What the first line holds in the place of a digest.
pub const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What the evidence is about, told by its first line.
#[derive(Debug, Clone)]
pub struct About {
    /// SHA-256 of the sealed file.
    pub document: String,
    pub title: String,
    pub number: i32,
    pub symbol: String,
    pub issued_on: chrono::NaiveDate,
    pub subject: String,
    pub agency: String,
}

impl About {
    /// Line 0.
    pub(super) fn line(&self) -> String {
        json!({
            "n": 0,
            "previous": NOTHING_BEFORE,
            "format": FORMAT,
            "document": self.document,
            "title": self.title,
            "number": self.number,
            "symbol": self.symbol,
            "issued_on": self.issued_on.to_string(),
            "subject": self.subject,
            "agency": self.agency,
        })
        .to_string()
    }
}

/// The line that follows another; its number and itself.
///
/// # Errors
/// When the line before is none.
pub(super) fn follow(
    last: &str,
    event: &Event,
    unit_name: &str,
) -> Result<(i64, String), serde_json::Error> {
    let before: Value = serde_json::from_str(last)?;
    let n = before["n"].as_i64().unwrap_or_default() + 1;
    let (recipient, on_behalf) = match event.kind.side {
        Side::Sender => (None, Some(unit_name)),
        Side::Recipient => (Some(unit_name), Some(unit_name)),
        Side::Installation => (Some(unit_name), None),
    };
    let mut line = json!({
        "n": n,
        "previous": digest(last.as_bytes()),
        "event": event.kind.code,
        "name": event.kind.name,
        "grade": event.kind.grade,
        "at": event.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "recipient": recipient,
        "recipient_id": recipient.map(|_| event.unit_id),
        "actor": event.actor,
        "mandate": event.mandate,
        "on_behalf": on_behalf,
        "policy": event.kind.policy,
        "document": before["document"],
        "channel": event.channel,
        "detail": event.detail,
    });
    if event.reconstructed {
        line["reconstructed"] = json!(true);
    }
    Ok((n, line.to_string()))
}

/// Where a chain does not hold.
#[derive(Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A line is not what its follower, or the format, says; counted from 1, as editors do.
    Line(usize),
    /// It is about another document.
    Document,
}

/// Whether the lines are a whole chain about the document with this digest; how many events it tells.
///
/// # Errors
/// The first place where it does not hold.
pub fn check<'l>(lines: impl Iterator<Item = &'l str>, document: &str) -> Result<usize, Wrong> {
    let mut previous = NOTHING_BEFORE.to_owned();
    let mut count = 0;
    for line in lines {
        let wrong = || Wrong::Line(count + 1);
        let said: Value = serde_json::from_str(line).map_err(|_| wrong())?;
        if said["n"] != count as u64 || said["previous"] != previous {
            return Err(wrong());
        }
        if count == 0 && said["format"] != FORMAT {
            return Err(wrong());
        }
        if said["document"] != document {
            return Err(Wrong::Document);
        }
        previous = digest(line.as_bytes());
        count += 1;
    }
    count.checked_sub(1).ok_or(Wrong::Line(1))
}
