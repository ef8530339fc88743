//! Which key a person signs or seals with, as the forms ask for it.

use trinhky_calendar::local;
use uuid::Uuid;

use super::common::said;
use crate::fault::{Fault, Outcome};
use crate::signing::{Using, keys, rows::signing_key};
use crate::web::views::Choice;
use crate::web::{Form, Lang};

/// The key that the installation makes by itself, without legal value.
const TRIAL_KEY: &str = "trial";

/// What a form offers.
pub(crate) struct Keys {
    pub choices: Vec<Choice>,
    /// The choice that stands taken.
    pub first: String,
    /// Whether the keys ask for a password or PIN.
    pub asks_secret: bool,
}

/// The keys bound to a person or agency; where there is none, the trial key.
pub(crate) fn offered(lang: Lang, holder: &str, bound: &[signing_key::Model]) -> Outcome<Keys> {
    if bound.is_empty() {
        return Ok(Keys {
            choices: vec![Choice {
                value: TRIAL_KEY.to_owned(),
                text: said(
                    lang,
                    format!("{holder} (khóa thử nghiệm)"),
                    format!("{holder} (trial key)"),
                ),
                hint: said(lang, "Không có giá trị pháp lý.", "Without legal value."),
            }],
            first: TRIAL_KEY.to_owned(),
            asks_secret: false,
        });
    }
    let mut choices = Vec::new();
    for key in bound {
        let certificate = keys::certificate(key)?;
        let until = local(certificate.valid_until).format("%d/%m/%Y");
        let kind = match key.kind.as_str() {
            "token" => said(lang, "thiết bị ký", "token"),
            _ => said(lang, "tệp khóa", "key file"),
        };
        choices.push(Choice {
            value: key.id.to_string(),
            text: format!("{} ({kind})", certificate.subject),
            hint: said(
                lang,
                format!("{} cấp, hiệu lực đến {until}.", certificate.issuer),
                format!("Issued by {}, valid until {until}.", certificate.issuer),
            ),
        });
    }
    Ok(Keys {
        first: bound[0].id.to_string(),
        choices,
        asks_secret: true,
    })
}

/// The key that was chosen, with the password or PIN typed for this one act.
pub(crate) fn using(form: &Form) -> Outcome<Using> {
    let key = match form.value("certificate") {
        TRIAL_KEY => None,
        id => Some(
            id.parse::<Uuid>()
                .map_err(|_| Fault::invalid("certificate", "Chọn khóa ký.", "Choose the key."))?,
        ),
    };
    Ok(Using {
        key,
        secret: form.value("pin").to_owned(),
    })
}
