//! Persons with the posts that they hold today.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::Response;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use uuid::Uuid;

use super::{administered, frame, in_address, say};
use crate::documents::folded;
use crate::fault::Outcome;
use crate::people::rows::{person, post};
use crate::people::session::{Session, failed};
use crate::people::{Unit, find};
use crate::web::format::date_time;
use crate::web::views::admin::{PersonRow, Persons};
use crate::web::views::shared::Tone;
use crate::web::views::{Filter, Mark, Pager};
use crate::web::{Lang, WebError, html};

const ADDRESS: &str = "/quan-tri/nguoi-dung";
const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// `noi-bo` for the organisation's own people; everybody of the installation by default.
    #[serde(default)]
    loc: String,
    /// The last person of the page before.
    sau: Option<Uuid>,
}

/// `GET /quan-tri/nguoi-dung`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn persons(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    Ok(html(
        &view(&session, &asked)
            .await
            .map_err(|fault| failed(fault, ADDRESS))?,
    ))
}

/// A person with posts, each with the name of its unit.
struct Found {
    person: person::Model,
    posts: Vec<String>,
    own: bool,
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Persons> {
    let (lang, org_id) = (session.lang, administered(session)?);
    let found = matching(session, org_id, &asked.q).await?;
    let own_only = asked.loc == OWN;
    let count = |own: bool| found.iter().filter(|found| found.own || !own).count();
    let filter = |own: bool, vi: &str, en: &str| Filter {
        href: address(&asked.q, own),
        text: say(lang, vi, en),
        count: count(own),
        current: own == own_only,
    };
    let filters = vec![
        filter(true, "Của cơ quan", "Of the organisation"),
        filter(false, "Tất cả", "All"),
    ];
    // Persons stand in the order of their ids, which are made in the order of time.
    let mut rest = found
        .into_iter()
        .filter(|found| found.own || !own_only)
        .filter(|found| asked.sau.is_none_or(|after| found.person.id > after))
        .peekable();
    let mut rows = Vec::new();
    let mut last = None;
    while let Some(found) = rest.next_if(|_| rows.len() < PAGE) {
        last = Some(found.person.id);
        rows.push(row(found, session));
    }
    let older = rest.peek().and(last);
    let here = address(&asked.q, own_only);
    Ok(Persons {
        page: frame(session, &say(lang, "Người dùng", "Persons")),
        query: asked.q.clone(),
        filters,
        rows,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
    })
}

const OWN: &str = "noi-bo";

fn address(words: &str, own: bool) -> String {
    format!(
        "{ADDRESS}?q={}&loc={}",
        in_address(words),
        if own { OWN } else { "" }
    )
}

/// The persons whose name, address, post or unit holds every word; compared without accents, so in the program.
async fn matching(session: &Session, org_id: Uuid, words: &str) -> Outcome<Vec<Found>> {
    let (db, today) = (session.app.store.reader(), session.today());
    let units = find::all_units(db, today).await?;
    let held = post::Entity::find()
        .filter(post::Column::ValidFrom.lte(today))
        .filter(
            Condition::any()
                .add(post::Column::ValidTo.is_null())
                .add(post::Column::ValidTo.gt(today)),
        )
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    let mut posts: BTreeMap<Uuid, Vec<post::Model>> = BTreeMap::new();
    for post in held {
        posts.entry(post.person_id).or_default().push(post);
    }
    let words = folded(words);
    let persons = person::Entity::find()
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;
    Ok(persons
        .into_iter()
        .map(|person| {
            let held = posts.remove(&person.id).unwrap_or_default();
            let own = held.iter().any(|post| post.org_id == org_id);
            Found {
                posts: held.iter().map(|post| titled(post, &units)).collect(),
                person,
                own,
            }
        })
        .filter(|found| {
            let text = folded(&format!(
                "{} {} {}",
                found.person.name,
                found.person.email,
                found.posts.join(" ")
            ));
            words.split_whitespace().all(|word| text.contains(word))
        })
        .collect())
}

fn titled(post: &post::Model, units: &BTreeMap<Uuid, Unit>) -> String {
    units.get(&post.unit_id).map_or_else(
        || post.title.clone(),
        |unit| format!("{}, {}", post.title, unit.called()),
    )
}

fn row(found: Found, session: &Session) -> PersonRow {
    let Found { person, posts, .. } = found;
    PersonRow {
        name: person.name.clone(),
        login: person.email.clone(),
        posts,
        email: person.email.clone(),
        mark: mark(&person, session),
        substitute: String::new(),
    }
}

fn mark(person: &person::Model, session: &Session) -> Mark {
    let lang = session.lang;
    match person.locked_until.filter(|until| *until > session.now) {
        _ if !person.active => Mark::new(Tone::Nothing, say(lang, "Đã ngừng", "Ended")),
        Some(until) => Mark::new(
            Tone::Failed,
            match lang {
                Lang::Vi => format!("Khóa đăng nhập đến {}", date_time(until)),
                Lang::En => format!("Sign-in locked until {}", date_time(until)),
            },
        ),
        None if person.password_hash.is_none() => Mark::new(
            Tone::Waiting,
            say(lang, "Chưa có mật khẩu", "No password yet"),
        ),
        None => Mark::new(Tone::Done, say(lang, "Đang dùng", "Active")),
    }
}
