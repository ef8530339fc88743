//! What people type to find a document: any field, any words of the text, with accents or without.

use std::path::Path;

use trinhky::app::App;
use trinhky::documents::{draft, find};
use uuid::Uuid;

use super::office::{self, DECISION, first};
use super::tools;
use super::visitor::Visitor;

async fn found(app: &App, words: &str) -> Vec<Uuid> {
    let (drafter, _) = first(app, "drafter").await;
    let search = find::Search {
        words: words.to_owned(),
        limit: 50,
        ..find::Search::default()
    };
    find::search(app.store.reader(), &drafter, &search)
        .await
        .expect("searched")
        .into_iter()
        .map(|row| row.id)
        .collect()
}

async fn everything_is_found(folder: &Path, database: &str) {
    let app = office::open(folder, database, office::ORGANISATION).await;
    let id = office::issue_decision(&app, DECISION).await;
    for words in [
        "05/QĐ-UBND",
        "05/qd-ubnd",
        "quyết định",
        "quyet dinh",
        "Mục tiêu chất lượng năm 2023",
        "muc tieu chat luong",
        // The header, the authority, the bases, the articles, the recipients, the signer.
        "UY BAN NHAN DAN huyện Cao Lộc",
        "chu tich uy ban",
        "Luật Tổ chức chính quyền địa phương",
        "luat to chuc chinh quyen dia phuong",
        "theo de nghi cua chanh van phong",
        "Sở Khoa học và Công nghệ",
        "so khoa hoc va cong nghe",
        "nguyen duy anh",
        "NGUYỄN DUY ANH",
        // The unit that drafted it.
        "văn phòng hđnd",
    ] {
        assert!(found(&app, words).await.contains(&id), "{words} finds it");
    }
    for words in ["khong-co-chu-nay", "100%_", "quyet dinh khong-co"] {
        assert_eq!(found(&app, words).await, Vec::<Uuid>::new(), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_and_the_text_are_found_with_and_without_accents() {
    let folder = tempfile::tempdir().expect("a folder");
    everything_is_found(folder.path(), "").await;
    if let Some(postgres) = tools::postgres() {
        let folder = tempfile::tempdir().expect("a folder");
        everything_is_found(folder.path(), &postgres.answer).await;
    }
}

/// The list asks the database as often for fifty documents as for one. (Reads are counted on PostgreSQL.)
#[tokio::test(flavor = "multi_thread")]
async fn the_list_asks_no_more_for_fifty_documents() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &postgres.answer, office::ORGANISATION).await;
    let drafter = Visitor::of(&app, "lang.kim.lan@caoloc.example").await;
    let import = async |n: usize| {
        let (drafter, office) = first(&app, "drafter").await;
        let name = format!("decision-{n}.md");
        draft::import(&app, &drafter, office, &name, DECISION.as_bytes())
            .await
            .expect("imported");
    };
    let asked = async || {
        let before = app.store.statements();
        let rows = drafter
            .open("/van-ban")
            .await
            .text
            .matches("<tr><th scope=\"row\">")
            .count();
        (rows, app.store.statements() - before)
    };
    import(0).await;
    asked().await;
    let (one, few) = asked().await;
    for n in 1..=50 {
        import(n).await;
    }
    let (many, more) = asked().await;
    assert_eq!((one, many), (1, 50));
    assert_eq!(few, more, "statements grow with the rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_kept_asked_again_exported_and_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    office::issue_decision(&app, DECISION).await;
    let drafter = Visitor::of(&app, "lang.kim.lan@caoloc.example").await;
    let all = drafter.open("/van-ban").await;
    assert!(!all.says("Lưu tìm kiếm này"), "everything is no search");

    let asked = "/van-ban?q=muc%20tieu%20chat%20luong&tt=issued&loai=QD";
    let mut form = drafter.open(asked).await.form("/tim-kiem");
    let refused = drafter.send(&form).await;
    assert!(refused.says("Đặt tên cho tìm kiếm"), "{}", refused.words());
    assert!(refused.text.contains("muc tieu chat luong"));
    form.set("name", "Quyết định mục tiêu");
    let page = drafter.press(&form).await;
    assert!(page.says("Đã lưu tìm kiếm."), "{}", page.words());
    let taken = drafter.send(&form).await;
    assert!(taken.says("Đã có tìm kiếm tên này"), "{}", taken.words());

    // Asked again from the list, it finds the same; its result is a spreadsheet.
    let list = drafter.open("/van-ban").await;
    let kept = list
        .links("/van-ban?q=muc")
        .into_iter()
        .next()
        .expect("the kept search")
        .replace("&#38;", "&");
    let found = drafter.open(&kept).await;
    assert!(found.says("Quyết định số 05/QĐ-UBND"), "{}", found.words());
    let file = drafter.open(&format!("{kept}&dang=xlsx")).await;
    assert!(file.text.starts_with("PK"));

    // It is its keeper's alone.
    let other = Visitor::of(&app, "ly.duc.hai@caoloc.example").await;
    assert!(!other.open("/van-ban").await.says("Quyết định mục tiêu"));
    let button = list
        .text
        .split("value=\"forget:")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the button");
    let forget = list.form("/tim-kiem").by(&format!("forget:{button}"));
    let stranger = other.send(&forget).await;
    assert_eq!(stranger.status, axum::http::StatusCode::NOT_FOUND);
    drafter.press(&forget).await;
    assert!(!drafter.open("/van-ban").await.says("Quyết định mục tiêu"));
}
