//! Whose task it is to know: from a task's role to the people who are told of it.
//!
//! While somebody is away the substitute is told instead. Narrower than [`crate::people::may`]: a head may do a drafter's task, but only drafters are told of it, unless the
//! unit has none.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::fault::Outcome;
use crate::people::absence::{self, Away};
use crate::people::find::{self, Holder};

/// Units looked up per statement.
const CHUNK: usize = 500;

/// Heads of units, whatever their organisation calls them.
pub(super) const HEADS: &[&str] = &["unit_head", "office_chief", "chair"];
/// Who receives documents for a unit.
pub(super) const CLERKS: &[&str] = &["clerk", "office_clerk"];
/// Who writes a unit's reports.
pub(super) const REPORTERS: &[&str] = &["reporter"];

/// A task as this module sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskWho<'a> {
    pub role: &'a str,
    /// The abbreviation of the document's type: somebody may stand in for some types only.
    pub doc_type: &'a str,
    pub org_id: Uuid,
    pub owner_id: Uuid,
    pub unit_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
}

/// Where the people of a role are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Unit(Uuid),
    Org(Uuid),
    Person(Uuid),
}

impl TaskWho<'_> {
    /// The place, the roles that are told there, and the roles that are told where nobody has those.
    fn told(&self) -> Option<(Place, &[&str], &'static [&'static str])> {
        let owner = Place::Unit(self.owner_id);
        let unit = self.unit_id.map(Place::Unit);
        match self.role {
            "drafter" => Some((owner, &["drafter"], HEADS)),
            "unit_head" => Some((owner, &["unit_head"], HEADS)),
            "unit" => Some((unit?, &["reporter", "unit_head"], CLERKS)),
            "receiver" => Some((unit?, CLERKS, HEADS)),
            "reporter" => Some((unit?, REPORTERS, HEADS)),
            "report_approver" => Some((unit?, &["unit_head"], HEADS)),
            "staff" => Some((Place::Person(self.person_id?), &[], &[])),
            // The agency's own clerk, not the clerks of its divisions.
            "clerk" => Some((Place::Unit(self.org_id), &["clerk"], &[])),
            _ => Some((
                Place::Org(self.org_id),
                std::slice::from_ref(&self.role),
                &[],
            )),
        }
    }
}

/// Posts of a day with their people, found by unit, by organisation or by person.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Who holds the posts of a unit.
    held: BTreeMap<Uuid, Vec<Holder>>,
    /// The same with substitutes in place of those who are away.
    of_unit: BTreeMap<Uuid, Vec<Holder>>,
    /// Who holds the posts of an organisation.
    of_org: BTreeMap<Uuid, Vec<Holder>>,
    persons: BTreeMap<Uuid, Holder>,
    away: Away,
}

impl Book {
    /// The posts of these units: their heads, clerks and reporters, and drafters.
    pub async fn of_units(
        db: &impl ConnectionTrait,
        units: &[Uuid],
        on: NaiveDate,
    ) -> Outcome<Self> {
        let mut book = Self::default();
        book.add_units(db, units, &[], on).await?;
        Ok(book)
    }

