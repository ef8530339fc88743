//! The first day: an empty installation becomes an office with its first administrator, opened by a code from the console.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait as _,
};
use uuid::Uuid;

use super::passwords::{self, Unwanted};
use super::rows::{person, post, unit, unit_name};
use super::settings;
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::files::digest;

/// Wrong codes before the page waits for a new start of the program; the code has 49 bits.
const MAX_WRONG_CODES: u32 = 20;
/// The digest of the code that opens the set-up page.
const SETUP_CODE: &str = "setup_code";
const WRONG_CODES: &str = "setup_wrong_codes";

/// The office and its first administrator, as typed on the set-up page.
#[derive(Debug, Clone, Default)]
pub struct FirstDay {
    pub code: String,
    pub name: String,
    pub short: String,
    pub kind: String,
    /// The left head of its documents, line by line.
    pub header: Vec<String>,
    pub place: String,
    pub superior: String,
    pub official_code: String,
    pub office_email: String,
    pub admin_name: String,
    pub admin_email: String,
    pub password: String,
    /// Whether second factor and renewed proof are asked from the first day on.
    pub strict: bool,
}

impl FirstDay {
    /// The names that a password must not be.
    fn names(&self) -> [&str; 5] {
        [
            &self.name,
            &self.short,
            &self.place,
            &self.admin_name,
            &self.admin_email,
        ]
    }
}

/// Whether nobody has set the installation up yet.
///
/// # Errors
/// What the database reports.
pub async fn is_open(db: &impl ConnectionTrait) -> Outcome<bool> {
    Ok(unit::Entity::find().count(db).await? == 0)
}

/// Makes a new one-time code where the installation is still empty, for the console of the one who starts it.
///
/// # Errors
/// What the database reports.
pub async fn new_code(app: &App) -> Outcome<Option<String>> {
    if !is_open(app.store.reader()).await? {
        return Ok(None);
    }
    let code = app.ids.code();
    app.store
        .write(
            (digest(code.as_bytes()), app.clock.now()),
            |tx, (hash, now)| {
                Box::pin(async move {
                    settings::forget(tx, WRONG_CODES).await?;
                    settings::put(tx, SETUP_CODE, hash.clone(), *now).await
                })
            },
        )
        .await?;
    Ok(Some(code))
}

/// Makes the office and its administrator in one act; the code is used up by it. Returns the administrator.
///
/// # Errors
/// A refusal for each thing that is missing (one at a time), for a wrong code, or where the office exists already.
pub async fn set_up(app: &App, day: FirstDay) -> Outcome<Uuid> {
    check_code(app, &day.code).await?;
    check(&day)?;
    let unwanted = Unwanted::of(app, &day.names());
    let hash = passwords::hash(day.password.clone(), app.ids.bytes(), unwanted).await?;
    app.act(&super::Actor::system(), (day, hash), |cx, (day, hash)| {
        Box::pin(write(cx, day, hash))
    })
    .await
}

async fn check_code(app: &App, typed: &str) -> Outcome<()> {
    let db = app.store.reader();
    let wrong: u32 = settings::value(db, WRONG_CODES)
        .await?
        .and_then(|row| row.value.parse().ok())
        .unwrap_or(0);
    if wrong >= MAX_WRONG_CODES {
        return Err(Fault::refused(
            RefusalKind::TooMany,
            None,
            "Đã nhập sai mã quá nhiều lần; khởi động lại chương trình để có mã mới.",
            "Too many wrong codes; start the program again for a new one.",
        ));
    }
    let kept = settings::value(db, SETUP_CODE).await?.ok_or_else(exists)?;
    if kept.value == digest(typed.trim().to_uppercase().as_bytes()) {
        return Ok(());
    }
    app.store
        .write((wrong + 1, app.clock.now()), |tx, (wrong, now)| {
            Box::pin(settings::put(tx, WRONG_CODES, wrong.to_string(), *now))
        })
        .await?;
    Err(Fault::invalid(
        "code",
        "Mã không đúng. Chép lại mã in ở màn hình chạy chương trình (mã của lần khởi động mới nhất).",
        "The code is wrong. Copy it from the console of the program (the code of its latest start).",
    ))
}

fn check(day: &FirstDay) -> Outcome<()> {
    let needed = [
        (
            "name",
            &day.name,
            "Ghi tên cơ quan.",
            "Enter the office's name.",
        ),
        (
            "place",
            &day.place,
            "Ghi địa danh đứng trước ngày tháng trên văn bản.",
            "Enter the place that stands before the date.",
        ),
        (
            "admin_name",
            &day.admin_name,
            "Ghi họ và tên người quản trị.",
            "Enter the administrator's name.",
        ),
    ];
    for (field, value, vi, en) in needed {
        if value.trim().is_empty() {
            return Err(Fault::invalid(field, vi, en));
        }
    }
    check_email("admin_email", &day.admin_email)?;
    if !day.office_email.trim().is_empty() {
        check_email("office_email", &day.office_email)?;
    }
    Ok(())
}

/// Refuses what the mailer could not send to.
///
/// # Errors
/// One sentence at the field.
pub fn check_email(field: &str, typed: &str) -> Outcome<()> {
    typed
        .trim()
        .parse::<lettre::Address>()
        .map(|_| ())
        .map_err(|_| {
            Fault::invalid(
                field,
                format!("“{typed}” không phải địa chỉ thư điện tử; viết như ten@xa.gov.vn."),
                format!("“{typed}” is not an e-mail address; write it like name@xa.gov.vn."),
            )
        })
}

