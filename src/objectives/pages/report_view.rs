//! What the pages of a unit's report show: the form for its reporter, the report for everybody else.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{cell, document_link, range, said};
use crate::documents::{self, Document};
use crate::fault::Outcome;
use crate::objectives::asked::Asked;
use crate::objectives::find::{self, Indicator};
use crate::objectives::input::{Problem, Strictness, Typed, day};
use crate::objectives::report::{self, due, is_late, sent_at};
use crate::objectives::rows::{report_evidence, report_period, report_value, unit_report};
use crate::objectives::sums::{self, Cell};
use crate::objectives::verdict::{Sum, Verdict, grouped};
use crate::objectives::{evidence, input, plausible, state};
use crate::people::may::{self, TaskRight};
use crate::people::session::Session;
use crate::people::{Unit, find as people_find};
use crate::web::format::when;
use crate::web::views::objectives::{
    IndicatorInput, ReportForm, ReportRow, ReportShow, ResultCell,
};
use crate::web::views::shared::{Mark, Tone};
use crate::web::{Form, Link};

/// What the pages of a report are made from.
pub(super) struct About {
    pub(super) report: unit_report::Model,
    pub(super) period: report_period::Model,
    document: Document,
    unit: Unit,
    pub(super) indicators: Vec<Indicator>,
    asked: Asked,
    values: BTreeMap<Uuid, report_value::Model>,
    /// The unit's approved values of the period before.
    previous: BTreeMap<Uuid, report_value::Model>,
    /// The unit's sums over the periods before this one.
    before: BTreeMap<(Uuid, Uuid), Cell>,
    calendar: trinhky_calendar::Calendar,
    /// Files behind the numbers of the shown version.
    files: Vec<report_evidence::Model>,
}

impl About {
    pub(super) async fn load(session: &Session, id: Uuid) -> Outcome<Self> {
        let db = session.app.store.reader();
        let report = find::visible_report(db, &session.actor, id).await?;
        let document = documents::find::document(db, report.document_id).await?;
        let periods = find::periods(db, report.document_id).await?;
        let at = periods
            .iter()
            .position(|period| period.id == report.period_id)
            .unwrap_or_default();
        let earlier: Vec<Uuid> = periods[..at].iter().map(|period| period.id).collect();
        let mut previous = BTreeMap::new();
        if let Some(period) = earlier.last()
            && let Some(last) = find::report_of(db, *period, report.unit_id).await?
        {
            previous = find::values(db, last.id, last.approved_version).await?;
        }
        let indicators = find::indicators(db, report.document_id).await?;
        Ok(Self {
            asked: Asked::of(db, &indicators).await?,
            indicators,
            period: find::period(db, report.period_id).await?,
            unit: people_find::unit(db, report.unit_id, session.today()).await?,
            values: find::values(db, report.id, report.version).await?,
            before: sums::cells(db, &earlier).await?,
            calendar: people_find::calendar(db, report.org_id).await?,
            files: evidence::of_version(db, report.id, report.version).await?,
            previous,
            document,
            report,
        })
    }

    fn may(&self, session: &Session, role: &str) -> bool {
        may::do_task(
            &session.actor,
            &TaskRight {
                role,
                doc_type: &self.document.row.doc_type,
                org_id: self.report.org_id,
                owner_id: self.document.row.owner_id,
                unit_id: Some(self.report.unit_id),
                person_id: None,
            },
        )
    }

    fn is_closed(&self) -> bool {
        self.document.row.state == documents::state::CLOSED
    }

    pub(super) fn may_write(&self, session: &Session) -> bool {
        self.report.state == state::DRAFT && !self.is_closed() && self.may(session, "reporter")
    }

    /// Everything that is wrong with what was typed; of a whole report that has no fault, what nobody would expect.
    pub(super) fn problems(
        &self,
        form: &Form,
        values: &[Typed],
        strictness: Strictness,
    ) -> Vec<Problem> {
        let asked = (&self.asked, &self.unit);
        let found = report::problems(&self.indicators, asked, values, strictness);
        if found.is_empty() && strictness == Strictness::Complete {
            return self.doubts(form, values);
        }
        found
    }

    /// What looks like a slip against the period before and was not confirmed by its box.
    fn doubts(&self, form: &Form, values: &[Typed]) -> Vec<Problem> {
        self.indicators
            .iter()
            .filter(|indicator| !form.chosen(&format!("sure.{}", indicator.code), "1"))
            .filter_map(|indicator| self.doubt(indicator, values))
            .collect()
    }

