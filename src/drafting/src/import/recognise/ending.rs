//! The end of a document: distribution list, signature, annexes; and what only the whole document tells.

use super::{Recogniser, Stage};
use crate::import::ImportError;
use crate::import::builder::join;
use crate::import::parts;
use crate::import::source::{Look, Para};
use crate::model::{DocType, Imported, Line};
use crate::text::{fold, is_capitals, starts_small};

impl Recogniser {
    pub(super) fn ending(&mut self, para: &Para) {
        let text = &para.text;
        if parts::is_distribution_head(text) {
            return;
        }
        if parts::is_drafter_mark(text) && self.builder.draft.drafter_mark.is_empty() {
            self.builder.draft.drafter_mark.clone_from(text);
            return;
        }
        if para.gap_before && !self.sign_lines.is_empty() && parts::annex_label(text).is_some() {
            self.after_signature(para);
            return;
        }
        let archive_seen = self
            .builder
            .draft
            .distribution
            .iter()
            .any(|line| matches!(line, Line::Archive { .. }));
        let dashed = text.starts_with(['-', '–', '•', '+']);
        if dashed || (!archive_seen && self.is_distribution(text)) {
            self.builder.distribution(parts::distribution_line(text));
        } else if self.signed() {
            self.after_signature(para);
        } else if (para.continues || starts_small(text))
            && !is_capitals(text)
            && self.sign_lines.is_empty()
            && let Some(last) = self.builder.draft.distribution.last_mut()
        {
            append_to_line(last, text);
        } else {
            self.sign_lines.push(para.clone());
        }
    }

    /// A title and a name stand in the signature block: what follows is no part of it.
    fn signed(&self) -> bool {
        let titled = self.sign_lines.iter().any(|para| is_capitals(&para.text));
        // Minutes have two names.
        let names = if self.builder.draft.doc_type == DocType::BB {
            2
        } else {
            1
        };
        titled
            && self
                .sign_lines
                .iter()
                .filter(|para| is_name(&para.text))
                .count()
                >= names
    }

    /// An annex, or the text that the decision issues, with a header of its own.
    fn after_signature(&mut self, para: &Para) {
        let text = &para.text;
        if parts::is_national(text) || self.is_own_header(text) {
            return;
        }
        if parts::annex_label(text).is_some() {
            let label = if fold(text) == "phụ lục" {
                ""
            } else {
                text.trim_end_matches(['.', ':'])
            };
            self.builder.annex(label, "");
            self.stage = Stage::AnnexTitle;
        } else if parts::unsupported_type(text).is_some() {
            self.builder.attached(text);
            self.stage = Stage::AnnexTitle;
        } else if is_capitals(text) && text.starts_with("DANH SÁCH") {
            self.builder.annex("", text);
            self.stage = Stage::AnnexTitle;
        } else {
            self.builder.unplaced(para.line, text);
        }
    }

    /// A line of the document's header, which an attached text repeats.
    fn is_own_header(&self, text: &str) -> bool {
        let draft = &self.builder.draft;
        draft
            .superior_agency
            .iter()
            .chain(&draft.issuer)
            .any(|line| fold(line) == fold(text))
    }

    fn is_distribution(&self, text: &str) -> bool {
        let line = parts::distribution_line(text);
        !matches!(line, Line::Body { .. }) || text.ends_with(';')
    }

    pub(super) fn annex_title(&mut self, para: &Para) {
        let text = &para.text;
        if fold(text).starts_with("(kèm theo") || fold(text).starts_with("(ban hành kèm theo") {
            self.stage = Stage::AnnexBody;
            return;
        }
        let Some(annex) = self.builder.draft.annexes.last_mut() else {
            return;
        };
        let type_alone = parts::unsupported_type(&annex.title).is_some()
            && parts::article_head(text).is_none()
            && parts::division_head(text).is_none();
        if annex.title.is_empty() || type_alone || (is_capitals(text) && is_capitals(&annex.title))
        {
            join(&mut annex.title, text);
        } else {
            self.stage = Stage::AnnexBody;
            self.annex_body(para);
        }
    }

    pub(super) fn annex_body(&mut self, para: &Para) {
        if para.gap_before
            && (para.bold || self.look == Look::Plain)
            && parts::annex_label(&para.text).is_some()
        {
            self.builder
                .annex(para.text.trim_end_matches(['.', ':']), "");
            self.stage = Stage::AnnexTitle;
            return;
        }
        if fold(&para.text).starts_with("(kèm theo") && self.builder.blocks().is_empty() {
            return;
        }
        self.body(para);
    }

    pub(super) fn finish(mut self) -> Result<Imported, ImportError> {
        self.signer();
        self.issuer();
        let draft = &self.builder.draft;
        let nothing = draft.body.is_empty()
            && draft.subject.is_empty()
            && draft.legal_basis.is_empty()
            && draft.distribution.is_empty();
        if nothing {
            return Err(ImportError::new(
                "nothing in this file could be recognised as a document: no type name, no subject and no body text; check that it is the right file",
                "Không nhận ra văn bản hành chính trong tệp này (không có tên loại, trích yếu và nội dung); hãy kiểm tra lại tệp.",
            ));
        }
        Ok(self.builder.finish())
    }

