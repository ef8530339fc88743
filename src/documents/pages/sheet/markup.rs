//! The texts of the editor's fields as parts of a draft, and back.

use trinhky_drafting::{Article, Authority, Block, Clause, Draft, Line, Point, Signer, Table};
use unicode_normalization::UnicodeNormalization as _;

use crate::documents::pages::common::said;
use crate::web::Lang;

/// One block of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: Kind,
    pub text: String,
    /// Of an article alone.
    pub clauses: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Article,
    Paragraph,
    /// With its level.
    Heading(u8),
    Clause,
    Table,
}

impl Piece {
    pub fn of(block: &Block) -> Self {
        let plain = |kind, text| Self {
            kind,
            text,
            clauses: Vec::new(),
        };
        match block {
            Block::Article(article) => {
                let title = article
                    .title
                    .as_ref()
                    .map(|title| format!("# {title}\n"))
                    .unwrap_or_default();
                let mut text = format!("{title}{}", article.text);
                for tail in &article.tail {
                    text.push_str("\n\n");
                    text.push_str(tail);
                }
                Self {
                    kind: Kind::Article,
                    text,
                    clauses: article
                        .clauses
                        .iter()
                        .map(|clause| with_points(&clause.text, &clause.points))
                        .collect(),
                }
            }
            Block::Paragraph { text } => plain(Kind::Paragraph, text.clone()),
            Block::Heading { level, label, text } if label.is_empty() => {
                plain(Kind::Heading(*level), text.clone())
            }
            Block::Heading { level, label, text } => {
                let line = format!("{label} {text}");
                let plainly = labelled(&line) == Some((*level, label.as_str(), text.as_str()));
                plain(
                    Kind::Heading(*level),
                    if plainly {
                        line
                    } else {
                        format!("{label}\n{text}")
                    },
                )
            }
            Block::Clause(clause) => plain(
                Kind::Clause,
                format!(
                    "{}. {}",
                    clause.number,
                    with_points(&clause.text, &clause.points)
                ),
            ),
            Block::Table(table) => plain(Kind::Table, table_text(table)),
        }
    }

    pub fn name(&self, n: usize) -> String {
        match self.kind {
            Kind::Article => format!("article.{n}"),
            Kind::Paragraph => format!("paragraph.{n}"),
            Kind::Heading(level) => format!("heading{level}.{n}"),
            Kind::Clause => format!("clause.{n}"),
            Kind::Table => format!("table.{n}"),
        }
    }

    pub fn label(&self, n: usize, article: usize, lang: Lang) -> String {
        match self.kind {
            Kind::Article => said(
                lang,
                format!("Điều {article}"),
                format!("Article {article}"),
            ),
            Kind::Paragraph => said(
                lang,
                format!("Đoạn {}", n + 1),
                format!("Paragraph {}", n + 1),
            ),
            Kind::Heading(_) => said(
                lang,
                format!("Đề mục (đoạn {})", n + 1),
                format!("Heading (paragraph {})", n + 1),
            ),
            Kind::Clause => said(
                lang,
                format!("Khoản (đoạn {})", n + 1),
                format!("Clause (paragraph {})", n + 1),
            ),
            Kind::Table => said(
                lang,
                format!("Bảng (đoạn {})", n + 1),
                format!("Table (paragraph {})", n + 1),
            ),
        }
    }

    /// What the text says; nothing where everything of it is empty.
    pub fn blocks(&self, counter: &mut Counter) -> Vec<Block> {
        if self.kind == Kind::Article {
            return self.article(counter).into_iter().collect();
        }
        let text = self.text.trim();
        if text.is_empty() {
            return Vec::new();
        }
        let outside = std::mem::take(&mut counter.clause);
        let block = match self.kind {
            Kind::Article | Kind::Paragraph => return paragraphs(text, counter),
            Kind::Heading(level) => heading(level, text),
            Kind::Clause => {
                let (number, text) = numbered(text).unwrap_or((outside + 1, text));
                counter.clause = number;
                Block::Clause(clause(number, text))
            }
            Kind::Table => Block::Table(table(text)),
        };
        vec![block]
    }

