//! Sign-in by password and second factor, and sessions as rows that can be listed and ended.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    QueryFilter, QueryOrder, Statement,
};
use uuid::Uuid;

pub use super::passwords::{MIN_PASSWORD, hash_password};

use super::rows::{person, session, sign_in_try, ticket};
use super::{Actor, passkey, passwords, second_factor, settings};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::files::digest;
use crate::store::Tx;

/// Wrong passwords or codes before an account waits.
const TRIES_BEFORE_WAIT: i32 = 5;
/// How long an account waits then. Never for ever: a stranger must not be able to shut somebody out.
const WAIT: Duration = Duration::minutes(15);
/// Wrong tries from one network address, over all accounts, before it waits; an office may share one address.
const TRIES_BEFORE_ADDRESS_WAITS: i32 = 20;
/// An address that was quiet for so long begins anew.
const ADDRESS_FORGOTTEN_AFTER: Duration = Duration::hours(24);

/// Before the second factor was typed.
pub const AWAITS_CODE: &str = "code";
/// Before the second factor that the office demands was set up.
pub const AWAITS_ENROLMENT: &str = "enrol";

/// Where a sign-in comes from, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The network address; empty where there is none, as in tests.
    pub address: String,
    /// What the browser says of itself.
    pub device: String,
}

/// Checks e-mail and password and opens a session; returns the secret for the cookie.
///
/// # Errors
/// As [`sign_in_from`].
pub async fn sign_in(app: &App, email: &str, password: &str) -> Outcome<String> {
    sign_in_from(app, email, password, &Origin::default()).await
}

/// The same, knowing from where; the session may still wait for the second factor.
///
/// # Errors
/// One sentence that does not tell which of the two was wrong; after five tries the account waits, after twenty the address.
pub async fn sign_in_from(
    app: &App,
    email: &str,
    password: &str,
    from: &Origin,
) -> Outcome<String> {
    let now = app.clock.now();
    refuse_waiting_address(app, &from.address, now).await?;
    let found = person::Entity::find()
        .filter(person::Column::Email.eq(email.trim().to_lowercase()))
        .one(app.store.reader())
        .await?;
    if let Some(person) = &found {
        refuse_waiting_account(person, now)?;
    }
    let hash = found
        .as_ref()
        .filter(|person| person.active)
        .and_then(|person| person.password_hash.clone());
    let right = passwords::matches(password.to_owned(), hash).await?;
    let token = app.ids.token();
    let person_id = found.map(|person| person.id);
    let input = (
        app.clone(),
        person_id,
        right,
        digest(token.as_bytes()),
        from.clone(),
    );
    let opened = app
        .store
        .write(input, |tx, (app, person_id, right, session_id, from)| {
            Box::pin(async move {
                let now = app.clock.now();
                match person_id {
                    Some(person_id) if *right => {
                        let awaits = awaits(tx, app, *person_id).await?;
                        open(tx, app, *person_id, session_id, now, (awaits, from)).await?;
                        Ok(true)
                    }
                    _ => {
                        count_wrong_try(tx, *person_id, &from.address, now).await?;
                        Ok(false)
                    }
                }
            })
        })
        .await?;
    tracing::info!(person = ?person_id, from = from.address, opened, "a sign-in by password");
    if opened { Ok(token) } else { Err(wrong()) }
}

/// Takes the second factor for a session that awaits it; the secret of the new session is returned, the old one is over.
///
/// # Errors
/// A refusal when the code is wrong; wrong codes count like wrong passwords.
pub async fn take_second_factor(app: &App, token: &str, code: &str) -> Outcome<String> {
    let (waiting, actor) = live(app, token).await?;
    if waiting.awaits != AWAITS_CODE {
        return Err(Fault::NotFound);
    }
    let right = prove(app, &actor, &waiting, None, code).await?;
    tracing::info!(person = ?actor.person_id, from = waiting.address, right, "a second factor");
    if right {
        renew(app, &waiting).await
    } else {
        Err(second_factor::wrong_code())
    }
}

