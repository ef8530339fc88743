//! LibreOffice, given our fonts, prints our Word files with the same words on as many pages as our own typesetter.
//!
//! It is asked where it is installed and is no tool that the tests need: it is large, and Word itself cannot be had at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::NaiveDate;
use trinhky_drafting::{Draft, docx, import};
use trinhky_typeset::{Options, RuleSet, Typesetter};

use super::tools;

/// One document of every form, as the fixtures of the drafting crate have them.
fn drafts() -> Vec<(String, Draft)> {
    let folder = tools::root().join("src/drafting/fixtures");
    let mut files: Vec<PathBuf> = ["sample", "official"]
        .iter()
        .flat_map(|name| std::fs::read_dir(folder.join(name)).expect("the fixtures"))
        .map(|entry| entry.expect("a fixture").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
        .chain([folder.join("decision-2023.md")])
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let bytes = std::fs::read(&path).expect("read");
            let draft = import(&name, &bytes).expect("imported").draft;
            (name.replace('.', "-"), draft)
        })
        .collect()
}

/// The fonts of the product for the name that a Word file asks for.
fn fonts(folder: &Path) -> PathBuf {
    let path = folder.join("fonts.conf");
    let fonts = tools::root().join("templates/documents/fonts");
    std::fs::write(
        &path,
        format!(
            r#"<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{}</dir><cachedir>{}</cachedir><alias binding="same"><family>Times New Roman</family><prefer><family>Liberation Serif</family></prefer></alias></fontconfig>"#,
            fonts.display(),
            folder.join("cache").display()
        ),
    )
    .expect("written");
    path
}

/// Every word with how often it stands in a PDF, and the number of its pages.
fn read(pdf: &Path) -> (BTreeMap<String, i32>, usize) {
    let output = Command::new("pdftotext")
        .arg(pdf)
        .arg("-")
        .output()
        .expect("pdftotext runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = BTreeMap::new();
    for word in text.split_whitespace() {
        // The reader takes a hyphen at a line's end for a hyphenation, so none counts.
        *words.entry(word.replace('-', "")).or_default() += 1;
    }
    words.remove("");
    // A form feed ends every page.
    (words, text.matches('\u{c}').count())
}

#[test]
fn libreoffice_prints_the_same_words_on_as_many_pages() {
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("left out: LibreOffice is not installed, so it did not open the Word files");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    std::fs::create_dir_all(&ours).expect("made");
    let typesetter = Typesetter::new();
    let day = NaiveDate::from_ymd_opt(2023, 3, 24).expect("a day");
    let options = Options {
        now: super::office::start(),
        rules: RuleSet::at(day).expect("rules"),
        places: false,
        mark: None,
        signed_note: false,
    };
    let drafts = drafts();
    for (name, draft) in &drafts {
        let pdf = typesetter.document(draft, &options).expect("typeset").pdf;
        std::fs::write(ours.join(format!("{name}.pdf")), pdf).expect("written");
        let word = docx(draft).expect("a Word file");
        std::fs::write(ours.join(format!("{name}.docx")), word).expect("written");
    }
    let output = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.path().join("profile").display()
        ))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(&theirs)
        .args(
            drafts
                .iter()
                .map(|(name, _)| ours.join(format!("{name}.docx"))),
        )
        .env("FONTCONFIG_FILE", fonts(folder.path()))
        .output()
        .expect("LibreOffice runs");
    let mut faults = Vec::new();
    for (name, _) in &drafts {
        let file = theirs.join(format!("{name}.pdf"));
        assert!(
            file.exists(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let (mine, my_pages) = read(&ours.join(format!("{name}.pdf")));
        let (its, its_pages) = read(&file);
        if my_pages != its_pages {
            faults.push(format!("{name}: {its_pages} pages, ours {my_pages}"));
        }
        let all = mine.keys().chain(its.keys());
        let mut differing: Vec<String> = all
            .filter(|word| mine.get(*word) != its.get(*word))
            .map(|word| {
                let count = |of: &BTreeMap<String, i32>| of.get(word).copied().unwrap_or(0);
                format!("{word} {}/{}", count(&its), count(&mine))
            })
            .collect();
        differing.dedup();
        if !differing.is_empty() {
            faults.push(format!("{name}: {differing:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
