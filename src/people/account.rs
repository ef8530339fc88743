//! My account: password, second factor, open sessions; and the renewed proof before a legal act.

use axum::Form as Body;
use axum::extract::Query;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::door::{password_field, refuse};
use super::pages::Next;
use super::passwords::{self, Unwanted};
use super::rows::session as session_rows;
use super::session::{ENROLMENT, Session, done, failed, own_path, signed_in};
use super::{device, passkey, second_factor, sign_in, tickets};
use crate::fault::{Fault, Outcome};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::Markup;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, WebError, html};

const ADDRESS: &str = "/toi";
const PASSWORD: &str = "/toi/mat-khau";
const SESSIONS: &str = "/toi/phien";
const PROOF: &str = "/xac-thuc";

type Pairs = Vec<(String, String)>;

/// `GET /toi`: everybody's own account.
///
/// # Errors
/// What the database reports.
pub async fn show(session: Session) -> Result<Response, WebError> {
    view(&session, Form::new(PASSWORD, "", ""))
        .await
        .map_err(|fault| failed(fault, ADDRESS))
}

async fn view(session: &Session, password: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let person_id = session.actor.person_id.ok_or(Fault::NotFound)?;
    let codes = second_factor::unused_codes(db, person_id).await?;
    let keys = passkey::of(db, person_id).await?.len();
    let factor_text = if second_factor::is_set(db, person_id).await? {
        lang.say(
            &format!("Hai lớp xác thực đang bật; {keys} khóa truy cập, còn {codes} mã dự phòng."),
            &format!("The second factor is on; {keys} passkeys, {codes} recovery codes are left."),
        )
    } else {
        lang.say(
            "Hai lớp xác thực chưa bật: ai biết mật khẩu là đăng nhập được.",
            "The second factor is off: whoever knows the password gets in.",
        )
    };
    let open = sign_in::sessions(db, person_id).await?;
    let mut others = Form::new(SESSIONS, "", "");
    others.set("session", "");
    let parts = vec![
        Part::Heading(lang.say("Hai lớp xác thực", "Second factor")),
        Part::Text(factor_text),
        Part::Links(vec![Link::new(
            ENROLMENT,
            &lang.say("Mã xác thực, khóa truy cập", "Codes and passkeys"),
        )]),
        Part::Heading(lang.say("Lịch hạn việc", "Calendar of deadlines")),
        Part::Links(vec![Link::new(
            "/toi/lich",
            &lang.say(
                "Xem hạn việc trong lịch điện thoại, máy tính",
                "See deadlines in the calendar of a phone or computer",
            ),
        )]),
        Part::Heading(lang.say("Đổi mật khẩu", "Change the password")),
        Part::Form(Entry {
            form: password,
            fields: vec![
                Field::typed(
                    "current",
                    lang.say("Mật khẩu đang dùng", "Present password"),
                    "password",
                    "current-password",
                ),
                password_field(lang),
            ],
            acts: vec![Act::main(
                lang.say("Đổi mật khẩu", "Change the password"),
                lang.say("Các phiên khác kết thúc.", "Other sessions end."),
            )],
            upload: false,
        }),
        Part::Heading(lang.say("Phiên đang mở", "Open sessions")),
        Part::Form(Entry {
            form: others,
            fields: vec![Field::new(
                "session",
                lang.say("Thiết bị", "Devices"),
                Input::Several(
                    open.iter()
                        .map(|row| choice(&row.id, described(row, session)))
                        .collect(),
                ),
            )],
            acts: vec![
                Act::main(
                    lang.say("Kết thúc phiên đã chọn", "End the chosen sessions"),
                    String::new(),
                )
                .valued("chosen"),
                Act::other(
                    lang.say("Kết thúc mọi phiên khác", "End all other sessions"),
                    String::new(),
                    "others",
                ),
            ],
            upload: false,
        }),
    ];
    let page = session.page(&lang.say("Tài khoản của tôi", "My account"));
    Ok(html(&Sheet { page, parts }))
}

