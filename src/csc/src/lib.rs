//! A client of remote signing services: the key stays with the service, which signs a digest when its holder has
//! authorised it (Cloud Signature Consortium, API specification version 2).
//!
//! The crate knows the protocol and no network: requests leave through a [`Transport`]. One signature is four requests:
//! what the service is (`info`), who asks (`auth/login` or `oauth2/token`), the holder's authorisation of this very digest
//! (`credentials/authorize`), the signature (`signatures/signHash`). No token is kept between two signatures.

mod answers;
mod fault;
mod signer;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use trinhky_pades::Algorithm;

pub use answers::{Asks, Credential};
use answers::{Authorised, Info, Listed, Login, Refused, Signatures};
pub use fault::CscFault;
pub use signer::RemoteSigner;

/// SHA-256, as the service names it.
const SHA_256: &str = "2.16.840.1.101.3.4.2.1";

/// One request, as it leaves.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The whole address.
    pub url: &'a str,
    /// The value of the header `Authorization`.
    pub authorization: Option<&'a str>,
    pub media_type: &'static str,
    pub body: &'a str,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    pub body: Vec<u8>,
}

/// The way to the service; it protects what is sent (TLS) and bounds time and length of the answer.
pub trait Transport {
    /// Posts a request.
    ///
    /// # Errors
    /// One sentence where there is no answer.
    fn post(&self, request: Request<'_>) -> Result<Answer, String>;
}

/// The service and who this installation is to it.
#[derive(Debug, Clone)]
pub struct Account {
    /// The base of its addresses, e.g. `https://rssp.example.vn/csc/v2`.
    pub url: String,
    /// Of a user (HTTP basic), or of a client (OAuth 2.0 client credentials), as the service offers.
    pub user: String,
    pub password: String,
}

/// What the holder typed for one signature; empty what was not asked for.
#[derive(Clone, Default)]
pub struct Factors {
    pub pin: String,
    /// The one-time code.
    pub code: String,
}

/// A service that was asked who it is and has let us in.
pub struct Service<'t> {
    account: &'t Account,
    transport: &'t dyn Transport,
    bearer: String,
}

impl<'t> Service<'t> {
    /// Asks the service what it is and logs in.
    ///
    /// # Errors
    /// Where it does not answer, is none of version 2, offers no way to log in that we know, or does not let us in.
    pub fn enter(account: &'t Account, transport: &'t dyn Transport) -> Result<Self, CscFault> {
        let mut service = Self {
            account,
            transport,
            bearer: String::new(),
        };
        let info: Info = service.call("info", &json!({}))?;
        if !info.specs.starts_with("2.") {
            return Err(CscFault::Version(info.specs));
        }
        let offers = |way: &str| info.auth_type.iter().any(|offered| offered == way);
        let login: Login = if offers("basic") {
            let pair = format!("{}:{}", account.user, account.password);
            let basic = format!("Basic {}", BASE64.encode(pair));
            service.send(&service.address("auth/login"), Some(&basic), JSON, "{}")?
        } else if offers("oauth2client") {
            let base = info.oauth2.as_deref().unwrap_or(&account.url);
            let url = format!("{}/oauth2/token", base.trim_end_matches('/'));
            // The secret goes only to the server that the installation names.
            if server(&url) != server(&account.url) {
                return Err(CscFault::Elsewhere(url));
            }
            let form = format!(
                "grant_type=client_credentials&client_id={}&client_secret={}",
                encoded(&account.user),
                encoded(&account.password)
            );
            service.send(&url, None, "application/x-www-form-urlencoded", &form)?
        } else {
            return Err(CscFault::NoLogin(info.auth_type.join(", ")));
        };
        service.bearer = format!("Bearer {}", login.access_token);
        Ok(service)
    }

