//! The documents that the reader may know, with search and filters.

use axum::extract::{Form as Body, Query};
use axum::response::Response;
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::common::{Pairs, refuse, refused, said};
use super::import;
use crate::documents::listing::{Count, Listing, Page};
use crate::documents::rows::document;
use crate::documents::{doc_type, searches, state, title};
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::web::download::download;
use crate::web::views::documents::{DocumentList, DocumentRow};
use crate::web::views::{Filter, Mark, Pager, Tone};
use crate::web::{Form, Lang, Link, WebError, html, sheet};

const PAGE: usize = 50;
/// Documents of one exported file.
const MOST_ROWS: usize = 5_000;

const STATES: [&str; 9] = [
    state::DRAFT,
    state::APPROVED,
    state::SIGNED,
    state::NUMBERED,
    state::SEALED,
    state::ISSUED,
    state::CLOSED,
    state::RECALLED,
    state::DROPPED,
];
const TYPES: [&str; 8] = ["QD", "TTR", "BC", "KH", "TB", "CV", "GM", "BB"];

/// What an address of the list asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// A state.
    #[serde(default)]
    tt: String,
    /// A type.
    #[serde(default)]
    loai: String,
    /// The last document of the page before.
    sau: Option<Uuid>,
    /// `xlsx`: everything found as a file.
    #[serde(default)]
    dang: String,
}

impl Asked {
    /// Whether it asks for less than everything.
    fn is_search(&self) -> bool {
        !(self.q.trim().is_empty() && self.tt.is_empty() && self.loai.is_empty())
    }

    fn page(&self, limit: usize) -> Page {
        let some = |word: &str, known: &[&str]| known.contains(&word).then(|| word.to_owned());
        Page {
            state: some(&self.tt, &STATES),
            doc_type: some(&self.loai, &TYPES),
            before: self.sau,
            limit: limit as u64,
        }
    }
}

/// `GET /van-ban`: the documents that the reader may know.
///
/// # Errors
/// What the database reports, as a page.
pub async fn list(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let form = Form::new(KEPT, "", "");
    let answer = async {
        if asked.dang == "xlsx" {
            return exported(&session, &asked).await;
        }
        Ok(html(&list_view(&session, asked, form).await?))
    };
    answer.await.map_err(|fault| failed(fault, "/van-ban"))
}

/// Where searches are kept.
const KEPT: &str = "/van-ban/tim-kiem";

/// `POST /van-ban/tim-kiem`: keeps the search `q`, `tt`, `loai` under `name`; `do` = `forget:<id>` drops one.
///
/// # Errors
/// A name that is missing or taken shows the list again; 404 for another person's search.
pub async fn keep_search(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(KEPT, pairs);
    let asked = Asked {
        q: form.value("q").to_owned(),
        tt: form.value("tt").to_owned(),
        loai: form.value("loai").to_owned(),
        ..Asked::default()
    };
    let here = address(&asked.q, &asked.tt, &asked.loai);
    let (app, actor, lang) = (&session.app, &session.actor, session.lang);
    if let Some(search) = form.value("do").strip_prefix("forget:") {
        let forgotten = async {
            let id = search.parse().map_err(|_| Fault::NotFound)?;
            searches::forget(app, actor, id).await
        };
        forgotten.await.map_err(|fault| failed(fault, "/van-ban"))?;
        return Ok(done(
            &here,
            &said(lang, "Đã bỏ tìm kiếm.", "The search is dropped."),
        ));
    }
    let query = here.split_once('?').map_or("", |(_, query)| query);
    match searches::keep(app, actor, form.value("name").to_owned(), query.to_owned()).await {
        Ok(()) => Ok(done(
            &here,
            &said(lang, "Đã lưu tìm kiếm.", "The search is kept."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, lang, "/van-ban", |_| "name".to_owned())?;
            let view = list_view(&session, asked, form)
                .await
                .map_err(|fault| failed(fault, "/van-ban"))?;
            Ok(refused(html(&view)))
        }
    }
}

/// Everything that a search finds as a spreadsheet, newest change first.
async fn exported(session: &Session, asked: &Asked) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let listing = Listing::of(db, &session.actor, &asked.q).await?;
    let found = listing.page(db, &asked.page(MOST_ROWS + 1)).await?;
    if found.len() > MOST_ROWS {
        return Err(Fault::stale(
            format!(
                "Tìm thấy hơn {MOST_ROWS} văn bản; thêm từ khóa hoặc chọn trạng thái, loại văn bản rồi tải lại."
            ),
            format!(
                "More than {MOST_ROWS} documents are found; search for less, then save the file."
            ),
        ));
    }
    let heads = [
        ("Số, ký hiệu", "Number and symbol"),
        ("Ngày ban hành", "Issued on"),
        ("Tên loại", "Type"),
        ("Trích yếu", "Subject"),
        ("Đơn vị soạn thảo", "Drafted by"),
        ("Trạng thái", "State"),
    ];
    let mut lines = vec![heads.map(|(vi, en)| said(lang, vi, en)).to_vec()];
    let owners: Vec<Uuid> = found.iter().map(|row| row.owner_id).collect();
    let units = people_find::unit_names(db, &owners, session.today()).await?;
    for row in found {
        lines.push(vec![
            row.number
                .map(|number| format!("{number:02}/{}", row.symbol))
                .unwrap_or_default(),
            row.issued_on.map(vn_date).unwrap_or_default(),
            doc_type(&row.doc_type)?.name_in_text().to_owned(),
            row.subject,
            units.get(&row.owner_id).cloned().unwrap_or_default(),
            mark(&row.state, lang).word,
        ]);
    }
    let file = sheet::xlsx(&lines, session.now).map_err(|error| Fault::Internal(error.into()))?;
    Ok(download("van-ban.xlsx", sheet::XLSX, file))
}

