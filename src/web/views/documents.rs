//! Documents: list, one document, editor, opinions, checks, approval, signature, the clerk's desk, the register.

use askama::Template;

use super::shared::{
    ActForm, Choice, Filter, FindingView, Happening, Mark, Markup, Pager, Progress, SignatureLine,
};
use crate::web::format::Due;
use crate::web::page::Link;
use crate::web::{Form, Page};

/// All documents the reader may see, with search by number, subject and unit.
#[derive(Debug, Template)]
#[template(path = "documents/list.html")]
pub struct DocumentList {
    pub page: Page,
    pub query: String,
    pub filters: Vec<Filter>,
    pub rows: Vec<DocumentRow>,
    pub pager: Pager,
    /// What is found as a spreadsheet.
    pub export_href: String,
    /// Whether what is asked for can be kept; fields: `name`, and what is asked for.
    pub keeps: bool,
    pub keep: Form,
    /// Searches that are kept, with the value of the button that drops one.
    pub saved: Vec<(Link, String)>,
    /// Who may draft sees where to begin.
    pub import_href: Option<String>,
}

#[derive(Debug, Clone)]
pub struct DocumentRow {
    pub href: String,
    /// `Quyết định số 05/QĐ-UBND`, or the type alone while there is no number.
    pub name: String,
    pub subject: String,
    pub unit: String,
    pub date: String,
    pub mark: Mark,
}

/// One document with everything about it.
#[derive(Debug, Template)]
#[template(path = "documents/show.html")]
pub struct DocumentShow {
    pub page: Page,
    /// Empty as long as the title names it.
    pub subject: String,
    pub mark: Mark,
    /// `KHẨN` …; empty in the normal case.
    pub urgency: String,
    /// What the reader has to do with it now.
    pub next: Option<NextAct>,
    /// What can be done with one press from here: withdraw, remind, retry the seal …
    pub acts: Vec<ActForm>,
    /// Label and value, in order: drafting unit, drafter, signer, number, date, file …
    pub facts: Vec<(String, String)>,
    /// Files: PDF, DOCX, evidence.
    pub files: Vec<Link>,
    pub body: Markup,
    pub signatures: Vec<SignatureLine>,
    pub opinions: Vec<OpinionRow>,
    pub versions: Vec<VersionRow>,
    /// The address of the drawing of the process with its live tokens (empty: none), and where it stands, in words.
    pub process_href: String,
    /// Where its steps are given, lent, sent back; empty where there is no process.
    pub course_href: String,
    pub process_words: String,
    pub timeline: Vec<Happening>,
    /// Where the timeline goes on, when it is too long for one page.
    pub earlier: Vec<Link>,
    pub progress: Option<Progress>,
    pub tracking_href: Option<String>,
    /// Further pages about it: reports, journal, evaluation.
    pub links: Vec<Link>,
}

#[derive(Debug, Clone)]
pub struct NextAct {
    pub href: String,
    /// `Phê duyệt Quyết định …`.
    pub label: String,
    pub due: Option<Due>,
}

#[derive(Debug, Clone, Default)]
pub struct OpinionRow {
    pub unit: String,
    /// Nhất trí / Nhất trí, có ý kiến bổ sung / Không nhất trí / Không trả lời.
    pub mark: Mark,
    /// `Điều 1, khoản 3`; may be empty.
    pub place: String,
    pub text: String,
    /// Tiếp thu / Giải trình and the words; empty while open.
    pub reply: String,
}

#[derive(Debug, Clone)]
pub struct VersionRow {
    pub number: u32,
    pub at: String,
    pub who: String,
    pub remark: String,
    pub href: String,
    /// The comparison with the version before.
    pub compare_href: Option<String>,
}

/// Two texts of a document compared.
#[derive(Debug, Template)]
#[template(path = "documents/compare.html")]
pub struct CompareVersions {
    pub page: Page,
    /// Where the choice of versions goes, by `GET`.
    pub action: String,
    /// Field `tu`.
    pub from: Vec<VersionChoice>,
    /// Field `den`.
    pub to: Vec<VersionChoice>,
    pub last_year: Option<Link>,
    pub passages: Vec<PassageView>,
    pub meaning: Vec<Meaning>,
    pub restore: Option<ActForm>,
}

