//! Documents as people read them: the list, one document, its file, the picture of its process, a register.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use trinhky_calendar::vn_date;
use trinhky_drafting::{Draft, Urgency};
use trinhky_engine::draw::{Overlay, svg};
use trinhky_engine::xml;
use trinhky_pades::{Trust, verify};
use uuid::Uuid;

use crate::audit::{self, rows::access_log};
use crate::distribution::tracking::{self, Show};
use crate::documents::rows::{document, document_version, opinion, register, register_entry};
use crate::documents::{Document, doc_type, find, review::Stance, state, title};
use crate::fault::{Fault, Outcome};
use crate::flow::{
    self,
    rows::{flow_definition, flow_task},
};
use crate::people::pages::task_address;
use crate::people::session::{Session, failed};
use crate::people::{find as people_find, may};
use crate::signing;
use crate::web::format::{date_time, when};
use crate::web::page::Link;
use crate::web::views::documents::{
    DocumentList, DocumentRow, DocumentShow, NextAct, OpinionRow, Register, RegisterRow, VersionRow,
};
use crate::web::views::shared::{Happening, SignatureLine};
use crate::web::views::{Filter, Mark, Markup, Pager, Progress, Tone};
use crate::web::{Lang, WebError, html};

const PAGE: usize = 50;
/// Entries of a register on one page.
const REGISTER_PAGE: u64 = 200;
/// The filters count at most so many documents.
const MAX_COUNTED: u64 = 1000;

const STATES: [&str; 7] = [
    state::DRAFT,
    state::APPROVED,
    state::SIGNED,
    state::NUMBERED,
    state::SEALED,
    state::ISSUED,
    state::CLOSED,
];
const TYPES: [&str; 8] = ["QD", "TTR", "BC", "KH", "TB", "CV", "GM", "BB"];

/// What an address of the list asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// A state.
    #[serde(default)]
    tt: String,
    /// A type.
    #[serde(default)]
    loai: String,
    /// The last document of the page before.
    sau: Option<Uuid>,
}

/// `GET /van-ban`: the documents that the reader may know.
///
/// # Errors
/// What the database reports, as a page.
pub async fn list(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let view = list_view(&session, asked)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&view))
}

async fn list_view(session: &Session, asked: Asked) -> Outcome<DocumentList> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let some = |word: &str, known: &[&str]| known.contains(&word).then(|| word.to_owned());
    let mut search = find::Search {
        words: asked.q.clone(),
        limit: MAX_COUNTED,
        ..find::Search::default()
    };
    let counted = find::search(db, &session.actor, &search).await?;
    search.state = some(&asked.tt, &STATES);
    search.doc_type = some(&asked.loai, &TYPES);
    search.before = asked.sau;
    search.limit = PAGE as u64 + 1;
    let mut rows = find::search(db, &session.actor, &search).await?;
    let older = (rows.len() > PAGE).then(|| rows[PAGE - 1].id);
    rows.truncate(PAGE);
    let owners: Vec<Uuid> = rows.iter().map(|row| row.owner_id).collect();
    let units = people_find::units(db, &owners, session.today()).await?;
    let mut shown = Vec::new();
    for row in rows {
        shown.push(DocumentRow {
            href: format!("/van-ban/{}", row.id),
            name: name(&row)?,
            unit: units
                .get(&row.owner_id)
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            date: vn_date(
                row.issued_on
                    .unwrap_or_else(|| trinhky_calendar::local(row.changed_at).date_naive()),
            ),
            mark: mark(&row.state, lang),
            subject: row.subject,
        });
    }
    let here = address(&asked.q, &asked.tt, &asked.loai);
    let drafts = super::import::drafting_unit(&session.actor).is_some();
    Ok(DocumentList {
        page: session.page(&lang.t("nav-documents")),
        filters: filters(&asked, &counted, lang)?,
        rows: shown,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|last| format!("{here}&sau={last}")),
        },
        import_href: drafts.then(|| "/van-ban/nhap".to_owned()),
        query: asked.q,
    })
}

