//! Lives of instances in which every kind of event occurs, for the journals that are kept of a version.

use serde_json::{Value, json};
use trinhky_calendar::Calendar;
use trinhky_engine::{
    Command, CommandKind, Definitions, Event, LocalId, ScopeId, State, TaskId, TimerId, apply,
    decide,
};

use crate::commands::{at, variables};
use crate::helper::{definitions, file, flows};

const ROOTS: &str = r#"<message id="msg" name="note"/><signal id="sig" name="go"/><error id="err" errorCode="F"/><escalation id="esc" escalationCode="X"/>"#;

/// An instance with everything that has happened to it.
pub struct Life {
    pub name: &'static str,
    pub journal: Vec<Event>,
    pub state: State,
    defs: Definitions,
}

impl Life {
    fn of(name: &'static str, nodes: &str, ways: &str, associations: &str) -> Self {
        let body = format!("{nodes}{}{associations}", flows(ways));
        let mut life = Self {
            name,
            journal: Vec::new(),
            state: State::default(),
            defs: definitions(&file(ROOTS, &body)),
        };
        life.act(CommandKind::Start {
            process: "p".to_owned(),
            variables: variables(json!({"n": 0, "units": ["x", "y"]})),
            start: None,
        });
        life
    }

    fn act(&mut self, kind: CommandKind) {
        let number = self.journal.len();
        let command = Command {
            now: at(i64::try_from(number).unwrap() * 60),
            by: "an".to_owned(),
            command_id: number.to_string(),
            kind,
        };
        let events = decide(&self.defs, &self.state, &command, &Calendar::vietnam()).unwrap();
        for event in &events {
            apply(&mut self.state, event);
        }
        self.journal.extend(events);
    }

    fn task(&self, element: &str) -> TaskId {
        let mut tasks = self.state.tasks();
        tasks
            .find(|task| task.element == element)
            .unwrap()
            .id
            .clone()
    }

    fn timer(&self, element: &str) -> TimerId {
        let mut timers = self.state.timers();
        let timer = timers.find(|timer| timer.element == element).unwrap();
        TimerId::new(timer.id.scope.clone(), timer.id.number)
    }

    fn complete(&mut self, element: &str, result: Value) {
        let (task, variables) = (self.task(element), variables(result));
        self.act(CommandKind::CompleteTask { task, variables });
    }
}

pub fn lives() -> Vec<Life> {
    vec![undone(), joined(), in_trouble(), by_people(), interrupted()]
}

/// Handlers that nobody waits for have run; one that is waited for runs still.
fn undone() -> Life {
    let nodes = r#"<startEvent id="s"/><userTask id="a"/><boundaryEvent id="ba" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><userTask id="ua" isForCompensation="true"/>
        <userTask id="c"/><boundaryEvent id="bc" attachedToRef="c"><compensateEventDefinition/></boundaryEvent><userTask id="uc" isForCompensation="true"/>
        <intermediateThrowEvent id="beside"><compensateEventDefinition waitForCompletion="false"/></intermediateThrowEvent>
        <userTask id="d"/><boundaryEvent id="bd" attachedToRef="d"><compensateEventDefinition/></boundaryEvent><userTask id="ud" isForCompensation="true"/>
        <intermediateThrowEvent id="waits"><compensateEventDefinition/></intermediateThrowEvent><endEvent id="e"/>"#;
    let handlers = [("ba", "ua"), ("bc", "uc"), ("bd", "ud")]
        .map(|(event, handler)| {
            format!(
                r#"<association id="{event}_{handler}" sourceRef="{event}" targetRef="{handler}"/>"#
            )
        })
        .concat();
    let ways = "s > a; a > c; c > beside; beside > d; d > waits; waits > e";
    let mut life = Life::of("undone", nodes, ways, &handlers);
    for element in ["a", "c", "uc", "ua", "d"] {
        life.complete(element, json!({}));
    }
    life
}

/// Gateways of every kind wait, join, go on and begin anew; the instance has come to its end.
fn joined() -> Life {
    let nodes = r#"<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>
        <complexGateway id="two"><activationCondition>activationCount &gt;= 2</activationCondition></complexGateway><subProcess id="u"><task id="t"/></subProcess>
        <scriptTask id="js" scriptFormat="javascript"><script>go()</script></scriptTask><intermediateThrowEvent id="tell"><messageEventDefinition messageRef="msg"/></intermediateThrowEvent>
        <parallelGateway id="f2"/><task id="x"/><task id="y"/><parallelGateway id="j"/><endEvent id="e"><signalEventDefinition signalRef="sig"/></endEvent>"#;
    let ways = "s > f; f > a; f > b; f > c; a > two; b > two; c > two; two > u; u > js; js > tell; tell > f2; f2 > x; f2 > y; x > j; y > j; j > e";
    let mut life = Life::of("joined", nodes, ways, "");
    for element in ["a", "b", "c"] {
        life.complete(element, json!({}));
    }
    life
}

