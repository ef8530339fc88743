//! Deadlines as an iCalendar text (RFC 5545), for feeds and attachments.

use chrono::{DateTime, Utc};

/// One deadline in somebody's calendar programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsEvent {
    /// Never changes for the same deadline, so that a moved one replaces the old.
    pub uid: String,
    pub due: DateTime<Utc>,
    pub summary: String,
    pub description: String,
    /// A page of ours that shows the duty; empty for none.
    pub url: String,
    /// Grows with every change.
    pub sequence: u32,
    /// Withdrawn: calendar programmes take it away.
    pub cancelled: bool,
}

/// The text of a calendar named `name` with these deadlines, written at `stamp`. Lines end in CRLF and are folded at 75
/// octets.
pub fn ics_text(name: &str, stamp: DateTime<Utc>, events: &[IcsEvent]) -> String {
    let mut lines = Lines(String::new());
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", "-//Trinh Ky//Deadlines//VI");
    lines.put("CALSCALE", "GREGORIAN");
    lines.put("METHOD", "PUBLISH");
    lines.put("X-WR-CALNAME", &escaped(name));
    for event in events {
        lines.event(event, stamp);
    }
    lines.put("END", "VCALENDAR");
    lines.0
}

struct Lines(String);

impl Lines {
    fn event(&mut self, event: &IcsEvent, stamp: DateTime<Utc>) {
        self.put("BEGIN", "VEVENT");
        self.put("UID", &escaped(&event.uid));
        self.put("DTSTAMP", &utc(stamp));
        self.put("SEQUENCE", &event.sequence.to_string());
        // A deadline has no length: without DTEND an event with a time ends when it starts.
        self.put("DTSTART", &utc(event.due));
        self.put("SUMMARY", &escaped(&event.summary));
        if !event.description.is_empty() {
            self.put("DESCRIPTION", &escaped(&event.description));
        }
        if !event.url.is_empty() {
            self.put("URL", &one_line(&event.url));
        }
        self.put("TRANSP", "TRANSPARENT");
        self.put(
            "STATUS",
            if event.cancelled {
                "CANCELLED"
            } else {
                "CONFIRMED"
            },
        );
        self.put("END", "VEVENT");
    }

    /// Writes one property, folded so that no line is longer than 75 octets and no character is torn.
    fn put(&mut self, name: &str, value: &str) {
        let mut room = 75;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = 74;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT of RFC 5545, 3.3.11; other control characters are dropped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(summary: &str) -> IcsEvent {
        IcsEvent {
            uid: "task-7@example.vn".into(),
            due: "2023-06-14T17:00:00Z".parse().unwrap(),
            summary: summary.into(),
            description: "Dòng một\nDòng hai; có dấu, và \\".into(),
            url: "https://vp.example.vn/v/7\r\nEVIL:1".into(),
            sequence: 2,
            cancelled: false,
        }
    }

    fn text(summary: &str) -> String {
        ics_text(
            "Thời hạn",
            "2023-06-01T00:00:00Z".parse().unwrap(),
            &[event(summary)],
        )
    }

    #[test]
    fn lines_are_short_and_unfold_to_what_was_written() {
        let long =
            "Báo cáo kết quả thực hiện mục tiêu chất lượng quý II năm 2023 của Phòng Nội vụ. "
                .repeat(4);
        let text = text(&long);
        assert!(text.ends_with("\r\n"));
        assert!(
            text.split("\r\n")
                .all(|line| line.len() <= 75 && !line.contains(['\r', '\n']))
        );
        assert!(
            text.replace("\r\n ", "")
                .contains(&format!("SUMMARY:{long}\r\n"))
        );
    }

    #[test]
    fn text_is_escaped_and_cannot_add_a_line() {
        let unfolded = text("a,b;c\\d\ne").replace("\r\n ", "");
        assert!(unfolded.contains("SUMMARY:a\\,b\\;c\\\\d\\ne\r\n"));
        assert!(unfolded.contains("DESCRIPTION:Dòng một\\nDòng hai\\; có dấu\\, và \\\\\r\n"));
        assert!(unfolded.contains("URL:https://vp.example.vn/v/7EVIL:1\r\n"));
        assert!(unfolded.contains("DTSTART:20230614T170000Z\r\n"));
        assert!(!unfolded.contains("\r\nEVIL"));
    }
}
