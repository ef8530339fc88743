//! The evidence inside a proof pack, and its verification: pure, so that the command line does it without an
//! installation. docs/proof-pack.md describes the format.

use serde::Serialize;

use crate::audit::evidence::{Wrong, check_chain};
use crate::files::digest;

/// The name of the decision inside a pack.
pub const DOCUMENT: &str = "van-ban.pdf";
/// The name of the evidence inside a pack.
pub const EVIDENCE: &str = "bang-chung.jsonl";

/// What a pack's evidence comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub valid: bool,
    pub message: String,
    pub message_vi: String,
}

/// Holds the evidence against the decision beside it; none where the file is no pack at all.
#[must_use]
pub fn of_pack(attached: &[(String, Vec<u8>)]) -> Option<Verdict> {
    let find = |name: &str| {
        let mut found = attached.iter().filter(|(known, _)| known == name);
        let (Some((_, bytes)), None) = (found.next(), found.next()) else {
            return None;
        };
        Some(bytes)
    };
    if !attached.iter().any(|(name, _)| name == EVIDENCE) {
        return None;
    }
    let wrong = |en: &str, vi: &str| Verdict {
        valid: false,
        message: format!("The evidence is not good: {en}."),
        message_vi: format!("Chứng cứ không hợp lệ: {vi}."),
    };
    let (Some(evidence), Some(document)) = (find(EVIDENCE), find(DOCUMENT)) else {
        return Some(wrong(
            "the document or the evidence is missing, or there twice",
            "thiếu hoặc thừa tệp văn bản, tệp chứng cứ",
        ));
    };
    Some(match check(evidence, document) {
        Ok(events) => Verdict {
            valid: true,
            message: format!("The evidence is whole: {events} events about the document inside."),
            message_vi: format!("Chứng cứ nguyên vẹn: {events} sự kiện về văn bản kèm trong tệp."),
        },
        Err(Wrong::Line(n)) => wrong(
            &format!("line {n} is not what the next one, or the format, says"),
            &format!("dòng {n} không khớp với dòng sau hoặc với định dạng"),
        ),
        Err(Wrong::Document) => wrong(
            "it is about another document than the one inside",
            "chứng cứ thuộc về văn bản khác với văn bản kèm trong tệp",
        ),
    })
}

/// How many events the evidence tells.
fn check(evidence: &[u8], document: &[u8]) -> Result<usize, Wrong> {
    let text = std::str::from_utf8(evidence).map_err(|_| Wrong::Line(1))?;
    // Every line ends: a file that was cut in its last line shows it.
    let text = text.strip_suffix('\n').ok_or(Wrong::Line(1))?;
    check_chain(text.split('\n'), &digest(document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::evidence::{FORMAT, NOTHING_BEFORE};

    fn chain() -> String {
        let about = digest(b"the decision");
        let first = format!(
            "{{\"n\":0,\"previous\":\"{NOTHING_BEFORE}\",\"format\":\"{FORMAT}\",\"document\":\"{about}\"}}"
        );
        let second = format!(
            "{{\"n\":1,\"previous\":\"{}\",\"event\":\"C.3\",\"document\":\"{about}\"}}",
            digest(first.as_bytes())
        );
        format!("{first}\n{second}\n")
    }

    #[test]
    fn a_whole_chain_is_counted() {
        assert_eq!(check(chain().as_bytes(), b"the decision"), Ok(1));
        assert_eq!(check(chain().as_bytes(), b"another"), Err(Wrong::Document));
    }

    #[test]
    fn a_changed_bit_of_an_earlier_line_is_found() {
        let whole = chain();
        let end_of_first = whole.find('\n').expect("two lines");
        for at in 0..end_of_first {
            for bit in 0..8 {
                let mut bytes = whole.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                assert!(check(&bytes, b"the decision").is_err(), "{at} {bit}");
            }
        }
        let (first, second) = whole.split_at(end_of_first + 1);
        assert!(check(second.as_bytes(), b"the decision").is_err());
        assert!(check(format!("{second}{first}").as_bytes(), b"the decision").is_err());
        assert!(check(whole.trim_end().as_bytes(), b"the decision").is_err());
    }
}
