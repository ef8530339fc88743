//! The report regime of a decision: who reports what to whom, how often, until when (Decree 09/2019/NĐ-CP, Art. 8 and 12).
//!
//! The organisation keeps one of its own; a decision begins with it and may have another until it is issued. At the issue the
//! periods of the year are made from it, and from then on it is as fixed as the decision.

use std::str::FromStr as _;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use serde_json::json;
use trinhky_calendar::periods::PeriodRule;
use uuid::Uuid;

use super::find;
use super::rows::report_regime;
use super::schedule::{MAX_PERIODS, cutoff, cutoff_word};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, may};

/// Most working days between cut-off and deadline, and between deadline and consolidation.
const MAX_DAYS: i32 = 60;
/// Longest text of a field, in characters.
const MAX_TEXT: usize = 2_000;

/// How often units report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    Month,
    Quarter,
    HalfYear,
    /// Nine months, then the last quarter.
    NineMonths,
    Year,
    /// At the deadlines that an expression names.
    Cron,
}

impl Frequency {
    pub const ALL: [Self; 6] = [
        Self::Month,
        Self::Quarter,
        Self::HalfYear,
        Self::NineMonths,
        Self::Year,
        Self::Cron,
    ];

    /// The stored word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half_year",
            Self::NineMonths => "nine_months",
            Self::Year => "year",
            Self::Cron => "cron",
        }
    }

    /// The frequency behind its stored word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|frequency| frequency.word() == word)
    }
}

/// The nine fields, and when the Office adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regime {
    pub name: String,
    /// Who reports.
    pub subject: String,
    pub receiver: String,
    /// Paper, mail, or this system.
    pub method: String,
    /// Working days after the cut-off, at least one.
    pub due_days: i32,
    /// Working days after the deadline, at least one.
    pub consolidate_days: i32,
    pub frequency: Frequency,
    /// Deadlines of an office's own, in office time: minute, hour, day, month, weekday.
    pub cron: String,
    pub cutoff: PeriodRule,
    pub outline: String,
    pub data_table: String,
    /// Grows with every save.
    pub revision: i32,
}

impl Regime {
    /// What applies where nothing else was said: by quarter with the decree's cut-offs, due on the next working day.
    #[must_use]
    pub fn of_law() -> Self {
        Self {
            name: "Báo cáo kết quả thực hiện Mục tiêu chất lượng".to_owned(),
            subject: "Các đơn vị nhận Quyết định để thực hiện".to_owned(),
            receiver: "Văn phòng, để tổng hợp báo cáo Chủ tịch".to_owned(),
            method: "Nhập trên Hệ thống, lãnh đạo đơn vị duyệt".to_owned(),
            due_days: 1,
            consolidate_days: 3,
            frequency: Frequency::Quarter,
            cron: String::new(),
            cutoff: PeriodRule::Nd09,
            outline: "I. Kết quả; II. Đánh giá chung; III. Tồn tại, nguyên nhân; IV. Biện pháp; V. Kiến nghị".to_owned(),
            data_table: "Mỗi chỉ tiêu: tử số, mẫu số; không đạt thì nguyên nhân, biện pháp, người chịu trách nhiệm, thời hạn".to_owned(),
            revision: 0,
        }
    }

    /// The deadlines of an office's own expression; none where it is not right.
    #[must_use]
    pub fn schedule(&self) -> Option<cron::Schedule> {
        // People write five fields; the library wants the seconds, too.
        let text = self.cron.trim();
        let fields: Vec<&str> = text.split_whitespace().collect();
        let whole = match fields.as_slice() {
            [minute, hour, day, month, weekday] => {
                format!(
                    "0 {minute} {hour} {day} {month} {}",
                    named_weekdays(weekday)
                )
            }
            _ => text.to_owned(),
        };
        cron::Schedule::from_str(&whole).ok()
    }
}

