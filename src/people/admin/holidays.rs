//! The days off and the worked weekends of a year, each with its source; a change is an act of its own.

use axum::Form as Body;
use axum::extract::Query;
use axum::response::Response;
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter,
};
use serde::Deserialize;
use serde_json::json;
use trinhky_calendar::{Calendar, DayKind, Entry as DayEntry, EntryKind, at, vn_date};
use uuid::Uuid;

use super::{administered, frame};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::flow_task;
use crate::people::rows::org_calendar;
use crate::people::session::{Session, done, failed, field_error};
use crate::people::{find, may};
use crate::web::format::{read_date, weekday_date};
use crate::web::page::Link;
use crate::web::views::admin::{HolidayRow, Holidays};
use crate::web::{Form, Lang, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/ngay-nghi";
/// Years before and after the present one that the page offers.
const YEARS_AROUND: i32 = 2;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The year; this one by default.
    nam: Option<i32>,
}

/// `GET /quan-tri/ngay-nghi`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn holidays(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let year = asked
        .nam
        .filter(|year| (1990..=2100).contains(year))
        .unwrap_or(session.today().year());
    let view = view(&session, year, Form::new(ADDRESS, "", ""))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/ngay-nghi`: `do` is `off`, `worked`, or `normal` to take a slip back.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn change_holiday(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match change(&session, &form).await {
        Ok(Changed { date, falls }) => {
            let (day, year) = (vn_date(date), date.year());
            let flash = match session.lang {
                Lang::Vi => format!(
                    "Đã ghi ngày {day}. {falls} việc đang mở có hạn trong ngày này; hạn đã tính giữ nguyên."
                ),
                Lang::En => format!(
                    "{day} is recorded. {falls} open tasks are due on this day; deadlines already set stay."
                ),
            };
            Ok(done(&format!("{ADDRESS}?nam={year}"), &flash))
        }
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            let sentence = session.lang.say(&refusal.vi, &refusal.en);
            form.refuse(refusal.field.as_deref().unwrap_or("date"), sentence);
            let year =
                read_date(form.value("date")).map_or(session.today().year(), |date| date.year());
            let view = view(&session, year, form)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn view(session: &Session, year: i32, form: Form) -> Outcome<Holidays> {
    let lang = session.lang;
    let calendar = find::calendar(session.app.store.reader(), administered(session)?).await?;
    let this = session.today().year();
    let title = match lang {
        Lang::Vi => format!("Ngày nghỉ, ngày làm bù năm {year}"),
        Lang::En => format!("Days off and worked weekends of {year}"),
    };
    let mut sources = calendar.sources(year).to_vec();
    sources.extend(calendar.notes(year).iter().map(|note| {
        format!(
            "{} ({})",
            lang.say(&note.message_vi, &note.message),
            note.source
        )
    }));
    Ok(Holidays {
        page: frame(session, &title),
        years: (this - YEARS_AROUND..=this + YEARS_AROUND)
            .map(|year| Link::new(&format!("{ADDRESS}?nam={year}"), &year.to_string()))
            .collect(),
        sources,
        provisional: calendar.is_provisional(year),
        rows: calendar
            .special_days(year)
            .into_iter()
            .map(|day| HolidayRow {
                date: weekday_date(day.date, lang),
                kind: kind(day.kind, lang),
                reason: lang.say(&day.reason_vi, &day.reason),
                source: day.source,
            })
            .collect(),
        form: Some(form),
    })
}

fn kind(kind: DayKind, lang: Lang) -> String {
    let (vi, en) = match kind {
        DayKind::Working => ("Ngày làm việc", "Working day"),
        DayKind::WorkedWeekend => ("Làm bù", "Worked weekend"),
        DayKind::WeeklyRest => ("Nghỉ hằng tuần", "Weekly rest"),
        DayKind::Holiday => ("Nghỉ lễ, tết", "Public holiday"),
        DayKind::MakeUp => ("Nghỉ bù", "Off in place of a weekend holiday"),
        DayKind::SwappedOff => ("Nghỉ hoán đổi", "Off in exchange"),
        DayKind::OtherOff => ("Nghỉ theo quyết định", "Off by decision"),
    };
    lang.say(vi, en)
}

/// What a change did.
struct Changed {
    date: NaiveDate,
    /// Open tasks whose deadline falls on the day.
    falls: u64,
}

/// A change as it is asked for.
struct Wanted {
    org_id: Uuid,
    date: NaiveDate,
    /// None: what was written of the day is taken away.
    entry: Option<DayEntry>,
    reason: String,
    source: String,
}

async fn change(session: &Session, form: &Form) -> Outcome<Changed> {
    let org_id = session.journalled(administered(session)).await?;
    let wanted = wanted(org_id, form)?;
    let date = wanted.date;
    session
        .app
        .act(&session.actor, wanted, |cx, wanted| {
            Box::pin(write(cx, wanted))
        })
        .await?;
    Ok(Changed {
        date,
        falls: due_on(session.app.store.reader(), org_id, date).await?,
    })
}

fn wanted(org_id: Uuid, form: &Form) -> Outcome<Wanted> {
    let date = read_date(form.value("date")).ok_or_else(|| {
        Fault::invalid(
            "date",
            "Ghi ngày dạng ngày/tháng/năm, ví dụ 24/03/2023.",
            "Enter the date as day/month/year.",
        )
    })?;
    let text = |field: &str, vi: &str, en: &str| match form.value(field).trim() {
        "" => Err(Fault::invalid(field, vi, en)),
        text => Ok(text.to_owned()),
    };
    let weekend = [chrono::Weekday::Sat, chrono::Weekday::Sun].contains(&date.weekday());
    let kind = match form.value("do") {
        "worked" if !weekend => {
            return Err(Fault::invalid(
                "date",
                "Ngày làm bù phải là thứ Bảy hoặc Chủ nhật.",
                "A worked weekend must be a Saturday or Sunday.",
            ));
        }
        "worked" => Some(EntryKind::Worked),
        "normal" => None,
        _ => Some(EntryKind::OtherOff),
    };
    let reason = text("reason", "Ghi lý do.", "Enter the reason.")?;
    let source = text(
        "source",
        "Ghi số, ngày của thông báo hoặc quyết định.",
        "Enter number and date of the notice or decision.",
    )?;
    // A reason is written once; both languages show it as it was written.
    Ok(Wanted {
        org_id,
        date,
        entry: kind.map(|kind| DayEntry {
            kind,
            reason: reason.clone(),
            reason_vi: reason.clone(),
            source: source.clone(),
        }),
        reason,
        source,
    })
}

async fn write(cx: crate::app::Cx<'_>, wanted: &Wanted) -> Outcome<()> {
    if !may::administer(cx.actor, wanted.org_id) {
        return Err(super::only_administrators());
    }
    let mut calendar: Calendar = find::calendar(cx.tx, wanted.org_id).await?;
    if calendar.written_entry(wanted.date) == wanted.entry.as_ref() {
        return Err(Fault::stale(
            "Ngày này đã được ghi như vậy.",
            "The day is recorded like this already.",
        ));
    }
    match &wanted.entry {
        Some(entry) => calendar.set_entry(wanted.date, entry.clone()),
        None => {
            calendar.remove_entry(wanted.date);
        }
    }
    let row = org_calendar::ActiveModel {
        org_id: Set(wanted.org_id),
        data: Set(serde_json::to_string(&calendar)?),
        updated_at: Set(cx.now),
    };
    org_calendar::Entity::insert(row)
        .on_conflict(
            OnConflict::column(org_calendar::Column::OrgId)
                .update_columns([org_calendar::Column::Data, org_calendar::Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(cx.tx)
        .await?;
    let what = match wanted.entry.as_ref().map(|entry| entry.kind) {
        Some(EntryKind::Worked) => "ngày làm bù",
        Some(_) => "ngày nghỉ",
        None => "ngày như thường, bỏ điều đã ghi",
    };
    let summary = format!(
        "Ghi {} là {what}: {} ({})",
        vn_date(wanted.date),
        wanted.reason,
        wanted.source
    );
    let entry = Entry::general("calendar.changed", summary)
        .data(json!({ "date": wanted.date, "entry": wanted.entry }));
    audit::append(cx.tx, wanted.org_id, cx.actor, cx.now, entry).await
}

/// How many open tasks are due on a day of office time.
async fn due_on(db: &impl ConnectionTrait, org_id: Uuid, date: NaiveDate) -> Outcome<u64> {
    let from = at(date, NaiveTime::MIN);
    Ok(flow_task::Entity::find()
        .filter(flow_task::Column::OrgId.eq(org_id))
        .filter(flow_task::Column::DueAt.gte(from))
        .filter(flow_task::Column::DueAt.lt(from + TimeDelta::days(1)))
        .count(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(date: &str, verb: &str, reason: &str, source: &str) -> Form {
        let mut form = Form::new(ADDRESS, "", "");
        for (name, value) in [
            ("date", date),
            ("do", verb),
            ("reason", reason),
            ("source", source),
        ] {
            form.set(name, value);
        }
        form
    }

    fn field(form: &Form) -> Option<String> {
        match wanted(Uuid::nil(), form) {
            Err(Fault::Refused(refusal)) => refusal.field,
            _ => None,
        }
    }

    #[test]
    fn a_day_is_changed_only_with_reason_and_source_and_only_weekends_are_worked() {
        assert_eq!(
            field(&form("31/2/2023", "off", "x", "y")).as_deref(),
            Some("date")
        );
        assert_eq!(
            field(&form("24/03/2023", "worked", "x", "y")).as_deref(),
            Some("date")
        );
        assert_eq!(
            field(&form("24/03/2023", "off", " ", "y")).as_deref(),
            Some("reason")
        );
        assert_eq!(
            field(&form("24/03/2023", "off", "x", "")).as_deref(),
            Some("source")
        );
        let found = wanted(
            Uuid::nil(),
            &form("25/03/2023", "worked", " Làm bù ", "TB 1"),
        )
        .ok();
        assert!(found.is_some_and(|found| {
            found
                .entry
                .is_some_and(|entry| entry.kind == EntryKind::Worked)
                && found.reason == "Làm bù"
        }));
    }
}
