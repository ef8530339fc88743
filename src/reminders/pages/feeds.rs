//! My calendars of deadlines: make a private link, take it back; and the calendar itself.

use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use crate::app::App;
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed, field_error};
use crate::reminders::feed::{self, make, of_actor, take_back};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, WebError, html, refused};

const ADDRESS: &str = "/toi/lich";
/// The choice of the own calendar, beside the ids of units.
const OWN: &str = "me";

/// `GET /toi/lich`: everybody's own links.
///
/// # Errors
/// What the database reports.
pub async fn feeds_page(session: Session) -> Result<Response, WebError> {
    let page = view(&session, first_form(), None).await;
    Ok(html(&page.map_err(|fault| failed(fault, ADDRESS))?))
}

fn first_form() -> Form {
    let mut form = Form::new(ADDRESS, "", "");
    form.set("whose", OWN);
    form
}

/// `POST /toi/lich`: `do` is `make`, with `whose` calendar, or `take_back`, with `feed`. A new link is shown this once.
///
/// # Errors
/// What is not acceptable shows the form again.
pub async fn change_feeds(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    if form.value("do") == "take_back" {
        for id in form.all("feed").filter_map(|id| id.parse::<Uuid>().ok()) {
            take_back(&session.app, &session.actor, id)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
        }
        let text = session.lang.t("feeds-taken-back");
        return Ok(done(ADDRESS, &text));
    }
    let unit = form.value("whose").parse::<Uuid>().ok();
    match make(&session.app, &session.actor, unit).await {
        Ok(secret) => {
            let link = format!("{}/lich/{secret}", session.app.config.base_url());
            let page = view(&session, first_form(), Some(link)).await;
            Ok(html(&page.map_err(|fault| failed(fault, ADDRESS))?))
        }
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse("whose", session.lang.say(&refusal.vi, &refusal.en));
            let page = view(&session, form, None).await;
            Ok(refused(html(
                &page.map_err(|fault| failed(fault, ADDRESS))?,
            )))
        }
    }
}

async fn view(session: &Session, form: Form, made: Option<String>) -> Outcome<Sheet> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let ids = session.actor.unit_ids();
    let units = people_find::units(db, &ids, session.today()).await?;
    let mut parts = Vec::new();
    if let Some(link) = made {
        parts.push(Part::Note(lang.t("feeds-made")));
        parts.push(Part::Lines(vec![link]));
    }
    parts.push(Part::Text(lang.t("feeds-what")));
    let whose = std::iter::once(choice(OWN, lang.t("feeds-own"))).chain(
        units
            .iter()
            .map(|(id, unit)| choice(&id.to_string(), lang.tx("feeds-unit", &unit.name))),
    );
    parts.push(Part::Form(Entry {
        form,
        fields: vec![Field::new(
            "whose",
            lang.t("feeds-whose"),
            Input::One(whose.collect()),
        )],
        acts: vec![Act::main(lang.t("feeds-make"), lang.t("feeds-make-then")).valued("make")],
        upload: false,
    }));
    let feeds = of_actor(db, &session.actor).await?;
    if !feeds.is_empty() {
        let shown = feeds.iter().map(|feed| {
            let whose = match feed.unit_id {
                None => lang.t("feeds-own"),
                Some(id) => units
                    .get(&id)
                    .map_or_else(|| lang.t("feeds-unit-left"), |unit| unit.name.clone()),
            };
            let text = format!("{whose}, {}", date_time(feed.created_at));
            choice(&feed.id.to_string(), text)
        });
        parts.push(Part::Heading(lang.t("feeds-links")));
        parts.push(Part::Form(Entry {
            form: Form::new(ADDRESS, "", ""),
            fields: vec![Field::new(
                "feed",
                lang.t("feeds-which"),
                Input::Several(shown.collect()),
            )],
            acts: vec![
                Act::main(lang.t("feeds-take-back"), lang.t("feeds-take-back-then"))
                    .valued("take_back"),
            ],
            upload: false,
        }));
    }
    let mut page = session.page(&lang.t("feeds-title"));
    page.crumbs = vec![Link::new(
        "/toi",
        &lang.say("Tài khoản của tôi", "My account"),
    )];
    Ok(Sheet { page, parts })
}

/// `GET /lich/{secret}`: the calendar of a link, for programmes that cannot sign in.
///
/// # Errors
/// 404 where the link was taken back or its person may not see this any more.
pub async fn feed(
    State(app): State<App>,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    let text = feed::calendar(&app, secret.trim_end_matches(".ics"))
        .await
        .map_err(|fault| failed(fault, "/"))?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, text).into_response())
}
