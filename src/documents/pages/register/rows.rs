//! The entries of a register as the ten columns of Annex IV, in their order.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use trinhky_calendar::{local, vn_date};
use trinhky_drafting::{Draft, Line};
use uuid::Uuid;

use crate::distribution::rows::delivery;
use crate::documents::doc_type;
use crate::documents::pages::common::{document_page, said};
use crate::documents::rows::{document, document_copy, document_version, register_entry};
use crate::fault::{Fault, Outcome};
use crate::people::session::Session;
use crate::web::views::documents::RegisterRow;

/// Entries whose documents are read together: a statement holds only so many values.
const READ_TOGETHER: usize = 500;

/// Annex IV asks for recipients, keeper, copies and receipts; they come from the document of the entry.
pub(super) async fn rows(
    session: &Session,
    entries: Vec<register_entry::Model>,
) -> Outcome<Vec<RegisterRow>> {
    let mut rows = Vec::with_capacity(entries.len());
    for some in entries.chunks(READ_TOGETHER) {
        rows.extend(some_rows(session, some).await?);
    }
    Ok(rows)
}

async fn some_rows(
    session: &Session,
    entries: &[register_entry::Model],
) -> Outcome<Vec<RegisterRow>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let ids: Vec<Uuid> = entries
        .iter()
        .filter_map(|entry| entry.document_id)
        .collect();
    let documents = documents(db, &ids).await?;
    let receipts = receipts(db, &ids).await?;
    let copies = copies(db, entries).await?;
    let mut rows = Vec::new();
    for entry in entries {
        let document = entry.document_id.and_then(|id| documents.get(&id));
        let void = entry.state != "given";
        let copy = copies.get(&(entry.register_id, entry.number));
        let here = document.is_some() || copy.is_some();
        let mark = match (void, here) {
            (true, _) => said(lang, "Số bỏ: ", "Void: "),
            (false, false) => said(lang, "Cấp trên giấy: ", "Given on paper: "),
            (false, true) => String::new(),
        };
        let receipt = entry.document_id.and_then(|id| receipts.get(&id));
        let kind = document
            .map(|document| format!("{} ", document.kind))
            .unwrap_or_default();
        rows.push(RegisterRow {
            number: format!("{:02}/{}", entry.number, entry.symbol),
            date: vn_date(entry.entry_on),
            subject: format!("{kind}{}", entry.subject),
            signer: entry.signer.clone(),
            recipients: document.map_or_else(|| entry.recipients.clone(), Entered::recipients),
            unit: document.map_or_else(|| entry.keeper.clone(), Entered::keeper),
            copies: match (document, copy) {
                (Some(_), _) => said(lang, "Bản điện tử", "Electronic"),
                (None, Some(copy)) => format!("{:02}", copy.sheets),
                (None, None) => String::new(),
            },
            sent_on: document
                .and_then(|document| document.sent)
                .map(|at| vn_date(local(at).date_naive()))
                .unwrap_or_default(),
            receipt: receipt
                .map(|receipt| format!("{} / {}", receipt.received, receipt.sent))
                .unwrap_or_default(),
            note: format!("{mark}{}", entry.note),
            void,
            href: entry
                .document_id
                .or(copy.map(|copy| copy.document_id))
                .map(document_page),
        });
    }
    Ok(rows)
}

/// The copies whose numbers the entries are.
async fn copies(
    db: &impl ConnectionTrait,
    entries: &[register_entry::Model],
) -> Outcome<BTreeMap<(Uuid, i32), document_copy::Model>> {
    let Some((first, last)) = entries.first().zip(entries.last()) else {
        return Ok(BTreeMap::new());
    };
    Ok(document_copy::Entity::find()
        .filter(document_copy::Column::RegisterId.eq(first.register_id))
        .filter(document_copy::Column::Number.between(first.number, last.number))
        .all(db)
        .await?
        .into_iter()
        .map(|copy| ((copy.register_id, copy.number), copy))
        .collect())
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
