//! Text files: Markdown and plain text, line by line, into paragraphs and tables.

use super::inline::{self, Run};
use super::source::{Grid, Item, Look, Para, Source};
use crate::text::{fold, is_capitals, leading_number, starts_small, tidy};

/// The marker that begins a comment of our own Markdown export.
pub(crate) const HINT_START: &str = "<!-- tk:";
pub(crate) const HINT_END: &str = "-->";

/// A wrapped line of a typed text is at least this long, in characters.
const WRAPPED_LINE_MIN_CHARS: usize = 50;

/// Reads a Markdown file.
pub(crate) fn markdown(text: &str) -> Source {
    read(text, Look::Formatted)
}

/// Reads a plain text file.
pub(crate) fn plain(text: &str) -> Source {
    read(text, Look::Plain)
}

fn read(text: &str, look: Look) -> Source {
    let mut reader = Reader {
        look,
        items: Vec::new(),
        open: None,
        hint: None,
        gap: true,
        rows: None,
    };
    for (index, line) in text.split('\n').enumerate() {
        reader.line(index + 1, line);
    }
    reader.close();
    reader.close_table();
    let mut source = Source {
        items: reader.items,
        look,
    };
    if look == Look::Formatted && !has_formatting(&source) && !source.has_hints() {
        source.look = Look::Plain;
    }
    source
}

fn has_formatting(source: &Source) -> bool {
    source
        .items
        .iter()
        .any(|item| matches!(item, Item::Para(para) if para.bold || para.italic))
}

struct Reader {
    look: Look,
    items: Vec<Item>,
    /// The paragraph being gathered: raw text with `\n` for forced breaks.
    open: Option<Open>,
    hint: Option<String>,
    gap: bool,
    rows: Option<(usize, Vec<Vec<String>>, Option<String>)>,
}

struct Open {
    line: usize,
    raw: String,
    heading: bool,
    gap_before: bool,
    indent: usize,
    last: String,
    forced_break: bool,
}

impl Reader {
    fn line(&mut self, number: usize, raw: &str) {
        let trimmed = raw.trim();
        if self.look == Look::Formatted {
            if let Some(rest) = trimmed.strip_prefix(HINT_START)
                && let Some(hint) = rest.strip_suffix(HINT_END)
            {
                self.close();
                self.close_table();
                self.hint = Some(hint.trim().to_owned());
                return;
            }
            // Other comments are no text of the document.
            if trimmed.starts_with("```")
                || (trimmed.starts_with("<!--") && trimmed.ends_with("-->"))
            {
                self.blank();
                return;
            }
            if let Some(cells) = table_cells(trimmed) {
                self.close();
                let hint = self.hint.take();
                let rows = self.rows.get_or_insert((number, Vec::new(), hint));
                if !is_separator(&cells) {
                    rows.1.push(cells);
                }
                return;
            }
        }
        self.close_table();
        let told = self.hint.is_some();
        if trimmed.is_empty() || (!told && is_rule(trimmed)) {
            self.blank();
            return;
        }
        match two_columns(raw).filter(|_| !told) {
            Some((left, right)) => {
                self.close();
                self.push(number, left, indent_of(raw), false);
                self.close();
                self.push(number, right, indent_of(raw), false);
                self.close();
            }
            None => self.text_line(number, raw),
        }
    }

    fn text_line(&mut self, number: usize, raw: &str) {
        let (body, heading) = self.strip_block_marks(raw.trim());
        let forced =
            self.look == Look::Formatted && (raw.ends_with("  ") || ends_with_lone_backslash(raw));
        let indent = indent_of(raw);
        let joins = !heading
            && self
                .open
                .as_ref()
                .is_some_and(|open| self.joins(open, body, indent));
        let body = body.strip_suffix('\\').filter(|_| forced).unwrap_or(body);
        match &mut self.open {
            Some(open) if joins => {
                open.raw.push(if open.forced_break { '\n' } else { ' ' });
                open.raw.push_str(body);
                open.last = body.to_owned();
                open.forced_break = forced;
            }
            _ => {
                self.close();
                self.push(number, body, indent, heading);
                if let Some(open) = &mut self.open {
                    open.forced_break = forced;
                }
            }
        }
    }

