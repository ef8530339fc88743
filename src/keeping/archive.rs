//! What a backup is on disk, and how it is read back.

use std::fs;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use trinhky_age::{Identity, Recipient};

use crate::ids::{Ids, hex};

/// The file that names all others; written last.
pub const MANIFEST: &str = "manifest.json";
/// The ways in which this program writes a backup: as the files are, and encrypted.
const PLAIN: u32 = 1;
const ENCRYPTED: u32 = 2;
/// What the name of an encrypted file ends with.
const AGE: &str = ".age";
/// Bytes read at a time.
const CHUNK: usize = 1024 * 1024;

/// Which database a backup holds; one cannot be restored into the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Sqlite,
    Postgresql,
}

impl Kind {
    /// The database that a configuration with this `database` uses.
    #[must_use]
    pub fn of(database: &str) -> Self {
        if database.is_empty() {
            Self::Sqlite
        } else {
            Self::Postgresql
        }
    }

    /// The database's file in the backup.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "database.sqlite",
            Self::Postgresql => "database.sql",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgresql => "PostgreSQL",
        }
    }
}

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The version of the program that wrote it.
    program: String,
    /// The newest migration of its database.
    schema: String,
    pub database: Kind,
    pub taken_at: DateTime<Utc>,
    /// The public keys of those who can open it; none: everybody who can read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encrypted_for: Vec<String>,
    pub items: Vec<Item>,
    /// Files that the database names and the installation had no longer, or not as they were stored.
    pub damaged: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// Within the backup, with `/`; where it is encrypted, `.age` follows on disk.
    pub path: String,
    pub size: u64,
    pub sha256: String,
    /// How the encrypted file lies on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<Measured>,
}

impl Manifest {
    /// Of a backup that is being written.
    #[must_use]
    pub fn begin(database: Kind, taken_at: DateTime<Utc>, encrypted_for: Vec<String>) -> Self {
        Self {
            format: if encrypted_for.is_empty() {
                PLAIN
            } else {
                ENCRYPTED
            },
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: trinhky_migrations::newest(),
            database,
            taken_at,
            encrypted_for,
            items: Vec::new(),
            damaged: Vec::new(),
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.items.iter().map(|item| item.size).sum()
    }

    /// Refuses what this program cannot restore, or not into this kind of database.
    ///
    /// # Errors
    /// One sentence saying with what it can be restored.
    pub fn must_fit(&self, database: Kind) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.format <= ENCRYPTED && trinhky_migrations::knows(&self.schema),
            "the backup was written by a newer program ({}, database at {}); restore it with that one",
            self.program,
            self.schema
        );
        anyhow::ensure!(
            self.database == database,
            "the backup holds a {} database and the configuration names {}; set `database` accordingly",
            self.database.name(),
            database.name()
        );
        Ok(())
    }

    /// Writes the manifest, by which the backup becomes one.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(MANIFEST);
        let write = || -> std::io::Result<()> {
            let mut file = create(&path)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// When the folder holds none, or one that names files outside of the folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "{} holds no backup of this program: its {MANIFEST} cannot be read",
                folder.display()
            )
        })?;
        let manifest: Self = serde_json::from_str(&text)
            .with_context(|| format!("{} was changed; take another backup", path.display()))?;
        for item in &manifest.items {
            let inside = Path::new(&item.path)
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            anyhow::ensure!(
                inside && !item.path.is_empty(),
                "{} names a file outside of the backup; take another backup",
                path.display()
            );
        }
        let database = manifest.database.file();
        anyhow::ensure!(
            manifest.items.iter().any(|item| item.path == database),
            "{} names no database; take another backup",
            path.display()
        );
        Ok(manifest)
    }

    /// Reads every file back.
    ///
    /// # Errors
    /// The first that is missing or not what was written.
    pub fn verify(&self, folder: &Path) -> anyhow::Result<()> {
        for item in &self.items {
            let path = item.on_disk(folder);
            let found = measure(&path).with_context(|| missing(&path))?;
            must_be(
                item.encrypted.as_ref().unwrap_or(&item.measured()),
                &found,
                &path,
            )?;
        }
        Ok(())
    }

    /// Copies every file to another folder, which must have none of them, decrypts it where it is encrypted, and compares
    /// what was read.
    ///
    /// # Errors
    /// The first that is missing, not what was written, or that the disk refuses.
    pub fn unpack(&self, folder: &Path, key: Option<&Identity>, into: &Path) -> anyhow::Result<()> {
        for item in &self.items {
            let path = item.on_disk(folder);
            let from = open(&path)?;
            let to = into.join(&item.path);
            let found = match (&item.encrypted, key) {
                (Some(_), Some(key)) => {
                    let opened = trinhky_age::decrypt(key, from)
                        .with_context(|| format!("cannot open {}", path.display()))?;
                    write_new(opened, &path, &to)?
                }
                _ => write_new(from, &path, &to)?,
            };
            must_be(&item.measured(), &found, &path)?;
        }
        Ok(())
    }

    /// Refuses a key that does not open this backup, and to go on without one where one is needed.
    ///
    /// # Errors
    /// One sentence naming whose key opens it.
    pub fn must_open(&self, key: Option<&Identity>) -> anyhow::Result<()> {
        let holders = self.encrypted_for.join(" or ");
        match key {
            _ if self.encrypted_for.is_empty() => Ok(()),
            None => anyhow::bail!(
                "the backup is encrypted: name the file of the secret key that belongs to {holders} with --key"
            ),
            Some(key) => {
                let own = key.recipient().to_string();
                anyhow::ensure!(
                    self.encrypted_for.contains(&own),
                    "this key ({own}) does not open the backup; it was encrypted for {holders}"
                );
                Ok(())
            }
        }
    }
}

