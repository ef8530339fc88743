//! The schema of the standard as a table, and the check of a file against it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::report::Report;
use super::value;
use crate::xml;

/// The namespace of the instances' own attributes (`xsi:type`, `xsi:schemaLocation`).
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const TEXT: &str = include_str!("schema.txt");

/// The one table, read once from [`TEXT`].
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(TEXT));

/// Types, elements and value lists by name. Names of the diagram's namespaces carry `bpmndi:`, `di:` or `dc:`.
pub struct Schema {
    types: HashMap<&'static str, Type>,
    elements: HashMap<&'static str, &'static str>,
    pub values: HashMap<&'static str, Values>,
}

pub struct Values {
    pub or_uri: bool,
    pub list: Vec<&'static str>,
}

#[derive(Default)]
pub struct Type {
    base: Option<&'static str>,
    /// The type itself and everything that it extends.
    lineage: Vec<&'static str>,
    is_abstract: bool,
    mixed: bool,
    /// Whether elements that the table doesn't list may stand inside (documentation, extension elements).
    any: bool,
    pub attributes: Vec<Attribute>,
    /// The children in order; those of the base come first.
    sequence: Vec<Particle>,
    /// One of these follows; empty where the type has no choice.
    choices: Vec<Vec<Particle>>,
}

#[derive(Clone)]
pub struct Attribute {
    pub name: &'static str,
    pub kind: &'static str,
    required: bool,
}

#[derive(Clone)]
struct Particle {
    name: &'static str,
    /// Every element that may stand here, with its type.
    accepts: Vec<(&'static str, &'static str)>,
    min: u32,
    max: u32,
}

impl Schema {
    fn read(text: &'static str) -> Self {
        let mut own: Vec<(&'static str, Type)> = Vec::new();
        let mut elements = HashMap::new();
        let mut heads: Vec<(&'static str, &'static str)> = Vec::new();
        let mut values = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&'static str> = line.split_whitespace().collect();
            match (words.as_slice(), own.last_mut()) {
                (["values", name, "uri", list @ ..], _) => {
                    values.insert(
                        *name,
                        Values {
                            or_uri: true,
                            list: list.to_vec(),
                        },
                    );
                }
                (["values", name, list @ ..], _) => {
                    values.insert(
                        *name,
                        Values {
                            or_uri: false,
                            list: list.to_vec(),
                        },
                    );
                }
                (["element", name, kind, rest @ ..], _) => {
                    elements.insert(*name, *kind);
                    if let ["in", head] = rest {
                        heads.push((name, head));
                    }
                }
                (["type", name, rest @ ..], _) => {
                    let base = match rest {
                        [":", base, ..] => Some(*base),
                        _ => None,
                    };
                    let made = Type {
                        base,
                        is_abstract: rest.contains(&"abstract"),
                        mixed: rest.contains(&"mixed"),
                        ..Type::default()
                    };
                    own.push((name, made));
                }
                (["@any"], _) => {}
                (["any", ..], Some((_, made))) => made.any = true,
                (["|"], Some((_, made))) => {
                    if made.choices.is_empty() {
                        made.choices.push(std::mem::take(&mut made.sequence));
                    }
                    made.choices.push(Vec::new());
                }
                ([first, kind, rest @ ..], Some((_, made))) if first.starts_with('@') => {
                    let required = rest.contains(&"required");
                    made.attributes.push(Attribute {
                        name: &first[1..],
                        kind,
                        required,
                    });
                }
                ([name, occurs, rest @ ..], Some((_, made))) => {
                    let (min, max) = occurs.split_once("..").unwrap_or(("0", "*"));
                    let accepts = rest
                        .first()
                        .map(|kind| (*name, *kind))
                        .into_iter()
                        .collect();
                    let particle = Particle {
                        name,
                        accepts,
                        min: min.parse().unwrap_or(0),
                        max: max.parse().unwrap_or(u32::MAX),
                    };
                    made.choices
                        .last_mut()
                        .unwrap_or(&mut made.sequence)
                        .push(particle);
                }
                _ => {}
            }
        }
        let stands_for = |name: &str| -> Vec<&'static str> {
            let mut all: Vec<&'static str> = elements
                .keys()
                .filter(|key| **key == name)
                .copied()
                .collect();
            let mut at = 0;
            while at < all.len() {
                let members = heads.iter().filter(|(_, head)| *head == all[at]);
                all.extend(members.map(|(member, _)| *member).collect::<Vec<_>>());
                at += 1;
            }
            all
        };
        for (_, made) in &mut own {
            let particles = made
                .sequence
                .iter_mut()
                .chain(made.choices.iter_mut().flatten());
            for particle in particles.filter(|particle| particle.accepts.is_empty()) {
                particle.accepts = stands_for(particle.name)
                    .iter()
                    .map(|name| (*name, elements[name]))
                    .collect();
            }
        }
        let parts: HashMap<&'static str, Type> = own.into_iter().collect();
        let types = parts
            .keys()
            .map(|name| (*name, flatten(&parts, name)))
            .collect();
        Self {
            types,
            elements,
            values,
        }
    }

    /// The type of a global element.
    pub fn element(&self, name: &str) -> Option<&'static str> {
        self.elements.get(name).copied()
    }

    pub fn get(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }

    /// Whether `name` is `base` or extends it.
    pub fn derives(&self, name: &str, base: &str) -> bool {
        self.types
            .get(name)
            .is_some_and(|made| made.lineage.contains(&base))
    }

    fn knows_child(&self, name: &str) -> bool {
        self.elements.contains_key(name)
            || self
                .types
                .values()
                .any(|made| made.accepting(name).is_some())
    }
}

