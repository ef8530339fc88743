//! Reading rules: what is accepted, how it is written back, and where a mistake is shown.

use proptest::prelude::*;
use trinhky_calendar::Rule;

#[test]
fn rules_are_written_back_as_they_are_read() {
    let cases = [
        ("working_days(5)", "working_days(5)"),
        (" days( 10 ) ", "days(10)"),
        ("weeks(2)", "weeks(2)"),
        ("months(1)", "months(1)"),
        ("years(1)", "years(1)"),
        ("before(2023-06-15)", "before(2023-06-15)"),
        ("at_latest( 2023-06-15 )", "at_latest(2023-06-15)"),
        (
            "before(report.due,working_days(3))",
            "before(report.due, working_days(3))",
        ),
        (
            "after(2023-06-15T17:00:00+07:00, days(2))",
            "after(2023-06-15T10:00:00Z, days(2))",
        ),
        ("after(start, months(1))", "after(start, months(1))"),
    ];
    for (text, written) in cases {
        let rule = Rule::parse(text).unwrap();
        assert_eq!(rule.to_string(), written);
        assert_eq!(Rule::parse(written).unwrap(), rule);
        assert_eq!(
            serde_json::from_str::<Rule>(&serde_json::to_string(&rule).unwrap()).unwrap(),
            rule
        );
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let cases = [
        ("", 1, "missing"),
        ("ngày(5)", 1, "`ngày`"),
        ("hours(5)", 1, "`hours`"),
        ("working_days", 13, "the end"),
        ("working_days()", 14, "whole number"),
        ("working_days(-1)", 14, "`-1`"),
        ("working_days(1.5)", 14, "`1.5`"),
        ("working_days(+5)", 14, "`+5`"),
        ("working_days(5", 15, "the end"),
        ("working_days(5))", 16, "more text"),
        ("days(4294967296)", 6, "366000"),
        ("before(2023-02-30)", 8, "`2023-02-30`"),
        ("before(15/6/2023)", 8, "`15/6/2023`"),
        ("before(2023-6-15)", 8, "`2023-6-15`"),
        ("before()", 8, "no date"),
        ("before(2023-06-15, tuần(2))", 20, "`tuần`"),
        ("before(2023-06-15, before(2023-06-15))", 20, "`before`"),
        ("at_latest(2023-06-15, days(1))", 21, "one date"),
        ("after(2023-06-15)", 1, "how long"),
    ];
    for (text, column, part) in cases {
        let error = Rule::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
        assert!(!error.message_vi.is_empty());
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "\\PC{0,40}") {
        if let Ok(rule) = Rule::parse(&text) {
            prop_assert_eq!(Rule::parse(&rule.to_string()).unwrap(), rule);
        }
    }

    #[test]
    fn nor_do_texts_that_look_like_rules(
        text in "(before|after|at_latest|days|working_days)\\((start|a\\.b|2023-0[0-9]-15|[0-9]{1,7})(, (days|weeks)\\([0-9]{1,6}\\))?\\)?"
    ) {
        match Rule::parse(&text) {
            Ok(rule) => prop_assert_eq!(Rule::parse(&rule.to_string()).unwrap(), rule),
            Err(error) => prop_assert!(error.column <= text.chars().count() + 1),
        }
    }
}
