//! `trinhky backup` and `trinhky restore`.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use trinhky_age::Identity;

use super::check::print_check;
use super::installation::{bring_up, open};
use super::{DataArgs, Format, NO};
use crate::clock::Clock;
use crate::ids::Ids;
use crate::keeping::archive::Manifest;
use crate::keeping::{backup, restore};
use crate::web::format::date_time;

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// A new folder for this backup, on another disk if possible
    folder: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The folder of a backup
    folder: PathBuf,
    /// The file with the secret key that opens an encrypted backup
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

/// Takes a backup, also while the server works.
pub async fn backup(args: BackupArgs) -> anyhow::Result<ExitCode> {
    let app = open(&args.data).await?;
    let manifest = backup::take(&app, &args.folder).await?;
    writeln!(
        stdout(),
        "{} files, {} bytes, written to {} and read back.",
        manifest.items.len(),
        manifest.bytes(),
        args.folder.display()
    )?;
    complete(&manifest)
}

/// Restores a backup into an empty place and checks what is there now.
pub async fn restore(args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let config = args.data.config()?;
    let key = args.key.as_deref().map(read_key).transpose()?;
    let now = Clock::System.now();
    let manifest = restore::into_empty(&config, &args.folder, key.as_ref(), now).await?;
    bring_up(&config).await?;
    writeln!(
        stdout(),
        "The backup of {} is restored. Sign-ins and links of mails have ended. \
         Before a register gives a number, its clerk enters the last one given: /so-van-ban/sau-khoi-phuc",
        date_time(manifest.taken_at)
    )?;
    let whole = complete(&manifest)?;
    let checked = print_check(&config, Format::Text, None, None).await?;
    Ok(if whole == ExitCode::SUCCESS {
        checked
    } else {
        whole
    })
}

/// Prints a new pair of keys for backups, in the format of age.
pub fn backup_key() -> anyhow::Result<ExitCode> {
    let ids = Ids::from_system();
    let key = Identity::new(&mut |bytes| ids.fill(bytes));
    let (public, secret) = (key.recipient(), key.secret());
    writeln!(
        stdout(),
        "# Opens the backups: keep it on paper and on a medium in a safe, not on the server.\n\
         # The server gets the public key only:  backup.recipients = [\"{public}\"]\n\
         # public key: {public}\n{secret}"
    )?;
    Ok(ExitCode::SUCCESS)
}

fn read_key(path: &Path) -> anyhow::Result<Identity> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the key {}", path.display()))?;
    Identity::from_file(&text).with_context(|| {
        format!(
            "{} holds no secret key; it has a line that begins with AGE-SECRET-KEY-1",
            path.display()
        )
    })
}

/// Says which files the backup could not hold.
fn complete(manifest: &Manifest) -> anyhow::Result<ExitCode> {
    for digest in &manifest.damaged {
        writeln!(
            stdout(),
            "missing: the file {digest} was damaged or missing when the backup was taken"
        )?;
    }
    Ok(if manifest.damaged.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NO)
    })
}
