//! From 24 March on: thirty-five units take the decision over, one of them late; a body without an account types its code,
//! another one refuses; the staff confirm that they have read it.

use axum::http::StatusCode;
use sea_orm::EntityTrait;
use trinhky::distribution::receipt;
use trinhky::distribution::rows::{attestation, delivery};

use super::super::visitor::Page;
use super::{OFFICE_CHIEF, Town, Unit};

/// The commune whose clerk is away for four working days.
const LATE: &str = "xa-cong-son";
/// The body that has it already and refuses.
const REFUSES: &str = "thuong-truc-hdnd";

pub(super) async fn the_units_receive_it(town: &Town, decision: &str) {
    let deliveries = receipt::of_document(town.app.store.reader(), id_of(decision))
        .await
        .expect("read");
    let for_action = deliveries.iter().filter(|row| row.kind == "action").count();
    assert_eq!(for_action, 35, "13 divisions and 22 communes are to act");
    let mut late = None;
    for (n, row) in (0_u32..).zip(&deliveries) {
        town.at(3, 24, 9 + n / 60, n % 60).await;
        let unit = town.unit(row.unit_id).await;
        let mailed = town
            .mails("guest_delivery")
            .await
            .into_iter()
            .find(|mail| mail.delivery_id == Some(row.id));
        match (unit.key.as_str(), mailed) {
            (_, Some(mail)) => {
                a_body_without_an_account_types_its_code(town, &mail.body_text).await
            }
            (LATE, _) => late = Some((row.clone(), unit)),
            (REFUSES, _) => a_body_refuses(town, row, &unit).await,
            _ => the_clerk_takes_it_over(town, row, &unit).await,
        }
    }
    let (row, unit) = late.expect("the late commune");
    town.at(3, 24, 11, 0).await;
    let page = tracking(town, decision).await;
    let chief = town.browser(OFFICE_CHIEF).await;
    let refusals = page.links(&format!("{decision}/theo-doi?loc="));
    let refusals = refusals.iter().find(|href| href.ends_with("tu-choi"));
    let refusals = chief.open(refusals.expect("a filter")).await;
    assert!(
        refusals.says("đã nhận qua Văn phòng"),
        "{}",
        refusals.words()
    );
    the_late_one_is_reminded_and_reported(town, decision, &unit).await;
    the_clerk_takes_it_over(town, &row, &unit).await;
    let tracking = tracking(town, decision).await;
    assert!(
        tracking.says("35 / 35 đơn vị đã tiếp nhận"),
        "{}",
        tracking.words()
    );
}

async fn the_clerk_takes_it_over(town: &Town, row: &delivery::Model, unit: &Unit) {
    let address = format!("/tiep-nhan/{}", row.id);
    let clerk = town.of_unit(unit, "clerk").await;
    let inbox = clerk.open("/van-ban-den").await;
    assert!(
        inbox.links("/tiep-nhan/").contains(&address),
        "{}",
        unit.key
    );
    let form = clerk.open(&address).await.form(&address);
    let taken = clerk.press(&form).await;
    assert!(taken.says("Đã tiếp nhận, số đến 1."), "{}", taken.words());
    let again = clerk.send(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "nobody receives twice");
    // Another officer of the unit sees the evidence and has nothing to press.
    let reporter = town.of_unit(unit, "reporter").await.open(&address).await;
    assert!(reporter.forms().is_empty());
}

async fn a_body_without_an_account_types_its_code(town: &Town, mail: &str) {
    let (_, link) = mail.split_once("/tiep-nhan/").expect("a link");
    let address = format!(
        "/tiep-nhan/{}",
        link.split_whitespace().next().unwrap_or_default()
    );
    let (_, code) = mail.split_once("Mã mở văn bản: ").expect("a code");
    let code = code.split_whitespace().next().unwrap_or_default();
    let guest = town.guest();
    let closed = guest.open(&address).await;
    assert!(
        !closed.says("Mục tiêu chất lượng"),
        "nothing without the code"
    );
    let mut form = closed.form("/ma");
    form.set("code", "SAIMASAIMA");
    let refused = guest.send(&form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The code may be typed in small letters.
    form.set("code", &code.to_lowercase());
    let opened = guest.send(&form).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.words());
    assert!(opened.says("Mục tiêu chất lượng năm 2023"));
    let mut form = opened.form("/ma");
    let nameless = guest.send(&form.clone().by("accept")).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.set("name", "Hoàng Văn Mẫu");
    form.set("post", "Văn thư");
    let taken = guest.press(&form.by("accept")).await;
    assert!(taken.says("Đã tiếp nhận, số đến 1"), "{}", taken.words());
}

