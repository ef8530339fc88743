//! The page of the Office on who stands in for whom; the mandates on file.

use axum::Form as Body;
use axum::extract::{Multipart, Path, Query};
use axum::response::Response;
use chrono::NaiveDate;
use sea_orm::EntityTrait;
use serde::Deserialize;
use trinhky_calendar::vn_date;
use trinhky_drafting::DocType;
use uuid::Uuid;

use super::absence::{self, Mandate, Wanted};
use super::find::{self, Holder};
use super::rows::{person, substitution};
use super::session::{Session, done, failed, field_error};
use crate::fault::{Fault, Outcome};
use crate::web::download::download;
use crate::web::format::read_date;
use crate::web::page::Link;
use crate::web::upload::Upload;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html, refused};

const ADDRESS: &str = "/vang-mat";
const END: &str = "/vang-mat/het";
/// Absences that the page lists.
const LISTED: u64 = 60;
const TYPES: [DocType; 8] = [
    DocType::QD,
    DocType::TTR,
    DocType::BC,
    DocType::KH,
    DocType::TB,
    DocType::CV,
    DocType::GM,
    DocType::BB,
];

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Who is away, as the desk suggests.
    nguoi: Option<Uuid>,
}

/// `GET /vang-mat`: the Office's chief, an administrator.
///
/// # Errors
/// 403 for others.
pub async fn show(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let mut form = Form::new(ADDRESS, "", "");
    form.set("first_day", vn_date(session.today()));
    if let Some(id) = asked.nguoi {
        form.set("absent", id.to_string());
    }
    view(&session, form)
        .await
        .map_err(|fault| failed(fault, "/"))
}

/// `POST /vang-mat`: the fields of the form and the mandate in `file`.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn set(session: Session, body: Multipart) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let mut form = Form::sent(ADDRESS, upload.pairs);
    let file = Mandate {
        name: upload.file_name,
        bytes: upload.bytes,
    };
    let written = async {
        let org_id = session.journalled(organisation(&session)).await?;
        let wanted = wanted(org_id, &form)?;
        absence::set(&session.app, &session.actor, wanted, file).await
    };
    match written.await {
        Ok(_) => Ok(done(
            ADDRESS,
            &session.lang.say(
                "Đã ghi; người vắng và người thay được báo bằng thư.",
                "Recorded; both are told by mail.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("absent"),
                session.lang.say(&refusal.vi, &refusal.en),
            );
            let page = view(&session, form)
                .await
                .map_err(|fault| failed(fault, "/"))?;
            Ok(refused(page))
        }
    }
}

/// `POST /vang-mat/het`: the field `which`.
///
/// # Errors
/// 403 for others; 404 for another office's; a refusal where it is over.
pub async fn end(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let form = Form::sent(END, pairs);
    let ended = async {
        let org_id = session.journalled(organisation(&session)).await?;
        let id = form.value("which").parse().map_err(|_| Fault::NotFound)?;
        absence::end(&session.app, &session.actor, org_id, id).await
    };
    ended.await.map_err(|fault| failed(fault, ADDRESS))?;
    let flash = session.lang.say(
        "Đã kết thúc: việc trở lại với người của chức vụ.",
        "Ended: tasks go back to who holds the post.",
    );
    Ok(done(ADDRESS, &flash))
}

/// `GET /vang-mat/{id}/uy-quyen`: the file of the mandate.
///
/// # Errors
/// 403 for others, 404 where there is none.
pub async fn mandate(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let found = async {
        let org_id = organisation(&session)?;
        let row = substitution::Entity::find_by_id(id)
            .one(session.app.store.reader())
            .await?
            .filter(|row| row.org_id == org_id)
            .ok_or(Fault::NotFound)?;
        let digest = row.file_digest.ok_or(Fault::NotFound)?;
        Ok((row.file_name, session.app.files.get(&digest).await?))
    };
    let (name, content) = found.await.map_err(|fault| failed(fault, ADDRESS))?;
    Ok(download(&name, "application/octet-stream", content))
}

