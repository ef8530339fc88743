//! A signature or a seal made by another program on the signer's own machine: begun here, and told here when the signed
//! file has come back. Until then the document stays as it was; whoever closes the program begins again.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::{Document, find, issue};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::{self, Stored};
use crate::people::Actor;
use crate::signing::rows::{signing_key, workstation_signing};
use crate::signing::workstation::{self as machine, Purpose};
use crate::signing::{self, PDF};

/// How long a signature may be under way.
const LIVES: TimeDelta = TimeDelta::hours(2);
/// How long the one-time addresses are good.
const ADDRESSES_LIVE: TimeDelta = TimeDelta::minutes(10);

/// A signature under way, for whoever began it.
#[derive(Debug, Clone)]
pub struct UnderWay {
    pub row: workstation_signing::Model,
    pub document: Document,
    pub purpose: Purpose,
}

/// Makes the file that goes to the signer's machine.
///
/// # Errors
/// As [`issue::sign_with`] and [`issue::seal_with`] before they sign.
pub async fn begin(
    app: &App,
    actor: &Actor,
    id: Uuid,
    (purpose, seen_hash): (Purpose, String),
    key: Uuid,
) -> Outcome<Uuid> {
    let document = match purpose {
        Purpose::Sign => issue::ready_to_sign(app, actor, id, &seen_hash).await?.0,
        Purpose::Seal => issue::ready_to_seal(app, actor, id).await?.0,
    };
    let key = machine::key(app, &document, actor, purpose, key).await?;
    let given = machine::file_for(app, &document, purpose).await?;
    let stored = app.files.put(given, PDF).await?;
    let now = app.clock.now();
    let row = workstation_signing::Model {
        id: app.ids.uuid(now),
        document_id: id,
        purpose: purpose.word().to_owned(),
        key_id: key.id,
        person_id: actor.person_id.ok_or(Fault::NotFound)?,
        content_hash: document.row.content_hash.clone(),
        given: stored.digest.clone(),
        returned: None,
        begun_at: now,
        ends_at: now + LIVES,
        token: None,
        token_ends_at: None,
        fetched_at: None,
        returned_at: None,
    };
    let begun = row.id;
    app.act(actor, (row, stored), |cx, (row, stored)| {
        Box::pin(async move {
            let document = find::document(cx.tx, row.document_id).await?;
            files::record(cx.tx, stored, &cx.app.clock).await?;
            workstation_signing::Entity::insert(row.clone().into_active_model().reset_all())
                .exec_without_returning(cx.tx)
                .await?;
            let what = match Purpose::of(&row.purpose) {
                Purpose::Sign => "ký",
                Purpose::Seal => "đóng dấu",
            };
            let summary = format!("Đưa {} ra {what} trên máy của người ký", document.title());
            let entry = Entry::about(row.document_id, "document.sent_to_workstation", summary);
            audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
        })
    })
    .await?;
    Ok(begun)
}

/// A signature under way, for whoever began it.
///
/// # Errors
/// [`Fault::NotFound`] for everybody else.
pub async fn under_way(app: &App, actor: &Actor, id: Uuid) -> Outcome<UnderWay> {
    let row = workstation_signing::Entity::find_by_id(id)
        .one(app.store.reader())
        .await?
        .filter(|row| Some(row.person_id) == actor.person_id)
        .ok_or(Fault::NotFound)?;
    let document = find::document(app.store.reader(), row.document_id).await?;
    let purpose = Purpose::of(&row.purpose);
    Ok(UnderWay {
        row,
        document,
        purpose,
    })
}

/// The file that goes out, for whoever began it.
///
/// # Errors
/// As [`under_way`].
pub async fn given(app: &App, actor: &Actor, id: Uuid) -> Outcome<Vec<u8>> {
    let going = under_way(app, actor, id).await?;
    Ok(app.files.get(&going.row.given).await?)
}

/// A fresh one-time secret for the two addresses; an earlier one is no longer good.
///
/// # Errors
/// As [`under_way`]; a stale refusal where its time is over.
pub async fn secret(app: &App, actor: &Actor, id: Uuid) -> Outcome<String> {
    let going = under_way(app, actor, id).await?;
    let now = app.clock.now();
    in_time(&going.row, now)?;
    let secret = app.ids.token();
    let change = workstation_signing::ActiveModel {
        id: Set(id),
        token: Set(Some(files::digest(secret.as_bytes()))),
        token_ends_at: Set(Some(now + ADDRESSES_LIVE)),
        fetched_at: Set(None),
        ..Default::default()
    };
    app.store
        .write(change, |tx, change| {
            Box::pin(async move {
                change.clone().update(tx).await?;
                Ok(())
            })
        })
        .await?;
    Ok(secret)
}

