//! The doors for other programs: reports and results as JSON, by token; described by an OpenAPI document.
//!
//! A program acts for one unit as its reporter: what it sends waits for the unit's head like any other report. Every answer
//! that is not the thing asked for is a problem document (`answer::Problem`), in both languages.

mod answer;
mod caller;
mod once;
mod reports;
mod results;

pub use reports::{list_reports, read_report, submit_report};
pub use results::read_results;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The document at `/api/v1/openapi.json`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Trình Ký",
        version = "1",
        description = "Báo cáo và kết quả mục tiêu / Reports and results of objectives. \
                       Tokens are issued by the administrator for one unit, with scopes \
                       `reports:read`, `reports:submit`, `results:read`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        reports::list_reports,
        reports::read_report,
        reports::submit_report,
        results::read_results
    ),
    modifiers(&Bearer)
)]
pub struct Description;

/// Every address but the document's own asks for a token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn description() -> Response {
    Json(Description::openapi()).into_response()
}
