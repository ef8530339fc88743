//! Reorganisation as the administrator works with it: a plan is looked at, applied by a second press, undone while nothing
//! new was done under it.

use axum::Form as Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::people::reorg::{self, Outlook, Plan, Said};
use crate::people::rows::reorganisation;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table};
use crate::web::{Form, Lang, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/sap-xep";
const APPLY: &str = "/quan-tri/sap-xep/thuc-hien";
const UNDO: &str = "/quan-tri/sap-xep/huy";
/// The plan that ships with the program: the communes of Cao Lộc on 1 July 2025.
const SAMPLE: &str = include_str!("../../../templates/sample/cao-loc-2025.toml");
/// Lines of the plan that are shown at once.
const LINES: u8 = 16;

type Pairs = Vec<(String, String)>;

/// `GET /quan-tri/sap-xep`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn reorganise_page(session: Session) -> Result<Response, WebError> {
    view(&session, Form::new(ADDRESS, "", ""), &[])
        .await
        .map_err(|fault| failed(fault, ADDRESS))
}

/// `GET /quan-tri/sap-xep/mau.toml`: the plan to begin with.
///
/// # Errors
/// 403 for others.
pub async fn sample_plan(session: Session) -> Result<Response, WebError> {
    administered(&session).map_err(|fault| failed(fault, ADDRESS))?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"phuong-an-mau.toml\"",
        ),
    ];
    Ok((headers, SAMPLE).into_response())
}

/// `POST /quan-tri/sap-xep`: what the plan would do; nothing is written.
///
/// # Errors
/// 403 for others; everything that stands against the plan stands on the page.
pub async fn look_at_plan(
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match look(&session, &form).await {
        Ok((plan, outlook)) if outlook.problems.is_empty() => {
            preview(&session, form.value("plan"), &plan, &outlook)
                .map_err(|fault| failed(fault, ADDRESS))
        }
        Ok((_, outlook)) => {
            let count = outlook.problems.len();
            form.refuse(
                "plan",
                session.lang.say(
                    &format!("Còn {count} điều phải giải quyết trước; chưa ghi gì."),
                    &format!("{count} things must be settled first; nothing is written."),
                ),
            );
            again(&session, form, &outlook.problems).await
        }
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse("plan", session.lang.say(&refusal.vi, &refusal.en));
            again(&session, form, &[]).await
        }
    }
}

