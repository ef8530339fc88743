//! `trinhky document`: import, check, render.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use trinhky_calendar::local;
use trinhky_drafting::check::handbook;
use trinhky_drafting::{Imported, Severity, check, docx, html, import};
use trinhky_typeset::{Options, RuleSet, Typesetter};

use super::{Format, NO, print_json};
use crate::clock::Clock;

#[derive(Debug, Subcommand)]
pub enum DocumentCommand {
    /// Turn a file into a structured draft, listing what could not be placed
    Import {
        /// A .md, .txt or .docx file
        file: PathBuf,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Look for the mistakes that come back from the Chairman's desk; exit 1 on an error
    Check {
        /// A .md, .txt, .docx or .json file
        file: PathBuf,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the checker's rules with their examples, as docs/checker.md has them
    Rules,
    /// Typeset a file
    Render {
        /// A .md, .txt, .docx or .json file
        file: PathBuf,
        /// Where to write; the extension (.pdf, .docx, .html) decides the form
        #[arg(long)]
        out: PathBuf,
        /// The day whose layout rules count (default: the document's date, else today)
        #[arg(long)]
        on: Option<NaiveDate>,
    },
}

pub fn run(command: DocumentCommand) -> anyhow::Result<ExitCode> {
    match command {
        DocumentCommand::Import { file, format } => {
            let imported = read(&file)?;
            match format {
                Format::Json => print_json(&imported)?,
                Format::Text => print_summary(&imported)?,
            }
            Ok(ExitCode::SUCCESS)
        }
        DocumentCommand::Check { file, format } => {
            let findings = check(&read(&file)?);
            match format {
                Format::Json => print_json(&findings)?,
                Format::Text => {
                    for finding in &findings {
                        writeln!(
                            stdout(),
                            "{:?} {} [{}] {}: {}",
                            finding.severity,
                            finding.rule,
                            finding.law,
                            finding.r#where,
                            finding.message_vi
                        )?;
                    }
                    writeln!(stdout(), "{} findings", findings.len())?;
                }
            }
            let error = findings
                .iter()
                .any(|finding| finding.severity == Severity::Error);
            Ok(if error {
                ExitCode::from(NO)
            } else {
                ExitCode::SUCCESS
            })
        }
        DocumentCommand::Rules => {
            write!(stdout(), "{}", handbook())?;
            Ok(ExitCode::SUCCESS)
        }
        DocumentCommand::Render { file, out, on } => {
            let imported = read(&file)?;
            let bytes = render(&imported, &out, on, Clock::System.now())?;
            std::fs::write(&out, bytes)
                .with_context(|| format!("cannot write {}", out.display()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Imported> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    import(name, &bytes).map_err(|error| anyhow::anyhow!("{}: {}", file.display(), error.message))
}

fn render(
    imported: &Imported,
    out: &Path,
    on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<u8>> {
    let draft = &imported.draft;
    match out.extension().and_then(|extension| extension.to_str()) {
        Some("pdf") => {
            let day = on
                .or(draft.issued_on)
                .unwrap_or_else(|| local(now).date_naive());
            let rules = RuleSet::at(day).with_context(|| {
                format!("no layout rules are in force on {day}; name another day with --on")
            })?;
            Ok(Typesetter::new()
                .document(
                    draft,
                    &Options {
                        now,
                        rules,
                        places: true,
                        mark: None,
                        signed_note: false,
                    },
                )?
                .pdf)
        }
        Some("docx") => Ok(docx(draft)?),
        Some("html") => Ok(html(draft).into_bytes()),
        _ => anyhow::bail!("{} ends in none of .pdf, .docx, .html", out.display()),
    }
}

fn print_summary(imported: &Imported) -> std::io::Result<()> {
    let draft = &imported.draft;
    writeln!(
        stdout(),
        "{} {}",
        draft.doc_type.name_in_text(),
        draft.subject
    )?;
    writeln!(
        stdout(),
        "symbol {}, {} bases, {} blocks, {} recipients",
        draft.symbol,
        draft.legal_basis.len(),
        draft.body.len(),
        draft.distribution.len()
    )?;
    writeln!(
        stdout(),
        "signer {} {}",
        draft.signer.title_lines.join(" / "),
        draft.signer.name
    )?;
    for piece in &imported.unplaced {
        writeln!(stdout(), "not placed, line {}: {}", piece.line, piece.text)?;
    }
    Ok(())
}
