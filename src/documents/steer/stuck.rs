//! What got stuck on the way of a document, tried again by an administrator.

use serde_json::json;
use trinhky_engine::{CommandKind, LocalId, Variables};
use uuid::Uuid;

use super::journal;
use crate::app::App;
use crate::audit::Entry;
use crate::documents::find;
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::people::{Actor, may};
use crate::queue;

/// Lets the workflow try again where it got stuck, with variables that were missing or wrong.
///
/// # Errors
/// When the incident is over, or the actor does not administer the organisation.
pub async fn resolve(
    app: &App,
    actor: &Actor,
    id: Uuid,
    incident: String,
    variables: Variables,
) -> Outcome<()> {
    app.act(
        actor,
        (id, incident, variables),
        |cx, (id, incident, variables)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                if !may::administer(cx.actor, document.row.org_id) {
                    return Err(Fault::forbidden(
                        "Chỉ quản trị viên của cơ quan xử lý sự cố của quy trình.",
                        "Only an administrator of the organisation resolves an incident.",
                    ));
                }
                let incident = LocalId::parse(incident).ok_or(Fault::NotFound)?;
                let kind = CommandKind::ResolveIncident {
                    incident,
                    variables: variables.clone(),
                };
                let done = flow::advance(cx, document.instance()?, kind).await?;
                let mut summary = "Xử lý sự cố của quy trình, chạy tiếp".to_owned();
                if !variables.is_empty() {
                    let names: Vec<&str> = variables.keys().map(String::as_str).collect();
                    summary.push_str(&format!("; đặt giá trị {}", names.join(", ")));
                }
                let entry = Entry::about(*id, "incident.resolved", summary)
                    .data(json!({ "variables": variables }));
                journal(cx, &document, entry, done).await
            })
        },
    )
    .await
}

/// Puts a job that was given up back into the queue.
///
/// # Errors
/// When it is not given up, or the actor does not administer the organisation.
pub async fn retry(app: &App, actor: &Actor, id: Uuid, job: Uuid) -> Outcome<()> {
    app.act(actor, (id, job), |cx, (id, job)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            if !may::administer(cx.actor, document.row.org_id) {
                return Err(Fault::forbidden(
                    "Chỉ quản trị viên của cơ quan cho chạy lại việc tự động.",
                    "Only an administrator of the organisation runs a job again.",
                ));
            }
            let instance = document.instance()?;
            let name = queue::again(cx.tx, *job, &format!("service:{instance}:"), cx.now).await?;
            let entry = Entry::about(
                *id,
                "job.retried",
                format!("Cho chạy lại việc tự động {name}"),
            );
            journal(cx, &document, entry, flow::Advanced::default()).await
        })
    })
    .await
}
