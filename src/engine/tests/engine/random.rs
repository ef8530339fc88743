//! Random models and random legal paths through them: after every step the state is sound, equals its replay and its
//! saved form, and deciding on a slice equals deciding on the whole. Every path through a block-structured model comes to
//! its end; a path through a free one may stop where the model itself is wrong.
//!
//! `TRINHKY_WALKS=20000` makes a night of it.

use crate::commands::{at, decide_on_slice, variables};
use crate::free::{Free, Kind, free};
use crate::helper::{definitions, file, walks};
use crate::sound::unsound;
use proptest::prelude::*;
use serde_json::json;
use trinhky_calendar::Calendar;
use trinhky_engine::{
    Command, CommandKind, Definitions, State, Status, TaskId, TimerId, Topic, Variables, Wait,
    apply, decide,
};

#[derive(Debug, Clone)]
pub enum Block {
    User,
    Script,
    Wait,
    Receive,
    Sequence(Vec<Block>),
    Exclusive(Vec<Block>),
    Parallel(Vec<Block>),
    Inclusive(Vec<Block>),
    Race,
    Sub(Box<Block>),
    Round {
        block: Box<Block>,
        items: u8,
        sequential: bool,
        stop_at: u8,
    },
    TaskRound {
        items: u8,
        sequential: bool,
    },
    /// A task with a boundary timer whose path joins the normal one.
    Deadline {
        interrupting: bool,
    },
    /// A sub-process that throws an error in one of its branches, caught at its boundary.
    Rescue(Box<Block>),
}

pub fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        3 => Just(Block::User),
        2 => Just(Block::Script),
        1 => Just(Block::Wait),
        1 => Just(Block::Receive),
        1 => Just(Block::Race),
        1 => (0..4_u8, any::<bool>()).prop_map(|(items, sequential)| Block::TaskRound { items, sequential }),
        1 => any::<bool>().prop_map(|interrupting| Block::Deadline { interrupting }),
    ];
    leaf.prop_recursive(4, 14, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Block::Sequence),
            several().prop_map(Block::Exclusive),
            several().prop_map(Block::Parallel),
            several().prop_map(Block::Inclusive),
            inner.clone().prop_map(|block| Block::Sub(Box::new(block))),
            inner
                .clone()
                .prop_map(|block| Block::Rescue(Box::new(block))),
            (inner, 0..4_u8, any::<bool>(), 1..5_u8).prop_map(
                |(block, items, sequential, stop_at)| Block::Round {
                    block: Box::new(block),
                    items,
                    sequential,
                    stop_at
                }
            ),
        ]
    })
}

/// Writes blocks as BPMN.
#[derive(Default)]
struct Writer {
    next: usize,
    xml: String,
}

