//! The heading of a file: its key, wrapped once for each recipient, and a MAC over all of it.

use std::io::Read;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::{Draw, Error, Identity, Recipient, impossible};

/// Bytes of a file's own key.
pub const FILE_KEY: usize = 16;
/// Longest heading that is read: some hundred recipients.
const LONGEST: usize = 16 * 1024;
const VERSION: &str = "age-encryption.org/v1";
const STANZA: &str = "-> X25519 ";
const END: &str = "---";

/// The heading of a file with this key.
pub fn write(
    recipients: &[Recipient],
    file_key: &[u8; FILE_KEY],
    draw: Draw<'_>,
) -> std::io::Result<String> {
    let mut text = format!("{VERSION}\n");
    for recipient in recipients {
        let mut once = [0; 32];
        draw(&mut once);
        let once = StaticSecret::from(once);
        let share = PublicKey::from(&once);
        let shared = once.diffie_hellman(&recipient.0);
        let mut wrapped = file_key.to_vec();
        wrapping(&share, &recipient.0, shared.as_bytes())
            .and_then(|key| key.seal_in_place_append_tag(zero(), Aad::empty(), &mut wrapped))
            .map_err(impossible)?;
        text.push_str(&format!(
            "{STANZA}{}\n{}\n",
            BASE64.encode(share.as_bytes()),
            BASE64.encode(wrapped)
        ));
    }
    text.push_str(END);
    let mac = hmac::sign(&mac_key(file_key).map_err(impossible)?, text.as_bytes());
    text.push_str(&format!(" {}\n", BASE64.encode(mac)));
    Ok(text)
}

/// Reads the heading and unwraps the file's key.
pub fn read(identity: &Identity, input: &mut impl Read) -> Result<[u8; FILE_KEY], Error> {
    let heading = text(input)?;
    let (signed, mac) = heading.rsplit_once(' ').ok_or(Error::NotAge)?;
    let file_key = file_key(identity, signed)?;
    let mac = BASE64
        .decode(mac.trim_end_matches('\n'))
        .map_err(|_| Error::Altered)?;
    let key = mac_key(&file_key).map_err(impossible)?;
    hmac::verify(&key, signed.as_bytes(), &mac).map_err(|_| Error::Altered)?;
    Ok(file_key)
}

/// The heading to the end of its last line, and not a byte of what follows.
fn text(input: &mut impl Read) -> Result<String, Error> {
    let (mut heading, mut line, mut byte) = (String::new(), Vec::new(), [0]);
    loop {
        if heading.len() + line.len() > LONGEST || input.read(&mut byte)? == 0 {
            return Err(Error::NotAge);
        }
        line.push(byte[0]);
        if byte[0] != b'\n' {
            continue;
        }
        let read = String::from_utf8(std::mem::take(&mut line)).map_err(|_| Error::NotAge)?;
        if heading.is_empty() && read.trim_end_matches('\n') != VERSION {
            return Err(Error::NotAge);
        }
        heading.push_str(&read);
        if read.starts_with(END) {
            return Ok(heading);
        }
    }
}

/// The file's key from the stanza that is for this identity; stanzas of other kinds are for others.
fn file_key(identity: &Identity, heading: &str) -> Result<[u8; FILE_KEY], Error> {
    let own = identity.recipient();
    let mut lines = heading.lines();
    while let Some(line) = lines.next() {
        let Some(share) = line.strip_prefix(STANZA) else {
            continue;
        };
        let share: [u8; 32] = decoded(share)?.try_into().map_err(|_| Error::Altered)?;
        let mut wrapped = decoded(lines.next().unwrap_or_default())?;
        let share = PublicKey::from(share);
        let shared = identity.0.diffie_hellman(&share);
        let key = wrapping(&share, &own.0, shared.as_bytes()).map_err(impossible)?;
        let opened = key.open_in_place(zero(), Aad::empty(), &mut wrapped);
        if shared.was_contributory()
            && let Ok(opened) = opened
        {
            return (&*opened).try_into().map_err(|_| Error::Altered);
        }
    }
    Err(Error::OtherKey)
}

fn decoded(text: &str) -> Result<Vec<u8>, Error> {
    BASE64.decode(text).map_err(|_| Error::Altered)
}

/// What wraps a file's key between one share and one recipient.
fn wrapping(
    share: &PublicKey,
    recipient: &PublicKey,
    shared: &[u8; 32],
) -> Result<LessSafeKey, ring::error::Unspecified> {
    let salt = [share.as_bytes().as_slice(), recipient.as_bytes()].concat();
    let key: UnboundKey = hkdf::Salt::new(hkdf::HKDF_SHA256, &salt)
        .extract(shared)
        .expand(&[b"age-encryption.org/v1/X25519"], &CHACHA20_POLY1305)?
        .into();
    Ok(LessSafeKey::new(key))
}

fn mac_key(file_key: &[u8; FILE_KEY]) -> Result<hmac::Key, ring::error::Unspecified> {
    Ok(hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(file_key)
        .expand(&[b"header"], hmac::HMAC_SHA256)?
        .into())
}

/// Each wrapping key is used once.
fn zero() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}
