//! A draft as the fields of the editor and back. Every field says its kind in its name, so a form can be read without
//! knowing which version it was made from.

use trinhky_drafting::{Article, Block, Clause, Draft, Line, Point, Table};

/// A text with the name of its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    pub text: String,
}

/// A block of the body with the clauses and closing paragraphs of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub own: Field,
    pub inner: Vec<Field>,
}

/// The parts of a draft that the editor shows as lists, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parts {
    pub bases: Vec<Field>,
    pub body: Vec<Piece>,
    pub lines: Vec<Field>,
}

/// The first line of an article's field that is its title.
const TITLE: &str = "# ";

impl Parts {
    pub fn of(draft: &Draft) -> Self {
        let numbered = |list: &str, texts: Vec<String>| {
            texts
                .into_iter()
                .enumerate()
                .map(|(n, text)| Field {
                    name: format!("{list}.{n}"),
                    text,
                })
                .collect()
        };
        Self {
            bases: numbered("legal_basis", draft.legal_basis.clone()),
            body: draft
                .body
                .iter()
                .enumerate()
                .map(|(n, block)| piece(n, block))
                .collect(),
            lines: numbered(
                "line",
                draft
                    .distribution
                    .iter()
                    .map(|line| line.text().to_owned())
                    .collect(),
            ),
        }
    }

    /// From the fields of a form, in the order in which they came.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut parts = Self::default();
        for (name, text) in pairs {
            let field = Field {
                name: name.clone(),
                text: text.replace("\r\n", "\n"),
            };
            let words: Vec<&str> = name.split('.').collect();
            match words.as_slice() {
                ["legal_basis", _] => parts.bases.push(field),
                ["line", _] => parts.lines.push(field),
                [kind, _] if is_block(kind) => parts.body.push(Piece {
                    own: field,
                    inner: Vec::new(),
                }),
                ["article", at, "clause" | "tail", _] => {
                    let owner = format!("article.{at}");
                    if let Some(piece) = parts.body.iter_mut().find(|piece| piece.own.name == owner)
                    {
                        piece.inner.push(field);
                    }
                }
                _ => {}
            }
        }
        parts
    }

    /// Does what a button of a list says: `up:`, `down:`, `remove:`, `add:` with a name; unknown words do nothing.
    pub fn press(&mut self, button: &str) {
        let Some((verb, name)) = button.split_once(':') else {
            return;
        };
        if verb == "add" {
            return self.add(name);
        }
        if let Some(at) = self.body.iter().position(|piece| piece.own.name == name) {
            return shift(&mut self.body, at, verb);
        }
        let inner = self.body.iter_mut().map(|piece| &mut piece.inner);
        for list in [&mut self.bases, &mut self.lines].into_iter().chain(inner) {
            if let Some(at) = list.iter().position(|field| field.name == name) {
                return shift(list, at, verb);
            }
        }
    }

    fn add(&mut self, name: &str) {
        let fresh = self.fresh();
        let field = |list: &str| Field {
            name: format!("{list}.{fresh}"),
            text: String::new(),
        };
        match name {
            "legal_basis" => self.bases.push(field("legal_basis")),
            "line" => {
                // The archive line stays the last one.
                let at = self
                    .lines
                    .iter()
                    .rposition(|line| matches!(line_of(&line.text), Line::Archive { .. }));
                self.lines
                    .insert(at.unwrap_or(self.lines.len()), field("line"));
            }
            "article" => self.body.push(Piece {
                own: field("article"),
                inner: Vec::new(),
            }),
            name => {
                let Some(at) = self.body.iter().position(|piece| piece.own.name == name) else {
                    return;
                };
                if name.starts_with("article.") {
                    let inner = &mut self.body[at].inner;
                    let end = inner
                        .iter()
                        .position(|field| field.name.contains(".tail."))
                        .unwrap_or(inner.len());
                    inner.insert(end, field(&format!("{name}.clause")));
                } else {
                    self.body.insert(
                        at + 1,
                        Piece {
                            own: field("clause"),
                            inner: Vec::new(),
                        },
                    );
                }
            }
        }
    }

    /// A number that no field has yet.
    fn fresh(&self) -> usize {
        let inner = self
            .body
            .iter()
            .flat_map(|piece| std::iter::once(&piece.own).chain(&piece.inner));
        let last = |field: &Field| {
            field
                .name
                .rsplit('.')
                .next()
                .and_then(|number| number.parse::<usize>().ok())
        };
        self.bases
            .iter()
            .chain(&self.lines)
            .chain(inner)
            .filter_map(last)
            .max()
            .map_or(0, |number| number.saturating_add(1))
    }

    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let body = self
            .body
            .iter()
            .flat_map(|piece| std::iter::once(&piece.own).chain(&piece.inner));
        self.bases.iter().chain(body).chain(&self.lines)
    }

    /// Writes the parts into a draft: empty texts are left out, articles, clauses and their like are numbered anew.
    pub fn write(&self, draft: &mut Draft) {
        let old = std::mem::take(&mut draft.body);
        draft.legal_basis = texts(&self.bases).collect();
        draft.distribution = texts(&self.lines).map(|text| line_of(&text)).collect();
        let (mut articles, mut clauses) = (0, 0);
        for piece in &self.body {
            let Some(block) = block(piece, &old) else {
                continue;
            };
            draft.body.push(match block {
                Block::Article(article) => {
                    articles += 1;
                    Block::Article(Article {
                        number: articles,
                        ..article
                    })
                }
                Block::Clause(clause) => {
                    clauses += 1;
                    Block::Clause(Clause {
                        number: clauses,
                        ..clause
                    })
                }
                // Clauses outside articles are counted per section.
                Block::Heading { .. } => {
                    clauses = 0;
                    block
                }
                other => other,
            });
        }
    }
}

