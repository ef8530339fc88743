//! The proposal (Tờ trình) by which the Office takes a decision up: drafted from the decision,
//! signed and numbered by the Office before it goes up, cited by the decision.

use chrono::Datelike as _;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use trinhky_calendar::vn_long;
use trinhky_drafting::{Block, DocType, Draft, Line, MonthYear, Signer};

use super::rows::{document, opinion};
use super::{Document, draft, find, state};
use crate::app::Cx;
use crate::audit::{self, Entry};
use crate::fault::Outcome;
use crate::people::find::{self as people_find};

/// The heading under which a letter says how its document came about.
pub(crate) const PREPARED: &str = "Quá trình xây dựng";

/// Drafts the proposal of a document when its form has been found right. A proposal that went up and came back keeps its
/// number in the Office's register; what is presented anew gets a proposal of its own.
pub(super) async fn draft_for(cx: Cx<'_>, carried: &Document) -> Outcome<()> {
    let last = find::proposal_of(cx.tx, carried.row.id).await?;
    let note = format!("Lập từ {}", carried.title());
    let letter = match last {
        // Begun with the document: what is known only now is written into it.
        Some(last) if last.row.state == state::DRAFT => brought_up(cx, carried, last.draft).await?,
        Some(last) if last.row.state != state::ISSUED => return Ok(()),
        // The words of a report's letter come from its figures, which are the same when it is presented anew.
        Some(last) if carried.doc_type == DocType::BC => Draft {
            expected_month: Some(this_month(cx)),
            ..last.draft
        },
        _ => of_decision(cx, carried).await?,
    };
    keep(cx, carried, &letter, &note).await
}

