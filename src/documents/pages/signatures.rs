//! What the signatures of a document's newest file say, checked anew at every look.

use anyhow::Context as _;
use trinhky_pades::verify;
use uuid::Uuid;

use crate::app::App;
use crate::documents::find;
use crate::fault::Outcome;
use crate::signing;
use crate::web::Lang;
use crate::web::format::date_time;
use crate::web::views::shared::SignatureLine;
use crate::web::views::{Mark, Tone};

/// What the signatures of the newest signed file say; nothing where none is signed yet.
///
/// # Errors
/// When the file is missing or is no PDF.
pub async fn signatures(app: &App, id: Uuid, lang: Lang) -> Outcome<Vec<SignatureLine>> {
    let db = app.store.reader();
    let file = match find::file(db, id, "sealed").await? {
        Some(file) => Some(file),
        None => find::file(db, id, "signed").await?,
    };
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let pdf = app.files.get(&file.digest).await?;
    let trust = signing::verifier::trust(app)?;
    let now = app.clock.now();
    let report = tokio::task::spawn_blocking(move || verify(&pdf, &trust, now))
        .await
        .map_err(anyhow::Error::from)?
        .context("the signatures of a document's file")?;
    Ok(report
        .signatures
        .into_iter()
        .map(|signature| {
            let (tone, key) = if signature.valid {
                (Tone::Done, "signature-valid")
            } else {
                (Tone::Failed, "signature-invalid")
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
            let sentence = if lang == Lang::En {
                signature.message
            } else {
                signature.message_vi
            };
            SignatureLine {
                mark: Mark::new(tone, lang.t(key)),
                text: format!("{who}{at}. {sentence}"),
            }
        })
        .collect())
}
