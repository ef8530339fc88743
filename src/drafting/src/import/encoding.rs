//! From bytes to text: byte-order marks, UTF-16, and the two old Vietnamese font encodings, which are named, not guessed at.

use super::ImportError;
use crate::text::is_invisible;

/// The text of a file, with `\n` for every kind of line end. Not yet composed.
///
/// # Errors
/// A sentence that names the encoding where the bytes are no Unicode text.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, ImportError> {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest)?,
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => match unmarked_utf16(bytes) {
            Some(order) => utf16(bytes, order)?,
            None => utf8(bytes)?,
        },
    };
    if text.contains('\0') {
        return Err(ImportError::new(
            "the file is not a text file; save it as UTF-8 text or as .docx and import it again",
            "Tệp không phải tệp văn bản; hãy lưu lại dưới dạng văn bản UTF-8 hoặc .docx rồi nhập lại.",
        ));
    }
    if let Some(legacy) = legacy_in_text(&text) {
        return Err(legacy.error());
    }
    Ok(text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{b}', '\u{c}'], "\n"))
}

/// An encoding from before Unicode, still met in old files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Legacy {
    Tcvn3,
    Vni,
}

impl Legacy {
    pub(crate) fn error(self) -> ImportError {
        let (name, fonts) = match self {
            Self::Tcvn3 => ("TCVN3 (ABC)", ".VnTime"),
            Self::Vni => ("VNI", "VNI-Times"),
        };
        ImportError::new(
            &format!(
                "the text is in the old encoding {name} (fonts such as {fonts}); convert it to Unicode (TCVN 6909:2001) and import it again"
            ),
            &format!(
                "Văn bản dùng bảng mã cũ {name} (phông chữ kiểu {fonts}); hãy chuyển sang Unicode (TCVN 6909:2001) rồi nhập lại."
            ),
        )
    }

    /// The encoding that a font's name gives away.
    pub(crate) fn of_font(font: &str) -> Option<Self> {
        let font = font.trim().to_lowercase();
        if font.starts_with(".vn") {
            Some(Self::Tcvn3)
        } else if font.starts_with("vni-") || font.starts_with("vni ") {
            Some(Self::Vni)
        } else {
            None
        }
    }
}

/// Recognises old encodings in text that was read as Latin-1, as happens in "repaired" files.
pub(crate) fn legacy_in_text(text: &str) -> Option<Legacy> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 20 || text.chars().any(is_vietnamese_only) {
        return None;
    }
    let share = |count: usize| count * 100 / letters;
    let tcvn3 = text
        .chars()
        .filter(|c| {
            matches!(
                c,
                '®' | 'µ'
                    | '¸'
                    | '¶'
                    | '¹'
                    | '\u{ad}'
                    | '¬'
                    | '«'
                    | '¨'
                    | '©'
                    | '§'
                    | 'Þ'
                    | '×'
                    | 'Ö'
            )
        })
        .count();
    let vni = pairs(text)
        .filter(|(base, mark)| {
            "aeouyAEOUYiI".contains(*base)
                && "øùûõïâéèåáàäêúüëãØÙÛÕÏÂÉÈÅÁÀÄÊÚÜËÔöôÖ".contains(*mark)
        })
        .count();
    if share(tcvn3) >= 4 && tcvn3 >= vni {
        Some(Legacy::Tcvn3)
    } else if share(vni) >= 6 {
        Some(Legacy::Vni)
    } else {
        None
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (char, char)> + '_ {
    text.chars().zip(text.chars().skip(1))
}

/// Letters that exist in Unicode Vietnamese and in neither old encoding read as Latin-1.
fn is_vietnamese_only(c: char) -> bool {
    matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'đ' | 'Đ' | '\u{300}'..='\u{323}')
}

fn utf8(bytes: &[u8]) -> Result<String, ImportError> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    Err(legacy_in_text(&latin).map_or_else(
        || {
            ImportError::new(
                "the text is neither UTF-8 nor UTF-16 (perhaps Windows-1258 or a binary file); save it as UTF-8 and import it again",
                "Tệp không ở dạng UTF-8 hay UTF-16 (có thể là Windows-1258 hoặc tệp nhị phân); hãy lưu lại dưới dạng UTF-8 rồi nhập lại.",
            )
        },
        Legacy::error,
    ))
}

type Order = fn([u8; 2]) -> u16;

fn utf16(bytes: &[u8], order: Order) -> Result<String, ImportError> {
    let broken = || {
        ImportError::new(
            "the file says it is UTF-16 and is not; save it as UTF-8 and import it again",
            "Tệp khai báo là UTF-16 nhưng nội dung bị hỏng; hãy lưu lại dưới dạng UTF-8 rồi nhập lại.",
        )
    };
    if !bytes.len().is_multiple_of(2) {
        return Err(broken());
    }
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| order([pair[0], pair[1]]))
        .collect();
    let text = String::from_utf16(&units).map_err(|_| broken())?;
    Ok(text.trim_start_matches(is_invisible).to_owned())
}

/// UTF-16 without a mark: the blanks and line ends of real text leave zero bytes on one side only.
fn unmarked_utf16(bytes: &[u8]) -> Option<Order> {
    if bytes.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |offset: usize| {
        bytes
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let enough = bytes.len() / 16;
    if odd > enough && even == 0 {
        Some(u16::from_le_bytes)
    } else if even > enough && odd == 0 {
        Some(u16::from_be_bytes)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_with_and_without_mark_reads_like_utf8() {
        let text = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;\r\nĐiều 1. Một hai ba";
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut marked = vec![0xff, 0xfe];
        marked.extend(&units);
        let expected = text.replace("\r\n", "\n");
        assert_eq!(decode(&marked).ok(), Some(expected.clone()));
        assert_eq!(decode(&units).ok(), Some(expected.clone()));
        let mut with_bom = vec![0xef, 0xbb, 0xbf];
        with_bom.extend(text.as_bytes());
        assert_eq!(decode(&with_bom).ok(), Some(expected));
    }

    #[test]
    fn old_encodings_are_named() {
        // "QUYẾT ĐỊNH về việc ban hành quy chế làm việc của Uỷ ban nhân dân huyện" in each encoding, read as Latin-1.
        let tcvn3 = "QuyÕt ®Þnh vÒ viÖc ban hµnh quy chÕ lµm viÖc cña Uû ban nh©n d©n huyÖn";
        let vni =
            "Quyeát ñònh veà vieäc ban haønh quy cheá laøm vieäc cuûa UÛy ban nhaân daân huyeän";
        for (text, name) in [(tcvn3, "TCVN3"), (vni, "VNI")] {
            let latin: Vec<u8> = text
                .chars()
                .filter_map(|c| u8::try_from(u32::from(c)).ok())
                .collect();
            for bytes in [latin, text.as_bytes().to_vec()] {
                let message = decode(&bytes).err().map(|e| e.message).unwrap_or_default();
                assert!(message.contains(name), "{name}: {message}");
            }
        }
    }

    #[test]
    fn french_and_unicode_vietnamese_are_not_taken_for_old_encodings() {
        assert_eq!(
            legacy_in_text("Le comité a décidé à l'unanimité que la séance sera levée à midi"),
            None
        );
        assert_eq!(
            legacy_in_text("Ủy ban nhân dân huyện Cao Lộc quyết định như sau"),
            None
        );
    }
}
