//! The reform of 1 July 2025: the 22 communes of Cao Lộc become eight, with everything that they still had to do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::distribution::receipt::acknowledge;
use trinhky::distribution::rows::delivery;
use trinhky::documents::rows::register;
use trinhky::fault::Fault;
use trinhky::objectives::rows::{report_period, unit_report};
use trinhky::people::reorg::{self, Outlook, Plan};
use trinhky::people::rows::{post, reorganisation, unit, unit_group_member};
use trinhky::people::{Actor, find};
use trinhky::worker;
use uuid::Uuid;

use super::office;

const PLAN: &str = include_str!("../../templates/sample/cao-loc-2025.toml");

/// The sample plan on another day.
fn plan_on(day: &str) -> String {
    PLAN.replace("2025-07-01", day)
}

async fn look(app: &App, admin: &Actor, org: Uuid, text: &str) -> Outlook {
    let plan = Plan::read(text).expect("a plan");
    reorg::outlook(app.store.reader(), admin, org, app.today(), &plan)
        .await
        .expect("looked at")
}

async fn units_by_key(app: &App) -> BTreeMap<String, unit::Model> {
    let rows = unit::Entity::find().all(app.store.reader()).await;
    rows.expect("read")
        .into_iter()
        .map(|row| (row.unit_key.clone(), row))
        .collect()
}

/// The communes of the plan that become each new unit.
fn merged() -> BTreeMap<String, Vec<String>> {
    let mut merged: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for closing in Plan::read(PLAN).expect("a plan").close {
        merged
            .entry(closing.into[0].clone())
            .or_default()
            .push(closing.unit);
    }
    merged
}

#[tokio::test(flavor = "multi_thread")]
async fn open_duties_of_22_communes_arrive_whole_at_eight_and_nobody_is_counted_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::issue_decision(&app, office::DECISION).await;
    let (admin, _) = office::first(&app, "admin").await;
    let (_, org) = office::first(&app, "chair").await;
    let plan = plan_on("2023-03-21");
    let outlook = look(&app, &admin, org, &plan).await;
    assert!(outlook.problems.is_empty(), "{:?}", outlook.problems);
    assert_eq!(outlook.moves.len(), 22);
    let before: u64 = outlook.moves.iter().map(|one| one.open.deliveries).sum();
    assert_eq!(before, 22, "each commune has the decision to acknowledge");
    reorg::apply(&app, &admin, org, &plan)
        .await
        .expect("applied");

    // The day before, everything is as it was.
    let units = units_by_key(&app).await;
    let db = app.store.reader();
    let today = find::all_units(db, app.today()).await.expect("read");
    assert!(today.contains_key(&units["xa-bao-lam"].id));
    assert!(!today.contains_key(&units["xa-dong-dang"].id));

    app.clock.advance_to(office::start() + TimeDelta::days(1));
    let today = find::all_units(db, app.today()).await.expect("read");
    assert!(!today.contains_key(&units["xa-bao-lam"].id));
    assert_eq!(today[&units["phuong-ky-lua"].id].code, "06187");
    // An old paper asks for the name of its day, whoever bears its code or its name now.
    let old = find::unit(db, units["thi-tran-cao-loc"].id, app.today()).await;
    let old = old.expect("still known");
    assert_eq!(
        (old.code.as_str(), old.name.as_str()),
        ("06187", "Ủy ban nhân dân thị trấn Cao Lộc")
    );

    let mut answered = 0;
    for (new, communes) in merged() {
        let clerks = find::holders(db, &[units[&new].id], &["clerk"], app.today()).await;
        let clerks = clerks.expect("read");
        assert_eq!(
            clerks.len(),
            communes.len(),
            "the clerks of {new} come with it"
        );
        let clerk = find::actor(db, clerks[0].person_id, app.today()).await;
        let clerk = clerk.expect("a clerk");
        let old: BTreeSet<Uuid> = communes.iter().map(|key| units[key].id).collect();
        let rows = delivery::Entity::find()
            .filter(delivery::Column::DocumentId.eq(document))
            .all(db)
            .await
            .expect("read");
        for row in &rows {
            let result = acknowledge(&app, &clerk, row.id).await;
            if old.contains(&row.unit_id) {
                answered += 1;
                let number = usize::try_from(result.expect("acknowledged")).expect("a number");
                assert!(
                    (1..=communes.len()).contains(&number),
                    "one register for {new}"
                );
            } else {
                assert!(matches!(result, Err(Fault::NotFound | Fault::Refused(_))));
            }
        }
    }
    assert_eq!(answered, before, "sums before and after agree");

    // The first period opens after the reform: the eight report, none of the 22 does, the divisions as ever.
    let period = report_period::Entity::find()
        .filter(report_period::Column::DocumentId.eq(document))
        .order_by_asc(report_period::Column::OpensAt)
        .one(db)
        .await
        .expect("read")
        .expect("a period");
    app.clock.advance_to(period.opens_at);
    worker::run_until_idle(&app).await.expect("worked");
    let asked: Vec<Uuid> = unit_report::Entity::find()
        .filter(unit_report::Column::PeriodId.eq(period.id))
        .all(db)
        .await
        .expect("read")
        .into_iter()
        .map(|row| row.unit_id)
        .collect();
    let once: BTreeSet<Uuid> = asked.iter().copied().collect();
    assert_eq!(asked.len(), once.len());
    for (new, communes) in merged() {
        assert!(once.contains(&units[&new].id), "{new} reports");
        assert!(communes.iter().all(|key| !once.contains(&units[key].id)));
    }
    // Every new clerk's mail finds somebody, also where it is about an old commune.
    let reporters = find::holders(db, &[units["xa-bao-lam"].id], &["reporter"], app.today()).await;
    assert_eq!(reporters.expect("read").len(), 5);

    let row = reorganisation::Entity::find().one(db).await.expect("read");
    let undone = reorg::undo(&app, &admin, row.expect("a row").id).await;
    assert!(
        matches!(undone, Err(Fault::Refused(_))),
        "new things were done"
    );
    let breaches = invariants::check(db).await.expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

