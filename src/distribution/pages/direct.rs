//! What the receiving unit does with a document: its leader charges people with it, the lead says when it is done.

use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use uuid::Uuid;

use super::{Fields, refused};
use crate::distribution::direction::{
    self, Direction, Wanted, complete, may_complete, may_direct, of_delivery, part, people_of,
};
use crate::distribution::receipt::{self, Delivered};
use crate::distribution::state;
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::{date_time, read_date, weekday_date};
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table, choice};
use crate::web::{Form, WebError, html};

/// `GET /tiep-nhan/{id}/chi-dao`: who belongs to the recipient or the sender.
///
/// # Errors
/// 404 for everybody else.
pub async fn direction_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let page = view(&session, id, None).await;
    Ok(html(&page.map_err(|fault| failed(fault, &receipt_at(id)))?))
}

/// `POST /tiep-nhan/{id}/chi-dao`: `do` is `direct` (fields `lead`, `support`, `inform`, `due`, `remark`) for the unit's
/// leader, or `complete` (`outcome`) for the lead.
///
/// # Errors
/// 403 and 404 for others, 409 when it is done already; what is not acceptable shows the form again.
pub async fn change_direction(
    session: Session,
    Path(id): Path<Uuid>,
    Body(fields): Body<Fields>,
) -> Result<Response, WebError> {
    let here = address(id);
    let mut form = Form::sent(&here, fields);
    let (app, actor) = (&session.app, &session.actor);
    let (result, flash) = if form.value("do") == "complete" {
        let outcome = form.value("outcome").to_owned();
        (complete(app, actor, id, outcome).await, "direction-done")
    } else {
        let result = match wanted(&form) {
            Ok(wanted) => direction::direct(app, actor, id, wanted).await,
            Err(fault) => Err(fault),
        };
        (result, "direction-given")
    };
    match result {
        Ok(()) => Ok(done(&here, &session.lang.t(flash))),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("lead"),
                session.lang.say(&refusal.vi, &refusal.en),
            );
            let page = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(html(&page)))
        }
    }
}

fn address(id: Uuid) -> String {
    format!("{}/chi-dao", receipt_at(id))
}

fn receipt_at(id: Uuid) -> String {
    format!("/tiep-nhan/{id}")
}

/// What the leader's form says.
fn wanted(form: &Form) -> Outcome<Wanted> {
    let people = |name: &str| -> Vec<Uuid> {
        form.all(name)
            .filter_map(|value| value.parse().ok())
            .collect()
    };
    let lead = form
        .value("lead")
        .parse()
        .map_err(|_| Fault::invalid("lead", "Chọn người chủ trì.", "Choose who leads."))?;
    let due_on = match form.value("due").trim() {
        "" => None,
        typed => Some(read_date(typed).ok_or_else(|| {
            Fault::invalid(
                "due",
                "Ghi hạn theo ngày/tháng/năm, ví dụ 31/03/2023.",
                "Write the deadline as day/month/year, e.g. 31/03/2023.",
            )
        })?),
    };
    Ok(Wanted {
        lead,
        support: people(part::SUPPORT),
        inform: people(part::INFORM),
        due_on,
        remark: form.value("remark").to_owned(),
    })
}

/// The page; `sent` is the form that was not accepted.
async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Sheet> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let found = receipt::visible(db, &session.actor, id).await?;
    let direction = of_delivery(db, id).await?;
    let mut parts = vec![Part::Text(found.subject.clone())];
    if found.state != state::REGISTERED {
        parts.push(Part::Note(lang.t("direction-not-registered")));
    }
    let (completing, directing) = match sent {
        Some(form) if form.value("do") == "complete" => (Some(form), None),
        other => (None, other),
    };
    if let Some(direction) = &direction {
        parts.push(Part::Table(table(session, direction)));
        let open = direction.row.completed_at.is_none();
        if open && may_complete(&session.actor, &found, direction) {
            parts.push(Part::Heading(lang.t("direction-complete")));
            parts.push(Part::Form(completion(session, id, completing)));
        }
    }
    let open = direction
        .as_ref()
        .is_none_or(|direction| direction.row.completed_at.is_none());
    if open && found.state == state::REGISTERED && may_direct(&session.actor, &found) {
        parts.push(Part::Heading(lang.t(if direction.is_some() {
            "direction-change"
        } else {
            "direction-give"
        })));
        let form = directing.unwrap_or_else(|| filled(id, direction.as_ref()));
        parts.push(Part::Form(charge(session, &found, form).await?));
    } else if direction.is_none() {
        parts.push(Part::Text(lang.t("direction-none")));
    }
    let mut page = session.page(&lang.t("direction-title"));
    page.crumbs = vec![
        Link::new("/van-ban-den", &lang.t("inbox-title")),
        Link::new(&receipt_at(id), &found.title()?),
    ];
    Ok(Sheet { page, parts })
}

