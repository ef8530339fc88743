//! The pages before the house: set-up on the first day, second factor, forgotten password, the link of a mail.

use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::pages::Next;
use super::session::{self, failed, field_error, signed_in};
use super::setup::{self, FirstDay};
use super::sign_in::{self, Origin};
use super::{passkey, tickets};
use crate::app::App;
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, Lang, Page, WebError, html};

type Pairs = Vec<(String, String)>;

/// The kinds of office that may be set up: the word kept, Vietnamese, English.
const KINDS: [(&str, &str, &str); 4] = [
    (
        "commune_committee",
        "Ủy ban nhân dân cấp xã",
        "Commune committee",
    ),
    (
        "province_committee",
        "Ủy ban nhân dân cấp tỉnh",
        "Provincial committee",
    ),
    (
        "provincial_department",
        "Sở, ban, ngành cấp tỉnh",
        "Provincial department",
    ),
    ("other", "Cơ quan khác", "Another office"),
];

/// `GET /cai-dat`: open while the installation is empty.
///
/// # Errors
/// Sends to the sign-in afterwards.
pub async fn setup_page(State(app): State<App>, lang: Lang) -> Result<Response, WebError> {
    let mut form = Form::new("/cai-dat", "", "");
    form.set("kind", KINDS[0].0);
    form.set("strict", "yes");
    setup_view(&app, lang, form)
        .await
        .map_err(|fault| failed(fault, "/cai-dat"))
}

/// `POST /cai-dat`: makes the office and signs its administrator in.
///
/// # Errors
/// What is missing or wrong shows the form again with everything typed.
pub async fn set_up(
    State(app): State<App>,
    lang: Lang,
    origin: Origin,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent("/cai-dat", pairs);
    let value = |name: &str| form.value(name).to_owned();
    let day = FirstDay {
        code: value("code"),
        name: value("name"),
        short: value("short"),
        kind: KINDS
            .iter()
            .find(|kind| form.value("kind") == kind.0)
            .map_or("other", |kind| kind.0)
            .to_owned(),
        header: form.value("header").lines().map(str::to_owned).collect(),
        place: value("place"),
        superior: value("superior"),
        official_code: value("official_code"),
        office_email: value("office_email"),
        admin_name: value("admin_name"),
        admin_email: value("admin_email"),
        password: value("password"),
        strict: form.chosen("strict", "yes"),
    };
    let (email, password) = (day.admin_email.clone(), day.password.clone());
    match setup::set_up(&app, day).await {
        Ok(_) => {
            let token = sign_in::sign_in_from(&app, &email, &password, &origin)
                .await
                .map_err(|fault| failed(fault, "/dang-nhap"))?;
            Ok(signed_in(&app, &token, "/quan-tri/viec-dau"))
        }
        Err(fault) => {
            let status = refuse(&mut form, lang, fault, "/dang-nhap")?;
            let page = setup_view(&app, lang, form)
                .await
                .map_err(|fault| failed(fault, "/cai-dat"))?;
            Ok((status, page).into_response())
        }
    }
}

async fn setup_view(app: &App, lang: Lang, form: Form) -> Outcome<Response> {
    if !setup::is_open(app.store.reader()).await? {
        return Ok(Redirect::to("/dang-nhap").into_response());
    }
    let line = |name, vi, en| Field::line(name, lang.say(vi, en));
    let fields = vec![
        line("code", "Mã thiết lập", "Set-up code").hint(lang.say("In ở màn hình chạy chương trình; đổi mỗi lần khởi động.", "Printed at the program's console; new with every start.")),
        line("name", "Tên cơ quan", "Name of the office").hint(lang.say("Như trên văn bản: Ủy ban nhân dân xã Mẫu Sơn.", "As on its documents.")),
        line("short", "Tên gọi tắt", "Short name").hint(lang.say("Để trống thì lấy theo tên: UBND xã Mẫu Sơn.", "Empty: made from the name.")),
        Field::new("kind", lang.say("Loại cơ quan", "Kind of office"), Input::One(KINDS.iter().map(|(word, vi, en)| choice(word, lang.say(vi, en))).collect())),
        Field::new("header", lang.say("Đầu văn bản, góc trái", "Head of documents, left"), Input::Area(2)).hint(lang.say("Mỗi dòng một dòng trên văn bản; để trống thì lấy theo tên.", "One line each; empty: made from the name.")),
        line("place", "Địa danh", "Place").hint(lang.say("Đứng trước ngày tháng: Mẫu Sơn, ngày …", "Stands before the date.")),
        line("superior", "Cơ quan cấp trên trực tiếp", "Superior agency").hint(lang.say("Ví dụ: Ủy ban nhân dân tỉnh Lạng Sơn; có thể để trống.", "E.g.: the Provincial People's Committee; may be empty.")),
        line("official_code", "Mã định danh cơ quan", "Official code").hint(lang.say("Có thể để trống.", "May be empty.")),
        Field::typed("office_email", lang.say("Hộp thư của cơ quan", "Mailbox of the office"), "email", "off").hint(lang.say("Có thể để trống.", "May be empty.")),
        Field::typed("admin_name", lang.say("Người quản trị: họ và tên", "Administrator: name"), "text", "name"),
        Field::typed("admin_email", lang.say("Người quản trị: thư điện tử", "Administrator: e-mail"), "email", "email").hint(lang.say("Cũng là tên đăng nhập.", "It is the login, too.")),
        password_field(lang),
        Field::new("strict", lang.say("An toàn", "Security"), Input::Several(vec![choice("yes", lang.say(
            "Lãnh đạo, văn thư và quản trị đăng nhập bằng hai lớp; ký, duyệt, đóng dấu, phát hành hỏi lại mật khẩu sau 15 phút",
            "Leaders, clerks and administrators sign in with a second factor; signing, approving, sealing and issuing ask again after 15 minutes",
        ))])),
    ];
    let parts = vec![
        Part::Text(lang.say(
            "Hệ thống chưa có cơ quan nào. Điền một lần; mọi điều ở đây về sau đều đổi được. Ngày nghỉ theo Bộ luật Lao động và giờ Việt Nam đã có sẵn.",
            "Nothing is set up yet. Fill this once; all of it can be changed later. Vietnam's holidays and time are built in.",
        )),
        Part::Form(Entry {
            form,
            fields,
            acts: vec![Act::main(
                lang.say("Thiết lập và đăng nhập", "Set up and sign in"),
                lang.say("Sau đó là danh sách việc cần làm trong ngày đầu.", "A list of what to do on the first day follows."),
            )],
            upload: false,
        }),
    ];
    Ok(page(
        lang,
        "/cai-dat",
        lang.say("Thiết lập hệ thống", "Set up"),
        parts,
    ))
}

