//! The real program on an installation: its commands, and its server as a process that can be killed.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A data folder with the configuration that names its database.
pub struct Installation {
    config: PathBuf,
}

impl Installation {
    /// Writes the configuration into the folder; an empty database means SQLite there.
    pub fn describe(folder: &Path, database: &str) -> Self {
        let config = folder.join("trinhky.toml");
        let text = format!(
            "data = {:?}\ndatabase = {database:?}\n",
            folder.display().to_string()
        );
        std::fs::write(&config, text).expect("the configuration is written");
        Self { config }
    }

    /// The program with a command on this installation.
    pub fn command(&self, name: &str) -> Command {
        let mut command = program();
        command.arg(name).arg("--config").arg(&self.config);
        command
    }

    /// Starts the server and waits until it answers.
    pub fn serve(&self) -> Server {
        let port = free_port();
        let child = self
            .command("serve")
            .args(["--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        Server::answering(child, port)
    }
}

/// The program itself.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_trinhky"))
}

/// A port that nobody uses at the moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("its number")
        .port()
}

/// A running server; it is killed when it is dropped.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Waits until the program that was started answers on its port.
    pub fn answering(child: Child, port: u16) -> Self {
        let server = Self { child, port };
        for _ in 0..6_000 {
            if get(port, "/suc-khoe").is_some() {
                return server;
            }
            // Until the port is open there is nothing else to wait for.
            std::thread::park_timeout(Duration::from_millis(10));
        }
        panic!("the server does not answer");
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until the program, told to, has ended; whether it was content.
    pub fn ends_by_itself(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Fetches a page without a session; the status, or none when the server is not there.
pub fn get(port: u16, path: &str) -> Option<u16> {
    request(
        port,
        &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"),
    )
}

/// Sends a request as written; the status, or none when the server went away.
pub fn request(port: u16, text: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .ok()?;
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    String::from_utf8_lossy(&answer)
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}
