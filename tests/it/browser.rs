//! A real Chromium: the Chairman approves on a phone, a unit acknowledges, both with JavaScript switched off.

use fantoccini::{Client, Locator};
use sea_orm::EntityTrait;
use trinhky::app::App;
use trinhky::distribution::receipt;
use trinhky::documents::{find, state};
use trinhky::people::rows::person;
use trinhky::routes;
use uuid::Uuid;

use super::chromium::{Driver, Scripts};
use super::office;

#[tokio::test(flavor = "multi_thread")]
async fn the_chairman_approves_on_a_phone_without_scripts() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::bring_to_chairman(&app, office::DECISION).await;
    let address = serve(&app).await;
    let (chair, _) = office::first(&app, "chair").await;
    let browser = driver.open(360, 740, Scripts::Off).await;
    sign_in(&browser, &app, &address, chair.person_id.expect("a person")).await;

    // From the desk by the link that names the act.
    let page = format!("{address}/van-ban/{document}/phe-duyet");
    let link = format!("a[href='/van-ban/{document}/phe-duyet']");
    press(&browser, &link).await;
    assert_eq!(
        browser.current_url().await.expect("an address").as_str(),
        page
    );
    fits(&browser).await;
    let button = browser
        .find(Locator::Css("button.main[value='approve']"))
        .await
        .expect("the main button");
    let (_, _, width, height) = button.rectangle().await.expect("its size");
    assert!(
        width >= 44.0 && height >= 44.0,
        "a thumb needs 44 px, not {width} × {height}"
    );
    press(&browser, "button.main[value='approve']").await;
    let row = find::document(app.store.reader(), document)
        .await
        .expect("read")
        .row;
    assert_eq!(row.state, state::APPROVED);
    assert_eq!(row.approved_hash, Some(row.content_hash));
    browser.close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_acknowledges_without_scripts() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let address = serve(&app).await;
    let (delivery, clerk) = office::open_deliveries(&app, document).await.remove(0);
    let browser = driver.open(1280, 900, Scripts::Off).await;
    sign_in(&browser, &app, &address, clerk.person_id.expect("a person")).await;
    browser
        .goto(&format!("{address}/tiep-nhan/{delivery}"))
        .await
        .expect("the page");
    fits(&browser).await;
    assert!(
        receipt::delivered(app.store.reader(), delivery)
            .await
            .expect("read")
            .is_open(),
        "looking changes nothing"
    );
    press(&browser, "button.main").await;
    let answered = receipt::delivered(app.store.reader(), delivery)
        .await
        .expect("read");
    assert_eq!(answered.arrival_number, Some(1));
    let text = browser.source().await.expect("the page");
    assert!(text.contains("số đến 1"), "the page says what was done");
    browser.close().await.expect("closed");
}

/// Serves the installation on a free port; returns its address.
pub async fn serve(app: &App) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    let router = routes::router(app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Signs a person in, by password.
pub async fn sign_in(browser: &Client, app: &App, address: &str, id: Uuid) {
    enter_password(browser, app, address, id).await;
    assert_eq!(browser.current_url().await.expect("an address").path(), "/");
}

/// Sends the form of the sign-in, wherever it leads.
pub async fn enter_password(browser: &Client, app: &App, address: &str, id: Uuid) {
    let found = person::Entity::find_by_id(id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the person");
    browser
        .goto(&format!("{address}/dang-nhap"))
        .await
        .expect("the sign-in page");
    for (field, text) in [
        ("login", found.email.as_str()),
        ("password", office::PASSWORD),
    ] {
        let input = browser
            .find(Locator::Css(&format!("input[name='{field}']")))
            .await
            .expect("the field");
        input.send_keys(text).await.expect("typed");
    }
    press(browser, "button.main").await;
}

/// Presses a link or a button and waits until the page is another one.
pub async fn press(browser: &Client, css: &str) {
    let html = async || {
        let found = browser.find(Locator::Css("html")).await;
        found.map(|element| element.element_id().to_string()).ok()
    };
    let before = html().await;
    let target = browser
        .find(Locator::Css(css))
        .await
        .expect("what is to be pressed");
    target.click().await.expect("pressed");
    for _ in 0..5_000 {
        let now = html().await;
        if now.is_some() && now != before {
            return;
        }
    }
    panic!("nothing happened after pressing {css}");
}

/// Nothing hangs out of the window sideways.
pub async fn fits(browser: &Client) {
    let body = browser.find(Locator::Css("body")).await.expect("the body");
    let (_, _, width, _) = body.rectangle().await.expect("its size");
    let (_, _, window, _) = browser
        .find(Locator::Css("html"))
        .await
        .expect("the page")
        .rectangle()
        .await
        .expect("its size");
    assert!(
        width <= window,
        "the body is {width} px wide in {window} px"
    );
}