impl Writer {
    fn id(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}{}", self.next)
    }

    fn node(&mut self, tag: &str, inner: &str) -> String {
        let id = self.id(tag);
        self.xml += &format!("<{tag} id=\"{id}\">{inner}</{tag}>");
        id
    }

    fn flow(&mut self, from: &str, to: &str, condition: Option<&str>) {
        let id = self.id("flow");
        let inner = condition
            .map(|condition| format!("<conditionExpression>{condition}</conditionExpression>"))
            .unwrap_or_default();
        self.xml += &format!(
            "<sequenceFlow id=\"{id}\" sourceRef=\"{from}\" targetRef=\"{to}\">{inner}</sequenceFlow>"
        );
    }

    /// Writes a block; its first and last node.
    fn block(&mut self, block: &Block) -> (String, String) {
        let one = |id: String| (id.clone(), id);
        match block {
            Block::User => one(self.node("userTask", "")),
            Block::Script => one(self.node("scriptTask", "<script>n = n + 1</script>")),
            Block::Wait => one(self.node(
                "intermediateCatchEvent",
                "<timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition>",
            )),
            Block::Receive => one(self.node(
                "intermediateCatchEvent",
                "<messageEventDefinition messageRef=\"m\"/>",
            )),
            Block::Sequence(blocks) => {
                let parts: Vec<_> = blocks.iter().map(|block| self.block(block)).collect();
                for pair in parts.windows(2) {
                    self.flow(&pair[0].1, &pair[1].0, None);
                }
                (parts[0].0.clone(), parts[parts.len() - 1].1.clone())
            }
            Block::Exclusive(blocks) => self.split("exclusiveGateway", blocks, |index| {
                format!("(n + {index}) % 2 == 0")
            }),
            Block::Inclusive(blocks) => self.split("inclusiveGateway", blocks, |index| {
                format!("(n + {index}) % 2 == 0")
            }),
            Block::Parallel(blocks) => {
                let (split, join) = (
                    self.node("parallelGateway", ""),
                    self.node("parallelGateway", ""),
                );
                for block in blocks {
                    let (first, last) = self.block(block);
                    self.flow(&split, &first, None);
                    self.flow(&last, &join, None);
                }
                (split, join)
            }
            Block::Race => {
                let (split, join) = (
                    self.node("eventBasedGateway", ""),
                    self.node("exclusiveGateway", ""),
                );
                for block in [Block::Wait, Block::Receive] {
                    let (event, _) = self.block(&block);
                    self.flow(&split, &event, None);
                    self.flow(&event, &join, None);
                }
                (split, join)
            }
            Block::Sub(block) => {
                let inner = self.inside(block, "");
                one(self.node("subProcess", &inner))
            }
            Block::Round {
                block,
                items,
                sequential,
                stop_at,
            } => {
                let inner = self.inside(block, "");
                let stop = format!("numberOfCompletedInstances &gt;= {stop_at}");
                one(self.node(
                    "subProcess",
                    &format!(
                        "{}{inner}",
                        round(
                            *items,
                            *sequential,
                            &format!("<completionCondition>{stop}</completionCondition>")
                        )
                    ),
                ))
            }
            Block::TaskRound { items, sequential } => {
                one(self.node("userTask", &round(*items, *sequential, "")))
            }
            Block::Deadline { interrupting } => {
                let (task, join) = (self.node("userTask", ""), self.node("exclusiveGateway", ""));
                let boundary = self.id("boundary");
                self.xml += &format!(
                    "<boundaryEvent id=\"{boundary}\" attachedToRef=\"{task}\" cancelActivity=\"{interrupting}\"><timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition></boundaryEvent>"
                );
                self.flow(&task, &join, None);
                if *interrupting {
                    self.flow(&boundary, &join, None);
                } else {
                    let end = self.node("endEvent", "");
                    self.flow(&boundary, &end, None);
                }
                (task, join)
            }
            Block::Rescue(block) => {
                let inner = self.inside(block, "<errorEventDefinition errorRef=\"err\"/>");
                let (sub, join) = (
                    self.node("subProcess", &inner),
                    self.node("exclusiveGateway", ""),
                );
                let boundary = self.id("boundary");
                self.xml += &format!(
                    "<boundaryEvent id=\"{boundary}\" attachedToRef=\"{sub}\"><errorEventDefinition errorRef=\"err\"/></boundaryEvent>"
                );
                self.flow(&sub, &join, None);
                self.flow(&boundary, &join, None);
                (sub, join)
            }
        }
    }

    fn split(
        &mut self,
        tag: &str,
        blocks: &[Block],
        condition: impl Fn(usize) -> String,
    ) -> (String, String) {
        let (split, join) = (self.id(tag), self.node(tag, ""));
        let mut default = String::new();
        for (index, block) in blocks.iter().enumerate() {
            let (first, last) = self.block(block);
            if index + 1 == blocks.len() {
                default = self.id("flow");
                self.xml += &format!(
                    "<sequenceFlow id=\"{default}\" sourceRef=\"{split}\" targetRef=\"{first}\"/>"
                );
            } else {
                self.flow(&split, &first, Some(&condition(index)));
            }
            self.flow(&last, &join, None);
        }
        self.xml += &format!("<{tag} id=\"{split}\" default=\"{default}\"/>");
        (split, join)
    }

    /// The content of a sub-process around a block; its end has a trigger or not.
    fn inside(&mut self, block: &Block, end: &str) -> String {
        let outside = std::mem::take(&mut self.xml);
        let start = self.node("startEvent", "");
        let (first, last) = self.block(block);
        let end = self.node("endEvent", end);
        self.flow(&start, &first, None);
        self.flow(&last, &end, None);
        std::mem::replace(&mut self.xml, outside)
    }
}

