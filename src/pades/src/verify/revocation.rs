//! Revocation by lists (RFC 5280, 5 and 6.3): those that the file carries for later verification (DSS), and those given.
//!
//! Nothing is fetched. A certificate that no list is about stays what it was before: not known to be revoked.

use chrono::{DateTime, Utc};
use der::{Decode, Encode};
use lopdf::{Document, Object};
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::KeyUsage;

use super::chain;
use super::keys;
use super::problem::Problem;

/// Lists that are read from one file at most.
const MAX_LISTS: usize = 100;

/// The lists at hand.
pub(super) struct Lists(Vec<CertificateList>);

/// What the lists say of a chain.
pub(super) enum Standing {
    /// Every certificate below the root is under a list, and on none.
    Good,
    /// Some certificate is under no list.
    Unknown,
}

impl Lists {
    /// Those in the file's DSS and those given, DER; what cannot be read says nothing.
    pub(super) fn read(document: &Document, given: &[Vec<u8>]) -> Self {
        let inside = inside(document).unwrap_or_default();
        let all = given.iter().chain(&inside);
        Self(
            all.filter_map(|der| CertificateList::from_der(der).ok())
                .collect(),
        )
    }

    /// Looks every certificate of a chain up, the root excepted. `attested` is whether an authority says that the signature
    /// was there at `at`; without that a revocation after the claimed time counts, too: the claim may be false.
    ///
    /// # Errors
    /// [`Problem::Revoked`] for the first certificate that was revoked.
    pub(super) fn look_up(
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
            for list in self.0.iter().filter(|list| is_of(list, issuer)) {
                if let Some(since) = revoked_since(list, certificate)
                    && (since <= at || !attested)
                {
                    return Err(Problem::Revoked(
                        chain::name(certificate),
                        since.format("%d/%m/%Y").to_string(),
                    ));
                }
                covered |= covers(list, at);
            }
            if !covered {
                standing = Standing::Unknown;
            }
        }
        Ok(standing)
    }
}

/// The lists that the file carries in its document security store (ISO 32000-2, 12.8.4.3).
fn inside(document: &Document) -> lopdf::Result<Vec<Vec<u8>>> {
    let store = document.catalog()?.get_deref(b"DSS", document)?.as_dict()?;
    let lists = store.get_deref(b"CRLs", document)?.as_array()?;
    let read = |object: &Object| {
        let (_, object) = document.dereference(object).ok()?;
        let stream = object.as_stream().ok()?;
        if stream.dict.has(b"Filter") {
            stream.decompressed_content().ok()
        } else {
            Some(stream.content.clone())
        }
    };
    Ok(lists.iter().take(MAX_LISTS).filter_map(read).collect())
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

/// Whether the list tells of the instant: it was made after it, or still counted then.
fn covers(list: &CertificateList, at: DateTime<Utc>) -> bool {
    let tbs = &list.tbs_cert_list;
    at <= chain::instant(tbs.this_update)
        || tbs
            .next_update
            .is_some_and(|next| at <= chain::instant(next))
}
