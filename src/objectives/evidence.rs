//! Files behind a report's numbers: added and taken away while the report is being written, readable with it ever after.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    QueryFilter, QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::find;
use super::report::About;
use super::rows::report_evidence;
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::files::{self, Stored, sniff};
use crate::people::Actor;

/// Most files of one report.
const MAX_FILES: usize = 20;

/// Adds a file to a report that is being written and returns its id; `code` is the indicator it stands behind, empty for the whole report.
///
/// # Errors
/// A file of a kind that is not taken, one file too many, an unknown indicator, a report that is not being written, or a
/// missing right.
pub async fn add(
    app: &App,
    actor: &Actor,
    report_id: Uuid,
    code: String,
    name: String,
    bytes: Vec<u8>,
) -> Outcome<Uuid> {
    let media_type = sniff::media_type(&bytes)?;
    // Whoever may not add a file leaves none on the disk.
    app.act(actor, report_id, |cx, report_id| {
        Box::pin(async move { About::writable(cx, *report_id).await.map(drop) })
    })
    .await?;
    let stored = app.files.put(bytes, media_type).await?;
    let input = (
        report_id,
        code,
        files::kept_name(&name, "minh-chung"),
        stored,
    );
    app.act(actor, input, |cx, (report_id, code, name, stored)| {
        Box::pin(async move {
            let about = About::writable(cx, *report_id).await?;
            let indicator_id = indicator(cx.tx, &about, code).await?;
            let present = of_version(cx.tx, *report_id, about.report.version).await?;
            if present.len() >= MAX_FILES {
                return Err(Fault::invalid(
                    "file",
                    format!("Đã có {MAX_FILES} tệp. Bỏ bớt hoặc gộp lại."),
                    format!("There are {MAX_FILES} files already. Take some away or join them."),
                ));
            }
            let same = |row: &report_evidence::Model| {
                row.digest == stored.digest && row.indicator_id == indicator_id
            };
            if present.iter().any(same) {
                return Err(Fault::invalid(
                    "file",
                    "Tệp này đã được gắn.",
                    "This file is attached already.",
                ));
            }
            files::record(cx.tx, stored, &cx.app.clock).await?;
            let id = cx.id();
            row(
                id,
                &about,
                indicator_id,
                name,
                stored,
                cx.now,
                &cx.actor.name,
            )
            .insert(cx.tx)
            .await?;
            let entry = about
                .entry(
                    "evidence.added",
                    format!("Gắn minh chứng “{name}” vào báo cáo {}", about.period.name),
                )
                .data(json!({ "digest": stored.digest, "size": stored.size, "indicator": code }));
            about.journal(cx, entry, Vec::new()).await?;
            Ok(id)
        })
    })
    .await
}

/// Takes a file away from the version being written; approved versions keep theirs.
///
/// # Errors
/// When the file is not there, the report is not being written, or the right is missing.
pub async fn remove(app: &App, actor: &Actor, report_id: Uuid, id: Uuid) -> Outcome<()> {
    app.act(actor, (report_id, id), |cx, (report_id, id)| {
        Box::pin(async move {
            let about = About::writable(cx, *report_id).await?;
            let found = of_version(cx.tx, *report_id, about.report.version)
                .await?
                .into_iter()
                .find(|row| row.id == *id)
                .ok_or(Fault::NotFound)?;
            let name = found.name.clone();
            if found.from_version == about.report.version {
                report_evidence::Entity::delete_by_id(*id)
                    .exec(cx.tx)
                    .await?;
            } else {
                let mut row: report_evidence::ActiveModel = found.into();
                row.until_version = Set(Some(about.report.version));
                row.update(cx.tx).await?;
            }
            let summary = format!("Bỏ minh chứng “{name}” khỏi báo cáo {}", about.period.name);
            let entry = about.entry("evidence.removed", summary);
            about.journal(cx, entry, Vec::new()).await
        })
    })
    .await
}

/// The files of one version of a report, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn of_version(
    db: &impl ConnectionTrait,
    report_id: Uuid,
    version: i32,
) -> Outcome<Vec<report_evidence::Model>> {
    let until = Condition::any()
        .add(report_evidence::Column::UntilVersion.is_null())
        .add(report_evidence::Column::UntilVersion.gt(version));
    Ok(report_evidence::Entity::find()
        .filter(report_evidence::Column::ReportId.eq(report_id))
        .filter(report_evidence::Column::FromVersion.lte(version))
        .filter(until)
        .order_by_asc(report_evidence::Column::AddedAt)
        .order_by_asc(report_evidence::Column::Id)
        .all(db)
        .await?)
}

/// One file of a report, of whatever version.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn one(
    db: &impl ConnectionTrait,
    report_id: Uuid,
    id: Uuid,
) -> Outcome<report_evidence::Model> {
    report_evidence::Entity::find_by_id(id)
        .filter(report_evidence::Column::ReportId.eq(report_id))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

async fn indicator(db: &impl ConnectionTrait, about: &About, code: &str) -> Outcome<Option<Uuid>> {
    if code.is_empty() {
        return Ok(None);
    }
    find::indicators(db, about.report.document_id)
        .await?
        .into_iter()
        .find(|indicator| indicator.code == code)
        .map(|indicator| Some(indicator.id))
        .ok_or_else(|| {
            Fault::invalid(
                "indicator",
                "Chọn chỉ tiêu trong danh sách.",
                "Choose an indicator of the list.",
            )
        })
}

fn row(
    id: Uuid,
    about: &About,
    indicator_id: Option<Uuid>,
    name: &str,
    stored: &Stored,
    now: chrono::DateTime<chrono::Utc>,
    by: &str,
) -> report_evidence::ActiveModel {
    report_evidence::ActiveModel {
        id: Set(id),
        org_id: Set(about.report.org_id),
        report_id: Set(about.report.id),
        indicator_id: Set(indicator_id),
        digest: Set(stored.digest.clone()),
        name: Set(name.to_owned()),
        media_type: Set(stored.media_type.clone()),
        size: Set(stored.size),
        from_version: Set(about.report.version),
        until_version: Set(None),
        added_at: Set(now),
        added_by: Set(by.to_owned()),
    }
}
