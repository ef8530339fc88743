//! What the server says and takes over the wire: cookies and headers over TLS, requests that are none, lines of its log.

use std::process::{Command, Stdio};

use axum::body::Body;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use sea_orm::EntityTrait as _;
use tower::ServiceExt as _;
use trinhky::app::App;
use trinhky::config::Config;
use trinhky::ids::Ids;
use trinhky::people::rows::person;
use trinhky::people::sign_in;
use trinhky::routes;

use super::office;
use super::served::{self, Server};

/// A password that is found again wherever it should not be.
const CANARY: &str = "chim-hoang-yen-7f3a";

async fn answer(app: &App, request: Request<Body>) -> Response {
    routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_session_is_this_hosts_alone_and_nobody_goes_back_to_http() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = office::open(folder.path(), "", office::ORGANISATION).await;
    let (chief, _) = office::first(&made, "office_chief").await;
    let email = person::Entity::find_by_id(chief.person_id.expect("a person"))
        .one(made.store.reader())
        .await
        .expect("read")
        .expect("the chief")
        .email;
    let clock = made.clock.clone();
    drop(made);
    let config = Config {
        data: folder.path().to_owned(),
        public_url: "https://trinhky.caoloc.example".to_owned(),
        ..Config::default()
    };
    let app = App::open(config, clock, Ids::seeded(31))
        .await
        .expect("opened");
    let form =
        serde_urlencoded::to_string([("login", email.as_str()), ("password", office::PASSWORD)])
            .expect("a form");
    let request = Request::post("/dang-nhap")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    let signed_in = answer(&app, request).await;
    assert_eq!(signed_in.status(), StatusCode::SEE_OTHER);
    let cookies: Vec<&str> = signed_in
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-phien="))
        .unwrap_or_else(|| panic!("{cookies:?}"));
    for rule in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(session.contains(rule), "{session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    let hsts = &signed_in.headers()[STRICT_TRANSPORT_SECURITY];
    assert_eq!(hsts, "max-age=31536000; includeSubDomains");

    // A cookie that a neighbour's host could have set is none.
    let token = sign_in::sign_in(&app, &email, office::PASSWORD)
        .await
        .expect("signed in");
    for (name, door) in [("__Host-phien", None), ("phien", Some("/dang-nhap?tiep=/"))] {
        let request = Request::get("/")
            .header(COOKIE, format!("{name}={token}"))
            .body(Body::empty())
            .expect("a request");
        let page = answer(&app, request).await;
        let led = page
            .headers()
            .get(LOCATION)
            .map(|to| to.to_str().expect("text"));
        assert_eq!(led, door, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_can_be_read_in_two_ways_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(office::open(folder.path(), "", office::ORGANISATION).await);
    let server = served::Installation::describe(folder.path(), "").serve();
    for head in [
        "content-length: 5\r\ncontent-length: 6",
        "content-length: -1",
        "content-length: 5, 6",
        "transfer-encoding: gzip",
        "transfer-encoding : chunked",
        "x: a\r\n b",
    ] {
        let request = format!(
            "POST /dang-nhap HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{head}\r\n\r\nhello"
        );
        let status = served::request(server.port, &request);
        assert_eq!(status, Some(400), "{head}");
    }
    assert_eq!(served::get(server.port, "/suc-khoe"), Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_one_object_a_line_and_holds_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(office::open(folder.path(), "", office::ORGANISATION).await);
    let log = folder.path().join("log");
    let port = served::free_port();
    let child = Command::new(env!("CARGO_BIN_EXE_trinhky"))
        .args(["serve", "--port", &port.to_string(), "--data"])
        .arg(folder.path())
        .env("TRINHKY_TRUSTED_PROXIES", "127.0.0.1")
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).expect("made"))
        .spawn()
        .expect("it starts");
    let mut server = Server::answering(child, port);
    let form = format!("login=x%0d%0a%7B%22level%22:%22INFO%22%7D@y.example&password={CANARY}");
    let request = format!(
        "POST /dang-nhap HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: a\tb\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let refused = served::request(port, &request);
    assert!(matches!(refused, Some(200..=499)), "{refused:?}");
    // SIGTERM: what was begun is finished, the program ends by itself.
    let ended = Command::new("kill")
        .arg(server.pid().to_string())
        .status()
        .expect("kill runs");
    assert!(ended.success());
    assert!(server.ends_by_itself(), "it ends in order");

    let written = std::fs::read_to_string(&log).expect("the log");
    let mut tried = 0;
    for line in written.lines() {
        let event: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(
            event["timestamp"].is_string() && event["level"].is_string(),
            "{line}"
        );
        tried +=
            usize::from(event["message"] == "a sign-in by password" && event["opened"] == false);
    }
    assert_eq!(tried, 1, "{written}");
    assert!(!written.contains(CANARY), "a password is in the log");
}
