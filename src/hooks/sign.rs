//! How a receiver knows that a notice is this office's, and of now.

use chrono::{DateTime, Utc};
use ring::hmac;

use crate::ids::hex;

/// The header that carries the signature.
pub const HEADER: &str = "trinhky-signature";

/// `t=1700000000,v1=…`: the instant of sending in seconds, and the HMAC-SHA256 of that number, a dot and the body under the
/// webhook's secret, in hexadecimal. The instant is signed too, so that an old notice cannot be sent as a new one.
#[must_use]
pub fn signature(secret: &str, at: DateTime<Utc>, body: &str) -> String {
    let seconds = at.timestamp();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_others() {
        // printf '1700000000.{"event":"test"}' | openssl dgst -sha256 -hmac tkwh_secret
        let at = DateTime::from_timestamp(1_700_000_000, 0).expect("an instant");
        assert_eq!(
            signature("tkwh_secret", at, r#"{"event":"test"}"#),
            "t=1700000000,v1=14a0e72ee90ee73f5724e93df572e934eb95d572f4340e820b7174c010ca9aa8"
        );
    }
}
