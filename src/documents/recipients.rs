//! From the words of "Nơi nhận" to bodies: a pure function over the draft, the groups and the units.
//!
//! A line means a group when it contains one of its phrases, whatever the case of the letters and
//! the place of the tone mark; of phrases that overlap the longest counts. "Như Điều n" stands for
//! whom article n names. "trừ …" after a group strikes members, "gồm: …" keeps only those named.

use std::collections::BTreeMap;

use trinhky_drafting::{Block, Draft, Line, fold};
use uuid::Uuid;

use crate::people::Unit;
use crate::people::find::Group;

/// What a body receives a document for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    Information,
    Action,
}

/// A body with everything it was named for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub unit_id: Uuid,
    /// The weightiest of its purposes.
    pub purpose: Purpose,
    /// The lines that name it, in order.
    pub lines: Vec<String>,
}

/// The recipients in the order in which they are first named, and the lines that nobody is known for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    pub recipients: Vec<Recipient>,
    pub unknown: Vec<String>,
}

impl Expanded {
    /// The bodies that a line names, in the order in which they are first named.
    pub fn of_line<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Uuid> + 'a {
        self.recipients
            .iter()
            .filter(move |recipient| recipient.lines.iter().any(|named| named == line))
            .map(|recipient| recipient.unit_id)
    }

    /// How many receive it for action and for information.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let action = self
            .recipients
            .iter()
            .filter(|recipient| recipient.purpose == Purpose::Action)
            .count();
        (action, self.recipients.len() - action)
    }
}

/// Expands the distribution list of a draft among the bodies of a day.
#[must_use]
pub fn expand(draft: &Draft, groups: &[Group], units: &BTreeMap<Uuid, Unit>) -> Expanded {
    let book = PhraseBook::new(groups, units);
    let mut expanded = Expanded::default();
    for line in &draft.distribution {
        let (words, for_action) = match line {
            Line::Archive { .. } => continue,
            Line::AsArticle { article, .. } => (article_text(draft, *article), true),
            Line::AsAbove { .. } => (draft.addressed_to.join(", "), true),
            Line::Body { text } => (text.clone(), asks_to_act(text)),
        };
        let named = book.named_in(&words);
        if named.is_empty() {
            expanded.unknown.push(line.text().to_owned());
        }
        for (unit_id, purpose) in named {
            let purpose = purpose.unwrap_or(if for_action {
                Purpose::Action
            } else {
                Purpose::Information
            });
            expanded.add(unit_id, purpose, line.text());
        }
    }
    expanded
}

/// Offices add what a body gets the paper for: `(t/h)`, `(để thực hiện)`; `(b/c)` and `(p/h)` only inform.
fn asks_to_act(line: &str) -> bool {
    let line = line.to_lowercase();
    ["(t/h", "(thực hiện", "(để thực hiện"]
        .iter()
        .any(|mark| line.contains(mark))
}

impl Expanded {
    fn add(&mut self, unit_id: Uuid, purpose: Purpose, line: &str) {
        match self
            .recipients
            .iter_mut()
            .find(|recipient| recipient.unit_id == unit_id)
        {
            Some(known) => {
                known.purpose = known.purpose.max(purpose);
                if known.lines.iter().all(|named| named != line) {
                    known.lines.push(line.to_owned());
                }
            }
            None => self.recipients.push(Recipient {
                unit_id,
                purpose,
                lines: vec![line.to_owned()],
            }),
        }
    }
}

/// The phrases by which bodies are named, folded, longest first.
struct PhraseBook<'a> {
    entries: Vec<(String, Meaning<'a>)>,
    units: &'a BTreeMap<Uuid, Unit>,
}

#[derive(Clone, Copy)]
enum Meaning<'a> {
    Group(&'a Group),
    Unit(Uuid),
}

/// A phrase found in a text.
struct Hit<'a> {
    start: usize,
    end: usize,
    meaning: Meaning<'a>,
}

