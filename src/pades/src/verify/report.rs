//! What a verification found, for people and for programs.

use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;

use super::problem::Problem;

/// The answer about a whole file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Whether there is a signature, every one is good, and nothing was changed that may not be.
    pub valid: bool,
    pub message: String,
    pub message_vi: String,
    /// In the order in which they were made.
    pub signatures: Vec<SignatureReport>,
    /// What concerns the file and no one signature.
    pub problems: Vec<Problem>,
}

/// The answer about one signature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureReport {
    /// The name of the field.
    pub field: String,
    pub valid: bool,
    pub message: String,
    pub message_vi: String,
    /// The name in the certificate.
    pub signer: Option<String>,
    /// The signer's post in the certificate.
    pub title: Option<String>,
    /// The organisation in the certificate.
    pub agency: Option<String>,
    /// Whether the certificate says of itself that it is for trials.
    pub trial: bool,
    pub certificate: Option<CertificateReport>,
    /// The time that the signer's own clock claims; nobody else attests it.
    pub claimed_time: Option<DateTime<FixedOffset>>,
    /// The time that an authority attests; then the certificate is judged at this one.
    pub time_stamp: Option<TimeStampReport>,
    /// Whether the signed bytes are as they were and the signature belongs to the certificate.
    pub intact: bool,
    /// Whether the certificate leads to a trusted root and was valid at the attested, else at the claimed time.
    pub trusted: bool,
    /// Whether the signature covers the file to its last byte.
    pub covers_whole_file: bool,
    /// Up to which byte the signature covers the file.
    pub signed_until: Option<usize>,
    /// What later revisions added or changed.
    pub changes: Vec<Change>,
    pub problems: Vec<Problem>,
    /// Worth knowing, but no reason to call the signature bad.
    pub notes: Vec<Note>,
}

/// What a time-stamp authority attests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeStampReport {
    pub at: DateTime<Utc>,
    pub authority: String,
}

/// The signer's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateReport {
    /// Hexadecimal.
    pub serial: String,
    pub subject: String,
    pub issuer: String,
    pub valid_from: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
    /// SHA-256 of the certificate, hexadecimal.
    pub fingerprint: String,
}

/// One change made after a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: ChangeKind,
    /// The field, or the part of the document.
    pub what: String,
    /// The value after the change, where it is a text.
    pub value: Option<String>,
    pub message: String,
    pub message_vi: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// An empty field was filled.
    Filled,
    /// A filled field was changed; the signature allows it.
    Refilled,
    /// A further signature.
    Signed,
    /// A further, still empty, signature field.
    FieldAdded,
    /// Title, author and the like, which no page shows.
    Metadata,
    /// Certificates and revocation lists for later verification.
    ValidationData,
}

impl Change {
    /// `label` is what the field calls itself to people.
    pub(super) fn new(
        kind: ChangeKind,
        what: &str,
        label: Option<&str>,
        value: Option<String>,
    ) -> Self {
        let shown = value.as_deref().unwrap_or_default();
        let label = label.unwrap_or(what);
        let (message, message_vi) = match kind {
            ChangeKind::Filled => (
                format!("the field \"{what}\" was filled with \"{shown}\""),
                format!("“{label}” được điền là “{shown}”"),
            ),
            ChangeKind::Refilled => (
                format!("the field \"{what}\" was changed to \"{shown}\""),
                format!("“{label}” được sửa thành “{shown}”"),
            ),
            ChangeKind::Signed => (
                format!("the signature \"{what}\" was added"),
                format!("“{label}” được thêm vào"),
            ),
            ChangeKind::FieldAdded => (
                format!("the signature field \"{what}\" was added"),
                format!("trường chữ ký “{label}” được thêm vào"),
            ),
            ChangeKind::Metadata => (
                "the document's description was changed".into(),
                "thông tin mô tả tệp được thay đổi".into(),
            ),
            ChangeKind::ValidationData => (
                "data for later verification was added".into(),
                "dữ liệu phục vụ kiểm tra về sau được thêm vào".into(),
            ),
        };
        Self {
            kind,
            what: what.to_owned(),
            value,
            message,
            message_vi,
        }
    }
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub rule: &'static str,
    pub message: String,
    pub message_vi: String,
}

