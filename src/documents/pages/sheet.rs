//! A draft as the editor's fields and back: every part a text in its own field, numbered by its place.
//!
//! The markup is what people write anyway: a point begins with `a)`, a paragraph after the clauses stands behind an empty
//! line, a table has `|` between its cells. What the fields do not show (symbol, header, annexes) is kept from the draft.

mod markup;
#[cfg(test)]
mod tests;

use trinhky_drafting::{DocType, Draft};

use markup::{Counter, Kind, Piece, folded, line, signer, tidy};

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