/// Opens the session anew under another secret, fully signed in and just proved (ASVS 7.2.4).
///
/// # Errors
/// What the database reports.
pub async fn renew(app: &App, old: &session::Model) -> Outcome<String> {
    let token = app.ids.token();
    app.store
        .write(
            (app.clone(), old.clone(), digest(token.as_bytes())),
            |tx, (app, old, id)| {
                Box::pin(async move {
                    session::Entity::delete_by_id(old.id.clone())
                        .exec(tx)
                        .await?;
                    let from = Origin {
                        address: old.address.clone(),
                        device: old.device.clone(),
                    };
                    open(tx, app, old.person_id, id, app.clock.now(), ("", &from)).await
                })
            },
        )
        .await?;
    Ok(token)
}

/// Whether the person proves who it is, by password or by a code of the second factor, and remembers it in the session.
///
/// # Errors
/// Too many tries, or what the database reports.
pub async fn prove(
    app: &App,
    actor: &Actor,
    session: &session::Model,
    password: Option<&str>,
    code: &str,
) -> Outcome<bool> {
    let person_id = actor.person_id.ok_or(Fault::NotFound)?;
    let found = person::Entity::find_by_id(person_id)
        .one(app.store.reader())
        .await?
        .ok_or(Fault::NotFound)?;
    refuse_waiting_account(&found, app.clock.now())?;
    let right = match password {
        Some(password) => passwords::matches(password.to_owned(), found.password_hash).await?,
        None => false,
    };
    let input = (
        person_id,
        session.id.clone(),
        right,
        code.to_owned(),
        app.clone(),
    );
    app.store
        .write(input, |tx, (person_id, session_id, right, code, app)| {
            Box::pin(async move {
                let now = app.clock.now();
                if !right && !second_factor::take_code(tx, app, *person_id, code, now).await? {
                    count_wrong_try(tx, Some(*person_id), "", now).await?;
                    return Ok(false);
                }
                remember_proof(tx, session_id, *person_id, now).await?;
                Ok(true)
            })
        })
        .await
}

/// Remembers in the session that the person has just proved who it is.
///
/// # Errors
/// What the database reports.
pub(super) async fn remember_proof(
    tx: &Tx,
    session_id: &str,
    person_id: Uuid,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "UPDATE session SET proved_at = $2 WHERE id = $1";
    execute(tx, sql, vec![session_id.into(), now.into()]).await?;
    forget_wrong_tries(tx, person_id).await
}

