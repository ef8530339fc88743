//! Finders of documents, only for those who may know them.

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use trinhky_drafting::Unplaced;
use uuid::Uuid;

use super::rows::{document, document_file, document_version, opinion};
use super::{Document, doc_type, folded, state};
use crate::distribution::rows::delivery;
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, may};

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

/// A document of an organisation in which the actor works on documents; for others it is not there.
///
/// # Errors
/// As [`visible`].
pub async fn own(db: &impl ConnectionTrait, actor: &Actor, id: Uuid) -> Outcome<Document> {
    let document = visible(db, actor, id).await?;
    if may::work_on_documents_of(actor, document.row.org_id) {
        Ok(document)
    } else {
        Err(Fault::NotFound)
    }
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

/// Of the documents with these ids those that the actor may know, without their texts.
///
/// # Errors
/// What the database reports.
pub async fn visible_rows(
    db: &impl ConnectionTrait,
    actor: &Actor,
    ids: &[Uuid],
) -> Outcome<Vec<document::Model>> {
    Ok(document::Entity::find()
        .filter(document::Column::Id.is_in(ids.iter().copied()))
        .filter(visible_to(actor))
        .all(db)
        .await?)
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
    let mut found = document::Entity::find()
        .filter(document::Column::OrgId.eq(document.row.org_id))
        .filter(document::Column::DocType.eq(document.row.doc_type.as_str()))
        .filter(document::Column::Year.eq(year))
        .order_by_desc(document::Column::IssuedAt)
        .all(db)
        .await?;
    found.retain(|row| is_alike(row, &document.row));
    Ok(found)
}

/// Whether two documents of an organisation have the same type and, but for its figures, the same subject.
#[must_use]
pub fn is_alike(one: &document::Model, other: &document::Model) -> bool {
    let without_figures = |row: &document::Model| {
        folded(&row.subject)
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect::<String>()
    };
    one.org_id == other.org_id
        && one.doc_type == other.doc_type
        && without_figures(one) == without_figures(other)
}

/// The documents with these ids (a query of ids) that the actor may know, of the newest years first, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn visible_among(
    db: &impl ConnectionTrait,
    actor: &Actor,
    ids: SelectStatement,
    most: u64,
) -> Outcome<Vec<document::Model>> {
    Ok(document::Entity::find()
        .filter(document::Column::Id.in_subquery(ids))
        .filter(visible_to(actor))
        .order_by_desc(document::Column::Year)
        .order_by_desc(document::Column::IssuedAt)
        .limit(most)
        .all(db)
        .await?)
}

/// A way in which an actor comes to know documents.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// They are of an organisation of his.
    Own(Uuid),
    /// They were sent to one of these units of his.
    Sent(Vec<Uuid>),
    /// One of these units of his was asked for its opinion.
    Asked(Vec<Uuid>),
}

impl Way {
    /// As a condition on `document`.
    pub(super) fn condition(&self) -> Condition {
        match self {
            Self::Own(org) => Condition::all().add(document::Column::OrgId.eq(*org)),
            Self::Sent(units) => {
                let sent = Query::select()
                    .column(delivery::Column::DocumentId)
                    .from(delivery::Entity)
                    .and_where(delivery::Column::UnitId.is_in(units.iter().copied()))
                    .to_owned();
                Condition::all()
                    .add(document::Column::Id.in_subquery(sent))
                    // What was recalled is gone at its recipients.
                    .add(document::Column::State.ne(state::RECALLED))
            }
            Self::Asked(units) => {
                let asked = Query::select()
                    .column(opinion::Column::DocumentId)
                    .from(opinion::Entity)
                    .and_where(opinion::Column::UnitId.is_in(units.iter().copied()))
                    .to_owned();
                Condition::all().add(document::Column::Id.in_subquery(asked))
            }
        }
    }
}

/// The one rule of who may know a document; used by every finder that pages call.
pub(super) fn ways(actor: &Actor) -> Vec<Way> {
    let units = actor.unit_ids();
    let own = actor.org_ids().into_iter().map(Way::Own);
    own.chain([Way::Sent(units.clone()), Way::Asked(units)])
        .collect()
}

pub(super) fn visible_to(actor: &Actor) -> Condition {
    ways(actor)
        .iter()
        .fold(Condition::any(), |any, way| any.add(way.condition()))
}
