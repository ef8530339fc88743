//! Who makes the raw signature: a key in a file here; a token or a remote service elsewhere.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

/// How a signer signs. Both hash with SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS#1 v1.5.
    RsaSha256,
    /// ECDSA on the curve P-256.
    EcdsaP256Sha256,
}

/// A key somewhere and the certificates that say whose it is.
pub trait Signer {
    /// The signer's certificate first, then its issuers; DER.
    fn certificate_chain(&self) -> Vec<Vec<u8>>;

    fn algorithm(&self) -> Algorithm;

    /// Signs the message (not a digest of it). ECDSA signatures are in their DER form.
    ///
    /// # Errors
    /// Where the key cannot be reached or refuses; the document then stays as it was.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why a key did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the key file cannot be read: {0}")]
    BadKey(String),
    #[error("the certificate does not belong to the key")]
    KeyMismatch,
    #[error("the signer gave no certificate")]
    NoCertificate,
    #[error("the signer could not be reached or refused: {0}")]
    Unavailable(String),
}

impl SignError {
    /// The same sentence in Vietnamese.
    pub fn message_vi(&self) -> String {
        match self {
            Self::BadKey(why) => format!("Không đọc được tệp khóa: {why}."),
            Self::KeyMismatch => "Chứng thư số không thuộc về khóa này.".into(),
            Self::NoCertificate => "Không có chứng thư số của người ký.".into(),
            Self::Unavailable(why) => {
                format!("Không liên lạc được với thiết bị hoặc dịch vụ ký: {why}.")
            }
        }
    }
}

/// A key held in memory. For trials only: whoever can read the file can sign.
pub struct SoftwareSigner {
    key: Key,
    chain: Vec<Vec<u8>>,
}

enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl SoftwareSigner {
    /// From a PKCS#8 key in PEM and the certificate chain in PEM, the signer's own first.
    ///
    /// # Errors
    /// Where a text is not PEM, the key is neither RSA (2048 to 8192 bits) nor P-256, or the first
    /// certificate is for another key.
    pub fn from_pem(key: &str, certificates: &str) -> Result<Self, SignError> {
        let bad = |error: String| SignError::BadKey(error);
        let (label, der) =
            der::pem::decode_vec(key.as_bytes()).map_err(|error| bad(error.to_string()))?;
        if label != "PRIVATE KEY" {
            return Err(bad(format!(
                "it holds a \"{label}\", expected a PKCS#8 \"PRIVATE KEY\""
            )));
        }
        let chain = x509_cert::Certificate::load_pem_chain(certificates.as_bytes())
            .map_err(|error| bad(error.to_string()))?
            .iter()
            .map(der::Encode::to_der)
            .collect::<Result<_, _>>()
            .map_err(|error| bad(error.to_string()))?;
        Self::from_der(&der, chain)
    }

    /// From a PKCS#8 key and the certificate chain, the signer's own first; all DER.
    ///
    /// # Errors
    /// As [`Self::from_pem`].
    pub fn from_der(key: &[u8], chain: Vec<Vec<u8>>) -> Result<Self, SignError> {
        let key = match RsaKeyPair::from_pkcs8(key) {
            Ok(rsa) => Key::Rsa(rsa),
            Err(_) => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key, &SystemRandom::new())
                    .map(Key::Ecdsa)
                    .map_err(|error| SignError::BadKey(error.to_string()))?
            }
        };
        let signer = Self { key, chain };
        if signer.certified_key()? != signer.public_key() {
            return Err(SignError::KeyMismatch);
        }
        Ok(signer)
    }

    fn public_key(&self) -> &[u8] {
        use ring::signature::KeyPair;
        match &self.key {
            Key::Rsa(key) => key.public_key().as_ref(),
            Key::Ecdsa(key) => key.public_key().as_ref(),
        }
    }

    fn certified_key(&self) -> Result<Vec<u8>, SignError> {
        let first = self.chain.first().ok_or(SignError::NoCertificate)?;
        let certificate: x509_cert::Certificate =
            der::Decode::from_der(first).map_err(|error| SignError::BadKey(format!("{error}")))?;
        Ok(certificate
            .tbs_certificate
            .subject_public_key_info
            .subject_public_key
            .raw_bytes()
            .to_vec())
    }
}

impl Signer for SoftwareSigner {
    fn certificate_chain(&self) -> Vec<Vec<u8>> {
        self.chain.clone()
    }

    fn algorithm(&self) -> Algorithm {
        match self.key {
            Key::Rsa(_) => Algorithm::RsaSha256,
            Key::Ecdsa(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let failed = |error: ring::error::Unspecified| SignError::Unavailable(error.to_string());
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .map_err(failed)?;
                Ok(signature)
            }
            Key::Ecdsa(key) => {
                let signature = key.sign(&SystemRandom::new(), message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}
