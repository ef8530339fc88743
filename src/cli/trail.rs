//! `trinhky trail`: the public key of the checkpoints, and proofs for somebody outside.

use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use uuid::Uuid;

use super::check::verifier;
use super::installation::{existing, open_store};
use super::{DataArgs, NO, print_json};
use crate::audit::trail::folder;
use crate::audit::trail::note::Verifier;
use crate::audit::trail::proof::{self, Proof};
use crate::config::Config;
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub enum TrailCommand {
    /// Print the public key that verifies this installation's checkpoints
    Key {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Print a proof that a row of the journal is under the newest checkpoint. Example: trinhky trail prove 17
    Prove {
        /// The number of the row in the journal
        row: i64,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Print a proof that the newest checkpoint only adds to an earlier one
    Since {
        /// The organisation's id, as the folder of its checkpoints is named
        organisation: Uuid,
        /// The rows under the earlier checkpoint
        size: u64,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Verify a proof with nothing but the public key; exit 1 where it shows nothing
    Verify {
        /// The proof
        file: PathBuf,
        /// The public key, as `trinhky trail key` printed it
        #[arg(long)]
        key: String,
    },
}

pub async fn run(command: TrailCommand) -> anyhow::Result<ExitCode> {
    match command {
        TrailCommand::Key { data } => {
            writeln!(stdout(), "{}", own_key(&existing(&data)?)?)?;
        }
        TrailCommand::Prove { row, data } => {
            let (config, store) = open(&data).await?;
            let proof =
                proof::of_row(store.reader(), &folder(&config), &own_key(&config)?, row).await?;
            print_json(&proof)?;
        }
        TrailCommand::Since {
            organisation,
            size,
            data,
        } => {
            let (config, store) = open(&data).await?;
            let key = own_key(&config)?;
            let proof =
                proof::since(store.reader(), &folder(&config), &key, organisation, size).await?;
            print_json(&proof)?;
        }
        TrailCommand::Verify { file, key } => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let proof: Proof = serde_json::from_str(&text)
                .with_context(|| format!("{} is no proof", file.display()))?;
            let key = Verifier::parse(&key)
                .with_context(|| format!("`{key}` is no key; `trinhky trail key` prints one"))?;
            let Some(shown) = proof.verify(&key) else {
                writeln!(stdout(), "The proof does not verify.")?;
                return Ok(ExitCode::from(NO));
            };
            writeln!(stdout(), "Verified: {shown}.")?;
            if let Proof::Inclusion { entry, .. } = &proof {
                writeln!(stdout(), "{entry}")?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(data: &DataArgs) -> anyhow::Result<(Config, Store)> {
    let config = existing(data)?;
    let store = open_store(&config).await?;
    Ok((config, store))
}

fn own_key(config: &Config) -> anyhow::Result<Verifier> {
    verifier(config, None)?
        .context("no checkpoint has been signed yet; `trinhky serve` signs the first one")
}
