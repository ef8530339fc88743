//! Finds figures and their comparison words in a sentence.

use serde::{Deserialize, Serialize};

use super::Unit;
use crate::text::fold;

/// How a result is compared with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparator {
    /// At least.
    Ge,
    /// More than.
    Gt,
    Eq,
    /// At most.
    Le,
    /// Less than.
    Lt,
}

impl Comparator {
    pub const ALL: [Self; 5] = [Self::Ge, Self::Gt, Self::Eq, Self::Le, Self::Lt];

    /// `≥`
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Ge => "≥",
            Self::Gt => ">",
            Self::Eq => "=",
            Self::Le => "≤",
            Self::Lt => "<",
        }
    }

    /// The word that is stored and sent by forms.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ge => "ge",
            Self::Gt => "gt",
            Self::Eq => "eq",
            Self::Le => "le",
            Self::Lt => "lt",
        }
    }

    /// The comparison behind its word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|comparator| comparator.word() == word)
    }
}

/// An exact fraction as written: `98%` is 98/100 and `98,5%` is 985/1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    pub numerator: u64,
    /// Never zero.
    pub denominator: u64,
}

impl Fraction {
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Reads a target as a person types it: `98`, `98%`, `98,5 %` of a share; `3` of a count.
    #[must_use]
    pub fn typed(text: &str, unit: Unit) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_suffix('%').unwrap_or(text).trim_end();
        match unit {
            Unit::Percent => {
                fraction(digits, 100).filter(|share| share.numerator <= share.denominator)
            }
            Unit::Count if text.ends_with('%') || digits.contains([',', '.']) => None,
            Unit::Count => fraction(digits, 1),
        }
    }

    /// `98%`, `98,5%`, `3`; none where six decimals do not say it exactly.
    #[must_use]
    pub fn written(self, unit: Unit) -> Option<String> {
        let (scale, mark) = match unit {
            Unit::Percent => (100_u128, "%"),
            Unit::Count => (1, ""),
        };
        let millionths = u128::from(self.numerator) * scale * 1_000_000;
        let exact = millionths.checked_div(u128::from(self.denominator))?;
        if exact * u128::from(self.denominator) != millionths {
            return None;
        }
        let decimals = format!("{:06}", exact % 1_000_000);
        let comma = match decimals.trim_end_matches('0') {
            "" => String::new(),
            decimals => format!(",{decimals}"),
        };
        Some(format!("{}{comma}{mark}", exact / 1_000_000))
    }

    /// Whether both are the same number.
    #[must_use]
    pub fn equals(self, other: Self) -> bool {
        u128::from(self.numerator) * u128::from(other.denominator)
            == u128::from(other.numerator) * u128::from(self.denominator)
    }
}

/// A piece of a clause that says one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub text: String,
    pub measure: Option<Measure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measure {
    pub unit: Unit,
    pub comparator: Comparator,
    pub target: Fraction,
    /// The words that contradict each other, e.g. `trên 60% trở lên`.
    pub contradiction: Option<String>,
    pub is_range: bool,
    /// `tăng 5%`: against something else.
    pub is_change: bool,
    /// The figure was given to another demand of the same sentence.
    pub shared: bool,
}

/// A comparison that says two things, and the words to put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    pub words: String,
    /// `từ 60% trở lên`
    pub suggestion: String,
}

/// Contradictory comparisons of a text: `trên N% trở lên`, `dưới N% trở xuống`, `trên N trở lên`.
#[must_use]
pub fn contradictions(text: &str) -> Vec<Contradiction> {
    figures(text)
        .into_iter()
        .filter_map(|figure| {
            let (words, tail) = contradiction(text, &figure)?;
            Some(Contradiction {
                words: words.to_owned(),
                suggestion: format!("từ {} {tail}", &text[figure.start..figure.end]),
            })
        })
        .collect()
}

/// Cuts a clause into statements: sentences, parts between semicolons, one figure each.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    for sentence in sentences(text) {
        for piece in one_figure_each(&sentence) {
            found.extend(measured(piece));
        }
    }
    found
}

