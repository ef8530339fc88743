//! Every setting with its meaning and its default: the one list behind the printed file, the documentation, the names in
//! the environment and the sentence about a misspelt key.

use std::fmt::Write as _;

/// How a setting's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// In the environment: with commas between.
    List,
}

/// One setting.
struct Setting {
    /// As the file names it; `smtp.host` stands in the table `[smtp]`.
    key: &'static str,
    kind: Kind,
    /// As TOML writes it.
    default: &'static str,
    meaning: &'static str,
}

const fn setting(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting {
        key,
        kind,
        default,
        meaning,
    }
}

const SETTINGS: &[Setting] = &[
    setting(
        "data",
        Kind::Text,
        "\"data\"",
        "Folder of the embedded database, of the files and of mails that no server takes.",
    ),
    setting(
        "database",
        Kind::Text,
        "\"\"",
        "postgres://user:password@host/name to use PostgreSQL; empty for the embedded database in `data`.",
    ),
    setting(
        "listen",
        Kind::Text,
        "\"127.0.0.1:8080\"",
        "Address and port to listen on; leave TLS to a reverse proxy on the same machine.",
    ),
    setting(
        "public_url",
        Kind::Text,
        "\"\"",
        "The address people type, with https://; it makes cookies secure and stands in mails. Empty: http:// and `listen`.",
    ),
    setting(
        "trusted_proxies",
        Kind::List,
        "[]",
        "Addresses of reverse proxies whose X-Forwarded-For is believed, e.g. [\"127.0.0.1\"].",
    ),
    setting(
        "pkcs11_modules",
        Kind::List,
        "[]",
        "Libraries of the makers of signing tokens (PKCS#11), e.g. [\"/usr/lib/softhsm/libsofthsm2.so\"].",
    ),
    setting(
        "trusted_authorities",
        Kind::List,
        "[]",
        "PEM files of authorities that verification trusts beside the trial ones, e.g. [\"/etc/trinhky/ca.pem\"].",
    ),
    setting(
        "revocation_lists",
        Kind::List,
        "[]",
        "Files with the authorities' lists of revoked certificates (CRL, DER or PEM) that verification looks at; fetch them by a task of the system, e.g. daily.",
    ),
    setting(
        "breached_passwords",
        Kind::Text,
        "\"\"",
        "A file with passwords that were stolen elsewhere, which nobody may choose: lines `HASH:COUNT`, SHA-1, in order. Empty: only the common ones are refused.",
    ),
    setting(
        "secrets_key",
        Kind::Text,
        "\"\"",
        "File of the key that seals secrets in the database (codes of telephones, recovery codes, codes of letters); made when the first server starts. Outside of `data`, as in /etc/trinhky/secrets.key, no copy or backup of the data opens them: keep a copy of it elsewhere. Empty: keys/secrets.key inside `data`.",
    ),
    setting(
        "metrics_token",
        Kind::Text,
        "\"\"",
        "Token with which Prometheus reads /metrics (Authorization: Bearer …), 24 letters or more; better in the environment than in the file. Empty: there is no such page.",
    ),
    setting(
        "mail_from",
        Kind::Text,
        "\"Trình Ký <trinhky@localhost>\"",
        "The sender of all mails, as the mail server permits it.",
    ),
    setting(
        "session_idle_minutes",
        Kind::Number,
        "480",
        "Minutes without a request after which a person signs in again, 5 to 1440.",
    ),
    setting(
        "session_hours",
        Kind::Number,
        "168",
        "Hours after which a person signs in again in any case, 1 to 720.",
    ),
    setting(
        "smtp.host",
        Kind::Text,
        "\"\"",
        "The mail server. Without [smtp], mails are written as files to `data`/mail.",
    ),
    setting("smtp.port", Kind::Number, "587", "Its port."),
    setting(
        "smtp.security",
        Kind::Text,
        "\"starttls\"",
        "none, starttls or tls; with a user never none.",
    ),
    setting(
        "smtp.user",
        Kind::Text,
        "\"\"",
        "The user it asks for; empty where it asks for none.",
    ),
    setting(
        "smtp.password",
        Kind::Text,
        "\"\"",
        "Its password; better in the environment than in the file.",
    ),
    setting(
        "smtp.connect_seconds",
        Kind::Number,
        "10",
        "Seconds that connecting may take, 1 to 60.",
    ),
    setting(
        "smtp.reply_seconds",
        Kind::Number,
        "60",
        "Seconds that the server may take for an answer, 1 to 90.",
    ),
    setting(
        "smtp.data_seconds",
        Kind::Number,
        "120",
        "Seconds that it may take for a mail's content, 1 to 180.",
    ),
    setting(
        "smtp.per_minute",
        Kind::Number,
        "300",
        "Mails a minute to one domain, so that a storm does not look like spam; 0 for no limit.",
    ),
    setting(
        "signing.tsa_url",
        Kind::Text,
        "\"\"",
        "Address of the time-stamp authority (RFC 3161), e.g. http://tsa.ca.gov.vn, whose root is among `trusted_authorities`; empty: no time stamps.",
    ),
    setting(
        "signing.revocation_hosts",
        Kind::List,
        "[]",
        "Servers that are asked over http whether a certificate was revoked, e.g. [\"ocsp.ca.gov.vn\", \"crl.ca.gov.vn\"]; the answers go into the sealed file, which then proves itself when they no longer answer (PAdES B-LT). Nobody else is asked, whatever a certificate names; empty: nobody.",
    ),
    setting(
        "signing.csc_url",
        Kind::Text,
        "\"\"",
        "Address of a remote signing service that speaks the API of the Cloud Signature Consortium, version 2, e.g. https://rssp.example.vn/csc/v2; empty: none.",
    ),
    setting(
        "signing.csc_user",
        Kind::Text,
        "\"\"",
        "Who this installation is to the signing service: a user, or a client of OAuth 2.0.",
    ),
    setting(
        "signing.csc_password",
        Kind::Text,
        "\"\"",
        "Password of the user, or secret of the client; best given as TRINHKY_SIGNING_CSC_PASSWORD.",
    ),
    setting(
        "signing.csc_authority",
        Kind::Text,
        "\"\"",
        "PEM file of the authority that the signing service's server must prove itself by; empty: the authorities that browsers believe.",
    ),
    setting(
        "trail.folder",
        Kind::Text,
        "\"\"",
        "Folder of the signed checkpoints of the journal, best on another machine whose files the database's administrator cannot change; empty: trail inside `data`.",
    ),
    setting(
        "trail.every_minutes",
        Kind::Number,
        "15",
        "Minutes after which every act is under a checkpoint, 1 to 1440; what is younger, nobody can prove yet.",
    ),
    setting(
        "trail.mail_to",
        Kind::Text,
        "\"\"",
        "An address outside the office that gets the first checkpoint of each day by mail, e.g. of the inspectorate; empty: nobody.",
    ),
    setting(
        "backup.folder",
        Kind::Text,
        "\"\"",
        "Where the server takes a backup every night, on another disk: a folder for each day. Empty: it takes none.",
    ),
    setting(
        "backup.at",
        Kind::Text,
        "\"0 30 1 * * *\"",
        "When, in office time: second minute hour day month weekday.",
    ),
    setting(
        "backup.keep",
        Kind::Number,
        "14",
        "How many backups stay, 1 to 1000; the oldest go after a new one was read back.",
    ),
    setting(
        "backup.recipients",
        Kind::List,
        "[]",
        "Public keys (age1…, of `trinhky backup-key`) whose holders can open the backups, and nobody else; the secret half stays off this machine. Empty: backups are not encrypted.",
    ),
    setting(
        "webhooks.hosts",
        Kind::List,
        "[]",
        "Servers inside the office's network that webhooks may be sent to, with https or http, e.g. [\"mot-cua.noi-bo\", \"10.0.0.5:8080\"]; all others must be https and on the public internet.",
    ),
    setting(
        "webhooks.authorities",
        Kind::List,
        "[]",
        "PEM files of authorities of one's own whose certificates these servers may show.",
    ),
    setting(
        "cron.job",
        Kind::Text,
        "",
        "Recurring work, one [[cron]] each: reminders.digest mails the day's digest, people.clean_up removes ended sessions.",
    ),
    setting(
        "cron.at",
        Kind::Text,
        "",
        "When, in office time: second minute hour day month weekday.",
    ),
];

