//! PDF signatures: fields before the first signature, the person's signature, number, day and the
//! agency's seal after it, and the verification of all of them.
//!
//! The order is that of Decree 30/2020/NĐ-CP, Articles 13 to 17 and 19: the person signs, then the
//! clerk gives number and day, then the agency seals. Each step is an incremental update, so that
//! the bytes that the person signed stay as they were; everything that the second step changes is
//! a field that was in the file, empty, when the person signed it ([`prepare`]).
//!
//! The signatures are PAdES baseline B-B (ETSI EN 319 142-1), B-T where a [`Stamped`] signer has the time attested, and
//! B-LT where [`gather`] learned what [`keep`] puts into the file. The crate knows no clock, no environment, no network
//! and no database: times, serial numbers and the ways to authorities come in as arguments. The one exception is the randomness that ECDSA needs for each signature and for a new key, which the
//! cryptographic library takes from the operating system and lets nobody replace.

mod appearance;
mod attachments;
mod bind;
mod certificates;
mod cms;
mod error;
mod fields;
mod font;
mod ink;
mod long_term;
mod names;
mod ocsp;
mod oids;
mod outline;
mod paper;
mod picture;
mod places;
mod sign;
mod signer;
mod stamp;
mod trial;
mod update;
mod verify;

pub use appearance::{Appearance, Mark};
pub use attachments::attachments;
pub use bind::{Part, bind, page_count};
pub use certificates::{chain_of, check_validity, describe_certificate, is_authority};
pub use error::Error;
pub use fields::{
    AGENCY_FIELD, DAY_FIELD, MONTH_FIELD, NUMBER_FIELD, PERSON_FIELD, YEAR_FIELD, prepare,
};
pub use long_term::{RevocationSource, ValidationData, gather, keep};
pub use paper::{CopyPlace, PaperBlock, copy_on_paper};
pub use places::{FieldPlaces, Fonts, Place, Slant, TextPlace};
pub use sign::{Filling, SigningRequest, fill_and_seal, fill_only, sign_alone, sign_person};
pub use signer::{Algorithm, SignError, Signer, SoftwareSigner, ecdsa_to_der, verifies};
pub use stamp::{StampFault, Stamped, TimeStamper};
pub use trial::{
    Subject, TRIAL_LABEL, TRIAL_LABEL_SHORT, TrialAuthority, Validity, certificate_pem,
};
pub use update::MAX_PDF_BYTES;
pub use verify::{
    CertificateReport, Change, ChangeKind, Note, Problem, Report, SignatureReport, TimeStampReport,
    Trust, additions, revocation_list, verify,
};
