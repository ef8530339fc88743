//! Making and changing drafts: import of a file, a new version at every save.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use serde_json::json;
use trinhky_drafting::{Draft, Imported, Unplaced, content_hash};
use trinhky_engine::{CommandKind, Variables};
use uuid::Uuid;

use super::rows::{document, document_version};
use super::{Document, expected_year, find, state, type_code, words};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::people::{Actor, find as people_find};

/// Longest subject that is accepted, in characters (Decree 30/2020 Annex VI, field Subject).
const MAX_SUBJECT: usize = 500;
/// Longest symbol (field CodeNotation).
const MAX_SYMBOL: usize = 30;

/// Imports a file as the first draft of a new document and starts its workflow.
///
/// # Errors
/// One sentence about the file, or that the actor may not draft for the unit.
pub async fn import(
    app: &App,
    actor: &Actor,
    owner_id: Uuid,
    file_name: &str,
    bytes: &[u8],
) -> Outcome<Uuid> {
    let imported = trinhky_drafting::import(file_name, bytes)
        .map_err(|error| Fault::invalid("file", error.message_vi, error.message))?;
    create(
        app,
        actor,
        owner_id,
        imported,
        format!("Nhập từ tệp {file_name}"),
    )
    .await
}

/// Makes a new document from a draft and starts its workflow.
///
/// # Errors
/// When the actor may not draft for the unit, a field is too long, or what the database reports.
pub async fn create(
    app: &App,
    actor: &Actor,
    owner_id: Uuid,
    imported: Imported,
    note: String,
) -> Outcome<Uuid> {
    app.act(
        actor,
        (owner_id, imported, note),
        |cx, (owner_id, imported, note)| Box::pin(create_in(cx, *owner_id, imported, note)),
    )
    .await
}

/// The rule of [`create`], for other acts, also of slices that draft from their own figures.
pub(crate) async fn create_in(
    cx: Cx<'_>,
    owner_id: Uuid,
    imported: &Imported,
    note: &str,
) -> Outcome<Uuid> {
    check_lengths(&imported.draft)?;
    may_draft_for(cx, owner_id)?;
    let owner = people_find::unit(cx.tx, owner_id, cx.today()).await?;
    let id = insert(
        cx,
        owner.org_id,
        owner_id,
        &imported.draft,
        &imported.unplaced,
        note,
    )
    .await?;
    let variables = Variables::from([("document".to_owned(), json!(id))]);
    let kind = type_code(imported.draft.doc_type);
    let kind = (kind.as_str(), flow::EVERY_TYPE);
    let (instance_id, advanced) = flow::start_for(cx, kind, owner.org_id, id, variables).await?;
    document::ActiveModel {
        id: Set(id),
        instance_id: Set(Some(instance_id)),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let summary = format!(
        "{note}: {} phần căn cứ, {} khối nội dung, {} dòng nơi nhận; chưa xếp được {} đoạn",
        imported.draft.legal_basis.len(),
        imported.draft.body.len(),
        imported.draft.distribution.len(),
        imported.unplaced.len()
    );
    let mut entry = Entry::about(id, "document.drafted", summary);
    entry.instance_id = Some(instance_id);
    entry.events = advanced.events;
    audit::append(cx.tx, owner.org_id, cx.actor, cx.now, entry).await?;
    Ok(id)
}

/// What a save did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Nothing was different.
    Unchanged,
    /// A new version with this number.
    Version(i32),
}

/// Saves a changed draft as a new version. `seen_version` is the version the drafter had before him.
///
/// A change after the approval drops the approval and goes back to the Chairman (Decree 30/2020
/// Art. 11.2); after the signature, and while somebody else has the draft before him, nothing can be changed.
///
/// # Errors
/// When somebody else saved meanwhile, the draft is not [`changeable`], or the actor may not.
pub async fn save(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_version: i32,
    draft: Draft,
    note: String,
) -> Outcome<Saved> {
    check_lengths(&draft)?;
    app.act(
        actor,
        (id, seen_version, draft, note),
        |cx, (id, seen_version, draft, note)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                may_draft_for(cx, document.row.owner_id)?;
                changeable(cx.tx, &document).await?;
                save_version(cx, &document, *seen_version, draft, note).await
            })
        },
    )
    .await
}

/// Makes an earlier version the newest one; `seen_version` is the newest that the drafter had before him.
///
/// # Errors
/// As [`save`], or when there is no such version.
pub async fn restore(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_version: i32,
    version: i32,
) -> Outcome<Saved> {
    let old = find::version(app.store.reader(), id, version).await?;
    let note = format!("Khôi phục bản thứ {version}");
    save(
        app,
        actor,
        id,
        seen_version,
        serde_json::from_str(&old.draft)?,
        note,
    )
    .await
}

