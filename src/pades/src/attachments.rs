//! Files inside a PDF (ISO 32000-2, 7.11.4).

use lopdf::{Dictionary, Document, Object};

use crate::Error;
use crate::update::{load, read_text};

/// Files that are read from one PDF at most.
const MAX_FILES: usize = 100;
/// A tree of names is at most so deep.
const MAX_DEPTH: usize = 16;
/// Bytes that all files of one PDF may come to, unpacked.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The names and contents of the files inside, in the order of their names.
///
/// # Errors
/// Where the PDF cannot be read, or holds more than an office's file does.
pub fn attachments(pdf: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let document = load(pdf)?;
    let mut found = Vec::new();
    let tree = document
        .catalog()?
        .get_deref(b"Names", &document)
        .and_then(Object::as_dict)
        .and_then(|names| names.get_deref(b"EmbeddedFiles", &document))
        .and_then(Object::as_dict);
    if let Ok(tree) = tree {
        walk(&document, tree, MAX_DEPTH, &mut found)?;
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

fn walk(
    document: &Document,
    node: &Dictionary,
    depth: usize,
    found: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), Error> {
    let too_much = || Error::Unreadable("it holds too many or too large files".into());
    let array = |key: &[u8]| {
        let value = node.get_deref(key, document).ok()?;
        value.as_array().ok()
    };
    for pair in array(b"Names")
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .chunks(2)
    {
        let [_, file] = pair else {
            continue;
        };
        let Some(file) = read(document, file) else {
            return Err(Error::Unreadable("a file inside it cannot be read".into()));
        };
        found.push(file);
        let bytes: usize = found.iter().map(|(_, bytes)| bytes.len()).sum();
        if found.len() > MAX_FILES || bytes > MAX_BYTES {
            return Err(too_much());
        }
    }
    for kid in array(b"Kids").into_iter().flatten() {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(too_much());
        };
        if let Ok((_, kid)) = document.dereference(kid)
            && let Ok(kid) = kid.as_dict()
        {
            walk(document, kid, depth, found)?;
        }
    }
    Ok(())
}

/// The name and the content of one file.
fn read(document: &Document, file: &Object) -> Option<(String, Vec<u8>)> {
    let (_, file) = document.dereference(file).ok()?;
    let file = file.as_dict().ok()?;
    let name = [&b"UF"[..], b"F"]
        .iter()
        .find_map(|key| file.get_deref(key, document).ok()?.as_str().ok())?;
    let content = file
        .get_deref(b"EF", document)
        .ok()?
        .as_dict()
        .ok()?
        .get_deref(b"F", document)
        .ok()?
        .as_stream()
        .ok()?;
    let bytes = if content.dict.has(b"Filter") {
        content.decompressed_content().ok()?
    } else {
        content.content.clone()
    };
    Some((read_text(name), bytes))
}
