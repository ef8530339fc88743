//! What senders really write, and what nobody should have to take.

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trinhky_edxml::{DocumentMessage, MAX_FILE, Message, Read, read, write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::sample;

fn text(message: DocumentMessage) -> String {
    String::from_utf8(write(&Message::Document(Box::new(message))).unwrap()).unwrap()
}

fn document(read: Read) -> DocumentMessage {
    match read.message {
        Message::Document(document) => *document,
        Message::Status(_) => panic!("a status"),
    }
}

/// The decision with these bytes, as text, in place of what its file was packed into.
fn with_content(name: &str, bytes: &[u8]) -> String {
    with_encoded(name, &STANDARD.encode(bytes))
}

fn with_encoded(name: &str, encoded: &str) -> String {
    let mut message = sample::decision();
    message.attachments[0].name = name.to_owned();
    let text = text(message);
    let (before, rest) = text
        .split_once("<edXML:ContentTransferEncoded xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\">")
        .unwrap();
    let (_, after) = rest.split_once("</edXML:ContentTransferEncoded>").unwrap();
    format!(
        "{before}<edXML:ContentTransferEncoded xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\">{encoded}</edXML:ContentTransferEncoded>{after}"
    )
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn content(text: &str) -> Vec<u8> {
    document(read(text.as_bytes()).unwrap()).attachments[0]
        .bytes
        .clone()
}

fn reason(text: &str) -> String {
    let remarks = read(text.as_bytes()).unwrap_err();
    assert!(
        remarks
            .iter()
            .all(|remark| !remark.vi.is_empty() && !remark.en.is_empty())
    );
    remarks[0].en.clone()
}

#[test]
fn any_prefix_any_order_and_no_namespace_at_all() {
    let decision = sample::decision();
    let plain = text(decision.clone());
    let other_prefix = plain
        .replace("edXML:", "q:")
        .replace("xmlns:edXML", "xmlns:q");
    assert_eq!(document(read(other_prefix.as_bytes()).unwrap()), decision);
    let unprefixed = plain.replace("edXML:", "").replace(" xmlns:edXML=", " x=");
    assert_eq!(document(read(unprefixed.as_bytes()).unwrap()), decision);
    let bare = unprefixed.replace("=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\"", "=\"\"");
    assert_eq!(document(read(bare.as_bytes()).unwrap()), decision);
    let subject = plain.lines().find(|line| line.contains("Subject")).unwrap();
    let moved = plain.replace(subject, "").replace(
        "      <edXML:MessageHeader>",
        &format!("      <edXML:MessageHeader><!-- moved -->{subject}"),
    );
    assert_ne!(moved, plain);
    assert_eq!(document(read(moved.as_bytes()).unwrap()), decision);
}

#[test]
fn utf_16_and_a_mark_before_utf_8() {
    let decision = sample::decision();
    let plain = text(decision.clone());
    let marked = format!("\u{feff}\n{plain}");
    assert_eq!(document(read(marked.as_bytes()).unwrap()), decision);
    let wide = plain.replace("UTF-8", "UTF-16");
    let little: Vec<u8> = format!("\u{feff}{wide}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = wide.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        assert_eq!(document(read(&bytes).unwrap()), decision);
    }
    let legacy: Vec<u8> = plain.chars().map(|c| c as u32 as u8).collect();
    assert!(read(&legacy).is_err());
}

#[test]
fn ids_that_say_null_or_nothing_and_days_that_are_none() {
    let plain = text(sample::decision())
        .replace(
            "<edXML:TraceHeader>\n          <edXML:OrganId>H37.14</edXML:OrganId>",
            "<edXML:TraceHeader>\n          <edXML:OrganId>null</edXML:OrganId>",
        )
        .replace(
            ">H37.14,2023/01/06,05/QĐ-UBND<",
            ">9fbfbad2-f1f8-4256-a2eb-50fb1061cddb<",
        )
        .replace("<edXML:DueDate>2023/03/31<", "<edXML:DueDate>2014/02/30<");
    let read = read(plain.as_bytes()).unwrap();
    let fields: Vec<_> = read
        .tolerated
        .iter()
        .map(|remark| remark.field.as_str())
        .collect();
    assert_eq!(fields, ["DueDate", "OrganId"]);
    let message = document(read);
    assert_eq!(message.document_id, "9fbfbad2-f1f8-4256-a2eb-50fb1061cddb");
    assert_eq!(message.due_on, None);
    assert_eq!(message.traces[0].organ_id, "");
    let without_list = {
        let (before, rest) = plain.split_once("<edXML:TraceHeaderList>").unwrap();
        let (_, after) = rest.split_once("</edXML:TraceHeaderList>").unwrap();
        format!("{before}{after}")
    };
    assert_eq!(
        document(super::senders::read(without_list.as_bytes()).unwrap()).traces,
        []
    );
}

#[test]
fn a_prefix_that_was_never_declared() {
    let plain = text(sample::decision())
        .replace("<edXML:Reference>", "<edXML:Reference xlink:href=\"\">")
        .replace(
            " xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\"",
            "",
        );
    let read = read(plain.as_bytes()).unwrap();
    assert_eq!(read.tolerated.len(), 2);
    assert_eq!(document(read), sample::decision());
}

#[test]
fn files_packed_or_not() {
    let pdf = b"%PDF-1.7 raw".as_slice();
    assert_eq!(content(&with_content("a.pdf", pdf)), pdf);
    assert_eq!(
        content(&with_content("a.pdf", &archive(&[("7091b48b.edxml", pdf)]))),
        pdf
    );
    // Broken into lines, and without its padding.
    let encoded = STANDARD.encode(archive(&[("a.pdf", pdf)]));
    let lines: Vec<String> = encoded
        .trim_end_matches('=')
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert_eq!(content(&with_encoded("a.pdf", &lines.join("\r\n   "))), pdf);
    // A Word file is an archive itself; packed once more it comes out as it was.
    let docx = archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w/>"),
    ]);
    assert_eq!(content(&with_content("a.docx", &docx)), docx);
    assert_eq!(
        content(&with_content("a.docx", &archive(&[("a.docx", &docx)]))),
        docx
    );
    let zip = archive(&[("1.txt", b"1"), ("2.txt", b"2")]);
    assert_eq!(content(&with_content("a.zip", &zip)), zip);
    assert_eq!(
        content(&with_content("a.zip", &archive(&[("a.zip", &zip)]))),
        zip
    );
    let single = archive(&[("1.txt", b"1")]);
    assert_eq!(content(&with_content("a.zip", &single)), single);
}

