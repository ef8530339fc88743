//! Drafts written by hand for the tests of this crate. SAMPLE texts, except the seed's own words.

use chrono::NaiveDate;
use trinhky_drafting::*;

/// The decision of 2023 as the import reads its file.
pub fn imported() -> Draft {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../drafting/fixtures/decision-2023.md"
    );
    let bytes = std::fs::read(path).unwrap();
    import("decision-2023.md", &bytes).unwrap().draft
}

/// The decision of 2023 with its slips of the pen mended, its number and day still open.
pub fn decision() -> Draft {
    let bases = [
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/6/2015; Luật Sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22/11/2019;",
        "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05/3/2014 của Thủ tướng Chính phủ về việc áp dụng Hệ thống quản lý chất lượng theo Tiêu chuẩn quốc gia TCVN ISO 9001:2008 vào hoạt động của các cơ quan, tổ chức thuộc hệ thống hành chính nhà nước và Văn bản số 419/BKHCN-TĐC ngày 21/02/2018 của Bộ Khoa học và Công nghệ về lộ trình chuyển đổi, áp dụng TCVN ISO 9001:2015;",
        "Căn cứ Kế hoạch số 43/KH-UBND ngày 13/02/2023 của UBND huyện về triển khai việc xây dựng, áp dụng, duy trì, cải tiến Hệ thống quản lý chất lượng theo Tiêu chuẩn Quốc gia TCVN ISO 9001:2015 vào hoạt động của cơ quan, tổ chức thuộc hệ thống hành chính nhà nước trên địa bàn huyện Cao Lộc năm 2023;",
        "Theo đề nghị của Chánh Văn phòng HĐND và UBND huyện tại Tờ trình số 92/TTr-VP ngày 20/3/2023.",
    ];
    let targets = [
        "Phấn đấu 98% hồ sơ phát sinh giải quyết trước hạn, đúng hạn; không có đơn thư khiếu nại, tố cáo trở lại.",
        "100% TTHC được niêm yết công khai, minh bạch và thực hiện đề xuất rút ngắn thời gian giải quyết, đơn giản hóa TTHC theo Đề án cải cách TTHC tỉnh Lạng Sơn.",
        "Phấn đấu tỷ lệ giải quyết hồ sơ trực tuyến đạt trên 60% trên tổng hồ sơ qua dịch vụ công trực tuyến một phần và dịch vụ công trực tuyến toàn trình năm 2023. Đồng thời tuyên truyền vận động, hướng dẫn các tổ chức, cá nhân, doanh nghiệp và nhân dân tăng cường sử dụng dịch vụ công trực tuyến.",
        "100% cán bộ, công chức, viên chức tận tâm, trách nhiệm, hiệu quả, tác phong hiện đại, đạt chuẩn mực công sở. 100% cán bộ, công chức nắm vững kiến thức, có kỹ năng công tác và sử dụng thành thạo máy tính, ứng dụng công nghệ thông tin trong xử lý công việc.",
        "95% tổ chức, cá nhân, doanh nghiệp và nhân dân hài lòng khi đến giải quyết TTHC và công việc tại Bộ phận Tiếp nhận và Trả kết quả huyện.",
    ];
    Draft {
        issuer: vec!["ỦY BAN NHÂN DÂN".into(), "HUYỆN CAO LỘC".into()],
        symbol: "QĐ-UBND".into(),
        expected_month: Some(MonthYear {
            month: 3,
            year: 2023,
        }),
        authority_line: "CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN CAO LỘC".into(),
        legal_basis: bases.map(String::from).to_vec(),
        body: vec![
            Block::Article(Article {
                clauses: (1..)
                    .zip(targets)
                    .map(|(number, text)| clause(number, text))
                    .collect(),
                ..article(
                    1,
                    "Ban hành Mục tiêu chất lượng năm 2023 của UBND huyện Cao Lộc với nội dung như sau:",
                )
            }),
            Block::Article(article(
                2,
                "Toàn thể lãnh đạo, cán bộ, công chức, viên chức và nhân viên thuộc UBND huyện có trách nhiệm nghiên cứu, hiểu rõ các nội dung Mục tiêu chất lượng năm 2023.",
            )),
            Block::Article(article(
                3,
                "Chánh Văn phòng HĐND và UBND huyện, Thủ trưởng các cơ quan chuyên môn thuộc UBND huyện, UBND các xã, thị trấn và các thành viên Ban Chỉ đạo ISO huyện chịu trách nhiệm thi hành Quyết định này./.",
            )),
        ],
        distribution: vec![
            Line::AsArticle {
                article: 3,
                text: "Như Điều 3".into(),
            },
            body_line("Sở KH&CN"),
            body_line("TT Huyện ủy"),
            body_line("TT HĐND huyện"),
            body_line("CT, các PCT UBND huyện"),
            body_line("Các thành viên BCĐ ISO huyện"),
            Line::Archive {
                text: "Lưu: VT".into(),
            },
        ],
        signer: Signer {
            authority: Authority::None,
            title_lines: vec!["CHỦ TỊCH".into()],
            name: "Nguyễn Duy Anh".into(),
        },
        ..empty(
            DocType::QD,
            "Ban hành Mục tiêu chất lượng năm 2023 của Ủy ban nhân dân huyện Cao Lộc",
        )
    }
}