/// Keeps a letter as the proposal of a document: a new one, or the next version of the one that is not signed yet.
pub(crate) async fn keep(
    cx: Cx<'_>,
    carried: &Document,
    letter: &Draft,
    note: &str,
) -> Outcome<()> {
    let last = find::proposal_of(cx.tx, carried.row.id).await?;
    if let Some(last) = last.filter(|last| last.row.state == state::DRAFT) {
        draft::save_version(cx, &last, last.row.version, letter, note).await?;
        return Ok(());
    }
    let row = &carried.row;
    let id = draft::insert(cx, row.org_id, row.owner_id, letter, &[], note).await?;
    document::ActiveModel {
        id: Set(id),
        carried_by: Set(Some(row.id)),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let entry = Entry::about(
        id,
        "proposal.drafted",
        format!("Lập Tờ trình {}", super::lower_first(&letter.subject)),
    );
    audit::append(cx.tx, row.org_id, cx.actor, cx.now, entry).await
}

/// A letter of the Office to the Chairman about a document (form 1.4 with its addressee); subject and body are the caller's.
pub(crate) async fn letter(
    cx: Cx<'_>,
    carried: &Document,
    subject: String,
    body: Vec<Block>,
) -> Outcome<Draft> {
    let on = cx.today();
    let office = people_find::unit(cx.tx, carried.row.owner_id, on).await?;
    let organisation = people_find::unit(cx.tx, carried.row.org_id, on).await?;
    let chief = people_find::holders(cx.tx, &[office.id], &["office_chief", "unit_head"], on)
        .await?
        .into_iter()
        .next();
    let (title, name) =
        chief.map_or_else(Default::default, |holder| (holder.post.title, holder.name));
    Ok(Draft {
        doc_type: DocType::TTR,
        superior_agency: office.header.first().cloned(),
        issuer: office.header.iter().skip(1).cloned().collect(),
        number: None,
        symbol: format!("TTr-{}", office.short),
        place: carried.draft.place.clone(),
        issued_on: None,
        expected_month: Some(this_month(cx)),
        subject,
        authority_line: String::new(),
        addressed_to: vec![format!("Chủ tịch {}", organisation.name)],
        legal_basis: Vec::new(),
        body,
        distribution: vec![
            Line::AsAbove {
                text: "Như trên".to_owned(),
            },
            Line::Archive {
                text: "Lưu: VT".to_owned(),
            },
        ],
        signer: Signer {
            title_lines: vec![title.to_uppercase()],
            name,
            ..Signer::default()
        },
        urgency: carried.draft.urgency,
        circulation: carried.draft.circulation,
        drafter_mark: String::new(),
        contact: carried.draft.contact.clone(),
        annexes: Vec::new(),
    })
}

/// A letter that was begun before the round of opinions, with what became of it and the month in which it is signed.
async fn brought_up(cx: Cx<'_>, carried: &Document, mut letter: Draft) -> Outcome<Draft> {
    letter.expected_month = Some(this_month(cx));
    let prepared = letter
        .body
        .iter()
        .position(|block| matches!(block, Block::Heading { text, .. } if text == PREPARED));
    if let Some(Block::Paragraph { text }) = prepared.and_then(|at| letter.body.get_mut(at + 1)) {
        let office = people_find::unit(cx.tx, carried.row.owner_id, cx.today()).await?;
        let opinions = find::opinions(cx.tx, carried.row.id).await?;
        *text = opinions_sentence(&office.name, &opinions);
    }
    Ok(letter)
}

async fn of_decision(cx: Cx<'_>, decision: &Document) -> Outcome<Draft> {
    let on = cx.today();
    let text = Facts {
        decision: &decision.draft,
        office_name: &people_find::unit(cx.tx, decision.row.owner_id, on)
            .await?
            .name,
        organisation_name: &people_find::unit(cx.tx, decision.row.org_id, on)
            .await?
            .name,
        opinions: &find::opinions(cx.tx, decision.row.id).await?,
    };
    let subject = format!("Về việc {}", super::lower_first(&decision.draft.subject));
    letter(cx, decision, subject, text.body()).await
}

fn this_month(cx: Cx<'_>) -> MonthYear {
    MonthYear {
        month: cx.today().month(),
        year: cx.today().year(),
    }
}

/// Puts the proposal's number and date into the decision's citation of it, as a new version where they differ.
///
/// The approval is bound to the content's hash, so the citation must be complete before it.
pub(super) async fn cite(cx: Cx<'_>, decision: &Document, proposal: &Document) -> Outcome<()> {
    let (Some(number), Some(date)) = (proposal.row.number, proposal.row.issued_on) else {
        return Ok(());
    };
    let citation = format!(
        "Tờ trình số {number:02}/{} ngày {}",
        proposal.row.symbol,
        vn_long(date).trim_start_matches("ngày ").to_owned()
    );
    let mut draft = decision.draft.clone();
    let Some(basis) = draft
        .legal_basis
        .iter_mut()
        .rev()
        .find(|basis| basis.contains("Tờ trình số"))
    else {
        return Ok(());
    };
    let Some(replaced) = with_citation(basis, number, &proposal.row.symbol, date, &citation) else {
        return Ok(());
    };
    *basis = replaced;
    draft::save_version(
        cx,
        decision,
        decision.row.version,
        &draft,
        "Ghi số, ngày Tờ trình vào căn cứ",
    )
    .await?;
    Ok(())
}

/// The basis with the right citation; none where it is right already, in full or in short form.
fn with_citation(
    basis: &str,
    number: i32,
    symbol: &str,
    date: chrono::NaiveDate,
    citation: &str,
) -> Option<String> {
    let start = basis.find("Tờ trình số")?;
    let rest = &basis[start..];
    let end = start + rest.trim_end_matches(['.', ';', ' ']).len();
    let cited = &basis[start..end];
    let short = format!(
        "Tờ trình số {number:02}/{symbol} ngày {}/{}/{}",
        date.day(),
        date.month(),
        date.year()
    );
    if cited == citation || cited == short {
        return None;
    }
    Some(format!("{}{citation}{}", &basis[..start], &basis[end..]))
}

/// What the text of a decision's proposal is made from.
struct Facts<'a> {
    decision: &'a Draft,
    office_name: &'a str,
    organisation_name: &'a str,
    opinions: &'a [opinion::Model],
}

