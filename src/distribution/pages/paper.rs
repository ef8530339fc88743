//! The document inside the pages of its recipients: its text, its file, what its signatures say.

use anyhow::Context as _;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use trinhky_pades::{Trust, verify};
use uuid::Uuid;

use crate::app::App;
use crate::distribution::receipt::Delivered;
use crate::documents::{Document, find};
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::signing;
use crate::web::Lang;
use crate::web::format::{Due, date_time, when};
use crate::web::views::distribution::{AcceptedView, DeliveryView};
use crate::web::views::shared::SignatureLine;
use crate::web::views::{Mark, Markup, Tone};

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

/// What the signatures of the issued file say; nothing where it has none yet.
pub(super) async fn signatures(
    app: &App,
    document_id: Uuid,
    lang: Lang,
) -> Outcome<Vec<SignatureLine>> {
    let Some(file) = find::file(app.store.reader(), document_id, "sealed").await? else {
        return Ok(Vec::new());
    };
    let pdf = app.files.get(&file.digest).await?;
    let trust = Trust::from_pem(&signing::roots_pem(app)?).context("the roots that we trust")?;
    let now = app.clock.now();
    let report = tokio::task::spawn_blocking(move || verify(&pdf, &trust, now))
        .await
        .map_err(anyhow::Error::from)?
        .context("the signatures of the issued file")?;
    Ok(report
        .signatures
        .into_iter()
        .map(|signature| {
            let mark = if signature.valid {
                Mark::new(Tone::Done, lang.t("signature-valid"))
            } else {
                Mark::new(Tone::Failed, lang.t("signature-invalid"))
            };
            let who = [signature.title, signature.signer, signature.agency]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ");
            let at = signature
                .claimed_time
                .map(|at| format!(", {}", date_time(at.to_utc())))
                .unwrap_or_default();
            let said = match lang {
                Lang::Vi => signature.message_vi,
                Lang::En => signature.message,
            };
            SignatureLine {
                mark,
                text: format!("{who}{at}. {said}"),
            }
        })
        .collect())
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
