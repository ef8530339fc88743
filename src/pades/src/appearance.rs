//! What a field shows on the page: form objects with their own embedded font.

use std::fmt::Write as _;

use lopdf::{Dictionary, Object, ObjectId, dictionary};

use crate::Error;
use crate::font::{Embedded, deflated};
use crate::ink::{Area, BLUE, fitting, pen_stroke, round_seal};
use crate::outline::Outlines;
use crate::picture;
use crate::places::{Fonts, Place, Slant, TextPlace};
use crate::update::Update;

/// What stands at the place of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    pub mark: Mark,
    /// Small lines below a pen mark, or inside a seal (the first on its lower arc).
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Lines only.
    None,
    /// A stroke in blue; the name only gives it its shape.
    Pen { name: String },
    /// A round seal in red with the agency's name.
    Seal { agency: String },
    /// A registered image (PNG), as large as fits: the hand signature in blue, the seal in red at its
    /// true size, both with a transparent ground (Decree 30/2020/NĐ-CP, Appendix I, II.7d and II.8a).
    Image { png: Vec<u8> },
}

/// From line to line under a mark, in points.
const LINE_PITCH: f32 = 7.8;

/// How much of the signature's width the seal covers at most, from the left (25 to 40 %, LAY-20).
const SEAL_SHARE: f32 = 0.4;

/// An appearance that shows nothing: every field must have one (ISO 19005-2, 6.3.3).
pub(crate) fn empty(update: &mut Update, place: Place) -> Result<ObjectId, Error> {
    form(update, place, String::new(), Dictionary::new())
}

/// One line of text on its baseline: the number against the slash that follows it, the rest centred in its place.
pub(crate) fn text_line(
    update: &mut Update,
    text: &str,
    text_place: TextPlace,
    font: &Embedded,
) -> Result<ObjectId, Error> {
    let place = text_place.place;
    let size = fitting(
        font.width(text, text_place.font_size),
        text_place.font_size,
        place.width,
    );
    let room = (place.width - font.width(text, size)).max(0.0);
    let left = match text_place.slant {
        Slant::Upright => room,
        Slant::Italic => room / 2.0,
    };
    let base = text_place.baseline - place.y;
    let ink = format!(
        "/Tx BMC\nq\nBT\n0 g\n/Tk {size:.3} Tf\n{left:.3} {base:.3} Td\n{} Tj\nET\nQ\nEMC\n",
        font.encode(text)
    );
    form(
        update,
        place,
        ink,
        dictionary! { "Font" => dictionary! { "Tk" => font.id } },
    )
}

/// The mark of a signature with its lines.
pub(crate) fn signature(
    update: &mut Update,
    appearance: &Appearance,
    place: Place,
    fonts: &Fonts,
) -> Result<ObjectId, Error> {
    let whole = Area {
        x: 0.0,
        y: 0.0,
        width: place.width,
        height: place.height,
    };
    let lines = &appearance.lines;
    if let Mark::Seal { agency } = &appearance.mark {
        let texts = lines.iter().map(String::as_str).chain([agency.as_str()]);
        let letters = Outlines::of(fonts.upright, texts)?;
        let ink = format!("q\n{}Q\n", round_seal(agency, lines, whole, &letters));
        return form(update, place, ink, Dictionary::new());
    }
    let font = Embedded::embed(
        update,
        fonts.upright,
        lines.iter().flat_map(|line| line.chars()),
    )?;
    let mut resources = dictionary! { "Font" => dictionary! { "Tk" => font.id } };
    let foot = match &appearance.mark {
        Mark::None => place.height,
        _ => (LINE_PITCH * lines.len() as f32).min(place.height / 2.0),
    };
    let above = Area {
        y: foot,
        height: place.height - foot,
        ..whole
    };
    // The seal will cover the left third; the lines stay clear of it.
    let clear = Area {
        x: place.width * SEAL_SHARE,
        width: place.width * (1.0 - SEAL_SHARE),
        height: foot,
        ..whole
    };
    let mut ink = String::from("q\n");
    match &appearance.mark {
        Mark::Pen { name } => {
            ink += &pen_stroke(name, above);
            stacked(&mut ink, lines, clear, &format!("{BLUE} rg"), &font);
        }
        Mark::Image { png } => {
            let picture = picture::embed(update, png)?;
            resources.set("XObject", dictionary! { "Im" => picture.id });
            let width = above.width.min(above.height * picture.aspect);
            let height = width / picture.aspect;
            let (x, y) = (
                (above.width - width) / 2.0,
                above.y + (above.height - height) / 2.0,
            );
            let _ = writeln!(
                ink,
                "q {width:.3} 0 0 {height:.3} {x:.3} {y:.3} cm /Im Do Q"
            );
            stacked(&mut ink, lines, clear, "0 g", &font);
        }
        Mark::None | Mark::Seal { .. } => stacked(&mut ink, lines, whole, "0 g", &font),
    }
    ink.push_str("Q\n");
    form(update, place, ink, resources)
}

/// Centred lines that fill an area from its top.
fn stacked(ink: &mut String, lines: &[String], area: Area, colour: &str, font: &Embedded) {
    if lines.is_empty() {
        return;
    }
    let pitch = (area.height / lines.len() as f32).min(LINE_PITCH);
    let _ = writeln!(ink, "BT\n{colour}");
    for (index, line) in lines.iter().enumerate() {
        let wanted = pitch / 1.2;
        let size = fitting(font.width(line, wanted), wanted, area.width);
        let left = area.x + (area.width - font.width(line, size)) / 2.0;
        let base = area.y + area.height - pitch * (index as f32 + 0.8);
        let _ = writeln!(
            ink,
            "/Tk {size:.3} Tf 1 0 0 1 {left:.3} {base:.3} Tm {} Tj",
            font.encode(line)
        );
    }
    ink.push_str("ET\n");
}

fn form(
    update: &mut Update,
    place: Place,
    ink: String,
    resources: Dictionary,
) -> Result<ObjectId, Error> {
    let dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), Object::Real(place.width), Object::Real(place.height)],
        "Resources" => resources,
    };
    Ok(update.add(deflated(dict, ink.into_bytes())?))
}