fn is_block(kind: &str) -> bool {
    matches!(kind, "article" | "paragraph" | "clause" | "table") || level(kind).is_some()
}

/// `heading2` gives 2.
fn level(kind: &str) -> Option<u8> {
    kind.strip_prefix("heading")
        .and_then(|level| level.parse().ok())
}

fn shift<T>(list: &mut Vec<T>, at: usize, verb: &str) {
    match verb {
        "up" if at > 0 => list.swap(at, at - 1),
        "down" if at + 1 < list.len() => list.swap(at, at + 1),
        "remove" => {
            list.remove(at);
        }
        _ => {}
    }
}

fn texts(fields: &[Field]) -> impl Iterator<Item = String> {
    fields
        .iter()
        .map(|field| one_line(&field.text))
        .filter(|text| !text.is_empty())
}

/// A paragraph of the document has no line breaks of its own.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn piece(n: usize, block: &Block) -> Piece {
    let own = |kind: &str, text: String| Field {
        name: format!("{kind}.{n}"),
        text,
    };
    let alone = |kind: &str, text: String| Piece {
        own: own(kind, text),
        inner: Vec::new(),
    };
    match block {
        Block::Article(article) => {
            let title = article
                .title
                .as_ref()
                .map(|title| format!("{TITLE}{title}\n"))
                .unwrap_or_default();
            let clauses = article
                .clauses
                .iter()
                .map(clause_text)
                .map(|text| ("clause", text));
            let tail = article.tail.iter().cloned().map(|text| ("tail", text));
            let inner = clauses
                .chain(tail)
                .enumerate()
                .map(|(m, (kind, text))| Field {
                    name: format!("article.{n}.{kind}.{m}"),
                    text,
                })
                .collect();
            Piece {
                own: own("article", format!("{title}{}", article.text)),
                inner,
            }
        }
        Block::Paragraph { text } => alone("paragraph", text.clone()),
        Block::Heading { level, label, text } => {
            alone(&format!("heading{level}"), format!("{label}\n{text}"))
        }
        Block::Clause(clause) => alone("clause", clause_text(clause)),
        Block::Table(table) => alone("table", table_text(table)),
    }
}

