//! The organisations and units as they are on one day.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::Response;
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::Outcome;
use crate::people::rows::unit;
use crate::people::session::{Session, failed};
use crate::people::{Unit, find};
use crate::web::format::read_date;
use crate::web::views::admin::{UnitRow, Units};
use crate::web::{Lang, WebError, html};

/// Deeper than any tree of offices; a row that is its own ancestor must not hang the page.
const MAX_DEPTH: usize = 8;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The day looked at, as typed.
    on: Option<String>,
}

/// `GET /quan-tri`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn units(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    Ok(html(
        &view(&session, &asked)
            .await
            .map_err(|fault| failed(fault, "/quan-tri"))?,
    ))
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Units> {
    let org_id = administered(session)?;
    let (db, lang) = (session.app.store.reader(), session.lang);
    let typed = asked
        .on
        .as_deref()
        .map(str::trim)
        .filter(|typed| !typed.is_empty());
    let read = typed.map_or(Some(session.today()), read_date);
    let on = read.unwrap_or(session.today());
    let named = find::all_units(db, on).await?;
    let ids: Vec<Uuid> = named.keys().copied().collect();
    let rows = unit::Entity::find()
        .filter(unit::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let rows: BTreeMap<Uuid, unit::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut heads: BTreeMap<Uuid, String> = BTreeMap::new();
    for holder in find::holders(db, &ids, &["chair", "office_chief", "unit_head"], on).await? {
        heads.entry(holder.post.unit_id).or_insert(holder.name);
    }
    let mut notes = Vec::new();
    if read.is_none() {
        notes.push(lang.say(
            "Không đọc được ngày đã nhập (viết như 24/03/2023); trang này cho xem ngày hôm nay.",
            "The date cannot be read (write it like 24/03/2023); this page shows today.",
        ));
    }
    let organisations = named.values().filter(|unit| unit.id == unit.org_id).count();
    let own = named
        .values()
        .filter(|unit| unit.org_id == org_id && unit.id != org_id)
        .count();
    notes.push(match lang {
        Lang::Vi => format!("{organisations} cơ quan, tổ chức; {own} đơn vị trực thuộc."),
        Lang::En => format!("{organisations} organisations; {own} units of our own."),
    });
    let rows = in_order(org_id, &named, &rows)
        .into_iter()
        .map(|(unit, depth)| UnitRow {
            name: unit.name.clone(),
            depth,
            code: unit.code.clone(),
            kind: kind(lang, &unit.kind),
            valid: rows
                .get(&unit.id)
                .map(|row| valid(lang, row.valid_from, row.valid_to))
                .unwrap_or_default(),
            head: heads.get(&unit.id).cloned().unwrap_or_default(),
            email: unit.email.clone().unwrap_or_default(),
        })
        .collect();
    let title = lang.say("Cơ quan và đơn vị", "Organisations and units");
    let on = if read.is_some() {
        vn_date(on)
    } else {
        typed.unwrap_or_default().to_owned()
    };
    Ok(Units {
        page: frame(session, &title),
        on,
        rows,
        notes,
    })
}

/// Our own organisation first, then the others by key, each with its units below it.
fn in_order<'a>(
    org_id: Uuid,
    named: &'a BTreeMap<Uuid, Unit>,
    rows: &BTreeMap<Uuid, unit::Model>,
) -> Vec<(&'a Unit, usize)> {
    let parent = |unit: &Unit| {
        let written = rows.get(&unit.id).and_then(|row| row.parent_id);
        let above = written.or((unit.id != unit.org_id).then_some(unit.org_id));
        above.filter(|parent| named.contains_key(parent) && *parent != unit.id)
    };
    let mut below: BTreeMap<Option<Uuid>, Vec<&Unit>> = BTreeMap::new();
    for unit in named.values() {
        below.entry(parent(unit)).or_default().push(unit);
    }
    for units in below.values_mut() {
        units.sort_by_key(|unit| (unit.id != org_id, unit.key.as_str()));
    }
    let mut ordered = Vec::new();
    let mut waiting: Vec<(&Unit, usize)> = below
        .get(&None)
        .into_iter()
        .flatten()
        .rev()
        .map(|unit| (*unit, 0))
        .collect();
    while let Some((unit, depth)) = waiting.pop() {
        ordered.push((unit, depth));
        if depth < MAX_DEPTH {
            waiting.extend(
                below
                    .get(&Some(unit.id))
                    .into_iter()
                    .flatten()
                    .rev()
                    .map(|unit| (*unit, depth + 1)),
            );
        }
    }
    ordered
}

fn valid(lang: Lang, from: NaiveDate, to: Option<NaiveDate>) -> String {
    match (lang, to) {
        (Lang::Vi, None) => format!("từ {}", vn_date(from)),
        (Lang::Vi, Some(to)) => format!("từ {} đến trước {}", vn_date(from), vn_date(to)),
        (Lang::En, None) => format!("from {}", vn_date(from)),
        (Lang::En, Some(to)) => format!("from {} until before {}", vn_date(from), vn_date(to)),
    }
}

fn kind(lang: Lang, kind: &str) -> String {
    let (vi, en) = match kind {
        "district_committee" => ("UBND cấp huyện", "District committee"),
        "commune_committee" => ("UBND cấp xã", "Commune committee"),
        "provincial_department" => ("Sở, ban, ngành tỉnh", "Provincial department"),
        "party_standing" => ("Cơ quan Đảng", "Party body"),
        "council_standing" => ("Thường trực HĐND", "Council's standing body"),
        "office" => ("Văn phòng", "Office"),
        "division" => ("Phòng chuyên môn", "Division"),
        "one_stop" => ("Bộ phận Một cửa", "One-stop desk"),
        "committee" => ("Ban", "Board"),
        other => (other, other),
    };
    lang.say(vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: u128, org: u128, key: &str) -> Unit {
        Unit {
            id: Uuid::from_u128(id),
            org_id: Uuid::from_u128(org),
            key: key.to_owned(),
            kind: "division".to_owned(),
            account: true,
            email: None,
            name: key.to_owned(),
            short: key.to_owned(),
            header: Vec::new(),
            place: String::new(),
            code: String::new(),
            superior: String::new(),
            valid_to: None,
        }
    }

    #[test]
    fn our_own_organisation_stands_first_with_its_units_below_it() {
        let units = [
            unit(1, 1, "a-other"),
            unit(2, 2, "b-own"),
            unit(3, 2, "b-own/vp"),
            unit(4, 2, "b-own/nv"),
        ];
        let named: BTreeMap<Uuid, Unit> = units.into_iter().map(|unit| (unit.id, unit)).collect();
        let ordered = in_order(Uuid::from_u128(2), &named, &BTreeMap::new());
        let keys: Vec<(&str, usize)> = ordered
            .into_iter()
            .map(|(unit, depth)| (unit.key.as_str(), depth))
            .collect();
        assert_eq!(
            keys,
            [
                ("b-own", 0),
                ("b-own/nv", 1),
                ("b-own/vp", 1),
                ("a-other", 0)
            ]
        );
    }
}
