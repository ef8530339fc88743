//! The course of a document's workflow for its own organisation: the open steps and who has them, what got stuck, and what
//! the reader may do about each. One form at a time, so that every act says what happens then.

mod follows;
mod form;

use std::collections::BTreeSet;

use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use serde::Deserialize;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use crate::documents::steer::{self, Hand, right};
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_task};
use crate::people::may::{self, TaskRight};
use crate::people::session::{Session, done, failed};
use crate::people::{find as people_find, roles};
use crate::queue;
use crate::web::format::{date_time, read_date, when};
use crate::web::views::sheet::{Act, Entry, Field, Part, Sheet, State};
use crate::web::views::{Mark, Tone};
use crate::web::{Form, Lang, Link, WebError, html};

/// Steps of one round that are listed; of a larger one its own page tells more.
const LISTED: usize = 30;

/// What is asked of the page: one act at one step.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    viec: String,
    /// The step's task; for incidents and jobs their id.
    #[serde(default)]
    buoc: String,
}

/// `GET /van-ban/{id}/quy-trinh`.
///
/// # Errors
/// 404 outside the organisation and where no workflow runs.
pub async fn course(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let view = view(&session, id, &asked, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/quy-trinh`: `do` is the act, `task` its step.
///
/// # Errors
/// As [`course`]; a refusal shows the form again.
pub async fn steer_course(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = address(id);
    let mut form = Form::sent(&fresh, pairs);
    match act(&session, id, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(session.lang, "Đã ghi nhận.", "It is recorded."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let asked = Asked {
                viec: form.value("do").to_owned(),
                buoc: form.value("task").to_owned(),
            };
            let view = view(&session, id, &asked, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn act(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    session.journalled(inside(session, id).await).await?;
    let (app, actor, task) = (&session.app, &session.actor, form.value("task").to_owned());
    let reason = form.value("reason").to_owned();
    let hand = |to| steer::hand(app, actor, id, task.clone(), to);
    match form.value("do") {
        "take" => hand(Hand::Take).await,
        "leave" => hand(Hand::Leave).await,
        "return" => hand(Hand::Return).await,
        "lend" => hand(Hand::Lend(chosen(form, "person")?)).await,
        "give" => hand(Hand::Give(chosen(form, "person")?)).await,
        "extend" => {
            let day = read_date(form.value("due")).ok_or_else(|| {
                Fault::invalid(
                    "due",
                    "Ghi ngày như 24/3/2023.",
                    "Write the day as 24/3/2023.",
                )
            })?;
            let document = find::document(app.store.reader(), id).await?;
            let calendar = people_find::calendar(app.store.reader(), document.row.org_id).await?;
            steer::extend(app, actor, id, task, calendar.end_of_office(day), reason).await
        }
        "back" => steer::send_back(app, actor, id, task, form.value("to").to_owned(), reason).await,
        "ask" => steer::ask_another(app, actor, id, chosen(form, "unit")?).await,
        "excuse" => steer::excuse(app, actor, id, chosen(form, "unit")?, reason).await,
        "end" => steer::end(app, actor, id, reason).await,
        "resolve" => {
            steer::resolve(app, actor, id, task, variables(form.value("variables"))?).await
        }
        "retry" => {
            let job = task.parse().map_err(|_| Fault::NotFound)?;
            steer::retry(app, actor, id, job).await
        }
        _ => Err(Fault::NotFound),
    }
}

fn chosen(form: &Form, field: &str) -> Outcome<Uuid> {
    form.value(field).parse().map_err(|_| {
        Fault::invalid(
            field,
            "Chọn một trong danh sách.",
            "Choose one of the list.",
        )
    })
}

/// One `name = value` a line, the value as JSON.
fn variables(text: &str) -> Outcome<Variables> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let parsed = line.split_once('=').and_then(|(name, value)| {
                Some((
                    name.trim().to_owned(),
                    serde_json::from_str(value.trim()).ok()?,
                ))
            });
            parsed.filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
                Fault::invalid(
                    "variables",
                    format!(
                        "Không đọc được dòng “{line}”. Ghi: tên = giá trị, chữ đặt trong dấu \"\"."
                    ),
                    format!(
                        "The line \"{line}\" cannot be read. Write: name = value, texts in \"\"."
                    ),
                )
            })
        })
        .collect()
}

/// The document, for who works on documents of its organisation.
async fn inside(session: &Session, id: Uuid) -> Outcome<Document> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if may::work_on_documents_of(&session.actor, document.row.org_id)
        && document.row.instance_id.is_some()
    {
        Ok(document)
    } else {
        Err(Fault::NotFound)
    }
}

fn address(id: Uuid) -> String {
    format!("/van-ban/{id}/quy-trinh")
}

async fn view(session: &Session, id: Uuid, asked: &Asked, sent: Option<Form>) -> Outcome<Sheet> {
    let document = inside(session, id).await?;
    let tasks = flow::tasks_of_document(session.app.store.reader(), id).await?;
    let course = Course {
        session,
        document,
        tasks,
    };
    if asked.viec.is_empty() {
        return course.overview().await;
    }
    course.form(asked, sent).await
}

/// A document's workflow in the eyes of one reader.
struct Course<'a> {
    session: &'a Session,
    document: Document,
    tasks: Vec<flow_task::Model>,
}

impl Course<'_> {
    fn db(&self) -> &sea_orm::DatabaseConnection {
        self.session.app.store.reader()
    }

    fn lang(&self) -> Lang {
        self.session.lang
    }

    fn says(&self, vi: &str, en: &str) -> String {
        said(self.lang(), vi, en)
    }

    async fn overview(&self) -> Outcome<Sheet> {
        let id = self.document.row.id;
        let mut parts = Vec::new();
        parts.extend(self.stuck().await?);
        if self.tasks.is_empty() {
            parts.push(Part::Text(self.says(
                "Không có bước nào đang chờ người làm.",
                "No step is waiting for anybody.",
            )));
        }
        let (mut seen, mut elements) = (0, BTreeSet::new());
        for task in &self.tasks {
            if task.unit_id.is_some() || task.person_id.is_some() {
                seen += 1;
                if seen > LISTED {
                    continue;
                }
            }
            // The way back is the same from every step of a round.
            let first = elements.insert(task.element.as_str());
            parts.extend(self.step(task, first).await?);
        }
        if seen > LISTED {
            let more = seen - LISTED;
            parts.push(Part::Text(self.says(
                &format!("Còn {more} bước khác của các đơn vị."),
                &format!("And {more} more steps of units."),
            )));
        }
        let mut links = vec![Link::new(
            &format!("{}/quy-trinh.svg", document_page(id)),
            &self.says("Hình vẽ quy trình", "Drawing of the workflow"),
        )];
        if steer::may_end(&self.session.actor, &self.document) {
            links.push(Link::new(
                &format!("{}?viec=end", address(id)),
                &self.says("Thôi ban hành văn bản này", "Drop this document"),
            ));
        }
        parts.push(Part::Links(links));
        Ok(Sheet {
            page: page(
                self.session,
                &self.document,
                &self.says("Điều khiển quy trình", "Course of the workflow"),
            ),
            parts,
        })
    }

    /// An open step: who has it, until when, and what the reader may do about it.
    async fn step(&self, task: &flow_task::Model, first: bool) -> Outcome<Vec<Part>> {
        let (actor, right) = (&self.session.actor, right(&self.document, task));
        let unit = match task.unit_id {
            Some(unit) => people_find::unit(self.db(), unit, self.session.today())
                .await?
                .called()
                .to_owned(),
            None => String::new(),
        };
        let heading = if unit.is_empty() {
            task.name.clone()
        } else {
            format!("{}: {unit}", task.name)
        };
        let mut parts = vec![
            Part::Heading(heading),
            Part::Text(self.standing(task).await?),
        ];
        let mut links = Vec::new();
        let mut buttons = Vec::new();
        let mine = may::do_task(actor, &right);
        let holds = task.claimed_by.is_some() && task.claimed_by == actor.person_id;
        match task.state.as_str() {
            "offered" if mine => {
                let then = self.says(
                    "Những người khác thấy bạn đang làm.",
                    "The others see that you are at it.",
                );
                buttons.push(Act::other(self.says("Nhận việc", "Take it"), then, "take"));
                links.push(self.link(task, "lend", "Nhờ người khác làm", "Let somebody do it"));
            }
            "claimed" if holds => {
                let then = self.says(
                    "Ai có quyền cũng nhận được.",
                    "Whoever may do it can take it.",
                );
                buttons.push(Act::other(
                    self.says("Thôi giữ việc", "Give it up"),
                    then,
                    "leave",
                ));
                links.push(self.link(task, "lend", "Nhờ người khác làm", "Let somebody do it"));
            }
            "delegated" if mine => {
                let then = self.says("Việc về lại người đã nhờ.", "It goes back to who lent it.");
                buttons.push(Act::other(
                    self.says("Giao lại", "Hand it back"),
                    then,
                    "return",
                ));
            }
            _ => {}
        }
        if may::direct(actor, &right) {
            links.push(self.link(task, "give", "Giao cho", "Give it to"));
        }
        if task.due_at.is_some() && may::lead(actor, task.org_id) {
            links.push(self.link(task, "extend", "Gia hạn", "Move the deadline"));
        }
        if first && !self.targets(task).await?.is_empty() {
            links.push(self.link(task, "back", "Đưa về bước trước", "Send it back"));
        }
        if task.element == "give_opinion" && self.may_ask(task) {
            links.push(self.link(task, "ask", "Lấy thêm ý kiến", "Ask one unit more"));
            links.push(self.link(
                task,
                "excuse",
                "Thôi lấy ý kiến đơn vị này",
                "Stop asking this unit",
            ));
        }
        if !buttons.is_empty() {
            parts.push(Part::Form(self.entry(
                &task.task_id,
                Vec::new(),
                buttons,
                None,
            )));
        }
        if !links.is_empty() {
            parts.push(Part::Links(links));
        }
        if mine && !may::held_by_other(actor, task.claimed_by) {
            parts.push(Part::Lines(self.what_follows(task).await?));
        }
        Ok(parts)
    }

    /// `Chánh Văn phòng. Nguyễn Văn A đang giữ. Hạn 17:00 thứ Sáu 24/3/2023.`
    async fn standing(&self, task: &flow_task::Model) -> Outcome<String> {
        let mut words = format!("{}.", roles::name(self.lang(), &task.role));
        if let Some(person) = task.claimed_by {
            let holder = people_find::posts_of(self.db(), person, self.session.today()).await?;
            let name = holder
                .first()
                .map_or_else(String::new, |holder| holder.name.clone());
            let lent = task.state == "delegated";
            words.push_str(&match (lent, self.lang()) {
                (true, Lang::Vi) => format!(" {name} được nhờ làm."),
                (true, Lang::En) => format!(" {name} does it for somebody."),
                (false, Lang::Vi) => format!(" {name} đang giữ."),
                (false, Lang::En) => format!(" {name} has it."),
            });
        }
        if let Some(due) = task.due_at {
            let calendar = people_find::calendar(self.db(), task.org_id).await?;
            let due = when(due, self.session.now, &calendar, self.lang());
            words.push_str(&format!(
                " {} {} ({}).",
                self.lang().t("due"),
                due.at,
                due.left
            ));
        }
        Ok(words)
    }

    /// Incidents of the workflow and jobs that were given up, each with the way on for administrators.
    async fn stuck(&self) -> Outcome<Vec<Part>> {
        let instance = self.document.instance()?;
        let admin = may::administer(&self.session.actor, self.document.row.org_id);
        let href = |act: &str, id: String| {
            if admin {
                format!("{}?viec={act}&buoc={id}", address(self.document.row.id))
            } else {
                String::new()
            }
        };
        let mut lines = Vec::new();
        let mark = || Mark::new(Tone::Failed, self.says("Sự cố", "Incident"));
        for (id, scope) in &flow::whole(self.db(), instance).await?.scopes {
            for (number, incident) in &scope.incidents {
                lines.push(State {
                    mark: mark(),
                    text: self.says(
                        "Quy trình dừng, chờ xử lý",
                        "The workflow waits to be resolved",
                    ),
                    note: self.says(&incident.message_vi, &incident.message),
                    href: href("resolve", format!("{id}:{number}")),
                });
            }
        }
        for job in queue::given_up(self.db(), &format!("service:{instance}:")).await? {
            lines.push(State {
                mark: mark(),
                text: self.says("Việc tự động không chạy được", "A job has failed"),
                note: format!("{}: {}", date_time(job.run_at), job.last_error),
                href: href("retry", job.id.to_string()),
            });
        }
        Ok(if lines.is_empty() {
            Vec::new()
        } else {
            vec![Part::States(lines)]
        })
    }

    fn may_ask(&self, task: &flow_task::Model) -> bool {
        let drafter = TaskRight {
            role: "drafter",
            unit_id: None,
            ..right(&self.document, task)
        };
        may::do_task(&self.session.actor, &drafter) || may::lead(&self.session.actor, task.org_id)
    }

    async fn targets(&self, task: &flow_task::Model) -> Outcome<Vec<steer::Earlier>> {
        let mut steps = steer::earlier(self.db(), &self.document, task).await?;
        steps.retain(|step| steer::may_send_to(&self.session.actor, &self.document, task, step));
        Ok(steps)
    }

    fn link(&self, task: &flow_task::Model, act: &str, vi: &str, en: &str) -> Link {
        let href = format!(
            "{}?viec={act}&buoc={}",
            address(self.document.row.id),
            task.task_id
        );
        Link::new(&href, &self.says(vi, en))
    }

    fn entry(
        &self,
        task: &str,
        mut fields: Vec<Field>,
        acts: Vec<Act>,
        sent: Option<Form>,
    ) -> Entry {
        let mut form = sent.unwrap_or_else(|| Form::new(&address(self.document.row.id), "", ""));
        form.set("task", task);
        fields.push(Field::hidden("task"));
        Entry {
            form,
            fields,
            acts,
            upload: false,
        }
    }
}
