//! Files as other modelers and engines write them: what does not concern execution is read past, what is written in
//! another language is reported and stays an incident, and is no error.

use serde_json::json;
use trinhky_engine::check::{Known, problems};
use trinhky_engine::simulate::{Options, Outcome, Scenario, simulate};
use trinhky_engine::{Severity, read};

/// A file of another engine around the content of an executable process.
fn foreign(root: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
        <bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" {root} id="d" targetNamespace="urn:t">
        <bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>"#
    )
}

const FLOW: &str = r#"<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="y" sourceRef="g" targetRef="e"><bpmn:conditionExpression>${amount gt 5}</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="n" sourceRef="g" targetRef="z"/>"#;
const NODES: &str = r#"<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="g" default="n"/><bpmn:endEvent id="e"/><bpmn:endEvent id="z"/>"#;

fn findings(text: &str) -> Vec<(Severity, String)> {
    let all = match read(&[("x.bpmn", text.as_bytes())]) {
        Ok(definitions) => definitions.findings,
        Err(findings) => findings,
    };
    all.into_iter()
        .map(|finding| (finding.severity, finding.rule))
        .collect()
}

#[test]
fn another_engine_s_expressions_are_warned_about_and_stop_only_who_reaches_them() {
    let body = format!("{NODES}{FLOW}");
    for root in [
        r#"xmlns:camunda="http://camunda.org/schema/1.0/bpmn""#,
        r#"xmlns:zeebe="http://camunda.org/schema/zeebe/1.0""#,
        r#"xmlns:flowable="http://flowable.org/bpmn""#,
        r#"xmlns:activiti="http://activiti.org/bpmn""#,
        r#"xmlns:drools="http://www.jboss.org/drools""#,
        r#"xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core""#,
        r#"expressionLanguage="http://www.java.com/java""#,
    ] {
        let text = foreign(root, &body);
        assert_eq!(
            findings(&text),
            [(Severity::Warning, "expression-language".to_owned())],
            "{root}"
        );
        let definitions = read(&[("x.bpmn", text.as_bytes())]).unwrap();
        let outcome = simulate(&definitions, &Options::default(), &mut Vec::new()).unwrap();
        assert_eq!(outcome, Outcome::Failed);
    }
}

#[test]
fn the_same_expression_in_a_file_of_ours_or_of_nobody_is_an_error() {
    let body = format!("{NODES}{FLOW}");
    for root in [
        "",
        r#"xmlns:tk="https://trinhky.vn/bpmn/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn""#,
    ] {
        assert_eq!(
            findings(&foreign(root, &body)),
            [(Severity::Error, "expression".to_owned())]
        );
    }
}

