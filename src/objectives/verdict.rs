//! The arithmetic of results: sums of counts, exact comparison with the target, how a share is written.
//!
//! Verdicts compare exact fractions and never a rounded number; shares of several units or periods
//! are the share of the sums, never the mean of shares.

use serde::{Deserialize, Serialize};
pub use trinhky_drafting::objectives::Comparator;

/// Fewest and most decimals of a written share.
const DECIMALS: std::ops::RangeInclusive<u32> = 2..=6;

/// What a result is judged to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Đạt.
    Met,
    /// Không đạt.
    NotMet,
    /// Không phát sinh: everybody reported, and there was nothing to measure.
    NotApplicable,
    /// Đang thực hiện: nothing reported yet that could be judged.
    InProgress,
}

impl Verdict {
    /// The verdict while reports are missing: that nothing arose is known only when everybody has reported.
    #[must_use]
    pub fn while_missing(self, missing: bool) -> Self {
        if missing && self == Self::NotApplicable {
            return Self::InProgress;
        }
        self
    }

    /// As reports say it.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::Met => "Đạt",
            Self::NotMet => "Không đạt",
            Self::NotApplicable => "Không phát sinh",
            Self::InProgress => "Đang thực hiện",
        }
    }
}

/// A target: a share of a denominator, or a plain count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub comparator: Comparator,
    pub numerator: i64,
    /// Never zero.
    pub denominator: i64,
    /// A count has no denominator of its own: its numerator is compared.
    pub is_count: bool,
}

impl Target {
    /// `≥ 98%`, `> 60%`, `= 0`.
    #[must_use]
    pub fn shown(&self) -> String {
        let hundred = if self.is_count { 1 } else { 100 };
        let mark = if self.is_count { "" } else { "%" };
        let value = plain(
            i128::from(self.numerator) * hundred,
            i128::from(self.denominator),
        );
        format!("{} {value}{mark}", self.comparator.sign())
    }

    /// Whether `numerator`/`denominator` meets the target, compared exactly.
    #[must_use]
    pub fn holds(&self, numerator: i128, denominator: i128) -> bool {
        let left = numerator * i128::from(self.denominator);
        let right = i128::from(self.numerator) * denominator;
        match self.comparator {
            Comparator::Ge => left >= right,
            Comparator::Gt => left > right,
            Comparator::Eq => left == right,
            Comparator::Le => left <= right,
            Comparator::Lt => left < right,
        }
    }

    /// Whether more than the target is as good as the target.
    #[must_use]
    pub fn is_upward(&self) -> bool {
        matches!(self.comparator, Comparator::Ge | Comparator::Gt)
            || (self.comparator == Comparator::Eq && self.numerator > 0)
    }
}

/// Counts added up over units and periods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub numerator: i64,
    pub denominator: i64,
    /// Reports in which the indicator has a value, "nothing arose" included.
    pub reports: i64,
}

impl Sum {
    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            numerator: self.numerator.saturating_add(other.numerator),
            denominator: self.denominator.saturating_add(other.denominator),
            reports: self.reports.saturating_add(other.reports),
        }
    }

    /// The verdict on these counts.
    #[must_use]
    pub fn verdict(&self, target: &Target) -> Verdict {
        if self.reports == 0 {
            return Verdict::InProgress;
        }
        if target.is_count {
            return judged(target.holds(i128::from(self.numerator), 1));
        }
        if self.denominator == 0 {
            return Verdict::NotApplicable;
        }
        judged(target.holds(i128::from(self.numerator), i128::from(self.denominator)))
    }

    /// `98,56%`, `3`, `–` where there is nothing to show; with as many decimals as the verdict needs.
    #[must_use]
    pub fn shown(&self, target: &Target) -> String {
        if self.reports == 0 || (!target.is_count && self.denominator == 0) {
            return "–".to_owned();
        }
        if target.is_count {
            return grouped(i128::from(self.numerator));
        }
        percent(
            i128::from(self.numerator),
            i128::from(self.denominator),
            target,
        )
    }

    /// `412/418`; a count has no second number.
    #[must_use]
    pub fn fraction(&self, target: &Target) -> String {
        let numerator = grouped(i128::from(self.numerator));
        if target.is_count {
            return numerator;
        }
        format!("{numerator}/{}", grouped(i128::from(self.denominator)))
    }
}

