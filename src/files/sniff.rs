//! What a sent file really is, by its first bytes and never by its name; what can run or script is refused.

use crate::fault::{Fault, Outcome};

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

/// The kind of an office file by the names of its parts, which a ZIP package holds in plain letters.
fn office(bytes: &[u8]) -> Option<&'static str> {
    let has = |name: &str| {
        bytes
            .windows(name.len())
            .any(|window| window == name.as_bytes())
    };
    if ["vbaProject.bin", "activeX", ".exe", ".js", ".vbs", ".bat"]
        .iter()
        .any(|name| has(name))
    {
        return None;
    }
    let kinds = [
        (
            "word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "xl/workbook.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            "mimetypeapplication/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.text",
        ),
        (
            "mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
    ];
    kinds
        .into_iter()
        .find(|(name, _)| has(name))
        .map(|(_, kind)| kind)
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
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let pdf = b"%PDF-1.7 ...".as_slice();
        assert_eq!(media_type(pdf).ok(), Some("application/pdf"));
        assert_eq!(
            media_type("Số hồ sơ: 412\n".as_bytes()).ok(),
            Some("text/plain; charset=utf-8")
        );
        let book = b"PK\x03\x04...[Content_Types].xml...xl/workbook.xml...".as_slice();
        assert!(media_type(book).is_ok_and(|kind| kind.ends_with("spreadsheetml.sheet")));
    }

    #[test]
    fn what_can_run_is_refused_whatever_its_name() {
        let dangerous: [&[u8]; 8] = [
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