/// The states and the types that occur among the documents found.
fn filters(asked: &Asked, counted: &[document::Model], lang: Lang) -> Outcome<Vec<Filter>> {
    let everything = asked.tt.is_empty() && asked.loai.is_empty();
    let mut filters = vec![Filter {
        href: address(&asked.q, "", ""),
        text: lang.t("inbox-all"),
        count: counted.len(),
        current: everything,
    }];
    for word in STATES {
        let count = counted.iter().filter(|row| row.state == word).count();
        if count > 0 {
            filters.push(Filter {
                href: address(&asked.q, word, ""),
                text: mark(word, lang).word,
                count,
                current: asked.tt == word,
            });
        }
    }
    for code in TYPES {
        let count = counted.iter().filter(|row| row.doc_type == code).count();
        if count > 0 {
            let text = doc_type(code)?.name_in_text().to_owned();
            filters.push(Filter {
                href: address(&asked.q, "", code),
                text,
                count,
                current: asked.loai == code,
            });
        }
    }
    Ok(filters)
}

fn address(words: &str, state: &str, code: &str) -> String {
    let query = serde_urlencoded::to_string([("q", words), ("tt", state), ("loai", code)])
        .unwrap_or_default();
    format!("/van-ban?{query}")
}

fn name(row: &document::Model) -> Outcome<String> {
    let kind = doc_type(&row.doc_type)?;
    Ok(match row.number {
        Some(_) => title(kind, row.number, &row.symbol, &row.subject),
        None => kind.name_in_text().to_owned(),
    })
}

/// The state of a document in words.
pub(super) fn mark(word: &str, lang: Lang) -> Mark {
    let (tone, vi, en) = match word {
        state::DRAFT => (Tone::Open, "Dự thảo", "Draft"),
        state::APPROVED => (
            Tone::Open,
            "Đã phê duyệt, chờ ký",
            "Approved, waiting for the signature",
        ),
        state::SIGNED => (
            Tone::Open,
            "Đã ký, chờ cấp số",
            "Signed, waiting for its number",
        ),
        state::NUMBERED => (
            Tone::Open,
            "Đã cấp số, chờ đóng dấu",
            "Numbered, waiting for the seal",
        ),
        state::SEALED => (
            Tone::Open,
            "Đã đóng dấu, chờ phát hành",
            "Sealed, waiting to be issued",
        ),
        state::ISSUED => (Tone::Done, "Đã phát hành", "Issued"),
        state::CLOSED => (Tone::Nothing, "Đã đóng năm", "Year closed"),
        other => (Tone::Nothing, other, other),
    };
    Mark::new(tone, said(lang, vi, en))
}

/// What an address of a document asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Version {
    /// An older version to be read.
    ban: Option<i32>,
}

/// `GET /van-ban/{id}`: everything about a document that the reader may know.
///
/// # Errors
/// 404 where the reader may not know of it.
pub async fn show(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Version>,
) -> Result<Response, WebError> {
    let view = async {
        let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
        seen(&session, id, "page").await?;
        show_view(&session, &document, asked.ban).await
    };
    Ok(html(
        &view.await.map_err(|fault| failed(fault, "/van-ban"))?,
    ))
}

async fn show_view(
    session: &Session,
    document: &Document,
    version: Option<i32>,
) -> Outcome<DocumentShow> {
    let (db, lang, row) = (session.app.store.reader(), session.lang, &document.row);
    let inside = may::work_on_documents_of(&session.actor, row.org_id);
    let href = format!("/van-ban/{}", row.id);
    let tasks = flow::tasks_of_document(db, row.carried_by.unwrap_or(row.id)).await?;
    let mut page = session.page(&upper_first(&document.title()));
    page.crumbs = vec![Link::new("/van-ban", &lang.t("nav-documents"))];
    Ok(DocumentShow {
        page,
        subject: row.subject.clone(),
        mark: mark(&row.state, lang),
        urgency: urgency(document.draft.urgency).to_owned(),
        next: next(session, document, &tasks).await?,
        acts: Vec::new(),
        facts: facts(session, document).await?,
        files: files(document, &href, db, lang).await?,
        body: body(document, version.filter(|_| inside), db).await?,
        signatures: signatures(session, row.id).await?,
        opinions: opinions(session, document, inside).await?,
        versions: if inside {
            versions(document, &href, db).await?
        } else {
            Vec::new()
        },
        process_href: if inside && row.instance_id.is_some() {
            format!("{href}/quy-trinh.svg")
        } else {
            String::new()
        },
        process_words: stands(&tasks, lang),
        timeline: if inside {
            timeline(row.id, db).await?
        } else {
            Vec::new()
        },
        progress: if inside {
            progress(session, document).await?
        } else {
            None
        },
        tracking_href: (inside && row.issued_at.is_some()).then(|| format!("{href}/theo-doi")),
        links: links(session, document, &href, inside).await?,
    })
}

