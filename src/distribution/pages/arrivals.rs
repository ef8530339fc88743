//! The register of arrivals of a unit, with the ten columns of Decree 30/2020, Annex IV.VI, in their order: read and printed.

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::Deserialize;
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use crate::documents::doc_type;
use crate::documents::pages::bound::{self, Book};
use crate::documents::state;
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, failed};
use crate::web::views::sheet::{Part, Sheet, Table};
use crate::web::{Lang, Link, WebError, html};

/// Entries on one page.
const PAGE: usize = 200;

/// What an address of the register asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The year; this one without it.
    nam: Option<i32>,
    /// The last number of the page before.
    #[serde(default)]
    sau: i32,
    /// `pdf`, `xlsx` or `csv`: every entry as a file.
    #[serde(default)]
    dang: String,
}

/// `GET /van-ban-den/so/{unit}`: whoever holds a post in the unit.
///
/// # Errors
/// 404 for everybody else.
pub async fn arrivals(
    session: Session,
    Path(unit): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let answer = async {
        if !session.actor.unit_ids().contains(&unit) {
            return Err(Fault::NotFound);
        }
        let year = asked.nam.unwrap_or_else(|| session.today().year());
        if asked.dang.is_empty() {
            view(&session, unit, year, asked.sau).await
        } else {
            let book = book(&session, unit, year).await?;
            bound::answer(&session, &asked.dang, book).await
        }
    };
    answer.await.map_err(|fault| failed(fault, "/van-ban-den"))
}

async fn view(session: &Session, unit: Uuid, year: i32, after: i32) -> Outcome<Response> {
    let lang = session.lang;
    let mut entries = entries(session.app.store.reader(), unit, year, after).await?;
    let more = (entries.len() > PAGE).then(|| entries[PAGE - 1].arrival_number);
    entries.truncate(PAGE);
    let owner = people_find::unit(session.app.store.reader(), unit, session.today()).await?;
    let here = format!("/van-ban-den/so/{unit}?nam={year}");
    let mut links: Vec<Link> = ["pdf", "xlsx", "csv"]
        .iter()
        .map(|kind| Link::new(&format!("{here}&dang={kind}"), &kind.to_uppercase()))
        .collect();
    links.extend(more.map(|last| {
        Link::new(
            &format!("{here}&sau={last}"),
            &lang.say("Các số sau", "Further numbers"),
        )
    }));
    links.push(Link::new(
        &format!("/van-ban-den/so/{unit}?nam={}", year - 1),
        &lang.say(
            &format!("Sổ năm {}", year - 1),
            &format!("Register of {}", year - 1),
        ),
    ));
    let rows = lines(session, &entries).await?;
    let mut page = session.page(&lang.say(
        &format!("Sổ đăng ký văn bản đến năm {year}, {}", owner.name),
        &format!("Register of arrivals of {year}, {}", owner.name),
    ));
    page.crumbs = vec![Link::new("/van-ban-den", &lang.t("inbox-title"))];
    let table = if rows.is_empty() {
        Part::Text(lang.t("register-empty"))
    } else {
        Part::Table(Table {
            head: heads(lang).map(|(head, _)| head).to_vec(),
            rows,
        })
    };
    Ok(html(&Sheet {
        page,
        parts: vec![Part::Links(links), table],
    }))
}

async fn book(session: &Session, unit: Uuid, year: i32) -> Outcome<Book> {
    let db = session.app.store.reader();
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let after = all.last().map_or(0, |entry| entry.arrival_number);
        let some = entries(db, unit, year, after).await?;
        let last = some.len() <= PAGE;
        all.extend(some);
        if last {
            break;
        }
    }
    let span = |entry: Option<&Entry>| {
        entry.map_or_else(Default::default, |entry| {
            (entry.day(), format!("{:02}", entry.arrival_number))
        })
    };
    let ((first_day, first), (last_day, last)) = (span(all.first()), span(all.last()));
    Ok(Book {
        keeper: people_find::unit(db, unit, session.today()).await?,
        title: "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN".to_owned(),
        kind: String::new(),
        year,
        days: (first_day, last_day),
        numbers: (first, last),
        columns: heads(session.lang).to_vec(),
        rows: lines(session, &all).await?,
        file_name: "so-van-ban-den".to_owned(),
    })
}

