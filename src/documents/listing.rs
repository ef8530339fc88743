//! Lists of documents that somebody may know: by words, state and type, newest change first.
//!
//! What it costs must not grow with what lies in the office. So the database's word index is asked first. Where it names
//! few documents, these are looked at; where many hold the words, the newest of them are met soon by walking back in
//! time, and nobody counts the rest.

use sea_orm::sea_query::{
    CaseStatement, Expr, Query, SelectStatement, SubQueryStatement, UnionType,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, ExprTrait as _,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::find::{Way, visible_to, ways};
use super::rows::document;
use super::words;
use crate::fault::Outcome;
use crate::people::Actor;
use crate::people::rows::unit_name;

/// Up to so many documents are looked at one by one and counted.
pub const FEW: usize = 1_000;

/// What a page of a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// A state to filter by.
    pub state: Option<String>,
    /// A type code to filter by.
    pub doc_type: Option<String>,
    /// Documents changed before this one: the next page.
    pub before: Option<Uuid>,
    pub limit: u64,
}

/// How many documents of a state and a type there are.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    pub state: String,
    pub doc_type: String,
    pub number: i64,
}

/// The documents that an actor may know and that hold the words of a question.
#[derive(Debug)]
pub struct Listing<'a> {
    actor: &'a Actor,
    /// Those that the word index names, where they are few.
    few: Option<Vec<Uuid>>,
    /// What the index did not answer.
    wanted: Condition,
    /// Whether words are asked for.
    words: bool,
}

impl<'a> Listing<'a> {
    /// Reads a question: every word of it must begin a word of the document, or of a name of its drafting unit.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn of(
        db: &impl ConnectionTrait,
        actor: &'a Actor,
        question: &str,
    ) -> Outcome<Listing<'a>> {
        let asked = words::asked(question);
        let mut listing = Listing {
            actor,
            few: None,
            wanted: Condition::all(),
            words: !asked.is_empty(),
        };
        if asked.is_empty() {
            return Ok(listing);
        }
        let names: Vec<(Uuid, String)> = unit_name::Entity::find()
            .all(db)
            .await?
            .into_iter()
            .map(|row| {
                let name = format!("{} {}", row.name, row.short);
                (row.unit_id, words::stored(&name))
            })
            .collect();
        let mut of_text = Vec::new();
        for word in asked {
            let units: Vec<Uuid> = names
                .iter()
                .filter(|(_, name)| words::hold(name, &word))
                .map(|(unit, _)| *unit)
                .collect();
            if units.is_empty() {
                of_text.push(word);
            } else {
                let either = Condition::any()
                    .add(in_text(&word))
                    .add(document::Column::OwnerId.is_in(units));
                listing.wanted = listing.wanted.add(either);
            }
        }
        if !of_text.is_empty() {
            listing.few = few_with(db, &of_text).await?;
        }
        if listing.few.is_none() {
            for word in &of_text {
                listing.wanted = listing.wanted.add(in_text(word));
            }
        }
        Ok(listing)
    }

    /// A page of the list.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn page(
        &self,
        db: &impl ConnectionTrait,
        page: &Page,
    ) -> Outcome<Vec<document::Model>> {
        let mut filter = self.wanted.clone();
        if let Some(state) = &page.state {
            filter = filter.add(document::Column::State.eq(state));
        }
        if let Some(code) = &page.doc_type {
            filter = filter.add(document::Column::DocType.eq(code));
        }
        if let Some(before) = page.before {
            let last = Query::select()
                .columns([document::Column::ChangedAt, document::Column::Id])
                .from(document::Entity)
                .and_where(document::Column::Id.eq(before))
                .to_owned();
            let key = Expr::tuple([
                Expr::col(document::Column::ChangedAt),
                Expr::col(document::Column::Id),
            ]);
            filter = filter.add(key.lt(Expr::SubQuery(
                None,
                Box::new(SubQueryStatement::SelectStatement(last)),
            )));
        }
        Ok(document::Entity::find()
            .filter(self.known(filter, page.limit))
            .order_by_desc(document::Column::ChangedAt)
            .order_by_desc(document::Column::Id)
            .limit(page.limit)
            .all(db)
            .await?)
    }

    /// All documents of the list counted by state and type; none where they are more than [`FEW`].
    ///
    /// # Errors
    /// What the database reports.
    pub async fn counts(&self, db: &impl ConnectionTrait) -> Outcome<Option<Vec<Count>>> {
        if self.words && self.few.is_none() {
            return Ok(None);
        }
        let counts = document::Entity::find()
            .select_only()
            .column(document::Column::State)
            .column(document::Column::DocType)
            .column_as(document::Column::Id.count(), "number")
            .filter(self.known(self.wanted.clone(), FEW as u64 + 1))
            .group_by(document::Column::State)
            .group_by(document::Column::DocType)
            .into_model::<Count>()
            .all(db)
            .await?;
        let all: i64 = counts.iter().map(|count| count.number).sum();
        Ok((all <= FEW as i64).then_some(counts))
    }

    /// Those of the filter that the actor may know; at least the newest `limit` of them, where there are so many.
    fn known(&self, filter: Condition, limit: u64) -> Condition {
        if let Some(few) = &self.few {
            // As a CASE it is asked of the few: a planner that knows no better would start from the whole organisation.
            let known: Expr = CaseStatement::new()
                .case(visible_to(self.actor), true)
                .finally(false)
                .into();
            return filter
                .add(document::Column::Id.is_in(few.iter().copied()))
                .add(known.eq(true));
        }
        // Each way by itself is a walk along an index, which an OR of them would not be.
        let mut newest: Option<SelectStatement> = None;
        for way in ways(self.actor) {
            let ids = newest_of(&way, filter.clone(), limit);
            match &mut newest {
                Some(first) => {
                    first.union(UnionType::Distinct, ids);
                }
                None => newest = Some(ids),
            }
        }
        match newest {
            Some(newest) => Condition::all().add(document::Column::Id.in_subquery(newest)),
            // Who holds no post knows nothing.
            None => Condition::all().add(document::Column::Id.is_in(Vec::<Uuid>::new())),
        }
    }
}

