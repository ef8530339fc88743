//! Sign → number → seal → issue, in this order, which the workflow and the database both hold
//! (Decree 30/2020 Art. 14). Files are made before the act that records them.

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};
use serde_json::json;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::review::{complete, journal};
use super::rows::{document, document_file};
use super::{Document, after, find, numbers, proposal, state};
use crate::app::{App, Cx};
use crate::audit::evidence::{self, About, Anchor, Event, kinds};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::{self, Stored};
use crate::flow::{self, rows::flow_task};
use crate::people::{Actor, find as people_find, may};
use crate::signing::{self, By, Signed, Using};

/// The person's signature on the content that was seen, which is the approved one (a proposal is signed before it is approved).
///
/// # Errors
/// When the content is another, the right is missing, or the signing fails: then nothing has happened.
pub async fn sign(app: &App, actor: &Actor, id: Uuid, seen_hash: String) -> Outcome<()> {
    sign_with(app, actor, id, seen_hash, &Using::default()).await
}

/// The same with a chosen key; [`sign`] takes the trial key.
///
/// # Errors
/// As [`sign`]; a refusal at `pin` or `certificate` where the key does not sign.
pub async fn sign_with(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    using: &Using,
) -> Outcome<()> {
    let (document, step) = ready_to_sign(app, actor, id, &seen_hash).await?;
    let signed = signing::sign_person(app, &document, actor, using).await?;
    record_signature(app, actor, id, seen_hash, (step, signed)).await
}

/// What a signature needs before anything is signed: the content that was seen, the right, the approval.
///
/// # Errors
/// As [`sign`].
pub(super) async fn ready_to_sign(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: &str,
) -> Outcome<(Document, Step)> {
    let document = find::document(app.store.reader(), id).await?;
    document.same_content(seen_hash)?;
    let step = Step::of(&document, "sign", "sign_proposal");
    check_right(app, actor, &document, step).await?;
    check_signer(app, actor, &document, step).await?;
    if !document.is_carried()
        && document.row.approved_hash.as_deref() != Some(&document.row.content_hash)
    {
        return Err(Fault::stale(
            "Nội dung chưa được phê duyệt hoặc đã đổi sau khi phê duyệt.",
            "The content is not approved, or has changed since.",
        ));
    }
    Ok((document, step))
}

/// Records a signature on the content that was seen.
///
/// # Errors
/// A stale refusal where the document is signed or another by now.
pub(super) async fn record_signature(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    (step, signed): (Step, Signed),
) -> Outcome<()> {
    app.act(
        actor,
        (id, seen_hash, step, signed),
        |cx, (id, hash, step, signed)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                let changed = document::Entity::update_many()
                    .filter(document::Column::Id.eq(*id))
                    .filter(document::Column::ContentHash.eq(hash.as_str()))
                    .filter(document::Column::SignedHash.is_null())
                    .set(document::ActiveModel {
                        signed_hash: Set(Some(hash.clone())),
                        state: Set(state::SIGNED.to_owned()),
                        changed_at: Set(cx.now),
                        ..Default::default()
                    })
                    .exec(cx.tx)
                    .await?;
                if changed.rows_affected != 1 {
                    return Err(Fault::stale(
                        "Văn bản đã được ký hoặc đã đổi.",
                        "The document is signed already or has changed.",
                    ));
                }
                keep_file(cx, &document, "signed", &signed.file).await?;
                let carrier = step.carrier(cx, &document).await?;
                let advanced = complete(cx, &carrier, step.element, None, Variables::new()).await?;
                let by = signed.by.words();
                let summary = format!("Ký {}{by}, chưa cấp số", document.title());
                let entry =
                    Entry::about(*id, "document.signed", summary).data(json!({ "content": hash }));
                journal(cx, &carrier, entry, advanced).await
            })
        },
    )
    .await
}

