//! What happened to a document after a signature: the signed revision is held against the file as it
//! is now, object by object. Whatever is not known to be harmless is forbidden; this is what finds
//! the attacks that hide, replace or overlay signed content by a later revision.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::form::{self, Field};
use super::permission::{Frozen, Permission};
use super::problem::Problem;
use super::report::{Change, ChangeKind, Note};
use super::shown::{self, Shown};
use crate::update::read_text;

/// What was found, good and bad.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) changes: Vec<Change>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Note>,
}

/// Compares the signed revision with the whole file.
pub(super) fn between(
    old: &Document,
    new: &Document,
    permission: Permission,
    frozen: &Frozen,
) -> Found {
    let comparison = Comparison {
        old_fields: form::fields(old),
        new_fields: form::fields(new),
        old,
        new,
        permission,
        frozen,
        found: Found::default(),
    };
    comparison.run()
}

/// Whether two objects say the same, wherever they stand in the file and however their strings are
/// written.
pub(super) fn same(one: &Object, other: &Object) -> bool {
    match (one, other) {
        (Object::String(one, _), Object::String(other, _)) => one == other,
        (Object::Array(one), Object::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Object::Dictionary(one), Object::Dictionary(other)) => changed_keys(one, other).is_empty(),
        (Object::Stream(one), Object::Stream(other)) => {
            one.content == other.content && changed_keys(&one.dict, &other.dict).is_empty()
        }
        (one, other) => one == other,
    }
}

struct Comparison<'a> {
    old: &'a Document,
    new: &'a Document,
    old_fields: BTreeMap<ObjectId, Field>,
    new_fields: BTreeMap<ObjectId, Field>,
    permission: Permission,
    frozen: &'a Frozen,
    found: Found,
}

