//! Every way to alter a sealed document that we know of, judged by us and by pyHanko.

use lopdf::{Object, Stream, dictionary};
use trinhky_pades::{Trust, Validity, fill_and_seal, sign_person, verify};

use crate::attacker::{
    Revision, disguised, exchange, flip_hex, ink, last_position, padding, position, revise,
};
use crate::outside_tools;
use crate::paper::{self, Office};

struct Case {
    name: &'static str,
    pdf: Vec<u8>,
    /// The reason that must be among ours.
    rule: &'static str,
    /// What pyHanko says: mostly the same; where not, why.
    pyhanko: Judge,
}

enum Judge {
    Refuses,
    /// It calls the file good, for this reason.
    Accepts(&'static str),
}

/// Bytes changed where they stand.
fn altered_in_place(sealed: &[u8]) -> Vec<Case> {
    let person_range = position(sealed, "/ByteRange");
    let mut cases = vec![
        case(
            "page_text",
            exchange(sealed, "QUYET DINH", "QUYET DJNH"),
            "content_changed",
        ),
        case(
            "signature_value",
            flip_hex(sealed, padding(sealed) - 30),
            "signature_mismatch",
        ),
        case(
            "hidden_behind_signature",
            flip_hex(sealed, padding(sealed) + 150),
            "bad_container",
        ),
        case(
            "claimed_time",
            exchange(sealed, "D:20230320", "D:20230319"),
            "content_changed",
        ),
        case(
            "cut_at_the_end",
            sealed[..sealed.len() - 40].to_vec(),
            "unreadable",
        ),
        case(
            "range_not_from_start",
            exchange(sealed, "/ByteRange[0 ", "/ByteRange[1 "),
            "bad_byte_range",
        ),
    ];
    let text = String::from_utf8_lossy(&sealed[person_range..person_range + 60]).into_owned();
    let numbers: Vec<&str> = text[11..text.find(']').unwrap()]
        .split_whitespace()
        .collect();
    for (name, index, change) in [
        ("gap_widened", 1, -2_i64),
        ("range_too_long", 3, 50_000_000),
        ("range_too_short", 3, -9),
    ] {
        let changed = numbers[index].parse::<i64>().unwrap() + change;
        let mut new: Vec<String> = numbers.iter().map(|number| (*number).to_owned()).collect();
        new[index] = changed.to_string();
        let old = &text[..=text.find(']').unwrap()];
        let new = format!("/ByteRange[{}", new.join(" "));
        let new = format!("{new:<width$}]", width = old.len() - 1);
        cases.push(case(name, exchange(sealed, old, &new), "bad_byte_range"));
    }
    cases
}

/// Revisions and bytes behind the seal.
fn appended(sealed: &[u8]) -> Vec<Case> {
    let mut trailing = sealed.to_vec();
    trailing.extend_from_slice(b"\n% one more word that no revision holds\n");
    vec![
        Case {
            pyhanko: Judge::Accepts(
                "no reader shows the bytes; we name them because nobody vouches for them",
            ),
            ..case("bytes_behind_the_end", trailing, "bytes_appended")
        },
        forbidden("other_page_content", sealed, |revision| {
            let content = revision.add(ink("BT /F1 14 Tf 90 700 Td (another decision) Tj ET"));
            let page = revision.page();
            revision.edit(page).set("Contents", content);
        }),
        forbidden("content_object_replaced", sealed, |revision| {
            let page = revision.old().get_dictionary(revision.page()).unwrap();
            let content = page.get(b"Contents").unwrap().as_reference().unwrap();
            revision.replace(
                content,
                ink("BT /F1 14 Tf 90 700 Td (another decision) Tj ET"),
            );
        }),
        case(
            "content_disguised_as_table",
            disguised(sealed),
            "forbidden_change",
        ),
        forbidden("annotation_over_the_text", sealed, |revision| {
            let note = revision.add(dictionary! {
                "Type" => "Annot", "Subtype" => "FreeText", "Contents" => Object::string_literal("98 %"),
                "DA" => Object::string_literal("/Helv 12 Tf 0 g"),
                "Rect" => vec![90.into(), 690.into(), 300.into(), 720.into()],
            });
            let page = revision.page();
            let mut list = revision
                .old()
                .get_dictionary(page)
                .unwrap()
                .get(b"Annots")
                .unwrap()
                .as_array()
                .unwrap()
                .clone();
            list.push(Object::Reference(note));
            revision.edit(page).set("Annots", list);
        }),
        forbidden("annotations_removed", sealed, |revision| {
            let page = revision.page();
            revision.edit(page).set("Annots", Vec::<Object>::new());
        }),
        forbidden("page_turned", sealed, |revision| {
            let page = revision.page();
            revision.edit(page).set("Rotate", 180);
        }),
        forbidden("page_added", sealed, |revision| {
            let catalog = revision.catalog();
            let pages = revision
                .old()
                .get_dictionary(catalog)
                .unwrap()
                .get(b"Pages")
                .unwrap()
                .as_reference()
                .unwrap();
            let page = revision.add(dictionary! { "Type" => "Page", "Parent" => pages });
            let first = revision.page();
            let pages = revision.edit(pages);
            pages.set(
                "Kids",
                vec![Object::Reference(first), Object::Reference(page)],
            );
            pages.set("Count", 2);
        }),
        forbidden("pages_exchanged", sealed, |revision| {
            let page = revision.page();
            let pages = revision.add(dictionary! { "Type" => "Pages", "Kids" => vec![Object::Reference(page)], "Count" => 1 });
            let catalog = revision.catalog();
            revision.edit(catalog).set("Pages", pages);
        }),
        forbidden("seal_moved", sealed, |revision| {
            let field = revision.field("agency_seal");
            revision
                .edit(field)
                .set("Rect", vec![0.into(), 0.into(), 595.into(), 842.into()]);
        }),
        forbidden("seal_repainted", sealed, |revision| {
            let form = dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()] };
            let look = revision.add(Stream::new(form, b"1 0 0 rg 0 0 9 9 re f".to_vec()));
            let field = revision.field("agency_seal");
            revision.edit(field).set("AP", dictionary! { "N" => look });
        }),
        forbidden("signatures_swapped", sealed, |revision| {
            let (person, agency) = (
                revision.field("person_signature"),
                revision.field("agency_seal"),
            );
            let value = |revision: &Revision, id| {
                revision
                    .old()
                    .get_dictionary(id)
                    .unwrap()
                    .get(b"V")
                    .unwrap()
                    .clone()
            };
            let (first, second) = (value(revision, person), value(revision, agency));
            revision.edit(person).set("V", second);
            revision.edit(agency).set("V", first);
        }),
        forbidden("seal_removed", sealed, |revision| {
            let field = revision.field("agency_seal");
            revision.edit(field).remove(b"V");
        }),
        forbidden("field_renamed", sealed, |revision| {
            let field = revision.field("number");
            revision
                .edit(field)
                .set("T", Object::string_literal("number2"));
        }),
        forbidden("text_field_added", sealed, |revision| {
            let field = revision.add(dictionary! {
                "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "T" => Object::string_literal("extra"),
                "V" => Object::string_literal("97 %"), "Rect" => vec![90.into(), 600.into(), 200.into(), 620.into()],
            });
            let form = revision.form();
            let mut list = revision
                .old()
                .get_dictionary(form)
                .unwrap()
                .get(b"Fields")
                .unwrap()
                .as_array()
                .unwrap()
                .clone();
            list.push(Object::Reference(field));
            revision.edit(form).set("Fields", list);
        }),
        Case {
            pyhanko: Judge::Accepts(
                "it is a form entry; we refuse it because readers then draw what was not signed",
            ),
            ..forbidden("readers_told_to_repaint", sealed, |revision| {
                let form = revision.form();
                revision.edit(form).set("NeedAppearances", true);
            })
        },
        forbidden("font_exchanged", sealed, |revision| {
            let mut fonts = revision.old().objects.iter();
            let (id, _) = fonts
                .find(|(_, object)| {
                    object
                        .as_dict()
                        .is_ok_and(|dict| dict.has(b"DescendantFonts"))
                })
                .unwrap();
            let id = *id;
            revision.replace(
                id,
                dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Symbol" },
            );
        }),
        forbidden("signature_dictionary_edited", sealed, |revision| {
            let field = revision.field("person_signature");
            let value = revision
                .old()
                .get_dictionary(field)
                .unwrap()
                .get(b"V")
                .unwrap()
                .as_reference()
                .unwrap();
            revision
                .edit(value)
                .set("Reason", Object::string_literal("another reason"));
        }),
        case(
            "script_when_opened",
            revise(sealed, |revision| {
                let script = revision.add(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") });
                let catalog = revision.catalog();
                revision.edit(catalog).set("OpenAction", script);
            }),
            "scripts",
        ),
        case(
            "number_changed_after_seal",
            revise(sealed, |revision| {
                let field = revision.field("number");
                revision.edit(field).set("V", Object::string_literal("124"));
            }),
            "frozen_field_changed",
        ),
    ]
}

