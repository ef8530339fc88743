//! Numbers that are possible and yet probably a slip of the hand: asked about, never refused.

use super::find::Indicator;
use super::input::{Problem, Value};
use super::verdict::{Sum, grouped};

/// Below this many cases, chance moves everything.
const ENOUGH: i64 = 10;
/// A count that grows or shrinks by this factor has probably a digit too many or too few.
const LEAP: i64 = 5;
/// A share that moves by more than this, in hundredths.
const JUMP_PERCENT: i128 = 30;

/// What looks wrong against the unit's period before; none where it looks right or there is nothing to compare with.
#[must_use]
pub fn doubt(indicator: &Indicator, value: &Value, last: Option<&Sum>) -> Option<Problem> {
    let last = last.filter(|last| last.reports > 0)?;
    if value.nothing_arose {
        return None;
    }
    let n = value.numerator?;
    if indicator.target.is_count {
        let leaps = n >= ENOUGH && n > last.numerator.saturating_mul(LEAP);
        return leaps.then(|| of_count("num", indicator, n, last.numerator));
    }
    let d = value.denominator?;
    if last.denominator < ENOUGH || d < ENOUGH {
        return None;
    }
    let leaps =
        d > last.denominator.saturating_mul(LEAP) || d.saturating_mul(LEAP) < last.denominator;
    if leaps {
        return Some(of_count("den", indicator, d, last.denominator));
    }
    if (n, d) == (last.numerator, last.denominator) && n != d {
        return Some(problem(
            "num",
            indicator,
            format!(
                "Giống hệt kỳ trước ({}/{}). Có phải số của kỳ này không?",
                grouped(n.into()),
                grouped(d.into())
            ),
            format!("Exactly as in the period before ({n}/{d}). Are these this period's numbers?"),
        ));
    }
    // |n/d − n₀/d₀| in exact arithmetic.
    let (n, d) = (i128::from(n), i128::from(d));
    let (n0, d0) = (i128::from(last.numerator), i128::from(last.denominator));
    let apart = (n * d0 - n0 * d).abs() * 100;
    (apart > JUMP_PERCENT * d * d0).then(|| {
        let share = |n: i128, d: i128| (n * 200 + d) / (2 * d);
        problem(
            "num",
            indicator,
            format!("Kỳ trước khoảng {}%, kỳ này khoảng {}%: chênh quá nhiều. Kiểm tra tử số và mẫu số.", share(n0, d0), share(n, d)),
            format!("About {}% before, about {}% now: check both numbers.", share(n0, d0), share(n, d)),
        )
    })
}

fn of_count(field: &str, indicator: &Indicator, now: i64, before: i64) -> Problem {
    let (now, before) = (grouped(now.into()), grouped(before.into()));
    problem(
        field,
        indicator,
        format!("Kỳ trước {before}, kỳ này {now}. Có thừa hoặc thiếu chữ số không?"),
        format!("{before} before, {now} now. Is there a digit too many or too few?"),
    )
}

fn problem(field: &str, indicator: &Indicator, vi: String, en: String) -> Problem {
    Problem {
        field: format!("{field}.{}", indicator.code),
        vi,
        en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objectives::verdict::{Comparator, Target};

    fn share(is_count: bool) -> Indicator {
        Indicator {
            id: uuid::Uuid::nil(),
            objective: 1,
            code: "O1a".to_owned(),
            name: String::new(),
            numerator: String::new(),
            denominator: String::new(),
            target: Target {
                comparator: Comparator::Ge,
                numerator: 98,
                denominator: 100,
                is_count,
            },
            evidence: String::new(),
            who_reports: String::new(),
        }
    }

    fn asked(indicator: &Indicator, now: (i64, i64), before: (i64, i64)) -> Option<String> {
        let value = Value {
            numerator: Some(now.0),
            denominator: Some(now.1),
            ..Value::default()
        };
        let last = Sum {
            numerator: before.0,
            denominator: before.1,
            reports: 1,
        };
        doubt(indicator, &value, Some(&last)).map(|problem| problem.field)
    }

    #[test]
    fn leaps_jumps_and_copies_are_asked_about_and_nothing_else() {
        let rate = share(false);
        assert_eq!(asked(&rate, (412, 418), (398, 405)), None);
        assert_eq!(
            asked(&rate, (412, 4_180), (398, 405)),
            Some("den.O1a".to_owned())
        );
        assert_eq!(
            asked(&rate, (40, 41), (398, 405)),
            Some("den.O1a".to_owned())
        );
        assert_eq!(
            asked(&rate, (100, 418), (398, 405)),
            Some("num.O1a".to_owned())
        );
        assert_eq!(
            asked(&rate, (398, 405), (398, 405)),
            Some("num.O1a".to_owned())
        );
        assert_eq!(
            asked(&rate, (405, 405), (405, 405)),
            None,
            "all of all is no copy"
        );
        assert_eq!(asked(&rate, (1, 5), (5, 5)), None, "too few to say");
        let count = share(true);
        assert_eq!(asked(&count, (60, 0), (2, 0)), Some("num.O1a".to_owned()));
        assert_eq!(asked(&count, (3, 0), (0, 0)), None);
        assert_eq!(doubt(&rate, &Value::default(), None), None);
    }
}
