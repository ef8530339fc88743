//! The second factor: codes of an authenticator app (TOTP, RFC 6238) and printed recovery codes. A passkey is one as well
//! (`passkey`).
//!
//! A code works once: the time step of the last accepted one is kept (ASVS 6.5.1). Wrong codes count like wrong passwords.
//! The database has the app's secret sealed, and of a recovery code a digest under the installation's key (`secrets`).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait,
    PaginatorTrait as _, QueryFilter,
};
use sha1::Sha1;
use uuid::Uuid;

use super::find;
use super::rows::{passkey, recovery_code, second_factor};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::ids::Ids;
use crate::people::Actor;
use crate::secrets::{self, SEALED, Secrets};
use crate::store::{Store, Tx};

/// Seconds that a code lives.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are accepted: clocks of telephones differ a little.
const STEPS_AROUND: i64 = 1;
/// Recovery codes given at once.
const RECOVERY_CODES: usize = 10;
/// Bits of base32 (RFC 4648), which authenticator apps read.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The confirmed second factor of a person.
///
/// # Errors
/// What the database reports.
pub async fn confirmed(
    db: &impl ConnectionTrait,
    person_id: Uuid,
) -> Outcome<Option<second_factor::Model>> {
    Ok(row(db, person_id)
        .await?
        .filter(|row| row.confirmed_at.is_some()))
}

/// Whether a password alone does not sign the person in: there is an app or a passkey.
///
/// # Errors
/// What the database reports.
pub async fn is_set(db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<bool> {
    let passkeys = passkey::Entity::find()
        .filter(passkey::Column::PersonId.eq(person_id))
        .count(db)
        .await?;
    Ok(passkeys > 0 || confirmed(db, person_id).await?.is_some())
}

/// The second factor of a person, confirmed or being set up.
///
/// # Errors
/// What the database reports.
pub async fn row(
    db: &impl ConnectionTrait,
    person_id: Uuid,
) -> Outcome<Option<second_factor::Model>> {
    Ok(second_factor::Entity::find_by_id(person_id).one(db).await?)
}

/// Recovery codes that are still good.
///
/// # Errors
/// What the database reports.
pub async fn unused_codes(db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<u64> {
    Ok(recovery_code::Entity::find()
        .filter(recovery_code::Column::PersonId.eq(person_id))
        .filter(recovery_code::Column::UsedAt.is_null())
        .count(db)
        .await?)
}

/// Makes a new secret that counts once its first code is typed; a confirmed factor stays until it is given up.
///
/// # Errors
/// When there is a confirmed one, or what the database reports.
pub async fn begin(app: &App, actor: &Actor) -> Outcome<()> {
    let person_id = actor.person_id.ok_or(Fault::NotFound)?;
    let secret = base32(&app.ids.bytes::<20>());
    let sealed = app.secrets.seal(&app.ids, &about(person_id), &secret)?;
    app.act(actor, (person_id, sealed), |cx, (person_id, sealed)| {
        Box::pin(async move {
            let person_id = *person_id;
            if confirmed(cx.tx, person_id).await?.is_some() {
                return Err(Fault::stale(
                    "Mã xác thực đã bật; muốn đổi điện thoại thì tắt rồi bật lại.",
                    "The second factor is on; to change the telephone, switch it off first.",
                ));
            }
            second_factor::Entity::delete_by_id(person_id)
                .exec(cx.tx)
                .await?;
            second_factor::ActiveModel {
                person_id: Set(person_id),
                secret: Set(sealed.clone()),
                last_step: Set(0),
                created_at: Set(cx.now),
                confirmed_at: Set(None),
            }
            .insert(cx.tx)
            .await?;
            Ok(())
        })
    })
    .await
}

/// Confirms the new secret by its first code; returns the recovery codes, shown this once.
///
/// # Errors
/// A refusal when the code is wrong, or what the database reports.
pub async fn confirm(app: &App, actor: &Actor, code: &str) -> Outcome<Vec<String>> {
    let codes = new_codes(app);
    app.act(
        actor,
        (code.to_owned(), codes.clone()),
        |cx, (code, codes)| {
            Box::pin(async move {
                let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
                let found = row(cx.tx, person_id)
                    .await?
                    .filter(|row| row.confirmed_at.is_none())
                    .ok_or(Fault::NotFound)?;
                let secret = secret_of(cx.app, &found)?;
                let step = step_of_code(&secret, code, cx.now).ok_or_else(wrong_code)?;
                second_factor::ActiveModel {
                    person_id: Set(person_id),
                    last_step: Set(step),
                    confirmed_at: Set(Some(cx.now)),
                    ..Default::default()
                }
                .update(cx.tx)
                .await?;
                give_codes(&cx, person_id, codes).await?;
                note(&cx, "person.second_factor_set", "Bật mã xác thực").await
            })
        },
    )
    .await?;
    Ok(codes)
}

/// Fresh recovery codes, given to nobody yet.
pub(super) fn new_codes(app: &App) -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| app.ids.long_code()).collect()
}

