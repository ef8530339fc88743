//! What can go wrong before a signature is made, as a sentence in two languages.

use crate::signer::SignError;

/// Why a PDF could not be prepared, signed or read. The file that came in is never changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the file is {bytes} bytes long; the limit is {limit} bytes")]
    TooLarge { bytes: usize, limit: usize },
    #[error("the file is not a PDF that can be read: {0}")]
    Unreadable(String),
    #[error("the file's table of objects is damaged; save it again before signing")]
    Damaged,
    #[error("the file does not begin with every byte of the one that was given out")]
    Rewritten,
    #[error("the file is encrypted; a document that is to be signed must be open to every reader")]
    Encrypted,
    #[error("the file has {pages} pages, there is no page {page}")]
    NoSuchPage { page: usize, pages: usize },
    #[error("the file already has form fields; fields are put in once, before the first signature")]
    AlreadyPrepared,
    #[error("the file has no field \"{0}\"; it was not prepared for signing")]
    NoSuchField(String),
    #[error("the field \"{0}\" is filled already")]
    AlreadyFilled(String),
    #[error("the field \"{0}\" is signed already")]
    AlreadySigned(String),
    #[error(
        "the person has not signed yet; number, day and seal come after the person's signature"
    )]
    PersonNotSigned,
    #[error("the file has a field \"{0}\" already")]
    NameTaken(String),
    #[error(
        "the first signer allowed only the filling of fields; a further signature must not be shown on a page"
    )]
    Certified,
    #[error("the {0} is empty")]
    EmptyValue(&'static str),
    #[error("the font cannot be used: {0}")]
    Font(String),
    #[error("the font has no letter \"{0}\"")]
    MissingLetter(char),
    #[error("the picture of the signature or seal cannot be used: {0}")]
    Picture(String),
    #[error("the certificate cannot be read: {0}")]
    Certificate(String),
    #[error("the signature needs {needed} bytes and the place for it has {reserved}")]
    NoRoom { needed: usize, reserved: usize },
    #[error(transparent)]
    Signer(#[from] SignError),
}

impl Error {
    /// The same sentence in Vietnamese.
    pub fn message_vi(&self) -> String {
        match self {
            Self::TooLarge { bytes, limit } => {
                format!("Tệp dài {bytes} byte, vượt quá giới hạn {limit} byte.")
            }
            Self::Unreadable(why) => format!("Không đọc được tệp PDF: {why}."),
            Self::Damaged => "Bảng đối tượng của tệp PDF bị hỏng; hãy lưu lại tệp trước khi ký.".into(),
            Self::Encrypted => "Tệp PDF bị mã hóa; văn bản được ký phải đọc được với mọi người.".into(),
            Self::NoSuchPage { page, pages } => format!("Tệp có {pages} trang, không có trang {page}."),
            Self::AlreadyPrepared => {
                "Tệp đã có trường biểu mẫu; chỉ đặt trường một lần, trước chữ ký đầu tiên.".into()
            }
            Self::NoSuchField(name) => format!("Tệp không có trường “{name}”; tệp chưa được chuẩn bị để ký."),
            Self::AlreadyFilled(name) => format!("Trường “{name}” đã có giá trị."),
            Self::AlreadySigned(name) => format!("Trường “{name}” đã được ký."),
            Self::NameTaken(name) => format!("Tệp đã có trường “{name}”."),
            Self::Certified => {
                "Người ký đầu tiên chỉ cho phép điền trường; chữ ký thêm không được hiển thị trên trang.".into()
            }
            Self::Rewritten => "Tệp không bắt đầu bằng đúng các byte của tệp đã gửi ra.".into(),
            Self::PersonNotSigned => {
                "Người có thẩm quyền chưa ký; số, ngày và dấu chỉ được thêm sau chữ ký của người có thẩm quyền.".into()
            }
            Self::EmptyValue(what) => format!("Giá trị “{what}” đang để trống."),
            Self::Font(why) => format!("Không dùng được phông chữ: {why}."),
            Self::MissingLetter(letter) => format!("Phông chữ không có ký tự “{letter}”."),
            Self::Picture(why) => format!("Không dùng được hình ảnh chữ ký hoặc dấu: {why}."),
            Self::Certificate(why) => format!("Không đọc được chứng thư số: {why}."),
            Self::NoRoom { needed, reserved } => {
                format!("Chữ ký cần {needed} byte nhưng chỗ dành sẵn chỉ có {reserved} byte.")
            }
            Self::Signer(error) => error.message_vi(),
        }
    }
}

impl From<lopdf::Error> for Error {
    fn from(error: lopdf::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}