#[test]
fn archives_that_nobody_should_have_to_take() {
    let two = archive(&[("1.pdf", b"1"), ("2.pdf", b"2")]);
    assert_eq!(
        reason(&with_content("a.pdf", &two)),
        "Attachment a.pdf: is an archive of 2 files instead of one."
    );
    let outside = archive(&[("../../etc/passwd", b"1")]);
    assert_eq!(
        reason(&with_content("a.pdf", &outside)),
        "Attachment a.pdf: holds a file whose path leads out of it."
    );
    let bomb = archive(&[("a.pdf", &vec![0; usize::try_from(MAX_FILE).unwrap() + 1])]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(
        reason(&with_content("a.pdf", &bomb)),
        "Attachment a.pdf: is larger than 50 MB when unpacked."
    );
    let mut broken = archive(&[("a.pdf", b"something")]);
    broken.truncate(40);
    assert_eq!(
        reason(&with_content("a.pdf", &broken)),
        "Attachment a.pdf: is a broken archive."
    );
    assert_eq!(
        reason(&with_encoded("a.pdf", "${__StringFromFile(test.txt,,,)}")),
        "Attachment a.pdf: is not base64."
    );
    assert_eq!(
        reason(&with_encoded("a.pdf", "")),
        "Attachment a.pdf: has no content."
    );
}

#[test]
fn a_listed_file_without_content_is_missed() {
    let plain = text(sample::decision()).replacen("<ContentId>cid:1<", "<ContentId>cid:2<", 1);
    assert_eq!(
        reason(&plain),
        "Attachment cid:1: is listed and has no content."
    );
}

#[test]
fn what_is_no_edxml_is_refused_with_its_reason() {
    let plain = text(sample::decision());
    for (file, sentence) in [
        (format!("1212{plain}"), "Before the XML stands `1212`."),
        (String::new(), "The file has no XML in it."),
        (
            "<?xml version=\"1.0\"?><!DOCTYPE edXML [<!ENTITY a \"b\">]><edXML>&a;</edXML>".to_owned(),
            "The file declares a DTD; for safety such files are not read.",
        ),
        (
            "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header>\
             <eDoc:MessageHeader xmlns:eDoc=\"http://www.go.vn/eDoc\"/></soap:Header></soap:Envelope>"
                .to_owned(),
            "The file follows the older eDoc (SOAP, go.vn/eDoc); ask for edXML of QCVN 102:2016/BTTTT.",
        ),
        (
            "<html/>".to_owned(),
            "The root element is `html`, not the edXML of QCVN 102:2016/BTTTT.",
        ),
        (
            plain.replace(
                "</edXML:Subject>",
                &format!("{}</edXML:Subject>", "ậ".repeat(500)),
            ),
            "Subject has 552 characters, at most 500.",
        ),
        (
            plain.replace(">0</edXML:BussinessDocType>", ">7</edXML:BussinessDocType>"),
            "No type of business has the code `7`.",
        ),
        (
            plain.replace("H37.02.02", "H37.14.07"),
            "H37.14.07 is named twice among the recipients.",
        ),
    ] {
        assert_eq!(reason(&file), sentence);
    }
    assert!(
        reason(&plain[..plain.len() - 9]).starts_with("The file is not well-formed XML (line ")
    );
    let billion = format!("{}<x>{}", "<edXML>", "<y/>".repeat(600_000));
    assert_eq!(reason(&billion), "The file has more than 500000 elements.");
}

/// A gateway that has a form of its own for files, and no list of traces.
#[test]
fn a_gateway_without_manifest() {
    let plain = text(sample::decision());
    let (before, _) = plain.split_once("      <edXML:TraceHeaderList>").unwrap();
    let file = format!(
        "{before}</edXML:edXMLHeader><edXML:edXMLAttachments><edXML:Attachment>\
         <edXML:AttachmentName>C:\\tmp\\b.txt</edXML:AttachmentName><edXML:AttachmentData>Yg==</edXML:AttachmentData>\
         </edXML:Attachment></edXML:edXMLAttachments></edXML:edXMLEnvelope></edXML>"
    );
    let message = document(read(file.as_bytes()).unwrap());
    assert_eq!(message.attachments[0].name, "b.txt");
    assert_eq!(message.attachments[0].bytes, b"b");
}
