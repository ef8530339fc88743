//! Who calls: the program behind the token of the request.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::answer::Problem;
use crate::app::App;
use crate::people::api_token::{self, Caller, Scope};

/// The program that calls; a request without a token that is taken gets 401.
pub struct Called {
    pub app: App,
    pub caller: Caller,
}

impl Called {
    /// Refuses a token without the scope.
    pub(super) fn check(&self, scope: Scope) -> Result<(), Problem> {
        if self.caller.may(scope) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            &format!("Khóa kết nối không có quyền `{}`.", scope.word()),
            &format!("The token lacks the scope `{}`.", scope.word()),
        ))
    }
}

impl FromRequestParts<App> for Called {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let secret = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let caller = match secret {
            Some(secret) => api_token::caller(app, secret.trim()).await?,
            None => None,
        };
        let caller = caller.ok_or_else(|| {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "Cần khóa kết nối còn hiệu lực: Authorization: Bearer tk_…",
                "A token that is taken is needed: Authorization: Bearer tk_…",
            )
        })?;
        Ok(Self {
            app: app.clone(),
            caller,
        })
    }
}