/// The configuration file with every setting at its default, each under its meaning.
#[must_use]
pub fn commented_file() -> String {
    let mut text = "# Trình Ký: every setting with its default. A line without # counts; an environment variable counts more.\n".to_owned();
    let mut table = "";
    for setting in SETTINGS {
        let (within, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        if within == "cron" {
            continue;
        }
        if within != table {
            let _ = write!(text, "\n# [{within}]");
            table = within;
        }
        let _ = write!(
            text,
            "\n# {}\n# {name} = {}\n",
            setting.meaning, setting.default
        );
    }
    for recurring in super::Config::default().cron {
        let _ = write!(
            text,
            "\n# [[cron]]\n# job = {:?}\n# at = {:?}\n",
            recurring.job, recurring.at
        );
    }
    text
}

/// The page of the documentation about the settings, in Markdown.
#[must_use]
pub fn documentation() -> String {
    let mut text = "# Settings\n\n`trinhky config > trinhky.toml` prints the file to begin with; `trinhky serve --config trinhky.toml` uses it. \
        A variable of the environment counts more than the file. A misspelt key, a value that cannot be meant: the program says \
        all of them and does not start. This page is printed by `trinhky config --format markdown`.\n\n\
        | Key | Environment | Default | Meaning |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for setting in SETTINGS {
        let variable = if setting.key.starts_with("cron.") {
            "–".to_owned()
        } else {
            format!("`{}`", variable(setting.key))
        };
        let default = if setting.default.is_empty() {
            "see the file".to_owned()
        } else {
            format!("`{}`", setting.default)
        };
        let _ = writeln!(
            text,
            "| `{}` | {variable} | {default} | {} |",
            setting.key, setting.meaning
        );
    }
    text
}

