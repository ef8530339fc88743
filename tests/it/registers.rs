//! What an inspection looks for in the registers: no gap, no number twice, no time that falls, however many give numbers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::numbers::{self, NewEntry};
use trinhky::documents::rows::{register, register_entry};
use trinhky::documents::{books, find, issue};
use trinhky::fault::{Fault, Outcome};
use trinhky::ids::Ids;
use trinhky::people::Actor;
use uuid::Uuid;

use super::visitor::Visitor;
use super::{office, tools};

/// Numbers given at once.
pub const NUMBERINGS: usize = 1_000;
pub const KINDS: [&str; 5] = ["QD", "KH", "BC", "TB", "CV"];

/// A number of a kind on a day, for a document that is nowhere else.
pub async fn number(app: &App, org: Uuid, kind: &'static str, on: NaiveDate) -> Outcome<i32> {
    app.act(&Actor::system(), (org, kind, on), |cx, (org, kind, on)| {
        Box::pin(async move {
            numbers::give(
                cx,
                NewEntry {
                    org_id: *org,
                    owner_id: *org,
                    doc_type: kind,
                    symbol: "QĐ-UBND",
                    entry_on: *on,
                    document_id: Some(cx.id()),
                    subject: "Về việc thử",
                    signer: "Nguyễn Duy Anh",
                    recipients: "",
                    keeper: "",
                    note: "",
                },
            )
            .await
        })
    })
    .await
}

/// A second server on the same database, with a clock that is behind the first one's.
async fn second(folder: &Path, database: &str, behind: TimeDelta) -> App {
    let config = Config {
        data: folder.to_owned(),
        database: database.to_owned(),
        ..Config::default()
    };
    App::open(
        config,
        Clock::fake(office::start() - behind),
        Ids::seeded(99),
    )
    .await
    .expect("the second server opens")
}

pub type Book = (register::Model, Vec<register_entry::Model>);

/// Every book in which something is entered, by kind and year.
pub async fn books(app: &App) -> BTreeMap<(String, i32), Book> {
    let mut books: BTreeMap<Uuid, Book> = register::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .map(|book| (book.id, (book, Vec::new())))
        .collect();
    for entry in register_entry::Entity::find()
        .order_by_asc(register_entry::Column::Number)
        .all(app.store.reader())
        .await
        .expect("read")
    {
        books
            .get_mut(&entry.register_id)
            .expect("its book")
            .1
            .push(entry);
    }
    books
        .into_values()
        .filter(|(_, entries)| !entries.is_empty())
        .map(|(book, entries)| ((book.doc_type.clone(), book.year), (book, entries)))
        .collect()
}

pub fn hold((book, entries): &Book) {
    for (n, entry) in (book.opened_at_number..).zip(entries) {
        assert_eq!(entry.number, n, "a gap or a number twice");
    }
    for pair in entries.windows(2) {
        assert!(pair[0].at <= pair[1].at, "time falls at {}", pair[1].number);
        assert!(pair[0].entry_on <= pair[1].entry_on);
    }
}

