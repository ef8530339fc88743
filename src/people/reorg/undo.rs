//! Undoing a reorganisation, until something new was done under it.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    Statement,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::rows::register;
use crate::fault::{Fault, Outcome};
use crate::people::rows::{post, reorganisation, succession, unit, unit_group_member, unit_name};
use crate::people::{Actor, may};
use crate::signing::rows::signing_key;

/// Everything that applying a plan changed, with what was there before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Changes {
    pub created: Vec<Uuid>,
    pub closed: Vec<(Uuid, Option<NaiveDate>)>,
    pub names: Vec<Uuid>,
    pub registers: Vec<Uuid>,
    pub posts_ended: Vec<(Uuid, Option<NaiveDate>)>,
    pub posts_made: Vec<Uuid>,
    pub keys: Vec<(Uuid, Option<NaiveDate>)>,
    pub members: Vec<(Uuid, Uuid)>,
}

/// What was done in a new unit already, one query each: `$1` is the unit.
const DONE: [&str; 6] = [
    "SELECT 1 FROM document WHERE owner_id = $1 OR org_id = $1 LIMIT 1",
    "SELECT 1 FROM delivery WHERE unit_id = $1 OR arrival_owner_id = $1 LIMIT 1",
    "SELECT 1 FROM unit_report WHERE unit_id = $1 LIMIT 1",
    "SELECT 1 FROM opinion WHERE unit_id = $1 LIMIT 1",
    "SELECT 1 FROM case_file WHERE owner_id = $1 OR org_id = $1 LIMIT 1",
    "SELECT 1 FROM succession WHERE from_id = $1 LIMIT 1",
];

/// Takes a reorganisation back: everything is as it was before.
///
/// # Errors
/// A refusal when something was done under it, when it was undone already, or for want of the right.
pub async fn undo(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    app.act(actor, id, |cx, id| Box::pin(take_back(cx, *id)))
        .await
}

async fn take_back(cx: Cx<'_>, id: Uuid) -> Outcome<()> {
    let row = reorganisation::Entity::find_by_id(id)
        .one(cx.tx)
        .await?
        .filter(|row| may::administer(cx.actor, row.org_id))
        .ok_or(Fault::NotFound)?;
    if row.undone_at.is_some() {
        return Err(Fault::stale(
            "Phương án này đã được hủy.",
            "This plan was undone already.",
        ));
    }
    let changes: Changes = serde_json::from_str(&row.changes)?;
    for unit_id in &changes.created {
        refuse_used(cx, *unit_id).await?;
    }
    succession::Entity::delete_many()
        .filter(succession::Column::ReorganisationId.eq(id))
        .exec(cx.tx)
        .await?;
    restore(cx, &changes, row.effective_on).await?;
    reorganisation::ActiveModel {
        id: Set(id),
        undone_at: Set(Some(cx.now)),
        undone_by: Set(cx.actor.name.clone()),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let summary = format!("Hủy sắp xếp đơn vị: {}", row.title);
    let entry =
        Entry::general("organisation.reorganisation_undone", summary).data(json!({ "id": id }));
    audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await
}

async fn refuse_used(cx: Cx<'_>, unit_id: Uuid) -> Outcome<()> {
    for sql in DONE {
        let backend = cx.tx.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, [unit_id.into()]);
        if cx.tx.query_one_raw(statement).await?.is_some() {
            return Err(Fault::stale(
                "Đơn vị mới đã có văn bản, báo cáo hoặc việc tiếp nhận; không hủy được nữa. Lập phương án mới để sửa.",
                "A new unit has documents, reports or receipts already; it can no longer be undone. Make another plan to change it.",
            ));
        }
    }
    Ok(())
}

async fn restore(cx: Cx<'_>, changes: &Changes, day: NaiveDate) -> Outcome<()> {
    for (id, valid_to) in &changes.closed {
        let row = unit::ActiveModel {
            id: Set(*id),
            valid_to: Set(*valid_to),
            ..Default::default()
        };
        row.update(cx.tx).await?;
    }
    for id in &changes.created {
        // Its row stays, for the journal; it was never there on any day, and its key can be used again.
        let row = unit::ActiveModel {
            id: Set(*id),
            unit_key: Set(format!("{id}")),
            valid_to: Set(Some(day)),
            ..Default::default()
        };
        row.update(cx.tx).await?;
    }
    unit_name::Entity::delete_many()
        .filter(unit_name::Column::Id.is_in(changes.names.iter().copied()))
        .exec(cx.tx)
        .await?;
    for id in &changes.registers {
        let row = register::ActiveModel {
            id: Set(*id),
            closed_at: Set(None),
            ..Default::default()
        };
        row.update(cx.tx).await?;
    }
    for (id, valid_to) in &changes.posts_ended {
        let row = post::ActiveModel {
            id: Set(*id),
            valid_to: Set(*valid_to),
            ..Default::default()
        };
        row.update(cx.tx).await?;
    }
    for id in &changes.posts_made {
        let row = post::ActiveModel {
            id: Set(*id),
            valid_to: Set(Some(day)),
            ..Default::default()
        };
        row.update(cx.tx).await?;
    }
    for (id, used_until) in &changes.keys {
        let row = signing_key::ActiveModel {
            id: Set(*id),
            used_until: Set(*used_until),
            ..Default::default()
        };
        row.update(cx.tx).await?;
    }
    for member in &changes.members {
        unit_group_member::Entity::delete_by_id(*member)
            .exec(cx.tx)
            .await?;
    }
    Ok(())
}
