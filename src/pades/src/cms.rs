//! The signature container: CMS SignedData without content (RFC 5652), with the signed attributes
//! that PAdES baseline asks for (ETSI EN 319 142-1, 6.3): content type, digest of the signed bytes
//! and the signing certificate's digest (RFC 5035). The claimed time is the PDF's own /M; the
//! attribute signingTime must not stand beside it.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignatureValue, SignedData, SignerIdentifier,
    SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;

use crate::oids::{
    CONTENT_TYPE, DATA, ECDSA_WITH_SHA_256, MESSAGE_DIGEST, RSA_WITH_SHA_256, SHA_256, SIGNED_DATA,
    SIGNING_CERTIFICATE_V2, TIME_STAMP_TOKEN,
};
use crate::signer::{Algorithm, SignError, Signer};
use crate::verify::verify_raw;
use crate::{Error, stamp};

/// RFC 5035, 3: the certificates that the signature is bound to, the signer's own first.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct SigningCertificateV2 {
    pub(crate) certs: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    pub(crate) policies: Option<Any>,
}

/// One of them; without an algorithm the digest is SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct EssCertIdV2 {
    #[asn1(optional = "true")]
    pub(crate) hash_algorithm: Option<AlgorithmIdentifierOwned>,
    pub(crate) cert_hash: OctetString,
    #[asn1(optional = "true")]
    pub(crate) issuer_serial: Option<IssuerSerial>,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct IssuerSerial {
    pub(crate) issuer: Vec<Any>,
    pub(crate) serial_number: Any,
}

/// Signs a digest of the document's bytes; the result is DER.
pub(crate) fn sign(digest: [u8; 32], signer: &dyn Signer) -> Result<Vec<u8>, Error> {
    let chain = signer.certificate_chain();
    let own = chain.first().ok_or(SignError::NoCertificate)?;
    let attributes = SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, &DATA)?,
        attribute(
            MESSAGE_DIGEST,
            &OctetString::new(digest).map_err(unencodable)?,
        )?,
        attribute(
            SIGNING_CERTIFICATE_V2,
            &SigningCertificateV2 {
                certs: vec![EssCertIdV2 {
                    hash_algorithm: None,
                    cert_hash: OctetString::new(Sha256::digest(own).to_vec())
                        .map_err(unencodable)?,
                    issuer_serial: None,
                }],
                policies: None,
            },
        )?,
    ])
    .map_err(unencodable)?;
    // The signature is over the attributes as a SET OF (RFC 5652, 5.4).
    let message = attributes.to_der().map_err(unencodable)?;
    let signature = signer.sign(&message)?;
    let certificates = chain
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Error::Certificate(error.to_string()))?;
    // A token or a service may hold another key than its certificate says; that must not go out.
    let key = &certificates[0].tbs_certificate.subject_public_key_info;
    verify_raw(key, &scheme(signer.algorithm()), None, &message, &signature)
        .map_err(|_| SignError::KeyMismatch)?;
    // The stamp is over the signature's value, so it can only stand beside what is signed.
    let stamp = match signer.time_stamper() {
        None => None,
        Some(stamper) => {
            let token = Any::from_der(&stamp::obtain(stamper, &signature)?).map_err(unencodable)?;
            Some(attribute(TIME_STAMP_TOKEN, &token)?)
        }
    };
    let made = Made {
        attributes,
        signature,
        stamp,
    };
    container(&certificates, made, signer.algorithm()).map_err(unencodable)
}

/// A signature and what stands beside it.
struct Made {
    attributes: SetOfVec<Attribute>,
    signature: Vec<u8>,
    stamp: Option<Attribute>,
}

fn container(
    certificates: &[Certificate],
    made: Made,
    algorithm: Algorithm,
) -> der::Result<Vec<u8>> {
    let own = &certificates[0].tbs_certificate;
    let sha_256 = AlgorithmIdentifierOwned {
        oid: SHA_256,
        parameters: None,
    };
    let info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: own.issuer.clone(),
            serial_number: own.serial_number.clone(),
        }),
        digest_alg: sha_256.clone(),
        signed_attrs: Some(made.attributes),
        signature_algorithm: scheme(algorithm),
        signature: SignatureValue::new(made.signature)?,
        unsigned_attrs: made
            .stamp
            .map(|stamp| SetOfVec::try_from(vec![stamp]))
            .transpose()?,
    };
    // A root stays out: a verifier must have it from elsewhere, and nothing in the container binds it.
    let carried = certificates
        .iter()
        .enumerate()
        .filter(|(place, certificate)| *place == 0 || !is_root(certificate))
        .map(|(_, certificate)| CertificateChoices::Certificate(certificate.clone()))
        .collect::<Vec<_>>();
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha_256])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet(SetOfVec::try_from(carried)?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![info])?),
    };
    ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&signed)?,
    }
    .to_der()
}

fn scheme(algorithm: Algorithm) -> AlgorithmIdentifierOwned {
    match algorithm {
        Algorithm::RsaSha256 => AlgorithmIdentifierOwned {
            oid: RSA_WITH_SHA_256,
            parameters: Some(Any::null()),
        },
        Algorithm::EcdsaP256Sha256 => AlgorithmIdentifierOwned {
            oid: ECDSA_WITH_SHA_256,
            parameters: None,
        },
    }
}

fn is_root(certificate: &Certificate) -> bool {
    certificate.tbs_certificate.subject == certificate.tbs_certificate.issuer
}

fn attribute(
    oid: ObjectIdentifier,
    value: &(impl Encode + der::Tagged + der::EncodeValue),
) -> Result<Attribute, Error> {
    let value = Any::encode_from(value).map_err(unencodable)?;
    Ok(Attribute {
        oid,
        values: SetOfVec::try_from(vec![value]).map_err(unencodable)?,
    })
}

fn unencodable(error: der::Error) -> Error {
    Error::Certificate(error.to_string())
}
