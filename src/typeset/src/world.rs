//! What the Typst compiler sees: embedded templates and fonts, and one document's data as virtual files.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rust_embed::RustEmbed;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// Templates, rule sets and fonts (`templates/documents`).
#[derive(RustEmbed)]
#[folder = "../../templates/documents"]
pub struct Embedded;

/// What all documents share, loaded once.
pub struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: HashMap<FileId, Source>,
}

impl Shared {
    pub fn load() -> Self {
        let mut fonts = Vec::new();
        let mut sources = HashMap::new();
        for path in Embedded::iter() {
            let Some(file) = Embedded::get(&path) else {
                continue;
            };
            if path.ends_with(".ttf") {
                fonts.extend(Font::iter(bytes(file.data)));
            } else if path.ends_with(".typ") {
                let text = String::from_utf8_lossy(&file.data).into_owned();
                sources.extend(file_id(&path).map(|id| (id, Source::new(id, text))));
            }
        }
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources,
        }
    }

    /// The characters of a UTF-8 text that some font style cannot show, each once.
    pub fn missing_characters(&self, text: &[u8]) -> Vec<char> {
        let missing: BTreeSet<char> = String::from_utf8_lossy(text)
            .chars()
            .filter(|&c| !self.shows(c))
            .collect();
        missing.into_iter().collect()
    }

    /// The text with `[U+1F600]` in the place of what the fonts cannot show.
    pub fn spelled(&self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        for c in text.chars() {
            if self.shows(c) {
                spelled.push(c);
            } else {
                spelled.push_str(&format!("[U+{:04X}]", u32::from(c)));
            }
        }
        spelled
    }

    fn shows(&self, c: char) -> bool {
        c.is_ascii()
            || self
                .fonts
                .iter()
                .all(|font| font.info().coverage.contains(u32::from(c)))
    }
}

/// One document to be typeset.
pub struct Request<'a> {
    shared: &'a Shared,
    main: FileId,
    /// The draft, the measures, and what the document shall hold inside.
    files: Vec<(FileId, Bytes)>,
}

impl<'a> Request<'a> {
    /// None where a path is not one; the names are the product's own.
    pub fn new(shared: &'a Shared, template: &str, files: Vec<(&str, Vec<u8>)>) -> Option<Self> {
        let files = files
            .into_iter()
            .map(|(name, bytes)| Some((file_id(name)?, Bytes::new(bytes))))
            .collect::<Option<_>>()?;
        Some(Self {
            shared,
            main: file_id(template)?,
            files,
        })
    }
}

impl World for Request<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.shared
            .sources
            .get(&id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, bytes)| bytes.clone())
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.fonts.get(index).cloned()
    }

    /// A template that asks for the date fails: dates come with the draft.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::new(data),
        Cow::Owned(data) => Bytes::new(data),
    }
}
