//! The maker's libraries: each is loaded once for the life of the program and used by one at a time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::slot::{Slot, TokenInfo};
use trinhky_pades::SignError;

use super::failed;

/// The libraries loaded so far. PKCS#11 allows one initialisation of a library in a process.
static LOADED: OnceLock<Mutex<HashMap<PathBuf, Pkcs11>>> = OnceLock::new();

/// All libraries, held: log-ins are those of the process, so only one act may hold one.
pub(crate) struct Module {
    pub(crate) pkcs11: Pkcs11,
    path: PathBuf,
    held: MutexGuard<'static, HashMap<PathBuf, Pkcs11>>,
}

impl Module {
    pub(crate) fn open(path: &Path) -> Result<Self, SignError> {
        let mut loaded = LOADED
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !loaded.contains_key(path) {
            loaded.insert(path.to_owned(), begin(path)?);
        }
        Ok(Self {
            pkcs11: loaded[path].clone(),
            path: path.to_owned(),
            held: loaded,
        })
    }

    /// Ends the library and begins it again: some look for tokens only when they begin, and would never see one that was
    /// pulled out and plugged in again.
    pub(crate) fn begin_anew(&mut self) -> Result<(), SignError> {
        if let Some(old) = self.held.remove(&self.path) {
            // A library that cannot end says at its next beginning what is wrong.
            let _ = old.finalize();
        }
        self.pkcs11 = begin(&self.path)?;
        self.held.insert(self.path.clone(), self.pkcs11.clone());
        Ok(())
    }

    /// The slots whose token is ready for use, with what it says of itself. A token that does not answer is not
    /// there: it must not hide the others.
    pub(crate) fn tokens(&self) -> Result<Vec<(Slot, TokenInfo)>, SignError> {
        let slots = self.pkcs11.get_slots_with_token().map_err(failed)?;
        Ok(slots
            .into_iter()
            .filter_map(|slot| Some((slot, self.pkcs11.get_token_info(slot).ok()?)))
            .filter(|(_, token)| token.token_initialized())
            .collect())
    }

    pub(crate) fn slot_of(&mut self, serial: &str) -> Result<Slot, SignError> {
        if let Some(slot) = self.slot_now(serial)? {
            return Ok(slot);
        }
        self.begin_anew()?;
        self.slot_now(serial)?.ok_or(SignError::TokenMissing)
    }

    /// Whether the token is no longer plugged in, asked of a library that remembers nothing.
    pub(crate) fn is_gone(&mut self, serial: &str) -> Result<bool, SignError> {
        self.begin_anew()?;
        Ok(self.slot_now(serial)?.is_none())
    }

    fn slot_now(&self, serial: &str) -> Result<Option<Slot>, SignError> {
        let found = self.tokens()?.into_iter();
        let mut found = found.filter(|(_, token)| token.serial_number().trim() == serial);
        Ok(found.next().map(|(slot, _)| slot))
    }
}

fn begin(path: &Path) -> Result<Pkcs11, SignError> {
    let cannot = |error| SignError::Unavailable(format!("{}: {error}", path.display()));
    let pkcs11 = Pkcs11::new(path).map_err(cannot)?;
    pkcs11
        .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        .map_err(cannot)?;
    Ok(pkcs11)
}
