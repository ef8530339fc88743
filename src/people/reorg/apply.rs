//! Applying a plan: one act, which remembers everything that it changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter,
};
use serde_json::json;
use trinhky_calendar::{offset, vn_date};
use uuid::Uuid;

use super::outlook::{Book, LEADING, outlook};
use super::plan::{Closing, NewUnit, Rename};
use super::undo::Changes;
use super::{Plan, Said};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::rows::register;
use crate::fault::{Fault, Outcome};
use crate::people::rows::{
    person, post, reorganisation, succession, unit, unit_group_member, unit_name,
};
use crate::people::{Actor, find, may};
use crate::signing::rows::signing_key;

/// Applies a plan, if nothing stands against it.
///
/// # Errors
/// The first thing that stands against it, or the right.
pub async fn apply(app: &App, actor: &Actor, org_id: Uuid, text: &str) -> Outcome<Uuid> {
    app.act(actor, (org_id, text.to_owned()), |cx, (org_id, text)| {
        Box::pin(write(cx, *org_id, text))
    })
    .await
}

async fn write(cx: Cx<'_>, org_id: Uuid, text: &str) -> Outcome<Uuid> {
    if !may::administer(cx.actor, org_id) {
        return Err(Fault::forbidden(
            "Chỉ người quản trị của cơ quan được sắp xếp đơn vị.",
            "Only administrators of the organisation reorganise it.",
        ));
    }
    let refused = |said: Said| Fault::invalid("plan", said.vi, said.en);
    let plan = Plan::read(text).map_err(refused)?;
    let outlook = outlook(cx.tx, cx.actor, org_id, cx.today(), &plan).await?;
    if let Some(problem) = outlook.problems.into_iter().next() {
        return Err(refused(problem));
    }
    let id = cx.id();
    let mut work = Work::begin(cx, &plan, id).await?;
    reorganisation::ActiveModel {
        id: Set(id),
        org_id: Set(org_id),
        title: Set(plan.title.clone()),
        basis: Set(plan.basis.clone()),
        effective_on: Set(plan.effective_on),
        plan: Set(text.to_owned()),
        changes: Set(String::new()),
        applied_at: Set(cx.now),
        applied_by: Set(cx.actor.name.clone()),
        undone_at: Set(None),
        undone_by: Set(String::new()),
    }
    .insert(cx.tx)
    .await?;
    for new in &plan.create {
        work.create(new).await?;
    }
    for rename in &plan.rename {
        work.rename(rename).await?;
    }
    for closing in &plan.close {
        work.close(closing).await?;
    }
    let changes = serde_json::to_string(&work.changes)?;
    reorganisation::ActiveModel {
        id: Set(id),
        changes: Set(changes),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let summary = format!(
        "Sắp xếp đơn vị từ {}: {} ({}): lập {}, kết thúc {}, đổi tên {}",
        vn_date(plan.effective_on),
        plan.title,
        plan.basis,
        plan.create.len(),
        plan.close.len(),
        plan.rename.len()
    );
    let entry = Entry::general("organisation.reorganised", summary).data(json!({ "id": id }));
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await?;
    Ok(id)
}

/// A plan being applied.
struct Work<'a> {
    cx: Cx<'a>,
    plan: &'a Plan,
    id: Uuid,
    day: NaiveDate,
    /// All units that ever were, the new ones among them, by their keys.
    rows: BTreeMap<String, unit::Model>,
    named: BTreeMap<Uuid, crate::people::Unit>,
    /// Who leads where the plan chose.
    heads: BTreeMap<&'a str, Uuid>,
    changes: Changes,
}

impl<'a> Work<'a> {
    async fn begin(cx: Cx<'a>, plan: &'a Plan, id: Uuid) -> Outcome<Self> {
        let rows: BTreeMap<String, unit::Model> = unit::Entity::find()
            .all(cx.tx)
            .await?
            .into_iter()
            .map(|row| (row.unit_key.clone(), row))
            .collect();
        let addresses = plan.head.iter().map(|head| head.person.to_lowercase());
        let persons: BTreeMap<String, Uuid> = person::Entity::find()
            .filter(person::Column::Email.is_in(addresses))
            .all(cx.tx)
            .await?
            .into_iter()
            .map(|person| (person.email, person.id))
            .collect();
        let heads = plan
            .head
            .iter()
            .filter_map(|head| {
                Some((
                    head.unit.as_str(),
                    *persons.get(&head.person.to_lowercase())?,
                ))
            })
            .collect();
        Ok(Self {
            cx,
            plan,
            id,
            day: plan.effective_on,
            named: find::all_units(cx.tx, cx.today()).await?,
            rows,
            heads,
            changes: Changes::default(),
        })
    }

    fn row(&self, key: &str) -> Outcome<&unit::Model> {
        self.rows.get(key).ok_or(Fault::NotFound)
    }

