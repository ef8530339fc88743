//! The workflows of the product, played to their end.

use crate::helper::Run;
use serde_json::Value;
use trinhky_engine::simulate::{Options, Outcome, Scenario, simulate};
use trinhky_engine::{Definitions, read};

const DECISION: &[u8] = include_bytes!("../../../../workflows/decision.bpmn");
const REPORT: &[u8] = include_bytes!("../../../../workflows/follow-up-report.bpmn");
const CONSOLIDATED: &[u8] = include_bytes!("../../../../workflows/consolidated-report.bpmn");

fn workflows() -> Definitions {
    read(&[
        ("decision.bpmn", DECISION),
        ("follow-up-report.bpmn", REPORT),
        ("consolidated-report.bpmn", CONSOLIDATED),
    ])
    .unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn play(scenario: &str, process: &str) -> Run {
    let options = Options {
        scenario: Scenario::parse(scenario).unwrap(),
        processes: vec![process.to_owned()],
        ..Options::default()
    };
    let mut out = Vec::new();
    let outcome = simulate(&workflows(), &options, &mut out).unwrap();
    let lines: Vec<Value> = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    Run { lines, outcome }
}

#[test]
fn the_product_s_workflows_have_no_problem() {
    let serious: Vec<_> = workflows()
        .findings
        .into_iter()
        .filter(|finding| finding.severity != trinhky_engine::Severity::Info)
        .collect();
    assert!(serious.is_empty(), "{serious:#?}");
}

#[test]
fn a_decision_lives_from_draft_to_year_end() {
    let run = play(
        include_str!("../../../../workflows/decision.scenario.json"),
        "decision",
    );
    assert_eq!(run.outcome, Outcome::Ended);
    let completed = run.of("element_completed");
    let order = [
        "draft",
        "answer_opinions",
        "check_content",
        "check_form",
        "sign_proposal",
        "number_proposal",
        "approve",
        "sign",
        "assign_number",
        "seal",
        "issue",
        "expand_recipients",
        "evaluate",
        "close_year",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|id| {
            completed
                .iter()
                .rposition(|done| done == id)
                .unwrap_or_else(|| panic!("{id} in {completed:?}"))
        })
        .collect();
    assert!(places.is_sorted(), "{completed:?}");
    assert_eq!(
        run.of("element_cancelled"),
        ["give_opinion:\"xã Thụy Hùng\"".replace('"', "")],
        "only the late opinion is cut off"
    );
    let reminded = |id: &str| completed.iter().filter(|done| done.starts_with(id)).count();
    assert_eq!(
        (
            reminded("remind_receipt_due:"),
            reminded("remind_receipt_late:"),
            reminded("escalate_receipt:")
        ),
        (1, 1, 0)
    );
    assert_eq!(reminded("unit_report:"), 6);
    assert_eq!(reminded("consolidate:"), 3);
}

#[test]
fn a_report_that_is_sent_back_is_filled_again() {
    let run = play(
        include_str!("../../../../workflows/follow-up-report.scenario.json"),
        "follow_up_report",
    );
    assert_eq!(run.outcome, Outcome::Ended);
    let completed = run.completed();
    assert!(
        completed.contains("fill_report approve_report report_checked"),
        "{completed}"
    );
    assert!(
        completed.ends_with("fill_report approve_report report_checked done"),
        "{completed}"
    );
    // Both instants are past when the report comes back: they fire at once, in their order.
    assert_eq!(
        run.of("timer_fired"),
        ["report_t5", "report_t1", "report_t5", "report_t1"]
    );
}

#[test]
fn a_consolidated_report_goes_the_way_of_any_document() {
    let run = play(
        include_str!("../../../../workflows/consolidated-report.scenario.json"),
        "consolidated_report",
    );
    assert_eq!(run.outcome, Outcome::Ended);
    let completed = run.of("element_completed");
    let times = |id: &str| completed.iter().filter(|done| *done == id).count();
    assert_eq!(
        (times("draft"), times("check_content")),
        (2, 2),
        "sent back once"
    );
    let order = [
        "draft",
        "check_content",
        "check_form",
        "sign_proposal",
        "number_proposal",
        "approve",
        "sign",
        "assign_number",
        "seal",
        "issue",
        "expand_recipients",
        "receipt:Sở Khoa học và Công nghệ",
        "done",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|id| {
            completed
                .iter()
                .rposition(|done| done == id)
                .unwrap_or_else(|| panic!("{id} in {completed:?}"))
        })
        .collect();
    assert!(places.is_sorted(), "{completed:?}");
}