/// The verdict on an objective from those on its indicators: met when every one that can be judged is met.
#[must_use]
pub fn of_objective(indicators: &[Verdict]) -> Verdict {
    let has = |verdict: Verdict| indicators.contains(&verdict);
    if has(Verdict::NotMet) {
        Verdict::NotMet
    } else if has(Verdict::InProgress) || indicators.is_empty() {
        Verdict::InProgress
    } else if has(Verdict::Met) {
        Verdict::Met
    } else {
        Verdict::NotApplicable
    }
}

/// A whole number with points between the thousands.
#[must_use]
pub fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

fn judged(met: bool) -> Verdict {
    if met { Verdict::Met } else { Verdict::NotMet }
}

/// A share rounded half up to two decimals; more where two would show the other verdict, `≈` where no number of them helps.
fn percent(numerator: i128, denominator: i128, target: &Target) -> String {
    let met = target.holds(numerator, denominator);
    for decimals in DECIMALS {
        let unit = 10_i128.pow(decimals);
        let rounded = (numerator * 200 * unit + denominator) / (denominator * 2);
        if target.holds(rounded, 100 * unit) == met {
            return format!("{}%", decimal(rounded, decimals));
        }
    }
    let unit = 10_i128.pow(*DECIMALS.end());
    let rounded = (numerator * 200 * unit + denominator) / (denominator * 2);
    format!("≈ {}%", decimal(rounded, *DECIMALS.end()))
}

/// The last `decimals` digits behind the comma; a whole number without them.
fn decimal(scaled: i128, decimals: u32) -> String {
    let unit = 10_i128.pow(decimals);
    let (whole, rest) = (scaled / unit, scaled % unit);
    if rest == 0 {
        return grouped(whole);
    }
    let width = decimals as usize;
    format!("{},{rest:0width$}", grouped(whole))
}