/// The clerk gives number and date; only after the person's signature (VT-14, WF-01).
///
/// # Errors
/// When there is no signature, the month printed on the signed page is another, or the right is missing.
pub async fn assign_number(app: &App, actor: &Actor, id: Uuid, date: NaiveDate) -> Outcome<i32> {
    let document = find::document(app.store.reader(), id).await?;
    let step = Step::of(&document, "assign_number", "number_proposal");
    check_right(app, actor, &document, step).await?;
    app.act(actor, (id, date, step), |cx, (id, date, step)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            if document.row.state != state::SIGNED {
                return Err(Fault::stale(
                    "Chưa có chữ ký của người có thẩm quyền nên chưa được cấp số.",
                    "There is no signature of the competent person yet, so no number is given.",
                ));
            }
            let number = number(cx, &document, *date).await?;
            let summary = format!(
                "Cấp số {number:02}/{} ngày {}, chờ đóng dấu",
                document.row.symbol,
                trinhky_calendar::vn_date(*date)
            );
            let entry = Entry::about(*id, "number.given", summary)
                .data(json!({ "number": number, "date": date }));
            // A proposal keeps its step open until it is sealed; a decision goes on to the seal.
            if document.is_carried() {
                audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
            } else {
                let advanced =
                    complete(cx, &document, step.element, None, Variables::new()).await?;
                journal(cx, &document, entry, advanced).await?;
            }
            Ok(number)
        })
    })
    .await
}

/// The agency's seal, with number and date in the same revision. Where it fails the number stays, and a retry seals the same one.
///
/// # Errors
/// When the document has no number yet, the right is missing, or the sealing fails.
pub async fn seal(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    seal_with(app, actor, id, &Using::default()).await
}

/// The same with a chosen key; [`seal`] takes the trial key.
///
/// # Errors
/// As [`seal`]; a refusal at `pin` or `certificate` where the key does not sign.
pub async fn seal_with(app: &App, actor: &Actor, id: Uuid, using: &Using) -> Outcome<()> {
    let (document, step) = ready_to_seal(app, actor, id).await?;
    let sealed = signing::seal(app, &document, using).await?;
    record_seal(app, actor, id, (step, sealed)).await
}

/// What a seal needs before anything is sealed: the right, and a number.
///
/// # Errors
/// As [`seal`].
pub(super) async fn ready_to_seal(app: &App, actor: &Actor, id: Uuid) -> Outcome<(Document, Step)> {
    let document = find::document(app.store.reader(), id).await?;
    let step = Step::of(&document, "seal", "number_proposal");
    check_right(app, actor, &document, step).await?;
    if document.row.state != state::NUMBERED {
        return Err(Fault::stale(
            "Văn bản chưa có số hoặc đã đóng dấu.",
            "The document has no number yet or is sealed.",
        ));
    }
    Ok((document, step))
}

/// Records the seal of a numbered document.
///
/// # Errors
/// A stale refusal where it is sealed by now.
pub(super) async fn record_seal(
    app: &App,
    actor: &Actor,
    id: Uuid,
    (step, sealed): (Step, Signed),
) -> Outcome<()> {
    app.act(actor, (id, step, sealed), |cx, (id, step, sealed)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            let proposal = document.is_carried();
            let next = if proposal {
                state::ISSUED
            } else {
                state::SEALED
            };
            let changed = document::Entity::update_many()
                .filter(document::Column::Id.eq(*id))
                .filter(document::Column::State.eq(state::NUMBERED))
                .set(document::ActiveModel {
                    state: Set(next.to_owned()),
                    issued_at: Set(proposal.then_some(cx.now)),
                    changed_at: Set(cx.now),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            if changed.rows_affected != 1 {
                return Err(Fault::stale(
                    "Văn bản đã đóng dấu.",
                    "The document is sealed already.",
                ));
            }
            keep_file(cx, &document, "sealed", &sealed.file).await?;
            let carrier = step.carrier(cx, &document).await?;
            if proposal {
                proposal::cite(cx, &carrier, &document).await?;
            }
            let advanced = complete(cx, &carrier, step.element, None, Variables::new()).await?;
            let then = if proposal {
                " và trình Chủ tịch"
            } else {
                ""
            };
            let with = if sealed.proves_itself {
                ", kèm dữ liệu kiểm tra chữ ký về sau"
            } else {
                ""
            };
            let by = match sealed.by {
                By::Workstation => sealed.by.words(),
                By::Key | By::TrialKey => "",
            };
            let summary = format!("Đóng dấu {}{by}{then}{with}", document.title());
            journal(
                cx,
                &carrier,
                Entry::about(*id, "document.sealed", summary),
                advanced,
            )
            .await
        })
    })
    .await
}

