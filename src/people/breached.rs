//! The list of passwords that were stolen elsewhere and published, kept by the office as a file.
//!
//! Its form is the one in which such lists are given out: a line for each password, `HASH:COUNT`, the hash being SHA-1 in
//! capitals, in order. The whole list has a thousand million lines, so it is searched where it lies.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::Path;

use sha1::{Digest as _, Sha1};

use crate::ids::hex;

/// Hexadecimal digits of a hash.
const DIGITS: usize = 40;
/// Bytes read at once; a line is shorter.
const READ: usize = 128;

/// Whether the password stands on the list.
///
/// # Errors
/// Where the file cannot be read.
pub fn contains(list: &Path, password: &str) -> io::Result<bool> {
    let wanted = hash(password);
    let mut file = File::open(list)?;
    // Lines that begin before `low` are smaller than what is wanted, those from `high` on are not.
    let (mut low, mut high) = (0, file.metadata()?.len());
    while low < high {
        let (start, line) = line_from(&mut file, low + (high - low) / 2)?;
        if start >= high {
            // The line in the middle began before it: go through what is left, line by line.
            let (first, line) = line_from(&mut file, low)?;
            match order(&line, &wanted) {
                Ordering::Equal => return Ok(true),
                Ordering::Less if first < high => low = first + length(&line),
                _ => return Ok(false),
            }
            continue;
        }
        match order(&line, &wanted) {
            Ordering::Equal => return Ok(true),
            Ordering::Less => low = start + length(&line),
            Ordering::Greater => high = start,
        }
    }
    Ok(false)
}

fn hash(password: &str) -> String {
    hex(&Sha1::digest(password.as_bytes())).to_ascii_uppercase()
}

/// The first line that begins at the place or after it, and where it begins; the end of the file where there is none.
fn line_from(file: &mut File, place: u64) -> io::Result<(u64, Vec<u8>)> {
    let mut start = place.saturating_sub(1);
    file.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::with_capacity(READ, file);
    let mut line = Vec::new();
    if place > 0 {
        start += reader.read_until(b'\n', &mut line)? as u64;
        line.clear();
    }
    reader.read_until(b'\n', &mut line)?;
    Ok((start, line))
}

fn order(line: &[u8], wanted: &str) -> Ordering {
    line.get(..DIGITS)
        .unwrap_or(line)
        .to_ascii_uppercase()
        .as_slice()
        .cmp(wanted.as_bytes())
}

fn length(line: &[u8]) -> u64 {
    line.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_password_of_the_list_is_found_and_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("list.txt");
        for count in [0, 1, 2, 3, 10, 257] {
            let mut lines: Vec<String> = (0..count)
                .map(|n| format!("{}:{}", hash(&format!("mật khẩu {n}")), n * n * n))
                .collect();
            lines.sort();
            for end in ["\n", "\r\n"] {
                std::fs::write(&list, lines.join(end)).expect("written");
                for n in 0..count + 10 {
                    let found = contains(&list, &format!("mật khẩu {n}")).expect("read");
                    assert_eq!(found, n < count, "{n} of {count}");
                }
            }
        }
        assert!(contains(&folder.path().join("none"), "x").is_err());
    }
}
