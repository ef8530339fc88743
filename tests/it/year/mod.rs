//! The year of the 2023 decision as its people live it: every step is a page that is opened and a form that is sent, by
//! somebody who signed in through the page. The clock is moved; what becomes due on the way, the worker does.

mod deciding;
mod drafting;
mod ending;
mod receiving;
mod report_out;
mod reporting;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeZone as _, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::sync::Mutex;
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::mail::rows::outbox;
use trinhky::people::rows::{person, post, unit};
use trinhky::worker;
use uuid::Uuid;

use super::album::Album;
use super::visitor::{Page, Visitor};
use super::{office, tools};

/// The people who do most of the work, as the sample organisation names them.
const DRAFTER: &str = "lang.kim.lan@caoloc.example";
const OFFICE_CHIEF: &str = "ly.duc.hai@caoloc.example";
const FORM_CHECKER: &str = "nong.quang.hai@caoloc.example";
const OFFICE_CLERK: &str = "nong.minh.thao@caoloc.example";
const CHAIRMAN: &str = "nguyen.duy.anh@caoloc.example";
const AGENCY_CLERK: &str = "dinh.ngoc.oanh@caoloc.example";
const ADMINISTRATOR: &str = "duong.duc.cuong@caoloc.example";

#[tokio::test(flavor = "multi_thread")]
async fn the_year_is_lived_through_its_pages_on_sqlite_and_every_page_keeps_its_promises() {
    let folder = tempfile::tempdir().expect("a folder");
    let town = Town::open(folder.path(), "").await;
    year(&town).await;
    let seen = town.album.addresses();
    for address in [
        "/",
        "/van-ban",
        "/van-ban-den",
        "/van-thu",
        "/dang-nhap",
        "/quan-tri",
        "/van-ban/{id}/theo-doi",
        "/van-ban/{id}/muc-tieu",
        "/bao-cao/{id}",
        "/tiep-nhan/{id}/ma",
        "/ky-bao-cao/{id}/tong-hop",
        "/van-ban/{id}/danh-gia",
        "/van-ban/{id}/nam-sau",
        "/van-ban/{id}/bang",
    ] {
        assert!(seen.contains(address), "nobody looked at {address}");
    }
    town.album.hold(&town.app, folder.path()).await;
    town.album.open_to_all(&town.app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_year_is_lived_through_its_pages_on_postgresql() {
    let Some(postgres) = tools::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let town = Town::open(folder.path(), &postgres.answer).await;
    year(&town).await;
}

/// From the file to the closed year; returns nothing, as the town shows it all.
async fn year(town: &Town) {
    let decision = drafting::a_draft_becomes_a_proposal(town).await;
    deciding::the_chairman_decides_and_the_decision_is_issued(town, &decision).await;
    receiving::the_units_receive_it(town, &decision).await;
    receiving::the_staff_confirm_that_they_have_read_it(town, &decision).await;
    reporting::the_second_quarter(town, &decision).await;
    reporting::the_third_quarter(town, &decision).await;
    let report = reporting::the_fourth_quarter(town, &decision).await;
    report_out::the_consolidated_report_goes_out(town, &report).await;
    ending::the_year_is_judged_and_closed(town, &decision).await;
    report_out::the_next_year_begins(town, &decision).await;
    ending::the_administrator_looks_at_everything(town).await;
    let breaches = invariants::check(town.app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

/// The district with its people at their desks.
struct Town {
    app: App,
    album: Arc<Album>,
    visitors: Mutex<BTreeMap<String, Arc<Visitor>>>,
}

/// A unit that acts in the story.
#[derive(Clone)]
struct Unit {
    id: Uuid,
    key: String,
}

impl Town {
    async fn open(folder: &Path, database: &str) -> Self {
        // The first proposal is returned, so the paper book ends one number earlier: the seed cites the second, 92.
        let organisation =
            office::ORGANISATION.replace("year = 2023, next = 92", "year = 2023, next = 91");
        let start = instant(3, 1, 8, 0);
        let app = office::open_at(folder, database, &organisation, start).await;
        Self {
            app,
            album: Arc::default(),
            visitors: Mutex::default(),
        }
    }

    /// The browser of somebody, who signs in when first needed.
    async fn browser(&self, email: &str) -> Arc<Visitor> {
        let mut visitors = self.visitors.lock().await;
        if let Some(known) = visitors.get(email) {
            return Arc::clone(known);
        }
        let visitor = Visitor::of(&self.app, email)
            .await
            .photographed(&self.album);
        let visitor = Arc::new(visitor);
        visitors.insert(email.to_owned(), Arc::clone(&visitor));
        visitor
    }

    /// The browser of an officer, by the first part of the address.
    async fn officer(&self, name: &str) -> Arc<Visitor> {
        let found = person::Entity::find()
            .filter(person::Column::Email.starts_with(format!("{name}@")))
            .one(self.app.store.reader())
            .await
            .expect("read")
            .unwrap_or_else(|| panic!("nobody is called {name}"));
        self.browser(&found.email).await
    }

    /// The browser of a body without an account: nobody is signed in.
    fn guest(&self) -> Visitor {
        Visitor::unknown(&self.app).photographed(&self.album)
    }

    /// The browser of who holds a role in a unit.
    async fn of_unit(&self, unit: &Unit, role: &str) -> Arc<Visitor> {
        let held = post::Entity::find()
            .filter(post::Column::UnitId.eq(unit.id))
            .filter(post::Column::Role.eq(role))
            .one(self.app.store.reader())
            .await
            .expect("read")
            .unwrap_or_else(|| panic!("{} has no {role}", unit.key));
        self.of_person(held.person_id).await
    }

    async fn of_person(&self, id: Uuid) -> Arc<Visitor> {
        let person = person::Entity::find_by_id(id)
            .one(self.app.store.reader())
            .await
            .expect("read")
            .expect("the person");
        self.browser(&person.email).await
    }

    async fn unit(&self, id: Uuid) -> Unit {
        let row = unit::Entity::find_by_id(id)
            .one(self.app.store.reader())
            .await
            .expect("read")
            .expect("the unit");
        Unit {
            id,
            key: row.unit_key,
        }
    }

    /// It is this hour of a day of 2023 now; what fell due meanwhile is done.
    async fn at(&self, month: u32, day: u32, hour: u32, minute: u32) {
        let until = instant(month, day, hour, minute);
        worker::run_until_idle(&self.app).await.expect("the worker");
        while let Some(due) = worker::next_due(&self.app)
            .await
            .expect("the timers")
            .filter(|due| *due <= until)
        {
            self.app.clock.advance_to(due);
            worker::run_until_idle(&self.app).await.expect("the worker");
        }
        self.app.clock.advance_to(until);
        worker::run_until_idle(&self.app).await.expect("the worker");
    }

    /// Letters of a kind, each once however many get a copy.
    async fn mails(&self, template: &str) -> Vec<outbox::Model> {
        outbox::Entity::find()
            .filter(outbox::Column::Template.eq(template))
            .filter(outbox::Column::CopyOf.is_null())
            .all(self.app.store.reader())
            .await
            .expect("read")
    }
}

impl Visitor {
    /// Follows the duty on the desk that leads to such an address.
    async fn duty(&self, ending: &str) -> Page {
        let desk = self.open("/").await;
        let found = desk
            .links("/")
            .into_iter()
            .find(|href| href.contains(ending))
            .unwrap_or_else(|| panic!("no duty to {ending}: {}", desk.words()));
        self.open(&found).await
    }
}

/// An hour of a day of 2023 in office time.
fn instant(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    trinhky_calendar::offset()
        .with_ymd_and_hms(2023, month, day, hour, minute, 0)
        .single()
        .expect("an hour")
        .with_timezone(&Utc)
}
