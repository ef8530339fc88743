//! The deadline of a letter as a file for the reader's calendar.

use chrono::{DateTime, Utc};
use serde_json::Value;
use trinhky_calendar::{IcsEvent, ics_text};

use crate::fault::Outcome;
use crate::files::digest;

/// The calendar file of a letter that names a deadline; empty for others. Later letters about the same page move the same
/// entry, they make no second one.
pub(super) fn of(context: &Value, subject: &str, now: DateTime<Utc>) -> Outcome<String> {
    let text = |name: &str| context[name].as_str().unwrap_or_default();
    if text("due_at").is_empty() {
        return Ok(String::new());
    }
    let due: DateTime<Utc> = text("due_at").parse().map_err(anyhow::Error::from)?;
    let link = text("link");
    let event = IcsEvent {
        uid: format!("{}@trinhky", &digest(link.as_bytes())[..32]),
        due,
        summary: subject.to_owned(),
        description: text("subject").to_owned(),
        url: link.to_owned(),
        // Seconds since 1970: a later letter wins.
        sequence: u32::try_from(now.timestamp()).unwrap_or(u32::MAX),
        cancelled: false,
    };
    Ok(ics_text("Trình Ký", now, &[event]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_letter_with_a_deadline_carries_it_and_a_later_one_moves_it() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        let context = |due: &str| json!({ "due_at": due, "link": "http://x.example/bao-cao/1" });
        let line = |ics: &str, name: &str| {
            ics.lines()
                .find(|line| line.starts_with(name))
                .unwrap_or_default()
                .to_owned()
        };
        let first = of(
            &context("2023-06-15T10:00:00Z"),
            "Hạn",
            at("2023-06-08T01:00:00Z"),
        );
        let first = first.expect("a file");
        let later = of(
            &context("2023-06-20T10:00:00Z"),
            "Hạn",
            at("2023-06-09T01:00:00Z"),
        );
        let later = later.expect("a file");
        assert!(first.contains("BEGIN:VEVENT") && first.contains("http://x.example/bao-cao/1"));
        assert_eq!(line(&first, "UID"), line(&later, "UID"));
        assert!(line(&first, "SEQUENCE") < line(&later, "SEQUENCE"));
        let none = of(&json!({ "link": "x" }), "Mời", at("2023-06-08T01:00:00Z"));
        assert_eq!(none.expect("none"), "");
        assert!(of(&context("mai"), "Hạn", at("2023-06-08T01:00:00Z")).is_err());
    }
}