    async fn create(&mut self, new: &NewUnit) -> Outcome<()> {
        let id = self.cx.id();
        let organisation = match &new.organisation {
            Some(key) => Some(self.row(key)?.id),
            None => None,
        };
        let superior = self.rows.get(&new.superior).map(|row| row.id);
        let superior_name = superior
            .or(organisation)
            .and_then(|id| self.named.get(&id))
            .map_or(new.superior.clone(), |unit| unit.name.clone());
        let row = unit::Model {
            id,
            org_id: organisation.unwrap_or(id),
            parent_id: organisation.or(superior),
            unit_key: new.key.clone(),
            kind: new.kind.clone(),
            account: new.account,
            email: new.email.clone(),
            valid_from: self.day,
            valid_to: None,
        };
        unit::Entity::insert(unit::ActiveModel::from(row.clone()).reset_all())
            .exec_without_returning(self.cx.tx)
            .await?;
        unit_name::ActiveModel {
            id: Set(self.cx.id()),
            unit_id: Set(id),
            name: Set(new.name.clone()),
            short: Set(new.short.clone()),
            header: Set(serde_json::to_string(&new.header)?),
            place: Set(new.place.clone()),
            code: Set(new.code.clone()),
            superior: Set(superior_name),
            valid_from: Set(self.day),
            valid_to: Set(None),
        }
        .insert(self.cx.tx)
        .await?;
        self.rows.insert(new.key.clone(), row);
        self.changes.created.push(id);
        Ok(())
    }

    async fn rename(&mut self, rename: &Rename) -> Outcome<()> {
        let unit_id = self.row(&rename.unit)?.id;
        let known = self.named.get(&unit_id).ok_or(Fault::NotFound)?;
        let id = self.cx.id();
        unit_name::ActiveModel {
            id: Set(id),
            unit_id: Set(unit_id),
            name: Set(rename.name.clone()),
            short: Set(rename.short.clone()),
            header: Set(serde_json::to_string(&rename.header)?),
            place: Set(rename.place.clone().unwrap_or(known.place.clone())),
            code: Set(rename.code.clone().unwrap_or(known.code.clone())),
            superior: Set(rename.superior.clone().unwrap_or(known.superior.clone())),
            valid_from: Set(self.day),
            valid_to: Set(None),
        }
        .insert(self.cx.tx)
        .await?;
        self.changes.names.push(id);
        Ok(())
    }

    async fn close(&mut self, closing: &Closing) -> Outcome<()> {
        let book = Book {
            plan: self.plan,
            rows: &self.rows,
            named: &self.named,
        };
        let ending = book.ending(&closing.unit).ok_or(Fault::NotFound)?.rows;
        let heir = match closing.heir() {
            Some(key) => Some(self.row(key)?.clone()),
            None => None,
        };
        let ids: Vec<Uuid> = ending.iter().map(|row| row.id).collect();
        for row in &ending {
            self.succeed(closing, row).await?;
            unit::ActiveModel {
                id: Set(row.id),
                valid_to: Set(Some(self.day)),
                ..Default::default()
            }
            .update(self.cx.tx)
            .await?;
            self.changes.closed.push((row.id, row.valid_to));
        }
        self.move_people(closing, &ids, heir.as_ref()).await?;
        self.close_registers(&ids).await?;
        self.end_keys(&ids).await?;
        self.join_groups(closing, ids[0]).await
    }

    /// Who follows the unit, and those that it stood in for itself.
    async fn succeed(&self, closing: &Closing, row: &unit::Model) -> Outcome<()> {
        let stood_in_for = succession::Entity::find()
            .filter(succession::Column::ToId.eq(row.id))
            .filter(succession::Column::Duties.eq(true))
            .all(self.cx.tx)
            .await?;
        let own = (row.id, row.org_id);
        let all = std::iter::once(own).chain(
            stood_in_for
                .iter()
                .map(|before| (before.from_id, before.from_org_id)),
        );
        for (from_id, from_org_id) in all {
            for follower in closing.followers() {
                let to = self.row(follower)?;
                let kind = match closing.into.len() {
                    0 => "dissolve",
                    1 if row.id != row.org_id && to.org_id != row.org_id => "transfer",
                    1 => "merge",
                    _ => "split",
                };
                succession::ActiveModel {
                    from_id: Set(from_id),
                    to_id: Set(to.id),
                    from_org_id: Set(from_org_id),
                    kind: Set(kind.to_owned()),
                    duties: Set(closing.heir() == Some(follower)),
                    effective_on: Set(self.day),
                    reorganisation_id: Set(self.id),
                }
                .insert(self.cx.tx)
                .await?;
            }
        }
        Ok(())
    }

