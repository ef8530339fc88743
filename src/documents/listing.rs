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

/// Up to so many units that have a word in their names are asked for by the index.
const MOST_UNITS: usize = 100;

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
        let asked: Vec<Asked> = asked
            .into_iter()
            .map(|word| Asked::of(word, &names))
            .collect();
        // A word of very many units' names narrows little and asks much.
        let (of_index, rest): (Vec<_>, Vec<_>) = asked
            .into_iter()
            .partition(|asked| asked.units.len() <= MOST_UNITS);
        if !of_index.is_empty() {
            listing.few = few_with(db, &of_index).await?;
        }
        let unanswered = if listing.few.is_some() {
            Vec::new()
        } else {
            of_index
        };
        for asked in rest.into_iter().chain(unanswered) {
            listing.wanted = listing.wanted.add(asked.condition());
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

/// A word of a question, with the units that have it in a name of theirs.
#[derive(Debug)]
struct Asked {
    word: String,
    units: Vec<Uuid>,
}

impl Asked {
    fn of(word: String, names: &[(Uuid, String)]) -> Self {
        let mut units: Vec<Uuid> = names
            .iter()
            .filter(|(_, name)| words::hold(name, &word))
            .map(|(unit, _)| *unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        Self { word, units }
    }

    /// Whether a word of the document begins so, or one of the units drafted it. Asked words hold no wildcard of LIKE.
    fn condition(self) -> Condition {
        let in_text = Expr::col(document::Column::Folded).like(format!("% {}%", self.word));
        let either = Condition::any().add(in_text);
        if self.units.is_empty() {
            return either;
        }
        either.add(document::Column::OwnerId.is_in(self.units))
    }

    /// The same in the words of the index, where a drafting unit is a word of its own.
    fn in_index(&self, dialect: &Dialect) -> String {
        let Dialect {
            quote, prefix, or, ..
        } = dialect;
        let units = self
            .units
            .iter()
            .map(|unit| format!("{or}{quote}u·{}{quote}", unit.simple()));
        let units: String = units.collect();
        format!("({quote}{}{quote}{prefix}{units})", self.word)
    }
}

/// How a database's index is asked.
struct Dialect {
    sql: &'static str,
    quote: &'static str,
    /// After a word that only begins the one looked for.
    prefix: &'static str,
    or: &'static str,
    and: &'static str,
}

const SQLITE: Dialect = Dialect {
    sql: "SELECT document_id AS id FROM document_words JOIN document_place ON place = document_words.rowid \
          WHERE document_words MATCH $1 LIMIT $2",
    quote: "\"",
    prefix: " *",
    or: " OR ",
    and: " AND ",
};

const POSTGRES: Dialect = Dialect {
    sql: "SELECT id FROM document WHERE words @@ CAST($1 AS tsquery) LIMIT $2",
    quote: "'",
    prefix: ":*",
    or: " | ",
    and: " & ",
};

/// The documents that all of these fit, where they are at most [`FEW`], by the database's index.
async fn few_with(db: &impl ConnectionTrait, asked: &[Asked]) -> Outcome<Option<Vec<Uuid>>> {
    let dialect = match db.get_database_backend() {
        DatabaseBackend::Sqlite => SQLITE,
        _ => POSTGRES,
    };
    let question = asked
        .iter()
        .map(|asked| asked.in_index(&dialect))
        .collect::<Vec<_>>()
        .join(dialect.and);
    let most = FEW as i64 + 1;
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            dialect.sql,
            [question.into(), most.into()],
        ))
        .await?;
    if rows.len() > FEW {
        return Ok(None);
    }
    let ids: Result<Vec<Uuid>, _> = rows.iter().map(|row| row.try_get("", "id")).collect();
    Ok(Some(ids?))
}
