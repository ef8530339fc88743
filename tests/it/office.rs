//! A sample office in a database of its own, with an issued decision in it.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::rows::delivery;
use trinhky::documents::decide::{Decision, decide};
use trinhky::documents::review::{Check, check, submit};
use trinhky::documents::{draft, find, issue};
use trinhky::ids::Ids;
use trinhky::people::rows::post;
use trinhky::people::{Actor, find as people_find, import, sign_in};
use trinhky::{cli, flow, worker};
use uuid::Uuid;

/// Everybody's password in the tests.
pub const PASSWORD: &str = "mat-khau-thu-nghiem";

/// The sample organisation of the program.
pub const ORGANISATION: &str = include_str!("../../templates/sample/cao-loc-2023.toml");
/// The seed decision.
pub const DECISION: &str = include_str!("../../templates/sample/decision-2023.md");

/// Monday 20 March 2023, 08:00 in office time.
pub fn start() -> DateTime<Utc> {
    "2023-03-20T01:00:00Z".parse().expect("an instant")
}

/// An empty installation: SQLite in the folder, or PostgreSQL at the address.
pub async fn open(folder: &Path, database: &str, organisation: &str) -> App {
    open_at(folder, database, organisation, start()).await
}

/// As [`open`], at another instant.
pub async fn open_at(folder: &Path, database: &str, organisation: &str, at: DateTime<Utc>) -> App {
    let config = Config {
        data: folder.to_owned(),
        database: database.to_owned(),
        ..Config::default()
    };
    cli::bring_up(&config).await.expect("the database is made");
    let app = App::open(config, Clock::fake(at), Ids::seeded(7))
        .await
        .expect("the installation opens");
    let hash = sign_in::hash_password(PASSWORD, &app.ids.bytes()).expect("the password is hashed");
    let file = import::read(organisation).expect("the organisation's file is right");
    import::load(&app, file, Some(hash))
        .await
        .expect("the organisation is loaded");
    flow::publish_shipped(&app)
        .await
        .expect("the workflows are published");
    app
}

/// A database that is there already, brought to this version.
pub async fn upgraded(folder: &Path) -> App {
    let config = Config {
        data: folder.to_owned(),
        ..Config::default()
    };
    cli::bring_up(&config).await.expect("brought up to date");
    App::open(config, Clock::fake(start()), Ids::seeded(9))
        .await
        .expect("the installation opens")
}

/// The same installation as it is served: with the program's own file for what runs in a child.
pub async fn reopened(app: App, folder: &Path, program: Option<&Path>) -> App {
    let config = Config {
        data: folder.to_owned(),
        program: program.map(Path::to_owned),
        ..Config::default()
    };
    reopened_as(app, config).await
}

/// The same installation with other settings.
pub async fn reopened_as(app: App, config: Config) -> App {
    let clock = app.clock.clone();
    // However often it is opened again, no id comes twice.
    let (_, seed) = app.ids.uuid(clock.now()).as_u64_pair();
    drop(app);
    App::open(config, clock, Ids::seeded(seed))
        .await
        .expect("the installation opens again")
}

/// The first holder of a role, with the unit of the post.
pub async fn first(app: &App, role: &str) -> (Actor, Uuid) {
    let row = post::Entity::find()
        .filter(post::Column::Role.eq(role))
        .order_by_asc(post::Column::Id)
        .one(app.store.reader())
        .await
        .expect("posts are read")
        .expect("somebody holds the role");
    let actor = people_find::actor(app.store.reader(), row.person_id, app.today())
        .await
        .expect("the person is there");
    (actor, row.unit_id)
}

/// The agency's own clerk.
pub async fn agency_clerk(app: &App, org: Uuid) -> Actor {
    let clerks = people_find::holders(app.store.reader(), &[org], &["clerk"], app.today())
        .await
        .expect("clerks are read");
    people_find::actor(app.store.reader(), clerks[0].person_id, app.today())
        .await
        .expect("the clerk is there")
}

/// The content that somebody who acts now has before him.
pub async fn seen(app: &App, id: Uuid) -> String {
    find::document(app.store.reader(), id)
        .await
        .expect("read")
        .row
        .content_hash
}

/// Takes a decision from the file to the Chairman's desk; returns the document.
pub async fn bring_to_chairman(app: &App, text: &str) -> Uuid {
    let (drafter, office) = first(app, "drafter").await;
    let id = draft::import(app, &drafter, office, "decision.md", text.as_bytes())
        .await
        .expect("the file is imported");
    present(app, id).await;
    id
}

