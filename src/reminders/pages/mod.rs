//! Tracking: one document × all its recipients, with "remind the missing" and the letter shown before it goes.
//!
//! All addresses are for people of the issuing organisation; who is only a recipient gets 404.

mod feeds;
mod table;
mod units;

pub use feeds::{change_feeds, feed, feeds_page};
pub use table::{tracking_csv, tracking_xlsx};
pub use units::{unit, units};

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, NaiveTime, Utc};
use serde::Deserialize;
use trinhky_calendar::{Calendar, at, vn_date};
use uuid::Uuid;

use crate::distribution::closing;
use crate::distribution::pages::of_row;
use crate::distribution::tracking::{self, Move, Row, Show};
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::people::Unit;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::reminders::audience::Book;
use crate::reminders::by_hand::{self, Preview};
use crate::reminders::receipt::addressee;
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::distribution::{
    Counters, MovedView, RemindPage, RemindView, Tracking, TrackingRow,
};
use crate::web::views::{Filter, Mark, Pager, Progress};
use crate::web::{Form, Lang, WebError, html};

const PAGE: usize = 100;
/// Units that a line of what has moved names; of the others it says how many they are.
const NAMED_UNITS: usize = 12;

/// What an address of the tracking page asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    loc: String,
    /// The last delivery of the page before.
    sau: Option<Uuid>,
    /// All rows on one page, for paper.
    #[serde(default)]
    tat_ca: bool,
}

/// `GET /van-ban/{id}/theo-doi`: people of the issuing organisation.
///
/// # Errors
/// 404 for everybody else.
pub async fn tracking(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let view = view(&session, id, &asked)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&view))
}

/// `GET /van-ban/{id}/theo-doi/so-dem`: the counters alone, for the script that keeps them current.
///
/// # Errors
/// 404 for who is not of the issuing organisation.
pub async fn live_counters(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let counters = async {
        let document = find::own(session.app.store.reader(), &session.actor, id).await?;
        counters(&session, &document, Show::of(&asked.loc)).await
    };
    let counters = counters.await.map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&counters))
}

/// `GET /van-ban/{id}/nhac`: who would be reminded and by what letter; changes nothing.
///
/// # Errors
/// 404 for who is not of the issuing organisation.
pub async fn remind_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let page = async {
        let document = find::own(session.app.store.reader(), &session.actor, id).await?;
        let preview = by_hand::preview(&session.app, &session.actor, id).await?;
        Ok::<_, Fault>(remind_view(&session, &document, &preview))
    };
    Ok(html(
        &page.await.map_err(|fault| failed(fault, &address(id)))?,
    ))
}

