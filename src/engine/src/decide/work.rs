//! The working copy of one decision: what is emitted is applied at once, on copies of the touched scopes only.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use trinhky_calendar::Calendar;

use crate::apply::apply;
use crate::command::{Command, Need, RefusalKind, Rejection};
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::{Definitions, Name, Node, Process};
use crate::state::{Scope, State};

/// How often one element may be entered in one scope within one decision; more is an endless loop (F34).
pub const MAX_ENTRIES: u32 = 1_000;
/// With so many events nothing was entered often: entries are counted from here on.
const UNCOUNTED_EVENTS: usize = 100;
/// The most scopes that one decision may open: more than the largest round has, and few enough for the memory (F35).
pub const MAX_OPENED: usize = 300_000;
/// Few decisions have more events than this.
const USUAL_EVENTS: usize = 16;
/// The most events of one decision.
pub const MAX_EVENTS: usize = 3_000_000;

/// What stops a step.
#[derive(Debug)]
pub(super) enum Halt {
    Need(Need),
    Refused {
        kind: RefusalKind,
        message: String,
        message_vi: String,
    },
    /// The token (or the scope) gets stuck with these words.
    Incident {
        kind: &'static str,
        message: String,
        message_vi: String,
    },
}

pub(super) type Step<T = ()> = Result<T, Halt>;

impl From<Halt> for Rejection {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Need(need) => Self::Incomplete(need),
            Halt::Refused {
                kind,
                message,
                message_vi,
            } => Self::Refused {
                kind,
                message,
                message_vi,
            },
            Halt::Incident {
                message,
                message_vi,
                ..
            } => Self::Refused {
                kind: RefusalKind::BadInput,
                message,
                message_vi,
            },
        }
    }
}

pub(super) fn refused<T>(
    kind: RefusalKind,
    message: impl Into<String>,
    message_vi: impl Into<String>,
) -> Step<T> {
    Err(Halt::Refused {
        kind,
        message: message.into(),
        message_vi: message_vi.into(),
    })
}

pub(super) fn incident<T>(
    kind: &'static str,
    message: impl Into<String>,
    message_vi: impl Into<String>,
) -> Step<T> {
    Err(Halt::Incident {
        kind,
        message: message.into(),
        message_vi: message_vi.into(),
    })
}

pub(super) struct Work<'a> {
    pub defs: &'a Definitions,
    pub command: &'a Command,
    pub calendar: &'a Calendar,
    base: &'a State,
    /// The scopes on the command's path, found once: in a large round each search counts.
    path: Vec<&'a Scope>,
    /// The touched scopes, as they are now.
    view: State,
    /// Scopes that were removed with everything inside.
    gone: BTreeSet<ScopeId>,
    pub events: Vec<Event>,
    /// Tokens that can go on, oldest first.
    pub agenda: VecDeque<(ScopeId, u64)>,
    /// Scopes whose waiting joins must be looked at when nothing else can move.
    pub joins: BTreeSet<ScopeId>,
    entries: BTreeMap<(ScopeId, Name), u32>,
    /// How many more scopes may be opened.
    room: usize,
    /// The element found last: it is asked for several times in turn.
    last: Cell<Option<(&'a Process, &'a Node)>>,
    pub vars_changed: bool,
    /// The element whose work sets variables now.
    pub current: Option<Name>,
}

impl<'a> Work<'a> {
    pub fn new(
        defs: &'a Definitions,
        base: &'a State,
        command: &'a Command,
        calendar: &'a Calendar,
    ) -> Self {
        let view = State {
            instance: base.instance.clone(),
            scopes: BTreeMap::new(),
            partial: base.partial,
        };
        Self {
            defs,
            command,
            calendar,
            base,
            path: command
                .kind
                .scope()
                .into_iter()
                .flat_map(ScopeId::outward)
                .filter_map(|id| base.scope(&id))
                .collect(),
            view,
            gone: BTreeSet::new(),
            events: Vec::with_capacity(USUAL_EVENTS),
            agenda: VecDeque::new(),
            joins: BTreeSet::new(),
            entries: BTreeMap::new(),
            room: MAX_OPENED,
            last: Cell::new(None),
            vars_changed: false,
            current: None,
        }
    }

    /// Applies an event to the working copy and keeps it.
    pub fn emit(&mut self, event: Event) {
        if let Some(id) = event.touches()
            && !self.view.scopes.contains_key(&id)
            && !self.is_gone(&id)
            && let Some(scope) = self.base_scope(&id)
        {
            let scope = Box::new(scope.clone());
            self.view.scopes.insert(id.into_owned(), scope);
        }
        if let Some(removed) = event.removes() {
            self.gone.insert(removed.clone());
        }
        if matches!(event, Event::VariablesSet { .. }) {
            self.vars_changed = true;
        }
        apply(&mut self.view, &event);
        self.events.push(event);
    }

    pub fn scope(&self, id: &ScopeId) -> Option<&Scope> {
        if let Some(scope) = self.view.scopes.get(id) {
            return Some(scope);
        }
        if self.is_gone(id) {
            None
        } else {
            self.base_scope(id)
        }
    }

