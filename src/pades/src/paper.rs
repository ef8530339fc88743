//! A document as it comes out of a printer: what its signatures and fields show becomes ink of the page, and the block of a
//! certified copy stands where the document ends. The result is for paper; it is signed by hand and proves nothing itself.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::Error;
use crate::update::{load, pages};

/// Where the block of a copy goes; lengths in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CopyPlace {
    /// The page on which the document ends, counted from 1, and how far over the page's foot; none where it is not known.
    pub end: Option<(usize, f32)>,
    /// Kept free between the document and the block.
    pub gap: f32,
    /// Kept free at the head and the foot of a page.
    pub margin: f32,
}

/// The block of a copy.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperBlock {
    /// The file whose first page it is, from the head.
    pub pdf: Vec<u8>,
    /// How tall it is, in points.
    pub height: f32,
}

/// The document printed, with the blocks one under the other under its end; on a page of its own what has no room on the last
/// one, or where that is turned.
///
/// # Errors
/// Where one of the files cannot be read.
pub fn copy_on_paper(
    pdf: &[u8],
    blocks: &[PaperBlock],
    place: CopyPlace,
) -> Result<Vec<u8>, Error> {
    let mut paper = load(pdf)?;
    for page in pages(&paper) {
        draw_annotations(&mut paper, page)?;
    }
    forget_fields(&mut paper)?;
    let mut end = place.end;
    for (nth, block) in blocks.iter().enumerate() {
        let top = hang(&mut paper, nth, block, CopyPlace { end, ..place })?;
        end = Some((pages(&paper).len(), top - block.height));
    }
    paper.prune_objects();
    paper.renumber_objects();
    let mut bytes = Vec::new();
    paper
        .save_to(&mut bytes)
        .map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok(bytes)
}

/// Draws a block under the end, or on a page of its own; how far its head stands over the page's foot.
fn hang(
    paper: &mut Document,
    nth: usize,
    block: &PaperBlock,
    place: CopyPlace,
) -> Result<f32, Error> {
    let (form, width, height) = take_in(paper, load(&block.pdf)?)?;
    let all = pages(paper);
    let last = *all.last().ok_or_else(no_page)?;
    let (page_width, page_height) = size(paper, last)?;
    let under = place.end.filter(|(page, end)| {
        let room = end - place.gap - block.height;
        *page == all.len() && room >= place.margin && page_width < page_height
    });
    let (page, top) = match under {
        Some((_, end)) => (last, end - place.gap),
        None => {
            let page = new_page(paper, last, width, height)?;
            (page, height - place.margin)
        }
    };
    // The block hangs from the head of its own page.
    let name = format!("TkCopy{nth}");
    let ink = format!("q 1 0 0 1 0 {:.3} cm /{name} Do Q\n", top - height);
    draw(paper, page, &[(name, form)], &ink)?;
    Ok(top)
}

pub(crate) fn no_page() -> Error {
    Error::Unreadable("it has no page".into())
}

fn follow<'a>(document: &'a Document, object: &'a Object) -> Result<&'a Object, Error> {
    Ok(document.dereference(object)?.1)
}

/// An entry of a page, which it may have from the nodes above it.
pub(crate) fn inherited<'a>(
    document: &'a Document,
    page: ObjectId,
    key: &[u8],
) -> Result<&'a Object, Error> {
    let mut node = document.get_dictionary(page)?;
    // A tree of pages is never so deep; one that leads in a circle is.
    for _ in 0..64 {
        if let Ok(found) = node.get(key) {
            return follow(document, found);
        }
        node = follow(document, node.get(b"Parent")?)?.as_dict()?;
    }
    Err(no_page())
}

fn numbers(document: &Document, list: &Object) -> Result<Vec<f32>, Error> {
    list.as_array()?
        .iter()
        .map(|number| Ok(follow(document, number)?.as_float()?))
        .collect()
}

fn rectangle(document: &Document, list: &Object) -> Result<[f32; 4], Error> {
    let found = numbers(document, list)?;
    let &[x0, y0, x1, y1] = found.as_slice() else {
        return Err(Error::Unreadable("a rectangle has not four numbers".into()));
    };
    Ok([x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)])
}

fn size(document: &Document, page: ObjectId) -> Result<(f32, f32), Error> {
    let [x0, y0, x1, y1] = rectangle(document, inherited(document, page, b"MediaBox")?)?;
    Ok((x1 - x0, y1 - y0))
}

/// Puts what the annotations of a page show into its ink, and removes them.
pub(crate) fn draw_annotations(document: &mut Document, page: ObjectId) -> Result<(), Error> {
    let list = match document.get_dictionary(page)?.get(b"Annots") {
        Ok(list) => follow(document, list)?.as_array()?.clone(),
        Err(_) => return Ok(()),
    };
    let (mut forms, mut ink) = (Vec::new(), String::new());
    for annotation in &list {
        let annotation = follow(document, annotation)?.as_dict()?;
        if let Some((form, placed)) = shown(document, annotation)? {
            let name = format!("TkShown{}", forms.len());
            ink.push_str(&format!("q {placed} cm /{name} Do Q\n"));
            forms.push((name, form));
        }
    }
    document.get_dictionary_mut(page)?.remove(b"Annots");
    draw(document, page, &forms, &ink)
}

