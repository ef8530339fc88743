//! What is still to be done before an office can work: looked up each time, so that nothing is ticked that is not so.

use std::collections::BTreeSet;

use axum::response::Response;
use chrono::Datelike as _;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait as _, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{administered, frame, only_administrators};
use crate::app::App;
use crate::audit::{self, Entry as JournalEntry};
use crate::documents::rows::register;
use crate::fault::{Fault, Outcome};
use crate::keeping;
use crate::mail::rows::outbox;
use crate::mail::{self, NewMail};
use crate::people::rows::{person, unit};
use crate::people::session::{Session, done, failed};
use crate::people::{Actor, find, may, roles, settings};
use crate::web::format::date_time;
use crate::web::views::Mark;
use crate::web::views::shared::Tone;
use crate::web::views::sheet::{Act, Entry, Part, Sheet, State};
use crate::web::{Form, Lang, WebError, html};

const ADDRESS: &str = "/quan-tri/viec-dau";
const MAIL_TEST: &str = "/quan-tri/thu-thu";
/// Roles without which no decision comes to its end.
const NEEDED_ROLES: [&str; 6] = [
    "chair",
    "office_chief",
    "form_checker",
    "drafter",
    "office_clerk",
    "clerk",
];

/// One thing of the list.
pub struct Step {
    pub done: bool,
    text: String,
    note: String,
    href: &'static str,
}

/// `GET /quan-tri/viec-dau`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn first_day(session: Session) -> Result<Response, WebError> {
    view(&session).await.map_err(|fault| failed(fault, ADDRESS))
}

async fn view(session: &Session) -> Outcome<Response> {
    let lang = session.lang;
    let steps = steps(&session.app, administered(session)?, lang).await?;
    let open = steps.iter().filter(|step| !step.done).count();
    let said = match open {
        0 => lang.say(
            "Đã xong: cơ quan làm việc được.",
            "All done: the office can work.",
        ),
        n => lang.say(
            &format!("Còn {n} việc. Trang này tự đánh dấu khi việc đã xong."),
            &format!("{n} things are left. This page ticks them by itself."),
        ),
    };
    let states = steps
        .into_iter()
        .map(|step| State {
            mark: if step.done {
                Mark::new(Tone::Done, lang.say("Xong", "Done"))
            } else {
                Mark::new(Tone::Open, lang.say("Cần làm", "To do"))
            },
            text: step.text,
            note: step.note,
            href: step.href.to_owned(),
        })
        .collect();
    let test = Entry {
        form: Form::new(MAIL_TEST, "", ""),
        fields: Vec::new(),
        acts: vec![Act::main(
            lang.say("Gửi thư thử cho tôi", "Send me a test mail"),
            lang.say(
                "Kết quả hiện ở danh sách trên sau vài giây.",
                "The result shows in the list above after some seconds.",
            ),
        )],
        upload: false,
    };
    let parts = vec![Part::Text(said), Part::States(states), Part::Form(test)];
    let page = frame(session, &lang.say("Việc ngày đầu", "The first day"));
    Ok(html(&Sheet { page, parts }))
}

/// `POST /quan-tri/thu-thu`: a test mail to the administrator's own address.
///
/// # Errors
/// 403 for others.
pub async fn test_mail(session: Session) -> Result<Response, WebError> {
    let sent = async {
        let org_id = session.journalled(administered(&session)).await?;
        session
            .app
            .act(&session.actor, org_id, |cx, org_id| {
                Box::pin(queue_test(cx, *org_id))
            })
            .await
    };
    sent.await.map_err(|fault| failed(fault, ADDRESS))?;
    let flash = session.lang.say(
        "Đã gửi thư thử; xem hộp thư của mình.",
        "The test mail is on its way; look into your mailbox.",
    );
    Ok(done(ADDRESS, &flash))
}