/// `GET /dang-nhap/ma`: the second factor of a session that awaits it.
///
/// # Errors
/// Sends to the sign-in where no session awaits a code.
pub async fn code_page(
    State(app): State<App>,
    lang: Lang,
    headers: HeaderMap,
    Query(next): Query<Next>,
) -> Result<Response, WebError> {
    match sign_in::live(&app, &session::token(&app, &headers)).await {
        Ok((waiting, _)) if waiting.awaits == sign_in::AWAITS_CODE => {
            let mut form = Form::new("/dang-nhap/ma", "", "");
            form.set("next", next.tiep);
            Ok(code_view(&app, lang, form))
        }
        Ok(_) | Err(Fault::NotFound) => Ok(Redirect::to("/dang-nhap").into_response()),
        Err(fault) => Err(failed(fault, "/dang-nhap")),
    }
}

/// `POST /dang-nhap/ma`.
///
/// # Errors
/// A wrong code shows the form again.
pub async fn take_code(
    State(app): State<App>,
    lang: Lang,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent("/dang-nhap/ma", pairs);
    match sign_in::take_second_factor(&app, &session::token(&app, &headers), form.value("code"))
        .await
    {
        Ok(token) => Ok(signed_in(&app, &token, form.value("next"))),
        Err(Fault::NotFound) => Ok(Redirect::to("/dang-nhap").into_response()),
        Err(fault) => {
            form.set("code", "");
            let status = refuse(&mut form, lang, fault, "/dang-nhap")?;
            Ok((status, code_view(&app, lang, form)).into_response())
        }
    }
}

fn code_view(app: &App, lang: Lang, form: Form) -> Response {
    let key = passkey::pages::form(app, lang, passkey::Purpose::Enter, form.value("next"));
    let mut parts = vec![Part::Form(Entry {
        form,
        fields: vec![
            Field::typed(
                "code",
                lang.say(
                    "Mã 6 chữ số trong ứng dụng xác thực",
                    "The 6 digits in your authenticator app",
                ),
                "text",
                "one-time-code",
            )
            .hint(lang.say(
                "Mất điện thoại thì nhập một mã dự phòng đã in.",
                "Lost the telephone: type one of the printed recovery codes.",
            )),
            Field::hidden("next"),
        ],
        acts: vec![Act::main(lang.say("Đăng nhập", "Sign in"), String::new())],
        upload: false,
    })];
    parts.extend(key.map(Part::Passkey));
    page(
        lang,
        "/dang-nhap/ma",
        lang.say("Mã xác thực", "Second factor"),
        parts,
    )
}

/// `GET /quen-mat-khau`.
pub async fn forgotten_page(lang: Lang) -> Response {
    forgotten_view(lang, Form::new("/quen-mat-khau", "", ""))
}

/// `POST /quen-mat-khau`: the same answer whether there is such an account or not.
///
/// # Errors
/// What the database reports.
pub async fn forgotten(
    State(app): State<App>,
    lang: Lang,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent("/quen-mat-khau", pairs);
    tickets::forgotten(&app, form.value("login"))
        .await
        .map_err(|fault| failed(fault, "/quen-mat-khau"))?;
    let parts = vec![Part::Text(lang.say(
        "Nếu có tài khoản với địa chỉ này, thư với đường dẫn đặt lại mật khẩu đang được gửi; đường dẫn dùng được trong 1 giờ. Không thấy thư thì hỏi người quản trị của cơ quan.",
        "If there is an account with this address, a mail with a link is on its way; the link works for an hour. No mail: ask your administrator.",
    ))];
    Ok(page(
        lang,
        "/quen-mat-khau",
        lang.say("Đã nhận yêu cầu", "Request taken"),
        parts,
    ))
}

