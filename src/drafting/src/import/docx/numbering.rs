//! Automatic numbers, written out as the reader of the document sees them.

use std::collections::HashMap;

use roxmltree::Document;

use super::styles::{attribute, child};

/// Levels of a list; Word has nine.
const LEVELS: usize = 9;

#[derive(Default)]
pub(super) struct Numbering {
    /// From the number of a list to its abstract list.
    lists: HashMap<String, String>,
    levels: HashMap<String, Vec<Level>>,
    /// Where each abstract list has come to.
    counters: HashMap<String, [u32; LEVELS]>,
}

#[derive(Clone, Default)]
struct Level {
    format: String,
    text: String,
    start: u32,
}

impl Numbering {
    pub(super) fn read(document: &Document) -> Self {
        let mut numbering = Self::default();
        for node in document.root_element().children() {
            match node.tag_name().name() {
                "abstractNum" => {
                    let Some(id) = attribute(node, "abstractNumId") else {
                        continue;
                    };
                    let mut levels = vec![Level::default(); LEVELS];
                    for level in node
                        .children()
                        .filter(|child| child.tag_name().name() == "lvl")
                    {
                        let value = |name: &str| {
                            child(level, name)
                                .and_then(|node| attribute(node, "val"))
                                .unwrap_or_default()
                                .to_owned()
                        };
                        if let Some(slot) = attribute(level, "ilvl")
                            .and_then(|at| at.parse::<usize>().ok())
                            .and_then(|at| levels.get_mut(at))
                        {
                            *slot = Level {
                                format: value("numFmt"),
                                text: value("lvlText"),
                                start: value("start").parse().unwrap_or(1),
                            };
                        }
                    }
                    numbering.levels.insert(id.to_owned(), levels);
                }
                "num" => {
                    let target =
                        child(node, "abstractNumId").and_then(|node| attribute(node, "val"));
                    if let (Some(id), Some(target)) = (attribute(node, "numId"), target) {
                        numbering.lists.insert(id.to_owned(), target.to_owned());
                    }
                }
                _ => {}
            }
        }
        numbering
    }

    /// The printed number of the next paragraph of a list, e.g. `2.` or `a)`; a bullet is a dash.
    pub(super) fn next(&mut self, list: &str, level: usize) -> Option<String> {
        let target = self.lists.get(list)?;
        let levels = self.levels.get(target)?;
        let current = levels.get(level)?;
        if current.format == "bullet" {
            return Some("-".to_owned());
        }
        if current.format == "none" || current.text.is_empty() {
            return None;
        }
        let counters = self.counters.entry(target.clone()).or_insert([0; LEVELS]);
        counters[level] = if counters[level] == 0 {
            current.start
        } else {
            counters[level].saturating_add(1)
        };
        for deeper in &mut counters[level + 1..] {
            *deeper = 0;
        }
        let mut text = current.text.clone();
        for (index, (level, counter)) in levels.iter().zip(counters.iter()).enumerate() {
            let value = if *counter == 0 { level.start } else { *counter };
            text = text.replace(&format!("%{}", index + 1), &written(value, &level.format));
        }
        Some(text)
    }
}

fn written(value: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(value),
        "upperLetter" => letters(value).to_uppercase(),
        "lowerRoman" => roman(value).to_lowercase(),
        "upperRoman" => roman(value),
        "decimalZero" => format!("{value:02}"),
        _ => value.to_string(),
    }
}

/// Word's own letters, which know no đ: the reader sees them, so they are kept.
fn letters(value: u32) -> String {
    let index = value.saturating_sub(1);
    let letter = char::from_digit(index % 26 + 10, 36).unwrap_or('a');
    std::iter::repeat_n(letter, usize::try_from(index / 26 + 1).unwrap_or(1).min(4)).collect()
}

fn roman(value: u32) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = value.min(3999);
    let mut text = String::new();
    for (digit, mark) in DIGITS {
        while rest >= digit {
            text.push_str(mark);
            rest -= digit;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_restart_below_a_new_upper_level() {
        let xml = r#"<n><abstractNum abstractNumId="0"><lvl ilvl="0"><start val="1"/><numFmt val="upperRoman"/><lvlText val="%1."/></lvl><lvl ilvl="1"><start val="1"/><numFmt val="decimal"/><lvlText val="%2."/></lvl></abstractNum><num numId="7"><abstractNumId val="0"/></num></n>"#;
        let Ok(document) = Document::parse(xml) else {
            panic!("no XML")
        };
        let mut numbering = Numbering::read(&document);
        let seen: Vec<_> = [0, 1, 1, 0, 1]
            .into_iter()
            .filter_map(|level| numbering.next("7", level))
            .collect();
        assert_eq!(seen, ["I.", "1.", "2.", "II.", "1."]);
        assert_eq!(numbering.next("8", 0), None);
    }
}