/// The file for the program of the signer's machine, once.
///
/// # Errors
/// [`Fault::NotFound`] for a secret that is unknown, too old or used.
pub async fn fetch(app: &App, secret: &str) -> Outcome<Vec<u8>> {
    let row = of_secret(app, secret).await?;
    let now = app.clock.now();
    let first = app
        .store
        .write((row.id, now), |tx, (id, now)| {
            Box::pin(async move {
                let changed = workstation_signing::Entity::update_many()
                    .filter(workstation_signing::Column::Id.eq(*id))
                    .filter(workstation_signing::Column::FetchedAt.is_null())
                    .set(workstation_signing::ActiveModel {
                        fetched_at: Set(Some(*now)),
                        ..Default::default()
                    })
                    .exec(tx)
                    .await?;
                Ok(changed.rows_affected == 1)
            })
        })
        .await?;
    if !first {
        return Err(Fault::NotFound);
    }
    Ok(app.files.get(&row.given).await?)
}

/// Takes the signed file back from the program of the signer's machine, once. It waits for whoever began.
///
/// # Errors
/// As [`fetch`]; a refusal at `file` where it is not what went out with the right signature: then it may be tried again.
pub async fn take_back(app: &App, secret: &str, file: Vec<u8>) -> Outcome<()> {
    let row = of_secret(app, secret).await?;
    keep_returned(app, &row, file).await
}

/// Takes the signed file from the hand of whoever began, and finishes.
///
/// # Errors
/// As [`take_back`] and [`finish`].
pub async fn hand_in(app: &App, actor: &Actor, id: Uuid, file: Vec<u8>) -> Outcome<()> {
    let going = under_way(app, actor, id).await?;
    in_time(&going.row, app.clock.now())?;
    keep_returned(app, &going.row, file).await?;
    finish(app, actor, id).await
}

/// Records the signature or seal of the file that came back.
///
/// # Errors
/// A stale refusal where none has come back or the document has gone on; a revoked certificate.
pub async fn finish(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    let going = under_way(app, actor, id).await?;
    let Some(digest) = &going.row.returned else {
        return Err(Fault::stale(
            "Tệp đã ký chưa về. Nếu đã đóng cửa sổ của phần mềm ký, hãy ký lại; văn bản chưa thay đổi.",
            "The signed file has not come back. If the signing program was closed, sign again; the document is as it was.",
        ));
    };
    let file = app.files.get(digest).await?;
    let (document_id, seen) = (going.row.document_id, going.row.content_hash);
    match going.purpose {
        Purpose::Sign => {
            let (_, step) = issue::ready_to_sign(app, actor, document_id, &seen).await?;
            let signed = signing::person_signed_outside(app, file).await?;
            issue::record_signature(app, actor, document_id, seen, (step, signed)).await
        }
        Purpose::Seal => {
            let (_, step) = issue::ready_to_seal(app, actor, document_id).await?;
            let sealed = signing::agency_signed_outside(app, file).await?;
            issue::record_seal(app, actor, document_id, (step, sealed)).await
        }
    }
}

async fn of_secret(app: &App, secret: &str) -> Outcome<workstation_signing::Model> {
    let now = app.clock.now();
    workstation_signing::Entity::find()
        .filter(workstation_signing::Column::Token.eq(files::digest(secret.as_bytes())))
        .filter(workstation_signing::Column::TokenEndsAt.gt(now))
        .one(app.store.reader())
        .await?
        .ok_or(Fault::NotFound)
}

async fn keep_returned(app: &App, row: &workstation_signing::Model, file: Vec<u8>) -> Outcome<()> {
    if file.is_empty() {
        return Err(Fault::invalid(
            "file",
            "Chọn tệp PDF đã ký.",
            "Choose the signed PDF.",
        ));
    }
    let key = signing_key::Entity::find_by_id(row.key_id)
        .one(app.store.reader())
        .await?
        .ok_or(Fault::NotFound)?;
    let given = app.files.get(&row.given).await?;
    machine::check(app, &key, given, file.clone()).await?;
    let stored = app.files.put(file, PDF).await?;
    let now = app.clock.now();
    app.store
        .write((row.id, stored, now, app.clone()), |tx, input| {
            Box::pin(async move {
                let (id, stored, now, app): &(Uuid, Stored, DateTime<Utc>, App) = input;
                files::record(tx, stored, &app.clock).await?;
                workstation_signing::ActiveModel {
                    id: Set(*id),
                    returned: Set(Some(stored.digest.clone())),
                    returned_at: Set(Some(*now)),
                    // Used once.
                    token: Set(None),
                    ..Default::default()
                }
                .update(tx)
                .await?;
                Ok(())
            })
        })
        .await
}

fn in_time(row: &workstation_signing::Model, now: DateTime<Utc>) -> Outcome<()> {
    if now <= row.ends_at {
        return Ok(());
    }
    Err(Fault::stale(
        "Lần ký này đã quá hạn. Mở lại trang ký để bắt đầu lại; văn bản chưa thay đổi.",
        "This signing is too old. Open the page of the signature to begin anew; the document is as it was.",
    ))
}
