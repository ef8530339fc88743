//! Data (BPMN 2.0.2, 10.4).

use super::Case;
use serde_json::json;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "data",
            r#"<startEvent id="s"/><dataObject id="d1" name="total"/><dataObjectReference id="r1" dataObjectRef="d1"/>
            <userTask id="a"><ioSpecification><dataInput id="i" name="given"/><dataOutput id="o" name="answer"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>
            <dataOutputAssociation><sourceRef>o</sourceRef><targetRef>r1</targetRef></dataOutputAssociation></userTask>
            <subProcess id="u"><property id="n" name="n"/><scriptTask id="t"><script>n = total + 1; outside = n</script></scriptTask></subProcess><endEvent id="e"/>"#,
            "s > a; a > u; u > e ? outside == 5",
            "started +s -s +a total=4 -a +u +t n=5 outside=5 -t -u +e -e completed",
        )
        .with(json!({"answers": [{"element": "a", "variables": {"answer": 4}}]})),
        // A script works with its data inputs and gives its data outputs; they are its own.
        Case::new(
            "data",
            r#"<startEvent id="s"/><dataObject id="d1" name="total"/><dataObjectReference id="r1" dataObjectRef="d1"/>
            <scriptTask id="a"><ioSpecification><dataInput id="i" name="x"/><dataOutput id="o" name="y"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>
            <dataInputAssociation><sourceRef>r1</sourceRef><targetRef>i</targetRef></dataInputAssociation><dataOutputAssociation><sourceRef>o</sourceRef><targetRef>r1</targetRef></dataOutputAssociation><script>x = x * 2; y = x + 1; z = y</script></scriptTask><endEvent id="e"/>"#,
            "s > a; a > e",
            "started +s -s +a z=11 total=11 -a +e -e completed",
        )
        .with(json!({"variables": {"total": 5, "x": 100}})),
        // What was not run has no results.
        Case::new(
            "data",
            r#"<startEvent id="s"/><scriptTask id="a" scriptFormat="groovy"><ioSpecification><dataOutput id="o" name="y"/><inputSet/><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>
            <dataOutputAssociation><sourceRef>o</sourceRef><targetRef>p1</targetRef><transformation>y + 1</transformation></dataOutputAssociation><script>y = 1</script></scriptTask><dataObject id="p1"/><endEvent id="e"/>"#,
            "s > a; a > e",
            "started +s -s +a script_skipped:a -a +e -e completed",
        ),
    ]
}
