//! March: the draft, the opinions, the two checks, the proposal that goes up, comes back and goes up again.

use axum::http::StatusCode;

use super::super::office;
use super::{CHAIRMAN, DRAFTER, FORM_CHECKER, OFFICE_CHIEF, OFFICE_CLERK, Town};

/// Who is asked, as the form names them; the last one stays silent.
const ASKED: [&str; 6] = [
    "Phòng Nội vụ",
    "Phòng Tư pháp",
    "Thanh tra huyện",
    "UBND thị trấn Đồng Đăng",
    "UBND xã Bảo Lâm",
    "UBND xã Mẫu Sơn",
];
/// The heads of the five that answer.
const HEADS: [&str; 5] = [
    "ha.thi.mai",
    "mong.duc.hung",
    "duong.van.hai",
    "le.van.phong",
    "tran.minh.nga",
];
const REMARK: &str = "Mục tiêu 3 cần nêu rõ đơn vị báo cáo.";
const RETURNED: &str = "Bổ sung trích yếu cho đúng Kế hoạch số 43.";

/// The address of the decision's page; the proposal 92/TTr-VP lies on the Chairman's desk.
pub(super) async fn a_draft_becomes_a_proposal(town: &Town) -> String {
    let decision = the_drafter_takes_it_from_the_file(town).await;
    six_units_are_asked_and_one_stays_silent(town, &decision).await;
    the_form_is_sent_back_once(town).await;
    town.at(3, 13, 8, 30).await;
    hand_over(town, &decision).await;
    present(town, (13, 14), "91/TTr-VP").await;
    the_chairman_returns_it(town, &decision).await;
    hand_over(town, &decision).await;
    present(town, (17, 20), "92/TTr-VP").await;
    decision
}

async fn the_drafter_takes_it_from_the_file(town: &Town) -> String {
    town.at(3, 1, 9, 0).await;
    let drafter = town.browser(DRAFTER).await;
    let unread = drafter.send_file("/van-ban/nhap", "x.exe", "MZ").await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    let editor = drafter
        .upload("/van-ban/nhap", "decision-2023.md", office::DECISION)
        .await;
    let mut form = editor.form("/soan");
    let clause = form.value("article.0.0").to_owned();
    assert!(clause.starts_with("Phần đầu 98% hồ sơ"), "{clause}");
    form.set("article.0.0", &clause.replace("Phần đầu", "Phấn đấu"));
    let saved = drafter.press(&form.by("save")).await;
    assert!(saved.text.contains("Phấn đấu 98% hồ sơ"));
    editor.path.trim_end_matches("/soan").to_owned()
}

async fn six_units_are_asked_and_one_stays_silent(town: &Town, decision: &str) {
    town.at(3, 2, 8, 30).await;
    let drafter = town.browser(DRAFTER).await;
    let page = drafter.open(decision).await;
    let mut form = drafter
        .open(&page.link(&format!("{decision}/trinh")))
        .await
        .form("/trinh");
    form.set("working_days", "năm");
    let unread = drafter.send(&form).await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set("working_days", "5");
    for unit in ASKED {
        form.choose("unit", unit);
    }
    drafter.press(&form).await;

    for (n, head) in (0_u32..).zip(HEADS) {
        town.at(3, 3, 9, n * 10).await;
        let head = town.officer(head).await;
        let mut form = head.duty("/gop-y").await.form("/gop-y");
        match n {
            1 => {
                form.choose("stance", "Nhất trí, có ý kiến bổ sung");
                form.set("text", REMARK);
            }
            2 => {
                form.choose("stance", "Không nhất trí");
                let bare = head.send(&form).await;
                assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "no reason");
                form.set("text", "Chỉ tiêu đơn thư cần tính theo vụ việc.");
            }
            _ => form.choose("stance", "Nhất trí"),
        }
        head.press(&form).await;
    }
    // Five working days after 2 March are over in the evening of the 9th.
    town.at(3, 9, 16, 0).await;
    assert!(
        drafter
            .open("/")
            .await
            .links("/van-ban/")
            .iter()
            .all(|href| !href.ends_with("/giai-trinh"))
    );
    town.at(3, 10, 8, 0).await;
    let page = drafter.duty("/giai-trinh").await;
    assert!(page.says(REMARK) && page.says("UBND xã Mẫu Sơn"));
    let mut form = page.form("/giai-trinh");
    for (n, reply) in form.fields("reply.").iter().enumerate() {
        form.choose(&format!("result.{n}"), "explain");
        form.set(reply, "Hệ thống theo dõi từng đơn vị theo kỳ báo cáo.");
    }
    drafter.press(&form.by("send")).await;
}

