//! Who makes the raw signature: a key in a file here; a token or a remote service elsewhere.

use der::asn1::{ObjectIdentifier, UintRef};
use der::{Encode, Sequence};
use p12_keystore::KeyStore;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};

use crate::stamp::{StampFault, TimeStamper};
use crate::{certificates, oids};

/// How a signer signs. Both hash with SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS#1 v1.5.
    RsaSha256,
    /// ECDSA on the curve P-256.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// How the key of a certificate signs.
    ///
    /// # Errors
    /// Where the certificate cannot be read or its key is neither RSA nor on P-256.
    pub fn of_certificate(der: &[u8]) -> Result<Self, SignError> {
        let certificate = certificates::read(der)?;
        let key = &certificate
            .tbs_certificate
            .subject_public_key_info
            .algorithm;
        let curve: Option<ObjectIdentifier> = key
            .parameters
            .as_ref()
            .and_then(|parameters| parameters.decode_as().ok());
        match (key.oid, curve) {
            (oids::RSA, _) => Ok(Self::RsaSha256),
            (oids::EC_KEY, Some(oids::P_256)) => Ok(Self::EcdsaP256Sha256),
            _ => Err(SignError::BadKey(
                "its key is neither RSA nor on the curve P-256".into(),
            )),
        }
    }
}

/// The two numbers of an ECDSA signature, side by side as tokens give them, in their DER form.
///
/// # Errors
/// Where they are not two numbers of one length.
pub fn ecdsa_to_der(raw: &[u8]) -> Result<Vec<u8>, SignError> {
    #[derive(Sequence)]
    struct Signature<'a> {
        r: UintRef<'a>,
        s: UintRef<'a>,
    }
    let bad = |error: der::Error| SignError::Unavailable(error.to_string());
    if raw.is_empty() || !raw.len().is_multiple_of(2) {
        return Err(SignError::Unavailable("it gave half a signature".into()));
    }
    let (r, s) = raw.split_at(raw.len() / 2);
    Signature {
        r: UintRef::new(r).map_err(bad)?,
        s: UintRef::new(s).map_err(bad)?,
    }
    .to_der()
    .map_err(bad)
}

/// Whether a signature over the message is by the key of the certificate (DER): the raw operation alone.
///
/// # Errors
/// Where the certificate cannot be read.
pub fn verifies(
    certificate: &[u8],
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, SignError> {
    let key = certificates::read(certificate)?
        .tbs_certificate
        .subject_public_key_info;
    let scheme: &dyn VerificationAlgorithm = match algorithm {
        Algorithm::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
    };
    let key = UnparsedPublicKey::new(scheme, key.subject_public_key.raw_bytes());
    Ok(key.verify(message, signature).is_ok())
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

    /// Who attests the time of this signer's signatures; nobody, where only the signer's own clock says it.
    fn time_stamper(&self) -> Option<&dyn TimeStamper> {
        None
    }
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
    #[error("the password of the key file is wrong")]
    WrongPassword,
    #[error("the PIN of the token is wrong; after a few wrong PINs the token locks itself")]
    WrongPin,
    #[error("the one-time code is wrong or too old; ask for a new one")]
    WrongCode,
    #[error("{en}")]
    Service { vi: String, en: String },
    #[error("the token has locked itself after too many wrong PINs; its issuer must unlock it")]
    PinLocked,
    #[error("the token is not plugged in, or was pulled out; plug it in and try again")]
    TokenMissing,
    #[error("the certificate is not valid now: it counts from {from} until {until}")]
    OutsideValidity { from: String, until: String },
    #[error("the certificate of {name} was revoked on {day}; sign with another key")]
    Revoked { name: String, day: String },
    #[error("the signer could not be reached or refused: {0}")]
    Unavailable(String),
    #[error("the time-stamp authority could not be reached: {0}")]
    NoTimeStamp(String),
    #[error(transparent)]
    TimeStamp(#[from] StampFault),
}

impl SignError {
    /// The same sentence in Vietnamese.
    pub fn message_vi(&self) -> String {
        match self {
            Self::BadKey(why) => format!("Không đọc được tệp khóa: {why}."),
            Self::KeyMismatch => "Chứng thư số không thuộc về khóa này.".into(),
            Self::NoCertificate => "Không có chứng thư số của người ký.".into(),
            Self::WrongPassword => "Mật khẩu của tệp khóa không đúng.".into(),
            Self::WrongPin => {
                "Mã PIN của thiết bị ký không đúng; nhập sai nhiều lần thiết bị sẽ tự khóa.".into()
            }
            Self::WrongCode => {
                "Mã một lần không đúng hoặc đã hết hạn; lấy mã mới rồi ký lại.".into()
            }
            Self::Service { vi, .. } => vi.clone(),
            Self::PinLocked => {
                "Thiết bị ký đã tự khóa do nhập sai mã PIN nhiều lần; liên hệ nơi cấp để mở khóa."
                    .into()
            }
            Self::TokenMissing => {
                "Thiết bị ký chưa cắm hoặc đã bị rút ra; cắm lại thiết bị rồi ký lại.".into()
            }
            Self::OutsideValidity { from, until } => {
                format!("Chứng thư số chỉ có hiệu lực từ {from} đến {until}.")
            }
            Self::Revoked { name, day } => {
                format!("Chứng thư số của {name} đã bị thu hồi ngày {day}; hãy ký bằng khóa khác.")
            }
            Self::NoTimeStamp(why) => {
                format!("Không liên lạc được với máy chủ dấu thời gian: {why}.")
            }
            Self::TimeStamp(fault) => format!("{}.", fault.message_vi()),
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
            .map(Encode::to_der)
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

    /// From a PKCS#12 file (`.p12`, `.pfx`) with one key and its certificates.
    ///
    /// # Errors
    /// [`SignError::WrongPassword`]; [`SignError::NoCertificate`] where the file holds no key with a
    /// certificate; else as [`Self::from_pem`].
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, SignError> {
        let store = KeyStore::from_pkcs12(file, password).map_err(|error| match error {
            // The integrity code of the file is made with the password, so a wrong one shows there first.
            p12_keystore::error::Error::MacError(_) => SignError::WrongPassword,
            other => SignError::BadKey(other.to_string()),
        })?;
        let (_, entry) = store.private_key_chain().ok_or(SignError::NoCertificate)?;
        let chain = entry.chain().iter().map(|one| one.as_der().to_vec());
        Self::from_der(entry.key(), chain.collect())
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
        Ok(certificates::read(first)?
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