impl Type {
    /// The type of the child `name`, wherever in the order it belongs.
    fn accepting(&self, name: &str) -> Option<&'static str> {
        self.sequence
            .iter()
            .chain(self.choices.iter().flatten())
            .find_map(|particle| particle.takes(name))
    }
}

impl Particle {
    fn takes(&self, name: &str) -> Option<&'static str> {
        self.accepts
            .iter()
            .find(|(accepted, _)| *accepted == name)
            .map(|(_, kind)| *kind)
    }
}

/// A type with everything that its bases give it, bases first.
fn flatten(parts: &HashMap<&'static str, Type>, name: &'static str) -> Type {
    let base = |at: &&'static str| parts.get(at).and_then(|made| made.base);
    let lineage: Vec<&'static str> = std::iter::successors(Some(name), base).collect();
    let chain: Vec<&Type> = lineage.iter().filter_map(|at| parts.get(at)).collect();
    let mut whole = Type::default();
    for made in chain.iter().rev() {
        whole.base = made.base;
        whole.is_abstract = made.is_abstract;
        whole.mixed |= made.mixed;
        whole.any |= made.any;
        whole.attributes.extend(made.attributes.iter().cloned());
        whole.sequence.extend(made.sequence.iter().cloned());
        whole.choices.extend(made.choices.iter().cloned());
    }
    whole.lineage = lineage;
    whole
}

/// The table's name of an element: its local name, with the prefix of the diagram's namespaces; `None` for a foreign one.
pub fn key(name: roxmltree::ExpandedName<'_, '_>) -> Option<String> {
    let prefix = match name.namespace()? {
        xml::BPMN => "",
        "http://www.omg.org/spec/BPMN/20100524/DI" => "bpmndi:",
        "http://www.omg.org/spec/DD/20100524/DI" => "di:",
        "http://www.omg.org/spec/DD/20100524/DC" => "dc:",
        _ => return None,
    };
    Some(format!("{prefix}{}", name.name()))
}

/// Checks every element of the standard's namespaces against the table, and tells the type of each node (by node id).
pub fn check<'a>(
    doc: &'a roxmltree::Document<'a>,
    out: &mut Report<'a>,
) -> Vec<Option<&'static str>> {
    let mut kinds: Vec<Option<&'static str>> = vec![None; doc.descendants().count()];
    let root = doc.root_element();
    if key(root.tag_name()).as_deref() != Some("definitions") {
        out.add("not-bpmn", root, &[root.tag_name().name()]);
        return kinds;
    }
    kinds[root.id().get_usize()] = Some("tDefinitions");
    for node in doc.descendants().filter(roxmltree::Node::is_element) {
        let Some(declared) = kinds[node.id().get_usize()] else {
            continue;
        };
        let kind = actual_type(node, declared, out);
        kinds[node.id().get_usize()] = Some(kind);
        match SCHEMA.get(kind) {
            Some(made) => {
                if made.is_abstract {
                    out.add("schema-abstract-element", node, &[node.tag_name().name()]);
                }
                attributes(node, made, out);
                children(node, made, &mut kinds, out);
            }
            None => simple(node, kind, out),
        }
    }
    kinds
}

/// The declared type, or the one that `xsi:type` puts in its place.
fn actual_type<'a>(
    node: roxmltree::Node<'a, 'a>,
    declared: &'static str,
    out: &mut Report<'a>,
) -> &'static str {
    let Some(named) = node.attribute((XSI, "type")) else {
        return declared;
    };
    let (prefix, local) = named
        .trim()
        .split_once(':')
        .map_or((None, named.trim()), |(p, l)| (Some(p), l));
    let found = node
        .lookup_namespace_uri(prefix)
        .and_then(|uri| key(roxmltree::ExpandedName::from((uri, local))))
        .and_then(|key| SCHEMA.types.get_key_value(key.as_str()))
        .map(|(name, _)| *name)
        .filter(|name| SCHEMA.derives(name, declared));
    found.unwrap_or_else(|| {
        out.add("schema-bad-type", node, &[named, declared]);
        declared
    })
}

