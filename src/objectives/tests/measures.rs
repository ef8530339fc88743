//! Text and measure of a draft: the drafter confirms, and whoever changes one side changes or questions the other.

use axum::http::StatusCode;
use uuid::Uuid;

use super::world::{DECISION, World, refusal, unit_id, who};
use crate::documents::measures::{self, Measure, Standing, Typed};
use crate::documents::{Document, draft, find};
use crate::fault::RefusalKind;
use crate::objectives::{self, plan};
use crate::people::Actor;

struct Drafting {
    world: World,
    drafter: Actor,
    id: Uuid,
}

impl Drafting {
    async fn new() -> Self {
        let world = World::new().await;
        let drafter = who(&world.app, "lang-kim-lan").await;
        let office = unit_id(&world.app, "cao-loc/vp").await;
        let id = draft::import(&world.app, &drafter, office, "d.md", DECISION.as_bytes())
            .await
            .expect("a draft");
        Self { world, drafter, id }
    }

    async fn document(&self) -> Document {
        find::document(self.world.app.store.reader(), self.id)
            .await
            .expect("the draft")
    }

    async fn measure(&self, code: &str) -> Measure {
        measures::of(self.world.app.store.reader(), &self.document().await)
            .await
            .expect("measures")
            .into_iter()
            .find(|measure| measure.code() == code)
            .expect("the measure")
    }

    /// The form as the page proposes it, with some targets changed.
    async fn typed(&self, changed: &[(&str, &str, &str)]) -> Vec<Typed> {
        let found = measures::of(self.world.app.store.reader(), &self.document().await)
            .await
            .expect("measures");
        found
            .into_iter()
            .filter_map(|measure| measure.proposed)
            .map(|text| {
                let change = changed.iter().find(|(code, _, _)| *code == text.id);
                let target = text.target.written(text.unit).unwrap_or_default();
                Typed {
                    comparator: change
                        .map_or(text.comparator.word(), |(_, sign, _)| sign)
                        .to_owned(),
                    target: change.map_or(target, |(_, _, target)| (*target).to_owned()),
                    code: text.id,
                    name: text.name_vi,
                    numerator: text.numerator_vi,
                    denominator: text.denominator_vi,
                    evidence: text.evidence,
                    who_reports: text.who_reports,
                }
            })
            .collect()
    }

    async fn confirm(
        &self,
        changed: &[(&str, &str, &str)],
    ) -> crate::fault::Outcome<measures::Confirmed> {
        let version = self.document().await.row.version;
        let typed = self.typed(changed).await;
        measures::confirm(&self.world.app, &self.drafter, self.id, version, typed).await
    }

    /// The drafter changes words in the editor.
    async fn rewrite(&self, from: &str, to: &str) {
        let document = self.document().await;
        let text = serde_json::to_string(&document.draft).expect("text");
        assert!(text.contains(from), "the draft says {from}");
        let changed = serde_json::from_str(&text.replace(from, to)).expect("a draft");
        draft::save(
            &self.world.app,
            &self.drafter,
            self.id,
            document.row.version,
            changed,
            "Sửa".to_owned(),
        )
        .await
        .expect("a new version");
    }

    async fn clause(&self, number: usize) -> String {
        trinhky_drafting::objectives::propose(&self.document().await.draft)[number - 1]
            .text
            .clone()
    }
}

#[tokio::test]
async fn a_target_changed_in_the_measure_is_written_into_the_clause() {
    let drafting = Drafting::new().await;
    // The first confirmation settles the contradictory "trên 60% trở lên" of clause 3.
    let first = drafting
        .confirm(&[("O3_online_rate", "ge", "60")])
        .await
        .expect("confirmed");
    assert_eq!(first.measures, 8);
    assert!(drafting.clause(3).await.contains("từ 60% trở lên"));
    let second = drafting
        .confirm(&[("O1a_on_time_rate", "ge", "97,5")])
        .await
        .expect("confirmed");
    assert_eq!(second.version, first.version.map(|version| version + 1));
    assert!(drafting.clause(1).await.contains("97,5%"));
    assert_eq!(
        drafting.measure("O1a_on_time_rate").await.standing,
        Standing::Agreed
    );
    let unchanged = drafting.confirm(&[]).await.expect("confirmed again");
    assert_eq!(unchanged.version, None);
}

#[tokio::test]
async fn a_target_changed_in_the_clause_is_a_question_to_the_measure() {
    let drafting = Drafting::new().await;
    drafting.confirm(&[]).await.expect("confirmed");
    drafting.rewrite("98%", "97%").await;
    let measure = drafting.measure("O1a_on_time_rate").await;
    assert_eq!(measure.standing, Standing::Differs);
    let editor = format!("/van-ban/{}/soan", drafting.id);
    let (status, page) = drafting.world.ask("lang-kim-lan", &editor, None).await;
    assert_eq!(status, StatusCode::OK);
    let question = "Điều 1, khoản 1 nay ghi ≥ 97%; chỉ tiêu “Hồ sơ giải quyết trước hạn, đúng hạn” đã xác nhận là ≥ 98%";
    assert!(page.contains(question), "the drafter is asked");

    let here = format!("/van-ban/{}/chi-tieu", drafting.id);
    let version = drafting.document().await.row.version;
    let press = format!("seen_version={version}&do=measure:O1a_on_time_rate");
    let (status, _) = drafting
        .world
        .ask("lang-kim-lan", &here, Some(&press))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(drafting.clause(1).await.contains("98%"), "the text follows");

    drafting.rewrite("98%", "96%").await;
    let version = drafting.document().await.row.version;
    let press = format!("seen_version={version}&do=text:O1a_on_time_rate");
    let (status, _) = drafting
        .world
        .ask("lang-kim-lan", &here, Some(&press))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let measure = drafting.measure("O1a_on_time_rate").await;
    assert_eq!(measure.standing, Standing::Agreed);
    assert_eq!(measure.confirmed.expect("confirmed").target_n, 96);
    assert!(drafting.clause(1).await.contains("96%"), "the text stays");
}

