//! What a reporter types, read and checked before anything is written; every problem has its field and a sentence.

use chrono::NaiveDate;
use trinhky_calendar::vn_date;

use super::find::Indicator;
use super::verdict::grouped;
use crate::fault::Fault;

/// Greatest count that is taken: sums over thousands of units stay far below the limits of the database.
const MAX_COUNT: i64 = 999_999_999_999;

/// One indicator as typed; all texts may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The indicator's code.
    pub code: String,
    pub numerator: String,
    pub denominator: String,
    /// "Không phát sinh" was ticked.
    pub nothing_arose: bool,
    pub cause: String,
    pub measure: String,
    /// Who answers for the measure.
    pub owner: String,
    /// By when, as a day.
    pub measure_due: String,
}

/// One indicator as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Value {
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub nothing_arose: bool,
    pub cause: String,
    pub measure: String,
    pub owner: String,
    pub measure_due: String,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `num.<code>`, `den.<code>`, `cause.<code>`, `measure.<code>`, `owner.<code>`, `by.<code>`.
    pub field: String,
    pub vi: String,
    pub en: String,
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::invalid(&problem.field, problem.vi, problem.en)
    }
}

/// How strictly a report is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Kept for later: fields may be empty, numbers must be numbers.
    Draft,
    /// Sent to the head: complete and consistent.
    Complete,
}

/// Reads one indicator; `applies` says whether the unit is asked for it (where not, an empty field means "nothing arose").
///
/// # Errors
/// Every problem of the indicator's fields.
pub fn read(
    indicator: &Indicator,
    typed: &Typed,
    applies: bool,
    strictness: Strictness,
) -> Result<Value, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut number = |field: &str, text: &str| match count(text) {
        Ok(number) => number,
        Err((vi, en)) => {
            problems.push(Problem {
                field: format!("{field}.{}", indicator.code),
                vi,
                en,
            });
            None
        }
    };
    let mut value = Value {
        numerator: number("num", &typed.numerator),
        denominator: if indicator.target.is_count {
            None
        } else {
            number("den", &typed.denominator)
        },
        nothing_arose: typed.nothing_arose,
        cause: typed.cause.trim().to_owned(),
        measure: typed.measure.trim().to_owned(),
        owner: typed.owner.trim().to_owned(),
        measure_due: typed.measure_due.trim().to_owned(),
    };
    if problems.is_empty() {
        let empty = value.numerator.is_none() && value.denominator.is_none();
        value.nothing_arose |= empty && !applies && strictness == Strictness::Complete;
        problems.extend(disagreements(indicator, &value));
    }
    if problems.is_empty() && strictness == Strictness::Complete {
        settle(&mut value);
        problems.extend(gaps(indicator, &mut value));
    }
    if problems.is_empty() {
        Ok(value)
    } else {
        Err(problems)
    }
}

/// A whole number as Vietnamese offices type it: `1234`, `1.234`, `1 234`; empty is none.
///
/// # Errors
/// The sentence in both languages.
pub fn count(text: &str) -> Result<Option<i64>, (String, String)> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = |vi: String, en: String| Err((vi, en));
    if text.contains('%') {
        return refuse(
            format!("“{text}” là tỷ lệ. Ghi số đếm; Hệ thống tự tính tỷ lệ."),
            format!("“{text}” is a percentage. Write the count; the share is calculated."),
        );
    }
    if let Some(digits) = text
        .strip_prefix(['-', '−', '–'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        return refuse(
            format!("Số đếm không thể âm. Có phải là {digits}?"),
            format!("A count cannot be negative. Is it {digits}?"),
        );
    }
    let groups: Vec<&str> = text.split(['.', ' ', '\u{a0}', '\u{202f}']).collect();
    let all_digits = groups
        .iter()
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let grouped_by_three = groups.len() == 1
        || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if all_digits && grouped_by_three {
        return match groups.concat().parse::<i64>() {
            Ok(number) if number <= MAX_COUNT => Ok(Some(number)),
            _ => refuse(
                format!("Số quá lớn, tối đa {}.", grouped(i128::from(MAX_COUNT))),
                format!(
                    "The number is too large, at most {}.",
                    grouped(i128::from(MAX_COUNT))
                ),
            ),
        };
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' '))
    {
        return refuse(
            format!(
                "“{text}” không rõ là số nào: ghi số đếm nguyên, không có phần lẻ, ví dụ 1234 hoặc 1.234."
            ),
            format!(
                "“{text}” can be read in two ways: write a whole count without decimals, e.g. 1234 or 1.234."
            ),
        );
    }
    refuse(
        format!("“{text}” không phải là số. Ghi số đếm nguyên, ví dụ 412."),
        format!("“{text}” is not a number. Write a whole count, e.g. 412."),
    )
}

