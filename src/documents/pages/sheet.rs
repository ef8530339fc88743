//! A draft as the editor's fields and back: every part a text in its own field, numbered by its place.
//!
//! The markup is what people write anyway: every line a paragraph, a clause begins with `1.`, a point with `a)`, a paragraph
//! after the clauses of an article stands behind an empty line, a table has `|` between its cells. What the fields do not show (symbol, header) is kept from the draft.

mod blocks;
mod markup;
#[cfg(test)]
mod tests;

use trinhky_drafting::{Annex, Circulation, DocType, Draft, MonthYear, Signer, Urgency};

use blocks::Blocks;
use markup::{Counter, folded, lines, signer, tidy};

use super::common::{Pairs, said};
use crate::fault::{Fault, Outcome};
use crate::web::views::documents::{AnnexFields, ArticleFields, PartField};
use crate::web::{Form, Lang};

/// The texts of all fields, in their order on the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sheet {
    single: [String; SINGLE.len()],
    bases: Vec<String>,
    body: Blocks,
    lines: Vec<String>,
    annexes: Vec<AnnexSheet>,
    /// Chosen or typed beside the lists, and taken in by whatever button is pressed next.
    new_basis: String,
    new_line: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct AnnexSheet {
    title: String,
    attached: bool,
    body: Blocks,
}

/// The fields that exist once.
const SINGLE: [&str; 11] = [
    "subject",
    "place",
    "authority_line",
    "signer_title",
    "signer_name",
    "addressed_to",
    "month",
    "urgency",
    "circulation",
    "drafter_mark",
    "contact",
];

/// The words of the field `urgency`.
pub(super) const URGENCIES: [(&str, Urgency); 4] = [
    ("thuong", Urgency::Normal),
    ("khan", Urgency::Khan),
    ("thuong-khan", Urgency::ThuongKhan),
    ("hoa-toc", Urgency::HoaToc),
];

/// The words of the field `circulation`.
pub(super) const CIRCULATIONS: [(&str, Circulation); 3] = [
    ("khong", Circulation::Free),
    ("tra-lai", Circulation::Return),
    ("noi-bo", Circulation::Internal),
];

impl AnnexSheet {
    fn take(&mut self, name: &str, text: String) {
        if name == "attached" {
            self.attached = true;
        } else {
            self.body.take(name, text);
        }
    }
}

impl Sheet {
    /// The fields of a draft.
    pub fn of(draft: &Draft) -> Self {
        let urgency = URGENCIES
            .iter()
            .find(|(_, urgency)| *urgency == draft.urgency)
            .map_or("", |(word, _)| word);
        let circulation = CIRCULATIONS
            .iter()
            .find(|(_, circulation)| *circulation == draft.circulation)
            .map_or("", |(word, _)| word);
        Self {
            single: [
                draft.subject.clone(),
                draft.place.clone(),
                draft.authority_line.clone(),
                draft.signer.title_lines.join("\n"),
                draft.signer.name.clone(),
                draft.addressed_to.join("\n"),
                draft
                    .expected_month
                    .map(|at| format!("{:02}/{}", at.month, at.year))
                    .unwrap_or_default(),
                urgency.to_owned(),
                circulation.to_owned(),
                draft.drafter_mark.clone(),
                draft.contact.join("\n"),
            ],
            bases: draft.legal_basis.clone(),
            body: Blocks::of(&draft.body),
            lines: draft
                .distribution
                .iter()
                .map(|line| line.text().to_owned())
                .collect(),
            annexes: draft
                .annexes
                .iter()
                .map(|annex| AnnexSheet {
                    title: annex.title.clone(),
                    attached: annex.attached,
                    body: Blocks::of(&annex.body),
                })
                .collect(),
            ..Self::default()
        }
    }

