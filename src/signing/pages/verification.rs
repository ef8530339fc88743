//! `/xac-minh`: anybody drops a PDF, or types what a print says, and reads what the signatures are worth.

use axum::extract::{Multipart, Query, State};
use axum::response::{Redirect, Response};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use trinhky_calendar::vn_date;

use crate::app::App;
use crate::documents::rows::document;
use crate::documents::{find, state};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::people::find as people_find;
use crate::people::session::{failed, field_error};
use crate::signing::verifier::{self, Report, Sentence, Signature, Told};
use crate::web::format::{date_time, read_date};
use crate::web::upload::{LIMIT, Upload};
use crate::web::views::signing::{PrintFound, Verdict, Verification, VerifiedSignature};
use crate::web::views::{Mark, Tone};
use crate::web::{Form, Lang, Page, WebError, html, refused};

const ADDRESS: &str = "/xac-minh";

/// What a print says.
#[derive(Debug, Default, Deserialize)]
pub struct Print {
    #[serde(default)]
    so: String,
    #[serde(default)]
    ngay: String,
}

/// `GET /verify`: the address in English leads to the page.
pub async fn english_address() -> Redirect {
    Redirect::permanent(&format!("{ADDRESS}?lang=en"))
}

/// `GET /xac-minh`: anybody; with `so` and `ngay` what the installation knows of a print.
///
/// # Errors
/// What the database reports.
pub async fn verification(
    State(app): State<App>,
    lang: Lang,
    Query(print): Query<Print>,
) -> Result<Response, WebError> {
    let mut view = empty(&app, lang);
    if print.so.is_empty() && print.ngay.is_empty() {
        return Ok(html(&view));
    }
    view.print.set("so", print.so.as_str());
    view.print.set("ngay", print.ngay.as_str());
    match printed(&app, lang, &print).await {
        Ok(found) => {
            view.print_found = Some(found);
            Ok(html(&view))
        }
        Err(fault) => {
            put(&mut view.print, fault, lang)?;
            Ok(refused(html(&view)))
        }
    }
}

/// `POST /xac-minh`: a file.
///
/// # Errors
/// 413 for a file above the limit, 429 while many are verified.
pub async fn verify(
    State(app): State<App>,
    lang: Lang,
    body: Multipart,
) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let mut view = empty(&app, lang);
    if upload.bytes.is_empty() {
        let nothing = Fault::invalid("file", "Chọn một tệp PDF.", "Choose a PDF file.");
        put(&mut view.file, nothing, lang)?;
        return Ok(refused(html(&view)));
    }
    let sha256 = digest(&upload.bytes);
    let told = verifier::look_at(&app, upload.bytes)
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    view.verdict = Some(verdict(lang, told, upload.file_name, sha256));
    Ok(html(&view))
}

fn put(form: &mut Form, fault: Fault, lang: Lang) -> Result<(), WebError> {
    let refusal = field_error(fault, ADDRESS)?;
    let sentence = lang.say(&refusal.vi, &refusal.en);
    form.refuse(refusal.field.as_deref().unwrap_or("file"), sentence);
    Ok(())
}

fn empty(app: &App, lang: Lang) -> Verification {
    let mut page = Page::new(lang, "", &lang.t("verify-title"));
    page.path = ADDRESS.to_owned();
    page.printed_at = trinhky_calendar::local(app.clock.now())
        .format("%d/%m/%Y %H:%M")
        .to_string();
    Verification {
        page,
        file: Form::new(ADDRESS, "", ""),
        print: Form::new(ADDRESS, "", ""),
        limit: LIMIT.to_owned(),
        verdict: None,
        print_found: None,
    }
}

fn verdict(lang: Lang, told: Told, file_name: String, sha256: String) -> Verdict {
    match told {
        Told::Unreadable { unreadable } => Verdict {
            mark: Mark::new(
                Tone::Failed,
                lang.say("Không kiểm tra được", "Cannot be verified"),
            ),
            sentence: in_language(lang, unreadable),
            file_name,
            sha256,
            ..Verdict::default()
        },
        Told::Report(report) => {
            let Report {
                valid,
                sentence,
                signatures,
                problems,
                evidence,
            } = *report;
            // A proof pack is good when its signatures and its evidence are.
            let valid = valid && evidence.as_ref().is_none_or(|evidence| evidence.valid);
            let inside = evidence.map(|evidence| in_language(lang, evidence.sentence));
            Verdict {
                mark: validity(lang, valid),
                sentence: [Some(in_language(lang, sentence)), inside]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" "),
                file_name,
                sha256,
                problems: sentences(lang, problems),
                signatures: signatures
                    .into_iter()
                    .map(|signature| shown(lang, signature))
                    .collect(),
            }
        }
    }
}

