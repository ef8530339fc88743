//! The scenario of a simulation: what people answer and when messages and signals come.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::state::Variables;

/// A scenario file. Every key is optional but the `element` of an answer and the `name` of a message or signal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    pub answers: Vec<Answer>,
    pub messages: Vec<Message>,
    pub signals: Vec<Signal>,
    /// The virtual clock stops here.
    pub until: Option<DateTime<Utc>>,
    /// Variables of the started processes; those given on the command line go before them.
    pub variables: Variables,
    /// When the virtual clock starts; the command line goes before it.
    pub start: Option<DateTime<Utc>>,
}

/// How one activation of a task ends. Without `nth` or `always` it serves the next activation that no other answer serves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub element: String,
    /// Only the activation for this item of a round.
    #[serde(default)]
    pub item: Option<Value>,
    /// Only the n-th activation of the element (for that item, if one is named), from 1.
    #[serde(default)]
    pub nth: Option<u64>,
    #[serde(default)]
    pub always: bool,
    /// ISO 8601 duration from the activation.
    #[serde(default)]
    pub after: Option<String>,
    #[serde(default)]
    pub variables: Variables,
    /// Ends with this error code.
    #[serde(default)]
    pub error: Option<String>,
    /// Throws this escalation, then completes unless it was interrupted.
    #[serde(default)]
    pub escalation: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub name: String,
    #[serde(default)]
    pub key: Option<Value>,
    /// ISO 8601 duration from the start.
    #[serde(default)]
    pub after: Option<String>,
    #[serde(default)]
    pub variables: Variables,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    pub name: String,
    /// ISO 8601 duration from the start.
    #[serde(default)]
    pub after: Option<String>,
    #[serde(default)]
    pub variables: Variables,
}

impl Scenario {
    /// Reads a scenario and checks its durations.
    ///
    /// # Errors
    /// A sentence with the line and column, or the wrong duration.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = serde_json::from_str(text)
            .map_err(|error| format!("the scenario is not valid: {error}"))?;
        let afters = scenario.answers.iter().map(|answer| &answer.after);
        let afters = afters.chain(scenario.messages.iter().map(|message| &message.after));
        for after in afters
            .chain(scenario.signals.iter().map(|signal| &signal.after))
            .flatten()
        {
            if crate::timers::duration(after).is_none() {
                return Err(format!(
                    "the scenario is not valid: '{after}' is no ISO 8601 duration such as PT2H"
                ));
            }
        }
        Ok(scenario)
    }
}
