//! All units × how fast they acknowledge, and one unit × all its duties; for people of the sending organisation.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use trinhky_calendar::{Calendar, at, local};
use uuid::Uuid;

use super::contact;
use crate::distribution::pages::of_row;
use crate::distribution::speed::{self, Speed};
use crate::distribution::tracking;
use crate::documents::rows::document;
use crate::documents::{doc_type, title};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::flow_task;
use crate::people::Unit;
use crate::people::find as people_find;
use crate::people::session::{Session, failed};
use crate::reminders::audience::Book;
use crate::web::format::{date_time, when};
use crate::web::page::Link;
use crate::web::views::distribution::{UnitDelivery, UnitDuties, UnitDuty, UnitSpeed, Units};
use crate::web::{Lang, WebError, html};

/// Rows of a unit's page; older deliveries are found through their documents.
const MAX_ROWS: u64 = 200;

/// What an address of the page asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The year; the present one where none is named.
    nam: Option<i32>,
}

/// `GET /theo-doi`: everybody of an organisation, about what it sent.
///
/// # Errors
/// 404 for who holds no post.
pub async fn units(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let view = overview(&session, asked.nam)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(html(&view))
}

/// `GET /theo-doi/{unit}`: the same people, about one unit.
///
/// # Errors
/// 404 where nothing of theirs was ever sent to the unit.
pub async fn unit(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = duties(&session, id)
        .await
        .map_err(|fault| failed(fault, "/theo-doi"))?;
    Ok(html(&view))
}

fn own_org(session: &Session) -> Outcome<Uuid> {
    let post = session.actor.posts.first().ok_or(Fault::NotFound)?;
    Ok(post.org_id)
}

async fn overview(session: &Session, year: Option<i32>) -> Outcome<Units> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let org_id = own_org(session)?;
    let this_year = session.today().year();
    let year = year.unwrap_or(this_year);
    let (speeds, whole) = of_year(session, org_id, year).await?;
    let calendar = people_find::calendar(db, org_id).await?;
    let ids: Vec<Uuid> = speeds.keys().copied().collect();
    let units = people_find::units(db, &ids, session.today()).await?;
    let mut rows: Vec<(&Unit, &Speed)> = speeds
        .iter()
        .filter_map(|(id, speed)| Some((units.get(id)?, speed)))
        .collect();
    // Whom to call first stands first.
    rows.sort_by_key(|(unit, speed)| {
        (
            Reverse(speed.missing),
            speed.share().unwrap_or(100),
            unit.name.clone(),
        )
    });
    Ok(Units {
        page: session.page(&lang.tx("speed-title", &year.to_string())),
        others: [year - 1, year + 1]
            .into_iter()
            .filter(|other| *other <= this_year)
            .map(|other| {
                let text = lang.tx("speed-title", &other.to_string());
                Link::new(&format!("/theo-doi?nam={other}"), &text)
            })
            .collect(),
        rows: rows
            .into_iter()
            .map(|(unit, speed)| row(unit, speed, &calendar, lang))
            .collect(),
        note: if whole {
            lang.t("speed-note")
        } else {
            lang.tn("speed-note-newest", speed::MAX_DELIVERIES as i64)
        },
    })
}

async fn of_year(
    session: &Session,
    org_id: Uuid,
    year: i32,
) -> Outcome<(BTreeMap<Uuid, Speed>, bool)> {
    let (from, until) = (first_instant(year)?, first_instant(year + 1)?);
    speed::of_units(session.app.store.reader(), org_id, from, until, session.now).await
}

/// New Year in office time.
fn first_instant(year: i32) -> Outcome<DateTime<Utc>> {
    NaiveDate::from_ymd_opt(year, 1, 1)
        .map(|day| at(day, NaiveTime::MIN))
        .ok_or(Fault::NotFound)
}

