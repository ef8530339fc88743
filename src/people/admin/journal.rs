//! Every act of the organisation as it was recorded, newest first.

use axum::extract::Query;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{administered, frame, in_address};
use crate::audit::rows::journal::{Column, Entity, Model};
use crate::distribution::tracking::csv;
use crate::fault::Outcome;
use crate::people::session::{Session, failed};
use crate::web::format::date_time;
use crate::web::views::admin::Journal;
use crate::web::views::{Filter, Happening, Pager};
use crate::web::{WebError, html};

const ADDRESS: &str = "/quan-tri/nhat-ky";
const PAGE: usize = 100;
/// Most rows of one file.
const MAX_ROWS: u64 = 50_000;

/// Acts that belong together, by the beginnings of their words; none means all.
struct Group {
    word: &'static str,
    vi: &'static str,
    en: &'static str,
    acts: &'static [&'static str],
}

const GROUPS: [Group; 4] = [
    Group {
        word: "",
        vi: "Tất cả",
        en: "All",
        acts: &[""],
    },
    Group {
        word: "van-ban",
        vi: "Văn bản",
        en: "Documents",
        acts: &[
            "document.",
            "proposal.",
            "opinion",
            "content.",
            "form.",
            "question.",
            "number.",
        ],
    },
    Group {
        word: "quan-tri",
        vi: "Quản trị",
        en: "Administration",
        acts: &[
            "calendar.",
            "register.",
            "organisation.",
            "workflow.",
            "person.",
        ],
    },
    Group {
        word: "tu-choi",
        vi: "Bị từ chối vì không có quyền",
        en: "Refused for want of a right",
        acts: &["act.refused"],
    },
];

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    loc: String,
    /// The last entry of the page before.
    sau: Option<i64>,
    /// `csv` for a file.
    #[serde(default)]
    dang: String,
}

/// `GET /quan-tri/nhat-ky`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn journal(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let answer = async {
        if asked.dang == "csv" {
            file(&session, &asked).await
        } else {
            Ok(html(&view(&session, &asked).await?))
        }
    };
    answer.await.map_err(|fault| failed(fault, ADDRESS))
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Journal> {
    let (db, lang, org_id) = (
        session.app.store.reader(),
        session.lang,
        administered(session)?,
    );
    let current = group(&asked.loc);
    let mut rows = page(db, org_id, asked, current, PAGE as u64 + 1).await?;
    let older = (rows.len() > PAGE).then(|| rows[PAGE - 1].id);
    rows.truncate(PAGE);
    let mut filters = Vec::new();
    for group in &GROUPS {
        filters.push(Filter {
            href: address(&asked.q, group),
            text: lang.say(group.vi, group.en),
            count: usize::try_from(select(org_id, &asked.q, group).count(db).await?)
                .unwrap_or(usize::MAX),
            current: group.word == current.word,
        });
    }
    let here = address(&asked.q, current);
    Ok(Journal {
        page: frame(session, &lang.say("Nhật ký", "Journal")),
        query: asked.q.clone(),
        filters,
        rows: rows.into_iter().map(happening).collect(),
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        csv_href: format!("{here}&dang=csv"),
    })
}

fn happening(row: Model) -> Happening {
    Happening {
        at: date_time(row.at),
        who: who(&row),
        what: row.summary,
        remark: String::new(),
        journal_no: row.id.to_string(),
    }
}

fn who(row: &Model) -> String {
    if row.capacity.is_empty() {
        row.actor_name.clone()
    } else {
        format!("{}, {}", row.actor_name, row.capacity)
    }
}

fn group(word: &str) -> &'static Group {
    GROUPS
        .iter()
        .find(|group| group.word == word)
        .unwrap_or(&GROUPS[0])
}

fn address(words: &str, group: &Group) -> String {
    format!("{ADDRESS}?q={}&loc={}", in_address(words), group.word)
}

fn select(org_id: Uuid, words: &str, group: &Group) -> Select<Entity> {
    let acts = group.acts.iter().fold(Condition::any(), |any, act| {
        any.add(Column::Act.starts_with(*act))
    });
    let mut select = Entity::find().filter(Column::OrgId.eq(org_id)).filter(acts);
    for word in words.split_whitespace() {
        let escaped = word
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let like = || LikeExpr::new(format!("%{escaped}%")).escape('\\');
        let any = [
            Column::Summary,
            Column::ActorName,
            Column::Capacity,
            Column::Act,
        ]
        .into_iter()
        .fold(Condition::any(), |any, column| {
            any.add(Expr::col(column).like(like()))
        });
        select = select.filter(any);
    }
    select
}

async fn page(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    asked: &Asked,
    group: &Group,
    limit: u64,
) -> Outcome<Vec<Model>> {
    let mut select = select(org_id, &asked.q, group)
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(after) = asked.sau {
        select = select.filter(Column::Id.lt(after));
    }
    Ok(select.all(db).await?)
}

async fn file(session: &Session, asked: &Asked) -> Outcome<Response> {
    let rows = page(
        session.app.store.reader(),
        administered(session)?,
        asked,
        group(&asked.loc),
        MAX_ROWS,
    )
    .await?;
    let lang = session.lang;
    let mut lines = vec![vec![
        lang.t("journal-number"),
        lang.t("time"),
        lang.t("person"),
        lang.say("Việc", "Act"),
        lang.t("what"),
    ]];
    lines.extend(rows.into_iter().map(|row| {
        vec![
            row.id.to_string(),
            date_time(row.at),
            who(&row),
            row.act,
            row.summary,
        ]
    }));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"nhat-ky.csv\""),
    ];
    Ok((headers, csv(&lines)).into_response())
}
