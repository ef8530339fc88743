//! What the engine costs in memory: nothing is stored, nothing is sent, one thread works.

use serde_json::json;
use trinhky_calendar::Calendar;
use trinhky_engine::{
    Command, CommandKind, Definitions, Event, State, TaskId, Variables, apply, decide, read,
};

use crate::clock::Stopwatch;

/// Start, task, gateway, end.
pub const STRAIGHT: &str = r#"<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="bench" targetNamespace="bench">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><task id="work"/><exclusiveGateway id="choice" default="no"/><endEvent id="yes_end"/><endEvent id="no_end"/>
    <sequenceFlow id="begin" sourceRef="start" targetRef="work"/><sequenceFlow id="done" sourceRef="work" targetRef="choice"/>
    <sequenceFlow id="yes" sourceRef="choice" targetRef="yes_end"><conditionExpression>n > 5</conditionExpression></sequenceFlow>
    <sequenceFlow id="no" sourceRef="choice" targetRef="no_end"/>
  </process>
</definitions>"#;

/// Two user tasks, one after the other.
pub const TWO_TASKS: &str = r#"<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="bench" targetNamespace="bench">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><userTask id="first"/><userTask id="second"/><endEvent id="end"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="first"/><sequenceFlow id="b" sourceRef="first" targetRef="second"/>
    <sequenceFlow id="c" sourceRef="second" targetRef="end"/>
  </process>
</definitions>"#;

/// A user task for each item.
const ROUND: &str = r#"<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="bench" targetNamespace="bench">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><userTask id="each"><multiInstanceLoopCharacteristics><loopCardinality>items</loopCardinality></multiInstanceLoopCharacteristics></userTask><endEvent id="end"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="each"/><sequenceFlow id="b" sourceRef="each" targetRef="end"/>
  </process>
</definitions>"#;

/// An instance without a store.
struct Bench {
    definitions: Definitions,
    calendar: Calendar,
    state: State,
    number: u64,
}

impl Bench {
    fn new(bpmn: &str) -> anyhow::Result<Self> {
        let definitions = read(&[("bench.bpmn", bpmn.as_bytes())])
            .map_err(|findings| anyhow::anyhow!("the measured file is refused: {findings:?}"))?;
        Ok(Self {
            definitions,
            calendar: Calendar::vietnam(),
            state: State::default(),
            number: 0,
        })
    }

    fn act(&mut self, kind: CommandKind) -> anyhow::Result<Vec<Event>> {
        self.number += 1;
        let command = Command {
            now: chrono::DateTime::UNIX_EPOCH,
            by: "bench".to_owned(),
            command_id: self.number.to_string(),
            kind,
        };
        let events = decide(&self.definitions, &self.state, &command, &self.calendar)?;
        for event in &events {
            apply(&mut self.state, event);
        }
        Ok(events)
    }

    fn start(&mut self, name: &str, value: u64) -> anyhow::Result<Vec<Event>> {
        self.state = State::default();
        self.act(CommandKind::Start {
            process: "p".to_owned(),
            variables: Variables::from([(name.to_owned(), json!(value))]),
            start: None,
        })
    }

    fn complete(&mut self, task: TaskId) -> anyhow::Result<Vec<Event>> {
        self.act(CommandKind::CompleteTask {
            task,
            variables: Variables::new(),
        })
    }

    fn open_task(&self) -> anyhow::Result<TaskId> {
        let task = self.state.tasks().next();
        Ok(task
            .ok_or_else(|| anyhow::anyhow!("no task is open"))?
            .id
            .clone())
    }
}

/// Seconds for one instance, from its start to its end.
///
/// # Errors
/// When the engine refuses what it is measured with.
pub fn straight() -> anyhow::Result<f64> {
    let mut bench = Bench::new(STRAIGHT)?;
    let mut batches = Batches::default();
    while batches.seconds.len() < BATCHES {
        batches.time(20, || bench.start("n", 7).map(drop))?;
    }
    Ok(batches.median())
}

