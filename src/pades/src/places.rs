//! Where the fields stand on the page. The typesetter measures them.

/// A rectangle on a page, in PDF points (1/72 inch) from the page's lower left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The page, from 1.
    pub page: usize,
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// The place of one short text that is filled in after the person has signed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextPlace {
    pub place: Place,
    /// Size of the letters in points.
    pub font_size: f32,
    /// Height of the text's baseline on the page, in points, so that the number stands on the same
    /// line as the printed words around it.
    pub baseline: f32,
    pub slant: Slant,
}

/// The number line is upright and the date line italic (Decree 30/2020/NĐ-CP, Appendix I, II.3 and II.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slant {
    Upright,
    Italic,
}

impl Slant {
    /// The alignment of a field as PDF writes it (ISO 32000-1, 12.7.3.3): the number stands against the
    /// slash that follows it, what is in the date line in the middle of its place.
    pub(crate) fn quadding(self) -> i64 {
        match self {
            Self::Upright => 2,
            Self::Italic => 1,
        }
    }
}

/// All fields of a document that is signed by a person and sealed by an agency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldPlaces {
    pub number: TextPlace,
    pub day: TextPlace,
    /// Only where the month is left open too.
    pub month: Option<TextPlace>,
    /// Only where the year is left open too.
    pub year: Option<TextPlace>,
    /// Box 7c of the layout: between the signer's title and name.
    pub person: Place,
    /// Box 8: over the left third of the person's signature.
    pub agency: Place,
}

/// The two faces of the document's type family, as TrueType files. Only the letters that are used
/// go into the PDF.
#[derive(Debug, Clone, Copy)]
pub struct Fonts<'a> {
    pub upright: &'a [u8],
    pub italic: &'a [u8],
}

impl<'a> Fonts<'a> {
    pub(crate) fn of(&self, slant: Slant) -> &'a [u8] {
        match slant {
            Slant::Upright => self.upright,
            Slant::Italic => self.italic,
        }
    }
}
