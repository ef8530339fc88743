//! The report regime: of a decision while it is not issued, of the organisation at any time; and who reports what.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use trinhky_calendar::periods::PeriodRule;
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use super::{Pairs, document_link, said};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::objectives::asked::{self, Asked};
use crate::objectives::find::{self, Indicator};
use crate::objectives::plan::year_of;
use crate::objectives::regime::{self, Frequency, Regime, Typed, may_set};
use crate::objectives::rows::report_period;
use crate::objectives::schedule::{self, Scheduled, cutoff_word};
use crate::objectives::units_for_action;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::regimes::{AskedPage, PeriodLine, RegimePage};
use crate::web::{Form, Lang, Link, WebError, html, refused};

const OF_ORGANISATION: &str = "/che-do-bao-cao";

/// Whose regime a page is about.
#[derive(Debug, Clone)]
enum Whose {
    Organisation(Uuid),
    Decision(Box<Document>),
}

/// `GET /che-do-bao-cao`: the regime that new decisions of the organisation begin with.
///
/// # Errors
/// 404 for who works for no organisation.
pub async fn own_regime_page(session: Session) -> Result<Response, WebError> {
    let whose = organisation(&session).map_err(|fault| failed(fault, "/"))?;
    shown(&session, &whose, None).await
}

/// `POST /che-do-bao-cao`: `do` is `save` or `preview`.
///
/// # Errors
/// As [`own_regime_page`]; what is not acceptable shows the form again.
pub async fn set_own_regime(
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let whose = organisation(&session).map_err(|fault| failed(fault, "/"))?;
    pressed(&session, &whose, pairs).await
}

/// `GET /van-ban/{id}/che-do-bao-cao`: the regime of a decision, its periods, who reports what.
///
/// # Errors
/// 404 for people of other organisations.
pub async fn regime_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let whose = decision(&session, id)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    shown(&session, &whose, None).await
}

/// `POST /van-ban/{id}/che-do-bao-cao`: `do` is `save` or `preview`.
///
/// # Errors
/// As [`regime_page`]; what is not acceptable shows the form again.
pub async fn set_regime(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let whose = decision(&session, id)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    pressed(&session, &whose, pairs).await
}

/// `GET /van-ban/{id}/che-do-bao-cao/{label}`: which units report one indicator.
///
/// # Errors
/// 404 for people of other organisations and for unknown indicators.
pub async fn asked_page(
    session: Session,
    Path((id, label)): Path<(Uuid, String)>,
) -> Result<Response, WebError> {
    let view = async {
        let (document, indicator) = indicator(&session, id, &label).await?;
        asked_view(&session, &document, &indicator, None).await
    };
    Ok(html(
        &view.await.map_err(|fault| failed(fault, "/muc-tieu"))?,
    ))
}

