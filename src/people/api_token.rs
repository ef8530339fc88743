//! Tokens by which other programs act for a unit: made by an administrator, shown once, kept as a hash, revocable.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::rows::api_token;
use super::{Actor, Post, find, may};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::digest;

/// How a token begins, so that a leaked one is recognised.
const MARK: &str = "tk_";
/// Longest name, in characters.
const MAX_NAME: usize = 100;

/// What a program may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// List and read the unit's reports.
    ReadReports,
    /// Send a report to the unit's head, who approves it as any other.
    SubmitReports,
    /// Read the results of decisions that the unit knows.
    ReadResults,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::ReadReports, Self::SubmitReports, Self::ReadResults];

    /// The stored word, which the OpenAPI document uses too.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadReports => "reports:read",
            Self::SubmitReports => "reports:submit",
            Self::ReadResults => "results:read",
        }
    }

    /// The scope behind its word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// What the administrator asks for.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub org_id: Uuid,
    /// The unit that the program acts for.
    pub unit_id: Uuid,
    /// Which program it is, e.g. `Một cửa điện tử`.
    pub name: String,
    pub scopes: Vec<Scope>,
    /// The last day on which it is taken.
    pub expires_on: NaiveDate,
}

/// A program that showed a token.
#[derive(Debug, Clone)]
pub struct Caller {
    pub token_id: Uuid,
    pub actor: Actor,
    scopes: String,
}

impl Caller {
    /// Whether the token has the scope.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.split(' ').any(|word| word == scope.word())
    }
}

/// Makes a token; the secret is returned once and stored nowhere.
///
/// # Errors
/// At `name`, `scopes`, `unit` or `expires_on` where the field is not right; when the right is missing.
pub async fn issue(app: &App, actor: &Actor, wanted: NewToken) -> Outcome<String> {
    let secret = format!("{MARK}{}", app.ids.token());
    let hash = digest(secret.as_bytes());
    app.act(actor, (wanted, hash), |cx, (wanted, hash)| {
        Box::pin(write(cx, wanted, hash))
    })
    .await?;
    Ok(secret)
}

async fn write(cx: Cx<'_>, wanted: &NewToken, hash: &str) -> Outcome<()> {
    only_administrators(cx, wanted.org_id)?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Fault::invalid(
            "name",
            format!("Ghi tên phần mềm, tối đa {MAX_NAME} ký tự."),
            format!("Write the program's name, at most {MAX_NAME} characters."),
        ));
    }
    if wanted.scopes.is_empty() {
        return Err(Fault::invalid(
            "scopes",
            "Chọn ít nhất một quyền.",
            "Choose at least one scope.",
        ));
    }
    if wanted.expires_on < cx.today() {
        return Err(Fault::invalid(
            "expires_on",
            "Ngày hết hạn phải từ hôm nay trở đi.",
            "The last day must be today or later.",
        ));
    }
    let unit = find::unit(cx.tx, wanted.unit_id, cx.today())
        .await
        .ok()
        .filter(|unit| unit.org_id == wanted.org_id)
        .ok_or_else(|| Fault::invalid("unit", "Chọn đơn vị.", "Choose the unit."))?;
    let scopes: Vec<&str> = wanted.scopes.iter().map(|scope| scope.word()).collect();
    let id = cx.id();
    api_token::ActiveModel {
        id: Set(id),
        org_id: Set(wanted.org_id),
        unit_id: Set(unit.id),
        name: Set(name.to_owned()),
        hash: Set(hash.to_owned()),
        scopes: Set(scopes.join(" ")),
        expires_on: Set(wanted.expires_on),
        created_at: Set(cx.now),
        created_by: Set(cx.actor.name.clone()),
        revoked_at: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let summary = format!("Cấp khóa kết nối cho “{name}” thay {}", unit.called());
    let entry = Entry::general("api_token.issued", summary)
        .data(json!({ "token": id, "scopes": scopes, "expires_on": wanted.expires_on }));
    audit::append(cx.tx, wanted.org_id, cx.actor, cx.now, entry).await
}

fn only_administrators(cx: Cx<'_>, org_id: Uuid) -> Outcome<()> {
    if may::administer(cx.actor, org_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Chỉ người quản trị của cơ quan được cấp và thu hồi khóa kết nối.",
        "Only administrators of the organisation issue and take back tokens.",
    ))
}

/// Takes a token back; its next call is refused.
///
/// # Errors
/// [`Fault::NotFound`] for another organisation's; a refusal when it is taken back already or the right is missing.
pub async fn revoke(app: &App, actor: &Actor, org_id: Uuid, id: Uuid) -> Outcome<()> {
    app.act(actor, (org_id, id), |cx, (org_id, id)| {
        Box::pin(async move {
            only_administrators(cx, *org_id)?;
            let row = api_token::Entity::find_by_id(*id)
                .filter(api_token::Column::OrgId.eq(*org_id))
                .one(cx.tx)
                .await?
                .ok_or(Fault::NotFound)?;
            let changed = api_token::Entity::update_many()
                .filter(api_token::Column::Id.eq(*id))
                .filter(api_token::Column::RevokedAt.is_null())
                .set(api_token::ActiveModel {
                    revoked_at: Set(Some(cx.now)),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            if changed.rows_affected != 1 {
                return Err(Fault::stale(
                    "Khóa kết nối này đã thu hồi.",
                    "This token is taken back already.",
                ));
            }
            let summary = format!("Thu hồi khóa kết nối của “{}”", row.name);
            let entry = Entry::general("api_token.revoked", summary).data(json!({ "token": id }));
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// The tokens of an organisation, newest first.
///
/// # Errors
/// What the database reports.
pub async fn of_organisation(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Outcome<Vec<api_token::Model>> {
    Ok(api_token::Entity::find()
        .filter(api_token::Column::OrgId.eq(org_id))
        .order_by_desc(api_token::Column::CreatedAt)
        .order_by_desc(api_token::Column::Id)
        .all(db)
        .await?)
}

/// Whether a token is taken at an instant, on the office's day.
#[must_use]
pub fn is_live(row: &api_token::Model, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && trinhky_calendar::local(now).date_naive() <= row.expires_on
}

/// The program behind a secret; none where it is unknown, over or taken back.
///
/// It holds the post of a reporter in its unit and nothing else: what it sends waits for the unit's head.
///
/// # Errors
/// What the database reports.
pub async fn caller(app: &App, secret: &str) -> Outcome<Option<Caller>> {
    let db = app.store.reader();
    let row = api_token::Entity::find()
        .filter(api_token::Column::Hash.eq(digest(secret.as_bytes())))
        .one(db)
        .await?
        .filter(|row| is_live(row, app.clock.now()));
    let Some(row) = row else { return Ok(None) };
    let unit = match find::unit(db, row.unit_id, app.today()).await {
        Err(Fault::NotFound) => return Ok(None),
        found => found?,
    };
    if unit.valid_to.is_some_and(|end| end <= app.today()) {
        return Ok(None);
    }
    let post = Post {
        org_id: unit.org_id,
        unit_id: unit.id,
        title: "Phần mềm kết nối".to_owned(),
        role: "reporter".to_owned(),
        instead: None,
    };
    Ok(Some(Caller {
        token_id: row.id,
        actor: Actor {
            person_id: None,
            name: row.name,
            posts: vec![post],
        },
        scopes: row.scopes,
    }))
}
