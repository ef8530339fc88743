//! Pictures of good, incomplete and hostile files.

use super::{DrawError, Overlay, svg};
use crate::xml;

const HEAD: &str = "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' \
    xmlns:di='http://www.omg.org/spec/BPMN/20100524/DI' xmlns:d='http://www.omg.org/spec/DD/20100524/DI' \
    xmlns:c='http://www.omg.org/spec/DD/20100524/DC' targetNamespace='urn:t'>";
const PROCESS: &str = "<process id='P' name='Ban hành &lt;quyết định&gt;'><startEvent id='S' name='Bắt đầu'/>\
    <userTask id='T' name='Phê duyệt'><multiInstanceLoopCharacteristics/></userTask>\
    <boundaryEvent id='B' attachedToRef='T' cancelActivity='false'><timerEventDefinition/></boundaryEvent>\
    <exclusiveGateway id='G' default='f3'/><endEvent id='E'><terminateEventDefinition/></endEvent>\
    <sequenceFlow id='f1' sourceRef='S' targetRef='T'/><sequenceFlow id='f2' sourceRef='T' targetRef='G'/>\
    <sequenceFlow id='f3' sourceRef='G' targetRef='E' name='đồng ý'/><sequenceFlow id='f4' sourceRef='G' targetRef='T'/>\
    <sequenceFlow id='f5' sourceRef='B' targetRef='E'/></process>";

#[test]
fn a_file_without_a_diagram_shows_every_element_once() {
    let picture = draw(PROCESS, &Overlay::default()).unwrap();
    for id in ["S", "T", "B", "G", "E", "f1", "f2", "f3", "f4", "f5"] {
        assert_eq!(
            picture.matches(&format!("data-element=\"{id}\"")).count(),
            1,
            "{id}"
        );
    }
    assert!(picture.contains("<title>Sơ đồ quy trình: Ban hành &lt;quyết định&gt;</title>"));
    assert!(picture.contains("viewBox=\""));
    for word in ["<script", "href", "NaN", "inf"] {
        assert!(!picture.contains(word), "{word}");
    }
    roxmltree::Document::parse(&picture).unwrap();
}

#[test]
fn an_instance_is_seen_by_number_shape_and_colour() {
    let overlay = Overlay {
        live: [("T".to_owned(), 3)].into(),
        done: ["S".to_owned(), "f1".to_owned()].into(),
        overdue: ["T".to_owned()].into(),
    };
    let (plain, marked) = (
        draw(PROCESS, &Overlay::default()).unwrap(),
        draw(PROCESS, &overlay).unwrap(),
    );
    for part in [
        "data-state=\"overdue\"",
        "đang thực hiện: 3",
        "quá hạn",
        "Quá hạn: Phê duyệt",
        ">3</tspan>",
        ">!</tspan>",
        "#b3261e\"",
    ] {
        assert!(marked.contains(part), "{part}");
        assert!(!plain.contains(part), "{part}");
    }
    assert_eq!(marked.matches("data-state=\"done\"").count(), 2);
}

#[test]
fn the_diagram_of_the_file_is_followed() {
    let di = "<di:BPMNDiagram><di:BPMNPlane bpmnElement='P'>\
        <di:BPMNShape bpmnElement='S'><c:Bounds x='100' y='200' width='36' height='36'/></di:BPMNShape>\
        <di:BPMNShape bpmnElement='T'><c:Bounds x='200' y='180' width='100' height='80'/></di:BPMNShape>\
        <di:BPMNEdge bpmnElement='f1'><d:waypoint x='136' y='218'/><d:waypoint x='200' y='218'/></di:BPMNEdge>\
        </di:BPMNPlane></di:BPMNDiagram>";
    let picture = draw(&format!("{PROCESS}{di}"), &Overlay::default()).unwrap();
    assert!(picture.contains("<circle cx=\"118\" cy=\"218\" r=\"18\""));
    assert!(picture.contains("<rect x=\"200\" y=\"180\" width=\"100\" height=\"80\""));
    assert!(picture.contains("points=\"200,218 "));
    assert!(!picture.contains("data-element=\"G\""));
}

