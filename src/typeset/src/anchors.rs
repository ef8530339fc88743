//! Where fields and images belong on the finished pages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use typst::foundations::{Content, Label, Selector};
use typst::introspection::{Introspector, MetadataElem};
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

/// A place that something is put into after typesetting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The open running number, after `Số: `.
    Number,
    /// The open day in the date line.
    Day,
    /// The open month, where it is not expected yet.
    Month,
    /// The open year, where it is not expected yet.
    Year,
    /// The image of the person's signature, between title and name (box 7c).
    PersonSignature,
    /// The seal, over the left third of the signature (box 8).
    Seal,
    /// The agency's textual stamp at the top right of page 1 (box 14).
    DigitalStamp,
    /// Under the last thing of the document.
    End,
}

impl Anchor {
    /// Whether it is a part of the number and date line, filled in after the person's signature.
    #[must_use]
    pub fn is_open_place(self) -> bool {
        matches!(self, Self::Number | Self::Day | Self::Month | Self::Year)
    }
}

/// A rectangle on a page in PDF points, origin at the bottom left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Counted from 1 over the whole file.
    pub page: usize,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// The height of the line's baseline over the page's foot, for text; none for images.
    pub baseline: Option<f64>,
    /// The size of the letters in points, for text.
    pub text_size: Option<f64>,
    /// Whether the text is italic, as the date line is.
    pub italic: bool,
}

/// Reads the rectangles that the templates marked. The first of a kind counts.
pub fn of(document: &PagedDocument) -> BTreeMap<Anchor, Place> {
    let mut found = BTreeMap::new();
    let Some(label) = Label::new(PicoStr::intern("anchor")) else {
        return found;
    };
    for content in document.introspector().query(&Selector::Label(label)) {
        if let Some((anchor, place)) = read(&content, document) {
            found.entry(anchor).or_insert(place);
        }
    }
    found
}

/// What the template's `anchor` function says: lengths in points, baseline over the rectangle's foot.
#[derive(Deserialize)]
struct Mark {
    kind: Anchor,
    width: f64,
    height: f64,
    baseline: f64,
    size: f64,
}

fn read(content: &Content, document: &PagedDocument) -> Option<(Anchor, Place)> {
    let value = &content.to_packed::<MetadataElem>()?.value;
    let mark: Mark = serde_json::from_value(serde_json::to_value(value).ok()?).ok()?;
    let position = document.introspector().position(content.location()?)?;
    let page = document.pages().get(position.page.get() - 1)?;
    let y = page.frame.height().to_pt() - position.point.y.to_pt() - mark.height;
    let is_text = mark.size > 0.0;
    let place = Place {
        page: position.page.get(),
        x: position.point.x.to_pt(),
        y,
        width: mark.width,
        height: mark.height,
        baseline: is_text.then_some(y + mark.baseline),
        text_size: is_text.then_some(mark.size),
        italic: matches!(mark.kind, Anchor::Day | Anchor::Month | Anchor::Year),
    };
    Some((mark.kind, place))
}
