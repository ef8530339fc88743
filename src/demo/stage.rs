//! What the play needs of the stage: a clock that is moved, people found by their posts, mails that are read.

use std::ops::Range;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::story::Teller;
use crate::app::App;
use crate::documents;
use crate::fault::{Fault, Outcome};
use crate::mail::rows::outbox;
use crate::people::rows::post;
use crate::people::{Actor, find};
use crate::worker;

/// The running play.
pub struct Stage<'a> {
    pub app: &'a App,
    pub teller: &'a mut Teller,
    /// From when until when the worker is down, in their order; people act on.
    pub outages: Vec<Range<DateTime<Utc>>>,
}

impl<'a> Stage<'a> {
    /// A play in which the worker is never down.
    pub fn new(app: &'a App, teller: &'a mut Teller) -> Self {
        Self {
            app,
            teller,
            outages: Vec::new(),
        }
    }
}

impl Stage<'_> {
    /// Moves the clock to `at`, doing on the way whatever becomes due, and tells it.
    ///
    /// # Errors
    /// What the worker reports.
    pub async fn until(&mut self, at: DateTime<Utc>) -> Outcome<()> {
        self.work().await?;
        while let Some(due) = worker::next_due(self.app).await? {
            // What becomes due while the worker is down is done once it is up again.
            let due = self.up_from(due.max(self.app.clock.now()));
            if due > at {
                break;
            }
            self.app.clock.advance_to(due);
            if self.work().await? == 0 && due <= self.app.clock.now() {
                // Due, and nothing to be done about it: a row that waits for its lease.
                break;
            }
            self.teller.tell(self.app).await?;
        }
        self.app.clock.advance_to(at);
        self.work().await?;
        self.teller.tell(self.app).await
    }

    /// The content of a document that somebody who acts now has before him.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn seen(&self, document: Uuid) -> Outcome<String> {
        let document = documents::find::document(self.app.store.reader(), document).await?;
        Ok(document.row.content_hash)
    }

    /// Does what is due now, unless the worker is down; returns how many things were done.
    async fn work(&self) -> Outcome<usize> {
        let now = self.app.clock.now();
        if self.up_from(now) > now {
            return Ok(0);
        }
        worker::run_until_idle(self.app).await
    }

    /// The instant itself, or the end of the outage in which it lies.
    pub fn up_from(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.outages
            .iter()
            .find(|outage| outage.contains(&at))
            .map_or(at, |outage| outage.end)
    }

    /// The first holder of a role anywhere.
    ///
    /// # Errors
    /// A sentence when nobody holds it.
    pub async fn first(&self, role: &str) -> Outcome<(Actor, Uuid, Uuid)> {
        let found = post::Entity::find()
            .filter(post::Column::Role.eq(role))
            .order_by_asc(post::Column::Id)
            .one(self.app.store.reader())
            .await?
            .ok_or_else(|| nobody(role))?;
        let actor = find::actor(self.app.store.reader(), found.person_id, self.app.today()).await?;
        Ok((actor, found.org_id, found.unit_id))
    }

    /// Somebody who holds one of the roles in a unit, the first role first.
    ///
    /// # Errors
    /// A sentence when nobody does.
    pub async fn of_unit(&self, unit: Uuid, roles: &[&str]) -> Outcome<Actor> {
        let (db, today) = (self.app.store.reader(), self.app.today());
        for role in roles {
            if let Some(holder) = find::holders(db, &[unit], &[role], today).await?.first() {
                return find::actor(db, holder.person_id, today).await;
            }
        }
        Err(nobody(&roles.join(", ")))
    }

    /// A person by id, with the posts of the day.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn person(&self, id: Uuid) -> Outcome<Actor> {
        find::actor(self.app.store.reader(), id, self.app.today()).await
    }

    /// The code that a body without an account finds in its mail.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where no mail was written.
    pub async fn code_in_mail(&self, delivery: Uuid) -> Outcome<String> {
        let mail = outbox::Entity::find()
            .filter(outbox::Column::DeliveryId.eq(delivery))
            .filter(outbox::Column::Template.eq("guest_delivery"))
            .one(self.app.store.reader())
            .await?
            .ok_or(Fault::NotFound)?;
        let is_code = |word: &&str| {
            word.len() == 10
                && word
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        mail.body_text
            .split_whitespace()
            .find(is_code)
            .map(str::to_owned)
            .ok_or(Fault::NotFound)
    }
}

fn nobody(role: &str) -> Fault {
    Fault::invalid(
        "role",
        format!("Không có ai giữ vai trò {role}."),
        format!("Nobody holds the role {role}."),
    )
}