/// People count weekdays from Sunday as 0, the library from 1: they go to it by name.
fn named_weekdays(field: &str) -> String {
    const NAMES: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let (days, step) = field.split_at(field.find('/').unwrap_or(field.len()));
    let named = |c: char| {
        c.to_digit(10)
            .and_then(|digit| NAMES.get(digit as usize))
            .map_or_else(|| c.to_string(), |name| (*name).to_owned())
    };
    days.chars().map(named).collect::<String>() + step
}

/// The regime of a decision: its own, else the organisation's, else the law's.
///
/// # Errors
/// When a stored word is unknown, or what the database reports.
pub async fn of_document(db: &impl ConnectionTrait, document: &Document) -> Outcome<Regime> {
    match row(db, document.row.org_id, Some(document.row.id)).await? {
        Some(found) => read(found),
        None => of_organisation(db, document.row.org_id)
            .await
            .map(|regime| Regime {
                // A save makes the decision's first own regime.
                revision: 0,
                ..regime
            }),
    }
}

/// The regime that decisions of the organisation begin with.
///
/// # Errors
/// As [`of_document`].
pub async fn of_organisation(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Regime> {
    match row(db, org_id, None).await? {
        Some(found) => read(found),
        None => Ok(Regime::of_law()),
    }
}

/// A regime as a form sends it; numbers as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    pub seen_revision: i32,
    pub name: String,
    pub subject: String,
    pub receiver: String,
    pub method: String,
    pub due_days: String,
    pub consolidate_days: String,
    pub frequency: String,
    pub cron: String,
    pub cutoff: String,
    pub outline: String,
    pub data_table: String,
}

impl Typed {
    /// Reads what was typed.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn read(&self) -> Outcome<Regime> {
        let regime = Regime {
            name: text(
                "name",
                &self.name,
                "Ghi tên báo cáo.",
                "Write the report's name.",
            )?,
            subject: text(
                "subject",
                &self.subject,
                "Ghi ai báo cáo.",
                "Write who reports.",
            )?,
            receiver: text(
                "receiver",
                &self.receiver,
                "Ghi nơi nhận báo cáo.",
                "Write who receives the report.",
            )?,
            method: text(
                "method",
                &self.method,
                "Ghi phương thức gửi.",
                "Write how it is sent.",
            )?,
            due_days: days("due_days", &self.due_days)?,
            consolidate_days: days("consolidate_days", &self.consolidate_days)?,
            frequency: Frequency::of_word(&self.frequency).ok_or_else(|| {
                Fault::invalid(
                    "frequency",
                    "Chọn tần suất báo cáo.",
                    "Choose how often units report.",
                )
            })?,
            cron: self.cron.trim().to_owned(),
            cutoff: cutoff(&self.cutoff).ok_or_else(|| {
                Fault::invalid(
                    "cutoff",
                    "Chọn cách chốt số liệu.",
                    "Choose how the data are cut off.",
                )
            })?,
            outline: text(
                "outline",
                &self.outline,
                "Ghi đề cương báo cáo.",
                "Write the report's outline.",
            )?,
            data_table: text(
                "data_table",
                &self.data_table,
                "Ghi biểu số liệu.",
                "Write which data are asked for.",
            )?,
            revision: self.seen_revision,
        };
        if regime.frequency == Frequency::Cron {
            check_cron(&regime)?;
        }
        Ok(regime)
    }
}

fn text(field: &str, typed: &str, vi: &str, en: &str) -> Outcome<String> {
    match typed.trim() {
        "" => Err(Fault::invalid(field, vi, en)),
        text if text.chars().count() > MAX_TEXT => Err(Fault::invalid(
            field,
            format!("Dài quá {MAX_TEXT} ký tự, rút gọn lại."),
            format!("More than {MAX_TEXT} characters; shorten it."),
        )),
        text => Ok(text.to_owned()),
    }
}

