//! Opens the package, with limits: what comes here may have been made to hurt.

use roxmltree::Document;

use super::super::ImportError;
use crate::package::Limits;

/// Entries of a package; a Word file with many pictures has some hundreds.
const ENTRIES_MAX: usize = 4096;
const LIMITS: Limits = Limits {
    // A thousand pages of text are some 10 MB.
    part_bytes: 48 * 1024 * 1024,
    nodes: 4_000_000,
    broken,
    too_large,
};

/// The parts that hold text and its look.
pub(super) struct Parts {
    pub document: String,
    pub styles: Option<String>,
    pub numbering: Option<String>,
}

pub(super) fn open(bytes: &[u8]) -> Result<Parts, ImportError> {
    let mut archive = LIMITS.open(bytes)?;
    if archive.len() > ENTRIES_MAX {
        return Err(too_large());
    }
    let document = LIMITS.part(&mut archive, "word/document.xml")?.ok_or_else(|| {
        ImportError::new(
            "the file is a ZIP package and no Word file (it has no word/document.xml); save it as .docx and import it again",
            "Tệp là gói ZIP nhưng không phải tệp Word; hãy lưu lại thành .docx rồi nhập lại.",
        )
    })?;
    Ok(Parts {
        document,
        styles: LIMITS.part(&mut archive, "word/styles.xml")?,
        numbering: LIMITS.part(&mut archive, "word/numbering.xml")?,
    })
}

/// Parses a part; entities and document types are refused.
pub(super) fn parse(xml: &str) -> Result<Document<'_>, ImportError> {
    LIMITS.parse(xml)
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
