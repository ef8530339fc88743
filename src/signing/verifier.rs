//! Verification of a file from anywhere: in a child of limited memory and time, and only a few at once.
//!
//! A PDF can be made so that reading it takes all memory there is. Whoever may drop one must not be able to stop the office.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use trinhky_pades::{Trust, verify};

use super::evidence::{self, Verdict};
use super::trial;
use crate::app::App;
use crate::fault::{Fault, Outcome, RefusalKind};

/// Address space of a child, in KiB; the file itself is at most 20 MB.
const MEMORY_KIB: u64 = 1024 * 1024;
/// Processor seconds of a child.
const CPU_SECONDS: u64 = 10;
/// Seconds after which a child is given up, whatever it waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The answer about a file, as `trinhky verify --format json` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Told {
    Report(Box<Report>),
    /// The file could not be read as a PDF that can be verified.
    Unreadable {
        unreadable: Sentence,
    },
}

/// One sentence in two languages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sentence {
    pub message: String,
    pub message_vi: String,
}

/// What [`trinhky_pades::Report`] says, read back.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    pub valid: bool,
    #[serde(flatten)]
    pub sentence: Sentence,
    pub signatures: Vec<Signature>,
    pub problems: Vec<Sentence>,
    /// What the evidence inside comes to, where the file is a proof pack.
    pub evidence: Option<Evidence>,
}

/// What [`Verdict`] says, read back.
#[derive(Debug, Clone, Deserialize)]
pub struct Evidence {
    pub valid: bool,
    #[serde(flatten)]
    pub sentence: Sentence,
}

/// What [`trinhky_pades::SignatureReport`] says, read back.
#[derive(Debug, Clone, Deserialize)]
pub struct Signature {
    pub field: String,
    pub valid: bool,
    #[serde(flatten)]
    pub sentence: Sentence,
    pub signer: Option<String>,
    pub title: Option<String>,
    pub agency: Option<String>,
    pub trial: bool,
    pub certificate: Option<Certificate>,
    pub claimed_time: Option<DateTime<FixedOffset>>,
    pub intact: bool,
    pub trusted: bool,
    pub covers_whole_file: bool,
    pub changes: Vec<Sentence>,
    pub problems: Vec<Sentence>,
    pub notes: Vec<Sentence>,
}

/// The signer's certificate, read back.
#[derive(Debug, Clone, Deserialize)]
pub struct Certificate {
    pub serial: String,
    pub fingerprint: String,
    pub issuer: String,
    pub valid_from: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
}

/// The authorities that this installation trusts: those of its configuration, and its own trial authorities.
///
/// # Errors
/// When a file that the configuration names cannot be read.
pub fn trust(app: &App) -> anyhow::Result<Trust> {
    let mut trust = Trust {
        roots: trial::roots(app)?,
        ..Trust::default()
    };
    for path in &app.config.revocation_lists {
        trust.revocation_lists.push(read_list(path)?);
    }
    for path in &app.config.trusted_authorities {
        trust.roots.extend(read_trust(path)?.roots);
    }
    Ok(trust)
}

/// The certificates of a PEM file.
///
/// # Errors
/// One sentence that names the file.
pub fn read_trust(path: &Path) -> anyhow::Result<Trust> {
    let pem =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Trust::from_pem(&pem).with_context(|| format!("{} holds no certificate", path.display()))
}

/// A list of revoked certificates, DER or PEM.
///
/// # Errors
/// One sentence that names the file.
pub fn read_list(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    trinhky_pades::revocation_list(&bytes)
        .with_context(|| format!("{} is no list of revoked certificates", path.display()))
}

/// What the report or the error is in JSON, one text for the command line and for the page.
///
/// # Errors
/// Never in practice: everything in a report can be written.
pub fn as_json(
    result: &Result<trinhky_pades::Report, trinhky_pades::Error>,
    evidence: Option<&Verdict>,
) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Whole<'a> {
        #[serde(flatten)]
        report: &'a trinhky_pades::Report,
        #[serde(skip_serializing_if = "Option::is_none")]
        evidence: Option<&'a Verdict>,
    }
    match result {
        Ok(report) => serde_json::to_string_pretty(&Whole { report, evidence }),
        Err(error) => serde_json::to_string_pretty(&serde_json::json!({
            "unreadable": Sentence { message: format!("{}.", trinhky_drafting::upper_first(&error.to_string())), message_vi: error.message_vi() },
        })),
    }
}

