//! The published workflows: their versions, what runs on each, and the drawing of a chosen one.

use axum::extract::Query;
use axum::response::Response;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QueryOrder, Statement};
use serde::Deserialize;
use trinhky_engine::draw::Overlay;
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_definition};
use crate::people::session::{Session, failed};
use crate::web::format::date_time;
use crate::web::views::Markup;
use crate::web::views::admin::{WorkflowRow, Workflows};
use crate::web::{WebError, html};

const ADDRESS: &str = "/quan-tri/quy-trinh";
/// Digits of a version's hash that the page shows.
const SHOWN_DIGITS: usize = 8;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The hash of the version to be drawn.
    #[serde(default)]
    ban: String,
}

/// `GET /quan-tri/quy-trinh`: the administrator. Files are published from the command line.
///
/// # Errors
/// 403 for others, 404 for an unknown version.
pub async fn workflows(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    Ok(html(
        &view(&session, &asked)
            .await
            .map_err(|fault| failed(fault, ADDRESS))?,
    ))
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Workflows> {
    let (db, org_id) = (session.app.store.reader(), administered(session)?);
    let definitions = flow_definition::Entity::find()
        .order_by_asc(flow_definition::Column::Process)
        .order_by_desc(flow_definition::Column::PublishedAt)
        .all(db)
        .await?;
    let drawing = match definitions
        .iter()
        .find(|definition| definition.hash == asked.ban)
    {
        Some(definition) => {
            let picture = flow::picture(definition, &Overlay::default())?;
            Some((
                flow::process_name(definition)?,
                Markup::from_our_own_renderer(picture),
            ))
        }
        None if asked.ban.is_empty() => None,
        None => return Err(Fault::NotFound),
    };
    let counts = counts(db, org_id).await?;
    let mut rows = Vec::new();
    for definition in definitions {
        let count = counts
            .iter()
            .find(|count| count.definition == definition.hash);
        rows.push(WorkflowRow {
            href: format!("{ADDRESS}?ban={}", definition.hash),
            running: count.map_or(0, |count| count.running).to_string(),
            incidents: count
                .and_then(|count| usize::try_from(count.incidents).ok())
                .unwrap_or(0),
            version: definition.hash.chars().take(SHOWN_DIGITS).collect(),
            published: format!(
                "{}, {}",
                date_time(definition.published_at),
                definition.by_name
            ),
            name: flow::process_name(&definition)?,
        });
    }
    Ok(Workflows {
        page: frame(session, &session.lang.say("Quy trình", "Workflows")),
        rows,
        form: None,
        findings: Vec::new(),
        drawing,
    })
}

#[derive(Debug, FromQueryResult)]
struct Count {
    definition: String,
    running: i64,
    incidents: i64,
}

/// The instances of the organisation by version; a scope with incidents says so in its data.
async fn counts(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<Count>> {
    let sql = "SELECT i.definition, COUNT(CASE WHEN i.status = 'running' THEN 1 END) AS running, \
               COUNT(CASE WHEN EXISTS (SELECT 1 FROM flow_scope s WHERE s.instance_id = i.id \
               AND s.data LIKE '%\"incidents\":{%') THEN 1 END) AS incidents \
               FROM flow_instance i WHERE i.org_id = $1 GROUP BY i.definition ORDER BY i.definition";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [org_id.into()]);
    Ok(Count::find_by_statement(statement).all(db).await?)
}
