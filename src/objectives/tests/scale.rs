//! The screens with 3,321 units: as many as a country has communes.

use axum::http::StatusCode;
use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::world::World;
use crate::app::Cx;
use crate::fault::Outcome;
use crate::objectives::rows::{report_value, unit_report};
use crate::objectives::{find, state};
use crate::people::Actor;
use crate::people::rows::{unit, unit_name};

const UNITS: usize = 3_321;
/// Most SQL statements of the wall screen, and most bytes of a page.
const MAX_STATEMENTS: u64 = 6;
const MAX_BYTES: usize = 50 * 1024;

#[tokio::test]
async fn the_screens_stay_small_and_ask_little_with_3321_units() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    let period = world.period("2023-Q2").await;
    world
        .app
        .act(
            &Actor::system(),
            (world.decision, period.id),
            |cx, (decision, period)| Box::pin(crowd(cx, *decision, *period)),
        )
        .await
        .expect("a crowd");
    world.until("2023-06-20T09:00:00+07:00").await;

    // A decision that nobody knows costs the session's statements and one more.
    let (unknown, _) = asked(
        &world,
        &format!("/van-ban/{}/bang", Uuid::nil()),
        StatusCode::NOT_FOUND,
    )
    .await;
    let (known, page) = asked(
        &world,
        &format!("/van-ban/{}/bang", world.decision),
        StatusCode::OK,
    )
    .await;
    let statements = known - unknown + 1;
    assert!(statements <= MAX_STATEMENTS, "{statements} statements");
    assert!(
        page.contains("Đơn vị 0001"),
        "who misses most is named: {page}"
    );
    assert!(sent(&page) <= MAX_BYTES, "the wall: {}", sent(&page));

    let first = format!("/van-ban/{}/muc-tieu", world.decision);
    let (known, page) = asked(&world, &first, StatusCode::OK).await;
    let statements = known - unknown + 1;
    assert!(
        statements <= MAX_STATEMENTS,
        "the objectives: {statements} statements"
    );
    assert!(sent(&page) <= MAX_BYTES, "the objectives: {}", sent(&page));
    let next = page
        .split("href=\"")
        .find(|rest| rest.contains("rel=\"next\""))
        .and_then(|rest| rest.split('"').next())
        .expect("a further page of units")
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let (_, further) = asked(&world, &next, StatusCode::OK).await;
    assert!(
        further.contains("rel=\"prev\"") && sent(&further) <= MAX_BYTES,
        "{}",
        sent(&further)
    );
}

/// Bytes of a page as it goes over the wire.
fn sent(page: &str) -> usize {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(page.as_bytes()).expect("packed");
    packed.finish().expect("packed").len()
}

/// The reading statements of a request, and its page.
async fn asked(world: &World, path: &str, wanted: StatusCode) -> (u64, String) {
    let before = world.app.store.reads();
    let (status, page) = world.ask("nguyen-duy-anh", path, None).await;
    assert_eq!(status, wanted, "{path}");
    (world.app.store.reads() - before, page)
}

/// Approved reports of so many further units, every one of which misses something.
async fn crowd(cx: Cx<'_>, decision: Uuid, period: Uuid) -> Outcome<()> {
    let document = crate::documents::find::document(cx.tx, decision).await?;
    let indicators = find::indicators(cx.tx, decision).await?;
    let since = NaiveDate::from_ymd_opt(2004, 7, 1).unwrap_or_default();
    let (mut units, mut names, mut reports, mut values) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 1..=UNITS {
        let (unit_id, report_id) = (cx.id(), cx.id());
        units.push(unit::ActiveModel {
            id: Set(unit_id),
            org_id: Set(unit_id),
            parent_id: Set(None),
            unit_key: Set(format!("a-{n:04}")),
            kind: Set("commune_committee".to_owned()),
            account: Set(true),
            email: Set(None),
            valid_from: Set(since),
            valid_to: Set(None),
        });
        names.push(unit_name::ActiveModel {
            id: Set(cx.id()),
            unit_id: Set(unit_id),
            name: Set(format!("Đơn vị {n:04}")),
            short: Set(format!("Đơn vị {n:04}")),
            header: Set("[]".to_owned()),
            place: Set(String::new()),
            code: Set(String::new()),
            superior: Set(String::new()),
            valid_from: Set(since),
            valid_to: Set(None),
        });
        reports.push(unit_report::ActiveModel {
            id: Set(report_id),
            org_id: Set(document.row.org_id),
            document_id: Set(decision),
            period_id: Set(period),
            unit_id: Set(unit_id),
            state: Set(state::APPROVED.to_owned()),
            version: Set(1),
            approved_version: Set(1),
            revision: Set(0),
            remark: Set(String::new()),
            returned: Set(String::new()),
            submitted_at: Set(Some(cx.now)),
            submitted_by: Set(String::new()),
            approved_at: Set(Some(cx.now)),
            approved_by: Set(String::new()),
            late_days: Set(0),
            changed_at: Set(cx.now),
            extended_due: Set(None),
        });
        values.extend(
            indicators
                .iter()
                .map(|indicator| report_value::ActiveModel {
                    report_id: Set(report_id),
                    indicator_id: Set(indicator.id),
                    version: Set(1),
                    numerator: Set(Some(50)),
                    denominator: Set(Some(100)),
                    nothing_arose: Set(false),
                    cause: Set(String::new()),
                    measure: Set(String::new()),
                    owner: Set(String::new()),
                    measure_due: Set(String::new()),
                }),
        );
    }
    for chunk in units.chunks(500) {
        unit::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    for chunk in names.chunks(500) {
        unit_name::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    for chunk in reports.chunks(500) {
        unit_report::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    for chunk in values.chunks(500) {
        report_value::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(())
}