async fn a_body_refuses(town: &Town, row: &delivery::Model, unit: &Unit) {
    let clerk = town.of_unit(unit, "clerk").await;
    let address = format!("/tiep-nhan/{}", row.id);
    let mut form = clerk.open(&address).await.form("/tu-choi");
    let silent = clerk.send(&form.clone().by("refuse")).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    form.choose("reason", "Gửi nhầm đơn vị");
    form.set("remark", "đã nhận qua Văn phòng");
    let refused = clerk.press(&form.by("refuse")).await;
    assert!(refused.says("Gửi nhầm đơn vị: đã nhận qua Văn phòng"));
}

async fn the_late_one_is_reminded_and_reported(town: &Town, decision: &str, unit: &Unit) {
    // In the evening of the day itself, a working day later, three working days later.
    town.at(3, 24, 17, 30).await;
    assert_eq!(
        town.mails("receipt_due").await.len(),
        1,
        "only the late one"
    );
    town.at(3, 27, 17, 30).await;
    assert_eq!(town.mails("receipt_late").await.len(), 1);
    let chief = town.browser(OFFICE_CHIEF).await;
    let page = tracking(town, decision).await;
    assert!(page.says("34 / 35 đơn vị đã tiếp nhận"), "{}", page.words());
    let forms = page.forms();
    assert!(forms.is_empty(), "a letter went just now: no second one");
    town.at(3, 29, 9, 0).await;
    let page = tracking(town, decision).await;
    assert!(page.says("Nhắc 1 đơn vị còn thiếu"), "{}", page.words());
    let reminded = chief.press(&page.form("/nhac")).await;
    assert!(reminded.says("Đã gửi thư nhắc tới 1 đơn vị."));
    town.at(3, 29, 17, 30).await;
    let escalated = town.mails("receipt_escalation").await;
    assert!(
        escalated.iter().any(|mail| mail.to_address == OFFICE_CHIEF),
        "the Office chief is told"
    );
    let clerk = town.of_unit(unit, "clerk").await;
    let desk = clerk.open("/").await;
    assert!(desk.says("quá hạn 3 ngày làm việc"), "{}", desk.words());
    town.at(3, 30, 9, 0).await;
}

async fn tracking(town: &Town, decision: &str) -> Page {
    let chief = town.browser(OFFICE_CHIEF).await;
    let page = chief.open(decision).await;
    chief
        .open(&page.link(&format!("{decision}/theo-doi")))
        .await
}

pub(super) async fn the_staff_confirm_that_they_have_read_it(town: &Town, decision: &str) {
    let asked = attestation::Entity::find()
        .all(town.app.store.reader())
        .await
        .expect("read");
    assert!(asked.len() >= 30, "{} are asked", asked.len());
    for (n, row) in (0_u32..).zip(&asked) {
        town.at(3, 31, 9 + n / 60, n % 60).await;
        let person = town.of_person(row.person_id).await;
        let form = person.duty("/xac-nhan").await.form("/xac-nhan");
        person.press(&form).await;
    }
    let again = town.of_person(asked[0].person_id).await;
    let page = again.open(&format!("{decision}/xac-nhan")).await;
    assert!(page.says("Đã xác nhận lúc") && page.forms().is_empty());
}

/// The id in the address of a document's page.
pub(super) fn id_of(page: &str) -> uuid::Uuid {
    page.trim_start_matches("/van-ban/").parse().expect("an id")
}
