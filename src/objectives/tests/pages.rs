//! What the pages show to whom, and that they keep what was typed.

use axum::http::StatusCode;

use super::world::World;

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
    assert!(csv.contains(",3,> 60%,70,100,Đạt,1,0"), "{csv}");

    let report = world.report("2023-Q2", "xa-gia-cat").await;
    let path = format!("/bao-cao/{}", report.id);
    let (status, form) = world.ask(&commune, &path, None).await;
    assert!(status == StatusCode::OK && form.contains("num.O3_online_rate"));
    let typed =
        "seen_revision=0&do=send&num.O3_online_rate=57%25&den.O3_online_rate=402&remark=ghi+nho";
    let (status, again) = world.ask(&commune, &path, Some(typed)).await;
    assert_eq!(status, StatusCode::OK);
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