fn attributes<'a>(node: roxmltree::Node<'a, 'a>, made: &Type, out: &mut Report<'a>) {
    for given in node.attributes() {
        match given.namespace() {
            None => match made
                .attributes
                .iter()
                .find(|known| known.name == given.name())
            {
                Some(known) => {
                    if let Some(expected) = value::problem(known.kind, given.value(), node) {
                        out.add(
                            "schema-bad-value",
                            node,
                            &[given.name(), given.value(), &expected],
                        );
                    }
                }
                None => out.add(
                    "schema-unknown-attribute",
                    node,
                    &[node.tag_name().name(), given.name()],
                ),
            },
            Some(xml::BPMN) => {
                out.add(
                    "schema-unknown-attribute",
                    node,
                    &[node.tag_name().name(), given.name()],
                );
            }
            Some(_) => {}
        }
    }
    for known in made.attributes.iter().filter(|known| known.required) {
        if node.attribute(known.name).is_none() {
            out.add(
                "schema-missing-attribute",
                node,
                &[node.tag_name().name(), known.name],
            );
        }
    }
}

fn children<'a>(
    node: roxmltree::Node<'a, 'a>,
    made: &Type,
    kinds: &mut [Option<&'static str>],
    out: &mut Report<'a>,
) {
    if !made.mixed && has_text(node) {
        out.add("schema-text", node, &[node.tag_name().name()]);
    }
    let order: Vec<&Particle> = made.sequence.iter().chain(chosen(node, made)).collect();
    let mut counts = vec![0_u32; order.len()];
    let mut at = 0;
    for child in node.children().filter(roxmltree::Node::is_element) {
        let Some(name) = key(child.tag_name()) else {
            let (name, parent) = (child.tag_name().name(), node.tag_name().name());
            match child.tag_name().namespace() {
                _ if made.any => {}
                Some(_) => out.add("foreign-element", child, &[name]),
                None => out.add("schema-unknown-element", child, &[name, parent]),
            }
            continue;
        };
        if made.any && made.accepting(&name).is_none() {
            // Extension elements belong to other namespaces; documentation may hold anything.
            if !made.mixed {
                let inside = [child.tag_name().name(), node.tag_name().name()];
                out.add("schema-child-not-allowed", child, &inside);
            }
            continue;
        }
        let later = (at..order.len()).find(|index| order[*index].takes(&name).is_some());
        let place = later.or_else(|| (0..at).find(|index| order[*index].takes(&name).is_some()));
        match place {
            Some(index) => {
                counts[index] += 1;
                kinds[child.id().get_usize()] = order[index].takes(&name);
                if later.is_none() {
                    out.add(
                        "schema-child-order",
                        child,
                        &[child.tag_name().name(), order[at].name],
                    );
                } else if counts[index] > order[index].max {
                    let most = order[index].max.to_string();
                    out.add(
                        "schema-too-many-children",
                        child,
                        &[node.tag_name().name(), order[index].name, &most],
                    );
                }
                at = at.max(index);
            }
            None => {
                kinds[child.id().get_usize()] =
                    made.accepting(&name).or_else(|| SCHEMA.element(&name));
                let rule = if made.accepting(&name).is_some() {
                    "schema-choice"
                } else if SCHEMA.knows_child(&name) {
                    "schema-child-not-allowed"
                } else {
                    "schema-unknown-element"
                };
                out.add(
                    rule,
                    child,
                    &[child.tag_name().name(), node.tag_name().name()],
                );
            }
        }
    }
    for (particle, count) in order.iter().zip(&counts) {
        if *count < particle.min {
            let least = particle.min.to_string();
            out.add(
                "schema-missing-child",
                node,
                &[node.tag_name().name(), particle.name, &least],
            );
        }
    }
}

/// The alternative to which the first child that belongs to any of them points; where none is there, one that needs none.
fn chosen<'t>(node: roxmltree::Node<'_, '_>, made: &'t Type) -> &'t [Particle] {
    let by_child = node
        .children()
        .filter_map(|child| key(child.tag_name()))
        .find_map(|name| {
            made.choices.iter().find(|choice| {
                choice
                    .iter()
                    .any(|particle| particle.takes(&name).is_some())
            })
        });
    let empty = || {
        made.choices
            .iter()
            .find(|choice| choice.iter().all(|particle| particle.min == 0))
    };
    by_child.or_else(empty).map_or(&[], Vec::as_slice)
}

/// An element whose content is a plain value, such as the reference in `incoming`.
fn simple<'a>(node: roxmltree::Node<'a, 'a>, kind: &str, out: &mut Report<'a>) {
    if let Some(child) = node.children().find(roxmltree::Node::is_element) {
        let inside = [child.tag_name().name(), node.tag_name().name()];
        out.add("schema-child-not-allowed", child, &inside);
        return;
    }
    let text = value::text(node);
    if let Some(expected) = value::problem(kind, &text, node) {
        out.add(
            "schema-bad-value",
            node,
            &[node.tag_name().name(), &text, &expected],
        );
    }
    for given in node
        .attributes()
        .filter(|given| given.namespace().is_none())
    {
        out.add(
            "schema-unknown-attribute",
            node,
            &[node.tag_name().name(), given.name()],
        );
    }
}

fn has_text(node: roxmltree::Node<'_, '_>) -> bool {
    node.children()
        .any(|child| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()))
}