#[tokio::test]
async fn a_moved_clause_keeps_its_measure_and_a_struck_one_leaves_a_question() {
    let drafting = Drafting::new().await;
    drafting.confirm(&[]).await.expect("confirmed");
    let document = drafting.document().await;
    let mut text = document.draft.clone();
    for block in &mut text.body {
        if let trinhky_drafting::Block::Article(article) = block
            && article.number == 1
        {
            article.clauses.remove(0);
            for (number, clause) in (1..).zip(&mut article.clauses) {
                clause.number = number;
            }
        }
    }
    draft::save(
        &drafting.world.app,
        &drafting.drafter,
        drafting.id,
        document.row.version,
        text,
        "Bỏ khoản 1".to_owned(),
    )
    .await
    .expect("a new version");
    assert_eq!(
        drafting.measure("O4_satisfaction_rate").await.standing,
        Standing::Agreed,
        "what was clause 5 is clause 4"
    );
    let gone = drafting.measure("O1a_on_time_rate").await;
    assert_eq!(gone.standing, Standing::Gone);
    let version = drafting.document().await.row.version;
    for code in ["O1a_on_time_rate", "O1b_repeat_complaints"] {
        measures::settle(
            &drafting.world.app,
            &drafting.drafter,
            drafting.id,
            version,
            code.to_owned(),
            measures::Settle::Drop,
        )
        .await
        .expect("dropped");
    }
    let left = measures::confirmed(drafting.world.app.store.reader(), drafting.id)
        .await
        .expect("rows");
    assert_eq!(left.len(), 6);
}

#[tokio::test]
async fn what_cannot_be_confirmed_says_why_at_its_field_and_loses_nothing() {
    let drafting = Drafting::new().await;
    for (code, target, field) in [
        ("O1a_on_time_rate", "nhiều", "target.O1a_on_time_rate"),
        ("O1a_on_time_rate", "120%", "target.O1a_on_time_rate"),
        ("O1b_repeat_complaints", "2", "target.O1b_repeat_complaints"),
        ("O2a_posted_rate", "95", "target.O2a_posted_rate"),
    ] {
        let outcome = drafting.confirm(&[(code, "ge", target)]).await;
        assert_eq!(
            refusal(outcome),
            (RefusalKind::Invalid, Some(field.to_owned()))
        );
    }
    let here = format!("/van-ban/{}/chi-tieu", drafting.id);
    let typed = "seen_version=1&do=confirm&target.O1a_on_time_rate=120&name.O1a_on_time_rate=Ho+so";
    let (status, page) = drafting.world.ask("lang-kim-lan", &here, Some(typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("từ 0 đến 100") && page.contains("value=\"120\""));
    assert!(page.contains("value=\"Ho so\""));
    let stranger = drafting.world.of_unit("cao-loc/yt", &["unit_head"]).await;
    let outcome = measures::confirm(
        &drafting.world.app,
        &stranger,
        drafting.id,
        1,
        drafting.typed(&[]).await,
    )
    .await;
    assert_eq!(refusal(outcome).0, RefusalKind::Forbidden);
    let outcome = measures::confirm(
        &drafting.world.app,
        &drafting.drafter,
        drafting.id,
        7,
        drafting.typed(&[]).await,
    )
    .await;
    assert_eq!(refusal(outcome).0, RefusalKind::Stale, "another version");
}

#[tokio::test]
async fn the_year_is_planned_from_what_was_confirmed() {
    let drafting = Drafting::new().await;
    let version = drafting.document().await.row.version;
    let mut typed = drafting.typed(&[]).await;
    typed[0].numerator = "Hồ sơ xong trước và đúng hạn".to_owned();
    typed[0].who_reports = "Phòng Y tế".to_owned();
    measures::confirm(
        &drafting.world.app,
        &drafting.drafter,
        drafting.id,
        version,
        typed,
    )
    .await
    .expect("confirmed");
    let id = drafting.id;
    drafting
        .world
        .app
        .act(&Actor::system(), id, |cx, id| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                plan(cx, &document).await.map(|_| ())
            })
        })
        .await
        .expect("a plan");
    let indicators = objectives::find::indicators(drafting.world.app.store.reader(), id)
        .await
        .expect("indicators");
    assert_eq!(indicators[0].numerator, "Hồ sơ xong trước và đúng hạn");
    assert_eq!(indicators[0].who_reports, "Phòng Y tế");
    assert_eq!(indicators.len(), 8);
}
