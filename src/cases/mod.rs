//! Case files (Decree 30/2020 Chapter IV; Annex VI.III.4): documents of one matter under one code, put in by hand or by the
//! file's own rule, listed in the order of their days, kept for their time, closed, exported whole, handed to the archive.
//!
//! A document stands in as many files as it belongs to and is copied into none of them.

mod contents;
mod export;
pub mod pages;
pub mod rows;
mod xml;

use chrono::{Datelike as _, Months, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    PaginatorTrait as _, QueryFilter, QueryOrder, SqlErr,
};
use serde_json::json;
use trinhky_calendar::vn_date;
use uuid::Uuid;

pub use contents::{Contents, Item, by_rule, contents, holding, put, take_out};
pub use export::{pdf, xml};
use rows::case_file;

use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{doc_type, folded};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, Unit, find as people_find, may};
use crate::queue::{self, NewJob};
use crate::worker;

/// For how many years files are kept, as the archives' tables of periods know it; none is for ever.
pub const PERIODS: [Option<i32>; 9] = [
    None,
    Some(70),
    Some(50),
    Some(30),
    Some(20),
    Some(15),
    Some(10),
    Some(5),
    Some(2),
];
/// What is kept at least so many years goes to the agency's archive (Art. 31.2c).
const ARCHIVED_FROM: i32 = 5;
/// A file is handed over within a year of its end (Art. 30.2b).
const HAND_OVER: Months = Months::new(12);
/// So many days before that its keeper is told (Annex VI.III.5b).
const NOTICE_DAYS: u64 = 30;

/// Lengths in characters (Annex VI, part II: `FileNotation`, `Title`), the last our own.
const MAX_CODE: usize = 20;
const MAX_TITLE: usize = 500;
const MAX_WORDS: usize = 200;

/// What belongs into a file without anybody putting it there: issued by its unit or sent to it in the file's year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Codes of types; empty for all.
    pub doc_types: Vec<String>,
    /// Words of the subject, without regard to accents; empty for any.
    pub words: String,
}

impl Rule {
    /// The rule of a file; none where documents are put in by hand alone.
    ///
    /// # Errors
    /// Where the row cannot be read.
    pub fn of(row: &case_file::Model) -> Outcome<Option<Self>> {
        let rule = Self {
            doc_types: serde_json::from_str(&row.doc_types)?,
            words: row.words.clone(),
        };
        Ok((rule != Self::default()).then_some(rule))
    }

    /// Whether it takes a document of this type and subject.
    #[must_use]
    pub fn takes(&self, doc_type: &str, subject: &str) -> bool {
        let of_type = self.doc_types.is_empty() || self.doc_types.iter().any(|t| t == doc_type);
        of_type && folded(subject).contains(&folded(&self.words))
    }
}

/// What is typed about a file.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The unit that keeps it.
    pub owner_id: Uuid,
    /// Empty for the next one of the year.
    pub code: String,
    pub heading: String,
    pub title: String,
    pub years: Option<i32>,
    pub rule: Rule,
}

/// `Vĩnh viễn`, `10 năm`
#[must_use]
pub fn period(years: Option<i32>) -> String {
    years.map_or_else(|| "Vĩnh viễn".to_owned(), |years| format!("{years} năm"))
}

/// Opens a file of this year and puts in what its rule takes.
///
/// # Errors
/// A refusal at the field that is not right; when the actor keeps no files of that unit; what the database reports.
pub async fn open(app: &App, actor: &Actor, wanted: Wanted) -> Outcome<Uuid> {
    app.act(actor, wanted, |cx, wanted| {
        Box::pin(async move {
            let unit = people_find::unit(cx.tx, wanted.owner_id, cx.today()).await?;
            keeps(cx.actor, unit.org_id, unit.id)?;
            check(wanted)?;
            enter(cx, &unit, wanted).await
        })
    })
    .await
}

