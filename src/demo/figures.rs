//! The figures that the units of the demo report: invented, the same each time, whatever the target is.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};

use crate::objectives::find::Indicator;
use crate::objectives::input::Typed;

/// What one unit reports for one indicator in one period.
#[must_use]
pub fn typed(indicator: &Indicator, applies: bool, unit: &str, period: &str) -> Typed {
    let mut typed = Typed {
        code: indicator.code.clone(),
        ..Typed::default()
    };
    if !applies {
        typed.nothing_arose = true;
        return typed;
    }
    let (numerator, denominator) = counts(&indicator.code, unit, period);
    if let Some(denominator) = denominator {
        typed.denominator = denominator.to_string();
    }
    typed.numerator = numerator.to_string();
    typed
}

/// Cause and measure, for a value that misses its target.
pub fn explain(typed: &mut Typed, owner: &str, due: &str) {
    "Người dân chưa quen nộp hồ sơ trực tuyến; công chức mới nhận việc"
        .clone_into(&mut typed.cause);
    "Tổ công nghệ số hỗ trợ tại nhà văn hóa; bồi dưỡng nghiệp vụ".clone_into(&mut typed.measure);
    owner.clone_into(&mut typed.owner);
    due.clone_into(&mut typed.measure_due);
}

/// Counts drawn from the names alone: a share of the cases around a rate that belongs to the indicator.
fn counts(code: &str, unit: &str, period: &str) -> (i64, Option<i64>) {
    let seed: [u8; 32] = Sha256::digest(format!("{code}\n{unit}\n{period}").as_bytes()).into();
    let mut rng = ChaCha20Rng::from_seed(seed);
    let (cases, per_mille) = match code.split('_').next().unwrap_or_default() {
        // About 97,6 % over the year: missed at 98 %, met at 97 %.
        "O1a" => (rng.random_range(120..480), 976 + rng.random_range(-9..=9)),
        "O2a" => (rng.random_range(90..140), 1000),
        "O2b" => (rng.random_range(1..5), 1000),
        "O3" => (
            rng.random_range(100..420),
            640 + rng.random_range(-120..=120),
        ),
        "O4a" | "O4b" => (rng.random_range(12..32), 1000),
        "O5" => (rng.random_range(60..160), 968 + rng.random_range(-20..=20)),
        _ => return (0, None),
    };
    let numerator = (cases * per_mille + 500) / 1000;
    (numerator.min(cases), Some(cases))
}