async fn write(cx: Cx<'_>, day: &FirstDay, hash: &str) -> Outcome<Uuid> {
    if !is_open(cx.tx).await? || settings::value(cx.tx, SETUP_CODE).await?.is_none() {
        return Err(exists());
    }
    let org_id = cx.id();
    // Papers of before the first day may be entered; the office was there all the time.
    let since = NaiveDate::from_ymd_opt(1945, 9, 2).unwrap_or(cx.today());
    unit::ActiveModel {
        id: Set(org_id),
        org_id: Set(org_id),
        parent_id: Set(None),
        unit_key: Set("co-quan".to_owned()),
        kind: Set(day.kind.clone()),
        account: Set(true),
        email: Set(Some(day.office_email.trim().to_lowercase()).filter(|email| !email.is_empty())),
        valid_from: Set(since),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let short = if day.short.trim().is_empty() {
        shortened(&day.name)
    } else {
        day.short.trim().to_owned()
    };
    unit_name::ActiveModel {
        id: Set(cx.id()),
        unit_id: Set(org_id),
        name: Set(day.name.trim().to_owned()),
        short: Set(short.clone()),
        header: Set(serde_json::to_string(&header(&day.name, &day.header))?),
        place: Set(day.place.trim().to_owned()),
        code: Set(day.official_code.trim().to_owned()),
        superior: Set(day.superior.trim().to_owned()),
        valid_from: Set(since),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let person_id = cx.id();
    person::ActiveModel {
        id: Set(person_id),
        person_key: Set(person_id.to_string()),
        name: Set(day.admin_name.trim().to_owned()),
        email: Set(day.admin_email.trim().to_lowercase()),
        password_hash: Set(Some(hash.to_owned())),
        sample: Set(false),
        active: Set(true),
        failed_sign_ins: Set(0),
        locked_until: Set(None),
        created_at: Set(cx.now),
    }
    .insert(cx.tx)
    .await?;
    post::ActiveModel {
        id: Set(cx.id()),
        person_id: Set(person_id),
        org_id: Set(org_id),
        unit_id: Set(org_id),
        title: Set(format!("Quản trị hệ thống {short}")),
        role: Set("admin".to_owned()),
        valid_from: Set(cx.today()),
        valid_to: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let security = if day.strict {
        settings::Security::recommended()
    } else {
        settings::Security::default()
    };
    settings::begin_security(cx.tx, &security, cx.now).await?;
    settings::forget(cx.tx, SETUP_CODE).await?;
    let summary = format!(
        "Thiết lập hệ thống cho {}, người quản trị đầu tiên: {}",
        day.name.trim(),
        day.admin_name.trim()
    );
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        Entry::general("organisation.set_up", summary),
    )
    .await?;
    Ok(person_id)
}

fn exists() -> Fault {
    Fault::stale(
        "Hệ thống đã được thiết lập; đăng nhập bằng tài khoản đã có.",
        "The installation is set up already; sign in.",
    )
}

/// `Ủy ban nhân dân xã Mẫu Sơn` is called `UBND xã Mẫu Sơn` in sentences.
fn shortened(name: &str) -> String {
    name.trim()
        .replacen("Ủy ban nhân dân", "UBND", 1)
        .replacen("Uỷ ban nhân dân", "UBND", 1)
        .replacen("Hội đồng nhân dân", "HĐND", 1)
}

/// The head of documents: as typed, else the name in capitals, the committee's two words on a line of their own.
pub(super) fn header(name: &str, typed: &[String]) -> Vec<String> {
    let typed: Vec<String> = typed
        .iter()
        .map(|line| line.trim().to_uppercase())
        .filter(|line| !line.is_empty())
        .collect();
    if !typed.is_empty() {
        return typed;
    }
    let capitals = name.trim().to_uppercase();
    for body in ["ỦY BAN NHÂN DÂN", "UỶ BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN"] {
        if let Some(rest) = capitals
            .strip_prefix(body)
            .map(str::trim)
            .filter(|rest| !rest.is_empty())
        {
            return vec![body.to_owned(), rest.to_owned()];
        }
    }
    vec![capitals]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_committees_head_has_two_lines_and_its_short_name_is_the_usual_one() {
        assert_eq!(
            header("Ủy ban nhân dân xã Mẫu Sơn", &[]),
            ["ỦY BAN NHÂN DÂN", "XÃ MẪU SƠN"]
        );
        assert_eq!(
            header(
                "Sở Nội vụ",
                &[" ubnd tỉnh lạng sơn ".to_owned(), "Sở Nội vụ".to_owned()]
            ),
            ["UBND TỈNH LẠNG SƠN", "SỞ NỘI VỤ"]
        );
        assert_eq!(shortened("Ủy ban nhân dân xã Mẫu Sơn"), "UBND xã Mẫu Sơn");
    }

    #[test]
    fn an_address_must_be_one() {
        assert!(check_email("x", "ha@xa.gov.vn").is_ok());
        for wrong in [
            "",
            "ha",
            "ha@",
            "ha@xa gov.vn",
            "ha@xa.gov.vn\r\nBcc: x@y.vn",
        ] {
            assert!(check_email("x", wrong).is_err(), "{wrong}");
        }
    }
}
