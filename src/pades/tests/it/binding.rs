//! Documents bound into one file: their pages, their bookmarks, their originals.

use lopdf::Document;
use trinhky_pades::{Error, Part, Trust, attachments, bind, page_count, verify};

use crate::paper;

#[test]
fn bound_documents_stand_behind_the_cover_and_keep_their_originals() {
    let office = paper::office();
    let sealed = paper::sealed(&office);
    let part = |title: &str, name: &str, pdf: &[u8]| Part {
        title: title.to_owned(),
        name: name.to_owned(),
        pdf: pdf.to_vec(),
    };
    let parts = [
        part("1. Quyết định số 05/QĐ-UBND", "001-QD-05.pdf", &sealed),
        part("2. Báo cáo", "002-BC-01.pdf", &paper::blank()),
    ];
    let bound = bind(&paper::blank(), &parts).unwrap();
    assert_eq!(
        page_count(&bound).unwrap(),
        1 + page_count(&sealed).unwrap() + 1
    );
    let inside = attachments(&bound).unwrap();
    let kept: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|part| (part.name.as_str(), part.pdf.as_slice()))
        .collect();
    let found: Vec<(&str, &[u8])> = inside
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    assert_eq!(found, kept);
    // The bound copy has no signatures; its original has them.
    assert!(
        verify(&bound, &Trust::default(), paper::now())
            .unwrap()
            .signatures
            .is_empty()
    );
    assert_eq!(
        verify(&inside[0].1, &Trust::default(), paper::now())
            .unwrap()
            .signatures
            .len(),
        2
    );
    // What the seal shows is ink of its page now.
    let document = Document::load_mem(&bound).unwrap();
    for page in document.page_iter() {
        let page = document.get_dictionary(page).unwrap();
        assert!(!page.has(b"Annots") && page.has(b"MediaBox") && page.has(b"Resources"));
    }
}

#[test]
fn what_cannot_be_read_is_not_bound() {
    let broken = Part {
        title: "1".to_owned(),
        name: "1.pdf".to_owned(),
        pdf: b"%PDF-1.7\nnothing".to_vec(),
    };
    let refused = bind(&paper::blank(), &[broken]);
    assert!(
        matches!(refused, Err(Error::Unreadable(_) | Error::Damaged)),
        "{refused:?}"
    );
}
