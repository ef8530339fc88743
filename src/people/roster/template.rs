//! The file to fill in: both tables with their headings, an example of a commune, and the words that may be used.

use rust_xlsxwriter::{Format, Workbook};

use super::{KINDS, PEOPLE, PERSON_COLUMNS, UNIT_COLUMNS, UNITS};
use crate::people::{ROLES, roles};
use crate::web::Lang;

const EXAMPLE_UNITS: [[&str; 6]; 4] = [
    ["vp", "Văn phòng HĐND và UBND xã", "VP", "Văn phòng", "", ""],
    ["kt", "Phòng Kinh tế", "KT", "Phòng", "", ""],
    ["vhxh", "Phòng Văn hóa - Xã hội", "VHXH", "Phòng", "", ""],
    [
        "ubnd-tinh",
        "Ủy ban nhân dân tỉnh",
        "UBND tỉnh",
        "Cơ quan ngoài",
        "",
        "vanthu@tinh.example",
    ],
];
const EXAMPLE_PEOPLE: [[&str; 6]; 6] = [
    [
        "Nguyễn Văn An",
        "an@xa.example",
        "",
        "Chủ tịch UBND xã",
        "Chủ tịch",
        "01/07/2025",
    ],
    [
        "Lê Thị Hà",
        "ha@xa.example",
        "",
        "Văn thư UBND xã",
        "Văn thư",
        "01/07/2025",
    ],
    [
        "Trần Văn Bình",
        "binh@xa.example",
        "vp",
        "Chánh Văn phòng",
        "Chánh Văn phòng",
        "01/07/2025",
    ],
    [
        "Lê Thị Hà",
        "ha@xa.example",
        "vp",
        "Văn thư Văn phòng",
        "Văn thư của Văn phòng",
        "01/07/2025",
    ],
    [
        "Phạm Thị Lan",
        "lan@xa.example",
        "vp",
        "Chuyên viên",
        "Người soạn thảo",
        "01/07/2025",
    ],
    [
        "Hoàng Văn Minh",
        "minh@xa.example",
        "vp",
        "Chuyên viên",
        "Người kiểm tra thể thức",
        "01/07/2025",
    ],
];

/// The template as XLSX.
///
/// # Errors
/// When the file cannot be made.
pub fn file() -> anyhow::Result<Vec<u8>> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    table(&mut book, &bold, UNITS, &UNIT_COLUMNS, &EXAMPLE_UNITS)?;
    table(&mut book, &bold, PEOPLE, &PERSON_COLUMNS, &EXAMPLE_PEOPLE)?;
    let sheet = book.add_worksheet().set_name("Hướng dẫn")?;
    let mut lines = vec![
        "Thay các dòng ví dụ bằng của cơ quan mình; giữ nguyên dòng tiêu đề. Trang này không được nhập.".to_owned(),
        "Mã: chữ ngắn tự đặt (vp, kt). Trực thuộc: mã của đơn vị cấp trên; để trống là trực thuộc cơ quan.".to_owned(),
        "Mã đơn vị của người: để trống là chính cơ quan (lãnh đạo, văn thư cơ quan). Hai chức vụ là hai dòng cùng thư điện tử.".to_owned(),
        "Ngày viết như 01/07/2025; để trống là từ hôm nay.".to_owned(),
        format!("Loại: {}.", KINDS.iter().map(|kind| kind.text).collect::<Vec<_>>().join("; ")),
        "“Cơ quan ngoài” nhận văn bản và trả lời qua thư, không đăng nhập ở đây; phải có thư điện tử.".to_owned(),
        "Vai trò, một trong các từ sau:".to_owned(),
    ];
    lines.extend(ROLES.iter().map(|role| roles::name(Lang::Vi, role)));
    for (row, line) in (0..).zip(lines) {
        sheet.write_string(row, 0, line)?;
    }
    sheet.set_column_width(0, 120)?;
    Ok(book.save_to_buffer()?)
}

fn table(
    book: &mut Workbook,
    bold: &Format,
    name: &str,
    columns: &[&str; 6],
    rows: &[[&str; 6]],
) -> anyhow::Result<()> {
    let sheet = book.add_worksheet().set_name(name)?;
    for (column, heading) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, *heading, bold)?;
        sheet.set_column_width(column, 26)?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, *cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
