//! A register to be printed and bound, with every field (Decree 30/2020 Art. 16, Annex IV): its cover, then its columns.

use serde::Serialize;

/// What the template of a register reads.
#[derive(Debug, Clone, Serialize)]
pub struct Book {
    /// The superior agency in capitals; empty where there is none.
    pub superior: String,
    /// The agency or unit that keeps it, in capitals, one entry per printed line.
    pub agency: Vec<String>,
    /// `SỔ ĐĂNG KÝ VĂN BẢN ĐI`.
    pub title: String,
    /// The kind of documents registered; empty for all.
    pub kind: String,
    pub year: i32,
    /// Days of the first and the last entry; empty in an empty book.
    pub days: (String, String),
    /// Numbers of the first and the last entry.
    pub numbers: (String, String),
    pub columns: Vec<BookColumn>,
    pub rows: Vec<Vec<String>>,
    /// The line at the foot of every page that says where it was printed.
    pub mark: String,
}

/// A column with its width relative to the others.
#[derive(Debug, Clone, Serialize)]
pub struct BookColumn {
    pub head: String,
    pub width: u32,
}
