//! What a sent file really is, by its first bytes and never by its name; what can run or script is refused.

use std::borrow::Cow;
use std::io::{Cursor, Read as _};

use crate::fault::{Fault, Outcome};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const ODT: &str = "application/vnd.oasis.opendocument.text";
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// Largest file that is kept as evidence, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// The media type of a file that may be kept: PDF, pictures, Word, Excel, OpenDocument, plain text.
///
/// # Errors
/// An empty or too large file, a program, a page, an archive, an office file with macros: a sentence at the field `file`.
pub fn media_type(bytes: &[u8]) -> Outcome<&'static str> {
    if bytes.is_empty() {
        return Err(Fault::invalid(
            "file",
            "Chọn một tệp có nội dung.",
            "Choose a file that is not empty.",
        ));
    }
    if bytes.len() > MAX_BYTES {
        return Err(Fault::invalid(
            "file",
            "Tệp lớn hơn 10 MB. Giảm độ phân giải ảnh hoặc tách tệp.",
            "The file is larger than 10 MB. Make pictures smaller or split it.",
        ));
    }
    let known = match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        [b'P', b'K', 3, 4, ..] => office(bytes),
        _ => plain(bytes),
    };
    known.ok_or_else(|| {
        Fault::invalid(
            "file",
            "Không nhận loại tệp này. Gửi PDF, ảnh (PNG, JPEG, WebP), Word, Excel, OpenDocument không có macro, hoặc tệp chữ.",
            "This kind of file is not taken. Send PDF, a picture (PNG, JPEG, WebP), Word, Excel or OpenDocument without macros, or plain text.",
        )
    })
}

/// The kind of an office file by the names of its parts.
fn office(bytes: &[u8]) -> Option<&'static str> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = package
        .file_names()
        .map(|name| name.map(Cow::into_owned))
        .collect::<Result<_, _>>()
        .ok()?;
    let runs = |name: &String| {
        let name = name.to_ascii_lowercase();
        name.contains("vbaproject.bin")
            || name.contains("activex")
            || name.starts_with("basic/")
            || name.starts_with("scripts/")
            || [".exe", ".js", ".vbs", ".bat"]
                .iter()
                .any(|end| name.ends_with(end))
    };
    if names.iter().any(runs) {
        return None;
    }
    for (part, kind) in [("word/document.xml", DOCX), ("xl/workbook.xml", XLSX)] {
        if names.iter().any(|name| name == part) {
            return Some(kind);
        }
    }
    let mut kind = String::new();
    package
        .by_name("mimetype")
        .ok()?
        .take(100)
        .read_to_string(&mut kind)
        .ok()?;
    [ODT, ODS].into_iter().find(|known| *known == kind)
}

/// Text that is no page, no picture and no script.
fn plain(bytes: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let controls = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let text = text.trim_start_matches('\u{feff}');
    if text.contains(controls) || text.starts_with("#!") {
        return None;
    }
    let folded = text.to_ascii_lowercase();
    let markup = [
        "<html",
        "<script",
        "<svg",
        "<!doctype",
        "<?xml",
        "<?php",
        "<iframe",
    ];
    (!markup.iter().any(|word| folded.contains(word))).then_some("text/plain; charset=utf-8")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            file.start_file(*name, zip::write::SimpleFileOptions::default())
                .expect("a part");
            file.write_all(content.as_bytes()).expect("its content");
        }
        file.finish().expect("a package").into_inner()
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let pdf = b"%PDF-1.7 ...".as_slice();
        assert_eq!(media_type(pdf).ok(), Some("application/pdf"));
        assert_eq!(
            media_type("Số hồ sơ: 412\n".as_bytes()).ok(),
            Some("text/plain; charset=utf-8")
        );
        let book = package(&[
            ("[Content_Types].xml", ""),
            ("xl/workbook.xml", ".js in a text"),
        ]);
        assert!(media_type(&book).is_ok_and(|kind| kind.ends_with("spreadsheetml.sheet")));
    }

    #[test]
    fn what_can_run_is_refused_whatever_its_name() {
        let macros = package(&[("xl/workbook.xml", ""), ("xl/vbaProject.bin", "")]);
        let basic = package(&[("mimetype", ODT), ("Basic/Standard/Module1.xml", "")]);
        let dangerous: [&[u8]; 10] = [
            &macros,
            &basic,
            b"MZ\x90\x00 a program",
            b"\x7fELF",
            b"#!/bin/sh\nrm -rf /",
            b"<html><script>alert(1)</script>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            b"PK\x03\x04 an archive of anything",
            b"PK\x03\x04 xl/workbook.xml xl/vbaProject.bin",
            b"",
        ];
        for bytes in dangerous {
            assert!(media_type(bytes).is_err(), "{bytes:?}");
        }
        assert!(media_type(&vec![b'a'; MAX_BYTES + 1]).is_err());
    }
}
