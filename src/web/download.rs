//! A file that somebody has put in: always to be saved, never to be run by the browser.

use std::fs::File;

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures::stream::try_unfold;
use tokio::io::AsyncReadExt as _;

/// Bytes that are read from a file at once.
const PART: usize = 64 * 1024;

/// The content under the name that it had.
#[must_use]
pub fn download(name: &str, media_type: &str, content: Vec<u8>) -> Response {
    let mut response = Body::from(content).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let name = serde_urlencoded::to_string([("", name)])
        .unwrap_or_default()
        .trim_start_matches('=')
        .replace('+', "%20");
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"))
        .unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(CONTENT_DISPOSITION, disposition);
    response
}

/// An open file from where it stands, sent as it is read.
pub fn from_file(file: File) -> Body {
    let parts = try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut part = vec![0; PART];
        let count = file.read(&mut part).await?;
        part.truncate(count);
        Ok::<_, std::io::Error>((count > 0).then(|| (Bytes::from(part), file)))
    });
    Body::from_stream(parts)
}
