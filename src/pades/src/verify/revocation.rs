//! Revocation: lists (RFC 5280, 5 and 6.3) and answers (RFC 6960), those that the file carries for later verification
//! (DSS, ISO 32000-2, 12.8.4.3) and those given.
//!
//! Nothing is fetched. A certificate that nothing is known about stays what it was before: not known to be revoked.

use chrono::{DateTime, Utc};
use der::{Decode, Encode};
use lopdf::{Document, Object};
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::KeyUsage;

use super::chain;
use super::keys;
use super::problem::Problem;
use crate::ocsp::Answer;

/// Pieces of each kind that are read from one file at most.
const MAX_PIECES: usize = 100;

/// What is at hand about certificates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    lists: Vec<CertificateList>,
    answers: Vec<Answer>,
    /// Certificates that may stand between a signer's and a root.
    pub(crate) certificates: Vec<Certificate>,
}

/// What a list or an answer tells of one certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) this_update: DateTime<Utc>,
    pub(crate) next_update: Option<DateTime<Utc>>,
    pub(crate) revoked_since: Option<DateTime<Utc>>,
}

impl Told {
    /// Whether it tells of the instant: it was made after it, or still counted then.
    pub(crate) fn of(&self, at: DateTime<Utc>) -> bool {
        at <= self.this_update || self.next_update.is_some_and(|next| at <= next)
    }
}

/// What is known of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Of every certificate below the root it is known that it was not revoked.
    Good,
    /// Of some certificate nothing is known.
    Unknown,
}

impl Known {
    /// What a file carries; what cannot be read says nothing.
    pub(crate) fn inside(document: &Document) -> Self {
        let mut known = Self::default();
        for der in pieces(document, b"CRLs") {
            known.add_list(&der);
        }
        for der in pieces(document, b"OCSPs") {
            known.add_answer(&der);
        }
        for der in pieces(document, b"Certs") {
            known.certificates.extend(Certificate::from_der(&der));
        }
        known
    }

    pub(crate) fn add_list(&mut self, der: &[u8]) {
        self.lists.extend(CertificateList::from_der(der));
    }

    pub(crate) fn add_answer(&mut self, der: &[u8]) {
        self.answers.extend(Answer::read(der));
    }

    /// Everything that is known of a certificate, by the word of its issuer.
    pub(crate) fn about<'a>(
        &'a self,
        certificate: &'a Certificate,
        issuer: &'a Certificate,
    ) -> impl Iterator<Item = Told> + 'a {
        let listed = self.lists.iter().filter(|list| is_of(list, issuer));
        let listed = listed.map(|list| Told {
            this_update: chain::instant(list.tbs_cert_list.this_update),
            next_update: list.tbs_cert_list.next_update.map(chain::instant),
            revoked_since: revoked_since(list, certificate),
        });
        let answers = self.answers.iter();
        listed.chain(answers.filter_map(|answer| answer.about(certificate, issuer)))
    }

    /// Looks every certificate of a chain up, the root excepted. `attested` is whether an authority says that the signature
    /// was there at `at`; without that a revocation after the claimed time counts, too: the claim may be false.
    ///
    /// # Errors
    /// [`Problem::Revoked`] for the first certificate that was revoked.
    pub(crate) fn look_up(
        &self,
        chain: &[&Certificate],
        at: DateTime<Utc>,
        attested: bool,
    ) -> Result<Standing, Problem> {
        let mut standing = Standing::Good;
        for pair in chain.windows(2) {
            let [certificate, issuer] = pair else {
                continue;
            };
            let mut covered = false;
            for told in self.about(certificate, issuer) {
                if let Some(since) = told.revoked_since
                    && (since <= at || !attested)
                {
                    return Err(Problem::Revoked(
                        chain::name(certificate),
                        since.format("%d/%m/%Y").to_string(),
                    ));
                }
                covered |= told.of(at);
            }
            if !covered {
                standing = Standing::Unknown;
            }
        }
        Ok(standing)
    }
}

/// The pieces of one kind in the file's document security store.
pub(crate) fn pieces(document: &Document, kind: &[u8]) -> Vec<Vec<u8>> {
    let array = || -> lopdf::Result<&Vec<Object>> {
        let store = document.catalog()?.get_deref(b"DSS", document)?.as_dict()?;
        store.get_deref(kind, document)?.as_array()
    };
    let read = |object: &Object| {
        let (_, object) = document.dereference(object).ok()?;
        let stream = object.as_stream().ok()?;
        if stream.dict.has(b"Filter") {
            stream.decompressed_content().ok()
        } else {
            Some(stream.content.clone())
        }
    };
    let all = array().into_iter().flatten();
    all.take(MAX_PIECES).filter_map(read).collect()
}

/// Whether the list is the issuer's own and about all that it issued.
fn is_of(list: &CertificateList, issuer: &Certificate) -> bool {
    let tbs = &list.tbs_cert_list;
    // A critical extension makes it a list of changes, or of a part only.
    let partial = tbs.crl_extensions.iter().flatten().any(|one| one.critical);
    let may_list = match issuer.tbs_certificate.get::<KeyUsage>() {
        Ok(Some((_, usage))) => usage.crl_sign(),
        Ok(None) => true,
        Err(_) => false,
    };
    let Ok(message) = tbs.to_der() else {
        return false;
    };
    tbs.issuer == issuer.tbs_certificate.subject
        && !partial
        && may_list
        && list.signature_algorithm == tbs.signature
        && keys::verify(
            &issuer.tbs_certificate.subject_public_key_info,
            &list.signature_algorithm,
            None,
            &message,
            list.signature.raw_bytes(),
        )
        .is_ok()
}

fn revoked_since(list: &CertificateList, certificate: &Certificate) -> Option<DateTime<Utc>> {
    let entries = list.tbs_cert_list.revoked_certificates.iter().flatten();
    entries
        .filter(|entry| entry.serial_number == certificate.tbs_certificate.serial_number)
        .map(|entry| chain::instant(entry.revocation_date))
        .min()
}