fn days(field: &str, typed: &str) -> Outcome<i32> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|days| (1..=MAX_DAYS).contains(days))
        .ok_or_else(|| {
            Fault::invalid(
                field,
                format!("Ghi số ngày làm việc từ 1 đến {MAX_DAYS}; ít nhất 01 ngày sau khi chốt số liệu (Nghị định 09/2019/NĐ-CP, Điều 8)."),
                format!("Write 1 to {MAX_DAYS} working days; at least one after the cut-off (Decree 09/2019, Art. 8)."),
            )
        })
}

fn check_cron(regime: &Regime) -> Outcome<()> {
    let refuse = |vi: String, en: String| Err(Fault::invalid("cron", vi, en));
    let Some(schedule) = regime.schedule() else {
        return refuse(
            "Ghi năm phần: phút, giờ, ngày, tháng, thứ. Ví dụ “0 17 5 * *” là 17 giờ ngày 5 hằng tháng.".to_owned(),
            "Write five parts: minute, hour, day, month, weekday. “0 17 5 * *” is five o'clock on the 5th of every month.".to_owned(),
        );
    };
    // Any year will do: expressions repeat themselves.
    let start = chrono::DateTime::<chrono::Utc>::UNIX_EPOCH;
    let year = chrono::TimeDelta::days(366);
    let times = schedule
        .after(&start)
        .take_while(|at| *at < start + year)
        .take(MAX_PERIODS + 1)
        .count();
    match times {
        0 => refuse(
            "Biểu thức không có thời hạn nào trong năm.".to_owned(),
            "The expression names no deadline in a year.".to_owned(),
        ),
        n if n > MAX_PERIODS => refuse(
            format!(
                "Biểu thức có hơn {MAX_PERIODS} thời hạn trong năm; báo cáo không thể dày như vậy."
            ),
            format!(
                "The expression names more than {MAX_PERIODS} deadlines a year; nobody can report that often."
            ),
        ),
        _ => Ok(()),
    }
}

/// Whether the actor may set the regime: the Office, the administrator; for a draft, its drafter, too.
#[must_use]
pub fn may_set(actor: &Actor, org_id: Uuid, document: Option<&Document>) -> bool {
    let drafts = document.is_some_and(|document| {
        actor.has_role_in_unit(
            &["drafter", "office_chief", "unit_head"],
            document.row.owner_id,
        )
    });
    drafts || actor.has_role_in_org("office_chief", org_id) || may::administer(actor, org_id)
}

/// Sets the organisation's regime, or a decision's own while it is not issued.
///
/// # Errors
/// What [`Typed::read`] refuses, a decision whose periods are made already, somebody else's save, or a missing right.
pub async fn set(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    document_id: Option<Uuid>,
    typed: Typed,
) -> Outcome<()> {
    let regime = typed.read()?;
    app.act(
        actor,
        (org_id, document_id, regime),
        |cx, (org_id, document_id, regime)| Box::pin(setting(cx, *org_id, *document_id, regime)),
    )
    .await
}

async fn setting(
    cx: Cx<'_>,
    org_id: Uuid,
    document_id: Option<Uuid>,
    regime: &Regime,
) -> Outcome<()> {
    let document = match document_id {
        Some(id) => Some(documents::find::document(cx.tx, id).await?),
        None => None,
    };
    let org_id = document
        .as_ref()
        .map_or(org_id, |document| document.row.org_id);
    if !may_set(cx.actor, org_id, document.as_ref()) {
        return Err(Fault::forbidden(
            "Chỉ Văn phòng, người quản trị hoặc người soạn thảo được đặt chế độ báo cáo.",
            "Only the Office, the administrator or the drafter set the report regime.",
        ));
    }
    if let Some(id) = document_id
        && !find::periods(cx.tx, id).await?.is_empty()
    {
        return Err(Fault::stale(
            "Quyết định đã phát hành, các kỳ báo cáo đã lập; chế độ báo cáo không đổi được nữa.",
            "The decision is issued and its report periods are made; the regime is fixed.",
        ));
    }
    write(cx, org_id, document_id, regime).await?;
    let summary = format!(
        "Đặt chế độ báo cáo{}: {}, chốt số liệu {}, hạn {} ngày làm việc sau khi chốt",
        if document.is_some() {
            ""
        } else {
            " chung của cơ quan"
        },
        regime.frequency.word(),
        cutoff_word(regime.cutoff),
        regime.due_days
    );
    let entry = match document_id {
        Some(id) => Entry::about(id, "regime.set", summary),
        None => Entry::general("regime.set", summary),
    };
    let entry = entry.data(json!({
        "frequency": regime.frequency.word(), "cron": regime.cron, "cutoff": cutoff_word(regime.cutoff),
        "due_days": regime.due_days, "consolidate_days": regime.consolidate_days,
    }));
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
}

