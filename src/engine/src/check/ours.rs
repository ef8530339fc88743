//! Names of this installation in a file: services and roles.

use super::Known;
use super::index::Index;
use super::report::Report;
use crate::xml;

pub fn check<'a>(index: &Index<'a>, known: &Known, out: &mut Report<'a>) {
    for element in &index.elements {
        let named = |attribute: &str| element.node.attribute((xml::TK, attribute)).map(str::trim);
        if let Some(service) = named("service")
            && is_unknown(service, &known.services)
        {
            let (en, vi) = suggestion(service, &known.services);
            out.add("unknown-service", element.node, &[service, &en, &vi]);
        }
        if let Some(role) = named("role")
            && is_unknown(role, &known.roles)
        {
            let (en, vi) = suggestion(role, &known.roles);
            out.add("unknown-role", element.node, &[role, &en, &vi]);
        }
    }
}

/// Whether a name is missing in a list; an empty list knows nothing and an expression is decided when it runs.
fn is_unknown(name: &str, list: &[String]) -> bool {
    !list.is_empty()
        && !name.starts_with('=')
        && !name.starts_with("${")
        && !list.iter().any(|known| known == name)
}

fn suggestion(name: &str, list: &[String]) -> (String, String) {
    let near = list
        .iter()
        .map(|known| (distance(name, known), known))
        .min()
        .filter(|(far, known)| *far <= known.chars().count().div_ceil(3).max(2));
    match near {
        Some((_, known)) => (
            format!(" Did you mean \"{known}\"?"),
            format!(" Có phải là \"{known}\"?"),
        ),
        None => (String::new(), String::new()),
    }
}

/// Levenshtein's distance in characters, of names up to 100 characters.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(100).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.chars().take(100).enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (at, right) in other.iter().enumerate() {
            let kept = diagonal + usize::from(left != *right);
            diagonal = row[at + 1];
            row[at + 1] = kept.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}