/// The ids of the newest documents that are known in one way.
fn newest_of(way: &Way, filter: Condition, limit: u64) -> SelectStatement {
    let newest = Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .cond_where(way.condition())
        .cond_where(filter)
        .order_by(document::Column::ChangedAt, sea_orm::Order::Desc)
        .order_by(document::Column::Id, sea_orm::Order::Desc)
        .limit(limit)
        .to_owned();
    Query::select()
        .column(document::Column::Id)
        .from_subquery(newest, "newest")
        .to_owned()
}

/// Whether a word of the document begins so. Asked words hold no wildcard of LIKE.
fn in_text(word: &str) -> Expr {
    Expr::col(document::Column::Folded).like(format!("% {word}%"))
}

/// The documents whose words begin with all of these, where they are at most [`FEW`], by the database's index.
async fn few_with(db: &impl ConnectionTrait, asked: &[String]) -> Outcome<Option<Vec<Uuid>>> {
    let (sql, each, and) = match db.get_database_backend() {
        DatabaseBackend::Sqlite => (
            "SELECT document_id AS id FROM document_words JOIN document_place ON place = document_words.rowid \
             WHERE document_words MATCH $1 LIMIT $2",
            ("\"", "\" *"),
            " AND ",
        ),
        _ => (
            "SELECT id FROM document WHERE words @@ CAST($1 AS tsquery) LIMIT $2",
            ("'", "':*"),
            " & ",
        ),
    };
    let question = asked
        .iter()
        .map(|word| format!("{}{word}{}", each.0, each.1))
        .collect::<Vec<_>>()
        .join(and);
    let most = FEW as i64 + 1;
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            [question.into(), most.into()],
        ))
        .await?;
    if rows.len() > FEW {
        return Ok(None);
    }
    let ids: Result<Vec<Uuid>, _> = rows.iter().map(|row| row.try_get("", "id")).collect();
    Ok(Some(ids?))
}
