//! Numbers of a report out of a spreadsheet: the file is kept as evidence, what it says is shown, then it fills the form.

use std::collections::BTreeMap;

use axum::extract::{Form as Body, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use trinhky_drafting::fold;
use trinhky_drafting::sheet::{self, Sheet, column_name};
use uuid::Uuid;

use super::report_view::About;
use super::{Pairs, said};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::objectives::evidence;
use crate::objectives::import::{self as reading, Mapping, Reading};
use crate::objectives::report::{ReportInput, save_report};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::upload::Upload;
use crate::web::views::objectives::{ImportPage, ImportPreview, ImportRow};
use crate::web::{Form, Link, WebError, html, refused};

/// Rows of a file that the page shows; those of indicators come first.
const SHOWN_ROWS: usize = 40;

/// `GET /bao-cao/{id}/nhap`.
///
/// # Errors
/// 404 for who may not see the report, 409 where it is not being written.
pub async fn import_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = async {
        let about = writable(&session, id).await?;
        Ok(page(&session, &about, Form::new(&address(id), "", "")))
    };
    Ok(html(
        &view.await.map_err(|fault| failed(fault, &report(id)))?,
    ))
}

/// `POST /bao-cao/{id}/nhap`: the file goes to the report's evidence, then its preview is shown.
///
/// # Errors
/// 413 above the limit; a file that is no table shows the page again.
pub async fn import_file(
    session: Session,
    Path(id): Path<Uuid>,
    body: Multipart,
) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let about = writable(&session, id)
        .await
        .map_err(|fault| failed(fault, &report(id)))?;
    match stored(&session, id, &about, upload.file_name, upload.bytes).await {
        Ok(file) => Ok(Redirect::to(&preview_address(id, file)).into_response()),
        Err(fault) => {
            let refusal = field_error(fault, &address(id))?;
            let mut form = Form::new(&address(id), "", "");
            form.refuse("file", said(session.lang, refusal.vi, refusal.en));
            let view = page(&session, &about, form);
            Ok(refused(html(&view)))
        }
    }
}

/// `GET /bao-cao/{id}/nhap/{file}`: what the file says, as the unit's last file was read.
///
/// # Errors
/// 404 for a file that is not the report's.
pub async fn import_preview(
    session: Session,
    Path((id, file)): Path<(Uuid, Uuid)>,
) -> Result<Response, WebError> {
    let view = async {
        let about = writable(&session, id).await?;
        let sheet = sheet_of(&session, id, file).await?;
        let db = session.app.store.reader();
        let mapping = match reading::kept(db, about.report.unit_id).await? {
            Some(kept) => reading::adapted(&kept, &sheet, &about.indicators),
            None => reading::propose(&sheet, &about.indicators),
        };
        let form = Form::new(
            &preview_address(id, file),
            "",
            &about.report.revision.to_string(),
        );
        Ok(preview(&session, &about, &sheet, &mapping, form))
    };
    Ok(html(
        &view.await.map_err(|fault| failed(fault, &address(id)))?,
    ))
}

