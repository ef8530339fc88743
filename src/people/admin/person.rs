//! One person of the organisation: posts in time, invitation and reset, closing the account; and adding a person.

use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveDate;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::people::rows::{person, post};
use crate::people::session::{Session, done, failed, field_error};
use crate::people::staff::{self, AccountAct, NewPost};
use crate::people::{ROLES, find, roles, second_factor};
use crate::web::format::{date_time, read_date};
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html, refused};

const LIST: &str = "/quan-tri/nguoi-dung";
const NEW: &str = "/quan-tri/nguoi-dung/moi";

type Pairs = Vec<(String, String)>;

/// `GET /quan-tri/nguoi-dung/moi`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn new_person_page(session: Session) -> Result<Response, WebError> {
    new_view(&session, with_today(&session, NEW))
        .await
        .map_err(|fault| failed(fault, LIST))
}

/// `POST /quan-tri/nguoi-dung/moi`.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn add_person(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(NEW, pairs);
    let added = async {
        let org_id = session.journalled(administered(&session)).await?;
        let post = wanted(&form)?;
        staff::add_person(
            &session.app,
            &session.actor,
            org_id,
            form.value("name"),
            form.value("email"),
            post,
        )
        .await
    };
    match added.await {
        Ok(id) => Ok(done(
            &format!("{LIST}/{id}"),
            &session.lang.say(
                "Đã thêm; thư mời đang được gửi.",
                "Added; the invitation is on its way.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, &session, fault)?;
            let page = new_view(&session, form)
                .await
                .map_err(|fault| failed(fault, LIST))?;
            Ok(refused(page))
        }
    }
}

async fn new_view(session: &Session, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let mut fields = vec![
        Field::line("name", lang.say("Họ và tên", "Name")),
        Field::typed(
            "email",
            lang.say("Thư điện tử (tên đăng nhập)", "E-mail (the login)"),
            "email",
            "off",
        ),
    ];
    fields.extend(post_fields(session).await?);
    let then = lang.say(
        "Người mới nhận thư mời chọn mật khẩu; người đã có trong hệ thống nhận thêm chức vụ.",
        "Somebody new is invited by mail; somebody known gets the post.",
    );
    let parts = vec![Part::Form(Entry {
        form,
        fields,
        acts: vec![Act::main(lang.say("Thêm người dùng", "Add"), then)],
        upload: false,
    })];
    let mut page = frame(session, &lang.say("Thêm người dùng", "Add a person"));
    page.crumbs = vec![Link::new(LIST, &lang.say("Người dùng", "Persons"))];
    Ok(html(&Sheet { page, parts }))
}

/// `GET /quan-tri/nguoi-dung/{id}`: the administrator of an organisation where the person holds or held a post.
///
/// # Errors
/// 403 for others, 404 for a person of elsewhere.
pub async fn person(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let form = with_today(&session, &address(id));
    view(&session, id, form)
        .await
        .map_err(|fault| failed(fault, LIST))
}

/// `POST /quan-tri/nguoi-dung/{id}`: `do` is `add`, `end`, `link`, `close`, `open` or `factor`.
///
/// # Errors
/// 403 for others; what is not acceptable shows the page again.
pub async fn change_person(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&address(id), pairs);
    match change(&session, id, &form).await {
        Ok(()) => Ok(done(
            &address(id),
            &session.lang.say("Đã ghi.", "Recorded."),
        )),
        Err(fault) => {
            refuse(&mut form, &session, fault)?;
            let page = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, LIST))?;
            Ok(refused(page))
        }
    }
}

