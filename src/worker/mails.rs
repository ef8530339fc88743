//! Mails on their way: each lane takes one, sends it, and records what became of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{undelivered, worker_name};
use crate::app::App;
use crate::distribution::letters;
use crate::fault::Outcome;
use crate::mail::{self, Sent};
use crate::queue;
use crate::store::Tx;

/// One write a mail: what became of the last one is recorded with the lease of the next.
pub(super) async fn send_on_a_lane(app: &App) -> Outcome<usize> {
    let mut count = 0;
    let mut tried: Option<Tried> = None;
    loop {
        // Where one mail waits more may, for the lanes that sleep.
        if count > 0 {
            app.wake_mail.notify_one();
        }
        let (now, limit) = (app.clock.now(), app.mailer.at_once());
        let mails = app
            .store
            .write(
                (tried.take(), worker_name(app), now, limit),
                |tx, (tried, worker, now, limit)| {
                    Box::pin(async move {
                        if let Some(tried) = tried {
                            keep(tx, tried).await?;
                        }
                        mail::claim(tx, worker, *now, *limit).await
                    })
                },
            )
            .await?;
        if mails.is_empty() {
            return Ok(count);
        }
        count += mails.len();
        for mail in mails {
            let next = send_one(app, mail).await;
            if let Some(last) = tried.replace(next) {
                app.store
                    .write(last, |tx, last| Box::pin(keep(tx, last)))
                    .await?;
            }
        }
    }
}

/// A mail with what became of it.
struct Tried {
    mail: mail::Claimed,
    became: Became,
}

enum Became {
    /// Its domain has had its share until then.
    PutBack(DateTime<Utc>),
    /// What the server said, when; the id of the job that tells somebody where it must.
    Said(Sent, DateTime<Utc>, Uuid),
}

async fn send_one(app: &App, mail: mail::Claimed) -> Tried {
    if let Err(until) = app.mailer.may_send(&mail, app.clock.now()) {
        let became = Became::PutBack(until);
        return Tried { mail, became };
    }
    let sent = app.mailer.send(&app.config.mail_from, &mail).await;
    let now = app.clock.now();
    // Nearly all mails are taken; only of another somebody may have to be told.
    let job = match sent {
        Sent::Accepted(_) => Uuid::nil(),
        _ => app.ids.uuid(now),
    };
    let became = Became::Said(sent, now, job);
    Tried { mail, became }
}

async fn keep(tx: &Tx, tried: &Tried) -> Outcome<()> {
    let mail = &tried.mail;
    match &tried.became {
        Became::PutBack(until) => mail::put_back(tx, mail, *until).await,
        Became::Said(sent, now, job) => {
            let recorded = mail::record(tx, mail, sent, *now).await?;
            if recorded == mail::Recorded::Failed {
                queue::enqueue(tx, *job, undelivered(mail.id, *job, *now)).await?;
            }
            letters::tried(tx, mail, (sent, recorded), *now).await
        }
    }
}
