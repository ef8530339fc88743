//! The strict form: what receivers on the axis check literally.

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, NaiveDateTime};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::check::{Remark, check};
use crate::{
    Attachment, BusinessType, DocumentMessage, Message, NAMESPACE, Organ, ResponseFor, Staff,
    StatusMessage,
};

/// The message as a file; the same message gives the same bytes.
///
/// # Errors
/// Everything for which a careful receiver would refuse it.
pub fn write(message: &Message) -> Result<Vec<u8>, Vec<Remark>> {
    let problems = check(message);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut xml = Xml::new();
    xml.open_as("edXML", &[("xmlns", NAMESPACE)]);
    xml.open_as("edXML:edXMLEnvelope", &[("xmlns:edXML", NAMESPACE)]);
    match message {
        Message::Document(document) => {
            envelope(&mut xml, document);
            xml.close();
            contents(&mut xml, &document.attachments)?;
        }
        Message::Status(status) => {
            xml.within("edXMLHeader", |xml| {
                xml.within("MessageHeader", |xml| status_header(xml, status));
            });
            xml.close();
        }
    }
    xml.close();
    Ok(xml.text.into_bytes())
}

fn envelope(xml: &mut Xml, document: &DocumentMessage) {
    xml.within("edXMLHeader", |xml| {
        xml.within("MessageHeader", |xml| document_header(xml, document));
        xml.within("TraceHeaderList", |xml| traces(xml, document));
    });
    xml.within("edXMLBody", |xml| {
        xml.open_as("edXML:edXMLManifest", &[("version", "1.0")]);
        for attachment in &document.attachments {
            xml.within("Reference", |xml| {
                xml.text("ContentId", &attachment.content_id);
                xml.text("ContentType", &attachment.content_type);
                xml.some("Description", &attachment.description);
                xml.text("AttachmentName", &attachment.name);
            });
        }
        xml.close();
    });
}

fn document_header(xml: &mut Xml, document: &DocumentMessage) {
    xml.within("From", |xml| organ(xml, &document.from));
    for to in &document.to {
        xml.within("To", |xml| organ(xml, to));
    }
    xml.text("DocumentId", &document.document_id);
    xml.within("Code", |xml| {
        xml.text("CodeNumber", &document.code.number);
        xml.text("CodeNotation", &document.code.notation);
    });
    xml.within("PromulgationInfo", |xml| {
        xml.text("Place", &document.place);
        xml.date("PromulgationDate", document.promulgated_on);
    });
    xml.within("DocumentType", |xml| {
        xml.number("Type", document.kind.group);
        xml.number("TypeDetail", document.kind.detail);
        xml.text("TypeName", &document.kind.name);
    });
    xml.text("Subject", &document.subject);
    xml.text("Content", &document.content);
    xml.within("SignerInfo", |xml| {
        xml.text("Competence", &document.signer.competence);
        xml.text("Position", &document.signer.position);
        xml.text("FullName", &document.signer.name);
    });
    xml.date("DueDate", document.due_on);
    xml.within("OtherInfo", |xml| {
        let other = &document.other;
        xml.text("Priority", &other.priority.to_string());
        xml.some("SphereOfPromulgation", &other.sphere);
        xml.some("TyperNotation", &other.typer);
        xml.number("PromulgationAmount", other.amount);
        xml.number("PageAmount", other.pages);
        if let Some(direction) = other.direction {
            xml.text("Direction", if direction { "true" } else { "false" });
        }
        xml.within("Appendixes", |xml| {
            for appendix in &other.appendixes {
                xml.text("Appendix", appendix);
            }
        });
    });
    for answered in &document.response_for {
        response_for(xml, answered);
    }
    if let Some(steering) = document.steering {
        xml.text("SteeringType", &steering.to_string());
    }
    xml.within("ToPlaces", |xml| {
        for place in &document.to_places {
            xml.text("Place", place);
        }
    });
}

fn organ(xml: &mut Xml, organ: &Organ) {
    xml.text("OrganId", &organ.id);
    xml.some("OrganizationInCharge", &organ.in_charge);
    xml.text("OrganName", &organ.name);
    xml.some("OrganAdd", &organ.address);
    xml.some("Email", &organ.email);
    xml.some("Telephone", &organ.telephone);
    xml.some("Fax", &organ.fax);
    xml.some("Website", &organ.website);
}

fn response_for(xml: &mut Xml, answered: &ResponseFor) {
    xml.within("ResponseFor", |xml| {
        xml.text("OrganId", &answered.organ_id);
        xml.text("Code", &answered.code);
        xml.date("PromulgationDate", answered.promulgated_on);
        xml.text("DocumentId", &answered.document_id);
    });
}

