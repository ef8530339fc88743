//! Rules about words over the whole document: abbreviations, one way of writing, letters that only look right.

use std::collections::BTreeMap;

use unicode_normalization::is_nfc;

use super::{Context, Hit};
use crate::text::{fold, is_capitals, is_invisible};
use crate::walk::Part;

/// Abbreviations that offices use, with the words they stand for.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("UBND", "Ủy ban nhân dân"),
    ("HĐND", "Hội đồng nhân dân"),
    ("TTHC", "thủ tục hành chính"),
    ("CCHC", "cải cách hành chính"),
    ("CBCCVC", "cán bộ, công chức, viên chức"),
    ("CNTT", "công nghệ thông tin"),
    ("MTTQ", "Mặt trận Tổ quốc"),
    ("QLNN", "quản lý nhà nước"),
    ("BHXH", "bảo hiểm xã hội"),
    ("BHYT", "bảo hiểm y tế"),
    ("NTM", "nông thôn mới"),
    ("GPMB", "giải phóng mặt bằng"),
    ("PCCC", "phòng cháy, chữa cháy"),
    ("DVCTT", "dịch vụ công trực tuyến"),
    ("KT-XH", "kinh tế - xã hội"),
    ("ANTT", "an ninh trật tự"),
    ("BCĐ", "Ban Chỉ đạo"),
];

/// Names that one document should write in one way only.
const ONE_WAY: &[&str] = &[
    "tiêu chuẩn quốc gia",
    "hệ thống quản lý chất lượng",
    "mục tiêu chất lượng",
    "hội đồng nhân dân",
    "ủy ban nhân dân",
    "bộ phận tiếp nhận và trả kết quả",
    "cổng dịch vụ công quốc gia",
    "đề án",
];

/// An abbreviation whose full words have not stood before it. The distribution list may abbreviate freely.
pub(super) fn abbreviations(context: &Context, hits: &mut Vec<Hit>) {
    for (short, full) in ABBREVIATIONS {
        let mut seen = String::new();
        for piece in context
            .pieces
            .iter()
            .filter(|piece| matches!(piece.part, Part::Subject | Part::LegalBasis | Part::Body))
        {
            if let Some(at) = word_at(&piece.text, short) {
                let before = format!("{seen} {}", fold(&piece.text[..at]));
                if !before.contains(&fold(full)) {
                    hits.push(
                        Hit::at(&piece.place, short)
                            .advise(format!("{full} (sau đây viết tắt là {short})")),
                    );
                }
                break;
            }
            seen.push(' ');
            seen.push_str(&fold(&piece.text));
        }
    }
}

/// The same name with different capitals; the rarer way is named, with the commoner as the correction.
pub(super) fn consistency(context: &Context, hits: &mut Vec<Hit>) {
    for name in ONE_WAY {
        let mut ways: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for piece in &context.pieces {
            for way in ways_of(&piece.text, name) {
                // The capitals of a whole line say nothing, nor does the first letter: it follows the sentence.
                if !is_capitals(way) {
                    ways.entry(without_first(way))
                        .or_default()
                        .push(&piece.place);
                }
            }
        }
        let Some(most) = ways.values().map(Vec::len).max().filter(|_| ways.len() > 1) else {
            continue;
        };
        let usual = ways
            .iter()
            .find(|(_, places)| places.len() == most)
            .map(|(way, _)| way.clone())
            .unwrap_or_default();
        for piece in &context.pieces {
            for way in ways_of(&piece.text, name)
                .filter(|way| !is_capitals(way) && without_first(way) != usual)
            {
                let first: String = way.chars().take(1).collect();
                hits.push(Hit::at(&piece.place, way).fix(format!("{first}{usual}")));
            }
        }
    }
}

