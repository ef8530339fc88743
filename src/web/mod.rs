//! How pages look and speak: the parts every page shares. It knows no slice and no database.
//!
//! A handler fills one of the plain structs of [`views`], whose texts are already in the reader's language, and answers
//! with [`html`]. Whoever refuses answers with a [`WebError`]. Every page works without scripts.

pub mod assets;
pub mod download;
pub mod error;
pub mod format;
pub mod forms;
pub mod headers;
pub mod help;
pub mod i18n;
pub mod overload;
pub mod page;
pub mod sheet;
pub mod traffic;
pub mod undelivered;
pub mod upload;
pub mod views;

pub use error::WebError;
pub use forms::{FieldError, Form};
pub use i18n::Lang;
pub use page::{ActorView, Help, Link, NavItem, Page};

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// Renders a view as an HTML answer with status 200; a template that fails is logged and becomes the page of a fault.
pub fn html(view: &impl Template) -> Response {
    match view.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            WebError::fault("render").into_response()
        }
    }
}

/// A page whose form was not accepted: shown again with what was typed, under status 422.
pub fn refused(page: Response) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}
