//! Documents that run by an older version of a workflow: what moving each to the new one would do, then one press.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::migrate::{Elements, Plan, Remark};
use uuid::Uuid;

use super::workflows::ADDRESS as WORKFLOWS;
use super::{administered, frame};
use crate::audit::{self, Entry};
use crate::documents::{self, rows::document};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::{flow_definition, flow_instance, flow_publication};
use crate::flow::{self};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry as FormPart, Field, Input, Part, Sheet, Table};
use crate::web::{Form, Lang, WebError, html, refused};

/// Documents that one page looks at and one press moves.
const AT_ONCE: u64 = 100;

/// Where documents are moved to a version.
pub(super) fn address(hash: &str) -> String {
    format!("/quan-tri/chuyen-quy-trinh/{hash}")
}

/// The way to the dry run, where documents run by an older version.
///
/// # Errors
/// What the database reports.
pub(super) async fn way(
    session: &Session,
    org_id: Uuid,
    to: &flow_definition::Model,
) -> Outcome<Option<Link>> {
    let behind = flow::behind(session.app.store.reader(), org_id, to, AT_ONCE).await?;
    let count = behind.len();
    Ok((count > 0).then(|| {
        let words = session.lang.say(
            &format!("{count} hồ sơ đang chạy theo bản khác: xem thử việc chuyển"),
            &format!("{count} documents run by another version: look at moving them"),
        );
        Link::new(&address(&to.hash), &words)
    }))
}

