//! Published workflows: the files as text in the database, compiled once per process.

use std::sync::{Arc, PoisonError};

use rust_embed::RustEmbed;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use trinhky_engine::{Definitions, read};

use uuid::Uuid;

use super::own;
use super::rows::flow_definition;
use crate::app::{App, Cx};
use crate::fault::{Fault, Outcome};
use crate::people::Actor;

/// The workflows that ship with the program.
#[derive(RustEmbed)]
#[folder = "workflows"]
struct Shipped;

/// The program's process that every type of document runs by where the organisation has none of its own.
pub const EVERY_TYPE: &str = "decision";

/// A file of a definition, as it is stored.
pub(super) type FileText = (String, String);

/// The processes that instances are started by, each with the files that it is compiled from: those of one do not make a new
/// version of another.
const SHIPPED: [(&str, &[&str]); 2] = [
    (EVERY_TYPE, &["decision.bpmn", "follow-up-report.bpmn"]),
    ("consolidated_report", &["consolidated-report.bpmn"]),
];

/// Publishes the shipped workflows where they are not published yet.
///
/// # Errors
/// What the database reports, or when a shipped file is not right.
pub async fn publish_shipped(app: &App) -> Outcome<()> {
    for (process, names) in SHIPPED {
        let mut files = shipped_files();
        files.retain(|(name, _)| names.contains(&name.as_str()));
        app.act(
            &Actor::system(),
            (process.to_owned(), files),
            |cx, (process, files)| Box::pin(publish(cx, process, files)),
        )
        .await?;
    }
    Ok(())
}

/// The program's own files, by name.
pub(super) fn shipped_files() -> Vec<FileText> {
    let mut names: Vec<String> = Shipped::iter()
        .map(|name| name.to_string())
        .filter(|name| name.ends_with(".bpmn"))
        .collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| {
            let file = Shipped::get(&name)?;
            Some((name, String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect()
}

/// Publishes files for everybody under the process that instances are started by; running instances keep theirs.
///
/// # Errors
/// All problems of the files in one refusal, or what the database reports.
pub async fn publish(cx: Cx<'_>, process: &str, files: &[FileText]) -> Outcome<()> {
    let definitions = compile(files)?;
    store(cx, definitions.hash(), process, files, true).await
}

/// Keeps the files of a version under the hash of their content.
pub(super) async fn store(
    cx: Cx<'_>,
    hash: &str,
    process: &str,
    files: &[FileText],
    shipped: bool,
) -> Outcome<()> {
    let known = flow_definition::Entity::find_by_id(hash.to_owned())
        .one(cx.tx)
        .await?;
    match known {
        // An organisation was first with it.
        Some(row) if shipped && !row.shipped => {
            flow_definition::ActiveModel {
                hash: Set(row.hash),
                shipped: Set(true),
                published_at: Set(cx.now),
                ..Default::default()
            }
            .update(cx.tx)
            .await?;
        }
        Some(_) => {}
        None => {
            flow_definition::ActiveModel {
                hash: Set(hash.to_owned()),
                process: Set(process.to_owned()),
                files: Set(serde_json::to_string(files)?),
                published_at: Set(cx.now),
                by_name: Set(cx.actor.name.clone()),
                retired_at: Set(None),
                shipped: Set(shipped),
            }
            .insert(cx.tx)
            .await?;
        }
    }
    Ok(())
}

/// What new documents of a type run by in an organisation: its own workflow where it published one for the type, else this
/// process of the program. Returns the process that is started, too.
///
/// # Errors
/// A refusal where none is published, or what the database reports.
pub async fn for_type(
    cx: Cx<'_>,
    org_id: Uuid,
    (doc_type, otherwise): (&str, &str),
) -> Outcome<(String, String, Arc<Definitions>)> {
    if let Some(hash) = own::in_force(cx.tx, org_id, doc_type).await? {
        let row = flow_definition::Entity::find_by_id(hash)
            .one(cx.tx)
            .await?
            .ok_or(Fault::NotFound)?;
        let compiled = compiled(cx.app, &row)?;
        return Ok((row.process, row.hash, compiled));
    }
    let (hash, compiled) = current(cx, otherwise).await?;
    Ok((otherwise.to_owned(), hash, compiled))
}

/// The newest published version of one of the program's processes.
///
/// # Errors
/// A refusal where it is not published.
pub async fn current(cx: Cx<'_>, process: &str) -> Outcome<(String, Arc<Definitions>)> {
    let row = flow_definition::Entity::find()
        .filter(flow_definition::Column::Process.eq(process))
        .filter(flow_definition::Column::Shipped.eq(true))
        .filter(flow_definition::Column::RetiredAt.is_null())
        .order_by_desc(flow_definition::Column::PublishedAt)
        .one(cx.tx)
        .await?
        .ok_or_else(|| {
            Fault::invalid(
                "process",
                format!("Quy trình “{process}” chưa được ban hành."),
                format!("The workflow `{process}` is not published."),
            )
        })?;
    let compiled = compiled(cx.app, &row)?;
    Ok((row.hash, compiled))
}

/// A compiled version by its hash.
///
/// # Errors
/// What the database reports.
pub async fn definitions(cx: Cx<'_>, hash: &str) -> Outcome<Arc<Definitions>> {
    by_hash(cx.app, cx.tx, hash).await
}

/// A compiled version by its hash, for reading.
///
/// # Errors
/// What the database reports.
pub async fn by_hash(
    app: &App,
    db: &impl ConnectionTrait,
    hash: &str,
) -> Outcome<Arc<Definitions>> {
    if let Some(compiled) = app
        .workflows
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(hash)
    {
        return Ok(Arc::clone(compiled));
    }
    let row = flow_definition::Entity::find_by_id(hash.to_owned())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    compiled(app, &row)
}

fn compiled(app: &App, row: &flow_definition::Model) -> Outcome<Arc<Definitions>> {
    if let Some(compiled) = app
        .workflows
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&row.hash)
    {
        return Ok(Arc::clone(compiled));
    }
    let files: Vec<FileText> = serde_json::from_str(&row.files)?;
    let compiled = Arc::new(compile(&files)?);
    app.workflows
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(row.hash.clone(), Arc::clone(&compiled));
    Ok(compiled)
}

pub(super) fn compile(files: &[FileText]) -> Outcome<Definitions> {
    let inputs: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    read(&inputs).map_err(|findings| {
        let sentence = |message: fn(&trinhky_engine::finding::Finding) -> &String| {
            findings
                .iter()
                .map(|f| format!("{}:{}:{}: {}", f.file, f.line, f.column, message(f)))
                .collect::<Vec<_>>()
                .join("\n")
        };
        Fault::invalid(
            "file",
            sentence(|f| &f.message_vi),
            sentence(|f| &f.message),
        )
    })
}