/// The proposal 92/TTr-VP, numbered, addressed to one person.
pub fn proposal() -> Draft {
    Draft {
        superior_agency: Some("UBND HUYỆN CAO LỘC".into()),
        issuer: vec!["VĂN PHÒNG HĐND VÀ UBND".into()],
        number: Some(92),
        symbol: "TTr-VP".into(),
        issued_on: NaiveDate::from_ymd_opt(2023, 3, 20),
        addressed_to: vec!["Chủ tịch Ủy ban nhân dân huyện Cao Lộc".into()],
        body: vec![
            paragraph(
                "Thực hiện Kế hoạch số 43/KH-UBND ngày 13 tháng 02 năm 2023 của Ủy ban nhân dân huyện Cao Lộc về triển khai Hệ thống quản lý chất lượng, Văn phòng HĐND và UBND huyện kính trình Chủ tịch Ủy ban nhân dân huyện xem xét, ban hành Quyết định về Mục tiêu chất lượng năm 2023 như sau:",
            ),
            heading(2, "1.", "Sự cần thiết ban hành"),
            paragraph(
                "Mục tiêu chất lượng là căn cứ để theo dõi, đo lường và đánh giá hiệu quả của Hệ thống quản lý chất lượng; phải được xây dựng hằng năm, phù hợp với Chính sách chất lượng và nhiệm vụ cải cách hành chính của huyện.",
            ),
            heading(2, "2.", "Nội dung chính"),
            paragraph("Dự thảo Quyết định gồm 03 điều, quy định 05 mục tiêu."),
            paragraph(
                "Văn phòng HĐND và UBND huyện kính trình Chủ tịch Ủy ban nhân dân huyện xem xét, quyết định./.",
            ),
        ],
        distribution: vec![
            Line::AsAbove {
                text: "Như trên".into(),
            },
            Line::Archive {
                text: "Lưu: VT".into(),
            },
        ],
        signer: Signer {
            authority: Authority::None,
            title_lines: vec!["CHÁNH VĂN PHÒNG".into()],
            name: "Hoàng Văn Mẫu".into(),
        },
        ..empty(
            DocType::TTR,
            "Về việc ban hành Mục tiêu chất lượng năm 2023 của Ủy ban nhân dân huyện Cao Lộc",
        )
    }
}

