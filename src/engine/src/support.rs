//! What of BPMN 2.0.2 is executed, refused or read past: one table, from which the documentation page is written.

use std::fmt::Write as _;

use crate::check::rules;

/// How an element fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Executed as the standard says; a conformance test shows it.
    Runs,
    /// A file with it is not published; the row is named after the rule that says so.
    Refused,
    /// Read without complaint, and without effect on the execution.
    ReadPast,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Stable name; the conformance test of the row carries it.
    pub id: &'static str,
    pub element: &'static str,
    pub support: Support,
    /// Where BPMN 2.0.2 (OMG formal/2013-12-09) says how it behaves.
    pub standard: &'static str,
    /// What it does here, or why it is not executed.
    pub note: &'static str,
}

const fn runs(
    id: &'static str,
    element: &'static str,
    standard: &'static str,
    note: &'static str,
) -> Row {
    Row {
        id,
        element,
        support: Support::Runs,
        standard,
        note,
    }
}

const fn past(
    id: &'static str,
    element: &'static str,
    standard: &'static str,
    note: &'static str,
) -> Row {
    Row {
        id,
        element,
        support: Support::ReadPast,
        standard,
        note,
    }
}

const fn refused(
    rule: &'static str,
    element: &'static str,
    standard: &'static str,
    note: &'static str,
) -> Row {
    Row {
        id: rule,
        element,
        support: Support::Refused,
        standard,
        note,
    }
}

