//! A browser without scripts that keeps its cookies: for stories in which sessions begin, change and end.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use tower::ServiceExt;
use trinhky::app::App;
use trinhky::people::second_factor;
use trinhky::routes;

use super::super::pages::{Answer, Pairs, form};

pub struct Visitor {
    app: App,
    router: Router,
    cookies: BTreeMap<String, String>,
    /// The key of the authenticator app, once there is one.
    pub secret: String,
}

impl Visitor {
    pub fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            router: routes::router(app.clone()),
            cookies: BTreeMap::new(),
            secret: String::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", Vec::new()).await
    }

    pub async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(pairs).expect("a form");
        self.send(
            "POST",
            path,
            "application/x-www-form-urlencoded",
            body.into_bytes(),
        )
        .await
    }

    pub async fn upload(&mut self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        let mut body = format!(
            "--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--grenze--\r\n");
        self.send("POST", path, "multipart/form-data; boundary=grenze", body)
            .await
    }

    /// Presses the first form of a page that was answered, filled in as said.
    pub async fn press(&mut self, page: &str, filled: &[(&str, &str)]) -> Answer {
        let (action, mut pairs): (String, Pairs) = form(page);
        for (name, value) in filled {
            pairs.retain(|(known, _)| known != name);
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(&action, &pairs).await
    }

    /// Opens a page and presses its first form; the answer must lead on.
    pub async fn go_and_press(&mut self, path: &str, filled: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "{path} leads to {}",
            page.location
        );
        let answer = self.press(&page.text, filled).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{path}: {}",
            answer.text
        );
        answer
    }

    /// Signs in by password, and by the telephone where the page asks for it.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let mut answer = self
            .post("/dang-nhap", &[("login", login), ("password", password)])
            .await;
        if answer.status == StatusCode::SEE_OTHER {
            answer = self.get("/").await;
        }
        if answer.location.starts_with("/dang-nhap/ma") {
            let code = self.code();
            let page = self.get("/dang-nhap/ma").await;
            answer = self.press(&page.text, &[("code", &code)]).await;
        }
        answer
    }

    /// Sets the second factor up as the page says; returns the recovery codes.
    pub async fn enrol(&mut self) -> Vec<String> {
        self.go_and_press("/toi/ma-xac-thuc", &[("do", "begin")])
            .await;
        let page = self.get("/toi/ma-xac-thuc").await.text;
        assert!(page.contains("<svg"), "the picture for the telephone");
        let is_secret =
            |line: &&str| line.len() == 39 && line.split(' ').all(|group| group.len() == 4);
        let secret = page
            .split(['<', '>'])
            .find(is_secret)
            .expect("the key is shown for typing");
        self.secret = secret.replace(' ', "");
        let code = self.code();
        let done = self
            .press(&page, &[("code", &code), ("do", "confirm")])
            .await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        done.text
            .split(['<', '>'])
            .filter(|line| {
                line.len() == 29
                    && line
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' ')
            })
            .map(str::to_owned)
            .collect()
    }

    /// The code that the telephone shows; a moment later, since a code works once.
    pub fn code(&self) -> String {
        self.app
            .clock
            .advance_to(self.app.clock.now() + TimeDelta::seconds(31));
        second_factor::code_at(&self.secret, self.app.clock.now()).expect("a code")
    }

    async fn send(&mut self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (name, value) = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 22)
            .await
            .expect("a body");
        Answer {
            status,
            location,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