/// The text of the present version, or of an older one.
async fn body(
    document: &Document,
    version: Option<i32>,
    db: &impl sea_orm::ConnectionTrait,
) -> Outcome<Markup> {
    let draft = match version.filter(|version| *version != document.row.version) {
        Some(version) => serde_json::from_str::<Draft>(
            &find::version(db, document.row.id, version).await?.draft,
        )?,
        None => document.numbered_draft(),
    };
    Ok(Markup::from_our_own_renderer(trinhky_drafting::html(
        &draft,
    )))
}

/// The first open task that the reader may do.
async fn next(
    session: &Session,
    document: &Document,
    tasks: &[flow_task::Model],
) -> Outcome<Option<NextAct>> {
    let mine = tasks.iter().find(|task| {
        may::do_task(
            &session.actor,
            &may::TaskRight {
                role: &task.role,
                org_id: task.org_id,
                owner_id: document.row.owner_id,
                unit_id: task.unit_id,
                person_id: task.person_id,
            },
        )
    });
    let Some(task) = mine else { return Ok(None) };
    let calendar = people_find::calendar(session.app.store.reader(), document.row.org_id).await?;
    let mut href = task_address(task);
    // The drafter hands over from the page of the draft.
    if task.element == "draft" && !document.draft.body.is_empty() {
        href = format!("/van-ban/{}/trinh", task.document_id);
    }
    Ok(Some(NextAct {
        href,
        label: format!("{}: {}", task.name, document.title()),
        due: task
            .due_at
            .map(|due| when(due, session.now, &calendar, session.lang)),
    }))
}

async fn facts(session: &Session, document: &Document) -> Outcome<Vec<(String, String)>> {
    let (db, lang, row) = (session.app.store.reader(), session.lang, &document.row);
    let owner = people_find::unit(db, row.owner_id, session.today()).await?;
    let first = find::version(db, row.id, 1).await?;
    let mut facts = vec![
        (lang.t("drafting-unit"), owner.name),
        (said(lang, "Người soạn thảo", "Drafter"), first.by_name),
        (
            lang.t("signer"),
            format!(
                "{}, {}",
                document.draft.signer.title_lines.join(" "),
                document.draft.signer.name
            ),
        ),
    ];
    if let Some(number) = row.number {
        facts.push((
            said(lang, "Số, ký hiệu", "Number and symbol"),
            format!("{number:02}/{}", row.symbol),
        ));
    }
    if let Some(day) = row.issued_on {
        facts.push((lang.t("date"), vn_date(day)));
    }
    facts.push((said(lang, "Cập nhật", "Changed"), date_time(row.changed_at)));
    Ok(facts)
}

async fn files(
    document: &Document,
    href: &str,
    db: &impl sea_orm::ConnectionTrait,
    lang: Lang,
) -> Outcome<Vec<Link>> {
    let signed = find::file(db, document.row.id, "signed").await?.is_some();
    let text = if signed {
        said(lang, "Tệp PDF có chữ ký", "Signed PDF")
    } else {
        said(lang, "Xem tệp PDF", "PDF")
    };
    Ok(vec![Link::new(&format!("{href}/tep.pdf"), &text)])
}

