//! A draft as the editor's fields and back: every part a text in its own field, numbered by its place.
//!
//! The markup is what people write anyway: a point begins with `a)`, a paragraph after the clauses stands behind an empty
//! line, a table has `|` between its cells. What the fields do not show (symbol, header, annexes) is kept from the draft.

use trinhky_drafting::{
    Article, Authority, Block, Clause, DocType, Draft, Line, Point, Signer, Table,
};
use unicode_normalization::UnicodeNormalization as _;

use super::common::{Pairs, said};
use crate::web::views::documents::{ArticleFields, PartField};
use crate::web::{Form, Lang};

/// The texts of all fields, in their order on the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sheet {
    single: [String; SINGLE.len()],
    bases: Vec<String>,
    body: Vec<Piece>,
    lines: Vec<String>,
}

/// The fields that exist once.
const SINGLE: [&str; 5] = [
    "subject",
    "place",
    "authority_line",
    "signer_title",
    "signer_name",
];

/// One block of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    kind: Kind,
    text: String,
    /// Of an article alone.
    clauses: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Article,
    Paragraph,
    /// With its level.
    Heading(u8),
    Clause,
    Table,
}

impl Sheet {
    /// The fields of a draft.
    pub fn of(draft: &Draft) -> Self {
        Self {
            single: [
                draft.subject.clone(),
                draft.place.clone(),
                draft.authority_line.clone(),
                draft.signer.title_lines.join("\n"),
                draft.signer.name.clone(),
            ],
            bases: draft.legal_basis.clone(),
            body: draft.body.iter().map(Piece::of).collect(),
            lines: draft
                .distribution
                .iter()
                .map(|line| line.text().to_owned())
                .collect(),
        }
    }

    /// The fields as they were sent; their order is the order of the page.
    pub fn sent(pairs: &Pairs) -> Self {
        let mut sheet = Self::default();
        for (name, text) in pairs {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let mut path = name.split('.');
            let kind = path.next().unwrap_or_default();
            let deep = path.count() > 1;
            if let Some(n) = SINGLE.iter().position(|single| *single == name) {
                sheet.single[n] = text;
            } else if kind == "legal_basis" {
                sheet.bases.push(text);
            } else if kind == "line" {
                sheet.lines.push(text);
            } else if let (true, Some(article)) = (deep, sheet.body.last_mut()) {
                article.clauses.push(text);
            } else if let Some(kind) = Kind::parse(kind) {
                sheet.body.push(Piece {
                    kind,
                    text,
                    clauses: Vec::new(),
                });
            }
        }
        sheet
    }

    /// The draft that the fields describe; empty fields are left out, what has no field is kept from `base`.
    pub fn draft(&self, base: &Draft) -> Draft {
        let [subject, place, authority_line, signer_title, signer_name] = &self.single;
        let filled = |texts: &[String]| {
            texts
                .iter()
                .map(|text| tidy(text))
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
        };
        let mut counter = Counter::default();
        Draft {
            subject: tidy(subject),
            place: tidy(place),
            authority_line: tidy(authority_line),
            legal_basis: filled(&self.bases),
            body: self
                .body
                .iter()
                .filter_map(|piece| piece.block(base, &mut counter))
                .collect(),
            distribution: filled(&self.lines)
                .iter()
                .filter_map(|text| line(text, base))
                .collect(),
            signer: signer(signer_title, signer_name, &base.signer),
            ..base.clone()
        }
    }

    /// Does what a button asks for: `up:`, `down:`, `remove:` with a field's name, `add:` with a list's or an article's.
    /// False where it means nothing.
    pub fn change(&mut self, verb: &str, doc_type: DocType) -> bool {
        let Some((verb, name)) = verb.split_once(':') else {
            return false;
        };
        if verb == "add" {
            return self.add(name, doc_type);
        }
        let (kind, place) = name.split_once('.').unwrap_or((name, ""));
        let (n, inner) = place
            .split_once('.')
            .map_or((place, None), |(n, inner)| (n, Some(inner)));
        let Ok(n) = n.parse::<usize>() else {
            return false;
        };
        match (kind, inner.and_then(|inner| inner.parse::<usize>().ok())) {
            ("legal_basis", _) => moved(&mut self.bases, verb, n),
            ("line", _) => moved(&mut self.lines, verb, n),
            ("article", Some(inner)) => self
                .body
                .get_mut(n)
                .is_some_and(|article| moved(&mut article.clauses, verb, inner)),
            _ => moved(&mut self.body, verb, n),
        }
    }

