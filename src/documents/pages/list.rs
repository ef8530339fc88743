//! The documents that the reader may know, with search and filters.

use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::common::said;
use super::import;
use crate::documents::rows::document;
use crate::documents::{doc_type, find, state, title};
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::people::session::{Session, failed};
use crate::web::views::documents::{DocumentList, DocumentRow};
use crate::web::views::{Filter, Mark, Pager, Tone};
use crate::web::{Lang, WebError, html};

const PAGE: usize = 50;

const STATES: [&str; 8] = [
    state::DRAFT,
    state::APPROVED,
    state::SIGNED,
    state::NUMBERED,
    state::SEALED,
    state::ISSUED,
    state::CLOSED,
    state::RECALLED,
];
const TYPES: [&str; 8] = ["QD", "TTR", "BC", "KH", "TB", "CV", "GM", "BB"];

/// What an address of the list asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// A state.
    #[serde(default)]
    tt: String,
    /// A type.
    #[serde(default)]
    loai: String,
    /// The last document of the page before.
    sau: Option<Uuid>,
}

/// `GET /van-ban`: the documents that the reader may know.
///
/// # Errors
/// What the database reports, as a page.
pub async fn list(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let view = list_view(&session, asked)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&view))
}

async fn list_view(session: &Session, asked: Asked) -> Outcome<DocumentList> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let some = |word: &str, known: &[&str]| known.contains(&word).then(|| word.to_owned());
    let counted = find::counts(db, &session.actor, &asked.q).await?;
    let search = find::Search {
        words: asked.q.clone(),
        state: some(&asked.tt, &STATES),
        doc_type: some(&asked.loai, &TYPES),
        before: asked.sau,
        limit: PAGE as u64 + 1,
    };
    let mut rows = find::search(db, &session.actor, &search).await?;
    let older = (rows.len() > PAGE).then(|| rows[PAGE - 1].id);
    rows.truncate(PAGE);
    let owners: Vec<Uuid> = rows.iter().map(|row| row.owner_id).collect();
    let units = people_find::units(db, &owners, session.today()).await?;
    let mut shown = Vec::new();
    for row in rows {
        shown.push(DocumentRow {
            href: format!("/van-ban/{}", row.id),
            name: name(&row)?,
            unit: units
                .get(&row.owner_id)
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            date: vn_date(
                row.issued_on
                    .unwrap_or_else(|| trinhky_calendar::local(row.changed_at).date_naive()),
            ),
            mark: mark(&row.state, lang),
            subject: row.subject,
        });
    }
    let here = address(&asked.q, &asked.tt, &asked.loai);
    let drafts = import::drafting_unit(&session.actor).is_some();
    Ok(DocumentList {
        page: session.page(&lang.t("nav-documents")),
        filters: filters(&asked, &counted, lang)?,
        rows: shown,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        import_href: drafts.then(|| "/van-ban/nhap".to_owned()),
        query: asked.q,
    })
}

/// The states and the types that occur among the documents found.
fn filters(asked: &Asked, counted: &[find::Count], lang: Lang) -> Outcome<Vec<Filter>> {
    let everything = asked.tt.is_empty() && asked.loai.is_empty();
    let mut filters = vec![Filter {
        href: address(&asked.q, "", ""),
        text: lang.t("inbox-all"),
        count: sum(counted, |_| true),
        current: everything,
    }];
    for word in STATES {
        let count = sum(counted, |row| row.state == word);
        if count > 0 {
            filters.push(Filter {
                href: address(&asked.q, word, ""),
                text: mark(word, lang).word,
                count,
                current: asked.tt == word,
            });
        }
    }
    for code in TYPES {
        let count = sum(counted, |row| row.doc_type == code);
        if count > 0 {
            let text = doc_type(code)?.name_in_text().to_owned();
            filters.push(Filter {
                href: address(&asked.q, "", code),
                text,
                count,
                current: asked.loai == code,
            });
        }
    }
    Ok(filters)
}

fn sum(counted: &[find::Count], wanted: impl Fn(&&find::Count) -> bool) -> usize {
    let sum = counted
        .iter()
        .filter(wanted)
        .map(|row| row.number)
        .sum::<i64>();
    usize::try_from(sum).unwrap_or(0)
}

fn address(words: &str, state: &str, code: &str) -> String {
    let query = serde_urlencoded::to_string([("q", words), ("tt", state), ("loai", code)])
        .unwrap_or_default();
    format!("/van-ban?{query}")
}

fn name(row: &document::Model) -> Outcome<String> {
    let kind = doc_type(&row.doc_type)?;
    Ok(match row.number {
        Some(_) => title(kind, row.number, &row.symbol, &row.subject),
        None => kind.name_in_text().to_owned(),
    })
}

/// The state of a document in words.
pub(super) fn mark(word: &str, lang: Lang) -> Mark {
    let (tone, vi, en) = match word {
        state::DRAFT => (Tone::Open, "Dự thảo", "Draft"),
        state::APPROVED => (
            Tone::Open,
            "Đã phê duyệt, chờ ký",
            "Approved, waiting for the signature",
        ),
        state::SIGNED => (
            Tone::Open,
            "Đã ký, chờ cấp số",
            "Signed, waiting for its number",
        ),
        state::NUMBERED => (
            Tone::Open,
            "Đã cấp số, chờ đóng dấu",
            "Numbered, waiting for the seal",
        ),
        state::SEALED => (
            Tone::Open,
            "Đã đóng dấu, chờ phát hành",
            "Sealed, waiting to be issued",
        ),
        state::ISSUED => (Tone::Done, "Đã phát hành", "Issued"),
        state::CLOSED => (Tone::Nothing, "Đã đóng năm", "Year closed"),
        state::RECALLED => (Tone::Failed, "Đã thu hồi", "Recalled"),
        other => (Tone::Nothing, other, other),
    };
    Mark::new(tone, said(lang, vi, en))
}
