//! Who may sign a document today, with the words of his authority (Decree 30/2020 Art. 13, Annex I.II.7).

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use trinhky_drafting::{Authority, Draft, Signer};
use uuid::Uuid;

use super::type_code;
use crate::fault::Outcome;
use crate::people::absence::Away;
use crate::people::find::{self, Holder};

/// Whose paper a document is: that of the organisation, or of one of its units.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    pub org_id: Uuid,
    pub unit_id: Uuid,
    /// Issued by the unit under its own name and register.
    pub of_unit: bool,
}

/// The signature blocks that posts held on the day allow: the head in his own right or for the collective, deputies for him,
/// the chief of the Office by his order, and under a mandate on file who stands in for the head while he is away.
///
/// # Errors
/// What the database reports.
pub async fn possible(
    db: &impl ConnectionTrait,
    paper: Paper,
    draft: &Draft,
    on: NaiveDate,
) -> Outcome<Vec<Signer>> {
    if paper.of_unit {
        let heads = find::holders(db, &[paper.unit_id], &["office_chief", "unit_head"], on).await?;
        return Ok(once(heads)
            .iter()
            .map(|head| own(&head.post.title, head))
            .collect());
    }
    let mut heads = find::holders(db, &[paper.org_id], &["chair", "vice_chair"], on).await?;
    // The head before the deputies.
    heads.sort_by_key(|head| head.post.role != "chair");
    let chiefs = find::holders_in_org(db, paper.org_id, "office_chief", on).await?;
    let mut signers = Vec::new();
    for collective in collective(draft) {
        for head in &heads {
            signers.push(for_organisation(head, *collective, draft));
        }
    }
    signers.extend(once(chiefs).iter().map(|chief| Signer {
        authority: Authority::TL,
        title_lines: vec!["TL. CHỦ TỊCH".to_owned(), chief.post.title.to_uppercase()],
        name: chief.name.clone(),
    }));
    signers.extend(under_mandate(db, &heads, draft, on).await?);
    Ok(signers)
}

/// Who signs for a head that is away: no deputy, whose words are KT., but somebody with a mandate for documents of this type.
async fn under_mandate(
    db: &impl ConnectionTrait,
    heads: &[Holder],
    draft: &Draft,
    on: NaiveDate,
) -> Outcome<Vec<Signer>> {
    let away = Away::on(db, heads.iter().map(|head| head.post.org_id), on).await?;
    let mut signers = Vec::new();
    for head in heads.iter().filter(|head| head.post.role == "chair") {
        let present = away.present(head, &type_code(draft.doc_type));
        let is_deputy = |known: &Holder| known.person_id == present.person_id;
        if heads.iter().any(is_deputy) {
            continue;
        }
        let own = find::titles(db, present.person_id, present.post.org_id, on).await?;
        signers.push(Signer {
            authority: Authority::TUQ,
            title_lines: std::iter::once("TUQ. CHỦ TỊCH".to_owned())
                .chain(own.first().map(|title| title.to_uppercase()))
                .collect(),
            name: present.name,
        });
    }
    Ok(signers)
}

/// Whether the collective has the authority: a decision says it in its authority line, other types leave it to the office.
fn collective(draft: &Draft) -> &'static [bool] {
    match draft.authority_line.trim() {
        "" => &[true, false],
        line if line.starts_with("CHỦ TỊCH") => &[false],
        _ => &[true],
    }
}

fn for_organisation(head: &Holder, collective: bool, draft: &Draft) -> Signer {
    let deputy = head.post.role == "vice_chair";
    let mut lines = Vec::new();
    if collective {
        let body = match draft.authority_line.trim() {
            "" => "ỦY BAN NHÂN DÂN",
            line if line.starts_with("ỦY BAN NHÂN DÂN") => "ỦY BAN NHÂN DÂN",
            line => line,
        };
        lines.push(format!("TM. {body}"));
    }
    if deputy {
        lines.push("KT. CHỦ TỊCH".to_owned());
        lines.push("PHÓ CHỦ TỊCH".to_owned());
    } else {
        lines.push("CHỦ TỊCH".to_owned());
    }
    Signer {
        authority: match (collective, deputy) {
            (true, _) => Authority::TM,
            (false, true) => Authority::KT,
            (false, false) => Authority::None,
        },
        title_lines: lines,
        name: head.name.clone(),
    }
}

fn own(title: &str, head: &Holder) -> Signer {
    Signer {
        authority: Authority::None,
        title_lines: vec![title.to_uppercase()],
        name: head.name.clone(),
    }
}

/// Each person once, though he holds two of the roles.
fn once(mut holders: Vec<Holder>) -> Vec<Holder> {
    let mut seen = Vec::new();
    holders.retain(|holder| {
        let new = !seen.contains(&holder.person_id);
        seen.push(holder.person_id);
        new
    });
    holders
}
