//! The year of a decision, act by act, as its people would do it.

mod follow_up;
mod paper;
mod receive;
#[cfg(test)]
mod trouble;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Utc};
use trinhky_calendar::Calendar;
use trinhky_drafting::Draft;
use uuid::Uuid;

use self::follow_up::{close, report};
use self::paper::{sign_and_issue, up_to_the_chairman};
use self::receive::receive;
use super::stage::Stage;
use super::story::Teller;
use crate::app::App;
use crate::documents::{find, numbers};
use crate::fault::{Fault, Outcome};
use crate::objectives::find as objectives_find;
use crate::people::{import, sign_in};
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
    for (code, report) in objectives_find::consolidated_reports(db, decision).await? {
        documents.push((
            find::document(db, report).await?,
            format!("bao-cao-{code}.pdf"),
        ));
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
