//! A register of outgoing documents with the ten columns of Decree 30/2020, Annex IV: read, searched, printed, written in by hand.

mod acts;
mod rows;

use axum::extract::{Path, Query};
use axum::response::Response;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

pub use acts::{close, enter, enter_page, strike, strike_page};

use super::bound::{self, Book};
use super::common::said;
use crate::documents::books::{self, Wanted};
use crate::documents::rows::register;
use crate::documents::{numbers, register_name};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, failed};
use crate::people::{find as people_find, may};
use crate::web::format::read_date;
use crate::web::views::Pager;
use crate::web::views::documents::{Register, RegisterActs};
use crate::web::views::shared::ActForm;
use crate::web::{Form, Link, WebError, html};

/// Entries of a register on one page.
const REGISTER_PAGE: usize = 200;

/// What an address of a register asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The last number of the page before.
    sau: Option<i32>,
    /// Words that the entry holds.
    #[serde(default)]
    q: String,
    /// Days from and until.
    #[serde(default)]
    tu: String,
    #[serde(default)]
    den: String,
    /// `bo`: void numbers only.
    #[serde(default)]
    loc: String,
    /// `pdf`, `xlsx` or `csv`: every entry found as a file.
    #[serde(default)]
    dang: String,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        Wanted {
            text: self.q.clone(),
            from: read_date(&self.tu),
            until: read_date(&self.den),
            void_only: self.loc == "bo",
        }
    }

    /// The address of the same search with one more thing asked.
    fn address(&self, id: Uuid, also: &[(&str, &str)]) -> String {
        let kept = [
            ("q", self.q.as_str()),
            ("tu", &self.tu),
            ("den", &self.den),
            ("loc", &self.loc),
        ];
        let pairs: Vec<_> = kept
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .chain(also)
            .collect();
        // Pairs of texts can always be written.
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("{}?{query}", address(id))
    }
}

fn address(id: Uuid) -> String {
    format!("/so-van-ban/{id}")
}

/// `GET /so-van-ban/{id}`: a register in the order of its numbers, for the organisation that keeps it.
///
/// # Errors
/// 404 for everybody else.
pub async fn register(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let answer = async {
        let book = book(&session, id).await?;
        if asked.dang.is_empty() {
            return Ok(html(&view(&session, &book, &asked).await?));
        }
        let file = bound_book(&session, &book, &asked).await?;
        bound::answer(&session, &asked.dang, file).await
    };
    answer.await.map_err(|fault| failed(fault, "/van-thu"))
}

/// A register that the reader may see.
async fn book(session: &Session, id: Uuid) -> Outcome<register::Model> {
    register::Entity::find_by_id(id)
        .one(session.app.store.reader())
        .await?
        .filter(|book| may::work_on_documents_of(&session.actor, book.org_id))
        .filter(|book| book.direction == "out")
        .ok_or(Fault::NotFound)
}

/// `Sổ đăng ký văn bản đi: Quyết định năm 2023, UBND huyện Cao Lộc`.
async fn title(
    db: &impl ConnectionTrait,
    session: &Session,
    book: &register::Model,
) -> Outcome<String> {
    let owner = people_find::unit(db, book.owner_id, session.today()).await?;
    let kind = register_name(&book.doc_type)?;
    Ok(said(
        session.lang,
        format!(
            "Sổ đăng ký văn bản đi: {kind} năm {}, {}",
            book.year, owner.name
        ),
        format!(
            "Register of outgoing documents: {kind} of {}, {}",
            book.year, owner.name
        ),
    ))
}

