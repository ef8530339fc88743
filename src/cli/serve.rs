//! `trinhky serve`: pages and worker until the program is stopped.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{DataArgs, connections};
use crate::app::App;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::people::setup;
use crate::{flow, routes, worker};

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Port to listen on, on this machine only
    #[arg(long)]
    port: Option<u16>,
}

pub async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    log_to_stderr();
    let mut config = args.data.config()?;
    config.program = std::env::current_exe().ok();
    if let Some(port) = args.port {
        config.listen = format!("127.0.0.1:{port}");
    }
    // The address first: a busy port should say so before anything is opened.
    let listener = listen(&config.listen).await?;
    super::installation::bring_up(&config).await?;
    let app = App::open(config, Clock::System, Ids::from_system()).await?;
    flow::publish_shipped(&app).await?;
    writeln!(stdout(), "Trình Ký: {}", app.config.base_url())?;
    if let Some(code) = setup::new_code(&app).await? {
        writeln!(
            stdout(),
            "Nothing is set up yet. Open {}/cai-dat and type the code {code}",
            app.config.base_url()
        )?;
    }
    serve(app, listener).await?;
    Ok(ExitCode::SUCCESS)
}

/// Binds the address, or says in one sentence why not.
///
/// # Errors
/// When the port is taken or the address is not this machine's.
pub async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; stop the program that uses this port, or choose another with --port"))
}

/// Serves pages and works until the program is stopped.
///
/// # Errors
/// When the system tells no signals.
pub async fn serve(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let stop = stopped()?;
    tokio::spawn(worker::run(app.clone()));
    connections::serve(listener, routes::router(app), stop).await;
    Ok(())
}

/// What happens, on stderr; standard output stays for answers. Each event is one line: JSON for programs, in which nothing
/// that somebody sent can begin a line of its own, and plain words where a person looks on.
pub fn log_to_stderr() {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info,sqlx=warn"))
        .with_writer(stderr);
    // A second start in one process (tests) keeps the first subscriber.
    let _ = if stderr().is_terminal() {
        lines.try_init()
    } else {
        lines.json().flatten_event(true).try_init()
    };
}

/// Comes true when somebody presses Ctrl-C, or the system says that it is time to end (SIGTERM).
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut ended = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = ended.recv() => {}
        }
    })
}