/// Before the seal, while the fields are open: the form says one number, the page shows another.
fn shown_otherwise(office: &Office) -> Case {
    let pdf = revise(&paper::signed(office), |revision| {
        let look = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 40.into(), 18.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F" => dictionary! {
                "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Times-Roman", "Encoding" => "WinAnsiEncoding",
            } } },
        };
        let look = revision.add(Stream::new(
            look,
            b"BT /F 13 Tf 2 4 Td (999) Tj ET".to_vec(),
        ));
        let field = revision.field("number");
        let field = revision.edit(field);
        field.set("V", Object::string_literal("123"));
        field.set("AP", dictionary! { "N" => look });
    });
    Case {
        pyhanko: Judge::Accepts("it takes any appearance of a field that may be filled"),
        ..case("number_shown_otherwise", pdf, "shown_differs")
    }
}

/// Made wrongly from the start, or by the wrong hands.
fn wrongly_made(office: &Office) -> Vec<Case> {
    let stranger = paper::office();
    let short = |from: &str, until: &str| Validity {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
    };
    let sealed_by = |other: &Office| {
        fill_and_seal(
            &paper::signed(office),
            &paper::filling(),
            &other.agency,
            &paper::agency_request(),
            &paper::fonts(),
        )
        .unwrap()
    };
    let own_root = |validity| {
        let agency = trinhky_pades::Subject {
            name: "A".into(),
            title: None,
            organisation: "A".into(),
        };
        let (agency, _) = office.authority.issue(&agency, 9, validity).unwrap();
        fill_and_seal(
            &paper::signed(office),
            &paper::filling(),
            &agency,
            &paper::agency_request(),
            &paper::fonts(),
        )
        .unwrap()
    };
    let mut late = paper::person_request();
    late.time = "2050-01-01T00:00:00+07:00".parse().unwrap();
    let late = sign_person(&paper::prepared(), &office.person, &late, &paper::fonts()).unwrap();
    vec![
        case(
            "foreign_authority",
            sealed_by(&stranger),
            "untrusted_issuer",
        ),
        case(
            "expired",
            own_root(short("2020-01-01T00:00:00Z", "2023-03-20T00:00:00Z")),
            "certificate_expired",
        ),
        case(
            "not_yet_valid",
            own_root(short("2023-05-01T00:00:00Z", "2024-01-01T00:00:00Z")),
            "certificate_not_yet_valid",
        ),
        Case {
            pyhanko: Judge::Accepts("it does not compare the claimed time with the present"),
            ..case("time_in_the_future", late, "time_in_future")
        },
        case(
            "signature_of_another_document",
            transplanted(office),
            "content_changed",
        ),
    ]
}

