//! A case file is to go to the archive in thirty days (Annex VI.III.5b): who made it is told, with the head of its unit in copy.

use serde_json::{Value, json};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::audience::{Book, HEADS};
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::cases::{period, rows::case_file};
use crate::fault::Outcome;
use crate::people::{Actor, find as people_find};
use sea_orm::EntityTrait as _;

/// Tells the keeper once, unless the file was handed over meanwhile.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn case_due(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["case"].clone())?;
    app.act(&Actor::system(), id, |cx, id| Box::pin(tell(cx, *id)))
        .await
}

async fn tell(cx: Cx<'_>, id: Uuid) -> Outcome<()> {
    let Some(case) = case_file::Entity::find_by_id(id).one(cx.tx).await? else {
        return Ok(());
    };
    let Some(by) = case.hand_over_by.filter(|_| case.handed_on.is_none()) else {
        return Ok(());
    };
    let maker = people_find::posts_of(cx.tx, case.made_by, cx.today()).await?;
    let book = Book::of_units(cx.tx, &[case.owner_id], cx.today()).await?;
    // Whoever has left the office is nobody to tell: the head of the unit answers for its files.
    let people = maker.iter().chain(book.first_of(case.owner_id, HEADS));
    let Some(to) = Audience::of(people) else {
        let summary = format!(
            "Chưa báo được hạn nộp lưu hồ sơ {}: không có địa chỉ thư",
            case.code
        );
        return journal(cx, &case, "reminder.unaddressed", summary).await;
    };
    let letter = Letter {
        key: format!("case_due:{}", case.id),
        template: "case_due",
        context: json!({
            "recipient": to.name,
            "code": case.code,
            "year": case.year,
            "title": case.title,
            "period": period(case.years),
            "by": vn_date(by),
            "link": format!("{}/ho-so/{}", cx.app.config.base_url(), case.id),
        }),
        to,
        delivery_id: None,
    };
    if letter::post(cx, case.org_id, None, vec![letter]).await? == 0 {
        return Ok(());
    }
    let summary = format!("Báo hạn nộp lưu hồ sơ {}: {}", case.code, vn_date(by));
    journal(cx, &case, "reminder.sent", summary).await
}

async fn journal(
    cx: Cx<'_>,
    case: &case_file::Model,
    act: &'static str,
    summary: String,
) -> Outcome<()> {
    let entry = Entry::general(act, summary)
        .unit(case.owner_id)
        .data(json!({ "case": case.id }));
    audit::append(cx.tx, case.org_id, cx.actor, cx.now, entry).await
}