fn described(row: &session_rows::Model, session: &Session) -> String {
    let lang = session.lang;
    let since = date_time(row.created_at);
    let used = date_time(row.seen_at);
    let mut text = lang.say(
        &format!("Đăng nhập {since}, dùng lần cuối {used}"),
        &format!("Signed in {since}, last used {used}"),
    );
    for known in [device::name(&row.device), row.address.clone()] {
        if !known.is_empty() {
            text.push_str(" · ");
            text.push_str(&known);
        }
    }
    if row.id == session.row.id {
        text.push_str(&lang.say(" (phiên này)", " (this session)"));
    }
    text
}

/// `POST /toi/mat-khau`: a new password, by the present one.
///
/// # Errors
/// A wrong or refused password shows the form again.
pub async fn change_password(
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(PASSWORD, pairs);
    match change_password_act(&session, &form).await {
        Ok(token) => {
            let mut response = signed_in(&session.app, &token, ADDRESS);
            let flash = done(
                ADDRESS,
                &session
                    .lang
                    .say("Đã đổi mật khẩu.", "The password is changed."),
            );
            response.headers_mut().extend(
                flash
                    .headers()
                    .iter()
                    .filter(|(name, _)| *name == axum::http::header::SET_COOKIE)
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            Ok(response)
        }
        Err(fault) => {
            let status = refuse(&mut form, session.lang, fault, ADDRESS)?;
            let page = view(&session, form)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok((status, page).into_response())
        }
    }
}

async fn change_password_act(session: &Session, form: &Form) -> Outcome<String> {
    let app = &session.app;
    if !sign_in::prove(
        app,
        &session.actor,
        &session.row,
        Some(form.value("current")),
        "",
    )
    .await?
    {
        return Err(Fault::invalid(
            "current",
            "Mật khẩu đang dùng không đúng.",
            "The present password is wrong.",
        ));
    }
    let person_id = session.actor.person_id.ok_or(Fault::NotFound)?;
    let unwanted = Unwanted::of_person(app, app.store.reader(), person_id).await?;
    let password = form.value("password").to_owned();
    let hash = passwords::hash(password, app.ids.bytes(), unwanted).await?;
    app.act(&session.actor, hash, |cx, hash| {
        Box::pin(async move {
            let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
            tickets::set_password(&cx, person_id, hash, "Đổi mật khẩu").await
        })
    })
    .await?;
    // Every session has ended; this one goes on under a new secret.
    sign_in::renew(app, &session.row).await
}

/// `POST /toi/phien`: ends own sessions.
///
/// # Errors
/// What the database reports.
pub async fn end_sessions(
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent(SESSIONS, pairs);
    let chosen: Vec<String> = form.all("session").map(str::to_owned).collect();
    let others = form.value("do") == "others";
    session
        .app
        .act(
            &session.actor,
            (session.row.id.clone(), chosen, others),
            |cx, (this, chosen, others)| {
                Box::pin(async move {
                    let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
                    if *others {
                        return sign_in::end_sessions(cx.tx, person_id, Some(this)).await;
                    }
                    sign_in::end_chosen(cx.tx, person_id, chosen).await
                })
            },
        )
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(done(
        ADDRESS,
        &session
            .lang
            .say("Đã kết thúc phiên.", "The sessions have ended."),
    ))
}

/// `GET /toi/ma-xac-thuc`: the second factor, its picture while it is being set up.
///
/// # Errors
/// What the database reports.
pub async fn factor_page(session: Session) -> Result<Response, WebError> {
    factor_view(&session, Form::new(ENROLMENT, "", ""))
        .await
        .map_err(|fault| failed(fault, ENROLMENT))
}

/// `POST /toi/ma-xac-thuc`: `do` is `begin`, `confirm` or `remove`.
///
/// # Errors
/// A wrong code shows the page again.
pub async fn change_factor(
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ENROLMENT, pairs);
    let code = form.value("code").to_owned();
    let changed = match form.value("do") {
        "begin" => second_factor::begin(&session.app, &session.actor)
            .await
            .map(|()| done(ENROLMENT, "")),
        "remove" => remove_factor(&session, &code).await,
        _ => confirm_factor(&session, &code).await,
    };
    match changed {
        Ok(response) => Ok(response),
        Err(fault) => {
            let status = refuse(&mut form, session.lang, fault, ENROLMENT)?;
            form.set("code", "");
            let page = factor_view(&session, form)
                .await
                .map_err(|fault| failed(fault, ENROLMENT))?;
            Ok((status, page).into_response())
        }
    }
}

