//! What the decision of the year before came to, indicator by indicator.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::find::Indicator;
use super::verdict::{Sum, Target};
use super::{find, sums as results};
use crate::documents::rows::document;
use crate::documents::{self, Document, state};
use crate::fault::Outcome;

/// What is measured, without its place in the text: objectives may have changed their order since.
#[must_use]
pub fn key(code: &str) -> &str {
    documents::measures::slug(code)
}

/// The sums of the year before with their targets, by [`key`]; empty where no decision of that year is known.
///
/// # Errors
/// What the database reports.
pub async fn sums(
    db: &impl ConnectionTrait,
    decision: &Document,
) -> Outcome<BTreeMap<String, (Sum, Target)>> {
    let before = documents::find::alike(db, decision, decision.row.year - 1)
        .await?
        .into_iter()
        .find(counts);
    let Some(before) = before else {
        return Ok(BTreeMap::new());
    };
    let periods: Vec<Uuid> = find::periods(db, before.id)
        .await?
        .iter()
        .map(|period| period.id)
        .collect();
    let found = results::by_period(db, &periods).await?;
    let indicators = find::indicators(db, before.id).await?;
    Ok(by_key(&indicators, &found))
}

/// The sums of a year's indicators over its periods, by [`key`].
#[must_use]
pub fn by_key<'a>(
    indicators: impl IntoIterator<Item = &'a Indicator>,
    found: &BTreeMap<(Uuid, Uuid), Sum>,
) -> BTreeMap<String, (Sum, Target)> {
    indicators
        .into_iter()
        .map(|indicator| {
            let year = found
                .iter()
                .filter(|((_, of), _)| *of == indicator.id)
                .fold(Sum::default(), |year, (_, sum)| year.plus(*sum));
            (key(&indicator.code).to_owned(), (year, indicator.target))
        })
        .collect()
}

/// Whether a decision's results are last year's for another: of the year before, alike, and in force.
#[must_use]
pub fn is_before(row: &document::Model, decision: &document::Model) -> bool {
    row.year == decision.year - 1 && counts(row) && documents::find::is_alike(row, decision)
}

fn counts(row: &document::Model) -> bool {
    [state::ISSUED, state::CLOSED].contains(&row.state.as_str())
}
