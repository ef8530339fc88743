//! What an installation is told: one TOML file, the environment over it, defaults under it.
//! The one place that reads the environment.
//!
//! [`settings`] lists every setting with its meaning; the printed file (`trinhky config`), docs/configuration.md, the
//! names in the environment and the check for misspelt keys are all made from that list.

pub mod settings;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

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
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// SMTP server; without it mails are written as files under `data/mail`.
    pub smtp: Option<Smtp>,
    /// File of the key that seals stored secrets; empty: `keys/secrets.key` inside `data`.
    pub secrets_key: PathBuf,
    /// Who sends this token may read `/metrics`; empty: there is no such page.
    pub metrics_token: String,
    /// The sender of all mails.
    pub mail_from: String,
    /// Libraries of the makers of signing tokens (PKCS#11), e.g. `/usr/lib/softhsm/libsofthsm2.so`.
    pub pkcs11_modules: Vec<PathBuf>,
    /// PEM files of the authorities that verification trusts beside the installation's own trial authorities.
    pub trusted_authorities: Vec<PathBuf>,
    /// Files with lists of revoked certificates (CRL); whoever runs the installation keeps them fresh.
    pub revocation_lists: Vec<PathBuf>,
    /// A file with the passwords that were stolen elsewhere: `HASH:COUNT` lines, SHA-1, in order; empty where there is none.
    pub breached_passwords: PathBuf,
    /// How signatures are made.
    pub signing: Signing,
    /// How the trail leaves the database.
    pub trail: Trail,
    /// The backup of every night.
    pub backup: Backup,
    /// Whom webhooks may reach beyond the public internet.
    pub webhooks: Webhooks,
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
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    /// `none`, `starttls` or `tls`.
    pub security: String,
    pub user: String,
    pub password: String,
    /// Seconds that connecting may take.
    pub connect_seconds: u64,
    /// Seconds that the server may take to answer a command.
    pub reply_seconds: u64,
    /// Seconds that it may take to answer a mail's content.
    pub data_seconds: u64,
    /// Mails a minute to one domain; 0 for no limit.
    pub per_minute: u32,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: "starttls".to_owned(),
            user: String::new(),
            password: String::new(),
            connect_seconds: 10,
            reply_seconds: 60,
            data_seconds: 120,
            per_minute: 300,
        }
    }
}

/// How signatures are made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signing {
    /// The time-stamp authority (RFC 3161), `http://…`; empty: signatures say the time of this machine's clock only.
    pub tsa_url: String,
    /// Servers (host, or host:port) that are asked whether a certificate was revoked, whatever certificates name.
    pub revocation_hosts: Vec<String>,
    /// The remote signing service (CSC API, version 2), with the path of its version; empty: none.
    pub csc_url: String,
    /// Who this installation is to the service: a user, or a client of OAuth 2.0.
    pub csc_user: String,
    pub csc_password: String,
    /// A PEM file of the authority of the service's server; empty: those that browsers believe.
    pub csc_authority: PathBuf,
}

/// How checkpoints of the trail leave the database.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trail {
    /// Folder of the signed checkpoints; empty: `trail` inside `data`.
    pub folder: PathBuf,
    /// Minutes after which an act is under a checkpoint at the latest.
    pub every_minutes: i64,
    /// Who gets the first checkpoint of each day by mail; empty: nobody.
    pub mail_to: String,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            folder: PathBuf::new(),
            every_minutes: 15,
            mail_to: String::new(),
        }
    }
}

/// The backup that the server takes by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    /// Where each backup gets a folder named by its day; empty: the server takes none.
    pub folder: PathBuf,
    /// When, as a cron expression.
    pub at: String,
    /// How many stay.
    pub keep: usize,
    /// Public keys (`age1…`) for whose holders every backup is encrypted; empty: it is not.
    pub recipients: Vec<String>,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            folder: PathBuf::new(),
            at: "0 30 1 * * *".to_owned(),
            keep: 14,
            recipients: Vec::new(),
        }
    }
}

/// Shortest token for the figures: nobody finds it by trying.
const MIN_METRICS_TOKEN: usize = 24;

/// Whom webhooks may reach beyond servers of the public internet with well-known certificates.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Servers (host, or host:port) inside the office's network, with TLS or without.
    pub hosts: Vec<String>,
    /// PEM files of authorities whose certificates such servers may show.
    pub authorities: Vec<PathBuf>,
}

