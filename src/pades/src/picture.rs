//! A registered image of a hand signature or a seal, from a PNG file into the PDF.

use std::io::Cursor;

use lopdf::{Dictionary, Object, ObjectId, dictionary};
use png::{Decoder, Limits, Transformations};

use crate::Error;
use crate::font::deflated;
use crate::update::Update;

/// Pixels along one side, at most: a seal of 36 mm at 1200 dots per inch has 1700.
const MAX_SIDE_PIXELS: u32 = 4096;
/// What decoding may take in memory.
const MAX_DECODED_BYTES: usize = MAX_SIDE_PIXELS as usize * MAX_SIDE_PIXELS as usize * 4;

pub(crate) struct Picture {
    pub(crate) id: ObjectId,
    /// Width divided by height.
    pub(crate) aspect: f32,
}

/// Puts the picture into the file; what is transparent in it stays transparent.
///
/// # Errors
/// Where it is no PNG or too large.
pub(crate) fn embed(update: &mut Update, png: &[u8]) -> Result<Picture, Error> {
    let (width, height, pixels) = decode(png)?;
    let colours: Vec<u8> = pixels
        .iter()
        .flat_map(|[red, green, blue, _]| [*red, *green, *blue])
        .collect();
    let mut dict = image(width, height, "DeviceRGB");
    if pixels.iter().any(|[.., alpha]| *alpha != u8::MAX) {
        let alphas = pixels.iter().map(|[.., alpha]| *alpha).collect();
        let mask = deflated(image(width, height, "DeviceGray"), alphas)?;
        dict.set("SMask", Object::Reference(update.add(mask)));
    }
    let id = update.add(deflated(dict, colours)?);
    Ok(Picture {
        id,
        aspect: width as f32 / height as f32,
    })
}

fn image(width: u32, height: u32, colours: &str) -> Dictionary {
    dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => i64::from(width), "Height" => i64::from(height),
        "ColorSpace" => colours, "BitsPerComponent" => 8,
    }
}

/// Width, height, and red, green, blue, opacity of every pixel.
fn decode(png: &[u8]) -> Result<(u32, u32, Vec<[u8; 4]>), Error> {
    let bad = |why: String| Error::Picture(why);
    let mut decoder = Decoder::new_with_limits(
        Cursor::new(png),
        Limits {
            bytes: MAX_DECODED_BYTES,
        },
    );
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder
        .read_info()
        .map_err(|error| bad(error.to_string()))?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width > MAX_SIDE_PIXELS || height > MAX_SIDE_PIXELS {
        return Err(bad(format!(
            "it has {width} × {height} pixels, more than {MAX_SIDE_PIXELS} along a side"
        )));
    }
    let length = reader
        .output_buffer_size()
        .ok_or_else(|| bad("it is too large".into()))?;
    let mut bytes = vec![0; length];
    let frame = reader
        .next_frame(&mut bytes)
        .map_err(|error| bad(error.to_string()))?;
    bytes.truncate(frame.buffer_size());
    let samples = frame.color_type.samples();
    let pixels = bytes.chunks_exact(samples).map(|pixel| match *pixel {
        [grey] => [grey, grey, grey, u8::MAX],
        [grey, alpha] => [grey, grey, grey, alpha],
        [red, green, blue] => [red, green, blue, u8::MAX],
        [red, green, blue, alpha, ..] => [red, green, blue, alpha],
        [] => [0; 4],
    });
    Ok((width, height, pixels.collect()))
}
