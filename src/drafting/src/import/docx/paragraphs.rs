//! Walks through the body of a Word document.

use roxmltree::{Document, Node};

use super::super::ImportError;
use super::super::encoding::{Legacy, legacy_in_text};
use super::super::inline::Run;
use super::super::lines;
use super::super::parts;
use super::super::source::{Grid, Item, Look as SourceLook, Para, Source};
use super::numbering::Numbering;
use super::styles::{Look, Styles, attribute, child, font, list_level};
use crate::export::docx::{STYLE_PREFIX, body::WIDTHS_NOTE};
use crate::text::tidy;

/// Elements inside each other; real files have some twenty.
const DEPTH_MAX: usize = 200;

pub(super) fn read(
    document: &Document,
    styles: &Styles,
    numbering: Numbering,
) -> Result<Source, ImportError> {
    let mut reader = Reader {
        styles,
        numbering,
        items: Vec::new(),
        paragraph: 0,
        formatted: false,
        legacy: Vec::new(),
        letters: 0,
        all_text: String::new(),
    };
    if let Some(body) = child(document.root_element(), "body") {
        reader.blocks(body, 0);
    }
    if let Some(legacy) = reader.legacy() {
        return Err(legacy.error());
    }
    let look = if reader.formatted {
        SourceLook::Formatted
    } else {
        SourceLook::Plain
    };
    Ok(Source {
        items: reader.items,
        look,
    })
}

struct Reader<'a> {
    styles: &'a Styles,
    numbering: Numbering,
    items: Vec<Item>,
    paragraph: usize,
    /// Something is bold or italic.
    formatted: bool,
    /// Letters in fonts of old encodings.
    legacy: Vec<(Legacy, usize)>,
    letters: usize,
    all_text: String,
}

/// A paragraph's characters while it is read.
#[derive(Default)]
struct Open {
    run: Run,
    /// Text boxes hang in a paragraph and are read after it.
    boxes: Vec<Vec<Item>>,
}