impl Note {
    pub(super) fn claimed_time() -> Self {
        Self {
            rule: "claimed_time",
            message: "The time of signing is what the signer's own clock said.".into(),
            message_vi:
                "Thời điểm ký do đồng hồ của người ký ghi nhận, chưa có dấu thời gian xác nhận."
                    .into(),
        }
    }

    pub(super) fn stamped_time(stamp: &TimeStampReport) -> Self {
        let at = stamp.at.format("%d/%m/%Y %H:%M:%S UTC");
        Self {
            rule: "stamped_time",
            message: format!(
                "The signature was there at {at}, as {} attests.",
                stamp.authority
            ),
            message_vi: format!(
                "Chữ ký đã có lúc {at}, theo dấu thời gian của {}.",
                stamp.authority
            ),
        }
    }

    pub(super) fn expired_since(name: &str) -> Self {
        Self {
            rule: "certificate_expired_since",
            message: format!(
                "The certificate of {name} has expired since the claimed time of signing."
            ),
            message_vi: format!(
                "Chứng thư số của {name} đã hết hạn kể từ sau thời điểm ký được ghi."
            ),
        }
    }

    pub(super) fn not_revoked() -> Self {
        Self {
            rule: "not_revoked",
            message: "By the authorities' answers or lists the certificate was not revoked.".into(),
            message_vi: "Theo trả lời hoặc danh sách của các tổ chức chứng thực, chứng thư số không bị thu hồi."
                .into(),
        }
    }

    pub(super) fn long_term() -> Self {
        Self {
            rule: "long_term",
            message: "The file itself carries what proves that; it can be verified when the authorities no longer answer."
                .into(),
            message_vi: "Tệp có kèm đủ dữ liệu chứng minh điều đó: vẫn kiểm tra được khi các tổ chức chứng thực không còn trả lời."
                .into(),
        }
    }

    pub(super) fn revocation_unknown() -> Self {
        Self {
            rule: "revocation_not_checked",
            message: "Whether the certificate was revoked was not checked.".into(),
            message_vi: "Chưa kiểm tra tình trạng thu hồi của chứng thư số.".into(),
        }
    }

    pub(super) fn appearance_unread(field: &str) -> Self {
        Self {
            rule: "appearance_not_read",
            message: format!(
                "What the field \"{field}\" shows on the page could not be compared with its value."
            ),
            message_vi: format!(
                "Chưa đối chiếu được phần hiển thị của trường “{field}” với giá trị của trường."
            ),
        }
    }

    pub(super) fn trial() -> Self {
        Self {
            rule: "trial_signature",
            message: "This is a trial signature without legal value.".into(),
            message_vi: "Đây là chữ ký thử nghiệm, không có giá trị pháp lý.".into(),
        }
    }
}

/// The sentence about a good signature: what came after it.
pub(super) fn good_signature(report: &SignatureReport) -> (String, String) {
    let (who, who_vi) = match &report.signer {
        Some(name) => (
            format!("The signature of {name} is good"),
            format!("Chữ ký của {name} hợp lệ"),
        ),
        None => ("The signature is good".into(), "Chữ ký hợp lệ".into()),
    };
    if report.changes.is_empty() {
        return (
            format!("{who}; nothing was added after it."),
            format!("{who_vi}; không có gì được thêm vào sau đó."),
        );
    }
    let list = |pick: fn(&Change) -> &str| {
        report
            .changes
            .iter()
            .map(pick)
            .collect::<Vec<_>>()
            .join(", ")
    };
    (
        format!(
            "{who}; after it only this was added: {}.",
            list(|change| &change.message)
        ),
        format!(
            "{who_vi}; sau đó chỉ có: {}.",
            list(|change| &change.message_vi)
        ),
    )
}
