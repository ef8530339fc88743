//! What a signature allows to be done after it (ISO 32000-2, 12.8.2).

use lopdf::{Dictionary, Document, Object};

use crate::update::read_text;

/// What may come after a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Permission {
    /// Whether the document is certified: its first signature says itself what may come after.
    pub(super) certified: bool,
    /// Filling fields and signing again. A signature that says nothing allows it.
    pub(super) allows_filling: bool,
}

impl Permission {
    pub(super) fn of(signature: &Dictionary, document: &Document) -> Self {
        let Some(parameters) = transform(signature, b"DocMDP", document) else {
            return Self {
                certified: false,
                allows_filling: true,
            };
        };
        // Without a number the permission is 2.
        let level = parameters
            .get_deref(b"P", document)
            .and_then(Object::as_i64)
            .unwrap_or(2);
        Self {
            certified: true,
            allows_filling: level >= 2,
        }
    }
}

/// The fields that a signature freezes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frozen {
    Nothing,
    Everything,
    These(Vec<String>),
    AllBut(Vec<String>),
}

impl Frozen {
    pub(super) fn of(signature: &Dictionary, document: &Document) -> Self {
        let Some(parameters) = transform(signature, b"FieldMDP", document) else {
            return Self::Nothing;
        };
        let names = parameters
            .get_deref(b"Fields", document)
            .and_then(Object::as_array);
        let names: Vec<String> = names
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().ok())
            .map(read_text)
            .collect();
        match parameters
            .get_deref(b"Action", document)
            .and_then(Object::as_name)
        {
            Ok(b"Include") => Self::These(names),
            Ok(b"Exclude") => Self::AllBut(names),
            // "All", and whatever we do not know.
            _ => Self::Everything,
        }
    }

    pub(super) fn holds(&self, field: &str) -> bool {
        // Naming a field names those below it.
        let named = |names: &[String]| {
            names.iter().any(|name| {
                field == name
                    || field
                        .strip_prefix(name.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
            })
        };
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::These(names) => named(names),
            Self::AllBut(names) => !named(names),
        }
    }
}

fn transform<'a>(
    signature: &'a Dictionary,
    method: &[u8],
    document: &'a Document,
) -> Option<&'a Dictionary> {
    let references = signature
        .get_deref(b"Reference", document)
        .and_then(Object::as_array)
        .ok()?;
    let found = references
        .iter()
        .filter_map(|reference| document.dereference(reference).ok()?.1.as_dict().ok())
        .find(|reference| {
            reference
                .get(b"TransformMethod")
                .and_then(Object::as_name)
                .ok()
                == Some(method)
        })?;
    found
        .get_deref(b"TransformParams", document)
        .ok()?
        .as_dict()
        .ok()
}
