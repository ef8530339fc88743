//! Certified copies on paper (Decree 30/2020 Art. 25–27): the whole of an original printed from its sealed file (sao y), the
//! whole of such a copy with its block (sao lục), or an extract made anew from chosen parts of the text (trích sao), each under
//! a number of the copying agency's own register of copies.
//!
//! The file is for the printer. Who certifies signs and seals the paper; nothing of it is signed here.

use chrono::NaiveDate;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde_json::json;
use trinhky_calendar::vn_date;
use trinhky_drafting::{Block, Draft, Signer};
use trinhky_typeset::{CopyBlock, CopyForm};
use uuid::Uuid;

use super::numbers::{self, NewEntry, may_keep};
use super::rows::{document_copy, register, register_entry};
use super::signers::{self, Paper};
use super::{Document, find, state};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, Unit, find as people_find};
use crate::signing;

/// What the register of copies is called among the registers: all forms of copies share one series (Annex I, copies, II.1c).
pub const REGISTER: &str = "SAO";

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub form: CopyForm,
    /// Of a copy of a copy: the true copy that lies before the clerk, one of [`true_copies`].
    pub source: Option<Uuid>,
    /// Of an extract: the parts of the body by their place, from 0.
    pub parts: Vec<usize>,
    /// Who certifies, as [`called`] names one of [`possible_signers`].
    pub signer: String,
    pub copied_on: NaiveDate,
    /// Lines of "Nơi nhận" without the archive line.
    pub recipients: Vec<String>,
    /// How many sheets of paper with the same number are made.
    pub sheets: i32,
}

/// The agency for which the actor makes copies: the document's own where he keeps its registers, else his.
#[must_use]
pub fn copier(actor: &Actor, document: &Document) -> Option<Uuid> {
    let mut orgs = actor.org_ids();
    orgs.sort_by_key(|org| *org != document.row.org_id);
    orgs.into_iter()
        .find(|org| actor.person_id.is_some() && may_keep(actor, *org, *org))
}

/// Whether there is an original to copy: issued, and not recalled.
#[must_use]
pub fn can_be_copied(document: &Document) -> bool {
    [state::ISSUED, state::CLOSED].contains(&document.row.state.as_str())
}

/// Who may certify a copy for an agency today (Art. 27: as its head has settled by the posts).
///
/// # Errors
/// What the database reports.
pub async fn possible_signers(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    document: &Document,
    on: NaiveDate,
) -> Outcome<Vec<Signer>> {
    let paper = Paper {
        org_id,
        unit_id: org_id,
        of_unit: false,
    };
    // A copy has no authority line of its own.
    let draft = Draft {
        authority_line: String::new(),
        ..document.draft.clone()
    };
    let mut signers = signers::possible(db, paper, &draft, on).await?;
    // By order of the head is how offices certify; it is offered first.
    signers.sort_by_key(|signer| signer.authority != trinhky_drafting::Authority::TL);
    Ok(signers)
}

/// A signer by title and name: `TL. CHỦ TỊCH / CHÁNH VĂN PHÒNG: Lý Đức Hải`.
#[must_use]
pub fn called(signer: &Signer) -> String {
    format!("{}: {}", signer.title_lines.join(" / "), signer.name)
}

/// Gives a copy its number and enters it in the register of copies.
///
/// # Errors
/// A refusal at the field that is not right; when there is no original or the actor keeps no register; what the database
/// reports.
pub async fn make(app: &App, actor: &Actor, id: Uuid, wanted: Wanted) -> Outcome<Uuid> {
    app.act(actor, (id, wanted), |cx, (id, wanted)| {
        Box::pin(async move {
            let document = find::visible(cx.tx, cx.actor, *id).await?;
            let org_id = copier(cx.actor, &document).ok_or_else(only_clerks)?;
            check(&document, wanted)?;
            let source = match wanted.form {
                CopyForm::Again => Some(source(cx.tx, *id, wanted).await?),
                _ => None,
            };
            let agency = people_find::unit(cx.tx, org_id, cx.today()).await?;
            let signer = possible_signers(cx.tx, org_id, &document, wanted.copied_on)
                .await?
                .into_iter()
                .find(|signer| called(signer) == wanted.signer)
                .ok_or_else(|| {
                    Fault::invalid(
                        "signer",
                        "Chọn người ký bản sao có thẩm quyền vào ngày sao.",
                        "Choose who certifies; the post must be held on the day of the copy.",
                    )
                })?;
            enter(cx, &document, &agency, wanted, &signer, source.as_ref()).await
        })
    })
    .await
}