/// A day as typed: `30/9/2023`, `30-09-2023` or `2023-09-30`.
#[must_use]
pub fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
}

/// What cannot be true at all.
fn disagreements(indicator: &Indicator, value: &Value) -> Option<Problem> {
    if let (Some(numerator), Some(denominator)) = (value.numerator, value.denominator)
        && numerator > denominator
    {
        let (numerator, denominator) = (
            grouped(i128::from(numerator)),
            grouped(i128::from(denominator)),
        );
        return Some(Problem {
            field: format!("num.{}", indicator.code),
            vi: format!(
                "{numerator} lớn hơn {denominator}: “{}” không thể nhiều hơn “{}”.",
                indicator.numerator, indicator.denominator
            ),
            en: format!(
                "{numerator} is more than {denominator}: the part cannot exceed the whole."
            ),
        });
    }
    let has_cases = value.numerator.unwrap_or(0) > 0 || value.denominator.unwrap_or(0) > 0;
    (value.nothing_arose && has_cases).then(|| Problem {
        field: format!("num.{}", indicator.code),
        vi: "Đã chọn “Không phát sinh” nhưng lại có số liệu. Bỏ chọn hoặc xóa số.".to_owned(),
        en: "“Nothing arose” is ticked beside numbers. Untick it or remove the numbers.".to_owned(),
    })
}

/// Zero of zero and "nothing arose" are the same thing and are stored the same way.
fn settle(value: &mut Value) {
    if value.nothing_arose {
        (value.numerator, value.denominator) = (Some(0), Some(0));
    } else if value.denominator == Some(0) && value.numerator == Some(0) {
        value.nothing_arose = true;
    }
}

/// What is still missing; a target that is not met needs cause, measure, owner and day (ISO 9001:2015, 10.2).
fn gaps(indicator: &Indicator, value: &mut Value) -> Vec<Problem> {
    let problem = |field: &str, vi: &str, en: &str| Problem {
        field: format!("{field}.{}", indicator.code),
        vi: vi.to_owned(),
        en: en.to_owned(),
    };
    let mut problems = Vec::new();
    if value.numerator.is_none() {
        problems.push(problem(
            "num",
            "Ghi số đếm, hoặc chọn “Không phát sinh”.",
            "Write the count, or tick “nothing arose”.",
        ));
    }
    if value.denominator.is_none() && !indicator.target.is_count {
        problems.push(problem(
            "den",
            "Ghi tổng số, hoặc chọn “Không phát sinh”.",
            "Write the total, or tick “nothing arose”.",
        ));
    }
    if !problems.is_empty() || !value.misses(indicator) {
        return problems;
    }
    let texts = [
        (
            "cause",
            &value.cause,
            "Chỉ tiêu không đạt: ghi nguyên nhân.",
            "The target is not met: write the cause.",
        ),
        (
            "measure",
            &value.measure,
            "Chỉ tiêu không đạt: ghi biện pháp khắc phục.",
            "The target is not met: write the measure.",
        ),
        (
            "owner",
            &value.owner,
            "Ghi người chịu trách nhiệm về biện pháp.",
            "Write who answers for the measure.",
        ),
    ];
    for (field, text, vi, en) in texts {
        if text.is_empty() {
            problems.push(problem(field, vi, en));
        }
    }
    match day(&value.measure_due) {
        Some(day) => value.measure_due = vn_date(day),
        None => problems.push(problem(
            "by",
            "Ghi ngày hoàn thành biện pháp, ví dụ 30/09/2023.",
            "Write by which day the measure is done, e.g. 30/09/2023.",
        )),
    }
    problems
}

