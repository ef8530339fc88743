//! Outgoing mail: what waits, what was sent, what was refused, with the server's own words.

use axum::extract::Query;
use axum::response::Response;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::Outcome;
use crate::mail::rows::outbox;
use crate::people::session::{Session, failed};
use crate::web::format::date_time;
use crate::web::views::admin::{Outbox, OutboxRow};
use crate::web::views::shared::Tone;
use crate::web::views::{Filter, Mark, Pager};
use crate::web::{Lang, WebError, html};

const PAGE: usize = 50;

/// A state of a mail: the word of the table, its texts, its mark.
struct State {
    word: &'static str,
    vi: &'static str,
    en: &'static str,
    tone: Tone,
}

const STATES: [State; 3] = [
    State {
        word: "waiting",
        vi: "Chờ gửi",
        en: "Waiting",
        tone: Tone::Waiting,
    },
    State {
        word: "refused",
        vi: "Không gửi được",
        en: "Not sent",
        tone: Tone::Failed,
    },
    State {
        word: "sent",
        vi: "Đã gửi",
        en: "Sent",
        tone: Tone::Done,
    },
];

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    loc: String,
    /// The last mail of the page before.
    sau: Option<Uuid>,
}

/// `GET /quan-tri/thu-di`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn outbox(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    Ok(html(
        &view(&session, &asked)
            .await
            .map_err(|fault| failed(fault, "/quan-tri/thu-di"))?,
    ))
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Outbox> {
    let org_id = administered(session)?;
    let (db, lang) = (session.app.store.reader(), session.lang);
    let counts = counts(db, org_id).await?;
    let count = |word: &str| {
        counts
            .iter()
            .find(|row| row.state == word)
            .map_or(0, |row| usize::try_from(row.n).unwrap_or(0))
    };
    let current = STATES.iter().find(|state| state.word == asked.loc);
    let mut filters: Vec<Filter> = STATES
        .iter()
        .map(|state| Filter {
            href: address(Some(state)),
            text: lang.say(state.vi, state.en),
            count: count(state.word),
            current: asked.loc == state.word,
        })
        .collect();
    let all = counts
        .iter()
        .map(|row| usize::try_from(row.n).unwrap_or(0))
        .sum();
    filters.push(Filter {
        href: address(None),
        text: lang.say("Tất cả", "All"),
        count: all,
        current: current.is_none(),
    });
    let mut query = outbox::Entity::find().filter(outbox::Column::OrgId.eq(org_id));
    if let Some(state) = current {
        query = query.filter(outbox::Column::State.eq(state.word));
    }
    if let Some(after) = asked.sau {
        query = query.filter(outbox::Column::Id.lt(after));
    }
    // Newest first; ids are made in the order of time.
    let mut mails = query
        .order_by_desc(outbox::Column::Id)
        .limit(PAGE as u64 + 1)
        .all(db)
        .await?;
    let older = (mails.len() > PAGE).then(|| mails[PAGE - 1].id);
    mails.truncate(PAGE);
    let here = address(current);
    let joint = if here.contains('?') { '&' } else { '?' };
    let title = lang.say("Thư đi", "Outgoing mail");
    Ok(Outbox {
        page: frame(session, &title),
        filters,
        rows: mails.into_iter().map(|mail| row(lang, mail)).collect(),
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|id| format!("{here}{joint}sau={id}")),
        },
    })
}

fn address(state: Option<&State>) -> String {
    state.map_or("/quan-tri/thu-di".to_owned(), |state| {
        format!("/quan-tri/thu-di?loc={}", state.word)
    })
}

fn row(lang: Lang, mail: outbox::Model) -> OutboxRow {
    let mark = match STATES.iter().find(|state| state.word == mail.state) {
        Some(state) => Mark::new(state.tone, lang.say(state.vi, state.en)),
        None => Mark::new(Tone::Nothing, mail.state.clone()),
    };
    OutboxRow {
        to: format!("{} <{}>", mail.to_name, mail.to_address),
        detail: detail(lang, &mail),
        at: date_time(mail.sent_at.unwrap_or(mail.created_at)),
        subject: mail.subject,
        mark,
        retry: None,
    }
}

/// Tries so far, the server's answer word for word, the next try.
fn detail(lang: Lang, mail: &outbox::Model) -> String {
    let mut parts = Vec::new();
    if mail.attempts > 0 {
        parts.push(match lang {
            Lang::Vi => format!("lần gửi: {}", mail.attempts),
            Lang::En => format!("tries: {}", mail.attempts),
        });
    }
    if !mail.reply.is_empty() {
        parts.push(mail.reply.clone());
    }
    if mail.state == "waiting" {
        let at = date_time(mail.send_at);
        parts.push(match lang {
            Lang::Vi => format!("gửi lúc {at}"),
            Lang::En => format!("to be sent at {at}"),
        });
    }
    parts.join("; ")
}

#[derive(Debug, FromQueryResult)]
struct Count {
    state: String,
    n: i64,
}

async fn counts(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<Count>> {
    let sql =
        "SELECT state, COUNT(*) AS n FROM outbox WHERE org_id = $1 GROUP BY state ORDER BY state";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [org_id.into()]);
    Ok(Count::find_by_statement(statement).all(db).await?)
}
