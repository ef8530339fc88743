//! `trinhky demo`: a decision's whole year, played through the acts of the slices on a virtual clock.
//!
//! What is printed is read back from the journal; the play itself prints nothing but progress.

mod figures;
mod play;
mod stage;
mod story;

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use sea_orm::{EntityTrait, QueryOrder};

use crate::app::App;
use crate::audit::rows::journal;
use crate::cli::serve;
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::ids::Ids;
use crate::people::find;

/// The decision that is played when no other is named.
const SEED: &str = include_str!("../../templates/sample/decision-2023.md");
/// The organisation that plays it.
const ORGANISATION: &str = include_str!("../../templates/sample/cao-loc-2023.toml");
/// Everybody's password in the demo; it guards sample data on this machine only.
const PASSWORD: &str = "trinh-ky-2023";
/// The demo draws the same ids each time.
const RANDOM_SEED: u64 = 2023;
/// Marks a folder that the demo made and may make anew.
const MARKER: &str = ".trinhky-demo";

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Another decision of the same kind (.md, .txt, .docx); it gives another story
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// Folder of the demo's database and files
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// Port to serve on afterwards
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// End after the story
    #[arg(long)]
    play_only: bool,
    /// Serve the last demo again in place of a new copy
    #[arg(long = "continue")]
    go_on: bool,
}

/// Plays, tells and serves.
///
/// # Errors
/// One sentence about the file, the folder or the port.
pub async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let config = Config {
        data: args.data.clone(),
        listen: format!("127.0.0.1:{}", args.port),
        ..Config::default()
    };
    // The port first: nobody should wait for a story and then learn that it cannot be served.
    let listener = if args.play_only {
        None
    } else {
        Some(serve::listen(&config.listen).await?)
    };
    if args.go_on {
        anyhow::ensure!(
            args.data.join(MARKER).exists(),
            "there is no demo in {} to continue; run `trinhky demo` without --continue",
            args.data.display()
        );
        eprintln!("Tiếp tục bản diễn trước trong {}.", args.data.display());
        // An older program may have played it.
        crate::cli::bring_up(&config).await?;
    } else {
        let (name, bytes) = document(args.document.as_deref())?;
        let text = play_anew(&config, &name, &bytes).await?;
        std::fs::write(args.data.join("story.txt"), text)?;
    }
    let Some(listener) = listener else {
        return Ok(ExitCode::SUCCESS);
    };
    let last = last_instant(&config).await?;
    let config = Config {
        program: std::env::current_exe().ok(),
        ..config
    };
    let app = App::open(config, Clock::shifted_to(last), Ids::from_system()).await?;
    print_sign_ins(&app).await?;
    serve::log_to_stderr();
    serve::serve(app, listener).await?;
    Ok(ExitCode::SUCCESS)
}

/// Makes a clean installation in the demo's folder and plays the document's year in it; returns the story.
async fn play_anew(config: &Config, name: &str, bytes: &[u8]) -> anyhow::Result<String> {
    let watch = Stopwatch::start();
    make_clean(&config.data)?;
    eprintln!("Bản diễn mới trong {}.", config.data.display());
    crate::cli::bring_up(config).await?;
    let imported = trinhky_drafting::import(name, bytes)
        .map_err(|error| anyhow::anyhow!("{name}: {}", error.message))?;
    let schedule = play::Schedule::of(&imported.draft);
    let app = App::open(
        config.clone(),
        Clock::fake(schedule.start()),
        Ids::seeded(RANDOM_SEED),
    )
    .await?;
    let mut teller = story::Teller::new();
    play::year(
        &app,
        &schedule,
        play::Script {
            file_name: name,
            bytes,
            organisation: ORGANISATION,
            password: PASSWORD,
        },
        &mut teller,
    )
    .await
    .map_err(|fault| match fault {
        crate::fault::Fault::Refused(refusal) => {
            anyhow::anyhow!("the story stopped: {}", refusal.en)
        }
        other => anyhow::Error::from(other),
    })?;
    let text = teller.into_text();
    eprintln!(
        "Diễn xong trong {:.1} giây, {} lần ghi (commit). Tệp PDF, thư và khóa thử nghiệm ở {}.",
        watch.seconds(),
        app.store.commits(),
        config.data.display()
    );
    Ok(text)
}

fn document(path: Option<&Path>) -> anyhow::Result<(String, Vec<u8>)> {
    let Some(path) = path else {
        return Ok(("decision-2023.md".to_owned(), SEED.as_bytes().to_vec()));
    };
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("document")
        .to_owned();
    Ok((name, bytes))
}

/// Empties a folder that an earlier demo made; refuses any other that is not empty.
fn make_clean(data: &Path) -> anyhow::Result<()> {
    if data.exists() {
        let empty = std::fs::read_dir(data)?.next().is_none();
        anyhow::ensure!(
            empty || data.join(MARKER).exists(),
            "{} holds something that no demo made; name another folder with --data",
            data.display()
        );
        std::fs::remove_dir_all(data)?;
    }
    std::fs::create_dir_all(data).with_context(|| {
        format!(
            "cannot write to {}; name another folder with --data",
            data.display()
        )
    })?;
    std::fs::File::create(data.join(MARKER))?.write_all(b"made by trinhky demo\n")?;
    Ok(())
}

/// The instant of the newest journal row: where the virtual clock goes on.
async fn last_instant(config: &Config) -> anyhow::Result<DateTime<Utc>> {
    let store = crate::store::Store::open(&config.database_url()).await?;
    let last = journal::Entity::find()
        .order_by_desc(journal::Column::Id)
        .one(store.reader())
        .await?;
    Ok(last.context("the demo has no journal")?.at + TimeDelta::minutes(1))
}

/// One sign-in per role, so that a newcomer can be each person.
async fn print_sign_ins(app: &App) -> anyhow::Result<()> {
    writeln!(stdout(), "\nTrình Ký: {}", app.config.base_url())?;
    writeln!(stdout(), "Mật khẩu của mọi tài khoản mẫu: {PASSWORD}")?;
    for (person, post) in find::one_per_role(app.store.reader()).await? {
        writeln!(
            stdout(),
            "  {:<44} {} ({})",
            person.email,
            person.name,
            post.title
        )?;
    }
    Ok(())
}
