//! The administrator's page of keys: which there are, whose, until when; binding one and stopping its use.

use std::collections::HashMap;

use axum::extract::{Form as Body, Multipart, Path, Query};
use axum::response::Response;
use chrono::{NaiveDate, TimeDelta};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use trinhky_calendar::{local, vn_date};
use trinhky_csc::Credential;
use trinhky_pades::CertificateReport;
use trinhky_tokens::Found;
use uuid::Uuid;

use crate::fault::{Fault, Outcome};
use crate::ids::hex;
use crate::people::admin::{administered, frame};
use crate::people::find as people_find;
use crate::people::rows::{person, post};
use crate::people::session::{Session, done, failed, field_error};
use crate::signing::bind::{self, Holder, Term};
use crate::signing::keys::{self as chosen, Standing};
use crate::signing::remote;
use crate::signing::rows::signing_key;
use crate::signing::trial;
use crate::signing::workstation as machine;
use crate::web::format::read_date;
use crate::web::upload::{LIMIT, Upload};
use crate::web::views::signing::{KeyRow, KeySource, Keys};
use crate::web::views::{Choice, Mark, Tone};
use crate::web::{Form, Lang, Link, WebError, html};

const ADDRESS: &str = "/quan-tri/khoa-ky";
/// Roles whose posts sign documents.
const SIGNERS: [&str; 4] = ["chair", "vice_chair", "office_chief", "unit_head"];

/// What the administrator wants to see.
#[derive(Debug, Default, Deserialize)]
pub struct Shown {
    /// Given where the remote signing service is to be asked for its keys, which may take its time.
    #[serde(default)]
    dich_vu: String,
}

/// A form that was refused, shown again.
enum Sent {
    Nothing,
    File(Form),
    Token(Form),
    Remote(Form),
    Workstation(Form),
}

