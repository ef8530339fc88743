//! Looking ahead: which open deadlines of an organisation a changed calendar moves.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
};
use trinhky_engine::CommandKind;
use uuid::Uuid;

use crate::documents;
use crate::fault::Outcome;
use crate::files;
use crate::flow;
use crate::flow::recount::{Change, Moves};
use crate::flow::rows::{flow_instance, flow_task};
use crate::objectives::corrective;
use crate::objectives::replan::{Replanned, replanned};
use crate::objectives::{period_state, rows::corrective_action};
use crate::people::{find as people_find, roles};
use crate::web::Lang;

/// Variables of workflows that hold a deadline counted in working days from the opening of the tasks that name it.
const COUNTED: [&str; 3] = ["opinion_due", "receipt_due", "attest_due"];

/// One deadline that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub document_id: Uuid,
    /// The document in words.
    pub title: String,
    /// What is due, as the workflow names it.
    pub what: String,
    /// The unit, the person, or the role that has it to do.
    pub whose: String,
    pub before: DateTime<Utc>,
    pub after: DateTime<Utc>,
}

/// All that a change moves.
#[derive(Debug, Default)]
pub struct Outlook {
    /// For people, the earliest first.
    pub moved: Vec<Moved>,
    pub(super) instances: Vec<(Uuid, Vec<CommandKind>)>,
    pub(super) periods: Vec<Replanned>,
    /// Reports whose own deadline, granted by the Office, moves.
    pub(super) reports: Vec<(Uuid, DateTime<Utc>)>,
    /// Directions of leaders, by their deliveries.
    pub(super) directions: Vec<(Uuid, DateTime<Utc>)>,
    pub(super) actions: Vec<(Uuid, NaiveDate)>,
}

impl Outlook {
    /// A mark by which the second press proves that it means what was shown.
    #[must_use]
    pub fn mark(&self) -> String {
        let lines: Vec<String> = self
            .moved
            .iter()
            .map(|moved| {
                format!(
                    "{} {} {} {} {}",
                    moved.document_id, moved.what, moved.whose, moved.before, moved.after
                )
            })
            .collect();
        files::digest(lines.join("\n").as_bytes())
    }
}

/// What a change moves: tasks of running workflows, periods of reports, directions and corrective actions.
///
/// # Errors
/// What the database reports.
pub async fn outlook(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    change: &Change<'_>,
) -> Outcome<Outlook> {
    let mut outlook = Outlook {
        periods: replanned(db, org_id, change).await?,
        ..Outlook::default()
    };
    let titles = outlook.workflows(db, org_id, change).await?;
    outlook.planned_periods(&titles);
    outlook.directed(db, org_id, change).await?;
    outlook.corrective(db, org_id, change).await?;
    outlook.moved.sort_by(|one, other| {
        (one.before, &one.title, &one.what, &one.whose).cmp(&(
            other.before,
            &other.title,
            &other.what,
            &other.whose,
        ))
    });
    Ok(outlook)
}

impl Outlook {
    /// The tasks and reminders of running workflows; returns the titles of their documents.
    async fn workflows(
        &mut self,
        db: &impl ConnectionTrait,
        org_id: Uuid,
        change: &Change<'_>,
    ) -> Outcome<BTreeMap<Uuid, String>> {
        let instances = flow_instance::Entity::find()
            .filter(flow_instance::Column::OrgId.eq(org_id))
            .filter(flow_instance::Column::Status.eq("running"))
            .order_by_asc(flow_instance::Column::Id)
            .all(db)
            .await?;
        let mut titles = BTreeMap::new();
        let mut found = Vec::new();
        for instance in instances {
            let document = instance.document_id;
            let of_document = |period: &&Replanned| period.before.document_id == document;
            let given: Moves = self
                .periods
                .iter()
                .filter(of_document)
                .flat_map(Replanned::moves)
                .collect();
            let state = flow::whole(db, instance.id).await?;
            let recount = change.of_instance(&state, &given, &COUNTED);
            if recount.commands.is_empty() {
                continue;
            }
            let title = documents::find::document(db, document).await?.title();
            titles.insert(document, title);
            let rows = tasks_of(db, instance.id).await?;
            for task in recount.tasks {
                if let Some(row) = rows.get(&task.id.to_string()) {
                    found.push((row.clone(), task.before, task.after));
                }
            }
            self.instances.push((instance.id, recount.commands));
        }
        let names = names(db, &found, change.now).await?;
        for (row, before, after) in found {
            let known = row.unit_id.or(row.person_id);
            let whose = known
                .and_then(|id| names.get(&id).cloned())
                .unwrap_or_else(|| roles::name(Lang::Vi, &row.role));
            if let Some(report) = row.subject_id {
                self.reports.push((report, after));
            }
            self.moved.push(Moved {
                document_id: row.document_id,
                title: titles.get(&row.document_id).cloned().unwrap_or_default(),
                what: row.name,
                whose,
                before,
                after,
            });
        }
        Ok(titles)
    }