async fn enter(cx: Cx<'_>, unit: &Unit, wanted: &Wanted) -> Outcome<Uuid> {
    let year = cx.today().year();
    let code = if wanted.code.is_empty() {
        next_code(cx.tx, unit, year).await?
    } else {
        wanted.code.clone()
    };
    if of_code(cx.tx, unit.org_id, year, &code).await?.is_some() {
        return Err(Fault::invalid(
            "code",
            format!(
                "Năm {year} đã có hồ sơ mã {code}; ghi mã khác hoặc để trống để cấp mã kế tiếp."
            ),
            format!(
                "There is a file {code} of {year}; enter another code, or none for the next one."
            ),
        ));
    }
    let row = case_file::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(unit.org_id),
        owner_id: Set(unit.id),
        year: Set(year),
        code: Set(code),
        heading: Set(wanted.heading.clone()),
        title: Set(wanted.title.clone()),
        years: Set(wanted.years),
        doc_types: Set(serde_json::to_string(&wanted.rule.doc_types)?),
        words: Set(wanted.rule.words.clone()),
        opened_on: Set(cx.today()),
        made_at: Set(cx.now),
        made_by: Set(cx.actor.person_id.ok_or(Fault::NotFound)?),
        by_name: Set(cx.actor.name.clone()),
        closed_on: Set(None),
        hand_over_by: Set(None),
        handed_on: Set(None),
        handed_to: Set(String::new()),
    }
    .insert(cx.tx)
    .await
    .map_err(taken)?;
    let summary = format!("Mở hồ sơ {}: {}", row.code, row.title);
    journal(cx, &row, "case.opened", summary).await?;
    contents::fill(cx, &row).await?;
    Ok(row.id)
}

/// Somebody else was faster with the same code.
fn taken(error: DbErr) -> Fault {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Fault::invalid(
            "code",
            "Mã này vừa được dùng cho hồ sơ khác; mở lại lần nữa.",
            "This code was taken just now; try once more.",
        ),
        _ => error.into(),
    }
}

/// `07.VP`: numbers run through the whole list of the year.
async fn next_code(db: &impl ConnectionTrait, unit: &Unit, year: i32) -> Outcome<String> {
    let short = unit.short.split_whitespace().next().unwrap_or_default();
    let mut number = case_file::Entity::find()
        .filter(case_file::Column::OrgId.eq(unit.org_id))
        .filter(case_file::Column::Year.eq(year))
        .count(db)
        .await?;
    loop {
        number += 1;
        let code = format!("{number:02}.{short}");
        if of_code(db, unit.org_id, year, &code).await?.is_none() {
            return Ok(code);
        }
    }
}

async fn of_code(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    year: i32,
    code: &str,
) -> Outcome<Option<case_file::Model>> {
    Ok(case_file::Entity::find()
        .filter(case_file::Column::OrgId.eq(org_id))
        .filter(case_file::Column::Year.eq(year))
        .filter(case_file::Column::Code.eq(code))
        .one(db)
        .await?)
}

fn check(wanted: &Wanted) -> Outcome<()> {
    let long = |text: &str, most: usize| text.chars().count() > most;
    if wanted.title.is_empty() || long(&wanted.title, MAX_TITLE) {
        return Err(Fault::invalid(
            "title",
            format!("Ghi tiêu đề hồ sơ, tối đa {MAX_TITLE} ký tự."),
            format!("Enter the file's title, at most {MAX_TITLE} characters."),
        ));
    }
    for (field, text, most) in [
        ("code", &wanted.code, MAX_CODE),
        ("heading", &wanted.heading, MAX_WORDS),
        ("words", &wanted.rule.words, MAX_WORDS),
    ] {
        if long(text, most) {
            return Err(Fault::invalid(
                field,
                format!("Ghi tối đa {most} ký tự."),
                format!("At most {most} characters."),
            ));
        }
    }
    if !PERIODS.contains(&wanted.years) {
        return Err(Fault::invalid(
            "years",
            "Chọn thời hạn bảo quản trong danh sách.",
            "Choose a period of the list.",
        ));
    }
    for code in &wanted.rule.doc_types {
        doc_type(code).map_err(|_| {
            Fault::invalid(
                "doc_types",
                "Chọn loại văn bản trong danh sách.",
                "Choose types of the list.",
            )
        })?;
    }
    Ok(())
}

/// Changes what is said about an open file, and puts in what its rule takes now; its code and unit stay.
///
/// # Errors
/// As [`open`], or when it is closed.
pub async fn revise(app: &App, actor: &Actor, id: Uuid, wanted: Wanted) -> Outcome<()> {
    app.act(actor, (id, wanted), |cx, (id, wanted)| {
        Box::pin(async move {
            let row = kept_open(cx, *id).await?;
            check(wanted)?;
            let mut changed: case_file::ActiveModel = row.into();
            changed.heading = Set(wanted.heading.clone());
            changed.title = Set(wanted.title.clone());
            changed.years = Set(wanted.years);
            changed.doc_types = Set(serde_json::to_string(&wanted.rule.doc_types)?);
            changed.words = Set(wanted.rule.words.clone());
            let row = changed.update(cx.tx).await?;
            let summary = format!(
                "Sửa hồ sơ {}: {}, bảo quản {}",
                row.code,
                row.title,
                period(row.years)
            );
            journal(cx, &row, "case.revised", summary).await?;
            contents::fill(cx, &row).await
        })
    })
    .await
}

