//! The way from a period to the report of the reader's own unit, and why there may be none.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use crate::documents;
use crate::fault::{Fault, Outcome};
use crate::objectives::rows::unit_report;
use crate::objectives::{find, period_state};
use crate::people::session::{Session, failed};
use crate::web::WebError;

/// `GET /ky-bao-cao/{id}/bao-cao`.
///
/// # Errors
/// 409 with the sentence why there is no report: the period has not opened, or the unit is not asked.
pub async fn own_report(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let report = report(&session, id)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(Redirect::to(&format!("/bao-cao/{report}")).into_response())
}

async fn report(session: &Session, period_id: Uuid) -> Outcome<Uuid> {
    let db = session.app.store.reader();
    let period = find::period(db, period_id).await?;
    documents::find::visible(db, &session.actor, period.document_id).await?;
    let own = unit_report::Entity::find()
        .filter(unit_report::Column::PeriodId.eq(period_id))
        .filter(unit_report::Column::UnitId.is_in(session.actor.unit_ids()))
        .one(db)
        .await?;
    if let Some(report) = own {
        return Ok(report.id);
    }
    if period.state == period_state::PLANNED {
        let day = vn_date(trinhky_calendar::local(period.opens_at).date_naive());
        return Err(Fault::stale(
            format!(
                "Kỳ báo cáo {} chưa mở. Biểu mẫu có từ ngày {day}.",
                period.name
            ),
            format!(
                "The period {} is not open yet; its forms are there from {day}.",
                period.name
            ),
        ));
    }
    Err(Fault::stale(
        format!(
            "Đơn vị không được yêu cầu báo cáo {}. Nếu chưa đúng, liên hệ Văn phòng.",
            period.name
        ),
        format!(
            "Your unit is not asked to report for {}. If that is wrong, ask the Office.",
            period.name
        ),
    ))
}
