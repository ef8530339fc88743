//! The checker: finds in a draft what comes back from the signer's desk, before it goes there.
//!
//! A rule is data: what it is called, which law it follows, what it says, and one example of each kind. The tests run the
//! examples, the documentation shows them.

mod dates;
mod form;
mod goals;
mod handbook;
mod patterns;
mod rules;
mod words;

use serde::{Deserialize, Serialize};

use crate::cite::Citation;
use crate::model::{Draft, Imported};
use crate::walk::{self, Part, Piece};
pub use handbook::handbook;
pub use rules::{SAMPLE, rules, sample_gone};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Wrong by the law or the spelling; the document must not be signed so.
    Error,
    /// Very probably wrong, or against good form.
    Warning,
    /// Worth knowing.
    Note,
    /// Only a person can answer it.
    Question,
}

/// What the checker found in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    pub law: String,
    /// For people, in Vietnamese: `Điều 1 khoản 3`, `căn cứ 2`.
    pub r#where: String,
    pub message: String,
    pub message_vi: String,
    /// What to write instead or in addition.
    pub suggestion: Option<String>,
}

/// A document that holds no more, which no draft can know by itself: the caller says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub citation: Citation,
    /// In Vietnamese, after the document's name: `đã bị thu hồi`.
    pub fate: String,
    /// The document that stands in its place, by its name.
    pub instead: Option<String>,
}

/// A correction that can be made by pressing a button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// As in `where` of [`Finding`].
    pub r#where: String,
    pub from: String,
    pub to: String,
}

/// A rule as data.
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    pub law: &'static str,
    /// The sentence of a finding; `{found}` and `{fix}` stand for the words.
    pub message: &'static str,
    pub message_vi: &'static str,
    /// A change to [`SAMPLE`] that makes the rule speak.
    pub bad: Example,
    /// A like change that it must keep silent about.
    pub good: Example,
    test: Test,
}

/// Words of the sample document and what stands there instead.
pub struct Example {
    pub from: &'static str,
    pub to: &'static str,
}

enum Test {
    /// Words to be replaced, found in the given parts.
    Words(&'static [patterns::Pattern], &'static [Part]),
    Whole(fn(&Context, &mut Vec<Hit>)),
}

/// One place where a rule speaks.
struct Hit {
    place: String,
    found: String,
    /// Replaces `found`.
    fix: Option<String>,
    /// Advice that is no replacement.
    advice: Option<String>,
}

impl Hit {
    fn at(place: &str, found: &str) -> Self {
        Self {
            place: place.to_owned(),
            found: found.to_owned(),
            fix: None,
            advice: None,
        }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// What a rule may look at.
struct Context<'a> {
    imported: &'a Imported,
    draft: &'a Draft,
    pieces: Vec<Piece>,
    gone: &'a [Gone],
}

/// Everything that is to be said about a draft, in the order of its text.
#[must_use]
pub fn check(imported: &Imported) -> Vec<Finding> {
    check_with_fixes(imported, &[])
        .into_iter()
        .map(|(finding, _)| finding)
        .collect()
}

/// As [`check`], told which documents hold no more; each finding with the correction that [`apply`] can make, where there is
/// one.
#[must_use]
pub fn check_with_fixes(imported: &Imported, gone: &[Gone]) -> Vec<(Finding, Option<Fix>)> {
    let context = Context {
        imported,
        draft: &imported.draft,
        pieces: walk::texts(&imported.draft),
        gone,
    };
    let mut found: Vec<(usize, Finding, Option<Fix>)> = Vec::new();
    for rule in rules() {
        let mut hits = Vec::new();
        match &rule.test {
            Test::Words(list, parts) => patterns::search(list, parts, &context, &mut hits),
            Test::Whole(test) => test(&context, &mut hits),
        }
        for hit in hits {
            found.push((
                context.order_of(&hit.place),
                finding(rule, &hit),
                fix_of(hit),
            ));
        }
    }
    found.sort_by_key(|(order, ..)| *order);
    found
        .into_iter()
        .map(|(_, finding, fix)| (finding, fix))
        .collect()
}

/// Makes a correction; false where its words no longer stand in their place.
pub fn apply(draft: &mut Draft, fix: &Fix) -> bool {
    let mut done = false;
    walk::visit(draft, &mut |_, place, text| {
        if !done && place == fix.r#where && text.contains(&fix.from) {
            *text = text.replacen(&fix.from, &fix.to, 1);
            done = true;
        }
    });
    done
}

impl Context<'_> {
    fn part(&self, part: Part) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |piece| piece.part == part)
    }

    /// Findings are shown in the order of the text; those about the whole stand first.
    fn order_of(&self, place: &str) -> usize {
        self.pieces
            .iter()
            .position(|piece| piece.place == place)
            .map_or_else(
                || {
                    self.pieces
                        .iter()
                        .position(|piece| !place.is_empty() && piece.place.starts_with(place))
                        .map_or(0, |at| at + 1)
                },
                |at| at + 1,
            )
    }
}

fn finding(rule: &Rule, hit: &Hit) -> Finding {
    let fill = |template: &str| {
        template.replace("{found}", &hit.found).replace(
            "{fix}",
            hit.fix
                .as_deref()
                .or(hit.advice.as_deref())
                .unwrap_or_default(),
        )
    };
    Finding {
        rule: rule.id.to_owned(),
        severity: rule.severity,
        law: rule.law.to_owned(),
        r#where: hit.place.clone(),
        message: fill(rule.message),
        message_vi: fill(rule.message_vi),
        suggestion: hit.fix.clone().or_else(|| hit.advice.clone()),
    }
}

fn fix_of(hit: Hit) -> Option<Fix> {
    hit.fix.map(|to| Fix {
        r#where: hit.place,
        from: hit.found,
        to,
    })
}
