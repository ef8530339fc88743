//! The few files that pages need, in the program itself, under addresses that change with their content.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

/// A file may be kept for a year because its address names its content.
const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";
/// So many hexadecimal digits of the content's hash stand in an address.
const HASH_DIGITS: usize = 12;

#[derive(RustEmbed)]
#[folder = "src/web/assets/"]
struct Files;

struct Asset {
    url: String,
    content_type: &'static str,
    content: Vec<u8>,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| Some((name.to_string(), load(&name)?)))
        .collect()
});

/// `GET /static/<name>-<hash>.<ext>`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{file}", get(serve))
}

/// The address of a file by its plain name; empty for a name that does not exist (a test knows all that pages use).
#[must_use]
pub fn url(name: &str) -> &'static str {
    ASSETS.get(name).map_or("", |asset| asset.url.as_str())
}

async fn serve(Path(file): Path<String>) -> Response {
    let wanted = format!("/static/{file}");
    match ASSETS.values().find(|asset| asset.url == wanted) {
        Some(asset) => (
            [
                (CONTENT_TYPE, asset.content_type),
                (CACHE_CONTROL, FOR_A_YEAR),
            ],
            asset.content.as_slice(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn load(name: &str) -> Option<Asset> {
    let file = Files::get(name)?;
    let (stem, extension) = name.rsplit_once('.')?;
    let mut hash: String = file
        .metadata
        .sha256_hash()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hash.truncate(HASH_DIGITS);
    Some(Asset {
        url: format!("/static/{stem}-{hash}.{extension}"),
        content_type: content_type(extension)?,
        content: file.data.into_owned(),
    })
}

fn content_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_use_exists_and_is_small() {
        for (name, limit_bytes) in [
            ("trinhky.css", 16_000),
            ("trinhky.js", 4_096),
            ("icon.svg", 1_000),
        ] {
            let asset = &ASSETS[name];
            assert!(
                url(name).starts_with("/static/") && asset.content.len() <= limit_bytes,
                "{name}: {} bytes",
                asset.content.len()
            );
        }
        assert_eq!(url("nothing.css"), "");
    }
}
