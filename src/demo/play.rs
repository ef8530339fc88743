//! The year of a decision, act by act, as its people would do it.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};
use sea_orm::EntityTrait;
use trinhky_calendar::Calendar;
use trinhky_drafting::Draft;
use uuid::Uuid;

use super::figures;
use super::stage::Stage;
use super::story::Teller;
use crate::app::App;
use crate::distribution::receipt;
use crate::distribution::rows::attestation;
use crate::documents::decide::{Decision, answer_question, decide};
use crate::documents::review::{
    Answer as OpinionAnswer, Check, Stance, answer_opinions, check, give_opinion, submit,
};
use crate::documents::{draft, find, issue, numbers};
use crate::fault::{Fault, Outcome};
use crate::objectives::evaluate::{Judgement, close_year, evaluate};
use crate::objectives::input::{self, Strictness};
use crate::objectives::report::{Answer, ReportInput, approve_report, submit_report};
use crate::objectives::{consolidate::consolidate, find as objectives_find};
use crate::people::{find as people_find, import, sign_in};
use crate::{flow, signing};

/// What is played.
pub struct Script<'a> {
    pub file_name: &'a str,
    pub bytes: &'a [u8],
    pub organisation: &'a str,
    pub password: &'a str,
}

/// The days of the play, counted in working days around the day of the proposal.
#[derive(Debug)]
pub struct Schedule {
    calendar: Calendar,
    proposal: NaiveDate,
    /// The number that the decision cites; the paper book ends just before it.
    proposal_number: Option<i32>,
}

impl Schedule {
    /// The proposal's day and number as the decision cites them; else the 20th of its month, or of March.
    #[must_use]
    pub fn of(draft: &Draft) -> Self {
        let calendar = Calendar::vietnam();
        let cited = draft
            .legal_basis
            .iter()
            .rev()
            .find_map(|basis| citation(basis));
        let month = draft
            .expected_month
            .map_or((2023, 3), |month| (month.year, month.month));
        let day = cited
            .map(|(_, day)| day)
            .filter(|day| (day.year(), day.month()) == month)
            .or_else(|| NaiveDate::from_ymd_opt(month.0, month.1, 20))
            .unwrap_or_default();
        let proposal = if calendar.is_working_day(day) {
            day
        } else {
            calendar.next_working_day(day)
        };
        Self {
            calendar,
            proposal,
            proposal_number: cited.map(|(number, _)| number),
        }
    }

    /// When the play begins.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.at(-9, 8, 0)
    }

    /// An hour of the `n`-th working day after the proposal's.
    fn at(&self, n: i64, hour: u32, minute: u32) -> DateTime<Utc> {
        at(
            self.calendar.add_working_days(self.proposal, n),
            hour,
            minute,
        )
    }
}

/// Plays everything from the empty installation to the closed year.
///
/// # Errors
/// What an act refuses: then the story stops there.
pub async fn year(
    app: &App,
    schedule: &Schedule,
    script: Script<'_>,
    teller: &mut Teller,
) -> Outcome<()> {
    let mut stage = Stage::new(app, teller);
    found_office(&mut stage, schedule, &script).await?;
    let decision = up_to_the_chairman(&mut stage, schedule, &script).await?;
    progress("Chủ tịch xem xét, ký; văn thư cấp số, đóng dấu, phát hành");
    sign_and_issue(&mut stage, schedule, decision).await?;
    progress("các đơn vị tiếp nhận, cán bộ xác nhận đã nghiên cứu");
    receive(&mut stage, schedule, decision).await?;
    let periods = objectives_find::periods(app.store.reader(), decision).await?;
    let mut last = app.today();
    for (n, period) in periods.iter().enumerate() {
        progress(&format!("báo cáo {}", period.name));
        last = report(&mut stage, schedule, decision, period.id, n).await?;
    }
    progress("đánh giá cuối năm");
    close(&mut stage, schedule, decision, last).await?;
    leave_files(app, decision).await
}

