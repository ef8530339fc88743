//! One raw signature against one public key.

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode, Sequence};
use ring::signature::{self as raw, UnparsedPublicKey, VerificationAlgorithm};
use sha2::{Digest, Sha256, Sha384, Sha512};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::problem::Problem;
use crate::oids;

/// The hash functions that we trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn from_oid(oid: ObjectIdentifier) -> Result<Self, Problem> {
        match oid {
            oids::SHA_256 => Ok(Self::Sha256),
            oids::SHA_384 => Ok(Self::Sha384),
            oids::SHA_512 => Ok(Self::Sha512),
            oids::SHA_1 => Err(Problem::Algorithm("SHA-1".into())),
            other => Err(Problem::Algorithm(other.to_string())),
        }
    }

    /// Bytes of a digest.
    fn length(self) -> u32 {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(crate) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn hash<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            parts.iter().for_each(|part| hash.update(part));
            hash.finalize().to_vec()
        }
        match self {
            Self::Sha256 => hash::<Sha256>(parts),
            Self::Sha384 => hash::<Sha384>(parts),
            Self::Sha512 => hash::<Sha512>(parts),
        }
    }
}

/// Verifies a signature.
///
/// # Errors
/// [`Problem::SignatureMismatch`], or [`Problem::Algorithm`] where we do not verify that kind.
pub(crate) fn verify(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<Hash>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Problem> {
    let scheme = scheme(key, algorithm, digest)?;
    UnparsedPublicKey::new(scheme, key.subject_public_key.raw_bytes())
        .verify(message, signature)
        .map_err(|_| Problem::SignatureMismatch)
}

fn scheme(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<Hash>,
) -> Result<&'static dyn VerificationAlgorithm, Problem> {
    let unknown = || Problem::Algorithm(algorithm.oid.to_string());
    let is_rsa = key.algorithm.oid == oids::RSA;
    let rsa = |hash| -> &'static dyn VerificationAlgorithm {
        match hash {
            Hash::Sha256 => &raw::RSA_PKCS1_2048_8192_SHA256,
            Hash::Sha384 => &raw::RSA_PKCS1_2048_8192_SHA384,
            Hash::Sha512 => &raw::RSA_PKCS1_2048_8192_SHA512,
        }
    };
    match algorithm.oid {
        // Plain "RSA" in a signer's entry: the hash is the one named beside it.
        oids::RSA if is_rsa => Ok(rsa(digest.ok_or_else(unknown)?)),
        oids::RSA_WITH_SHA_256 if is_rsa => Ok(rsa(Hash::Sha256)),
        oids::RSA_WITH_SHA_384 if is_rsa => Ok(rsa(Hash::Sha384)),
        oids::RSA_WITH_SHA_512 if is_rsa => Ok(rsa(Hash::Sha512)),
        oids::RSA_PSS if is_rsa => Ok(match pss_hash(algorithm)? {
            Hash::Sha256 => &raw::RSA_PSS_2048_8192_SHA256,
            Hash::Sha384 => &raw::RSA_PSS_2048_8192_SHA384,
            Hash::Sha512 => &raw::RSA_PSS_2048_8192_SHA512,
        }),
        oids::ECDSA_WITH_SHA_256 => match curve(key) {
            Some(oids::P_256) => Ok(&raw::ECDSA_P256_SHA256_ASN1),
            Some(oids::P_384) => Ok(&raw::ECDSA_P384_SHA256_ASN1),
            _ => Err(unknown()),
        },
        oids::ECDSA_WITH_SHA_384 => match curve(key) {
            Some(oids::P_256) => Ok(&raw::ECDSA_P256_SHA384_ASN1),
            Some(oids::P_384) => Ok(&raw::ECDSA_P384_SHA384_ASN1),
            _ => Err(unknown()),
        },
        oids::ED25519 if key.algorithm.oid == algorithm.oid => Ok(&raw::ED25519),
        _ => Err(unknown()),
    }
}

fn curve(key: &SubjectPublicKeyInfoOwned) -> Option<ObjectIdentifier> {
    if key.algorithm.oid != oids::EC_KEY {
        return None;
    }
    key.algorithm.parameters.as_ref()?.decode_as().ok()
}

/// The part of the parameters of RSASSA-PSS that chooses among the schemes we verify; the library
/// demands the same hash for the mask and a salt as long as the hash.
#[derive(Sequence)]
struct PssParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_length: Option<u32>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u32>,
}

fn pss_hash(algorithm: &AlgorithmIdentifierOwned) -> Result<Hash, Problem> {
    let bad = || Problem::Algorithm("RSASSA-PSS".into());
    let der = algorithm
        .parameters
        .as_ref()
        .ok_or_else(bad)?
        .to_der()
        .map_err(|_| bad())?;
    let parameters = PssParameters::from_der(&der).map_err(|_| bad())?;
    let hash = Hash::from_oid(parameters.hash.ok_or_else(bad)?.oid)?;
    match parameters.salt_length {
        Some(length) if length == hash.length() => Ok(hash),
        length => Err(Problem::Algorithm(format!(
            "RSASSA-PSS with a salt of {} bytes",
            length.unwrap_or(20)
        ))),
    }
}
