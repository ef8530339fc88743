//! Rules about objectives and following them up.

use super::{Context, Hit};
use crate::model::Block;
use crate::objectives;

/// `trên 60% trở lên`.
pub(super) fn comparator(context: &Context, hits: &mut Vec<Hit>) {
    for piece in &context.pieces {
        for found in objectives::contradictions(&piece.text) {
            hits.push(Hit::at(&piece.place, &found.words).fix(found.suggestion));
        }
    }
}

/// Complaints that "return".
pub(super) fn ambiguous(context: &Context, hits: &mut Vec<Hit>) {
    for objective in objectives::propose(context.draft) {
        for indicator in &objective.indicators {
            if objectives::ambiguous_measure(&indicator.source).is_some() {
                hits.push(Hit::at(&place(objective.clause), &indicator.source));
            }
        }
    }
}

/// An objective without any figure.
pub(super) fn no_measure(context: &Context, hits: &mut Vec<Hit>) {
    for objective in objectives::propose(context.draft) {
        if objective.indicators.is_empty() {
            hits.push(Hit::at(&place(objective.clause), &objective.text));
        }
    }
}

/// No period, deadline, receiver or unit for following up.
pub(super) fn plan(context: &Context, hits: &mut Vec<Hit>) {
    let followed = objectives::follow_up(context.draft);
    if followed.when && followed.who {
        return;
    }
    let setting = context.draft.body.iter().find_map(|block| match block {
        Block::Article(article) if objectives::sets_objectives(article) => Some(article.number),
        _ => None,
    });
    if let Some(number) = setting {
        let missing = match (followed.when, followed.who) {
            (false, false) => "kỳ báo cáo, thời hạn, nơi nhận báo cáo, đơn vị theo dõi",
            (false, true) => "kỳ báo cáo, thời hạn",
            _ => "nơi nhận báo cáo, đơn vị theo dõi",
        };
        hits.push(Hit::at(&format!("Điều {number}"), missing).advise(
            "Các cơ quan, đơn vị báo cáo kết quả thực hiện hằng quý về Văn phòng trước ngày … của tháng cuối quý; Văn phòng tổng hợp, theo dõi, đôn đốc.",
        ));
    }
}

/// A clause with a target and a duty, or with several targets over different groups.
pub(super) fn split(context: &Context, hits: &mut Vec<Hit>) {
    for objective in objectives::propose(context.draft) {
        let asked = |rule: &str| {
            objective
                .questions
                .iter()
                .any(|question| question.rule == rule)
        };
        if asked("objective.duty") {
            hits.push(Hit::at(
                &place(objective.clause),
                objective.duties.first().map_or("", String::as_str),
            ));
        } else if asked("objective.populations") {
            let groups: Vec<&str> = objective
                .indicators
                .iter()
                .map(|indicator| indicator.population.as_str())
                .collect();
            hits.push(Hit::at(&place(objective.clause), &groups.join(" / ")));
        }
    }
}

fn place((article, clause): (u32, u32)) -> String {
    format!("Điều {article} khoản {clause}")
}
