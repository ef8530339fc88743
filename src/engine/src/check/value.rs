//! The simple types of the schema: names, references, numbers, listed values.

use super::schema::SCHEMA;

/// What was expected, where the value isn't of the type; `None` where it is.
pub fn problem(kind: &str, given: &str, node: roxmltree::Node<'_, '_>) -> Option<String> {
    let value = given.trim_matches([' ', '\t', '\r', '\n']);
    let fits = match kind {
        "ID" | "IDREF" => is_name(value),
        "QName" => return name_problem(value, node),
        "boolean" => matches!(value, "true" | "false" | "1" | "0"),
        "int" => is_integer(value) && value.parse::<i32>().is_ok(),
        "integer" => is_integer(value),
        "double" => is_double(value),
        _ => match SCHEMA.values.get(kind) {
            Some(values) if values.or_uri => true,
            Some(values) if !values.list.contains(&given) => return Some(values.list.join(" | ")),
            _ => true,
        },
    };
    if fits {
        return None;
    }
    Some(
        match kind {
            "ID" | "IDREF" => "an id: a letter or _, then letters, digits, - . _",
            "boolean" => "true | false",
            "double" => "a number",
            _ => "a whole number",
        }
        .to_owned(),
    )
}

/// The text of an element without its comments.
pub fn text(node: roxmltree::Node<'_, '_>) -> String {
    node.children()
        .filter(roxmltree::Node::is_text)
        .filter_map(|child| child.text())
        .collect()
}

/// An XML name without a colon (XML Namespaces 1.0, `NCName`).
pub fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

fn name_problem(value: &str, node: roxmltree::Node<'_, '_>) -> Option<String> {
    let (prefix, local) = value
        .split_once(':')
        .map_or((None, value), |(p, l)| (Some(p), l));
    if !is_name(local) || !prefix.is_none_or(is_name) {
        return Some("a name, with or without a prefix".to_owned());
    }
    let bound =
        prefix.is_none_or(|name| name == "xml" || node.lookup_namespace_uri(Some(name)).is_some());
    (!bound).then(|| "a name whose prefix is declared with xmlns".to_owned())
}

fn is_integer(value: &str) -> bool {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_double(value: &str) -> bool {
    matches!(value, "INF" | "-INF" | "NaN")
        || (value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
            && value.parse::<f64>().is_ok())
}

/// XML 1.0, fifth edition, `NameStartChar` without the colon.
fn starts_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(character: char) -> bool {
    starts_name(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
