//! What all forms of a document print alike.

use crate::issuer::issuer_in_text;
use crate::model::{Draft, Urgency};

pub(crate) const NATIONAL_TITLE: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
pub(crate) const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";

/// `Số: 05/QĐ-UBND`, or with room for the number that is not given yet (Annex I.II.3c).
pub(crate) fn number_line(draft: &Draft) -> String {
    match draft.number {
        Some(number) => format!("Số: {number:02}/{}", draft.symbol),
        None => format!("Số: {}/{}", "\u{a0}".repeat(6), draft.symbol),
    }
}

/// `Cao Lộc, ngày 05 tháng 3 năm 2023`, with room for what is not given yet (Annex I.II.4).
pub(crate) fn place_date(draft: &Draft) -> String {
    use chrono::Datelike as _;
    // Minutes name neither in their header.
    if draft.place.is_empty() && draft.issued_on.is_none() && draft.expected_month.is_none() {
        return String::new();
    }
    let room = "\u{a0}".repeat(4);
    let (day, month, year) = match (draft.issued_on, draft.expected_month) {
        (Some(on), _) => (
            format!("{:02}", on.day()),
            padded_month(on.month()),
            on.year().to_string(),
        ),
        (None, Some(expected)) => (
            room,
            padded_month(expected.month),
            expected.year.to_string(),
        ),
        (None, None) => (room.clone(), room.clone(), room),
    };
    format!("{}, ngày {day} tháng {month} năm {year}", draft.place)
        .trim_end()
        .to_owned()
}

/// Whether a heading's label makes it a part, chapter or section, which stands centred over its title (Annex I.II.6d).
pub(crate) fn is_division(label: &str) -> bool {
    ["Phần", "Chương", "Mục", "Tiểu mục"]
        .iter()
        .any(|word| label.starts_with(word))
}

/// The distribution lines as printed: dash, words, semicolon, the last with a full stop.
pub(crate) fn distribution(draft: &Draft) -> Vec<String> {
    let last = draft.distribution.len().saturating_sub(1);
    draft
        .distribution
        .iter()
        .enumerate()
        .map(|(index, line)| format!("- {}{}", line.text(), if index == last { "." } else { ";" }))
        .collect()
}

/// The line under an annex's title; the number stays open, as on electronic documents (Annex I.III.1c).
pub(crate) fn annex_reference(draft: &Draft) -> String {
    let issuer = issuer_in_text(draft);
    let room = "\u{a0}".repeat(4);
    format!(
        "(Kèm theo {} số {room}/{} ngày {room} tháng {room} năm {room} của {issuer})",
        draft.doc_type.name_in_text(),
        draft.symbol
    )
}

fn padded_month(month: u32) -> String {
    if month <= 2 {
        format!("{month:02}")
    } else {
        month.to_string()
    }
}

/// The words of the urgency stamp (Annex I.III.2b); none for ordinary documents.
pub(crate) fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Normal => "",
        Urgency::Khan => "KHẨN",
        Urgency::ThuongKhan => "THƯỢNG KHẨN",
        Urgency::HoaToc => "HỎA TỐC",
    }
}
