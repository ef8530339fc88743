//! The signature container of one field: whose it is, and whether it fits the signed bytes.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode, Encode, Header, Reader, SliceReader};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::keys::{self, Hash};
use super::problem::Problem;
use crate::cms::SigningCertificateV2;
use crate::oids::{
    CONTENT_TYPE, DATA, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2,
    TIME_STAMP_TOKEN,
};
use crate::stamp;

pub(crate) struct Container {
    /// What the signature is about.
    kind: ObjectIdentifier,
    info: SignerInfo,
    pub(crate) certificates: Vec<Certificate>,
}

impl Container {
    /// Reads the value of /Contents: DER, then zeros to the end of the room that was reserved.
    pub(super) fn read(contents: &[u8]) -> Result<Self, Problem> {
        let bad = |error: der::Error| Problem::BadContainer(error.to_string());
        let length = whole_length(contents).map_err(bad)?;
        let (value, padding) = contents
            .split_at_checked(length)
            .ok_or_else(|| Problem::BadContainer("it is cut off".into()))?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(Problem::BadContainer(
                "something is hidden behind it".into(),
            ));
        }
        let outer = ContentInfo::from_der(value).map_err(bad)?;
        let (container, content) = Self::open(&outer, DATA)?;
        if content.is_some() {
            return Err(Problem::BadContainer(
                "it carries content of its own".into(),
            ));
        }
        Ok(container)
    }

    /// A container that holds what it is about, and that content.
    pub(crate) fn with_content(
        outer: &ContentInfo,
        kind: ObjectIdentifier,
    ) -> Result<(Self, Vec<u8>), Problem> {
        let (container, content) = Self::open(outer, kind)?;
        let content = content
            .ok_or_else(|| Problem::BadContainer("it carries no content of its own".into()))?;
        Ok((container, content))
    }

    fn open(
        outer: &ContentInfo,
        kind: ObjectIdentifier,
    ) -> Result<(Self, Option<Vec<u8>>), Problem> {
        let bad = |error: der::Error| Problem::BadContainer(error.to_string());
        if outer.content_type != SIGNED_DATA {
            return Err(Problem::BadContainer("it is not a signature".into()));
        }
        let signed: SignedData = outer.content.decode_as().map_err(bad)?;
        let [info] = signed.signer_infos.0.as_slice() else {
            return Err(Problem::BadContainer(
                "it does not have exactly one signer".into(),
            ));
        };
        let carried = signed.certificates.iter().flat_map(|set| set.0.iter());
        let certificates = carried
            .filter_map(|choice| match choice {
                CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
                CertificateChoices::Other(_) => None,
            })
            .collect();
        let content = signed.encap_content_info.econtent.as_ref();
        let content = content.map(stamp::octets).transpose().map_err(bad)?;
        let container = Self {
            kind,
            info: info.clone(),
            certificates,
        };
        Ok((container, content))
    }

    /// The time stamp beside the signature, DER, if there is one.
    pub(super) fn time_stamp(&self) -> Option<Vec<u8>> {
        let beside = self.info.unsigned_attrs.as_ref()?;
        let stamp = beside
            .iter()
            .find(|attribute| attribute.oid == TIME_STAMP_TOKEN)?;
        stamp.values.get(0)?.to_der().ok()
    }

    /// What a time stamp must be about.
    pub(super) fn signature(&self) -> &[u8] {
        self.info.signature.as_bytes()
    }

    /// The signer's own certificate.
    pub(crate) fn signer(&self) -> Result<&Certificate, Problem> {
        let found = self
            .certificates
            .iter()
            .find(|certificate| match &self.info.sid {
                SignerIdentifier::IssuerAndSerialNumber(named) => {
                    certificate.tbs_certificate.issuer == named.issuer
                        && certificate.tbs_certificate.serial_number == named.serial_number
                }
                SignerIdentifier::SubjectKeyIdentifier(named) => {
                    let own = certificate.tbs_certificate.get::<SubjectKeyIdentifier>();
                    matches!(own, Ok(Some((_, own))) if own == *named)
                }
            });
        found.ok_or(Problem::NoCertificate)
    }

    /// Holds the container against the signed bytes. `pades` asks for what PAdES adds to CMS.
    pub(crate) fn problems(&self, parts: &[&[u8]], pades: bool) -> Vec<Problem> {
        let checks = [
            self.check_digest(parts),
            self.check_signature(),
            if pades { self.check_binding() } else { Ok(()) },
        ];
        checks.into_iter().filter_map(Result::err).collect()
    }

    fn check_digest(&self, parts: &[&[u8]]) -> Result<(), Problem> {
        let kind: ObjectIdentifier = self.attribute(CONTENT_TYPE)?;
        if kind != self.kind {
            return Err(Problem::BadContainer(
                "it is about another kind of content".into(),
            ));
        }
        let stated: OctetString = self.attribute(MESSAGE_DIGEST)?;
        let hash = Hash::from_oid(self.info.digest_alg.oid)?;
        if hash.of(parts) == stated.as_bytes() {
            Ok(())
        } else {
            Err(Problem::DigestMismatch)
        }
    }

    fn check_signature(&self) -> Result<(), Problem> {
        let attributes = self.info.signed_attrs.as_ref().ok_or_else(no_attributes)?;
        let message = attributes
            .to_der()
            .map_err(|error| Problem::BadContainer(error.to_string()))?;
        let digest = Hash::from_oid(self.info.digest_alg.oid).ok();
        let key = &self.signer()?.tbs_certificate.subject_public_key_info;
        keys::verify(
            key,
            &self.info.signature_algorithm,
            digest,
            &message,
            self.info.signature.as_bytes(),
        )
    }

    fn check_binding(&self) -> Result<(), Problem> {
        let bound: SigningCertificateV2 = match self.attribute(SIGNING_CERTIFICATE_V2) {
            Ok(bound) => bound,
            Err(_) => return self.check_old_binding(),
        };
        let first = bound.certs.first().ok_or(Problem::NotBoundToCertificate)?;
        let hash = match &first.hash_algorithm {
            None => Hash::Sha256,
            Some(algorithm) => Hash::from_oid(algorithm.oid)?,
        };
        if hash.of(&[&self.signer_der()?]) == first.cert_hash.as_bytes() {
            Ok(())
        } else {
            Err(Problem::NotBoundToCertificate)
        }
    }

    /// The first form of that attribute (RFC 2634), with SHA-1, which time-stamp authorities still write. The name of
    /// the certificate is under the signature all the same.
    fn check_old_binding(&self) -> Result<(), Problem> {
        use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
        let old = (self.kind != DATA)
            .then(|| self.attribute::<SigningCertificateV2>(SIGNING_CERTIFICATE));
        let Some(Ok(bound)) = old else {
            return Err(Problem::NotBoundToCertificate);
        };
        let first = bound.certs.first().ok_or(Problem::NotBoundToCertificate)?;
        let own = digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.signer_der()?);
        if own.as_ref() == first.cert_hash.as_bytes() {
            Ok(())
        } else {
            Err(Problem::NotBoundToCertificate)
        }
    }

    fn signer_der(&self) -> Result<Vec<u8>, Problem> {
        self.signer()?
            .to_der()
            .map_err(|_| Problem::NotBoundToCertificate)
    }

    /// The single value of a signed attribute that must be there once.
    fn attribute<T: for<'a> Decode<'a>>(&self, oid: ObjectIdentifier) -> Result<T, Problem> {
        let bad = || Problem::BadContainer(format!("its attribute {oid} is missing or wrong"));
        let attributes = self.info.signed_attrs.as_ref().ok_or_else(no_attributes)?;
        let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
        let (Some(attribute), None) = (found.next(), found.next()) else {
            return Err(bad());
        };
        let [value] = attribute.values.as_slice() else {
            return Err(bad());
        };
        T::from_der(&value.to_der().map_err(|_| bad())?).map_err(|_| bad())
    }
}

fn no_attributes() -> Problem {
    Problem::BadContainer("it has no signed attributes".into())
}

/// The length of the first DER value with its heading.
fn whole_length(bytes: &[u8]) -> der::Result<usize> {
    let mut reader = SliceReader::new(bytes)?;
    let header = Header::decode(&mut reader)?;
    let total = (reader.position() + header.length)?;
    usize::try_from(total)
}