    /// Capital lines are titles, the last other line is the name; what is between them (a note such as "Đã ký") has no place.
    fn signer(&mut self) {
        let mut lines = std::mem::take(&mut self.sign_lines);
        if self.builder.draft.doc_type == DocType::BB {
            self.secretary(&mut lines);
        }
        let name_at = lines
            .iter()
            .rposition(|para| !is_capitals(&para.text))
            .or_else(|| {
                let last = lines.len().checked_sub(1)?;
                (last > 0 && !parts::is_signer_title(&lines[last].text)).then_some(last)
            });
        for (index, para) in lines.iter().enumerate() {
            if Some(index) == name_at {
                para.text.clone_into(&mut self.builder.draft.signer.name);
            } else if is_capitals(&para.text) && name_at.is_none_or(|at| index < at) {
                self.builder
                    .draft
                    .signer
                    .title_lines
                    .push(para.text.clone());
            } else {
                self.builder.unplaced(para.line, &para.text);
            }
        }
        if let Some(first) = self.builder.draft.signer.title_lines.first() {
            self.builder.draft.signer.authority = parts::authority(first);
        }
    }

    /// Minutes have two signatures and a draft has one: the chair's. The secretary's title and name are listed.
    fn secretary(&mut self, lines: &mut Vec<Para>) {
        let Some(at) = lines
            .iter()
            .position(|para| para.text.starts_with("THƯ KÝ"))
        else {
            return;
        };
        if lines.iter().filter(|para| is_capitals(&para.text)).count() < 2 {
            return;
        }
        let title = lines.remove(at);
        self.builder.unplaced(title.line, &title.text);
        if let Some(name) = lines
            .iter()
            .position(|para| !is_capitals(&para.text) && !para.text.starts_with('('))
        {
            let name = lines.remove(name);
            self.builder.unplaced(name.line, &name.text);
        }
    }

    /// Which of the capital lines of the header is the superior agency; without any, the authority line names the issuer.
    fn issuer(&mut self) {
        let header = std::mem::take(&mut self.header);
        if header.is_empty() {
            self.builder.draft.issuer = issuer_of_authority(&self.builder.draft.authority_line);
            return;
        }
        let any_bold = header.iter().any(|para| para.bold);
        let superior = if any_bold {
            header.iter().take_while(|para| !para.bold).count()
        } else {
            superior_lines(&header)
        };
        let joined = header[..superior]
            .iter()
            .map(|para| para.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        self.builder.draft.superior_agency = (superior > 0).then_some(joined);
        self.builder.draft.issuer = header[superior..]
            .iter()
            .map(|para| para.text.clone())
            .collect();
    }
}

/// Two to six words that all begin with a capital.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let is_word = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word
                .chars()
                .all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '-'))
    };
    (2..=6).contains(&words.len()) && !is_capitals(text) && words.iter().all(is_word)
}

/// How many of the first header lines name the superior agency, where the formatting does not tell.
fn superior_lines(header: &[Para]) -> usize {
    let place = |text: &str| {
        [
            "HUYỆN ",
            "TỈNH ",
            "XÃ ",
            "PHƯỜNG ",
            "THỊ TRẤN ",
            "THỊ XÃ ",
            "THÀNH PHỐ ",
            "QUẬN ",
            "ĐẶC KHU ",
        ]
        .iter()
        .any(|word| text.starts_with(word))
    };
    let mut first_agency = 1;
    while first_agency < header.len()
        && (place(&header[first_agency].text) || header[first_agency].continues)
    {
        first_agency += 1;
    }
    let first = &header[0].text;
    let can_be_superior = [
        "UBND",
        "ỦY BAN",
        "BỘ ",
        "SỞ ",
        "TỔNG CỤC",
        "HĐND",
        "HỘI ĐỒNG",
    ]
    .iter()
    .any(|word| first.starts_with(word));
    if first_agency < header.len() && can_be_superior {
        first_agency
    } else {
        0
    }
}

/// `CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN CAO LỘC` gives the two header lines of that committee.
fn issuer_of_authority(authority: &str) -> Vec<String> {
    let agency = [
        "CHỦ TỊCH ",
        "QUYỀN CHỦ TỊCH ",
        "GIÁM ĐỐC ",
        "CHÁNH VĂN PHÒNG ",
        "TRƯỞNG PHÒNG ",
        "BỘ TRƯỞNG ",
    ]
    .iter()
    .find_map(|office| authority.strip_prefix(office))
    .unwrap_or(authority)
    .trim();
    if agency.is_empty() {
        return Vec::new();
    }
    for collective in ["ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "UỶ BAN NHÂN DÂN"] {
        if let Some(place) = agency
            .strip_prefix(collective)
            .map(str::trim)
            .filter(|place| !place.is_empty())
        {
            return vec![collective.to_owned(), place.to_owned()];
        }
    }
    vec![agency.to_owned()]
}

fn append_to_line(line: &mut Line, more: &str) {
    let text = match line {
        Line::AsArticle { text, .. }
        | Line::AsAbove { text }
        | Line::Body { text }
        | Line::Archive { text } => text,
    };
    join(text, more.strip_suffix([';', '.']).unwrap_or(more));
}
