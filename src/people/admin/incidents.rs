//! What got stuck: workflows with an incident, and jobs that were given up. Each is looked at, mended and tried again.

use std::collections::BTreeMap;

use axum::extract::Form as Body;
use axum::response::Response;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement};
use serde_json::Value;
use uuid::Uuid;

use super::{administered, frame, only_administrators};
use crate::app::Cx;
use crate::audit::{self, Entry, rows::evidence_pending};
use crate::documents::{self, rows::document};
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_instance};
use crate::people::may;
use crate::people::session::{Session, done, failed};
use crate::queue::{self, rows::job};
use crate::web::format::date_time;
use crate::web::views::sheet::{Act, Entry as FormPart, Field, Part, Sheet, State};
use crate::web::views::{Mark, Tone};
use crate::web::{Form, Link, WebError, html};

const ADDRESS: &str = "/quan-tri/su-co";
/// Workflows that are listed; who has more mends the cause first.
const LISTED: u32 = 50;

/// `GET /quan-tri/su-co`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn incidents(session: Session) -> Result<Response, WebError> {
    let view = view(&session)
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/su-co`: runs a job again that was given up.
///
/// # Errors
/// 403 for others, 404 for another organisation's, 409 where it does not wait any more.
pub async fn run_again(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let form = Form::sent(ADDRESS, pairs);
    let again = async {
        let org_id = session.journalled(administered(&session)).await?;
        let id: Uuid = form.value("job").parse().map_err(|_| Fault::NotFound)?;
        session
            .app
            .act(&session.actor, (org_id, id), |cx, (org_id, id)| {
                Box::pin(again(cx, *org_id, *id))
            })
            .await
    };
    again.await.map_err(|fault| failed(fault, ADDRESS))?;
    let flash = session.lang.say(
        "Việc được xếp lại vào hàng chờ.",
        "The job is queued again.",
    );
    Ok(done(ADDRESS, &flash))
}

async fn again(cx: Cx<'_>, org_id: Uuid, id: Uuid) -> Outcome<()> {
    if !may::administer(cx.actor, org_id) {
        return Err(only_administrators());
    }
    let found = job::Entity::find_by_id(id)
        .one(cx.tx)
        .await?
        .ok_or(Fault::NotFound)?;
    let document = subject(cx.tx, &found).await?;
    if document
        .as_ref()
        .is_some_and(|document| document.org_id != org_id)
    {
        return Err(Fault::NotFound);
    }
    let name = queue::again(cx.tx, id, "", cx.now).await?;
    let mut entry = Entry::general("job.retried", format!("Cho chạy lại việc tự động {name}"));
    entry.document_id = document.map(|document| document.id);
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
}

/// The document that a job is about; none for what the program does for itself.
async fn subject(db: &impl ConnectionTrait, job: &job::Model) -> Outcome<Option<document::Model>> {
    let payload: Value = serde_json::from_str(&job.payload)?;
    let id = |key: &str| payload[key].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let document = match (id("document"), id("instance")) {
        (Some(document), _) => Some(document),
        (None, Some(instance)) => {
            let instance = flow_instance::Entity::find_by_id(instance).one(db).await?;
            instance.map(|instance| instance.document_id)
        }
        (None, None) => None,
    };
    match document {
        Some(id) => Ok(document::Entity::find_by_id(id).one(db).await?),
        None => Ok(None),
    }
}

#[derive(Debug, FromQueryResult)]
struct Stuck {
    id: Uuid,
    document_id: Uuid,
}

/// The organisation's running workflows with an incident; a scope with incidents says so in its data.
async fn stuck(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<Stuck>> {
    let sql = format!(
        "SELECT i.id, i.document_id FROM flow_instance i WHERE i.org_id = $1 AND i.status = 'running' \
         AND EXISTS (SELECT 1 FROM flow_scope s WHERE s.instance_id = i.id AND s.data LIKE '%\"incidents\":{{%') \
         ORDER BY i.started_at, i.id LIMIT {LISTED}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [org_id.into()]);
    Ok(Stuck::find_by_statement(statement).all(db).await?)
}

async fn view(session: &Session) -> Outcome<Sheet> {
    let (org_id, lang, db) = (
        administered(session)?,
        session.lang,
        session.app.store.reader(),
    );
    let mark = || Mark::new(Tone::Failed, lang.say("Sự cố", "Incident"));
    let mut workflows = Vec::new();
    let stuck = stuck(db, org_id).await?;
    let documents: BTreeMap<Uuid, document::Model> = document::Entity::find()
        .filter(document::Column::Id.is_in(stuck.iter().map(|stuck| stuck.document_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for Stuck { id, document_id } in stuck {
        let row = documents.get(&document_id).ok_or(Fault::NotFound)?;
        let whole = flow::whole(db, id).await?;
        let incidents = whole
            .scopes
            .values()
            .flat_map(|scope| scope.incidents.values());
        workflows.push(State {
            mark: mark(),
            text: title(row)?,
            note: incidents
                .map(|incident| lang.say(&incident.message_vi, &incident.message))
                .collect::<Vec<_>>()
                .join(" "),
            href: format!("/van-ban/{document_id}/quy-trinh"),
        });
    }
    let mut parts = Vec::new();
    if evidence_pending::Entity::find().one(db).await?.is_some() {
        parts.push(Part::Links(vec![Link::new(
            "/quan-tri/chung-cu",
            &lang.t("past-title"),
        )]));
    }
    let none = workflows.is_empty();
    if !none {
        parts.push(Part::Heading(lang.say(
            "Quy trình dừng, chờ xử lý",
            "Workflows that wait to be resolved",
        )));
        parts.push(Part::States(workflows));
    }
    let mut jobs = Vec::new();
    for job in queue::given_up(db, "").await? {
        let about = subject(db, &job).await?;
        if about.as_ref().is_some_and(|row| row.org_id != org_id) {
            continue;
        }
        let text = match &about {
            Some(row) => format!("{}: {}", job.name, title(row)?),
            None => job.name.clone(),
        };
        let note = format!("{}: {}", date_time(job.run_at), job.last_error);
        let href = about.map_or_else(String::new, |row| format!("/van-ban/{}", row.id));
        jobs.push(Part::States(vec![State {
            mark: mark(),
            text,
            note,
            href,
        }]));
        let mut form = Form::new(ADDRESS, "", "");
        form.set("job", job.id.to_string());
        let then = lang.say(
            "Việc được xếp lại vào hàng chờ ngay.",
            "It is queued again at once.",
        );
        let act = Act::other(lang.say("Chạy lại", "Run again"), then, "again");
        jobs.push(Part::Form(FormPart {
            form,
            fields: vec![Field::hidden("job")],
            acts: vec![act],
            upload: false,
        }));
    }
    if !jobs.is_empty() {
        parts.push(Part::Heading(
            lang.say("Việc tự động không chạy được", "Jobs that have failed"),
        ));
        parts.append(&mut jobs);
    } else if none {
        parts.push(Part::Text(
            lang.say("Không có sự cố nào.", "Nothing is stuck."),
        ));
    }
    Ok(Sheet {
        page: frame(session, &lang.say("Sự cố", "Incidents")),
        parts,
    })
}

fn title(row: &document::Model) -> Outcome<String> {
    let kind = documents::doc_type(&row.doc_type)?;
    Ok(trinhky_drafting::upper_first(&documents::title(
        kind,
        row.number,
        &row.symbol,
        &row.subject,
    )))
}
