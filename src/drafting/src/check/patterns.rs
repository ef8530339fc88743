//! Rules that are words to be replaced.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::{Context, Hit};
use crate::walk::Part;

/// Words to find and what to put in their place.
pub(super) struct Pattern {
    /// A regular expression; its group `w`, or the whole, is what is wrong.
    pub find: &'static str,
    /// The right words, with a small first letter where the wrong ones have one.
    pub right: &'static str,
}

pub(super) const fn pattern(find: &'static str, right: &'static str) -> Pattern {
    Pattern { find, right }
}

/// Misspelt words of administrative language.
pub(super) const SPELLING: &[Pattern] = &[
    pattern(
        r"\b(?P<w>[Pp]hần đầu)\s+(?:\d|tỷ lệ|đạt|đến|hoàn thành|thực hiện|giải quyết|giữ|trên|ít nhất|tối thiểu|không|năm|100|nâng|giảm|tăng|xây dựng)",
        "phấn đấu",
    ),
    pattern(r"\b(?P<w>[Pp]hấn đầu|[Pp]hần đấu)\b", "phấn đấu"),
    pattern(r"\b(?P<w>[Kk]hiếu lại)\b", "khiếu nại"),
    pattern(r"\b(?P<w>[Nn]iêm yêt)\b", "niêm yết"),
    pattern(r"\b(?P<w>[Cc]hân trọng)\b", "trân trọng"),
    pattern(r"\b(?P<w>[Kk]ính chình)\b", "kính trình"),
    pattern(r"\b(?P<w>thủ TTHC)\b", "TTHC"),
    pattern(r"\b(?P<w>[Ss]ử lý)\b", "xử lý"),
    pattern(r"\b(?P<w>[Xx]ử dụng)\b", "sử dụng"),
    pattern(r"\b(?P<w>[Bb]ổ xung)\b", "bổ sung"),
    pattern(r"\b(?P<w>[Nn]ghành)\b", "ngành"),
    pattern(r"\b(?P<w>[Xx]uất xắc)\b", "xuất sắc"),
    pattern(r"\b(?P<w>[Gg]iám xát)\b", "giám sát"),
    pattern(r"\b(?P<w>[Kk]iểm xoát)\b", "kiểm soát"),
    pattern(r"\b(?P<w>[Cc]ũng cố)\b", "củng cố"),
    pattern(r"\b(?P<w>[Ss]ác nhập|[Xx]áp nhập)\b", "sáp nhập"),
    pattern(r"\b(?P<w>[Hh]ổ trợ)\b", "hỗ trợ"),
    pattern(r"\b(?P<w>[Hh]ướng dẩn)\b", "hướng dẫn"),
    pattern(r"\b(?P<w>[Cc]hỉ đao|[Cc]hỉ đaọ)\b", "chỉ đạo"),
    pattern(r"\b(?P<w>[Đđ]ề suất)\b", "đề xuất"),
    pattern(r"\b(?P<w>[Tt]hủ tuc)\b", "thủ tục"),
    pattern(r"\b(?P<w>[Qq]uyết đinh)\b", "quyết định"),
    pattern(r"\b(?P<w>[Tt]riễn khai)\b", "triển khai"),
    pattern(r"\b(?P<w>[Bb]ão đảm)\b", "bảo đảm"),
    pattern(r"\b(?P<w>[Kk]hắc phuc)\b", "khắc phục"),
    pattern(r"\b(?P<w>[Tt]rách nhiêm)\b", "trách nhiệm"),
    pattern(
        r"\b(?P<w>của của|các các|và và|được được|trong trong|theo theo|về về việc|thực hiện thực hiện)\b",
        "",
    ),
];

/// Names of articles and of units written against Annex II.
pub(super) const REFERENCES: &[Pattern] = &[pattern(
    r"(?:tại|của|theo|quy định tại|khoản \d+,?)\s+(?P<w>điều)\s+\d",
    "Điều",
)];

pub(super) const BODIES: &[Pattern] = &[
    pattern(r"\b(?P<w>BCD)\b", "BCĐ"),
    pattern(r"\b(?P<w>Ban chỉ đạo)\b", "Ban Chỉ đạo"),
    pattern(r"\b(?P<w>Ban chỉ huy)\b", "Ban Chỉ huy"),
    pattern(r"\b(?P<w>Uỷ Ban|Ủy Ban)\b", "Ủy ban"),
    pattern(r"\b(?P<w>Hội Đồng [Nn]hân [Dd]ân)\b", "Hội đồng nhân dân"),
];

pub(super) const UNITS: &[Pattern] = &[
    pattern(r"\p{Ll},?\s+(?P<w>Huyện)\s+\p{Lu}\p{Ll}", "huyện"),
    pattern(r"\p{Ll},?\s+(?P<w>Tỉnh)\s+\p{Lu}\p{Ll}", "tỉnh"),
    pattern(r"\p{Ll},?\s+(?P<w>Thị trấn)\s+\p{Lu}\p{Ll}", "thị trấn"),
    pattern(r"\p{Ll},?\s+(?P<w>Xã)\s+\p{Lu}\p{Ll}", "xã"),
];

pub(super) const SPACING: &[Pattern] = &[
    pattern(r"\p{L}(?P<w>\s+,)\s", ","),
    pattern(r"\p{L}(?P<w>\s+;)", ";"),
    pattern(r"\d(?P<w>\s+%)", "%"),
    pattern(r"(?P<w>,,)", ","),
];

/// Puts a hit for every place where a pattern stands.
pub(super) fn search(patterns: &[Pattern], parts: &[Part], context: &Context, hits: &mut Vec<Hit>) {
    for piece in context
        .pieces
        .iter()
        .filter(|piece| parts.contains(&piece.part))
    {
        for pattern in patterns {
            let Some(regex) = COMPILED.get(pattern.find) else {
                continue;
            };
            for captures in regex.captures_iter(&piece.text) {
                let Some(found) = captures.name("w") else {
                    continue;
                };
                hits.push(
                    Hit::at(&piece.place, found.as_str())
                        .fix(in_case_of(found.as_str(), pattern.right)),
                );
            }
        }
    }
}

/// Every pattern, compiled once.
static COMPILED: LazyLock<HashMap<&'static str, Regex>> = LazyLock::new(|| {
    [SPELLING, REFERENCES, BODIES, UNITS, SPACING]
        .into_iter()
        .flatten()
        .filter_map(|pattern| Some((pattern.find, Regex::new(pattern.find).ok()?)))
        .collect()
});

fn in_case_of(found: &str, right: &str) -> String {
    if right.is_empty() {
        // A doubled word: its first half.
        let words: Vec<&str> = found.split(' ').collect();
        return words[..words.len().div_ceil(2)].join(" ");
    }
    let capital = found.chars().next().is_some_and(char::is_uppercase);
    let mut chars = right.chars();
    match chars.next() {
        // Only words whose wrong form differs by more than its case follow the case of the wrong form.
        Some(first) if capital && found.to_lowercase() != right.to_lowercase() => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => right.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_names_its_words() {
        for pattern in [SPELLING, REFERENCES, BODIES, UNITS, SPACING]
            .into_iter()
            .flatten()
        {
            let regex = Regex::new(pattern.find);
            assert!(
                regex.is_ok_and(|r| r.capture_names().flatten().any(|name| name == "w")),
                "{}",
                pattern.find
            );
        }
    }
}