/// An exact quotient with as few decimals as it has, six at most.
fn plain(numerator: i128, denominator: i128) -> String {
    let places = *DECIMALS.end();
    let text = decimal(numerator * 10_i128.pow(places) / denominator, places);
    if text.contains(',') {
        text.trim_end_matches('0').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(comparator: Comparator, percent: i64) -> Target {
        Target {
            comparator,
            numerator: percent,
            denominator: 100,
            is_count: false,
        }
    }

    fn sum(numerator: i64, denominator: i64) -> Sum {
        Sum {
            numerator,
            denominator,
            reports: 1,
        }
    }

    #[test]
    fn obj_01_shares_of_units_are_summed_never_averaged() {
        let target = share(Comparator::Ge, 50);
        let both = sum(1, 1).plus(sum(1, 99));
        assert_eq!(both.shown(&target), "2%");
        assert_eq!(both.fraction(&target), "2/100");
        assert_eq!(both.verdict(&target), Verdict::NotMet);
    }

    #[test]
    fn obj_02_a_denominator_of_zero_is_nothing_arose() {
        let target = share(Comparator::Ge, 98);
        assert_eq!(sum(0, 0).verdict(&target), Verdict::NotApplicable);
        assert_eq!(sum(0, 0).shown(&target), "–");
        assert_eq!(Sum::default().verdict(&target), Verdict::InProgress);
        let nothing = sum(0, 0).verdict(&target);
        assert_eq!(nothing.while_missing(true), Verdict::InProgress);
        assert_eq!(nothing.while_missing(false), Verdict::NotApplicable);
    }

    #[test]
    fn obj_03_a_miss_is_never_rounded_into_a_hit() {
        let target = share(Comparator::Ge, 98);
        let narrow = sum(24_499, 25_000);
        assert_eq!(narrow.shown(&target), "97,996%");
        assert_eq!(narrow.verdict(&target), Verdict::NotMet);
        assert_eq!(
            sum(999_999_999, 1_000_000_000).shown(&share(Comparator::Eq, 100)),
            "≈ 100%"
        );
        assert_eq!(
            sum(600_001, 1_000_000).shown(&share(Comparator::Gt, 60)),
            "60,0001%"
        );
    }

    #[test]
    fn obj_04_more_than_and_at_least_differ_at_the_target() {
        assert_eq!(
            sum(60, 100).verdict(&share(Comparator::Gt, 60)),
            Verdict::NotMet
        );
        assert_eq!(
            sum(60, 100).verdict(&share(Comparator::Ge, 60)),
            Verdict::Met
        );
        assert_eq!(
            sum(60, 100).verdict(&share(Comparator::Lt, 60)),
            Verdict::NotMet
        );
        assert_eq!(
            sum(60, 100).verdict(&share(Comparator::Le, 60)),
            Verdict::Met
        );
    }

    #[test]
    fn the_sample_report_reads_as_printed() {
        let rows = [
            (412, 418, Comparator::Ge, 98, "98,56%", Verdict::Met),
            (233, 402, Comparator::Gt, 60, "57,96%", Verdict::NotMet),
            (19, 20, Comparator::Eq, 100, "95%", Verdict::NotMet),
            (96, 99, Comparator::Ge, 95, "96,97%", Verdict::Met),
        ];
        for (numerator, denominator, comparator, percent, shown, verdict) in rows {
            let target = share(comparator, percent);
            assert_eq!(sum(numerator, denominator).shown(&target), shown);
            assert_eq!(sum(numerator, denominator).verdict(&target), verdict);
        }
    }

    #[test]
    fn a_count_is_compared_itself() {
        let none = Target {
            comparator: Comparator::Eq,
            numerator: 0,
            denominator: 1,
            is_count: true,
        };
        assert_eq!(none.shown(), "= 0");
        assert_eq!(sum(0, 0).verdict(&none), Verdict::Met);
        assert_eq!(sum(0, 0).plus(sum(1, 0)).verdict(&none), Verdict::NotMet);
        assert_eq!(sum(1_234, 0).shown(&none), "1.234");
    }

    #[test]
    fn targets_are_written_with_the_decimals_they_have() {
        assert_eq!(share(Comparator::Ge, 98).shown(), "≥ 98%");
        let target = Target {
            comparator: Comparator::Lt,
            numerator: 985,
            denominator: 1_000,
            is_count: false,
        };
        assert_eq!(target.shown(), "< 98,5%");
    }

    #[test]
    fn an_objective_is_met_when_all_that_can_be_judged_is() {
        use Verdict::{InProgress, Met, NotApplicable, NotMet};
        assert_eq!(of_objective(&[Met, NotApplicable]), Met);
        assert_eq!(of_objective(&[Met, NotMet, InProgress]), NotMet);
        assert_eq!(of_objective(&[Met, InProgress]), InProgress);
        assert_eq!(of_objective(&[NotApplicable]), NotApplicable);
    }

    fn comparators() -> impl Strategy<Value = Comparator> {
        prop::sample::select(vec![
            Comparator::Ge,
            Comparator::Gt,
            Comparator::Eq,
            Comparator::Le,
            Comparator::Lt,
        ])
    }

    proptest! {
        /// Each case is a hit or a miss and belongs to one of 35 units × 4 periods; how they are dealt out does not matter.
        #[test]
        fn any_split_of_the_same_cases_has_the_same_verdict(
            cases in prop::collection::vec((any::<bool>(), 0_usize..140, 0_usize..140), 1..400),
            comparator in comparators(),
            percent in 0_i64..=100,
        ) {
            let target = share(comparator, percent);
            let dealt = |cell: fn(&(bool, usize, usize)) -> usize| {
                let mut cells = vec![Sum { reports: 1, ..Sum::default() }; 140];
                for case in &cases {
                    let cell = &mut cells[cell(case)];
                    cell.numerator += i64::from(case.0);
                    cell.denominator += 1;
                }
                cells.into_iter().fold(Sum::default(), Sum::plus)
            };
            let (one, other) = (dealt(|case| case.1), dealt(|case| case.2));
            prop_assert_eq!(one.verdict(&target), other.verdict(&target));
            prop_assert_eq!(one.shown(&target), other.shown(&target));
            let hits = cases.iter().filter(|case| case.0).count();
            prop_assert_eq!(one.verdict(&target) == Verdict::Met, target.holds(hits as i128, cases.len() as i128));
        }

        #[test]
        fn what_is_shown_never_says_the_opposite(
            numerator in 0_i64..1_000_000, more in 0_i64..1_000, comparator in comparators(), percent in 0_i64..=100,
        ) {
            let target = share(comparator, percent);
            let result = sum(numerator, numerator + more + 1);
            let shown = result.shown(&target);
            if let Some(digits) = shown.strip_suffix('%').filter(|text| !text.starts_with('≈')) {
                let (whole, rest) = digits.split_once(',').unwrap_or((digits, ""));
                let scaled: i128 = format!("{whole}{rest}").parse().expect("digits");
                let met = target.holds(scaled, 100 * 10_i128.pow(rest.len() as u32));
                prop_assert_eq!(met, result.verdict(&target) == Verdict::Met);
            }
        }
    }
}
