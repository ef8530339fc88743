//! A paper from its drafter's desk to its issue, as the people on its way carry it.

use chrono::{NaiveDate, TimeDelta};
use uuid::Uuid;

use super::{Schedule, Script, progress};
use crate::demo::stage::Stage;
use crate::documents::decide::{Decision, answer_question, decide};
use crate::documents::review::{
    Answer as OpinionAnswer, Check, Stance, answer_opinions, check, give_opinion, submit,
};
use crate::documents::{draft, find, issue};
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;

/// Draft, opinions, checks, proposal.
pub(super) async fn up_to_the_chairman(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    script: &Script<'_>,
) -> Outcome<Uuid> {
    progress("soạn thảo, lấy ý kiến, kiểm tra, trình");
    let app = stage.app;
    let (drafter, org, office) = stage.first("drafter").await?;
    stage.until(schedule.at(-8, 8, 30)).await?;
    let id = draft::import(app, &drafter, office, script.file_name, script.bytes).await?;
    stage.until(schedule.at(-7, 9, 0)).await?;
    let asked = units_for_opinion(stage, org, office).await?;
    let seen = stage.seen(id).await?;
    submit(app, &drafter, id, seen.clone(), asked.clone(), 5).await?;
    for (n, unit) in asked.iter().enumerate() {
        // The last one does not answer: the round ends by its deadline.
        if n + 1 == asked.len() {
            continue;
        }
        stage
            .until(schedule.at(-6, 8, 0) + TimeDelta::minutes(i64::try_from(n).unwrap_or(0) * 43))
            .await?;
        let actor = stage.of_unit(*unit, &["unit_head", "reporter"]).await?;
        let (stance, remark) = if n == 1 {
            (
                Stance::Other,
                "Đề nghị ghi rõ thời hạn và đơn vị báo cáo kết quả từng mục tiêu.".to_owned(),
            )
        } else {
            (Stance::Agree, String::new())
        };
        give_opinion(app, &actor, id, seen.clone(), *unit, stance, remark).await?;
    }
    stage.until(schedule.at(-1, 8, 30)).await?;
    let answers = find::opinions(app.store.reader(), id)
        .await?
        .into_iter()
        .filter(|opinion| !opinion.remark.is_empty())
        .map(|opinion| OpinionAnswer {
            opinion_id: opinion.id,
            kind: "explained".to_owned(),
            text: "Thời hạn, đơn vị báo cáo được theo dõi trên hệ thống theo kỳ báo cáo."
                .to_owned(),
        })
        .collect();
    answer_opinions(app, &drafter, id, answers).await?;
    stage.until(schedule.at(-1, 10, 0)).await?;
    check_content(stage, id).await?;
    stage.until(schedule.at(-1, 14, 0)).await?;
    check_form(stage, id).await?;
    stage.until(schedule.at(0, 8, 30)).await?;
    let proposal = sign_proposal(stage, id).await?;
    stage.until(schedule.at(0, 9, 15)).await?;
    number_proposal(stage, proposal, schedule.proposal).await?;
    stage.until(schedule.at(0, 10, 0)).await?;
    Ok(id)
}

/// Six divisions and communes: enough for a round, few enough to read.
async fn units_for_opinion(stage: &Stage<'_>, org: Uuid, office: Uuid) -> Outcome<Vec<Uuid>> {
    let groups = people_find::groups(stage.app.store.reader(), org).await?;
    let units = people_find::all_units(stage.app.store.reader(), stage.app.today()).await?;
    let mut asked = Vec::new();
    for group in groups
        .iter()
        .filter(|group| group.purpose == "action" && group.members.len() > 1)
    {
        let mut members: Vec<_> = group
            .members
            .iter()
            .filter_map(|id| units.get(id))
            .filter(|unit| unit.id != office)
            .collect();
        members.sort_by(|a, b| a.key.cmp(&b.key));
        asked.extend(members.into_iter().take(3).map(|unit| unit.id));
    }
    Ok(asked)
}