    /// The fields as they were sent; their order is the order of the page.
    pub fn sent(pairs: &Pairs) -> Self {
        let mut sheet = Self::default();
        for (name, text) in pairs {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            if let Some(n) = SINGLE.iter().position(|single| *single == name) {
                sheet.single[n] = text;
                continue;
            }
            match name.as_str() {
                "distribution" => sheet.lines.extend(text.lines().map(str::to_owned)),
                "new_basis" => sheet.new_basis = text,
                "new_line" => sheet.new_line = text,
                _ => sheet.take(name, text),
            }
        }
        sheet
    }

    /// A field of which there are several.
    fn take(&mut self, name: &str, text: String) {
        match name.split_once('.') {
            Some(("legal_basis", _)) => self.bases.push(text),
            // As typing was kept when every line had its field.
            Some(("line", _)) => self.lines.push(text),
            Some(("annex", place)) => match place.split_once('.') {
                None => self.annexes.push(AnnexSheet {
                    title: text,
                    ..AnnexSheet::default()
                }),
                Some((_, name)) => {
                    if let Some(annex) = self.annexes.last_mut() {
                        annex.take(name, text);
                    }
                }
            },
            _ => self.body.take(name, text),
        }
    }

    /// Puts what was chosen beside the lists into them: a basis before the proposal, which comes last, a line before the
    /// archive line. Whether a basis was chosen.
    pub fn take_chosen(&mut self) -> bool {
        let basis = tidy(&std::mem::take(&mut self.new_basis));
        let line = tidy(&std::mem::take(&mut self.new_line));
        if !basis.is_empty() {
            let proposal = self
                .bases
                .last()
                .is_some_and(|last| folded(last).contains("đề nghị"));
            let end = if basis.ends_with([';', '.']) { "" } else { ";" };
            let at = self.bases.len() - usize::from(proposal);
            self.bases.insert(at, format!("{basis}{end}"));
        }
        if !line.is_empty() {
            let archive = self.lines.iter().rposition(|text| {
                folded(text)
                    .trim_start_matches(['-', ' '])
                    .starts_with("lưu")
            });
            self.lines.insert(archive.unwrap_or(self.lines.len()), line);
        }
        !basis.is_empty()
    }

