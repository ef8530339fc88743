//! A table as a spreadsheet: a bold first line that stays in sight, every value as text or a plain number, so that none is a
//! formula.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use chrono::{DateTime, Datelike as _, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The media type of the file.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Widest column that is made as wide as its texts, in characters.
const WIDEST: usize = 60;

/// The lines, the first of which names the columns, as an XLSX file made at `now`. For tables that are held anyway; one that
/// may be long is written with a [`Writer`].
///
/// # Errors
/// What the library reports: more lines or longer values than the format holds.
pub fn xlsx(lines: &[Vec<String>], now: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = workbook(now)?;
    let sheet = workbook.add_worksheet();
    for (row, line) in (0_u32..).zip(lines) {
        write(sheet, row, line, &[])?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofit();
    workbook.save_to_buffer()
}

/// Writes lines as they come: what was written waits in a file, so that memory does not grow with the table.
pub struct Writer {
    workbook: Workbook,
    /// The columns with numbers that a spreadsheet can add up.
    counts: &'static [u16],
    row: u32,
    /// Per column, in characters.
    widths: Vec<usize>,
}

impl Writer {
    /// Begins a table made at `now`; what is written waits in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new(
        folder: &Path,
        counts: &'static [u16],
        now: DateTime<Utc>,
    ) -> Result<Self, XlsxError> {
        let mut workbook = workbook(now)?;
        workbook.set_tempdir(folder)?;
        workbook.add_worksheet_with_constant_memory()?;
        Ok(Self {
            workbook,
            counts,
            row: 0,
            widths: Vec::new(),
        })
    }

    /// Writes the next lines; the very first names the columns.
    ///
    /// # Errors
    /// What the library reports: more lines or longer values than the format holds, a full disk.
    pub fn lines(&mut self, lines: &[Vec<String>]) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for line in lines {
            write(sheet, self.row, line, self.counts)?;
            self.row += 1;
            self.widths.resize(self.widths.len().max(line.len()), 0);
            for (width, value) in self.widths.iter_mut().zip(line) {
                *width = (*width).max(value.chars().count()).min(WIDEST);
            }
        }
        Ok(())
    }

    /// The whole file, at its beginning; it is gone when it is closed.
    ///
    /// # Errors
    /// As [`Self::lines`].
    pub fn finish(mut self, folder: &Path) -> Result<File, XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        sheet.set_freeze_panes(1, 1)?;
        for (column, width) in (0_u16..).zip(&self.widths) {
            // Room for the margins, too.
            sheet.set_column_width(column, u32::try_from(*width).map_or(0.0, f64::from) + 2.0)?;
        }
        let mut file = tempfile::tempfile_in(folder)?;
        self.workbook.save_to_writer(&mut file)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

fn workbook(now: DateTime<Utc>) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    // The library would ask the system's clock.
    let today = trinhky_calendar::local(now);
    let year = u16::try_from(today.year()).unwrap_or(1900);
    let (month, day) = (today.month() as u8, today.day() as u8);
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(workbook)
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    line: &[String],
    counts: &[u16],
) -> Result<(), XlsxError> {
    for (column, value) in (0_u16..).zip(line) {
        if row == 0 {
            sheet.write_string_with_format(row, column, value, &Format::new().set_bold())?;
        } else if let Some(number) = count(value).filter(|_| counts.contains(&column)) {
            sheet.write_number(row, column, number)?;
        } else {
            sheet.write_string(row, column, value)?;
        }
    }
    Ok(())
}

/// A count that a spreadsheet's number holds exactly.
fn count(value: &str) -> Option<f64> {
    value.parse::<u32>().ok().map(f64::from)
}
