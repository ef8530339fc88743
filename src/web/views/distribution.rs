//! What a unit does with what it receives, and what the sender sees of it.

use askama::Template;

use super::shared::{Choice, Filter, Happening, Mark, Markup, Pager, Progress, SignatureLine};
use crate::web::format::Due;
use crate::web::page::Link;
use crate::web::{Form, Page};

/// The unit's inbox and its arrival register.
#[derive(Debug, Template)]
#[template(path = "distribution/inbox.html")]
pub struct Inbox {
    pub page: Page,
    pub filters: Vec<Filter>,
    pub rows: Vec<InboxRow>,
    pub pager: Pager,
}

#[derive(Debug, Clone)]
pub struct InboxRow {
    pub href: String,
    /// `Quyết định số 05/QĐ-UBND ngày 24/03/2023`.
    pub name: String,
    pub subject: String,
    pub from: String,
    /// Để thực hiện / để biết, all purposes of this one delivery.
    pub purposes: String,
    pub mark: Mark,
    pub due: Option<Due>,
    /// `41`; empty until accepted.
    pub arrival_number: String,
}

/// Accepting one document with one press.
#[derive(Debug, Template)]
#[template(path = "distribution/receive.html")]
pub struct Receive {
    pub page: Page,
    pub delivery: DeliveryView,
    /// Who presses, and in which function: `Lê Thị Hà (văn thư)`.
    pub receiver: String,
    /// The press itself.
    pub form: Form,
    /// Refusing: fields `reason`, `remark`.
    pub refuse: Form,
    pub reasons: Vec<Choice>,
    /// `Bà Hà đang xử lý từ 09:10`; empty where nobody is.
    pub in_hand: String,
    /// What follows from it for this unit: studying, reporting.
    pub follow: Vec<Link>,
}

/// What was delivered, and what has become of it.
#[derive(Debug, Clone, Default)]
pub struct DeliveryView {
    /// `Quyết định số 05/QĐ-UBND`, for the button.
    pub name: String,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub purposes: String,
    pub due: Option<Due>,
    pub pdf_href: String,
    pub signatures: Vec<SignatureLine>,
    pub body: Markup,
    pub accepted: Option<AcceptedView>,
    /// Refused already: the sentence with reason, time and person.
    pub refused: Option<String>,
    /// Recalled or replaced meanwhile: the sentence and where to go.
    pub recalled: Option<String>,
}

#[derive(Debug, Clone)]
pub struct AcceptedView {
    pub arrival_number: String,
    pub at: String,
    pub by: String,
}

/// The page of a body without an account: the mail's link leads here, the code typed opens it.
#[derive(Debug, Template)]
#[template(path = "distribution/guest.html")]
pub struct Guest {
    pub page: Page,
    /// Shown before the code: who sends to whom, not what.
    pub from: String,
    pub to: String,
    /// Field `code`.
    pub code_form: Form,
    /// After the code, and once it is answered.
    pub delivery: Option<DeliveryView>,
    /// The code as it was typed; every further press carries it.
    pub code: String,
    /// Fields `name`, `post`.
    pub form: Form,
    /// Fields `reason`, `remark`.
    pub refuse: Form,
    pub reasons: Vec<Choice>,
}

/// One decision × all units.
#[derive(Debug, Template)]
#[template(path = "distribution/tracking.html")]
pub struct Tracking {
    pub page: Page,
    pub document: Link,
    pub counters: Counters,
    /// The address of the counters alone, for the script that keeps them current.
    pub live_href: String,
    pub rows: Vec<TrackingRow>,
    pub pager: Pager,
    /// The mail that would be sent, to be read before.
    pub remind: Option<RemindView>,
    pub csv_href: String,
    pub xlsx_href: String,
    /// All rows on one page; none where this page has them all.
    pub whole_href: Option<String>,
    /// The heading over what has moved.
    pub since: String,
    pub moved: Vec<MovedView>,
    /// How fast all units are.
    pub units: Link,
    /// Where the wait for the missing is ended; none where nobody is beyond the last reminder.
    pub closing: Option<Link>,
    pub legend: Vec<(String, String)>,
}

/// What has moved, and whose it was.
#[derive(Debug, Clone)]
pub struct MovedView {
    /// `Đã tiếp nhận: 3`.
    pub text: String,
    pub units: String,
}

