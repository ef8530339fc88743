//! The act: a day off, a worked weekend, a year's notice, and the open deadlines that move with it.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};
use serde_json::json;
use trinhky_calendar::{Calendar, Entry as DayEntry, EntryKind, vn_date};
use uuid::Uuid;

use super::outlook::{Outlook, outlook};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::direction;
use crate::fault::{Fault, Outcome};
use crate::flow::recount::{self, Change};
use crate::objectives::{corrective, replan};
use crate::people::rows::org_calendar;
use crate::people::{Actor, admin, find as people_find, may};

/// Deadlines that the journal's data name; of more it says how many they are.
const NAMED: usize = 200;

/// What is changed, and by what notice or decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// What a day is; without an entry what was written of it is taken away.
    Day {
        date: NaiveDate,
        entry: Option<DayEntry>,
        reason: String,
        source: String,
    },
    /// The notice of a year is out, and its days are as shown.
    Announce { year: i32, source: String },
}

impl Edit {
    /// The calendar after the change; none where it is so already.
    #[must_use]
    pub fn of(&self, old: &Calendar) -> Option<Calendar> {
        let mut new = old.clone();
        match self {
            Self::Day { date, entry, .. } => match entry {
                Some(entry) => new.set_entry(*date, entry.clone()),
                None => {
                    new.remove_entry(*date);
                }
            },
            Self::Announce { year, source } => new.announce_as_shown(*year, source.clone()),
        }
        (new != *old).then_some(new)
    }

    /// The year that a page shows afterwards.
    #[must_use]
    pub fn year(&self) -> i32 {
        match self {
            Self::Day { date, .. } => date.year(),
            Self::Announce { year, .. } => *year,
        }
    }

    /// As the journal tells it.
    fn summary(&self) -> String {
        match self {
            Self::Day {
                date,
                entry,
                reason,
                source,
            } => {
                let what = match entry.as_ref().map(|entry| entry.kind) {
                    Some(EntryKind::Worked) => "ngày làm bù",
                    Some(_) => "ngày nghỉ",
                    None => "ngày như thường, bỏ điều đã ghi",
                };
                format!("Ghi {} là {what}: {reason} ({source})", vn_date(*date))
            }
            Self::Announce { year, source } => {
                format!("Ghi lịch nghỉ năm {year} là chính thức, không còn dự kiến ({source})")
            }
        }
    }

    fn data(&self) -> serde_json::Value {
        match self {
            Self::Day { date, entry, .. } => json!({ "date": date, "entry": entry }),
            Self::Announce { year, source } => json!({ "year": year, "source": source }),
        }
    }
}

/// What came of a wish to change the calendar.
#[derive(Debug)]
pub enum Answer {
    /// Saved, and so many deadlines moved.
    Changed(usize),
    /// Nothing is saved: this moves and has not been looked at as it is now.
    LookFirst(Outlook),
}

/// Saves a change of the calendar and moves the open deadlines that it moves, as they were seen (`mark`, see
/// [`Outlook::mark`]).
///
/// # Errors
/// When the day is recorded like this already, the right, or what the database reports.
pub async fn change(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    edit: Edit,
    mark: String,
) -> Outcome<Answer> {
    app.act(actor, (org_id, edit, mark), |cx, (org_id, edit, mark)| {
        Box::pin(write(cx, *org_id, edit, mark))
    })
    .await
}

