//! The demo: the whole year, told from the journal, the same each time, another for another document.

use std::path::Path;
use std::process::Command;

use super::tools;

/// Plays a year in the folder and returns the story.
fn play(folder: &Path, document: Option<&Path>) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trinhky"));
    command
        .current_dir(tools::root())
        .args(["demo", "--play-only", "--data"])
        .arg(folder.join("data"));
    if let Some(document) = document {
        command.arg("--document").arg(document);
    }
    let output = command.output().expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the story is text")
}

#[test]
fn the_year_is_told_the_same_twice_with_signed_papers_and_without_a_breach() {
    let (first, second) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let story = play(first.path(), None);
    for step in [
        "Nhập từ tệp decision-2023.md: 5 phần căn cứ",
        "lấy ý kiến 6 đơn vị",
        "Kiểm tra nội dung: đạt",
        "Kiểm tra thể thức: đạt",
        "Cấp số 92/TTr-VP ngày 20/03/2023",
        "Phê duyệt",
        "Ký dự thảo Quyết định",
        "Cấp số 05/QĐ-UBND ngày 24/03/2023",
        "Đóng dấu Quyết định số 05/QĐ-UBND",
        "Phát hành Quyết định số 05/QĐ-UBND",
        "35 để thực hiện",
        "Tiếp nhận Quyết định số 05/QĐ-UBND, số đến 1",
        "quá hạn 1 ngày làm việc",
        "Báo Chánh Văn phòng",
        "Xác nhận đã nghiên cứu, hiểu rõ",
        "Tổng hợp quý II năm 2023",
        "Tổng hợp quý III năm 2023: 33/35 đơn vị báo cáo, chưa báo cáo: ",
        "Cấp số 93/TTr-VP ngày 20/06/2023",
        "Phát hành Báo cáo số 01/BC-UBND",
        "Tiếp nhận Báo cáo số 01/BC-UBND",
        "Tổng hợp quý IV năm 2023",
        "Đánh giá năm 2023: mục tiêu 1 Không đạt",
        "Phát hành Báo cáo số 04/BC-UBND",
        "Đóng hồ sơ theo dõi",
    ] {
        assert!(story.contains(step), "the story lacks `{step}`");
    }
    assert!(
        !story.contains("quý I năm 2023"),
        "there is no report for the first quarter"
    );
    for line in story.lines().filter(|line| line.starts_with("  ")) {
        assert!(line.contains('#'), "without a journal number: {line}");
    }
    assert_eq!(story, play(second.path(), None), "two plays tell the same");
    no_breach(&first.path().join("data"));
    papers(&first.path().join("data"));
}

#[test]
fn another_document_gives_another_story() {
    let folder = tempfile::tempdir().expect("a folder");
    let changed = include_str!("../../templates/sample/decision-2023.md")
        .replace("98%", "97%")
        .replace("2023", "2024")
        .replace(
            "UBND các xã, thị trấn",
            "UBND các xã, thị trấn (trừ xã Mẫu Sơn)",
        );
    let path = folder.path().join("decision.md");
    std::fs::write(&path, changed).expect("the copy is written");
    let story = play(folder.path(), Some(&path));
    // Its text, its recipients, its deadlines, its verdict.
    assert!(story.contains("Mục tiêu chất lượng năm 2024"));
    assert!(story.contains("34 để thực hiện"), "one commune is struck");
    assert!(
        !story.contains("Mẫu Sơn"),
        "the struck commune has no part in the story"
    );
    assert!(story.contains("Tổng hợp quý II năm 2024"));
    assert!(
        story.contains("Đánh giá năm 2024: mục tiêu 1 Đạt"),
        "97 % is met where 98 % is not"
    );
    assert!(!story.contains("/2023\n"), "no day of another year");
    let mails = std::fs::read_dir(folder.path().join("data/mail"))
        .expect("the mails")
        .count();
    assert!(mails > 300, "{mails} mails");
}

fn no_breach(data: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_trinhky"))
        .arg("check")
        .arg("--data")
        .arg(data)
        .output()
        .expect("runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// The issued decision as other programs read it.
fn papers(data: &Path) {
    let pdf = data.join("pdf/quyet-dinh.pdf");
    let Ok(output) = Command::new("pdftotext")
        .args(["-layout"])
        .arg(&pdf)
        .arg("-")
        .output()
    else {
        return tools::missing("pdftotext");
    };
    let text = String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for words in [
        "ỦY BAN NHÂN DÂN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "05",
        "/QĐ-UBND",
        "tháng 3 năm 2023",
        "98% hồ sơ phát sinh giải quyết trước hạn",
        "100% TTHC được niêm yết công khai",
        "trên 60% trở lên",
        "100% cán bộ, công chức, viên chức",
        "95% tổ chức, cá nhân, doanh nghiệp",
        "Sở KH&CN",
        "Nguyễn Duy Anh",
    ] {
        assert!(text.contains(words), "the decision lacks `{words}`: {text}");
    }
    if tools::python().is_none() {
        return;
    }
    for paper in ["quyet-dinh.pdf", "to-trinh.pdf", "bao-cao-2023.pdf"] {
        let checked = Command::new(tools::root().join("tests/tools/verify_pdf.sh"))
            .arg(data.join("pdf").join(paper))
            .arg(data.join("trust.pem"))
            .arg("2")
            .output()
            .expect("the script runs");
        assert!(
            checked.status.success(),
            "{paper}: {}",
            String::from_utf8_lossy(&checked.stdout)
        );
    }
}
