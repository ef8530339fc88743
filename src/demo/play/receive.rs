//! What the recipients do: acknowledge on time and late, refuse, attest; by account or by the code in a mail.

use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use uuid::Uuid;

use super::Schedule;
use crate::demo::stage::Stage;
use crate::distribution::receipt;
use crate::distribution::rows::attestation;
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;

/// Something that somebody will do.
enum Planned {
    Acknowledge { delivery: Uuid, unit: Uuid },
    Guest { delivery: Uuid },
    Refuse { delivery: Uuid, unit: Uuid },
    Attest { person: Uuid },
}

/// Acknowledgements on time and late, a refusal, bodies without an account, attestations.
pub(super) async fn receive(stage: &mut Stage<'_>, schedule: &Schedule, id: Uuid) -> Outcome<()> {
    let app = stage.app;
    let deliveries = receipt::of_document(app.store.reader(), id).await?;
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(app.store.reader(), &ids, app.today()).await?;
    let mut planned = Vec::new();
    for (n, delivery) in deliveries.iter().enumerate() {
        let minutes = TimeDelta::minutes(i64::try_from(n).unwrap_or(0) * 9);
        let unit = units.get(&delivery.unit_id).ok_or(Fault::NotFound)?;
        let (delivery, unit_id) = (delivery.id, unit.id);
        let when = match n % 12 {
            4 => schedule.at(5, 8, 20) + minutes / 9,
            8 => schedule.at(6, 10, 0) + minutes / 9,
            11 => schedule.at(8, 9, 0) + minutes / 9,
            _ => schedule.at(4, 9, 10) + minutes,
        };
        planned.push(if !unit.account {
            (
                schedule.at(5, 9, 30) + minutes / 9,
                Planned::Guest { delivery },
            )
        } else if n + 1 == deliveries.len() && deliveries[n].kind == "information" {
            (
                when,
                Planned::Refuse {
                    delivery,
                    unit: unit_id,
                },
            )
        } else {
            (
                when,
                Planned::Acknowledge {
                    delivery,
                    unit: unit_id,
                },
            )
        });
    }
    let mut staff = attestation::Entity::find().all(app.store.reader()).await?;
    staff.sort_by_key(|row| row.person_id);
    for (n, row) in staff.iter().enumerate() {
        let n = i64::try_from(n).unwrap_or(0);
        planned.push((
            schedule.at(5 + n % 8, 8, 5) + TimeDelta::minutes(n),
            Planned::Attest {
                person: row.person_id,
            },
        ));
    }
    planned.sort_by_key(|(when, _)| *when);
    for (when, act) in planned {
        stage.until(when).await?;
        match act {
            Planned::Acknowledge { delivery, unit } => acknowledge(stage, delivery, unit).await?,
            Planned::Guest { delivery } => acknowledge_as_guest(stage, delivery).await?,
            Planned::Refuse { delivery, unit } => {
                let clerk = stage.of_unit(unit, &["clerk"]).await?;
                receipt::refuse(
                    app,
                    &clerk,
                    delivery,
                    "Trùng với văn bản đã gửi Ban Chỉ đạo ISO huyện".to_owned(),
                )
                .await?;
            }
            Planned::Attest { person } => {
                let actor = stage.person(person).await?;
                receipt::attest(app, &actor, id).await?;
            }
        }
        stage.teller.tell(app).await?;
    }
    Ok(())
}

/// A consolidated report is acknowledged by everybody who got it, on the working day after its issue.
pub(super) async fn receive_report(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    id: Uuid,
) -> Outcome<()> {
    let db = stage.app.store.reader();
    let deliveries = receipt::of_document(db, id).await?;
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(db, &ids, stage.app.today()).await?;
    let next = schedule.calendar.next_working_day(stage.app.today());
    for (n, delivery) in (0..).zip(&deliveries) {
        stage
            .until(super::at(next, 14, 0) + TimeDelta::minutes(n * 4))
            .await?;
        let unit = units.get(&delivery.unit_id).ok_or(Fault::NotFound)?;
        if unit.account {
            acknowledge(stage, delivery.id, unit.id).await?;
        } else {
            acknowledge_as_guest(stage, delivery.id).await?;
        }
        stage.teller.tell(stage.app).await?;
    }
    Ok(())
}

async fn acknowledge(stage: &Stage<'_>, delivery: Uuid, unit: Uuid) -> Outcome<()> {
    let clerk = stage.of_unit(unit, &["clerk", "office_clerk"]).await?;
    receipt::acknowledge(stage.app, &clerk, delivery).await?;
    Ok(())
}

async fn acknowledge_as_guest(stage: &Stage<'_>, delivery: Uuid) -> Outcome<()> {
    let code = stage.code_in_mail(delivery).await?;
    let guest = receipt::guest(stage.app, delivery, &code, "Văn thư (MẪU)").await?;
    receipt::acknowledge(stage.app, &guest, delivery).await?;
    Ok(())
}
