//! What a password must be, how it is kept, how it is compared.
//!
//! The rules are those of ASVS 6.2: length counts, every character is allowed, nothing of a composition is asked and
//! nobody must change a good one; the common ones, the stolen ones and the names that everybody here knows are refused.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use sea_orm::ConnectionTrait;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use super::{breached, find};
use crate::app::App;
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
    hashed(password, salt)
}

fn hashed(password: &str, salt: &[u8; 16]) -> Outcome<String> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::Internal(anyhow::anyhow!("hashing a password: {error}")))
}

/// What a password of this person must not be, beside the common ones.
#[derive(Debug, Clone, Default)]
pub struct Unwanted {
    /// Names that everybody in the office knows (ASVS 6.2.11), as people write them.
    pub names: Vec<String>,
    /// The list of stolen passwords (ASVS 6.2.12), where the office keeps one.
    pub breached: Option<PathBuf>,
}

impl Unwanted {
    /// What is known before there is an office: the names that are typed with the password.
    #[must_use]
    pub fn of(app: &App, names: &[&str]) -> Self {
        let list = &app.config.breached_passwords;
        Self {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            breached: (!list.as_os_str().is_empty()).then(|| list.clone()),
        }
    }

    /// The names of a person, of the address to sign in, of the units in which it works and of their places.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn of_person(app: &App, db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<Self> {
        let actor = find::actor(db, person_id, app.today()).await?;
        let email = find::email(db, person_id).await?;
        let mut names = vec![actor.name.as_str(), email.as_str()];
        names.extend(email.split('@'));
        let mut units: Vec<Uuid> = Vec::new();
        for post in &actor.posts {
            units.extend([post.unit_id, post.org_id]);
        }
        let units = find::units(db, &units, app.today()).await?;
        for unit in units.values() {
            names.extend([unit.name.as_str(), &unit.short, &unit.place]);
        }
        Ok(Self::of(app, &names))
    }

    fn refuse(&self, password: &str) -> Outcome<()> {
        let typed = bare(password);
        if !typed.is_empty() && self.names.iter().any(|name| bare(name) == typed) {
            return Err(Fault::invalid(
                "password",
                "Mật khẩu này là tên người, đơn vị hoặc địa danh mà ai trong cơ quan cũng đoán được; chọn mật khẩu khác.",
                "This password is the name of a person, an office or a place that everybody here would try; choose another.",
            ));
        }
        let Some(list) = &self.breached else {
            return Ok(());
        };
        // An office that cannot read its list still lets its people in; whoever runs it is told.
        let stolen = breached::contains(list, password).unwrap_or_else(|error| {
            tracing::error!(%error, list = %list.display(), "the list of stolen passwords cannot be read");
            false
        });
        if stolen { Err(broken()) } else { Ok(()) }
    }
}

/// A name or password without accents, case, digits and signs: `Cao Lộc`, `caoloc2023` and `Cao-Loc!` are one.
fn bare(text: &str) -> String {
    text.to_lowercase()
        .nfd()
        .map(|letter| if letter == 'đ' { 'd' } else { letter })
        .filter(char::is_ascii_alphabetic)
        .collect()
}

/// The same, off the threads that answer pages, and never what this person should not choose.
///
/// # Errors
/// As [`hash_password`], and for what is unwanted.
pub async fn hash(password: String, salt: [u8; 16], unwanted: Unwanted) -> Outcome<String> {
    tokio::task::spawn_blocking(move || {
        check(&password)?;
        unwanted.refuse(&password)?;
        hashed(&password, &salt)
    })
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
        return Err(broken());
    }
    Ok(())
}

fn broken() -> Fault {
    Fault::invalid(
        "password",
        "Mật khẩu này có trong danh sách mật khẩu đã bị lộ, ai cũng đoán được; chọn mật khẩu khác.",
        "This password is on the list of broken passwords that everybody tries; choose another.",
    )
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

    #[test]
    fn the_offices_names_and_stolen_passwords_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("stolen.txt");
        std::fs::write(&list, "0000000000000000000000000000000000000000:1\n").expect("written");
        let names = ["UBND huyện Cao Lộc", "Cao Lộc", "Lý Đức Hải", "ly.duc.hai"];
        let unwanted = Unwanted {
            names: names.map(str::to_owned).to_vec(),
            breached: Some(list),
        };
        for bad in [
            "caoloc2023",
            "Cao-Lộc!!",
            "LyDucHai1990",
            "ubnd huyen cao loc",
        ] {
            assert!(unwanted.refuse(bad).is_err(), "{bad}");
        }
        for good in ["cao lộc quê tôi", "hải đăng xa bờ", "ba con trâu"] {
            assert!(unwanted.refuse(good).is_ok(), "{good}");
        }
        let gone = Unwanted {
            breached: Some(folder.path().join("gone")),
            ..unwanted
        };
        assert!(gone.refuse("ba con trâu").is_ok(), "people still get in");
    }

    #[tokio::test]
    async fn only_the_right_password_matches_and_nobody_has_one() {
        let kept = hash("ba con trâu".to_owned(), [1; 16], Unwanted::default())
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
