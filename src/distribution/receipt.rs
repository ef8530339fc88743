//! Acknowledgement by the recipients: one press, an arrival number, or a refusal with its reason.
//!
//! The hot act of the product: the same few statements for ten recipients and for three thousand.

use chrono::{DateTime, Datelike as _, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement, TransactionTrait as _};
use serde_json::json;
use trinhky_engine::{CommandKind, TaskId, Variables};
use uuid::Uuid;

use super::fan_out::{arrival_register, code_digest};
use super::rows::{attestation, delivery};
use super::state;
use crate::app::{App, Cx};
use crate::audit::evidence::{self, End, Event, kinds};
use crate::audit::{self, Entry};
use crate::documents::numbers;
use crate::documents::rows::register;
use crate::documents::{doc_type, title};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::flow;
use crate::people::{Actor, find as people_find, succession};
use crate::queue::{self, NewJob};
use crate::worker;

/// Who receives documents for a unit.
const CLERKS: &[&str] = &["clerk", "office_clerk"];
/// Wrong codes before the page of a body without an account closes.
const CODE_TRIES: i32 = 10;

/// A delivery with what its page needs of the document.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Delivered {
    pub id: Uuid,
    pub org_id: Uuid,
    pub document_id: Uuid,
    pub unit_id: Uuid,
    pub kind: String,
    pub state: String,
    pub due_at: DateTime<Utc>,
    pub code_hash: Option<String>,
    pub code_tries: i32,
    pub task_id: Option<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_by: String,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: String,
    pub arrival_number: Option<i32>,
    pub refusal: String,
    pub instance_id: Option<Uuid>,
    pub doc_type: String,
    pub number: Option<i32>,
    pub symbol: String,
    /// Empty where it was recalled.
    pub subject: String,
    pub recalled_at: Option<DateTime<Utc>>,
    pub recall_reason: Option<String>,
}

impl Delivered {
    /// How the document is named in sentences.
    ///
    /// # Errors
    /// When the stored type is none of ours.
    pub fn title(&self) -> Outcome<String> {
        Ok(title(
            doc_type(&self.doc_type)?,
            self.number,
            &self.symbol,
            &self.subject,
        ))
    }

    /// Whether it still waits for an answer.
    #[must_use]
    pub fn is_open(&self) -> bool {
        (self.state == state::DISPATCHED || self.state == state::DELIVERED)
            && self.recalled_at.is_none()
    }
}

/// A delivery by id, whoever asks.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn delivered(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Delivered> {
    let sql = "SELECT v.id, v.org_id, v.document_id, v.unit_id, v.kind, v.state, v.due_at, v.code_hash, v.code_tries, v.task_id, \
               v.opened_at, v.opened_by, v.answered_at, v.answered_by, v.arrival_number, v.refusal, d.instance_id, d.doc_type, d.number, d.symbol, \
               CASE WHEN r.document_id IS NULL THEN d.subject ELSE '' END AS subject, r.recalled_at, r.reason AS recall_reason \
               FROM delivery v JOIN document d ON d.id = v.document_id \
               LEFT JOIN document_recall r ON r.document_id = d.id WHERE v.id = $1";
    Delivered::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [id.into()],
    ))
    .one(db)
    .await?
    .ok_or(Fault::NotFound)
}

/// A delivery of one of the actor's units.
///
/// # Errors
/// [`Fault::NotFound`] also where it is another unit's.
pub async fn visible(db: &impl ConnectionTrait, actor: &Actor, id: Uuid) -> Outcome<Delivered> {
    let found = delivered(db, id).await?;
    if actor.unit_ids().contains(&found.unit_id) || actor.org_ids().contains(&found.org_id) {
        Ok(found)
    } else {
        Err(Fault::NotFound)
    }
}

/// Registers the document in the unit's register of arrivals (R2) and returns the arrival number.
///
/// # Errors
/// When the unit has answered already, or the actor does not receive for it.
pub async fn acknowledge(app: &App, actor: &Actor, id: Uuid) -> Outcome<i32> {
    app.act(actor, id, |cx, id| {
        Box::pin(async move {
            let found = delivered(cx.tx, *id).await?;
            let receiver = receiver(cx, &found)?;
            let cx = Cx {
                actor: &receiver,
                ..cx
            };
            if !found.is_open() {
                return Err(answered_already(&found));
            }
            let arrival = next_arrival_number(cx, found.unit_id).await?;
            let number = arrival.number;
            let end = answer(cx, &found, state::REGISTERED, Some(arrival), "").await?;
            let entry = Entry::about(
                found.document_id,
                "document.acknowledged",
                format!("Tiếp nhận {}, số đến {number}", found.title()?),
            )
            .data(json!({ "delivery": id, "arrival_number": number }));
            let event = answered(cx, &kinds::REGISTERED, &found).detail(format!("Số đến {number}"));
            finish(cx, &found, (end, event), entry).await?;
            Ok(number)
        })
    })
    .await
}

