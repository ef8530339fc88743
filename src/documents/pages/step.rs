//! The open step of a document's workflow, for who may take it.

use uuid::Uuid;

use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::flow::rows::flow_task;
use crate::people::session::Session;
use crate::people::{find as people_find, may};
use crate::web::format::{Due, when};

/// An open step of a document that the reader may take.
pub(super) struct Open {
    pub document: Document,
    pub task: flow_task::Model,
    pub due: Option<Due>,
}

/// The open step of one of these elements, for who may take it.
///
/// # Errors
/// 404 for strangers; a refusal where the step is somebody else's, or is over or has not come.
pub(super) async fn open(session: &Session, id: Uuid, elements: &[&str]) -> Outcome<Open> {
    open_for(session, id, elements, None).await
}

/// As [`open`], for who presses: a refusal for want of the right goes into the journal.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_to_act(session: &Session, id: Uuid, elements: &[&str]) -> Outcome<Open> {
    session.journalled(open(session, id, elements).await).await
}

/// As [`open`], of one unit where a person holds posts in several.
pub(super) async fn open_for(
    session: &Session,
    id: Uuid,
    elements: &[&str],
    unit: Option<Uuid>,
) -> Outcome<Open> {
    let db = session.app.store.reader();
    let document = find::visible(db, &session.actor, id).await?;
    let tasks: Vec<flow_task::Model> = flow::tasks_of_document(db, id)
        .await?
        .into_iter()
        .filter(|task| elements.contains(&task.element.as_str()))
        .collect();
    let others = tasks.first().map(|task| task.name.clone());
    let mine = tasks.into_iter().find(|task| {
        (unit.is_none() || task.unit_id == unit) && may_take(session, &document, task)
    });
    match (mine, others) {
        (Some(task), _) => {
            let calendar = people_find::calendar(db, document.row.org_id).await?;
            let due = task
                .due_at
                .map(|due| when(due, session.now, &calendar, session.lang));
            Ok(Open {
                document,
                task,
                due,
            })
        }
        // In a round the others' steps say nothing of one's own, which may be done already.
        (None, Some(name)) if !elements.contains(&"give_opinion") => Err(Fault::forbidden(
            format!("Bạn không được giao việc “{name}”."),
            format!("The task \"{name}\" is not yours."),
        )),
        _ => Err(Fault::stale(
            "Bước này đã được xử lý hoặc chưa đến. Trang văn bản hiện trạng thái mới nhất.",
            "This step has already been taken or has not come yet. The document's page shows the present state.",
        )),
    }
}

pub(super) fn may_take(session: &Session, document: &Document, task: &flow_task::Model) -> bool {
    let right = may::TaskRight {
        role: &task.role,
        doc_type: &document.row.doc_type,
        org_id: task.org_id,
        owner_id: document.row.owner_id,
        unit_id: task.unit_id,
        person_id: task.person_id,
    };
    may::do_task(&session.actor, &right) && !may::held_by_other(&session.actor, task.claimed_by)
}
