//! Where a draft begins: a type, a template of the office, or a document that is used again.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use super::import::unit;
use crate::documents::begin::{self, TYPES};
use crate::documents::draft::may_draft;
use crate::documents::{doc_type, find, type_code};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, Link, WebError, html};

const ADDRESS: &str = "/van-ban/moi";

/// `GET /van-ban/moi`: who drafts for a unit.
///
/// # Errors
/// 403 for others.
pub async fn begin_page(session: Session) -> Result<Response, WebError> {
    let view = async {
        unit(&session)?;
        view(&session, Form::new(ADDRESS, "", "")).await
    };
    view.await.map_err(|fault| failed(fault, "/van-ban"))
}

/// `POST /van-ban/moi`: `do` is `empty`, `template` or `drop`.
///
/// # Errors
/// 403 for who does not draft; nothing chosen shows the form again.
pub async fn begin(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match act(&session, &form).await {
        Ok(Some(id)) => Ok(done(
            &format!("{}/soan", document_page(id)),
            &said(
                session.lang,
                "Đã lập dự thảo. Thay các dấu … bằng nội dung.",
                "The draft is made. Put the content in the place of …",
            ),
        )),
        Ok(None) => Ok(done(
            ADDRESS,
            &said(session.lang, "Đã bỏ mẫu.", "The template is dropped."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, ADDRESS, str::to_owned)?;
            let view = view(&session, form)
                .await
                .map_err(|fault| failed(fault, "/van-ban"))?;
            Ok(refused(view))
        }
    }
}

async fn act(session: &Session, form: &Form) -> Outcome<Option<Uuid>> {
    let unit = session.journalled(unit(session)).await?;
    let (app, actor) = (&session.app, &session.actor);
    if form.value("do") == "empty" {
        let chosen = TYPES
            .into_iter()
            .find(|kind| type_code(*kind) == form.value("doc_type"))
            .ok_or_else(|| {
                Fault::invalid(
                    "doc_type",
                    "Chọn loại văn bản.",
                    "Choose the type of document.",
                )
            })?;
        return begin::empty(app, actor, unit, chosen).await.map(Some);
    }
    let template: Uuid = form
        .value("template")
        .parse()
        .map_err(|_| Fault::invalid("template", "Chọn một mẫu.", "Choose a template."))?;
    if form.value("do") == "drop" {
        begin::drop_template(app, actor, unit, template).await?;
        return Ok(None);
    }
    begin::from_template(app, actor, unit, template)
        .await
        .map(Some)
}

async fn view(session: &Session, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let org_ids = session.actor.org_ids();
    let mut templates = Vec::new();
    for org_id in org_ids {
        templates.extend(begin::templates(session.app.store.reader(), org_id).await?);
    }
    let mut parts = vec![Part::Form(Entry {
        form: form.clone(),
        fields: vec![Field::new(
            "doc_type",
            lang.say("Loại văn bản", "Type of document"),
            Input::One(
                TYPES
                    .iter()
                    .map(|kind| choice(&type_code(*kind), kind.name_in_text().to_owned()))
                    .collect(),
            ),
        )],
        acts: vec![
            Act::main(
                lang.say("Soạn mới", "Begin"),
                lang.say(
                    "Tiêu đề, ký hiệu, người ký và nơi lưu được điền sẵn theo cơ quan.",
                    "Header, symbol, signer and file copy are filled in.",
                ),
            )
            .valued("empty"),
        ],
        upload: false,
    })];
    if !templates.is_empty() {
        let mut choices = Vec::new();
        for template in templates {
            let kind = doc_type(&template.doc_type)?.name_in_text();
            choices.push(choice(
                &template.id.to_string(),
                format!("{}: {kind}", template.name),
            ));
        }
        parts.push(Part::Heading(
            lang.say("Mẫu của cơ quan", "Templates of the office"),
        ));
        parts.push(Part::Form(Entry {
            form,
            fields: vec![Field::new(
                "template",
                lang.say("Mẫu", "Template"),
                Input::One(choices),
            )],
            acts: vec![
                Act::main(lang.say("Soạn từ mẫu", "Begin from it"), String::new())
                    .valued("template"),
                Act::other(
                    lang.say("Bỏ mẫu", "Drop it"),
                    lang.say(
                        "Văn bản đã soạn từ mẫu không đổi.",
                        "Documents made from it stay.",
                    ),
                    "drop",
                ),
            ],
            upload: false,
        }));
    }
    parts.push(Part::Heading(lang.say("Cách khác", "Other ways")));
    parts.push(Part::Links(vec![
        Link::new("/van-ban/nhap", &lang.t("import-title")),
        Link::new(
            "/van-ban",
            &lang.say(
                "Mở một văn bản cũ, chọn “Dùng lại văn bản này”",
                "Open an earlier document and use it again",
            ),
        ),
    ]));
    let mut page = session.page(&lang.say("Soạn văn bản mới", "A new document"));
    page.crumbs = vec![Link::new("/van-ban", &lang.t("nav-documents"))];
    Ok(html(&Sheet { page, parts }))
}

/// `GET /van-ban/{id}/dung-lai`: the text again for this year, or as a template.
///
/// # Errors
/// 404 for strangers, 403 for who does not draft for the document's unit.
pub async fn again_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    again_view(&session, id, Form::new(&again_address(id), "", ""))
        .await
        .map_err(|fault| failed(fault, &document_page(id)))
}

