//! The year in which much goes wrong: late and missing answers, absences, three outages of three days. Every reminder
//! that is owed goes out exactly once, on its day, in office hours, to the right person, and no other.
//!
//! What is owed is worked out here from the rules alone: deadlines, answers, the calendar, the outages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::TimeDelta;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::follow_up::input_for;
use super::*;
use crate::audit::invariants;
use crate::clock::Clock;
use crate::config::Config;
use crate::distribution::receipt;
use crate::distribution::rows::attestation;
use crate::ids::Ids;
use crate::mail::rows::outbox;
use crate::objectives::report::{Answer, approve_report, submit_report};
use crate::objectives::rows::{report_period, unit_report};
use crate::people::find as people_find;
use crate::people::rows::{person, post};

/// The same year each time.
const SEED: u64 = 41;
/// A step at the very end of office hours still goes out.
const AFTER_CLOSING: TimeDelta = TimeDelta::minutes(15);
/// The templates of the ladders.
const LADDERS: [&str; 6] = [
    "receipt_due",
    "receipt_late",
    "receipt_escalation",
    "report_soon",
    "report_late",
    "report_escalation",
];

/// Day and addressee of a letter, by its key.
type Letters = BTreeMap<String, (NaiveDate, String)>;

#[tokio::test(flavor = "multi_thread")]
async fn in_a_year_with_trouble_every_reminder_goes_out_once_on_its_day_to_the_right_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config {
        data: folder.path().to_owned(),
        ..Config::default()
    };
    crate::cli::bring_up(&config).await.expect("a database");
    let bytes = super::super::SEED.as_bytes();
    let imported = trinhky_drafting::import("decision.md", bytes).expect("the decision");
    let schedule = Schedule::of(&imported.draft);
    let app = App::open(config, Clock::fake(schedule.start()), Ids::seeded(SEED))
        .await
        .expect("an installation");
    let mut teller = Teller::new();
    let mut year = Year {
        stage: Stage::new(&app, &mut teller),
        schedule: &schedule,
        chance: ChaCha8Rng::seed_from_u64(SEED),
        decision: Uuid::nil(),
    };
    year.play(bytes).await.expect("the year is played");

    let mails = outbox::Entity::find()
        // A letter once, however many read it.
        .filter(outbox::Column::CopyOf.is_null())
        .order_by_asc(outbox::Column::CreatedAt)
        .order_by_asc(outbox::Column::Id)
        .all(app.store.reader())
        .await
        .expect("the outbox");
    year.in_office_hours(&mails);
    let owed = year.owed().await.expect("what is owed");
    let sent: Letters = mails
        .iter()
        .filter(|mail| LADDERS.contains(&mail.template.as_str()))
        .map(|mail| {
            (
                mail.mail_key.clone(),
                (day_of(mail.created_at), mail.to_address.clone()),
            )
        })
        .collect();
    let lost: Vec<_> = owed
        .iter()
        .filter(|(key, _)| !sent.contains_key(*key))
        .collect();
    assert!(lost.is_empty(), "lost: {lost:#?}");
    let excess: Vec<_> = sent
        .iter()
        .filter(|(key, _)| !owed.contains_key(*key))
        .collect();
    assert!(excess.is_empty(), "nobody owed: {excess:#?}");
    assert_eq!(owed, sent, "the day or the person is wrong");
    assert!(
        owed.len() > 40,
        "only {} letters: too little trouble",
        owed.len()
    );
    year.digests_of_communes(&mails).await.expect("the digests");
    assert!(
        mails.iter().all(|mail| mail.state == "sent"),
        "a mail waits"
    );
    insta::assert_snapshot!("mails_of_the_year", log(&mails));
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("a check");
    assert_eq!(breaches, []);
}

struct Year<'a> {
    stage: Stage<'a>,
    schedule: &'a Schedule,
    chance: ChaCha8Rng,
    decision: Uuid,
}

