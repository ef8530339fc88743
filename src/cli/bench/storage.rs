//! Completions that are on disk when they are answered, beside the same rows written by hand, in the same run and by the
//! same way to write.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder, Statement,
    Value,
};
use serde_json::json;
use trinhky_engine::{CommandKind, TaskId, Variables};
use uuid::Uuid;

use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::documents::draft;
use crate::fault::Outcome;
use crate::flow::{self, rows::flow_task};
use crate::ids::Ids;
use crate::people::{Actor, find, import};
use crate::worker;

/// People who complete at the same time.
const CLIENTS: [usize; 3] = [1, 16, 64];
/// Completions of one measurement.
const COMPLETIONS: usize = 640;
/// Timers that are due in a sweep.
const DUE: usize = 100;
/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 400;

const ORGANISATION: &str = include_str!("../../../templates/sample/cao-loc-2023.toml");
const DECISION: &str = include_str!("../../../templates/sample/decision-2023.md");

/// A round of user tasks; a task with a reminder.
const WORKFLOWS: [(&str, &str); 2] = [
    (
        "bench_round",
        r#"<userTask id="a" name="Việc" tk:role="receiver"><multiInstanceLoopCharacteristics tk:collection="items" tk:elementVariable="item"/></userTask>"#,
    ),
    (
        "bench_timer",
        r#"<userTask id="a" name="Việc" tk:role="receiver"/><boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="told"/><sequenceFlow id="f3" sourceRef="late" targetRef="told"/>"#,
    ),
];

/// Seconds of one completion by us and by hand, with so many clients.
pub struct Completion {
    pub clients: usize,
    pub ours: f64,
    pub by_hand: f64,
}

/// An office with one document, on whose instances is measured.
pub struct Bench {
    pub(super) app: App,
    pub(super) org_id: Uuid,
    pub(super) document_id: Uuid,
}

/// An item of a round to be completed, with what the statements by hand need.
#[derive(Debug, Clone)]
struct Item {
    instance: Uuid,
    task: TaskId,
    org_id: Uuid,
    document_id: Uuid,
    /// What a completion writes into the journal, as long as ours.
    events: String,
}

