//! Which key a person signs or seals with, as the forms ask for it.

use trinhky_calendar::local;
use trinhky_csc::Asks;
use uuid::Uuid;

use super::common::said;
use crate::fault::{Fault, Outcome};
use crate::people::session::Session;
use crate::signing::remote::{self, RemotePlace};
use crate::signing::workstation as machine;
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
    /// Whether one of the keys asks for a password or PIN.
    pub asks_secret: bool,
    /// Whether one asks for a one-time code.
    pub asks_code: bool,
    /// Whether the code of one is sent to its holder when it is asked for.
    pub sends_code: bool,
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
            asks_code: false,
            sends_code: false,
        });
    }
    let mut choices = Vec::new();
    let mut asked = Asks::default();
    for key in bound {
        let certificate = keys::certificate(key)?;
        let until = local(certificate.valid_until).format("%d/%m/%Y");
        let asks = asks(key)?;
        asked.pin |= asks.pin;
        asked.code |= asks.code;
        asked.sends_code |= asks.sends_code;
        let kind = match key.kind.as_str() {
            "token" => said(lang, "thiết bị ký", "token"),
            machine::KIND => said(lang, "máy của người ký", "the signer's machine"),
            "remote" => said(lang, "dịch vụ ký số từ xa", "remote signing service"),
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
        asks_secret: asked.pin,
        asks_code: asked.code,
        sends_code: asked.sends_code,
    })
}

/// What a key asks its holder for.
fn asks(key: &signing_key::Model) -> Outcome<Asks> {
    match key.kind.as_str() {
        "remote" => {
            let place: RemotePlace = serde_json::from_str(&key.place)?;
            Ok(place.asks)
        }
        machine::KIND => Ok(Asks::default()),
        _ => Ok(Asks {
            pin: true,
            ..Asks::default()
        }),
    }
}

/// Lets the signing service send its one-time code for the chosen key, which is one of these.
///
/// # Errors
/// A refusal at `certificate` where the key sends none; what the service refuses.
pub(crate) async fn send_code(
    session: &Session,
    form: &Form,
    bound: &[signing_key::Model],
) -> Outcome<()> {
    let chosen = using(form)?.key;
    let key = bound.iter().find(|key| Some(key.id) == chosen);
    match key {
        Some(key) if asks(key)?.sends_code => remote::send_code(&session.app, key).await,
        _ => Err(Fault::invalid(
            "certificate",
            "Khóa này không gửi mã một lần.",
            "This key sends no one-time code.",
        )),
    }
}

/// The chosen key, where it is on the signer's own machine.
pub(crate) fn on_workstation(form: &Form, bound: &[signing_key::Model]) -> Option<Uuid> {
    let id: Uuid = form.value("certificate").parse().ok()?;
    bound
        .iter()
        .any(|key| key.id == id && key.kind == machine::KIND)
        .then_some(id)
}

/// Whether the press asked for the one-time code and for nothing else.
pub(crate) fn wants_code(form: &Form) -> bool {
    form.value("do") == "code"
}

/// What the page says after the code was sent.
pub(crate) fn code_sent(lang: Lang) -> String {
    said(
        lang,
        "Dịch vụ ký số đã gửi mã một lần; nhập mã rồi ký.",
        "The signing service has sent the code; enter it and sign.",
    )
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
        code: form.value("code").trim().to_owned(),
    })
}
