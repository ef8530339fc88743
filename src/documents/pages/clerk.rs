//! The clerk's desk: number, seal, issue.

use axum::extract::{Form as Body, Path};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::common::{Pairs, document_page, refuse, refused, said};
use super::key_choice::{self, Keys};
use super::step::may_take;
use super::workstation;
use crate::documents::rows::register;
use crate::documents::{
    Document, expected_year, find, issue as life, register_name, state, workstation as outside,
};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::flow_task;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::signing::workstation::Purpose;
use crate::signing::{self, rows::signing_key};
use crate::web::format::{date_time, read_date, when};
use crate::web::views::documents::{ClerkDesk, ClerkItem};
use crate::web::views::shared::{Mark, Tone};
use crate::web::{Form, Link, WebError, html};

/// `GET /van-thu`: what waits for number, seal or issue by the reader.
///
/// # Errors
/// The page of the fault.
pub async fn clerk_desk(session: Session) -> Result<Response, WebError> {
    let view = clerk_view(&session, None)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/cap-so`: number and date.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 when it has a number; a wrong date shows the desk again.
pub async fn assign_number(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{}/cap-so", document_page(id)), pairs);
    match number_act(&session, id, &form).await {
        Ok(number) => Ok(done(
            CLERK_DESK,
            &said(
                session.lang,
                format!("Đã cấp số {number:02}; chờ đóng dấu."),
                format!("Number {number:02} is given; the seal comes next."),
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, CLERK_DESK, |_| {
                "issued_on".to_owned()
            })?;
            let view = clerk_view(&session, Some((id, form)))
                .await
                .map_err(|fault| failed(fault, CLERK_DESK))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn number_act(session: &Session, id: Uuid, form: &Form) -> Outcome<i32> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if document.row.number.is_some() {
        return Err(Fault::stale(
            "Văn bản đã được cấp số.",
            "The document has its number already.",
        ));
    }
    document.same_content(&form.version)?;
    let date = read_date(form.value("issued_on")).ok_or_else(|| {
        Fault::invalid(
            "issued_on",
            "Ghi ngày dạng ngày/tháng/năm.",
            "Enter the date as day/month/year.",
        )
    })?;
    life::assign_number(&session.app, &session.actor, id, date).await
}

/// `POST /van-ban/{id}/dong-dau`; after a failed sealing the same press tries again with the same number.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 when it is sealed or has no number.
pub async fn seal(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{}/dong-dau", document_page(id)), pairs);
    let wants_code = key_choice::wants_code(&form);
    let sealed = if wants_code {
        code_act(&session, id, &form).await.map(|()| None)
    } else {
        seal_act(&session, id, &form).await
    };
    match sealed {
        Ok(Some(begun)) => Ok(Redirect::to(&workstation::address(begun)).into_response()),
        Ok(None) if wants_code => {
            let mut view = clerk_view(&session, Some((id, form)))
                .await
                .map_err(|fault| failed(fault, CLERK_DESK))?;
            view.page.flash = Some(key_choice::code_sent(session.lang));
            Ok(html(&view))
        }
        Ok(None) => Ok(done(
            CLERK_DESK,
            &said(session.lang, "Đã đóng dấu.", "Sealed."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, CLERK_DESK, str::to_owned)?;
            let view = clerk_view(&session, Some((id, form)))
                .await
                .map_err(|fault| failed(fault, CLERK_DESK))?;
            Ok(refused(html(&view)))
        }
    }
}

/// Lets the signing service send its code for the agency's key.
async fn code_act(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    let (_, bound) = agency_keys(session, &document).await?;
    key_choice::send_code(session, form, &bound).await
}

/// Seals, or begins a seal that another program makes on the clerk's machine, where the chosen key is there.
async fn seal_act(session: &Session, id: Uuid, form: &Form) -> Outcome<Option<Uuid>> {
    let (app, actor) = (&session.app, &session.actor);
    let document = find::visible(app.store.reader(), actor, id).await?;
    let (_, bound) = agency_keys(session, &document).await?;
    if let Some(key) = key_choice::on_workstation(form, &bound) {
        let seal = (Purpose::Seal, document.row.content_hash.clone());
        return outside::begin(app, actor, id, seal, key).await.map(Some);
    }
    let using = key_choice::using(form)?;
    life::seal_with(app, actor, id, &using).await?;
    Ok(None)
}

/// `POST /van-ban/{id}/phat-hanh`.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 when it is issued or not sealed.
pub async fn issue(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let issued = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        life::issue(&session.app, &session.actor, id).await
    };
    issued.await.map_err(|fault| failed(fault, CLERK_DESK))?;
    let flash = said(
        session.lang,
        "Đã phát hành; đang gửi tới các nơi nhận.",
        "Issued; it is being sent to its recipients.",
    );
    Ok(done(&document_page(id), &flash))
}

const CLERK_DESK: &str = "/van-thu";

async fn clerk_view(session: &Session, mut sent: Option<(Uuid, Form)>) -> Outcome<ClerkDesk> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let tasks = flow_task::Entity::find()
        .filter(flow_task::Column::OrgId.is_in(session.actor.org_ids()))
        .filter(flow_task::Column::Element.is_in([
            "number_proposal",
            "assign_number",
            "seal",
            "issue",
        ]))
        .order_by_asc(flow_task::Column::CreatedAt)
        .order_by_asc(flow_task::Column::TaskId)
        .all(db)
        .await?;
    let mut items = Vec::new();
    for task in tasks {
        let carrier = find::document(db, task.document_id).await?;
        if !may_take(session, &carrier, &task) {
            continue;
        }
        let document = match task.element.as_str() {
            "number_proposal" => find::proposal_of(db, carrier.row.id)
                .await?
                .ok_or(Fault::NotFound)?,
            _ => carrier,
        };
        let refused = sent
            .take_if(|(id, _)| *id == document.row.id)
            .map(|(_, form)| form);
        items.push(clerk_item(session, &document, &task, refused).await?);
    }
    if let Some((_, form)) = sent {
        // The step is gone meanwhile: its sentence must not be lost.
        let sentence = form
            .errors
            .into_iter()
            .next()
            .map(|error| error.message)
            .unwrap_or_default();
        return Err(Fault::stale(sentence.clone(), sentence));
    }
    Ok(ClerkDesk {
        page: session.page(&said(
            lang,
            "Cấp số, đóng dấu, phát hành",
            "Number, seal, issue",
        )),
        items,
        registers: registers(session).await?,
    })
}

async fn clerk_item(
    session: &Session,
    document: &Document,
    task: &flow_task::Model,
    refused: Option<Form>,
) -> Outcome<ClerkItem> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let here = document_page(document.row.id);
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let mut facts = vec![(
        said(lang, "Trích yếu", "Subject"),
        document.row.subject.clone(),
    )];
    let signed = find::file(db, document.row.id, "signed")
        .await?
        .map(|file| date_time(file.at))
        .unwrap_or_default();
    facts.push((
        said(lang, "Người ký", "Signer"),
        format!("{}, {signed}", document.draft.signer.name),
    ));
    let recipients: Vec<&str> = document
        .draft
        .distribution
        .iter()
        .map(trinhky_drafting::Line::text)
        .collect();
    facts.push((said(lang, "Nơi nhận", "Recipients"), recipients.join("; ")));
    let numbering = document.row.state == state::SIGNED;
    let next = next_number(db, document, session.today()).await?;
    let (mark, path, act_label, then) = if numbering {
        facts.push((
            said(lang, "Số kế tiếp trong sổ", "Next number of the register"),
            format!("{next:02}/{}", document.row.symbol),
        ));
        (
            Mark::new(
                Tone::Open,
                said(lang, "Đã ký, chờ cấp số", "Signed, waiting for its number"),
            ),
            "cap-so",
            said(
                lang,
                format!("Cấp số {next:02}/{}", document.row.symbol),
                format!("Give number {next:02}/{}", document.row.symbol),
            ),
            said(
                lang,
                "Số đã cấp không dùng lại; tiếp theo là đóng dấu.",
                "A number given is never used again; the seal comes next.",
            ),
        )
    } else if document.row.state == state::NUMBERED {
        (
            Mark::new(
                Tone::Open,
                said(
                    lang,
                    "Đã cấp số, chờ đóng dấu",
                    "Numbered, waiting for the seal",
                ),
            ),
            "dong-dau",
            said(
                lang,
                format!("Đóng dấu {}", document.title()),
                format!("Seal {}", document.title()),
            ),
            if document.is_carried() {
                said(
                    lang,
                    "Đóng dấu xong, Tờ trình đến Chủ tịch.",
                    "Once sealed the proposal goes to the Chairman.",
                )
            } else {
                said(
                    lang,
                    "Số, ngày được ghi vào bản ký cùng con dấu; tiếp theo là phát hành.",
                    "Number and day are written with the seal; issuing comes next.",
                )
            },
        )
    } else {
        (
            Mark::new(
                Tone::Open,
                said(
                    lang,
                    "Đã đóng dấu, chờ phát hành",
                    "Sealed, waiting to be issued",
                ),
            ),
            "phat-hanh",
            said(
                lang,
                format!("Phát hành {}", document.title()),
                format!("Issue {}", document.title()),
            ),
            said(
                lang,
                "Văn bản được gửi tới mọi nơi nhận; không rút lại được.",
                "It is sent to all its recipients and cannot be withdrawn.",
            ),
        )
    };
    let sealing = document.row.state == state::NUMBERED;
    let keys = if sealing {
        Some(seal_keys(session, document).await?)
    } else {
        None
    };
    let form = refused.unwrap_or_else(|| {
        let mut form = Form::new(&format!("{here}/{path}"), "", &document.row.content_hash);
        if let Some(keys) = &keys {
            form.set("certificate", keys.first.as_str());
        }
        if numbering {
            form.set("issued_on", vn_date(session.today()));
        }
        form
    });
    Ok(ClerkItem {
        title: document.title(),
        href: here,
        mark,
        due: task
            .due_at
            .map(|due| when(due, session.now, &calendar, lang)),
        facts,
        form,
        asks_date: numbering,
        asks_pin: keys.as_ref().is_some_and(|keys| keys.asks_secret),
        asks_code: keys.as_ref().is_some_and(|keys| keys.asks_code),
        sends_code: keys.as_ref().is_some_and(|keys| keys.sends_code),
        certificates: keys.map(|keys| keys.choices).unwrap_or_default(),
        act_label,
        then,
    })
}

/// The keys of the agency whose seal the document bears.
async fn seal_keys(session: &Session, document: &Document) -> Outcome<Keys> {
    let (agency, bound) = agency_keys(session, document).await?;
    key_choice::offered(session.lang, &agency, &bound)
}

/// The agency's name and its keys.
async fn agency_keys(
    session: &Session,
    document: &Document,
) -> Outcome<(String, Vec<signing_key::Model>)> {
    let app = &session.app;
    let organisation = signing::organisation(app, document).await?;
    let agency = signing::sealing_unit(app, document, &organisation).await?;
    let bound = signing::keys::of_agency(app.store.reader(), agency.id, session.today()).await?;
    Ok((agency.name, bound))
}

/// The number that the register would give now; another clerk may be quicker. The register is that of the year printed on
/// the signed page, which is the only one whose dates the document takes.
async fn next_number(
    db: &impl ConnectionTrait,
    document: &Document,
    today: NaiveDate,
) -> Outcome<i32> {
    let register = register::Entity::find()
        .filter(register::Column::OwnerId.eq(document.register_owner()))
        .filter(register::Column::Direction.eq("out"))
        .filter(register::Column::DocType.eq(document.row.doc_type.as_str()))
        .filter(register::Column::Year.eq(expected_year(&document.draft, today)))
        .one(db)
        .await?;
    Ok(register.map_or(1, |register| register.next_number))
}

/// The registers of outgoing documents that the reader's units keep, newest year first; then those of their arrivals.
async fn registers(session: &Session) -> Outcome<Vec<Link>> {
    let mut links = outgoing(session).await?;
    let (db, lang) = (session.app.store.reader(), session.lang);
    for unit in people_find::units(db, &session.actor.unit_ids(), session.today())
        .await?
        .into_values()
    {
        let called = unit.called();
        links.push(Link::new(
            &format!("/van-ban-den/so/{}", unit.id),
            &said(
                lang,
                format!("Sổ văn bản đến, {called}"),
                format!("Register of arrivals, {called}"),
            ),
        ));
    }
    links.push(Link::new(
        "/phu-luc-vi",
        &said(lang, "Bảng đối chiếu Phụ lục VI", "Held against Annex VI"),
    ));
    Ok(links)
}

async fn outgoing(session: &Session) -> Outcome<Vec<Link>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let kept = register::Entity::find()
        .filter(register::Column::Direction.eq("out"))
        .filter(
            Condition::any()
                .add(register::Column::OwnerId.is_in(session.actor.unit_ids()))
                .add(register::Column::OwnerId.is_in(session.actor.org_ids())),
        )
        .order_by_desc(register::Column::Year)
        .order_by_asc(register::Column::DocType)
        .order_by_asc(register::Column::Id)
        .all(db)
        .await?;
    let owners: Vec<Uuid> = kept.iter().map(|register| register.owner_id).collect();
    let owners = people_find::units(db, &owners, session.today()).await?;
    kept.iter()
        .map(|register| {
            let name = register_name(&register.doc_type)?;
            let owner = owners
                .get(&register.owner_id)
                .map(|unit| unit.called())
                .unwrap_or_default();
            let text = said(
                lang,
                format!("Sổ {name} năm {}, {owner}", register.year),
                format!("Register of {name}, {}, {owner}", register.year),
            );
            Ok(Link::new(&format!("/so-van-ban/{}", register.id), &text))
        })
        .collect()
}
