//! What a receiving unit does with a document after its registration: the leader says who leads, who supports, who is to
//! know and by when (R3; Decree 30/2020, Art. 23), the lead says when it is done. The sender sees both.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait,
    QueryFilter, QueryOrder, sea_query::OnConflict,
};
use serde_json::json;
use uuid::Uuid;

use super::receipt::Delivered;
use super::rows::{direction, direction_person};
use super::state;
use crate::app::{App, Cx};
use crate::audit::evidence::{self, Event, kinds};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::Actor;
use crate::people::find::{self as people_find, Holder};
use crate::queue::{self, NewJob};
use crate::web::format::date_time;
use crate::worker;

/// Leaders of a receiving unit.
const LEADERS: &[&str] = &["chair", "vice_chair", "office_chief", "unit_head"];

/// What somebody has to do with the document.
pub mod part {
    /// Does it and answers for it; one person.
    pub const LEAD: &str = "lead";
    /// Helps the lead.
    pub const SUPPORT: &str = "support";
    /// Is to know.
    pub const INFORM: &str = "inform";
}

/// What a leader directs.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub lead: Uuid,
    pub support: Vec<Uuid>,
    pub inform: Vec<Uuid>,
    /// Until the end of office hours of this day; none where there is no hurry.
    pub due_on: Option<NaiveDate>,
    pub remark: String,
}

/// A direction with its people, the lead first.
#[derive(Debug, Clone)]
pub struct Direction {
    pub row: direction::Model,
    pub people: Vec<direction_person::Model>,
}

impl Direction {
    /// The names of those with a part.
    #[must_use]
    pub fn names(&self, part: &str) -> Vec<&str> {
        self.people
            .iter()
            .filter(|person| person.part == part)
            .map(|person| person.name.as_str())
            .collect()
    }

    fn is_led_by(&self, actor: &Actor) -> bool {
        self.people
            .iter()
            .any(|person| person.part == part::LEAD && actor.person_id == Some(person.person_id))
    }
}

/// Whether the actor leads the unit that received it.
#[must_use]
pub fn may_direct(actor: &Actor, found: &Delivered) -> bool {
    actor
        .about(&found.doc_type)
        .has_role_in_unit(LEADERS, found.unit_id)
}

/// The unit's leader, as an act is to name him: a substitute with whom it is done for.
fn acting(actor: &Actor, found: &Delivered) -> Actor {
    let about = actor.about(&found.doc_type);
    about
        .post_in_unit(LEADERS, found.unit_id)
        .map_or_else(|| actor.clone(), |post| actor.by(post))
}

/// Whether the actor may say that it is done: the lead, or the unit's leader.
#[must_use]
pub fn may_complete(actor: &Actor, found: &Delivered, direction: &Direction) -> bool {
    direction.is_led_by(actor) || may_direct(actor, found)
}

/// The direction of a delivery; none where the leader has not spoken yet.
///
/// # Errors
/// What the database reports.
pub async fn of_delivery(
    db: &impl ConnectionTrait,
    delivery_id: Uuid,
) -> Outcome<Option<Direction>> {
    let Some(row) = direction::Entity::find_by_id(delivery_id).one(db).await? else {
        return Ok(None);
    };
    let mut people = direction_person::Entity::find()
        .filter(direction_person::Column::DeliveryId.eq(delivery_id))
        .order_by_asc(direction_person::Column::Name)
        .order_by_asc(direction_person::Column::PersonId)
        .all(db)
        .await?;
    people.sort_by_key(|person| match person.part.as_str() {
        part::LEAD => 0,
        part::SUPPORT => 1,
        _ => 2,
    });
    Ok(Some(Direction { row, people }))
}

/// The people of the receiving unit, each once: who may be given a part.
///
/// # Errors
/// What the database reports.
pub async fn people_of(
    db: &impl ConnectionTrait,
    unit_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let unit = people_find::unit(db, unit_id, on).await?;
    let mut people = people_find::staff_of_org(db, unit.org_id, on).await?;
    // An organisation that receives as a whole may give work to all of its units.
    people.retain(|holder| holder.post.unit_id == unit_id || unit.org_id == unit_id);
    Ok(people)
}

/// Records who does what until when, and has them told; until it is done the leader may change it.
///
/// # Errors
/// When the document is not registered or is done already, a person is not of the unit, the day is past, or the right.
pub async fn direct(app: &App, actor: &Actor, id: Uuid, wanted: Wanted) -> Outcome<()> {
    app.act(actor, (id, wanted), |cx, (id, wanted)| {
        Box::pin(record(cx, *id, wanted))
    })
    .await
}

