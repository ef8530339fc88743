//! Verification of all signatures of a PDF, ours or somebody else's.
//!
//! Nothing is trusted that is not given: roots come as an argument. So do revocation lists, beside those that the file
//! carries; nothing is fetched. The time is the one that a trusted time-stamp authority attests, else the one that the
//! signer claims; the report says which.

pub(crate) mod chain;
mod changes;
mod container;
mod form;
mod keys;
mod permission;
mod problem;
mod range;
mod report;
mod revocation;
mod shown;
mod signatory;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use der::{Decode, Encode};
use lopdf::{Dictionary, Document, Object, ObjectId};
use sha2::{Digest, Sha256};
use x509_cert::Certificate;

pub use problem::Problem;
pub use report::{
    CertificateReport, Change, ChangeKind, Note, Report, SignatureReport, TimeStampReport,
};

use crate::stamp::StampFault;
use crate::trial::TRIAL_LABEL_SHORT;
use crate::update::{load, read_text};
use crate::{Error, names, stamp};
pub(crate) use chain::has_issued;
pub(crate) use container::Container;
pub(crate) use keys::{Hash, verify as verify_raw};
use permission::{Frozen, Permission};
use range::Range;
use revocation::Standing;
pub(crate) use revocation::{Known, Told, pieces};
pub(crate) use signatory::{Signatory, signatories};

/// A signer's clock may be so far ahead of ours.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// A file with more signatures than this is not verified.
const MAX_SIGNATURES: usize = 100;

/// Whom the installation believes.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Root certificates, DER.
    pub roots: Vec<Vec<u8>>,
    /// Lists of revoked certificates, DER; each counts by its authority's signature only.
    pub revocation_lists: Vec<Vec<u8>>,
}

impl Trust {
    /// From the root certificates of a PEM text.
    ///
    /// # Errors
    /// Where the text is not PEM or one of its certificates cannot be read.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let unreadable = |error: der::Error| Error::Certificate(error.to_string());
        let roots = Certificate::load_pem_chain(text.as_bytes())
            .map_err(|error| Error::Certificate(error.to_string()))?;
        let roots = roots
            .iter()
            .map(Encode::to_der)
            .collect::<Result<_, _>>()
            .map_err(unreadable)?;
        Ok(Self {
            roots,
            ..Self::default()
        })
    }

    /// The roots, read.
    pub(crate) fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        self.roots
            .iter()
            .map(|root| Certificate::from_der(root))
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Certificate(error.to_string()))
    }
}

/// A list of revoked certificates as DER, from its DER or PEM.
///
/// # Errors
/// Where it is neither.
pub fn revocation_list(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let unreadable = |error: String| Error::Certificate(error);
    let der = if bytes.starts_with(b"-----BEGIN") {
        let (_, der) =
            der::pem::decode_vec(bytes).map_err(|error| unreadable(error.to_string()))?;
        der
    } else {
        bytes.to_vec()
    };
    x509_cert::crl::CertificateList::from_der(&der)
        .map_err(|error| unreadable(error.to_string()))?;
    Ok(der)
}

/// Verifies every signature of a file.
///
/// # Errors
/// Where the file cannot be read as a PDF at all, is encrypted or too large, or a root certificate
/// cannot be read. A bad signature is no error but a report that says so.
pub fn verify(pdf: &[u8], trust: &Trust, now: DateTime<Utc>) -> Result<Report, Error> {
    let roots = trust.certificates()?;
    let document = load(pdf)?;
    let signed = form::signed(&document);
    if signed.len() > MAX_SIGNATURES {
        return Err(Error::Unreadable(format!(
            "it has more than {MAX_SIGNATURES} signatures"
        )));
    }
    let inside = Known::inside(&document);
    let mut known = inside.clone();
    for list in &trust.revocation_lists {
        known.add_list(list);
    }
    let case = Case {
        pdf,
        document: &document,
        roots: &roots,
        inside,
        known,
        now,
    };
    let mut signatures: Vec<SignatureReport> = signed
        .iter()
        .map(|(field, value)| case.signature(field, *value))
        .collect();
    signatures.sort_by_key(|signature| signature.signed_until.unwrap_or(usize::MAX));
    mark_shared_ranges(&mut signatures);
    signatures.iter_mut().for_each(conclude);
    let values: Vec<ObjectId> = signed.iter().filter_map(|(_, value)| *value).collect();
    Ok(overall(signatures, case.file_problems(&values)))
}