async fn view(session: &Session, book: &register::Model, asked: &Asked) -> Outcome<Register> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let wanted = asked.wanted();
    let found = books::entries(db, book.id, &wanted).await?;
    let count = found.len();
    let mut entries: Vec<_> = found
        .into_iter()
        .filter(|entry| asked.sau.is_none_or(|after| entry.number > after))
        .take(REGISTER_PAGE + 1)
        .collect();
    let more = (entries.len() > REGISTER_PAGE).then(|| entries[REGISTER_PAGE - 1].number);
    entries.truncate(REGISTER_PAGE);
    let mut page = session.page(&title(db, session, book).await?);
    page.crumbs = vec![Link::new("/van-thu", &lang.t("nav-clerk"))];
    Ok(Register {
        page,
        notes: notes(session, book),
        count: (!wanted.all()).then(|| lang.tn("register-found", count)),
        query: asked.q.clone(),
        from: asked.tu.clone(),
        until: asked.den.clone(),
        void_only: wanted.void_only,
        rows: rows::rows(session, entries).await?,
        pager: Pager {
            newer: asked.sau.map(|_| asked.address(book.id, &[])),
            older: more.map(|last| asked.address(book.id, &[("sau", &last.to_string())])),
        },
        files: ["pdf", "xlsx", "csv"]
            .map(|kind| {
                Link::new(
                    &asked.address(book.id, &[("dang", kind)]),
                    &kind.to_uppercase(),
                )
            })
            .to_vec(),
        acts: acts(session, book),
    })
}

/// Where the book begins, and that it is closed.
fn notes(session: &Session, book: &register::Model) -> Vec<String> {
    let mut notes = Vec::new();
    if book.opened_at_number > 1 {
        notes.push(format!(
            "{} {:02}: {}",
            said(session.lang, "Số mở đầu", "First number"),
            book.opened_at_number,
            book.reason
        ));
    }
    if books::is_closed(book, session.today()) {
        notes.push(said(
            session.lang,
            format!("Sổ đã khóa sau số {:02}.", book.next_number - 1),
            format!(
                "The register is closed after number {:02}.",
                book.next_number - 1
            ),
        ));
    }
    notes
}

/// What the keeper can do with the book.
fn acts(session: &Session, book: &register::Model) -> Option<RegisterActs> {
    use chrono::Datelike as _;
    let here = address(book.id);
    let keeps = numbers::may_keep(&session.actor, book.org_id, book.owner_id);
    let open = !books::is_closed(book, session.today());
    (keeps && open).then(|| RegisterActs {
        enter_href: format!("{here}/ghi-tay"),
        strike_href: format!("{here}/bo-so"),
        close: (book.year < session.today().year())
            .then(|| ActForm {
                form: Form::new(&format!("{here}/khoa"), "", ""),
                label: session.lang.t("register-close"),
                then: session.lang.t("register-close-then"),
                main: false,
            })
            .into_iter()
            .collect(),
    })
}

/// The entries found, to be bound.
async fn bound_book(session: &Session, book: &register::Model, asked: &Asked) -> Outcome<Book> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let entries = books::entries(db, book.id, &asked.wanted()).await?;
    let span = |end: Option<&crate::documents::rows::register_entry::Model>| {
        end.map_or_else(Default::default, |entry| {
            (vn_date(entry.entry_on), format!("{:02}", entry.number))
        })
    };
    let ((first_day, first), (last_day, last)) = (span(entries.first()), span(entries.last()));
    // As Annex IV.I names them, with their relative widths.
    let heads = [
        ("Số, ký hiệu văn bản", "Number and symbol", 16),
        ("Ngày tháng văn bản", "Date", 15),
        (
            "Tên loại và trích yếu nội dung văn bản",
            "Type and subject",
            44,
        ),
        ("Người ký", "Signer", 19),
        ("Nơi nhận văn bản", "Recipients", 38),
        ("Đơn vị, người nhận bản lưu", "Keeper of the file copy", 15),
        ("Số lượng bản", "Copies", 12),
        ("Ngày chuyển", "Sent", 15),
        ("Ký nhận", "Receipt", 12),
        ("Ghi chú", "Note", 20),
    ];
    let mut lines = Vec::new();
    for row in rows::rows(session, entries).await? {
        lines.push(row.cells().to_vec());
    }
    Ok(Book {
        keeper: people_find::unit(db, book.owner_id, session.today()).await?,
        title: "SỔ ĐĂNG KÝ VĂN BẢN ĐI".to_owned(),
        kind: register_name(&book.doc_type)?.to_owned(),
        year: book.year,
        days: (first_day, last_day),
        numbers: (first, last),
        columns: heads
            .map(|(vi, en, width)| (said(lang, vi, en), width))
            .to_vec(),
        rows: lines,
        file_name: "so-van-ban-di".to_owned(),
    })
}
