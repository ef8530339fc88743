//! The answer's headers that keep a browser strict: own files only, no frames, no guessing of types, no shared copies.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// A middleware for every answer. An answer that says nothing of caching must not be stored: pages show what one person
/// may see. Files under `/static` say their own.
pub async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, "DENY"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn pages_are_strict_and_not_stored_and_files_keep_their_own_caching() {
        let router = Router::new()
            .route("/", get(|| async { "x" }))
            .merge(super::super::assets::router())
            .layer(axum::middleware::from_fn(security_headers));
        let ask = |path: &str| {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            router.clone().oneshot(request)
        };
        let page = ask("/").await.expect("an answer");
        let header =
            |r: &Response, name: HeaderName| r.headers()[name].to_str().unwrap_or("").to_owned();
        assert!(header(&page, CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"));
        assert_eq!(header(&page, CACHE_CONTROL), "no-store");
        let file = ask(super::super::assets::url("trinhky.css"))
            .await
            .expect("an answer");
        assert!(header(&file, CACHE_CONTROL).contains("immutable"));
        assert_eq!(header(&file, X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
}