async fn write(cx: Cx<'_>, org_id: Uuid, edit: &Edit, mark: &str) -> Outcome<Answer> {
    if !may::administer(cx.actor, org_id) {
        return Err(admin::only_administrators());
    }
    let old = people_find::calendar(cx.tx, org_id).await?;
    let new = edit.of(&old).ok_or_else(|| {
        Fault::stale(
            "Lịch đã được ghi như vậy.",
            "The calendar is recorded like this already.",
        )
    })?;
    let change = Change {
        old: &old,
        new: &new,
        now: cx.now,
    };
    let outlook = outlook(cx.tx, org_id, &change).await?;
    if !outlook.moved.is_empty() && outlook.mark() != mark {
        return Ok(Answer::LookFirst(outlook));
    }
    save(cx, org_id, &new).await?;
    let count = outlook.moved.len();
    let named: Vec<_> = outlook
        .moved
        .iter()
        .take(NAMED)
        .map(|moved| {
            json!({
                "document": moved.document_id, "what": moved.what, "whose": moved.whose,
                "before": moved.before, "after": moved.after,
            })
        })
        .collect();
    carry_out(cx, outlook).await?;
    let mut summary = edit.summary();
    if count > 0 {
        summary.push_str(&format!("; dời {count} thời hạn đang mở"));
    }
    let mut data = edit.data();
    data["moved"] = json!(named);
    data["count"] = json!(count);
    let entry = Entry::general("calendar.changed", summary).data(data);
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await?;
    Ok(Answer::Changed(count))
}

async fn save(cx: Cx<'_>, org_id: Uuid, calendar: &Calendar) -> Outcome<()> {
    let row = org_calendar::ActiveModel {
        org_id: Set(org_id),
        data: Set(serde_json::to_string(calendar)?),
        updated_at: Set(cx.now),
    };
    org_calendar::Entity::insert(row)
        .on_conflict(
            OnConflict::column(org_calendar::Column::OrgId)
                .update_columns([org_calendar::Column::Data, org_calendar::Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(cx.tx)
        .await?;
    Ok(())
}

/// Moves everything, and journals under each document what its workflow did.
async fn carry_out(cx: Cx<'_>, outlook: Outlook) -> Outcome<()> {
    for (instance, commands) in outlook.instances {
        let row = crate::flow::instance(cx.tx, instance).await?;
        let events = recount::carry_out(cx, instance, commands).await?.events;
        let of_document = outlook
            .moved
            .iter()
            .filter(|moved| moved.document_id == row.document_id);
        let summary = match of_document.count() {
            0 => "Dời lịch nhắc theo lịch làm việc mới".to_owned(),
            n => format!("Dời {n} thời hạn theo lịch làm việc mới"),
        };
        let mut entry = Entry::about(row.document_id, "deadlines.moved", summary);
        entry.instance_id = Some(instance);
        entry.events = events;
        audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await?;
    }
    for period in &outlook.periods {
        replan::write(cx, period).await?;
    }
    let copies: BTreeSet<_> = outlook
        .moved
        .iter()
        .map(|moved| (moved.document_id, moved.before, moved.after))
        .collect();
    // As the rows of opinions and deliveries repeat a deadline, where no answer has come.
    for (document, before, after) in copies {
        for sql in [
            "UPDATE opinion SET due_at = $3 WHERE document_id = $1 AND due_at = $2 AND given_at IS NULL",
            "UPDATE delivery SET due_at = $3 WHERE document_id = $1 AND due_at = $2 AND answered_at IS NULL",
        ] {
            run(cx, sql, [document.into(), before.into(), after.into()]).await?;
        }
    }
    for (report, after) in outlook.reports {
        let sql =
            "UPDATE unit_report SET extended_due = $2 WHERE id = $1 AND extended_due IS NOT NULL";
        run(cx, sql, [report.into(), after.into()]).await?;
    }
    for (delivery, after) in outlook.directions {
        let sql = "UPDATE direction SET due_at = $2 WHERE delivery_id = $1";
        run(cx, sql, [delivery.into(), after.into()]).await?;
        direction::follow(cx, delivery, after, cx.now).await?;
    }
    for (action, day) in outlook.actions {
        corrective::postpone(cx, action, day).await?;
    }
    Ok(())
}

async fn run<const N: usize>(cx: Cx<'_>, sql: &str, values: [sea_orm::Value; N]) -> Outcome<()> {
    let backend = cx.tx.get_database_backend();
    cx.tx
        .execute_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    Ok(())
}
