//! What is written is read back the same, whatever it says.

use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use trinhky_edxml::{
    Attachment, Business, BusinessType, Code, DocumentMessage, DocumentType, Message, Organ, Other,
    Replacement, ResponseFor, Signer, Staff, Status, StatusMessage, Trace, Update, read, write,
};

/// Text without space around it, with everything that XML treats specially inside. `null` means nothing to a reader.
fn text(most: usize) -> impl Strategy<Value = String> {
    vec(
        prop_oneof![
            any::<char>().prop_filter("XML has no such character", |c| !c.is_control()
                && !matches!(c, '\u{fffe}' | '\u{ffff}')),
            prop::sample::select(vec![
                '<', '>', '&', '"', '\'', '\r', '\n', '\t', 'ậ', 'Đ', ']'
            ]),
        ],
        0..most,
    )
    .prop_map(|chars| chars.into_iter().collect::<String>().trim().to_owned())
    .prop_filter("nothing", |text| !text.eq_ignore_ascii_case("null"))
}

fn some(most: usize) -> impl Strategy<Value = String> {
    text(most).prop_map(|text| format!("a{text}"))
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (1900i32..2200, 1u32..=366).prop_map(|(year, day)| {
        NaiveDate::from_yo_opt(year, day).unwrap_or(NaiveDate::MIN.with_day0_of(year))
    })
}

trait FirstDay {
    fn with_day0_of(self, year: i32) -> NaiveDate;
}

impl FirstDay for NaiveDate {
    fn with_day0_of(self, year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
    }
}

fn instant() -> impl Strategy<Value = chrono::NaiveDateTime> {
    (day(), 0u32..24, 0u32..60, 0u32..60)
        .prop_map(|(day, hour, minute, second)| day.and_hms_opt(hour, minute, second).unwrap())
}

prop_compose! {
    fn organ()(id in "[A-Z0-9]{1,4}(\\.[A-Z0-9]{1,4}){0,4}", in_charge in text(20), name in text(40),
        address in text(20), email in text(20), telephone in text(9), fax in text(9), website in text(9)) -> Organ {
        Organ { id: format!("H{id}"), in_charge, name, address, email, telephone, fax, website }
    }
}

prop_compose! {
    fn staff()(department in text(9), department_id in text(9), name in text(9), name_id in text(9), email in text(9),
        mobile in text(9)) -> Staff {
        Staff { department, department_id, name, name_id, email, mobile }
    }
}

prop_compose! {
    fn answered()(organ_id in some(9), code in text(9), document_id in some(30), promulgated_on in option::of(day()))
        -> ResponseFor {
        ResponseFor { organ_id, code, document_id, promulgated_on }
    }
}

prop_compose! {
    fn other()(priority in 0u8..5, sphere in text(9), typer in text(9), amount in option::of(any::<u32>()),
        pages in option::of(any::<u32>()), direction in option::of(any::<bool>()), appendixes in vec(some(20), 0..3))
        -> Other {
        Other { priority, sphere, typer, amount, pages, direction, appendixes }
    }
}

prop_compose! {
    fn business()(document_id in text(30), code in 0u8..4, reason in text(30), paper in any::<bool>(),
        update in option::of((any::<bool>(), any::<bool>(), vec((some(9), any::<bool>()), 0..3))),
        replaces in vec((some(9), vec(some(9), 0..3)), 0..3), staff in staff()) -> Business {
        Business {
            document_id,
            kind: BusinessType::from_code(&code.to_string()).unwrap(),
            reason,
            paper,
            update: update.map(|(document, receivers, list)| Update { document, receivers, list }),
            replaces: replaces
                .into_iter()
                .map(|(document_id, organ_ids)| Replacement { document_id, organ_ids })
                .collect(),
            staff,
        }
    }
}

prop_compose! {
    fn attachments()(files in vec((some(20), text(9), text(9), vec(any::<u8>(), 1..300)), 0..4)) -> Vec<Attachment> {
        files
            .into_iter()
            .enumerate()
            .map(|(n, (name, description, content_type, bytes))| Attachment {
                content_id: format!("cid:{n}"),
                // A path would be cut off the name; an entry of an archive has no zero and no folder.
                name: format!("{}.pdf", name.replace(['/', '\\'], "-")),
                description,
                content_type,
                bytes,
            })
            .collect()
    }
}

prop_compose! {
    fn document()(from in organ(), to in organ(), document_id in some(60), number in text(11), notation in text(30),
        place in text(9), promulgated_on in option::of(day()), group in option::of(any::<u32>()),
        kind in text(9), subject in some(200), content in text(200), signer in (text(9), text(9), text(9)))
        (other in other(), response_for in vec(answered(), 0..3), steering in option::of(1u8..4),
        to_places in vec(some(20), 0..3), traces in vec((some(9), option::of(instant())), 0..3), business in business(),
        attachments in attachments(), due_on in option::of(day()),
        rest in Just((from, to, document_id, number, notation, place, promulgated_on, group, kind, subject, content, signer)))
        -> DocumentMessage {
        let (from, mut to, document_id, number, notation, place, promulgated_on, group, kind, subject, content, signer) = rest;
        to.id = format!("{}.2", from.id);
        DocumentMessage {
            to: vec![from.clone(), to],
            from,
            document_id,
            code: Code { number, notation },
            place,
            promulgated_on,
            kind: DocumentType { group, detail: group, name: kind },
            subject,
            content,
            signer: Signer { competence: signer.0, position: signer.1, name: signer.2 },
            due_on,
            other,
            response_for,
            steering,
            to_places,
            traces: traces.into_iter().map(|(organ_id, at)| Trace { organ_id, at }).collect(),
            business,
            attachments,
        }
    }
}

prop_compose! {
    fn status()(from in organ(), response_for in answered(), staff in staff(), n in 0usize..9, description in text(100),
        at in option::of(instant())) -> StatusMessage {
        StatusMessage { from, response_for, staff, status: Status::ALL[n], description, at }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn documents_are_read_as_they_were_written(message in document()) {
        let message = Message::Document(Box::new(message));
        let read = read(&write(&message).unwrap()).unwrap();
        prop_assert_eq!(read.message, message);
        prop_assert!(read.tolerated.is_empty());
    }

    #[test]
    fn statuses_are_read_as_they_were_written(message in status()) {
        let message = Message::Status(Box::new(message));
        let read = read(&write(&message).unwrap()).unwrap();
        prop_assert_eq!(read.message, message);
        prop_assert!(read.tolerated.is_empty());
    }

    /// Bytes from anywhere are answered, never a panic.
    #[test]
    fn whatever_comes_is_answered(bytes in vec(any::<u8>(), 0..400), at in 0usize..4000, cut in any::<bool>()) {
        let _ = read(&bytes);
        let mut broken = write(&crate::sample::status(Status::Accepted)).unwrap();
        let at = at % broken.len();
        if cut {
            broken.truncate(at);
        } else {
            broken.splice(at..at, bytes);
        }
        let _ = read(&broken);
    }
}
