//! What all steps of a ladder share: their place before and after the deadline, office hours, being done once.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::json;
use trinhky_calendar::{Anchor, Calendar, Rule, local};
use trinhky_engine::{CommandKind, Variables};
use uuid::Uuid;

use crate::app::Cx;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::flow;
use crate::queue::{self, NewJob};
use crate::worker::Service;

/// A step at the very end of office hours still goes out; the worker may be some minutes late.
const AFTER_CLOSING: Duration = Duration::minutes(15);

/// The steps of the ladders, in working days from the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    FiveBefore,
    OneBefore,
    Due,
    OneLate,
    ThreeLate,
}

impl Step {
    /// The step that a service task's label names, as the workflow files write it.
    pub fn of(service: &Service) -> Outcome<Self> {
        let label = service.step.as_deref().unwrap_or_default();
        match label.to_ascii_lowercase().as_str() {
            "t-5" => Ok(Self::FiveBefore),
            "t-1" => Ok(Self::OneBefore),
            "t0" | "t-0" | "t+0" => Ok(Self::Due),
            "t+1" => Ok(Self::OneLate),
            "t+3" => Ok(Self::ThreeLate),
            _ => Err(Fault::Internal(anyhow::anyhow!(
                "`{label}` of {} is no step of a ladder",
                service.element
            ))),
        }
    }

    /// As keys and the journal's data name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::FiveBefore => "t-5",
            Self::OneBefore => "t-1",
            Self::Due => "t0",
            Self::OneLate => "t+1",
            Self::ThreeLate => "t+3",
        }
    }

    /// When the step comes for a deadline.
    pub fn at(self, due: DateTime<Utc>, calendar: &Calendar) -> Outcome<DateTime<Utc>> {
        let days = |n| Box::new(Rule::WorkingDays(n));
        let rule = match self {
            Self::FiveBefore => Rule::Before(Anchor::Instant(due), days(5)),
            Self::OneBefore => Rule::Before(Anchor::Instant(due), days(1)),
            Self::Due => return Ok(due),
            Self::OneLate => Rule::After(Anchor::Instant(due), days(1)),
            Self::ThreeLate => Rule::After(Anchor::Instant(due), days(3)),
        };
        Ok(calendar
            .resolve(&rule, due)
            .map_err(anyhow::Error::from)?
            .at)
    }

    /// Whether the step's day has come: what an earlier step would still say, this one says today.
    pub fn has_come(
        self,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Outcome<bool> {
        Ok(local(now).date_naive() >= local(self.at(due, calendar)?).date_naive())
    }
}

/// The item of the round that a step belongs to: a delivery, or a unit's report.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub id: Uuid,
}

impl Item {
    pub fn of(service: &Service) -> Outcome<Self> {
        let item = service
            .item
            .clone()
            .ok_or_else(|| anyhow::anyhow!("{} runs outside a round", service.element))?;
        Ok(serde_json::from_value(item)?)
    }
}

/// Puts a step that comes outside office hours off to the next opening, where it looks at the world again; true when it did.
///
/// Nobody is woken at night: DOMAIN §7.3, "outside quiet hours".
pub(super) async fn put_off(
    cx: Cx<'_>,
    name: &'static str,
    service: &Service,
    calendar: &Calendar,
) -> Outcome<bool> {
    if calendar.is_office_time(cx.now) || calendar.is_office_time(cx.now - AFTER_CLOSING) {
        return Ok(false);
    }
    let run_at = calendar.next_office_time(cx.now);
    let job = NewJob {
        key: format!(
            "later:{}:{}:{}",
            service.instance,
            service.task,
            run_at.to_rfc3339()
        ),
        name,
        payload: json!({
            "instance": service.instance, "document": service.document, "task": service.task,
            "step": service.step, "item": service.item, "element": service.element,
        }),
        run_at,
    };
    queue::enqueue(cx.tx, cx.id(), job).await?;
    Ok(true)
}

/// Completes the step's service task and journals what was done.
pub(super) async fn finish(
    cx: Cx<'_>,
    service: &Service,
    org_id: Uuid,
    entry: Entry,
) -> Outcome<()> {
    let command = CommandKind::ServiceDone {
        task: service.task.clone(),
        variables: Variables::new(),
    };
    let advanced = flow::advance(cx, service.instance, command).await?;
    let entry = Entry {
        instance_id: Some(service.instance),
        events: advanced.events,
        ..entry
    };
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
}

/// A job may run twice: the first run stands, the second finds its task gone.
pub(super) fn once(done: Outcome<()>) -> Outcome<()> {
    match done {
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Stale => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_lie_in_working_days_around_the_deadline() {
        let calendar = Calendar::vietnam();
        let due: DateTime<Utc> = "2023-06-15T17:00:00+07:00".parse().expect("an instant");
        let day = |step: Step| {
            trinhky_calendar::local(step.at(due, &calendar).expect("in range"))
                .date_naive()
                .to_string()
        };
        assert_eq!(day(Step::FiveBefore), "2023-06-08");
        assert_eq!(day(Step::OneBefore), "2023-06-14");
        assert_eq!(day(Step::Due), "2023-06-15");
        assert_eq!(day(Step::OneLate), "2023-06-16");
        // A weekend lies between.
        assert_eq!(day(Step::ThreeLate), "2023-06-20");
    }
}
