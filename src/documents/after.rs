//! What follows an issued document: its correction by an official letter, its replacement by a document of the same form
//! (Decree 30/2020 Art. 18.3), and the link between the two that both pages show.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    QueryFilter, QueryOrder,
};
use trinhky_calendar::vn_long;
use trinhky_drafting::{Article, Block, DocType, Draft, Imported, Line};
use uuid::Uuid;

use super::rows::{document, document_link};
use super::{Document, begin, doc_type, draft, find, state, title};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, find as people_find};

/// How a later document stands to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An official letter puts an error of form right.
    Corrects,
    /// A document of the same form takes its place.
    Replaces,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Corrects => "corrects",
            Self::Replaces => "replaces",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Corrects, Self::Replaces]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// Drafts the official letter that corrects an issued document; `errors` says line by line what was printed and what is
/// right.
///
/// # Errors
/// When the document is not issued, nothing is said, the actor does not draft for its unit; what the database reports.
pub async fn correct(app: &App, actor: &Actor, id: Uuid, errors: String) -> Outcome<Uuid> {
    app.act(actor, (id, errors), |cx, (id, errors)| {
        Box::pin(async move {
            let document = issued(cx, *id).await?;
            let lines: Vec<String> = errors
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                .filter(|line| !line.is_empty())
                .collect();
            if lines.is_empty() {
                return Err(Fault::invalid(
                    "errors",
                    "Ghi từng chỗ sai và nội dung đúng, mỗi chỗ một dòng.",
                    "Enter each error and what is right, one per line.",
                ));
            }
            let unit = people_find::unit(cx.tx, document.row.owner_id, cx.today()).await?;
            let organisation = people_find::unit(cx.tx, document.row.org_id, cx.today()).await?;
            let mut letter = begin::on_paper(DocType::CV, &organisation, &unit, cx.today());
            letter_of(&mut letter, &document, &organisation.name, &lines);
            link(cx, &document, letter, Kind::Corrects).await
        })
    })
    .await
}

fn letter_of(letter: &mut Draft, document: &Document, issuer: &str, lines: &[String]) {
    let named = named(document);
    let paragraph = |text: String| Block::Paragraph { text };
    letter.subject = format!("đính chính {named}");
    letter.addressed_to = document
        .draft
        .distribution
        .iter()
        .filter(|line| matches!(line, Line::Body { .. }))
        .map(|line| line.text().to_owned())
        .collect();
    letter.signer = document.draft.signer.clone();
    letter.body = vec![paragraph(format!(
        "{issuer} đính chính lỗi kỹ thuật tại {named} về “{}” như sau:",
        document.row.subject
    ))];
    letter
        .body
        .extend(lines.iter().map(|line| paragraph(format!("- {line}"))));
    letter.body.push(paragraph(format!(
        "Các nội dung khác của {named} giữ nguyên. {issuer} thông báo để các cơ quan, đơn vị biết, thực hiện./."
    )));
}

/// Drafts a document of the same form that replaces an issued one: its words, and an article that says so.
///
/// # Errors
/// When the document is not issued, the actor does not draft for its unit; what the database reports.
pub async fn replace(app: &App, actor: &Actor, id: Uuid) -> Outcome<Uuid> {
    app.act(actor, id, |cx, id| {
        Box::pin(async move {
            let document = issued(cx, *id).await?;
            let mut new = begin::anew(&document.draft, cx.today());
            say_what_it_replaces(&mut new.body, &named(&document));
            link(cx, &document, new, Kind::Replaces).await
        })
    })
    .await
}

/// In an article before the last, which names the executors; a document without articles says it in a paragraph.
fn say_what_it_replaces(body: &mut Vec<Block>, named: &str) {
    let last = body
        .iter()
        .rposition(|block| matches!(block, Block::Article(_)));
    match last {
        Some(at) => {
            body.insert(
                at,
                Block::Article(Article {
                    number: 0,
                    title: None,
                    text: format!("Quyết định này có hiệu lực kể từ ngày ký và thay thế {named}."),
                    clauses: Vec::new(),
                    tail: Vec::new(),
                }),
            );
            let articles = body.iter_mut().filter_map(|block| match block {
                Block::Article(article) => Some(article),
                _ => None,
            });
            for (number, article) in (1..).zip(articles) {
                article.number = number;
            }
        }
        None => body.insert(
            0,
            Block::Paragraph {
                text: format!("Văn bản này thay thế {named}."),
            },
        ),
    }
}

/// `Quyết định số 05/QĐ-UBND ngày 24 tháng 3 năm 2023`
fn named(document: &Document) -> String {
    let day = document.row.issued_on.map(vn_long).unwrap_or_default();
    format!("{} {day}", document.title()).trim_end().to_owned()
}

