//! One document × all its recipients: how many stand where, what has moved, and the rows of a page or of a file.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::state;
use crate::documents::{doc_type, title};
use crate::fault::Outcome;

/// What a filter of the tracking page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Everybody who is to act.
    Action,
    Accepted,
    /// Read by somebody of the unit, not answered.
    Opened,
    /// Not answered, and not late yet.
    Waiting,
    Late,
    Refused,
    /// Whose mail came back.
    Bounced,
    /// Who receives it for information only.
    Information,
}

impl Show {
    /// In the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Action,
        Self::Accepted,
        Self::Opened,
        Self::Waiting,
        Self::Late,
        Self::Refused,
        Self::Bounced,
        Self::Information,
    ];

    /// As the address says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Action => "tat-ca",
            Self::Accepted => "da-tiep-nhan",
            Self::Opened => "da-mo",
            Self::Waiting => "cho",
            Self::Late => "qua-han",
            Self::Refused => "tu-choi",
            Self::Bounced => "thu-tra-lai",
            Self::Information => "de-biet",
        }
    }

    /// The filter of an address; everybody who is to act for a word we do not know.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|show| show.word() == word)
            .unwrap_or(Self::Action)
    }

    /// The condition in SQL; `$2` is now.
    fn condition(self) -> &'static str {
        match self {
            Self::Action => "v.kind = 'action'",
            Self::Accepted => "v.kind = 'action' AND v.state = 'registered'",
            Self::Opened => {
                "v.kind = 'action' AND v.state IN ('dispatched', 'delivered') AND v.opened_at IS NOT NULL"
            }
            Self::Waiting => {
                "v.kind = 'action' AND v.state IN ('dispatched', 'delivered') AND v.due_at >= $2"
            }
            Self::Late => {
                "v.kind = 'action' AND v.state IN ('dispatched', 'delivered') AND v.due_at < $2"
            }
            Self::Refused => "v.state = 'refused'",
            Self::Bounced => "v.state IN ('dispatched', 'delivered') AND b.reply IS NOT NULL",
            Self::Information => "v.kind = 'information'",
        }
    }
}

/// What mail servers said of letters to a delivery's unit that will not arrive; its superiors' copies do not count.
const BOUNCES: &str = "LEFT JOIN (SELECT delivery_id, MAX(reply) AS reply FROM outbox \
                       WHERE document_id = $1 AND copy_of IS NULL AND state IN ('refused', 'given_up', 'bounced', 'held') \
                       GROUP BY delivery_id) b ON b.delivery_id = v.id";
/// Those who have to answer stand first, then refusals, then what is done.
const RANK: &str = "CASE v.state WHEN 'registered' THEN 2 WHEN 'refused' THEN 1 ELSE 0 END";

/// How many deliveries each filter shows, in the order of [`Show::ALL`], in one statement.
///
/// # Errors
/// What the database reports.
pub async fn counts(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    now: DateTime<Utc>,
) -> Outcome<[usize; 8]> {
    let sums: Vec<String> = Show::ALL
        .iter()
        .enumerate()
        .map(|(n, show)| format!("COUNT(CASE WHEN {} THEN 1 END) AS c{n}", show.condition()))
        .collect();
    let sql = format!(
        "SELECT {} FROM delivery v {BOUNCES} WHERE v.document_id = $1",
        sums.join(", ")
    );
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [document_id.into(), now.into()],
    );
    let mut counts = [0; 8];
    if let Some(row) = db.query_one_raw(statement).await? {
        for (n, count) in counts.iter_mut().enumerate() {
            *count = usize::try_from(row.try_get_by_index::<i64>(n)?).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// One delivery as the tracking page shows it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Row {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub kind: String,
    pub state: String,
    pub due_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_by: String,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: String,
    pub arrival_number: Option<i32>,
    pub refusal: String,
    pub reminders: i32,
    pub reminded_at: Option<DateTime<Utc>>,
    /// What the mail server said when it refused a letter for good.
    pub bounce: Option<String>,
    /// When the unit's leader said who does what (R3).
    pub directed_at: Option<DateTime<Utc>>,
    /// When the unit said that it is done.
    pub completed_at: Option<DateTime<Utc>>,
}

/// The rows of a filter after the delivery `after`, at most `limit` (all of them where none is given).
///
/// # Errors
/// What the database reports.
pub async fn rows(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    show: Show,
    after: Option<Uuid>,
    limit: Option<usize>,
    now: DateTime<Utc>,
) -> Outcome<Vec<Row>> {
    let mut values: Vec<Value> = vec![document_id.into(), now.into()];
    let mut sql = format!(
        "SELECT v.id, v.unit_id, v.kind, v.state, v.due_at, v.opened_at, v.opened_by, v.answered_at, v.answered_by, v.arrival_number, \
         v.refusal, v.reminders, v.reminded_at, b.reply AS bounce, r.directed_at, r.completed_at \
         FROM delivery v {BOUNCES} LEFT JOIN direction r ON r.delivery_id = v.id WHERE v.document_id = $1 AND $2 IS NOT NULL AND {}",
        show.condition()
    );
    if let Some(after) = after {
        values.push(after.into());
        sql.push_str(&format!(
            " AND ({RANK} > (SELECT {RANK} FROM delivery v WHERE v.id = $3) \
             OR ({RANK} = (SELECT {RANK} FROM delivery v WHERE v.id = $3) AND v.id > $3))"
        ));
    }
    sql.push_str(&format!(" ORDER BY {RANK}, v.id"));
    if let Some(limit) = limit {
        sql.push_str(&format!(" LIMIT {limit}"));
    }
    Ok(Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .all(db)
    .await?)
}

/// A delivery with its document's name.
#[derive(Debug, FromQueryResult)]
pub struct SentTo {
    #[sea_orm(nested)]
    pub row: Row,
    pub dispatched_at: DateTime<Utc>,
    doc_type: String,
    number: Option<i32>,
    symbol: String,
    subject: String,
}

impl SentTo {
    /// How the document is named in sentences.
    ///
    /// # Errors
    /// When the stored type is none of ours.
    pub fn title(&self) -> Outcome<String> {
        Ok(title(
            doc_type(&self.doc_type)?,
            self.number,
            &self.symbol,
            &self.subject,
        ))
    }
}

/// What an organisation has sent to a unit, newest first.
///
/// # Errors
/// What the database reports.
pub async fn to_unit(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    unit_id: Uuid,
    limit: u64,
) -> Outcome<Vec<SentTo>> {
    let sql = format!(
        "SELECT v.id, v.unit_id, v.kind, v.state, v.due_at, v.opened_at, v.opened_by, v.answered_at, v.answered_by, \
         v.arrival_number, v.refusal, v.reminders, v.reminded_at, \
         (SELECT MAX(o.reply) FROM outbox o WHERE o.document_id = v.document_id AND o.delivery_id = v.id \
         AND o.copy_of IS NULL AND o.state IN ('refused', 'given_up', 'bounced', 'held')) AS bounce, \
         r.directed_at, r.completed_at, v.dispatched_at, d.doc_type, d.number, d.symbol, d.subject \
         FROM delivery v JOIN document d ON d.id = v.document_id LEFT JOIN direction r ON r.delivery_id = v.id \
         WHERE v.org_id = $1 AND v.unit_id = $2 ORDER BY v.id DESC LIMIT {limit}"
    );
    Ok(SentTo::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [org_id.into(), unit_id.into()],
    ))
    .all(db)
    .await?)
}