/// None where nothing is left of it.
fn block(piece: &Piece, old: &[Block]) -> Option<Block> {
    let (kind, at) = piece.own.name.split_once('.')?;
    let text = piece.own.text.trim();
    if text.is_empty() && texts(&piece.inner).next().is_none() {
        return None;
    }
    Some(match kind {
        "article" => Block::Article(article(text, &piece.inner)),
        "clause" => Block::Clause(clause(text)),
        "table" => Block::Table(table(
            text,
            at.parse().ok().and_then(|at: usize| old.get(at)),
        )),
        kind => match level(kind) {
            Some(level) => {
                // The label stands on the first line, alone.
                let (label, text) = text
                    .split_once('\n')
                    .map_or(("", text), |(label, text)| (label.trim(), text));
                Block::Heading {
                    level,
                    label: label.to_owned(),
                    text: one_line(text),
                }
            }
            None => Block::Paragraph {
                text: one_line(text),
            },
        },
    })
}

fn article(text: &str, inner: &[Field]) -> Article {
    let (title, text) = match text.strip_prefix(TITLE) {
        Some(rest) => {
            let (title, text) = rest.split_once('\n').unwrap_or((rest, ""));
            (Some(one_line(title)), text)
        }
        None => (None, text),
    };
    let (tail, clauses): (Vec<&Field>, Vec<&Field>) = inner
        .iter()
        .partition(|field| field.name.contains(".tail."));
    Article {
        number: 0,
        title,
        text: one_line(text),
        clauses: clauses
            .into_iter()
            .filter(|field| !field.text.trim().is_empty())
            .zip(1..)
            .map(|(field, number)| Clause {
                number,
                ..clause(&field.text)
            })
            .collect(),
        tail: tail
            .into_iter()
            .map(|field| one_line(&field.text))
            .filter(|text| !text.is_empty())
            .collect(),
    }
}

fn clause_text(clause: &Clause) -> String {
    let points = clause
        .points
        .iter()
        .map(|point| format!("\n{}) {}", point.letter, point.text));
    std::iter::once(clause.text.clone()).chain(points).collect()
}

/// The first lines are the clause, a line `a) …` begins a point, other lines go on with what is before them.
fn clause(text: &str) -> Clause {
    let (mut own, mut points) = (String::new(), Vec::<Point>::new());
    for line in text.lines() {
        match (point(line), points.last_mut()) {
            (Some(point), _) => points.push(point),
            (None, Some(last)) => last.text = one_line(&format!("{} {line}", last.text)),
            (None, None) => own = one_line(&format!("{own} {line}")),
        }
    }
    Clause {
        number: 0,
        text: own,
        points,
    }
}

fn point(line: &str) -> Option<Point> {
    let (letter, text) = line.trim().split_once(')')?;
    let is_letter = (1..=2).contains(&letter.chars().count())
        && letter
            .chars()
            .all(|c| c.is_lowercase() && c.is_alphabetic());
    is_letter.then(|| Point {
        letter: letter.to_owned(),
        text: one_line(text),
    })
}

