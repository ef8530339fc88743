//! Everybody whose word a file's signatures rest on: the signers, and the authorities that stamped their time.

use chrono::{DateTime, Utc};
use lopdf::{Dictionary, Document, Object};
use x509_cert::Certificate;

use super::container::Container;
use super::{Known, chain, claimed_time, form, range};
use crate::stamp;

/// One of them, whose certificate leads to a trusted root.
pub(crate) struct Signatory {
    /// Its certificate first, the root last.
    pub(crate) path: Vec<Certificate>,
    /// When it signed.
    pub(crate) at: DateTime<Utc>,
    /// Whether an authority attests that time.
    pub(crate) attested: bool,
}

/// All of a file; whoever leads to no root is left out, for nothing about him would be believed.
pub(crate) fn signatories(
    document: &Document,
    roots: &[Certificate],
    now: DateTime<Utc>,
) -> Vec<Signatory> {
    let inside = Known::inside(document).certificates;
    let values = form::signed(document).into_iter();
    values
        .filter_map(|(_, value)| document.get_dictionary(value?).ok())
        .flat_map(|dict| of_signature(dict, &inside, roots, now))
        .collect()
}

fn of_signature(
    dict: &Dictionary,
    inside: &[Certificate],
    roots: &[Certificate],
    now: DateTime<Utc>,
) -> Vec<Signatory> {
    let Ok(container) = range::contents(dict).and_then(|bytes| Container::read(&bytes)) else {
        return Vec::new();
    };
    let stamped = container.time_stamp().and_then(|token| {
        let stamp = stamp::check(&token, container.signature(), roots).ok()?;
        Some((stamp.at, stamp::path(&token, roots)?))
    });
    let claimed = dict.get(b"M").and_then(Object::as_str);
    let claimed = claimed.ok().and_then(claimed_time);
    let claimed = claimed.map_or(now, |time| time.to_utc());
    let attested = stamped.as_ref().map(|(at, _)| *at);
    let carried = [container.certificates.as_slice(), inside].concat();
    let own = container.signer().ok();
    let own = own.and_then(|signer| chain::path(signer, &carried, roots));
    let own = own.map(|path| Signatory {
        path: path.into_iter().cloned().collect(),
        at: attested.unwrap_or(claimed),
        attested: attested.is_some(),
    });
    let stamper = stamped.map(|(at, path)| Signatory {
        path,
        at,
        attested: true,
    });
    own.into_iter().chain(stamper).collect()
}
