//! The acts on measures: the drafter confirms them, or settles what text and measure disagree about.

use sea_orm::{ActiveModelTrait as _, EntityTrait, IntoActiveModel as _};
use serde_json::json;
use trinhky_drafting::Draft;
use trinhky_drafting::objectives::{
    CannotRetarget, Comparator, Fraction, Indicator, Unit, propose, retarget,
};
use uuid::Uuid;

use super::{Measure, Standing, of, words};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::rows::confirmed_measure;
use crate::documents::{Document, draft, find, state};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, may};

/// Longest text of one field, in characters.
const MAX_TEXT: usize = 500;

/// One measure as a form sends it; the target as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    pub code: String,
    pub name: String,
    pub numerator: String,
    pub denominator: String,
    /// The word of a [`Comparator`].
    pub comparator: String,
    pub target: String,
    pub evidence: String,
    pub who_reports: String,
}

/// What a confirmation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    pub measures: usize,
    /// The version of the text with the changed targets; none where the text said them already.
    pub version: Option<i32>,
}

/// Confirms the measures of a draft; a target that differs from the text is written into its sentence as a new version.
///
/// # Errors
/// The first field that is missing or wrong, a sentence that a person has to rewrite, a draft that was changed meanwhile or is
/// no draft any more, or a missing right.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    document_id: Uuid,
    seen_version: i32,
    typed: Vec<Typed>,
) -> Outcome<Confirmed> {
    app.act(
        actor,
        (document_id, seen_version, typed),
        |cx, (document_id, seen_version, typed)| {
            Box::pin(confirm_within(cx, *document_id, *seen_version, typed))
        },
    )
    .await
}

/// The rule of [`confirm`], for acts that draft and confirm in one.
pub(crate) async fn confirm_within(
    cx: Cx<'_>,
    document_id: Uuid,
    seen_version: i32,
    typed: &[Typed],
) -> Outcome<Confirmed> {
    let document = writable(cx, document_id, seen_version).await?;
    let measures = of(cx.tx, &document).await?;
    let mut text = document.draft.clone();
    let (mut replaced, mut rows) = (Vec::new(), Vec::new());
    for (measure, found) in measures
        .iter()
        .filter_map(|measure| Some((measure, measure.proposed.as_ref()?)))
    {
        let code = measure.code();
        let Some(typed) = typed.iter().find(|typed| typed.code == code) else {
            continue;
        };
        let (comparator, target) = wanted(typed, found)?;
        text = with_target(text, found, comparator, target, code)?;
        let source = source_in(&text, &found.id).unwrap_or_else(|| found.source.clone());
        replaced.extend(measure.confirmed.clone());
        rows.push(row(
            cx,
            &document,
            found,
            typed,
            (comparator, target),
            source,
        )?);
    }
    let saved = draft::save_version(
        cx,
        &document,
        seen_version,
        &text,
        "Ghi chỉ tiêu đã xác nhận vào câu văn",
    )
    .await?;
    let count = rows.len();
    store(cx, &replaced, rows).await?;
    let mut summary = format!("Xác nhận {count:02} chỉ tiêu của dự thảo");
    let version = match saved {
        draft::Saved::Unchanged => None,
        draft::Saved::Version(version) => {
            summary.push_str(&format!("; câu văn sửa theo ở bản thứ {version}"));
            Some(version)
        }
    };
    let entry = Entry::about(document_id, "measures.confirmed", summary)
        .data(json!({ "measures": count, "version": version }));
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
    Ok(Confirmed {
        measures: count,
        version,
    })
}

/// How a question between the text and a confirmed measure is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// The text's target becomes the confirmed one.
    FollowText,
    /// The confirmed target is written back into the text, as a new version.
    FollowMeasure,
    /// A measure whose sentence is gone goes, too.
    Drop,
}

/// Settles the question about one measure.
///
/// # Errors
/// As [`confirm`]; where the question does not stand any more.
pub async fn settle(
    app: &App,
    actor: &Actor,
    document_id: Uuid,
    seen_version: i32,
    code: String,
    how: Settle,
) -> Outcome<()> {
    let input = (document_id, seen_version, code, how);
    app.act(
        actor,
        input,
        |cx, (document_id, seen_version, code, how)| {
            Box::pin(async move {
                let document = writable(cx, *document_id, *seen_version).await?;
                let measure = questioned(cx, &document, code).await?;
                match (*how, measure.proposed, measure.confirmed) {
                    (Settle::FollowText, Some(found), Some(old)) => {
                        follow_text(cx, &document, &found, old).await
                    }
                    (Settle::FollowMeasure, Some(found), Some(old)) => {
                        follow_measure(cx, &document, code, found, old).await
                    }
                    (Settle::Drop, None, Some(row)) => drop_gone(cx, &document, row).await,
                    _ => Err(settled()),
                }
            })
        },
    )
    .await
}