/// Every line, in the order of the standard's chapters.
pub const ROWS: &[Row] = &[
    runs("task", "task, manual task", "§10.3.3", "passes at once"),
    runs(
        "user-task",
        "user task",
        "§10.3.3",
        "opens a task that a person completes",
    ),
    runs(
        "service-task",
        "service task, business rule task",
        "§10.3.3",
        "opens a job; its failure is an error that a boundary event can catch",
    ),
    runs(
        "script-task",
        "script task",
        "§10.3.3",
        "CEL assignments; a script in another `scriptFormat` is reported and passed over",
    ),
    runs(
        "send-task",
        "send task",
        "§10.3.3",
        "sends its message; without one it opens a job",
    ),
    runs(
        "receive-task",
        "receive task",
        "§10.3.3",
        "waits for its message; without one it opens a task",
    ),
    runs(
        "receive-instantiate",
        "receive task with `instantiate`",
        "§10.3.3",
        "its message starts an instance",
    ),
    runs(
        "global-task",
        "global tasks",
        "§10.3.7",
        "called like a process of one task",
    ),
    runs(
        "call-activity",
        "call activity",
        "§10.3.6",
        "calls a process or global task; with mappings in, it sees only these",
    ),
    runs(
        "sub-process",
        "sub-process",
        "§10.3.5, §13.3.4",
        "completes when its last token has ended",
    ),
    runs(
        "event-sub-process-interrupting",
        "event sub-process, interrupting",
        "§13.5.4",
        "ends everything else in its scope first",
    ),
    runs(
        "event-sub-process-beside",
        "event sub-process, not interrupting",
        "§13.5.4",
        "runs beside, as often as its event occurs; the scope waits for it",
    ),
    runs(
        "transaction",
        "transaction",
        "§10.3.5, §13.5.5",
        "cancel compensates what completed, then leaves by the cancel boundary event",
    ),
    runs(
        "ad-hoc-parallel",
        "ad-hoc sub-process, parallel",
        "§13.3.5",
        "activities without incoming flow begin together; the completion condition is asked after each",
    ),
    runs(
        "ad-hoc-sequential",
        "ad-hoc sub-process, sequential",
        "§13.3.5",
        "one after the other, in the order of the file",
    ),
    runs(
        "standard-loop",
        "standard loop",
        "§13.3.6",
        "`testBefore`, `loopMaximum`, `loopCounter` (0 before the first round)",
    ),
    runs(
        "round-parallel",
        "multi-instance, parallel",
        "§13.3.7",
        "by cardinality or collection; an empty one passes at once",
    ),
    runs(
        "round-sequential",
        "multi-instance, sequential",
        "§13.3.7",
        "the next item begins when the one before has ended",
    ),
    runs(
        "round-condition",
        "multi-instance: completion condition",
        "§13.3.7",
        "asked after each item; the rest is cancelled",
    ),
    runs(
        "round-none",
        "multi-instance: behavior None",
        "§10.3.8",
        "each item that ends throws the event (without one: a signal named like the activity)",
    ),
    runs(
        "round-one",
        "multi-instance: behavior One",
        "§10.3.8",
        "the first item that ends throws the event",
    ),
    runs(
        "round-complex",
        "multi-instance: behavior Complex",
        "§10.3.8",
        "each item that ends throws the events whose conditions hold",
    ),
    runs(
        "quantities",
        "`startQuantity`, `completionQuantity`",
        "§10.3.1, §13.3.2",
        "so many tokens are waited for, so many are sent on each flow",
    ),
    runs(
        "compensation-handler",
        "compensation activity and its boundary event",
        "§13.5.5",
        "handlers run one after the other, the latest completed activity first; of a repeated activity once for each item that completed",
    ),
    runs(
        "compensation-sub-process",
        "compensation event sub-process",
        "§13.5.5",
        "undoes its sub-process after that completed, with the variables it ended with",
    ),
    runs(
        "exclusive-gateway",
        "exclusive gateway",
        "§13.4.2",
        "the first flow whose condition holds, else the default, else an incident",
    ),
    runs(
        "parallel-gateway",
        "parallel gateway",
        "§13.4.1",
        "one token of each incoming flow; surplus tokens wait",
    ),
    runs(
        "inclusive-gateway",
        "inclusive gateway",
        "§13.4.3",
        "waits while a token can still come to an empty flow; never sticks, never goes on twice",
    ),
    runs(
        "complex-gateway",
        "complex gateway",
        "§13.4.5",
        "`activationCondition` with `activationCount`, then waits for the rest and resets; a flow without condition gets its token in the first phase, one that asks `waitingForStart` as it says",
    ),
    runs(
        "event-gateway",
        "event-based gateway",
        "§13.4.4",
        "the first event wins, the others are forgotten",
    ),
    runs(
        "event-gateway-start",
        "event-based gateway, instantiating, exclusive",
        "§10.6.6",
        "one of its events starts the instance",
    ),
    runs(
        "event-gateway-start-parallel",
        "event-based gateway, instantiating, parallel",
        "§10.6.6",
        "the first event starts the instance, which waits for the others too",
    ),
    runs(
        "implicit-split",
        "several flows out of an activity or event",
        "§8.4.13, §13.3.2",
        "each gets a token",
    ),
    runs(
        "implicit-merge",
        "several flows into an activity or event",
        "§13.3.2",
        "it starts for each token",
    ),
    runs(
        "conditional-flow",
        "conditional and default flows out of an activity",
        "§8.4.13",
        "all whose condition holds; the default when none does",
    ),
    runs(
        "start-none",
        "none start event",
        "§13.5.1",
        "also: every node without incoming flow where there is no start event",
    ),
    runs(
        "start-message",
        "message start event",
        "§13.5.1",
        "its message starts an instance",
    ),
    runs(
        "start-signal",
        "signal start event",
        "§13.5.1",
        "its signal starts an instance of each process that waits for it",
    ),
    runs(
        "start-timer",
        "timer start event",
        "§13.5.1",
        "in a simulation, for a process named by `--process`; in an installation starting by date is recurring work of its own",
    ),
    runs(
        "start-conditional",
        "conditional start event",
        "§13.5.1",
        "in a simulation, for a process named by `--process`, when its condition holds at the start",
    ),
    runs(
        "start-multiple",
        "multiple start event",
        "§13.5.1",
        "any of its triggers starts an instance",
    ),
    runs(
        "start-parallel-multiple",
        "parallel multiple start event",
        "§10.5.2",
        "starts an instance when all its triggers have occurred, with the variables of all of them",
    ),
    runs(
        "catch-message",
        "message catch event",
        "§13.5.2",
        "by name and key",
    ),
    runs(
        "catch-timer",
        "timer catch event",
        "§13.5.2",
        "date, duration, cycle, working-day rule",
    ),
    runs("catch-signal", "signal catch event", "§13.5.2", ""),
    runs(
        "catch-conditional",
        "conditional catch event",
        "§13.5.2",
        "as soon as the condition holds; an unknown name does not hold",
    ),
    runs(
        "link",
        "link events",
        "§10.5.5",
        "go on at the catching link of the same name and scope",
    ),
    runs(
        "catch-multiple",
        "multiple catch event",
        "§13.5.2",
        "one of the triggers is enough",
    ),
    runs(
        "catch-parallel-multiple",
        "parallel multiple catch event",
        "§13.5.2",
        "all triggers must have occurred",
    ),
    runs(
        "throw-none",
        "none throw event",
        "§13.5.2",
        "passes at once",
    ),
    runs(
        "throw-message",
        "message throw event and end event",
        "§13.5.2",
        "",
    ),
    runs(
        "throw-signal",
        "signal throw event and end event",
        "§13.5.2",
        "catchers act before the token goes on; other instances after it",
    ),
    runs(
        "throw-escalation",
        "escalation throw event and end event",
        "§13.5.2",
        "goes on unless the catcher interrupts; without a catcher nothing happens",
    ),
    runs(
        "throw-compensation",
        "compensation throw event and end event",
        "§13.5.5",
        "of all that completed in its scope, or of the activity it names; with `waitForCompletion=\"false\"` it goes on at once",
    ),
    runs(
        "throw-multiple",
        "multiple throw event and end event",
        "§13.5.2",
        "each result in the order of the file, compensation last",
    ),
    runs(
        "boundary-interrupting",
        "message, timer, signal, conditional, escalation boundary events, interrupting",
        "§13.5.3",
        "the activity is cancelled before the token of the event goes on",
    ),
    runs(
        "boundary-beside",
        "message, timer, signal, conditional, escalation boundary events, not interrupting",
        "§13.5.3",
        "as often as it occurs while the activity runs",
    ),
    runs(
        "boundary-error",
        "error boundary event",
        "§13.5.3",
        "the nearest one outward that fits; the code goes before a catcher of all",
    ),
    runs("boundary-cancel", "cancel boundary event", "§13.5.3", ""),
    runs(
        "boundary-multiple",
        "multiple boundary event",
        "§13.5.3",
        "",
    ),
    runs("end-none", "none end event", "§13.5.6", "ends its token"),
    runs(
        "end-error",
        "error end event",
        "§13.5.6",
        "caught outward; uncaught it ends the instance",
    ),
    runs(
        "end-terminate",
        "terminate end event",
        "§13.5.6",
        "ends its scope with everything in it, and no more",
    ),
    runs(
        "event-definition-ref",
        "event definitions by reference",
        "§10.5.5",
        "",
    ),
    runs(
        "data",
        "properties, data objects, data associations",
        "§10.4",
        "values are copied where they exist; what a sub-process declares stays inside",
    ),
    runs(
        "loop-data",
        "loop data input and output",
        "§10.3.8",
        "`loopDataInputRef`, `inputDataItem`, `loopDataOutputRef`, `outputDataItem`",
    ),
    runs(
        "message-flow",
        "message flows between pools",
        "§9.4",
        "carry the message of their ends where these name none",
    ),
    refused(
        "unsupported-behavior",
        "behavior event other than signal, message, escalation, error",
        "§10.3.8",
        "no boundary event could catch it",
    ),
    refused(
        "too-deep",
        "sub-processes nested deeper than 64",
        "§10.3.5",
        "no reader of the diagram could follow, and the depth bounds the work of a step",
    ),
    refused(
        "xml-dtd",
        "document type declarations",
        "§15.3",
        "they can hide other files or grow without bound",
    ),
    past(
        "timer-instances",
        "timer start events outside of a simulation",
        "§13.5.1",
        "when to start is the installation's recurring work, not an instance's",
    ),
    past(
        "correlation",
        "correlation keys and subscriptions, conversations",
        "§8.4.2, §9.5",
        "a message has a name and one key (`tk:key`)",
    ),
    past(
        "resources",
        "resource roles, performers, potential owners",
        "§10.3.1",
        "who may do a task is its `tk:role`",
    ),
    past(
        "data-stores",
        "data stores, data states, input and output sets",
        "§10.4",
        "variables are enough",
    ),
    past(
        "choreography",
        "choreographies, collaborations, lanes, groups, annotations",
        "§9, §11",
        "they describe; nothing of them runs",
    ),
];

