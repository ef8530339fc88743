//! Tokens of other programs: who may call, for which unit, with which scopes, until when; taken back with one press.

use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::people::api_token::{self, NewToken, Scope, is_live};
use crate::people::find;
use crate::people::rows::api_token as row;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::read_date;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, Lang, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/ket-noi";
/// How long a token is taken where nothing else is chosen, in days.
const USUAL_DAYS: u64 = 365;

/// `GET /quan-tri/ket-noi`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn tokens(session: Session) -> Result<Response, WebError> {
    let page = view(&session, empty(&session), None).await;
    page.map(|sheet| html(&sheet))
        .map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /quan-tri/ket-noi`: makes a token and shows its secret, this once.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn issue_token(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match issue(&session, &form).await {
        Ok(secret) => view(&session, empty(&session), Some(secret))
            .await
            .map(|sheet| html(&sheet))
            .map_err(|fault| failed(fault, ADDRESS)),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("name"),
                session.lang.say(&refusal.vi, &refusal.en),
            );
            let page = view(&session, form, None)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&page)))
        }
    }
}

/// `POST /quan-tri/ket-noi/{id}/thu-hoi`.
///
/// # Errors
/// 403 for others, 404 for another organisation's token, 409 when it is taken back already.
pub async fn revoke_token(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let revoked = async {
        let org_id = session.journalled(administered(&session)).await?;
        api_token::revoke(&session.app, &session.actor, org_id, id).await
    };
    revoked.await.map_err(|fault| failed(fault, ADDRESS))?;
    Ok(done(
        ADDRESS,
        &session.lang.say("Đã thu hồi.", "Taken back."),
    ))
}

fn empty(session: &Session) -> Form {
    let mut form = Form::new(ADDRESS, "", "");
    let last = session
        .today()
        .checked_add_days(chrono::Days::new(USUAL_DAYS))
        .map(vn_date);
    form.set("expires_on", last.unwrap_or_default());
    form
}

async fn issue(session: &Session, form: &Form) -> Outcome<String> {
    let org_id = session.journalled(administered(session)).await?;
    let unit_id = form
        .value("unit")
        .parse()
        .map_err(|_| Fault::invalid("unit", "Chọn đơn vị.", "Choose the unit."))?;
    let expires_on = read_date(form.value("expires_on")).ok_or_else(|| {
        Fault::invalid(
            "expires_on",
            "Ghi ngày dạng 31/12/2026.",
            "Write the day as 31/12/2026.",
        )
    })?;
    let scopes = form.all("scopes").filter_map(Scope::of_word).collect();
    let wanted = NewToken {
        org_id,
        unit_id,
        name: form.value("name").to_owned(),
        scopes,
        expires_on,
    };
    api_token::issue(&session.app, &session.actor, wanted).await
}

async fn view(session: &Session, form: Form, secret: Option<String>) -> Outcome<Sheet> {
    let (db, lang, org_id) = (
        session.app.store.reader(),
        session.lang,
        administered(session)?,
    );
    let units = find::all_units(db, session.today()).await?;
    let mut own: Vec<_> = units
        .values()
        .filter(|unit| unit.org_id == org_id)
        .collect();
    own.sort_by_key(|unit| (unit.id != org_id, unit.name.clone()));
    let mut parts = Vec::new();
    if let Some(secret) = secret {
        parts.push(Part::Note(lang.say(
            "Khóa chỉ hiện một lần này. Chép vào phần mềm kết nối ngay; nếu mất thì thu hồi và cấp khóa mới.",
            "The token is shown this once. Copy it into the program now; a lost one is taken back and replaced.",
        )));
        parts.push(Part::Lines(vec![secret]));
    }
    parts.push(Part::Text(lang.say(
        "Phần mềm kết nối gửi báo cáo thay người lập báo cáo của đơn vị; lãnh đạo đơn vị vẫn duyệt. Mô tả: /api/v1/openapi.json",
        "A program sends reports in the place of the unit's reporter; the unit's head still approves. Description: /api/v1/openapi.json",
    )));
    parts.push(Part::Form(Entry {
        form,
        fields: vec![
            Field::line("name", lang.say("Phần mềm", "Program")),
            Field::new(
                "unit",
                lang.say("Thay đơn vị", "For the unit"),
                Input::One(
                    own.iter()
                        .map(|unit| choice(&unit.id.to_string(), unit.called().to_owned()))
                        .collect(),
                ),
            ),
            Field::new(
                "scopes",
                lang.say("Được làm", "May do"),
                Input::Several(
                    Scope::ALL
                        .iter()
                        .map(|scope| choice(scope.word(), named(*scope, lang)))
                        .collect(),
                ),
            ),
            Field::line("expires_on", lang.say("Ngày cuối", "Last day")),
        ],
        acts: vec![Act::main(
            lang.say("Cấp khóa kết nối", "Issue a token"),
            String::new(),
        )],
        upload: false,
    }));
    for token in api_token::of_organisation(db, org_id).await? {
        let unit = units.get(&token.unit_id).map_or("", |unit| unit.called());
        parts.extend(of_token(&token, unit, session));
    }
    Ok(Sheet {
        page: frame(session, &lang.say("Phần mềm kết nối", "Programs")),
        parts,
    })
}

/// One token with what it may, and the button that takes it back.
fn of_token(token: &row::Model, unit: &str, session: &Session) -> Vec<Part> {
    let lang = session.lang;
    let live = is_live(token, session.now);
    let until = if live {
        format!(
            "{} {}",
            lang.say("đến hết", "until"),
            vn_date(token.expires_on)
        )
    } else if token.revoked_at.is_some() {
        lang.say("đã thu hồi", "taken back")
    } else {
        lang.say("hết hạn", "over")
    };
    let mut parts = vec![
        Part::Heading(format!("{} · {unit}", token.name)),
        Part::Text(format!("{}; {until}; {}", token.scopes, token.created_by)),
    ];
    if live {
        parts.push(Part::Form(Entry {
            form: Form::new(&format!("{ADDRESS}/{}/thu-hoi", token.id), "", ""),
            fields: Vec::new(),
            acts: vec![Act::other(
                lang.say("Thu hồi", "Take back"),
                String::new(),
                "",
            )],
            upload: false,
        }));
    }
    parts
}

fn named(scope: Scope, lang: Lang) -> String {
    match scope {
        Scope::ReadReports => lang.say("Đọc báo cáo của đơn vị", "Read the unit's reports"),
        Scope::SubmitReports => lang.say("Gửi báo cáo", "Submit reports"),
        Scope::ReadResults => lang.say("Đọc kết quả tổng hợp", "Read results"),
    }
}