async fn the_form_is_sent_back_once(town: &Town) {
    town.at(3, 10, 10, 0).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    chief
        .press(&chief.duty("/kiem-tra").await.form("/kiem-tra").by("pass"))
        .await;
    town.at(3, 10, 14, 0).await;
    let checker = town.browser(FORM_CHECKER).await;
    let mut form = checker.duty("/kiem-tra").await.form("/kiem-tra");
    let silent = checker.send(&form.clone().by("send_back")).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set("remark", "Bổ sung ngày ban hành trong căn cứ.");
    checker.press(&form.by("send_back")).await;
    let drafter = town.browser(DRAFTER).await;
    let editor = drafter.duty("/soan").await;
    assert!(editor.says("Bổ sung ngày ban hành trong căn cứ."));
}

/// The drafter hands it over without asking anybody again.
async fn hand_over(town: &Town, decision: &str) {
    let drafter = town.browser(DRAFTER).await;
    let form = drafter
        .open(&format!("{decision}/trinh"))
        .await
        .form("/trinh");
    drafter.press(&form).await;
}

/// Both checks on one day of March, then the proposal signed, numbered and sealed on another.
async fn present(town: &Town, (checked, signed): (u32, u32), number: &str) {
    town.at(3, checked, 10, 0).await;
    for (hour, who) in [(10, OFFICE_CHIEF), (14, FORM_CHECKER)] {
        town.at(3, checked, hour, 0).await;
        let who = town.browser(who).await;
        who.press(&who.duty("/kiem-tra").await.form("/kiem-tra").by("pass"))
            .await;
    }
    town.at(3, signed, 8, 30).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    chief.press(&chief.duty("/ky").await.form("/ky")).await;
    town.at(3, signed, 9, 15).await;
    let clerk = town.browser(OFFICE_CLERK).await;
    let numbered = clerk
        .press(&clerk.duty("/van-thu").await.form("/cap-so"))
        .await;
    assert!(numbered.says(number), "{}", numbered.words());
    clerk
        .press(&clerk.open("/van-thu").await.form("/dong-dau"))
        .await;
}

async fn the_chairman_returns_it(town: &Town, decision: &str) {
    town.at(3, 15, 9, 0).await;
    let chairman = town.browser(CHAIRMAN).await;
    let mut form = chairman.duty("/phe-duyet").await.form("/phe-duyet");
    let silent = chairman.send(&form.clone().by("send_back")).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set("remark", RETURNED);
    chairman.press(&form.by("send_back")).await;
    town.at(3, 16, 9, 0).await;
    let drafter = town.browser(DRAFTER).await;
    let editor = drafter.duty("/soan").await;
    assert!(editor.says(RETURNED));
    assert!(
        editor
            .text
            .contains("Tờ trình số 91/TTr-VP ngày 14 tháng 3 năm 2023"),
        "the first proposal is cited until the second goes up"
    );
    let mut form = editor.form("/soan");
    let subject = format!("{} (Kế hoạch số 43/KH-UBND)", form.value("subject"));
    form.set("subject", &subject);
    drafter.press(&form.by("save")).await;
    assert!(drafter.open(decision).await.says("Kế hoạch số 43/KH-UBND)"));
}