    /// The keys that the account may use, with their certificates.
    ///
    /// # Errors
    /// As [`Self::enter`]. A key that the service describes badly, or that is disabled, is left out.
    pub fn credentials(&self) -> Result<Vec<Credential>, CscFault> {
        let listed: Listed = self.call("credentials/list", &json!({}))?;
        let mut found = Vec::new();
        for id in listed.ids {
            match self.credential(&id) {
                Ok(credential) => found.push(credential),
                Err(CscFault::Unusable(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(found)
    }

    /// What a key is and what it asks its holder for.
    ///
    /// # Errors
    /// [`CscFault::Unusable`] where it is disabled, has no certificate, or can be authorised only in ways that we do not
    /// know; else as [`Self::enter`].
    pub fn credential(&self, id: &str) -> Result<Credential, CscFault> {
        let asked = json!({ "credentialID": id, "certificates": "chain", "authInfo": true });
        let described: answers::Described = self.call("credentials/info", &asked)?;
        described.credential(id)
    }

    /// Lets the service send its one-time code to the holder.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub fn send_code(&self, id: &str) -> Result<(), CscFault> {
        let _: Value = self.call("credentials/getChallenge", &json!({ "credentialID": id }))?;
        Ok(())
    }

    /// The signature over a SHA-256 digest, authorised for this digest alone; ECDSA as the service gives it.
    ///
    /// # Errors
    /// [`CscFault::WrongPin`], [`CscFault::WrongCode`]; else as [`Self::enter`].
    pub fn sign(
        &self,
        id: &str,
        algorithm: Algorithm,
        digest: &[u8],
        factors: &Factors,
    ) -> Result<Vec<u8>, CscFault> {
        let hashes = [BASE64.encode(digest)];
        let typed: Vec<Value> = [("PIN", &factors.pin), ("OTP", &factors.code)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| json!({ "id": name, "value": value }))
            .collect();
        let authorised: Authorised = self.call(
            "credentials/authorize",
            &json!({
                "credentialID": id, "numSignatures": 1, "hashes": hashes,
                "hashAlgorithmOID": SHA_256, "authData": typed,
            }),
        )?;
        let signed: Signatures = self.call(
            "signatures/signHash",
            &json!({
                "credentialID": id, "SAD": authorised.sad, "hashes": hashes,
                "hashAlgorithmOID": SHA_256, "signAlgo": oid(algorithm), "operationMode": "S",
            }),
        )?;
        let one = signed.signatures.first();
        let one = one.ok_or_else(|| CscFault::unreadable("it gave no signature"))?;
        BASE64
            .decode(one)
            .map_err(|_| CscFault::unreadable("its signature is not in base 64"))
    }

    fn call<T: DeserializeOwned>(&self, method: &str, body: &Value) -> Result<T, CscFault> {
        let bearer = (!self.bearer.is_empty()).then_some(self.bearer.as_str());
        self.send(&self.address(method), bearer, JSON, &body.to_string())
    }

    fn address(&self, method: &str) -> String {
        format!("{}/{method}", self.account.url.trim_end_matches('/'))
    }

    fn send<T: DeserializeOwned>(
        &self,
        url: &str,
        authorization: Option<&str>,
        media_type: &'static str,
        body: &str,
    ) -> Result<T, CscFault> {
        let answer = self
            .transport
            .post(Request {
                url,
                authorization,
                media_type,
                body,
            })
            .map_err(CscFault::Unreachable)?;
        if answer.status != 200 {
            let said: Refused = serde_json::from_slice(&answer.body).unwrap_or_default();
            return Err(said.fault(answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|error| CscFault::unreadable(&error))
    }
}

const JSON: &str = "application/json";

/// How a signature is asked for.
fn oid(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RsaSha256 => "1.2.840.113549.1.1.11",
        Algorithm::EcdsaP256Sha256 => "1.2.840.10045.4.3.2",
    }
}

/// Scheme, host and port of an address.
fn server(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    Some(&url[..scheme.len() + 3 + end])
}

/// A value as forms write it.
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}
