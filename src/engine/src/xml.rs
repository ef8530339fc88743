//! Reading XML text within limits: encodings, positions, no DTD.

use crate::finding::{Finding, Severity};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The deepest nesting that is read; real diagrams stay below forty.
pub const MAX_DEPTH: u32 = 1_000;
/// The most elements, text runs and comments together.
pub const MAX_NODES: u32 = 4_000_000;
/// The most attributes of one element: the parser compares each with every other.
pub const MAX_ATTRIBUTES: u32 = 1_000;
/// The most namespace bindings in scope, summed over the elements that declare one: the parser copies them there.
pub const MAX_BINDINGS: u64 = 10_000_000;

/// The BPMN 2.0 model namespace.
pub const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Our own extension namespace.
pub const TK: &str = "https://trinhky.vn/bpmn/1.0";

/// Decodes UTF-8 or UTF-16 (by byte-order mark or by the zero bytes of the first tag) into text; the two one-byte
/// encodings that modelers still write (ISO 8859-1, windows-1252) where the XML declaration names them.
///
/// # Errors
/// A finding with rule `xml-encoding` when the bytes are neither, `xml-too-large` above [`MAX_BYTES`].
#[expect(
    clippy::result_large_err,
    reason = "a finding is returned once a file, and callers put it beside others"
)]
pub fn decode(file: &str, bytes: &[u8]) -> Result<String, Finding> {
    if bytes.len() > MAX_BYTES {
        return Err(problem(
            file,
            1,
            1,
            "xml-too-large",
            "The file is larger than 64 MiB.",
            "Tệp lớn hơn 64 MiB.",
        ));
    }
    let utf16 = |big: bool, body: &[u8]| {
        let units: Vec<u16> = body
            .chunks_exact(2)
            .map(|pair| {
                if big {
                    u16::from_be_bytes([pair[0], pair[1]])
                } else {
                    u16::from_le_bytes([pair[0], pair[1]])
                }
            })
            .collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xFE, 0xFF, rest @ ..] => utf16(true, rest),
        [0xFF, 0xFE, rest @ ..] => utf16(false, rest),
        [0, b'<', ..] => utf16(true, bytes),
        [b'<', 0, ..] => utf16(false, bytes),
        _ => String::from_utf8(bytes.to_vec())
            .ok()
            .or_else(|| western(bytes)),
    };
    text.ok_or_else(|| {
        problem(
            file,
            1,
            1,
            "xml-encoding",
            "The file is neither UTF-8 nor UTF-16 text.",
            "Tệp không phải văn bản UTF-8 hoặc UTF-16.",
        )
    })
}

/// Parses decoded text; a DTD is refused, and so is what would cost more than the limits above.
///
/// # Errors
/// One finding with rule `xml-malformed`, `xml-dtd`, `xml-too-deep` or `xml-too-large`, at the place where reading stops.
#[expect(
    clippy::result_large_err,
    reason = "a finding is returned once a file, and callers put it beside others"
)]
pub fn parse<'a>(file: &str, text: &'a str) -> Result<roxmltree::Document<'a>, Finding> {
    if let Some((at, excess)) = excess(text) {
        let (line, column) = Lines::of(text).place(at);
        return Err(match excess {
            Excess::Depth => problem(
                file,
                line,
                column,
                "xml-too-deep",
                &format!("Elements are nested deeper than {MAX_DEPTH} levels."),
                &format!("Các phần tử lồng nhau sâu quá {MAX_DEPTH} cấp."),
            ),
            Excess::Size => problem(
                file,
                line,
                column,
                "xml-too-large",
                "The file has too many elements, attributes or namespace declarations.",
                "Tệp có quá nhiều phần tử, thuộc tính hoặc khai báo không gian tên.",
            ),
        });
    }
    let options = roxmltree::ParsingOptions {
        nodes_limit: MAX_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        let place = error.pos();
        let (rule, en, vi) = match error {
            roxmltree::Error::DtdDetected => (
                "xml-dtd",
                "The file has a document type declaration; it is refused because it can hide other files or grow without bound."
                    .to_owned(),
                "Tệp có khai báo kiểu tài liệu (DTD); bị từ chối vì có thể chèn tệp khác hoặc phình to không giới hạn.".to_owned(),
            ),
            roxmltree::Error::NodesLimitReached
            | roxmltree::Error::AttributesLimitReached
            | roxmltree::Error::NamespacesLimitReached => (
                "xml-too-large",
                "The file has too many elements, attributes or namespace declarations.".to_owned(),
                "Tệp có quá nhiều phần tử, thuộc tính hoặc khai báo không gian tên.".to_owned(),
            ),
            other => (
                "xml-malformed",
                format!("The file is not well-formed XML: {other}."),
                format!("Tệp không phải XML đúng cú pháp: {other}."),
            ),
        };
        problem(file, place.row, place.col, rule, &en, &vi)
    })
}

