//! A register as a book: numbers that were given on paper, numbers struck, its closing, and what stands in it.

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::numbers::{self, NewEntry};
use super::rows::{register, register_entry};
use super::{find, folded, issue, state};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::Actor;

/// A number that the clerk gave on paper while the program could not be reached.
#[derive(Debug, Clone, Default)]
pub struct OnPaper {
    pub number: i32,
    pub symbol: String,
    pub entry_on: NaiveDate,
    pub subject: String,
    pub signer: String,
    pub recipients: String,
    pub keeper: String,
    pub reason: String,
}

/// Enters a number given on paper. It must be the book's next one: numbers on paper and here are one sequence (Art. 15.1),
/// so several are entered in their order, before the program gives another.
///
/// # Errors
/// A refusal at the field that is not right; when the actor does not keep the register; what the database reports.
pub async fn enter_by_hand(
    app: &App,
    actor: &Actor,
    register_id: Uuid,
    typed: OnPaper,
) -> Outcome<()> {
    app.act(actor, (register_id, typed), |cx, (register_id, typed)| {
        Box::pin(async move {
            let book = kept(cx, *register_id).await?;
            check_typed(&book, typed)?;
            let entry = NewEntry {
                org_id: book.org_id,
                owner_id: book.owner_id,
                doc_type: &book.doc_type,
                symbol: &typed.symbol,
                entry_on: typed.entry_on,
                document_id: None,
                subject: &typed.subject,
                signer: &typed.signer,
                recipients: &typed.recipients,
                keeper: &typed.keeper,
                note: &typed.reason,
            };
            let given = numbers::give(cx, entry).await?;
            if given != typed.number {
                return Err(Fault::invalid(
                    "number",
                    format!("Số kế tiếp của sổ là {given:02}; số trên giấy phải ghi lần lượt, không bỏ cách."),
                    format!("The register's next number is {given:02}; paper numbers are entered one after the other."),
                ));
            }
            let summary = format!(
                "Ghi tay số {given:02}/{} ngày {}: {}",
                typed.symbol,
                trinhky_calendar::vn_date(typed.entry_on),
                typed.reason
            );
            journal(cx, &book, "number.by_hand", summary, json!({ "number": given })).await
        })
    })
    .await
}

fn check_typed(book: &register::Model, typed: &OnPaper) -> Outcome<()> {
    let needed = [
        ("symbol", &typed.symbol, "ký hiệu", "the symbol"),
        ("subject", &typed.subject, "trích yếu", "the subject"),
        ("signer", &typed.signer, "người ký", "the signer"),
        (
            "reason",
            &typed.reason,
            "lý do cấp số trên giấy",
            "why it was given on paper",
        ),
    ];
    for (field, text, vi, en) in needed {
        if text.trim().is_empty() {
            return Err(Fault::invalid(
                field,
                format!("Ghi {vi}."),
                format!("Enter {en}."),
            ));
        }
    }
    if typed.entry_on.year() == book.year {
        return Ok(());
    }
    Err(Fault::invalid(
        "date",
        format!("Sổ này của năm {}; ghi ngày trong năm đó.", book.year),
        format!("This is the register of {}; enter a day of it.", book.year),
    ))
}

