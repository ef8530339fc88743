//! A whole file as one PDF and as one XML, in the order of the documents' days (Annex VI.III.4g, part II).

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use trinhky_calendar::vn_date;
use trinhky_drafting::Urgency;
use trinhky_pades::{Part, bind, page_count};
use trinhky_typeset::{CaseDocument, CaseSheet};

use super::contents::{Contents, Item};
use super::period;
use super::rows::case_file;
use super::xml::Xml;
use crate::app::App;
use crate::documents::rows::document_attachment;
use crate::documents::{Document, attach, find};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::people::{Unit, find as people_find};
use crate::signing;

/// Bytes of all documents of one export.
const MOST_BYTES: usize = 200 * 1024 * 1024;

/// A document of the file with everything that the export says of it.
struct Exported<'a> {
    item: &'a Item,
    document: Document,
    pdf: Vec<u8>,
    pages: usize,
    attachments: Vec<document_attachment::Model>,
}

async fn gather<'a>(app: &App, contents: &'a Contents) -> Outcome<Vec<Exported<'a>>> {
    let db = app.store.reader();
    let (mut exported, mut bytes) = (Vec::new(), 0);
    for item in &contents.items {
        let document = find::document(db, item.document.id).await?;
        let pdf = signing::pdf(app, &document).await?;
        bytes += pdf.len();
        if bytes > MOST_BYTES {
            return Err(Fault::stale(
                "Hồ sơ lớn hơn 200 MB, không kết xuất một lần được. Tách hồ sơ thành nhiều tập rồi kết xuất từng tập.",
                "The file is larger than 200 MB and cannot be exported at once. Split it into volumes, then export each.",
            ));
        }
        exported.push(Exported {
            pages: page_count(&pdf).map_err(|error| Fault::Internal(error.into()))?,
            attachments: attach::of(db, document.row.id).await?,
            item,
            document,
            pdf,
        });
    }
    Ok(exported)
}

/// The file as one PDF: cover, contents list, then each document. The signed originals lie inside it; `mark` stands at the
/// foot of cover and list.
///
/// # Errors
/// When it is too large, a document's file is missing, or typesetting fails.
pub async fn pdf(
    app: &App,
    case: &case_file::Model,
    contents: &Contents,
    mark: String,
) -> Outcome<Vec<u8>> {
    let exported = gather(app, contents).await?;
    let owner = owner(app.store.reader(), case).await?;
    let sheet = CaseSheet {
        superior: owner.superior,
        agency: owner.header,
        code: case.code.clone(),
        year: case.year,
        title: case.title.clone(),
        facts: facts(case, contents, exported.iter().map(|one| one.pages).sum()),
        documents: exported.iter().map(listed).collect(),
        mark,
    };
    let parts: Vec<Part> = exported
        .into_iter()
        .enumerate()
        .map(|(nth, one)| Part {
            title: format!("{}. {}", nth + 1, heading(one.item)),
            name: format!("{:03}-{}", nth + 1, file_name(&one.document)),
            pdf: one.pdf,
        })
        .collect();
    let (app, now) = (app.clone(), app.clock.now());
    let rules = signing::layout_rules(app.today())?;
    let bound = tokio::task::spawn_blocking(move || -> Outcome<Vec<u8>> {
        let cover = app
            .typesetter
            .case_sheet(&sheet, rules, now)
            .map_err(anyhow::Error::from)?;
        bind(&cover, &parts).map_err(|error| Fault::Internal(error.into()))
    });
    bound.await.map_err(anyhow::Error::from)?
}

/// The unit that keeps the file, as it was called on the file's first day.
async fn owner(db: &impl ConnectionTrait, case: &case_file::Model) -> Outcome<Unit> {
    people_find::unit(db, case.owner_id, case.opened_on).await
}

fn facts(case: &case_file::Model, contents: &Contents, pages: usize) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("Người lập hồ sơ", case.by_name.clone()),
        fact("Thời hạn bảo quản", period(case.years)),
        fact("Số văn bản", contents.items.len().to_string()),
        fact("Tổng số trang", pages.to_string()),
    ];
    if let Some((first, last)) = contents.days() {
        let days = format!("từ {} đến {}", vn_date(first), vn_date(last));
        facts.insert(2, fact("Thời gian tài liệu", days));
    }
    let ended = match (case.closed_on, case.handed_on) {
        (_, Some(day)) => format!("đã nộp lưu ngày {}: {}", vn_date(day), case.handed_to),
        (Some(day), None) => format!("đã kết thúc ngày {}", vn_date(day)),
        (None, None) => "đang lập".to_owned(),
    };
    facts.push(fact("Tình trạng", ended));
    facts
}

fn heading(item: &Item) -> String {
    trinhky_drafting::upper_first(&item.title)
}

/// `QD-05-2023.pdf`: plain letters, since programs of all kinds unpack it.
fn file_name(document: &Document) -> String {
    let row = &document.row;
    let number = row.number.unwrap_or_default();
    let year = row.issued_on.map_or(row.year, |day| {
        use chrono::Datelike as _;
        day.year()
    });
    format!("{}-{number:02}-{year}.pdf", row.doc_type)
}

