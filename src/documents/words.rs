//! The words by which documents are found: without accents, and numbers and symbols by any of their parts.

use std::collections::BTreeSet;

use super::folded;

/// Longest word, in characters; of longer ones the beginning stands.
const LONGEST: usize = 60;
/// Most bytes stored for one document, below what PostgreSQL indexes of a row; a book of 3,000 pages stays under it, for
/// each word is stored once.
const MOST_STORED: usize = 800_000;
/// So many words of a question are asked; further ones narrow nothing.
const MOST_ASKED: usize = 32;
/// Between the parts of a word; no letter, and nothing that a database reads as punctuation.
const JOINT: &str = "·";

/// The words of a text as they are stored, each once with a space before it.
///
/// A question finds words by their beginning, so what has parts stands under each of them: `05/QĐ-UBND` as `5·qd·ubnd`,
/// `qd·ubnd` and `ubnd`.
#[must_use]
pub fn stored(text: &str) -> String {
    let mut words = BTreeSet::new();
    for word in folded(text).split_whitespace() {
        let parts = parts(word);
        for first in 0..parts.len() {
            words.insert(joined(&parts[first..]));
        }
    }
    let mut stored = String::new();
    for word in words {
        if stored.len() + word.len() >= MOST_STORED {
            break;
        }
        stored.push(' ');
        stored.push_str(&word);
    }
    stored
}

/// The words of a question, each to be found at the beginning of a stored one.
#[must_use]
pub fn asked(text: &str) -> Vec<String> {
    folded(text)
        .split_whitespace()
        .map(|word| joined(&parts(word)))
        .filter(|word| !word.is_empty())
        .take(MOST_ASKED)
        .collect()
}

/// Whether stored words hold an asked one.
#[must_use]
pub fn hold(stored: &str, asked: &str) -> bool {
    stored.contains(&format!(" {asked}"))
}

/// What stands between punctuation. A number is the same with and without its zeros in front.
fn parts(word: &str) -> Vec<&str> {
    word.split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(|part| match part.trim_start_matches('0') {
            "" => "0",
            rest => rest,
        })
        .collect()
}

fn joined(parts: &[&str]) -> String {
    parts.join(JOINT).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_STORED, asked, hold, stored};

    #[test]
    fn words_are_found_by_their_beginning_and_symbols_by_each_of_their_parts() {
        let words = stored("Quyết định số 05/QĐ-UBND, quyết định (năm 2023): 95,5%");
        assert_eq!(
            words,
            " 2023 5 5·qd·ubnd 95·5 dinh nam qd·ubnd quyet so ubnd"
        );
        let found = |question: &str| asked(question).iter().all(|word| hold(&words, word));
        for question in [
            "quyết định",
            "quyet dinh",
            "QUYẾT",
            "05/QĐ-UBND",
            "5/qd-ubnd",
            "05/QĐ",
            "qd-ubnd",
            "UBND",
            "95,5",
            "dinh nam",
            // Marks alone ask nothing.
            "",
            " ",
            "%_ -",
        ] {
            assert!(found(question), "{question}");
        }
        for question in ["uyet", "bnd", "15/qd-ubnd", "05/ubnd", "quyet%dinh"] {
            assert!(!found(question), "{question}");
        }
    }

    #[test]
    fn a_text_of_nothing_but_new_words_stays_below_what_a_database_takes() {
        let text = (0..200_000)
            .map(|n| format!("tu{n:x} "))
            .collect::<String>();
        let words = stored(&text);
        assert!(words.len() < MOST_STORED, "{}", words.len());
        let endless = stored(&"a".repeat(5_000));
        assert_eq!(endless.len(), 61);
        assert_eq!(asked(&"từ ".repeat(100)).len(), 32);
    }
}
