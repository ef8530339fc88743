//! Loading a slice of an instance: the scopes on the path of what is acted on.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, Statement, Value,
};
use trinhky_calendar::Calendar;
use trinhky_engine::{Command, CommandKind, InstanceHead, Need, Scope, ScopeId, State};
use uuid::Uuid;

use super::rows::{flow_instance, flow_scope, flow_task, flow_timer};
use super::save::Instance;
use crate::app::Cx;
use crate::fault::{Fault, Outcome};
use crate::people::find;
use crate::store::Tx;

/// What is loaded of an instance.
#[derive(Debug)]
pub(super) struct Slice {
    pub state: State,
}

impl Default for Slice {
    fn default() -> Self {
        Self {
            state: State {
                partial: true,
                ..State::default()
            },
        }
    }
}

/// One scope of the path, with its instance beside it.
#[derive(Debug, FromQueryResult)]
struct PathRow {
    org_id: Uuid,
    document_id: Uuid,
    definition: String,
    head: String,
    /// The organisation's calendar, where it has one of its own.
    calendar: Option<String>,
    path: String,
    data: String,
    vars: String,
}

impl Slice {
    /// Loads what the command surely needs, in one statement, and locks it against other acts.
    pub async fn first(
        &mut self,
        cx: Cx<'_>,
        instance_id: Uuid,
        command: &Command,
    ) -> Outcome<(Instance, Calendar)> {
        self.load(cx, instance_id, target(&command.kind)).await
    }

    /// Loads the whole instance and locks it.
    pub async fn everything(
        &mut self,
        cx: Cx<'_>,
        instance_id: Uuid,
    ) -> Outcome<(Instance, Calendar)> {
        self.load(cx, instance_id, None).await
    }

    async fn load(
        &mut self,
        cx: Cx<'_>,
        instance_id: Uuid,
        target: Option<ScopeId>,
    ) -> Outcome<(Instance, Calendar)> {
        let rows = match &target {
            Some(scope) => path_rows(cx.tx, instance_id, scope).await?,
            None => all_rows(cx.tx, instance_id).await?,
        };
        let first = rows.first().ok_or_else(gone)?;
        let instance = Instance {
            id: instance_id,
            org_id: first.org_id,
            document_id: first.document_id,
            definition: first.definition.clone(),
        };
        let calendar = find::calendar_of(first.calendar.as_deref())?;
        self.state.instance = serde_json::from_str::<InstanceHead>(&first.head)?;
        self.state.partial = target.is_some();
        for row in rows {
            // The variables of outer scopes may be long lists: they come only when they are asked for.
            let with_variables = target
                .as_ref()
                .is_none_or(|target| target.as_str() == row.path);
            self.insert(
                &row.path,
                &row.data,
                with_variables.then_some(row.vars.as_str()),
            )?;
        }
        if let Some(scope) = target.filter(|scope| !self.state.scopes.contains_key(scope)) {
            tracing::debug!(%scope, "the scope of a command is gone");
            return Err(gone());
        }
        Ok((instance, calendar))
    }

    /// Loads what the engine asks for.
    pub async fn more(&mut self, cx: Cx<'_>, instance_id: Uuid, need: &Need) -> Outcome<()> {
        let of_instance =
            flow_scope::Entity::find().filter(flow_scope::Column::InstanceId.eq(instance_id));
        let rows = match need {
            Need::Vars(scope) | Need::Scope(scope) => {
                of_instance
                    .filter(flow_scope::Column::Path.eq(scope.as_str()))
                    .all(cx.tx)
                    .await?
            }
            Need::Subtree(scope) => {
                of_instance
                    .filter(flow_scope::Column::Path.gte(scope.as_str()))
                    .filter(flow_scope::Column::Path.lt(end_of_subtree(scope.as_str())))
                    .all(cx.tx)
                    .await?
            }
            Need::All => {
                self.state.partial = false;
                of_instance.all(cx.tx).await?
            }
        };
        for row in rows {
            self.insert(&row.path, &row.data, Some(&row.vars))?;
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, data: &str, vars: Option<&str>) -> Outcome<()> {
        let scope = scope_of(data, vars)?;
        let id = ScopeId::parse(path)
            .ok_or_else(|| anyhow::anyhow!("`{path}` is not the path of a scope"))?;
        self.state.scopes.insert(id, Box::new(scope));
        Ok(())
    }
}

/// The whole live state of an instance.
pub(super) async fn whole(db: &impl ConnectionTrait, instance_id: Uuid) -> Outcome<State> {
    let instance = flow_instance::Entity::find_by_id(instance_id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let mut state = State {
        instance: serde_json::from_str(&instance.head)?,
        ..State::default()
    };
    let rows = flow_scope::Entity::find()
        .filter(flow_scope::Column::InstanceId.eq(instance_id))
        .all(db)
        .await?;
    for row in rows {
        let id = ScopeId::parse(&row.path)
            .ok_or_else(|| anyhow::anyhow!("`{}` is not the path of a scope", row.path))?;
        state
            .scopes
            .insert(id, Box::new(scope_of(&row.data, Some(&row.vars))?));
    }
    Ok(state)
}

/// The open tasks of a document, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn tasks_of_document(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<Vec<flow_task::Model>> {
    Ok(flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(document_id))
        .order_by_asc(flow_task::Column::CreatedAt)
        .order_by_asc(flow_task::Column::TaskId)
        .all(db)
        .await?)
}

