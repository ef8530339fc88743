//! The mails after a result: to the Chairman when a period is added up, to the heads of the units when the year is closed.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::consolidate::{stored, verdicts};
use super::evaluate::year_code;
use super::find;
use super::rows::{report_extension, report_period, unit_report};
use super::sums::Results;
use super::verdict::Verdict;
use crate::app::{App, Cx};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::hooks::{self, Event, Notice};
use crate::mail::{self, NewMail};
use crate::people::Actor;
use crate::people::absence;
use crate::people::find::{self as people_find, Holder};
use crate::queue::{self, NewJob};
use crate::web::format::date_time;
use crate::worker;

/// Who writes a unit's reports, else its head.
const REPORTERS: &[&str] = &["reporter", "unit_head", "office_chief", "chair"];
/// Heads of units, whatever their organisation calls them.
const HEADS: &[&str] = &["unit_head", "office_chief", "chair"];
/// Units told by one act.
const UNITS_PER_ACT: usize = 100;

/// Tells the programs of the decision's office what was judged, by the sums of this moment.
pub(super) async fn programs(
    cx: Cx<'_>,
    document: &Document,
    event: Event,
    results: &Results,
) -> Outcome<()> {
    let notice = Notice {
        event,
        document: document.row.id,
        page: format!("/van-ban/{}/muc-tieu", document.row.id),
        facts: json!({
            "period": results.code, "asked": results.asked, "reported": results.reported,
            "verdicts": verdicts(results),
        }),
    };
    hooks::tell(cx, &[document.row.org_id], notice).await
}

/// Tells the Chairman that a period was added up; every further run tells it again.
pub(super) async fn consolidated(
    cx: Cx<'_>,
    document: &Document,
    period_id: Uuid,
    results: &Results,
    version: i32,
) -> Outcome<()> {
    let chairs =
        people_find::holders_in_org(cx.tx, document.row.org_id, "chair", cx.today()).await?;
    let doc_type = &document.row.doc_type;
    for chair in absence::present(cx.tx, chairs, doc_type, cx.today()).await? {
        let context = json!({
            "recipient": chair.name,
            "title": document.title(),
            "period": results.name,
            "reported": results.reported,
            "total": results.asked,
            "met": results.count(Verdict::Met),
            "not_met": results.count(Verdict::NotMet),
            "nothing": results.count(Verdict::NotApplicable),
            "missing": results.missing,
            "link": format!("{}/ky-bao-cao/{period_id}/tong-hop", cx.app.config.base_url()),
        });
        let key = format!("consolidated:{period_id}:{version}:{}", chair.person_id);
        post(cx, document, key, "consolidated", &chair, context).await?;
    }
    Ok(())
}

/// Tells the Office's chief that a unit asks for more time.
pub(super) async fn extension_asked(
    cx: Cx<'_>,
    document: &Document,
    period: &report_period::Model,
    request: &report_extension::Model,
) -> Outcome<()> {
    let chiefs =
        people_find::holders_in_org(cx.tx, document.row.org_id, "office_chief", cx.today()).await?;
    let unit = people_find::unit(cx.tx, request.unit_id, cx.today()).await?;
    let doc_type = &document.row.doc_type;
    for chief in absence::present(cx.tx, chiefs, doc_type, cx.today()).await? {
        let context = json!({
            "recipient": chief.name,
            "unit": unit.name,
            "title": document.title(),
            "period": period.name,
            "old": date_time(request.old_due_at),
            "until": date_time(request.due_at),
            "reason": request.reason,
            "by": request.asked_by,
            "link": extension_page(cx, request),
        });
        let key = format!("extension_asked:{}:{}", request.id, chief.person_id);
        post(cx, document, key, "extension_asked", &chief, context).await?;
    }
    Ok(())
}

