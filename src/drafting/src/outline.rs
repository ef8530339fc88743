//! A draft as the flat list of its printed paragraphs, each with its role. Markdown and Word are written from it and, where
//! they carry the roles, read back by it without guessing.

use crate::export::shape;
use crate::model::{Block, Clause, DocType, Draft, Line, Table, Urgency};

/// What a printed paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Superior,
    Issuer,
    Number,
    NationalTitle,
    Motto,
    PlaceDate,
    Urgency,
    /// How far it may be passed on, over the header.
    Circulation,
    /// A line at the foot of the first page.
    Contact,
    LetterSubject,
    TypeName,
    Subject,
    Authority,
    /// `Kính gửi: X`
    Addressed,
    /// `Kính gửi:` alone, above several.
    AddressedHead,
    Addressee,
    Basis,
    Operative,
    /// `Điều 1. text`
    Article,
    /// `Điều 1. title` on its own line.
    ArticleTitle,
    ArticleText,
    ArticleTail,
    Clause,
    Point,
    Paragraph,
    /// A clause outside an article.
    FreeClause,
    /// `I. text`
    Heading(u8),
    /// `Chương I`, its title on the next line.
    HeadingStacked(u8),
    /// Without a label.
    HeadingPlain(u8),
    Caption,
    Table,
    LineHead,
    LineArticle,
    LineAbove,
    LineBody,
    LineArchive,
    /// `PL.(300)` under the recipients.
    DrafterMark,
    SignTitle,
    SignName,
    AnnexLabel,
    /// An annex without a number of its own.
    AnnexOnly,
    AnnexTitle,
    AnnexReference,
    /// The header over the text that a decision issues.
    Attached,
}

const NAMES: &[(Role, &str)] = &[
    (Role::Superior, "superior"),
    (Role::Issuer, "issuer"),
    (Role::Number, "number"),
    (Role::NationalTitle, "national-title"),
    (Role::Motto, "motto"),
    (Role::PlaceDate, "place-date"),
    (Role::Urgency, "urgency"),
    (Role::Circulation, "circulation"),
    (Role::Contact, "contact"),
    (Role::LetterSubject, "letter-subject"),
    (Role::TypeName, "type"),
    (Role::Subject, "subject"),
    (Role::Authority, "authority"),
    (Role::Addressed, "addressed"),
    (Role::AddressedHead, "addressed-head"),
    (Role::Addressee, "addressee"),
    (Role::Basis, "basis"),
    (Role::Operative, "operative"),
    (Role::Article, "article"),
    (Role::ArticleTitle, "article-title"),
    (Role::ArticleText, "article-text"),
    (Role::ArticleTail, "article-tail"),
    (Role::Clause, "clause"),
    (Role::Point, "point"),
    (Role::Paragraph, "paragraph"),
    (Role::FreeClause, "free-clause"),
    (Role::Caption, "caption"),
    (Role::Table, "table"),
    (Role::LineHead, "line-head"),
    (Role::LineArticle, "line-article"),
    (Role::LineAbove, "line-above"),
    (Role::LineBody, "line-body"),
    (Role::LineArchive, "line-archive"),
    (Role::DrafterMark, "drafter-mark"),
    (Role::SignTitle, "sign-title"),
    (Role::SignName, "sign-name"),
    (Role::AnnexLabel, "annex"),
    (Role::AnnexOnly, "annex-only"),
    (Role::AnnexTitle, "annex-title"),
    (Role::AnnexReference, "annex-reference"),
    (Role::Attached, "attached"),
];

/// Levels of headings that have a name of their own; deeper ones are written as the deepest.
pub(crate) const HEADING_LEVELS: u8 = 4;

impl Role {
    /// The name in a comment of Markdown and, with `TK-` before it, the style id in Word.
    pub(crate) fn name(self) -> String {
        let heading = |kind: &str, level: u8| format!("{kind}-{}", level.clamp(1, HEADING_LEVELS));
        match self {
            Self::Heading(level) => heading("heading", level),
            Self::HeadingStacked(level) => heading("heading-stacked", level),
            Self::HeadingPlain(level) => heading("heading-plain", level),
            other => NAMES
                .iter()
                .find(|(role, _)| *role == other)
                .map_or_else(String::new, |(_, name)| (*name).to_owned()),
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        for (kind, make) in [
            ("heading-stacked-", Self::HeadingStacked as fn(u8) -> Self),
            ("heading-plain-", Self::HeadingPlain),
            ("heading-", Self::Heading),
        ] {
            if let Some(level) = name.strip_prefix(kind).and_then(|level| level.parse().ok()) {
                return Some(make(level));
            }
        }
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(role, _)| *role)
    }
}

