//! Recognises single parts of a document by their words. No state: each function looks at one line.

use chrono::NaiveDate;

use crate::model::{Authority, Circulation, DocType, Line, MonthYear, Urgency};
use crate::text::{fold, is_capitals, leading_number, tidy};

/// The letters that number points: the Vietnamese alphabet as Decree 30/2020 itself uses it.
pub(crate) const POINT_LETTERS: &str = "abcdđeghiklmnopqrstuvxy";

/// `Điều 3. abc` gives `(3, "abc")`.
pub(crate) fn article_head(text: &str) -> Option<(u32, &str)> {
    let rest = strip_word(text, "điều")?;
    let (number, rest) = leading_number(rest.trim_start())?;
    let rest = rest
        .strip_prefix(['.', ':'])
        .or_else(|| rest.is_empty().then_some(""))?;
    Some((number, rest.trim_start_matches(['*', '_']).trim()))
}

/// `2. abc` gives `(2, "abc")`; `2.1. abc` and `2.500 đồng` are none.
pub(crate) fn clause_head(text: &str) -> Option<(u32, &str)> {
    let (number, rest) = leading_number(text)?;
    let rest = rest
        .strip_prefix(". ")
        .or_else(|| rest.strip_prefix(") "))?;
    (number > 0).then(|| (number, rest.trim()))
}

/// `2.1. abc` gives `("2.1.", "abc")`.
pub(crate) fn subclause_head(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.split_once(' ')?;
    let numbers = label.strip_suffix('.').unwrap_or(label);
    let parts: Vec<&str> = numbers.split('.').collect();
    let numeric = parts.iter().all(|part| {
        !part.is_empty() && part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit())
    });
    (parts.len() >= 2 && numeric && label.ends_with('.')).then(|| (label, rest.trim()))
}

/// `đ) abc` gives `("đ", "abc")`.
pub(crate) fn point_head(text: &str) -> Option<(String, &str)> {
    let letter = text.chars().next()?;
    let rest = text[letter.len_utf8()..]
        .strip_prefix(')')?
        .strip_prefix(' ')?;
    POINT_LETTERS
        .contains(letter)
        .then(|| (letter.to_string(), rest.trim()))
}

/// `II. TÌNH HÌNH` gives `("II.", "TÌNH HÌNH")`.
pub(crate) fn roman_head(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !matches!(c, 'I' | 'V' | 'X' | 'L'))?;
    let rest = text[end..].strip_prefix('.')?;
    let title = rest.strip_prefix(' ')?;
    (end > 0).then(|| (&text[..=end], title.trim()))
}

/// `Chương II`, `Mục 1`, `Phần thứ nhất`: a label that stands above its title. Gives the label and what follows it.
pub(crate) fn division_head(text: &str) -> Option<(&str, &str)> {
    for word in ["phần", "chương", "tiểu mục", "mục"] {
        let Some(rest) = strip_word(text, word) else {
            continue;
        };
        let rest = rest.trim_start();
        let token_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let token = rest[..token_end].trim_end_matches(['.', ':']);
        let numeral = !token.is_empty()
            && (token.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L'))
                || token.chars().all(|c| c.is_ascii_digit()));
        if numeral {
            let label_end = text.len() - rest.len() + token.len();
            return Some((
                &text[..label_end],
                rest[token.len()..].trim_start_matches(['.', ':']).trim(),
            ));
        }
    }
    None
}

/// The parts of `Số: 05/QĐ-UBND`: the number, the symbol, and what follows on the same line.
pub(crate) struct NumberLine<'a> {
    pub number: Option<u32>,
    /// The place of the number when it is not a plain number, e.g. `15a`.
    pub odd_number: Option<&'a str>,
    pub symbol: String,
}

/// Recognises the number line, also with the number still open (`Số:      /QĐ-UBND`, `Số: …/QĐ-UBND`).
pub(crate) fn number_line(text: &str) -> Option<NumberLine<'_>> {
    let rest = strip_word(text, "số")?
        .trim_start()
        .trim_start_matches(':')
        .trim();
    let (given, symbol) = rest.split_once('/')?;
    let given = given.trim();
    let symbol = tidy(&symbol.replace(['–', '—'], "-"))
        .replace(" - ", "-")
        .replace("- ", "-")
        .replace(" -", "-");
    // Normative documents have the year before the type: `Số: 12/2023/QĐ-UBND`.
    let after_year = symbol
        .split_once('/')
        .filter(|(year, _)| year.len() == 4 && year.chars().all(|c| c.is_ascii_digit()));
    let first = after_year
        .map_or(symbol.as_str(), |(_, rest)| rest)
        .chars()
        .next()?;
    if !first.is_uppercase() || symbol.contains(' ') {
        return None;
    }
    let open = given.chars().all(|c| matches!(c, '.' | '…' | '_' | ' '));
    let number = given.parse::<u32>().ok().filter(|number| *number > 0);
    let odd_number = (!open && number.is_none()).then_some(given);
    Some(NumberLine {
        number,
        odd_number,
        symbol,
    })
}

