//! Where a draft begins: an empty one on the office's paper, a template of the office, or a document of an earlier year.

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use trinhky_drafting::{Article, Block, DocType, Draft, Imported, Line, MonthYear, Signer};
use uuid::Uuid;

use super::rows::document_template;
use super::signers::{self, Paper};
use super::{Document, draft, find, type_code};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, Unit, find as people_find};

/// The types that can be begun from nothing.
pub const TYPES: [DocType; 8] = [
    DocType::QD,
    DocType::TTR,
    DocType::BC,
    DocType::KH,
    DocType::TB,
    DocType::CV,
    DocType::GM,
    DocType::BB,
];

/// Makes a new document of a type with the parts that its form asks for, on the paper of the unit's organisation.
///
/// # Errors
/// When the actor may not draft for the unit, or what the database reports.
pub async fn empty(app: &App, actor: &Actor, unit_id: Uuid, doc_type: DocType) -> Outcome<Uuid> {
    let db = app.store.reader();
    let unit = people_find::unit(db, unit_id, app.today()).await?;
    let organisation = people_find::unit(db, unit.org_id, app.today()).await?;
    let mut draft = on_paper(doc_type, &organisation, &unit, app.today());
    let paper = Paper {
        org_id: organisation.id,
        unit_id,
        of_unit: false,
    };
    let signers = signers::possible(db, paper, &draft, app.today()).await?;
    draft.signer = signers.into_iter().next().unwrap_or_default();
    let note = format!("Soạn mới {}", doc_type.name_in_text());
    create(app, actor, unit_id, draft, note).await
}

/// The header, the symbol and the parts of the type's form; what is to be written stays empty.
pub(super) fn on_paper(
    doc_type: DocType,
    organisation: &Unit,
    unit: &Unit,
    today: NaiveDate,
) -> Draft {
    let decides = doc_type == DocType::QD;
    let addressed = matches!(doc_type, DocType::TTR | DocType::CV | DocType::GM);
    let body = if decides {
        let article = |number, text: &str| {
            Block::Article(Article {
                number,
                title: None,
                text: text.to_owned(),
                clauses: Vec::new(),
                tail: Vec::new(),
            })
        };
        vec![
            article(1, "…"),
            article(2, "Quyết định này có hiệu lực kể từ ngày ký."),
            article(
                3,
                "Chánh Văn phòng, Thủ trưởng các đơn vị có liên quan chịu trách nhiệm thi hành Quyết định này./.",
            ),
        ]
    } else {
        vec![Block::Paragraph {
            text: "…./.".to_owned(),
        }]
    };
    let mut distribution = Vec::new();
    if decides {
        distribution.push(Line::AsArticle {
            article: 3,
            text: "Như Điều 3".to_owned(),
        });
    } else if addressed {
        distribution.push(Line::AsAbove {
            text: "Như trên".to_owned(),
        });
    }
    distribution.push(Line::Archive {
        text: format!("Lưu: VT, {}", unit.short),
    });
    Draft {
        doc_type,
        superior_agency: superior_line(organisation),
        issuer: organisation.header.clone(),
        number: None,
        symbol: symbol(doc_type, organisation, unit),
        place: organisation.place.clone(),
        issued_on: None,
        expected_month: Some(MonthYear {
            month: today.month(),
            year: today.year(),
        }),
        subject: "…".to_owned(),
        authority_line: if decides {
            format!("CHỦ TỊCH {}", organisation.name.to_uppercase())
        } else {
            String::new()
        },
        addressed_to: if addressed {
            vec!["…".to_owned()]
        } else {
            Vec::new()
        },
        legal_basis: if decides {
            vec!["Căn cứ Luật Tổ chức chính quyền địa phương …;".to_owned()]
        } else {
            Vec::new()
        },
        body,
        distribution,
        signer: Signer::default(),
        urgency: trinhky_drafting::Urgency::Normal,
        circulation: trinhky_drafting::Circulation::Free,
        drafter_mark: String::new(),
        contact: Vec::new(),
        annexes: Vec::new(),
    }
}

