//! Drafts: made from a file, changed part by part. Only the drafting unit's people come here.

mod parts;

use axum::Form as AxumForm;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use trinhky_drafting::{
    Draft, Finding, Fix, Imported, Severity, Unplaced, apply, check_with_fixes,
};
use uuid::Uuid;

use super::read::said;
use crate::documents::draft::{self, Saved};
use crate::documents::{Document, find, state};
use crate::fault::{Fault, Outcome, Refusal, RefusalKind};
use crate::people::Actor;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::page::Link;
use crate::web::views::documents::{ArticleFields, DocumentEdit, DocumentImport, PartField};
use crate::web::views::shared::FindingView;
use crate::web::views::{Mark, Markup, Tone};
use crate::web::{Form, Lang, WebError, html};
use parts::{Field, Parts, Piece};

/// Roles that draft for their unit.
const DRAFTERS: [&str; 3] = ["drafter", "office_chief", "unit_head"];
/// The greatest request that is taken, as people write it.
const LIMIT: &str = "20 MB";
const IMPORT: &str = "/van-ban/nhap";

/// The unit for which the actor drafts.
pub(super) fn drafting_unit(actor: &Actor) -> Option<Uuid> {
    actor
        .posts
        .iter()
        .find(|post| DRAFTERS.contains(&post.role.as_str()))
        .map(|post| post.unit_id)
}

/// Whether the actor drafts for the unit.
pub(super) fn may_edit(actor: &Actor, owner_id: Uuid) -> bool {
    actor.has_role_in_unit(&DRAFTERS, owner_id)
}

/// `GET /van-ban/nhap`: who drafts for a unit.
///
/// # Errors
/// 403 for everybody else.
pub async fn import_page(session: Session) -> Result<Response, WebError> {
    owner(&session)?;
    Ok(html(&import_view(&session, Form::new(IMPORT, "", ""))))
}

/// `POST /van-ban/nhap`: the file becomes the first draft of a new document of the reader's unit.
///
/// # Errors
/// 403 for who does not draft; the form again with a sentence where the file cannot be read.
pub async fn import(session: Session, mut sent: Multipart) -> Result<Response, WebError> {
    let owner = owner(&session)?;
    let made = match file(&mut sent).await {
        Ok((name, bytes)) => {
            draft::import(&session.app, &session.actor, owner, &name, &bytes).await
        }
        Err(fault) => Err(fault),
    };
    match made {
        Ok(id) => {
            let flash = said(
                session.lang,
                "Đã đọc tệp thành dự thảo.",
                "The file was read into a draft.",
            );
            Ok(done(&format!("/van-ban/{id}/soan"), &flash))
        }
        Err(fault) => {
            let refusal = field_error(fault, IMPORT)?;
            let mut form = Form::new(IMPORT, "", "");
            form.refuse("file", sentence(session.lang, refusal));
            Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                html(&import_view(&session, form)),
            )
                .into_response())
        }
    }
}

fn owner(session: &Session) -> Result<Uuid, WebError> {
    drafting_unit(&session.actor).ok_or_else(|| {
        failed(
            Fault::forbidden(
                "Chỉ người soạn thảo được lập dự thảo.",
                "Only a drafter may make a draft.",
            ),
            "/van-ban",
        )
    })
}

/// Name and bytes of the file that was sent.
async fn file(sent: &mut Multipart) -> Outcome<(String, Vec<u8>)> {
    let broken = |_| {
        Fault::invalid(
            "file",
            format!("Không nhận đủ tệp, hoặc tệp lớn hơn {LIMIT}."),
            format!("The file did not come whole, or is larger than {LIMIT}."),
        )
    };
    while let Some(field) = sent.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        if !name.is_empty() {
            return Ok((name, bytes.to_vec()));
        }
    }
    Err(Fault::invalid(
        "file",
        "Chọn tệp dự thảo.",
        "Choose the file of the draft.",
    ))
}

fn import_view(session: &Session, form: Form) -> DocumentImport {
    let mut page = session.page(&session.lang.t("import-title"));
    page.crumbs = vec![Link::new("/van-ban", &session.lang.t("nav-documents"))];
    DocumentImport {
        page,
        form,
        limit: LIMIT.to_owned(),
    }
}

/// `GET /van-ban/{id}/soan`: the drafting unit, until the document is signed.
///
/// # Errors
/// 403 for others, 409 when it is signed.
pub async fn edit_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let page = async {
        let document = editable(&session, id).await?;
        let unplaced = find::unplaced(session.app.store.reader(), &document).await?;
        let form = fresh_form(&document);
        Ok::<_, Fault>(view(
            &session,
            &document,
            form,
            &Parts::of(&document.draft),
            &document.draft,
            &unplaced,
        ))
    };
    Ok(html(&page.await.map_err(|fault| {
        failed(fault, &format!("/van-ban/{id}"))
    })?))
}

