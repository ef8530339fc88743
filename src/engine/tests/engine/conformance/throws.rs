//! Throwing events and ends (BPMN 2.0.2, 10.5.3, 13.5.2, 13.5.6).

use super::Case;
use serde_json::json;

const ROOTS: &str = r#"<message id="msg" name="note"/><message id="msg2" name="call"/><signal id="sig" name="go"/><error id="err" errorCode="F"/><escalation id="esc" escalationCode="X"/>"#;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "throw-none",
            r#"<startEvent id="s"/><intermediateThrowEvent id="t"/><endEvent id="e"/>"#,
            "s > t; t > e",
            "started +s -s +t -t +e -e completed",
        ),
        Case::new(
            "throw-message",
            r#"<startEvent id="s"/><intermediateThrowEvent id="t"><messageEventDefinition messageRef="msg"/></intermediateThrowEvent><intermediateCatchEvent id="c"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><endEvent id="e"><messageEventDefinition messageRef="msg2"/></endEvent>"#,
            "s > t; t > c; c > e",
            "started +s -s +t message_sent:t -t +c message_received:c -c +e message_sent:e -e completed",
        ),
        Case::new(
            "throw-signal",
            // Both catchers of the instance act before the token of the thrower goes on.
            r#"<startEvent id="s"/><intermediateCatchEvent id="c"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent><userTask id="a"/><boundaryEvent id="b" attachedToRef="a"><signalEventDefinition signalRef="sig"/></boundaryEvent><userTask id="w"/><intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/></intermediateThrowEvent><task id="n"/><task id="h"/>"#,
            "s > c; s > a; s > w; w > t; t > n; b > h",
            "started +s -s +c +a +w -w +t signal_sent:t signal_received:c -c signal_received:b ×a +b -b +h -t +n -h -n completed",
        )
        .with(json!({"answers": [{"element": "a", "after": "P1D"}]})),
        Case::new(
            "throw-escalation",
            r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><intermediateThrowEvent id="t"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent><endEvent id="ue"><escalationEventDefinition escalationRef="esc"/></endEvent><sequenceFlow id="f1" sourceRef="us" targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="ue"/></subProcess>
            <boundaryEvent id="b" attachedToRef="u" cancelActivity="false"><escalationEventDefinition escalationRef="esc"/></boundaryEvent><task id="h"/><endEvent id="e"/>"#,
            "s > u; u > e; b > h",
            "started +s -s +u +us -us +t escalation_thrown:t escalation_caught:b +b -b +h -t +ue -h escalation_thrown:ue escalation_caught:b +b -b +h -ue -u +e -h -e completed",
        ),
        Case::new(
            "throw-escalation",
            r#"<startEvent id="s"/><intermediateThrowEvent id="t"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent><endEvent id="e"/>"#,
            "s > t; t > e",
            "started +s -s +t escalation_thrown:t -t +e -e completed",
        ),
        Case::new(
            "throw-compensation",
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/>
            <intermediateThrowEvent id="t"><compensateEventDefinition activityRef="a"/></intermediateThrowEvent><endEvent id="e"><compensateEventDefinition/></endEvent>"#,
            "s > a; a > b; b > t; t > e",
            // Each is undone once: the end event finds b only.
            "started +s -s +a -a +b -b +t compensation_thrown:t +ha -ha -t +e compensation_thrown:e +hb -hb -e completed",
        )
        .undone_by(&["ca ha", "cb hb"]),
        Case::new(
            "throw-compensation",
            // It does not wait: its token goes on while the handlers run, still one after the other; the instance waits for them.
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><userTask id="ha" isForCompensation="true"/><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><userTask id="hb" isForCompensation="true"/>
            <intermediateThrowEvent id="t"><compensateEventDefinition waitForCompletion="false"/></intermediateThrowEvent><task id="c"/><endEvent id="e"/>"#,
            "s > a; a > b; b > t; t > c; c > e",
            "started +s -s +a -a +b -b +t compensation_thrown:t +hb -t +c -c +e -e -hb +ha -ha completed",
        )
        .undone_by(&["ca ha", "cb hb"])
        .with(json!({"answers": [{"element": "ha", "after": "PT1H"}, {"element": "hb", "after": "PT1H"}]})),
        Case::new(
            "throw-compensation",
            // Nothing more comes from it to an inclusive gateway, either.
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><userTask id="ha" isForCompensation="true"/>
            <inclusiveGateway id="o"/><intermediateThrowEvent id="t"><compensateEventDefinition waitForCompletion="false"/></intermediateThrowEvent><exclusiveGateway id="x" default="x_e"/><userTask id="b"/><inclusiveGateway id="j"/><endEvent id="z"/><endEvent id="e"/>"#,
            "s > a; a > o; o > t; o > b; t > x; x > j ? false; x > e; b > j; j > z",
            "started +s -s +a -a +o -o +t +b compensation_thrown:t +ha -t +x -x +e -e -b +j -j +z -z -ha completed",
        )
        .undone_by(&["ca ha"])
        .with(json!({"answers": [{"element": "ha", "after": "PT2H"}, {"element": "b", "after": "PT1H"}]})),
        Case::new(
            "throw-compensation",
            // Two throw events at a time: the handlers of the one, then those of the other.
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><userTask id="ha" isForCompensation="true"/><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><userTask id="hb" isForCompensation="true"/>
            <intermediateThrowEvent id="t"><compensateEventDefinition activityRef="a"/></intermediateThrowEvent><intermediateThrowEvent id="y"><compensateEventDefinition activityRef="b"/></intermediateThrowEvent>"#,
            "s > a; a > b; b > t; b > y",
            "started +s -s +a -a +b -b +t +y compensation_thrown:t +ha compensation_thrown:y -ha -t +hb -hb -y completed",
        )
        .undone_by(&["ca ha", "cb hb"])
        .with(json!({"answers": [{"element": "ha", "after": "PT1H"}, {"element": "hb", "after": "PT1H"}]})),
        Case::new(
            "throw-multiple",
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/>
            <intermediateThrowEvent id="t"><compensateEventDefinition activityRef="a"/><messageEventDefinition messageRef="msg"/><compensateEventDefinition activityRef="b"/></intermediateThrowEvent>"#,
            "s > a; a > b; b > t",
            "started +s -s +a -a +b -b +t message_sent:t compensation_thrown:t +hb -hb +ha -ha -t completed",
        )
        .undone_by(&["ca ha", "cb hb"]),
        Case::new(
            "throw-multiple",
            r#"<startEvent id="s"/><intermediateThrowEvent id="t"><messageEventDefinition messageRef="msg"/><signalEventDefinition signalRef="sig"/><messageEventDefinition messageRef="msg2"/></intermediateThrowEvent><intermediateCatchEvent id="c"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><intermediateCatchEvent id="d"><messageEventDefinition messageRef="msg2"/></intermediateCatchEvent>"#,
            "s > t; t > c; c > d",
            "started +s -s +t message_sent:t signal_sent:t message_sent:t -t +c message_received:c -c +d message_received:d -d completed",
        ),
        Case::new(
            "end-none",
            r#"<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>"#,
            "s > a; s > e; a > e",
            "started +s -s +a +e -e -a +e -e completed",
        ),
        Case::new(
            "end-error",
            r#"<startEvent id="s"/><userTask id="a"/><endEvent id="e"><errorEventDefinition errorRef="err"/></endEvent>"#,
            "s > a; s > e",
            "started +s -s +a +e error_thrown:e -e ×a terminated",
        )
        .with(json!({"answers": [{"element": "a", "after": "PT1H"}]})),
        Case::new(
            "end-terminate",
            r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><userTask id="w"/><endEvent id="x"><terminateEventDefinition/></endEvent><sequenceFlow id="f1" sourceRef="us" targetRef="w"/><sequenceFlow id="f2" sourceRef="us" targetRef="x"/></subProcess><userTask id="a"/><endEvent id="e"><terminateEventDefinition/></endEvent>"#,
            "s > u; s > a; u > e",
            "started +s -s +u +a +us -us +w +x -x ×w -u +e -e ×a terminated",
        )
        .with(json!({"answers": [{"element": "a", "after": "PT1H"}, {"element": "w", "after": "PT1H"}]})),
    ]
    .into_iter()
    .map(|case| case.roots(ROOTS))
    .collect()
}
