//! A register of outgoing documents with the ten columns of Decree 30/2020, Annex IV, in their order.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::Deserialize;
use trinhky_calendar::{local, vn_date};
use trinhky_drafting::{Draft, Line};
use uuid::Uuid;

use super::common::{document_page, said};
use crate::distribution::rows::delivery;
use crate::distribution::tracking;
use crate::documents::rows::{document, document_version, register, register_entry};
use crate::documents::{doc_type, numbers};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, failed};
use crate::people::{find as people_find, may};
use crate::web::views::Pager;
use crate::web::views::documents::{Register, RegisterRow};
use crate::web::{Link, WebError, html};

/// Entries of a register on one page.
const REGISTER_PAGE: u64 = 200;

/// What an address of a register asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Entries {
    /// The last number of the page before.
    sau: Option<i32>,
    /// `csv` for a file with every entry.
    #[serde(default)]
    dang: String,
}

/// `GET /so-van-ban/{id}`: a register in the order of its numbers, for the organisation that keeps it.
///
/// # Errors
/// 404 for everybody else.
pub async fn register(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Entries>,
) -> Result<Response, WebError> {
    let answer = async {
        let db = session.app.store.reader();
        let book = register::Entity::find_by_id(id)
            .one(db)
            .await?
            .ok_or(Fault::NotFound)?;
        if !may::work_on_documents_of(&session.actor, book.org_id) {
            return Err(Fault::NotFound);
        }
        if asked.dang == "csv" {
            return register_csv(&session, &book).await;
        }
        Ok(html(&register_view(&session, &book, asked.sau).await?))
    };
    answer.await.map_err(|fault| failed(fault, "/van-thu"))
}

async fn register_view(
    session: &Session,
    book: &register::Model,
    after: Option<i32>,
) -> Outcome<Register> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let mut select = register_entry::Entity::find()
        .filter(register_entry::Column::RegisterId.eq(book.id))
        .order_by_asc(register_entry::Column::Number)
        .limit(REGISTER_PAGE + 1);
    if let Some(after) = after {
        select = select.filter(register_entry::Column::Number.gt(after));
    }
    let mut entries = select.all(db).await?;
    let page_size = usize::try_from(REGISTER_PAGE).unwrap_or(usize::MAX);
    let more = (entries.len() > page_size).then(|| entries[page_size - 1].number);
    entries.truncate(page_size);
    let owner = people_find::unit(db, book.owner_id, session.today()).await?;
    let kind = doc_type(&book.doc_type)?.name_in_text();
    let mut page = session.page(&format!(
        "{} {kind} {} {}, {}",
        said(
            lang,
            "Sổ đăng ký văn bản đi:",
            "Register of outgoing documents:"
        ),
        said(lang, "năm", "of"),
        book.year,
        owner.name
    ));
    page.crumbs = vec![Link::new("/van-thu", &lang.t("nav-clerk"))];
    let here = format!("/so-van-ban/{}", book.id);
    let note = if book.opened_at_number > 1 {
        format!(
            "{} {:02}: {}",
            said(lang, "Số mở đầu", "First number"),
            book.opened_at_number,
            book.reason
        )
    } else {
        String::new()
    };
    Ok(Register {
        page,
        note,
        rows: register_rows(session, entries).await?,
        pager: Pager {
            newer: after.map(|_| here.clone()),
            older: more.map(|last| format!("{here}?sau={last}")),
        },
        csv_href: format!("{here}?dang=csv"),
    })
}

