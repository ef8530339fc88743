//! Finders: units by id, phrase or group with the names of a day; persons with their posts of a day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::may::{TaskRight, do_task};
use super::rows::{org_calendar, person, post, unit, unit_group, unit_group_member, unit_name};
use super::{Actor, Post, ROLES, Unit, absence, succession};
use crate::fault::{Fault, Outcome};

/// The units with these ids, with their names on the day; unknown ids are left out.
///
/// # Errors
/// What the database reports.
pub async fn units(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, Unit>> {
    let found = unit::Entity::find()
        .filter(unit::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    with_names(db, found, on).await
}

/// Every unit and organisation that exists on the day.
///
/// # Errors
/// What the database reports.
pub async fn all_units(db: &impl ConnectionTrait, on: NaiveDate) -> Outcome<BTreeMap<Uuid, Unit>> {
    let found = unit::Entity::find()
        .filter(unit::Column::ValidFrom.lte(on))
        .filter(
            Condition::any()
                .add(unit::Column::ValidTo.is_null())
                .add(unit::Column::ValidTo.gt(on)),
        )
        .all(db)
        .await?;
    with_names(db, found, on).await
}

/// What units and persons are called on the day, in one map.
///
/// # Errors
/// What the database reports.
pub async fn called(
    db: &impl ConnectionTrait,
    unit_ids: &[Uuid],
    person_ids: &[Uuid],
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, String>> {
    let persons = person::Entity::find()
        .filter(person::Column::Id.is_in(person_ids.iter().copied()))
        .all(db)
        .await?;
    let units = units(db, unit_ids, on).await?;
    Ok(persons
        .into_iter()
        .map(|person| (person.id, person.name))
        .chain(
            units
                .into_values()
                .map(|unit| (unit.id, unit.called().to_owned())),
        )
        .collect())
}

/// One unit with its name on the day.
///
/// # Errors
/// [`Fault::NotFound`] where there is none.
pub async fn unit(db: &impl ConnectionTrait, id: Uuid, on: NaiveDate) -> Outcome<Unit> {
    units(db, &[id], on)
        .await?
        .remove(&id)
        .ok_or(Fault::NotFound)
}

/// What the units with these ids are called on the day, where their name alone is shown: one statement.
///
/// # Errors
/// What the database reports.
pub async fn unit_names(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, String>> {
    let names = names(db, ids.iter().copied(), on).await?;
    let name = |(unit, name): (Uuid, unit_name::Model)| (unit, name.name);
    Ok(names.into_iter().map(name).collect())
}

async fn with_names(
    db: &impl ConnectionTrait,
    found: Vec<unit::Model>,
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, Unit>> {
    let mut names = names(db, found.iter().map(|unit| unit.id), on).await?;
    Ok(found
        .into_iter()
        .filter_map(|unit| {
            let name = names.remove(&unit.id)?;
            Some((unit.id, joined(unit, name)))
        })
        .collect())
}

/// The name of each unit on the day; before its first name and after its last one the nearest.
async fn names(
    db: &impl ConnectionTrait,
    units: impl IntoIterator<Item = Uuid>,
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, unit_name::Model>> {
    let names = unit_name::Entity::find()
        .filter(unit_name::Column::UnitId.is_in(units))
        .order_by_asc(unit_name::Column::ValidFrom)
        .all(db)
        .await?;
    let mut of_day = BTreeMap::new();
    for name in names {
        if name.valid_from <= on || !of_day.contains_key(&name.unit_id) {
            of_day.insert(name.unit_id, name);
        }
    }
    Ok(of_day)
}

fn joined(unit: unit::Model, name: unit_name::Model) -> Unit {
    Unit {
        id: unit.id,
        org_id: unit.org_id,
        key: unit.unit_key,
        kind: unit.kind,
        account: unit.account,
        email: unit.email,
        name: name.name,
        short: name.short,
        header: serde_json::from_str(&name.header).unwrap_or_default(),
        place: name.place,
        code: name.code,
        superior: name.superior,
        valid_to: unit.valid_to,
    }
}

/// A named group of bodies with the phrases by which a distribution line means it.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: Uuid,
    pub name: String,
    pub phrases: Vec<String>,
    /// `action` or `information`.
    pub purpose: String,
    pub members: Vec<Uuid>,
}

/// The groups of an organisation with their members.
///
/// # Errors
/// What the database reports.
pub async fn groups(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<Group>> {
    let groups = unit_group::Entity::find()
        .filter(unit_group::Column::OrgId.eq(org_id))
        .order_by_asc(unit_group::Column::GroupKey)
        .all(db)
        .await?;
    let members = unit_group_member::Entity::find()
        .filter(unit_group_member::Column::GroupId.is_in(groups.iter().map(|group| group.id)))
        .order_by_asc(unit_group_member::Column::UnitId)
        .all(db)
        .await?;
    Ok(groups
        .into_iter()
        .map(|group| Group {
            members: members
                .iter()
                .filter(|member| member.group_id == group.id)
                .map(|member| member.unit_id)
                .collect(),
            id: group.id,
            name: group.name,
            phrases: serde_json::from_str(&group.phrases).unwrap_or_default(),
            purpose: group.purpose,
        })
        .collect())
}

/// The person with the posts held on the day, those of people who are away last.
///
/// # Errors
/// [`Fault::NotFound`] where there is no active person with this id.
pub async fn actor(db: &impl ConnectionTrait, person_id: Uuid, on: NaiveDate) -> Outcome<Actor> {
    let person = person::Entity::find_by_id(person_id)
        .one(db)
        .await?
        .filter(|person| person.active)
        .ok_or(Fault::NotFound)?;
    let posts = posts_on(on)
        .filter(post::Column::PersonId.eq(person_id))
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    let mut posts: Vec<Post> = posts.into_iter().map(as_post).collect();
    posts.extend(absence::posts_of(db, person_id, on).await?);
    // Whoever works for a unit also works for those that it stands in for; the own posts come first.
    let held: Vec<Uuid> = posts.iter().map(|post| post.unit_id).collect();
    for before in succession::predecessors(db, &held, on).await? {
        let inherited: Vec<Post> = posts
            .iter()
            .filter(|post| post.unit_id == before.to_id)
            .map(|post| Post {
                org_id: before.from_org_id,
                unit_id: before.from_id,
                ..post.clone()
            })
            .collect();
        posts.extend(inherited);
    }
    posts.sort_by_key(|post| post.instead.is_some());
    Ok(Actor {
        person_id: Some(person.id),
        name: person.name,
        posts,
    })
}

/// The address of a person, which is the login too.
///
/// # Errors
/// [`Fault::NotFound`] where there is none.
pub async fn email(db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<String> {
    Ok(person::Entity::find_by_id(person_id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?
        .email)
}

/// A person who holds a post, for mails and for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub person_id: Uuid,
    pub name: String,
    pub email: String,
    pub post: Post,
}

/// Everybody who holds one of the roles in one of the units on the day, in a stable order.
///
/// # Errors
/// What the database reports.
pub async fn holders(
    db: &impl ConnectionTrait,
    units: &[Uuid],
    roles: &[&str],
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let heirs = succession::heirs(db, units, on).await?;
    let asked = units.iter().chain(heirs.values()).copied();
    let condition = Condition::all()
        .add(post::Column::UnitId.is_in(asked))
        .add(post::Column::Role.is_in(roles.iter().copied()));
    let mut found = Vec::new();
    for holder in holders_where(db, condition, on).await? {
        // For a unit that has ended the holders are those of the unit that stands in for it.
        for (from, _) in heirs.iter().filter(|(_, to)| **to == holder.post.unit_id) {
            let mut standing_in = holder.clone();
            standing_in.post.unit_id = *from;
            found.push(standing_in);
        }
        if units.contains(&holder.post.unit_id) {
            found.push(holder);
        }
    }
    Ok(found)
}

/// Everybody who holds the role anywhere in the organisation on the day.
///
/// # Errors
/// What the database reports.
pub async fn holders_in_org(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    role: &str,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let condition = Condition::all()
        .add(post::Column::OrgId.eq(org_id))
        .add(post::Column::Role.eq(role));
    holders_where(db, condition, on).await
}

/// The organisations in which somebody holds the role on the day.
///
/// # Errors
/// What the database reports.
pub async fn organisations_with(
    db: &impl ConnectionTrait,
    role: &str,
    on: NaiveDate,
) -> Outcome<BTreeSet<Uuid>> {
    let condition = Condition::all().add(post::Column::Role.eq(role));
    let holders = holders_where(db, condition, on).await?;
    Ok(holders
        .into_iter()
        .map(|holder| holder.post.org_id)
        .collect())
}

/// The office that runs the installation: of the organisations with an administrator the one that is under no other.
///
/// # Errors
/// What the database reports.
pub async fn office(db: &impl ConnectionTrait, on: NaiveDate) -> Outcome<Option<Unit>> {
    let run = organisations_with(db, "admin", on).await?;
    let found = unit::Entity::find()
        .filter(unit::Column::Id.is_in(run))
        .all(db)
        .await?;
    let highest = found
        .into_iter()
        .min_by_key(|unit| (unit.parent_id.is_some(), unit.id));
    let named = with_names(db, highest.into_iter().collect(), on).await?;
    Ok(named.into_values().next())
}

/// Everybody with any post in the organisation's own units on the day, each person once.
///
/// # Errors
/// What the database reports.
pub async fn staff_of_org(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let mut staff =
        holders_where(db, Condition::all().add(post::Column::OrgId.eq(org_id)), on).await?;
    staff.sort_by_key(|holder| holder.person_id);
    staff.dedup_by_key(|holder| holder.person_id);
    Ok(staff)
}

/// A person by the first post of the day; nothing where none is held.
///
/// # Errors
/// What the database reports.
pub async fn posts_of(
    db: &impl ConnectionTrait,
    person_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let mut posts = holders_where(
        db,
        Condition::all().add(post::Column::PersonId.eq(person_id)),
        on,
    )
    .await?;
    posts.truncate(1);
    Ok(posts)
}

/// Everybody who may do a task on the day, each person once, by name.
///
/// # Errors
/// What the database reports.
pub async fn who_may_do(
    db: &impl ConnectionTrait,
    task: &TaskRight<'_>,
    on: NaiveDate,
) -> Outcome<Vec<(Uuid, String)>> {
    let units = [Some(task.owner_id), task.unit_id].into_iter().flatten();
    let near = Condition::any()
        .add(post::Column::OrgId.eq(task.org_id))
        .add(post::Column::UnitId.is_in(units));
    let mut people: BTreeMap<Uuid, Actor> = BTreeMap::new();
    for holder in holders_where(db, near, on).await? {
        people
            .entry(holder.person_id)
            .or_insert_with(|| Actor {
                person_id: Some(holder.person_id),
                name: holder.name,
                posts: Vec::new(),
            })
            .posts
            .push(holder.post);
    }
    let mut able: Vec<(Uuid, String)> = people
        .into_iter()
        .filter(|(_, actor)| do_task(actor, task))
        .map(|(id, actor)| (id, actor.name))
        .collect();
    able.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(able)
}

async fn holders_where(
    db: &impl ConnectionTrait,
    condition: Condition,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let posts = posts_on(on)
        .filter(condition)
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    let persons: BTreeMap<Uuid, person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(posts.iter().map(|post| post.person_id)))
        .filter(person::Column::Active.eq(true))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    Ok(posts
        .into_iter()
        .filter_map(|post| {
            let person = persons.get(&post.person_id)?;
            let (name, email) = (person.name.clone(), person.email.clone());
            Some(Holder {
                person_id: person.id,
                name,
                email,
                post: as_post(post),
            })
        })
        .collect())
}

/// One person per role, for trying a sample installation out: the agency's own clerk, else the first holder.
///
/// # Errors
/// What the database reports.
pub async fn one_per_role(db: &impl ConnectionTrait) -> Outcome<Vec<(person::Model, post::Model)>> {
    let mut found = Vec::new();
    for role in ROLES {
        let of_role = post::Entity::find()
            .filter(post::Column::Role.eq(*role))
            .order_by_asc(post::Column::Id);
        let agency = Expr::col(post::Column::UnitId).eq(Expr::col(post::Column::OrgId));
        let post = match of_role.clone().filter(agency).one(db).await? {
            Some(post) => Some(post),
            None => of_role.one(db).await?,
        };
        let Some(post) = post else { continue };
        if let Some(person) = person::Entity::find_by_id(post.person_id).one(db).await? {
            found.push((person, post));
        }
    }
    Ok(found)
}

/// The calendar of the organisation, or the national one where it has none of its own.
///
/// # Errors
/// What the database reports.
pub async fn calendar(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Outcome<trinhky_calendar::Calendar> {
    let row = org_calendar::Entity::find_by_id(org_id).one(db).await?;
    calendar_of(row.as_ref().map(|row| row.data.as_str()))
}

/// The calendar that is written so; Vietnam's where an organisation has written none.
///
/// # Errors
/// When it is no calendar.
pub fn calendar_of(data: Option<&str>) -> Outcome<trinhky_calendar::Calendar> {
    match data {
        Some(data) => Ok(serde_json::from_str(data)?),
        None => Ok(trinhky_calendar::Calendar::vietnam()),
    }
}

/// The posts that a person holds in an organisation on a day.
///
/// # Errors
/// What the database reports.
pub async fn post_ids(
    db: &impl ConnectionTrait,
    person_id: Uuid,
    org_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<Uuid>> {
    let posts = posts_on(on)
        .filter(post::Column::PersonId.eq(person_id))
        .filter(post::Column::OrgId.eq(org_id))
        .all(db)
        .await?;
    Ok(posts.into_iter().map(|post| post.id).collect())
}

/// The titles that a person holds in an organisation on a day.
///
/// # Errors
/// What the database reports.
pub async fn titles(
    db: &impl ConnectionTrait,
    person_id: Uuid,
    org_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<String>> {
    let posts = posts_on(on)
        .filter(post::Column::PersonId.eq(person_id))
        .filter(post::Column::OrgId.eq(org_id))
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    Ok(posts.into_iter().map(|post| post.title).collect())
}

/// The posts that are held on a day.
pub fn posts_on(on: NaiveDate) -> sea_orm::Select<post::Entity> {
    post::Entity::find()
        .filter(post::Column::ValidFrom.lte(on))
        .filter(
            Condition::any()
                .add(post::Column::ValidTo.is_null())
                .add(post::Column::ValidTo.gt(on)),
        )
}

pub(super) fn as_post(post: post::Model) -> Post {
    Post {
        org_id: post.org_id,
        unit_id: post.unit_id,
        title: post.title,
        role: post.role,
        instead: None,
    }
}
