//! The rules as a page of documentation, made from the rules themselves.

use std::fmt::Write as _;

use super::{Example, Rule, SAMPLE, Severity, rules};

/// `docs/checker.md`: every rule with its law, its weight and an example of each kind. A test keeps the page equal.
#[must_use]
pub fn handbook() -> String {
    let mut page = String::from(
        "# Các quy tắc của bộ kiểm tra văn bản\n\n\
         Trang này do `trinhky document rules` viết ra từ chính các quy tắc; kiểm thử giữ cho trang khớp với chương trình. \
         Mỗi quy tắc có một ví dụ bị nhắc và một ví dụ không bị nhắc, đều là chỗ được thay trong văn bản mẫu ở cuối trang. \
         Cơ quan của văn bản mẫu biết rằng Quyết định số 07/QĐ-UBND ngày 03 tháng 02 năm 2025 đã bị thu hồi.\n\n\
         This page is written by `trinhky document rules` from the rules themselves. Each has an example that it speaks about and \
         one that it keeps silent about; both are changes to the sample document at the end. Its office knows that decision \
         07/QĐ-UBND of 3 February 2025 was recalled.\n\n\
         | Quy tắc | Mức | Căn cứ |\n|---|---|---|\n",
    );
    for rule in rules() {
        let _ = writeln!(
            page,
            "| [`{}`](#{}) | {} | {} |",
            rule.id,
            rule.id.replace(['.', ' '], ""),
            weight(rule.severity),
            rule.law
        );
    }
    for rule in rules() {
        section(&mut page, rule);
    }
    let _ = write!(page, "\n## Văn bản mẫu\n\n```text\n{SAMPLE}```\n");
    page
}

fn section(page: &mut String, rule: &Rule) {
    let sentence = |words: &str| words.replace("{found}", "…").replace("{fix}", "…");
    let _ = write!(
        page,
        "\n## {}\n\n{}. {}.\n\n{}\n\n{}\n\n- Bị nhắc: {}\n- Không bị nhắc: {}\n",
        rule.id,
        weight(rule.severity),
        rule.law,
        sentence(rule.message_vi),
        sentence(rule.message),
        change(&rule.bad),
        change(&rule.good)
    );
}

fn change(example: &Example) -> String {
    let shown = |text: &str| {
        let line = text.replace('\n', " ⏎ ");
        if line.trim().is_empty() {
            "(bỏ trống)".to_owned()
        } else {
            format!("`{}`", line.trim())
        }
    };
    format!("{} → {}", shown(example.from), shown(example.to))
}

fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Lỗi",
        Severity::Warning => "Cảnh báo",
        Severity::Note => "Lưu ý",
        Severity::Question => "Câu hỏi",
    }
}