/// What the signatures of the newest signed file say.
async fn signatures(session: &Session, id: Uuid) -> Outcome<Vec<SignatureLine>> {
    let (app, lang) = (&session.app, session.lang);
    let db = app.store.reader();
    let file = match find::file(db, id, "sealed").await? {
        Some(file) => Some(file),
        None => find::file(db, id, "signed").await?,
    };
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let pdf = app.files.get(&file.digest).await?;
    let trust = Trust {
        roots: signing::roots(app)?,
    };
    let now = session.now;
    let report = tokio::task::spawn_blocking(move || verify(&pdf, &trust, now))
        .await
        .map_err(anyhow::Error::from)?
        .context("the signatures of a document's file")?;
    Ok(report
        .signatures
        .into_iter()
        .map(|signature| {
            let (tone, key) = if signature.valid {
                (Tone::Done, "signature-valid")
            } else {
                (Tone::Failed, "signature-invalid")
            };
            let who = [signature.title, signature.signer, signature.agency]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ");
            let at = signature
                .claimed_time
                .map(|at| format!(", {}", date_time(at.to_utc())))
                .unwrap_or_default();
            let sentence = if lang == Lang::En {
                signature.message
            } else {
                signature.message_vi
            };
            SignatureLine {
                mark: Mark::new(tone, lang.t(key)),
                text: format!("{who}{at}. {sentence}"),
            }
        })
        .collect())
}

/// The opinions: all of them inside the organisation, their own for the units that were asked.
async fn opinions(
    session: &Session,
    document: &Document,
    inside: bool,
) -> Outcome<Vec<OpinionRow>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let own = session.actor.unit_ids();
    let mut rows = find::opinions(db, document.row.id).await?;
    rows.retain(|row| inside || own.contains(&row.unit_id));
    let ids: Vec<Uuid> = rows.iter().map(|row| row.unit_id).collect();
    let units = people_find::units(db, &ids, session.today()).await?;
    Ok(rows
        .into_iter()
        .map(|row| OpinionRow {
            unit: units
                .get(&row.unit_id)
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            mark: stance(&row, session, lang),
            place: String::new(),
            text: row.remark,
            reply: row.response,
        })
        .collect())
}

fn stance(row: &opinion::Model, session: &Session, lang: Lang) -> Mark {
    match row.stance.as_deref().and_then(Stance::parse) {
        Some(Stance::Agree) => Mark::new(Tone::Done, said(lang, Stance::Agree.vi(), "Agrees")),
        Some(Stance::Other) => Mark::new(
            Tone::Open,
            said(lang, Stance::Other.vi(), "Agrees, with additions"),
        ),
        Some(Stance::Disagree) => {
            Mark::new(Tone::Failed, said(lang, Stance::Disagree.vi(), "Disagrees"))
        }
        None if row.due_at < session.now => {
            Mark::new(Tone::Nothing, said(lang, "Không trả lời", "No answer"))
        }
        None => Mark::new(
            Tone::Waiting,
            said(lang, "Chưa trả lời", "Not answered yet"),
        ),
    }
}

async fn versions(
    document: &Document,
    href: &str,
    db: &impl sea_orm::ConnectionTrait,
) -> Outcome<Vec<VersionRow>> {
    let rows = find::versions(db, document.row.id).await?;
    Ok(rows
        .into_iter()
        .map(|row| VersionRow {
            number: u32::try_from(row.version).unwrap_or(0),
            at: date_time(row.created_at),
            who: row.by_name,
            remark: row.note,
            href: format!("{href}?ban={}", row.version),
            compare_href: None,
        })
        .collect())
}

/// Where the workflow stands, in words: the steps that are open, each once.
fn stands(tasks: &[flow_task::Model], lang: Lang) -> String {
    let mut names: Vec<(String, usize)> = Vec::new();
    for task in tasks {
        match names.iter_mut().find(|(name, _)| *name == task.name) {
            Some((_, count)) => *count += 1,
            None => names.push((task.name.clone(), 1)),
        }
    }
    if names.is_empty() {
        return said(
            lang,
            "Không có bước nào đang chờ người làm.",
            "No step is waiting for anybody.",
        );
    }
    let steps: Vec<String> = names
        .into_iter()
        .map(|(name, count)| {
            if count > 1 {
                format!("{name} ({count})")
            } else {
                name
            }
        })
        .collect();
    format!(
        "{} {}.",
        said(lang, "Đang ở bước:", "Now at:"),
        steps.join("; ")
    )
}