/// A unit's report with numbered parts and a landscape annex of `rows` rows.
pub fn report(rows: usize) -> Draft {
    let cells = [
        "3",
        "Hồ sơ trực tuyến",
        "> 60%",
        "233",
        "402",
        "57,96%",
        "55,10%",
        "Không đạt",
        "Người dân chưa có tài khoản",
        "Tổ công nghệ số hỗ trợ tại nhà văn hóa; trước 30/9",
    ];
    let header = [
        "TT",
        "Mục tiêu",
        "Chỉ tiêu",
        "Tử số",
        "Mẫu số",
        "Kết quả",
        "Lũy kế năm",
        "Đánh giá",
        "Nguyên nhân",
        "Biện pháp",
    ];
    Draft {
        issuer: vec!["ỦY BAN NHÂN DÂN".into(), "XÃ HỢP THÀNH".into()],
        number: Some(5),
        symbol: "BC-UBND".into(),
        place: "Hợp Thành".into(),
        issued_on: NaiveDate::from_ymd_opt(2023, 6, 5),
        addressed_to: vec![
            "Chủ tịch Ủy ban nhân dân huyện Cao Lộc (qua Văn phòng HĐND và UBND huyện)".into(),
            "Phòng Nội vụ huyện".into(),
        ],
        body: vec![
            heading(1, "I.", "Kết quả"),
            paragraph(
                "Kết quả thực hiện tại Phụ lục kèm theo Báo cáo này của Ủy ban nhân dân xã Hợp Thành.",
            ),
            heading(1, "II.", "Kiến nghị"),
            paragraph("Không có./."),
        ],
        distribution: vec![
            Line::AsAbove {
                text: "Như trên".into(),
            },
            Line::Archive {
                text: "Lưu: VT".into(),
            },
        ],
        signer: Signer {
            authority: Authority::KT,
            title_lines: vec![
                "TM. ỦY BAN NHÂN DÂN".into(),
                "KT. CHỦ TỊCH".into(),
                "PHÓ CHỦ TỊCH".into(),
            ],
            name: "Lý Thị Mẫu".into(),
        },
        annexes: vec![
            Annex {
                label: "Phụ lục I".into(),
                title: "Kết quả thực hiện Mục tiêu chất lượng".into(),
                attached: false,
                body: vec![Block::Table(Table {
                    caption: None,
                    header: header.map(String::from).to_vec(),
                    rows: vec![cells.map(String::from).to_vec(); rows],
                    widths: vec![1, 3, 2, 2, 2, 2, 2, 2, 3, 4],
                    landscape: true,
                })],
            },
            Annex {
                label: "Phụ lục II".into(),
                title: "Danh sách minh chứng".into(),
                attached: false,
                body: vec![paragraph("Ảnh niêm yết tại Bộ phận Một cửa.")],
            },
        ],
        ..empty(
            DocType::BC,
            "Kết quả thực hiện Mục tiêu chất lượng quý II năm 2023",
        )
    }
}

/// Form 1.3: a decision that issues a regulation.
pub fn indirect() -> Draft {
    let chapter = |label: &str, text: &str| heading(1, label, text);
    Draft {
        body: vec![
            Block::Article(article(1, "Ban hành kèm theo Quyết định này Quy chế tổ chức và hoạt động của Ban Chỉ đạo ISO huyện Cao Lộc.")),
            Block::Article(article(2, "Quyết định này có hiệu lực kể từ ngày ký.")),
            Block::Article(article(3, "Chánh Văn phòng, Thủ trưởng các cơ quan chuyên môn chịu trách nhiệm thi hành Quyết định này./.")),
        ],
        annexes: vec![Annex {
            label: String::new(),
            title: "QUY CHẾ Tổ chức và hoạt động của Ban Chỉ đạo ISO huyện Cao Lộc".into(),
            attached: true,
            body: vec![
                chapter("Chương I", "Quy định chung"),
                Block::Article(article(1, "Quy chế này quy định tổ chức và hoạt động của Ban Chỉ đạo ISO huyện Cao Lộc.")),
                chapter("Chương II", "Tổ chức"),
                Block::Article(Article {
                    title: Some("Thành phần".into()),
                    clauses: (1..=24).map(|n| clause(n, "Thành viên Ban Chỉ đạo thực hiện nhiệm vụ do Trưởng ban phân công và chịu trách nhiệm trước Trưởng ban.")).collect(),
                    ..article(2, "")
                }),
                Block::Article(article(3, "Văn phòng theo dõi, đôn đốc việc thực hiện Quy chế này.")),
            ],
        }],
        ..decision()
    }
}