/// Line and column (from 1, in characters) of a node's start tag. Reads the text from its beginning: use [`Lines`] for many.
#[must_use]
pub fn place(node: &roxmltree::Node<'_, '_>) -> (u32, u32) {
    let at = node.document().text_pos_at(node.range().start);
    (at.row, at.col)
}

/// Byte offsets to lines and columns, fast for many questions about one text, even where it is all one line.
pub struct Lines<'a> {
    text: &'a str,
    /// Every [`Lines::STEP`] bytes or a little more: the offset, its line and its column.
    marks: Vec<(usize, u32, u32)>,
}

impl<'a> Lines<'a> {
    const STEP: usize = 1_024;

    /// Reads the text once.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let (mut line, mut column) = (1, 1);
        let mut marks = vec![(0, 1, 1)];
        let mut next = Self::STEP;
        for (at, character) in text.char_indices() {
            if at >= next {
                marks.push((at, line, column));
                next = at + Self::STEP;
            }
            (line, column) = after(character, line, column);
        }
        Self { text, marks }
    }

    /// Line and column from 1, in characters; the end of the text for an offset behind it.
    #[must_use]
    pub fn place(&self, offset: usize) -> (u32, u32) {
        let index = self
            .marks
            .partition_point(|mark| mark.0 <= offset)
            .saturating_sub(1);
        let Some(&(from, mut line, mut column)) = self.marks.get(index) else {
            return (1, 1);
        };
        for (at, character) in self.text[from..].char_indices() {
            if from + at >= offset {
                break;
            }
            (line, column) = after(character, line, column);
        }
        (line, column)
    }
}

fn after(character: char, line: u32, column: u32) -> (u32, u32) {
    if character == '\n' {
        (line.saturating_add(1), 1)
    } else {
        (line, column.saturating_add(1))
    }
}

/// Windows-1252 (of which ISO 8859-1 is the printable part) where the XML declaration says so.
fn western(bytes: &[u8]) -> Option<String> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let end = bytes.iter().take(200).position(|byte| *byte == b'>')?;
    let declaration = std::str::from_utf8(&bytes[..end])
        .ok()?
        .to_ascii_lowercase();
    let named = declaration.starts_with("<?xml")
        && ["iso-8859-1", "windows-1252", "latin1", "cp1252"]
            .iter()
            .any(|name| declaration.contains(name));
    named.then(|| {
        bytes
            .iter()
            .map(|byte| match byte {
                0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
                other => char::from(*other),
            })
            .collect()
    })
}

enum Excess {
    Depth,
    Size,
}

