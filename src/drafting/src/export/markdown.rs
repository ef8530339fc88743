//! Markdown that people can read and that imports to the same draft.

use crate::import::{HINT_END, HINT_START, import};
use crate::model::{Draft, Table};
use crate::outline::{Entry, Role, outline};

/// The draft as Markdown. Reading it back gives the same draft.
///
/// Where the words alone would not be read back as they are meant (a paragraph that begins like a clause, say), every
/// paragraph is preceded by a comment that names its role.
#[must_use]
pub fn markdown(draft: &Draft) -> String {
    let entries = outline(draft);
    let plain = write(&entries, false);
    let readable = import("draft.md", plain.as_bytes())
        .is_ok_and(|read| read.draft == *draft && read.unplaced.is_empty());
    if readable {
        plain
    } else {
        write(&entries, true)
    }
}

fn write(entries: &[Entry], hints: bool) -> String {
    let mut out = String::new();
    for entry in entries {
        match entry {
            Entry::Text {
                role,
                text,
                argument,
            } => {
                if hints {
                    hint(&role.name(), argument.as_deref(), &mut out);
                }
                paragraph(*role, text, &mut out);
            }
            Entry::Table(table) => {
                if hints || table.landscape || !table.widths.is_empty() {
                    hint(&Role::Table.name(), Some(&table_argument(table)), &mut out);
                }
                grid(table, &mut out);
            }
        }
        out.push_str("\n\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// What the cells of a table do not say: `wide 1,2,3`.
pub(crate) fn table_argument(table: &Table) -> String {
    let widths = table
        .widths
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(",");
    let wide = if table.landscape { "wide" } else { "tall" };
    format!("{wide} {widths}").trim_end().to_owned()
}

fn hint(name: &str, argument: Option<&str>, out: &mut String) {
    out.push_str(HINT_START);
    out.push(' ');
    out.push_str(name);
    if let Some(argument) = argument {
        out.push(' ');
        out.push_str(argument);
    }
    out.push(' ');
    out.push_str(HINT_END);
    out.push('\n');
}

fn paragraph(role: Role, text: &str, out: &mut String) {
    let mark = match role {
        Role::Superior
        | Role::Number
        | Role::Addressed
        | Role::AddressedHead
        | Role::Addressee
        | Role::ArticleText
        | Role::ArticleTail
        | Role::Clause
        | Role::Point
        | Role::Paragraph
        | Role::FreeClause
        | Role::LetterSubject
        | Role::LineArticle
        | Role::LineAbove
        | Role::LineBody
        | Role::LineArchive
        | Role::DrafterMark
        | Role::Contact
        | Role::Article
        | Role::Urgency
        | Role::Table => "",
        Role::PlaceDate | Role::Basis | Role::AnnexReference | Role::Caption => "*",
        _ => "**",
    };
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push_str("  \n");
        }
        let bold_label = (role == Role::Article && index == 0)
            .then(|| line.find(". "))
            .flatten();
        if let Some(at) = bold_label {
            out.push_str("**");
            out.push_str(&line[..=at]);
            out.push_str("** ");
            escape(&line[at + 2..], out);
        } else if line.is_empty() {
            // An empty line would end the paragraph.
            out.push_str("&nbsp;");
        } else {
            out.push_str(mark);
            let numbered = matches!(
                role,
                Role::Addressee
                    | Role::LineArticle
                    | Role::LineAbove
                    | Role::LineBody
                    | Role::LineArchive
            );
            match line.strip_prefix("- ").filter(|_| numbered && index == 0) {
                Some(rest) => {
                    out.push_str("- ");
                    escape(rest, out);
                }
                None => escape(line, out),
            }
            out.push_str(mark);
        }
    }
}

fn grid(table: &Table, out: &mut String) {
    row(&table.header, out);
    out.push_str("\n|");
    for _ in &table.header {
        out.push_str(" --- |");
    }
    for cells in &table.rows {
        out.push('\n');
        row(cells, out);
    }
}

fn row(cells: &[String], out: &mut String) {
    out.push('|');
    for cell in cells {
        out.push(' ');
        for (index, line) in cell.split('\n').enumerate() {
            if index > 0 {
                out.push_str("<br>");
            }
            escape(line, out);
        }
        out.push_str(" |");
    }
}

/// Escapes what Markdown or its reader would take for marks.
fn escape(text: &str, out: &mut String) {
    for (index, c) in text.chars().enumerate() {
        let at_start = index == 0 && matches!(c, '-' | '+' | '#' | '=' | '~' | '(');
        if matches!(c, '\\' | '*' | '_' | '|' | '<' | '>' | '&' | '`') || at_start && c != '(' {
            out.push('\\');
        }
        out.push(c);
    }
}
