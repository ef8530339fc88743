//! The two signatures of a document, in their order.

use chrono::{DateTime, FixedOffset};
use lopdf::{Dictionary, Object, ObjectId, StringFormat, dictionary};
use sha2::{Digest, Sha256};

use crate::appearance::{self, Appearance};
use crate::fields::{
    self, AGENCY_FIELD, DAY_FIELD, MONTH_FIELD, NUMBER_FIELD, PERSON_FIELD, YEAR_FIELD,
};
use crate::font::Embedded;
use crate::places::{Fonts, Place};
use crate::signer::{SignError, Signer};
use crate::update::{Update, text_string};
use crate::{Error, cms};

/// What a signature says about itself beside the certificate.
#[derive(Debug, Clone)]
pub struct SigningRequest {
    /// The claimed time of signing, written into the file.
    pub time: DateTime<FixedOffset>,
    /// Who signs, as readers list it.
    pub name: String,
    pub reason: String,
    pub location: String,
    pub appearance: Appearance,
}

/// What the clerk writes in the same revision as the agency's seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    /// The number as it is printed, without the symbol: `05`, `1234`.
    pub number: String,
    /// The day as it is printed: days below 10 have a zero before them (Decree 30/2020/NĐ-CP,
    /// Appendix I, II.4b).
    pub day: String,
    /// Only where the document was prepared with a field for it.
    pub month: Option<String>,
    /// Only where the document was prepared with a field for it.
    pub year: Option<String>,
}

/// Bytes that a signature container needs beside its certificates: attributes, signature, frame.
const CONTAINER_RESERVE: usize = 4096;
/// Bytes that a time stamp with its authority's certificates may need beside them.
const STAMP_RESERVE: usize = 12 * 1024;
/// A number that no offset in a file of [`crate::MAX_PDF_BYTES`] reaches; its digits keep the place.
const NOT_YET: i64 = 9_999_999_999;

/// The person's signature, on a prepared document. Later changes are limited to filling the fields
/// and further signatures.
///
/// # Errors
/// Where the document was not prepared or is signed, or the signer fails; nothing is changed then.
pub fn sign_person(
    pdf: &[u8],
    signer: &dyn Signer,
    request: &SigningRequest,
    fonts: &Fonts,
) -> Result<Vec<u8>, Error> {
    let mut update = Update::of(pdf)?;
    let field = unsigned_field(&update, PERSON_FIELD)?;
    let signature = put_signature(
        &mut update,
        field,
        signer,
        request,
        fonts,
        Some(form_filling_only()),
    )?;
    let catalog = update.catalog_id()?;
    update
        .edit(catalog)?
        .set("Perms", dictionary! { "DocMDP" => signature });
    finish(pdf.len(), update, signer)
}

/// Number and day, and the agency's signature with its seal, in one revision.
///
/// # Errors
/// Where the person has not signed, number or day are there already or empty, the agency has sealed,
/// or the signer fails; nothing is changed then, so that a retry seals the same number.
pub fn fill_and_seal(
    pdf: &[u8],
    filling: &Filling,
    signer: &dyn Signer,
    request: &SigningRequest,
    fonts: &Fonts,
) -> Result<Vec<u8>, Error> {
    let (mut update, field) = filled(pdf, filling, fonts)?;
    let locked = locked_fields(&update, field)?;
    put_signature(&mut update, field, signer, request, fonts, Some(locked))?;
    finish(pdf.len(), update, signer)
}

/// Number and day alone, where the agency's signature is made by another program afterwards.
///
/// # Errors
/// As [`fill_and_seal`].
pub fn fill_only(pdf: &[u8], filling: &Filling, fonts: &Fonts) -> Result<Vec<u8>, Error> {
    let (update, _) = filled(pdf, filling, fonts)?;
    update.save()
}

