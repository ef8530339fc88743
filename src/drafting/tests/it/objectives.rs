//! Objectives and indicators proposed from the text of a decision.

use trinhky_drafting::objectives::{
    CannotRetarget, Comparator, Direction, Fraction, Objective, Unit, propose, retarget,
};

use crate::seed::{SEED, imported};

fn of(text: &str) -> Vec<Objective> {
    propose(&imported("a.md", text.as_bytes()).draft)
}

fn targets(objectives: &[Objective]) -> Vec<(String, Comparator, u64, u64)> {
    objectives
        .iter()
        .flat_map(|o| &o.indicators)
        .map(|i| {
            (
                i.id.clone(),
                i.comparator,
                i.target.numerator,
                i.target.denominator,
            )
        })
        .collect()
}

#[test]
fn the_decision_gives_five_objectives_and_eight_indicators() {
    use Comparator::{Eq, Ge, Gt};
    let objectives = of(SEED);
    assert_eq!(
        objectives.iter().map(|o| o.clause).collect::<Vec<_>>(),
        [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5)]
    );
    let expected = [
        ("O1a_on_time_rate", Ge, 98, 100),
        ("O1b_repeat_complaints", Eq, 0, 1),
        ("O2a_posted_rate", Eq, 100, 100),
        ("O2b_shorten_proposals", Eq, 100, 100),
        ("O3_online_rate", Gt, 60, 100),
        ("O4a_conduct_rate", Eq, 100, 100),
        ("O4b_it_skill_rate", Eq, 100, 100),
        ("O5_satisfaction_rate", Ge, 95, 100),
    ];
    assert_eq!(
        targets(&objectives),
        expected.map(|(id, c, n, d)| (id.to_owned(), c, n, d))
    );
    let repeat = &objectives[0].indicators[1];
    assert_eq!(
        (repeat.unit, repeat.direction),
        (Unit::Count, Direction::Lower)
    );
    assert_eq!(objectives[2].duties.len(), 1);
    assert!(objectives[2].duties[0].starts_with("Đồng thời tuyên truyền"));
    insta::assert_snapshot!(
        "seed_objectives",
        serde_json::to_string_pretty(&objectives).unwrap_or_default()
    );
}

#[test]
fn the_questions_of_the_decision_are_asked() {
    let objectives = of(SEED);
    let asked = |n: usize| {
        objectives[n]
            .questions
            .iter()
            .map(|q| q.rule.as_str())
            .collect::<Vec<_>>()
    };
    assert!(asked(0).contains(&"objective.ambiguous"));
    assert!(asked(2).contains(&"objective.comparator"));
    assert!(asked(2).contains(&"objective.duty"));
    assert!(asked(3).contains(&"objective.populations"));
    assert!((0..5).all(|n| asked(n).contains(&"objective.plan")));
}

#[test]
fn the_figures_come_from_the_text() {
    let changed = SEED
        .replace("98%", "97,5%")
        .replace("trên 60% trở lên", "70% trở lên")
        .replace("95% tổ chức", "Trên 90% tổ chức");
    let found = targets(&of(&changed));
    assert_eq!(found[0].2..=found[0].3, 975..=1000);
    assert_eq!((found[4].1, found[4].2), (Comparator::Ge, 70));
    assert_eq!((found[7].1, found[7].2), (Comparator::Gt, 90));
}

#[test]
fn unknown_measures_get_an_id_from_their_words_and_a_question() {
    let text = SEED.replace("95% tổ chức, cá nhân, doanh nghiệp và nhân dân hài lòng khi đến giải quyết TTHC và công việc tại Bộ phận Tiếp nhận và Trả kết quả huyện.", "Có ít nhất 03 sáng kiến được công nhận.");
    let objectives = of(&text);
    let last = &objectives[4].indicators[0];
    assert_eq!(last.id, "O5_sang_kien_duoc_cong_count");
    assert_eq!(
        (last.comparator, last.target.numerator, last.unit),
        (Comparator::Ge, 3, Unit::Count)
    );
    assert!(
        objectives[4]
            .questions
            .iter()
            .any(|q| q.rule == "objective.definition")
    );
}

#[test]
fn a_decision_without_figures_has_no_objectives() {
    let text = "**QUYẾT ĐỊNH**\n\n**Về việc kiện toàn Ban Chỉ đạo**\n\n**CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ A**\n\n**QUYẾT ĐỊNH:**\n\n**Điều 1.** Kiện toàn Ban Chỉ đạo gồm:\n\n1. Ông A, Trưởng ban;\n\n2. Bà B, Phó Trưởng ban./.\n";
    assert!(of(text).is_empty());
}

/// The clause after its indicator was given another target.
fn after(
    id: &str,
    comparator: Comparator,
    numerator: u64,
    denominator: u64,
) -> Result<String, CannotRetarget> {
    let draft = imported("a.md", SEED.as_bytes()).draft;
    let target = Fraction {
        numerator,
        denominator,
    };
    let changed = retarget(&draft, id, comparator, target)?;
    let number: usize = id[1..2].parse().expect("an objective's number");
    Ok(propose(&changed)[number - 1].text.clone())
}

#[test]
fn another_target_is_written_into_the_sentence_it_was_read_from() {
    use Comparator::{Ge, Gt};
    let clause = after("O1a_on_time_rate", Ge, 97, 100).expect("a changed clause");
    assert!(clause.starts_with("Phần đầu 97% hồ sơ"), "{clause}");
    let clause = after("O1a_on_time_rate", Ge, 985, 1000).expect("a changed clause");
    assert!(clause.starts_with("Phần đầu 98,5% hồ sơ"), "{clause}");
    // The answer to the contradictory "trên 60% trở lên".
    let clause = after("O3_online_rate", Ge, 60, 100).expect("a changed clause");
    assert!(clause.contains("đạt từ 60% trở lên"), "{clause}");
    let clause = after("O3_online_rate", Gt, 70, 100).expect("a changed clause");
    assert!(
        clause.contains("đạt trên 70%") && !clause.contains("trở lên"),
        "{clause}"
    );
}

#[test]
fn what_cannot_be_written_by_itself_is_left_to_a_person() {
    use Comparator::{Eq, Ge, Le};
    assert_eq!(after("O9_unknown", Ge, 1, 1), Err(CannotRetarget::Gone));
    // "Không có đơn thư …" has no figure to change.
    assert_eq!(
        after("O1b_repeat_complaints", Le, 2, 1),
        Err(CannotRetarget::NoFigure)
    );
    // One "100%" stands before two demands.
    assert_eq!(
        after("O2a_posted_rate", Ge, 95, 100),
        Err(CannotRetarget::Unclear)
    );
    assert_eq!(
        after("O2b_shorten_proposals", Ge, 95, 100),
        Err(CannotRetarget::NoFigure)
    );
    // "= 97%" has no words: 97% is read as at least.
    assert_eq!(
        after("O1a_on_time_rate", Eq, 97, 100),
        Err(CannotRetarget::Unclear)
    );
}
