//! Webhooks: servers of other programs that an administrator names are told what happens, so that they need not ask.
//!
//! The act that something happens in writes what is to be sent ([`tell`]) and a job; the job sends it, signed, as often as
//! the queue tries ([`send`]). What is sent says what happened and where to read more; numbers are read by the API.

pub mod pages;
pub mod rows;
pub mod send;
pub mod sign;

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use serde_json::{Map, Value, json};
use trinhky_https::{Address, Wrong};
use uuid::Uuid;

use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, may};
use crate::queue::{self, NewJob};
use rows::{webhook, webhook_delivery};

/// The name of the job that sends one delivery.
pub const SEND: &str = "hooks.send";
/// How a secret begins, so that a leaked one is recognised.
const MARK: &str = "tkwh_";
/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Webhooks of an organisation that are not stopped; each act waits for their rows.
const MAX_LIVE: usize = 20;

/// The states of a delivery.
pub mod state {
    /// It is still to be sent, the first time or again.
    pub const WAITING: &str = "waiting";
    /// The server said that it has it.
    pub const DELIVERED: &str = "delivered";
    /// The last try failed as well, or the webhook was stopped before.
    pub const GIVEN_UP: &str = "given_up";
}

/// What programs are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A unit's report went to the unit's head.
    ReportSubmitted,
    /// Its head approved it: it counts.
    ReportApproved,
    /// Its head sent it back.
    ReportReturned,
    /// The Office added up a period.
    PeriodConsolidated,
    /// The year's verdict.
    YearEvaluated,
}

impl Event {
    pub const ALL: [Self; 5] = [
        Self::ReportSubmitted,
        Self::ReportApproved,
        Self::ReportReturned,
        Self::PeriodConsolidated,
        Self::YearEvaluated,
    ];

    /// The word that is stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ReportSubmitted => "report.submitted",
            Self::ReportApproved => "report.approved",
            Self::ReportReturned => "report.returned",
            Self::PeriodConsolidated => "period.consolidated",
            Self::YearEvaluated => "year.evaluated",
        }
    }

    /// The event behind its word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.word() == word)
    }
}

/// The word of a delivery that only tries the way.
const TRIAL: &str = "test";

/// Something that happened.
#[derive(Debug)]
pub struct Notice {
    pub event: Event,
    pub document: Uuid,
    /// The page that shows it, from the root.
    pub page: String,
    /// What else is told, beside the fields that every notice has.
    pub facts: Value,
}

/// What the administrator asks for.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub org_id: Uuid,
    /// Which program it is.
    pub name: String,
    pub url: String,
    pub events: Vec<Event>,
}

/// Writes what the organisations' webhooks are to be sent, in the act that it happens in.
///
/// # Errors
/// What the database reports.
pub async fn tell(cx: Cx<'_>, org_ids: &[Uuid], notice: Notice) -> Outcome<()> {
    let hooks = webhook::Entity::find()
        .filter(webhook::Column::OrgId.is_in(org_ids.iter().copied()))
        .filter(webhook::Column::StoppedAt.is_null())
        .order_by_asc(webhook::Column::Id)
        .all(cx.tx)
        .await?;
    let word = notice.event.word();
    for hook in hooks
        .iter()
        .filter(|hook| hook.events.split(' ').any(|event| event == word))
    {
        let mut facts = match &notice.facts {
            Value::Object(facts) => facts.clone(),
            _ => Map::new(),
        };
        facts.insert("document".to_owned(), json!(notice.document));
        let page = format!("{}{}", cx.app.config.base_url(), notice.page);
        facts.insert("page".to_owned(), json!(page));
        queue_delivery(cx, hook, word, facts).await?;
    }
    Ok(())
}

/// A delivery with its job.
async fn queue_delivery(
    cx: Cx<'_>,
    hook: &webhook::Model,
    event: &str,
    mut facts: Map<String, Value>,
) -> Outcome<()> {
    let id = cx.id();
    facts.insert("id".to_owned(), json!(id));
    facts.insert("event".to_owned(), json!(event));
    facts.insert("at".to_owned(), json!(cx.now));
    facts.insert("organisation".to_owned(), json!(hook.org_id));
    webhook_delivery::ActiveModel {
        id: Set(id),
        webhook_id: Set(hook.id),
        event: Set(event.to_owned()),
        body: Set(Value::Object(facts).to_string()),
        created_at: Set(cx.now),
        state: Set(state::WAITING.to_owned()),
        tries: Set(0),
        tried_at: Set(None),
        status: Set(None),
        came_of: Set(String::new()),
        answer: Set(String::new()),
    }
    .insert(cx.tx)
    .await?;
    queue_job(cx, id).await
}