/// Ends the work on a file: nothing is put in or taken out any more. What is kept five years or longer is to be handed to the
/// archive within a year; thirty days before that its keeper is told.
///
/// # Errors
/// When it is empty or closed already, the actor does not keep it; what the database reports.
pub async fn close(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    app.act(actor, id, |cx, id| {
        Box::pin(async move {
            let row = kept_open(cx, *id).await?;
            if contents::count(cx.tx, row.id).await? == 0 {
                return Err(Fault::stale(
                    "Hồ sơ chưa có văn bản nào; đưa văn bản vào rồi kết thúc.",
                    "The file holds no document yet; put some in, then close it.",
                ));
            }
            let goes = row.years.is_none_or(|years| years >= ARCHIVED_FROM);
            let by = goes.then(|| cx.today() + HAND_OVER);
            let mut closed: case_file::ActiveModel = row.into();
            closed.closed_on = Set(Some(cx.today()));
            closed.hand_over_by = Set(by);
            let row = closed.update(cx.tx).await?;
            let until = by.map_or_else(
                || "không phải nộp lưu".to_owned(),
                |day| format!("nộp lưu chậm nhất {}", vn_date(day)),
            );
            let summary = format!("Kết thúc hồ sơ {}; {until}", row.code);
            journal(cx, &row, "case.closed", summary).await?;
            match by {
                Some(by) => follow(cx, &row, by).await,
                None => Ok(()),
            }
        })
    })
    .await
}