/// Problems that the reader finds, beside those of the linter.
const READER_RULES: &[(&str, &str, &str)] = &[
    ("xml-malformed", "error", "The file is not well-formed XML."),
    (
        "xml-encoding",
        "error",
        "The file is neither UTF-8 nor UTF-16, nor in the one-byte encoding that its declaration names.",
    ),
    (
        "xml-dtd",
        "error",
        "A document type declaration is refused.",
    ),
    (
        "xml-too-deep",
        "error",
        "Elements are nested deeper than 1,000 levels.",
    ),
    (
        "xml-too-large",
        "error",
        "The file is larger than 64 MiB, or has too many elements, attributes or namespaces.",
    ),
    (
        "too-deep",
        "error",
        "Sub-processes are nested deeper than 64.",
    ),
    (
        "expression",
        "error",
        "An expression is not valid CEL (a note where the process is not executable).",
    ),
    (
        "expression-language",
        "warning",
        "An expression is of another language, by its `language`, by the `expressionLanguage` of the file, or because the file was written for another engine, and is no CEL either. Reaching it is an incident.",
    ),
    (
        "script",
        "error",
        "A script is not a list of CEL assignments (a note where the process is not executable).",
    ),
    (
        "script-format",
        "warning",
        "A script of another format is passed over.",
    ),
    (
        "timer-rule",
        "error",
        "A timer is no date, duration, cycle, working-day rule or expression (a warning in a file of another engine).",
    ),
    (
        "round-without-count",
        "error",
        "A multi-instance activity of an executable process has neither a loop cardinality nor a collection (a warning in a file of another engine).",
    ),
    (
        "call-without-process",
        "warning",
        "A call activity of an executable process names no process. Reaching it is an incident.",
    ),
    (
        "unsupported-behavior",
        "error",
        "The items of a round throw an event that nothing could catch.",
    ),
];

