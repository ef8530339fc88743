//! `trinhky verify`: the signatures of a PDF.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use trinhky_pades::{Trust, verify};

use super::{Format, NO, print_json};
use crate::clock::Clock;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The PDF
    file: PathBuf,
    /// Certificates to trust, PEM; nothing of the operating system is trusted
    #[arg(long, value_name = "PEM")]
    trust: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let pdf = std::fs::read(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))?;
    let mut trust = Trust::default();
    for path in &args.trust {
        let pem = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let more = Trust::from_pem(&pem)
            .with_context(|| format!("{} holds no certificate", path.display()))?;
        trust.roots.extend(more.roots);
    }
    let report = verify(&pdf, &trust, Clock::System.now())
        .map_err(|error| anyhow::anyhow!("{}: {error}", args.file.display()))?;
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => {
            println!("{}", report.message_vi);
            println!("{}", report.message);
            for signature in &report.signatures {
                println!("- {}", signature.message_vi);
            }
        }
    }
    Ok(if report.valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NO)
    })
}
