//! The loop behind the pages: due timers, jobs, outgoing mail, recurring work.
//!
//! One match from a job's name to a slice's function. Everything it does is an act like any other.

mod mails;

use std::str::FromStr as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Notify;
use trinhky_calendar::offset;
use trinhky_engine::check::Known;
use trinhky_engine::{CommandKind, TaskId, TimerId};
use uuid::Uuid;

use crate::app::App;
use crate::audit::{self, Entry, trail};
use crate::distribution::letters;
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_timer};
use crate::hooks;
use crate::keeping::nightly;
use crate::mail;
use crate::mail::bounce::{Attached, Bounce};
use crate::people::{self, Actor};
use crate::queue::{self, NewJob, Which, rows::cron_tick};
use crate::{cases, distribution, objectives, reminders};
use mails::send_mails;

/// A task outside a round was opened: tell its people.
pub const TASK_NOTICE: &str = "reminders.task";
/// Units were asked for their opinion.
pub const OPINION_REQUEST: &str = "reminders.opinions";
/// A unit has refused what was sent to it: tell the sender.
pub const REFUSED_NOTICE: &str = "reminders.refused";
/// A document was recalled: tell its recipients.
pub const RECALLED_NOTICE: &str = "reminders.recalled";
/// A year was evaluated and closed: tell the units.
pub const YEAR_EVALUATED: &str = "objectives.evaluated";
/// A corrective action is past its day: remind the Office.
pub const ACTION_OVERDUE: &str = "objectives.action_overdue";

/// A unit's leader has said who does what with a document: tell them.
pub const ASSIGNED_NOTICE: &str = "reminders.assigned";
/// A day that a leader set for a document comes or is past: remind whoever leads.
pub const DIRECTION_DUE: &str = "reminders.direction";
/// Opinions are due soon: remind the units that have not answered.
pub const OPINIONS_SOON: &str = "reminders.opinions_soon";
/// A case file is to go to the archive in thirty days: tell its keeper.
pub const CASE_DUE: &str = "reminders.case_due";
/// A mail will not arrive: tell the sender's office.
pub const UNDELIVERED_NOTICE: &str = "reminders.undelivered";

/// The services that workflow files may name in `tk:service`.
pub const SERVICES: &[&str] = &[
    "distribution.fan_out",
    "objectives.open_period",
    "reminders.approver",
    "reminders.receipt",
    "reminders.report",
];

/// The names that a workflow file may use: the services above, the roles of tasks.
#[must_use]
pub fn known_names() -> Known {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Known {
        services: owned(SERVICES),
        roles: owned(people::TASK_ROLES),
    }
}

/// Timers, jobs or mails taken in one look.
const BATCH: u32 = 100;
/// The worker looks at least this often, also when nothing rings.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Looks of [`run_until_idle`] before it gives up: something queues itself for ever.
const MAX_LOOKS: usize = 100_000;

/// What a service task's job carries.
#[derive(Debug, Clone, Deserialize)]
pub struct Service {
    pub instance: Uuid,
    pub document: Uuid,
    pub task: TaskId,
    /// The label that the file gives, e.g. the step of a ladder.
    pub step: Option<String>,
    /// The item of the round that the task belongs to.
    pub item: Option<Value>,
    pub element: String,
}

/// The service's name as the program knows it.
///
/// # Errors
/// When a published file names a service that this program does not have.
pub fn service_name(name: &str) -> Outcome<&'static str> {
    SERVICES
        .iter()
        .find(|known| **known == name)
        .copied()
        .ok_or_else(|| Fault::Internal(anyhow::anyhow!("no service is called `{name}`")))
}

/// Works until the program ends. Mails leave beside everything else: a mail server that hangs stops no timer.
pub async fn run(app: App) {
    let post = app.clone();
    tokio::spawn(async move {
        repeat(&post, &post.wake_mail, || send_mails(&post)).await;
    });
    for names in BESIDE {
        let app = app.clone();
        tokio::spawn(async move {
            // Nobody rings for them: who waits for others waits a few seconds more.
            let never = Notify::new();
            repeat(&app, &never, || run_jobs(&app, Which::Only(names), 1)).await;
        });
    }
    repeat(&app, &app.wake, || work(&app)).await;
}

