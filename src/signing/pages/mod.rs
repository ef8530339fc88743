//! Pages of keys and of verification.

mod keys;
mod verification;

pub use keys::{bind_file, bind_token, keys, stop};
pub use verification::{english_address, verification, verify};
