//! From a command to events. Pure: the same state and command give the same events.

mod activity;
mod catch;
mod compensate;
mod flow;
mod joins;
mod migrate;
mod people;
mod round;
mod throw;
mod vars;
mod work;

use trinhky_calendar::Calendar;

use crate::command::{Command, CommandKind, Need, RefusalKind, Rejection};
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::Definitions;
use crate::state::{State, Status};
use work::Work;

pub use activity::{MAX_CALL_DEPTH, MAX_SCOPE_DEPTH};
pub use migrate::migrate;
pub use round::MAX_ITEMS;
pub use work::{MAX_ENTRIES, MAX_EVENTS, MAX_OPENED};

/// What a command does to an instance, as events; nothing is changed. The state may be a slice: see [`needed`].
///
/// # Errors
/// Refused when the command is not possible; incomplete when more of the state must be loaded first.
pub fn decide(
    defs: &Definitions,
    state: &State,
    command: &Command,
    calendar: &Calendar,
) -> Result<Vec<Event>, Rejection> {
    let starts = matches!(command.kind, CommandKind::Start { .. });
    match (starts, state.instance.status) {
        (true, Status::New) | (false, Status::Running) => {}
        (true, _) => {
            return Err(refuse(
                "The instance has been started already.",
                "Hồ sơ đã được khởi tạo.",
            ));
        }
        (false, Status::New) => {
            return Err(refuse(
                "The instance has not been started.",
                "Hồ sơ chưa được khởi tạo.",
            ));
        }
        (false, _) => return Err(refuse("The instance has ended.", "Hồ sơ đã kết thúc.")),
    }
    let mut work = Work::new(defs, state, command, calendar);
    work.obey()?;
    work.run()?;
    Ok(work.events)
}

/// What to load before asking [`decide()`]: usually the scopes on the path of the task or timer. It may still ask for more.
#[must_use]
pub fn needed(_defs: &Definitions, kind: &CommandKind) -> Vec<Need> {
    let root = ScopeId::root();
    let scope = match kind {
        CommandKind::Start { .. } => return Vec::new(),
        CommandKind::Correlate { .. } | CommandKind::Signal { .. } => return vec![Need::All],
        other => other.scope().unwrap_or(&root),
    };
    let mut path: Vec<Need> = scope.outward().map(Need::Scope).collect();
    path.reverse();
    path
}

fn refuse(message: &str, message_vi: &str) -> Rejection {
    Rejection::Refused {
        kind: RefusalKind::WrongState,
        message: message.to_owned(),
        message_vi: message_vi.to_owned(),
    }
}
