//! Tools of somebody who alters signed files.

use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream, dictionary};

pub fn position(pdf: &[u8], text: &str) -> usize {
    pdf.windows(text.len())
        .position(|window| window == text.as_bytes())
        .unwrap()
}

pub fn last_position(pdf: &[u8], text: &str) -> usize {
    pdf.windows(text.len())
        .rposition(|window| window == text.as_bytes())
        .unwrap()
}

/// Exchanges a text for one of the same length, at its first place.
pub fn exchange(pdf: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = position(pdf, old);
    let mut altered = pdf.to_vec();
    altered[at..at + new.len()].copy_from_slice(new.as_bytes());
    altered
}

/// Appends a revision as an attacker would.
pub fn revise(pdf: &[u8], change: impl FnOnce(&mut Revision)) -> Vec<u8> {
    let document = Document::load_mem(pdf).unwrap();
    let mut revision = Revision {
        file: IncrementalDocument::create_from(pdf.to_vec(), document),
    };
    change(&mut revision);
    let mut bytes = Vec::new();
    revision.file.save_to(&mut bytes).unwrap();
    bytes
}

pub struct Revision {
    file: IncrementalDocument,
}

impl Revision {
    pub fn old(&self) -> &Document {
        self.file.get_prev_documents()
    }

    pub fn page(&self) -> ObjectId {
        self.old().page_iter().next().unwrap()
    }

    pub fn catalog(&self) -> ObjectId {
        self.old()
            .trailer
            .get(b"Root")
            .unwrap()
            .as_reference()
            .unwrap()
    }

    pub fn form(&self) -> ObjectId {
        self.old()
            .get_dictionary(self.catalog())
            .unwrap()
            .get(b"AcroForm")
            .unwrap()
            .as_reference()
            .unwrap()
    }

    pub fn field(&self, name: &str) -> ObjectId {
        let fields = self
            .old()
            .get_dictionary(self.form())
            .unwrap()
            .get(b"Fields")
            .unwrap()
            .as_array()
            .unwrap();
        let mut ids = fields.iter().map(|id| id.as_reference().unwrap());
        ids.find(|id| {
            self.old()
                .get_dictionary(*id)
                .unwrap()
                .get(b"T")
                .unwrap()
                .as_str()
                .unwrap()
                == name.as_bytes()
        })
        .unwrap()
    }

    pub fn edit(&mut self, id: ObjectId) -> &mut Dictionary {
        self.file.opt_clone_object_to_new_document(id).unwrap();
        self.file
            .new_document
            .get_object_mut(id)
            .unwrap()
            .as_dict_mut()
            .unwrap()
    }

    pub fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.file.new_document.add_object(object)
    }

    pub fn replace(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.file.new_document.objects.insert(id, object.into());
    }
}

pub fn ink(text: &str) -> Stream {
    Stream::new(dictionary! {}, text.as_bytes().to_vec())
}

/// The page's content replaced by a stream that calls itself part of the file's own bookkeeping,
/// written by hand because no library writes such a thing.
pub fn disguised(sealed: &[u8]) -> Vec<u8> {
    let document = Document::load_mem(sealed).unwrap();
    let page = document
        .get_dictionary(document.page_iter().next().unwrap())
        .unwrap();
    let content = page.get(b"Contents").unwrap().as_reference().unwrap().0;
    let root = document
        .trailer
        .get(b"Root")
        .unwrap()
        .as_reference()
        .unwrap()
        .0;
    let ink = "BT /F1 14 Tf 90 700 Td (another decision) Tj ET";
    let mut pdf = sealed.to_vec();
    pdf.push(b'\n');
    let at = pdf.len();
    let object = format!(
        "{content} 0 obj\n<</Type/XRef/Length {}>>stream\n{ink}\nendstream\nendobj\n",
        ink.len()
    );
    pdf.extend_from_slice(object.as_bytes());
    let table = pdf.len();
    let trailer = format!(
        "xref\n{content} 1\n{at:010} 00000 n \ntrailer\n<</Size {}/Root {root} 0 R/Prev {}>>\nstartxref\n{table}\n%%EOF\n",
        document.max_id + 1,
        document.xref_start
    );
    pdf.extend_from_slice(trailer.as_bytes());
    pdf
}

/// Another digit in a hexadecimal text.
pub fn flip_hex(pdf: &[u8], at: usize) -> Vec<u8> {
    let mut altered = pdf.to_vec();
    altered[at] = if altered[at] == b'7' { b'8' } else { b'7' };
    altered
}

/// Where the zeros behind the person's signature begin (give or take a zero of the signature).
pub fn padding(pdf: &[u8]) -> usize {
    position(pdf, &"0".repeat(200))
}
