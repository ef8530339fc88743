//! Reads a source whose paragraphs carry their roles: our own export. Nothing is guessed.

use super::builder::{Builder, join};
use super::parts;
use super::recognise::table_of;
use super::source::{Grid, Item, Para, Source};
use crate::model::{DocType, Imported, Line};
use crate::outline::Role;

/// Reads every paragraph by its role. One without a role (written into the file later) is a paragraph of the body, or is
/// listed where the body has not begun or is over.
pub(crate) fn read(source: &Source) -> Imported {
    let mut reader = Hinted {
        builder: Builder::new(),
        caption: None,
        over: false,
    };
    for item in merged(source) {
        match item {
            Item::Para(para) => reader.para(&para),
            Item::Grid(grid) => reader.grid(&grid),
        }
    }
    let mut imported = reader.builder.finish();
    if let Some(first) = imported.draft.signer.title_lines.first() {
        imported.draft.signer.authority = parts::authority(first);
    }
    imported
}

/// Lines after a forced break, put back into the paragraph they belong to.
fn merged(source: &Source) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for item in &source.items {
        match (item, items.last_mut()) {
            (Item::Para(next), Some(Item::Para(last))) if next.continues && next.hint.is_none() => {
                last.text.push('\n');
                last.text.push_str(&next.text);
            }
            _ => items.push(item.clone()),
        }
    }
    items
}

struct Hinted {
    builder: Builder,
    caption: Option<String>,
    /// The distribution list has begun: what has no role is no body any more.
    over: bool,
}

impl Hinted {
    fn para(&mut self, para: &Para) {
        let hint = para.hint.as_deref().unwrap_or_default();
        let (name, argument) = hint.split_once(' ').unwrap_or((hint, ""));
        match Role::from_name(name) {
            Some(role) => self.place(role, argument, para),
            None if para.text.is_empty() => {}
            None if self.builder.draft.body.is_empty() || self.over => {
                self.builder.unplaced(para.line, &para.text)
            }
            None => self.builder.free_paragraph(&para.text),
        }
    }

    fn place(&mut self, role: Role, argument: &str, para: &Para) {
        let text = para.text.as_str();
        let draft = &mut self.builder.draft;
        match role {
            Role::NationalTitle
            | Role::Motto
            | Role::AddressedHead
            | Role::Operative
            | Role::AnnexReference
            | Role::Table => {}
            Role::LineHead => self.over = true,
            Role::Superior => draft.superior_agency = Some(text.to_owned()),
            Role::Issuer => draft.issuer.push(text.to_owned()),
            Role::Number => self.number(para),
            Role::PlaceDate => self.place_date(para),
            Role::Urgency => match parts::urgency(text) {
                Some(urgency) => draft.urgency = urgency,
                None => self.builder.unplaced(para.line, text),
            },
            Role::Circulation => match parts::circulation(text) {
                Some(circulation) => draft.circulation = circulation,
                None => self.builder.unplaced(para.line, text),
            },
            Role::Contact => draft.contact.push(text.to_owned()),
            Role::DrafterMark => join(&mut draft.drafter_mark, text),
            Role::LetterSubject => {
                draft.doc_type = DocType::CV;
                text.strip_prefix("V/v ")
                    .unwrap_or(text)
                    .clone_into(&mut draft.subject);
            }
            Role::TypeName => match parts::type_name(text) {
                Some(kind) => draft.doc_type = kind,
                None => self.builder.unplaced(para.line, text),
            },
            Role::Subject => join(&mut draft.subject, text),
            Role::Authority => join(&mut draft.authority_line, text),
            Role::Addressed => draft
                .addressed_to
                .push(text.strip_prefix("Kính gửi: ").unwrap_or(text).to_owned()),
            Role::Addressee => draft.addressed_to.push(undashed(text).to_owned()),
            Role::Basis => draft.legal_basis.push(text.to_owned()),
            Role::Article | Role::ArticleTitle => self.article(role, para),
            Role::ArticleText => match self.builder.open_article() {
                Some(article) => join_lines(&mut article.text, text),
                None => self.builder.free_paragraph(text),
            },
            Role::ArticleTail => match self.builder.open_article() {
                Some(article) => article.tail.push(text.to_owned()),
                None => self.builder.free_paragraph(text),
            },
            Role::Clause | Role::FreeClause => match numbered(text) {
                Some((number, rest)) if role == Role::Clause => self.builder.clause(number, rest),
                Some((number, rest)) => self.builder.free_clause(number, rest),
                None => self.builder.continue_last(text),
            },
            Role::Point => match text.split_once(')') {
                Some((letter, rest)) => self.builder.point(letter, rest.trim_start_matches(' ')),
                None => self.builder.continue_last(text),
            },
            Role::Paragraph => self.builder.free_paragraph(text),
            Role::Heading(level) => {
                let (label, rest) = text.split_once(' ').unwrap_or((text, ""));
                self.builder.heading(level, label, rest);
            }
            Role::HeadingStacked(level) => {
                let (label, rest) = text.split_once('\n').unwrap_or((text, ""));
                self.builder.heading(level, label, rest);
            }
            Role::HeadingPlain(level) => self.builder.heading(level, "", text),
            Role::Caption => self.caption = Some(text.to_owned()),
            Role::LineArticle | Role::LineAbove | Role::LineBody | Role::LineArchive => {
                self.line(role, argument, text)
            }
            Role::SignTitle => draft.signer.title_lines.push(text.to_owned()),
            Role::SignName => join(&mut draft.signer.name, text),
            Role::AnnexLabel => self.builder.annex(text, ""),
            Role::AnnexOnly => self.builder.annex("", ""),
            // Every line of its header says so; the first begins it.
            Role::Attached => {
                let begun = draft.annexes.last().is_some_and(|annex| {
                    annex.attached && annex.title.is_empty() && annex.body.is_empty()
                });
                if !begun {
                    self.builder.attached("");
                }
            }
            Role::AnnexTitle => match draft.annexes.last_mut() {
                Some(annex) => join(&mut annex.title, text),
                None => self.builder.unplaced(para.line, text),
            },
        }
        if matches!(role, Role::AnnexLabel | Role::AnnexOnly | Role::Attached) {
            self.over = false;
        }
    }

