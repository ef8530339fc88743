//! The page of a body without an account. The link of its mail only identifies it; every step is a press that carries
//! the typed code, and opening the page changes nothing.

use axum::Form as Body;
use axum::extract::{Path, State};
use axum::response::Response;
use uuid::Uuid;

use super::receive::sentence;
use super::{Fields, paper, reason_of, reasons, refused};
use crate::app::App;
use crate::audit;
use crate::distribution::receipt::{self, Delivered};
use crate::documents::find;
use crate::documents::pages::signatures;
use crate::fault::{Fault, Outcome};
use crate::people::session::{done, failed, field_error};
use crate::people::{Actor, find as people_find};
use crate::web::views::distribution::Guest;
use crate::web::{Form, Lang, Page, WebError, html};

/// `GET /tiep-nhan/{id}/ma`: anybody with the link; shows who sends to whom, or that it is answered, and no more.
///
/// # Errors
/// 404 where there is no such delivery, or where its body has an account.
pub async fn guest_page(
    State(app): State<App>,
    lang: Lang,
    Path(id): Path<Uuid>,
) -> Result<Response, WebError> {
    let here = address(id);
    let found = delivery(&app, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    closed(&app, &found, lang, Form::new(&here, "", ""))
        .await
        .map_err(|fault| failed(fault, &here))
}

/// `POST /tiep-nhan/{id}/ma`: who typed the code. `do` says what: nothing opens the document, `pdf`, `accept`, `refuse`.
///
/// # Errors
/// 404, 409 when it is answered already, 429 after too many wrong codes.
pub async fn guest(
    State(app): State<App>,
    lang: Lang,
    Path(id): Path<Uuid>,
    Body(fields): Body<Fields>,
) -> Result<Response, WebError> {
    let here = address(id);
    let form = Form::sent(&here, fields);
    let found = delivery(&app, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    if !found.is_open() {
        return closed(&app, &found, lang, Form::new(&here, "", ""))
            .await
            .map_err(|fault| failed(fault, &here));
    }
    let code = form.value("code").to_owned();
    if let Err(fault) = receipt::open_with_code(&app, id, &code).await {
        let refusal = field_error(fault, &here)?;
        let mut code_form = Form::new(&here, "", "");
        code_form.refuse("code", sentence(&refusal, lang));
        let page = closed(&app, &found, lang, code_form)
            .await
            .map_err(|fault| failed(fault, &here))?;
        return Ok(refused(page));
    }
    let result = match form.value("do") {
        "pdf" => {
            seen(&app, &found, "pdf")
                .await
                .map_err(|fault| failed(fault, &here))?;
            return paper::file(&app, found.document_id)
                .await
                .map_err(|fault| failed(fault, &here));
        }
        "accept" => accept(&app, &found, &form)
            .await
            .map(|number| lang.tn("received-flash", number)),
        "refuse" => decline(&app, &found, &form)
            .await
            .map(|()| lang.t("refused-flash")),
        _ => {
            let page = opened(&app, &found, lang, &code, None)
                .await
                .map_err(|fault| failed(fault, &here))?;
            return Ok(page);
        }
    };
    match result {
        Ok(flash) => Ok(done(&here, &flash)),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            let mut form = form;
            form.refuse(
                &refusal.field.clone().unwrap_or_default(),
                sentence(&refusal, lang),
            );
            let page = opened(&app, &found, lang, &code, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(page))
        }
    }
}

async fn accept(app: &App, found: &Delivered, form: &Form) -> Outcome<i32> {
    let actor = receipt::guest(app, found.id, form.value("code"), &signed(form)).await?;
    receipt::acknowledge(app, &actor, found.id).await
}

async fn decline(app: &App, found: &Delivered, form: &Form) -> Outcome<()> {
    let reason = reason_of(form)?;
    let actor = receipt::guest(app, found.id, form.value("code"), &signed(form)).await?;
    receipt::refuse(app, &actor, found.id, reason).await
}

/// Name and function as the guest wrote them; the name alone where no function was written.
fn signed(form: &Form) -> String {
    match (form.value("name").trim(), form.value("post").trim()) {
        (name, "") => name.to_owned(),
        ("", _) => String::new(),
        (name, post) => format!("{name}, {post}"),
    }
}

/// Whoever has the code has opened it; a name is given only with the answer.
async fn seen(app: &App, found: &Delivered, what: &str) -> Outcome<()> {
    let unit = people_find::unit(app.store.reader(), found.unit_id, app.today()).await?;
    let reader = Actor::guest("Người nhập mã", unit.id, &unit.name);
    audit::seen(app, &reader, found.document_id, what).await
}

fn address(id: Uuid) -> String {
    format!("/tiep-nhan/{id}/ma")
}

/// Deliveries to bodies with an account have no code and no such page.
async fn delivery(app: &App, id: Uuid) -> Outcome<Delivered> {
    let found = receipt::delivered(app.store.reader(), id).await?;
    let unit = people_find::unit(app.store.reader(), found.unit_id, app.today()).await?;
    if unit.account {
        Err(Fault::NotFound)
    } else {
        Ok(found)
    }
}

/// Before the code, and after the answer: who sends to whom, not what it says.
async fn closed(app: &App, found: &Delivered, lang: Lang, code_form: Form) -> Outcome<Response> {
    let mut delivery = paper::view(app, found, lang).await?;
    let (from, to) = (delivery.from.clone(), delivery.to.clone());
    delivery.subject = String::new();
    Ok(html(&Guest {
        page: Page {
            path: address(found.id),
            ..Page::new(lang, &from, &lang.tx("guest-title", &from))
        },
        from,
        to,
        code_form,
        delivery: (!found.is_open()).then_some(delivery),
        code: String::new(),
        form: Form::default(),
        refuse: Form::default(),
        reasons: Vec::new(),
    }))
}

/// After the code: the document with its buttons; `sent` is the form that was not accepted.
async fn opened(
    app: &App,
    found: &Delivered,
    lang: Lang,
    code: &str,
    sent: Option<Form>,
) -> Outcome<Response> {
    let document = find::document(app.store.reader(), found.document_id).await?;
    seen(app, found, "delivery").await?;
    let mut delivery = paper::view(app, found, lang).await?;
    delivery.signatures = signatures(app, found.document_id, lang).await?;
    delivery.body = paper::text(&document);
    let here = address(found.id);
    let empty = || Form::new(&here, "", "");
    let (form, refuse) = match sent {
        Some(sent) if sent.value("do") == "refuse" => (empty(), sent),
        Some(sent) => (sent, empty()),
        None => (empty(), empty()),
    };
    let title = lang.tx("receive-title", &delivery.name);
    Ok(html(&Guest {
        page: Page {
            path: here.clone(),
            ..Page::new(lang, &delivery.from, &title)
        },
        from: delivery.from.clone(),
        to: delivery.to.clone(),
        code_form: empty(),
        delivery: Some(delivery),
        code: code.to_owned(),
        form,
        refuse,
        reasons: reasons(lang),
    }))
}