/// The offset of the first tag that goes over a limit, by one pass over the text. Says nothing about malformed text:
/// the parser does.
fn excess(text: &str) -> Option<(usize, Excess)> {
    let bytes = text.as_bytes();
    // For every open element the number of namespace bindings in scope.
    let mut open: Vec<u64> = Vec::new();
    let (mut at, mut bindings) = (0, 0_u64);
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'<') {
        let start = at + found;
        let rest = &text[start..];
        let end_of = |mark: &str| rest.find(mark).map(|end| start + end + mark.len());
        if rest.starts_with("<!--") {
            at = end_of("-->")?;
        } else if rest.starts_with("<![CDATA[") {
            at = end_of("]]>")?;
        } else if rest.starts_with("<?") {
            at = end_of("?>")?;
        } else if rest.starts_with("<!") {
            return None;
        } else if rest.starts_with("</") {
            open.pop();
            at = end_of(">")?;
        } else {
            let tag = Tag::at(&bytes[start..])?;
            let scope = open.last().copied().unwrap_or(0) + u64::from(tag.bindings);
            if tag.bindings > 0 {
                bindings += scope;
            }
            if tag.attributes > MAX_ATTRIBUTES || bindings > MAX_BINDINGS {
                return Some((start, Excess::Size));
            }
            if !tag.closed {
                open.push(scope);
                if open.len() > MAX_DEPTH as usize {
                    return Some((start, Excess::Depth));
                }
            }
            at = start + tag.length;
        }
    }
    None
}

struct Tag {
    length: usize,
    attributes: u32,
    bindings: u32,
    closed: bool,
}

impl Tag {
    /// Measures the start tag at the beginning of `bytes`; `None` where it never ends.
    fn at(bytes: &[u8]) -> Option<Self> {
        let mut tag = Self {
            length: 0,
            attributes: 0,
            bindings: 0,
            closed: false,
        };
        let (mut at, mut name) = (1, 1);
        loop {
            match bytes.get(at)? {
                b'>' => {
                    tag.closed = bytes[at - 1] == b'/';
                    tag.length = at + 1;
                    return Some(tag);
                }
                quote @ (b'"' | b'\'') => {
                    tag.attributes += 1;
                    tag.bindings += u32::from(bytes[name..at].starts_with(b"xmlns"));
                    at += 1 + bytes[at + 1..].iter().position(|byte| byte == quote)?;
                    name = at + 1;
                }
                space if space.is_ascii_whitespace() => name = at + 1,
                _ => {}
            }
            at += 1;
        }
    }
}

fn problem(
    file: &str,
    line: u32,
    column: u32,
    rule: &str,
    message: &str,
    message_vi: &str,
) -> Finding {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_on_lines_of_any_length() {
        let text = format!("<a>\n  ữ<b/>{}<c/></a>", "ố".repeat(3_000));
        let lines = Lines::of(&text);
        let document = parse("x", &text).unwrap();
        for node in document.descendants().filter(|node| node.is_element()) {
            assert_eq!(lines.place(node.range().start), place(&node));
        }
        assert_eq!(lines.place(text.find("<c/>").unwrap()), (2, 3_008));
    }

    #[test]
    fn reads_the_encodings_that_modelers_write() {
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("<a n='Ủy'/>".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(decode("x", &utf16).unwrap(), "<a n='Ủy'/>");
        let big: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode("x", &big).unwrap(), "<a/>");
        assert_eq!(decode("x", b"\xEF\xBB\xBF<a/>").unwrap(), "<a/>");
        let western = b"<?xml version='1.0' encoding='ISO-8859-1'?><a n='Pr\xFCfen'/>";
        assert!(decode("x", western).unwrap().contains("Prüfen"));
        assert_eq!(
            decode("x", b"<a n='\xFC'/>").unwrap_err().rule,
            "xml-encoding"
        );
    }

    #[test]
    fn refuses_what_would_cost_too_much() {
        let rule = |text: &str| parse("x", text).unwrap_err().rule;
        assert_eq!(rule(&"<a>".repeat(100_000)), "xml-too-deep");
        let many: String = (0..2_000).map(|n| format!(" a{n}='>'")).collect();
        assert_eq!(rule(&format!("<a{many}/>")), "xml-too-large");
        assert_eq!(rule("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "xml-dtd");
        assert_eq!(rule("<a><b></a>"), "xml-malformed");
        let nested: String = (0..900).map(|n| format!("<a xmlns:p{n}='u{n}'>")).collect();
        let bomb = format!("{nested}{}", "<b xmlns:q='q'/>".repeat(20_000));
        assert_eq!(rule(&bomb), "xml-too-large");
        assert!(parse("x", "<a><!-- <b> --><![CDATA[<b>]]><?p <b> ?></a>").is_ok());
    }
}
