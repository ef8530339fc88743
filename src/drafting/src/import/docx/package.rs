//! Opens the package, with limits: what comes here may have been made to hurt.

use std::io::{Cursor, Read};

use roxmltree::{Document, ParsingOptions};
use zip::ZipArchive;

use super::super::ImportError;

/// Entries of a package; a Word file with many pictures has some hundreds.
const ENTRIES_MAX: usize = 4096;
/// Unpacked size of one part, in bytes. A thousand pages of text are some 10 MB.
const PART_MAX_BYTES: u64 = 48 * 1024 * 1024;
/// Elements, attributes and texts of one part.
const NODES_MAX: u32 = 4_000_000;

/// The parts that hold text and its look.
pub(super) struct Parts {
    pub document: String,
    pub styles: Option<String>,
    pub numbering: Option<String>,
}

pub(super) fn open(bytes: &[u8]) -> Result<Parts, ImportError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > ENTRIES_MAX {
        return Err(too_large());
    }
    let document = part(&mut archive, "word/document.xml")?.ok_or_else(|| {
        ImportError::new(
            "the file is a ZIP package and no Word file (it has no word/document.xml); save it as .docx and import it again",
            "Tệp là gói ZIP nhưng không phải tệp Word; hãy lưu lại thành .docx rồi nhập lại.",
        )
    })?;
    Ok(Parts {
        document,
        styles: part(&mut archive, "word/styles.xml")?,
        numbering: part(&mut archive, "word/numbering.xml")?,
    })
}

/// Parses a part; entities and document types are refused.
pub(super) fn parse(xml: &str) -> Result<Document<'_>, ImportError> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(xml, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => too_large(),
        _ => broken(),
    })
}

fn part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
) -> Result<Option<String>, ImportError> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(_) => return Err(broken()),
    };
    // The size that the package declares may lie; what is read is counted.
    let mut content = Vec::new();
    file.take(PART_MAX_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(|_| broken())?;
    if content.len() as u64 > PART_MAX_BYTES {
        return Err(too_large());
    }
    let text = match content.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => super::super::encoding::decode(&content)?,
        _ => String::from_utf8(content).map_err(|_| broken())?,
    };
    Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
}

fn broken() -> ImportError {
    ImportError::new(
        "the Word file is damaged or protected by a password; open it in a word processor, save it as a new .docx and import that",
        "Tệp Word bị hỏng hoặc đặt mật khẩu; hãy mở bằng phần mềm soạn thảo, lưu thành tệp .docx mới rồi nhập lại.",
    )
}

fn too_large() -> ImportError {
    ImportError::new(
        "the Word file unpacks to more than a document of text can be; take embedded files out of it and import it again",
        "Tệp Word khi giải nén quá lớn so với một văn bản; hãy bỏ các tệp nhúng rồi nhập lại.",
    )
}
