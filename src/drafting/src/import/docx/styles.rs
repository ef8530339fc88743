//! What a style says about its text.

use std::collections::HashMap;

use roxmltree::{Document, Node};

/// Styles that are based on each other in a circle end here.
const CHAIN_MAX: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    pub capitals: Option<bool>,
    pub hidden: Option<bool>,
}

impl Look {
    /// What is said here wins over what is said below.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            bold: self.bold.or(below.bold),
            italic: self.italic.or(below.italic),
            capitals: self.capitals.or(below.capitals),
            hidden: self.hidden.or(below.hidden),
        }
    }

    /// Reads the properties `w:b`, `w:i`, `w:caps`, `w:vanish` of a `w:rPr`.
    pub(super) fn of(properties: Option<Node>) -> Self {
        let Some(properties) = properties else {
            return Self::default();
        };
        Self {
            bold: toggle(properties, "b"),
            italic: toggle(properties, "i"),
            capitals: toggle(properties, "caps"),
            hidden: toggle(properties, "vanish"),
        }
    }
}

/// Number and level of a list.
pub(super) type ListLevel = (String, usize);

#[derive(Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    default_paragraph: Option<String>,
}

#[derive(Default)]
struct Style {
    based_on: Option<String>,
    look: Look,
    list: Option<ListLevel>,
    font: Option<String>,
}

impl Styles {
    pub(super) fn read(document: &Document) -> Self {
        let mut styles = HashMap::new();
        let mut default_paragraph = None;
        for node in document
            .root_element()
            .children()
            .filter(|node| node.tag_name().name() == "style")
        {
            let Some(id) = attribute(node, "styleId") else {
                continue;
            };
            if attribute(node, "type") == Some("paragraph")
                && attribute(node, "default").is_some_and(|value| value != "0")
            {
                default_paragraph = Some(id.to_owned());
            }
            let run = child(node, "rPr");
            let style = Style {
                based_on: child(node, "basedOn")
                    .and_then(|base| attribute(base, "val"))
                    .map(str::to_owned),
                look: Look::of(run),
                list: child(node, "pPr").and_then(list_level),
                font: run.and_then(font),
            };
            styles.insert(id.to_owned(), style);
        }
        Self {
            styles,
            default_paragraph,
        }
    }

    pub(super) fn look(&self, id: Option<&str>) -> Look {
        self.chain(id)
            .fold(Look::default(), |look, style| look.over(style.look))
    }

    pub(super) fn list(&self, id: Option<&str>) -> Option<ListLevel> {
        self.chain(id).find_map(|style| style.list.clone())
    }

    pub(super) fn font(&self, id: Option<&str>) -> Option<&str> {
        self.chain(id).find_map(|style| style.font.as_deref())
    }

    /// A style and those it is based on.
    fn chain(&self, id: Option<&str>) -> impl Iterator<Item = &Style> {
        let first = id
            .or(self.default_paragraph.as_deref())
            .and_then(|id| self.styles.get(id));
        std::iter::successors(first, |style| {
            style.based_on.as_deref().and_then(|id| self.styles.get(id))
        })
        .take(CHAIN_MAX)
    }
}

pub(super) fn list_level(paragraph_properties: Node) -> Option<ListLevel> {
    let list = child(paragraph_properties, "numPr")?;
    let id = child(list, "numId").and_then(|node| attribute(node, "val"))?;
    let level = child(list, "ilvl")
        .and_then(|node| attribute(node, "val"))
        .and_then(|level| level.parse().ok())
        .unwrap_or(0);
    Some((id.to_owned(), level))
}

pub(super) fn font(run_properties: Node) -> Option<String> {
    let fonts = child(run_properties, "rFonts")?;
    attribute(fonts, "ascii")
        .or_else(|| attribute(fonts, "hAnsi"))
        .map(str::to_owned)
}

pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children()
        .find(|child| child.tag_name().name() == name)
}

/// An attribute by its local name.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name() == name)
        .map(|attribute| attribute.value())
}

fn toggle(properties: Node, name: &str) -> Option<bool> {
    let node = child(properties, name)?;
    Some(!matches!(
        attribute(node, "val"),
        Some("0" | "false" | "off")
    ))
}
