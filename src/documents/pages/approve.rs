//! The Chairman's desk: what is new, the opinions, the checks, then approve, return or ask.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use sea_orm::ConnectionTrait;
use trinhky_drafting::{Draft, Severity, objectives};
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said, text};
use super::findings::{finding_view, findings, findings_line};
use super::opinions::{asked_units, opinion_row, opinions_line};
use super::step::{Open, open, open_to_act};
use crate::audit;
use crate::documents::decide::{self as act, Decision};
use crate::documents::{Document, find, state};
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::web::format::date_time;
use crate::web::views::Markup;
use crate::web::views::documents::{Approve, Change};
use crate::web::{Form, Lang, Link, WebError, html};

/// `GET /van-ban/{id}/phe-duyet`: what is new, the opinions, the checks, then the decision.
///
/// # Errors
/// 404 for strangers, 403 for others than the Chairman, 409 when it is not before him.
pub async fn approve_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = approve_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/phe-duyet`.
///
/// # Errors
/// As [`approve_page`]; 409 also when the content has changed; a missing remark shows the form again.
pub async fn decide(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/phe-duyet"), pairs);
    let lang = session.lang;
    match decide_act(&session, id, &form).await {
        Ok(Decision::Approve) => Ok(done(
            &format!("{fresh}/ky"),
            &said(
                lang,
                "Đã phê duyệt. Ký số ngay ở đây, hoặc ký sau.",
                "Approved. Sign here now, or later.",
            ),
        )),
        Ok(Decision::Return) => Ok(done(
            &fresh,
            &said(lang, "Đã trả lại kèm ý kiến.", "Returned with the remark."),
        )),
        Ok(Decision::Ask) => Ok(done(
            &fresh,
            &said(lang, "Đã gửi câu hỏi.", "The question is sent."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, lang, &fresh, str::to_owned)?;
            let view = approve_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn decide_act(session: &Session, id: Uuid, form: &Form) -> Outcome<Decision> {
    open_to_act(session, id, &["approve"]).await?;
    let decision = match form.value("do") {
        "approve" => Decision::Approve,
        "send_back" => Decision::Return,
        "ask" => Decision::Ask,
        _ => {
            return Err(Fault::invalid(
                "remark",
                "Chọn phê duyệt, trả lại hoặc hỏi.",
                "Choose to approve, to return or to ask.",
            ));
        }
    };
    let remark = form.value("remark").to_owned();
    act::decide(
        &session.app,
        &session.actor,
        id,
        form.version.clone(),
        decision,
        remark,
    )
    .await?;
    Ok(decision)
}

async fn approve_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Approve> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let Open { document, due, .. } = open(session, id, &["approve"]).await?;
    let here = document_page(id);
    let office = people_find::unit(db, document.row.owner_id, session.today()).await?;
    let proposal = find::proposal_of(db, id).await?;
    let opinions = find::opinions(db, id).await?;
    let units = asked_units(session, &opinions).await?;
    let findings = findings(session, &document).await?;
    let found: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    let (changes_title, mut changes) = changes(session, &document).await?;
    changes.extend(answered(session, id).await?);
    let mut files = vec![Link::new(
        &format!("{here}/tep.pdf"),
        &said(lang, "Dự thảo (PDF)", "The draft (PDF)"),
    )];
    if let Some(proposal) = &proposal {
        files.push(Link::new(
            &format!("{}/tep.pdf", document_page(proposal.row.id)),
            &format!("{} (PDF)", proposal.title()),
        ));
    }
    let presented = proposal
        .as_ref()
        .map_or_else(|| document.title(), Document::title);
    Ok(Approve {
        page: page(
            session,
            &document,
            &said(
                lang,
                format!("Phê duyệt {presented}"),
                format!("Approve {presented}"),
            ),
        ),
        from: said(
            lang,
            format!("{} trình {}", office.called(), document.title()),
            format!("{} presents {}", office.called(), document.title()),
        ),
        due,
        changes_title,
        changes,
        opinions_line: opinions_line(&opinions, lang),
        objections: opinions
            .iter()
            .filter(|row| !row.remark.is_empty())
            .map(|row| opinion_row(row, &units, session))
            .collect(),
        findings_line: findings_line(&found, lang),
        findings: findings
            .into_iter()
            .map(|finding| finding_view(finding, lang))
            .collect(),
        body: text(&document.draft),
        proposal: proposal
            .as_ref()
            .map(|proposal| text(&proposal.numbered_draft()))
            .unwrap_or_else(Markup::default),
        files,
        form: sent.unwrap_or_else(|| {
            Form::new(&format!("{here}/phe-duyet"), "", &document.row.content_hash)
        }),
        approve_label: said(lang, "Phê duyệt", "Approve"),
        approve_then: said(
            lang,
            "Phê duyệt gắn với đúng nội dung này và chưa phải là ký; xong sang bước ký số.",
            "The approval binds this very content and is not a signature; signing comes next.",
        ),
        ask_label: said(
            lang,
            format!("Hỏi {}", office.called()),
            format!("Ask {}", office.called()),
        ),
        warning: errors_left(&found, lang),
    })
}

/// An error of form does not bind the Chairman's hands, who answers for what he signs (Decree 30/2020 Art. 13); it is said
/// beside the button.
fn errors_left(found: &[Severity], lang: Lang) -> Option<String> {
    let errors = found
        .iter()
        .filter(|severity| **severity == Severity::Error)
        .count();
    (errors > 0).then(|| {
        said(
            lang,
            format!("Dự thảo còn {errors} lỗi thể thức. Nên trả lại để sửa trước khi phê duyệt."),
            format!(
                "{errors} errors of form are left. Better return it to have them put right first."
            ),
        )
    })
}

/// What differs from the decision of the year before; where there is none, what was changed since the first version.
async fn changes(session: &Session, document: &Document) -> Outcome<(String, Vec<Change>)> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    if let Some(before) = year_before(db, document).await? {
        let title = said(
            lang,
            format!("Có gì mới so với năm {}", before.row.year),
            format!("What is new since {}", before.row.year),
        );
        return Ok((
            title,
            objectives_compared(&before.draft, &document.draft, lang),
        ));
    }
    let mut versions = find::versions(db, document.row.id).await?;
    versions.reverse();
    let changes = versions
        .into_iter()
        .skip(1)
        .map(|version| Change {
            what: said(
                lang,
                format!("Bản {}", version.version),
                format!("Version {}", version.version),
            ),
            before: String::new(),
            after: version.note,
            note: format!("{}, {}", version.by_name, date_time(version.created_at)),
        })
        .collect();
    Ok((
        said(
            lang,
            "Thay đổi trong quá trình soạn thảo",
            "What was changed while drafting",
        ),
        changes,
    ))
}

/// The issued document of the year before with the same type and, but for its figures, the same subject.
pub(super) async fn year_before(
    db: &impl ConnectionTrait,
    document: &Document,
) -> Outcome<Option<Document>> {
    let found = find::alike(db, document, document.row.year - 1)
        .await?
        .into_iter()
        .find(|row| [state::ISSUED, state::CLOSED].contains(&row.state.as_str()));
    match found {
        Some(row) => Ok(Some(find::document(db, row.id).await?)),
        None => Ok(None),
    }
}

/// Objective by objective in the order of the text; those that stayed as they were are left out.
fn objectives_compared(before: &Draft, after: &Draft, lang: Lang) -> Vec<Change> {
    let (before, after) = (objectives::propose(before), objectives::propose(after));
    let words = |list: &[objectives::Objective], n: usize| {
        list.get(n)
            .map(|objective| objective.text.clone())
            .unwrap_or_default()
    };
    (0..before.len().max(after.len()))
        .filter_map(|n| {
            let (old, new) = (words(&before, n), words(&after, n));
            let note = match (old.is_empty(), new.is_empty()) {
                (true, false) => said(lang, "bổ sung", "added"),
                (false, true) => said(lang, "bỏ", "dropped"),
                _ => String::new(),
            };
            let what = said(
                lang,
                format!("Mục tiêu {}", n + 1),
                format!("Objective {}", n + 1),
            );
            (old != new).then_some(Change {
                what,
                before: old,
                after: new,
                note,
            })
        })
        .collect()
}

/// The Chairman's questions about the document with their answers.
async fn answered(session: &Session, id: Uuid) -> Outcome<Vec<Change>> {
    let mut question = String::new();
    let mut changes = Vec::new();
    for entry in audit::of_document(session.app.store.reader(), id).await? {
        match entry.act.as_str() {
            "document.questioned" => question = entry.summary,
            "question.answered" => changes.push(Change {
                what: std::mem::take(&mut question),
                before: String::new(),
                after: entry.summary,
                note: format!("{}, {}", entry.actor_name, date_time(entry.at)),
            }),
            _ => {}
        }
    }
    Ok(changes)
}
