//! Where instances begin (BPMN 2.0.2, 10.5.2, 13.5.1).

use super::Case;
use serde_json::json;

pub fn cases() -> Vec<Case> {
    let roots = r#"<message id="msg" name="note"/><signal id="sig" name="go"/>"#;
    let starts =
        |definition: &str| format!(r#"<startEvent id="s">{definition}</startEvent><task id="a"/>"#);
    let both = r#"<startEvent id="s" parallelMultiple="true"><messageEventDefinition messageRef="msg"/><signalEventDefinition signalRef="sig"/></startEvent>"#;
    vec![
        Case::new(
            "start-none",
            r#"<task id="a"/><task id="b"/>"#,
            "",
            "started +a +b -a -b completed",
        ),
        Case::new(
            "start-message",
            &starts(r#"<messageEventDefinition messageRef="msg"/>"#),
            "s > a",
            "q/started q/+x q/message_sent:x q/-x q/completed started message_received:s +s -s +a -a completed",
        )
        .roots(&format!(
            r#"{roots}<process id="q" isExecutable="true"><sendTask id="x" messageRef="msg"/></process>"#
        )),
        Case::new(
            "start-signal",
            &starts(r#"<signalEventDefinition signalRef="sig"/>"#),
            "s > a",
            "q/started q/signal_received:qs q/+qs q/-qs q/completed started signal_received:s +s -s +a -a completed",
        )
        .roots(&format!(
            r#"{roots}<process id="q" isExecutable="true"><startEvent id="qs"><signalEventDefinition signalRef="sig"/></startEvent></process>"#
        ))
        .with(json!({"signals": [{"name": "go", "after": "PT1M"}]})),
        Case::new(
            "start-timer",
            &starts("<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>"),
            "s > a",
            "started timer_fired:s +s -s +a -a completed started timer_fired:s +s -s +a -a completed",
        )
        .starting(&["p"]),
        Case::new(
            "start-conditional",
            &starts("<conditionalEventDefinition><condition>n &gt; 3</condition></conditionalEventDefinition>"),
            "s > a",
            "started condition_met:s +s -s +a -a completed",
        )
        .starting(&["p"])
        .with(json!({"variables": {"n": 4}})),
        Case::new(
            "start-conditional",
            &starts("<conditionalEventDefinition><condition>n &gt; 3</condition></conditionalEventDefinition>"),
            "s > a",
            "stuck",
        )
        .starting(&["p"])
        .with(json!({"variables": {"n": 3}})),
        Case::new(
            "start-multiple",
            &starts(r#"<messageEventDefinition messageRef="msg"/><signalEventDefinition signalRef="sig"/>"#),
            "s > a",
            "started signal_received:s +s -s +a -a completed started message_received:s +s -s +a -a completed",
        )
        .roots(roots)
        .with(json!({"signals": [{"name": "go"}], "messages": [{"name": "note", "after": "PT1M"}]})),
        Case::new(
            "start-parallel-multiple",
            // The second signal comes before its message has: it says nothing new.
            &format!(r#"{both}<scriptTask id="a"><script>sum = n + m</script></scriptTask>"#),
            "s > a",
            "started signal_received:s message_received:s +s -s +a sum=3 -a completed",
        )
        .roots(roots)
        .with(json!({"messages": [{"name": "note", "variables": {"n": 1}, "after": "PT2M"}],
            "signals": [{"name": "go", "variables": {"m": 2}}, {"name": "go", "variables": {"m": 2}, "after": "PT1M"}]})),
        Case::new(
            "start-parallel-multiple",
            // A message that comes twice before the signal is kept for the next instance.
            &format!(r#"{both}<task id="a"/>"#),
            "s > a",
            "started message_received:s signal_received:s +s -s +a -a completed started message_received:s signal_received:s +s -s +a -a completed",
        )
        .roots(roots)
        .with(json!({"messages": [{"name": "note"}, {"name": "note", "after": "PT1M"}],
            "signals": [{"name": "go", "after": "PT2M"}, {"name": "go", "after": "PT3M"}]})),
        Case::new(
            "start-parallel-multiple",
            &format!(r#"{both}<task id="a"/>"#),
            "s > a",
            "stuck",
        )
        .roots(roots)
        .starting(&["p"])
        .with(json!({"messages": [{"name": "note"}]})),
        Case::new(
            "message-flow",
            r#"<startEvent id="s"/><sendTask id="a"/><receiveTask id="b"/>"#,
            "s > a; a > b",
            "started +s -s +a message_sent:a -a +b q/started q/message_received:qs q/+qs q/-qs q/+x q/message_sent:x q/-x q/completed message_received:b -b completed",
        )
        .roots(
            r#"<collaboration id="c"><participant id="pp" processRef="p"/><participant id="pq" processRef="q"/><messageFlow id="there" sourceRef="a" targetRef="qs"/><messageFlow id="back" sourceRef="x" targetRef="b"/></collaboration>
            <process id="q" isExecutable="true"><startEvent id="qs"><messageEventDefinition/></startEvent><sendTask id="x"/><sequenceFlow id="f" sourceRef="qs" targetRef="x"/></process>"#,
        ),
    ]
}
