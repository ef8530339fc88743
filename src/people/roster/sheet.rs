//! Cells out of a file: CSV with whatever separator, or XLSX with its sheets; what cannot be read is said with its reason.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use super::{PEOPLE, PERSON_COLUMNS, PersonLine, Roster, UNIT_COLUMNS, UNITS, UnitLine};
use crate::documents::folded;
use crate::fault::{Fault, Outcome};

/// Most lines of a table; an office has fewer people.
const MAX_ROWS: usize = 5_000;
/// Most columns that are looked at.
const MAX_COLUMNS: usize = 60;
/// Most bytes that a packed file may unfold to.
const MAX_UNPACKED: u64 = 50 * 1024 * 1024;

/// Reads both tables out of a file; a CSV holds one of them, an XLSX one or both.
///
/// # Errors
/// One sentence about the file as a whole: its kind, its encoding, a missing column.
pub fn read(name: &str, bytes: &[u8]) -> Outcome<Roster> {
    if bytes.is_empty() {
        return Err(refused(
            "Chọn tệp .xlsx hoặc .csv theo mẫu.",
            "Choose an .xlsx or .csv file made from the template.",
        ));
    }
    let tables = if bytes.starts_with(b"PK\x03\x04") {
        xlsx(bytes)?
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(refused(
            "Tệp .xls kiểu cũ không đọc được; mở tệp và lưu lại dạng .xlsx.",
            "The old .xls format cannot be read; save the file as .xlsx.",
        ));
    } else {
        vec![csv_rows(name, bytes)?]
    };
    let mut roster = Roster::default();
    let mut known = false;
    for rows in &tables {
        known |= take(&mut roster, rows)?;
    }
    if !known {
        return Err(refused(
            format!(
                "Không thấy dòng tiêu đề. Dòng đầu phải có các cột: {}; hoặc: {}.",
                UNIT_COLUMNS.join(", "),
                PERSON_COLUMNS.join(", ")
            ),
            format!(
                "There is no heading row. The first row must hold: {}; or: {}.",
                UNIT_COLUMNS.join(", "),
                PERSON_COLUMNS.join(", ")
            ),
        ));
    }
    if roster.units.len() + roster.people.len() > MAX_ROWS {
        return Err(too_many());
    }
    Ok(roster)
}

fn too_many() -> Fault {
    refused(
        format!("Tệp có quá {MAX_ROWS} dòng; chia làm nhiều tệp."),
        format!("More than {MAX_ROWS} rows; split the file."),
    )
}

/// Rows of cells with their numbers in the file, from 1.
type Rows = Vec<(u32, Vec<String>)>;

fn xlsx(bytes: &[u8]) -> Outcome<Vec<Rows>> {
    let broken = || {
        refused(
            "Tệp .xlsx hỏng hoặc có mật khẩu; mở bằng Excel và lưu lại không đặt mật khẩu.",
            "The .xlsx is broken or has a password; save it again without one.",
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut unpacked = 0_u64;
    for n in 0..archive.len() {
        unpacked = unpacked.saturating_add(archive.by_index_raw(n).map_err(|_| broken())?.size());
    }
    if unpacked > MAX_UNPACKED {
        return Err(refused(
            "Tệp .xlsx quá lớn khi mở ra; xóa các trang không cần.",
            "The .xlsx unfolds to too much; remove sheets that are not needed.",
        ));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut tables = Vec::new();
    for name in book.sheet_names() {
        // Cell by cell: a range would hold every empty cell between the outermost two.
        let mut reader = book.worksheet_cells_reader(&name).map_err(|_| broken())?;
        let mut rows = Rows::new();
        while let Some(cell) = reader.next_cell().map_err(|_| broken())? {
            let (row, column) = cell.get_position();
            let column = usize::try_from(column).unwrap_or(MAX_COLUMNS);
            if column >= MAX_COLUMNS {
                continue;
            }
            if rows.last().is_none_or(|(number, _)| *number != row + 1) {
                if rows.len() > MAX_ROWS {
                    return Err(too_many());
                }
                rows.push((row + 1, Vec::new()));
            }
            if let Some((_, cells)) = rows.last_mut() {
                if cells.len() <= column {
                    cells.resize(column + 1, String::new());
                }
                cells[column] = text(&Data::from(cell.get_value().clone()));
            }
        }
        tables.push(rows);
    }
    Ok(tables)
}

/// A cell as a person would type it.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year}")
        }
        other => other.to_string().trim().to_owned(),
    }
}