/// Tells who asked what the Office has answered.
pub(super) async fn extension_answered(
    cx: Cx<'_>,
    document: &Document,
    period: &report_period::Model,
    request: &report_extension::Model,
) -> Outcome<()> {
    let staff = people_find::holders(cx.tx, &[request.unit_id], REPORTERS, cx.today()).await?;
    let staff = absence::present(cx.tx, staff, &document.row.doc_type, cx.today()).await?;
    let asked = |holder: &&Holder| Some(holder.person_id) == request.asked_id;
    let Some(reader) = staff.iter().find(asked).or(staff.first()) else {
        // Nobody of the unit is left to be told; its page shows the answer.
        return Ok(());
    };
    let granted = request.granted == Some(true);
    let due = if granted {
        request.due_at
    } else {
        request.old_due_at
    };
    let context = json!({
        "recipient": reader.name,
        "title": document.title(),
        "period": period.name,
        "granted": granted,
        "due": date_time(due),
        "answer": request.answer,
        "by": request.answered_by,
        "link": extension_page(cx, request),
    });
    let key = format!("extension_answered:{}", request.id);
    post(cx, document, key, "extension_answered", reader, context).await
}

fn extension_page(cx: Cx<'_>, request: &report_extension::Model) -> String {
    let base = cx.app.config.base_url();
    format!("{base}/bao-cao/{}/gia-han", request.report_id)
}

/// Queues the job that tells the units of the closed year.
pub(super) async fn queue_evaluated(cx: Cx<'_>, document_id: Uuid) -> Outcome<()> {
    let job = NewJob {
        key: format!("evaluated:{document_id}"),
        name: worker::YEAR_EVALUATED,
        payload: json!({ "document": document_id }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// Tells the head of every unit that reported how the year was judged; the key of a mail makes a second run harmless.
///
/// # Errors
/// When the year was not judged, a template lacks a variable, or what the database reports.
pub async fn year_evaluated(app: &App, payload: &Value) -> Outcome<()> {
    let document_id: Uuid = serde_json::from_value(payload["document"].clone())?;
    let mut from = 0;
    while app
        .act(&Actor::system(), (document_id, from), |cx, (id, from)| {
            Box::pin(tell_some(cx, *id, *from))
        })
        .await?
    {
        from += UNITS_PER_ACT;
    }
    Ok(())
}

/// Tells some of the units; false when there are no more.
async fn tell_some(cx: Cx<'_>, document_id: Uuid, from: usize) -> Outcome<bool> {
    let document = documents::find::document(cx.tx, document_id).await?;
    let periods = find::periods(cx.tx, document_id).await?;
    let code = year_code(&periods, document.row.year);
    let results = stored(
        &find::consolidation(cx.tx, document_id, &code)
            .await?
            .ok_or(Fault::NotFound)?,
    )?;
    let all = unit_report::Entity::find()
        .filter(unit_report::Column::DocumentId.eq(document_id))
        .order_by_asc(unit_report::Column::Id)
        .all(cx.tx)
        .await?;
    let mut units: Vec<Uuid> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for report in all {
        if known.insert(report.unit_id) {
            units.push(report.unit_id);
        }
    }
    let some = units.get(from..).unwrap_or_default();
    let some = &some[..some.len().min(UNITS_PER_ACT)];
    let heads = people_find::holders(cx.tx, some, HEADS, cx.today()).await?;
    let heads = absence::present(cx.tx, heads, &document.row.doc_type, cx.today()).await?;
    for unit in some {
        let Some(head) = heads.iter().find(|head| head.post.unit_id == *unit) else {
            continue;
        };
        let context = json!({
            "recipient": head.name,
            "title": document.title(),
            "year": results.code,
            "met": results.count(Verdict::Met),
            "not_met": results.count(Verdict::NotMet),
            "nothing": results.count(Verdict::NotApplicable),
            "conclusion": results.assessment,
            "link": format!("{}/van-ban/{document_id}/muc-tieu", cx.app.config.base_url()),
        });
        post(
            cx,
            &document,
            format!("evaluated:{document_id}:{unit}"),
            "evaluated",
            head,
            context,
        )
        .await?;
    }
    Ok(from + some.len() < units.len())
}

async fn post(
    cx: Cx<'_>,
    document: &Document,
    key: String,
    template: &'static str,
    to: &Holder,
    context: Value,
) -> Outcome<()> {
    let new = NewMail {
        key,
        template,
        org_id: document.row.org_id,
        to_name: to.name.clone(),
        to_address: to.email.clone(),
        cc: Vec::new(),
        context,
        document_id: Some(document.row.id),
        delivery_id: None,
        send_at: cx.now,
    };
    mail::queue(cx.tx, cx.id(), cx.now, new).await
}
