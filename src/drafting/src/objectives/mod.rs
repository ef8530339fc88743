//! Proposes objectives and their indicators from the clauses of a decision.
//!
//! A proposal, not a judgement: the drafter confirms. It reads numbers and words; it knows no document.

mod concepts;
mod measure;
mod next_year;
mod retarget;

use serde::{Deserialize, Serialize};

use crate::model::{Article, Block, Clause, Draft};
use crate::text::fold;
use concepts::Concept;
pub use measure::{Comparator, Contradiction, Fraction, contradictions};
use measure::{Measure, Statement};
pub use next_year::in_year;
pub use retarget::{CannotRetarget, retarget};

/// One objective: what a clause wants reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// `O1`, `O2`, … in the order of the text.
    pub id: String,
    /// Article and clause that it comes from.
    pub clause: (u32, u32),
    /// The words of the clause.
    pub text: String,
    pub indicators: Vec<Indicator>,
    /// What the clause asks for without a measure.
    pub duties: Vec<String>,
    /// What a person has to decide before the objective can be followed.
    pub questions: Vec<Question>,
}

/// How an objective is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// `O1a_on_time_rate`: objective, letter where there are several, and what is measured.
    pub id: String,
    pub name_vi: String,
    pub numerator_vi: String,
    /// What the numerator is compared with; empty for a plain count.
    pub denominator_vi: String,
    pub unit: Unit,
    pub comparator: Comparator,
    pub target: Fraction,
    /// Over whom or what it is counted.
    pub population: String,
    /// Where the figures come from.
    pub evidence: String,
    pub who_reports: String,
    pub direction: Direction,
    /// The words of the text that it was read from.
    pub source: String,
}

/// In what an indicator is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Percent,
    Count,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Higher,
    Lower,
}

/// Something that only a person can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub rule: String,
    /// The indicator in question; none where it is about the whole objective.
    pub indicator: Option<String>,
    pub message: String,
    pub message_vi: String,
}

/// The objectives that the text sets, in its order.
///
/// An article whose opening speaks of "mục tiêu" or "chỉ tiêu" makes every clause of it an objective; elsewhere a clause is
/// one when it holds a measure.
#[must_use]
pub fn propose(draft: &Draft) -> Vec<Objective> {
    let followed = follow_up(draft);
    let mut objectives: Vec<Objective> = Vec::new();
    for article in articles(draft) {
        let all = sets_objectives(article);
        for clause in &article.clauses {
            let statements = measure::statements(&whole_text(clause));
            if all
                || statements
                    .iter()
                    .any(|statement| statement.measure.is_some())
            {
                let number = objectives.len() + 1;
                objectives.push(objective(
                    number,
                    article.number,
                    clause,
                    &statements,
                    followed,
                ));
            }
        }
    }
    objectives
}

/// What a decision with objectives says about following them up (ISO 9001:2015, 6.2.2: who, when, how evaluated).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowUp {
    /// A deadline or a reporting period is named.
    pub when: bool,
    /// Somebody is told to report or to evaluate.
    pub who: bool,
}

/// Reads from the whole body whether following up is settled.
#[must_use]
pub fn follow_up(draft: &Draft) -> FollowUp {
    let text = fold(&body_text(draft));
    let when = [
        "hằng quý",
        "hàng quý",
        "hằng tháng",
        "hàng tháng",
        "định kỳ",
        "chậm nhất",
        "trước ngày",
        "6 tháng",
        "sáu tháng",
        "theo quý",
        "hằng năm",
        "hàng năm",
    ]
    .iter()
    .any(|word| text.contains(word));
    let who = [
        "báo cáo kết quả",
        "tổng hợp, báo cáo",
        "theo dõi, đôn đốc",
        "báo cáo về",
        "tổng hợp kết quả",
        "theo dõi, đánh giá",
        "gửi báo cáo",
    ]
    .iter()
    .any(|word| text.contains(word));
    FollowUp { when, who }
}