fn round(items: u8, sequential: bool, inner: &str) -> String {
    let list: Vec<u8> = (0..items).collect();
    format!(
        "<multiInstanceLoopCharacteristics isSequential=\"{sequential}\" tk:collection=\"{list:?}\" tk:elementVariable=\"i\">{inner}</multiInstanceLoopCharacteristics>"
    )
}

/// The file of a random block.
pub fn xml(block: &Block) -> String {
    let mut writer = Writer::default();
    let inner = writer.inside(block, "");
    // The content of a round comes before its flow elements in none of the standard's schemas; order it as the schema says.
    file(
        "<message id=\"m\" name=\"m\"/><error id=\"err\" errorCode=\"E\"/>",
        &inner,
    )
}

/// All that can be done now, in order.
pub fn choices(state: &State) -> Vec<CommandKind> {
    let mut choices = Vec::new();
    for task in state.tasks() {
        choices.push(CommandKind::CompleteTask {
            task: task.id.clone(),
            variables: variables(json!({"answer": task.id.number})),
        });
    }
    for timer in state.timers() {
        choices.push(CommandKind::FireDue {
            timer: TimerId::new(timer.id.scope.clone(), timer.id.number),
        });
    }
    let waits = |topic: &Topic| matches!(topic, Topic::Message { .. });
    if state.scopes.values().any(|scope| {
        scope
            .subscriptions
            .values()
            .any(|subscription| waits(&subscription.to))
    }) {
        choices.push(CommandKind::Correlate {
            name: "m".to_owned(),
            key: None,
            variables: Variables::new(),
        });
    }
    choices
}

/// Acts of people that do not bring the process to its end by themselves.
fn detours(state: &State, pick: usize) -> Option<CommandKind> {
    let tasks: Vec<TaskId> = state.tasks().map(|task| task.id.clone()).collect();
    let rounds: Vec<_> = state
        .scopes
        .values()
        .filter(|scope| scope.mi.is_some())
        .collect();
    match pick % 5 {
        0 => tasks
            .get(pick % tasks.len().max(1))
            .map(|task| CommandKind::Claim { task: task.clone() }),
        1 => rounds.first().map(|round| CommandKind::AddItem {
            round: round.id.clone(),
            item: json!(pick),
        }),
        2 => {
            let item = state.scopes.values().find(|scope| {
                scope.item.is_some()
                    && scope
                        .id
                        .parent()
                        .is_some_and(|parent| state.scopes[&parent].mi.is_some())
            })?;
            Some(CommandKind::RemoveItem {
                item: item.id.clone(),
            })
        }
        3 => {
            let scope = state
                .scopes
                .values()
                .find(|scope| !scope.tasks.is_empty())?;
            let task = scope.tasks.values().next()?;
            Some(CommandKind::MoveToken {
                scope: scope.id.clone(),
                token: task.token,
                to: task.element.to_string(),
                reason: "again".to_owned(),
            })
        }
        _ => Some(CommandKind::SetVariables {
            scope: trinhky_engine::ScopeId::root(),
            variables: variables(json!({"n": pick})),
        }),
    }
}

