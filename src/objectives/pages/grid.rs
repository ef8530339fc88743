//! Units × indicators of one period, a page of units at a time; people of other organisations see their own units only.

use super::{Seen, cell, said};
use crate::documents::rows::document;
use crate::fault::Outcome;
use crate::objectives::find::Indicator;
use crate::objectives::rows::report_period;
use crate::objectives::standing::{self, Line};
use crate::people::session::Session;
use crate::web::Lang;
use crate::web::views::objectives::{ResultCell, UnitGrid, UnitGridRow};
use crate::web::views::shared::Mark;

/// Rows of one page: as many as a page of 50 KB holds.
const UNITS: u16 = 36;

/// One page of the grid, from 1.
///
/// # Errors
/// What the database reports.
pub(super) async fn grid(
    session: &Session,
    decision: &document::Model,
    period: &report_period::Model,
    indicators: &[&Indicator],
    page: u32,
) -> Outcome<UnitGrid> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let seen = Seen::by(&session.actor, decision);
    let page = u64::from(page.max(1));
    // One more than is shown tells whether there is a further page.
    let shown = u64::from(UNITS);
    let window = ((page - 1) * shown, shown + 1);
    let mut lines = standing::lines(db, period.id, seen.only(), window, session.today()).await?;
    let further = lines.len() > usize::from(UNITS);
    lines.truncate(usize::from(UNITS));
    let base = format!("/van-ban/{}/muc-tieu", decision.id);
    let address = |page: u64| format!("{base}?ky={}&trang={page}", period.code);
    Ok(UnitGrid {
        caption: said(
            lang,
            format!("{}: đơn vị và chỉ tiêu", period.name),
            format!("{}: units and indicators", period.name),
        ),
        columns: indicators
            .iter()
            .map(|indicator| (indicator.label().to_owned(), indicator.name.clone()))
            .collect(),
        rows: lines
            .into_iter()
            .map(|line| row(line, indicators, lang))
            .collect(),
        previous: (page > 1).then(|| address(page - 1)),
        next: further.then(|| address(page + 1)),
        csv_href: format!("{base}.csv?ky={}", period.code),
        xlsx_href: format!("{base}.xlsx?ky={}", period.code),
    })
}

fn row(line: Line, indicators: &[&Indicator], lang: Lang) -> UnitGridRow {
    let of = |indicator: &&Indicator| match line.cells.get(&indicator.id) {
        Some(found) => cell(
            &found.sum(),
            &indicator.target,
            found.verdict(&indicator.target),
            lang,
            None,
        ),
        None => ResultCell {
            mark: Mark::not_reported(lang),
            ..ResultCell::default()
        },
    };
    UnitGridRow {
        href: Some(format!("/bao-cao/{}", line.report)),
        cells: indicators.iter().map(of).collect(),
        unit: line.unit,
    }
}