/// Whether the opening of an article announces objectives.
#[must_use]
pub fn sets_objectives(article: &Article) -> bool {
    let opening = fold(&format!(
        "{} {}",
        article.title.as_deref().unwrap_or_default(),
        article.text
    ));
    !article.clauses.is_empty() && (opening.contains("mục tiêu") || opening.contains("chỉ tiêu"))
}

fn objective(
    number: usize,
    article: u32,
    clause: &Clause,
    statements: &[Statement],
    followed: FollowUp,
) -> Objective {
    let id = format!("O{number}");
    let measured: Vec<(&Statement, &Measure)> = statements
        .iter()
        .filter_map(|statement| {
            statement
                .measure
                .as_ref()
                .map(|measure| (statement, measure))
        })
        .collect();
    let several = measured.len() > 1;
    let mut indicators: Vec<Indicator> = Vec::new();
    let mut questions = Vec::new();
    for (index, (statement, measure)) in measured.iter().enumerate() {
        let letter = if several {
            letter(index)
        } else {
            String::new()
        };
        let concept = concepts::of(&statement.text, measure.unit);
        let indicator_id = format!("{id}{letter}_{}", concept.slug);
        ask_about(&indicator_id, statement, measure, &concept, &mut questions);
        indicators.push(indicator(indicator_id, statement, measure, concept));
    }
    let duties: Vec<String> = statements
        .iter()
        .filter(|statement| statement.measure.is_none())
        .map(|statement| statement.text.clone())
        .collect();
    ask_about_whole(&indicators, &duties, followed, &mut questions);
    Objective {
        id,
        clause: (article, clause.number),
        text: whole_text(clause),
        indicators,
        duties,
        questions,
    }
}

fn indicator(id: String, statement: &Statement, measure: &Measure, concept: Concept) -> Indicator {
    let lower =
        matches!(measure.comparator, Comparator::Lt | Comparator::Le) || measure.target.is_zero();
    Indicator {
        id,
        name_vi: concept.name,
        numerator_vi: concept.numerator,
        denominator_vi: if measure.unit == Unit::Count {
            String::new()
        } else {
            concept.denominator
        },
        unit: measure.unit,
        comparator: measure.comparator,
        target: measure.target,
        population: concept.population,
        evidence: concept.evidence,
        who_reports: concept.who_reports,
        direction: if lower {
            Direction::Lower
        } else {
            Direction::Higher
        },
        source: statement.text.clone(),
    }
}

fn ask_about(
    id: &str,
    statement: &Statement,
    measure: &Measure,
    concept: &Concept,
    questions: &mut Vec<Question>,
) {
    let mut ask = |rule: &str, message: String, message_vi: String| {
        questions.push(Question {
            rule: rule.to_owned(),
            indicator: Some(id.to_owned()),
            message,
            message_vi,
        });
    };
    if let Some(words) = &measure.contradiction {
        ask(
            "objective.comparator",
            format!(
                "\"{words}\" is both more than and at least; \"more than\" was taken: which is meant?"
            ),
            format!(
                "“{words}” vừa là “lớn hơn” vừa là “lớn hơn hoặc bằng”; tạm hiểu là “lớn hơn”: ý nào đúng?"
            ),
        );
    }
    if measure.is_range {
        ask(
            "objective.range",
            "a range is given; its lower end was taken as the target: is it?".to_owned(),
            "Chỉ tiêu là một khoảng; tạm lấy mức thấp làm chỉ tiêu: có đúng không?".to_owned(),
        );
    }
    if measure.is_change {
        ask(
            "objective.change",
            "a growth or a fall is given, not a level: against which year or figure is it measured?".to_owned(),
            "Chỉ tiêu là mức tăng hoặc giảm: so với năm nào, số liệu nào?".to_owned(),
        );
    }
    if measure.shared {
        ask(
            "objective.shared_target",
            "the figure stands before two demands; it was taken for both: is this one a rate or a plain count?".to_owned(),
            "Tỷ lệ đứng trước hai yêu cầu, tạm áp dụng cho cả hai: yêu cầu này đo bằng tỷ lệ hay bằng số lượng?".to_owned(),
        );
    }
    if let Some((message, message_vi)) = ambiguous_measure(&statement.text) {
        ask(
            "objective.ambiguous",
            message.to_owned(),
            message_vi.to_owned(),
        );
    }
    if concept.generic {
        ask(
            "objective.definition",
            "numerator, denominator and evidence were made from the sentence: are they right?"
                .to_owned(),
            "Tử số, mẫu số và minh chứng được suy ra từ câu văn: có đúng không?".to_owned(),
        );
    }
}

