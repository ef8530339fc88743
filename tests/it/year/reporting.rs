//! June, September, December: each unit reports its counts, its head approves, the Office adds up.
//!
//! The figures are chosen so that everything is decided by them: 97 of 100 dossiers in time, then 196 of 200 and 294 of 300,
//! which is 97,83 % of the year where 98 % is wanted; satisfaction exactly at its 95 %; no procedure to be shortened anywhere.

use axum::http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky::objectives::find;
use trinhky::objectives::rows::{report_period, unit_report};

use super::super::forms::Filled;
use super::super::visitor::Page;
use super::receiving::id_of;
use super::{OFFICE_CHIEF, Town, Unit};

/// The unit that types more dossiers than there were.
const MISTYPES: &str = "xa-mau-son";
/// The unit that finds its mistake only after the approval.
const CORRECTS: &str = "xa-bao-lam";
/// The unit whose head is not satisfied at first.
const SENT_BACK: &str = "cao-loc/tp";
/// The unit that has not reported when the fourth quarter is added up.
const MISSING: &str = "xa-cong-son";
/// The unit that reports a working day late.
const LATE: &str = "cao-loc/dt";

pub(super) async fn the_second_quarter(town: &Town, decision: &str) {
    town.at(6, 12, 8, 0).await;
    let reports = reports(town, decision, "2023-Q2").await;
    assert_eq!(reports.len(), 35, "every unit that is to act reports");
    for (n, (report, unit)) in (0_u32..).zip(&reports) {
        town.at(6, 13, 8 + n / 12, n % 12 * 5).await;
        match unit.key.as_str() {
            MISTYPES => the_reporter_mistypes(town, report, unit).await,
            SENT_BACK => the_head_sends_it_back(town, report, unit).await,
            CORRECTS => {
                let page = open(town, report, unit).await;
                let mut form = filled(&page, 1);
                let online = form.fields("num.O3")[0].clone();
                form.set(&online, "16");
                explain(&mut form, online.trim_start_matches("num."));
                send(town, unit, form).await;
                approve(town, report, unit).await;
                the_reporter_corrects_it(town, report, unit).await;
            }
            _ => report_and_approve(town, report, unit, 1).await,
        }
    }
    let consolidated = consolidate(town, decision, "2023-Q2", (6, 35)).await;
    // 35 × 97 of 35 × 100; the corrected figure is the one that counts: 35 × 61 of 35 × 100.
    for words in ["35/35", "3.395", "3.500", "97%", "2.135", "61%"] {
        assert!(
            consolidated.says(words),
            "{words}: {}",
            consolidated.words()
        );
    }
}

pub(super) async fn the_third_quarter(town: &Town, decision: &str) {
    town.at(9, 12, 8, 0).await;
    let reports = reports(town, decision, "2023-Q3").await;
    let mut late = None;
    for (n, (report, unit)) in (0_u32..).zip(&reports) {
        town.at(9, 13, 8 + n / 12, n % 12 * 5).await;
        if unit.key == LATE {
            late = Some((report, unit));
        } else {
            report_and_approve(town, report, unit, 2).await;
        }
    }
    let (report, unit) = late.expect("the late unit");
    // Due on 15 September at 17:00; the next working day is the 18th.
    town.at(9, 18, 9, 0).await;
    let soon = town.mails("report_soon").await;
    let reporter = town.of_unit(unit, "reporter").await;
    assert!(!soon.is_empty(), "everybody was reminded before the day");
    assert!(reporter.open("/").await.says("Quá hạn (1)"));
    report_and_approve(town, report, unit, 2).await;
    let shown = reporter.open(&format!("/bao-cao/{report}")).await;
    assert!(shown.says("muộn 1 ngày làm việc"), "{}", shown.words());
    let consolidated = consolidate(town, decision, "2023-Q3", (9, 35)).await;
    assert!(consolidated.says("35/35") && consolidated.says("6.860"));
}