fn row(unit: &Unit, speed: &Speed, calendar: &Calendar, lang: Lang) -> UnitSpeed {
    UnitSpeed {
        unit: Link::new(&format!("/theo-doi/{}", unit.id), &unit.name),
        sent: speed.sent,
        on_time: speed.on_time,
        late: speed.late,
        refused: speed.refused,
        waiting: speed.waiting,
        missing: speed.missing,
        share: speed
            .share()
            .map(|share| format!("{share}%"))
            .unwrap_or_default(),
        typical: typical(speed, calendar, lang),
    }
}

/// How long the middle acknowledgement took: within a day in hours and minutes, else in working days.
fn typical(speed: &Speed, calendar: &Calendar, lang: Lang) -> String {
    let Some((sent, answered)) = speed.typical else {
        return String::new();
    };
    let (from, to) = (local(sent).date_naive(), local(answered).date_naive());
    if from == to {
        let minutes = (answered - sent).num_minutes();
        return lang.tx(
            "took-hours",
            &format!("{}:{:02}", minutes / 60, minutes % 60),
        );
    }
    lang.tn("took-days", calendar.working_days_between(from, to))
}

async fn duties(session: &Session, unit_id: Uuid) -> Outcome<UnitDuties> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let org_id = own_org(session)?;
    let unit = people_find::unit(db, unit_id, session.today()).await?;
    let open = flow_task::Entity::find()
        .filter(flow_task::Column::UnitId.eq(unit_id))
        .filter(flow_task::Column::OrgId.eq(org_id))
        .order_by_asc(flow_task::Column::DueAt)
        .limit(MAX_ROWS)
        .all(db)
        .await?;
    let sent = tracking::to_unit(db, org_id, unit_id, MAX_ROWS).await?;
    if open.is_empty() && sent.is_empty() {
        return Err(Fault::NotFound);
    }
    let calendar = people_find::calendar(db, org_id).await?;
    let book = Book::of_units(db, &[unit_id], session.today()).await?;
    let (speeds, _) = of_year(session, org_id, session.today().year()).await?;
    let speed = speeds.get(&unit_id).cloned().unwrap_or_default();
    let mut facts = vec![(lang.t("contact"), contact(&unit, &book))];
    if let Some(share) = speed.share() {
        facts.push((lang.t("speed-share"), format!("{share}%")));
        facts.push((lang.t("speed-typical"), typical(&speed, &calendar, lang)));
    }
    let mut page = session.page(&lang.tx("unit-duties-title", unit.called()));
    page.crumbs = vec![Link::new(
        "/theo-doi",
        &lang.tx("speed-title", &session.today().year().to_string()),
    )];
    let documents: Vec<Uuid> = open.iter().map(|task| task.document_id).collect();
    let names = names(db, &documents).await?;
    Ok(UnitDuties {
        page,
        facts,
        duties: open
            .into_iter()
            .map(|task| UnitDuty {
                document: Link::new(
                    &format!("/van-ban/{}", task.document_id),
                    names
                        .iter()
                        .find(|(id, _)| *id == task.document_id)
                        .map_or("", |(_, name)| name),
                ),
                name: task.name,
                due: task.due_at.map(|at| when(at, session.now, &calendar, lang)),
            })
            .collect(),
        rows: sent
            .into_iter()
            .map(|sent| {
                Ok(UnitDelivery {
                    document: Link::new(&format!("/tiep-nhan/{}", sent.row.id), &sent.title()?),
                    sent: date_time(sent.dispatched_at),
                    mark: of_row(&sent.row, session.now, &calendar, lang),
                    detail: sent
                        .row
                        .answered_at
                        .map(|at| format!("{}, {}", date_time(at), sent.row.answered_by))
                        .unwrap_or_default(),
                })
            })
            .collect::<Outcome<_>>()?,
    })
}

async fn names(db: &impl ConnectionTrait, ids: &[Uuid]) -> Outcome<Vec<(Uuid, String)>> {
    document::Entity::find()
        .filter(document::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let name = title(
                doc_type(&row.doc_type)?,
                row.number,
                &row.symbol,
                &row.subject,
            );
            Ok((row.id, name))
        })
        .collect()
}