/// The caption after `# `, then a line per row, cells between bars.
fn table_text(table: &Table) -> String {
    let caption = table
        .caption
        .iter()
        .map(|caption| format!("{TITLE}{caption}"));
    let row = |cells: &Vec<String>| cells.join(" | ");
    caption
        .chain(std::iter::once(row(&table.header)))
        .chain(table.rows.iter().map(row))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Widths and orientation are not in the text; they are kept where the table stood before.
fn table(text: &str, before: Option<&Block>) -> Table {
    let mut lines = text.lines().peekable();
    let caption = lines
        .next_if(|line| line.starts_with(TITLE))
        .map(|line| one_line(&line[TITLE.len()..]));
    let mut rows = lines.map(|line| line.split('|').map(one_line).collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let rows = rows.collect();
    let (widths, landscape) = match before {
        Some(Block::Table(table)) if table.header.len() == header.len() => {
            (table.widths.clone(), table.landscape)
        }
        _ => (Vec::new(), false),
    };
    Table {
        caption,
        header,
        rows,
        widths,
        landscape,
    }
}

/// A line of the distribution list by its words, without dash and final punctuation.
fn line_of(text: &str) -> Line {
    let text = text
        .trim()
        .trim_start_matches(['-', '–', '+'])
        .trim_start()
        .trim_end_matches([';', '.', ','])
        .trim()
        .to_owned();
    let small = text.to_lowercase();
    let digits = |rest: &str| {
        rest.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .ok()
    };
    if let Some(article) = small.strip_prefix("như điều ").and_then(digits) {
        return Line::AsArticle { article, text };
    }
    if small.starts_with("như trên") || small.starts_with("như kính gửi") {
        return Line::AsAbove { text };
    }
    if small == "lưu" || small.starts_with("lưu:") || small.starts_with("lưu ") {
        return Line::Archive { text };
    }
    Line::Body { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "ỦY BAN NHÂN DÂN\nHUYỆN CAO LỘC\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n\
        Số: /QĐ-UBND\nCao Lộc, ngày tháng 3 năm 2023\n\nQUYẾT ĐỊNH\nBan hành Mục tiêu chất lượng năm 2023\n\n\
        CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN CAO LỘC\n\nCăn cứ Luật Tổ chức chính quyền địa phương;\n\nTheo đề nghị của Chánh Văn phòng.\n\n\
        QUYẾT ĐỊNH:\n\nĐiều 1. Ban hành các mục tiêu sau:\n\n1. Giải quyết hồ sơ:\n\na) Trước hạn 98%;\n\nb) Đúng hạn 2%.\n\n2. Không có đơn thư.\n\n\
        Điều 2. Các phòng, ban thi hành Quyết định này.\n\nNơi nhận:\n- Như Điều 2;\n- Sở Nội vụ;\n- Lưu: VT.\n\nCHỦ TỊCH\n\nNguyễn Duy Anh\n";

    fn sample() -> Draft {
        trinhky_drafting::import("mau.txt", TEXT.as_bytes())
            .expect("the sample is read")
            .draft
    }

    fn written(parts: &Parts, draft: &Draft) -> Draft {
        let mut draft = draft.clone();
        parts.write(&mut draft);
        draft
    }

    #[test]
    fn a_draft_comes_back_from_its_fields_as_it_was() {
        let draft = sample();
        assert_eq!(draft.body.len(), 2, "{:?}", draft.body);
        let parts = Parts::of(&draft);
        let pairs: Vec<(String, String)> = parts
            .fields()
            .map(|field| (field.name.clone(), field.text.clone()))
            .collect();
        assert_eq!(Parts::read(&pairs), parts);
        assert_eq!(written(&parts, &draft), draft);
    }

    #[test]
    fn buttons_move_remove_and_add_and_numbers_follow() {
        let draft = sample();
        let mut parts = Parts::of(&draft);
        parts.press("down:article.0");
        parts.press("remove:legal_basis.0");
        parts.press("up:article.0.clause.1");
        parts.press("add:line");
        parts.lines[2].text = "Lãnh đạo Văn phòng;".to_owned();
        let changed = written(&parts, &draft);
        let Block::Article(last) = &changed.body[1] else {
            panic!("an article")
        };
        assert_eq!(
            (last.number, last.text.as_str()),
            (2, "Ban hành các mục tiêu sau:")
        );
        assert_eq!(
            (last.clauses[0].number, last.clauses[0].text.as_str()),
            (1, "Không có đơn thư.")
        );
        assert_eq!(changed.legal_basis, ["Theo đề nghị của Chánh Văn phòng."]);
        assert_eq!(
            changed.distribution[2],
            Line::Body {
                text: "Lãnh đạo Văn phòng".to_owned()
            }
        );
        assert!(matches!(changed.distribution[3], Line::Archive { .. }));
    }

    #[test]
    fn an_added_article_stays_out_until_it_has_text() {
        let draft = sample();
        let mut parts = Parts::of(&draft);
        parts.press("add:article");
        assert_eq!(written(&parts, &draft), draft);
        let name = parts.body[2].own.name.clone();
        parts.press(&format!("add:{name}"));
        parts.body[2].inner[0].text = "Có hiệu lực\ntừ ngày ký.\na) một".to_owned();
        let Some(Block::Article(new)) = written(&parts, &draft).body.pop() else {
            panic!("an article")
        };
        assert_eq!(
            (new.number, new.clauses[0].text.as_str()),
            (3, "Có hiệu lực từ ngày ký.")
        );
        assert_eq!(
            new.clauses[0].points,
            [Point {
                letter: "a".to_owned(),
                text: "một".to_owned()
            }]
        );
    }
}
