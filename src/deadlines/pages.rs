//! The days off and the worked weekends of a year, each with its source; before a change is saved, what it moves.

use std::collections::BTreeMap;

use axum::Form as Body;
use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Datelike as _, Utc};
use serde::Deserialize;
use trinhky_calendar::{DayKind, Entry as DayEntry, EntryKind};

use super::{Answer, Edit, Moved, Outlook, change};
use crate::fault::{Fault, Outcome};
use crate::people::admin::{administered, frame};
use crate::people::find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::{date_time, read_date, weekday_date};
use crate::web::page::Link;
use crate::web::views::admin::{HolidayRow, Holidays};
use crate::web::views::sheet::{Act, Entry, Field, Part, Sheet, Table};
use crate::web::{Form, Lang, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/ngay-nghi";
/// Years before and after the present one that the page offers.
const YEARS_AROUND: i32 = 2;
/// Lines of moved deadlines that a page shows, and names in one line; of more it says how many they are.
const LINES: usize = 60;
const NAMES: usize = 6;
/// Where the mark of what was shown travels along.
const MARK: &str = "mark";

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
    let year = asked.nam.filter(known).unwrap_or(session.today().year());
    let view = view(&session, year, Form::new(ADDRESS, "", ""))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/ngay-nghi`: `do` is `off`, `worked`, `normal` to take a slip back, or `announce` for a year's notice.
///
/// What moves open deadlines is shown first; the same form with the mark of what was shown saves it.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn change_holiday(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    let changed = async {
        let org_id = session.journalled(administered(&session)).await?;
        let edit = wanted(&form)?;
        let year = edit.year();
        let mark = form.value(MARK).to_owned();
        let answer = change(&session.app, &session.actor, org_id, edit, mark).await?;
        Ok((year, answer))
    };
    match changed.await {
        Ok((year, Answer::Changed(moved))) => {
            let flash = session.lang.say(
                &format!("Đã ghi lịch. {moved} thời hạn đang mở đã được dời."),
                &format!("The calendar is saved. {moved} open deadlines were moved."),
            );
            Ok(done(&format!("{ADDRESS}?nam={year}"), &flash))
        }
        Ok((year, Answer::LookFirst(outlook))) => {
            Ok(html(&preview(&session, year, form, &outlook)))
        }
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            let sentence = session.lang.say(&refusal.vi, &refusal.en);
            form.refuse(refusal.field.as_deref().unwrap_or("date"), sentence);
            let year = read_date(form.value("date"))
                .map(|date| date.year())
                .or_else(|| form.value("year").parse().ok())
                .unwrap_or(session.today().year());
            let view = view(&session, year, form)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&view)))
        }
    }
}

/// What a change moves, and the button that means it.
fn preview(session: &Session, year: i32, mut form: Form, outlook: &Outlook) -> Sheet {
    let lang = session.lang;
    let count = outlook.moved.len();
    form.set(MARK, outlook.mark());
    let asked = form.value("do").to_owned();
    let lines = lines(&outlook.moved, lang);
    let (shown, more) = (lines.len().min(LINES), lines.len().saturating_sub(LINES));
    let mut parts = vec![
        Part::Text(lang.say(
            &format!("Chưa ghi gì. Ghi lịch này thì {count} thời hạn đang mở được dời; nhắc việc dời theo. Hạn đã qua giữ nguyên."),
            &format!("Nothing is saved yet. With this calendar {count} open deadlines move, their reminders with them. Those that are past stay."),
        )),
        Part::Table(Table {
            head: [
                ("Văn bản", "Document"),
                ("Việc", "What"),
                ("Của ai", "Whose"),
                ("Hạn cũ", "Old deadline"),
                ("Hạn mới", "New deadline"),
            ]
            .map(|(vi, en)| lang.say(vi, en))
            .to_vec(),
            rows: lines.into_iter().take(shown).collect(),
        }),
    ];
    if more > 0 {
        parts.push(Part::Text(lang.say(
            &format!("Và {more} dòng nữa."),
            &format!("And {more} more lines."),
        )));
    }
    let hidden = ["date", "year", "reason", "source", MARK];
    parts.push(Part::Form(Entry {
        form,
        fields: hidden.into_iter().map(Field::hidden).collect(),
        acts: vec![
            Act::main(
                lang.say(
                    &format!("Ghi lịch và dời {count} thời hạn"),
                    &format!("Save and move {count} deadlines"),
                ),
                lang.say(
                    "Lịch và các thời hạn đổi cùng lúc; nhật ký ghi từng văn bản.",
                    "Calendar and deadlines change at once; the journal tells it of each document.",
                ),
            )
            .valued(&asked),
        ],
        upload: false,
    }));
    let mut page = frame(
        session,
        &lang.say(
            &format!("Lịch mới dời {count} thời hạn"),
            &format!("The new calendar moves {count} deadlines"),
        ),
    );
    page.crumbs = vec![Link::new(
        &format!("{ADDRESS}?nam={year}"),
        &lang.say("Ngày nghỉ, ngày làm bù", "Days off and worked weekends"),
    )];
    Sheet { page, parts }
}

/// Deadlines that move alike stand in one line with the names of all whose they are.
fn lines(moved: &[Moved], lang: Lang) -> Vec<Vec<String>> {
    type Alike<'a> = (DateTime<Utc>, &'a str, &'a str, DateTime<Utc>);
    let mut alike: BTreeMap<Alike<'_>, Vec<&str>> = BTreeMap::new();
    for one in moved {
        alike
            .entry((one.before, &one.title, &one.what, one.after))
            .or_default()
            .push(&one.whose);
    }
    alike
        .into_iter()
        .map(|((before, title, what, after), names)| {
            let mut whose = names
                .iter()
                .take(NAMES)
                .copied()
                .collect::<Vec<_>>()
                .join(", ");
            if let more @ 1.. = names.len().saturating_sub(NAMES) {
                whose.push_str(&lang.say(
                    &format!(" và {more} nơi khác"),
                    &format!(" and {more} others"),
                ));
            }
            vec![
                title.to_owned(),
                what.to_owned(),
                whose,
                date_time(before),
                date_time(after),
            ]
        })
        .collect()
}

/// Years of which a calendar is shown.
fn known(year: &i32) -> bool {
    (1990..=2100).contains(year)
}

fn unknown_year() -> Fault {
    Fault::invalid("year", "Chọn một năm.", "Choose a year.")
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
        year,
        rows: calendar
            .special_days(year)
            .into_iter()
            .map(|day| HolidayRow {
                date: weekday_date(day.date, lang),
                kind: if day.provisional {
                    format!(
                        "{} ({})",
                        kind(day.kind, lang),
                        lang.say("dự kiến", "provisional")
                    )
                } else {
                    kind(day.kind, lang)
                },
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

fn wanted(form: &Form) -> Outcome<Edit> {
    let text = |field: &str, vi: &str, en: &str| match form.value(field).trim() {
        "" => Err(Fault::invalid(field, vi, en)),
        text => Ok(text.to_owned()),
    };
    let source = |field: &str| {
        text(
            field,
            "Ghi số, ngày của thông báo hoặc quyết định.",
            "Enter number and date of the notice or decision.",
        )
    };
    if form.value("do") == "announce" {
        let year: Option<i32> = form.value("year").parse().ok();
        return Ok(Edit::Announce {
            year: year.filter(known).ok_or_else(unknown_year)?,
            source: source("notice")?,
        });
    }
    let date = read_date(form.value("date")).ok_or_else(|| {
        Fault::invalid(
            "date",
            "Ghi ngày dạng ngày/tháng/năm, ví dụ 24/03/2023.",
            "Enter the date as day/month/year.",
        )
    })?;
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
    let source = source("source")?;
    // A reason is written once; both languages show it as it was written.
    Ok(Edit::Day {
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
        match wanted(form) {
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
        let found = wanted(&form("25/03/2023", "worked", " Làm bù ", "TB 1"));
        assert!(matches!(
            found,
            Ok(Edit::Day { entry: Some(entry), reason, .. })
                if entry.kind == EntryKind::Worked && reason == "Làm bù"
        ));
    }
}
