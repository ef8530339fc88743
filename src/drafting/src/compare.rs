//! Two drafts side by side: which words went and which came, passage by passage.

use similar::{ChangeTag, DiffOp, TextDiff, capture_diff_slices};

use crate::model::{Draft, Urgency};
use crate::walk;

/// A passage in which the two drafts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// For people: `Điều 1 khoản 3`; where it stands in the later draft, or stood in the earlier one.
    pub place: String,
    pub pieces: Vec<(Kept, String)>,
}

/// What became of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Same,
    Removed,
    Added,
}

/// Every passage that differs, in the order of the text. A passage that only moved to another number is not told.
#[must_use]
pub fn compare(before: &Draft, after: &Draft) -> Vec<Passage> {
    let (old, new) = (lines(before), lines(after));
    let texts = |lines: &[(String, String)]| -> Vec<String> {
        lines.iter().map(|(_, text)| text.clone()).collect()
    };
    let ops = capture_diff_slices(similar::Algorithm::Patience, &texts(&old), &texts(&new));
    let mut passages = Vec::new();
    for op in ops {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (removed, added) = (&old[op.old_range()], &new[op.new_range()]);
        for n in 0..removed.len().max(added.len()) {
            passages.push(match (removed.get(n), added.get(n)) {
                (Some((_, before)), Some((place, after))) => Passage {
                    place: place.clone(),
                    pieces: words(before, after),
                },
                (Some((place, text)), None) => whole(place, Kept::Removed, text),
                (None, Some((place, text))) => whole(place, Kept::Added, text),
                (None, None) => continue,
            });
        }
    }
    passages
}

fn whole(place: &str, kept: Kept, text: &str) -> Passage {
    Passage {
        place: place.to_owned(),
        pieces: vec![(kept, text.to_owned())],
    }
}

/// The words of a passage; neighbours that share their fate stand together.
fn words(before: &str, after: &str) -> Vec<(Kept, String)> {
    let mut pieces: Vec<(Kept, String)> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let kept = match change.tag() {
            ChangeTag::Equal => Kept::Same,
            ChangeTag::Delete => Kept::Removed,
            ChangeTag::Insert => Kept::Added,
        };
        match pieces.last_mut() {
            Some((last, text)) if *last == kept => text.push_str(change.value()),
            _ => pieces.push((kept, change.value().to_owned())),
        }
    }
    pieces
}

/// Every text of a draft with its place, the header and the signature too.
fn lines(draft: &Draft) -> Vec<(String, String)> {
    let urgency = match draft.urgency {
        Urgency::Normal => "",
        Urgency::Khan => "KHẨN",
        Urgency::ThuongKhan => "THƯỢNG KHẨN",
        Urgency::HoaToc => "HỎA TỐC",
    };
    let issuer = draft
        .superior_agency
        .iter()
        .chain(&draft.issuer)
        .cloned()
        .collect::<Vec<_>>()
        .join(" / ");
    let before = [
        ("cơ quan ban hành", issuer),
        ("ký hiệu", draft.symbol.clone()),
        ("địa danh", draft.place.clone()),
        ("độ khẩn", urgency.to_owned()),
        ("chỉ dẫn lưu hành", draft.circulation.printed().to_owned()),
        ("thẩm quyền ban hành", draft.authority_line.clone()),
    ];
    let after = [
        ("chức vụ người ký", draft.signer.title_lines.join(" / ")),
        ("người ký", draft.signer.name.clone()),
        ("ký hiệu người soạn thảo", draft.drafter_mark.clone()),
        ("địa chỉ cơ quan", draft.contact.join(" / ")),
    ];
    let own = |(place, text): (&str, String)| (place.to_owned(), text);
    before
        .into_iter()
        .map(own)
        .chain(
            walk::texts(draft)
                .into_iter()
                .map(|piece| (piece.place, piece.text)),
        )
        .chain(after.into_iter().map(own))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}