/// Everything that a plan changes, to compare.
async fn picture(app: &App) -> String {
    let db = app.store.reader();
    let on = office::start().date_naive() + TimeDelta::days(30);
    let units = find::all_units(db, on).await.expect("read");
    let posts = post::Entity::find()
        .order_by_asc(post::Column::Id)
        .all(db)
        .await;
    let posts: Vec<_> = posts
        .expect("read")
        .into_iter()
        .filter(|post| post.valid_to.is_none_or(|to| to > on))
        .collect();
    let registers = register::Entity::find()
        .order_by_asc(register::Column::Id)
        .all(db)
        .await
        .expect("read");
    let members: BTreeSet<_> = unit_group_member::Entity::find()
        .all(db)
        .await
        .expect("read")
        .into_iter()
        .map(|row| (row.group_id, row.unit_id))
        .collect();
    format!("{units:?}\n{posts:?}\n{registers:?}\n{members:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_undone_without_a_trace_in_the_office_and_can_be_applied_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    let (admin, _) = office::first(&app, "admin").await;
    let (_, org) = office::first(&app, "chair").await;
    let before = picture(&app).await;
    let plan = plan_on("2023-03-21");
    let id = reorg::apply(&app, &admin, org, &plan)
        .await
        .expect("applied");
    assert_ne!(picture(&app).await, before);
    reorg::undo(&app, &admin, id).await.expect("undone");
    assert_eq!(picture(&app).await, before);
    let again = reorg::undo(&app, &admin, id).await;
    assert!(matches!(again, Err(Fault::Refused(_))));
    reorg::apply(&app, &admin, org, &plan)
        .await
        .expect("applied again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_against_a_plan_is_said_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    office::bring_to_chairman(&app, office::DECISION).await;
    let (admin, _) = office::first(&app, "admin").await;
    let (_, org) = office::first(&app, "chair").await;
    let head = "title = \"t\"\nbasis = \"b\"\neffective_on = \"2023-04-01\"\n";
    let against = async |text: String| {
        let outlook = look(&app, &admin, org, &text).await;
        let said: Vec<String> = outlook.problems.into_iter().map(|said| said.en).collect();
        said.join("\n")
    };
    let drafts = against(format!(
        "{head}close = [{{ unit = \"cao-loc/vp\", into = [\"cao-loc/nv\"] }}]"
    ))
    .await;
    assert!(drafts.contains("drafts that are not issued"), "{drafts}");
    let opinions = against(format!("{head}close = [{{ unit = \"nowhere\" }}]")).await;
    assert!(
        opinions.contains("No unit has the key “nowhere”"),
        "{opinions}"
    );
    let past = against(plan_on("2023-03-01")).await;
    assert!(past.contains("has passed"), "{past}");
    let (without, _) = PLAN.split_once("head = [").expect("the plan names heads");
    let leaders = against(without.replace("2025-07-01", "2023-04-01")).await;
    assert_eq!(
        leaders.matches("Several leaders come to").count(),
        6,
        "{leaders}"
    );
    let foreign = against(format!("{head}close = [{{ unit = \"so-khcn\" }}]")).await;
    assert!(foreign.contains("is not administered"), "{foreign}");
    let taken = against(format!(
        "{head}create = [{{ key = \"cao-loc/nv\", name = \"a\", short = \"b\", header = [], kind = \"division\", organisation = \"cao-loc\" }}]"
    ))
    .await;
    assert!(taken.contains("is taken"), "{taken}");

    // Whoever administers nothing here applies nothing, whatever the form says.
    let (chair, _) = office::first(&app, "chair").await;
    let plan = format!(
        "{head}rename = [{{ unit = \"cao-loc/yt\", name = \"Phòng Y tế mới\", short = \"YTM\", header = [\"X\"] }}]"
    );
    assert!(reorg::apply(&app, &chair, org, &plan).await.is_err());
    reorg::apply(&app, &admin, org, &plan)
        .await
        .expect("applied");
    let units = units_by_key(&app).await;
    let yt = units["cao-loc/yt"].id;
    let on = |day: &str| day.parse().expect("a day");
    let db = app.store.reader();
    let before = find::unit(db, yt, on("2023-03-31")).await.expect("read");
    let after = find::unit(db, yt, on("2023-04-01")).await.expect("read");
    assert_eq!((before.short.as_str(), after.short.as_str()), ("YT", "YTM"));
    assert_eq!(after.place, before.place);
}
