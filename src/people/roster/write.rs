//! Writes a roster that is right as one act; what is there already stays as it is.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::check::{Known, problems};
use super::{Roster, UnitLine};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::rows::{person, post, unit, unit_name};
use crate::people::staff::{NewPost, hold, person_with};
use crate::people::tickets::{self, Purpose};
use crate::people::{Actor, Unit, find, may, roles, setup};

/// What an import wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    pub units: usize,
    pub persons: usize,
    pub posts: usize,
}

/// What the installation holds already, as an administrator of the organisation may see it.
///
/// # Errors
/// What the database reports.
pub async fn known(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    today: chrono::NaiveDate,
) -> Outcome<Known> {
    let units = find::all_units(db, today).await?;
    let administered = find::organisations_with(db, "admin", today).await?;
    let mut known = Known::default();
    for unit in units.values() {
        known.units.insert(unit.key.clone(), unit.name.clone());
        // An organisation that has no administrator yet is set up by the one who brings it in.
        if unit.org_id == org_id || !administered.contains(&unit.org_id) {
            known.open.insert(unit.key.clone());
        }
    }
    for person in person::Entity::find().all(db).await? {
        known.persons.insert(person.email, person.name);
    }
    Ok(known)
}

/// Writes everything or nothing.
///
/// # Errors
/// A refusal where a problem is left, or of who does not administer the organisation.
pub async fn load(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    roster: Roster,
    invite: bool,
) -> Outcome<Written> {
    app.act(
        actor,
        (org_id, roster, invite),
        |cx, (org_id, roster, invite)| Box::pin(write(cx, *org_id, roster, *invite)),
    )
    .await
}

async fn write(cx: Cx<'_>, org_id: Uuid, roster: &Roster, invite: bool) -> Outcome<Written> {
    if !may::administer(cx.actor, org_id) {
        return Err(Fault::forbidden(
            "Chỉ người quản trị của cơ quan được nhập đơn vị và người dùng.",
            "Only an administrator of the organisation imports units and people.",
        ));
    }
    let known = known(cx.tx, org_id, cx.today()).await?;
    if let Some(first) = problems(roster, &known, cx.today()).first() {
        return Err(Fault::invalid(
            "file",
            format!(
                "{}, dòng {}, cột {}: {}.",
                first.sheet, first.row, first.column, first.vi
            ),
            format!(
                "{}, row {}, column {}: {}.",
                first.sheet, first.row, first.column, first.en
            ),
        ));
    }
    let organisation = find::unit(cx.tx, org_id, cx.today()).await?;
    let mut written = Written::default();
    let mut ids: BTreeMap<String, Uuid> = find::all_units(cx.tx, cx.today())
        .await?
        .into_values()
        .map(|unit| (unit.key, unit.id))
        .collect();
    let new: Vec<&UnitLine> = roster
        .units
        .iter()
        .filter(|line| !known.units.contains_key(&line.key))
        .collect();
    for line in &new {
        ids.insert(line.key.clone(), cx.id());
    }
    for line in new {
        write_unit(&cx, line, &organisation, &ids).await?;
        written.units += 1;
    }
    let mut invited: BTreeMap<Uuid, person::Model> = BTreeMap::new();
    for line in &roster.people {
        let person = person_with(&cx, &line.name, &line.email).await?;
        written.persons += usize::from(
            !known.persons.contains_key(&line.email) && !invited.contains_key(&person.id),
        );
        let unit_id = if line.unit.is_empty() {
            org_id
        } else {
            ids[&line.unit]
        };
        let unit = find::unit(cx.tx, unit_id, cx.today()).await?;
        let wanted = NewPost {
            unit_id,
            title: line.title.clone(),
            role: roles::of_text(&line.role).unwrap_or_default().to_owned(),
            from: line.from(cx.today()).unwrap_or(cx.today()),
            to: None,
        };
        if !held(&cx, person.id, &wanted).await? {
            hold(&cx, unit.org_id, person.id, &wanted).await?;
            written.posts += 1;
        }
        invited.insert(person.id, person);
    }
    if invite {
        for person in invited
            .values()
            .filter(|person| person.password_hash.is_none())
        {
            tickets::issue(&cx, org_id, person, Purpose::Invitation).await?;
        }
    }
    let summary = format!(
        "Nhập từ tệp: {} đơn vị, {} người, {} chức vụ",
        written.units, written.persons, written.posts
    );
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        Entry::general("organisation.imported", summary),
    )
    .await?;
    Ok(written)
}

async fn held(cx: &Cx<'_>, person_id: Uuid, wanted: &NewPost) -> Outcome<bool> {
    Ok(find::posts_on(wanted.from.max(cx.today()))
        .filter(post::Column::PersonId.eq(person_id))
        .filter(post::Column::UnitId.eq(wanted.unit_id))
        .filter(post::Column::Role.eq(wanted.role.as_str()))
        .one(cx.tx)
        .await?
        .is_some())
}

async fn write_unit(
    cx: &Cx<'_>,
    line: &UnitLine,
    organisation: &Unit,
    ids: &BTreeMap<String, Uuid>,
) -> Outcome<()> {
    let kind = line.kind().ok_or(Fault::NotFound)?;
    let id = ids[&line.key];
    let parent = ids.get(&line.parent).copied();
    unit::ActiveModel {
        id: Set(id),
        org_id: Set(if kind.agency { id } else { organisation.id }),
        parent_id: Set(if kind.agency {
            parent
        } else {
            parent.or(Some(organisation.id))
        }),
        unit_key: Set(line.key.clone()),
        kind: Set(kind_word(kind.word, &line.name).to_owned()),
        account: Set(kind.account),
        email: Set(Some(line.email.clone()).filter(|email| !email.is_empty())),
        valid_from: Set(cx.today()),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let header = if kind.agency {
        setup::header(&line.name, &[])
    } else {
        vec![organisation.short.to_uppercase(), line.name.to_uppercase()]
    };
    unit_name::ActiveModel {
        id: Set(cx.id()),
        unit_id: Set(id),
        name: Set(line.name.clone()),
        short: Set(if line.short.is_empty() {
            line.name.clone()
        } else {
            line.short.clone()
        }),
        header: Set(serde_json::to_string(&header)?),
        place: Set(organisation.place.clone()),
        code: Set(String::new()),
        superior: Set(if kind.agency {
            String::new()
        } else {
            organisation.name.clone()
        }),
        valid_from: Set(cx.today()),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// Communes are told from other agencies by their name: reports count them.
fn kind_word(word: &'static str, name: &str) -> &'static str {
    let name = crate::documents::folded(name);
    let commune = ["xa ", "phuong ", "thi tran ", "dac khu "]
        .iter()
        .any(|level| name.starts_with(&format!("uy ban nhan dan {level}")));
    if word == "agency" && commune {
        "commune_committee"
    } else {
        word
    }
}