/// A question, the approval, signature, number, seal, issue.
pub(super) async fn sign_and_issue(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    id: Uuid,
) -> Outcome<()> {
    let app = stage.app;
    let (chair, org, _) = stage.first("chair").await?;
    let (drafter, ..) = stage.first("drafter").await?;
    stage.until(schedule.at(1, 9, 0)).await?;
    let seen = stage.seen(id).await?;
    decide(
        app,
        &chair,
        id,
        seen,
        Decision::Ask,
        "Kết quả năm trước của từng mục tiêu là bao nhiêu?".to_owned(),
    )
    .await?;
    stage.until(schedule.at(1, 10, 30)).await?;
    answer_question(
        app,
        &drafter,
        id,
        "Hệ thống theo dõi từ năm nay; số liệu năm trước có trong hồ sơ giấy kèm Tờ trình."
            .to_owned(),
    )
    .await?;
    stage.until(schedule.at(2, 8, 10)).await?;
    approve(stage, id).await?;
    stage.until(schedule.at(3, 14, 0)).await?;
    issue::sign(app, &chair, id, stage.seen(id).await?).await?;
    stage.until(schedule.at(4, 8, 15)).await?;
    number_seal_and_issue(stage, org, id).await
}

/// A consolidated report, whose figures everybody knows: no round of opinions, and out on the day it was made.
pub(super) async fn report_out(stage: &mut Stage<'_>, id: Uuid) -> Outcome<()> {
    let app = stage.app;
    let begun = app.clock.now();
    let after = |minutes| begun + TimeDelta::minutes(minutes);
    let (drafter, ..) = stage.first("drafter").await?;
    let (chair, org, _) = stage.first("chair").await?;
    stage.until(after(25)).await?;
    let seen = stage.seen(id).await?;
    submit(app, &drafter, id, seen, Vec::new(), 0).await?;
    stage.until(after(55)).await?;
    check_content(stage, id).await?;
    stage.until(after(80)).await?;
    check_form(stage, id).await?;
    stage.until(after(100)).await?;
    let proposal = sign_proposal(stage, id).await?;
    stage.until(after(115)).await?;
    number_proposal(stage, proposal, app.today()).await?;
    stage.until(after(5 * 60)).await?;
    approve(stage, id).await?;
    stage.until(after(5 * 60 + 10)).await?;
    issue::sign(app, &chair, id, stage.seen(id).await?).await?;
    stage.until(after(6 * 60)).await?;
    number_seal_and_issue(stage, org, id).await
}

async fn check_content(stage: &Stage<'_>, id: Uuid) -> Outcome<()> {
    let (chief, ..) = stage.first("office_chief").await?;
    let seen = stage.seen(id).await?;
    check(
        stage.app,
        &chief,
        id,
        seen,
        Check::Content,
        true,
        String::new(),
    )
    .await
}

async fn check_form(stage: &Stage<'_>, id: Uuid) -> Outcome<()> {
    let (checker, ..) = stage.first("form_checker").await?;
    let seen = stage.seen(id).await?;
    check(
        stage.app,
        &checker,
        id,
        seen,
        Check::Form,
        true,
        String::new(),
    )
    .await
}

/// Returns the proposal that carries the paper.
async fn sign_proposal(stage: &Stage<'_>, id: Uuid) -> Outcome<Uuid> {
    let (chief, ..) = stage.first("office_chief").await?;
    let proposal = find::proposal_of(stage.app.store.reader(), id)
        .await?
        .ok_or(Fault::NotFound)?
        .row
        .id;
    issue::sign(stage.app, &chief, proposal, stage.seen(proposal).await?).await?;
    Ok(proposal)
}

async fn number_proposal(stage: &Stage<'_>, proposal: Uuid, day: NaiveDate) -> Outcome<()> {
    let (clerk, ..) = stage.first("office_clerk").await?;
    issue::assign_number(stage.app, &clerk, proposal, day).await?;
    issue::seal(stage.app, &clerk, proposal).await
}

async fn approve(stage: &Stage<'_>, id: Uuid) -> Outcome<()> {
    let (chair, ..) = stage.first("chair").await?;
    let seen = stage.seen(id).await?;
    decide(
        stage.app,
        &chair,
        id,
        seen,
        Decision::Approve,
        String::new(),
    )
    .await
}

/// The clerk's three acts, a quarter of an hour and half an hour apart, and what follows from the last.
async fn number_seal_and_issue(stage: &mut Stage<'_>, org: Uuid, id: Uuid) -> Outcome<()> {
    let app = stage.app;
    let begun = app.clock.now();
    let clerk = stage.of_unit(org, &["clerk"]).await?;
    issue::assign_number(app, &clerk, id, app.today()).await?;
    stage.until(begun + TimeDelta::minutes(15)).await?;
    issue::seal(app, &clerk, id).await?;
    stage.until(begun + TimeDelta::minutes(45)).await?;
    issue::issue(app, &clerk, id).await?;
    // The worker makes the list of recipients.
    stage.until(begun + TimeDelta::minutes(50)).await
}