impl Reader<'_> {
    fn blocks(&mut self, parent: Node, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "p" => self.paragraph(node, depth + 1),
                "tbl" => self.table(node, depth + 1),
                "sdt" => {
                    if let Some(content) = child(node, "sdtContent") {
                        self.blocks(content, depth + 1);
                    }
                }
                "ins" | "moveTo" | "smartTag" | "customXml" | "txbxContent" => {
                    self.blocks(node, depth + 1)
                }
                "AlternateContent" => {
                    if let Some(choice) = chosen(node) {
                        self.blocks(choice, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, node: Node, depth: usize) {
        self.paragraph += 1;
        let line = self.paragraph;
        let properties = child(node, "pPr");
        let style = properties
            .and_then(|p| child(p, "pStyle"))
            .and_then(|s| attribute(s, "val"));
        let hint = style
            .and_then(|id| id.strip_prefix(STYLE_PREFIX))
            .map(str::to_owned);
        let mut open = Open::default();
        let list = properties
            .and_then(list_level)
            .or_else(|| self.styles.list(style));
        if let Some(number) = list
            .filter(|(id, _)| id != "0")
            .and_then(|(id, level)| self.numbering.next(&id, level))
        {
            let look = self.styles.look(style);
            open.run.push(
                &format!("{number} "),
                look.bold == Some(true),
                look.italic == Some(true),
            );
        }
        self.inline(node, style, &mut open, depth);
        self.push(line, &open.run, hint);
        for items in open.boxes {
            self.items.extend(items);
        }
    }

    /// Turns a paragraph into its printed lines.
    fn push(&mut self, line: usize, run: &Run, hint: Option<String>) {
        self.all_text.push_str(&run.text());
        self.all_text.push('\n');
        let mut first = true;
        for piece in run.lines() {
            let columns = lines::two_columns(&piece.text).filter(|_| hint.is_none());
            let texts = match columns {
                Some((left, right)) => vec![left, right],
                None => vec![piece.text.as_str()],
            };
            for text in texts {
                let text = tidy(text);
                if text.is_empty() && hint.is_none() || hint.is_none() && lines::is_rule(&text) {
                    continue;
                }
                self.formatted |= piece.bold || piece.italic;
                self.items.push(Item::Para(Para {
                    line,
                    text,
                    bold: piece.bold,
                    italic: piece.italic,
                    gap_before: first,
                    continues: !first && columns.is_none(),
                    hint: if first { hint.clone() } else { None },
                }));
                first = false;
            }
        }
    }

    fn inline(&mut self, parent: Node, style: Option<&str>, open: &mut Open, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "r" => self.run(node, style, open, depth + 1),
                "hyperlink" | "ins" | "moveTo" | "smartTag" | "sdt" | "sdtContent"
                | "fldSimple" | "customXml" | "dir" | "bdo" => {
                    self.inline(node, style, open, depth + 1)
                }
                "AlternateContent" => {
                    if let Some(choice) = chosen(node) {
                        self.inline(choice, style, open, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn run(&mut self, node: Node, style: Option<&str>, open: &mut Open, depth: usize) {
        let properties = child(node, "rPr");
        let run_style = properties
            .and_then(|p| child(p, "rStyle"))
            .and_then(|s| attribute(s, "val"));
        let by_run_style = if run_style.is_some() {
            self.styles.look(run_style)
        } else {
            Look::default()
        };
        let look = Look::of(properties)
            .over(by_run_style)
            .over(self.styles.look(style));
        if look.hidden == Some(true) {
            return;
        }
        let (bold, italic) = (look.bold == Some(true), look.italic == Some(true));
        for part in node.children().filter(Node::is_element) {
            match part.tag_name().name() {
                "t" => {
                    let text = part.text().unwrap_or_default();
                    let text = if look.capitals == Some(true) {
                        text.to_uppercase()
                    } else {
                        text.to_owned()
                    };
                    let own = properties.and_then(font);
                    self.count(&text, own.as_deref().or_else(|| self.styles.font(style)));
                    open.run.push(&text, bold, italic);
                }
                "tab" | "ptab" => open.run.push("\t", bold, italic),
                "br" | "cr" => open.run.push("\n", bold, italic),
                "noBreakHyphen" => open.run.push("-", bold, italic),
                "AlternateContent" | "drawing" | "pict" | "object" => {
                    self.drawing(part, open, depth + 1)
                }
                _ => {}
            }
        }
    }

    /// Text boxes inside a drawing.
    fn drawing(&mut self, node: Node, open: &mut Open, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        let node = if node.tag_name().name() == "AlternateContent" {
            chosen(node)
        } else {
            Some(node)
        };
        let Some(node) = node else { return };
        for inner in node.children().filter(Node::is_element) {
            if inner.tag_name().name() == "txbxContent" {
                let outside = std::mem::take(&mut self.items);
                self.blocks(inner, depth + 1);
                open.boxes.push(std::mem::replace(&mut self.items, outside));
            } else {
                self.drawing(inner, open, depth + 1);
            }
        }
    }

    fn table(&mut self, node: Node, depth: usize) {
        let outside = std::mem::take(&mut self.items);
        let mut rows = Vec::new();
        for row in node
            .descendants()
            .filter(|row| row.tag_name().name() == "tr" && nearest_table(*row) == Some(node))
        {
            let mut cells = Vec::new();
            for cell in row
                .descendants()
                .filter(|cell| cell.tag_name().name() == "tc" && nearest_row(*cell) == Some(row))
            {
                let properties = child(cell, "tcPr");
                let span = properties
                    .and_then(|p| child(p, "gridSpan"))
                    .and_then(|s| attribute(s, "val"))
                    .and_then(|s| s.parse().ok())
                    .unwrap_or(1);
                self.blocks(cell, depth + 1);
                cells.push((std::mem::take(&mut self.items), span));
            }
            rows.push(cells);
        }
        self.items = outside;
        let style = child(node, "tblPr")
            .and_then(|p| child(p, "tblStyle"))
            .and_then(|s| attribute(s, "val"));
        let own = style.and_then(|id| id.strip_prefix(STYLE_PREFIX));
        if own == Some("layout") || (own.is_none() && is_layout(&rows)) {
            for (items, _) in rows.into_iter().flatten() {
                self.items.extend(items);
            }
            return;
        }
        let hint = own.map(|name| {
            let shape = if name == "table-wide" { "wide" } else { "tall" };
            let note = child(node, "tblPr")
                .and_then(|p| child(p, "tblDescription"))
                .and_then(|d| attribute(d, "val"))
                .unwrap_or_default();
            let widths = note
                .strip_prefix(WIDTHS_NOTE)
                .unwrap_or_default()
                .replace(", ", ",");
            format!("table {shape} {widths}").trim_end().to_owned()
        });
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|cells| {
                cells
                    .into_iter()
                    .flat_map(|(items, span)| spread(&items, span))
                    .collect()
            })
            .collect();
        if rows.iter().flatten().any(|cell| !cell.is_empty()) || hint.is_some() {
            self.items.push(Item::Grid(Grid {
                line: self.paragraph,
                rows,
                hint,
            }));
        }
    }

    fn count(&mut self, text: &str, font: Option<&str>) {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        self.letters += letters;
        if let Some(legacy) = font.and_then(Legacy::of_font)
            && !text
                .chars()
                .any(|c| matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'ơ' | 'ư'))
        {
            match self.legacy.iter_mut().find(|(known, _)| *known == legacy) {
                Some((_, count)) => *count += letters,
                None => self.legacy.push((legacy, letters)),
            }
        }
    }

    /// An old encoding, where a third of the letters stand in its fonts, or the text itself gives it away.
    fn legacy(&self) -> Option<Legacy> {
        let by_font = self
            .legacy
            .iter()
            .find(|(_, count)| count * 3 > self.letters && *count > 0)
            .map(|(legacy, _)| *legacy);
        by_font.or_else(|| legacy_in_text(&self.all_text))
    }
}

/// A cell's text, and empty cells for the columns it spans.
fn spread(items: &[Item], span: usize) -> Vec<String> {
    let mut text = String::new();
    for item in items {
        let piece = match item {
            Item::Para(para) => para.text.clone(),
            Item::Grid(grid) => grid
                .rows
                .iter()
                .map(|row| row.join(" | "))
                .collect::<Vec<_>>()
                .join("\n"),
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&piece);
    }
    std::iter::once(text)
        .chain(std::iter::repeat_n(String::new(), span.clamp(1, 100) - 1))
        .collect()
}

/// Whether a table only sets the header or the signature side by side.
fn is_layout(rows: &[Vec<(Vec<Item>, usize)>]) -> bool {
    let paras = || {
        rows.iter()
            .flatten()
            .flat_map(|(items, _)| items)
            .filter_map(|item| match item {
                Item::Para(para) => Some(&para.text),
                Item::Grid(_) => None,
            })
    };
    paras().any(|text| {
        lines::is_layout_cell(text)
            || parts::number_line(text).is_some()
            || parts::place_date(text).is_some()
    }) || (rows.len() <= 3 && paras().any(|text| parts::is_signer_title(text)))
        || (rows.len() == 1
            && rows.iter().flatten().count() <= 2
            && paras().any(|text| parts::addressed(text).is_some()))
}

/// The newest form of a drawing that is given in several.
fn chosen<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    child(node, "Choice").or_else(|| child(node, "Fallback"))
}

fn nearest_table<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    node.ancestors()
        .skip(1)
        .find(|above| above.tag_name().name() == "tbl")
}

fn nearest_row<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    node.ancestors()
        .skip(1)
        .find(|above| above.tag_name().name() == "tr")
}
