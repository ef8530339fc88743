//! What stands in a case file: put in, taken out, taken in by its rule, listed in the order of the days.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType,
    PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::rows::{case_file, case_item};
use super::{Rule, kept_open, readable};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::rows::delivery;
use crate::documents::rows::document;
use crate::documents::{doc_type, find, state, title};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, find as people_find};

/// A document in a file.
#[derive(Debug, Clone)]
pub struct Item {
    pub document: document::Model,
    /// `Quyết định số 05/QĐ-UBND`
    pub title: String,
    /// Whose document it is.
    pub author: String,
    /// Put in by the rule.
    pub by_rule: bool,
    /// Where it came to the file's unit from another office: day and number of its arrival.
    pub arrived: Option<(NaiveDate, Option<i32>)>,
}

/// What a reader sees of a file.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// In the order of their days; the place in it is the document's ordinal (Annex VI.III.4b).
    pub items: Vec<Item>,
    /// Documents that he may not know.
    pub hidden: usize,
}

impl Contents {
    /// The days of the first and the last document.
    #[must_use]
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let first = self.items.first()?.document.issued_on?;
        let last = self.items.last()?.document.issued_on?;
        Some((first, last))
    }
}

/// Puts a document that has its number into a file; with a decision goes the proposal that carried it.
///
/// # Errors
/// When the file is closed or holds it already, the document has no number, the actor keeps no such file or may not know the
/// document; what the database reports.
pub async fn put(app: &App, actor: &Actor, id: Uuid, document_id: Uuid) -> Outcome<()> {
    app.act(actor, (id, document_id), |cx, (id, document_id)| {
        Box::pin(async move {
            let case = kept_open(cx, *id).await?;
            let row = find::visible_row(cx.tx, cx.actor, *document_id).await?;
            if row.number.is_none() {
                return Err(Fault::stale(
                    "Văn bản chưa có số; đưa vào hồ sơ sau khi cấp số.",
                    "The document has no number yet; put it in when it has one.",
                ));
            }
            if !enter(cx, &case, &row, "hand").await? {
                return Err(Fault::invalid(
                    "case",
                    format!("Hồ sơ {} đã có văn bản này.", case.code),
                    format!("The file {} holds this document already.", case.code),
                ));
            }
            with_its_proposals(cx, &case, &row, "hand").await
        })
    })
    .await
}

