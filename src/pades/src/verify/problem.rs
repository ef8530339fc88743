//! Why a signature, or a file, is not as it claims.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::stamp::StampFault;

/// One reason. Each has a name for programs and a sentence in two languages for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The file has no signature at all.
    NoSignature,
    /// Bytes stand behind the last signed or written revision that belong to no revision.
    BytesAppended { bytes: usize },
    /// The file runs scripts, which can change what a reader sees without changing the file.
    Scripts,
    /// The document names a certifying signature that is not one of its signature fields.
    StrayCertification,

    /// The signed ranges are not two ranges around the signature's own value.
    BadByteRange(&'static str),
    /// Two signatures claim the same bytes.
    SharedRange,
    /// What the signature covers cannot be read as a document of its own.
    RevisionUnreadable(String),
    /// The signature was exchanged or moved after its revision was written.
    SignatureMoved,

    /// The kind of signature is not one that we verify.
    UnsupportedKind(String),
    /// The signature container cannot be read.
    BadContainer(String),
    /// The container has no certificate of its signer.
    NoCertificate,
    /// The signed bytes were changed.
    DigestMismatch,
    /// The signature value does not belong to the attributes and the key.
    SignatureMismatch,
    /// PAdES asks that the signature names its certificate, and it does not or names another.
    NotBoundToCertificate,
    /// An algorithm that we do not verify, or that is too weak to trust.
    Algorithm(String),

    /// No chain from the signer's certificate to a trusted root.
    UntrustedIssuer(String),
    /// A certificate was not valid yet at the time of signing.
    NotYetValid(String),
    /// A certificate had expired at the time of signing.
    Expired(String),
    /// A certificate was revoked, on that day.
    Revoked(String, String),
    /// The signer's certificate is not for signing documents.
    NotForSigning(String),
    /// A certificate demands something that we do not know.
    UnknownDemand(String),
    /// The signature says no time.
    NoTime,
    /// The claimed time is later than now.
    TimeInFuture,
    /// The signature carries a time stamp that cannot be believed.
    TimeStamp(StampFault),

    /// Something was changed after this signature that nobody may change.
    ForbiddenChange(String),
    /// The signature allows no changes, or froze the field.
    FrozenFieldChanged(String),
    /// A field that was filled later shows another text than its value.
    ShownDiffers(String),
}

