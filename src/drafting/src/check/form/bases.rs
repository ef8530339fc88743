//! The legal bases (Annex I.II.6a, 6b).

use std::sync::LazyLock;

use regex::Regex;

use crate::check::{Context, Hit};
use crate::cite::citations;
use crate::text::fold;
use crate::walk::Part;

/// Two laws in one paragraph of the bases.
pub(in crate::check) fn one_basis_each(context: &Context, hits: &mut Vec<Hit>) {
    for piece in context.part(Part::LegalBasis) {
        if let Some((first, second)) = piece.text.split_once("; ")
            && LEGAL_TYPES
                .iter()
                .any(|kind| second.trim_start_matches("Căn cứ ").starts_with(kind))
        {
            let second = second.trim_start_matches("Căn cứ ");
            hits.push(
                Hit::at(&piece.place, &piece.text).advise(format!("{first};\nCăn cứ {second}")),
            );
        }
    }
}

/// Each basis ends with a semicolon, the last one with a full stop.
pub(in crate::check) fn basis_ends(context: &Context, hits: &mut Vec<Hit>) {
    let pieces: Vec<_> = context.part(Part::LegalBasis).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let right = if index + 1 == pieces.len() { '.' } else { ';' };
        if !piece.text.ends_with(right) {
            let bare = piece.text.trim_end_matches([';', '.', ',', ':', ' ']);
            hits.push(Hit::at(&piece.place, &piece.text).fix(format!("{bare}{right}")));
        }
    }
}

/// "Theo đề nghị" stands last; a law before what carries it out.
pub(in crate::check) fn basis_order(context: &Context, hits: &mut Vec<Hit>) {
    let mut highest = 0;
    let pieces: Vec<_> = context.part(Part::LegalBasis).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let folded = fold(&piece.text);
        let proposal = folded.starts_with("theo đề nghị") || folded.starts_with("xét đề nghị");
        if proposal && index + 1 < pieces.len() {
            hits.push(Hit::at(&piece.place, &piece.text));
        }
        let rank = rank(&folded);
        if rank > 0 && rank < highest {
            hits.push(Hit::at(&piece.place, &piece.text));
        }
        highest = highest.max(rank);
    }
}

/// A basis names type, number, date and issuer the first time.
pub(in crate::check) fn basis_complete(context: &Context, hits: &mut Vec<Hit>) {
    for piece in context.part(Part::LegalBasis) {
        let Some(rest) = piece.text.strip_prefix("Căn cứ ") else {
            continue;
        };
        if ![
            "Nghị định",
            "Nghị quyết",
            "Thông tư",
            "Quyết định",
            "Kế hoạch",
            "Chỉ thị",
        ]
        .iter()
        .any(|kind| rest.starts_with(kind))
        {
            continue;
        }
        let mut missing = Vec::new();
        if !rest.contains(" số ") {
            missing.push("số, ký hiệu");
        }
        if !rest.contains("ngày ") {
            missing.push("ngày, tháng, năm ban hành");
        }
        if !rest.contains(" của ") {
            missing.push("cơ quan ban hành");
        }
        if !missing.is_empty() {
            hits.push(Hit::at(&piece.place, &missing.join("; ")));
        }
    }
}

/// A basis that was recalled, or that another document replaces.
pub(in crate::check) fn basis_gone(context: &Context, hits: &mut Vec<Hit>) {
    for piece in context.part(Part::LegalBasis) {
        for cited in citations(&piece.text) {
            let Some(gone) = context.gone.iter().find(|gone| gone.citation.fits(&cited)) else {
                continue;
            };
            let found = format!("{:02}/{} {}", cited.number, cited.symbol, gone.fate);
            let hit = Hit::at(&piece.place, &found);
            hits.push(match &gone.instead {
                Some(instead) => hit.advise(instead.as_str()),
                None => hit,
            });
        }
    }
}

/// A document cited in full a second time: type and number are enough.
pub(in crate::check) fn repeated_title(context: &Context, hits: &mut Vec<Hit>) {
    let Some(regex) = CITATION.as_ref() else {
        return;
    };
    let mut cited: Vec<String> = Vec::new();
    for piece in context
        .pieces
        .iter()
        .filter(|piece| matches!(piece.part, Part::LegalBasis | Part::Body))
    {
        for captures in regex.captures_iter(&piece.text) {
            let (Some(name), Some(whole)) = (captures.name("name"), captures.get(0)) else {
                continue;
            };
            let name = fold(name.as_str());
            let after = &piece.text[whole.end()..];
            let in_full = after.trim_start().starts_with("ngày ");
            if cited.contains(&name) {
                if in_full {
                    hits.push(
                        Hit::at(&piece.place, whole.as_str().trim()).advise(whole.as_str().trim()),
                    );
                }
            } else {
                cited.push(name);
            }
        }
    }
}

static CITATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?P<name>(?:Nghị định|Nghị quyết|Thông tư|Quyết định|Kế hoạch|Chỉ thị|Tờ trình|Công văn|Văn bản) số \d+(?:/\d{4})?/[\p{L}&\d-]+)").ok()
});

const LEGAL_TYPES: [&str; 8] = [
    "Luật",
    "Pháp lệnh",
    "Nghị định",
    "Nghị quyết",
    "Thông tư",
    "Quyết định",
    "Bộ luật",
    "Chỉ thị",
];

/// The rank of an act by its type; 0 where the order says nothing.
fn rank(folded: &str) -> u8 {
    let Some(rest) = folded.strip_prefix("căn cứ ") else {
        return 0;
    };
    let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    if starts(&["hiến pháp"]) {
        1
    } else if starts(&["luật ", "bộ luật "]) {
        2
    } else if starts(&["pháp lệnh "]) {
        3
    } else if starts(&["nghị định "]) {
        4
    } else if starts(&["thông tư "]) {
        6
    } else if rest.starts_with("quyết định ") && rest.contains("/qđ-ttg") {
        5
    } else {
        0
    }
}
