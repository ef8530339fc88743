//! What the templates read: the draft flattened into paragraphs, with every printed word decided.

use serde::Serialize;
use trinhky_drafting::{
    Annex, Article, Block, Clause, DocType, Draft, Table, Urgency, issuer_in_text,
};

use crate::words::{self, clean};

/// The JSON that every template reads as `/data.json`.
#[derive(Debug, Serialize)]
pub struct View {
    title: String,
    author: String,
    mark: Option<String>,
    superior: Option<String>,
    issuer: Vec<String>,
    issuer_in_text: String,
    number: Option<String>,
    symbol: String,
    place: String,
    day: Option<String>,
    month: Option<String>,
    year: Option<String>,
    type_name: &'static str,
    /// The type name inside a sentence.
    kind: &'static str,
    subject: String,
    letter_subject: String,
    authority_line: String,
    addressed_to: Vec<String>,
    legal_basis: Vec<String>,
    body: Vec<Item>,
    distribution: Vec<String>,
    title_lines: Vec<String>,
    signer: String,
    urgency: Option<Stamp>,
    /// Box 11; empty where there is none.
    circulation: &'static str,
    /// Box 12.
    drafter_mark: String,
    /// Box 13, line by line.
    contact: Vec<String>,
    /// The text is made anew from a signed one, which the place of the signature says.
    signed_note: bool,
    annexes: Vec<AnnexView>,
}

/// One thing of the body, from top to bottom.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Item {
    /// A paragraph with the label that begins it; `outline` makes the label a bookmark.
    Paragraph {
        lead: String,
        bold: bool,
        outline: Option<u8>,
        text: String,
    },
    /// A heading on its own line; chapters and sections stand centred.
    Heading {
        level: u8,
        label: String,
        text: String,
        capitals: bool,
        centred: bool,
    },
    Table {
        caption: Option<String>,
        columns: usize,
        header: Vec<String>,
        widths: Vec<u32>,
        landscape: bool,
        rows: Vec<Vec<Cell>>,
    },
}

#[derive(Debug, Serialize)]
struct Cell {
    text: String,
    centred: bool,
}

#[derive(Debug, Serialize)]
struct Stamp {
    /// The key of its width in the rule set.
    key: &'static str,
    words: &'static str,
}

#[derive(Debug, Serialize)]
struct AnnexView {
    /// A text of its own with its own header (form 1.3), not an annex.
    attached: bool,
    label: String,
    title: String,
    /// Of an attached text: what its title says after the type.
    subject: String,
    body: Vec<Item>,
}

/// The view of a draft, its words composed and cleaned.
pub fn of(draft: &Draft, mark: Option<&str>, signed_note: bool) -> View {
    let issuer = all(&draft.issuer);
    let subject = clean(&draft.subject);
    let expected = draft.expected_month;
    let letter_subject = words::letter_subject(&subject);
    let printed_subject = if draft.doc_type == DocType::CV {
        &letter_subject
    } else {
        &subject
    };
    View {
        title: format!("{} {printed_subject}", draft.doc_type.name_in_text()),
        author: issuer.join(" "),
        mark: mark.map(clean),
        superior: draft.superior_agency.as_deref().map(clean),
        issuer_in_text: clean(&issuer_in_text(draft)),
        issuer,
        number: draft.number.map(words::number),
        symbol: clean(&draft.symbol),
        place: clean(&draft.place),
        day: draft.issued_on.map(words::day),
        month: draft
            .issued_on
            .map(|day| chrono::Datelike::month(&day))
            .or(expected.map(|e| e.month))
            .map(words::month),
        year: draft
            .issued_on
            .map(|day| chrono::Datelike::year(&day))
            .or(expected.map(|e| e.year))
            .map(|y| y.to_string()),
        type_name: draft.doc_type.type_name(),
        kind: draft.doc_type.name_in_text(),
        letter_subject,
        subject,
        authority_line: clean(&draft.authority_line),
        addressed_to: draft
            .addressed_to
            .iter()
            .map(|name| unpunctuated(name))
            .collect(),
        legal_basis: all(&draft.legal_basis),
        body: items(&draft.body),
        distribution: draft
            .distribution
            .iter()
            .map(|line| unpunctuated(line.text()))
            .collect(),
        title_lines: all(&draft.signer.title_lines),
        signer: clean(&draft.signer.name),
        urgency: stamp(draft.urgency),
        circulation: draft.circulation.printed(),
        drafter_mark: clean(&draft.drafter_mark),
        contact: all(&draft.contact),
        signed_note,
        annexes: draft.annexes.iter().map(annex).collect(),
    }
}

