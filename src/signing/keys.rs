//! Which key signs for whom: the one that the administrator bound to the post or agency, else the trial key.
//!
//! A bound key never stands beside the trial key: where a real one is in use, nobody signs with a trial one by mistake.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use trinhky_pades::{
    CertificateReport, SignError, Signer, SoftwareSigner, Trust, check_validity,
    describe_certificate,
};
use trinhky_tokens::{TokenKey, TokenSigner};
use uuid::Uuid;

use super::rows::signing_key;
use super::{remote, trial, workstation};
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::ids::hex;
use crate::people::{Actor, Unit, find as people_find};

/// A key as a person chose it, with what it asks for.
#[derive(Debug, Clone, Default)]
pub struct Using {
    /// None for the trial key.
    pub key: Option<Uuid>,
    /// The password of the file or the PIN of the token or service; lives as long as the request.
    pub secret: String,
    /// The one-time code that a signing service asks for; lives as long.
    pub code: String,
}

/// A signer that may be taken to another thread.
pub type BoxedSigner = Box<dyn Signer + Send>;

/// Where a key is on a token, as the column `place` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPlace {
    pub module: PathBuf,
    pub serial: String,
    /// Hexadecimal.
    pub id: String,
}

impl From<&TokenKey> for TokenPlace {
    fn from(key: &TokenKey) -> Self {
        Self {
            module: key.module.clone(),
            serial: key.serial.clone(),
            id: hex(&key.id),
        }
    }
}

impl TokenPlace {
    fn key(&self) -> anyhow::Result<TokenKey> {
        let digits: Vec<char> = self.id.chars().collect();
        let id = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16))
            .collect::<Result<_, _>>()
            .context("the key's identifier on its token")?;
        Ok(TokenKey {
            module: self.module.clone(),
            serial: self.serial.clone(),
            id,
        })
    }
}

