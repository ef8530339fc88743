//! An office's units and people from one table: read whole, checked whole, written as one act or not at all.
//!
//! [`sheet`] reads CSV and XLSX, [`check`] finds every problem with its row and column, [`write`](mod@write) writes what is
//! right, [`template`] makes the file to fill in.

pub mod check;
pub mod sheet;
pub mod template;
pub mod write;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The lines of both tables, as they were typed, with their place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    pub units: Vec<UnitLine>,
    pub people: Vec<PersonLine>,
}

/// A unit or another agency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitLine {
    /// The row in the file, from 1.
    pub row: u32,
    pub key: String,
    pub name: String,
    pub short: String,
    pub kind: String,
    pub parent: String,
    pub email: String,
}

/// A person with one post; a second post is a second line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    pub row: u32,
    pub name: String,
    pub email: String,
    /// The key of the unit; empty means the office itself.
    pub unit: String,
    pub title: String,
    pub role: String,
    pub from: String,
}

/// One thing wrong, with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub sheet: &'static str,
    pub row: u32,
    pub column: &'static str,
    pub vi: String,
    pub en: String,
}

/// The name of the table of units, as the template's sheet bears it.
pub const UNITS: &str = "Đơn vị";
/// The name of the table of people.
pub const PEOPLE: &str = "Người dùng";

/// Columns of the table of units.
pub const UNIT_COLUMNS: [&str; 6] = [
    "Mã",
    "Tên đơn vị",
    "Tên gọi tắt",
    "Loại",
    "Trực thuộc",
    "Thư điện tử",
];
/// Columns of the table of people.
pub const PERSON_COLUMNS: [&str; 6] = [
    "Họ và tên",
    "Thư điện tử",
    "Mã đơn vị",
    "Chức vụ",
    "Vai trò",
    "Từ ngày",
];

/// A kind of unit as the table writes it.
pub struct Kind {
    pub text: &'static str,
    pub word: &'static str,
    /// An agency of its own, not a unit of ours.
    pub agency: bool,
    /// Its people sign in here; else it answers through a mailed page.
    pub account: bool,
}

const fn kind(text: &'static str, word: &'static str, agency: bool, account: bool) -> Kind {
    Kind {
        text,
        word,
        agency,
        account,
    }
}

/// The kinds that a table may name.
pub const KINDS: [Kind; 6] = [
    kind("Văn phòng", "office", false, true),
    kind("Phòng", "division", false, true),
    kind("Một cửa", "one_stop", false, true),
    kind("Ban", "committee", false, true),
    kind("Cơ quan có tài khoản", "agency", true, true),
    kind("Cơ quan ngoài", "agency", true, false),
];

impl UnitLine {
    /// The kind that the line names.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        let wanted = self.kind.trim().to_lowercase();
        KINDS.iter().find(|kind| kind.text.to_lowercase() == wanted)
    }
}

impl PersonLine {
    /// The first day of the post; `today` where the line says none.
    #[must_use]
    pub fn from(&self, today: NaiveDate) -> Option<NaiveDate> {
        if self.from.trim().is_empty() {
            return Some(today);
        }
        crate::web::format::read_date(self.from.trim())
    }
}
