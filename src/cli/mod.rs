//! The command line: one file per family; errors are one sentence on stderr with what to do.
//!
//! Exit codes: 0 yes, 1 the answer is no, 2 it could not be done (3 from `workflow simulate`: stuck).

mod bench;
mod calendar;
mod check;
mod connections;
mod document;
mod exchange;
mod installation;
mod keeping;
mod mail;
pub(crate) mod serve;
mod timetable;
mod trail;
mod verify;
mod workflow;

use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Config;

pub use installation::bring_up;

/// A document-workflow and approval engine for Vietnamese state offices.
#[derive(Debug, Parser)]
#[command(name = "trinhky", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a decision's whole year on a virtual clock, then serve it. Example: trinhky demo --port 8080
    Demo(crate::demo::DemoArgs),
    /// Serve an installation. Example: trinhky serve --data ./data
    Serve(serve::ServeArgs),
    /// Print the configuration file with every setting explained. Example: trinhky config > trinhky.toml
    Config(installation::ConfigArgs),
    /// Bring the database to this program's version. Example: trinhky migrate --data ./data
    Migrate(DataArgs),
    /// Verify the invariants I1–I12 and the journal's trail; exit 1 names each breach. Example: trinhky check --data ./data
    Check(check::CheckArgs),
    /// Prove to somebody outside what stands in the journal. Example: trinhky trail prove 17 --data ./data
    #[command(subcommand)]
    Trail(trail::TrailCommand),
    /// Say in sentences what is wrong with the installation and what to do. Example: trinhky doctor --data ./data
    Doctor(DataArgs),
    /// Back up database, files and keys while the server works. Example: trinhky backup /backup/2026-11-24
    Backup(keeping::BackupArgs),
    /// Print a new pair of keys for encrypted backups. Example: trinhky backup-key > backup.key
    BackupKey,
    /// Bring a backup back into an empty place. Example: trinhky restore /backup/2026-11-24 --data ./data
    Restore(keeping::RestoreArgs),
    /// Persons who sign in. Example: trinhky user password an@caoloc.example --data ./data
    #[command(subcommand)]
    User(installation::UserCommand),
    /// Organisations and units. Example: trinhky org import caoloc.toml --data ./data
    #[command(subcommand)]
    Org(installation::OrgCommand),
    /// Check, simulate and draw BPMN files. Example: trinhky workflow check workflows/decision.bpmn
    #[command(subcommand)]
    Workflow(workflow::WorkflowCommand),
    /// Import, check and typeset documents. Example: trinhky document check decision.md
    #[command(subcommand)]
    Document(document::DocumentCommand),
    /// Messages to and from other systems (edXML). Example: trinhky exchange check 05-qd-ubnd.edxml
    #[command(subcommand)]
    Exchange(exchange::ExchangeCommand),
    /// Working days, deadlines, lunar dates. Example: trinhky calendar due --from 2023-04-28 --rule 'working_days(2)'
    #[command(subcommand)]
    Calendar(calendar::CalendarCommand),
    /// Measure this program beside its floors and other programs. Example: trinhky bench engine
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// What the mail server says later. Example: trinhky mail bounce --data ./data < report.eml
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Verify the signatures of a PDF. Example: trinhky verify decision.pdf --trust root.pem
    Verify(verify::VerifyArgs),
}

/// Which installation a command works on.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// Folder of the embedded database and of the files (default ./data)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl DataArgs {
    /// The configuration that the arguments name.
    ///
    /// # Errors
    /// One sentence about the file.
    pub fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// The exit code "the answer is no".
pub const NO: u8 = 1;
/// The exit code "it could not be done".
pub const FAILED: u8 = 2;
/// What shells show for a program whose reader went away (128 + SIGPIPE).
const CLOSED_PIPE: u8 = 141;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Workflow(command) => workflow::run(command),
        Command::Document(command) => document::run(command),
        Command::Exchange(command) => exchange::run(command),
        Command::Calendar(command) => calendar::run(command),
        Command::Bench(command) => bench::run(command),
        Command::Verify(args) => verify::run(args),
        Command::Demo(args) => block_on(crate::demo::run(args)),
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Config(args) => installation::config(&args),
        Command::Migrate(args) => block_on(installation::migrate(args)),
        Command::Check(args) => block_on(check::check(args)),
        Command::Trail(command) => block_on(trail::run(command)),
        Command::Doctor(args) => block_on(installation::doctor(args)),
        Command::Backup(args) => block_on(keeping::backup(args)),
        Command::BackupKey => keeping::backup_key(),
        Command::Restore(args) => block_on(keeping::restore(args)),
        Command::User(command) => block_on(installation::user(command)),
        Command::Mail(command) => block_on(mail::run(command)),
        Command::Org(command) => block_on(installation::org(command)),
    };
    result.unwrap_or_else(|error| {
        if reader_went_away(&error) {
            return ExitCode::from(CLOSED_PIPE);
        }
        eprintln!("trinhky: {error:#}");
        ExitCode::from(FAILED)
    })
}

/// `trinhky user list | head` has read enough: nothing needs saying.
fn reader_went_away(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

fn block_on(future: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    runtime()?.block_on(future)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

/// Prints a value as one JSON document.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    writeln!(stdout(), "{}", serde_json::to_string_pretty(value)?)?;
    Ok(())
}