#[test]
fn impossible_numbers_are_left_out() {
    for number in ["NaN", "inf", "1e300", "-1e300", "", "abc", "-5", "0"] {
        let di = format!(
            "<di:BPMNDiagram><di:BPMNPlane bpmnElement='P'>\
             <di:BPMNShape bpmnElement='T'><c:Bounds x='10' y='10' width='{number}' height='{number}'/></di:BPMNShape>\
             <di:BPMNShape bpmnElement='S'><c:Bounds x='{number}' y='{number}'/></di:BPMNShape>\
             <di:BPMNShape bpmnElement='nobody'/><di:BPMNShape/><di:BPMNShape bpmnElement='G'/>\
             <di:BPMNEdge bpmnElement='f1'><d:waypoint x='{number}' y='1'/><d:waypoint x='2' y='{number}'/><d:waypoint/></di:BPMNEdge>\
             <di:BPMNEdge bpmnElement='f2'><d:waypoint x='1' y='1'/><d:waypoint x='1' y='1'/></di:BPMNEdge>\
             </di:BPMNPlane></di:BPMNDiagram>"
        );
        let picture = draw(&format!("{PROCESS}{di}"), &Overlay::default()).unwrap();
        assert!(picture.contains("data-element=\"T\""), "{number}");
        for word in ["NaN", "inf", "300"] {
            assert!(!picture.contains(word), "{number}: {word}");
        }
    }
}

#[test]
fn strange_graphs_have_a_picture() {
    let chain: String = (0..300)
        .map(|n| {
            format!(
                "<task id='t{n}'/><sequenceFlow id='f{n}' sourceRef='t{n}' targetRef='t{}'/>",
                (n * 7 + 3) % 300
            )
        })
        .collect();
    assert!(
        draw(
            &format!("<process id='P'>{chain}</process>"),
            &Overlay::default()
        )
        .is_ok()
    );
    let nested = "<subProcess>".repeat(400) + &"</subProcess>".repeat(400);
    assert!(
        draw(
            &format!("<process id='P'>{nested}</process>"),
            &Overlay::default()
        )
        .is_ok()
    );
    let own = "<task id='a'/><sequenceFlow id='f' sourceRef='a' targetRef='a'/><boundaryEvent id='b' attachedToRef='b'/>";
    assert!(
        draw(
            &format!("<process id='P'>{own}</process>"),
            &Overlay::default()
        )
        .is_ok()
    );
    assert_eq!(
        draw("<process id='P'/>", &Overlay::default()),
        Err(DrawError::Empty)
    );
}

#[test]
fn pools_and_message_flows_are_laid_out() {
    let file = format!(
        "<collaboration id='K'><participant id='A' name='Huyện' processRef='P'/><participant id='O' name='Xã'/>\
         <messageFlow id='m' sourceRef='T' targetRef='O'/></collaboration>{PROCESS}"
    );
    let picture = draw(&file, &Overlay::default()).unwrap();
    for id in ["A", "O", "m", "T"] {
        assert_eq!(
            picture.matches(&format!("data-element=\"{id}\"")).count(),
            1,
            "{id}"
        );
    }
}

#[test]
fn long_names_are_wrapped_and_cut() {
    let lines = super::text::wrap(
        "Phê duyệt kế hoạch cải cách hành chính năm 2023",
        12.0,
        88.0,
        3,
    );
    assert_eq!(lines.len(), 3);
    assert!(lines[2].ends_with('…'));
    assert!(
        lines
            .iter()
            .all(|line| super::text::width(line, 12.0) <= 100.0),
        "{lines:?}"
    );
    assert_eq!(
        super::text::wrap("   ", 12.0, 88.0, 3),
        Vec::<String>::new()
    );
    assert!(super::text::wrap(&"x".repeat(50), 12.0, 60.0, 9).len() > 4);
}

fn draw(body: &str, overlay: &Overlay) -> Result<String, DrawError> {
    let text = format!("{HEAD}{body}</definitions>");
    let doc = xml::parse("test.bpmn", &text).unwrap();
    svg(&doc, overlay)
}

