//! Who may do which task: pure rules over an actor's posts.

use uuid::Uuid;

use super::{Actor, Post};

/// What the rules need to know of a task.
#[derive(Debug, Clone)]
pub struct TaskRight<'a> {
    /// The role that the workflow file names.
    pub role: &'a str,
    /// The abbreviation of the document's type: a substitute may stand in for some types only.
    pub doc_type: &'a str,
    /// The organisation whose document it is.
    pub org_id: Uuid,
    /// The unit that drafts the document.
    pub owner_id: Uuid,
    /// The unit of the round's item, where the task belongs to one.
    pub unit_id: Option<Uuid>,
    /// The person of the round's item, where the task belongs to one.
    pub person_id: Option<Uuid>,
}

/// Whether the actor may do the task today, by an own post or by one of somebody who is away.
#[must_use]
pub fn do_task(actor: &Actor, task: &TaskRight<'_>) -> bool {
    acting(actor, task).is_some()
}

/// Who acts, as the act is to name him: a substitute with whom it is done for. None where the actor may not do the task.
#[must_use]
pub fn acting(actor: &Actor, task: &TaskRight<'_>) -> Option<Actor> {
    if task.role == "staff" {
        // What a person confirms, nobody confirms in that person's place.
        let own = task.person_id.is_some() && actor.person_id == task.person_id;
        return own.then(|| actor.clone());
    }
    post_for(&actor.about(task.doc_type), task).map(|post| actor.by(post))
}

/// The post of somebody who is away by which alone the actor may do the task; none where an own post allows it.
#[must_use]
pub fn instead_of(actor: &Actor, task: &TaskRight<'_>) -> Option<Post> {
    post_for(&actor.about(task.doc_type), task)
        .filter(|post| post.instead.is_some())
        .cloned()
}

fn post_for<'a>(actor: &'a Actor, task: &TaskRight<'_>) -> Option<&'a Post> {
    let in_unit = |roles: &[&str]| actor.post_in_unit(roles, task.unit_id?);
    match task.role {
        "drafter" => actor.post_in_unit(&["drafter", "office_chief", "unit_head"], task.owner_id),
        "unit_head" => actor.post_in_unit(&["unit_head", "office_chief"], task.owner_id),
        // Bodies of the round: any of their officers gives the unit's opinion, their clerk receives.
        "unit" => in_unit(&["unit_head", "office_chief", "reporter", "clerk", "chair"]),
        "receiver" => in_unit(&["clerk", "office_clerk"]),
        "reporter" => in_unit(&["reporter", "unit_head", "office_chief", "chair"]),
        "report_approver" => in_unit(&["unit_head", "office_chief", "chair"]),
        "staff" => None,
        // The agency's own clerk, not the clerks of its divisions.
        "clerk" => actor.post_in_unit(&["clerk"], task.org_id),
        role => actor.post_in_org(role, task.org_id),
    }
}

/// Whether somebody else has the task in hand: who took it, was given it, or has it on loan.
#[must_use]
pub fn held_by_other(actor: &Actor, claimed_by: Option<Uuid>) -> bool {
    claimed_by.is_some() && claimed_by != actor.person_id
}

/// Whether the actor leads those who do the task: says who of them does it, and sends the work back a step. The head of
/// the unit that does it; for the agency's own steps its leaders, too.
#[must_use]
pub fn direct(actor: &Actor, task: &TaskRight<'_>) -> bool {
    let heads = ["unit_head", "office_chief", "chair", "vice_chair"];
    match task.unit_id {
        Some(unit) => actor.has_role_in_unit(&heads, unit),
        None => lead(actor, task.org_id) || actor.has_role_in_unit(&["unit_head"], task.owner_id),
    }
}

/// Whether the actor leads the organisation's paper work: moves deadlines, stops what need not go on.
#[must_use]
pub fn lead(actor: &Actor, org_id: Uuid) -> bool {
    ["chair", "vice_chair", "office_chief"]
        .iter()
        .any(|role| actor.has_role_in_org(role, org_id))
}

/// Whether the actor keeps the case files of a unit: works in it, or is the agency's clerk or the Office chief.
#[must_use]
pub fn keep_case_files(actor: &Actor, org_id: Uuid, owner_id: Uuid) -> bool {
    let works_there = |post: &Post| post.unit_id == owner_id && post.is_whole();
    actor.posts.iter().any(works_there)
        || actor.has_role_in_unit(&["clerk"], org_id)
        || actor.has_role_in_org("office_chief", org_id)
}

/// Whether the actor may read the case files of a unit: who keeps them, and the leaders of the agency.
#[must_use]
pub fn read_case_files(actor: &Actor, org_id: Uuid, owner_id: Uuid) -> bool {
    keep_case_files(actor, org_id, owner_id) || lead(actor, org_id)
}

/// Which of the actor's roles let him see the whole document of an organisation, not only what was sent to his unit.
#[must_use]
pub fn work_on_documents_of(actor: &Actor, org_id: Uuid) -> bool {
    actor.posts.iter().any(|post| post.org_id == org_id)
}

/// Whether the actor administers the organisation.
#[must_use]
pub fn administer(actor: &Actor, org_id: Uuid) -> bool {
    actor.has_role_in_org("admin", org_id)
}
