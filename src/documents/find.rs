//! Finders of documents, only for those who may know them.

use sea_orm::sea_query::{Expr, LikeExpr, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect,
};
use trinhky_drafting::Unplaced;
use uuid::Uuid;

use super::rows::{document, document_file, document_version, opinion};
use super::{Document, doc_type, folded, state};
use crate::distribution::rows::delivery;
use crate::fault::{Fault, Outcome};
use crate::people::Actor;
use crate::people::rows::unit_name;

/// A document by id, whoever asks; for acts that check the right themselves.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn document(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Document> {
    let row = document::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    with_draft(db, row).await
}

/// A document that the actor may know: of his organisation, or sent or shown to one of his units.
///
/// # Errors
/// [`Fault::NotFound`] also where he may not know that it exists.
pub async fn visible(db: &impl ConnectionTrait, actor: &Actor, id: Uuid) -> Outcome<Document> {
    let row = visible_row(db, actor, id).await?;
    with_draft(db, row).await
}

/// As [`visible`] without the text: one statement, for screens that need the head alone.
///
/// # Errors
/// As [`visible`].
pub async fn visible_row(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: Uuid,
) -> Outcome<document::Model> {
    document::Entity::find_by_id(id)
        .filter(visible_to(actor))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

async fn with_draft(db: &impl ConnectionTrait, row: document::Model) -> Outcome<Document> {
    let version = version(db, row.id, row.version).await?;
    let doc_type = doc_type(&row.doc_type)?;
    Ok(Document {
        draft: serde_json::from_str(&version.draft)?,
        doc_type,
        row,
    })
}

/// One version of a document.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn version(
    db: &impl ConnectionTrait,
    id: Uuid,
    version: i32,
) -> Outcome<document_version::Model> {
    document_version::Entity::find_by_id((id, version))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// All versions, newest first.
///
/// # Errors
/// What the database reports.
pub async fn versions(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Outcome<Vec<document_version::Model>> {
    Ok(document_version::Entity::find()
        .filter(document_version::Column::DocumentId.eq(id))
        .order_by_desc(document_version::Column::Version)
        .all(db)
        .await?)
}

/// What the import could not place in the present version.
///
/// # Errors
/// What the database reports.
pub async fn unplaced(db: &impl ConnectionTrait, document: &Document) -> Outcome<Vec<Unplaced>> {
    let version = version(db, document.row.id, document.row.version).await?;
    Ok(serde_json::from_str(&version.unplaced)?)
}

/// The opinions asked for on a document, in the order they were asked.
///
/// # Errors
/// What the database reports.
pub async fn opinions(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Vec<opinion::Model>> {
    Ok(opinion::Entity::find()
        .filter(opinion::Column::DocumentId.eq(id))
        .order_by_asc(opinion::Column::Id)
        .all(db)
        .await?)
}

/// The digest of a file of the document (`signed`, `sealed`), where there is one.
///
/// # Errors
/// What the database reports.
pub async fn file(
    db: &impl ConnectionTrait,
    id: Uuid,
    kind: &str,
) -> Outcome<Option<document_file::Model>> {
    Ok(document_file::Entity::find_by_id((id, kind.to_owned()))
        .one(db)
        .await?)
}

/// The proposal that carries a decision to the Chairman: of several, after a return, the newest.
///
/// # Errors
/// What the database reports.
pub async fn proposal_of(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Option<Document>> {
    let row = document::Entity::find()
        .filter(document::Column::CarriedBy.eq(id))
        .order_by_desc(document::Column::Id)
        .one(db)
        .await?;
    match row {
        Some(row) => Ok(Some(with_draft(db, row).await?)),
        None => Ok(None),
    }
}

/// The documents of another year with the same type and, but for its figures, the same subject, last issued first.
///
/// # Errors
/// What the database reports.
pub async fn alike(
    db: &impl ConnectionTrait,
    document: &Document,
    year: i32,
) -> Outcome<Vec<document::Model>> {
    let without_figures = |subject: &str| {
        folded(subject)
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect::<String>()
    };
    let wanted = without_figures(&document.row.subject);
    let mut found = document::Entity::find()
        .filter(document::Column::OrgId.eq(document.row.org_id))
        .filter(document::Column::DocType.eq(document.row.doc_type.as_str()))
        .filter(document::Column::Year.eq(year))
        .order_by_desc(document::Column::IssuedAt)
        .all(db)
        .await?;
    found.retain(|row| without_figures(&row.subject) == wanted);
    Ok(found)
}

/// What a list of documents asks for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Number, words of the document or a unit, with or without accents.
    pub words: String,
    /// A state to filter by.
    pub state: Option<String>,
    /// A type code to filter by.
    pub doc_type: Option<String>,
    /// Documents changed before this one: the next page.
    pub before: Option<Uuid>,
    pub limit: u64,
}

/// The documents the actor may know, newest change first, by keyset.
///
/// # Errors
/// What the database reports.
pub async fn search(
    db: &impl ConnectionTrait,
    actor: &Actor,
    search: &Search,
) -> Outcome<Vec<document::Model>> {
    let mut select = document::Entity::find()
        .filter(visible_to(actor))
        .filter(worded(db, &search.words).await?)
        .order_by_desc(document::Column::ChangedAt)
        .order_by_desc(document::Column::Id)
        .limit(search.limit);
    if let Some(state) = &search.state {
        select = select.filter(document::Column::State.eq(state));
    }
    if let Some(code) = &search.doc_type {
        select = select.filter(document::Column::DocType.eq(code));
    }
    if let Some(before) = search.before
        && let Some(last) = document::Entity::find_by_id(before).one(db).await?
    {
        select = select.filter(
            Condition::any()
                .add(document::Column::ChangedAt.lt(last.changed_at))
                .add(
                    Condition::all()
                        .add(document::Column::ChangedAt.eq(last.changed_at))
                        .add(document::Column::Id.lt(last.id)),
                ),
        );
    }
    Ok(select.all(db).await?)
}

/// How many documents of a state and a type there are.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    pub state: String,
    pub doc_type: String,
    pub number: i64,
}

/// The documents that the actor may know and that hold the words, counted by state and type.
///
/// # Errors
/// What the database reports.
pub async fn counts(db: &impl ConnectionTrait, actor: &Actor, words: &str) -> Outcome<Vec<Count>> {
    Ok(document::Entity::find()
        .select_only()
        .column(document::Column::State)
        .column(document::Column::DocType)
        .column_as(document::Column::Id.count(), "number")
        .filter(visible_to(actor))
        .filter(worded(db, words).await?)
        .group_by(document::Column::State)
        .group_by(document::Column::DocType)
        .into_model::<Count>()
        .all(db)
        .await?)
}

/// Every word stands in the document's own words or in a name of its drafting unit, with or without accents.
async fn worded(db: &impl ConnectionTrait, words: &str) -> Outcome<Condition> {
    let words = folded(words);
    let mut condition = Condition::all();
    if words.trim().is_empty() {
        return Ok(condition);
    }
    // Names are few and stored with their accents, so they are compared here.
    let names = unit_name::Entity::find().all(db).await?;
    let names: Vec<(Uuid, String)> = names
        .into_iter()
        .map(|name| {
            (
                name.unit_id,
                folded(&format!("{} {}", name.name, name.short)),
            )
        })
        .collect();
    for word in words.split_whitespace() {
        let escaped = word
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let like = LikeExpr::new(format!("%{escaped}%")).escape('\\');
        let units = names
            .iter()
            .filter(|(_, name)| name.contains(word))
            .map(|(unit, _)| *unit);
        condition = condition.add(
            Condition::any()
                .add(Expr::col(document::Column::Folded).like(like))
                .add(document::Column::OwnerId.is_in(units)),
        );
    }
    Ok(condition)
}

/// The one rule of who may know a document; used by every finder that pages call.
fn visible_to(actor: &Actor) -> Condition {
    let units = actor.unit_ids();
    let sent = Query::select()
        .column(delivery::Column::DocumentId)
        .from(delivery::Entity)
        .and_where(delivery::Column::UnitId.is_in(units.clone()))
        .to_owned();
    let asked = Query::select()
        .column(opinion::Column::DocumentId)
        .from(opinion::Entity)
        .and_where(opinion::Column::UnitId.is_in(units))
        .to_owned();
    Condition::any()
        .add(document::Column::OrgId.is_in(actor.org_ids()))
        // What was recalled is gone at its recipients.
        .add(
            Condition::all()
                .add(document::Column::Id.in_subquery(sent))
                .add(document::Column::State.ne(state::RECALLED)),
        )
        .add(document::Column::Id.in_subquery(asked))
}
