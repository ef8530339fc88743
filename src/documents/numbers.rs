//! Registers and numbers: given once, in order, without gaps, in the transaction that records them
//! (Decree 30/2020 Art. 15).

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use super::restored;
use super::rows::{register, register_entry};
use crate::app::Cx;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::Actor;

/// Days of January in which last year's books still take what was signed in its last days: a number is given on the day of
/// the signature or the next working day (Art. 15.2), and the first days of the year are off.
const DAYS_OF_GRACE: u32 = 5;

/// What is entered in a register beside the number.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    pub org_id: Uuid,
    /// The organisation or unit that keeps the register.
    pub owner_id: Uuid,
    pub doc_type: &'a str,
    pub symbol: &'a str,
    pub entry_on: NaiveDate,
    /// None for a number that was given on paper.
    pub document_id: Option<Uuid>,
    pub subject: &'a str,
    pub signer: &'a str,
    /// Of a document that is here they come from its draft.
    pub recipients: &'a str,
    pub keeper: &'a str,
    /// Why it is entered by hand; empty for others.
    pub note: &'a str,
}

#[derive(Debug, FromQueryResult)]
struct Given {
    id: Uuid,
    number: i32,
}

/// Gives the next number of the register of the day's year and enters it; opens the register at 01 where there is none.
///
/// # Errors
/// When the day lies ahead or its year's book is closed, an earlier number bears a later date, or what the database reports.
pub async fn give(cx: Cx<'_>, entry: NewEntry<'_>) -> Outcome<i32> {
    let year = entry.entry_on.year();
    refuse_other_days(cx, entry.entry_on)?;
    let opened = open(
        cx,
        entry.org_id,
        entry.owner_id,
        entry.doc_type,
        year,
        1,
        "Mở sổ đầu năm",
    )
    .await?;
    if opened {
        restored::may_open(cx, year).await?;
    }
    // The update locks the register's row: two clerks get consecutive numbers.
    let sql = "UPDATE register SET next_number = next_number + 1 \
               WHERE owner_id = $1 AND direction = 'out' AND doc_type = $2 AND year = $3 \
               AND (closed_at IS NULL OR closed_at > $4) AND restored_from IS NULL \
               RETURNING id, next_number - 1 AS number";
    let values = [
        entry.owner_id.into(),
        entry.doc_type.into(),
        year.into(),
        cx.now.into(),
    ];
    let given = Given::find_by_statement(Statement::from_sql_and_values(
        cx.tx.get_database_backend(),
        sql,
        values,
    ))
    .one(cx.tx)
    .await?;
    let Some(given) = given else {
        return Err(unusable(cx, entry.owner_id, "out", entry.doc_type, year).await?);
    };
    let last = last_entry(cx, given.id).await?;
    if let Some(last) = &last {
        refuse_back_dating(last, entry.entry_on)?;
    }
    register_entry::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(entry.org_id),
        register_id: Set(given.id),
        number: Set(given.number),
        symbol: Set(entry.symbol.to_owned()),
        entry_on: Set(entry.entry_on),
        // Another server's clock may be ahead, and who waited for the row read his own before that.
        at: Set(last.map_or(cx.now, |last| last.at.max(cx.now))),
        document_id: Set(entry.document_id),
        subject: Set(entry.subject.to_owned()),
        signer: Set(entry.signer.to_owned()),
        recipients: Set(entry.recipients.to_owned()),
        keeper: Set(entry.keeper.to_owned()),
        state: Set("given".to_owned()),
        note: Set(entry.note.to_owned()),
        by_name: Set(cx.actor.name.clone()),
    }
    .insert(cx.tx)
    .await?;
    Ok(given.number)
}

/// Why a register gives no number: it is closed, or it was restored and nobody has said how far it had come.
///
/// # Errors
/// What the database reports.
pub async fn unusable(
    cx: Cx<'_>,
    owner_id: Uuid,
    direction: &str,
    doc_type: &str,
    year: i32,
) -> Outcome<Fault> {
    let found = register::Entity::find()
        .filter(register::Column::OwnerId.eq(owner_id))
        .filter(register::Column::Direction.eq(direction))
        .filter(register::Column::DocType.eq(doc_type))
        .filter(register::Column::Year.eq(year))
        .one(cx.tx)
        .await?;
    Ok(match found.and_then(|register| register.restored_from) {
        Some(taken_at) => restored::waits(taken_at),
        None => book_closed(year),
    })
}

/// Whether the actor keeps the register of an owner: its clerk, the organisation's administrator, or the system.
#[must_use]
pub fn may_keep(actor: &Actor, org_id: Uuid, owner_id: Uuid) -> bool {
    actor.person_id.is_none()
        || actor.has_role_in_org("admin", org_id)
        || actor.has_role_in_unit(&["clerk", "office_clerk"], owner_id)
}