    /// A scope as it was before the command.
    fn base_scope(&self, id: &ScopeId) -> Option<&'a Scope> {
        let near = self.path.iter().find(|scope| scope.id == *id).copied();
        near.or_else(|| self.base.scope(id))
    }

    /// A scope that must be there, because something inside it is.
    pub fn expect(&self, id: &ScopeId) -> Step<&Scope> {
        self.scope(id)
            .ok_or_else(|| Halt::Need(Need::Scope(id.clone())))
    }

    /// The ids of all live scopes that are loaded, in order.
    pub fn scope_ids(&self) -> Vec<ScopeId> {
        let mut ids: BTreeSet<ScopeId> = self
            .base
            .scopes
            .keys()
            .filter(|id| !self.is_gone(id))
            .cloned()
            .collect();
        ids.extend(self.view.scopes.keys().cloned());
        ids.into_iter().collect()
    }

    pub fn is_partial(&self) -> bool {
        self.base.partial
    }

    pub fn is_over(&self) -> bool {
        self.view.instance.status != crate::state::Status::Running
    }

    pub fn next(&self, scope: &ScopeId) -> u64 {
        self.scope(scope).map_or(1, |scope| scope.next)
    }

    pub fn process(&self, scope: &ScopeId) -> Step<&'a Process> {
        let id = &self.expect(scope)?.process;
        if let Some((process, _)) = self.last.get()
            && process.id == *id
        {
            return Ok(process);
        }
        match self.defs.process(id) {
            Some(process) => Ok(process),
            None => refused(
                RefusalKind::BadInput,
                format!("The definitions have no process '{id}'."),
                format!("Định nghĩa không có quy trình '{id}'."),
            ),
        }
    }

    pub fn node(&self, scope: &ScopeId, element: &str) -> Step<&'a Node> {
        let process = self.process(scope)?;
        if let Some((_, node)) = self
            .last
            .get()
            .filter(|(own, node)| std::ptr::eq(*own, process) && node.id == element)
        {
            return Ok(node);
        }
        match process.node(element) {
            Some(node) => {
                self.last.set(Some((process, node)));
                Ok(node)
            }
            None => incident(
                "unknown-element",
                format!("The process has no element '{element}'."),
                format!("Quy trình không có phần tử '{element}'."),
            ),
        }
    }

    /// Counts an entry; false when the element was entered too often in this decision. Most decisions are of a few events, and
    /// nothing is counted.
    pub fn count_entry(&mut self, scope: &ScopeId, element: &Name) -> bool {
        if self.events.len() <= UNCOUNTED_EVENTS {
            return true;
        }
        let count = self
            .entries
            .entry((scope.clone(), element.clone()))
            .or_default();
        *count += 1;
        *count <= MAX_ENTRIES && self.events.len() < MAX_EVENTS
    }

    /// Opens a scope. Rounds in rounds and processes that call themselves several times multiply: then the whole decision is
    /// refused, and nothing has happened.
    pub fn open(&mut self, scope: Scope) -> Step {
        if self.room == 0 {
            return refused(
                RefusalKind::BadInput,
                format!("This step would open more than {MAX_OPENED} parts at once."),
                format!("Bước này sẽ mở cùng lúc hơn {MAX_OPENED} phần việc."),
            );
        }
        self.room -= 1;
        self.emit(Event::ScopeOpened {
            scope: Box::new(scope),
        });
        Ok(())
    }

    fn is_gone(&self, id: &ScopeId) -> bool {
        !self.gone.is_empty() && id.outward().any(|id| self.gone.contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::command::CommandKind;
    use crate::read;

    /// What becomes of the start of a process around `body` where so many scopes may be opened.
    fn started(body: &str, room: usize) -> (Step, usize) {
        let text = format!(
            r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t"><process id="p" isExecutable="true">{body}</process></definitions>"#
        );
        let defs = read(&[("t.bpmn", text.as_bytes())]).unwrap();
        let command = Command {
            now: DateTime::UNIX_EPOCH,
            by: "test".to_owned(),
            command_id: String::new(),
            kind: CommandKind::Start {
                process: "p".to_owned(),
                variables: crate::state::Variables::new(),
                start: None,
            },
        };
        let (state, calendar) = (State::default(), Calendar::vietnam());
        let mut work = Work::new(&defs, &state, &command, &calendar);
        work.room = room;
        let outcome = work.obey().and_then(|()| work.run());
        (outcome, room - work.room)
    }

    #[test]
    fn rounds_in_rounds_and_calls_that_multiply_are_refused_as_a_whole() {
        let three = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>";
        let rounds = format!(
            r#"<subProcess id="u">{three}<userTask id="a">{three}</userTask></subProcess>"#
        );
        // The process, the round and its three items, in each a round of three.
        let (outcome, opened) = started(&rounds, MAX_OPENED);
        assert!(outcome.is_ok());
        assert_eq!(opened, 17);
        assert!(started(&rounds, 17).0.is_ok());
        assert!(matches!(
            started(&rounds, 16).0,
            Err(Halt::Refused {
                kind: RefusalKind::BadInput,
                ..
            })
        ));
        let itself = format!(r#"<callActivity id="k" calledElement="p">{three}</callActivity>"#);
        let (outcome, opened) = started(&itself, 1_000);
        assert!(matches!(outcome, Err(Halt::Refused { .. })));
        assert_eq!(opened, 1_000);
    }
}
