//! What people need to know of a certificate before anything is signed with it.

use chrono::{DateTime, Utc};
use der::{Decode, Encode};
use x509_cert::Certificate;
use x509_cert::ext::pkix::BasicConstraints;

use crate::signer::SignError;
use crate::verify::{CertificateReport, describe, has_issued};

/// Whose certificate it is, who issued it, from when until when it counts.
///
/// # Errors
/// Where it cannot be read.
pub fn describe_certificate(der: &[u8]) -> Result<CertificateReport, SignError> {
    let certificate = read(der)?;
    describe(&certificate).ok_or(SignError::NoCertificate)
}

/// Whether the certificate is an authority's, which issues others.
pub fn is_authority(der: &[u8]) -> bool {
    read(der).is_ok_and(|certificate| {
        matches!(certificate.tbs_certificate.get::<BasicConstraints>(), Ok(Some((_, constraints))) if constraints.ca)
    })
}

/// The certificate and, as far as they are among the others, its issuers in their order.
pub fn chain_of<'a>(own: &[u8], others: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut rest: Vec<Certificate> = others.filter_map(|der| read(der).ok()).collect();
    let mut chain = vec![own.to_vec()];
    let mut last = read(own).ok();
    while let Some(issued) = last.take() {
        let found = rest
            .iter()
            .position(|issuer| has_issued(issuer, &issued, chain.len() - 1));
        if let Some(at) = found {
            let issuer = rest.swap_remove(at);
            if let Ok(der) = issuer.to_der()
                && !chain.contains(&der)
            {
                chain.push(der);
                last = Some(issuer);
            }
        }
    }
    chain
}

/// Refuses a certificate that does not count at a time.
///
/// # Errors
/// [`SignError::OutsideValidity`] with both ends as days; or where it cannot be read.
pub fn check_validity(der: &[u8], at: DateTime<Utc>) -> Result<(), SignError> {
    let known = describe_certificate(der)?;
    if (known.valid_from..=known.valid_until).contains(&at) {
        return Ok(());
    }
    let day = |instant: DateTime<Utc>| instant.format("%d/%m/%Y").to_string();
    Err(SignError::OutsideValidity {
        from: day(known.valid_from),
        until: day(known.valid_until),
    })
}

/// Reads a certificate, DER.
pub(crate) fn read(der: &[u8]) -> Result<Certificate, SignError> {
    Certificate::from_der(der).map_err(|error| SignError::BadKey(error.to_string()))
}
