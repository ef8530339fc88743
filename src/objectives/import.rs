//! A unit's numbers out of a spreadsheet: which row is which indicator, which columns hold the counts, and everything that is
//! wrong with its row and column. How a unit's file is read is kept, so that the next quarter needs no choosing.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use trinhky_drafting::fold;
use trinhky_drafting::sheet::{Sheet, column_name};
use uuid::Uuid;

use super::find::Indicator;
use super::input::count;
use super::report::About;
use super::rows::import_mapping;
use crate::app::App;
use crate::fault::Outcome;
use crate::people::Actor;

/// How a unit's file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The column that names the indicator.
    pub key: Column,
    pub numerator: Column,
    pub denominator: Column,
    /// The folded words of the key column → the indicator's code.
    pub rows: BTreeMap<String, String>,
}

/// A column by place and by the words above it; the words win when a file's columns have been moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub index: usize,
    pub header: String,
}

/// The counts of one indicator as they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub code: String,
    /// The row's number in the file.
    pub row: usize,
    pub numerator: String,
    pub denominator: String,
}

/// What a file says under a mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    pub found: Vec<Found>,
    /// What is wrong, each with its place.
    pub problems: Vec<Wrong>,
    /// Codes of indicators that have no row.
    pub absent: Vec<String>,
}

/// Something wrong at a place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// `D7`.
    pub place: String,
    pub vi: String,
    pub en: String,
}

/// Words that head a column of numerators and of denominators.
const NUMERATORS: [&str; 4] = ["tử số", "số đạt", "đúng hạn", "numerator"];
const DENOMINATORS: [&str; 4] = ["mẫu số", "tổng số", "tổng", "denominator"];

/// What the file seems to say by itself: rows by the indicators' labels or names, columns by the words above them.
#[must_use]
pub fn propose(sheet: &Sheet, indicators: &[Indicator]) -> Mapping {
    let width = sheet
        .rows
        .iter()
        .map(|row| row.cells.len())
        .max()
        .unwrap_or(0);
    let matches = |column: usize| {
        sheet
            .rows
            .iter()
            .filter(|row| by_words(row.text(column), indicators).is_some())
            .count()
    };
    let key = (0..width)
        .rev()
        .max_by_key(|column| matches(*column))
        .unwrap_or_default();
    let rows = named_rows(sheet, key, indicators);
    let first = first_row(sheet, key, indicators);
    let headed = |words: &[&str], other: Option<usize>| {
        words.iter().find_map(|word| {
            (0..width).find(|column| {
                Some(*column) != other
                    && *column != key
                    && fold(&heading(sheet, *column, first)).contains(&fold(word))
            })
        })
    };
    let denominator = headed(&DENOMINATORS, None);
    let numerator = headed(&NUMERATORS, denominator).unwrap_or(key + 1);
    let denominator = denominator.unwrap_or(numerator + 1);
    let column = |index| Column {
        index,
        header: heading(sheet, index, first),
    };
    Mapping {
        key: column(key),
        numerator: column(numerator),
        denominator: column(denominator),
        rows,
    }
}

/// The rows whose words in a column name an indicator.
#[must_use]
pub fn named_rows(sheet: &Sheet, key: usize, indicators: &[Indicator]) -> BTreeMap<String, String> {
    sheet
        .rows
        .iter()
        .filter_map(|row| {
            let text = row.text(key);
            Some((fold(text), by_words(text, indicators)?.to_owned()))
        })
        .collect()
}

/// The place of the first row that names an indicator.
fn first_row(sheet: &Sheet, key: usize, indicators: &[Indicator]) -> usize {
    sheet
        .rows
        .iter()
        .position(|row| by_words(row.text(key), indicators).is_some())
        .unwrap_or_default()
}