async fn queue_test(cx: crate::app::Cx<'_>, org_id: Uuid) -> Outcome<()> {
    if !may::administer(cx.actor, org_id) {
        return Err(only_administrators());
    }
    let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
    let office = find::unit(cx.tx, org_id, cx.today()).await?;
    let id = cx.id();
    let mail = NewMail {
        key: format!("mail_test:{id}"),
        template: "mail_test",
        org_id,
        to_name: cx.actor.name.clone(),
        to_address: find::email(cx.tx, person_id).await?,
        cc: Vec::new(),
        context: json!({
            "recipient": cx.actor.name,
            "office": office.short,
            "at": date_time(cx.now),
            "link": format!("{}/", cx.app.config.base_url()),
        }),
        document_id: None,
        delivery_id: None,
        send_at: cx.now,
    };
    mail::queue(cx.tx, id, cx.now, mail).await?;
    settings::put(cx.tx, settings::MAIL_TESTED, id.to_string(), cx.now).await?;
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        JournalEntry::general("mail.tested", "Gửi thư thử"),
    )
    .await
}

/// Whether anything of the list is still to be done, for the administrator's desk.
///
/// # Errors
/// What the database reports.
pub async fn is_unfinished(app: &App, actor: &Actor) -> Outcome<bool> {
    let own = actor
        .org_ids()
        .into_iter()
        .find(|org_id| may::administer(actor, *org_id));
    match own {
        Some(org_id) => Ok(steps(app, org_id, Lang::Vi)
            .await?
            .iter()
            .any(|step| !step.done)),
        None => Ok(false),
    }
}

async fn steps(app: &App, org_id: Uuid, lang: Lang) -> Outcome<Vec<Step>> {
    let mut steps = vec![units(app, org_id, lang).await?];
    steps.extend(people(app, org_id, lang).await?);
    steps.push(registers(app, org_id, lang).await?);
    steps.push(mail_step(app, lang).await?);
    steps.push(address(app, lang));
    steps.push(calendar(app, org_id, lang).await?);
    steps.push(backup(app, lang).await?);
    Ok(steps)
}

async fn units(app: &App, org_id: Uuid, lang: Lang) -> Outcome<Step> {
    let count = unit::Entity::find()
        .filter(unit::Column::OrgId.eq(org_id))
        .filter(unit::Column::Id.ne(org_id))
        .count(app.store.reader())
        .await?;
    Ok(Step {
        done: count > 0,
        text: lang.say(
            "Nhập đơn vị và người dùng từ tệp",
            "Import units and people from a file",
        ),
        note: lang.say(
            &format!("{count} đơn vị trực thuộc."),
            &format!("{count} units."),
        ),
        href: "/quan-tri/nhap",
    })
}

async fn people(app: &App, org_id: Uuid, lang: Lang) -> Outcome<Vec<Step>> {
    let (db, today) = (app.store.reader(), app.today());
    let mut missing = Vec::new();
    for role in NEEDED_ROLES {
        let mut holders = find::holders_in_org(db, org_id, role, today).await?;
        // The agency's own clerk gives numbers and seals, no clerk of a division.
        if role == "clerk" {
            holders.retain(|holder| holder.post.unit_id == org_id);
        }
        if holders.is_empty() {
            missing.push(roles::name(lang, role));
        }
    }
    let staff = find::staff_of_org(db, org_id, today).await?;
    let without = person::Entity::find()
        .filter(person::Column::Id.is_in(staff.iter().map(|holder| holder.person_id)))
        .filter(person::Column::PasswordHash.is_null())
        .count(db)
        .await?;
    let admins: BTreeSet<Uuid> = find::holders_in_org(db, org_id, "admin", today)
        .await?
        .into_iter()
        .map(|holder| holder.person_id)
        .collect();
    let posts = "/quan-tri/nguoi-dung";
    Ok(vec![
        Step {
            done: missing.is_empty(),
            text: lang.say(
                "Đủ người cho một quyết định",
                "Everybody whom a decision needs",
            ),
            note: if missing.is_empty() {
                String::new()
            } else {
                format!(
                    "{} {}",
                    lang.say("Chưa có:", "Missing:"),
                    missing.join("; ")
                )
            },
            href: posts,
        },
        Step {
            done: without == 0,
            text: lang.say(
                "Mọi người đã chọn mật khẩu",
                "Everybody has chosen a password",
            ),
            note: lang.say(
                &format!("{without} người chưa chọn."),
                &format!("{without} have not."),
            ),
            href: posts,
        },
        Step {
            done: admins.len() > 1,
            text: lang.say(
                "Có người quản trị thứ hai",
                "There is a second administrator",
            ),
            note: lang.say(
                "Một người vắng thì người kia đặt lại được mật khẩu.",
                "When one is away, the other can reset passwords.",
            ),
            href: posts,
        },
    ])
}

