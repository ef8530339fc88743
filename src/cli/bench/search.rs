//! The list of documents and what it finds, at a size and at ten times that size, beside a plain SELECT along an index.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::app::{App, Cx};
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::documents::listing::{Listing, Page};
use crate::documents::rows::document;
use crate::documents::{state, words};
use crate::fault::Outcome;
use crate::ids::Ids;
use crate::people::{Actor, find, import};

const ORGANISATION: &str = include_str!("../../../templates/sample/cao-loc-2023.toml");
/// What is asked for.
pub const QUESTIONS: [(&str, &str); 7] = [
    ("the newest", ""),
    ("a number", "4711/QĐ-UBND"),
    ("a word of twenty documents", "hiếm hoi"),
    ("a word of one in a hundred", "quy hoạch"),
    ("words of units' names, of twenty documents", "thanh tra xã"),
    ("two words of many each", "tram nhien"),
    ("a word of every document", "quyết định"),
];
/// Times that a question is asked; the middle one counts.
const TIMES: usize = 21;
/// Rows of a page, and one more that tells whether there is a next one.
const PAGE: u64 = 51;
/// Documents per statement, below the parameter limits of both databases.
const CHUNK: u64 = 400;
/// Different words of a document besides those that are asked for.
const WORDS: u64 = 250;
const ONSETS: [&str; 20] = [
    "b", "c", "ch", "d", "đ", "g", "h", "k", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "t",
    "th", "tr", "v",
];
const RIMES: [&str; 40] = [
    "a", "ác", "ai", "am", "an", "ang", "anh", "ao", "áp", "át", "âm", "ân", "âng", "âu", "e",
    "em", "en", "eo", "ê", "ênh", "i", "ich", "iêm", "iên", "iêu", "im", "in", "inh", "o", "ong",
    "ô", "ôi", "ông", "ơ", "ơn", "u", "ung", "ươi", "ương", "y",
];

/// An office with as many documents as it was filled with.
pub struct Bench {
    app: App,
    reader: Actor,
    office: Uuid,
    filled: u64,
}

impl Bench {
    /// A new office in the folder, or in the PostgreSQL database at the address, which must be empty.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn open(folder: &Path, database: &str) -> anyhow::Result<Self> {
        let config = Config {
            data: folder.to_owned(),
            database: database.to_owned(),
            ..Config::default()
        };
        crate::cli::bring_up(&config).await?;
        let start: DateTime<Utc> = "2023-03-20T01:00:00Z".parse()?;
        let app = App::open(config, Clock::fake(start), Ids::seeded(1)).await?;
        let office =
            import::read(ORGANISATION).map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
        import::load(&app, office, None).await?;
        let (person, post) = find::one_per_role(app.store.reader())
            .await?
            .into_iter()
            .find(|(_, post)| post.role == "drafter")
            .ok_or_else(|| anyhow::anyhow!("the sample office has no drafter"))?;
        let reader = find::actor(app.store.reader(), person.id, app.today()).await?;
        Ok(Self {
            app,
            reader,
            office: post.unit_id,
            filled: 0,
        })
    }

    /// Writes issued decisions until there are so many.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn fill(&mut self, documents: u64) -> anyhow::Result<()> {
        while self.filled < documents {
            let next = (self.filled + CHUNK).min(documents);
            let input = (self.filled..next, self.office);
            self.app
                .act(&self.reader, input, |cx, (numbers, owner)| {
                    Box::pin(write(cx, numbers.clone(), *owner))
                })
                .await?;
            self.filled = next;
        }
        Ok(())
    }

    /// Seconds of a page of the list with its counters.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn ask(&self, question: &str) -> anyhow::Result<f64> {
        let db = self.app.store.reader();
        let page = Page {
            limit: PAGE,
            ..Page::default()
        };
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let watch = Stopwatch::start();
            let listing = Listing::of(db, &self.reader, question).await?;
            listing.counts(db).await?;
            let found = listing.page(db, &page).await?;
            times.push(watch.seconds());
            anyhow::ensure!(!found.is_empty(), "“{question}” finds nothing");
        }
        Ok(middle(times))
    }

    /// Seconds of the newest documents of the organisation by the index that holds them in this order.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn floor(&self) -> anyhow::Result<f64> {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let watch = Stopwatch::start();
            document::Entity::find()
                .filter(document::Column::OrgId.is_in(self.reader.org_ids()))
                .order_by_desc(document::Column::ChangedAt)
                .order_by_desc(document::Column::Id)
                .limit(PAGE)
                .all(self.app.store.reader())
                .await?;
            times.push(watch.seconds());
        }
        Ok(middle(times))
    }
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn write(cx: Cx<'_>, numbers: std::ops::Range<u64>, owner: Uuid) -> Outcome<()> {
    let mut rows = Vec::new();
    for number in numbers {
        let at = cx.now + TimeDelta::minutes(number.cast_signed());
        let subject = format!("Về việc {}", syllables(number, 6));
        let mut text = format!(
            "Quyết định {number}/QĐ-UBND {subject} {}",
            syllables(number, WORDS)
        );
        if number < 20 {
            text.push_str(" hiếm hoi, thanh tra các xã");
        }
        if number % 100 == 0 {
            text.push_str(" quy hoạch");
        }
        rows.push(document::ActiveModel {
            id: Set(cx.id()),
            org_id: Set(cx.actor.org_ids().first().copied().unwrap_or(owner)),
            owner_id: Set(owner),
            doc_type: Set("QD".to_owned()),
            subject: Set(subject),
            folded: Set(words::stored(&text)),
            symbol: Set("QĐ-UBND".to_owned()),
            number: Set(i32::try_from(number).ok()),
            issued_on: Set(Some(at.date_naive())),
            year: Set(2023),
            state: Set(state::ISSUED.to_owned()),
            version: Set(1),
            content_hash: Set(format!("{number:x}")),
            approved_hash: Set(Some(format!("{number:x}"))),
            signed_hash: Set(Some(format!("{number:x}"))),
            carried_by: Set(None),
            instance_id: Set(None),
            created_at: Set(at),
            created_by: Set(cx.actor.person_id.unwrap_or(owner)),
            changed_at: Set(at),
            issued_at: Set(Some(at)),
        });
    }
    document::Entity::insert_many(rows).exec(cx.tx).await?;
    Ok(())
}

/// So many of the 800 syllables, other ones for every document: each syllable stands in about every fourth of them.
fn syllables(document: u64, count: u64) -> String {
    let mut seed = document.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = String::new();
    for _ in 0..count {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        text.push_str(ONSETS[(seed % 20) as usize]);
        text.push_str(RIMES[(seed / 20 % 40) as usize]);
        text.push(' ');
    }
    text
}