    fn article(&self, counter: &mut Counter) -> Option<Block> {
        let clauses: Vec<&String> = self
            .clauses
            .iter()
            .filter(|text| !text.trim().is_empty())
            .collect();
        if self.text.trim().is_empty() && clauses.is_empty() {
            return None;
        }
        counter.article += 1;
        let text = self.text.trim_start_matches('\n');
        let (title, rest) = match text.strip_prefix("# ") {
            Some(titled) => {
                let (title, rest) = titled.split_once('\n').unwrap_or((titled, ""));
                (Some(tidy(title)), rest)
            }
            None => (None, text),
        };
        let (opening, after) = rest.split_once("\n\n").unwrap_or((rest, ""));
        // Clauses may be typed under the opening, too, before they have fields of their own.
        let mut typed: Vec<String> = Vec::new();
        let mut first: Vec<&str> = Vec::new();
        for line in opening.lines() {
            match (numbered_line(line), typed.last_mut()) {
                (Some((_, text)), _) => typed.push(text.to_owned()),
                (None, Some(last)) => last.push_str(&format!("\n{line}")),
                (None, None) => first.push(line),
            }
        }
        let mut tail: Vec<String> = after.split("\n\n").map(tidy).collect();
        // Without clauses every line is a paragraph; with them the opening is one.
        if typed.is_empty() && clauses.is_empty() && first.len() > 1 {
            let more = first.split_off(1);
            tail.splice(0..0, more.into_iter().map(tidy));
        }
        Some(Block::Article(Article {
            number: counter.article,
            title,
            text: tidy(&first.join(" ")),
            clauses: (1..)
                .zip(typed.iter().chain(clauses))
                .map(|(number, text)| clause(number, text))
                .collect(),
            tail: tail.into_iter().filter(|text| !text.is_empty()).collect(),
        }))
    }
}

/// One line is a paragraph as it stands; of several each is one, or a clause with its points, or a heading.
fn paragraphs(text: &str, counter: &mut Counter) -> Vec<Block> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    if let [line] = lines[..] {
        return vec![Block::Paragraph { text: tidy(line) }];
    }
    let mut blocks = Vec::new();
    for line in lines {
        match (numbered_line(line), point(line), blocks.last_mut()) {
            (Some((number, text)), ..) => {
                counter.clause = number;
                blocks.push(Block::Clause(clause(number, text)));
            }
            (None, Some(point), Some(Block::Clause(clause))) => clause.points.push(point),
            _ => blocks.push(match labelled(line.trim()) {
                Some((1, label, text)) => Block::Heading {
                    level: 1,
                    label: label.to_owned(),
                    text: tidy(text),
                },
                _ => Block::Paragraph { text: tidy(line) },
            }),
        }
    }
    blocks
}

/// The label stands on a line of its own, or begins the line as people number headings.
fn heading(level: u8, text: &str) -> Block {
    let (level, label, text) = match text.split_once('\n') {
        Some((label, text)) => (level, label, text),
        None => labelled(text).unwrap_or((level, "", text)),
    };
    Block::Heading {
        level,
        label: tidy(label),
        text: tidy(text),
    }
}

/// Level, label and words of `II. KẾT QUẢ`, `2. Chỉ tiêu`, `2.1. Hồ sơ`.
fn labelled(line: &str) -> Option<(u8, &str, &str)> {
    let (label, text) = line.split_once(' ')?;
    let number = label.strip_suffix('.')?;
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let level = if !number.is_empty() && number.chars().all(|c| "IVX".contains(c)) {
        1
    } else if number.split('.').all(digits) {
        u8::try_from(number.split('.').count() + 1).ok()?
    } else {
        return None;
    };
    Some((level, label, text))
}

impl Kind {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "article" => Some(Self::Article),
            "paragraph" => Some(Self::Paragraph),
            "clause" => Some(Self::Clause),
            "table" => Some(Self::Table),
            _ => word
                .strip_prefix("heading")
                .and_then(|level| level.parse().ok())
                .map(Self::Heading),
        }
    }
}

/// Articles are numbered over the document; clauses outside articles go on from the one before.
#[derive(Debug, Default)]
pub(super) struct Counter {
    article: u32,
    clause: u32,
}

fn with_points(text: &str, points: &[Point]) -> String {
    let mut whole = text.to_owned();
    for point in points {
        whole.push_str(&format!("\n{}) {}", point.letter, point.text));
    }
    whole
}

pub(super) fn clause(number: u32, text: &str) -> Clause {
    let (mut opening, mut points) = (String::new(), Vec::<Point>::new());
    for line in text.lines() {
        match (point(line), points.last_mut()) {
            (Some(found), _) => points.push(found),
            (None, Some(last)) => last.text = tidy(&format!("{} {line}", last.text)),
            (None, None) => opening = tidy(&format!("{opening} {line}")),
        }
    }
    Clause {
        number,
        text: opening,
        points,
    }
}

/// `a) text`, with a letter of the Vietnamese alphabet.
fn point(line: &str) -> Option<Point> {
    let (letter, text) = line.trim_start().split_once(')')?;
    let one = letter.chars().count() == 1 && letter.chars().all(char::is_lowercase);
    (one && text.starts_with(char::is_whitespace)).then(|| Point {
        letter: letter.nfc().collect(),
        text: tidy(text),
    })
}

