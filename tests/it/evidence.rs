//! Evidence told at the event: the line is there when the act is, in its own words, and nobody takes one away unseen.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait};
use serde_json::Value;
use trinhky::app::App;
use trinhky::audit::rows::{evidence_line, evidence_pending};
use trinhky::audit::{self, evidence, invariants};
use trinhky::distribution::direction::{self, Wanted};
use trinhky::distribution::proof::past;
use trinhky::distribution::rows::attestation;
use trinhky::distribution::{recall, receipt};
use trinhky::fault::Fault;
use trinhky::mail::bounce::Bounce;
use trinhky::mail::rows::outbox;
use trinhky::people::{Actor, find as people_find};
use trinhky::worker;
use uuid::Uuid;

use super::{office, tools};

async fn lines(app: &App, document: Uuid) -> Vec<Value> {
    evidence::lines(app.store.reader(), document)
        .await
        .expect("the evidence")
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The one line that was added since there were so many.
async fn added(app: &App, document: Uuid, count: &mut usize) -> Value {
    let mut lines = lines(app, document).await;
    assert_eq!(lines.len(), *count + 1, "{:?}", &lines[*count..]);
    *count += 1;
    lines.remove(*count - 1)
}

async fn actor(app: &App, person: Uuid) -> Actor {
    people_find::actor(app.store.reader(), person, app.today())
        .await
        .expect("somebody")
}

async fn breaches(db: &impl ConnectionTrait) -> Vec<String> {
    let found = invariants::check(db).await.expect("checked");
    found.into_iter().map(|breach| breach.message).collect()
}

async fn every_event_is_told_in_its_act(app: &App) -> Uuid {
    let document = office::issue_decision(app, office::DECISION).await;
    let told = lines(app, document).await;
    let of_kind = |code: &str| told.iter().filter(|line| line["event"] == code).count();
    assert_eq!(told[1]["event"], "A.1");
    assert_eq!(told[1]["on_behalf"], told[0]["agency"]);
    assert_eq!(told[1]["recipient"], Value::Null);
    assert!(of_kind("D.1") > 20 && of_kind("TK.2") > 0, "{told:?}");
    // The letters have gone out by now: one for each delivery and each dispatch.
    assert_eq!(of_kind("D.3"), of_kind("D.1") + of_kind("TK.2"));
    let letter = told.iter().find(|line| line["event"] == "D.3");
    let letter = letter.expect("a letter");
    assert_eq!(letter["channel"], "SMTP");
    assert!(
        letter["detail"]
            .as_str()
            .expect("text")
            .contains(": written to ")
    );
    let mut count = told.len();

    let open = office::open_deliveries(app, document).await;
    let (delivery, clerk) = &open[0];
    let unit = receipt::delivered(app.store.reader(), *delivery).await;
    let unit_id = unit.expect("the delivery").unit_id;
    let unit = people_find::unit(app.store.reader(), unit_id, app.today()).await;
    let unit = unit.expect("the unit").name;

    // Opened once, however often somebody looks.
    for _ in 0..2 {
        audit::seen(app, clerk, document, "page")
            .await
            .expect("seen");
    }
    let line = added(app, document, &mut count).await;
    assert_eq!(
        (&line["event"], &line["grade"]),
        (&"E.1".into(), &"R4".into())
    );
    assert_eq!(line["recipient"], unit.as_str());
    assert_eq!(line["on_behalf"], unit.as_str());
    assert_eq!(line["actor"], clerk.name.as_str());
    assert_eq!(line["mandate"], clerk.posts[0].title.as_str());

    let number = receipt::acknowledge(app, clerk, *delivery)
        .await
        .expect("received");
    let line = added(app, document, &mut count).await;
    assert_eq!(
        (&line["event"], &line["grade"]),
        (&"C.3".into(), &"R2".into())
    );
    assert_eq!(line["detail"], format!("Số đến {number}"));
    assert_eq!(line["recipient_id"], unit_id.to_string());
    assert_eq!(
        line["at"],
        app.clock
            .now()
            .to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
    );

    let head = people_find::holders(
        app.store.reader(),
        &[unit_id],
        &["chair", "office_chief", "unit_head"],
        app.today(),
    )
    .await
    .expect("read")[0]
        .person_id;
    let wanted = Wanted {
        lead: head,
        support: Vec::new(),
        inform: Vec::new(),
        due_on: None,
        remark: String::new(),
    };
    let leader = actor(app, head).await;
    direction::direct(app, &leader, *delivery, wanted)
        .await
        .expect("directed");
    let line = added(app, document, &mut count).await;
    assert_eq!(
        (&line["event"], &line["grade"]),
        (&"TK.3".into(), &"R3".into())
    );

    let (other, its_clerk) = &open[1];
    receipt::refuse(app, its_clerk, *other, " Gửi nhầm ".to_owned())
        .await
        .expect("refused");
    let line = added(app, document, &mut count).await;
    assert_eq!(
        (&line["event"], &line["detail"]),
        (&"C.4".into(), &"Gửi nhầm".into())
    );

    let asked = attestation::Entity::find()
        .filter(attestation::Column::DocumentId.eq(document))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("somebody who is to study it");
    let student = actor(app, asked.person_id).await;
    receipt::attest(app, &student, document)
        .await
        .expect("attested");
    let line = added(app, document, &mut count).await;
    assert_eq!(
        (&line["event"], &line["grade"]),
        (&"TK.1".into(), &"R5".into())
    );

    // A letter comes back; the second report of it tells nothing new.
    let letter = outbox::Entity::find()
        .filter(outbox::Column::DeliveryId.eq(open[2].0))
        .filter(outbox::Column::Template.eq("delivery"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("a letter");
    let bounce = Bounce {
        letter: letter.id,
        recipients: vec![letter.rcpt.clone()],
        words: "550 5.1.1 user unknown".to_owned(),
        failed: true,
    };
    for _ in 0..2 {
        worker::returned(app, bounce.clone())
            .await
            .expect("attached");
    }
    let line = added(app, document, &mut count).await;
    assert_eq!(line["event"], "D.4");
    assert_eq!(
        line["detail"],
        format!("{}: {}", letter.to_address, bounce.words)
    );
    assert_eq!(breaches(app.store.reader()).await, Vec::<String>::new());

    let (chair, _) = office::first(app, "chair").await;
    let seen = office::seen(app, document).await;
    recall::recall(app, &chair, document, seen, "Sai phụ lục".to_owned())
        .await
        .expect("recalled");
    let line = added(app, document, &mut count).await;
    assert_eq!(
        (&line["event"], &line["detail"]),
        (&"TK.4".into(), &"Sai phụ lục".into())
    );
    assert!(
        lines(app, document)
            .await
            .iter()
            .all(|line| line["reconstructed"].is_null())
    );
    document
}

/// Whoever has every right in the database leaves a mark in what `check` says.
async fn nobody_changes_it_unseen(app: &App, document: Uuid) {
    let last = lines(app, document).await.len() - 1;
    let here = match app.store.backend() {
        sea_orm::DatabaseBackend::Sqlite => {
            format!("document_id = X'{}'", document.simple())
        }
        _ => format!("document_id = '{document}'"),
    };
    let changes = [
        format!("DELETE FROM evidence_line WHERE n = {last} AND {here}"),
        format!("DELETE FROM evidence_line WHERE n = 5 AND {here}"),
        format!("DELETE FROM evidence_line WHERE {here}"),
        format!(
            "UPDATE evidence_line SET line = replace(line, 'Gửi nhầm', 'Gửi đúng') WHERE {here}"
        ),
        format!("UPDATE evidence_line SET line = replace(line, 'Sai phụ lục', 'Sai') WHERE {here}"),
        format!("UPDATE evidence_line SET n = n + 1000 WHERE n = {last} AND {here}"),
        format!(
            "UPDATE evidence_line SET event_key = 'x' || event_key WHERE event_key LIKE 'answered:%' AND n > 50 AND {here}"
        ),
        format!(
            "UPDATE document_file SET digest = (SELECT s.digest FROM stored_file s WHERE s.digest <> document_file.digest ORDER BY s.digest LIMIT 1) WHERE kind = 'sealed' AND {here}"
        ),
    ];
    for change in changes {
        let tx = app.store.reader().begin().await.expect("a transaction");
        let done = tx.execute_unprepared(&change).await.expect("changed");
        let found = breaches(&tx).await;
        tx.rollback().await.expect("taken back");
        assert!(done.rows_affected() > 0, "{change}");
        assert!(
            found
                .iter()
                .any(|found| found.starts_with("the evidence of")),
            "{change}: {found:?}"
        );
    }
    assert_eq!(breaches(app.store.reader()).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_as_they_happen_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = every_event_is_told_in_its_act(&app).await;
    nobody_changes_it_unseen(&app, document).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_as_they_happen_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), &postgres.answer, office::ORGANISATION).await;
    let document = every_event_is_told_in_its_act(&app).await;
    nobody_changes_it_unseen(&app, document).await;
}

/// A document of an earlier version whose past cannot be read is not stuck for ever: a person begins its evidence anew.
async fn a_lost_past_is_begun_anew(app: &App) {
    let document = office::issue_decision(app, office::DECISION).await;
    let db = app.store.reader();
    evidence_line::Entity::delete_many()
        .filter(evidence_line::Column::DocumentId.eq(document))
        .exec(db)
        .await
        .expect("the lines are lost");
    let note = evidence_pending::ActiveModel {
        document_id: Set(document),
    };
    evidence_pending::Entity::insert(note)
        .exec_without_returning(db)
        .await
        .expect("it is noted");
    let (delivery, clerk) = office::open_deliveries_with_clerk(app, document)
        .await
        .remove(0);
    let stuck = receipt::acknowledge(app, &clerk, delivery).await;
    assert!(stuck.is_err(), "it cannot be received");

    let (admin, _) = office::first(app, "admin").await;
    let (chair, org) = office::first(app, "chair").await;
    let waiting = past::waiting(db, org).await.expect("the noted");
    assert_eq!(waiting.len(), 1);
    for (who, why) in [(&admin, " "), (&chair, "Mất dữ liệu năm trước")] {
        let refused = past::begin_anew(app, who, org, document, why).await;
        assert!(matches!(refused, Err(Fault::Refused(_))), "{why:?}");
    }
    let why = "Mất dữ liệu năm trước";
    past::begin_anew(app, &admin, org, document, why)
        .await
        .expect("it is begun");
    assert!(past::waiting(db, org).await.expect("none").is_empty());
    let told = lines(app, document).await;
    assert_eq!(told.len(), 2);
    assert!(told[1]["reconstructed"].as_bool().unwrap_or_default());
    assert!(told[1].to_string().contains(why), "{}", told[1]);
    let again = past::begin_anew(app, &admin, org, document, why).await;
    assert!(matches!(again, Err(Fault::Refused(_))), "only once");
    receipt::acknowledge(app, &clerk, delivery)
        .await
        .expect("it is received");
    assert_eq!(lines(app, document).await.len(), 3);
}

#[tokio::test]
async fn a_lost_past_is_begun_anew_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    a_lost_past_is_begun_anew(&app).await;
}
