//! From elements to a message.

use roxmltree::Node;

use super::tree::{Reader, child, children, inside, raw};
use crate::check::Remark;
use crate::{
    Business, BusinessType, Code, DocumentMessage, DocumentType, Message, Organ, Other,
    Replacement, ResponseFor, Signer, Staff, Status, StatusMessage, Trace, Update,
};

impl Reader {
    /// The message below a root.
    pub(super) fn message(&mut self, root: Node<'_, '_>) -> Result<Message, Vec<Remark>> {
        let header = inside(root, "MessageHeader").ok_or_else(|| {
            vec![Remark::new(
                "MessageHeader",
                "Thiếu phần MessageHeader.",
                "The MessageHeader is missing.",
            )]
        })?;
        let header = Some(header);
        match child(header, "StatusCode") {
            Some(_) => self.status(header),
            None => self.document(root, header),
        }
    }

    fn status(&mut self, header: Option<Node<'_, '_>>) -> Result<Message, Vec<Remark>> {
        let code = raw(header, "StatusCode");
        let status = Status::from_code(&code).ok_or_else(|| {
            vec![Remark::new(
                "StatusCode",
                format!("Không có trạng thái nào mã «{code}»."),
                format!("No status has the code `{code}`."),
            )]
        })?;
        Ok(Message::Status(Box::new(StatusMessage {
            from: self.organ(child(header, "From")),
            response_for: self.response_for(child(header, "ResponseFor")),
            staff: self.staff(child(header, "StaffInfo")),
            status,
            description: self.text(header, "Description"),
            at: self.instant(header, "Timestamp"),
        })))
    }

    fn document(
        &mut self,
        root: Node<'_, '_>,
        header: Option<Node<'_, '_>>,
    ) -> Result<Message, Vec<Remark>> {
        let issued = child(header, "PromulgationInfo");
        let kind = child(header, "DocumentType");
        let signer = child(header, "SignerInfo");
        let list = inside(root, "TraceHeaderList");
        let document = DocumentMessage {
            from: self.organ(child(header, "From")),
            to: children(header, "To")
                .map(|to| self.organ(Some(to)))
                .collect(),
            document_id: self.text(header, "DocumentId"),
            code: self.code(child(header, "Code")),
            place: self.text(issued, "Place"),
            promulgated_on: self.date(issued, "PromulgationDate"),
            kind: DocumentType {
                group: self.number(kind, "Type"),
                detail: self.number(kind, "TypeDetail"),
                name: self.text(kind, "TypeName"),
            },
            subject: self.text(header, "Subject"),
            content: self.text(header, "Content"),
            signer: Signer {
                competence: self.text(signer, "Competence"),
                position: self.text(signer, "Position"),
                name: self.text(signer, "FullName"),
            },
            due_on: self.date(header, "DueDate"),
            other: self.other(child(header, "OtherInfo")),
            response_for: children(header, "ResponseFor")
                .map(|node| self.response_for(Some(node)))
                // Some senders write an empty one.
                .filter(|answered| *answered != ResponseFor::default())
                .collect(),
            steering: self
                .number(header, "SteeringType")
                .and_then(|steering| u8::try_from(steering).ok()),
            to_places: texts(child(header, "ToPlaces"), "Place"),
            traces: children(list, "TraceHeader")
                .map(|trace| Trace {
                    organ_id: self.text(Some(trace), "OrganId"),
                    at: self.instant(Some(trace), "Timestamp"),
                })
                .collect(),
            business: self.business(inside(root, "Bussiness"))?,
            attachments: self.attachments(root)?,
        };
        Ok(Message::Document(Box::new(document)))
    }

    fn organ(&mut self, node: Option<Node<'_, '_>>) -> Organ {
        Organ {
            id: self.text(node, "OrganId"),
            in_charge: self.text(node, "OrganizationInCharge"),
            name: self.text(node, "OrganName"),
            address: self.text(node, "OrganAdd"),
            email: self.text(node, "Email"),
            telephone: self.text(node, "Telephone"),
            fax: self.text(node, "Fax"),
            website: self.text(node, "Website"),
        }
    }

    fn code(&mut self, node: Option<Node<'_, '_>>) -> Code {
        Code {
            number: self.text(node, "CodeNumber"),
            notation: self.text(node, "CodeNotation"),
        }
    }

    fn other(&mut self, node: Option<Node<'_, '_>>) -> Other {
        Other {
            priority: self
                .number(node, "Priority")
                .and_then(|priority| u8::try_from(priority).ok())
                .unwrap_or_default(),
            sphere: self.text(node, "SphereOfPromulgation"),
            typer: self.text(node, "TyperNotation"),
            amount: self.number(node, "PromulgationAmount"),
            pages: self.number(node, "PageAmount"),
            direction: self.flag(node, "Direction"),
            appendixes: texts(child(node, "Appendixes"), "Appendix"),
        }
    }

    fn response_for(&mut self, node: Option<Node<'_, '_>>) -> ResponseFor {
        ResponseFor {
            organ_id: self.text(node, "OrganId"),
            code: self.text(node, "Code"),
            document_id: self.text(node, "DocumentId"),
            promulgated_on: self.date(node, "PromulgationDate"),
        }
    }

    fn business(&mut self, node: Option<Node<'_, '_>>) -> Result<Business, Vec<Remark>> {
        let code = raw(node, "BussinessDocType");
        let kind = match code.as_str() {
            // A message that says nothing about it brings a new document.
            "" => BusinessType::New,
            code => BusinessType::from_code(code).ok_or_else(|| {
                vec![Remark::new(
                    "BussinessDocType",
                    format!("Không có loại nghiệp vụ nào mã «{code}»."),
                    format!("No type of business has the code `{code}`."),
                )]
            })?,
        };
        let update = child(node, "BussinessDocumentInfo").map(|info| {
            let info = Some(info);
            Update {
                document: self.flag(info, "DocumentInfo").unwrap_or_default(),
                receivers: self.flag(info, "DocumentReceiver").unwrap_or_default(),
                list: children(child(info, "ReceiverList"), "Receiver")
                    .map(|receiver| {
                        let added = self.flag(Some(receiver), "ReceiverType");
                        (
                            self.text(Some(receiver), "OrganId"),
                            added.unwrap_or_default(),
                        )
                    })
                    .collect(),
            }
        });
        Ok(Business {
            document_id: self.text(node, "DocumentId"),
            kind,
            reason: self.text(node, "BussinessDocReason"),
            paper: self.flag(node, "Paper").unwrap_or_default(),
            update,
            replaces: children(child(node, "ReplacementInfoList"), "ReplacementInfo")
                .map(|replaced| Replacement {
                    document_id: self.text(Some(replaced), "DocumentId"),
                    organ_ids: texts(child(Some(replaced), "OrganIdList"), "OrganId"),
                })
                .collect(),
            staff: self.staff(child(node, "StaffInfo")),
        })
    }

    fn staff(&mut self, node: Option<Node<'_, '_>>) -> Staff {
        Staff {
            department: self.text(node, "Department"),
            department_id: self.text(node, "DepartmentId"),
            name: self.text(node, "Staff"),
            name_id: self.text(node, "StaffId"),
            email: self.text(node, "Email"),
            mobile: self.text(node, "Mobile"),
        }
    }
}

/// The texts of all children of that name that say something.
fn texts(node: Option<Node<'_, '_>>, name: &str) -> Vec<String> {
    node.into_iter()
        .flat_map(|node| node.children())
        .filter(|child| super::tree::is(*child, name))
        .map(|child| child.text().unwrap_or_default().trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}