/// An official letter to several bodies, urgent.
pub fn letter() -> Draft {
    Draft {
        issuer: vec!["ỦY BAN NHÂN DÂN".into(), "HUYỆN CAO LỘC".into()],
        number: Some(310),
        symbol: "UBND-VP".into(),
        issued_on: NaiveDate::from_ymd_opt(2023, 2, 9),
        addressed_to: vec![
            "Các cơ quan chuyên môn thuộc Ủy ban nhân dân huyện".into(),
            "Ủy ban nhân dân các xã, thị trấn".into(),
        ],
        body: vec![
            paragraph(
                "Ủy ban nhân dân huyện gửi dự thảo Quyết định ban hành Mục tiêu chất lượng năm 2023, đề nghị các cơ quan, đơn vị nghiên cứu, tham gia ý kiến bằng văn bản.",
            ),
            paragraph(
                "Ý kiến gửi về Văn phòng HĐND và UBND huyện trước ngày 17 tháng 02 năm 2023 để tổng hợp, trình Chủ tịch Ủy ban nhân dân huyện xem xét, quyết định./.",
            ),
        ],
        distribution: vec![
            Line::AsAbove {
                text: "Như trên".into(),
            },
            Line::Archive {
                text: "Lưu: VT".into(),
            },
        ],
        signer: Signer {
            authority: Authority::TL,
            title_lines: vec!["TL. CHỦ TỊCH".into(), "CHÁNH VĂN PHÒNG".into()],
            name: "Hoàng Văn Mẫu".into(),
        },
        urgency: Urgency::HoaToc,
        circulation: Circulation::Internal,
        drafter_mark: "VP.(25)".into(),
        contact: vec![
            "Khối 6, thị trấn Cao Lộc, huyện Cao Lộc, tỉnh Lạng Sơn".into(),
            "ĐT: 0205.3861.000; thư điện tử: vanthu@caoloc.example".into(),
        ],
        ..empty(
            DocType::CV,
            "Về việc lấy ý kiến dự thảo Quyết định ban hành Mục tiêu chất lượng năm 2023",
        )
    }
}

pub fn empty(doc_type: DocType, subject: &str) -> Draft {
    Draft {
        doc_type,
        superior_agency: None,
        issuer: Vec::new(),
        number: None,
        symbol: String::new(),
        place: "Cao Lộc".into(),
        issued_on: None,
        expected_month: None,
        subject: subject.into(),
        authority_line: String::new(),
        addressed_to: Vec::new(),
        legal_basis: Vec::new(),
        body: Vec::new(),
        distribution: Vec::new(),
        signer: Signer::default(),
        urgency: Urgency::Normal,
        circulation: Circulation::Free,
        drafter_mark: String::new(),
        contact: Vec::new(),
        annexes: Vec::new(),
    }
}

pub fn paragraph(text: &str) -> Block {
    Block::Paragraph { text: text.into() }
}

pub fn heading(level: u8, label: &str, text: &str) -> Block {
    Block::Heading {
        level,
        label: label.into(),
        text: text.into(),
    }
}

pub fn body_line(text: &str) -> Line {
    Line::Body { text: text.into() }
}

pub fn article(number: u32, text: &str) -> Article {
    Article {
        number,
        title: None,
        text: text.into(),
        clauses: Vec::new(),
        tail: Vec::new(),
    }
}

pub fn clause(number: u32, text: &str) -> Clause {
    Clause {
        number,
        text: text.into(),
        points: Vec::new(),
    }
}
