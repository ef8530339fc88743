//! Secrets at rest: what the database must keep, and nobody may learn who reads the database or a copy of it alone.
//!
//! One key of the installation, a file outside of the database. From it come two: one seals what must be read again (the
//! secrets of authenticator apps; AES-256-GCM), one makes digests of what only is compared (recovery codes, the codes of
//! letters; HMAC-SHA-256), so that short codes cannot be found by trying all of them. What is sealed is bound to whom it
//! belongs to: moved to another row, it opens nothing.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::config::Config;
use crate::fault::Outcome;
use crate::files::digest;
use crate::ids::{Ids, hex};
use crate::store::{Store, Tx};

/// Bytes of the installation's key.
const KEY_BYTES: usize = 32;
/// What sealed text begins with, and digests under the key: other text was written by a version that had no key.
pub const SEALED: &str = "v1.";
/// Where the database remembers which key it needs.
const REMEMBERED: &str = "secrets_key";

/// The installation's key, opened.
pub struct Secrets {
    seal: LessSafeKey,
    digest: hmac::Key,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Secrets").finish()
    }
}

impl Secrets {
    /// Opens the key that the database needs; a database that needs none yet gets a new one.
    ///
    /// # Errors
    /// One sentence when the key's file is missing, cannot be read, or is another installation's.
    pub async fn open(config: &Config, store: &Store) -> anyhow::Result<Self> {
        let path = config.secrets_file();
        let needed = remembered(store).await?;
        if needed.is_none() && !path.exists() {
            make(&path)?;
        }
        anyhow::ensure!(
            path.exists(),
            "the key of the stored secrets is missing: put {} back from where it is kept, or give all codes of telephones \
             and all recovery codes up with `trinhky user forget-codes`",
            path.display()
        );
        let secrets = Self::read(&path)?;
        let own = secrets.digest("key", "");
        let needed = match needed {
            Some(needed) => needed,
            None => remember(store, &own).await?,
        };
        anyhow::ensure!(
            needed == own,
            "{} is not the key with which this database's secrets were sealed: put the right one there, or give all codes \
             of telephones and all recovery codes up with `trinhky user forget-codes`",
            path.display()
        );
        Ok(secrets)
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let key = BASE64
            .decode(text.trim())
            .ok()
            .filter(|key| key.len() == KEY_BYTES)
            .with_context(|| format!("{} holds no key", path.display()))?;
        Self::from_key(&key)
    }

    fn from_key(key: &[u8]) -> anyhow::Result<Self> {
        let source = hkdf::Salt::new(hkdf::HKDF_SHA256, b"trinhky secrets").extract(key);
        let impossible = |_| anyhow::anyhow!("deriving a key");
        let seal: UnboundKey = source
            .expand(&[b"seal"], &AES_256_GCM)
            .map_err(impossible)?
            .into();
        let digest: hmac::Key = source
            .expand(&[b"digest"], hmac::HMAC_SHA256)
            .map_err(impossible)?
            .into();
        Ok(Self {
            seal: LessSafeKey::new(seal),
            digest,
        })
    }

    /// The secret as the database may hold it; only who asks for the same `about` opens it.
    ///
    /// # Errors
    /// Never, but for a secret beyond what the cipher takes.
    pub fn seal(&self, ids: &Ids, about: &str, secret: &str) -> anyhow::Result<String> {
        let nonce: [u8; NONCE_LEN] = ids.bytes();
        let mut sealed = secret.as_bytes().to_vec();
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(about),
                &mut sealed,
            )
            .map_err(|_| anyhow::anyhow!("sealing a secret"))?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{SEALED}{}", BASE64.encode(bytes)))
    }

    /// The secret that was sealed `about` the same.
    ///
    /// # Errors
    /// When the text was altered, belongs to something else, or was sealed by another key.
    pub fn unseal(&self, about: &str, sealed: &str) -> anyhow::Result<String> {
        self.opened(about, sealed)
            .with_context(|| format!("the sealed secret of {about} was altered"))
    }

    fn opened(&self, about: &str, sealed: &str) -> Option<String> {
        let mut bytes = BASE64.decode(sealed.strip_prefix(SEALED)?).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let open = self
            .seal
            .open_in_place(nonce, Aad::from(about), sealed)
            .ok()?;
        String::from_utf8(open.to_vec()).ok()
    }

    /// The digest under which a code is stored and found again.
    #[must_use]
    pub fn code(&self, about: &str, code: &str) -> String {
        self.code_of_digest(about, &digest(code.as_bytes()))
    }

    /// The same from the plain digest that earlier versions stored.
    #[must_use]
    pub fn code_of_digest(&self, about: &str, digest: &str) -> String {
        self.digest(about, digest)
    }

    fn digest(&self, about: &str, text: &str) -> String {
        let tag = hmac::sign(&self.digest, format!("{about}\n{text}").as_bytes());
        format!("{SEALED}{}", hex(tag.as_ref()))
    }
}