/// `POST /van-ban/{id}/nhac`: the Office, the clerks and the leaders of the issuing organisation.
///
/// # Errors
/// 403 for others; a sentence when nobody is missing or a letter went out less than a working day ago.
pub async fn remind(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let here = address(id);
    let count = by_hand::remind_missing(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    Ok(done(
        &here,
        &session
            .lang
            .tn("remind-flash", i64::try_from(count).unwrap_or(i64::MAX)),
    ))
}

fn address(id: Uuid) -> String {
    format!("/van-ban/{id}/theo-doi")
}

/// The way to the end of the wait: where somebody is beyond the last reminder, or was.
async fn closing(
    session: &Session,
    document: &Document,
    calendar: &Calendar,
) -> Outcome<Option<Link>> {
    let db = session.app.store.reader();
    let missing = closing::missing(db, document, calendar, session.now).await?;
    let closed = closing::of_document(db, document.row.id).await?;
    let text = match (missing.len(), closed.is_empty()) {
        (0, true) => return Ok(None),
        (0, false) => session
            .lang
            .say("Những nơi không chờ nữa", "Who is waited for no longer"),
        (count, _) => session.lang.say(
            &format!("{count} trả lời quá bước nhắc cuối: khép việc chờ"),
            &format!("{count} answers beyond the last reminder: end the wait"),
        ),
    };
    let href = format!("/van-ban/{}/khep-vong", document.row.id);
    Ok(Some(Link::new(&href, &text)))
}

async fn view(session: &Session, id: Uuid, asked: &Asked) -> Outcome<Tracking> {
    let (app, lang) = (&session.app, session.lang);
    let document = find::own(session.app.store.reader(), &session.actor, id).await?;
    let show = Show::of(&asked.loc);
    let db = app.store.reader();
    let limit = (!asked.tat_ca).then_some(PAGE + 1);
    let mut rows = tracking::rows(db, id, show, asked.sau, limit, session.now).await?;
    let older = limit.and_then(|_| (rows.len() > PAGE).then(|| rows[PAGE - 1].id));
    if older.is_some() {
        rows.truncate(PAGE);
    }
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let preview = by_hand::preview(app, &session.actor, id).await?;
    let mut page = session.page(&lang.tx("tracking-title", &document.title()));
    page.crumbs = vec![Link::new("/van-ban", &lang.t("nav-documents"))];
    let here = filter_address(id, show);
    Ok(Tracking {
        page,
        document: Link::new(&format!("/van-ban/{id}"), &document.row.subject),
        counters: counters(session, &document, show).await?,
        live_href: format!("{}/so-dem?loc={}", address(id), show.word()),
        rows: shown(session, &calendar, rows).await?,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        remind: (by_hand::may_remind(&session.actor, &document) && preview.refused.is_none())
            .then(|| remind_form(session, &document, &preview)),
        csv_href: format!("/van-ban/{id}/theo-doi.csv"),
        xlsx_href: format!("/van-ban/{id}/theo-doi.xlsx"),
        whole_href: (older.is_some() || asked.sau.is_some()).then(|| format!("{here}&tat_ca=true")),
        since: lang.tx(
            "moved-since",
            &vn_date(calendar.previous_working_day(session.today())),
        ),
        moved: moved(session, id, &calendar).await?,
        units: Link::new("/theo-doi", &lang.t("speed-link")),
        closing: closing(session, &document, &calendar).await?,
        legend: legend(lang),
    })
}

fn filter_address(id: Uuid, show: Show) -> String {
    format!("{}?loc={}", address(id), show.word())
}

async fn counters(session: &Session, document: &Document, current: Show) -> Outcome<Counters> {
    let lang = session.lang;
    let counts = tracking::counts(session.app.store.reader(), document.row.id, session.now).await?;
    let count = |show: Show| {
        Show::ALL
            .iter()
            .zip(counts)
            .find(|(known, _)| **known == show)
            .map_or(0, |(_, count)| count)
    };
    let (accepted, total) = (count(Show::Accepted), count(Show::Action));
    let filters = Show::ALL
        .into_iter()
        .zip(counts)
        // An empty filter says nothing, but the one that is looked at stays.
        .filter(|(show, count)| *count > 0 || *show == current || *show == Show::Action)
        .map(|(show, count)| Filter {
            href: filter_address(document.row.id, show),
            text: filter_text(show, lang),
            count: Some(count),
            current: show == current,
        })
        .collect();
    Ok(Counters {
        page: session.page(""),
        progress: Progress {
            done: accepted,
            total,
            label: lang.tx("tracking-progress", &format!("{accepted} / {total}")),
        },
        filters,
    })
}

fn filter_text(show: Show, lang: Lang) -> String {
    match show {
        Show::Action => lang.t("tracking-all"),
        Show::Accepted => lang.t("inbox-accepted"),
        Show::Opened => lang.t("state-opened"),
        Show::Waiting => lang.t("tracking-waiting"),
        Show::Late => lang.t("tracking-late"),
        Show::Refused => lang.t("inbox-refused"),
        Show::Bounced => lang.t("tracking-bounced"),
        Show::Information => lang.t("tracking-information"),
    }
}

/// What has moved since the morning of the last working day, in sentences.
async fn moved(session: &Session, id: Uuid, calendar: &Calendar) -> Outcome<Vec<MovedView>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let since = at(
        calendar.previous_working_day(session.today()),
        NaiveTime::MIN,
    );
    let moves = tracking::moved(db, id, since, session.now).await?;
    let ids: Vec<Uuid> = moves.values().flatten().copied().collect();
    let units = people_find::units(db, &ids, session.today()).await?;
    Ok(moves
        .into_iter()
        .map(|(made, ids)| {
            let key = match made {
                Move::Refused => "moved-refused",
                Move::BecameLate => "moved-late",
                Move::Accepted => "moved-accepted",
                Move::Opened => "moved-opened",
            };
            let mut names: Vec<&str> = ids
                .iter()
                .filter_map(|id| units.get(id))
                .map(Unit::called)
                .collect();
            let count = names.len();
            names.truncate(NAMED_UNITS);
            let mut units = names.join(", ");
            if count > NAMED_UNITS {
                units.push_str(&lang.tn("and-more", (count - NAMED_UNITS) as i64));
            }
            MovedView {
                text: lang.tn(key, i64::try_from(count).unwrap_or(i64::MAX)),
                units,
            }
        })
        .collect())
}