/// What a place-and-date line gives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlaceDate {
    pub place: String,
    pub date: DateLine,
}

/// The date in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DateLine {
    Day(NaiveDate),
    Month(MonthYear),
    /// Neither day nor month, or only the year.
    Open,
    /// Written and not in the calendar.
    Impossible,
}

/// Recognises `Cao Lộc, ngày 24 tháng 3 năm 2023`, with any part of the date still open.
pub(crate) fn place_date(text: &str) -> Option<PlaceDate> {
    let at = find_fold(text, "ngày")?;
    let (before, after) = (&text[..at], &text[at + "ngày".len()..]);
    let place = before
        .trim()
        .strip_suffix(',')
        .unwrap_or(before.trim())
        .trim();
    if place.split(' ').count() > 6 || place.is_empty() {
        return None;
    }
    let month_at = after.find("tháng")?;
    let year_at = after.find("năm")?;
    if year_at < month_at {
        return None;
    }
    let day = after[..month_at].trim();
    let month = after[month_at + "tháng".len()..year_at].trim();
    let year = after[year_at + "năm".len()..].trim().trim_end_matches('.');
    let open = |s: &str| s.chars().all(|c| matches!(c, '.' | '…' | '_' | ' '));
    let number = |s: &str| s.parse::<u32>().ok();
    let valid = |s: &str| open(s) || number(s).is_some();
    if !(valid(day) && valid(month) && valid(year)) {
        return None;
    }
    let date = match (number(day), number(month), number(year)) {
        (Some(day), Some(month), Some(year)) => i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .map_or(DateLine::Impossible, DateLine::Day),
        (None, Some(month), Some(year)) => match i32::try_from(year) {
            Ok(year) if (1..=12).contains(&month) => DateLine::Month(MonthYear { month, year }),
            _ => DateLine::Impossible,
        },
        (None, None, _) => DateLine::Open,
        _ => DateLine::Impossible,
    };
    Some(PlaceDate {
        place: place.to_owned(),
        date,
    })
}

/// The type that a capital line names.
pub(crate) fn type_name(text: &str) -> Option<DocType> {
    let bare = text.trim_end_matches([':', '.']).trim();
    ALL_TYPES
        .into_iter()
        .find(|kind| !kind.type_name().is_empty() && kind.type_name() == bare)
}

/// Type names of Decree 30/2020 Art. 7 that the draft model does not know yet.
pub(crate) fn unsupported_type(text: &str) -> Option<&'static str> {
    [
        "NGHỊ QUYẾT",
        "CHỈ THỊ",
        "QUY CHẾ",
        "QUY ĐỊNH",
        "THÔNG CÁO",
        "HƯỚNG DẪN",
        "CHƯƠNG TRÌNH",
        "PHƯƠNG ÁN",
        "ĐỀ ÁN",
        "DỰ ÁN",
        "HỢP ĐỒNG",
        "CÔNG ĐIỆN",
        "BẢN GHI NHỚ",
        "BẢN THỎA THUẬN",
        "GIẤY ỦY QUYỀN",
        "GIẤY GIỚI THIỆU",
        "GIẤY NGHỈ PHÉP",
        "PHIẾU GỬI",
        "PHIẾU CHUYỂN",
        "PHIẾU BÁO",
    ]
    .into_iter()
    .find(|name| *name == text.trim())
}

pub(crate) const ALL_TYPES: [DocType; 8] = [
    DocType::QD,
    DocType::TTR,
    DocType::BC,
    DocType::KH,
    DocType::TB,
    DocType::GM,
    DocType::BB,
    DocType::CV,
];

/// The national title and motto, which are made and never taken from a text.
pub(crate) fn is_national(text: &str) -> bool {
    let folded = fold(text).replace(['–', '—'], "-").replace(" ", "");
    folded.contains("cộnghòaxãhộichủnghĩaviệtnam") || folded == "độclập-tựdo-hạnhphúc"
}

pub(crate) fn urgency(text: &str) -> Option<Urgency> {
    match fold(text).as_str() {
        "khẩn" if is_capitals(text) => Some(Urgency::Khan),
        "thượng khẩn" if is_capitals(text) => Some(Urgency::ThuongKhan),
        "hỏa tốc" if is_capitals(text) => Some(Urgency::HoaToc),
        _ => None,
    }
}

pub(crate) fn circulation(text: &str) -> Option<Circulation> {
    [Circulation::Return, Circulation::Internal]
        .into_iter()
        .find(|known| is_capitals(text) && fold(text) == fold(known.printed()))
}

