//! The remote signing service that the installation is configured for: its keys, and signing with one of them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};
use trinhky_csc::{
    Account, Answer, Asks, Credential, CscFault, Factors, RemoteSigner, Request, Service, Transport,
};
use trinhky_pades::Trust;

use super::keys::{Using, refusal};
use super::{http, rows::signing_key};
use crate::app::App;
use crate::fault::{Fault, Outcome};

/// Longest answer of the service, in bytes: a chain of certificates has a few thousand.
const MAX_ANSWER: u64 = 256 * 1024;
/// How long the service may take: where it asks the holder on a phone, the answer waits for a thumb.
const PATIENCE: Duration = Duration::from_secs(45);

/// Where a key is with the service, as the column `place` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemotePlace {
    /// The service: a key of another one must not be looked for here.
    pub url: String,
    pub id: String,
    #[serde(flatten)]
    pub asks: Asks,
}

/// Whether the installation is configured for a service.
#[must_use]
pub fn is_configured(app: &App) -> bool {
    !app.config.signing.csc_url.is_empty()
}

/// The keys that the service offers this installation.
///
/// # Errors
/// What the service refuses, as a sentence.
pub async fn credentials(app: &App) -> Outcome<Vec<Credential>> {
    ask(app, |service| service.credentials()).await
}

/// Lets the service send its one-time code to the holder of a key.
///
/// # Errors
/// As [`credentials`].
pub async fn send_code(app: &App, key: &signing_key::Model) -> Outcome<()> {
    let place = place(app, key)?;
    ask(app, move |service| service.send_code(&place.id)).await
}

/// The key as a signer, with what its holder typed.
pub(super) fn signer(
    app: &App,
    key: &signing_key::Model,
    chain: Vec<Vec<u8>>,
    using: &Using,
) -> Outcome<RemoteSigner> {
    let RemotePlace { id, asks, .. } = place(app, key)?;
    if asks.pin && using.secret.is_empty() {
        return Err(Fault::invalid(
            "pin",
            "Nhập mã PIN của khóa.",
            "Enter the PIN of the key.",
        ));
    }
    if asks.code && using.code.is_empty() {
        return Err(Fault::invalid(
            "code",
            "Nhập mã một lần (OTP) của khóa.",
            "Enter the one-time code of the key.",
        ));
    }
    let factors = Factors {
        pin: using.secret.clone(),
        code: using.code.clone(),
    };
    let way = Box::new(Https(tls(app)?));
    RemoteSigner::new(account(app), way, id, chain, factors).map_err(refusal)
}

/// Where a key is.
///
/// # Errors
/// A refusal where the installation is configured for another service by now.
pub fn place(app: &App, key: &signing_key::Model) -> Outcome<RemotePlace> {
    let place: RemotePlace = serde_json::from_str(&key.place)?;
    if place.url != app.config.signing.csc_url {
        return Err(Fault::invalid(
            "certificate",
            "Khóa thuộc dịch vụ ký số từ xa không còn được khai báo. Quản trị đăng ký lại khóa.",
            "The key belongs to a signing service that is no longer configured. The administrator registers the key anew.",
        ));
    }
    Ok(place)
}

async fn ask<T: Send + 'static>(
    app: &App,
    question: impl FnOnce(&Service<'_>) -> Result<T, CscFault> + Send + 'static,
) -> Outcome<T> {
    let (account, way) = (account(app), Https(tls(app)?));
    let asked = tokio::task::spawn_blocking(move || {
        let service = Service::enter(&account, &way)?;
        question(&service)
    });
    let answer = asked.await.map_err(anyhow::Error::from)?;
    answer.map_err(|fault| refusal(fault.into()))
}

fn account(app: &App) -> Account {
    let signing = &app.config.signing;
    Account {
        url: signing.csc_url.clone(),
        user: signing.csc_user.clone(),
        password: signing.csc_password.clone(),
    }
}

fn tls(app: &App) -> anyhow::Result<Arc<ClientConfig>> {
    let file = &app.config.signing.csc_authority;
    if file.as_os_str().is_empty() {
        return http::tls(&[]);
    }
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    http::tls(&Trust::from_pem(&text)?.roots)
}

struct Https(Arc<ClientConfig>);

impl Transport for Https {
    fn post(&self, request: Request<'_>) -> Result<Answer, String> {
        let sent = http::send(&http::Request {
            url: request.url,
            authorization: request.authorization,
            body: Some(http::Body {
                media_type: request.media_type,
                bytes: request.body.as_bytes(),
            }),
            most: MAX_ANSWER,
            patience: PATIENCE,
            tls: Some(Arc::clone(&self.0)),
        });
        let answer = sent.map_err(|error| format!("{error:#}"))?;
        Ok(Answer {
            status: answer.status,
            body: answer.content,
        })
    }
}