/// One printed paragraph, or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    Text {
        role: Role,
        text: String,
        argument: Option<String>,
    },
    Table(&'a Table),
}

/// The whole document in the order of its text.
pub(crate) fn outline(draft: &Draft) -> Vec<Entry<'_>> {
    let mut entries = header(draft);
    entries.extend(opening(draft));
    blocks(&draft.body, &mut entries);
    entries.extend(distribution(draft));
    entries.extend(signature(draft));
    entries.extend(annexes(draft));
    entries
}

pub(crate) fn header(draft: &Draft) -> Vec<Entry<'_>> {
    let mut list = circulation(draft);
    list.extend(issuer(draft));
    list.extend(national(draft));
    list.extend(contact(draft));
    list
}

/// What stands over the header.
pub(crate) fn circulation(draft: &Draft) -> Vec<Entry<'_>> {
    if draft.circulation.is_free() {
        return Vec::new();
    }
    vec![entry(Role::Circulation, draft.circulation.printed())]
}

/// What stands at the foot of the first page.
pub(crate) fn contact(draft: &Draft) -> Vec<Entry<'_>> {
    draft
        .contact
        .iter()
        .map(|line| entry(Role::Contact, line))
        .collect()
}

/// The left half of the header.
pub(crate) fn issuer(draft: &Draft) -> Vec<Entry<'_>> {
    let mut list = Vec::new();
    list.extend(
        draft
            .superior_agency
            .iter()
            .map(|text| entry(Role::Superior, text)),
    );
    list.extend(draft.issuer.iter().map(|text| entry(Role::Issuer, text)));
    list.push(entry(Role::Number, &shape::number_line(draft)));
    if draft.doc_type == DocType::CV && !draft.subject.is_empty() {
        list.push(entry(
            Role::LetterSubject,
            &format!("V/v {}", draft.subject),
        ));
    }
    if draft.urgency != Urgency::Normal {
        list.push(entry(Role::Urgency, shape::urgency(draft.urgency)));
    }
    list
}

/// The right half of the header.
pub(crate) fn national(draft: &Draft) -> Vec<Entry<'_>> {
    vec![
        entry(Role::NationalTitle, shape::NATIONAL_TITLE),
        entry(Role::Motto, shape::MOTTO),
        entry(Role::PlaceDate, &shape::place_date(draft)),
    ]
}

/// Type, subject, authority line, addressees, legal bases.
pub(crate) fn opening(draft: &Draft) -> Vec<Entry<'_>> {
    let mut list = Vec::new();
    if draft.doc_type != DocType::CV {
        list.push(entry(Role::TypeName, draft.doc_type.type_name()));
        if !draft.subject.is_empty() {
            list.push(entry(Role::Subject, &draft.subject));
        }
    }
    if !draft.authority_line.is_empty() {
        list.push(entry(Role::Authority, &draft.authority_line));
    }
    match draft.addressed_to.as_slice() {
        [] => {}
        [one] => list.push(entry(Role::Addressed, &format!("Kính gửi: {one}"))),
        many => {
            list.push(entry(Role::AddressedHead, "Kính gửi:"));
            let last = many.len() - 1;
            list.extend(many.iter().enumerate().map(|(index, text)| {
                entry(
                    Role::Addressee,
                    &format!("- {text}{}", if index == last { "." } else { ";" }),
                )
            }));
        }
    }
    list.extend(
        draft
            .legal_basis
            .iter()
            .map(|text| entry(Role::Basis, text)),
    );
    if draft.doc_type == DocType::QD {
        list.push(entry(Role::Operative, "QUYẾT ĐỊNH:"));
    }
    list
}

