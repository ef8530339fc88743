//! What offices measure again and again, recognised by its words, with the definition to propose.

use super::Unit;
use crate::text::fold;

/// A proposed definition.
pub(super) struct Concept {
    pub slug: String,
    pub name: String,
    pub numerator: String,
    pub denominator: String,
    pub population: String,
    pub evidence: String,
    pub who_reports: String,
    /// Made from the sentence, not from the table.
    pub generic: bool,
}

/// The definition for a statement: the first row of the table whose words it has, else one made from its words.
pub(super) fn of(text: &str, unit: Unit) -> Concept {
    let folded = fold(text);
    KNOWN
        .iter()
        .filter(|known| known.unit == unit)
        .find(|known| {
            known.any.iter().any(|word| folded.contains(word))
                && known.all.iter().all(|word| folded.contains(word))
        })
        .map_or_else(|| generic(text, unit), Known::concept)
}

struct Known {
    unit: Unit,
    /// One of these words must stand in the statement, …
    any: &'static [&'static str],
    /// … and all of these.
    all: &'static [&'static str],
    slug: &'static str,
    name: &'static str,
    numerator: &'static str,
    denominator: &'static str,
    population: &'static str,
    evidence: &'static str,
    who_reports: &'static str,
}

impl Known {
    fn concept(&self) -> Concept {
        Concept {
            slug: self.slug.to_owned(),
            name: self.name.to_owned(),
            numerator: self.numerator.to_owned(),
            denominator: self.denominator.to_owned(),
            population: self.population.to_owned(),
            evidence: self.evidence.to_owned(),
            who_reports: self.who_reports.to_owned(),
            generic: false,
        }
    }
}

const EVERY_UNIT: &str = "Mọi đơn vị có thủ tục hành chính";
const STAFF_UNITS: &str = "Phòng Nội vụ và các đơn vị";

