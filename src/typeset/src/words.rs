//! Words as the page needs them.

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

/// Composed letters (Annex I.I.4: Unicode as TCVN 6909:2001), one space between words, and none of
/// the characters without a shape that come in by copying.
pub fn clean(text: &str) -> String {
    let visible: String = text.nfc().filter(|&c| !is_shapeless(c)).collect();
    visible.split_whitespace_but_no_break()
}

/// The running number, with a leading zero below 10 (Annex I.II.3).
pub fn number(number: u32) -> String {
    format!("{number:02}")
}

/// The day, with a leading zero below 10 (Annex I.II.4b).
pub fn day(date: NaiveDate) -> String {
    format!("{:02}", date.day())
}

/// The month: January and February have a leading zero, the others have none (Annex I.II.4b).
pub fn month(month: u32) -> String {
    if month <= 2 {
        format!("{month:02}")
    } else {
        month.to_string()
    }
}

/// The subject of an official letter, which begins with `V/v`.
pub fn letter_subject(subject: &str) -> String {
    if subject.starts_with("V/v") {
        return subject.to_owned();
    }
    let rest = subject
        .strip_prefix("Về việc ")
        .or_else(|| subject.strip_prefix("về việc "));
    format!("V/v {}", rest.unwrap_or(subject))
}

/// Control characters other than white space, and marks that only steer programs.
fn is_shapeless(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

trait Words {
    fn split_whitespace_but_no_break(&self) -> String;
}

impl Words for str {
    /// One plain space for each run of white space; a no-break space keeps its meaning.
    fn split_whitespace_but_no_break(&self) -> String {
        let words = self
            .split(|c: char| c.is_whitespace() && c != '\u{A0}')
            .filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_composes_and_joins() {
        assert_eq!(
            clean("U\u{309}y  ban\n nha\u{302}n\u{200B} dân "),
            "Ủy ban nhân dân"
        );
        assert_eq!(clean("Điều\u{A0}1"), "Điều\u{A0}1");
    }

    #[test]
    fn months_are_padded_as_the_decree_says() {
        assert_eq!(
            (month(1), month(2), month(3), month(12)),
            ("01".into(), "02".into(), "3".into(), "12".into())
        );
        assert_eq!(
            (number(5), number(15), number(1043)),
            ("05".into(), "15".into(), "1043".into())
        );
    }

    #[test]
    fn a_letter_subject_begins_once_with_its_sign() {
        assert_eq!(letter_subject("Về việc lấy ý kiến"), "V/v lấy ý kiến");
        assert_eq!(letter_subject("V/v lấy ý kiến"), "V/v lấy ý kiến");
        assert_eq!(letter_subject("lấy ý kiến"), "V/v lấy ý kiến");
    }
}
