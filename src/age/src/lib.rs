//! Files encrypted for the holder of a key, in the format of [age](https://age-encryption.org/v1): whoever has the key opens
//! them with `age -d`, too, should this program be gone one day.
//!
//! Who encrypts needs the public half only. What is read back is authentic chunk by chunk; a file that was cut off, altered
//! or put together from others is an error, never a shorter text.
//!
//! Pure: randomness is an argument, bytes come from and go to whoever calls.

mod bech32;
mod header;
mod stream;

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use x25519_dalek::{PublicKey, StaticSecret};

pub use stream::{Decrypted, Encrypted};

/// Draws randomness; must be unpredictable wherever secrecy matters.
pub type Draw<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("it is not encrypted by age")]
    NotAge,
    #[error("it is encrypted for another key")]
    OtherKey,
    #[error("it was altered")]
    Altered,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The text is no key of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no key of age")]
pub struct NoKey;

/// For whom a file is encrypted: the public half, written `age1…`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recipient(PublicKey);

/// What opens a file: the secret half, written `AGE-SECRET-KEY-1…`.
#[derive(Clone)]
pub struct Identity(StaticSecret);

const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";

impl FromStr for Recipient {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        bech32::decode(RECIPIENT, text)
            .map(|key| Self(PublicKey::from(key)))
            .ok_or(NoKey)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bech32::encode(RECIPIENT, self.0.as_bytes()))
    }
}

impl Identity {
    /// A new key.
    #[must_use]
    pub fn new(draw: Draw<'_>) -> Self {
        let mut key = [0; 32];
        draw(&mut key);
        Self(StaticSecret::from(key))
    }

    /// The first key in the text of a key file; lines with `#` are comments.
    ///
    /// # Errors
    /// Where there is none.
    pub fn from_file(text: &str) -> Result<Self, NoKey> {
        text.lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .ok_or(NoKey)?
            .parse()
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(PublicKey::from(&self.0))
    }

    /// The key as a file holds it: whoever reads this opens everything.
    #[must_use]
    pub fn secret(&self) -> String {
        bech32::encode(IDENTITY, self.0.as_bytes()).to_ascii_uppercase()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Identity").finish()
    }
}

impl FromStr for Identity {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        // Capital letters throughout, or none.
        if text.chars().any(|letter| letter.is_ascii_lowercase()) {
            return Err(NoKey);
        }
        bech32::decode(IDENTITY, &text.to_ascii_lowercase())
            .map(|key| Self(StaticSecret::from(key)))
            .ok_or(NoKey)
    }
}

/// Encrypts for every recipient what is written until `finish`.
///
/// # Errors
/// What `out` reports.
pub fn encrypt<W: Write>(
    recipients: &[Recipient],
    draw: Draw<'_>,
    mut out: W,
) -> io::Result<Encrypted<W>> {
    let mut file_key = [0; header::FILE_KEY];
    draw(&mut file_key);
    out.write_all(header::write(recipients, &file_key, draw)?.as_bytes())?;
    let mut nonce = [0; stream::NONCE];
    draw(&mut nonce);
    out.write_all(&nonce)?;
    Ok(Encrypted::new(out, stream::key(&file_key, &nonce)?))
}

/// Opens a file by a key; the text is read from what this returns.
///
/// # Errors
/// When it is no such file, or for another key, or altered.
pub fn decrypt<R: Read>(identity: &Identity, mut input: R) -> Result<Decrypted<R>, Error> {
    let file_key = header::read(identity, &mut input)?;
    let mut nonce = [0; stream::NONCE];
    input
        .read_exact(&mut nonce)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::Altered,
            _ => Error::Io(error),
        })?;
    Ok(Decrypted::new(input, stream::key(&file_key, &nonce)?))
}

/// What ring reports where nothing can go wrong.
fn impossible(_: ring::error::Unspecified) -> io::Error {
    io::Error::other("a cipher refused its own key")
}