/// A statement, or two where one figure stands before two demands (`… và thực hiện …`).
fn measured(text: String) -> Vec<Statement> {
    let Some(measure) = measure_of(&text) else {
        return vec![Statement {
            text,
            measure: None,
        }];
    };
    let split = (measure.unit == Unit::Percent)
        .then(|| text.find(" và thực hiện "))
        .flatten();
    match split {
        Some(at) => {
            let second = text[at + " và ".len()..].to_owned();
            let shared = Measure {
                shared: true,
                contradiction: None,
                ..measure.clone()
            };
            vec![
                Statement {
                    text: text[..at].to_owned(),
                    measure: Some(measure),
                },
                Statement {
                    text: second,
                    measure: Some(shared),
                },
            ]
        }
        None => vec![Statement {
            text,
            measure: Some(measure),
        }],
    }
}

fn measure_of(text: &str) -> Option<Measure> {
    if let Some(figure) = figures(text).into_iter().next() {
        let before = fold(&text[..figure.start]);
        let after = fold(&text[figure.end..]);
        let contradiction = contradiction(text, &figure).map(|(words, _)| words.to_owned());
        let is_range = before.ends_with("từ") && after.starts_with("đến ");
        let is_change = [
            "tăng",
            "giảm",
            "tăng thêm",
            "giảm ít nhất",
            "tăng ít nhất",
            "tăng trên",
            "giảm trên",
        ]
        .iter()
        .any(|word| before.ends_with(word));
        return Some(Measure {
            unit: figure.unit,
            comparator: comparator(&before, &after, figure.unit, figure.value),
            target: figure.value,
            contradiction,
            is_range,
            is_change,
            shared: false,
        });
    }
    let folded = fold(text);
    // "Không có …" demands that the number be nought; "không chỉ …" and "không ngừng …" demand nothing of the kind.
    NOUGHT
        .iter()
        .any(|words| starts_clause(&folded, words))
        .then_some(Measure {
            unit: Unit::Count,
            comparator: Comparator::Eq,
            target: Fraction {
                numerator: 0,
                denominator: 1,
            },
            contradiction: None,
            is_range: false,
            is_change: false,
            shared: false,
        })
}

const NOUGHT: [&str; 6] = [
    "không có ",
    "không để xảy ra ",
    "không để phát sinh ",
    "không phát sinh ",
    "không còn ",
    "không xảy ra ",
];

/// At the start, or after "phấn đấu" and its like.
fn starts_clause(folded: &str, words: &str) -> bool {
    folded.starts_with(words)
        || ["phấn đấu ", "phần đầu ", "bảo đảm ", "đảm bảo ", "và "]
            .iter()
            .any(|lead| {
                folded
                    .strip_prefix(lead)
                    .is_some_and(|rest| rest.starts_with(words))
            })
}

fn comparator(before: &str, after: &str, unit: Unit, value: Fraction) -> Comparator {
    let ends = |words: &[&str]| {
        words
            .iter()
            .any(|word| before == *word || before.ends_with(&format!(" {word}")))
    };
    if ends(&[
        "không quá",
        "tối đa",
        "nhiều nhất",
        "không vượt quá",
        "không hơn",
    ]) || after.starts_with("trở xuống") && !ends(&["dưới"])
    {
        Comparator::Le
    } else if ends(&[
        "không dưới",
        "ít nhất",
        "tối thiểu",
        "không thấp hơn",
        "không ít hơn",
        "từ",
    ]) {
        Comparator::Ge
    } else if ends(&["trên", "hơn", "quá", "vượt"]) {
        Comparator::Gt
    } else if ends(&["dưới", "thấp hơn"]) {
        Comparator::Lt
    } else if after.starts_with("trở lên") {
        Comparator::Ge
    } else if unit == Unit::Percent && value.numerator == value.denominator {
        Comparator::Eq
    } else {
        Comparator::Ge
    }
}