/// `POST /van-ban/{id}/soan`: saves a new version, or does what a button of a list says and shows the form again.
///
/// # Errors
/// 403 for others, 409 when it is signed. What somebody else saved meanwhile does not cost what was typed here.
pub async fn save(
    session: Session,
    Path(id): Path<Uuid>,
    AxumForm(pairs): AxumForm<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let here = address(id);
    let read = async {
        let document = editable(&session, id).await?;
        let unplaced = find::unplaced(session.app.store.reader(), &document).await?;
        Ok::<_, Fault>((document, unplaced))
    };
    let (document, unplaced) = read
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))?;
    let mut parts = Parts::read(&pairs);
    let mut form = Form::sent(&here, pairs);
    let mut typed = typed(&document.draft, &form, &parts);
    let button = form.value("do").to_owned();
    if button == "save" {
        let seen: i32 = form.version.parse().unwrap_or(0);
        let note = said(Lang::Vi, "Sửa trên trang soạn thảo", "");
        match draft::save(&session.app, &session.actor, id, seen, typed.clone(), note).await {
            Ok(Saved::Unchanged) => {
                return Ok(done(
                    &here,
                    &said(
                        session.lang,
                        "Không có gì thay đổi.",
                        "Nothing was different.",
                    ),
                ));
            }
            Ok(Saved::Version(number)) => {
                let flash = said(session.lang, "Đã lưu phiên bản", "Saved as version");
                return Ok(done(&here, &format!("{flash} {number}.")));
            }
            // Of two savers the second one sees his own words on the new version, and decides.
            Err(Fault::Refused(refusal))
                if refusal.kind == RefusalKind::Stale && seen != document.row.version =>
            {
                form.version = document.row.version.to_string();
                form.refuse("subject", sentence(session.lang, refusal));
                let page = html(&view(&session, &document, form, &parts, &typed, &unplaced));
                return Ok((StatusCode::CONFLICT, page).into_response());
            }
            Err(fault) => {
                let refusal = field_error(fault, &here)?;
                let field = refusal
                    .field
                    .clone()
                    .unwrap_or_else(|| "subject".to_owned());
                form.refuse(&field, sentence(session.lang, refusal));
                let page = html(&view(&session, &document, form, &parts, &typed, &unplaced));
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
        }
    }
    if let Some(number) = button.strip_prefix("fix:") {
        if let Some(fix) = fix(&typed, &unplaced, number)
            && apply(&mut typed, &fix)
        {
            parts = Parts::of(&typed);
            form.set("subject", typed.subject.clone());
        }
    } else {
        parts.press(&button);
        parts.write(&mut typed);
    }
    Ok(html(&view(
        &session, &document, form, &parts, &typed, &unplaced,
    )))
}

fn address(id: Uuid) -> String {
    format!("/van-ban/{id}/soan")
}

/// A document that the reader may change now.
async fn editable(session: &Session, id: Uuid) -> Outcome<Document> {
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if !may_edit(&session.actor, document.row.owner_id) {
        return Err(Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được sửa dự thảo.",
            "Only the drafter or the head of the drafting unit may change a draft.",
        ));
    }
    if ![state::DRAFT, state::APPROVED].contains(&document.row.state.as_str()) {
        return Err(Fault::stale(
            "Văn bản đã ký, không sửa được nữa.",
            "The document is signed and cannot be changed.",
        ));
    }
    Ok(document)
}

fn fresh_form(document: &Document) -> Form {
    let draft = &document.draft;
    let mut form = Form::new(
        &address(document.row.id),
        "",
        &document.row.version.to_string(),
    );
    form.set("subject", draft.subject.clone());
    form.set("place", draft.place.clone());
    form.set("authority_line", draft.authority_line.clone());
    form.set("signer_title", draft.signer.title_lines.join("\n"));
    form.set("signer_name", draft.signer.name.clone());
    form
}

