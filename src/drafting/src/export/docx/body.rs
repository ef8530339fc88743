//! `document.xml`: the paragraphs, the tables of header and signature, and the sections.

use std::fmt::Write as _;

use super::styles::{HEADER_COLUMNS, SIGNATURE_COLUMNS, STYLE_PREFIX, TEXT_WIDTH};
use super::{DECLARATION, WORD_NAMESPACES, escaped};
use crate::export::shape;
use crate::model::{DocType, Draft, Table};
use crate::outline::{self, Entry, Role};

/// The alternative text of a table begins so where it carries relative column widths.
pub(crate) const WIDTHS_NOTE: &str = "Độ rộng cột: ";

/// Width of the text on a landscape page, in twentieths of a point.
const WIDE_TEXT_WIDTH: u32 = 14286;

pub(super) fn document(draft: &Draft) -> String {
    let mut sections = Sections {
        done: String::new(),
        open: String::new(),
        restart: true,
    };
    header(draft, &mut sections.open);
    for entry in outline::opening(draft) {
        let is_subject = matches!(
            entry,
            Entry::Text {
                role: Role::Subject,
                ..
            }
        );
        sections.entry(&entry);
        if is_subject {
            rule("rule-subject", &mut sections.open);
        }
    }
    let mut body = Vec::new();
    outline::blocks(&draft.body, &mut body);
    sections.entries(&body);
    signature(draft, &mut sections.open);
    for annex in outline::annexes(draft) {
        if matches!(
            &annex,
            Entry::Text {
                role: Role::AnnexLabel | Role::AnnexOnly | Role::Attached,
                ..
            }
        ) {
            sections.end(false);
            sections.restart = true;
        }
        if matches!(
            &annex,
            Entry::Text {
                role: Role::Attached,
                ..
            }
        ) {
            attached_header(draft, &mut sections.open);
        } else {
            sections.entry(&annex);
        }
    }
    let last = section_properties(false, sections.restart);
    format!(
        "{DECLARATION}<w:document {WORD_NAMESPACES}><w:body>{}{}{last}</w:body></w:document>",
        sections.done, sections.open
    )
}

/// Pages of one orientation; annexes and landscape tables begin new ones.
struct Sections {
    done: String,
    open: String,
    /// The open section begins its page numbers at 1.
    restart: bool,
}

impl Sections {
    fn entries(&mut self, entries: &[Entry]) {
        for (index, entry) in entries.iter().enumerate() {
            // The caption goes onto the landscape page with its table.
            let wide_next =
                matches!(entries.get(index + 1), Some(Entry::Table(table)) if table.landscape);
            if matches!(
                entry,
                Entry::Text {
                    role: Role::Caption,
                    ..
                }
            ) && wide_next
            {
                self.end(false);
            }
            self.entry(entry);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Text { role, text, .. } => paragraph(*role, text, &mut self.open),
            Entry::Table(wide) if wide.landscape => {
                if !self.open.is_empty() && !ends_with_caption(&self.open) {
                    self.end(false);
                }
                table(wide, &mut self.open);
                self.end(true);
            }
            Entry::Table(tall) => {
                table(tall, &mut self.open);
                // Two tables without a paragraph between them would become one.
                empty(&mut self.open);
            }
        }
    }

    fn end(&mut self, landscape: bool) {
        let properties = section_properties(landscape, self.restart);
        self.done.push_str(&std::mem::take(&mut self.open));
        let _ = write!(
            self.done,
            r#"<w:p><w:pPr><w:pStyle w:val="{STYLE_PREFIX}break"/>{properties}</w:pPr></w:p>"#
        );
        self.restart = false;
    }
}

