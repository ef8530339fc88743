//! Letters as drawn shapes. A seal is an image (Decree 30/2020/NĐ-CP, Appendix I, II.8a): its words
//! must not turn up among the document's own when the text is copied or searched.

use std::fmt::Write as _;

use ttf_parser::{Face, OutlineBuilder};

use crate::Error;

/// Where a letter stands: the turn of its baseline, its origin, its size in points.
#[derive(Clone, Copy)]
pub(crate) struct Stand {
    /// Radians, against the clock.
    pub(crate) turn: f32,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) size: f32,
}

pub(crate) struct Outlines<'a> {
    face: Face<'a>,
}

impl<'a> Outlines<'a> {
    /// # Errors
    /// Where the font cannot be read or lacks a letter of the texts.
    pub(crate) fn of<'t>(
        font: &'a [u8],
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Self, Error> {
        let face = Face::parse(font, 0).map_err(|error| Error::Font(error.to_string()))?;
        for letter in texts.into_iter().flat_map(str::chars) {
            face.glyph_index(letter)
                .ok_or(Error::MissingLetter(letter))?;
        }
        Ok(Self { face })
    }

    /// Width of a line in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let units: f32 = text.chars().map(|letter| self.advance(letter)).sum();
        units * size / f32::from(self.face.units_per_em())
    }

    /// The path of one letter, to be filled.
    pub(crate) fn letter(&self, letter: char, stand: Stand) -> String {
        let mut pen = Pen {
            path: String::new(),
            stand,
            scale: stand.size / f32::from(self.face.units_per_em()),
            at: (0.0, 0.0),
        };
        if let Some(glyph) = self.face.glyph_index(letter) {
            self.face.outline_glyph(glyph, &mut pen);
        }
        pen.path
    }

    /// The path of a line that begins at its stand.
    pub(crate) fn line(&self, text: &str, stand: Stand) -> String {
        let mut path = String::new();
        let mut at = stand;
        for letter in text.chars() {
            path += &self.letter(letter, at);
            let width = self.advance(letter) * stand.size / f32::from(self.face.units_per_em());
            at.x += width * stand.turn.cos();
            at.y += width * stand.turn.sin();
        }
        path
    }

    fn advance(&self, letter: char) -> f32 {
        let glyph = self.face.glyph_index(letter).unwrap_or_default();
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0))
    }
}

struct Pen {
    path: String,
    stand: Stand,
    scale: f32,
    /// The last point in the font's own units.
    at: (f32, f32),
}

impl Pen {
    fn place(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (sin, cos) = self.stand.turn.sin_cos();
        (
            self.stand.x + (x * cos - y * sin) * self.scale,
            self.stand.y + (x * sin + y * cos) * self.scale,
        )
    }

    fn point(&mut self, to: (f32, f32), operator: &str) {
        let (x, y) = self.place(to);
        let _ = writeln!(self.path, "{x:.2} {y:.2} {operator}");
        self.at = to;
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.point((x, y), "m");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.point((x, y), "l");
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        // PDF has cubic curves only; this is the same curve, raised by one degree.
        let third = |from: f32, control: f32| from + (control - from) * 2.0 / 3.0;
        let (from_x, from_y) = self.at;
        self.curve_to(
            third(from_x, cx),
            third(from_y, cy),
            third(x, cx),
            third(y, cy),
            x,
            y,
        );
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by)) = (self.place((ax, ay)), self.place((bx, by)));
        let _ = write!(self.path, "{ax:.2} {ay:.2} {bx:.2} {by:.2} ");
        self.point((x, y), "c");
    }

    fn close(&mut self) {
        self.path.push_str("h\n");
    }
}