/// The contradictory words around a figure, with the tail that remains right.
fn contradiction<'a>(text: &'a str, figure: &Figure) -> Option<(&'a str, &'static str)> {
    let (before, after) = (&text[..figure.start], &text[figure.end..]);
    for (word, tail) in [
        ("trên", "trở lên"),
        ("hơn", "trở lên"),
        ("dưới", "trở xuống"),
    ] {
        let lead = before.trim_end();
        let rest = after.trim_start();
        if fold(lead).ends_with(word)
            && fold(rest).starts_with(tail)
            && !fold(lead).ends_with("không dưới")
        {
            let start = lead.len() - word.len();
            let end = text.len() - rest.len() + tail.len();
            return text.get(start..end).map(|words| (words, tail));
        }
    }
    None
}

/// A figure and where it stands, its per cent sign included.
pub(super) struct Figure {
    pub start: usize,
    pub end: usize,
    pub unit: Unit,
    value: Fraction,
}

/// Percentages, and counts that a comparison word introduces (`ít nhất 03 sáng kiến`).
pub(super) fn figures(text: &str) -> Vec<Figure> {
    let mut found = Vec::new();
    let mut rest_start = 0;
    while let Some(offset) = text[rest_start..].find(|c: char| c.is_ascii_digit()) {
        let start = rest_start + offset;
        let tail = &text[start..];
        let mut end = start
            + tail
                .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
                .unwrap_or(tail.len());
        while text[start..end].ends_with([',', '.']) {
            end -= 1;
        }
        rest_start = end.max(start + 1);
        let standing_alone = !text[..start]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | ':'));
        let after = &text[end..];
        let percent = after.trim_start_matches([' ', '\u{a0}']);
        if percent.starts_with('%')
            && let Some(value) = fraction(&text[start..end], 100)
        {
            let sign = text.len() - percent.len() + 1;
            found.push(Figure {
                start,
                end: sign,
                unit: Unit::Percent,
                value,
            });
            rest_start = sign;
        } else if standing_alone
            && introduces_count(&fold(&text[..start]))
            && after.starts_with(' ')
            && let Some(value) = fraction(&text[start..end], 1)
        {
            found.push(Figure {
                start,
                end,
                unit: Unit::Count,
                value,
            });
        }
    }
    found
}

fn introduces_count(before: &str) -> bool {
    ["ít nhất", "tối thiểu", "không quá", "tối đa", "không dưới"]
        .iter()
        .any(|word| before.ends_with(word))
}

/// `98` and `98,5` over a whole; more than six decimals are no target.
fn fraction(digits: &str, whole: u64) -> Option<Fraction> {
    let (integer, decimals) = digits.split_once([',', '.']).unwrap_or((digits, ""));
    if decimals.len() > 6 || !decimals.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let scale = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let numerator = format!("{integer}{decimals}").parse().ok()?;
    Some(Fraction {
        numerator,
        denominator: whole.checked_mul(scale)?,
    })
}

/// Sentences and parts between semicolons, and what follows "đồng thời".
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let ends = match c {
            ';' | '\n' => true,
            '.' => {
                let next = chars[index + 1..].iter().find(|c| !c.is_whitespace());
                let spaced = chars.get(index + 1).is_none_or(|c| c.is_whitespace());
                spaced && next.is_none_or(|next| next.is_uppercase() || next.is_ascii_digit())
            }
            _ => false,
        };
        if ends {
            found.push(std::mem::take(&mut current));
        } else {
            current.push(*c);
        }
    }
    found.push(current);
    found
        .iter()
        .flat_map(|sentence| split_before(sentence, &[", đồng thời ", " đồng thời "]))
        .map(|sentence| {
            sentence
                .trim()
                .trim_end_matches(['.', '/', ','])
                .trim()
                .to_owned()
        })
        .filter(|sentence| sentence.chars().any(char::is_alphabetic))
        .collect()
}

fn split_before(sentence: &str, words: &[&str]) -> Vec<String> {
    for word in words {
        if let Some(at) = sentence.find(word) {
            return vec![
                sentence[..at].to_owned(),
                sentence[at..].trim_start_matches([',', ' ']).to_owned(),
            ];
        }
    }
    vec![sentence.to_owned()]
}