async fn confirm_factor(session: &Session, code: &str) -> Outcome<Response> {
    let codes = second_factor::confirm(&session.app, &session.actor, code).await?;
    second_factor_is_set(session, codes).await
}

/// The recovery codes are shown this once, with the session under a new secret and fully signed in.
pub(super) async fn second_factor_is_set(
    session: &Session,
    codes: Vec<String>,
) -> Outcome<Response> {
    let token = sign_in::renew(&session.app, &session.row).await?;
    let lang = session.lang;
    let parts = vec![
        Part::Text(lang.say(
            "Đã bật hai lớp xác thực. In hoặc chép các mã dự phòng này và cất chỗ khóa được: mỗi mã thay điện thoại một lần. Trang này chỉ hiện một lần.",
            "The second factor is on. Print these recovery codes and lock them away: each stands in for the telephone once. They are shown only now.",
        )),
        Part::Lines(codes.iter().map(|code| spaced(code, 5)).collect()),
        Part::Links(vec![Link::new("/", &lang.say("Đã cất, vào Việc của tôi", "They are safe: to my desk"))]),
    ];
    let page = session.page(&lang.say("Mã dự phòng", "Recovery codes"));
    let mut response = html(&Sheet { page, parts });
    let cookies = signed_in(&session.app, &token, "/");
    for cookie in cookies.headers().get_all(axum::http::header::SET_COOKIE) {
        response
            .headers_mut()
            .append(axum::http::header::SET_COOKIE, cookie.clone());
    }
    Ok(response)
}

async fn remove_factor(session: &Session, code: &str) -> Outcome<Response> {
    // Wrong codes are counted and put off as at any proof.
    if !sign_in::prove(&session.app, &session.actor, &session.row, None, code).await? {
        return Err(second_factor::wrong_code());
    }
    session
        .app
        .act(&session.actor, (), |cx, ()| {
            Box::pin(async move {
                let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
                second_factor::remove(cx.tx, person_id).await?;
                second_factor::note(&cx, "person.second_factor_removed", "Tắt mã xác thực").await
            })
        })
        .await?;
    Ok(done(
        ENROLMENT,
        &session
            .lang
            .say("Đã tắt mã xác thực.", "The second factor is off."),
    ))
}

