//! Letters before they are mails: to whom, with what key, in what words; queued once for ever.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;
use trinhky_calendar::Calendar;
use uuid::Uuid;

use crate::app::Cx;
use crate::fault::Outcome;
use crate::mail::{self, NewMail, rows::outbox};
use crate::people::Unit;
use crate::people::find::Holder;
use crate::web::Lang;
use crate::web::format::{Due, when};

/// Keys looked up per statement.
const CHUNK: usize = 300;

/// One mail of a step.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// The obligation and its step; queued once for ever.
    pub key: String,
    pub template: &'static str,
    pub to: Audience,
    pub context: Value,
    pub delivery_id: Option<Uuid>,
}

/// Who receives a letter, and who reads along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Audience {
    pub name: String,
    pub address: String,
    pub cc: Vec<String>,
}

impl Audience {
    /// The first of the people receives it; each address gets it once. None where there is nobody to write to.
    pub fn of<'a>(people: impl IntoIterator<Item = &'a Holder>) -> Option<Self> {
        let mut people = people.into_iter();
        let first = people.next()?;
        let audience = Self {
            name: first.name.clone(),
            address: first.email.clone(),
            cc: Vec::new(),
        };
        Some(audience.copy(people))
    }

    /// The unit's own mailbox, where no person of it is known.
    pub fn mailbox(unit: &Unit) -> Option<Self> {
        let address = unit.email.clone()?;
        Some(Self {
            name: unit.name.clone(),
            address,
            cc: Vec::new(),
        })
    }

    /// Adds people who read along.
    #[must_use]
    pub fn copy<'a>(self, people: impl IntoIterator<Item = &'a Holder>) -> Self {
        people.into_iter().fold(self, |audience, holder| {
            audience.copy_address(&holder.email)
        })
    }

    /// Adds an address that reads along, unless it has the letter already.
    #[must_use]
    pub fn copy_address(mut self, address: &str) -> Self {
        if self.address != address && self.cc.iter().all(|known| known != address) {
            self.cc.push(address.to_owned());
        }
        self
    }
}

/// Queues the letters whose keys are new, in their order; returns how many those were.
pub(super) async fn post(
    cx: Cx<'_>,
    org_id: Uuid,
    document_id: Option<Uuid>,
    letters: Vec<Letter>,
) -> Outcome<usize> {
    let keys: Vec<String> = letters.iter().map(|letter| letter.key.clone()).collect();
    let old = queued(cx, &keys).await?;
    let mut count = 0;
    for letter in letters {
        if old.contains(&letter.key) {
            continue;
        }
        let new = NewMail {
            key: letter.key,
            template: letter.template,
            org_id,
            to_name: letter.to.name,
            to_address: letter.to.address,
            cc: letter.to.cc,
            context: letter.context,
            document_id,
            delivery_id: letter.delivery_id,
            send_at: cx.now,
        };
        mail::queue(cx.tx, cx.id(), cx.now, new).await?;
        count += 1;
    }
    Ok(count)
}

/// Whether the step with this key has mailed already.
pub(super) async fn is_queued(cx: Cx<'_>, key: &str) -> Outcome<bool> {
    Ok(!queued(cx, &[key.to_owned()]).await?.is_empty())
}

/// Which of the keys have mailed nothing yet, in their order.
pub(super) async fn not_queued(cx: Cx<'_>, keys: Vec<String>) -> Outcome<Vec<String>> {
    let old = queued(cx, &keys).await?;
    Ok(keys.into_iter().filter(|key| !old.contains(key)).collect())
}

async fn queued(cx: Cx<'_>, keys: &[String]) -> Outcome<BTreeSet<String>> {
    let mut old = BTreeSet::new();
    for chunk in keys.chunks(CHUNK) {
        let known: Vec<String> = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::MailKey)
            .filter(outbox::Column::MailKey.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(cx.tx)
            .await?;
        old.extend(known);
    }
    Ok(old)
}

/// A deadline as mails write it, seen from now.
pub(super) fn due(at: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar) -> Due {
    when(at, now, calendar, Lang::Vi)
}
