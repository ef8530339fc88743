//! What drafters count on: a text that others have before them does not change, and what is typed is not lost.

use axum::http::StatusCode;
use trinhky::app::App;
use trinhky::documents::review::{Check, check, submit};
use trinhky::documents::{draft, find, issue};
use trinhky::fault::{Fault, RefusalKind};
use trinhky::people::Actor;
use uuid::Uuid;

use super::office::{self, DECISION, first, seen};
use super::pages::{Browser, form};
use super::visitor::Visitor;

/// A drafted decision, with its drafter.
async fn drafted(app: &App) -> (Uuid, Actor) {
    let (drafter, office) = first(app, "drafter").await;
    let id = draft::import(app, &drafter, office, "decision.md", DECISION.as_bytes())
        .await
        .expect("the file is imported");
    (id, drafter)
}

/// Changes the subject as the editor would.
async fn change(app: &App, actor: &Actor, id: Uuid) -> Result<draft::Saved, Fault> {
    let document = find::document(app.store.reader(), id).await?;
    let mut changed = document.draft;
    changed.subject.push_str(" (sửa)");
    let version = document.row.version;
    draft::save(app, actor, id, version, changed, "Sửa trích yếu".to_owned()).await
}

fn is_stale<T: std::fmt::Debug>(outcome: Result<T, Fault>, word: &str) {
    match outcome {
        Err(Fault::Refused(refusal)) => {
            assert_eq!(refusal.kind, RefusalKind::Stale);
            assert!(refusal.vi.contains(word), "{}", refusal.vi);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_others_have_before_them_does_not_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (id, drafter) = drafted(&app).await;
    change(&app, &drafter, id)
        .await
        .expect("still with the drafter");

    let (asked, unit) = first(&app, "reporter").await;
    let read = seen(&app, id).await;
    submit(&app, &drafter, id, read, vec![unit], 5)
        .await
        .expect("a round");
    is_stale(change(&app, &drafter, id).await, "Góp ý dự thảo");
    let page = Browser::of(&app, "drafter", true)
        .await
        .get(&format!("/van-ban/{id}/soan"))
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("Góp ý dự thảo"), "{}", page.text);
    drop(asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_of_the_content_that_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (id, drafter) = drafted(&app).await;
    let before = seen(&app, id).await;
    change(&app, &drafter, id).await.expect("a second version");
    // Handed over from a page that showed the first version.
    let old = submit(&app, &drafter, id, before.clone(), Vec::new(), 1).await;
    is_stale(old, "Nội dung đã thay đổi");
    let read = seen(&app, id).await;
    submit(&app, &drafter, id, read.clone(), Vec::new(), 1)
        .await
        .expect("handed over");
    is_stale(change(&app, &drafter, id).await, "Kiểm tra nội dung");

    let (chief, _) = first(&app, "office_chief").await;
    let pass = |hash: String| check(&app, &chief, id, hash, Check::Content, true, String::new());
    is_stale(pass(before).await, "Nội dung đã thay đổi");
    pass(read).await.expect("the content is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_on_the_content_that_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::bring_to_chairman(&app, DECISION).await;
    let (drafter, _) = first(&app, "drafter").await;
    is_stale(change(&app, &drafter, id).await, "Phê duyệt");
    let (chair, _) = first(&app, "chair").await;
    let other = issue::sign(&app, &chair, id, "0".repeat(64)).await;
    is_stale(other, "Nội dung đã thay đổi");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_there_again_until_it_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (id, _) = drafted(&app).await;
    let drafter = Browser::of(&app, "drafter", true).await;
    let editor = format!("/van-ban/{id}/soan");
    let (action, mut typed) = form(&drafter.get(&editor).await.text);
    let place = typed.iter_mut().find(|(name, _)| name == "place");
    place.expect("the field").1 = "Đồng Đăng".to_owned();

    let mut kept = typed.clone();
    kept.push(("form".to_owned(), format!("soan-{id}")));
    kept.push(("action".to_owned(), action.clone()));
    let answer = drafter.post("/luu-tam", &kept).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);

    let again = drafter.get(&editor).await.text;
    assert!(again.contains("value=\"Đồng Đăng\""), "{again}");
    assert!(again.contains("phần ghi dở"), "{again}");
    let saved = drafter.get(&format!("{editor}?ghi-do=khong")).await.text;
    assert!(!saved.contains("value=\"Đồng Đăng\""), "{saved}");
    // Another person of the office does not see it.
    let chief = Browser::of(&app, "office_chief", true).await;
    assert!(
        !chief
            .get(&editor)
            .await
            .text
            .contains("value=\"Đồng Đăng\"")
    );

    typed.push(("do".to_owned(), "save".to_owned()));
    assert_eq!(
        drafter.post(&action, &typed).await.status,
        StatusCode::SEE_OTHER
    );
    let after = drafter.get(&editor).await.text;
    assert!(after.contains("value=\"Đồng Đăng\""), "{after}");
    assert!(!after.contains("phần ghi dở"), "{after}");
    // Elsewhere than in our own pages nothing is kept.
    let mut foreign = typed;
    foreign.push(("form".to_owned(), "x".to_owned()));
    foreign.push(("action".to_owned(), "//example.org".to_owned()));
    let refused = drafter.post("/luu-tam", &foreign).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_with_its_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (id, _) = drafted(&app).await;
    let drafter = Visitor::of(&app, "lang.kim.lan@caoloc.example").await;
    let page = format!("/van-ban/{id}/dinh-kem");
    let refused = drafter
        .send_file(&page, "cuu.exe", "MZ\u{0}\u{0}chay")
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.words()
    );
    let page_after = drafter.upload(&page, "../bang so lieu.pdf", PDF).await;
    assert!(
        page_after.says("bang so lieu.pdf"),
        "{}",
        page_after.words()
    );
    let twice = drafter.send_file(&page, "khac.pdf", PDF).await;
    assert!(twice.says("đã được đính kèm"), "{}", twice.words());
    let shown = drafter.open(&format!("/van-ban/{id}")).await;
    let saved = drafter.open(&shown.link(&format!("{page}/"))).await;
    assert_eq!(saved.text, PDF);
    let disposition = saved.headers["content-disposition"]
        .to_str()
        .expect("a header");
    assert!(disposition.starts_with("attachment;") && disposition.contains("bang%20so%20lieu.pdf"));

    // What was approved was approved with its files.
    let id = office::bring_to_chairman(&app, DECISION).await;
    let held = drafter
        .send_file(&format!("/van-ban/{id}/dinh-kem"), "them.pdf", PDF)
        .await;
    assert_eq!(held.status, StatusCode::CONFLICT, "{}", held.words());
    let mut form = drafter.open(&page).await.form("/bo");
    let file = shown
        .link(&format!("{page}/"))
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    form.choose("remove", &file);
    drafter.press(&form).await;
    assert!(!drafter.open(&page).await.says("bang so lieu.pdf"));
}

const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