/// Letters that look Vietnamese and are not: decomposed, invisible, or from another alphabet.
pub(super) fn unicode(context: &Context, hits: &mut Vec<Hit>) {
    for piece in &context.pieces {
        if !is_nfc(&piece.text) || piece.text.chars().any(is_invisible) {
            let right: String = {
                use unicode_normalization::UnicodeNormalization;
                piece.text.nfc().filter(|c| !is_invisible(*c)).collect()
            };
            hits.push(Hit::at(&piece.place, &piece.text).fix(right));
        }
        for word in piece.text.split(|c: char| !c.is_alphabetic()) {
            let foreign = word.chars().filter(|c| looks_latin(*c).is_some()).count();
            let latin = word.chars().any(|c| {
                c.is_ascii_alphabetic()
                    || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
            });
            if foreign > 0 && latin {
                let right: String = word.chars().map(|c| looks_latin(c).unwrap_or(c)).collect();
                hits.push(Hit::at(&piece.place, word).fix(right));
            }
        }
    }
}

/// Syllables that Vietnamese cannot have: two tone marks, or an end in c, ch, p, t without the tone sắc or nặng (`quyêt`).
///
/// Only small words with a Vietnamese letter are looked at, and none beside a hyphen: names and foreign words have their own
/// rules (Annex II, II.2, III.2).
pub(super) fn syllables(context: &Context, hits: &mut Vec<Hit>) {
    for piece in &context.pieces {
        let mut before = None;
        let mut rest = piece.text.as_str();
        while let Some(start) = rest.find(char::is_alphabetic) {
            if start > 0 {
                before = rest[..start].chars().next_back();
            }
            let word_rest = &rest[start..];
            let end = word_rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(word_rest.len());
            let (word, after) = (&word_rest[..end], word_rest[end..].chars().next());
            if before != Some('-') && after != Some('-') && impossible_syllable(word) {
                hits.push(Hit::at(&piece.place, word));
            }
            rest = &word_rest[end..];
            before = None;
        }
    }
}

fn impossible_syllable(word: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    const GRAVE_HOOK_TILDE: [char; 3] = ['\u{300}', '\u{309}', '\u{303}'];
    const ACUTE_DOT: [char; 2] = ['\u{301}', '\u{323}'];
    const LETTER_MARKS: [char; 3] = ['\u{302}', '\u{306}', '\u{31b}'];
    if !word.chars().all(char::is_lowercase) {
        return false;
    }
    let letters: Vec<char> = word.nfd().collect();
    let count = |marks: &[char]| letters.iter().filter(|c| marks.contains(c)).count();
    let (level, sharp) = (count(&GRAVE_HOOK_TILDE), count(&ACUTE_DOT));
    let vietnamese = level + sharp + count(&LETTER_MARKS) > 0 || word.contains('đ');
    let stopped = ["c", "ch", "p", "t"].iter().any(|end| word.ends_with(end));
    level + sharp > 1 || (vietnamese && stopped && sharp == 0)
}

/// Where a word stands on its own.
fn word_at(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        // UBND in the symbol 43/KH-UBND is no abbreviation in the sentence.
        let in_symbol =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '/'));
        !in_symbol(before) && !in_symbol(after)
    })
}

/// Every place of a name in a text, as written, compared without capitals.
fn ways_of<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let wanted: Vec<char> = name.chars().collect();
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut found = Vec::new();
    for start in starts {
        let rest = &text[start..];
        let candidate: Vec<char> = rest.chars().take(wanted.len()).collect();
        let same = candidate.len() == wanted.len()
            && candidate
                .iter()
                .zip(&wanted)
                .all(|(a, b)| a.to_lowercase().eq(b.to_lowercase()));
        let len: usize = candidate.iter().map(|c| c.len_utf8()).sum();
        let alone = !text[..start]
            .chars()
            .next_back()
            .is_some_and(char::is_alphabetic)
            && !rest[len..].chars().next().is_some_and(char::is_alphabetic);
        if same && alone {
            found.push(&rest[..len]);
        }
    }
    found.into_iter()
}

fn without_first(way: &str) -> String {
    way.chars().skip(1).collect()
}

/// The Latin letter that a Cyrillic or Greek one looks like.
fn looks_latin(c: char) -> Option<char> {
    const PAIRS: [(char, char); 22] = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('у', 'y'),
        ('х', 'x'),
        ('і', 'i'),
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('Х', 'X'),
        ('ο', 'o'),
        ('Ο', 'O'),
        ('ɑ', 'a'),
    ];
    PAIRS
        .iter()
        .find(|(foreign, _)| *foreign == c)
        .map(|(_, latin)| *latin)
}