fn ends_with_caption(open: &str) -> bool {
    let start = open.rfind("<w:p>").unwrap_or(0);
    start == 0 && open[start..].contains(r#"w:val="TK-caption""#)
}

/// Margins of Annex I.I.3 (30, 20, 25, 20 mm; the binding edge of a landscape page is its top).
fn section_properties(landscape: bool, restart: bool) -> String {
    let numbers = if restart {
        r#"<w:pgNumType w:start="1"/>"#
    } else {
        ""
    };
    let title = if restart { "<w:titlePg/>" } else { "" };
    let page = if landscape {
        r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1701" w:right="1418" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>"#
    } else {
        r#"<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1134" w:bottom="1134" w:left="1701" w:header="567" w:footer="567" w:gutter="0"/>"#
    };
    format!(
        r#"<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:type w:val="nextPage"/>{page}{numbers}{title}</w:sectPr>"#
    )
}

fn header(draft: &Draft, out: &mut String) {
    let mut left = String::new();
    let issuer = outline::issuer(draft);
    let number_at = issuer
        .iter()
        .position(|entry| {
            matches!(
                entry,
                Entry::Text {
                    role: Role::Number,
                    ..
                }
            )
        })
        .unwrap_or(0);
    cells(&issuer[..number_at], &mut left);
    rule("rule-issuer", &mut left);
    let mut lower_left = String::new();
    cells(&issuer[number_at..], &mut lower_left);
    let national = outline::national(draft);
    let mut right = String::new();
    cells(&national[..2], &mut right);
    rule("rule-motto", &mut right);
    let mut lower_right = String::new();
    cells(&national[2..], &mut lower_right);
    cells(&outline::circulation(draft), out);
    // Two rows, so that number and date stand on one line (Annex I.II.4c).
    layout(
        HEADER_COLUMNS,
        &[[&left, &right], [&lower_left, &lower_right]],
        out,
    );
    cells(&outline::contact(draft), out);
    if draft.doc_type == DocType::CV {
        empty(out);
    }
}

/// The header without number and date of the text that the decision issues (form 1.3).
fn attached_header(draft: &Draft, out: &mut String) {
    let (mut left, mut right) = (String::new(), String::new());
    for line in draft.superior_agency.iter().chain(&draft.issuer) {
        paragraph(Role::Attached, line, &mut left);
    }
    rule("rule-issuer", &mut left);
    for line in [shape::NATIONAL_TITLE, shape::MOTTO] {
        paragraph(Role::Attached, line, &mut right);
    }
    rule("rule-motto", &mut right);
    layout(HEADER_COLUMNS, &[[&left, &right]], out);
    empty(out);
}

fn signature(draft: &Draft, out: &mut String) {
    let (mut left, mut right) = (String::new(), String::new());
    cells(&outline::distribution(draft), &mut left);
    cells(&outline::signature(draft), &mut right);
    empty(out);
    layout(SIGNATURE_COLUMNS, &[[&left, &right]], out);
    empty(out);
}

fn cells(entries: &[Entry], out: &mut String) {
    for entry in entries {
        if let Entry::Text { role, text, .. } = entry {
            paragraph(*role, text, out);
        }
    }
}

fn layout(columns: [u32; 2], rows: &[[&str; 2]], out: &mut String) {
    let total = columns[0] + columns[1];
    let outside = i64::from(TEXT_WIDTH) - i64::from(total);
    let _ = write!(
        out,
        r#"<w:tbl><w:tblPr><w:tblStyle w:val="{STYLE_PREFIX}layout"/><w:tblW w:w="{total}" w:type="dxa"/><w:tblInd w:w="{}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{}"/><w:gridCol w:w="{}"/></w:tblGrid>"#,
        outside.min(0) / 2,
        columns[0],
        columns[1]
    );
    for row in rows {
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for (width, content) in columns.iter().zip(row) {
            let _ = write!(
                out,
                r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>"#
            );
            out.push_str(content);
            if content.is_empty() {
                empty(out);
            }
            out.push_str("</w:tc>");
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
}

fn table(table: &Table, out: &mut String) {
    let columns = table
        .rows
        .iter()
        .map(Vec::len)
        .chain([table.header.len()])
        .max()
        .unwrap_or(0)
        .max(1);
    let width = if table.landscape {
        WIDE_TEXT_WIDTH
    } else {
        TEXT_WIDTH
    };
    let widths = column_widths(&table.widths, columns, width);
    let style = if table.landscape {
        "table-wide"
    } else {
        "table"
    };
    let _ = write!(
        out,
        r#"<w:tbl><w:tblPr><w:tblStyle w:val="{STYLE_PREFIX}{style}"/><w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>"#
    );
    if !table.widths.is_empty() {
        let list = table
            .widths
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let _ = write!(out, r#"<w:tblDescription w:val="{WIDTHS_NOTE}{list}"/>"#);
    }
    out.push_str("</w:tblPr><w:tblGrid>");
    for each in &widths {
        let _ = write!(out, r#"<w:gridCol w:w="{each}"/>"#);
    }
    out.push_str("</w:tblGrid>");
    row(&table.header, &widths, true, out);
    for cells in &table.rows {
        row(cells, &widths, false, out);
    }
    out.push_str("</w:tbl>");
}

fn row(cells: &[String], widths: &[u32], head: bool, out: &mut String) {
    out.push_str(if head {
        "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    } else {
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
    });
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(
            out,
            r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>"#
        );
        styled(if head { "cell-head" } else { "cell" }, None, cell, out);
        out.push_str("</w:tc>");
    }
    out.push_str("</w:tr>");
}

/// The page's width shared out by the relative widths.
fn column_widths(relative: &[u32], columns: usize, width: u32) -> Vec<u32> {
    let count = u32::try_from(columns).unwrap_or(1);
    if relative.len() != columns || relative.iter().all(|each| *each == 0) {
        return vec![width / count; columns];
    }
    let total: u64 = relative.iter().map(|each| u64::from(*each)).sum();
    relative
        .iter()
        .map(|each| u32::try_from(u64::from(width) * u64::from(*each) / total).unwrap_or(width))
        .collect()
}

fn paragraph(role: Role, text: &str, out: &mut String) {
    let label = (role == Role::Article)
        .then(|| text.find(". "))
        .flatten()
        .map(|at| at + 1);
    styled(&role.name(), label, text, out);
}

/// A paragraph in a style; the text before `label` is printed as a label.
fn styled(style: &str, label: Option<usize>, text: &str, out: &mut String) {
    let _ = write!(
        out,
        r#"<w:p><w:pPr><w:pStyle w:val="{STYLE_PREFIX}{style}"/></w:pPr>"#
    );
    let rest = match label {
        Some(at) => {
            let _ = write!(
                out,
                r#"<w:r><w:rPr><w:rStyle w:val="{STYLE_PREFIX}label"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>"#,
                escaped(&text[..at])
            );
            &text[at..]
        }
        None => text,
    };
    for (index, line) in rest.split('\n').enumerate() {
        if index > 0 {
            out.push_str("<w:r><w:br/></w:r>");
        }
        if !line.is_empty() {
            let _ = write!(
                out,
                r#"<w:r><w:t xml:space="preserve">{}</w:t></w:r>"#,
                escaped(line)
            );
        }
    }
    out.push_str("</w:p>");
}

fn rule(style: &str, out: &mut String) {
    styled(style, None, "", out);
}

fn empty(out: &mut String) {
    styled("break", None, "", out);
}
