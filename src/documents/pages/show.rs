//! One document with everything about it that the reader may know.

use axum::extract::{Path, Query};
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use trinhky_calendar::vn_date;
use trinhky_drafting::{DocType, Urgency};
use uuid::Uuid;

use super::common::{document_page, said, text};
use super::list::mark;
use super::opinions::{asked_units, opinion_row};
use super::signatures::signatures;
use super::step::may_take;
use crate::audit::{self, rows::journal};
use crate::distribution::tracking::{self, Show};
use crate::distribution::{more, recall};
use crate::documents::draft::may_draft;
use crate::documents::{Document, after, attach, bases, copies, draft, find, state};
use crate::fault::Outcome;
use crate::flow::{self, rows::flow_task};
use crate::people::pages::task_address;
use crate::people::session::{Session, failed};
use crate::people::{find as people_find, may};
use crate::web::format::{bytes, date_time, when};
use crate::web::views::documents::{DocumentShow, NextAct, OpinionRow, VersionRow};
use crate::web::views::{Happening, Markup, Progress};
use crate::web::{Lang, Link, WebError, html};

/// Acts of the history on one page; a round of thousands of units writes thousands.
const HISTORY: usize = 30;

/// What an address of a document asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// An older version to be read.
    ban: Option<i32>,
    /// The oldest entry of the page of the history before.
    truoc: Option<i64>,
}

/// `GET /van-ban/{id}`: everything about a document that the reader may know.
///
/// # Errors
/// 404 where the reader may not know of it.
pub async fn show(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let view = async {
        let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
        audit::seen(&session.app, &session.actor, id, "page").await?;
        let tasks = flow::tasks_of_document(
            session.app.store.reader(),
            document.row.carried_by.unwrap_or(id),
        )
        .await?;
        Shown {
            session: &session,
            document: &document,
            tasks,
        }
        .view(&asked)
        .await
    };
    Ok(html(
        &view.await.map_err(|fault| failed(fault, "/van-ban"))?,
    ))
}

/// A document in the eyes of one reader.
struct Shown<'a> {
    session: &'a Session,
    document: &'a Document,
    /// The open steps of its workflow; a proposal's belong to what it carries.
    tasks: Vec<flow_task::Model>,
}