/// `POST /van-ban/{id}/dung-lai`: `do` is `again` or `template`, the latter with `name`.
///
/// # Errors
/// As [`again_page`]; a name that is missing or taken shows the form again.
pub async fn again(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&again_address(id), pairs);
    match again_act(&session, id, &form).await {
        Ok(Some(new)) => Ok(done(
            &format!("{}/soan", document_page(new)),
            &said(
                session.lang,
                "Đã lập dự thảo từ văn bản cũ; xem lại căn cứ, chỉ tiêu và người ký.",
                "The draft is made from the earlier document; look at bases, targets and signer.",
            ),
        )),
        Ok(None) => Ok(done(
            ADDRESS,
            &said(session.lang, "Đã lưu mẫu.", "The template is kept."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &document_page(id), |_| {
                "name".to_owned()
            })?;
            let view = again_view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, &document_page(id)))?;
            Ok(refused(view))
        }
    }
}

async fn again_act(session: &Session, id: Uuid, form: &Form) -> Outcome<Option<Uuid>> {
    let (app, actor) = (&session.app, &session.actor);
    let document = find::visible(app.store.reader(), actor, id).await?;
    if form.value("do") == "again" {
        return begin::again(app, actor, document.row.owner_id, &document)
            .await
            .map(Some);
    }
    begin::keep_template(app, actor, id, form.value("name").to_owned()).await?;
    Ok(None)
}

async fn again_view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if !may_draft(&session.actor, document.row.owner_id) {
        return Err(Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được dùng lại văn bản.",
            "Only the drafter or the head of the drafting unit may use it again.",
        ));
    }
    let title = lang.say("Dùng lại văn bản này", "Use this document again");
    let parts = vec![
        Part::Form(Entry {
            form: form.clone(),
            fields: Vec::new(),
            acts: vec![
                Act::main(
                    lang.say("Soạn văn bản mới từ văn bản này", "A new draft from it"),
                    lang.say(
                        "Số, ngày để trống; “năm …” của văn bản đổi thành năm nay, căn cứ giữ nguyên.",
                        "Without number and date; its own year becomes this one, legal bases stay.",
                    ),
                )
                .valued("again"),
            ],
            upload: false,
        }),
        Part::Heading(lang.say("Lưu làm mẫu", "Keep as a template")),
        Part::Form(Entry {
            form,
            fields: vec![Field::line("name", lang.say("Tên mẫu", "Name"))],
            acts: vec![
                Act::main(
                    lang.say("Lưu mẫu", "Keep"),
                    lang.say(
                        "Mọi người soạn thảo của cơ quan dùng được.",
                        "Everybody who drafts in the office can use it.",
                    ),
                )
                .valued("template"),
            ],
            upload: false,
        }),
    ];
    Ok(html(&Sheet {
        page: page(session, &document, &title),
        parts,
    }))
}

fn again_address(id: Uuid) -> String {
    format!("{}/dung-lai", document_page(id))
}