/// An issued document for whose unit the actor drafts.
async fn issued(cx: Cx<'_>, id: Uuid) -> Outcome<Document> {
    let document = find::document(cx.tx, id).await?;
    draft::may_draft_for(cx, document.row.owner_id)?;
    if [state::ISSUED, state::CLOSED, state::RECALLED].contains(&document.row.state.as_str()) {
        return Ok(document);
    }
    Err(Fault::stale(
        "Văn bản chưa phát hành; sửa dự thảo thay vì đính chính, thay thế.",
        "The document is not issued yet; change the draft instead.",
    ))
}

async fn link(cx: Cx<'_>, earlier: &Document, new: Draft, kind: Kind) -> Outcome<Uuid> {
    let note = match kind {
        Kind::Corrects => format!("Soạn công văn đính chính {}", earlier.title()),
        Kind::Replaces => format!("Soạn văn bản thay thế {}", earlier.title()),
    };
    let imported = Imported {
        draft: new,
        unplaced: Vec::new(),
    };
    let id = draft::create_in(cx, earlier.row.owner_id, &imported, &note).await?;
    document_link::ActiveModel {
        later_id: Set(id),
        earlier_id: Set(earlier.row.id),
        kind: Set(kind.word().to_owned()),
        made_at: Set(cx.now),
    }
    .insert(cx.tx)
    .await?;
    Ok(id)
}

/// Writes into the history of what a document corrects or replaces that it has been issued.
pub(super) async fn announce(cx: Cx<'_>, document: &Document) -> Outcome<()> {
    for (link, earlier) in linked(cx.tx, document.row.id).await? {
        if link.later_id != document.row.id {
            continue;
        }
        let summary = match Kind::of_word(&link.kind) {
            Some(Kind::Replaces) => format!("Được thay thế bởi {}", named(document)),
            _ => format!("Được đính chính bởi {}", named(document)),
        };
        let entry = Entry::about(earlier.id, "document.followed", summary);
        audit::append(cx.tx, earlier.org_id, cx.actor, cx.now, entry).await?;
    }
    Ok(())
}

/// The documents that a document corrects or replaces, or that do so with it.
async fn linked(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Outcome<Vec<(document_link::Model, document::Model)>> {
    let links = document_link::Entity::find()
        .filter(
            Condition::any()
                .add(document_link::Column::LaterId.eq(id))
                .add(document_link::Column::EarlierId.eq(id)),
        )
        .order_by_asc(document_link::Column::MadeAt)
        .all(db)
        .await?;
    let other = |link: &document_link::Model| {
        if link.later_id == id {
            link.earlier_id
        } else {
            link.later_id
        }
    };
    let ids: Vec<Uuid> = links.iter().map(other).collect();
    let rows = document::Entity::find()
        .filter(document::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(links
        .into_iter()
        .filter_map(|link| {
            let row = rows.iter().find(|row| row.id == other(&link))?.clone();
            Some((link, row))
        })
        .collect())
}

/// A document that stands to the one shown as a correction or replacement, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub id: Uuid,
    /// In Vietnamese and in English.
    pub words: (String, String),
}

/// What a page says of corrections and replacements; those in preparation only inside the organisation.
///
/// # Errors
/// What the database reports.
pub async fn related(db: &impl ConnectionTrait, id: Uuid, inside: bool) -> Outcome<Vec<Related>> {
    let mut related = Vec::new();
    for (link, row) in linked(db, id).await? {
        if !inside && row.issued_at.is_none() {
            continue;
        }
        let name = title(
            doc_type(&row.doc_type)?,
            row.number,
            &row.symbol,
            &row.subject,
        );
        let later = link.later_id == id;
        let (vi, en) = match (Kind::of_word(&link.kind), later) {
            (Some(Kind::Replaces), true) => ("Thay thế", "Replaces"),
            (Some(Kind::Replaces), false) => ("Được thay thế bởi", "Replaced by"),
            (_, true) => ("Đính chính", "Corrects"),
            (_, false) => ("Được đính chính bởi", "Corrected by"),
        };
        related.push(Related {
            id: row.id,
            words: (format!("{vi} {name}"), format!("{en} {name}")),
        });
    }
    Ok(related)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_of_replacement_stands_before_the_executors_and_numbers_follow() {
        let article = |number, text: &str| {
            Block::Article(Article {
                number,
                title: None,
                text: text.to_owned(),
                clauses: Vec::new(),
                tail: Vec::new(),
            })
        };
        let mut body = vec![article(1, "Ban hành."), article(2, "Thi hành./.")];
        say_what_it_replaces(&mut body, "Quyết định số 05/QĐ-UBND");
        let [
            Block::Article(_),
            Block::Article(second),
            Block::Article(third),
        ] = &body[..]
        else {
            panic!("three articles")
        };
        assert_eq!((second.number, third.number), (2, 3));
        assert!(second.text.ends_with("thay thế Quyết định số 05/QĐ-UBND."));
        assert_eq!(third.text, "Thi hành./.");
    }
}
