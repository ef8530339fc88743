//! The administrator's acts on keys: bind one to a post or an agency, and stop using it.

use std::path::Path;

use anyhow::Context as _;
use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::json;
use trinhky_csc::Credential;
use trinhky_pades::{Signer as _, Trust, certificate_pem, check_validity, describe_certificate};
use trinhky_tokens::Found;
use uuid::Uuid;

use super::keys::{self, TokenPlace, refusal};
use super::remote::RemotePlace;
use super::rows::signing_key;
use super::workstation;
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::write_secret;
use crate::people::rows::{post, unit};
use crate::people::{Actor, may};

/// Whose key it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Post(Uuid),
    Agency(Uuid),
}

/// From which day a key signs, and the first day on which it does no longer.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
}

/// Keeps a PKCS#12 file, locked as it came, and binds its key. The password is tried and forgotten.
///
/// # Errors
/// A refusal at the field `file`, `password` or `until`; without the right a refusal of the act.
pub async fn bind_file(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    (holder, term): (Holder, Term),
    file: Vec<u8>,
    password: &str,
) -> Outcome<()> {
    let opened = keys::unlock(file.clone(), password).await?;
    let signer = opened.map_err(|error| match error {
        trinhky_pades::SignError::WrongPassword => {
            Fault::invalid("password", error.message_vi(), "The password is wrong.")
        }
        other => Fault::invalid("file", other.message_vi(), format!("{other}.")),
    })?;
    let id = app.ids.uuid(app.clock.now());
    let path = keys::file_path(app, org_id, id);
    let row = row(
        app,
        actor,
        org_id,
        id,
        (holder, term),
        &signer.certificate_chain(),
    )?;
    // First right and holder, then the file, then the row that makes it count; without the row no file stays behind.
    app.act(actor, row.clone(), |cx, row| {
        Box::pin(async move {
            check(cx, row.org_id)?;
            holder_name(cx, row).await.map(drop)
        })
    })
    .await?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).context("making the folder of keys")?;
    write_secret(&path, &file)?;
    let bound = bind(app, actor, row).await;
    if bound.is_err() {
        std::fs::remove_file(&path).context("removing a key that was not bound")?;
    }
    bound
}

/// Binds a key of a token that is plugged in.
///
/// # Errors
/// As [`bind_file`].
pub async fn bind_token(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    (holder, term): (Holder, Term),
    found: &Found,
) -> Outcome<()> {
    let id = app.ids.uuid(app.clock.now());
    let mut row = row(app, actor, org_id, id, (holder, term), &found.chain)?;
    row.kind = "token".to_owned();
    row.place = serde_json::to_string(&TokenPlace::from(&found.key))?;
    bind(app, actor, row).await
}

/// Binds a key of the remote signing service.
///
/// # Errors
/// As [`bind_file`].
pub async fn bind_remote(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    (holder, term): (Holder, Term),
    found: &Credential,
) -> Outcome<()> {
    let id = app.ids.uuid(app.clock.now());
    let mut row = row(app, actor, org_id, id, (holder, term), &found.chain)?;
    row.kind = "remote".to_owned();
    row.place = serde_json::to_string(&RemotePlace {
        url: app.config.signing.csc_url.clone(),
        id: found.id.clone(),
        asks: found.asks,
    })?;
    bind(app, actor, row).await
}

/// Binds the certificate of a key that stays on the signer's own machine.
///
/// # Errors
/// As [`bind_file`]; a refusal at `file` for what is no certificate.
pub async fn bind_workstation(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    (holder, term): (Holder, Term),
    certificate: &[u8],
) -> Outcome<()> {
    let chain = if certificate.starts_with(b"-----BEGIN") {
        Trust::from_pem(&String::from_utf8_lossy(certificate)).map(|read| read.roots)
    } else {
        Ok(vec![certificate.to_vec()])
    };
    let readable = chain.ok().filter(|chain| {
        let own = chain.first();
        own.is_some_and(|own| describe_certificate(own).is_ok())
    });
    let chain = readable.ok_or_else(|| {
        Fault::invalid(
            "file",
            "Tệp không phải chứng thư số. Xuất chứng thư số từ phần mềm của thiết bị ký ra tệp .cer.",
            "The file is no certificate. Export it from the token's program as a .cer file.",
        )
    })?;
    let id = app.ids.uuid(app.clock.now());
    let mut row = row(app, actor, org_id, id, (holder, term), &chain)?;
    row.kind = workstation::KIND.to_owned();
    bind(app, actor, row).await
}