/// Parts of a sentence that hold at most one figure: cut at the comma or "và" before a further one.
fn one_figure_each(sentence: &str) -> Vec<String> {
    let figures = figures(sentence);
    let mut pieces = Vec::new();
    let mut start = 0;
    for pair in figures.windows(2) {
        let between_start = pair[0].end;
        let between = &sentence[between_start..pair[1].start];
        // "từ 60% đến 70%" is one figure with two ends.
        if fold(between) == "đến" || between.trim() == "-" {
            continue;
        }
        let rate = between
            .rfind(", tỷ lệ ")
            .or_else(|| between.rfind(" và tỷ lệ "));
        if let Some(cut) = rate
            .or_else(|| between.rfind(", "))
            .or_else(|| between.rfind(" và "))
        {
            pieces.push(sentence[start..between_start + cut].trim().to_owned());
            start = between_start + cut;
        }
    }
    pieces.push(sentence[start..].trim_start_matches([',', ' ']).to_owned());
    for piece in &mut pieces {
        let trimmed = piece.trim_start_matches([',', ' ']);
        let trimmed = trimmed.strip_prefix("và ").unwrap_or(trimmed);
        *piece = trimmed.to_owned();
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_written_as_people_do() {
        for (text, unit, written) in [
            ("98", Unit::Percent, Some("98%")),
            (" 98,50 % ", Unit::Percent, Some("98,5%")),
            ("0", Unit::Count, Some("0")),
            ("03", Unit::Count, Some("3")),
            ("101%", Unit::Percent, None),
            ("98%", Unit::Count, None),
            ("1,5", Unit::Count, None),
            ("nhiều", Unit::Percent, None),
            ("", Unit::Percent, None),
            ("99999999999999999999", Unit::Percent, None),
        ] {
            let found = Fraction::typed(text, unit).and_then(|found| found.written(unit));
            assert_eq!(found.as_deref(), written, "{text}");
        }
    }

    fn read(text: &str) -> Vec<(Comparator, u64, u64)> {
        statements(text)
            .into_iter()
            .filter_map(|s| s.measure)
            .map(|m| (m.comparator, m.target.numerator, m.target.denominator))
            .collect()
    }

    #[test]
    fn comparison_words_are_read() {
        use Comparator::{Eq, Ge, Gt, Le, Lt};
        for (text, expected) in [
            ("đạt 98% hồ sơ", (Ge, 98, 100)),
            ("100% hồ sơ", (Eq, 100, 100)),
            ("đạt trên 60%", (Gt, 60, 100)),
            ("đạt 60% trở lên", (Ge, 60, 100)),
            ("đạt từ 97,5% trở lên", (Ge, 975, 1000)),
            ("đạt trên 60% trở lên", (Gt, 60, 100)),
            ("tỷ lệ trễ hạn dưới 2 %", (Lt, 2, 100)),
            ("tỷ lệ trễ hạn không quá 2%", (Le, 2, 100)),
            ("có ít nhất 03 sáng kiến", (Ge, 3, 1)),
            ("không để xảy ra cháy nổ", (Eq, 0, 1)),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
        assert!(
            read("không ngừng nâng cao chất lượng năm 2023 theo Quyết định số 19/2014/QĐ-TTg")
                .is_empty()
        );
    }

    #[test]
    fn several_figures_of_one_sentence_are_several_statements() {
        assert_eq!(
            read("98% hồ sơ đúng hạn, 90% người dân hài lòng và 100% thủ tục được niêm yết").len(),
            3
        );
        assert_eq!(
            read("tỷ lệ số hóa đạt 80%, tỷ lệ thanh toán trực tuyến đạt trên 50%").len(),
            2
        );
        assert_eq!(read("đạt từ 60% đến 70% số hồ sơ").len(), 1);
    }

    #[test]
    fn contradictions_come_with_a_correction() {
        let found =
            contradictions("Tỷ lệ đạt trên 60% trở lên; 70% trở lên; không dưới 5% trở lên");
        assert_eq!(
            found,
            [Contradiction {
                words: "trên 60% trở lên".into(),
                suggestion: "từ 60% trở lên".into()
            }]
        );
    }
}
