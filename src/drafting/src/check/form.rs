//! Rules about the parts of a document and how they fit together.

use std::sync::LazyLock;

use regex::Regex;

use super::{Context, Hit};
use crate::import::parts::POINT_LETTERS;
use crate::model::{Article, Authority, Block, Clause, DocType, Line};
use crate::text::fold;
use crate::walk::Part;

// --- distribution ---------------------------------------------------------------------------------------------------

/// `Như điều 3` with a small letter.
pub(super) fn as_article_capital(context: &Context, hits: &mut Vec<Hit>) {
    for (index, line) in context.draft.distribution.iter().enumerate() {
        if let Line::AsArticle { text, .. } = line
            && text.contains("điều")
        {
            hits.push(Hit::at(&line_place(index), text).fix(text.replace("điều", "Điều")));
        }
    }
}

/// `Như Điều n` of an article that does not exist.
pub(super) fn as_article_exists(context: &Context, hits: &mut Vec<Hit>) {
    for (index, line) in context.draft.distribution.iter().enumerate() {
        if let Line::AsArticle { article, text } = line
            && !articles(context).any(|found| found.number == *article)
        {
            let hit = Hit::at(&line_place(index), text);
            hits.push(match executing_article(context) {
                Some(right) => hit.fix(format!("Như Điều {right}")),
                None => hit,
            });
        }
    }
}

/// An article makes bodies responsible and no line sends the decision to them; addressees without `Như trên`.
pub(super) fn recipients(context: &Context, hits: &mut Vec<Hit>) {
    let lines = &context.draft.distribution;
    if lines.is_empty() {
        return;
    }
    let to_article = lines
        .iter()
        .any(|line| matches!(line, Line::AsArticle { .. }));
    if let Some(number) = executing_article(context).filter(|_| !to_article) {
        hits.push(
            Hit::at("Nơi nhận", &format!("Như Điều {number}"))
                .advise(format!("- Như Điều {number};")),
        );
    }
    let to_above = lines
        .iter()
        .any(|line| matches!(line, Line::AsAbove { .. }));
    if !context.draft.addressed_to.is_empty() && !to_above {
        hits.push(Hit::at("Nơi nhận", "Như trên").advise("- Như trên;"));
    }
}

/// `Lưu: VT` of a committee or council, without the unit that drafted.
pub(super) fn archive_unit(context: &Context, hits: &mut Vec<Hit>) {
    let issuer = context.draft.symbol.rsplit('-').next().unwrap_or_default();
    let by_unit = context.draft.doc_type != DocType::CV && !matches!(issuer, "UBND" | "HĐND");
    for (index, line) in context.draft.distribution.iter().enumerate() {
        if let Line::Archive { text } = line
            && !by_unit
            && fold(text)
                .trim_start_matches("lưu")
                .trim_start_matches([':', ' '])
                .trim()
                == "vt"
        {
            let unit = drafting_unit(context).unwrap_or_else(|| "<đơn vị soạn thảo>".to_owned());
            let hit = Hit::at(&line_place(index), text);
            let right = format!("{text}, {unit}");
            hits.push(if unit.starts_with('<') {
                hit.advise(right)
            } else {
                hit.fix(right)
            });
        }
    }
}

/// No archive line, or not as the last.
pub(super) fn archive_last(context: &Context, hits: &mut Vec<Hit>) {
    let lines = &context.draft.distribution;
    if !lines.is_empty() && !matches!(lines.last(), Some(Line::Archive { .. })) {
        hits.push(Hit::at("Nơi nhận", "Lưu").advise("- Lưu: VT, <đơn vị soạn thảo>."));
    }
}

/// The unit that proposed: `Tờ trình số 92/TTr-VP` among the bases gives `VP`.
fn drafting_unit(context: &Context) -> Option<String> {
    let text = context.draft.legal_basis.last()?;
    let at = text.find("/TTr-")?;
    let unit: String = text[at + "/TTr-".len()..]
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .collect();
    (!unit.is_empty()).then_some(unit)
}

// --- legal bases ----------------------------------------------------------------------------------------------------