fn only_clerks() -> Fault {
    Fault::forbidden(
        "Chỉ văn thư giữ sổ của cơ quan được cấp số bản sao.",
        "Only the clerk who keeps the agency's registers numbers copies.",
    )
}

fn check(document: &Document, wanted: &Wanted) -> Outcome<()> {
    if !can_be_copied(document) {
        return Err(Fault::stale(
            "Chỉ sao văn bản đã phát hành và chưa bị thu hồi.",
            "Only a document that is issued and not recalled is copied.",
        ));
    }
    if wanted.form == CopyForm::Extract {
        let there = |part: &usize| *part < document.draft.body.len();
        if wanted.parts.is_empty() || !wanted.parts.iter().all(there) {
            return Err(Fault::invalid(
                "parts",
                "Chọn phần nội dung cần trích sao.",
                "Choose the parts that are extracted.",
            ));
        }
    }
    if document
        .row
        .issued_on
        .is_some_and(|issued| wanted.copied_on < issued)
    {
        return Err(Fault::invalid(
            "date",
            "Ngày sao không được trước ngày của văn bản.",
            "A copy cannot bear a day before that of its document.",
        ));
    }
    if !(1..=999).contains(&wanted.sheets) {
        return Err(Fault::invalid(
            "sheets",
            "Số bản sao từ 1 đến 999.",
            "From 1 to 999 copies.",
        ));
    }
    Ok(())
}

/// The true copy that a copy is made from; its day is not after that of the new one.
async fn source(db: &impl ConnectionTrait, id: Uuid, wanted: &Wanted) -> Outcome<Made> {
    let source = true_copies(db, id)
        .await?
        .into_iter()
        .find(|made| Some(made.row.id) == wanted.source)
        .ok_or_else(|| {
            Fault::invalid(
                "source",
                "Chọn bản sao y dùng để sao lục.",
                "Choose the true copy that is copied.",
            )
        })?;
    if wanted.copied_on < source.row.copied_on {
        return Err(Fault::invalid(
            "date",
            "Ngày sao lục không được trước ngày của bản sao y.",
            "The copy cannot bear a day before that of the true copy.",
        ));
    }
    Ok(source)
}

async fn enter(
    cx: Cx<'_>,
    document: &Document,
    agency: &Unit,
    wanted: &Wanted,
    signer: &Signer,
    source: Option<&Made>,
) -> Outcome<Uuid> {
    // `UBND huyện` in a sentence, `UBND` in a symbol.
    let short = agency.short.split_whitespace().next().unwrap_or_default();
    let symbol = format!("{}-{short}", wanted.form.abbreviation());
    let mut recipients = wanted.recipients.clone();
    recipients.push("Lưu: VT".to_owned());
    let title = trinhky_drafting::upper_first(&document.title());
    let made_from = source
        .map(|source| format!(" theo {}", source.called()))
        .unwrap_or_default();
    let subject = format!(
        "{}{made_from}: {title}, {}",
        printed(wanted.form),
        document.row.subject
    );
    let entry = NewEntry {
        org_id: agency.id,
        owner_id: agency.id,
        doc_type: REGISTER,
        symbol: &symbol,
        entry_on: wanted.copied_on,
        // The register of the original names the document; one of copies may name it many times.
        document_id: None,
        subject: &subject,
        signer: &signer.name,
        recipients: &wanted.recipients.join("; "),
        keeper: "VT",
        note: "",
    };
    let number = numbers::give(cx, entry).await?;
    let book = book(cx.tx, agency.id, wanted.copied_on).await?;
    let id = cx.id();
    document_copy::ActiveModel {
        id: Set(id),
        org_id: Set(agency.id),
        document_id: Set(document.row.id),
        register_id: Set(book.id),
        number: Set(number),
        symbol: Set(symbol.clone()),
        form: Set(wanted.form.abbreviation().to_owned()),
        source_id: Set(source.map(|source| source.row.id)),
        copied_on: Set(wanted.copied_on),
        parts: Set(serde_json::to_string(&wanted.parts)?),
        signer: Set(serde_json::to_string(signer)?),
        recipients: Set(serde_json::to_string(&recipients)?),
        sheets: Set(wanted.sheets),
        made_at: Set(cx.now),
        by_name: Set(cx.actor.name.clone()),
    }
    .insert(cx.tx)
    .await?;
    let summary = format!(
        "{} số {number:02}/{symbol}{made_from} của {title}, {:02} bản; người ký bản sao: {}",
        printed(wanted.form),
        wanted.sheets,
        signer.name
    );
    let entry = Entry::about(document.row.id, "document.copied", summary)
        .unit(agency.id)
        .data(json!({ "number": number, "form": wanted.form.abbreviation() }));
    audit::append(cx.tx, agency.id, cx.actor, cx.now, entry).await?;
    Ok(id)
}

