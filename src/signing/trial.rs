//! Trial keys of this installation: an authority per organisation, a key per person and agency, on disk.
//!
//! They are real keys without legal value; their certificates and every page say so.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use trinhky_pades::{
    CertificateReport, SoftwareSigner, Subject, TrialAuthority, Trust, Validity, certificate_pem,
    describe_certificate,
};
use uuid::Uuid;

use crate::app::App;
use crate::fault::Outcome;
use crate::files::{digest, write_secret};
use crate::people::Unit;

/// How long trial certificates are valid.
const VALID_FOR: TimeDelta = TimeDelta::days(365 * 5);
/// They begin a little earlier, for clocks that differ.
const BEGINS_EARLIER: TimeDelta = TimeDelta::days(1);

/// The key of a person in an organisation.
///
/// # Errors
/// When the key cannot be read or made.
pub fn of_person(
    app: &App,
    organisation: &Unit,
    name: &str,
    title: &str,
) -> Outcome<SoftwareSigner> {
    let subject = Subject {
        name: name.to_owned(),
        title: Some(title.to_owned()),
        organisation: organisation.name.clone(),
    };
    signer(app, organisation, &subject)
}

/// The key of an agency: the organisation itself, or a unit with a seal of its own.
///
/// # Errors
/// When the key cannot be read or made.
pub fn of_agency(app: &App, organisation: &Unit, agency: &Unit) -> Outcome<SoftwareSigner> {
    let subject = Subject {
        name: agency.name.clone(),
        title: None,
        organisation: organisation.name.clone(),
    };
    signer(app, organisation, &subject)
}

/// The root certificates of this installation, DER: what a verifier must trust.
///
/// # Errors
/// When the folder of keys cannot be read.
pub fn roots(app: &App) -> anyhow::Result<Vec<Vec<u8>>> {
    let folder = folder(app);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path().join("root.der")))
        .collect::<std::io::Result<_>>()?;
    paths.retain(|path| path.exists());
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).with_context(|| path.display().to_string()))
        .collect()
}

/// The same as PEM text, for other programs.
///
/// # Errors
/// When the folder of keys cannot be read.
pub fn roots_pem(app: &App) -> anyhow::Result<String> {
    let roots = roots(app)?;
    Ok(roots.iter().map(|der| certificate_pem(der)).collect())
}

fn signer(app: &App, organisation: &Unit, subject: &Subject) -> Outcome<SoftwareSigner> {
    let now = app.clock.now();
    let folder = folder(app).join(organisation.id.simple().to_string());
    let authority = authority(app, &folder, organisation, now)?;
    let name = digest(format!("{}\n{:?}", subject.name, subject.title).as_bytes());
    let (key_path, chain_path) = (
        folder.join(format!("{}.key", &name[..24])),
        folder.join(format!("{}.pem", &name[..24])),
    );
    if key_path.exists() {
        let key = fs::read_to_string(&key_path).context("reading a trial key")?;
        let chain = fs::read_to_string(&chain_path).context("reading a trial certificate")?;
        return Ok(SoftwareSigner::from_pem(&key, &chain).map_err(anyhow::Error::from)?);
    }
    let (signer, key) = authority
        .issue(subject, serial(app), validity(now))
        .map_err(anyhow::Error::from)?;
    let chain: String = trinhky_pades::Signer::certificate_chain(&signer)
        .iter()
        .map(|der| certificate_pem(der))
        .collect();
    write_secret(&chain_path, chain.as_bytes())?;
    write_secret(&key_path, key.as_bytes())?;
    Ok(signer)
}

fn authority(
    app: &App,
    folder: &Path,
    organisation: &Unit,
    now: DateTime<Utc>,
) -> anyhow::Result<TrialAuthority> {
    let (root_path, key_path) = (folder.join("root.der"), folder.join("root.key"));
    if key_path.exists() {
        let root = fs::read(&root_path).context("reading the trial root")?;
        let key = fs::read_to_string(&key_path).context("reading the trial root's key")?;
        return Ok(TrialAuthority::from_parts(&root, &key)?);
    }
    fs::create_dir_all(folder).context("making the folder of keys")?;
    let authority = TrialAuthority::create(&organisation.name, serial(app), validity(now))?;
    write_secret(&root_path, authority.certificate())?;
    write_secret(&key_path, authority.key_pem().as_bytes())?;
    Ok(authority)
}

/// Where all keys of the installation lie.
pub(super) fn folder(app: &App) -> PathBuf {
    app.config.data.join("keys")
}

fn serial(app: &App) -> u64 {
    // Positive, and never zero.
    (u64::from_be_bytes(app.ids.bytes()) >> 1) | 1
}

fn validity(now: DateTime<Utc>) -> Validity {
    Validity {
        from: now - BEGINS_EARLIER,
        until: now + VALID_FOR,
    }
}

/// What the trial certificates of an organisation say, by their names.
///
/// # Errors
/// When the folder of keys cannot be read.
pub fn certificates(app: &App, org_id: Uuid) -> anyhow::Result<Vec<CertificateReport>> {
    let folder = folder(app).join(org_id.simple().to_string());
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            let chain = Trust::from_pem(&fs::read_to_string(&path)?)?.roots;
            let own = chain.first().context("a certificate file without one")?;
            found.push(describe_certificate(own)?);
        }
    }
    found.sort_by(|one, other| one.subject.cmp(&other.subject));
    Ok(found)
}
