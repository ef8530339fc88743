//! `trinhky workflow`: check, simulate, draw.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Subcommand, ValueEnum};
use trinhky_engine::check::problems;
use trinhky_engine::draw::{Overlay, svg};
use trinhky_engine::simulate::{Format as TraceFormat, Options, Scenario, simulate};
use trinhky_engine::{Finding, Severity, Variables, read, xml};

use super::{FAILED, Format, NO, print_json, timetable};
use crate::worker;

#[derive(Debug, Subcommand)]
pub enum WorkflowCommand {
    /// All problems of BPMN files, with their places; exit 1 on an error
    Check {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Run a file on a virtual clock; exit 0 ended, 1 refused or an incident, 3 stuck
    Simulate {
        file: PathBuf,
        /// Processes to start, in this order (default: every executable one with a none start event)
        #[arg(long)]
        process: Vec<String>,
        /// JSON (beginning with `{`) or a file with it
        #[arg(long)]
        variables: Option<String>,
        /// Answers, messages, signals: see docs/simulation.md
        #[arg(long)]
        scenario: Option<PathBuf>,
        /// Where the virtual clock starts: an instant (RFC 3339), or a day, when the office opens
        #[arg(long, value_parser = start_of)]
        start: Option<Start>,
        /// A calendar (JSON) in place of the national one
        #[arg(long)]
        calendar: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t = Trace::Jsonl)]
        format: Trace,
    },
    /// The diagram as SVG
    Draw {
        file: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
}

/// How a trace is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Trace {
    Jsonl,
    Text,
    /// By day, in Vietnamese: what opens, what is due, what the clock does
    Timetable,
}

/// Where a virtual clock starts.
#[derive(Debug, Clone, Copy)]
pub enum Start {
    Instant(DateTime<Utc>),
    Day(NaiveDate),
}

fn start_of(text: &str) -> Result<Start, String> {
    let instant = text.parse().map(Start::Instant);
    instant
        .or_else(|_| text.parse().map(Start::Day))
        .map_err(|_| "write 2023-03-24 or 2023-03-24T08:00:00+07:00".to_owned())
}

pub fn run(command: WorkflowCommand) -> anyhow::Result<ExitCode> {
    match command {
        WorkflowCommand::Check { files, format } => check(&files, format),
        WorkflowCommand::Simulate {
            file,
            process,
            variables,
            scenario,
            start,
            calendar,
            format,
        } => {
            let mut options = Options {
                processes: process,
                variables: variables
                    .as_deref()
                    .map(variables_of)
                    .transpose()?
                    .unwrap_or_default(),
                format: match format {
                    Trace::Jsonl | Trace::Timetable => TraceFormat::Jsonl,
                    Trace::Text => TraceFormat::Text,
                },
                ..Options::default()
            };
            if let Some(path) = scenario {
                options.scenario = Scenario::parse(&text(&path)?)
                    .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            }
            if let Some(path) = calendar {
                options.calendar = serde_json::from_str(&text(&path)?)
                    .with_context(|| format!("{} is not a calendar", path.display()))?;
            }
            options.start = start.map(|start| match start {
                Start::Instant(at) => at,
                Start::Day(day) => options.calendar.office_open(day),
            });
            run_simulation(&file, &options, format)
        }
        WorkflowCommand::Draw { file, out } => draw(&file, &out),
    }
}

fn check(files: &[PathBuf], format: Format) -> anyhow::Result<ExitCode> {
    let known = worker::known_names();
    let mut findings = Vec::new();
    for path in files {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        findings.extend(problems(
            &[(&path.display().to_string(), bytes.as_slice())],
            &known,
        ));
    }
    match format {
        Format::Json => print_json(&findings)?,
        Format::Text => {
            for finding in &findings {
                writeln!(
                    stdout(),
                    "{}:{}:{}: {:?} {} {}: {}",
                    finding.file,
                    finding.line,
                    finding.column,
                    finding.severity,
                    finding.rule,
                    finding.element,
                    finding.message
                )?;
            }
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

fn run_simulation(file: &Path, options: &Options, format: Trace) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.display().to_string();
    let definitions = match read(&[(name.as_str(), bytes.as_slice())]) {
        Ok(definitions) => definitions,
        Err(findings) => {
            for finding in findings {
                eprintln!(
                    "{}:{}:{}: {} {}",
                    finding.file, finding.line, finding.column, finding.rule, finding.message
                );
            }
            return Ok(ExitCode::from(NO));
        }
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let outcome = if format == Trace::Timetable {
        let mut trace = Vec::new();
        let outcome = simulate(&definitions, options, &mut trace);
        timetable::write(&trace, &mut out)?;
        outcome
    } else {
        simulate(&definitions, options, &mut out)
    };
    out.flush()?;
    match outcome {
        Ok(outcome) => Ok(ExitCode::from(outcome.exit_code())),
        Err(error) => {
            eprintln!("trinhky: {error}");
            Ok(ExitCode::from(FAILED))
        }
    }
}

fn draw(file: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.display().to_string();
    let sentence = |finding: Finding| {
        anyhow::anyhow!(
            "{}:{}:{}: {}",
            finding.file,
            finding.line,
            finding.column,
            finding.message
        )
    };
    let decoded = xml::decode(&name, &bytes).map_err(sentence)?;
    let document = xml::parse(&name, &decoded).map_err(sentence)?;
    let picture = svg(&document, &Overlay::default())?;
    std::fs::write(out, picture).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn variables_of(argument: &str) -> anyhow::Result<Variables> {
    let json = if argument.trim_start().starts_with('{') {
        argument.to_owned()
    } else {
        text(Path::new(argument))?
    };
    let values: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&json).context("--variables is not a JSON object")?;
    Ok(values)
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