/// The page `docs/bpmn.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# BPMN 2.0: what runs, and what `workflow check` says\n\n\
         Written from the code (`src/engine/src/support.rs`, `src/engine/src/check/rules`); a test keeps it equal. \
         Sections are those of BPMN 2.0.2 (OMG formal/2013-12-09). Every row that runs has a conformance test of the same \
         name in `src/engine/tests/engine/conformance`, whose trace follows from the standard's text.\n\n\
         ## Elements\n\n| element | here | standard | how, or why not | row |\n|---|---|---|---|---|\n",
    );
    for row in ROWS {
        let here = match row.support {
            Support::Runs => "runs".to_owned(),
            Support::Refused => format!("refused: `{}`", row.id),
            Support::ReadPast => "read past".to_owned(),
        };
        let _ = writeln!(
            page,
            "| {} | {here} | {} | {} | `{}` |",
            row.element, row.standard, row.note, row.id
        );
    }
    page.push_str(
        "\n## Rules\n\nAn *error* keeps a file from being published: the standard forbids it, or it cannot run. A *warning* \
         may get stuck or surprise; publishing with it needs a person's word. *Info* is good to know.\n\n\
         | rule | severity | standard | what, why, and what to do |\n|---|---|---|---|\n",
    );
    for rule in rules() {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | **{}.** {} |",
            rule.id,
            format!("{:?}", rule.severity).to_lowercase(),
            rule.standard,
            rule.title,
            rule.explanation
        );
    }
    for (id, severity, sentence) in READER_RULES {
        let _ = writeln!(page, "| `{id}` | {severity} | ours | {sentence} |");
    }
    page
}
