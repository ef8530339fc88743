//! Activities (BPMN 2.0.2, 10.3, 13.3).

use super::Case;
use serde_json::json;

pub fn cases() -> Vec<Case> {
    let message = r#"<message id="msg" name="note"/>"#;
    vec![
        Case::new(
            "task",
            r#"<startEvent id="s"/><task id="a"/><manualTask id="b"/><endEvent id="e"/>"#,
            "s > a; a > b; b > e",
            "started +s -s +a -a +b -b +e -e completed",
        ),
        Case::new(
            "user-task",
            r#"<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>"#,
            "s > a; a > e",
            "started +s -s +a ok=true -a +e -e completed",
        )
        .with(json!({"answers": [{"element": "a", "variables": {"ok": true}}]})),
        Case::new(
            "service-task",
            r#"<startEvent id="s"/><serviceTask id="a"/><businessRuleTask id="b"/><boundaryEvent id="x" attachedToRef="b"><errorEventDefinition errorRef="err"/></boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#,
            "s > a; a > b; b > e; x > h",
            "started +s -s +a -a +b error_thrown:b error_caught:x ×b +x -x +h -h completed",
        )
        .roots(r#"<error id="err" errorCode="F"/>"#)
        .with(json!({"answers": [{"element": "b", "error": "F"}]})),
        Case::new(
            "script-task",
            r#"<startEvent id="s"/><scriptTask id="a"><script>n = 1; n = n + 1</script></scriptTask><scriptTask id="b" scriptFormat="javascript"><script>n++</script></scriptTask><endEvent id="e"/>"#,
            "s > a; a > b; b > e",
            "started +s -s +a n=1 n=2 -a +b script_skipped:b -b +e -e completed",
        ),
        Case::new(
            "send-task",
            r#"<startEvent id="s"/><sendTask id="a" messageRef="msg"/><receiveTask id="b" messageRef="msg"/><endEvent id="e"/>"#,
            "s > a; a > b; b > e",
            "started +s -s +a message_sent:a -a +b message_received:b -b +e -e completed",
        )
        .roots(message),
        Case::new(
            "receive-task",
            r#"<startEvent id="s"/><receiveTask id="b" messageRef="msg"/><endEvent id="e"/>"#,
            "s > b; b > e",
            "started +s -s +b message_received:b n=4 -b +e -e completed",
        )
        .roots(message)
        .with(json!({"messages": [{"name": "note", "after": "PT1H", "variables": {"n": 4}}]})),
        Case::new(
            "receive-instantiate",
            r#"<receiveTask id="b" messageRef="msg" instantiate="true"/><endEvent id="e"/>"#,
            "b > e",
            "started message_received:b +b -b +e -e completed",
        )
        .roots(message)
        .with(json!({"messages": [{"name": "note"}]})),
        Case::new(
            "global-task",
            r#"<startEvent id="s"/><callActivity id="a" calledElement="g"/><endEvent id="e"/>"#,
            "s > a; a > e",
            "started +s -s +a g/+g g/-g -a +e -e completed",
        )
        .roots(r#"<globalUserTask id="g"/>"#),
        Case::new(
            "call-activity",
            r#"<startEvent id="s"/><callActivity id="a" calledElement="q"><extensionElements><tk:in source="n" target="m"/><tk:out source="m" target="n"/></extensionElements></callActivity><endEvent id="e"/>"#,
            "s > a; a > e",
            "started +s -s +a q/+t q/m=6 q/-t n=6 -a +e -e completed",
        )
        .roots(r#"<process id="q"><scriptTask id="t"><script>m = m + 1</script></scriptTask></process>"#)
        .with(json!({"variables": {"n": 5}})),
        Case::new(
            "sub-process",
            r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><task id="a"/><task id="b"/><sequenceFlow id="f1" sourceRef="us" targetRef="a"/><sequenceFlow id="f2" sourceRef="us" targetRef="b"/></subProcess><endEvent id="e"/>"#,
            "s > u; u > e",
            "started +s -s +u +us -us +a +b -a -b -u +e -e completed",
        ),
        Case::new(
            "event-sub-process-interrupting",
            r#"<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><subProcess id="u" triggeredByEvent="true"><startEvent id="us"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent><task id="b"/><sequenceFlow id="f1" sourceRef="us" targetRef="b"/></subProcess>"#,
            "s > a; a > e",
            "started timer_set:us +s -s +a timer_fired:us ×a +u +us -us +b -b -u completed",
        )
        .with(json!({"answers": [{"element": "a", "after": "PT2H"}]})),
        Case::new(
            "event-sub-process-beside",
            r#"<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><subProcess id="u" triggeredByEvent="true"><startEvent id="us" isInterrupting="false"><messageEventDefinition messageRef="msg"/></startEvent><userTask id="b"/><sequenceFlow id="f1" sourceRef="us" targetRef="b"/></subProcess>"#,
            "s > a; a > e",
            "started +s -s +a message_received:us +u +us -us +b message_received:us +u +us -us +b -a +e -e -b -u -b -u completed",
        )
        .roots(message)
        .with(json!({"answers": [{"element": "a", "after": "PT3H"}, {"element": "b", "always": true, "after": "P1D"}],
            "messages": [{"name": "note", "after": "PT1H"}, {"name": "note", "after": "PT2H"}]})),
        Case::new(
            "transaction",
            r#"<startEvent id="s"/><transaction id="u"><startEvent id="us"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/><userTask id="w"/><task id="b"/><endEvent id="x"><cancelEventDefinition/></endEvent>
            <sequenceFlow id="f1" sourceRef="us" targetRef="a"/><sequenceFlow id="f2" sourceRef="us" targetRef="w"/><sequenceFlow id="f3" sourceRef="a" targetRef="b"/><sequenceFlow id="f4" sourceRef="b" targetRef="x"/><association id="l" sourceRef="ca" targetRef="ha"/></transaction>
            <boundaryEvent id="bc" attachedToRef="u"><cancelEventDefinition/></boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#,
            "s > u; u > e; bc > h",
            "started +s -s +u +us -us +a +w -a +b -b +x ×w compensation_thrown:x +ha -ha -x ×u +bc -bc +h -h completed",
        ),
        Case::new(
            "ad-hoc-parallel",
            r#"<startEvent id="s"/><adHocSubProcess id="u" ordering="Parallel"><userTask id="a"/><userTask id="b"/><userTask id="c"/><completionCondition>done &gt;= 2</completionCondition></adHocSubProcess><endEvent id="e"/>"#,
            "s > u; u > e",
            "started +s -s +u +a +b +c done=1 -a done=2 -b ×c -u +e -e completed",
        )
        .with(json!({"variables": {"done": 0}, "answers": [
            {"element": "a", "variables": {"done": 1}}, {"element": "b", "variables": {"done": 2}}, {"element": "c", "after": "PT1H"}]})),
        Case::new(
            "ad-hoc-parallel",
            // What runs may end, but nothing more begins once the condition holds.
            r#"<startEvent id="s"/><adHocSubProcess id="u" cancelRemainingInstances="false"><userTask id="a"/><userTask id="b"/><task id="c"/><sequenceFlow id="f" sourceRef="a" targetRef="c"/><completionCondition>done</completionCondition></adHocSubProcess><endEvent id="e"/>"#,
            "s > u; u > e",
            "started +s -s +u +a +b done=true -a -b -u +e -e completed",
        )
        .with(json!({"variables": {"done": false}, "answers": [{"element": "a", "variables": {"done": true}}]})),
        Case::new(
            "ad-hoc-sequential",
            r#"<startEvent id="s"/><adHocSubProcess id="u" ordering="Sequential"><task id="a"/><task id="b"/></adHocSubProcess><endEvent id="e"/>"#,
            "s > u; u > e",
            "started +s -s +u +a -a +b -b -u +e -e completed",
        ),
        Case::new(
            "quantities",
            r#"<startEvent id="s"/><task id="a" completionQuantity="2"/><task id="b"/><task id="c" startQuantity="2"/><endEvent id="e"/>"#,
            "s > a; a > b; b > c; c > e",
            "started +s -s +a -a +b +b -b -b +c -c +e -e completed",
        ),
        Case::new(
            "compensation-handler",
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/>
            <subProcess id="u"><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/><association id="l2" sourceRef="cb" targetRef="hb"/></subProcess>
            <boundaryEvent id="cu" attachedToRef="u"><compensateEventDefinition/></boundaryEvent><task id="hu" isForCompensation="true"/>
            <intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>"#,
            "s > a; a > u; u > x",
            // The sub-process has a handler of its own, so that what is inside is not undone apart.
            "started +s -s +a -a +u +b -b -u +x compensation_thrown:x +hu -hu +ha -ha -x completed",
        )
        .undone_by(&["ca ha", "cu hu"]),
        Case::new(
            "compensation-handler",
            r#"<startEvent id="s"/><subProcess id="u"><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/><association id="l2" sourceRef="cb" targetRef="hb"/></subProcess>
            <intermediateThrowEvent id="x"><compensateEventDefinition activityRef="u"/></intermediateThrowEvent>"#,
            "s > u; u > x",
            "started +s -s +u +b -b -u +x compensation_thrown:x +hb -hb -x completed",
        ),
        Case::new(
            "compensation-handler",
            // Three items, of which the condition lets two complete: two are undone. An empty round leaves nothing to undo.
            r#"<startEvent id="s"/><task id="a"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality><completionCondition>numberOfCompletedInstances == 2</completionCondition></multiInstanceLoopCharacteristics></task><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/>
            <task id="b"><multiInstanceLoopCharacteristics><loopCardinality>0</loopCardinality></multiInstanceLoopCharacteristics></task><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/>
            <intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>"#,
            "s > a; a > b; b > x",
            "started +s -s +a:0 -a:0 +a:1 -a:1 +x compensation_thrown:x +ha -ha +ha -ha -x completed",
        )
        .undone_by(&["ca ha", "cb hb"]),
        Case::new(
            "compensation-handler",
            // What completed inside the items of a repeated sub-process is undone from outside, in each.
            r#"<startEvent id="s"/><subProcess id="u"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/><association id="l2" sourceRef="cb" targetRef="hb"/></subProcess>
            <intermediateThrowEvent id="x"><compensateEventDefinition activityRef="u"/></intermediateThrowEvent>"#,
            "s > u; u > x",
            "started +s -s +u:0 +b:0 -b:0 -u:0 +u:1 +b:1 -b:1 -u:1 +x compensation_thrown:x +hb -hb +hb -hb -x completed",
        ),
        Case::new(
            "compensation-handler",
            // A handler that its own boundary event interrupts has ended too: the next one runs, and the throw event goes on.
            r#"<startEvent id="s"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/>
            <task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><userTask id="hb" isForCompensation="true"/><boundaryEvent id="late" attachedToRef="hb"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent><task id="t"/>
            <intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>"#,
            "s > a; a > b; b > x; late > t",
            "started +s -s +a -a +b -b +x compensation_thrown:x +hb timer_set:late timer_fired:late ×hb +late -late +t +ha -t -ha -x completed",
        )
        .undone_by(&["ca ha", "cb hb"])
        .with(json!({"answers": [{"element": "hb", "after": "P1D"}]})),
        Case::new(
            "compensation-sub-process",
            r#"<startEvent id="s"/><subProcess id="u"><property id="n" name="n"/><scriptTask id="b"><script>n = 7</script></scriptTask><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><scriptTask id="hb" isForCompensation="true"><script>undone = true</script></scriptTask>
            <subProcess id="c" triggeredByEvent="true"><startEvent id="cs"><compensateEventDefinition/></startEvent><scriptTask id="t"><script>kept = n</script></scriptTask><intermediateThrowEvent id="y"><compensateEventDefinition/></intermediateThrowEvent>
            <sequenceFlow id="f1" sourceRef="cs" targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="y"/></subProcess><association id="l2" sourceRef="cb" targetRef="hb"/></subProcess>
            <intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>"#,
            "s > u; u > x",
            "started +s -s +u +b n=7 -b -u +x compensation_thrown:x +c +cs -cs +t kept=7 -t +y compensation_thrown:y +hb undone=true -hb -y -c -x completed",
        ),
    ]
}