impl Problem {
    /// The name for programs.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NoSignature => "no_signature",
            Self::BytesAppended { .. } => "bytes_appended",
            Self::Scripts => "scripts",
            Self::StrayCertification => "stray_certification",
            Self::BadByteRange(_) => "bad_byte_range",
            Self::SharedRange => "shared_range",
            Self::RevisionUnreadable(_) => "revision_unreadable",
            Self::SignatureMoved => "signature_moved",
            Self::UnsupportedKind(_) => "unsupported_kind",
            Self::BadContainer(_) => "bad_container",
            Self::NoCertificate => "no_certificate",
            Self::DigestMismatch => "content_changed",
            Self::SignatureMismatch => "signature_mismatch",
            Self::NotBoundToCertificate => "not_bound_to_certificate",
            Self::Algorithm(_) => "algorithm",
            Self::UntrustedIssuer(_) => "untrusted_issuer",
            Self::NotYetValid(_) => "certificate_not_yet_valid",
            Self::Expired(_) => "certificate_expired",
            Self::Revoked(..) => "certificate_revoked",
            Self::NotForSigning(_) => "certificate_not_for_signing",
            Self::UnknownDemand(_) => "certificate_unknown_demand",
            Self::NoTime => "no_time",
            Self::TimeInFuture => "time_in_future",
            Self::TimeStamp(_) => "time_stamp",
            Self::ForbiddenChange(_) => "forbidden_change",
            Self::FrozenFieldChanged(_) => "frozen_field_changed",
            Self::ShownDiffers(_) => "shown_differs",
        }
    }

    /// The sentence in English.
    pub fn message(&self) -> String {
        match self {
            Self::NoSignature => "The file carries no signature.".into(),
            Self::BytesAppended { bytes } => {
                format!(
                    "{bytes} bytes were put behind the end of the document; they belong to no revision."
                )
            }
            Self::Scripts => "The file runs scripts, which can change what is shown.".into(),
            Self::StrayCertification => {
                "The document names a certification that is none of its signatures.".into()
            }
            Self::BadByteRange(why) => {
                format!("The signed part of the file is not marked correctly: {why}.")
            }
            Self::SharedRange => "Two signatures claim the same part of the file.".into(),
            Self::RevisionUnreadable(why) => {
                format!("The signed revision cannot be read by itself: {why}.")
            }
            Self::SignatureMoved => {
                "The signature was moved or exchanged after it was written.".into()
            }
            Self::UnsupportedKind(kind) => {
                format!("Signatures of the kind \"{kind}\" cannot be verified.")
            }
            Self::BadContainer(why) => format!("The signature cannot be read: {why}."),
            Self::NoCertificate => "The signature does not carry its signer's certificate.".into(),
            Self::DigestMismatch => "The signed content was changed after signing.".into(),
            Self::SignatureMismatch => {
                "The signature was not made with the key of this certificate.".into()
            }
            Self::NotBoundToCertificate => {
                "The signature is not bound to the certificate it carries.".into()
            }
            Self::Algorithm(name) => {
                format!("The algorithm {name} is too weak or not one that is verified here.")
            }
            Self::UntrustedIssuer(name) => {
                format!("The certificate of {name} leads to no trusted authority.")
            }
            Self::NotYetValid(name) => {
                format!("The certificate of {name} was not valid yet at the time of signing.")
            }
            Self::Expired(name) => {
                format!("The certificate of {name} had expired at the time of signing.")
            }
            Self::Revoked(name, day) => {
                format!("The certificate of {name} was revoked on {day}.")
            }
            Self::NotForSigning(name) => {
                format!("The certificate of {name} is not for signing documents.")
            }
            Self::UnknownDemand(oid) => {
                format!("A certificate has the unknown mandatory extension {oid}.")
            }
            Self::NoTime => "The signature states no time of signing.".into(),
            Self::TimeInFuture => "The stated time of signing lies in the future.".into(),
            Self::TimeStamp(fault) => {
                let sentence = fault.to_string();
                let (first, rest) = sentence.split_at(1);
                format!("{}{rest}.", first.to_uppercase())
            }
            Self::ForbiddenChange(what) => {
                format!("After this signature {what} was changed, which is not allowed.")
            }
            Self::FrozenFieldChanged(field) => {
                format!("The field \"{field}\" was changed after a signature had frozen it.")
            }
            Self::ShownDiffers(field) => {
                format!("The field \"{field}\" shows another text on the page than its value.")
            }
        }
    }

    /// The same sentence in Vietnamese.
    pub fn message_vi(&self) -> String {
        match self {
            Self::NoSignature => "Tệp không có chữ ký số.".into(),
            Self::BytesAppended { bytes } => {
                format!(
                    "Có {bytes} byte được nối thêm sau phần cuối văn bản, không thuộc phiên bản nào."
                )
            }
            Self::Scripts => {
                "Tệp có mã lệnh chạy kèm, có thể làm thay đổi nội dung hiển thị.".into()
            }
            Self::StrayCertification => {
                "Văn bản nêu một chữ ký chứng nhận không nằm trong các trường chữ ký.".into()
            }
            Self::BadByteRange(why) => format!("Phạm vi được ký trong tệp không hợp lệ ({why})."),
            Self::SharedRange => "Hai chữ ký cùng nhận một phạm vi của tệp.".into(),
            Self::RevisionUnreadable(why) => {
                format!("Không đọc được riêng phiên bản đã ký: {why}.")
            }
            Self::SignatureMoved => "Chữ ký đã bị chuyển chỗ hoặc tráo đổi sau khi ký.".into(),
            Self::UnsupportedKind(kind) => format!("Không kiểm tra được loại chữ ký “{kind}”."),
            Self::BadContainer(why) => format!("Không đọc được chữ ký: {why}."),
            Self::NoCertificate => "Chữ ký không kèm chứng thư số của người ký.".into(),
            Self::DigestMismatch => "Nội dung đã bị thay đổi sau khi ký.".into(),
            Self::SignatureMismatch => {
                "Chữ ký không được tạo bằng khóa của chứng thư số này.".into()
            }
            Self::NotBoundToCertificate => "Chữ ký không gắn với chứng thư số kèm theo.".into(),
            Self::Algorithm(name) => {
                format!("Thuật toán {name} quá yếu hoặc chưa được hỗ trợ kiểm tra.")
            }
            Self::UntrustedIssuer(name) => {
                format!("Chứng thư số của {name} không dẫn tới tổ chức chứng thực được tin cậy.")
            }
            Self::NotYetValid(name) => {
                format!("Chứng thư số của {name} chưa có hiệu lực tại thời điểm ký.")
            }
            Self::Expired(name) => format!("Chứng thư số của {name} đã hết hạn tại thời điểm ký."),
            Self::Revoked(name, day) => {
                format!("Chứng thư số của {name} đã bị thu hồi ngày {day}.")
            }
            Self::NotForSigning(name) => {
                format!("Chứng thư số của {name} không dùng để ký văn bản.")
            }
            Self::UnknownDemand(oid) => {
                format!("Chứng thư số có phần mở rộng bắt buộc không được biết: {oid}.")
            }
            Self::NoTime => "Chữ ký không ghi thời điểm ký.".into(),
            Self::TimeInFuture => "Thời điểm ký được ghi nằm trong tương lai.".into(),
            Self::TimeStamp(fault) => format!("{}.", fault.message_vi()),
            Self::ForbiddenChange(what) => {
                format!("Sau chữ ký này văn bản đã bị thay đổi ở phần không được phép ({what}).")
            }
            Self::FrozenFieldChanged(field) => {
                format!("Trường “{field}” bị thay đổi sau khi đã được chữ ký khóa lại.")
            }
            Self::ShownDiffers(field) => {
                format!("Trường “{field}” hiển thị trên trang khác với giá trị của trường.")
            }
        }
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut problem = serializer.serialize_struct("Problem", 3)?;
        problem.serialize_field("rule", self.rule())?;
        problem.serialize_field("message", &self.message())?;
        problem.serialize_field("message_vi", &self.message_vi())?;
        problem.end()
    }
}
