//! Gateways, splits and merges (BPMN 2.0.2, 13.3.2, 13.4).

use super::Case;
use serde_json::json;

pub fn cases() -> Vec<Case> {
    let n = |n: i64| json!({"variables": {"n": n}});
    vec![
        Case::new(
            "exclusive-gateway",
            r#"<startEvent id="s"/><exclusiveGateway id="g" default="g_c"/><task id="a"/><task id="b"/><task id="c"/>"#,
            "s > g; g > a ? n == 1; g > b ? n >= 1; g > c",
            "started +s -s +g -g +a -a completed",
        )
        .with(n(1)),
        Case::new(
            "exclusive-gateway",
            r#"<startEvent id="s"/><exclusiveGateway id="g" default="g_c"/><task id="a"/><task id="c"/>"#,
            "s > g; g > a ? n == 1; g > c",
            "started +s -s +g -g +c -c completed",
        )
        .with(n(2)),
        Case::new(
            "exclusive-gateway",
            r#"<startEvent id="s"/><exclusiveGateway id="g"/><task id="a"/><task id="b"/>"#,
            "s > g; g > a ? n == 1; g > b ? n == 2",
            "started +s -s +g incident:g",
        )
        .with(n(3)),
        Case::new(
            "parallel-gateway",
            r#"<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><parallelGateway id="j"/><endEvent id="e"/>"#,
            "s > g; g > a; g > b; a > j; b > j; j > e",
            "started +s -s +g -g +a +b -b -a +j -j +e -e completed",
        )
        .with(json!({"answers": [{"element": "a", "after": "PT1H"}]})),
        Case::new(
            "inclusive-gateway",
            r#"<startEvent id="s"/><inclusiveGateway id="g" default="g_c"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><inclusiveGateway id="j"/><endEvent id="e"/>"#,
            "s > g; g > a ? n >= 1; g > b ? n >= 2; g > c; a > j; b > j; c > j; j > e",
            "started +s -s +g -g +a +b -b -a +j -j +e -e completed",
        )
        .with(json!({"variables": {"n": 2}, "answers": [{"element": "a", "after": "PT1H"}]})),
        Case::new(
            "inclusive-gateway",
            // The token of b has left towards the end: nothing more can come to the join.
            r#"<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><exclusiveGateway id="x"/><inclusiveGateway id="j"/><endEvent id="e"/><endEvent id="z"/>"#,
            "s > g; g > a; g > b; b > x; x > j ? n == 1; x > z ? n != 1; a > j; j > e",
            "started +s -s +g -g +a +b -a -b +x -x +z -z +j -j +e -e completed",
        )
        .with(json!({"variables": {"n": 2}, "answers": [{"element": "b", "after": "PT1H"}]})),
        Case::new(
            "complex-gateway",
            r#"<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><complexGateway id="j"><activationCondition>activationCount &gt;= 2</activationCondition></complexGateway><task id="t"/><endEvent id="e"/>"#,
            "s > g; g > a; g > b; g > c; a > j; b > j; c > j; j > t; t > e",
            "started +s -s +g -g +a +b +c -a -b +j -j +t -t +e -e -c completed",
        )
        .with(json!({"answers": [{"element": "c", "after": "PT1H"}]})),
        Case::new(
            "complex-gateway",
            r#"<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><complexGateway id="j"><activationCondition>activationCount &gt;= 1</activationCondition></complexGateway><task id="first"/><task id="rest"/>"#,
            "s > g; g > a; g > b; a > j; b > j; j > first ? waitingForStart; j > rest ? !waitingForStart",
            "started +s -s +g -g +a +b -a +j -j +first -first -b +rest -rest completed",
        )
        .with(json!({"answers": [{"element": "b", "after": "PT1H"}]})),
        Case::new(
            "event-gateway",
            r#"<startEvent id="s"/><eventBasedGateway id="g"/><intermediateCatchEvent id="m"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="em"/><endEvent id="et"/>"#,
            "s > g; g > m; g > t; m > em; t > et",
            "started +s -s +g timer_set:t message_received:m -g +m -m +em -em completed",
        )
        .roots(r#"<message id="msg" name="note"/>"#)
        .with(json!({"messages": [{"name": "note", "after": "PT1H"}]})),
        Case::new(
            "event-gateway-start",
            r#"<eventBasedGateway id="g" instantiate="true"/><intermediateCatchEvent id="a"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><intermediateCatchEvent id="b"><messageEventDefinition messageRef="msg2"/></intermediateCatchEvent><endEvent id="ea"/><endEvent id="eb"/>"#,
            "g > a; g > b; a > ea; b > eb",
            "started message_received:b +b -b +eb -eb completed",
        )
        .roots(r#"<message id="msg" name="note"/><message id="msg2" name="call"/>"#)
        .with(json!({"messages": [{"name": "call"}]})),
        Case::new(
            "event-gateway-start-parallel",
            r#"<eventBasedGateway id="g" instantiate="true" eventGatewayType="Parallel"/><intermediateCatchEvent id="a"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><intermediateCatchEvent id="b"><messageEventDefinition messageRef="msg2"/></intermediateCatchEvent><parallelGateway id="j"/><endEvent id="e"/>"#,
            "g > a; g > b; a > j; b > j; j > e",
            "started message_received:b +a +b -b message_received:a -a +j -j +e -e completed",
        )
        .roots(r#"<message id="msg" name="note"/><message id="msg2" name="call"/>"#)
        .with(json!({"messages": [{"name": "call"}, {"name": "note", "after": "P1D"}]})),
        Case::new(
            "implicit-split",
            r#"<startEvent id="s"/><task id="a"/><task id="b"/><task id="c"/>"#,
            "s > a; a > b; a > c",
            "started +s -s +a -a +b +c -b -c completed",
        ),
        Case::new(
            "implicit-merge",
            r#"<startEvent id="s"/><task id="a"/><task id="b"/><task id="c"/>"#,
            "s > a; s > b; a > c; b > c",
            "started +s -s +a +b -a +c -b +c -c -c completed",
        ),
        Case::new(
            "conditional-flow",
            r#"<startEvent id="s"/><task id="a" default="a_d"/><task id="b"/><task id="c"/><task id="d"/>"#,
            "s > a; a > b ? n >= 1; a > c ? n >= 2; a > d",
            "started +s -s +a -a +b +c -b -c completed",
        )
        .with(n(2)),
        Case::new(
            "conditional-flow",
            r#"<startEvent id="s"/><task id="a" default="a_d"/><task id="b"/><task id="d"/>"#,
            "s > a; a > b ? n >= 1; a > d",
            "started +s -s +a -a +d -d completed",
        )
        .with(n(0)),
    ]
}