fn csv_rows(name: &str, bytes: &[u8]) -> Outcome<Rows> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        refused(
            format!("{name} không phải UTF-8 (dòng {line}); trong Excel chọn Lưu thành “CSV UTF-8”, hoặc gửi tệp .xlsx."),
            format!("{name} is not UTF-8 (line {line}); save it as “CSV UTF-8”, or send the .xlsx."),
        )
    })?;
    if text.contains('\0') {
        return Err(refused(
            format!("{name} là UTF-16 hoặc không phải văn bản; lưu thành “CSV UTF-8”."),
            format!("{name} is UTF-16 or no text; save it as “CSV UTF-8”."),
        ));
    }
    let heading = text.lines().next().unwrap_or_default();
    let separator = [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|separator| heading.bytes().filter(|byte| byte == separator).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Rows::new();
    let (mut counted, mut number) = (0, 1);
    for record in reader.records() {
        let record = record.map_err(|error| {
            refused(
                format!("{name} không đọc được: {error}"),
                format!("{name} cannot be read: {error}"),
            )
        })?;
        // Where the reader stands may still be the end of the line before.
        let start = record
            .position()
            .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let start = start
            + text[start..]
                .bytes()
                .take_while(|byte| b"\r\n".contains(byte))
                .count();
        number += u32::try_from(text[counted..start].matches('\n').count()).unwrap_or(0);
        counted = start;
        rows.push((
            number,
            record.iter().map(|cell| cell.trim().to_owned()).collect(),
        ));
    }
    Ok(rows)
}

/// Adds the lines of one table; false where its heading is neither of ours.
fn take(roster: &mut Roster, rows: &Rows) -> Outcome<bool> {
    let Some(((_, heading), lines)) = rows.split_first() else {
        return Ok(false);
    };
    let heading: Vec<String> = heading.iter().map(|cell| folded(cell)).collect();
    let of_people = heading.contains(&folded(PERSON_COLUMNS[0]));
    let (sheet, columns) = if of_people {
        (PEOPLE, PERSON_COLUMNS)
    } else {
        (UNITS, UNIT_COLUMNS)
    };
    if !of_people && !heading.contains(&folded(UNIT_COLUMNS[1])) {
        return Ok(false);
    }
    let mut places = [0; 6];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = heading.iter().position(|cell| *cell == folded(column)).ok_or_else(|| {
            refused(
                format!("Bảng “{sheet}” thiếu cột “{column}”; giữ nguyên dòng tiêu đề của mẫu."),
                format!("Table “{sheet}” lacks the column “{column}”; keep the template's heading row."),
            )
        })?;
    }
    for (row, cells) in lines {
        let [a, b, c, d, e, f] = places.map(|place| cells.get(place).cloned().unwrap_or_default());
        if [&a, &b, &c, &d, &e, &f].iter().all(|cell| cell.is_empty()) {
            continue;
        }
        if of_people {
            roster.people.push(PersonLine {
                row: *row,
                name: a,
                email: b.to_lowercase(),
                unit: c,
                title: d,
                role: e,
                from: f,
            });
        } else {
            roster.units.push(UnitLine {
                row: *row,
                key: a,
                name: b,
                short: c,
                kind: d,
                parent: e,
                email: f.to_lowercase(),
            });
        }
    }
    Ok(true)
}

fn refused(vi: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::invalid("file", vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(outcome: Outcome<Roster>) -> String {
        match outcome {
            Err(Fault::Refused(refusal)) => refusal.vi,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_csv_is_read_with_any_separator_and_a_byte_order_mark() {
        for separator in [",", ";", "\t"] {
            let text = format!(
                "\u{feff}{}\r\nHà,ha@x.vn,vp,Văn thư,Văn thư,\r\n",
                PERSON_COLUMNS.join(",")
            )
            .replace(',', separator);
            let roster = read("a.csv", text.as_bytes()).expect("read");
            assert_eq!(roster.people.len(), 1);
            assert_eq!(
                (roster.people[0].row, roster.people[0].unit.as_str()),
                (2, "vp")
            );
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_said_with_its_reason() {
        assert!(sentence(read("a.csv", b"H\xf4 v\xe0 t\xean\n")).contains("UTF-8"));
        let wide: Vec<u8> = "Họ".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(sentence(read("a.csv", &wide)).contains("UTF-"));
        assert!(sentence(read("a.csv", b"a,b\n1,2\n")).contains("tiêu đề"));
        assert!(
            sentence(read("a.csv", "Họ và tên,Thư điện tử\n".as_bytes())).contains("Mã đơn vị")
        );
        assert!(sentence(read("a.xlsx", b"PK\x03\x04broken")).contains("hỏng"));
        assert!(sentence(read("a.xls", &[0xD0, 0xCF, 0x11, 0xE0])).contains(".xlsx"));
    }

    #[test]
    fn two_far_cells_do_not_fill_the_memory_with_what_lies_between() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "x").expect("a cell");
        sheet.write(1_048_575, 16_383, "y").expect("a cell");
        let file = book.save_to_buffer().expect("a file");
        assert!(sentence(read("xa.xlsx", &file)).contains("tiêu đề"));
    }

    #[test]
    fn the_template_is_read_back() {
        let roster =
            read("mau.xlsx", &super::super::template::file().expect("made")).expect("read");
        assert!(roster.units.len() >= 3 && roster.people.len() >= 5);
        assert_eq!(roster.units[0].row, 2);
    }
}
