//! What a plan would do, and what stands against it: read before it is applied, and again in the act that applies it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{Plan, Said};
use crate::documents::rows::register;
use crate::fault::Outcome;
use crate::people::rows::{person, post, unit};
use crate::people::{Actor, Unit, find, may};

/// Roles that one person of a unit holds.
pub(super) const LEADING: [&str; 3] = ["chair", "office_chief", "unit_head"];

/// What a plan would do.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// What must be settled first; empty when the plan can be applied.
    pub problems: Vec<Said>,
    pub moves: Vec<Move>,
}

/// One unit that ends, and what becomes of everything that is its.
#[derive(Debug, Clone)]
pub struct Move {
    pub from: String,
    /// The names of what it becomes; empty where it is dissolved.
    pub into: Vec<String>,
    /// Who does what is still to be done; empty where nobody does.
    pub heir: String,
    pub open: Open,
    /// People with a post in it today.
    pub people: usize,
    /// Registers that are closed, with their last number: `QD 2025: 41`.
    pub registers: Vec<String>,
    /// Documents that it has issued, which keep its name.
    pub documents: u64,
}

/// What a unit still has to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// Documents to acknowledge.
    pub deliveries: u64,
    /// Opinions asked for on drafts.
    pub opinions: u64,
    /// Reports not yet approved.
    pub reports: u64,
}

impl Open {
    /// All of it.
    #[must_use]
    pub fn sum(self) -> u64 {
        self.deliveries + self.opinions + self.reports
    }
}

/// A unit that ends, as the installation knows it.
pub(super) struct Ending {
    /// The unit first, then all units inside it.
    pub rows: Vec<unit::Model>,
}

/// Looks at a plan as an administrator of the organisation would apply it today.
///
/// # Errors
/// What the database reports.
pub async fn outlook(
    db: &impl ConnectionTrait,
    actor: &Actor,
    org_id: Uuid,
    today: NaiveDate,
    plan: &Plan,
) -> Outcome<Outlook> {
    let mut problems = plan.contradictions();
    if plan.effective_on < today {
        problems.push(Said::new(
            format!(
                "Ngày hiệu lực {} đã qua; chọn hôm nay hoặc một ngày tới.",
                vn_date(plan.effective_on)
            ),
            format!(
                "The day {} has passed; choose today or a day to come.",
                plan.effective_on
            ),
        ));
    }
    let named = find::all_units(db, today).await?;
    let rows: BTreeMap<String, unit::Model> = unit::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.unit_key.clone(), row))
        .collect();
    let book = Book {
        plan,
        rows: &rows,
        named: &named,
    };
    problems.extend(book.unknown_or_not_ours(actor, org_id));
    let mut moves = Vec::new();
    let counts = Counts::read(db).await?;
    let registers = open_registers(db).await?;
    let posts = find::posts_on(today).all(db).await?;
    for closing in &plan.close {
        let Some(ending) = book.ending(&closing.unit) else {
            continue;
        };
        let ids: BTreeSet<Uuid> = ending.rows.iter().map(|row| row.id).collect();
        let open = counts.open(&ids);
        let from = book.name(&closing.unit);
        if closing.heir().is_none() && open.sum() > 0 {
            problems.push(Said::new(
                format!("{from} giải thể mà còn {} việc dở: chọn đơn vị làm tiếp (duties).", open.sum()),
                format!("{from} is dissolved with {} things still to do: choose who does them (duties).", open.sum()),
            ));
        }
        let drafts: u64 = ids.iter().filter_map(|id| counts.drafts.get(id)).sum();
        if drafts > 0 {
            problems.push(Said::new(
                format!("{from} còn {drafts} dự thảo chưa phát hành; phát hành hoặc rút trước ngày {}.", vn_date(plan.effective_on)),
                format!("{from} has {drafts} drafts that are not issued; issue or withdraw them before {}.", plan.effective_on),
            ));
        }
        moves.push(Move {
            into: closing.into.iter().map(|key| book.name(key)).collect(),
            heir: closing.heir().map(|key| book.name(key)).unwrap_or_default(),
            open,
            people: people_in(&posts, &ids).len(),
            registers: registers
                .iter()
                .filter(|row| ids.contains(&row.owner_id))
                .map(|row| format!("{} {}: {:02}", row.doc_type, row.year, row.next_number - 1))
                .collect(),
            documents: ids.iter().filter_map(|id| counts.issued.get(id)).sum(),
            from,
        });
    }
    problems.extend(leaders(db, &book, &posts).await?);
    Ok(Outlook { problems, moves })
}

