//! Keys in PKCS#11 tokens and hardware security modules: the one crate that talks to a device.
//!
//! A token is reached through its maker's library (a "module"), which is loaded when it is first
//! asked for. Certificates are read without a PIN; each signature logs in, signs and logs out,
//! because a token that is logged in lets every part of the program sign, with any PIN.

mod module;

use std::path::{Path, PathBuf};

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use sha2::{Digest, Sha256};
use trinhky_pades::{Algorithm, SignError, Signer, ecdsa_to_der};

use module::Module;

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// The maker's library, e.g. `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's serial number: the slot that it is plugged into may be another tomorrow.
    pub serial: String,
    /// The identifier that key and certificate share on the token.
    pub id: Vec<u8>,
}

/// A certificate on a token that is plugged in, with the issuers that the token holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub key: TokenKey,
    /// What the token calls itself.
    pub token: String,
    /// The certificate first, then its issuers; DER.
    pub chain: Vec<Vec<u8>>,
}

/// The certificates for signing on all tokens of a module. Needs no PIN.
///
/// # Errors
/// Where the library cannot be loaded or a token does not answer.
pub fn list(module: &Path) -> Result<Vec<Found>, SignError> {
    let mut opened = Module::open(module)?;
    opened.begin_anew()?;
    let mut found = Vec::new();
    for (slot, info) in opened.tokens()? {
        let session = opened.pkcs11.open_ro_session(slot).map_err(failed)?;
        let certificates = certificates(&session)?;
        for Held { id, der } in &certificates {
            // An authority's certificate on the token is an issuer, not somebody's key.
            if trinhky_pades::is_authority(der) {
                continue;
            }
            found.push(Found {
                key: TokenKey {
                    module: module.to_owned(),
                    serial: info.serial_number().trim().to_owned(),
                    id: id.clone(),
                },
                token: info.label().trim().to_owned(),
                chain: trinhky_pades::chain_of(
                    der,
                    certificates.iter().map(|held| held.der.as_slice()),
                ),
            });
        }
    }
    Ok(found)
}

/// A key on a token with the PIN that its holder typed for this act.
pub struct TokenSigner {
    key: TokenKey,
    chain: Vec<Vec<u8>>,
    algorithm: Algorithm,
    pin: AuthPin,
}

impl TokenSigner {
    /// `chain` is what [`list`] found; the token itself is not asked before it signs.
    ///
    /// # Errors
    /// Where there is no certificate, or it is for a kind of key that we do not sign with.
    pub fn new(key: TokenKey, chain: Vec<Vec<u8>>, pin: String) -> Result<Self, SignError> {
        let own = chain.first().ok_or(SignError::NoCertificate)?;
        Ok(Self {
            algorithm: Algorithm::of_certificate(own)?,
            key,
            chain,
            pin: AuthPin::new(pin.into_boxed_str()),
        })
    }
}

impl Signer for TokenSigner {
    fn certificate_chain(&self) -> Vec<Vec<u8>> {
        self.chain.clone()
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        // Held until the session has logged out: nobody else may use the log-in.
        let mut opened = Module::open(&self.key.module)?;
        let slot = opened.slot_of(&self.key.serial)?;
        let signed = self.sign_in(&opened, slot, message);
        match signed {
            // Whatever a token says that is pulled out while it works, what its holder needs to hear is that it is gone.
            Err(SignError::Unavailable(_)) if opened.is_gone(&self.key.serial)? => {
                Err(SignError::TokenMissing)
            }
            signed => signed,
        }
    }
}

impl TokenSigner {
    fn sign_in(&self, opened: &Module, slot: Slot, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let session = opened.pkcs11.open_ro_session(slot).map_err(failed)?;
        session
            .login(UserType::User, Some(&self.pin))
            .map_err(failed)?;
        let signed = raw_signature(&session, &self.key.id, self.algorithm, message);
        // A token that was pulled out has logged out by itself.
        let _ = session.logout();
        signed
    }
}

fn raw_signature(
    session: &Session,
    id: &[u8],
    algorithm: Algorithm,
    message: &[u8],
) -> Result<Vec<u8>, SignError> {
    let wanted = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Id(id.to_vec()),
    ];
    let keys = session.find_objects(&wanted).map_err(failed)?;
    let key = *keys.first().ok_or(SignError::TokenMissing)?;
    let digest = Sha256::digest(message);
    match algorithm {
        Algorithm::RsaSha256 => {
            let info = [SHA_256_DIGEST_INFO, &digest].concat();
            session
                .sign(&Mechanism::RsaPkcs, key, &info)
                .map_err(failed)
        }
        Algorithm::EcdsaP256Sha256 => {
            let raw = session
                .sign(&Mechanism::Ecdsa, key, &digest)
                .map_err(failed)?;
            ecdsa_to_der(&raw)
        }
    }
}

/// What stands before a SHA-256 digest in a PKCS#1 v1.5 signature (RFC 8017, 9.2 note 1). Old tokens hash nothing themselves.
const SHA_256_DIGEST_INFO: &[u8] = &[
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A certificate as a token holds it.
struct Held {
    /// The identifier that it shares with its key.
    id: Vec<u8>,
    der: Vec<u8>,
}

fn certificates(session: &Session) -> Result<Vec<Held>, SignError> {
    let wanted = [Attribute::Class(ObjectClass::CERTIFICATE)];
    let mut certificates = Vec::new();
    for object in session.find_objects(&wanted).map_err(failed)? {
        let attributes = session
            .get_attributes(object, &[AttributeType::Id, AttributeType::Value])
            .map_err(failed)?;
        let (mut id, mut der) = (Vec::new(), Vec::new());
        for attribute in attributes {
            match attribute {
                Attribute::Id(found) => id = found,
                Attribute::Value(found) => der = found,
                _ => {}
            }
        }
        certificates.push(Held { id, der });
    }
    Ok(certificates)
}

/// What a token answered, as the sentence that its holder needs.
fn failed(error: Error) -> SignError {
    match error {
        Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => {
            SignError::WrongPin
        }
        Error::Pkcs11(RvError::PinLocked, _) => SignError::PinLocked,
        Error::Pkcs11(
            RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::DeviceRemoved
            | RvError::DeviceError
            | RvError::SlotIdInvalid
            | RvError::SessionHandleInvalid,
            _,
        ) => SignError::TokenMissing,
        other => SignError::Unavailable(other.to_string()),
    }
}
