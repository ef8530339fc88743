//! Embeds the used letters of a TrueType font as a composite font that copies out as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;
use ttf_parser::Face;

use crate::Error;
use crate::update::Update;

/// A font inside the file, and what is needed to set text with it.
pub(crate) struct Embedded {
    pub(crate) id: ObjectId,
    letters: BTreeMap<char, Letter>,
}

#[derive(Clone, Copy)]
struct Letter {
    glyph: u16,
    /// Advance width in thousandths of the font size.
    width: f32,
}

impl Embedded {
    /// Puts a font with exactly these letters into the file.
    ///
    /// # Errors
    /// Where the font cannot be read or lacks one of the letters.
    pub(crate) fn embed(
        update: &mut Update,
        font: &[u8],
        letters: impl IntoIterator<Item = char>,
    ) -> Result<Self, Error> {
        let face = Face::parse(font, 0).map_err(|error| Error::Font(error.to_string()))?;
        let per_em = 1000.0 / f32::from(face.units_per_em());
        let mut remapper = GlyphRemapper::new();
        let mut set = BTreeMap::new();
        let wanted: std::collections::BTreeSet<char> = letters.into_iter().collect();
        for letter in wanted {
            let glyph = face
                .glyph_index(letter)
                .ok_or(Error::MissingLetter(letter))?;
            let width = f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * per_em;
            set.insert(
                letter,
                Letter {
                    glyph: remapper.remap(glyph.0),
                    width,
                },
            );
        }
        let program = subsetter::subset(font, 0, &remapper)
            .map_err(|error| Error::Font(error.to_string()))?;
        let name = subset_name(&face, &program);
        let file = update.add(deflated(
            dictionary! { "Length1" => program.len() as i64 },
            program,
        )?);
        let descriptor = update.add(descriptor(&face, &name, per_em, file));
        let unicode = update.add(deflated(Dictionary::new(), unicode_map(&set).into_bytes())?);
        let descendant = update.add(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => name.as_str(),
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::string_literal("Adobe"),
                "Ordering" => Object::string_literal("Identity"),
                "Supplement" => 0,
            },
            "FontDescriptor" => descriptor, "CIDToGIDMap" => "Identity", "DW" => 0, "W" => widths(&set),
        });
        let id = update.add(dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => name.as_str(), "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(descendant)], "ToUnicode" => unicode,
        });
        Ok(Self { id, letters: set })
    }

    /// The operand of a text-showing operator.
    pub(crate) fn encode(&self, text: &str) -> String {
        let mut hex = String::from("<");
        for letter in text.chars().filter_map(|letter| self.letters.get(&letter)) {
            let _ = write!(hex, "{:04X}", letter.glyph);
        }
        hex.push('>');
        hex
    }

    /// Width of a line in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars()
            .filter_map(|letter| self.letters.get(&letter))
            .map(|letter| letter.width)
            .sum::<f32>()
            * size
            / 1000.0
    }
}

pub(crate) fn deflated(dict: Dictionary, content: Vec<u8>) -> Result<Object, Error> {
    let mut stream = Stream::new(dict, content);
    stream.compress()?;
    Ok(Object::Stream(stream))
}

/// Six letters, a plus sign and the font's name, as ISO 32000 asks of a subset; the letters come
/// from the bytes, so that equal subsets have equal names.
fn subset_name(face: &Face, program: &[u8]) -> String {
    let tag: String = Sha256::digest(program)[..6]
        .iter()
        .map(|byte| char::from(b'A' + byte % 26))
        .collect();
    let name = face
        .names()
        .into_iter()
        .filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
        .find_map(|name| name.to_string())
        .unwrap_or_else(|| "Font".into());
    format!("{tag}+{name}")
}

fn descriptor(face: &Face, name: &str, per_em: f32, file: ObjectId) -> Dictionary {
    let scaled = |value: i16| (f32::from(value) * per_em).round() as i64;
    let bounds = face.global_bounding_box();
    // Bit 3 is "symbolic" (glyphs are addressed by number), bit 7 "italic".
    let flags = if face.is_italic() { 4 | 64 } else { 4 };
    dictionary! {
        "Type" => "FontDescriptor", "FontName" => name, "Flags" => flags,
        "FontBBox" => vec![
            scaled(bounds.x_min).into(), scaled(bounds.y_min).into(),
            scaled(bounds.x_max).into(), scaled(bounds.y_max).into(),
        ],
        "ItalicAngle" => face.italic_angle(), "Ascent" => scaled(face.ascender()), "Descent" => scaled(face.descender()),
        "CapHeight" => scaled(face.capital_height().unwrap_or(face.ascender())),
        "StemV" => 80, "FontFile2" => file,
    }
}

fn widths(letters: &BTreeMap<char, Letter>) -> Vec<Object> {
    let by_glyph: BTreeMap<u16, f32> = letters
        .values()
        .map(|letter| (letter.glyph, letter.width))
        .collect();
    by_glyph
        .into_iter()
        .flat_map(|(glyph, width)| {
            [
                Object::Integer(glyph.into()),
                Object::Array(vec![Object::Real(width)]),
            ]
        })
        .collect()
}

fn unicode_map(letters: &BTreeMap<char, Letter>) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n\
         << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n\
         /CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    // A block may hold at most 100 lines.
    let entries: Vec<(&char, &Letter)> = letters.iter().collect();
    for block in entries.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", block.len());
        for (character, letter) in block {
            let mut units = [0; 2];
            let unicode: String = character
                .encode_utf16(&mut units)
                .iter()
                .map(|unit| format!("{unit:04X}"))
                .collect();
            let _ = writeln!(map, "<{:04X}> <{unicode}>", letter.glyph);
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}