/// Takes a document out of an open file; its rule does not put it in again.
///
/// # Errors
/// 404 where it is not in it; when the file is closed, the actor does not keep it; what the database reports.
pub async fn take_out(app: &App, actor: &Actor, id: Uuid, document_id: Uuid) -> Outcome<()> {
    app.act(actor, (id, document_id), |cx, (id, document_id)| {
        Box::pin(async move {
            let case = kept_open(cx, *id).await?;
            let taken = case_item::Entity::update_many()
                .filter(case_item::Column::CaseId.eq(case.id))
                .filter(case_item::Column::DocumentId.eq(*document_id))
                .filter(case_item::Column::TakenOutAt.is_null())
                .set(case_item::ActiveModel {
                    taken_out_at: Set(Some(cx.now)),
                    by_name: Set(cx.actor.name.clone()),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            if taken.rows_affected != 1 {
                return Err(Fault::NotFound);
            }
            let row = find::document(cx.tx, *document_id).await?.row;
            let summary = format!("Bỏ {} ra khỏi hồ sơ {}", called(&row)?, case.code);
            journal(cx, &case, row.id, "case.taken_out", summary).await
        })
    })
    .await
}

/// Puts a document that was just sent out into every open file whose rule takes it.
///
/// # Errors
/// What the database reports.
pub async fn by_rule(app: &App, document_id: Uuid) -> Outcome<()> {
    app.act(&Actor::system(), document_id, |cx, document_id| {
        Box::pin(async move {
            let row = find::document(cx.tx, *document_id).await?.row;
            let Some(day) = row.issued_on else {
                return Ok(());
            };
            let sent_to = Query::select()
                .column(delivery::Column::UnitId)
                .from(delivery::Entity)
                .and_where(delivery::Column::DocumentId.eq(row.id))
                .to_owned();
            let concerned = Condition::any()
                .add(case_file::Column::OwnerId.is_in([row.owner_id, row.org_id]))
                .add(case_file::Column::OwnerId.in_subquery(sent_to));
            let cases = case_file::Entity::find()
                .filter(case_file::Column::Year.eq(day.year()))
                .filter(case_file::Column::ClosedOn.is_null())
                .filter(concerned)
                .order_by_asc(case_file::Column::Id)
                .all(cx.tx)
                .await?;
            for case in cases {
                let takes =
                    Rule::of(&case)?.is_some_and(|rule| rule.takes(&row.doc_type, &row.subject));
                if takes && enter_new(cx, &case, &row).await? {
                    with_its_proposals(cx, &case, &row, "rule").await?;
                }
            }
            Ok(())
        })
    })
    .await
}

/// Puts in what a file's rule takes of the documents that are there.
///
/// # Errors
/// What the database reports.
pub(super) async fn fill(cx: Cx<'_>, case: &case_file::Model) -> Outcome<()> {
    let Some(rule) = Rule::of(case)? else {
        return Ok(());
    };
    let sent_here = Query::select()
        .column(delivery::Column::DocumentId)
        .from(delivery::Entity)
        .and_where(delivery::Column::UnitId.eq(case.owner_id))
        .to_owned();
    let concerned = Condition::any()
        .add(document::Column::OwnerId.eq(case.owner_id))
        .add(document::Column::OrgId.eq(case.owner_id))
        .add(document::Column::Id.in_subquery(sent_here));
    let Some((first, last)) =
        NaiveDate::from_ymd_opt(case.year, 1, 1).zip(NaiveDate::from_ymd_opt(case.year, 12, 31))
    else {
        return Ok(());
    };
    let mut asked = document::Entity::find()
        .filter(document::Column::State.is_in([state::ISSUED, state::CLOSED]))
        .filter(document::Column::IssuedOn.between(first, last))
        .filter(concerned)
        .order_by_asc(document::Column::Id);
    if !rule.doc_types.is_empty() {
        asked = asked.filter(document::Column::DocType.is_in(rule.doc_types.iter().cloned()));
    }
    for row in asked.all(cx.tx).await? {
        if rule.takes(&row.doc_type, &row.subject) && enter_new(cx, case, &row).await? {
            with_its_proposals(cx, case, &row, "rule").await?;
        }
    }
    Ok(())
}

/// As [`enter`] by the rule, which leaves alone what somebody has taken out.
async fn enter_new(cx: Cx<'_>, case: &case_file::Model, row: &document::Model) -> Outcome<bool> {
    let known = case_item::Entity::find_by_id((case.id, row.id))
        .one(cx.tx)
        .await?;
    match known {
        Some(_) => Ok(false),
        None => enter(cx, case, row, "rule").await,
    }
}

async fn with_its_proposals(
    cx: Cx<'_>,
    case: &case_file::Model,
    row: &document::Model,
    way: &'static str,
) -> Outcome<()> {
    let proposals = document::Entity::find()
        .filter(document::Column::CarriedBy.eq(row.id))
        // Another office's proposals were not sent here.
        .filter(document::Column::OrgId.eq(case.org_id))
        .filter(document::Column::Number.is_not_null())
        .order_by_asc(document::Column::Id)
        .all(cx.tx)
        .await?;
    for proposal in proposals {
        enter(cx, case, &proposal, way).await?;
    }
    Ok(())
}

/// Enters a document; whether it was not there.
async fn enter(
    cx: Cx<'_>,
    case: &case_file::Model,
    row: &document::Model,
    way: &'static str,
) -> Outcome<bool> {
    let new = case_item::ActiveModel {
        case_id: Set(case.id),
        document_id: Set(row.id),
        way: Set(way.to_owned()),
        added_at: Set(cx.now),
        by_name: Set(cx.actor.name.clone()),
        taken_out_at: Set(None),
    };
    let key = [case_item::Column::CaseId, case_item::Column::DocumentId];
    let again = OnConflict::columns(key)
        .update_columns([
            case_item::Column::Way,
            case_item::Column::AddedAt,
            case_item::Column::ByName,
            case_item::Column::TakenOutAt,
        ])
        .action_and_where(
            Expr::col((case_item::Entity, case_item::Column::TakenOutAt)).is_not_null(),
        )
        .to_owned();
    let entered = case_item::Entity::insert(new)
        .on_conflict(again)
        .exec_without_returning(cx.tx)
        .await?;
    if entered == 0 {
        return Ok(false);
    }
    let how = if way == "rule" {
        " theo quy tắc của hồ sơ"
    } else {
        ""
    };
    let summary = format!("Đưa {} vào hồ sơ {}{how}", called(row)?, case.code);
    journal(cx, case, row.id, "case.put", summary).await?;
    Ok(true)
}

fn called(row: &document::Model) -> Outcome<String> {
    let kind = doc_type(&row.doc_type)?;
    Ok(title(kind, row.number, &row.symbol, &row.subject))
}

async fn journal(
    cx: Cx<'_>,
    case: &case_file::Model,
    document_id: Uuid,
    act: &'static str,
    summary: String,
) -> Outcome<()> {
    let entry = Entry::about(document_id, act, summary)
        .unit(case.owner_id)
        .data(json!({ "case": case.id }));
    audit::append(cx.tx, case.org_id, cx.actor, cx.now, entry).await
}

/// How many documents stand in a file.
///
/// # Errors
/// What the database reports.
pub(super) async fn count(db: &impl ConnectionTrait, case_id: Uuid) -> Outcome<u64> {
    Ok(case_item::Entity::find()
        .filter(case_item::Column::CaseId.eq(case_id))
        .filter(case_item::Column::TakenOutAt.is_null())
        .count(db)
        .await?)
}

/// What a reader sees of a file.
///
/// # Errors
/// What the database reports.
pub async fn contents(
    db: &impl ConnectionTrait,
    actor: &Actor,
    case: &case_file::Model,
    on: NaiveDate,
) -> Outcome<Contents> {
    let ways: BTreeMap<Uuid, String> = case_item::Entity::find()
        .filter(case_item::Column::CaseId.eq(case.id))
        .filter(case_item::Column::TakenOutAt.is_null())
        .all(db)
        .await?
        .into_iter()
        .map(|item| (item.document_id, item.way))
        .collect();
    let ids: Vec<Uuid> = ways.keys().copied().collect();
    let mut rows = find::visible_rows(db, actor, &ids).await?;
    rows.sort_by_key(|row| (row.issued_on, row.issued_at, row.number, row.id));
    let whose = |row: &document::Model| match row.carried_by {
        Some(_) => row.owner_id,
        None => row.org_id,
    };
    let authors: Vec<Uuid> = rows.iter().map(whose).collect();
    let names = people_find::unit_names(db, &authors, on).await?;
    let arrivals: BTreeMap<Uuid, delivery::Model> = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.is_in(ids.iter().copied()))
        .filter(delivery::Column::UnitId.eq(case.owner_id))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.document_id, row))
        .collect();
    let hidden = ids.len() - rows.len();
    let items = rows
        .into_iter()
        .map(|row| {
            let arrival = arrivals.get(&row.id).filter(|_| row.org_id != case.org_id);
            Ok(Item {
                title: called(&row)?,
                author: names.get(&whose(&row)).cloned().unwrap_or_default(),
                by_rule: ways.get(&row.id).is_some_and(|way| way == "rule"),
                arrived: arrival.map(|row| {
                    let at = row.delivered_at.unwrap_or(row.dispatched_at);
                    (trinhky_calendar::local(at).date_naive(), row.arrival_number)
                }),
                document: row,
            })
        })
        .collect::<Outcome<_>>()?;
    Ok(Contents { items, hidden })
}

