//! The small things that several pages show.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::web::forms::Form;
use crate::web::i18n::Lang;

/// HTML made by our own code (the typesetter's text, a drawing), which templates put out as it is. Never make one from
/// anything a person typed: texts are Strings and templates escape those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    #[must_use]
    pub fn from_our_own_renderer(html: String) -> Self {
        Self(html)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// A state: a word, then a shape, then a colour; never the colour alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    pub word: String,
    pub tone: Tone,
}

/// What a state asks of the reader; it chooses shape and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Something to do.
    #[default]
    Open,
    /// Somebody else has to act.
    Waiting,
    Done,
    Near,
    /// Overdue; the only red there is.
    Late,
    /// Refused, sent back, not met.
    Failed,
    /// Nothing arose, nothing known.
    Nothing,
}

impl Tone {
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Open => "●",
            Self::Waiting => "○",
            Self::Done => "✓",
            Self::Near => "◆",
            Self::Late => "▲",
            Self::Failed => "✕",
            Self::Nothing => "–",
        }
    }

    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Late => "late",
            Self::Nothing | Self::Waiting => "quiet",
            Self::Open | Self::Done | Self::Failed => "",
        }
    }
}

impl Mark {
    #[must_use]
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            tone,
        }
    }

    /// Chưa gửi.
    #[must_use]
    pub fn not_sent(lang: Lang) -> Self {
        Self::new(Tone::Waiting, lang.t("state-not-sent"))
    }

    /// Đã gửi.
    #[must_use]
    pub fn sent(lang: Lang) -> Self {
        Self::new(Tone::Waiting, lang.t("state-sent"))
    }

    /// Thư trả lại, with the reason in plain words and what to do (`hộp thư đầy, gọi đơn vị`).
    #[must_use]
    pub fn bounced(lang: Lang, reason: &str) -> Self {
        Self::new(Tone::Failed, lang.tx("state-bounced", reason))
    }

    /// Đã đến.
    #[must_use]
    pub fn arrived(lang: Lang) -> Self {
        Self::new(Tone::Waiting, lang.t("state-arrived"))
    }

    /// Đã mở.
    #[must_use]
    pub fn opened(lang: Lang) -> Self {
        Self::new(Tone::Waiting, lang.t("state-opened"))
    }

    /// Đã tiếp nhận (số đến 41).
    #[must_use]
    pub fn accepted(lang: Lang, arrival_number: u32) -> Self {
        Self::new(Tone::Done, lang.tn("state-accepted", arrival_number))
    }

    /// Từ chối, with the reason.
    #[must_use]
    pub fn refused(lang: Lang, reason: &str) -> Self {
        Self::new(Tone::Failed, lang.tx("state-refused", reason))
    }

    /// Quá hạn 2 ngày làm việc.
    #[must_use]
    pub fn overdue(lang: Lang, working_days: i64) -> Self {
        Self::new(Tone::Late, lang.tn("state-overdue", working_days))
    }

    /// Đạt.
    #[must_use]
    pub fn met(lang: Lang) -> Self {
        Self::new(Tone::Done, lang.t("state-met"))
    }

    /// Không đạt.
    #[must_use]
    pub fn not_met(lang: Lang) -> Self {
        Self::new(Tone::Failed, lang.t("state-not-met"))
    }

    /// Không phát sinh.
    #[must_use]
    pub fn nothing_arose(lang: Lang) -> Self {
        Self::new(Tone::Nothing, lang.t("state-nothing-arose"))
    }

    /// Chưa báo cáo.
    #[must_use]
    pub fn not_reported(lang: Lang) -> Self {
        Self::new(Tone::Waiting, lang.t("state-not-reported"))
    }
}

/// A counter that is also a filter.
#[derive(Debug, Clone)]
pub struct Filter {
    pub href: String,
    pub text: String,
    /// How many there are; none where nobody counted them.
    pub count: Option<usize>,
    pub current: bool,
}

/// The way through a long list, by the key of its first and last row.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    pub newer: Option<String>,
    pub older: Option<String>,
}

/// How many of how many.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub done: usize,
    pub total: usize,
    /// In words, with what is counted: `28 / 35 đơn vị đã tiếp nhận`.
    pub label: String,
}

/// One thing that happened, for a timeline or a journal.
#[derive(Debug, Clone, Default)]
pub struct Happening {
    /// `24/03/2023 17:00`.
    pub at: String,
    pub who: String,
    /// In the past tense: `Đã cấp số 05/QĐ-UBND`.
    pub what: String,
    /// A remark or reason in the person's own words; empty where there is none.
    pub remark: String,
    /// The number in the journal.
    pub journal_no: String,
}

/// An act that is one press: no field but the hidden ones.
#[derive(Debug, Clone, Default)]
pub struct ActForm {
    pub form: Form,
    /// Act and object: `Đóng dấu Quyết định số 05/QĐ-UBND`.
    pub label: String,
    /// What happens then.
    pub then: String,
    /// At most one act of a page is the main one.
    pub main: bool,
}

/// One of the answers a form offers.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub value: String,
    pub text: String,
    /// What follows from this choice; empty where nothing needs saying.
    pub hint: String,
}

/// A finding of the checker, as the pages list it.
#[derive(Debug, Clone, Default)]
pub struct FindingView {
    /// Lỗi / Cảnh báo / Lưu ý / Câu hỏi.
    pub severity: Mark,
    pub message: String,
    /// The rule of law it rests on: `Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.6`.
    pub law: String,
    /// Where, for people: `Điều 1, khoản 1`.
    pub place: String,
    /// The field's name in the editor, to jump to; empty elsewhere.
    pub field: String,
    /// The correction offered, and the value of the button that takes it.
    pub suggestion: Option<(String, String)>,
}

/// What a signature on a file says.
#[derive(Debug, Clone, Default)]
pub struct SignatureLine {
    /// Hợp lệ / Không hợp lệ / Không kiểm tra được.
    pub mark: Mark,
    /// `Chủ tịch Nguyễn Duy Anh, 24/03/2023 16:20`.
    pub text: String,
}
