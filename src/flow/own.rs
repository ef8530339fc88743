//! An organisation's own workflows: a file is checked and kept, looked at, published for some types of document, retired.
//! What runs already stays on the version it began with.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use trinhky_engine::check::{self, Known};
use trinhky_engine::{Finding, Severity, xml};
use uuid::Uuid;

use super::definitions::{FileText, compile, shipped_files, store};
use super::rows::flow_publication;
use crate::app::Cx;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};

/// What is wrong or worth knowing in a file, in its order; without an error it can be run.
#[must_use]
pub fn problems(name: &str, bytes: &[u8], known: &Known) -> Vec<Finding> {
    let files = match bundle(name, bytes) {
        Ok(files) => files,
        // What cannot be parsed is told by the linter.
        Err(_) => return check::lint_bytes(name, bytes, known),
    };
    let inputs: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    check::problems(&inputs, known)
}

/// Whether something in them forbids to run the file.
#[must_use]
pub fn has_errors(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|found| found.severity == Severity::Error)
}

/// Keeps a file without errors to be looked at; nothing runs by it yet.
///
/// # Errors
/// A refusal for a file with errors, without an executable process, or one the program ships itself.
pub async fn keep(cx: Cx<'_>, org_id: Uuid, name: &str, bytes: &[u8]) -> Outcome<Uuid> {
    let files = bundle(name, bytes)?;
    let process = first_process(&files[0])?;
    let hash = compile(&files)?.hash().to_owned();
    if shipped_files().iter().any(|(_, text)| *text == files[0].1) {
        return Err(Fault::invalid(
            "file",
            "Tệp này giống hệt quy trình có sẵn của phần mềm; sửa tệp rồi gửi lại.",
            "This file is the same as the program's own workflow; change it and send it again.",
        ));
    }
    store(cx, &hash, &process, &files, false).await?;
    let id = cx.id();
    flow_publication::ActiveModel {
        id: Set(id),
        org_id: Set(org_id),
        definition: Set(hash),
        uploaded_at: Set(cx.now),
        uploaded_by: Set(cx.actor.name.clone()),
        doc_types: Set(String::new()),
        published_at: Set(None),
        published_by: Set(String::new()),
        retired_at: Set(None),
        retired_by: Set(String::new()),
    }
    .insert(cx.tx)
    .await?;
    journal(
        cx,
        org_id,
        "workflow.uploaded",
        format!("Nhận tệp quy trình {name}"),
    )
    .await?;
    Ok(id)
}

/// Lets new documents of these types run by a kept version; an older one for the same type gives way to it.
///
/// # Errors
/// A refusal without a type, or when it is published already.
pub async fn publish(cx: Cx<'_>, org_id: Uuid, id: Uuid, doc_types: &[String]) -> Outcome<()> {
    let version = version(cx.tx, org_id, id).await?;
    if doc_types.is_empty() {
        return Err(Fault::invalid(
            "types",
            "Chọn ít nhất một loại văn bản chạy theo quy trình này.",
            "Choose at least one type of document that runs by this workflow.",
        ));
    }
    if version.published_at.is_some() {
        return Err(Fault::stale(
            "Bản này đã được công bố.",
            "This version is published already.",
        ));
    }
    let codes = doc_types.join(",");
    flow_publication::ActiveModel {
        id: Set(id),
        doc_types: Set(codes.clone()),
        published_at: Set(Some(cx.now)),
        published_by: Set(cx.actor.name.clone()),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    journal(
        cx,
        org_id,
        "workflow.published",
        format!("Công bố quy trình cho loại văn bản {codes}"),
    )
    .await
}

/// No new document runs by the version any more.
///
/// # Errors
/// A refusal when it is not published, or retired already.
pub async fn retire(cx: Cx<'_>, org_id: Uuid, id: Uuid) -> Outcome<()> {
    let version = version(cx.tx, org_id, id).await?;
    if version.published_at.is_none() || version.retired_at.is_some() {
        return Err(Fault::stale(
            "Bản này không còn được dùng cho văn bản mới.",
            "No new document runs by this version.",
        ));
    }
    flow_publication::ActiveModel {
        id: Set(id),
        retired_at: Set(Some(cx.now)),
        retired_by: Set(cx.actor.name.clone()),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let codes = version.doc_types;
    journal(
        cx,
        org_id,
        "workflow.retired",
        format!("Thôi dùng quy trình cho loại văn bản {codes}"),
    )
    .await
}

/// The organisation's versions, newest first.
///
/// # Errors
/// What the database reports.
pub async fn versions(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Outcome<Vec<flow_publication::Model>> {
    Ok(flow_publication::Entity::find()
        .filter(flow_publication::Column::OrgId.eq(org_id))
        .order_by_desc(flow_publication::Column::UploadedAt)
        .order_by_desc(flow_publication::Column::Id)
        .all(db)
        .await?)
}

/// One version of the organisation.
///
/// # Errors
/// [`Fault::NotFound`], also for another organisation's.
pub async fn version(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    id: Uuid,
) -> Outcome<flow_publication::Model> {
    flow_publication::Entity::find_by_id(id)
        .filter(flow_publication::Column::OrgId.eq(org_id))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// The hash of what new documents of a type run by, where the organisation published its own.
pub(super) async fn in_force(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    doc_type: &str,
) -> Outcome<Option<String>> {
    let published = flow_publication::Entity::find()
        .filter(flow_publication::Column::OrgId.eq(org_id))
        .filter(flow_publication::Column::PublishedAt.is_not_null())
        .filter(flow_publication::Column::RetiredAt.is_null())
        .order_by_desc(flow_publication::Column::PublishedAt)
        .order_by_desc(flow_publication::Column::Id)
        .all(db)
        .await?;
    Ok(published
        .into_iter()
        .find(|version| version.doc_types.split(',').any(|code| code == doc_type))
        .map(|version| version.definition))
}

/// The file with those of the program's files whose processes it may call and does not define itself.
fn bundle(name: &str, bytes: &[u8]) -> Outcome<Vec<FileText>> {
    let text = xml::decode(name, bytes).map_err(refusal)?;
    let own = processes(name, &text)?;
    let mut files = vec![(name.to_owned(), text)];
    for (shipped, text) in shipped_files() {
        let theirs = processes(&shipped, &text)?;
        if theirs.iter().all(|id| !own.contains(id)) {
            files.push((shipped, text));
        }
    }
    Ok(files)
}

fn processes(name: &str, text: &str) -> Outcome<Vec<String>> {
    let parsed = xml::parse(name, text).map_err(refusal)?;
    Ok(parsed
        .root_element()
        .children()
        .filter(|node| node.tag_name().name() == "process")
        .filter_map(|node| Some(node.attribute("id")?.to_owned()))
        .collect())
}

/// The process that documents are started by: the first of the file.
fn first_process((name, text): &FileText) -> Outcome<String> {
    processes(name, text)?.into_iter().next().ok_or_else(|| {
        Fault::invalid(
            "file",
            "Tệp không có quy trình (process) nào.",
            "The file has no process.",
        )
    })
}

fn refusal(finding: Finding) -> Fault {
    let place = format!("{}:{}:{}", finding.file, finding.line, finding.column);
    Fault::invalid(
        "file",
        format!("{place}: {}", finding.message_vi),
        format!("{place}: {}", finding.message),
    )
}

async fn journal(cx: Cx<'_>, org_id: Uuid, act: &'static str, summary: String) -> Outcome<()> {
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        Entry::general(act, summary),
    )
    .await
}
