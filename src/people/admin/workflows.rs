//! The workflows: the program's and the organisation's own, what runs on each version, the drawing of a chosen one; a file
//! of one's own is checked here.

use std::collections::HashMap;

use axum::extract::{Multipart, Query};
use axum::response::Response;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
};
use serde::Deserialize;
use trinhky_drafting::DocType;
use trinhky_engine::draw::Overlay;
use trinhky_engine::{Finding, Severity};
use uuid::Uuid;

use super::{administered, frame};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::{flow_definition, flow_publication};
use crate::flow::{self, own};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::date_time;
use crate::web::upload::Upload;
use crate::web::views::admin::{
    OwnWorkflow, OwnWorkflows, WorkflowFinding, WorkflowRow, Workflows,
};
use crate::web::views::{Mark, Markup, Tone};
use crate::web::{Form, Lang, WebError, html, refused};
use crate::worker;

pub(super) const ADDRESS: &str = "/quan-tri/quy-trinh";
/// The types of document that may have a workflow of their own; a proposal goes with what it carries.
pub(super) const TYPES: [DocType; 7] = [
    DocType::QD,
    DocType::KH,
    DocType::TB,
    DocType::BC,
    DocType::CV,
    DocType::GM,
    DocType::BB,
];
/// Digits of a version's hash that the page shows.
pub(super) const SHOWN_DIGITS: usize = 8;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The hash of the version to be drawn.
    #[serde(default)]
    ban: String,
}

/// `GET /quan-tri/quy-trinh`: the administrator.
///
/// # Errors
/// 403 for others, 404 for an unknown version.
pub async fn workflows(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let form = Form::new(ADDRESS, "", "");
    Ok(html(
        &view(&session, &asked, form, &[])
            .await
            .map_err(|fault| failed(fault, ADDRESS))?,
    ))
}

/// `POST /quan-tri/quy-trinh`: checks a file; one without errors is kept and opened, the others' problems are listed.
///
/// # Errors
/// 403 for others, 413 for a file above the limit.
pub async fn upload_workflow(session: Session, body: Multipart) -> Result<Response, WebError> {
    let org_id = session
        .journalled(administered(&session))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    let upload = Upload::read(body).await?;
    let mut form = Form::sent(ADDRESS, upload.pairs);
    let name = file_name(&upload.file_name);
    let findings = if upload.bytes.is_empty() {
        Vec::new()
    } else {
        own::problems(&name, &upload.bytes, &worker::known_names())
    };
    let kept = if upload.bytes.is_empty() {
        Err(Fault::invalid(
            "file",
            "Chọn tệp .bpmn.",
            "Choose a .bpmn file.",
        ))
    } else if own::has_errors(&findings) {
        Err(Fault::invalid(
            "file",
            "Tệp có lỗi, chưa giữ lại. Sửa theo danh sách dưới đây rồi gửi lại.",
            "The file has errors and is not kept. Mend what is listed below and send it again.",
        ))
    } else {
        session
            .app
            .act(
                &session.actor,
                (org_id, name, upload.bytes),
                |cx, (org_id, name, bytes)| Box::pin(own::keep(cx, *org_id, name, bytes)),
            )
            .await
    };
    match kept {
        Ok(id) => {
            let flash = session.lang.say(
                "Tệp không có lỗi. Xem hình vẽ, chọn loại văn bản rồi công bố.",
                "The file has no errors. Look at the drawing, choose the types of document, then publish.",
            );
            Ok(done(&format!("{ADDRESS}/{id}"), &flash))
        }
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse("file", session.lang.say(&refusal.vi, &refusal.en));
            let view = view(&session, &Asked::default(), form, &findings)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&view)))
        }
    }
}

/// What a browser called the file, without folders; findings and the stored version name it.
fn file_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() {
        "quy-trinh.bpmn".to_owned()
    } else {
        name.to_owned()
    }
}

async fn view(
    session: &Session,
    asked: &Asked,
    form: Form,
    findings: &[Finding],
) -> Outcome<Workflows> {
    let (db, org_id) = (session.app.store.reader(), administered(session)?);
    let definitions = flow_definition::Entity::find()
        .filter(flow_definition::Column::Shipped.eq(true))
        .order_by_asc(flow_definition::Column::Process)
        .order_by_desc(flow_definition::Column::PublishedAt)
        .all(db)
        .await?;
    let drawing = match definitions
        .iter()
        .find(|definition| definition.hash == asked.ban)
    {
        Some(definition) => {
            let picture = flow::picture(definition, &Overlay::default())?;
            let way = super::migrate::way(session, org_id, definition).await?;
            Some((
                flow::process_name(definition)?,
                Markup::from_our_own_renderer(picture),
                way,
            ))
        }
        None if asked.ban.is_empty() => None,
        None => return Err(Fault::NotFound),
    };
    let counts = counts(db, org_id).await?;
    let mut rows = Vec::new();
    for definition in definitions {
        let count = counts
            .iter()
            .find(|count| count.definition == definition.hash);
        rows.push(WorkflowRow {
            href: format!("{ADDRESS}?ban={}", definition.hash),
            running: count.map_or(0, |count| count.running).to_string(),
            incidents: count
                .and_then(|count| usize::try_from(count.incidents).ok())
                .unwrap_or(0),
            version: definition.hash.chars().take(SHOWN_DIGITS).collect(),
            published: format!(
                "{}, {}",
                date_time(definition.published_at),
                definition.by_name
            ),
            name: flow::process_name(&definition)?,
        });
    }
    Ok(Workflows {
        page: frame(session, &session.lang.say("Quy trình", "Workflows")),
        rows,
        own: own_versions(session, org_id, &counts).await?,
        form,
        findings: findings
            .iter()
            .map(|found| finding(found, session.lang))
            .collect(),
        drawing,
    })
}

