//! Commands on an installation: migrate, doctor, user, org.

use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, Database, DatabaseConnection,
    EntityTrait, QueryFilter, QueryOrder,
};
use sea_orm_migration::MigratorTrait;
use trinhky_migrations::Migrator;

use super::{DataArgs, NO};
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::config::{Config, settings};
use crate::distribution::{self, proof::past};
use crate::fault::Fault;
use crate::ids::Ids;
use crate::keeping;
use crate::people::rows::person;
use crate::people::{Actor, find as people_find, import, second_factor, sign_in};
use crate::secrets::Secrets;
use crate::store::Store;
use crate::web::format::date_time;

#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The file itself, or the page of the documentation
    #[arg(long, value_enum, default_value_t = ConfigFormat::Toml)]
    format: ConfigFormat,
}

/// How the settings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ConfigFormat {
    Toml,
    Markdown,
}

/// Prints every setting with its default and its meaning.
pub fn config(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    match args.format {
        ConfigFormat::Toml => write!(stdout(), "{}", settings::commented_file())?,
        ConfigFormat::Markdown => write!(stdout(), "{}", settings::documentation())?,
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Persons with their posts of today
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Set a person's password, read from standard input
    Password {
        /// The person's e-mail address
        email: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Give up the codes of all telephones and all recovery codes, because the key of the secrets is lost; passkeys stay
    ForgetCodes {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Stop a person from signing in; open sessions end at once
    Disable {
        email: String,
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Load organisations, units, groups, persons, posts and registers from a TOML file
    Import {
        file: PathBuf,
        #[command(flatten)]
        data: DataArgs,
        /// Only check the file
        #[arg(long)]
        dry_run: bool,
    },
    /// Organisations and units of today
    List {
        #[command(flatten)]
        data: DataArgs,
    },
}

/// Makes or upgrades the database; a newer one is refused.
///
/// # Errors
/// One sentence about folder or database.
pub async fn bring_up(config: &Config) -> anyhow::Result<usize> {
    std::fs::create_dir_all(&config.data).with_context(|| {
        format!(
            "cannot write to the data folder {}; choose another with --data",
            config.data.display()
        )
    })?;
    let url = config.database_url();
    let database = Database::connect(&url).await.with_context(|| {
        if config.database.is_empty() {
            format!(
                "cannot open the database in {}; is the folder writable?",
                config.data.display()
            )
        } else {
            "cannot reach the PostgreSQL database; check the address in the configuration"
                .to_owned()
        }
    })?;
    let pending = pending_migrations(&database).await?;
    Migrator::up(&database, None).await?;
    let past = past::is_due(&database).await.map_err(sentence)?;
    database.close().await?;
    let store = Store::open(&url).await?;
    if past {
        past::tell(&store).await.map_err(sentence)?;
    }
    let secrets = Arc::new(Secrets::open(config, &store).await?);
    let ids = Arc::new(Ids::from_system());
    second_factor::seal_old(&store, Arc::clone(&secrets), ids)
        .await
        .map_err(sentence)?;
    distribution::seal_old(&store, secrets)
        .await
        .map_err(sentence)?;
    Ok(pending)
}

/// How many migrations the database lacks.
///
/// # Errors
/// One sentence when it is newer than this program.
async fn pending_migrations(database: &DatabaseConnection) -> anyhow::Result<usize> {
    match Migrator::get_pending_migrations(database).await {
        Ok(pending) => Ok(pending.len()),
        // The library's words for a migration that was applied and that the program does not know.
        Err(error) if error.to_string().contains("missing") => anyhow::bail!(
            "the database is newer than this program (which knows {}); install the newer program or restore a backup",
            trinhky_migrations::newest()
        ),
        Err(error) => Err(error.into()),
    }
}

/// Opens the store of an installation whose database is at this program's version.
pub(super) async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.database_url()).await?;
    let pending = pending_migrations(store.reader()).await?;
    anyhow::ensure!(
        pending == 0,
        "the database is older than this program; run `trinhky migrate`"
    );
    Ok(store)
}

pub async fn migrate(args: DataArgs) -> anyhow::Result<ExitCode> {
    let config = args.config()?;
    let applied = bring_up(&config).await?;
    writeln!(
        stdout(),
        "{applied} migrations applied; the database is at {}",
        trinhky_migrations::newest()
    )?;
    Ok(ExitCode::SUCCESS)
}

pub async fn doctor(args: DataArgs) -> anyhow::Result<ExitCode> {
    let config = args.config()?;
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    if config.database.is_empty() && !config.database_file().exists() {
        problems.push(format!(
            "There is no database in {}; run `trinhky migrate` or `trinhky serve`.",
            config.data.display()
        ));
    } else {
        match Store::open(&config.database_url()).await {
            Err(error) => problems.push(format!("The database cannot be opened: {error:#}.")),
            Ok(store) => match pending_migrations(store.reader()).await {
                Ok(0) => match keeping::last(store.reader()).await? {
                    None => notes.push(
                        "There is no backup; set `backup.folder`, on another disk, and the server takes one every night."
                            .to_owned(),
                    ),
                    Some(last) if last.is_late(Clock::System.now()) => problems.push(format!(
                        "The last backup is of {} ({}); run `trinhky backup FOLDER`, and see why none is taken every night any more.",
                        date_time(last.at),
                        last.folder
                    )),
                    Some(_) => {}
                },
                Ok(pending) => {
                    problems.push(format!("{pending} migrations wait; run `trinhky migrate`."))
                }
                Err(error) => problems.push(format!(
                    "The database does not fit this program: {error:#}."
                )),
            },
        }
    }
    if config.smtp.is_none() {
        notes.push(format!(
            "No SMTP server is configured; mails are written to {}.",
            config.data.join("mail").display()
        ));
    }
    if config.public_url.is_empty() {
        notes.push("`public_url` is not set; links in mails point to this machine.".to_owned());
    } else if !config.over_tls() {
        notes.push("`public_url` is plain http; cookies are not marked Secure.".to_owned());
    }
    for problem in &problems {
        writeln!(stdout(), "problem: {problem}")?;
    }
    for note in &notes {
        writeln!(stdout(), "note: {note}")?;
    }
    if problems.is_empty() {
        writeln!(
            stdout(),
            "The installation in {} is in order.",
            config.data.display()
        )?;
    }
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NO)
    })
}