/// Who does what until when, and what came of it.
fn table(session: &Session, direction: &Direction) -> Table {
    let lang = session.lang;
    let row = &direction.row;
    let at = |key: &str, at, by: &str| vec![lang.t(key), format!("{}, {by}", date_time(at))];
    let mut rows = vec![at("direction-by", row.directed_at, &row.directed_by)];
    for (key, part) in [
        ("direction-lead", part::LEAD),
        ("direction-support", part::SUPPORT),
        ("direction-inform", part::INFORM),
    ] {
        let names = direction.names(part);
        if !names.is_empty() {
            rows.push(vec![lang.t(key), names.join(", ")]);
        }
    }
    if let Some(due) = row.due_at {
        let mut text = date_time(due);
        if row.completed_at.unwrap_or(session.now) > due {
            text.push_str(&format!(" ({})", lang.t("tracking-late")));
        }
        rows.push(vec![lang.t("due-label"), text]);
    }
    if !row.remark.is_empty() {
        rows.push(vec![lang.t("direction-remark"), row.remark.clone()]);
    }
    if let Some(completed) = row.completed_at {
        rows.push(at("direction-completed", completed, &row.completed_by));
        rows.push(vec![lang.t("direction-outcome"), row.outcome.clone()]);
    }
    Table {
        head: vec![lang.t("direction-what"), lang.t("direction-who")],
        rows,
    }
}

fn completion(session: &Session, id: Uuid, sent: Option<Form>) -> Entry {
    let lang = session.lang;
    Entry {
        form: sent.unwrap_or_else(|| Form::new(&address(id), "", "")),
        fields: vec![Field::new(
            "outcome",
            lang.t("direction-outcome"),
            Input::Area(3),
        )],
        acts: vec![
            Act::main(
                lang.t("direction-complete"),
                lang.t("direction-complete-then"),
            )
            .valued("complete"),
        ],
        upload: false,
    }
}

/// The leader's form with what was directed before.
fn filled(id: Uuid, direction: Option<&Direction>) -> Form {
    let mut pairs = Vec::new();
    if let Some(direction) = direction {
        for person in &direction.people {
            pairs.push((person.part.clone(), person.person_id.to_string()));
        }
        if let Some(due) = direction.row.due_at {
            let day = trinhky_calendar::deadline_day(due);
            pairs.push(("due".to_owned(), trinhky_calendar::vn_date(day)));
        }
        pairs.push(("remark".to_owned(), direction.row.remark.clone()));
    }
    Form::sent(&address(id), pairs)
}

async fn charge(session: &Session, found: &Delivered, form: Form) -> Outcome<Entry> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let people = people_of(db, found.unit_id, session.today()).await?;
    let choices = || {
        people
            .iter()
            .map(|holder| {
                let text = format!("{} ({})", holder.name, holder.post.title);
                choice(&holder.person_id.to_string(), text)
            })
            .collect::<Vec<_>>()
    };
    let unit = people_find::unit(db, found.unit_id, session.today()).await?;
    let calendar = people_find::calendar(db, unit.org_id).await?;
    let example = calendar.add_working_days(session.today(), 5);
    let mut due = Field::typed("due", lang.t("direction-due"), "text", "");
    due.hint = lang.tx("direction-due-hint", &weekday_date(example, lang));
    Ok(Entry {
        form,
        fields: vec![
            Field::new("lead", lang.t("direction-lead"), Input::One(choices())),
            Field::new(
                part::SUPPORT,
                lang.t("direction-support"),
                Input::Several(choices()),
            ),
            Field::new(
                part::INFORM,
                lang.t("direction-inform"),
                Input::Several(choices()),
            ),
            due,
            Field::new("remark", lang.t("direction-remark"), Input::Area(3)),
        ],
        acts: vec![Act::main(lang.t("direction-do"), lang.t("direction-then")).valued("direct")],
        upload: false,
    })
}