#[derive(Debug, Clone)]
pub struct VersionChoice {
    pub number: i32,
    pub text: String,
    pub chosen: bool,
}

/// A passage that differs.
#[derive(Debug, Clone)]
pub struct PassageView {
    /// `Điều 1 khoản 3`.
    pub place: String,
    /// Whether words went or came, and the words.
    pub pieces: Vec<(bool, bool, String)>,
}

/// What changed in an objective beyond its words.
#[derive(Debug, Clone)]
pub struct Meaning {
    pub objective: String,
    /// `chỉ tiêu`, `cách đo`, `đơn vị báo cáo`.
    pub what: String,
    pub before: String,
    pub after: String,
}

impl Meaning {
    /// Something that was not there before.
    #[must_use]
    pub fn added(objective: &str, what: String, after: String) -> Self {
        Self {
            objective: objective.to_owned(),
            what,
            before: String::new(),
            after,
        }
    }
}

/// The draft editor: every part a labelled field; findings above; the page beside.
#[derive(Debug, Template)]
#[template(path = "documents/edit.html")]
pub struct DocumentEdit {
    pub page: Page,
    /// Fields: `subject`, `authority_line`, `place`, `signer_title`, `signer_name`, and those named by the parts below.
    pub form: Form,
    pub type_name: String,
    /// The name under which typed text is kept (`POST /luu-tam`).
    pub autosave: String,
    /// What was typed and not saved, and the way to see it or to see the saved version instead.
    pub kept: Option<(String, Link)>,
    /// Why it came back: who sent it, and in which words.
    pub sent_back: Option<(String, String)>,
    /// Where the objectives of the text are measured; none where it sets none.
    pub measures: Option<Link>,
    /// Where text and confirmed measures say different things.
    pub measure_questions: Vec<String>,
    /// `Kết quả kiểm tra: 3 lỗi, 18 cảnh báo`.
    pub findings_line: String,
    pub findings: Vec<FindingView>,
    /// The findings lie open where they were asked for; else they are folded, so that the text stands first.
    pub findings_open: bool,
    /// Fields `legal_basis.0` …
    pub legal_basis: Vec<PartField>,
    pub articles: Vec<ArticleFields>,
    /// What can be chosen for the fields `new_basis` and `new_line`.
    pub known_bases: Vec<String>,
    pub known_recipients: Vec<String>,
    /// Each line of the recipients, and whom it stands for.
    pub reach: Vec<(String, String)>,
    /// Fields `annex.0` …
    pub annexes: Vec<AnnexFields>,
    /// Field `urgency`.
    pub urgencies: Vec<Choice>,
    /// Field `circulation`.
    pub circulations: Vec<Choice>,
    /// Who may sign today, and the value of the button that puts him into the fields.
    pub signers: Vec<(String, String)>,
    /// Whether it is a decision, which has an authority line; others have addressees.
    pub decides: bool,
    /// What an import could not place: `dòng 12` and the text.
    pub unplaced: Vec<(String, String)>,
    pub preview: Markup,
    pub pdf_href: String,
}

/// A text that can be moved and removed. Buttons send `do` = `up:<name>`, `down:<name>`, `remove:<name>`.
#[derive(Debug, Clone)]
pub struct PartField {
    pub name: String,
    pub label: String,
    pub first: bool,
    pub last: bool,
}

/// An article: its own field and its clauses'; adding one sends `do` = `add:<name>`.
#[derive(Debug, Clone)]
pub struct ArticleFields {
    pub article: PartField,
    /// Other blocks of the body are shown alike, without clauses.
    pub takes_clauses: bool,
    pub clauses: Vec<PartField>,
}

/// An annex: the field of its title, and its parts; adding one sends `do` = `add:<prefix><kind>`.
#[derive(Debug, Clone)]
pub struct AnnexFields {
    pub title: PartField,
    pub prefix: String,
    /// A text that the decision issues, sent as `<prefix>attached`.
    pub attached: bool,
    pub parts: Vec<ArticleFields>,
}

