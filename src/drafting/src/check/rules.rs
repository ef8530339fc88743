//! The rules, each with the law it follows and its examples.

use super::patterns::{BODIES, REFERENCES, SPACING, SPELLING, UNITS};
use super::{Example, Gone, Rule, Severity, Test, dates, form, goals, words};
use crate::cite::citations;
use crate::walk::Part;

/// Every rule, for the checker and for the documentation.
#[must_use]
pub fn rules() -> &'static [Rule] {
    RULES
}

/// SAMPLE, written by us: a decision about which no rule says more than a note. The examples of the rules change it.
pub const SAMPLE: &str = "**ỦY BAN NHÂN DÂN**  
**HUYỆN MẪU**

Số: 15/QĐ-UBND

Mẫu, ngày 05 tháng 02 năm 2026

**QUYẾT ĐỊNH**

**Về việc ban hành chỉ tiêu phục vụ của Ủy ban nhân dân huyện Mẫu**

**CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN MẪU**

*Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;*

*Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;*

*Theo đề nghị của Chánh Văn phòng tại Tờ trình số 12/TTr-VP ngày 20 tháng 01 năm 2026.*

**QUYẾT ĐỊNH:**

**Điều 1.** Ban hành chỉ tiêu phục vụ năm 2026 với nội dung như sau:

1. Phấn đấu 98% hồ sơ được giải quyết đúng hạn.

2. Không để xảy ra mất hồ sơ.

**Điều 2.** Các phòng gửi báo cáo kết quả hằng quý; Văn phòng tổng hợp, báo cáo. Quyết định này có hiệu lực kể từ ngày ký.

**Điều 3.** Chánh Văn phòng và Trưởng các phòng chịu trách nhiệm thi hành Quyết định này./.

**Nơi nhận:**

- Như Điều 3;
- Lưu: VT, VP.

**CHỦ TỊCH**

**Nguyễn Văn Mẫu**
";

/// What the office of the sample knows: a decision of last year was recalled.
#[must_use]
pub fn sample_gone() -> Vec<Gone> {
    citations("Quyết định số 07/QĐ-UBND ngày 03 tháng 02 năm 2025")
        .into_iter()
        .map(|citation| Gone {
            citation,
            fate: "đã bị thu hồi".to_owned(),
            instead: None,
        })
        .collect()
}

const ALL_TEXT: &[Part] = &[
    Part::Subject,
    Part::AddressedTo,
    Part::LegalBasis,
    Part::Body,
    Part::Distribution,
    Part::Annex,
];
const SENTENCES: &[Part] = &[Part::Subject, Part::LegalBasis, Part::Body, Part::Annex];

const fn example(from: &'static str, to: &'static str) -> Example {
    Example { from, to }
}

