//! Which target is suggested for the next year, and why. A suggestion: the person who presses decides.

use crate::objectives::sums::IndicatorResult;
use crate::objectives::verdict::{Target, Verdict};

/// Why a target is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Missed: the target stays, the corrective actions go on.
    Missed,
    /// Nothing arose, so nothing is known against the target.
    NothingArose,
    /// Reports are missing.
    Unfinished,
    /// Met, and nothing is better than the target.
    AtTheTop,
    /// Met, but halfway to the result is no whole step above the target.
    JustMet,
    /// Met by more: halfway between target and result, in whole percent, which the result would meet.
    Exceeded,
}

impl Reason {
    /// As the letter and the page say it.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::Missed => "Chưa đạt: giữ mục tiêu, tiếp tục biện pháp khắc phục",
            Self::NothingArose => "Không phát sinh: giữ mục tiêu",
            Self::Unfinished => "Chưa đủ báo cáo: giữ mục tiêu",
            Self::AtTheTop => "Đạt mức cao nhất: giữ mục tiêu",
            Self::JustMet => "Đạt sát mục tiêu: giữ mục tiêu",
            Self::Exceeded => "Vượt mục tiêu: nâng đến mức giữa mục tiêu và kết quả",
        }
    }

    /// For readers of English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Missed => "Missed: keep the target and the corrective actions",
            Self::NothingArose => "Nothing arose: keep the target",
            Self::Unfinished => "Reports are missing: keep the target",
            Self::AtTheTop => "As good as can be: keep the target",
            Self::JustMet => "Just met: keep the target",
            Self::Exceeded => "Exceeded: raise it to halfway between target and result",
        }
    }
}

/// The suggested target with its reason.
#[must_use]
pub fn suggest(result: &IndicatorResult) -> (Target, Reason) {
    let target = result.target;
    let reason = match result.verdict {
        Verdict::NotMet => Reason::Missed,
        Verdict::NotApplicable => Reason::NothingArose,
        Verdict::InProgress => Reason::Unfinished,
        Verdict::Met => match raised(result) {
            Some(raised) if raised != target => return (raised, Reason::Exceeded),
            Some(_) => Reason::JustMet,
            None => Reason::AtTheTop,
        },
    };
    (target, reason)
}

/// Halfway between target and result in whole steps, never under the target; none where more is not better or not possible.
fn raised(result: &IndicatorResult) -> Option<Target> {
    let target = result.target;
    if !target.is_upward() || (!target.is_count && target.numerator >= target.denominator) {
        return None;
    }
    // Steps of one percent of a share, of one in a count.
    let (steps, denominator) = if target.is_count {
        (1, 1)
    } else {
        (100, i128::from(result.sum.denominator))
    };
    let (of_target, of_result) = (i128::from(target.denominator), denominator);
    let sum =
        i128::from(target.numerator) * of_result + i128::from(result.sum.numerator) * of_target;
    let halfway = i64::try_from(steps * sum / (2 * of_target * of_result)).ok()?;
    let steps = i64::try_from(steps).ok()?;
    let higher = i128::from(halfway) * of_target > i128::from(target.numerator) * i128::from(steps);
    if !higher {
        return Some(target);
    }
    Some(Target {
        numerator: halfway,
        denominator: steps,
        ..target
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objectives::verdict::{Comparator, Sum};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn result(
        comparator: Comparator,
        target: (i64, i64),
        is_count: bool,
        sum: (i64, i64),
    ) -> IndicatorResult {
        let target = Target {
            comparator,
            numerator: target.0,
            denominator: target.1,
            is_count,
        };
        let sum = Sum {
            numerator: sum.0,
            denominator: sum.1,
            reports: 1,
        };
        IndicatorResult {
            indicator: Uuid::nil(),
            objective: 1,
            code: "O1".to_owned(),
            label: "1".to_owned(),
            name: String::new(),
            target,
            sum,
            verdict: sum.verdict(&target),
            met: 0,
            not_met: 0,
            nothing: 0,
            missing: 0,
        }
    }

    fn share(percent: i64, sum: (i64, i64)) -> (String, Reason) {
        let (target, reason) = suggest(&result(Comparator::Ge, (percent, 100), false, sum));
        (target.shown(), reason)
    }

    #[test]
    fn the_suggestion_follows_from_the_result() {
        assert_eq!(share(60, (80, 100)), ("≥ 70%".to_owned(), Reason::Exceeded));
        assert_eq!(
            share(98, (9_856, 10_000)),
            ("≥ 98%".to_owned(), Reason::JustMet)
        );
        assert_eq!(share(98, (90, 100)), ("≥ 98%".to_owned(), Reason::Missed));
        assert_eq!(share(100, (5, 5)), ("≥ 100%".to_owned(), Reason::AtTheTop));
        assert_eq!(
            share(95, (0, 0)),
            ("≥ 95%".to_owned(), Reason::NothingArose)
        );
        let none = result(Comparator::Eq, (0, 1), true, (0, 0));
        assert_eq!(
            suggest(&none).1,
            Reason::AtTheTop,
            "no complaint is the best there is"
        );
        let proposals = result(Comparator::Ge, (3, 1), true, (9, 0));
        assert_eq!(suggest(&proposals).0.shown(), "≥ 6");
    }

    proptest! {
        /// This year's result would meet the suggested target, and no suggestion is easier than the old target.
        #[test]
        fn a_suggestion_is_within_reach(percent in 1_i64..100, denominator in 1_i64..5_000, share in 0_i64..=5_000) {
            let sum = (share.min(denominator), denominator);
            let old = result(Comparator::Ge, (percent, 100), false, sum);
            let (target, reason) = suggest(&old);
            prop_assert!(target.numerator * 100 >= percent * target.denominator);
            if reason == Reason::Exceeded {
                prop_assert!(target.holds(i128::from(sum.0), i128::from(sum.1)));
            }
        }
    }
}