async fn own_versions(session: &Session, org_id: Uuid, counts: &[Count]) -> Outcome<OwnWorkflows> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let versions = own::versions(db, org_id).await?;
    let hashes = versions.iter().map(|version| version.definition.as_str());
    let definitions: HashMap<String, flow_definition::Model> = flow_definition::Entity::find()
        .filter(flow_definition::Column::Hash.is_in(hashes))
        .all(db)
        .await?
        .into_iter()
        .map(|definition| (definition.hash.clone(), definition))
        .collect();
    let mut rows = Vec::new();
    for version in versions {
        let definition = definitions
            .get(&version.definition)
            .ok_or(Fault::NotFound)?;
        let running = counts
            .iter()
            .find(|count| count.definition == version.definition)
            .map_or(0, |count| count.running);
        rows.push(OwnWorkflow {
            href: format!("{ADDRESS}/{}", version.id),
            name: flow::process_name(definition)?,
            cells: vec![
                format!(
                    "{}, {}",
                    date_time(version.uploaded_at),
                    version.uploaded_by
                ),
                types_in_words(&version.doc_types),
                standing(&version, lang),
                running.to_string(),
            ],
        });
    }
    Ok(OwnWorkflows {
        head: [
            ("Quy trình", "Workflow"),
            ("Nhận tệp", "Received"),
            ("Loại văn bản", "Types of document"),
            ("Trạng thái", "State"),
            ("Đang chạy", "Running"),
        ]
        .map(|(vi, en)| lang.say(vi, en))
        .into(),
        rows,
    })
}

/// Where a version stands, in words.
pub(super) fn standing(version: &flow_publication::Model, lang: Lang) -> String {
    match (version.published_at, version.retired_at) {
        (None, _) => lang.say("Chưa công bố", "Not published"),
        (Some(at), None) => lang.say(
            &format!("Công bố {}, {}", date_time(at), version.published_by),
            &format!("Published {}, {}", date_time(at), version.published_by),
        ),
        (Some(_), Some(at)) => lang.say(
            &format!("Thôi dùng {}, {}", date_time(at), version.retired_by),
            &format!("Retired {}, {}", date_time(at), version.retired_by),
        ),
    }
}

/// The stored codes of types as their names.
fn types_in_words(codes: &str) -> String {
    TYPES
        .into_iter()
        .filter(|kind| codes.split(',').any(|code| code == format!("{kind:?}")))
        .map(DocType::name_in_text)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A finding as a row of the page.
pub(super) fn finding(found: &Finding, lang: Lang) -> WorkflowFinding {
    let (tone, vi, en) = match found.severity {
        Severity::Error => (Tone::Late, "Lỗi", "Error"),
        Severity::Warning => (Tone::Near, "Cảnh báo", "Warning"),
        Severity::Info => (Tone::Open, "Lưu ý", "Note"),
    };
    WorkflowFinding {
        place: format!("{}:{}:{}", found.file, found.line, found.column),
        severity: Mark::new(tone, lang.say(vi, en)),
        rule: found.rule.clone(),
        message: lang.say(&found.message_vi, &found.message),
    }
}

#[derive(Debug, FromQueryResult)]
struct Count {
    definition: String,
    running: i64,
    incidents: i64,
}

/// The instances of the organisation by version; a scope with incidents says so in its data.
async fn counts(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<Count>> {
    let sql = "SELECT i.definition, COUNT(CASE WHEN i.status = 'running' THEN 1 END) AS running, \
               COUNT(CASE WHEN EXISTS (SELECT 1 FROM flow_scope s WHERE s.instance_id = i.id \
               AND s.data LIKE '%\"incidents\":{%') THEN 1 END) AS incidents \
               FROM flow_instance i WHERE i.org_id = $1 GROUP BY i.definition ORDER BY i.definition";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [org_id.into()]);
    Ok(Count::find_by_statement(statement).all(db).await?)
}
