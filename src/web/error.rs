//! A refusal or a fault as a page: one clear sentence, what to do, one short reference for the administrator.

use askama::Template;
use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::i18n::Lang;
use super::page::{Link, Page};

/// Why a request gets no page. `sentence`s are for the person, in their language; none takes the common one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebError {
    /// 400: the request cannot be read.
    BadRequest { sentence: Option<String> },
    /// 403: this actor may not.
    Forbidden { sentence: Option<String> },
    /// 404.
    NotFound,
    /// 409: somebody else acted since the page was made; `fresh` shows what is true now.
    Stale {
        sentence: Option<String>,
        fresh: String,
    },
    /// 413: with the greatest size allowed, already written, e.g. `20 MB`.
    TooLarge { limit: String },
    /// 422: understood, and not possible.
    Invalid { sentence: String },
    /// 429: come again after so many seconds.
    TooMany { retry_after_seconds: u32 },
    /// 500: our fault; the reference stands in the log.
    Fault { reference: String },
    /// 503: too much at once, no place on the disk, no database; it passes.
    Unavailable,
}

/// Seconds after which somebody comes back who was sent away by [`WebError::Unavailable`].
const COME_BACK_SECONDS: u32 = 5;

impl WebError {
    /// A fault of ours that is logged under `reference`.
    #[must_use]
    pub fn fault(reference: impl Into<String>) -> Self {
        Self::Fault {
            reference: reference.into(),
        }
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Stale { .. } => StatusCode::CONFLICT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The view of this error in a page's frame; the frame's title is set here.
    #[must_use]
    pub fn view(&self, mut page: Page) -> ErrorPage {
        let lang = page.lang;
        let said = |sentence: &Option<String>, common: String| sentence.clone().unwrap_or(common);
        let (title, sentence, advice) = match self {
            Self::BadRequest { sentence } => (
                lang.t("error-400-title"),
                said(sentence, lang.t("error-400")),
                lang.t("error-400-do"),
            ),
            Self::Forbidden { sentence } => (
                lang.t("error-403-title"),
                said(sentence, lang.t("error-403")),
                lang.t("error-403-do"),
            ),
            Self::NotFound => (
                lang.t("error-404-title"),
                lang.t("error-404"),
                lang.t("error-404-do"),
            ),
            Self::Stale { sentence, .. } => (
                lang.t("error-409-title"),
                said(sentence, lang.t("error-409")),
                lang.t("error-409-do"),
            ),
            Self::TooLarge { limit } => (
                lang.t("error-413-title"),
                lang.tx("error-413", limit),
                lang.t("error-413-do"),
            ),
            Self::Invalid { sentence } => (
                lang.t("error-422-title"),
                sentence.clone(),
                lang.t("error-422-do"),
            ),
            Self::TooMany {
                retry_after_seconds,
            } => (
                lang.t("error-429-title"),
                lang.tn("error-429", *retry_after_seconds),
                lang.t("error-429-do"),
            ),
            Self::Fault { .. } => (
                lang.t("error-500-title"),
                lang.t("error-500"),
                lang.t("error-500-do"),
            ),
            Self::Unavailable => (
                lang.t("error-503-title"),
                lang.t("error-503"),
                lang.t("error-503-do"),
            ),
        };
        page.title = title;
        let go_on = match self {
            Self::Stale { fresh, .. } => Link::new(fresh, &lang.t("error-409-link")),
            _ => Link::new("/", &lang.t("error-home")),
        };
        let reference = match self {
            Self::Fault { reference } => Some(reference.clone()),
            _ => None,
        };
        ErrorPage {
            page,
            sentence,
            advice,
            go_on,
            reference,
        }
    }

    fn answer(&self, page: Page) -> Response {
        let view = self.view(page);
        // A template that fails here must not fail again: the sentence alone is better than nothing.
        let text = view.render().unwrap_or_else(|_| view.sentence.clone());
        let mut response = (self.status(), Html(text)).into_response();
        let wait = match self {
            Self::TooMany {
                retry_after_seconds,
            } => Some(*retry_after_seconds),
            Self::Unavailable => Some(COME_BACK_SECONDS),
            _ => None,
        };
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl IntoResponse for WebError {
    /// In Vietnamese and without an actor; [`localise_errors`] makes it again for the reader.
    fn into_response(self) -> Response {
        self.answer(Page::default())
    }
}

/// The page of a refusal or a fault.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub page: Page,
    /// What is wrong.
    pub sentence: String,
    /// What to do now.
    pub advice: String,
    pub go_on: Link,
    /// For the administrator.
    pub reference: Option<String>,
}

/// A middleware: shows a [`WebError`] in the reader's language, and inside the frame that an inner layer has left as a
/// [`Page`] among the request's extensions, where there is one.
pub async fn localise_errors(request: Request, next: Next) -> Response {
    let lang = Lang::of_request(request.uri(), request.headers());
    let frame = request.extensions().get::<Page>().cloned();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let error = response.extensions().get::<WebError>().cloned();
    let Some(error) = error.or_else(|| rejection(&response)) else {
        return response;
    };
    let mut page = frame.unwrap_or_default();
    page.lang = lang;
    page.path = path;
    let mut answer = error.answer(page);
    // The page says that nothing is there; programs learn that only the method is wrong.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        if let Some(allowed) = response.headers().get(ALLOW) {
            answer.headers_mut().insert(ALLOW, allowed.clone());
        }
    }
    answer
}

