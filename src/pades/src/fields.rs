//! Puts the empty fields into a document before anybody signs it.
//!
//! Text that is added to a signed page later, as an annotation or as page content, makes strict
//! readers call the first signature broken. Filling a field that was there is allowed
//! (ISO 32000-2, 12.8.2.2, access permission 2). So every field is in the file from the start.

use lopdf::{Dictionary, Object, ObjectId, dictionary};

use crate::Error;
use crate::appearance;
use crate::font::Embedded;
use crate::places::{FieldPlaces, Fonts, Place, Slant, TextPlace};
use crate::update::{Update, text_string};

/// The number of the document, filled by the clerk.
pub const NUMBER_FIELD: &str = "number";
/// The day of the month, filled by the clerk.
pub const DAY_FIELD: &str = "day";
/// The month, where it is open too.
pub const MONTH_FIELD: &str = "month";
/// The year, where it is open too.
pub const YEAR_FIELD: &str = "year";
/// The competent person's signature.
pub const PERSON_FIELD: &str = "person_signature";
/// The agency's signature and seal.
pub const AGENCY_FIELD: &str = "agency_seal";

/// The value of /SigFlags once a signature field is there: signatures exist, append only.
const SIGNATURES_EXIST_APPEND_ONLY: i64 = 3;
/// Annotation flags: printed (4), and its place cannot be changed by hand (128).
const PRINTED_LOCKED: i64 = 4 | 128;

/// Adds the form with the text fields for number and day (and month) and both signature fields,
/// all empty, as an incremental update.
///
/// # Errors
/// Where the file cannot be read, has a form already, lacks a page, or a font cannot be used.
pub fn prepare(pdf: &[u8], places: &FieldPlaces, fonts: &Fonts) -> Result<Vec<u8>, Error> {
    let mut update = Update::of(pdf)?;
    let catalog = update.catalog_id()?;
    if update.dictionary(catalog)?.has(b"AcroForm") {
        return Err(Error::AlreadyPrepared);
    }
    // Viewers that let somebody retype a field need the font of its default appearance.
    let keys = (' '..='~').chain("Đđ".chars());
    let upright = Embedded::embed(&mut update, fonts.upright, keys.clone())?;
    let italic = Embedded::embed(&mut update, fonts.italic, keys)?;

    let mut texts = vec![
        (NUMBER_FIELD, "Số văn bản", places.number),
        (DAY_FIELD, "Ngày ban hành", places.day),
    ];
    texts.extend(
        places
            .month
            .map(|month| (MONTH_FIELD, "Tháng ban hành", month)),
    );
    texts.extend(places.year.map(|year| (YEAR_FIELD, "Năm ban hành", year)));
    let mut fields = Vec::new();
    for (name, label, text) in &texts {
        let mut field = text_field(*text);
        field.set("TU", text_string(label));
        fields.push(place_field(&mut update, name, field, text.place)?);
    }
    let person =
        dictionary! { "FT" => "Sig", "TU" => text_string("Chữ ký của người có thẩm quyền") };
    fields.push(place_field(
        &mut update,
        PERSON_FIELD,
        person,
        places.person,
    )?);
    let agency = dictionary! {
        "FT" => "Sig", "TU" => text_string("Chữ ký số của cơ quan"),
        "Lock" => locked_by_seal(texts.iter().map(|(name, ..)| *name)),
    };
    fields.push(place_field(
        &mut update,
        AGENCY_FIELD,
        agency,
        places.agency,
    )?);

    let form = update.add(dictionary! {
        "Fields" => fields.into_iter().map(Object::Reference).collect::<Vec<_>>(),
        "SigFlags" => SIGNATURES_EXIST_APPEND_ONLY,
        "DR" => dictionary! { "Font" => dictionary! { "TkUpright" => upright.id, "TkItalic" => italic.id } },
        "DA" => Object::string_literal("/TkUpright 14 Tf 0 g"),
    });
    update.edit(catalog)?.set("AcroForm", form);
    update.save()
}

/// Adds one more signature field, in a form of its own or the one that is there. Without a place it
/// shows nothing.
pub(crate) fn add_signature_field(
    update: &mut Update,
    name: &str,
    place: Option<Place>,
) -> Result<ObjectId, Error> {
    let nowhere = Place {
        page: 1,
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
    };
    let field = place_field(
        update,
        name,
        dictionary! { "FT" => "Sig" },
        place.unwrap_or(nowhere),
    )?;
    let catalog = update.catalog_id()?;
    let form = update.dictionary(catalog)?.get(b"AcroForm").cloned().ok();
    let mut dict = match &form {
        Some(form) => update.follow(form)?.as_dict()?.clone(),
        None => Dictionary::new(),
    };
    let mut fields = match dict.get(b"Fields") {
        Ok(list) => update.follow(list)?.as_array()?.clone(),
        Err(_) => Vec::new(),
    };
    fields.push(Object::Reference(field));
    dict.set("Fields", fields);
    dict.set("SigFlags", SIGNATURES_EXIST_APPEND_ONLY);
    match form {
        Some(Object::Reference(id)) => *update.edit(id)? = dict,
        _ => update.edit(catalog)?.set("AcroForm", dict),
    }
    Ok(field)
}