/// A thousand clerks press at once, on every server in turn.
async fn a_thousand_at_once(servers: Vec<App>) {
    let org = office::first(&servers[0], "chair").await.1;
    let servers = Arc::new(servers);
    let tasks: Vec<_> = (0..NUMBERINGS)
        .map(|n| {
            let servers = Arc::clone(&servers);
            tokio::spawn(async move {
                let app = &servers[n % servers.len()];
                // Time passes while they press, on each server by itself.
                app.clock
                    .advance_to(app.clock.now() + TimeDelta::milliseconds(7));
                let kind = KINDS[n / servers.len() % KINDS.len()];
                (
                    kind,
                    number(app, org, kind, app.today()).await.expect("a number"),
                )
            })
        })
        .collect();
    let mut given: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for task in tasks {
        let (kind, number) = task.await.expect("no panic");
        given.entry(kind).or_default().push(number);
    }
    let books = books(&servers[0]).await;
    for kind in KINDS {
        let told = given.get_mut(kind).expect("numbers of every kind");
        told.sort_unstable();
        let book = &books[&(kind.to_owned(), 2023)];
        hold(book);
        let entered: Vec<i32> = book.1.iter().map(|entry| entry.number).collect();
        assert_eq!(*told, entered, "what was answered is what is entered");
        assert_eq!(entered.len(), NUMBERINGS / KINDS.len());
    }
    let breaches = invariants::check(servers[0].store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_numbers_at_once_leave_no_gap_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    a_thousand_at_once(vec![app]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_numbers_at_once_from_two_servers_leave_no_gap_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &postgres.answer, office::ORGANISATION).await;
    let other = second(folder.path(), &postgres.answer, TimeDelta::seconds(3)).await;
    a_thousand_at_once(vec![app, other]).await;
}

/// Some number the last of the year while others begin the next one.
async fn the_year_turns(folder: &Path, database: &str) {
    let midnight: DateTime<Utc> = "2023-12-31T17:00:00Z".parse().expect("an instant");
    let (old, new) = (day(2023, 12, 31), day(2024, 1, 1));
    let app = office::open_at(
        folder,
        database,
        office::ORGANISATION,
        midnight - TimeDelta::seconds(1),
    )
    .await;
    let org = office::first(&app, "chair").await.1;
    refused(number(&app, org, "QD", new).await, "sau hôm nay");
    let last = number(&app, org, "QD", old).await.expect("the last");
    assert_eq!(last, 5, "the paper book ends at 04");
    app.clock.advance_to(midnight);
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let app = app.clone();
            tokio::spawn(async move {
                let on = if n % 2 == 0 { old } else { new };
                number(&app, org, "QD", on).await.expect("a number")
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let books = books(&app).await;
    let (last, first) = (
        &books[&("QD".to_owned(), 2023)],
        &books[&("QD".to_owned(), 2024)],
    );
    hold(last);
    hold(first);
    assert_eq!((last.1.len(), first.1.len()), (21, 20));
    for (book, entries) in [last, first] {
        assert!(
            entries
                .iter()
                .all(|entry| entry.entry_on.year() == book.year)
        );
    }
    // Last year's book takes what was signed in its last days, and then no more.
    app.clock.advance_to(midnight + TimeDelta::days(4));
    number(&app, org, "QD", old)
        .await
        .expect("within the grace");
    app.clock.advance_to(midnight + TimeDelta::days(5));
    refused(number(&app, org, "QD", old).await, "đã khóa");
    number(&app, org, "QD", new)
        .await
        .expect("this year's book");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_year_turns_while_numbers_are_given() {
    let folder = tempfile::tempdir().expect("a folder");
    the_year_turns(folder.path(), "").await;
    if let Some(postgres) = tools::postgres() {
        let folder = tempfile::tempdir().expect("a folder");
        the_year_turns(folder.path(), &postgres.answer).await;
    }
}

/// The clerk's book in March: a power cut, a slip, and an inspector who wants it on paper.
#[tokio::test(flavor = "multi_thread")]
async fn the_clerk_keeps_her_book_by_hand_where_she_must() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    let clerk = Visitor::of(&app, "dinh.ngoc.oanh@caoloc.example").await;
    let mut book = String::new();
    for address in clerk.open("/van-thu").await.links("/so-van-ban/") {
        if clerk.open(&address).await.says("05/QĐ-UBND") {
            book = address;
        }
    }

    // Two numbers were given on paper while the power was off; they follow one another.
    let address = clerk.open(&book).await.link(&format!("{book}/ghi-tay"));
    let mut form = clerk.open(&address).await.form("/ghi-tay");
    assert_eq!(form.value("number"), "06");
    for (name, value) in [
        ("number", "07"),
        ("symbol", "QĐ-UBND"),
        ("subject", "Quyết định về việc cử công chức trực"),
        ("signer", "Nguyễn Duy Anh"),
        ("recipients", "Phòng Nội vụ"),
        ("keeper", "VT, NV"),
        ("reason", "Mất điện chiều 20/3"),
    ] {
        form.set(name, value);
    }
    let refused = clerk.send(&form).await;
    assert!(
        refused.says("Số kế tiếp của sổ là 06"),
        "{}",
        refused.words()
    );
    let mut form = refused.form("/ghi-tay");
    assert_eq!(
        form.value("recipients"),
        "Phòng Nội vụ",
        "nothing typed is lost"
    );
    form.set("number", "06");
    let page = clerk.press(&form).await;
    assert!(
        page.says("Cấp trên giấy: Mất điện chiều 20/3"),
        "{}",
        page.words()
    );

    // A slip is struck and stays.
    let mut form = clerk.open(&format!("{book}/bo-so")).await.form("/bo-so");
    form.set("number", "06");
    let refused = clerk.send(&form).await;
    assert!(refused.says("Ghi lý do bỏ số"), "{}", refused.words());
    let mut form = refused.form("/bo-so");
    form.set("reason", "Ghi nhầm sổ");
    let page = clerk.press(&form).await;
    assert!(page.says("Số bỏ: Ghi nhầm sổ"), "{}", page.words());
    let mut form = clerk.open(&format!("{book}/bo-so")).await.form("/bo-so");
    form.set("number", "05");
    form.set("reason", "Cấp nhầm");
    let refused = clerk.send(&form).await;
    assert!(
        refused.says("đã đóng dấu"),
        "an issued number is not struck: {}",
        refused.words()
    );

    // Found without accents, by day, among the void.
    for (query, holds, lacks) in [
        ("q=muc+tieu+chat+luong", "05/QĐ-UBND", "06/QĐ-UBND"),
        ("q=cu+cong+chuc", "06/QĐ-UBND", "05/QĐ-UBND"),
        ("loc=bo", "06/QĐ-UBND", "05/QĐ-UBND"),
        ("tu=21/03/2023", "Không có dòng nào", "05/QĐ-UBND"),
    ] {
        let page = clerk.open(&format!("{book}?{query}")).await;
        assert!(
            page.says(holds) && !page.says(lacks),
            "{query}: {}",
            page.words()
        );
    }

    // On paper, in a spreadsheet; the running year's book stays open, and strangers see none of it.
    let pdf = clerk.open(&format!("{book}?dang=pdf")).await;
    assert!(pdf.text.starts_with("%PDF"));
    let sheet = clerk.open(&format!("{book}?dang=xlsx")).await;
    assert!(sheet.text.starts_with("PK"));
    let early = clerk
        .request("POST", &format!("{book}/khoa"), "", Vec::new())
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    app.clock
        .advance_to("2024-01-02T02:00:00Z".parse().expect("an instant"));
    let clerk = Visitor::of(&app, "dinh.ngoc.oanh@caoloc.example").await;
    let page = clerk.press(&clerk.open(&book).await.form("/khoa")).await;
    assert!(page.says("Sổ đã khóa sau số 06"), "{}", page.words());
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

/// A number given to the wrong day's signature is struck before the seal, and the document takes the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_numbered_document_whose_number_is_struck_takes_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, office::DECISION).await;
    let (chair, org) = office::first(&app, "chair").await;
    let seen = office::seen(&app, id).await;
    decide(
        &app,
        &chair,
        id,
        seen.clone(),
        Decision::Approve,
        String::new(),
    )
    .await
    .expect("approved");
    issue::sign(&app, &chair, id, seen).await.expect("signed");
    let clerk = office::agency_clerk(&app, org).await;
    refused(
        issue::assign_number(&app, &clerk, id, day(2023, 3, 17)).await,
        "ký ngày 20/03/2023",
    );
    issue::assign_number(&app, &clerk, id, app.today())
        .await
        .expect("numbered");
    let book = register_entry::Entity::find()
        .filter(register_entry::Column::DocumentId.eq(id))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("its entry")
        .register_id;
    let (drafter, _) = office::first(&app, "drafter").await;
    let why = "Cấp nhầm".to_owned();
    let other = books::strike(&app, &drafter, book, 5, why.clone(), app.today()).await;
    refused(other, "Chỉ văn thư");
    let again = books::strike(&app, &clerk, book, 5, why, app.today())
        .await
        .expect("struck");
    assert_eq!(again, Some(6));
    issue::seal(&app, &clerk, id).await.expect("sealed");
    let document = find::document(app.store.reader(), id).await.expect("read");
    assert_eq!(document.title(), "Quyết định số 06/QĐ-UBND");
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn refused<T: std::fmt::Debug>(outcome: Outcome<T>, word: &str) {
    match outcome {
        Err(Fault::Refused(refusal)) => assert!(refusal.vi.contains(word), "{}", refusal.vi),
        other => panic!("{other:?}"),
    }
}