    /// Everybody that the tasks could be told to.
    pub async fn of_tasks(
        db: &impl ConnectionTrait,
        tasks: &[TaskWho<'_>],
        on: NaiveDate,
    ) -> Outcome<Self> {
        let (mut units, mut roles, mut staffs) = (Vec::new(), Vec::new(), Vec::new());
        for task in tasks {
            match task.told() {
                Some((Place::Unit(unit), ..)) => units.push(unit),
                Some((Place::Org(org), ..)) => roles.push((org, task.role)),
                Some((Place::Person(_), ..)) => staffs.push(task.org_id),
                None => {}
            }
        }
        for list in [&mut units, &mut staffs] {
            list.sort_unstable();
            list.dedup();
        }
        roles.sort_unstable();
        roles.dedup();
        let mut book = Self::default();
        let orgs: Vec<Uuid> = tasks.iter().map(|task| task.org_id).collect();
        book.add_units(db, &units, &orgs, on).await?;
        for (org, role) in roles {
            let holders = find::holders_in_org(db, org, role, on).await?;
            book.of_org.entry(org).or_default().extend(holders);
        }
        for org in staffs {
            let staff = find::staff_of_org(db, org, on).await?;
            book.persons
                .extend(staff.into_iter().map(|holder| (holder.person_id, holder)));
        }
        Ok(book)
    }

    async fn add_units(
        &mut self,
        db: &impl ConnectionTrait,
        units: &[Uuid],
        orgs: &[Uuid],
        on: NaiveDate,
    ) -> Outcome<()> {
        let roles: Vec<&str> = [HEADS, CLERKS, REPORTERS, &["drafter"]].concat();
        let mut orgs: BTreeSet<Uuid> = orgs.iter().copied().collect();
        for chunk in units.chunks(CHUNK) {
            for holder in find::holders(db, chunk, &roles, on).await? {
                orgs.insert(holder.post.org_id);
                self.held
                    .entry(holder.post.unit_id)
                    .or_default()
                    .push(holder);
            }
        }
        self.away = Away::on(db, orgs, on).await?;
        self.of_unit = self
            .held
            .iter()
            .map(|(unit, holders)| {
                let present = holders.iter().map(|holder| self.away.present(holder, ""));
                (*unit, present.collect())
            })
            .collect();
        Ok(())
    }

    /// Those of a unit with the first of the roles that anybody has there; each person once.
    pub fn first_of(&self, unit: Uuid, roles: &[&str]) -> Vec<&Holder> {
        first(of(&self.of_unit, unit), roles)
    }

    /// Those of a unit with any of the roles; each person once.
    pub fn any_of(&self, unit: Uuid, roles: &[&str]) -> Vec<&Holder> {
        any(of(&self.of_unit, unit), roles)
    }

    /// Who is told of a task, in a stable order: those whose task it is, or who stands in for them with such a document.
    pub fn told(&self, task: &TaskWho<'_>) -> Vec<Holder> {
        let Some((place, roles, else_roles)) = task.told() else {
            return Vec::new();
        };
        let found = match place {
            // What a person confirms, nobody confirms in that person's place.
            Place::Person(person) => {
                return self.persons.get(&person).cloned().into_iter().collect();
            }
            Place::Org(org) => any(of(&self.of_org, org), roles),
            Place::Unit(unit) => {
                let held = of(&self.held, unit);
                match any(held, roles) {
                    found if found.is_empty() => first(held, else_roles),
                    found => found,
                }
            }
        };
        let present: Vec<Holder> = found
            .into_iter()
            .map(|holder| self.away.present(holder, task.doc_type))
            .collect();
        once(present.iter()).into_iter().cloned().collect()
    }
}

/// Those who hold the role in an organisation, or who stand in for them in everything: for letters that name no task.
pub(super) async fn holders_present(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    role: &str,
    on: NaiveDate,
) -> Outcome<Vec<Holder>> {
    let holders = find::holders_in_org(db, org_id, role, on).await?;
    absence::present(db, holders, "", on).await
}

fn of(people: &BTreeMap<Uuid, Vec<Holder>>, place: Uuid) -> &[Holder] {
    people.get(&place).map(Vec::as_slice).unwrap_or_default()
}

fn any<'a>(people: &'a [Holder], roles: &[&str]) -> Vec<&'a Holder> {
    once(
        people
            .iter()
            .filter(|holder| roles.contains(&holder.post.role.as_str())),
    )
}

fn first<'a>(people: &'a [Holder], roles: &[&str]) -> Vec<&'a Holder> {
    roles
        .iter()
        .map(|role| any(people, &[role]))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn once<'a>(holders: impl Iterator<Item = &'a Holder>) -> Vec<&'a Holder> {
    let mut people: Vec<&Holder> = Vec::new();
    for holder in holders {
        if people
            .iter()
            .all(|known| known.person_id != holder.person_id)
        {
            people.push(holder);
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Post;

    const OFFICE: Uuid = Uuid::from_u128(1);
    const ORG: Uuid = Uuid::from_u128(2);

    fn holder(n: u128, role: &str) -> Holder {
        let post = Post {
            org_id: ORG,
            unit_id: OFFICE,
            title: String::new(),
            role: role.to_owned(),
            instead: None,
        };
        Holder {
            person_id: Uuid::from_u128(n),
            name: n.to_string(),
            email: format!("{n}@x.example"),
            post,
        }
    }

    fn told(role: &str, posts: &[(u128, &str)]) -> Vec<u128> {
        let mut book = Book::default();
        book.held.insert(
            OFFICE,
            posts.iter().map(|(n, role)| holder(*n, role)).collect(),
        );
        let task = TaskWho {
            role,
            doc_type: "QD",
            org_id: ORG,
            owner_id: OFFICE,
            unit_id: Some(OFFICE),
            person_id: None,
        };
        book.told(&task)
            .iter()
            .map(|holder| holder.person_id.as_u128())
            .collect()
    }

    #[test]
    fn drafters_are_told_and_heads_only_where_there_is_no_drafter() {
        assert_eq!(
            told(
                "drafter",
                &[(1, "unit_head"), (2, "drafter"), (3, "drafter")]
            ),
            [2, 3]
        );
        assert_eq!(
            told(
                "drafter",
                &[(1, "office_chief"), (1, "unit_head"), (4, "clerk")]
            ),
            [1]
        );
    }

    #[test]
    fn a_person_with_two_posts_is_told_once() {
        assert_eq!(
            told(
                "receiver",
                &[(5, "office_clerk"), (5, "clerk"), (6, "reporter")]
            ),
            [5]
        );
    }
}