async fn registers(app: &App, org_id: Uuid, lang: Lang) -> Outcome<Step> {
    let year = app.today().year();
    let open = register::Entity::find()
        .filter(register::Column::OrgId.eq(org_id))
        .filter(register::Column::Year.eq(year))
        .count(app.store.reader())
        .await?;
    Ok(Step {
        done: open > 0,
        text: lang.say(
            "Mở sổ văn bản nối tiếp sổ giấy",
            "Open the registers where the paper ones end",
        ),
        note: lang.say(
            &format!("{open} sổ của năm {year} đã mở."),
            &format!("{open} registers of {year} are open."),
        ),
        href: "/quan-tri/so",
    })
}

async fn mail_step(app: &App, lang: Lang) -> Outcome<Step> {
    let db = app.store.reader();
    let tested = match settings::value(db, settings::MAIL_TESTED)
        .await?
        .and_then(|row| row.value.parse::<Uuid>().ok())
    {
        Some(id) => outbox::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let server = app.config.smtp.is_some();
    let note = match (&tested, server) {
        (_, false) => lang.say("Chưa khai báo máy chủ thư ([smtp] trong tệp cấu hình); thư đang ghi thành tệp.", "No mail server is configured ([smtp] in the configuration file); mails are written as files."),
        (None, true) => lang.say("Chưa gửi thư thử.", "No test mail was sent yet."),
        (Some(mail), true) => match mail.state.as_str() {
            "sent" => format!("{} {}", lang.say("Máy chủ thư đã nhận thư thử:", "The server took the test mail:"), mail.reply),
            "refused" => format!("{} {}", lang.say("Máy chủ thư từ chối:", "The server refused:"), mail.reply),
            _ => format!("{} {}", lang.say("Thư thử đang chờ gửi.", "The test mail waits."), mail.reply),
        },
    };
    Ok(Step {
        done: server && tested.is_some_and(|mail| mail.state == "sent"),
        text: lang.say("Gửi được thư", "Mails go out"),
        note,
        href: "",
    })
}

/// A backup is done until it is late: an office that had one last month has none.
async fn backup(app: &App, lang: Lang) -> Outcome<Step> {
    let last = keeping::last(app.store.reader()).await?;
    let note = match &last {
        None => lang.say(
            "Chưa có bản sao lưu nào. Đặt `backup.folder` trong cấu hình (một thư mục ở đĩa khác): máy chủ tự sao lưu mỗi đêm.",
            "There is no backup. Set `backup.folder` in the configuration, on another disk: the server takes one every night.",
        ),
        Some(last) => {
            let (at, folder) = (date_time(last.at), &last.folder);
            lang.say(
                &format!("Bản mới nhất: {at}, ở {folder}."),
                &format!("The newest one: {at}, in {folder}."),
            )
        }
    };
    Ok(Step {
        done: last.is_some_and(|last| !last.is_late(app.clock.now())),
        text: lang.say("Có bản sao lưu mới", "There is a recent backup"),
        note,
        href: "",
    })
}

fn address(app: &App, lang: Lang) -> Step {
    Step {
        done: app.config.over_tls(),
        text: lang.say(
            "Địa chỉ https cho mọi người",
            "An https address for everybody",
        ),
        note: lang.say(
            &format!(
                "Đường dẫn trong thư bắt đầu bằng {}; đặt `public_url` trong tệp cấu hình.",
                app.config.base_url()
            ),
            &format!(
                "Links in mails begin with {}; set `public_url` in the configuration.",
                app.config.base_url()
            ),
        ),
        href: "",
    }
}

async fn calendar(app: &App, org_id: Uuid, lang: Lang) -> Outcome<Step> {
    let year = app.today().year();
    let calendar = find::calendar(app.store.reader(), org_id).await?;
    Ok(Step {
        done: !calendar.is_provisional(year),
        text: lang.say(
            "Lịch nghỉ của năm theo thông báo",
            "The year's days off as announced",
        ),
        note: lang.say(
            "Hạn xử lý tính theo lịch này.",
            "Deadlines are counted by it.",
        ),
        href: "/quan-tri/ngay-nghi",
    })
}