/// Does something again and again; waits where there was nothing to do.
async fn repeat<F>(app: &App, wake: &Notify, mut act: impl FnMut() -> F)
where
    F: Future<Output = Outcome<usize>>,
{
    loop {
        match act().await {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_EVERY, wake.notified()).await;
            }
            // What was done may have written mails.
            Ok(_) => app.wake_mail.notify_one(),
            Err(error) => {
                tracing::error!(%error, "the worker could not look at its tables");
                let _ = tokio::time::timeout(LOOK_EVERY, wake.notified()).await;
            }
        }
    }
}

/// Does everything that is due at the clock's present instant; for tests and the demo.
///
/// # Errors
/// What the database reports.
pub async fn run_until_idle(app: &App) -> Outcome<usize> {
    let mut total = 0;
    for _ in 0..MAX_LOOKS {
        match look(app).await? {
            0 => return Ok(total),
            done => total += done,
        }
    }
    Err(Fault::Internal(anyhow::anyhow!(
        "the worker finds no end of its work"
    )))
}

/// The next instant at which something becomes due, for a clock that is moved by hand.
///
/// # Errors
/// What the database reports.
pub async fn next_due(app: &App) -> Outcome<Option<DateTime<Utc>>> {
    let timer = flow_timer::Entity::find()
        .order_by_asc(flow_timer::Column::DueAt)
        .limit(1)
        .one(app.store.reader())
        .await?;
    let job = queue::next_due(app.store.reader()).await?;
    let mail = mail::next_due(app.store.reader()).await?;
    let tick = next_tick(app, app.clock.now());
    Ok([timer.map(|timer| timer.due_at), job, mail, tick]
        .into_iter()
        .flatten()
        .min())
}

/// One look at timers, jobs, mails and ticks; returns how many things were done.
async fn look(app: &App) -> Outcome<usize> {
    let mut done = work(app).await?;
    for names in BESIDE {
        done += run_jobs(app, Which::Only(names), BATCH).await?;
    }
    Ok(done + send_mails(app).await?)
}

async fn work(app: &App) -> Outcome<usize> {
    let mut done = fire_timers(app).await?;
    done += tick(app).await?;
    done += trail::queue_checkpoint(app).await?;
    done += run_jobs(app, Which::Except(&[nightly::BACKUP, hooks::SEND]), BATCH).await?;
    Ok(done)
}

/// Jobs that nothing else may wait for: those that take long, and those that wait for others. Each kind has a loop of its
/// own, which takes one at a time, so that its lease begins when its work does.
const BESIDE: [&[&str]; 2] = [&[nightly::BACKUP], &[hooks::SEND]];