    /// The draft that the fields describe; empty fields are left out, what has no field is kept from `base`.
    pub fn draft(&self, base: &Draft) -> Draft {
        let [
            subject,
            place,
            authority_line,
            signer_title,
            signer_name,
            addressed_to,
            month,
            urgency,
            circulation,
            drafter_mark,
            contact,
        ] = &self.single;
        let filled = |texts: &[String]| {
            texts
                .iter()
                .map(|text| tidy(text))
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
        };
        Draft {
            subject: tidy(subject),
            place: tidy(place),
            authority_line: tidy(authority_line),
            addressed_to: addressed_to
                .lines()
                .map(|name| tidy(name.trim_start_matches(['-', '–', ' '])))
                .map(|name| name.trim_end_matches([';', '.']).to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
            expected_month: read_month(month),
            urgency: URGENCIES
                .iter()
                .find(|(word, _)| word == urgency)
                .map_or(base.urgency, |(_, urgency)| *urgency),
            circulation: CIRCULATIONS
                .iter()
                .find(|(word, _)| word == circulation)
                .map_or(base.circulation, |(_, circulation)| *circulation),
            drafter_mark: tidy(drafter_mark),
            contact: contact
                .lines()
                .map(tidy)
                .filter(|line| !line.is_empty())
                .collect(),
            legal_basis: filled(&self.bases),
            body: self.body.blocks(&mut Counter::default()),
            distribution: self
                .lines
                .iter()
                .flat_map(|text| lines(text, base))
                .collect(),
            signer: signer(signer_title, signer_name, &base.signer),
            annexes: self.annexes(base),
            ..base.clone()
        }
    }

    /// One annex needs no number, several have Roman ones; those that were there keep theirs.
    fn annexes(&self, base: &Draft) -> Vec<Annex> {
        let mut annexes: Vec<Annex> = self
            .annexes
            .iter()
            .map(|annex| Annex {
                label: String::new(),
                title: tidy(&annex.title),
                attached: annex.attached,
                body: annex.body.blocks(&mut Counter::default()),
            })
            .filter(|annex| !annex.title.is_empty() || !annex.body.is_empty())
            .collect();
        let attached = |annexes: &[Annex]| {
            annexes
                .iter()
                .map(|annex| annex.attached)
                .collect::<Vec<_>>()
        };
        let known = attached(&base.annexes) == attached(&annexes);
        let numbered = annexes.iter().filter(|annex| !annex.attached).count() > 1;
        let mut number = 0;
        for (n, annex) in annexes.iter_mut().enumerate() {
            number += usize::from(!annex.attached);
            if known {
                annex.label.clone_from(&base.annexes[n].label);
            } else if numbered && !annex.attached {
                annex.label = format!("Phụ lục {}", roman(number));
            }
        }
        annexes
    }

    /// Refuses what a field cannot say, at that field; nothing typed is thrown away for it.
    pub fn check(&self) -> Outcome<()> {
        let month = &self.single[6];
        if month.trim().is_empty() || read_month(month).is_some() {
            return Ok(());
        }
        Err(Fault::invalid(
            "month",
            "Ghi tháng và năm dạng 03/2023, hoặc để trống.",
            "Enter month and year as 03/2023, or leave it empty.",
        ))
    }

    /// Puts a signer into the fields.
    pub fn sign_by(&mut self, signer: &Signer) {
        self.single[3] = signer.title_lines.join("\n");
        self.single[4].clone_from(&signer.name);
    }

    /// Does what a button asks for: `up:`, `down:`, `remove:` with a field's name, `add:` with a list's or an article's.
    /// False where it means nothing.
    pub fn change(&mut self, verb: &str, doc_type: DocType) -> bool {
        let Some((verb, name)) = verb.split_once(':') else {
            return false;
        };
        if verb == "add" {
            return self.add(name, doc_type);
        }
        let place = |rest: &str| rest.parse::<usize>().ok();
        match name.split_once('.') {
            Some(("legal_basis", n)) => place(n).is_some_and(|n| moved(&mut self.bases, verb, n)),
            Some(("annex", rest)) => match rest.split_once('.') {
                None => place(rest).is_some_and(|n| moved(&mut self.annexes, verb, n)),
                Some((n, name)) => self.annex(n).is_some_and(|body| body.change(verb, name)),
            },
            _ => self.body.change(verb, name),
        }
    }

    fn annex(&mut self, n: &str) -> Option<&mut Blocks> {
        let annex = self.annexes.get_mut(n.parse::<usize>().ok()?)?;
        Some(&mut annex.body)
    }

    fn add(&mut self, name: &str, doc_type: DocType) -> bool {
        match name {
            "legal_basis" => self.bases.push(String::new()),
            "annex" => self.annexes.push(AnnexSheet::default()),
            // Before the annexes, as it is printed.
            "attached" => self.annexes.insert(
                0,
                AnnexSheet {
                    attached: true,
                    ..AnnexSheet::default()
                },
            ),
            // The part that the type is mostly made of.
            "part" => {
                let article = doc_type == DocType::QD || self.body.has_articles();
                return self.body.add(if article { "article" } else { "paragraph" });
            }
            _ => match name
                .strip_prefix("annex.")
                .and_then(|rest| rest.split_once('.'))
            {
                Some((n, kind)) => return self.annex(n).is_some_and(|body| body.add(kind)),
                None => return self.body.add(name),
            },
        }
        true
    }

    /// The form with every text in its field.
    pub fn form(&self, action: &str, version: &str) -> Form {
        let mut form = Form::new(action, "", version);
        for (name, text) in SINGLE.iter().zip(&self.single) {
            form.set(name, text.as_str());
        }
        for (n, text) in self.bases.iter().enumerate() {
            form.set(&format!("legal_basis.{n}"), text.as_str());
        }
        form.set("distribution", self.lines.join("\n"));
        form.set("new_basis", self.new_basis.as_str());
        form.set("new_line", self.new_line.as_str());
        self.body.fill(&mut form, "");
        for (n, annex) in self.annexes.iter().enumerate() {
            form.set(&format!("annex.{n}"), annex.title.as_str());
            if annex.attached {
                form.set(&format!("annex.{n}.attached"), "1");
            }
            annex.body.fill(&mut form, &format!("annex.{n}."));
        }
        form
    }

    pub fn legal_basis(&self, lang: Lang) -> Vec<PartField> {
        let label = |n: usize| {
            said(
                lang,
                format!("Căn cứ {}", n + 1),
                format!("Basis {}", n + 1),
            )
        };
        (0..self.bases.len())
            .map(|n| part(format!("legal_basis.{n}"), label(n), n, self.bases.len()))
            .collect()
    }

    pub fn articles(&self, lang: Lang) -> Vec<ArticleFields> {
        self.body.fields("", "", lang)
    }

    pub fn annex_fields(&self, lang: Lang) -> Vec<AnnexFields> {
        let count = self.annexes.len();
        self.annexes
            .iter()
            .enumerate()
            .map(|(n, annex)| {
                let number = roman(n + 1);
                let label = if annex.attached {
                    said(lang, "Văn bản kèm theo", "Attached text")
                } else {
                    said(lang, format!("Phụ lục {number}"), format!("Annex {number}"))
                };
                AnnexFields {
                    parts: annex
                        .body
                        .fields(&format!("annex.{n}."), &format!("{label}, "), lang),
                    prefix: format!("annex.{n}."),
                    attached: annex.attached,
                    title: part(format!("annex.{n}"), label, n, count),
                }
            })
            .collect()
    }

    /// The field in which a place of the checker stands (`Điều 1 khoản 3`, `căn cứ 2`); empty where none does.
    pub fn field_at(&self, place: &str) -> String {
        let mut places = vec![("trích yếu".to_owned(), "subject".to_owned())];
        places.extend(
            (0..self.bases.len())
                .map(|n| (format!("căn cứ {}", n + 1), format!("legal_basis.{n}"))),
        );
        places.push(("Nơi nhận".to_owned(), "distribution".to_owned()));
        places.extend(self.body.places());
        let holds = |known: &str| {
            // `Điều 1` is not the place of `Điều 12`.
            place
                .match_indices(known)
                .any(|(at, _)| !place[at + known.len()..].starts_with(|c: char| c.is_ascii_digit()))
        };
        let best = places
            .into_iter()
            .filter(|(known, _)| holds(known))
            .max_by_key(|(known, _)| known.len());
        best.map(|(_, name)| name).unwrap_or_default()
    }
}

/// `3/2023`
fn read_month(typed: &str) -> Option<MonthYear> {
    let (month, year) = typed.trim().split_once('/')?;
    let (month, year) = (month.trim().parse().ok()?, year.trim().parse().ok()?);
    ((1..=12).contains(&month) && (2000..=2100).contains(&year))
        .then_some(MonthYear { month, year })
}

/// Annexes are few; beyond thirty-nine the numbers would need further signs.
fn roman(n: usize) -> String {
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    format!("{}{}", "X".repeat(n / 10), ONES[n % 10])
}

pub(super) fn part(name: String, label: String, n: usize, count: usize) -> PartField {
    PartField {
        name,
        label,
        first: n == 0,
        last: n + 1 == count,
    }
}

fn moved<T>(list: &mut Vec<T>, verb: &str, n: usize) -> bool {
    match verb {
        "up" if n > 0 && n < list.len() => list.swap(n - 1, n),
        "down" if n + 1 < list.len() => list.swap(n, n + 1),
        "remove" if n < list.len() => drop(list.remove(n)),
        _ => return false,
    }
    true
}