async fn record(cx: Cx<'_>, id: Uuid, wanted: &Wanted) -> Outcome<()> {
    let found = registered(cx, id).await?;
    if !may_direct(cx.actor, &found) {
        return Err(Fault::forbidden(
            "Chỉ lãnh đạo đơn vị nhận được chỉ đạo xử lý văn bản này.",
            "Only a leader of the receiving unit directs what is done with this document.",
        ));
    }
    let leader = acting(cx.actor, &found);
    let cx = Cx {
        actor: &leader,
        ..cx
    };
    let old = of_delivery(cx.tx, id).await?;
    if old.is_some_and(|old| old.row.completed_at.is_some()) {
        return Err(done_already());
    }
    let people = parts(cx, &found, wanted).await?;
    let due_at = due(cx, &found, wanted.due_on).await?;
    direction_person::Entity::delete_many()
        .filter(direction_person::Column::DeliveryId.eq(id))
        .exec(cx.tx)
        .await?;
    let row = direction::ActiveModel {
        delivery_id: Set(id),
        org_id: Set(found.org_id),
        unit_id: Set(found.unit_id),
        remark: Set(wanted.remark.trim().to_owned()),
        due_at: Set(due_at),
        directed_at: Set(cx.now),
        directed_by: Set(cx.actor.name.clone()),
        completed_at: Set(None),
        completed_by: Set(String::new()),
        outcome: Set(String::new()),
    };
    direction::Entity::insert(row)
        .on_conflict(
            OnConflict::column(direction::Column::DeliveryId)
                .update_columns([
                    direction::Column::Remark,
                    direction::Column::DueAt,
                    direction::Column::DirectedAt,
                    direction::Column::DirectedBy,
                ])
                .to_owned(),
        )
        .exec_without_returning(cx.tx)
        .await?;
    let lead = people
        .first()
        .map(|(holder, _)| holder.name.clone())
        .unwrap_or_default();
    for (holder, part) in people {
        direction_person::ActiveModel {
            delivery_id: Set(id),
            person_id: Set(holder.person_id),
            part: Set(part.to_owned()),
            name: Set(holder.name),
        }
        .insert(cx.tx)
        .await?;
    }
    let until = due_at
        .map(|at| format!(", hạn {}", date_time(at)))
        .unwrap_or_default();
    // A leader may change it: each direction is told, by its moment.
    let name = ("assigned", format!("{id}:{}", cx.now.timestamp_micros()));
    let event = Event::new(&kinds::ASSIGNED, name, found.unit_id, cx.now)
        .by(cx.actor)
        .detail(format!("{lead} chủ trì{until}"));
    let told = evidence::append(cx.tx, found.document_id, &event).await?;
    let summary = format!("Giao {lead} chủ trì xử lý {}{until}", found.title()?);
    let entry = Entry::about(found.document_id, "document.directed", summary)
        .unit(found.unit_id)
        .data(json!({ "delivery": id }))
        .evidence(&told);
    audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry).await?;
    let job = NewJob {
        key: format!("assigned:{id}:{}", cx.now.to_rfc3339()),
        name: worker::ASSIGNED_NOTICE,
        payload: json!({ "delivery": id }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await?;
    match due_at {
        Some(due_at) => follow(cx, id, due_at, cx.now).await,
        None => Ok(()),
    }
}

/// Has the people reminded of the day of a direction; each look at it says when the next one is. What another day was set for
/// meanwhile, or is done, is looked at no more.
///
/// # Errors
/// What the database reports.
pub async fn follow(
    cx: Cx<'_>,
    id: Uuid,
    due_at: DateTime<Utc>,
    run_at: DateTime<Utc>,
) -> Outcome<()> {
    let job = NewJob {
        key: format!(
            "direction:{id}:{}:{}",
            due_at.timestamp(),
            run_at.timestamp()
        ),
        name: worker::DIRECTION_DUE,
        payload: json!({ "delivery": id, "due_at": due_at }),
        run_at,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// A delivery of the actor's that its clerk has registered.
async fn registered(cx: Cx<'_>, id: Uuid) -> Outcome<Delivered> {
    let found = super::receipt::visible(cx.tx, cx.actor, id).await?;
    if found.state == state::REGISTERED {
        return Ok(found);
    }
    Err(Fault::stale(
        "Văn bản chưa vào sổ văn bản đến; văn thư tiếp nhận trước, lãnh đạo chỉ đạo sau.",
        "The document is not in the register of arrivals; the clerk receives it first.",
    ))
}

/// Everybody once, the heaviest part first.
async fn parts(
    cx: Cx<'_>,
    found: &Delivered,
    wanted: &Wanted,
) -> Outcome<Vec<(Holder, &'static str)>> {
    let people = people_of(cx.tx, found.unit_id, cx.today()).await?;
    let asked = std::iter::once((wanted.lead, part::LEAD))
        .chain(wanted.support.iter().map(|id| (*id, part::SUPPORT)))
        .chain(wanted.inform.iter().map(|id| (*id, part::INFORM)));
    let mut given: Vec<(Holder, &'static str)> = Vec::new();
    for (id, part) in asked {
        if given.iter().any(|(holder, _)| holder.person_id == id) {
            continue;
        }
        let holder = people.iter().find(|holder| holder.person_id == id);
        let Some(holder) = holder else {
            let field = if part == part::LEAD { "lead" } else { part };
            return Err(Fault::invalid(
                field,
                "Chọn người đang công tác tại đơn vị nhận.",
                "Choose somebody who works in the receiving unit.",
            ));
        };
        given.push((holder.clone(), part));
    }
    Ok(given)
}

/// The end of office hours of the day, by the receiving unit's calendar.
async fn due(
    cx: Cx<'_>,
    found: &Delivered,
    on: Option<NaiveDate>,
) -> Outcome<Option<DateTime<Utc>>> {
    let Some(on) = on else {
        return Ok(None);
    };
    if on < cx.today() {
        return Err(Fault::invalid(
            "due",
            "Hạn không được trước hôm nay.",
            "The deadline is not before today.",
        ));
    }
    let unit = people_find::unit(cx.tx, found.unit_id, cx.today()).await?;
    let calendar = people_find::calendar(cx.tx, unit.org_id).await?;
    Ok(Some(calendar.end_of_office(on)))
}

/// Says that it is done, with what came of it; the sender sees it.
///
/// # Errors
/// When nobody was charged with it, it is done already, the outcome is missing, or the right.
pub async fn complete(app: &App, actor: &Actor, id: Uuid, outcome: String) -> Outcome<()> {
    app.act(actor, (id, outcome), |cx, (id, outcome)| {
        Box::pin(finish(cx, *id, outcome.trim()))
    })
    .await
}

async fn finish(cx: Cx<'_>, id: Uuid, outcome: &str) -> Outcome<()> {
    let found = registered(cx, id).await?;
    let Some(direction) = of_delivery(cx.tx, id).await? else {
        return Err(Fault::stale(
            "Lãnh đạo đơn vị chưa giao ai xử lý văn bản này.",
            "The unit's leader has charged nobody with this document.",
        ));
    };
    if direction.row.completed_at.is_some() {
        return Err(done_already());
    }
    if !may_complete(cx.actor, &found, &direction) {
        return Err(Fault::forbidden(
            "Chỉ người chủ trì hoặc lãnh đạo đơn vị báo được là đã hoàn thành.",
            "Only the lead or the unit's leader says that it is done.",
        ));
    }
    let done_by = match direction.is_led_by(cx.actor) {
        true => cx.actor.clone(),
        false => acting(cx.actor, &found),
    };
    let cx = Cx {
        actor: &done_by,
        ..cx
    };
    if outcome.is_empty() {
        return Err(Fault::invalid(
            "outcome",
            "Ghi kết quả: đã làm gì, số văn bản trả lời nếu có.",
            "Write the outcome: what was done, the number of the reply if there is one.",
        ));
    }
    let mut row: direction::ActiveModel = direction.row.into();
    row.completed_at = Set(Some(cx.now));
    row.completed_by = Set(cx.actor.name.clone());
    row.outcome = Set(outcome.to_owned());
    row.update(cx.tx).await?;
    let summary = format!("Hoàn thành xử lý {}: {outcome}", found.title()?);
    let entry = Entry::about(found.document_id, "document.completed", summary)
        .unit(found.unit_id)
        .data(json!({ "delivery": id }));
    audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry).await
}

fn done_already() -> Fault {
    Fault::stale(
        "Văn bản này đã được báo hoàn thành; không đổi được nữa.",
        "This document was reported as done; nothing can be changed any more.",
    )
}
