//! Units and people from a file: looked at first, written by a second press, all of it or nothing.

use axum::Form as Body;
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::people::roster::{PEOPLE, Problem, Roster, UNITS, check, sheet, template, write};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html};

const ADDRESS: &str = "/quan-tri/nhap";
const WRITE: &str = "/quan-tri/nhap/ghi";
/// Largest file, in bytes.
const MAX_FILE: usize = 2 * 1024 * 1024;
/// Problems shown; whoever has more mends these first.
const MAX_SHOWN: usize = 200;

/// `GET /quan-tri/nhap`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn import_page(session: Session) -> Result<Response, WebError> {
    administered(&session).map_err(|fault| failed(fault, ADDRESS))?;
    Ok(view(&session, Form::new(ADDRESS, "", ""), Vec::new()))
}

/// `GET /quan-tri/nhap/mau.xlsx`: the file to fill in.
///
/// # Errors
/// 403 for others.
pub async fn import_template(session: Session) -> Result<Response, WebError> {
    administered(&session).map_err(|fault| failed(fault, ADDRESS))?;
    let bytes = template::file().map_err(|error| failed(error.into(), ADDRESS))?;
    Ok((
        [
            (
                CONTENT_TYPE,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (
                CONTENT_DISPOSITION,
                "attachment; filename=\"mau-don-vi-nguoi-dung.xlsx\"",
            ),
        ],
        bytes,
    )
        .into_response())
}

/// `POST /quan-tri/nhap`: reads and checks the file; writes nothing.
///
/// # Errors
/// 403 for others; every problem of the file stands on the page.
pub async fn import_check(session: Session, body: Multipart) -> Result<Response, WebError> {
    let org_id = session
        .journalled(administered(&session))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    let mut form = Form::new(ADDRESS, "", "");
    let read = match file(body).await {
        Ok((name, bytes)) => sheet::read(&name, &bytes),
        Err(fault) => Err(fault),
    };
    let roster = match read {
        Ok(roster) => roster,
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse("file", session.lang.say(&refusal.vi, &refusal.en));
            return Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                view(&session, form, Vec::new()),
            )
                .into_response());
        }
    };
    let known = write::known(session.app.store.reader(), org_id, session.today())
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    let problems = check::problems(&roster, &known, session.today());
    if problems.is_empty() {
        return preview(&session, &roster).map_err(|fault| failed(fault, ADDRESS));
    }
    let count = problems.len();
    form.refuse("file", session.lang.say(
        &format!("Tệp có {count} chỗ cần sửa; chưa ghi gì. Sửa trong tệp rồi gửi lại."),
        &format!("{count} things in the file need mending; nothing is written. Mend the file and send it again."),
    ));
    Ok((
        StatusCode::UNPROCESSABLE_ENTITY,
        view(&session, form, problems),
    )
        .into_response())
}

/// `POST /quan-tri/nhap/ghi`: writes what was looked at.
///
/// # Errors
/// 403 for others, 422 where a problem has come up meanwhile.
pub async fn import_write(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let form = Form::sent(WRITE, pairs);
    let written = async {
        let org_id = session.journalled(administered(&session)).await?;
        let roster: Roster = serde_json::from_str(form.value("roster"))
            .map_err(|_| Fault::invalid("file", "Gửi lại tệp.", "Send the file again."))?;
        write::load(
            &session.app,
            &session.actor,
            org_id,
            roster,
            form.chosen("invite", "yes"),
        )
        .await
    };
    let written = written.await.map_err(|fault| failed(fault, ADDRESS))?;
    let flash = session.lang.say(
        &format!(
            "Đã nhập {} đơn vị, {} người, {} chức vụ.",
            written.units, written.persons, written.posts
        ),
        &format!(
            "{} units, {} persons, {} posts are written.",
            written.units, written.persons, written.posts
        ),
    );
    Ok(done("/quan-tri/viec-dau", &flash))
}

/// The file of the form; too large a one is refused by its size.
async fn file(mut body: Multipart) -> Outcome<(String, Vec<u8>)> {
    let unreadable = || {
        Fault::invalid(
            "file",
            "Không đọc được tệp gửi lên; gửi lại.",
            "The upload cannot be read; send it again.",
        )
    };
    while let Some(mut field) = body.next_field().await.map_err(|_| unreadable())? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| unreadable())? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_FILE {
                return Err(Fault::invalid(
                    "file",
                    "Tệp lớn hơn 2 MB; xóa các trang và hình không cần.",
                    "The file has more than 2 MB; remove what is not needed.",
                ));
            }
        }
        return Ok((name, bytes));
    }
    Ok((String::new(), Vec::new()))
}

