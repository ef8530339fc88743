//! Runs workflows on a virtual clock: the same input gives the same bytes.
//!
//! Tasks answer at once, in the order in which they were opened, unless the scenario says otherwise. Timers fire in the
//! order of their instants; among equal instants what was scheduled first goes first. A message that nobody waits for yet
//! is kept until somebody does; a signal is not kept.

mod run;
mod scenario;
mod starts;
mod trace;

use std::io::{self, Write};

use chrono::{DateTime, TimeZone, Utc};
use trinhky_calendar::Calendar;

use crate::model::{Definitions, Process};
use crate::state::Variables;

use run::Simulation;
pub use scenario::{Answer, Message, Scenario, Signal};
pub use trace::Format;

/// The most acts of one simulation; more is a run without an end.
pub const MAX_ACTS: u64 = 200_000;
/// How often one task may be opened for the same item at one instant; more is a loop in which no time passes.
pub const MAX_REPEATS: u64 = 1_000;
/// The most instances of one simulation.
pub const MAX_INSTANCES: usize = 10_000;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Options {
    /// The processes to start, in this order; none: every executable process that starts by itself, and where the file calls
    /// none executable, those of which it says nothing.
    pub processes: Vec<String>,
    pub variables: Variables,
    pub scenario: Scenario,
    /// When the virtual clock starts; by default 2023-01-01T00:00:00Z.
    pub start: Option<DateTime<Utc>>,
    pub calendar: Calendar,
    pub format: Format,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            processes: Vec::new(),
            variables: Variables::new(),
            scenario: Scenario::default(),
            start: None,
            calendar: Calendar::vietnam(),
            format: Format::Jsonl,
        }
    }
}

/// How a simulation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All instances ended.
    Ended,
    /// Something was refused, or an incident stands.
    Failed,
    /// Instances wait for what will not come, or the scenario's end was reached.
    Stuck,
}

impl Outcome {
    /// The exit code of the command line.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ended => 0,
            Self::Failed => 1,
            Self::Stuck => 3,
        }
    }
}

/// Why a simulation did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The request does not fit the file; in English and Vietnamese.
    #[error("{message}")]
    Refused { message: String, message_vi: String },
    #[error("the trace could not be written: {0}")]
    Write(#[from] io::Error),
}

/// Runs to the end and writes one line per event.
///
/// # Errors
/// When there is nothing to start, or `out` fails.
pub fn simulate(
    defs: &Definitions,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Outcome, SimulateError> {
    let mut defs = defs.clone();
    defs.held = options
        .scenario
        .answers
        .iter()
        .map(|answer| answer.element.clone())
        .collect();
    let start = options.start.or(options.scenario.start).unwrap_or_else(|| {
        Utc.timestamp_opt(1_672_531_200, 0)
            .single()
            .unwrap_or_default()
    });
    let processes = chosen(&defs, options)?;
    let mut simulation = Simulation::new(&defs, options, out, start);
    simulation.schedule_scenario();
    let mut variables = options.scenario.variables.clone();
    variables.extend(options.variables.clone());
    for process in &processes {
        simulation.begin(process, &variables)?;
    }
    simulation.run()
}

fn chosen(defs: &Definitions, options: &Options) -> Result<Vec<String>, SimulateError> {
    let refused = |message: String, message_vi: String| {
        Err(SimulateError::Refused {
            message,
            message_vi,
        })
    };
    for id in &options.processes {
        match defs.process(id) {
            None => {
                return refused(
                    format!("The file has no process '{id}'."),
                    format!("Tệp không có quy trình '{id}'."),
                );
            }
            Some(process)
                if !process.starts_by_itself() && process.triggered_starts().next().is_none() =>
            {
                return refused(
                    format!("The process '{id}' has nothing to start at."),
                    format!("Quy trình '{id}' không có điểm bắt đầu nào."),
                );
            }
            Some(_) => {}
        }
    }
    if !options.processes.is_empty() {
        return Ok(options.processes.clone());
    }
    let starting = |wanted: fn(&Process) -> bool| -> Vec<String> {
        let all = defs.processes().iter();
        all.filter(|process| wanted(process) && process.starts_by_itself())
            .map(|process| process.id.to_string())
            .collect()
    };
    let mut found = starting(|process| process.executable);
    if !defs.processes().iter().any(|process| process.executable) {
        // A drawing of which nobody said whether it is to be executed (BPMN 2.0.2, table 10.1: no value is no only where a
        // process is public).
        found = starting(|process| process.perhaps_executable);
    }
    let by_scenario = !options.scenario.messages.is_empty() || !options.scenario.signals.is_empty();
    if found.is_empty() && !by_scenario {
        return refused(
            "The file has no executable process that starts by itself; name one with --process."
                .to_owned(),
            "Tệp không có quy trình thực thi nào tự bắt đầu; hãy chỉ định bằng --process."
                .to_owned(),
        );
    }
    Ok(found)
}
