//! What the checker says about a draft, as pages list it.

use trinhky_drafting::{Finding, Imported, Severity};

use super::common::said;
use crate::documents::{Document, bases, find};
use crate::fault::Outcome;
use crate::people::session::Session;
use crate::web::Lang;
use crate::web::views::shared::{FindingView, Mark, Tone};

/// What the checker finds in the present version.
pub(super) async fn findings(session: &Session, document: &Document) -> Outcome<Vec<Finding>> {
    let db = session.app.store.reader();
    let unplaced = find::unplaced(db, document).await?;
    let gone = bases::gone(
        db,
        &session.actor,
        document.row.org_id,
        &document.draft,
        session.today(),
    )
    .await?;
    let imported = Imported {
        draft: document.draft.clone(),
        unplaced,
    };
    Ok(trinhky_drafting::check_with_fixes(&imported, &gone)
        .into_iter()
        .map(|(finding, _)| finding)
        .collect())
}

/// The same, for reading.
pub(super) async fn checked(session: &Session, document: &Document) -> Outcome<Vec<FindingView>> {
    let found = findings(session, document).await?;
    Ok(found
        .into_iter()
        .map(|finding| finding_view(finding, session.lang))
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

/// `Kiểm tra thể thức: 3 lỗi, 18 cảnh báo, 5 lưu ý`.
pub(super) fn findings_line(found: &[Severity], lang: Lang) -> String {
    let kinds = [
        (Severity::Error, "lỗi", "errors"),
        (Severity::Warning, "cảnh báo", "warnings"),
        (Severity::Note, "lưu ý", "notes"),
        (Severity::Question, "câu hỏi", "questions"),
    ];
    let counts: Vec<String> = kinds
        .into_iter()
        .map(|(kind, vi, en)| {
            (
                found.iter().filter(|severity| **severity == kind).count(),
                said(lang, vi, en),
            )
        })
        // That there is no error is worth saying, too.
        .filter(|(count, name)| *count > 0 || *name == said(lang, "lỗi", "errors"))
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    format!(
        "{}: {}",
        said(lang, "Kiểm tra thể thức", "Check of form"),
        counts.join(", ")
    )
}
