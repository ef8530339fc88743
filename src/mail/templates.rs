//! Mail templates: a folder per mail with `subject.txt`, `body.txt`, `body.html`, read once.

use std::sync::LazyLock;

use anyhow::Context as _;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/mail"]
struct MailFolder;

/// A mail ready for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Renders the mail `name`; a variable that is not there is an error, not an empty place.
///
/// # Errors
/// When there is no such mail, or its context lacks a variable.
pub fn render(name: &str, context: &serde_json::Value) -> anyhow::Result<Rendered> {
    let part = |file: &str| -> anyhow::Result<String> {
        let path = format!("{name}/{file}");
        ENVIRONMENT
            .get_template(&path)
            .and_then(|template| template.render(minijinja::value::Serde(context)))
            .with_context(|| format!("mail template {path}"))
    };
    Ok(Rendered {
        subject: part("subject.txt")?
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        text: part("body.txt")?,
        html: part("body.html")?,
    })
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.set_loader(|name| {
        Ok(MailFolder::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned()))
    });
    environment
});
