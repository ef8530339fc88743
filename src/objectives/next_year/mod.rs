//! The next year's decision from this year's results: one press makes the draft, the targets in its sentences, the measures
//! confirmed as they were, and the proposal's text begun.

mod letter;
mod suggest;

pub use suggest::{Reason, suggest};

use sea_orm::ConnectionTrait;
use trinhky_drafting::objectives::in_year;
use trinhky_drafting::{Draft, Imported, MonthYear};
use uuid::Uuid;

use super::consolidate::stored;
use super::evaluate::year_code;
use super::find::{self, Indicator};
use super::plan::year_of;
use super::sums::{IndicatorResult, Results};
use super::verdict::Target;
use crate::app::{App, Cx};
use crate::documents::measures::{self, Typed};
use crate::documents::{self, Document, draft, proposal};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, find as people_find};

/// One line of the table: what was wanted, what came out, what is suggested.
#[derive(Debug, Clone)]
pub struct Line {
    pub indicator: Indicator,
    pub result: IndicatorResult,
    pub suggested: Target,
    pub reason: Reason,
}

/// What a year has come to, for the draft of the next.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub decision: Document,
    pub results: Results,
    /// The year that the decision sets objectives for.
    pub year: i32,
    pub lines: Vec<Line>,
}

/// Reads what the year has come to.
///
/// # Errors
/// A refusal where the year is not judged yet, or [`Fault::NotFound`].
pub async fn outlook(db: &impl ConnectionTrait, decision: Document) -> Outcome<Outlook> {
    let periods = find::periods(db, decision.row.id).await?;
    let code = year_code(&periods, decision.row.year);
    let judged = find::consolidation(db, decision.row.id, &code)
        .await?
        .ok_or_else(|| {
            Fault::stale(
                "Năm chưa được đánh giá. Đánh giá năm trước, rồi lập dự thảo năm sau từ kết quả.",
                "The year is not judged yet. Judge it first; the next year's draft is made from its results.",
            )
        })?;
    let results = stored(&judged)?;
    let lines = find::indicators(db, decision.row.id)
        .await?
        .into_iter()
        .filter_map(|indicator| {
            let result = results
                .indicators
                .iter()
                .find(|result| result.indicator == indicator.id)?
                .clone();
            let (suggested, reason) = suggest(&result);
            Some(Line {
                indicator,
                result,
                suggested,
                reason,
            })
        })
        .collect();
    Ok(Outlook {
        year: year_of(&decision.draft, decision.row.year),
        decision,
        results,
        lines,
    })
}

/// The draft that has been made for the next year already.
///
/// # Errors
/// What the database reports.
pub async fn made(db: &impl ConnectionTrait, outlook: &Outlook) -> Outcome<Option<Uuid>> {
    let made = documents::find::alike(db, &outlook.decision, outlook.year + 1).await?;
    Ok(made.first().map(|row| row.id))
}

/// Makes the draft with the targets as they were typed, by the indicator's code; what is not typed stays as suggested.
///
/// The first version is last year's text moved on, the second has the new targets in its sentences.
///
/// # Errors
/// At `target.<code>` where a target is not a number or a person has to rewrite its sentence; when the year is not judged, the
/// draft is made already, or the right is missing.
pub async fn begin(
    app: &App,
    actor: &Actor,
    decision_id: Uuid,
    targets: Vec<(String, String)>,
) -> Outcome<Uuid> {
    app.act(
        actor,
        (decision_id, targets),
        |cx, (decision_id, targets)| Box::pin(write(cx, *decision_id, targets)),
    )
    .await
}

async fn write(cx: Cx<'_>, decision_id: Uuid, targets: &[(String, String)]) -> Outcome<Uuid> {
    let decision = documents::find::document(cx.tx, decision_id).await?;
    draft::may_draft_for(cx, decision.row.owner_id)?;
    let outlook = outlook(cx.tx, decision).await?;
    if made(cx.tx, &outlook).await?.is_some() {
        return Err(Fault::stale(
            format!("Dự thảo năm {} đã được lập.", outlook.year + 1),
            format!("The draft for {} is made already.", outlook.year + 1),
        ));
    }
    let imported = Imported {
        draft: moved_on(cx, &outlook).await?,
        unplaced: Vec::new(),
    };
    let note = format!(
        "Lập từ {} và kết quả năm {}",
        outlook.decision.title(),
        outlook.year
    );
    let owner = outlook.decision.row.owner_id;
    let id = draft::create_in(cx, owner, &imported, &note).await?;
    let typed: Vec<Typed> = outlook
        .lines
        .iter()
        .map(|line| typed(line, targets))
        .collect();
    measures::confirm_within(cx, id, 1, &typed).await?;
    let next = documents::find::document(cx.tx, id).await?;
    let letter = outlook.letter(cx, &next).await?;
    proposal::keep(cx, &next, &letter, &note).await?;
    Ok(id)
}

/// Last year's text for the next year, with whoever is Chairman now.
async fn moved_on(cx: Cx<'_>, outlook: &Outlook) -> Outcome<Draft> {
    use chrono::Datelike as _;
    let decision = &outlook.decision;
    let mut text = in_year(&decision.draft, outlook.year, outlook.year + 1);
    let today = cx.today();
    // It belongs to the next year also when it is begun at the end of this one.
    let month = if today.year() > outlook.year {
        today.month()
    } else {
        1
    };
    text.expected_month = Some(MonthYear {
        month,
        year: today.year().max(outlook.year + 1),
    });
    let chair = people_find::holders_in_org(cx.tx, decision.row.org_id, "chair", today).await?;
    if let Some(holder) = chair.into_iter().next() {
        text.signer.name = holder.name;
    }
    Ok(text)
}

/// The measure of a line as it was counted this year, with its new target.
fn typed(line: &Line, targets: &[(String, String)]) -> Typed {
    let indicator = &line.indicator;
    let target = targets
        .iter()
        .find(|(code, _)| *code == indicator.code)
        .map_or_else(|| written(&line.suggested), |(_, target)| target.clone());
    Typed {
        code: indicator.code.clone(),
        name: indicator.name.clone(),
        numerator: indicator.numerator.clone(),
        denominator: indicator.denominator.clone(),
        comparator: indicator.target.comparator.word().to_owned(),
        target,
        evidence: indicator.evidence.clone(),
        who_reports: indicator.who_reports.clone(),
    }
}

/// A target's number as a form shows and takes it: `98%`, `3`.
#[must_use]
pub fn written(target: &Target) -> String {
    let shown = target.shown();
    shown
        .split_once(' ')
        .map_or(shown.clone(), |(_, number)| number.to_owned())
}