/// The organisation for which the reader may say who stands in.
fn organisation(session: &Session) -> Outcome<Uuid> {
    let org_ids = session.actor.org_ids();
    org_ids
        .into_iter()
        .find(|org_id| absence::may_set(&session.actor, *org_id))
        .ok_or_else(|| {
            Fault::forbidden(
                "Người thay do Chánh Văn phòng hoặc quản trị của cơ quan cử.",
                "The chief of the Office or an administrator says who stands in.",
            )
        })
}

fn wanted(org_id: Uuid, form: &Form) -> Outcome<Wanted> {
    let person = |field: &str| {
        form.value(field)
            .parse()
            .map_err(|_| Fault::invalid(field, "Chọn một người.", "Choose somebody."))
    };
    Ok(Wanted {
        org_id,
        absent_id: person("absent")?,
        substitute_id: person("substitute")?,
        kinds: TYPES
            .iter()
            .map(|kind| format!("{kind:?}"))
            .filter(|code| form.chosen("kinds", code))
            .collect(),
        first_day: day(form, "first_day")?,
        last_day: day(form, "last_day")?,
        mandate: form.value("mandate").to_owned(),
    })
}

fn day(form: &Form, field: &str) -> Outcome<NaiveDate> {
    read_date(form.value(field)).ok_or_else(|| {
        Fault::invalid(
            field,
            "Ghi ngày dạng ngày/tháng/năm, ví dụ 24/03/2023.",
            "Enter the date as day/month/year.",
        )
    })
}

async fn view(session: &Session, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let org_id = organisation(session)?;
    let staff = find::staff_of_org(db, org_id, session.today()).await?;
    let rows = absence::of_org(db, org_id, LISTED).await?;
    let names = names(session, &rows).await?;
    let open: Vec<&substitution::Model> = rows
        .iter()
        .filter(|row| row.ended_on.is_none() && row.last_day >= session.today())
        .collect();
    let mut parts = vec![Part::Text(lang.say(
        "Trong những ngày này việc và thư nhắc đến người thay; nhật ký ghi tên cả hai. Hết ngày cuối, việc thay tự kết thúc.",
        "On these days tasks and reminders go to the substitute; the journal names both. It ends with its last day by itself.",
    ))];
    if !rows.is_empty() {
        parts.push(Part::Heading(lang.say("Đã cử", "Recorded")));
        parts.push(Part::Table(table(session, &rows, &names)));
        parts.push(Part::Links(files(&rows, &names)));
    }
    if !open.is_empty() {
        let label = |row: &substitution::Model| {
            format!(
                "{}: {} – {}",
                title(row, &names),
                vn_date(row.first_day),
                vn_date(row.last_day)
            )
        };
        let list = open
            .iter()
            .map(|row| choice(&row.id.to_string(), label(row)))
            .collect();
        parts.push(Part::Form(Entry {
            form: Form::new(END, "", ""),
            fields: vec![Field::new(
                "which",
                lang.say("Kết thúc trước ngày cuối", "End before the last day"),
                Input::Select(list),
            )],
            acts: vec![Act::other(
                lang.say("Kết thúc hôm nay", "End today"),
                lang.say("Người vắng đã trở lại.", "Who was away is back."),
                "",
            )],
            upload: false,
        }));
    }
    parts.push(Part::Heading(
        lang.say("Cử người thay", "Say who stands in"),
    ));
    parts.push(Part::Form(Entry {
        form,
        fields: fields(session, &staff),
        acts: vec![Act::main(
            lang.say("Cử người thay", "Record"),
            lang.say("Cả hai người được báo bằng thư.", "Both are told by mail."),
        )],
        upload: true,
    }));
    let page = session.page(&lang.say("Người thay khi vắng", "Who stands in for whom"));
    Ok(html(&Sheet { page, parts }))
}

