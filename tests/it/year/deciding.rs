//! The Chairman's week: a question, the approval, the signature; then number, seal and issue.

use axum::http::StatusCode;

use super::{AGENCY_CLERK, CHAIRMAN, DRAFTER, FORM_CHECKER, Town};

pub(super) async fn the_chairman_decides_and_the_decision_is_issued(town: &Town, decision: &str) {
    he_asks_and_is_answered(town, decision).await;
    he_approves_and_signs(town, decision).await;
    the_clerk_numbers_seals_and_issues(town).await;
    let page = town.browser(DRAFTER).await.open(decision).await;
    assert!(page.says("Quyết định số 05/QĐ-UBND"), "{}", page.words());
    assert!(page.says("Tờ trình số 92/TTr-VP ngày 20 tháng 3 năm 2023"));
    assert_eq!(
        page.text.matches("Hợp lệ").count(),
        2,
        "the signature and the seal are valid"
    );
    let file = town
        .browser(DRAFTER)
        .await
        .open(&format!("{decision}/tep.pdf"))
        .await;
    assert!(file.text.starts_with("%PDF"));
    for page in ["dung-lai", "dinh-chinh"] {
        town.browser(DRAFTER)
            .await
            .open(&format!("{decision}/{page}"))
            .await;
    }
    town.browser(CHAIRMAN)
        .await
        .open(&format!("{decision}/thu-hoi"))
        .await;
}

async fn he_asks_and_is_answered(town: &Town, decision: &str) {
    town.at(3, 21, 9, 0).await;
    let chairman = town.browser(CHAIRMAN).await;
    let page = chairman.duty("/phe-duyet").await;
    assert!(page.says("92/TTr-VP"), "{}", page.words());
    assert!(page.says("Không nhất trí"), "who objects is shown at once");
    let mut form = page.form("/phe-duyet");
    form.set("remark", "Năm trước đạt bao nhiêu?");
    chairman.press(&form.by("ask")).await;

    let outsider = town.browser(FORM_CHECKER).await;
    let refused = outsider.look(&format!("{decision}/phe-duyet")).await;
    assert_eq!(
        refused.status,
        StatusCode::CONFLICT,
        "nothing is before him"
    );
    let drafter = town.browser(DRAFTER).await;
    let question = drafter.duty("/tra-loi").await;
    assert!(question.says("Năm trước đạt bao nhiêu?"));
    let mut form = question.form("/tra-loi");
    form.set("answer", "97,4%, theo báo cáo năm 2022.");
    drafter.press(&form).await;
    let refused = outsider.look(&format!("{decision}/phe-duyet")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "it is not his");
    assert!(refused.says("Bạn không được giao việc “Phê duyệt”."));
}

async fn he_approves_and_signs(town: &Town, decision: &str) {
    town.at(3, 22, 8, 10).await;
    let chairman = town.browser(CHAIRMAN).await;
    let page = chairman.duty("/phe-duyet").await;
    assert!(page.says("97,4%, theo báo cáo năm 2022."));
    let form = page.form("/phe-duyet").by("approve");
    let sign = chairman.press(&form).await;
    assert_eq!(sign.path, format!("{decision}/ky"));
    let again = chairman.send(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a double press");
    town.at(3, 23, 14, 0).await;
    let mut form = chairman.duty("/ky").await.form("/ky");
    form.unmark("file");
    let nothing = chairman.send(&form).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let several = chairman.open("/ky-nhieu-van-ban").await;
    assert!(
        several.says("Ký số các văn bản đã chọn") && several.says("Chỉ đánh dấu văn bản đã đọc")
    );
    let form = chairman.duty("/ky").await.form("/ky");
    chairman.press(&form).await;
    let again = chairman.send(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "nobody signs twice");
}

async fn the_clerk_numbers_seals_and_issues(town: &Town) {
    town.at(3, 24, 8, 15).await;
    let clerk = town.browser(AGENCY_CLERK).await;
    let mut form = clerk.duty("/van-thu").await.form("/cap-so");
    let today = form.value("issued_on").to_owned();
    assert_eq!(today, "24/03/2023");
    for wrong in ["32/3/2023", "03/04/2023"] {
        form.set("issued_on", wrong);
        let refused = clerk.send(&form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(refused.form("/cap-so").value("issued_on"), wrong);
    }
    form.set("issued_on", &today);
    let numbered = clerk.press(&form).await;
    assert!(numbered.says("05/QĐ-UBND"), "{}", numbered.words());
    for (minute, step) in [(30, "/dong-dau"), (45, "/phat-hanh")] {
        town.at(3, 24, 8, minute).await;
        let form = clerk.open("/van-thu").await.form(step);
        clerk.press(&form).await;
        let again = clerk.send(&form).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{step} pressed twice");
    }
    let desk = clerk.open("/van-thu").await;
    let mut entered = 0;
    for register in desk.links("/so-van-ban/") {
        clerk.open(&format!("{register}/ghi-tay")).await;
        clerk.open(&format!("{register}/bo-so")).await;
        entered += usize::from(clerk.open(&register).await.says("05/QĐ-UBND"));
    }
    assert_eq!(entered, 1, "it stands in one register");
    clerk.open("/phu-luc-vi").await;
    let drafter = town.browser(DRAFTER).await;
    drafter.open("/van-ban/moi").await;
    town.at(3, 24, 9, 0).await;
}