/// The columns with their relative widths.
fn heads(lang: Lang) -> [(String, u32); 10] {
    [
        (lang.say("Ngày đến", "Arrived"), 13),
        (lang.say("Số đến", "Arrival number"), 9),
        (lang.say("Tác giả", "Issuer"), 30),
        (lang.t("number-symbol"), 18),
        (lang.say("Ngày tháng", "Date"), 13),
        (lang.t("register-subject"), 48),
        (lang.say("Đơn vị hoặc người nhận", "Unit or person"), 24),
        (lang.t("register-sent"), 13),
        (lang.t("register-receipt"), 22),
        (lang.t("note"), 16),
    ]
}

/// A document that a unit has registered.
#[derive(Debug, FromQueryResult)]
struct Entry {
    org_id: Uuid,
    unit_id: Uuid,
    arrival_number: i32,
    answered_at: Option<DateTime<Utc>>,
    answered_by: String,
    doc_type: String,
    number: Option<i32>,
    symbol: String,
    issued_on: Option<NaiveDate>,
    subject: String,
    state: String,
}

impl Entry {
    fn day(&self) -> String {
        self.answered_at
            .map(|at| vn_date(local(at).date_naive()))
            .unwrap_or_default()
    }
}

/// One more than a page, so that it is known whether there is another.
async fn entries(
    db: &impl ConnectionTrait,
    unit: Uuid,
    year: i32,
    after: i32,
) -> Outcome<Vec<Entry>> {
    let sql = format!(
        "SELECT v.org_id, v.unit_id, v.arrival_number, v.answered_at, v.answered_by, d.doc_type, d.number, d.symbol, d.issued_on, \
         d.subject, d.state FROM delivery v JOIN document d ON d.id = v.document_id \
         WHERE COALESCE(v.arrival_owner_id, v.unit_id) = $1 AND v.arrival_year = $2 AND v.arrival_number > $3 ORDER BY v.arrival_number LIMIT {}",
        PAGE + 1
    );
    let values = [unit.into(), year.into(), after.into()];
    Ok(Entry::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .all(db)
    .await?)
}

async fn lines(session: &Session, entries: &[Entry]) -> Outcome<Vec<Vec<String>>> {
    let ids: Vec<Uuid> = entries
        .iter()
        .flat_map(|entry| [entry.org_id, entry.unit_id])
        .collect();
    let units = people_find::units(session.app.store.reader(), &ids, session.today()).await?;
    let name = |id: &Uuid| {
        units
            .get(id)
            .map(|unit| unit.name.clone())
            .unwrap_or_default()
    };
    entries
        .iter()
        .map(|entry| {
            // Of a recalled document the register keeps that it came.
            let recalled = entry.state == state::RECALLED;
            let kind = doc_type(&entry.doc_type)?.name_in_text();
            let number = entry
                .number
                .map(|number| format!("{number:02}/{}", entry.symbol));
            Ok(vec![
                entry.day(),
                format!("{:02}", entry.arrival_number),
                name(&entry.org_id),
                number.unwrap_or_default(),
                entry.issued_on.map(vn_date).unwrap_or_default(),
                if recalled {
                    kind.to_owned()
                } else {
                    format!("{kind} {}", entry.subject)
                },
                name(&entry.unit_id),
                entry.day(),
                entry.answered_by.clone(),
                if recalled {
                    session.lang.say("Đã thu hồi", "Recalled")
                } else {
                    String::new()
                },
            ])
        })
        .collect()
}
