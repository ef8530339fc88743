//! From bytes to text: UTF-8, or UTF-16 by its mark; nothing before the XML.

use crate::check::Remark;

/// Characters of what stands before the XML that the refusal shows.
const SHOWN: usize = 20;

/// The text of a file.
///
/// # Errors
/// Where the encoding is another, or something stands before the XML.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Remark> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Without a mark: `<` is one byte and a zero.
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
    .ok_or_else(|| {
        Remark::new(
            "edXML",
            "Tệp không phải văn bản UTF-8 hay UTF-16.",
            "The file is neither UTF-8 nor UTF-16 text.",
        )
    })?;
    let trimmed = text.trim_start();
    match trimmed.find('<') {
        Some(0) => Ok(trimmed.to_owned()),
        Some(at) => {
            let before: String = trimmed[..at].chars().take(SHOWN).collect();
            Err(Remark::new(
                "edXML",
                format!("Trước phần XML có nội dung lạ «{}».", before.trim_end()),
                format!("Before the XML stands `{}`.", before.trim_end()),
            ))
        }
        None => Err(Remark::new(
            "edXML",
            "Tệp không có nội dung XML.",
            "The file has no XML in it.",
        )),
    }
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
}