    /// What looks like a slip in the numbers of one indicator.
    fn doubt(&self, indicator: &Indicator, values: &[Typed]) -> Option<Problem> {
        let typed = values.iter().find(|typed| typed.code == indicator.code)?;
        let applies = self.asked.applies(indicator, &self.unit);
        let value = input::read(indicator, typed, applies, Strictness::Complete).ok()?;
        plausible::doubt(indicator, &value, self.last(indicator).as_ref())
    }

    /// The unit's approved counts of the period before.
    fn last(&self, indicator: &Indicator) -> Option<Sum> {
        self.previous.get(&indicator.id).map(|last| Sum {
            numerator: last.numerator.unwrap_or_default(),
            denominator: last.denominator.unwrap_or_default(),
            reports: 1,
        })
    }

    pub(super) fn typed(&self, form: &Form) -> Vec<Typed> {
        self.indicators
            .iter()
            .map(|indicator| {
                let field =
                    |name: &str| form.value(&format!("{name}.{}", indicator.code)).to_owned();
                Typed {
                    code: indicator.code.clone(),
                    numerator: field("num"),
                    denominator: field("den"),
                    nothing_arose: form.chosen(&format!("none.{}", indicator.code), "1"),
                    cause: field("cause"),
                    measure: field("measure"),
                    owner: field("owner"),
                    measure_due: field("by"),
                }
            })
            .collect()
    }

    pub(super) fn plain_form(&self, rest: &str) -> Form {
        Form::new(
            &format!("/bao-cao/{}{rest}", self.report.id),
            "",
            &self.report.revision.to_string(),
        )
    }

    /// The form with what is stored; an indicator that is not asked of the unit begins as "nothing arose".
    pub(super) fn stored_form(&self) -> Form {
        let mut form = self.plain_form("");
        for indicator in &self.indicators {
            let name = |field: &str| format!("{field}.{}", indicator.code);
            let Some(value) = self.values.get(&indicator.id) else {
                if !self.asked.applies(indicator, &self.unit) {
                    form.set(&name("none"), "1");
                }
                continue;
            };
            if value.nothing_arose {
                form.set(&name("none"), "1");
            } else {
                for (field, number) in [("num", value.numerator), ("den", value.denominator)] {
                    form.set(
                        &name(field),
                        number
                            .map(|number| grouped(i128::from(number)))
                            .unwrap_or_default(),
                    );
                }
            }
            for (field, text) in [
                ("cause", &value.cause),
                ("measure", &value.measure),
                ("owner", &value.owner),
                ("by", &value.measure_due),
            ] {
                form.set(&name(field), text.as_str());
            }
        }
        form.set("remark", self.report.remark.as_str());
        form
    }

    pub(super) fn form_view(&self, session: &Session, form: Form) -> ReportForm {
        let lang = session.lang;
        let typed = self.typed(&form);
        let indicators = self
            .indicators
            .iter()
            .zip(&typed)
            .map(|(indicator, typed)| self.input(session, &form, indicator, typed));
        let indicators = indicators.collect();
        let returned = (!self.report.returned.is_empty()).then(|| {
            said(
                lang,
                format!("Lãnh đạo đơn vị trả lại: {}", self.report.returned),
                format!("Sent back by the unit's head: {}", self.report.returned),
            )
        });
        let correction = (self.report.approved_version > 0).then(|| {
            said(
                lang,
                "Bản sửa: bản đã duyệt vẫn được tính cho đến khi bản này được duyệt.",
                "A correction: the approved version counts until this one is approved.",
            )
        });
        ReportForm {
            page: session.page(&said(
                lang,
                format!("Báo cáo Mục tiêu chất lượng {}", self.period.name),
                format!("Report on the objectives, {}", self.period.name),
            )),
            unit: self.unit.name.clone(),
            range: range(&self.period),
            due: when(
                due(&self.report, &self.period),
                session.now,
                &self.calendar,
                lang,
            ),
            document: document_link(&self.document),
            autosave: format!("bao-cao-{}", self.report.id),
            form,
            indicators,
            then: said(
                lang,
                "Lãnh đạo đơn vị duyệt rồi Văn phòng tổng hợp; báo cáo muộn vẫn nhận và ghi số ngày muộn.",
                "The unit's head approves, then the Office consolidates; a late report is taken and marked.",
            ),
            sent: returned.or(correction),
            evidence: self.evidence(),
        }
    }

