//! Signing on the signer's own machine, by a program that the office's certification authority gives out (the signing
//! service of VGCA, or any other): the file goes out prepared, comes back signed, and is believed only when every byte
//! that went out is there, nothing but one signature was added, and it is by the registered key.

use trinhky_pades::{Change, ChangeKind, Problem, additions, check_validity, fill_only};
use uuid::Uuid;

use super::keys::{self, chain, failure, refusal};
use super::rows::signing_key;
use super::verifier::{self, Report, Told};
use super::{filling, fonts, organisation, prepared, sealing_unit, signed_file};
use crate::app::App;
use crate::documents::Document;
use crate::fault::{Fault, Outcome};
use crate::people::Actor;

/// The kind of a key that the signer's own machine holds.
pub const KIND: &str = "workstation";

/// What the signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The person's signature.
    Sign,
    /// The agency's, which follows number and day.
    Seal,
}

impl Purpose {
    /// As the column `purpose` holds it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Seal => "seal",
        }
    }

    /// The reverse of [`Self::word`].
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "seal" => Self::Seal,
            _ => Self::Sign,
        }
    }

    /// Which function of the VGCA service does it.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            Self::Sign => "SignApproved",
            Self::Seal => "SignIssued",
        }
    }
}

/// The registered key of the signer's machine that was chosen, if it counts today.
///
/// # Errors
/// A refusal at `certificate` where it is no such key of the person or agency, or its certificate does not count now.
pub async fn key(
    app: &App,
    document: &Document,
    actor: &Actor,
    purpose: Purpose,
    id: Uuid,
) -> Outcome<signing_key::Model> {
    let (db, today) = (app.store.reader(), app.today());
    let organisation = organisation(app, document).await?;
    let bound = match purpose {
        Purpose::Sign => keys::of_person(db, actor, organisation.id, today).await?,
        Purpose::Seal => {
            let agency = sealing_unit(app, document, &organisation).await?;
            keys::of_agency(db, agency.id, today).await?
        }
    };
    let found = bound
        .into_iter()
        .find(|key| key.id == id && key.kind == KIND);
    let key = found.ok_or_else(|| {
        Fault::invalid(
            "certificate",
            "Khóa này không còn được dùng cho chức vụ hoặc cơ quan. Chọn khóa khác.",
            "This key is no longer in use for the post or agency. Choose another one.",
        )
    })?;
    let own = chain(&key)?.into_iter().next();
    let own = own.ok_or_else(|| refusal(trinhky_pades::SignError::NoCertificate))?;
    check_validity(&own, app.clock.now()).map_err(refusal)?;
    Ok(key)
}

/// The file that goes out: for the person the typeset one with its empty fields, for the agency the signed one with number
/// and day written in.
///
/// # Errors
/// When typesetting fails, or the file is not as it was signed.
pub async fn file_for(app: &App, document: &Document, purpose: Purpose) -> Outcome<Vec<u8>> {
    let (typesetter, now) = (app.clone(), app.clock.now());
    let made = match purpose {
        Purpose::Sign => {
            let draft = document.draft.clone();
            tokio::task::spawn_blocking(move || prepared(&typesetter, &draft, now))
        }
        Purpose::Seal => {
            let (signed, filling) = (signed_file(app, document).await?, filling(document)?);
            tokio::task::spawn_blocking(move || {
                fill_only(&signed, &filling, &fonts()).map_err(failure)
            })
        }
    };
    made.await.map_err(anyhow::Error::from)?
}

/// Whether what came back is what went out with one signature by the key.
///
/// # Errors
/// A refusal at `file` that says what is wrong with it.
pub async fn check(
    app: &App,
    key: &signing_key::Model,
    given: Vec<u8>,
    returned: Vec<u8>,
) -> Outcome<()> {
    // First in the child of limited memory and time: the file comes from outside.
    let now = report(verifier::look_at(app, returned.clone()).await?)?;
    let before = verifier::look_at(app, given.clone()).await?;
    let compared = tokio::task::spawn_blocking(move || additions(&given, &returned));
    let (changes, problems) = compared
        .await
        .map_err(anyhow::Error::from)?
        .map_err(|error| wrong(error.message_vi(), format!("{error}.")))?;
    only_one_signature(&changes, &problems)?;
    earlier_still_valid(before, &now)?;
    by_the_key(key, &now)
}

fn only_one_signature(changes: &[Change], problems: &[Problem]) -> Outcome<()> {
    if let Some(problem) = problems.first() {
        return Err(wrong(problem.message_vi(), problem.message()));
    }
    let refilled = changes
        .iter()
        .find(|change| matches!(change.kind, ChangeKind::Filled | ChangeKind::Refilled));
    if let Some(change) = refilled {
        // Number and day are the register's; another program does not write them.
        return Err(wrong(
            format!("Phần mềm ký đã ghi thêm vào tệp: {}.", change.message_vi),
            format!(
                "The signing program wrote into the file: {}.",
                change.message
            ),
        ));
    }
    let signatures = changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Signed)
        .count();
    match signatures {
        1 => Ok(()),
        0 => Err(wrong(
            "Tệp trả về chưa có chữ ký mới.",
            "The file that came back bears no new signature.",
        )),
        _ => Err(wrong(
            "Tệp trả về có nhiều hơn một chữ ký mới.",
            "The file that came back bears more than one new signature.",
        )),
    }
}

fn earlier_still_valid(before: Told, now: &Report) -> Outcome<()> {
    // A file that nobody has signed has nothing to lose.
    let Told::Report(before) = before else {
        return Ok(());
    };
    for earlier in before.signatures.iter().filter(|one| one.valid) {
        let same = now.signatures.iter().find(|one| one.field == earlier.field);
        if !same.is_some_and(|one| one.valid) {
            let said = same.map(|one| one.sentence.clone());
            let (vi, en) =
                said.map_or_else(Default::default, |said| (said.message_vi, said.message));
            return Err(wrong(
                format!("Tệp trả về làm mất hiệu lực chữ ký trước đó. {vi}"),
                format!("The file that came back breaks the earlier signature. {en}"),
            ));
        }
    }
    Ok(())
}

fn by_the_key(key: &signing_key::Model, now: &Report) -> Outcome<()> {
    let last = now.signatures.iter().find(|one| one.covers_whole_file);
    let Some(last) = last.filter(|one| one.intact) else {
        return Err(wrong(
            "Chữ ký mới không bao trùm toàn bộ tệp hoặc không còn nguyên vẹn.",
            "The new signature does not cover the whole file or is not intact.",
        ));
    };
    let by = last
        .certificate
        .as_ref()
        .map(|one| one.fingerprint.as_str());
    if by == Some(key.fingerprint.as_str()) {
        return Ok(());
    }
    let (expected, found) = (
        keys::certificate(key)?.subject,
        last.signer.clone().unwrap_or_default(),
    );
    Err(wrong(
        format!(
            "Tệp được ký bằng chứng thư số của “{found}”, không phải chứng thư đã đăng ký của “{expected}”."
        ),
        format!(
            "It is signed with a certificate of \"{found}\", not with the registered one of \"{expected}\"."
        ),
    ))
}

fn report(told: Told) -> Outcome<Report> {
    match told {
        Told::Report(report) => Ok(*report),
        Told::Unreadable { unreadable } => Err(wrong(unreadable.message_vi, unreadable.message)),
    }
}

fn wrong(vi: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::invalid("file", vi, en)
}