/// `POST /van-ban/{id}/che-do-bao-cao/{label}`: the boxes `unit`.
///
/// # Errors
/// As [`asked_page`]; what is not acceptable shows the form again.
pub async fn set_asked(
    session: Session,
    Path((id, label)): Path<(Uuid, String)>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = asked_address(id, &label);
    let mut form = Form::sent(&here, pairs);
    let found = indicator(&session, id, &label)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let units = form.all("unit").filter_map(|id| id.parse().ok()).collect();
    match asked::set(&session.app, &session.actor, id, found.1.id, units).await {
        Ok(()) => Ok(done(
            &format!("/van-ban/{id}{OF_ORGANISATION}"),
            &said(
                session.lang,
                "Đã giao chỉ tiêu.",
                "The indicator is assigned.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse("unit", said(session.lang, refusal.vi, refusal.en));
            let view = asked_view(&session, &found.0, &found.1, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(html(&view)))
        }
    }
}

impl Whose {
    fn address(&self) -> String {
        match self {
            Self::Organisation(_) => OF_ORGANISATION.to_owned(),
            Self::Decision(document) => format!("/van-ban/{}{OF_ORGANISATION}", document.row.id),
        }
    }

    fn org_id(&self) -> Uuid {
        match self {
            Self::Organisation(id) => *id,
            Self::Decision(document) => document.row.org_id,
        }
    }

    fn document(&self) -> Option<&Document> {
        match self {
            Self::Organisation(_) => None,
            Self::Decision(document) => Some(document),
        }
    }
}

fn organisation(session: &Session) -> Outcome<Whose> {
    let ids = session.actor.org_ids();
    ids.iter()
        .find(|id| may_set(&session.actor, **id, None))
        .or_else(|| ids.first())
        .map(|id| Whose::Organisation(*id))
        .ok_or(Fault::NotFound)
}

async fn decision(session: &Session, id: Uuid) -> Outcome<Whose> {
    let db = session.app.store.reader();
    let document = documents::find::own(db, &session.actor, id).await?;
    Ok(Whose::Decision(Box::new(document)))
}

async fn indicator(session: &Session, id: Uuid, label: &str) -> Outcome<(Document, Indicator)> {
    let Whose::Decision(document) = decision(session, id).await? else {
        return Err(Fault::NotFound);
    };
    let indicator = find::indicators(session.app.store.reader(), id)
        .await?
        .into_iter()
        .find(|indicator| indicator.label() == label)
        .ok_or(Fault::NotFound)?;
    Ok((*document, indicator))
}

async fn pressed(session: &Session, whose: &Whose, pairs: Pairs) -> Result<Response, WebError> {
    let here = whose.address();
    let mut form = Form::sent(&here, pairs);
    let typed = typed(&form);
    let outcome = if form.value("do") == "preview" {
        typed.read().map(|_| false)
    } else {
        let document_id = whose.document().map(|document| document.row.id);
        regime::set(
            &session.app,
            &session.actor,
            whose.org_id(),
            document_id,
            typed,
        )
        .await
        .map(|()| true)
    };
    match outcome {
        Ok(true) => Ok(done(
            &here,
            &said(
                session.lang,
                "Đã lưu chế độ báo cáo.",
                "The report regime is saved.",
            ),
        )),
        Ok(false) => shown(session, whose, Some(form)).await,
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("name"),
                said(session.lang, refusal.vi, refusal.en),
            );
            let page = shown(session, whose, Some(form)).await?;
            Ok(refused(page))
        }
    }
}

async fn shown(session: &Session, whose: &Whose, sent: Option<Form>) -> Result<Response, WebError> {
    Ok(html(
        &view(session, whose, sent)
            .await
            .map_err(|fault| failed(fault, "/muc-tieu"))?,
    ))
}

async fn view(session: &Session, whose: &Whose, sent: Option<Form>) -> Outcome<RegimePage> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let stored = match whose.document() {
        Some(document) => regime::of_document(db, document).await?,
        None => regime::of_organisation(db, whose.org_id()).await?,
    };
    let made = match whose.document() {
        Some(document) => find::periods(db, document.row.id).await?,
        None => Vec::new(),
    };
    let form = sent.unwrap_or_else(|| filled(&whose.address(), &stored));
    let regime = typed(&form).read().unwrap_or(stored);
    let (periods, periods_title) = if made.is_empty() {
        let title = said(lang, "Các kỳ theo chế độ này", "The periods of this regime");
        (expected(session, whose, &regime).await?, title)
    } else {
        let title = said(lang, "Các kỳ đã lập", "The periods as they were made");
        (made.iter().map(made_line).collect(), title)
    };
    let mut page = session.page(&match whose {
        Whose::Organisation(_) => said(
            lang,
            "Chế độ báo cáo chung của cơ quan",
            "The organisation's report regime",
        ),
        Whose::Decision(_) => said(lang, "Chế độ báo cáo", "Report regime"),
    });
    if let Some(document) = whose.document() {
        page.crumbs = vec![document_link(document)];
    }
    let allowed = may_set(&session.actor, whose.org_id(), whose.document());
    Ok(RegimePage {
        page,
        form,
        frequencies: Frequency::ALL
            .iter()
            .map(|frequency| (frequency.word(), frequency_name(*frequency, lang)))
            .collect(),
        cutoffs: [PeriodRule::Nd09, PeriodRule::Calendar]
            .iter()
            .map(|rule| (cutoff_word(*rule), cutoff_name(*rule, lang)))
            .collect(),
        periods,
        periods_title,
        fixed: fixed(!made.is_empty(), allowed, lang),
        may_act: allowed && made.is_empty(),
        then: match whose {
            Whose::Organisation(_) => said(
                lang,
                "Áp dụng cho các quyết định phát hành từ nay, trừ quyết định có chế độ riêng.",
                "Applies to decisions issued from now on, unless a decision has its own.",
            ),
            Whose::Decision(_) => said(
                lang,
                "Khi phát hành, các kỳ báo cáo được lập theo đây.",
                "At the issue the report periods are made from this.",
            ),
        },
        asked: match whose.document() {
            Some(document) => asked_lines(session, document).await?,
            None => Vec::new(),
        },
    })
}