    /// Posts end; their people go on in the unit that stands in, in the same role. Of several leaders one leads.
    async fn move_people(
        &mut self,
        closing: &Closing,
        ids: &[Uuid],
        heir: Option<&unit::Model>,
    ) -> Outcome<()> {
        let posts = post::Entity::find()
            .filter(post::Column::UnitId.is_in(ids.iter().copied()))
            .filter(
                Condition::any()
                    .add(post::Column::ValidTo.is_null())
                    .add(post::Column::ValidTo.gt(self.day)),
            )
            .all(self.cx.tx)
            .await?;
        let mut there: BTreeSet<(Uuid, String)> = match heir {
            Some(heir) => post::Entity::find()
                .filter(post::Column::UnitId.eq(heir.id))
                .all(self.cx.tx)
                .await?
                .into_iter()
                .map(|post| (post.person_id, post.role))
                .collect(),
            None => BTreeSet::new(),
        };
        let head = closing.heir().and_then(|key| self.heads.get(key)).copied();
        for old in posts {
            post::ActiveModel {
                id: Set(old.id),
                valid_to: Set(Some(self.day)),
                ..Default::default()
            }
            .update(self.cx.tx)
            .await?;
            self.changes.posts_ended.push((old.id, old.valid_to));
            let Some(heir) = heir else { continue };
            let leads_no_more = LEADING.contains(&old.role.as_str())
                && head.is_some_and(|head| head != old.person_id);
            let (title, role) = if leads_no_more {
                ("Công chức".to_owned(), "staff".to_owned())
            } else {
                (old.title.clone(), old.role.clone())
            };
            if !there.insert((old.person_id, role.clone())) {
                continue;
            }
            let id = self.cx.id();
            post::ActiveModel {
                id: Set(id),
                person_id: Set(old.person_id),
                org_id: Set(heir.org_id),
                unit_id: Set(heir.id),
                title: Set(title),
                role: Set(role),
                valid_from: Set(self.day.max(old.valid_from)),
                valid_to: Set(old.valid_to),
            }
            .insert(self.cx.tx)
            .await?;
            self.changes.posts_made.push(id);
        }
        Ok(())
    }

    /// From the first moment of the day the registers give no numbers.
    async fn close_registers(&mut self, ids: &[Uuid]) -> Outcome<()> {
        let open = register::Entity::find()
            .filter(register::Column::OwnerId.is_in(ids.iter().copied()))
            .filter(register::Column::ClosedAt.is_null())
            .all(self.cx.tx)
            .await?;
        let midnight = self
            .day
            .and_time(NaiveTime::MIN)
            .and_local_timezone(offset())
            .single()
            .ok_or_else(|| anyhow::anyhow!("a day without a beginning"))?;
        for row in open {
            register::ActiveModel {
                id: Set(row.id),
                closed_at: Set(Some(midnight.to_utc())),
                ..Default::default()
            }
            .update(self.cx.tx)
            .await?;
            self.changes.registers.push(row.id);
        }
        Ok(())
    }

    /// The seals of the units and the signatures of their posts end with them.
    async fn end_keys(&mut self, ids: &[Uuid]) -> Outcome<()> {
        let posts: Vec<Uuid> = post::Entity::find()
            .filter(post::Column::UnitId.is_in(ids.iter().copied()))
            .all(self.cx.tx)
            .await?
            .into_iter()
            .map(|post| post.id)
            .collect();
        let keys = signing_key::Entity::find()
            .filter(
                Condition::any()
                    .add(signing_key::Column::UnitId.is_in(ids.iter().copied()))
                    .add(signing_key::Column::PostId.is_in(posts)),
            )
            .filter(signing_key::Column::UsedFrom.lt(self.day))
            .filter(
                Condition::any()
                    .add(signing_key::Column::UsedUntil.is_null())
                    .add(signing_key::Column::UsedUntil.gt(self.day)),
            )
            .all(self.cx.tx)
            .await?;
        for key in keys {
            signing_key::ActiveModel {
                id: Set(key.id),
                used_until: Set(Some(self.day)),
                ..Default::default()
            }
            .update(self.cx.tx)
            .await?;
            self.changes.keys.push((key.id, key.used_until));
        }
        Ok(())
    }

    /// What the unit becomes belongs to its groups; who receives is decided by who exists on the day.
    async fn join_groups(&mut self, closing: &Closing, from: Uuid) -> Outcome<()> {
        let groups: Vec<Uuid> = unit_group_member::Entity::find()
            .filter(unit_group_member::Column::UnitId.eq(from))
            .all(self.cx.tx)
            .await?
            .into_iter()
            .map(|member| member.group_id)
            .collect();
        for key in &closing.into {
            let to = self.row(key)?.id;
            let there: BTreeSet<Uuid> = unit_group_member::Entity::find()
                .filter(unit_group_member::Column::UnitId.eq(to))
                .all(self.cx.tx)
                .await?
                .into_iter()
                .map(|member| member.group_id)
                .collect();
            for group_id in groups.iter().filter(|group| !there.contains(group)) {
                unit_group_member::ActiveModel {
                    group_id: Set(*group_id),
                    unit_id: Set(to),
                }
                .insert(self.cx.tx)
                .await?;
                self.changes.members.push((*group_id, to));
            }
        }
        Ok(())
    }
}
