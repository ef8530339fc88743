//! Several documents bound into one file to be read and printed: a cover, then each document with what its signatures show as
//! ink, a bookmark for each. The signed originals lie inside as files, since a bound copy proves nothing itself.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::Error;
use crate::paper::{draw_annotations, forget_fields, inherited, no_page};
use crate::update::{load, pages, text_string};

/// A document to be bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its bookmark.
    pub title: String,
    /// What its original is called inside, e.g. `01-QD-05.pdf`; of several the names differ.
    pub name: String,
    pub pdf: Vec<u8>,
}

/// How many pages a file has.
///
/// # Errors
/// Where it cannot be read.
pub fn page_count(pdf: &[u8]) -> Result<usize, Error> {
    Ok(pages(&load(pdf)?).len())
}

/// The cover with every part behind it, in their order.
///
/// # Errors
/// Where one of the files cannot be read.
pub fn bind(cover: &[u8], parts: &[Part]) -> Result<Vec<u8>, Error> {
    let mut whole = load(cover)?;
    forget_fields(&mut whole)?;
    // The tags of one file say nothing about the pages of the others.
    let catalog = whole.catalog_mut()?;
    for key in [
        b"StructTreeRoot".as_slice(),
        b"MarkInfo",
        b"Outlines",
        b"Names",
        b"AF",
    ] {
        catalog.remove(key);
    }
    let mut marks = Vec::new();
    let mut originals = Vec::new();
    for part in parts {
        let first = append(&mut whole, &part.pdf)?;
        marks.push((part.title.as_str(), first));
        originals.push((part.name.as_str(), keep(&mut whole, part)));
    }
    outline(&mut whole, &marks)?;
    inside(&mut whole, originals)?;
    whole.prune_objects();
    whole.renumber_objects();
    let mut bytes = Vec::new();
    whole
        .save_to(&mut bytes)
        .map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok(bytes)
}

/// Puts a file's pages behind the others; the first of them.
fn append(whole: &mut Document, pdf: &[u8]) -> Result<ObjectId, Error> {
    let mut other = load(pdf)?;
    for page in pages(&other) {
        draw_annotations(&mut other, page)?;
    }
    other.renumber_objects_with(whole.max_id + 1);
    let added = pages(&other);
    let root = whole.catalog()?.get(b"Pages")?.as_reference()?;
    for page in &added {
        // What a page has from the nodes above it, it would have from other nodes now.
        for key in [b"Resources".as_slice(), b"MediaBox", b"CropBox", b"Rotate"] {
            let Ok(value) = inherited(&other, *page, key).cloned() else {
                continue;
            };
            other.get_dictionary_mut(*page)?.set(key, value);
        }
        let page = other.get_dictionary_mut(*page)?;
        page.set("Parent", root);
        page.remove(b"StructParents");
    }
    whole.max_id = other.max_id;
    whole.objects.extend(other.objects);
    let tree = whole.get_dictionary_mut(root)?;
    let count = tree.get(b"Count")?.as_i64()?;
    let more = i64::try_from(added.len()).unwrap_or_default();
    tree.set("Count", count + more);
    let kids = tree.get_mut(b"Kids")?.as_array_mut()?;
    kids.extend(added.iter().map(|page| Object::from(*page)));
    added.first().copied().ok_or_else(no_page)
}

/// The original as a file inside.
fn keep(whole: &mut Document, part: &Part) -> ObjectId {
    let stream = Stream::new(
        dictionary! { "Type" => "EmbeddedFile", "Subtype" => "application/pdf" },
        part.pdf.clone(),
    );
    let file = whole.add_object(stream);
    whole.add_object(dictionary! {
        "Type" => "Filespec", "F" => text_string(&part.name), "UF" => text_string(&part.name),
        "Desc" => text_string(&part.title), "AFRelationship" => "Source",
        "EF" => dictionary! { "F" => file, "UF" => file },
    })
}

/// A bookmark for each document.
fn outline(whole: &mut Document, marks: &[(&str, ObjectId)]) -> Result<(), Error> {
    let root = whole.new_object_id();
    let ids: Vec<ObjectId> = marks.iter().map(|_| whole.new_object_id()).collect();
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(());
    };
    for (nth, (title, page)) in marks.iter().enumerate() {
        let mut mark = dictionary! {
            "Title" => text_string(title), "Parent" => root,
            "Dest" => vec![Object::from(*page), "Fit".into()],
        };
        if let Some(before) = nth.checked_sub(1).and_then(|nth| ids.get(nth)) {
            mark.set("Prev", *before);
        }
        if let Some(after) = ids.get(nth + 1) {
            mark.set("Next", *after);
        }
        whole.objects.insert(ids[nth], mark.into());
    }
    let count = i64::try_from(ids.len()).unwrap_or_default();
    let tree =
        dictionary! { "Type" => "Outlines", "First" => *first, "Last" => *last, "Count" => count };
    whole.objects.insert(root, tree.into());
    let catalog = whole.catalog_mut()?;
    catalog.set("Outlines", root);
    catalog.set("PageMode", "UseOutlines");
    Ok(())
}

/// The tree of names of the files inside, which is sorted.
fn inside(whole: &mut Document, mut originals: Vec<(&str, ObjectId)>) -> Result<(), Error> {
    originals.sort_unstable();
    let names = originals
        .iter()
        .flat_map(|(name, file)| [text_string(name), Object::from(*file)])
        .collect::<Vec<_>>();
    let mut files = Dictionary::new();
    files.set("EmbeddedFiles", dictionary! { "Names" => names });
    whole.catalog_mut()?.set("Names", files);
    Ok(())
}
