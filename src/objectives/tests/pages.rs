//! What the pages show to whom, and that they keep what was typed.

use axum::http::StatusCode;

use super::world::World;
use crate::objectives::evidence;
use crate::objectives::report::correct_report;

#[tokio::test]
async fn pages_show_what_a_reader_may_see_and_keep_what_was_typed() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    let commune = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let commune = world.key_of(&commune).await;
    let (chief, chair) = ("ly-duc-hai", "nguyen-duy-anh");
    let shown = format!("/van-ban/{}/muc-tieu", world.decision);

    assert_eq!(
        world.ask(&commune, "/muc-tieu", None).await.0,
        StatusCode::SEE_OTHER
    );
    let (status, inside) = world.ask(chief, &shown, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(inside.contains("70%") && inside.contains("<svg") && inside.contains("Phòng Y tế"));
    let (_, outside) = world.ask(&commune, &shown, None).await;
    assert!(
        outside.contains("UBND xã Gia Cát") && !outside.contains("Phòng Y tế"),
        "results of other units stay inside"
    );
    let (_, csv) = world.ask(chief, &format!("{shown}.csv"), None).await;
    assert_eq!(csv.lines().count(), 1 + 3 * 8);
    assert!(csv.contains(",\"3\",\"> 60%\",70,100,\"Đạt\",1,0"), "{csv}");

    let report = world.report("2023-Q2", "xa-gia-cat").await;
    let path = format!("/bao-cao/{}", report.id);
    let (status, form) = world.ask(&commune, &path, None).await;
    assert!(status == StatusCode::OK && form.contains("num.O3_online_rate"));
    let typed =
        "seen_revision=0&do=send&num.O3_online_rate=57%25&den.O3_online_rate=402&remark=ghi+nho";
    let (status, again) = world.ask(&commune, &path, Some(typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.contains("“57%” là tỷ lệ")
            && again.contains("ghi nho")
            && again.contains("value=\"402\"")
    );
    let kept = "seen_version=0&do=keep&num.O3_online_rate=233&den.O3_online_rate=402";
    assert_eq!(
        world.ask(&commune, &path, Some(kept)).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, stored) = world.ask(&commune, &path, None).await;
    assert!(stored.contains("value=\"233\"") && stored.contains("57,96%"));
    assert_eq!(
        world.ask(&commune, &path, Some(kept)).await.0,
        StatusCode::CONFLICT,
        "an old page"
    );
    let (_, read_only) = world.ask(chief, &path, None).await;
    assert!(
        !read_only.contains("num.O3_online_rate"),
        "the Office reads, it does not write"
    );
    let other = world.report("2023-Q2", "cao-loc/vp").await;
    assert_eq!(
        world
            .ask(&commune, &format!("/bao-cao/{}", other.id), None)
            .await
            .0,
        StatusCode::NOT_FOUND
    );

    world.until("2023-06-20T09:00:00+07:00").await;
    let period = format!("/ky-bao-cao/{}/tong-hop", world.period("2023-Q2").await.id);
    assert_eq!(
        world.ask(&commune, &period, None).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, before) = world.ask(chief, &period, None).await;
    assert!(
        before.contains("1 / 3 đơn vị đã báo cáo") && before.contains("Ủy ban nhân dân xã Gia Cát")
    );
    assert_eq!(
        world.ask(chair, &period, Some("assessment=x")).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        world.ask(chief, &period, Some("assessment=Tot")).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, after) = world.ask(chief, &period, None).await;
    assert!(after.contains("Tổng hợp lại") && after.contains("/van-ban/"));
    let year = format!("/van-ban/{}/danh-gia", world.decision);
    let (status, results) = world.ask(chair, &year, None).await;
    assert!(status == StatusCode::OK && results.contains("1/3 báo cáo"));
    assert_eq!(
        world.ask(chair, &year, Some("conclusion=x")).await.0,
        StatusCode::CONFLICT,
        "the step has not come"
    );
}

#[tokio::test]
async fn two_people_at_once_lose_nothing_and_see_each_others_numbers() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    let commune = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let commune = world.key_of(&commune).await;
    let path = format!(
        "/bao-cao/{}",
        world.report("2023-Q2", "xa-gia-cat").await.id
    );
    let first = "seen_version=0&do=keep&num.O3_online_rate=233&den.O3_online_rate=402";
    world.ask(&commune, &path, Some(first)).await;
    let second =
        "seen_version=0&do=keep&num.O3_online_rate=240&den.O3_online_rate=402&remark=cua+toi";
    let (status, page) = world.ask(&commune, &path, Some(second)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        page.contains("value=\"240\"") && page.contains("cua toi"),
        "what was typed"
    );
    assert!(page.contains("đang lưu: 233/402"), "what the other stored");
    let knowing = second.replace("seen_version=0", "seen_version=1");
    assert!(page.contains("name=\"seen_version\" value=\"1\""));
    let (status, _) = world.ask(&commune, &path, Some(&knowing)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_number_that_looks_like_a_slip_is_asked_about_once() {
    let world = World::new().await;
    world.until("2023-06-14T09:00:00+07:00").await;
    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    world.until("2023-06-20T09:00:00+07:00").await;
    world.consolidate("2023-Q2").await.expect("a consolidation");
    world.until("2023-09-13T09:00:00+07:00").await;
    let report = world.report("2023-Q3", "cao-loc/vp").await;
    let head = world.of_unit("cao-loc/vp", &["office_chief"]).await;
    let head = world.key_of(&head).await;
    let mut pairs = vec![("seen_version".to_owned(), "0".to_owned())];
    for typed in world.input("2023-Q3", "cao-loc/vp", 99).await.values {
        let slipped = typed.code.starts_with("O5");
        let denominator = if slipped { "1000" } else { "100" };
        let numerator = if slipped { "1000" } else { &typed.numerator };
        pairs.push((format!("num.{}", typed.code), numerator.to_owned()));
        pairs.push((format!("den.{}", typed.code), denominator.to_owned()));
    }
    let path = format!("/bao-cao/{}", report.id);
    let body = |extra: &[(&str, &str)]| {
        let mut pairs = pairs.clone();
        pairs.extend(
            extra
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        );
        serde_urlencoded::to_string(pairs).expect("a form")
    };
    let (status, page) = world
        .ask(&head, &path, Some(&body(&[("do", "send")])))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Kỳ trước 100, kỳ này 1.000") && page.contains("sure.O5"));
    // Keeping asks nothing; the box confirms.
    let sure = body(&[("do", "send"), ("sure.O5_satisfaction_rate", "1")]);
    let (status, page) = world.ask(&head, &path, Some(&sure)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}

#[tokio::test]
async fn evidence_is_kept_with_its_version_and_dangerous_files_are_refused() {
    let world = World::new().await;
    let planned = world.period("2023-Q2").await;
    let head = world.of_unit("cao-loc/vp", &["office_chief"]).await;
    let key = world.key_of(&head).await;
    let own = format!("/ky-bao-cao/{}/bao-cao", planned.id);
    let (status, page) = world.ask(&key, &own, None).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("chưa mở") && page.contains("31/05/2023"));

    world.until("2023-06-14T09:00:00+07:00").await;
    assert_eq!(world.ask(&key, &own, None).await.0, StatusCode::SEE_OTHER);
    let report = world.report("2023-Q2", "cao-loc/vp").await;
    let add = |name: &'static str, bytes: &'static [u8]| {
        evidence::add(
            &world.app,
            &head,
            report.id,
            "O1a_on_time_rate".to_owned(),
            name.to_owned(),
            bytes.to_vec(),
        )
    };
    for (name, bytes) in [
        ("anh.jpg", b"MZ\x90\x00".as_slice()),
        ("bieu.pdf", b"<html><script>x</script>".as_slice()),
    ] {
        let refused = super::world::refusal(add(name, bytes).await);
        assert_eq!(refused.1.as_deref(), Some("file"), "{name}");
    }
    add("C:\\tmp\\xuat.pdf", b"%PDF-1.7 one")
        .await
        .expect("kept");
    let again = add("xuat.pdf", b"%PDF-1.7 one").await;
    assert_eq!(super::world::refusal(again).1.as_deref(), Some("file"));
    let page = format!("/bao-cao/{}/minh-chung", report.id);
    let (_, listed) = world.ask(&key, &page, None).await;
    assert!(listed.contains("xuat.pdf") && !listed.contains("C:"));
    let db = world.app.store.reader();
    let file = evidence::of_version(db, report.id, 1).await.expect("files")[0].id;
    let (status, content) = world.ask(&key, &format!("{page}/{file}"), None).await;
    assert_eq!((status, content.as_str()), (StatusCode::OK, "%PDF-1.7 one"));
    let stranger = world.of_unit("xa-gia-cat", &["reporter"]).await;
    let stranger = world.key_of(&stranger).await;
    let (status, _) = world.ask(&stranger, &format!("{page}/{file}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    world.hand_in("2023-Q2", "cao-loc/vp", 70).await;
    correct_report(&world.app, &head, report.id, "Nhầm".to_owned())
        .await
        .expect("a correction");
    evidence::remove(&world.app, &head, report.id, file)
        .await
        .expect("taken away");
    let count = |version| evidence::of_version(db, report.id, version);
    assert_eq!(
        count(1).await.expect("files").len(),
        1,
        "the approved version keeps it"
    );
    assert_eq!(count(2).await.expect("files").len(), 0);
}