async fn change(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    let org_id = session.journalled(administered(session)).await?;
    let (app, actor) = (&session.app, &session.actor);
    let act = match form.value("do") {
        "add" => return staff::add_post(app, actor, org_id, id, wanted(form)?).await,
        "end" => {
            let post = form.value("post").parse().map_err(|_| {
                Fault::invalid(
                    "post",
                    "Chọn chức vụ thôi giữ.",
                    "Choose the post that ends.",
                )
            })?;
            return staff::end_post(app, actor, org_id, post, day(form, "end")?).await;
        }
        "link" => AccountAct::SendLink,
        "close" => AccountAct::Close,
        "open" => AccountAct::Open,
        "factor" => AccountAct::RemoveSecondFactor,
        _ => return Err(Fault::invalid("do", "Chọn một việc.", "Choose an act.")),
    };
    staff::change_account(app, actor, org_id, id, act, form.value("reason")).await
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let (db, lang, org_id) = (
        session.app.store.reader(),
        session.lang,
        administered(session)?,
    );
    let (found, posts) = staff::of_org(db, org_id, id).await?;
    let units = find::all_units(db, session.today()).await?;
    let unit = |post: &post::Model| {
        units
            .get(&post.unit_id)
            .map(|unit| unit.name.clone())
            .unwrap_or_default()
    };
    let factor = second_factor::is_set(db, id).await?;
    let rows = posts
        .iter()
        .map(|post| {
            vec![
                post.title.clone(),
                unit(post),
                roles::name(lang, &post.role),
                vn_date(post.valid_from),
                post.valid_to.map(vn_date).unwrap_or_default(),
            ]
        })
        .collect();
    let open: Vec<_> = posts
        .iter()
        .filter(|post| post.valid_to.is_none_or(|to| to > session.today()))
        .collect();
    // What was typed belongs to the form that was pressed; the others begin anew.
    let pressed = form.value("do").to_owned();
    let form_of = |acts: &[&str]| {
        if acts.contains(&pressed.as_str()) {
            form.clone()
        } else {
            with_today(session, &address(id))
        }
    };
    let mut account = Vec::new();
    if found.active {
        account.push(Act::other(
            if found.password_hash.is_none() {
                lang.say("Gửi lại thư mời", "Send the invitation again")
            } else {
                lang.say("Gửi đường dẫn đặt lại mật khẩu", "Send a reset link")
            },
            lang.say(
                "Người quản trị không biết mật khẩu của ai; mã xác thực vẫn cần.",
                "Nobody learns a password; the second factor is still needed.",
            ),
            "link",
        ));
    }
    if factor {
        account.push(Act::other(
            lang.say(
                "Gỡ mã xác thực (mất điện thoại)",
                "Remove the second factor (lost telephone)",
            ),
            lang.say(
                "Cần lý do; người đó nhận thư báo.",
                "Needs the reason; the person is told by mail.",
            ),
            "factor",
        ));
    }
    account.push(if found.active {
        Act::other(
            lang.say("Ngừng tài khoản", "Close the account"),
            lang.say(
                "Phiên đang mở kết thúc ngay; chức vụ và việc đã làm giữ nguyên.",
                "Open sessions end at once; posts and past acts stay.",
            ),
            "close",
        )
    } else {
        Act::other(
            lang.say("Mở lại tài khoản", "Open the account"),
            String::new(),
            "open",
        )
    });
    let mut parts = vec![
        Part::Text(state(&found, factor, session)),
        Part::Table(Table {
            head: [
                ("Chức vụ", "Title"),
                ("Đơn vị", "Unit"),
                ("Vai trò", "Role"),
                ("Từ ngày", "From"),
                ("Đến trước ngày", "Until before"),
            ]
            .iter()
            .map(|(vi, en)| lang.say(vi, en))
            .collect(),
            rows,
        }),
        Part::Heading(lang.say("Giao thêm chức vụ", "Give a further post")),
        Part::Form(Entry {
            form: form_of(&["add"]),
            fields: post_fields(session).await?,
            acts: vec![
                Act::main(lang.say("Giao chức vụ", "Give the post"), String::new()).valued("add"),
            ],
            upload: false,
        }),
    ];
    if !open.is_empty() {
        parts.push(Part::Heading(lang.say("Thôi giữ chức vụ", "End a post")));
        parts.push(Part::Form(Entry {
            form: form_of(&["end"]),
            fields: vec![
                Field::new(
                    "post",
                    lang.say("Chức vụ thôi giữ", "Post"),
                    Input::One(
                        open.iter()
                            .map(|post| {
                                choice(
                                    &post.id.to_string(),
                                    format!("{}, {}", post.title, unit(post)),
                                )
                            })
                            .collect(),
                    ),
                ),
                Field::line("end", lang.say("Từ ngày", "From")).hint(lang.say(
                    "Ngày đầu tiên không còn giữ, như 24/03/2025.",
                    "The first day on which it is no longer held.",
                )),
            ],
            acts: vec![Act::other(
                lang.say("Thôi giữ", "End it"),
                lang.say(
                    "Việc đang mở của chức vụ chuyển cho người giữ vai trò còn lại.",
                    "Open tasks go to whoever else holds the role.",
                ),
                "end",
            )],
            upload: false,
        }));
    }
    parts.push(Part::Heading(lang.say("Tài khoản", "Account")));
    parts.push(Part::Form(Entry {
        form: form_of(&["link", "close", "open", "factor"]),
        fields: vec![
            Field::line("reason", lang.say("Lý do", "Reason")).hint(lang.say(
                "Ghi khi gỡ mã xác thực.",
                "Needed when the second factor is removed.",
            )),
        ],
        acts: account,
        upload: false,
    }));
    let mut page = frame(session, &found.name);
    page.crumbs = vec![Link::new(LIST, &lang.say("Người dùng", "Persons"))];
    Ok(html(&Sheet { page, parts }))
}

