//! What the service answers, as far as we read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::CscFault;

#[derive(Deserialize)]
pub(crate) struct Info {
    pub specs: String,
    #[serde(rename = "authType", default)]
    pub auth_type: Vec<String>,
    pub oauth2: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Login {
    pub access_token: String,
}

#[derive(Deserialize)]
pub(crate) struct Listed {
    #[serde(rename = "credentialIDs", default)]
    pub ids: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Authorised {
    #[serde(rename = "SAD")]
    pub sad: String,
}

#[derive(Deserialize)]
pub(crate) struct Signatures {
    #[serde(default)]
    pub signatures: Vec<String>,
}

/// What an answer that is no success says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Refused {
    error: String,
    error_description: String,
}

impl Refused {
    pub fn fault(self, status: u16) -> CscFault {
        match self.error.as_str() {
            "invalid_pin" => CscFault::WrongPin,
            "invalid_otp" | "expired_otp" => CscFault::WrongCode,
            "" => CscFault::unreadable(&format!("it answered with the status {status}")),
            _ if self.error_description.is_empty() => CscFault::Refused(self.error),
            _ => CscFault::Refused(self.error_description),
        }
    }
}

/// What the holder of a key is asked for at each signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    pub pin: bool,
    /// A one-time code.
    pub code: bool,
    /// Whether the service sends the code when it is asked to; else the holder's own device shows it.
    pub sends_code: bool,
}

/// A key of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub id: String,
    /// The certificate first, then its issuers; DER.
    pub chain: Vec<Vec<u8>>,
    /// Nothing where the service asks the holder by itself, e.g. on a phone.
    pub asks: Asks,
}

#[derive(Deserialize)]
pub(crate) struct Described {
    key: Key,
    #[serde(default)]
    cert: Certificates,
    #[serde(default)]
    auth: Authorisation,
}

#[derive(Deserialize)]
struct Key {
    status: String,
}

#[derive(Deserialize, Default)]
struct Certificates {
    #[serde(default)]
    certificates: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Authorisation {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    objects: Vec<Factor>,
}

#[derive(Deserialize)]
struct Factor {
    id: String,
    /// Where the code comes from: `totp` of the holder's device, `echallenge` of the service.
    #[serde(default)]
    generator: String,
}

impl Described {
    pub fn credential(self, id: &str) -> Result<Credential, CscFault> {
        let unusable = |why: &str| Err(CscFault::Unusable(format!("{id}: {why}")));
        if self.key.status != "enabled" {
            return unusable("it is disabled");
        }
        let chain: Result<Vec<Vec<u8>>, _> = self
            .cert
            .certificates
            .iter()
            .map(|text| BASE64.decode(text))
            .collect();
        let Ok(chain) = chain else {
            return unusable("its certificate cannot be read");
        };
        if chain.is_empty() {
            return unusable("it has no certificate");
        }
        let mut asks = Asks::default();
        match self.auth.mode.as_str() {
            "implicit" => {}
            "explicit" => {
                for factor in &self.auth.objects {
                    match factor.id.as_str() {
                        "PIN" => asks.pin = true,
                        "OTP" => {
                            asks.code = true;
                            asks.sends_code = factor.generator != "totp";
                        }
                        _ => return unusable("it asks for more than PIN and code"),
                    }
                }
            }
            _ => return unusable("it can be authorised only in the service's own pages"),
        }
        Ok(Credential {
            id: id.to_owned(),
            chain,
            asks,
        })
    }
}
