//! The Chairman's desk (approve, return, ask; sign) and the clerk's (number, seal, issue).

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_calendar::vn_date;
use trinhky_drafting::{DocType, Draft, Severity, objectives};
use uuid::Uuid;

use super::Pairs;
use super::review::{
    Open, asked_units, changed, checked, document_page, may_take, open, opinion_row, opinions_line,
    page, refuse, refused, said, same_content, text,
};
use crate::audit;
use crate::documents::decide::{self as act, Decision};
use crate::documents::rows::{document, register};
use crate::documents::{Document, doc_type, find, folded, issue as life, state};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::flow_task;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::signing;
use crate::web::format::{bytes, date_time, read_date, when};
use crate::web::views::documents::{
    AnswerQuestion, Approve, Change, ClerkDesk, ClerkItem, FileToSign, SignDocuments,
};
use crate::web::views::shared::{Choice, Mark, Markup, Tone};
use crate::web::{Form, Lang, Link, WebError, html};

/// The one key there is for a person: made by the installation, without legal value.
const TRIAL_KEY: &str = "trial";

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
    open(session, id, &["approve"]).await?;
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
    let findings = checked(session, &document).await?;
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
                format!("Phê duyệt {}", document.title()),
                format!("Approve {}", document.title()),
            ),
        ),
        from: said(
            lang,
            format!("{} trình: {presented}", office.called()),
            format!("{} presents {presented}", office.called()),
        ),
        due,
        changes_title,
        changes,
        opinions_line: opinions_line(&opinions, lang),
        objections: opinions
            .iter()
            .filter(|row| !row.remark.is_empty())
            .map(|row| opinion_row(row, &units, lang))
            .collect(),
        findings_line: findings_line(session, &document, findings.len()).await?,
        findings,
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
        can_approve: true,
    })
}