    fn add(&mut self, name: &str, doc_type: DocType) -> bool {
        match name {
            "legal_basis" => self.bases.push(String::new()),
            // Before the archive line, which stays last.
            "line" => {
                let archive = self
                    .lines
                    .last()
                    .is_some_and(|text| folded(text).starts_with("lưu"));
                self.lines
                    .insert(self.lines.len() - usize::from(archive), String::new());
            }
            "article" => {
                let articles = doc_type == DocType::QD
                    || self.body.iter().any(|piece| piece.kind == Kind::Article);
                let kind = if articles {
                    Kind::Article
                } else {
                    Kind::Paragraph
                };
                self.body.push(Piece {
                    kind,
                    text: String::new(),
                    clauses: Vec::new(),
                });
            }
            _ => {
                let n = name
                    .strip_prefix("article.")
                    .and_then(|n| n.parse::<usize>().ok());
                let Some(article) = n.and_then(|n| self.body.get_mut(n)) else {
                    return false;
                };
                article.clauses.push(String::new());
            }
        }
        true
    }

    /// The form with every text in its field.
    pub fn form(&self, action: &str, version: &str) -> Form {
        let mut form = Form::new(action, "", version);
        for (name, text) in SINGLE.iter().zip(&self.single) {
            form.set(name, text.as_str());
        }
        for (kind, texts) in [("legal_basis", &self.bases), ("line", &self.lines)] {
            for (n, text) in texts.iter().enumerate() {
                form.set(&format!("{kind}.{n}"), text.as_str());
            }
        }
        for (n, piece) in self.body.iter().enumerate() {
            form.set(&piece.name(n), piece.text.as_str());
            for (inner, text) in piece.clauses.iter().enumerate() {
                form.set(&clause_name(n, inner), text.as_str());
            }
        }
        form
    }

    pub fn legal_basis(&self, lang: Lang) -> Vec<PartField> {
        let label = |n: usize| {
            said(
                lang,
                format!("Căn cứ {}", n + 1),
                format!("Basis {}", n + 1),
            )
        };
        (0..self.bases.len())
            .map(|n| part(format!("legal_basis.{n}"), label(n), n, self.bases.len()))
            .collect()
    }

    pub fn distribution(&self, lang: Lang) -> Vec<PartField> {
        let label = |n: usize| {
            said(
                lang,
                format!("Nơi nhận, dòng {}", n + 1),
                format!("Recipients, line {}", n + 1),
            )
        };
        (0..self.lines.len())
            .map(|n| part(format!("line.{n}"), label(n), n, self.lines.len()))
            .collect()
    }

    pub fn articles(&self, lang: Lang) -> Vec<ArticleFields> {
        let mut numbers = 0;
        self.body
            .iter()
            .enumerate()
            .map(|(n, piece)| {
                numbers += usize::from(piece.kind == Kind::Article);
                let label = piece.label(n, numbers, lang);
                let clause = |inner: usize| match lang {
                    Lang::Vi => format!("{label}, khoản {}", inner + 1),
                    Lang::En => format!("{label}, clause {}", inner + 1),
                };
                let count = piece.clauses.len();
                ArticleFields {
                    clauses: (0..count)
                        .map(|inner| part(clause_name(n, inner), clause(inner), inner, count))
                        .collect(),
                    takes_clauses: piece.kind == Kind::Article,
                    article: part(piece.name(n), label.clone(), n, self.body.len()),
                }
            })
            .collect()
    }

    /// The field in which a place of the checker stands (`Điều 1 khoản 3`, `căn cứ 2`); empty where none does.
    pub fn field_at(&self, place: &str) -> String {
        let mut places = vec![("trích yếu".to_owned(), "subject".to_owned())];
        places.extend(
            (0..self.bases.len())
                .map(|n| (format!("căn cứ {}", n + 1), format!("legal_basis.{n}"))),
        );
        places.extend(
            (0..self.lines.len())
                .map(|n| (format!("Nơi nhận dòng {}", n + 1), format!("line.{n}"))),
        );
        let mut number = 0;
        for (n, piece) in self.body.iter().enumerate() {
            if piece.kind != Kind::Article {
                places.push((format!("đoạn {}", n + 1), piece.name(n)));
                continue;
            }
            number += 1;
            places.push((format!("Điều {number}"), piece.name(n)));
            places.extend((0..piece.clauses.len()).map(|inner| {
                (
                    format!("Điều {number} khoản {}", inner + 1),
                    clause_name(n, inner),
                )
            }));
        }
        let holds = |known: &str| {
            // `Điều 1` is not the place of `Điều 12`.
            place
                .match_indices(known)
                .any(|(at, _)| !place[at + known.len()..].starts_with(|c: char| c.is_ascii_digit()))
        };
        let best = places
            .into_iter()
            .filter(|(known, _)| holds(known))
            .max_by_key(|(known, _)| known.len());
        best.map(|(_, name)| name).unwrap_or_default()
    }
}

