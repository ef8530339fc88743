//! One press: the clerk of a unit receives a document or refuses it; everybody else of the unit, and the sender, sees
//! the evidence of it.

use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use uuid::Uuid;

use super::marks::Facts;
use super::{Fields, paper, reason_of, reasons, refused};
use crate::audit;
use crate::distribution::receipt::{self, Delivered};
use crate::distribution::state;
use crate::documents::find;
use crate::documents::pages::signatures;
use crate::fault::{Outcome, Refusal};
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::Happening;
use crate::web::views::distribution::{DeliveryEvidence, Receive};
use crate::web::{Form, Lang, WebError, html};

/// `GET /tiep-nhan/{id}`: who is signed in and belongs to the recipient or the sender; changes nothing.
///
/// # Errors
/// 404 also where the reader may not know of it.
pub async fn receive_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    page(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/van-ban-den"))
}

/// `POST /tiep-nhan/{id}`: the clerk of the unit; gives the arrival number.
///
/// # Errors
/// 403 for others of the unit, 404 for strangers, 409 when it is answered already.
pub async fn receive(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let here = format!("/tiep-nhan/{id}");
    let number = receipt::acknowledge(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    Ok(done(&here, &session.lang.tn("received-flash", number)))
}

/// `POST /tiep-nhan/{id}/tu-choi`: the clerk of the unit, with a reason.
///
/// # Errors
/// As [`receive`]; a missing reason shows the form again.
pub async fn refuse(
    session: Session,
    Path(id): Path<Uuid>,
    Body(fields): Body<Fields>,
) -> Result<Response, WebError> {
    let here = format!("/tiep-nhan/{id}");
    let mut form = Form::sent(&format!("{here}/tu-choi"), fields);
    let result = match reason_of(&form) {
        Ok(reason) => receipt::refuse(&session.app, &session.actor, id, reason).await,
        Err(fault) => Err(fault),
    };
    match result {
        Ok(()) => Ok(done(&here, &session.lang.t("refused-flash"))),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                &refusal.field.clone().unwrap_or_default(),
                sentence(&refusal, session.lang),
            );
            let page = page(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(page))
        }
    }
}

/// A refusal in the reader's language.
pub(super) fn sentence(refusal: &Refusal, lang: Lang) -> String {
    match lang {
        Lang::Vi => refusal.vi.clone(),
        Lang::En => refusal.en.clone(),
    }
}

async fn page(session: &Session, id: Uuid, refuse: Option<Form>) -> Outcome<Response> {
    let found = receipt::visible(session.app.store.reader(), &session.actor, id).await?;
    if receipt::may_receive(&session.actor, &found) {
        Ok(html(&for_clerk(session, &found, refuse).await?))
    } else {
        Ok(html(&evidence(session, &found).await?))
    }
}

async fn for_clerk(session: &Session, found: &Delivered, refuse: Option<Form>) -> Outcome<Receive> {
    let (app, lang) = (&session.app, session.lang);
    let document = find::document(app.store.reader(), found.document_id).await?;
    audit::seen(app, &session.actor, found.document_id, "delivery").await?;
    let here = format!("/tiep-nhan/{}", found.id);
    let mut delivery = paper::view(app, found, lang).await?;
    let mut follow = Vec::new();
    // Of a recalled document only the arrival is left here.
    if found.recalled_at.is_none() {
        delivery.pdf_href = format!("/van-ban/{}/tep.pdf", found.document_id);
        delivery.signatures = signatures(app, found.document_id, lang).await?;
        delivery.body = paper::text(&document);
        follow = self::follow(found, lang);
    }
    let post = session
        .actor
        .posts
        .iter()
        .find(|post| post.unit_id == found.unit_id);
    let title = if found.is_open() {
        lang.tx("receive-title", &delivery.name)
    } else {
        delivery.name.clone()
    };
    let mut page = session.page(&title);
    page.crumbs = vec![Link::new("/van-ban-den", &lang.t("inbox-title"))];
    Ok(Receive {
        page,
        receiver: match post {
            Some(post) => format!("{} ({})", session.actor.name, post.title),
            None => session.actor.name.clone(),
        },
        form: Form::new(&here, "", ""),
        refuse: refuse.unwrap_or_else(|| Form::new(&format!("{here}/tu-choi"), "", "")),
        reasons: reasons(lang),
        in_hand: String::new(),
        follow,
        delivery,
    })
}

async fn evidence(session: &Session, found: &Delivered) -> Outcome<DeliveryEvidence> {
    let (app, lang) = (&session.app, session.lang);
    let db = app.store.reader();
    let unit = people_find::unit(db, found.unit_id, session.today()).await?;
    let calendar = people_find::calendar(db, found.org_id).await?;
    let facts = Facts {
        state: &found.state,
        for_action: found.kind == "action",
        due_at: found.due_at,
        opened: found.opened_at.is_some(),
        arrival_number: found.arrival_number,
        refusal: &found.refusal,
        bounce: None,
    };
    let mark = facts.mark(session.now, &calendar, lang);
    let mut timeline: Vec<Happening> = audit::of_document(db, found.document_id)
        .await?
        .into_iter()
        .filter(|entry| entry.unit_id == Some(found.unit_id))
        .map(|entry| Happening {
            at: date_time(entry.at),
            who: entry.actor_name,
            what: entry.summary,
            remark: String::new(),
            journal_no: entry.id.to_string(),
        })
        .collect();
    timeline.reverse();
    let name = found.title()?;
    let mut rows = vec![
        (lang.t("unit"), unit.name.clone()),
        (lang.t("purpose"), paper::purpose(&found.kind, lang)),
    ];
    if found.kind == "action" {
        rows.push((lang.t("due-label"), date_time(found.due_at)));
    }
    if let Some(at) = found.opened_at {
        rows.push((
            lang.t("opened-first"),
            format!("{}, {}", date_time(at), found.opened_by),
        ));
    }
    if let Some(at) = found.answered_at {
        rows.push((
            lang.t("answered"),
            format!("{}, {}", date_time(at), found.answered_by),
        ));
    }
    Ok(DeliveryEvidence {
        page: session.page(&lang.tx(
            "evidence-title",
            format!("{name} – {}", unit.short).as_str(),
        )),
        mark,
        facts: rows,
        timeline,
        links: follow(found, lang),
    })
}

/// The document, and from its registration on what the unit does with it.
fn follow(found: &Delivered, lang: Lang) -> Vec<Link> {
    let mut links = vec![Link::new(
        &format!("/van-ban/{}", found.document_id),
        &lang.t("view-document-page"),
    )];
    if found.state == state::REGISTERED {
        links.push(Link::new(
            &format!("/tiep-nhan/{}/chi-dao", found.id),
            &lang.t("direction-title"),
        ));
    }
    links
}
