//! A table of results leaves the server without growing it: a hundred times as many lines cost it the same memory.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, EntityTrait,
    IntoActiveModel as _,
};
use trinhky::app::Cx;
use trinhky::fault::Outcome;
use trinhky::objectives::rows::unit_report;
use trinhky::objectives::{find, state};
use trinhky::people::Actor;
use trinhky::people::rows::{person, unit, unit_name};
use uuid::Uuid;

use super::served::{Installation, Server};
use super::{office, tools};

/// Lines of the short and of the long table: each unit reports eight indicators.
const SHORT: usize = 1_000;
const LONG: usize = 100_000;
/// Most that the long table may cost the server more than the short one, in KiB. Held in memory, its lines alone were 60 MB.
const MORE_KIB: u64 = 40 * 1024;
/// Rows per statement.
const CHUNK: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_times_as_many_lines_leave_in_the_same_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let decision = office::issue_decision(&app, office::DECISION).await;
    let indicators = find::indicators(app.store.reader(), decision)
        .await
        .expect("indicators")
        .len();
    assert_eq!(indicators, 8);
    for (code, lines) in [("2023-Q2", SHORT), ("2023-Q3", LONG)] {
        app.act(
            &Actor::system(),
            (decision, code, lines / indicators),
            |cx, (decision, code, units)| Box::pin(crowd(cx, *decision, code, *units)),
        )
        .await
        .expect("a crowd");
    }
    // The served program's clock is today's: what is overdue since 2023 would be done while its memory is measured.
    app.act(&Actor::system(), (), |cx, ()| Box::pin(lay_to_rest(cx)))
        .await
        .expect("nothing is due");
    let (chief, _) = office::first(&app, "office_chief").await;
    let login = person::Entity::find_by_id(chief.person_id.expect("a person"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the chief")
        .email;
    drop(app);
    let server = Installation::describe(folder.path(), "").serve();
    let task = tokio::task::spawn_blocking(move || measured(&server, &login, decision));
    task.await.expect("measured");
}

/// Fetches the tables and compares what the server held at most.
fn measured(server: &Server, login: &str, decision: Uuid) {
    let cookie = sign_in(server.port, login);
    let export = |kind: &str, code: &str| {
        let path = format!("/van-ban/{decision}/muc-tieu.{kind}?ky={code}");
        let head = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        let answer = exchange(server.port, &head);
        let start = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a body")
            + 4;
        let said = String::from_utf8_lossy(&answer[..start]).into_owned();
        assert!(said.contains(" 200 "), "{said}");
        answer[start..].to_vec()
    };
    let lines = |kind: &str, code: &str| match kind {
        "csv" => {
            let text = String::from_utf8(export(kind, code)).expect("text");
            text.lines().count() - 1
        }
        _ => {
            let file = std::io::Cursor::new(export(kind, code));
            let mut archive = zip::ZipArchive::new(file).expect("an archive");
            let mut sheet = String::new();
            archive
                .by_name("xl/worksheets/sheet1.xml")
                .expect("the sheet")
                .read_to_string(&mut sheet)
                .expect("read");
            sheet.matches("<row ").count() - 1
        }
    };
    for kind in ["csv", "xlsx"] {
        assert_eq!(lines(kind, "2023-Q2"), SHORT, "{kind}");
        let Some(short) = most_held(server.pid()) else {
            tools::missing("/proc (Linux)");
            return;
        };
        assert_eq!(lines(kind, "2023-Q3"), LONG, "{kind}");
        let long = most_held(server.pid()).expect("the same");
        println!("{kind}: {short} KiB at {SHORT} lines, {long} KiB at {LONG}");
        assert!(
            long - short <= MORE_KIB,
            "{kind}: {short} KiB at {SHORT} lines, {long} KiB at {LONG}"
        );
    }
}

/// Signs in by the form; the cookie of the session.
fn sign_in(port: u16, login: &str) -> String {
    let body = format!("login={login}&password={}", office::PASSWORD);
    let request = format!(
        "POST /dang-nhap HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = String::from_utf8_lossy(&exchange(port, &request)).into_owned();
    answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: phien="))
        .and_then(|rest| rest.split(';').next())
        .map(|token| format!("phien={token}"))
        .unwrap_or_else(|| panic!("no session: {answer}"))
}

fn exchange(port: u16, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server");
    stream
        .set_read_timeout(Some(Duration::from_secs(300)))
        .expect("set");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    answer
}

/// The most memory that a process ever had, in KiB.
fn most_held(pid: u32) -> Option<u64> {
    let status = Path::new("/proc").join(pid.to_string()).join("status");
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

async fn lay_to_rest(cx: Cx<'_>) -> Outcome<()> {
    for table in ["flow_timer", "job", "outbox"] {
        let delete = format!("DELETE FROM {table}");
        cx.tx.execute_unprepared(&delete).await?;
    }
    Ok(())
}

/// Approved reports of so many further units for a period.
async fn crowd(cx: Cx<'_>, decision: Uuid, code: &str, units: usize) -> Outcome<()> {
    let period = find::period_by_code(cx.tx, decision, code).await?;
    let since = NaiveDate::from_ymd_opt(2004, 7, 1).expect("a day");
    let (mut rows, mut names, mut reports) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..=units {
        let unit_id = cx.id();
        rows.push(unit::ActiveModel {
            id: Set(unit_id),
            org_id: Set(unit_id),
            parent_id: Set(None),
            unit_key: Set(format!("{code}-{n:05}")),
            kind: Set("commune_committee".to_owned()),
            account: Set(true),
            email: Set(None),
            valid_from: Set(since),
            valid_to: Set(None),
        });
        names.push(unit_name::ActiveModel {
            id: Set(cx.id()),
            unit_id: Set(unit_id),
            name: Set(format!("Ủy ban nhân dân xã {n:05}")),
            short: Set(format!("UBND xã {n:05}")),
            header: Set("[]".to_owned()),
            place: Set(String::new()),
            code: Set(format!("{n:05}")),
            superior: Set(String::new()),
            valid_from: Set(since),
            valid_to: Set(None),
        });
        let report = unit_report::Model {
            id: cx.id(),
            org_id: period.org_id,
            document_id: decision,
            period_id: period.id,
            unit_id,
            state: state::APPROVED.to_owned(),
            version: 1,
            approved_version: 1,
            revision: 0,
            remark: String::new(),
            returned: String::new(),
            submitted_at: Some(cx.now),
            submitted_by: String::new(),
            approved_at: Some(cx.now),
            approved_by: String::new(),
            late_days: 0,
            changed_at: cx.now,
            extended_due: None,
        };
        reports.push(report.into_active_model().reset_all());
    }
    for chunk in rows.chunks(CHUNK) {
        let insert = unit::Entity::insert_many(chunk.to_vec());
        insert.exec_without_returning(cx.tx).await?;
    }
    for chunk in names.chunks(CHUNK) {
        let insert = unit_name::Entity::insert_many(chunk.to_vec());
        insert.exec_without_returning(cx.tx).await?;
    }
    for chunk in reports.chunks(CHUNK) {
        let insert = unit_report::Entity::insert_many(chunk.to_vec());
        insert.exec_without_returning(cx.tx).await?;
    }
    let values = "INSERT INTO report_value (report_id, indicator_id, version, numerator, denominator, nothing_arose, \
                  cause, measure, owner, measure_due) SELECT r.id, i.id, 1, 90, 100, FALSE, '', '', '', '' \
                  FROM unit_report r JOIN indicator i ON i.document_id = r.document_id JOIN report_period p \
                  ON p.id = r.period_id WHERE p.code = ";
    cx.tx
        .execute_unprepared(&format!("{values}'{code}'"))
        .await?;
    Ok(())
}