fn fields(session: &Session, staff: &[Holder]) -> Vec<Field> {
    let lang = session.lang;
    let mut staff: Vec<&Holder> = staff.iter().collect();
    staff.sort_by_key(|holder| holder.name.clone());
    let people = || {
        std::iter::once(choice("", "–".to_owned()))
            .chain(staff.iter().map(|holder| {
                let text = format!("{}, {}", holder.name, holder.post.title);
                choice(&holder.person_id.to_string(), text)
            }))
            .collect()
    };
    let kinds = TYPES
        .iter()
        .map(|kind| choice(&format!("{kind:?}"), kind.name_in_text().to_owned()))
        .collect();
    vec![
        Field::new(
            "absent",
            lang.say("Người vắng", "Who is away"),
            Input::Select(people()),
        ),
        Field::new(
            "substitute",
            lang.say("Người thay", "Who stands in"),
            Input::Select(people()),
        ),
        Field::line("first_day", lang.say("Từ ngày", "From")),
        Field::line("last_day", lang.say("Đến hết ngày", "To the end of")),
        Field::new(
            "kinds",
            lang.say(
                "Chỉ với các loại văn bản này (không chọn: mọi việc)",
                "Only for these types (none: everything)",
            ),
            Input::Several(kinds),
        ),
        Field::line("mandate", lang.say("Căn cứ", "Mandate")).hint(lang.say(
            "Số, ngày của giấy ủy quyền hoặc văn bản phân công.",
            "Number and day of the mandate.",
        )),
        Field::new(
            "file",
            lang.say("Bản giấy ủy quyền", "The mandate as a file"),
            Input::File(".pdf,.docx,image/*".to_owned()),
        )
        .hint(lang.say(
            "Bắt buộc khi thay người ký, duyệt.",
            "Needed where who is away signs or approves.",
        )),
    ]
}

async fn names(
    session: &Session,
    rows: &[substitution::Model],
) -> Outcome<std::collections::BTreeMap<Uuid, String>> {
    use sea_orm::{ColumnTrait as _, QueryFilter as _};
    let ids = rows
        .iter()
        .flat_map(|row| [row.absent_id, row.substitute_id]);
    Ok(person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(session.app.store.reader())
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect())
}

type Names = std::collections::BTreeMap<Uuid, String>;

fn title(row: &substitution::Model, names: &Names) -> String {
    let name = |id| names.get(&id).map_or("", String::as_str);
    format!("{} thay {}", name(row.substitute_id), name(row.absent_id))
}

fn table(session: &Session, rows: &[substitution::Model], names: &Names) -> Table {
    let lang = session.lang;
    let state = |row: &substitution::Model| match row.ended_on {
        Some(day) => lang.say(
            &format!("Kết thúc {}", vn_date(day)),
            &format!("Ended on {}", vn_date(day)),
        ),
        None if row.last_day < session.today() => lang.say("Đã hết", "Over"),
        None if row.first_day > session.today() => lang.say("Sắp tới", "To come"),
        None => lang.say("Đang thay", "In force"),
    };
    Table {
        head: [
            ("Ai thay ai", "Who for whom"),
            ("Từ", "From"),
            ("Đến hết", "To"),
            ("Phạm vi", "For"),
            ("Căn cứ", "Mandate"),
            ("Trạng thái", "State"),
        ]
        .map(|(vi, en)| lang.say(vi, en))
        .to_vec(),
        rows: rows
            .iter()
            .map(|row| {
                let kinds = absence::kinds(row);
                vec![
                    title(row, names),
                    vn_date(row.first_day),
                    vn_date(row.last_day),
                    if kinds.is_empty() {
                        lang.say("mọi việc", "everything")
                    } else {
                        kinds.join(", ")
                    },
                    format!("{} ({})", row.mandate, row.set_by),
                    state(row),
                ]
            })
            .collect(),
    }
}

/// The mandates on file.
fn files(rows: &[substitution::Model], names: &Names) -> Vec<Link> {
    rows.iter()
        .filter(|row| row.file_digest.is_some())
        .map(|row| {
            Link::new(
                &format!("{ADDRESS}/{}/uy-quyen", row.id),
                &format!("{}: {}", title(row, names), row.file_name),
            )
        })
        .collect()
}
