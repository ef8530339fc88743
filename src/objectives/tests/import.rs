//! Numbers out of spreadsheets: read by their words, refused with row and column, remembered for the next quarter.

use axum::http::StatusCode;
use trinhky_drafting::sheet::{self, Sheet};

use super::world::World;
use crate::objectives::evidence;
use crate::objectives::find::{self, Indicator};
use crate::objectives::import::{adapted, apply, kept, propose};

const QUARTER: &str = "BÁO CÁO QUÝ II;;;\nTT;Chỉ tiêu;Tử số;Mẫu số\n1a;Hồ sơ đúng hạn;1.412;1.418\n1b;Đơn thư;0;\n3;Hồ sơ trực tuyến;233;402\n";

fn table(text: &str) -> Sheet {
    sheet::read(text.as_bytes()).expect("a table")
}

async fn indicators(world: &World) -> Vec<Indicator> {
    find::indicators(world.app.store.reader(), world.decision)
        .await
        .expect("indicators")
}

#[tokio::test]
async fn rows_and_columns_are_found_by_their_words() {
    let world = World::new().await;
    let indicators = indicators(&world).await;
    let sheet = table(QUARTER);
    let mapping = propose(&sheet, &indicators);
    let columns = [&mapping.key, &mapping.numerator, &mapping.denominator];
    assert_eq!(columns.map(|column| column.index), [0, 2, 3]);
    assert_eq!(
        columns.map(|column| column.header.as_str()),
        ["TT", "Tử số", "Mẫu số"]
    );
    let read = apply(&sheet, &mapping, &indicators);
    assert_eq!(read.problems, []);
    let found: Vec<(&str, &str, &str)> = read
        .found
        .iter()
        .map(|found| {
            (
                found.code.as_str(),
                found.numerator.as_str(),
                found.denominator.as_str(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("O1a_on_time_rate", "1.412", "1.418"),
            ("O1b_repeat_complaints", "0", ""),
            ("O3_online_rate", "233", "402"),
        ]
    );
    assert_eq!(read.absent.len(), 5);
}

#[tokio::test]
async fn a_kept_mapping_follows_columns_that_were_moved() {
    let world = World::new().await;
    let indicators = indicators(&world).await;
    let mut mapping = propose(&table(QUARTER), &indicators);
    mapping
        .rows
        .insert("tiep nhan qua mang".to_owned(), "O3_online_rate".to_owned());
    mapping
        .rows
        .insert("1a".to_owned(), "O9_of_another_year".to_owned());
    let moved = table("TT;Chỉ tiêu;Ghi chú;Mẫu số;Tử số\n1a;Hồ sơ;x;418;412\n");
    let mapping = adapted(&mapping, &moved, &indicators);
    assert_eq!((mapping.numerator.index, mapping.denominator.index), (4, 3));
    let read = apply(&moved, &mapping, &indicators);
    assert_eq!(
        (
            read.found[0].numerator.as_str(),
            read.found[0].denominator.as_str()
        ),
        ("412", "418")
    );
    assert!(
        mapping.rows.contains_key("tiep nhan qua mang"),
        "what a person said stays"
    );
}

#[tokio::test]
async fn everything_wrong_is_said_with_its_place() {
    let world = World::new().await;
    let indicators = indicators(&world).await;
    let sheet = table(
        "TT;Tử số;Mẫu số\n1a;98,5%;418\n2a;1.234,56;2.000\n2b;1,234.56;9\n3;=1+1;402\n4a;21;20\n4b;nhiều;-3\n4b;1;2\n5;;\n",
    );
    let read = apply(&sheet, &propose(&sheet, &indicators), &indicators);
    let places: Vec<(&str, bool)> = read
        .problems
        .iter()
        .map(|wrong| {
            (
                wrong.place.as_str(),
                wrong.vi.is_empty() || wrong.en.is_empty(),
            )
        })
        .collect();
    let expected = ["B2", "B3", "B4", "B5", "B6", "B7", "C7", "A8"];
    assert_eq!(places, expected.map(|place| (place, false)));
    for (at, word) in [
        (0, "là tỷ lệ"),
        (1, "không rõ"),
        (2, "không rõ"),
        (3, "không phải là số"),
        (4, "21 lớn hơn 20"),
        (6, "âm"),
        (7, "dòng 7"),
    ] {
        assert!(
            read.problems[at].vi.contains(word),
            "{:?}",
            read.problems[at]
        );
    }
}

#[tokio::test]
async fn a_file_fills_the_report_is_kept_as_evidence_and_is_remembered() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    let head = world.of_unit("cao-loc/vp", &["office_chief"]).await;
    let key = world.key_of(&head).await;
    let report = world.report("2023-Q2", "cao-loc/vp").await;
    let typed = "seen_version=0&do=import&remark=cho+xem&cause.O3_online_rate=vi+mua";
    let path = format!("/bao-cao/{}", report.id);
    let (status, _) = world.ask(&key, &path, Some(typed)).await;
    assert_eq!(
        status,
        StatusCode::SEE_OTHER,
        "what was typed is kept first"
    );

    let (status, _) = world
        .upload(&key, &format!("{path}/nhap"), "rac.xlsx", b"PK\x03\x04")
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, location) = world
        .upload(
            &key,
            &format!("{path}/nhap"),
            "quy2.csv",
            QUARTER.as_bytes(),
        )
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (status, page) = world.ask(&key, &location, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("1.412") && page.contains("4b, 5"),
        "the preview"
    );
    let chosen = "seen_version=1&key=0&num=2&den=3&row.3=O1a_on_time_rate&row.4=O1b_repeat_complaints&row.5=O3_online_rate";
    let exchanged = chosen.replace("num=2&den=3", "num=3&den=2");
    let (status, page) = world
        .ask(&key, &location, Some(&format!("{exchanged}&do=fill")))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("D3") && page.contains("đổi cột"));
    let (status, _) = world
        .ask(&key, &location, Some(&format!("{chosen}&do=fill")))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    let db = world.app.store.reader();
    let values = find::values(db, report.id, 1).await.expect("values");
    let online = indicators(&world).await[4].id;
    assert_eq!(values[&online].numerator, Some(233));
    assert_eq!(values[&online].cause, "vi mua", "causes stay");
    let now = world.report("2023-Q2", "cao-loc/vp").await;
    assert_eq!(
        (now.state.as_str(), now.remark.as_str()),
        ("draft", "cho xem")
    );
    let files = evidence::of_version(db, report.id, 1).await.expect("files");
    assert_eq!(files.len(), 1);
    let remembered = kept(db, report.unit_id)
        .await
        .expect("a database")
        .expect("kept");
    assert_eq!(remembered.numerator.header, "Tử số");
    let stranger = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let stranger = world.key_of(&stranger).await;
    assert_eq!(
        world.ask(&stranger, &location, None).await.0,
        StatusCode::NOT_FOUND
    );
}