    /// The days of periods, as far as no open report stands for them.
    fn planned_periods(&mut self, titles: &BTreeMap<Uuid, String>) {
        for period in &self.periods {
            let row = &period.before;
            let due = (row.state == period_state::PLANNED).then_some((
                "hạn báo cáo",
                row.due_at,
                period.due_at,
            ));
            let days = [
                Some(("ngày mở kỳ", row.opens_at, period.opens_at)),
                due,
                Some(("ngày tổng hợp", row.consolidate_at, period.consolidate_at)),
            ];
            for (what, before, after) in days.into_iter().flatten() {
                if before == after {
                    continue;
                }
                self.moved.push(Moved {
                    document_id: row.document_id,
                    title: titles.get(&row.document_id).cloned().unwrap_or_default(),
                    what: format!("Kỳ {}: {what}", row.name),
                    whose: "các đơn vị báo cáo".to_owned(),
                    before,
                    after,
                });
            }
        }
    }

    /// What leaders of the organisation's units directed to be done by a day.
    async fn directed(
        &mut self,
        db: &impl ConnectionTrait,
        org_id: Uuid,
        change: &Change<'_>,
    ) -> Outcome<()> {
        let sql = "SELECT r.delivery_id, r.due_at, d.id AS document_id, d.doc_type, d.number, d.symbol, d.subject, \
                   (SELECT MIN(p.name) FROM direction_person p WHERE p.delivery_id = r.delivery_id AND p.part = 'lead') AS lead \
                   FROM direction r JOIN unit u ON u.id = r.unit_id JOIN delivery l ON l.id = r.delivery_id \
                   JOIN document d ON d.id = l.document_id \
                   WHERE u.org_id = $1 AND r.completed_at IS NULL AND r.due_at > $2";
        let values = [org_id.into(), change.now.into()];
        let rows = Directed::find_by_statement(Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            values,
        ))
        .all(db)
        .await?;
        for row in rows {
            let after = change.fixed(row.due_at);
            if after == row.due_at {
                continue;
            }
            let doc_type = documents::doc_type(&row.doc_type)?;
            self.directions.push((row.delivery_id, after));
            self.moved.push(Moved {
                document_id: row.document_id,
                title: documents::title(doc_type, row.number, &row.symbol, &row.subject),
                what: "Xử lý theo chỉ đạo".to_owned(),
                whose: row.lead.unwrap_or_default(),
                before: row.due_at,
                after,
            });
        }
        Ok(())
    }

    async fn corrective(
        &mut self,
        db: &impl ConnectionTrait,
        org_id: Uuid,
        change: &Change<'_>,
    ) -> Outcome<()> {
        let rows = corrective_action::Entity::find()
            .filter(corrective_action::Column::OrgId.eq(org_id))
            .filter(corrective_action::Column::State.eq(corrective::state::OPEN))
            .filter(corrective_action::Column::DueOn.is_not_null())
            .all(db)
            .await?;
        for row in rows {
            let Some(day) = row.due_on else { continue };
            let end = |day| change.old.end_of_office(day);
            let (before, after) = (end(day), end(change.fixed_day(day)));
            if change.allowed(before, after) == before {
                continue;
            }
            self.actions.push((row.id, change.fixed_day(day)));
            let document = documents::find::document(db, row.document_id).await?;
            self.moved.push(Moved {
                document_id: row.document_id,
                title: document.title(),
                what: "Biện pháp khắc phục".to_owned(),
                whose: row.owner,
                before,
                after,
            });
        }
        Ok(())
    }
}

/// A direction with its document's name.
#[derive(Debug, FromQueryResult)]
struct Directed {
    delivery_id: Uuid,
    due_at: DateTime<Utc>,
    document_id: Uuid,
    doc_type: String,
    number: Option<i32>,
    symbol: String,
    subject: String,
    lead: Option<String>,
}

async fn tasks_of(
    db: &impl ConnectionTrait,
    instance: Uuid,
) -> Outcome<BTreeMap<String, flow_task::Model>> {
    Ok(flow_task::Entity::find()
        .filter(flow_task::Column::InstanceId.eq(instance))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.task_id.clone(), row))
        .collect())
}

/// What units and persons are called.
async fn names(
    db: &impl ConnectionTrait,
    found: &[(flow_task::Model, DateTime<Utc>, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> Outcome<BTreeMap<Uuid, String>> {
    let units: Vec<Uuid> = found.iter().filter_map(|(row, ..)| row.unit_id).collect();
    let persons: Vec<Uuid> = found.iter().filter_map(|(row, ..)| row.person_id).collect();
    people_find::called(
        db,
        &units,
        &persons,
        trinhky_calendar::local(now).date_naive(),
    )
    .await
}
