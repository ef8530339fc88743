//! The pages of what is sent and received: a unit's inbox, one press to receive, the page for bodies without an account,
//! "read and understood", the proof pack. Who may open each address stands in `routes`.

mod arrivals;
mod attest;
mod closing;
mod direct;
mod guest;
mod inbox;
mod marks;
mod more;
mod paper;
mod past;
mod proof;
mod recall;
mod receive;

pub use arrivals::arrivals;
pub use attest::{attest, attest_page};
pub use closing::{close_round, closing_page};
pub use direct::{change_direction, direction_page};
pub use guest::{guest, guest_page};
pub use inbox::inbox;
pub use marks::of_row;
pub use more::{more_page, send_more};
pub use past::{past_page, tell_past};
pub use proof::{make_proof, proof_file, proof_page};
pub use recall::{recall_act, recall_page};
pub use receive::{receive, receive_page, refuse};

use crate::fault::Fault;
use crate::web::refused;
use crate::web::views::Choice;
use crate::web::{Form, Lang};

/// The fields of a form in the order in which they came.
pub(crate) type Fields = Vec<(String, String)>;

/// A reason for which a unit may refuse a document; its words are part of the answer that the sender sees.
struct Reason {
    value: &'static str,
    key: &'static str,
}

const REASONS: [Reason; 4] = [
    Reason {
        value: "wrong_unit",
        key: "refuse-wrong-unit",
    },
    Reason {
        value: "unreadable",
        key: "refuse-unreadable",
    },
    Reason {
        value: "invalid_signature",
        key: "refuse-invalid-signature",
    },
    Reason {
        value: OTHER,
        key: "refuse-other",
    },
];
/// The reason that has to be said in own words.
const OTHER: &str = "other";

fn reasons(lang: Lang) -> Vec<Choice> {
    REASONS
        .iter()
        .map(|reason| Choice {
            value: reason.value.to_owned(),
            text: lang.t(reason.key),
            hint: String::new(),
        })
        .collect()
}

/// The reason as it is stored and mailed, always in Vietnamese: the choice, then what was said further.
fn reason_of(form: &Form) -> Result<String, Fault> {
    let Some(reason) = REASONS
        .iter()
        .find(|reason| form.chosen("reason", reason.value))
    else {
        return Err(Fault::invalid(
            "reason",
            "Chọn lý do từ chối.",
            "Choose why it is refused.",
        ));
    };
    let remark = form.value("remark").trim();
    match (reason.value, remark) {
        (OTHER, "") => Err(Fault::invalid(
            "remark",
            "Nói rõ lý do từ chối.",
            "Say why it is refused.",
        )),
        (OTHER, remark) => Ok(remark.to_owned()),
        (_, "") => Ok(Lang::Vi.t(reason.key)),
        (_, remark) => Ok(format!("{}: {remark}", Lang::Vi.t(reason.key))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(value: &str, remark: &str) -> Result<String, Fault> {
        let mut form = Form::default();
        form.set("reason", value);
        form.set("remark", remark);
        reason_of(&form)
    }

    #[test]
    fn a_refusal_says_its_reason_in_words() {
        assert_eq!(
            reason("wrong_unit", " của xã Gia Cát ").ok().as_deref(),
            Some("Gửi nhầm đơn vị: của xã Gia Cát")
        );
        assert_eq!(
            reason("other", "Trang 2 bị mờ").ok().as_deref(),
            Some("Trang 2 bị mờ")
        );
        assert!(reason("other", " ").is_err());
        assert!(reason("something else", "x").is_err());
    }
}
