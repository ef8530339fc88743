//! Links that let their person choose a password once: the invitation of a new person, the reset of a forgotten password.
//!
//! A link identifies, it never signs in: after it the sign-in asks for the new password and, where there is one, for the
//! second factor. Opening the link changes nothing; mail scanners open every link.

use chrono::Duration;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::passwords::{self, Unwanted};
use super::rows::{person, ticket};
use super::{Actor, find, sign_in};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::mail::{self, NewMail};

/// How long an invitation is good.
const INVITATION: Duration = Duration::days(7);
/// How long the link of a reset is good (ASVS 6.4.1).
const RESET: Duration = Duration::hours(1);
/// A second mail for the same person is not sent before this.
const BETWEEN_RESETS: Duration = Duration::minutes(5);

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Invitation,
    Reset,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "password_reset",
        }
    }

    fn lives(self) -> Duration {
        match self {
            Self::Invitation => INVITATION,
            Self::Reset => RESET,
        }
    }
}

/// Makes a link and queues its mail, in the act that causes it; older links of the person are over.
///
/// # Errors
/// What the database reports.
pub async fn issue(
    cx: &Cx<'_>,
    org_id: Uuid,
    person: &person::Model,
    purpose: Purpose,
) -> Outcome<()> {
    let secret = cx.app.ids.token();
    ticket::Entity::delete_many()
        .filter(ticket::Column::PersonId.eq(person.id))
        .exec(cx.tx)
        .await?;
    let id = digest(secret.as_bytes());
    ticket::ActiveModel {
        id: Set(id.clone()),
        person_id: Set(person.id),
        purpose: Set(purpose.word().to_owned()),
        created_at: Set(cx.now),
        expires_at: Set(cx.now + purpose.lives()),
    }
    .insert(cx.tx)
    .await?;
    let office = find::unit(cx.tx, org_id, cx.today()).await?;
    let link = format!("{}/mat-khau-moi/{secret}", cx.app.config.base_url());
    let context = json!({
        "recipient": person.name,
        "office": office.short,
        "login": person.email,
        "until": crate::web::format::date_time(cx.now + purpose.lives()),
        "link": link,
    });
    let mail = NewMail {
        key: format!("{}:{id}", purpose.word()),
        template: purpose.word(),
        org_id,
        to_name: person.name.clone(),
        to_address: person.email.clone(),
        cc: Vec::new(),
        context,
        document_id: None,
        delivery_id: None,
        send_at: cx.now,
    };
    mail::queue(cx.tx, cx.id(), cx.now, mail).await
}

/// Tells a person by mail that something about the account was changed, so that a stranger's change is noticed.
///
/// # Errors
/// What the database reports.
pub async fn tell_change(
    cx: &Cx<'_>,
    org_id: Uuid,
    person: &person::Model,
    what: &str,
) -> Outcome<()> {
    let office = find::unit(cx.tx, org_id, cx.today()).await?;
    let id = cx.id();
    let context = json!({
        "recipient": person.name,
        "office": office.short,
        "what": what,
        "by": cx.actor.name,
        "at": crate::web::format::date_time(cx.now),
        "link": format!("{}/toi", cx.app.config.base_url()),
    });
    let mail = NewMail {
        key: format!("account_changed:{id}"),
        template: "account_changed",
        org_id,
        to_name: person.name.clone(),
        to_address: person.email.clone(),
        cc: Vec::new(),
        context,
        document_id: None,
        delivery_id: None,
        send_at: cx.now,
    };
    mail::queue(cx.tx, id, cx.now, mail).await
}

