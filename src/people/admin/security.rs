//! How strictly people prove who they are, and the matrix of who may do what, worked out from the rule itself.

use axum::Form as Body;
use axum::response::Response;

use super::{administered, frame, only_administrators};
use crate::audit::{self, Entry as JournalEntry};
use crate::fault::{Fault, Outcome};
use crate::people::roles::{self, Reach};
use crate::people::session::{Session, done, failed, field_error};
use crate::people::settings::{self, Security};
use crate::people::{ROLES, may, second_factor};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/an-toan";
/// Longest time between two proofs that may be chosen, in minutes: a working day.
const MAX_STEP_UP: i64 = 480;

/// `GET /quan-tri/an-toan`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn security(session: Session) -> Result<Response, WebError> {
    let shown = async {
        let org_id = administered(&session)?;
        let now = settings::security(session.app.store.reader(), org_id).await?;
        let pairs = now
            .second_factor_roles
            .into_iter()
            .map(|role| ("roles".to_owned(), role));
        let mut form = Form::sent(ADDRESS, pairs.collect());
        form.set("minutes", now.step_up_minutes.to_string());
        view(&session, form)
    };
    shown.await.map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /quan-tri/an-toan`.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn change_security(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match change(&session, &form).await {
        Ok(()) => Ok(done(
            ADDRESS,
            &session.lang.say(
                "Đã ghi; người bị đòi hỏi thêm sẽ thấy ở lần đăng nhập tới.",
                "Recorded; it is asked at the next sign-in.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("minutes"),
                session.lang.say(&refusal.vi, &refusal.en),
            );
            let page = view(&session, form).map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(page))
        }
    }
}

async fn change(session: &Session, form: &Form) -> Outcome<()> {
    let org_id = session.journalled(administered(session)).await?;
    let minutes = form
        .value("minutes")
        .trim()
        .parse::<i64>()
        .ok()
        .filter(|minutes| (0..=MAX_STEP_UP).contains(minutes));
    let minutes = minutes.ok_or_else(|| {
        Fault::invalid(
            "minutes",
            format!("Ghi số phút từ 0 đến {MAX_STEP_UP}."),
            format!("Enter minutes, 0 to {MAX_STEP_UP}."),
        )
    })?;
    let wanted = Security {
        second_factor_roles: ROLES
            .iter()
            .filter(|role| form.chosen("roles", role))
            .map(|role| (*role).to_owned())
            .collect(),
        step_up_minutes: minutes,
    };
    session
        .app
        .act(&session.actor, (org_id, wanted), |cx, (org_id, wanted)| {
            Box::pin(async move {
                if !may::administer(cx.actor, *org_id) {
                    return Err(only_administrators());
                }
                let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
                // Whoever demands a second factor of himself must have one: else he stands outside tomorrow.
                if wanted.asks_second_factor_of(cx.actor, *org_id) && !second_factor::is_set(cx.tx, person_id).await? {
                    return Err(Fault::invalid(
                        "roles",
                        "Bật mã xác thực của chính mình (Tài khoản của tôi) trước khi đòi hỏi vai trò của mình.",
                        "Switch your own second factor on (My account) before you demand it of your role.",
                    ));
                }
                settings::put_security(cx.tx, *org_id, wanted, cx.now).await?;
                let summary = format!("Đổi yêu cầu an toàn: hai lớp cho {}; xác thực lại sau {} phút", wanted.second_factor_roles.join(", "), wanted.step_up_minutes);
                audit::append(cx.tx, *org_id, cx.actor, cx.now, JournalEntry::general("organisation.security_changed", summary)).await
            })
        })
        .await
}

fn view(session: &Session, form: Form) -> Outcome<Response> {
    administered(session)?;
    let lang = session.lang;
    let mut head = vec![lang.say("Việc của vai trò", "Task of the role")];
    head.extend(ROLES.iter().map(|role| roles::name(lang, role)));
    let rows = roles::matrix()
        .into_iter()
        .map(|(task, reaches)| {
            let mut row = vec![roles::name(lang, task)];
            row.extend(reaches.into_iter().map(|reach| match reach {
                Reach::InOrganisation => lang.say("cả cơ quan", "whole office"),
                Reach::InUnit => lang.say("trong đơn vị", "own unit"),
                // Empty cells are left out on small screens.
                Reach::No => String::new(),
            }));
            row
        })
        .collect();
    let parts = vec![
        Part::Form(Entry {
            form,
            fields: vec![
                Field::new("roles", lang.say("Vai trò phải đăng nhập hai lớp", "Roles that need a second factor"), Input::Several(ROLES.iter().map(|role| choice(role, roles::name(lang, role))).collect())),
                Field::line("minutes", lang.say("Ký, duyệt, đóng dấu, phát hành: hỏi lại mật khẩu sau bao nhiêu phút", "Signing, approving, sealing, issuing: ask again after so many minutes")).hint(lang.say("0 là không hỏi.", "0 never asks.")),
            ],
            acts: vec![Act::main(lang.say("Ghi", "Save"), String::new())],
            upload: false,
        }),
        Part::Heading(lang.say("Ai được làm gì", "Who may do what")),
        Part::Text(lang.say(
            "Bảng này do chính quy tắc của chương trình tính ra. Người quản trị không duyệt, ký hay cấp số được.",
            "This table is worked out by the rule of the program itself. Administrators approve, sign and number nothing.",
        )),
        Part::Table(Table { head, rows }),
    ];
    Ok(html(&Sheet {
        page: frame(
            session,
            &lang.say("An toàn và quyền", "Security and rights"),
        ),
        parts,
    }))
}