/// Two laws in one paragraph of the bases.
pub(super) fn one_basis_each(context: &Context, hits: &mut Vec<Hit>) {
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
pub(super) fn basis_ends(context: &Context, hits: &mut Vec<Hit>) {
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
pub(super) fn basis_order(context: &Context, hits: &mut Vec<Hit>) {
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
pub(super) fn basis_complete(context: &Context, hits: &mut Vec<Hit>) {
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

/// A document cited in full a second time: type and number are enough.
pub(super) fn repeated_title(context: &Context, hits: &mut Vec<Hit>) {
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

// --- type, symbol, authority ----------------------------------------------------------------------------------------

/// The symbol begins with the abbreviation of the type, an official letter's does not.
pub(super) fn symbol(context: &Context, hits: &mut Vec<Hit>) {
    let draft = context.draft;
    if draft.symbol.is_empty() {
        return;
    }
    let after_year = draft.symbol.rsplit('/').next().unwrap_or_default();
    let mut groups = after_year.split('-');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    match draft.doc_type.abbreviation() {
        Some(right) if first != right => {
            let right = if rest.is_empty() {
                format!("{right}-{first}")
            } else {
                format!("{right}-{}", rest.join("-"))
            };
            hits.push(Hit::at("số, ký hiệu", &draft.symbol).advise(right));
        }
        None if matches!(first, "CV" | "QĐ" | "TB" | "BC" | "TTr" | "KH") && !rest.is_empty() => {
            hits.push(Hit::at("số, ký hiệu", &draft.symbol).advise(rest.join("-")));
        }
        _ => {}
    }
}

/// A decision of a collective is signed on its behalf (TM.), a decision of a person is not.
pub(super) fn authority(context: &Context, hits: &mut Vec<Hit>) {
    let draft = context.draft;
    let Some(first) = draft.signer.title_lines.first() else {
        return;
    };
    if draft.authority_line.is_empty() {
        return;
    }
    let collective = [
        "ỦY BAN",
        "HỘI ĐỒNG",
        "BAN CHỈ ĐẠO",
        "UBND",
        "HĐND",
        "BAN THƯỜNG VỤ",
    ]
    .iter()
    .any(|start| draft.authority_line.starts_with(start));
    let on_behalf = draft.signer.authority == Authority::TM || first.starts_with("TM.");
    if collective && !on_behalf {
        hits.push(Hit::at("chữ ký", first).advise(format!("TM. {}", draft.authority_line)));
    } else if !collective && on_behalf {
        let right = draft
            .signer
            .title_lines
            .iter()
            .find(|line| !line.starts_with("TM."))
            .map_or("CHỦ TỊCH", String::as_str);
        hits.push(Hit::at("chữ ký", first).advise(right));
    }
}

/// `KT. CHỦ TỊCH` needs the deputy's own title under it.
pub(super) fn deputy_title(context: &Context, hits: &mut Vec<Hit>) {
    let lines = &context.draft.signer.title_lines;
    if let Some(at) = lines.iter().position(|line| line.starts_with("KT."))
        && !lines
            .get(at + 1)
            .is_some_and(|line| line.starts_with("PHÓ") || line.starts_with("THỨ TRƯỞNG"))
    {
        let right = format!("PHÓ {}", lines[at].trim_start_matches("KT.").trim());
        hits.push(Hit::at("chữ ký", &lines[at]).advise(right));
    }
}

pub(super) fn degree(context: &Context, hits: &mut Vec<Hit>) {
    let name = &context.draft.signer.name;
    for degree in [
        "TS.", "ThS.", "GS.", "PGS.", "Ths.", "BS.", "KS.", "CN.", "TS ", "ThS ",
    ] {
        if let Some(rest) = name.strip_prefix(degree) {
            hits.push(Hit::at("chữ ký", name).advise(rest.trim()));
            return;
        }
    }
}

pub(super) fn signer_missing(context: &Context, hits: &mut Vec<Hit>) {
    if context.draft.signer.name.is_empty() || context.draft.signer.title_lines.is_empty() {
        hits.push(Hit::at("chữ ký", ""));
    }
}

pub(super) fn subject_missing(context: &Context, hits: &mut Vec<Hit>) {
    if context.draft.subject.trim().is_empty() {
        hits.push(Hit::at("trích yếu", ""));
    }
}

// --- body -----------------------------------------------------------------------------------------------------------

/// Articles are numbered from 1 without a gap.
pub(super) fn article_numbers(context: &Context, hits: &mut Vec<Hit>) {
    for (expected, article) in (1_u32..).zip(articles(context)) {
        if article.number != expected {
            hits.push(
                Hit::at(
                    &format!("Điều {}", article.number),
                    &format!("Điều {}", article.number),
                )
                .advise(format!("Điều {expected}")),
            );
            return;
        }
    }
}

/// Clauses count from 1 in every article, points follow the alphabet.
pub(super) fn clause_numbers(context: &Context, hits: &mut Vec<Hit>) {
    for article in articles(context) {
        let place = format!("Điều {}", article.number);
        for (expected, clause) in (1_u32..).zip(&article.clauses) {
            if clause.number != expected {
                hits.push(
                    Hit::at(
                        &format!("{place} khoản {}", clause.number),
                        &format!("{}.", clause.number),
                    )
                    .advise(format!("{expected}.")),
                );
                break;
            }
        }
        for clause in &article.clauses {
            points(&format!("{place} khoản {}", clause.number), clause, hits);
        }
    }
    for block in &context.draft.body {
        if let Block::Clause(clause) = block {
            points(&format!("khoản {}", clause.number), clause, hits);
        }
    }
}

fn points(place: &str, clause: &Clause, hits: &mut Vec<Hit>) {
    for (expected, point) in POINT_LETTERS.chars().zip(&clause.points) {
        if point.letter != expected.to_string() {
            hits.push(
                Hit::at(
                    &format!("{place} điểm {}", point.letter),
                    &format!("{})", point.letter),
                )
                .advise(format!("{expected})")),
            );
            return;
        }
    }
}

/// `Điều 7 Quyết định này` where there is no article 7.
pub(super) fn cross_reference(context: &Context, hits: &mut Vec<Hit>) {
    let Some(regex) = OWN_ARTICLE.as_ref() else {
        return;
    };
    if articles(context).next().is_none() {
        return;
    }
    for piece in context.part(Part::Body) {
        for captures in regex.captures_iter(&piece.text) {
            let number = captures
                .name("n")
                .and_then(|n| n.as_str().parse::<u32>().ok());
            if let (Some(number), Some(found)) = (number, captures.get(0))
                && !articles(context).any(|article| article.number == number)
            {
                hits.push(Hit::at(&piece.place, found.as_str()));
            }
        }
    }
}

static OWN_ARTICLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[Đđ]iều (?P<n>\d+)(?: của)? (?:Quyết định|Quy chế|Quy định|Kế hoạch) này").ok()
});

/// The last text of the body ends with `./.`.
pub(super) fn end_mark(context: &Context, hits: &mut Vec<Hit>) {
    let texts: Vec<_> = context.part(Part::Body).collect();
    let Some(last) = texts.last() else { return };
    let marked = texts
        .iter()
        .filter(|piece| piece.text.ends_with("./."))
        .count();
    // A note in brackets may follow the mark ("(Gửi kèm: …)").
    let at_end = texts
        .iter()
        .rev()
        .find(|piece| !piece.text.starts_with('('))
        .is_some_and(|piece| piece.text.ends_with("./."));
    if marked == 0 || !at_end {
        let bare = last.text.trim_end_matches(['.', '/', ';', ' ']);
        hits.push(Hit::at(&last.place, &last.text).fix(format!("{bare}./.")));
    }
}

/// Articles without titles: allowed by the model form, asked for by Annex I.
pub(super) fn article_titles(context: &Context, hits: &mut Vec<Hit>) {
    let untitled: Vec<String> = articles(context)
        .filter(|article| article.title.is_none())
        .map(|article| article.number.to_string())
        .collect();
    if let (Some(first), Some(last)) = (untitled.first(), untitled.last()) {
        let which = if first == last {
            format!("Điều {first}")
        } else {
            format!("Điều {first} đến Điều {last}")
        };
        hits.push(Hit::at(&format!("Điều {first}"), &which));
    }
}

/// A decision that does not say from when it is in force.
pub(super) fn effect(context: &Context, hits: &mut Vec<Hit>) {
    if context.draft.doc_type != DocType::QD || articles(context).next().is_none() {
        return;
    }
    let said = context.part(Part::Body).any(|piece| {
        let folded = fold(&piece.text);
        folded.contains("có hiệu lực") || folded.contains("hiệu lực thi hành")
    });
    if !said {
        let place = articles(context)
            .last()
            .map(|article| format!("Điều {}", article.number))
            .unwrap_or_default();
        hits.push(Hit::at(&place, "").advise("Quyết định này có hiệu lực kể từ ngày ký."));
    }
}

/// An annex that the body never mentions.
pub(super) fn annex_mentioned(context: &Context, hits: &mut Vec<Hit>) {
    let body: String = context
        .part(Part::Body)
        .map(|piece| fold(&piece.text))
        .collect::<Vec<_>>()
        .join(" ");
    for annex in &context.draft.annexes {
        if !["phụ lục", "kèm theo", "ban hành kèm", "gửi kèm"]
            .iter()
            .any(|word| body.contains(word))
        {
            hits.push(Hit::at(&format!("{}, tiêu đề", annex.label), &annex.label));
        }
    }
}

pub(super) fn unplaced(context: &Context, hits: &mut Vec<Hit>) {
    for piece in &context.imported.unplaced {
        hits.push(Hit::at(&format!("dòng {}", piece.line), &piece.text));
    }
}

fn articles<'a>(context: &'a Context) -> impl Iterator<Item = &'a Article> {
    context.draft.body.iter().filter_map(|block| match block {
        Block::Article(article) => Some(article),
        _ => None,
    })
}

/// The last article that makes somebody responsible for carrying out.
fn executing_article(context: &Context) -> Option<u32> {
    articles(context)
        .filter(|article| {
            let text = fold(&format!(
                "{} {} {}",
                article.title.as_deref().unwrap_or_default(),
                article.text,
                article.tail.join(" ")
            ));
            text.contains("trách nhiệm thi hành")
                || text.contains("căn cứ quyết định thi hành")
                || text.contains("căn cứ quyết định này thi hành")
        })
        .map(|article| article.number)
        .last()
}

fn line_place(index: usize) -> String {
    format!("Nơi nhận dòng {}", index + 1)
}
