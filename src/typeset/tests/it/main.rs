//! The typesetter from its public face.

mod document;
mod drafts;
mod layout;
mod many;

use chrono::{DateTime, NaiveDate, Utc};
use trinhky_drafting::Draft;
use trinhky_typeset::{Options, Rendered, RuleSet, Typesetter};

/// Typesets with the rules of the decree, open places reported.
fn render(draft: &Draft) -> Rendered {
    Typesetter::new().document(draft, &options()).unwrap()
}

fn options() -> Options<'static> {
    Options {
        now: now(),
        rules: rules(),
        places: true,
        mark: None,
        signed_note: false,
    }
}

fn rules() -> &'static RuleSet {
    RuleSet::at(NaiveDate::from_ymd_opt(2023, 3, 24).unwrap()).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_679_630_400, 0).unwrap()
}