/// A new draft from a file.
#[derive(Debug, Template)]
#[template(path = "documents/import.html")]
pub struct DocumentImport {
    pub page: Page,
    /// Field `file`; the form is `multipart/form-data`.
    pub form: Form,
    /// `20 MB`.
    pub limit: String,
}

/// The drafter hands the draft over: to which units for opinions, and for how long.
#[derive(Debug, Template)]
#[template(path = "documents/submit.html")]
pub struct SubmitDraft {
    pub page: Page,
    pub subject: String,
    pub findings: Vec<FindingView>,
    /// Fields `unit` (several), `working_days`.
    pub form: Form,
    pub units: Vec<Choice>,
    pub label: String,
    pub then: String,
}

/// The Office answers a question of the Chairman.
#[derive(Debug, Template)]
#[template(path = "documents/question.html")]
pub struct AnswerQuestion {
    pub page: Page,
    pub subject: String,
    pub asked_by: String,
    pub question: String,
    pub due: Option<Due>,
    /// Field `answer`.
    pub form: Form,
    pub autosave: String,
    pub files: Vec<Link>,
}

/// A unit gives its opinion on a draft.
#[derive(Debug, Template)]
#[template(path = "documents/opinion.html")]
pub struct GiveOpinion {
    pub page: Page,
    pub subject: String,
    pub asked_by: String,
    pub unit: String,
    pub due: Due,
    /// Fields `stance`, `place`, `text`.
    pub form: Form,
    pub autosave: String,
    pub stances: Vec<Choice>,
    /// What silence means here, as the organisation has set it.
    pub silence: String,
    pub body: Markup,
    pub pdf_href: String,
}

/// The drafting unit answers each opinion (tiếp thu, giải trình).
#[derive(Debug, Template)]
#[template(path = "documents/answer_opinions.html")]
pub struct AnswerOpinions {
    pub page: Page,
    pub summary: String,
    /// Per row `n`: `result.n` and `reply.n`.
    pub form: Form,
    pub autosave: String,
    pub rows: Vec<OpinionRow>,
    pub results: Vec<Choice>,
    pub silent: Vec<String>,
    pub then: String,
}

/// One of the two checks of Decree 30/2020 Art. 12: content, or form.
#[derive(Debug, Template)]
#[template(path = "documents/check.html")]
pub struct CheckDraft {
    pub page: Page,
    pub subject: String,
    pub due: Option<Due>,
    /// What the checker answers for, in one sentence.
    pub duty: String,
    pub findings: Vec<FindingView>,
    /// Field `remark`; buttons send `do` = `pass` or `send_back`.
    pub form: Form,
    pub pass_label: String,
    pub pass_then: String,
    pub back_then: String,
    pub body: Markup,
    pub files: Vec<Link>,
}

