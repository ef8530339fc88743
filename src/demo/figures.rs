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

/// Cause and measure, for a value that misses its target: one of the few that an office hears each time.
pub fn explain(typed: &mut Typed, unit: &str, owner: &str, due: &str) {
    let known: &[(&str, &str)] = match typed.code.split('_').next().unwrap_or_default() {
        "O1a" => &[
            (
                "Hồ sơ đất đai phải xác minh thực địa nhiều lần",
                "Lập lịch xác minh hằng tuần với Chi nhánh Văn phòng Đăng ký đất đai",
            ),
            (
                "Chậm nhận ý kiến phối hợp của cơ quan chuyên môn",
                "Quy định thời hạn phối hợp nội bộ 02 ngày làm việc",
            ),
            (
                "Công chức một cửa mới nhận việc",
                "Phân công người kèm, bồi dưỡng nghiệp vụ tại chỗ",
            ),
        ],
        "O3" => &[
            (
                "Người dân chưa quen nộp hồ sơ trực tuyến",
                "Tổ công nghệ số cộng đồng hỗ trợ tại nhà văn hóa thôn",
            ),
            (
                "Đường truyền, thiết bị tại bộ phận một cửa chưa ổn định",
                "Đề nghị bổ sung thiết bị; bố trí máy dùng chung cho người dân",
            ),
        ],
        _ => &[(
            "Người dân góp ý về thời gian chờ và hướng dẫn hồ sơ",
            "Niêm yết lại hướng dẫn, lấy phiếu đánh giá từng lượt giao dịch",
        )],
    };
    let drawn = Sha256::digest(format!("{}\n{unit}", typed.code).as_bytes());
    let (cause, measure) = known[usize::from(drawn[0]) % known.len()];
    cause.clone_into(&mut typed.cause);
    measure.clone_into(&mut typed.measure);
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
