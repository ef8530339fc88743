//! The end of December: the verdict, the closed year, and what the administrator sees of it all.

use axum::http::StatusCode;

use super::{ADMINISTRATOR, CHAIRMAN, OFFICE_CHIEF, Town};

/// The verdict of each indicator as the figures of the year demand it.
const VERDICTS: [(&str, &str); 8] = [
    ("1a.", "Không đạt"),
    ("1b.", "Đạt"),
    ("2a.", "Đạt"),
    ("2b.", "Không phát sinh"),
    ("3.", "Đạt"),
    ("4a.", "Đạt"),
    ("4b.", "Đạt"),
    ("5.", "Đạt"),
];

pub(super) async fn the_year_is_judged_and_closed(town: &Town, decision: &str) {
    town.at(12, 26, 9, 0).await;
    let chairman = town.browser(CHAIRMAN).await;
    let page = chairman.duty("/danh-gia").await;
    // 97 + 196 + 294 of 600, thirty-five times: missed, although two of three quarters were met.
    assert!(page.says("97,83%"), "{}", page.words());
    let mut form = page.form("/danh-gia");
    let measures = form.fields("measure.");
    assert_eq!(measures.len(), 1, "only what was missed asks for a measure");
    form.set("conclusion", "Tiếp tục duy trì các mục tiêu đạt.");
    let silent = chairman.send(&form).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set(
        &measures[0],
        "Giao Văn phòng xây dựng giải pháp trong quý I năm 2024.",
    );
    let judged = chairman.press(&form).await;
    let rows: Vec<&str> = judged.text.split("<tr>").skip(2).collect();
    for (n, (code, verdict)) in VERDICTS.into_iter().enumerate() {
        let (first, rest) = rows[n].split_once("</th>").expect("a row");
        assert!(first.contains(code), "{code}: {first}");
        let marked = format!("</i> {verdict}<");
        assert!(rest.contains(&marked), "{code} is not {verdict}: {rest}");
    }
    assert!(judged.says("Giao Văn phòng xây dựng giải pháp"));

    town.at(12, 29, 16, 0).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    let form = chief.duty("/danh-gia").await.form("/dong-nam");
    let closed = chief.press(&form).await;
    assert!(closed.says("không nhận thêm báo cáo"), "{}", closed.words());
    assert_eq!(chief.send(&form).await.status, StatusCode::CONFLICT);
    // There is one year: the list leads straight to it.
    assert_eq!(
        chief.look("/muc-tieu").await.location(),
        format!("{decision}/muc-tieu")
    );
    assert!(
        chief
            .open(&format!("{decision}/muc-tieu"))
            .await
            .says("97,83%")
    );
    let table = chief.open(&format!("{decision}/muc-tieu.csv")).await;
    let in_time: u32 = table
        .text
        .lines()
        .filter_map(|line| line.split_once(",\"1a\","))
        .filter_map(|(_, rest)| rest.split(',').nth(1)?.parse::<u32>().ok())
        .sum();
    assert_eq!(in_time, 35 * (97 + 196 + 294), "the table adds up as well");
    let list = chief.open("/van-ban?q=muc+tieu+chat+luong").await;
    assert!(list.links("/van-ban/").iter().any(|href| href == decision));
    let desk = chief.open("/").await;
    assert!(
        desk.links("/van-ban/")
            .iter()
            .all(|href| href.ends_with("/soan")),
        "nothing but drafted reports is left to do: {}",
        desk.words()
    );
}

pub(super) async fn the_administrator_looks_at_everything(town: &Town) {
    let admin = town.browser(ADMINISTRATOR).await;
    for (address, words) in [
        ("/quan-tri", "Phòng Nội vụ"),
        ("/quan-tri/nguoi-dung?q=nguyen+duy+anh", "Nguyễn Duy Anh"),
        ("/quan-tri/ngay-nghi?nam=2023", "Giỗ Tổ Hùng Vương"),
        ("/quan-tri/quy-trinh", "Quyết định hành chính"),
        ("/quan-tri/thu-di", "Đã gửi"),
        ("/quan-tri/nhat-ky", "Đóng hồ sơ theo dõi"),
    ] {
        let page = admin.open(address).await;
        assert!(
            page.says(words),
            "{address} lacks {words}: {}",
            page.words()
        );
    }
    let unsent = town
        .mails("delivery")
        .await
        .into_iter()
        .filter(|mail| mail.state != "sent")
        .count();
    assert_eq!(unsent, 0, "every mail has left");
}
