//! `trinhky verify`: the signatures of a PDF, and the evidence of a proof pack.

use std::io::{Read as _, Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;
use trinhky_pades::{Report, Trust, verify};

use super::{FAILED, Format, NO};
use crate::clock::Clock;
use crate::signing::verifier::{as_json, look_inside, read_list, read_trust};

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The PDF; `-` reads it from standard input
    file: PathBuf,
    /// Certificates to trust, PEM; nothing of the operating system is trusted
    #[arg(long, value_name = "PEM")]
    trust: Vec<PathBuf>,
    /// Lists of revoked certificates (CRL, DER or PEM) beside those that the file carries; nothing is fetched
    #[arg(long, value_name = "CRL")]
    crl: Vec<PathBuf>,
    /// The time to judge at (RFC 3339); now without it
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let pdf = if args.file.as_os_str() == "-" {
        let mut pdf = Vec::new();
        std::io::stdin().read_to_end(&mut pdf)?;
        pdf
    } else {
        std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?
    };
    let mut trust = Trust::default();
    for path in &args.trust {
        trust.roots.extend(read_trust(path)?.roots);
    }
    for path in &args.crl {
        trust.revocation_lists.push(read_list(path)?);
    }
    let at = args.at.unwrap_or_else(|| Clock::System.now());
    let result = verify(&pdf, &trust, at);
    let pack = result
        .as_ref()
        .ok()
        .and_then(|_| look_inside(&pdf, &trust, at));
    match (args.format, &result) {
        (Format::Json, _) => writeln!(stdout(), "{}", as_json(&result, pack.as_ref())?)?,
        (Format::Text, Ok(report)) => {
            print(report)?;
            if let Some(pack) = &pack {
                writeln!(stdout(), "{}", pack.message_vi)?;
                writeln!(stdout(), "{}", pack.message)?;
            }
        }
        (Format::Text, Err(error)) => {
            anyhow::bail!("{}: {error}", args.file.display());
        }
    }
    Ok(match result {
        Ok(report) if report.valid && pack.is_none_or(|pack| pack.valid) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(NO),
        Err(_) => ExitCode::from(FAILED),
    })
}

/// The same as the page `/xac-minh` says, in both languages.
fn print(report: &Report) -> std::io::Result<()> {
    writeln!(stdout(), "{}", report.message_vi)?;
    writeln!(stdout(), "{}", report.message)?;
    for problem in &report.problems {
        writeln!(stdout(), "! {}", problem.message_vi())?;
    }
    for signature in &report.signatures {
        let who = [&signature.signer, &signature.title, &signature.agency]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let at = signature
            .claimed_time
            .map(|at| at.to_rfc3339())
            .unwrap_or_default();
        writeln!(stdout(), "- {who} ({}) {at}", signature.field)?;
        writeln!(stdout(), "  {}", signature.message_vi)?;
        writeln!(stdout(), "  {}", signature.message)?;
        for problem in signature.problems.iter().skip(1) {
            writeln!(stdout(), "  ! {}", problem.message_vi())?;
        }
        for note in &signature.notes {
            writeln!(stdout(), "  · {}", note.message_vi)?;
        }
    }
    Ok(())
}