/// Follows a path to its end, to where nothing more can be done, or to the last step.
fn walk(defs: &Definitions, path: &[usize], steps: usize) -> Result<State, TestCaseError> {
    let calendar = Calendar::vietnam();
    let mut live = State::default();
    let mut journal = Vec::new();
    let mut kind = Some(CommandKind::Start {
        process: "p".to_owned(),
        variables: variables(json!({"n": 0})),
        start: None,
    });
    let mut step = 0;
    while let Some(next) = kind {
        let command = Command {
            now: at(i64::try_from(step).unwrap_or(0) * 3600),
            by: "x".to_owned(),
            command_id: step.to_string(),
            kind: next,
        };
        let whole = decide(defs, &live, &command, &calendar);
        let (part, _) = decide_on_slice(defs, &live, &command);
        prop_assert_eq!(
            &whole,
            &part,
            "a slice decides as the whole does: {:?}",
            command.kind
        );
        match whole {
            Ok(events) => {
                for event in &events {
                    apply(&mut live, event);
                }
                journal.extend(events);
            }
            // A person's detour may be impossible just now.
            Err(refusal) => prop_assert!(
                path.get(step).is_some_and(|pick| pick % 3 == 0),
                "{refusal:?}"
            ),
        }
        let mut replayed = State::default();
        for event in &journal {
            let saved = serde_json::to_string(event).unwrap();
            apply(&mut replayed, &serde_json::from_str(&saved).unwrap());
        }
        prop_assert_eq!(&replayed, &live, "the state equals its replay");
        let saved = serde_json::to_string(&live).unwrap();
        live = serde_json::from_str(&saved).unwrap();
        prop_assert_eq!(&replayed, &live, "the state equals its saved form");
        prop_assert_eq!(unsound(&live), None, "{:#?}", &live);
        step += 1;
        let possible = choices(&live);
        if live.instance.status != Status::Running || possible.is_empty() || step == steps {
            break;
        }
        let pick = path.get(step).copied().unwrap_or_default();
        let detour = if step < path.len() && pick % 3 == 0 {
            detours(&live, pick / 3)
        } else {
            None
        };
        kind = detour.or_else(|| possible.get(pick % possible.len()).cloned());
    }
    Ok(live)
}

/// Where a path through a free model may stop: at the end, or at an incident, or where a parallel join waits for a token
/// that no longer comes (BPMN 2.0.2, 13.4.1). An inclusive or complex one alone never sticks.
fn stops_rightly(state: &State, model: &Free) -> bool {
    let waits = |at: usize| {
        state
            .scopes
            .values()
            .flat_map(|scope| scope.tokens.values())
            .any(|token| token.wait == Wait::Join && token.element == format!("n{at}"))
    };
    state.instance.status != Status::Running
        || state
            .scopes
            .values()
            .any(|scope| !scope.incidents.is_empty())
        || (0..model.nodes.len()).any(|at| model.nodes[at] == Kind::Parallel && waits(at))
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: walks(300),
        ..ProptestConfig::default()
    }
}

/// A free model has no end that is sure to come: so many steps are enough.
const STEPS: usize = 60;

const KINDS: &[Kind] = &[
    Kind::Task,
    Kind::Task,
    Kind::Script,
    Kind::Exclusive,
    Kind::Exclusive,
    Kind::Parallel,
    Kind::Inclusive,
    Kind::Inclusive,
    Kind::Complex,
    Kind::Timer,
    Kind::Message,
    Kind::Race,
    Kind::Sub,
    Kind::Watched { interrupting: true },
    Kind::Watched {
        interrupting: false,
    },
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_path_ends_and_every_step_survives_a_restart(block in block(), path in prop::collection::vec(0..1_000_usize, 40)) {
        let end = walk(&definitions(&xml(&block)), &path, 3_000)?;
        prop_assert_eq!(end.instance.status, Status::Completed, "stuck: {:#?}", &end);
        prop_assert!(end.scopes.len() == 1 && end.live().is_empty(), "nothing is left over: {end:#?}");
    }

    #[test]
    fn every_step_through_a_free_model_survives_a_restart(model in free(KINDS, true), path in prop::collection::vec(0..1_000_usize, STEPS)) {
        let defs = definitions(&model.xml());
        let end = walk(&defs, &path, STEPS)?;
        prop_assert!(!choices(&end).is_empty() || stops_rightly(&end, &model), "stuck: {end:#?}");
    }
}
