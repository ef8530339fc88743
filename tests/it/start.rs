//! How the program starts, and the one sentence it says when it cannot.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sea_orm::{ConnectionTrait as _, Database};

use super::served::{self, Installation, program};
use super::{office, tools};

/// Resident memory that a server at rest may hold, in KiB (issue: 80 MB).
const IDLE_KIB: u64 = 80_000;

/// Runs a command that has to fail; its one sentence.
fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("the program runs");
    let said = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(status.code(), Some(2), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "one sentence: {said}");
    assert!(said.starts_with("trinhky: "), "{said}");
    said
}

#[test]
fn an_occupied_port_is_said_before_anything_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port();
    let data = folder.path().join("data");
    let said = refusal(
        program()
            .args(["serve", "--port", &port.to_string(), "--data"])
            .arg(&data),
    );
    assert!(
        said.contains(&format!("127.0.0.1:{port}")) && said.contains("--port"),
        "{said}"
    );
    assert!(!data.exists(), "nothing was made");
    let said = refusal(
        program()
            .args(["demo", "--port", &port.to_string(), "--data"])
            .arg(&data),
    );
    assert!(said.contains("--port"), "{said}");
    assert!(!data.exists(), "nothing was made");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    // Also the superuser, as whom the tests may run, cannot make a folder inside a file.
    let file = folder.path().join("a-file");
    std::fs::write(&file, "no folder").expect("written");
    let data = file.join("data");
    for arguments in [
        vec!["migrate"],
        vec!["serve", "--port", "0"],
        vec!["demo", "--play-only"],
    ] {
        let said = refusal(program().args(arguments).arg("--data").arg(&data));
        assert!(
            said.contains(&data.display().to_string()) && said.contains("--data"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_newer_than_the_program_is_left_alone_on_sqlite() {
    newer_database("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_newer_than_the_program_is_left_alone_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    newer_database(&postgres.answer).await;
}

async fn newer_database(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), database, office::ORGANISATION).await;
    let url = app.config.database_url();
    drop(app);
    let connection = Database::connect(&url).await.expect("connected");
    connection
        .execute_unprepared(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_tomorrow', 1900000000)",
        )
        .await
        .expect("written");
    connection.close().await.expect("closed");
    let installation = Installation::describe(folder.path(), database);
    for name in ["migrate", "serve", "check"] {
        let said = refusal(&mut installation.command(name));
        assert!(
            said.contains("newer than this program") && said.contains("install the newer program"),
            "{name}: {said}"
        );
    }
    let doctor = installation
        .command("doctor")
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(1), "{said}");
    assert!(said.contains("newer than this program"), "{said}");
}

#[test]
fn an_organisation_file_is_told_all_its_faults_with_their_places() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("office.toml");
    let text = office::ORGANISATION
        .replacen("role = \"clerk\"", "role = \"klerk\"", 1)
        .replacen(
            "organisation = \"cao-loc\", title",
            "organisation = \"cao-lock\", title",
            1,
        );
    std::fs::write(&file, text).expect("written");
    let output = program()
        .args(["org", "import", "--dry-run"])
        .arg(&file)
        .output()
        .expect("the program runs");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let name = file.display().to_string();
    assert!(
        said.lines().count() >= 2 && said.lines().all(|line| line.starts_with(&name)),
        "{said}"
    );
    assert!(
        said.contains("klerk") && said.contains("cao-lock"),
        "{said}"
    );
}

#[test]
fn a_reader_that_has_read_enough_ends_the_command_in_peace() {
    let mut child = program()
        .arg("config")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Closed before the first byte, as `| head -0` does.
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("its error stream")
        .read_to_string(&mut said)
        .expect("read");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), said.as_str()), (Some(141), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_at_rest_is_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    office::issue_decision(&app, office::DECISION).await;
    drop(app);
    let server = Installation::describe(folder.path(), "").serve();
    for path in ["/", "/dang-nhap", "/xac-minh"] {
        let status = served::get(server.port, path).expect("an answer");
        assert!(status < 500, "{path}: {status}");
    }
    let Some(kib) = held(server.pid()) else {
        tools::missing("/proc (Linux)");
        return;
    };
    assert!(kib <= IDLE_KIB, "{kib} KiB at rest");
}

/// Resident memory of a process in KiB, without the pages of the program's own file: those of a debug build are some
/// four times those of a release build, and the kernel drops them when it needs the room.
fn held(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let status = status.ok()?;
    ["RssAnon:", "RssShmem:"]
        .into_iter()
        .map(|name| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}
