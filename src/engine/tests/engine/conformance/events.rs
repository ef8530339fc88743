//! Catching events, at boundaries and between (BPMN 2.0.2, 10.5.4, 13.5.2, 13.5.3).

use super::Case;
use serde_json::json;

const ROOTS: &str = r#"<message id="msg" name="note"/><signal id="sig" name="go"/><error id="err" errorCode="F"/><escalation id="esc" escalationCode="X"/><timerEventDefinition id="td"><timeDuration>PT1H</timeDuration></timerEventDefinition>"#;
const TIMER: &str =
    "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>";
const MESSAGE: &str = r#"<messageEventDefinition messageRef="msg"/>"#;
const SIGNAL: &str = r#"<signalEventDefinition signalRef="sig"/>"#;
const CONDITION: &str =
    "<conditionalEventDefinition><condition>n == 1</condition></conditionalEventDefinition>";
const ESCALATION: &str = r#"<escalationEventDefinition escalationRef="esc"/>"#;

fn caught(row: &'static str, attributes: &str, definition: &str, told: &'static str) -> Case {
    let nodes = format!(
        r#"<startEvent id="s"/><intermediateCatchEvent id="c" {attributes}>{definition}</intermediateCatchEvent><endEvent id="e"/>"#
    );
    Case::new(row, &nodes, "s > c; c > e", told).roots(ROOTS)
}

/// A task of three hours with an event at its boundary, interrupting or not.
fn boundary(interrupting: bool, definition: &str, told: &'static str) -> Case {
    let nodes = format!(
        r#"<startEvent id="s"/><parallelGateway id="p1"/><userTask id="a"/><userTask id="o"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="{interrupting}">{definition}</boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#
    );
    let row = if interrupting {
        "boundary-interrupting"
    } else {
        "boundary-beside"
    };
    Case::new(row, &nodes, "s > p1; p1 > a; p1 > o; a > e; b > h", told).roots(ROOTS)
}

