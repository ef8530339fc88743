//! The certified copies of a document: those that were made, and one more.

use axum::extract::{Form as Body, Path};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use trinhky_calendar::vn_date;
use trinhky_drafting::{Block, Signer};
use trinhky_typeset::CopyForm;
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use crate::audit;
use crate::documents::copies::{self, Made, Wanted};
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::signing;
use crate::web::format::read_date;
use crate::web::views::shared::{Choice, Mark, Tone};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, State, choice};
use crate::web::{Form, WebError, html};

/// Words of a part that its choice shows.
const SHOWN: usize = 80;

/// `GET /van-ban/{id}/sao`: the clerk who keeps an agency's registers.
///
/// # Errors
/// 404 for strangers, 403 for others.
pub async fn copies_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let mut form = Form::new(&address(id), "", "");
    form.set("form", CopyForm::True.abbreviation());
    form.set("date", vn_date(session.today()));
    form.set("sheets", "1");
    view(&session, id, form)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))
}

/// `POST /van-ban/{id}/sao`: `form` (`SY`, `SL`, `TrS`), `source`, `parts`, `signer`, `date`, `sheets`, `recipients`.
///
/// # Errors
/// As [`copies_page`]; what is not acceptable shows the form again.
pub async fn make_copy(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let wanted = wanted(&pairs);
    let mut form = Form::sent(&address(id), pairs);
    let made = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        copies::make(&session.app, &session.actor, id, wanted?).await
    };
    match made.await {
        Ok(_) => Ok(done(
            &address(id),
            &said(
                session.lang,
                "Đã cấp số và ghi vào sổ bản sao. In tệp, ký và đóng dấu trên giấy.",
                "The copy has its number in the register. Print the file, sign and seal the paper.",
            ),
        )),
        Err(fault) => {
            refuse(
                &mut form,
                fault,
                session.lang,
                &document_page(id),
                str::to_owned,
            )?;
            let view = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, &document_page(id)))?;
            Ok(refused(view))
        }
    }
}

