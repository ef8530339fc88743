//! Every act of the organisation as it was recorded, newest first: per document, person, unit and day; and who looked at
//! what.

use std::collections::HashMap;

use axum::extract::Query;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait as _, Select,
};
use serde::Deserialize;
use trinhky_calendar::offset;
use uuid::Uuid;

use super::{administered, frame, in_address};
use crate::audit::rows::access_log;
use crate::audit::rows::journal::{Column, Entity, Model};
use crate::distribution::tracking::csv;
use crate::documents::rows::document;
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::rows::person;
use crate::people::session::{Session, failed};
use crate::web::format::{date_time, read_date};
use crate::web::views::admin::{Journal, JournalRow};
use crate::web::views::{Choice, Filter, Pager};
use crate::web::{Lang, WebError, html};

const ADDRESS: &str = "/quan-tri/nhat-ky";
const PAGE: usize = 100;
/// Most rows of one file.
const MAX_ROWS: u64 = 50_000;

/// Acts that belong together, by the beginnings of their words; none means all.
struct Group {
    word: &'static str,
    vi: &'static str,
    en: &'static str,
    acts: &'static [&'static str],
}

const GROUPS: [Group; 4] = [
    Group {
        word: "",
        vi: "Tất cả",
        en: "All",
        acts: &[""],
    },
    Group {
        word: "van-ban",
        vi: "Văn bản",
        en: "Documents",
        acts: &[
            "document.",
            "proposal.",
            "opinion",
            "content.",
            "form.",
            "question.",
            "number.",
        ],
    },
    Group {
        word: "quan-tri",
        vi: "Quản trị",
        en: "Administration",
        acts: &[
            "calendar.",
            "register.",
            "organisation.",
            "workflow.",
            "person.",
        ],
    },
    Group {
        word: "tu-choi",
        vi: "Bị từ chối vì không có quyền",
        en: "Refused for want of a right",
        acts: &["act.refused"],
    },
];

/// The word of the group that is no acts: who opened which document.
const SEEN: &str = "xem";

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    loc: String,
    /// One document's id.
    #[serde(default, rename = "van-ban")]
    document: String,
    /// One person's id.
    #[serde(default, rename = "nguoi")]
    person: String,
    /// One unit's id.
    #[serde(default, rename = "don-vi")]
    unit: String,
    /// One day, as people write it.
    #[serde(default, rename = "ngay")]
    day: String,
    /// The last entry of the page before.
    sau: Option<i64>,
    /// `csv` for a file.
    #[serde(default)]
    dang: String,
}

/// `GET /quan-tri/nhat-ky`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn journal(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let answer = async {
        if asked.dang == "csv" {
            file(&session, &asked).await
        } else {
            Ok(html(&view(&session, &asked).await?))
        }
    };
    answer.await.map_err(|fault| failed(fault, ADDRESS))
}

/// What the address asks for, read.
struct Wanted<'a> {
    org_id: Uuid,
    words: &'a str,
    document: Option<Uuid>,
    person: Option<Uuid>,
    unit: Option<Uuid>,
    /// From the day's first instant to the next day's.
    day: Option<(DateTime<Utc>, DateTime<Utc>)>,
    after: Option<i64>,
}

impl<'a> Wanted<'a> {
    fn read(org_id: Uuid, asked: &'a Asked) -> Outcome<Self> {
        let id = |text: &str| {
            let strange = |_| Fault::NotFound;
            (!text.is_empty())
                .then(|| text.parse::<Uuid>().map_err(strange))
                .transpose()
        };
        let day = match asked.day.trim() {
            "" => None,
            text => Some(read_date(text).ok_or_else(|| {
                Fault::invalid(
                    "ngay",
                    "Ghi ngày dạng ngày/tháng/năm.",
                    "Enter the date as day/month/year.",
                )
            })?),
        };
        Ok(Self {
            org_id,
            words: &asked.q,
            document: id(&asked.document)?,
            person: id(&asked.person)?,
            unit: id(&asked.unit)?,
            day: day.and_then(span),
            after: asked.sau,
        })
    }
}

/// A day in office time.
fn span(day: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let begins = |day: NaiveDate| {
        let at = day.and_time(NaiveTime::MIN).and_local_timezone(offset());
        Some(at.single()?.to_utc())
    };
    Some((begins(day)?, begins(day.checked_add_days(Days::new(1))?)?))
}