/// What a later form of a file adds to an earlier one, judged as after a signature that allows filling and signing:
/// the additions, or why one is none.
///
/// # Errors
/// Where a file cannot be read, or the later one does not begin with every byte of the earlier.
pub fn additions(before: &[u8], after: &[u8]) -> Result<(Vec<Change>, Vec<Problem>), Error> {
    if !after.starts_with(before) {
        return Err(Error::Rewritten);
    }
    let (old, new) = (load(before)?, load(after)?);
    let anything = Permission {
        certified: false,
        allows_filling: true,
    };
    let found = changes::between(&old, &new, anything, &Frozen::Nothing);
    Ok((found.changes, found.problems))
}

struct Case<'a> {
    pdf: &'a [u8],
    document: &'a Document,
    roots: &'a [Certificate],
    /// What the file carries about certificates.
    inside: Known,
    /// That, and what was given.
    known: Known,
    now: DateTime<Utc>,
}

impl Case<'_> {
    fn signature(&self, field: &str, value: Option<ObjectId>) -> SignatureReport {
        let mut report = blank(field);
        let dict = value.and_then(|id| Some((id, self.document.get_dictionary(id).ok()?)));
        let Some((id, dict)) = dict else {
            report
                .problems
                .push(Problem::BadContainer("it is no object of its own".into()));
            return report;
        };
        let pades = match dict.get(b"SubFilter").and_then(Object::as_name) {
            Ok(b"ETSI.CAdES.detached") => true,
            Ok(b"adbe.pkcs7.detached") => false,
            other => {
                let kind = String::from_utf8_lossy(other.unwrap_or(b"?")).into_owned();
                report.problems.push(Problem::UnsupportedKind(kind));
                return report;
            }
        };
        report.claimed_time = dict
            .get(b"M")
            .and_then(Object::as_str)
            .ok()
            .and_then(claimed_time);
        match range::read(self.pdf, dict) {
            Ok(range) => self.check_content(&mut report, dict, range, id, pades),
            Err(problem) => report.problems.push(problem),
        }
        match range::contents(dict).and_then(|contents| Container::read(&contents)) {
            Ok(container) => self.check_signer(&mut report, &container),
            Err(problem) => {
                report.intact = false;
                report.problems.push(problem);
            }
        }
        report
    }

    /// The signed bytes, and what came after them.
    fn check_content(
        &self,
        report: &mut SignatureReport,
        dict: &Dictionary,
        range: Range,
        id: ObjectId,
        pades: bool,
    ) {
        report.signed_until = Some(range.end);
        report.covers_whole_file = self.pdf[range.end..].trim_ascii().is_empty();
        let problems = match range::contents(dict).and_then(|contents| Container::read(&contents)) {
            Ok(container) => container.problems(&range.parts(self.pdf), pades),
            // Reading it again for the signer names the reason.
            Err(_) => Vec::new(),
        };
        report.intact = problems.is_empty();
        report.problems.extend(problems);
        match load(&self.pdf[..range.end]) {
            Err(error) => report
                .problems
                .push(Problem::RevisionUnreadable(error.to_string())),
            Ok(revision) => {
                let same = revision
                    .objects
                    .get(&id)
                    .zip(self.document.objects.get(&id));
                let untouched = same.is_some_and(|(old, new)| changes::same(old, new));
                let belongs = form::signed(&revision).contains(&(report.field.clone(), Some(id)));
                if !untouched
                    || !belongs
                    || !range::stands_in_own_object(self.pdf, &revision, id, range)
                {
                    report.problems.push(Problem::SignatureMoved);
                }
                let (permission, frozen) =
                    (Permission::of(dict, &revision), Frozen::of(dict, &revision));
                let found = changes::between(&revision, self.document, permission, &frozen);
                report.changes = found.changes;
                report.notes.extend(found.notes);
                report.problems.extend(found.problems);
            }
        }
    }

    /// Whose signature it is, and why that can be believed.
    fn check_signer(&self, report: &mut SignatureReport, container: &Container) {
        let signer = match container.signer() {
            Ok(signer) => signer,
            Err(problem) => {
                report.intact = false;
                if !report.problems.contains(&problem) {
                    report.problems.push(problem);
                }
                return;
            }
        };
        let subject = &signer.tbs_certificate.subject;
        report.signer = Some(chain::name(signer));
        report.title = names::part(subject, names::TITLE);
        report.agency = names::part(subject, names::ORGANISATION);
        report.trial = chain::name(signer).contains(TRIAL_LABEL_SHORT);
        report.certificate = describe(signer);

        let mut problems = match report.claimed_time {
            None => vec![Problem::NoTime],
            Some(at) if at > self.now + CLOCK_TOLERANCE => vec![Problem::TimeInFuture],
            Some(_) => Vec::new(),
        };
        if let Some(token) = container.time_stamp() {
            match self.time_stamp(&token, container.signature()) {
                Ok(stamp) if stamp.at > self.now + CLOCK_TOLERANCE => {
                    problems.push(Problem::TimeInFuture);
                }
                Ok(stamp) => report.time_stamp = Some(stamp),
                Err(fault) => problems.push(Problem::TimeStamp(fault)),
            }
        }
        let attested = report.time_stamp.as_ref().map(|stamp| stamp.at);
        let claimed = report.claimed_time.map(|time| time.to_utc());
        let at = attested.or(claimed).unwrap_or(self.now);
        let carried = [container.certificates.as_slice(), &self.inside.certificates].concat();
        problems.extend(chain::problems(signer, &carried, self.roots, at));
        let path = chain::path(signer, &carried, self.roots);
        let standing = |known: &Known| {
            let path = path.as_ref()?;
            Some(known.look_up(path, at, attested.is_some()))
        };
        match standing(&self.known) {
            Some(Err(revoked)) => problems.push(revoked),
            Some(Ok(Standing::Good)) => {
                report.notes.push(Note::not_revoked());
                if attested.is_some() && standing(&self.inside) == Some(Ok(Standing::Good)) {
                    report.notes.push(Note::long_term());
                }
            }
            Some(Ok(Standing::Unknown)) | None => report.notes.push(Note::revocation_unknown()),
        }
        report.trusted = problems.is_empty();
        report.problems.extend(problems);
        if report.trial {
            report.notes.push(Note::trial());
        }
        report.notes.push(match &report.time_stamp {
            Some(stamp) => Note::stamped_time(stamp),
            None => Note::claimed_time(),
        });
        if report.trusted && chain::period(signer).1 < self.now {
            report.notes.push(Note::expired_since(&chain::name(signer)));
        }
    }

    /// Who attests the time of a signature, if that authority is to be believed.
    fn time_stamp(&self, token: &[u8], signature: &[u8]) -> Result<TimeStampReport, StampFault> {
        let stamp = stamp::check(token, signature, self.roots)?;
        let path = stamp::path(token, self.roots).unwrap_or_default();
        let path: Vec<&Certificate> = path.iter().collect();
        match self.known.look_up(&path, stamp.at, true) {
            Err(Problem::Revoked(name, day)) => Err(StampFault::Revoked(name, day)),
            _ => Ok(TimeStampReport {
                at: stamp.at,
                authority: stamp.authority,
            }),
        }
    }

    fn file_problems(&self, values: &[ObjectId]) -> Vec<Problem> {
        let mut problems = Vec::new();
        if values.is_empty() {
            problems.push(Problem::NoSignature);
        }
        let end = self
            .pdf
            .windows(5)
            .rposition(|window| window == b"%%EOF")
            .map_or(0, |at| at + 5);
        let appended = self.pdf[end..].trim_ascii().len();
        if appended > 0 {
            problems.push(Problem::BytesAppended { bytes: appended });
        }
        if runs_scripts(self.document) {
            problems.push(Problem::Scripts);
        }
        if let Some(certification) = certification(self.document)
            && !values.contains(&certification)
        {
            problems.push(Problem::StrayCertification);
        }
        problems
    }
}

