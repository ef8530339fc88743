//! Preparing, signing and sealing, and what they refuse.

use trinhky_pades::{
    Algorithm, Error, Mark, Place, SignError, Signer, SoftwareSigner, Trust, fill_and_seal,
    prepare, sign_alone, sign_person, verify,
};

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

/// A small blue picture with a transparent ground, as an office registers it.
fn picture() -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 60, 30);
    encoder.set_color(png::ColorType::Rgba);
    let pixels: Vec<u8> = (0..60 * 30)
        .flat_map(|pixel| {
            if pixel % 60 / 2 == pixel / 60 {
                [10, 20, 200, 255]
            } else {
                [0; 4]
            }
        })
        .collect();
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&pixels)
        .unwrap();
    png
}

#[test]
fn a_registered_image_is_the_mark() {
    let office = paper::office();
    let mut request = paper::person_request();
    request.appearance.mark = Mark::Image { png: picture() };
    let signed = sign_person(
        &paper::prepared(),
        &office.person,
        &request,
        &paper::fonts(),
    )
    .unwrap();
    let images = count_images(&signed);
    assert_eq!(
        images,
        [
            ("DeviceGray".to_owned(), 60, 30),
            ("DeviceRGB".to_owned(), 60, 30)
        ]
    );
    let mut answers = vec![];
    answers.extend(crate::outside_tools::pyhanko(
        &signed,
        office.authority.certificate(),
    ));
    assert!(answers.iter().all(|answer| answer.success));
    request.appearance.mark = Mark::Image {
        png: b"no picture".to_vec(),
    };
    let refused = sign_person(
        &paper::prepared(),
        &office.person,
        &request,
        &paper::fonts(),
    );
    assert!(matches!(refused, Err(Error::Picture(_))), "{refused:?}");
}

fn count_images(pdf: &[u8]) -> Vec<(String, i64, i64)> {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let streams = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok());
    let images = streams.filter(|stream| {
        stream
            .dict
            .get(b"Subtype")
            .and_then(|kind| kind.as_name())
            .is_ok_and(|kind| kind == b"Image")
    });
    let mut found: Vec<_> = images
        .map(|stream| {
            let number = |key: &[u8]| stream.dict.get(key).unwrap().as_i64().unwrap();
            let colours = stream.dict.get(b"ColorSpace").unwrap().as_name().unwrap();
            (
                String::from_utf8_lossy(colours).into_owned(),
                number(b"Width"),
                number(b"Height"),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_failing_key_leaves_a_sentence_and_the_number_for_the_retry() {
    struct Unplugged(SoftwareSigner);
    impl Signer for Unplugged {
        fn certificate_chain(&self) -> Vec<Vec<u8>> {
            self.0.certificate_chain()
        }
        fn algorithm(&self) -> Algorithm {
            self.0.algorithm()
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            Err(SignError::Unavailable("the token was pulled out".into()))
        }
    }
    let office = paper::office();
    let signed = paper::signed(&office);
    let seal = |signer: &dyn Signer| {
        fill_and_seal(
            &signed,
            &paper::filling(),
            signer,
            &paper::agency_request(),
            &paper::fonts(),
        )
    };
    let failed = seal(&Unplugged(paper::rsa_signer())).unwrap_err();
    assert!(failed.to_string().contains("pulled out"), "{failed}");
    assert!(
        failed.message_vi().starts_with("Không liên lạc được"),
        "{}",
        failed.message_vi()
    );
    assert!(seal(&office.agency).is_ok());
}

#[test]
fn what_cannot_be_signed_gets_a_sentence() {
    let office = paper::office();
    let sign = |pdf: &[u8]| {
        sign_person(
            pdf,
            &office.person,
            &paper::person_request(),
            &paper::fonts(),
        )
        .unwrap_err()
    };
    assert!(matches!(sign(&paper::blank()), Error::NoSuchField(_)));
    assert!(matches!(sign(b"not a PDF"), Error::Unreadable(_)));
    let mut filling = paper::filling();
    filling.number = " ".into();
    let empty = fill_and_seal(
        &paper::signed(&office),
        &filling,
        &office.agency,
        &paper::agency_request(),
        &paper::fonts(),
    );
    assert!(
        matches!(empty, Err(Error::EmptyValue("number"))),
        "{empty:?}"
    );
    let mut places = paper::places();
    places.person.page = 2;
    let no_page = prepare(&paper::blank(), &places, &paper::fonts());
    assert!(
        matches!(no_page, Err(Error::NoSuchPage { page: 2, pages: 1 })),
        "{no_page:?}"
    );
    filling.number = "数".into();
    let no_letter = fill_and_seal(
        &paper::signed(&office),
        &filling,
        &office.agency,
        &paper::agency_request(),
        &paper::fonts(),
    );
    assert!(
        matches!(no_letter, Err(Error::MissingLetter('数'))),
        "{no_letter:?}"
    );
}

#[test]
fn any_document_can_be_signed_alone() {
    let office = paper::office();
    let request = paper::agency_request();
    let sign = |pdf: &[u8], place| {
        sign_alone(
            pdf,
            "copy",
            place,
            &office.agency,
            &request,
            &paper::fonts(),
        )
    };
    let corner = Some(Place {
        page: 1,
        x: 20.0,
        y: 20.0,
        width: 80.0,
        height: 80.0,
    });
    let sealed = paper::sealed(&office);
    let files = [
        sign(&paper::blank(), None).unwrap(),
        sign(paper::DECISION, corner).unwrap(),
        sign(&sealed, None).unwrap(),
    ];
    let trust = Trust {
        roots: vec![office.authority.certificate().to_vec()],
        ..Trust::default()
    };
    for file in &files {
        let report = verify(file, &trust, paper::now()).unwrap();
        assert!(report.valid, "{report:#?}");
    }
    assert!(matches!(sign(&sealed, corner), Err(Error::Certified)));
    assert!(matches!(sign(&files[0], None), Err(Error::NameTaken(_))));
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let Some(answers) =
        crate::outside_tools::pyhanko_on_many(&files, office.authority.certificate())
    else {
        return;
    };
    assert_eq!(answers, ["good", "good", "good"]);
}

/// Newer files keep their table of objects in a stream and most objects in bundles.
#[test]
fn files_with_bundled_objects_are_signed_too() {
    let office = paper::office();
    let fonts = paper::fonts();
    let mut bundled = Vec::new();
    lopdf::Document::load_mem(&paper::blank())
        .unwrap()
        .save_modern(&mut bundled)
        .unwrap();
    assert!(bundled.windows(7).any(|window| window == b"/ObjStm"));
    let pdf = prepare(&bundled, &paper::places(), &fonts).unwrap();
    let pdf = sign_person(&pdf, &office.person, &paper::person_request(), &fonts).unwrap();
    let pdf = fill_and_seal(
        &pdf,
        &paper::filling(),
        &office.agency,
        &paper::agency_request(),
        &fonts,
    )
    .unwrap();
    let trust = Trust {
        roots: vec![office.authority.certificate().to_vec()],
        ..Trust::default()
    };
    let report = verify(&pdf, &trust, paper::now()).unwrap();
    assert!(report.valid, "{report:#?}");
    if let Some(answers) = crate::outside_tools::pyhanko_on_many(&[&pdf], &trust.roots[0]) {
        assert_eq!(answers, ["good"]);
    }
    if let Some(answer) = crate::outside_tools::pdfsig(&pdf) {
        assert_eq!(
            answer.text.matches("Signature is Valid.").count(),
            2,
            "{}",
            answer.text
        );
    }
}