/// The words above the numbers of a column: its last cell before the first row of an indicator.
#[must_use]
pub fn heading(sheet: &Sheet, column: usize, first: usize) -> String {
    sheet
        .rows
        .iter()
        .take(first)
        .map(|row| row.text(column))
        .rfind(|text| !text.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// A column that a person chose, with the words above it.
#[must_use]
pub fn chosen(sheet: &Sheet, index: usize, key: usize, indicators: &[Indicator]) -> Column {
    Column {
        index,
        header: heading(sheet, index, first_row(sheet, key, indicators)),
    }
}

/// A kept mapping on a new file: columns that were moved are found by their heads, new words by the indicators' names.
#[must_use]
pub fn adapted(kept: &Mapping, sheet: &Sheet, indicators: &[Indicator]) -> Mapping {
    let proposed = propose(sheet, indicators);
    let mut rows = proposed.rows;
    // Of another year's decision the code may be gone.
    let known = |code: &String| indicators.iter().any(|found| found.code == *code);
    rows.extend(
        kept.rows
            .iter()
            .filter(|(_, code)| known(code))
            .map(|(text, code)| (text.clone(), code.clone())),
    );
    let follow = |kept: &Column, otherwise: Column| {
        let heads = |index: usize| {
            sheet
                .rows
                .iter()
                .any(|row| fold(row.text(index)) == fold(&kept.header))
        };
        let width = sheet
            .rows
            .iter()
            .map(|row| row.cells.len())
            .max()
            .unwrap_or(0);
        if kept.header.is_empty() || heads(kept.index) {
            return kept.clone();
        }
        match (0..width).find(|index| heads(*index)) {
            Some(index) => Column {
                index,
                header: kept.header.clone(),
            },
            None => otherwise,
        }
    };
    Mapping {
        key: follow(&kept.key, proposed.key),
        numerator: follow(&kept.numerator, proposed.numerator),
        denominator: follow(&kept.denominator, proposed.denominator),
        rows,
    }
}

/// Reads the counts of a file under a mapping.
#[must_use]
pub fn apply(sheet: &Sheet, mapping: &Mapping, indicators: &[Indicator]) -> Reading {
    let mut reading = Reading::default();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &sheet.rows {
        let Some(indicator) = mapping
            .rows
            .get(&fold(row.text(mapping.key.index)))
            .and_then(|code| indicators.iter().find(|found| found.code == *code))
        else {
            continue;
        };
        let place = |column: &Column| format!("{}{}", column_name(column.index), row.number);
        if let Some(first) = seen.insert(&indicator.code, row.number) {
            reading.problems.push(Wrong {
                place: place(&mapping.key),
                vi: format!(
                    "Chỉ tiêu {} đã có ở dòng {first}; bỏ một trong hai dòng.",
                    indicator.label()
                ),
                en: format!(
                    "Indicator {} stands in row {first} already; take one of them out.",
                    indicator.label()
                ),
            });
            continue;
        }
        let mut read = |column: &Column| {
            let text = row.text(column.index).to_owned();
            let uncalculated = row
                .cells
                .get(column.index)
                .is_some_and(|cell| cell.uncalculated);
            let wrong = if uncalculated {
                Some((
                    "Ô là công thức chưa tính; mở tệp bằng phần mềm bảng tính, lưu lại rồi nhập.".to_owned(),
                    "The cell is a formula that was not calculated; open the file, save it, and import it again.".to_owned(),
                ))
            } else {
                count(&text).err()
            };
            if let Some((vi, en)) = wrong {
                reading.problems.push(Wrong {
                    place: place(column),
                    vi,
                    en,
                });
                return (text, None);
            }
            let number = count(&text).ok().flatten();
            (text, number)
        };
        let (numerator, n) = read(&mapping.numerator);
        let (denominator, d) = if indicator.target.is_count {
            (String::new(), None)
        } else {
            read(&mapping.denominator)
        };
        if let (Some(n), Some(d)) = (n, d)
            && n > d
        {
            reading.problems.push(Wrong {
                place: place(&mapping.numerator),
                vi: format!("{n} lớn hơn {d}: có phải tử số và mẫu số bị đổi cột?"),
                en: format!("{n} is more than {d}: are the two columns exchanged?"),
            });
        }
        reading.found.push(Found {
            code: indicator.code.clone(),
            row: row.number,
            numerator,
            denominator,
        });
    }
    reading.absent = indicators
        .iter()
        .filter(|indicator| !seen.contains_key(indicator.code.as_str()))
        .map(|indicator| indicator.code.clone())
        .collect();
    reading
}

/// The indicator that a cell names by its label (`1a`, `1a.`) or by its name.
fn by_words<'a>(text: &str, indicators: &'a [Indicator]) -> Option<&'a str> {
    let folded = fold(text.trim());
    let label = folded.trim_end_matches(['.', ')', ':']);
    if label.is_empty() {
        return None;
    }
    indicators
        .iter()
        .find(|indicator| {
            let name = fold(&indicator.name);
            label == fold(indicator.label())
                || folded == name
                || folded
                    .strip_prefix(&fold(indicator.label()))
                    .is_some_and(|rest| rest.trim_start_matches(['.', ')', ':', ' ']) == name)
        })
        .map(|indicator| indicator.code.as_str())
}

/// How the unit's files were read last; none where none was imported.
///
/// # Errors
/// When the stored text is not readable, or what the database reports.
pub async fn kept(db: &impl ConnectionTrait, unit_id: Uuid) -> Outcome<Option<Mapping>> {
    let row = import_mapping::Entity::find_by_id(unit_id).one(db).await?;
    Ok(row.map(|row| serde_json::from_str(&row.data)).transpose()?)
}

/// Keeps how the unit's files are read, for the report's next imports.
///
/// # Errors
/// When the report is not being written, or the right is missing.
pub async fn keep(app: &App, actor: &Actor, report_id: Uuid, mapping: Mapping) -> Outcome<()> {
    app.act(actor, (report_id, mapping), |cx, (report_id, mapping)| {
        Box::pin(async move {
            let about = About::writable(cx, *report_id).await?;
            let row = import_mapping::ActiveModel {
                unit_id: Set(about.report.unit_id),
                data: Set(serde_json::to_string(mapping)?),
                changed_at: Set(cx.now),
                by_name: Set(cx.actor.name.clone()),
            };
            import_mapping::Entity::insert(row)
                .on_conflict(
                    OnConflict::column(import_mapping::Column::UnitId)
                        .update_columns([
                            import_mapping::Column::Data,
                            import_mapping::Column::ChangedAt,
                            import_mapping::Column::ByName,
                        ])
                        .to_owned(),
                )
                .exec_without_returning(cx.tx)
                .await?;
            let summary = format!(
                "Nhập số liệu báo cáo {} từ bảng tính: {} dòng",
                about.period.name,
                mapping.rows.len()
            );
            let entry = about.entry("report.imported", summary);
            about.journal(cx, entry, Vec::new()).await
        })
    })
    .await
}
