//! Which language the reader wants, and the texts of pages in it (`templates/i18n/{vi,en}.ftl`).
//!
//! Vietnamese is the language of the office; English stands beside it for those who need it. `?lang=en` chooses, a cookie
//! remembers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Uri, request::Parts};
use axum::middleware::Next;
use axum::response::Response;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "templates/i18n",
        fallback_language: "vi",
        // Marks of direction around every value would end in copied numbers and in mails; both languages run left to right.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Vi,
    En,
}

static VI: LanguageIdentifier = langid!("vi");
static EN: LanguageIdentifier = langid!("en");
const COOKIE_NAME: &str = "lang";

impl Lang {
    /// The code for the `lang` attribute and for `?lang=`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language of a code; none for a code that we do not speak.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// What a request asks for: the address first, then the cookie, else Vietnamese.
    #[must_use]
    pub fn of_request(uri: &Uri, headers: &HeaderMap) -> Self {
        asked(uri)
            .or_else(|| remembered(headers))
            .unwrap_or_default()
    }

    /// One of two texts that stand in the program itself: of a refusal, of the administrator's pages.
    #[must_use]
    pub fn say(self, vi: &str, en: &str) -> String {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
        .to_owned()
    }

    /// The text of a key.
    #[must_use]
    pub fn t(self, key: &str) -> String {
        TEXTS.lookup(self.id(), key)
    }

    /// The text of a key with a number in it, as `$n`; digits are grouped the Vietnamese way in both languages.
    #[must_use]
    pub fn tn(self, key: &str, n: impl TryInto<i64>) -> String {
        let n = n.try_into().unwrap_or(i64::MAX);
        let args = HashMap::from([
            (
                Cow::Borrowed("n"),
                FluentValue::from(super::format::integer(n)),
            ),
            // The bare number chooses the plural form in English.
            (Cow::Borrowed("count"), FluentValue::from(n)),
        ]);
        TEXTS.lookup_with_args(self.id(), key, &args)
    }

    /// The text of a key with words in it, as `$x`.
    #[must_use]
    pub fn tx(self, key: &str, x: &str) -> String {
        let args = HashMap::from([(Cow::Borrowed("x"), FluentValue::from(x.to_owned()))]);
        TEXTS.lookup_with_args(self.id(), key, &args)
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_request(&parts.uri, &parts.headers))
    }
}

/// A middleware: remembers a language chosen by `?lang=` in a cookie for a year.
pub async fn remember_lang(request: Request, next: Next) -> Response {
    let chosen = asked(request.uri());
    let mut response = next.run(request).await;
    if let Some(lang) = chosen {
        let cookie = match lang {
            Lang::Vi => "lang=vi; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            Lang::En => "lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        };
        response
            .headers_mut()
            .append(SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}

fn asked(uri: &Uri) -> Option<Lang> {
    uri.query()?
        .split('&')
        .filter_map(|pair| pair.strip_prefix("lang="))
        .find_map(Lang::from_code)
}

fn remembered(headers: &HeaderMap) -> Option<Lang> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE_NAME)
        .find_map(|(_, code)| Lang::from_code(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    #[test]
    fn the_address_wins_over_the_cookie_and_vietnamese_over_nonsense() {
        let mut headers = HeaderMap::new();
        assert_eq!(Lang::of_request(&Uri::from_static("/"), &headers), Lang::Vi);
        headers.insert(COOKIE, HeaderValue::from_static("a=b; lang=en"));
        assert_eq!(Lang::of_request(&Uri::from_static("/"), &headers), Lang::En);
        let uri = Uri::from_static("/x?q=1&lang=vi");
        assert_eq!(Lang::of_request(&uri, &headers), Lang::Vi);
        let uri = Uri::from_static("/x?lang=zz");
        assert_eq!(Lang::of_request(&uri, &headers), Lang::En);
    }

    #[test]
    fn values_stand_in_texts_without_marks_of_direction() {
        let text = Lang::Vi.tn("late-days", 1);
        assert_eq!(text, "quá hạn 1 ngày làm việc");
        assert_eq!(Lang::En.tn("late-days", 1), "1 working day overdue");
        assert_eq!(Lang::En.tn("late-days", 2), "2 working days overdue");
    }

    /// Every key that a template or the program names stands in both files, and none stands there for nobody.
    #[test]
    fn every_key_exists_in_both_languages_and_is_used() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut used = BTreeSet::new();
        let mut quoted = BTreeSet::new();
        let mut files = Vec::new();
        collect(&root.join("templates/pages"), &mut files);
        collect(&root.join("src"), &mut files);
        // The typesetter's own words are not texts of pages.
        files.retain(|file| !file.starts_with(root.join("src/typeset")));
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            // A key may also wait in a table of the program; then it stands there in quotes.
            quoted.extend(text.split('"').map(str::to_owned));
            for call in [".t(\"", ".tn(\"", ".tx(\"", "key: \""] {
                used.extend(text.split(call).skip(1).filter_map(|rest| {
                    let key = rest.split('"').next()?;
                    (!key.is_empty()).then(|| key.to_owned())
                }));
            }
        }
        assert!(used.len() > 100, "the scan found only {} keys", used.len());
        for code in ["vi", "en"] {
            let path = root.join(format!("templates/i18n/{code}.ftl"));
            let text = std::fs::read_to_string(&path).expect("the texts exist");
            let defined: BTreeSet<String> = text
                .lines()
                .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
                .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
                .collect();
            let missing: Vec<_> = used.difference(&defined).collect();
            let unused: Vec<_> = defined.difference(&quoted).collect();
            assert!(missing.is_empty(), "{code}.ftl lacks {missing:?}");
            assert!(unused.is_empty(), "{code}.ftl has unused {unused:?}");
        }
    }

    fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the folder exists") {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|e| e == "html" || e == "rs")
                && path.file_name().is_some_and(|n| n != "i18n.rs")
            {
                into.push(path);
            }
        }
    }
}
