//! Puts questions to a fit and collects the answers.

use std::path::Path;

use super::curves::curves;
use super::questions::Questions;
use crate::error::Error;
use crate::planning::{
    self, Answer, BoundHit, ChannelCurve, Defaults, FrontierPoint, FutureWeeks, Goal, Margin, MediaModel,
    Names, PlacedQuestion, PlanRequest, Question, RawQuestion, RequestError, RequestErrors, Slot,
};
use crate::report::{Fit, Horizon, RoiUnit, ScenarioReport};
use crate::store::read_media;

/// Answers questions to the fit in an output directory, or beside its `fit.json`.
///
/// # Errors
/// A fit that cannot be read, questions that cannot be understood, plans that cannot be.
pub fn ask(fit: &Path, questions: &Questions) -> Result<ScenarioReport, Error> {
    ask_of((fit, &Fit::read(fit)?), questions)
}

/// The same of a fit that was read from `path`.
///
/// # Errors
/// As [`ask`].
pub fn ask_of((path, fit): (&Path, &Fit), questions: &Questions) -> Result<ScenarioReport, Error> {
    let named = match &questions.file {
        Some(file) => planning::read_questions(file)?,
        None => Vec::new(),
    };
    let names = Names::new(fit.paid_channels().collect(), &fit.run.data.geo_names);
    Asker { path, fit, names, questions }.ask(&named)
}

/// A fit and what is asked of it.
struct Asker<'a> {
    path: &'a Path,
    fit: &'a Fit,
    names: Names<'a>,
    questions: &'a Questions,
}

/// Everything read and checked: the questions, and what answers them.
struct Ready<'q> {
    named: Vec<(&'q str, Question)>,
    /// The plan of one's own.
    own: Question,
    /// Limits, goal and risk of what is asked beside plans.
    beside: PlacedQuestion,
    slots: Vec<Slot>,
    spend: Vec<f64>,
    curves: Vec<ChannelCurve>,
    model: Option<MediaModel>,
}