fn fixed(made: bool, allowed: bool, lang: Lang) -> String {
    if made {
        said(
            lang,
            "Quyết định đã phát hành, các kỳ đã lập; chế độ báo cáo không đổi được nữa.",
            "The decision is issued and its periods are made; the regime is fixed.",
        )
    } else if allowed {
        String::new()
    } else {
        said(
            lang,
            "Văn phòng, người quản trị hoặc người soạn thảo đặt chế độ báo cáo.",
            "The Office, the administrator or the drafter set the regime.",
        )
    }
}

/// The periods that a regime would give: of the decision's year as if issued today, of this year for the organisation.
async fn expected(session: &Session, whose: &Whose, regime: &Regime) -> Outcome<Vec<PeriodLine>> {
    use chrono::Datelike as _;
    let db = session.app.store.reader();
    let calendar = people_find::calendar(db, whose.org_id()).await?;
    let (year, issued_on) = match whose.document() {
        Some(document) => (year_of(&document.draft, document.row.year), session.today()),
        None => (session.today().year(), chrono::NaiveDate::MIN),
    };
    Ok(
        schedule::of_year(regime, year, issued_on, session.now, &calendar)
            .iter()
            .map(line)
            .collect(),
    )
}

fn line(period: &Scheduled) -> PeriodLine {
    PeriodLine {
        name: period.name.clone(),
        data: format!("{}–{}", vn_date(period.from_on), vn_date(period.cutoff_on)),
        due: written(period.due_at),
        consolidate: written(period.consolidate_at),
    }
}

fn made_line(period: &report_period::Model) -> PeriodLine {
    PeriodLine {
        name: period.name.clone(),
        data: format!("{}–{}", vn_date(period.from_on), vn_date(period.cutoff_on)),
        due: written(period.due_at),
        consolidate: written(period.consolidate_at),
    }
}

fn written(at: chrono::DateTime<chrono::Utc>) -> String {
    local(at).format("%H:%M %d/%m/%Y").to_string()
}

fn filled(address: &str, regime: &Regime) -> Form {
    let mut form = Form::new(address, "", &regime.revision.to_string());
    let pairs = [
        ("name", regime.name.clone()),
        ("subject", regime.subject.clone()),
        ("receiver", regime.receiver.clone()),
        ("method", regime.method.clone()),
        ("due_days", regime.due_days.to_string()),
        ("consolidate_days", regime.consolidate_days.to_string()),
        ("frequency", regime.frequency.word().to_owned()),
        ("cron", regime.cron.clone()),
        ("cutoff", cutoff_word(regime.cutoff).to_owned()),
        ("outline", regime.outline.clone()),
        ("data_table", regime.data_table.clone()),
    ];
    for (field, value) in pairs {
        form.set(field, value);
    }
    form
}

