//! Whatever stands in a file: reading it never panics, and no word of it is dropped.

use proptest::collection::vec;
use proptest::prelude::*;
use trinhky_drafting::{check, docx, html, import, markdown, objectives};

/// Beginnings and ends of lines that mean something somewhere in a document. The header and the words that are made anew
/// (national title, type, "Nơi nhận:") are left out: they are recognised, not kept.
const STARTS: &[&str] = &[
    "",
    "",
    "",
    "Điều 1. ",
    "Điều 2: ",
    "1. ",
    "2) ",
    "a) ",
    "đ) ",
    "- ",
    "I. ",
    "Chương I ",
    "Mục 2 ",
    "Căn cứ ",
    "Theo đề nghị ",
    "Kính gửi: ",
    "V/v ",
    "Phụ lục ",
    "(",
    "CHỦ TỊCH ",
    "KT. ",
    "**",
    "*",
    "# ",
    "> ",
    "| ",
    "Như ",
    "Lưu: VT, ",
    "Số: 5/QĐ-",
    "Số: 6/TB-",
    "Cao Lộc, ngày 5 tháng 6 năm 2023 ",
    "1.1. ",
    "\t",
    "   ",
];
const ENDS: &[&str] = &[
    "", "", "", ".", ";", ":", "./.", ",", "**", "  ", "\\", " |", "*", ")",
];

fn line() -> impl Strategy<Value = (String, Vec<String>)> {
    let word = "[a-z]{3,8}[0-9]{3}|[A-Z]{4,7}[0-9]{3}";
    (
        prop::sample::select(STARTS),
        vec(word, 0..5),
        prop::sample::select(ENDS),
    )
        .prop_map(|(start, words, end)| (format!("{start}{}{end}", words.join(" ")), words))
}

fn file() -> impl Strategy<Value = (String, Vec<String>)> {
    let marks = prop::sample::select(
        &[
            "",
            "",
            "QUYẾT ĐỊNH\n",
            "QUYẾT ĐỊNH:\n",
            "TỜ TRÌNH\n",
            "Nơi nhận:\n",
            "./.\n",
            "\n",
        ][..],
    );
    vec(
        (
            marks,
            line(),
            prop::sample::select(&["\n", "\n\n", "  \n"][..]),
        ),
        0..14,
    )
    .prop_map(|lines| {
        let mut text = String::new();
        let mut words = Vec::new();
        for (mark, (line, own), end) in lines {
            text.push_str(mark);
            text.push_str(&line);
            text.push_str(end);
            words.extend(own);
        }
        (text, words)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_word_is_dropped((text, words) in file(), plain in any::<bool>()) {
        let name = if plain { "a.txt" } else { "a.md" };
        if let Ok(read) = import(name, text.as_bytes()) {
            let kept = serde_json::to_string(&read).unwrap_or_default();
            for word in words {
                prop_assert!(kept.contains(&word), "{word} is lost\n---\n{text}\n---\n{kept}");
            }
        }
    }

    #[test]
    fn no_file_makes_anything_panic(text in prop_oneof![file().prop_map(|(text, _)| text), "\\PC{0,400}"], bytes in vec(any::<u8>(), 0..300)) {
        for name in ["a.md", "a.txt"] {
            if let Ok(read) = import(name, text.as_bytes()) {
                let _ = check(&read);
                let _ = objectives::propose(&read.draft);
                let _ = html(&read.draft);
                let _ = markdown(&read.draft);
                prop_assert!(docx(&read.draft).is_ok());
            }
        }
        for name in ["a.docx", "a.txt", "a.json"] {
            let _ = import(name, &bytes);
        }
    }
}