fn shown(lang: Lang, signature: Signature) -> VerifiedSignature {
    let mut facts = Vec::new();
    let mut fact = |vi: &str, en: &str, value: Option<String>| {
        if let Some(value) = value {
            facts.push((lang.say(vi, en), value));
        }
    };
    let yes = |is: bool| match (is, lang) {
        (true, Lang::Vi) => "có".to_owned(),
        (true, Lang::En) => "yes".to_owned(),
        (false, Lang::Vi) => "KHÔNG".to_owned(),
        (false, Lang::En) => "NO".to_owned(),
    };
    fact("Chức vụ", "Post", signature.title);
    fact("Cơ quan", "Agency", signature.agency);
    fact(
        "Thời điểm ký",
        "Time of signing",
        signature.claimed_time.map(|at| date_time(at.to_utc())),
    );
    fact(
        "Nội dung còn nguyên vẹn",
        "Content is intact",
        Some(yes(signature.intact)),
    );
    fact(
        "Chứng thư số được tin cậy tại thời điểm ký",
        "Certificate trusted at that time",
        Some(yes(signature.trusted)),
    );
    if let Some(certificate) = signature.certificate {
        let (from, until) = (
            date_time(certificate.valid_from),
            date_time(certificate.valid_until),
        );
        fact(
            "Chứng thư số do",
            "Certificate issued by",
            Some(certificate.issuer),
        );
        fact(
            "Hiệu lực chứng thư số",
            "Certificate valid",
            Some(format!("{from} – {until}")),
        );
        fact(
            "Số hiệu chứng thư số",
            "Certificate number",
            Some(certificate.serial),
        );
    }
    VerifiedSignature {
        title: signature.signer.unwrap_or(signature.field),
        mark: validity(lang, signature.valid),
        sentence: in_language(lang, signature.sentence),
        facts,
        added: sentences(lang, signature.changes),
        problems: sentences(lang, signature.problems),
        notes: sentences(lang, signature.notes),
    }
}

fn validity(lang: Lang, valid: bool) -> Mark {
    if valid {
        Mark::new(Tone::Done, lang.t("signature-valid"))
    } else {
        Mark::new(Tone::Failed, lang.t("signature-invalid"))
    }
}

fn sentences(lang: Lang, all: Vec<Sentence>) -> Vec<String> {
    all.into_iter().map(|one| in_language(lang, one)).collect()
}

fn in_language(lang: Lang, sentence: Sentence) -> String {
    match lang {
        Lang::Vi => sentence.message_vi,
        Lang::En => sentence.message,
    }
}

/// What may be told to anybody who holds the print: no subject, no recipients.
async fn printed(app: &App, lang: Lang, print: &Print) -> Outcome<PrintFound> {
    let db = app.store.reader();
    let date = read_date(&print.ngay).ok_or_else(|| {
        Fault::invalid(
            "ngay",
            "Ghi ngày dạng ngày/tháng/năm, như trên văn bản.",
            "Enter the date as day/month/year, as on the print.",
        )
    })?;
    let (number, symbol) = number_and_symbol(&print.so).ok_or_else(|| {
        Fault::invalid(
            "so",
            "Ghi số và ký hiệu như trên văn bản, ví dụ 05/QĐ-UBND.",
            "Enter number and symbol as on the print, e.g. 05/QĐ-UBND.",
        )
    })?;
    // Two committees of one installation may issue the same number on one day: each is told.
    let rows: Vec<document::Model> = document::Entity::find()
        .filter(document::Column::Number.eq(number))
        .filter(document::Column::IssuedOn.eq(date))
        .filter(document::Column::State.is_in([state::ISSUED, state::CLOSED]))
        .order_by_asc(document::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .filter(|row| row.symbol.to_uppercase() == symbol)
        .collect();
    if rows.is_empty() {
        return Ok(PrintFound {
            mark: Mark::new(Tone::Failed, lang.say("Không tìm thấy", "Not found")),
            sentence: lang.say(
                "Hệ thống này không phát hành văn bản có số, ký hiệu và ngày như vậy.",
                "No document with this number, symbol and date was issued here.",
            ),
            facts: Vec::new(),
        });
    }
    let mut facts = Vec::new();
    for row in &rows {
        let document = find::document(db, row.id).await?;
        let agency = people_find::unit(db, row.org_id, date).await?;
        facts.extend([
            (lang.say("Văn bản", "Document"), document.title()),
            (lang.say("Ngày", "Date"), vn_date(date)),
            (lang.say("Cơ quan ban hành", "Agency"), agency.name),
            (
                lang.say("Người ký", "Signer"),
                document.draft.signer.name.clone(),
            ),
        ]);
        if let Some(file) = find::file(db, row.id, "sealed").await? {
            facts.push((
                lang.say("SHA-256 của tệp đã đóng dấu", "SHA-256 of the sealed file"),
                file.digest,
            ));
        }
    }
    Ok(PrintFound {
        mark: Mark::new(Tone::Done, lang.say("Có phát hành", "Was issued")),
        sentence: lang.say("Cơ quan đã phát hành văn bản này. Chữ trên bản in chỉ chắc chắn khi khớp với tệp PDF: hãy kiểm tra tệp ở trên.",
            "The agency has issued this document. The words of a print are certain only when they equal the PDF: verify the file above.",
        ),
        facts,
    })
}

/// `05/QĐ-UBND` as 5 and `QĐ-UBND` in capitals, however it was spaced and written.
fn number_and_symbol(typed: &str) -> Option<(i32, String)> {
    let (number, symbol) = typed.trim().split_once('/')?;
    Some((number.trim().parse().ok()?, symbol.trim().to_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::number_and_symbol;

    #[test]
    fn a_number_is_read_as_people_copy_it_from_the_paper() {
        let found = Some((5, "QĐ-UBND".to_owned()));
        for typed in ["05/QĐ-UBND", " 5 / qđ-ubnd "] {
            assert_eq!(number_and_symbol(typed), found, "{typed}");
        }
        assert_eq!(
            number_and_symbol("92/ttr-vp"),
            Some((92, "TTR-VP".to_owned()))
        );
        for typed in ["", "05", "QĐ-UBND", "x/QĐ-UBND"] {
            assert_eq!(number_and_symbol(typed), None, "{typed}");
        }
    }
}
