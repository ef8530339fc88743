//! The public half of a passkey, as authenticators write it (COSE, RFC 9052 and 9053).

use ciborium::Value;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

/// The algorithms that are asked for, by their COSE numbers, best first: ECDSA on P-256, and RSA for the authenticators
/// inside older Windows computers.
pub const ALGORITHMS: [i64; 2] = [ES256, RS256];

const ES256: i64 = -7;
const RS256: i64 = -257;

/// Labels of a key's map.
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
const FIRST: i64 = -1;
const SECOND: i64 = -2;
const THIRD: i64 = -3;
/// Kinds of keys.
const ELLIPTIC: i64 = 2;
const RSA: i64 = 3;
/// The curve P-256.
const P256: i64 = 1;

/// A public key that signatures are checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// The uncompressed point on P-256.
    Es256(Vec<u8>),
    Rs256 {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// The key of a COSE map; none for a kind that was not asked for.
    #[must_use]
    pub fn of_cose(map: &Value) -> Option<Self> {
        let map = map.as_map()?;
        let find = |label: i64| {
            let found = map.iter().find(|(key, _)| number(key) == Some(label));
            found.map(|(_, value)| value)
        };
        let bytes = |label: i64| find(label)?.as_bytes().cloned();
        match (number(find(KIND)?)?, number(find(ALGORITHM)?)?) {
            (ELLIPTIC, ES256) if number(find(FIRST)?)? == P256 => {
                let (x, y) = (bytes(SECOND)?, bytes(THIRD)?);
                let whole = x.len() == 32 && y.len() == 32;
                whole.then(|| Self::Es256([vec![0x04], x, y].concat()))
            }
            (RSA, RS256) => Some(Self::Rs256 {
                n: bytes(FIRST)?,
                e: bytes(SECOND)?,
            }),
            _ => None,
        }
    }

    /// The key of a COSE map's bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Self::of_cose(&ciborium::from_reader(bytes).ok()?)
    }

    /// Whether the key's holder signed the message.
    #[must_use]
    pub fn signed(&self, message: &[u8], signed: &[u8]) -> bool {
        match self {
            Self::Es256(point) => UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point)
                .verify(message, signed),
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                signed,
            ),
        }
        .is_ok()
    }
}

fn number(value: &Value) -> Option<i64> {
    i64::try_from(value.as_integer()?).ok()
}
