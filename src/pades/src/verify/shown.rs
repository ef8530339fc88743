//! Whether a filled field shows on the page what its value says: a later revision could write one
//! number into the form and draw another.

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream};

/// What decoding an appearance may take in memory.
const MAX_APPEARANCE_BYTES: usize = 4 * 1024 * 1024;

/// What can be said about a text field's appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Value,
    /// Its text is another one.
    Other,
    /// Its text cannot be read back: no appearance, a picture, a font without a map to letters.
    Unreadable,
}

/// Holds the appearance of a field against its value, spaces and line breaks aside.
pub(super) fn compare(field: &Dictionary, value: &str, document: &Document) -> Shown {
    let text = appearance(field, document).and_then(|form| text_of(form, document));
    let bare = |text: &str| {
        text.chars()
            .filter(|letter| !letter.is_whitespace())
            .collect::<String>()
    };
    match text {
        Some(text) if bare(&text) == bare(value) => Shown::Value,
        Some(_) => Shown::Other,
        None => Shown::Unreadable,
    }
}

fn appearance<'a>(field: &'a Dictionary, document: &'a Document) -> Option<&'a Stream> {
    let looks = field.get_deref(b"AP", document).ok()?.as_dict().ok()?;
    looks.get_deref(b"N", document).ok()?.as_stream().ok()
}

/// The text that a form object shows by itself; none where a part of it cannot be read.
fn text_of(form: &Stream, document: &Document) -> Option<String> {
    let ink = if form.is_compressed() {
        form.decompressed_content_with_limit(MAX_APPEARANCE_BYTES)
            .ok()?
    } else {
        form.content.clone()
    };
    let fonts = form
        .dict
        .get_deref(b"Resources", document)
        .and_then(Object::as_dict)
        .and_then(|resources| resources.get_deref(b"Font", document))
        .and_then(Object::as_dict)
        .ok();
    let mut font = None;
    let mut text = String::new();
    for operation in Content::decode(&ink).ok()?.operations {
        match operation.operator.as_str() {
            "Tf" => {
                let name = operation.operands.first()?.as_name().ok()?;
                font = fonts?
                    .get_deref(name, document)
                    .and_then(Object::as_dict)
                    .ok();
            }
            "Tj" | "'" | "\"" | "TJ" => {
                let encoding = font?
                    .get_font_encoding_with_limit(document, MAX_APPEARANCE_BYTES)
                    .ok()?;
                for bytes in operation.operands.iter().flat_map(strings) {
                    text += &Document::decode_text(&encoding, bytes).ok()?;
                }
            }
            // Another form or a picture may show anything.
            "Do" | "BI" => return None,
            _ => {}
        }
    }
    Some(text)
}

fn strings(operand: &Object) -> Vec<&[u8]> {
    match operand {
        Object::String(bytes, _) => vec![bytes],
        Object::Array(items) => items.iter().filter_map(|item| item.as_str().ok()).collect(),
        _ => Vec::new(),
    }
}