fn listed(one: &Exported<'_>) -> CaseDocument {
    let row = &one.document.row;
    let mut notes = Vec::new();
    if let Some((day, number)) = one.item.arrived {
        let number = number.map(|n| format!(" số {n:02}")).unwrap_or_default();
        notes.push(format!("Đến {}{number}", vn_date(day)));
    }
    if !one.attachments.is_empty() {
        notes.push(format!("Kèm {} tệp", one.attachments.len()));
    }
    CaseDocument {
        number: format!("{:02}/{}", row.number.unwrap_or_default(), row.symbol),
        date: row.issued_on.map(vn_date).unwrap_or_default(),
        subject: format!("{} {}", one.document.doc_type.name_in_text(), row.subject)
            .trim()
            .to_owned(),
        author: one.item.author.clone(),
        pages: one.pages,
        note: notes.join("; "),
    }
}

/// The file as XML, with the fields of Annex VI, part II, under their names there, and the SHA-256 of every file.
///
/// # Errors
/// As [`pdf`].
pub async fn xml(app: &App, case: &case_file::Model, contents: &Contents) -> Outcome<String> {
    let db = app.store.reader();
    let exported = gather(app, contents).await?;
    let agency = people_find::unit(db, case.org_id, case.opened_on).await?;
    let owner = owner(db, case).await?;
    let pages: usize = exported.iter().map(|one| one.pages).sum();
    let mut xml = Xml::new();
    xml.open("File");
    code(&mut xml, case, &agency);
    xml.leaf("Title", &case.title);
    xml.leaf("Maintenance", period(case.years));
    xml.leaf("Rights", &owner.name);
    xml.leaf("Creator", &case.by_name);
    xml.leaf("Language", LANGUAGE);
    let days = contents.days();
    day(&mut xml, "StartDate", days.map(|(first, _)| first));
    day(&mut xml, "EndDate", days.map(|(_, last)| last));
    xml.leaf("DocTotal", exported.len());
    xml.leaf("PageTotal", pages);
    xml.leaf("Description", &case.heading);
    for (nth, one) in exported.iter().enumerate() {
        document(&mut xml, nth + 1, one, case, &agency);
    }
    Ok(xml.finish())
}

const LANGUAGE: &str = "Tiếng Việt";

fn code(xml: &mut Xml, case: &case_file::Model, agency: &Unit) {
    xml.open("FileCode");
    xml.leaf("OrganId", &agency.code);
    xml.leaf("FileCatalog", case.year);
    xml.leaf("FileNotation", &case.code);
    xml.close();
}

fn day(xml: &mut Xml, name: &str, day: Option<NaiveDate>) {
    xml.leaf(name, day.map(vn_date).unwrap_or_default());
}

fn document(
    xml: &mut Xml,
    ordinal: usize,
    one: &Exported<'_>,
    case: &case_file::Model,
    agency: &Unit,
) {
    let (row, draft) = (&one.document.row, &one.document.draft);
    let incoming = one.item.arrived;
    xml.open(if incoming.is_some() {
        "DocIn"
    } else {
        "DocOut"
    });
    code(xml, case, agency);
    if let Some((on, number)) = incoming {
        day(xml, "ArrivalDate", Some(on));
        xml.leaf(
            "ArrivalNumber",
            number.map(|n| n.to_string()).unwrap_or_default(),
        );
    }
    xml.leaf("DocOrdinal", ordinal);
    xml.leaf("TypeName", one.document.doc_type.name_in_text());
    xml.leaf(
        "CodeNumber",
        format!("{:02}", row.number.unwrap_or_default()),
    );
    xml.leaf("CodeNotation", &row.symbol);
    day(xml, "IssuedDate", row.issued_on);
    xml.leaf("OrganName", &one.item.author);
    xml.leaf("Subject", &row.subject);
    xml.leaf("Language", LANGUAGE);
    xml.leaf("PageAmount", one.pages);
    xml.leaf("Description", "");
    xml.open("SignerInfo");
    xml.leaf("Position", draft.signer.title_lines.join(" "));
    xml.leaf("FullName", &draft.signer.name);
    xml.close();
    for line in &draft.distribution {
        xml.open("To");
        xml.leaf("OrganName", line.text());
        xml.close();
    }
    // 0 is ordinary, then as the stamps rise.
    let priority = match draft.urgency {
        Urgency::Normal => 0,
        Urgency::Khan => 1,
        Urgency::ThuongKhan => 2,
        Urgency::HoaToc => 3,
    };
    xml.leaf("Priority", priority);
    xml.open("Original");
    xml.leaf("Bytes", one.pdf.len());
    xml.leaf("Sha256", digest(&one.pdf));
    xml.close();
    for file in &one.attachments {
        xml.open("Attachment");
        xml.leaf("Name", &file.name);
        xml.leaf("Bytes", file.size);
        xml.leaf("Sha256", &file.digest);
        xml.close();
    }
    xml.close();
}
