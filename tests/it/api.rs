//! Other programs: tokens with scopes, reports listed, read and sent once, and the whole description tried by schemathesis.

use std::process::Command;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use trinhky::app::App;
use trinhky::audit::rows::journal;
use trinhky::people::Actor;
use trinhky::people::api_token::{self, NewToken, Scope};
use trinhky::people::rows::unit;
use trinhky::{routes, worker};
use uuid::Uuid;

use super::{browser, office, tools};

/// The office on the first day on which the second quarter's reports are open.
pub async fn open(folder: &std::path::Path) -> (App, Uuid) {
    let app = office::open(folder, "", office::ORGANISATION).await;
    let decision = office::issue_decision(&app, office::DECISION).await;
    let until = "2023-06-01T02:00:00Z".parse().expect("an instant");
    while let Some(due) = worker::next_due(&app)
        .await
        .expect("the timers")
        .filter(|due| *due <= until)
    {
        app.clock.advance_to(due.max(app.clock.now()));
        worker::run_until_idle(&app).await.expect("the worker");
    }
    app.clock.advance_to(until);
    worker::run_until_idle(&app).await.expect("the worker");
    (app, decision)
}

pub async fn administrator(app: &App) -> Actor {
    office::first(app, "admin").await.0
}

pub async fn token(app: &App, scopes: &[Scope]) -> String {
    let admin = administrator(app).await;
    let health = unit::Entity::find()
        .filter(unit::Column::UnitKey.eq("cao-loc/yt"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the health division");
    let wanted = NewToken {
        org_id: health.org_id,
        unit_id: health.id,
        name: "Một cửa điện tử".to_owned(),
        scopes: scopes.to_vec(),
        expires_on: "2023-12-31".parse().expect("a day"),
    };
    api_token::issue(app, &admin, wanted)
        .await
        .expect("a token")
}

/// A call with a token and, for a POST, a body with its key.
pub async fn call(
    app: &App,
    token: &str,
    path: &str,
    sent: Option<(&str, &Value)>,
) -> (StatusCode, Value) {
    let mut request = Request::builder().uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut body = String::new();
    if let Some((key, json)) = sent {
        request = request
            .method("POST")
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        body = json.to_string();
    }
    let request = request.body(Body::from(body)).expect("a request");
    let response = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

/// Everything as wanted, for what the report asks.
pub fn counts(report: &Value) -> Value {
    let values: Vec<Value> = report["indicators"]
        .as_array()
        .expect("indicators")
        .iter()
        .map(|asked| {
            if asked["is_count"] == true {
                json!({"code": asked["code"], "numerator": 0})
            } else {
                json!({"code": asked["code"], "numerator": 100, "denominator": 100})
            }
        })
        .collect();
    json!({"revision": report["revision"], "values": values})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_sends_the_unit_s_report_once_and_the_head_approves_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, decision) = open(folder.path()).await;
    let token = token(&app, &Scope::ALL).await;

    let (status, list) = call(&app, &token, "/api/v1/reports?state=draft", None).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    assert_eq!(list.as_array().map(Vec::len), Some(1), "its own unit only");
    let id = list[0]["id"].as_str().expect("an id").to_owned();
    let address = format!("/api/v1/reports/{id}");
    let (_, report) = call(&app, &token, &address, None).await;
    assert_eq!(report["period"], "2023-Q2");

    let send = format!("{address}/submission");
    let mut wrong = counts(&report);
    wrong["values"][0]["numerator"] = json!(101);
    let (status, problem) = call(&app, &token, &send, Some(("k1", &wrong))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert!(problem["field"].is_string(), "{problem}");

    let right = counts(&report);
    let (status, first) = call(&app, &token, &send, Some(("k1", &right))).await;
    assert_eq!(
        (status, &first["state"]),
        (StatusCode::OK, &json!("submitted")),
        "{first}"
    );
    let (status, again) = call(&app, &token, &send, Some(("k1", &right))).await;
    assert_eq!((status, again), (StatusCode::OK, first), "the same answer");
    let sent = journal::Entity::find()
        .filter(journal::Column::Act.eq("report.submitted"))
        .count(app.store.reader())
        .await
        .expect("counted");
    assert_eq!(sent, 1, "sent once");
    let (status, _) = call(&app, &token, &send, Some(("k1", &wrong))).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "another request under the same key"
    );
    let (status, _) = call(&app, &token, &send, Some(("k2", &right))).await;
    assert_eq!(status, StatusCode::CONFLICT, "the head has it");

    let results = format!("/api/v1/results/{decision}?period=2023-Q2");
    let (status, results) = call(&app, &token, &results, None).await;
    assert_eq!(status, StatusCode::OK, "{results}");
    assert_eq!(
        (&results["asked"], &results["reported"]),
        (&json!(35), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_its_scopes_say_until_it_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, decision) = open(folder.path()).await;
    let reads = token(&app, &[Scope::ReadReports]).await;
    let results = format!("/api/v1/results/{decision}");
    assert_eq!(
        call(&app, "", "/api/v1/reports", None).await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        call(&app, "tk_no", "/api/v1/reports", None).await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        call(&app, &reads, &results, None).await.0,
        StatusCode::FORBIDDEN
    );
    let (_, list) = call(&app, &reads, "/api/v1/reports", None).await;
    let send = format!(
        "/api/v1/reports/{}/submission",
        list[0]["id"].as_str().expect("an id")
    );
    let body = json!({"revision": 0, "values": []});
    assert_eq!(
        call(&app, &reads, &send, Some(("k", &body))).await.0,
        StatusCode::FORBIDDEN
    );

    let admin = administrator(&app).await;
    let org = admin.org_ids()[0];
    let kept = api_token::of_organisation(app.store.reader(), org)
        .await
        .expect("tokens");
    assert!(
        kept.iter().all(|row| !reads.contains(&row.hash)),
        "only a hash is kept"
    );
    let (drafter, _) = office::first(&app, "drafter").await;
    assert!(
        api_token::revoke(&app, &drafter, org, kept[0].id)
            .await
            .is_err(),
        "not hers"
    );
    api_token::revoke(&app, &admin, org, kept[0].id)
        .await
        .expect("taken back");
    assert_eq!(
        call(&app, &reads, "/api/v1/reports", None).await.0,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_fault_and_no_undocumented_answer_for_any_role() {
    let Some(schemathesis) = tools::in_venv("schemathesis") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _) = open(folder.path()).await;
    let address = browser::serve(&app).await;
    let roles: [&[Scope]; 3] = [&[], &[Scope::ReadReports], &Scope::ALL];
    for scopes in roles {
        let token = match scopes {
            [] => "tk_stranger".to_owned(),
            scopes => token(&app, scopes).await,
        };
        let mut command = Command::new(&schemathesis);
        command
            .current_dir(folder.path())
            .args(["run", &format!("{address}/api/v1/openapi.json")])
            .args(["--header", &format!("Authorization: Bearer {token}")])
            .args(["--checks", "all"])
            // More is asked of a report than a schema can say: what it allows may still be refused.
            .args(["--exclude-checks", "positive_data_acceptance"])
            .args(["--max-examples", "25", "--seed", "7", "--no-color"]);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("a task")
            .expect("schemathesis runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{scopes:?}: {said}");
    }
}
