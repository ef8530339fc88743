//! What a verifier needs when the authorities no longer answer (PAdES B-LT, ETSI EN 319 142-1, 5.4): the certificates
//! between the signers and their roots, and that none of them was revoked, put into the file as one more revision. That
//! revision changes nothing that a page shows; every signature allows it (ISO 32000-2, 12.8.2.2).

use chrono::{DateTime, Utc};
use der::Encode;
use lopdf::{Dictionary, Object, Stream, dictionary};
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, CrlDistributionPoints};

use crate::signer::SignError;
use crate::update::{Update, load};
use crate::verify::{
    Known, Problem, Signatory, Trust, chain, pieces, revocation_list, signatories,
};
use crate::{Error, ocsp, oids};

/// The way to those whom certificates name for questions about their revocation.
pub trait RevocationSource {
    /// Takes a question (`OCSPRequest`, DER) to an address and brings the answer; none where there is none to be had.
    fn ask(&self, url: &str, question: &[u8]) -> Option<Vec<u8>>;

    /// Brings a list of revoked certificates; none where there is none to be had.
    fn list(&self, url: &str) -> Option<Vec<u8>>;
}

/// What was gathered about the signatures of one file, DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidationData {
    pub certificates: Vec<Vec<u8>>,
    pub lists: Vec<Vec<u8>>,
    pub answers: Vec<Vec<u8>>,
    /// The names of the certificates of which nothing could be learned.
    pub missing: Vec<String>,
}

impl ValidationData {
    /// Whether there is something to put into the file.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.answers.is_empty()
    }
}

/// Learns about every certificate of a file's signatures and time stamps, the trusted roots excepted: from lists at hand,
/// else by a question, else from the lists that the certificate names.
///
/// # Errors
/// [`SignError::Revoked`] where a certificate was revoked before its signature was attested; where the file cannot be
/// read.
pub fn gather(
    pdf: &[u8],
    trust: &Trust,
    source: &dyn RevocationSource,
    now: DateTime<Utc>,
) -> Result<ValidationData, Error> {
    let document = load(pdf)?;
    let roots = trust.certificates()?;
    let signatories = signatories(&document, &roots, now);
    let mut data = ValidationData::default();
    let mut seen: Vec<&Certificate> = Vec::new();
    for Signatory { path, .. } in &signatories {
        for pair in path.windows(2) {
            let [certificate, issuer] = pair else {
                continue;
            };
            if seen.contains(&certificate) {
                continue;
            }
            seen.push(certificate);
            data.certificates.push(encoded(certificate)?);
            if !learn(&mut data, certificate, issuer, trust, source, now) {
                data.missing.push(chain::name(certificate));
            }
        }
    }
    let known = known(&data);
    for one in &signatories {
        let path: Vec<&Certificate> = one.path.iter().collect();
        if let Err(Problem::Revoked(name, day)) = known.look_up(&path, one.at, one.attested) {
            return Err(SignError::Revoked { name, day }.into());
        }
    }
    Ok(data)
}

/// Puts into the file what it does not carry yet; a file without anything new stays as it is.
///
/// # Errors
/// Where the file cannot be read.
pub fn keep(pdf: &[u8], data: &ValidationData) -> Result<Vec<u8>, Error> {
    if data.is_empty() {
        return Ok(pdf.to_vec());
    }
    let document = load(pdf)?;
    let mut update = Update::of(pdf)?;
    let catalog = update.catalog_id()?;
    let mut store = match update.dictionary(catalog)?.get(b"DSS") {
        Ok(store) => update.follow(store)?.as_dict()?.clone(),
        Err(_) => dictionary! { "Type" => "DSS" },
    };
    for (kind, new) in [
        ("Certs", &data.certificates),
        ("CRLs", &data.lists),
        ("OCSPs", &data.answers),
    ] {
        let there = pieces(&document, kind.as_bytes());
        let mut entries = match store.get(kind.as_bytes()) {
            Ok(entries) => update.follow(entries)?.as_array()?.clone(),
            Err(_) => Vec::new(),
        };
        for der in new.iter().filter(|der| !there.contains(der)) {
            let piece = Stream::new(Dictionary::new(), der.clone());
            entries.push(Object::Reference(update.add(piece)));
        }
        if !entries.is_empty() {
            store.set(kind, entries);
        }
    }
    let store = update.add(store);
    update.edit(catalog)?.set("DSS", store);
    update.save()
}

/// Adds to `data` what tells of a certificate now; whether anything does.
fn learn(
    data: &mut ValidationData,
    certificate: &Certificate,
    issuer: &Certificate,
    trust: &Trust,
    source: &dyn RevocationSource,
    now: DateTime<Utc>,
) -> bool {
    let tells = |known: &Known| known.about(certificate, issuer).any(|told| told.of(now));
    if tells(&known(data)) {
        return true;
    }
    let by_list = |der: &[u8]| {
        let mut known = Known::default();
        known.add_list(der);
        tells(&known)
    };
    let by_answer = |der: &[u8]| {
        let mut known = Known::default();
        known.add_answer(der);
        tells(&known)
    };
    if let Some(list) = trust.revocation_lists.iter().find(|der| by_list(der)) {
        data.lists.push(list.clone());
        return true;
    }
    if let Ok(question) = ocsp::question(certificate, issuer) {
        let answers = responders(certificate);
        let mut answers = answers.iter().filter_map(|url| source.ask(url, &question));
        if let Some(answer) = answers.find(|der| by_answer(der)) {
            data.answers.push(answer);
            return true;
        }
    }
    let urls = list_addresses(certificate);
    let lists = urls.iter().filter_map(|url| source.list(url));
    let mut lists = lists.filter_map(|bytes| revocation_list(&bytes).ok());
    match lists.find(|der| by_list(der)) {
        Some(list) => {
            data.lists.push(list);
            true
        }
        None => false,
    }
}

fn known(data: &ValidationData) -> Known {
    let mut known = Known::default();
    data.lists.iter().for_each(|der| known.add_list(der));
    data.answers.iter().for_each(|der| known.add_answer(der));
    known
}

fn encoded(certificate: &Certificate) -> Result<Vec<u8>, Error> {
    certificate
        .to_der()
        .map_err(|error| Error::Certificate(error.to_string()))
}

/// Where the certificate says that questions about it are answered.
fn responders(certificate: &Certificate) -> Vec<String> {
    let access = certificate
        .tbs_certificate
        .get::<AuthorityInfoAccessSyntax>();
    let entries = access.ok().flatten().map(|(_, access)| access.0);
    let entries = entries.into_iter().flatten();
    entries
        .filter(|entry| entry.access_method == oids::OCSP)
        .filter_map(|entry| address(&entry.access_location))
        .collect()
}

/// Where the certificate says that its issuer's lists lie.
fn list_addresses(certificate: &Certificate) -> Vec<String> {
    let points = certificate.tbs_certificate.get::<CrlDistributionPoints>();
    let points = points.ok().flatten().map(|(_, points)| points.0);
    let names = points.into_iter().flatten();
    let names = names.filter_map(|point| match point.distribution_point {
        Some(DistributionPointName::FullName(names)) => Some(names),
        _ => None,
    });
    names.flatten().filter_map(|name| address(&name)).collect()
}

fn address(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(url) => Some(url.to_string()),
        _ => None,
    }
}
