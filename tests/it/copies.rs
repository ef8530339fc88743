//! Certified copies: numbered in a register of their own, printed with their block, measured by an independent reader.

use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use serde_json::json;
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::documents::{copies, find};
use trinhky::people::find as people_find;
use uuid::Uuid;

use super::visitor::Visitor;
use super::{office, tools};

const DRAFTER: &str = "lang.kim.lan@caoloc.example";

/// The clerk of the agency at his browser, and the page of the document's copies.
async fn clerk(app: &App, document: Uuid) -> (Visitor, String) {
    let org = find::document(app.store.reader(), document)
        .await
        .expect("read")
        .row
        .org_id;
    let clerks = people_find::holders(app.store.reader(), &[org], &["clerk"], app.today())
        .await
        .expect("read");
    let clerk = Visitor::of(app, &clerks[0].email).await;
    let page = clerk.open(&format!("/van-ban/{document}")).await;
    let address = page.link(&format!("/van-ban/{document}/sao"));
    (clerk, address)
}

async fn printed(app: &App, document: Uuid) -> Vec<(copies::Made, Vec<u8>)> {
    let document = find::document(app.store.reader(), document)
        .await
        .expect("read");
    let made = copies::of_document(app.store.reader(), document.row.org_id, document.row.id)
        .await
        .expect("read");
    let mut files = Vec::new();
    for copy in made {
        let file = copies::file(app, &document, &copy).await.expect("printed");
        files.push((copy, file));
    }
    files
}

/// What the reader finds wrong with the block of a printed copy.
fn measure(folder: &Path, name: &str, pdf: &[u8], facts: serde_json::Value) {
    let Some(python) = tools::python() else {
        return;
    };
    let mut facts = facts;
    facts["pdf"] = json!(format!("{name}.pdf"));
    std::fs::write(folder.join(format!("{name}.pdf")), pdf).expect("written");
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, facts.to_string()).expect("written");
    let output = Command::new(python)
        .arg(tools::root().join("tests/tools/copy_block.py"))
        .arg(path)
        .output()
        .expect("the reader runs");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_numbered_in_one_series_and_printed_with_their_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let id = office::issue_decision(&app, office::DECISION).await;

    let drafter = Visitor::of(&app, DRAFTER).await;
    let refused = drafter.get(&format!("/van-ban/{id}/sao")).await;
    assert_eq!(
        refused.status,
        StatusCode::FORBIDDEN,
        "only who keeps the registers"
    );

    let (clerk, address) = clerk(&app, id).await;
    let mut form = clerk.open(&address).await.form("/sao");
    form.set("recipients", "- Phòng Nội vụ;\nTòa án nhân dân huyện.");
    form.set("sheets", "3");
    let page = clerk.press(&form).await;
    assert!(page.says("Sao y số 01/SY-UBND"), "{}", page.words());

    // An extract needs its parts, and what was typed stays.
    let mut form = page.form("/sao");
    form.choose("form", "TrS");
    form.set("sheets", "1");
    form.set("recipients", "Hạt Kiểm lâm");
    let refused = clerk.send(&form).await;
    assert!(
        refused.says("Chọn phần nội dung cần trích sao"),
        "{}",
        refused.words()
    );
    assert!(
        refused.text.contains("Hạt Kiểm lâm"),
        "nothing typed is lost"
    );
    form.choose("parts", "1");
    let page = clerk.press(&form).await;
    assert!(page.says("Trích sao số 02/TrS-UBND"), "{}", page.words());

    // What was copied can be copied again, from the very copy that is named.
    let mut form = page.form("/sao");
    form.choose("form", "SL");
    form.set("recipients", "Hạt Kiểm lâm");
    let refused = clerk.send(&form).await;
    assert!(
        refused.says("Chọn bản sao y dùng để sao lục"),
        "{}",
        refused.words()
    );
    let source = copies::true_copies(app.store.reader(), id)
        .await
        .expect("read")
        .remove(0);
    form.choose("source", &source.row.id.to_string());
    let page = clerk.press(&form).await;
    assert!(page.says("Sao lục số 03/SL-UBND"), "{}", page.words());

    // A day before that of the document is refused.
    let mut early = page.form("/sao");
    early.set("date", "01/01/2023");
    let refused = clerk.send(&early).await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER);
    assert!(
        refused.says("trước ngày của văn bản"),
        "{}",
        refused.words()
    );

    let files = printed(&app, id).await;
    let document = find::document(app.store.reader(), id).await.expect("read");
    let agency = people_find::unit(app.store.reader(), document.row.org_id, app.today())
        .await
        .expect("read");
    let original = trinhky::signing::pdf(&app, &document)
        .await
        .expect("sealed");
    std::fs::write(folder.path().join("sealed.pdf"), original).expect("written");
    for (copy, pdf) in &files {
        let (whole, again) = (copy.row.form != "TrS", copy.row.form == "SL");
        let number = format!("{:02}/{}", copy.row.number, copy.row.symbol);
        let recipients: Vec<String> =
            serde_json::from_str(&copy.row.recipients).expect("the lines");
        let day = trinhky_calendar::vn_long(copy.row.copied_on);
        let mut words = vec![format!("/{}", document.row.symbol)];
        words.push(if whole { "Điều 1." } else { "(Đã ký)" }.to_owned());
        if !whole {
            words.push("(…)".to_owned());
        }
        if again {
            words.extend(["SAO Y", "01/SY-UBND"].map(str::to_owned));
        }
        measure(
            folder.path(),
            &copy.row.form,
            pdf,
            json!({
                "source": whole.then_some("sealed.pdf"), "number": number, "agency": agency.header,
                "form": copy.form.printed(), "over": u8::from(again),
                "date": format!("{}, {day}", agency.place),
                "title": copy.signer.title_lines, "signer": copy.signer.name,
                "recipients": recipients, "original": words,
            }),
        );
    }

    // Both stand in the one register of copies; a struck number prints nothing more.
    let book = files[0].0.row.register_id;
    let register = clerk.open(&format!("/so-van-ban/{book}")).await;
    assert!(register.says("Bản sao năm 2023"), "{}", register.words());
    assert!(register.says("01/SY-UBND") && register.says("02/TrS-UBND"));
    assert!(!register.says("Cấp trên giấy"));
    let mut strike = clerk
        .open(&format!("/so-van-ban/{book}/bo-so"))
        .await
        .form("/bo-so");
    strike.set("number", "2");
    strike.set("reason", "In hỏng");
    clerk.press(&strike).await;
    let file = format!("{address}/{}", files[1].0.row.id);
    assert_eq!(clerk.get(&file).await.status, StatusCode::CONFLICT);
    let file = format!("{address}/{}", files[0].0.row.id);
    assert!(clerk.open(&file).await.text.starts_with("%PDF"));
    // A copy of a copy whose number was struck is none.
    let mut strike = clerk
        .open(&format!("/so-van-ban/{book}/bo-so"))
        .await
        .form("/bo-so");
    strike.set("number", "1");
    strike.set("reason", "Ghi nhầm");
    clerk.press(&strike).await;
    let file = format!("{address}/{}", files[2].0.row.id);
    assert_eq!(clerk.get(&file).await.status, StatusCode::CONFLICT);
    let broken = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(broken.is_empty(), "{broken:?}");
}
