//! What happens to a document after its issue: it is recalled, corrected, replaced, or used again.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::distribution::rows::delivery;
use trinhky::documents::{find, state};
use trinhky::flow::{self, rows::flow_timer};
use trinhky::mail::rows::outbox;
use trinhky::people::rows::unit;
use trinhky::worker;
use uuid::Uuid;

use super::visitor::Visitor;
use super::{office, tools};

const CHAIRMAN: &str = "nguyen.duy.anh@caoloc.example";
const DRAFTER: &str = "lang.kim.lan@caoloc.example";

/// A delivery to a body of a kind: with an account of another organisation, or without one.
async fn delivery_to(app: &App, document: Uuid, account: bool) -> delivery::Model {
    for row in delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document))
        .all(app.store.reader())
        .await
        .expect("read")
    {
        let unit = unit::Entity::find_by_id(row.unit_id)
            .one(app.store.reader())
            .await
            .expect("read")
            .expect("the unit");
        if unit.account == account && (!account || unit.org_id != row.org_id) {
            return row;
        }
    }
    panic!("no such recipient")
}

/// The clerk of a unit at his browser.
async fn clerk_of(app: &App, unit: Uuid) -> Visitor {
    let clerks =
        trinhky::people::find::holders(app.store.reader(), &[unit], &["clerk"], app.today())
            .await
            .expect("read");
    Visitor::of(app, &clerks[0].email).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recalled_document_is_frozen_here_and_gone_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::issue_decision(&app, office::DECISION).await;
    let subject = find::document(app.store.reader(), id)
        .await
        .expect("read")
        .row
        .subject;
    let commune = delivery_to(&app, id, true).await;
    let guest = delivery_to(&app, id, false).await;
    let clerk = clerk_of(&app, commune.unit_id).await;
    let here = format!("/van-ban/{id}");
    assert!(clerk.open(&here).await.says(&subject));

    let form = clerk
        .open(&format!("/tiep-nhan/{}", commune.id))
        .await
        .form(&commune.id.to_string());
    clerk.press(&form).await;
    let arrivals = format!("/van-ban-den/so/{}", commune.unit_id);
    assert!(clerk.open(&arrivals).await.says(&subject));
    let printed = clerk.open(&format!("{arrivals}?dang=pdf")).await;
    assert!(printed.text.starts_with("%PDF"));

    // Only who signs for the agency recalls, and says why.
    let drafter = Visitor::of(&app, DRAFTER).await;
    assert_eq!(
        drafter.get(&format!("{here}/thu-hoi")).await.status,
        StatusCode::FORBIDDEN
    );
    let chairman = Visitor::of(&app, CHAIRMAN).await;
    let address = chairman.open(&here).await.link(&format!("{here}/thu-hoi"));
    let mut form = chairman.open(&address).await.form("/thu-hoi");
    let refused = chairman.send(&form).await;
    assert!(refused.says("Ghi lý do thu hồi"), "{}", refused.words());
    form.set("reason", "Ban hành không đúng thẩm quyền.");
    let page = chairman.press(&form).await;
    assert!(page.says("Đã thu hồi"), "{}", page.words());
    assert!(page.says("Ban hành không đúng thẩm quyền."));
    let again = chairman.send(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "it is recalled once");

    // At the issuer everything stays and nothing goes on.
    worker::run_until_idle(&app).await.expect("the worker");
    assert!(
        chairman
            .open(&format!("{here}/tep.pdf"))
            .await
            .text
            .starts_with("%PDF")
    );
    assert!(
        flow::tasks_of_document(app.store.reader(), id)
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(
        find::document(app.store.reader(), id)
            .await
            .expect("read")
            .row
            .state,
        state::RECALLED
    );

    // At its recipients it is gone; that it came, and why it went, is left.
    assert_eq!(clerk.get(&here).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        clerk.get(&format!("{here}/tep.pdf")).await.status,
        StatusCode::NOT_FOUND
    );
    let left = clerk.open(&format!("/tiep-nhan/{}", commune.id)).await;
    assert!(
        left.says("đã thu hồi văn bản này") && !left.says(&subject),
        "{}",
        left.words()
    );
    let inbox = clerk.open("/van-ban-den?loc=tat-ca").await;
    assert!(
        inbox.says("(đã thu hồi)") && !inbox.says(&subject),
        "{}",
        inbox.words()
    );
    let book = clerk.open(&arrivals).await;
    assert!(
        book.says("Đã thu hồi") && !book.says(&subject),
        "{}",
        book.words()
    );
    let late = clerk
        .request(
            "POST",
            &format!("/tiep-nhan/{}", commune.id),
            "",
            Vec::new(),
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let stranger = Visitor::unknown(&app);
    let left = stranger.open(&format!("/tiep-nhan/{}/ma", guest.id)).await;
    assert!(
        left.says("đã thu hồi văn bản này") && !left.says(&subject),
        "{}",
        left.words()
    );

    // Everybody to whom it went is told once.
    let told = outbox::Entity::find()
        .filter(outbox::Column::Template.eq("recalled"))
        .all(app.store.reader())
        .await
        .expect("read");
    let sent = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(id))
        .all(app.store.reader())
        .await
        .expect("read");
    assert!(
        told.len() > 20 && told.len() <= sent.len(),
        "{} of {}",
        told.len(),
        sent.len()
    );
    assert!(
        told.iter()
            .all(|mail| mail.body_text.contains("Ban hành không đúng thẩm quyền."))
    );
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_document_is_replaced_corrected_and_used_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::issue_decision(&app, office::DECISION).await;
    let here = format!("/van-ban/{id}");
    let drafter = Visitor::of(&app, DRAFTER).await;

    // An error of form: a letter that says what was printed and what is right.
    let mut form = drafter
        .open(&format!("{here}/dinh-chinh"))
        .await
        .form("/dinh-chinh");
    let refused = drafter.send(&form.clone().by("correct")).await;
    assert!(refused.says("Ghi từng chỗ sai"), "{}", refused.words());
    form.set(
        "errors",
        "Khoản 2 Điều 1: “trên 60% trở lên” sửa thành “từ 60% trở lên”",
    );
    let letter = drafter.press(&form.by("correct")).await;
    assert!(
        letter
            .text
            .contains("đính chính Quyết định số 05/QĐ-UBND ngày 20 tháng 3 năm 2023")
    );
    assert!(letter.text.contains("sửa thành “từ 60% trở lên”"));
    assert!(drafter.open(&here).await.says("Được đính chính bởi"));

    // An error of content: a decision of the same form that replaces it once it is issued.
    let form = drafter
        .open(&format!("{here}/dinh-chinh"))
        .await
        .form("/dinh-chinh");
    let page = drafter.press(&form.by("replace")).await;
    let new: Uuid = page
        .path
        .split('/')
        .nth(2)
        .and_then(|id| id.parse().ok())
        .expect("the new draft");
    let draft = find::document(app.store.reader(), new)
        .await
        .expect("read")
        .draft;
    let text = trinhky_drafting::markdown(&draft);
    assert!(
        text.contains("thay thế Quyết định số 05/QĐ-UBND ngày 20 tháng 3 năm 2023"),
        "{text}"
    );
    office::present(&app, new).await;
    office::decide_and_issue(&app, new).await;
    let page = drafter.open(&here).await;
    assert!(
        page.says("Được thay thế bởi Quyết định số 06/QĐ-UBND"),
        "{}",
        page.words()
    );

    // Next year's begins with this year's words; an office keeps its own patterns.
    app.clock
        .advance_to("2024-02-01T02:00:00Z".parse().expect("an instant"));
    let drafter = Visitor::of(&app, DRAFTER).await;
    let form = drafter
        .open(&format!("{here}/dung-lai"))
        .await
        .form("/dung-lai");
    let page = drafter.press(&form.by("again")).await;
    assert!(
        page.text.contains("Mục tiêu chất lượng năm 2024"),
        "{}",
        page.words()
    );
    assert!(page.text.contains("02/2024"));
    let mut forms = drafter.open(&format!("{here}/dung-lai")).await.forms();
    let mut form = forms.pop().expect("the form of the template");
    form.set("name", "Mục tiêu chất lượng");
    let page = drafter.press(&form.by("template")).await;
    assert!(
        page.says("Mục tiêu chất lượng: Quyết định"),
        "{}",
        page.words()
    );
    let mut form = page.forms().pop().expect("the templates");
    form.choose("template", "Mục tiêu chất lượng: Quyết định");
    let page = drafter.press(&form.by("template")).await;
    assert!(page.path.ends_with("/soan") && page.text.contains("02/2024"));

    // A type from nothing, on the office's paper.
    let mut form = drafter.open("/van-ban/moi").await.form("/van-ban/moi");
    form.choose("doc_type", "CV");
    let page = drafter.press(&form.by("empty")).await;
    let letter = page
        .path
        .split('/')
        .nth(2)
        .and_then(|id| id.parse().ok())
        .expect("the letter");
    let letter = find::document(app.store.reader(), letter)
        .await
        .expect("read");
    assert_eq!(letter.row.symbol, "UBND-VP");
    assert!(letter.draft.signer.name.contains("Nguyễn Duy Anh"));
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_document_goes_to_more_recipients_on_sqlite() {
    more_recipients("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_document_goes_to_more_recipients_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    more_recipients(&postgres.answer).await;
}

async fn more_recipients(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    // Two communes are not in the group that the decision names.
    let organisation =
        office::ORGANISATION.replace(r#", "xa-yen-trach", "xa-tan-thanh"] }"#, "] }");
    let app = office::open(folder.path(), database, &organisation).await;
    let id = office::issue_decision(&app, office::DECISION).await;
    let here = format!("/van-ban/{id}");
    let added = unit_named(&app, "xa-tan-thanh").await;
    let clerk = clerk_of(&app, added).await;
    assert_eq!(clerk.get(&here).await.status, StatusCode::NOT_FOUND);
    let before = deliveries(&app, id).await;

    // The next working day: the receipts of the others are overdue.
    app.clock.advance_to(app.clock.now() + TimeDelta::days(3));
    let drafter = Visitor::of(&app, DRAFTER).await;
    let more = format!("{here}/gui-them");
    assert_eq!(drafter.get(&more).await.status, StatusCode::FORBIDDEN);
    let chairman = Visitor::of(&app, CHAIRMAN).await;
    let address = chairman.open(&here).await.link(&more);
    let mut form = chairman.open(&address).await.form("/gui-them");
    form.choose("purpose", "action");
    form.set("reason", "Xã mới được chọn làm điểm.");
    form.set("names", "UBND xã Không Có");
    let refused = chairman.send(&form).await;
    assert!(
        refused.says("Không nhận ra nơi nhận"),
        "{}",
        refused.words()
    );
    form.set("names", "UBND xã Mẫu Sơn");
    let refused = chairman.send(&form).await;
    assert!(refused.says("đã nhận văn bản"), "{}", refused.words());
    form.set("names", "UBND xã Mẫu Sơn, UBND xã Tân Thành");
    form.set("reason", "");
    let refused = chairman.send(&form).await;
    assert!(
        refused.says("Ghi lý do gửi thêm") && refused.text.contains("UBND xã Tân Thành"),
        "{}",
        refused.words()
    );
    assert_eq!(deliveries(&app, id).await.len(), before.len());
    form.set("reason", "Xã mới được chọn làm điểm.");
    let page = chairman.press(&form).await;
    assert!(
        page.says("Đã gửi thêm: UBND xã Tân Thành."),
        "{}",
        page.words()
    );
    worker::run_until_idle(&app).await.expect("the worker");

    // Only the new one got a delivery and a mail; its deadline and its reminders lie ahead.
    let after = deliveries(&app, id).await;
    assert_eq!(after.len(), before.len() + 1);
    let new = after
        .iter()
        .find(|row| row.unit_id == added)
        .expect("its delivery");
    let now = app.clock.now();
    assert!(new.due_at > now && new.due_at < now + TimeDelta::days(2));
    let task = &flow::tasks_of_subject(app.store.reader(), new.id)
        .await
        .expect("read")[0];
    assert_eq!(task.due_at, Some(new.due_at));
    assert_eq!(new.task_id.as_deref(), Some(task.task_id.as_str()));
    let timers: Vec<_> = flow_timer::Entity::find()
        .filter(flow_timer::Column::Path.eq(&task.path))
        .all(app.store.reader())
        .await
        .expect("read")
        .into_iter()
        .map(|timer| timer.due_at)
        .collect();
    assert_eq!(timers.len(), 3);
    assert!(timers.contains(&new.due_at) && timers.iter().all(|due| *due >= new.due_at));
    let told = outbox::Entity::find()
        .filter(outbox::Column::Template.eq("delivery"))
        .filter(outbox::Column::SendAt.eq(now))
        .all(app.store.reader())
        .await
        .expect("read");
    assert_eq!(told.len(), 1, "nobody is told twice");

    // It is received like any other, by the round that still runs.
    let clerk = clerk_of(&app, added).await;
    let form = clerk
        .open(&format!("/tiep-nhan/{}", new.id))
        .await
        .form(&new.id.to_string());
    clerk.press(&form).await;
    assert!(clerk.open(&here).await.status.is_success());
    let tracking = chairman
        .open(&format!("{here}/theo-doi?loc=tat-ca&tat_ca=true"))
        .await;
    assert!(tracking.says("UBND xã Tân Thành"), "{}", tracking.words());

    // For information nobody answers.
    let mut form = chairman.open(&more).await.form("/gui-them");
    form.choose("purpose", "information");
    form.set("names", "UBND xã Yên Trạch");
    form.set("reason", "Để biết.");
    chairman.press(&form).await;
    let informed = unit_named(&app, "xa-yen-trach").await;
    let rows = deliveries(&app, id).await;
    let row = rows
        .iter()
        .find(|row| row.unit_id == informed)
        .expect("its delivery");
    assert_eq!(
        (row.kind.as_str(), row.task_id.as_deref()),
        ("information", None)
    );
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

async fn deliveries(app: &App, document: Uuid) -> Vec<delivery::Model> {
    delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document))
        .all(app.store.reader())
        .await
        .expect("read")
}

async fn unit_named(app: &App, key: &str) -> Uuid {
    unit::Entity::find()
        .filter(unit::Column::UnitKey.eq(key))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the unit")
        .id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legal_basis_is_linked_and_the_checker_says_when_it_holds_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let basis = office::issue_decision(&app, office::DECISION).await;
    let text = office::DECISION.replace(
        "*Theo đề nghị",
        "*Căn cứ Quyết định số 05/QĐ-UBND ngày 20 tháng 3 năm 2023 của UBND huyện;*\n\n*Theo đề nghị",
    );
    let (actor, unit) = office::first(&app, "drafter").await;
    let id = trinhky::documents::draft::import(&app, &actor, unit, "decision.md", text.as_bytes())
        .await
        .expect("imported");
    let here = format!("/van-ban/{id}");
    let drafter = Visitor::of(&app, DRAFTER).await;
    let page = drafter.open(&here).await;
    assert!(
        page.says("Căn cứ Quyết định số 05/QĐ-UBND"),
        "{}",
        page.words()
    );
    assert_eq!(page.links(&format!("/van-ban/{basis}")).len(), 1);
    // The proposal that carried it to the Chairman is a document of the office, too.
    assert!(
        page.says("Căn cứ Tờ trình số 92/TTr-VP"),
        "{}",
        page.words()
    );
    let edit = drafter.open(&format!("{here}/soan")).await;
    assert!(!edit.says("không còn hiệu lực"), "{}", edit.words());

    let chairman = Visitor::of(&app, CHAIRMAN).await;
    let mut form = chairman
        .open(&format!("/van-ban/{basis}/thu-hoi"))
        .await
        .form("/thu-hoi");
    form.set("reason", "Ban hành không đúng thẩm quyền.");
    chairman.press(&form).await;
    let edit = drafter.open(&format!("{here}/soan")).await;
    assert!(
        edit.says("Căn cứ không còn hiệu lực: 05/QĐ-UBND đã bị thu hồi."),
        "{}",
        edit.words()
    );
}
