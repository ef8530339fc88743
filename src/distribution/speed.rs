//! How fast units acknowledge what an organisation sends them in a year.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use super::state;
use crate::fault::Outcome;

/// The newest deliveries that are counted; of more the older ones are left out, and the page says so.
pub const MAX_DELIVERIES: usize = 20_000;

/// When something was sent and when it was answered.
pub type Taken = (DateTime<Utc>, DateTime<Utc>);

/// One unit's answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speed {
    /// Everything sent for action.
    pub sent: usize,
    /// Acknowledged by the deadline.
    pub on_time: usize,
    /// Acknowledged after it.
    pub late: usize,
    pub refused: usize,
    /// Not answered, and not late yet.
    pub waiting: usize,
    /// Not answered, and late.
    pub missing: usize,
    /// The middle one of the acknowledgements by how long they took: sent and answered.
    pub typical: Option<Taken>,
}

impl Speed {
    /// Acknowledgements in time of all that were due, in per cent; none where nothing was.
    #[must_use]
    pub fn share(&self) -> Option<usize> {
        let due = self.on_time + self.late + self.missing;
        (due > 0).then(|| self.on_time * 100 / due)
    }
}

#[derive(Debug, FromQueryResult)]
struct Sent {
    unit_id: Uuid,
    state: String,
    due_at: DateTime<Utc>,
    dispatched_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
}

/// The units to which the organisation sent something for action from `from` until `until`, and whether all was counted.
///
/// # Errors
/// What the database reports.
pub async fn of_units(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Outcome<(BTreeMap<Uuid, Speed>, bool)> {
    let sql = format!(
        "SELECT unit_id, state, due_at, dispatched_at, answered_at FROM delivery WHERE org_id = $1 AND kind = 'action' \
         AND dispatched_at >= $2 AND dispatched_at < $3 ORDER BY id DESC LIMIT {}",
        MAX_DELIVERIES + 1
    );
    let values = [org_id.into(), from.into(), until.into()];
    let mut rows = Sent::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .all(db)
    .await?;
    let whole = rows.len() <= MAX_DELIVERIES;
    rows.truncate(MAX_DELIVERIES);
    Ok((count(&rows, now), whole))
}

fn count(rows: &[Sent], now: DateTime<Utc>) -> BTreeMap<Uuid, Speed> {
    let mut units: BTreeMap<Uuid, Speed> = BTreeMap::new();
    let mut taken: BTreeMap<Uuid, Vec<Taken>> = BTreeMap::new();
    for row in rows {
        let unit = units.entry(row.unit_id).or_default();
        unit.sent += 1;
        match (row.state.as_str(), row.answered_at) {
            (state::REFUSED, _) => unit.refused += 1,
            (_, Some(at)) => {
                if at <= row.due_at {
                    unit.on_time += 1;
                } else {
                    unit.late += 1;
                }
                taken
                    .entry(row.unit_id)
                    .or_default()
                    .push((row.dispatched_at, at));
            }
            _ if now > row.due_at => unit.missing += 1,
            _ => unit.waiting += 1,
        }
    }
    for (unit, mut times) in taken {
        times.sort_by_key(|(sent, answered)| *answered - *sent);
        if let Some(speed) = units.get_mut(&unit) {
            speed.typical = times.get((times.len() - 1) / 2).copied();
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minutes * 60, 0).expect("an instant")
    }

    fn sent(state: &str, answered: Option<i64>) -> Sent {
        Sent {
            unit_id: Uuid::nil(),
            state: state.to_owned(),
            due_at: at(100),
            dispatched_at: at(0),
            answered_at: answered.map(at),
        }
    }

    #[test]
    fn answers_are_in_time_late_or_missing_and_the_middle_one_is_typical() {
        let rows = [
            sent(state::REGISTERED, Some(100)),
            sent(state::REGISTERED, Some(101)),
            sent(state::REGISTERED, Some(7)),
            sent(state::REFUSED, Some(5)),
            sent(state::DELIVERED, None),
        ];
        let speed = &count(&rows, at(102))[&Uuid::nil()];
        assert_eq!((speed.sent, speed.on_time, speed.late), (5, 2, 1));
        assert_eq!((speed.refused, speed.missing, speed.waiting), (1, 1, 0));
        assert_eq!(speed.typical, Some((at(0), at(100))));
        assert_eq!(speed.share(), Some(50));
        let speed = &count(&rows[4..], at(100))[&Uuid::nil()];
        assert_eq!(
            (speed.waiting, speed.share(), speed.typical),
            (1, None, None)
        );
    }
}
