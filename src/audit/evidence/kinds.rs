//! The kinds of events that evidence tells, with the codes of ETSI EN 319 522-1 where it has one.

/// Who does what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The agency that issued the document; the unit of the event.
    Sender,
    /// The body that it was sent to; the unit of the event.
    Recipient,
    /// The installation, for the sender, about the recipient that is the unit of the event.
    Installation,
}

/// A kind of event.
#[derive(Debug)]
pub struct Kind {
    /// ETSI's code, or one of ours that begins with `TK`.
    pub code: &'static str,
    pub name: &'static str,
    /// The grade of receipt that it reaches; empty where it reaches none.
    pub grade: &'static str,
    /// The rule by which it counts.
    pub policy: &'static str,
    pub side: Side,
}

const ISSUE: &str = "NĐ 30/2020/NĐ-CP, Điều 18";
const SENDING: &str = "Luật Giao dịch điện tử 2023, Điều 15";

/// The clerk issued the document.
pub static SUBMITTED: Kind = Kind {
    code: "A.1",
    name: "SubmissionAcceptance",
    grade: "R0",
    policy: ISSUE,
    side: Side::Sender,
};
/// It is on its way to a body without an account, whose letter is still to be sent.
pub static DISPATCHED: Kind = Kind {
    code: "TK.2",
    name: "Dispatch",
    grade: "R0",
    policy: ISSUE,
    side: Side::Installation,
};
/// It is in the recipient's desk.
pub static DELIVERED: Kind = Kind {
    code: "D.1",
    name: "ContentConsignment",
    grade: "R1",
    policy: "Luật Giao dịch điện tử 2023, Điều 16",
    side: Side::Installation,
};
/// A mail server took the letter that tells of it.
pub static NOTIFIED: Kind = Kind {
    code: "D.3",
    name: "ConsignmentNotification",
    grade: "R0",
    policy: SENDING,
    side: Side::Installation,
};
/// That letter will not arrive: refused, given up, or returned later.
pub static NOT_NOTIFIED: Kind = Kind {
    code: "D.4",
    name: "ConsignmentNotificationFailure",
    grade: "",
    policy: SENDING,
    side: Side::Installation,
};
/// Somebody of the recipient saw it for the first time.
pub static OPENED: Kind = Kind {
    code: "E.1",
    name: "ContentHandover",
    grade: "R4",
    policy: "NĐ 30/2020/NĐ-CP, Phụ lục VI",
    side: Side::Recipient,
};
/// The recipient's clerk registered it.
pub static REGISTERED: Kind = Kind {
    code: "C.3",
    name: "ConsignmentAcceptance",
    grade: "R2",
    policy: "NĐ 30/2020/NĐ-CP, Điều 21, 22",
    side: Side::Recipient,
};
/// The recipient's clerk refused it.
pub static REFUSED: Kind = Kind {
    code: "C.4",
    name: "ConsignmentRejection",
    grade: "",
    policy: "NĐ 30/2020/NĐ-CP, Điều 21",
    side: Side::Recipient,
};
/// The recipient's leader said who does what is to be done.
pub static ASSIGNED: Kind = Kind {
    code: "TK.3",
    name: "Assignment",
    grade: "R3",
    policy: "NĐ 30/2020/NĐ-CP, Điều 23",
    side: Side::Recipient,
};
/// One person confirmed having studied it.
pub static UNDERSTOOD: Kind = Kind {
    code: "TK.1",
    name: "PersonalConfirmation",
    grade: "R5",
    policy: "Văn bản được gửi",
    side: Side::Recipient,
};
/// The agency took it back.
pub static RECALLED: Kind = Kind {
    code: "TK.4",
    name: "Recall",
    grade: "",
    policy: "NĐ 30/2020/NĐ-CP, Điều 18 khoản 4",
    side: Side::Sender,
};