impl<'a> PhraseBook<'a> {
    fn new(groups: &'a [Group], units: &'a BTreeMap<Uuid, Unit>) -> Self {
        let mut entries: Vec<(String, Meaning<'a>)> = groups
            .iter()
            .flat_map(|group| {
                group
                    .phrases
                    .iter()
                    .map(move |phrase| (fold(phrase), Meaning::Group(group)))
            })
            .chain(units.values().flat_map(|unit| {
                [&unit.name, &unit.short]
                    .into_iter()
                    // A bare abbreviation such as "VP" would be found inside other words.
                    .filter(|name| name.contains(' '))
                    .map(|name| (fold(name), Meaning::Unit(unit.id)))
            }))
            .collect();
        entries.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        Self { entries, units }
    }

    /// The bodies that a text names, in its order, each once, with the purpose that their group gives.
    fn named_in(&self, text: &str) -> Vec<(Uuid, Option<Purpose>)> {
        let text = fold(text);
        let hits = self.hits(&text);
        let mut named = Vec::new();
        let mut struck = Vec::new();
        for (n, hit) in hits.iter().enumerate() {
            let before = &text[n.checked_sub(1).map_or(0, |p| hits[p].end)..hit.start];
            match hit.meaning {
                // A body named after "trừ" is struck from the group before it.
                Meaning::Unit(unit)
                    if strikes(before)
                        || (n > 0 && struck.last() == Some(&(n - 1)) && joins(before)) =>
                {
                    named.retain(|(id, _)| *id != unit);
                    struck.push(n);
                }
                Meaning::Unit(unit) => push(&mut named, unit, None),
                Meaning::Group(group) => {
                    let after = &text[hit.end
                        ..hits
                            .get(n + 1)
                            .filter(|next| matches!(next.meaning, Meaning::Group(_)))
                            .map_or(text.len(), |next| next.start)];
                    let purpose = if group.purpose == "action" {
                        Purpose::Action
                    } else {
                        Purpose::Information
                    };
                    for unit in self.kept(group, after) {
                        push(&mut named, unit, Some(purpose));
                    }
                }
            }
        }
        named
    }

    /// The members of a group that the words after its name leave in.
    fn kept(&self, group: &Group, after: &str) -> Vec<Uuid> {
        // Members that do not exist on the day receive nothing; their successors are members, too.
        let members = || {
            group
                .members
                .iter()
                .filter(|unit| self.units.contains_key(unit))
        };
        let clause = after.trim_start_matches([' ', '(', ',']);
        let mentioned = |unit: &&Uuid| {
            self.units
                .get(unit)
                .is_some_and(|unit| clause.contains(&bare(&fold(&unit.short))))
        };
        if EXCEPT.iter().any(|word| clause.starts_with(word)) {
            return members().filter(|unit| !mentioned(unit)).copied().collect();
        }
        if ONLY.iter().any(|word| clause.starts_with(word))
            && members().any(|unit| mentioned(&unit))
        {
            return members().filter(mentioned).copied().collect();
        }
        members().copied().collect()
    }

    /// Phrases in the text, left to right, none overlapping a longer one.
    fn hits(&self, text: &str) -> Vec<Hit<'a>> {
        let mut hits: Vec<Hit<'a>> = Vec::new();
        for (phrase, meaning) in &self.entries {
            for (start, _) in text.match_indices(phrase.as_str()) {
                let end = start + phrase.len();
                let whole = !text[..start].ends_with(char::is_alphanumeric)
                    && !text[end..].starts_with(char::is_alphanumeric);
                if whole && hits.iter().all(|hit| end <= hit.start || start >= hit.end) {
                    hits.push(Hit {
                        start,
                        end,
                        meaning: *meaning,
                    });
                }
            }
        }
        hits.sort_by_key(|hit| hit.start);
        hits
    }
}

/// Words that strike the members named after them: trừ, ngoại trừ, không bao gồm, không gồm, folded as the texts are.
const EXCEPT: [&str; 4] = ["tru", "ngoai tru", "khong bao gom", "khong gom"];
/// Words that keep only the members named after them: gồm, sau đây, folded.
const ONLY: [&str; 3] = [":", "gom", "sau day"];

