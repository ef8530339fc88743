//! What the roles are called, and the matrix of who may do which task, worked out by asking the rule itself.

use uuid::Uuid;

use super::may::{TaskRight, do_task};
use super::{Actor, Post, ROLES, TASK_ROLES};
use crate::web::Lang;

/// The word of a role, its Vietnamese name, its English name.
const NAMES: [(&str, &str, &str); 14] = [
    (
        "chair",
        "Chủ tịch (người đứng đầu)",
        "Chairman (head of the office)",
    ),
    ("vice_chair", "Phó Chủ tịch", "Vice-Chairman"),
    ("office_chief", "Chánh Văn phòng", "Chief of the Office"),
    (
        "office_clerk",
        "Văn thư của Văn phòng",
        "Clerk of the Office",
    ),
    ("clerk", "Văn thư", "Clerk"),
    ("drafter", "Người soạn thảo", "Drafter"),
    ("unit_head", "Trưởng đơn vị", "Head of a unit"),
    (
        "form_checker",
        "Người kiểm tra thể thức",
        "Checker of the form",
    ),
    ("reporter", "Người báo cáo", "Reporter"),
    ("staff", "Cán bộ, công chức", "Staff"),
    ("admin", "Quản trị hệ thống", "Administrator"),
    (
        "unit",
        "Đơn vị được hỏi ý kiến",
        "Unit asked for its opinion",
    ),
    ("receiver", "Đơn vị nhận văn bản", "Receiving unit"),
    (
        "report_approver",
        "Người duyệt báo cáo của đơn vị",
        "Approver of a unit's report",
    ),
];

/// What a role is called; the word itself where it has no name.
#[must_use]
pub fn name(lang: Lang, role: &str) -> String {
    NAMES
        .iter()
        .find(|(word, _, _)| *word == role)
        .map_or_else(|| role.to_owned(), |(_, vi, en)| lang.say(vi, en))
}

/// The role that a text of an imported table means: its word or its Vietnamese or English name, whatever its case.
#[must_use]
pub fn of_text(text: &str) -> Option<&'static str> {
    let wanted = text.trim().to_lowercase();
    let short = |name: &str| name.split(" (").next().unwrap_or(name).to_lowercase();
    NAMES
        .iter()
        .find(|(word, vi, en)| {
            wanted == *word
                || [vi, en]
                    .iter()
                    .any(|name| wanted == name.to_lowercase() || wanted == short(name))
        })
        .map(|(word, _, _)| *word)
        .filter(|word| ROLES.contains(word))
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    No,
    /// Where the post is in the unit concerned: the drafting unit, the unit asked.
    InUnit,
    /// With a post anywhere in the organisation.
    InOrganisation,
}

/// For every kind of task the reach of every role of [`ROLES`], in that order.
#[must_use]
pub fn matrix() -> Vec<(&'static str, Vec<Reach>)> {
    TASK_ROLES
        .iter()
        .map(|task| (*task, ROLES.iter().map(|role| reach(task, role)).collect()))
        .collect()
}

fn reach(task: &str, role: &str) -> Reach {
    let (org, concerned, elsewhere) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let person = Uuid::from_u128(4);
    let may = |unit_id: Uuid, concerned: Uuid| {
        let post = Post {
            org_id: org,
            unit_id,
            title: String::new(),
            role: role.to_owned(),
            instead: None,
        };
        let actor = Actor {
            person_id: Some(person),
            name: String::new(),
            posts: vec![post],
        };
        let right = TaskRight {
            role: task,
            doc_type: "",
            org_id: org,
            owner_id: concerned,
            unit_id: Some(concerned),
            person_id: Some(person),
        };
        do_task(&actor, &right)
    };
    if may(elsewhere, concerned) {
        Reach::InOrganisation
    } else if may(concerned, concerned) || may(org, org) {
        Reach::InUnit
    } else {
        Reach::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_name_and_is_found_by_it() {
        for role in ROLES {
            assert_ne!(name(Lang::Vi, role), *role);
            assert_eq!(of_text(&name(Lang::Vi, role)), Some(*role));
            assert_eq!(of_text(&name(Lang::En, role).to_uppercase()), Some(*role));
        }
        assert_eq!(of_text("chủ tịch"), Some("chair"));
        assert_eq!(of_text("vua"), None);
    }

    #[test]
    fn the_matrix_is_the_rule() {
        let matrix = matrix();
        let of = |task: &str, role: &str| {
            let row = &matrix
                .iter()
                .find(|(word, _)| *word == task)
                .expect("the task")
                .1;
            row[ROLES
                .iter()
                .position(|known| *known == role)
                .expect("the role")]
        };
        assert_eq!(of("chair", "chair"), Reach::InOrganisation);
        assert_eq!(of("chair", "clerk"), Reach::No);
        assert_eq!(
            of("clerk", "clerk"),
            Reach::InUnit,
            "only the agency's own clerk"
        );
        assert_eq!(of("drafter", "drafter"), Reach::InUnit);
        assert!(
            matrix
                .iter()
                .all(|(_, row)| row[ROLES.len() - 1] == Reach::No || row.len() == ROLES.len())
        );
        assert_eq!(
            of("chair", "admin"),
            Reach::No,
            "administrators decide nothing"
        );
    }
}