async fn found_office(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    script: &Script<'_>,
) -> Outcome<()> {
    progress("lập cơ quan mẫu, ban hành quy trình");
    let app = stage.app;
    let file = import::read(script.organisation)
        .map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
    let hash = sign_in::hash_password(script.password, &app.ids.bytes())?;
    import::load(app, file, Some(hash)).await?;
    flow::publish_shipped(app).await?;
    let (clerk, _, office) = stage.first("office_clerk").await?;
    if let Some(number) = schedule.proposal_number {
        let year = schedule.proposal.year();
        let reason = format!("Tiếp nối sổ giấy đến số {:02}", number - 1);
        match numbers::take_over(app, &clerk, office, "TTR", year, number, &reason).await {
            // The organisation's file has opened it already.
            Ok(()) | Err(Fault::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    stage.teller.tell(app).await
}

/// Draft, opinions, checks, proposal.
async fn up_to_the_chairman(
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
    let (chief, ..) = stage.first("office_chief").await?;
    let seen = stage.seen(id).await?;
    check(
        app,
        &chief,
        id,
        seen.clone(),
        Check::Content,
        true,
        String::new(),
    )
    .await?;
    stage.until(schedule.at(-1, 14, 0)).await?;
    let (checker, ..) = stage.first("form_checker").await?;
    check(app, &checker, id, seen, Check::Form, true, String::new()).await?;
    stage.until(schedule.at(0, 8, 30)).await?;
    let proposal = find::proposal_of(app.store.reader(), id)
        .await?
        .ok_or(Fault::NotFound)?
        .row
        .id;
    issue::sign(app, &chief, proposal, stage.seen(proposal).await?).await?;
    stage.until(schedule.at(0, 9, 15)).await?;
    let (clerk, ..) = stage.first("office_clerk").await?;
    issue::assign_number(app, &clerk, proposal, schedule.proposal).await?;
    issue::seal(app, &clerk, proposal).await?;
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
async fn sign_and_issue(stage: &mut Stage<'_>, schedule: &Schedule, id: Uuid) -> Outcome<()> {
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
    let seen = stage.seen(id).await?;
    decide(app, &chair, id, seen, Decision::Approve, String::new()).await?;
    stage.until(schedule.at(3, 14, 0)).await?;
    issue::sign(app, &chair, id, stage.seen(id).await?).await?;
    stage.until(schedule.at(4, 8, 15)).await?;
    let clerk = stage.of_unit(org, &["clerk"]).await?;
    issue::assign_number(app, &clerk, id, app.today()).await?;
    stage.until(schedule.at(4, 8, 30)).await?;
    issue::seal(app, &clerk, id).await?;
    stage.until(schedule.at(4, 9, 0)).await?;
    issue::issue(app, &clerk, id).await?;
    stage.until(schedule.at(4, 9, 5)).await
}

/// Something that somebody will do.
enum Planned {
    Acknowledge { delivery: Uuid, unit: Uuid },
    Guest { delivery: Uuid },
    Refuse { delivery: Uuid, unit: Uuid },
    Attest { person: Uuid },
}

/// Acknowledgements on time and late, a refusal, bodies without an account, attestations.
async fn receive(stage: &mut Stage<'_>, schedule: &Schedule, id: Uuid) -> Outcome<()> {
    let app = stage.app;
    let deliveries = receipt::of_document(app.store.reader(), id).await?;
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(app.store.reader(), &ids, app.today()).await?;
    let mut planned = Vec::new();
    for (n, delivery) in deliveries.iter().enumerate() {
        let minutes = TimeDelta::minutes(i64::try_from(n).unwrap_or(0) * 9);
        let unit = units.get(&delivery.unit_id).ok_or(Fault::NotFound)?;
        let (delivery, unit_id) = (delivery.id, unit.id);
        let when = match n % 12 {
            4 => schedule.at(5, 8, 20) + minutes / 9,
            8 => schedule.at(6, 10, 0) + minutes / 9,
            11 => schedule.at(8, 9, 0) + minutes / 9,
            _ => schedule.at(4, 9, 10) + minutes,
        };
        planned.push(if !unit.account {
            (
                schedule.at(5, 9, 30) + minutes / 9,
                Planned::Guest { delivery },
            )
        } else if n + 1 == deliveries.len() && deliveries[n].kind == "information" {
            (
                when,
                Planned::Refuse {
                    delivery,
                    unit: unit_id,
                },
            )
        } else {
            (
                when,
                Planned::Acknowledge {
                    delivery,
                    unit: unit_id,
                },
            )
        });
    }
    let mut staff = attestation::Entity::find().all(app.store.reader()).await?;
    staff.sort_by_key(|row| row.person_id);
    for (n, row) in staff.iter().enumerate() {
        let n = i64::try_from(n).unwrap_or(0);
        planned.push((
            schedule.at(5 + n % 8, 8, 5) + TimeDelta::minutes(n),
            Planned::Attest {
                person: row.person_id,
            },
        ));
    }
    planned.sort_by_key(|(when, _)| *when);
    for (when, act) in planned {
        stage.until(when).await?;
        match act {
            Planned::Acknowledge { delivery, unit } => {
                let clerk = stage.of_unit(unit, &["clerk", "office_clerk"]).await?;
                receipt::acknowledge(app, &clerk, delivery).await?;
            }
            Planned::Guest { delivery } => {
                let code = stage.code_in_mail(delivery).await?;
                let guest = receipt::guest(app, delivery, &code, "Văn thư (MẪU)").await?;
                receipt::acknowledge(app, &guest, delivery).await?;
            }
            Planned::Refuse { delivery, unit } => {
                let clerk = stage.of_unit(unit, &["clerk"]).await?;
                receipt::refuse(
                    app,
                    &clerk,
                    delivery,
                    "Trùng với văn bản đã gửi Ban Chỉ đạo ISO huyện".to_owned(),
                )
                .await?;
            }
            Planned::Attest { person } => {
                let actor = stage.person(person).await?;
                receipt::attest(app, &actor, id).await?;
            }
        }
        stage.teller.tell(app).await?;
    }
    Ok(())
}

/// One reporting period: reports on time, late, sent back once; then the consolidation. Returns its day.
async fn report(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    decision: Uuid,
    period_id: Uuid,
    nth: usize,
) -> Outcome<NaiveDate> {
    let app = stage.app;
    let period = objectives_find::period(app.store.reader(), period_id).await?;
    stage.until(period.opens_at).await?;
    let reports = objectives_find::reports(app.store.reader(), period_id, app.today()).await?;
    let due_day = trinhky_calendar::deadline_day(period.due_at);
    let mut planned: Vec<(DateTime<Utc>, usize)> = (0..reports.len())
        .map(|n| {
            let offset = match (n + nth * 3) % 17 {
                5 => 1,
                11 => 2,
                // Two units of the middle period report only after the consolidation.
                14 if nth == 1 => 5,
                other => -1 - i64::try_from(other % 6).unwrap_or(0),
            };
            let minutes = TimeDelta::minutes(i64::try_from(n).unwrap_or(0) * 7);
            (
                at(schedule.calendar.add_working_days(due_day, offset), 8, 30) + minutes,
                n,
            )
        })
        .collect();
    planned.sort();
    let (chief, ..) = stage.first("office_chief").await?;
    let consolidation = period.consolidate_at + TimeDelta::minutes(95);
    let mut consolidated = false;
    for (when, n) in planned {
        if when > consolidation && !consolidated {
            stage.until(consolidation).await?;
            consolidate(app, &chief, decision, period_id, ASSESSMENT.to_owned()).await?;
            consolidated = true;
        }
        stage.until(when).await?;
        let (row, unit) = &reports[n];
        let reporter = stage.of_unit(unit.id, &["reporter", "unit_head"]).await?;
        let head = stage
            .of_unit(unit.id, &["unit_head", "office_chief"])
            .await?;
        submit_report(
            app,
            &reporter,
            row.id,
            input_for(stage, decision, row.id, unit, &period.code, due_day).await?,
        )
        .await?;
        if n == 5 && nth == 0 {
            stage.until(when + TimeDelta::minutes(20)).await?;
            approve_report(
                app,
                &head,
                row.id,
                Answer::Back("Kiểm tra lại số hồ sơ trực tuyến với Bộ phận một cửa.".to_owned()),
            )
            .await?;
            stage.until(when + TimeDelta::minutes(50)).await?;
            submit_report(
                app,
                &reporter,
                row.id,
                input_for(stage, decision, row.id, unit, &period.code, due_day).await?,
            )
            .await?;
        }
        stage.until(when + TimeDelta::minutes(55)).await?;
        approve_report(app, &head, row.id, Answer::Approve).await?;
        stage.teller.tell(app).await?;
    }
    if !consolidated {
        stage.until(consolidation).await?;
        consolidate(app, &chief, decision, period_id, ASSESSMENT.to_owned()).await?;
    }
    stage.teller.tell(app).await?;
    Ok(app.today())
}

/// The chief's words to a consolidated report.
const ASSESSMENT: &str =
    "Các đơn vị cơ bản báo cáo đúng thời hạn; tập trung khắc phục chỉ tiêu chưa đạt trong kỳ tới.";

/// The figures of one report, with cause and measure wherever a target is missed.
async fn input_for(
    stage: &Stage<'_>,
    decision: Uuid,
    report: Uuid,
    unit: &crate::people::Unit,
    period: &str,
    due: NaiveDate,
) -> Outcome<ReportInput> {
    let db = stage.app.store.reader();
    let row = objectives_find::report(db, report).await?;
    let mut values = Vec::new();
    for indicator in objectives_find::indicators(db, decision).await? {
        let applies = indicator.applies_to(unit);
        let mut typed = figures::typed(&indicator, applies, &unit.key, period);
        let read = input::read(&indicator, &typed, applies, Strictness::Draft);
        if read.is_ok_and(|value| value.misses(&indicator)) {
            let by = stage_day(due + TimeDelta::days(30));
            figures::explain(&mut typed, &format!("Lãnh đạo {}", unit.short), &by);
        }
        values.push(typed);
    }
    Ok(ReportInput {
        seen_revision: row.revision,
        values,
        remark: String::new(),
    })
}

/// The Chairman's verdict and the end of the year.
async fn close(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    decision: Uuid,
    last: NaiveDate,
) -> Outcome<()> {
    let app = stage.app;
    let (chair, ..) = stage.first("chair").await?;
    let (chief, ..) = stage.first("office_chief").await?;
    stage
        .until(at(schedule.calendar.add_working_days(last, 4), 9, 0))
        .await?;
    let measures = objectives_find::indicators(app.store.reader(), decision)
        .await?
        .into_iter()
        .map(|indicator| (indicator.code, "Giao Văn phòng phối hợp các đơn vị xây dựng giải pháp, hoàn thành trong quý I năm sau".to_owned()))
        .collect();
    let conclusion = "Tiếp tục duy trì các mục tiêu đạt; rà soát, điều chỉnh mục tiêu chưa đạt khi xây dựng mục tiêu năm sau.".to_owned();
    evaluate(
        app,
        &chair,
        decision,
        Judgement {
            conclusion,
            measures,
        },
    )
    .await?;
    stage
        .until(at(schedule.calendar.add_working_days(last, 7), 16, 0))
        .await?;
    close_year(app, &chief, decision).await?;
    stage.teller.tell(app).await
}

/// Leaves the PDFs and the trial root beside the database.
async fn leave_files(app: &App, decision: Uuid) -> Outcome<()> {
    let folder = app.config.data.join("pdf");
    std::fs::create_dir_all(&folder).map_err(anyhow::Error::from)?;
    let db = app.store.reader();
    let mut documents = vec![(
        find::document(db, decision).await?,
        "quyet-dinh.pdf".to_owned(),
    )];
    if let Some(proposal) = find::proposal_of(db, decision).await? {
        documents.push((proposal, "to-trinh.pdf".to_owned()));
    }
    for period in objectives_find::periods(db, decision).await? {
        let report = objectives_find::consolidation(db, decision, &period.code)
            .await?
            .and_then(|row| row.report_id);
        if let Some(report) = report {
            documents.push((
                find::document(db, report).await?,
                format!("bao-cao-{}.pdf", period.code),
            ));
        }
    }
    for (document, name) in documents {
        let pdf = signing::pdf(app, &document).await?;
        std::fs::write(folder.join(name), pdf).map_err(anyhow::Error::from)?;
    }
    std::fs::write(app.config.data.join("trust.pem"), signing::roots_pem(app)?)
        .map_err(anyhow::Error::from)?;
    Ok(())
}

fn progress(what: &str) {
    eprintln!("… {what}");
}

/// An hour of a day in office time.
fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    trinhky_calendar::at(day, time)
}

fn stage_day(day: NaiveDate) -> String {
    trinhky_calendar::vn_date(day)
}

/// Number and day of `Tờ trình số 92/TTr-VP ngày 20/3/2023` (or `ngày 20 tháng 3 năm 2023`).
fn citation(basis: &str) -> Option<(i32, NaiveDate)> {
    let rest = &basis[basis.find("Tờ trình số")? + "Tờ trình số".len()..];
    let number = rest
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .ok()?;
    let date = &rest[rest.find("ngày")? + "ngày".len()..];
    let mut parts = date
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(str::parse::<u32>);
    let (day, month, year) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    Some((
        number,
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?,
    ))
}

#[cfg(test)]
mod trouble;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cited_proposal_gives_number_and_day_in_both_forms() {
        let day = NaiveDate::from_ymd_opt(2023, 3, 20).expect("a day");
        for text in [
            "tại Tờ trình số 92/TTr-VP ngày 20/3/2023.",
            "tại Tờ trình số 92/TTr-VP ngày 20 tháng 3 năm 2023.",
        ] {
            assert_eq!(citation(text), Some((92, day)));
        }
    }
}
