//! What watches the installation asks here: whether it works, and its figures for Prometheus.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, Statement, TryGetable, Value};

use crate::app::App;
use crate::fault::Outcome;
use crate::files::digest;
use crate::keeping;
use crate::people::session::failed;
use crate::web::WebError;

/// What Prometheus calls its text.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /suc-khoe`: whether the database answers and the disk takes another page.
pub async fn health(State(app): State<App>) -> Response {
    let missing = |what: &'static str| (StatusCode::SERVICE_UNAVAILABLE, what).into_response();
    if app.store.reader().ping().await.is_err() {
        return missing("database\n");
    }
    match app.files.room().await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(_) => missing("disk\n"),
    }
}

/// `GET /metrics`: the figures, for who has the token of `metrics_token`; without one there is no such page.
///
/// # Errors
/// Not found, or what the database reports.
pub async fn metrics(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    let wanted = &app.config.metrics_token;
    if wanted.is_empty() {
        return Err(WebError::NotFound);
    }
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .unwrap_or_default();
    // Digests, so that the time of the comparison tells nothing.
    if digest(given.as_bytes()) != digest(wanted.as_bytes()) {
        let asked = [(WWW_AUTHENTICATE, "Bearer")];
        return Ok((StatusCode::UNAUTHORIZED, asked, "token\n").into_response());
    }
    let text = exposition(&app)
        .await
        .map_err(|fault| failed(fault, "/metrics"))?;
    Ok(([(CONTENT_TYPE, EXPOSITION)], text).into_response())
}

/// One figure: its name, what it means, its question to the database. `$1` is the present instant.
struct Figure {
    name: &'static str,
    help: &'static str,
    sql: &'static str,
}

/// What stands still when something is wrong. Each question reads an index, never a whole table of an old office, but for
/// the sessions, whose ended ones are removed every night.
const COUNTS: [Figure; 7] = [
    Figure {
        name: "trinhky_jobs_due",
        help: "Jobs that may run now and have not ended.",
        sql: "SELECT COUNT(*) FROM job WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1",
    },
    Figure {
        name: "trinhky_jobs_given_up",
        help: "Jobs that failed too often; a person must look.",
        sql: "SELECT COUNT(*) FROM job WHERE failed_at IS NOT NULL AND failed_at <= $1",
    },
    Figure {
        name: "trinhky_mails_due",
        help: "Mails that may be sent now and wait.",
        sql: "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND send_at <= $1",
    },
    Figure {
        name: "trinhky_mails_not_arrived",
        help: "Mails refused, given up, returned or held; a person must look.",
        sql: "SELECT COUNT(*) FROM outbox WHERE state IN ('refused', 'given_up', 'bounced', 'held', 'unknown') AND created_at <= $1",
    },
    Figure {
        name: "trinhky_timers_due",
        help: "Timers of workflows that have come and were not fired.",
        sql: "SELECT COUNT(*) FROM flow_timer WHERE due_at <= $1",
    },
    Figure {
        name: "trinhky_timers_ahead",
        help: "Timers of workflows that are still to come.",
        sql: "SELECT COUNT(*) FROM flow_timer WHERE due_at > $1",
    },
    Figure {
        name: "trinhky_sessions_open",
        help: "Sessions that have not ended.",
        sql: "SELECT COUNT(*) FROM session WHERE expires_at > $1",
    },
];

/// How long the oldest of them has been waiting.
const WAITING: [Figure; 3] = [
    Figure {
        name: "trinhky_job_waits_seconds",
        help: "For how long the oldest due job has been waiting.",
        sql: "SELECT MIN(run_at) FROM job WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1",
    },
    Figure {
        name: "trinhky_mail_waits_seconds",
        help: "For how long the oldest due mail has been waiting.",
        sql: "SELECT MIN(send_at) FROM outbox WHERE state = 'waiting' AND send_at <= $1",
    },
    Figure {
        name: "trinhky_timer_waits_seconds",
        help: "For how long the oldest due timer has been waiting.",
        sql: "SELECT MIN(due_at) FROM flow_timer WHERE due_at <= $1",
    },
];

/// All figures as Prometheus reads them.
async fn exposition(app: &App) -> Outcome<String> {
    let now = app.clock.now();
    let mut text = app.traffic.exposition();
    for figure in &COUNTS {
        let count: i64 = ask(app, figure.sql, now).await?;
        gauge(&mut text, figure.name, figure.help, count);
    }
    let last = answer(app, "SELECT COALESCE(MAX(id), 0) FROM journal", Vec::new()).await?;
    let help = "The number of the journal's last line.";
    gauge(&mut text, "trinhky_journal_last", help, last);
    for figure in &WAITING {
        let since: Option<DateTime<Utc>> = ask(app, figure.sql, now).await?;
        let seconds = since.map_or(0, |since| (now - since).num_seconds());
        gauge(&mut text, figure.name, figure.help, seconds);
    }
    // Without a backup there is no age: what alarms on an old one must alarm on none, too.
    if let Some(last) = keeping::last(app.store.reader()).await? {
        let help = "For how long there has been no newer backup.";
        let age = (now - last.at).num_seconds();
        gauge(&mut text, "trinhky_backup_age_seconds", help, age);
    }
    for (name, help, count) in [
        (
            "trinhky_commits_total",
            "Commits of this server.",
            app.store.commits(),
        ),
        (
            "trinhky_statements_total",
            "SQL statements of acts of this server.",
            app.store.statements(),
        ),
    ] {
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}"
        );
    }
    let _ = writeln!(
        text,
        "# HELP trinhky_version The program.\n# TYPE trinhky_version gauge\ntrinhky_version{{version=\"{}\"}} 1",
        env!("CARGO_PKG_VERSION")
    );
    Ok(text)
}

fn gauge(text: &mut String, name: &str, help: &str, value: i64) {
    let _ = writeln!(
        text,
        "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
    );
}

/// The one value that the database answers; `$1` is the present instant.
async fn ask<T: TryGetable>(app: &App, sql: &str, now: DateTime<Utc>) -> Outcome<T> {
    answer(app, sql, vec![now.into()]).await
}

async fn answer<T: TryGetable>(app: &App, sql: &str, values: Vec<Value>) -> Outcome<T> {
    let db = app.store.reader();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db
        .query_one_raw(statement)
        .await?
        .ok_or_else(|| anyhow::anyhow!("no answer to {sql}"))?;
    Ok(row.try_get_by_index(0)?)
}
