//! A form with a file: the file whole, the other fields as pairs.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;

use super::WebError;

/// As pages say it; the router holds the same limit.
pub const LIMIT: &str = "20 MB";

/// What was sent.
#[derive(Debug, Default)]
pub struct Upload {
    pub file_name: String,
    /// Empty where no file was chosen.
    pub bytes: Vec<u8>,
    pub pairs: Vec<(String, String)>,
}

impl Upload {
    /// Reads a form whose file is in the field `file`; the signing program of a signer's machine calls it `uploadfile`.
    ///
    /// # Errors
    /// 413 for what is above the limit, 400 for what is no such form.
    pub async fn read(body: Multipart) -> Result<Self, WebError> {
        Self::fields(body).await.map_err(|error| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                WebError::TooLarge {
                    limit: LIMIT.to_owned(),
                }
            } else {
                WebError::BadRequest {
                    sentence: Some(error.body_text()),
                }
            }
        })
    }

    async fn fields(mut body: Multipart) -> Result<Self, MultipartError> {
        let mut upload = Self::default();
        while let Some(field) = body.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if ["file", "uploadfile"].contains(&name.as_str()) {
                upload.file_name = field.file_name().unwrap_or_default().to_owned();
                upload.bytes = field.bytes().await?.to_vec();
            } else {
                upload.pairs.push((name, field.text().await?));
            }
        }
        Ok(upload)
    }
}