async fn follow_text(
    cx: Cx<'_>,
    document: &Document,
    found: &Indicator,
    old: confirmed_measure::Model,
) -> Outcome<()> {
    let mut row = old.clone();
    row.code.clone_from(&found.id);
    row.source.clone_from(&found.source);
    found.comparator.word().clone_into(&mut row.comparator);
    (row.target_n, row.target_d) = stored(found.target)?;
    row.is_count = found.unit == Unit::Count;
    let summary = format!(
        "Chỉ tiêu “{}” theo văn bản: {}",
        row.name,
        words(found.comparator, found.target, found.unit)
    );
    row.confirmed_at = cx.now;
    row.by_name.clone_from(&cx.actor.name);
    store(cx, &[old], vec![row]).await?;
    let entry = Entry::about(document.row.id, "measures.confirmed", summary);
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}

async fn follow_measure(
    cx: Cx<'_>,
    document: &Document,
    code: &str,
    found: Indicator,
    old: confirmed_measure::Model,
) -> Outcome<()> {
    let mut row = old.clone();
    let comparator = Comparator::of_word(&row.comparator).unwrap_or(found.comparator);
    let text = with_target(
        document.draft.clone(),
        &found,
        comparator,
        row.target(),
        code,
    )?;
    let note = format!(
        "Câu văn trở lại theo chỉ tiêu đã xác nhận: {}",
        words(comparator, row.target(), row.unit())
    );
    draft::save_version(cx, document, document.row.version, &text, &note).await?;
    row.source = source_in(&text, &found.id).unwrap_or(found.source);
    row.code = found.id;
    store(cx, &[old], vec![row]).await
}

async fn drop_gone(cx: Cx<'_>, document: &Document, row: confirmed_measure::Model) -> Outcome<()> {
    confirmed_measure::Entity::delete_by_id((row.document_id, row.code))
        .exec(cx.tx)
        .await?;
    let summary = format!("Bỏ chỉ tiêu “{}”: câu văn không còn", row.name);
    let entry = Entry::about(document.row.id, "measures.dropped", summary);
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}

/// A draft in the version that the drafter saw, which he may change.
async fn writable(cx: Cx<'_>, id: Uuid, seen_version: i32) -> Outcome<Document> {
    let document = find::document(cx.tx, id).await?;
    let right = may::TaskRight {
        role: "drafter",
        doc_type: &document.row.doc_type,
        org_id: document.row.org_id,
        owner_id: document.row.owner_id,
        unit_id: None,
        person_id: None,
    };
    if !may::do_task(cx.actor, &right) {
        return Err(Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được xác nhận chỉ tiêu.",
            "Only the drafter or the head of the drafting unit confirms how objectives are measured.",
        ));
    }
    if document.row.state != state::DRAFT {
        return Err(Fault::stale(
            "Dự thảo đã được phê duyệt, chỉ tiêu không đổi được nữa. Muốn đổi thì sửa dự thảo và trình lại.",
            "The draft is approved and its measures are fixed. To change one, change the draft and submit it again.",
        ));
    }
    draft::changeable(cx.tx, &document).await?;
    if document.row.version != seen_version {
        return Err(Fault::stale(
            "Dự thảo đã có bản mới hơn. Trang hiện bản mới nhất; nội dung vừa nhập vẫn còn trong ô.",
            "There is a newer version of the draft. The page shows it; what you typed is still in the fields.",
        ));
    }
    Ok(document)
}

async fn questioned(cx: Cx<'_>, document: &Document, code: &str) -> Outcome<Measure> {
    of(cx.tx, document)
        .await?
        .into_iter()
        .find(|measure| {
            measure.code() == code && matches!(measure.standing, Standing::Differs | Standing::Gone)
        })
        .ok_or_else(settled)
}

fn settled() -> Fault {
    Fault::stale(
        "Câu hỏi này đã được giải quyết. Trang hiện trạng thái mới nhất.",
        "This question is settled already. The page shows the present state.",
    )
}

/// What the drafter wants, read from the typed target.
fn wanted(typed: &Typed, found: &Indicator) -> Outcome<(Comparator, Fraction)> {
    let comparator = Comparator::of_word(&typed.comparator).unwrap_or(found.comparator);
    let target = Fraction::typed(&typed.target, found.unit).ok_or_else(|| {
        let (vi, en) = match found.unit {
            Unit::Percent => (
                "Ghi tỷ lệ từ 0 đến 100, ví dụ 98 hoặc 98,5.",
                "Write a share from 0 to 100, e.g. 98 or 98,5.",
            ),
            Unit::Count => (
                "Ghi số đếm nguyên, ví dụ 0 hoặc 3.",
                "Write a whole count, e.g. 0 or 3.",
            ),
        };
        Fault::invalid(&format!("target.{}", typed.code), vi, en)
    })?;
    Ok((comparator, target))
}

