//! Passkeys: keys in a telephone, a computer or a security key, opened there by finger, face or PIN (W3C Web Authentication).
//!
//! One stands for password and code together: it signs in by itself, and proves again who one is before an act of legal
//! effect. A stolen password page gets nothing from it, because the browser gives its answer to this site alone.

pub mod ceremony;
pub mod key;
pub mod pages;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::rows::{passkey, passkey_challenge, person, session};
use super::sign_in::{self, Origin};
use super::{Actor, second_factor};
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::store::Tx;

use ceremony::{Answer, Made, Party};

/// How long a question waits for its answer.
const LIVES: Duration = Duration::minutes(5);

/// What a passkey is asked for. An answer to one question is none to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be added to a person's account.
    Add,
    /// To sign in whoever holds it.
    Enter,
    /// To prove again who is there.
    Prove,
}

impl Purpose {
    /// The word in forms and rows.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Enter => "enter",
            Self::Prove => "prove",
        }
    }

    /// The purpose of a word; none for any other.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Add, Self::Enter, Self::Prove]
            .into_iter()
            .find(|purpose| purpose.word() == word)
    }
}

/// The site that passkeys are made for; none where browsers offer none (see [`Party::of`]).
#[must_use]
pub fn party(app: &App) -> Option<Party> {
    Party::of(&app.config.base_url())
}