impl Bench {
    /// A new office in the folder, or in the PostgreSQL database at the address, which must be empty.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn open(folder: &Path, database: &str) -> anyhow::Result<Self> {
        Self::open_with(Config {
            data: folder.to_owned(),
            database: database.to_owned(),
            ..Config::default()
        })
        .await
    }

    /// As [`Bench::open`], with other settings.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn open_with(config: Config) -> anyhow::Result<Self> {
        crate::cli::bring_up(&config).await?;
        let start: DateTime<Utc> = "2023-03-20T01:00:00Z".parse()?;
        let app = App::open(config, Clock::fake(start), Ids::seeded(1)).await?;
        let office =
            import::read(ORGANISATION).map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
        import::load(&app, office, None).await?;
        flow::publish_shipped(&app).await?;
        for (process, body) in WORKFLOWS {
            let file = format!(
                r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tk="https://trinhky.vn/bpmn/1.0" id="d" targetNamespace="urn:bench"><process id="{process}" isExecutable="true"><startEvent id="s"/>{body}<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/></process></definitions>"#
            );
            let files = vec![(format!("{process}.bpmn"), file)];
            app.act(
                &Actor::system(),
                (process, files),
                |cx, (process, files)| Box::pin(flow::publish(cx, process, files)),
            )
            .await?;
        }
        let (person, post) = find::one_per_role(app.store.reader())
            .await?
            .into_iter()
            .find(|(_, post)| post.role == "drafter")
            .ok_or_else(|| anyhow::anyhow!("the sample office has no drafter"))?;
        let drafter = find::actor(app.store.reader(), person.id, app.today()).await?;
        let document_id = draft::import(
            &app,
            &drafter,
            post.unit_id,
            "decision.md",
            DECISION.as_bytes(),
        )
        .await?;
        Ok(Self {
            app,
            org_id: post.org_id,
            document_id,
        })
    }

    /// Completions of the items of a round, by us and by hand, in turn with more and more clients.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn completions(&self) -> anyhow::Result<Vec<Completion>> {
        let mut measured = Vec::new();
        for clients in CLIENTS {
            let ours = self.round().await?;
            let by_hand = self.round().await?;
            measured.push(Completion {
                clients,
                ours: self.timed(clients, ours, complete).await?,
                by_hand: self.timed(clients, by_hand, complete_by_hand).await?,
            });
        }
        Ok(measured)
    }

    /// A new round that is larger by one than what is completed, so that it stays open; its items.
    async fn round(&self) -> anyhow::Result<Vec<Item>> {
        let items: Vec<_> = (0..=COMPLETIONS).map(|n| json!({ "n": n })).collect();
        let variables = Variables::from([("items".to_owned(), json!(items))]);
        let instance = self.start("bench_round", variables).await?;
        let rows = flow_task::Entity::find()
            .filter(flow_task::Column::InstanceId.eq(instance))
            .order_by_asc(flow_task::Column::TaskId)
            .all(self.app.store.reader())
            .await?;
        let events = json!([{ "type": "task_done", "scope": "0.3.100", "task": 2, "element": "a", "by": "" },
            { "type": "element_completed", "scope": "0.3.100", "token": 1, "element": "a" },
            { "type": "item_completed", "scope": "0.3.100" }])
        .to_string();
        rows.into_iter()
            .take(COMPLETIONS)
            .map(|row| {
                let task = TaskId::parse(&row.task_id)
                    .ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", row.task_id))?;
                Ok(Item {
                    instance,
                    task,
                    org_id: row.org_id,
                    document_id: row.document_id,
                    events: events.clone(),
                })
            })
            .collect()
    }

    async fn start(&self, process: &'static str, variables: Variables) -> anyhow::Result<Uuid> {
        let input = (process, self.org_id, self.document_id, variables);
        let (instance, _) = self
            .app
            .act(
                &Actor::system(),
                input,
                |cx, (process, org_id, document_id, variables)| {
                    Box::pin(flow::start(
                        cx,
                        process,
                        *org_id,
                        *document_id,
                        variables.clone(),
                    ))
                },
            )
            .await?;
        Ok(instance)
    }

    /// Seconds of one of the acts when so many clients do them as fast as they are answered.
    async fn timed(
        &self,
        clients: usize,
        items: Vec<Item>,
        act: for<'t> fn(Cx<'t>, &'t Item) -> futures::future::BoxFuture<'t, Outcome<()>>,
    ) -> anyhow::Result<f64> {
        let (items, next) = (Arc::new(items), Arc::new(AtomicUsize::new(0)));
        let watch = Stopwatch::start();
        let work = (0..clients).map(|_| {
            let (app, items, next) = (self.app.clone(), Arc::clone(&items), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    app.act(&Actor::system(), item.clone(), act).await?;
                }
                Outcome::Ok(())
            })
        });
        for client in futures::future::join_all(work).await {
            client??;
        }
        Ok(watch.seconds() / COMPLETIONS as f64)
    }

    /// Seconds in which a sweep fires the timers that are due, among so many that are open.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn sweep(&self, open: usize) -> anyhow::Result<f64> {
        self.fill(open).await?;
        for _ in 0..DUE {
            self.start("bench_timer", Variables::new()).await?;
        }
        let now = self.app.clock.now();
        self.app.clock.advance_to(now + TimeDelta::days(1));
        let watch = Stopwatch::start();
        let fired = worker::fire_timers(&self.app).await?;
        let seconds = watch.seconds();
        anyhow::ensure!(fired == DUE, "{fired} timers were due, not {DUE}");
        Ok(seconds)
    }

    /// Sees to it that so many timers are open whose instants are years away.
    async fn fill(&self, open: usize) -> anyhow::Result<()> {
        let instance = self.start("bench_timer", Variables::new()).await?;
        let due = self.app.clock.now() + TimeDelta::days(3_650);
        let numbers: Vec<usize> = (1_000..1_000 + open).collect();
        for chunk in numbers.chunks(CHUNK) {
            let rows: Vec<flow::rows::flow_timer::ActiveModel> = chunk
                .iter()
                .map(|number| flow::rows::flow_timer::ActiveModel {
                    instance_id: sea_orm::Set(instance),
                    timer_id: sea_orm::Set(format!("0:{number}")),
                    path: sea_orm::Set("0".to_owned()),
                    element: sea_orm::Set("late".to_owned()),
                    due_at: sea_orm::Set(due),
                })
                .collect();
            self.app
                .store
                .write(rows, |tx, rows| {
                    Box::pin(async move {
                        flow::rows::flow_timer::Entity::insert_many(rows.clone())
                            .exec_without_returning(tx)
                            .await?;
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}

fn complete<'t>(cx: Cx<'t>, item: &'t Item) -> futures::future::BoxFuture<'t, Outcome<()>> {
    Box::pin(async move {
        let kind = CommandKind::CompleteTask {
            task: item.task.clone(),
            variables: Variables::new(),
        };
        let done = flow::advance(cx, item.instance, kind).await?;
        let mut entry = Entry::about(
            item.document_id,
            "bench.completed",
            "Đo một lượt hoàn thành",
        );
        entry.instance_id = Some(item.instance);
        entry.events = done.events;
        audit::append(cx.tx, item.org_id, cx.actor, cx.now, entry).await
    })
}

/// What must be done at least: read and lock the item, its round and the process, count the round on, take the item away
/// (its task goes with it), write the journal.
fn complete_by_hand<'t>(cx: Cx<'t>, item: &'t Item) -> futures::future::BoxFuture<'t, Outcome<()>> {
    Box::pin(async move {
        let backend = cx.tx.get_database_backend();
        let lock = if backend == DatabaseBackend::Postgres {
            " FOR UPDATE OF s"
        } else {
            ""
        };
        let paths: Vec<String> = item
            .task
            .scope
            .outward()
            .map(|scope| scope.as_str().to_owned())
            .collect();
        let [own, round, root] = paths.as_slice() else {
            return Err(anyhow::anyhow!("{} is not an item of a round", item.task).into());
        };
        let statement =
            |sql: String, values: Vec<Value>| Statement::from_sql_and_values(backend, sql, values);
        let read = cx
            .tx
            .query_all_raw(statement(
                format!(
                    "SELECT i.org_id, i.document_id, i.definition, i.head, s.path, s.data, s.vars FROM flow_instance i \
                     JOIN flow_scope s ON s.instance_id = i.id WHERE i.id = $1 AND s.path IN ($2, $3, $4) ORDER BY s.path{lock}"
                ),
                vec![item.instance.into(), own.clone().into(), round.clone().into(), root.clone().into()],
            ))
            .await?;
        let data: String = read
            .get(1)
            .ok_or_else(|| anyhow::anyhow!("the round is gone"))?
            .try_get("", "data")?;
        cx.tx
            .execute_raw(statement(
                "DELETE FROM flow_scope WHERE instance_id = $1 AND path = $2".to_owned(),
                vec![item.instance.into(), own.clone().into()],
            ))
            .await?;
        cx.tx
            .execute_raw(statement(
                "UPDATE flow_scope SET data = $3 WHERE instance_id = $1 AND path = $2".to_owned(),
                vec![item.instance.into(), round.clone().into(), data.into()],
            ))
            .await?;
        cx.tx
            .execute_raw(statement(
                "INSERT INTO journal (org_id, at, act, actor_name, capacity, document_id, instance_id, summary, data, events) \
                 VALUES ($1, $2, 'bench.by_hand', '', '', $3, $4, 'Đo một lượt hoàn thành', 'null', $5)"
                    .to_owned(),
                vec![item.org_id.into(), cx.now.into(), item.document_id.into(), item.instance.into(), item.events.clone().into()],
            ))
            .await?;
        Ok(())
    })
}