/// The open tasks about one thing of a round: a delivery, a unit's report.
///
/// # Errors
/// What the database reports.
pub async fn tasks_of_subject(
    db: &impl ConnectionTrait,
    subject_id: Uuid,
) -> Outcome<Vec<flow_task::Model>> {
    Ok(flow_task::Entity::find()
        .filter(flow_task::Column::SubjectId.eq(subject_id))
        .all(db)
        .await?)
}

/// The open task of an element of a document's workflow.
///
/// # Errors
/// A sentence for the reader when the step is over or has not come.
pub async fn task_of(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    element: &str,
) -> Outcome<flow_task::Model> {
    flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(document_id))
        .filter(flow_task::Column::Element.eq(element))
        .one(db)
        .await?
        .ok_or_else(gone)
}

/// The ids of the task rows and timer rows of an instance.
///
/// # Errors
/// What the database reports.
pub async fn row_keys(
    db: &impl ConnectionTrait,
    instance_id: Uuid,
) -> Outcome<(Vec<String>, Vec<String>)> {
    let tasks = flow_task::Entity::find()
        .filter(flow_task::Column::InstanceId.eq(instance_id))
        .all(db)
        .await?;
    let timers = flow_timer::Entity::find()
        .filter(flow_timer::Column::InstanceId.eq(instance_id))
        .all(db)
        .await?;
    Ok((
        tasks.into_iter().map(|task| task.task_id).collect(),
        timers.into_iter().map(|timer| timer.timer_id).collect(),
    ))
}

async fn path_rows(tx: &Tx, instance_id: Uuid, scope: &ScopeId) -> Outcome<Vec<PathRow>> {
    let paths: Vec<Value> = scope
        .outward()
        .map(|scope| scope.as_str().to_owned().into())
        .collect();
    let places = (2..2 + paths.len())
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ");
    rows_where(
        tx,
        instance_id,
        &format!(" AND s.path IN ({places})"),
        paths,
    )
    .await
}

async fn all_rows(tx: &Tx, instance_id: Uuid) -> Outcome<Vec<PathRow>> {
    rows_where(tx, instance_id, "", Vec::new()).await
}

async fn rows_where(
    tx: &Tx,
    instance_id: Uuid,
    and: &str,
    more: Vec<Value>,
) -> Outcome<Vec<PathRow>> {
    let backend = tx.get_database_backend();
    // Acts on one scope wait for each other; SQLite has one writer anyway.
    let lock = if backend == DatabaseBackend::Postgres {
        " FOR UPDATE OF s"
    } else {
        ""
    };
    let sql = format!(
        "SELECT i.org_id, i.document_id, i.definition, i.head, c.data AS calendar, s.path, s.data, s.vars \
         FROM flow_instance i JOIN flow_scope s ON s.instance_id = i.id LEFT JOIN org_calendar c ON c.org_id = i.org_id \
         WHERE i.id = $1{and} ORDER BY s.path{lock}"
    );
    let mut values: Vec<Value> = vec![instance_id.into()];
    values.extend(more);
    Ok(
        PathRow::find_by_statement(Statement::from_sql_and_values(backend, sql, values))
            .all(tx)
            .await?,
    )
}

/// The scope a command acts on; none where the whole state is needed.
fn target(kind: &CommandKind) -> Option<ScopeId> {
    match kind {
        CommandKind::CompleteTask { task, .. }
        | CommandKind::Claim { task }
        | CommandKind::Release { task }
        | CommandKind::Assign { task, .. }
        | CommandKind::Delegate { task, .. }
        | CommandKind::HandBack { task }
        | CommandKind::ExtendTask { task, .. }
        | CommandKind::ServiceDone { task, .. }
        | CommandKind::ServiceFailed { task, .. } => Some(task.scope.clone()),
        CommandKind::FireDue { timer } | CommandKind::ExtendTimer { timer, .. } => {
            Some(timer.scope.clone())
        }
        CommandKind::SetVariables { scope, .. } => Some(scope.clone()),
        CommandKind::RemoveItem { item } => Some(item.clone()),
        _ => None,
    }
}

fn scope_of(data: &str, vars: Option<&str>) -> Outcome<Scope> {
    let mut scope: Scope = serde_json::from_str(data)?;
    scope.vars = vars.map(serde_json::from_str).transpose()?;
    Ok(scope)
}

/// The first path after a scope and everything inside it: `/` follows `.` and precedes the digits.
pub(super) fn end_of_subtree(path: &str) -> String {
    format!("{path}/")
}

fn gone() -> Fault {
    Fault::stale(
        "Bước này đã được xử lý hoặc chưa đến. Trang hiện trạng thái mới nhất.",
        "This step has already been taken or has not come yet. The page shows the present state.",
    )
}