impl Comparison<'_> {
    fn run(mut self) -> Found {
        if self.old.trailer.get(b"Root").ok() != self.new.trailer.get(b"Root").ok() {
            self.forbid("the document's root");
            return self.found;
        }
        // A second table that only some readers look at would let two readers see two documents.
        if self.new.trailer.get(b"XRefStm").ok() != self.old.trailer.get(b"XRefStm").ok() {
            self.forbid("the table of objects (a second, hidden one)");
        }
        let known = References::of(self.old);
        for (id, old) in &self.old.objects {
            match self.new.objects.get(id) {
                Some(new) if same(old, new) => {}
                _ if is_table(old) && !known.targets.contains(id) => {}
                Some(new) => self.changed(*id, old, new),
                None => self.forbid(&format!("object {} {} (removed)", id.0, id.1)),
            }
        }
        for id in self
            .new
            .objects
            .keys()
            .filter(|id| !self.old.objects.contains_key(id))
        {
            // A name that led nowhere when the document was signed now leads somewhere.
            if known.targets.contains(id) {
                self.forbid(&format!(
                    "object {} {} (filled in where the signed document had a gap)",
                    id.0, id.1
                ));
            }
        }
        let old_info = self.old.trailer.get(b"Info").ok();
        if old_info != self.new.trailer.get(b"Info").ok() {
            self.allow(ChangeKind::Metadata, "Info");
        }
        self.found
    }

    fn changed(&mut self, id: ObjectId, old: &Object, new: &Object) {
        if self.is_metadata(id) {
            return self.allow(ChangeKind::Metadata, "Metadata");
        }
        if self.is_list_of_annotations(id) {
            return self.check_annotations(old, new);
        }
        if self.is_list_of_fields(id) {
            return self.check_field_list(old, new);
        }
        let (Ok(old_dict), Ok(new_dict)) = (old.as_dict(), new.as_dict()) else {
            return self.forbid(&describe(id, old));
        };
        if Some(id) == root(self.old) {
            self.check_catalog(old_dict, new_dict);
        } else if self.entry_is(b"AcroForm", id) {
            self.check_form(old_dict, new_dict);
        } else if self.entry_is(b"DSS", id) {
            self.found
                .changes
                .push(Change::new(ChangeKind::ValidationData, "DSS", None, None));
        } else if let Some(field) = self.old_fields.get(&id).cloned() {
            self.check_field(&field, old_dict, new_dict);
        } else if old_dict.has_type(b"Page") {
            self.check_page(id, old_dict, new_dict);
        } else {
            self.forbid(&describe(id, old));
        }
    }

    fn check_catalog(&mut self, old: &Dictionary, new: &Dictionary) {
        for key in changed_keys(old, new) {
            match key.as_slice() {
                b"AcroForm" => match (direct(old, b"AcroForm"), direct(new, b"AcroForm")) {
                    (Some(old), Some(new)) => self.check_form(&old.clone(), &new.clone()),
                    _ => self.forbid("the form of the document"),
                },
                b"DSS" => self.found.changes.push(Change::new(
                    ChangeKind::ValidationData,
                    "DSS",
                    None,
                    None,
                )),
                b"Metadata" => self.allow(ChangeKind::Metadata, "Metadata"),
                b"Extensions" | b"Version" => {}
                other => self.forbid(&format!(
                    "the document's entry /{}",
                    String::from_utf8_lossy(other)
                )),
            }
        }
    }

    fn check_form(&mut self, old: &Dictionary, new: &Dictionary) {
        for key in changed_keys(old, new) {
            match key.as_slice() {
                b"Fields" => match (old.get(b"Fields").ok(), new.get(b"Fields").ok()) {
                    (Some(old @ Object::Array(_)), Some(new @ Object::Array(_))) => {
                        self.check_field_list(old, new)
                    }
                    _ => self.forbid("the list of fields"),
                },
                b"SigFlags" => {}
                b"DR" if self.only_grew(old.get(b"DR").ok(), new.get(b"DR").ok()) => {}
                other => self.forbid(&format!(
                    "the form's entry /{}",
                    String::from_utf8_lossy(other)
                )),
            }
        }
    }

    /// Fonts and the like may be added for new appearances; none may be exchanged.
    fn only_grew(&self, old: Option<&Object>, new: Option<&Object>) -> bool {
        let Some(old) = old else { return true };
        let (Ok((_, old)), Some(Ok((_, new)))) = (
            self.old.dereference(old),
            new.map(|new| self.new.dereference(new)),
        ) else {
            return false;
        };
        match (old, new) {
            (Object::Dictionary(old), Object::Dictionary(new)) => old.iter().all(|(key, value)| {
                new.get(key)
                    .is_ok_and(|new| same(value, new) || self.only_grew_one(value, new))
            }),
            (old, new) => same(old, new),
        }
    }

    /// One kind of resource: its names stay as they are.
    fn only_grew_one(&self, old: &Object, new: &Object) -> bool {
        match (old, new) {
            (Object::Dictionary(old), Object::Dictionary(new)) => old
                .iter()
                .all(|(key, value)| new.get(key).is_ok_and(|new| same(value, new))),
            _ => false,
        }
    }

    /// Old fields stay, in their order; what comes behind must be new signature fields.
    fn check_field_list(&mut self, old: &Object, new: &Object) {
        let (Ok(old), Ok(new)) = (old.as_array(), new.as_array()) else {
            return self.forbid("the list of fields");
        };
        if !new.starts_with(old) {
            return self.forbid("the list of fields");
        }
        for id in new[old.len()..].iter().map(|item| item.as_reference().ok()) {
            match id.and_then(|id| Some((id, self.new_fields.get(&id)?.clone()))) {
                Some((id, field))
                    if field.kind == b"Sig" && !self.old.objects.contains_key(&id) =>
                {
                    self.check_new_signature_field(id, &field);
                }
                _ => self.forbid("the list of fields"),
            }
        }
    }

    fn check_new_signature_field(&mut self, id: ObjectId, field: &Field) {
        if self.old_fields.values().any(|old| old.name == field.name) {
            return self.forbid(&format!(
                "the field \"{}\" (a second one of this name)",
                field.name
            ));
        }
        let Ok(dict) = self.new.get_dictionary(id) else {
            return self.forbid("the list of fields");
        };
        if self.permission.certified && is_visible(dict, self.new) {
            return self.forbid(&format!(
                "the page (a visible field \"{}\" on a certified document)",
                field.name
            ));
        }
        let kind = if dict.has(b"V") {
            ChangeKind::Signed
        } else {
            ChangeKind::FieldAdded
        };
        self.allow_in(field, kind, None);
    }

    fn check_field(&mut self, field: &Field, old: &Dictionary, new: &Dictionary) {
        let keys = changed_keys(old, new);
        let name = &field.name;
        if keys
            .iter()
            .any(|key| !matches!(key.as_slice(), b"V" | b"AP" | b"AS"))
        {
            return self.forbid(&format!("the field \"{name}\" (more than its value)"));
        }
        if self.frozen.holds(name) {
            return self
                .found
                .problems
                .push(Problem::FrozenFieldChanged(name.clone()));
        }
        let was_filled = filled(old, self.old);
        if field.kind == b"Sig" {
            let now_signed = new
                .get_deref(b"V", self.new)
                .and_then(Object::as_dict)
                .is_ok();
            if was_filled || !now_signed {
                return self.forbid(&format!("the signature field \"{name}\""));
            }
            return self.allow_in(field, ChangeKind::Signed, None);
        }
        let value = new
            .get_deref(b"V", self.new)
            .and_then(Object::as_str)
            .map(read_text)
            .ok();
        if let (b"Tx", Some(value)) = (field.kind.as_slice(), &value) {
            match shown::compare(new, value, self.new) {
                Shown::Value => {}
                Shown::Other => self
                    .found
                    .problems
                    .push(Problem::ShownDiffers(name.clone())),
                Shown::Unreadable => self.found.notes.push(Note::appearance_unread(name)),
            }
        }
        let kind = if was_filled {
            ChangeKind::Refilled
        } else {
            ChangeKind::Filled
        };
        self.allow_in(field, kind, value);
    }

    fn check_page(&mut self, id: ObjectId, old: &Dictionary, new: &Dictionary) {
        let keys = changed_keys(old, new);
        if keys.iter().any(|key| key.as_slice() != b"Annots") {
            return self.forbid(&describe(id, &Object::Dictionary(old.clone())));
        }
        let list = |dict: &Dictionary, document: &Document| {
            dict.get_deref(b"Annots", document)
                .cloned()
                .unwrap_or_else(|_| Object::Array(Vec::new()))
        };
        self.check_annotations(&list(old, self.old), &list(new, self.new));
    }

    /// Old annotations stay, in their order; what comes behind must show new signature fields.
    fn check_annotations(&mut self, old: &Object, new: &Object) {
        let (Ok(old), Ok(new)) = (old.as_array(), new.as_array()) else {
            return self.forbid("the annotations of a page");
        };
        let harmless = |item: &Object| {
            item.as_reference().is_ok_and(|id| {
                !self.old.objects.contains_key(&id)
                    && self
                        .new_fields
                        .get(&id)
                        .is_some_and(|field| field.kind == b"Sig")
            })
        };
        if !new.starts_with(old) || !new[old.len()..].iter().all(harmless) {
            self.forbid("the annotations of a page");
        }
    }

    fn is_metadata(&self, id: ObjectId) -> bool {
        let is = |object: Option<&Object>| {
            object.and_then(|object| object.as_reference().ok()) == Some(id)
        };
        let described = is(self.old.trailer.get(b"Info").ok()) || self.entry_is(b"Metadata", id);
        // An object that is also something else (a page, say) is judged as that.
        described && References::of(self.old).counts.get(&id) == Some(&1)
    }

    fn is_list_of_annotations(&self, id: ObjectId) -> bool {
        self.old
            .page_iter()
            .any(|page| refers(self.old.get_dictionary(page).ok(), b"Annots", id))
    }

    fn is_list_of_fields(&self, id: ObjectId) -> bool {
        refers(form::form(self.old), b"Fields", id)
    }

    fn entry_is(&self, key: &[u8], id: ObjectId) -> bool {
        refers(self.old.catalog().ok(), key, id)
    }

    fn allow(&mut self, kind: ChangeKind, what: &str) {
        self.allow_change(Change::new(kind, what, None, None));
    }

    fn allow_in(&mut self, field: &Field, kind: ChangeKind, value: Option<String>) {
        self.allow_change(Change::new(
            kind,
            &field.name,
            field.label.as_deref(),
            value,
        ));
    }

    fn allow_change(&mut self, change: Change) {
        if self.permission.allows_filling {
            self.found.changes.push(change);
        } else {
            self.forbid(&change.what);
        }
    }

    fn forbid(&mut self, what: &str) {
        self.found
            .problems
            .push(Problem::ForbiddenChange(what.to_owned()));
    }
}