/// `POST /bao-cao/{id}/nhap/{file}`: the fields `key`, `num`, `den`, `row.<n>`; `do` is `preview` or `fill`.
///
/// # Errors
/// What is wrong in the file shows the page again, every problem with its place.
pub async fn fill_from_file(
    session: Session,
    Path((id, file)): Path<(Uuid, Uuid)>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = preview_address(id, file);
    let mut form = Form::sent(&here, pairs);
    let found = async {
        let about = writable(&session, id).await?;
        let sheet = sheet_of(&session, id, file).await?;
        Ok((about, sheet))
    };
    let (about, sheet) = found.await.map_err(|fault| failed(fault, &address(id)))?;
    let mapping = mapping_of(&form, &sheet, &about);
    if form.value("do") == "fill" {
        let read = reading::apply(&sheet, &mapping, &about.indicators);
        if read.problems.is_empty() && !read.found.is_empty() {
            let seen = form.version.parse().unwrap_or(-1);
            match fill(&session, &about, &read, mapping.clone(), seen).await {
                Ok(()) => {
                    let count = read.found.len();
                    let flash = said(
                        session.lang,
                        format!("Đã điền {count} chỉ tiêu từ tệp. Kiểm tra rồi gửi."),
                        format!(
                            "{count} indicators are filled in from the file. Check them, then send."
                        ),
                    );
                    return Ok(done(&report(id), &flash));
                }
                Err(fault) => {
                    let refusal = field_error(fault, &here)?;
                    form.refuse("key", said(session.lang, refusal.vi, refusal.en));
                }
            }
        } else if read.found.is_empty() {
            let (vi, en) = (
                "Chưa dòng nào ứng với chỉ tiêu. Chọn cột và chỉ tiêu của từng dòng.",
                "No row is an indicator yet. Choose the columns and the indicator of each row.",
            );
            form.refuse("key", said(session.lang, vi, en));
        } else {
            let (vi, en) = (
                "Sửa các ô nêu dưới đây trong tệp rồi nhập lại, hoặc chọn cột khác.",
                "Correct the cells named below in the file and import it again, or choose other columns.",
            );
            form.refuse("key", said(session.lang, vi, en));
        }
    }
    let status = if form.is_refused() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let view = preview(&session, &about, &sheet, &mapping, form);
    Ok((status, html(&view)).into_response())
}

fn report(id: Uuid) -> String {
    format!("/bao-cao/{id}")
}

fn address(id: Uuid) -> String {
    format!("/bao-cao/{id}/nhap")
}

fn preview_address(id: Uuid, file: Uuid) -> String {
    format!("/bao-cao/{id}/nhap/{file}")
}

async fn writable(session: &Session, id: Uuid) -> Outcome<About> {
    let about = About::load(session, id).await?;
    if about.may_write(session) {
        return Ok(about);
    }
    Err(Fault::stale(
        "Báo cáo này không ở bước đang lập, hoặc bạn không lập báo cáo của đơn vị này.",
        "This report is not being written, or it is not yours to write.",
    ))
}

/// Keeps a file that is a table as evidence; the same file again is the one that is there.
async fn stored(
    session: &Session,
    id: Uuid,
    about: &About,
    name: String,
    content: Vec<u8>,
) -> Outcome<Uuid> {
    read(&content)?;
    let db = session.app.store.reader();
    let digest = digest(&content);
    let present = evidence::of_version(db, id, about.report.version).await?;
    if let Some(known) = present.iter().find(|file| file.digest == digest) {
        return Ok(known.id);
    }
    evidence::add(
        &session.app,
        &session.actor,
        id,
        String::new(),
        name,
        content,
    )
    .await
}

async fn sheet_of(session: &Session, id: Uuid, file: Uuid) -> Outcome<Sheet> {
    let file = evidence::one(session.app.store.reader(), id, file).await?;
    read(&session.app.files.get(&file.digest).await?)
}

fn read(content: &[u8]) -> Outcome<Sheet> {
    if content.is_empty() {
        return Err(Fault::invalid(
            "file",
            "Chọn một tệp .xlsx hoặc .csv.",
            "Choose an .xlsx or .csv file.",
        ));
    }
    sheet::read(content).map_err(|error| Fault::invalid("file", error.message_vi, error.message))
}

/// What the person chose on the page.
fn mapping_of(form: &Form, sheet: &Sheet, about: &About) -> Mapping {
    let index = |field: &str| form.value(field).parse::<usize>().unwrap_or_default();
    let key = index("key");
    let column = |field: &str| reading::chosen(sheet, index(field), key, &about.indicators);
    let mut rows: BTreeMap<String, String> = sheet
        .rows
        .iter()
        .filter_map(|row| {
            let code = form.value(&format!("row.{}", row.number));
            let known = about.indicators.iter().any(|found| found.code == code);
            known.then(|| (fold(row.text(key)), code.to_owned()))
        })
        .collect();
    if rows.is_empty() {
        // Another column was chosen: its words may name the indicators.
        rows = reading::named_rows(sheet, key, &about.indicators);
    }
    Mapping {
        key: column("key"),
        numerator: column("num"),
        denominator: column("den"),
        rows,
    }
}