/// A plan beside what the installation holds.
pub(super) struct Book<'a> {
    pub plan: &'a Plan,
    /// All units that ever were, by their keys.
    pub rows: &'a BTreeMap<String, unit::Model>,
    /// Those of today with their names.
    pub named: &'a BTreeMap<Uuid, Unit>,
}

impl Book<'_> {
    fn existing(&self, key: &str) -> Option<&unit::Model> {
        self.rows
            .get(key)
            .filter(|row| self.named.contains_key(&row.id))
    }

    /// The unit that ends, with those inside it that exist today.
    pub(super) fn ending(&self, key: &str) -> Option<Ending> {
        let row = self.existing(key)?;
        let mut rows = vec![row.clone()];
        if row.id == row.org_id {
            let inside = self.rows.values().filter(|inner| {
                inner.org_id == row.id && inner.id != row.id && self.named.contains_key(&inner.id)
            });
            rows.extend(inside.cloned());
        }
        Some(Ending { rows })
    }

    fn name(&self, key: &str) -> String {
        let new = self.plan.create.iter().find(|unit| unit.key == key);
        let known = || self.named.get(&self.rows.get(key)?.id);
        match (new, known()) {
            (Some(new), _) => new.name.clone(),
            (None, Some(unit)) => unit.name.clone(),
            (None, None) => key.to_owned(),
        }
    }

    fn unknown_or_not_ours(&self, actor: &Actor, org_id: Uuid) -> Vec<Said> {
        let mut found = Vec::new();
        for new in &self.plan.create {
            if self.rows.contains_key(&new.key) {
                found.push(Said::new(
                    format!("Mã “{}” đã dùng; tên và mã hành chính dùng lại được, mã này thì không.", new.key),
                    format!("The key “{}” is taken; names and official codes may come again, keys may not.", new.key),
                ));
            }
        }
        let changed = (self.plan.close.iter().map(|closing| closing.unit.as_str()))
            .chain(self.plan.rename.iter().map(|rename| rename.unit.as_str()))
            .chain(
                self.plan
                    .create
                    .iter()
                    .filter_map(|new| new.organisation.as_deref()),
            );
        for key in changed.collect::<BTreeSet<_>>() {
            let Some(row) = self.existing(key) else {
                if !self.is_new(key) {
                    found.push(unknown(key));
                }
                continue;
            };
            let superior = self.rows.values().find(|unit| unit.id == row.org_id);
            let below = superior.is_some_and(|organisation| organisation.parent_id == Some(org_id));
            if !below && !may::administer(actor, row.org_id) {
                found.push(Said::new(
                    format!("{} không thuộc quyền quản trị của cơ quan.", self.name(key)),
                    format!(
                        "{} is not administered by the organisation.",
                        self.name(key)
                    ),
                ));
            }
        }
        let followers = (self
            .plan
            .close
            .iter()
            .flat_map(super::plan::Closing::followers))
        .chain(self.plan.head.iter().map(|head| head.unit.as_str()));
        for key in followers.collect::<BTreeSet<_>>() {
            if !self.is_new(key) && self.existing(key).is_none() {
                found.push(unknown(key));
            }
        }
        found
    }

    fn is_new(&self, key: &str) -> bool {
        self.plan.create.iter().any(|unit| unit.key == key)
    }
}

fn unknown(key: &str) -> Said {
    Said::new(
        format!("Không có đơn vị nào mang mã “{key}”."),
        format!("No unit has the key “{key}”."),
    )
}

fn people_in(posts: &[post::Model], units: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    posts
        .iter()
        .filter(|post| units.contains(&post.unit_id))
        .map(|post| post.person_id)
        .collect()
}

