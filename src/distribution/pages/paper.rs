//! The document inside the pages of its recipients: its text, its file, what is to be done with it.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use crate::app::App;
use crate::distribution::receipt::Delivered;
use crate::documents::{Document, find};
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::signing;
use crate::web::Lang;
use crate::web::format::{Due, date_time, when};
use crate::web::views::Markup;
use crate::web::views::distribution::{AcceptedView, DeliveryView};

/// The text of a document, made by our own renderer, which escapes what people wrote.
pub(super) fn text(document: &Document) -> Markup {
    Markup::from_our_own_renderer(trinhky_drafting::html(&document.numbered_draft()))
}

/// The newest file of the document as an answer.
pub(super) async fn file(app: &App, document_id: Uuid) -> Outcome<Response> {
    let document = find::document(app.store.reader(), document_id).await?;
    let pdf = signing::pdf(app, &document).await?;
    Ok((
        [
            (CONTENT_TYPE, "application/pdf"),
            (CONTENT_DISPOSITION, "inline; filename=\"van-ban.pdf\""),
        ],
        pdf,
    )
        .into_response())
}

/// What was delivered, for its recipient. The document's text and signatures are added by who may see them.
pub(super) async fn view(app: &App, found: &Delivered, lang: Lang) -> Outcome<DeliveryView> {
    let db = app.store.reader();
    let units = people_find::units(db, &[found.org_id, found.unit_id], app.today()).await?;
    let name = |id: Uuid| {
        units
            .get(&id)
            .map(|unit| unit.name.clone())
            .unwrap_or_default()
    };
    let by = format!(
        "{}, {}",
        found.answered_by,
        found.answered_at.map(date_time).unwrap_or_default()
    );
    let number = found.arrival_number.map(|number| number.to_string());
    Ok(DeliveryView {
        name: found.title()?,
        subject: found.subject.clone(),
        from: name(found.org_id),
        to: name(found.unit_id),
        purposes: purpose(&found.kind, lang),
        due: due(app, found, lang).await?,
        accepted: number.map(|arrival_number| AcceptedView {
            arrival_number,
            at: found.answered_at.map(date_time).unwrap_or_default(),
            by: found.answered_by.clone(),
        }),
        refused: (!found.refusal.is_empty())
            .then(|| format!("{}: {} ({by})", lang.t("refused-already"), found.refusal)),
        recalled: found.recalled_at.map(|at| {
            let reason = found.recall_reason.as_deref().unwrap_or_default();
            lang.say(
                &format!("Cơ quan ban hành đã thu hồi văn bản này lúc {}: {reason} Không thực hiện theo văn bản; bản đã in gửi trả nơi gửi.", date_time(at)),
                &format!("The issuer recalled this document, {}: {reason} Do not act on it; return printed copies.", date_time(at)),
            )
        }),
        ..DeliveryView::default()
    })
}

/// The deadline of who is to act; bodies that receive for information have none.
async fn due(app: &App, found: &Delivered, lang: Lang) -> Outcome<Option<Due>> {
    if found.kind != "action" || !found.is_open() {
        return Ok(None);
    }
    let calendar = people_find::calendar(app.store.reader(), found.org_id).await?;
    Ok(Some(when(found.due_at, app.clock.now(), &calendar, lang)))
}

/// For action or for information, in words.
pub(super) fn purpose(kind: &str, lang: Lang) -> String {
    if kind == "action" {
        lang.t("for-action")
    } else {
        lang.t("for-information")
    }
}