/// The text with the wanted target; the same text where it says so already and says it clearly.
fn with_target(
    text: Draft,
    found: &Indicator,
    comparator: Comparator,
    target: Fraction,
    code: &str,
) -> Outcome<Draft> {
    let says = comparator == found.comparator && target.equals(found.target);
    let clearly = trinhky_drafting::objectives::contradictions(&found.source).is_empty();
    if says && clearly {
        return Ok(text);
    }
    retarget(&text, &found.id, comparator, target).map_err(|why| {
        let field = format!("target.{code}");
        let source = &found.source;
        match why {
            CannotRetarget::NoFigure => Fault::invalid(
                &field,
                format!("Câu “{source}” không có con số riêng để sửa theo. Sửa câu văn ở trang soạn thảo trước."),
                format!("The sentence “{source}” has no figure of its own. Change the sentence in the editor first."),
            ),
            CannotRetarget::Unclear => Fault::invalid(
                &field,
                format!("Ghi “{}” vào câu “{source}” sẽ bị đọc khác hoặc đổi cả chỉ tiêu khác. Sửa câu văn ở trang soạn thảo trước.", words(comparator, target, found.unit)),
                format!("With “{}” the sentence “{source}” would be read differently, or another indicator would change. Change the sentence in the editor first.", words(comparator, target, found.unit)),
            ),
            CannotRetarget::Gone => settled(),
        }
    })
}

/// The words that an indicator is read from in a text.
fn source_in(text: &Draft, id: &str) -> Option<String> {
    propose(text)
        .into_iter()
        .flat_map(|objective| objective.indicators)
        .find(|indicator| indicator.id == id)
        .map(|indicator| indicator.source)
}

fn row(
    cx: Cx<'_>,
    document: &Document,
    found: &Indicator,
    typed: &Typed,
    (comparator, target): (Comparator, Fraction),
    source: String,
) -> Outcome<confirmed_measure::Model> {
    let code = &typed.code;
    let is_count = found.unit == Unit::Count;
    let text = |field: &str, text: &str, wanted: bool, vi: &str, en: &str| {
        let text = text.trim();
        let field = format!("{field}.{code}");
        if wanted && text.is_empty() {
            return Err(Fault::invalid(&field, vi, en));
        }
        if text.chars().count() > MAX_TEXT {
            return Err(Fault::invalid(
                &field,
                format!("Dài quá {MAX_TEXT} ký tự, rút gọn lại."),
                format!("More than {MAX_TEXT} characters; shorten it."),
            ));
        }
        Ok(text.to_owned())
    };
    let (target_n, target_d) = stored(target)?;
    Ok(confirmed_measure::Model {
        document_id: document.row.id,
        code: code.clone(),
        org_id: document.row.org_id,
        source,
        name: text(
            "name",
            &typed.name,
            true,
            "Ghi tên chỉ tiêu.",
            "Write the indicator's name.",
        )?,
        numerator: text(
            "numerator",
            &typed.numerator,
            true,
            "Ghi tử số đếm cái gì.",
            "Write what the numerator counts.",
        )?,
        denominator: text(
            "denominator",
            if is_count { "" } else { &typed.denominator },
            !is_count,
            "Ghi mẫu số đếm cái gì.",
            "Write what the denominator counts.",
        )?,
        comparator: comparator.word().to_owned(),
        target_n,
        target_d,
        is_count,
        evidence: text("evidence", &typed.evidence, false, "", "")?,
        who_reports: text(
            "who",
            &typed.who_reports,
            true,
            "Ghi đơn vị nào báo cáo.",
            "Write which units report it.",
        )?,
        confirmed_at: cx.now,
        by_name: cx.actor.name.clone(),
    })
}

fn stored(target: Fraction) -> Outcome<(i64, i64)> {
    let number = |number: u64| i64::try_from(number).map_err(anyhow::Error::from);
    Ok((number(target.numerator)?, number(target.denominator)?))
}

/// Writes rows in place of others.
async fn store(
    cx: Cx<'_>,
    replaced: &[confirmed_measure::Model],
    rows: Vec<confirmed_measure::Model>,
) -> Outcome<()> {
    for row in replaced {
        confirmed_measure::Entity::delete_by_id((row.document_id, row.code.clone()))
            .exec(cx.tx)
            .await?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all());
    confirmed_measure::Entity::insert_many(rows)
        .exec_without_returning(cx.tx)
        .await?;
    Ok(())
}
