//! What a browser sends when a passkey is made or used, checked as the standard says (W3C Web Authentication Level 2, 7.1 and
//! 7.2). Nothing here knows the database.
//!
//! Attestation is not asked for: an office trusts the signed-in person who adds a key, whatever company made the device.

use std::net::IpAddr;

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ciborium::Value;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::key::PublicKey;

/// Flags of the authenticator data (6.1).
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const HAS_KEY: u8 = 1 << 6;
/// Bytes of the hash, the flags and the counter before anything else.
const HEAD: usize = 37;
/// Bytes of the authenticator's model before the length of the identifier.
const MODEL: usize = 16;

/// A check's outcome, or why it failed, for the log.
pub type Checked<T> = Result<T, &'static str>;

/// Whom a passkey is made for: the site, as browsers know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The host's name.
    pub id: String,
    /// Scheme, host and port, as browsers write them.
    pub origin: String,
}

impl Party {
    /// The site at this address; none where browsers offer no passkeys: over plain http, but for `localhost`, and where the
    /// host is a number.
    #[must_use]
    pub fn of(base_url: &str) -> Option<Self> {
        let uri: Uri = base_url.parse().ok()?;
        let (scheme, host) = (uri.scheme_str()?, uri.host()?.to_lowercase());
        let secure = scheme == "https" || host == "localhost";
        if !secure || host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
            return None;
        }
        let usual = if scheme == "https" { 443 } else { 80 };
        let origin = match uri.port_u16().filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Some(Self { id: host, origin })
    }
}

/// What a browser sends for a new key; every field base64url.
#[derive(Debug, Clone, Default)]
pub struct Made {
    pub client: String,
    /// The attestation object.
    pub data: String,
}

/// What a browser sends for a use of a key; every field base64url.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub id: String,
    pub client: String,
    /// The authenticator data.
    pub data: String,
    pub signature: String,
    /// Whom the authenticator keeps the key for; empty where it does not say.
    pub user: String,
}

/// A new key that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Base64url, as the browser will name it.
    pub id: String,
    /// The COSE key, base64url.
    pub public_key: String,
    pub uses: i64,
}

/// The challenge that the browser's data answers, as the text that was sent out; the caller looks it up.
///
/// # Errors
/// Where it is not what browsers send.
pub fn challenge(client: &str) -> Checked<String> {
    Ok(ClientData::read(&bytes(client)?)?.challenge)
}

/// Checks a new key (7.1).
///
/// # Errors
/// What is wrong.
pub fn made(party: &Party, made: &Made) -> Checked<NewKey> {
    ClientData::read(&bytes(&made.client)?)?.fits(party, "webauthn.create")?;
    let object: Value = ciborium::from_reader(bytes(&made.data)?.as_slice())
        .map_err(|_| "the attestation object is not CBOR")?;
    let data = object
        .as_map()
        .and_then(|map| {
            map.iter()
                .find(|(key, _)| key.as_text() == Some("authData"))
        })
        .and_then(|(_, value)| value.as_bytes())
        .ok_or("the attestation object has no authenticator data")?;
    let data = AuthenticatorData::read(data)?;
    data.fits(party)?;
    if data.flags & HAS_KEY == 0 {
        return Err("there is no key");
    }
    let rest = data.rest.get(MODEL..).ok_or("the key is cut off")?;
    let (length, rest) = rest.split_first_chunk().ok_or("the key is cut off")?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, key) = rest.split_at_checked(length).ok_or("the key is cut off")?;
    let key: Value = ciborium::from_reader(key).map_err(|_| "the key is not CBOR")?;
    PublicKey::of_cose(&key).ok_or("the key is of a kind that was not asked for")?;
    let mut written = Vec::new();
    ciborium::into_writer(&key, &mut written).map_err(|_| "the key cannot be written")?;
    Ok(NewKey {
        id: BASE64URL.encode(id),
        public_key: BASE64URL.encode(written),
        uses: i64::from(data.uses),
    })
}

/// Checks a use of a key that was made with `public_key` and was last used for the `uses`-th time; returns the new count (7.2).
///
/// # Errors
/// What is wrong.
pub fn used(party: &Party, answer: &Answer, public_key: &str, uses: i64) -> Checked<i64> {
    let client = bytes(&answer.client)?;
    ClientData::read(&client)?.fits(party, "webauthn.get")?;
    let signed = bytes(&answer.data)?;
    let data = AuthenticatorData::read(&signed)?;
    data.fits(party)?;
    let key = PublicKey::of_bytes(&bytes(public_key)?).ok_or("the kept key cannot be read")?;
    let message = [&signed[..], &Sha256::digest(&client)[..]].concat();
    if !key.signed(&message, &bytes(&answer.signature)?) {
        return Err("the signature is not the key's");
    }
    let now = i64::from(data.uses);
    // A count that does not grow tells of a copy; keys that travel between devices do not count.
    if (now != 0 || uses != 0) && now <= uses {
        return Err("the key was used elsewhere: there is a copy of it");
    }
    Ok(now)
}

/// What the browser itself says (5.8.1).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl ClientData {
    fn read(json: &[u8]) -> Checked<Self> {
        serde_json::from_slice(json).map_err(|_| "the browser's data are not what browsers send")
    }

    fn fits(&self, party: &Party, kind: &str) -> Checked<()> {
        if self.kind != kind {
            return Err("it answers another question");
        }
        if self.origin != party.origin || self.cross_origin {
            return Err("it was given to another site");
        }
        Ok(())
    }
}

/// What the authenticator says (6.1).
#[derive(Debug)]
struct AuthenticatorData<'a> {
    site: &'a [u8; 32],
    flags: u8,
    uses: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8]) -> Checked<Self> {
        let (head, rest) = bytes
            .split_first_chunk::<HEAD>()
            .ok_or("the authenticator data are cut off")?;
        let (site, [flags, uses @ ..]) = head
            .split_first_chunk::<32>()
            .ok_or("the authenticator data are cut off")?
        else {
            return Err("the authenticator data are cut off");
        };
        let uses = <[u8; 4]>::try_from(uses).map_err(|_| "the authenticator data are cut off")?;
        Ok(Self {
            site,
            flags: *flags,
            uses: u32::from_be_bytes(uses),
            rest,
        })
    }

    /// Made for this site, by a person who was there and proved it to the device.
    fn fits(&self, party: &Party) -> Checked<()> {
        if self.site[..] != Sha256::digest(party.id.as_bytes())[..] {
            return Err("the key is another site's");
        }
        if self.flags & PRESENT == 0 || self.flags & VERIFIED == 0 {
            return Err("the device did not ask who holds it");
        }
        Ok(())
    }
}

fn bytes(text: &str) -> Checked<Vec<u8>> {
    BASE64URL
        .decode(text.trim_end_matches('='))
        .map_err(|_| "it is not base64url")
}
