//! The structured draft: what a document *says*, without what it looks like.
//!
//! Names follow the glossary of the domain (Decree 30/2020/NĐ-CP, Annexes I and III). The model is
//! what `document import --format json` prints, what a version stores and what the typesetter reads.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The kind of an administrative document (Decree 30/2020 Art. 7; abbreviations of Annex III.I).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DocType {
    /// Quyết định (cá biệt): decision.
    QD,
    /// Tờ trình: proposal.
    TTR,
    /// Báo cáo: report.
    BC,
    /// Kế hoạch: plan.
    KH,
    /// Thông báo: notice.
    TB,
    /// Công văn: official letter; it has no type abbreviation and no type name.
    CV,
    /// Giấy mời: invitation.
    GM,
    /// Biên bản: minutes.
    BB,
}

impl DocType {
    /// The type name as printed in capitals on the page; empty for an official letter.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::QD => "QUYẾT ĐỊNH",
            Self::TTR => "TỜ TRÌNH",
            Self::BC => "BÁO CÁO",
            Self::KH => "KẾ HOẠCH",
            Self::TB => "THÔNG BÁO",
            Self::CV => "",
            Self::GM => "GIẤY MỜI",
            Self::BB => "BIÊN BẢN",
        }
    }

    /// The type name inside a sentence, e.g. `Quyết định`.
    #[must_use]
    pub fn name_in_text(self) -> &'static str {
        match self {
            Self::QD => "Quyết định",
            Self::TTR => "Tờ trình",
            Self::BC => "Báo cáo",
            Self::KH => "Kế hoạch",
            Self::TB => "Thông báo",
            Self::CV => "Công văn",
            Self::GM => "Giấy mời",
            Self::BB => "Biên bản",
        }
    }

    /// The abbreviation that begins the symbol, e.g. `QĐ` in `QĐ-UBND`; none for an official letter.
    #[must_use]
    pub fn abbreviation(self) -> Option<&'static str> {
        match self {
            Self::QD => Some("QĐ"),
            Self::TTR => Some("TTr"),
            Self::BC => Some("BC"),
            Self::KH => Some("KH"),
            Self::TB => Some("TB"),
            Self::CV => None,
            Self::GM => Some("GM"),
            Self::BB => Some("BB"),
        }
    }
}

/// How urgent the document is (Annex I.III.2b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    #[default]
    Normal,
    /// KHẨN
    Khan,
    /// THƯỢNG KHẨN
    ThuongKhan,
    /// HỎA TỐC
    HoaToc,
}

/// How far the document may be passed on (Annex I.III.2c).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Circulation {
    #[default]
    Free,
    /// XEM XONG TRẢ LẠI
    Return,
    /// LƯU HÀNH NỘI BỘ
    Internal,
}

impl Circulation {
    /// Nothing is printed of it.
    #[must_use]
    pub fn is_free(&self) -> bool {
        *self == Self::Free
    }

    /// The words in the box; empty where there is none.
    #[must_use]
    pub fn printed(self) -> &'static str {
        match self {
            Self::Free => "",
            Self::Return => "XEM XONG TRẢ LẠI",
            Self::Internal => "LƯU HÀNH NỘI BỘ",
        }
    }
}

/// A structured draft of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub doc_type: DocType,
    /// The direct superior agency for the header's first line (capitals); none for a district committee.
    #[serde(default)]
    pub superior_agency: Option<String>,
    /// The issuing agency for the header, one entry per printed line, in capitals.
    #[serde(default)]
    pub issuer: Vec<String>,
    /// The running number; none until the clerk has given it.
    #[serde(default)]
    pub number: Option<u32>,
    /// The symbol after the slash, e.g. `QĐ-UBND`.
    #[serde(default)]
    pub symbol: String,
    /// Where it is issued, e.g. `Cao Lộc`.
    #[serde(default)]
    pub place: String,
    /// The date of issue; none until the clerk has given it.
    #[serde(default)]
    pub issued_on: Option<NaiveDate>,
    /// Month and year already known while the day is open (`ngày   tháng 3 năm 2023`).
    #[serde(default)]
    pub expected_month: Option<MonthYear>,
    /// The subject line (trích yếu), without line breaks.
    pub subject: String,
    /// The issuing authority line of a decision, in capitals; empty in other types.
    #[serde(default)]
    pub authority_line: String,
    /// The "Kính gửi" addressees; empty in decisions.
    #[serde(default)]
    pub addressed_to: Vec<String>,
    /// The legal bases (căn cứ), one paragraph each, with their final punctuation.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// The body: articles in a decision, paragraphs and numbered sections elsewhere.
    #[serde(default)]
    pub body: Vec<Block>,
    /// The "Nơi nhận" lines in their order, the archive line last.
    #[serde(default)]
    pub distribution: Vec<Line>,
    pub signer: Signer,
    #[serde(default)]
    pub urgency: Urgency,
    /// Box 11.
    #[serde(default, skip_serializing_if = "Circulation::is_free")]
    pub circulation: Circulation,
    /// Box 12: who drafted it and how many copies are issued, `PL.(300)` (Annex I.III.3); empty where it is not printed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub drafter_mark: String,
    /// Box 13: address, mail, site, telephone, fax at the foot of the first page, one entry per line (Annex I.III.4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contact: Vec<String>,
    /// Annexes in the same file.
    #[serde(default)]
    pub annexes: Vec<Annex>,
}

