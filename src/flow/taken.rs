//! The steps that an instance has come by, read from its journal.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::audit::rows::journal;
use crate::fault::Outcome;

/// A step that somebody has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The part of the instance in which it was.
    pub scope: String,
    pub element: String,
    pub name: String,
    /// Who may take it, as the file says.
    pub role: String,
}

/// The steps that people have taken, in the order in which they were opened.
///
/// # Errors
/// What the database reports.
pub async fn steps_taken(db: &impl ConnectionTrait, instance_id: Uuid) -> Outcome<Vec<Taken>> {
    let rows: Vec<String> = journal::Entity::find()
        .select_only()
        .column(journal::Column::Events)
        .filter(journal::Column::InstanceId.eq(instance_id))
        .order_by_asc(journal::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut opened: HashMap<(String, u64), Taken> = HashMap::new();
    let mut taken = Vec::new();
    for events in rows {
        for event in serde_json::from_str::<Vec<Value>>(&events)? {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            match event["type"].as_str() {
                Some("task_opened") => {
                    let task = &event["task"];
                    let id = text(&task["id"]);
                    if let Some((scope, number)) = id.split_once(':') {
                        let step = Taken {
                            scope: scope.to_owned(),
                            element: text(&task["element"]),
                            name: text(&task["name"]),
                            role: text(&task["role"]),
                        };
                        opened.insert((step.scope.clone(), number.parse().unwrap_or(0)), step);
                    }
                }
                Some("task_done") => {
                    let key = (text(&event["scope"]), event["task"].as_u64().unwrap_or(0));
                    taken.extend(opened.remove(&key).filter(|step| !step.role.is_empty()));
                }
                _ => {}
            }
        }
    }
    Ok(taken)
}