fn strikes(before: &str) -> bool {
    EXCEPT.iter().any(|word| before.trim_end().ends_with(word))
}

fn joins(before: &str) -> bool {
    matches!(before.trim(), "," | "va" | ", va")
}

/// A unit's name without the words that every commune shares.
fn bare(short: &str) -> String {
    short.trim_start_matches("ubnd ").to_owned()
}

fn push(named: &mut Vec<(Uuid, Option<Purpose>)>, unit: Uuid, purpose: Option<Purpose>) {
    if named.iter().all(|(known, _)| *known != unit) {
        named.push((unit, purpose));
    }
}

/// Everything an article says.
fn article_text(draft: &Draft, number: u32) -> String {
    draft
        .body
        .iter()
        .filter_map(|block| match block {
            Block::Article(article) if article.number == number => Some(article),
            _ => None,
        })
        .flat_map(|article| {
            std::iter::once(article.text.as_str())
                .chain(article.clauses.iter().map(|clause| clause.text.as_str()))
                .chain(article.tail.iter().map(String::as_str))
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// The article that asks every member of staff to study the document, where there is one.
#[must_use]
pub fn asks_staff_to_study(draft: &Draft) -> bool {
    draft.body.iter().any(|block| match block {
        Block::Article(article) => {
            let text = fold(&article.text);
            text.contains("nghien cuu") && (text.contains("hieu ro") || text.contains("quan triet"))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use trinhky_drafting::{Article, DocType, Signer};

    fn unit(n: u128, name: &str, short: &str) -> Unit {
        Unit {
            id: Uuid::from_u128(n),
            org_id: Uuid::from_u128(n),
            key: n.to_string(),
            kind: "commune_committee".to_owned(),
            account: true,
            email: None,
            name: name.to_owned(),
            short: short.to_owned(),
            header: Vec::new(),
            place: String::new(),
            code: String::new(),
            superior: String::new(),
            valid_to: None,
        }
    }

    fn setting() -> (Vec<Group>, BTreeMap<Uuid, Unit>) {
        let units: BTreeMap<Uuid, Unit> = [
            unit(1, "Ủy ban nhân dân xã Bảo Lâm", "UBND xã Bảo Lâm"),
            unit(2, "Ủy ban nhân dân xã Hòa Cư", "UBND xã Hòa Cư"),
            unit(
                3,
                "Ủy ban nhân dân thị trấn Cao Lộc",
                "UBND thị trấn Cao Lộc",
            ),
            unit(4, "Ban Chỉ đạo ISO huyện", "BCĐ ISO"),
            unit(5, "Tổ giúp việc Ban Chỉ đạo ISO huyện", "TGV ISO"),
        ]
        .into_iter()
        .map(|unit| (unit.id, unit))
        .collect();
        let group = |phrases: &[&str], purpose: &str, members: &[u128]| Group {
            id: Uuid::nil(),
            name: String::new(),
            phrases: phrases.iter().map(|phrase| (*phrase).to_owned()).collect(),
            purpose: purpose.to_owned(),
            members: members.iter().map(|n| Uuid::from_u128(*n)).collect(),
        };
        let groups = vec![
            group(&["UBND các xã, thị trấn"], "action", &[1, 2, 3]),
            group(
                &["các thành viên Ban Chỉ đạo ISO huyện", "BCĐ ISO huyện"],
                "information",
                &[4],
            ),
            group(&["Tổ giúp việc BCĐ ISO huyện"], "information", &[5]),
        ];
        (groups, units)
    }

    fn draft(article: &str, lines: &[&str]) -> Draft {
        let mut distribution = vec![Line::AsArticle {
            article: 3,
            text: "Như Điều 3".to_owned(),
        }];
        distribution.extend(lines.iter().map(|line| Line::Body {
            text: (*line).to_owned(),
        }));
        distribution.push(Line::Archive {
            text: "Lưu: VT.".to_owned(),
        });
        let article = Article {
            number: 3,
            title: None,
            text: article.to_owned(),
            clauses: Vec::new(),
            tail: Vec::new(),
        };
        Draft {
            doc_type: DocType::QD,
            superior_agency: None,
            issuer: Vec::new(),
            number: None,
            symbol: String::new(),
            place: String::new(),
            issued_on: None,
            expected_month: None,
            subject: String::new(),
            authority_line: String::new(),
            addressed_to: Vec::new(),
            legal_basis: Vec::new(),
            body: vec![Block::Article(article)],
            distribution,
            signer: Signer::default(),
            urgency: trinhky_drafting::Urgency::Normal,
            circulation: trinhky_drafting::Circulation::Free,
            drafter_mark: String::new(),
            contact: Vec::new(),
            annexes: Vec::new(),
        }
    }

    fn ids(article: &str, lines: &[&str]) -> Vec<(u128, Purpose)> {
        let (groups, units) = setting();
        expand(&draft(article, lines), &groups, &units)
            .recipients
            .iter()
            .map(|recipient| (recipient.unit_id.as_u128(), recipient.purpose))
            .collect()
    }

    #[test]
    fn as_article_three_stands_for_whom_article_three_names() {
        use Purpose::{Action, Information};
        let named = ids(
            "UBND các xã, thị trấn và các thành viên Ban chỉ đạo ISO huyện chịu trách nhiệm thi hành./.",
            &[],
        );
        assert_eq!(
            named,
            [(1, Action), (2, Action), (3, Action), (4, Information)]
        );
    }

    #[test]
    fn the_longer_of_two_overlapping_phrases_counts() {
        let named = ids("UBND các xã, thị trấn.", &["Tổ giúp việc BCĐ ISO huyện"]);
        assert_eq!(named.last(), Some(&(5, Purpose::Information)));
        assert_eq!(named.len(), 4);
    }

    #[test]
    fn a_commune_after_except_is_struck() {
        for words in [
            "UBND các xã, thị trấn (trừ xã Hoà Cư) thi hành",
            "UBND các xã, thị trấn trừ UBND xã Hòa Cư thi hành",
        ] {
            let named: Vec<u128> = ids(words, &[]).into_iter().map(|(id, _)| id).collect();
            assert_eq!(named, [1, 3], "{words}");
        }
    }

    #[test]
    fn a_list_after_the_group_keeps_only_those_named() {
        let named: Vec<u128> = ids(
            "UBND các xã, thị trấn: xã Bảo Lâm, thị trấn Cao Lộc thi hành",
            &[],
        )
        .into_iter()
        .map(|(id, _)| id)
        .collect();
        assert_eq!(named, [1, 3]);
    }

    #[test]
    fn a_body_named_twice_gets_one_delivery_with_both_lines() {
        let (groups, units) = setting();
        let expanded = expand(
            &draft("UBND các xã, thị trấn.", &["UBND xã Bảo Lâm"]),
            &groups,
            &units,
        );
        let first = &expanded.recipients[0];
        assert_eq!((first.purpose, first.lines.len()), (Purpose::Action, 2));
    }

    #[test]
    fn a_line_says_in_brackets_what_its_body_gets_the_paper_for() {
        use Purpose::{Action, Information};
        let named = ids(
            "Chánh Văn phòng thi hành.",
            &[
                "UBND xã Bảo Lâm (t/h)",
                "UBND xã Hòa Cư (b/c)",
                "UBND thị trấn Cao Lộc (để thực hiện)",
            ],
        );
        assert_eq!(named, [(1, Action), (2, Information), (3, Action)]);
    }

    #[test]
    fn a_line_that_nobody_is_known_for_is_named() {
        let (groups, units) = setting();
        let expanded = expand(
            &draft("UBND các xã, thị trấn.", &["Hội Cựu chiến binh"]),
            &groups,
            &units,
        );
        assert_eq!(expanded.unknown, ["Hội Cựu chiến binh"]);
    }
}