/// `GET /quan-tri/khoa-ky`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn keys(session: Session, Query(shown): Query<Shown>) -> Result<Response, WebError> {
    let view = view(&session, Sent::Nothing, !shown.dich_vu.is_empty())
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/khoa-ky/tep`: a key file with its password.
///
/// # Errors
/// 403 for others, 413 for a file above the limit; what is wrong with the file shows the form again.
pub async fn bind_file(session: Session, body: Multipart) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let mut form = Form::sent(&format!("{ADDRESS}/tep"), upload.pairs);
    match bind_file_act(&session, &form, upload.bytes).await {
        Ok(()) => Ok(bound(&session)),
        Err(fault) => {
            put(&mut form, fault, session.lang)?;
            refused(&session, Sent::File(form)).await
        }
    }
}

/// `POST /quan-tri/khoa-ky/thiet-bi`: a key of a token that is plugged in.
///
/// # Errors
/// 403 for others; a token that is gone shows the form again.
pub async fn bind_token(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{ADDRESS}/thiet-bi"), pairs);
    match bind_token_act(&session, &form).await {
        Ok(()) => Ok(bound(&session)),
        Err(fault) => {
            put(&mut form, fault, session.lang)?;
            refused(&session, Sent::Token(form)).await
        }
    }
}

/// `POST /quan-tri/khoa-ky/dich-vu`: a key of the remote signing service.
///
/// # Errors
/// 403 for others; what the service refuses shows the form again.
pub async fn bind_remote(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{ADDRESS}/dich-vu"), pairs);
    match bind_remote_act(&session, &form).await {
        Ok(()) => Ok(bound(&session)),
        Err(fault) => {
            put(&mut form, fault, session.lang)?;
            refused(&session, Sent::Remote(form)).await
        }
    }
}

/// `POST /quan-tri/khoa-ky/may-nguoi-ky`: the certificate of a key that stays on the signer's machine.
///
/// # Errors
/// As [`bind_file`].
pub async fn bind_workstation(session: Session, body: Multipart) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let mut form = Form::sent(&format!("{ADDRESS}/may-nguoi-ky"), upload.pairs);
    let act = async {
        let org_id = session.journalled(administered(&session)).await?;
        let wanted = wanted(&form)?;
        let (app, actor) = (&session.app, &session.actor);
        bind::bind_workstation(app, actor, org_id, wanted, &upload.bytes).await
    };
    match act.await {
        Ok(()) => Ok(bound(&session)),
        Err(fault) => {
            put(&mut form, fault, session.lang)?;
            refused(&session, Sent::Workstation(form)).await
        }
    }
}

/// `POST /quan-tri/khoa-ky/{id}/thoi-dung`.
///
/// # Errors
/// 403 for others, 404 for a key of another organisation, 409 when it has ended.
pub async fn stop(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let act = async {
        let org_id = session.journalled(administered(&session)).await?;
        bind::stop(&session.app, &session.actor, org_id, id).await
    };
    act.await.map_err(|fault| failed(fault, ADDRESS))?;
    let flash = session
        .lang
        .say("Đã thôi dùng khóa.", "The key is no longer used.");
    Ok(done(ADDRESS, &flash))
}

fn bound(session: &Session) -> Response {
    let flash = session
        .lang
        .say("Đã đăng ký khóa ký.", "The key is registered.");
    done(ADDRESS, &flash)
}

fn put(form: &mut Form, fault: Fault, lang: Lang) -> Result<(), WebError> {
    let refusal = field_error(fault, ADDRESS)?;
    let sentence = lang.say(&refusal.vi, &refusal.en);
    form.refuse(refusal.field.as_deref().unwrap_or("holder"), sentence);
    Ok(())
}

async fn refused(session: &Session, sent: Sent) -> Result<Response, WebError> {
    let asks = matches!(sent, Sent::Remote(_));
    let view = view(session, sent, asks)
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(crate::web::refused(html(&view)))
}

async fn bind_file_act(session: &Session, form: &Form, file: Vec<u8>) -> Outcome<()> {
    let org_id = session.journalled(administered(session)).await?;
    if file.is_empty() {
        return Err(Fault::invalid(
            "file",
            "Chọn tệp khóa .p12 hoặc .pfx.",
            "Choose a .p12 or .pfx file.",
        ));
    }
    let wanted = wanted(form)?;
    let password = form.value("password");
    bind::bind_file(&session.app, &session.actor, org_id, wanted, file, password).await
}

async fn bind_token_act(session: &Session, form: &Form) -> Outcome<()> {
    let org_id = session.journalled(administered(session)).await?;
    let wanted = wanted(form)?;
    let (found, _) = plugged_in(session).await?;
    let found = found
        .iter()
        .find(|found| token_value(found) == form.value("token"))
        .ok_or_else(|| {
            Fault::invalid(
                "token",
                "Chọn một khóa trên thiết bị đang cắm.",
                "Choose a key of a token that is plugged in.",
            )
        })?;
    bind::bind_token(&session.app, &session.actor, org_id, wanted, found).await
}

async fn bind_remote_act(session: &Session, form: &Form) -> Outcome<()> {
    let org_id = session.journalled(administered(session)).await?;
    let wanted = wanted(form)?;
    let offered = remote::credentials(&session.app).await?;
    let found = offered
        .iter()
        .find(|found| found.id == form.value("remote"))
        .ok_or_else(|| {
            Fault::invalid(
                "remote",
                "Chọn một khóa ở dịch vụ ký số từ xa.",
                "Choose a key of the remote signing service.",
            )
        })?;
    bind::bind_remote(&session.app, &session.actor, org_id, wanted, found).await
}

/// Whose key, and for how long, as the form says it.
fn wanted(form: &Form) -> Outcome<(Holder, Term)> {
    let strange = || {
        Fault::invalid(
            "holder",
            "Chọn người giữ chức vụ hoặc cơ quan dùng khóa.",
            "Choose the post or agency that uses the key.",
        )
    };
    let (kind, id) = form.value("holder").split_once(':').ok_or_else(strange)?;
    let id: Uuid = id.parse().map_err(|_| strange())?;
    let holder = match kind {
        "post" => Holder::Post(id),
        "agency" => Holder::Agency(id),
        _ => return Err(strange()),
    };
    let day = |field: &str| {
        read_date(form.value(field)).ok_or_else(|| {
            Fault::invalid(
                field,
                "Ghi ngày dạng ngày/tháng/năm.",
                "Enter the date as day/month/year.",
            )
        })
    };
    let until = match form.value("until").trim() {
        "" => None,
        // The last day of use is typed; the first day without it is kept.
        _ => Some(day("until")? + TimeDelta::days(1)),
    };
    let term = Term {
        from: day("from")?,
        until,
    };
    Ok((holder, term))
}

async fn view(session: &Session, sent: Sent, asks_service: bool) -> Outcome<Keys> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let org_id = administered(session)?;
    let bound = signing_key::Entity::find()
        .filter(signing_key::Column::OrgId.eq(org_id))
        .order_by_desc(signing_key::Column::BoundAt)
        .order_by_asc(signing_key::Column::Id)
        .all(db)
        .await?;
    let holders = holders(session, org_id).await?;
    let mut rows = Vec::new();
    for key in &bound {
        rows.push(row(session, key, &holders)?);
    }
    for certificate in trial::certificates(&session.app, org_id)? {
        rows.push(trial_row(session, certificate));
    }
    let (mut file, mut token) = (fresh(session, "tep"), fresh(session, "thiet-bi"));
    let mut service = fresh(session, "dich-vu");
    let mut workstation = fresh(session, "may-nguoi-ky");
    match sent {
        Sent::Nothing => {}
        Sent::File(form) => file = form,
        Sent::Token(form) => token = form,
        Sent::Remote(form) => service = form,
        Sent::Workstation(form) => workstation = form,
    }
    Ok(Keys {
        page: frame(session, &lang.say("Khóa ký", "Signing keys")),
        rows,
        file,
        workstation,
        holders,
        sources: vec![
            tokens(session, token).await?,
            service_keys(session, service, asks_service).await?,
        ],
        limit: LIMIT.to_owned(),
    })
}

fn fresh(session: &Session, path: &str) -> Form {
    let mut form = Form::new(&format!("{ADDRESS}/{path}"), "", "");
    form.set("from", vn_date(session.today()));
    form
}

/// The keys of tokens that are plugged in.
async fn tokens(session: &Session, form: Form) -> Outcome<KeySource> {
    let lang = session.lang;
    let (found, mut notes) = plugged_in(session).await?;
    if session.app.config.pkcs11_modules.is_empty() {
        notes.push(lang.t("keys-no-modules"));
    } else if found.is_empty() {
        notes.push(lang.t("keys-no-tokens"));
    }
    Ok(KeySource {
        id: "token",
        title: lang.t("keys-add-token"),
        notes,
        ask: None,
        form,
        legend: lang.t("keys-token"),
        choices: found.iter().map(|found| offered(found, lang)).collect(),
    })
}

/// The keys of the remote signing service, which is asked only when the administrator wants to see them.
async fn service_keys(session: &Session, form: Form, asks: bool) -> Outcome<KeySource> {
    let (app, lang) = (&session.app, session.lang);
    let (mut notes, mut choices) = (Vec::new(), Vec::new());
    let configured = remote::is_configured(app);
    if !configured {
        notes.push(lang.t("keys-no-service"));
    } else if asks {
        match remote::credentials(app).await {
            Ok(found) => choices.extend(found.iter().map(|found| of_service(found, lang))),
            Err(Fault::Refused(refusal)) => notes.push(lang.say(&refusal.vi, &refusal.en)),
            Err(fault) => return Err(fault),
        }
        if choices.is_empty() && notes.is_empty() {
            notes.push(lang.t("keys-no-remote"));
        }
    }
    Ok(KeySource {
        id: "remote",
        title: lang.t("keys-add-remote"),
        notes,
        ask: (configured && choices.is_empty()).then(|| {
            Link::new(
                &format!("{ADDRESS}?dich_vu=1#add-remote"),
                &lang.t("keys-ask-service"),
            )
        }),
        form,
        legend: lang.t("keys-remote"),
        choices,
    })
}

/// Posts that sign, and agencies that seal, of the organisation today.
async fn holders(session: &Session, org_id: Uuid) -> Outcome<Vec<Choice>> {
    let (db, today) = (session.app.store.reader(), session.today());
    let units = people_find::all_units(db, today).await?;
    let mut choices: Vec<Choice> = units
        .values()
        .filter(|unit| unit.org_id == org_id && unit.account)
        .map(|unit| Choice {
            value: format!("agency:{}", unit.id),
            text: session.lang.say(
                &format!("Dấu của {}", unit.name),
                &format!("Seal of {}", unit.name),
            ),
            hint: String::new(),
        })
        .collect();
    choices.sort_by(|one, other| one.text.cmp(&other.text));
    let posts = people_find::posts_on(today)
        .filter(post::Column::OrgId.eq(org_id))
        .filter(post::Column::Role.is_in(SIGNERS))
        .order_by_asc(post::Column::Id)
        .all(db)
        .await?;
    let persons: HashMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(posts.iter().map(|post| post.person_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    for post in posts {
        let name = persons.get(&post.person_id).map_or("", String::as_str);
        choices.push(Choice {
            value: format!("post:{}", post.id),
            text: format!("{name}, {}", post.title),
            hint: String::new(),
        });
    }
    Ok(choices)
}

fn row(session: &Session, key: &signing_key::Model, holders: &[Choice]) -> Outcome<KeyRow> {
    let lang = session.lang;
    let certificate = chosen::certificate(key)?;
    let value = match (key.post_id, key.unit_id) {
        (Some(id), _) => format!("post:{id}"),
        (_, id) => format!("agency:{}", id.unwrap_or_default()),
    };
    let holder = holders
        .iter()
        .find(|choice| choice.value == value)
        .map_or_else(
            || lang.say("Chức vụ đã thôi", "A post that has ended"),
            |choice| choice.text.clone(),
        );
    let ended = key.used_until.is_some_and(|until| until <= session.today());
    let mark = if ended {
        Mark::new(Tone::Nothing, lang.say("Đã thôi dùng", "No longer used"))
    } else if key.used_from > session.today() {
        Mark::new(
            Tone::Waiting,
            lang.say("Chưa đến ngày dùng", "Not used yet"),
        )
    } else {
        standing(&certificate, session)
    };
    Ok(KeyRow {
        holder,
        kind: match key.kind.as_str() {
            "token" => lang.say("Thiết bị ký", "Token"),
            machine::KIND => lang.say("Máy của người ký", "The signer's machine"),
            "remote" => lang.say("Dịch vụ ký số từ xa", "Remote signing service"),
            _ => lang.say("Tệp khóa", "Key file"),
        },
        term: term(key.used_from, key.used_until, lang),
        mark,
        stop: (!ended).then(|| Form::new(&format!("{ADDRESS}/{}/thoi-dung", key.id), "", "")),
        ..described(certificate)
    })
}

fn trial_row(session: &Session, certificate: CertificateReport) -> KeyRow {
    KeyRow {
        holder: certificate.subject.clone(),
        kind: session.lang.say(
            "Khóa thử nghiệm, không có giá trị pháp lý",
            "Trial key, without legal value",
        ),
        mark: standing(&certificate, session),
        ..described(certificate)
    }
}

fn described(certificate: CertificateReport) -> KeyRow {
    let day = |at| local(at).format("%d/%m/%Y").to_string();
    KeyRow {
        valid: format!(
            "{} – {}",
            day(certificate.valid_from),
            day(certificate.valid_until)
        ),
        subject: certificate.subject,
        issuer: certificate.issuer,
        ..KeyRow::default()
    }
}

fn standing(certificate: &CertificateReport, session: &Session) -> Mark {
    let (tone, vi, en) = match Standing::of(certificate, session.now) {
        Standing::NotYet => (
            Tone::Waiting,
            "Chứng thư chưa có hiệu lực",
            "Certificate not valid yet",
        ),
        Standing::Good => (Tone::Done, "Đang dùng", "In use"),
        Standing::EndsSoon => (Tone::Near, "Chứng thư sắp hết hạn", "Certificate ends soon"),
        Standing::Ended => (
            Tone::Failed,
            "Chứng thư đã hết hạn",
            "Certificate has ended",
        ),
    };
    Mark::new(tone, session.lang.say(vi, en))
}

fn term(from: NaiveDate, until: Option<NaiveDate>, lang: Lang) -> String {
    let from = vn_date(from);
    match until {
        None => lang.say(&format!("từ {from}"), &format!("from {from}")),
        Some(until) => {
            let last = vn_date(until - TimeDelta::days(1));
            lang.say(
                &format!("từ {from} đến hết {last}"),
                &format!("from {from} to {last}"),
            )
        }
    }
}

/// The certificates of all tokens, and a sentence for each library that does not answer.
async fn plugged_in(session: &Session) -> Outcome<(Vec<Found>, Vec<String>)> {
    let (modules, lang) = (session.app.config.pkcs11_modules.clone(), session.lang);
    let asked = tokio::task::spawn_blocking(move || {
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for module in modules {
            match trinhky_tokens::list(&module) {
                Ok(more) => found.extend(more),
                Err(error) => problems.push(lang.say(&error.message_vi(), &error.to_string())),
            }
        }
        (found, problems)
    });
    Ok(asked.await.map_err(anyhow::Error::from)?)
}

fn token_value(found: &Found) -> String {
    format!("{}/{}", found.key.serial, hex(&found.key.id))
}

fn offered(found: &Found, lang: Lang) -> Choice {
    choice(token_value(found), &found.chain, &found.token, lang)
}

fn of_service(found: &Credential, lang: Lang) -> Choice {
    choice(found.id.clone(), &found.chain, &found.id, lang)
}

/// A key by its certificate; `place` is what its token or service calls it.
fn choice(value: String, chain: &[Vec<u8>], place: &str, lang: Lang) -> Choice {
    let known = chain
        .first()
        .and_then(|der| trinhky_pades::describe_certificate(der).ok());
    let (subject, issuer) = known
        .map(|known| (known.subject, known.issuer))
        .unwrap_or_default();
    Choice {
        value,
        text: format!("{subject} ({place})"),
        hint: lang.say(&format!("{issuer} cấp."), &format!("Issued by {issuer}.")),
    }
}