/// Strikes a number given by mistake: it stays in the book, void, with its reason, and is never used again. A document that
/// bears it and is not sealed yet gets the next number, with `again_on` as its day.
///
/// # Errors
/// When the number is void already, its document is sealed, the actor does not keep the register; what the database reports.
pub async fn strike(
    app: &App,
    actor: &Actor,
    register_id: Uuid,
    number: i32,
    reason: String,
    again_on: NaiveDate,
) -> Outcome<Option<i32>> {
    let input = (register_id, number, reason, again_on);
    app.act(actor, input, |cx, (register_id, number, reason, again_on)| {
        Box::pin(async move {
            let book = kept(cx, *register_id).await?;
            if reason.trim().is_empty() {
                return Err(Fault::invalid(
                    "reason",
                    "Ghi lý do bỏ số; lý do được in trong sổ.",
                    "Enter why it is struck; the reason is printed in the register.",
                ));
            }
            let entry = entry(cx, *register_id, *number).await?;
            let document = match entry.document_id {
                Some(id) => Some(find::document(cx.tx, id).await?),
                None => None,
            };
            if document
                .as_ref()
                .is_some_and(|document| document.row.state != state::NUMBERED)
            {
                return Err(Fault::invalid(
                    "number",
                    "Văn bản mang số này đã đóng dấu; dùng đính chính, thay thế hoặc thu hồi văn bản.",
                    "The document with this number is sealed; correct, replace or recall it instead.",
                ));
            }
            register_entry::Entity::update_many()
                .filter(register_entry::Column::Id.eq(entry.id))
                .set(register_entry::ActiveModel {
                    state: Set("void".to_owned()),
                    note: Set(reason.trim().to_owned()),
                    document_id: Set(None),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            let again = match &document {
                Some(document) => Some(issue::number(cx, document, *again_on).await?),
                None => None,
            };
            let summary = format!("Bỏ số {number:02}/{}: {}", entry.symbol, reason.trim());
            let data = json!({ "number": number, "again": again });
            journal(cx, &book, "number.struck", summary, data).await?;
            Ok(again)
        })
    })
    .await
}

async fn entry(cx: Cx<'_>, register_id: Uuid, number: i32) -> Outcome<register_entry::Model> {
    let entry = register_entry::Entity::find()
        .filter(register_entry::Column::RegisterId.eq(register_id))
        .filter(register_entry::Column::Number.eq(number))
        .one(cx.tx)
        .await?;
    match entry {
        Some(entry) if entry.state == "given" => Ok(entry),
        Some(_) => Err(Fault::invalid(
            "number",
            format!("Số {number:02} đã bỏ."),
            format!("Number {number:02} is void already."),
        )),
        None => Err(Fault::invalid(
            "number",
            format!("Sổ không có số {number:02}."),
            format!("The register has no number {number:02}."),
        )),
    }
}

/// Closes the book of a year that is over; otherwise it closes by itself after the days of grace.
///
/// # Errors
/// In the running year; when it is closed already or the actor does not keep it; what the database reports.
pub async fn close(app: &App, actor: &Actor, register_id: Uuid) -> Outcome<()> {
    app.act(actor, register_id, |cx, register_id| {
        Box::pin(async move {
            let book = kept(cx, *register_id).await?;
            if book.year >= cx.today().year() {
                return Err(Fault::stale(
                    "Sổ của năm đang chạy chưa khóa được.",
                    "The register of the running year stays open.",
                ));
            }
            let closed = register::Entity::update_many()
                .filter(register::Column::Id.eq(*register_id))
                .filter(register::Column::ClosedAt.is_null())
                .set(register::ActiveModel {
                    closed_at: Set(Some(cx.now)),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            if closed.rows_affected != 1 {
                return Err(Fault::stale(
                    "Sổ này đã khóa.",
                    "This register is closed already.",
                ));
            }
            let summary = format!(
                "Khóa sổ {} năm {} sau số {:02}",
                book.doc_type,
                book.year,
                book.next_number - 1
            );
            journal(cx, &book, "register.closed", summary, json!({})).await
        })
    })
    .await
}

/// Whether a book takes no more numbers.
#[must_use]
pub fn is_closed(book: &register::Model, today: NaiveDate) -> bool {
    // A register of a unit that ends is closed ahead, from that day on.
    let closed = book
        .closed_at
        .is_some_and(|at| trinhky_calendar::local(at).date_naive() <= today);
    closed || numbers::year_is_over(book.year, today)
}

/// A register of outgoing documents that the actor keeps.
async fn kept(cx: Cx<'_>, register_id: Uuid) -> Outcome<register::Model> {
    let book = register::Entity::find_by_id(register_id)
        .filter(register::Column::Direction.eq("out"))
        .one(cx.tx)
        .await?
        .ok_or(Fault::NotFound)?;
    if numbers::may_keep(cx.actor, book.org_id, book.owner_id) {
        return Ok(book);
    }
    Err(Fault::forbidden(
        "Chỉ văn thư giữ sổ được ghi, bỏ số hoặc khóa sổ.",
        "Only the clerk who keeps the register writes in it, strikes numbers or closes it.",
    ))
}

async fn journal(
    cx: Cx<'_>,
    book: &register::Model,
    act: &'static str,
    summary: String,
    data: serde_json::Value,
) -> Outcome<()> {
    let entry = Entry::general(act, summary).unit(book.owner_id).data(data);
    audit::append(cx.tx, book.org_id, cx.actor, cx.now, entry).await
}

/// Which entries of a register are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words that number, symbol, subject, signer, recipients or note hold, with or without accents.
    pub text: String,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub void_only: bool,
}

impl Wanted {
    /// Whether every entry is wanted.
    #[must_use]
    pub fn all(&self) -> bool {
        self.text.trim().is_empty()
            && self.from.is_none()
            && self.until.is_none()
            && !self.void_only
    }

    fn holds(&self, entry: &register_entry::Model) -> bool {
        let text = folded(&format!(
            "{:02}/{} {} {} {} {}",
            entry.number, entry.symbol, entry.subject, entry.signer, entry.recipients, entry.note
        ));
        folded(&self.text)
            .split_whitespace()
            .all(|word| text.contains(word))
    }
}

/// The entries of a register in the order of their numbers.
///
/// # Errors
/// What the database reports.
pub async fn entries(
    db: &impl ConnectionTrait,
    register_id: Uuid,
    wanted: &Wanted,
) -> Outcome<Vec<register_entry::Model>> {
    let mut select = register_entry::Entity::find()
        .filter(register_entry::Column::RegisterId.eq(register_id))
        .order_by_asc(register_entry::Column::Number);
    if let Some(from) = wanted.from {
        select = select.filter(register_entry::Column::EntryOn.gte(from));
    }
    if let Some(until) = wanted.until {
        select = select.filter(register_entry::Column::EntryOn.lte(until));
    }
    if wanted.void_only {
        select = select.filter(register_entry::Column::State.ne("given"));
    }
    // A book holds one year of one kind: its words are compared here, where accents can be left out on both databases.
    let mut entries = select.all(db).await?;
    entries.retain(|entry| wanted.holds(entry));
    Ok(entries)
}