/// The steps in which a draft lies with its drafter; after the approval a change takes it back to the Chairman, before its
/// signature a proposal is the Office's own.
const WITH_THE_DRAFTER: [&str; 4] = ["draft", "answer_opinions", "sign", "sign_proposal"];

/// Whether the content may change now.
///
/// While a unit, a checker or the Chairman has the draft before him, a change would take the text from under what he is about
/// to say (WF-06), so whoever has it sends it back first.
///
/// # Errors
/// A refusal that names the step, or says that the document is signed.
pub async fn changeable(db: &impl ConnectionTrait, document: &Document) -> Outcome<()> {
    let row = &document.row;
    if row.state == state::DROPPED {
        return Err(Fault::stale(
            "Văn bản đã thôi ban hành, không sửa được nữa. Muốn làm lại thì dùng lại văn bản này.",
            "The document was dropped and cannot be changed. To take it up again, use it again.",
        ));
    }
    if ![state::DRAFT, state::APPROVED].contains(&row.state.as_str()) {
        return Err(Fault::stale(
            "Văn bản đã ký, không sửa được nữa. Muốn thay đổi thì ban hành văn bản thay thế.",
            "The document is signed and cannot be changed. Issue a replacement instead.",
        ));
    }
    let tasks = flow::tasks_of_document(db, row.carried_by.unwrap_or(row.id)).await?;
    let held = tasks
        .iter()
        .find(|task| !WITH_THE_DRAFTER.contains(&task.element.as_str()));
    let Some(task) = held else { return Ok(()) };
    let (vi, en) = if task.element == "give_opinion" {
        (
            "Chờ hết vòng lấy ý kiến; sửa khi tiếp thu, giải trình.",
            "Wait for the end of the round; change it when the opinions are answered.",
        )
    } else {
        (
            "Đề nghị người đang xử lý trả lại, rồi sửa và trình lại.",
            "Ask who has it to send it back, then change it and submit it again.",
        )
    };
    Err(Fault::stale(
        format!(
            "Dự thảo đang ở bước “{}” nên chưa sửa được. {vi}",
            task.name
        ),
        format!(
            "The draft is at the step \"{}\" and cannot be changed now. {en}",
            task.name
        ),
    ))
}

/// The rule of [`save`], for other acts of this slice.
pub(crate) async fn save_version(
    cx: Cx<'_>,
    document: &Document,
    seen_version: i32,
    draft: &Draft,
    note: &str,
) -> Outcome<Saved> {
    let row = &document.row;
    if row.version != seen_version {
        return Err(Fault::stale(
            "Người khác đã lưu bản mới hơn. Trang hiện bản mới nhất; nội dung vừa nhập vẫn còn trong ô.",
            "Somebody saved a newer version. The page shows it; what you typed is still in the fields.",
        ));
    }
    let hash = content_hash(draft);
    if hash == row.content_hash {
        return Ok(Saved::Unchanged);
    }
    let version = row.version + 1;
    insert_version(cx, row.id, version, draft, &[], &hash, note).await?;
    // Expecting exactly one row: two savers at once cannot both win.
    let changed = document::Entity::update_many()
        .filter(document::Column::Id.eq(row.id))
        .filter(document::Column::Version.eq(row.version))
        .set(document::ActiveModel {
            version: Set(version),
            content_hash: Set(hash),
            approved_hash: Set(None),
            state: Set(state::DRAFT.to_owned()),
            subject: Set(draft.subject.clone()),
            symbol: Set(draft.symbol.clone()),
            folded: Set(search_text(draft, None)),
            changed_at: Set(cx.now),
            ..Default::default()
        })
        .exec(cx.tx)
        .await?;
    if changed.rows_affected != 1 {
        return Err(Fault::stale(
            "Người khác đã lưu bản mới hơn.",
            "Somebody saved a newer version.",
        ));
    }
    let mut entry = Entry::about(
        row.id,
        "document.saved",
        format!("Lưu bản thứ {version}: {note}"),
    );
    if row.state == state::APPROVED {
        entry
            .summary
            .push_str("; nội dung đã đổi nên việc phê duyệt không còn hiệu lực, trình lại");
        entry.events = back_to_approval(cx, document).await?;
    }
    audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await?;
    Ok(Saved::Version(version))
}

