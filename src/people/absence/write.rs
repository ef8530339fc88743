//! Saying that somebody stands in, and that the absence is over before its time.

use chrono::{Days, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter,
};
use serde_json::json;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{LEADERS, kinds, may_set};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::{self, Stored, sniff};
use crate::mail::{self, NewMail};
use crate::people::rows::{person, post, substitution};
use crate::people::{Actor, find};

/// Longest absence, in days: a mandate is limited in time.
const LONGEST: u64 = 366;

/// Somebody stands in for somebody.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub org_id: Uuid,
    pub absent_id: Uuid,
    pub substitute_id: Uuid,
    /// Types of documents; empty for everything.
    pub kinds: Vec<String>,
    pub first_day: NaiveDate,
    /// The last day of it.
    pub last_day: NaiveDate,
    /// Number and day of the written mandate.
    pub mandate: String,
}

/// The file of a mandate as it was sent; without bytes where none was.
#[derive(Debug, Clone, Default)]
pub struct Mandate {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Writes down who stands in, and tells both by mail.
///
/// # Errors
/// A refusal of a field; of who is not the Office's chief or an administrator; of mandates passed on.
pub async fn set(app: &App, actor: &Actor, wanted: Wanted, file: Mandate) -> Outcome<Uuid> {
    // Whoever may not, or has typed something wrong, leaves no file on the disk.
    let has_file = !file.bytes.is_empty();
    app.act(
        actor,
        (wanted.clone(), has_file),
        |cx, (wanted, has_file)| {
            Box::pin(async move { check(cx, wanted, *has_file).await.map(drop) })
        },
    )
    .await?;
    let stored = if has_file {
        let media_type = sniff::media_type(&file.bytes)?;
        Some(app.files.put(file.bytes, media_type).await?)
    } else {
        None
    };
    let name = match stored {
        Some(_) => files::kept_name(&file.name, "uy-quyen"),
        None => String::new(),
    };
    app.act(
        actor,
        (wanted, stored, name),
        |cx, (wanted, stored, name)| Box::pin(record(cx, wanted, stored.as_ref(), name)),
    )
    .await
}

async fn record(
    cx: Cx<'_>,
    wanted: &Wanted,
    stored: Option<&Stored>,
    file_name: &str,
) -> Outcome<Uuid> {
    let (absent, substitute) = check(cx, wanted, stored.is_some()).await?;
    if let Some(stored) = stored {
        files::record(cx.tx, stored, &cx.app.clock).await?;
    }
    let id = cx.id();
    substitution::ActiveModel {
        id: Set(id),
        org_id: Set(wanted.org_id),
        absent_id: Set(wanted.absent_id),
        substitute_id: Set(wanted.substitute_id),
        kinds: Set(serde_json::to_string(&wanted.kinds)?),
        first_day: Set(wanted.first_day),
        last_day: Set(wanted.last_day),
        mandate: Set(wanted.mandate.trim().to_owned()),
        file_digest: Set(stored.map(|stored| stored.digest.clone())),
        file_name: Set(file_name.to_owned()),
        set_at: Set(cx.now),
        set_by: Set(cx.actor.name.clone()),
        ended_on: Set(None),
    }
    .insert(cx.tx)
    .await?;
    let what = if wanted.kinds.is_empty() {
        "mọi việc".to_owned()
    } else {
        format!("văn bản {}", wanted.kinds.join(", "))
    };
    let days = format!(
        "từ {} đến hết {}",
        vn_date(wanted.first_day),
        vn_date(wanted.last_day)
    );
    for reader in [&substitute, &absent] {
        tell(
            cx,
            wanted,
            id,
            reader,
            (&absent, &substitute),
            (&what, &days),
        )
        .await?;
    }
    let summary = format!(
        "Cử {} thay {} {days}: {what} ({})",
        substitute.name,
        absent.name,
        wanted.mandate.trim()
    );
    let entry = Entry::general("substitute.set", summary).data(json!({
        "substitution": id, "absent": absent.id, "substitute": substitute.id, "kinds": wanted.kinds,
        "first_day": wanted.first_day, "last_day": wanted.last_day,
        "mandate": stored.map(|stored| &stored.digest),
    }));
    audit::append(cx.tx, wanted.org_id, cx.actor, cx.now, entry).await?;
    Ok(id)
}

async fn check(
    cx: Cx<'_>,
    wanted: &Wanted,
    has_file: bool,
) -> Outcome<(person::Model, person::Model)> {
    only_the_office(cx, wanted.org_id)?;
    let absent = of_staff(cx, wanted, wanted.absent_id, "absent").await?;
    let substitute = of_staff(cx, wanted, wanted.substitute_id, "substitute").await?;
    if absent.id == substitute.id {
        return Err(Fault::invalid(
            "substitute",
            "Người thay phải là người khác.",
            "The substitute is somebody else.",
        ));
    }
    if wanted.last_day < wanted.first_day || wanted.last_day < cx.today() {
        return Err(Fault::invalid(
            "last_day",
            "Ngày cuối không được trước ngày đầu và trước hôm nay.",
            "The last day is not before the first one or before today.",
        ));
    }
    if wanted.last_day > wanted.first_day + Days::new(LONGEST) {
        return Err(Fault::invalid(
            "last_day",
            "Ủy quyền có thời hạn: không quá một năm mỗi lần.",
            "A mandate is limited in time: a year at most.",
        ));
    }
    if wanted.mandate.trim().is_empty() {
        return Err(Fault::invalid(
            "mandate",
            "Ghi số, ngày của giấy ủy quyền hoặc văn bản phân công.",
            "Enter number and date of the mandate.",
        ));
    }
    if !has_file && leads(cx, wanted).await? {
        return Err(Fault::invalid(
            "file",
            format!(
                "Đính kèm giấy ủy quyền: việc của {} là việc ký, duyệt (Điều 13 Nghị định 30/2020/NĐ-CP).",
                absent.name
            ),
            "Attach the mandate: this person signs or approves (Decree 30/2020, Art. 13).",
        ));
    }
    check_others(cx, wanted, &absent, &substitute).await?;
    Ok((absent, substitute))
}

fn only_the_office(cx: Cx<'_>, org_id: Uuid) -> Outcome<()> {
    if may_set(cx.actor, org_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Người thay do Chánh Văn phòng hoặc quản trị của cơ quan cử.",
        "The chief of the Office or an administrator says who stands in.",
    ))
}

