//! The organisation's persons with the posts that they hold today; former ones are a filter away.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use uuid::Uuid;

use super::{administered, frame, in_address};
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
    /// `cu` for those who hold no post any more; those who do by default.
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

/// A person with today's posts here, each with the name of its unit.
struct Found {
    person: person::Model,
    posts: Vec<String>,
}

impl Found {
    fn is_former(&self) -> bool {
        self.posts.is_empty()
    }
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Persons> {
    let (lang, org_id) = (session.lang, administered(session)?);
    let found = matching(session, org_id, &asked.q).await?;
    let former = asked.loc == FORMER;
    let filter = |wanted: bool, vi: &str, en: &str| Filter {
        href: address(&asked.q, wanted),
        text: lang.say(vi, en),
        count: Some(
            found
                .iter()
                .filter(|found| found.is_former() == wanted)
                .count(),
        ),
        current: wanted == former,
    };
    let filters = vec![
        filter(false, "Đang giữ chức vụ", "Holding a post"),
        filter(true, "Đã thôi", "Former"),
    ];
    // Persons stand in the order of their ids, which are made in the order of time.
    let mut rest = found
        .into_iter()
        .filter(|found| found.is_former() == former)
        .filter(|found| asked.sau.is_none_or(|after| found.person.id > after))
        .peekable();
    let mut rows = Vec::new();
    let mut last = None;
    while let Some(found) = rest.next_if(|_| rows.len() < PAGE) {
        last = Some(found.person.id);
        rows.push(row(found, session));
    }
    let older = rest.peek().and(last);
    let here = address(&asked.q, former);
    Ok(Persons {
        page: frame(session, &lang.say("Người dùng", "Persons")),
        query: asked.q.clone(),
        filters,
        rows,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
    })
}

const FORMER: &str = "cu";

fn address(words: &str, former: bool) -> String {
    format!(
        "{ADDRESS}?q={}&loc={}",
        in_address(words),
        if former { FORMER } else { "" }
    )
}

/// The persons whose name, address, post or unit holds every word; compared without accents, so in the program.
async fn matching(session: &Session, org_id: Uuid, words: &str) -> Outcome<Vec<Found>> {
    let (db, today) = (session.app.store.reader(), session.today());
    let units = find::all_units(db, today).await?;
    let held = post::Entity::find()
        .filter(post::Column::OrgId.eq(org_id))
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    let mut posts: BTreeMap<Uuid, Vec<post::Model>> = BTreeMap::new();
    for post in held {
        posts.entry(post.person_id).or_default().push(post);
    }
    let words = folded(words);
    let persons = person::Entity::find()
        .filter(person::Column::Id.is_in(posts.keys().copied()))
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;
    Ok(persons
        .into_iter()
        .map(|person| {
            let mut held = posts.remove(&person.id).unwrap_or_default();
            held.retain(|post| {
                post.valid_from <= today && post.valid_to.is_none_or(|to| to > today)
            });
            Found {
                posts: held.iter().map(|post| titled(post, &units)).collect(),
                person,
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
        href: format!("{ADDRESS}/{}", person.id),
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
        _ if !person.active => Mark::new(Tone::Nothing, lang.say("Đã ngừng", "Ended")),
        Some(until) => Mark::new(
            Tone::Failed,
            match lang {
                Lang::Vi => format!("Khóa đăng nhập đến {}", date_time(until)),
                Lang::En => format!("Sign-in locked until {}", date_time(until)),
            },
        ),
        None if person.password_hash.is_none() => Mark::new(
            Tone::Waiting,
            lang.say("Chưa có mật khẩu", "No password yet"),
        ),
        None => Mark::new(Tone::Done, lang.say("Đang dùng", "Active")),
    }
}