/// The form behind its abbreviation.
///
/// # Errors
/// When it is none.
pub fn form(abbreviation: &str) -> Outcome<CopyForm> {
    [CopyForm::True, CopyForm::Again, CopyForm::Extract]
        .into_iter()
        .find(|form| form.abbreviation() == abbreviation)
        .ok_or_else(|| {
            Fault::invalid(
                "form",
                "Chọn hình thức sao.",
                "Choose the form of the copy.",
            )
        })
}

/// `Sao y`
#[must_use]
pub fn printed(form: CopyForm) -> &'static str {
    match form {
        CopyForm::True => "Sao y",
        CopyForm::Again => "Sao lục",
        CopyForm::Extract => "Trích sao",
    }
}

async fn book(
    db: &impl ConnectionTrait,
    owner_id: Uuid,
    on: NaiveDate,
) -> Outcome<register::Model> {
    use chrono::Datelike as _;
    register::Entity::find()
        .filter(register::Column::OwnerId.eq(owner_id))
        .filter(register::Column::Direction.eq("out"))
        .filter(register::Column::DocType.eq(REGISTER))
        .filter(register::Column::Year.eq(on.year()))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// A copy with the state of its number.
#[derive(Debug, Clone)]
pub struct Made {
    pub row: document_copy::Model,
    pub form: CopyForm,
    pub signer: Signer,
    /// Its number was struck.
    pub void: bool,
}

impl Made {
    /// How sentences name it: `Sao y số 01/SY-UBND ngày 05/04/2023`.
    #[must_use]
    pub fn called(&self) -> String {
        format!(
            "{} số {:02}/{} ngày {}",
            printed(self.form),
            self.row.number,
            self.row.symbol,
            vn_date(self.row.copied_on)
        )
    }
}

/// The copies that an agency made of a document, in the order of their numbers.
///
/// # Errors
/// What the database reports.
pub async fn of_document(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    document_id: Uuid,
) -> Outcome<Vec<Made>> {
    made(db, document_id, document_copy::Column::OrgId.eq(org_id)).await
}

/// The true copies that whoever made of a document, from which a copy can be made; clerks of all agencies that know the
/// document see number and day of them, as the paper says that they hold.
///
/// # Errors
/// What the database reports.
pub async fn true_copies(db: &impl ConnectionTrait, document_id: Uuid) -> Outcome<Vec<Made>> {
    let whole = document_copy::Column::Form.eq(CopyForm::True.abbreviation());
    let mut made = made(db, document_id, whole).await?;
    made.retain(|made| !made.void);
    Ok(made)
}

async fn made(db: &impl ConnectionTrait, document_id: Uuid, wanted: Expr) -> Outcome<Vec<Made>> {
    let rows = document_copy::Entity::find()
        .filter(document_copy::Column::DocumentId.eq(document_id))
        .filter(wanted)
        .order_by_asc(document_copy::Column::MadeAt)
        .order_by_asc(document_copy::Column::Number)
        .all(db)
        .await?;
    let books = rows.iter().map(|row| row.register_id);
    let struck: Vec<(Uuid, i32)> = register_entry::Entity::find()
        .filter(register_entry::Column::RegisterId.is_in(books))
        .filter(register_entry::Column::State.ne("given"))
        .all(db)
        .await?
        .into_iter()
        .map(|entry| (entry.register_id, entry.number))
        .collect();
    rows.into_iter()
        .map(|row| {
            Ok(Made {
                form: form(&row.form)?,
                signer: serde_json::from_str(&row.signer)?,
                void: struck.contains(&(row.register_id, row.number)),
                row,
            })
        })
        .collect()
}

/// The copy for the printer.
///
/// # Errors
/// When its number is struck or the original is gone; when it cannot be typeset.
pub async fn file(app: &App, document: &Document, copy: &Made) -> Outcome<Vec<u8>> {
    if copy.void {
        return Err(Fault::stale(
            "Số của bản sao này đã bỏ.",
            "The number of this copy was struck.",
        ));
    }
    if !can_be_copied(document) {
        return Err(Fault::stale(
            "Văn bản đã bị thu hồi, không sao nữa.",
            "The document was recalled and is not copied any more.",
        ));
    }
    let mut blocks = Vec::new();
    if let Some(source) = copy.row.source_id {
        let source = true_copies(app.store.reader(), document.row.id)
            .await?
            .into_iter()
            .find(|made| made.row.id == source)
            .ok_or_else(|| {
                Fault::stale(
                    "Số của bản sao y dùng để sao lục đã bỏ.",
                    "The number of the true copy that this was made from was struck.",
                )
            })?;
        blocks.push(block(app, &source).await?);
    }
    blocks.push(block(app, copy).await?);
    let extract = match copy.form {
        CopyForm::Extract => {
            let parts: Vec<usize> = serde_json::from_str(&copy.row.parts)?;
            Some(extract(&document.numbered_draft(), &parts))
        }
        _ => None,
    };
    signing::paper_copy(app, document, extract, blocks).await
}

/// What the block of a copy says.
async fn block(app: &App, copy: &Made) -> Outcome<CopyBlock> {
    let agency = people_find::unit(app.store.reader(), copy.row.org_id, copy.row.copied_on).await?;
    Ok(CopyBlock {
        form: copy.form,
        agency: agency.header,
        number: u32::try_from(copy.row.number).unwrap_or_default(),
        symbol: copy.row.symbol.clone(),
        place: agency.place,
        copied_on: copy.row.copied_on,
        title_lines: copy.signer.title_lines.clone(),
        signer: copy.signer.name.clone(),
        recipients: serde_json::from_str(&copy.row.recipients)?,
    })
}

/// The text with the chosen parts of its body; what is left out leaves a mark where it stood.
fn extract(draft: &Draft, parts: &[usize]) -> Draft {
    let omitted = || Block::Paragraph {
        text: "(…)".to_owned(),
    };
    let mut body: Vec<Block> = Vec::new();
    for (place, block) in draft.body.iter().enumerate() {
        if parts.contains(&place) {
            body.push(block.clone());
        } else if body.last() != Some(&omitted()) {
            body.push(omitted());
        }
    }
    Draft {
        body,
        annexes: Vec::new(),
        ..draft.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extract_marks_what_it_leaves_out() {
        let seed = include_bytes!("../drafting/fixtures/decision-2023.md");
        let draft = trinhky_drafting::import("decision-2023.md", seed)
            .expect("the seed is read")
            .draft;
        let parts = extract(&draft, &[1]).body;
        let omitted = Block::Paragraph {
            text: "(…)".to_owned(),
        };
        assert_eq!(parts[0], omitted);
        assert_eq!(parts[1], draft.body[1]);
        assert_eq!(parts[2], omitted);
        assert_eq!(parts.len(), 3);
    }
}
