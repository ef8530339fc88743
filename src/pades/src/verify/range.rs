//! Which bytes a signature covers, and that they are all bytes but its own value.

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::problem::Problem;

/// The two signed stretches and the value between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// Where the gap begins, at `<`.
    pub(super) gap_start: usize,
    /// The first byte after `>`.
    pub(super) gap_end: usize,
    pub(super) end: usize,
}

impl Range {
    pub(super) fn parts<'a>(&self, pdf: &'a [u8]) -> [&'a [u8]; 2] {
        [&pdf[..self.gap_start], &pdf[self.gap_end..self.end]]
    }
}

/// Reads /ByteRange and holds it against the file: it begins at the first byte, leaves out exactly
/// the hexadecimal text of /Contents, and ends where a revision ends.
pub(super) fn read(pdf: &[u8], signature: &Dictionary) -> Result<Range, Problem> {
    let numbers: Vec<usize> = signature
        .get(b"ByteRange")
        .and_then(Object::as_array)
        .map_err(|_| Problem::BadByteRange("there is no list of ranges"))?
        .iter()
        .filter_map(|number| usize::try_from(number.as_i64().ok()?).ok())
        .collect();
    let &[start, length, gap_end, rest] = numbers.as_slice() else {
        return Err(Problem::BadByteRange("it does not name two ranges"));
    };
    let end = gap_end
        .checked_add(rest)
        .ok_or(Problem::BadByteRange("it is longer than the file"))?;
    if start != 0 {
        return Err(Problem::BadByteRange(
            "it leaves out the beginning of the file",
        ));
    }
    if end > pdf.len() {
        return Err(Problem::BadByteRange("it is longer than the file"));
    }
    if length.saturating_add(2) > gap_end {
        return Err(Problem::BadByteRange("it leaves no room for the signature"));
    }
    let range = Range {
        gap_start: length,
        gap_end,
        end,
    };
    if gap_value(pdf, range) != Some(contents(signature)?) {
        return Err(Problem::BadByteRange(
            "it leaves out more or other bytes than the signature",
        ));
    }
    if !ends_a_revision(&pdf[..end]) {
        return Err(Problem::BadByteRange(
            "it does not end where a revision ends",
        ));
    }
    Ok(range)
}

/// The value of /Contents, with its padding.
pub(super) fn contents(signature: &Dictionary) -> Result<Vec<u8>, Problem> {
    match signature.get(b"Contents") {
        Ok(Object::String(bytes, _)) => Ok(bytes.clone()),
        _ => Err(Problem::BadContainer("there is no signature value".into())),
    }
}

/// Whether the gap lies inside the signature's own object in its own revision.
pub(super) fn stands_in_own_object(
    pdf: &[u8],
    revision: &Document,
    id: ObjectId,
    range: Range,
) -> bool {
    let Some(XrefEntry::Normal { offset, .. }) = revision.reference_table.get(id.0) else {
        return false;
    };
    let offset = *offset as usize;
    let heading = format!("{} {} obj", id.0, id.1);
    let Some(before) = pdf.get(offset..range.gap_start) else {
        return false;
    };
    let before_end = before.trim_ascii_start();
    before_end.starts_with(heading.as_bytes())
        && !before.windows(6).any(|window| window == b"endobj")
}

fn gap_value(pdf: &[u8], range: Range) -> Option<Vec<u8>> {
    let gap = pdf.get(range.gap_start..range.gap_end)?;
    let digits = gap.strip_prefix(b"<")?.strip_suffix(b">")?;
    if digits.len() % 2 != 0 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks_exact(2)
        .map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8))
        .collect()
}

fn ends_a_revision(covered: &[u8]) -> bool {
    covered.trim_ascii_end().ends_with(b"%%EOF")
}