/// The update with number and day, and the agency's field, which is still empty.
fn filled(pdf: &[u8], filling: &Filling, fonts: &Fonts) -> Result<(Update, ObjectId), Error> {
    let mut update = Update::of(pdf)?;
    let field = unsigned_field(&update, AGENCY_FIELD)?;
    if !fields::has_signature(&update)? {
        return Err(Error::PersonNotSigned);
    }
    fill(&mut update, NUMBER_FIELD, &filling.number, fonts)?;
    fill(&mut update, DAY_FIELD, &filling.day, fonts)?;
    for (name, value) in [(MONTH_FIELD, &filling.month), (YEAR_FIELD, &filling.year)] {
        match (value, fields::find(&update, name)) {
            (Some(value), _) => fill(&mut update, name, value, fonts)?,
            (None, Ok(_)) => return Err(Error::EmptyValue(name)),
            (None, Err(_)) => {}
        }
    }
    Ok((update, field))
}

/// One signature on any document: a proof pack, a report, a copy. It adds its own field of this name,
/// shown at a place or not at all, and allows later signatures.
///
/// # Errors
/// Where the name is taken, the signature would be shown on a document whose first signer allowed
/// filling only, or the signer fails; nothing is changed then.
pub fn sign_alone(
    pdf: &[u8],
    field: &str,
    place: Option<Place>,
    signer: &dyn Signer,
    request: &SigningRequest,
    fonts: &Fonts,
) -> Result<Vec<u8>, Error> {
    let mut update = Update::of(pdf)?;
    if fields::find(&update, field).is_ok() {
        return Err(Error::NameTaken(field.to_owned()));
    }
    let certified = update.dictionary(update.catalog_id()?)?.has(b"Perms");
    if certified && place.is_some() {
        return Err(Error::Certified);
    }
    let field = fields::add_signature_field(&mut update, field, place)?;
    put_signature(&mut update, field, signer, request, fonts, None)?;
    finish(pdf.len(), update, signer)
}

fn unsigned_field(update: &Update, name: &str) -> Result<ObjectId, Error> {
    let field = fields::find(update, name)?;
    if update.dictionary(field)?.has(b"V") {
        return Err(Error::AlreadySigned(name.to_owned()));
    }
    Ok(field)
}

fn fill(update: &mut Update, name: &'static str, value: &str, fonts: &Fonts) -> Result<(), Error> {
    let field = fields::find(update, name)?;
    if update.dictionary(field)?.has(b"V") {
        return Err(Error::AlreadyFilled(name.to_owned()));
    }
    if value.trim().is_empty() {
        return Err(Error::EmptyValue(name));
    }
    let place = fields::text_place_of(update, field)?;
    let font = Embedded::embed(update, fonts.of(place.slant), value.chars())?;
    let look = appearance::text_line(update, value, place, &font)?;
    let field = update.edit(field)?;
    field.set("V", text_string(value));
    field.set("AP", dictionary! { "N" => look });
    Ok(())
}

/// Puts the signature's dictionary into the field, with room for what is not known yet.
fn put_signature(
    update: &mut Update,
    field: ObjectId,
    signer: &dyn Signer,
    request: &SigningRequest,
    fonts: &Fonts,
    reference: Option<Dictionary>,
) -> Result<ObjectId, Error> {
    let place = fields::place_of(update, field)?;
    let look = if place.width > 0.0 && place.height > 0.0 {
        appearance::signature(update, &request.appearance, place, fonts)?
    } else {
        appearance::empty(update, place)?
    };
    let range = vec![0.into(), NOT_YET.into(), NOT_YET.into(), NOT_YET.into()];
    let mut dict = dictionary! {
        "Type" => "Sig", "Filter" => "Adobe.PPKLite", "SubFilter" => "ETSI.CAdES.detached", "ByteRange" => range,
        "Contents" => Object::String(vec![0; reserved_bytes(signer)?], StringFormat::Hexadecimal),
        "M" => Object::string_literal(pdf_date(request.time)),
    };
    if let Some(reference) = reference {
        dict.set("Reference", vec![Object::Dictionary(reference)]);
    }
    for (key, text) in [
        ("Name", &request.name),
        ("Reason", &request.reason),
        ("Location", &request.location),
    ] {
        if !text.is_empty() {
            dict.set(key, text_string(text));
        }
    }
    let signature = update.add(dict);
    let field = update.edit(field)?;
    field.set("V", signature);
    field.set("AP", dictionary! { "N" => look });
    Ok(signature)
}

