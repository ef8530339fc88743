//! What stands around every page: office, actor, menu, crumbs, help, a message after an act.

use super::assets;
use super::help;
use super::i18n::Lang;

/// The frame of a page; every view has one as `page`. Build it with [`Page::new`] and fill what you know.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The title: it says what will happen here. It is the `h1`, too.
    pub title: String,
    pub lang: Lang,
    /// The organisation's name as on its paper, e.g. `UBND huyện Cao Lộc`.
    pub office: String,
    /// Who is signed in; none on the pages that need no account.
    pub actor: Option<ActorView>,
    /// The menu, by right, in order.
    pub nav: Vec<NavItem>,
    /// The way here, without this page.
    pub crumbs: Vec<Link>,
    /// Whom to ask; it stands at the same place on every page (WCAG 3.2.6).
    pub help: Option<Help>,
    /// What the last act did, shown once.
    pub flash: Option<String>,
    /// When this page was made, `24/03/2023 17:00`, for the foot of a print.
    pub printed_at: String,
    /// This page's own path without a query, for the language links.
    pub path: String,
    /// Whether this installation holds sample data; then every page says so.
    pub sample: bool,
}

impl Page {
    #[must_use]
    pub fn new(lang: Lang, office: &str, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            lang,
            office: office.to_owned(),
            ..Self::default()
        }
    }

    /// The text of a key in the reader's language.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }

    /// The text of a key with the words `$x`.
    #[must_use]
    pub fn tx(&self, key: &str, x: impl AsRef<str>) -> String {
        self.lang.tx(key, x.as_ref())
    }

    /// Where the guide explains this page.
    #[must_use]
    pub fn guide(&self) -> &'static str {
        help::explained(&self.path)
    }

    /// The address of a file under `/static`, e.g. of `trinhky.css`.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }
}

/// The person who is signed in, as the top bar shows them.
#[derive(Debug, Clone)]
pub struct ActorView {
    pub name: String,
    /// The posts in force, e.g. `Chủ tịch UBND huyện`.
    pub posts: Vec<String>,
}

/// One entry of the menu.
#[derive(Debug, Clone)]
pub struct NavItem {
    pub href: String,
    pub text: String,
    /// Whether the reader stands in this part now.
    pub current: bool,
}

/// A link with its text.
#[derive(Debug, Clone)]
pub struct Link {
    pub href: String,
    pub text: String,
}

impl Link {
    #[must_use]
    pub fn new(href: &str, text: &str) -> Self {
        Self {
            href: href.to_owned(),
            text: text.to_owned(),
        }
    }
}

/// Whom to ask about this page.
#[derive(Debug, Clone)]
pub struct Help {
    /// Name and post.
    pub who: String,
    pub phone: String,
}