/// Saves the numbers into the report; causes and everything that the file does not say stays.
async fn fill(
    session: &Session,
    about: &About,
    read: &Reading,
    mapping: Mapping,
    seen_revision: i32,
) -> Outcome<()> {
    let form = about.stored_form();
    let mut values = about.typed(&form);
    for found in &read.found {
        if let Some(value) = values.iter_mut().find(|value| value.code == found.code) {
            value.numerator.clone_from(&found.numerator);
            value.denominator.clone_from(&found.denominator);
            value.nothing_arose = false;
        }
    }
    let input = ReportInput {
        seen_revision,
        values,
        remark: about.report.remark.clone(),
    };
    save_report(&session.app, &session.actor, about.report.id, input).await?;
    reading::keep(&session.app, &session.actor, about.report.id, mapping).await
}

fn page(session: &Session, about: &About, form: Form) -> ImportPage {
    ImportPage {
        page: session.page(&said(
            session.lang,
            format!("Nhập số liệu {} từ bảng tính", about.period.name),
            format!("Numbers for {} from a spreadsheet", about.period.name),
        )),
        form,
        back: back(session, about),
    }
}

fn back(session: &Session, about: &About) -> Link {
    Link::new(
        &report(about.report.id),
        &said(session.lang, "Trở lại báo cáo", "Back to the report"),
    )
}

fn preview(
    session: &Session,
    about: &About,
    sheet: &Sheet,
    mapping: &Mapping,
    mut form: Form,
) -> ImportPreview {
    let lang = session.lang;
    let read = reading::apply(sheet, mapping, &about.indicators);
    for (field, column) in [
        ("key", &mapping.key),
        ("num", &mapping.numerator),
        ("den", &mapping.denominator),
    ] {
        form.set(field, column.index.to_string());
    }
    let code_of = |text: &str| mapping.rows.get(&fold(text)).cloned().unwrap_or_default();
    let key = mapping.key.index;
    let mut rows: Vec<_> = sheet
        .rows
        .iter()
        .filter(|row| !row.text(key).is_empty())
        .collect();
    rows.sort_by_key(|row| (code_of(row.text(key)).is_empty(), row.number));
    rows.truncate(SHOWN_ROWS);
    rows.sort_by_key(|row| row.number);
    let rows = rows
        .into_iter()
        .map(|row| {
            let field = format!("row.{}", row.number);
            form.set(&field, code_of(row.text(key)));
            ImportRow {
                number: row.number.to_string(),
                field,
                key: row.text(key).chars().take(80).collect(),
                numerator: row.text(mapping.numerator.index).to_owned(),
                denominator: row.text(mapping.denominator.index).to_owned(),
            }
        })
        .collect();
    let width = sheet
        .rows
        .iter()
        .map(|row| row.cells.len())
        .max()
        .unwrap_or(0);
    let label = |code: &String| {
        about
            .indicators
            .iter()
            .find(|indicator| indicator.code == *code)
            .map(|indicator| indicator.label().to_owned())
    };
    let absent: Vec<String> = read.absent.iter().filter_map(label).collect();
    ImportPreview {
        page: page(session, about, Form::default()).page,
        columns: (0..width)
            .map(|index| {
                let words = reading::chosen(sheet, index, key, &about.indicators).header;
                let short: String = words.chars().take(30).collect();
                (index.to_string(), format!("{} {short}", column_name(index)))
            })
            .collect(),
        rows,
        indicators: about
            .indicators
            .iter()
            .map(|indicator| (indicator.code.clone(), indicator.label().to_owned()))
            .collect(),
        problems: read
            .problems
            .into_iter()
            .map(|wrong| (wrong.place, said(lang, wrong.vi, wrong.en)))
            .collect(),
        absent: absent.join(", "),
        form,
        back: back(session, about),
    }
}
