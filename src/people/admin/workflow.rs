//! One version of the organisation's own workflow: its drawing, what the check says of it, publishing and retiring it.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use sea_orm::EntityTrait;
use trinhky_drafting::DocType;
use trinhky_engine::draw::Overlay;
use trinhky_engine::{Finding, Severity};
use uuid::Uuid;

use super::workflows::{ADDRESS, TYPES, finding, standing};
use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::{flow_definition, flow_publication};
use crate::flow::{self, own};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::Markup;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html, refused};
use crate::worker;

/// `GET /quan-tri/quy-trinh/{id}`.
///
/// # Errors
/// 403 for others, 404 for another organisation's version.
pub async fn workflow(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = view(&session, id, Form::new(&address(id), "", ""))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/quy-trinh/{id}`: `do` is `publish` or `retire`.
///
/// # Errors
/// 403 for others, 404 for another organisation's version; a refusal shows the form again.
pub async fn change_workflow(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&address(id), pairs);
    match act(&session, id, &form).await {
        Ok(flash) => Ok(done(&address(id), &flash)),
        Err(fault) => {
            let refusal = field_error(fault, &address(id))?;
            let field = refusal.field.as_deref().unwrap_or("types");
            form.refuse(field, session.lang.say(&refusal.vi, &refusal.en));
            let view = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn act(session: &Session, id: Uuid, form: &Form) -> Outcome<String> {
    let org_id = session.journalled(administered(session)).await?;
    let (app, actor, lang) = (&session.app, &session.actor, session.lang);
    if form.value("do") == "retire" {
        app.act(actor, (org_id, id), |cx, (org_id, id)| {
            Box::pin(own::retire(cx, *org_id, *id))
        })
        .await?;
        return Ok(lang.say(
            "Văn bản mới không chạy theo bản này nữa; văn bản đang chạy ở lại.",
            "No new document runs by this version; those that run stay on it.",
        ));
    }
    let (_, _, findings) = looked_at(session, org_id, id).await?;
    if has_warnings(&findings) && !form.chosen("accept", "yes") {
        return Err(Fault::invalid(
            "accept",
            "Đọc các cảnh báo rồi đánh dấu đã xem, hoặc sửa tệp.",
            "Read the warnings and tick that you have, or mend the file.",
        ));
    }
    let types: Vec<String> = TYPES
        .into_iter()
        .map(|kind| format!("{kind:?}"))
        .filter(|code| form.chosen("types", code))
        .collect();
    app.act(actor, (org_id, id, types), |cx, (org_id, id, types)| {
        Box::pin(own::publish(cx, *org_id, *id, types))
    })
    .await?;
    Ok(lang.say(
        "Đã công bố. Văn bản mới thuộc loại đã chọn chạy theo quy trình này.",
        "Published. New documents of the chosen types run by this workflow.",
    ))
}

type LookedAt = (
    flow_publication::Model,
    flow_definition::Model,
    Vec<Finding>,
);

/// The version, its content and what the check says of it today.
async fn looked_at(session: &Session, org_id: Uuid, id: Uuid) -> Outcome<LookedAt> {
    let db = session.app.store.reader();
    let version = own::version(db, org_id, id).await?;
    let definition = flow_definition::Entity::find_by_id(version.definition.clone())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let files: Vec<(String, String)> = serde_json::from_str(&definition.files)?;
    let findings = files.first().map_or_else(Vec::new, |(name, text)| {
        own::problems(name, text.as_bytes(), &worker::known_names())
    });
    Ok((version, definition, findings))
}

fn has_warnings(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|found| found.severity == Severity::Warning)
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Sheet> {
    let (org_id, lang) = (administered(session)?, session.lang);
    let (version, definition, findings) = looked_at(session, org_id, id).await?;
    let picture = flow::picture(&definition, &Overlay::default())?;
    let mut parts = vec![
        Part::Text(standing(&version, lang)),
        Part::Picture(Markup::from_our_own_renderer(picture)),
    ];
    if !findings.is_empty() {
        parts.push(Part::Heading(
            lang.say("Kết quả kiểm tra", "What the check says"),
        ));
        parts.push(Part::Table(Table {
            head: [
                ("Vị trí", "Place"),
                ("Mức", "Severity"),
                ("Quy tắc", "Rule"),
                ("Nội dung", "What"),
            ]
            .map(|(vi, en)| lang.say(vi, en))
            .into(),
            rows: findings
                .iter()
                .map(|found| {
                    let row = finding(found, lang);
                    vec![row.place, row.severity.word, row.rule, row.message]
                })
                .collect(),
        }));
    }
    if version.published_at.is_some() && version.retired_at.is_none() {
        let way = super::migrate::way(session, org_id, &definition).await?;
        parts.extend(way.map(|link| Part::Links(vec![link])));
    }
    if version.published_at.is_none() {
        parts.push(Part::Form(publish_form(session, form, &findings)));
    } else if version.retired_at.is_none() {
        parts.push(Part::Form(Entry {
            form,
            fields: Vec::new(),
            acts: vec![Act::other(
                lang.say("Thôi dùng", "Retire"),
                lang.say(
                    "Văn bản mới theo quy trình trước đó; văn bản đang chạy ở lại bản này.",
                    "New documents run by the workflow before; those that run stay on this one.",
                ),
                "retire",
            )],
            upload: false,
        }));
    }
    let mut page = frame(session, &flow::process_name(&definition)?);
    page.crumbs = vec![crate::web::page::Link::new(
        ADDRESS,
        &lang.say("Quy trình", "Workflows"),
    )];
    Ok(Sheet { page, parts })
}

fn publish_form(session: &Session, form: Form, findings: &[Finding]) -> Entry {
    let lang = session.lang;
    let types = TYPES
        .into_iter()
        .map(|kind: DocType| choice(&format!("{kind:?}"), kind.name_in_text().to_owned()))
        .collect();
    let mut fields = vec![Field::new(
        "types",
        lang.say(
            "Loại văn bản chạy theo quy trình này",
            "Types of document that run by it",
        ),
        Input::Several(types),
    )];
    if has_warnings(findings) {
        let read = lang.say("Tôi đã xem các cảnh báo", "I have read the warnings");
        fields.push(Field::new(
            "accept",
            lang.say("Cảnh báo", "Warnings"),
            Input::Several(vec![choice("yes", read)]),
        ));
    }
    Entry {
        form,
        fields,
        acts: vec![
            Act::main(
                lang.say("Công bố", "Publish"),
                lang.say(
                    "Văn bản mới theo bản này; văn bản đang chạy ở lại bản cũ.",
                    "New documents run by this version; those that run stay on theirs.",
                ),
            )
            .valued("publish"),
        ],
        upload: false,
    }
}

fn address(id: Uuid) -> String {
    format!("{ADDRESS}/{id}")
}
