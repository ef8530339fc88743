//! What people type to find a document: any field, any words of the text, with accents or without.

use std::path::Path;

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, IntoActiveModel as _};
use trinhky::app::App;
use trinhky::documents::listing::{Listing, Page};
use trinhky::documents::rows::document;
use trinhky::documents::{self, draft, words};
use trinhky::fault::Outcome;
use trinhky::store::Tx;
use uuid::Uuid;

use super::office::{self, DECISION, first};
use super::tools;
use super::visitor::Visitor;

async fn found(app: &App, words: &str) -> Vec<Uuid> {
    let (drafter, _) = first(app, "drafter").await;
    let db = app.store.reader();
    let page = Page {
        limit: 50,
        ..Page::default()
    };
    let listing = Listing::of(db, &drafter, words).await.expect("asked");
    listing
        .page(db, &page)
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
        "5/QĐ-UBND",
        "05/qđ",
        "qd-ubnd",
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
    for words in [
        "khong-co-chu-nay",
        "quyet%dinh",
        "quyet dinh khong-co",
        "uyet",
        "15/qd-ubnd",
    ] {
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

/// Most SQL statements of the list itself, besides those that say who asks.
const MAX_STATEMENTS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn the_list_asks_no_more_for_fifty_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let drafter = Visitor::of(&app, "lang.kim.lan@caoloc.example").await;
    let import = async |n: usize| {
        let (drafter, office) = first(&app, "drafter").await;
        let name = format!("decision-{n}.md");
        draft::import(&app, &drafter, office, &name, DECISION.as_bytes())
            .await
            .expect("imported");
    };
    let asked = async |address: &str| {
        let before = app.store.reads();
        let rows = drafter
            .look(address)
            .await
            .text
            .matches("<tr><th scope=\"row\">")
            .count();
        (rows, app.store.reads() - before)
    };
    import(0).await;
    asked("/van-ban").await;
    let (one, few) = asked("/van-ban").await;
    for n in 1..=50 {
        import(n).await;
    }
    let (many, more) = asked("/van-ban").await;
    assert_eq!((one, many), (1, 50));
    assert_eq!(few, more, "statements grow with the rows");
    // A document that nobody knows costs the session's statements and one more.
    let (_, unknown) = asked(&format!("/van-ban/{}", Uuid::nil())).await;
    let statements = more - unknown + 1;
    assert!(statements <= MAX_STATEMENTS, "{statements} statements");
}

/// Writes copies of a document, each a minute newer than the one before; every five hundredth says “hiếm hoi”.
async fn crowd(tx: &Tx, (like, copies): &(Uuid, i64)) -> Outcome<()> {
    let row = documents::find::document(tx, *like).await?.row;
    for n in 1..=*copies {
        let rare = if n % 500 == 0 { " hiem hoi" } else { "" };
        let copy = document::Model {
            id: Uuid::from_u128(n.cast_unsigned().into()),
            folded: format!("{}{rare}", row.folded),
            changed_at: row.changed_at + TimeDelta::minutes(n),
            ..row.clone()
        };
        document::Entity::insert(copy.into_active_model().reset_all())
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Whether the index names few documents or many hold the words, the same is found by the same people.
async fn a_crowd_is_searched(folder: &Path, database: &str) {
    let app = office::open(folder, database, office::ORGANISATION).await;
    let id = office::issue_decision(&app, DECISION).await;
    app.store
        .write((id, 1_100), |tx, input| Box::pin(crowd(tx, input)))
        .await
        .expect("a crowd");
    let db = app.store.reader();
    let (drafter, _) = first(&app, "drafter").await;

    let rare = Listing::of(db, &drafter, "hiem hoi").await.expect("asked");
    let counted = rare.counts(db).await.expect("counted").expect("few");
    assert_eq!(counted.iter().map(|count| count.number).sum::<i64>(), 2);
    let two: Vec<Uuid> = [1_000, 500].map(Uuid::from_u128).to_vec();
    assert_eq!(found(&app, "hiem hoi").await, two);
    assert_eq!(found(&app, "hiem quyet dinh").await, two);

    // Words that are in the drafting unit's name are answered by the index as well, so few are found and counted.
    let of_its_unit = Listing::of(db, &drafter, "van phong hiem")
        .await
        .expect("asked");
    let counted = of_its_unit.counts(db).await.expect("counted").expect("few");
    assert_eq!(counted.iter().map(|count| count.number).sum::<i64>(), 2);
    assert_eq!(found(&app, "van phong hiem hoi").await, two);

    let common = Listing::of(db, &drafter, "quyet dinh")
        .await
        .expect("asked");
    assert_eq!(common.counts(db).await.expect("asked"), None);
    let all = Listing::of(db, &drafter, "").await.expect("asked");
    assert_eq!(all.counts(db).await.expect("asked"), None);
    for listing in [common, all] {
        let mut page = Page {
            state: Some("issued".to_owned()),
            doc_type: Some("QD".to_owned()),
            before: None,
            limit: 300,
        };
        let mut walked = Vec::new();
        loop {
            let rows = listing.page(db, &page).await.expect("a page");
            page.before = rows.last().map(|row| row.id);
            walked.extend(rows.iter().map(|row| row.id));
            if rows.len() < 300 {
                break;
            }
        }
        let newest_first: Vec<Uuid> = (1..=1_100).rev().map(Uuid::from_u128).chain([id]).collect();
        assert_eq!(walked, newest_first);
    }

    // A receiver knows what was sent to it, and nothing of the crowd.
    let (_, receiver) = office::open_deliveries(&app, id).await.remove(0);
    for (words, expected) in [
        ("quyet dinh", vec![id]),
        ("hiem hoi", vec![]),
        ("", vec![id]),
    ] {
        let listing = Listing::of(db, &receiver, words).await.expect("asked");
        let page = Page {
            limit: 50,
            ..Page::default()
        };
        let rows = listing.page(db, &page).await.expect("a page");
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        assert_eq!(ids, expected, "{words}");
    }

    // What is written anew is found by its new words alone.
    app.store
        .write(two[0], |tx, id| {
            Box::pin(async move {
                document::ActiveModel {
                    id: Set(*id),
                    folded: Set(words::stored("Dự thảo khác hẳn")),
                    ..Default::default()
                }
                .update(tx)
                .await?;
                Ok(())
            })
        })
        .await
        .expect("written");
    assert_eq!(found(&app, "hiếm hoi").await, two[1..]);
    assert_eq!(found(&app, "khác hẳn").await, two[..1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn few_documents_and_many_are_found_by_who_may_know_them() {
    let folder = tempfile::tempdir().expect("a folder");
    a_crowd_is_searched(folder.path(), "").await;
    if let Some(postgres) = tools::postgres() {
        let folder = tempfile::tempdir().expect("a folder");
        a_crowd_is_searched(folder.path(), &postgres.answer).await;
    }
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