/// Whether somebody has signed. Another program than ours may have put the person's signature into a field of its own.
pub(crate) fn has_signature(update: &Update) -> Result<bool, Error> {
    for field in all(update)?.unwrap_or_default() {
        let field = update.dictionary(field.as_reference()?)?;
        let signs = field
            .get(b"FT")
            .and_then(Object::as_name)
            .is_ok_and(|kind| kind == b"Sig");
        if signs && field.has(b"V") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The fields of the form; none where there is no form.
fn all(update: &Update) -> Result<Option<&[Object]>, Error> {
    let catalog = update.dictionary(update.catalog_id()?)?;
    let Ok(form) = catalog.get(b"AcroForm") else {
        return Ok(None);
    };
    let Ok(fields) = update.follow(form)?.as_dict()?.get(b"Fields") else {
        return Ok(None);
    };
    Ok(Some(update.follow(fields)?.as_array()?))
}

/// The field of the form by name, as far as they are one level deep (ours always are).
pub(crate) fn find(update: &Update, name: &str) -> Result<ObjectId, Error> {
    let missing = || Error::NoSuchField(name.to_owned());
    for field in all(update)?.ok_or_else(missing)? {
        let id = field.as_reference()?;
        let title = update
            .dictionary(id)?
            .get(b"T")
            .and_then(Object::as_str)
            .unwrap_or_default();
        if crate::update::read_text(title) == name {
            return Ok(id);
        }
    }
    Err(missing())
}

/// Where a field stands, read back from the file.
pub(crate) fn place_of(update: &Update, field: ObjectId) -> Result<Place, Error> {
    let rect = update
        .follow(update.dictionary(field)?.get(b"Rect")?)?
        .as_array()?;
    let numbers: Vec<f32> = rect
        .iter()
        .map(Object::as_float)
        .collect::<Result<_, _>>()?;
    let &[left, bottom, right, top] = numbers.as_slice() else {
        return Err(Error::Unreadable("a field has no rectangle".into()));
    };
    // The page does not matter for drawing inside the field.
    Ok(Place {
        page: 0,
        x: left,
        y: bottom,
        width: right - left,
        height: top - bottom,
    })
}

/// Size, slant and baseline of a text field, read back from the file.
pub(crate) fn text_place_of(update: &Update, field: ObjectId) -> Result<TextPlace, Error> {
    let place = place_of(update, field)?;
    let dict = update.dictionary(field)?;
    let style = String::from_utf8_lossy(dict.get(b"DA").and_then(Object::as_str)?).into_owned();
    let words: Vec<&str> = style.split_whitespace().collect();
    let font_size = words
        .get(1)
        .and_then(|size| size.parse().ok())
        .unwrap_or(14.0);
    let slant = if words.first() == Some(&"/TkItalic") {
        Slant::Italic
    } else {
        Slant::Upright
    };
    let rise = dict
        .get(RISE_KEY)
        .and_then(Object::as_float)
        .unwrap_or(place.height * 0.25);
    Ok(TextPlace {
        place,
        font_size,
        baseline: place.y + rise,
        slant,
    })
}

/// A private key (second-class name, ISO 32000-1, Annex E): height of the baseline over the field's
/// lower edge.
const RISE_KEY: &[u8] = b"TRKY_Rise";

fn text_field(text: TextPlace) -> Dictionary {
    let font = match text.slant {
        Slant::Upright => "TkUpright",
        Slant::Italic => "TkItalic",
    };
    let mut field = dictionary! {
        "FT" => "Tx", "Q" => text.slant.quadding(), "DA" => Object::string_literal(format!("/{font} {} Tf 0 g", text.font_size)),
    };
    field.set(RISE_KEY, Object::Real(text.baseline - text.place.y));
    field
}

/// What the agency's seal freezes.
fn locked_by_seal<'a>(names: impl Iterator<Item = &'a str>) -> Dictionary {
    let names: Vec<Object> = names.map(Object::string_literal).collect();
    dictionary! { "Type" => "SigFieldLock", "Action" => "Include", "Fields" => names }
}

/// Completes the dictionary of a field that is its own widget and hangs it on its page.
fn place_field(
    update: &mut Update,
    name: &str,
    mut field: Dictionary,
    place: Place,
) -> Result<ObjectId, Error> {
    let page = update.page(place.page)?;
    let look = appearance::empty(update, place)?;
    field.extend(&dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "T" => Object::string_literal(name), "F" => PRINTED_LOCKED,
        "P" => page, "AP" => dictionary! { "N" => look },
        "Rect" => [place.x, place.y, place.x + place.width, place.y + place.height].map(Object::Real).to_vec(),
    });
    let id = update.add(field);
    let mut annotations = match update.dictionary(page)?.get(b"Annots") {
        Ok(list) => update.follow(list)?.as_array()?.clone(),
        Err(_) => Vec::new(),
    };
    annotations.push(Object::Reference(id));
    update.edit(page)?.set("Annots", annotations);
    Ok(id)
}
