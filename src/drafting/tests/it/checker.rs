//! The checker: the defects of the real decision, the examples of every rule, and silence about good documents.

use trinhky_drafting::check::{SAMPLE, handbook, sample_gone};
use trinhky_drafting::{Finding, Severity, apply, check, check_with_fixes, rules};

use crate::seed::{SEED, imported};

fn findings(text: &str) -> Vec<Finding> {
    check(&imported("a.md", text.as_bytes()))
}

#[test]
fn the_findings_in_the_decision_are_exactly_these() {
    insta::assert_snapshot!(
        "seed_findings",
        serde_json::to_string_pretty(&findings(SEED)).unwrap_or_default()
    );
}

#[test]
fn every_known_defect_of_the_decision_is_found_with_its_weight() {
    let found = findings(SEED);
    let count = |rule: &str, severity: Severity| {
        found
            .iter()
            .filter(|f| f.rule == rule && f.severity == severity)
            .count()
    };
    assert_eq!(count("spelling.word", Severity::Error), 3);
    assert_eq!(count("distribution.article_capital", Severity::Error), 1);
    assert_eq!(count("basis.one_each", Severity::Warning), 1);
    assert_eq!(count("date.short", Severity::Warning), 8);
    assert_eq!(count("distribution.archive_unit", Severity::Warning), 1);
    assert_eq!(count("capital.body", Severity::Warning), 3);
    assert_eq!(count("basis.repeated", Severity::Note), 1);
    assert_eq!(count("capital.consistent", Severity::Note), 1);
    assert_eq!(count("article.title", Severity::Note), 1);
    assert_eq!(count("objective.split", Severity::Note), 2);
    assert_eq!(count("effect.missing", Severity::Note), 1);
    assert_eq!(count("comparator.contradiction", Severity::Question), 1);
    assert_eq!(count("objective.ambiguous", Severity::Question), 1);
    assert_eq!(count("objective.plan", Severity::Question), 1);
    assert_eq!(count("abbreviation", Severity::Note), 2);
    assert_eq!(found.len(), 28, "something else was found");
}

#[test]
fn every_rule_speaks_about_its_bad_example_and_not_about_its_good_one() {
    assert!(
        findings(SAMPLE)
            .iter()
            .all(|f| f.severity == Severity::Note),
        "{:#?}",
        findings(SAMPLE)
    );
    for rule in rules() {
        for (example, speaks) in [(&rule.bad, true), (&rule.good, false)] {
            assert!(
                SAMPLE.contains(example.from),
                "{}: the sample has no {:?}",
                rule.id,
                example.from
            );
            let text = SAMPLE.replace(example.from, example.to);
            let found = check_with_fixes(&imported("a.md", text.as_bytes()), &sample_gone())
                .iter()
                .any(|(finding, _)| finding.rule == rule.id);
            assert_eq!(found, speaks, "{} about {:?}", rule.id, example.to);
        }
    }
}

#[test]
fn a_basis_that_is_replaced_names_what_stands_in_its_place() {
    let text = SAMPLE.replace(
        "*Theo đề nghị",
        "*Căn cứ Quyết định số 07/QĐ-UBND ngày 03/02/2025 của Ủy ban nhân dân huyện Mẫu;*\n\n*Theo đề nghị",
    );
    let mut gone = sample_gone();
    gone[0].fate = "được thay thế".to_owned();
    gone[0].instead = Some("Quyết định số 09/QĐ-UBND ngày 01 tháng 4 năm 2025".to_owned());
    let found: Vec<Finding> = check_with_fixes(&imported("a.md", text.as_bytes()), &gone)
        .into_iter()
        .map(|(finding, _)| finding)
        .filter(|finding| finding.rule == "basis.gone")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].r#where, "căn cứ 3");
    assert_eq!(
        found[0].message_vi,
        "Căn cứ không còn hiệu lực: 07/QĐ-UBND được thay thế."
    );
    assert_eq!(found[0].suggestion, gone[0].instead);
}

#[test]
fn the_documentation_tells_the_rules_as_they_are() {
    let page = include_str!("../../../../docs/checker.md");
    assert!(
        page == handbook(),
        "docs/checker.md is out of date: cargo run -- document rules > docs/checker.md"
    );
}

#[test]
fn corrections_can_be_made_and_then_the_rule_is_silent() {
    let mut document = imported("a.md", SEED.as_bytes());
    let before = check_with_fixes(&document, &[]);
    let fixes: Vec<_> = before.into_iter().filter_map(|(_, fix)| fix).collect();
    assert!(fixes.len() >= 15, "{}", fixes.len());
    for fix in &fixes {
        assert!(apply(&mut document.draft, fix), "{fix:?}");
    }
    assert!(
        check_with_fixes(&document, &[])
            .iter()
            .all(|(_, fix)| fix.is_none())
    );
}

#[test]
fn a_finding_serialises_with_exactly_the_agreed_keys() {
    let value = serde_json::to_value(findings(SEED)).unwrap_or_default();
    let keys: Vec<&str> = value[0]
        .as_object()
        .map(|o| o.keys().map(String::as_str).collect())
        .unwrap_or_default();
    assert_eq!(
        keys,
        [
            "law",
            "message",
            "message_vi",
            "rule",
            "severity",
            "suggestion",
            "where"
        ]
    );
}