async fn write(
    cx: Cx<'_>,
    org_id: Uuid,
    document_id: Option<Uuid>,
    regime: &Regime,
) -> Outcome<()> {
    let before = row(cx.tx, org_id, document_id).await?;
    let model = report_regime::ActiveModel {
        id: Set(before.as_ref().map_or_else(|| cx.id(), |before| before.id)),
        org_id: Set(org_id),
        document_id: Set(document_id),
        name: Set(regime.name.clone()),
        subject: Set(regime.subject.clone()),
        receiver: Set(regime.receiver.clone()),
        method: Set(regime.method.clone()),
        due_days: Set(regime.due_days),
        consolidate_days: Set(regime.consolidate_days),
        frequency: Set(regime.frequency.word().to_owned()),
        cron: Set(regime.cron.clone()),
        cutoff: Set(cutoff_word(regime.cutoff).to_owned()),
        outline: Set(regime.outline.clone()),
        data_table: Set(regime.data_table.clone()),
        revision: Set(regime.revision + 1),
        changed_at: Set(cx.now),
        by_name: Set(cx.actor.name.clone()),
    };
    let seen = before.as_ref().map_or(0, |before| before.revision);
    if seen != regime.revision {
        return Err(saved_meanwhile());
    }
    let Some(before) = before else {
        model.insert(cx.tx).await?;
        return Ok(());
    };
    let changed = report_regime::Entity::update_many()
        .filter(report_regime::Column::Id.eq(before.id))
        .filter(report_regime::Column::Revision.eq(seen))
        .set(model)
        .exec(cx.tx)
        .await?;
    if changed.rows_affected == 1 {
        Ok(())
    } else {
        Err(saved_meanwhile())
    }
}

fn saved_meanwhile() -> Fault {
    Fault::stale(
        "Người khác đã lưu chế độ báo cáo này. Nội dung vừa nhập vẫn còn trong ô.",
        "Somebody else saved this regime. What you typed is still in the fields.",
    )
}

async fn row(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    document_id: Option<Uuid>,
) -> Outcome<Option<report_regime::Model>> {
    let of_document = match document_id {
        Some(id) => report_regime::Column::DocumentId.eq(id),
        None => report_regime::Column::DocumentId.is_null(),
    };
    Ok(report_regime::Entity::find()
        .filter(report_regime::Column::OrgId.eq(org_id))
        .filter(of_document)
        .one(db)
        .await?)
}

fn read(row: report_regime::Model) -> Outcome<Regime> {
    let unknown = |word: &str| Fault::Internal(anyhow::anyhow!("regime {}: `{word}`", row.id));
    Ok(Regime {
        frequency: Frequency::of_word(&row.frequency).ok_or_else(|| unknown(&row.frequency))?,
        cutoff: cutoff(&row.cutoff).ok_or_else(|| unknown(&row.cutoff))?,
        name: row.name,
        subject: row.subject,
        receiver: row.receiver,
        method: row.method,
        due_days: row.due_days,
        consolidate_days: row.consolidate_days,
        cron: row.cron,
        outline: row.outline,
        data_table: row.data_table,
        revision: row.revision,
    })
}
