//! Small questions about Vietnamese text that every part of the crate asks.

use unicode_normalization::UnicodeNormalization;

/// The text in NFC, with every run of white space as one blank and none at the ends.
#[must_use]
pub fn tidy(text: &str) -> String {
    let composed: String = text.nfc().filter(|c| !is_invisible(*c)).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A form for comparing words: lower case, tidy, and the older placing of tone marks (`hoà`, `uỷ`) made the newer (`hòa`, `ủy`).
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = tidy(text).to_lowercase();
    for (old, new) in OLD_TONE_PLACES {
        if folded.contains(old) {
            folded = folded.replace(old, new);
        }
    }
    folded
}

/// Whether the text is written in capitals: at least two letters, none of them small.
#[must_use]
pub fn is_capitals(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !text.chars().any(char::is_lowercase)
}

/// The text with a capital at its head.
#[must_use]
pub fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Whether the first letter of the text is a small one.
#[must_use]
pub fn starts_small(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_lowercase)
}

/// Characters that nobody sees and that break searching: zero-width marks, soft hyphens, byte-order marks.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{00ad}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}')
}

/// Splits a leading Arabic number off: `12. abc` gives `(12, ". abc")`.
#[must_use]
pub fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number = text[..end].parse().ok()?;
    Some((number, &text[end..]))
}

const OLD_TONE_PLACES: [(&str, &str); 15] = [
    ("hoà", "hòa"),
    ("hoá", "hóa"),
    ("hoả", "hỏa"),
    ("toà", "tòa"),
    ("toá", "tóa"),
    ("toả", "tỏa"),
    ("khoá", "khóa"),
    ("khoả", "khỏa"),
    ("uỷ", "ủy"),
    ("thuỷ", "thủy"),
    ("tuỳ", "tùy"),
    ("luỹ", "lũy"),
    ("huỷ", "hủy"),
    ("quí", "quý"),
    ("xoá", "xóa"),
];
