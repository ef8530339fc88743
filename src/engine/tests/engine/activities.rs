//! Tasks, sub-processes, calls and repetition (BPMN 2.0.2, 10.3, 13.3).

use crate::helper::{file, flows, run, run_with};
use serde_json::json;
use trinhky_engine::simulate::Outcome;

fn multi(attributes: &str, inner: &str) -> String {
    format!(
        r#"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"#
    )
}

#[test]
fn scripts_assign_in_order_and_an_empty_or_foreign_one_does_nothing() {
    let body = format!(
        r#"<startEvent id="s"/><scriptTask id="a"><script>n = 1; n = n + 1
        m = n * 10</script></scriptTask><scriptTask id="b"/><scriptTask id="c" scriptFormat="groovy"><script>boom()</script></scriptTask><endEvent id="e"/>{}"#,
        flows("s > a; a > b; b > c; c > e")
    );
    let run = run(&file("", &body), json!({}));
    assert_eq!(
        (run.variable("n"), run.variable("m")),
        (json!(2), json!(20))
    );
    assert_eq!(run.of("script_run"), ["a", "b"]);
    assert_eq!(run.outcome, Outcome::Ended);
}

#[test]
fn a_parallel_round_runs_all_items_at_once() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t">{}</userTask><endEvent id="e"/>{}"#,
        multi(r#"tk:collection="units" tk:elementVariable="unit""#, ""),
        flows("s > t; t > e")
    );
    let run = run(
        &file("", &body),
        json!({"variables": {"units": ["x", "y", "z"]}, "answers": [{"element": "t", "item": "x", "after": "PT9S"}]}),
    );
    assert_eq!(run.of("element_entered"), ["s", "t:x", "t:y", "t:z", "e"]);
    assert_eq!(run.completed(), "s t:y t:z t:x e");
}

#[test]
fn a_sequential_round_runs_one_item_after_the_other() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t">{}</userTask><endEvent id="e"/>{}"#,
        multi(
            r#"isSequential="true""#,
            "<loopCardinality>n</loopCardinality>"
        ),
        flows("s > t; t > e")
    );
    let run = run(
        &file("", &body),
        json!({"variables": {"n": 3}, "answers": [{"element": "t", "always": true, "after": "PT1S"}]}),
    );
    assert_eq!(run.seconds("element_entered", "t"), [0, 1, 2]);
    assert_eq!(run.seconds("element_completed", "t"), [1, 2, 3]);
}

#[test]
fn an_empty_round_is_passed() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t">{}</userTask><endEvent id="e"/>{}"#,
        multi(r#"tk:collection="[]""#, ""),
        flows("s > t; t > e")
    );
    assert_eq!(run(&file("", &body), json!({})).completed(), "s e");
}

#[test]
fn a_completion_condition_ends_the_round_and_cancels_the_rest() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t">{}</userTask><endEvent id="e"/>{}"#,
        multi(
            r#"tk:collection="[1, 2, 3]""#,
            "<completionCondition>numberOfCompletedInstances >= 2</completionCondition>"
        ),
        flows("s > t; t > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "t", "item": 2, "after": "PT1S"}, {"element": "t", "item": 3, "after": "PT2S"}, {"element": "t", "item": 1, "after": "PT3S"}]}),
    );
    assert_eq!(run.completed(), "s t:2 t:3 e");
    assert_eq!(run.cancelled(), "t:1");
}

#[test]
fn a_completion_condition_sees_what_the_item_set_and_so_does_the_flow_after_the_round() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t">{}</userTask><exclusiveGateway id="g"/><endEvent id="no"/><endEvent id="yes"/>{}"#,
        multi(
            r#"tk:collection="['a', 'b', 'c']""#,
            "<completionCondition>!agree</completionCondition>"
        ),
        flows("s > t; t > g; g > no ? !agree; g > yes ? agree")
    );
    let answers = |b: bool| json!({"answers": [{"element": "t", "item": "b", "variables": {"agree": b}}, {"element": "t", "always": true, "variables": {"agree": true}}]});
    assert_eq!(
        run(&file("", &body), answers(false)).completed(),
        "s t:a t:b g no"
    );
    assert_eq!(
        run(&file("", &body), answers(true)).completed(),
        "s t:a t:b t:c g yes"
    );
}

