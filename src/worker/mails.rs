//! Mails on their way. One loop takes mails and records what became of them, both in one write; meanwhile the lanes send
//! what was taken. So a commit holds up no mail, and a mail that hangs holds up its own lane only.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use futures::future::{self, Either};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use super::{LOOK_EVERY, undelivered, worker_name};
use crate::app::App;
use crate::distribution::letters;
use crate::fault::Outcome;
use crate::mail::{self, Claimed, Recorded, Sent};
use crate::queue;
use crate::store::Tx;

/// Sends what is due, until nothing is.
///
/// # Errors
/// What the database reports, once no mail is under way.
pub(super) async fn send_mails(app: &App) -> Outcome<usize> {
    let mut lanes = Lanes::new(app);
    let mut tried = Arc::new(Vec::new());
    let mut count = 0;
    loop {
        let room = app.mailer.in_hand() - lanes.under_way;
        match record_and_claim(app, &tried, room).await {
            Ok(taken) => {
                tried = Arc::default();
                count += taken.len();
                lanes.send(taken);
            }
            // What became of mails is kept: it is recorded with the next that come back.
            Err(error) if lanes.under_way > 0 => {
                tracing::error!(%error, "what became of mails cannot be recorded yet");
            }
            Err(error) => return Err(error),
        }
        if lanes.under_way == 0 {
            return Ok(count);
        }
        let came_back = lanes.came_back().await;
        if !came_back.is_empty() {
            tried = Arc::new(tried.iter().cloned().chain(came_back).collect());
        }
    }
}

/// One write: what became of the last mails, and the lease of the next.
async fn record_and_claim(
    app: &App,
    tried: &Arc<Vec<Tried>>,
    room: usize,
) -> Outcome<Vec<Claimed>> {
    let input = (
        Arc::clone(tried),
        worker_name(app),
        app.clock.now(),
        u32::try_from(room).unwrap_or(u32::MAX),
    );
    app.store
        .write(input, |tx, (tried, worker, now, room)| {
            Box::pin(async move {
                record(tx, tried).await?;
                mail::claim(tx, worker, *now, *room).await
            })
        })
        .await
}

/// Those who send: each takes the next mail when it is done with its last.
struct Lanes {
    app: App,
    hand: mpsc::UnboundedSender<Claimed>,
    back: mpsc::UnboundedReceiver<Tried>,
    /// Mails that were given to the lanes and have not come back.
    under_way: usize,
    /// Ends them when the loop ends.
    _lanes: JoinSet<()>,
}

impl Lanes {
    fn new(app: &App) -> Self {
        let (hand, mails) = mpsc::unbounded_channel();
        let (done, back) = mpsc::unbounded_channel();
        let mails = Arc::new(Mutex::new(mails));
        let mut lanes = JoinSet::new();
        for _ in 0..app.mailer.lanes() {
            lanes.spawn(lane(app.clone(), Arc::clone(&mails), done.clone()));
        }
        Self {
            app: app.clone(),
            hand,
            back,
            under_way: 0,
            _lanes: lanes,
        }
    }

    fn send(&mut self, mails: Vec<Claimed>) {
        for mail in mails {
            // The lanes live as long as the hand that gives.
            if self.hand.send(mail).is_ok() {
                self.under_way += 1;
            }
        }
    }

    /// Waits until mails come back or more may be due.
    async fn came_back(&mut self) -> Vec<Tried> {
        let more = self.app.wake_mail.notified();
        let first = future::select(Box::pin(self.back.recv()), Box::pin(more));
        let mut came: Vec<Tried> = match timeout(LOOK_EVERY, first).await {
            Ok(Either::Left((tried, _))) => tried.into_iter().collect(),
            Ok(Either::Right(_)) | Err(_) => Vec::new(),
        };
        while let Ok(tried) = self.back.try_recv() {
            came.push(tried);
        }
        self.under_way -= came.len();
        came
    }
}

async fn lane(
    app: App,
    mails: Arc<Mutex<mpsc::UnboundedReceiver<Claimed>>>,
    done: mpsc::UnboundedSender<Tried>,
) {
    loop {
        let next = mails.lock().await.recv().await;
        let Some(mail) = next else { return };
        if done.send(send_one(&app, mail).await).is_err() {
            return;
        }
    }
}

/// A mail with what became of it.
#[derive(Debug, Clone)]
struct Tried {
    mail: Claimed,
    became: Became,
}

#[derive(Debug, Clone)]
enum Became {
    /// Not tried now: its domain has had its share until then, or its lease is nearly over.
    PutBack(DateTime<Utc>),
    /// What the server said, when; the id of the job that tells somebody where it must.
    Said(Sent, DateTime<Utc>, Uuid),
}

async fn send_one(app: &App, mail: Claimed) -> Tried {
    let now = app.clock.now();
    let until = if mail.may_outlast_its_lease(now) {
        Err(now)
    } else {
        app.mailer.may_send(&mail, now)
    };
    if let Err(until) = until {
        let became = Became::PutBack(until);
        return Tried { mail, became };
    }
    let sent = AssertUnwindSafe(app.mailer.send(&app.config.mail_from, &mail))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Sent::Unclear("the program failed while it sent this mail".to_owned()));
    let now = app.clock.now();
    // Nearly all mails are taken; only of another somebody may have to be told.
    let job = match sent {
        Sent::Accepted(_) => Uuid::nil(),
        _ => app.ids.uuid(now),
    };
    let became = Became::Said(sent, now, job);
    Tried { mail, became }
}

/// Records what became of mails: those that a server took in one statement, as nearly all are.
async fn record(tx: &Tx, all: &[Tried]) -> Outcome<()> {
    let taken: Vec<_> = all
        .iter()
        .filter_map(|tried| match &tried.became {
            Became::Said(Sent::Accepted(reply), now, _) => {
                Some((&tried.mail, reply.as_str(), *now))
            }
            _ => None,
        })
        .collect();
    let taken = mail::record_accepted(tx, &taken).await?;
    for Tried { mail, became } in all {
        match became {
            Became::PutBack(until) => mail::put_back(tx, mail, *until).await?,
            Became::Said(sent, now, job) => {
                let recorded = if taken.contains(&mail.id) {
                    Recorded::Fine
                } else {
                    mail::record(tx, mail, sent, *now).await?
                };
                if recorded == Recorded::Failed {
                    queue::enqueue(tx, *job, undelivered(mail.id, *job, *now)).await?;
                }
                letters::tried(tx, mail, (sent, recorded), *now).await?;
            }
        }
    }
    Ok(())
}
