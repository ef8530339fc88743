//! Puts recognised parts into a draft, in their order.

use super::parts;
use crate::model::{
    Annex, Article, Block, Circulation, Clause, DocType, Draft, Imported, Line, Point, Signer,
    Table, Unplaced, Urgency,
};

pub(crate) struct Builder {
    pub draft: Draft,
    pub unplaced: Vec<Unplaced>,
    /// An article takes clauses and paragraphs until another block closes it.
    article_open: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            draft: Draft {
                doc_type: DocType::CV,
                superior_agency: None,
                issuer: Vec::new(),
                number: None,
                symbol: String::new(),
                place: String::new(),
                issued_on: None,
                expected_month: None,
                subject: String::new(),
                authority_line: String::new(),
                addressed_to: Vec::new(),
                legal_basis: Vec::new(),
                body: Vec::new(),
                distribution: Vec::new(),
                signer: Signer::default(),
                urgency: Urgency::default(),
                circulation: Circulation::default(),
                drafter_mark: String::new(),
                contact: Vec::new(),
                annexes: Vec::new(),
            },
            unplaced: Vec::new(),
            article_open: false,
        }
    }

    pub(crate) fn finish(self) -> Imported {
        Imported {
            draft: self.draft,
            unplaced: self.unplaced,
        }
    }

    pub(crate) fn unplaced(&mut self, line: usize, text: &str) {
        self.unplaced.push(Unplaced {
            line,
            text: text.to_owned(),
        });
    }

    pub(crate) fn number_line(&mut self, line: usize, text: &str) -> bool {
        // A second one is something else, and must not push the first out.
        let Some(found) = parts::number_line(text).filter(|_| self.draft.symbol.is_empty()) else {
            return false;
        };
        self.draft.number = found.number;
        if let Some(odd) = found.odd_number {
            self.unplaced(line, odd);
        }
        self.draft.symbol = found.symbol;
        true
    }

    pub(crate) fn place_date(&mut self, line: usize, text: &str) -> bool {
        let Some(found) = parts::place_date(text).filter(|_| self.draft.place.is_empty()) else {
            return false;
        };
        self.draft.place = found.place;
        match found.date {
            parts::DateLine::Day(day) => self.draft.issued_on = Some(day),
            parts::DateLine::Month(month) => self.draft.expected_month = Some(month),
            parts::DateLine::Open if has_digits_after_place(text) => self.unplaced(line, text),
            parts::DateLine::Open => {}
            parts::DateLine::Impossible => self.unplaced(line, text),
        }
        true
    }

    pub(crate) fn join_subject(&mut self, text: &str) {
        join(&mut self.draft.subject, text);
    }

    pub(crate) fn join_authority(&mut self, text: &str) {
        join(&mut self.draft.authority_line, text);
    }

    pub(crate) fn distribution(&mut self, line: Line) {
        self.draft.distribution.push(line);
    }

    pub(crate) fn article(&mut self, number: u32, title: Option<String>, text: &str) {
        self.block(Block::Article(Article {
            number,
            title,
            text: text.to_owned(),
            clauses: Vec::new(),
            tail: Vec::new(),
        }));
        self.article_open = true;
    }

    /// The article that is still open, if the last block is one.
    pub(crate) fn open_article(&mut self) -> Option<&mut Article> {
        if !self.article_open {
            return None;
        }
        match self.blocks().last_mut() {
            Some(Block::Article(article)) => Some(article),
            _ => None,
        }
    }

    pub(crate) fn clause(&mut self, number: u32, text: &str) {
        let clause = Clause {
            number,
            text: text.to_owned(),
            points: Vec::new(),
        };
        match self.open_article() {
            Some(article) => {
                // Paragraphs that stood before a further clause belong to the clause above it.
                if let Some(last) = article.clauses.last_mut() {
                    for paragraph in article.tail.drain(..) {
                        continue_clause(last, &paragraph);
                    }
                } else {
                    for paragraph in article.tail.drain(..) {
                        break_line(&mut article.text, &paragraph);
                    }
                }
                article.clauses.push(clause);
            }
            None => self.blocks().push(Block::Clause(clause)),
        }
    }

    /// A clause of its own, whatever stands before it.
    pub(crate) fn free_clause(&mut self, number: u32, text: &str) {
        self.block(Block::Clause(Clause {
            number,
            text: text.to_owned(),
            points: Vec::new(),
        }));
    }

    /// A point of the clause before it; without one it is a paragraph that keeps its letter.
    pub(crate) fn point(&mut self, letter: &str, text: &str) {
        let point = Point {
            letter: letter.to_owned(),
            text: text.to_owned(),
        };
        let last = match self.blocks().last_mut() {
            Some(Block::Article(article)) if article.tail.is_empty() => article.clauses.last_mut(),
            Some(Block::Clause(clause)) => Some(clause),
            _ => None,
        };
        match last {
            Some(clause) => clause.points.push(point),
            None => self.paragraph(&format!("{letter}) {text}")),
        }
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        match self.open_article() {
            Some(article)
                if article.text.is_empty()
                    && article.clauses.is_empty()
                    && article.tail.is_empty() =>
            {
                text.clone_into(&mut article.text)
            }
            Some(article) => article.tail.push(text.to_owned()),
            None => self.blocks().push(Block::Paragraph {
                text: text.to_owned(),
            }),
        }
    }

    pub(crate) fn free_paragraph(&mut self, text: &str) {
        self.block(Block::Paragraph {
            text: text.to_owned(),
        });
    }

    pub(crate) fn heading(&mut self, level: u8, label: &str, text: &str) {
        self.block(Block::Heading {
            level,
            label: label.to_owned(),
            text: text.to_owned(),
        });
    }

    pub(crate) fn table(&mut self, table: Table) {
        self.block(Block::Table(table));
    }

    pub(crate) fn annex(&mut self, label: &str, title: &str) {
        self.article_open = false;
        self.draft.annexes.push(Annex {
            label: label.to_owned(),
            title: title.to_owned(),
            attached: false,
            body: Vec::new(),
        });
    }

    /// The text that the decision issues; its header says again what the decision's has said.
    pub(crate) fn attached(&mut self, title: &str) {
        self.annex("", title);
        if let Some(annex) = self.draft.annexes.last_mut() {
            annex.attached = true;
        }
    }

    /// Puts the end mark that stands on a line of its own behind the last text.
    pub(crate) fn end_mark(&mut self) {
        match self.last_text() {
            Some(text) => text.push_str("./."),
            None => self.free_paragraph("./."),
        }
    }

    fn last_text(&mut self) -> Option<&mut String> {
        fn of_clause(clause: &mut Clause) -> &mut String {
            match clause.points.last_mut() {
                Some(point) => &mut point.text,
                None => &mut clause.text,
            }
        }
        match self.blocks().last_mut()? {
            Block::Article(article) => Some(if let Some(last) = article.tail.last_mut() {
                last
            } else if let Some(clause) = article.clauses.last_mut() {
                of_clause(clause)
            } else {
                &mut article.text
            }),
            Block::Clause(clause) => Some(of_clause(clause)),
            Block::Paragraph { text } | Block::Heading { text, .. } => Some(text),
            Block::Table(_) => None,
        }
    }

    /// Goes on with the last piece of the body after a forced line break.
    pub(crate) fn continue_last(&mut self, text: &str) {
        match self.blocks().last_mut() {
            Some(Block::Article(article)) => {
                if let Some(last) = article.tail.last_mut() {
                    break_line(last, text);
                } else if let Some(clause) = article.clauses.last_mut() {
                    continue_clause(clause, text);
                } else {
                    break_line(&mut article.text, text);
                }
            }
            Some(Block::Clause(clause)) => continue_clause(clause, text),
            Some(Block::Paragraph { text: last }) => break_line(last, text),
            Some(Block::Heading { text: last, .. }) => join(last, text),
            Some(Block::Table(_)) | None => self.free_paragraph(text),
        }
    }

    /// The body that is being filled: the last annex's, else the document's.
    pub(crate) fn blocks(&mut self) -> &mut Vec<Block> {
        match self.draft.annexes.last_mut() {
            Some(annex) => &mut annex.body,
            None => &mut self.draft.body,
        }
    }

    fn block(&mut self, block: Block) {
        self.article_open = false;
        self.blocks().push(block);
    }
}

/// The year alone, say, in a date whose day and month are open.
fn has_digits_after_place(text: &str) -> bool {
    text.rfind("ngày")
        .is_some_and(|at| text[at..].chars().any(|c| c.is_ascii_digit()))
}

fn continue_clause(clause: &mut Clause, text: &str) {
    match clause.points.last_mut() {
        Some(point) => break_line(&mut point.text, text),
        None => break_line(&mut clause.text, text),
    }
}

fn break_line(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

pub(crate) fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}
