//! A table as a spreadsheet: a bold first line that stays in sight, every value as text or a plain number, so that none is a
//! formula.

use chrono::{DateTime, Datelike as _, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// The media type of the file.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The lines, the first of which names the columns, as an XLSX file made at `now`.
///
/// # Errors
/// What the library reports: more lines or longer values than the format holds.
pub fn xlsx(lines: &[Vec<String>], now: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    xlsx_of_counts(lines, &[], now)
}

/// As [`xlsx`], with numbers that a spreadsheet can add up in the columns of counts.
///
/// # Errors
/// As [`xlsx`].
pub fn xlsx_of_counts(
    lines: &[Vec<String>],
    counts: &[u16],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The library would ask the system's clock.
    let today = trinhky_calendar::local(now);
    let year = u16::try_from(today.year()).unwrap_or(1900);
    let (month, day) = (today.month() as u8, today.day() as u8);
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0_u32..).zip(lines) {
        for (column, value) in (0_u16..).zip(line) {
            if row == 0 {
                sheet.write_string_with_format(row, column, value, &bold)?;
            } else if let Some(number) = count(value).filter(|_| counts.contains(&column)) {
                sheet.write_number(row, column, number)?;
            } else {
                sheet.write_string(row, column, value)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofit();
    workbook.save_to_buffer()
}

/// A count that a spreadsheet's number holds exactly.
fn count(value: &str) -> Option<f64> {
    value.parse::<u32>().ok().map(f64::from)
}