/// What has happened to a delivery since some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    Refused,
    BecameLate,
    Accepted,
    /// Opened and not answered yet.
    Opened,
}

#[derive(Debug, FromQueryResult)]
struct Moved {
    unit_id: Uuid,
    state: String,
    answered_at: Option<DateTime<Utc>>,
    late: bool,
}

/// The deliveries of a document that have moved since `since`, each once, grouped; what needs somebody first,
/// so a unit that has only opened what became late counts as late.
///
/// # Errors
/// What the database reports.
pub async fn moved(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Outcome<BTreeMap<Move, Vec<Uuid>>> {
    let sql = "SELECT v.unit_id, v.state, v.answered_at, (v.kind = 'action' AND v.due_at >= $2 AND v.due_at < $3) AS late FROM delivery v \
               WHERE v.document_id = $1 AND (v.answered_at >= $2 OR (v.state IN ('dispatched', 'delivered') AND (v.opened_at >= $2 \
               OR (v.kind = 'action' AND v.due_at >= $2 AND v.due_at < $3)))) ORDER BY v.id";
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [document_id.into(), since.into(), now.into()],
    );
    let mut moves: BTreeMap<Move, Vec<Uuid>> = BTreeMap::new();
    for row in Moved::find_by_statement(statement).all(db).await? {
        let made = match (row.state.as_str(), row.answered_at) {
            (state::REFUSED, _) => Move::Refused,
            (_, Some(_)) => Move::Accepted,
            _ if row.late => Move::BecameLate,
            _ => Move::Opened,
        };
        moves.entry(made).or_default().push(row.unit_id);
    }
    Ok(moves)
}

/// A value of a CSV file: quoted, and never a formula when a spreadsheet opens it.
#[must_use]
pub fn csv_value(value: &str) -> String {
    // A leading apostrophe makes a spreadsheet take it for text; line breaks would split rows in simple readers.
    let guard = if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        "'"
    } else {
        ""
    };
    let value: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("\"{guard}{}\"", value.replace('"', "\"\""))
}

/// A CSV file with its byte order mark, so that spreadsheets read Vietnamese right.
#[must_use]
pub fn csv(lines: &[Vec<String>]) -> String {
    let mut text = String::from("\u{feff}");
    for line in lines {
        let values: Vec<String> = line.iter().map(|value| csv_value(value)).collect();
        text.push_str(&values.join(","));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_value_is_never_a_formula() {
        assert_eq!(csv_value("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(csv_value("+84 912"), "\"'+84 912\"");
        assert_eq!(csv_value("\t=1+1"), "\"' =1+1\"");
        assert_eq!(csv_value("UBND xã Hòa Cư"), "\"UBND xã Hòa Cư\"");
        assert_eq!(
            csv(&[vec!["a".to_owned(), "b\nc".to_owned()]]),
            "\u{feff}\"a\",\"b c\"\r\n"
        );
    }

    #[test]
    fn every_filter_has_its_own_address() {
        for show in Show::ALL {
            assert_eq!(Show::of(show.word()), show);
        }
        assert_eq!(Show::of("?"), Show::Action);
    }
}