/// Jobs fail, incidents are resolved, conditions come true, errors and escalations are caught, the last error by nobody.
fn in_trouble() -> Life {
    let nodes = r#"<startEvent id="s"/><serviceTask id="job" tk:service="x"/><exclusiveGateway id="w"/>
        <userTask id="a"/><boundaryEvent id="late" attachedToRef="a"><timerEventDefinition><timeDuration>PT9H</timeDuration></timerEventDefinition></boundaryEvent><boundaryEvent id="when" attachedToRef="a"><conditionalEventDefinition><condition>n == 1</condition></conditionalEventDefinition></boundaryEvent>
        <userTask id="n1"/><subProcess id="u"><startEvent id="us"/><intermediateThrowEvent id="up"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent><userTask id="in"/><sequenceFlow id="q1" sourceRef="us" targetRef="up"/><sequenceFlow id="q2" sourceRef="up" targetRef="in"/></subProcess>
        <boundaryEvent id="told" attachedToRef="u" cancelActivity="false"><escalationEventDefinition escalationRef="esc"/></boundaryEvent><boundaryEvent id="fails" attachedToRef="u"><errorEventDefinition errorRef="err"/></boundaryEvent>
        <endEvent id="e"/><endEvent id="ne"/><endEvent id="te"/><endEvent id="bad"><errorEventDefinition errorRef="err"/></endEvent>"#;
    let ways = "s > job; job > w; w > a ? ready; a > e; late > e; when > u; told > te; u > ne; fails > n1; n1 > bad";
    let mut life = Life::of("in-trouble", nodes, ways, "");
    for retry in [true, false] {
        let (task, message) = (life.task("job"), "no answer".to_owned());
        life.act(CommandKind::ServiceFailed {
            task,
            code: None,
            message,
            retry,
        });
    }
    for values in [json!({}), json!({})] {
        let incident = life.incident();
        life.act(CommandKind::ResolveIncident {
            incident,
            variables: variables(values),
        });
        if let Some(task) = life.open("job") {
            life.act(CommandKind::ServiceDone {
                task,
                variables: variables(json!({})),
            });
        }
    }
    let incident = life.incident();
    life.act(CommandKind::ResolveIncident {
        incident,
        variables: variables(json!({"ready": true})),
    });
    life.act(CommandKind::SetVariables {
        scope: ScopeId::root(),
        variables: variables(json!({"n": 1})),
    });
    let task = life.task("in");
    life.act(CommandKind::ThrowError {
        task,
        code: "F".to_owned(),
        variables: variables(json!({})),
    });
    life.complete("n1", json!({}));
    life
}

impl Life {
    fn incident(&self) -> LocalId {
        let mut scopes = self.state.scopes.values();
        let found =
            scopes.find_map(|scope| Some((scope.id.clone(), *scope.incidents.keys().next()?)));
        let (scope, number) = found.unwrap();
        LocalId::parse(&format!("{scope}:{number}")).unwrap()
    }

    fn open(&self, element: &str) -> Option<TaskId> {
        let mut tasks = self.state.tasks();
        Some(tasks.find(|task| task.element == element)?.id.clone())
    }
}

/// People add an item, move deadlines and send back; then it is cancelled.
fn by_people() -> Life {
    let nodes = r#"<startEvent id="s"/><intermediateCatchEvent id="m"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><dataObject id="notes" isCollection="true"/>
        <userTask id="a" tk:due="PT2H"><multiInstanceLoopCharacteristics tk:collection="units" tk:elementVariable="unit"><loopDataOutputRef>notes</loopDataOutputRef><outputDataItem id="note" name="note"/></multiInstanceLoopCharacteristics></userTask>
        <userTask id="b"/><boundaryEvent id="late" attachedToRef="b" cancelActivity="false"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="e"/>"#;
    let mut life = Life::of(
        "by-people",
        nodes,
        "s > m; m > a; a > b; b > e; late > e",
        "",
    );
    life.act(CommandKind::Correlate {
        name: "note".to_owned(),
        key: None,
        variables: variables(json!({})),
    });
    let task = life.task("a");
    life.act(CommandKind::ExtendTask {
        task: task.clone(),
        due: at(90_000),
    });
    let round = task.scope.parent().unwrap();
    life.act(CommandKind::AddItem {
        round,
        item: json!("z"),
    });
    for note in ["1", "2", "3"] {
        life.complete("a", json!({"note": note}));
    }
    let timer = life.timer("late");
    life.act(CommandKind::ExtendTimer {
        timer,
        due: at(90_000),
    });
    let task = life.task("b");
    let token = life.state.task(&task).unwrap().token;
    life.act(CommandKind::MoveToken {
        scope: task.scope,
        token,
        to: "m".to_owned(),
        reason: "not yet".to_owned(),
    });
    life.act(CommandKind::Cancel {
        reason: "no longer wanted".to_owned(),
    });
    life
}

/// Both events of a parallel multiple event have come; the message of an event sub-process interrupts and its timer is over.
fn interrupted() -> Life {
    let nodes = r#"<startEvent id="s"/><intermediateCatchEvent id="both" parallelMultiple="true"><messageEventDefinition messageRef="msg"/><signalEventDefinition signalRef="sig"/></intermediateCatchEvent><userTask id="a"/><endEvent id="e"/>
        <subProcess id="v" triggeredByEvent="true"><startEvent id="vs"><messageEventDefinition messageRef="msg"/><timerEventDefinition><timeDuration>P9D</timeDuration></timerEventDefinition></startEvent><userTask id="w"/><sequenceFlow id="q" sourceRef="vs" targetRef="w"/></subProcess>"#;
    let mut life = Life::of("interrupted", nodes, "s > both; both > a; a > e", "");
    life.act(CommandKind::Signal {
        name: "go".to_owned(),
        variables: variables(json!({})),
    });
    life.act(CommandKind::Correlate {
        name: "note".to_owned(),
        key: None,
        variables: variables(json!({})),
    });
    life
}