/// Somebody who holds a post of the organisation on the first of the days that are still to come.
async fn of_staff(
    cx: Cx<'_>,
    wanted: &Wanted,
    id: Uuid,
    field: &'static str,
) -> Outcome<person::Model> {
    let on = wanted.first_day.max(cx.today());
    let works_here = !find::post_ids(cx.tx, id, wanted.org_id, on)
        .await?
        .is_empty();
    let found = person::Entity::find_by_id(id).one(cx.tx).await?;
    found
        .filter(|person| works_here && person.active)
        .ok_or_else(|| {
            Fault::invalid(
                field,
                "Chọn người đang giữ chức vụ trong cơ quan.",
                "Choose somebody who holds a post in the office.",
            )
        })
}

async fn leads(cx: Cx<'_>, wanted: &Wanted) -> Outcome<bool> {
    Ok(find::posts_on(wanted.first_day.max(cx.today()))
        .filter(post::Column::PersonId.eq(wanted.absent_id))
        .filter(post::Column::OrgId.eq(wanted.org_id))
        .filter(post::Column::Role.is_in(LEADERS.iter().copied()))
        .one(cx.tx)
        .await?
        .is_some())
}

/// Against those of the same days: one substitute for one thing, and no mandate passed on.
async fn check_others(
    cx: Cx<'_>,
    wanted: &Wanted,
    absent: &person::Model,
    substitute: &person::Model,
) -> Outcome<()> {
    let others = substitution::Entity::find()
        .filter(substitution::Column::OrgId.eq(wanted.org_id))
        .filter(substitution::Column::FirstDay.lte(wanted.last_day))
        .filter(substitution::Column::LastDay.gte(wanted.first_day))
        .filter(
            Condition::any()
                .add(substitution::Column::EndedOn.is_null())
                .add(substitution::Column::EndedOn.gt(wanted.first_day)),
        )
        .all(cx.tx)
        .await?;
    for other in others {
        if other.absent_id == substitute.id {
            return Err(Fault::invalid(
                "substitute",
                format!(
                    "{} cũng vắng trong những ngày này. Chọn người khác.",
                    substitute.name
                ),
                format!(
                    "{} is away on these days, too. Choose somebody else.",
                    substitute.name
                ),
            ));
        }
        if other.substitute_id == absent.id {
            return Err(Fault::invalid(
                "absent",
                format!(
                    "{} đang thay người khác trong những ngày này; việc được ủy quyền không ủy quyền lại. Kết thúc việc thay đó trước.",
                    absent.name
                ),
                format!(
                    "{} stands in for somebody on these days; a mandate is not passed on. End that first.",
                    absent.name
                ),
            ));
        }
        let theirs = kinds(&other);
        let overlaps = theirs.iter().any(|kind| wanted.kinds.contains(kind))
            || (theirs.is_empty() && wanted.kinds.is_empty());
        if other.absent_id == absent.id && overlaps {
            return Err(Fault::invalid(
                "first_day",
                format!(
                    "Đã có người thay {} từ {} đến {}. Kết thúc việc thay đó hoặc chọn ngày khác.",
                    absent.name,
                    vn_date(other.first_day),
                    vn_date(other.last_day)
                ),
                "Somebody stands in on these days already. End that or choose other days.",
            ));
        }
    }
    Ok(())
}

