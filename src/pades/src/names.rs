//! Names inside certificates.

use der::Tagged;
use der::asn1::ObjectIdentifier;
use x509_cert::name::Name;

pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
pub(crate) const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
pub(crate) const TITLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.12");

/// The first part of this kind, as text, in whichever of the string types of X.520 it is written.
pub(crate) fn part(name: &Name, kind: ObjectIdentifier) -> Option<String> {
    let value = &name
        .0
        .iter()
        .flat_map(|set| set.0.iter())
        .find(|part| part.oid == kind)?
        .value;
    match value.tag() {
        der::Tag::BmpString => {
            let units: Vec<u16> = value
                .value()
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            Some(String::from_utf16_lossy(&units))
        }
        _ => Some(String::from_utf8_lossy(value.value()).into_owned()),
    }
}