async fn timeline(id: Uuid, db: &impl sea_orm::ConnectionTrait) -> Outcome<Vec<Happening>> {
    let rows = audit::of_document(db, id).await?;
    Ok(rows
        .into_iter()
        .map(|row| Happening {
            at: date_time(row.at),
            who: if row.capacity.is_empty() {
                row.actor_name
            } else {
                format!("{}, {}", row.actor_name, row.capacity)
            },
            what: row.summary,
            remark: String::new(),
            journal_no: row.id.to_string(),
        })
        .collect())
}

async fn progress(session: &Session, document: &Document) -> Outcome<Option<Progress>> {
    if document.row.issued_at.is_none() {
        return Ok(None);
    }
    let counts = tracking::counts(session.app.store.reader(), document.row.id, session.now).await?;
    let count = |show: Show| {
        Show::ALL
            .iter()
            .zip(counts)
            .find(|(known, _)| **known == show)
            .map_or(0, |(_, count)| count)
    };
    let (done, total) = (count(Show::Accepted), count(Show::Action));
    Ok(Some(Progress {
        done,
        total,
        label: session
            .lang
            .tx("tracking-progress", &format!("{done} / {total}")),
    }))
}

async fn links(
    session: &Session,
    document: &Document,
    href: &str,
    inside: bool,
) -> Outcome<Vec<Link>> {
    let (db, lang, row) = (session.app.store.reader(), session.lang, &document.row);
    let mut links = Vec::new();
    if !inside {
        return Ok(links);
    }
    let editable = [state::DRAFT, state::APPROVED].contains(&row.state.as_str());
    if editable && super::edit::may_edit(&session.actor, row.owner_id) {
        links.push(Link::new(
            &format!("{href}/soan"),
            &said(lang, "Sửa dự thảo", "Edit the draft"),
        ));
    }
    if let Some(decision) = row.carried_by {
        links.push(Link::new(
            &format!("/van-ban/{decision}"),
            &said(lang, "Văn bản được trình", "The document it carries"),
        ));
    }
    if let Some(proposal) = find::proposal_of(db, row.id).await? {
        links.push(Link::new(
            &format!("/van-ban/{}", proposal.row.id),
            &upper_first(&proposal.title()),
        ));
    }
    if row.issued_at.is_some() && row.instance_id.is_some() {
        links.push(Link::new(
            &format!("{href}/muc-tieu"),
            &lang.t("nav-objectives"),
        ));
    }
    Ok(links)
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Normal => "",
        Urgency::Khan => "KHẨN",
        Urgency::ThuongKhan => "THƯỢNG KHẨN",
        Urgency::HoaToc => "HỎA TỐC",
    }
}

/// `GET /van-ban/{id}/tep.pdf`: the document as it stands now.
///
/// # Errors
/// 404 where the reader may not know of it.
pub async fn pdf(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let file = async {
        let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
        seen(&session, id, "pdf").await?;
        signing::pdf(&session.app, &document).await
    };
    let file = file
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))?;
    Ok((
        [
            (CONTENT_TYPE, signing::PDF),
            (CONTENT_DISPOSITION, "inline; filename=\"van-ban.pdf\""),
        ],
        file,
    )
        .into_response())
}

/// `GET /van-ban/{id}/quy-trinh.svg`: the workflow with its live tokens, for the document's own organisation.
///
/// # Errors
/// 404 where there is none for the reader.
pub async fn picture(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let drawing = drawing(&session, id)
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))?;
    Ok(([(CONTENT_TYPE, "image/svg+xml; charset=utf-8")], drawing).into_response())
}

