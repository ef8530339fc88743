//! From the signer's certificate to a trusted root (RFC 5280, 6; revocation stands in its own file).

use chrono::{DateTime, Utc};
use der::Encode;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::keys;
use super::problem::Problem;
use crate::names;

/// A chain is at most this long, root included.
const MAX_CHAIN_CERTIFICATES: usize = 8;

/// Extensions that we heed or that cannot make a document signature wrong: key usage, alternative
/// names, basic constraints, policies, extended key usage.
const KNOWN_EXTENSIONS: [&str; 5] = [
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.32",
    "2.5.29.37",
];

/// Looks for a chain to a root and checks every certificate of it at a time.
pub(crate) fn problems(
    signer: &Certificate,
    carried: &[Certificate],
    roots: &[Certificate],
    at: DateTime<Utc>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Ok(Some((_, usage))) = signer.tbs_certificate.get::<KeyUsage>()
        && !usage.digital_signature()
        && !usage.non_repudiation()
    {
        problems.push(Problem::NotForSigning(name(signer)));
    }
    let mut chain = vec![signer];
    if !reach_root(&mut chain, carried, roots) {
        problems.push(Problem::UntrustedIssuer(name(signer)));
    }
    for certificate in chain {
        problems.extend(validity(certificate, at));
        problems.extend(unknown_demands(certificate));
    }
    problems
}

/// The name that people know a certificate by.
pub(crate) fn name(certificate: &Certificate) -> String {
    let subject = &certificate.tbs_certificate.subject;
    names::part(subject, names::COMMON_NAME).unwrap_or_else(|| subject.to_string())
}

/// From when until when.
pub(crate) fn period(certificate: &Certificate) -> (DateTime<Utc>, DateTime<Utc>) {
    let validity = &certificate.tbs_certificate.validity;
    (instant(validity.not_before), instant(validity.not_after))
}

/// A time as certificates and lists write it.
pub(crate) fn instant(time: x509_cert::time::Time) -> DateTime<Utc> {
    i64::try_from(time.to_unix_duration().as_secs())
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .unwrap_or_default()
}

fn validity(certificate: &Certificate, at: DateTime<Utc>) -> Option<Problem> {
    let (from, until) = period(certificate);
    if at < from {
        Some(Problem::NotYetValid(name(certificate)))
    } else if at > until {
        Some(Problem::Expired(name(certificate)))
    } else {
        None
    }
}

fn unknown_demands(certificate: &Certificate) -> Vec<Problem> {
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    extensions
        .filter(|extension| extension.critical)
        .map(|extension| extension.extn_id.to_string())
        .filter(|oid| !KNOWN_EXTENSIONS.contains(&oid.as_str()))
        .map(Problem::UnknownDemand)
        .collect()
}

/// The certificates from the signer's to a root; none where there is no way.
pub(crate) fn path<'a>(
    signer: &'a Certificate,
    carried: &'a [Certificate],
    roots: &'a [Certificate],
) -> Option<Vec<&'a Certificate>> {
    let mut chain = vec![signer];
    reach_root(&mut chain, carried, roots).then_some(chain)
}

/// Extends the chain issuer by issuer; leaves it as it was where there is no way to a root.
fn reach_root<'a>(
    chain: &mut Vec<&'a Certificate>,
    carried: &'a [Certificate],
    roots: &'a [Certificate],
) -> bool {
    let Some(&last) = chain.last() else {
        return false;
    };
    if roots.iter().any(|root| same(root, last)) {
        return true;
    }
    if chain.len() == MAX_CHAIN_CERTIFICATES {
        return false;
    }
    for issuer in roots.iter().chain(carried) {
        if chain.iter().any(|seen| same(seen, issuer)) || !has_issued(issuer, last, chain.len() - 1)
        {
            continue;
        }
        chain.push(issuer);
        if reach_root(chain, carried, roots) {
            return true;
        }
        chain.pop();
    }
    false
}

/// Whether this is an authority's certificate, its path may be so long, and its key signed the other.
pub(crate) fn has_issued(
    issuer: &Certificate,
    issued: &Certificate,
    authorities_below: usize,
) -> bool {
    if issuer.tbs_certificate.subject != issued.tbs_certificate.issuer {
        return false;
    }
    let Ok(Some((_, constraints))) = issuer.tbs_certificate.get::<BasicConstraints>() else {
        return false;
    };
    let long_enough = constraints
        .path_len_constraint
        .is_none_or(|limit| authorities_below <= usize::from(limit));
    let may_issue = match issuer.tbs_certificate.get::<KeyUsage>() {
        Ok(Some((_, usage))) => usage.key_cert_sign(),
        Ok(None) => true,
        Err(_) => false,
    };
    let Ok(message) = issued.tbs_certificate.to_der() else {
        return false;
    };
    constraints.ca
        && long_enough
        && may_issue
        && issued.signature_algorithm == issued.tbs_certificate.signature
        && keys::verify(
            &issuer.tbs_certificate.subject_public_key_info,
            &issued.signature_algorithm,
            None,
            &message,
            issued.signature.raw_bytes(),
        )
        .is_ok()
}

fn same(one: &Certificate, other: &Certificate) -> bool {
    matches!((one.to_der(), other.to_der()), (Ok(one), Ok(other)) if one == other)
}
