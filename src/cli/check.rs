//! `trinhky check`: the invariants, and the trail against its checkpoints.

use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::installation::{existing, open_store, sentence};
use super::{DataArgs, Format, NO, print_json};
use crate::audit::invariants::{self, Breach};
use crate::audit::trail::check::{Findings, check as check_trail};
use crate::audit::trail::note::{TrailKey, Verifier};
use crate::audit::trail::{self, outside};
use crate::config::Config;
use crate::files::Files;

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Folder of checkpoints to compare with, e.g. an inspector's own copies (default: `trail.folder`)
    #[arg(long, value_name = "DIR")]
    checkpoints: Option<PathBuf>,
    /// The public key that signed them, as `trinhky trail key` prints it (default: the installation's own)
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub async fn check(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let config = existing(&args.data)?;
    print_check(&config, args.format, args.checkpoints, args.key.as_deref()).await
}

/// Verifies the invariants of an installation, its files and its trail, and says what is broken. The trail is held against
/// the checkpoints in a folder, by a key; else against the installation's own.
pub(super) async fn print_check(
    config: &Config,
    format: Format,
    checkpoints: Option<PathBuf>,
    key: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let folder = checkpoints.unwrap_or_else(|| trail::folder(config));
    // One instant of the database: people may be at work.
    let snapshot = store.snapshot().await?;
    let mut breaches = invariants::check(&snapshot).await?;
    snapshot.rollback().await?;
    let files = Files::open(&config.data.join("files"))?;
    breaches.extend(invariants::check_files(store.reader(), &files).await?);
    let findings = match verifier(config, key)? {
        Some(verifier) => check_trail(store.reader(), &folder, &verifier)
            .await
            .map_err(sentence)
            .context("the trail cannot be checked")?,
        None if outside::organisations(&folder)?.is_empty() => Findings::default(),
        None => anyhow::bail!(
            "there are checkpoints in {} and no key to verify them; give the public key with --key",
            folder.display()
        ),
    };
    breaches.extend(findings.breaches.into_iter().map(|message| Breach {
        invariant: "trail",
        message,
    }));
    match format {
        Format::Json => print_json(&breaches)?,
        Format::Text => {
            for breach in &breaches {
                writeln!(stdout(), "{}: {}", breach.invariant, breach.message)?;
            }
            writeln!(
                stdout(),
                "{} invariants checked, {} breaches",
                invariants::COUNT,
                breaches.len()
            )?;
            writeln!(
                stdout(),
                "trail: {} rows under {} checkpoints in {}, {} rows not yet under one",
                findings.covered,
                findings.checkpoints,
                folder.display(),
                findings.uncovered
            )?;
        }
    }
    Ok(if breaches.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NO)
    })
}

/// The key that is given, else the installation's own, if it has one yet.
pub(super) fn verifier(config: &Config, given: Option<&str>) -> anyhow::Result<Option<Verifier>> {
    let Some(text) = given else {
        return Ok(TrailKey::read(&config.data)?.map(|key| key.verifier()));
    };
    Verifier::parse(text)
        .map(Some)
        .with_context(|| format!("`{text}` is no key; `trinhky trail key` prints one"))
}
