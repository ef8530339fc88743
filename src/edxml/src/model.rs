//! What a message says. Text that the message leaves out is empty.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::{BusinessType, Status};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum Message {
    Document(Box<DocumentMessage>),
    Status(Box<StatusMessage>),
}

impl Message {
    /// Who sends it.
    #[must_use]
    pub fn from(&self) -> &Organ {
        match self {
            Self::Document(document) => &document.from,
            Self::Status(status) => &status.from,
        }
    }
}

/// A document on its way, or what becomes of one that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentMessage {
    pub from: Organ,
    /// Everybody whom it is sent to, each once.
    pub to: Vec<Organ>,
    /// By what the document is known everywhere; [`document_id`] makes ours, some senders write a UUID.
    pub document_id: String,
    pub code: Code,
    pub place: String,
    pub promulgated_on: Option<NaiveDate>,
    pub kind: DocumentType,
    pub subject: String,
    /// The abstract.
    pub content: String,
    pub signer: Signer,
    /// The day by which the receiver is to have done it.
    pub due_on: Option<NaiveDate>,
    pub other: Other,
    /// What it answers.
    pub response_for: Vec<ResponseFor>,
    /// 1 no direction, 2 a direction, 3 a report on one.
    pub steering: Option<u8>,
    /// The printed lines of "Nơi nhận" that get it another way.
    pub to_places: Vec<String>,
    pub traces: Vec<Trace>,
    pub business: Business,
    #[serde(skip)]
    pub attachments: Vec<Attachment>,
}

/// What a receiver tells the sender of a document, or the sender asks afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMessage {
    pub from: Organ,
    pub response_for: ResponseFor,
    pub staff: Staff,
    pub status: Status,
    pub description: String,
    /// Office time (UTC+7).
    pub at: Option<NaiveDateTime>,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Organ {
    /// Its code, e.g. `H37.02.02`.
    pub id: String,
    pub in_charge: String,
    pub name: String,
    pub address: String,
    pub email: String,
    pub telephone: String,
    pub fax: String,
    pub website: String,
}

/// Number and symbol, e.g. `05` and `QĐ-UBND`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Code {
    pub number: String,
    pub notation: String,
}

impl Code {
    /// `05/QĐ-UBND`.
    #[must_use]
    pub fn text(&self) -> String {
        match (self.number.as_str(), self.notation.as_str()) {
            (number, "") => number.to_owned(),
            ("", notation) => notation.to_owned(),
            (number, notation) => format!("{number}/{notation}"),
        }
    }
}

/// The type of document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentType {
    /// 1 normative, 2 administrative in the amendment of 2022; senders before it write 1 for everything.
    pub group: Option<u32>,
    pub detail: Option<u32>,
    /// In words, e.g. `Quyết định`.
    pub name: String,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signer {
    /// For whom, e.g. `KT. CHỦ TỊCH`.
    pub competence: String,
    pub position: String,
    pub name: String,
}

/// Urgency and amounts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Other {
    /// 0 plain to 4 at a given hour.
    pub priority: u8,
    pub sphere: String,
    pub typer: String,
    pub amount: Option<u32>,
    pub pages: Option<u32>,
    pub direction: Option<bool>,
    pub appendixes: Vec<String>,
}

/// The document that a message speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResponseFor {
    pub organ_id: String,
    /// `05/QĐ-UBND`.
    pub code: String,
    pub document_id: String,
    pub promulgated_on: Option<NaiveDate>,
}

/// A station that the message passed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trace {
    pub organ_id: String,
    /// Office time (UTC+7).
    pub at: Option<NaiveDateTime>,
}

/// Why the message was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Business {
    /// The earlier document that is revoked or updated.
    pub document_id: String,
    pub kind: BusinessType,
    pub reason: String,
    /// Whether a paper copy follows.
    pub paper: bool,
    pub update: Option<Update>,
    pub replaces: Vec<Replacement>,
    pub staff: Staff,
}

/// What an update changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Update {
    /// The document's particulars and files.
    pub document: bool,
    /// Who receives it.
    pub receivers: bool,
    /// The bodies that are added (`true`) or struck.
    pub list: Vec<(String, bool)>,
}

/// An earlier document that this one replaces, and at whom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Replacement {
    pub document_id: String,
    pub organ_ids: Vec<String>,
}

/// Whom to ask at the other office.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Staff {
    pub department: String,
    pub department_id: String,
    pub name: String,
    pub name_id: String,
    pub email: String,
    pub mobile: String,
}

/// A file that travels with a document, as its author saved it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// `cid:…`, by which envelope and content find each other.
    pub content_id: String,
    pub name: String,
    pub description: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// By what a document is known everywhere: `H37.02,2023/03/10,05/QĐ-UBND`.
#[must_use]
pub fn document_id(organ_id: &str, on: NaiveDate, code: &Code) -> String {
    format!("{organ_id},{},{}", on.format("%Y/%m/%d"), code.text())
}
