//! Documents, keys and fonts that the tests sign.

use chrono::{DateTime, FixedOffset, TimeZone, Utc};
use lopdf::{Document, Object, Stream, dictionary};
use trinhky_pades::{
    Appearance, FieldPlaces, Filling, Fonts, Mark, Place, SigningRequest, Slant, SoftwareSigner,
    Subject, TRIAL_LABEL, TextPlace, TrialAuthority, Validity, fill_and_seal, prepare, sign_person,
};

pub const UPRIGHT: &[u8] =
    include_bytes!("../../../../templates/documents/fonts/LiberationSerif-Regular.ttf");
pub const ITALIC: &[u8] =
    include_bytes!("../../../../templates/documents/fonts/LiberationSerif-Italic.ttf");

pub fn fonts() -> Fonts<'static> {
    Fonts {
        upright: UPRIGHT,
        italic: ITALIC,
    }
}

/// A page with one line of text, written with a classic table of objects.
pub fn blank() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    document.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
    let pages = document.new_object_id();
    let font = document.add_object(
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Times-Roman" },
    );
    let ink = b"BT /F1 14 Tf 90 700 Td (QUYET DINH ve muc tieu chat luong) Tj ET".to_vec();
    let content = document.add_object(Stream::new(dictionary! {}, ink));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    document.objects.insert(
        pages,
        dictionary! { "Type" => "Pages", "Kids" => vec![Object::Reference(page)], "Count" => 1 }
            .into(),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

pub fn places() -> FieldPlaces {
    let at = |x, y, width, height| Place {
        page: 1,
        x,
        y,
        width,
        height,
    };
    let text = |place: Place, slant| TextPlace {
        place,
        font_size: 14.0,
        baseline: place.y + 4.0,
        slant,
    };
    FieldPlaces {
        number: text(at(120.0, 760.0, 40.0, 18.0), Slant::Upright),
        day: text(at(400.0, 760.0, 20.0, 18.0), Slant::Italic),
        month: None,
        year: None,
        person: at(330.0, 200.0, 150.0, 70.0),
        agency: at(280.0, 180.0, 102.0, 102.0),
    }
}

/// The seed decision as the typesetter writes it (PDF/A-2a, tagged), number and day open.
pub const DECISION: &[u8] = include_bytes!("../fixtures/decision.pdf");

/// Where the typesetter said that its fields are.
pub fn decision_places() -> FieldPlaces {
    FieldPlaces {
        number: TextPlace {
            place: Place {
                page: 1,
                x: 132.299,
                y: 727.412,
                width: 28.346,
                height: 14.391,
            },
            font_size: 13.0,
            baseline: 730.22,
            slant: Slant::Upright,
        },
        day: TextPlace {
            place: Place {
                page: 1,
                x: 381.457,
                y: 727.196,
                width: 18.425,
                height: 15.498,
            },
            font_size: 14.0,
            baseline: 730.22,
            slant: Slant::Italic,
        },
        month: None,
        year: None,
        person: Place {
            page: 2,
            x: 342.992,
            y: 491.758,
            width: 141.732,
            height: 68.031,
        },
        agency: Place {
            page: 2,
            x: 287.717,
            y: 474.751,
            width: 102.047,
            height: 102.047,
        },
    }
}

/// The decision signed, numbered and sealed.
pub fn sealed_decision(office: &Office) -> Vec<u8> {
    let fonts = fonts();
    let prepared = prepare(DECISION, &decision_places(), &fonts).unwrap();
    let signed = sign_person(&prepared, &office.person, &person_request(), &fonts).unwrap();
    fill_and_seal(
        &signed,
        &filling(),
        &office.agency,
        &agency_request(),
        &fonts,
    )
    .unwrap()
}

pub fn prepared() -> Vec<u8> {
    prepare(&blank(), &places(), &fonts()).unwrap()
}

pub fn at(day: u32, hour: u32) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(7 * 3600)
        .unwrap()
        .with_ymd_and_hms(2023, 3, day, hour, 5, 12)
        .unwrap()
}

/// After both signatures, inside the certificates' validity.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2023, 4, 1, 0, 0, 0).unwrap()
}

pub fn validity() -> Validity {
    Validity {
        from: Utc.with_ymd_and_hms(2023, 1, 1, 0, 0, 0).unwrap(),
        until: Utc.with_ymd_and_hms(2033, 1, 1, 0, 0, 0).unwrap(),
    }
}

pub struct Office {
    pub authority: TrialAuthority,
    pub person: SoftwareSigner,
    pub agency: SoftwareSigner,
}

pub const AGENCY: &str = "Ủy ban nhân dân huyện Cao Lộc";

pub fn office() -> Office {
    office_valid(validity())
}

pub fn office_valid(validity: Validity) -> Office {
    let authority = TrialAuthority::create(AGENCY, 1, self::validity()).unwrap();
    let person = Subject {
        name: "Nguyễn Duy Anh".into(),
        title: Some("Chủ tịch".into()),
        organisation: AGENCY.into(),
    };
    let agency = Subject {
        name: AGENCY.into(),
        title: None,
        organisation: AGENCY.into(),
    };
    let (person, _) = authority.issue(&person, 2, validity).unwrap();
    let (agency, _) = authority.issue(&agency, 3, validity).unwrap();
    Office {
        authority,
        person,
        agency,
    }
}

pub fn person_request() -> SigningRequest {
    SigningRequest {
        time: at(20, 16),
        name: "Nguyễn Duy Anh".into(),
        reason: "Ký ban hành".into(),
        location: "Cao Lộc".into(),
        appearance: Appearance {
            mark: Mark::Pen {
                name: "Nguyễn Duy Anh".into(),
            },
            lines: vec![TRIAL_LABEL.into(), "20/03/2023 16:05:12 +07:00".into()],
        },
    }
}

pub fn agency_request() -> SigningRequest {
    SigningRequest {
        time: at(21, 8),
        name: AGENCY.into(),
        reason: "Phát hành".into(),
        location: "Cao Lộc".into(),
        appearance: Appearance {
            mark: Mark::Seal {
                agency: AGENCY.to_uppercase(),
            },
            lines: vec![
                TRIAL_LABEL.into(),
                "21/03/2023".into(),
                "08:05:12 +07:00".into(),
            ],
        },
    }
}

pub fn filling() -> Filling {
    Filling {
        number: "123".into(),
        day: "21".into(),
        month: None,
        year: None,
    }
}

/// Signed by the person only.
pub fn signed(office: &Office) -> Vec<u8> {
    sign_person(&prepared(), &office.person, &person_request(), &fonts()).unwrap()
}

/// Signed, numbered and sealed.
pub fn sealed(office: &Office) -> Vec<u8> {
    fill_and_seal(
        &signed(office),
        &filling(),
        &office.agency,
        &agency_request(),
        &fonts(),
    )
    .unwrap()
}

const RSA_KEY: &str = include_str!("../fixtures/rsa-trial.key.pem");
const RSA_CERTIFICATE: &str = include_str!("../fixtures/rsa-trial.cert.pem");

/// A committed RSA key with a self-signed certificate.
pub fn rsa_signer() -> SoftwareSigner {
    SoftwareSigner::from_pem(RSA_KEY, RSA_CERTIFICATE).unwrap()
}

pub fn rsa_root() -> Vec<u8> {
    use trinhky_pades::Signer;
    rsa_signer().certificate_chain().remove(0)
}
