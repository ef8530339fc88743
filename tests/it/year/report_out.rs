//! The fourth quarter's report goes up with its letter and out under number and seal; the next year begins from the results.

use axum::http::StatusCode;

use super::{AGENCY_CLERK, CHAIRMAN, DRAFTER, FORM_CHECKER, OFFICE_CHIEF, OFFICE_CLERK, Town};

/// From the drafter's desk to the Department of Science and Technology.
pub(super) async fn the_consolidated_report_goes_out(town: &Town, report: &str) {
    town.at(12, 22, 8, 0).await;
    let drafter = town.browser(DRAFTER).await;
    let page = drafter.open(report).await;
    assert!(page.says("Báo cáo"), "{}", page.words());
    let form = drafter
        .open(&format!("{report}/trinh"))
        .await
        .form("/trinh");
    drafter.press(&form).await;
    for (hour, who) in [(9, OFFICE_CHIEF), (10, FORM_CHECKER)] {
        town.at(12, 22, hour, 0).await;
        let who = town.browser(who).await;
        who.press(&who.duty("/kiem-tra").await.form("/kiem-tra").by("pass"))
            .await;
    }
    town.at(12, 22, 11, 0).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    let letter = chief.duty("/ky").await;
    assert!(
        letter.says("Tờ trình về việc ban hành Báo cáo kết quả thực hiện"),
        "{}",
        letter.words()
    );
    chief.press(&letter.form("/ky")).await;
    let clerk = town.browser(OFFICE_CLERK).await;
    let numbered = clerk
        .press(&clerk.duty("/van-thu").await.form("/cap-so"))
        .await;
    clerk.press(&numbered.form("/dong-dau")).await;

    town.at(12, 22, 14, 0).await;
    let chairman = town.browser(CHAIRMAN).await;
    let form = chairman
        .duty("/phe-duyet")
        .await
        .form("/phe-duyet")
        .by("approve");
    let sign = chairman.press(&form).await;
    chairman.press(&sign.form("/ky")).await;
    let clerk = town.browser(AGENCY_CLERK).await;
    for step in ["/cap-so", "/dong-dau", "/phat-hanh"] {
        let form = clerk.open("/van-thu").await.form(step);
        clerk.press(&form).await;
    }
    town.at(12, 22, 15, 0).await;
    let issued = drafter.open(report).await;
    assert!(issued.says("Báo cáo số 01/BC-UBND"), "{}", issued.words());
    assert_eq!(
        issued.text.matches("Hợp lệ").count(),
        2,
        "signature and seal"
    );
    let sent = drafter.open(&format!("{report}/theo-doi")).await;
    assert!(
        sent.says("Sở Khoa học và Công nghệ") || sent.says("Sở KH&CN"),
        "{}",
        sent.words()
    );
    let file = drafter.open(&format!("{report}/tep.pdf")).await;
    assert!(file.text.starts_with("%PDF"));
}

/// The Chairman reads one page; the Office makes the next year's draft from the results.
pub(super) async fn the_next_year_begins(town: &Town, decision: &str) {
    let chairman = town.browser(CHAIRMAN).await;
    let objectives = chairman.open(&format!("{decision}/muc-tieu")).await;
    let briefings = objectives.links(&format!("{decision}/tom-tat.pdf"));
    assert_eq!(briefings.len(), 2, "on the period and on the year");
    for briefing in briefings {
        assert!(chairman.open(&briefing).await.text.starts_with("%PDF"));
    }
    let wall = chairman.open(&format!("{decision}/bang")).await;
    assert!(wall.says("97,83%"), "{}", wall.words());
    let chart = wall.link(&format!("{decision}/bieu-do/3"));
    let chart = chairman.open(&chart).await;
    let file = chart.link(&format!("{decision}/bieu-do/3.svg"));
    assert!(chairman.open(&file).await.text.starts_with("<svg xmlns"));

    let chief = town.browser(OFFICE_CHIEF).await;
    let objectives = chief.open(&format!("{decision}/muc-tieu")).await;
    let page = chief
        .open(&objectives.link(&format!("{decision}/nam-sau")))
        .await;
    assert!(page.says("Chưa đạt: giữ mục tiêu"), "{}", page.words());
    let mut form = page.form("/nam-sau");
    form.set("target.O3_online_rate", "chín mươi");
    let refused = chief.send(&form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.form("/nam-sau").value("target.O3_online_rate"),
        "chín mươi"
    );
    form.set("target.O3_online_rate", "65%");
    let compared = chief.press(&form).await;
    assert!(compared.says("65%"), "{}", compared.words());
    let drafter = town.browser(DRAFTER).await;
    let editor = drafter.duty("/soan").await;
    assert!(editor.path.ends_with("/soan"));
    let again = chief.open(&format!("{decision}/nam-sau")).await;
    assert!(
        again.says("Mục tiêu chất lượng năm 2024"),
        "{}",
        again.words()
    );
}
