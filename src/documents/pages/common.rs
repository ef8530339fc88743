//! What the pages of documents share: sentences in two languages, the frame, forms that come back, the text.

use trinhky_drafting::Draft;
use uuid::Uuid;

use crate::documents::Document;
use crate::fault::{Fault, Refusal};
use crate::people::session::{Session, field_error};
pub(super) use crate::web::refused;
use crate::web::views::Markup;
use crate::web::{Form, Lang, Link, Page, WebError};

/// The pairs of a form as they were sent.
pub(super) type Pairs = Vec<(String, String)>;

pub(super) fn changed() -> Fault {
    Fault::stale(
        "Nội dung đã thay đổi sau khi trang này mở. Xem lại bản mới nhất.",
        "The content has changed since this page was opened. Look at the newest version.",
    )
}

/// Puts a refusal at its field of the form, or answers with the page of another fault.
pub(super) fn refuse(
    form: &mut Form,
    fault: Fault,
    lang: Lang,
    fresh: &str,
    field: impl Fn(&str) -> String,
) -> Result<(), WebError> {
    let Refusal {
        field: named,
        vi,
        en,
        ..
    } = field_error(fault, fresh)?;
    form.refuse(
        &field(named.as_deref().unwrap_or("remark")),
        said(lang, vi, en),
    );
    Ok(())
}

/// One of two sentences, by the reader's language.
pub(super) fn said(lang: Lang, vi: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Vi => vi.into(),
        Lang::En => en.into(),
    }
}

pub(super) fn document_page(id: Uuid) -> String {
    format!("/van-ban/{id}")
}

/// A page about a document, with the way back to it.
pub(super) fn page(session: &Session, document: &Document, title: &str) -> Page {
    let mut page = session.page(title);
    page.crumbs = vec![
        Link::new("/van-ban", &session.lang.t("nav-documents")),
        Link::new(
            &document_page(document.row.id),
            &trinhky_drafting::upper_first(&document.title()),
        ),
    ];
    page
}

/// The text of a draft, made by our own renderer, which escapes what people wrote.
pub(super) fn text(draft: &Draft) -> Markup {
    Markup::from_our_own_renderer(trinhky_drafting::html(draft))
}
