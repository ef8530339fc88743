//! Type, symbol, subject, authority and signature.

use crate::check::{Context, Hit};
use crate::model::Authority;

/// The symbol begins with the abbreviation of the type, an official letter's does not.
pub(in crate::check) fn symbol(context: &Context, hits: &mut Vec<Hit>) {
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
pub(in crate::check) fn authority(context: &Context, hits: &mut Vec<Hit>) {
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
pub(in crate::check) fn deputy_title(context: &Context, hits: &mut Vec<Hit>) {
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

pub(in crate::check) fn degree(context: &Context, hits: &mut Vec<Hit>) {
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

pub(in crate::check) fn signer_missing(context: &Context, hits: &mut Vec<Hit>) {
    if context.draft.signer.name.is_empty() || context.draft.signer.title_lines.is_empty() {
        hits.push(Hit::at("chữ ký", ""));
    }
}

pub(in crate::check) fn subject_missing(context: &Context, hits: &mut Vec<Hit>) {
    if context.draft.subject.trim().is_empty() {
        hits.push(Hit::at("trích yếu", ""));
    }
}
