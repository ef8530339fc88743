//! Sign-in and the desk.

use askama::Template;

use super::shared::{Markup, Tone};
use crate::web::format::Due;
use crate::web::{Form, Link, Page};

/// Signing in; what was typed before a session ended survives it.
#[derive(Debug, Template)]
#[template(path = "people/sign_in.html")]
pub struct SignIn {
    pub page: Page,
    /// Fields `login` and `password`.
    pub form: Form,
    /// Where to go on: a path of our own.
    pub next: String,
    /// A session ended while a form was filled: its fields, sent on after the sign-in.
    pub kept: Vec<(String, String)>,
    pub expired: bool,
    /// None where browsers offer no passkeys.
    pub passkey: Option<PasskeyForm>,
    /// In a sample installation: one account per role.
    pub samples: Vec<SampleAccount>,
}

/// A form that a script shows, and fills with the answer of the device.
#[derive(Debug, Clone)]
pub struct PasskeyForm {
    pub purpose: &'static str,
    pub action: &'static str,
    pub label: String,
    /// Where to go on: a path of our own.
    pub next: String,
    /// What to do when the device gives no answer.
    pub failed: String,
    /// The device has a passkey already.
    pub known: String,
}

#[derive(Debug, Clone)]
pub struct SampleAccount {
    pub login: String,
    pub name: String,
    pub post: String,
}

/// A form that was sent after its session had ended: what was typed, to be sent now by a press.
#[derive(Debug, Template)]
#[template(path = "people/kept_form.html")]
pub struct KeptForm {
    pub page: Page,
    /// Where the form goes.
    pub action: String,
    /// Every field as it was sent, the hidden ones too.
    pub fields: Vec<(String, String)>,
}

impl KeptForm {
    /// What a person typed, for reading: without the hidden fields and what is empty.
    fn typed(&self) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(|(name, value)| name != Form::KEY && name != Form::VERSION && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// My desk (Việc của tôi).
#[derive(Debug, Template)]
#[template(path = "people/desk.html")]
pub struct Desk {
    pub page: Page,
    pub overdue: Vec<Duty>,
    pub this_week: Vec<Duty>,
    pub later: Vec<Duty>,
    pub waiting: Vec<Duty>,
}

/// One thing to do; the whole row is the link.
#[derive(Debug, Clone)]
pub struct Duty {
    pub href: String,
    /// Verb first: `Phê duyệt Tờ trình 92/TTr-VP về Mục tiêu chất lượng 2023`.
    pub act: String,
    /// `Bà Hà đang xử lý từ 09:10`; empty where there is nothing to add.
    pub note: String,
    pub due: Option<Due>,
    pub tone: Tone,
}

/// A page of the guide.
#[derive(Debug, Template)]
#[template(path = "people/guide.html")]
pub struct Guide {
    pub page: Page,
    /// The pages of the guide.
    pub jobs: Vec<Link>,
    /// In Vietnamese, whatever the reader's language.
    pub text: Markup,
}
