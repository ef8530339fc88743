//! Outgoing mail: what waits, what was sent, what was refused, with the server's own words.

use axum::extract::{Path, Query};
use axum::response::Response;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{administered, frame, only_administrators};
use crate::app::Cx;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::mail::rows::outbox;
use crate::mail::{self, state};
use crate::people::may;
use crate::people::session::{Session, done, failed};
use crate::web::format::date_time;
use crate::web::undelivered::what_to_do;
use crate::web::views::admin::{Outbox, OutboxRow};
use crate::web::views::shared::Tone;
use crate::web::views::{Filter, Mark, Pager};
use crate::web::{Form, Lang, WebError, html};

const PAGE: usize = 50;

/// The states in the order of the filters, each with its text and its mark.
const STATES: [(&str, &str, Tone); 7] = [
    (state::WAITING, "mail-state-waiting", Tone::Waiting),
    (state::REFUSED, "mail-state-refused", Tone::Failed),
    (state::GIVEN_UP, "mail-state-given-up", Tone::Failed),
    (state::BOUNCED, "mail-state-bounced", Tone::Failed),
    (state::HELD, "mail-state-held", Tone::Failed),
    (state::UNKNOWN, "mail-state-unknown", Tone::Late),
    (state::SENT, "mail-state-sent", Tone::Done),
];

const ADDRESS: &str = "/quan-tri/thu-di";

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
    let current = STATES
        .iter()
        .map(|(word, ..)| *word)
        .find(|word| *word == asked.loc);
    let mut filters: Vec<Filter> = STATES
        .iter()
        // An empty filter says nothing, but the one that is looked at stays.
        .filter(|(word, ..)| count(word) > 0 || current == Some(*word))
        .map(|(word, key, _)| Filter {
            href: address(Some(word)),
            text: lang.t(key),
            count: Some(count(word)),
            current: current == Some(*word),
        })
        .collect();
    let all = counts
        .iter()
        .map(|row| usize::try_from(row.n).unwrap_or(0))
        .sum();
    filters.push(Filter {
        href: address(None),
        text: lang.say("Tất cả", "All"),
        count: Some(all),
        current: current.is_none(),
    });
    let mut query = outbox::Entity::find().filter(outbox::Column::OrgId.eq(org_id));
    if let Some(word) = current {
        query = query.filter(outbox::Column::State.eq(word));
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

fn address(state: Option<&str>) -> String {
    state.map_or(ADDRESS.to_owned(), |word| format!("{ADDRESS}?loc={word}"))
}

fn row(lang: Lang, mail: outbox::Model) -> OutboxRow {
    let mark = match STATES.iter().find(|(word, ..)| *word == mail.state) {
        // A server that defers a mail (greylisting) is nothing to worry about yet, but it is told from one not tried.
        Some((state::WAITING, _, tone)) if mail.attempts > 0 => {
            Mark::new(*tone, lang.t("mail-state-retrying"))
        }
        Some((_, key, tone)) => Mark::new(*tone, lang.t(key)),
        None => Mark::new(Tone::Nothing, mail.state.clone()),
    };
    let to = if mail.copy_of.is_none() {
        format!("{} <{}>", mail.to_name, mail.rcpt)
    } else {
        format!("{} ({})", mail.rcpt, lang.t("mail-copy"))
    };
    let failed = state::FAILED.contains(&mail.state.as_str());
    OutboxRow {
        to,
        detail: detail(lang, &mail),
        advice: if failed {
            what_to_do(&mail.reply, lang)
        } else {
            String::new()
        },
        at: date_time(mail.sent_at.unwrap_or(mail.created_at)),
        retry: (failed || mail.state == state::UNKNOWN)
            .then(|| Form::new(&format!("{ADDRESS}/{}/gui-lai", mail.id), "", "")),
        subject: mail.subject,
        mark,
    }
}

/// Tries so far, the server's answer word for word, the next try.
fn detail(lang: Lang, mail: &outbox::Model) -> String {
    let mut parts = Vec::new();
    if mail.attempts > 0 {
        parts.push(lang.tn("mail-tries", mail.attempts));
    }
    if !mail.reply.is_empty() {
        parts.push(mail.reply.clone());
    }
    if mail.unsure > 0 {
        parts.push(lang.t("mail-unsure"));
    }
    if mail.state == state::WAITING {
        parts.push(lang.tx("mail-next", &date_time(mail.send_at)));
    }
    parts.join("; ")
}

/// `POST /quan-tri/thu-di/{id}/gui-lai`: a mail that waits for a person is sent once more.
///
/// # Errors
/// 403 for others; a sentence when the mail does not wait for a person any more.
pub async fn send_again(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let again = async {
        let org_id = session.journalled(administered(&session)).await?;
        session
            .app
            .act(&session.actor, (org_id, id), |cx, (org_id, id)| {
                Box::pin(again(cx, *org_id, *id))
            })
            .await
    };
    again.await.map_err(|fault| failed(fault, ADDRESS))?;
    Ok(done(ADDRESS, &session.lang.t("mail-again-done")))
}

async fn again(cx: Cx<'_>, org_id: Uuid, id: Uuid) -> Outcome<()> {
    if !may::administer(cx.actor, org_id) {
        return Err(only_administrators());
    }
    if !mail::send_again(cx.tx, org_id, id, cx.now).await? {
        return Err(Fault::stale(
            "Thư này không còn chờ gửi lại; xem lại danh sách thư đi.",
            "This mail does not wait to be sent again any more; look at the list.",
        ));
    }
    let mail = outbox::Entity::find_by_id(id)
        .one(cx.tx)
        .await?
        .ok_or(Fault::NotFound)?;
    let entry = Entry {
        document_id: mail.document_id,
        ..Entry::general("mail.sent_again", format!("Gửi lại thư tới {}", mail.rcpt))
    };
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
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