/// When administrators are told of a late backup: before the day's work.
const BACKUP_LATE_AT: &str = "0 0 7 * * *";

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
            trusted_proxies: Vec::new(),
            smtp: None,
            secrets_key: PathBuf::new(),
            metrics_token: String::new(),
            mail_from: "Trình Ký <trinhky@localhost>".to_owned(),
            pkcs11_modules: Vec::new(),
            trusted_authorities: Vec::new(),
            revocation_lists: Vec::new(),
            breached_passwords: PathBuf::new(),
            signing: Signing::default(),
            trail: Trail::default(),
            backup: Backup::default(),
            webhooks: Webhooks::default(),
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
    /// Reads the file (when one is named), then the environment, and checks every value.
    ///
    /// # Errors
    /// One sentence for each thing wrong, with the file, the key and what to do.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let (text, place) = match file {
            None => (String::new(), "the environment".to_owned()),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    anyhow::anyhow!(
                        "cannot read the configuration {}: {error}; `trinhky config` prints one to begin with",
                        path.display()
                    )
                })?;
                (text, format!("the configuration {}", path.display()))
            }
        };
        Self::read(&text, environment).map_err(|problems| {
            anyhow::anyhow!("{place} is not right:\n- {}", problems.join("\n- "))
        })
    }

    /// Reads a file's text under what `environment` answers for a variable's name.
    ///
    /// # Errors
    /// All problems at once, one sentence each.
    pub fn read(
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<String>> {
        let mut table: toml::Table =
            toml::from_str(text).map_err(|error| vec![error.to_string().trim_end().to_owned()])?;
        let mut problems = settings::unknown_keys(&table);
        problems.extend(settings::overlay(&mut table, environment));
        if !problems.is_empty() {
            return Err(problems);
        }
        let config: Self = table
            .try_into()
            .map_err(|error: toml::de::Error| vec![error.to_string().trim_end().to_owned()])?;
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// All recurring work: what stands under `[[cron]]`, and the backup where it has a place.
    #[must_use]
    pub fn recurring(&self) -> Vec<Recurring> {
        let mut all = self.cron.clone();
        if !self.backup.folder.as_os_str().is_empty() {
            let backup = [
                ("keeping.backup", self.backup.at.as_str()),
                ("keeping.late", BACKUP_LATE_AT),
            ];
            all.extend(backup.map(|(job, at)| Recurring {
                job: job.to_owned(),
                at: at.to_owned(),
            }));
        }
        all
    }

    /// The database's URL: PostgreSQL as configured, else the embedded file.
    #[must_use]
    pub fn database_url(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite://{}?mode=rwc", self.database_file().display())
        } else {
            self.database.clone()
        }
    }

    /// The file of the embedded database.
    #[must_use]
    pub fn database_file(&self) -> PathBuf {
        self.data.join("trinhky.db")
    }

    /// The file of the key that seals stored secrets.
    #[must_use]
    pub fn secrets_file(&self) -> PathBuf {
        if self.secrets_key.as_os_str().is_empty() {
            self.data.join("keys").join("secrets.key")
        } else {
            self.secrets_key.clone()
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

    /// Values that can be read and still cannot be meant.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut unless = |right: bool, sentence: String| {
            if !right {
                problems.push(sentence);
            }
        };
        let postgres = ["postgres://", "postgresql://"];
        unless(
            self.database.is_empty() || postgres.iter().any(|start| self.database.starts_with(start)),
            "`database` must begin with postgres://; leave it empty for the embedded database in `data`".to_owned(),
        );
        unless(
            self.listen
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()),
            format!(
                "`listen` is `{}`; write address:port, e.g. 127.0.0.1:8080",
                self.listen
            ),
        );
        unless(
            self.public_url.is_empty()
                || self.public_url.starts_with("https://")
                || self.public_url.starts_with("http://"),
            format!(
                "`public_url` is `{}`; write it with https://",
                self.public_url
            ),
        );
        unless(
            self.metrics_token.is_empty() || self.metrics_token.len() >= MIN_METRICS_TOKEN,
            format!(
                "`metrics_token` is shorter than {MIN_METRICS_TOKEN} letters; take a long random one, e.g. of `openssl rand -hex 32`"
            ),
        );
        let list = &self.breached_passwords;
        unless(
            list.as_os_str().is_empty() || list.is_file(),
            format!(
                "`breached_passwords` is `{}`, which is no file; leave it empty where there is none",
                list.display()
            ),
        );
        unless(
            self.mail_from.parse::<lettre::message::Mailbox>().is_ok(),
            format!(
                "`mail_from` is `{}`; write it like Văn thư <vanthu@xa.gov.vn>",
                self.mail_from
            ),
        );
        if let Some(smtp) = &self.smtp {
            unless(
                !smtp.host.is_empty(),
                "`smtp.host` is empty; name the mail server".to_owned(),
            );
            unless(
                ["none", "starttls", "tls"].contains(&smtp.security.as_str()),
                format!(
                    "`smtp.security` is `{}`; write none, starttls or tls",
                    smtp.security
                ),
            );
            unless(
                smtp.user.is_empty() || smtp.security != "none",
                "`smtp.user` is set and `smtp.security` is none: the password would travel unprotected; write starttls or tls"
                    .to_owned(),
            );
            // Together they stay under the time for which a worker holds a mail.
            for (key, seconds, most) in [
                ("connect_seconds", smtp.connect_seconds, 60),
                ("reply_seconds", smtp.reply_seconds, 90),
                ("data_seconds", smtp.data_seconds, 180),
            ] {
                unless(
                    (1..=most).contains(&seconds),
                    format!("`smtp.{key}` is {seconds}; write 1 to {most}"),
                );
            }
        }
        for recurring in self.recurring() {
            let key = match recurring.job.as_str() {
                "keeping.backup" => "backup.at",
                _ => "cron.at",
            };
            if let Err(error) = cron::Schedule::from_str(&recurring.at) {
                unless(
                    false,
                    format!(
                        "`{key}` of {} is `{}`, which cannot be read ({error}); write second minute hour day month weekday, e.g. 0 30 7 * * Mon-Fri",
                        recurring.job, recurring.at
                    ),
                );
            }
        }
        unless(
            self.signing.tsa_url.is_empty() || self.signing.tsa_url.starts_with("http://"),
            format!(
                "`signing.tsa_url` is `{}`; write it with http:// (the answer is signed, so it needs no other protection)",
                self.signing.tsa_url
            ),
        );
        for host in &self.signing.revocation_hosts {
            unless(
                !host.is_empty() && !host.contains(['/', '@', ' ']),
                format!(
                    "`signing.revocation_hosts` names `{host}`; write the server alone, e.g. ocsp.ca.gov.vn or ocsp.ca.gov.vn:8080"
                ),
            );
        }
        let csc = &self.signing.csc_url;
        let inside = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        unless(
            csc.is_empty()
                || csc.starts_with("https://")
                || inside.iter().any(|here| csc.starts_with(here)),
            format!(
                "`signing.csc_url` is `{csc}`; write it with https://, since PINs and codes travel to it"
            ),
        );
        unless(
            csc.is_empty() || !self.signing.csc_user.is_empty(),
            "`signing.csc_url` is set and `signing.csc_user` is empty; name who this installation is to the service".to_owned(),
        );
        for host in &self.webhooks.hosts {
            unless(
                !host.is_empty() && !host.contains(['/', '@', ' ']),
                format!(
                    "`webhooks.hosts` names `{host}`; write the server alone, e.g. mot-cua.noi-bo or 10.0.0.5:8080"
                ),
            );
        }
        unless(
            (1..=24 * 60).contains(&self.trail.every_minutes),
            format!(
                "`trail.every_minutes` is {}; write 1 to 1440",
                self.trail.every_minutes
            ),
        );
        unless(
            self.trail.mail_to.is_empty() || self.trail.mail_to.parse::<lettre::Address>().is_ok(),
            format!(
                "`trail.mail_to` is `{}`; write one address, e.g. thanhtra@tinh.gov.vn",
                self.trail.mail_to
            ),
        );
        unless(
            (1..=1_000).contains(&self.backup.keep),
            format!("`backup.keep` is {}; write 1 to 1000", self.backup.keep),
        );
        for recipient in &self.backup.recipients {
            unless(
                recipient.parse::<trinhky_age::Recipient>().is_ok(),
                format!(
                    "`backup.recipients` names `{recipient}`, which is no public key; `trinhky backup-key` makes a pair"
                ),
            );
        }
        unless(
            (5..=24 * 60).contains(&self.session_idle_minutes),
            format!(
                "`session_idle_minutes` is {}; write 5 to 1440",
                self.session_idle_minutes
            ),
        );
        unless(
            (1..=24 * 30).contains(&self.session_hours),
            format!("`session_hours` is {}; write 1 to 720", self.session_hours),
        );
        problems
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