/// Issues a sealed document; the recipients are expanded by the job that follows.
///
/// # Errors
/// When the document is not sealed, or the right is missing.
pub async fn issue(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    let document = find::document(app.store.reader(), id).await?;
    check_right(app, actor, &document, Step { element: "issue" }).await?;
    app.act(actor, id, |cx, id| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            let changed = document::Entity::update_many()
                .filter(document::Column::Id.eq(*id))
                .filter(document::Column::State.eq(state::SEALED))
                .set(document::ActiveModel {
                    state: Set(state::ISSUED.to_owned()),
                    issued_at: Set(Some(cx.now)),
                    changed_at: Set(cx.now),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            if changed.rows_affected != 1 {
                return Err(Fault::stale(
                    "Văn bản chưa đóng dấu hoặc đã phát hành.",
                    "The document is not sealed or is issued already.",
                ));
            }
            after::announce(cx, &document).await?;
            let advanced = complete(cx, &document, "issue", None, Variables::new()).await?;
            let told = begin_evidence(cx, &document, &advanced.by).await?;
            let entry = Entry::about(
                *id,
                "document.issued",
                format!("Phát hành {}", document.title()),
            )
            .evidence(&told);
            journal(cx, &document, entry, advanced).await
        })
    })
    .await
}

/// From now on whatever happens to the document on its way is told in its evidence.
async fn begin_evidence(cx: Cx<'_>, document: &Document, by: &Actor) -> Outcome<Anchor> {
    let org_id = document.row.org_id;
    let about = about(cx.tx, document).await?;
    let event = Event::new(
        &kinds::SUBMITTED,
        ("issued", document.row.id),
        org_id,
        cx.now,
    )
    .by(by)
    .detail(format!("Phát hành {}", document.title()));
    evidence::begin(cx.tx, document.row.id, &about, &event).await
}

/// What the evidence of a document is about.
///
/// # Errors
/// When the document is not sealed, or what the database reports.
pub async fn about(db: &impl ConnectionTrait, document: &Document) -> Outcome<About> {
    let file = find::file(db, document.row.id, "sealed").await?;
    let (Some(file), Some(number), Some(issued_on)) =
        (file, document.row.number, document.row.issued_on)
    else {
        return Err(Fault::stale(
            "Văn bản chưa đóng dấu.",
            "The document is not sealed yet.",
        ));
    };
    let agency = people_find::unit(db, document.row.org_id, issued_on).await?;
    Ok(About {
        document: file.digest,
        title: document.title(),
        number,
        symbol: document.row.symbol.clone(),
        issued_on,
        subject: document.row.subject.clone(),
        agency: agency.name,
    })
}

/// Which step of which workflow an act takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    element: &'static str,
}

impl Step {
    /// A proposal has no workflow of its own: its steps belong to the decision that it carries.
    fn of(document: &Document, own: &'static str, carried: &'static str) -> Self {
        Self {
            element: if document.is_carried() { carried } else { own },
        }
    }

    /// The document whose workflow the step belongs to.
    async fn carrier(self, cx: Cx<'_>, document: &Document) -> Outcome<Document> {
        find::document(cx.tx, document.row.carried_by.unwrap_or(document.row.id)).await
    }
}

/// Who stands in signs in the own name with the words of the mandate, never under the name of who is away (Art. 13).
async fn check_signer(app: &App, actor: &Actor, document: &Document, step: Step) -> Outcome<()> {
    let carrier = document.row.carried_by.unwrap_or(document.row.id);
    let task = flow::task_of(app.store.reader(), carrier, step.element).await?;
    let post = may::instead_of(actor, &right_to(&task, document));
    let Some(absent) = post.and_then(|post| post.instead) else {
        return Ok(());
    };
    let signer = &document.draft.signer.name;
    if *signer == actor.name {
        return Ok(());
    }
    Err(Fault::stale(
        format!(
            "Phần ký của văn bản ghi {signer}. Anh/chị ký thay {}: người soạn thảo đổi phần ký thành tên anh/chị với KT. hoặc TUQ., rồi trình lại.",
            absent.name
        ),
        format!(
            "The document names {signer} as its signer. You stand in for {}: let the drafter put your name there with KT. or TUQ. and submit it again.",
            absent.name
        ),
    ))
}