/// Has the keeper told when the day comes near.
async fn follow(cx: Cx<'_>, row: &case_file::Model, by: NaiveDate) -> Outcome<()> {
    let calendar = people_find::calendar(cx.tx, row.org_id).await?;
    let day = by - chrono::Days::new(NOTICE_DAYS);
    let job = NewJob {
        key: format!("case_due:{}", row.id),
        name: worker::CASE_DUE,
        payload: json!({ "case": row.id }),
        run_at: calendar.office_open(day),
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// Says that a closed file went to the archive, when and to whom.
///
/// # Errors
/// A refusal at the field that is not right; when it is open or handed over already; what the database reports.
pub async fn hand_over(
    app: &App,
    actor: &Actor,
    id: Uuid,
    on: NaiveDate,
    to: String,
) -> Outcome<()> {
    app.act(actor, (id, on, to), |cx, (id, on, to)| {
        Box::pin(async move {
            let row = kept(cx, *id).await?;
            let closed = row.closed_on.filter(|_| row.handed_on.is_none());
            let Some(closed) = closed else {
                return Err(Fault::stale(
                    "Chỉ nộp lưu hồ sơ đã kết thúc và chưa nộp.",
                    "Only a file that is closed and not handed over yet goes to the archive.",
                ));
            };
            if *on < closed || *on > cx.today() {
                return Err(Fault::invalid(
                    "date",
                    "Ngày nộp lưu từ ngày kết thúc hồ sơ đến hôm nay.",
                    "A day from the file's end until today.",
                ));
            }
            if to.is_empty() || to.chars().count() > MAX_WORDS {
                return Err(Fault::invalid(
                    "to",
                    "Ghi nơi nhận lưu, tối đa 200 ký tự.",
                    "Enter who received it, at most 200 characters.",
                ));
            }
            let mut handed: case_file::ActiveModel = row.into();
            handed.handed_on = Set(Some(*on));
            handed.handed_to = Set(to.clone());
            let row = handed.update(cx.tx).await?;
            let summary = format!("Nộp lưu hồ sơ {} ngày {}: {to}", row.code, vn_date(*on));
            journal(cx, &row, "case.handed_over", summary).await
        })
    })
    .await
}

/// Opens last year's files of a unit anew, with their codes, titles, periods and rules; those whose code this year has are
/// left out. Says how many.
///
/// # Errors
/// When the actor keeps no files of the unit; what the database reports.
pub async fn carry_over(app: &App, actor: &Actor, owner_id: Uuid) -> Outcome<usize> {
    app.act(actor, owner_id, |cx, owner_id| {
        Box::pin(async move {
            let unit = people_find::unit(cx.tx, *owner_id, cx.today()).await?;
            keeps(cx.actor, unit.org_id, unit.id)?;
            let year = cx.today().year();
            let last = case_file::Entity::find()
                .filter(case_file::Column::OwnerId.eq(unit.id))
                .filter(case_file::Column::Year.eq(year - 1))
                .order_by_asc(case_file::Column::Code)
                .all(cx.tx)
                .await?;
            let mut count = 0;
            for row in last {
                if of_code(cx.tx, row.org_id, year, &row.code).await?.is_some() {
                    continue;
                }
                let wanted = Wanted {
                    owner_id: unit.id,
                    rule: Rule::of(&row)?.unwrap_or_default(),
                    code: row.code,
                    heading: row.heading,
                    // `… năm 2025` is this year's.
                    title: row
                        .title
                        .replace(&(year - 1).to_string(), &year.to_string()),
                    years: row.years,
                };
                enter(cx, &unit, &wanted).await?;
                count += 1;
            }
            Ok(count)
        })
    })
    .await
}

fn keeps(actor: &Actor, org_id: Uuid, owner_id: Uuid) -> Outcome<()> {
    if may::keep_case_files(actor, org_id, owner_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Chỉ người của đơn vị lập hồ sơ, văn thư cơ quan và Chánh Văn phòng lập hồ sơ này.",
        "Only the unit's own people, the agency's clerk and the Office chief keep this file.",
    ))
}

/// A file that the actor keeps.
async fn kept(cx: Cx<'_>, id: Uuid) -> Outcome<case_file::Model> {
    let row = readable(cx.tx, cx.actor, id).await?;
    keeps(cx.actor, row.org_id, row.owner_id)?;
    Ok(row)
}

async fn kept_open(cx: Cx<'_>, id: Uuid) -> Outcome<case_file::Model> {
    let row = kept(cx, id).await?;
    if row.closed_on.is_none() {
        return Ok(row);
    }
    Err(Fault::stale(
        "Hồ sơ đã kết thúc, không thay đổi nữa.",
        "The file is closed and does not change any more.",
    ))
}

/// A file that the actor may read: its keepers and the leaders of the agency.
///
/// # Errors
/// [`Fault::NotFound`] also where he may not know that it exists.
pub async fn readable(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: Uuid,
) -> Outcome<case_file::Model> {
    case_file::Entity::find_by_id(id)
        .one(db)
        .await?
        .filter(|row| may::read_case_files(actor, row.org_id, row.owner_id))
        .ok_or(Fault::NotFound)
}

/// The files of a year that the actor may read, by heading and code.
///
/// # Errors
/// What the database reports.
pub async fn of_year(
    db: &impl ConnectionTrait,
    actor: &Actor,
    year: i32,
) -> Outcome<Vec<case_file::Model>> {
    let mut rows = case_file::Entity::find()
        .filter(case_file::Column::OrgId.is_in(actor.org_ids()))
        .filter(case_file::Column::Year.eq(year))
        .order_by_asc(case_file::Column::Heading)
        .order_by_asc(case_file::Column::Code)
        .all(db)
        .await?;
    rows.retain(|row| may::read_case_files(actor, row.org_id, row.owner_id));
    Ok(rows)
}

/// The units whose files the actor may open: the organisation first where he keeps all of them.
///
/// # Errors
/// What the database reports.
pub async fn units_kept(
    db: &impl ConnectionTrait,
    actor: &Actor,
    on: NaiveDate,
) -> Outcome<Vec<Unit>> {
    let units = people_find::all_units(db, on).await?;
    let mut kept: Vec<Unit> = units
        .into_values()
        .filter(|unit| may::keep_case_files(actor, unit.org_id, unit.id))
        .collect();
    kept.sort_by_key(|unit| (unit.id != unit.org_id, unit.name.clone()));
    Ok(kept)
}

async fn journal(
    cx: Cx<'_>,
    row: &case_file::Model,
    act: &'static str,
    summary: String,
) -> Outcome<()> {
    let entry = Entry::general(act, summary)
        .unit(row.owner_id)
        .data(json!({ "case": row.id }));
    audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_takes_types_and_words_without_regard_to_accents() {
        let rule = Rule {
            doc_types: vec!["QD".to_owned()],
            words: "muc tieu chat luong".to_owned(),
        };
        assert!(rule.takes("QD", "Ban hành Mục tiêu chất lượng năm 2023"));
        assert!(!rule.takes("BC", "Kết quả Mục tiêu chất lượng năm 2023"));
        assert!(!rule.takes("QD", "Về việc nâng bậc lương"));
        let any_type = Rule {
            doc_types: Vec::new(),
            ..rule
        };
        assert!(any_type.takes("BC", "Kết quả Mục tiêu chất lượng năm 2023"));
    }
}
