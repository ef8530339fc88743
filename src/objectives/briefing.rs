//! The Chairman's one-page briefing: what a period or the year came to, beside last year's, as words for the typesetter.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use trinhky_calendar::vn_date;
use trinhky_typeset::{BriefIndicator, Briefing};
use uuid::Uuid;

use super::rows::report_period;
use super::sums::{self, Cause, IndicatorResult, Results};
use super::verdict::{Sum, Target, Verdict};
use super::{corrective, evaluate, find, last_year};
use crate::app::App;
use crate::documents::Document;
use crate::fault::{Fault, Outcome};
use crate::people::{Unit, find as people_find};

/// Lines of a list; what is over is counted, so that the page stays one.
const MOST_LINES: usize = 3;
/// Units named in a list.
const MOST_NAMES: usize = 10;
/// Longest line, in characters.
const LONGEST_LINE: usize = 100;

/// The briefing on a period, or with no code on the year.
///
/// # Errors
/// [`Fault::NotFound`] where there is no such period or the decision sets no objectives; what the database reports.
pub async fn of(app: &App, decision: &Document, code: Option<&str>) -> Outcome<Briefing> {
    let (db, on) = (app.store.reader(), app.today());
    let periods: Vec<report_period::Model> = find::periods(db, decision.row.id)
        .await?
        .into_iter()
        .filter(|period| code.is_none_or(|code| period.code == code))
        .collect();
    let Some(first) = periods.first() else {
        return Err(Fault::NotFound);
    };
    let results = match code {
        Some(_) => {
            let named = (first.code.as_str(), first.name.as_str());
            sums::results(db, decision.row.id, named, &periods, on).await?
        }
        None => evaluate::year(db, decision, on).await?,
    };
    let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
    let organisation = people_find::unit(db, decision.row.org_id, on).await?;
    let before = last_year::sums(db, decision).await?;
    let mut columns = vec!["Kết quả".to_owned()];
    if !before.is_empty() {
        columns.push("Năm trước".to_owned());
    }
    Ok(Briefing {
        agency: organisation.header.join(" "),
        title: format!("Kết quả thực hiện mục tiêu {}", results.name),
        subtitle: format!("{}; số liệu đến {}", trinhky_drafting::upper_first(&decision.title()), vn_date(on)),
        headlines: headlines(&results),
        indicators: results
            .indicators
            .iter()
            .map(|indicator| brief(indicator, &before))
            .collect(),
        columns,
        sections: vec![
            ("Chưa báo cáo".to_owned(), named(&results.missing)),
            ("Báo cáo muộn".to_owned(), named(&late(&results))),
            ("Nguyên nhân chưa đạt".to_owned(), causes(db, &ids, &results, on).await?),
            ("Biện pháp khắc phục đang thực hiện".to_owned(), actions(db, decision, &results).await?),
        ],
        foot: "Tổng tử số và mẫu số của các báo cáo đã duyệt; đơn vị chưa báo cáo không được tính là đạt hay bằng 0."
            .to_owned(),
    })
}

fn headlines(results: &Results) -> Vec<(String, String)> {
    let count = |verdict| results.count(verdict);
    let objectives = results
        .objectives
        .iter()
        .filter(|objective| objective.verdict == Verdict::Met)
        .count();
    vec![
        (
            format!("{}/{}", count(Verdict::Met), results.indicators.len()),
            "chỉ tiêu đạt".to_owned(),
        ),
        (
            format!("{objectives}/{}", results.objectives.len()),
            "mục tiêu đạt".to_owned(),
        ),
        (
            count(Verdict::NotMet).to_string(),
            "chỉ tiêu không đạt".to_owned(),
        ),
        (
            format!("{}/{}", results.reported, results.asked),
            "báo cáo đã nhận".to_owned(),
        ),
    ]
}

