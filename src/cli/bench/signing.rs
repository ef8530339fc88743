//! Signing, sealing and verifying a decision beside the raw cryptographic operations on the same bytes, and the check of a
//! trail beside a plain reading of its rows; everything in the same run.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use trinhky_pades::{
    Appearance, Filling, Mark, Signer, SigningRequest, SoftwareSigner, Subject, TrialAuthority,
    Trust, Validity, fill_and_seal, sign_person, verifies, verify,
};

use super::storage::Bench;
use crate::audit::rows::journal;
use crate::audit::trail::{self, check, note::TrailKey};
use crate::audit::{self, Entry};
use crate::clock::Stopwatch;
use crate::documents::find;
use crate::people::Actor;
use crate::signing;

/// Files that are signed, sealed and verified; the middle of their times counts.
const TIMES: usize = 30;
/// Rows of the journal whose trail is checked.
const ROWS: usize = 20_000;
/// Rows that one act of the preparation writes, and that the plain reading takes at a time.
const PAGE: usize = 1_000;

/// Seconds of ours beside seconds of the floor.
pub struct Measured {
    pub name: &'static str,
    pub ours: f64,
    pub floor: f64,
}

/// Signing, sealing, verifying.
///
/// # Errors
/// When the sample cannot be typeset or a key cannot be made.
pub async fn cryptography(bench: &Bench) -> anyhow::Result<Vec<Measured>> {
    let now = bench.app.clock.now();
    let document = find::document(bench.app.store.reader(), bench.document_id).await?;
    let app = bench.app.clone();
    tokio::task::spawn_blocking(move || {
        let prepared = signing::prepared(&app, &document.draft, now)?;
        let validity = Validity {
            from: now - chrono::TimeDelta::days(1),
            until: now + chrono::TimeDelta::days(1),
        };
        let authority = TrialAuthority::create("Đo", 1, validity)?;
        let key = |name: &str, serial| -> anyhow::Result<SoftwareSigner> {
            let subject = Subject {
                name: name.to_owned(),
                title: None,
                organisation: "Đo".to_owned(),
            };
            Ok(authority.issue(&subject, serial, validity)?.0)
        };
        let (person, agency) = (key("Người ký", 2)?, key("Cơ quan", 3)?);
        let request = |mark| SigningRequest {
            time: trinhky_calendar::local(now),
            name: "Đo".to_owned(),
            reason: "Đo".to_owned(),
            location: "Cao Lộc".to_owned(),
            appearance: Appearance {
                mark,
                lines: Vec::new(),
            },
        };
        let (by_person, by_agency) = (
            request(Mark::Pen {
                name: "Người ký".to_owned(),
            }),
            request(Mark::Seal {
                agency: "Cơ quan".to_owned(),
            }),
        );
        let filling = Filling {
            number: "05".to_owned(),
            day: "24".to_owned(),
            month: None,
            year: None,
        };
        let fonts = signing::fonts();
        let signed = sign_person(&prepared, &person, &by_person, &fonts)?;
        let sealed = fill_and_seal(&signed, &filling, &agency, &by_agency, &fonts)?;
        let trust = Trust::from_pem(&trinhky_pades::certificate_pem(authority.certificate()))?;
        let raw = [(&person, &signed), (&agency, &sealed)].map(|(signer, file)| {
            let certificate = signer.certificate_chain().swap_remove(0);
            (signer.sign(file), certificate, signer.algorithm(), file)
        });
        anyhow::Ok(vec![
            Measured {
                name: "a person's signature",
                ours: middle(|| {
                    sign_person(&prepared, &person, &by_person, &fonts)?;
                    Ok(())
                })?,
                floor: middle(|| {
                    person.sign(&signed)?;
                    Ok(())
                })?,
            },
            Measured {
                name: "number, day and the agency's seal",
                ours: middle(|| {
                    fill_and_seal(&signed, &filling, &agency, &by_agency, &fonts)?;
                    Ok(())
                })?,
                floor: middle(|| {
                    agency.sign(&sealed)?;
                    Ok(())
                })?,
            },
            Measured {
                name: "both signatures of a file verified",
                ours: middle(|| {
                    verify(&sealed, &trust, now)?;
                    Ok(())
                })?,
                floor: middle(|| {
                    for (signature, certificate, algorithm, file) in &raw {
                        let signature = signature.as_ref().map_err(|error| {
                            anyhow::anyhow!("the raw signature failed: {error}")
                        })?;
                        anyhow::ensure!(verifies(certificate, *algorithm, file, signature)?);
                    }
                    Ok(())
                })?,
            },
        ])
    })
    .await?
}

/// The check of a trail of many rows, all of them under a checkpoint.
///
/// # Errors
/// What the database or the folder of checkpoints reports; where the check finds anything.
pub async fn trail(bench: &Bench) -> anyhow::Result<Measured> {
    let app = &bench.app;
    for _ in 0..ROWS / PAGE {
        app.act(
            &Actor::system(),
            (bench.org_id, bench.document_id),
            |cx, (org_id, id)| {
                Box::pin(async move {
                    for n in 0..PAGE {
                        let entry = Entry::about(
                            *id,
                            "bench.row",
                            format!("Việc thứ {n} của đợt đo"),
                        )
                        .data(serde_json::json!({ "n": n, "note": "như một việc bình thường" }));
                        audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await?;
                    }
                    Ok(())
                })
            },
        )
        .await?;
    }
    trail::checkpoint(app).await?;
    let folder = trail::folder(&app.config);
    let key = TrailKey::open(&app.config.data, &app.ids)?.verifier();
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let watch = Stopwatch::start();
        let found = check::check(app.store.reader(), &folder, &key).await?;
        times.0.push(watch.seconds());
        anyhow::ensure!(
            found.breaches.is_empty() && found.covered >= ROWS as u64,
            "the trail of the measurement is not whole"
        );
        let watch = Stopwatch::start();
        let rows = read_all(bench).await?;
        times.1.push(watch.seconds());
        anyhow::ensure!(rows >= ROWS, "rows are missing");
    }
    Ok(Measured {
        name: "the trail of 20,000 acts checked",
        ours: middle_of(times.0),
        floor: middle_of(times.1),
    })
}

/// Reads every row of the journal, page by page as the check does.
async fn read_all(bench: &Bench) -> anyhow::Result<usize> {
    let (mut after, mut count) = (0, 0);
    loop {
        let rows = journal::Entity::find()
            .filter(journal::Column::Id.gt(after))
            .order_by_asc(journal::Column::Id)
            .limit(PAGE as u64)
            .all(bench.app.store.reader())
            .await?;
        let Some(last) = rows.last() else {
            return Ok(count);
        };
        after = last.id;
        count += rows.len();
    }
}

/// The middle of the times of one operation.
fn middle(mut run: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let watch = Stopwatch::start();
        run()?;
        times.push(watch.seconds());
    }
    Ok(middle_of(times))
}

fn middle_of(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