/// In this order: the more special row stands before the more general one.
const KNOWN: &[Known] = &[
    Known {
        unit: Unit::Count,
        any: &["khiếu nại", "tố cáo", "đơn thư"],
        all: &["trở lại"],
        slug: "repeat_complaints",
        name: "Đơn thư khiếu nại, tố cáo trở lại",
        numerator: "Số đơn thư khiếu nại, tố cáo gửi lại sau khi đã được giải quyết",
        denominator: "",
        population: "Đơn thư khiếu nại, tố cáo",
        evidence: "Sổ tiếp công dân, xử lý đơn thư",
        who_reports: "Thanh tra, Văn phòng, UBND các xã, thị trấn",
    },
    Known {
        unit: Unit::Count,
        any: &["khiếu nại", "tố cáo"],
        all: &[],
        slug: "complaints",
        name: "Đơn thư khiếu nại, tố cáo",
        numerator: "Số đơn thư khiếu nại, tố cáo",
        denominator: "",
        population: "Đơn thư khiếu nại, tố cáo",
        evidence: "Sổ tiếp công dân, xử lý đơn thư",
        who_reports: "Thanh tra, Văn phòng, UBND các xã, thị trấn",
    },
    Known {
        unit: Unit::Percent,
        any: &["hài lòng"],
        all: &[],
        slug: "satisfaction_rate",
        name: "Tổ chức, cá nhân hài lòng",
        numerator: "Số phiếu khảo sát hợp lệ đánh giá hài lòng trở lên",
        denominator: "Tổng số phiếu khảo sát hợp lệ",
        population: "Tổ chức, cá nhân đến giải quyết công việc",
        evidence: "Phiếu khảo sát, máy đánh giá tại Bộ phận Tiếp nhận và Trả kết quả",
        who_reports: "Bộ phận Tiếp nhận và Trả kết quả (Văn phòng)",
    },
    Known {
        unit: Unit::Percent,
        any: &["niêm yết"],
        all: &[],
        slug: "posted_rate",
        name: "Thủ tục hành chính được niêm yết công khai",
        numerator: "Số thủ tục hành chính được niêm yết đầy đủ, kịp thời",
        denominator: "Tổng số thủ tục hành chính thuộc thẩm quyền của đơn vị",
        population: "Thủ tục hành chính thuộc thẩm quyền",
        evidence: "Ảnh hoặc đường dẫn nơi niêm yết, biên bản kiểm tra",
        who_reports: EVERY_UNIT,
    },
    Known {
        unit: Unit::Percent,
        any: &["rút ngắn", "đơn giản hóa"],
        all: &[],
        slug: "shorten_proposals",
        name: "Đề xuất rút ngắn thời gian, đơn giản hóa thủ tục",
        numerator: "Số thủ tục hành chính đã có đề xuất rút ngắn thời gian hoặc đơn giản hóa",
        denominator: "Tổng số thủ tục hành chính phải đề xuất theo Đề án",
        population: "Thủ tục hành chính thuộc thẩm quyền",
        evidence: "Văn bản đề xuất",
        who_reports: EVERY_UNIT,
    },
    Known {
        unit: Unit::Percent,
        any: &["thanh toán trực tuyến"],
        all: &[],
        slug: "online_payment_rate",
        name: "Giao dịch thanh toán trực tuyến",
        numerator: "Số hồ sơ có nghĩa vụ tài chính được thanh toán trực tuyến",
        denominator: "Tổng số hồ sơ có nghĩa vụ tài chính",
        population: "Hồ sơ có nghĩa vụ tài chính",
        evidence: "Số liệu Cổng Dịch vụ công",
        who_reports: EVERY_UNIT,
    },
    Known {
        unit: Unit::Percent,
        any: &["trực tuyến"],
        all: &[],
        slug: "online_rate",
        name: "Hồ sơ trực tuyến",
        numerator: "Số hồ sơ tiếp nhận trực tuyến (một phần và toàn trình)",
        denominator: "Tổng số hồ sơ tiếp nhận của các thủ tục có dịch vụ công trực tuyến",
        population: "Hồ sơ của các thủ tục có dịch vụ công trực tuyến",
        evidence: "Số liệu Cổng Dịch vụ công",
        who_reports: EVERY_UNIT,
    },
    Known {
        unit: Unit::Percent,
        any: &["trễ hạn", "quá hạn"],
        all: &["hồ sơ"],
        slug: "late_rate",
        name: "Hồ sơ giải quyết quá hạn",
        numerator: "Số hồ sơ giải quyết quá hạn",
        denominator: "Tổng số hồ sơ đã giải quyết trong kỳ",
        population: "Hồ sơ đã giải quyết",
        evidence: "Số liệu Hệ thống một cửa điện tử",
        who_reports: EVERY_UNIT,
    },
    Known {
        unit: Unit::Percent,
        any: &[
            "đúng hạn",
            "trước hạn",
            "đúng thời hạn",
            "đúng thời gian quy định",
        ],
        all: &["hồ sơ"],
        slug: "on_time_rate",
        name: "Hồ sơ giải quyết trước hạn, đúng hạn",
        numerator: "Số hồ sơ giải quyết trước hạn và đúng hạn",
        denominator: "Tổng số hồ sơ đã giải quyết trong kỳ",
        population: "Hồ sơ đã giải quyết",
        evidence: "Số liệu Hệ thống một cửa điện tử",
        who_reports: EVERY_UNIT,
    },
    Known {
        unit: Unit::Percent,
        any: &[
            "công nghệ thông tin",
            "máy tính",
            "tin học",
            "chuyển đổi số",
        ],
        all: &["cán bộ"],
        slug: "it_skill_rate",
        name: "Cán bộ, công chức thành thạo công nghệ thông tin",
        numerator: "Số cán bộ, công chức có kiến thức, kỹ năng công nghệ thông tin theo yêu cầu",
        denominator: "Tổng số cán bộ, công chức",
        population: "Cán bộ, công chức (không tính viên chức)",
        evidence: "Chứng chỉ, kết quả kiểm tra",
        who_reports: STAFF_UNITS,
    },
    Known {
        unit: Unit::Percent,
        any: &[
            "chuẩn mực",
            "tận tâm",
            "văn hóa công sở",
            "đạo đức công vụ",
            "quy tắc ứng xử",
        ],
        all: &[],
        slug: "conduct_rate",
        name: "Cán bộ, công chức, viên chức đạt chuẩn mực công sở",
        numerator: "Số cán bộ, công chức, viên chức không vi phạm chuẩn mực công sở",
        denominator: "Tổng số cán bộ, công chức, viên chức",
        population: "Cán bộ, công chức, viên chức",
        evidence: "Sổ kỷ luật, kết quả đánh giá, xếp loại hằng năm",
        who_reports: STAFF_UNITS,
    },
    Known {
        unit: Unit::Percent,
        any: &["số hóa"],
        all: &[],
        slug: "digitised_rate",
        name: "Hồ sơ được số hóa",
        numerator: "Số hồ sơ, kết quả giải quyết được số hóa",
        denominator: "Tổng số hồ sơ, kết quả giải quyết",
        population: "Hồ sơ tiếp nhận và kết quả giải quyết",
        evidence: "Số liệu Hệ thống một cửa điện tử",
        who_reports: EVERY_UNIT,
    },
];

