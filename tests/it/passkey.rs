//! The Chairman with a passkey on his phone: added, signed in with, and asked for before he approves. The device is Chromium's
//! own virtual authenticator.

use std::path::Path;

use axum::http::Method;
use chrono::Duration;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use trinhky::app::App;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::documents::{find, state};
use trinhky::ids::Ids;
use trinhky::people::settings::{self, Security};
use trinhky::people::{passkey, second_factor};
use trinhky::routes;
use url::{ParseError, Url};

use super::browser::{enter_password, fits, press};
use super::chromium::{Driver, Scripts};
use super::{office, served};

const ADD: &str = "form[data-passkey='add'] button";
const ENTER: &str = "form[data-passkey='enter'] button";
const PROVE: &str = "form[data-passkey='prove'] button";

#[tokio::test(flavor = "multi_thread")]
async fn the_chairman_signs_in_and_approves_with_the_key_in_his_phone() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let made = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::bring_to_chairman(&made, office::DECISION).await;
    let clock = made.clock.clone();
    drop(made);
    let (app, address) = open_by_name(folder.path(), clock).await;
    let (chair, _) = office::first(&app, "chair").await;
    let person = chair.person_id.expect("a person");
    demand(&app, chair.posts[0].org_id).await;
    let browser = driver.open(360, 740, Scripts::On).await;
    let phone = Phone::beside(&browser).await;

    // His post must have a second factor: he comes in by password for the last time, and adds the key.
    enter_password(&browser, &app, &address, person).await;
    assert_eq!(path(&browser).await, "/toi/ma-xac-thuc");
    fits(&browser).await;
    press(&browser, ADD).await;
    assert_eq!(
        second_factor::unused_codes(app.store.reader(), person)
            .await
            .expect("read"),
        10
    );
    let keys = passkey::of(app.store.reader(), person).await.expect("read");
    assert_eq!(keys.len(), 1);

    // Without any password; and after a password the same key stands for the code.
    sign_out(&browser).await;
    browser
        .goto(&format!("{address}/dang-nhap"))
        .await
        .expect("the door");
    fits(&browser).await;
    press(&browser, ENTER).await;
    assert_eq!(path(&browser).await, "/");
    sign_out(&browser).await;
    enter_password(&browser, &app, &address, person).await;
    assert_eq!(path(&browser).await, "/dang-nhap/ma");
    press(&browser, ENTER).await;
    assert_eq!(path(&browser).await, "/");

    // The proof is old: the act waits for the key, and goes on with what was pressed.
    app.clock
        .advance_to(app.clock.now() + Duration::minutes(20));
    browser
        .goto(&format!("{address}/van-ban/{document}/phe-duyet"))
        .await
        .expect("the page");
    press(&browser, "button.main[value='approve']").await;
    assert_eq!(path(&browser).await, "/xac-thuc");
    fits(&browser).await;
    press(&browser, PROVE).await;
    let before = find::document(app.store.reader(), document)
        .await
        .expect("read")
        .row;
    assert_ne!(
        before.state,
        state::APPROVED,
        "a proof alone approves nothing"
    );
    press(&browser, "main form button").await;
    let row = find::document(app.store.reader(), document)
        .await
        .expect("read")
        .row;
    assert_eq!(row.state, state::APPROVED);

    // A phone that does not recognise its holder opens nothing.
    sign_out(&browser).await;
    phone.recognises(&browser, false).await;
    browser
        .goto(&format!("{address}/dang-nhap"))
        .await
        .expect("the door");
    browser
        .find(Locator::Css(ENTER))
        .await
        .expect("the button")
        .click()
        .await
        .expect("pressed");
    said(&browser, "Thiết bị chưa trả lời").await;
    assert_eq!(path(&browser).await, "/dang-nhap");

    // The key is given up: nobody enters with it, and the next password must find a new second factor.
    phone.recognises(&browser, true).await;
    passkey::remove(&app, &chair, &keys[0].id)
        .await
        .expect("removed");
    browser.refresh().await.expect("once more");
    press(&browser, ENTER).await;
    assert_eq!(path(&browser).await, "/dang-nhap");
    said(&browser, "Khóa truy cập này không được nhận").await;
    browser.close().await.expect("closed");
}

/// The installation under a name, which passkeys need; served on this machine.
async fn open_by_name(folder: &Path, clock: Clock) -> (App, String) {
    let port = served::free_port();
    let address = format!("http://localhost:{port}");
    let config = Config {
        data: folder.to_owned(),
        public_url: address.clone(),
        ..Config::default()
    };
    let app = App::open(config, clock, Ids::seeded(31))
        .await
        .expect("opened");
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .expect("the port");
    let router = routes::router(app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (app, address)
}

/// A second factor for the Chairman, and a fresh proof before acts of legal effect.
async fn demand(app: &App, org_id: uuid::Uuid) {
    let security = Security {
        second_factor_roles: vec!["chair".to_owned()],
        step_up_minutes: 15,
    };
    app.store
        .write(
            (org_id, security, app.clock.now()),
            |tx, (org_id, security, now)| {
                Box::pin(settings::put_security(tx, *org_id, security, *now))
            },
        )
        .await
        .expect("demanded");
}

async fn path(browser: &Client) -> String {
    browser
        .current_url()
        .await
        .expect("an address")
        .path()
        .to_owned()
}

async fn sign_out(browser: &Client) {
    press(browser, "form[action='/dang-xuat'] button").await;
}

/// Waits until the page says it.
async fn said(browser: &Client, sentence: &str) {
    for _ in 0..5_000 {
        if browser
            .source()
            .await
            .expect("the page")
            .contains(&format!(">{sentence}"))
        {
            return;
        }
    }
    panic!("the page does not say: {sentence}");
}

/// An authenticator inside the browser's machine, of the WebAuthn extension of WebDriver.
struct Phone {
    id: String,
}

impl Phone {
    async fn beside(browser: &Client) -> Self {
        let command = Extension {
            path: "authenticator".to_owned(),
            body: json!({
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
                "hasUserVerification": true, "isUserVerified": true,
            }),
        };
        let id = browser.issue_cmd(command).await.expect("an authenticator");
        Self {
            id: id.as_str().expect("its name").to_owned(),
        }
    }

    /// Whether finger or face will be the holder's.
    async fn recognises(&self, browser: &Client, holder: bool) {
        let command = Extension {
            path: format!("authenticator/{}/uv", self.id),
            body: json!({ "isUserVerified": holder }),
        };
        browser.issue_cmd(command).await.expect("told");
    }
}

#[derive(Debug)]
struct Extension {
    path: String,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/webauthn/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
