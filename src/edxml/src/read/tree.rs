//! Elements by their local names, in whatever order, with or without prefix; values as senders write them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use roxmltree::Node;

use crate::check::Remark;

/// What a reading has tolerated so far.
pub(super) struct Reader {
    pub(super) tolerated: Vec<Remark>,
}

impl Reader {
    pub(super) fn new(tolerated: Vec<Remark>) -> Self {
        Self { tolerated }
    }

    pub(super) fn tolerate(&mut self, field: &str, vi: String, en: String) {
        self.tolerated.push(Remark::new(field, vi, en));
    }

    /// A child's text; `null`, which some gateways write for nothing, is nothing.
    pub(super) fn text(&mut self, node: Option<Node<'_, '_>>, name: &str) -> String {
        let text = raw(node, name);
        if text.eq_ignore_ascii_case("null") {
            self.tolerate(
                name,
                format!("{name} ghi là «null»; xem như để trống."),
                format!("{name} says `null`; taken as empty."),
            );
            return String::new();
        }
        text
    }

    /// A child's day; what is none is left out.
    pub(super) fn date(&mut self, node: Option<Node<'_, '_>>, name: &str) -> Option<NaiveDate> {
        let text = self.text(node, name);
        let day = text.split([' ', 'T']).next().unwrap_or_default();
        let read = ["%Y/%m/%d", "%Y-%m-%d", "%d/%m/%Y"]
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(day, form).ok());
        self.left_out(name, &text, read)
    }

    /// A child's moment, in office time.
    pub(super) fn instant(
        &mut self,
        node: Option<Node<'_, '_>>,
        name: &str,
    ) -> Option<NaiveDateTime> {
        let text = self.text(node, name);
        // Fractions and zones add nothing: everybody on the axis keeps office time.
        let plain: String = text.replace('-', "/").replace('T', " ");
        let plain = plain.get(..19).unwrap_or(&plain);
        let read = NaiveDateTime::parse_from_str(plain, "%Y/%m/%d %H:%M:%S")
            .or_else(|_| NaiveDateTime::parse_from_str(plain, "%d/%m/%Y %H:%M:%S"))
            .ok()
            .or_else(|| {
                let day = NaiveDate::parse_from_str(plain, "%Y/%m/%d").ok()?;
                Some(day.and_time(NaiveTime::MIN))
            });
        self.left_out(name, &text, read)
    }

    /// A child's number.
    pub(super) fn number(&mut self, node: Option<Node<'_, '_>>, name: &str) -> Option<u32> {
        let text = self.text(node, name);
        let read = text.parse().ok();
        self.left_out(name, &text, read)
    }

    /// A child's yes or no.
    pub(super) fn flag(&mut self, node: Option<Node<'_, '_>>, name: &str) -> Option<bool> {
        let text = self.text(node, name);
        let read = match text.to_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        };
        self.left_out(name, &text, read)
    }

    fn left_out<T>(&mut self, name: &str, text: &str, read: Option<T>) -> Option<T> {
        if read.is_none() && !text.is_empty() {
            let shown: String = text.chars().take(40).collect();
            self.tolerate(
                name,
                format!("{name} ghi «{shown}», không hiểu được; xem như để trống."),
                format!("{name} says `{shown}`, which means nothing; taken as empty."),
            );
        }
        read
    }
}

/// The first child of that local name.
pub(super) fn child<'a>(node: Option<Node<'a, 'a>>, name: &str) -> Option<Node<'a, 'a>> {
    node?.children().find(|child| is(*child, name))
}

/// All children of that local name.
pub(super) fn children<'a>(
    node: Option<Node<'a, 'a>>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.into_iter()
        .flat_map(|node| node.children())
        .filter(move |child| is(*child, name))
}

/// The first element of that local name, however deep.
pub(super) fn inside<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.descendants().find(|child| is(*child, name))
}

pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// A child's text without the space around it.
pub(super) fn raw(node: Option<Node<'_, '_>>, name: &str) -> String {
    let Some(node) = node else {
        return String::new();
    };
    let Some(child) = node.children().find(|child| is(*child, name)) else {
        return String::new();
    };
    child
        .children()
        .filter_map(|part| part.is_text().then(|| part.text()).flatten())
        .collect::<String>()
        .trim()
        .to_owned()
}
