//! Registers of the organisation: which are open at which number, and opening one where its paper register ends.

use axum::Form as Body;
use axum::response::Response;
use chrono::Datelike as _;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{administered, frame};
use crate::documents::{self, numbers, rows::register};
use crate::fault::{Fault, Outcome};
use crate::people::find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/so";
/// The kinds of document that are numbered.
const KINDS: [&str; 8] = [
    "QD",
    "KH",
    "BC",
    "TB",
    "TTR",
    "CV",
    "GM",
    documents::copies::REGISTER,
];

/// `GET /quan-tri/so`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn registers(session: Session) -> Result<Response, WebError> {
    let mut form = Form::new(ADDRESS, "", "");
    form.set("year", session.today().year().to_string());
    view(&session, form)
        .await
        .map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /quan-tri/so`: opens a register.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn open_register(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    let result = open(&session, &form).await;
    match result {
        Ok(()) => Ok(done(ADDRESS, &session.lang.say("Đã ghi.", "Recorded."))),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("next"),
                session.lang.say(&refusal.vi, &refusal.en),
            );
            let page = view(&session, form)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(page))
        }
    }
}

async fn open(session: &Session, form: &Form) -> Outcome<()> {
    session.journalled(administered(session)).await?;
    let kind = KINDS
        .into_iter()
        .find(|kind| form.value("doc_type") == *kind);
    let kind = kind.ok_or_else(|| {
        Fault::invalid(
            "doc_type",
            "Chọn loại văn bản.",
            "Choose the kind of document.",
        )
    })?;
    let owner: Uuid = form.value("owner").parse().map_err(|_| {
        Fault::invalid(
            "owner",
            "Chọn nơi giữ sổ.",
            "Choose who keeps the register.",
        )
    })?;
    let number = |field: &str, least: i32, most: i32, vi: &str, en: &str| {
        form.value(field)
            .trim()
            .parse::<i32>()
            .ok()
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| Fault::invalid(field, vi, en))
    };
    let year = number(
        "year",
        2000,
        2100,
        "Ghi năm của sổ, ví dụ 2025.",
        "Enter the register's year.",
    )?;
    let next = number(
        "next",
        1,
        1_000_000,
        "Ghi số tiếp theo sẽ cấp, từ 1.",
        "Enter the next number, from 1.",
    )?;
    let reason = match form.value("reason").trim() {
        "" if next > 1 => {
            return Err(Fault::invalid(
                "reason",
                "Ghi căn cứ, ví dụ: nối tiếp sổ giấy đến số 43.",
                "Enter the ground, e.g.: continues the paper register up to 43.",
            ));
        }
        "" => "Sổ mới".to_owned(),
        reason => reason.to_owned(),
    };
    numbers::take_over(
        &session.app,
        &session.actor,
        owner,
        kind,
        year,
        next,
        &reason,
    )
    .await
}

async fn view(session: &Session, form: Form) -> Outcome<Response> {
    let (db, lang, org_id) = (
        session.app.store.reader(),
        session.lang,
        administered(session)?,
    );
    let mut units: Vec<_> = find::all_units(db, session.today())
        .await?
        .into_values()
        .filter(|unit| unit.org_id == org_id)
        .collect();
    units.sort_by_key(|unit| (unit.id != org_id, unit.name.clone()));
    let name = |code: &str| documents::register_name(code).unwrap_or(code).to_owned();
    let rows = register::Entity::find()
        .filter(register::Column::OrgId.eq(org_id))
        .order_by_desc(register::Column::Year)
        // `out` before `in`: those whose numbers stand on papers come first.
        .order_by_desc(register::Column::Direction)
        .order_by_asc(register::Column::DocType)
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let owner = units
                .iter()
                .find(|unit| unit.id == row.owner_id)
                .map(|unit| unit.name.clone())
                .unwrap_or_default();
            let kind = if row.direction == "out" {
                name(&row.doc_type)
            } else {
                lang.say("Văn bản đến", "Arrivals")
            };
            vec![
                format!("{kind} {}", row.year),
                owner,
                row.next_number.to_string(),
                row.reason,
            ]
        })
        .collect();
    let mut parts = vec![Part::Table(Table {
        head: vec![
            lang.say("Sổ", "Register"),
            lang.say("Nơi giữ", "Keeper"),
            lang.say("Số tiếp theo", "Next number"),
            lang.say("Căn cứ", "Ground"),
        ],
        rows,
    })];
    parts.push(Part::Heading(lang.say("Mở một sổ", "Open a register")));
    parts.push(Part::Text(lang.say(
        "Sổ chưa mở ở đây tự mở từ số 01 khi cấp số đầu tiên; chỉ cần mở trước sổ nối tiếp sổ giấy.",
        "A register that is not opened here opens at 01 with its first number; only those that continue a paper one are opened here.",
    )));
    parts.push(Part::Form(Entry {
        form,
        fields: vec![
            Field::new(
                "doc_type",
                lang.say("Loại văn bản", "Kind of document"),
                Input::One(KINDS.iter().map(|kind| choice(kind, name(kind))).collect()),
            ),
            Field::new(
                "owner",
                lang.say("Nơi giữ sổ", "Kept by"),
                Input::One(
                    units
                        .iter()
                        .map(|unit| choice(&unit.id.to_string(), unit.name.clone()))
                        .collect(),
                ),
            ),
            Field::line("year", lang.say("Năm", "Year")),
            Field::line("next", lang.say("Số tiếp theo", "Next number")),
            Field::line("reason", lang.say("Căn cứ", "Ground")).hint(lang.say(
                "Ví dụ: nối tiếp sổ giấy đến số 43.",
                "E.g.: continues the paper register up to 43.",
            )),
        ],
        acts: vec![
            Act::main(
                lang.say("Mở sổ", "Open"),
                lang.say(
                    "Số đã mở không đổi lại được.",
                    "It cannot be changed afterwards.",
                ),
            )
            .valued("open"),
        ],
        upload: false,
    }));
    Ok(html(&Sheet {
        page: frame(session, &lang.say("Sổ văn bản", "Registers")),
        parts,
    }))
}
