//! The consolidated report (BC) drafted from the results of a period or of the year (DOMAIN §9.4), and the letter that
//! submits it.
//!
//! The committee reports upwards: the report is a document like any other, with a workflow of its own (the one that the
//! office published for reports, else the program's) through checks, approval, signature, number, seal and distribution. It
//! says how many units have reported and never treats a missing one as zero or as met.

mod facts;
mod letter;
mod tables;
mod text;

use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::json;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::consolidate::{differences, stored};
use super::rows::consolidation;
use super::sums::Results;
use crate::app::Cx;
use crate::audit::{self, Entry};
use crate::documents::rows::document;
use crate::documents::{self, Document, draft, proposal};
use crate::fault::Outcome;
use crate::flow;
use facts::{Facts, Replaced};

/// The workflow of a consolidated report where the office has none of its own for reports.
const PROCESS: &str = "consolidated_report";

/// Drafts the report and the letter that submits it; returns the report's document.
///
/// While the last report may still be changed it gets a further version; a signed one stays as it is and a new report replaces
/// it, naming it and what differs.
///
/// # Errors
/// When the last report is in somebody's hands: who has it sends it back first. Or what the database reports.
pub(super) async fn draft_for(
    cx: Cx<'_>,
    decision: &Document,
    period_id: Option<Uuid>,
    results: &Results,
    before: Option<&consolidation::Model>,
) -> Outcome<Uuid> {
    let mut facts = Facts::read(cx, decision, period_id, results).await?;
    let note = format!(
        "Lập từ số liệu {} của {}/{} báo cáo",
        results.name, results.reported, results.asked
    );
    let last = match before.and_then(|before| before.report_id) {
        Some(id) => Some(documents::find::document(cx.tx, id).await?),
        None => None,
    }
    .filter(|report| report.row.state != documents::state::DROPPED);
    let id = match (&last, before) {
        (Some(report), _) if may_still_change(report) => {
            draft::changeable(cx.tx, report).await?;
            draft::save_version(cx, report, report.row.version, &facts.draft(), &note).await?;
            report.row.id
        }
        (Some(report), Some(before)) => {
            facts.replaces = Some(Replaced {
                title: report.title(),
                issued_on: report.row.issued_on,
                differences: differences(&stored(before)?, results),
            });
            insert(cx, decision, &facts, &note).await?
        }
        _ => insert(cx, decision, &facts, &note).await?,
    };
    let report = documents::find::document(cx.tx, id).await?;
    let instance_id = match report.row.instance_id {
        Some(instance_id) => instance_id,
        None => start(cx, &report, &note).await?,
    };
    // A workflow of the office's own may do without one.
    if flow::has_element(cx, instance_id, "sign_proposal").await? {
        let letter = facts.letter(cx, &report).await?;
        proposal::keep(cx, &report, &letter, &note).await?;
    }
    Ok(id)
}

fn may_still_change(report: &Document) -> bool {
    [documents::state::DRAFT, documents::state::APPROVED].contains(&report.row.state.as_str())
}

async fn insert(cx: Cx<'_>, decision: &Document, facts: &Facts<'_>, note: &str) -> Outcome<Uuid> {
    let row = &decision.row;
    draft::insert(cx, row.org_id, row.owner_id, &facts.draft(), &[], note).await
}

async fn start(cx: Cx<'_>, report: &Document, note: &str) -> Outcome<Uuid> {
    let id = report.row.id;
    let variables = Variables::from([("document".to_owned(), json!(id))]);
    let kind = (report.row.doc_type.as_str(), PROCESS);
    let (instance_id, advanced) =
        flow::start_for(cx, kind, report.row.org_id, id, variables).await?;
    document::ActiveModel {
        id: Set(id),
        instance_id: Set(Some(instance_id)),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let mut entry = Entry::about(id, "document.drafted", note.to_owned());
    entry.instance_id = Some(instance_id);
    entry.events = advanced.events;
    audit::append(cx.tx, report.row.org_id, cx.actor, cx.now, entry).await?;
    Ok(instance_id)
}
