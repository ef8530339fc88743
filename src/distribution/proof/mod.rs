//! The proof pack: one PDF/A-3 file that an inspector checks on his own machine. It shows who received the document when,
//! holds the document itself and its evidence as it stands in the database, and bears the agency's signature.

pub mod past;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use trinhky_calendar::{local, vn_date};
use trinhky_typeset::Attachment;
use uuid::Uuid;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::documents::issue::{self, keep_file};
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::people::Actor;
use crate::signing::{self, Signed, Using, evidence};
use crate::web::format::date_time;

/// The kind of file that the newest pack of a document is.
pub const FILE: &str = "proof";

/// Typesets the evidence told by now with the document inside, and signs it as the agency.
///
/// # Errors
/// For others than the agency's clerk; where the document is not issued; where the key does not sign.
pub async fn make(app: &App, actor: &Actor, id: Uuid, using: &Using) -> Outcome<Vec<u8>> {
    let document = find::document(app.store.reader(), id).await?;
    let sealed = issue::about(app.store.reader(), &document).await?.document;
    let lines = app
        .act(actor, id, |cx, id| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                if !may_make(cx.actor, &document) {
                    return Err(Fault::forbidden(
                        "Hồ sơ chứng cứ do văn thư cơ quan lập.",
                        "Proof packs are made by the clerk of the agency.",
                    ));
                }
                audit::evidence::lines(cx.tx, *id).await
            })
        })
        .await?;
    let Some(last) = lines.last().map(|line| digest(line.as_bytes())) else {
        return Err(Fault::stale(
            "Văn bản chưa phát hành.",
            "The document is not issued yet.",
        ));
    };
    let told = json!({ "n": lines.len() - 1, "sha256": last });
    let pdf = typeset(app, &document, &sealed, lines).await?;
    let signed = signing::sign_pack(app, &document, pdf, using).await?;
    record(app, actor, id, (&signed, told)).await?;
    Ok(app.files.get(&signed.file.digest).await?)
}

/// Whether the actor keeps the seal that the pack is signed with.
#[must_use]
pub fn may_make(actor: &Actor, document: &Document) -> bool {
    actor.has_role_in_unit(&["clerk"], document.row.org_id)
}

/// Records the pack; the journal names the last line inside, `told`.
async fn record(
    app: &App,
    actor: &Actor,
    id: Uuid,
    (signed, told): (&Signed, Value),
) -> Outcome<()> {
    app.act(
        actor,
        (id, signed.file.clone(), told),
        |cx, (id, file, told)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                keep_file(cx, &document, FILE, file).await?;
                let summary = format!("Lập hồ sơ chứng cứ gửi, nhận {}", document.title());
                let entry = Entry::about(*id, "proof.made", summary)
                    .data(json!({ "sha256": file.digest, "evidence": told }));
                audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
            })
        },
    )
    .await
}

/// What the page of a pack shows.
#[derive(Debug, Serialize)]
struct Shown {
    title: String,
    author: String,
    subject: String,
    issued_on: String,
    made_at: String,
    /// SHA-256 of the document inside.
    sha256: String,
    events: usize,
    /// SHA-256 of the last line of evidence.
    last: String,
    rows: Vec<Recipient>,
    people: Vec<(String, String, String)>,
}

/// One recipient in the table: times as people write them, empty where it did not happen.
#[derive(Debug, Default, Serialize)]
struct Recipient {
    name: String,
    sent: String,
    delivered: String,
    opened: String,
    answered: String,
    assigned: String,
}

async fn typeset(
    app: &App,
    document: &Document,
    sealed: &str,
    lines: Vec<String>,
) -> Outcome<Vec<u8>> {
    let decision = app.files.get(sealed).await?;
    let shown = shown(app, document, sealed, &lines)?;
    let told = lines
        .iter()
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    let attachments = vec![
        Attachment {
            name: evidence::DOCUMENT,
            bytes: decision,
        },
        Attachment {
            name: evidence::EVIDENCE,
            bytes: told.into_bytes(),
        },
    ];
    let (app, now) = (app.clone(), app.clock.now());
    let pdf = tokio::task::spawn_blocking(move || {
        let rules = signing::layout_rules(local(now).date_naive())?;
        anyhow::Ok(app.typesetter.proof(&shown, attachments, rules, now)?)
    });
    Ok(pdf.await.map_err(anyhow::Error::from)??)
}

/// The table, told from the evidence itself: what is shown is what is proved.
fn shown(app: &App, document: &Document, sealed: &str, lines: &[String]) -> Outcome<Shown> {
    let mut rows: BTreeMap<String, Recipient> = BTreeMap::new();
    let mut people = Vec::new();
    let mut agency = String::new();
    for line in lines {
        let event: Value = serde_json::from_str(line)?;
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        if event["n"] == 0 {
            agency = text("agency");
            continue;
        }
        let at = text("at").parse().map(date_time).unwrap_or_default();
        if event["grade"] == "R5" {
            people.push((text("actor"), text("recipient"), at));
            continue;
        }
        let Some(id) = event["recipient_id"].as_str() else {
            continue;
        };
        let row = rows.entry(id.to_owned()).or_default();
        row.name = text("recipient");
        match text("event").as_str() {
            "D.1" => row.delivered = at,
            "D.3" => row.sent = at,
            "D.4" => row.sent = format!("{at}: thư bị trả lại"),
            "E.1" => row.opened = format!("{at}, {}", text("actor")),
            "C.3" => row.answered = format!("{at}, {}, {}", text("detail"), text("actor")),
            "C.4" => row.answered = format!("{at}, từ chối: {}", text("detail")),
            "TK.3" => row.assigned = format!("{at}, {}", text("detail")),
            _ => {}
        }
    }
    let mut rows: Vec<Recipient> = rows.into_values().collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    people.sort();
    Ok(Shown {
        title: document.title(),
        author: agency,
        subject: document.row.subject.clone(),
        issued_on: document.row.issued_on.map(vn_date).unwrap_or_default(),
        made_at: date_time(app.clock.now()),
        sha256: sealed.to_owned(),
        events: lines.len().saturating_sub(1),
        last: lines
            .last()
            .map(|line| digest(line.as_bytes()))
            .unwrap_or_default(),
        rows,
        people,
    })
}
