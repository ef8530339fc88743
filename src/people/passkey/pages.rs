//! The pages of passkeys: the question that a script asks for, and the forms that bring the device's answer.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Form as Body, Json};
use serde::Serialize;

use super::ceremony::{Answer, Made};
use super::{Purpose, key};
use crate::app::App;
use crate::fault::{Fault, Outcome, Refusal};
use crate::people::rows::passkey;
use crate::people::session::{self, ENROLMENT, Session, done, failed, field_error, own_path};
use crate::people::sign_in::{self, Origin};
use crate::people::{Actor, account, device, find};
use crate::web::format::date_time;
use crate::web::views::people::PasskeyForm;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, choice};
use crate::web::{Form, Lang, WebError};

type Pairs = Vec<(String, String)>;

/// Where a new key is sent.
pub const ADD: &str = "/toi/ma-xac-thuc/khoa";
/// Where a key is given up.
pub const REMOVE: &str = "/toi/ma-xac-thuc/khoa/bo";
const ENTER: &str = "/dang-nhap/khoa";
const PROVE: &str = "/xac-thuc/khoa";

/// What a browser needs for asking a device; the bytes are base64url.
#[derive(Debug, Serialize)]
pub struct Question {
    challenge: String,
    site: String,
    algorithms: [i64; 2],
    /// The keys that may answer, or that must not be made again; empty where any may.
    known: Vec<String>,
    user: String,
    login: String,
    name: String,
}

/// `POST /khoa-truy-cap`: a fresh challenge, for the script of a page.
///
/// # Errors
/// [`WebError::NotFound`] where there is no site for passkeys, or no session where one is needed.
pub async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Result<Json<Question>, WebError> {
    let form = Form::sent("", pairs);
    let question = async {
        let purpose = Purpose::of(form.value("purpose")).ok_or(Fault::NotFound)?;
        question(&app, purpose, &session::token(&app, &headers)).await
    };
    question
        .await
        .map(Json)
        .map_err(|fault| failed(fault, "/dang-nhap"))
}

async fn question(app: &App, purpose: Purpose, token: &str) -> Outcome<Question> {
    let party = super::party(app).ok_or(Fault::NotFound)?;
    let actor = match purpose {
        Purpose::Enter => None,
        _ => Some(asked_in_session(app, purpose, token).await?),
    };
    let person_id = actor.as_ref().and_then(|actor| actor.person_id);
    let mut question = Question {
        challenge: super::ask(app, purpose, person_id).await?,
        site: party.id,
        algorithms: key::ALGORITHMS,
        known: Vec::new(),
        user: String::new(),
        login: String::new(),
        name: String::new(),
    };
    if let (Some(actor), Some(person_id)) = (actor, person_id) {
        let keys = super::of(app.store.reader(), person_id).await?;
        question.known = keys.into_iter().map(|key| key.id).collect();
        question.user = super::handle(person_id);
        question.login = find::email(app.store.reader(), person_id).await?;
        question.name = actor.name;
    }
    Ok(question)
}

/// The person of a session that may be asked for this purpose.
async fn asked_in_session(app: &App, purpose: Purpose, token: &str) -> Outcome<Actor> {
    let (row, actor) = sign_in::live(app, token).await?;
    let enrols = purpose == Purpose::Add && row.awaits == sign_in::AWAITS_ENROLMENT;
    if row.awaits.is_empty() || enrols {
        Ok(actor)
    } else {
        Err(Fault::NotFound)
    }
}

/// `POST /dang-nhap/khoa`: signs in whoever holds the key.
///
/// # Errors
/// A key that is not accepted leads back to the sign-in with a sentence.
pub async fn enter(
    State(app): State<App>,
    lang: Lang,
    origin: Origin,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent(ENTER, pairs);
    match super::enter(&app, answer(&form), &origin).await {
        Ok(token) => Ok(session::signed_in(&app, &token, form.value("next"))),
        Err(fault) => back(lang, fault, "/dang-nhap", &form),
    }
}

/// `POST /xac-thuc/khoa`: proves again who is there.
///
/// # Errors
/// A key that is not accepted leads back to the proof with a sentence.
pub async fn prove(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let form = Form::sent(PROVE, pairs);
    match super::prove(&session.app, &session.actor, &session.row, answer(&form)).await {
        Ok(()) => Ok(Redirect::to(own_path(form.value("next"))).into_response()),
        Err(fault) => back(session.lang, fault, "/xac-thuc", &form),
    }
}

/// `POST /toi/ma-xac-thuc/khoa`: adds a key to the account.
///
/// # Errors
/// A key that is not accepted leads back to the page with a sentence.
pub async fn add(
    session: Session,
    origin: Origin,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent(ADD, pairs);
    let made = Made {
        client: form.value("client").to_owned(),
        data: form.value("data").to_owned(),
    };
    let name = device::name(&origin.device);
    let added = async {
        let codes = super::add(&session.app, &session.actor, &name, made).await?;
        if codes.is_empty() && session.row.awaits.is_empty() {
            let said = session
                .lang
                .say("Đã thêm khóa truy cập.", "The passkey is added.");
            return Ok(done(ENROLMENT, &said));
        }
        account::second_factor_is_set(&session, codes).await
    };
    match added.await {
        Ok(response) => Ok(response),
        Err(fault) => back(session.lang, fault, ENROLMENT, &form),
    }
}