    /// Whether a line goes on with the open paragraph.
    fn joins(&self, open: &Open, line: &str, indent: usize) -> bool {
        if open.forced_break && !open.heading {
            return true;
        }
        if open.heading || begins_piece(&open.last, line) {
            return false;
        }
        match self.look {
            Look::Formatted => true,
            Look::Plain => {
                open.last.chars().count() >= WRAPPED_LINE_MIN_CHARS
                    && indent <= open.indent.max(indent_tolerance(line))
                    && (starts_small(line) || !ends_sentence(&open.last))
            }
        }
    }

    fn strip_block_marks<'a>(&self, line: &'a str) -> (&'a str, bool) {
        if self.look == Look::Plain {
            return (line, false);
        }
        let quoted = line.trim_start_matches("> ");
        let without = quoted.trim_start_matches('#');
        if without.len() < quoted.len() && without.starts_with(' ') {
            return (without.trim(), true);
        }
        (quoted, false)
    }

    fn push(&mut self, line: usize, body: &str, indent: usize, heading: bool) {
        self.open = Some(Open {
            line,
            raw: body.to_owned(),
            heading,
            gap_before: self.gap,
            indent,
            last: body.to_owned(),
            forced_break: false,
        });
        self.gap = false;
    }

    fn blank(&mut self) {
        self.close();
        self.gap = true;
    }

    fn close_table(&mut self) {
        if let Some((line, rows, hint)) = self.rows.take() {
            push_table(&mut self.items, line, rows, hint);
            self.gap = true;
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let hint = self.hint.take();
        let run = match self.look {
            Look::Formatted => inline::parse(&open.raw),
            Look::Plain => Run::plain(&open.raw),
        };
        for (index, piece) in run.lines().into_iter().enumerate() {
            let text = tidy(&piece.text);
            if text.is_empty() && hint.is_none() {
                continue;
            }
            self.items.push(Item::Para(Para {
                line: open.line,
                text,
                bold: piece.bold || open.heading,
                italic: piece.italic,
                gap_before: index == 0 && open.gap_before,
                continues: index > 0,
                hint: if index == 0 { hint.clone() } else { None },
            }));
        }
    }
}

/// A table of layout (header, signature) is read as its paragraphs, any other stays a table.
pub(crate) fn push_table(
    items: &mut Vec<Item>,
    line: usize,
    rows: Vec<Vec<String>>,
    hint: Option<String>,
) {
    let layout = hint.is_none() && rows.iter().flatten().any(|cell| is_layout_cell(cell));
    if !layout {
        items.push(Item::Grid(Grid { line, rows, hint }));
        return;
    }
    for cell in rows.into_iter().flatten() {
        for (index, piece) in cell.split('\n').enumerate() {
            let text = tidy(piece);
            if !text.is_empty() && !is_rule(&text) {
                items.push(Item::Para(Para {
                    line,
                    text,
                    gap_before: index == 0,
                    ..Para::default()
                }));
            }
        }
    }
}

/// Whether a cell belongs to the header or the signature of a document.
pub(crate) fn is_layout_cell(cell: &str) -> bool {
    let folded = fold(cell);
    folded.contains("cộng hòa xã hội chủ nghĩa việt nam")
        || folded.contains("độc lập - tự do")
        || folded.starts_with("nơi nhận")
}

/// Lines that only draw: `-----`, `─────`, `*****`.
pub(crate) fn is_rule(text: &str) -> bool {
    text.chars().count() >= 3
        && text.chars().all(|c| {
            matches!(
                c,
                '-' | '_' | '=' | '*' | '─' | '—' | '–' | '━' | '‾' | ' ' | '~'
            )
        })
}

