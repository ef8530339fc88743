//! Case files: opened, filled by hand and by rule, closed, exported whole, handed to the archive.

use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::cases;
use trinhky::documents::find;
use trinhky::mail::rows::outbox;
use trinhky::people::find as people_find;
use uuid::Uuid;

use super::extension::go_on_to;
use super::visitor::{Page, Visitor};
use super::{office, tools};

const DRAFTER: &str = "lang.kim.lan@caoloc.example";
const CHAIR: &str = "nguyen.duy.anh@caoloc.example";
const TITLE: &str = "Hồ sơ xây dựng, thực hiện mục tiêu chất lượng năm 2023";

/// Opens a file by the page's form; what follows it.
async fn open(visitor: &Visitor, title: &str, unit: &str, rule: Option<&str>) -> Page {
    let mut form = visitor.open("/ho-so").await.form("/ho-so");
    form.choose("owner", unit);
    form.set("title", title);
    if let Some(words) = rule {
        form.choose("doc_types", "QD");
        form.set("words", words);
    }
    visitor.press(&form).await
}

async fn clerk_of(app: &App, unit: Uuid) -> Visitor {
    let clerks = people_find::holders(app.store.reader(), &[unit], &["clerk"], app.today())
        .await
        .expect("read");
    Visitor::of(app, &clerks[0].email).await
}

/// A unit of another organisation that received the document and has a clerk here.
async fn commune(app: &App, document: Uuid) -> Uuid {
    let own = find::document(app.store.reader(), document)
        .await
        .expect("read")
        .row
        .org_id;
    for (delivery, _) in office::open_deliveries(app, document).await {
        let unit = trinhky::distribution::receipt::delivered(app.store.reader(), delivery)
            .await
            .expect("the delivery")
            .unit_id;
        let unit = people_find::unit(app.store.reader(), unit, app.today())
            .await
            .expect("a unit");
        if unit.org_id != own {
            return unit.id;
        }
    }
    panic!("no commune received it")
}

async fn check(app: &App) {
    let broken = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(broken.is_empty(), "{broken:?}");
}

/// The exported file as other programs read it; the originals inside it stay valid.
fn read_by_others(folder: &Path, facts: &serde_json::Value) {
    let Some(python) = tools::python() else {
        return;
    };
    std::fs::write(folder.join("facts.json"), facts.to_string()).expect("written");
    let output = Command::new(python)
        .arg(tools::root().join("tests/tools/case_file.py"))
        .arg(folder)
        .output()
        .expect("the reader runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    for original in said.lines() {
        let output = Command::new("pdfsig").arg(folder.join(original)).output();
        let Ok(output) = output else {
            return tools::missing("pdfsig");
        };
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(
            report.contains("Signature is Valid") && !report.contains("Invalid"),
            "{original}: {report}"
        );
    }
}

async fn a_file_lives(app: &App, folder: &Path) {
    let drafter = Visitor::of(app, DRAFTER).await;
    let unit = "Văn phòng HĐND và UBND huyện";
    let mut nameless = drafter.open("/ho-so").await.form("/ho-so");
    nameless.choose("owner", unit);
    nameless.set("words", "mục tiêu");
    let refused = drafter.send(&nameless).await;
    assert!(refused.says("Ghi tiêu đề hồ sơ"), "{}", refused.words());
    assert!(
        refused.text.contains("value=\"mục tiêu\""),
        "nothing typed is lost"
    );
    // Its rule takes what is issued later.
    let page = open(&drafter, TITLE, unit, Some("muc tieu chat luong")).await;
    assert!(page.says("Hồ sơ 01.VP năm 2023"), "{}", page.words());
    let file = page.path.clone();
    let close = format!("{file}/ket-thuc");
    let refused = drafter.request("POST", &close, "", Vec::new()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "an empty file");

    let decision = office::issue_decision(app, office::DECISION).await;
    let page = drafter.open(&file).await;
    let at = |words: &str| page.words().find(words).expect(words);
    assert!(
        at("Tờ trình số 92/TTr-VP") < at("Quyết định số 05/QĐ-UBND"),
        "its proposal goes with it, in the order of the days: {}",
        page.words()
    );
    assert!(page.says("theo quy tắc"));
    let again = drafter.open(&format!("/van-ban/{decision}/ho-so")).await;
    assert!(again.says("01.VP (2023)"), "the document names its files");

    export(app, &drafter, &page, folder).await;

    // The Chairman reads it and keeps nothing.
    let chair = Visitor::of(app, CHAIR).await;
    let read = chair.open(&file).await;
    assert!(read.says("Quyết định số 05/QĐ-UBND") && !read.text.contains(&close));
    assert_eq!(
        chair.request("POST", &close, "", Vec::new()).await.status,
        StatusCode::FORBIDDEN
    );

    let page = drafter.press(&page.form("/ket-thuc")).await;
    assert!(page.says("Nộp lưu trước 20/03/2024"), "{}", page.words());
    let late = format!("{file}/bo-ra");
    let body = format!("document={decision}").into_bytes();
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(
        drafter.request("POST", &late, kind, body).await.status,
        StatusCode::CONFLICT,
        "what is closed does not change"
    );
    told_once_and_handed_over(app, &file).await;
    check(app).await;
}