/// Whether a year's books take no more numbers on a day: they close with the year, after a few days of grace.
#[must_use]
pub fn year_is_over(year: i32, today: NaiveDate) -> bool {
    year < today.year()
        && (year + 1 < today.year() || today.month() > 1 || today.day() > DAYS_OF_GRACE)
}

fn refuse_other_days(cx: Cx<'_>, entry_on: NaiveDate) -> Outcome<()> {
    if entry_on > cx.today() {
        return Err(Fault::invalid(
            "date",
            "Ngày của số không được sau hôm nay.",
            "A number cannot bear a day that is still to come.",
        ));
    }
    if year_is_over(entry_on.year(), cx.today()) {
        return Err(book_closed(entry_on.year()));
    }
    Ok(())
}

fn book_closed(year: i32) -> Fault {
    Fault::invalid(
        "date",
        format!(
            "Sổ văn bản năm {year} đã khóa. Ghi ngày của năm nay; nếu bản ký đã in tháng cũ thì trình ký lại."
        ),
        format!(
            "The register of {year} is closed. Enter a day of this year; where the signed page bears the old month, have it signed anew."
        ),
    )
}

/// Opens a register at a number, once; an open register is left as it is.
///
/// # Errors
/// What the database reports.
pub async fn open(
    cx: Cx<'_>,
    org_id: Uuid,
    owner_id: Uuid,
    doc_type: &str,
    year: i32,
    next: i32,
    reason: &str,
) -> Outcome<bool> {
    let inserted = register::Entity::insert(register::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(org_id),
        owner_id: Set(owner_id),
        direction: Set("out".to_owned()),
        doc_type: Set(doc_type.to_owned()),
        year: Set(year),
        next_number: Set(next),
        opened_at_number: Set(next),
        reason: Set(reason.to_owned()),
        opened_at: Set(cx.now),
        closed_at: Set(None),
        restored_from: Set(None),
    })
    .on_conflict(
        OnConflict::columns([
            register::Column::OwnerId,
            register::Column::Direction,
            register::Column::DocType,
            register::Column::Year,
        ])
        .do_nothing()
        .to_owned(),
    )
    .exec_without_returning(cx.tx)
    .await?;
    Ok(inserted > 0)
}

/// Opens a register at the number taken over from paper, as an act of its own with its reason.
///
/// # Errors
/// When the register is open already, the actor may not, or what the database reports.
pub async fn take_over(
    app: &crate::app::App,
    actor: &Actor,
    owner_id: Uuid,
    doc_type: &str,
    year: i32,
    next: i32,
    reason: &str,
) -> Outcome<()> {
    app.act(
        actor,
        (owner_id, doc_type.to_owned(), year, next, reason.to_owned()),
        |cx, input| {
            Box::pin(async move {
                let (owner_id, doc_type, year, next, reason) = input;
                let owner = crate::people::find::unit(cx.tx, *owner_id, cx.today()).await?;
                if !may_keep(cx.actor, owner.org_id, *owner_id) {
                    return Err(Fault::forbidden(
                        "Chỉ văn thư hoặc quản trị được mở sổ.",
                        "Only a clerk or an administrator opens a register.",
                    ));
                }
                if !open(cx, owner.org_id, *owner_id, doc_type, *year, *next, reason).await? {
                    return Err(Fault::stale(
                        "Sổ này đã mở.",
                        "This register is open already.",
                    ));
                }
                let summary = format!(
                    "Mở sổ {doc_type} năm {year} của {} từ số {next:02}: {reason}",
                    owner.name
                );
                audit::append(
                    cx.tx,
                    owner.org_id,
                    cx.actor,
                    cx.now,
                    Entry::general("register.opened", summary),
                )
                .await
            })
        },
    )
    .await
}

async fn last_entry(cx: Cx<'_>, register_id: Uuid) -> Outcome<Option<register_entry::Model>> {
    Ok(register_entry::Entity::find()
        .filter(register_entry::Column::RegisterId.eq(register_id))
        .order_by_desc(register_entry::Column::Number)
        .limit(1)
        .one(cx.tx)
        .await?)
}

/// Numbers run in the order of time (Art. 15.1): no date before that of an earlier number.
fn refuse_back_dating(last: &register_entry::Model, entry_on: NaiveDate) -> Outcome<()> {
    if last.entry_on <= entry_on {
        return Ok(());
    }
    Err(Fault::invalid(
        "date",
        format!(
            "Số {:02} đã ghi ngày {}; số sau không được ghi ngày trước đó.",
            last.number,
            trinhky_calendar::vn_date(last.entry_on)
        ),
        format!(
            "Number {:02} bears {}; a later number cannot bear an earlier date.",
            last.number, last.entry_on
        ),
    ))
}