/// The appearance that an annotation has on paper, and the matrix that puts it into its rectangle (ISO 32000-1, 12.5.5).
fn shown(
    document: &Document,
    annotation: &Dictionary,
) -> Result<Option<(ObjectId, String)>, Error> {
    let flags = annotation.get(b"F").and_then(Object::as_i64).unwrap_or(0);
    let (hidden, printed) = (flags & 2 != 0, flags & 4 != 0);
    let Ok(looks) = annotation.get(b"AP") else {
        return Ok(None);
    };
    let normal = follow(document, looks)?.as_dict()?.get(b"N");
    let Some(form) = normal.ok().and_then(|look| look.as_reference().ok()) else {
        return Ok(None);
    };
    if hidden || !printed {
        return Ok(None);
    }
    let Ok(stream) = document.get_object(form)?.as_stream() else {
        return Ok(None);
    };
    let drawn = transformed(document, &stream.dict)?;
    let [x0, y0, x1, y1] = rectangle(document, follow(document, annotation.get(b"Rect")?)?)?;
    let (width, height) = (drawn[2] - drawn[0], drawn[3] - drawn[1]);
    if width <= 0.0 || height <= 0.0 {
        return Ok(None);
    }
    let (across, up) = ((x1 - x0) / width, (y1 - y0) / height);
    let (dx, dy) = (x0 - drawn[0] * across, y0 - drawn[1] * up);
    Ok(Some((
        form,
        format!("{across:.4} 0 0 {up:.4} {dx:.3} {dy:.3}"),
    )))
}

/// The box of a form after its own matrix.
fn transformed(document: &Document, form: &Dictionary) -> Result<[f32; 4], Error> {
    let [x0, y0, x1, y1] = rectangle(document, follow(document, form.get(b"BBox")?)?)?;
    let matrix = match form.get(b"Matrix") {
        Ok(matrix) => numbers(document, follow(document, matrix)?)?,
        Err(_) => return Ok([x0, y0, x1, y1]),
    };
    let &[a, b, c, d, e, f] = matrix.as_slice() else {
        return Err(Error::Unreadable("a matrix has not six numbers".into()));
    };
    let corners = [(x0, y0), (x0, y1), (x1, y0), (x1, y1)]
        .map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    Ok(corners.iter().fold(
        [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
        |[l, b, r, t], (x, y)| [l.min(*x), b.min(*y), r.max(*x), t.max(*y)],
    ))
}

/// A printed page has no fields, no signatures and no claim to be an archive file.
pub(crate) fn forget_fields(document: &mut Document) -> Result<(), Error> {
    let catalog = document.catalog_mut()?;
    for key in [
        b"AcroForm".as_slice(),
        b"Perms",
        b"DSS",
        b"Metadata",
        b"Extensions",
    ] {
        catalog.remove(key);
    }
    Ok(())
}

/// Takes the first page of another file in as a form, with its size.
fn take_in(document: &mut Document, mut other: Document) -> Result<(ObjectId, f32, f32), Error> {
    other.renumber_objects_with(document.max_id + 1);
    let page = *pages(&other).first().ok_or_else(no_page)?;
    let (width, height) = size(&other, page)?;
    let resources = inherited(&other, page, b"Resources")?.clone();
    let content = other.get_page_content(page);
    document.max_id = other.max_id;
    document.objects.extend(other.objects);
    let mut form = Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
            "BBox" => vec![0.into(), 0.into(), Object::Real(width), Object::Real(height)],
        },
        content,
    );
    form.compress()?;
    Ok((document.add_object(form), width, height))
}

/// An empty page of a size after the last one.
fn new_page(
    document: &mut Document,
    last: ObjectId,
    width: f32,
    height: f32,
) -> Result<ObjectId, Error> {
    let parent = document
        .get_dictionary(last)?
        .get(b"Parent")?
        .as_reference()?;
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => parent, "Resources" => Dictionary::new(),
        "MediaBox" => vec![0.into(), 0.into(), Object::Real(width), Object::Real(height)],
    });
    let kids = document.get_dictionary_mut(parent)?.get_mut(b"Kids")?;
    kids.as_array_mut()?.push(page.into());
    // Every node above counts the pages under it.
    let mut node = Some(parent);
    while let Some(id) = node {
        let dict = document.get_dictionary_mut(id)?;
        let count = dict.get(b"Count")?.as_i64()?;
        dict.set("Count", count + 1);
        node = dict.get(b"Parent").and_then(Object::as_reference).ok();
    }
    Ok(page)
}

/// Adds ink over what a page has, with the forms that it names.
fn draw(
    document: &mut Document,
    page: ObjectId,
    forms: &[(String, ObjectId)],
    ink: &str,
) -> Result<(), Error> {
    if ink.is_empty() {
        return Ok(());
    }
    let mut resources = inherited(document, page, b"Resources")?.as_dict()?.clone();
    let mut known = match resources.get(b"XObject") {
        Ok(known) => follow(document, known)?.as_dict()?.clone(),
        Err(_) => Dictionary::new(),
    };
    for (name, form) in forms {
        known.set(name.as_str(), *form);
    }
    resources.set("XObject", known);
    let old = match document.get_dictionary(page)?.get(b"Contents") {
        Ok(Object::Array(parts)) => parts.clone(),
        Ok(one) => vec![one.clone()],
        Err(_) => Vec::new(),
    };
    // Whatever the old ink leaves set does not reach the new.
    let before = document.add_object(Stream::new(Dictionary::new(), b"q\n".to_vec()));
    let after = document.add_object(Stream::new(
        Dictionary::new(),
        format!("\nQ\n{ink}").into_bytes(),
    ));
    let contents = std::iter::once(before.into())
        .chain(old)
        .chain([after.into()])
        .collect::<Vec<Object>>();
    let dict = document.get_dictionary_mut(page)?;
    dict.set("Resources", resources);
    dict.set("Contents", contents);
    Ok(())
}