async fn factor_view(session: &Session, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let person_id = session.actor.person_id.ok_or(Fault::NotFound)?;
    let code = |hint: String| {
        Field::typed(
            "code",
            lang.say("Mã 6 chữ số", "The 6 digits"),
            "text",
            "one-time-code",
        )
        .hint(hint)
    };
    let mut parts = Vec::new();
    if session.row.awaits == sign_in::AWAITS_ENROLMENT {
        parts.push(Part::Note(lang.say(
            "Chức vụ của anh/chị phải đăng nhập bằng hai lớp. Bật mã xác thực hoặc thêm khóa truy cập để vào hệ thống.",
            "Your post must sign in with a second factor. Switch codes on or add a passkey to go on.",
        )));
    }
    let entry = |form, fields, act| {
        Part::Form(Entry {
            form,
            fields,
            acts: vec![act],
            upload: false,
        })
    };
    parts.push(Part::Heading(lang.say("Mã xác thực", "Codes of an app")));
    match second_factor::row(db, person_id).await? {
        Some(row) if row.confirmed_at.is_some() => {
            parts.push(Part::Text(lang.say(
                "Mã xác thực đang bật. Muốn đổi điện thoại thì tắt rồi bật lại.",
                "The second factor is on. To change the telephone, switch it off and on again.",
            )));
            let hint = lang.say("Hoặc một mã dự phòng.", "Or a recovery code.");
            parts.push(entry(
                form,
                vec![code(hint)],
                Act::main(lang.say("Tắt mã xác thực", "Switch it off"), String::new())
                    .valued("remove"),
            ));
        }
        Some(row) => {
            let email = super::find::email(db, person_id).await?;
            let secret = second_factor::secret_of(&session.app, &row)?;
            let address = second_factor::address(&secret, &session.office, &email);
            parts.push(Part::Text(lang.say(
                "Mở ứng dụng xác thực trên điện thoại (bất kỳ ứng dụng TOTP nào), quét hình này, rồi nhập 6 chữ số ứng dụng hiện ra.",
                "Open an authenticator app on your telephone (any TOTP app), scan this picture, then type the 6 digits it shows.",
            )));
            parts.push(Part::Picture(Markup::from_our_own_renderer(
                second_factor::picture(&address)?,
            )));
            parts.push(Part::Text(lang.say(
                "Không quét được thì nhập khóa này vào ứng dụng:",
                "Cannot scan: type this key into the app:",
            )));
            parts.push(Part::Lines(vec![spaced(&secret, 4)]));
            parts.push(entry(
                form,
                vec![code(String::new())],
                Act::main(lang.say("Bật mã xác thực", "Switch it on"), String::new())
                    .valued("confirm"),
            ));
        }
        None => parts.push(entry(
            form,
            Vec::new(),
            Act::main(
                lang.say("Bắt đầu bật mã xác thực", "Begin"),
                lang.say(
                    "Cần điện thoại có một ứng dụng xác thực.",
                    "You need a telephone with an authenticator app.",
                ),
            )
            .valued("begin"),
        )),
    }
    parts.extend(passkey::pages::parts(session, &session.actor).await?);
    let page = session.page(&lang.say("Hai lớp xác thực", "Second factor"));
    Ok(html(&Sheet { page, parts }))
}

/// In groups of four, as a person types it.
/// In groups, so that it can be typed from paper.
fn spaced(secret: &str, group: usize) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters
        .chunks(group)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// `GET /xac-thuc`: proves again who one is, before an act of legal effect.
pub async fn proof_page(session: Session, Query(next): Query<Next>) -> Response {
    let mut form = Form::new(PROOF, "", "");
    form.set("next", next.tiep);
    proof_view(&session, form)
}

/// `POST /xac-thuc`.
///
/// # Errors
/// A wrong password or code shows the form again.
pub async fn prove(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(PROOF, pairs);
    let typed = form.value("password").to_owned();
    match sign_in::prove(
        &session.app,
        &session.actor,
        &session.row,
        Some(&typed),
        &typed,
    )
    .await
    {
        Ok(true) => Ok(Redirect::to(own_path(form.value("next"))).into_response()),
        Ok(false) => {
            let wrong = Fault::invalid(
                "password",
                "Không đúng. Nhập mật khẩu, hoặc mã 6 chữ số của ứng dụng xác thực.",
                "Wrong. Type the password, or the 6 digits of the app.",
            );
            let status = refuse(&mut form, session.lang, wrong, PROOF)?;
            Ok((status, proof_view(&session, form)).into_response())
        }
        Err(fault) => Err(failed(fault, PROOF)),
    }
}

fn proof_view(session: &Session, form: Form) -> Response {
    let lang = session.lang;
    let key = passkey::pages::form(
        &session.app,
        lang,
        passkey::Purpose::Prove,
        form.value("next"),
    );
    let mut parts = vec![
        Part::Text(lang.say(
            "Việc này có giá trị pháp lý và lần xác thực trước đã lâu. Những gì vừa nhập được giữ nguyên.",
            "This act has legal effect and your last proof is some time ago. What you typed is kept.",
        )),
        Part::Form(Entry {
            form,
            fields: vec![
                Field::typed("password", lang.say("Mật khẩu hoặc mã xác thực", "Password or code"), "password", "current-password"),
                Field::hidden("next"),
            ],
            acts: vec![Act::main(lang.say("Xác thực và tiếp tục", "Prove and go on"), String::new())],
            upload: false,
        }),
    ];
    parts.extend(key.map(Part::Passkey));
    html(&Sheet {
        page: session.page(&lang.say("Xác thực lại", "Who are you?")),
        parts,
    })
}
