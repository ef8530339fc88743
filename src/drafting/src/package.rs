//! Parts of an office package (ZIP with XML), with limits: what comes here may have been made to hurt.

use std::io::{Cursor, Read};

use roxmltree::{Document, ParsingOptions};
use zip::ZipArchive;

use crate::import::{ImportError, decode};

/// An open package.
pub(crate) type Package<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// What is read of a package at most, and the sentences about one that is broken or beyond it.
pub(crate) struct Limits {
    /// Unpacked size of one part, in bytes.
    pub part_bytes: u64,
    /// Elements, attributes and texts of one part.
    pub nodes: u32,
    pub broken: fn() -> ImportError,
    pub too_large: fn() -> ImportError,
}

impl Limits {
    /// Opens a package.
    pub(crate) fn open<'b>(&self, bytes: &'b [u8]) -> Result<Package<'b>, ImportError> {
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| (self.broken)())
    }

    /// The text of a part, UTF-8 or UTF-16; nothing where there is no such part.
    pub(crate) fn part(
        &self,
        package: &mut Package<'_>,
        name: &str,
    ) -> Result<Option<String>, ImportError> {
        let file = match package.by_name(name) {
            Ok(file) => file,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(_) => return Err((self.broken)()),
        };
        // The size that the package declares may lie; what is read is counted.
        let mut content = Vec::new();
        file.take(self.part_bytes + 1)
            .read_to_end(&mut content)
            .map_err(|_| (self.broken)())?;
        if content.len() as u64 > self.part_bytes {
            return Err((self.too_large)());
        }
        let text = match content.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => decode(&content)?,
            _ => String::from_utf8(content).map_err(|_| (self.broken)())?,
        };
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }

    /// Parses a part; entities and document types are refused.
    pub(crate) fn parse<'x>(&self, xml: &'x str) -> Result<Document<'x>, ImportError> {
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: self.nodes,
            ..ParsingOptions::default()
        };
        Document::parse_with_options(xml, options).map_err(|error| match error {
            roxmltree::Error::NodesLimitReached => (self.too_large)(),
            _ => (self.broken)(),
        })
    }
}