/// One line of the page and of the file.
struct Line {
    id: i64,
    row: JournalRow,
    act: String,
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Journal> {
    let (db, lang, org_id) = (
        session.app.store.reader(),
        session.lang,
        administered(session)?,
    );
    let wanted = Wanted::read(org_id, asked)?;
    let mut lines = lines(session, &wanted, &asked.loc, PAGE as u64 + 1).await?;
    let older = (lines.len() > PAGE).then(|| lines[PAGE - 1].id);
    lines.truncate(PAGE);
    let mut filters = Vec::new();
    for group in &GROUPS {
        filters.push(Filter {
            href: address(asked, group.word),
            text: lang.say(group.vi, group.en),
            count: usize::try_from(acts(&wanted, group).count(db).await?).ok(),
            current: asked.loc != SEEN && group.word == self::group(&asked.loc).word,
        });
    }
    filters.push(Filter {
        href: address(asked, SEEN),
        text: lang.say("Ai đã xem", "Who looked"),
        count: usize::try_from(seen(&wanted).count(db).await?).ok(),
        current: asked.loc == SEEN,
    });
    let here = address(asked, &asked.loc);
    let all = address(&Asked::default(), &asked.loc);
    Ok(Journal {
        page: frame(session, &lang.say("Nhật ký", "Journal")),
        query: asked.q.clone(),
        kept: [
            ("loc", &asked.loc),
            ("van-ban", &asked.document),
            ("nguoi", &asked.person),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .to_vec(),
        day: asked.day.clone(),
        unit: asked.unit.clone(),
        units: units(session, org_id).await?,
        narrowed: narrowed(db, &wanted).await?,
        all_href: all,
        filters,
        rows: lines.into_iter().map(|line| line.row).collect(),
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        csv_href: format!("{here}&dang=csv"),
    })
}

/// The organisation's own units, to choose one.
async fn units(session: &Session, org_id: Uuid) -> Outcome<Vec<Choice>> {
    let units = people_find::all_units(session.app.store.reader(), session.today()).await?;
    let mut units: Vec<Choice> = units
        .into_values()
        .filter(|unit| unit.org_id == org_id)
        .map(|unit| Choice {
            value: unit.id.to_string(),
            text: unit.name,
            hint: String::new(),
        })
        .collect();
    units.sort_by(|one, other| one.text.cmp(&other.text));
    Ok(units)
}

/// The names of the one document and the one person that the page is about.
async fn narrowed(db: &impl ConnectionTrait, wanted: &Wanted<'_>) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    if let Some(id) = wanted.document {
        let document = document::Entity::find_by_id(id).one(db).await?;
        let own = document.filter(|document| document.org_id == wanted.org_id);
        names.push(own.ok_or(Fault::NotFound)?.subject);
    }
    if let Some(id) = wanted.person {
        let person = person::Entity::find_by_id(id).one(db).await?;
        names.push(person.ok_or(Fault::NotFound)?.name);
    }
    Ok(names)
}

async fn lines(
    session: &Session,
    wanted: &Wanted<'_>,
    loc: &str,
    limit: u64,
) -> Outcome<Vec<Line>> {
    let db = session.app.store.reader();
    if loc == SEEN {
        let mut select = seen(wanted)
            .order_by_desc(access_log::Column::Id)
            .limit(limit);
        if let Some(after) = wanted.after {
            select = select.filter(access_log::Column::Id.lt(after));
        }
        let rows = select.all(db).await?;
        let subjects = subjects(db, &rows).await?;
        return Ok(rows
            .into_iter()
            .map(|row| looked(session.lang, row, &subjects))
            .collect());
    }
    let mut select = acts(wanted, group(loc))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(after) = wanted.after {
        select = select.filter(Column::Id.lt(after));
    }
    Ok(select.all(db).await?.into_iter().map(acted).collect())
}

/// What the documents that were opened are about.
async fn subjects(
    db: &impl ConnectionTrait,
    rows: &[access_log::Model],
) -> Outcome<HashMap<Uuid, String>> {
    let mut ids: Vec<Uuid> = rows.iter().filter_map(|row| row.document_id).collect();
    ids.sort();
    ids.dedup();
    let mut subjects = HashMap::new();
    for ids in ids.chunks(500) {
        let found = document::Entity::find()
            .filter(document::Column::Id.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        subjects.extend(found.into_iter().map(|row| (row.id, row.subject)));
    }
    Ok(subjects)
}

fn acted(row: Model) -> Line {
    Line {
        id: row.id,
        row: JournalRow {
            at: date_time(row.at),
            who: who(&row),
            who_href: row.actor_id.map(|id| format!("{ADDRESS}?nguoi={id}")),
            what: row.summary,
            what_href: row.document_id.map(|id| format!("{ADDRESS}?van-ban={id}")),
            journal_no: row.id.to_string(),
        },
        act: row.act,
    }
}

fn looked(lang: Lang, row: access_log::Model, subjects: &HashMap<Uuid, String>) -> Line {
    let subject = row.document_id.and_then(|id| subjects.get(&id));
    let subject = subject.map_or("", String::as_str);
    let what = match row.what.as_str() {
        "page" => lang.say("Mở trang văn bản", "Opened the page"),
        "pdf" => lang.say("Mở tệp PDF", "Opened the PDF"),
        _ => lang.say("Mở văn bản gửi đến", "Opened the delivery"),
    };
    Line {
        id: row.id,
        row: JournalRow {
            at: date_time(row.at),
            who: row.person_name,
            who_href: row
                .person_id
                .map(|id| format!("{ADDRESS}?loc={SEEN}&nguoi={id}")),
            what: format!("{what}: {subject}"),
            what_href: row
                .document_id
                .map(|id| format!("{ADDRESS}?loc={SEEN}&van-ban={id}")),
            journal_no: row.id.to_string(),
        },
        act: row.what,
    }
}

fn who(row: &Model) -> String {
    if row.capacity.is_empty() {
        row.actor_name.clone()
    } else {
        format!("{}, {}", row.actor_name, row.capacity)
    }
}

fn group(word: &str) -> &'static Group {
    GROUPS
        .iter()
        .find(|group| group.word == word)
        .unwrap_or(&GROUPS[0])
}

/// The page with the same wishes and another group.
fn address(asked: &Asked, group: &str) -> String {
    let mut address = format!("{ADDRESS}?q={}&loc={group}", in_address(&asked.q));
    for (name, value) in [
        ("van-ban", &asked.document),
        ("nguoi", &asked.person),
        ("don-vi", &asked.unit),
        ("ngay", &asked.day),
    ] {
        if !value.is_empty() {
            address.push_str(&format!("&{name}={}", in_address(value)));
        }
    }
    address
}

fn acts(wanted: &Wanted<'_>, group: &Group) -> Select<Entity> {
    let beginnings = group.acts.iter().fold(Condition::any(), |any, act| {
        any.add(Column::Act.starts_with(*act))
    });
    let mut select = Entity::find()
        .filter(Column::OrgId.eq(wanted.org_id))
        .filter(beginnings);
    for (column, id) in [
        (Column::DocumentId, wanted.document),
        (Column::ActorId, wanted.person),
        (Column::UnitId, wanted.unit),
    ] {
        if let Some(id) = id {
            select = select.filter(column.eq(id));
        }
    }
    if let Some((from, until)) = wanted.day {
        select = select
            .filter(Column::At.gte(from))
            .filter(Column::At.lt(until));
    }
    for word in wanted.words.split_whitespace() {
        let any = [
            Column::Summary,
            Column::ActorName,
            Column::Capacity,
            Column::Act,
        ]
        .into_iter()
        .fold(Condition::any(), |any, column| {
            any.add(Expr::col(column).like(has(word)))
        });
        select = select.filter(any);
    }
    select
}

/// Who opened the organisation's documents.
fn seen(wanted: &Wanted<'_>) -> Select<access_log::Entity> {
    use access_log::Column as Seen;
    let own = || document::Entity::find().filter(document::Column::OrgId.eq(wanted.org_id));
    let ids = |documents: Select<document::Entity>| -> SelectStatement {
        let ids = documents.select_only().column(document::Column::Id);
        ids.into_query()
    };
    let mut select = access_log::Entity::find().filter(Seen::DocumentId.in_subquery(ids(own())));
    for (column, id) in [
        (Seen::DocumentId, wanted.document),
        (Seen::PersonId, wanted.person),
        (Seen::UnitId, wanted.unit),
    ] {
        if let Some(id) = id {
            select = select.filter(column.eq(id));
        }
    }
    if let Some((from, until)) = wanted.day {
        select = select.filter(Seen::At.gte(from)).filter(Seen::At.lt(until));
    }
    for word in wanted.words.split_whitespace() {
        let about = own().filter(Expr::col(document::Column::Subject).like(has(word)));
        select = select.filter(
            Condition::any()
                .add(Expr::col(Seen::PersonName).like(has(word)))
                .add(Seen::DocumentId.in_subquery(ids(about))),
        );
    }
    select
}

/// A text that holds a word, whatever signs it is made of.
fn has(word: &str) -> LikeExpr {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}

async fn file(session: &Session, asked: &Asked) -> Outcome<Response> {
    let wanted = Wanted::read(administered(session)?, asked)?;
    let lang = session.lang;
    let mut table = vec![vec![
        lang.t("journal-number"),
        lang.t("time"),
        lang.t("person"),
        lang.say("Việc", "Act"),
        lang.t("what"),
    ]];
    let lines = lines(session, &wanted, &asked.loc, MAX_ROWS).await?;
    table.extend(
        lines
            .into_iter()
            .map(|Line { row, act, .. }| vec![row.journal_no, row.at, row.who, act, row.what]),
    );
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"nhat-ky.csv\""),
    ];
    Ok((headers, csv(&table)).into_response())
}