pub(crate) fn distribution(draft: &Draft) -> Vec<Entry<'_>> {
    let mut list = Vec::new();
    if !draft.distribution.is_empty() {
        list.push(entry(Role::LineHead, "Nơi nhận:"));
    }
    for (line, printed) in draft.distribution.iter().zip(shape::distribution(draft)) {
        let (role, argument) = match line {
            Line::AsArticle { article, .. } => (Role::LineArticle, Some(article.to_string())),
            Line::AsAbove { .. } => (Role::LineAbove, None),
            Line::Body { .. } => (Role::LineBody, None),
            Line::Archive { .. } => (Role::LineArchive, None),
        };
        list.push(Entry::Text {
            role,
            text: printed,
            argument,
        });
    }
    if !draft.drafter_mark.is_empty() {
        list.push(entry(Role::DrafterMark, &draft.drafter_mark));
    }
    list
}

pub(crate) fn signature(draft: &Draft) -> Vec<Entry<'_>> {
    let mut list: Vec<Entry> = draft
        .signer
        .title_lines
        .iter()
        .map(|text| entry(Role::SignTitle, text))
        .collect();
    if !draft.signer.name.is_empty() {
        list.push(entry(Role::SignName, &draft.signer.name));
    }
    list
}

pub(crate) fn annexes(draft: &Draft) -> Vec<Entry<'_>> {
    let mut list = Vec::new();
    for annex in &draft.annexes {
        list.push(if annex.attached {
            entry(Role::Attached, shape::NATIONAL_TITLE)
        } else if annex.label.is_empty() {
            entry(Role::AnnexOnly, "Phụ lục")
        } else {
            entry(Role::AnnexLabel, &annex.label)
        });
        if !annex.title.is_empty() {
            list.push(entry(Role::AnnexTitle, &annex.title));
        }
        list.push(entry(Role::AnnexReference, &shape::annex_reference(draft)));
        blocks(&annex.body, &mut list);
    }
    list
}

pub(crate) fn blocks<'a>(blocks: &'a [Block], list: &mut Vec<Entry<'a>>) {
    for block in blocks {
        match block {
            Block::Article(article) => {
                let label = format!("Điều {}.", article.number);
                match &article.title {
                    Some(title) => {
                        list.push(entry(Role::ArticleTitle, &format!("{label} {title}")));
                        if !article.text.is_empty() {
                            list.push(entry(Role::ArticleText, &article.text));
                        }
                    }
                    None => list.push(entry(Role::Article, &format!("{label} {}", article.text))),
                }
                for item in &article.clauses {
                    clause(Role::Clause, item, list);
                }
                list.extend(
                    article
                        .tail
                        .iter()
                        .map(|text| entry(Role::ArticleTail, text)),
                );
            }
            Block::Paragraph { text } => list.push(entry(Role::Paragraph, text)),
            Block::Heading { level, label, text } => list.push(heading(*level, label, text)),
            Block::Clause(item) => clause(Role::FreeClause, item, list),
            Block::Table(table) => {
                list.extend(table.caption.iter().map(|text| entry(Role::Caption, text)));
                list.push(Entry::Table(table));
            }
        }
    }
}

fn clause<'a>(role: Role, clause: &'a Clause, list: &mut Vec<Entry<'a>>) {
    list.push(entry(role, &format!("{}. {}", clause.number, clause.text)));
    list.extend(
        clause
            .points
            .iter()
            .map(|point| entry(Role::Point, &format!("{}) {}", point.letter, point.text))),
    );
}

fn heading<'a>(level: u8, label: &str, text: &str) -> Entry<'a> {
    if label.is_empty() {
        entry(Role::HeadingPlain(level), text)
    } else if label.contains(' ') {
        entry(
            Role::HeadingStacked(level),
            format!("{label}\n{text}").trim_end(),
        )
    } else {
        entry(Role::Heading(level), format!("{label} {text}").trim_end())
    }
}

fn entry<'a>(role: Role, text: &str) -> Entry<'a> {
    Entry::Text {
        role,
        text: text.to_owned(),
        argument: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name() {
        let headings = (1..=HEADING_LEVELS).flat_map(|level| {
            [
                Role::Heading(level),
                Role::HeadingStacked(level),
                Role::HeadingPlain(level),
            ]
        });
        for role in NAMES.iter().map(|(role, _)| *role).chain(headings) {
            assert_eq!(Role::from_name(&role.name()), Some(role));
        }
        assert_eq!(Role::from_name("heading-x"), None);
    }
}