/// One sentence for each key that nobody knows, with the nearest one that exists.
#[must_use]
pub fn unknown_keys(table: &toml::Table) -> Vec<String> {
    let mut problems = Vec::new();
    check(table, "", &mut problems);
    problems
}

fn check(table: &toml::Table, within: &str, problems: &mut Vec<String>) {
    for (name, value) in table {
        let key = format!("{within}{name}");
        let inner = format!("{key}.");
        if SETTINGS.iter().any(|setting| setting.key == key) {
            continue;
        }
        if !SETTINGS
            .iter()
            .any(|setting| setting.key.starts_with(&inner))
        {
            problems.push(unknown(&key));
            continue;
        }
        match value {
            toml::Value::Table(table) => check(table, &inner, problems),
            toml::Value::Array(list) => {
                for table in list.iter().filter_map(toml::Value::as_table) {
                    check(table, &inner, problems);
                }
            }
            _ => problems.push(format!(
                "`{key}` is a table; write [{key}] and its settings below"
            )),
        }
    }
}

fn unknown(key: &str) -> String {
    let nearest = SETTINGS
        .iter()
        .map(|setting| (strsim::damerau_levenshtein(setting.key, key), setting.key))
        .min();
    match nearest {
        Some((distance, nearest)) if distance <= 3 => {
            format!("there is no setting `{key}`; did you mean `{nearest}`?")
        }
        _ => format!("there is no setting `{key}`; `trinhky config` prints all of them"),
    }
}

/// Puts what the environment says over what the file says.
///
/// A list is written with commas; a problem is a value that is no number.
pub fn overlay(
    table: &mut toml::Table,
    environment: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut problems = Vec::new();
    for setting in SETTINGS
        .iter()
        .filter(|setting| !setting.key.starts_with("cron."))
    {
        let Some(text) = environment(&variable(setting.key)) else {
            continue;
        };
        let value = match setting.kind {
            Kind::Text => toml::Value::String(text),
            Kind::List => text
                .split(',')
                .map(|part| toml::Value::String(part.trim().to_owned()))
                .collect::<Vec<_>>()
                .into(),
            Kind::Number => match text.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => {
                    problems.push(format!(
                        "{} is `{text}`, which is no number",
                        variable(setting.key)
                    ));
                    continue;
                }
            },
        };
        match setting.key.split_once('.') {
            None => {
                table.insert(setting.key.to_owned(), value);
            }
            Some((within, name)) => {
                let inner = table
                    .entry(within)
                    .or_insert_with(|| toml::Table::new().into());
                if let Some(inner) = inner.as_table_mut() {
                    inner.insert(name.to_owned(), value);
                }
            }
        }
    }
    problems
}