async fn queue_job(cx: Cx<'_>, delivery: Uuid) -> Outcome<()> {
    let id = cx.id();
    let job = NewJob {
        key: format!("hook:{delivery}:{id}"),
        name: SEND,
        payload: json!({ "delivery": delivery }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, id, job).await
}

/// Names a server that is told; the secret that signs is returned once and shown nowhere again.
///
/// # Errors
/// At `name`, `url` or `events` where the field is not right; when there are too many or the right is missing.
pub async fn create(app: &App, actor: &Actor, wanted: NewWebhook) -> Outcome<String> {
    let secret = format!("{MARK}{}", app.ids.token());
    app.act(actor, (wanted, secret.clone()), |cx, (wanted, secret)| {
        Box::pin(write(cx, wanted, secret))
    })
    .await?;
    Ok(secret)
}

async fn write(cx: Cx<'_>, wanted: &NewWebhook, secret: &str) -> Outcome<()> {
    only_administrators(cx, wanted.org_id)?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Fault::invalid(
            "name",
            format!("Ghi tên phần mềm, tối đa {MAX_NAME} ký tự."),
            format!("Write the program's name, at most {MAX_NAME} characters."),
        ));
    }
    let address = Address::read(&wanted.url, &cx.app.config.webhooks.hosts).map_err(wrong)?;
    if wanted.events.is_empty() {
        return Err(Fault::invalid(
            "events",
            "Chọn ít nhất một việc.",
            "Choose at least one event.",
        ));
    }
    let live = of_organisation(cx.tx, wanted.org_id)
        .await?
        .into_iter()
        .filter(|hook| hook.stopped_at.is_none())
        .count();
    if live >= MAX_LIVE {
        return Err(Fault::stale(
            format!("Đã có {MAX_LIVE} nơi nhận; dừng một nơi trước khi thêm."),
            format!("There are {MAX_LIVE} webhooks; stop one before another is added."),
        ));
    }
    let events: Vec<&str> = wanted.events.iter().map(|event| event.word()).collect();
    let id = cx.id();
    webhook::ActiveModel {
        id: Set(id),
        org_id: Set(wanted.org_id),
        name: Set(name.to_owned()),
        url: Set(address.to_string()),
        events: Set(events.join(" ")),
        secret: Set(cx.app.secrets.seal(&cx.app.ids, &about(id), secret)?),
        created_at: Set(cx.now),
        created_by: Set(cx.actor.name.clone()),
        stopped_at: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let summary = format!("Báo tin tự động cho “{name}” tại {address}");
    let entry = Entry::general("webhook.created", summary)
        .data(json!({ "webhook": id, "url": address.to_string(), "events": events }));
    audit::append(cx.tx, wanted.org_id, cx.actor, cx.now, entry).await
}

/// What a webhook's secret is bound to.
fn about(webhook: Uuid) -> String {
    format!("secret of webhook {webhook}")
}

/// What is wrong with an address, for whoever typed it.
fn wrong(wrong: Wrong) -> Fault {
    let (vi, en) = match wrong {
        Wrong::Unreadable => (
            "Ghi địa chỉ đầy đủ, ví dụ https://mot-cua.example/nhan-tin.",
            "Write the whole address, e.g. https://one-stop.example/notices.",
        ),
        Wrong::NotEncrypted => (
            "Địa chỉ phải bắt đầu bằng https://. Máy chủ nội bộ không có https: người vận hành ghi vào webhooks.hosts.",
            "The address must begin with https://. A server inside without it: whoever runs the program names it in webhooks.hosts.",
        ),
        Wrong::WithPassword => (
            "Không ghi tên và mật khẩu trong địa chỉ; bên nhận kiểm tra chữ ký của tin.",
            "Write no name and password into the address; the receiver checks the signature.",
        ),
        Wrong::Inside => (
            "Địa chỉ này nằm trong mạng nội bộ. Muốn gửi tới đó, người vận hành ghi máy chủ vào webhooks.hosts.",
            "This address is inside the office's network. To send there, whoever runs the program names the server in webhooks.hosts.",
        ),
    };
    Fault::invalid("url", vi, en)
}

fn only_administrators(cx: Cx<'_>, org_id: Uuid) -> Outcome<()> {
    if may::administer(cx.actor, org_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Chỉ người quản trị của cơ quan được đặt nơi báo tin tự động.",
        "Only administrators of the organisation set up webhooks.",
    ))
}

/// What an administrator does with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Sends a notice that only tries the way.
    Try,
    /// Nothing is sent any more, also what waits.
    Stop,
    /// Sends again from now on; what happened meanwhile is not sent.
    Resume,
}