/// Returns the address of the consolidated report.
pub(super) async fn the_fourth_quarter(town: &Town, decision: &str) -> String {
    town.at(12, 12, 8, 0).await;
    let mut missing = None;
    let reports = reports(town, decision, "2023-Q4").await;
    for (n, (report, unit)) in (0_u32..).zip(&reports) {
        town.at(12, 13, 8 + n / 12, n % 12 * 5).await;
        if unit.key == MISSING {
            missing = Some((report, unit));
        } else {
            report_and_approve(town, report, unit, 3).await;
        }
    }
    let without = consolidate(town, decision, "2023-Q4", (12, 34)).await;
    assert!(without.says("UBND xã Công Sơn") || without.says("Ủy ban nhân dân xã Công Sơn"));
    // It reports after all; the Office runs again and sees what has changed.
    let (report, unit) = missing.expect("the missing unit");
    town.at(12, 21, 9, 0).await;
    let reporter = town.of_unit(unit, "reporter").await;
    let page = reporter.open(&format!("/bao-cao/{report}")).await;
    send(town, unit, filled(&page, 3)).await;
    let head = town.of_unit(unit, "unit_head").await;
    let page = head.open(&format!("/bao-cao/{report}")).await;
    head.press(&page.form("/duyet").by("approve")).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    let period = period(town, decision, "2023-Q4").await;
    let address = format!("/ky-bao-cao/{}/tong-hop", period.id);
    let again = chief
        .press(&chief.open(&address).await.form("/tong-hop"))
        .await;
    assert!(again.says("Đã tổng hợp 35/35 báo cáo"), "{}", again.words());
    assert!(again.says("10.290"), "{}", again.words());
    again.links("/van-ban/")[0].clone()
}

/// The open reports of a period with their units.
async fn reports(town: &Town, decision: &str, code: &str) -> Vec<(uuid::Uuid, Unit)> {
    let period = period(town, decision, code).await;
    let rows = unit_report::Entity::find()
        .filter(unit_report::Column::PeriodId.eq(period.id))
        .all(town.app.store.reader())
        .await
        .expect("read");
    let mut found = Vec::new();
    for row in rows {
        found.push((row.id, town.unit(row.unit_id).await));
    }
    found
}

async fn period(town: &Town, decision: &str, code: &str) -> report_period::Model {
    find::periods(town.app.store.reader(), id_of(decision))
        .await
        .expect("read")
        .into_iter()
        .find(|period| period.code == code)
        .expect("the period")
}

/// The reporter finds the report on the desk.
async fn open(town: &Town, report: &uuid::Uuid, unit: &Unit) -> Page {
    let reporter = town.of_unit(unit, "reporter").await;
    reporter.duty(&format!("/bao-cao/{report}")).await
}

/// The form with the counts of a unit in the `nth` quarter that is reported: more cases each time, since a report that
/// repeats the last one is asked about.
fn filled(page: &Page, nth: u32) -> Filled {
    let mut form = page.form(&page.path);
    for field in form.fields("num.") {
        let code = field.trim_start_matches("num.").to_owned();
        if form.value(&format!("none.{code}")) == "1" {
            continue;
        }
        let in_time = if nth == 1 { 97 } else { 98 };
        let (numerator, denominator) = match &code[..3] {
            "O1a" => (in_time * nth, 100 * nth),
            "O1b" => (0, 0),
            "O2a" => (120, 120),
            "O2b" => {
                form.choose(&format!("none.{code}"), "1");
                continue;
            }
            "O3_" => (61 * nth, 100 * nth),
            "O4a" => (20, 20),
            "O4b" => (15, 15),
            "O5_" => (95 * nth, 100 * nth),
            _ => panic!("an indicator that nobody counts: {code}"),
        };
        form.set(&field, &numerator.to_string());
        if denominator > 0 {
            form.set(&format!("den.{code}"), &denominator.to_string());
        }
        if code.starts_with("O1a") && in_time < 98 {
            explain(&mut form, &code);
        }
    }
    form
}

/// Why a target was missed, and what is done about it, by whom and until when.
fn explain(form: &mut Filled, code: &str) {
    for (field, words) in [
        ("cause", "Công chức mới nhận việc"),
        ("measure", "Bồi dưỡng nghiệp vụ"),
        ("owner", "Lãnh đạo đơn vị"),
        ("by", "30/9/2023"),
    ] {
        form.set(&format!("{field}.{code}"), words);
    }
}

async fn send(town: &Town, unit: &Unit, form: Filled) {
    let reporter = town.of_unit(unit, "reporter").await;
    let sent = reporter.press(&form.by("send")).await;
    assert!(sent.says("Chờ lãnh đạo đơn vị duyệt"), "{}", sent.words());
}