/// What a proof pack's evidence comes to, the signatures of the document inside included; none for every other file.
#[must_use]
pub fn look_inside(pdf: &[u8], trust: &Trust, now: DateTime<Utc>) -> Option<Verdict> {
    let attached = trinhky_pades::attachments(pdf).ok()?;
    let verdict = evidence::of_pack(&attached)?;
    let document = attached
        .iter()
        .find(|(name, _)| name == evidence::DOCUMENT)
        .map(|(_, bytes)| verify(bytes, trust, now));
    match document {
        Some(Ok(report)) if !report.valid && verdict.valid => Some(Verdict {
            valid: false,
            message: format!("The document inside: {}", report.message),
            message_vi: format!("Văn bản kèm trong tệp: {}", report.message_vi),
        }),
        Some(Err(error)) if verdict.valid => Some(Verdict {
            valid: false,
            message: format!("The document inside: {error}."),
            message_vi: format!("Văn bản kèm trong tệp: {}", error.message_vi()),
        }),
        _ => Some(verdict),
    }
}

/// Verifies a file that anybody may have made.
///
/// # Errors
/// A refusal where too many are verified at this moment; what the operating system reports.
pub async fn look_at(app: &App, pdf: Vec<u8>) -> Outcome<Told> {
    let _place = app.verifications.try_acquire().map_err(|_| {
        Fault::refused(
            RefusalKind::TooMany,
            None,
            "Đang có nhiều tệp được kiểm tra; thử lại sau ít phút.",
            "Many files are being verified; try again in a few minutes.",
        )
    })?;
    let trust = trust(app)?;
    let json = match &app.config.program {
        Some(program) => match in_child(program, &trust, &pdf, app.clock.now()).await? {
            Some(json) => json,
            None => return Ok(too_costly()),
        },
        None => {
            let now = app.clock.now();
            let looked = tokio::task::spawn_blocking(move || {
                let result = verify(&pdf, &trust, now);
                as_json(&result, look_inside(&pdf, &trust, now).as_ref())
            });
            looked.await.map_err(anyhow::Error::from)??
        }
    };
    Ok(serde_json::from_str(&json)?)
}

/// What the child prints; nothing where it reached a limit.
async fn in_child(
    program: &Path,
    trust: &Trust,
    pdf: &[u8],
    now: DateTime<Utc>,
) -> anyhow::Result<Option<String>> {
    let roots = tempfile::NamedTempFile::new()?;
    let pem: String = trust
        .roots
        .iter()
        .map(|der| trinhky_pades::certificate_pem(der))
        .collect();
    std::fs::write(roots.path(), pem)?;
    let mut lists = Vec::new();
    for list in &trust.revocation_lists {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), list)?;
        lists.push(file);
    }
    // The shell sets the limits, so that no unsafe code has to.
    let mut child = tokio::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -v {MEMORY_KIB} && ulimit -t {CPU_SECONDS} && exec \"$0\" \"$@\""
        ))
        .arg(program)
        .args(["verify", "-", "--format", "json", "--at", &now.to_rfc3339()])
        .arg("--trust")
        .arg(roots.path())
        .args(
            lists
                .iter()
                .flat_map(|list| [OsStr::new("--crl"), list.path().as_os_str()]),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("starting the verification")?;
    let mut input = child.stdin.take().context("the child has no input")?;
    let told = tokio::time::timeout(PATIENCE, async {
        // A child that has reached a limit reads no further; its output says so.
        let _ = input.write_all(pdf).await;
        drop(input);
        child.wait_with_output().await
    });
    let Ok(output) = told.await else {
        return Ok(None);
    };
    let text = String::from_utf8(output?.stdout)?;
    Ok((!text.trim().is_empty()).then_some(text))
}

fn too_costly() -> Told {
    Told::Unreadable {
        unreadable: Sentence {
            message: "The file asks for more memory or time than a document needs; it was not verified.".into(),
            message_vi: "Tệp đòi hỏi nhiều bộ nhớ hoặc thời gian hơn một văn bản cần; tệp không được kiểm tra.".into(),
        },
    }
}
