//! Somebody's browser without scripts: it keeps cookies, follows the answer of a press, and sends only what a page offers.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;
use trinhky::app::App;
use trinhky::routes;

use super::album::Album;
use super::forms::{Filled, forms};
use super::office;

/// Largest answer that is read, in bytes.
const MAX_ANSWER: usize = 1 << 24;

/// What an address answers to a program that has no session: a calendar, a mail scanner.
pub async fn without_session(app: &App, method: &str, path: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .expect("a request");
    let answer = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    let status = answer.status();
    let body = to_bytes(answer.into_body(), MAX_ANSWER)
        .await
        .expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// A browser, signed in or not.
pub struct Visitor {
    router: Router,
    cookies: Mutex<BTreeMap<String, String>>,
    /// With what it signs in, also again when its session is over.
    email: String,
    album: Option<Arc<Album>>,
}

/// An answer as the browser has it.
pub struct Page {
    /// The address that was asked.
    pub path: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// Bytes of the body as they were sent, compressed where the server does so.
    pub sent: usize,
}

impl Visitor {
    /// A browser in which nobody is signed in.
    pub fn unknown(app: &App) -> Self {
        Self {
            router: routes::router(app.clone()),
            cookies: Mutex::default(),
            email: String::new(),
            album: None,
        }
    }

    /// A browser in which this address has signed in through the page.
    pub async fn of(app: &App, email: &str) -> Self {
        let visitor = Self {
            email: email.to_owned(),
            ..Self::unknown(app)
        };
        visitor.sign_in("/dang-nhap").await;
        visitor
    }

    /// A browser for the same person, or for nobody where the address is empty.
    pub async fn again(app: &App, email: &str) -> Self {
        if email.is_empty() {
            Self::unknown(app)
        } else {
            Self::of(app, email).await
        }
    }

    /// Keeps every page that it is shown in the album.
    pub fn photographed(mut self, album: &Arc<Album>) -> Self {
        self.album = Some(Arc::clone(album));
        self
    }

    async fn sign_in(&self, page: &str) -> Page {
        let mut form = self.get(page).await.form("/dang-nhap");
        form.set("login", &self.email);
        form.set("password", office::PASSWORD);
        let answer = self.send(&form).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{} signs in",
            self.email
        );
        answer
    }

    /// One request as the browser would send it; redirects are not followed.
    pub async fn request(&self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let cookies = self
            .cookies
            .lock()
            .expect("the cookies")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(header::COOKIE, cookies);
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let answer = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        self.take_cookies(answer.headers());
        let (status, headers) = (answer.status(), answer.headers().clone());
        let sent = to_bytes(answer.into_body(), MAX_ANSWER)
            .await
            .expect("a body");
        let bytes = if headers.get(header::CONTENT_ENCODING).is_some() {
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(sent.as_ref())
                .read_to_end(&mut bytes)
                .expect("gzip");
            bytes
        } else {
            sent.to_vec()
        };
        let page = Page {
            path: path.to_owned(),
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            sent: sent.len(),
        };
        if let Some(album) = &self.album {
            album.keep(&self.email, &page);
        }
        page
    }

    fn take_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("the cookies");
        for value in headers.get_all(header::SET_COOKIE) {
            let text = value.to_str().expect("a cookie");
            let (name, value) = text
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("name and value");
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A look at an address, whatever the answer is.
    pub async fn get(&self, path: &str) -> Page {
        self.request("GET", path, "", Vec::new()).await
    }

    /// A look at an address, after signing in again where the session is over meanwhile.
    pub async fn look(&self, path: &str) -> Page {
        let page = self.get(path).await;
        if page.status != StatusCode::SEE_OTHER || !page.location().starts_with("/dang-nhap") {
            return page;
        }
        let answer = self.sign_in(page.location()).await;
        assert_eq!(answer.location(), path, "{} is led back", self.email);
        self.get(path).await
    }

    /// The page at an address.
    pub async fn open(&self, path: &str) -> Page {
        let page = self.look(path).await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "{} at {path}: {}",
            self.email,
            page.words()
        );
        page
    }

    /// Sends a form, whatever the answer is.
    pub async fn send(&self, form: &Filled) -> Page {
        let body = form.body();
        self.request(
            "POST",
            &form.action,
            "application/x-www-form-urlencoded",
            body.into_bytes(),
        )
        .await
    }

    /// Sends a form whose act is done; the page to which the answer leads.
    pub async fn press(&self, form: &Filled) -> Page {
        let answer = self.send(form).await;
        self.follow(answer).await
    }

    /// Sends a file by the form of a page that asks for one; the page to which the answer leads.
    pub async fn upload(&self, path: &str, name: &str, content: &str) -> Page {
        let answer = self.send_file(path, name, content).await;
        self.follow(answer).await
    }

    /// Sends a file by the form of a page that asks for one, whatever the answer is.
    pub async fn send_file(&self, path: &str, name: &str, content: &str) -> Page {
        let form = self.open(path).await.form(path);
        let body = format!(
            "--grenze\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{name}\"\r\n\r\n{content}\r\n--grenze--\r\n",
            form.file_field()
        );
        self.request(
            "POST",
            &form.action,
            "multipart/form-data; boundary=grenze",
            body.into_bytes(),
        )
        .await
    }

    async fn follow(&self, answer: Page) -> Page {
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{} presses {}: {}",
            self.email,
            answer.path,
            answer.words()
        );
        self.open(answer.location()).await
    }
}

impl Page {
    /// Where the answer leads.
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The form that is sent to an address with this ending (an address's query aside).
    pub fn form(&self, ending: &str) -> Filled {
        self.forms()
            .into_iter()
            .find(|form| {
                form.action
                    .split('?')
                    .next()
                    .is_some_and(|path| path.ends_with(ending))
            })
            .unwrap_or_else(|| panic!("{} has no form to {ending}: {}", self.path, self.words()))
    }

    /// All forms of the page that act, the sign-out aside.
    pub fn forms(&self) -> Vec<Filled> {
        forms(&self.text)
            .into_iter()
            .filter(|form| form.action != "/dang-xuat")
            .collect()
    }

    /// Addresses of the page's links that begin so, each once, in order.
    pub fn links(&self, start: &str) -> Vec<String> {
        let mut found = Vec::new();
        for href in self.text.split("<a ").skip(1).filter_map(|rest| {
            let tag = rest.split('>').next()?;
            tag.split_once("href=\"")?.1.split('"').next()
        }) {
            if href.starts_with(start) && !found.iter().any(|known| known == href) {
                found.push(href.to_owned());
            }
        }
        found
    }

    /// The one link of the page to such an address.
    pub fn link(&self, start: &str) -> String {
        self.links(start)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{} has no link to {start}: {}", self.path, self.words()))
    }

    /// Whether the words stand on the page, spaces and marks of the markup aside.
    pub fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    /// The page as it is read: the text of its main part, spaces joined.
    pub fn words(&self) -> String {
        let main = self
            .text
            .split_once("<main")
            .map_or(self.text.as_str(), |(_, rest)| rest);
        let text = main
            .split('<')
            .skip(1)
            .map(|piece| piece.split_once('>').map_or("", |(_, text)| text))
            .collect::<Vec<_>>()
            .join(" ");
        super::forms::unescaped(&text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}