fn state(found: &person::Model, factor: bool, session: &Session) -> String {
    let lang = session.lang;
    let mut said = vec![found.email.clone()];
    if !found.active {
        said.push(lang.say("tài khoản đã ngừng", "the account is closed"));
    }
    if found.password_hash.is_none() {
        said.push(lang.say("chưa chọn mật khẩu", "no password yet"));
    }
    said.push(if factor {
        lang.say("có mã xác thực", "has a second factor")
    } else {
        lang.say("chưa bật mã xác thực", "no second factor")
    });
    if let Some(until) = found.locked_until.filter(|until| *until > session.now) {
        said.push(lang.say(
            &format!("tạm dừng đến {}", date_time(until)),
            &format!("waits until {}", date_time(until)),
        ));
    }
    said.join(" · ")
}

async fn post_fields(session: &Session) -> Outcome<Vec<Field>> {
    let (lang, org_id) = (session.lang, administered(session)?);
    let mut units: Vec<_> = find::all_units(session.app.store.reader(), session.today())
        .await?
        .into_values()
        .filter(|unit| unit.org_id == org_id)
        .collect();
    units.sort_by_key(|unit| (unit.id != org_id, unit.name.clone()));
    Ok(vec![
        Field::new(
            "unit",
            lang.say("Đơn vị", "Unit"),
            Input::One(
                units
                    .iter()
                    .map(|unit| choice(&unit.id.to_string(), unit.name.clone()))
                    .collect(),
            ),
        ),
        Field::line("title", lang.say("Chức vụ", "Title"))
            .hint(lang.say("Như trên văn bản: Phó Chánh Văn phòng.", "As on documents.")),
        Field::new(
            "role",
            lang.say("Vai trò", "Role"),
            Input::One(
                ROLES
                    .iter()
                    .map(|role| choice(role, roles::name(lang, role)))
                    .collect(),
            ),
        ),
        Field::line("from", lang.say("Từ ngày", "From")),
        Field::line("to", lang.say("Đến trước ngày", "Until before"))
            .hint(lang.say("Để trống nếu chưa biết.", "Empty while it lasts.")),
    ])
}

fn wanted(form: &Form) -> Outcome<NewPost> {
    let unit_id = form
        .value("unit")
        .parse()
        .map_err(|_| Fault::invalid("unit", "Chọn đơn vị.", "Choose a unit."))?;
    let to = if form.value("to").trim().is_empty() {
        None
    } else {
        Some(day(form, "to")?)
    };
    Ok(NewPost {
        unit_id,
        title: form.value("title").to_owned(),
        role: form.value("role").to_owned(),
        from: day(form, "from")?,
        to,
    })
}

fn day(form: &Form, field: &str) -> Outcome<NaiveDate> {
    read_date(form.value(field)).ok_or_else(|| {
        Fault::invalid(
            field,
            "Ghi ngày dạng ngày/tháng/năm, ví dụ 24/03/2025.",
            "Enter the date as day/month/year.",
        )
    })
}

fn with_today(session: &Session, action: &str) -> Form {
    let mut form = Form::new(action, "", "");
    form.set("from", vn_date(session.today()));
    form.set("end", vn_date(session.today()));
    form
}

fn address(id: Uuid) -> String {
    format!("{LIST}/{id}")
}

fn refuse(form: &mut Form, session: &Session, fault: Fault) -> Result<(), WebError> {
    let refusal = field_error(fault, LIST)?;
    let field = match (refusal.field.as_deref(), form.value("do")) {
        // The act of ending calls its day `to`; on this page the field is another.
        (Some("to"), "end") => "end",
        (Some("do"), _) | (Some("to"), "close") | (None, _) => "reason",
        (Some(field), _) => field,
    }
    .to_owned();
    form.refuse(&field, session.lang.say(&refusal.vi, &refusal.en));
    Ok(())
}
