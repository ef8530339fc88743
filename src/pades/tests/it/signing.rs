//! Preparing, signing and sealing, and what they refuse.

use trinhky_pades::{Error, fill_and_seal, prepare, sign_person};

use crate::paper;

#[test]
fn every_step_only_appends() {
    let office = paper::office();
    let (blank, prepared) = (paper::blank(), paper::prepared());
    let signed = sign_person(
        &prepared,
        &office.person,
        &paper::person_request(),
        &paper::fonts(),
    )
    .unwrap();
    let sealed = fill_and_seal(
        &signed,
        &paper::filling(),
        &office.agency,
        &paper::agency_request(),
        &paper::fonts(),
    )
    .unwrap();
    assert!(
        prepared.starts_with(&blank)
            && signed.starts_with(&prepared)
            && sealed.starts_with(&signed)
    );
}

#[test]
fn the_seal_comes_after_the_person() {
    let office = paper::office();
    let refused = fill_and_seal(
        &paper::prepared(),
        &paper::filling(),
        &office.agency,
        &paper::agency_request(),
        &paper::fonts(),
    );
    assert!(
        matches!(refused, Err(Error::PersonNotSigned)),
        "{refused:?}"
    );
}

#[test]
fn nothing_is_done_twice() {
    let office = paper::office();
    let again = prepare(&paper::prepared(), &paper::places(), &paper::fonts());
    assert!(matches!(again, Err(Error::AlreadyPrepared)), "{again:?}");
    let again = sign_person(
        &paper::signed(&office),
        &office.person,
        &paper::person_request(),
        &paper::fonts(),
    );
    assert!(matches!(again, Err(Error::AlreadySigned(_))), "{again:?}");
    let sealed = paper::sealed(&office);
    let again = fill_and_seal(
        &sealed,
        &paper::filling(),
        &office.agency,
        &paper::agency_request(),
        &paper::fonts(),
    );
    assert!(matches!(again, Err(Error::AlreadySigned(_))), "{again:?}");
}