#[test]
fn scripts_of_a_round_count_in_the_variable_outside() {
    let body = format!(
        r#"<startEvent id="s"/><scriptTask id="t">{}<script>sum = sum + i</script></scriptTask><endEvent id="e"/>{}"#,
        multi(r#"tk:collection="[1, 2, 3]" tk:elementVariable="i""#, ""),
        flows("s > t; t > e")
    );
    assert_eq!(
        run(&file("", &body), json!({"variables": {"sum": 0}})).variable("sum"),
        json!(6)
    );
}

#[test]
fn a_round_of_sub_processes_gives_each_its_item() {
    let body = format!(
        r#"<startEvent id="s"/><subProcess id="u">{}<startEvent id="us"/><userTask id="t"/><endEvent id="ue"/>{}</subProcess><endEvent id="e"/>{}"#,
        multi(
            r#"tk:collection="['a', 'b']" tk:elementVariable="unit""#,
            ""
        ),
        flows("us > t; t > ue"),
        flows("s > u; u > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "t", "item": "a", "after": "PT1S"}]}),
    );
    assert_eq!(
        run.of("element_entered"),
        [
            "s", "u:a", "us:a", "u:b", "us:b", "t:a", "t:b", "ue:b", "ue:a", "e"
        ]
    );
    assert_eq!(run.completed(), "s us:a us:b t:b ue:b u:b t:a ue:a u:a e");
}

#[test]
fn standard_loops_test_before_or_after() {
    let body = |attributes: &str| {
        format!(
            r#"<startEvent id="s"/><scriptTask id="t"><standardLoopCharacteristics {attributes}><loopCondition>n &lt; 3</loopCondition></standardLoopCharacteristics><script>n = n + 1</script></scriptTask><endEvent id="e"/>{}"#,
            flows("s > t; t > e")
        )
    };
    let after = |attributes: &str, n: i64| {
        run(&file("", &body(attributes)), json!({"variables": {"n": n}}))
            .of("script_run")
            .len()
    };
    assert_eq!(after(r#"testBefore="true""#, 0), 3);
    assert_eq!(after(r#"testBefore="true""#, 5), 0);
    assert_eq!(after(r#"testBefore="false""#, 5), 1);
    assert_eq!(after(r#"testBefore="false" loopMaximum="2""#, 0), 2);
}

#[test]
fn a_call_maps_in_and_out() {
    let text = file(
        r#"<process id="q"><startEvent id="qs"/><scriptTask id="qt"><script>y = x * 2; hidden = 1</script></scriptTask><endEvent id="qe"/><sequenceFlow id="q1" sourceRef="qs" targetRef="qt"/><sequenceFlow id="q2" sourceRef="qt" targetRef="qe"/></process>"#,
        &format!(
            r#"<startEvent id="s"/><callActivity id="c" calledElement="q"><extensionElements><tk:in source="n" target="x"/><tk:out source="y" target="result"/></extensionElements></callActivity><scriptTask id="t"><script>z = result + 1</script></scriptTask><endEvent id="e"/>{}"#,
            flows("s > c; c > t; t > e")
        ),
    );
    let run = run(&text, json!({"variables": {"n": 21}}));
    assert_eq!(run.completed(), "s qs qt qe c t e");
    assert_eq!(run.variable("z"), json!(43));
    let called = run
        .lines
        .iter()
        .find(|line| line["element"] == "qt")
        .unwrap();
    assert_eq!(
        (&called["process"], &called["instance"]),
        (&json!("q"), &json!("p-1"))
    );
}

#[test]
fn a_call_that_calls_itself_ends_in_an_incident() {
    let body = format!(
        r#"<startEvent id="s"/><callActivity id="c" calledElement="p"/><endEvent id="e"/>{}"#,
        flows("s > c; c > e")
    );
    let run = run(&file("", &body), json!({}));
    assert_eq!(
        (run.of("incident").len(), run.outcome),
        (1, Outcome::Failed)
    );
}

#[test]
fn a_sub_process_ends_when_its_last_token_ends_and_terminate_ends_only_it() {
    let body = format!(
        r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><endEvent id="t"><terminateEventDefinition/></endEvent><endEvent id="ue"/>{}</subProcess><task id="z"/><endEvent id="e"/>{}"#,
        flows("us > f; f > a; f > b; a > t; b > ue"),
        flows("s > u; u > z; z > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "b", "after": "PT1S"}]}),
    );
    assert_eq!(run.completed(), "s us f a t u z e");
    assert_eq!(run.cancelled(), "b");
    assert_eq!(run.count("instance_completed"), 1);
}

#[test]
fn terminate_ends_the_whole_process() {
    let body = format!(
        r#"<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><endEvent id="t"><terminateEventDefinition/></endEvent><endEvent id="e"/>{}"#,
        flows("s > f; f > a; f > b; a > t; b > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "b", "after": "PT1S"}]}),
    );
    assert_eq!(
        (
            run.cancelled().as_str(),
            run.count("instance_terminated"),
            run.count("instance_completed")
        ),
        ("b", 1, 0)
    );
    assert_eq!(run.outcome, Outcome::Ended);
}

#[test]
fn without_start_event_all_that_no_flow_enters_starts() {
    let body = format!(
        r#"<task id="a"/><task id="b"/><task id="c"/>{}"#,
        flows("a > c")
    );
    assert_eq!(run(&file("", &body), json!({})).completed(), "a b c");
}

#[test]
fn data_objects_of_a_sub_process_stay_inside() {
    let body = format!(
        r#"<startEvent id="s"/><subProcess id="u"><property id="inner" name="inner"/><startEvent id="us"/><scriptTask id="a"><script>inner = 1; outer = inner + 1</script></scriptTask>{}</subProcess><scriptTask id="b"><script>seen = outer</script></scriptTask><scriptTask id="c"><script>lost = inner</script></scriptTask>{}"#,
        flows("us > a"),
        flows("s > u; u > b; b > c")
    );
    let run = run(&file("", &body), json!({}));
    assert_eq!(run.variable("seen"), json!(2));
    assert_eq!(run.of("incident"), ["c"]);
}

#[test]
fn processes_start_in_the_order_asked_for() {
    let text = file(
        r#"<process id="q" isExecutable="true"><startEvent id="qs"/></process>"#,
        r#"<startEvent id="s"/>"#,
    );
    assert_eq!(run_with(&text, json!({}), &["p", "q"]).completed(), "s qs");
    assert_eq!(run_with(&text, json!({}), &["q"]).completed(), "qs");
    assert_eq!(run(&text, json!({})).completed(), "qs s");
}

#[test]
fn an_ad_hoc_sub_process_runs_its_activities_beside_or_after_each_other_until_its_condition_holds()
{
    let body = |ordering: &str, condition: &str| {
        format!(
            r#"<startEvent id="s"/><adHocSubProcess id="u" ordering="{ordering}"><userTask id="a"/><userTask id="b"/><userTask id="c"/>{condition}</adHocSubProcess><endEvent id="e"/>{}"#,
            flows("s > u; u > e")
        )
    };
    let answers = json!({"variables": {"enough": false}, "answers": [{"element": "a", "after": "PT3S"}, {"element": "b", "after": "PT2S", "variables": {"enough": true}}, {"element": "c", "after": "PT9S"}]});
    let until = "<completionCondition>enough</completionCondition>";
    assert_eq!(
        run(&file("", &body("Parallel", "")), answers.clone()).completed(),
        "s b a c u e"
    );
    assert_eq!(
        run(&file("", &body("Sequential", "")), answers.clone()).completed(),
        "s a b c u e"
    );
    let parallel = run(&file("", &body("Parallel", until)), answers.clone());
    assert_eq!(
        (parallel.completed(), parallel.cancelled()),
        ("s b u e".into(), "a c".into())
    );
    let sequential = run(&file("", &body("Sequential", until)), answers);
    assert_eq!(
        (sequential.completed(), sequential.cancelled()),
        ("s a b u e".into(), String::new())
    );
}