async fn drawing(session: &Session, id: Uuid) -> Outcome<String> {
    let db = session.app.store.reader();
    let document = find::visible(db, &session.actor, id).await?;
    if !may::work_on_documents_of(&session.actor, document.row.org_id) {
        return Err(Fault::NotFound);
    }
    let instance = flow::instance(db, document.instance()?).await?;
    let definition = flow_definition::Entity::find_by_id(instance.definition.clone())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let files: Vec<(String, String)> = serde_json::from_str(&definition.files)?;
    // The file that holds the process; the others of a definition hold what it calls.
    let wanted = format!("id=\"{}\"", instance.process);
    let (name, text) = files
        .iter()
        .find(|(_, text)| text.contains(&wanted))
        .or(files.first())
        .ok_or(Fault::NotFound)?;
    let late = flow::tasks_of_document(db, id)
        .await?
        .into_iter()
        .filter(|task| task.due_at.is_some_and(|due| due < session.now))
        .map(|task| task.element)
        .collect();
    let overlay = Overlay {
        live: flow::whole(db, instance.id).await?.live(),
        done: passed(id, db).await?,
        overdue: late,
    };
    let parsed = xml::parse(name, text)
        .map_err(|finding| anyhow::anyhow!("{}: {}", finding.file, finding.message))?;
    Ok(svg(&parsed, &overlay).map_err(anyhow::Error::from)?)
}

/// The elements and flows that the journal's events passed.
async fn passed(id: Uuid, db: &impl sea_orm::ConnectionTrait) -> Outcome<BTreeSet<String>> {
    let mut passed = BTreeSet::new();
    for row in audit::of_document(db, id).await? {
        let events: Vec<serde_json::Value> = serde_json::from_str(&row.events)?;
        for event in &events {
            let of = |key: &str| {
                event
                    .get(key)
                    .and_then(serde_json::Value::as_str)
                    .map(str::to_owned)
            };
            match event.get("type").and_then(serde_json::Value::as_str) {
                Some("element_completed") => passed.extend(of("element")),
                Some("element_entered") => passed.extend(of("flow")),
                _ => {}
            }
        }
    }
    Ok(passed)
}

/// What an address of a register asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Entries {
    /// The last number of the page before.
    sau: Option<i32>,
    /// `csv` for a file with every entry.
    #[serde(default)]
    dang: String,
}

/// `GET /so-van-ban/{id}`: a register in the order of its numbers, for the organisation that keeps it.
///
/// # Errors
/// 404 for everybody else.
pub async fn register(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Entries>,
) -> Result<Response, WebError> {
    let answer = async {
        let db = session.app.store.reader();
        let book = register::Entity::find_by_id(id)
            .one(db)
            .await?
            .ok_or(Fault::NotFound)?;
        if !may::work_on_documents_of(&session.actor, book.org_id) {
            return Err(Fault::NotFound);
        }
        if asked.dang == "csv" {
            return register_csv(&session, &book).await;
        }
        Ok(html(&register_view(&session, &book, asked.sau).await?))
    };
    answer.await.map_err(|fault| failed(fault, "/van-thu"))
}

async fn register_view(
    session: &Session,
    book: &register::Model,
    after: Option<i32>,
) -> Outcome<Register> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let mut select = register_entry::Entity::find()
        .filter(register_entry::Column::RegisterId.eq(book.id))
        .order_by_asc(register_entry::Column::Number)
        .limit(REGISTER_PAGE + 1);
    if let Some(after) = after {
        select = select.filter(register_entry::Column::Number.gt(after));
    }
    let mut entries = select.all(db).await?;
    let page_size = usize::try_from(REGISTER_PAGE).unwrap_or(usize::MAX);
    let more = (entries.len() > page_size).then(|| entries[page_size - 1].number);
    entries.truncate(page_size);
    let owner = people_find::unit(db, book.owner_id, session.today()).await?;
    let kind = doc_type(&book.doc_type)?.name_in_text();
    let mut page = session.page(&format!(
        "{} {kind} {} {}, {}",
        said(
            lang,
            "Sổ đăng ký văn bản đi:",
            "Register of outgoing documents:"
        ),
        said(lang, "năm", "of"),
        book.year,
        owner.name
    ));
    page.crumbs = vec![Link::new("/van-thu", &lang.t("nav-clerk"))];
    let here = format!("/so-van-ban/{}", book.id);
    let note = if book.opened_at_number > 1 {
        format!(
            "{} {:02}: {}",
            said(lang, "Số mở đầu", "First number"),
            book.opened_at_number,
            book.reason
        )
    } else {
        String::new()
    };
    Ok(Register {
        page,
        note,
        rows: register_rows(session, entries).await?,
        pager: Pager {
            newer: after.map(|_| here.clone()),
            older: more.map(|last| format!("{here}?sau={last}")),
        },
        csv_href: format!("{here}?dang=csv"),
    })
}