/// A definition from the words of the sentence alone.
fn generic(text: &str, unit: Unit) -> Concept {
    let subject = subject(text);
    let suffix = match unit {
        Unit::Percent => "rate",
        Unit::Count => "count",
    };
    let slug = slug(&subject);
    let slug = if slug.is_empty() {
        suffix.to_owned()
    } else {
        format!("{slug}_{suffix}")
    };
    let (numerator, denominator) = match unit {
        Unit::Percent => (
            format!("Số đạt yêu cầu: {subject}"),
            format!("Tổng số thuộc diện: {subject}"),
        ),
        Unit::Count => (format!("Số lượng: {subject}"), String::new()),
    };
    Concept {
        slug,
        name: crate::text::upper_first(&subject),
        numerator,
        denominator,
        population: subject,
        evidence: "Do đơn vị báo cáo nêu".to_owned(),
        who_reports: "Các đơn vị được giao thực hiện".to_owned(),
        generic: true,
    }
}

/// The sentence without its figure and its words of comparison and striving.
fn subject(text: &str) -> String {
    let mut words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.chars().any(|c| c.is_ascii_digit()) && *word != "%")
        .collect();
    loop {
        let lead = words
            .iter()
            .take(3)
            .map(|word| fold(word))
            .collect::<Vec<_>>()
            .join(" ");
        let Some(skip) = LEADS
            .iter()
            .find(|skip| lead == **skip || lead.starts_with(&format!("{skip} ")))
        else {
            break;
        };
        words.drain(..skip.split(' ').count());
    }
    words.retain(|word| !matches!(fold(word).as_str(), "đạt" | "trên"));
    words.truncate(12);
    words
        .join(" ")
        .trim_end_matches([',', ';', '.', ':'])
        .to_owned()
}

const LEADS: [&str; 16] = [
    "phấn đấu",
    "phần đầu",
    "tỷ lệ",
    "đạt",
    "trên",
    "dưới",
    "ít nhất",
    "tối thiểu",
    "không quá",
    "tối đa",
    "có",
    "không có",
    "không để xảy ra",
    "không phát sinh",
    "bảo đảm",
    "đảm bảo",
];

/// The first four words in plain letters, joined by underscores.
fn slug(text: &str) -> String {
    text.split_whitespace()
        .map(|word| {
            fold(word)
                .chars()
                .filter_map(plain_letter)
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
        .take(4)
        .collect::<Vec<_>>()
        .join("_")
}

fn plain_letter(c: char) -> Option<char> {
    use unicode_normalization::UnicodeNormalization;
    let base = match c {
        'đ' => 'd',
        other => std::iter::once(other).nfd().next()?,
    };
    base.is_ascii_alphanumeric().then_some(base)
}
