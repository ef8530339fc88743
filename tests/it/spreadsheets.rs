//! Exports open in LibreOffice with the values that we wrote, and no text of a person becomes a formula (F41).
//!
//! It is asked where it is installed and is no tool that the tests need: it is large.

use std::path::Path;
use std::process::Command;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use tower::ServiceExt as _;
use trinhky::app::App;
use trinhky::people::sign_in;
use trinhky::routes;
use trinhky_drafting::sheet;

use super::extension::go_on_to;
use super::office;

/// What a spreadsheet would calculate, fetch or run if it took it for a formula.
const HOSTILE: [&str; 3] = ["=1+2", "+3-1", "@SUM(1;2)"];

async fn file(app: &App, token: &str, path: &str) -> Vec<u8> {
    let request = Request::builder()
        .uri(path)
        .header(header::COOKIE, format!("phien={token}"))
        .body(Body::empty())
        .expect("a request");
    let answer = routes::router(app.clone())
        .oneshot(request)
        .await
        .expect("an answer");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    to_bytes(answer.into_body(), 1 << 24)
        .await
        .expect("a body")
        .to_vec()
}

/// The rows of a table, without the empty cells at their ends.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let sheet = sheet::read(bytes).expect("a table");
    sheet
        .rows
        .into_iter()
        .map(|row| {
            assert!(row.cells.iter().all(|cell| !cell.uncalculated));
            let mut texts: Vec<String> = row.cells.into_iter().map(|cell| cell.text).collect();
            while texts.last().is_some_and(String::is_empty) {
                texts.pop();
            }
            texts
        })
        .collect()
}

/// The file as LibreOffice shows it, in the words of a CSV file.
fn as_libreoffice_shows_it(folder: &Path, name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    std::fs::create_dir_all(&ours).expect("made");
    std::fs::write(ours.join(name), bytes).expect("written");
    let profile = folder.join("profile");
    let mut soffice = Command::new("soffice");
    soffice
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .arg("--headless");
    if name.ends_with(".csv") {
        // UTF-8, commas; what stands in quotes is text.
        soffice.arg("--infilter=CSV:44,34,76,1,,0,true,false");
    }
    let output = soffice
        .args([
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true",
            "--outdir",
        ])
        .arg(&theirs)
        .arg(ours.join(name))
        .output()
        .expect("LibreOffice runs");
    let shown = theirs.join(name.replace(".xlsx", ".csv"));
    let bytes = std::fs::read(&shown).unwrap_or_else(|error| {
        panic!(
            "{name}: {error}; {}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    rows(&bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_open_in_libreoffice_with_the_same_values_and_no_formula() {
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("left out: LibreOffice is not installed, so it did not open the exports");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut organisation = office::ORGANISATION.to_owned();
    for (place, name) in ["Thụy Hùng", "Hòa Cư", "Gia Cát"].iter().zip(HOSTILE) {
        let real = format!("name = \"Ủy ban nhân dân xã {place}\"");
        assert!(organisation.contains(&real), "{place}");
        organisation = organisation.replace(&real, &format!("name = \"{name}\""));
    }
    let app = office::open(folder.path(), "", &organisation).await;
    let decision = office::issue_decision(&app, office::DECISION).await;
    go_on_to(&app, "2023-06-20T02:00:00Z".parse().expect("an instant")).await;
    let (chief, _) = office::first(&app, "office_chief").await;
    let login = chief.person_id.expect("a person");
    let email = {
        use sea_orm::EntityTrait as _;
        trinhky::people::rows::person::Entity::find_by_id(login)
            .one(app.store.reader())
            .await
            .expect("read")
            .expect("the person")
            .email
    };
    let token = sign_in::sign_in(&app, &email, office::PASSWORD)
        .await
        .expect("signs in");
    for (name, path) in [
        ("theo-doi.xlsx", "theo-doi.xlsx"),
        ("theo-doi.csv", "theo-doi.csv"),
        ("muc-tieu.xlsx", "muc-tieu.xlsx"),
        ("muc-tieu.csv", "muc-tieu.csv"),
    ] {
        let bytes = file(&app, &token, &format!("/van-ban/{decision}/{path}")).await;
        let ours = rows(&bytes);
        assert!(ours.len() > 30, "{name}: {} rows", ours.len());
        for hostile in HOSTILE {
            let names_it = |cell: &String| cell.trim_start_matches('\'') == hostile;
            assert!(
                ours.iter().flatten().any(names_it),
                "{name} lacks {hostile}"
            );
        }
        let theirs = as_libreoffice_shows_it(folder.path(), name, &bytes);
        assert_eq!(theirs.len(), ours.len(), "{name}");
        for (mine, its) in ours.iter().zip(&theirs) {
            assert_eq!(its, mine, "{name}");
        }
    }
}