fn blank(field: &str) -> SignatureReport {
    SignatureReport {
        field: field.to_owned(),
        valid: false,
        message: String::new(),
        message_vi: String::new(),
        signer: None,
        title: None,
        agency: None,
        trial: false,
        certificate: None,
        claimed_time: None,
        time_stamp: None,
        intact: false,
        trusted: false,
        covers_whole_file: false,
        signed_until: None,
        changes: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
    }
}

fn mark_shared_ranges(signatures: &mut [SignatureReport]) {
    for index in 1..signatures.len() {
        let until = signatures[index].signed_until;
        if until.is_some() && until == signatures[index - 1].signed_until {
            signatures[index - 1].problems.push(Problem::SharedRange);
            signatures[index].problems.push(Problem::SharedRange);
        }
    }
}

fn conclude(report: &mut SignatureReport) {
    report.valid = report.intact && report.trusted && report.problems.is_empty();
    (report.message, report.message_vi) = match report.problems.first() {
        None => report::good_signature(report),
        Some(problem) => (problem.message(), problem.message_vi()),
    };
}

fn overall(signatures: Vec<SignatureReport>, problems: Vec<Problem>) -> Report {
    let valid = problems.is_empty()
        && !signatures.is_empty()
        && signatures.iter().all(|signature| signature.valid);
    let (message, message_vi) = if let Some(problem) = problems.first() {
        (problem.message(), problem.message_vi())
    } else if let Some(bad) = signatures.iter().find(|signature| !signature.valid) {
        (
            format!(
                "The signature \"{}\" is not good: {}",
                bad.field, bad.message
            ),
            format!("Chữ ký “{}” không hợp lệ: {}", bad.field, bad.message_vi),
        )
    } else {
        let count = signatures.len();
        (
            format!("All signatures ({count}) are good."),
            format!("Tất cả {count} chữ ký đều hợp lệ."),
        )
    };
    Report {
        valid,
        message,
        message_vi,
        signatures,
        problems,
    }
}

