//! What a receiver may count on: lengths in characters, recipients each once, envelope and contents that fit each other.

use crate::{DocumentMessage, Message, Organ, StatusMessage};

/// Something about a message, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The element that it is about, e.g. `Subject`.
    pub field: String,
    pub vi: String,
    pub en: String,
}

impl Remark {
    pub(crate) fn new(field: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            vi: vi.into(),
            en: en.into(),
        }
    }
}

/// Whether it is a code of a body: `000.00.00.H37`, `H37.02.02`.
#[must_use]
pub fn is_organ_id(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= MAX_ORGAN_ID
        && code.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
}

/// Codes were 13 characters long once; the newer ones have more levels.
const MAX_ORGAN_ID: usize = 35;

/// Everything for which a careful receiver refuses the message; empty where it is right.
#[must_use]
pub fn check(message: &Message) -> Vec<Remark> {
    let mut found = Findings::default();
    match message {
        Message::Document(document) => found.document(document),
        Message::Status(status) => found.status(status),
    }
    found.0
}

#[derive(Default)]
struct Findings(Vec<Remark>);

impl Findings {
    fn document(&mut self, message: &DocumentMessage) {
        self.organ("From", &message.from);
        if message.to.is_empty() {
            self.0.push(Remark::new(
                "To",
                "Không có nơi nhận nào.",
                "It is sent to nobody.",
            ));
        }
        for (n, to) in message.to.iter().enumerate() {
            self.organ("To", to);
            if message.to[..n].iter().any(|other| other.id == to.id) {
                self.0.push(Remark::new(
                    "To",
                    format!("Nơi nhận {} được ghi hai lần.", to.id),
                    format!("{} is named twice among the recipients.", to.id),
                ));
            }
        }
        self.needed("DocumentId", &message.document_id);
        self.needed("Subject", &message.subject);
        for (field, text, most) in [
            ("DocumentId", &message.document_id, 150),
            ("CodeNumber", &message.code.number, 30),
            ("CodeNotation", &message.code.notation, 30),
            ("TypeName", &message.kind.name, 100),
            ("Subject", &message.subject, 500),
            ("Content", &message.content, 500),
            ("Competence", &message.signer.competence, 100),
            ("Position", &message.signer.position, 100),
            ("FullName", &message.signer.name, 50),
            ("BussinessDocReason", &message.business.reason, 500),
        ] {
            self.text(field, text, most);
        }
        for place in &message.to_places {
            self.text("Place", place, 150);
        }
        for appendix in &message.other.appendixes {
            self.text("Appendix", appendix, 250);
        }
        for (n, attachment) in message.attachments.iter().enumerate() {
            self.needed("ContentId", &attachment.content_id);
            self.text("ContentId", &attachment.content_id, 150);
            self.needed("AttachmentName", &attachment.name);
            self.text("AttachmentName", &attachment.name, 200);
            let before = &message.attachments[..n];
            if before
                .iter()
                .any(|other| other.content_id == attachment.content_id)
            {
                self.0.push(Remark::new(
                    "ContentId",
                    format!("Hai tệp cùng mã {}.", attachment.content_id),
                    format!("Two files have the id {}.", attachment.content_id),
                ));
            }
        }
    }

    fn status(&mut self, message: &StatusMessage) {
        self.organ("From", &message.from);
        self.needed("DocumentId", &message.response_for.document_id);
        self.text("DocumentId", &message.response_for.document_id, 150);
        self.text("Code", &message.response_for.code, 60);
        self.text("Description", &message.description, 500);
    }

    fn organ(&mut self, field: &str, organ: &Organ) {
        self.needed(&format!("{field}/OrganId"), &organ.id);
        self.text(&format!("{field}/OrganId"), &organ.id, MAX_ORGAN_ID);
        self.text(&format!("{field}/OrganName"), &organ.name, 200);
    }

    fn needed(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.0.push(Remark::new(
                field,
                format!("Thiếu {field}."),
                format!("{field} is missing."),
            ));
        }
    }

    /// Counted in characters: Vietnamese letters are two or three bytes long.
    fn text(&mut self, field: &str, text: &str, most: usize) {
        let length = text.chars().count();
        if length > most {
            self.0.push(Remark::new(
                field,
                format!("{field} dài {length} ký tự, tối đa {most}."),
                format!("{field} has {length} characters, at most {most}."),
            ));
        }
        let unfit = |c: char| {
            c.is_control() && !matches!(c, '\t' | '\n' | '\r')
                || matches!(c, '\u{fffe}' | '\u{ffff}')
        };
        if text.contains(unfit) {
            self.0.push(Remark::new(
                field,
                format!("{field} có ký tự điều khiển."),
                format!("{field} has a control character."),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_bodies() {
        for right in ["H37", "000.00.00.H37", "H37.02.02", "002.00.20.H13"] {
            assert!(is_organ_id(right), "{right}");
        }
        for wrong in [
            "",
            "h37",
            "H37.",
            ".H37",
            "H37..02",
            "H37 02",
            "vxp.saas.03",
            "Đ37",
        ] {
            assert!(!is_organ_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let organ = |id: &str| Organ {
            id: id.to_owned(),
            ..Organ::default()
        };
        let mut message = DocumentMessage {
            from: organ("H37.02"),
            to: vec![organ("H37.03")],
            document_id: "1".to_owned(),
            subject: "ỡ".repeat(500),
            ..DocumentMessage::default()
        };
        assert!(check(&Message::Document(Box::new(message.clone()))).is_empty());
        message.subject.push('ỡ');
        message.to.push(organ("H37.03"));
        let fields: Vec<_> = check(&Message::Document(Box::new(message)))
            .into_iter()
            .map(|remark| remark.field)
            .collect();
        assert_eq!(fields, ["To", "Subject"]);
    }
}
