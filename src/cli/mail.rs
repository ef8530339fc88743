//! `trinhky mail`: what the mail server of an installation tells it.

use std::io::{Read as _, Write as _, stdout};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use super::{DataArgs, NO};
use crate::mail::bounce::{self, Attached};
use crate::worker;

/// A report is text; who pipes more pipes something else.
const MAX_REPORT: u64 = 10 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Attach a delivery report (RFC 3464) from standard input to the mail that came back; exit 1 when it is about none
    Bounce {
        #[command(flatten)]
        data: DataArgs,
    },
}

pub async fn run(command: MailCommand) -> anyhow::Result<ExitCode> {
    let MailCommand::Bounce { data } = command;
    let mut message = Vec::new();
    std::io::stdin()
        .take(MAX_REPORT)
        .read_to_end(&mut message)
        .context("cannot read the message from standard input")?;
    let bounces = bounce::read(&message);
    if bounces.is_empty() {
        writeln!(stdout(), "This is no delivery report about a mail of ours.")?;
        return Ok(ExitCode::from(NO));
    }
    let app = super::installation::open(&data).await?;
    let mut answer = ExitCode::SUCCESS;
    for bounce in bounces {
        let who = bounce.recipients.join(", ");
        let sentence = match worker::returned(&app, bounce).await? {
            Attached::Returned(_) => format!("{who}: returned; the sender's office is told."),
            Attached::Delayed(_) => format!("{who}: delayed; the server goes on trying."),
            Attached::Known => format!("{who}: known already."),
            Attached::Stranger => {
                answer = ExitCode::from(NO);
                format!("{who}: no mail of ours went there.")
            }
        };
        writeln!(stdout(), "{sentence}")?;
    }
    Ok(answer)
}
