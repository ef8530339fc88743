//! What a signed file needs to prove itself when the authorities are gone: whether a certificate was revoked is asked while
//! its authority answers, and the answers go into the file (PAdES B-LT).
//!
//! An authority that does not answer holds up nothing: the file then is B-T and the log says of whom nothing was learned. A
//! certificate that was revoked is refused.

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use trinhky_pades::{RevocationSource, Trust, ValidationData, gather, keep};

use super::{http, keys, verifier};
use crate::app::App;
use crate::fault::Outcome;

/// Longest answer to a question, in bytes; one has a few thousand.
const MAX_ANSWER: u64 = 64 * 1024;
/// Longest list of revoked certificates that is fetched, in bytes: it goes into every file.
const MAX_LIST: u64 = 1024 * 1024;

/// Who is asked, and who is believed; taken to the thread that signs.
pub struct Authorities {
    asks: Vec<String>,
    trust: Trust,
    now: DateTime<Utc>,
}

impl Authorities {
    /// As the installation is configured.
    ///
    /// # Errors
    /// When a file of trusted authorities cannot be read.
    pub fn of(app: &App) -> anyhow::Result<Self> {
        Ok(Self {
            asks: app.config.signing.revocation_hosts.clone(),
            trust: verifier::trust(app)?,
            now: app.clock.now(),
        })
    }

    /// Refuses a file that was just signed with a revoked certificate.
    ///
    /// # Errors
    /// A refusal that names the certificate and the day.
    pub fn check(&self, pdf: &[u8]) -> Outcome<()> {
        self.learn(pdf).map(drop)
    }

    /// The file with everything that proves it later, and whether that is all there is to know.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn complete(&self, pdf: &[u8]) -> Outcome<(Vec<u8>, bool)> {
        let data = self.learn(pdf)?;
        let complete = data.missing.is_empty() && !data.is_empty();
        Ok((keep(pdf, &data).map_err(keys::failure)?, complete))
    }

    fn learn(&self, pdf: &[u8]) -> Outcome<ValidationData> {
        let asking = Asking {
            hosts: &self.asks,
            silent: RefCell::default(),
        };
        let data = gather(pdf, &self.trust, &asking, self.now).map_err(keys::failure)?;
        if !self.asks.is_empty() && !data.missing.is_empty() {
            tracing::warn!(certificates = ?data.missing, "nobody told whether they were revoked");
        }
        Ok(data)
    }
}

/// Asks the servers that the installation names, whatever a certificate says: a certificate must not be able to send
/// requests into the office's own network.
struct Asking<'a> {
    hosts: &'a [String],
    /// Who did not answer once is not waited for again.
    silent: RefCell<BTreeSet<String>>,
}

impl Asking<'_> {
    fn exchange(&self, url: &str, body: Option<http::Body<'_>>, most: u64) -> Option<Vec<u8>> {
        let server = http::server(url)?;
        let named = |host: &String| same_server(host, server);
        if !self.hosts.iter().any(named) || self.silent.borrow().contains(server) {
            return None;
        }
        match http::exchange(url, body, most) {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(url, error = %format!("{error:#}"), "no answer about revocation");
                self.silent.borrow_mut().insert(server.to_owned());
                None
            }
        }
    }
}

impl RevocationSource for Asking<'_> {
    fn ask(&self, url: &str, question: &[u8]) -> Option<Vec<u8>> {
        let body = http::Body {
            media_type: "application/ocsp-request",
            bytes: question,
        };
        self.exchange(url, Some(body), MAX_ANSWER)
    }

    fn list(&self, url: &str) -> Option<Vec<u8>> {
        self.exchange(url, None, MAX_LIST)
    }
}

/// Whether two names of a server mean the same; without a port it is 80.
fn same_server(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        name.strip_suffix(":80")
            .unwrap_or(name)
            .to_ascii_lowercase()
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_servers_are_asked() {
        assert!(same_server("ocsp.ca.gov.vn", "OCSP.ca.gov.vn:80"));
        assert!(!same_server("ocsp.ca.gov.vn", "ocsp.ca.gov.vn:8080"));
        let hosts = ["ocsp.ca.gov.vn".to_owned()];
        let asking = Asking {
            hosts: &hosts,
            silent: RefCell::default(),
        };
        for url in [
            "http://127.0.0.1:1/x",
            "http://ocsp.ca.gov.vn@127.0.0.1:1/x",
            "http://ocsp.ca.gov.vn.evil.example/",
            "https://ocsp.ca.gov.vn/",
            "ldap://ocsp.ca.gov.vn/",
        ] {
            assert_eq!(asking.ask(url, b"?"), None, "{url}");
        }
        assert!(
            asking.silent.borrow().is_empty(),
            "none of them was even tried"
        );
    }
}
