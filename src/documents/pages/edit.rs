//! The editor: every part of a draft a labelled field, the checker's findings beside, a new version at every save.

use std::collections::BTreeMap;

use axum::extract::{Form as Body, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use trinhky_drafting::{
    DocType, Draft, Fix, Imported, Line, Signer, apply, check_with_fixes, content_hash,
};
use uuid::Uuid;

use super::common::{Pairs, changed, document_page, page, refuse, refused, said, text};
use super::findings::{finding_view, findings_line};
use super::measures;
use super::sheet::{CIRCULATIONS, Sheet, URGENCIES};
use crate::audit;
use crate::documents::draft::{self, Saved, may_draft};
use crate::documents::recipients::expand;
use crate::documents::signers::{self, Paper};
use crate::documents::{Document, bases, find, suggest};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::people::Unit;
use crate::people::find::{self as people_find, Group};
use crate::people::kept::{self, Kept};
use crate::people::session::{Session, done, failed};
use crate::web::format::date_time;
use crate::web::views::documents::DocumentEdit;
use crate::web::views::sheet::choice;
use crate::web::{Form, Lang, Link, WebError, html};

/// Whether the page shows what was typed and not saved.
#[derive(Debug, Default, Deserialize)]
pub struct Typed {
    /// `co` or `khong`; without it, where it was typed in the version that is saved now.
    #[serde(rename = "ghi-do")]
    shown: Option<String>,
}

/// `GET /van-ban/{id}/soan`: who drafts for the document's unit.
///
/// # Errors
/// 404 for strangers, 403 for others of the organisation, 409 when somebody else has the draft or it is signed.
pub async fn edit_page(
    session: Session,
    Path(id): Path<Uuid>,
    Query(typed): Query<Typed>,
) -> Result<Response, WebError> {
    let view = async {
        let document = editable(&session, id).await?;
        let version = document.row.version.to_string();
        let kept = kept::find(&session.app, &session.actor, &autosave(id)).await?;
        let shown = |kept: &Kept| match typed.shown.as_deref() {
            Some(asked) => asked == "co",
            None => kept.version == version,
        };
        let (sheet, version) = match kept.as_ref().filter(|kept| shown(kept)) {
            Some(kept) => (Sheet::sent(&kept.pairs), kept.version.clone()),
            None => (Sheet::of(&document.draft), version.clone()),
        };
        let form = sheet.form(&address(id), &version);
        let mut view = edit_view(&session, &document, &sheet, form, false).await?;
        view.kept = kept.map(|kept| kept_note(&kept, shown(&kept), id, session.lang));
        Ok(view)
    };
    Ok(html(
        &view
            .await
            .map_err(|fault| failed(fault, &document_page(id)))?,
    ))
}

/// `POST /van-ban/{id}/soan`: `do=save` makes a version; every other button changes or checks what is typed and saves nothing.
///
/// # Errors
/// As [`edit_page`]; what is not acceptable shows the form again, and so does a save that somebody else was quicker with.
pub async fn save(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let document = session
        .journalled(editable(&session, id).await)
        .await
        .map_err(|fault| failed(fault, &fresh))?;
    let mut sheet = Sheet::sent(&pairs);
    let chosen = sheet.take_chosen();
    let sent = Form::sent(&address(id), pairs);
    let verb = sent.value("do").to_owned();
    if verb == "save" || verb.is_empty() {
        return save_typed(&session, &document, &sheet, &sent.version).await;
    }
    if let Some(n) = verb.strip_prefix("signer:") {
        let signers = possible_signers(&session, &document, &sheet.draft(&document.draft))
            .await
            .map_err(|fault| failed(fault, &fresh))?;
        if let Some(signer) = n.parse().ok().and_then(|n: usize| signers.get(n)) {
            sheet.sign_by(signer);
        }
    } else if let Some(fix) = verb.strip_prefix("fix:") {
        let mut draft = sheet.draft(&document.draft);
        if serde_json::from_str::<Fix>(fix).is_ok_and(|fix| apply(&mut draft, &fix)) {
            sheet = Sheet::of(&draft);
        }
    } else if !(chosen && verb == "add:legal_basis") {
        // A button without meaning any more leaves everything as it is typed.
        sheet.change(&verb, document.doc_type);
    }
    let form = sheet.form(&address(id), &sent.version);
    // Who checks or corrects wants to see what is left to correct.
    let checking = verb == "check" || verb.starts_with("fix:");
    let view = edit_view(&session, &document, &sheet, form, checking)
        .await
        .map_err(|fault| failed(fault, &fresh))?;
    Ok(html(&view))
}

/// What the page says of text that was kept aside, and the way to the other text.
fn kept_note(kept: &Kept, shown: bool, id: Uuid, lang: Lang) -> (String, Link) {
    let (at, version) = (date_time(kept.at), &kept.version);
    if shown {
        return (
            said(
                lang,
                format!("Các ô đang hiện phần ghi dở lúc {at}, chưa lưu thành bản mới."),
                format!(
                    "The fields show what was typed at {at} and is not saved as a version yet."
                ),
            ),
            Link::new(
                &format!("{}?ghi-do=khong", address(id)),
                &said(lang, "Xem bản đã lưu", "See the saved version"),
            ),
        );
    }
    (
        said(
            lang,
            format!("Có phần ghi dở lúc {at} trên bản thứ {version}, chưa lưu thành bản mới."),
            format!("Something typed at {at} in version {version} is not saved as a version yet."),
        ),
        Link::new(
            &format!("{}?ghi-do=co", address(id)),
            &said(lang, "Mở phần ghi dở", "Open what was typed"),
        ),
    )
}

async fn save_typed(
    session: &Session,
    document: &Document,
    sheet: &Sheet,
    seen: &str,
) -> Result<Response, WebError> {
    let (id, lang) = (document.row.id, session.lang);
    let fresh = document_page(id);
    let mut form = sheet.form(&address(id), seen);
    let typed = sheet.draft(&document.draft);
    if content_hash(&typed) == document.row.content_hash {
        return Ok(done(
            &address(id),
            &said(
                lang,
                "Nội dung không khác bản đã lưu.",
                "Nothing differs from what is saved.",
            ),
        ));
    }
    let saved = match sheet.check() {
        Ok(()) => save_act(session, document, typed, seen).await,
        Err(fault) => Err(fault),
    };
    match saved {
        Ok(Saved::Version(version)) => {
            session
                .sent(&autosave(id))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(done(
                &address(id),
                &said(
                    lang,
                    format!("Đã lưu bản thứ {version}."),
                    format!("Saved as version {version}."),
                ),
            ))
        }
        Ok(Saved::Unchanged) => Ok(done(
            &address(id),
            &said(
                lang,
                "Nội dung không khác bản đã lưu.",
                "Nothing differs from what is saved.",
            ),
        )),
        // Somebody was quicker: what is typed stays in the fields, and the next press is made knowingly.
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Stale => {
            let now = editable(session, id)
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            form.version = now.row.version.to_string();
            form.refuse("subject", said(
                lang,
                format!("Người khác đã lưu bản {} sau khi trang này mở. Nội dung vừa nhập vẫn còn trong các ô; xem bản mới ở trang văn bản, rồi lưu để thay bản đó.", now.row.version),
                format!("Somebody saved version {} since this page was opened. What you typed is still in the fields; look at the new version on the document's page, then save to replace it.", now.row.version),
            ));
            let view = edit_view(session, &now, sheet, form, false)
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok((StatusCode::CONFLICT, html(&view)).into_response())
        }
        Err(fault) => {
            refuse(&mut form, fault, lang, &fresh, |field| match field {
                "month" => field.to_owned(),
                _ => "subject".to_owned(),
            })?;
            let view = edit_view(session, document, sheet, form, false)
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn save_act(
    session: &Session,
    document: &Document,
    typed: Draft,
    seen: &str,
) -> Outcome<Saved> {
    let seen = seen.parse::<i32>().map_err(|_| changed())?;
    let note = differences(&document.draft, &typed);
    draft::save(
        &session.app,
        &session.actor,
        document.row.id,
        seen,
        typed,
        note,
    )
    .await
}

/// Which parts a save changed, for the list of versions.
fn differences(before: &Draft, after: &Draft) -> String {
    let parts = [
        ("trích yếu", before.subject != after.subject),
        (
            "thẩm quyền ban hành",
            before.authority_line != after.authority_line,
        ),
        ("nơi kính gửi", before.addressed_to != after.addressed_to),
        (
            "tháng ban hành",
            before.expected_month != after.expected_month,
        ),
        ("độ khẩn", before.urgency != after.urgency),
        ("chỉ dẫn lưu hành", before.circulation != after.circulation),
        (
            "ký hiệu người soạn thảo",
            before.drafter_mark != after.drafter_mark,
        ),
        ("địa chỉ cơ quan", before.contact != after.contact),
        ("phụ lục", before.annexes != after.annexes),
        ("căn cứ", before.legal_basis != after.legal_basis),
        ("nội dung", before.body != after.body),
        ("nơi nhận", before.distribution != after.distribution),
        ("người ký", before.signer != after.signer),
        ("địa danh", before.place != after.place),
    ];
    let changed: Vec<&str> = parts
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| name)
        .collect();
    format!("Sửa {}", changed.join(", "))
}

/// A document that the reader may change now.
async fn editable(session: &Session, id: Uuid) -> Outcome<Document> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if !may_draft(&session.actor, document.row.owner_id) {
        return Err(Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được sửa dự thảo.",
            "Only the drafter or the head of the drafting unit may change the draft.",
        ));
    }
    draft::changeable(session.app.store.reader(), &document).await?;
    Ok(document)
}

async fn edit_view(
    session: &Session,
    document: &Document,
    sheet: &Sheet,
    form: Form,
    findings_open: bool,
) -> Outcome<DocumentEdit> {
    let (db, lang, id) = (session.app.store.reader(), session.lang, document.row.id);
    let draft = sheet.draft(&document.draft);
    let units = people_find::all_units(db, session.today()).await?;
    let groups = people_find::groups(db, document.row.org_id).await?;
    let known = suggest::known(db, document.row.org_id, &groups, &units).await?;
    let reach = reach(&draft, &groups, &units, lang);
    let unplaced = find::unplaced(db, document).await?;
    let mut findings = Vec::new();
    let mut found = Vec::new();
    let gone = bases::gone(
        db,
        &session.actor,
        document.row.org_id,
        &draft,
        session.today(),
    )
    .await?;
    let imported = Imported { draft, unplaced };
    for (finding, fix) in check_with_fixes(&imported, &gone) {
        let fix = fix
            .map(|fix| Ok::<_, Fault>((fix.to.clone(), serde_json::to_string(&fix)?)))
            .transpose()?;
        found.push(finding.severity);
        let mut view = finding_view(finding, lang);
        view.field = sheet.field_at(&view.place);
        view.suggestion = fix;
        findings.push(view);
    }
    let title = said(
        lang,
        format!("Soạn {}", document.title()),
        format!("Edit {}", document.title()),
    );
    let (measure_questions, measured) = measures::summary(session, document).await?;
    let measures = (measured > 0).then(|| {
        let words = said(
            lang,
            format!("Mục tiêu và {measured} chỉ tiêu"),
            format!("Objectives and {measured} measures"),
        );
        Link::new(&measures::address(id), &words)
    });
    Ok(DocumentEdit {
        page: page(session, document, &title),
        form,
        measures,
        measure_questions,
        type_name: document.doc_type.name_in_text().to_owned(),
        autosave: autosave(id),
        kept: None,
        sent_back: sent_back(session, id).await?,
        findings_line: findings_line(&found, lang),
        decides: document.doc_type == DocType::QD,
        findings,
        findings_open,
        legal_basis: sheet.legal_basis(lang),
        articles: sheet.articles(lang),
        known_bases: known.bases,
        known_recipients: known.recipients,
        reach,
        annexes: sheet.annex_fields(lang),
        urgencies: URGENCIES
            .iter()
            .zip(["Thường", "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC"])
            .map(|((word, _), name)| choice(word, name.to_owned()))
            .collect(),
        circulations: CIRCULATIONS
            .iter()
            .map(|(word, circulation)| {
                let name = match circulation.printed() {
                    "" => said(lang, "Không hạn chế", "Not limited"),
                    printed => printed.to_owned(),
                };
                choice(word, name)
            })
            .collect(),
        signers: possible_signers(session, document, &imported.draft)
            .await?
            .iter()
            .enumerate()
            .map(|(n, signer)| {
                (
                    format!("{}: {}", signer.title_lines.join(" / "), signer.name),
                    format!("signer:{n}"),
                )
            })
            .collect(),
        unplaced: imported
            .unplaced
            .iter()
            .map(|piece| {
                (
                    said(
                        lang,
                        format!("Dòng {}", piece.line),
                        format!("Line {}", piece.line),
                    ),
                    piece.text.clone(),
                )
            })
            .collect(),
        preview: text(&imported.draft),
        pdf_href: format!("{}/tep.pdf", document_page(id)),
    })
}

/// What each line of the recipients stands for, as the document will be sent.
fn reach(
    draft: &Draft,
    groups: &[Group],
    units: &BTreeMap<Uuid, Unit>,
    lang: Lang,
) -> Vec<(String, String)> {
    let expanded = expand(draft, groups, units);
    let told = draft
        .distribution
        .iter()
        .filter(|line| !matches!(line, Line::Archive { .. }));
    told.map(|line| {
        let found: Vec<Uuid> = expanded.of_line(line.text()).collect();
        let words = match found[..] {
            [] => lang.say(
                "chưa khớp với đơn vị nào, văn bản không tự gửi tới nơi này; ghi đúng tên, hoặc gửi bằng cách khác",
                "matches no body: the document is not sent there by itself; write its name, or send it another way",
            ),
            [one] => units.get(&one).map(|unit| unit.name.clone()).unwrap_or_default(),
            _ => said(
                lang,
                format!("{} nơi", found.len()),
                format!("{} bodies", found.len()),
            ),
        };
        (line.text().to_owned(), words)
    })
    .collect()
}

async fn possible_signers(
    session: &Session,
    document: &Document,
    draft: &Draft,
) -> Outcome<Vec<Signer>> {
    let paper = Paper {
        org_id: document.row.org_id,
        unit_id: document.row.owner_id,
        of_unit: document.is_carried(),
    };
    signers::possible(session.app.store.reader(), paper, draft, session.today()).await
}

/// Why the draft came back, in the words of who sent it; none once it has been handed over again.
async fn sent_back(session: &Session, id: Uuid) -> Outcome<Option<(String, String)>> {
    let acts = [
        "document.submitted",
        "document.returned",
        "content.checked",
        "form.checked",
    ];
    let last = audit::of_document(session.app.store.reader(), id)
        .await?
        .into_iter()
        .rev()
        .find(|entry| acts.contains(&entry.act.as_str()));
    let back = last
        .filter(|entry| entry.act == "document.returned" || entry.summary.contains(": trả lại"));
    Ok(back.map(|entry| (entry.actor_name, entry.summary)))
}

/// The name under which everybody's unsaved typing in a draft is kept.
fn autosave(id: Uuid) -> String {
    format!("soan-{id}")
}

fn address(id: Uuid) -> String {
    format!("{}/soan", document_page(id))
}
