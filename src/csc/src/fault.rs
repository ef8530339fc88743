//! Why the service did not sign, in sentences.

use trinhky_pades::SignError;

/// What can go wrong with a remote signing service.
#[derive(Debug, thiserror::Error)]
pub enum CscFault {
    #[error("the signing service does not answer: {0}")]
    Unreachable(String),
    #[error("the signing service speaks version {0} of the protocol; version 2 is needed")]
    Version(String),
    #[error(
        "the signing service lets in by {0} only; this program logs in by name and password or as a client"
    )]
    NoLogin(String),
    #[error("the signing service sends the login elsewhere: {0}")]
    Elsewhere(String),
    #[error("the signing service refused: {0}")]
    Refused(String),
    #[error("the key of the signing service cannot be used: {0}")]
    Unusable(String),
    #[error("the answer of the signing service is not understood: {0}")]
    Unreadable(String),
    #[error("the PIN of the key is wrong")]
    WrongPin,
    #[error("the one-time code is wrong or too old")]
    WrongCode,
}

impl CscFault {
    pub(crate) fn unreadable(why: &(impl ToString + ?Sized)) -> Self {
        Self::Unreadable(why.to_string())
    }

    /// The same sentence in Vietnamese.
    #[must_use]
    pub fn message_vi(&self) -> String {
        match self {
            Self::Unreachable(why) => format!("Dịch vụ ký số từ xa không trả lời: {why}."),
            Self::Version(version) => {
                format!("Dịch vụ ký số từ xa dùng phiên bản {version}; cần phiên bản 2.")
            }
            Self::NoLogin(ways) => format!(
                "Dịch vụ ký số từ xa chỉ cho đăng nhập bằng {ways}; hệ thống đăng nhập bằng tên và mật khẩu hoặc bằng mã ứng dụng."
            ),
            Self::Elsewhere(url) => {
                format!("Dịch vụ ký số từ xa chuyển việc đăng nhập sang nơi khác: {url}.")
            }
            Self::Refused(why) => format!("Dịch vụ ký số từ xa từ chối: {why}."),
            Self::Unusable(why) => {
                format!("Không dùng được khóa của dịch vụ ký số từ xa: {why}.")
            }
            Self::Unreadable(why) => {
                format!("Không hiểu câu trả lời của dịch vụ ký số từ xa: {why}.")
            }
            Self::WrongPin => "Mã PIN của khóa không đúng.".into(),
            Self::WrongCode => {
                "Mã một lần không đúng hoặc đã hết hạn; lấy mã mới rồi ký lại.".into()
            }
        }
    }
}

impl From<CscFault> for SignError {
    fn from(fault: CscFault) -> Self {
        match fault {
            CscFault::WrongPin => Self::WrongPin,
            CscFault::WrongCode => Self::WrongCode,
            other => Self::Service {
                vi: other.message_vi(),
                en: other.to_string(),
            },
        }
    }
}