    fn number(&mut self, para: &Para) {
        let rest = para
            .text
            .trim_start_matches("Số")
            .trim_start_matches(':')
            .trim();
        let (given, symbol) = rest.split_once('/').unwrap_or(("", rest));
        self.builder.draft.number = given.trim().parse().ok();
        symbol.trim().clone_into(&mut self.builder.draft.symbol);
        if self.builder.draft.number.is_none() && !given.trim().is_empty() {
            self.builder.unplaced(para.line, given.trim());
        }
    }

    fn place_date(&mut self, para: &Para) {
        // The place may hold anything, so the date is read with another place before it.
        let (place, date) = match para.text.rfind(", ngày") {
            Some(at) => (&para.text[..at], &para.text[at..]),
            None => (para.text.as_str(), ""),
        };
        if !self.builder.place_date(para.line, &format!("x{date}")) && !date.is_empty() {
            self.builder.unplaced(para.line, date);
        }
        place.clone_into(&mut self.builder.draft.place);
    }

    fn article(&mut self, role: Role, para: &Para) {
        let Some((number, rest)) = article_head(&para.text) else {
            self.builder.paragraph(&para.text);
            return;
        };
        if role == Role::ArticleTitle {
            self.builder.article(number, Some(rest.to_owned()), "");
        } else {
            self.builder.article(number, None, rest);
        }
    }

    fn line(&mut self, role: Role, argument: &str, text: &str) {
        self.over = true;
        let text = undashed(text).to_owned();
        self.builder.distribution(match role {
            Role::LineArticle => match (argument.parse(), parts::distribution_line(&text)) {
                (Ok(article), _) => Line::AsArticle { article, text },
                (Err(_), line) => line,
            },
            Role::LineAbove => Line::AsAbove { text },
            Role::LineArchive => Line::Archive { text },
            _ => Line::Body { text },
        });
    }

    fn grid(&mut self, grid: &Grid) {
        let mut table = table_of(grid);
        table.caption = self.caption.take();
        if let Some(argument) = grid
            .hint
            .as_deref()
            .and_then(|hint| hint.split_once(' '))
            .map(|(_, argument)| argument)
        {
            apply_table_argument(&mut table, argument);
        }
        self.builder.table(table);
    }
}

/// `wide 1,2,3`, as the Markdown export writes it.
pub(crate) fn apply_table_argument(table: &mut crate::model::Table, argument: &str) {
    let (shape, widths) = argument.split_once(' ').unwrap_or((argument, ""));
    table.landscape = shape == "wide";
    table.widths = widths
        .split(',')
        .filter_map(|width| width.trim().parse().ok())
        .collect();
}

/// Without the dash before and the one mark after.
fn undashed(text: &str) -> &str {
    let text = text.strip_prefix("- ").unwrap_or(text);
    text.strip_suffix([';', '.']).unwrap_or(text).trim()
}

/// `Điều 3. abc`, exactly as the export writes it.
fn article_head(text: &str) -> Option<(u32, &str)> {
    let (number, rest) = crate::text::leading_number(text.strip_prefix("Điều ")?)?;
    let rest = rest.strip_prefix('.')?;
    Some((number, rest.strip_prefix(' ').unwrap_or(rest)))
}

fn numbered(text: &str) -> Option<(u32, &str)> {
    let (number, rest) = crate::text::leading_number(text)?;
    let rest = rest.strip_prefix('.')?;
    Some((number, rest.strip_prefix(' ').unwrap_or(rest)))
}

fn join_lines(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}