/// All references of a document: what they lead to, and how many lead there.
struct References {
    targets: BTreeSet<ObjectId>,
    counts: BTreeMap<ObjectId, usize>,
}

impl References {
    fn of(document: &Document) -> Self {
        let mut references = Self {
            targets: BTreeSet::new(),
            counts: BTreeMap::new(),
        };
        document
            .objects
            .values()
            .for_each(|object| references.collect(object));
        document
            .trailer
            .iter()
            .for_each(|(_, object)| references.collect(object));
        references
    }

    fn collect(&mut self, object: &Object) {
        match object {
            Object::Reference(id) => {
                self.targets.insert(*id);
                *self.counts.entry(*id).or_default() += 1;
            }
            Object::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Object::Dictionary(dict) => dict.iter().for_each(|(_, item)| self.collect(item)),
            // A table's own entries are not part of the document that is shown.
            Object::Stream(stream) if !is_table(object) => {
                stream.dict.iter().for_each(|(_, item)| self.collect(item))
            }
            _ => {}
        }
    }
}

/// The file's own bookkeeping: tables of objects and bundles of objects.
fn is_table(object: &Object) -> bool {
    let Object::Stream(stream) = object else {
        return false;
    };
    stream.dict.has_type(b"XRef") || stream.dict.has_type(b"ObjStm")
}

