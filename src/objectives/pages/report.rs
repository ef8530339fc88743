//! A unit's report: its form, and the page on which the head approves it.

use std::collections::BTreeMap;

use axum::extract::{Form as Body, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::{Pairs, cell, document_link, range, said};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::objectives::asked::Asked;
use crate::objectives::find::{self, Indicator};
use crate::objectives::input::{Problem, Strictness, Typed, day};
use crate::objectives::report::{self, Answer, ReportInput, is_late, problems, sent_at};
use crate::objectives::rows::{report_evidence, report_period, report_value, unit_report};
use crate::objectives::sums::{self, Cell};
use crate::objectives::verdict::{Sum, Verdict, grouped};
use crate::objectives::{evidence, input, plausible, state};
use crate::people::may::{self, TaskRight};
use crate::people::session::{Session, done, failed, field_error};
use crate::people::{Unit, find as people_find};
use crate::web::format::when;
use crate::web::views::objectives::{
    IndicatorInput, ReportForm, ReportRow, ReportShow, ResultCell,
};
use crate::web::views::shared::{Mark, Tone};
use crate::web::{Form, Link, WebError, html, refused};

/// `/bao-cao/{id}`: the form for the reporter, the report for everybody else.
///
/// # Errors
/// The page of the fault.
pub async fn report_page(Path(id): Path<Uuid>, session: Session) -> Result<Response, WebError> {
    let about = About::load(&session, id)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    if about.may_write(&session) {
        return Ok(html(&about.form_view(&session, about.stored_form())));
    }
    Ok(html(&about.show_view(
        &session,
        about.plain_form("/duyet"),
        about.plain_form(""),
    )))
}

/// `POST /bao-cao/{id}`: `do` is `send`, `keep`, `correct`, or `evidence` and `import`, which keep and go on to another page.
///
/// # Errors
/// The page of the fault.
pub async fn save_report(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/bao-cao/{id}");
    let about = About::load(&session, id)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let mut form = Form::sent(&here, pairs);
    match form.value("do") {
        "correct" => {
            let reason = form.value("reason").to_owned();
            match report::correct_report(&session.app, &session.actor, id, reason).await {
                Ok(()) => Ok(done(
                    &here,
                    &said(session.lang, "Đã mở bản sửa.", "A correction is open."),
                )),
                Err(fault) => {
                    let refusal = field_error(fault, &here)?;
                    form.refuse(
                        refusal.field.as_deref().unwrap_or("reason"),
                        said(session.lang, refusal.vi, refusal.en),
                    );
                    Ok(refused(html(&about.show_view(
                        &session,
                        about.plain_form("/duyet"),
                        form,
                    ))))
                }
            }
        }
        "keep" => about.sent(&session, form, Strictness::Draft, "").await,
        "evidence" => {
            about
                .sent(&session, form, Strictness::Draft, "/minh-chung")
                .await
        }
        "import" => about.sent(&session, form, Strictness::Draft, "/nhap").await,
        _ => about.sent(&session, form, Strictness::Complete, "").await,
    }
}

/// `POST /bao-cao/{id}/duyet`: `do` is `approve` or `back`.
///
/// # Errors
/// The page of the fault.
pub async fn approve_report(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/bao-cao/{id}");
    let mut form = Form::sent(&format!("{here}/duyet"), pairs);
    let (answer, flash) = match form.value("do") {
        "back" => (
            Answer::Back(form.value("remark").to_owned()),
            said(
                session.lang,
                "Đã trả lại báo cáo.",
                "The report was sent back.",
            ),
        ),
        _ => (
            Answer::Approve,
            said(session.lang, "Đã duyệt báo cáo.", "The report is approved."),
        ),
    };
    match report::approve_report(&session.app, &session.actor, id, answer).await {
        Ok(()) => Ok(done(&here, &flash)),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            let about = About::load(&session, id)
                .await
                .map_err(|fault| failed(fault, "/muc-tieu"))?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("remark"),
                said(session.lang, refusal.vi, refusal.en),
            );
            let view = about.show_view(&session, form, about.plain_form(""));
            Ok(refused(html(&view)))
        }
    }
}

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

    /// Reads the form and keeps or sends it, then goes on to a page below; with problems the form comes back with all of them.
    async fn sent(
        &self,
        session: &Session,
        mut form: Form,
        strictness: Strictness,
        then: &str,
    ) -> Result<Response, WebError> {
        let here = format!("/bao-cao/{}", self.report.id);
        let values = self.typed(&form);
        let asked = (&self.asked, &self.unit);
        let mut found = problems(&self.indicators, asked, &values, strictness);
        if found.is_empty() && strictness == Strictness::Complete {
            found = self.doubts(&form, &values);
        }
        for problem in found {
            form.refuse(&problem.field, said(session.lang, problem.vi, problem.en));
        }
        if form.is_refused() {
            return Ok(refused(html(&self.form_view(session, form))));
        }
        let input = ReportInput {
            seen_revision: form.version.parse().unwrap_or(-1),
            values,
            remark: form.value("remark").to_owned(),
        };
        let (result, flash) = match strictness {
            Strictness::Draft => (
                report::save_report(&session.app, &session.actor, self.report.id, input).await,
                said(session.lang, "Đã lưu, chưa gửi.", "Kept, not sent yet."),
            ),
            Strictness::Complete => (
                report::submit_report(&session.app, &session.actor, self.report.id, input).await,
                said(
                    session.lang,
                    "Đã gửi lãnh đạo đơn vị duyệt.",
                    "Sent to the unit's head.",
                ),
            ),
        };
        match result {
            Ok(()) => Ok(done(&format!("{here}{then}"), &flash)),
            Err(Fault::Refused(refusal)) => {
                let status = match refusal.kind {
                    RefusalKind::Stale => StatusCode::CONFLICT,
                    RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                form.refuse(
                    refusal.field.as_deref().unwrap_or("remark"),
                    said(session.lang, refusal.vi, refusal.en),
                );
                // Somebody else's numbers stand beside what was typed, and the next press is made knowingly.
                let now = Self::load(session, self.report.id)
                    .await
                    .map_err(|fault| failed(fault, &here))?;
                form.version = now.report.revision.to_string();
                let page = html(&now.form_view(session, form));
                Ok((status, page).into_response())
            }
            Err(fault) => Err(failed(fault, &here)),
        }
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

    fn plain_form(&self, rest: &str) -> Form {
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

    fn form_view(&self, session: &Session, form: Form) -> ReportForm {
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
            due: when(self.period.due_at, session.now, &self.calendar, lang),
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

    fn show_view(&self, session: &Session, approve: Form, correct: Form) -> ReportShow {
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
            when(self.period.due_at, session.now, &self.calendar, lang).at,
        )];
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