/// The session of a cookie's secret with its person, whether fully signed in or not; the session is kept awake.
///
/// # Errors
/// [`Fault::NotFound`] where the session is over.
pub async fn live(app: &App, token: &str) -> Outcome<(session::Model, Actor)> {
    let now = app.clock.now();
    let db = app.store.reader();
    let session = session::Entity::find_by_id(digest(token.as_bytes()))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let idle = Duration::minutes(app.config.session_idle_minutes);
    if session.expires_at <= now || session.seen_at + idle <= now {
        return Err(Fault::NotFound);
    }
    let actor = super::find::actor(db, session.person_id, app.today()).await?;
    // Once in a while is enough to know that a session is in use.
    if session.seen_at + idle / 8 < now {
        let noted = app
            .store
            .write((session.id.clone(), now), |tx, (id, now)| {
                Box::pin(async move {
                    execute(
                        tx,
                        "UPDATE session SET seen_at = $2 WHERE id = $1",
                        vec![id.as_str().into(), (*now).into()],
                    )
                    .await
                })
            })
            .await;
        match noted {
            // Where nothing can be written, people still read.
            Ok(()) | Err(Fault::Unavailable(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok((session, actor))
}

/// The person behind a cookie's secret, fully signed in.
///
/// # Errors
/// [`Fault::NotFound`] where the session is over or waits for something.
pub async fn actor_of(app: &App, token: &str) -> Outcome<Actor> {
    match live(app, token).await? {
        (session, actor) if session.awaits.is_empty() => Ok(actor),
        _ => Err(Fault::NotFound),
    }
}

/// Ends the session of this secret.
///
/// # Errors
/// What the database reports.
pub async fn sign_out(app: &App, token: &str) -> Outcome<()> {
    app.store
        .write(digest(token.as_bytes()), |tx, id| {
            Box::pin(async move {
                session::Entity::delete_by_id(id.clone()).exec(tx).await?;
                Ok(())
            })
        })
        .await
}

/// The open sessions of a person, the one used last first.
///
/// # Errors
/// What the database reports.
pub async fn sessions(db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<Vec<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::PersonId.eq(person_id))
        .order_by_desc(session::Column::SeenAt)
        .all(db)
        .await?)
}

/// Ends sessions of a person: all but `keep`.
///
/// # Errors
/// What the database reports.
pub async fn end_sessions(tx: &Tx, person_id: Uuid, keep: Option<&str>) -> Outcome<()> {
    session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Id.ne(keep.unwrap_or_default()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends the sessions with these ids, as far as they are this person's.
///
/// # Errors
/// What the database reports.
pub async fn end_chosen(tx: &Tx, person_id: Uuid, ids: &[String]) -> Outcome<()> {
    session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Id.is_in(ids))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes what is over: sessions, links, tries of addresses.
///
/// # Errors
/// What the database reports.
pub async fn clean_up(app: &App) -> Outcome<()> {
    let now = app.clock.now();
    let idle_since = now - Duration::minutes(app.config.session_idle_minutes);
    app.store
        .write((now, idle_since), |tx, (now, idle_since)| {
            Box::pin(async move {
                session::Entity::delete_many()
                    .filter(
                        Condition::any()
                            .add(session::Column::ExpiresAt.lte(*now))
                            .add(session::Column::SeenAt.lt(*idle_since)),
                    )
                    .exec(tx)
                    .await?;
                ticket::Entity::delete_many()
                    .filter(ticket::Column::ExpiresAt.lte(*now))
                    .exec(tx)
                    .await?;
                sign_in_try::Entity::delete_many()
                    .filter(sign_in_try::Column::LastAt.lt(*now - ADDRESS_FORGOTTEN_AFTER))
                    .exec(tx)
                    .await?;
                passkey::clean_up(tx, *now).await
            })
        })
        .await
}

/// Opens a session in an act; the caller keeps the secret whose digest is the id.
///
/// # Errors
/// What the database reports.
pub async fn open_session(
    tx: &Tx,
    app: &App,
    person_id: Uuid,
    session_id: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    open(
        tx,
        app,
        person_id,
        session_id,
        now,
        ("", &Origin::default()),
    )
    .await
}

pub(super) async fn open(
    tx: &Tx,
    app: &App,
    person_id: Uuid,
    session_id: &str,
    now: DateTime<Utc>,
    (awaits, from): (&str, &Origin),
) -> Outcome<()> {
    session::ActiveModel {
        id: Set(session_id.to_owned()),
        person_id: Set(person_id),
        created_at: Set(now),
        seen_at: Set(now),
        expires_at: Set(now + Duration::hours(app.config.session_hours)),
        awaits: Set(awaits.to_owned()),
        proved_at: Set(Some(now)),
        address: Set(from.address.clone()),
        device: Set(from.device.chars().take(200).collect()),
    }
    .insert(tx)
    .await?;
    // A right password alone does not clear the count: wrong codes after it must still add up.
    if awaits == AWAITS_CODE {
        return Ok(());
    }
    forget_wrong_tries(tx, person_id).await?;
    sign_in_try::Entity::delete_by_id(from.address.clone())
        .exec(tx)
        .await?;
    let actor = super::find::actor(tx, person_id, app.today()).await?;
    match actor.posts.first().map(|post| post.org_id) {
        Some(org_id) => {
            audit::append(
                tx,
                org_id,
                &actor,
                now,
                Entry::general("person.signed_in", "Đăng nhập"),
            )
            .await
        }
        None => Ok(()),
    }
}

/// What a session of this person waits for after the password.
async fn awaits(tx: &Tx, app: &App, person_id: Uuid) -> Outcome<&'static str> {
    if second_factor::is_set(tx, person_id).await? {
        return Ok(AWAITS_CODE);
    }
    let actor = super::find::actor(tx, person_id, app.today()).await?;
    let demanded = settings::second_factor_demanded(tx, &actor).await?;
    Ok(if demanded { AWAITS_ENROLMENT } else { "" })
}

fn refuse_waiting_account(person: &person::Model, now: DateTime<Utc>) -> Outcome<()> {
    let Some(until) = person.locked_until.filter(|until| *until > now) else {
        return Ok(());
    };
    let minutes = (until - now).num_minutes() + 1;
    Err(Fault::refused(
        RefusalKind::TooMany,
        None,
        format!("Tài khoản tạm dừng vì sai mật khẩu nhiều lần; thử lại sau {minutes} phút."),
        format!("Too many wrong passwords; try again in {minutes} minutes."),
    ))
}

/// From the twentieth failure on, an address waits a second, two, four, up to a quarter of an hour.
pub(super) async fn refuse_waiting_address(
    app: &App,
    address: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let Some(tries) = sign_in_try::Entity::find_by_id(address.to_owned())
        .one(app.store.reader())
        .await?
    else {
        return Ok(());
    };
    let left = tries.last_at + address_wait(tries.failed) - now;
    if left <= Duration::zero() {
        return Ok(());
    }
    let seconds = left.num_seconds() + 1;
    Err(Fault::refused(
        RefusalKind::TooMany,
        None,
        format!("Có quá nhiều lần đăng nhập sai từ máy hoặc mạng này; thử lại sau {seconds} giây."),
        format!(
            "Too many failed sign-ins from this computer or network; try again in {seconds} seconds."
        ),
    ))
}

fn address_wait(failed: i32) -> Duration {
    match failed - TRIES_BEFORE_ADDRESS_WAITS {
        ..0 => Duration::zero(),
        over => Duration::seconds(1 << over.min(10)).min(WAIT),
    }
}

pub(super) async fn count_wrong_try(
    tx: &Tx,
    person_id: Option<Uuid>,
    address: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    if let Some(person_id) = person_id {
        let sql = "UPDATE person SET failed_sign_ins = failed_sign_ins + 1, \
                   locked_until = CASE WHEN failed_sign_ins + 1 >= $2 THEN $3 ELSE locked_until END WHERE id = $1";
        execute(
            tx,
            sql,
            vec![
                person_id.into(),
                TRIES_BEFORE_WAIT.into(),
                (now + WAIT).into(),
            ],
        )
        .await?;
    }
    if address.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO sign_in_try (address, failed, last_at) VALUES ($1, 1, $2) \
               ON CONFLICT (address) DO UPDATE SET failed = sign_in_try.failed + 1, last_at = excluded.last_at";
    execute(tx, sql, vec![address.into(), now.into()]).await
}

async fn forget_wrong_tries(tx: &Tx, person_id: Uuid) -> Outcome<()> {
    let sql = "UPDATE person SET failed_sign_ins = 0, locked_until = NULL WHERE id = $1";
    execute(tx, sql, vec![person_id.into()]).await
}

async fn execute(tx: &Tx, sql: &str, values: Vec<sea_orm::Value>) -> Outcome<()> {
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        values,
    ))
    .await?;
    Ok(())
}

fn wrong() -> Fault {
    Fault::invalid(
        "password",
        "Địa chỉ thư hoặc mật khẩu không đúng. Kiểm tra phím Caps Lock rồi nhập lại.",
        "The address or the password is not right. Check Caps Lock and try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_longer_with_every_failure_and_never_more_than_a_quarter_of_an_hour() {
        assert_eq!(address_wait(19), Duration::zero());
        assert_eq!(address_wait(20), Duration::seconds(1));
        assert_eq!(address_wait(23), Duration::seconds(8));
        assert_eq!(address_wait(i32::MAX), WAIT);
    }
}