/// Makes a new key; of two servers that begin at once one makes it.
fn make(path: &Path) -> anyhow::Result<()> {
    let cannot = || {
        format!(
            "cannot write the key of the stored secrets to {}",
            path.display()
        )
    };
    let folder: PathBuf = match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&folder).with_context(cannot)?;
    // Only the program's own user can read it.
    let mut file = tempfile::NamedTempFile::new_in(&folder).with_context(cannot)?;
    // A key is drawn from the system even where ids repeat.
    let key: [u8; KEY_BYTES] = Ids::from_system().bytes();
    writeln!(file, "{}", BASE64.encode(key)).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error.error).with_context(cannot);
        }
        _ => {}
    }
    // The name is durable only when its folder is.
    fs::File::open(&folder)
        .and_then(|folder| folder.sync_all())
        .with_context(cannot)
}

async fn remembered(store: &Store) -> anyhow::Result<Option<String>> {
    let db = store.reader();
    let sql = "SELECT value FROM installation WHERE name = $1";
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), sql, [REMEMBERED.into()]);
    match db.query_one_raw(statement).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

/// Remembers the key unless another server was first; returns the one that counts.
async fn remember(store: &Store, own: &str) -> anyhow::Result<String> {
    store
        .write(own.to_owned(), |tx, own| {
            Box::pin(async move {
                let sql = "INSERT INTO installation (name, value, at) VALUES ($1, $2, CURRENT_TIMESTAMP) \
                           ON CONFLICT (name) DO NOTHING";
                let values = [REMEMBERED.into(), own.as_str().into()];
                let statement =
                    Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
                tx.execute_raw(statement).await?;
                Ok(())
            })
        })
        .await?;
    remembered(store)
        .await?
        .context("the key that was just remembered")
}

/// Forgets which key is needed, in the act that gives up what was sealed by it; the next start makes or takes another one.
///
/// # Errors
/// What the database reports.
pub async fn forget(tx: &Tx) -> Outcome<()> {
    let sql = "DELETE FROM installation WHERE name = $1";
    let statement =
        Statement::from_sql_and_values(tx.get_database_backend(), sql, [REMEMBERED.into()]);
    tx.execute_raw(statement).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(key: u8) -> Secrets {
        Secrets::from_key(&[key; KEY_BYTES]).expect("a key")
    }

    #[test]
    fn what_is_sealed_opens_for_whom_it_belongs_to_by_the_same_key_alone() {
        let (own, ids) = (secrets(1), Ids::seeded(1));
        let sealed = own.seal(&ids, "an", "GEZDGNBV").expect("sealed");
        assert!(!sealed.contains("GEZDGNBV"), "{sealed}");
        assert_eq!(own.unseal("an", &sealed).expect("opened"), "GEZDGNBV");
        assert!(own.unseal("binh", &sealed).is_err(), "another person's");
        assert!(secrets(2).unseal("an", &sealed).is_err(), "another key");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone().into_bytes();
            altered[at] ^= 1;
            let altered = String::from_utf8(altered).expect("text");
            let same = own.unseal("an", &altered).is_ok();
            assert!(!same, "letter {at}");
        }
        let again = own.seal(&ids, "an", "GEZDGNBV").expect("sealed");
        assert_ne!(sealed, again, "nobody sees that two secrets are the same");
    }

    #[test]
    fn codes_are_told_apart_by_person_and_key() {
        let digest = secrets(1).code("an", "ABCDE");
        assert_eq!(digest, secrets(1).code("an", "ABCDE"));
        assert_ne!(digest, secrets(1).code("binh", "ABCDE"));
        assert_ne!(digest, secrets(2).code("an", "ABCDE"));
        let plain = crate::files::digest(b"ABCDE");
        assert_eq!(digest, secrets(1).code_of_digest("an", &plain));
    }

    #[tokio::test]
    async fn a_database_opens_with_its_own_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: folder.path().to_owned(),
            ..Config::default()
        };
        crate::cli::bring_up(&config).await.expect("migrated");
        let store = Store::open(&config.database_url()).await.expect("open");
        let first = Secrets::open(&config, &store).await.expect("made");
        let sealed = first.seal(&Ids::seeded(1), "an", "x").expect("sealed");
        let again = Secrets::open(&config, &store).await.expect("the same");
        assert_eq!(again.unseal("an", &sealed).expect("opened"), "x");

        let path = config.secrets_file();
        let kept = fs::read(&path).expect("the key");
        for (bytes, sentence) in [
            (None, "is missing: put"),
            (Some(BASE64.encode([7; 32])), "is not the key with which"),
            (Some("no key".to_owned()), "holds no key"),
        ] {
            match bytes {
                None => fs::remove_file(&path).expect("removed"),
                Some(bytes) => fs::write(&path, bytes).expect("written"),
            }
            let refused = Secrets::open(&config, &store).await.expect_err("refused");
            assert!(refused.to_string().contains(sentence), "{refused}");
        }
        fs::write(&path, kept).expect("put back");
        Secrets::open(&config, &store).await.expect("as before");
    }
}
