//! Two versions of a document side by side, or this year's and last year's: the words, and the meaning of the objectives.

use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use serde::Deserialize;
use trinhky_drafting::objectives::{self, Indicator};
use trinhky_drafting::{Draft, Kept, compare};
use uuid::Uuid;

use super::approve::year_before;
use super::common::{Pairs, changed, document_page, page, said};
use crate::documents::draft::may_draft;
use crate::documents::{Document, draft, find, measures};
use crate::fault::{Fault, Outcome};
use crate::people::may;
use crate::people::session::{Session, done, failed};
use crate::web::format::date_time;
use crate::web::views::documents::{CompareVersions, Meaning, PassageView, VersionChoice};
use crate::web::views::shared::ActForm;
use crate::web::{Form, Lang, Link, WebError, html};

/// Which two texts are compared.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The earlier version; without it, the one before the later.
    tu: Option<i32>,
    /// The later version; without it, the present one.
    den: Option<i32>,
    /// `truoc`: the document of the year before is the earlier text.
    #[serde(default)]
    nam: String,
}

/// `GET /van-ban/{id}/so-sanh`: for the organisation whose document it is.
///
/// # Errors
/// 404 for everybody else, and where there is no such version.
pub async fn compare_page(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let view = compare_view(&session, id, &asked)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/khoi-phuc`: an earlier version becomes the newest one.
///
/// # Errors
/// 404 for strangers, 403 for who does not draft, 409 when the draft has changed meanwhile or is not with its drafter.
pub async fn restore(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent("", pairs);
    let restored = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        let seen = form.version.parse::<i32>().map_err(|_| changed())?;
        let version = form
            .value("version")
            .parse::<i32>()
            .map_err(|_| Fault::NotFound)?;
        draft::restore(&session.app, &session.actor, id, seen, version).await?;
        Ok(version)
    };
    let version = restored
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(done(
        &document_page(id),
        &said(
            session.lang,
            format!("Đã khôi phục nội dung bản {version} thành bản mới."),
            format!("The content of version {version} is the newest version again."),
        ),
    ))
}

async fn compare_view(session: &Session, id: Uuid, asked: &Asked) -> Outcome<CompareVersions> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let document = find::visible(db, &session.actor, id).await?;
    if !may::work_on_documents_of(&session.actor, document.row.org_id) {
        return Err(Fault::NotFound);
    }
    let versions = find::versions(db, id).await?;
    let last_year = year_before(db, &document).await?;
    let den = asked.den.unwrap_or(document.row.version);
    let tu = asked.tu.unwrap_or((den - 1).max(1));
    let later = read(session, id, den).await?;
    let (earlier, title) = match last_year.as_ref().filter(|_| asked.nam == "truoc") {
        Some(before) => (
            before.numbered_draft(),
            said(
                lang,
                format!("So với {}", before.title()),
                format!("Compared with {}", before.title()),
            ),
        ),
        None => (
            read(session, id, tu).await?,
            said(
                lang,
                format!("So sánh bản {tu} với bản {den}"),
                format!("Version {tu} and version {den}"),
            ),
        ),
    };
    let here = format!("{}/so-sanh", document_page(id));
    Ok(CompareVersions {
        page: page(session, &document, &title),
        action: here.clone(),
        from: choices(&versions, tu),
        to: choices(&versions, den),
        passages: compare(&earlier, &later)
            .into_iter()
            .map(|passage| PassageView {
                place: passage.place,
                pieces: passage
                    .pieces
                    .into_iter()
                    .map(|(kept, text)| (kept == Kept::Removed, kept == Kept::Added, text))
                    .collect(),
            })
            .collect(),
        meaning: meaning(&earlier, &later, lang),
        last_year: last_year.filter(|_| asked.nam != "truoc").map(|before| {
            Link::new(
                &format!("{here}?nam=truoc"),
                &said(
                    lang,
                    format!("So với {}", before.title()),
                    format!("Compare with {}", before.title()),
                ),
            )
        }),
        restore: restore_form(session, &document, tu, &asked.nam).await,
    })
}

/// Offered to who may change the draft now; restoring the present version would change nothing.
async fn restore_form(
    session: &Session,
    document: &Document,
    version: i32,
    year: &str,
) -> Option<ActForm> {
    let lang = session.lang;
    let may = may_draft(&session.actor, document.row.owner_id)
        && year.is_empty()
        && version != document.row.version
        && draft::changeable(session.app.store.reader(), document)
            .await
            .is_ok();
    may.then(|| {
        let address = format!("{}/khoi-phuc", document_page(document.row.id));
        let mut form = Form::new(&address, "", &document.row.version.to_string());
        form.set("version", version.to_string());
        ActForm {
            form,
            label: said(
                lang,
                format!("Khôi phục bản {version}"),
                format!("Restore version {version}"),
            ),
            then: said(
                lang,
                "Nội dung bản này thành bản mới nhất; các bản khác vẫn còn.",
                "Its content becomes the newest version; all others are kept.",
            ),
            main: false,
        }
    })
}

async fn read(session: &Session, id: Uuid, version: i32) -> Outcome<Draft> {
    let row = find::version(session.app.store.reader(), id, version).await?;
    Ok(serde_json::from_str(&row.draft)?)
}

fn choices(
    versions: &[crate::documents::rows::document_version::Model],
    chosen: i32,
) -> Vec<VersionChoice> {
    versions
        .iter()
        .map(|row| VersionChoice {
            number: row.version,
            text: format!(
                "{}: {}, {}",
                row.version,
                row.by_name,
                date_time(row.created_at)
            ),
            chosen: row.version == chosen,
        })
        .collect()
}

/// What changed in the objectives: target with its comparator, what is measured, who reports. Indicators are held together by
/// what they measure, whatever their number in the text.
fn meaning(before: &Draft, after: &Draft, lang: Lang) -> Vec<Meaning> {
    let indicators = |draft: &Draft| -> Vec<Indicator> {
        objectives::propose(draft)
            .into_iter()
            .flat_map(|objective| objective.indicators)
            .collect()
    };
    let (old, new) = (indicators(before), indicators(after));
    // Each old one answers for one new one: two objectives may measure the same.
    let mut rest: Vec<&Indicator> = old.iter().collect();
    let mut rows = Vec::new();
    for now in &new {
        let then = rest
            .iter()
            .position(|then| then.id == now.id)
            .or_else(|| {
                rest.iter()
                    .position(|then| measures::slug(&then.id) == measures::slug(&now.id))
            })
            .map(|at| rest.remove(at));
        let Some(then) = then else {
            rows.push(Meaning::added(
                &now.name_vi,
                said(lang, "bổ sung", "added"),
                target(now),
            ));
            continue;
        };
        let pairs = [
            (said(lang, "chỉ tiêu", "target"), target(then), target(now)),
            (
                said(lang, "cách đo", "measure"),
                measure(then),
                measure(now),
            ),
            (
                said(lang, "đối tượng", "population"),
                then.population.clone(),
                now.population.clone(),
            ),
            (
                said(lang, "đơn vị báo cáo", "who reports"),
                then.who_reports.clone(),
                now.who_reports.clone(),
            ),
        ];
        rows.extend(pairs.into_iter().filter(|(_, then, now)| then != now).map(
            |(what, before, after)| Meaning {
                objective: now.name_vi.clone(),
                what,
                before,
                after,
            },
        ));
    }
    rows.extend(rest.into_iter().map(|then| Meaning {
        objective: then.name_vi.clone(),
        what: said(lang, "bỏ", "dropped"),
        before: target(then),
        after: String::new(),
    }));
    rows
}

fn measure(indicator: &Indicator) -> String {
    if indicator.denominator_vi.is_empty() {
        indicator.numerator_vi.clone()
    } else {
        format!("{} / {}", indicator.numerator_vi, indicator.denominator_vi)
    }
}

fn target(indicator: &Indicator) -> String {
    measures::words(indicator.comparator, indicator.target, indicator.unit)
}