/// Refuses the document with a reason; the sender sees it at once.
///
/// # Errors
/// When the reason is missing, the unit has answered already, or the right.
pub async fn refuse(app: &App, actor: &Actor, id: Uuid, reason: String) -> Outcome<()> {
    if reason.trim().is_empty() {
        return Err(Fault::invalid(
            "reason",
            "Ghi rõ lý do từ chối.",
            "Say why it is refused.",
        ));
    }
    app.act(actor, (id, reason), |cx, (id, reason)| {
        Box::pin(async move {
            let found = delivered(cx.tx, *id).await?;
            let receiver = receiver(cx, &found)?;
            let cx = Cx {
                actor: &receiver,
                ..cx
            };
            if !found.is_open() {
                return Err(answered_already(&found));
            }
            let end = answer(cx, &found, state::REFUSED, None, reason.trim()).await?;
            let entry = Entry::about(
                found.document_id,
                "document.refused",
                format!("Từ chối {}: {}", found.title()?, reason.trim()),
            )
            .data(json!({ "delivery": id }));
            let event = answered(cx, &kinds::REFUSED, &found).detail(reason.trim());
            finish(cx, &found, (end, event), entry).await?;
            let job = NewJob {
                key: format!("refused:{id}:{}", cx.now.to_rfc3339()),
                name: worker::REFUSED_NOTICE,
                payload: json!({ "delivery": id }),
                run_at: cx.now,
            };
            queue::enqueue(cx.tx, cx.id(), job).await
        })
    })
    .await
}

/// Somebody of a body without an account, after the typed code was right.
///
/// # Errors
/// One sentence when the name is missing, the code is wrong or was tried too often.
pub async fn guest(app: &App, id: Uuid, code: &str, name: &str) -> Outcome<Actor> {
    if name.trim().is_empty() {
        return Err(Fault::invalid(
            "name",
            "Ghi họ tên người tiếp nhận.",
            "Write the name of who receives it.",
        ));
    }
    open_with_code(app, id, code).await?;
    let found = delivered(app.store.reader(), id).await?;
    let unit = people_find::unit(app.store.reader(), found.unit_id, app.today()).await?;
    Ok(Actor::guest(name.trim(), unit.id, &unit.name))
}

/// Checks the typed code of a body without an account; the code stays good until the delivery is answered.
///
/// # Errors
/// One sentence when the code is wrong or was tried too often.
pub async fn open_with_code(app: &App, id: Uuid, code: &str) -> Outcome<()> {
    let right = app
        .store
        .write((id, code_digest(app, id, code)), |tx, (id, hash)| {
            Box::pin(async move {
                // Counted in the same statement, so that tries in parallel count too.
                let sql = "UPDATE delivery SET code_tries = code_tries + 1 \
                           WHERE id = $1 AND code_hash IS NOT NULL AND code_tries < $2";
                let values = [(*id).into(), CODE_TRIES.into()];
                let tried = tx
                    .execute_raw(Statement::from_sql_and_values(
                        tx.get_database_backend(),
                        sql,
                        values,
                    ))
                    .await?;
                if tried.rows_affected() == 0 {
                    return Ok(None);
                }
                let sql = "UPDATE delivery SET code_tries = 0 WHERE id = $1 AND code_hash = $2";
                let values = [(*id).into(), hash.as_str().into()];
                let right = tx
                    .execute_raw(Statement::from_sql_and_values(
                        tx.get_database_backend(),
                        sql,
                        values,
                    ))
                    .await?;
                Ok(Some(right.rows_affected() == 1))
            })
        })
        .await?;
    match right {
        None => Err(Fault::refused(
            RefusalKind::TooMany,
            Some("code"),
            "Mã đã bị khóa vì nhập sai nhiều lần. Liên hệ văn thư nơi gửi để nhận mã mới.",
            "The code is blocked after too many tries. Ask the sender's clerk for a new one.",
        )),
        Some(false) => Err(Fault::invalid(
            "code",
            "Mã không đúng. Xem lại mã trong thư.",
            "The code is not right. Look at the mail again.",
        )),
        Some(true) => Ok(()),
    }
}

