//! The fields of a document, read with suspicion.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::update::read_text;

/// Fields below fields, at most so deep.
const MAX_FIELD_DEPTH: usize = 16;

/// A field, or one of several places where a field is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The names from the top, with dots.
    pub(super) name: String,
    /// `Sig`, `Tx` …, inherited from above.
    pub(super) kind: Vec<u8>,
    /// What the field calls itself to people.
    pub(super) label: Option<String>,
}

/// Every field and every further place of one, by object.
pub(super) fn fields(document: &Document) -> BTreeMap<ObjectId, Field> {
    let mut found = BTreeMap::new();
    let Some(form) = form(document) else {
        return found;
    };
    let top = Field {
        name: String::new(),
        kind: Vec::new(),
        label: None,
    };
    walk(
        document,
        form.get(b"Fields").ok(),
        &top,
        MAX_FIELD_DEPTH,
        &mut found,
    );
    found
}

/// The signature fields that are signed: the name, and the object of the value unless the value is
/// written into the field itself.
pub(super) fn signed(document: &Document) -> Vec<(String, Option<ObjectId>)> {
    fields(document)
        .into_iter()
        .filter(|(_, field)| field.kind == b"Sig")
        .filter_map(|(id, field)| {
            let value = document.get_dictionary(id).ok()?.get(b"V").ok()?;
            let empty = document
                .dereference(value)
                .is_ok_and(|(_, value)| value.is_null());
            (!empty).then(|| (field.name, value.as_reference().ok()))
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

pub(super) fn form(document: &Document) -> Option<&Dictionary> {
    document
        .catalog()
        .ok()?
        .get_deref(b"AcroForm", document)
        .ok()?
        .as_dict()
        .ok()
}

fn walk(
    document: &Document,
    list: Option<&Object>,
    parent: &Field,
    depth: usize,
    found: &mut BTreeMap<ObjectId, Field>,
) {
    let Some(list) = list.and_then(|list| document.dereference(list).ok()) else {
        return;
    };
    let (Ok(list), true) = (list.1.as_array(), depth > 0) else {
        return;
    };
    for id in list.iter().filter_map(|item| item.as_reference().ok()) {
        let Ok(dict) = document.get_dictionary(id) else {
            continue;
        };
        if found.contains_key(&id) {
            continue;
        }
        let title = dict
            .get_deref(b"T", document)
            .and_then(Object::as_str)
            .map(read_text);
        let name = match (title, parent.name.is_empty()) {
            (Ok(title), true) => title,
            (Ok(title), false) => format!("{}.{title}", parent.name),
            (Err(_), _) => parent.name.clone(),
        };
        let kind = dict
            .get_deref(b"FT", document)
            .and_then(Object::as_name)
            .unwrap_or(&parent.kind)
            .to_vec();
        let label = dict
            .get_deref(b"TU", document)
            .and_then(Object::as_str)
            .map(read_text);
        let label = label.ok().or_else(|| parent.label.clone());
        let field = Field { name, kind, label };
        found.insert(id, field.clone());
        walk(document, dict.get(b"Kids").ok(), &field, depth - 1, found);
    }
}