const RULES: &[Rule] = &[
    Rule {
        id: "import.unplaced",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Điều 8",
        message: "\"{found}\" could not be placed in the draft; put it where it belongs",
        message_vi: "Chưa xếp được “{found}” vào phần nào của dự thảo; hãy đưa vào đúng chỗ.",
        bad: example("Số: 15/QĐ-UBND", "Số: 15a/QĐ-UBND"),
        good: example("Số: 15/QĐ-UBND", "Số:      /QĐ-UBND"),
        test: Test::Whole(form::unplaced),
    },
    Rule {
        id: "spelling.word",
        severity: Severity::Error,
        law: "Chính tả tiếng Việt; NĐ 30/2020/NĐ-CP, Điều 12",
        message: "\"{found}\" is misspelt: \"{fix}\"",
        message_vi: "Sai chính tả: “{found}” → “{fix}”.",
        bad: example("Phấn đấu 98%", "Phần đầu 98%"),
        good: example(
            "Không để xảy ra mất hồ sơ",
            "Phần đầu của sổ ghi tên hồ sơ; không để xảy ra mất hồ sơ",
        ),
        test: Test::Words(SPELLING, ALL_TEXT),
    },
    Rule {
        id: "spelling.syllable",
        severity: Severity::Warning,
        law: "Chính tả tiếng Việt; NĐ 30/2020/NĐ-CP, Điều 12",
        message: "\"{found}\" is no possible Vietnamese syllable: is a tone mark missing or doubled?",
        message_vi: "“{found}” không phải âm tiết tiếng Việt: thiếu hoặc thừa dấu thanh?",
        bad: example("giải quyết đúng hạn", "giải quyêt đúng hạn"),
        good: example("mất hồ sơ", "mất hồ sơ về ốt-xtrây-li-a và internet"),
        test: Test::Whole(words::syllables),
    },
    Rule {
        id: "spacing",
        severity: Severity::Warning,
        law: "Chính tả tiếng Việt",
        message: "a blank or a mark too many before \"{fix}\"",
        message_vi: "Thừa dấu cách hoặc dấu câu trước “{fix}”.",
        bad: example("98% hồ sơ", "98 % hồ sơ"),
        good: example("98% hồ sơ", "98,5% hồ sơ"),
        test: Test::Words(SPACING, ALL_TEXT),
    },
    Rule {
        id: "unicode",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục I.4 (TCVN 6909:2001)",
        message: "\"{found}\" has letters that only look right; searching will not find it",
        message_vi: "“{found}” có ký tự không thuộc bộ mã tiếng Việt dựng sẵn; tìm kiếm sẽ không thấy.",
        bad: example("mất hồ sơ", "mất hồ sơ mаu"),
        good: example("mất hồ sơ", "mất hồ sơ mau"),
        test: Test::Whole(words::unicode),
    },
    Rule {
        id: "type.symbol",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.3b; Phụ lục III, mục I",
        message: "the symbol \"{found}\" does not fit the type of the document: \"{fix}\"",
        message_vi: "Ký hiệu “{found}” không khớp với tên loại văn bản: “{fix}”.",
        bad: example("15/QĐ-UBND", "15/TB-UBND"),
        good: example("15/QĐ-UBND", "15/QĐ-BCĐ"),
        test: Test::Whole(form::symbol),
    },
    Rule {
        id: "subject.missing",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.5",
        message: "the document has no subject line",
        message_vi: "Văn bản chưa có trích yếu nội dung.",
        bad: example(
            "**Về việc ban hành chỉ tiêu phục vụ của Ủy ban nhân dân huyện Mẫu**\n\n",
            "",
        ),
        good: example(
            "Về việc ban hành chỉ tiêu phục vụ",
            "Ban hành chỉ tiêu phục vụ",
        ),
        test: Test::Whole(form::subject_missing),
    },
    Rule {
        id: "date.impossible",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.4b",
        message: "\"{found}\" is no day of the calendar",
        message_vi: "“{found}” không có trong lịch.",
        bad: example("ngày 20 tháng 01 năm 2026.", "ngày 31 tháng 4 năm 2025."),
        good: example("ngày 20 tháng 01 năm 2026.", "ngày 29 tháng 02 năm 2024."),
        test: Test::Whole(dates::impossible),
    },
    Rule {
        id: "date.short",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.4b",
        message: "the date \"{found}\" is written short: \"{fix}\"",
        message_vi: "Ngày tháng viết tắt: “{found}” → “{fix}”.",
        bad: example("ngày 20 tháng 01 năm 2026.", "ngày 20/01/2026."),
        good: example("Tờ trình số 12/TTr-VP", "Tờ trình số 12/3/TTr-VP"),
        test: Test::Whole(dates::short),
    },
    Rule {
        id: "date.padding",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.4b",
        message: "days below 10 and the months 1 and 2 take a nought, other months do not: \"{fix}\"",
        message_vi: "Ngày nhỏ hơn 10 và tháng 1, 2 ghi thêm số 0, các tháng khác thì không: “{found}” → “{fix}”.",
        bad: example("ngày 05 tháng 3 năm 2020", "ngày 5 tháng 03 năm 2020"),
        good: example("ngày 05 tháng 3 năm 2020", "ngày 15 tháng 10 năm 2020"),
        test: Test::Whole(dates::padding),
    },
    Rule {
        id: "basis.one_each",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6a",
        message: "two legal bases stand in one paragraph; each takes its own line",
        message_vi: "Hai căn cứ nằm trong một đoạn; sau mỗi căn cứ phải xuống dòng.",
        bad: example(
            "ngày 16 tháng 6 năm 2025;*",
            "ngày 16 tháng 6 năm 2025; Luật Lưu trữ ngày 21 tháng 6 năm 2024;*",
        ),
        good: example("về công tác văn thư;*", "về công tác văn thư; lưu trữ;*"),
        test: Test::Whole(form::one_basis_each),
    },
    Rule {
        id: "basis.punctuation",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6a",
        message: "a legal basis ends with a semicolon, the last one with a full stop: \"{fix}\"",
        message_vi: "Cuối mỗi căn cứ có dấu chấm phẩy, căn cứ cuối có dấu chấm: “{fix}”.",
        bad: example("về công tác văn thư;", "về công tác văn thư,"),
        good: example("về công tác văn thư;", "về công tác văn thư (phần chung);"),
        test: Test::Whole(form::basis_ends),
    },
    Rule {
        id: "basis.order",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6a; thông lệ: văn bản hiệu lực cao đứng trước",
        message: "this basis stands after one of lower rank, or the proposal is not the last: \"{found}\"",
        message_vi: "Căn cứ đứng sau văn bản có hiệu lực thấp hơn, hoặc “Theo đề nghị” chưa ở cuối: “{found}”.",
        bad: example(
            "*Theo đề nghị",
            "*Căn cứ Luật Lưu trữ ngày 21 tháng 6 năm 2024;*\n\n*Theo đề nghị",
        ),
        good: example(
            "*Theo đề nghị",
            "*Căn cứ Thông tư số 01/2024/TT-BNV ngày 10 tháng 01 năm 2024 của Bộ Nội vụ về mẫu sổ;*\n\n*Theo đề nghị",
        ),
        test: Test::Whole(form::basis_order),
    },
    Rule {
        id: "basis.complete",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6a",
        message: "this basis lacks: {found}",
        message_vi: "Căn cứ còn thiếu: {found}.",
        bad: example(
            "ngày 05 tháng 3 năm 2020 của Chính phủ về công tác",
            "về công tác",
        ),
        good: example(
            "Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư",
            "chức năng, nhiệm vụ của Ủy ban nhân dân huyện",
        ),
        test: Test::Whole(form::basis_complete),
    },
    Rule {
        id: "basis.gone",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Điều 18 khoản 3, khoản 4; Phụ lục I, Phần I, mục II.6a",
        message: "this basis is no longer in force: {found}",
        message_vi: "Căn cứ không còn hiệu lực: {found}.",
        bad: example(
            "*Theo đề nghị",
            "*Căn cứ Quyết định số 07/QĐ-UBND ngày 03 tháng 02 năm 2025 của Ủy ban nhân dân huyện Mẫu về chỉ tiêu phục vụ năm 2025;*\n\n*Theo đề nghị",
        ),
        good: example(
            "*Theo đề nghị",
            "*Căn cứ Quyết định số 08/QĐ-UBND ngày 03 tháng 02 năm 2025 của Ủy ban nhân dân huyện Mẫu về chỉ tiêu phục vụ năm 2025;*\n\n*Theo đề nghị",
        ),
        test: Test::Whole(form::basis_gone),
    },
    Rule {
        id: "basis.repeated",
        severity: Severity::Note,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6b",
        message: "{found} was cited in full before; type and number are enough here",
        message_vi: "{found} đã được viện dẫn đầy đủ ở trên; ở đây chỉ cần tên loại và số, ký hiệu.",
        bad: example(
            "*Theo đề nghị",
            "*Căn cứ Thông tư số 01/2024/TT-BNV ngày 10 tháng 01 năm 2024 của Bộ Nội vụ hướng dẫn Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;*\n\n*Theo đề nghị",
        ),
        good: example(
            "*Theo đề nghị",
            "*Căn cứ Thông tư số 01/2024/TT-BNV ngày 10 tháng 01 năm 2024 của Bộ Nội vụ hướng dẫn Nghị định số 30/2020/NĐ-CP;*\n\n*Theo đề nghị",
        ),
        test: Test::Whole(form::repeated_title),
    },
    Rule {
        id: "capital.body",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục II, mục IV.1a",
        message: "the name of a body or its abbreviation: \"{found}\" → \"{fix}\"",
        message_vi: "Tên tổ chức hoặc chữ viết tắt của nó: “{found}” → “{fix}”.",
        bad: example(
            "Chánh Văn phòng và Trưởng",
            "Ban chỉ đạo ISO, Chánh Văn phòng và Trưởng",
        ),
        good: example(
            "Chánh Văn phòng và Trưởng",
            "Ban Chỉ đạo ISO, Chánh Văn phòng và Trưởng",
        ),
        test: Test::Words(BODIES, ALL_TEXT),
    },
    Rule {
        id: "capital.unit",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục II, mục III.1a",
        message: "the kind of an administrative unit takes a small letter before its name: \"{fix}\"",
        message_vi: "Danh từ chung chỉ đơn vị hành chính viết thường: “{found}” → “{fix}”.",
        bad: example(
            "của Ủy ban nhân dân huyện Mẫu",
            "của Ủy ban nhân dân Huyện Mẫu",
        ),
        good: example("Các phòng gửi", "Các phòng và Phường Điện Biên Phủ gửi"),
        test: Test::Words(UNITS, SENTENCES),
    },
    Rule {
        id: "capital.reference",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục II, mục V.7",
        message: "an article of a document takes a capital: \"{fix}\"",
        message_vi: "Viện dẫn điều của văn bản cụ thể thì viết hoa: “{found}” → “{fix}”.",
        bad: example(
            "Không để xảy ra mất hồ sơ",
            "Không để xảy ra vi phạm quy định tại điều 1 Quyết định này",
        ),
        good: example(
            "Không để xảy ra mất hồ sơ",
            "Không để xảy ra vi phạm khoản 1 Điều 1 Quyết định này",
        ),
        test: Test::Words(REFERENCES, SENTENCES),
    },
    Rule {
        id: "capital.consistent",
        severity: Severity::Note,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục II",
        message: "\"{found}\" is written otherwise elsewhere: \"{fix}\"",
        message_vi: "“{found}” được viết khác ở chỗ khác trong văn bản: “{fix}”.",
        bad: example(
            "mất hồ sơ",
            "mất hồ sơ theo Tiêu chuẩn quốc gia A, Tiêu chuẩn quốc gia B và Tiêu chuẩn Quốc gia C",
        ),
        good: example(
            "mất hồ sơ",
            "mất hồ sơ theo Tiêu chuẩn quốc gia A, tiêu chuẩn quốc gia B",
        ),
        test: Test::Whole(words::consistency),
    },
    Rule {
        id: "abbreviation",
        severity: Severity::Note,
        law: "Thông lệ trình bày: viết đầy đủ ở lần đầu",
        message: "\"{found}\" has not been written in full before: \"{fix}\"",
        message_vi: "“{found}” chưa được viết đầy đủ ở lần đầu: “{fix}”.",
        bad: example("98% hồ sơ được", "98% TTHC được"),
        good: example(
            "98% hồ sơ được",
            "98% thủ tục hành chính (sau đây viết tắt là TTHC) theo danh mục TTHC được",
        ),
        test: Test::Whole(words::abbreviations),
    },
    Rule {
        id: "comparator.contradiction",
        severity: Severity::Question,
        law: "ISO 9001:2015, 6.2.1b (mục tiêu phải đo được)",
        message: "\"{found}\" is both more than and at least: which is meant? (\"{fix}\")",
        message_vi: "“{found}” vừa là “lớn hơn” vừa là “lớn hơn hoặc bằng”: ý nào đúng? (“{fix}”)",
        bad: example(
            "98% hồ sơ được giải quyết đúng hạn",
            "trên 98% trở lên hồ sơ được giải quyết đúng hạn",
        ),
        good: example(
            "98% hồ sơ được giải quyết đúng hạn",
            "từ 98% trở lên hồ sơ được giải quyết đúng hạn",
        ),
        test: Test::Whole(goals::comparator),
    },
    Rule {
        id: "objective.measure",
        severity: Severity::Question,
        law: "ISO 9001:2015, 6.2.1b",
        message: "how is this objective measured? \"{found}\"",
        message_vi: "Mục tiêu này đo bằng cách nào? “{found}”",
        bad: example("Không để xảy ra mất hồ sơ.", "Nâng cao chất lượng phục vụ."),
        good: example(
            "Không để xảy ra mất hồ sơ.",
            "Ít nhất 90% người dân hài lòng.",
        ),
        test: Test::Whole(goals::no_measure),
    },
    Rule {
        id: "objective.ambiguous",
        severity: Severity::Question,
        law: "ISO 9001:2015, 6.2.1b",
        message: "\"{found}\" can be counted in two ways: the same complaint again after it was settled, or any that goes on to a higher level?",
        message_vi: "“{found}” đếm được theo hai cách: đơn gửi lại sau khi đã giải quyết, hay mọi đơn tiếp tục gửi lên cấp trên?",
        bad: example(
            "Không để xảy ra mất hồ sơ",
            "Không có đơn thư khiếu nại, tố cáo trở lại",
        ),
        good: example(
            "Không để xảy ra mất hồ sơ",
            "Không có đơn thư khiếu nại, tố cáo vượt cấp",
        ),
        test: Test::Whole(goals::ambiguous),
    },
    Rule {
        id: "objective.plan",
        severity: Severity::Question,
        law: "ISO 9001:2015, 6.2.2 (ai, khi nào, đánh giá thế nào)",
        message: "the decision sets objectives and does not say who reports to whom and when (missing: {found})",
        message_vi: "Văn bản đặt mục tiêu nhưng chưa nêu {found}: ai báo cáo ai, khi nào?",
        bad: example(
            "Các phòng gửi báo cáo kết quả hằng quý; Văn phòng tổng hợp, báo cáo. ",
            "",
        ),
        good: example("hằng quý", "chậm nhất ngày 15 của tháng cuối quý"),
        test: Test::Whole(goals::plan),
    },
    Rule {
        id: "objective.split",
        severity: Severity::Note,
        law: "ISO 9001:2015, 6.2.1",
        message: "this clause holds a target and a duty, or targets over different groups; keep them as separate records: {found}",
        message_vi: "Khoản này gộp chỉ tiêu với nhiệm vụ, hoặc nhiều chỉ tiêu có đối tượng khác nhau; nên tách riêng: {found}.",
        bad: example(
            "đúng hạn.",
            "đúng hạn. Đồng thời tuyên truyền đến người dân.",
        ),
        good: example("đúng hạn.", "đúng hạn trong năm 2026."),
        test: Test::Whole(goals::split),
    },
    Rule {
        id: "article.numbers",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6đ",
        message: "articles are numbered from 1 without a gap: {found} → {fix}",
        message_vi: "Các điều đánh số liên tục từ 1: {found} → {fix}.",
        bad: example("**Điều 2.**", "**Điều 4.**"),
        good: example("1. Phấn đấu", "1. Theo Điều 4 của Luật, phấn đấu"),
        test: Test::Whole(form::article_numbers),
    },
    Rule {
        id: "clause.numbers",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6đ",
        message: "clauses count from 1 in each article, points follow the Vietnamese alphabet: {found} → {fix}",
        message_vi: "Khoản đánh số từ 1 trong mỗi điều, điểm theo bảng chữ cái tiếng Việt: {found} → {fix}.",
        bad: example("2. Không để", "3. Không để"),
        good: example(
            "2. Không để xảy ra mất hồ sơ.",
            "2. Không để xảy ra mất hồ sơ:\n\na) giấy;\n\nb) điện tử.",
        ),
        test: Test::Whole(form::clause_numbers),
    },
    Rule {
        id: "article.reference",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục II, mục V.7",
        message: "\"{found}\": there is no such article",
        message_vi: "“{found}”: văn bản không có điều này.",
        bad: example(
            "Không để xảy ra mất hồ sơ",
            "Không để xảy ra vi phạm Điều 7 Quyết định này",
        ),
        good: example(
            "Không để xảy ra mất hồ sơ",
            "Không để xảy ra vi phạm Điều 3 Quyết định này",
        ),
        test: Test::Whole(form::cross_reference),
    },
    Rule {
        id: "article.title",
        severity: Severity::Note,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.6d (Mẫu 1.2 không ghi tiêu đề)",
        message: "{found} without titles: Annex I asks for them, the model form of an individual decision has none",
        message_vi: "{found} không có tiêu đề: Phụ lục I yêu cầu có, Mẫu 1.2 của quyết định cá biệt thì không.",
        bad: example("năm 2026 với nội dung như sau:", "năm 2026 như sau:"),
        good: example(
            "**Điều 1.** Ban hành chỉ tiêu phục vụ năm 2026 với nội dung như sau:\n\n1. Phấn đấu 98% hồ sơ được giải quyết đúng hạn.\n\n2. Không để xảy ra mất hồ sơ.\n\n**Điều 2.** Các phòng gửi báo cáo kết quả hằng quý; Văn phòng tổng hợp, báo cáo. Quyết định này có hiệu lực kể từ ngày ký.\n\n**Điều 3.** Chánh",
            "**Điều 1. Chỉ tiêu**\n\nChánh",
        ),
        test: Test::Whole(form::article_titles),
    },
    Rule {
        id: "effect.missing",
        severity: Severity::Note,
        law: "Thông lệ: điều khoản hiệu lực của quyết định",
        message: "the decision does not say from when it is in force: \"{fix}\"",
        message_vi: "Quyết định chưa nêu hiệu lực: “{fix}”",
        bad: example(" Quyết định này có hiệu lực kể từ ngày ký.", ""),
        good: example("kể từ ngày ký", "thi hành kể từ ngày 01 tháng 3 năm 2026"),
        test: Test::Whole(form::effect),
    },
    Rule {
        id: "end_mark",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục III, các mẫu mục II",
        message: "the text does not end with \"./.\"",
        message_vi: "Cuối nội dung văn bản chưa có dấu “./.”.",
        bad: example("này./.", "này."),
        good: example("này./.", "này./.\n\n(Gửi kèm: biểu mẫu.)"),
        test: Test::Whole(form::end_mark),
    },
    Rule {
        id: "distribution.article_capital",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục II, mục V.7",
        message: "\"{found}\" → \"{fix}\": an article takes a capital",
        message_vi: "“{found}” → “{fix}”: viện dẫn điều thì viết hoa.",
        bad: example("Như Điều 3", "Như điều 3"),
        good: example("Như Điều 3", "Như Điều 2"),
        test: Test::Whole(form::as_article_capital),
    },
    Rule {
        id: "distribution.article_exists",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.9",
        message: "\"{found}\": there is no such article",
        message_vi: "“{found}”: văn bản không có điều này.",
        bad: example("Như Điều 3", "Như Điều 4"),
        good: example("Như Điều 3", "Như Điều 1"),
        test: Test::Whole(form::as_article_exists),
    },
    Rule {
        id: "distribution.recipients",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.9",
        message: "the distribution list lacks \"{found}\": those who have to act would not receive the document",
        message_vi: "Nơi nhận thiếu “{found}”: người phải thực hiện sẽ không nhận được văn bản.",
        bad: example("- Như Điều 3;\n", ""),
        good: example("- Như Điều 3;", "- Như Điều 3;\n- Sở Nội vụ;"),
        test: Test::Whole(form::recipients),
    },
    Rule {
        id: "distribution.archive_unit",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.9d",
        message: "the archive line names no drafting unit: \"{fix}\"",
        message_vi: "Dòng lưu chưa ghi đơn vị soạn thảo: “{fix}”.",
        bad: example("Lưu: VT, VP.", "Lưu: VT."),
        good: example("Lưu: VT, VP.", "Lưu: VT, NV (03b)."),
        test: Test::Whole(form::archive_unit),
    },
    Rule {
        id: "distribution.archive_last",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.9d",
        message: "the distribution list does not end with the archive line: \"{fix}\"",
        message_vi: "Nơi nhận chưa có dòng lưu ở cuối: “{fix}”",
        bad: example("- Lưu: VT, VP.\n", ""),
        good: example("- Như Điều 3;", "- Như Điều 3;\n- Sở Nội vụ;"),
        test: Test::Whole(form::archive_last),
    },
    Rule {
        id: "authority.collective",
        severity: Severity::Error,
        law: "NĐ 30/2020/NĐ-CP, Điều 13; Phụ lục I, Phần I, mục II.7b",
        message: "the authority line and the signature block disagree: \"{found}\" should be \"{fix}\"",
        message_vi: "Thẩm quyền ban hành và quyền hạn người ký không khớp: “{found}” cần là “{fix}”.",
        bad: example(
            "**CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN MẪU**",
            "**ỦY BAN NHÂN DÂN HUYỆN MẪU**",
        ),
        good: example("**CHỦ TỊCH**\n", "**KT. CHỦ TỊCH**  \n**PHÓ CHỦ TỊCH**\n"),
        test: Test::Whole(form::authority),
    },
    Rule {
        id: "authority.deputy",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.7b-c",
        message: "under \"{found}\" stands the deputy's own title: \"{fix}\"",
        message_vi: "Dưới “{found}” phải ghi chức vụ của người ký thay: “{fix}”.",
        bad: example("**CHỦ TỊCH**\n", "**KT. CHỦ TỊCH**\n"),
        good: example("**CHỦ TỊCH**\n", "**KT. CHỦ TỊCH**  \n**PHÓ CHỦ TỊCH**\n"),
        test: Test::Whole(form::deputy_title),
    },
    Rule {
        id: "signer.missing",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.7c",
        message: "the signature block lacks the title or the name of the signer",
        message_vi: "Khối chữ ký thiếu chức vụ hoặc họ tên người ký.",
        bad: example("\n**Nguyễn Văn Mẫu**\n", ""),
        good: example("Nguyễn Văn Mẫu", "Trần Thị Mẫu"),
        test: Test::Whole(form::signer_missing),
    },
    Rule {
        id: "signer.degree",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.7c",
        message: "no academic degree stands before the signer's name: \"{fix}\"",
        message_vi: "Trước họ tên người ký không ghi học hàm, học vị: “{fix}”.",
        bad: example("Nguyễn Văn Mẫu", "TS. Nguyễn Văn Mẫu"),
        good: example("Nguyễn Văn Mẫu", "Tsằn Văn Mẫu"),
        test: Test::Whole(form::degree),
    },
    Rule {
        id: "annex.mentioned",
        severity: Severity::Warning,
        law: "NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I, mục III.1a",
        message: "the text does not refer to the annex \"{found}\"",
        message_vi: "Nội dung văn bản chưa có chỉ dẫn về phụ lục “{found}”.",
        bad: example(
            "**Nguyễn Văn Mẫu**\n",
            "**Nguyễn Văn Mẫu**\n\n**Phụ lục I**\n\n**BIỂU MẪU**\n\nMột hai ba.\n",
        ),
        good: example("**Nguyễn Văn Mẫu**\n", "**Nguyễn Văn Mẫu**\n"),
        test: Test::Whole(form::annex_mentioned),
    },
];