/// The passkeys of a person, the newest first.
///
/// # Errors
/// What the database reports.
pub async fn of(db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<Vec<passkey::Model>> {
    Ok(passkey::Entity::find()
        .filter(passkey::Column::PersonId.eq(person_id))
        .order_by_desc(passkey::Column::MadeAt)
        .order_by_asc(passkey::Column::Id)
        .all(db)
        .await?)
}

/// Asks a question; the challenge is returned as browsers read it (base64url).
///
/// # Errors
/// What the database reports.
pub async fn ask(app: &App, purpose: Purpose, asked: Option<Uuid>) -> Outcome<String> {
    let challenge = BASE64URL.encode(app.ids.bytes::<32>());
    let row = passkey_challenge::ActiveModel {
        hash: Set(digest(challenge.as_bytes())),
        purpose: Set(purpose.word().to_owned()),
        asked: Set(word_of(asked)),
        expires_at: Set(app.clock.now() + LIVES),
    };
    app.store
        .write(row, |tx, row| {
            Box::pin(async move {
                row.clone().insert(tx).await?;
                Ok(())
            })
        })
        .await?;
    Ok(challenge)
}

/// Adds a new key to the person's account; with the first second factor come recovery codes, shown this once.
///
/// # Errors
/// A refusal where the key does not pass or is known already, or what the database reports.
pub async fn add(app: &App, actor: &Actor, name: &str, made: Made) -> Outcome<Vec<String>> {
    let party = party(app).ok_or(Fault::NotFound)?;
    let codes = second_factor::new_codes(app);
    let input = (party, name.to_owned(), made, codes);
    app.act(actor, input, |cx, (party, name, made, codes)| {
        Box::pin(async move {
            let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
            take(cx.tx, Purpose::Add, Some(person_id), &made.client, cx.now).await?;
            let key = ceremony::made(party, made).map_err(refused)?;
            if passkey::Entity::find_by_id(key.id.clone())
                .one(cx.tx)
                .await?
                .is_some()
            {
                return Err(refused("the key is known"));
            }
            let first = !second_factor::is_set(cx.tx, person_id).await?;
            passkey::ActiveModel {
                id: Set(key.id),
                person_id: Set(person_id),
                name: Set(name.clone()),
                public_key: Set(key.public_key),
                uses: Set(key.uses),
                made_at: Set(cx.now),
                used_at: Set(None),
            }
            .insert(cx.tx)
            .await?;
            let summary = format!("Thêm khóa truy cập ({name})");
            second_factor::note(&cx, "person.passkey_added", &summary).await?;
            if !first {
                return Ok(Vec::new());
            }
            second_factor::give_codes(&cx, person_id, codes).await?;
            Ok(codes.clone())
        })
    })
    .await
}

/// Takes one of the person's own keys away.
///
/// # Errors
/// [`Fault::NotFound`] where it is none of theirs, or what the database reports.
pub async fn remove(app: &App, actor: &Actor, id: &str) -> Outcome<()> {
    app.act(actor, id.to_owned(), |cx, id| {
        Box::pin(async move {
            let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
            let found = passkey::Entity::find_by_id(id.clone())
                .filter(passkey::Column::PersonId.eq(person_id))
                .one(cx.tx)
                .await?
                .ok_or(Fault::NotFound)?;
            passkey::Entity::delete_by_id(id.clone())
                .exec(cx.tx)
                .await?;
            if !second_factor::is_set(cx.tx, person_id).await? {
                second_factor::take_codes_back(cx.tx, person_id).await?;
            }
            let summary = format!("Bỏ khóa truy cập ({})", found.name);
            second_factor::note(&cx, "person.passkey_removed", &summary).await
        })
    })
    .await
}

/// Takes all keys of a person away, e.g. because they are lost.
///
/// # Errors
/// What the database reports.
pub async fn remove_all(tx: &Tx, person_id: Uuid) -> Outcome<()> {
    passkey::Entity::delete_many()
        .filter(passkey::Column::PersonId.eq(person_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Signs in whoever holds the key; returns the secret for the cookie.
///
/// # Errors
/// One sentence whatever was wrong, or what the database reports.
pub async fn enter(app: &App, answer: Answer, from: &Origin) -> Outcome<String> {
    sign_in::refuse_waiting_address(app, &from.address, app.clock.now()).await?;
    let party = party(app).ok_or(Fault::NotFound)?;
    let token = app.ids.token();
    let input = (
        app.clone(),
        party,
        answer,
        digest(token.as_bytes()),
        from.clone(),
    );
    let entered = app
        .store
        .write(input, |tx, (app, party, answer, session_id, from)| {
            Box::pin(async move {
                let now = app.clock.now();
                match accept(tx, party, (Purpose::Enter, None), answer, now).await? {
                    Ok(person_id) => {
                        sign_in::open(tx, app, person_id, session_id, now, ("", from)).await?;
                        Ok(Ok(person_id))
                    }
                    Err(why) => {
                        sign_in::count_wrong_try(tx, None, &from.address, now).await?;
                        Ok(Err(why))
                    }
                }
            })
        })
        .await?;
    tracing::info!(from = from.address, ?entered, "a sign-in by passkey");
    entered.map(|_| token).map_err(refused)
}

/// Proves again who is there, and remembers it in the session.
///
/// # Errors
/// One sentence whatever was wrong, or what the database reports.
pub async fn prove(
    app: &App,
    actor: &Actor,
    session: &session::Model,
    answer: Answer,
) -> Outcome<()> {
    let party = party(app).ok_or(Fault::NotFound)?;
    let person_id = actor.person_id.ok_or(Fault::NotFound)?;
    let input = (
        party,
        person_id,
        session.id.clone(),
        answer,
        app.clock.now(),
    );
    let proved = app
        .store
        .write(input, |tx, (party, person_id, session_id, answer, now)| {
            Box::pin(async move {
                let asked = (Purpose::Prove, Some(*person_id));
                let accepted = accept(tx, party, asked, answer, *now).await?;
                if accepted.is_ok() {
                    sign_in::remember_proof(tx, session_id, *person_id, *now).await?;
                } else {
                    sign_in::count_wrong_try(tx, Some(*person_id), "", *now).await?;
                }
                Ok(accepted)
            })
        })
        .await?;
    tracing::info!(person = ?person_id, ?proved, "a proof by passkey");
    proved.map(|_| ()).map_err(refused)
}

/// Forgets the questions that nobody answered.
///
/// # Errors
/// What the database reports.
pub async fn clean_up(tx: &Tx, now: DateTime<Utc>) -> Outcome<()> {
    passkey_challenge::Entity::delete_many()
        .filter(passkey_challenge::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whose key answered; the outer fault is the database's, the inner one what is wrong with the answer.
async fn accept(
    tx: &Tx,
    party: &Party,
    (purpose, asked): (Purpose, Option<Uuid>),
    answer: &Answer,
    now: DateTime<Utc>,
) -> Outcome<Result<Uuid, &'static str>> {
    let challenge = match ceremony::challenge(&answer.client) {
        Ok(challenge) => challenge,
        Err(why) => return Ok(Err(why)),
    };
    if !answered(tx, purpose, asked, &challenge, now).await? {
        return Ok(Err("nobody asks that question"));
    }
    let Some(key) = passkey::Entity::find_by_id(answer.id.clone())
        .one(tx)
        .await?
    else {
        return Ok(Err("the key is unknown"));
    };
    let Some(holder) = person::Entity::find_by_id(key.person_id).one(tx).await? else {
        return Ok(Err("the key is nobody's"));
    };
    if asked.is_some_and(|asked| asked != holder.id) {
        return Ok(Err("the key is somebody else's"));
    }
    if !answer.user.is_empty() && answer.user != handle(holder.id) {
        return Ok(Err("the device keeps the key for somebody else"));
    }
    if !holder.active || holder.locked_until.is_some_and(|until| until > now) {
        return Ok(Err("the account is closed or waits"));
    }
    let uses = match ceremony::used(party, answer, &key.public_key, key.uses) {
        Ok(uses) => uses,
        Err(why) => return Ok(Err(why)),
    };
    passkey::ActiveModel {
        id: Set(key.id),
        uses: Set(uses),
        used_at: Set(Some(now)),
        ..Default::default()
    }
    .update(tx)
    .await?;
    Ok(Ok(holder.id))
}

async fn take(
    tx: &Tx,
    purpose: Purpose,
    asked: Option<Uuid>,
    client: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let challenge = ceremony::challenge(client).map_err(refused)?;
    if answered(tx, purpose, asked, &challenge, now).await? {
        Ok(())
    } else {
        Err(refused("nobody asks that question"))
    }
}

/// Whether this is the first answer to a question that still waits. Two requests with one answer: only the one whose
/// deletion finds the row wins.
async fn answered(
    tx: &Tx,
    purpose: Purpose,
    asked: Option<Uuid>,
    challenge: &str,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    let deleted = passkey_challenge::Entity::delete_many()
        .filter(passkey_challenge::Column::Hash.eq(digest(challenge.as_bytes())))
        .filter(passkey_challenge::Column::Purpose.eq(purpose.word()))
        .filter(passkey_challenge::Column::Asked.eq(word_of(asked)))
        .filter(passkey_challenge::Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// How authenticators name a person: never by anything that means something to somebody else.
fn handle(person_id: Uuid) -> String {
    BASE64URL.encode(person_id.as_bytes())
}

fn word_of(asked: Option<Uuid>) -> String {
    asked.map(|id| id.to_string()).unwrap_or_default()
}

fn refused(why: &'static str) -> Fault {
    tracing::info!(why, "a passkey was refused");
    Fault::invalid(
        "passkey",
        "Khóa truy cập này không được nhận. Thử lại; nếu vẫn không được, đăng nhập bằng mật khẩu và mã xác thực.",
        "This passkey was not accepted. Try again; if it still fails, use the password and the code.",
    )
}