/// The keys bound to the posts that a person holds in an organisation, in use on a day.
///
/// # Errors
/// What the database reports.
pub async fn of_person(
    db: &impl ConnectionTrait,
    actor: &Actor,
    org_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<signing_key::Model>> {
    let Some(person_id) = actor.person_id else {
        return Ok(Vec::new());
    };
    let posts = people_find::post_ids(db, person_id, org_id, on).await?;
    in_use(db, on, signing_key::Column::PostId.is_in(posts)).await
}

/// The keys bound to an agency, in use on a day.
///
/// # Errors
/// What the database reports.
pub async fn of_agency(
    db: &impl ConnectionTrait,
    agency: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<signing_key::Model>> {
    in_use(db, on, signing_key::Column::UnitId.eq(agency)).await
}

async fn in_use(
    db: &impl ConnectionTrait,
    on: NaiveDate,
    whose: sea_orm::sea_query::Expr,
) -> Outcome<Vec<signing_key::Model>> {
    Ok(signing_key::Entity::find()
        .filter(whose)
        .filter(signing_key::Column::UsedFrom.lte(on))
        .filter(
            Condition::any()
                .add(signing_key::Column::UsedUntil.is_null())
                .add(signing_key::Column::UsedUntil.gt(on)),
        )
        .order_by_asc(signing_key::Column::BoundAt)
        .order_by_asc(signing_key::Column::Id)
        .all(db)
        .await?)
}

/// The signer of a person's signature, with whether it is a trial key.
///
/// # Errors
/// A refusal that says what is wrong with the key or the choice; nothing has been signed then.
pub async fn open_for_person(
    app: &App,
    organisation: &Unit,
    actor: &Actor,
    using: &Using,
) -> Outcome<(BoxedSigner, bool)> {
    let bound = of_person(app.store.reader(), actor, organisation.id, app.today()).await?;
    match chosen(bound, using)? {
        Some(key) => Ok((open(app, &key, using).await?, false)),
        None => {
            let signer = trial::of_person(app, organisation, &actor.name, &actor.capacity())?;
            Ok((Box::new(signer), true))
        }
    }
}

/// The signer of an agency's seal, with whether it is a trial key.
///
/// # Errors
/// As [`open_for_person`].
pub async fn open_for_agency(
    app: &App,
    organisation: &Unit,
    agency: &Unit,
    using: &Using,
) -> Outcome<(BoxedSigner, bool)> {
    let bound = of_agency(app.store.reader(), agency.id, app.today()).await?;
    match chosen(bound, using)? {
        Some(key) => Ok((open(app, &key, using).await?, false)),
        None => Ok((Box::new(trial::of_agency(app, organisation, agency)?), true)),
    }
}

fn chosen(bound: Vec<signing_key::Model>, using: &Using) -> Outcome<Option<signing_key::Model>> {
    let trial_allowed = bound.is_empty();
    match using.key {
        None if trial_allowed => Ok(None),
        None => Err(Fault::invalid(
            "certificate",
            "Chọn khóa ký; đã có khóa được đăng ký nên không dùng khóa thử nghiệm.",
            "Choose the key; one is registered, so the trial key is not used.",
        )),
        Some(id) => bound
            .into_iter()
            .find(|key| key.id == id)
            .map(Some)
            .ok_or_else(|| {
                Fault::invalid(
                    "certificate",
                    "Khóa này không còn được dùng cho chức vụ hoặc cơ quan. Chọn khóa khác.",
                    "This key is no longer in use for the post or agency. Choose another one.",
                )
            }),
    }
}

async fn open(app: &App, key: &signing_key::Model, using: &Using) -> Outcome<BoxedSigner> {
    let chain = chain(key)?;
    let own = chain
        .first()
        .ok_or_else(|| refusal(SignError::NoCertificate))?;
    check_validity(own, app.clock.now()).map_err(refusal)?;
    let secret = &using.secret;
    match key.kind.as_str() {
        "token" => {
            let place: TokenPlace = serde_json::from_str(&key.place)?;
            let signer =
                TokenSigner::new(place.key()?, chain, secret.to_owned()).map_err(refusal)?;
            return Ok(Box::new(signer));
        }
        "remote" => return Ok(Box::new(remote::signer(app, key, chain, using)?)),
        workstation::KIND => {
            return Err(Fault::invalid(
                "certificate",
                "Khóa ở trên máy của người ký chỉ ký từng văn bản, từ trang ký hoặc đóng dấu của văn bản đó. Chọn khóa khác.",
                "A key of the signer's machine signs one document at a time, from the page of its signature or seal. Choose another one.",
            ));
        }
        _ => {}
    }
    let path = file_path(app, key.org_id, key.id);
    let file = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let signer = unlock(file, secret).await?.map_err(refusal)?;
    Ok(Box::new(signer))
}

/// Opens a key file. Its password is stretched by design, which would hold up a thread that serves others.
pub(super) async fn unlock(
    file: Vec<u8>,
    password: &str,
) -> Outcome<Result<SoftwareSigner, SignError>> {
    let password = password.to_owned();
    let opened =
        tokio::task::spawn_blocking(move || SoftwareSigner::from_pkcs12(&file, &password)).await;
    Ok(opened.map_err(anyhow::Error::from)?)
}

/// The certificates of a bound key, the own one first; DER.
///
/// # Errors
/// When the row was altered so that it cannot be read.
pub fn chain(key: &signing_key::Model) -> anyhow::Result<Vec<Vec<u8>>> {
    Ok(Trust::from_pem(&key.chain)?.roots)
}

/// What the certificate of a bound key says.
///
/// # Errors
/// When it cannot be read.
pub fn certificate(key: &signing_key::Model) -> anyhow::Result<CertificateReport> {
    let chain = chain(key)?;
    let own = chain.first().context("a key without a certificate")?;
    Ok(describe_certificate(own)?)
}

/// Where the file of a bound key lies; it stays locked by its own password.
#[must_use]
pub fn file_path(app: &App, org_id: Uuid, id: Uuid) -> PathBuf {
    trial::folder(app)
        .join(org_id.simple().to_string())
        .join(format!("{}.p12", id.simple()))
}

/// Why a key did not sign, as the sentence for who signs; a wrong secret stands at its field.
#[must_use]
pub fn refusal(error: SignError) -> Fault {
    let field = match error {
        SignError::WrongPassword | SignError::WrongPin => "pin",
        SignError::WrongCode => "code",
        _ => "certificate",
    };
    let mut letters = error.to_string();
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Fault::invalid(field, error.message_vi(), format!("{letters}."))
}

/// The same for everything that making a signed file can meet.
#[must_use]
pub fn failure(error: trinhky_pades::Error) -> Fault {
    match error {
        trinhky_pades::Error::Signer(error) => refusal(error),
        other => Fault::Internal(other.into()),
    }
}

/// Days before its certificate ends on which a key is marked.
pub const ENDS_SOON_DAYS: i64 = 60;

/// Whether the certificate counts at a time, and how near its end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    NotYet,
    Good,
    EndsSoon,
    Ended,
}

impl Standing {
    #[must_use]
    pub fn of(certificate: &CertificateReport, now: DateTime<Utc>) -> Self {
        let left = certificate.valid_until - now;
        if now < certificate.valid_from {
            Self::NotYet
        } else if now > certificate.valid_until {
            Self::Ended
        } else if left.num_days() < ENDS_SOON_DAYS {
            Self::EndsSoon
        } else {
            Self::Good
        }
    }
}
