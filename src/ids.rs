//! The one place that draws randomness: row ids, session tokens, typed codes.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use uuid::{Builder, Uuid};

/// The letters of a typed code: no 0/O, 1/I/L, so that a printed sheet can be read aloud.
const CODE_LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Length of a typed code; 31^10 possibilities, about 49 bits, with a limit on tries.
const CODE_LENGTH: usize = 10;
/// Length of a code that needs no limit on tries: about 124 bits.
const LONG_CODE_LENGTH: usize = 25;

/// A source of ids and secrets; seeded in tests and in the demo.
#[derive(Debug)]
pub struct Ids(Mutex<ChaCha20Rng>);

impl Ids {
    /// Seeded by the operating system.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that draws randomness from the system"
    )]
    pub fn from_system() -> Self {
        Self(Mutex::new(ChaCha20Rng::from_os_rng()))
    }

    /// The same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// A version 7 UUID whose time part is `now`.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A secret of 256 bits as hexadecimal text.
    pub fn token(&self) -> String {
        hex(&self.bytes::<32>())
    }

    /// A code that a person types from a mail or a printed sheet.
    pub fn code(&self) -> String {
        self.letters(CODE_LENGTH)
    }

    /// A code that a person keeps and hardly ever types; nobody finds it by trying, not even with its digest.
    pub fn long_code(&self) -> String {
        self.letters(LONG_CODE_LENGTH)
    }

    fn letters(&self, length: usize) -> String {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (0..length)
            .map(|_| char::from(CODE_LETTERS[rng.random_range(0..CODE_LETTERS.len())]))
            .collect()
    }

    /// Random bytes, e.g. a salt or a certificate's serial number.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Random bytes in a place that is there already.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
