//! `trinhky bench`: our own figures beside their floors, measured in the same run, as ratios.

mod engine;
mod mail;
mod objectives;
mod peers;
mod search;
mod signing;
mod storage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use super::{Format, NO, print_json};
use engine::Order;

/// At least so many times faster than the faster of the other engines, on the straight file.
const STRAIGHT_MUST: f64 = 100.0;
/// The same with two user tasks and the journal's lines encoded.
const TWO_TASKS_MUST: f64 = 60.0;
/// A completion in the largest round takes at most so many times one in the smallest.
const FLAT_MUST: f64 = 1.5;
/// Completions on disk, at least so many of those written by hand.
const DURABLE_MUST: f64 = 0.35;
/// Signing, sealing and verifying take at most so many times the raw operation on the same bytes.
const RAW_MUST: f64 = 10.0;
/// Rows of a trail are checked at least so fast as they are read.
const TRAIL_MUST: f64 = 0.3;
/// Mails with their outbox, at least so many of those that lettre sends without one.
const MAIL_MUST: f64 = 0.5;
/// A year's results take at most so many times the plain sums of the same rows.
const RESULTS_MUST: f64 = 3.0;
/// Open timers among which a sweep is measured.
const TIMERS: [usize; 2] = [10_000, 1_000_000];
/// The sizes of the measured rounds.
const ROUNDS: [u64; 3] = [10, 1_000, 100_000];
/// Documents among which a search is measured; among more it takes at most [`SEARCH_MUST`] times as long.
const DOCUMENTS: [u64; 2] = [10_000, 100_000];
const SEARCH_MUST: f64 = 3.0;
/// Instances that another engine runs for a figure.
const PEER_TIMES: u32 = 200;

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// The engine in memory, on one core, beside other engines where they are installed; exit 1 where a bar is missed.
    /// Example: trinhky bench engine
    Engine {
        /// Where tools/install-test-tools has put the other engines
        #[arg(long, value_name = "DIR", default_value = ".tools")]
        tools: PathBuf,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Completions on disk at 1, 16 and 64 clients beside the same rows written by hand, and a sweep of due timers among many;
    /// exit 1 where a bar is missed. Example: trinhky bench storage
    Storage {
        /// An empty PostgreSQL database to measure on, in place of SQLite in a folder that goes away
        #[arg(long, value_name = "URL", default_value = "")]
        database: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Signing, sealing and verifying beside the raw operations on the same bytes, and the check of a trail beside a plain
    /// reading of its rows; exit 1 where a bar is missed. Example: trinhky bench signing
    Signing {
        /// An empty PostgreSQL database to measure the trail on, in place of SQLite in a folder that goes away
        #[arg(long, value_name = "URL", default_value = "")]
        database: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// The list of documents and its search among 10,000 and 100,000 of them, beside a plain SELECT along an index; exit 1
    /// where a bar is missed. Example: trinhky bench search
    Search {
        /// An empty PostgreSQL database to measure on, in place of SQLite in a folder that goes away
        #[arg(long, value_name = "URL", default_value = "")]
        database: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Mails from the outbox to a server in this program, beside lettre alone over as many connections; exit 1 where the bar is
    /// missed. Example: trinhky bench mail
    Mail {
        /// An empty PostgreSQL database to measure on, in place of SQLite in a folder that goes away
        #[arg(long, value_name = "URL", default_value = "")]
        database: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// A year's results of 3,321 units, 12 periods and all indicators, beside the plain sums of the same rows; exit 1 where the
    /// bar is missed. Example: trinhky bench objectives
    Objectives {
        /// An empty PostgreSQL database to measure on, in place of SQLite in a folder that goes away
        #[arg(long, value_name = "URL", default_value = "")]
        database: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// A figure beside others of the same run.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    microseconds: f64,
    beside: Vec<Beside>,
    /// The ratio that must hold, and whether it does; none where there is nothing to compare with.
    must: Option<String>,
    holds: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Beside {
    name: String,
    microseconds: f64,
    /// Its time by ours.
    ratio: f64,
}

pub fn run(command: BenchCommand) -> anyhow::Result<ExitCode> {
    match command {
        BenchCommand::Engine { tools, format } => {
            let scratch = tempfile::tempdir()?;
            let mut peers = peers::installed(&tools, scratch.path())?;
            let mut rows = vec![
                beside_peers(
                    "start, task, gateway, end: an instance",
                    engine::straight()?,
                    (engine::STRAIGHT, STRAIGHT_MUST),
                    &mut peers,
                )?,
                beside_peers(
                    "two user tasks, journal lines encoded: an instance",
                    engine::two_tasks()?,
                    (engine::TWO_TASKS, TWO_TASKS_MUST),
                    &mut peers,
                )?,
            ];
            rows.extend(rounds(Order::Opened)?);
            rows.extend(rounds(Order::Scattered)?);
            if format == Format::Text && peers.is_empty() {
                println!("No other engine is installed here; tools/install-test-tools brings two.");
            }
            print(&rows, format)
        }
        BenchCommand::Storage { database, format } => {
            let rows = super::runtime()?.block_on(on_disk(&database))?;
            print(&rows, format)
        }
        BenchCommand::Signing { database, format } => {
            let rows = super::runtime()?.block_on(signatures(&database))?;
            print(&rows, format)
        }
        BenchCommand::Search { database, format } => {
            let rows = super::runtime()?.block_on(searches(&database))?;
            print(&rows, format)
        }
        BenchCommand::Mail { database, format } => {
            let row = super::runtime()?.block_on(mails(&database))?;
            print(&[row], format)
        }
        BenchCommand::Objectives { database, format } => {
            let row = super::runtime()?.block_on(results(&database))?;
            print(&[row], format)
        }
    }
}

async fn searches(database: &str) -> anyhow::Result<Vec<Row>> {
    let scratch = tempfile::tempdir()?;
    let mut bench = search::Bench::open(scratch.path(), database).await?;
    let mut rows = Vec::new();
    let mut fewest = Vec::new();
    for documents in DOCUMENTS {
        bench.fill(documents).await?;
        for (nth, (name, question)) in search::QUESTIONS.into_iter().enumerate() {
            let (seconds, floor) = (bench.ask(question).await?, bench.floor().await?);
            let mut beside = vec![Beside {
                name: "a plain SELECT along an index".to_owned(),
                microseconds: floor * 1e6,
                ratio: floor / seconds,
            }];
            let first = fewest.get(nth).copied();
            match first {
                Some(first) => beside.push(Beside {
                    name: format!("among {}", DOCUMENTS[0]),
                    microseconds: first * 1e6,
                    ratio: first / seconds,
                }),
                None => fewest.push(seconds),
            }
            rows.push(Row {
                name: format!("{name}, among {documents}"),
                microseconds: seconds * 1e6,
                beside,
                must: first.map(|_| format!("at most {SEARCH_MUST} times as long")),
                holds: first.map(|first| seconds <= SEARCH_MUST * first),
            });
        }
    }
    Ok(rows)
}

async fn mails(database: &str) -> anyhow::Result<Row> {
    let scratch = tempfile::tempdir()?;
    let measured = mail::measure(scratch.path(), database).await?;
    let ratio = measured.lettre / measured.ours;
    Ok(Row {
        name: format!(
            "{} connections: a mail from the outbox",
            measured.connections
        ),
        microseconds: measured.ours * 1e6,
        beside: vec![Beside {
            name: "lettre alone, without delay".to_owned(),
            microseconds: measured.lettre * 1e6,
            ratio,
        }],
        must: Some(format!("at least {MAIL_MUST} of what lettre alone sends")),
        holds: Some(ratio >= MAIL_MUST),
    })
}

async fn results(database: &str) -> anyhow::Result<Row> {
    let scratch = tempfile::tempdir()?;
    let bench = storage::Bench::open(scratch.path(), database).await?;
    let year = objectives::measure(&bench).await?;
    Ok(Row {
        name: format!(
            "{} units, {} values: a year's results",
            objectives::UNITS,
            year.values
        ),
        microseconds: year.ours * 1e6,
        beside: vec![Beside {
            name: "plain sums of the same rows".to_owned(),
            microseconds: year.sums * 1e6,
            ratio: year.sums / year.ours,
        }],
        must: Some(format!("at most {RESULTS_MUST} times as long")),
        holds: Some(year.ours <= RESULTS_MUST * year.sums),
    })
}

async fn on_disk(database: &str) -> anyhow::Result<Vec<Row>> {
    let scratch = tempfile::tempdir()?;
    let bench = storage::Bench::open(scratch.path(), database).await?;
    let mut rows = Vec::new();
    for measured in bench.completions().await? {
        let ratio = measured.by_hand / measured.ours;
        rows.push(Row {
            name: format!("{} clients: a completion on disk", measured.clients),
            microseconds: measured.ours * 1e6,
            beside: vec![Beside {
                name: "the same rows by hand".to_owned(),
                microseconds: measured.by_hand * 1e6,
                ratio,
            }],
            must: Some(format!(
                "at least {DURABLE_MUST} of what is written by hand"
            )),
            holds: Some(ratio >= DURABLE_MUST),
        });
    }
    let mut fewest = None;
    for open in TIMERS {
        let seconds = bench.sweep(open).await?;
        let first = *fewest.get_or_insert(seconds);
        let beside: Vec<Beside> = (open != TIMERS[0])
            .then(|| Beside {
                name: format!("among {}", TIMERS[0]),
                microseconds: first * 1e6,
                ratio: first / seconds,
            })
            .into_iter()
            .collect();
        let judged = !beside.is_empty();
        rows.push(Row {
            name: format!("100 due timers among {open}: a sweep"),
            microseconds: seconds * 1e6,
            beside,
            must: judged.then(|| format!("at most {FLAT_MUST} times as long")),
            holds: judged.then_some(seconds <= FLAT_MUST * first),
        });
    }
    Ok(rows)
}

async fn signatures(database: &str) -> anyhow::Result<Vec<Row>> {
    let scratch = tempfile::tempdir()?;
    let bench = storage::Bench::open(scratch.path(), database).await?;
    let row = |measured: signing::Measured, floor: &str, must: String, holds: fn(f64) -> bool| {
        let ratio = measured.floor / measured.ours;
        Row {
            name: measured.name.to_owned(),
            microseconds: measured.ours * 1e6,
            beside: vec![Beside {
                name: floor.to_owned(),
                microseconds: measured.floor * 1e6,
                ratio,
            }],
            must: Some(must),
            holds: Some(holds(ratio)),
        }
    };
    let mut rows: Vec<Row> = signing::cryptography(&bench)
        .await?
        .into_iter()
        .map(|measured| {
            let must = format!("at most {RAW_MUST} times as long");
            row(measured, "the raw operation", must, |ratio| {
                ratio >= 1.0 / RAW_MUST
            })
        })
        .collect();
    let trail = signing::trail(&bench).await?;
    let must = format!("at least {TRAIL_MUST} of what is read plainly");
    rows.push(row(trail, "the same rows read", must, |ratio| {
        ratio >= TRAIL_MUST
    }));
    Ok(rows)
}

fn print(rows: &[Row], format: Format) -> anyhow::Result<ExitCode> {
    match format {
        Format::Json => print_json(&rows)?,
        Format::Text => print_rows(rows),
    }
    let missed = rows.iter().any(|row| row.holds == Some(false));
    Ok(if missed {
        ExitCode::from(NO)
    } else {
        ExitCode::SUCCESS
    })
}

fn beside_peers(
    name: &str,
    seconds: f64,
    (bpmn, must): (&str, f64),
    peers: &mut [peers::Peer],
) -> anyhow::Result<Row> {
    let mut beside = Vec::new();
    for peer in peers {
        let theirs = peer.one_instance(bpmn, PEER_TIMES)?;
        beside.push(Beside {
            name: peer.name.to_owned(),
            microseconds: theirs * 1e6,
            ratio: theirs / seconds,
        });
    }
    let least = beside.iter().map(|other| other.ratio).reduce(f64::min);
    Ok(Row {
        name: name.to_owned(),
        microseconds: seconds * 1e6,
        beside,
        must: least.map(|_| format!("at least {must} times faster than the faster of them")),
        holds: least.map(|least| least >= must),
    })
}

/// A completion in rounds of growing size; each beside the smallest.
fn rounds(order: Order) -> anyhow::Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for items in ROUNDS {
        let seconds = engine::completion_in_round(items, order)?;
        let beside: Vec<Beside> = rows
            .first()
            .map(|smallest| Beside {
                name: smallest.name.clone(),
                microseconds: smallest.microseconds,
                ratio: smallest.microseconds / 1e6 / seconds,
            })
            .into_iter()
            .collect();
        // Scattered, the memory of a large round is never near the processor: told, with no bar of its own.
        let judged = order == Order::Opened && !beside.is_empty();
        let flat = beside.iter().all(|other| other.ratio >= 1.0 / FLAT_MUST);
        let how = match order {
            Order::Opened => "as opened",
            Order::Scattered => "scattered",
        };
        rows.push(Row {
            name: format!("round of {items}, completed {how}: an item"),
            microseconds: seconds * 1e6,
            beside,
            must: judged.then(|| format!("at most {FLAT_MUST} times as long")),
            holds: judged.then_some(flat),
        });
    }
    Ok(rows)
}

fn print_rows(rows: &[Row]) {
    if cfg!(debug_assertions) {
        println!("This program is not optimised; only a release build says anything.");
    }
    for row in rows {
        println!("{:<52} {:>10.2} µs", row.name, row.microseconds);
        for other in &row.beside {
            println!(
                "    beside {:<42} {:>9.2} µs  ×{:.2}",
                other.name, other.microseconds, other.ratio
            );
        }
        if let (Some(must), Some(holds)) = (&row.must, row.holds) {
            println!("    {must}: {}", if holds { "yes" } else { "NO" });
        }
    }
}