/// `Kiểm tra thể thức: 0 lỗi, 3 nội dung khác cần lưu ý`.
async fn findings_line(session: &Session, document: &Document, total: usize) -> Outcome<String> {
    let unplaced = find::unplaced(session.app.store.reader(), document).await?;
    let imported = trinhky_drafting::Imported {
        draft: document.draft.clone(),
        unplaced,
    };
    let errors = trinhky_drafting::check(&imported)
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let rest = total - errors;
    Ok(said(
        session.lang,
        format!("Kiểm tra thể thức: {errors} lỗi, {rest} nội dung cần lưu ý"),
        format!("Check of form: {errors} errors, {rest} other findings"),
    ))
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
async fn year_before(db: &impl ConnectionTrait, document: &Document) -> Outcome<Option<Document>> {
    let like = |subject: &str| {
        folded(subject)
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect::<String>()
    };
    let wanted = like(&document.row.subject);
    let found = document::Entity::find()
        .filter(document::Column::OrgId.eq(document.row.org_id))
        .filter(document::Column::DocType.eq(document.row.doc_type.as_str()))
        .filter(document::Column::Year.eq(document.row.year - 1))
        .filter(document::Column::State.is_in([state::ISSUED, state::CLOSED]))
        .order_by_desc(document::Column::IssuedAt)
        .all(db)
        .await?
        .into_iter()
        .find(|row| like(&row.subject) == wanted);
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

/// `GET /van-ban/{id}/tra-loi`: the Chairman's question, for the drafting unit.
///
/// # Errors
/// 404 for strangers, 403 for others, 409 when no question is open.
pub async fn question_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = question_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/tra-loi`.
///
/// # Errors
/// As [`question_page`]; an empty answer shows the form again.
pub async fn answer_question(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/tra-loi"), pairs);
    match answer_act(&session, id, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(session.lang, "Đã gửi trả lời.", "The answer is sent."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = question_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn answer_act(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    let open = open(session, id, &["answer_question"]).await?;
    if form.version != open.task.task_id {
        return Err(changed());
    }
    act::answer_question(
        &session.app,
        &session.actor,
        id,
        form.value("answer").to_owned(),
    )
    .await
}

async fn question_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<AnswerQuestion> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let Open {
        document,
        task,
        due,
    } = open(session, id, &["answer_question"]).await?;
    let here = document_page(id);
    let asked = audit::of_document(db, id)
        .await?
        .into_iter()
        .rev()
        .find(|entry| entry.act == "document.questioned");
    let asked = asked.ok_or(Fault::NotFound)?;
    let prefix = format!("Hỏi về {}: ", document.title());
    let mut files = vec![Link::new(
        &format!("{here}/tep.pdf"),
        &said(lang, "Dự thảo (PDF)", "The draft (PDF)"),
    )];
    if let Some(proposal) = find::proposal_of(db, id).await? {
        files.push(Link::new(
            &format!("{}/tep.pdf", document_page(proposal.row.id)),
            &format!("{} (PDF)", proposal.title()),
        ));
    }
    Ok(AnswerQuestion {
        page: page(
            session,
            &document,
            &said(
                lang,
                format!("Trả lời về {}", document.title()),
                format!("Answer about {}", document.title()),
            ),
        ),
        subject: document.row.subject.clone(),
        asked_by: if asked.capacity.is_empty() {
            asked.actor_name
        } else {
            format!("{} {}", asked.capacity, asked.actor_name)
        },
        question: asked
            .summary
            .strip_prefix(&prefix)
            .unwrap_or(&asked.summary)
            .to_owned(),
        due,
        form: sent.unwrap_or_else(|| Form::new(&format!("{here}/tra-loi"), "", &task.task_id)),
        autosave: String::new(),
        files,
    })
}

/// `GET /van-ban/{id}/ky`: the file to be signed, once more before it is signed.
///
/// # Errors
/// 404 for strangers, 403 for others than the signer, 409 when it is not the time.
pub async fn sign_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = sign_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/ky`.
///
/// # Errors
/// As [`sign_page`]; 409 also when the content has changed since it was shown.
pub async fn sign(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/ky"), pairs);
    match sign_act(&session, id, &form).await {
        Ok(signed) => Ok(done(
            &document_page(signed),
            &said(
                session.lang,
                "Đã ký; chuyển văn thư cấp số.",
                "Signed; the clerk gives the number.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = sign_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

/// The document that was signed.
async fn sign_act(session: &Session, id: Uuid, form: &Form) -> Outcome<Uuid> {
    let (_, document) = to_sign(session, id).await?;
    same_content(&document, &form.version)?;
    if !form.chosen("file", &document.row.id.to_string()) {
        return Err(Fault::invalid(
            "file",
            "Chọn văn bản để ký.",
            "Choose the document to sign.",
        ));
    }
    if !form.chosen("certificate", TRIAL_KEY) {
        return Err(Fault::invalid(
            "certificate",
            "Chọn khóa ký.",
            "Choose the key.",
        ));
    }
    life::sign(&session.app, &session.actor, document.row.id).await?;
    Ok(document.row.id)
}

/// The open signature of a document's workflow and what it is put under: the decision, or the proposal that carries it.
async fn to_sign(session: &Session, id: Uuid) -> Outcome<(Open, Document)> {
    let db = session.app.store.reader();
    let asked = find::visible(db, &session.actor, id).await?;
    let open = open(
        session,
        asked.row.carried_by.unwrap_or(id),
        &["sign", "sign_proposal"],
    )
    .await?;
    let document = match open.task.element.as_str() {
        "sign_proposal" => find::proposal_of(db, open.document.row.id)
            .await?
            .ok_or(Fault::NotFound)?,
        _ => find::document(db, open.document.row.id).await?,
    };
    Ok((open, document))
}

async fn sign_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<SignDocuments> {
    let lang = session.lang;
    let (open, document) = to_sign(session, id).await?;
    let size = signing::pdf(&session.app, &document).await?.len();
    let value = document.row.id.to_string();
    let proposal = open.task.element == "sign_proposal";
    let here = document_page(document.row.id);
    let form = sent.unwrap_or_else(|| {
        let mut form = Form::new(
            &format!("{}/ky", document_page(id)),
            "",
            &document.row.content_hash,
        );
        form.set("file", value.as_str());
        form.set("certificate", TRIAL_KEY);
        form
    });
    Ok(SignDocuments {
        page: page(
            session,
            &document,
            &said(
                lang,
                format!("Ký số {}", document.title()),
                format!("Sign {}", document.title()),
            ),
        ),
        files: vec![FileToSign {
            value,
            title: document.title(),
            pages: format!("PDF, {}", bytes(u64::try_from(size).unwrap_or(u64::MAX))),
            pdf_href: format!("{here}/tep.pdf"),
            hash: first_digits(&document.row.content_hash),
        }],
        form,
        certificates: vec![Choice {
            value: TRIAL_KEY.to_owned(),
            text: said(
                lang,
                format!("{} (khóa thử nghiệm)", session.actor.name),
                format!("{} (trial key)", session.actor.name),
            ),
            hint: said(lang, "Không có giá trị pháp lý.", "Without legal value."),
        }],
        meaning: said(
            lang,
            "Chữ ký số xác nhận đã ký văn bản đúng như nội dung dưới đây; ký rồi không sửa, không rút lại được. Khóa thử nghiệm không có giá trị pháp lý.",
            "The signature confirms this very content; afterwards nothing can be changed or withdrawn. The trial key has no legal value.",
        ),
        sign_label: said(lang, "Ký số 1 văn bản", "Sign 1 document"),
        then: if proposal {
            said(
                lang,
                "Văn thư Văn phòng cấp số, đóng dấu và trình Chủ tịch.",
                "The Office's clerk numbers and seals it and presents it to the Chairman.",
            )
        } else {
            said(
                lang,
                "Văn thư cấp số, đóng dấu và phát hành.",
                "The clerk numbers, seals and issues it.",
            )
        },
        later_href: "/".to_owned(),
        asks_pin: false,
    })
}

/// The first digits of a digest in groups that the eye can compare.
fn first_digits(hash: &str) -> String {
    let digits: Vec<char> = hash.chars().take(12).collect();
    digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// `GET /van-thu`: what waits for number, seal or issue by the reader.
///
/// # Errors
/// The page of the fault.
pub async fn clerk_desk(session: Session) -> Result<Response, WebError> {
    let view = clerk_view(&session, None)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/cap-so`: number and date.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 when it has a number; a wrong date shows the desk again.
pub async fn assign_number(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{}/cap-so", document_page(id)), pairs);
    match number_act(&session, id, &form).await {
        Ok(number) => Ok(done(
            CLERK_DESK,
            &said(
                session.lang,
                format!("Đã cấp số {number:02}; chờ đóng dấu."),
                format!("Number {number:02} is given; the seal comes next."),
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, CLERK_DESK, |_| {
                "issued_on".to_owned()
            })?;
            let view = clerk_view(&session, Some((id, form)))
                .await
                .map_err(|fault| failed(fault, CLERK_DESK))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn number_act(session: &Session, id: Uuid, form: &Form) -> Outcome<i32> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if document.row.number.is_some() {
        return Err(Fault::stale(
            "Văn bản đã được cấp số.",
            "The document has its number already.",
        ));
    }
    same_content(&document, &form.version)?;
    let date = read_date(form.value("issued_on")).ok_or_else(|| {
        Fault::invalid(
            "issued_on",
            "Ghi ngày dạng ngày/tháng/năm.",
            "Enter the date as day/month/year.",
        )
    })?;
    life::assign_number(&session.app, &session.actor, id, date).await
}

/// `POST /van-ban/{id}/dong-dau`; after a failed sealing the same press tries again with the same number.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 when it is sealed or has no number.
pub async fn seal(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let sealed = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        life::seal(&session.app, &session.actor, id).await
    };
    sealed.await.map_err(|fault| failed(fault, CLERK_DESK))?;
    Ok(done(
        CLERK_DESK,
        &said(session.lang, "Đã đóng dấu.", "Sealed."),
    ))
}

/// `POST /van-ban/{id}/phat-hanh`.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 when it is issued or not sealed.
pub async fn issue(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let issued = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        life::issue(&session.app, &session.actor, id).await
    };
    issued.await.map_err(|fault| failed(fault, CLERK_DESK))?;
    let flash = said(
        session.lang,
        "Đã phát hành; đang gửi tới các nơi nhận.",
        "Issued; it is being sent to its recipients.",
    );
    Ok(done(&document_page(id), &flash))
}

const CLERK_DESK: &str = "/van-thu";

async fn clerk_view(session: &Session, mut sent: Option<(Uuid, Form)>) -> Outcome<ClerkDesk> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let tasks = flow_task::Entity::find()
        .filter(flow_task::Column::OrgId.is_in(session.actor.org_ids()))
        .filter(flow_task::Column::Element.is_in([
            "number_proposal",
            "assign_number",
            "seal",
            "issue",
        ]))
        .order_by_asc(flow_task::Column::CreatedAt)
        .order_by_asc(flow_task::Column::TaskId)
        .all(db)
        .await?;
    let mut items = Vec::new();
    for task in tasks {
        let carrier = find::document(db, task.document_id).await?;
        if !may_take(session, &carrier, &task) {
            continue;
        }
        let document = match task.element.as_str() {
            "number_proposal" => find::proposal_of(db, carrier.row.id)
                .await?
                .ok_or(Fault::NotFound)?,
            _ => carrier,
        };
        let refused = sent
            .take_if(|(id, _)| *id == document.row.id)
            .map(|(_, form)| form);
        items.push(clerk_item(session, &document, &task, refused).await?);
    }
    if let Some((_, form)) = sent {
        // The step is gone meanwhile: its sentence must not be lost.
        let sentence = form
            .errors
            .into_iter()
            .next()
            .map(|error| error.message)
            .unwrap_or_default();
        return Err(Fault::stale(sentence.clone(), sentence));
    }
    Ok(ClerkDesk {
        page: session.page(&said(
            lang,
            "Cấp số, đóng dấu, phát hành",
            "Number, seal, issue",
        )),
        items,
        registers: registers(session).await?,
    })
}

async fn clerk_item(
    session: &Session,
    document: &Document,
    task: &flow_task::Model,
    refused: Option<Form>,
) -> Outcome<ClerkItem> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let here = document_page(document.row.id);
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let mut facts = vec![(
        said(lang, "Trích yếu", "Subject"),
        document.row.subject.clone(),
    )];
    let signed = find::file(db, document.row.id, "signed")
        .await?
        .map(|file| date_time(file.at))
        .unwrap_or_default();
    facts.push((
        said(lang, "Người ký", "Signer"),
        format!("{}, {signed}", document.draft.signer.name),
    ));
    let recipients: Vec<&str> = document
        .draft
        .distribution
        .iter()
        .map(trinhky_drafting::Line::text)
        .collect();
    facts.push((said(lang, "Nơi nhận", "Recipients"), recipients.join("; ")));
    let numbering = document.row.state == state::SIGNED;
    let next = next_number(db, document, session.today()).await?;
    let (mark, path, act_label, then) = if numbering {
        facts.push((
            said(lang, "Số kế tiếp trong sổ", "Next number of the register"),
            format!("{next:02}/{}", document.row.symbol),
        ));
        (
            Mark::new(
                Tone::Open,
                said(lang, "Đã ký, chờ cấp số", "Signed, waiting for its number"),
            ),
            "cap-so",
            said(
                lang,
                format!("Cấp số {next:02}/{}", document.row.symbol),
                format!("Give number {next:02}/{}", document.row.symbol),
            ),
            said(
                lang,
                "Số đã cấp không dùng lại; tiếp theo là đóng dấu.",
                "A number given is never used again; the seal comes next.",
            ),
        )
    } else if document.row.state == state::NUMBERED {
        (
            Mark::new(
                Tone::Open,
                said(
                    lang,
                    "Đã cấp số, chờ đóng dấu",
                    "Numbered, waiting for the seal",
                ),
            ),
            "dong-dau",
            said(
                lang,
                format!("Đóng dấu {}", document.title()),
                format!("Seal {}", document.title()),
            ),
            if document.doc_type == DocType::TTR {
                said(
                    lang,
                    "Đóng dấu xong, Tờ trình đến Chủ tịch.",
                    "Once sealed the proposal goes to the Chairman.",
                )
            } else {
                said(
                    lang,
                    "Số, ngày được ghi vào bản ký cùng con dấu; tiếp theo là phát hành.",
                    "Number and day are written with the seal; issuing comes next.",
                )
            },
        )
    } else {
        (
            Mark::new(
                Tone::Open,
                said(
                    lang,
                    "Đã đóng dấu, chờ phát hành",
                    "Sealed, waiting to be issued",
                ),
            ),
            "phat-hanh",
            said(
                lang,
                format!("Phát hành {}", document.title()),
                format!("Issue {}", document.title()),
            ),
            said(
                lang,
                "Văn bản được gửi tới mọi nơi nhận; không rút lại được.",
                "It is sent to all its recipients and cannot be withdrawn.",
            ),
        )
    };
    let form = refused.unwrap_or_else(|| {
        let mut form = Form::new(&format!("{here}/{path}"), "", &document.row.content_hash);
        if numbering {
            form.set("issued_on", vn_date(session.today()));
        }
        form
    });
    Ok(ClerkItem {
        title: document.title(),
        href: here,
        mark,
        due: task
            .due_at
            .map(|due| when(due, session.now, &calendar, lang)),
        facts,
        form,
        asks_date: numbering,
        act_label,
        then,
    })
}

/// The number that the register would give today; another clerk may be quicker.
async fn next_number(
    db: &impl ConnectionTrait,
    document: &Document,
    today: NaiveDate,
) -> Outcome<i32> {
    use chrono::Datelike as _;
    let owner = if document.doc_type == DocType::TTR {
        document.row.owner_id
    } else {
        document.row.org_id
    };
    let register = register::Entity::find()
        .filter(register::Column::OwnerId.eq(owner))
        .filter(register::Column::Direction.eq("out"))
        .filter(register::Column::DocType.eq(document.row.doc_type.as_str()))
        .filter(register::Column::Year.eq(today.year()))
        .one(db)
        .await?;
    Ok(register.map_or(1, |register| register.next_number))
}

/// The registers of outgoing documents that the reader's units keep, newest year first.
async fn registers(session: &Session) -> Outcome<Vec<Link>> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let kept = register::Entity::find()
        .filter(register::Column::Direction.eq("out"))
        .filter(
            Condition::any()
                .add(register::Column::OwnerId.is_in(session.actor.unit_ids()))
                .add(register::Column::OwnerId.is_in(session.actor.org_ids())),
        )
        .order_by_desc(register::Column::Year)
        .order_by_asc(register::Column::DocType)
        .order_by_asc(register::Column::Id)
        .all(db)
        .await?;
    let owners: Vec<Uuid> = kept.iter().map(|register| register.owner_id).collect();
    let owners = people_find::units(db, &owners, session.today()).await?;
    kept.iter()
        .map(|register| {
            let name = doc_type(&register.doc_type)?.name_in_text();
            let owner = owners
                .get(&register.owner_id)
                .map(|unit| unit.called())
                .unwrap_or_default();
            let text = said(
                lang,
                format!("Sổ {name} năm {}, {owner}", register.year),
                format!("Register of {name}, {}, {owner}", register.year),
            );
            Ok(Link::new(&format!("/so-van-ban/{}", register.id), &text))
        })
        .collect()
}
