//! What a backup is on disk, and how it is read back.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::hex;

/// The file that names all others; written last.
pub const MANIFEST: &str = "manifest.json";
/// The way in which this program writes a backup.
const FORMAT: u32 = 1;
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
    pub items: Vec<Item>,
    /// Files that the database names and the installation had no longer, or not as they were stored.
    pub damaged: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// Within the backup, with `/`.
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

impl Manifest {
    /// Of a backup that is being written.
    #[must_use]
    pub fn begin(database: Kind, taken_at: DateTime<Utc>) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: trinhky_migrations::newest(),
            database,
            taken_at,
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
            self.format <= FORMAT && trinhky_migrations::knows(&self.schema),
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
            let path = folder.join(&item.path);
            let found = measure(&path, None).with_context(|| missing(&path))?;
            item.must_be(&found, &path)?;
        }
        Ok(())
    }

    /// Copies every file to another folder, which must have none of them, and compares what was read.
    ///
    /// # Errors
    /// The first that is missing, not what was written, or that the disk refuses.
    pub fn unpack(&self, folder: &Path, into: &Path) -> anyhow::Result<()> {
        for item in &self.items {
            let path = folder.join(&item.path);
            let found = copy(&path, &into.join(&item.path))?;
            item.must_be(&found, &path)?;
        }
        Ok(())
    }
}

impl Item {
    fn must_be(&self, found: &Measured, path: &Path) -> anyhow::Result<()> {
        anyhow::ensure!(
            found.size == self.size && found.sha256 == self.sha256,
            "{} is not what was backed up; take another backup",
            path.display()
        );
        Ok(())
    }
}

/// A file's size and digest.
pub struct Measured {
    pub size: u64,
    pub sha256: String,
}

impl Measured {
    /// The file as an item of the manifest.
    #[must_use]
    pub fn item(self, path: String) -> Item {
        Item {
            path,
            size: self.size,
            sha256: self.sha256,
        }
    }
}

/// Copies a file durably, making its folder; returns what was read.
///
/// # Errors
/// Which of the two files could not be read or written.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<Measured> {
    let cannot_write = || format!("cannot write {}", to.display());
    let folder = to.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(cannot_write)?;
    let mut file = create(to).with_context(cannot_write)?;
    let measured = measure(from, Some((&mut file, to))).with_context(|| missing(from))?;
    file.sync_all().with_context(cannot_write)?;
    sync_folder(folder)?;
    Ok(measured)
}

/// Reads a file to its end, and writes it to another where one is given.
pub fn measure(path: &Path, mut to: Option<(&mut fs::File, &Path)>) -> anyhow::Result<Measured> {
    let mut file = fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hash.update(&chunk[..read]);
        size += u64::try_from(read)?;
        if let Some((to, name)) = &mut to {
            to.write_all(&chunk[..read])
                .with_context(|| format!("cannot write {}", name.display()))?;
        }
    }
    Ok(Measured {
        size,
        sha256: hex(&hash.finalize()),
    })
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