fn changed_keys(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
    let keys: BTreeSet<&Vec<u8>> = old.iter().chain(new.iter()).map(|(key, _)| key).collect();
    keys.into_iter()
        .filter(|key| match (old.get(key), new.get(key)) {
            (Ok(old), Ok(new)) => !same(old, new),
            _ => true,
        })
        .cloned()
        .collect()
}

fn direct<'a>(dict: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    dict.get(key).ok()?.as_dict().ok()
}

fn refers(dict: Option<&Dictionary>, key: &[u8], id: ObjectId) -> bool {
    dict.and_then(|dict| dict.get(key).ok()?.as_reference().ok()) == Some(id)
}

fn root(document: &Document) -> Option<ObjectId> {
    document.trailer.get(b"Root").ok()?.as_reference().ok()
}

fn filled(field: &Dictionary, document: &Document) -> bool {
    match field.get_deref(b"V", document) {
        Ok(Object::String(text, _)) => !text.is_empty(),
        Ok(Object::Null) | Err(_) => false,
        Ok(_) => true,
    }
}

fn is_visible(field: &Dictionary, document: &Document) -> bool {
    let rect = field
        .get_deref(b"Rect", document)
        .and_then(Object::as_array);
    let numbers: Vec<f32> = rect
        .into_iter()
        .flatten()
        .filter_map(|number| number.as_float().ok())
        .collect();
    matches!(numbers.as_slice(), [left, bottom, right, top] if left != right && bottom != top)
}

fn describe(id: ObjectId, object: &Object) -> String {
    let kind = match object {
        Object::Stream(stream) => stream
            .dict
            .get(b"Type")
            .or_else(|_| stream.dict.get(b"Subtype")),
        Object::Dictionary(dict) => dict.get(b"Type"),
        _ => Err(lopdf::Error::DictKey(String::new())),
    };
    match kind.and_then(Object::as_name) {
        Ok(kind) => format!(
            "object {} {} ({})",
            id.0,
            id.1,
            String::from_utf8_lossy(kind)
        ),
        Err(_) => format!("object {} {}", id.0, id.1),
    }
}