fn annex(annex: &Annex) -> AnnexView {
    let label = clean(&annex.label);
    if annex.attached {
        let (kind, subject) = annex.type_and_subject();
        return AnnexView {
            attached: true,
            label: String::new(),
            title: clean(kind),
            subject: clean(subject),
            body: items(&annex.body),
        };
    }
    AnnexView {
        attached: false,
        subject: String::new(),
        label: if label.is_empty() {
            "Phụ lục".into()
        } else {
            label
        },
        title: clean(&annex.title),
        body: items(&annex.body),
    }
}

fn items(blocks: &[Block]) -> Vec<Item> {
    blocks.iter().flat_map(block).collect()
}

fn block(block: &Block) -> Vec<Item> {
    match block {
        Block::Article(article) => self::article(article),
        Block::Paragraph { text } => text
            .lines()
            .filter(|line| !clean(line).is_empty())
            .map(plain)
            .collect(),
        Block::Heading { level, label, text } => vec![heading(*level, label, text)],
        Block::Clause(clause) => self::clause(clause),
        Block::Table(table) => vec![self::table(table)],
    }
}

/// `Điều n.` in bold with its text on the same line, or with its bold title there and the text below.
fn article(article: &Article) -> Vec<Item> {
    let label = format!("Điều {}.", article.number);
    let labelled = |lead, text: &str| Item::Paragraph {
        lead,
        bold: true,
        outline: Some(2),
        text: clean(text),
    };
    let mut items = match article
        .title
        .as_deref()
        .map(clean)
        .filter(|title| !title.is_empty())
    {
        Some(title) => {
            let mut items = vec![labelled(format!("{label} {title}"), "")];
            items.extend((!article.text.is_empty()).then(|| plain(&article.text)));
            items
        }
        None => vec![labelled(label, &article.text)],
    };
    items.extend(article.clauses.iter().flat_map(clause));
    items.extend(article.tail.iter().map(|text| plain(text)));
    items
}

fn clause(clause: &Clause) -> Vec<Item> {
    let labelled = |lead, text: &str| Item::Paragraph {
        lead,
        bold: false,
        outline: None,
        text: clean(text),
    };
    let mut items = vec![labelled(format!("{}.", clause.number), &clause.text)];
    items.extend(
        clause
            .points
            .iter()
            .map(|point| labelled(format!("{})", clean(&point.letter)), &point.text)),
    );
    items
}

/// Parts, chapters and sections stand centred over their title; `I.`, `1.` stand in the text.
fn heading(level: u8, label: &str, text: &str) -> Item {
    let label = clean(label);
    let centred = ["Phần", "Chương", "Mục", "Tiểu mục"]
        .iter()
        .any(|word| label.starts_with(word));
    Item::Heading {
        level: level.max(1),
        label,
        text: clean(text),
        capitals: level <= 1,
        centred,
    }
}

fn plain(text: &str) -> Item {
    Item::Paragraph {
        lead: String::new(),
        bold: false,
        outline: None,
        text: clean(text),
    }
}

fn table(table: &Table) -> Item {
    let columns = table
        .rows
        .iter()
        .map(Vec::len)
        .chain([table.header.len(), 1])
        .max()
        .unwrap_or(1);
    let mut header = all(&table.header);
    header.resize(columns, String::new());
    let mut widths = table.widths.clone();
    widths.resize(columns, 1);
    Item::Table {
        caption: table.caption.as_deref().map(clean),
        columns,
        header,
        widths: widths.into_iter().map(|width| width.max(1)).collect(),
        landscape: table.landscape,
        rows: cells(&table.rows, columns),
    }
}

/// A short row is filled up, so that the next row begins in its own first column.
fn cells(rows: &[Vec<String>], columns: usize) -> Vec<Vec<Cell>> {
    let text =
        |row: &[String], column: usize| row.get(column).map_or(String::new(), |text| clean(text));
    let centred: Vec<bool> = (0..columns)
        .map(|column| rows.iter().all(|row| is_short(&text(row, column))))
        .collect();
    rows.iter()
        .map(|row| {
            (0..columns)
                .map(|column| Cell {
                    centred: centred[column],
                    text: text(row, column),
                })
                .collect()
        })
        .collect()
}

/// A column of numbers, percentages and single words stands in the middle.
fn is_short(text: &str) -> bool {
    text.chars().count() <= 14
}

fn stamp(urgency: Urgency) -> Option<Stamp> {
    match urgency {
        Urgency::Normal => None,
        Urgency::Khan => Some(Stamp {
            key: "khan",
            words: "KHẨN",
        }),
        Urgency::ThuongKhan => Some(Stamp {
            key: "thuong_khan",
            words: "THƯỢNG KHẨN",
        }),
        Urgency::HoaToc => Some(Stamp {
            key: "hoa_toc",
            words: "HỎA TỐC",
        }),
    }
}

fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| clean(text)).collect()
}

/// The template sets the final `;` and `.` of a list by the line's place in it.
fn unpunctuated(text: &str) -> String {
    clean(text).trim_end_matches([';', '.', ' ']).to_owned()
}