pub fn cases() -> Vec<Case> {
    let later = json!({"answers": [{"element": "a", "after": "PT3H"}, {"element": "o", "after": "PT1H", "variables": {"n": 1}}],
        "messages": [{"name": "note", "after": "PT1H"}], "signals": [{"name": "go", "after": "PT1H"}]});
    let escalates = json!({"answers": [{"element": "a", "escalation": "X"}]});
    let at_one = |what: &str| json!({what: [{"name": if what == "messages" { "note" } else { "go" }, "after": "PT1H"}]});
    vec![
        caught("catch-message", "", MESSAGE, "started +s -s +c message_received:c -c +e -e completed")
            .with(at_one("messages")),
        caught("catch-signal", "", SIGNAL, "started +s -s +c signal_received:c -c +e -e completed")
            .with(at_one("signals")),
        caught("catch-timer", "", TIMER, "started +s -s +c timer_set:c timer_fired:c -c +e -e completed"),
        caught("catch-conditional", "", CONDITION, "started +s -s +c condition_met:c -c +e -e completed")
            .with(json!({"variables": {"n": 1}})),
        Case::new(
            "catch-conditional",
            &format!(r#"<startEvent id="s"/><intermediateCatchEvent id="c">{CONDITION}</intermediateCatchEvent><userTask id="a"/><task id="t"/>"#),
            "s > c; s > a; a > t",
            // The condition is met before the task that made it true lets its token go on.
            "started +s -s +c +a n=1 condition_met:c -c -a +t -t completed",
        )
        .with(json!({"answers": [{"element": "a", "variables": {"n": 1}}]})),
        caught("catch-multiple", "", &format!("{MESSAGE}{SIGNAL}"), "started +s -s +c signal_received:c -c +e -e completed")
            .with(json!({"signals": [{"name": "go", "after": "PT1H"}], "messages": [{"name": "note", "after": "PT2H"}]})),
        caught("catch-parallel-multiple", r#"parallelMultiple="true""#, &format!("{MESSAGE}{SIGNAL}"), "started +s -s +c signal_received:c message_received:c -c +e -e completed")
            .with(json!({"signals": [{"name": "go", "after": "PT1H"}], "messages": [{"name": "note", "after": "PT2H"}]})),
        caught("event-definition-ref", "", "<eventDefinitionRef>td</eventDefinitionRef>", "started +s -s +c timer_set:c timer_fired:c -c +e -e completed"),
        Case::new(
            "catch-message",
            // Who waits for this very key goes before who waits for any.
            &format!(r#"<startEvent id="s"/><intermediateCatchEvent id="c">{MESSAGE}</intermediateCatchEvent><intermediateCatchEvent id="k" tk:key="id">{MESSAGE}</intermediateCatchEvent>"#),
            "s > c; s > k",
            "started +s -s +c +k message_received:k -k message_received:c -c completed",
        )
        .roots(ROOTS)
        .with(json!({"variables": {"id": "A"}, "messages": [{"name": "note", "key": "A", "after": "PT1H"}, {"name": "note", "after": "PT2H"}]})),
        Case::new(
            "link",
            r#"<startEvent id="s"/><intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent><endEvent id="e"/>"#,
            "s > x; c > e",
            "started +s -s +x -x +c -c +e -e completed",
        ),
        boundary(true, TIMER, "started +s -s +p1 -p1 +a +o timer_set:b timer_fired:b ×a +b -b +h -h n=1 -o completed")
            .with(later.clone()),
        boundary(true, MESSAGE, "started +s -s +p1 -p1 +a +o message_received:b ×a +b -b +h -h n=1 -o completed")
            .with(later.clone()),
        boundary(true, SIGNAL, "started +s -s +p1 -p1 +a +o signal_received:b ×a +b -b +h -h n=1 -o completed")
            .with(later.clone()),
        boundary(true, CONDITION, "started +s -s +p1 -p1 +a +o n=1 condition_met:b ×a +b -b +h -o -h completed")
            .with(later.clone()),
        boundary(true, ESCALATION, "started +s -s +p1 -p1 +a +o escalation_thrown:a escalation_caught:b ×a +b -b +h -h -o completed")
            .with(escalates.clone()),
        boundary(false, TIMER, "started +s -s +p1 -p1 +a +o timer_set:b timer_fired:b +b -b +h -h n=1 -o -a +e -e completed")
            .with(later.clone()),
        boundary(false, MESSAGE, "started +s -s +p1 -p1 +a +o message_received:b +b -b +h -h n=1 -o -a +e -e completed")
            .with(later.clone()),
        boundary(false, SIGNAL, "started +s -s +p1 -p1 +a +o signal_received:b +b -b +h -h n=1 -o -a +e -e completed")
            .with(later.clone()),
        boundary(false, CONDITION, "started +s -s +p1 -p1 +a +o n=1 condition_met:b +b -b +h -o -h -a +e -e completed")
            .with(later),
        boundary(false, ESCALATION, "started +s -s +p1 -p1 +a +o escalation_thrown:a escalation_caught:b +b -b +h -h -a +e -e -o completed")
            .with(escalates),
        Case::new(
            "boundary-error",
            r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><userTask id="w"/><endEvent id="x"><errorEventDefinition errorRef="err"/></endEvent><sequenceFlow id="f1" sourceRef="us" targetRef="w"/><sequenceFlow id="f2" sourceRef="us" targetRef="x"/></subProcess>
            <boundaryEvent id="any" attachedToRef="u"><errorEventDefinition/></boundaryEvent><boundaryEvent id="b" attachedToRef="u"><errorEventDefinition errorRef="err"/></boundaryEvent><endEvent id="e"/><endEvent id="h"/><endEvent id="z"/>"#,
            "s > u; u > e; b > h; any > z",
            "started +s -s +u +us -us +w +x error_thrown:x -x error_caught:b ×w ×u +b -b +h -h completed",
        )
        .roots(ROOTS),
        Case::new(
            "boundary-cancel",
            r#"<startEvent id="s"/><transaction id="u"><startEvent id="us"/><endEvent id="x"><cancelEventDefinition/></endEvent><sequenceFlow id="f1" sourceRef="us" targetRef="x"/></transaction><boundaryEvent id="b" attachedToRef="u"><cancelEventDefinition/></boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#,
            "s > u; u > e; b > h",
            "started +s -s +u +us -us +x compensation_thrown:x -x ×u +b -b +h -h completed",
        ),
        Case::new(
            "boundary-multiple",
            &format!(r#"<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{MESSAGE}{SIGNAL}</boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#),
            "s > a; a > e; b > h",
            "started +s -s +a message_received:b +b -b +h -h signal_received:b +b -b +h -h -a +e -e completed",
        )
        .roots(ROOTS)
        .with(json!({"answers": [{"element": "a", "after": "P1D"}], "messages": [{"name": "note", "after": "PT1H"}], "signals": [{"name": "go", "after": "PT2H"}]})),        Case::new(
            "boundary-multiple",
            // A parallel one waits for both each time; what comes twice before the other counts once.
            &format!(r#"<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false" parallelMultiple="true">{MESSAGE}{SIGNAL}</boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#),
            "s > a; a > e; b > h",
            "started +s -s +a message_received:b signal_received:b +b -b +h -h signal_received:b message_received:b +b -b +h -h -a +e -e completed",
        )
        .roots(ROOTS)
        .with(json!({"answers": [{"element": "a", "after": "P1D"}], "messages": [{"name": "note", "after": "PT1H"}, {"name": "note", "after": "PT5H"}],
            "signals": [{"name": "go", "after": "PT2H"}, {"name": "go", "after": "PT3H"}, {"name": "go", "after": "PT4H"}]})),
    ]
}