async fn tell(
    cx: Cx<'_>,
    wanted: &Wanted,
    id: Uuid,
    reader: &person::Model,
    (absent, substitute): (&person::Model, &person::Model),
    (what, days): (&str, &str),
) -> Outcome<()> {
    let mail = NewMail {
        key: format!("substitute:{id}:{}", reader.id),
        template: "substitute",
        org_id: wanted.org_id,
        to_name: reader.name.clone(),
        to_address: reader.email.clone(),
        cc: Vec::new(),
        context: json!({
            "recipient": reader.name,
            "absent": absent.name,
            "substitute": substitute.name,
            "what": what,
            "days": days,
            "mandate": wanted.mandate.trim(),
            "by": cx.actor.name,
            "link": format!("{}/", cx.app.config.base_url()),
        }),
        document_id: None,
        delivery_id: None,
        send_at: cx.now,
    };
    mail::queue(cx.tx, cx.id(), cx.now, mail).await
}

/// Ends it today: who was away is back.
///
/// # Errors
/// [`Fault::NotFound`] for another organisation's; a stale refusal where it is over; the right.
pub async fn end(app: &App, actor: &Actor, org_id: Uuid, id: Uuid) -> Outcome<()> {
    app.act(actor, (org_id, id), |cx, (org_id, id)| {
        Box::pin(async move {
            only_the_office(cx, *org_id)?;
            let row = substitution::Entity::find_by_id(*id)
                .one(cx.tx)
                .await?
                .filter(|row| row.org_id == *org_id)
                .ok_or(Fault::NotFound)?;
            if row.ended_on.is_some() || row.last_day < cx.today() {
                return Err(Fault::stale(
                    "Việc thay này đã kết thúc.",
                    "This is over already.",
                ));
            }
            let name = |id: Uuid| person::Entity::find_by_id(id).one(cx.tx);
            let (absent, substitute) = (name(row.absent_id).await?, name(row.substitute_id).await?);
            let names = [substitute, absent].map(|found| found.map(|p| p.name).unwrap_or_default());
            let summary = format!("Kết thúc việc {} thay {}", names[0], names[1]);
            let mut row: substitution::ActiveModel = row.into();
            row.ended_on = Set(Some(cx.today()));
            row.update(cx.tx).await?;
            let entry =
                Entry::general("substitute.ended", summary).data(json!({ "substitution": id }));
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}
