//! What the checker says about a draft, as pages list it.

use trinhky_drafting::{Finding, Imported, Severity};

use super::common::said;
use crate::documents::{Document, find};
use crate::fault::Outcome;
use crate::people::session::Session;
use crate::web::Lang;
use crate::web::views::shared::{FindingView, Mark, Tone};

/// What the checker finds in the present version.
pub(super) async fn checked(session: &Session, document: &Document) -> Outcome<Vec<FindingView>> {
    let unplaced = find::unplaced(session.app.store.reader(), document).await?;
    let lang = session.lang;
    let findings = trinhky_drafting::check(&Imported {
        draft: document.draft.clone(),
        unplaced,
    });
    Ok(findings
        .into_iter()
        .map(|finding| finding_view(finding, lang))
        .collect())
}

/// A finding for reading; the editor adds its field and its correction.
pub(super) fn finding_view(finding: Finding, lang: Lang) -> FindingView {
    FindingView {
        severity: match finding.severity {
            Severity::Error => Mark::new(Tone::Failed, said(lang, "Lỗi", "Error")),
            Severity::Warning => Mark::new(Tone::Near, said(lang, "Cảnh báo", "Warning")),
            Severity::Note => Mark::new(Tone::Nothing, said(lang, "Lưu ý", "Note")),
            Severity::Question => Mark::new(Tone::Open, said(lang, "Câu hỏi", "Question")),
        },
        message: said(lang, finding.message_vi, finding.message),
        law: finding.law,
        place: finding.r#where,
        field: String::new(),
        suggestion: None,
    }
}