fn variable(key: &str) -> String {
    format!("TRINHKY_{}", key.replace('.', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn tokens_and_authorities_of_an_office_are_named_in_the_file() {
        let text = "pkcs11_modules = [\"/x.so\"]\ntrusted_authorities = [\"a.pem\"]";
        let read = Config::read(text, nothing).expect("both are settings");
        assert_eq!(read.pkcs11_modules, [std::path::PathBuf::from("/x.so")]);
        assert_eq!(
            read.trusted_authorities,
            [std::path::PathBuf::from("a.pem")]
        );
    }

    #[test]
    fn the_printed_file_holds_every_setting_and_its_values_are_the_defaults() {
        let printed: String = commented_file()
            .lines()
            .filter(|line| line.contains(" = ") || line.starts_with("# ["))
            .map(|line| format!("{}\n", line.trim_start_matches("# ")))
            .collect();
        // A server's name is the one thing that has no default.
        let read = Config::read(&printed.replace("host = \"\"", "host = \"mail\""), nothing)
            .expect("the printed file is right");
        let default = Config::default();
        assert_eq!(
            format!(
                "{:?}",
                Config {
                    smtp: None,
                    ..read.clone()
                }
            ),
            format!("{default:?}")
        );
        let smtp = read.smtp.expect("a server");
        assert_eq!((smtp.port, smtp.security.as_str()), (587, "starttls"));
        for setting in SETTINGS {
            let name = setting.key.rsplit('.').next().unwrap_or_default();
            assert!(printed.contains(&format!("{name} = ")), "{}", setting.key);
        }
    }

    #[test]
    fn the_documentation_is_what_the_program_prints() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
        let written = std::fs::read_to_string(path).expect("docs/configuration.md");
        assert_eq!(
            written,
            documentation(),
            "run: trinhky config --format markdown > docs/configuration.md"
        );
    }

    #[test]
    fn a_misspelt_key_is_named_with_the_nearest_one_and_all_problems_come_at_once() {
        let problems = Config::read(
            "lisen = \"x\"\n[smtp]\nhost = \"a\"\npasword = \"b\"\n",
            nothing,
        )
        .expect_err("two keys");
        assert_eq!(
            problems,
            [
                "there is no setting `lisen`; did you mean `listen`?",
                "there is no setting `smtp.pasword`; did you mean `smtp.password`?"
            ]
        );
        let problems = Config::read(
            "listen = \"8080\"\npublic_url = \"xa.gov.vn\"\nsession_hours = 0\n",
            nothing,
        )
        .expect_err("three values");
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(Config::read("data = 7", nothing).is_err());
        assert!(Config::read("smtp = 7", nothing).is_err());
    }

    #[test]
    fn the_environment_counts_more_than_the_file() {
        let environment = |name: &str| {
            Some(
                match name {
                    "TRINHKY_LISTEN" => "0.0.0.0:80",
                    "TRINHKY_SMTP_HOST" => "mail.xa.gov.vn",
                    "TRINHKY_SMTP_PORT" => "465",
                    "TRINHKY_TRUSTED_PROXIES" => "127.0.0.1, ::1",
                    _ => return None,
                }
                .to_owned(),
            )
        };
        let config = Config::read("listen = \"127.0.0.1:8080\"", environment).expect("right");
        assert_eq!(config.listen, "0.0.0.0:80");
        assert_eq!(config.smtp.map(|smtp| smtp.port), Some(465));
        assert_eq!(config.trusted_proxies.len(), 2);
        let wrong = |name: &str| (name == "TRINHKY_SESSION_HOURS").then(|| "viel".to_owned());
        assert!(
            Config::read("", wrong).expect_err("no number")[0].contains("TRINHKY_SESSION_HOURS")
        );
    }
}
