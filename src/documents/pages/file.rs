//! The file of a document, and the picture of its process with the live tokens.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use trinhky_engine::draw::Overlay;
use uuid::Uuid;

use crate::audit::{self, rows::journal};
use crate::documents::find;
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_definition};
use crate::people::may;
use crate::people::session::{Session, failed};
use crate::signing;
use crate::web::WebError;

/// `GET /van-ban/{id}/tep.pdf`: the document as it stands now.
///
/// # Errors
/// 404 where the reader may not know of it.
pub async fn pdf(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let file = async {
        let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
        audit::seen(&session.app, &session.actor, id, "pdf").await?;
        signing::pdf(&session.app, &document).await
    };
    let file = file
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))?;
    Ok((
        [
            (CONTENT_TYPE, signing::PDF),
            (CONTENT_DISPOSITION, "inline; filename=\"van-ban.pdf\""),
        ],
        file,
    )
        .into_response())
}

/// `GET /van-ban/{id}/quy-trinh.svg`: the workflow with its live tokens, for the document's own organisation.
///
/// # Errors
/// 404 where there is none for the reader.
pub async fn picture(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let drawing = drawing(&session, id)
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))?;
    Ok(([(CONTENT_TYPE, "image/svg+xml; charset=utf-8")], drawing).into_response())
}

async fn drawing(session: &Session, id: Uuid) -> Outcome<String> {
    let db = session.app.store.reader();
    let document = find::visible(db, &session.actor, id).await?;
    if !may::work_on_documents_of(&session.actor, document.row.org_id) {
        return Err(Fault::NotFound);
    }
    let instance = flow::instance(db, document.instance()?).await?;
    let definition = flow_definition::Entity::find_by_id(instance.definition.clone())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let late = flow::tasks_of_document(db, id)
        .await?
        .into_iter()
        .filter(|task| task.due_at.is_some_and(|due| due < session.now))
        .map(|task| task.element)
        .collect();
    let overlay = Overlay {
        live: flow::whole(db, instance.id).await?.live(),
        done: passed(instance.id, db).await?,
        overdue: late,
    };
    flow::picture(&definition, &overlay)
}

/// The elements and flows that the journal's events passed.
async fn passed(instance_id: Uuid, db: &impl ConnectionTrait) -> Outcome<BTreeSet<String>> {
    let rows: Vec<String> = journal::Entity::find()
        .select_only()
        .column(journal::Column::Events)
        .filter(journal::Column::InstanceId.eq(instance_id))
        .into_tuple()
        .all(db)
        .await?;
    let mut passed = BTreeSet::new();
    for events in rows {
        let events: Vec<serde_json::Value> = serde_json::from_str(&events)?;
        for event in &events {
            let of = |key: &str| {
                event
                    .get(key)
                    .and_then(serde_json::Value::as_str)
                    .map(str::to_owned)
            };
            match of("type").as_deref() {
                Some("element_completed") => passed.extend(of("element")),
                Some("element_entered") => passed.extend(of("flow")),
                _ => {}
            }
        }
    }
    Ok(passed)
}