pub(crate) fn describe(certificate: &Certificate) -> Option<CertificateReport> {
    let (valid_from, valid_until) = chain::period(certificate);
    let tbs = &certificate.tbs_certificate;
    Some(CertificateReport {
        serial: hex(tbs.serial_number.as_bytes()),
        subject: chain::name(certificate),
        issuer: names::part(&tbs.issuer, names::COMMON_NAME)
            .unwrap_or_else(|| tbs.issuer.to_string()),
        valid_from,
        valid_until,
        fingerprint: hex(&Sha256::digest(certificate.to_der().ok()?)),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// `D:20230320160512+07'00'`; without an offset the time is taken as UTC.
fn claimed_time(written: &[u8]) -> Option<DateTime<FixedOffset>> {
    let text = read_text(written);
    let digits = text.strip_prefix("D:")?;
    let (local, zone) = digits.split_at_checked(14)?;
    let local = NaiveDateTime::parse_from_str(local, "%Y%m%d%H%M%S").ok()?;
    let zone: String = zone.chars().filter(|letter| *letter != '\'').collect();
    let offset = match zone.as_str() {
        "" | "Z" | "Z0000" | "Z00" => FixedOffset::east_opt(0)?,
        zone => {
            let (sign, digits) = zone.split_at_checked(1)?;
            let (hours, minutes) = digits.split_at_checked(2)?;
            let minutes = if minutes.is_empty() {
                0
            } else {
                minutes.parse::<i32>().ok()?
            };
            let seconds = hours.parse::<i32>().ok()? * 3600 + minutes * 60;
            FixedOffset::east_opt(if sign == "-" { -seconds } else { seconds })?
        }
    };
    local.and_local_timezone(offset).single()
}

/// Scripts that run when the file is opened, printed or filled.
fn runs_scripts(document: &Document) -> bool {
    document.objects.values().any(|object| {
        let dict = match object {
            Object::Dictionary(dict) => dict,
            Object::Stream(stream) => &stream.dict,
            _ => return false,
        };
        has_script(dict)
    })
}

fn has_script(dict: &Dictionary) -> bool {
    let own = dict
        .get(b"S")
        .and_then(Object::as_name)
        .is_ok_and(|kind| kind == b"JavaScript")
        && dict.has(b"JS");
    own || dict.iter().any(|(_, value)| match value {
        Object::Dictionary(inner) => has_script(inner),
        Object::Array(items) => items
            .iter()
            .any(|item| item.as_dict().is_ok_and(has_script)),
        _ => false,
    })
}

fn certification(document: &Document) -> Option<ObjectId> {
    let permissions = document
        .catalog()
        .ok()?
        .get_deref(b"Perms", document)
        .ok()?
        .as_dict()
        .ok()?;
    permissions.get(b"DocMDP").ok()?.as_reference().ok()
}
