//! Puts the questions of one `mmm scenario` to a fit and collects the answers.

use anyhow::Context;
use mmm::planning::{
    self, Answer, Cells, ChannelCurve, DatedQuestion, FrontierPoint, FutureWeeks, Goal, MediaModel, Question,
    RawQuestion, RequestError, RequestErrors, Slot, Split,
};
use mmm::report::{Fit, Horizon, RoiUnit, ScenarioReport};
use mmm::store;

use super::Scenario;

/// A fit with everything read that the questions need.
pub(super) struct Asker<'a> {
    args: &'a Scenario,
    fit: Fit,
    cells: Cells,
    own: RawQuestion,
    named: Vec<(String, RawQuestion)>,
}

/// One question, ready to be answered.
enum Asked {
    Average(Question),
    Dated(DatedQuestion),
}

impl<'a> Asker<'a> {
    /// Reads the fit's summary and the file of plans.
    pub(super) fn new(args: &'a Scenario) -> anyhow::Result<Asker<'a>> {
        let fit = Fit::read(&args.fit).map_err(mmm::Error::from)?;
        let cells = Cells::new(fit.planned_channels().map(String::from).collect(), &fit.run.data.geo_names);
        let named =
            args.file.iter().map(|file| planning::read_questions(file)).collect::<Result<Vec<_>, _>>()?;
        let own = args.question();
        let with_defaults =
            |(name, raw): (String, RawQuestion)| (name, raw.with_defaults(own.margin, own.risk.as_deref()));
        let named = named.into_iter().flatten().map(with_defaults).collect();
        Ok(Asker { args, cells, own, named, fit })
    }

    /// Answers everything.
    pub(super) fn ask(self) -> anyhow::Result<ScenarioReport> {
        let horizon = Horizon::of(&self.fit, self.args.weeks());
        let factor = horizon.factor;
        let mut report = ScenarioReport::new(&self.fit, horizon);
        report.note_unspent(&self.fit);
        let names = self.cells.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let own_dated = self.own.is_dated();
        let asks_plan = self.args.asks_plan(&self.own);
        if let Some(unused) = self.args.unused_flag(&self.own) {
            return Err(mmm::Error::from(planning::RequestErrors::from(unused)).into());
        }
        let split = if self.args.limits.by_geo { Split::All } else { Split::AsAsked };

        let dated =
            own_dated || self.named.iter().any(|(_, raw)| raw.is_dated()) || self.args.flight.is_some();
        // Limits of a dated question would be refused; the extras below still need theirs.
        let undated = if own_dated { RawQuestion::default() } else { self.own.clone() };
        let question = Question::parse(&undated, &names).map_err(mmm::Error::from)?;
        let mut model: Option<MediaModel> = None;
        if dated {
            model = Some(self.read_model()?);
        }
        let mut asked = Vec::new();
        self.check_unit_of_margin()?;
        self.check_margin(&self.own)?;
        for (name, raw) in &self.named {
            let parsed = self.check_margin(raw).and_then(|()| self.parse(raw, &names, model.as_ref()));
            asked.push((name, parsed.with_context(|| self.named_in_file(name, "cannot be used"))?));
        }
        let average: Vec<&Question> = asked
            .iter()
            .filter_map(|(_, asked)| match asked {
                Asked::Average(question) => Some(question),
                Asked::Dated(_) => None,
            })
            .chain([&question])
            .collect();
        let slots = self.cells.slots(&average, split);
        if model.is_none() && slots.iter().any(|slot| matches!(slot, Slot::Geo(..))) {
            model = Some(self.read_model()?);
        }
        let curves = self.curves(&slots, model.as_ref(), factor, &mut report)?;
        let spend: Vec<f64> = curves.iter().map(ChannelCurve::spend).collect();

        for (name, asked) in &asked {
            let answers = match asked {
                Asked::Average(q) => self.cells.place(q, &slots, &spend).answer(&curves, self.args.weeks()),
                Asked::Dated(q) => self.dated(q, model.as_ref(), &mut report).map(|answer| vec![answer]),
            };
            let answers = answers.inspect(|answers| note_curve_ends(answers, &curves, &mut report));
            add_named(name, answers.with_context(|| self.named_in_file(name, "has no answer"))?, &mut report);
        }
        let question = self.cells.place(&question, &slots, &spend);
        if asks_plan {
            self.own_plan(&question, &curves, model.as_ref(), &mut report)?;
        }
        self.extras(&question, &curves, model.as_ref(), &mut report)?;
        Ok(report)
    }

    /// `plans.toml: scenario [more-tv] has no answer`.
    fn named_in_file(&self, name: &str, what: &str) -> String {
        let file = self.args.file.as_ref().map_or(String::new(), |file| format!("{}: ", file.display()));
        format!("{file}scenario [{name}] {what}")
    }

    /// The answer to the flags; `question` is what they ask when they name no date.
    fn own_plan(
        &self,
        question: &Question,
        curves: &[ChannelCurve],
        model: Option<&MediaModel>,
        report: &mut ScenarioReport,
    ) -> Result<(), mmm::Error> {
        if let Some(model) = model.filter(|_| self.own.is_dated()) {
            let answer = self.dated(&DatedQuestion::parse(&self.own, model)?, Some(model), report)?;
            report.scenarios.push(answer);
            return Ok(());
        }
        let answers = question.answer(curves, self.args.weeks())?;
        note_curve_ends(&answers, curves, report);
        for mut answer in answers {
            if answer.scenario.gap.is_none() && answer.objective.is_none() {
                answer.scenario.name = self.own.words().join(", ");
            }
            report.scenarios.push(answer);
        }
        Ok(())
    }

    /// Refuses a percentage of what an outcome of unknown worth is worth.
    fn check_unit_of_margin(&self) -> Result<(), mmm::Error> {
        let unknown = self.fit.outcome.roi_unit == RoiUnit::OutcomePerCurrency;
        match self.args.goals.margin.as_ref().filter(|margin| unknown && margin.is_percentage()) {
            None => Ok(()),
            Some(margin) => {
                let (text, outcome) = (margin.text.clone(), self.fit.outcome.name.clone());
                Err(RequestErrors::from(RequestError::MarginOfNothing { text, outcome }).into())
            }
        }
    }

    fn check_margin(&self, raw: &RawQuestion) -> Result<(), mmm::Error> {
        match self.fit.outcome.roi_unit {
            RoiUnit::CurrencyPerCurrency => Ok(raw.refuse_margin_above_one()?),
            RoiUnit::OutcomePerCurrency => Ok(()),
        }
    }

    fn read_model(&self) -> Result<MediaModel, mmm::Error> {
        Ok(store::read_media(&self.args.fit, &self.fit)?)
    }

    fn parse(
        &self,
        raw: &RawQuestion,
        names: &[&str],
        model: Option<&MediaModel>,
    ) -> Result<Asked, mmm::Error> {
        match model.filter(|_| raw.is_dated()) {
            Some(model) => Ok(Asked::Dated(DatedQuestion::parse(raw, model)?)),
            None => Ok(Asked::Average(Question::parse(raw, names)?)),
        }
    }

    fn dated(
        &self,
        question: &DatedQuestion,
        model: Option<&MediaModel>,
        report: &mut ScenarioReport,
    ) -> Result<Answer, mmm::Error> {
        let model = model.expect("the media model is read when any question is dated");
        let roles = &self.fit.run.roles;
        let (answer, untouched) =
            question.answer(model, self.args.weeks(), (&roles.date, roles.geo.as_deref()))?;
        report.note_untouched(&untouched);
        Ok(answer)
    }

    /// One curve a slot over the horizon, all with the same draws.
    fn curves(
        &self,
        slots: &[Slot],
        model: Option<&MediaModel>,
        factor: f64,
        report: &mut ScenarioReport,
    ) -> Result<Vec<ChannelCurve>, mmm::Error> {
        let curves = mmm::planning::channel_curves(store::read_curves(&self.args.fit, &self.fit)?)?;
        let mut whole: Vec<Option<ChannelCurve>> = curves.into_iter().map(Some).collect();
        // The media model also has the paid channels that spent nothing.
        let names: Vec<&str> = self.fit.planned_channels().collect();
        let of_model = |model: &MediaModel, c: usize| {
            let channels = &model.history.channels;
            channels.iter().position(|channel| channel.name == names[c]).expect("every paid channel is in it")
        };
        let by_geo = slots.iter().filter(|slot| matches!(slot, Slot::Geo(..))).count();
        let stride = model.filter(|_| by_geo > 0).map_or(1, |m| planning::geo_curve_stride(m, by_geo));
        if let Some(model) = model.filter(|_| stride > 1) {
            report.note_draws(model.n_draws().div_ceil(stride), model.n_draws());
        }
        let mut curves = Vec::with_capacity(slots.len());
        for slot in slots {
            let curve = match (slot, model) {
                (Slot::Geo(c, g), Some(model)) => {
                    let curve = planning::geo_curve(model, (of_model(model, *c), *g), stride)?;
                    curve.holding(self.fit.holds(names[*c]))
                }
                (slot, _) => match whole[slot.channel()].take() {
                    Some(curve) if stride > 1 => curve.thinned(stride),
                    Some(curve) => curve,
                    None => continue,
                },
            };
            curves.push(curve.scaled(factor));
        }
        Ok(curves)
    }

    fn extras(
        &self,
        question: &Question,
        curves: &[ChannelCurve],
        model: Option<&MediaModel>,
        report: &mut ScenarioReport,
    ) -> anyhow::Result<()> {
        let (args, limits) = (self.args, question.limits(curves, self.args.weeks()));
        if let Some(n) = args.frontier {
            let budgets = limits.budgets(curves, n.into()).map_err(mmm::Error::from)?;
            let plans =
                planning::frontier(curves, &budgets, &limits, question.risk).map_err(mmm::Error::from)?;
            report.frontier_maximised = Some(question.risk.name());
            report.frontier = plans.iter().map(|plan| FrontierPoint::of(plan, curves)).collect();
            report.frontier_channels = curves.iter().map(|curve| curve.name().to_owned()).collect();
        }
        if let Some(precision) = args.test_value {
            let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
            let budget = match question.goal {
                Some(Goal::Budget(budget)) => budget.currency(today, args.weeks()),
                _ => today,
            };
            report.test_values =
                planning::test_values(curves, budget, &limits, precision).map_err(mmm::Error::from)?;
        }
        if let (Some(channel), Some(model)) = (&args.flight, model) {
            let c = self.channel(channel)?;
            let weeks = FutureWeeks::after(model, args.weeks());
            report.flight = Some(planning::flight(model, &weeks, c, None).map_err(mmm::Error::from)?);
        }
        if let Some(path) = &args.reported {
            report.add_reported(&self.fit, path, || self.read_model())?;
        }
        Ok(())
    }

    /// The index of a channel named by `--flight`.
    fn channel(&self, name: &str) -> Result<usize, mmm::Error> {
        let paid: Vec<&str> =
            self.fit.channels.iter().filter(|c| c.spend_column.is_some()).map(|c| c.name.as_str()).collect();
        Ok(planning::whole_channel("flight", name, &paid).map_err(planning::RequestErrors::from)?)
    }
}

/// Says of which channels a best plan stops where their response curve ends, not at a bound that was asked for.
fn note_curve_ends(answers: &[Answer], curves: &[ChannelCurve], report: &mut ScenarioReport) {
    for answer in answers.iter().filter(|answer| answer.dated.is_none()) {
        for (plan, curve) in answer.scenario.allocation.iter().zip(curves) {
            let end = curve.range().1;
            if plan.bound_hit == Some(planning::BoundHit::Upper) && plan.bounds[1] >= end {
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
