//! What every act and page is given: database, clock, ids, files, mailer, workflows, settings.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, RwLock};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use futures::future::BoxFuture;
use tokio::sync::{Notify, Semaphore};
use trinhky_engine::Definitions;
use trinhky_typeset::Typesetter;
use uuid::Uuid;

use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::files::Files;
use crate::ids::Ids;
use crate::mail::Mailer;
use crate::people::Actor;
use crate::secrets::Secrets;
use crate::store::{Store, Tx};
use crate::web::traffic::Traffic;

/// How long a server may take that this program calls. Less than the lease of the job that waits.
const CALL_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// Verifications of strangers' files that may run at once.
const VERIFICATIONS_AT_ONCE: usize = 2;

/// The running product; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of [`App`].
pub struct Parts {
    pub store: Store,
    pub clock: Clock,
    pub ids: Ids,
    pub files: Files,
    pub secrets: Secrets,
    pub mailer: Mailer,
    /// Calls servers that administrators name.
    pub https: trinhky_https::Client,
    pub typesetter: Typesetter,
    pub config: Config,
    /// Compiled workflows by the hash of their text.
    pub workflows: RwLock<HashMap<String, Arc<Definitions>>>,
    /// Places for verifications of strangers' files; who finds none comes again later.
    pub verifications: Semaphore,
    /// What this server answered since it started.
    pub traffic: Arc<Traffic>,
    /// Rung after every act, so that the worker need not wait for its next look.
    pub wake: Notify,
    /// Rung for those who send mails.
    pub wake_mail: Notify,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("App")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// What an act sees: its transaction, who acts, the instant of the act.
#[derive(Clone, Copy)]
pub struct Cx<'t> {
    pub tx: &'t Tx,
    pub app: &'t App,
    pub actor: &'t Actor,
    pub now: DateTime<Utc>,
}

impl Cx<'_> {
    /// A new row id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.app.ids.uuid(self.now)
    }

    /// The day of the act in office time.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        trinhky_calendar::local(self.now).date_naive()
    }
}

/// An act of a slice: a plain function of its context and its owned input.
pub type ActFn<I, T> = for<'t> fn(Cx<'t>, &'t I) -> BoxFuture<'t, Outcome<T>>;

impl App {
    /// Opens the installation that the configuration describes; the database must be migrated.
    ///
    /// # Errors
    /// One sentence saying what could not be opened.
    pub async fn open(config: Config, clock: Clock, ids: Ids) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data).with_context(|| {
            format!("cannot write to the data folder {}", config.data.display())
        })?;
        let store = Store::open(&config.database_url()).await?;
        let secrets = Secrets::open(&config, &store).await?;
        let files = Files::open(&config.data.join("files"))?;
        let mailer = match &config.smtp {
            Some(smtp) => Mailer::smtp(smtp.clone()),
            None => Mailer::Files(config.data.join("mail")),
        };
        let https = calls(&config)?;
        Ok(Self(Arc::new(Parts {
            store,
            clock,
            ids,
            files,
            secrets,
            mailer,
            https,
            typesetter: Typesetter::new(),
            config,
            workflows: RwLock::new(HashMap::new()),
            verifications: Semaphore::new(VERIFICATIONS_AT_ONCE),
            traffic: Arc::default(),
            wake: Notify::new(),
            wake_mail: Notify::new(),
        })))
    }

    /// The present day in office time.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        trinhky_calendar::local(self.clock.now()).date_naive()
    }

    /// Runs one act of a person; a refusal for want of a right is journalled.
    ///
    /// # Errors
    /// What the act refuses, or what the database reports.
    pub async fn act<I, T>(&self, actor: &Actor, input: I, run: ActFn<I, T>) -> Outcome<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        let now = self.clock.now();
        let outcome = self
            .store
            .write(
                (self.clone(), actor.clone(), now, run, input),
                |tx, (app, actor, now, run, input)| {
                    run(
                        Cx {
                            tx,
                            app,
                            actor,
                            now: *now,
                        },
                        input,
                    )
                },
            )
            .await;
        match &outcome {
            Ok(_) => {
                self.wake.notify_one();
                self.wake_mail.notify_one();
            }
            Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Forbidden => {
                self.journal_refusal(actor, now, refusal.vi.clone()).await?;
            }
            Err(_) => {}
        }
        outcome
    }

    async fn journal_refusal(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        sentence: String,
    ) -> Outcome<()> {
        let Some(org_id) = actor.posts.first().map(|post| post.org_id) else {
            return Ok(());
        };
        self.store
            .write(
                (actor.clone(), org_id, now, sentence),
                |tx, (actor, org_id, now, sentence)| {
                    let entry = audit::Entry::general("act.refused", sentence.clone());
                    Box::pin(audit::append(tx, *org_id, actor, *now, entry))
                },
            )
            .await
    }
}

/// The caller of other servers, who trusts the authorities that the configuration names too.
fn calls(config: &Config) -> anyhow::Result<trinhky_https::Client> {
    let mut authorities = Vec::new();
    for file in &config.webhooks.authorities {
        let pem = std::fs::read(file)
            .with_context(|| format!("`webhooks.authorities`: cannot read {}", file.display()))?;
        authorities.push(pem);
    }
    trinhky_https::Client::new(&authorities, CALL_PATIENCE)
        .map_err(|error| anyhow::anyhow!("`webhooks.authorities`: {error}"))
}
