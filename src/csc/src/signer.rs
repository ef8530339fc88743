//! The service as a signer.

use sha2::{Digest, Sha256};
use trinhky_pades::{Algorithm, SignError, Signer, ecdsa_to_der};

use crate::{Account, Factors, Service, Transport};

/// A key of the service, with what its holder typed for this act.
pub struct RemoteSigner {
    account: Account,
    transport: Box<dyn Transport + Send>,
    id: String,
    chain: Vec<Vec<u8>>,
    algorithm: Algorithm,
    factors: Factors,
}

impl RemoteSigner {
    /// `chain` is what was registered with the key; the service itself is not asked before it signs.
    ///
    /// # Errors
    /// Where there is no certificate, or it is for a kind of key that we do not sign with.
    pub fn new(
        account: Account,
        transport: Box<dyn Transport + Send>,
        id: String,
        chain: Vec<Vec<u8>>,
        factors: Factors,
    ) -> Result<Self, SignError> {
        let own = chain.first().ok_or(SignError::NoCertificate)?;
        Ok(Self {
            algorithm: Algorithm::of_certificate(own)?,
            account,
            transport,
            id,
            chain,
            factors,
        })
    }
}

impl Signer for RemoteSigner {
    fn certificate_chain(&self) -> Vec<Vec<u8>> {
        self.chain.clone()
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = Sha256::digest(message);
        let service = Service::enter(&self.account, &*self.transport)?;
        let signature = service.sign(&self.id, self.algorithm, &digest, &self.factors)?;
        match self.algorithm {
            // Services give the two numbers side by side or in DER, which is longer and begins with a sequence.
            Algorithm::EcdsaP256Sha256 if signature.len() == P_256_NUMBERS => {
                ecdsa_to_der(&signature)
            }
            _ => Ok(signature),
        }
    }
}

/// Bytes of the two numbers of a signature on P-256.
const P_256_NUMBERS: usize = 64;