/// How many documents stand in a file, and from which day to which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub count: usize,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

impl Span {
    /// `24/03/2023 - 15/12/2023`; empty where nothing is in it.
    pub fn days(&self) -> String {
        let both = self.first.zip(self.last);
        both.map(|(first, last)| format!("{} - {}", vn_date(first), vn_date(last)))
            .unwrap_or_default()
    }
}

/// The spans of several files by their ids.
///
/// # Errors
/// What the database reports.
pub(super) async fn spans(
    db: &impl ConnectionTrait,
    cases: &[case_file::Model],
) -> Outcome<BTreeMap<Uuid, Span>> {
    let rows: Vec<(Uuid, Option<NaiveDate>)> = case_item::Entity::find()
        .select_only()
        .column(case_item::Column::CaseId)
        .column(document::Column::IssuedOn)
        .join(
            JoinType::InnerJoin,
            case_item::Entity::belongs_to(document::Entity)
                .from(case_item::Column::DocumentId)
                .to(document::Column::Id)
                .into(),
        )
        .filter(case_item::Column::CaseId.is_in(cases.iter().map(|case| case.id)))
        .filter(case_item::Column::TakenOutAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let mut spans: BTreeMap<Uuid, Span> = BTreeMap::new();
    for (case, day) in rows {
        let span = spans.entry(case).or_default();
        span.count += 1;
        span.first = [span.first, day].into_iter().flatten().min();
        span.last = [span.last, day].into_iter().flatten().max();
    }
    Ok(spans)
}

/// The files in which a document stands, of those that the reader may see.
///
/// # Errors
/// What the database reports.
pub async fn holding(
    db: &impl ConnectionTrait,
    actor: &Actor,
    document_id: Uuid,
) -> Outcome<Vec<case_file::Model>> {
    let items = case_item::Entity::find()
        .filter(case_item::Column::DocumentId.eq(document_id))
        .filter(case_item::Column::TakenOutAt.is_null())
        .order_by_asc(case_item::Column::AddedAt)
        .all(db)
        .await?;
    let mut cases = Vec::new();
    for item in items {
        match readable(db, actor, item.case_id).await {
            Ok(case) => cases.push(case),
            Err(Fault::NotFound) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(cases)
}
