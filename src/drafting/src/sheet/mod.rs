//! A table out of a spreadsheet: the first sheet of an XLSX file, or CSV, as texts in rows and columns.
//!
//! What comes here may be broken or made to hurt: unpacked sizes, rows and columns are limited, and what is beyond a limit is
//! refused before it fills the memory.

mod csv;
mod xlsx;

use crate::import::ImportError;

/// Most rows of a table that is read.
pub const MAX_ROWS: usize = 2_000;
/// Most columns.
pub const MAX_COLUMNS: usize = 60;

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Rows with something in them.
    pub rows: Vec<Row>,
}

/// A row with its number in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// From 1, as spreadsheets show it.
    pub number: usize,
    pub cells: Vec<Cell>,
}

/// A cell as text; a number has its digits as Vietnamese offices write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    /// A formula that has no calculated value.
    pub uncalculated: bool,
}

impl Row {
    /// The cell of a column, empty where the row is shorter.
    #[must_use]
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.text.trim())
    }
}

/// Reads a table; what kind of file it is follows from its first bytes.
///
/// # Errors
/// An old or encrypted Excel file, a broken one, one with too many rows or columns, or a text that is no UTF-8.
pub fn read(bytes: &[u8]) -> Result<Sheet, ImportError> {
    let mut sheet = match bytes {
        [b'P', b'K', 3, 4, ..] => xlsx::read(bytes)?,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return Err(ImportError::new(
                "the file is an old Excel file (.xls) or has a password; save it as .xlsx without a password",
                "Tệp là Excel đời cũ (.xls) hoặc có mật khẩu; hãy lưu lại thành .xlsx không mật khẩu.",
            ));
        }
        _ => csv::read(&crate::import::decode(bytes)?)?,
    };
    sheet.rows.retain(|row| {
        row.cells
            .iter()
            .any(|cell| !cell.text.trim().is_empty() || cell.uncalculated)
    });
    Ok(sheet)
}

/// `A`, `B`, … `Z`, `AA`: a column as spreadsheets name it.
#[must_use]
pub fn column_name(index: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or_default());
    match index / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", column_name(more - 1)),
    }
}

fn too_many() -> ImportError {
    ImportError::new(
        &format!(
            "the table has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns; keep only the rows of the report's indicators"
        ),
        &format!(
            "Bảng có hơn {MAX_ROWS} dòng hoặc {MAX_COLUMNS} cột; chỉ giữ lại các dòng số liệu của chỉ tiêu."
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn workbook(sheet: &str, strings: Option<&str>) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        let mut zip = zip::ZipWriter::new(&mut out);
        let options = zip::write::SimpleFileOptions::default();
        let mut put = |name: &str, text: &str| {
            zip.start_file(name, options).expect("a part");
            zip.write_all(text.as_bytes()).expect("written");
        };
        put("xl/workbook.xml", "<workbook/>");
        put("xl/worksheets/sheet1.xml", sheet);
        if let Some(strings) = strings {
            put("xl/sharedStrings.xml", strings);
        }
        zip.finish().expect("a package");
        out.into_inner()
    }

    fn texts(sheet: &Sheet) -> Vec<(usize, Vec<&str>)> {
        sheet
            .rows
            .iter()
            .map(|row| {
                let cells = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                (row.number, cells)
            })
            .collect()
    }

    #[test]
    fn an_excel_sheet_is_read_with_its_places_strings_numbers_and_formulas() {
        let sheet = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
            <row r="3"><c r="B3" t="s"><v>0</v></c><c r="D3" t="inlineStr"><is><t>Tử </t></is></c></row>
            <row r="7"><c r="A7"><v>412</v></c><c r="B7"><v>4.18E2</v></c><c r="C7"><v>0.985</v></c><c r="D7"><f>A7+1</f><v>413</v></c><c r="E7"><f>B7</f></c><c r="F7"><v>1234.5</v></c></row>
            <row r="9"></row></sheetData></worksheet>"#;
        let strings = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>Chỉ </t></r><r><t>tiêu</t></r></si></sst>"#;
        let sheet = read(&workbook(sheet, Some(strings))).expect("a sheet");
        assert_eq!(
            texts(&sheet),
            [
                (3, vec!["", "Chỉ tiêu", "", "Tử "]),
                (7, vec!["412", "418", "98,5%", "413", "", "1234,5"]),
            ]
        );
        assert!(sheet.rows[1].cells[4].uncalculated && !sheet.rows[1].cells[3].uncalculated);
    }

    #[test]
    fn a_million_rows_are_refused_by_their_size_before_they_are_read() {
        let mut sheet = String::from("<worksheet><sheetData>");
        for n in 1..=1_000_000 {
            sheet.push_str(&format!("<row r=\"{n}\"><c r=\"A{n}\"><v>1</v></c></row>"));
        }
        sheet.push_str("</sheetData></worksheet>");
        let error = read(&workbook(&sheet, None)).expect_err("too many");
        assert!(error.message_vi.contains("2000 dòng"), "{error:?}");
        let rows = "1,2\n".repeat(MAX_ROWS + 1);
        assert!(read(rows.as_bytes()).is_err());
        let wide = "<worksheet><sheetData><row r=\"1\"><c r=\"ZZ1\"><v>1</v></c></row></sheetData></worksheet>";
        assert!(read(&workbook(wide, None)).is_err());
    }

    #[test]
    fn text_tables_are_read_with_either_separator_and_quotes() {
        let semicolons = "\u{feff}TT;Chỉ tiêu;Tử số\r\n1a;\"Hồ sơ; \"\"đúng hạn\"\"\";412\r\n\r\n";
        let sheet = read(semicolons.as_bytes()).expect("a table");
        assert_eq!(
            texts(&sheet),
            [
                (1, vec!["TT", "Chỉ tiêu", "Tử số"]),
                (2, vec!["1a", "Hồ sơ; \"đúng hạn\"", "412"]),
            ]
        );
        assert_eq!(texts(&read(b"a,b\n1,2").expect("a table"))[1].1, ["1", "2"]);
        assert_eq!(texts(&read(b"a\tb").expect("a table"))[0].1, ["a", "b"]);
    }

    #[test]
    fn what_is_no_table_says_what_to_do() {
        assert!(
            read(&[0xd0, 0xcf, 0x11, 0xe0, 0])
                .is_err_and(|error| error.message_vi.contains(".xlsx"))
        );
        assert!(read(b"PK\x03\x04 broken").is_err());
        assert!(read(&[0xff, 0x00, 0x80]).is_err());
    }

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let names: Vec<String> = [0, 25, 26, 51, 52].map(column_name).into();
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA"]);
    }
}
