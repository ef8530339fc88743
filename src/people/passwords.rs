//! What a password must be, how it is kept, how it is compared.
//!
//! The rules are those of ASVS 6.2: length counts, every character is allowed, nothing of a composition is asked and
//! nobody must change a good one; the common and the broken ones are refused.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::fault::{Fault, Outcome};

/// Shortest password that is accepted, in characters (ASVS 6.2.1).
pub const MIN_PASSWORD: usize = 8;
/// Longest one, in characters: far above the 64 that must be possible (ASVS 6.2.9), so that hashing stays bounded.
pub const MAX_PASSWORD: usize = 256;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../templates/passwords/common.txt")
        .lines()
        .collect()
});

/// Hashes a password for storing; slow on purpose, so never inside an act.
///
/// # Errors
/// When the password is too short, too long or among the common ones, or the hash cannot be made.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Outcome<String> {
    check(password)?;
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::Internal(anyhow::anyhow!("hashing a password: {error}")))
}

/// The same, off the threads that answer pages.
///
/// # Errors
/// As [`hash_password`].
pub async fn hash(password: String, salt: [u8; 16]) -> Outcome<String> {
    tokio::task::spawn_blocking(move || hash_password(&password, &salt))
        .await
        .map_err(|error| Fault::Internal(error.into()))?
}

/// Whether it is the password of the hash. Without a hash it takes the same time and is none (ASVS 6.3.8).
///
/// # Errors
/// When the comparison cannot be run.
pub async fn matches(password: String, hash: Option<String>) -> Outcome<bool> {
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.clone());
        let same = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        });
        known && same
    })
    .await
    .map_err(|error| Fault::Internal(error.into()))
}

/// The hash that a sign-in of nobody is compared with.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    Argon2::default()
        .hash_password_with_salt(b"nobody", &[7; 16])
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

fn check(password: &str) -> Outcome<()> {
    let length = password.chars().count();
    if length < MIN_PASSWORD {
        return Err(Fault::invalid(
            "password",
            format!(
                "Mật khẩu phải có ít nhất {MIN_PASSWORD} ký tự; một câu ngắn dễ nhớ là tốt nhất."
            ),
            format!(
                "The password must have at least {MIN_PASSWORD} characters; a short sentence is best."
            ),
        ));
    }
    if length > MAX_PASSWORD {
        return Err(Fault::invalid(
            "password",
            format!("Mật khẩu dài quá {MAX_PASSWORD} ký tự."),
            format!("The password has more than {MAX_PASSWORD} characters."),
        ));
    }
    let lower = password.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next();
    if COMMON.contains(lower.as_str()) || letters.all(|letter| Some(letter) == first) {
        return Err(Fault::invalid(
            "password",
            "Mật khẩu này có trong danh sách mật khẩu đã bị lộ, ai cũng đoán được; chọn mật khẩu khác.",
            "This password is on the list of broken passwords that everybody tries; choose another.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_the_common_ones_are_refused_whatever_their_letters_case() {
        for bad in [
            "ngắn",
            "password",
            "PassWord",
            "12345678",
            "matkhau123",
            "Admin@123",
            "aaaaaaaaaaaa",
            &"x y".repeat(99),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in [
            "ba con trâu",
            "trinh-ky-2023",
            &"ộ".repeat(30).replacen('ộ', "a", 1),
            &"ab".repeat(64),
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        assert!(COMMON.len() > 3_000, "ASVS 6.2.4 asks for the top 3,000");
    }

    #[tokio::test]
    async fn only_the_right_password_matches_and_nobody_has_one() {
        let kept = hash("ba con trâu".to_owned(), [1; 16])
            .await
            .expect("hashed");
        assert!(
            matches("ba con trâu".to_owned(), Some(kept.clone()))
                .await
                .expect("compared")
        );
        assert!(
            !matches("ba con bò".to_owned(), Some(kept))
                .await
                .expect("compared")
        );
        assert!(!matches("nobody".to_owned(), None).await.expect("compared"));
    }
}