#[test]
fn what_the_reader_warns_about_is_told_when_a_file_is_checked() {
    let text = foreign(
        r#"xmlns:camunda="http://camunda.org/schema/1.0/bpmn""#,
        &format!("{NODES}{FLOW}"),
    );
    let told = |text: &str| -> Vec<(Severity, String)> {
        let found = problems(&[("x.bpmn", text.as_bytes())], &Known::default());
        found.into_iter().map(|f| (f.severity, f.rule)).collect()
    };
    let warning = (Severity::Warning, "expression-language".to_owned());
    assert_eq!(told(&text), std::slice::from_ref(&warning));
    // An error beside it doubles nothing.
    let broken = text.replace(r#"targetRef="g""#, r#"targetRef="nowhere""#);
    let found = told(&broken);
    assert_eq!(found.iter().filter(|one| **one == warning).count(), 1);
    assert_eq!(found.iter().filter(|one| one.1 == "unreachable").count(), 3);
}

#[test]
fn a_round_of_unknown_size_and_a_call_of_nothing_are_told() {
    let body = r#"<bpmn:startEvent id="s"/><bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask><bpmn:callActivity id="k"/><bpmn:endEvent id="e"/>
        <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="k"/><bpmn:sequenceFlow id="f3" sourceRef="k" targetRef="e"/>"#;
    let call = (Severity::Warning, "call-without-process".to_owned());
    let round = |severity| (severity, "round-without-count".to_owned());
    assert_eq!(
        findings(&foreign("", body)),
        [round(Severity::Error), call.clone()]
    );
    assert_eq!(
        findings(&foreign(
            r#"xmlns:zeebe="http://camunda.org/schema/zeebe/1.0""#,
            body
        )),
        [round(Severity::Warning), call]
    );
    let drawing = foreign("", body).replace(r#" isExecutable="true""#, "");
    assert_eq!(findings(&drawing), []);
}

#[test]
fn another_engine_s_scripts_and_timers_are_warned_about() {
    let body = r#"<bpmn:startEvent id="s"/><bpmn:scriptTask id="a"><bpmn:script>print("x")</bpmn:script></bpmn:scriptTask>
        <bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>0 9 * * 4</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>
        <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="t"/><bpmn:sequenceFlow id="f3" sourceRef="t" targetRef="e"/>"#;
    let root = r#"xmlns:camunda="http://camunda.org/schema/1.0/bpmn""#;
    let mut rules = findings(&foreign(root, body));
    rules.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(
        rules,
        [
            (Severity::Warning, "script-format".to_owned()),
            (Severity::Warning, "timer-rule".to_owned())
        ]
    );
    assert!(
        findings(&foreign("", body))
            .iter()
            .all(|(severity, _)| *severity == Severity::Error)
    );
}

#[test]
fn rounds_of_the_camunda_family_run() {
    for (prefix, namespace) in [
        ("camunda", "http://camunda.org/schema/1.0/bpmn"),
        ("activiti", "http://activiti.org/bpmn"),
        ("flowable", "http://flowable.org/bpmn"),
        ("operaton", "http://operaton.org/schema/1.0/bpmn"),
    ] {
        let text = foreign(
            &format!(r#"xmlns:{prefix}="{namespace}""#),
            &format!(
                r#"<bpmn:userTask id="a" {prefix}:candidateGroups="clerk"><bpmn:extensionElements><{prefix}:formProperty id="x"/></bpmn:extensionElements>
                <bpmn:multiInstanceLoopCharacteristics {prefix}:collection="list" {prefix}:elementVariable="one"/></bpmn:userTask>"#
            ),
        );
        let definitions = read(&[("x.bpmn", text.as_bytes())]).unwrap();
        let options = Options {
            scenario: Scenario::parse(&json!({"variables": {"list": ["a", "b"]}}).to_string())
                .unwrap(),
            ..Options::default()
        };
        let mut out = Vec::new();
        assert_eq!(
            simulate(&definitions, &options, &mut out).unwrap(),
            Outcome::Ended
        );
        let trace = String::from_utf8(out).unwrap();
        assert_eq!(trace.matches("element_completed").count(), 2, "{prefix}");
    }
}

#[test]
fn encodings_prefixes_cdata_and_letters_of_all_scripts_are_read() {
    let text = r#"<?xml version="1.0"?><!-- made elsewhere --><b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:other="urn:other" id="đ" targetNamespace="urn:t" exporter="X" exporterVersion="1">
        <b:process id="Quy_trình" isExecutable="true" other:color="red"><b:documentation><![CDATA[<p>text</p>]]></b:documentation><b:extensionElements><other:meta><other:deep/></other:meta></b:extensionElements>
        <b:startEvent id="Bắt_đầu"><b:outgoing>a</b:outgoing></b:startEvent><b:scriptTask id="流程"><b:incoming>a</b:incoming><b:outgoing>c</b:outgoing><b:script><![CDATA[n = 1 < 2 ? 3 : 4]]></b:script></b:scriptTask><b:endEvent id="кінець"><b:incoming>c</b:incoming></b:endEvent>
        <b:sequenceFlow id="a" sourceRef="Bắt_đầu" targetRef="流程"/><b:sequenceFlow id="c" sourceRef="流程" targetRef="кінець"/></b:process></b:definitions>"#;
    let utf16 = |bom: &[u8], unit: fn(u16) -> [u8; 2]| {
        let mut bytes = bom.to_vec();
        bytes.extend(text.encode_utf16().flat_map(unit));
        bytes
    };
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        utf16(&[0xFF, 0xFE], u16::to_le_bytes),
        utf16(&[0xFE, 0xFF], u16::to_be_bytes),
        utf16(&[], u16::to_le_bytes),
    ] {
        let definitions = read(&[("x.bpmn", bytes.as_slice())]).unwrap();
        assert!(
            definitions.findings.is_empty(),
            "{:?}",
            definitions.findings
        );
        let mut out = Vec::new();
        assert_eq!(
            simulate(&definitions, &Options::default(), &mut out).unwrap(),
            Outcome::Ended
        );
        assert!(
            String::from_utf8(out)
                .unwrap()
                .contains(r#"{"name":"n","value":3}"#)
        );
    }
}

#[test]
fn a_file_that_says_of_no_process_whether_it_is_executable_runs_all_that_start() {
    let started = |first: &str, second: &str| {
        let process = |id: &str, attributes: &str| {
            format!(r#"<process id="{id}" {attributes}><startEvent id="{id}s"/></process>"#)
        };
        let text = format!(
            r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">{}{}<globalUserTask id="g"/></definitions>"#,
            process("a", first),
            process("b", second)
        );
        let definitions = read(&[("x.bpmn", text.as_bytes())]).unwrap();
        let mut out = Vec::new();
        let outcome = simulate(&definitions, &Options::default(), &mut out);
        let told = String::from_utf8(out).unwrap();
        outcome
            .map(|_| told.matches("instance_started").count())
            .ok()
    };
    let (yes, no) = (r#"isExecutable="true""#, r#"isExecutable="false""#);
    assert_eq!(started("", ""), Some(2));
    assert_eq!(started("", r#"processType="Public""#), Some(1));
    assert_eq!(started("", no), Some(1));
    assert_eq!(started("", yes), Some(1));
    assert_eq!(started(no, no), None);
}

#[test]
fn mappings_and_keys_are_read_like_all_expressions() {
    let body = r#"<bpmn:startEvent id="s"/><bpmn:callActivity id="k" calledElement="q"><bpmn:extensionElements><x:in sourceExpression="${a +}" target="b"/></bpmn:extensionElements></bpmn:callActivity>
        <bpmn:receiveTask id="r" messageRef="m"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="k"/><bpmn:sequenceFlow id="f2" sourceRef="k" targetRef="r"/><bpmn:sequenceFlow id="f3" sourceRef="r" targetRef="e"/>"#;
    let told = |namespace: &str, key: &str| {
        let text = foreign(&format!(r#"xmlns:x="{namespace}" {key}"#), body).replace(
            "<bpmn:process",
            r#"<bpmn:message id="m" name="m" tk:key="a +"/><bpmn:process"#,
        );
        let mut found = findings(&text);
        found.retain(|(severity, _)| *severity != Severity::Info);
        found
    };
    let tk = "https://trinhky.vn/bpmn/1.0";
    let wrong = (Severity::Error, "expression".to_owned());
    assert_eq!(
        told(tk, &format!(r#"xmlns:tk="{tk}""#)),
        [wrong.clone(), wrong]
    );
    let other = (Severity::Warning, "expression-language".to_owned());
    assert_eq!(
        told("http://flowable.org/bpmn", r#"xmlns:tk="urn:other""#),
        [other]
    );
}
