//! The job: one try to deliver one notice, with what came of it kept.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use trinhky_https::{Address, Answer, Failure, System};
use uuid::Uuid;

use super::rows::{webhook, webhook_delivery};
use super::{about, sign, state};
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::queue::{Claimed, MAX_ATTEMPTS};

/// Characters of an answer that are kept.
const KEPT: usize = 500;

/// What came of a try, as a word in the table.
pub mod came_of {
    /// The server took it (2xx).
    pub const TAKEN: &str = "taken";
    /// The server answered that it has not.
    pub const REFUSED: &str = "refused";
    /// The server sent it elsewhere, where nothing is sent.
    pub const REDIRECTED: &str = "redirected";
    /// The configuration does not let the address be called any more.
    pub const NOT_ALLOWED: &str = "not_allowed";
    /// Its name leads into the office's own network.
    pub const INSIDE: &str = "inside";
    pub const UNKNOWN_NAME: &str = "unknown_name";
    pub const UNREACHABLE: &str = "unreachable";
    /// Its certificate is nobody's whom we trust.
    pub const UNTRUSTED: &str = "untrusted";
    pub const SLOW: &str = "slow";
    /// What it said is no answer.
    pub const NO_ANSWER: &str = "no_answer";
    /// The webhook was stopped before it was sent.
    pub const STOPPED: &str = "stopped";
}

/// What came of one try.
struct Try {
    came_of: &'static str,
    status: Option<i32>,
    answer: String,
}

/// Sends a notice; what is not taken is tried again by the queue, and given up after its last try.
///
/// # Errors
/// When the notice was not taken and there are tries left; what the database reports.
pub async fn send(app: &App, job: &Claimed, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["delivery"].clone())?;
    let db = app.store.reader();
    let delivery = webhook_delivery::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    // A job that was taken over by another worker.
    if delivery.state != state::WAITING {
        return Ok(());
    }
    let hook = webhook::Entity::find_by_id(delivery.webhook_id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let is_stopped = hook.stopped_at.is_some();
    let tried = if is_stopped {
        failed(came_of::STOPPED, "")
    } else {
        call(app, &hook, &delivery).await
    };
    let is_last = is_stopped || job.attempts >= MAX_ATTEMPTS;
    let next = match tried.came_of {
        came_of::TAKEN => state::DELIVERED,
        _ if is_last => state::GIVEN_UP,
        _ => state::WAITING,
    };
    let sentence = format!(
        "the webhook `{}` did not take {}: {} {}",
        hook.name, delivery.event, tried.came_of, tried.answer
    );
    let row = webhook_delivery::ActiveModel {
        state: Set(next.to_owned()),
        tries: Set(delivery.tries + i32::from(!is_stopped)),
        tried_at: Set(Some(app.clock.now())),
        status: Set(tried.status),
        came_of: Set(tried.came_of.to_owned()),
        answer: Set(tried.answer),
        ..Default::default()
    };
    keep(app, id, row).await?;
    if next == state::WAITING {
        return Err(Fault::Internal(anyhow::anyhow!(sentence)));
    }
    Ok(())
}

async fn call(app: &App, hook: &webhook::Model, delivery: &webhook_delivery::Model) -> Try {
    // The configuration may have changed since the address was typed.
    let address = match Address::read(&hook.url, &app.config.webhooks.hosts) {
        Ok(address) => address,
        Err(wrong) => return failed(came_of::NOT_ALLOWED, &wrong.to_string()),
    };
    let secret = match app.secrets.unseal(&about(hook.id), &hook.secret) {
        Ok(secret) => secret,
        Err(error) => return failed(came_of::NOT_ALLOWED, &error.to_string()),
    };
    let signature = sign::signature(&secret, app.clock.now(), &delivery.body);
    let id = delivery.id.to_string();
    let headings = [
        ("content-type", "application/json"),
        ("user-agent", "TrinhKy"),
        ("trinhky-event", delivery.event.as_str()),
        ("trinhky-delivery", id.as_str()),
        (sign::HEADER, signature.as_str()),
    ];
    let body = delivery.body.clone().into_bytes();
    match app.https.post(&System, &address, &headings, body).await {
        Ok(answer) => answered(&answer),
        Err(failure) => {
            let came_of = match &failure {
                Failure::UnknownName(_) => came_of::UNKNOWN_NAME,
                Failure::Inside { .. } => came_of::INSIDE,
                Failure::Unreachable(_) => came_of::UNREACHABLE,
                Failure::Untrusted(_) => came_of::UNTRUSTED,
                Failure::Slow => came_of::SLOW,
                Failure::NoAnswer(_) | Failure::Heading(_) => came_of::NO_ANSWER,
            };
            failed(came_of, &failure.to_string())
        }
    }
}

fn answered(answer: &Answer) -> Try {
    Try {
        came_of: match answer.status {
            200..=299 => came_of::TAKEN,
            300..=399 => came_of::REDIRECTED,
            _ => came_of::REFUSED,
        },
        status: Some(i32::from(answer.status)),
        answer: kept(&String::from_utf8_lossy(&answer.body)),
    }
}

fn failed(came_of: &'static str, why: &str) -> Try {
    Try {
        came_of,
        status: None,
        answer: kept(why),
    }
}

/// The beginning of a text without characters that no database or page should carry.
fn kept(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .take(KEPT)
        .collect()
}

async fn keep(app: &App, id: Uuid, row: webhook_delivery::ActiveModel) -> Outcome<()> {
    app.store
        .write((id, row), |tx, (id, row)| {
            Box::pin(async move {
                webhook_delivery::Entity::update_many()
                    .filter(webhook_delivery::Column::Id.eq(*id))
                    .filter(webhook_delivery::Column::State.eq(state::WAITING))
                    .set(row.clone())
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}
