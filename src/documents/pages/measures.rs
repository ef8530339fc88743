//! The drafter confirms how the objectives of the draft are measured; text and measure are held together.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use trinhky_drafting::objectives::{Comparator, Objective, propose};
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use crate::documents::draft::may_draft;
use crate::documents::measures::{self, Measure, Settle, Standing, Typed, words};
use crate::documents::{Document, draft, find, state};
use crate::fault::{Fault, Outcome};
use crate::people::may;
use crate::people::session::{Session, done, failed};
use crate::web::views::measures::{MeasureGroup, MeasureQuestion, MeasureRow, Measures};
use crate::web::views::shared::{Mark, Tone};
use crate::web::{Form, Lang, Link, WebError, html};

/// `GET /van-ban/{id}/chi-tieu`: everybody who works on the organisation's documents; the drafter may confirm.
///
/// # Errors
/// 404 for strangers and for drafts without objectives.
pub async fn measures_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = async {
        let document = known(&session, id).await?;
        view(&session, &document, None).await
    };
    Ok(html(
        &view
            .await
            .map_err(|fault| failed(fault, &document_page(id)))?,
    ))
}

/// `POST /van-ban/{id}/chi-tieu`: `do` is `confirm`, `text:<code>`, `measure:<code>` or `drop:<code>`.
///
/// # Errors
/// As [`measures_page`]; what is not acceptable shows the form again.
pub async fn confirm_measures(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = address(id);
    let document = known(&session, id)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    let mut form = Form::sent(&here, pairs);
    match press(&session, &document, &form).await {
        Ok(flash) => Ok(done(&here, &flash)),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &here, |field| {
                if field == "remark" {
                    first_field(&document)
                } else {
                    field.to_owned()
                }
            })?;
            let view = view(&session, &document, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn press(session: &Session, document: &Document, form: &Form) -> Outcome<String> {
    let (app, actor, id, lang) = (&session.app, &session.actor, document.row.id, session.lang);
    let seen = form.version.parse().unwrap_or(-1);
    let verb = form.value("do");
    if let Some(code) = verb.strip_prefix("text:") {
        measures::settle(app, actor, id, seen, code.to_owned(), Settle::FollowText).await?;
        return Ok(said(
            lang,
            "Chỉ tiêu nay theo văn bản.",
            "The measure follows the text now.",
        ));
    }
    if let Some(code) = verb.strip_prefix("measure:") {
        measures::settle(app, actor, id, seen, code.to_owned(), Settle::FollowMeasure).await?;
        return Ok(said(
            lang,
            "Câu văn nay theo chỉ tiêu.",
            "The sentence follows the measure now.",
        ));
    }
    if let Some(code) = verb.strip_prefix("drop:") {
        measures::settle(app, actor, id, seen, code.to_owned(), Settle::Drop).await?;
        return Ok(said(lang, "Đã bỏ chỉ tiêu.", "The measure is dropped."));
    }
    let proposed = propose(&document.draft);
    let typed = proposed
        .iter()
        .flat_map(|objective| &objective.indicators)
        .map(|indicator| typed(form, &indicator.id))
        .collect();
    let confirmed = measures::confirm(app, actor, id, seen, typed).await?;
    let count = confirmed.measures;
    Ok(match confirmed.version {
        None => said(
            lang,
            format!("Đã xác nhận {count} chỉ tiêu."),
            format!("{count} measures are confirmed."),
        ),
        Some(version) => said(
            lang,
            format!("Đã xác nhận {count} chỉ tiêu; câu văn sửa theo ở bản thứ {version}."),
            format!("{count} measures are confirmed; the text says so in version {version}."),
        ),
    })
}

/// For the editor: the questions between text and measures, and how many measures there are.
///
/// # Errors
/// What the database reports.
pub(super) async fn summary(
    session: &Session,
    document: &Document,
) -> Outcome<(Vec<String>, usize)> {
    let found = measures::of(session.app.store.reader(), document).await?;
    let questions = questions(&propose(&document.draft), &found, session.lang);
    Ok((
        questions
            .into_iter()
            .map(|question| question.sentence)
            .collect(),
        found.len(),
    ))
}

/// The address of the page.
pub(super) fn address(id: Uuid) -> String {
    format!("{}/chi-tieu", document_page(id))
}

/// A document whose inside the reader may see.
async fn known(session: &Session, id: Uuid) -> Outcome<Document> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if may::work_on_documents_of(&session.actor, document.row.org_id) {
        Ok(document)
    } else {
        Err(Fault::NotFound)
    }
}

fn typed(form: &Form, code: &str) -> Typed {
    let value = |field: &str| form.value(&format!("{field}.{code}")).to_owned();
    Typed {
        code: code.to_owned(),
        name: value("name"),
        numerator: value("numerator"),
        denominator: value("denominator"),
        comparator: value("comparator"),
        target: value("target"),
        evidence: value("evidence"),
        who_reports: value("who"),
    }
}

fn first_field(document: &Document) -> String {
    propose(&document.draft)
        .iter()
        .flat_map(|objective| &objective.indicators)
        .next()
        .map(|indicator| format!("name.{}", indicator.id))
        .unwrap_or_default()
}

async fn view(session: &Session, document: &Document, sent: Option<Form>) -> Outcome<Measures> {
    let lang = session.lang;
    let proposed = propose(&document.draft);
    let found = measures::of(session.app.store.reader(), document).await?;
    if found.is_empty() {
        return Err(Fault::NotFound);
    }
    let db = session.app.store.reader();
    let may_act = document.row.state == state::DRAFT
        && may_draft(&session.actor, document.row.owner_id)
        && draft::changeable(db, document).await.is_ok();
    Ok(Measures {
        page: page(
            session,
            document,
            &said(
                lang,
                "Mục tiêu và chỉ tiêu của dự thảo",
                "Objectives of the draft and their measures",
            ),
        ),
        form: sent.unwrap_or_else(|| filled(document, &found)),
        questions: questions(&proposed, &found, lang),
        objectives: proposed
            .iter()
            .map(|objective| group(objective, &found, lang))
            .collect(),
        comparators: Comparator::ALL
            .iter()
            .map(|comparator| (comparator.word(), comparator.sign()))
            .collect(),
        may_act,
        regime: Link::new(
            &format!("{}/che-do-bao-cao", document_page(document.row.id)),
            &said(
                lang,
                "Chế độ báo cáo: ai báo cáo, bao lâu một lần, đến hạn nào",
                "Report regime: who reports, how often, until when",
            ),
        ),
        then: said(
            lang,
            "Chỉ tiêu khác với câu văn thì câu văn được sửa theo thành bản mới; khi ban hành, biểu mẫu báo cáo lập từ đây.",
            "Where a target differs from the text, the sentence is changed as a new version; at the issue the report forms are made from this.",
        ),
    })
}

/// The form with what was confirmed, else with what the text proposes.
fn filled(document: &Document, found: &[Measure]) -> Form {
    let mut form = Form::new(
        &address(document.row.id),
        "",
        &document.row.version.to_string(),
    );
    for (measure, text) in found
        .iter()
        .filter_map(|measure| Some((measure, measure.proposed.as_ref()?)))
    {
        let row = measure.confirmed.as_ref();
        let unit = row.map_or(text.unit, |row| row.unit());
        let target = row.map_or(text.target, |row| row.target());
        let comparator = row.map_or(text.comparator.word(), |row| row.comparator.as_str());
        let pairs = [
            ("name", row.map_or(&text.name_vi, |row| &row.name).clone()),
            (
                "numerator",
                row.map_or(&text.numerator_vi, |row| &row.numerator).clone(),
            ),
            (
                "denominator",
                row.map_or(&text.denominator_vi, |row| &row.denominator)
                    .clone(),
            ),
            ("comparator", comparator.to_owned()),
            ("target", target.written(unit).unwrap_or_default()),
            (
                "evidence",
                row.map_or(&text.evidence, |row| &row.evidence).clone(),
            ),
            (
                "who",
                row.map_or(&text.who_reports, |row| &row.who_reports)
                    .clone(),
            ),
        ];
        for (field, value) in pairs {
            form.set(&format!("{field}.{}", text.id), value);
        }
    }
    form
}

fn group(objective: &Objective, found: &[Measure], lang: Lang) -> MeasureGroup {
    let number = objective.id.trim_start_matches('O');
    let (article, clause) = objective.clause;
    MeasureGroup {
        title: said(
            lang,
            format!("Mục tiêu {number} (Điều {article}, khoản {clause})"),
            format!("Objective {number} (article {article}, clause {clause})"),
        ),
        text: objective.text.clone(),
        asked: objective
            .questions
            .iter()
            .map(|question| said(lang, &question.message_vi, &question.message))
            .collect(),
        rows: objective
            .indicators
            .iter()
            .map(|indicator| MeasureRow {
                code: indicator.id.clone(),
                label: label(&indicator.id).to_owned(),
                source: indicator.source.clone(),
                state: found
                    .iter()
                    .find(|measure| measure.code() == indicator.id)
                    .map_or_else(
                        || mark(Standing::Proposed, lang),
                        |measure| mark(measure.standing, lang),
                    ),
                is_count: indicator.denominator_vi.is_empty(),
            })
            .collect(),
    }
}

fn questions(proposed: &[Objective], found: &[Measure], lang: Lang) -> Vec<MeasureQuestion> {
    found
        .iter()
        .filter_map(|measure| {
            let row = measure.confirmed.as_ref()?;
            let comparator = Comparator::of_word(&row.comparator)?;
            let confirmed = words(comparator, row.target(), row.unit());
            match (&measure.proposed, measure.standing) {
                (Some(text), Standing::Differs) => {
                    let place = place(proposed, &text.id, lang);
                    let says = words(text.comparator, text.target, text.unit);
                    Some(MeasureQuestion {
                        sentence: said(
                            lang,
                            format!("{place} nay ghi {says}; chỉ tiêu “{}” đã xác nhận là {confirmed}. Lấy theo bên nào?", row.name),
                            format!("{place} says {says} now; the measure “{}” was confirmed as {confirmed}. Which one is right?", row.name),
                        ),
                        answers: vec![
                            (
                                format!("text:{}", text.id),
                                said(lang, format!("Theo văn bản: {says}"), format!("The text: {says}")),
                            ),
                            (
                                format!("measure:{}", text.id),
                                said(
                                    lang,
                                    format!("Theo chỉ tiêu: sửa câu văn thành {confirmed}"),
                                    format!("The measure: change the sentence to {confirmed}"),
                                ),
                            ),
                        ],
                    })
                }
                (None, Standing::Gone) => Some(MeasureQuestion {
                    sentence: said(
                        lang,
                        format!("Văn bản không còn câu “{}” của chỉ tiêu “{}” ({confirmed}) đã xác nhận. Bỏ chỉ tiêu, hoặc viết lại câu ở trang soạn thảo.", row.source, row.name),
                        format!("The text no longer has the sentence “{}” of the confirmed measure “{}” ({confirmed}). Drop the measure, or write the sentence again in the editor.", row.source, row.name),
                    ),
                    answers: vec![(
                        format!("drop:{}", row.code),
                        said(lang, "Bỏ chỉ tiêu này", "Drop this measure"),
                    )],
                }),
                _ => None,
            }
        })
        .collect()
}

/// `Điều 1, khoản 3`.
fn place(proposed: &[Objective], code: &str, lang: Lang) -> String {
    let clause = proposed
        .iter()
        .find(|objective| {
            objective
                .indicators
                .iter()
                .any(|indicator| indicator.id == code)
        })
        .map_or((0, 0), |objective| objective.clause);
    said(
        lang,
        format!("Điều {}, khoản {}", clause.0, clause.1),
        format!("Article {}, clause {}", clause.0, clause.1),
    )
}

fn mark(standing: Standing, lang: Lang) -> Mark {
    match standing {
        Standing::Proposed => Mark::new(
            Tone::Open,
            said(
                lang,
                "Đề xuất từ văn bản, chưa xác nhận",
                "Proposed from the text",
            ),
        ),
        Standing::Agreed => Mark::new(Tone::Done, said(lang, "Đã xác nhận", "Confirmed")),
        Standing::Differs | Standing::Gone => Mark::new(
            Tone::Failed,
            said(lang, "Văn bản đã khác", "The text says otherwise"),
        ),
    }
}

/// `1a` of `O1a_on_time_rate`.
fn label(code: &str) -> &str {
    code.split('_')
        .next()
        .unwrap_or_default()
        .trim_start_matches('O')
}