/// A month of a year, for a date whose day is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthYear {
    pub month: u32,
    pub year: i32,
}

/// One block of the body, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// `Điều n.` with its opening text, clauses and following paragraphs.
    Article(Article),
    /// An unnumbered paragraph.
    Paragraph { text: String },
    /// A heading with its own numbering scheme (`I.`, `1.`), for reports, proposals and plans.
    Heading {
        level: u8,
        label: String,
        text: String,
    },
    /// A numbered clause outside an article (`1.`), with its points.
    Clause(Clause),
    /// A table; `landscape` asks for pages of their own in landscape.
    Table(Table),
}

/// An article (Điều).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Numbered from 1, consecutively over the document.
    pub number: u32,
    /// The title, where the article has one of its own line.
    #[serde(default)]
    pub title: Option<String>,
    /// The text after `Điều n.`.
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub clauses: Vec<Clause>,
    /// Unnumbered paragraphs after the clauses.
    #[serde(default)]
    pub tail: Vec<String>,
}

/// A clause (khoản) `1.` with its points (điểm) `a)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    pub number: u32,
    pub text: String,
    #[serde(default)]
    pub points: Vec<Point>,
}

/// A point (điểm): `a)`, lettered by the Vietnamese alphabet a b c d đ e g h i k …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub letter: String,
    pub text: String,
}

/// A table of text cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    #[serde(default)]
    pub caption: Option<String>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Relative column widths; empty means equal.
    #[serde(default)]
    pub widths: Vec<u32>,
    #[serde(default)]
    pub landscape: bool,
}

/// One line of the distribution list (Nơi nhận).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// `- Như Điều n;` the executors that article n names.
    AsArticle { article: u32, text: String },
    /// `- Như trên;` the addressees.
    AsAbove { text: String },
    /// A named body or group.
    Body { text: String },
    /// `- Lưu: VT, VP.` the archive line.
    Archive { text: String },
}

impl Line {
    /// The words of the line as typed, without the dash and the final punctuation.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::AsArticle { text, .. }
            | Self::AsAbove { text }
            | Self::Body { text }
            | Self::Archive { text } => text,
        }
    }
}

/// With which authority the signer signs (Decree 30/2020 Art. 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Authority {
    /// In one's own right.
    #[default]
    None,
    /// Thay mặt: on behalf of a collective.
    TM,
    /// Ký thay: a deputy for the head.
    KT,
    /// Quyền: acting head.
    Q,
    /// Thừa lệnh: by order.
    TL,
    /// Thừa ủy quyền: under a written mandate.
    TUQ,
}

/// The signature block.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signer {
    #[serde(default)]
    pub authority: Authority,
    /// The capital lines above the signature, e.g. `["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]`.
    pub title_lines: Vec<String>,
    pub name: String,
}

/// What follows the signature in the same file: an annex, or the text that an indirect decision issues (form 1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annex {
    /// `Phụ lục I`; empty where it is the only one and unnumbered, and for an attached text.
    pub label: String,
    /// Of an attached text its type and subject: `QUY CHẾ Tổ chức và hoạt động của Ban Chỉ đạo`.
    pub title: String,
    /// A text of its own with its own header, issued or approved by the decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attached: bool,
    pub body: Vec<Block>,
}

impl Annex {
    /// Type and subject of an attached text: the words in capitals that begin its title, and what follows.
    #[must_use]
    pub fn type_and_subject(&self) -> (&str, &str) {
        let small = self
            .title
            .split_inclusive(' ')
            .scan(0, |at, word| {
                let from = *at;
                *at += word.len();
                Some((from, word))
            })
            .find(|(_, word)| word.chars().any(char::is_lowercase));
        let at = small.map_or(self.title.len(), |(at, _)| at);
        (self.title[..at].trim(), self.title[at..].trim())
    }
}

/// What an import made of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub draft: Draft,
    /// Every piece of text that could not be placed, in order; nothing is dropped.
    pub unplaced: Vec<Unplaced>,
}

/// A piece of text that the import could not place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unplaced {
    /// Line (text files) or paragraph (DOCX), counted from 1.
    pub line: usize,
    pub text: String,
}