async fn list_view(session: &Session, asked: Asked, mut keep: Form) -> Outcome<DocumentList> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let listing = Listing::of(db, &session.actor, &asked.q).await?;
    let counted = listing.counts(db).await?;
    let mut rows = listing.page(db, &asked.page(PAGE + 1)).await?;
    let older = (rows.len() > PAGE).then(|| rows[PAGE - 1].id);
    rows.truncate(PAGE);
    let owners: Vec<Uuid> = rows.iter().map(|row| row.owner_id).collect();
    let units = people_find::unit_names(db, &owners, session.today()).await?;
    let mut shown = Vec::new();
    for row in rows {
        shown.push(DocumentRow {
            href: format!("/van-ban/{}", row.id),
            name: name(&row)?,
            unit: units.get(&row.owner_id).cloned().unwrap_or_default(),
            date: vn_date(
                row.issued_on
                    .unwrap_or_else(|| trinhky_calendar::local(row.changed_at).date_naive()),
            ),
            mark: mark(&row.state, lang),
            subject: row.subject,
        });
    }
    let here = address(&asked.q, &asked.tt, &asked.loai);
    let drafts = import::drafting_unit(&session.actor).is_some();
    for (name, value) in [("q", &asked.q), ("tt", &asked.tt), ("loai", &asked.loai)] {
        keep.set(name, value.as_str());
    }
    let mut saved = Vec::new();
    if let Some(person) = session.actor.person_id {
        for search in searches::of(db, person).await? {
            let href = format!("/van-ban?{}", search.query);
            saved.push((Link::new(&href, &search.name), search.id.to_string()));
        }
    }
    Ok(DocumentList {
        page: session.page(&lang.t("nav-documents")),
        filters: filters(&asked, counted.as_deref(), lang)?,
        rows: shown,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        export_href: format!("{here}&dang=xlsx"),
        keeps: asked.is_search(),
        keep,
        saved,
        import_href: drafts.then(|| "/van-ban/nhap".to_owned()),
        query: asked.q,
    })
}

/// The states and the types that occur among the documents found; all of them, without numbers, where too many are found
/// to be counted.
fn filters(asked: &Asked, counted: Option<&[Count]>, lang: Lang) -> Outcome<Vec<Filter>> {
    let sum = |wanted: &dyn Fn(&Count) -> bool| {
        let counts = counted?.iter().filter(|count| wanted(count));
        usize::try_from(counts.map(|count| count.number).sum::<i64>()).ok()
    };
    let everything = asked.tt.is_empty() && asked.loai.is_empty();
    let mut filters = vec![Filter {
        href: address(&asked.q, "", ""),
        text: lang.t("inbox-all"),
        count: sum(&|_| true),
        current: everything,
    }];
    for word in STATES {
        filters.push(Filter {
            href: address(&asked.q, word, ""),
            text: mark(word, lang).word,
            count: sum(&|count| count.state == word),
            current: asked.tt == word,
        });
    }
    for code in TYPES {
        filters.push(Filter {
            href: address(&asked.q, "", code),
            text: doc_type(code)?.name_in_text().to_owned(),
            count: sum(&|count| count.doc_type == code),
            current: asked.loai == code,
        });
    }
    filters.retain(|filter| filter.count != Some(0));
    Ok(filters)
}

fn address(words: &str, state: &str, code: &str) -> String {
    let query = serde_urlencoded::to_string([("q", words), ("tt", state), ("loai", code)])
        .unwrap_or_default();
    format!("/van-ban?{query}")
}

fn name(row: &document::Model) -> Outcome<String> {
    let kind = doc_type(&row.doc_type)?;
    Ok(match row.number {
        Some(_) => title(kind, row.number, &row.symbol, &row.subject),
        None => kind.name_in_text().to_owned(),
    })
}

/// The state of a document in words.
pub(super) fn mark(word: &str, lang: Lang) -> Mark {
    let (tone, vi, en) = match word {
        state::DRAFT => (Tone::Open, "Dự thảo", "Draft"),
        state::APPROVED => (
            Tone::Open,
            "Đã phê duyệt, chờ ký",
            "Approved, waiting for the signature",
        ),
        state::SIGNED => (
            Tone::Open,
            "Đã ký, chờ cấp số",
            "Signed, waiting for its number",
        ),
        state::NUMBERED => (
            Tone::Open,
            "Đã cấp số, chờ đóng dấu",
            "Numbered, waiting for the seal",
        ),
        state::SEALED => (
            Tone::Open,
            "Đã đóng dấu, chờ phát hành",
            "Sealed, waiting to be issued",
        ),
        state::ISSUED => (Tone::Done, "Đã phát hành", "Issued"),
        state::CLOSED => (Tone::Nothing, "Đã đóng năm", "Year closed"),
        state::RECALLED => (Tone::Failed, "Đã thu hồi", "Recalled"),
        state::DROPPED => (Tone::Nothing, "Thôi ban hành", "Dropped"),
        other => (Tone::Nothing, other, other),
    };
    Mark::new(tone, said(lang, vi, en))
}