fn brief(result: &IndicatorResult, before: &BTreeMap<String, (Sum, Target)>) -> BriefIndicator {
    let mut results = vec![result.sum.shown(&result.target)];
    if !before.is_empty() {
        let then = before.get(last_year::key(&result.code));
        results.push(then.map_or_else(|| "–".to_owned(), |(sum, target)| sum.shown(target)));
    }
    BriefIndicator {
        label: result.label.clone(),
        name: result.name.clone(),
        target: result.target.shown(),
        results,
        verdict: result.verdict.vi().to_owned(),
        met: match result.verdict {
            Verdict::Met => Some(true),
            Verdict::NotMet => Some(false),
            Verdict::NotApplicable | Verdict::InProgress => None,
        },
        bar: bar(result),
    }
}

/// Target and result in thousandths; none for counts and where nothing arose.
fn bar(result: &IndicatorResult) -> Option<(u32, u32)> {
    let share = |numerator: i64, denominator: i64| {
        let thousandths = numerator.checked_mul(1000)?.checked_div(denominator)?;
        u32::try_from(thousandths.min(1000)).ok()
    };
    if result.target.is_count {
        return None;
    }
    Some((
        share(result.target.numerator, result.target.denominator)?,
        share(result.sum.numerator, result.sum.denominator)?,
    ))
}

fn late(results: &Results) -> Vec<String> {
    results
        .late
        .iter()
        .map(|late| match late.days {
            0 => format!("{} (trong ngày đến hạn)", late.unit),
            days => format!("{} ({days} ngày làm việc)", late.unit),
        })
        .collect()
}

/// What units wrote about the indicators that the whole missed.
async fn causes(
    db: &impl ConnectionTrait,
    periods: &[Uuid],
    results: &Results,
    on: chrono::NaiveDate,
) -> Outcome<Vec<String>> {
    let missed: BTreeMap<Uuid, &str> = results
        .indicators
        .iter()
        .filter(|result| result.verdict == Verdict::NotMet)
        .map(|result| (result.indicator, result.label.as_str()))
        .collect();
    let causes: Vec<Cause> = sums::causes(db, periods)
        .await?
        .into_iter()
        .filter(|cause| missed.contains_key(&cause.indicator_id))
        .collect();
    let ids: Vec<Uuid> = causes.iter().map(|cause| cause.unit_id).collect();
    let units = people_find::units(db, &ids, on).await?;
    let line = |cause: &Cause| {
        format!(
            "{}. {}: {}; {}",
            missed[&cause.indicator_id],
            units.get(&cause.unit_id).map_or("", Unit::called),
            cause.cause,
            cause.measure
        )
    };
    Ok(shortened(causes.iter().map(line).collect()))
}

async fn actions(
    db: &impl ConnectionTrait,
    decision: &Document,
    results: &Results,
) -> Outcome<Vec<String>> {
    let label = |id: Uuid| {
        results
            .indicators
            .iter()
            .find(|result| result.indicator == id)
            .map_or("", |result| result.label.as_str())
    };
    let lines = find::corrective_actions(db, decision.row.id)
        .await?
        .iter()
        .filter(|action| action.state != corrective::state::CLOSED)
        .map(|action| {
            let due = action
                .due_on
                .map(|due| format!(", hạn {}", vn_date(due)))
                .unwrap_or_default();
            format!(
                "{}. {} ({}{due})",
                label(action.indicator_id),
                action.action,
                action.owner
            )
        })
        .collect();
    Ok(shortened(lines))
}

/// The first names in one line, and how many are left out.
fn named(names: &[String]) -> Vec<String> {
    let mut line = names
        .iter()
        .take(MOST_NAMES)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    let over = names.len().saturating_sub(MOST_NAMES);
    if over > 0 {
        line.push_str(&format!("; và {over} báo cáo khác"));
    }
    if line.is_empty() {
        Vec::new()
    } else {
        vec![line]
    }
}

/// As many lines as the page has room for, none too long; what is left out is counted.
fn shortened(lines: Vec<String>) -> Vec<String> {
    let over = lines.len().saturating_sub(MOST_LINES);
    let mut kept: Vec<String> = lines
        .into_iter()
        .take(MOST_LINES)
        .map(|line| {
            if line.chars().count() <= LONGEST_LINE {
                return line;
            }
            let cut: String = line.chars().take(LONGEST_LINE).collect();
            format!("{}…", cut.trim_end())
        })
        .collect();
    if over > 0 {
        kept.push(format!("và {over} nội dung khác"));
    }
    kept
}
