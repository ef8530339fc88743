//! Loading organisations, units, groups, persons, posts and registers from one TOML file.
//!
//! Everything is checked before anything is written: all problems come back at once, with their
//! place, and the whole file is one act.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde::Deserialize;
use uuid::Uuid;

use super::rows::{person, post, unit, unit_group, unit_group_member, unit_name};
use super::{Actor, ROLES};
use crate::app::{App, Cx};
use crate::audit;
use crate::documents::rows::register;
use crate::fault::{Fault, Outcome};

/// An organisation file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgFile {
    #[serde(default)]
    organisation: Vec<OrganisationEntry>,
    #[serde(default)]
    unit: Vec<UnitEntry>,
    #[serde(default)]
    group: Vec<GroupEntry>,
    #[serde(default)]
    person: Vec<PersonEntry>,
    #[serde(default)]
    post: Vec<PostEntry>,
    #[serde(default)]
    register: Vec<RegisterEntry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationEntry {
    key: String,
    name: String,
    short: String,
    header: Vec<String>,
    place: String,
    #[serde(default)]
    code: String,
    kind: String,
    #[serde(default)]
    superior: String,
    email: Option<String>,
    #[serde(default = "yes")]
    account: bool,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitEntry {
    key: String,
    organisation: String,
    name: String,
    short: String,
    header: Vec<String>,
    kind: String,
    email: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    key: String,
    organisation: String,
    name: String,
    purpose: String,
    #[serde(rename = "match")]
    phrases: Vec<String>,
    members: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonEntry {
    key: String,
    name: String,
    email: String,
    #[serde(default)]
    sample: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PostEntry {
    person: String,
    organisation: String,
    unit: Option<String>,
    title: String,
    role: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisterEntry {
    owner: String,
    doc_type: String,
    year: i32,
    next: i32,
    reason: String,
}

/// What an import wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub organisations: usize,
    pub units: usize,
    pub groups: usize,
    pub persons: usize,
    pub posts: usize,
}

/// Reads and checks a file; all problems at once.
///
/// # Errors
/// One sentence per problem, each naming the entry.
pub fn read(text: &str) -> Result<OrgFile, Vec<String>> {
    let file: OrgFile =
        toml::from_str(text).map_err(|error| vec![error.to_string().trim_end().to_owned()])?;
    let problems = problems(&file);
    if problems.is_empty() {
        Ok(file)
    } else {
        Err(problems)
    }
}

/// Writes the whole file as one act; `password_hash` becomes the first password of every person.
///
/// # Errors
/// When the database is not empty of units, or what it reports.
pub async fn load(app: &App, file: OrgFile, password_hash: Option<String>) -> Outcome<Counts> {
    app.act(
        &Actor::system(),
        (file, password_hash),
        |cx, (file, hash)| Box::pin(write(cx, file, hash.as_deref())),
    )
    .await
}

async fn write(cx: Cx<'_>, file: &OrgFile, password_hash: Option<&str>) -> Outcome<Counts> {
    if unit::Entity::find().count(cx.tx).await? > 0 {
        return Err(Fault::invalid(
            "file",
            "Cơ sở dữ liệu đã có cơ quan, đơn vị; chỉ nhập tệp này vào nơi còn trống.",
            "The database already holds organisations; import this file into an empty one.",
        ));
    }
    let ids: BTreeMap<&str, Uuid> = file
        .organisation
        .iter()
        .map(|entry| entry.key.as_str())
        .chain(file.unit.iter().map(|entry| entry.key.as_str()))
        .map(|key| (key, cx.id()))
        .collect();
    let by_key: BTreeMap<&str, &OrganisationEntry> = file
        .organisation
        .iter()
        .map(|entry| (entry.key.as_str(), entry))
        .collect();
    for entry in &file.organisation {
        write_organisation(&cx, entry, &ids, &by_key).await?;
    }
    for entry in &file.unit {
        write_unit(&cx, entry, &ids, by_key[entry.organisation.as_str()]).await?;
    }
    for entry in &file.group {
        write_group(&cx, entry, &ids).await?;
    }
    let mut persons = BTreeMap::new();
    for entry in &file.person {
        let id = cx.id();
        persons.insert(entry.key.as_str(), id);
        person::ActiveModel {
            id: Set(id),
            person_key: Set(entry.key.clone()),
            name: Set(entry.name.clone()),
            email: Set(entry.email.to_lowercase()),
            password_hash: Set(password_hash.map(str::to_owned)),
            sample: Set(entry.sample),
            active: Set(true),
            failed_sign_ins: Set(0),
            locked_until: Set(None),
            created_at: Set(cx.now),
        }
        .insert(cx.tx)
        .await?;
    }
    for entry in &file.post {
        let org_id = ids[entry.organisation.as_str()];
        post::ActiveModel {
            id: Set(cx.id()),
            person_id: Set(persons[entry.person.as_str()]),
            org_id: Set(org_id),
            unit_id: Set(entry.unit.as_deref().map_or(org_id, |key| ids[key])),
            title: Set(entry.title.clone()),
            role: Set(entry.role.clone()),
            valid_from: Set(entry.from),
            valid_to: Set(entry.to),
        }
        .insert(cx.tx)
        .await?;
    }
    for entry in &file.register {
        let owner = ids[entry.owner.as_str()];
        let org_id = file
            .unit
            .iter()
            .find(|unit| unit.key == entry.owner)
            .map_or(owner, |unit| ids[unit.organisation.as_str()]);
        open_register(&cx, entry, owner, org_id).await?;
    }
    let counts = Counts {
        organisations: file.organisation.len(),
        units: file.unit.len(),
        groups: file.group.len(),
        persons: file.person.len(),
        posts: file.post.len(),
    };
    if let Some(first) = file.organisation.first() {
        let summary = format!(
            "Nhập {} cơ quan, {} đơn vị, {} người dùng từ tệp",
            counts.organisations, counts.units, counts.persons
        );
        audit::append(
            cx.tx,
            ids[first.key.as_str()],
            cx.actor,
            cx.now,
            audit::Entry::general("org.imported", summary),
        )
        .await?;
    }
    Ok(counts)
}

async fn write_organisation(
    cx: &Cx<'_>,
    entry: &OrganisationEntry,
    ids: &BTreeMap<&str, Uuid>,
    by_key: &BTreeMap<&str, &OrganisationEntry>,
) -> Outcome<()> {
    let id = ids[entry.key.as_str()];
    unit::ActiveModel {
        id: Set(id),
        org_id: Set(id),
        parent_id: Set(ids.get(entry.superior.as_str()).copied()),
        unit_key: Set(entry.key.clone()),
        kind: Set(entry.kind.clone()),
        account: Set(entry.account),
        email: Set(entry.email.clone()),
        valid_from: Set(entry.valid_from),
        valid_to: Set(entry.valid_to),
    }
    .insert(cx.tx)
    .await?;
    let superior = by_key
        .get(entry.superior.as_str())
        .map_or(entry.superior.as_str(), |parent| parent.name.as_str());
    unit_name::ActiveModel {
        id: Set(cx.id()),
        unit_id: Set(id),
        name: Set(entry.name.clone()),
        short: Set(entry.short.clone()),
        header: Set(serde_json::to_string(&entry.header)?),
        place: Set(entry.place.clone()),
        code: Set(entry.code.clone()),
        superior: Set(superior.to_owned()),
        valid_from: Set(entry.valid_from),
        valid_to: Set(entry.valid_to),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

async fn write_unit(
    cx: &Cx<'_>,
    entry: &UnitEntry,
    ids: &BTreeMap<&str, Uuid>,
    organisation: &OrganisationEntry,
) -> Outcome<()> {
    let id = ids[entry.key.as_str()];
    let org_id = ids[entry.organisation.as_str()];
    unit::ActiveModel {
        id: Set(id),
        org_id: Set(org_id),
        parent_id: Set(Some(org_id)),
        unit_key: Set(entry.key.clone()),
        kind: Set(entry.kind.clone()),
        account: Set(true),
        email: Set(entry.email.clone()),
        valid_from: Set(organisation.valid_from),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    unit_name::ActiveModel {
        id: Set(cx.id()),
        unit_id: Set(id),
        name: Set(entry.name.clone()),
        short: Set(entry.short.clone()),
        header: Set(serde_json::to_string(&entry.header)?),
        place: Set(organisation.place.clone()),
        code: Set(String::new()),
        superior: Set(organisation.name.clone()),
        valid_from: Set(organisation.valid_from),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

async fn write_group(cx: &Cx<'_>, entry: &GroupEntry, ids: &BTreeMap<&str, Uuid>) -> Outcome<()> {
    let id = cx.id();
    unit_group::ActiveModel {
        id: Set(id),
        org_id: Set(ids[entry.organisation.as_str()]),
        group_key: Set(entry.key.clone()),
        name: Set(entry.name.clone()),
        phrases: Set(serde_json::to_string(&entry.phrases)?),
        purpose: Set(entry.purpose.clone()),
    }
    .insert(cx.tx)
    .await?;
    for member in &entry.members {
        unit_group_member::ActiveModel {
            group_id: Set(id),
            unit_id: Set(ids[member.as_str()]),
        }
        .insert(cx.tx)
        .await?;
    }
    Ok(())
}

async fn open_register(
    cx: &Cx<'_>,
    entry: &RegisterEntry,
    owner: Uuid,
    org_id: Uuid,
) -> Outcome<()> {
    let opened_at: DateTime<Utc> = cx.now;
    register::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(org_id),
        owner_id: Set(owner),
        direction: Set("out".to_owned()),
        doc_type: Set(entry.doc_type.clone()),
        year: Set(entry.year),
        next_number: Set(entry.next),
        opened_at_number: Set(entry.next),
        reason: Set(entry.reason.clone()),
        opened_at: Set(opened_at),
        closed_at: Set(None),
        restored_from: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// Every broken reference, double key and unknown word of the file.
fn problems(file: &OrgFile) -> Vec<String> {
    let mut problems = Vec::new();
    let mut keys = BTreeSet::new();
    let mut organisations = BTreeSet::new();
    for entry in &file.organisation {
        organisations.insert(entry.key.as_str());
        if !keys.insert(entry.key.as_str()) {
            problems.push(format!(
                "organisation `{}`: the key is used twice",
                entry.key
            ));
        }
        if entry.superior == entry.key {
            problems.push(format!(
                "organisation `{}`: it cannot be its own superior",
                entry.key
            ));
        }
    }
    for entry in &file.unit {
        if !keys.insert(entry.key.as_str()) {
            problems.push(format!("unit `{}`: the key is used twice", entry.key));
        }
        if !organisations.contains(entry.organisation.as_str()) {
            problems.push(format!(
                "unit `{}`: there is no organisation `{}`",
                entry.key, entry.organisation
            ));
        }
    }
    for entry in &file.group {
        if !organisations.contains(entry.organisation.as_str()) {
            problems.push(format!(
                "group `{}`: there is no organisation `{}`",
                entry.key, entry.organisation
            ));
        }
        if !["action", "information"].contains(&entry.purpose.as_str()) {
            problems.push(format!(
                "group `{}`: purpose is `{}`; write action or information",
                entry.key, entry.purpose
            ));
        }
        for member in entry
            .members
            .iter()
            .filter(|member| !keys.contains(member.as_str()))
        {
            problems.push(format!(
                "group `{}`: there is no unit or organisation `{member}`",
                entry.key
            ));
        }
    }
    let mut persons = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    for entry in &file.person {
        if !persons.insert(entry.key.as_str()) {
            problems.push(format!("person `{}`: the key is used twice", entry.key));
        }
        if !entry.email.contains('@') {
            problems.push(format!(
                "person `{}`: `{}` is not an e-mail address",
                entry.key, entry.email
            ));
        }
        if !addresses.insert(entry.email.to_lowercase()) {
            problems.push(format!(
                "person `{}`: the address {} is used twice",
                entry.key, entry.email
            ));
        }
    }
    for entry in &file.post {
        let name = format!("post `{}` of `{}`", entry.title, entry.person);
        if !persons.contains(entry.person.as_str()) {
            problems.push(format!("{name}: there is no such person"));
        }
        if !organisations.contains(entry.organisation.as_str()) {
            problems.push(format!(
                "{name}: there is no organisation `{}`",
                entry.organisation
            ));
        }
        if let Some(unit) = entry.unit.as_deref().filter(|unit| !keys.contains(unit)) {
            problems.push(format!("{name}: there is no unit `{unit}`"));
        }
        if !ROLES.contains(&entry.role.as_str()) {
            problems.push(format!(
                "{name}: role `{}` is not one of {}",
                entry.role,
                ROLES.join(", ")
            ));
        }
        if entry.to.is_some_and(|to| to <= entry.from) {
            problems.push(format!("{name}: it ends before it begins"));
        }
    }
    for entry in &file.register {
        if !keys.contains(entry.owner.as_str()) {
            problems.push(format!(
                "register {} {}: there is no owner `{}`",
                entry.doc_type, entry.year, entry.owner
            ));
        }
        if entry.next < 1 {
            problems.push(format!(
                "register {} {}: numbers begin at 1",
                entry.doc_type, entry.year
            ));
        }
    }
    problems
}

fn yes() -> bool {
    true
}