    fn input(
        &self,
        session: &Session,
        form: &Form,
        indicator: &Indicator,
        typed: &Typed,
    ) -> IndicatorInput {
        let count = |text: &str| input::count(text).ok().flatten();
        let entered = count(&typed.numerator)
            .zip(count(&typed.denominator).or(indicator.target.is_count.then_some(0)));
        let result = entered
            .filter(|(_, denominator)| indicator.target.is_count || *denominator > 0)
            .map(|(numerator, denominator)| {
                let sum = Sum {
                    numerator,
                    denominator,
                    reports: 1,
                };
                cell(
                    &sum,
                    &indicator.target,
                    sum.verdict(&indicator.target),
                    session.lang,
                    None,
                )
            });
        let misses = result
            .as_ref()
            .is_some_and(|result| result.mark.tone == Tone::Failed);
        let wrong = ["cause", "measure", "owner", "by"]
            .iter()
            .any(|field| form.error(&format!("{field}.{}", indicator.code)).is_some());
        IndicatorInput {
            code: indicator.code.clone(),
            name: format!("{}. {}", indicator.label(), indicator.name),
            target: indicator.target.shown(),
            numerator: indicator.numerator.clone(),
            denominator: if indicator.target.is_count {
                String::new()
            } else {
                indicator.denominator.clone()
            },
            previous: self.previously(session, indicator),
            stored: self.stored_instead(session, form, indicator),
            not_asked: !self.asked.applies(indicator, &self.unit),
            asks_sure: self.is_doubted(form, indicator),
            result,
            asks_cause: misses || wrong,
        }
    }

    /// What stands in the database where it differs from what is typed: `đã lưu: 233/402`.
    fn stored_instead(&self, session: &Session, form: &Form, indicator: &Indicator) -> String {
        let Some(value) = self.values.get(&indicator.id) else {
            return String::new();
        };
        let typed = |field: &str| {
            input::count(form.value(&format!("{field}.{}", indicator.code)))
                .ok()
                .flatten()
        };
        let none = form.chosen(&format!("none.{}", indicator.code), "1");
        let same = (value.nothing_arose && none)
            || (typed("num") == value.numerator
                && (indicator.target.is_count || typed("den") == value.denominator));
        if same {
            return String::new();
        }
        let words = if value.nothing_arose {
            Mark::nothing_arose(session.lang).word
        } else {
            let written = |number: Option<i64>| {
                number.map_or("–".to_owned(), |number| grouped(i128::from(number)))
            };
            let denominator = written(value.denominator);
            match indicator.target.is_count {
                true => written(value.numerator),
                false => format!("{}/{denominator}", written(value.numerator)),
            }
        };
        said(
            session.lang,
            format!("đang lưu: {words}"),
            format!("stored: {words}"),
        )
    }

    /// Whether the numbers were asked about, so that the box to confirm them is shown.
    fn is_doubted(&self, form: &Form, indicator: &Indicator) -> bool {
        form.is_refused() && self.doubt(indicator, &self.typed(form)).is_some()
    }

    /// `kỳ trước 398/405 (98,27%); lũy kế các kỳ trước 810/823 (98,42%)`.
    fn previously(&self, session: &Session, indicator: &Indicator) -> String {
        let target = &indicator.target;
        let written = |sum: Sum| match sum.verdict(target) {
            Verdict::NotApplicable | Verdict::InProgress => Mark::nothing_arose(session.lang).word,
            _ if target.is_count => sum.shown(target),
            _ => format!("{} ({})", sum.fraction(target), sum.shown(target)),
        };
        let Some(last) = self.last(indicator) else {
            return String::new();
        };
        let mut text = said(
            session.lang,
            format!("kỳ trước {}", written(last)),
            format!("last period {}", written(last)),
        );
        if let Some(sum) = self
            .before
            .get(&(self.unit.id, indicator.id))
            .map(Cell::sum)
            .filter(|sum| sum.reports > 1)
        {
            text.push_str(&said(
                session.lang,
                format!("; lũy kế các kỳ trước {}", written(sum)),
                format!("; year before this period {}", written(sum)),
            ));
        }
        text
    }

    pub(super) fn show_view(&self, session: &Session, approve: Form, correct: Form) -> ReportShow {
        let lang = session.lang;
        let may_approve =
            self.report.state == state::SUBMITTED && self.may(session, "report_approver");
        let may_correct = self.report.state == state::APPROVED
            && !self.is_closed()
            && self.may(session, "reporter");
        ReportShow {
            page: session.page(&said(
                lang,
                format!("Báo cáo Mục tiêu chất lượng {}", self.period.name),
                format!("Report on the objectives, {}", self.period.name),
            )),
            unit: self.unit.name.clone(),
            range: range(&self.period),
            document: document_link(&self.document),
            state: self.state_mark(session),
            facts: self.facts(session),
            rows: self
                .indicators
                .iter()
                .map(|indicator| self.row(session, indicator))
                .collect(),
            remark: self.report.remark.clone(),
            evidence: self.evidence(),
            approve: may_approve.then_some(approve),
            correct: may_correct.then_some(correct),
        }
    }