/// Every shape and marker, with what an instance adds: laid out, and by a diagram. A change of a picture is seen in the
/// snapshots.
#[test]
fn every_shape_is_drawn_as_it_was() {
    let mut body = String::new();
    let (mut last, mut ids) = ("s0".to_owned(), vec!["s0".to_owned()]);
    let mut add = |body: &mut String, element: &str, attributes: &str, inside: &str| {
        let id = format!("n{}", ids.len());
        body.push_str(&format!(
            "<{element} id='{id}' name='{element} {attributes_shown}' {attributes}>{inside}</{element}>\
             <sequenceFlow id='f{id}' sourceRef='{last}' targetRef='{id}'/>",
            attributes_shown = attributes.replace('\'', "")
        ));
        last.clone_from(&id);
        ids.push(id);
    };
    body.push_str("<startEvent id='s0' name='Bắt đầu'/>");
    for (element, attributes) in [
        ("task", ""),
        ("userTask", ""),
        ("manualTask", ""),
        ("serviceTask", ""),
        ("scriptTask", ""),
        ("sendTask", ""),
        ("receiveTask", ""),
        ("receiveTask", "instantiate='true'"),
        ("businessRuleTask", ""),
        ("callActivity", ""),
        ("exclusiveGateway", ""),
        ("inclusiveGateway", ""),
        ("parallelGateway", ""),
        ("complexGateway", ""),
        ("eventBasedGateway", ""),
        ("eventBasedGateway", "instantiate='true'"),
        (
            "eventBasedGateway",
            "instantiate='true' eventGatewayType='Parallel'",
        ),
        ("subProcess", ""),
        ("transaction", ""),
        ("adHocSubProcess", ""),
        ("task", "isForCompensation='true'"),
    ] {
        add(&mut body, element, attributes, "");
    }
    for marker in [
        "<multiInstanceLoopCharacteristics/>",
        "<multiInstanceLoopCharacteristics isSequential='true'/>",
        "<standardLoopCharacteristics/>",
    ] {
        add(&mut body, "userTask", "", marker);
        add(&mut body, "subProcess", "isForCompensation='true'", marker);
    }
    for family in [
        "message",
        "timer",
        "signal",
        "error",
        "escalation",
        "conditional",
        "link",
        "cancel",
        "compensate",
        "terminate",
    ] {
        let one = format!("<{family}EventDefinition/>");
        for (element, attributes) in [
            ("intermediateCatchEvent", ""),
            ("intermediateThrowEvent", ""),
            ("endEvent", ""),
            ("startEvent", "isInterrupting='false'"),
            ("boundaryEvent", "attachedToRef='n2'"),
            ("boundaryEvent", "attachedToRef='n3' cancelActivity='false'"),
        ] {
            add(&mut body, element, attributes, &one);
        }
    }
    let two = "<messageEventDefinition/><timerEventDefinition/>";
    for attributes in ["", "parallelMultiple='true'"] {
        add(&mut body, "intermediateCatchEvent", attributes, two);
    }
    add(
        &mut body,
        "subProcess",
        "triggeredByEvent='true'",
        "<startEvent id='inner'/><task id='within'/><sequenceFlow id='fi' sourceRef='inner' targetRef='within'/>",
    );
    body.push_str(
        "<dataObjectReference id='data' name='Hồ sơ' dataObjectRef='d'/><dataObject id='d' isCollection='true'/>\
         <dataStoreReference id='store' name='Kho'/><textAnnotation id='note'><text>Ghi chú dài hơn một dòng của hình</text></textAnnotation>\
         <association id='as' sourceRef='n1' targetRef='note'/>\
         <sequenceFlow id='back' name='trả lại' sourceRef='n11' targetRef='n1'><conditionExpression>x</conditionExpression></sequenceFlow>",
    );
    let lanes = "<laneSet id='ls'><lane id='la' name='Văn thư'><flowNodeRef>s0</flowNodeRef><flowNodeRef>n1</flowNodeRef></lane>\
        <lane id='lb' name='Lãnh đạo'><flowNodeRef>n2</flowNodeRef><flowNodeRef>n3</flowNodeRef></lane></laneSet>";
    let (mut shapes, mut edges) = (String::new(), String::new());
    for (number, id) in ids.iter().enumerate() {
        let (x, y) = (130 + number % 10 * 170, 60 + number / 10 * 150);
        let (w, h) = if number % 3 == 0 {
            (120, 90)
        } else {
            (100, 80)
        };
        shapes.push_str(&format!(
            "<di:BPMNShape bpmnElement='{id}' isMarkerVisible='true' isExpanded='{}'><c:Bounds x='{x}' y='{y}' width='{w}' height='{h}'/></di:BPMNShape>",
            number % 2 == 0
        ));
        edges.push_str(&format!(
            "<di:BPMNEdge bpmnElement='f{id}'><d:waypoint x='{}' y='{y}'/><d:waypoint x='{x}' y='{}'/><d:waypoint x='{x}' y='{}'/></di:BPMNEdge>",
            x - 70,
            y + 20,
            y + 40
        ));
    }
    let diagram = format!(
        "<di:BPMNDiagram><di:BPMNPlane bpmnElement='P'>{shapes}{edges}</di:BPMNPlane></di:BPMNDiagram>"
    );
    let overlay = Overlay {
        live: [("n1", 2), ("n11", 1), ("n28", 120), ("n4", 3)]
            .map(|(id, tokens)| (id.to_owned(), tokens))
            .into(),
        done: ["s0", "fn1", "n2", "n12", "n30"].map(str::to_owned).into(),
        overdue: ["n1", "n13", "n31"].map(str::to_owned).into(),
    };
    let process = format!("<process id='P' name='Mọi hình'>{lanes}{body}</process>");
    for (name, file) in [
        ("laid-out", process.clone()),
        ("diagram", format!("{process}{diagram}")),
    ] {
        let picture = draw(&file, &overlay).unwrap().replace("><", ">\n<");
        insta::assert_snapshot!(name, picture);
    }
}