/// `POST /toi/ma-xac-thuc/khoa/bo`: gives chosen keys up.
///
/// # Errors
/// What the database reports.
pub async fn remove(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let form = Form::sent(REMOVE, pairs);
    for id in form.all("key") {
        match super::remove(&session.app, &session.actor, id).await {
            // Taken away meanwhile by another press.
            Ok(()) | Err(Fault::NotFound) => {}
            Err(fault) => return Err(failed(fault, ENROLMENT)),
        }
    }
    let said = session.lang.say(
        "Đã bỏ các khóa truy cập đã chọn.",
        "The chosen passkeys are gone.",
    );
    Ok(done(ENROLMENT, &said))
}

/// What the account's page says of passkeys: the keys there are, and the way to one more.
///
/// # Errors
/// What the database reports.
pub async fn parts(session: &Session, actor: &Actor) -> Outcome<Vec<Part>> {
    let lang = session.lang;
    let person_id = actor.person_id.ok_or(Fault::NotFound)?;
    let keys = super::of(session.app.store.reader(), person_id).await?;
    let mut parts = vec![
        Part::Heading(lang.say("Khóa truy cập", "Passkeys")),
        Part::Text(lang.say(
            "Đăng nhập và xác thực bằng vân tay, khuôn mặt hoặc mã PIN của điện thoại, máy tính: không cần mật khẩu, trang giả mạo không lấy được gì.",
            "Sign in and prove who you are by finger, face or the PIN of your telephone or computer: no password, and nothing that a false site could take.",
        )),
    ];
    match form(&session.app, lang, Purpose::Add, "") {
        Some(form) => parts.push(Part::Passkey(form)),
        None => parts.push(Part::Text(lang.say(
            "Chưa dùng được ở đây: trang phải mở bằng tên miền qua https (mục `public_url` của cấu hình).",
            "Not possible here: the site must be opened by its name over https (`public_url` in the configuration).",
        ))),
    }
    if !keys.is_empty() {
        parts.push(Part::Form(Entry {
            form: Form::new(REMOVE, "", ""),
            fields: vec![Field::new(
                "key",
                lang.say("Khóa đang dùng", "Your passkeys"),
                Input::Several(
                    keys.iter()
                        .map(|key| choice(&key.id, described(key, lang)))
                        .collect(),
                ),
            )],
            acts: vec![Act::other(
                lang.say("Bỏ khóa đã chọn", "Remove the chosen ones"),
                String::new(),
                "",
            )],
            upload: false,
        }));
    }
    Ok(parts)
}

/// The form that a script fills with a device's answer; none where browsers offer no passkeys.
#[must_use]
pub fn form(app: &App, lang: Lang, purpose: Purpose, next: &str) -> Option<PasskeyForm> {
    super::party(app)?;
    let (action, label) = match purpose {
        Purpose::Add => (ADD, lang.say("Thêm khóa truy cập", "Add a passkey")),
        Purpose::Enter => (
            ENTER,
            lang.say("Đăng nhập bằng khóa truy cập", "Sign in by passkey"),
        ),
        Purpose::Prove => (
            PROVE,
            lang.say("Xác thực bằng khóa truy cập", "Prove by passkey"),
        ),
    };
    Some(PasskeyForm {
        purpose: purpose.word(),
        action,
        label,
        next: next.to_owned(),
        failed: lang.say(
            "Thiết bị chưa trả lời. Thử lại, hoặc dùng mật khẩu và mã xác thực.",
            "The device gave no answer. Try again, or use the password and the code.",
        ),
        known: lang.say(
            "Thiết bị này đã có khóa truy cập của anh/chị.",
            "This device holds a passkey of yours already.",
        ),
    })
}

/// Back to the page of the form, which says why.
fn back(lang: Lang, fault: Fault, page: &str, form: &Form) -> Result<Response, WebError> {
    let Refusal { vi, en, .. } = field_error(fault, page)?;
    let to = session::with_next(page, form.value("next"));
    Ok(done(&to, &lang.say(&vi, &en)))
}

fn answer(form: &Form) -> Answer {
    let field = |name: &str| form.value(name).to_owned();
    Answer {
        id: field("id"),
        client: field("client"),
        data: field("data"),
        signature: field("signature"),
        user: field("user"),
    }
}

fn described(key: &passkey::Model, lang: Lang) -> String {
    let made = date_time(key.made_at);
    match key.used_at.map(date_time) {
        Some(used) => lang.say(
            &format!("{}, thêm {made}, dùng lần cuối {used}", key.name),
            &format!("{}, added {made}, last used {used}", key.name),
        ),
        None => lang.say(
            &format!("{}, thêm {made}", key.name),
            &format!("{}, added {made}", key.name),
        ),
    }
}
