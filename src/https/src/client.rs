//! One request, one answer.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::address::Address;
use crate::place::is_public;

/// Bytes of an answer that are read; what follows is not waited for.
pub const MAX_ANSWER: usize = 4 * 1024;
/// Longest heading of an answer, in bytes.
const MAX_HEADING: usize = 16 * 1024;

/// Where the addresses of a name come from.
pub trait Names: Send + Sync {
    /// All addresses of a server.
    fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
}

/// As the system resolves names.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl Names for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Its first bytes, at most [`MAX_ANSWER`].
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the name {0} is not known")]
    UnknownName(String),
    /// Its name leads into the office's own network, and the configuration does not let it.
    #[error("{host} leads to {place}, inside the office's own network")]
    Inside { host: String, place: IpAddr },
    #[error("no connection: {0}")]
    Unreachable(io::Error),
    /// No TLS, or a certificate that nobody here trusts.
    #[error("no trust: {0}")]
    Untrusted(io::Error),
    #[error("it took too long")]
    Slow,
    #[error("no answer: {0}")]
    NoAnswer(hyper::Error),
    #[error("a heading cannot be written: {0}")]
    Heading(hyper::http::Error),
}

/// Who calls: whom it trusts and how long it waits.
#[derive(Clone)]
pub struct Client {
    tls: TlsConnector,
    patience: Duration,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Client")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Trusts the authorities that browsers trust and those in `more`, texts in PEM; waits `patience` for a whole answer.
    ///
    /// # Errors
    /// One sentence: a text that has no certificate, or a certificate that is none.
    pub fn new(more: &[Vec<u8>], patience: Duration) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for pem in more {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| error.to_string())?;
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
            if roots.len() == before {
                return Err("there is no certificate in it".to_owned());
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            patience,
        })
    }

    /// Sends a body to an address and reads the answer, whatever it says; a redirect is an answer like another.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn post(
        &self,
        names: &impl Names,
        address: &Address,
        headings: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, Failure> {
        let call = async {
            let places = places(names, address).await?;
            let stream = TcpStream::connect(places.as_slice())
                .await
                .map_err(Failure::Unreachable)?;
            let request = request(address, headings, body).map_err(Failure::Heading)?;
            if !address.is_encrypted() {
                return exchange(TokioIo::new(stream), request).await;
            }
            let name = ServerName::try_from(address.host())
                .map_err(|_| Failure::UnknownName(address.host()))?;
            let stream = self.tls.connect(name, stream).await;
            exchange(TokioIo::new(stream.map_err(Failure::Untrusted)?), request).await
        };
        timeout(self.patience, call)
            .await
            .unwrap_or(Err(Failure::Slow))
    }
}

/// Where an address leads, asked once: what is looked at is what is connected to. One place inside refuses them all, since
/// whoever answers for the name chooses which comes first.
async fn places(names: &impl Names, address: &Address) -> Result<Vec<SocketAddr>, Failure> {
    let host = address.host();
    let places = match address.place() {
        Some(place) => vec![SocketAddr::new(place, address.port())],
        None => names
            .resolve(&host, address.port())
            .await
            .map_err(|_| Failure::UnknownName(host.clone()))?,
    };
    if places.is_empty() {
        return Err(Failure::UnknownName(host));
    }
    let inside = places.iter().find(|place| !is_public(place.ip()));
    match inside {
        Some(place) if !address.is_named() => Err(Failure::Inside {
            host,
            place: place.ip(),
        }),
        _ => Ok(places),
    }
}

fn request(
    address: &Address,
    headings: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(address.path())
        .header(HOST, address.authority())
        .header(CONNECTION, "close");
    for (name, value) in headings {
        request = request.header(*name, *value);
    }
    request.body(Full::new(body.into()))
}

async fn exchange<S>(stream: TokioIo<S>, request: Request<Full<Bytes>>) -> Result<Answer, Failure>
where
    TokioIo<S>: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEADING)
        .handshake(stream)
        .await
        .map_err(Failure::NoAnswer)?;
    // Ends with this call: who has heard enough hangs up.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(Failure::NoAnswer)?;
    read(response).await.map_err(Failure::NoAnswer)
}

async fn read(response: Response<Incoming>) -> Result<Answer, hyper::Error> {
    let status = response.status().as_u16();
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    while body.len() < MAX_ANSWER {
        let Some(frame) = incoming.frame().await else {
            break;
        };
        if let Ok(bytes) = frame?.into_data() {
            body.extend(&bytes);
        }
    }
    body.truncate(MAX_ANSWER);
    Ok(Answer { status, body })
}
