//! The way to the time-stamp authority (RFC 3161, 3.4).

use trinhky_pades::{SignError, Stamped, TimeStamper};

use super::keys::BoxedSigner;
use super::{http, verifier};
use crate::app::App;

/// Longest answer, in bytes: a token with a chain of certificates has a few thousand.
const MAX_ANSWER: u64 = 64 * 1024;

/// The signer as the installation is configured: with time stamps, or without.
///
/// # Errors
/// When a file of trusted authorities cannot be read.
pub fn stamped(app: &App, signer: BoxedSigner) -> anyhow::Result<BoxedSigner> {
    if app.config.signing.tsa_url.is_empty() {
        return Ok(signer);
    }
    let stamper = OverHttp {
        url: app.config.signing.tsa_url.clone(),
        roots: verifier::trust(app)?.roots,
        app: app.clone(),
    };
    Ok(Box::new(Stamped {
        signer,
        stamper: Box::new(stamper),
    }))
}

struct OverHttp {
    url: String,
    roots: Vec<Vec<u8>>,
    app: App,
}

impl TimeStamper for OverHttp {
    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, SignError> {
        let body = http::Body {
            media_type: "application/timestamp-query",
            bytes: request,
        };
        http::exchange(&self.url, Some(body), MAX_ANSWER)
            .map_err(|error| SignError::NoTimeStamp(format!("{error:#}")))
    }

    fn nonce(&self) -> [u8; 8] {
        self.app.ids.bytes()
    }

    fn roots(&self) -> Vec<Vec<u8>> {
        self.roots.clone()
    }
}
