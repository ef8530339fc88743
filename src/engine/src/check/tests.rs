//! Every rule with a file that breaks it and one that doesn't, and files of all kinds that are right.

use std::collections::BTreeSet;

use super::{Known, lint_bytes, rules};
use crate::finding::{Finding, Severity};

const CASES: &str = include_str!("tests.txt");
const VALID: &str = include_str!("tests_valid.bpmn");

#[test]
fn every_rule_finds_its_fault_and_only_that() {
    let mut tested = BTreeSet::new();
    for case in CASES.split("\n=== ").skip(1) {
        let (rule, rest) = case.split_once('\n').unwrap();
        let (bad, good) = rest.split_once("\n---\n").unwrap();
        let found = check(bad);
        assert!(
            found.iter().any(|f| f.rule == rule),
            "{rule} not found in\n{bad}\n{found:#?}"
        );
        for finding in found.iter().filter(|finding| finding.rule == rule) {
            assert!(!finding.message.contains('{'), "{}", finding.message);
            assert!(
                !finding.message.contains('?') || rule.starts_with("unknown"),
                "{}",
                finding.message
            );
            assert!(finding.line > 0 && finding.column > 0);
        }
        let found = check(good);
        assert!(
            found.iter().all(|f| f.rule != rule),
            "{rule} wrongly found in\n{good}\n{found:#?}"
        );
        tested.insert(rule.to_owned());
    }
    for rule in rules() {
        assert!(tested.contains(rule.id), "no test for {}", rule.id);
    }
}

#[test]
fn rules_are_documented_once() {
    let ids: BTreeSet<&str> = rules().iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules().len());
    for rule in rules() {
        assert!(
            rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            rule.id
        );
        assert!(
            rule.explanation.ends_with('.') && rule.message_vi.ends_with(['.', '}']),
            "{}",
            rule.id
        );
        assert!(
            rule.standard.starts_with('§') || rule.standard == "ours",
            "{}",
            rule.id
        );
    }
}

#[test]
fn a_file_with_everything_around_the_process_is_right() {
    let found = lint_bytes("valid.bpmn", VALID.as_bytes(), &Known::default());
    assert_eq!(found, Vec::new());
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(VALID.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        lint_bytes("valid.bpmn", &utf16, &Known::default()),
        Vec::new()
    );
}

#[test]
fn places_and_order_are_those_of_the_file() {
    let found =
        check("<process id='P'>\n  <startEvent id='ữ' x='1'/><task id='T' y='2'/>\n</process>");
    let places: Vec<(u32, u32, &str)> = found
        .iter()
        .filter(|f| f.rule == "schema-unknown-attribute")
        .map(|f| (f.line, f.column, f.element.as_str()))
        .collect();
    assert_eq!(places, [(3, 3, "ữ"), (3, 29, "T")]);
}

#[test]
fn a_name_near_a_known_one_is_suggested() {
    let found = check("<process id='P'><serviceTask id='S' tk:service='mail.sned'/></process>");
    let finding = found.iter().find(|f| f.rule == "unknown-service").unwrap();
    assert_eq!(
        finding.message,
        "The service \"mail.sned\" does not exist. Did you mean \"mail.send\"?"
    );
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn hostile_files_end_soon() {
    let tasks: String = (0..20_000)
        .map(|n| {
            format!(
                "<task id='t{n}'/><sequenceFlow id='f{n}' sourceRef='t{n}' targetRef='t{}'/>",
                (n + 1) % 20_000
            )
        })
        .collect();
    assert!(!check(&format!("<process id='P'>{tasks}</process>")).is_empty());
    let nested = "<subProcess>".repeat(900) + &"</subProcess>".repeat(900);
    assert!(check(&format!("<process id='P'>{nested}</process>")).len() < 2_000);
    let fork: String = (0..30)
        .map(|n| format!("<task id='t{n}'/><sequenceFlow id='a{n}' sourceRef='G' targetRef='t{n}'/><sequenceFlow id='b{n}' sourceRef='t{n}' targetRef='J'/>"))
        .collect();
    check(&format!(
        "<process id='P'><startEvent id='S'/><inclusiveGateway id='G'/><inclusiveGateway id='J'/><sequenceFlow id='s' sourceRef='S' targetRef='G'/>{fork}</process>"
    ));
}

/// The body inside `definitions`; a case that begins with `<?xml` or `<definitions` is the whole file.
fn check(body: &str) -> Vec<Finding> {
    let body = body.trim();
    let text = if body.starts_with("<definitions") || body.starts_with("<other") {
        body.to_owned()
    } else {
        format!(
            "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' \
             xmlns:bpmndi='http://www.omg.org/spec/BPMN/20100524/DI' \
             xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:x='urn:x' xmlns:tns='urn:t' \
             xmlns:tk='https://trinhky.vn/bpmn/1.0' targetNamespace='urn:t'>\n{body}\n</definitions>"
        )
    };
    let known = Known {
        services: vec!["mail.send".to_owned(), "reminders.receipt".to_owned()],
        roles: vec!["drafter".to_owned(), "chair".to_owned()],
    };
    lint_bytes("test.bpmn", text.as_bytes(), &known)
}

#[test]
fn a_boundary_event_may_name_its_activity_with_a_prefix() {
    let found = check(
        "<process id='P'><startEvent id='S'/><subProcess id='U'/><boundaryEvent id='B' attachedToRef='tns:U'><messageEventDefinition/></boundaryEvent><task id='T'/>\
         <sequenceFlow id='f' sourceRef='S' targetRef='U'/><sequenceFlow id='g' sourceRef='B' targetRef='T'/></process>",
    );
    assert!(found.iter().all(|f| f.rule != "unreachable"), "{found:#?}");
}

#[test]
fn compensation_is_reached_without_flows() {
    let found = check(
        "<process id='P'><startEvent id='S'/><task id='T'/><boundaryEvent id='B' attachedToRef='T'><compensateEventDefinition/></boundaryEvent>\
         <userTask id='H' isForCompensation='true'/><boundaryEvent id='L' attachedToRef='H'><timerEventDefinition/></boundaryEvent><task id='X'/>\
         <sequenceFlow id='f' sourceRef='S' targetRef='T'/><sequenceFlow id='g' sourceRef='L' targetRef='X'/>\
         <association id='a' sourceRef='B' targetRef='H'/></process>",
    );
    assert!(found.iter().all(|f| f.rule != "unreachable"), "{found:#?}");
    let text = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t"><process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a"/><boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="h" isForCompensation="true"/><endEvent id="e"><compensateEventDefinition/></endEvent><sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/><association id="l" sourceRef="c" targetRef="h"/></process></definitions>"#;
    assert_eq!(
        lint_bytes("x.bpmn", text.as_bytes(), &Known::default()),
        Vec::new()
    );
}