/// The approval, made for a phone. Approving is not signing.
#[derive(Debug, Template)]
#[template(path = "documents/approve.html")]
pub struct Approve {
    pub page: Page,
    /// `Văn phòng trình`.
    pub from: String,
    pub due: Option<Due>,
    /// `Có gì mới so với năm 2022`.
    pub changes_title: String,
    pub changes: Vec<Change>,
    /// `33 đồng ý · 1 ý kiến khác · 1 không trả lời`.
    pub opinions_line: String,
    pub objections: Vec<OpinionRow>,
    pub findings_line: String,
    pub findings: Vec<FindingView>,
    pub body: Markup,
    pub proposal: Markup,
    pub files: Vec<Link>,
    /// Field `remark`; buttons send `do` = `approve`, `send_back`, `ask`.
    pub form: Form,
    /// `Phê duyệt Tờ trình số 92/TTr-VP`.
    pub approve_label: String,
    /// What happens then.
    pub approve_then: String,
    /// Whom a question goes to: `Hỏi Văn phòng`.
    pub ask_label: String,
    /// What stands against it: errors of form that are left. The Chairman is warned, and decides.
    pub warning: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Change {
    pub what: String,
    pub before: String,
    pub after: String,
    /// `năm 2022 đạt 97,4%`.
    pub note: String,
}

/// The person's signature on one or several files; a check page, because it cannot be undone.
#[derive(Debug, Template)]
#[template(path = "documents/sign.html")]
pub struct SignDocuments {
    pub page: Page,
    pub files: Vec<FileToSign>,
    /// Fields `file` (several), `certificate`, `pin`.
    pub form: Form,
    pub certificates: Vec<Choice>,
    /// What the signature means and whether it has legal value.
    pub meaning: String,
    pub sign_label: String,
    pub then: String,
    pub later_href: String,
    /// Whether the key asks for a PIN or password here.
    pub asks_pin: bool,
    /// Whether it asks for a one-time code, field `code`, and whether `do=code` lets it be sent.
    pub asks_code: bool,
    pub sends_code: bool,
}

#[derive(Debug, Clone)]
pub struct FileToSign {
    pub value: String,
    pub title: String,
    pub pages: String,
    pub pdf_href: String,
    /// The first digits of the file's SHA-256, as the approval has bound it.
    pub hash: String,
}

/// The clerk's desk: number, seal, issue.
#[derive(Debug, Template)]
#[template(path = "documents/clerk.html")]
pub struct ClerkDesk {
    pub page: Page,
    pub items: Vec<ClerkItem>,
    pub registers: Vec<Link>,
}

#[derive(Debug, Clone)]
pub struct ClerkItem {
    pub href: String,
    pub title: String,
    pub mark: Mark,
    pub due: Option<Due>,
    /// Label and value: signed by, signed at, recipients, number that will be given.
    pub facts: Vec<(String, String)>,
    pub form: Form,
    /// The field `issued_on` (read it with `format::read_date`) is shown where the act gives number and date.
    pub asks_date: bool,
    /// Keys of the agency, where the act seals; fields `certificate` and, where `asks_pin`, `pin`.
    pub certificates: Vec<Choice>,
    pub asks_pin: bool,
    /// Whether it asks for a one-time code, field `code`, and whether `do=code` lets it be sent.
    pub asks_code: bool,
    pub sends_code: bool,
    pub act_label: String,
    pub then: String,
}

/// A register of outgoing documents, to be read and printed (Decree 30/2020 Art. 16, Annex IV).
#[derive(Debug, Template)]
#[template(path = "documents/register.html")]
pub struct Register {
    pub page: Page,
    /// `Số mở đầu 91, ghi nhận từ sổ giấy` and the like.
    pub notes: Vec<String>,
    /// How many were found, where something was searched for.
    pub count: Option<String>,
    /// What was searched for: fields `q`, `tu`, `den`, `loc`.
    pub query: String,
    pub from: String,
    pub until: String,
    pub void_only: bool,
    pub rows: Vec<RegisterRow>,
    pub pager: Pager,
    /// What was found as a file: PDF, XLSX, CSV.
    pub files: Vec<Link>,
    /// For who keeps it while it is open.
    pub acts: Option<RegisterActs>,
}

/// What the keeper of an open register does by hand.
#[derive(Debug, Clone)]
pub struct RegisterActs {
    pub enter_href: String,
    pub strike_href: String,
    /// Only where the year is over.
    pub close: Vec<ActForm>,
}

#[derive(Debug, Clone)]
pub struct RegisterRow {
    pub number: String,
    pub date: String,
    pub subject: String,
    pub signer: String,
    pub recipients: String,
    /// Unit or person that keeps the copy for the file.
    pub unit: String,
    /// In what form and how many.
    pub copies: String,
    pub sent_on: String,
    /// How many have acknowledged.
    pub receipt: String,
    pub note: String,
    pub void: bool,
    /// The document; none for a number that was given on paper or is void.
    pub href: Option<String>,
}

impl RegisterRow {
    /// The ten columns of Annex IV in their order.
    #[must_use]
    pub fn cells(&self) -> [String; 10] {
        [
            &self.number,
            &self.date,
            &self.subject,
            &self.signer,
            &self.recipients,
            &self.unit,
            &self.copies,
            &self.sent_on,
            &self.receipt,
            &self.note,
        ]
        .map(Clone::clone)
    }
}
