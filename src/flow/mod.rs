//! The seam between the slices and the engine: load a slice of an instance, decide, write what changed.
//!
//! The only caller of the engine. An act costs O(live tokens on its path): scopes are loaded by
//! path, the engine says when it needs more, and only the scopes that changed are written.

mod definitions;
pub mod extend;
mod load;
mod migrate;
pub mod own;
mod picture;
pub mod recount;
mod rehearsal;
pub mod rows;
mod save;
mod taken;

pub use definitions::{EVERY_TYPE, current, definitions, publish, publish_shipped};
pub use load::{row_keys, task_of, tasks_of_document, tasks_of_subject};
pub use migrate::{behind, migrate, rehearse};
pub use picture::{name as process_name, picture};
pub use rehearsal::{Next, Rehearsal};
pub use save::has_row;
pub use taken::{Taken, steps_taken};

use serde_json::Value;
use trinhky_engine::{
    Command, CommandKind, Definitions, Event, Rejection, State, Variables, apply, decide,
};
use uuid::Uuid;

use crate::app::Cx;
use crate::fault::{Fault, Outcome};
use crate::people::find;

/// Rounds of "load more, decide again" before giving up; each loads something new.
const MAX_LOADS: usize = 8;

/// What an act did to an instance.
#[derive(Debug, Default)]
pub struct Advanced {
    /// The engine's events, for the act's journal entry.
    pub events: Vec<Value>,
    /// Whether the instance has come to its end.
    pub ended: bool,
}

/// Starts the newest published version of a process for a document.
///
/// # Errors
/// When the process is not published, refuses to start, or what the database reports.
pub async fn start(
    cx: Cx<'_>,
    process: &str,
    org_id: Uuid,
    document_id: Uuid,
    variables: Variables,
) -> Outcome<(Uuid, Advanced)> {
    let (hash, definitions) = current(cx, process).await?;
    begin(
        cx,
        (process, hash, &definitions),
        org_id,
        document_id,
        variables,
    )
    .await
}

/// Starts what documents of a type run by in an organisation; a process of the program where it published nothing for it.
///
/// # Errors
/// As [`start`].
pub async fn start_for(
    cx: Cx<'_>,
    (doc_type, otherwise): (&str, &str),
    org_id: Uuid,
    document_id: Uuid,
    variables: Variables,
) -> Outcome<(Uuid, Advanced)> {
    let kind = (doc_type, otherwise);
    let (process, hash, definitions) = definitions::for_type(cx, org_id, kind).await?;
    begin(
        cx,
        (&process, hash, &definitions),
        org_id,
        document_id,
        variables,
    )
    .await
}

async fn begin(
    cx: Cx<'_>,
    (process, hash, definitions): (&str, String, &Definitions),
    org_id: Uuid,
    document_id: Uuid,
    variables: Variables,
) -> Outcome<(Uuid, Advanced)> {
    let calendar = find::calendar(cx.tx, org_id).await?;
    let state = State::default();
    let command = command(
        cx,
        CommandKind::Start {
            process: process.to_owned(),
            variables,
            start: None,
        },
    );
    let events = decide(definitions, &state, &command, &calendar).map_err(rejected)?;
    let mut after = state.clone();
    for event in &events {
        apply(&mut after, event);
    }
    let instance = save::Instance {
        id: cx.id(),
        org_id,
        document_id,
        definition: hash,
    };
    save::insert_instance(cx, &instance, process, &after).await?;
    let ended = save::changes(cx, &instance, &state, &after, &events).await?;
    Ok((instance.id, advanced(&events, ended)?))
}

/// Gives one command to an instance and writes what follows from it.
///
/// # Errors
/// A refusal in words when the engine rejects the command, or what the database reports.
pub async fn advance(cx: Cx<'_>, instance_id: Uuid, kind: CommandKind) -> Outcome<Advanced> {
    let command = command(cx, kind);
    let mut loaded = load::Slice::default();
    let (instance, calendar) = loaded.first(cx, instance_id, &command).await?;
    let definitions = definitions(cx, &instance.definition).await?;
    for _ in 0..MAX_LOADS {
        match decide(&definitions, &loaded.state, &command, &calendar) {
            Ok(events) => {
                let mut after = loaded.state.clone();
                for event in &events {
                    apply(&mut after, event);
                }
                let ended = save::changes(cx, &instance, &loaded.state, &after, &events).await?;
                return advanced(&events, ended);
            }
            Err(Rejection::Incomplete(need)) => loaded.more(cx, instance_id, &need).await?,
            Err(rejection) => return Err(rejected(rejection)),
        }
    }
    Err(Fault::Internal(anyhow::anyhow!(
        "the engine asks for more of instance {instance_id} without end"
    )))
}

/// The instance's own row.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn instance(
    db: &impl sea_orm::ConnectionTrait,
    instance_id: Uuid,
) -> Outcome<rows::flow_instance::Model> {
    use sea_orm::EntityTrait as _;
    rows::flow_instance::Entity::find_by_id(instance_id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// What people call an element of an instance's workflow; its id where the file gives it no name.
///
/// # Errors
/// What the database reports.
pub async fn element_name(
    cx: Cx<'_>,
    instance: &rows::flow_instance::Model,
    element: &str,
) -> Outcome<String> {
    let definitions = definitions(cx, &instance.definition).await?;
    // Its own process first: what is not there is in one that it calls.
    let called = definitions.process_ids();
    let named = std::iter::once(instance.process.as_str())
        .chain(called)
        .map(|process| definitions.element_name(process, element))
        .find(|name| !name.is_empty());
    Ok(named.unwrap_or(element).to_owned())
}

/// Whether the process that an instance was started by has an element. Its version may hold other processes, which it never
/// calls.
///
/// # Errors
/// What the database reports.
pub async fn has_element(cx: Cx<'_>, instance_id: Uuid, element: &str) -> Outcome<bool> {
    let instance = instance(cx.tx, instance_id).await?;
    let definitions = definitions(cx, &instance.definition).await?;
    let process = definitions.process(&instance.process);
    Ok(process.is_some_and(|process| process.node(element).is_some()))
}

/// The whole live state, for pictures and rehearsals.
///
/// # Errors
/// What the database reports.
pub async fn whole(db: &impl sea_orm::ConnectionTrait, instance_id: Uuid) -> Outcome<State> {
    load::whole(db, instance_id).await
}

fn command(cx: Cx<'_>, kind: CommandKind) -> Command {
    Command {
        now: cx.now,
        by: author(cx),
        command_id: cx.id().to_string(),
        kind,
    }
}

/// Who acts, as the engine is told.
fn author(cx: Cx<'_>) -> String {
    cx.actor
        .person_id
        .map_or_else(|| cx.actor.name.clone(), |id| id.to_string())
}

fn advanced(events: &[Event], ended: bool) -> Outcome<Advanced> {
    let events = events
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Advanced { events, ended })
}

fn rejected(rejection: Rejection) -> Fault {
    match rejection {
        Rejection::Refused {
            message,
            message_vi,
            ..
        } => Fault::stale(message_vi, message),
        Rejection::Incomplete(need) => {
            Fault::Internal(anyhow::anyhow!("a start cannot need {need:?}"))
        }
    }
}