async fn approve(town: &Town, report: &uuid::Uuid, unit: &Unit) {
    let head = town.of_unit(unit, "unit_head").await;
    let page = head.duty(&format!("/bao-cao/{report}")).await;
    let approved = head.press(&page.form("/duyet").by("approve")).await;
    assert!(approved.says("Đã duyệt"), "{}", approved.words());
}

async fn report_and_approve(town: &Town, report: &uuid::Uuid, unit: &Unit, nth: u32) {
    let page = open(town, report, unit).await;
    send(town, unit, filled(&page, nth)).await;
    approve(town, report, unit).await;
}

/// 101 of 100 is refused, and nothing that was typed is lost.
async fn the_reporter_mistypes(town: &Town, report: &uuid::Uuid, unit: &Unit) {
    let page = open(town, report, unit).await;
    let mut form = filled(&page, 1);
    let dossiers = form.fields("num.O1a")[0].clone();
    form.set(&dossiers, "101");
    form.set("remark", "Số liệu từ hệ thống một cửa");
    let reporter = town.of_unit(unit, "reporter").await;
    let refused = reporter.send(&form.clone().by("send")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("101 lớn hơn 100"), "{}", refused.words());
    let shown = refused.form(&page.path);
    for (name, value) in &form.values {
        assert_eq!(shown.value(name), value, "{name} is lost");
    }
    let mut form = shown;
    form.set(&dossiers, "97");
    // Kept first, sent later.
    reporter.press(&form.clone().by("keep")).await;
    let page = open(town, report, unit).await;
    let form = page.form(&page.path);
    assert_eq!(form.value("remark"), "Số liệu từ hệ thống một cửa");
    send(town, unit, form).await;
    approve(town, report, unit).await;
}

async fn the_head_sends_it_back(town: &Town, report: &uuid::Uuid, unit: &Unit) {
    let page = open(town, report, unit).await;
    send(town, unit, filled(&page, 1)).await;
    let head = town.of_unit(unit, "unit_head").await;
    let page = head.duty(&format!("/bao-cao/{report}")).await;
    let mut form = page.form("/duyet");
    let silent = head.send(&form.clone().by("back")).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set("remark", "Kiểm tra lại số hồ sơ trực tuyến.");
    head.press(&form.by("back")).await;
    let page = open(town, report, unit).await;
    assert!(page.says("Kiểm tra lại số hồ sơ trực tuyến."));
    send(town, unit, page.form(&page.path)).await;
    approve(town, report, unit).await;
}

/// 16 was typed for 61: a correction is opened with its reason and approved like the report itself.
async fn the_reporter_corrects_it(town: &Town, report: &uuid::Uuid, unit: &Unit) {
    let reporter = town.of_unit(unit, "reporter").await;
    let address = format!("/bao-cao/{report}");
    let page = reporter.open(&address).await;
    let mut form = page.form(&address);
    let silent = reporter.send(&form.clone().by("correct")).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set("reason", "Gõ nhầm 16 thay vì 61");
    let opened = reporter.press(&form.by("correct")).await;
    let mut form = opened.form(&address);
    let online = form.fields("num.O3")[0].clone();
    form.set(&online, "61");
    for field in ["cause", "measure", "owner", "by"] {
        form.set(&online.replace("num.", &format!("{field}.")), "");
    }
    send(town, unit, form).await;
    let head = town.of_unit(unit, "unit_head").await;
    let page = head.open(&address).await;
    let approved = head.press(&page.form("/duyet").by("approve")).await;
    assert!(approved.says("Đã duyệt"));
}

/// On the 20th of the month the Office adds up as many reports as have come.
async fn consolidate(
    town: &Town,
    decision: &str,
    code: &str,
    (month, reported): (u32, usize),
) -> Page {
    town.at(month, 20, 9, 0).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    let mut form = chief.duty("/tong-hop").await.form("/tong-hop");
    form.set("assessment", "Các đơn vị cơ bản báo cáo đúng hạn.");
    let done = chief.press(&form).await;
    assert!(
        done.says(&format!("Đã tổng hợp {reported}/35 báo cáo")),
        "{}",
        done.words()
    );
    let drafted = done.links("/van-ban/");
    let report = chief.open(&drafted[0]).await;
    assert!(report.text.contains("Báo cáo"), "the report is drafted");
    assert_eq!(period(town, decision, code).await.state, "consolidated");
    done
}