fn right_to<'a>(task: &'a flow_task::Model, document: &'a Document) -> may::TaskRight<'a> {
    may::TaskRight {
        role: &task.role,
        doc_type: &document.row.doc_type,
        org_id: task.org_id,
        owner_id: document.row.owner_id,
        unit_id: task.unit_id,
        person_id: task.person_id,
    }
}

/// The right is looked at before the costly part; the act itself looks again.
async fn check_right(app: &App, actor: &Actor, document: &Document, step: Step) -> Outcome<()> {
    let carrier = document.row.carried_by.unwrap_or(document.row.id);
    let task = flow::task_of(app.store.reader(), carrier, step.element).await?;
    if may::do_task(actor, &right_to(&task, document)) {
        return Ok(());
    }
    app.act(actor, task.name, |_, name| {
        Box::pin(async move {
            Err(Fault::forbidden(
                format!("Bạn không được giao việc “{name}”."),
                format!("The task \"{name}\" is not yours."),
            ))
        })
    })
    .await
}

/// Gives the document the next number of its register, and the day that the clerk chose.
pub(super) async fn number(cx: Cx<'_>, document: &Document, date: NaiveDate) -> Outcome<i32> {
    check_day(cx, document, date).await?;
    let row = &document.row;
    let entry = numbers::NewEntry {
        org_id: row.org_id,
        owner_id: document.register_owner(),
        doc_type: &row.doc_type,
        symbol: &row.symbol,
        entry_on: date,
        document_id: Some(row.id),
        subject: &row.subject,
        signer: &document.draft.signer.name,
        recipients: "",
        keeper: "",
        note: "",
    };
    let number = numbers::give(cx, entry).await?;
    document::ActiveModel {
        id: Set(row.id),
        number: Set(Some(number)),
        issued_on: Set(Some(date)),
        year: Set(date.year()),
        state: Set(state::NUMBERED.to_owned()),
        folded: Set(super::draft::search_text(&document.draft, Some(number))),
        changed_at: Set(cx.now),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    Ok(number)
}

/// The day of the number: not before the signature, and in the month that the signed page bears.
async fn check_day(cx: Cx<'_>, document: &Document, date: NaiveDate) -> Outcome<()> {
    let printed = document.draft.expected_month;
    if printed.is_some_and(|printed| (printed.month, printed.year) != (date.month(), date.year())) {
        return Err(Fault::invalid(
            "date",
            "Tháng, năm đã in trên bản ký khác với ngày cấp số. Chọn ngày trong tháng đó hoặc trình ký lại.",
            "Month and year printed on the signed page differ from this date. Choose a day of that month or have it signed anew.",
        ));
    }
    let signed = find::file(cx.tx, document.row.id, "signed").await?;
    let signed_on = signed.map(|file| trinhky_calendar::local(file.at).date_naive());
    match signed_on {
        Some(signed_on) if date < signed_on => Err(Fault::invalid(
            "date",
            format!(
                "Văn bản ký ngày {}; số không được ghi ngày trước đó.",
                trinhky_calendar::vn_date(signed_on)
            ),
            format!("It was signed on {signed_on}; the number cannot bear an earlier day."),
        )),
        _ => Ok(()),
    }
}

/// Records a file of a document, in the place of an earlier one of its kind.
///
/// # Errors
/// What the database reports.
pub async fn keep_file(
    cx: Cx<'_>,
    document: &Document,
    kind: &str,
    stored: &Stored,
) -> Outcome<()> {
    files::record(cx.tx, stored, &cx.app.clock).await?;
    document_file::Entity::insert(document_file::ActiveModel {
        document_id: Set(document.row.id),
        kind: Set(kind.to_owned()),
        version: Set(document.row.version),
        digest: Set(stored.digest.clone()),
        at: Set(cx.now),
    })
    .on_conflict(
        OnConflict::columns([
            document_file::Column::DocumentId,
            document_file::Column::Kind,
        ])
        .update_columns([
            document_file::Column::Version,
            document_file::Column::Digest,
            document_file::Column::At,
        ])
        .to_owned(),
    )
    .exec_without_returning(cx.tx)
    .await?;
    Ok(())
}

/// The organisation whose seal and header a document bears, on a day.
///
/// # Errors
/// What the database reports.
pub async fn organisation(app: &App, document: &Document) -> Outcome<crate::people::Unit> {
    let on = document.row.issued_on.unwrap_or_else(|| app.today());
    people_find::unit(app.store.reader(), document.row.org_id, on).await
}