impl Shown<'_> {
    async fn view(&self, asked: &Asked) -> Outcome<DocumentShow> {
        let (lang, row) = (self.session.lang, &self.document.row);
        let href = document_page(row.id);
        let mut page = self
            .session
            .page(&trinhky_drafting::upper_first(&self.document.title()));
        page.crumbs = vec![Link::new("/van-ban", &lang.t("nav-documents"))];
        let mut view = DocumentShow {
            page,
            subject: row.number.map(|_| row.subject.clone()).unwrap_or_default(),
            mark: mark(&row.state, lang),
            urgency: urgency(self.document.draft.urgency).to_owned(),
            next: self.next().await?,
            acts: Vec::new(),
            facts: self.facts().await?,
            files: self.files().await?,
            body: self.body(None).await?,
            signatures: signatures(&self.session.app, row.id, lang).await?,
            opinions: self.opinions().await?,
            versions: Vec::new(),
            process_href: String::new(),
            course_href: String::new(),
            process_words: stands(&self.tasks, lang),
            timeline: Vec::new(),
            earlier: Vec::new(),
            progress: None,
            tracking_href: None,
            links: self.related().await?,
        };
        // Who keeps an agency's registers copies what it issued or received.
        if copies::can_be_copied(self.document)
            && copies::copier(&self.session.actor, self.document).is_some()
        {
            view.links.push(Link::new(
                &format!("{href}/sao"),
                &said(lang, "Bản sao y, sao lục, trích sao", "Certified copies"),
            ));
        }
        if self.document.row.number.is_some() && !self.session.actor.posts.is_empty() {
            view.links.push(Link::new(
                &format!("{href}/ho-so"),
                &said(lang, "Hồ sơ", "Case files"),
            ));
        }
        // Recipients see the document itself; how it came about is its organisation's.
        if self.inside() {
            view.body = self.body(asked.ban).await?;
            view.versions = self.versions().await?;
            view.links.extend(self.links().await?);
            view.timeline = self.history(asked.truoc).await?;
            if let Some(oldest) = view
                .timeline
                .get(HISTORY - 1)
                .map(|entry| entry.journal_no.clone())
            {
                view.earlier = vec![Link::new(
                    &format!("{href}?truoc={oldest}"),
                    &said(lang, "Quá trình trước đó", "Earlier history"),
                )];
            }
            if row.instance_id.is_some() {
                view.process_href = format!("{href}/quy-trinh.svg");
                view.course_href = format!("{href}/quy-trinh");
            }
            if row.issued_at.is_some() && row.instance_id.is_some() {
                view.progress = Some(self.progress().await?);
                view.tracking_href = Some(format!("{href}/theo-doi"));
            }
        }
        Ok(view)
    }

    fn inside(&self) -> bool {
        may::work_on_documents_of(&self.session.actor, self.document.row.org_id)
    }

    fn db(&self) -> &sea_orm::DatabaseConnection {
        self.session.app.store.reader()
    }

    /// The text of the present version, or of an older one.
    async fn body(&self, version: Option<i32>) -> Outcome<Markup> {
        let row = &self.document.row;
        match version.filter(|version| *version != row.version) {
            Some(version) => Ok(text(&serde_json::from_str(
                &find::version(self.db(), row.id, version).await?.draft,
            )?)),
            None => Ok(text(&self.document.numbered_draft())),
        }
    }

    /// The first open step that the reader may take.
    async fn next(&self) -> Outcome<Option<NextAct>> {
        let (document, lang) = (self.document, self.session.lang);
        let proposal = |task: &flow_task::Model| {
            ["sign_proposal", "number_proposal"].contains(&task.element.as_str())
        };
        let mine = self.tasks.iter().find(|task| {
            (document.row.carried_by.is_none() || proposal(task))
                && may_take(self.session, document, task)
        });
        let Some(task) = mine else { return Ok(None) };
        let calendar = people_find::calendar(self.db(), document.row.org_id).await?;
        let carried = if proposal(task) {
            find::proposal_of(self.db(), task.document_id).await?
        } else {
            None
        };
        let object = carried
            .as_ref()
            .map_or_else(|| document.title(), Document::title);
        // The drafter hands over from here; the draft itself is one link away.
        let href = if task.element == "draft" {
            format!("{}/trinh", document_page(task.document_id))
        } else {
            task_address(task)
        };
        Ok(Some(NextAct {
            href,
            label: format!("{}: {object}", task.name),
            due: task
                .due_at
                .map(|due| when(due, self.session.now, &calendar, lang)),
        }))
    }

    async fn facts(&self) -> Outcome<Vec<(String, String)>> {
        let (lang, row, signer) = (
            self.session.lang,
            &self.document.row,
            &self.document.draft.signer,
        );
        let owner = people_find::unit(self.db(), row.owner_id, self.session.today()).await?;
        let first = find::version(self.db(), row.id, 1).await?;
        let mut facts = vec![
            (lang.t("drafting-unit"), owner.name),
            (said(lang, "Người soạn thảo", "Drafter"), first.by_name),
            (
                lang.t("signer"),
                format!("{}, {}", signer.title_lines.join(" "), signer.name),
            ),
        ];
        if let Some(number) = row.number {
            facts.push((
                lang.t("number-symbol"),
                format!("{number:02}/{}", row.symbol),
            ));
        }
        if let Some(day) = row.issued_on {
            facts.push((lang.t("issue-date"), vn_date(day)));
        }
        if let Some(recall) = recall::of(self.db(), row.id).await? {
            facts.push((
                said(lang, "Thu hồi", "Recalled"),
                format!("{}, {}: {}", date_time(recall.at), recall.by, recall.reason),
            ));
        }
        facts.extend(self.dropped().await?);
        facts.push((said(lang, "Cập nhật", "Changed"), date_time(row.changed_at)));
        Ok(facts)
    }

    /// Who ended it before it was issued, and why.
    async fn dropped(&self) -> Outcome<Option<(String, String)>> {
        if self.document.row.state != state::DROPPED {
            return Ok(None);
        }
        let act = journal::Entity::find()
            .filter(journal::Column::DocumentId.eq(self.document.row.id))
            .filter(journal::Column::Act.eq("document.dropped"))
            .one(self.db())
            .await?;
        Ok(act.map(|act| {
            let data: serde_json::Value = serde_json::from_str(&act.data).unwrap_or_default();
            let reason = data["reason"].as_str().unwrap_or_default();
            let words = format!("{}, {}: {reason}", date_time(act.at), act.actor_name);
            (said(self.session.lang, "Thôi ban hành", "Dropped"), words)
        }))
    }

    async fn files(&self) -> Outcome<Vec<Link>> {
        let (lang, id) = (self.session.lang, self.document.row.id);
        let signed = find::file(self.db(), id, "signed").await?.is_some();
        let words = if signed {
            said(lang, "Tệp PDF có chữ ký", "Signed PDF")
        } else {
            said(
                lang,
                "Xem bản trình bày (PDF)",
                "See the typeset page (PDF)",
            )
        };
        let mut links = vec![Link::new(&format!("{}/tep.pdf", document_page(id)), &words)];
        for file in attach::of(self.db(), id).await? {
            let size = bytes(u64::try_from(file.size).unwrap_or(0));
            links.push(Link::new(
                &format!("{}/dinh-kem/{}", document_page(id), file.id),
                &format!("{} ({size})", file.name),
            ));
        }
        Ok(links)
    }

    /// All opinions inside the organisation, their own for the units that were asked.
    async fn opinions(&self) -> Outcome<Vec<OpinionRow>> {
        let own = self.session.actor.unit_ids();
        let mut rows = find::opinions(self.db(), self.document.row.id).await?;
        rows.retain(|row| self.inside() || own.contains(&row.unit_id));
        let units = asked_units(self.session, &rows).await?;
        Ok(rows
            .iter()
            .map(|row| opinion_row(row, &units, self.session))
            .collect())
    }

    async fn versions(&self) -> Outcome<Vec<VersionRow>> {
        let id = self.document.row.id;
        let rows = find::versions(self.db(), id).await?;
        Ok(rows
            .into_iter()
            .map(|row| VersionRow {
                number: u32::try_from(row.version).unwrap_or(0),
                at: date_time(row.created_at),
                who: row.by_name,
                remark: row.note,
                href: format!("{}?ban={}", document_page(id), row.version),
                compare_href: (row.version > 1)
                    .then(|| format!("{}/so-sanh?den={}", document_page(id), row.version)),
            })
            .collect())
    }

    /// What was done, newest first.
    async fn history(&self, before: Option<i64>) -> Outcome<Vec<Happening>> {
        let mut select = journal::Entity::find()
            .filter(journal::Column::DocumentId.eq(self.document.row.id))
            .order_by_desc(journal::Column::Id)
            .limit(HISTORY as u64);
        if let Some(before) = before {
            select = select.filter(journal::Column::Id.lt(before));
        }
        let rows = select.all(self.db()).await?;
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

    async fn progress(&self) -> Outcome<Progress> {
        let counts = tracking::counts(self.db(), self.document.row.id, self.session.now).await?;
        let count = |show: Show| {
            Show::ALL
                .iter()
                .zip(counts)
                .find(|(known, _)| **known == show)
                .map_or(0, |(_, count)| count)
        };
        let (done, total) = (count(Show::Accepted), count(Show::Action));
        Ok(Progress {
            done,
            total,
            label: self
                .session
                .lang
                .tx("tracking-progress", &format!("{done} / {total}")),
        })
    }

    /// What it corrects or replaces, or is corrected or replaced by.
    /// What it corrects or replaces, what does so with it, and the documents that its legal bases name.
    async fn related(&self) -> Outcome<Vec<Link>> {
        let (db, lang) = (self.db(), self.session.lang);
        let mut links: Vec<Link> = after::related(db, self.document.row.id, self.inside())
            .await?
            .into_iter()
            .map(|other| {
                let (vi, en) = other.words;
                Link::new(&document_page(other.id), &said(lang, vi, en))
            })
            .collect();
        let named = bases::named(
            db,
            &self.session.actor,
            self.document.row.org_id,
            &self.document.draft,
            self.session.today(),
        )
        .await?;
        for base in named {
            let words = said(
                lang,
                format!("Căn cứ {}", base.title),
                format!("Based on {}", base.title),
            );
            links.push(Link::new(&document_page(base.id), &words));
        }
        Ok(links)
    }

    async fn links(&self) -> Outcome<Vec<Link>> {
        let (lang, row) = (self.session.lang, &self.document.row);
        let mut links = Vec::new();
        if may_draft(&self.session.actor, row.owner_id)
            && draft::changeable(self.db(), self.document).await.is_ok()
        {
            links.push(Link::new(
                &format!("{}/soan", document_page(row.id)),
                &said(lang, "Sửa dự thảo", "Edit the draft"),
            ));
            links.push(Link::new(
                &format!("{}/dinh-kem", document_page(row.id)),
                &said(lang, "Tệp đính kèm", "Attached files"),
            ));
        }
        if may_draft(&self.session.actor, row.owner_id) && row.carried_by.is_none() {
            links.push(Link::new(
                &format!("{}/dung-lai", document_page(row.id)),
                &said(lang, "Dùng lại văn bản này", "Use this document again"),
            ));
        }
        let issued = [state::ISSUED, state::CLOSED].contains(&row.state.as_str());
        if issued && row.carried_by.is_none() && may_draft(&self.session.actor, row.owner_id) {
            links.push(Link::new(
                &format!("{}/dinh-chinh", document_page(row.id)),
                &said(lang, "Đính chính, thay thế", "Correct or replace"),
            ));
        }
        if issued && recall::may_recall(&self.session.actor, row.org_id) {
            links.push(Link::new(
                &format!("{}/thu-hoi", document_page(row.id)),
                &said(lang, "Thu hồi văn bản", "Recall the document"),
            ));
        }
        if more::may_send(&self.session.actor, self.document) {
            links.push(Link::new(
                &format!("{}/gui-them", document_page(row.id)),
                &said(lang, "Gửi thêm nơi nhận", "Send to more recipients"),
            ));
        }
        if let Some(decision) = row.carried_by {
            links.push(Link::new(
                &document_page(decision),
                &said(lang, "Văn bản được trình", "The document it carries"),
            ));
        }
        if let Some(proposal) = find::proposal_of(self.db(), row.id).await? {
            links.push(Link::new(
                &document_page(proposal.row.id),
                &trinhky_drafting::upper_first(&proposal.title()),
            ));
        }
        // A report tells of objectives and sets none.
        let sets_objectives = self.document.doc_type != DocType::BC;
        if row.issued_at.is_some() && row.instance_id.is_some() && sets_objectives {
            links.push(Link::new(
                &format!("{}/chung-cu", document_page(row.id)),
                &said(lang, "Chứng cứ gửi, nhận", "Proof of sending and receipt"),
            ));
            links.push(Link::new(
                &format!("{}/muc-tieu", document_page(row.id)),
                &said(
                    lang,
                    "Mục tiêu, báo cáo, đánh giá",
                    "Objectives, reports, evaluation",
                ),
            ));
        }
        Ok(links)
    }
}

/// Where the workflow stands, in words: the steps that are open, each once.
fn stands(tasks: &[flow_task::Model], lang: Lang) -> String {
    let mut steps: Vec<(&str, usize)> = Vec::new();
    for task in tasks {
        match steps.iter_mut().find(|(name, _)| *name == task.name) {
            Some((_, count)) => *count += 1,
            None => steps.push((&task.name, 1)),
        }
    }
    if steps.is_empty() {
        return said(
            lang,
            "Không có bước nào đang chờ người làm.",
            "No step is waiting for anybody.",
        );
    }
    let steps: Vec<String> = steps
        .into_iter()
        .map(|(name, count)| {
            if count > 1 {
                format!("{name} ({count})")
            } else {
                name.to_owned()
            }
        })
        .collect();
    format!(
        "{} {}.",
        said(lang, "Đang ở bước:", "Now at:"),
        steps.join("; ")
    )
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Normal => "",
        Urgency::Khan => "KHẨN",
        Urgency::ThuongKhan => "THƯỢNG KHẨN",
        Urgency::HoaToc => "HỎA TỐC",
    }
}
