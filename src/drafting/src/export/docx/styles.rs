//! The styles: every role of a paragraph has one.

use std::fmt::Write as _;

use super::{DECLARATION, WORD_NAMESPACES, escaped};
use crate::model::Draft;
use crate::outline::{HEADING_LEVELS, Role};

/// Begins the ids of our styles; what follows is the name of the role.
pub(crate) const STYLE_PREFIX: &str = "TK-";

/// Widths of the two halves of the header, in twentieths of a point, near those of the official forms (69.4 and 100.6 mm);
/// together a little wider than the text, so that the national title stays on one line.
pub(super) const HEADER_COLUMNS: [u32; 2] = [3740, 5560];
/// Halves of the signature table (63.5 and 103.4 mm in the official forms).
pub(super) const SIGNATURE_COLUMNS: [u32; 2] = [4071, 5000];

/// How a style looks. Sizes in half points, distances in twentieths of a point.
#[derive(Clone, Copy)]
struct Look {
    size: u32,
    bold: bool,
    italic: bool,
    align: &'static str,
    first_line: u32,
    left: u32,
    right: u32,
    before: u32,
    keep_next: bool,
    outline: Option<u8>,
    red: bool,
    /// A single line: below a paragraph (a rule) or around it (a stamp).
    border: Border,
    /// Exact line height; none for single spacing.
    line: Option<u32>,
    /// Stands at the foot of its page, whatever comes before.
    foot: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Border {
    None,
    Below,
    /// Over the first of several paragraphs.
    Above,
    Box,
}

const BODY: Look = Look {
    size: 28,
    bold: false,
    italic: false,
    align: "both",
    // 1.27 cm and 6 pt: Annex I.II.6e.
    first_line: 720,
    left: 0,
    right: 0,
    before: 120,
    keep_next: false,
    outline: None,
    red: false,
    border: Border::None,
    line: None,
    foot: false,
};

const CENTRED: Look = Look {
    align: "center",
    first_line: 0,
    before: 0,
    ..BODY
};

/// `styles.xml` for one draft; the widths of the rules follow its words.
pub(super) fn styles(draft: &Draft) -> String {
    let mut out = format!(
        r#"{DECLARATION}<w:styles {WORD_NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/><w:color w:val="000000"/><w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style><w:style w:type="character" w:customStyle="1" w:styleId="TK-label"><w:name w:val="TK Nhãn điều"/><w:qFormat/><w:rPr><w:b/><w:bCs/></w:rPr></w:style>"#
    );
    for (role, name, look) in looks() {
        style(&role.name(), name, look, &mut out);
    }
    let issuer = draft
        .issuer
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    for (id, name, look) in [
        // The motto's rule is as long as its text; the others 1/3 to 1/2 of theirs (Annex I.II.1b, 2b, 5b).
        (
            "rule-motto",
            "TK Kẻ dưới Tiêu ngữ",
            rule(HEADER_COLUMNS[1], MOTTO_WIDTH),
        ),
        (
            "rule-issuer",
            "TK Kẻ dưới tên cơ quan",
            rule(HEADER_COLUMNS[0], rule_width(issuer, CAPITAL_WIDTH)),
        ),
        (
            "rule-subject",
            "TK Kẻ dưới trích yếu",
            rule(
                TEXT_WIDTH,
                rule_width(draft.subject.chars().count().min(60), SMALL_WIDTH),
            ),
        ),
        (
            "page-number",
            "TK Số trang",
            Look {
                size: 28,
                ..CENTRED
            },
        ),
        (
            "break",
            "TK Ngắt phần",
            Look {
                size: 2,
                first_line: 0,
                before: 0,
                ..BODY
            },
        ),
        (
            "cell",
            "TK Ô bảng",
            Look {
                size: 26,
                align: "left",
                first_line: 0,
                before: 40,
                ..BODY
            },
        ),
        (
            "cell-head",
            "TK Ô tiêu đề bảng",
            Look {
                size: 26,
                bold: true,
                before: 40,
                keep_next: true,
                ..CENTRED
            },
        ),
    ] {
        style(id, name, look, &mut out);
    }
    out.push_str(TABLE_STYLES);
    out.push_str("</w:styles>");
    out
}

/// Width of the text between the margins, in twentieths of a point.
pub(super) const TEXT_WIDTH: u32 = 9071;
/// `Độc lập - Tự do - Hạnh phúc` in bold 14.
const MOTTO_WIDTH: u32 = 3620;
/// Mean width of a bold capital in size 13 and of a bold small letter in size 14.
const CAPITAL_WIDTH: u32 = 178;
const SMALL_WIDTH: u32 = 140;

/// Two fifths of the text above.
fn rule_width(characters: usize, each: u32) -> u32 {
    let characters = u32::try_from(characters).unwrap_or(60);
    (characters * each * 2 / 5).clamp(700, 3000)
}

fn rule(column: u32, width: u32) -> Look {
    // A cell has 108 on either side.
    let side = (column.saturating_sub(216)).saturating_sub(width) / 2;
    Look {
        size: 4,
        left: side,
        right: side,
        border: Border::Below,
        line: Some(60),
        ..CENTRED
    }
}

fn looks() -> Vec<(Role, &'static str, Look)> {
    let bold = Look {
        bold: true,
        ..CENTRED
    };
    let mut list = vec![
        (
            Role::Superior,
            "TK Cơ quan chủ quản",
            Look {
                size: 26,
                ..CENTRED
            },
        ),
        (
            Role::Issuer,
            "TK Cơ quan ban hành",
            Look { size: 26, ..bold },
        ),
        (
            Role::Number,
            "TK Số, ký hiệu",
            Look {
                size: 26,
                before: 120,
                ..CENTRED
            },
        ),
        (
            Role::NationalTitle,
            "TK Quốc hiệu",
            Look { size: 26, ..bold },
        ),
        (Role::Motto, "TK Tiêu ngữ", bold),
        (
            Role::PlaceDate,
            "TK Địa danh, thời gian",
            Look {
                italic: true,
                before: 120,
                ..CENTRED
            },
        ),
        (
            Role::Urgency,
            "TK Dấu khẩn",
            Look {
                size: 26,
                before: 120,
                red: true,
                border: Border::Box,
                left: 900,
                right: 900,
                ..bold
            },
        ),
        (
            Role::Circulation,
            "TK Chỉ dẫn lưu hành",
            Look {
                size: 26,
                border: Border::Box,
                // Over the right half of the header.
                left: 5200,
                right: 900,
                ..bold
            },
        ),
        (
            Role::Contact,
            "TK Địa chỉ cơ quan",
            Look {
                size: 22,
                border: Border::Above,
                foot: true,
                ..CENTRED
            },
        ),
        (
            Role::LetterSubject,
            "TK Trích yếu công văn",
            Look {
                size: 24,
                before: 120,
                ..CENTRED
            },
        ),
        (
            Role::TypeName,
            "TK Tên loại",
            Look {
                before: 240,
                keep_next: true,
                outline: Some(0),
                ..bold
            },
        ),
        (
            Role::Subject,
            "TK Trích yếu",
            Look {
                keep_next: true,
                ..bold
            },
        ),
        (
            Role::Authority,
            "TK Thẩm quyền ban hành",
            Look {
                before: 240,
                ..bold
            },
        ),
        (
            Role::Addressed,
            "TK Kính gửi",
            Look {
                before: 240,
                ..CENTRED
            },
        ),
        (
            Role::AddressedHead,
            "TK Kính gửi (nhiều nơi)",
            Look {
                align: "left",
                left: 1700,
                first_line: 0,
                before: 240,
                keep_next: true,
                ..BODY
            },
        ),
        (
            Role::Addressee,
            "TK Nơi kính gửi",
            Look {
                align: "left",
                left: 2800,
                first_line: 0,
                before: 0,
                ..BODY
            },
        ),
        (
            Role::Basis,
            "TK Căn cứ",
            Look {
                italic: true,
                ..BODY
            },
        ),
        (
            Role::Operative,
            "TK Quyết định",
            Look {
                before: 120,
                keep_next: true,
                ..bold
            },
        ),
        (Role::Article, "TK Điều", BODY),
        (
            Role::ArticleTitle,
            "TK Điều có tên",
            Look {
                bold: true,
                keep_next: true,
                outline: Some(1),
                ..BODY
            },
        ),
        (Role::ArticleText, "TK Lời điều", BODY),
        (Role::ArticleTail, "TK Đoạn cuối điều", BODY),
        (Role::Clause, "TK Khoản", BODY),
        (Role::FreeClause, "TK Khoản ngoài điều", BODY),
        (Role::Point, "TK Điểm", BODY),
        (Role::Paragraph, "TK Đoạn", BODY),
        (
            Role::Caption,
            "TK Tên bảng",
            Look {
                italic: true,
                before: 120,
                keep_next: true,
                ..CENTRED
            },
        ),
        (
            Role::LineHead,
            "TK Nơi nhận",
            Look {
                size: 24,
                bold: true,
                italic: true,
                align: "left",
                first_line: 0,
                before: 0,
                keep_next: true,
                ..BODY
            },
        ),
    ];
    for (role, name) in [
        (Role::LineArticle, "TK Nơi nhận: như điều"),
        (Role::LineAbove, "TK Nơi nhận: như trên"),
        (Role::LineBody, "TK Nơi nhận: cơ quan"),
        (Role::LineArchive, "TK Nơi nhận: lưu"),
    ] {
        list.push((
            role,
            name,
            Look {
                size: 22,
                align: "left",
                first_line: 0,
                before: 0,
                ..BODY
            },
        ));
    }
    list.extend([
        (
            Role::DrafterMark,
            "TK Ký hiệu người soạn thảo",
            Look {
                size: 22,
                align: "left",
                first_line: 0,
                before: 120,
                ..BODY
            },
        ),
        (
            Role::SignTitle,
            "TK Chức vụ người ký",
            Look {
                keep_next: true,
                ..bold
            },
        ),
        // Room for the signature.
        (
            Role::SignName,
            "TK Họ tên người ký",
            Look {
                before: 1600,
                ..bold
            },
        ),
        (
            Role::AnnexLabel,
            "TK Phụ lục",
            Look {
                keep_next: true,
                outline: Some(0),
                ..bold
            },
        ),
        (
            Role::AnnexOnly,
            "TK Phụ lục duy nhất",
            Look {
                keep_next: true,
                outline: Some(0),
                ..bold
            },
        ),
        (
            Role::Attached,
            "TK Đầu văn bản kèm theo",
            Look {
                keep_next: true,
                ..bold
            },
        ),
        (
            Role::AnnexTitle,
            "TK Tên phụ lục",
            Look {
                keep_next: true,
                ..bold
            },
        ),
        (
            Role::AnnexReference,
            "TK Kèm theo",
            Look {
                italic: true,
                ..CENTRED
            },
        ),
    ]);
    for level in 1..=HEADING_LEVELS {
        let look = Look {
            bold: true,
            keep_next: true,
            outline: Some(level),
            ..BODY
        };
        list.push((
            Role::Heading(level),
            HEADING_NAMES[usize::from(level - 1) % 4],
            look,
        ));
        list.push((
            Role::HeadingStacked(level),
            STACKED_NAMES[usize::from(level - 1) % 4],
            Look {
                align: "center",
                first_line: 0,
                ..look
            },
        ));
        list.push((
            Role::HeadingPlain(level),
            PLAIN_NAMES[usize::from(level - 1) % 4],
            look,
        ));
    }
    list
}

const HEADING_NAMES: [&str; 4] = ["TK Đề mục 1", "TK Đề mục 2", "TK Đề mục 3", "TK Đề mục 4"];
const STACKED_NAMES: [&str; 4] = [
    "TK Chương, mục 1",
    "TK Chương, mục 2",
    "TK Chương, mục 3",
    "TK Chương, mục 4",
];
const PLAIN_NAMES: [&str; 4] = [
    "TK Đề mục không số 1",
    "TK Đề mục không số 2",
    "TK Đề mục không số 3",
    "TK Đề mục không số 4",
];

fn style(id: &str, name: &str, look: Look, out: &mut String) {
    let _ = write!(
        out,
        r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="{STYLE_PREFIX}{id}"><w:name w:val="{}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>"#,
        escaped(name)
    );
    if look.keep_next {
        out.push_str("<w:keepNext/>");
    }
    if look.foot {
        let _ = write!(
            out,
            r#"<w:framePr w:w="{TEXT_WIDTH}" w:wrap="notBeside" w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:yAlign="bottom"/>"#
        );
    }
    let line = r#"w:val="single" w:sz="6" w:space="1""#;
    let colour = if look.red { "FF0000" } else { "000000" };
    match look.border {
        Border::None => {}
        Border::Below => {
            let _ = write!(
                out,
                r#"<w:pBdr><w:bottom {line} w:color="{colour}"/></w:pBdr>"#
            );
        }
        Border::Above => {
            let _ = write!(
                out,
                r#"<w:pBdr><w:top {line} w:color="{colour}"/></w:pBdr>"#
            );
        }
        Border::Box => {
            let _ = write!(
                out,
                r#"<w:pBdr><w:top {line} w:color="{colour}"/><w:left {line} w:color="{colour}"/><w:bottom {line} w:color="{colour}"/><w:right {line} w:color="{colour}"/></w:pBdr>"#
            );
        }
    }
    match look.line {
        Some(exact) => {
            let _ = write!(
                out,
                r#"<w:spacing w:before="{}" w:after="0" w:line="{exact}" w:lineRule="exact"/>"#,
                look.before
            );
        }
        None => {
            let _ = write!(
                out,
                r#"<w:spacing w:before="{}" w:after="0"/>"#,
                look.before
            );
        }
    }
    let _ = write!(
        out,
        r#"<w:ind w:left="{}" w:right="{}" w:firstLine="{}"/><w:jc w:val="{}"/>"#,
        look.left, look.right, look.first_line, look.align
    );
    if let Some(level) = look.outline {
        let _ = write!(out, r#"<w:outlineLvl w:val="{level}"/>"#);
    }
    out.push_str("</w:pPr><w:rPr>");
    if look.bold {
        out.push_str("<w:b/><w:bCs/>");
    }
    if look.italic {
        out.push_str("<w:i/><w:iCs/>");
    }
    if look.red {
        out.push_str(r#"<w:color w:val="FF0000"/>"#);
    }
    let _ = write!(
        out,
        r#"<w:sz w:val="{0}"/><w:szCs w:val="{0}"/></w:rPr></w:style>"#,
        look.size
    );
}

/// A table of layout without lines, and tables of data with them; the wide one stands in landscape.
const TABLE_STYLES: &str = r#"<w:style w:type="table" w:customStyle="1" w:styleId="TK-layout"><w:name w:val="TK Bảng bố cục"/><w:tblPr><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style><w:style w:type="table" w:customStyle="1" w:styleId="TK-table"><w:name w:val="TK Bảng số liệu"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:left w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:right w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:insideV w:val="single" w:sz="4" w:space="0" w:color="000000"/></w:tblBorders><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style><w:style w:type="table" w:customStyle="1" w:styleId="TK-table-wide"><w:name w:val="TK Bảng khổ ngang"/><w:basedOn w:val="TK-table"/></w:style>"#;