async fn shown(
    session: &Session,
    calendar: &Calendar,
    rows: Vec<Row>,
) -> Outcome<Vec<TrackingRow>> {
    let (units, book) = units_of(session, &rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let unit = units.get(&row.unit_id);
            TrackingRow {
                unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
                href: format!("/tiep-nhan/{}", row.id),
                mark: of_row(&row, session.now, calendar, session.lang),
                detail: detail(&row, session.lang),
                reminded: reminded(&row),
                contact: unit.map(|unit| contact(unit, &book)).unwrap_or_default(),
            }
        })
        .collect())
}

/// Who answered and when; before the answer, who opened it first.
fn detail(row: &Row, lang: Lang) -> String {
    let said = |at: DateTime<Utc>, who: &str| format!("{}, {who}", date_time(at));
    match (row.answered_at, row.opened_at) {
        (Some(at), _) => {
            let steps = [
                ("state-completed", row.completed_at),
                ("state-directed", row.directed_at),
            ];
            // The furthest step that the unit has said; before that who answered.
            match steps.iter().find_map(|(key, at)| at.map(|at| (key, at))) {
                Some((key, step)) => format!(
                    "{}; {}",
                    said(at, &row.answered_by),
                    lang.tx(key, &date_time(step))
                ),
                None => said(at, &row.answered_by),
            }
        }
        (None, Some(at)) => format!("{}: {}", lang.t("state-opened"), said(at, &row.opened_by)),
        (None, None) => String::new(),
    }
}

async fn units_of(session: &Session, rows: &[Row]) -> Outcome<(BTreeMap<Uuid, Unit>, Book)> {
    let db = session.app.store.reader();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.unit_id).collect();
    Ok((
        people_find::units(db, &ids, session.today()).await?,
        Book::of_units(db, &ids, session.today()).await?,
    ))
}

/// When the last letter went, and how many there were.
fn reminded(row: &Row) -> String {
    row.reminded_at
        .map(|at| format!("{} (lần {})", date_time(at), row.reminders))
        .unwrap_or_default()
}

/// Whom to call or write to.
fn contact(unit: &Unit, book: &Book) -> String {
    addressee(unit, book)
        .map(|to| format!("{}, {}", to.name, to.address))
        .unwrap_or_default()
}

fn remind_form(session: &Session, document: &Document, preview: &Preview) -> RemindView {
    let mut form = Form::new(&format!("/van-ban/{}/nhac", document.row.id), "", "");
    if let Some((vi, en)) = &preview.refused {
        form.refuse("remind", if session.lang == Lang::Vi { vi } else { en });
    }
    let (subject, body) = preview
        .letter
        .as_ref()
        .map(|letter| (letter.subject.clone(), letter.text.clone()))
        .unwrap_or_default();
    let count = i64::try_from(preview.units.len()).unwrap_or(i64::MAX);
    RemindView {
        form,
        label: session.lang.tn("remind-label", count),
        subject,
        body,
    }
}

fn remind_view(session: &Session, document: &Document, preview: &Preview) -> RemindPage {
    let lang = session.lang;
    let mut page = session.page(&lang.tx("remind-title", &document.title()));
    page.crumbs = vec![Link::new(
        &address(document.row.id),
        &lang.tx("tracking-title", &document.title()),
    )];
    RemindPage {
        page,
        document: Link::new(
            &format!("/van-ban/{}", document.row.id),
            &document.row.subject,
        ),
        remind: remind_form(session, document, preview),
        units: preview.units.clone(),
        skipped: preview.skipped.clone(),
        then: lang.t("remind-then"),
    }
}

/// What the words of the page mean.
fn legend(lang: Lang) -> Vec<(String, String)> {
    vec![
        (Mark::sent(lang).word, lang.t("legend-sent")),
        (Mark::arrived(lang).word, lang.t("legend-arrived")),
        (Mark::opened(lang).word, lang.t("legend-opened")),
        (lang.t("inbox-accepted"), lang.t("legend-accepted")),
        (lang.t("tracking-bounced"), lang.t("legend-bounced")),
    ]
}