/// `12. text` as a line of its own; `1.250 hồ sơ` is a number.
fn numbered_line(line: &str) -> Option<(u32, &str)> {
    let (number, text) = line.trim().split_once('.')?;
    let short = number.len() <= 3 && text.starts_with(char::is_whitespace);
    Some((number.parse().ok().filter(|_| short)?, text.trim_start()))
}

/// `12. text`
fn numbered(text: &str) -> Option<(u32, &str)> {
    let (number, rest) = text.split_once('.')?;
    Some((number.parse().ok()?, rest.trim_start()))
}

fn table_text(table: &Table) -> String {
    let row = |cells: &[String]| {
        cells
            .iter()
            .map(|cell| cell.replace('|', "\\|"))
            .collect::<Vec<_>>()
            .join(" | ")
    };
    let caption = table.caption.iter().map(|caption| format!("# {caption}"));
    let widths = table.widths.iter().map(u32::to_string).collect::<Vec<_>>();
    caption
        .chain(table.landscape.then(|| LANDSCAPE.to_owned()))
        .chain((!widths.is_empty()).then(|| format!("{WIDTHS} {}", widths.join(" "))))
        .chain([row(&table.header)])
        .chain(table.rows.iter().map(|cells| row(cells)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A line before the rows that puts the table on landscape pages.
const LANDSCAPE: &str = "(trang ngang)";
/// A line before the rows with the columns' relative widths.
const WIDTHS: &str = "(độ rộng)";

fn table(text: &str) -> Table {
    let (mut caption, mut rows) = (None, Vec::new());
    let (mut widths, mut landscape) = (Vec::new(), false);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let before = rows.is_empty();
        let plain = folded(line);
        if before && plain == LANDSCAPE {
            landscape = true;
        } else if let Some(found) = plain.strip_prefix(WIDTHS).filter(|_| before) {
            widths = found
                .split_whitespace()
                .filter_map(|width| width.parse().ok())
                .collect();
        } else if let Some(found) = line
            .strip_prefix("# ")
            .filter(|_| before && caption.is_none())
        {
            caption = Some(tidy(found));
        } else {
            rows.push(cells(line));
        }
    }
    let header = if rows.is_empty() {
        Vec::new()
    } else {
        rows.remove(0)
    };
    Table {
        caption,
        header,
        rows,
        widths,
        landscape,
    }
}

fn cells(line: &str) -> Vec<String> {
    // A bar inside a cell is written `\|`; a character that nobody types stands for it while splitting.
    line.replace("\\|", "\u{1}")
        .split('|')
        .map(|cell| tidy(&cell.replace('\u{1}', "|")))
        .collect()
}

/// The lines of the distribution list in one that was typed: several stand with a semicolon between them, unless an import
/// left them so.
pub(super) fn lines(text: &str, base: &Draft) -> Vec<Line> {
    if base.distribution.iter().any(|line| line.text() == text) {
        return line(text, base).into_iter().collect();
    }
    text.split(';')
        .filter_map(|text| line(&tidy(text), base))
        .collect()
}

/// A line of the distribution list, by its words.
pub(super) fn line(text: &str, base: &Draft) -> Option<Line> {
    if let Some(known) = base.distribution.iter().find(|line| line.text() == text) {
        return Some(known.clone());
    }
    let text = text
        .trim_start_matches(['-', '–', ' '])
        .trim_end_matches([';', '.', ' '])
        .to_owned();
    let words = folded(&text);
    if words.is_empty() {
        return None;
    }
    let article = words.strip_prefix("như điều ").and_then(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    });
    Some(match article {
        Some(article) => Line::AsArticle { article, text },
        None if words.starts_with("như trên") => Line::AsAbove { text },
        None if words == "lưu" || words.starts_with("lưu:") || words.starts_with("lưu ") => {
            Line::Archive { text }
        }
        None => Line::Body { text },
    })
}

/// The signature block; the authority follows from the first line, as Decree 30/2020 Art. 13 writes it.
pub(super) fn signer(title: &str, name: &str, base: &Signer) -> Signer {
    let title_lines: Vec<String> = title
        .lines()
        .map(tidy)
        .filter(|line| !line.is_empty())
        .collect();
    let authority = if title_lines == base.title_lines {
        base.authority
    } else {
        let first = title_lines.first().map(String::as_str).unwrap_or_default();
        [
            ("TM.", Authority::TM),
            ("KT.", Authority::KT),
            ("Q.", Authority::Q),
            ("TL.", Authority::TL),
            ("TUQ.", Authority::TUQ),
        ]
        .into_iter()
        .find(|(mark, _)| first.starts_with(mark))
        .map_or(Authority::None, |(_, authority)| authority)
    };
    Signer {
        authority,
        title_lines,
        name: tidy(name),
    }
}

/// NFC, every run of white space one blank.
pub(super) fn tidy(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn folded(text: &str) -> String {
    tidy(text).to_lowercase()
}
