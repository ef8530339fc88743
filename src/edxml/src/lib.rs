//! edXML, the messages by which Vietnamese offices exchange documents (QCVN 102:2016/BTTTT, Decision 28/2018/QĐ-TTg).
//!
//! [`write()`] is strict: one order of elements, one prefix, one form of dates, attachments zipped, as the receivers on the
//! national axis expect it literally. [`read()`] is tolerant: any order and prefix, UTF-8 or UTF-16, attachments zipped or
//! not; what it tolerated it says, and what it cannot take it refuses with a sentence for the sender. [`Status`] is the
//! machine of a receiver's answers: never back, each once.
//!
//! Values in, values out: no files, no clock.

mod check;
mod codes;
mod model;
mod read;
mod write;

pub use check::{Remark, check, is_organ_id};
pub use codes::{BusinessType, Status};
pub use model::{
    Attachment, Business, Code, DocumentMessage, DocumentType, Message, Organ, Other, Replacement,
    ResponseFor, Signer, Staff, StatusMessage, Trace, Update, document_id,
};
pub use read::{MAX_ATTACHMENTS, MAX_FILE, MAX_MESSAGE, Read, read};
pub use write::write;

/// The namespace of every element.
pub const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
