//! One incremental update of a PDF: objects are replaced or added behind the bytes that are there.

use lopdf::{
    Dictionary, Document, IncrementalDocument, LoadOptions, Object, ObjectId, StringFormat,
};
use sha2::{Digest, Sha256};

use crate::Error;

/// The largest file that is signed or verified.
pub const MAX_PDF_BYTES: usize = 64 * 1024 * 1024;

/// The largest size that one compressed stream of a file may grow to when it is read.
const MAX_STREAM_BYTES: usize = 64 * 1024 * 1024;

/// Reads a PDF as it is written: repairing the table of objects would mean guessing what other
/// readers see.
pub(crate) fn load(pdf: &[u8]) -> Result<Document, Error> {
    if pdf.len() > MAX_PDF_BYTES {
        return Err(Error::TooLarge {
            bytes: pdf.len(),
            limit: MAX_PDF_BYTES,
        });
    }
    if !pdf.starts_with(b"%PDF-") {
        return Err(Error::Unreadable("it does not begin with %PDF-".into()));
    }
    let document = Document::load_mem_with_options(
        pdf,
        LoadOptions::with_max_decompressed_size(MAX_STREAM_BYTES),
    )?;
    if document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(Error::Encrypted);
    }
    if document.xref_recovery.is_some() {
        return Err(Error::Damaged);
    }
    Ok(document)
}

/// The pages of a document in reading order.
pub(crate) fn pages(document: &Document) -> Vec<ObjectId> {
    document.page_iter().collect()
}

pub(crate) struct Update {
    file: IncrementalDocument,
    pages: Vec<ObjectId>,
}

impl Update {
    pub(crate) fn of(pdf: &[u8]) -> Result<Self, Error> {
        let document = load(pdf)?;
        let pages = pages(&document);
        Ok(Self {
            file: IncrementalDocument::create_from(pdf.to_vec(), document),
            pages,
        })
    }

    /// The object as this update leaves it.
    pub(crate) fn get(&self, id: ObjectId) -> Result<&Object, Error> {
        match self.file.new_document.objects.get(&id) {
            Some(object) => Ok(object),
            None => Ok(self.file.get_prev_documents().get_object(id)?),
        }
    }

    /// Follows a reference, if it is one.
    pub(crate) fn follow<'a>(&'a self, object: &'a Object) -> Result<&'a Object, Error> {
        match object {
            Object::Reference(id) => self.get(*id),
            direct => Ok(direct),
        }
    }

    pub(crate) fn dictionary(&self, id: ObjectId) -> Result<&Dictionary, Error> {
        Ok(self.get(id)?.as_dict()?)
    }

    /// The dictionary for changing; from here on the update holds a copy of its own.
    pub(crate) fn edit(&mut self, id: ObjectId) -> Result<&mut Dictionary, Error> {
        self.file.opt_clone_object_to_new_document(id)?;
        Ok(self.file.new_document.get_object_mut(id)?.as_dict_mut()?)
    }

    pub(crate) fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.file.new_document.add_object(object)
    }

    pub(crate) fn catalog_id(&self) -> Result<ObjectId, Error> {
        Ok(self
            .file
            .get_prev_documents()
            .trailer
            .get(b"Root")?
            .as_reference()?)
    }

    /// The object number of a page, counted from 1.
    pub(crate) fn page(&self, page: usize) -> Result<ObjectId, Error> {
        let found = page.checked_sub(1).and_then(|index| self.pages.get(index));
        found.copied().ok_or(Error::NoSuchPage {
            page,
            pages: self.pages.len(),
        })
    }

    /// The whole file: the old bytes as they were, then this update.
    pub(crate) fn save(mut self) -> Result<Vec<u8>, Error> {
        let previous = self.file.get_prev_documents_bytes();
        // The second half of the identifier names the revision; derived from the bytes before it
        // and the number of changed objects, it needs no clock and no chance.
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(self.file.new_document.objects.len().to_be_bytes());
        let revision = Object::String(hash.finalize()[..16].to_vec(), StringFormat::Hexadecimal);
        let trailer = &mut self.file.new_document.trailer;
        let first = match trailer.get(b"ID").and_then(Object::as_array) {
            Ok(ids) => ids.first().cloned().unwrap_or_else(|| revision.clone()),
            Err(_) => revision.clone(),
        };
        trailer.set("ID", vec![first, revision]);
        let mut bytes = Vec::new();
        self.file
            .save_to(&mut bytes)
            .map_err(|error| Error::Unreadable(error.to_string()))?;
        if bytes.len() > MAX_PDF_BYTES {
            return Err(Error::TooLarge {
                bytes: bytes.len(),
                limit: MAX_PDF_BYTES,
            });
        }
        Ok(bytes)
    }
}

/// A text as PDF writes it outside page content: UTF-16 with a mark unless it is plain ASCII.
pub(crate) fn text_string(text: &str) -> Object {
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    Object::String(
        units.flat_map(u16::to_be_bytes).collect(),
        StringFormat::Hexadecimal,
    )
}

/// The reverse of [`text_string`]; bytes without a mark are taken as Latin-1, which agrees with
/// PDFDocEncoding on all letters.
pub(crate) fn read_text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