/// The person's signature of a document with another text, put into this one.
fn transplanted(office: &Office) -> Vec<u8> {
    let other = exchange(&paper::prepared(), "QUYET DINH", "QUYET DJNH");
    let sign = |pdf: &[u8]| {
        sign_person(
            pdf,
            &office.person,
            &paper::person_request(),
            &paper::fonts(),
        )
        .unwrap()
    };
    let (mut target, source) = (sign(&paper::prepared()), sign(&other));
    let start = position(&target, "/Contents<");
    assert_eq!(start, position(&source, "/Contents<"));
    let end = start
        + target[start..]
            .iter()
            .position(|&byte| byte == b'>')
            .unwrap();
    target[start..end].copy_from_slice(&source[start..end]);
    target
}

fn case(name: &'static str, pdf: Vec<u8>, rule: &'static str) -> Case {
    Case {
        name,
        pdf,
        rule,
        pyhanko: Judge::Refuses,
    }
}

fn forbidden(name: &'static str, sealed: &[u8], change: impl FnOnce(&mut Revision)) -> Case {
    case(name, revise(sealed, change), "forbidden_change")
}

fn cases(office: &Office) -> Vec<Case> {
    let sealed = paper::sealed(office);
    assert!(last_position(&sealed, "/ByteRange") > position(&sealed, "/ByteRange"));
    let mut cases = altered_in_place(&sealed);
    cases.extend(appended(&sealed));
    cases.extend(wrongly_made(office));
    cases.push(shown_otherwise(office));
    cases
}

#[test]
fn every_kind_of_tampering_is_named() {
    let office = paper::office();
    let trust = Trust {
        roots: vec![office.authority.certificate().to_vec()],
        ..Trust::default()
    };
    let mut wrong = Vec::new();
    for case in cases(&office) {
        match verify(&case.pdf, &trust, paper::now()) {
            Err(_) if case.rule == "unreadable" => {}
            Err(error) => wrong.push(format!("{}: {error}", case.name)),
            Ok(report) => {
                let signed = report
                    .signatures
                    .iter()
                    .flat_map(|signature| &signature.problems);
                let rules: Vec<_> = signed
                    .chain(&report.problems)
                    .map(|problem| problem.rule())
                    .collect();
                if report.valid || !(rules.contains(&case.rule) || case.rule == "unreadable") {
                    wrong.push(format!("{}: valid {}, {rules:?}", case.name, report.valid));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pyhanko_judges_tampering_as_we_do() {
    let office = paper::office();
    let mut cases = cases(&office);
    cases.push(Case {
        pyhanko: Judge::Accepts("nothing was done to it"),
        ..case("untouched", paper::sealed(&office), "")
    });
    let files: Vec<&[u8]> = cases.iter().map(|case| case.pdf.as_slice()).collect();
    let Some(answers) = outside_tools::pyhanko_on_many(&files, office.authority.certificate())
    else {
        return;
    };
    assert_eq!(answers.len(), cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .zip(&answers)
        .filter_map(|(case, answer)| disagreement(case, answer))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn disagreement(case: &Case, answer: &str) -> Option<String> {
    match (&case.pyhanko, answer == "good") {
        (Judge::Refuses, true) => Some(format!("{} is good to pyHanko", case.name)),
        (Judge::Accepts(why), false) => Some(format!(
            "{} is {answer} to pyHanko, but we thought that {why}",
            case.name
        )),
        _ => None,
    }
}