pub async fn user(command: UserCommand) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::List { data } => {
            let app = open(&data).await?;
            for person in person::Entity::find()
                .order_by_asc(person::Column::Email)
                .all(app.store.reader())
                .await?
            {
                let posts =
                    match people_find::actor(app.store.reader(), person.id, app.today()).await {
                        Ok(actor) => actor
                            .posts
                            .iter()
                            .map(|post| format!("{} ({})", post.title, post.role))
                            .collect::<Vec<_>>()
                            .join(", "),
                        Err(_) => "disabled".to_owned(),
                    };
                writeln!(stdout(), "{}\t{}\t{posts}", person.email, person.name)?;
            }
        }
        UserCommand::Password { email, data } => {
            let app = open(&data).await?;
            let mut password = String::new();
            std::io::stdin().read_line(&mut password)?;
            let hash =
                sign_in::hash_password(password.trim_end_matches(['\r', '\n']), &app.ids.bytes())
                    .map_err(sentence)?;
            change(
                &app,
                &email,
                Some(hash),
                true,
                "person.password_set",
                "Đặt lại mật khẩu",
            )
            .await?;
            writeln!(
                stdout(),
                "The password of {email} is set; open sessions have ended."
            )?;
        }
        UserCommand::ForgetCodes { data } => {
            let config = existing(&data)?;
            let store = open_store(&config).await?;
            second_factor::forget_all(&store, Clock::System.now())
                .await
                .map_err(sentence)?;
            writeln!(
                stdout(),
                "All codes are given up; who needs one sets it up after the next sign-in. Put no old key back."
            )?;
        }
        UserCommand::Disable { email, data } => {
            let app = open(&data).await?;
            change(
                &app,
                &email,
                None,
                false,
                "person.disabled",
                "Khóa tài khoản",
            )
            .await?;
            writeln!(stdout(), "{email} can no longer sign in.")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn org(command: OrgCommand) -> anyhow::Result<ExitCode> {
    match command {
        OrgCommand::Import {
            file,
            data,
            dry_run,
        } => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let read = match import::read(&text) {
                Ok(read) => read,
                Err(problems) => {
                    for problem in problems {
                        eprintln!("{}: {problem}", file.display());
                    }
                    return Ok(ExitCode::from(NO));
                }
            };
            if dry_run {
                writeln!(stdout(), "{} is in order.", file.display())?;
                return Ok(ExitCode::SUCCESS);
            }
            bring_up(&data.config()?).await?;
            let app = open(&data).await?;
            let counts = import::load(&app, read, None).await.map_err(sentence)?;
            writeln!(
                stdout(),
                "{} organisations, {} units, {} groups, {} persons, {} posts imported.",
                counts.organisations,
                counts.units,
                counts.groups,
                counts.persons,
                counts.posts
            )?;
        }
        OrgCommand::List { data } => {
            let app = open(&data).await?;
            let mut units: Vec<_> = people_find::all_units(app.store.reader(), app.today())
                .await
                .map_err(sentence)?
                .into_values()
                .collect();
            units.sort_by(|a, b| a.key.cmp(&b.key));
            for unit in units {
                writeln!(
                    stdout(),
                    "{}\t{}\t{}",
                    unit.key,
                    unit.name,
                    unit.email.unwrap_or_default()
                )?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn change(
    app: &App,
    email: &str,
    hash: Option<String>,
    active: bool,
    act: &'static str,
    summary: &str,
) -> anyhow::Result<()> {
    let found = person::Entity::find()
        .filter(person::Column::Email.eq(email.to_lowercase()))
        .one(app.store.reader())
        .await?
        .with_context(|| {
            format!("nobody has the address {email}; `trinhky user list` shows everybody")
        })?;
    let input = (found, hash, active, act, summary.to_owned());
    app.act(
        &Actor::system(),
        input,
        |cx, (found, hash, active, act, summary)| {
            Box::pin(async move {
                let mut row = person::ActiveModel {
                    id: Set(found.id),
                    active: Set(*active),
                    ..Default::default()
                };
                if let Some(hash) = hash {
                    row.password_hash = Set(Some(hash.clone()));
                }
                row.update(cx.tx).await?;
                let sql = "DELETE FROM session WHERE person_id = $1";
                let statement = sea_orm::Statement::from_sql_and_values(
                    cx.tx.get_database_backend(),
                    sql,
                    [found.id.into()],
                );
                cx.tx.execute_raw(statement).await?;
                let actor = people_find::actor(cx.tx, found.id, cx.today()).await;
                let Some(org_id) = actor
                    .ok()
                    .and_then(|actor| actor.posts.first().map(|post| post.org_id))
                else {
                    return Ok(());
                };
                let entry = audit::Entry::general(act, format!("{summary}: {}", found.name));
                audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
            })
        },
    )
    .await
    .map_err(sentence)
}

pub(super) async fn open(data: &DataArgs) -> anyhow::Result<App> {
    let config = existing(data)?;
    open_store(&config).await?;
    App::open(config, Clock::System, Ids::from_system()).await
}

/// The configuration of an installation that must exist already.
pub(super) fn existing(data: &DataArgs) -> anyhow::Result<Config> {
    let config = data.config()?;
    anyhow::ensure!(
        !config.database.is_empty() || config.database_file().exists(),
        "there is no installation in {}; make one with `trinhky migrate --data {}`",
        config.data.display(),
        config.data.display()
    );
    Ok(config)
}

pub(super) fn sentence(fault: Fault) -> anyhow::Error {
    match fault {
        Fault::Refused(refusal) => anyhow::anyhow!(refusal.en),
        other => other.into(),
    }
}