impl Value {
    /// Whether the target is missed by these numbers; nothing arose is no miss.
    #[must_use]
    pub fn misses(&self, indicator: &Indicator) -> bool {
        let Some(numerator) = self
            .numerator
            .map(i128::from)
            .filter(|_| !self.nothing_arose)
        else {
            return false;
        };
        if indicator.target.is_count {
            return !indicator.target.holds(numerator, 1);
        }
        self.denominator.is_some_and(|denominator| {
            denominator > 0 && !indicator.target.holds(numerator, i128::from(denominator))
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::objectives::verdict::{Comparator, Target};

    fn indicator(percent: Option<i64>) -> Indicator {
        let target = match percent {
            Some(percent) => Target {
                comparator: Comparator::Ge,
                numerator: percent,
                denominator: 100,
                is_count: false,
            },
            None => Target {
                comparator: Comparator::Eq,
                numerator: 0,
                denominator: 1,
                is_count: true,
            },
        };
        Indicator {
            id: Uuid::nil(),
            objective: 1,
            code: "O1a".to_owned(),
            name: "Hồ sơ".to_owned(),
            numerator: "Số đúng hạn".to_owned(),
            denominator: "Tổng số".to_owned(),
            target,
            evidence: String::new(),
            who_reports: String::new(),
        }
    }

    fn typed(numerator: &str, denominator: &str) -> Typed {
        Typed {
            numerator: numerator.to_owned(),
            denominator: denominator.to_owned(),
            ..Typed::default()
        }
    }

    fn complete(indicator: &Indicator, typed: &Typed) -> Result<Value, Vec<String>> {
        read(indicator, typed, true, Strictness::Complete)
            .map_err(|problems| problems.into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn counts_are_read_as_offices_type_them() {
        for (text, number) in [
            ("412", 412),
            (" 1.234 ", 1_234),
            ("1 234 567", 1_234_567),
            ("0", 0),
        ] {
            assert_eq!(count(text), Ok(Some(number)), "{text}");
        }
        assert_eq!(count("  "), Ok(None));
    }

    #[test]
    fn what_is_no_count_gets_a_sentence_that_says_why() {
        for (text, word) in [
            ("98,5%", "tỷ lệ"),
            ("98 %", "tỷ lệ"),
            ("-3", "âm"),
            ("1.234,56", "không rõ"),
            ("1,234.56", "không rõ"),
            ("1,234", "không rõ"),
            ("12.34", "không rõ"),
            ("mười", "không phải là số"),
            ("=1+1", "không phải là số"),
            ("9999999999999", "quá lớn"),
            ("99999999999999999999999", "quá lớn"),
        ] {
            let (vi, en) = count(text).expect_err(text);
            assert!(vi.contains(word), "{text}: {vi}");
            assert!(!en.is_empty());
        }
    }

    #[test]
    fn the_part_cannot_exceed_the_whole_even_in_a_draft() {
        let problems = read(
            &indicator(Some(98)),
            &typed("5", "4"),
            true,
            Strictness::Draft,
        )
        .expect_err("5 of 4");
        assert_eq!(problems[0].field, "num.O1a");
        assert!(problems[0].vi.contains("5 lớn hơn 4"));
    }

    #[test]
    fn a_draft_may_have_gaps_a_report_may_not() {
        assert!(
            read(
                &indicator(Some(98)),
                &typed("", ""),
                true,
                Strictness::Draft
            )
            .is_ok()
        );
        assert_eq!(
            complete(&indicator(Some(98)), &typed("", "")),
            Err(vec!["num.O1a".to_owned(), "den.O1a".to_owned()])
        );
        assert_eq!(
            complete(&indicator(None), &typed("", "")),
            Err(vec!["num.O1a".to_owned()])
        );
    }

    #[test]
    fn obj_02_zero_of_zero_is_nothing_arose() {
        let value = complete(&indicator(Some(98)), &typed("0", "0")).expect("complete");
        assert!(value.nothing_arose && !value.misses(&indicator(Some(98))));
        let ticked = Typed {
            nothing_arose: true,
            ..typed("", "")
        };
        assert_eq!(complete(&indicator(Some(98)), &ticked), Ok(value));
        let both = Typed {
            nothing_arose: true,
            ..typed("1", "2")
        };
        assert_eq!(
            complete(&indicator(Some(98)), &both),
            Err(vec!["num.O1a".to_owned()])
        );
    }

    #[test]
    fn an_indicator_that_is_not_asked_of_the_unit_may_stay_empty() {
        let value = read(
            &indicator(Some(98)),
            &typed("", ""),
            false,
            Strictness::Complete,
        )
        .expect("complete");
        assert!(value.nothing_arose);
    }

    #[test]
    fn obj_07_a_miss_needs_cause_measure_owner_and_day() {
        let missing = complete(&indicator(Some(98)), &typed("1", "2"));
        let fields = ["cause.O1a", "measure.O1a", "owner.O1a", "by.O1a"].map(str::to_owned);
        assert_eq!(missing, Err(fields.to_vec()));
        let told = Typed {
            cause: "Thiếu người".to_owned(),
            measure: "Bổ sung".to_owned(),
            owner: "Văn phòng".to_owned(),
            measure_due: "30/9/2023".to_owned(),
            ..typed("1", "2")
        };
        assert_eq!(
            complete(&indicator(Some(98)), &told).map(|value| value.measure_due),
            Ok("30/09/2023".to_owned())
        );
        let undated = Typed {
            measure_due: "cuối năm".to_owned(),
            ..told
        };
        assert_eq!(
            complete(&indicator(Some(98)), &undated),
            Err(vec!["by.O1a".to_owned()])
        );
        assert_eq!(
            complete(&indicator(None), &typed("0", "")).map(|value| value.misses(&indicator(None))),
            Ok(false)
        );
    }
}
