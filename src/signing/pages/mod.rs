//! Pages of keys and of verification.

mod keys;
mod verification;

pub use keys::{bind_file, bind_remote, bind_token, bind_workstation, keys, stop};
pub use verification::{english_address, verification, verify};
