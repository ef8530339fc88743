//! What a drafter can choose instead of typing it: legal bases and recipients that the office's documents named before, its
//! groups of recipients, and the bodies that it knows.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use trinhky_drafting::{Draft, Line};
use uuid::Uuid;

use super::rows::{document, document_version};
use crate::fault::Outcome;
use crate::people::Unit;
use crate::people::find::Group;

/// The newest documents whose bases and recipients are offered.
const LOOKED_AT: u64 = 30;
/// So many of each are offered: a page stays small in an installation with thousands of bodies.
const OFFERED: usize = 80;

/// What can be chosen; what was used last stands first, and nothing twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// `Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015`, without the punctuation of its place.
    pub bases: Vec<String>,
    pub recipients: Vec<String>,
}

/// What the newest documents of an organisation name, then its groups and the bodies of the day.
///
/// # Errors
/// What the database reports.
pub async fn known(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    groups: &[Group],
    units: &BTreeMap<Uuid, Unit>,
) -> Outcome<Known> {
    let mut known = Known::default();
    for draft in newest(db, org_id).await? {
        known.take(&draft);
    }
    for group in groups {
        // A group is found by its phrases, not by what the office calls it.
        if let Some(phrase) = group.phrases.first() {
            add(&mut known.recipients, phrase);
        }
    }
    // A body that a group or an earlier document names needs its own line now and then, too.
    for unit in units.values() {
        add(&mut known.recipients, &unit.name);
    }
    Ok(known)
}

async fn newest(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<Draft>> {
    let heads = document::Entity::find()
        .filter(document::Column::OrgId.eq(org_id))
        .order_by_desc(document::Column::ChangedAt)
        .limit(LOOKED_AT)
        .all(db)
        .await?;
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let present = heads.iter().fold(Condition::any(), |any, head| {
        any.add(
            Condition::all()
                .add(document_version::Column::DocumentId.eq(head.id))
                .add(document_version::Column::Version.eq(head.version)),
        )
    });
    let drafts: BTreeMap<Uuid, String> = document_version::Entity::find()
        .filter(present)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.document_id, row.draft))
        .collect();
    heads
        .iter()
        .filter_map(|head| drafts.get(&head.id))
        .map(|text| Ok(serde_json::from_str(text)?))
        .collect()
}

impl Known {
    fn take(&mut self, draft: &Draft) {
        for basis in &draft.legal_basis {
            // "Theo đề nghị của …" names the one proposal of its document.
            if basis.starts_with("Căn cứ") {
                add(&mut self.bases, basis);
            }
        }
        for line in &draft.distribution {
            if let Line::Body { text } = line {
                add(&mut self.recipients, text);
            }
        }
    }
}

fn add(list: &mut Vec<String>, text: &str) {
    let text = text.trim().trim_end_matches([';', '.', ',']).trim_end();
    // What nobody has filled in yet is no suggestion.
    let new = !text.is_empty() && !text.contains('…') && list.iter().all(|known| known != text);
    if new && list.len() < OFFERED {
        list.push(text.to_owned());
    }
}