fn typed(form: &Form) -> Typed {
    let value = |field: &str| form.value(field).to_owned();
    Typed {
        seen_revision: form.version.parse().unwrap_or(-1),
        name: value("name"),
        subject: value("subject"),
        receiver: value("receiver"),
        method: value("method"),
        due_days: value("due_days"),
        consolidate_days: value("consolidate_days"),
        frequency: value("frequency"),
        cron: value("cron"),
        cutoff: value("cutoff"),
        outline: value("outline"),
        data_table: value("data_table"),
    }
}

/// Per indicator how many of the units report it.
async fn asked_lines(session: &Session, document: &Document) -> Outcome<Vec<(String, Link)>> {
    let db = session.app.store.reader();
    let indicators = find::indicators(db, document.row.id).await?;
    if indicators.is_empty() {
        return Ok(Vec::new());
    }
    let units = units_for_action(db, document, session.today()).await?;
    let asked = Asked::of(db, &indicators).await?;
    Ok(indicators
        .iter()
        .map(|indicator| {
            let count = units
                .iter()
                .filter(|unit| asked.applies(indicator, unit))
                .count();
            let words = said(
                session.lang,
                format!("{count} / {} đơn vị", units.len()),
                format!("{count} / {} units", units.len()),
            );
            (
                format!("{}. {}", indicator.label(), indicator.name),
                Link::new(&asked_address(document.row.id, indicator.label()), &words),
            )
        })
        .collect())
}

fn asked_address(id: Uuid, label: &str) -> String {
    format!("/van-ban/{id}{OF_ORGANISATION}/{label}")
}

async fn asked_view(
    session: &Session,
    document: &Document,
    indicator: &Indicator,
    sent: Option<Form>,
) -> Outcome<AskedPage> {
    let db = session.app.store.reader();
    let units = units_for_action(db, document, session.today()).await?;
    let asked = Asked::of(db, std::slice::from_ref(indicator)).await?;
    let form = sent.unwrap_or_else(|| {
        let pairs = units
            .iter()
            .filter(|unit| asked.applies(indicator, unit))
            .map(|unit| ("unit".to_owned(), unit.id.to_string()))
            .collect();
        Form::sent(&asked_address(document.row.id, indicator.label()), pairs)
    });
    let mut page = session.page(&said(
        session.lang,
        format!(
            "Đơn vị báo cáo chỉ tiêu {}. {}",
            indicator.label(),
            indicator.name
        ),
        format!("Who reports {}. {}", indicator.label(), indicator.name),
    ));
    page.crumbs = vec![
        document_link(document),
        Link::new(
            &format!("/van-ban/{}{OF_ORGANISATION}", document.row.id),
            &said(session.lang, "Chế độ báo cáo", "Report regime"),
        ),
    ];
    Ok(AskedPage {
        page,
        form,
        who: indicator.who_reports.clone(),
        units: units
            .into_iter()
            .map(|unit| (unit.id.to_string(), unit.name))
            .collect(),
        may_act: may_set(&session.actor, document.row.org_id, None)
            && document.row.state != documents::state::CLOSED,
    })
}

fn frequency_name(frequency: Frequency, lang: Lang) -> String {
    let (vi, en) = match frequency {
        Frequency::Month => ("Hằng tháng", "Every month"),
        Frequency::Quarter => ("Hằng quý", "Every quarter"),
        Frequency::HalfYear => ("6 tháng", "Every half-year"),
        Frequency::NineMonths => ("9 tháng và quý IV", "Nine months, then the last quarter"),
        Frequency::Year => ("Hằng năm", "Every year"),
        Frequency::Cron => ("Thời hạn riêng", "Deadlines of our own"),
    };
    said(lang, vi, en)
}

fn cutoff_name(rule: PeriodRule, lang: Lang) -> String {
    let (vi, en) = match rule {
        PeriodRule::Nd09 => (
            "Ngày 14 tháng cuối kỳ (Nghị định 09/2019/NĐ-CP)",
            "The 14th of the last month (Decree 09/2019)",
        ),
        PeriodRule::Calendar => (
            "Hết tháng cuối kỳ theo lịch",
            "The calendar's end of the period",
        ),
    };
    said(lang, vi, en)
}