/// Moves the workflow from the signature back to the approval.
async fn back_to_approval(cx: Cx<'_>, document: &Document) -> Outcome<Vec<serde_json::Value>> {
    let instance = document.instance()?;
    let task_row = flow::task_of(cx.tx, document.row.id, "sign").await?;
    let state = flow::whole(cx.tx, instance).await?;
    let task = state
        .tasks()
        .find(|task| task.id.to_string() == task_row.task_id)
        .ok_or_else(|| anyhow::anyhow!("task {} has no state", task_row.task_id))?;
    let kind = CommandKind::MoveToken {
        scope: task.id.scope.clone(),
        token: task.token,
        to: "approve".to_owned(),
        reason: "Nội dung thay đổi sau khi phê duyệt".to_owned(),
    };
    Ok(flow::advance(cx, instance, kind).await?.events)
}

/// Writes a new document with its first version.
pub(crate) async fn insert(
    cx: Cx<'_>,
    org_id: Uuid,
    owner_id: Uuid,
    draft: &Draft,
    unplaced: &[Unplaced],
    note: &str,
) -> Outcome<Uuid> {
    let id = cx.id();
    let hash = content_hash(draft);
    document::ActiveModel {
        id: Set(id),
        org_id: Set(org_id),
        owner_id: Set(owner_id),
        doc_type: Set(type_code(draft.doc_type)),
        subject: Set(draft.subject.clone()),
        folded: Set(search_text(draft, None)),
        symbol: Set(draft.symbol.clone()),
        number: Set(None),
        issued_on: Set(None),
        year: Set(expected_year(draft, cx.today())),
        state: Set(state::DRAFT.to_owned()),
        version: Set(1),
        content_hash: Set(hash.clone()),
        approved_hash: Set(None),
        signed_hash: Set(None),
        carried_by: Set(None),
        instance_id: Set(None),
        created_at: Set(cx.now),
        created_by: Set(cx.actor.person_id.unwrap_or_default()),
        changed_at: Set(cx.now),
        issued_at: Set(None),
    }
    .insert(cx.tx)
    .await?;
    insert_version(cx, id, 1, draft, unplaced, &hash, note).await?;
    Ok(id)
}

async fn insert_version(
    cx: Cx<'_>,
    id: Uuid,
    version: i32,
    draft: &Draft,
    unplaced: &[Unplaced],
    hash: &str,
    note: &str,
) -> Outcome<()> {
    document_version::ActiveModel {
        document_id: Set(id),
        version: Set(version),
        draft: Set(serde_json::to_string(draft)?),
        unplaced: Set(serde_json::to_string(unplaced)?),
        content_hash: Set(hash.to_owned()),
        note: Set(note.to_owned()),
        created_at: Set(cx.now),
        created_by: Set(cx.actor.person_id.unwrap_or_default()),
        by_name: Set(cx.actor.name.clone()),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// What a search looks through: type, number, symbol, and every word of the document.
pub(super) fn search_text(draft: &Draft, number: Option<i32>) -> String {
    let number = number
        .map(|number| format!("{number:02}/{}", draft.symbol))
        .unwrap_or_default();
    words::stored(&format!(
        "{} {number} {} {}",
        draft.doc_type.name_in_text(),
        draft.symbol,
        trinhky_drafting::words(draft)
    ))
}

/// Whether the actor drafts for a unit; the acts look again.
#[must_use]
pub fn may_draft(actor: &Actor, owner_id: Uuid) -> bool {
    actor.has_role_in_unit(&["drafter", "office_chief", "unit_head"], owner_id)
}

/// Refuses who does not draft for the unit.
pub(crate) fn may_draft_for(cx: Cx<'_>, owner_id: Uuid) -> Outcome<()> {
    if may_draft(cx.actor, owner_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được lập và sửa dự thảo.",
        "Only the drafter or the head of the drafting unit may make or change a draft.",
    ))
}

fn check_lengths(draft: &Draft) -> Outcome<()> {
    let over = |field: &str, text: &str, limit: usize| {
        let length = text.chars().count();
        (length > limit).then(|| {
            Fault::invalid(
                field,
                format!("Dài {length} ký tự, tối đa {limit} theo Phụ lục VI Nghị định 30/2020. Rút gọn rồi lưu lại."),
                format!("{length} characters, at most {limit} by Annex VI of Decree 30/2020. Shorten it and save again."),
            )
        })
    };
    if draft.subject.trim().is_empty() {
        return Err(Fault::invalid(
            "subject",
            "Văn bản cần có trích yếu nội dung.",
            "The document needs a subject.",
        ));
    }
    match over("subject", &draft.subject, MAX_SUBJECT)
        .or_else(|| over("symbol", &draft.symbol, MAX_SYMBOL))
    {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}
