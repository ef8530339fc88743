//! The tolerant reader: what senders really write, as far as it says something; the rest is refused with a sentence.

mod attachments;
mod document;
mod text;
mod tree;

use roxmltree::{Document, Node, ParsingOptions};

use crate::check::{Remark, check};
use crate::{Message, NAMESPACE};
use tree::Reader;

pub use attachments::{MAX_ATTACHMENTS, MAX_FILE};

/// The longest message, in bytes.
pub const MAX_MESSAGE: usize = 150 * 1024 * 1024;
/// Elements and texts of one message: a message to all bodies of the country has some ten thousand.
const MAX_NODES: u32 = 500_000;
/// Prefixes that a sender may have forgotten to declare.
const MAX_UNDECLARED: usize = 4;

/// A message, and what was tolerated to understand it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub message: Message,
    pub tolerated: Vec<Remark>,
}

/// Reads a file.
///
/// # Errors
/// Why it cannot be taken, one remark for each thing.
pub fn read(bytes: &[u8]) -> Result<Read, Vec<Remark>> {
    if bytes.len() > MAX_MESSAGE {
        return Err(vec![Remark::new(
            "edXML",
            format!("Tệp lớn hơn {} MB.", MAX_MESSAGE >> 20),
            format!("The file is larger than {} MB.", MAX_MESSAGE >> 20),
        )]);
    }
    let mut text = text::decode(bytes).map_err(|remark| vec![remark])?;
    let mut tolerated = Vec::new();
    for _ in 0..MAX_UNDECLARED {
        let Some(prefix) = undeclared(&text) else {
            break;
        };
        tolerated.push(Remark::new(
            "edXML",
            format!("Tiền tố «{prefix}:» chưa được khai báo."),
            format!("The prefix `{prefix}:` is not declared."),
        ));
        declare(&mut text, &prefix);
    }
    let document = parse(&text).map_err(|error| vec![malformed(&error)])?;
    let root = root(&document).map_err(|remark| vec![remark])?;
    let mut reader = Reader::new(tolerated);
    let message = reader.message(root)?;
    let problems = check(&message);
    if problems.is_empty() {
        Ok(Read {
            message,
            tolerated: reader.tolerated,
        })
    } else {
        Err(problems)
    }
}

fn parse(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
}

/// A prefix that the message uses and does not declare, where that is what keeps it from being read.
fn undeclared(text: &str) -> Option<String> {
    match parse(text) {
        Err(roxmltree::Error::UnknownNamespace(prefix, _)) => Some(prefix),
        _ => None,
    }
}

/// Declares it at the root, as nobody's.
fn declare(text: &mut String, prefix: &str) {
    let start = text
        .match_indices('<')
        .map(|(at, _)| at)
        .find(|at| !text[at + 1..].starts_with(['?', '!']));
    let Some(start) = start else { return };
    let end = text[start + 1..].find(|c: char| c.is_whitespace() || c == '>' || c == '/');
    if let Some(end) = end {
        let value = if prefix == "edXML" {
            NAMESPACE
        } else {
            "urn:undeclared"
        };
        text.insert_str(start + 1 + end, &format!(" xmlns:{prefix}=\"{value}\""));
    }
}

fn malformed(error: &roxmltree::Error) -> Remark {
    if matches!(error, roxmltree::Error::DtdDetected) {
        return Remark::new(
            "edXML",
            "Tệp có khai báo DTD; vì an toàn không đọc tệp như vậy.",
            "The file declares a DTD; for safety such files are not read.",
        );
    }
    if matches!(error, roxmltree::Error::NodesLimitReached) {
        return Remark::new(
            "edXML",
            format!("Tệp có hơn {MAX_NODES} phần tử."),
            format!("The file has more than {MAX_NODES} elements."),
        );
    }
    let place = error.pos();
    Remark::new(
        "edXML",
        format!(
            "Tệp không phải XML đúng quy cách (dòng {}, cột {}: {error}).",
            place.row, place.col
        ),
        format!(
            "The file is not well-formed XML (line {}, column {}: {error}).",
            place.row, place.col
        ),
    )
}

/// The root, where it is that of edXML 102:2016.
fn root<'a>(document: &'a Document<'a>) -> Result<Node<'a, 'a>, Remark> {
    let root = document.root_element();
    let namespaces = document
        .descendants()
        .filter_map(|node| node.tag_name().namespace());
    if namespaces.into_iter().any(|uri| uri.contains("go.vn/eDoc")) {
        return Err(Remark::new(
            "edXML",
            "Tệp theo chuẩn eDoc cũ (SOAP, go.vn/eDoc); đề nghị bên gửi gửi lại theo edXML của QCVN 102:2016/BTTTT.",
            "The file follows the older eDoc (SOAP, go.vn/eDoc); ask for edXML of QCVN 102:2016/BTTTT.",
        ));
    }
    let namespace = root.tag_name().namespace().unwrap_or_default();
    if root.tag_name().name() != "edXML" || !(namespace.is_empty() || namespace == NAMESPACE) {
        return Err(Remark::new(
            "edXML",
            format!(
                "Phần tử gốc là «{}», không phải edXML của QCVN 102:2016/BTTTT.",
                root.tag_name().name()
            ),
            format!(
                "The root element is `{}`, not the edXML of QCVN 102:2016/BTTTT.",
                root.tag_name().name()
            ),
        ));
    }
    Ok(root)
}