    /// The files with where to read them.
    fn evidence(&self) -> Vec<Link> {
        self.files
            .iter()
            .map(|file| {
                let label = self
                    .indicators
                    .iter()
                    .find(|indicator| Some(indicator.id) == file.indicator_id)
                    .map(|indicator| format!("{}: ", indicator.label()))
                    .unwrap_or_default();
                Link::new(
                    &format!("/bao-cao/{}/minh-chung/{}", self.report.id, file.id),
                    &format!("{label}{}", file.name),
                )
            })
            .collect()
    }

    fn state_mark(&self, session: &Session) -> Mark {
        let lang = session.lang;
        match self.report.state.as_str() {
            state::APPROVED => Mark::new(Tone::Done, said(lang, "Đã duyệt", "Approved")),
            state::SUBMITTED => Mark::new(
                Tone::Waiting,
                said(lang, "Chờ lãnh đạo đơn vị duyệt", "With the unit's head"),
            ),
            _ if self.report.approved_version > 0 => {
                Mark::new(Tone::Waiting, said(lang, "Đang sửa", "Being corrected"))
            }
            _ if is_late(&self.report, &self.period, session.now) => Mark::new(
                Tone::Late,
                said(lang, "Chưa báo cáo, quá hạn", "Not reported, overdue"),
            ),
            _ => Mark::not_reported(lang),
        }
    }

    fn facts(&self, session: &Session) -> Vec<(String, String)> {
        let lang = session.lang;
        let mut facts = vec![(
            said(lang, "Hạn", "Due"),
            when(
                due(&self.report, &self.period),
                session.now,
                &self.calendar,
                lang,
            )
            .at,
        )];
        if self.report.extended_due.is_some() {
            facts.push((
                said(lang, "Hạn của kỳ", "Due for the others"),
                when(self.period.due_at, session.now, &self.calendar, lang).at,
            ));
        }
        if let Some(at) = self.report.submitted_at {
            let mut text = format!("{}, {}", sent_at(at), self.report.submitted_by);
            if is_late(&self.report, &self.period, session.now) {
                let days = self.report.late_days;
                text.push_str(&said(
                    lang,
                    format!(", muộn {days} ngày làm việc"),
                    format!(", {days} working days late"),
                ));
            }
            facts.push((said(lang, "Gửi", "Sent"), text));
        }
        if let Some(at) = self.report.approved_at {
            facts.push((
                said(lang, "Duyệt", "Approved"),
                format!("{}, {}", sent_at(at), self.report.approved_by),
            ));
        }
        facts.push((
            said(lang, "Bản", "Version"),
            self.report.version.to_string(),
        ));
        facts
    }

    fn row(&self, session: &Session, indicator: &Indicator) -> ReportRow {
        let target = &indicator.target;
        let value = self.values.get(&indicator.id);
        let sum = value.map(|value| Sum {
            numerator: value.numerator.unwrap_or_default(),
            denominator: value.denominator.unwrap_or_default(),
            reports: 1,
        });
        let nothing = value.is_some_and(|value| value.nothing_arose);
        let result = match sum {
            Some(_) if nothing => ResultCell {
                mark: Mark::nothing_arose(session.lang),
                ..ResultCell::default()
            },
            Some(sum) => cell(&sum, target, sum.verdict(target), session.lang, None),
            None => ResultCell {
                mark: Mark::not_reported(session.lang),
                ..ResultCell::default()
            },
        };
        let before = self
            .before
            .get(&(self.unit.id, indicator.id))
            .map(Cell::sum)
            .unwrap_or_default();
        let year = before.plus(sum.unwrap_or_default());
        let text =
            |pick: fn(&report_value::Model) -> &str| value.map(pick).unwrap_or_default().to_owned();
        let due = text(|value| &value.measure_due);
        let due = day(&due).map_or(due, trinhky_calendar::vn_date);
        let measure = [
            text(|value| &value.measure),
            text(|value| &value.owner),
            due,
        ];
        ReportRow {
            name: format!("{}. {}", indicator.label(), indicator.name),
            target: target.shown(),
            result,
            year: year.shown(target),
            cause: text(|value| &value.cause),
            measure: measure
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("; "),
        }
    }
}
