//! Visits every text of a draft with the place where it stands.

use crate::model::{Block, Clause, Draft, Line};

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
    let mut pieces = Vec::new();
    visit(&mut draft.clone(), &mut |part, place, text| {
        if !text.is_empty() {
            pieces.push(Piece {
                part,
                place: place.to_owned(),
                text: text.clone(),
            });
        }
    });
    pieces
}

/// Every word of the draft in reading order, for searching.
#[must_use]
pub fn words(draft: &Draft) -> String {
    let head = draft
        .superior_agency
        .iter()
        .chain(&draft.issuer)
        .chain([&draft.place, &draft.authority_line]);
    let signature = draft.signer.title_lines.iter().chain([&draft.signer.name]);
    let text = texts(draft).into_iter().map(|piece| piece.text);
    head.cloned()
        .chain(text)
        .chain(signature.cloned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Calls `see` for every text, which it may change.
pub(crate) fn visit(draft: &mut Draft, see: &mut dyn FnMut(Part, &str, &mut String)) {
    see(Part::Subject, "trích yếu", &mut draft.subject);
    for (index, text) in draft.addressed_to.iter_mut().enumerate() {
        see(
            Part::AddressedTo,
            &format!("Kính gửi dòng {}", index + 1),
            text,
        );
    }
    for (index, text) in draft.legal_basis.iter_mut().enumerate() {
        see(Part::LegalBasis, &format!("căn cứ {}", index + 1), text);
    }
    blocks(Part::Body, "", &mut draft.body, see);
    for (index, line) in draft.distribution.iter_mut().enumerate() {
        let (Line::AsArticle { text, .. }
        | Line::AsAbove { text }
        | Line::Body { text }
        | Line::Archive { text }) = line;
        see(
            Part::Distribution,
            &format!("Nơi nhận dòng {}", index + 1),
            text,
        );
    }
    for (index, annex) in draft.annexes.iter_mut().enumerate() {
        let name = if annex.attached {
            "Văn bản kèm theo".to_owned()
        } else if annex.label.is_empty() {
            format!("Phụ lục {}", index + 1)
        } else {
            annex.label.clone()
        };
        see(Part::Annex, &format!("{name}, tiêu đề"), &mut annex.title);
        blocks(Part::Annex, &format!("{name}, "), &mut annex.body, see);
    }
}

fn blocks(
    part: Part,
    prefix: &str,
    blocks: &mut [Block],
    see: &mut dyn FnMut(Part, &str, &mut String),
) {
    let mut section = String::new();
    for (index, block) in blocks.iter_mut().enumerate() {
        let here = format!("{prefix}{section}");
        match block {
            Block::Article(article) => {
                let place = format!("{prefix}Điều {}", article.number);
                if let Some(title) = &mut article.title {
                    see(part, &format!("{place}, tên"), title);
                }
                see(part, &place, &mut article.text);
                for item in &mut article.clauses {
                    clause(part, &place, item, see);
                }
                for (index, text) in article.tail.iter_mut().enumerate() {
                    see(part, &format!("{place}, đoạn cuối {}", index + 1), text);
                }
            }
            Block::Paragraph { text } => see(part, &format!("{here}đoạn {}", index + 1), text),
            Block::Heading { label, text, .. } => {
                section = format!("mục {label} ");
                see(part, &format!("{prefix}mục {label}"), text);
            }
            Block::Clause(item) => clause(part, here.trim_end(), item, see),
            Block::Table(table) => {
                let place = format!("{here}bảng {}", index + 1);
                if let Some(caption) = &mut table.caption {
                    see(part, &place, caption);
                }
                for (row_index, row) in std::iter::once(&mut table.header)
                    .chain(&mut table.rows)
                    .enumerate()
                {
                    for (column, cell) in row.iter_mut().enumerate() {
                        see(
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

fn clause(
    part: Part,
    place: &str,
    clause: &mut Clause,
    see: &mut dyn FnMut(Part, &str, &mut String),
) {
    let place = format!("{place} khoản {}", clause.number).trim().to_owned();
    see(part, &place, &mut clause.text);
    for point in &mut clause.points {
        see(
            part,
            &format!("{place} điểm {}", point.letter),
            &mut point.text,
        );
    }
}