impl Asker<'_> {
    /// Answers everything.
    fn ask(&self, named: &[(String, RawQuestion)]) -> Result<ScenarioReport, Error> {
        let mut report = ScenarioReport::new(self.fit, Horizon::of(self.fit, self.questions.weeks()));
        report.note_unspent(self.fit);
        let ready = self.prepare(named, &mut report)?;
        for (name, question) in &ready.named {
            let answers = self.answers(question, &ready, &mut report);
            let answers = answers.map_err(|error| self.in_file(name, "has no answer", error))?;
            add_named(name, answers, &mut report);
        }
        if self.questions.asks_plan() {
            for mut answer in self.answers(&ready.own, &ready, &mut report)? {
                let is_given = answer.scenario.gap.is_none() && answer.objective.is_none();
                if is_given && answer.dated.is_none() {
                    answer.scenario.name = ready.own.words.join(", ");
                }
                report.scenarios.push(answer);
            }
        }
        self.extras(&ready, &mut report)?;
        Ok(report)
    }

    /// Parses the questions and reads what they need.
    fn prepare<'q>(
        &self,
        named: &'q [(String, RawQuestion)],
        report: &mut ScenarioReport,
    ) -> Result<Ready<'q>, Error> {
        let raw = &self.questions.own;
        if let Some(unused) = self.questions.unused() {
            return Err(RequestErrors::from(unused).into());
        }
        let own = Question::parse(raw, &self.names, &Defaults::default())?;
        self.check_margin(raw)?;
        let defaults = Defaults { margin: raw.margin, risk: raw.risk.as_deref() };
        let mut parsed = Vec::new();
        for (name, raw) in named {
            let question = self
                .check_margin(raw)
                .and_then(|()| Ok(Question::parse(raw, &self.names, &defaults)?))
                .map_err(|error| self.in_file(name, "cannot be used", error))?;
            parsed.push((name.as_str(), question));
        }
        // What a dated plan says holds for nothing beside it.
        let beside = if own.is_dated() {
            Question::parse(&RawQuestion::default(), &self.names, &Defaults::default())?
        } else {
            own.clone()
        };
        let questions = || parsed.iter().map(|(_, question)| question).chain([&own]);
        let average: Vec<&PlanRequest> =
            questions().filter(|q| !q.is_dated()).map(|question| &question.request).collect();
        let slots = self.names.slots(&self.planned(), &average, self.questions.split);
        let by_geo = slots.iter().any(|slot| matches!(slot, Slot::Geo(..)));
        let dated = questions().any(Question::is_dated) || self.questions.flight.is_some();
        let model = if dated || by_geo { Some(read_media(self.path, self.fit)?) } else { None };
        let factor = report.horizon.factor;
        let curves = curves((self.path, self.fit), &slots, model.as_ref(), factor, report)?;
        let spend: Vec<f64> = curves.iter().map(ChannelCurve::spend).collect();
        let beside = beside.place(&self.names, &slots, &spend)?;
        Ok(Ready { named: parsed, own, beside, slots, spend, curves, model })
    }

    /// The channels that a plan without a date is about.
    fn planned(&self) -> Vec<usize> {
        let planned: Vec<&str> = self.fit.planned_channels().collect();
        let index = |name: &&str| self.names.channels.iter().position(|channel| channel == name);
        planned.iter().filter_map(index).collect()
    }

    /// `plans.toml: scenario [more-tv] has no answer`.
    fn in_file(&self, name: &str, what: &str, source: Error) -> Error {
        let file = self.questions.file.as_ref().map_or(String::new(), |file| format!("{}: ", file.display()));
        Error::InScenario { place: format!("{file}scenario [{name}] {what}"), source: Box::new(source) }
    }

    fn answers(
        &self,
        question: &Question,
        ready: &Ready<'_>,
        report: &mut ScenarioReport,
    ) -> Result<Vec<Answer>, Error> {
        if let Some(model) = ready.model.as_ref().filter(|_| question.is_dated()) {
            let roles = &self.fit.run.roles;
            let columns = (roles.date.as_str(), roles.geo.as_deref());
            let (answer, untouched) = question.answer_dated(model, self.questions.weeks(), columns)?;
            report.note_untouched(&untouched);
            return Ok(vec![answer]);
        }
        let placed = question.place(&self.names, &ready.slots, &ready.spend)?;
        let answers = placed.answer(&ready.curves, self.questions.weeks())?;
        note_curve_ends(&answers, &ready.curves, report);
        Ok(answers)
    }

    /// Refuses a percentage of what an outcome of unknown worth is worth, and more than all of a known one.
    fn check_margin(&self, raw: &RawQuestion) -> Result<(), Error> {
        match (self.fit.outcome.roi_unit, raw.margin) {
            (RoiUnit::CurrencyPerCurrency, _) => Ok(raw.refuse_margin_above_one()?),
            (RoiUnit::OutcomePerCurrency, Some(Margin::Percent(percent))) => {
                let (text, outcome) = (format!("{percent}%"), self.fit.outcome.name.clone());
                Err(RequestErrors::from(RequestError::MarginOfNothing { text, outcome }).into())
            }
            (RoiUnit::OutcomePerCurrency, _) => Ok(()),
        }
    }

    /// What is asked beside plans.
    fn extras(&self, ready: &Ready<'_>, report: &mut ScenarioReport) -> Result<(), Error> {
        let (asked, curves, weeks) = (self.questions, &ready.curves, self.questions.weeks());
        let (limits, terms) = (ready.beside.limits(curves, weeks), ready.beside.terms);
        if let Some(n) = asked.frontier {
            let budgets = limits.budgets(curves, n)?;
            let plans = planning::frontier(curves, &budgets, &limits, terms.risk)?;
            report.frontier_maximised = Some(terms.risk.name());
            report.frontier = plans.iter().map(|plan| FrontierPoint::of(plan, curves)).collect();
            report.frontier_channels = curves.iter().map(|curve| curve.name().to_owned()).collect();
        }
        if let Some(precision) = asked.test_value {
            let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
            let budget = match terms.goal {
                Some(Goal::Budget(budget)) => budget.currency(today, weeks),
                _ => today,
            };
            report.test_values = planning::test_values(curves, budget, &limits, precision)?;
        }
        if let (Some(channel), Some(model)) = (&asked.flight, &ready.model) {
            let c = planning::whole_channel("flight", channel, &self.names.channels)
                .map_err(RequestErrors::from)?;
            report.flight = Some(planning::flight(model, &FutureWeeks::after(model, weeks), c, None)?);
        }
        if let Some(path) = &asked.reported {
            report.add_reported(self.fit, path, || Ok(read_media(self.path, self.fit)?))?;
        }
        Ok(())
    }
}

/// Says of which channels a best plan stops where their response curve ends, not at a bound that was asked for.
fn note_curve_ends(answers: &[Answer], curves: &[ChannelCurve], report: &mut ScenarioReport) {
    for answer in answers {
        for (plan, curve) in answer.scenario.allocation.iter().zip(curves) {
            let end = curve.range().1;
            if plan.bound_hit == Some(BoundHit::Upper) && plan.bounds[1] >= end {
                report.note_curve_end(&plan.channel, end);
            }
        }
    }
}

/// Answers of one plan of the file under its name.
fn add_named(name: &str, answers: Vec<Answer>, report: &mut ScenarioReport) {
    for (i, mut answer) in answers.into_iter().enumerate() {
        answer.scenario.name = if i > 0 { format!("{name}, best") } else { name.to_owned() };
        report.scenarios.push(answer);
    }
}