/// The direct superior agency as the header prints it (Annex I.II.2): in capitals, common phrases abbreviated. A People's
/// Committee answers to the one above it and to its council, but none of them is an agency that it belongs to.
fn superior_line(organisation: &Unit) -> Option<String> {
    let committee = organisation.kind.ends_with("_committee");
    (!committee && !organisation.superior.is_empty()).then(|| {
        organisation
            .superior
            .to_uppercase()
            .replace("ỦY BAN NHÂN DÂN", "UBND")
            .replace("HỘI ĐỒNG NHÂN DÂN", "HĐND")
    })
}

/// `QĐ-UBND`; of an official letter `UBND-VP` (Annex I.II.3).
fn symbol(doc_type: DocType, organisation: &Unit, unit: &Unit) -> String {
    // `UBND huyện` in a sentence, `UBND` in a symbol.
    let issuer = organisation
        .short
        .split_whitespace()
        .next()
        .unwrap_or(&organisation.short);
    match doc_type.abbreviation() {
        Some(kind) => format!("{kind}-{issuer}"),
        None => format!("{issuer}-{}", unit.short),
    }
}

/// Makes a new document from one of an earlier year: the same words, without number and date, for the present month. The year
/// that the old one was for becomes the present one wherever it is named by itself; in dates and legal bases it stays.
///
/// # Errors
/// When the actor may not draft for the unit, or what the database reports.
pub async fn again(app: &App, actor: &Actor, unit_id: Uuid, old: &Document) -> Outcome<Uuid> {
    let mut draft = anew(&old.draft, app.today());
    let (then, now) = (old.row.year, app.today().year());
    draft.subject = with_year(&draft.subject, then, now);
    renew(&mut draft.body, then, now);
    for annex in &mut draft.annexes {
        annex.title = with_year(&annex.title, then, now);
        renew(&mut annex.body, then, now);
    }
    let note = format!("Soạn từ {}", old.title());
    create(app, actor, unit_id, draft, note).await
}

/// The same words without number and date, for the present month.
pub(super) fn anew(old: &Draft, today: NaiveDate) -> Draft {
    Draft {
        number: None,
        issued_on: None,
        expected_month: Some(MonthYear {
            month: today.month(),
            year: today.year(),
        }),
        ..old.clone()
    }
}

fn renew(blocks: &mut [Block], then: i32, now: i32) {
    let renewed = |text: &mut String| *text = with_year(text, then, now);
    for block in blocks {
        match block {
            Block::Article(article) => {
                article.title.iter_mut().for_each(renewed);
                renewed(&mut article.text);
                article.tail.iter_mut().for_each(renewed);
                for clause in &mut article.clauses {
                    renewed(&mut clause.text);
                    clause
                        .points
                        .iter_mut()
                        .for_each(|point| renewed(&mut point.text));
                }
            }
            Block::Paragraph { text } | Block::Heading { text, .. } => renewed(text),
            Block::Clause(clause) => {
                renewed(&mut clause.text);
                clause
                    .points
                    .iter_mut()
                    .for_each(|point| renewed(&mut point.text));
            }
            Block::Table(table) => {
                table.caption.iter_mut().for_each(renewed);
                table.header.iter_mut().for_each(renewed);
                table.rows.iter_mut().flatten().for_each(renewed);
            }
        }
    }
}

/// `năm 2023` becomes `năm 2024`, but `tháng 3 năm 2023` is a date and stays.
fn with_year(text: &str, then: i32, now: i32) -> String {
    let old = format!("năm {then}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&old) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let mut words = out.split_whitespace().rev();
        let number = words.next().is_some_and(|word| word.parse::<u32>().is_ok());
        let date = number && words.next().is_some_and(|word| word.ends_with("tháng"));
        let year = if date { then } else { now };
        out.push_str(&format!("năm {year}"));
        rest = &found[old.len()..];
    }
    out.push_str(rest);
    out
}

async fn create(
    app: &App,
    actor: &Actor,
    unit_id: Uuid,
    draft: Draft,
    note: String,
) -> Outcome<Uuid> {
    let imported = Imported {
        draft,
        unplaced: Vec::new(),
    };
    draft::create(app, actor, unit_id, imported, note).await
}

