//! Deadlines in people's own calendar programmes: a private link that its person makes and takes back.
//!
//! The link shows what its person may see today: who leaves a unit or is switched off has an address that is not found.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};
use trinhky_calendar::{IcsEvent, ics_text};
use uuid::Uuid;

use super::rows::calendar_feed;
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::rows::document;
use crate::documents::{doc_type, title};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::flow::rows::flow_task;
use crate::people::pages::task_address;
use crate::people::{Actor, find as people_find, may};

/// Links that one person may have; old ones are taken back first.
const MOST_FEEDS: u64 = 10;
/// Deadlines in one calendar, nearest first.
const MOST_EVENTS: u64 = 500;

/// Makes a calendar: the actor's own, or that of one of the actor's units. Returns the secret of its link, which is
/// kept nowhere.
///
/// # Errors
/// When the unit is not the actor's, or there are too many links.
pub async fn make(app: &App, actor: &Actor, unit: Option<Uuid>) -> Outcome<String> {
    let secret = app.ids.token();
    let input = (digest(secret.as_bytes()), unit);
    app.act(actor, input, |cx, (digest, unit)| {
        Box::pin(insert(cx, digest, *unit))
    })
    .await?;
    Ok(secret)
}

async fn insert(cx: Cx<'_>, digest: &str, unit: Option<Uuid>) -> Outcome<()> {
    let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
    if unit.is_some_and(|unit| !cx.actor.unit_ids().contains(&unit)) {
        return Err(Fault::invalid(
            "whose",
            "Chỉ lấy được lịch của mình và của đơn vị mình.",
            "Only your own calendar and those of your units can be taken.",
        ));
    }
    let count = calendar_feed::Entity::find()
        .filter(calendar_feed::Column::PersonId.eq(person_id))
        .count(cx.tx)
        .await?;
    if count >= MOST_FEEDS {
        return Err(Fault::invalid(
            "whose",
            format!("Đã có {count} đường dẫn; thu hồi bớt rồi tạo lại."),
            format!("There are {count} links; take some back first."),
        ));
    }
    calendar_feed::ActiveModel {
        id: Set(cx.id()),
        digest: Set(digest.to_owned()),
        person_id: Set(person_id),
        unit_id: Set(unit),
        created_at: Set(cx.now),
    }
    .insert(cx.tx)
    .await?;
    note(cx, "feed.made", "Tạo đường dẫn lịch hạn việc").await
}

/// Takes a link of the actor's back; at once it shows nothing more.
///
/// # Errors
/// [`Fault::NotFound`] where the actor has no such link.
pub async fn take_back(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    app.act(actor, id, |cx, id| {
        Box::pin(async move {
            let gone = calendar_feed::Entity::delete_many()
                .filter(calendar_feed::Column::Id.eq(*id))
                .filter(calendar_feed::Column::PersonId.eq(cx.actor.person_id))
                .exec(cx.tx)
                .await?;
            if gone.rows_affected == 0 {
                return Err(Fault::NotFound);
            }
            note(cx, "feed.taken_back", "Thu hồi đường dẫn lịch hạn việc").await
        })
    })
    .await
}

async fn note(cx: Cx<'_>, act: &'static str, summary: &str) -> Outcome<()> {
    let Some(post) = cx.actor.posts.first() else {
        return Ok(());
    };
    let entry = Entry::general(act, summary.to_owned());
    audit::append(cx.tx, post.org_id, cx.actor, cx.now, entry).await
}

/// The actor's links, newest first.
///
/// # Errors
/// What the database reports.
pub async fn of_actor(
    db: &impl ConnectionTrait,
    actor: &Actor,
) -> Outcome<Vec<calendar_feed::Model>> {
    Ok(calendar_feed::Entity::find()
        .filter(calendar_feed::Column::PersonId.eq(actor.person_id))
        .order_by_desc(calendar_feed::Column::Id)
        .all(db)
        .await?)
}

/// The calendar of a link.
///
/// # Errors
/// [`Fault::NotFound`] where the link was taken back, or its person may not see this any more.
pub async fn calendar(app: &App, secret: &str) -> Outcome<String> {
    let db = app.store.reader();
    let feed = calendar_feed::Entity::find()
        .filter(calendar_feed::Column::Digest.eq(digest(secret.as_bytes())))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let actor = people_find::actor(db, feed.person_id, app.today()).await?;
    let (name, within) = match feed.unit_id {
        None => (
            format!("Hạn việc: {}", actor.name),
            Condition::any()
                .add(flow_task::Column::PersonId.eq(feed.person_id))
                .add(flow_task::Column::UnitId.is_in(actor.unit_ids()))
                .add(
                    Condition::all()
                        .add(flow_task::Column::OrgId.is_in(actor.org_ids()))
                        .add(flow_task::Column::UnitId.is_null())
                        .add(flow_task::Column::PersonId.is_null()),
                ),
        ),
        Some(unit) if actor.unit_ids().contains(&unit) => {
            let found = people_find::unit(db, unit, app.today()).await?;
            let of_unit = Condition::all().add(flow_task::Column::UnitId.eq(unit));
            (format!("Hạn việc: {}", found.name), of_unit)
        }
        Some(_) => return Err(Fault::NotFound),
    };
    let tasks = flow_task::Entity::find()
        .filter(within)
        .filter(flow_task::Column::DueAt.is_not_null())
        .order_by_asc(flow_task::Column::DueAt)
        .order_by_asc(flow_task::Column::InstanceId)
        .order_by_asc(flow_task::Column::TaskId)
        .limit(MOST_EVENTS)
        .all(db)
        .await?;
    let whole_unit = feed.unit_id.is_some();
    let events = events(app, &actor, whole_unit, &tasks).await?;
    Ok(ics_text(&name, app.clock.now(), &events))
}

/// The deadlines of the tasks: all of a unit's, or those that the actor may do.
async fn events(
    app: &App,
    actor: &Actor,
    whole_unit: bool,
    tasks: &[flow_task::Model],
) -> Outcome<Vec<IcsEvent>> {
    let ids = tasks.iter().map(|task| task.document_id);
    let documents: BTreeMap<Uuid, document::Model> = document::Entity::find()
        .filter(document::Column::Id.is_in(ids))
        .all(app.store.reader())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let base = app.config.base_url();
    let host = base.split_once("://").map_or(&*base, |(_, host)| host);
    let mut events = Vec::new();
    for task in tasks {
        let (Some(document), Some(due)) = (documents.get(&task.document_id), task.due_at) else {
            continue;
        };
        let right = may::TaskRight {
            role: &task.role,
            doc_type: &document.doc_type,
            org_id: task.org_id,
            owner_id: document.owner_id,
            unit_id: task.unit_id,
            person_id: task.person_id,
        };
        let mine = may::do_task(actor, &right) && !may::held_by_other(actor, task.claimed_by);
        if !whole_unit && !mine {
            continue;
        }
        let name = title(
            doc_type(&document.doc_type)?,
            document.number,
            &document.symbol,
            &document.subject,
        );
        events.push(IcsEvent {
            uid: format!("{}-{}@{host}", task.instance_id, task.task_id),
            due,
            summary: format!("{}: {name}", task.name),
            description: document.subject.clone(),
            url: format!("{base}{}", task_address(task)),
            sequence: 0,
            cancelled: false,
        });
    }
    Ok(events)
}