fn forgotten_view(lang: Lang, form: Form) -> Response {
    let parts = vec![Part::Form(Entry {
        form,
        fields: vec![Field::typed(
            "login",
            lang.say("Thư điện tử đăng nhập", "Your e-mail address"),
            "email",
            "username",
        )],
        acts: vec![Act::main(
            lang.say("Gửi đường dẫn đặt lại", "Send the link"),
            lang.say(
                "Mã xác thực của điện thoại vẫn cần khi đăng nhập.",
                "The second factor is still needed to sign in.",
            ),
        )],
        upload: false,
    })];
    page(
        lang,
        "/quen-mat-khau",
        lang.say("Quên mật khẩu", "Forgotten password"),
        parts,
    )
}

/// `GET /mat-khau-moi/{secret}`: opening the link changes nothing.
///
/// # Errors
/// A sentence where the link is over.
pub async fn choose_page(
    State(app): State<App>,
    lang: Lang,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    let person = tickets::person_of(&app, &secret)
        .await
        .map_err(|fault| over(fault, lang))?;
    Ok(choose_view(
        lang,
        &person.name,
        &person.email,
        Form::new(&format!("/mat-khau-moi/{secret}"), "", ""),
    ))
}

/// `POST /mat-khau-moi/{secret}`: sets the password; then the person signs in with it.
///
/// # Errors
/// A refused password shows the form again; a sentence where the link is over.
pub async fn choose(
    State(app): State<App>,
    lang: Lang,
    uri: Uri,
    Path(secret): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(uri.path(), pairs);
    let person = tickets::person_of(&app, &secret)
        .await
        .map_err(|fault| over(fault, lang))?;
    match tickets::choose_password(&app, &secret, form.value("password")).await {
        Ok(()) => Ok(session::done(
            "/dang-nhap",
            &lang.say(
                "Đã đặt mật khẩu. Đăng nhập bằng mật khẩu mới.",
                "The password is set. Sign in with it.",
            ),
        )),
        Err(Fault::NotFound) => Err(over(Fault::NotFound, lang)),
        Err(fault) => {
            let status = refuse(&mut form, lang, fault, "/dang-nhap")?;
            Ok((status, choose_view(lang, &person.name, &person.email, form)).into_response())
        }
    }
}

fn choose_view(lang: Lang, name: &str, login: &str, form: Form) -> Response {
    let parts = vec![
        Part::Text(format!("{name} · {login}")),
        Part::Form(Entry {
            form,
            fields: vec![password_field(lang)],
            acts: vec![Act::main(
                lang.say("Đặt mật khẩu", "Set the password"),
                lang.say(
                    "Mọi phiên đang mở của tài khoản này kết thúc.",
                    "All open sessions of this account end.",
                ),
            )],
            upload: false,
        }),
    ];
    page(
        lang,
        "/mat-khau-moi",
        lang.say("Chọn mật khẩu", "Choose a password"),
        parts,
    )
}

/// The field of a new password; the browser offers a good one.
pub(super) fn password_field(lang: Lang) -> Field {
    Field::typed(
        "password",
        lang.say("Mật khẩu mới", "New password"),
        "password",
        "new-password",
    )
    .hint(lang.say(
        "Ít nhất 8 ký tự, tốt nhất là một câu ngắn; không bắt buộc chữ hoa hay ký hiệu.",
        "At least 8 characters, best a short sentence; capitals and signs are not asked.",
    ))
}

fn over(fault: Fault, lang: Lang) -> WebError {
    match fault {
        Fault::NotFound => WebError::Invalid {
            sentence: lang.say(
                "Đường dẫn này đã dùng hoặc đã hết hạn. Vào trang đăng nhập, chọn “Quên mật khẩu” để nhận đường dẫn mới.",
                "This link was used or is over. Choose “Forgotten password” on the sign-in page for a new one.",
            ),
        },
        other => failed(other, "/dang-nhap"),
    }
}

/// Puts a refusal at its field and says with which status the form comes back.
///
/// # Errors
/// The answer for everything that is not about what was entered.
pub(super) fn refuse(
    form: &mut Form,
    lang: Lang,
    fault: Fault,
    fresh: &str,
) -> Result<StatusCode, WebError> {
    let (refusal, status) = match fault {
        Fault::Refused(refusal) if refusal.kind == RefusalKind::TooMany => {
            (refusal, StatusCode::TOO_MANY_REQUESTS)
        }
        fault => (field_error(fault, fresh)?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    let field = refusal.field.clone().unwrap_or_else(|| "code".to_owned());
    form.refuse(&field, lang.say(&refusal.vi, &refusal.en));
    Ok(status)
}

fn page(lang: Lang, path: &str, title: String, parts: Vec<Part>) -> Response {
    let mut page = Page::new(lang, "", &title);
    path.clone_into(&mut page.path);
    html(&Sheet { page, parts })
}