/// Fires the timers that are due, as many as one look takes; returns how many were due.
pub(crate) async fn fire_timers(app: &App) -> Outcome<usize> {
    let due = flow_timer::Entity::find()
        .filter(flow_timer::Column::DueAt.lte(app.clock.now()))
        .order_by_asc(flow_timer::Column::DueAt)
        .order_by_asc(flow_timer::Column::InstanceId)
        .order_by_asc(flow_timer::Column::TimerId)
        .limit(u64::from(BATCH))
        .all(app.store.reader())
        .await?;
    let count = due.len();
    for timer in due {
        let fired = app
            .act(&Actor::system(), timer, |cx, timer| {
                Box::pin(async move {
                    let id = TimerId::parse(&timer.timer_id)
                        .ok_or_else(|| anyhow::anyhow!("`{}` is not a timer id", timer.timer_id))?;
                    let advanced =
                        flow::advance(cx, timer.instance_id, CommandKind::FireDue { timer: id })
                            .await?;
                    let instance = flow::instance(cx.tx, timer.instance_id).await?;
                    let name = flow::element_name(cx, &instance, &timer.element).await?;
                    let mut entry = Entry::about(
                        instance.document_id,
                        "timer.fired",
                        format!("Đến hạn: {name}"),
                    );
                    entry.instance_id = Some(timer.instance_id);
                    entry.events = advanced.events;
                    audit::append(cx.tx, instance.org_id, cx.actor, cx.now, entry).await
                })
            })
            .await;
        match fired {
            // Another worker was faster, or the step ended meanwhile.
            Ok(()) | Err(Fault::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

async fn run_jobs(app: &App, which: Which, limit: u32) -> Outcome<usize> {
    let jobs = app
        .store
        .write(
            (worker_name(app), app.clock.now(), which, limit),
            |tx, (worker, now, which, limit)| {
                Box::pin(queue::claim(tx, worker, *now, *limit, *which))
            },
        )
        .await?;
    let count = jobs.len();
    for job in jobs {
        let result = dispatch(app, &job).await;
        let now = app.clock.now();
        match result {
            Ok(()) => {
                app.store
                    .write((job, now), |tx, (job, now)| {
                        Box::pin(queue::done(tx, job, *now))
                    })
                    .await?
            }
            Err(error) => {
                tracing::warn!(job = job.name, attempts = job.attempts, %error, "a job failed");
                let input = (job, error.to_string(), now);
                app.store
                    .write(input, |tx, (job, error, now)| {
                        Box::pin(queue::failed(tx, job, error, *now))
                    })
                    .await?;
            }
        }
    }
    Ok(count)
}

/// From a job's name to the slice that does it.
async fn dispatch(app: &App, job: &queue::Claimed) -> Outcome<()> {
    let payload: Value = serde_json::from_str(&job.payload)?;
    let service = || serde_json::from_value::<Service>(payload.clone());
    match job.name.as_str() {
        TASK_NOTICE => reminders::task_opened(app, &payload).await,
        OPINION_REQUEST => reminders::opinions_asked(app, &payload).await,
        REFUSED_NOTICE => reminders::refused(app, &payload).await,
        ASSIGNED_NOTICE => reminders::assigned(app, &payload).await,
        DIRECTION_DUE => reminders::direction_due(app, &payload).await,
        OPINIONS_SOON => reminders::opinions_soon(app, &payload).await,
        UNDELIVERED_NOTICE => reminders::undelivered(app, &payload).await,
        CASE_DUE => reminders::case_due(app, &payload).await,
        RECALLED_NOTICE => reminders::recalled(app, &payload).await,
        "distribution.fan_out" => {
            let service = service()?;
            distribution::fan_out(app, &service).await?;
            cases::by_rule(app, service.document).await
        }
        "distribution.notify" => distribution::notify(app, &payload).await,
        YEAR_EVALUATED => objectives::year_evaluated(app, &payload).await,
        ACTION_OVERDUE => objectives::corrective::overdue(app, &payload).await,
        "objectives.open_period" => objectives::open_period(app, &service()?).await,
        "reminders.approver" => reminders::approver(app, &service()?).await,
        "reminders.receipt" => reminders::receipt(app, &service()?).await,
        "reminders.report" => reminders::report(app, &service()?).await,
        "reminders.digest" => reminders::digest(app).await,
        trail::CHECKPOINT => trail::checkpoint(app).await,
        "people.clean_up" => people::clean_up(app).await,
        nightly::BACKUP => nightly::take(app).await,
        hooks::SEND => hooks::send::send(app, job, &payload).await,
        nightly::LATE => nightly::tell_when_late(app).await,
        other => Err(Fault::Internal(anyhow::anyhow!(
            "no job is called `{other}`"
        ))),
    }
}

/// Attaches what a delivery report says to its mail, and has the sender's office told of one that came back.
///
/// # Errors
/// What the database reports.
pub async fn returned(app: &App, bounce: Bounce) -> Outcome<Attached> {
    let now = app.clock.now();
    let attached = app
        .store
        .write(
            (bounce, now, app.ids.uuid(now)),
            |tx, (bounce, now, job)| {
                Box::pin(async move {
                    let attached = mail::bounce::attach(tx, bounce, *now).await?;
                    if let Attached::Returned(mail) = attached {
                        queue::enqueue(tx, *job, undelivered(mail, *job, *now)).await?;
                        letters::returned(tx, mail, *now).await?;
                    }
                    Ok(attached)
                })
            },
        )
        .await?;
    app.wake.notify_one();
    Ok(attached)
}

/// The job that tells somebody of a mail that will not arrive.
fn undelivered(mail: Uuid, job: Uuid, now: DateTime<Utc>) -> NewJob {
    NewJob {
        key: format!("undelivered:{mail}:{job}"),
        name: UNDELIVERED_NOTICE,
        payload: serde_json::json!({ "mail": mail }),
        run_at: now,
    }
}

/// Recurring work: once per tick over any number of servers, caught up once after an outage.
async fn tick(app: &App) -> Outcome<usize> {
    let now = app.clock.now();
    let mut queued = 0;
    for recurring in &app.config.recurring() {
        let schedule = schedule(&recurring.at)?;
        let row = cron_tick::Entity::find_by_id(recurring.job.clone())
            .one(app.store.reader())
            .await?;
        let Some(row) = row.filter(|row| row.ticked_at <= now) else {
            // The first look only remembers when it was: nothing of the past is caught up. So does the first look under a
            // clock that was set back, or nothing would be done until it has caught up; the key of a tick that was made
            // keeps it from being made twice.
            app.store
                .write((recurring.job.clone(), now), |tx, (job, now)| {
                    Box::pin(remember_tick(tx, job, *now))
                })
                .await?;
            continue;
        };
        let last = row.ticked_at.with_timezone(&offset());
        // Many ticks of an outage are one.
        let Some(due) = schedule
            .after(&last)
            .take_while(|at| at.with_timezone(&Utc) <= now)
            .last()
        else {
            continue;
        };
        let job = NewJob {
            key: format!("cron:{}:{}", recurring.job, due.to_rfc3339()),
            name: recurring_name(&recurring.job)?,
            payload: Value::Null,
            run_at: now,
        };
        let input = (
            recurring.job.clone(),
            due.with_timezone(&Utc),
            app.ids.uuid(now),
            job,
        );
        app.store
            .write(input, |tx, (name, due, id, job)| {
                Box::pin(async move {
                    queue::enqueue(tx, *id, job.clone()).await?;
                    remember_tick(tx, name, *due).await
                })
            })
            .await?;
        queued += 1;
    }
    Ok(queued)
}

async fn remember_tick(tx: &crate::store::Tx, job: &str, at: DateTime<Utc>) -> Outcome<()> {
    cron_tick::Entity::insert(cron_tick::ActiveModel {
        name: Set(job.to_owned()),
        ticked_at: Set(at),
    })
    .on_conflict(
        OnConflict::column(cron_tick::Column::Name)
            .update_column(cron_tick::Column::TickedAt)
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

fn next_tick(app: &App, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = now.with_timezone(&offset());
    app.config
        .recurring()
        .iter()
        .filter_map(|recurring| schedule(&recurring.at).ok()?.after(&local).next())
        .map(|at| at.with_timezone(&Utc))
        .min()
}

fn schedule(expression: &str) -> Outcome<cron::Schedule> {
    cron::Schedule::from_str(expression).map_err(|error| {
        Fault::Internal(anyhow::anyhow!(
            "the cron expression `{expression}` is not right: {error}"
        ))
    })
}

fn recurring_name(job: &str) -> Outcome<&'static str> {
    [
        "reminders.digest",
        "people.clean_up",
        nightly::BACKUP,
        nightly::LATE,
    ]
    .into_iter()
    .find(|known| *known == job)
    .ok_or_else(|| Fault::Internal(anyhow::anyhow!("no recurring job is called `{job}`")))
}

/// Who holds a lease: enough to tell two servers apart in the table.
fn worker_name(app: &App) -> String {
    app.config.listen.clone()
}