/// `GET /quan-tri/chuyen-quy-trinh/{hash}`: the dry run.
///
/// # Errors
/// 403 for others, 404 for a version that is not the program's or the organisation's.
pub async fn migration(session: Session, Path(hash): Path<String>) -> Result<Response, WebError> {
    let form = Form::new(&address(&hash), "", "");
    let view = view(&session, &hash, form)
        .await
        .map_err(|fault| failed(fault, WORKFLOWS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/chuyen-quy-trinh/{hash}`: `do` is `look` with other element names, or `move`.
///
/// # Errors
/// As [`migration`]; a refusal shows the page again.
pub async fn migrate(
    session: Session,
    Path(hash): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&address(&hash), pairs);
    let moved = if form.value("do") == "move" {
        act(&session, &hash, &form).await.map(Some)
    } else {
        elements(&form).map(|_| None)
    };
    match moved {
        Ok(Some(count)) => {
            let flash = session.lang.say(
                &format!("Đã chuyển {count} hồ sơ sang bản này."),
                &format!("{count} documents moved to this version."),
            );
            Ok(done(&address(&hash), &flash))
        }
        Ok(None) => {
            let view = view(&session, &hash, form)
                .await
                .map_err(|fault| failed(fault, WORKFLOWS))?;
            Ok(html(&view))
        }
        Err(fault) => {
            let refusal = field_error(fault, &address(&hash))?;
            let field = refusal.field.as_deref().unwrap_or("elements");
            form.refuse(field, session.lang.say(&refusal.vi, &refusal.en));
            let view = view(&session, &hash, form)
                .await
                .map_err(|fault| failed(fault, WORKFLOWS))?;
            Ok(refused(html(&view)))
        }
    }
}

/// Moves what can be moved; each document has its own journal entry.
async fn act(session: &Session, hash: &str, form: &Form) -> Outcome<usize> {
    let org_id = session.journalled(administered(session)).await?;
    let (to, elements) = (version(session, org_id, hash).await?, elements(form)?);
    let mut able = Vec::new();
    for instance in flow::behind(session.app.store.reader(), org_id, &to, AT_ONCE).await? {
        if flow::rehearse(&session.app, &instance, hash, &elements)
            .await?
            .obstacles
            .is_empty()
        {
            able.push(instance);
        }
    }
    if able.is_empty() {
        return Err(Fault::invalid(
            "elements",
            "Chưa hồ sơ nào chuyển được; xem cột “Chuyển sang bản này”.",
            "No document can be moved yet; see what stands in the way.",
        ));
    }
    let count = able.len();
    session
        .app
        .act(
            &session.actor,
            (able, hash.to_owned(), elements),
            |cx, (able, hash, elements)| {
                Box::pin(async move {
                    for instance in able {
                        let moved = flow::migrate(cx, instance.id, hash, elements).await?;
                        let mut entry = Entry::about(
                        instance.document_id,
                        "workflow.migrated",
                        format!("Chuyển quy trình sang bản {}", short(hash)),
                    )
                    .data(json!({ "from": instance.definition, "to": hash, "elements": elements }));
                        entry.instance_id = Some(instance.id);
                        entry.events = moved.events;
                        audit::append(cx.tx, instance.org_id, cx.actor, cx.now, entry).await?;
                    }
                    Ok(())
                })
            },
        )
        .await?;
    Ok(count)
}

/// A version that runs for the organisation: the program's, or one of its own that it published.
async fn version(session: &Session, org_id: Uuid, hash: &str) -> Outcome<flow_definition::Model> {
    let db = session.app.store.reader();
    let found = flow_definition::Entity::find_by_id(hash.to_owned())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    if found.shipped {
        return Ok(found);
    }
    flow_publication::Entity::find()
        .filter(flow_publication::Column::OrgId.eq(org_id))
        .filter(flow_publication::Column::Definition.eq(hash))
        .filter(flow_publication::Column::PublishedAt.is_not_null())
        .one(db)
        .await?
        .map(|_| found)
        .ok_or(Fault::NotFound)
}

/// One `old = new` a line: elements that are called otherwise in the new version.
fn elements(form: &Form) -> Outcome<Elements> {
    form.value("elements")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let pair = line
                .split_once('=')
                .map(|(from, to)| (from.trim().to_owned(), to.trim().to_owned()));
            pair.filter(|(from, to)| !from.is_empty() && !to.is_empty())
                .ok_or_else(|| {
                    Fault::invalid(
                        "elements",
                        format!("Không đọc được dòng “{line}”. Ghi: mã cũ = mã mới."),
                        format!("The line \"{line}\" cannot be read. Write: old id = new id."),
                    )
                })
        })
        .collect()
}

async fn view(session: &Session, hash: &str, form: Form) -> Outcome<Sheet> {
    let (org_id, lang) = (administered(session)?, session.lang);
    let to = version(session, org_id, hash).await?;
    // What cannot be read is told at its field; the table then shows the versions as they are.
    let map = elements(&form).unwrap_or_default();
    let mut rows = Vec::new();
    let mut able = 0;
    for instance in flow::behind(session.app.store.reader(), org_id, &to, AT_ONCE).await? {
        let plan = flow::rehearse(&session.app, &instance, hash, &map).await?;
        able += usize::from(plan.obstacles.is_empty());
        rows.push(row(session, &instance, &plan).await?);
    }
    let mut parts = vec![Part::Text(lang.say(
        &format!(
            "{} hồ sơ đang chạy theo bản khác; {able} hồ sơ chuyển được.",
            rows.len()
        ),
        &format!(
            "{} documents run by another version; {able} can be moved.",
            rows.len()
        ),
    ))];
    if !rows.is_empty() {
        let head = [
            ("Hồ sơ", "Document"),
            ("Đang theo bản", "Now by version"),
            ("Đang ở", "Is at"),
            ("Chuyển sang bản này", "Moving to this version"),
        ];
        parts.push(Part::Table(Table {
            head: head.map(|(vi, en)| lang.say(vi, en)).into(),
            rows,
        }));
        parts.push(Part::Form(entry(lang, form, able)));
    }
    let mut page = frame(
        session,
        &lang.say(
            &format!(
                "Chuyển sang bản {}: {}",
                short(hash),
                flow::process_name(&to)?
            ),
            &format!(
                "Move to version {}: {}",
                short(hash),
                flow::process_name(&to)?
            ),
        ),
    );
    page.crumbs = vec![Link::new(WORKFLOWS, &lang.say("Quy trình", "Workflows"))];
    Ok(Sheet { page, parts })
}

async fn row(
    session: &Session,
    instance: &flow_instance::Model,
    plan: &Plan,
) -> Outcome<Vec<String>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let title = match document::Entity::find_by_id(instance.document_id)
        .one(db)
        .await?
    {
        Some(row) => documents::title(
            documents::doc_type(&row.doc_type)?,
            row.number,
            &row.symbol,
            &row.subject,
        ),
        None => String::new(),
    };
    let places = plan.places.iter().map(|place| {
        let name = if place.name.is_empty() {
            &place.to
        } else {
            &place.name
        };
        if place.tokens > 1 {
            format!("{name} ({})", place.tokens)
        } else {
            name.clone()
        }
    });
    let say = |remark: &Remark| lang.say(&remark.message_vi, &remark.message);
    let mut verdict = if plan.obstacles.is_empty() {
        vec![lang.say("Chuyển được.", "Can be moved.")]
    } else {
        plan.obstacles.iter().map(say).collect()
    };
    verdict.extend(plan.notes.iter().map(say));
    Ok(vec![
        trinhky_drafting::upper_first(&title),
        short(&instance.definition),
        places.collect::<Vec<_>>().join("; "),
        verdict.join(" "),
    ])
}

fn entry(lang: Lang, form: Form, able: usize) -> FormPart {
    let mut acts = Vec::new();
    if able > 0 {
        let then = lang.say(
            "Việc, thời hạn, nhắc việc và lượt lấy ý kiến đang chạy giữ nguyên; các bước sau theo bản này. Hồ sơ vướng ở lại bản cũ.",
            "Open steps, deadlines, reminders and rounds stay; what comes then is by this version. What cannot be moved stays.",
        );
        let label = lang.say(
            &format!("Chuyển {able} hồ sơ"),
            &format!("Move {able} documents"),
        );
        acts.push(Act::main(label, then).valued("move"));
    }
    acts.push(Act::other(
        lang.say("Xem thử lại", "Look again"),
        lang.say("Chưa thay đổi gì.", "Nothing is changed."),
        "look",
    ));
    let label = lang.say("Bước đổi mã", "Steps with another id");
    let hint = lang.say(
        "Mỗi dòng: mã cũ = mã mới. Để trống nếu không đổi.",
        "One a line: old id = new id. Empty where none differs.",
    );
    FormPart {
        form,
        fields: vec![Field::new("elements", label, Input::Area(3)).hint(hint)],
        acts,
        upload: false,
    }
}

/// As much of a version's hash as pages show.
fn short(hash: &str) -> String {
    hash.chars().take(super::workflows::SHOWN_DIGITS).collect()
}
