//! A signed checkpoint: size and root of an organisation's tree at an instant, as a text that stands for itself.
//!
//! The form is that of transparency logs (C2SP `signed-note` and `tlog-checkpoint`, Ed25519), so that tools for those read it.

use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, SecondsFormat, Utc};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::merkle::Hash;
use crate::files::write_secret;
use crate::ids::{Ids, hex};

/// The name under which every installation signs; the key's digest tells them apart.
const NAME: &str = "trinhky-trail";
/// What the origin of every checkpoint begins with; the organisation's id follows.
const ORIGIN: &str = "trinhky/journal/";
/// The algorithm's number in keys and signatures of signed notes.
const ED25519_NOTE: u8 = 1;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub org_id: Uuid,
    /// Rows of the journal under the root.
    pub size: u64,
    pub root: Hash,
    pub at: DateTime<Utc>,
}

impl Checkpoint {
    fn body(&self) -> String {
        format!(
            "{ORIGIN}{}\n{}\n{}\n{}\n",
            self.org_id,
            self.size,
            BASE64.encode(self.root),
            self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        )
    }

    fn of_body(body: &str) -> Option<Self> {
        let lines: Vec<&str> = body.lines().collect();
        let [origin, size, root, at] = lines[..] else {
            return None;
        };
        let checkpoint = Self {
            org_id: origin.strip_prefix(ORIGIN)?.parse().ok()?,
            size: size.parse().ok()?,
            root: BASE64.decode(root).ok()?.try_into().ok()?,
            at: DateTime::parse_from_rfc3339(at).ok()?.to_utc(),
        };
        (checkpoint.body() == body).then_some(checkpoint)
    }
}

/// The key that signs checkpoints: a file beside the installation's other keys, never in the database.
pub struct TrailKey(Ed25519KeyPair);

impl TrailKey {
    /// Reads the key of the installation in the folder `data`, or makes it.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else.
    pub fn open(data: &Path, ids: &Ids) -> anyhow::Result<Self> {
        let path = key_file(data);
        if !path.exists() {
            let folder = path.parent().context("a key lies in a folder")?;
            std::fs::create_dir_all(folder).context("making the folder of keys")?;
            write_secret(&path, hex(&ids.bytes::<32>()).as_bytes())?;
        }
        Self::read(data)?.with_context(|| format!("{} has gone", path.display()))
    }

    /// Reads the key of the installation in the folder `data`; none where none was made yet.
    ///
    /// # Errors
    /// When the file cannot be read, or holds something else.
    pub fn read(data: &Path) -> anyhow::Result<Option<Self>> {
        let path = key_file(data);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let seed = super::read_hex(text.trim())
            .with_context(|| format!("{} holds no key", path.display()))?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| anyhow::anyhow!("{} holds no key", path.display()))?;
        Ok(Some(Self(pair)))
    }

    /// Whoever holds this can verify what the key signs.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier(self.0.public_key().as_ref().to_vec())
    }

    /// The checkpoint with its signature.
    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let body = checkpoint.body();
        let mut signature = self.verifier().id().to_vec();
        signature.extend(self.0.sign(body.as_bytes()).as_ref());
        format!("{body}\n— {NAME} {}\n", BASE64.encode(signature))
    }
}

impl std::fmt::Debug for TrailKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("TrailKey").finish()
    }
}

fn key_file(data: &Path) -> std::path::PathBuf {
    data.join("keys").join("trail.key")
}

/// The public key that checkpoints are verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier(Vec<u8>);

impl Verifier {
    /// Reads `name+id+key` as [`Verifier`]'s text has it; none for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.trim().strip_prefix(NAME)?.strip_prefix('+')?;
        let (_, key) = encoded.split_once('+')?;
        let key = BASE64.decode(key).ok()?;
        let (ED25519_NOTE, key) = key.split_first().map(|(kind, key)| (*kind, key))? else {
            return None;
        };
        let verifier = Self(key.to_vec());
        (key.len() == 32 && verifier.to_string() == text.trim()).then_some(verifier)
    }

    /// The checkpoint of a note that this key signed; none for every other text.
    #[must_use]
    pub fn open(&self, note: &str) -> Option<Checkpoint> {
        let (body, signatures) = note.split_once("\n\n")?;
        let body = format!("{body}\n");
        let own = signatures.lines().any(|line| {
            let Some(text) = line.strip_prefix(&format!("— {NAME} ")) else {
                return false;
            };
            let Ok(bytes) = BASE64.decode(text) else {
                return false;
            };
            let Some((id, signature)) = bytes.split_first_chunk::<4>() else {
                return false;
            };
            *id == self.id()
                && UnparsedPublicKey::new(&ED25519, &self.0)
                    .verify(body.as_bytes(), signature)
                    .is_ok()
        });
        if own {
            Checkpoint::of_body(&body)
        } else {
            None
        }
    }

    fn encoded(&self) -> Vec<u8> {
        let mut bytes = vec![ED25519_NOTE];
        bytes.extend(&self.0);
        bytes
    }

    fn id(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(NAME)
            .chain_update("\n")
            .chain_update(self.encoded())
            .finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{NAME}+{}+{}",
            hex(&self.id()),
            BASE64.encode(self.encoded())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (Checkpoint, Verifier, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let key = TrailKey::open(folder.path(), &Ids::seeded(1)).expect("a key");
        let checkpoint = Checkpoint {
            org_id: Uuid::from_u128(7),
            size: 12,
            root: [3; 32],
            at: "2023-03-20T01:00:00Z".parse().expect("an instant"),
        };
        let note = key.sign(&checkpoint);
        let again = TrailKey::read(folder.path()).expect("read").expect("kept");
        assert_eq!(again.sign(&checkpoint), note, "the same key, the same note");
        (checkpoint, key.verifier(), note)
    }

    #[test]
    fn a_note_says_what_was_signed_and_its_key_can_be_written_down() {
        let (checkpoint, verifier, note) = signed();
        assert_eq!(verifier.open(&note), Some(checkpoint));
        assert_eq!(Verifier::parse(&verifier.to_string()), Some(verifier));
        assert!(note.starts_with(
            "trinhky/journal/00000000-0000-0000-0000-000000000007\n12\nAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n2023-03-20T01:00:00.000000Z\n\n— trinhky-trail "
        ));
    }

    #[test]
    fn no_other_text_is_a_note() {
        let (_, verifier, note) = signed();
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(text) = String::from_utf8(bytes) else {
                    continue;
                };
                // A signature is the same with another letter at its end that base64 ignores, and without the last line's end.
                let strict = verifier.open(&text).is_none() || at + 1 == note.len();
                assert!(strict, "bit {bit} of byte {at}");
            }
        }
        let stranger = {
            let folder = tempfile::tempdir().expect("a folder");
            TrailKey::open(folder.path(), &Ids::seeded(2)).expect("a key")
        };
        assert_eq!(stranger.verifier().open(&note), None);
        assert_eq!(Verifier::parse("trinhky-trail+00000000+AQ=="), None);
    }
}
