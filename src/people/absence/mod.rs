//! Who stands in for whom while somebody is away (Decree 30/2020, Art. 13; DOMAIN §1.4): for some days, for all documents
//! or some types, by a written mandate.
//!
//! A substitute acts under the own name with the posts of who is away, and both names are written down. It ends with its
//! last day by itself. Nobody passes on what is held for somebody else.

mod unopened;
mod write;

pub use unopened::{Unopened, unopened};
pub use write::{Mandate, Wanted, end, set};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::find::{self, Holder};
use super::rows::{person, post, substitution};
use super::{Actor, Instead, Post, may};
use crate::fault::Outcome;

/// Posts that sign or decide: who stands in for them needs the written mandate on file.
pub const LEADERS: &[&str] = &["chair", "vice_chair", "office_chief", "unit_head"];
/// What nobody does for somebody else.
const NEVER_PASSED_ON: &[&str] = &["admin"];

/// Whether the actor says who stands in for whom: the Office's chief, an administrator.
#[must_use]
pub fn may_set(actor: &Actor, org_id: Uuid) -> bool {
    actor.has_role_in_org("office_chief", org_id) || may::administer(actor, org_id)
}

/// Those in force on the day, under a condition; the ones for some types before those for everything.
async fn in_force(
    db: &impl ConnectionTrait,
    condition: Condition,
    on: NaiveDate,
) -> Outcome<Vec<substitution::Model>> {
    let mut rows = substitution::Entity::find()
        .filter(condition)
        .filter(substitution::Column::FirstDay.lte(on))
        .filter(substitution::Column::LastDay.gte(on))
        .filter(
            Condition::any()
                .add(substitution::Column::EndedOn.is_null())
                .add(substitution::Column::EndedOn.gt(on)),
        )
        .order_by_asc(substitution::Column::SetAt)
        .order_by_asc(substitution::Column::Id)
        .all(db)
        .await?;
    rows.sort_by_key(|row| kinds(row).is_empty());
    Ok(rows)
}

/// The types of documents that it is for; empty for everything.
#[must_use]
pub fn kinds(row: &substitution::Model) -> Vec<String> {
    serde_json::from_str(&row.kinds).unwrap_or_default()
}

/// The posts that a person holds on the day for people who are away.
pub(super) async fn posts_of(
    db: &impl ConnectionTrait,
    substitute_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<Post>> {
    let condition = Condition::all().add(substitution::Column::SubstituteId.eq(substitute_id));
    let rows = in_force(db, condition, on).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let absent: Vec<Uuid> = rows.iter().map(|row| row.absent_id).collect();
    let names: BTreeMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(absent.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let held = find::posts_on(on)
        .filter(post::Column::PersonId.is_in(absent))
        .filter(post::Column::Role.is_not_in(NEVER_PASSED_ON.iter().copied()))
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    let mut posts = Vec::new();
    for row in &rows {
        let Some(name) = names.get(&row.absent_id) else {
            continue;
        };
        let theirs = held
            .iter()
            .filter(|post| (post.person_id, post.org_id) == (row.absent_id, row.org_id));
        posts.extend(theirs.map(|post| Post {
            instead: Some(Instead {
                name: name.clone(),
                kinds: kinds(row),
            }),
            ..find::as_post(post.clone())
        }));
    }
    Ok(posts)
}

/// Who is reached in whose place on a day.
#[derive(Debug, Default)]
pub struct Away(BTreeMap<(Uuid, Uuid), Vec<StandIn>>);

#[derive(Debug)]
struct StandIn {
    person: person::Model,
    kinds: Vec<String>,
}

impl Away {
    /// Who of these organisations is away on the day.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn on(
        db: &impl ConnectionTrait,
        orgs: impl IntoIterator<Item = Uuid>,
        on: NaiveDate,
    ) -> Outcome<Self> {
        let condition = Condition::all().add(substitution::Column::OrgId.is_in(orgs));
        let rows = in_force(db, condition, on).await?;
        let persons: BTreeMap<Uuid, person::Model> = person::Entity::find()
            .filter(person::Column::Id.is_in(rows.iter().map(|row| row.substitute_id)))
            .filter(person::Column::Active.eq(true))
            .all(db)
            .await?
            .into_iter()
            .map(|person| (person.id, person))
            .collect();
        let mut away = Self::default();
        for row in rows {
            if let Some(person) = persons.get(&row.substitute_id) {
                away.0
                    .entry((row.org_id, row.absent_id))
                    .or_default()
                    .push(StandIn {
                        person: person.clone(),
                        kinds: kinds(&row),
                    });
            }
        }
        Ok(away)
    }

    /// Whether somebody stands in for the holder, be it for some types only.
    #[must_use]
    pub fn is_away(&self, holder: &Holder) -> bool {
        self.0.contains_key(&(holder.post.org_id, holder.person_id))
    }

    /// The holder, or who stands in for the holder with a document of this type; an empty type asks who does in everything.
    #[must_use]
    pub fn present(&self, holder: &Holder, doc_type: &str) -> Holder {
        let stand_in = self
            .0
            .get(&(holder.post.org_id, holder.person_id))
            .filter(|_| !NEVER_PASSED_ON.contains(&holder.post.role.as_str()))
            .and_then(|all| {
                all.iter().find(|stand_in| {
                    stand_in.kinds.is_empty() || stand_in.kinds.iter().any(|kind| kind == doc_type)
                })
            });
        match stand_in {
            None => holder.clone(),
            Some(stand_in) => Holder {
                person_id: stand_in.person.id,
                name: stand_in.person.name.clone(),
                email: stand_in.person.email.clone(),
                post: Post {
                    instead: Some(Instead {
                        name: holder.name.clone(),
                        kinds: stand_in.kinds.clone(),
                    }),
                    ..holder.post.clone()
                },
            },
        }
    }
}

/// The people to write to in place of these holders, of whom some may be away; each keeps the post.
///
/// # Errors
/// What the database reports.
pub async fn present(
    db: &impl ConnectionTrait,
    holders: Vec<Holder>,
    doc_type: &str,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let away = Away::on(db, holders.iter().map(|holder| holder.post.org_id), on).await?;
    Ok(holders
        .iter()
        .map(|holder| away.present(holder, doc_type))
        .collect())
}

/// What an organisation has written down, what is still to come first.
///
/// # Errors
/// What the database reports.
pub async fn of_org(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    limit: u64,
) -> Outcome<Vec<substitution::Model>> {
    use sea_orm::QuerySelect as _;
    Ok(substitution::Entity::find()
        .filter(substitution::Column::OrgId.eq(org_id))
        .order_by_desc(substitution::Column::LastDay)
        .order_by_desc(substitution::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}
