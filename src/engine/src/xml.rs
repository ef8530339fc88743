//! Reading XML text within limits: encodings, positions, no DTD.

use crate::finding::{Finding, Severity};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The BPMN 2.0 model namespace.
pub const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Our own extension namespace.
pub const TK: &str = "https://trinhky.vn/bpmn/1.0";

/// Decodes UTF-8 or UTF-16 (by byte-order mark or by the zero bytes of the first tag) into text.
///
/// # Errors
/// A finding with rule `xml-encoding` when the bytes are neither, `xml-too-large` above [`MAX_BYTES`].
pub fn decode(file: &str, bytes: &[u8]) -> Result<String, Finding> {
    if bytes.len() > MAX_BYTES {
        return Err(problem(file, 1, 1, "xml-too-large", "The file is larger than 64 MiB.", "Tệp lớn hơn 64 MiB."));
    }
    let utf16 = |big: bool, body: &[u8]| {
        let units: Vec<u16> = body
            .chunks_exact(2)
            .map(|pair| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) })
            .collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xFE, 0xFF, rest @ ..] => utf16(true, rest),
        [0xFF, 0xFE, rest @ ..] => utf16(false, rest),
        [0, b'<', ..] => utf16(true, bytes),
        [b'<', 0, ..] => utf16(false, bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    text.ok_or_else(|| {
        problem(file, 1, 1, "xml-encoding", "The file is neither UTF-8 nor UTF-16 text.", "Tệp không phải văn bản UTF-8 hoặc UTF-16.")
    })
}

/// Parses decoded text; a DTD is refused.
///
/// # Errors
/// One finding with rule `xml-malformed` (or `xml-dtd`) at the place where the text stops being XML.
pub fn parse<'a>(file: &str, text: &'a str) -> Result<roxmltree::Document<'a>, Finding> {
    roxmltree::Document::parse(text).map_err(|error| {
        let place = error.pos();
        let rule = if matches!(error, roxmltree::Error::DtdDetected) { "xml-dtd" } else { "xml-malformed" };
        problem(
            file,
            place.row,
            place.col,
            rule,
            &format!("The file is not well-formed XML: {error}."),
            &format!("Tệp không phải XML đúng cú pháp: {error}."),
        )
    })
}

/// Line and column (from 1, in characters) of a node's start tag.
#[must_use]
pub fn place(node: &roxmltree::Node<'_, '_>) -> (u32, u32) {
    let at = node.document().text_pos_at(node.range().start);
    (at.row, at.col)
}

fn problem(file: &str, line: u32, column: u32, rule: &str, message: &str, message_vi: &str) -> Finding {
    Finding {
        file: file.to_owned(),
        line,
        column,
        element: String::new(),
        severity: Severity::Error,
        rule: rule.to_owned(),
        message: message.to_owned(),
        message_vi: message_vi.to_owned(),
    }
}
