//! Tracking: one document × all its recipients, with "remind the missing" and the letter shown before it goes.
//!
//! All addresses are for people of the issuing organisation; who is only a recipient gets 404.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::audience::Book;
use super::by_hand::{self, Preview};
use super::receipt::addressee;
use crate::distribution::pages::of_row;
use crate::distribution::tracking::{self, Row, Show, csv};
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::people::Unit;
use crate::people::find as people_find;
use crate::people::may;
use crate::people::session::{Session, done, failed};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::distribution::{Counters, RemindPage, RemindView, Tracking, TrackingRow};
use crate::web::views::{Filter, Mark, Pager, Progress};
use crate::web::{Form, Lang, WebError, html};

const PAGE: usize = 100;

/// What an address of the tracking page asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    loc: String,
    /// The last delivery of the page before.
    sau: Option<Uuid>,
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
        let document = own(&session, id).await?;
        counters(&session, &document, Show::of(&asked.loc)).await
    };
    let counters = counters.await.map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&counters))
}

/// `GET /van-ban/{id}/theo-doi.csv`: every recipient, in the order of the page.
///
/// # Errors
/// 404 for who is not of the issuing organisation.
pub async fn tracking_csv(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let text = table(&session, id)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"theo-doi.csv\""),
    ];
    Ok((headers, csv(&text)).into_response())
}

/// `GET /van-ban/{id}/nhac`: who would be reminded and by what letter; changes nothing.
///
/// # Errors
/// 404 for who is not of the issuing organisation.
pub async fn remind_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let page = async {
        let document = own(&session, id).await?;
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

/// A document of the reader's own organisation.
async fn own(session: &Session, id: Uuid) -> Outcome<Document> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if may::work_on_documents_of(&session.actor, document.row.org_id) {
        Ok(document)
    } else {
        Err(Fault::NotFound)
    }
}

async fn view(session: &Session, id: Uuid, asked: &Asked) -> Outcome<Tracking> {
    let (app, lang) = (&session.app, session.lang);
    let document = own(session, id).await?;
    let show = Show::of(&asked.loc);
    let mut rows = tracking::rows(
        app.store.reader(),
        id,
        show,
        asked.sau,
        Some(PAGE + 1),
        session.now,
    )
    .await?;
    let older = (rows.len() > PAGE).then(|| rows[PAGE - 1].id);
    rows.truncate(PAGE);
    let preview = by_hand::preview(app, &session.actor, id).await?;
    let mut page = session.page(&lang.tx("tracking-title", &document.title()));
    page.crumbs = vec![Link::new("/van-ban", &lang.t("nav-documents"))];
    let here = filter_address(id, show);
    Ok(Tracking {
        page,
        document: Link::new(&format!("/van-ban/{id}"), &document.row.subject),
        counters: counters(session, &document, show).await?,
        live_href: format!("{}/so-dem?loc={}", address(id), show.word()),
        rows: shown(session, &document, rows).await?,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        remind: (by_hand::may_remind(&session.actor, &document) && preview.refused.is_none())
            .then(|| remind_form(session, &document, &preview)),
        csv_href: format!("/van-ban/{id}/theo-doi.csv"),
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
            count,
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
        Show::Waiting => lang.t("tracking-waiting"),
        Show::Late => lang.t("tracking-late"),
        Show::Refused => lang.t("inbox-refused"),
        Show::Bounced => lang.t("tracking-bounced"),
        Show::Information => lang.t("tracking-information"),
    }
}

async fn shown(
    session: &Session,
    document: &Document,
    rows: Vec<Row>,
) -> Outcome<Vec<TrackingRow>> {
    let (units, book) = units_of(session, &rows).await?;
    let calendar = people_find::calendar(session.app.store.reader(), document.row.org_id).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let unit = units.get(&row.unit_id);
            TrackingRow {
                unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
                href: format!("/tiep-nhan/{}", row.id),
                mark: of_row(&row, session.now, &calendar, session.lang),
                detail: row
                    .answered_at
                    .map(|at| format!("{}, {}", date_time(at), row.answered_by))
                    .unwrap_or_default(),
                reminded: reminded(&row),
                contact: unit.map(|unit| contact(unit, &book)).unwrap_or_default(),
            }
        })
        .collect())
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

async fn table(session: &Session, id: Uuid) -> Outcome<Vec<Vec<String>>> {
    let document = own(session, id).await?;
    let mut rows = Vec::new();
    for show in [Show::Action, Show::Information] {
        rows.extend(
            tracking::rows(
                session.app.store.reader(),
                id,
                show,
                None,
                None,
                session.now,
            )
            .await?,
        );
    }
    let (units, book) = units_of(session, &rows).await?;
    let calendar = people_find::calendar(session.app.store.reader(), document.row.org_id).await?;
    let lang = session.lang;
    let mut lines = vec![vec![
        lang.t("unit"),
        lang.t("code"),
        lang.t("purpose"),
        lang.t("state"),
        lang.t("arrival-number"),
        lang.t("answered"),
        lang.t("reminded"),
        lang.t("contact"),
    ]];
    for row in rows {
        let Some(unit) = units.get(&row.unit_id) else {
            continue;
        };
        let purpose = if row.kind == "action" {
            lang.t("for-action")
        } else {
            lang.t("for-information")
        };
        lines.push(vec![
            unit.name.clone(),
            unit.code.clone(),
            purpose,
            of_row(&row, session.now, &calendar, lang).word,
            row.arrival_number
                .map(|number| number.to_string())
                .unwrap_or_default(),
            row.answered_at
                .map(|at| format!("{}, {}", date_time(at), row.answered_by))
                .unwrap_or_default(),
            reminded(&row),
            contact(unit, &book),
        ]);
    }
    Ok(lines)
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
        (lang.t("inbox-accepted"), lang.t("legend-accepted")),
        (lang.t("tracking-bounced"), lang.t("legend-bounced")),
    ]
}