fn wanted(pairs: &Pairs) -> Outcome<Wanted> {
    let all = |name: &str| {
        pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .collect::<Vec<_>>()
    };
    let one = |name: &str| all(name).first().copied().unwrap_or_default();
    Ok(Wanted {
        form: copies::form(one("form"))?,
        source: one("source").parse().ok(),
        parts: all("parts")
            .iter()
            .filter_map(|part| part.parse().ok())
            .collect(),
        signer: one("signer").to_owned(),
        copied_on: read_date(one("date")).ok_or_else(|| {
            Fault::invalid(
                "date",
                "Ghi ngày sao dạng 05/04/2023.",
                "Enter the day as 05/04/2023.",
            )
        })?,
        recipients: one("recipients")
            .lines()
            .map(|line| line.trim().trim_start_matches('-').trim())
            .map(|line| line.trim_end_matches([';', '.']).to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
        sheets: one("sheets")
            .parse()
            .map_err(|_| Fault::invalid("sheets", "Ghi số bản bằng chữ số.", "Enter a number."))?,
    })
}

/// `GET /van-ban/{id}/sao/{copy}`: the file for the printer, for the agency that made the copy.
///
/// # Errors
/// 404 for others; 409 when its number was struck or the document recalled.
pub async fn copy_file(
    session: Session,
    Path((id, copy)): Path<(Uuid, Uuid)>,
) -> Result<Response, WebError> {
    let file = async {
        let (document, made) = made(&session, id).await?;
        let found = made
            .into_iter()
            .find(|made| made.row.id == copy)
            .ok_or(Fault::NotFound)?;
        audit::seen(&session.app, &session.actor, id, "copy").await?;
        copies::file(&session.app, &document, &found).await
    };
    let file = file
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok((
        [
            (CONTENT_TYPE, signing::PDF),
            (CONTENT_DISPOSITION, "inline; filename=\"ban-sao.pdf\""),
        ],
        file,
    )
        .into_response())
}

async fn made(session: &Session, id: Uuid) -> Outcome<(Document, Vec<Made>)> {
    let db = session.app.store.reader();
    let document = find::visible(db, &session.actor, id).await?;
    let org_id = copies::copier(&session.actor, &document).ok_or_else(|| {
        Fault::forbidden(
            "Chỉ văn thư giữ sổ của cơ quan lập bản sao.",
            "Only the clerk who keeps the agency's registers makes copies.",
        )
    })?;
    let made = copies::of_document(db, org_id, id).await?;
    Ok((document, made))
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let (document, made) = made(session, id).await?;
    let mut parts = Vec::new();
    if !made.is_empty() {
        parts.push(Part::States(
            made.iter().map(|copy| line(session, id, copy)).collect(),
        ));
    }
    if copies::can_be_copied(&document) {
        let org_id = copies::copier(&session.actor, &document).unwrap_or(document.row.org_id);
        let signers = copies::possible_signers(db, org_id, &document, session.today()).await?;
        let sources = sources(session, id).await?;
        let mut form = form;
        if let (Some(first), "") = (signers.first(), form.value("signer")) {
            form.set("signer", copies::called(first));
        }
        parts.push(Part::Heading(lang.say("Lập bản sao", "A new copy")));
        parts.push(Part::Form(entry(
            session, &document, &signers, sources, form,
        )));
    } else {
        parts.push(Part::Note(lang.say(
            "Chỉ sao văn bản đã phát hành và chưa bị thu hồi.",
            "Only a document that is issued and not recalled is copied.",
        )));
    }
    let title = lang.say("Bản sao của văn bản", "Certified copies");
    Ok(html(&Sheet {
        page: page(session, &document, &title),
        parts,
    }))
}

fn line(session: &Session, id: Uuid, copy: &Made) -> State {
    let (lang, row) = (session.lang, &copy.row);
    State {
        mark: if copy.void {
            Mark::new(Tone::Failed, lang.say("Số bỏ", "Void"))
        } else {
            Mark::new(Tone::Done, lang.say("Đã cấp số", "Numbered"))
        },
        text: said(
            lang,
            copy.called(),
            format!(
                "{} no. {:02}/{} of {}",
                copies::printed(copy.form),
                row.number,
                row.symbol,
                vn_date(row.copied_on)
            ),
        ),
        note: said(
            lang,
            format!(
                "{:02} bản; người ký: {}; người lập: {}",
                row.sheets, copy.signer.name, row.by_name
            ),
            format!(
                "{} pieces; certified by {}; made by {}",
                row.sheets, copy.signer.name, row.by_name
            ),
        ),
        href: if copy.void {
            String::new()
        } else {
            format!("{}/{}", address(id), row.id)
        },
    }
}

/// The true copies that can be copied again, by number, day and agency.
async fn sources(session: &Session, id: Uuid) -> Outcome<Vec<Choice>> {
    let db = session.app.store.reader();
    let made = copies::true_copies(db, id).await?;
    let agencies: Vec<Uuid> = made.iter().map(|made| made.row.org_id).collect();
    let names = people_find::unit_names(db, &agencies, session.today()).await?;
    Ok(made
        .iter()
        .map(|made| {
            let agency = names.get(&made.row.org_id).map_or("", String::as_str);
            choice(
                &made.row.id.to_string(),
                format!("{}, {agency}", made.called()),
            )
        })
        .collect())
}

fn entry(
    session: &Session,
    document: &Document,
    signers: &[Signer],
    sources: Vec<Choice>,
    form: Form,
) -> Entry {
    let lang = session.lang;
    let mut forms = vec![
        choice(
            CopyForm::True.abbreviation(),
            lang.say(
                "Sao y: toàn văn, in từ bản gốc điện tử",
                "True copy: the whole, printed from the electronic original",
            ),
        ),
        choice(
            CopyForm::Extract.abbreviation(),
            lang.say(
                "Trích sao: phần nội dung được chọn dưới đây",
                "Extract: the parts chosen below",
            ),
        ),
    ];
    let mut source = None;
    // Only what was copied can be copied again.
    if !sources.is_empty() {
        forms.insert(
            1,
            choice(
                CopyForm::Again.abbreviation(),
                lang.say(
                    "Sao lục: toàn văn bản sao y được chọn dưới đây",
                    "Copy of a copy: the whole of the true copy chosen below",
                ),
            ),
        );
        source = Some(Field::new(
            "source",
            lang.say("Bản sao y dùng để sao lục", "The true copy that is copied"),
            Input::One(sources),
        ));
    }
    let signers = signers
        .iter()
        .map(|signer| choice(&copies::called(signer), copies::called(signer)))
        .collect();
    let mut fields = vec![Field::new(
        "form",
        lang.say("Hình thức sao", "Form of the copy"),
        Input::One(forms),
    )];
    fields.extend(source);
    fields.extend([
        Field::new(
            "parts",
            lang.say("Phần trích sao", "Parts of an extract"),
            Input::Several(part_choices(document)),
        ),
        Field::new(
            "signer",
            lang.say("Người ký bản sao", "Certified by"),
            Input::One(signers),
        ),
        Field::line("date", lang.say("Ngày sao", "Day of the copy")),
        Field::line("sheets", lang.say("Số bản", "How many")),
        Field::new(
            "recipients",
            lang.say("Nơi nhận bản sao", "Recipients of the copy"),
            Input::Area(2),
        )
        .hint(lang.say(
            "Mỗi dòng một nơi; dòng “Lưu: VT” được thêm ở cuối.",
            "One per line; the archive line is added.",
        )),
    ]);
    Entry {
        form,
        fields,
        acts: vec![Act::main(
            lang.say("Cấp số và lập bản sao", "Number the copy"),
            lang.say(
                "Số được ghi vào sổ bản sao của cơ quan, dùng chung cho sao y, sao lục, trích sao.",
                "The number is entered in the agency's register of copies, one series for all forms.",
            ),
        )],
        upload: false,
    }
}

/// The parts of the body by their first words.
fn part_choices(document: &Document) -> Vec<Choice> {
    let words = |block: &Block| match block {
        Block::Article(article) => format!(
            "Điều {}. {}",
            article.number,
            article.title.as_deref().unwrap_or(&article.text)
        ),
        Block::Paragraph { text } => text.clone(),
        Block::Heading { label, text, .. } => format!("{label} {text}"),
        Block::Clause(clause) => format!("{}. {}", clause.number, clause.text),
        Block::Table(table) => format!(
            "Bảng {}",
            table
                .caption
                .clone()
                .unwrap_or_else(|| table.header.join(", "))
        ),
    };
    document
        .draft
        .body
        .iter()
        .enumerate()
        .map(|(n, block)| {
            let words = words(block);
            let mut shown: String = words.chars().take(SHOWN).collect();
            if shown.len() < words.len() {
                shown.push('…');
            }
            choice(&n.to_string(), shown.trim().to_owned())
        })
        .collect()
}

fn address(id: Uuid) -> String {
    format!("{}/sao", document_page(id))
}