/// Tries, stops or resumes a webhook.
///
/// # Errors
/// [`Fault::NotFound`] for another organisation's; a refusal when it is so already or the right is missing.
pub async fn change(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    id: Uuid,
    change: Change,
) -> Outcome<()> {
    app.act(actor, (org_id, id, change), |cx, (org_id, id, change)| {
        Box::pin(async move {
            only_administrators(cx, *org_id)?;
            let hook = find(cx.tx, *org_id, *id).await?;
            let is_live = hook.stopped_at.is_none();
            if is_live == (*change == Change::Resume) {
                return Err(Fault::stale(
                    "Nơi nhận này đã đổi trạng thái; trang hiện trạng thái mới nhất.",
                    "This webhook was changed already; the page shows its present state.",
                ));
            }
            let (act, summary) = match change {
                Change::Try => ("webhook.tried", format!("Gửi thử tin tới “{}”", hook.name)),
                Change::Stop => (
                    "webhook.stopped",
                    format!("Dừng báo tin tự động cho “{}”", hook.name),
                ),
                Change::Resume => (
                    "webhook.resumed",
                    format!("Báo tin tự động lại cho “{}”", hook.name),
                ),
            };
            if *change == Change::Try {
                queue_delivery(cx, &hook, TRIAL, Map::new()).await?;
            } else {
                webhook::Entity::update_many()
                    .filter(webhook::Column::Id.eq(*id))
                    .set(webhook::ActiveModel {
                        stopped_at: Set((*change == Change::Stop).then_some(cx.now)),
                        ..Default::default()
                    })
                    .exec(cx.tx)
                    .await?;
            }
            let entry = Entry::general(act, summary).data(json!({ "webhook": id }));
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// Puts a delivery that was given up back into the queue, with all its tries.
///
/// # Errors
/// [`Fault::NotFound`] for another organisation's; a refusal when it waits or has arrived, when the webhook is stopped, or
/// the right is missing.
pub async fn send_again(app: &App, actor: &Actor, org_id: Uuid, id: Uuid) -> Outcome<()> {
    app.act(actor, (org_id, id), |cx, (org_id, id)| {
        Box::pin(async move {
            only_administrators(cx, *org_id)?;
            let (hook, delivery) = find_delivery(cx.tx, *org_id, *id).await?;
            if hook.stopped_at.is_some() {
                return Err(Fault::stale(
                    "Nơi nhận này đang dừng; cho báo tin lại trước khi gửi.",
                    "This webhook is stopped; resume it before sending.",
                ));
            }
            let changed = webhook_delivery::Entity::update_many()
                .filter(webhook_delivery::Column::Id.eq(*id))
                .filter(webhook_delivery::Column::State.eq(state::GIVEN_UP))
                .set(webhook_delivery::ActiveModel {
                    state: Set(state::WAITING.to_owned()),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            if changed.rows_affected != 1 {
                return Err(Fault::stale(
                    "Tin này đang chờ gửi hoặc đã tới nơi.",
                    "This notice waits to be sent or has arrived.",
                ));
            }
            queue_job(cx, *id).await?;
            let summary = format!("Gửi lại tin {} tới “{}”", delivery.event, hook.name);
            let entry = Entry::general("webhook.sent_again", summary)
                .data(json!({ "webhook": hook.id, "delivery": id }));
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// The webhooks of an organisation, newest first.
///
/// # Errors
/// What the database reports.
pub async fn of_organisation(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Outcome<Vec<webhook::Model>> {
    Ok(webhook::Entity::find()
        .filter(webhook::Column::OrgId.eq(org_id))
        .order_by_desc(webhook::Column::CreatedAt)
        .order_by_desc(webhook::Column::Id)
        .all(db)
        .await?)
}

/// A webhook of the organisation.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn find(db: &impl ConnectionTrait, org_id: Uuid, id: Uuid) -> Outcome<webhook::Model> {
    webhook::Entity::find_by_id(id)
        .filter(webhook::Column::OrgId.eq(org_id))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// A delivery with its webhook of the organisation.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn find_delivery(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    id: Uuid,
) -> Outcome<(webhook::Model, webhook_delivery::Model)> {
    let delivery = webhook_delivery::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    Ok((find(db, org_id, delivery.webhook_id).await?, delivery))
}

/// The latest delivery of each webhook of an organisation.
///
/// # Errors
/// What the database reports.
pub async fn latest_deliveries(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Outcome<HashMap<Uuid, webhook_delivery::Model>> {
    let sql = "SELECT d.* FROM webhook w JOIN webhook_delivery d ON d.id = (SELECT n.id FROM webhook_delivery n \
               WHERE n.webhook_id = w.id ORDER BY n.id DESC LIMIT 1) WHERE w.org_id = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [org_id.into()]);
    let latest = webhook_delivery::Entity::find()
        .from_raw_sql(statement)
        .all(db)
        .await?;
    Ok(latest
        .into_iter()
        .map(|delivery| (delivery.webhook_id, delivery))
        .collect())
}

/// The latest deliveries of a webhook, newest first, those before `before` where it is given.
///
/// # Errors
/// What the database reports.
pub async fn deliveries(
    db: &impl ConnectionTrait,
    webhook_id: Uuid,
    before: Option<Uuid>,
    limit: u64,
) -> Outcome<Vec<webhook_delivery::Model>> {
    let mut select =
        webhook_delivery::Entity::find().filter(webhook_delivery::Column::WebhookId.eq(webhook_id));
    if let Some(before) = before {
        select = select.filter(webhook_delivery::Column::Id.lt(before));
    }
    // Ids are made in the order of time.
    Ok(select
        .order_by_desc(webhook_delivery::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}
