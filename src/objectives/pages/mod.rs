//! The pages of this slice: from the address to the act, from rows to the plain views of `web::views::objectives`.

mod briefing;
mod chart;
mod consolidation;
mod corrective;
mod csv;
mod evidence;
mod extension;
mod grid;
mod import;
mod next_year;
mod own;
mod regime;
mod report;
mod report_view;
mod show;
mod wall;
mod year;

pub use briefing::briefing;
pub use chart::chart;
pub use consolidation::{consolidate, consolidate_page};
pub use corrective::{action_page, actions_page, open_action, take_action};
pub use csv::{csv, xlsx};
pub use evidence::{add_evidence, evidence_file, evidence_page, remove_evidence};
pub use extension::{answer_extension, ask_extension, extension_page};
pub use import::{fill_from_file, import_file, import_page, import_preview};
pub use next_year::{begin_next_year, next_year_page};
pub use own::own_report;
pub use regime::{asked_page, own_regime_page, regime_page, set_asked, set_own_regime, set_regime};
pub use report::{approve_report, report_page, save_report};
pub use show::{index, show};
pub use wall::wall;
pub use year::{close_year, evaluate, evaluate_page};

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::rows::report_period;
use super::verdict::{Sum, Target, Verdict};
use crate::documents::Document;
use crate::documents::rows::document;
use crate::fault::Outcome;
use crate::flow::rows::flow_task;
use crate::people::Actor;
use crate::people::may::{self, TaskRight};
use crate::web::views::objectives::ResultCell;
use crate::web::views::shared::Mark;
use crate::web::{Lang, Link};

/// The pairs of a form as they were sent.
type Pairs = Vec<(String, String)>;

/// One of two sentences, by the reader's language.
fn said(lang: Lang, vi: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Vi => vi.into(),
        Lang::En => en.into(),
    }
}

/// `quý II năm 2023` as the head of a column: `Quý II`.
fn column(period: &report_period::Model) -> String {
    let short = period.name.split(" năm ").next().unwrap_or(&period.name);
    trinhky_drafting::upper_first(short)
}

/// `từ 15/03/2023 đến 14/06/2023`.
fn range(period: &report_period::Model) -> String {
    format!(
        "từ {} đến {}",
        trinhky_calendar::vn_date(period.from_on),
        trinhky_calendar::vn_date(period.cutoff_on)
    )
}

fn document_link(document: &Document) -> Link {
    Link::new(&format!("/van-ban/{}", document.row.id), &document.title())
}

fn mark(verdict: Verdict, lang: Lang) -> Mark {
    match verdict {
        Verdict::Met => Mark::met(lang),
        Verdict::NotMet => Mark::not_met(lang),
        Verdict::NotApplicable => Mark::nothing_arose(lang),
        Verdict::InProgress => Mark::not_reported(lang),
    }
}

fn cell(
    sum: &Sum,
    target: &Target,
    verdict: Verdict,
    lang: Lang,
    href: Option<String>,
) -> ResultCell {
    let judged = matches!(verdict, Verdict::Met | Verdict::NotMet);
    ResultCell {
        value: if judged {
            sum.shown(target)
        } else {
            String::new()
        },
        fraction: if judged && !target.is_count {
            sum.fraction(target)
        } else {
            String::new()
        },
        mark: mark(verdict, lang),
        href,
    }
}

/// Whose results a reader may see one by one.
struct Seen {
    all: bool,
    units: BTreeSet<Uuid>,
}

impl Seen {
    fn by(actor: &Actor, decision: &document::Model) -> Self {
        Self {
            all: may::work_on_documents_of(actor, decision.org_id),
            units: actor.unit_ids().into_iter().collect(),
        }
    }

    /// The units to look among; none for all.
    fn only(&self) -> Option<&BTreeSet<Uuid>> {
        (!self.all).then_some(&self.units)
    }
}

/// The open steps of a decision's follow-up that are outside rounds of units.
async fn open_steps(
    db: &impl ConnectionTrait,
    document: &Document,
) -> Outcome<Vec<flow_task::Model>> {
    Ok(flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(document.row.id))
        .filter(flow_task::Column::Element.is_in(["consolidate", "evaluate", "close_year"]))
        .all(db)
        .await?)
}

/// Whether the actor may take an open step.
fn may_take(actor: &Actor, document: &Document, task: &flow_task::Model) -> bool {
    may::do_task(
        actor,
        &TaskRight {
            role: &task.role,
            doc_type: &document.row.doc_type,
            org_id: task.org_id,
            owner_id: document.row.owner_id,
            unit_id: task.unit_id,
            person_id: task.person_id,
        },
    ) && !may::held_by_other(actor, task.claimed_by)
}