/// A member of staff confirms having studied and understood the document (R5).
///
/// # Errors
/// When it was not asked of this person, or is confirmed already.
pub async fn attest(app: &App, actor: &Actor, document_id: Uuid) -> Outcome<()> {
    app.act(actor, document_id, |cx, document_id| {
        Box::pin(async move {
            let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
            let document = crate::documents::find::document(cx.tx, *document_id).await?;
            let asked = attestation::Entity::find_by_id((*document_id, person_id))
                .one(cx.tx)
                .await?
                .ok_or(Fault::NotFound)?;
            let task = flow::tasks_of_document(cx.tx, *document_id)
                .await?
                .into_iter()
                .find(|task| task.element == "attest" && task.person_id == Some(person_id));
            let (None, Some(task)) = (asked.attested_at, task) else {
                return Err(Fault::stale(
                    "Đã xác nhận trước đó.",
                    "It is confirmed already.",
                ));
            };
            let sql =
                "UPDATE attestation SET attested_at = $3 WHERE document_id = $1 AND person_id = $2";
            let values = [(*document_id).into(), person_id.into(), cx.now.into()];
            cx.tx
                .execute_raw(Statement::from_sql_and_values(
                    cx.tx.get_database_backend(),
                    sql,
                    values,
                ))
                .await?;
            let advanced =
                complete(cx, document.instance()?, &task.task_id, Variables::new()).await?;
            let name = ("understood", person_id);
            let event = Event::new(&kinds::UNDERSTOOD, name, asked.unit_id, cx.now).by(cx.actor);
            let told = evidence::append(cx.tx, *document_id, &event).await?;
            let summary = format!("Xác nhận đã nghiên cứu, hiểu rõ {}", document.title());
            let mut entry = Entry::about(*document_id, "document.attested", summary)
                .unit(asked.unit_id)
                .evidence(&told);
            entry.instance_id = document.row.instance_id;
            entry.events = advanced.events;
            audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// Whether the actor receives such a document for the unit, as its clerk or in a clerk's place.
#[must_use]
pub fn may_receive(actor: &Actor, found: &Delivered) -> bool {
    actor
        .about(&found.doc_type)
        .has_role_in_unit(CLERKS, found.unit_id)
}

/// Who receives it, as the act is to name him.
fn receiver(cx: Cx<'_>, found: &Delivered) -> Outcome<Actor> {
    let actor = cx.actor.about(&found.doc_type);
    if let Some(post) = actor.post_in_unit(CLERKS, found.unit_id) {
        return Ok(cx.actor.by(post));
    }
    if cx.actor.unit_ids().contains(&found.unit_id) {
        return Err(Fault::forbidden(
            "Việc tiếp nhận do văn thư của đơn vị thực hiện.",
            "Documents are received by the clerk of the unit.",
        ));
    }
    Err(Fault::NotFound)
}

fn answered_already(found: &Delivered) -> Fault {
    if found.recalled_at.is_some() {
        return Fault::stale(
            "Văn bản đã được cơ quan ban hành thu hồi; không phải tiếp nhận nữa.",
            "The document has been recalled by its issuer; nothing is to be received.",
        );
    }
    let when = found
        .answered_at
        .map(|at| {
            trinhky_calendar::local(at)
                .format(" lúc %H:%M %d/%m/%Y")
                .to_string()
        })
        .unwrap_or_default();
    Fault::stale(
        format!(
            "Đã được {} xử lý{when}; không cần bấm lại.",
            found.answered_by
        ),
        format!(
            "{} has answered it already; nothing more is needed.",
            found.answered_by
        ),
    )
}

#[derive(Debug, FromQueryResult)]
struct Arrival {
    number: i32,
    /// Whose register it was entered in: the unit's own, or that of the unit that stands in for it.
    owner_id: Uuid,
}

/// The next number of the unit's arrivals of this year, one sequence for all kinds (Art. 22).
async fn next_arrival_number(cx: Cx<'_>, unit_id: Uuid) -> Outcome<Arrival> {
    let year = cx.today().year();
    let sql = "UPDATE register SET next_number = next_number + 1 \
               WHERE owner_id = COALESCE((SELECT s.to_id FROM succession s WHERE s.from_id = $1 AND s.duties \
               AND s.effective_on <= $3 ORDER BY s.effective_on DESC LIMIT 1), $1) \
               AND direction = 'in' AND doc_type = '' AND year = $2 AND restored_from IS NULL \
               RETURNING next_number - 1 AS number, owner_id";
    let give = || {
        Statement::from_sql_and_values(
            cx.tx.get_database_backend(),
            sql,
            [unit_id.into(), year.into(), cx.today().into()],
        )
    };
    if let Some(arrival) = Arrival::find_by_statement(give()).one(cx.tx).await? {
        return Ok(arrival);
    }
    // The first arrival of a year whose register nobody has opened yet; two at once must not fail each other.
    let heir = succession::heirs(cx.tx, &[unit_id], cx.today()).await?;
    let owner = heir.get(&unit_id).copied().unwrap_or(unit_id);
    let unit = people_find::unit(cx.tx, owner, cx.today()).await?;
    let savepoint = cx.tx.begin().await?;
    match register::Entity::insert(arrival_register(cx, &unit, year))
        .exec_without_returning(&savepoint)
        .await
    {
        Ok(_) => savepoint.commit().await?,
        Err(_) => savepoint.rollback().await?,
    }
    match Arrival::find_by_statement(give()).one(cx.tx).await? {
        Some(arrival) => Ok(arrival),
        None => Err(numbers::unusable(cx, owner, "in", "", year).await?),
    }
}

/// Writes the answer; returns where the document's evidence ends, which the same statement reads.
async fn answer(
    cx: Cx<'_>,
    found: &Delivered,
    state: &str,
    arrival: Option<Arrival>,
    refusal: &str,
) -> Outcome<End> {
    let sql = format!(
        "UPDATE delivery SET state = $2, answered_at = $3, answered_by = $4, arrival_number = $5, arrival_year = $6, \
         refusal = $7, arrival_owner_id = $8, code_hash = NULL WHERE id = $1 AND state IN ('dispatched', 'delivered') \
         RETURNING {}",
        End::columns("delivery.document_id", "delivery.unit_id", "$9")
    );
    let values = [
        found.id.into(),
        state.into(),
        cx.now.into(),
        cx.actor.name.as_str().into(),
        arrival.as_ref().map(|arrival| arrival.number).into(),
        arrival.as_ref().map(|_| cx.today().year()).into(),
        refusal.into(),
        arrival
            .map(|arrival| arrival.owner_id)
            .filter(|owner| *owner != found.unit_id)
            .into(),
        cx.today().into(),
    ];
    let statement = Statement::from_sql_and_values(cx.tx.get_database_backend(), sql, values);
    let changed = End::find_by_statement(statement).one(cx.tx).await?;
    changed.ok_or_else(|| answered_already(found))
}

fn answered(cx: Cx<'_>, kind: &'static evidence::Kind, found: &Delivered) -> Event {
    Event::new(kind, ("answered", found.id), found.unit_id, cx.now).by(cx.actor)
}

/// Completes the unit's task, where it was asked to act, tells the evidence, and journals.
async fn finish(
    cx: Cx<'_>,
    found: &Delivered,
    (end, event): (End, Event),
    entry: Entry,
) -> Outcome<()> {
    let mut entry = entry.unit(found.unit_id);
    if let (Some(instance), Some(task)) = (found.instance_id, &found.task_id) {
        // No variables: they would have to be merged into the round's, which is as long as the round.
        let advanced = complete(cx, instance, task, Variables::new()).await?;
        entry.instance_id = Some(instance);
        entry.events = advanced.events;
    }
    // Last, when the act waits for no other: two acts that tell the same document wait for each other here.
    let told = evidence::append_to(cx.tx, found.document_id, end, &event).await?;
    let entry = entry.evidence(&told);
    audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry).await
}

async fn complete(
    cx: Cx<'_>,
    instance: Uuid,
    task: &str,
    variables: Variables,
) -> Outcome<flow::Advanced> {
    let task = TaskId::parse(task).ok_or_else(|| anyhow::anyhow!("`{task}` is not a task id"))?;
    flow::advance(cx, instance, CommandKind::CompleteTask { task, variables }).await
}

/// The deliveries of a document, for tracking; ordered by unit.
///
/// # Errors
/// What the database reports.
pub async fn of_document(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<Vec<delivery::Model>> {
    use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};
    Ok(delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document_id))
        .order_by_asc(delivery::Column::Id)
        .all(db)
        .await?)
}
