//! Sign-in by password, and sessions as rows that can be listed and ended.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    QueryFilter, Statement,
};
use uuid::Uuid;

use super::Actor;
use super::rows::{person, session};
use crate::app::App;
use crate::audit;
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::files::digest;

/// Wrong passwords before an account waits.
const TRIES_BEFORE_WAIT: i32 = 5;
/// How long an account waits then.
const WAIT: Duration = Duration::minutes(15);
/// Shortest password that is accepted (ASVS 6.2.1).
pub const MIN_PASSWORD: usize = 8;

/// Hashes a password for storing; slow on purpose, so never inside an act.
///
/// # Errors
/// When the password is too short or the hash cannot be made.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Outcome<String> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(Fault::invalid(
            "password",
            format!("Mật khẩu phải có ít nhất {MIN_PASSWORD} ký tự."),
            format!("The password must have at least {MIN_PASSWORD} characters."),
        ));
    }
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::Internal(anyhow::anyhow!("hashing a password: {error}")))
}

/// Checks e-mail and password and opens a session; returns the secret for the cookie.
///
/// # Errors
/// One sentence that does not tell which of the two was wrong; after five tries the account waits.
pub async fn sign_in(app: &App, email: &str, password: &str) -> Outcome<String> {
    let now = app.clock.now();
    let email = email.trim().to_lowercase();
    let found = person::Entity::find()
        .filter(person::Column::Email.eq(&email))
        .one(app.store.reader())
        .await?;
    if let Some(until) = found
        .as_ref()
        .and_then(|person| person.locked_until)
        .filter(|until| *until > now)
    {
        let minutes = (until - now).num_minutes() + 1;
        return Err(Fault::refused(
            RefusalKind::TooMany,
            None,
            format!("Tài khoản tạm dừng vì sai mật khẩu nhiều lần; thử lại sau {minutes} phút."),
            format!("Too many wrong passwords; try again in {minutes} minutes."),
        ));
    }
    let right = match found
        .as_ref()
        .filter(|person| person.active)
        .and_then(|person| person.password_hash.clone())
    {
        Some(hash) => verify(password.to_owned(), hash).await?,
        None => false,
    };
    let Some(person) = found else {
        return Err(wrong());
    };
    let token = app.ids.token();
    let input = (app.clone(), person.id, right, digest(token.as_bytes()));
    let opened = app
        .store
        .write(input, |tx, (app, person_id, right, session_id)| {
            Box::pin(async move {
                let now = app.clock.now();
                if !right {
                    count_wrong_try(tx, *person_id, now).await?;
                    return Ok(false);
                }
                open_session(tx, app, *person_id, session_id, now).await?;
                Ok(true)
            })
        })
        .await?;
    if opened { Ok(token) } else { Err(wrong()) }
}

/// The person behind a cookie's secret, and the session is kept awake.
///
/// # Errors
/// [`Fault::NotFound`] where the session is over.
pub async fn actor_of(app: &App, token: &str) -> Outcome<Actor> {
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
        app.store
            .write((session.id, now), |tx, (id, now)| {
                Box::pin(async move {
                    let sql = "UPDATE session SET seen_at = $2 WHERE id = $1";
                    let values = [id.as_str().into(), (*now).into()];
                    tx.execute_raw(Statement::from_sql_and_values(
                        tx.get_database_backend(),
                        sql,
                        values,
                    ))
                    .await?;
                    Ok(())
                })
            })
            .await?;
    }
    Ok(actor)
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

/// Removes sessions that are over.
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
                Ok(())
            })
        })
        .await
}

/// Opens a session in an act; the caller keeps the secret whose digest is the id.
///
/// # Errors
/// What the database reports.
pub async fn open_session(
    tx: &crate::store::Tx,
    app: &App,
    person_id: Uuid,
    session_id: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    session::ActiveModel {
        id: Set(session_id.to_owned()),
        person_id: Set(person_id),
        created_at: Set(now),
        seen_at: Set(now),
        expires_at: Set(now + Duration::hours(app.config.session_hours)),
    }
    .insert(tx)
    .await?;
    let sql = "UPDATE person SET failed_sign_ins = 0, locked_until = NULL WHERE id = $1";
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        [person_id.into()],
    ))
    .await?;
    let actor = super::find::actor(tx, person_id, app.today()).await?;
    if let Some(org_id) = actor.posts.first().map(|post| post.org_id) {
        audit::append(
            tx,
            org_id,
            &actor,
            now,
            audit::Entry::general("person.signed_in", "Đăng nhập"),
        )
        .await?;
    }
    Ok(())
}

async fn verify(password: String, hash: String) -> Outcome<bool> {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    })
    .await
    .map_err(|error| Fault::Internal(error.into()))
}

async fn count_wrong_try(
    tx: &crate::store::Tx,
    person_id: Uuid,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "UPDATE person SET failed_sign_ins = failed_sign_ins + 1, \
               locked_until = CASE WHEN failed_sign_ins + 1 >= $2 THEN $3 ELSE locked_until END WHERE id = $1";
    let values = [
        person_id.into(),
        TRIES_BEFORE_WAIT.into(),
        (now + WAIT).into(),
    ];
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
