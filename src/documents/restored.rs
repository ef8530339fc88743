//! Numbers after a restore (BAR F55). What was numbered since the backup is on paper and in mailboxes, but in no register
//! any more; so no number is given until a person has said how far each register had come. The lost numbers are entered
//! as void, with the reason: nothing is given twice, and the register shows why.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde_json::json;
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use super::rows::{register, register_entry};
use super::{numbers, register_name};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, Unit, find, settings};

/// Where a person says how far the registers had come.
pub const ADDRESS: &str = "/so-van-ban/sau-khoi-phuc";
/// More lost numbers than this in one register are a slip of the hand.
const MOST_LOST: i32 = 20_000;

/// A register that waits, with its keeper.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub row: register::Model,
    pub owner: Unit,
    pub taken_at: DateTime<Utc>,
}

impl Waiting {
    /// How the register is called, in Vietnamese and in English.
    ///
    /// # Errors
    /// When the row names a kind of document that this program does not know.
    pub fn name(&self) -> Outcome<(String, String)> {
        let (year, owner) = (self.row.year, &self.owner.name);
        if self.row.direction == "in" {
            return Ok((
                format!("Sổ văn bản đến năm {year}, {owner}"),
                format!("Arrivals of {year}, {owner}"),
            ));
        }
        let kind = register_name(&self.row.doc_type)?;
        Ok((
            format!("Sổ {kind} năm {year}, {owner}"),
            format!("Register of {kind}, {year}, {owner}"),
        ))
    }
}

/// The registers that wait for a word of the actor.
///
/// # Errors
/// What the database reports.
pub async fn waiting(
    db: &impl ConnectionTrait,
    actor: &Actor,
    today: NaiveDate,
) -> Outcome<Vec<Waiting>> {
    let rows = register::Entity::find()
        .filter(register::Column::RestoredFrom.is_not_null())
        .order_by_asc(register::Column::OwnerId)
        .order_by_asc(register::Column::DocType)
        .order_by_asc(register::Column::Year)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let units = find::all_units(db, today).await?;
    Ok(rows
        .into_iter()
        .filter(|row| numbers::may_keep(actor, row.org_id, row.owner_id))
        .filter_map(|row| {
            Some(Waiting {
                owner: units.get(&row.owner_id)?.clone(),
                taken_at: row.restored_from?,
                row,
            })
        })
        .collect())
}

/// Takes a person's word for the last number that each register had given, enters the lost ones as void and lets the
/// registers give numbers again.
///
/// # Errors
/// A refusal at the register's field (its id) when the number is below one that the register has, or not believable.
pub async fn settle(app: &App, actor: &Actor, last: BTreeMap<Uuid, i32>) -> Outcome<()> {
    app.act(actor, last, |cx, last| {
        Box::pin(async move {
            for waiting in waiting(cx.tx, cx.actor, cx.today()).await? {
                if let Some(last) = last.get(&waiting.row.id) {
                    settle_one(cx, &waiting, *last).await?;
                }
            }
            Ok(())
        })
    })
    .await
}

async fn settle_one(cx: Cx<'_>, waiting: &Waiting, last: i32) -> Outcome<()> {
    let row = &waiting.row;
    let known = row.next_number - 1;
    if !(known..=known + MOST_LOST).contains(&last) {
        return Err(Fault::invalid(
            &row.id.to_string(),
            format!(
                "Trong sổ đã có đến số {known:02}; ghi số cuối cùng đã cấp, từ {known} trở lên."
            ),
            format!(
                "The register holds numbers up to {known:02}; enter the last one given, from {known} on."
            ),
        ));
    }
    let taken_on = local(waiting.taken_at).date_naive();
    let reason = format!(
        "Số đã cấp sau bản sao lưu ngày {}, mất khi khôi phục",
        vn_date(taken_on)
    );
    for number in row.next_number..=last {
        register_entry::ActiveModel {
            id: Set(cx.id()),
            org_id: Set(row.org_id),
            register_id: Set(row.id),
            number: Set(number),
            symbol: Set(String::new()),
            // The day is lost with the entry; this is the earliest that it can have been.
            entry_on: Set(taken_on),
            at: Set(cx.now),
            document_id: Set(None),
            subject: Set(String::new()),
            signer: Set(String::new()),
            recipients: Set(String::new()),
            keeper: Set(String::new()),
            state: Set("lost".to_owned()),
            note: Set(reason.clone()),
            by_name: Set(cx.actor.name.clone()),
        }
        .insert(cx.tx)
        .await?;
    }
    register::ActiveModel {
        id: Set(row.id),
        next_number: Set(last + 1),
        restored_from: Set(None),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let (name, _) = waiting.name()?;
    let summary = match last - known {
        0 => format!("{name}: không mất số nào sau khi khôi phục"),
        lost => format!(
            "{name}: ghi {lost} số mất khi khôi phục, từ {:02} đến {last:02}",
            known + 1
        ),
    };
    let entry = Entry::general("register.restored", summary)
        .unit(row.owner_id)
        .data(json!({ "register": row.id, "known": known, "last": last }));
    audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await
}

/// Why a restored register gives no number yet.
#[must_use]
pub fn waits(taken_at: DateTime<Utc>) -> Fault {
    let day = vn_date(local(taken_at).date_naive());
    Fault::stale(
        format!(
            "Dữ liệu vừa được khôi phục từ bản sao lưu ngày {day}. Văn thư hoặc quản trị phải ghi số cuối cùng đã cấp ở trang {ADDRESS} trước khi cấp số tiếp."
        ),
        format!(
            "The data were restored from the backup of {day}. A clerk or an administrator first enters the last number given on {ADDRESS}."
        ),
    )
}

/// Refuses that a register opens by itself in a year that a restore has reached: it may have been open in the time that
/// is lost. A person opens it at the number that follows.
///
/// # Errors
/// That refusal, or what the database reports.
pub async fn may_open(cx: Cx<'_>, year: i32) -> Outcome<()> {
    match settings::value(cx.tx, settings::RESTORED).await? {
        Some(restored) if year <= local(restored.at).year() => Err(Fault::stale(
            format!(
                "Sổ này của năm {year} chưa có trong dữ liệu vừa khôi phục. Quản trị mở sổ ở trang /quan-tri/so với số tiếp theo rồi cấp số lại."
            ),
            format!(
                "The restored data hold no such register of {year}. An administrator opens it at its next number on /quan-tri/so; then give the number again."
            ),
        )),
        _ => Ok(()),
    }
}
