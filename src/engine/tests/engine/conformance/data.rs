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
    ]
}