impl Year<'_> {
    async fn play(&mut self, bytes: &[u8]) -> Outcome<()> {
        let script = Script {
            file_name: "decision.md",
            bytes,
            organisation: super::super::ORGANISATION,
            password: "trouble-2023",
        };
        found_office(&mut self.stage, self.schedule, &script).await?;
        self.decision = up_to_the_chairman(&mut self.stage, self.schedule, &script).await?;
        sign_and_issue(&mut self.stage, self.schedule, self.decision).await?;
        // Down over the deadline of receipt (Friday) and over the next step (Monday).
        self.down_from(self.schedule.at(4, 16, 0));
        let mut acts = self.receipts().await?;
        acts.extend(self.attestations().await?);
        self.act(acts).await?;
        let periods =
            objectives_find::periods(self.stage.app.store.reader(), self.decision).await?;
        let down = [-6, -1];
        for (period, from) in periods.iter().zip(down) {
            // Down over five working days before the first report, over the deadline of the second.
            let due = trinhky_calendar::deadline_day(period.due_at);
            let day = self.schedule.calendar.add_working_days(due, from);
            self.down_from(at(day, 12, 0));
        }
        for period in &periods {
            self.stage.until(period.opens_at).await?;
            let acts = self.reports(period).await?;
            self.act(acts).await?;
        }
        let last = periods
            .last()
            .map_or(self.stage.app.clock.now(), |period| period.due_at);
        let end = self.schedule.calendar.add_working_days(day_of(last), 6);
        self.stage.until(at(end, 12, 0)).await
    }

    fn down_from(&mut self, from: DateTime<Utc>) {
        self.stage.outages.push(from..from + TimeDelta::days(3));
    }

    /// Hours and working days after `day` at which somebody answers; none where nobody ever does.
    fn whim(&mut self, day: NaiveDate, on_time: i64) -> Option<DateTime<Utc>> {
        let days = match self.chance.random_range(0..100) {
            0..60 => self.chance.random_range(-on_time..=0),
            60..75 => 1,
            75..92 => self.chance.random_range(2..=6),
            _ => return None,
        };
        let day = self.schedule.calendar.add_working_days(day, days);
        let minute = self.chance.random_range(0..60);
        Some(at(day, self.chance.random_range(8..17), minute))
    }

    /// Who receives when; the clerks of three units are away from the day of issue on.
    async fn receipts(&mut self) -> Outcome<Vec<(DateTime<Utc>, Act)>> {
        let app = self.stage.app;
        let today = app.today();
        let mut rows = receipt::of_document(app.store.reader(), self.decision).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.unit_id).collect();
        let units = people_find::units(app.store.reader(), &ids, today).await?;
        // Ids are drawn, so chance would fall on other units whenever the program draws one more.
        rows.sort_by_key(|row| units.get(&row.unit_id).map(|unit| unit.key.clone()));
        let mut acts = Vec::new();
        let mut away = 0;
        for row in &rows {
            let unit = units.get(&row.unit_id).ok_or(Fault::NotFound)?;
            let commune = row.kind == "action" && unit.org_id == unit.id && unit.account;
            if commune && away < 3 {
                away += 1;
                let back = self.schedule.calendar.add_working_days(today, 5);
                self.clerk_is_away(unit.id, today, back).await?;
                // The third answers as soon as somebody is clerk again, the others never.
                if away == 3 {
                    acts.push((at(back, 9, 30), Act::Receive(row.id, unit.id)));
                }
                continue;
            }
            let Some(when) = self.whim(today, 0).map(|when| when.max(app.clock.now())) else {
                continue;
            };
            acts.push((
                when,
                match (unit.account, self.chance.random_range(0..12)) {
                    (false, _) => Act::Guest(row.id),
                    (true, 0) => Act::Refuse(row.id, unit.id),
                    (true, _) => Act::Receive(row.id, unit.id),
                },
            ));
        }
        Ok(acts)
    }

    /// The clerk's posts end; a colleague holds one from `back` on.
    async fn clerk_is_away(&self, unit: Uuid, from: NaiveDate, back: NaiveDate) -> Outcome<()> {
        let app = self.stage.app;
        let substitute = self.stage.of_unit(unit, &["reporter", "unit_head"]).await?;
        let new = post::ActiveModel {
            id: Set(app.ids.uuid(app.clock.now())),
            person_id: Set(substitute.person_id.ok_or(Fault::NotFound)?),
            org_id: Set(unit),
            unit_id: Set(unit),
            title: Set("Văn thư (thay)".to_owned()),
            role: Set("clerk".to_owned()),
            valid_from: Set(back),
            valid_to: Set(None),
        };
        app.store
            .write((unit, from, new), |tx, (unit, from, new)| {
                Box::pin(async move {
                    post::Entity::update_many()
                        .filter(post::Column::UnitId.eq(*unit))
                        .filter(post::Column::Role.is_in(["clerk", "office_clerk"]))
                        .set(post::ActiveModel {
                            valid_to: Set(Some(*from)),
                            ..Default::default()
                        })
                        .exec(tx)
                        .await?;
                    post::Entity::insert(new.clone())
                        .exec_without_returning(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn attestations(&mut self) -> Outcome<Vec<(DateTime<Utc>, Act)>> {
        let mut staff = attestation::Entity::find()
            .all(self.stage.app.store.reader())
            .await?;
        let people: BTreeMap<Uuid, String> = person::Entity::find()
            .all(self.stage.app.store.reader())
            .await?
            .into_iter()
            .map(|person| (person.id, person.email))
            .collect();
        staff.sort_by_key(|row| people.get(&row.person_id));
        let mut acts = Vec::new();
        for row in staff {
            let day = self
                .schedule
                .calendar
                .add_working_days(self.stage.app.today(), self.chance.random_range(1..=12));
            acts.push((at(day, 8, 15), Act::Attest(row.person_id)));
        }
        Ok(acts)
    }

    async fn reports(
        &mut self,
        period: &report_period::Model,
    ) -> Outcome<Vec<(DateTime<Utc>, Act)>> {
        let app = self.stage.app;
        let due = trinhky_calendar::deadline_day(period.due_at);
        let mut acts = Vec::new();
        let mut asked =
            objectives_find::reports(app.store.reader(), period.id, app.today()).await?;
        asked.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
        for (row, unit) in asked {
            if let Some(when) = self.whim(due, 7) {
                acts.push((when, Act::Report(row.id, unit.id, period.code.clone())));
            }
        }
        Ok(acts)
    }

    async fn act(&mut self, mut acts: Vec<(DateTime<Utc>, Act)>) -> Outcome<()> {
        acts.sort_by_key(|(when, _)| *when);
        let app = self.stage.app;
        for (when, act) in acts {
            self.stage.until(when).await?;
            match act {
                Act::Receive(delivery, unit) => {
                    let clerk = self.stage.of_unit(unit, &["clerk", "office_clerk"]).await?;
                    receipt::acknowledge(app, &clerk, delivery).await?;
                }
                Act::Refuse(delivery, unit) => {
                    let clerk = self.stage.of_unit(unit, &["clerk", "office_clerk"]).await?;
                    receipt::refuse(app, &clerk, delivery, "Gửi nhầm đơn vị".to_owned()).await?;
                }
                Act::Guest(delivery) => {
                    let code = self.stage.code_in_mail(delivery).await?;
                    let guest = receipt::guest(app, delivery, &code, "Văn thư (MẪU)").await?;
                    receipt::acknowledge(app, &guest, delivery).await?;
                }
                Act::Attest(person) => {
                    let actor = self.stage.person(person).await?;
                    receipt::attest(app, &actor, self.decision).await?;
                }
                Act::Report(report, unit, period) => self.report(report, unit, &period).await?,
            }
        }
        Ok(())
    }

    async fn report(&mut self, report: Uuid, unit: Uuid, period: &str) -> Outcome<()> {
        let app = self.stage.app;
        let reporter = self.stage.of_unit(unit, &["reporter", "unit_head"]).await?;
        let head = self
            .stage
            .of_unit(unit, &["unit_head", "office_chief"])
            .await?;
        let unit = people_find::unit(app.store.reader(), unit, app.today()).await?;
        let input = input_for(
            &self.stage,
            self.decision,
            report,
            &unit,
            period,
            app.today(),
        )
        .await?;
        submit_report(app, &reporter, report, input).await?;
        approve_report(app, &head, report, Answer::Approve).await
    }

    /// When a step that is due at `at` is taken: the worker is up, and it is office time.
    fn taken(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let calendar = &self.schedule.calendar;
        let up = self.stage.up_from(at);
        if calendar.is_office_time(up) || calendar.is_office_time(up - AFTER_CLOSING) {
            return up;
        }
        self.taken(calendar.next_office_time(up))
    }

    /// The end of office hours `n` working days from the deadline.
    fn step(&self, due: DateTime<Utc>, n: i64) -> DateTime<Utc> {
        let day = self.schedule.calendar.add_working_days(day_of(due), n);
        self.schedule.calendar.end_of_office(day)
    }

    /// Every letter of the ladders that the rules ask for.
    async fn owed(&self) -> Outcome<Letters> {
        let db = self.stage.app.store.reader();
        let mut owed = Letters::new();
        let end = self.stage.app.clock.now();
        let (chief, ..) = self.stage.first("office_chief").await?;
        let chief = self
            .address_of(chief.person_id.ok_or(Fault::NotFound)?)
            .await?;
        let deliveries = receipt::of_document(db, self.decision).await?;
        for row in deliveries.iter().filter(|row| row.kind == "action") {
            let open = |at: DateTime<Utc>| {
                at <= end && row.answered_at.is_none_or(|answered| answered > at)
            };
            let [first, second, third] = [0, 1, 3].map(|n| self.step(row.due_at, n));
            for (word, at, next) in [("t0", first, Some(second)), ("t+1", second, None)] {
                let taken = self.taken(at);
                let overtaken = next.is_some_and(|next| day_of(taken) >= day_of(next));
                if open(taken) && !overtaken {
                    let to = self.receiver(row.unit_id, day_of(taken)).await?;
                    owed.insert(format!("receipt:{}:{word}", row.id), (day_of(taken), to));
                }
            }
            let taken = self.taken(third);
            if open(taken) {
                let day = day_of(taken);
                owed.insert(
                    format!("receipt:{}:escalation:{day}", self.decision),
                    (day, chief.clone()),
                );
            }
        }
        for period in objectives_find::periods(db, self.decision).await? {
            let [five, one, late, escalated] = [-5, -1, 1, 3].map(|n| self.step(period.due_at, n));
            let reports = unit_report::Entity::find()
                .filter(unit_report::Column::PeriodId.eq(period.id))
                .all(db)
                .await?;
            for row in reports {
                let open =
                    |at: DateTime<Utc>| at <= end && row.submitted_at.is_none_or(|sent| sent > at);
                for (word, at) in [("t-5", five), ("t-1", one), ("t+1", late)] {
                    let taken = self.taken(at.max(period.opens_at));
                    let overtaken = match word {
                        "t-5" => day_of(taken) >= day_of(one),
                        "t-1" => taken > period.due_at,
                        _ => false,
                    };
                    if open(taken) && !overtaken {
                        let to = self.reporter(row.unit_id, day_of(taken)).await?;
                        owed.insert(format!("report:{}:{word}", row.id), (day_of(taken), to));
                    }
                }
                let taken = self.taken(escalated);
                if open(taken) {
                    let day = day_of(taken);
                    owed.insert(
                        format!("report:{}:escalation:{day}", period.id),
                        (day, chief.clone()),
                    );
                }
            }
        }
        Ok(owed)
    }

    async fn address_of(&self, person: Uuid) -> Outcome<String> {
        use crate::people::rows::person;
        let found = person::Entity::find_by_id(person)
            .one(self.stage.app.store.reader())
            .await?;
        Ok(found.ok_or(Fault::NotFound)?.email)
    }

    async fn holder(&self, unit: Uuid, roles: &[&str], day: NaiveDate) -> Outcome<Option<String>> {
        let found =
            people_find::holders(self.stage.app.store.reader(), &[unit], roles, day).await?;
        Ok(found.first().map(|holder| holder.email.clone()))
    }

    /// The unit's clerk of the day, else its mailbox.
    async fn receiver(&self, unit: Uuid, day: NaiveDate) -> Outcome<String> {
        let unit = people_find::unit(self.stage.app.store.reader(), unit, day).await?;
        let clerk = self
            .holder(unit.id, &["clerk", "office_clerk"], day)
            .await?;
        let clerk = clerk.filter(|_| unit.account);
        Ok(clerk.or(unit.email).unwrap_or_default())
    }

    /// The unit's reporter of the day, else its head.
    async fn reporter(&self, unit: Uuid, day: NaiveDate) -> Outcome<String> {
        let reporter = self.holder(unit, &["reporter"], day).await?;
        match reporter {
            Some(reporter) => Ok(reporter),
            None => Ok(self
                .holder(unit, &["unit_head"], day)
                .await?
                .unwrap_or_default()),
        }
    }

    fn in_office_hours(&self, mails: &[outbox::Model]) {
        let calendar = &self.schedule.calendar;
        for mail in mails {
            let reminds = LADDERS.contains(&mail.template.as_str()) || mail.template == "digest";
            let at = mail.created_at;
            assert!(
                !reminds
                    || calendar.is_office_time(at)
                    || calendar.is_office_time(at - AFTER_CLOSING),
                "{} at {}",
                mail.mail_key,
                trinhky_calendar::local(at)
            );
        }
    }

    /// The clerks and reporters of communes have a digest on exactly the mornings on which something of theirs is near or late.
    async fn digests_of_communes(&self, mails: &[outbox::Model]) -> Outcome<()> {
        let db = self.stage.app.store.reader();
        let calendar = &self.schedule.calendar;
        let mut owed: BTreeSet<(NaiveDate, String)> = BTreeSet::new();
        let mut people: BTreeSet<String> = BTreeSet::new();
        let units = people_find::all_units(db, self.stage.app.today()).await?;
        let is_commune = |unit: &Uuid| {
            units
                .get(unit)
                .is_some_and(|unit| unit.kind == "commune_committee")
        };
        let deliveries = receipt::of_document(db, self.decision).await?;
        let periods: BTreeMap<Uuid, report_period::Model> =
            objectives_find::periods(db, self.decision)
                .await?
                .into_iter()
                .map(|period| (period.id, period))
                .collect();
        let reports = unit_report::Entity::find().all(db).await?;
        let first = deliveries
            .first()
            .map_or(self.stage.app.today(), |row| day_of(row.dispatched_at));
        let mornings = first
            .iter_days()
            .skip(1)
            .take_while(|day| at(*day, 7, 30) <= self.stage.app.clock.now())
            .filter(|day| calendar.is_working_day(*day));
        for day in mornings {
            // After an outage the last morning missed is made up for, if its day is not over.
            let taken = self.stage.up_from(at(day, 7, 30));
            if day_of(taken) != day || taken >= calendar.end_of_office(day) {
                continue;
            }
            // Near is two working days ahead; five working days late it is named for the last time.
            let named = calendar.add_working_days(day, -5)..=calendar.add_working_days(day, 2);
            for row in deliveries
                .iter()
                .filter(|row| row.kind == "action" && is_commune(&row.unit_id))
            {
                let open = row.answered_at.is_none_or(|answered| answered > taken);
                if open && named.contains(&day_of(row.due_at)) {
                    let clerk = self
                        .holder(row.unit_id, &["clerk", "office_clerk"], day)
                        .await?;
                    let head = self.holder(row.unit_id, &["unit_head"], day).await?;
                    owed.extend(clerk.or(head).map(|person| (day, person)));
                }
            }
            for row in reports.iter().filter(|row| is_commune(&row.unit_id)) {
                let period = periods.get(&row.period_id).ok_or(Fault::NotFound)?;
                let open =
                    period.opens_at <= taken && row.submitted_at.is_none_or(|sent| sent > taken);
                if open && named.contains(&trinhky_calendar::deadline_day(period.due_at)) {
                    owed.insert((day, self.reporter(row.unit_id, day).await?));
                }
            }
        }
        for unit in units.keys().filter(|unit| is_commune(unit)) {
            for day in [first, self.stage.app.today()] {
                let found =
                    people_find::holders(db, &[*unit], &["clerk", "reporter", "unit_head"], day)
                        .await?;
                people.extend(found.into_iter().map(|holder| holder.email));
            }
        }
        let sent: Vec<(NaiveDate, String)> = mails
            .iter()
            .filter(|mail| mail.template == "digest" && day_of(mail.created_at) > first)
            .filter(|mail| people.contains(&mail.to_address))
            .map(|mail| (day_of(mail.created_at), mail.to_address.clone()))
            .collect();
        let once: BTreeSet<_> = sent.iter().cloned().collect();
        assert_eq!(once.len(), sent.len(), "two digests on one day");
        let lost: Vec<_> = owed.difference(&once).collect();
        let excess: Vec<_> = once.difference(&owed).collect();
        assert!(
            lost.is_empty() && excess.is_empty(),
            "lost {lost:?}, nobody owed {excess:?}"
        );
        Ok(())
    }
}

/// Something that somebody does.
enum Act {
    Receive(Uuid, Uuid),
    Refuse(Uuid, Uuid),
    Guest(Uuid),
    Attest(Uuid),
    Report(Uuid, Uuid, String),
}

fn day_of(at: DateTime<Utc>) -> NaiveDate {
    trinhky_calendar::local(at).date_naive()
}

/// Who received a subject.
type Readers<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// One block per minute and kind of mail: its subjects, and under each who received it.
fn log(mails: &[outbox::Model]) -> String {
    let mut blocks: BTreeMap<(DateTime<Utc>, &str), Readers<'_>> = BTreeMap::new();
    for mail in mails {
        let block = blocks.entry((mail.created_at, &mail.template)).or_default();
        block
            .entry(&mail.subject)
            .or_default()
            .push(&mail.to_address);
    }
    let mut text = String::new();
    for ((at, template), subjects) in blocks {
        let at = trinhky_calendar::local(at);
        let day = trinhky_calendar::weekday_vi(at.date_naive());
        let _ = writeln!(text, "{} {day} {template}", at.format("%Y-%m-%d %H:%M"));
        for (subject, mut people) in subjects {
            people.sort_unstable();
            let _ = writeln!(text, "  {subject}\n    {}", people.join(", "));
        }
    }
    text
}
