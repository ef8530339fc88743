//! Visits every text of a draft with the place where it stands.

use crate::model::{Block, Clause, Draft};

/// Which part of the document a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Subject,
    AddressedTo,
    LegalBasis,
    Body,
    Distribution,
    Annex,
}

/// A text of the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub part: Part,
    /// For people: `Điều 1 khoản 3`, `căn cứ 2`, `Nơi nhận dòng 1`.
    pub place: String,
    pub text: String,
}

/// All texts of the draft in reading order, without the header, the authority line and the signature.
pub(crate) fn texts(draft: &Draft) -> Vec<Piece> {
    let mut walk = Walk { pieces: Vec::new() };
    walk.push(Part::Subject, "trích yếu", &draft.subject);
    for (index, text) in draft.addressed_to.iter().enumerate() {
        walk.push(
            Part::AddressedTo,
            &format!("Kính gửi dòng {}", index + 1),
            text,
        );
    }
    for (index, text) in draft.legal_basis.iter().enumerate() {
        walk.push(Part::LegalBasis, &format!("căn cứ {}", index + 1), text);
    }
    walk.blocks(Part::Body, "", &draft.body);
    for (index, line) in draft.distribution.iter().enumerate() {
        walk.push(
            Part::Distribution,
            &format!("Nơi nhận dòng {}", index + 1),
            line.text(),
        );
    }
    for (index, annex) in draft.annexes.iter().enumerate() {
        let name = if annex.label.is_empty() {
            format!("Phụ lục {}", index + 1)
        } else {
            annex.label.clone()
        };
        walk.push(Part::Annex, &format!("{name}, tiêu đề"), &annex.title);
        walk.blocks(Part::Annex, &format!("{name}, "), &annex.body);
    }
    walk.pieces
}

struct Walk {
    pieces: Vec<Piece>,
}

impl Walk {
    fn push(&mut self, part: Part, place: &str, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece {
                part,
                place: place.to_owned(),
                text: text.to_owned(),
            });
        }
    }

    fn blocks(&mut self, part: Part, prefix: &str, blocks: &[Block]) {
        let mut section = String::new();
        for (index, block) in blocks.iter().enumerate() {
            let here = format!("{prefix}{section}");
            match block {
                Block::Article(article) => {
                    let place = format!("{prefix}Điều {}", article.number);
                    self.push(
                        part,
                        &format!("{place}, tên"),
                        article.title.as_deref().unwrap_or_default(),
                    );
                    self.push(part, &place, &article.text);
                    for clause in &article.clauses {
                        self.clause(part, &place, clause);
                    }
                    for (index, text) in article.tail.iter().enumerate() {
                        self.push(part, &format!("{place}, đoạn cuối {}", index + 1), text);
                    }
                }
                Block::Paragraph { text } => {
                    self.push(part, &format!("{here}đoạn {}", index + 1), text)
                }
                Block::Heading { label, text, .. } => {
                    section = format!("mục {label} ");
                    self.push(part, &format!("{prefix}mục {label}"), text);
                }
                Block::Clause(clause) => self.clause(part, here.trim_end(), clause),
                Block::Table(table) => {
                    let place = format!("{here}bảng {}", index + 1);
                    self.push(part, &place, table.caption.as_deref().unwrap_or_default());
                    for (row_index, row) in std::iter::once(&table.header)
                        .chain(&table.rows)
                        .enumerate()
                    {
                        for (column, cell) in row.iter().enumerate() {
                            self.push(
                                part,
                                &format!("{place} hàng {} cột {}", row_index + 1, column + 1),
                                cell,
                            );
                        }
                    }
                }
            }
        }
    }

    fn clause(&mut self, part: Part, place: &str, clause: &Clause) {
        let place = format!("{place} khoản {}", clause.number).trim().to_owned();
        self.push(part, &place, &clause.text);
        for point in &clause.points {
            self.push(part, &format!("{place} điểm {}", point.letter), &point.text);
        }
    }
}