/// The draft with what was typed.
fn typed(base: &Draft, form: &Form, parts: &Parts) -> Draft {
    let mut draft = base.clone();
    let line = |name: &str| {
        form.value(name)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    draft.subject = line("subject");
    draft.place = line("place");
    draft.authority_line = line("authority_line");
    draft.signer.name = line("signer_name");
    let titles = form
        .value("signer_title")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    draft.signer.title_lines = titles.map(str::to_owned).collect();
    parts.write(&mut draft);
    draft
}

/// The correction with this number in the list of findings.
fn fix(draft: &Draft, unplaced: &[Unplaced], number: &str) -> Option<Fix> {
    let number: usize = number.parse().ok()?;
    checked(draft, unplaced).into_iter().nth(number)?.1
}

fn checked(draft: &Draft, unplaced: &[Unplaced]) -> Vec<(Finding, Option<Fix>)> {
    check_with_fixes(&Imported {
        draft: draft.clone(),
        unplaced: unplaced.to_vec(),
    })
}

fn view(
    session: &Session,
    document: &Document,
    mut form: Form,
    parts: &Parts,
    draft: &Draft,
    unplaced: &[Unplaced],
) -> DocumentEdit {
    let lang = session.lang;
    for field in parts.fields() {
        form.set(&field.name, field.text.clone());
    }
    let id = document.row.id;
    let mut page = session.page(&format!(
        "{} {}",
        said(lang, "Soạn", "Edit"),
        document.title()
    ));
    page.crumbs = vec![
        Link::new("/van-ban", &lang.t("nav-documents")),
        Link::new(&format!("/van-ban/{id}"), &document.row.subject),
    ];
    let legal_basis = list(&parts.bases, |n, _| format!("Căn cứ {n}"));
    let articles = articles(&parts.body);
    let distribution = list(&parts.lines, |n, _| format!("Nơi nhận dòng {n}"));
    let places = legal_basis
        .iter()
        .chain(
            articles
                .iter()
                .flat_map(|a| std::iter::once(&a.article).chain(&a.clauses)),
        )
        .chain(&distribution);
    let places: Vec<(String, String)> = places
        .map(|part| (place(&part.label), part.name.clone()))
        .collect();
    DocumentEdit {
        page,
        type_name: draft.doc_type.type_name().to_owned(),
        // Typed text that outlives a session is kept by the sign-in itself.
        autosave: String::new(),
        findings: checked(draft, unplaced)
            .into_iter()
            .enumerate()
            .map(|(n, found)| finding(n, found, &places, lang))
            .collect(),
        unplaced: unplaced
            .iter()
            .map(|piece| {
                (
                    format!("{} {}", said(lang, "Dòng", "Line"), piece.line),
                    piece.text.clone(),
                )
            })
            .collect(),
        preview: Markup::from_our_own_renderer(trinhky_drafting::html(draft)),
        pdf_href: format!("/van-ban/{id}/tep.pdf"),
        form,
        legal_basis,
        articles,
        distribution,
    }
}

fn list(fields: &[Field], label: impl Fn(usize, &Field) -> String) -> Vec<PartField> {
    let last = fields.len().saturating_sub(1);
    fields
        .iter()
        .enumerate()
        .map(|(n, field)| PartField {
            name: field.name.clone(),
            label: label(n + 1, field),
            first: n == 0,
            last: n == last,
        })
        .collect()
}

/// The body with the names that the checker uses for its places.
fn articles(body: &[Piece]) -> Vec<ArticleFields> {
    let (mut number, last) = (0, body.len().saturating_sub(1));
    body.iter()
        .enumerate()
        .map(|(n, piece)| {
            let kind = piece.own.name.split('.').next().unwrap_or_default();
            let label = match kind {
                "article" => {
                    number += 1;
                    format!("Điều {number}")
                }
                "paragraph" => format!("Đoạn {}", n + 1),
                "clause" => format!("Khoản ở đoạn {}", n + 1),
                "table" => format!("Bảng {}", n + 1),
                _ => format!("Mục {}", piece.own.text.lines().next().unwrap_or_default()),
            };
            let clauses = piece
                .inner
                .iter()
                .filter(|field| field.name.contains(".clause."))
                .count();
            let inner = list(&piece.inner, |m, field| {
                if field.name.contains(".tail.") {
                    format!("{label}, đoạn cuối {}", m - clauses.min(m))
                } else {
                    format!("{label}, khoản {m}")
                }
            });
            let article = PartField {
                name: piece.own.name.clone(),
                label,
                first: n == 0,
                last: n == last,
            };
            ArticleFields {
                article,
                clauses: inner,
            }
        })
        .collect()
}

/// A label as the checker writes places: `Điều 1, khoản 2` is its `Điều 1 khoản 2`.
fn place(label: &str) -> String {
    label.replace(", khoản", " khoản").to_lowercase()
}

fn finding(
    n: usize,
    (found, fix): (Finding, Option<Fix>),
    places: &[(String, String)],
    lang: Lang,
) -> FindingView {
    let (tone, vi, en) = match found.severity {
        Severity::Error => (Tone::Failed, "Lỗi", "Error"),
        Severity::Warning => (Tone::Near, "Cảnh báo", "Warning"),
        Severity::Note => (Tone::Nothing, "Lưu ý", "Note"),
        Severity::Question => (Tone::Open, "Câu hỏi", "Question"),
    };
    FindingView {
        severity: Mark::new(tone, said(lang, vi, en)),
        message: if lang == Lang::En {
            found.message
        } else {
            found.message_vi
        },
        field: field_of(&found.r#where, places),
        law: found.law,
        place: found.r#where,
        suggestion: fix.map(|fix| (fix.to, n.to_string())),
    }
}

/// The field in which a place of the checker stands: the longest name that it begins with.
fn field_of(r#where: &str, places: &[(String, String)]) -> String {
    let wanted = r#where.to_lowercase();
    if wanted == "trích yếu" {
        return "subject".to_owned();
    }
    let begins = |known: &str| {
        wanted
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
    };
    let best = places
        .iter()
        .filter(|(known, _)| begins(known))
        .max_by_key(|(known, _)| known.len());
    best.map(|(_, name)| name.clone()).unwrap_or_default()
}

fn sentence(lang: Lang, refusal: Refusal) -> String {
    if lang == Lang::En {
        refusal.en
    } else {
        refusal.vi
    }
}
