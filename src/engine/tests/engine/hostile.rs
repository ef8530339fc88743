//! Files and values that are meant to hurt end in a refusal or an incident (F33 to F36).

use crate::helper::{definitions, file, flows, run};
use serde_json::json;
use trinhky_engine::read;
use trinhky_engine::simulate::Outcome;

fn refused(text: &str) -> Vec<String> {
    read(&[("bad.bpmn", text.as_bytes())])
        .unwrap_err()
        .into_iter()
        .map(|finding| finding.rule)
        .collect()
}

#[test]
fn entity_bombs_and_external_entities_are_refused() {
    let bomb = r#"<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&b;</definitions>"#;
    assert_eq!(refused(bomb), ["xml-dtd"]);
    let outside =
        r#"<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>"#;
    assert_eq!(refused(outside), ["xml-dtd"]);
}

#[test]
fn deep_nesting_is_refused_without_using_up_the_stack() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(!refused(&deep).is_empty());
    let inner = (0..200).fold(String::from(r#"<task id="t"/>"#), |inner, index| {
        format!(r#"<subProcess id="u{index}">{inner}</subProcess>"#)
    });
    assert!(!refused(&file("", &inner)).is_empty());
}

#[test]
fn what_is_no_bpmn_is_refused() {
    assert!(!refused("").is_empty());
    assert!(!refused("<html/>").is_empty());
    assert!(!refused("<definitions/>").is_empty());
    assert!(read(&[("bad.bpmn", &[0xff, 0xfe, 0x00][..])]).is_err());
}

#[test]
fn a_loop_without_a_wait_becomes_an_incident() {
    let body = format!(
        r#"<startEvent id="s"/><exclusiveGateway id="g"/><scriptTask id="t"><script>n = 1</script></scriptTask><endEvent id="e"/>{}"#,
        flows("s > g; g > t ? n >= 0; g > e ? n < 0; t > g")
    );
    let run = run(&file("", &body), json!({"variables": {"n": 1}}));
    assert_eq!((run.count("incident"), run.outcome), (1, Outcome::Failed));
}

#[test]
fn an_endless_standard_loop_becomes_an_incident() {
    let body = format!(
        r#"<startEvent id="s"/><task id="t"><standardLoopCharacteristics><loopCondition>true</loopCondition></standardLoopCharacteristics></task>{}"#,
        flows("s > t")
    );
    assert_eq!(run(&file("", &body), json!({})).outcome, Outcome::Failed);
}

#[test]
fn a_round_of_a_million_becomes_an_incident() {
    let body = format!(
        r#"<startEvent id="s"/><task id="t"><multiInstanceLoopCharacteristics><loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics></task>{}"#,
        flows("s > t")
    );
    for n in [
        json!(1_000_000),
        json!(-1),
        json!(1.5),
        json!("many"),
        json!(9.0e300),
    ] {
        let run = run(&file("", &body), json!({"variables": {"n": n}}));
        assert_eq!((run.count("incident"), run.outcome), (1, Outcome::Failed));
    }
}

#[test]
fn expressions_that_fail_are_incidents() {
    for (expression, values) in [
        ("1 / n > 1", json!({"n": 0})),
        ("n > 1", json!({"n": "text"})),
        ("n", json!({"n": 5})),
        ("n + 1 > 0", json!({"n": i64::MAX})),
        ("n[9] == 1", json!({"n": [1]})),
    ] {
        let body = format!(
            r#"<startEvent id="s"/><exclusiveGateway id="g"/><task id="a"/><task id="b"/>{}"#,
            flows(&format!(
                "s > g; g > a ? {expression}; g > b ? !({expression})"
            ))
        );
        let run = run(&file("", &body), json!({"variables": values}));
        assert_eq!(
            (run.of("incident"), run.outcome),
            (vec!["g".to_owned()], Outcome::Failed),
            "{expression}"
        );
    }
}

#[test]
fn bad_expressions_scripts_and_timers_are_found_with_their_place_when_the_file_is_read() {
    let body = format!(
        "<startEvent id=\"s\"/>\n<scriptTask id=\"t\"><script>x ==</script></scriptTask>\n<intermediateCatchEvent id=\"c\"><timerEventDefinition><timeDuration>soon enough</timeDuration></timerEventDefinition></intermediateCatchEvent>\n<exclusiveGateway id=\"g\"/><task id=\"a\"/>{}",
        flows("s > t; t > c; c > g; g > a ? x >")
    );
    let rules = refused(&file("", &body));
    for rule in ["script", "timer-rule", "expression"] {
        assert!(
            rules.iter().any(|found| found == rule),
            "{rule} in {rules:?}"
        );
    }
}

#[test]
fn a_timer_cycle_without_end_does_not_simulate_for_ever() {
    let body = format!(
        r#"<startEvent id="s"/><receiveTask id="t" messageRef="m"/><boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><timerEventDefinition><timeCycle>R/PT1S</timeCycle></timerEventDefinition></boundaryEvent><endEvent id="r"/>{}"#,
        flows("s > t; b > r")
    );
    let until = json!({"until": "2023-01-01T00:01:00Z"});
    let run = run(&file(r#"<message id="m" name="m"/>"#, &body), until);
    assert_eq!(
        (run.count("timer_fired"), run.outcome),
        (60, Outcome::Stuck)
    );
}

#[test]
fn the_hash_names_the_content() {
    let (one, two) = (file("", r#"<task id="a"/>"#), file("", r#"<task id="b"/>"#));
    assert_eq!(definitions(&one).hash(), definitions(&one).hash());
    assert_ne!(definitions(&one).hash(), definitions(&two).hash());
}

#[test]
fn a_loop_of_tasks_that_answer_at_once_is_stopped() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t"/><exclusiveGateway id="g" default="g_t"/><endEvent id="e"/>{}"#,
        flows("s > t; t > g; g > e ? false; g > t")
    );
    let run = run(&file("", &body), json!({}));
    assert_eq!((run.count("incident"), run.outcome), (1, Outcome::Failed));
}

/// A small random number from a seed, the same on every machine.
fn roll(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed >> 33).unwrap_or(0)
}

#[test]
fn changed_bytes_end_in_findings_or_a_bounded_run() {
    let seeds: [&[u8]; 2] = [
        include_bytes!("../../../../workflows/decision.bpmn"),
        include_bytes!("../../../../workflows/follow-up-report.bpmn"),
    ];
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..150 {
        let mut bytes = seeds[round % seeds.len()].to_vec();
        for _ in 0..=roll(&mut seed) % 6 {
            let at = roll(&mut seed) % bytes.len();
            match roll(&mut seed) % 4 {
                0 => bytes[at] = u8::try_from(roll(&mut seed) % 256).unwrap(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"<>\"'&=/{}"[roll(&mut seed) % 9]),
                _ => {
                    let end = (at + roll(&mut seed) % 200).min(bytes.len());
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        if let Ok(definitions) = read(&[("changed.bpmn", bytes.as_slice())]) {
            let ids: Vec<String> = definitions.process_ids().map(str::to_owned).collect();
            let options = trinhky_engine::simulate::Options {
                processes: ids,
                ..Default::default()
            };
            // Refused, stuck, failed or ended: any answer is right, but it must come.
            let _ = trinhky_engine::simulate::simulate(&definitions, &options, &mut Vec::new());
        }
    }
}