async fn export(app: &App, drafter: &Visitor, page: &Page, folder: &Path) {
    for kind in ["pdf", "xml"] {
        let address = format!("{}/ho-so.{kind}", page.path);
        assert!(page.links(&address).len() == 1, "the page offers {address}");
    }
    let id: Uuid = page
        .path
        .trim_start_matches("/ho-so/")
        .parse()
        .expect("an id");
    let (actor, _) = office::first(app, "drafter").await;
    let case = cases::readable(app.store.reader(), &actor, id)
        .await
        .expect("readable");
    let contents = cases::contents(app.store.reader(), &actor, &case, app.today())
        .await
        .expect("read");
    let pdf = cases::pdf(app, &case, &contents, "In thử".to_owned())
        .await
        .expect("bound");
    let xml = cases::xml(app, &case, &contents).await.expect("written");
    std::fs::write(folder.join("ho-so.pdf"), pdf).expect("written");
    std::fs::write(folder.join("ho-so.xml"), xml).expect("written");
    read_by_others(
        folder,
        &json!({
            "code": "01.VP", "title": TITLE,
            "documents": [
                { "number": "92/TTr-VP", "words": "TỜ TRÌNH" },
                { "number": "05/QĐ-UBND", "words": "QUYẾT ĐỊNH" },
            ],
        }),
    );
    // The lists of Annex V print.
    for address in [
        format!("{}?dang=pdf", page.path),
        "/ho-so?nam=2023&muc_luc=danh-muc&dang=pdf".to_owned(),
    ] {
        assert!(
            drafter.open(&address).await.text.starts_with("%PDF"),
            "{address}"
        );
    }
    let own = drafter.open("/ho-so?nam=2023&cua=toi").await;
    assert!(
        own.says("Tôi lập (1)") && own.says("01.VP"),
        "{}",
        own.words()
    );
}

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

