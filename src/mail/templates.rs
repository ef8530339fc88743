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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Words of the Vietnamese part, lists aside.
    const MAX_WORDS: usize = 120;
    /// What only some recipients' mails carry.
    const OPTIONAL: [&str; 1] = ["guest"];

    /// Every mail with its sample, which holds every variable.
    fn mails() -> Vec<(String, Value)> {
        let mut mails: Vec<(String, Value)> = MailFolder::iter()
            .filter_map(|path| Some(path.strip_suffix("/sample.json")?.to_owned()))
            .map(|name| {
                let file = MailFolder::get(&format!("{name}/sample.json")).expect("a sample");
                let sample = serde_json::from_slice(&file.data).expect("JSON");
                (name, sample)
            })
            .collect();
        mails.sort_by(|a, b| a.0.cmp(&b.0));
        mails
    }

    fn rendered(name: &str, sample: &Value) -> Rendered {
        render(name, sample).unwrap_or_else(|error| panic!("{name}: {error:#}"))
    }

    #[test]
    fn every_folder_of_a_mail_has_its_sample() {
        let folders: BTreeSet<String> = MailFolder::iter()
            .filter_map(|path| Some(path.split_once('/')?.0.to_owned()))
            .collect();
        let named: BTreeSet<String> = mails().into_iter().map(|(name, _)| name).collect();
        assert_eq!(folders, named);
        let readme = String::from_utf8(
            MailFolder::get("README.md")
                .expect("README.md")
                .data
                .into_owned(),
        )
        .expect("text");
        for name in named {
            let row = format!("| `{name}` |");
            assert!(readme.contains(&row), "README.md does not tell of {name}");
        }
    }

    #[test]
    fn a_sample_holds_every_variable_of_its_mail_also_of_branches_not_taken() {
        for (name, sample) in mails() {
            let mut used: BTreeSet<String> = BTreeSet::new();
            for file in ["subject.txt", "body.txt", "body.html"] {
                let template = ENVIRONMENT
                    .get_template(&format!("{name}/{file}"))
                    .expect("a template");
                used.extend(template.undeclared_variables(false));
            }
            // Of the frame that all bodies extend.
            used.extend(["recipient".to_owned(), "link".to_owned()]);
            used.retain(|variable| !OPTIONAL.contains(&variable.as_str()));
            used.retain(|variable| sample.get(variable).is_none());
            assert!(used.is_empty(), "{name} lacks {used:?}");
        }
    }

    #[test]
    fn a_mail_has_one_link_written_out_and_nothing_else_to_press() {
        for (name, sample) in mails() {
            let mail = rendered(&name, &sample);
            let link = sample["link"].as_str().expect("a link");
            assert_eq!(
                mail.text.matches("http").count(),
                1,
                "{name}: {}",
                mail.text
            );
            assert!(mail.text.contains(link), "{name}: {}", mail.text);
            assert_eq!(mail.html.matches("href=").count(), 1, "{name}");
            for word in ["<img", "<form", "<script", "<button", "url("] {
                assert!(!mail.html.contains(word), "{name} has {word}");
            }
            assert!(
                !mail.subject.is_empty() && !mail.subject.contains("http"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_mail_is_short_in_vietnamese_and_says_it_in_english_too() {
        for (name, mut sample) in mails() {
            for value in sample.as_object_mut().expect("an object").values_mut() {
                if let Value::Array(list) = value {
                    list.clear();
                }
            }
            let mail = rendered(&name, &sample);
            let (vietnamese, english) = mail.text.split_once("\n----\n").expect("two languages");
            let words = vietnamese.split_whitespace().count();
            assert!(words < MAX_WORDS, "{name}: {words} words\n{vietnamese}");
            assert!(english.split_whitespace().count() > 10, "{name}: {english}");
            assert!(mail.html.contains("<html lang=\"vi\">"), "{name}");
            assert!(mail.html.contains("<p lang=\"en\""), "{name}");
        }
    }

    #[test]
    fn both_bodies_say_the_same() {
        let words = |text: &str| -> BTreeSet<String> {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect()
        };
        for (name, sample) in mails() {
            let mail = rendered(&name, &sample);
            let body = mail.html.split("<body").nth(1).expect("a body");
            let shown: String = body
                .split('<')
                .filter_map(|tag| Some(tag.split_once('>')?.1))
                .collect::<Vec<_>>()
                .join(" ");
            let shown = shown
                .replace("&#x2f;", "/")
                .replace("&#x27;", "'")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
            assert_eq!(words(&mail.text), words(&shown), "{name}");
        }
    }
}