fn view(session: &Session, form: Form, problems: Vec<Problem>) -> Response {
    let lang = session.lang;
    let mut parts = vec![
        Part::Text(lang.say(
            "Điền tệp mẫu (hai trang: Đơn vị, Người dùng), gửi lên để xem trước; chỉ ghi khi bấm lần thứ hai.",
            "Fill the template (two sheets: units, people) and send it to look at it; it is written by a second press only.",
        )),
        Part::Links(vec![Link::new("/quan-tri/nhap/mau.xlsx", &lang.say("Tải tệp mẫu (.xlsx)", "The template (.xlsx)"))]),
    ];
    if !problems.is_empty() {
        parts.push(Part::Table(Table {
            head: vec![
                lang.say("Chỗ", "Place"),
                lang.say("Cột", "Column"),
                lang.say("Điều cần sửa", "What to mend"),
            ],
            rows: problems
                .iter()
                .take(MAX_SHOWN)
                .map(|problem| {
                    let place = lang.say(
                        &format!("{}, dòng {}", problem.sheet, problem.row),
                        &format!("{}, row {}", problem.sheet, problem.row),
                    );
                    vec![
                        place,
                        problem.column.to_owned(),
                        lang.say(&problem.vi, &problem.en),
                    ]
                })
                .collect(),
        }));
    }
    parts.push(Part::Form(Entry {
        form,
        fields: vec![
            Field::new(
                "file",
                lang.say("Tệp", "File"),
                Input::File(".xlsx,.csv".to_owned()),
            )
            .hint(lang.say(
                "Excel .xlsx, hoặc CSV UTF-8.",
                "Excel .xlsx, or CSV in UTF-8.",
            )),
        ],
        acts: vec![Act::main(
            lang.say("Xem trước", "Look at it"),
            lang.say("Chưa ghi gì.", "Nothing is written yet."),
        )],
        upload: true,
    }));
    html(&Sheet {
        page: frame(
            session,
            &lang.say("Nhập đơn vị và người dùng", "Import units and people"),
        ),
        parts,
    })
}

fn preview(session: &Session, roster: &Roster) -> Outcome<Response> {
    let lang = session.lang;
    let mut form = Form::new(WRITE, "", "");
    form.set("roster", serde_json::to_string(roster)?);
    form.set("invite", "yes");
    let units = roster
        .units
        .iter()
        .map(|line| {
            vec![
                line.name.clone(),
                line.key.clone(),
                line.kind.clone(),
                line.parent.clone(),
                line.email.clone(),
            ]
        })
        .collect();
    let people = roster
        .people
        .iter()
        .map(|line| {
            vec![
                line.name.clone(),
                line.email.clone(),
                line.unit.clone(),
                line.title.clone(),
                line.role.clone(),
            ]
        })
        .collect();
    let head = |texts: [(&str, &str); 5]| texts.iter().map(|(vi, en)| lang.say(vi, en)).collect();
    let parts = vec![
        Part::Text(lang.say(
            "Tệp không có lỗi. Dòng đã có trong hệ thống giữ nguyên.",
            "The file is in order. What is there already stays.",
        )),
        Part::Form(Entry {
            form,
            fields: vec![
                Field::hidden("roster"),
                Field::new(
                    "invite",
                    lang.say("Thư mời", "Invitations"),
                    Input::Several(vec![choice(
                        "yes",
                        lang.say(
                            "Gửi thư mời chọn mật khẩu cho người chưa có",
                            "Mail an invitation to whoever has no password",
                        ),
                    )]),
                ),
            ],
            acts: vec![Act::main(
                lang.say("Ghi vào hệ thống", "Write it"),
                lang.say("Ghi tất cả trong một lần.", "All of it at once."),
            )],
            upload: false,
        }),
        Part::Heading(format!("{UNITS} ({})", roster.units.len())),
        Part::Table(Table {
            head: head([
                ("Tên đơn vị", "Name"),
                ("Mã", "Key"),
                ("Loại", "Kind"),
                ("Trực thuộc", "Below"),
                ("Thư điện tử", "E-mail"),
            ]),
            rows: units,
        }),
        Part::Heading(format!("{PEOPLE} ({})", roster.people.len())),
        Part::Table(Table {
            head: head([
                ("Họ và tên", "Name"),
                ("Thư điện tử", "E-mail"),
                ("Đơn vị", "Unit"),
                ("Chức vụ", "Title"),
                ("Vai trò", "Role"),
            ]),
            rows: people,
        }),
    ];
    Ok(html(&Sheet {
        page: frame(
            session,
            &lang.say("Xem trước khi ghi", "Look before writing"),
        ),
        parts,
    }))
}