/// All units × how fast they acknowledge.
#[derive(Debug, Template)]
#[template(path = "distribution/units.html")]
pub struct Units {
    pub page: Page,
    /// The years beside this one.
    pub others: Vec<Link>,
    pub rows: Vec<UnitSpeed>,
    /// What the numbers count.
    pub note: String,
}

#[derive(Debug, Clone)]
pub struct UnitSpeed {
    pub unit: Link,
    pub sent: usize,
    pub on_time: usize,
    pub late: usize,
    pub refused: usize,
    pub waiting: usize,
    pub missing: usize,
    /// `97%`; empty where nothing was due yet.
    pub share: String,
    /// `1:20 giờ` or `2 ngày làm việc`.
    pub typical: String,
}

/// One unit × all its duties.
#[derive(Debug, Template)]
#[template(path = "distribution/unit_duties.html")]
pub struct UnitDuties {
    pub page: Page,
    pub facts: Vec<(String, String)>,
    pub duties: Vec<UnitDuty>,
    pub rows: Vec<UnitDelivery>,
}

#[derive(Debug, Clone)]
pub struct UnitDuty {
    pub name: String,
    pub document: Link,
    pub due: Option<Due>,
}

#[derive(Debug, Clone)]
pub struct UnitDelivery {
    /// The evidence of the delivery.
    pub document: Link,
    pub sent: String,
    pub mark: Mark,
    pub detail: String,
}

/// Progress and filters: a part of the tracking page, and alone the answer of its live address.
#[derive(Debug, Template)]
#[template(path = "distribution/_counters.html")]
pub struct Counters {
    pub page: Page,
    pub progress: Progress,
    pub filters: Vec<Filter>,
}

#[derive(Debug, Clone)]
pub struct TrackingRow {
    pub unit: String,
    /// The delivery's evidence.
    pub href: String,
    pub mark: Mark,
    /// `Xã Mẫu Sơn tiếp nhận 24/03/2023 09:12, Lê Thị Hà`; empty before.
    pub detail: String,
    /// `24/03 08:00 (lần 1)`.
    pub reminded: String,
    /// `Hoàng Văn Nam, 0912…`.
    pub contact: String,
}

#[derive(Debug, Clone)]
pub struct RemindView {
    pub form: Form,
    /// `Nhắc 7 đơn vị còn thiếu`.
    pub label: String,
    pub subject: String,
    pub body: String,
}

/// The reminder by hand, with the mail shown before it goes.
#[derive(Debug, Template)]
#[template(path = "distribution/remind.html")]
pub struct RemindPage {
    pub page: Page,
    pub document: Link,
    pub remind: RemindView,
    /// Who would get it.
    pub units: Vec<String>,
    /// Who was reminded less than a working day ago, or has no address: the sentence for each.
    pub skipped: Vec<String>,
    pub then: String,
}

/// "Read and understood" of one person (Điều 2).
#[derive(Debug, Template)]
#[template(path = "distribution/attest.html")]
pub struct Attest {
    pub page: Page,
    pub document: Link,
    pub due: Option<Due>,
    pub body: Markup,
    pub pdf_href: String,
    /// The sentence that is confirmed.
    pub statement: String,
    pub form: Form,
    /// When it was confirmed already.
    pub attested_at: Option<String>,
}

/// The proof pack of a document: the newest one, and the press that makes another.
#[derive(Debug, Template)]
#[template(path = "distribution/proof.html")]
pub struct ProofPack {
    pub page: Page,
    pub document: Link,
    /// The newest pack, called by the time at which it was made.
    pub file: Option<Link>,
    /// For who may make one.
    pub form: Option<Form>,
    pub certificates: Vec<Choice>,
    pub asks_pin: bool,
    /// Whether it asks for a one-time code, field `code`, and whether `do=code` lets it be sent.
    pub asks_code: bool,
    pub sends_code: bool,
}

/// The evidence of one delivery: every step with its time and journal number.
#[derive(Debug, Template)]
#[template(path = "distribution/delivery.html")]
pub struct DeliveryEvidence {
    pub page: Page,
    pub mark: Mark,
    pub facts: Vec<(String, String)>,
    pub timeline: Vec<Happening>,
    pub links: Vec<Link>,
}
