//! How the objectives of a draft are measured: proposed from its text, confirmed by the drafter, and held together with it.
//!
//! The text says "98%" and the confirmed measure says "≥ 98%". Changing the measure changes the sentence; changing the sentence
//! makes a question of the measure. At the issue the objectives of the year are planned from what was confirmed.

mod confirm;

pub(crate) use confirm::confirm_within;
pub use confirm::{Confirmed, Settle, Typed, confirm, settle};

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_drafting::objectives::{Comparator, Fraction, Indicator, Objective, Unit, propose};
use uuid::Uuid;

use super::Document;
use super::rows::confirmed_measure;
use crate::fault::Outcome;

/// One indicator of a draft: what its text says and what was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// From the text, where the text still has it.
    pub proposed: Option<Indicator>,
    pub confirmed: Option<confirmed_measure::Model>,
    pub standing: Standing,
}

/// How text and confirmation stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Proposed from the text; nobody has confirmed it.
    Proposed,
    /// Both say the same.
    Agreed,
    /// The text was changed since and says another target.
    Differs,
    /// The sentence is no longer in the text.
    Gone,
}

impl Measure {
    /// The code that forms use: where it stands in the text now, or where it stood.
    #[must_use]
    pub fn code(&self) -> &str {
        self.proposed
            .as_ref()
            .map(|found| found.id.as_str())
            .or_else(|| self.confirmed.as_ref().map(|row| row.code.as_str()))
            .unwrap_or_default()
    }
}

impl confirmed_measure::Model {
    /// Percent or count.
    #[must_use]
    pub fn unit(&self) -> Unit {
        if self.is_count {
            Unit::Count
        } else {
            Unit::Percent
        }
    }

    /// The confirmed target.
    #[must_use]
    pub fn target(&self) -> Fraction {
        Fraction {
            numerator: u64::try_from(self.target_n).unwrap_or_default(),
            denominator: u64::try_from(self.target_d).unwrap_or(1).max(1),
        }
    }

    fn says(&self, indicator: &Indicator) -> bool {
        self.comparator == indicator.comparator.word()
            && self.unit() == indicator.unit
            && self.target().equals(indicator.target)
    }
}

/// Whether a confirmation belongs to an indicator of the text.
type Fits = fn(&confirmed_measure::Model, &Indicator) -> bool;

/// Joins what a text proposes with what was confirmed; indicators first in the order of the text, then those that are gone.
///
/// A confirmation belongs to the sentence it was made for; where that was changed, to the indicator of the same code.
#[must_use]
pub fn joined(proposed: &[Objective], confirmed: &[confirmed_measure::Model]) -> Vec<Measure> {
    let indicators: Vec<&Indicator> = proposed
        .iter()
        .flat_map(|objective| &objective.indicators)
        .collect();
    let mut taken: BTreeMap<usize, &confirmed_measure::Model> = BTreeMap::new();
    let mut rest: Vec<&confirmed_measure::Model> = confirmed.iter().collect();
    let rules: [Fits; 3] = [
        |row, found| row.source == found.source && slug(&row.code) == slug(&found.id),
        |row, found| row.code == found.id,
        |row, found| slug(&row.code) == slug(&found.id),
    ];
    for fits in rules {
        rest.retain(|row| {
            let place = (0..indicators.len())
                .find(|at| !taken.contains_key(at) && fits(row, indicators[*at]));
            place.is_none_or(|at| {
                taken.insert(at, row);
                false
            })
        });
    }
    let present = indicators.iter().enumerate().map(|(at, found)| {
        let row = taken.get(&at);
        Measure {
            standing: match row {
                None => Standing::Proposed,
                Some(row) if row.says(found) => Standing::Agreed,
                Some(_) => Standing::Differs,
            },
            proposed: Some((*found).clone()),
            confirmed: row.map(|row| (*row).clone()),
        }
    });
    let gone = rest.into_iter().map(|row| Measure {
        proposed: None,
        confirmed: Some(row.clone()),
        standing: Standing::Gone,
    });
    present.chain(gone).collect()
}

/// The measures of a document's present draft.
///
/// # Errors
/// What the database reports.
pub async fn of(db: &impl ConnectionTrait, document: &Document) -> Outcome<Vec<Measure>> {
    let rows = confirmed(db, document.row.id).await?;
    Ok(joined(&propose(&document.draft), &rows))
}

/// What was confirmed for a document.
///
/// # Errors
/// What the database reports.
pub async fn confirmed(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<Vec<confirmed_measure::Model>> {
    Ok(confirmed_measure::Entity::find()
        .filter(confirmed_measure::Column::DocumentId.eq(document_id))
        .order_by_asc(confirmed_measure::Column::Code)
        .all(db)
        .await?)
}

/// `≥ 98%`
#[must_use]
pub fn words(comparator: Comparator, target: Fraction, unit: Unit) -> String {
    let number = target
        .written(unit)
        .unwrap_or_else(|| format!("{}/{}", target.numerator, target.denominator));
    format!("{} {number}", comparator.sign())
}

/// `on_time_rate` of `O1a_on_time_rate`: what is measured, without its place in the text.
#[must_use]
pub fn slug(code: &str) -> &str {
    code.split_once('_').map_or(code, |(_, slug)| slug)
}