/// A forgotten password: mails a link where there is such a person, and answers the same where there is none.
///
/// # Errors
/// What the database reports.
pub async fn forgotten(app: &App, email: &str) -> Outcome<()> {
    app.act(
        &Actor::system(),
        email.trim().to_lowercase(),
        |cx, email| {
            Box::pin(async move {
                let found = person::Entity::find()
                    .filter(person::Column::Email.eq(email.as_str()))
                    .one(cx.tx)
                    .await?;
                let Some(person) = found.filter(|person| person.active) else {
                    return Ok(());
                };
                let recent = ticket::Entity::find()
                    .filter(ticket::Column::PersonId.eq(person.id))
                    .filter(ticket::Column::CreatedAt.gt(cx.now - BETWEEN_RESETS))
                    .one(cx.tx)
                    .await?;
                let actor = find::actor(cx.tx, person.id, cx.today()).await?;
                match actor.posts.first() {
                    Some(post) if recent.is_none() => {
                        issue(&cx, post.org_id, &person, Purpose::Reset).await?;
                        let entry = Entry::general(
                            "person.reset_asked",
                            "Yêu cầu đặt lại mật khẩu qua thư",
                        );
                        audit::append(cx.tx, post.org_id, &actor, cx.now, entry).await
                    }
                    _ => Ok(()),
                }
            })
        },
    )
    .await
}

/// The person of a link that is still good.
///
/// # Errors
/// [`Fault::NotFound`] where the link is over.
pub async fn person_of(app: &App, secret: &str) -> Outcome<person::Model> {
    let db = app.store.reader();
    let found = ticket::Entity::find_by_id(digest(secret.as_bytes()))
        .one(db)
        .await?;
    let found = found
        .filter(|ticket| ticket.expires_at > app.clock.now())
        .ok_or(Fault::NotFound)?;
    person::Entity::find_by_id(found.person_id)
        .one(db)
        .await?
        .filter(|person| person.active)
        .ok_or(Fault::NotFound)
}

/// Sets the password that the person of the link chose; the link is used up, open sessions end.
///
/// # Errors
/// A refusal of the password, [`Fault::NotFound`] where the link is over.
pub async fn choose_password(app: &App, secret: &str, password: &str) -> Outcome<()> {
    let person = person_of(app, secret).await?;
    let unwanted = Unwanted::of_person(app, app.store.reader(), person.id).await?;
    let hash = passwords::hash(password.to_owned(), app.ids.bytes(), unwanted).await?;
    app.act(
        &Actor::system(),
        (digest(secret.as_bytes()), hash),
        |cx, (id, hash)| {
            Box::pin(async move {
                let found = ticket::Entity::find_by_id(id.clone()).one(cx.tx).await?;
                let found = found
                    .filter(|ticket| ticket.expires_at > cx.now)
                    .ok_or(Fault::NotFound)?;
                set_password(
                    &cx,
                    found.person_id,
                    hash,
                    "Chọn mật khẩu qua đường dẫn trong thư",
                )
                .await
            })
        },
    )
    .await
}

/// Writes a password, ends links and sessions of the person, notes it and tells the person.
///
/// # Errors
/// What the database reports.
pub async fn set_password(cx: &Cx<'_>, person_id: Uuid, hash: &str, summary: &str) -> Outcome<()> {
    person::ActiveModel {
        id: Set(person_id),
        password_hash: Set(Some(hash.to_owned())),
        failed_sign_ins: Set(0),
        locked_until: Set(None),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    ticket::Entity::delete_many()
        .filter(ticket::Column::PersonId.eq(person_id))
        .exec(cx.tx)
        .await?;
    sign_in::end_sessions(cx.tx, person_id, None).await?;
    let found = person::Entity::find_by_id(person_id)
        .one(cx.tx)
        .await?
        .ok_or(Fault::NotFound)?;
    let actor = find::actor(cx.tx, person_id, cx.today()).await?;
    let Some(post) = actor.posts.first() else {
        return Ok(());
    };
    tell_change(
        cx,
        post.org_id,
        &found,
        "Mật khẩu đã được đổi / the password was changed",
    )
    .await?;
    audit::append(
        cx.tx,
        post.org_id,
        &actor,
        cx.now,
        Entry::general("person.password_set", summary),
    )
    .await
}