/// Takes a draft to the Chairman's desk, with its proposal.
pub async fn present(app: &App, id: Uuid) {
    let (drafter, _) = first(app, "drafter").await;
    submit(app, &drafter, id, seen(app, id).await, Vec::new(), 1)
        .await
        .expect("it is submitted");
    let (chief, _) = first(app, "office_chief").await;
    let read = seen(app, id).await;
    check(
        app,
        &chief,
        id,
        read.clone(),
        Check::Content,
        true,
        String::new(),
    )
    .await
    .expect("the content is right");
    let (checker, _) = first(app, "form_checker").await;
    check(app, &checker, id, read, Check::Form, true, String::new())
        .await
        .expect("the form is right");
    let proposal = find::proposal_of(app.store.reader(), id)
        .await
        .expect("read")
        .expect("a proposal")
        .row
        .id;
    issue::sign(app, &chief, proposal, seen(app, proposal).await)
        .await
        .expect("the proposal is signed");
    let (office_clerk, _) = first(app, "office_clerk").await;
    issue::assign_number(app, &office_clerk, proposal, app.today())
        .await
        .expect("the proposal is numbered");
    issue::seal(app, &office_clerk, proposal)
        .await
        .expect("the proposal is sealed");
    worker::run_until_idle(app)
        .await
        .expect("the Chairman is told");
}

/// Takes the decision from the file to its issue in one day and runs the fan-out; returns the document.
pub async fn issue_decision(app: &App, text: &str) -> Uuid {
    let id = bring_to_chairman(app, text).await;
    decide_and_issue(app, id).await;
    id
}

/// The Chairman approves and signs what lies before him; the clerk numbers, seals and issues it.
pub async fn decide_and_issue(app: &App, id: Uuid) {
    let (chair, org) = first(app, "chair").await;
    let seen = seen(app, id).await;
    decide(
        app,
        &chair,
        id,
        seen.clone(),
        Decision::Approve,
        String::new(),
    )
    .await
    .expect("it is approved");
    issue::sign(app, &chair, id, seen.clone())
        .await
        .expect("it is signed");
    let clerk = agency_clerk(app, org).await;
    app.clock.advance_to(start() + TimeDelta::minutes(20));
    issue::assign_number(app, &clerk, id, app.today())
        .await
        .expect("it is numbered");
    issue::seal(app, &clerk, id).await.expect("it is sealed");
    issue::issue(app, &clerk, id).await.expect("it is issued");
    worker::run_until_idle(app)
        .await
        .expect("it is distributed");
}

/// The open deliveries for action whose units sign in here, each with its clerk.
pub async fn open_deliveries(app: &App, document: Uuid) -> Vec<(Uuid, Actor)> {
    let rows = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document))
        .filter(delivery::Column::State.eq("delivered"))
        .order_by_asc(delivery::Column::Id)
        .all(app.store.reader())
        .await
        .expect("deliveries are read");
    let mut open = Vec::new();
    for row in rows {
        let clerks =
            people_find::holders(app.store.reader(), &[row.unit_id], &["clerk"], app.today())
                .await
                .expect("read");
        let Some(clerk) = clerks.first() else {
            continue;
        };
        open.push((
            row.id,
            people_find::actor(app.store.reader(), clerk.person_id, app.today())
                .await
                .expect("a clerk"),
        ));
    }
    open
}

/// The first open delivery whose unit has a clerk: cheap also among thousands.
pub async fn open_deliveries_with_clerk(app: &App, document: Uuid) -> Vec<(Uuid, Actor)> {
    let clerks = post::Entity::find()
        .filter(post::Column::Role.eq("clerk"))
        .all(app.store.reader())
        .await
        .expect("clerks");
    for clerk in clerks {
        let found = delivery::Entity::find()
            .filter(delivery::Column::DocumentId.eq(document))
            .filter(delivery::Column::UnitId.eq(clerk.unit_id))
            .filter(delivery::Column::Kind.eq("action"))
            .one(app.store.reader())
            .await
            .expect("deliveries are read");
        if let Some(found) = found {
            let actor = people_find::actor(app.store.reader(), clerk.person_id, app.today())
                .await
                .expect("a clerk");
            return vec![(found.id, actor)];
        }
    }
    Vec::new()
}