/// Keeps the present text of a document as a template of its organisation, under a name.
///
/// # Errors
/// When the name is missing or taken, the actor does not draft for the document's unit, or what the database reports.
pub async fn keep_template(app: &App, actor: &Actor, id: Uuid, name: String) -> Outcome<()> {
    app.act(actor, (id, name), |cx, (id, name)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            draft::may_draft_for(cx, document.row.owner_id)?;
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            if name.is_empty() || name.chars().count() > 100 {
                return Err(Fault::invalid(
                    "name",
                    "Đặt tên cho mẫu, tối đa 100 ký tự.",
                    "Give the template a name of at most 100 characters.",
                ));
            }
            let org_id = document.row.org_id;
            if templates(cx.tx, org_id)
                .await?
                .iter()
                .any(|known| known.name == name)
            {
                return Err(Fault::invalid(
                    "name",
                    "Cơ quan đã có mẫu tên này; chọn tên khác hoặc bỏ mẫu cũ.",
                    "There is a template of this name; choose another or drop the old one.",
                ));
            }
            let mut draft = document.draft.clone();
            draft.number = None;
            draft.issued_on = None;
            draft.expected_month = None;
            document_template::ActiveModel {
                id: Set(cx.id()),
                org_id: Set(org_id),
                doc_type: Set(type_code(draft.doc_type)),
                name: Set(name.clone()),
                draft: Set(serde_json::to_string(&draft)?),
                made_at: Set(cx.now),
                by_name: Set(cx.actor.name.clone()),
                dropped_at: Set(None),
            }
            .insert(cx.tx)
            .await?;
            let entry = Entry::about(*id, "template.kept", format!("Lưu làm mẫu “{name}”"));
            audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// The organisation's templates, by type and name.
///
/// # Errors
/// What the database reports.
pub async fn templates(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Outcome<Vec<document_template::Model>> {
    Ok(document_template::Entity::find()
        .filter(document_template::Column::OrgId.eq(org_id))
        .filter(document_template::Column::DroppedAt.is_null())
        .order_by_asc(document_template::Column::DocType)
        .order_by_asc(document_template::Column::Name)
        .all(db)
        .await?)
}

async fn template(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    id: Uuid,
) -> Outcome<document_template::Model> {
    document_template::Entity::find_by_id(id)
        .filter(document_template::Column::OrgId.eq(org_id))
        .filter(document_template::Column::DroppedAt.is_null())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// Makes a new document from a template of the unit's organisation, for the present month.
///
/// # Errors
/// 404 for another organisation's template; when the actor may not draft; what the database reports.
pub async fn from_template(app: &App, actor: &Actor, unit_id: Uuid, id: Uuid) -> Outcome<Uuid> {
    let db = app.store.reader();
    let unit = people_find::unit(db, unit_id, app.today()).await?;
    let template = template(db, unit.org_id, id).await?;
    let mut draft: Draft = serde_json::from_str(&template.draft)?;
    draft.expected_month = Some(MonthYear {
        month: app.today().month(),
        year: app.today().year(),
    });
    let note = format!("Soạn từ mẫu “{}”", template.name);
    create(app, actor, unit_id, draft, note).await
}

/// Drops a template; documents made from it stay.
///
/// # Errors
/// 404 for another organisation's; when the actor does not draft for the unit; what the database reports.
pub async fn drop_template(app: &App, actor: &Actor, unit_id: Uuid, id: Uuid) -> Outcome<()> {
    app.act(actor, (unit_id, id), |cx, (unit_id, id)| {
        Box::pin(async move {
            draft::may_draft_for(cx, *unit_id)?;
            let unit = people_find::unit(cx.tx, *unit_id, cx.today()).await?;
            let template = template(cx.tx, unit.org_id, *id).await?;
            document_template::ActiveModel {
                id: Set(*id),
                dropped_at: Set(Some(cx.now)),
                ..Default::default()
            }
            .update(cx.tx)
            .await?;
            let entry = Entry::general("template.dropped", format!("Bỏ mẫu “{}”", template.name));
            audit::append(cx.tx, unit.org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_that_a_text_is_for_moves_on_and_dates_stay() {
        assert_eq!(
            with_year(
                "Mục tiêu chất lượng năm 2023, theo Kế hoạch ngày 10 tháng 3 năm 2023",
                2023,
                2024
            ),
            "Mục tiêu chất lượng năm 2024, theo Kế hoạch ngày 10 tháng 3 năm 2023"
        );
        assert_eq!(
            with_year("đạt như năm 2022", 2023, 2024),
            "đạt như năm 2022"
        );
    }
}