impl Facts<'_> {
    /// The body (DOMAIN §9.1 is the pattern).
    fn body(&self) -> Vec<Block> {
        let decision = self.decision;
        let articles = decision
            .body
            .iter()
            .filter(|block| matches!(block, Block::Article(_)))
            .count();
        let clauses: usize = decision
            .body
            .iter()
            .filter_map(|block| match block {
                Block::Article(article) => Some(article.clauses.len()),
                _ => None,
            })
            .sum();
        let paragraph = |text: String| Block::Paragraph { text };
        let heading = |label: &str, text: &str| Block::Heading {
            level: 2,
            label: label.to_owned(),
            text: text.to_owned(),
        };
        vec![
            paragraph(format!(
                "{} kính trình Chủ tịch {} xem xét, ban hành {} {} như sau:",
                self.office_name,
                self.organisation_name,
                decision.doc_type.name_in_text(),
                super::lower_first(&decision.subject)
            )),
            heading("1.", "Sự cần thiết ban hành"),
            paragraph(
                "Văn bản là căn cứ để tổ chức thực hiện, theo dõi, đo lường và đánh giá kết quả trong năm; phù hợp với chức năng, nhiệm vụ và các căn cứ pháp lý nêu trong dự thảo."
                    .to_owned(),
            ),
            heading("2.", PREPARED),
            paragraph(opinions_sentence(self.office_name, self.opinions)),
            heading("3.", "Nội dung chính"),
            paragraph(format!(
                "Dự thảo {} gồm {articles:02} điều, {clauses:02} khoản.",
                decision.doc_type.name_in_text()
            )),
            heading("4.", "Tổ chức theo dõi"),
            paragraph(format!(
                "Các đơn vị báo cáo kết quả thực hiện theo quý; {} tổng hợp, báo cáo Chủ tịch {}.",
                self.office_name, self.organisation_name
            )),
            paragraph(format!(
                "{} kính trình Chủ tịch {} xem xét, quyết định./.",
                self.office_name, self.organisation_name
            )),
        ]
    }
}

fn opinions_sentence(office_name: &str, opinions: &[opinion::Model]) -> String {
    let asked = opinions.len();
    if asked == 0 {
        return format!(
            "{} đã soạn thảo, kiểm tra nội dung và thể thức dự thảo.",
            office_name
        );
    }
    let given = opinions
        .iter()
        .filter(|opinion| opinion.given_at.is_some())
        .count();
    let agreed = opinions
        .iter()
        .filter(|opinion| matches!(opinion.stance.as_deref(), Some("agree" | "other")))
        .count();
    format!(
        "{} đã lấy ý kiến {asked:02} đơn vị ({given:02}/{asked:02} đơn vị có ý kiến, {agreed:02}/{asked:02} đơn vị nhất trí) và đã tiếp thu, giải trình các ý kiến.",
        office_name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date() -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(2023, 3, 20).expect("a date")
    }

    #[test]
    fn a_right_citation_stays_as_it_is() {
        let basis = "Theo đề nghị của Chánh Văn phòng tại Tờ trình số 92/TTr-VP ngày 20/3/2023.";
        assert_eq!(
            with_citation(
                basis,
                92,
                "TTr-VP",
                date(),
                "Tờ trình số 92/TTr-VP ngày 20 tháng 3 năm 2023"
            ),
            None
        );
    }

    #[test]
    fn another_number_is_put_right_and_the_full_stop_stays() {
        let basis = "Theo đề nghị của Chánh Văn phòng tại Tờ trình số 91/TTr-VP ngày 19/3/2023.";
        let right = with_citation(
            basis,
            92,
            "TTr-VP",
            date(),
            "Tờ trình số 92/TTr-VP ngày 20 tháng 3 năm 2023",
        );
        assert_eq!(
            right.as_deref(),
            Some(
                "Theo đề nghị của Chánh Văn phòng tại Tờ trình số 92/TTr-VP ngày 20 tháng 3 năm 2023."
            )
        );
    }
}