/// Ends the use of a key today; what it signed stays, its file does not.
///
/// # Errors
/// [`Fault::NotFound`] for another organisation's key; a stale refusal where it has ended.
pub async fn stop(app: &App, actor: &Actor, org_id: Uuid, id: Uuid) -> Outcome<()> {
    app.act(actor, (org_id, id), |cx, (org_id, id)| {
        Box::pin(async move {
            check(cx, *org_id)?;
            let key = signing_key::Entity::find_by_id(*id)
                .one(cx.tx)
                .await?
                .filter(|key| key.org_id == *org_id)
                .ok_or(Fault::NotFound)?;
            let today = cx.today();
            if key.used_until.is_some_and(|until| until <= today) {
                return Err(Fault::stale(
                    "Khóa này đã thôi dùng.",
                    "This key is no longer in use.",
                ));
            }
            let subject = keys::certificate(&key)?.subject;
            if key.used_from >= today {
                // It has never been in use on a whole day; a term must not be empty.
                signing_key::Entity::delete_by_id(*id).exec(cx.tx).await?;
            } else {
                signing_key::ActiveModel {
                    id: Set(*id),
                    used_until: Set(Some(today)),
                    ..Default::default()
                }
                .update(cx.tx)
                .await?;
            }
            let entry = Entry::general("key.stopped", format!("Thôi dùng khóa ký của {subject}"))
                .data(json!({ "key": id, "fingerprint": key.fingerprint }));
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await?;
    let path = keys::file_path(app, org_id, id);
    if path.exists() {
        std::fs::remove_file(&path).context("removing the file of a key that is no longer used")?;
    }
    Ok(())
}

fn row(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    id: Uuid,
    (holder, term): (Holder, Term),
    chain: &[Vec<u8>],
) -> Outcome<signing_key::Model> {
    if term.until.is_some_and(|until| until <= term.from) {
        return Err(Fault::invalid(
            "until",
            "Ngày thôi dùng phải sau ngày bắt đầu dùng.",
            "The last day must be after the first.",
        ));
    }
    let own = chain
        .first()
        .ok_or_else(|| refusal(trinhky_pades::SignError::NoCertificate))?;
    check_validity(own, app.clock.now())
        .map_err(|error| Fault::invalid("file", error.message_vi(), format!("{error}.")))?;
    let (post_id, unit_id) = match holder {
        Holder::Post(id) => (Some(id), None),
        Holder::Agency(id) => (None, Some(id)),
    };
    Ok(signing_key::Model {
        id,
        org_id,
        post_id,
        unit_id,
        kind: "file".to_owned(),
        place: String::new(),
        chain: chain.iter().map(|der| certificate_pem(der)).collect(),
        fingerprint: describe_certificate(own).map_err(refusal)?.fingerprint,
        used_from: term.from,
        used_until: term.until,
        bound_at: app.clock.now(),
        bound_by: actor.name.clone(),
    })
}

async fn bind(app: &App, actor: &Actor, row: signing_key::Model) -> Outcome<()> {
    app.act(actor, row, |cx, row| {
        Box::pin(async move {
            check(cx, row.org_id)?;
            let holder = holder_name(cx, row).await?;
            let subject = keys::certificate(row)?.subject;
            signing_key::Entity::insert(signing_key::ActiveModel::from(row.clone()).reset_all())
                .exec_without_returning(cx.tx)
                .await?;
            let summary = format!("Đăng ký khóa ký của {subject} cho {holder}");
            let entry = Entry::general("key.bound", summary)
                .data(json!({ "key": row.id, "fingerprint": row.fingerprint, "kind": row.kind }));
            audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// The name of the post or unit, which must be the organisation's own.
async fn holder_name(cx: Cx<'_>, row: &signing_key::Model) -> Outcome<String> {
    let strange = || {
        Fault::invalid(
            "holder",
            "Chọn chức vụ hoặc cơ quan của tổ chức mình.",
            "Choose a post or an agency of your own organisation.",
        )
    };
    if let Some(post_id) = row.post_id {
        let post = post::Entity::find_by_id(post_id).one(cx.tx).await?;
        let post = post.filter(|post| post.org_id == row.org_id);
        return Ok(post.ok_or_else(strange)?.title);
    }
    let unit_id = row.unit_id.ok_or_else(strange)?;
    let own = unit::Entity::find_by_id(unit_id).one(cx.tx).await?;
    own.filter(|unit| unit.org_id == row.org_id)
        .ok_or_else(strange)?;
    Ok(crate::people::find::unit(cx.tx, unit_id, cx.today())
        .await?
        .name)
}

fn check(cx: Cx<'_>, org_id: Uuid) -> Outcome<()> {
    if may::administer(cx.actor, org_id) {
        Ok(())
    } else {
        Err(Fault::forbidden(
            "Chỉ người quản trị của cơ quan được đăng ký khóa ký.",
            "Only administrators of the organisation may register keys.",
        ))
    }
}
