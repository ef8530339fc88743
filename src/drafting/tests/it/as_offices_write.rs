//! The same decision in other hands: other figures, other files, other habits; and files that were made to hurt.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use trinhky_drafting::{Authority, Block, Circulation, Imported, Line, import};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::seed::{SEED, imported, seed};

/// Without the line numbers, which follow the file.
fn draft_of(name: &str, bytes: &[u8]) -> Imported {
    imported(name, bytes)
}

#[test]
fn other_figures_another_year_and_fewer_recipients() {
    let text = SEED
        .replace("2023", "2025")
        .replace("98%", "99,5%")
        .replace("- Sở KH&CN;\n", "")
        .replace("- TT Huyện ủy;\n", "")
        .replace("Cao Lộc", "Văn Lãng")
        .replace("CAO LỘC", "VĂN LÃNG")
        .replace("Số: /QĐ-UBND", "Số: 07/QĐ-UBND")
        .replace("ngày tháng 3", "ngày 5 tháng 3")
        .replace("Nguyễn Duy Anh", "Hoàng Thị Mẫu");
    let read = draft_of("b.md", text.as_bytes());
    assert!(read.unplaced.is_empty(), "{:?}", read.unplaced);
    let draft = read.draft;
    assert_eq!(draft.number, Some(7));
    assert_eq!(
        draft.issued_on.map(|day| day.to_string()).as_deref(),
        Some("2025-03-05")
    );
    assert_eq!(draft.issuer, ["ỦY BAN NHÂN DÂN", "HUYỆN VĂN LÃNG"]);
    assert_eq!(draft.distribution.len(), 6);
    assert_eq!(draft.signer.name, "Hoàng Thị Mẫu");
    let Some(Block::Article(first)) = draft.body.first() else {
        panic!("no article")
    };
    assert!(first.clauses[0].text.contains("99,5%"));
}

