//! PostgreSQL's own programs: `pg_dump` writes its database as SQL, `psql` runs it in one transaction.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use tokio::process::Command;

/// Writes the whole database, as it is at one instant, to a file.
///
/// # Errors
/// What `pg_dump` says, or that it is not installed.
pub async fn dump(url: &str, to: &Path) -> anyhow::Result<()> {
    let mut command = program("pg_dump", url)?;
    command
        .args(["--format=plain", "--no-owner", "--no-privileges", "--file"])
        .arg(to);
    run("pg_dump", command).await
}

/// Runs a dump and further statements in one transaction: all of it is there afterwards, or nothing.
///
/// # Errors
/// What `psql` says, or that it is not installed.
pub async fn load(url: &str, dump: &Path, further: &[String]) -> anyhow::Result<()> {
    let mut command = program("psql", url)?;
    command
        .args(["--no-psqlrc", "--quiet", "--single-transaction"])
        .args(["--set", "ON_ERROR_STOP=1", "--file"])
        .arg(dump)
        // A dump leaves no schema to search in.
        .args(["--command", "RESET search_path"]);
    for statement in further {
        command.args(["--command", statement]);
    }
    run("psql", command).await
}

/// The program with the database's address; the password goes by the environment, which other users cannot read.
fn program(name: &str, url: &str) -> anyhow::Result<Command> {
    let (address, password) = without_password(url)?;
    let mut command = Command::new(name);
    command.arg("--dbname").arg(address).stdin(Stdio::null());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

async fn run(name: &str, mut command: Command) -> anyhow::Result<()> {
    let output = command.kill_on_drop(true).output().await.with_context(|| {
        format!("cannot start {name}; install PostgreSQL's client programs (Debian: apt-get install postgresql-client)")
    })?;
    anyhow::ensure!(
        output.status.success(),
        "{name} could not do it: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

/// `postgres://user:secret@host/name` as an address without the secret, and the secret as it was before it was escaped.
fn without_password(url: &str) -> anyhow::Result<(String, Option<String>)> {
    let (scheme, rest) = url
        .split_once("://")
        .context("the address of the database has no ://")?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let Some((user, host)) = authority.rsplit_once('@') else {
        return Ok((url.to_owned(), None));
    };
    let Some((user, password)) = user.split_once(':') else {
        return Ok((url.to_owned(), None));
    };
    let beyond = &rest[authority.len()..];
    let escaped = format!("p={}", password.replace('+', "%2B"));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&escaped)?;
    let password = pairs.into_iter().next().map(|(_, password)| password);
    Ok((format!("{scheme}://{user}@{host}{beyond}"), password))
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn the_password_does_not_stand_in_the_address() {
        let split = |url| without_password(url).expect("an address");
        assert_eq!(
            split("postgres://an:m%40t+1@db:5433/ky?sslmode=require"),
            (
                "postgres://an@db:5433/ky?sslmode=require".to_owned(),
                Some("m@t+1".to_owned())
            )
        );
        for url in [
            "postgres://an@db/ky",
            "postgres://db/ky?application_name=a@b",
        ] {
            assert_eq!(split(url), (url.to_owned(), None));
        }
    }
}
