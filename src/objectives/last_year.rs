//! What the decision of the year before came to, indicator by indicator.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::verdict::{Sum, Target};
use super::{find, sums as results};
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
        .find(|row| [state::ISSUED, state::CLOSED].contains(&row.state.as_str()));
    let Some(before) = before else {
        return Ok(BTreeMap::new());
    };
    let periods: Vec<Uuid> = find::periods(db, before.id)
        .await?
        .iter()
        .map(|period| period.id)
        .collect();
    let found = results::by_period(db, &periods).await?;
    Ok(find::indicators(db, before.id)
        .await?
        .into_iter()
        .map(|indicator| {
            let year = found
                .iter()
                .filter(|((_, of), _)| *of == indicator.id)
                .fold(Sum::default(), |year, (_, sum)| year.plus(*sum));
            (key(&indicator.code).to_owned(), (year, indicator.target))
        })
        .collect())
}