/// Words that count something nobody can count in one way.
#[must_use]
pub fn ambiguous_measure(text: &str) -> Option<(&'static str, &'static str)> {
    let folded = fold(text);
    (folded.contains("khiếu nại") || folded.contains("tố cáo") || folded.contains("phản ánh"))
        .then_some(())
        .filter(|()| folded.contains("trở lại") || folded.contains("quay lại"))
        .map(|()| {
            (
                "complaints that \"return\": the same complaint again after it was settled, or any complaint that goes on to a higher level?",
                "Đơn thư “trở lại” là đơn gửi lại sau khi đã được giải quyết, hay mọi đơn tiếp tục gửi lên cấp trên?",
            )
        })
}

fn ask_about_whole(
    indicators: &[Indicator],
    duties: &[String],
    followed: FollowUp,
    questions: &mut Vec<Question>,
) {
    let mut ask = |rule: &str, message: &str, message_vi: &str| {
        questions.push(Question {
            rule: rule.to_owned(),
            indicator: None,
            message: message.to_owned(),
            message_vi: message_vi.to_owned(),
        });
    };
    if indicators.is_empty() {
        ask(
            "objective.measure",
            "no figure is given: how is this objective measured?",
            "Mục tiêu chưa có con số: đo bằng cách nào?",
        );
    } else if !duties.is_empty() {
        ask(
            "objective.duty",
            "a duty without a measure stands beside the target: should it become a task with an owner and a date?",
            "Bên cạnh chỉ tiêu có nhiệm vụ không kèm thước đo: có giao thành nhiệm vụ có người phụ trách và thời hạn không?",
        );
    }
    let populations: std::collections::BTreeSet<&str> = indicators
        .iter()
        .filter(|i| i.unit == Unit::Percent)
        .map(|i| i.population.as_str())
        .collect();
    if populations.len() > 1 {
        ask(
            "objective.populations",
            "the indicators are counted over different groups: is that meant?",
            "Các chỉ tiêu tính trên những đối tượng khác nhau: có đúng ý không?",
        );
    }
    if !followed.when || !followed.who {
        ask(
            "objective.plan",
            "no period, deadline or person for following this up is named (ISO 9001:2015, 6.2.2): who reports to whom, and when?",
            "Chưa nêu kỳ báo cáo, thời hạn, đơn vị theo dõi (ISO 9001:2015, mục 6.2.2): ai báo cáo ai, khi nào?",
        );
    }
}

/// `a`, `b`, … `z`, `aa`: the letter of an indicator.
fn letter(index: usize) -> String {
    let letters = b"abcdefghijklmnopqrstuvwxyz";
    let last = char::from(letters[index % letters.len()]);
    match index / letters.len() {
        0 => last.to_string(),
        more => format!("{}{last}", letter(more - 1)),
    }
}

fn articles(draft: &Draft) -> impl Iterator<Item = &Article> {
    draft.body.iter().filter_map(|block| match block {
        Block::Article(article) => Some(article),
        _ => None,
    })
}

fn whole_text(clause: &Clause) -> String {
    let mut text = clause.text.clone();
    for point in &clause.points {
        text.push('\n');
        text.push_str(&point.text);
    }
    text
}

fn body_text(draft: &Draft) -> String {
    crate::walk::texts(draft)
        .into_iter()
        .filter(|piece| piece.part == crate::walk::Part::Body)
        .map(|piece| piece.text)
        .collect::<Vec<_>>()
        .join("\n")
}