/// Annex IV asks for the recipients and for who keeps the copy; both come from the document of the entry.
async fn register_rows(
    session: &Session,
    entries: Vec<register_entry::Model>,
) -> Outcome<Vec<RegisterRow>> {
    let db = session.app.store.reader();
    let ids: Vec<Uuid> = entries
        .iter()
        .filter_map(|entry| entry.document_id)
        .collect();
    let documents: BTreeMap<Uuid, document::Model> = document::Entity::find()
        .filter(document::Column::Id.is_in(ids.clone()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let drafts: BTreeMap<(Uuid, i32), String> = document_version::Entity::find()
        .filter(document_version::Column::DocumentId.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|row| ((row.document_id, row.version), row.draft))
        .collect();
    let owners: Vec<Uuid> = documents.values().map(|row| row.owner_id).collect();
    let units = people_find::units(db, &owners, session.today()).await?;
    let mut rows = Vec::new();
    for entry in entries {
        let document = entry.document_id.and_then(|id| documents.get(&id));
        let draft: Option<Draft> = document
            .and_then(|row| drafts.get(&(row.id, row.version)))
            .map(|text| serde_json::from_str(text))
            .transpose()?;
        let kind = document
            .map(|row| doc_type(&row.doc_type))
            .transpose()?
            .map(|kind| format!("{}: ", kind.name_in_text()));
        let void = if entry.state == "given" {
            String::new()
        } else {
            said(session.lang, "Số bỏ. ", "Void. ")
        };
        rows.push(RegisterRow {
            number: format!("{:02}/{}", entry.number, entry.symbol),
            date: vn_date(entry.entry_on),
            subject: format!("{}{}", kind.unwrap_or_default(), entry.subject),
            signer: entry.signer,
            recipients: draft.map(|draft| recipients(&draft)).unwrap_or_default(),
            unit: document
                .and_then(|row| units.get(&row.owner_id))
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            note: format!("{void}{}", entry.note),
            href: entry.document_id.map_or_else(
                || format!("/so-van-ban/{}", entry.register_id),
                |id| format!("/van-ban/{id}"),
            ),
        });
    }
    Ok(rows)
}

fn recipients(draft: &Draft) -> String {
    draft
        .distribution
        .iter()
        .map(trinhky_drafting::Line::text)
        .collect::<Vec<_>>()
        .join("; ")
}

async fn register_csv(session: &Session, book: &register::Model) -> Outcome<Response> {
    let lang = session.lang;
    let entries = crate::documents::numbers::entries(session.app.store.reader(), book.id).await?;
    let mut lines = vec![
        [
            "number-symbol",
            "date",
            "register-subject",
            "signer",
            "recipients",
            "register-keeper",
            "note",
        ]
        .map(|key| lang.t(key))
        .to_vec(),
    ];
    for row in register_rows(session, entries).await? {
        lines.push(vec![
            row.number,
            row.date,
            row.subject,
            row.signer,
            row.recipients,
            row.unit,
            row.note,
        ]);
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"so-van-ban.csv\"",
        ),
    ];
    Ok((headers, tracking::csv(&lines)).into_response())
}

/// Notes in the access log that somebody opened the page or the file of a document.
async fn seen(session: &Session, id: Uuid, what: &str) -> Outcome<()> {
    let row = access_log::ActiveModel {
        id: NotSet,
        at: Set(session.now),
        person_id: Set(session.actor.person_id),
        person_name: Set(session.actor.name.clone()),
        unit_id: Set(session.actor.posts.first().map(|post| post.unit_id)),
        document_id: Set(Some(id)),
        what: Set(what.to_owned()),
    };
    session
        .app
        .store
        .write(row, |tx, row| {
            Box::pin(async move {
                access_log::Entity::insert(row.clone())
                    .exec_without_returning(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// A sentence in the reader's language.
pub(super) fn said(lang: Lang, vi: &str, en: &str) -> String {
    if lang == Lang::En {
        en.to_owned()
    } else {
        vi.to_owned()
    }
}

/// A title at the head of a page begins with a capital.
fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
