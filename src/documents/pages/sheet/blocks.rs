//! The blocks of a body or an annex as fields: `article.0`, the clause `article.0.1`, `paragraph.3`, `table.4`.

use trinhky_drafting::Block;

use super::markup::{Counter, Kind, Piece};
use super::{moved, part};
use crate::documents::pages::common::said;
use crate::web::views::documents::ArticleFields;
use crate::web::{Form, Lang};

/// The pieces in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Blocks(pub Vec<Piece>);

impl Blocks {
    pub fn of(blocks: &[Block]) -> Self {
        Self(blocks.iter().map(Piece::of).collect())
    }

    /// Takes a field as it was sent.
    pub fn take(&mut self, name: &str, text: String) {
        let mut path = name.split('.');
        let kind = path.next().unwrap_or_default();
        let deep = path.count() > 1;
        if let (true, Some(article)) = (deep, self.0.last_mut()) {
            article.clauses.push(text);
        } else if let Some(kind) = Kind::parse(kind) {
            self.0.push(Piece {
                kind,
                text,
                clauses: Vec::new(),
            });
        }
    }

    pub fn blocks(&self, counter: &mut Counter) -> Vec<Block> {
        self.0
            .iter()
            .flat_map(|piece| piece.blocks(counter))
            .collect()
    }

    pub fn has_articles(&self) -> bool {
        self.0.iter().any(|piece| piece.kind == Kind::Article)
    }

    /// `up`, `down` or `remove` at a field; false where it means nothing.
    pub fn change(&mut self, verb: &str, name: &str) -> bool {
        let mut places = name.split('.').skip(1).map(str::parse::<usize>);
        match (places.next(), places.next()) {
            (Some(Ok(n)), None) => moved(&mut self.0, verb, n),
            (Some(Ok(n)), Some(Ok(inner))) => self
                .0
                .get_mut(n)
                .is_some_and(|article| moved(&mut article.clauses, verb, inner)),
            _ => false,
        }
    }

    /// Adds a block of a kind at the end, or a clause to an article that is named by its field.
    pub fn add(&mut self, name: &str) -> bool {
        let (kind, place) = name.split_once('.').unwrap_or((name, ""));
        let article = place.parse::<usize>().ok();
        match (Kind::parse(kind), article) {
            (Some(Kind::Article), Some(n)) => match self.0.get_mut(n) {
                Some(article) => article.clauses.push(String::new()),
                None => return false,
            },
            (Some(kind), None) => self.0.push(Piece {
                kind,
                text: String::new(),
                clauses: Vec::new(),
            }),
            _ => return false,
        }
        true
    }

    pub fn fill(&self, form: &mut Form, prefix: &str) {
        for (n, piece) in self.0.iter().enumerate() {
            form.set(&format!("{prefix}{}", piece.name(n)), piece.text.as_str());
            for (inner, text) in piece.clauses.iter().enumerate() {
                form.set(&format!("{prefix}{}", clause_name(n, inner)), text.as_str());
            }
        }
    }

    /// The fields with their labels; `prefix` stands before the names, `of` before the labels.
    pub fn fields(&self, prefix: &str, of: &str, lang: Lang) -> Vec<ArticleFields> {
        let mut numbers = 0;
        self.0
            .iter()
            .enumerate()
            .map(|(n, piece)| {
                numbers += usize::from(piece.kind == Kind::Article);
                let label = format!("{of}{}", piece.label(n, numbers, lang));
                let clause = |inner: usize| {
                    said(
                        lang,
                        format!("{label}, khoản {}", inner + 1),
                        format!("{label}, clause {}", inner + 1),
                    )
                };
                let count = piece.clauses.len();
                ArticleFields {
                    clauses: (0..count)
                        .map(|inner| {
                            let name = format!("{prefix}{}", clause_name(n, inner));
                            part(name, clause(inner), inner, count)
                        })
                        .collect(),
                    takes_clauses: piece.kind == Kind::Article,
                    article: part(
                        format!("{prefix}{}", piece.name(n)),
                        label.clone(),
                        n,
                        self.0.len(),
                    ),
                }
            })
            .collect()
    }

    /// What the checker calls the places of the fields.
    pub fn places(&self) -> Vec<(String, String)> {
        let mut places = Vec::new();
        let mut number = 0;
        for (n, piece) in self.0.iter().enumerate() {
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
        places
    }
}

fn clause_name(article: usize, clause: usize) -> String {
    format!("article.{article}.{clause}")
}