/// Thirty days before the last day a mail goes out, once; then the file goes to the archive.
async fn told_once_and_handed_over(app: &App, file: &str) {
    let told = async || {
        outbox::Entity::find()
            .filter(outbox::Column::Template.eq("case_due"))
            .filter(outbox::Column::CopyOf.is_null())
            .all(app.store.reader())
            .await
            .expect("read")
    };
    go_on_to(app, at("2024-02-18T23:00:00Z")).await;
    assert!(told().await.is_empty(), "thirty-one days before");
    go_on_to(app, at("2024-02-20T02:00:00Z")).await;
    let mails = told().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to_address, DRAFTER);
    assert!(
        mails[0].subject.contains("20/03/2024"),
        "{}",
        mails[0].subject
    );

    let drafter = Visitor::of(app, DRAFTER).await;
    let mut form = drafter.open(file).await.form("/nop-luu");
    form.set("date", "01/01/2023");
    let refused = drafter.send(&form).await;
    assert!(
        refused.says("từ ngày kết thúc hồ sơ"),
        "{}",
        refused.words()
    );
    form.set("date", "20/02/2024");
    form.set("to", "Lưu trữ cơ quan");
    let page = drafter.press(&form).await;
    assert!(page.says("Đã nộp lưu"), "{}", page.words());
    let list = drafter
        .open("/ho-so?nam=2023&muc_luc=nop-luu&dang=csv")
        .await;
    assert!(
        list.text.contains("01.VP") && list.text.contains("Đã nộp 20/02/2024"),
        "{}",
        list.text
    );
    // The next year begins with the same catalogue.
    let page = drafter.open("/ho-so").await;
    let mut again = page.form("/nam-truoc");
    again.choose("owner", "Văn phòng HĐND và UBND huyện");
    let page = drafter.press(&again).await;
    assert!(
        page.says("mục tiêu chất lượng năm 2024"),
        "its title speaks of its year: {}",
        page.words()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_opened_filled_closed_exported_whole_and_handed_to_the_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    a_file_lives(&app, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_on_postgresql() {
    let Some(server) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &server.answer, office::ORGANISATION).await;
    a_file_lives(&app, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_stands_in_many_files_by_hand_and_by_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let decision = office::issue_decision(&app, office::DECISION).await;
    // A commune keeps what it received in its own file, whose rule takes what is there already.
    let unit = commune(&app, decision).await;
    let receiver = clerk_of(&app, unit).await;
    let name = people_find::unit(app.store.reader(), unit, app.today())
        .await
        .expect("a unit")
        .name;
    let theirs = open(
        &receiver,
        "Văn bản của huyện về ISO",
        &name,
        Some("chất lượng"),
    )
    .await;
    assert!(
        theirs.says("Quyết định số 05/QĐ-UBND"),
        "{}",
        theirs.words()
    );
    assert!(
        !theirs.says("Tờ trình"),
        "the proposal was not sent to them"
    );

    let drafter = Visitor::of(&app, DRAFTER).await;
    let office_name = "Văn phòng HĐND và UBND huyện";
    let first = open(&drafter, "Hồ sơ thứ nhất", office_name, None).await;
    let second = open(&drafter, "Hồ sơ thứ hai", office_name, None).await;
    for file in [&first, &second] {
        let id = file.path.trim_start_matches("/ho-so/");
        let mut form = drafter
            .open(&format!("/van-ban/{decision}/ho-so"))
            .await
            .form("/ho-so");
        form.choose("case", id);
        let page = drafter.press(&form).await;
        assert!(page.says("Quyết định số 05/QĐ-UBND") && page.says("Tờ trình số 92/TTr-VP"));
        assert!(!page.says("theo quy tắc"));
    }
    // Taken out of one, it stays in the other, and no rule brings it back.
    let page = drafter.open(&first.path).await;
    let mut out = page.form("/bo-ra");
    out.choose("document", &decision.to_string());
    let page = drafter.press(&out).await;
    assert!(!page.says("Quyết định số 05/QĐ-UBND"), "{}", page.words());
    let mut rule = drafter
        .open(&format!("{}/sua", first.path))
        .await
        .form("/sua");
    rule.choose("doc_types", "QD");
    let page = drafter.press(&rule).await;
    assert!(!page.says("Quyết định số 05/QĐ-UBND"), "{}", page.words());
    assert!(
        drafter
            .open(&second.path)
            .await
            .says("Quyết định số 05/QĐ-UBND")
    );
    // By hand it comes back.
    let mut form = drafter
        .open(&format!("/van-ban/{decision}/ho-so"))
        .await
        .form("/ho-so");
    form.choose("case", first.path.trim_start_matches("/ho-so/"));
    assert!(drafter.press(&form).await.says("Quyết định số 05/QĐ-UBND"));

    let kept = find::document(app.store.reader(), decision)
        .await
        .expect("read");
    assert_eq!(
        kept.row.number,
        Some(5),
        "the document itself is one and the same"
    );
    check(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_do_not_know_that_there_is_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let drafter = Visitor::of(&app, DRAFTER).await;
    let office_name = "Văn phòng HĐND và UBND huyện";
    let file = open(&drafter, TITLE, office_name, None).await.path;
    let decision = office::issue_decision(&app, office::DECISION).await;
    let unit = commune(&app, decision).await;
    let stranger = clerk_of(&app, unit).await;
    for address in ["", "/sua", "/ho-so.pdf", "/ho-so.xml"] {
        let page = stranger.get(&format!("{file}{address}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
    }
    let page = stranger.open("/ho-so").await;
    assert!(!page.says(TITLE), "{}", page.words());
    let id = file.trim_start_matches("/ho-so/");
    let kind = "application/x-www-form-urlencoded";
    let body = format!("case={id}").into_bytes();
    let address = format!("/van-ban/{decision}/ho-so");
    let put = stranger.request("POST", &address, kind, body).await;
    assert_eq!(put.status, StatusCode::NOT_FOUND);
    // A draft has no number and belongs into no file yet.
    let draft = office::bring_to_chairman(&app, office::DECISION).await;
    let body = format!("case={id}").into_bytes();
    let address = format!("/van-ban/{draft}/ho-so");
    let put = drafter.request("POST", &address, kind, body).await;
    assert_eq!(put.status, StatusCode::CONFLICT, "{}", put.words());
}