/// `POST /quan-tri/sap-xep/thuc-hien`: applies the plan that was looked at.
///
/// # Errors
/// 403 for others; what has come up meanwhile shows the plan again.
pub async fn apply_plan(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    let applied = async {
        let org_id = session.journalled(administered(&session)).await?;
        reorg::apply(&session.app, &session.actor, org_id, form.value("plan")).await
    };
    match applied.await {
        Ok(_) => Ok(done(
            ADDRESS,
            &session.lang.say(
                "Đã sắp xếp. Hủy được đến khi đơn vị mới có văn bản đầu tiên.",
                "Done. It can be undone until a new unit has its first document.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse("plan", session.lang.say(&refusal.vi, &refusal.en));
            again(&session, form, &[]).await
        }
    }
}

/// `POST /quan-tri/sap-xep/huy`: takes a reorganisation back.
///
/// # Errors
/// 403 for others, 409 when something was done under it.
pub async fn undo_plan(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let form = Form::sent(UNDO, pairs);
    let undone = async {
        session.journalled(administered(&session)).await?;
        let id: Uuid = form.value("id").parse().map_err(|_| Fault::NotFound)?;
        reorg::undo(&session.app, &session.actor, id).await
    };
    undone.await.map_err(|fault| failed(fault, ADDRESS))?;
    let flash = session.lang.say(
        "Đã hủy; mọi đơn vị như trước.",
        "Undone; all units are as before.",
    );
    Ok(done(ADDRESS, &flash))
}

async fn look(session: &Session, form: &Form) -> Outcome<(Plan, Outlook)> {
    let org_id = session.journalled(administered(session)).await?;
    let plan =
        Plan::read(form.value("plan")).map_err(|said| Fault::invalid("plan", said.vi, said.en))?;
    let db = session.app.store.reader();
    let outlook = reorg::outlook(db, &session.actor, org_id, session.today(), &plan).await?;
    Ok((plan, outlook))
}

async fn again(session: &Session, form: Form, problems: &[Said]) -> Result<Response, WebError> {
    let page = view(session, form, problems)
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(refused(page))
}

async fn view(session: &Session, form: Form, problems: &[Said]) -> Outcome<Response> {
    let (lang, org_id) = (session.lang, administered(session)?);
    let mut parts = vec![
        Part::Text(lang.say(
            "Hợp nhất, chia, đổi tên, chuyển, giải thể hoặc lập đơn vị trong một phương án, từ một ngày. Xem trước rồi mới thực hiện. Văn bản cũ giữ tên cũ; việc dở do đơn vị kế tiếp làm nốt, hạn không đổi.",
            "Units merge, split, are renamed, moved, dissolved or made in one plan, on one day. It is looked at first. Papers keep the names of their day; what is still to be done is done by the successor, its deadlines unchanged.",
        )),
        Part::Links(vec![Link::new(
            "/quan-tri/sap-xep/mau.toml",
            &lang.say("Phương án mẫu: 22 xã của Cao Lộc, 01/7/2025", "The sample plan: the 22 communes of Cao Lộc, 1 July 2025"),
        )]),
    ];
    if !problems.is_empty() {
        parts.push(Part::Lines(said(lang, problems)));
    }
    parts.push(Part::Form(Entry {
        form,
        fields: vec![
            Field::new("plan", lang.say("Phương án", "Plan"), Input::Area(LINES)).hint(lang.say(
                "Dán nội dung tệp phương án; tệp mẫu giải thích từng dòng.",
                "Paste the plan's file; the sample explains each line.",
            )),
        ],
        acts: vec![Act::main(
            lang.say("Xem trước", "Look at it"),
            lang.say("Chưa ghi gì.", "Nothing is written yet."),
        )],
        upload: false,
    }));
    let past = reorganisation::Entity::find()
        .filter(reorganisation::Column::OrgId.eq(org_id))
        .order_by_desc(reorganisation::Column::AppliedAt)
        .all(session.app.store.reader())
        .await?;
    for row in past {
        parts.extend(applied(lang, &row));
    }
    Ok(html(&Sheet {
        page: frame(session, &lang.say("Sắp xếp đơn vị", "Reorganisation")),
        parts,
    }))
}

fn applied(lang: Lang, row: &reorganisation::Model) -> Vec<Part> {
    let (day, at, by) = (
        vn_date(row.effective_on),
        date_time(row.applied_at),
        &row.applied_by,
    );
    let mut parts = vec![
        Part::Heading(row.title.clone()),
        Part::Text(lang.say(
            &format!("{}. Hiệu lực {day}; {by} thực hiện {at}.", row.basis),
            &format!("{}. In force on {day}; applied by {by}, {at}.", row.basis),
        )),
    ];
    match row.undone_at {
        Some(at) => {
            let (at, by) = (date_time(at), &row.undone_by);
            parts.push(Part::Text(lang.say(
                &format!("{by} hủy {at}."),
                &format!("Undone by {by}, {at}."),
            )));
        }
        None => {
            let mut form = Form::new(UNDO, "", "");
            form.set("id", row.id.to_string());
            parts.push(Part::Form(Entry {
                form,
                fields: vec![Field::hidden("id")],
                acts: vec![Act::other(
                    lang.say("Hủy phương án này", "Undo this plan"),
                    lang.say(
                        "Chỉ khi đơn vị mới chưa có văn bản, báo cáo, việc tiếp nhận.",
                        "Only while no new unit has documents, reports or receipts.",
                    ),
                    "undo",
                )],
                upload: false,
            }));
        }
    }
    parts
}

fn preview(session: &Session, text: &str, plan: &Plan, outlook: &Outlook) -> Outcome<Response> {
    let lang = session.lang;
    let mut form = Form::new(APPLY, "", "");
    form.set("plan", text);
    let open: u64 = outlook.moves.iter().map(|one| one.open.sum()).sum();
    let rows = outlook
        .moves
        .iter()
        .map(|one| {
            let into = match one.into.as_slice() {
                [] => lang.say("giải thể", "dissolved"),
                into => into.join("; "),
            };
            vec![
                one.from.clone(),
                into,
                format!(
                    "{} / {} / {}",
                    one.open.deliveries, one.open.opinions, one.open.reports
                ),
                // Said only where it is not what the unit becomes.
                if one.into == [one.heir.clone()] {
                    String::new()
                } else {
                    one.heir.clone()
                },
                one.people.to_string(),
                one.registers.join("; "),
                one.documents.to_string(),
            ]
        })
        .collect();
    let day = vn_date(plan.effective_on);
    let (made, ended, named) = (plan.create.len(), plan.close.len(), plan.rename.len());
    let parts = vec![
        Part::Text(lang.say(
            &format!("{} ({}). Từ {day}: lập {made}, kết thúc {ended}, đổi tên {named}; {open} việc dở chuyển sang đơn vị làm tiếp, không việc nào mất.", plan.title, plan.basis),
            &format!("{} ({}). From {day}: {made} begin, {ended} end, {named} are renamed; {open} open duties go to who does them now, none is lost.", plan.title, plan.basis),
        )),
        Part::Form(Entry {
            form,
            fields: vec![Field::hidden("plan")],
            acts: vec![Act::main(
                lang.say("Thực hiện", "Apply"),
                lang.say("Tất cả trong một lần; hủy được đến khi có văn bản mới đầu tiên.", "All of it at once; it can be undone until the first new document."),
            )],
            upload: false,
        }),
        Part::Table(Table {
            head: vec![
                lang.say("Đơn vị kết thúc", "Unit that ends"),
                lang.say("Thành", "Becomes"),
                lang.say("Việc dở: tiếp nhận / góp ý / báo cáo", "Open: receipts / opinions / reports"),
                lang.say("Làm tiếp", "Done by"),
                lang.say("Người chuyển đi", "People who move"),
                lang.say("Sổ khóa ở số", "Registers closed at"),
                lang.say("Văn bản giữ tên cũ", "Papers that keep its name"),
            ],
            rows,
        }),
    ];
    Ok(html(&Sheet {
        page: frame(
            session,
            &lang.say("Xem trước phương án", "Look at the plan"),
        ),
        parts,
    }))
}

fn said(lang: Lang, problems: &[Said]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| lang.say(&problem.vi, &problem.en))
        .collect()
}
