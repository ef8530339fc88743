//! More requests at once than the program can serve: the rest hear so at once, instead of all waiting ever longer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::WebError;

/// A middleware: lets a request in where there is a place, else answers 503 with `Retry-After`.
pub async fn shed(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => WebError::Unavailable.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::header::RETRY_AFTER;
    use axum::http::{Request, StatusCode};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_is_told_when_to_come_back_and_finds_one_then() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let held = (Arc::clone(&entered), Arc::clone(&leave));
        let slow = move || async move {
            held.0.notify_one();
            held.1.notified().await;
        };
        let places = Arc::new(Semaphore::new(1));
        let router = Router::new()
            .route("/slow", get(slow))
            .route("/", get(|| async { "x" }))
            .layer(from_fn_with_state(places, shed));
        let ask = |path: &str| {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            router.clone().oneshot(request)
        };
        let first = tokio::spawn(ask("/slow"));
        entered.notified().await;
        let sent_away = ask("/").await.expect("an answer");
        assert_eq!(sent_away.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(sent_away.headers()[RETRY_AFTER], "5");
        leave.notify_one();
        let served = first.await.expect("no panic").expect("an answer");
        assert_eq!(served.status(), StatusCode::OK);
        let later = ask("/").await.expect("an answer");
        assert_eq!(later.status(), StatusCode::OK);
    }
}