fn traces(xml: &mut Xml, document: &DocumentMessage) {
    for trace in &document.traces {
        xml.within("TraceHeader", |xml| {
            xml.text("OrganId", &trace.organ_id);
            xml.instant("Timestamp", trace.at);
        });
    }
    let business = &document.business;
    // Inside the list of traces, and spelt with two s: both as the standard has it.
    xml.within("Bussiness", |xml| {
        xml.some("DocumentId", &business.document_id);
        xml.text("BussinessDocType", &business.kind.code().to_string());
        xml.text("BussinessDocReason", &business.reason);
        xml.text("Paper", if business.paper { "1" } else { "0" });
        if let Some(update) = &business.update {
            xml.within("BussinessDocumentInfo", |xml| {
                xml.flag("DocumentInfo", update.document);
                xml.flag("DocumentReceiver", update.receivers);
                xml.within("ReceiverList", |xml| {
                    for (organ_id, added) in &update.list {
                        xml.within("Receiver", |xml| {
                            xml.text("OrganId", organ_id);
                            xml.flag("ReceiverType", *added);
                        });
                    }
                });
            });
        }
        if business.kind == BusinessType::Replace || !business.replaces.is_empty() {
            xml.within("ReplacementInfoList", |xml| {
                for replaced in &business.replaces {
                    xml.within("ReplacementInfo", |xml| {
                        xml.text("DocumentId", &replaced.document_id);
                        xml.within("OrganIdList", |xml| {
                            for organ_id in &replaced.organ_ids {
                                xml.text("OrganId", organ_id);
                            }
                        });
                    });
                }
            });
        }
        staff(xml, &business.staff);
    });
}

fn staff(xml: &mut Xml, staff: &Staff) {
    xml.within("StaffInfo", |xml| {
        xml.text("Department", &staff.department);
        xml.some("DepartmentId", &staff.department_id);
        xml.text("Staff", &staff.name);
        xml.some("StaffId", &staff.name_id);
        xml.text("Email", &staff.email);
        xml.text("Mobile", &staff.mobile);
    });
}

fn status_header(xml: &mut Xml, message: &StatusMessage) {
    xml.within("From", |xml| organ(xml, &message.from));
    response_for(xml, &message.response_for);
    staff(xml, &message.staff);
    xml.text("StatusCode", message.status.code());
    xml.text("Description", &message.description);
    xml.instant("Timestamp", message.at);
}

fn contents(xml: &mut Xml, attachments: &[Attachment]) -> Result<(), Vec<Remark>> {
    // Without the prefix and outside the envelope.
    xml.open_as("AttachmentEncoded", &[]);
    for attachment in attachments {
        let packed = packed(attachment).map_err(|error| {
            vec![Remark::new(
                "Attachment",
                format!("Không nén được tệp {}: {error}", attachment.name),
                format!("{} cannot be packed: {error}", attachment.name),
            )]
        })?;
        xml.open_as("Attachment", &[]);
        xml.element("ContentId", &[], &attachment.content_id);
        xml.element("AttachmentName", &[], &attachment.name);
        if !attachment.description.is_empty() {
            xml.element("Description", &[], &attachment.description);
        }
        xml.element("ContentType", &[], &attachment.content_type);
        let prefix = [("xmlns:edXML", NAMESPACE)];
        let encoded = STANDARD.encode(packed);
        xml.element("edXML:ContentTransferEncoded", &prefix, &encoded);
        xml.close();
    }
    xml.close();
    Ok(())
}

/// A file in an archive of its own, as every sender of the axis packs it; always at the same moment, so that the same
/// message is the same file.
fn packed(attachment: &Attachment) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    archive.start_file(attachment.name.as_str(), options)?;
    archive.write_all(&attachment.bytes)?;
    Ok(archive.finish()?.into_inner())
}

/// Elements, two spaces deeper for each one that is open.
struct Xml {
    text: String,
    open: Vec<String>,
}

impl Xml {
    fn new() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            open: Vec::new(),
        }
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.open.len()));
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push_str(&format!(" {name}=\"{value}\""));
        }
        self.text.push('>');
    }

    fn open_as(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push('\n');
        self.open.push(name.to_owned());
    }

    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str(&format!("</{name}>\n"));
        }
    }

    fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.open_as(&format!("edXML:{name}"), &[]);
        inside(self);
        self.close();
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        escape(text.trim(), &mut self.text);
        self.text.push_str(&format!("</{name}>\n"));
    }

    fn text(&mut self, name: &str, text: &str) {
        self.element(&format!("edXML:{name}"), &[], text);
    }

    /// Left out where there is nothing to say.
    fn some(&mut self, name: &str, text: &str) {
        if !text.trim().is_empty() {
            self.text(name, text);
        }
    }

    fn number(&mut self, name: &str, number: Option<u32>) {
        if let Some(number) = number {
            self.text(name, &number.to_string());
        }
    }

    fn flag(&mut self, name: &str, flag: bool) {
        self.text(name, if flag { "1" } else { "0" });
    }

    fn date(&mut self, name: &str, date: Option<NaiveDate>) {
        if let Some(date) = date {
            self.text(name, &date.format("%Y/%m/%d").to_string());
        }
    }

    fn instant(&mut self, name: &str, at: Option<NaiveDateTime>) {
        if let Some(at) = at {
            self.text(name, &at.format("%Y/%m/%d %H:%M:%S").to_string());
        }
    }
}

fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            // A reader would make a line feed of it.
            '\r' => into.push_str("&#13;"),
            c => into.push(c),
        }
    }
}