/// `PL.(300)`: capitals, a stop, a number in brackets.
pub(crate) fn is_drafter_mark(text: &str) -> bool {
    let Some((code, count)) = text.trim_end_matches(['.', ';']).split_once(".(") else {
        return false;
    };
    let capitals = !code.is_empty() && code.chars().all(|c| c.is_uppercase());
    let number = count.strip_suffix(')').unwrap_or_default();
    capitals && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
}

/// `V/v abc` or `Về việc abc` gives `abc`.
pub(crate) fn letter_subject(text: &str) -> Option<&str> {
    let folded = text.to_lowercase();
    ["v/v:", "v/v"]
        .into_iter()
        .find(|start| folded.starts_with(start))
        .map(|start| text[start.len()..].trim())
}

/// `Kính gửi: abc` gives what follows the colon.
pub(crate) fn addressed(text: &str) -> Option<&str> {
    strip_word(text, "kính gửi").map(|rest| rest.trim_start().trim_start_matches(':').trim())
}

pub(crate) fn is_distribution_head(text: &str) -> bool {
    matches!(
        fold(text).trim_end_matches(':').trim(),
        "nơi nhận" | "nơi nhận (dự kiến)"
    )
}

/// A legal basis by its first words.
pub(crate) fn is_basis(text: &str) -> bool {
    let folded = fold(text);
    [
        "căn cứ ",
        "theo đề nghị ",
        "xét đề nghị ",
        "xét tờ trình ",
        "xét ",
    ]
    .iter()
    .any(|start| folded.starts_with(start))
}

/// A line of the distribution list from its words (without dash and final punctuation).
pub(crate) fn distribution_line(text: &str) -> Line {
    let text = text.trim().trim_start_matches(['-', '–', '•', '+']).trim();
    let text = text
        .strip_suffix([';', '.', ','])
        .unwrap_or(text)
        .trim()
        .to_owned();
    let folded = fold(&text);
    if let Some(rest) = folded.strip_prefix("như điều ") {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(article) = digits.parse() {
            return Line::AsArticle { article, text };
        }
    }
    if folded.starts_with("như trên") || folded.starts_with("như kính gửi") {
        return Line::AsAbove { text };
    }
    if folded == "lưu" || folded.starts_with("lưu:") || folded.starts_with("lưu ") {
        return Line::Archive { text };
    }
    Line::Body { text }
}

/// Which authority a first line of the signature block claims.
pub(crate) fn authority(title: &str) -> Authority {
    let capitals = title.trim();
    [
        ("TM.", Authority::TM),
        ("KT.", Authority::KT),
        ("Q.", Authority::Q),
        ("TL.", Authority::TL),
        ("TUQ.", Authority::TUQ),
    ]
    .into_iter()
    .find(|(mark, _)| capitals.starts_with(mark))
    .map_or(Authority::None, |(_, authority)| authority)
}

/// A capital line that can stand above a signature.
pub(crate) fn is_signer_title(text: &str) -> bool {
    if !is_capitals(text) || text.chars().count() > 80 {
        return false;
    }
    authority(text) != Authority::None
        || [
            "CHỦ TỊCH",
            "PHÓ ",
            "CHÁNH ",
            "TRƯỞNG ",
            "GIÁM ĐỐC",
            "THỦ TRƯỞNG",
            "CỤC TRƯỞNG",
            "BỘ TRƯỞNG",
            "BÍ THƯ",
            "HIỆU TRƯỞNG",
            "THƯ KÝ",
            "CHỦ TỌA",
            "CHỦ TRÌ",
            "NGƯỜI ",
            "QUYỀN ",
            "VIỆN TRƯỞNG",
            "ĐỘI TRƯỞNG",
            "QUYỀN HẠN",
        ]
        .iter()
        .any(|start| text.starts_with(start))
}

/// `Phụ lục`, `PHỤ LỤC II`, `Phụ lục 2`: the label of an annex, alone on its line.
pub(crate) fn annex_label(text: &str) -> Option<&str> {
    let rest = strip_word(text, "phụ lục")?;
    let numeral = rest.trim().trim_end_matches(['.', ':']);
    let fits = numeral.len() <= 6
        && numeral
            .chars()
            .all(|c| matches!(c, 'I' | 'V' | 'X' | 'L') || c.is_ascii_digit());
    fits.then_some(numeral)
}

/// The rest after a leading word, compared without case.
fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = text;
    for wanted in word.chars() {
        let first = rest.chars().next()?;
        if !first.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        rest = &rest[first.len_utf8()..];
    }
    (!rest.chars().next().is_some_and(char::is_alphanumeric)).then_some(rest)
}

/// Where a small-letter word stands, compared without case.
fn find_fold(text: &str, word: &str) -> Option<usize> {
    text.char_indices()
        .map(|(index, _)| index)
        .find(|index| strip_word(&text[*index..], word).is_some())
}