/// Writes the update, then the places and the signature of its bytes into the room that was left.
fn finish(before: usize, update: Update, signer: &dyn Signer) -> Result<Vec<u8>, Error> {
    let reserved = reserved_bytes(signer)?;
    let mut bytes = update.save()?;
    let lost = || Error::Unreadable("the place of the signature was not found again".into());
    let digits = format!("[0 {NOT_YET} {NOT_YET} {NOT_YET}]");
    let range_at = position(&bytes, before, digits.as_bytes()).ok_or_else(lost)?;
    let zeros = format!("<{}>", "00".repeat(reserved));
    let start = position(&bytes, before, zeros.as_bytes()).ok_or_else(lost)?;
    let end = start + zeros.len();

    let range = format!("[0 {start} {end} {}", bytes.len() - end);
    let padded = format!("{range:<width$}]", width = digits.len() - 1);
    bytes[range_at..range_at + digits.len()].copy_from_slice(padded.as_bytes());

    let mut hash = Sha256::new();
    hash.update(&bytes[..start]);
    hash.update(&bytes[end..]);
    let container = cms::sign(hash.finalize().into(), signer)?;
    if container.len() > reserved {
        return Err(Error::NoRoom {
            needed: container.len(),
            reserved,
        });
    }
    for (place, byte) in bytes[start + 1..].chunks_exact_mut(2).zip(&container) {
        place[0] = HEX[usize::from(byte >> 4)];
        place[1] = HEX[usize::from(byte & 15)];
    }
    Ok(bytes)
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

fn reserved_bytes(signer: &dyn Signer) -> Result<usize, Error> {
    let chain = signer.certificate_chain();
    if chain.is_empty() {
        return Err(SignError::NoCertificate.into());
    }
    let stamp = signer.time_stamper().map_or(0, |_| STAMP_RESERVE);
    Ok(chain.iter().map(Vec::len).sum::<usize>() + CONTAINER_RESERVE + stamp)
}

fn position(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = from;
    // Looking for one byte is many times quicker than comparing at each.
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == first) {
        at += found;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Permission 2: filling forms and signing, nothing else (ISO 32000-2, table 257).
fn form_filling_only() -> Dictionary {
    dictionary! {
        "Type" => "SigRef", "TransformMethod" => "DocMDP",
        "TransformParams" => dictionary! { "Type" => "TransformParams", "P" => 2, "V" => "1.2" },
    }
}

/// The fields that the seal freezes, as the field's own lock names them.
fn locked_fields(update: &Update, field: ObjectId) -> Result<Dictionary, Error> {
    let lock = update
        .follow(update.dictionary(field)?.get(b"Lock")?)?
        .as_dict()?;
    Ok(dictionary! {
        "Type" => "SigRef", "TransformMethod" => "FieldMDP", "Data" => update.catalog_id()?,
        "TransformParams" => dictionary! {
            "Type" => "TransformParams", "V" => "1.2",
            "Action" => lock.get(b"Action")?.clone(), "Fields" => lock.get(b"Fields")?.clone(),
        },
    })
}

fn pdf_date(time: DateTime<FixedOffset>) -> String {
    let offset = time.format("%z").to_string();
    format!(
        "D:{}{}'{}'",
        time.format("%Y%m%d%H%M%S"),
        &offset[..3],
        &offset[3..]
    )
}