/// Seconds for one instance with its two tasks completed, the line of each act in the journal encoded.
///
/// # Errors
/// When the engine refuses what it is measured with.
pub fn two_tasks() -> anyhow::Result<f64> {
    let mut bench = Bench::new(TWO_TASKS)?;
    let mut batches = Batches::default();
    let mut written = 0;
    let mut journal = |events: Vec<Event>| -> anyhow::Result<()> {
        written += serde_json::to_vec(&events)?.len();
        Ok(())
    };
    while batches.seconds.len() < BATCHES {
        batches.time(20, || {
            journal(bench.start("n", 7)?)?;
            for _ in 0..2 {
                let task = bench.open_task()?;
                journal(bench.complete(task)?)?;
            }
            Ok(())
        })?;
    }
    std::hint::black_box(written);
    Ok(batches.median())
}

/// In which order the items of a round are completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they were opened.
    Opened,
    /// Each far from the one before, so that in a large round nothing is in the processor's caches.
    Scattered,
}

/// Seconds for completing one item while a round of `items` is open. The last one, which closes the round, is left out.
///
/// # Errors
/// When the engine refuses what it is measured with.
pub fn completion_in_round(items: u64, order: Order) -> anyhow::Result<f64> {
    let mut bench = Bench::new(ROUND)?;
    let mut batches = Batches::default();
    while batches.seconds.len() < BATCHES {
        bench.start("items", items)?;
        let tasks: Vec<TaskId> = bench.state.tasks().map(|task| task.id.clone()).collect();
        let mut places = places(items, order).take(tasks.len() - 1);
        // The same few at a time, however many there are.
        for _ in 0..(tasks.len() - 1) / 9 {
            batches.time(9, || match places.next() {
                Some(place) => bench.complete(tasks[place].clone()).map(drop),
                None => anyhow::bail!("the round is shorter than it was"),
            })?;
        }
    }
    Ok(batches.median())
}

/// Every place below `count` once.
fn places(count: u64, order: Order) -> impl Iterator<Item = usize> {
    // A prime that divides no round here comes to every place.
    let step = match order {
        Order::Opened => 1,
        Order::Scattered => 7_919,
    };
    (0..count).filter_map(move |index| usize::try_from(index * step % count).ok())
}

/// So many batches make a figure.
const BATCHES: usize = 5_000;

/// Times of short batches. Their median is what the work takes: what else the machine does falls on few of them.
#[derive(Default)]
struct Batches {
    /// Of one run, on the average of its batch.
    seconds: Vec<f64>,
}

impl Batches {
    fn time(
        &mut self,
        runs: u32,
        mut run: impl FnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let watch = Stopwatch::start();
        for _ in 0..runs {
            run()?;
        }
        self.seconds.push(watch.seconds() / f64::from(runs));
        Ok(())
    }

    fn median(&mut self) -> f64 {
        self.seconds.sort_by(f64::total_cmp);
        self.seconds[self.seconds.len() / 2]
    }
}

#[cfg(test)]
mod tests {
    use trinhky_engine::Status;

    use super::*;

    #[test]
    fn what_is_measured_runs_to_its_end() -> anyhow::Result<()> {
        let mut straight = Bench::new(STRAIGHT)?;
        straight.start("n", 7)?;
        assert_eq!(straight.state.instance.status, Status::Completed);

        for (bpmn, name, tasks) in [(TWO_TASKS, "n", 2), (ROUND, "items", 10)] {
            let mut bench = Bench::new(bpmn)?;
            bench.start(name, tasks)?;
            for _ in 0..tasks {
                assert_eq!(bench.state.instance.status, Status::Running);
                let task = bench.open_task()?;
                bench.complete(task)?;
            }
            assert_eq!(bench.state.instance.status, Status::Completed);
        }
        Ok(())
    }

    #[test]
    fn every_item_of_a_round_is_completed_once_in_either_order() {
        for order in [Order::Opened, Order::Scattered] {
            let mut all: Vec<usize> = places(1_000, order).collect();
            assert_eq!(all.len(), 1_000);
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), 1_000, "{order:?}");
        }
    }
}