/// Whether a line starts a paragraph of its own even without a blank line before it.
pub(crate) fn begins_piece(previous: &str, line: &str) -> bool {
    let bare = line.trim_start_matches(['*', '_']).trim_start();
    let before = previous.trim_start_matches(['*', '_']).trim_start();
    if is_capitals(bare) || (is_capitals(before) && !is_capitals(bare)) {
        return true;
    }
    let folded = fold(bare);
    if [
        "- ",
        "+ ",
        "• ",
        "điều ",
        "căn cứ ",
        "theo đề nghị",
        "kính gửi",
        "nơi nhận",
        "số:",
        "v/v",
        "lưu:",
        "phụ lục",
    ]
    .iter()
    .any(|start| folded.starts_with(start))
    {
        return !folded.starts_with("điều ") || crate::import::parts::article_head(bare).is_some();
    }
    if leading_number(bare).is_some_and(|(_, rest)| {
        rest.starts_with(". ") || rest.starts_with(") ") || rest.starts_with(".** ")
    }) {
        return true;
    }
    crate::import::parts::point_head(bare).is_some()
        || crate::import::parts::roman_head(bare).is_some()
}

fn ends_with_lone_backslash(raw: &str) -> bool {
    raw.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['*', '_'])
        .ends_with(['.', ';', ':', '!', '?'])
}

fn indent_of(raw: &str) -> usize {
    raw.chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}

/// Centred lines of a subject are indented anyhow; a small first letter is a continuation whatever its indent.
fn indent_tolerance(line: &str) -> usize {
    if starts_small(line) { usize::MAX } else { 0 }
}

/// Two columns typed with blanks or tabs: the header and the signature of typed documents.
pub(crate) fn two_columns(raw: &str) -> Option<(&str, &str)> {
    let line = raw.trim();
    let (at, len) = wide_gap(line)?;
    let (left, right) = (line[..at].trim(), line[at + len..].trim());
    if left.is_empty()
        || right.is_empty()
        || wide_gap(right).is_some_and(|_| !right.contains("ngày"))
    {
        return None;
    }
    let folded_right = fold(right);
    let looks_right = is_capitals(right)
        || folded_right.contains("độc lập - tự do")
        || (folded_right.contains(", ngày") && folded_right.contains("tháng"));
    let folded_left = fold(left);
    let looks_left = is_capitals(left)
        || folded_left.starts_with("số:")
        || folded_left.starts_with("v/v")
        || folded_left.starts_with("nơi nhận")
        || folded_left.starts_with("- ")
        || is_rule(left);
    (looks_left && (looks_right || folded_left.starts_with("- ") || is_rule(right)))
        .then_some((left, right))
}

/// The first run of three or more blanks, or a tab, inside a line.
fn wide_gap(line: &str) -> Option<(usize, usize)> {
    let mut start = None;
    for (index, c) in line.char_indices() {
        match (c, start) {
            (' ' | '\t' | '\u{a0}', None) => start = Some(index),
            (' ' | '\t' | '\u{a0}', Some(_)) => {}
            (_, Some(from)) => {
                let gap = &line[from..index];
                let before = fold(&line[..from]);
                let open_blank = before.ends_with("số:")
                    || before.ends_with("số")
                    || before.ends_with("ngày")
                    || before.ends_with("tháng")
                    || before.ends_with("năm");
                if (gap.chars().count() >= 3 || gap.contains('\t')) && !open_blank {
                    return Some((from, gap.len()));
                }
                start = None;
            }
            (_, None) => {}
        }
    }
    None
}

/// The cells of a Markdown table row, unescaped and tidy; `<br>` is a line break.
fn table_cells(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match (c, escaped, cells.last_mut()) {
            ('\\', false, _) => escaped = true,
            ('|', false, _) => cells.push(String::new()),
            (c, was_escaped, Some(cell)) => {
                if was_escaped {
                    cell.push('\\');
                }
                cell.push(c);
                escaped = false;
            }
            (_, _, None) => {}
        }
    }
    Some(
        cells
            .iter()
            .map(|cell| {
                cell.split("<br>")
                    .map(|piece| tidy(&inline::parse(piece).text()))
                    .collect::<Vec<_>>()
                    .join("\n")
            })
            .collect(),
    )
}

fn is_separator(cells: &[String]) -> bool {
    cells
        .iter()
        .all(|cell| cell.contains("--") && cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
}
