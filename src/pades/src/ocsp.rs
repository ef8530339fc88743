//! Revocation by question and answer (OCSP, RFC 6960). An answer counts by the signature of the certificate's own issuer,
//! or of somebody whom that issuer certified for answering.

use chrono::{DateTime, Utc};
use der::asn1::{Null, OctetString};
use der::{Decode, Encode};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse,
    OcspResponseStatus, Request, TbsRequest, Version,
};

use crate::oids;
use crate::verify::{Told, chain, has_issued, verify_raw};

/// The question whether an issuer has revoked a certificate, DER. It names the certificate by SHA-1, which every responder
/// knows; nothing rests on that digest.
pub(crate) fn question(certificate: &Certificate, issuer: &Certificate) -> der::Result<Vec<u8>> {
    let key = &issuer.tbs_certificate.subject_public_key_info;
    let sha_1 = |bytes: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let name = sha_1(&issuer.tbs_certificate.subject.to_der()?);
    let key = sha_1(key.subject_public_key.raw_bytes());
    OcspRequest {
        tbs_request: TbsRequest {
            version: Version::V1,
            requestor_name: None,
            request_list: vec![Request {
                req_cert: CertId {
                    hash_algorithm: AlgorithmIdentifierOwned {
                        oid: oids::SHA_1,
                        parameters: Some(Null.into()),
                    },
                    issuer_name_hash: OctetString::new(name.as_ref())?,
                    issuer_key_hash: OctetString::new(key.as_ref())?,
                    serial_number: certificate.tbs_certificate.serial_number.clone(),
                },
                single_request_extensions: None,
            }],
            request_extensions: None,
        },
        optional_signature: None,
    }
    .to_der()
}

/// An answer that says something.
#[derive(Debug, Clone)]
pub(crate) struct Answer(BasicOcspResponse);

impl Answer {
    /// Reads an `OCSPResponse`, DER; none where it only says why there is no answer.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let response = OcspResponse::from_der(der).ok()?;
        let bytes = response.response_bytes?;
        (response.response_status == OcspResponseStatus::Successful
            && bytes.response_type == oids::OCSP_BASIC)
            .then(|| BasicOcspResponse::from_der(bytes.response.as_bytes()).ok())
            .flatten()
            .map(Self)
    }

    /// What it tells of a certificate, if the issuer stands behind it.
    pub(crate) fn about(&self, certificate: &Certificate, issuer: &Certificate) -> Option<Told> {
        let data = &self.0.tbs_response_data;
        let one = data
            .responses
            .iter()
            .find(|one| names(&one.cert_id, certificate, issuer))?;
        let revoked_since = match &one.cert_status {
            CertStatus::Good(_) => None,
            CertStatus::Revoked(revoked) => Some(instant(revoked.revocation_time)),
            CertStatus::Unknown(_) => return None,
        };
        self.is_behind(issuer).then(|| Told {
            this_update: instant(one.this_update),
            next_update: one.next_update.map(instant),
            revoked_since,
        })
    }

    /// Whether the issuer signed this, or one whom it certified for that.
    fn is_behind(&self, issuer: &Certificate) -> bool {
        let Ok(message) = self.0.tbs_response_data.to_der() else {
            return false;
        };
        let signed_by = |certificate: &Certificate| {
            verify_raw(
                &certificate.tbs_certificate.subject_public_key_info,
                &self.0.signature_algorithm,
                None,
                &message,
                self.0.signature.raw_bytes(),
            )
            .is_ok()
        };
        let at = instant(self.0.tbs_response_data.produced_at);
        let mut named = self.0.certs.iter().flatten();
        signed_by(issuer)
            || named.any(|responder| {
                let (from, until) = chain::period(responder);
                may_answer(responder)
                    && (from..=until).contains(&at)
                    && has_issued(issuer, responder, 0)
                    && signed_by(responder)
            })
    }
}

/// Whether a question or answer is about this certificate of this issuer.
fn names(id: &CertId, certificate: &Certificate, issuer: &Certificate) -> bool {
    let algorithm = match id.hash_algorithm.oid {
        oids::SHA_1 => &SHA1_FOR_LEGACY_USE_ONLY,
        oids::SHA_256 => &SHA256,
        _ => return false,
    };
    let Ok(name) = issuer.tbs_certificate.subject.to_der() else {
        return false;
    };
    let key = &issuer.tbs_certificate.subject_public_key_info;
    id.serial_number == certificate.tbs_certificate.serial_number
        && digest(algorithm, &name).as_ref() == id.issuer_name_hash.as_bytes()
        && digest(algorithm, key.subject_public_key.raw_bytes()).as_ref()
            == id.issuer_key_hash.as_bytes()
}

fn may_answer(certificate: &Certificate) -> bool {
    matches!(
        certificate.tbs_certificate.get::<ExtendedKeyUsage>(),
        Ok(Some((_, usage))) if usage.0.contains(&oids::OCSP_SIGNING)
    )
}

fn instant(time: OcspGeneralizedTime) -> DateTime<Utc> {
    chain::instant(x509_cert::time::Time::GeneralTime(time.0))
}