/// Gives the person these recovery codes; older ones are void.
pub(super) async fn give_codes(cx: &Cx<'_>, person_id: Uuid, codes: &[String]) -> Outcome<()> {
    take_codes_back(cx.tx, person_id).await?;
    for code in codes {
        recovery_code::ActiveModel {
            person_id: Set(person_id),
            code_hash: Set(cx.app.secrets.code(&about(person_id), code)),
            used_at: Set(None),
        }
        .insert(cx.tx)
        .await?;
    }
    Ok(())
}

/// Makes all recovery codes of the person void.
pub(super) async fn take_codes_back(tx: &Tx, person_id: Uuid) -> Outcome<()> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::PersonId.eq(person_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives the app up; the caller has proved with a code or is an administrator who must answer for it. The recovery codes
/// stay while there is a passkey.
///
/// # Errors
/// What the database reports.
pub async fn remove(tx: &Tx, person_id: Uuid) -> Outcome<()> {
    second_factor::Entity::delete_by_id(person_id)
        .exec(tx)
        .await?;
    if !is_set(tx, person_id).await? {
        take_codes_back(tx, person_id).await?;
    }
    Ok(())
}

/// Whether the typed text is a code of the person now; it is used up by this act.
///
/// # Errors
/// What the database reports.
pub async fn take_code(
    tx: &Tx,
    app: &App,
    person_id: Uuid,
    typed: &str,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    let step = match confirmed(tx, person_id).await? {
        Some(found) => step_of_code(&secret_of(app, &found)?, typed, now),
        None => None,
    };
    if let Some(step) = step {
        // Two requests with one code: only the one whose update changes the row wins.
        let sql = "UPDATE second_factor SET last_step = $2 WHERE person_id = $1 AND last_step < $2";
        let changed = execute(tx, sql, vec![person_id.into(), step.into()]).await?;
        return Ok(changed == 1);
    }
    let sql = "UPDATE recovery_code SET used_at = $3 WHERE person_id = $1 AND code_hash = $2 AND used_at IS NULL";
    let typed: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = app
        .secrets
        .code(&about(person_id), &typed.to_ascii_uppercase());
    Ok(execute(tx, sql, vec![person_id.into(), hash.into(), now.into()]).await? == 1)
}

/// The secret that the person's telephone has, in base32 as apps take it.
///
/// # Errors
/// When the row was altered.
pub fn secret_of(app: &App, row: &second_factor::Model) -> Outcome<String> {
    Ok(app.secrets.unseal(&about(row.person_id), &row.secret)?)
}

/// What a person's secrets are bound to.
fn about(person_id: Uuid) -> String {
    format!("second factor of {person_id}")
}

/// Seals what versions without a key left readable: secrets of apps, and the plain digests of recovery codes.
///
/// # Errors
/// What the database reports.
pub async fn seal_old(store: &Store, secrets: Arc<Secrets>, ids: Arc<Ids>) -> Outcome<()> {
    store
        .write((secrets, ids), |tx, (secrets, ids)| {
            Box::pin(async move {
                let open = second_factor::Entity::find()
                    .filter(second_factor::Column::Secret.not_like(format!("{SEALED}%")));
                for row in open.all(tx).await? {
                    let sealed = secrets.seal(ids, &about(row.person_id), &row.secret)?;
                    let sql = "UPDATE second_factor SET secret = $2 WHERE person_id = $1";
                    execute(tx, sql, vec![row.person_id.into(), sealed.into()]).await?;
                }
                let plain = recovery_code::Entity::find()
                    .filter(recovery_code::Column::CodeHash.not_like(format!("{SEALED}%")));
                for row in plain.all(tx).await? {
                    let hash = secrets.code_of_digest(&about(row.person_id), &row.code_hash);
                    let sql = "UPDATE recovery_code SET code_hash = $3 WHERE person_id = $1 AND code_hash = $2";
                    let values = vec![row.person_id.into(), row.code_hash.into(), hash.into()];
                    execute(tx, sql, values).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Gives up every app and every recovery code, and the key that sealed them; passkeys stay. For an installation whose key
/// is lost: who must have a second factor sets it up anew after the next sign-in.
///
/// # Errors
/// What the database reports.
pub async fn forget_all(store: &Store, now: DateTime<Utc>) -> Outcome<()> {
    store
        .write(now, |tx, now| {
            Box::pin(async move {
                second_factor::Entity::delete_many().exec(tx).await?;
                recovery_code::Entity::delete_many().exec(tx).await?;
                secrets::forget(tx).await?;
                let today = trinhky_calendar::local(*now).date_naive();
                for org_id in find::organisations_with(tx, "admin", today).await? {
                    let summary =
                        "Bỏ mọi mã xác thực và mã dự phòng vì khóa bí mật của hệ thống không còn";
                    let entry = Entry::general("secrets.forgotten", summary);
                    audit::append(tx, org_id, &Actor::system(), *now, entry).await?;
                }
                Ok(())
            })
        })
        .await
}

/// The address that an authenticator app reads from the picture.
#[must_use]
pub fn address(secret: &str, office: &str, email: &str) -> String {
    let pairs = [
        ("secret", secret),
        ("issuer", office),
        ("algorithm", "SHA1"),
        ("digits", "6"),
        ("period", "30"),
    ];
    let query = serde_urlencoded::to_string(pairs)
        .unwrap_or_default()
        .replace('+', "%20");
    let label =
        serde_urlencoded::to_string([("", format!("{office}:{email}"))]).unwrap_or_default();
    format!(
        "otpauth://totp/{}?{query}",
        label.trim_start_matches('=').replace('+', "%20")
    )
}

/// The picture of an address, as SVG.
///
/// # Errors
/// When the address is too long for a picture.
pub fn picture(address: &str) -> Outcome<String> {
    let code = qrcode::QrCode::new(address)
        .map_err(|error| anyhow::anyhow!("drawing a QR code: {error}"))?;
    let drawn = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(200, 200)
        .quiet_zone(true)
        .build();
    // Inside a page there is no XML declaration.
    Ok(drawn
        .find("<svg")
        .map_or(drawn.clone(), |at| drawn[at..].to_owned()))
}

/// The present code of a secret; what the telephone shows.
#[must_use]
pub fn code_at(secret: &str, at: DateTime<Utc>) -> Option<String> {
    code_of_step(secret, at.timestamp() / STEP_SECONDS)
}

pub(super) fn wrong_code() -> Fault {
    Fault::invalid(
        "code",
        "Mã không đúng hoặc đã dùng. Chờ ứng dụng hiện mã mới rồi nhập 6 chữ số đó; điện thoại phải đúng giờ.",
        "The code is wrong or was used. Wait for the next one in the app and type its 6 digits; the telephone's clock must be right.",
    )
}

/// Journals it where the person holds a post.
pub(super) async fn note(cx: &Cx<'_>, act: &'static str, summary: &str) -> Outcome<()> {
    match cx.actor.posts.first() {
        Some(post) => {
            audit::append(
                cx.tx,
                post.org_id,
                cx.actor,
                cx.now,
                Entry::general(act, summary),
            )
            .await
        }
        None => Ok(()),
    }
}

async fn execute(tx: &Tx, sql: &str, values: Vec<sea_orm::Value>) -> Outcome<u64> {
    let statement = sea_orm::Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

/// The step around `now` whose code was typed.
fn step_of_code(secret: &str, typed: &str, now: DateTime<Utc>) -> Option<i64> {
    let digits: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let present = now.timestamp() / STEP_SECONDS;
    (present - STEPS_AROUND..=present + STEPS_AROUND)
        .find(|step| code_of_step(secret, *step).as_deref() == Some(digits.as_str()))
}

/// RFC 4226, section 5.3, of the step's number.
fn code_of_step(secret: &str, step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(&from_base32(secret)?).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0x0f);
    let word: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    Some(format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    ))
}

fn base32(bytes: &[u8]) -> String {
    let bit = |n: usize| {
        bytes
            .get(n / 8)
            .is_some_and(|byte| byte >> (7 - n % 8) & 1 == 1)
    };
    (0..(bytes.len() * 8).div_ceil(5))
        .map(|letter| {
            char::from(
                BASE32[(0..5).fold(0, |value, n| value << 1 | usize::from(bit(letter * 5 + n)))],
            )
        })
        .collect()
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = BASE32.iter().position(|known| *known == letter)?;
        buffer = buffer << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the vectors of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("an instant")
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = base32(SECRET);
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(from_base32(&secret).as_deref(), Some(SECRET));
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(&secret, at(seconds)).as_deref(), Some(code));
        }
    }

    #[test]
    fn a_code_is_accepted_one_step_early_and_late_and_not_later() {
        let secret = base32(SECRET);
        for (now, right) in [
            (59, true),
            (30 + 59, true),
            (59 - 30, true),
            (60 + 59, false),
        ] {
            assert_eq!(
                step_of_code(&secret, "287 082", at(now)).is_some(),
                right,
                "{now}"
            );
        }
        assert_eq!(step_of_code(&secret, "", at(59)), None);
    }

    #[test]
    fn the_address_names_office_and_person_and_its_picture_is_svg() {
        let address = address("GEZDGNBV", "UBND xã Mẫu Sơn", "a@x.vn");
        assert!(
            address.starts_with("otpauth://totp/UBND%20x%C3%A3"),
            "{address}"
        );
        assert!(address.contains("secret=GEZDGNBV&issuer=UBND%20"));
        assert!(picture(&address).expect("drawn").starts_with("<svg"));
    }
}
