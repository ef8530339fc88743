//! From a file to a structured draft. Nothing is dropped: what has no place is listed.

mod builder;
mod docx;
mod encoding;
pub(crate) use encoding::decode;
mod hinted;
mod inline;
mod lines;
pub(crate) mod parts;
mod recognise;
mod source;

use thiserror::Error;

pub(crate) use lines::{HINT_END, HINT_START};
use source::{Item, Source};

use crate::model::{Draft, Imported};

/// The largest file that is read, in bytes.
pub const FILE_MAX_BYTES: usize = 32 * 1024 * 1024;

/// Why a file could not be imported: one sentence that says what to do, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ImportError {
    pub message: String,
    pub message_vi: String,
}

impl ImportError {
    pub(crate) fn new(message: &str, message_vi: &str) -> Self {
        Self {
            message: message.to_owned(),
            message_vi: message_vi.to_owned(),
        }
    }
}

/// Reads a draft from a file; the format follows from its first bytes and the extension of `name`.
///
/// # Errors
/// Where the file is too large, broken, in an old encoding, of an unknown format or of a type of document that a draft
/// cannot hold.
pub fn import(name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.len() > FILE_MAX_BYTES {
        return Err(ImportError::new(
            "the file is larger than 32 MB; take pictures and attachments out of it and import the text alone",
            "Tệp lớn hơn 32 MB; hãy bỏ hình ảnh và tệp đính kèm, chỉ nhập phần văn bản.",
        ));
    }
    match format_of(name, bytes)? {
        Format::Docx => read(&docx::read(bytes)?),
        Format::Json => json(bytes),
        Format::Markdown => read(&lines::markdown(&encoding::decode(bytes)?)),
        Format::Text => recognise::recognise(&lines::plain(&encoding::decode(bytes)?)),
    }
}

/// By the roles that our own export wrote, else by the words.
fn read(source: &Source) -> Result<Imported, ImportError> {
    let by_role = source
        .items
        .iter()
        .any(|item| matches!(item, Item::Para(para) if para.hint.is_some()));
    if by_role {
        Ok(hinted::read(source))
    } else {
        recognise::recognise(source)
    }
}

enum Format {
    Docx,
    Json,
    Markdown,
    Text,
}

fn format_of(name: &str, bytes: &[u8]) -> Result<Format, ImportError> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default();
    if bytes.starts_with(b"%PDF")
        || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
        || bytes.starts_with(b"{\\rtf")
    {
        return Err(ImportError::new(
            "PDF, RTF and old .doc files cannot be imported; open the file in a word processor, save it as .docx and import that",
            "Không nhập được tệp PDF, RTF và .doc cũ; hãy mở bằng phần mềm soạn thảo, lưu thành .docx rồi nhập lại.",
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Format::Docx);
    }
    match extension.as_str() {
        "docx" | "docm" => Err(ImportError::new(
            "the file is called a Word file and is none; open it in a word processor, save it as .docx and import it again",
            "Tệp có đuôi .docx nhưng không phải tệp Word; hãy mở bằng phần mềm soạn thảo, lưu lại thành .docx rồi nhập lại.",
        )),
        "json" => Ok(Format::Json),
        "md" | "markdown" => Ok(Format::Markdown),
        "txt" | "text" | "" => Ok(Format::Text),
        other => Err(ImportError::new(
            &format!(
                "files of the kind .{other} cannot be imported; use .docx, .md, .txt or .json"
            ),
            &format!("Không nhập được tệp .{other}; hãy dùng .docx, .md, .txt hoặc .json."),
        )),
    }
}

/// A draft as `import` itself prints it, with or without the wrapping `unplaced`.
fn json(bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = encoding::decode(bytes)?;
    serde_json::from_str::<Imported>(&text)
        .or_else(|_| serde_json::from_str::<Draft>(&text).map(|draft| Imported { draft, unplaced: Vec::new() }))
        .map_err(|error| {
            ImportError::new(
                &format!("the JSON is not a draft: {error}; export a draft with `document import --format json` to see the form"),
                &format!("Tệp JSON không phải dự thảo: {error}."),
            )
        })
}