impl Piece {
    fn of(block: &Block) -> Self {
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
                plain(Kind::Heading(*level), format!("{label}\n{text}"))
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

    fn name(&self, n: usize) -> String {
        match self.kind {
            Kind::Article => format!("article.{n}"),
            Kind::Paragraph => format!("paragraph.{n}"),
            Kind::Heading(level) => format!("heading{level}.{n}"),
            Kind::Clause => format!("clause.{n}"),
            Kind::Table => format!("table.{n}"),
        }
    }

    fn label(&self, n: usize, article: usize, lang: Lang) -> String {
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

    /// None where everything of it is empty.
    fn block(&self, base: &Draft, counter: &mut Counter) -> Option<Block> {
        if self.kind == Kind::Article {
            return self.article(counter);
        }
        if self.text.trim().is_empty() {
            return None;
        }
        let outside = std::mem::take(&mut counter.clause);
        Some(match self.kind {
            Kind::Article | Kind::Paragraph => Block::Paragraph {
                text: tidy(&self.text),
            },
            Kind::Heading(level) => {
                let (label, text) = self
                    .text
                    .trim()
                    .split_once('\n')
                    .unwrap_or(("", &self.text));
                Block::Heading {
                    level,
                    label: tidy(label),
                    text: tidy(text),
                }
            }
            Kind::Clause => {
                let (number, text) =
                    numbered(self.text.trim()).unwrap_or((outside + 1, self.text.trim()));
                counter.clause = number;
                Block::Clause(clause(number, text))
            }
            Kind::Table => Block::Table(table(&self.text, base)),
        })
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
        let mut paragraphs = rest.split("\n\n").map(tidy);
        Some(Block::Article(Article {
            number: counter.article,
            title,
            text: paragraphs.next().unwrap_or_default(),
            clauses: (1..)
                .zip(clauses)
                .map(|(number, text)| clause(number, text))
                .collect(),
            tail: paragraphs.filter(|text| !text.is_empty()).collect(),
        }))
    }
}

impl Kind {
    fn parse(word: &str) -> Option<Self> {
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
struct Counter {
    article: u32,
    clause: u32,
}

fn clause_name(article: usize, clause: usize) -> String {
    format!("article.{article}.{clause}")
}

fn part(name: String, label: String, n: usize, count: usize) -> PartField {
    PartField {
        name,
        label,
        first: n == 0,
        last: n + 1 == count,
    }
}

fn moved<T>(list: &mut Vec<T>, verb: &str, n: usize) -> bool {
    match verb {
        "up" if n > 0 && n < list.len() => list.swap(n - 1, n),
        "down" if n + 1 < list.len() => list.swap(n, n + 1),
        "remove" if n < list.len() => drop(list.remove(n)),
        _ => return false,
    }
    true
}

fn with_points(text: &str, points: &[Point]) -> String {
    let mut whole = text.to_owned();
    for point in points {
        whole.push_str(&format!("\n{}) {}", point.letter, point.text));
    }
    whole
}

fn clause(number: u32, text: &str) -> Clause {
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
    caption
        .chain([row(&table.header)])
        .chain(table.rows.iter().map(|cells| row(cells)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A table keeps widths and direction while its header stays.
fn table(text: &str, base: &Draft) -> Table {
    let (mut caption, mut rows) = (None, Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix("# ") {
            Some(found) if rows.is_empty() && caption.is_none() => caption = Some(tidy(found)),
            _ => rows.push(cells(line)),
        }
    }
    let header = if rows.is_empty() {
        Vec::new()
    } else {
        rows.remove(0)
    };
    let known = base.body.iter().find_map(|block| match block {
        Block::Table(table) if table.header == header => Some(table),
        _ => None,
    });
    let (widths, landscape) = known
        .map(|table| (table.widths.clone(), table.landscape))
        .unwrap_or_default();
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

/// A line of the distribution list, by its words.
fn line(text: &str, base: &Draft) -> Option<Line> {
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
fn signer(title: &str, name: &str, base: &Signer) -> Signer {
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
fn tidy(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn folded(text: &str) -> String {
    tidy(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = include_bytes!("../../drafting/fixtures/decision-2023.md");

    fn seed() -> Draft {
        trinhky_drafting::import("decision-2023.md", SEED)
            .expect("the seed is read")
            .draft
    }

    /// The pairs that a browser would send.
    fn pairs(sheet: &Sheet) -> Pairs {
        let form = sheet.form("/x", "1");
        let mut names: Vec<String> = SINGLE.iter().map(|name| (*name).to_owned()).collect();
        names.extend(
            sheet
                .legal_basis(Lang::Vi)
                .into_iter()
                .map(|part| part.name),
        );
        for article in sheet.articles(Lang::Vi) {
            names.push(article.article.name);
            names.extend(article.clauses.into_iter().map(|part| part.name));
        }
        names.extend(
            sheet
                .distribution(Lang::Vi)
                .into_iter()
                .map(|part| part.name),
        );
        names
            .into_iter()
            .map(|name| (name.clone(), form.value(&name).replace('\n', "\r\n")))
            .collect()
    }

    fn again(draft: &Draft) -> Draft {
        Sheet::sent(&pairs(&Sheet::of(draft))).draft(draft)
    }

    #[test]
    fn an_untouched_form_is_the_same_draft() {
        assert_eq!(again(&seed()), seed());
    }

    #[test]
    fn every_kind_of_block_comes_back() {
        let mut draft = seed();
        draft.body = vec![
            Block::Heading {
                level: 1,
                label: "I.".to_owned(),
                text: "SỰ CẦN THIẾT".to_owned(),
            },
            Block::Heading {
                level: 2,
                label: String::new(),
                text: "Không số".to_owned(),
            },
            Block::Paragraph {
                text: "Văn phòng kính trình.".to_owned(),
            },
            Block::Clause(clause(3, "Nội dung\na) một\nđ) năm")),
            Block::Table(Table {
                caption: Some("Biểu 1".to_owned()),
                header: vec!["TT".to_owned(), "A|B".to_owned()],
                rows: vec![vec!["1".to_owned(), String::new()]],
                widths: vec![1, 4],
                landscape: true,
            }),
            Block::Article(Article {
                number: 1,
                title: Some("Tên điều".to_owned()),
                text: "Mở đầu:".to_owned(),
                clauses: vec![clause(1, "Khoản một")],
                tail: vec!["Đoạn cuối.".to_owned()],
            }),
        ];
        assert_eq!(again(&draft), draft);
        let Block::Clause(found) = &draft.body[3] else {
            panic!("a clause")
        };
        assert_eq!(found.points.len(), 2);
    }

    #[test]
    fn moving_removing_and_adding_number_anew() {
        let mut sheet = Sheet::of(&seed());
        let second = sheet.body[0].clauses[1].clone();
        assert!(sheet.change("up:article.0.1", DocType::QD));
        assert!(sheet.change("remove:legal_basis.0", DocType::QD));
        assert!(sheet.change("add:article", DocType::QD));
        assert!(sheet.change("add:line", DocType::QD));
        assert!(!sheet.change("up:article.0", DocType::QD));
        assert!(!sheet.change("remove:line.99", DocType::QD));
        let changed = Sheet::sent(&pairs(&sheet)).draft(&seed());
        assert_eq!(changed.legal_basis.len(), seed().legal_basis.len() - 1);
        // What is added and left empty is nothing.
        assert_eq!(changed.body.len(), seed().body.len());
        assert_eq!(changed.distribution, seed().distribution);
        let Block::Article(article) = &changed.body[0] else {
            panic!("an article")
        };
        assert_eq!(
            (article.clauses[0].number, &article.clauses[0].text),
            (1, &second)
        );
    }

    #[test]
    fn a_new_line_is_understood_by_its_words() {
        let kinds = |text: &str| line(text, &seed());
        assert!(
            matches!(kinds("- Như Điều 2;"), Some(Line::AsArticle { article: 2, text }) if text == "Như Điều 2")
        );
        assert!(
            matches!(kinds("Lưu: VT, NV."), Some(Line::Archive { text }) if text == "Lưu: VT, NV")
        );
        assert!(matches!(kinds("Sở Tư pháp;"), Some(Line::Body { text }) if text == "Sở Tư pháp"));
        assert_eq!(kinds("- ;"), None);
    }

    #[test]
    fn findings_lead_to_their_field() {
        let sheet = Sheet::of(&seed());
        assert_eq!(sheet.field_at("Điều 1 khoản 3"), "article.0.2");
        assert_eq!(sheet.field_at("Điều 2"), "article.1");
        assert_eq!(sheet.field_at("căn cứ 2"), "legal_basis.1");
        assert_eq!(sheet.field_at("Nơi nhận dòng 1"), "line.0");
        assert_eq!(sheet.field_at("trích yếu"), "subject");
        assert_eq!(sheet.field_at("Điều 12"), "");
    }
}
