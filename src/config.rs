//! What an installation is told: one TOML file, the environment over it, defaults under it.
//! The one place that reads the environment.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The settings of an installation. Every key has a default; an unknown key is refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of the embedded database and of the files.
    pub data: PathBuf,
    /// `postgres://…` to use PostgreSQL; empty means SQLite inside `data`.
    pub database: String,
    /// Address to listen on.
    pub listen: String,
    /// The address under which people reach the pages; decides cookies and the links in mails.
    pub public_url: String,
    /// SMTP server; without it mails are written as files under `data/mail`.
    pub smtp: Option<Smtp>,
    /// The sender of all mails.
    pub mail_from: String,
    /// Libraries of the makers of signing tokens (PKCS#11), e.g. `/usr/lib/softhsm/libsofthsm2.so`.
    pub pkcs11_modules: Vec<PathBuf>,
    /// PEM files of the authorities that verification trusts beside the installation's own trial authorities.
    pub trusted_authorities: Vec<PathBuf>,
    /// This program's own file, which verifies strangers' PDFs in a child of limited memory. The commands that serve
    /// set it; without it the file is verified inside this process.
    #[serde(skip)]
    pub program: Option<PathBuf>,
    /// Recurring work, as cron expressions with seconds first, in office time (+07:00).
    pub cron: Vec<Recurring>,
    /// Minutes without a request after which a person signs in again.
    pub session_idle_minutes: i64,
    /// Hours after which a person signs in again in any case.
    pub session_hours: i64,
}

/// How to reach the SMTP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    /// `none`, `starttls` or `tls`.
    #[serde(default = "starttls")]
    pub security: String,
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub password: String,
}

/// One piece of recurring work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// The name of a job that `worker` knows.
    pub job: String,
    /// A cron expression: second minute hour day month weekday.
    pub at: String,
}

impl Default for Config {
    fn default() -> Self {
        let recurring = |job: &str, at: &str| Recurring {
            job: job.to_owned(),
            at: at.to_owned(),
        };
        Self {
            data: PathBuf::from("data"),
            database: String::new(),
            listen: "127.0.0.1:8080".to_owned(),
            public_url: String::new(),
            smtp: None,
            mail_from: "Trình Ký <trinhky@localhost>".to_owned(),
            pkcs11_modules: Vec::new(),
            trusted_authorities: Vec::new(),
            program: None,
            cron: vec![
                recurring("reminders.digest", "0 30 7 * * Mon,Tue,Wed,Thu,Fri,Sat"),
                recurring("people.clean_up", "0 0 2 * * *"),
            ],
            session_idle_minutes: 8 * 60,
            session_hours: 24 * 7,
        }
    }
}

impl Config {
    /// Reads the file (when one is named), then the environment.
    ///
    /// # Errors
    /// One sentence that names the file, the key and what to do.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut config = match file {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    anyhow::anyhow!("cannot read the configuration {}: {error}", path.display())
                })?;
                toml::from_str(&text).map_err(|error| {
                    anyhow::anyhow!("the configuration {} is not right: {error}", path.display())
                })?
            }
        };
        if let Some(url) = environment("TRINHKY_DATABASE") {
            config.database = url;
        }
        if let Some(listen) = environment("TRINHKY_LISTEN") {
            config.listen = listen;
        }
        if let Some(url) = environment("TRINHKY_PUBLIC_URL") {
            config.public_url = url;
        }
        if let (Some(smtp), Some(password)) =
            (&mut config.smtp, environment("TRINHKY_SMTP_PASSWORD"))
        {
            smtp.password = password;
        }
        Ok(config)
    }

    /// The database's URL: PostgreSQL as configured, else the embedded file.
    #[must_use]
    pub fn database_url(&self) -> String {
        if self.database.is_empty() {
            format!(
                "sqlite://{}?mode=rwc",
                self.data.join("trinhky.db").display()
            )
        } else {
            self.database.clone()
        }
    }

    /// The address for links in mails, without a final slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        if self.public_url.is_empty() {
            format!("http://{}", self.listen)
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// Whether cookies may be marked `Secure`: only where people come over TLS.
    #[must_use]
    pub fn over_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

fn starttls() -> String {
    "starttls".to_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