/// Units to which several leaders of one role come, without a word in the plan who leads.
async fn leaders(
    db: &impl ConnectionTrait,
    book: &Book<'_>,
    posts: &[post::Model],
) -> Outcome<Vec<Said>> {
    let mut coming: BTreeMap<(String, String), BTreeSet<Uuid>> = BTreeMap::new();
    for closing in &book.plan.close {
        let (Some(heir), Some(ending)) = (closing.heir(), book.ending(&closing.unit)) else {
            continue;
        };
        let into = book.existing(heir).map(|row| row.id);
        let from = ending.rows[0].id;
        let leading = posts.iter().filter(|post| {
            (post.unit_id == from || Some(post.unit_id) == into)
                && LEADING.contains(&post.role.as_str())
        });
        for post in leading {
            coming
                .entry((heir.to_owned(), post.role.clone()))
                .or_default()
                .insert(post.person_id);
        }
    }
    let ids = coming.values().flatten().copied();
    let addresses: BTreeMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.email))
        .collect();
    let mut found = Vec::new();
    for ((heir, _), persons) in coming.iter().filter(|(_, persons)| persons.len() > 1) {
        let candidates: Vec<&str> = persons
            .iter()
            .filter_map(|id| addresses.get(id))
            .map(String::as_str)
            .collect();
        let chosen = book
            .plan
            .head
            .iter()
            .filter(|head| head.unit == *heir)
            .any(|head| candidates.contains(&head.person.as_str()));
        if !chosen {
            let (name, candidates) = (book.name(heir), candidates.join(", "));
            found.push(Said::new(
                format!(
                    "{name} có nhiều người đứng đầu chuyển đến: chọn một (head) trong {candidates}."
                ),
                format!("Several leaders come to {name}: choose one (head) of {candidates}."),
            ));
        }
    }
    Ok(found)
}

async fn open_registers(db: &impl ConnectionTrait) -> Outcome<Vec<register::Model>> {
    Ok(register::Entity::find()
        .filter(register::Column::ClosedAt.is_null())
        .filter(register::Column::Direction.eq("out"))
        .all(db)
        .await?)
}

/// How many things each unit has, by one query each.
struct Counts {
    deliveries: BTreeMap<Uuid, u64>,
    opinions: BTreeMap<Uuid, u64>,
    reports: BTreeMap<Uuid, u64>,
    drafts: BTreeMap<Uuid, u64>,
    issued: BTreeMap<Uuid, u64>,
}

#[derive(Debug, FromQueryResult)]
struct Counted {
    unit_id: Uuid,
    count: i64,
}

impl Counts {
    async fn read(db: &impl ConnectionTrait) -> Outcome<Self> {
        Ok(Self {
            deliveries: count(db, "SELECT unit_id, COUNT(*) AS count FROM delivery WHERE state IN ('dispatched', 'delivered') GROUP BY unit_id").await?,
            opinions: count(db, "SELECT o.unit_id, COUNT(*) AS count FROM opinion o JOIN document d ON d.id = o.document_id WHERE o.given_at IS NULL AND d.state = 'draft' GROUP BY o.unit_id").await?,
            reports: count(db, "SELECT r.unit_id, COUNT(*) AS count FROM unit_report r JOIN document d ON d.id = r.document_id WHERE r.approved_at IS NULL AND d.state <> 'closed' GROUP BY r.unit_id").await?,
            drafts: count(db, "SELECT owner_id AS unit_id, COUNT(*) AS count FROM document WHERE state NOT IN ('issued', 'closed') GROUP BY owner_id").await?,
            issued: count(db, "SELECT owner_id AS unit_id, COUNT(*) AS count FROM document WHERE state IN ('issued', 'closed') GROUP BY owner_id").await?,
        })
    }

    fn open(&self, ids: &BTreeSet<Uuid>) -> Open {
        let sum = |of: &BTreeMap<Uuid, u64>| ids.iter().filter_map(|id| of.get(id)).sum();
        Open {
            deliveries: sum(&self.deliveries),
            opinions: sum(&self.opinions),
            reports: sum(&self.reports),
        }
    }
}

async fn count(db: &impl ConnectionTrait, sql: &str) -> Outcome<BTreeMap<Uuid, u64>> {
    let rows = Counted::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.unit_id, u64::try_from(row.count).unwrap_or_default()))
        .collect())
}
