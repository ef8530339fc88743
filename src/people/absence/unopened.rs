//! Leaders who seem to be away: something waits for them, and they have opened nothing for two working days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use trinhky_calendar::{Anchor, Calendar, Rule};
use uuid::Uuid;

use super::{Away, LEADERS};
use crate::fault::Outcome;
use crate::people::find::{self, Holder};
use crate::people::may::{TaskRight, do_task};
use crate::people::{Actor, Post};

/// How long nothing was opened, in working days.
pub const UNOPENED_WORKING_DAYS: u32 = 2;

/// A leader and what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopened {
    pub person_id: Uuid,
    pub name: String,
    pub title: String,
    /// Tasks that wait for longer than that.
    pub waiting: usize,
}

#[derive(Debug, FromQueryResult)]
struct Waiting {
    role: String,
    doc_type: String,
    org_id: Uuid,
    owner_id: Uuid,
    unit_id: Option<Uuid>,
}

#[derive(Debug, FromQueryResult)]
struct Seen {
    person_id: Uuid,
}

/// The leaders of an organisation for whom something has waited for two working days in which they opened no document,
/// and for whom nobody stands in yet.
///
/// # Errors
/// What the database reports.
pub async fn unopened(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Outcome<Vec<Unopened>> {
    let back = Rule::Before(
        Anchor::Instant(now),
        Box::new(Rule::WorkingDays(UNOPENED_WORKING_DAYS)),
    );
    let since = calendar
        .resolve(&back, now)
        .map_err(anyhow::Error::from)?
        .at;
    let sql = "SELECT t.role, d.doc_type, t.org_id, d.owner_id, t.unit_id FROM flow_task t \
               JOIN document d ON d.id = t.document_id \
               WHERE t.org_id = $1 AND t.created_at <= $2 AND t.person_id IS NULL";
    let values = [org_id.into(), since.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let waiting = Waiting::find_by_statement(statement).all(db).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let on = trinhky_calendar::local(now).date_naive();
    let leaders = leaders(db, org_id, on).await?;
    let seen = seen_since(db, &leaders, since).await?;
    Ok(leaders
        .into_values()
        .filter(|(holder, _)| !seen.contains(&holder.person_id))
        .filter_map(|(holder, posts)| {
            let actor = Actor {
                person_id: Some(holder.person_id),
                name: holder.name.clone(),
                posts,
            };
            let count = waiting.iter().filter(|task| is_for(&actor, task)).count();
            (count > 0).then_some(Unopened {
                person_id: holder.person_id,
                name: holder.name,
                title: holder.post.title,
                waiting: count,
            })
        })
        .collect())
}

/// The leaders for whom nobody stands in, each with all posts as a leader.
async fn leaders(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    on: chrono::NaiveDate,
) -> Outcome<BTreeMap<Uuid, (Holder, Vec<Post>)>> {
    let away = Away::on(db, [org_id], on).await?;
    let mut leaders: BTreeMap<Uuid, (Holder, Vec<Post>)> = BTreeMap::new();
    for role in LEADERS {
        for holder in find::holders_in_org(db, org_id, role, on).await? {
            if away.is_away(&holder) {
                continue;
            }
            leaders
                .entry(holder.person_id)
                .or_insert_with(|| (holder.clone(), Vec::new()))
                .1
                .push(holder.post);
        }
    }
    Ok(leaders)
}

async fn seen_since(
    db: &impl ConnectionTrait,
    leaders: &BTreeMap<Uuid, (Holder, Vec<Post>)>,
    since: DateTime<Utc>,
) -> Outcome<BTreeSet<Uuid>> {
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

    use crate::audit::rows::access_log::{Column, Entity};
    Ok(Entity::find()
        .select_only()
        .column(Column::PersonId)
        .distinct()
        .filter(Column::PersonId.is_in(leaders.keys().copied()))
        .filter(Column::At.gte(since))
        .into_model::<Seen>()
        .all(db)
        .await?
        .into_iter()
        .map(|seen| seen.person_id)
        .collect())
}

fn is_for(actor: &Actor, task: &Waiting) -> bool {
    let right = TaskRight {
        role: &task.role,
        doc_type: &task.doc_type,
        org_id: task.org_id,
        owner_id: task.owner_id,
        unit_id: task.unit_id,
        person_id: None,
    };
    do_task(actor, &right)
}