/// Annex IV asks for recipients, keeper, copies and receipts; they come from the document of the entry.
async fn register_rows(
    session: &Session,
    entries: Vec<register_entry::Model>,
) -> Outcome<Vec<RegisterRow>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let ids: Vec<Uuid> = entries
        .iter()
        .filter_map(|entry| entry.document_id)
        .collect();
    let documents = documents(db, &ids).await?;
    let receipts = receipts(db, &ids).await?;
    let mut rows = Vec::new();
    for entry in entries {
        let document = entry.document_id.and_then(|id| documents.get(&id));
        let void = if entry.state == "given" {
            String::new()
        } else {
            said(lang, "Số bỏ. ", "Void. ")
        };
        let receipt = entry.document_id.and_then(|id| receipts.get(&id));
        let kind = document
            .map(|document| format!("{} ", document.kind))
            .unwrap_or_default();
        rows.push(RegisterRow {
            number: format!("{:02}/{}", entry.number, entry.symbol),
            date: vn_date(entry.entry_on),
            subject: format!("{kind}{}", entry.subject),
            signer: entry.signer,
            recipients: document
                .map(|document| document.recipients())
                .unwrap_or_default(),
            unit: document
                .map(|document| document.keeper())
                .unwrap_or_default(),
            copies: said(lang, "Bản điện tử", "Electronic"),
            sent_on: document
                .and_then(|document| document.sent)
                .map(|at| vn_date(local(at).date_naive()))
                .unwrap_or_default(),
            receipt: receipt
                .map(|receipt| format!("{} / {}", receipt.received, receipt.sent))
                .unwrap_or_default(),
            note: format!("{void}{}", entry.note),
            href: entry.document_id.map_or_else(
                || format!("/so-van-ban/{}", entry.register_id),
                document_page,
            ),
        });
    }
    Ok(rows)
}

/// What a register says of a document beside its number.
struct Entered {
    kind: &'static str,
    draft: Draft,
    sent: Option<DateTime<Utc>>,
}

impl Entered {
    /// The lines of the recipients, or the addressees of a document that has them above its text.
    fn recipients(&self) -> String {
        let lines = self
            .draft
            .distribution
            .iter()
            .filter(|line| !matches!(line, Line::Archive { .. } | Line::AsAbove { .. }));
        self.draft
            .addressed_to
            .iter()
            .map(String::as_str)
            .chain(lines.map(Line::text))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// `VT, VP` of `Lưu: VT, VP`.
    fn keeper(&self) -> String {
        let kept = self
            .draft
            .distribution
            .iter()
            .rev()
            .find(|line| matches!(line, Line::Archive { .. }));
        kept.map(|line| {
            line.text()
                .trim_start_matches("Lưu")
                .trim_start_matches([':', ' '])
                .to_owned()
        })
        .unwrap_or_default()
    }
}

async fn documents(db: &impl ConnectionTrait, ids: &[Uuid]) -> Outcome<BTreeMap<Uuid, Entered>> {
    let rows = document::Entity::find()
        .filter(document::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let drafts: BTreeMap<(Uuid, i32), String> = document_version::Entity::find()
        .filter(document_version::Column::DocumentId.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| ((row.document_id, row.version), row.draft))
        .collect();
    let mut entered = BTreeMap::new();
    for row in rows {
        let text = drafts.get(&(row.id, row.version)).ok_or(Fault::NotFound)?;
        let kind = doc_type(&row.doc_type)?.name_in_text();
        entered.insert(
            row.id,
            Entered {
                kind,
                draft: serde_json::from_str(text)?,
                sent: row.issued_at,
            },
        );
    }
    Ok(entered)
}

#[derive(Debug, FromQueryResult)]
struct Receipt {
    document_id: Uuid,
    sent: i64,
    received: i64,
}

/// To how many bodies each document was sent, and how many have registered it.
async fn receipts(db: &impl ConnectionTrait, ids: &[Uuid]) -> Outcome<BTreeMap<Uuid, Receipt>> {
    let found = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::DocumentId)
        .column_as(delivery::Column::Id.count(), "sent")
        .column_as(delivery::Column::ArrivalNumber.count(), "received")
        .filter(delivery::Column::DocumentId.is_in(ids.iter().copied()))
        .group_by(delivery::Column::DocumentId)
        .into_model::<Receipt>()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .map(|receipt| (receipt.document_id, receipt))
        .collect())
}

async fn register_csv(session: &Session, book: &register::Model) -> Outcome<Response> {
    let lang = session.lang;
    let entries = numbers::entries(session.app.store.reader(), book.id).await?;
    let head = [
        "number-symbol",
        "date",
        "register-subject",
        "signer",
        "recipients",
        "register-keeper",
        "register-copies",
        "register-sent",
        "register-receipt",
        "note",
    ];
    let mut lines = vec![head.map(|key| lang.t(key)).to_vec()];
    for row in register_rows(session, entries).await? {
        lines.push(vec![
            row.number,
            row.date,
            row.subject,
            row.signer,
            row.recipients,
            row.unit,
            row.copies,
            row.sent_on,
            row.receipt,
            row.note,
        ]);
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"so-van-ban.csv\"",
        ),
    ];
    Ok((headers, tracking::csv(&lines)).into_response())
}
