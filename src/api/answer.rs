//! Answers that are not the thing asked for.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fault::{Fault, RefusalKind};

/// Why there is no other answer (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The status of the answer.
    pub status: u16,
    /// What to do, in English.
    pub detail: String,
    /// The same in Vietnamese.
    pub detail_vi: String,
    /// The field that it is about, e.g. `num.O3_online_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail_vi: &str, detail: &str) -> Self {
        Self {
            status: status.as_u16(),
            detail: detail.to_owned(),
            detail_vi: detail_vi.to_owned(),
            field: None,
        }
    }

    pub(super) fn bad_request(vi: &str, en: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, vi, en)
    }

    pub(super) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Không có, hoặc đơn vị của khóa kết nối không được biết.",
            "There is none, or the token's unit may not know it.",
        )
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotFound => Self::not_found(),
            Fault::Refused(refusal) => {
                let status = match refusal.kind {
                    RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                    RefusalKind::Stale => StatusCode::CONFLICT,
                    RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                    RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
                };
                Self {
                    field: refusal.field,
                    ..Self::new(status, &refusal.vi, &refusal.en)
                }
            }
            fault @ Fault::Unavailable(_) => {
                tracing::error!(%fault, "a call of a program found no database");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Hệ thống tạm thời không phục vụ được; gửi lại với cùng Idempotency-Key sau ít giây.",
                    "The system cannot serve at the moment; send it again with the same Idempotency-Key in some seconds.",
                )
            }
            fault @ (Fault::Db(_) | Fault::Internal(_)) => {
                tracing::error!(%fault, "a call of a program failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Hệ thống gặp lỗi; báo quản trị.",
                    "The system failed; tell its administrator.",
                )
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
