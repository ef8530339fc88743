//! What identifies a draft's content, and the form of text that searching compares.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::Draft;

/// The SHA-256, in small hexadecimal digits, of the draft as canonical JSON (sorted keys, no blanks, NFC).
///
/// The number and the date of issue are left out: the clerk gives them after the signature (Decree 30/2020 Art. 15), and an
/// approval must not fall because of them.
#[must_use]
pub fn content_hash(draft: &Draft) -> String {
    let mut value = serde_json::to_value(draft).unwrap_or(Value::Null);
    if let Some(object) = value.as_object_mut() {
        object.remove("number");
        object.remove("issued_on");
    }
    let mut canonical = String::new();
    write_canonical(&value, &mut canonical);
    hex(&Sha256::digest(canonical.as_bytes()))
}

/// Text for searching without accents: `Quyết định` gives `quyet dinh`. Small letters, single blanks, đ as d.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Keys are sorted here and not by `serde_json`, whose maps keep their order when any crate of the build asks for it.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<(&String, &Value)> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::String(text) => out.push_str(&Value::String(text.nfc().collect()).to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn searching_text_has_no_accents() {
        assert_eq!(
            fold("  Quyết   ĐỊNH số 05/QĐ-UBND "),
            "quyet dinh so 05/qd-ubnd"
        );
        assert_eq!(fold("thu\u{309}y"), fold("thủy"));
    }
}