#[test]
fn line_ends_marks_and_decomposed_letters_make_no_difference() {
    use unicode_normalization::UnicodeNormalization;
    let decomposed: String = SEED.nfd().collect();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(SEED.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for (what, bytes) in [
        ("CRLF", SEED.replace('\n', "\r\n").into_bytes()),
        (
            "BOM",
            [b"\xef\xbb\xbf".as_slice(), SEED.as_bytes()].concat(),
        ),
        ("NFD", decomposed.into_bytes()),
        ("UTF-16", utf16),
    ] {
        assert_eq!(draft_of("a.md", &bytes), seed(), "{what}");
    }
}

#[test]
fn plain_text_without_any_emphasis_gives_the_same_draft() {
    let plain = SEED.replace("**", "").replace('*', "");
    assert_eq!(draft_of("a.txt", plain.as_bytes()).draft, seed().draft);
    assert_eq!(draft_of("a.md", plain.as_bytes()).draft, seed().draft);
}

#[test]
fn a_rule_text_with_its_own_header_after_the_signature_is_an_annex() {
    let text = format!(
        "{SEED}\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\nĐộc lập - Tự do - Hạnh phúc\n\n**QUY CHẾ**\n\n**Theo dõi Mục tiêu chất lượng**\n\n*(Ban hành kèm theo Quyết định số /QĐ-UBND)*\n\n**Điều 1. Phạm vi**\n\nQuy chế này quy định việc theo dõi.\n\nĐiện thoại: 0205\n"
    );
    let read = draft_of("a.md", text.as_bytes());
    assert_eq!(read.draft.signer, seed().draft.signer);
    assert_eq!(read.draft.annexes.len(), 1);
    assert!(read.draft.annexes[0].attached);
    assert_eq!(
        read.draft.annexes[0].title,
        "QUY CHẾ Theo dõi Mục tiêu chất lượng"
    );
    assert!(
        matches!(&read.draft.annexes[0].body[0], Block::Article(article) if article.title.as_deref() == Some("Phạm vi"))
    );
}

#[test]
fn what_follows_the_signature_is_listed_and_not_taken_for_the_name() {
    let text =
        format!("{SEED}\n\nĐịa chỉ: Khối 6, thị trấn Cao Lộc\n\nĐiện thoại: 0205 3861 234\n");
    let read = draft_of("a.md", text.as_bytes());
    assert_eq!(read.draft, seed().draft);
    assert_eq!(read.unplaced.len(), 2);
}

#[test]
fn an_impossible_date_and_an_odd_number_are_kept_for_a_person() {
    let text = SEED
        .replace("ngày tháng 3 năm 2023", "ngày 31 tháng 4 năm 2023")
        .replace("Số: /QĐ", "Số: 15a/QĐ");
    let read = draft_of("a.md", text.as_bytes());
    assert_eq!((read.draft.number, read.draft.issued_on), (None, None));
    let left: Vec<&str> = read
        .unplaced
        .iter()
        .map(|piece| piece.text.as_str())
        .collect();
    assert_eq!(left, ["15a", "Cao Lộc, ngày 31 tháng 4 năm 2023"]);
}

// --- Word files -----------------------------------------------------------------------------------------------------

fn package(document: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, text) in [("word/document.xml", document)].iter().chain(more) {
        assert!(zip.start_file(*name, options).is_ok());
        assert!(zip.write_all(text.as_bytes()).is_ok());
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn document(body: &str) -> String {
    format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr/></w:body></w:document>"#
    )
}

/// A paragraph whose runs are cut after every third letter, as editing histories leave them.
fn cut(text: &str, bold: bool) -> String {
    let mut out = String::from("<w:p>");
    let letters: Vec<char> = text.chars().collect();
    for piece in letters.chunks(3) {
        let piece: String = piece.iter().collect();
        let look = if bold { "<w:rPr><w:b/></w:rPr>" } else { "" };
        let _ = write!(
            out,
            r#"<w:r>{look}<w:t xml:space="preserve">{}</w:t></w:r><w:proofErr w:type="spellStart"/>"#,
            piece.replace('&', "&amp;")
        );
    }
    out.push_str("</w:p>");
    out
}

fn two_cells(left: &str, right: &str) -> String {
    format!("<w:tbl><w:tr><w:tc>{left}</w:tc><w:tc>{right}</w:tc></w:tr></w:tbl>")
}

#[test]
fn a_word_file_with_tables_cut_runs_and_automatic_numbers() {
    let numbered = |text: &str, level: u8| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="4"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let body = [
        two_cells(
            &(cut("UBND HUYỆN CAO LỘC", false) + &cut("PHÒNG NỘI VỤ", true) + &cut("_________", false) + &cut("Số:      /QĐ-PNV", false)),
            &(cut("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", true) + &cut("Độc lập – Tự do – Hạnh phúc", true) + &cut("Cao Lộc, ngày … tháng 5 năm 2024", false)),
        ),
        cut("QUYẾT ĐỊNH", true),
        cut("Về việc kiện toàn Tổ kiểm tra", true),
        cut("TRƯỞNG PHÒNG NỘI VỤ", true),
        cut("Căn cứ Quyết định số 10/QĐ-UBND ngày 10 tháng 01 năm 2024 của Ủy ban nhân dân huyện;", false),
        cut("Xét đề nghị của Phó Trưởng phòng.", false),
        cut("QUYẾT ĐỊNH:", true),
        cut("Điều 1. Kiện toàn Tổ kiểm tra với các nhiệm vụ:", false),
        numbered("Kiểm tra định kỳ:", 0),
        numbered("theo quý;", 1),
        numbered("theo năm.", 1),
        numbered("Kiểm tra đột xuất.", 0),
        "<w:p><w:del><w:r><w:delText>Điều 9. Đã xóa</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r></w:p>".to_owned(),
        cut("Điều 2. Tổ kiểm tra chịu trách nhiệm thi hành Quyết định này./.", false),
        two_cells(
            &(cut("Nơi nhận:", true) + &cut("- Như Điều 2;", false) + &cut("- Sở KH&CN;", false) + &cut("- Lưu: VT.", false)),
            &(cut("KT. TRƯỞNG PHÒNG", true) + &cut("PHÓ TRƯỞNG PHÒNG", true) + "<w:p/><w:p/>" + &cut("Vi Thị Mẫu", true)),
        ),
    ]
    .concat();
    let numbering = r#"<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum><w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num></w:numbering>"#;
    let read = draft_of(
        "a.docx",
        &package(&document(&body), &[("word/numbering.xml", numbering)]),
    );
    assert!(read.unplaced.is_empty(), "{:?}", read.unplaced);
    let draft = read.draft;
    assert_eq!(draft.superior_agency.as_deref(), Some("UBND HUYỆN CAO LỘC"));
    assert_eq!(draft.issuer, ["PHÒNG NỘI VỤ"]);
    assert_eq!(draft.place, "Cao Lộc");
    assert_eq!(draft.legal_basis.len(), 2);
    let Some(Block::Article(first)) = draft.body.first() else {
        panic!("no article")
    };
    assert_eq!(
        first
            .clauses
            .iter()
            .map(|c| (c.number, c.points.len()))
            .collect::<Vec<_>>(),
        [(1, 2), (2, 0)]
    );
    assert_eq!(draft.body.len(), 2);
    assert_eq!(
        draft.distribution[1],
        Line::Body {
            text: "Sở KH&CN".into()
        }
    );
    assert_eq!(
        (draft.signer.authority, draft.signer.name.as_str()),
        (Authority::KT, "Vi Thị Mẫu")
    );
    assert_eq!(
        draft.signer.title_lines,
        ["KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"]
    );
}

#[test]
fn a_word_file_in_an_old_font_is_named() {
    let body = r#"<w:p><w:r><w:rPr><w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/></w:rPr><w:t>QuyÕt ®Þnh vÒ viÖc ban hµnh quy chÕ</w:t></w:r></w:p>"#;
    let error = import("a.docx", &package(&document(body), &[]))
        .err()
        .map(|e| e.message)
        .unwrap_or_default();
    assert!(error.contains("TCVN3"), "{error}");
}

#[test]
fn files_that_were_made_to_hurt_get_a_sentence() {
    let bomb = format!("<a>{}</a>", " ".repeat(60 * 1024 * 1024));
    let entities = r#"<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>"#;
    let deep = document(&format!(
        "{}{}",
        "<w:sdt><w:sdtContent>".repeat(20_000),
        "</w:sdtContent></w:sdt>".repeat(20_000)
    ));
    for (what, name, bytes) in [
        ("zip bomb", "a.docx", package(&bomb, &[])),
        ("entities", "a.docx", package(entities, &[])),
        ("deep nesting", "a.docx", package(&deep, &[])),
        (
            "cut off",
            "a.docx",
            package(&document(""), &[])[..40].to_vec(),
        ),
        ("no document", "a.docx", {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            assert!(zip.start_file("x", SimpleFileOptions::default()).is_ok());
            zip.finish().map(Cursor::into_inner).unwrap_or_default()
        }),
        ("text called Word", "a.docx", b"hello".to_vec()),
        ("PDF", "a.pdf", b"%PDF-1.7".to_vec()),
        ("old Word", "a.doc", vec![0xd0, 0xcf, 0x11, 0xe0, 0, 0]),
        ("unknown", "a.xyz", b"hello".to_vec()),
        ("empty", "a.md", Vec::new()),
        ("binary", "a.txt", vec![0, 159, 146, 150]),
        ("no draft", "a.json", b"{\"a\":1}".to_vec()),
        (
            "resolution",
            "a.md",
            "**NGHỊ QUYẾT**\n\nVề việc A".as_bytes().to_vec(),
        ),
    ] {
        let Err(error) = import(name, &bytes) else {
            panic!("{what} was read")
        };
        assert!(
            error.message.len() > 20 && error.message_vi.len() > 20,
            "{what}: {error}"
        );
    }
}

#[test]
fn a_draft_as_json_is_read_with_and_without_its_wrapping() {
    let whole = serde_json::to_vec(&seed()).unwrap_or_default();
    let draft = serde_json::to_vec(&seed().draft).unwrap_or_default();
    assert_eq!(draft_of("a.json", &whole), seed());
    assert_eq!(draft_of("a.json", &draft), seed());
}

#[test]
fn how_far_it_may_go_and_who_drafted_it_are_read_from_their_places() {
    let text = SEED.replacen("- Lưu: VT.", "- Lưu: VT.\n\nPL.(300)", 1);
    let text = format!("LƯU HÀNH NỘI BỘ\n\n{text}");
    let read = draft_of("b.md", text.as_bytes());
    assert!(read.unplaced.is_empty(), "{:?}", read.unplaced);
    assert_eq!(read.draft.circulation, Circulation::Internal);
    assert_eq!(read.draft.drafter_mark, "PL.(300)");
    let expected = seed().draft;
    assert_eq!(read.draft.issuer, expected.issuer);
    assert_eq!(read.draft.distribution, expected.distribution);
    assert_eq!(read.draft.signer, expected.signer);
    // What only resembles them stays what it is.
    let like = SEED.replacen("- Lưu: VT.", "- Lưu: VT.\n\nPL (300 bản)", 1);
    assert!(
        draft_of("b.md", like.as_bytes())
            .draft
            .drafter_mark
            .is_empty()
    );
}
