//! Files by digest: written once, never changed, found by their SHA-256.

pub mod rows;
pub mod sniff;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;
use crate::fault::Outcome;
use crate::ids::hex;
use crate::store::Tx;

/// A folder of files named by their digest.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
}

/// A file that is on disk and may be named in an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub digest: String,
    pub size: i64,
    pub media_type: String,
}

impl Files {
    /// Uses (and makes) the folder `root`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root)
            .with_context(|| format!("cannot make the folder {}", root.display()))?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Writes the bytes and their name to disk before returning; the same bytes are written once.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn put(&self, bytes: Vec<u8>, media_type: &str) -> anyhow::Result<Stored> {
        let digest = digest(&bytes);
        let stored = Stored {
            digest,
            size: i64::try_from(bytes.len())?,
            media_type: media_type.to_owned(),
        };
        let path = self.path(&stored.digest);
        tokio::task::spawn_blocking(move || write_durably(&path, &bytes)).await??;
        Ok(stored)
    }

    /// Whether the disk takes another page.
    ///
    /// # Errors
    /// What the disk answers.
    pub async fn room(&self) -> std::io::Result<()> {
        const PAGE: [u8; 4_096] = [0; 4_096];
        let probe = self.root.join(".room");
        tokio::fs::write(&probe, PAGE).await?;
        tokio::fs::remove_file(&probe).await
    }

    /// Reads a file and checks that it is still what was written.
    ///
    /// # Errors
    /// When it is missing or was changed.
    pub async fn get(&self, digest_wanted: &str) -> anyhow::Result<Vec<u8>> {
        anyhow::ensure!(
            digest_wanted.len() == 64 && digest_wanted.bytes().all(|b| b.is_ascii_hexdigit()),
            "not a digest"
        );
        let bytes = tokio::fs::read(self.path(digest_wanted))
            .await
            .with_context(|| format!("file {digest_wanted}"))?;
        anyhow::ensure!(
            digest(&bytes) == digest_wanted,
            "file {digest_wanted} is not what was stored"
        );
        Ok(bytes)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.root.join(&digest[..2]).join(digest)
    }
}

/// Longest name of a file that is kept, in characters.
const MAX_NAME: usize = 120;

/// The last part of a path, without control characters, short enough; `otherwise` where nothing is left.
#[must_use]
pub fn kept_name(name: &str, otherwise: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME)
        .collect();
    match kept.trim() {
        "" => otherwise.to_owned(),
        kept => kept.to_owned(),
    }
}

/// Records a stored file, in the act that refers to it.
///
/// # Errors
/// What the database reports.
pub async fn record(tx: &Tx, stored: &Stored, clock: &Clock) -> Outcome<()> {
    rows::stored_file::Entity::insert(rows::stored_file::ActiveModel {
        digest: Set(stored.digest.clone()),
        size: Set(stored.size),
        media_type: Set(stored.media_type.clone()),
        created_at: Set(clock.now()),
    })
    .on_conflict(
        OnConflict::column(rows::stored_file::Column::Digest)
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A file that only the program's own user can read.
///
/// # Errors
/// When the disk refuses.
pub fn write_secret(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options
        .open(path)
        .with_context(|| format!("writing {}", path.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

fn write_durably(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().context("a file has a folder")?;
    std::fs::create_dir_all(folder)?;
    let temporary = path.with_extension("part");
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    // The name is durable only when its folder is.
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}
