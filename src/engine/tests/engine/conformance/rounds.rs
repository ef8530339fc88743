//! Repeated activities (BPMN 2.0.2, 10.3.8, 13.3.6, 13.3.7).

use super::Case;
use serde_json::json;

/// A start, the repeated task with a boundary signal, and an end behind each.
fn thrown(row: &'static str, attributes: &str, inner: &str, told: &'static str) -> Case {
    let nodes = format!(
        r#"<startEvent id="s"/><task id="a"><multiInstanceLoopCharacteristics isSequential="true" {attributes}><loopCardinality>3</loopCardinality>{inner}</multiInstanceLoopCharacteristics></task>
        <boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><signalEventDefinition signalRef="sig"/></boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#
    );
    Case::new(row, &nodes, "s > a; a > e; b > h", told)
        .roots(r#"<signal id="sig" name="go"/><signalEventDefinition id="gd" signalRef="sig"/>"#)
}

pub fn cases() -> Vec<Case> {
    let round = |attributes: &str, inner: &str| {
        format!(
            r#"<startEvent id="s"/><userTask id="a"><multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics></userTask><endEvent id="e"/>"#
        )
    };
    let of_a = "s > a; a > e";
    vec![
        Case::new(
            "standard-loop",
            r#"<startEvent id="s"/><scriptTask id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>loopCounter &lt; 2</loopCondition></standardLoopCharacteristics><script>n = loopCounter</script></scriptTask><endEvent id="e"/>"#,
            of_a,
            "started +s -s +a n=1 -a +a n=2 -a +e -e completed",
        ),
        Case::new(
            "standard-loop",
            r#"<startEvent id="s"/><task id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>false</loopCondition></standardLoopCharacteristics></task><task id="b"><standardLoopCharacteristics><loopCondition>false</loopCondition></standardLoopCharacteristics></task><task id="c"><standardLoopCharacteristics loopMaximum="2"><loopCondition>true</loopCondition></standardLoopCharacteristics></task>"#,
            "s > a; a > b; b > c",
            "started +s -s +b -b +c -c +c -c completed",
        ),
        Case::new(
            "round-parallel",
            &round("", "<loopCardinality>3</loopCardinality>"),
            of_a,
            "started +s -s +a:0 +a:1 +a:2 -a:0 -a:1 -a:2 +e -e completed",
        ),
        Case::new(
            "round-parallel",
            &round(r#"tk:collection="[]""#, ""),
            of_a,
            "started +s -s +e -e completed",
        ),
        Case::new(
            "round-sequential",
            &round(r#"isSequential="true" tk:collection="['x', 'y']""#, ""),
            of_a,
            "started +s -s +a:x -a:x +a:y -a:y +e -e completed",
        ),
        Case::new(
            "round-condition",
            &round("", "<loopCardinality>3</loopCardinality><completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition>"),
            of_a,
            "started +s -s +a:0 +a:1 +a:2 -a:0 -a:2 ×a:1 +e -e completed",
        )
        .with(json!({"answers": [{"element": "a", "item": 1, "after": "PT1H"}]})),
        thrown(
            "round-none",
            r#"behavior="None" noneBehaviorEventRef="gd""#,
            "",
            "started +s -s +a:0 -a:0 signal_sent:a signal_received:b +b -b +h +a:1 -h -a:1 signal_sent:a signal_received:b +b -b +h +a:2 -h -a:2 signal_sent:a signal_received:b +b -b +h +e -h -e completed",
        ),
        thrown(
            "round-one",
            r#"behavior="One" oneBehaviorEventRef="gd""#,
            "",
            "started +s -s +a:0 -a:0 signal_sent:a signal_received:b +b -b +h +a:1 -h -a:1 +a:2 -a:2 +e -e completed",
        ),
        thrown(
            "round-complex",
            r#"behavior="Complex""#,
            r#"<complexBehaviorDefinition><condition>numberOfCompletedInstances == 2</condition><event><signalEventDefinition signalRef="sig"/></event></complexBehaviorDefinition>"#,
            "started +s -s +a:0 -a:0 +a:1 -a:1 signal_sent:a signal_received:b +b -b +h +a:2 -h -a:2 +e -e completed",
        ),
        Case::new(
            "round-one",
            r#"<startEvent id="s"/><task id="a"><multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="d"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></task>
            <boundaryEvent id="b" attachedToRef="a"><escalationEventDefinition escalationRef="esc"/></boundaryEvent><endEvent id="e"/><endEvent id="h"/>"#,
            "s > a; a > e; b > h",
            "started +s -s +a:0 +a:1 +a:2 -a:0 escalation_thrown:a escalation_caught:b ×a:1 ×a:2 +b -b +h -h completed",
        )
        .roots(r#"<escalation id="esc" escalationCode="X"/><escalationEventDefinition id="d" escalationRef="esc"/>"#),
        Case::new(
            "loop-data",
            r#"<startEvent id="s"/><dataObject id="list" isCollection="true"/><dataObject id="sums" isCollection="true"/>
            <userTask id="a"><ioSpecification><dataInput id="i" isCollection="true"/><dataOutput id="o" isCollection="true"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>
            <dataInputAssociation><sourceRef>list</sourceRef><targetRef>i</targetRef></dataInputAssociation><dataOutputAssociation><sourceRef>o</sourceRef><targetRef>sums</targetRef></dataOutputAssociation>
            <multiInstanceLoopCharacteristics><loopDataInputRef>i</loopDataInputRef><loopDataOutputRef>o</loopDataOutputRef><inputDataItem id="x" name="x"/><outputDataItem id="sum" name="sum"/></multiInstanceLoopCharacteristics></userTask><endEvent id="e"/>"#,
            of_a,
            "started +s -s +a:5 +a:6 sum=50 -a:5 sum=60 -a:6 sums=[50,60] +e -e completed",
        )
        .with(json!({"variables": {"list": [5, 6]}, "answers": [
            {"element": "a", "item": 5, "variables": {"sum": 50}}, {"element": "a", "item": 6, "variables": {"sum": 60}}]})),
    ]
}
