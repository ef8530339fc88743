//! Legal bases that name a document of this installation: what they are linked to, and whether it still holds.
//!
//! A link is read from the words each time, so it is right after every change of either document.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_drafting::{Citation, Draft, Gone, citations};
use uuid::Uuid;

use super::rows::{document, document_link};
use super::{doc_type, find, folded, state, title};
use crate::fault::Outcome;
use crate::people::{Actor, Unit, find as people_find};

/// A document that a basis names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub id: Uuid,
    /// `Quyết định số 05/QĐ-UBND`
    pub title: String,
    citation: Citation,
    /// Why it holds no more, and what stands in its place.
    gone: Option<(String, Option<String>)>,
}

impl Base {
    /// What the checker is told of it.
    fn into_gone(self) -> Option<Gone> {
        let (fate, instead) = self.gone?;
        Some(Gone {
            citation: self.citation,
            fate,
            instead,
        })
    }
}

/// The documents that the bases of a draft name, of those that the actor may know, in the order of the bases. A document is
/// meant where number, symbol and day agree and its agency or drafting unit is named; the draft's own agency `org_id` also
/// as `UBND huyện`.
///
/// # Errors
/// What the database reports.
pub async fn named(
    db: &impl ConnectionTrait,
    actor: &Actor,
    org_id: Uuid,
    draft: &Draft,
    on: NaiveDate,
) -> Outcome<Vec<Base>> {
    let cited: Vec<(&str, Citation)> = draft
        .legal_basis
        .iter()
        .flat_map(|text| citations(text).into_iter().map(|one| (text.as_str(), one)))
        .collect();
    if cited.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = cited
        .iter()
        .filter_map(|(_, one)| i32::try_from(one.number).ok());
    let symbols = cited.iter().map(|(_, one)| one.symbol.as_str());
    let rows = document::Entity::find()
        .filter(document::Column::Number.is_in(numbers))
        .filter(document::Column::Symbol.is_in(symbols))
        .filter(find::visible_to(actor))
        .order_by_asc(document::Column::Id)
        .all(db)
        .await?;
    let units: Vec<Uuid> = rows
        .iter()
        .flat_map(|row| [row.org_id, row.owner_id])
        .collect();
    let units = people_find::units(db, &units, on).await?;
    let mut bases: Vec<Base> = Vec::new();
    for (text, citation) in cited {
        let text = folded(text);
        let meant = rows.iter().find(|row| {
            own_citation(row).is_some_and(|own| own.fits(&citation))
                && issuers(row, &units, org_id)
                    .iter()
                    .any(|name| text.contains(&folded(name)))
        });
        let Some(row) = meant.filter(|row| bases.iter().all(|base| base.id != row.id)) else {
            continue;
        };
        bases.push(Base {
            id: row.id,
            title: title(
                doc_type(&row.doc_type)?,
                row.number,
                &row.symbol,
                &row.subject,
            ),
            citation,
            gone: fate(db, row).await?,
        });
    }
    Ok(bases)
}

fn own_citation(row: &document::Model) -> Option<Citation> {
    Some(Citation {
        number: row.number.and_then(|number| u32::try_from(number).ok())?,
        symbol: row.symbol.clone(),
        issued_on: row.issued_on,
    })
}

/// What the issuer of a document is called: two communes have a decision 05/QĐ-UBND of the same day.
fn issuers(row: &document::Model, units: &BTreeMap<Uuid, Unit>, own: Uuid) -> Vec<String> {
    let mut names = Vec::new();
    for unit in [row.org_id, row.owner_id]
        .iter()
        .filter_map(|id| units.get(id))
    {
        names.push(unit.name.clone());
        // The abbreviation of a division says nothing: `TTr` is a type of document, too.
        if unit.id == unit.org_id {
            names.push(unit.short.clone());
        }
        if unit.id == own {
            let words: Vec<&str> = unit.short.split_whitespace().take(2).collect();
            names.push(words.join(" "));
        }
    }
    names
}

/// Why a document holds no more, with the name of what replaces it; none while it holds.
async fn fate(
    db: &impl ConnectionTrait,
    row: &document::Model,
) -> Outcome<Option<(String, Option<String>)>> {
    if row.state == state::RECALLED {
        return Ok(Some(("đã bị thu hồi".to_owned(), None)));
    }
    let later: Vec<Uuid> = document_link::Entity::find()
        .filter(document_link::Column::EarlierId.eq(row.id))
        .filter(document_link::Column::Kind.eq("replaces"))
        .all(db)
        .await?
        .into_iter()
        .map(|link| link.later_id)
        .collect();
    // What is still being drafted replaces nothing yet.
    let replaced_by = document::Entity::find()
        .filter(document::Column::Id.is_in(later))
        .filter(document::Column::State.is_in([state::ISSUED, state::CLOSED]))
        .order_by_desc(document::Column::IssuedAt)
        .one(db)
        .await?;
    let Some(later) = replaced_by else {
        return Ok(None);
    };
    let day = later
        .issued_on
        .map(trinhky_calendar::vn_long)
        .unwrap_or_default();
    let kind = doc_type(&later.doc_type)?;
    let name = format!(
        "{} {day}",
        title(kind, later.number, &later.symbol, &later.subject)
    );
    let name = name.trim_end().to_owned();
    Ok(Some((format!("được thay thế bởi {name}"), Some(name))))
}

/// What the checker is to know about the documents that a draft's bases name.
///
/// # Errors
/// What the database reports.
pub async fn gone(
    db: &impl ConnectionTrait,
    actor: &Actor,
    org_id: Uuid,
    draft: &Draft,
    on: NaiveDate,
) -> Outcome<Vec<Gone>> {
    let named = named(db, actor, org_id, draft, on).await?;
    Ok(named.into_iter().filter_map(Base::into_gone).collect())
}
