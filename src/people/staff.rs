//! What an administrator does with persons and their posts: each an act of its own, noted, and told to the person.
//!
//! Nothing is deleted: a post ends on a day, an account is closed. The last administrator of an office cannot be removed.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait,
    PaginatorTrait as _, QueryFilter, QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::rows::{person, post};
use super::setup::check_email;
use super::tickets::{self, Purpose};
use super::{Actor, ROLES, find, may, passkey, second_factor, sign_in};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};

/// A post as an administrator gives it.
#[derive(Debug, Clone, Default)]
pub struct NewPost {
    pub unit_id: Uuid,
    pub title: String,
    pub role: String,
    pub from: NaiveDate,
    /// The first day on which it is no longer held; none while it lasts.
    pub to: Option<NaiveDate>,
}

/// A person of the organisation with all posts there, past and future ones too.
///
/// # Errors
/// [`Fault::NotFound`] where the person never held a post there: one may not know of others.
pub async fn of_org(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    person_id: Uuid,
) -> Outcome<(person::Model, Vec<post::Model>)> {
    let posts = post::Entity::find()
        .filter(post::Column::PersonId.eq(person_id))
        .filter(post::Column::OrgId.eq(org_id))
        .order_by_asc(post::Column::ValidFrom)
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    if posts.is_empty() {
        return Err(Fault::NotFound);
    }
    let person = person::Entity::find_by_id(person_id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    Ok((person, posts))
}

/// Adds a person with a first post and mails the invitation; somebody known by this address only gets the post.
///
/// # Errors
/// A refusal of a field, or of who does not administer the organisation.
pub async fn add_person(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    name: &str,
    email: &str,
    post: NewPost,
) -> Outcome<Uuid> {
    let input = (
        org_id,
        name.trim().to_owned(),
        email.trim().to_lowercase(),
        post,
    );
    app.act(actor, input, |cx, (org_id, name, email, post)| {
        Box::pin(async move {
            only_administrator(&cx, *org_id)?;
            if name.is_empty() {
                return Err(Fault::invalid("name", "Ghi họ và tên.", "Enter the name."));
            }
            check_email("email", email)?;
            let person = person_with(&cx, name, email).await?;
            hold(&cx, *org_id, person.id, post).await?;
            if person.password_hash.is_none() {
                tickets::issue(&cx, *org_id, &person, Purpose::Invitation).await?;
            }
            note(
                &cx,
                *org_id,
                "person.added",
                format!("Thêm {name}: {}", post.title),
            )
            .await?;
            Ok(person.id)
        })
    })
    .await
}

/// The person with this address, made where there is none.
///
/// # Errors
/// A refusal where the address is somebody's with another name.
pub(super) async fn person_with(cx: &Cx<'_>, name: &str, email: &str) -> Outcome<person::Model> {
    if let Some(known) = person::Entity::find()
        .filter(person::Column::Email.eq(email))
        .one(cx.tx)
        .await?
    {
        if known.name == name {
            return Ok(known);
        }
        return Err(Fault::invalid(
            "email",
            format!(
                "Địa chỉ {email} là của người khác trong hệ thống; kiểm tra lại tên hoặc địa chỉ."
            ),
            format!("The address {email} is another person's; check name and address."),
        ));
    }
    let id = cx.id();
    Ok(person::ActiveModel {
        id: Set(id),
        person_key: Set(id.to_string()),
        name: Set(name.to_owned()),
        email: Set(email.to_owned()),
        password_hash: Set(None),
        sample: Set(false),
        active: Set(true),
        failed_sign_ins: Set(0),
        locked_until: Set(None),
        created_at: Set(cx.now),
    }
    .insert(cx.tx)
    .await?)
}

/// Writes a post.
///
/// # Errors
/// A refusal of a field.
pub(super) async fn hold(
    cx: &Cx<'_>,
    org_id: Uuid,
    person_id: Uuid,
    wanted: &NewPost,
) -> Outcome<()> {
    if !ROLES.contains(&wanted.role.as_str()) {
        return Err(Fault::invalid("role", "Chọn vai trò.", "Choose a role."));
    }
    if wanted.title.trim().is_empty() {
        return Err(Fault::invalid(
            "title",
            "Ghi chức vụ như trên văn bản.",
            "Enter the title as on documents.",
        ));
    }
    if wanted.to.is_some_and(|to| to <= wanted.from) {
        return Err(Fault::invalid(
            "to",
            "Ngày thôi giữ phải sau ngày bắt đầu.",
            "The end must be after the beginning.",
        ));
    }
    let unit = find::unit(cx.tx, wanted.unit_id, cx.today()).await?;
    if unit.org_id != org_id {
        return Err(Fault::NotFound);
    }
    post::ActiveModel {
        id: Set(cx.id()),
        person_id: Set(person_id),
        org_id: Set(org_id),
        unit_id: Set(wanted.unit_id),
        title: Set(wanted.title.trim().to_owned()),
        role: Set(wanted.role.clone()),
        valid_from: Set(wanted.from),
        valid_to: Set(wanted.to),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// Gives a further post.
///
/// # Errors
/// A refusal of a field, or of who does not administer the organisation.
pub async fn add_post(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    person_id: Uuid,
    wanted: NewPost,
) -> Outcome<()> {
    app.act(
        actor,
        (org_id, person_id, wanted),
        |cx, (org_id, person_id, wanted)| {
            Box::pin(async move {
                only_administrator(&cx, *org_id)?;
                let (person, _) = of_org(cx.tx, *org_id, *person_id).await?;
                hold(&cx, *org_id, *person_id, wanted).await?;
                tickets::tell_change(
                    &cx,
                    *org_id,
                    &person,
                    &format!("Nhận chức vụ: {}", wanted.title),
                )
                .await?;
                note(
                    &cx,
                    *org_id,
                    "person.post_added",
                    format!("Giao chức vụ {} cho {}", wanted.title, person.name),
                )
                .await
            })
        },
    )
    .await
}

/// Ends a post: `to` is the first day on which it is no longer held.
///
/// # Errors
/// A refusal where the office would be left without an administrator.
pub async fn end_post(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    post_id: Uuid,
    to: NaiveDate,
) -> Outcome<()> {
    app.act(actor, (org_id, post_id, to), |cx, (org_id, post_id, to)| {
        Box::pin(async move {
            only_administrator(&cx, *org_id)?;
            let found = post::Entity::find_by_id(*post_id).one(cx.tx).await?;
            let found = found
                .filter(|post| {
                    post.org_id == *org_id && post.valid_to.is_none_or(|to| to > cx.today())
                })
                .ok_or(Fault::NotFound)?;
            if *to < found.valid_from {
                return Err(Fault::invalid(
                    "to",
                    "Ngày thôi giữ không được trước ngày bắt đầu.",
                    "The end must not be before the beginning.",
                ));
            }
            let (person, _) = of_org(cx.tx, *org_id, found.person_id).await?;
            post::ActiveModel {
                id: Set(*post_id),
                valid_to: Set(Some(*to)),
                ..Default::default()
            }
            .update(cx.tx)
            .await?;
            keep_an_administrator(&cx, *org_id, *to).await?;
            tickets::tell_change(
                &cx,
                *org_id,
                &person,
                &format!("Thôi giữ chức vụ: {}", found.title),
            )
            .await?;
            let day = trinhky_calendar::vn_date(*to);
            note(
                &cx,
                *org_id,
                "person.post_ended",
                format!("{} thôi giữ {} từ {day}", person.name, found.title),
            )
            .await
        })
    })
    .await
}

/// What is done to an account as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountAct {
    /// A link by mail: the invitation, or a reset where there is a password already.
    SendLink,
    Close,
    Open,
    /// The telephone is lost; the person signs in by password and sets a new one up. Answered for by its reason.
    RemoveSecondFactor,
}

/// Does something to an account as a whole.
///
/// # Errors
/// A refusal where the person also works in another organisation, or where the office would lose its last administrator.
pub async fn change_account(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    person_id: Uuid,
    act: AccountAct,
    reason: &str,
) -> Outcome<()> {
    app.act(actor, (org_id, person_id, act, reason.trim().to_owned()), |cx, (org_id, person_id, act, reason)| {
        Box::pin(async move {
            only_administrator(&cx, *org_id)?;
            let (person, _) = of_org(cx.tx, *org_id, *person_id).await?;
            only_ours(&cx, *org_id, *person_id).await?;
            let (word, summary, told) = match act {
                AccountAct::SendLink => {
                    if !person.active {
                        return Err(Fault::invalid("do", "Tài khoản đang ngừng; mở lại trước khi gửi đường dẫn.", "The account is closed; open it first."));
                    }
                    let purpose = if person.password_hash.is_none() { Purpose::Invitation } else { Purpose::Reset };
                    tickets::issue(&cx, *org_id, &person, purpose).await?;
                    ("person.link_sent", "Gửi đường dẫn chọn mật khẩu cho", None)
                }
                AccountAct::Close | AccountAct::Open => {
                    let active = *act == AccountAct::Open;
                    person::ActiveModel { id: Set(person.id), active: Set(active), ..Default::default() }.update(cx.tx).await?;
                    sign_in::end_sessions(cx.tx, person.id, None).await?;
                    keep_an_administrator(&cx, *org_id, cx.today()).await?;
                    if active { ("person.enabled", "Mở lại tài khoản của", None) } else { ("person.disabled", "Ngừng tài khoản của", None) }
                }
                AccountAct::RemoveSecondFactor => {
                    if cx.actor.person_id == Some(person.id) {
                        return Err(Fault::invalid("reason", "Không tự gỡ mã xác thực của mình ở đây; vào Tài khoản của tôi.", "Not your own: use My account."));
                    }
                    if reason.is_empty() {
                        return Err(Fault::invalid("reason", "Ghi lý do và cách đã nhận ra đúng người.", "Enter the reason and how you recognised the person."));
                    }
                    passkey::remove_all(cx.tx, person.id).await?;
                    second_factor::remove(cx.tx, person.id).await?;
                    sign_in::end_sessions(cx.tx, person.id, None).await?;
                    ("person.second_factor_removed", "Gỡ mã xác thực của", Some("Người quản trị đã gỡ mã xác thực / an administrator removed the second factor"))
                }
            };
            if let Some(told) = told {
                tickets::tell_change(&cx, *org_id, &person, told).await?;
            }
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            let entry = Entry::general(word, format!("{summary} {}{reason}", person.name)).data(json!({ "person": person.id }));
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

fn only_administrator(cx: &Cx<'_>, org_id: Uuid) -> Outcome<()> {
    if may::administer(cx.actor, org_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Chỉ người quản trị của cơ quan được đổi người dùng và chức vụ.",
        "Only an administrator of the organisation changes persons and posts.",
    ))
}

/// An account that other organisations rely on, too, is not changed by one of them alone.
async fn only_ours(cx: &Cx<'_>, org_id: Uuid, person_id: Uuid) -> Outcome<()> {
    let elsewhere = find::posts_on(cx.today())
        .filter(post::Column::PersonId.eq(person_id))
        .filter(post::Column::OrgId.ne(org_id))
        .one(cx.tx)
        .await?;
    if elsewhere.is_none() {
        return Ok(());
    }
    Err(Fault::invalid(
        "do",
        "Người này đang giữ chức vụ ở cả cơ quan khác; người đó tự đặt lại qua “Quên mật khẩu”, hoặc thôi giữ chức vụ ở đây.",
        "This person also works in another organisation; let them use “Forgotten password”, or end the post here.",
    ))
}

/// Refuses a change after which nobody could administer the organisation on the day it takes effect.
async fn keep_an_administrator(cx: &Cx<'_>, org_id: Uuid, on: NaiveDate) -> Outcome<()> {
    for day in [cx.today(), on.max(cx.today())] {
        let holders = find::holders_in_org(cx.tx, org_id, "admin", day).await?;
        let able = person::Entity::find()
            .filter(person::Column::Id.is_in(holders.iter().map(|holder| holder.person_id)))
            .filter(person::Column::PasswordHash.is_not_null())
            .count(cx.tx)
            .await?;
        if able == 0 {
            return Err(Fault::invalid(
                "to",
                "Sau việc này cơ quan không còn ai quản trị được hệ thống; giao quyền quản trị cho người khác (đã có mật khẩu) trước.",
                "Nobody could administer the office afterwards; make somebody else (with a password) administrator first.",
            ));
        }
    }
    Ok(())
}

async fn note(cx: &Cx<'_>, org_id: Uuid, act: &'static str, summary: String) -> Outcome<()> {
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        Entry::general(act, summary),
    )
    .await
}