/// What axum itself answered in plain English, before a handler was asked: an id that is none, a body that is no form.
fn rejection(response: &Response) -> Option<WebError> {
    let plain = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        // The router's own answer to a wrong method is empty.
        StatusCode::METHOD_NOT_ALLOWED => Some(WebError::NotFound),
        _ if !plain => None,
        StatusCode::NOT_FOUND => Some(WebError::NotFound),
        StatusCode::BAD_REQUEST
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Some(WebError::BadRequest { sentence: None }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn an_error_is_a_page_in_the_readers_language_with_its_status() {
        let refuse = || async {
            WebError::Stale {
                sentence: None,
                fresh: "/van-ban/7".to_owned(),
            }
        };
        let router = Router::new()
            .route("/", get(refuse))
            .layer(axum::middleware::from_fn(localise_errors));
        for (path, words) in [("/", "Có người đã xử lý"), ("/?lang=en", "Somebody else")] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let response = router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::CONFLICT);
            let body = to_bytes(response.into_body(), 1 << 20)
                .await
                .expect("a body");
            let text = String::from_utf8(body.to_vec()).expect("text");
            assert!(text.contains(words), "{text}");
            assert!(text.contains("/van-ban/7"));
        }
    }

    #[tokio::test]
    async fn what_axum_refuses_in_plain_words_is_a_page_too() {
        let number = |_: axum::extract::Path<u32>| async { "a page" };
        let router = Router::new()
            .route("/{n}", get(number))
            .layer(axum::middleware::from_fn(localise_errors));
        for (path, status) in [("/7", StatusCode::OK), ("/x", StatusCode::BAD_REQUEST)] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let response = router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), status);
            let body = to_bytes(response.into_body(), 1 << 20)
                .await
                .expect("a body");
            let text = String::from_utf8(body.to_vec()).expect("text");
            assert_eq!(
                text.contains("Không đọc được yêu cầu"),
                status != StatusCode::OK,
                "{text}"
            );
        }
    }

    #[test]
    fn a_fault_shows_its_reference_and_nothing_else_of_itself() {
        let view = WebError::fault("K7Q2").view(Page::default());
        let text = view.render().expect("the page renders");
        assert!(text.contains("K7Q2"));
        assert_eq!(
            WebError::fault("x").status(),
            StatusCode::INTERNAL_SERVER_ERROR
        );
    }

    #[test]
    fn too_many_says_when_to_come_again() {
        let response = WebError::TooMany {
            retry_after_seconds: 60,
        }
        .into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "60");
    }
}