impl Item {
    fn on_disk(&self, folder: &Path) -> PathBuf {
        let end = if self.encrypted.is_some() { AGE } else { "" };
        folder.join(format!("{}{end}", self.path))
    }

    fn measured(&self) -> Measured {
        Measured {
            size: self.size,
            sha256: self.sha256.clone(),
        }
    }
}

fn must_be(wanted: &Measured, found: &Measured, path: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        found == wanted,
        "{} is not what was backed up; take another backup",
        path.display()
    );
    Ok(())
}

/// A file's size and digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub size: u64,
    pub sha256: String,
}

/// Puts files into a backup: as they are, or encrypted for who may open it.
pub struct Packer<'a> {
    pub folder: &'a Path,
    pub recipients: &'a [Recipient],
    pub ids: &'a Ids,
}

impl Packer<'_> {
    /// Copies a file durably under its path within the backup, making its folder.
    ///
    /// # Errors
    /// Which of the two files could not be read or written.
    pub fn add(&self, from: &Path, path: String) -> anyhow::Result<Item> {
        let to = self.folder.join(&path);
        let source = open(from)?;
        if self.recipients.is_empty() {
            let Measured { size, sha256 } = write_new(source, from, &to)?;
            return Ok(Item {
                path,
                size,
                sha256,
                encrypted: None,
            });
        }
        let to = to.with_file_name(format!("{}{AGE}", name(&to)?));
        let cannot_write = || format!("cannot write {}", to.display());
        let mut file = Measuring::new(new_file(&to)?);
        let mut draw = |bytes: &mut [u8]| self.ids.fill(bytes);
        let mut sealed = trinhky_age::encrypt(self.recipients, &mut draw, &mut file)
            .with_context(cannot_write)?;
        let Measured { size, sha256 } =
            measured(source, Some((&mut sealed, &to))).with_context(|| missing(from))?;
        sealed.finish().with_context(cannot_write)?;
        let (file, encrypted) = file.done();
        make_durable(&file, &to)?;
        Ok(Item {
            path,
            size,
            sha256,
            encrypted: Some(encrypted),
        })
    }

    /// The item of a file that was written into the folder already, made durable.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn written(&self, path: String) -> anyhow::Result<Item> {
        let file = self.folder.join(&path);
        make_durable(&open(&file)?, &file)?;
        let Measured { size, sha256 } = measure(&file)?;
        Ok(Item {
            path,
            size,
            sha256,
            encrypted: None,
        })
    }

    /// Removes again what was added.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, item: &Item) -> anyhow::Result<()> {
        let path = item.on_disk(self.folder);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
    }
}

/// Measures what is written through it.
struct Measuring<W> {
    out: W,
    size: u64,
    hash: Sha256,
}

impl<W> Measuring<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            size: 0,
            hash: Sha256::new(),
        }
    }

    fn done(self) -> (W, Measured) {
        let measured = Measured {
            size: self.size,
            sha256: hex(&self.hash.finalize()),
        };
        (self.out, measured)
    }
}

impl<W: Write> Write for Measuring<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// Writes what is read to a new file, durably; `from` only names it.
fn write_new(source: impl Read, from: &Path, to: &Path) -> anyhow::Result<Measured> {
    let mut file = new_file(to)?;
    let found = measured(source, Some((&mut file, to))).with_context(|| missing(from))?;
    make_durable(&file, to)?;
    Ok(found)
}

/// A new file in a folder that is made where there is none.
fn new_file(path: &Path) -> anyhow::Result<fs::File> {
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| create(path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn make_durable(file: &fs::File, path: &Path) -> anyhow::Result<()> {
    file.sync_all()
        .with_context(|| format!("cannot write {}", path.display()))?;
    sync_folder(path.parent().context("a file has a folder")?)
}

fn open(path: &Path) -> anyhow::Result<fs::File> {
    fs::File::open(path).with_context(|| missing(path))
}

fn name(path: &Path) -> anyhow::Result<&str> {
    path.file_name()
        .and_then(|name| name.to_str())
        .with_context(|| format!("{} names no file", path.display()))
}

/// Reads a file to its end.
///
/// # Errors
/// When it cannot be read.
pub fn measure(path: &Path) -> anyhow::Result<Measured> {
    measured(fs::File::open(path)?, None::<(&mut fs::File, &Path)>)
}

/// Reads to the end, and writes it elsewhere where somewhere is given.
fn measured(
    mut source: impl Read,
    mut to: Option<(&mut impl Write, &Path)>,
) -> anyhow::Result<Measured> {
    let mut measuring = Measuring::new(std::io::sink());
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = source.read(&mut chunk)?;
        if read == 0 {
            return Ok(measuring.done().1);
        }
        measuring.write_all(&chunk[..read])?;
        if let Some((to, name)) = &mut to {
            to.write_all(&chunk[..read])
                .with_context(|| format!("cannot write {}", name.display()))?;
        }
    }
}

/// All files below a folder, with their paths within it; none where there is no folder.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        if !next.exists() {
            continue;
        }
        for entry in
            fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Makes a new folder that only the program's own user can open: a backup holds keys and everything people wrote.
///
/// # Errors
/// When the disk refuses.
pub fn make_private(folder: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// Makes the names in a folder durable.
///
/// # Errors
/// When the disk refuses.
pub fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("cannot write to {}", folder.display()))
}

/// A new file that only the program's own user can read.
fn create(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn missing(path: &Path) -> String {
    format!("cannot read {}", path.display())
}
