//! What to move, in words and money.

use super::cautions::list;
use super::document::{Answer, PageReport};
use super::span::scaled;
use crate::planning::{ChannelPlan, Grade, LIKELY, Recommendation, Scenario, ScenarioKind};
use crate::report::{Fit, RoiUnit};
use crate::words::numbers::{amount, clean, percent, signed_percent};

/// The answer to what to move.
pub(super) fn recommend(fit: &Fit, page: &PageReport) -> Option<Answer> {
    let plan = fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)?;
    let told = Told { fit, page, by: page.span.weeks / plan.horizon_weeks };
    let assumed = |channel: &str| told.is_assumed(channel);
    let (headline, mut sentences) = match Recommendation::of(plan, &assumed) {
        Recommendation::Stay { why } => ("Keep today's split.".to_owned(), vec![format!("{why}.")]),
        Recommendation::Small => (
            "Keep today's split.".to_owned(),
            vec!["The best plan within the bounds is next to the same.".to_owned()],
        ),
        Recommendation::Unlikely { up, down } => {
            ("Keep today's split.".to_owned(), vec![told.unlikely(plan, &up, &down)])
        }
        Recommendation::Move { grade, up, down } => told.moving(plan, grade, &up, &down),
    };
    sentences.extend(told.held(plan));
    sentences.extend(told.more_budget());
    Some(Answer { question: "What should move?".into(), headline, sentences })
}

struct Told<'a> {
    fit: &'a Fit,
    page: &'a PageReport,
    /// From the horizon of the fit's plans to the span.
    by: f64,
}

impl Told<'_> {
    fn is_assumed(&self, channel: &str) -> bool {
        self.fit.channels.iter().any(|c| c.name == channel && c.evidence.is_assumed())
    }

    /// Outcome of a plan in its unit, with its sign.
    fn gain(&self, value: f64) -> String {
        if self.fit.outcome.roi_unit == RoiUnit::CurrencyPerCurrency {
            return self.page.currency.signed(value);
        }
        let sign = if value > 0.0 { "+" } else { "" };
        format!("{sign}{}", amount(value).replace('-', "−"))
    }

    fn moving(
        &self,
        plan: &Scenario,
        grade: Grade,
        up: &[&ChannelPlan],
        down: &[&ChannelPlan],
    ) -> (String, Vec<String>) {
        let moved: f64 = up.iter().map(|p| p.proposed - p.current).sum::<f64>() * self.by;
        let (spend, words) = (self.page.currency.amount(moved), &self.page.span.words);
        let what = format!("{spend} {words} from {} to {}", changes(down), changes(up));
        let assumed: Vec<String> = up
            .iter()
            .chain(down)
            .filter(|p| self.is_assumed(&p.channel))
            .map(|p| clean(&p.channel))
            .collect();
        let verb = if assumed.len() == 1 { "returns" } else { "return" };
        let (headline, mut sentences) = match grade {
            Grade::Strong => (format!("Move {what}."), Vec::new()),
            Grade::Lean => (format!("Lean towards moving {what}."), Vec::new()),
            Grade::None => (
                "Nothing before a test.".to_owned(),
                vec![format!(
                    "What {} {verb} is mostly assumed. By that assumption, the best split of today's budget moves \
                     {what}.",
                    list(&assumed)
                )],
            ),
        };
        sentences.push(self.expectation(plan));
        if grade == Grade::Lean {
            sentences
                .push(format!("What {} {verb} is mostly assumed: move in steps, and test.", list(&assumed)));
        }
        if up.iter().chain(down).any(|p| p.bound_hit.is_some()) {
            sentences.push("The plan stops at its bounds: move in steps and measure again.".into());
        }
        let beyond: Vec<String> = up.iter().filter(|p| p.extrapolated).map(|p| clean(&p.channel)).collect();
        if !beyond.is_empty() {
            sentences.push(format!("The spend on {} would leave what the data have seen.", list(&beyond)));
        }
        (headline, sentences)
    }

    fn expectation(&self, plan: &Scenario) -> String {
        let gain = scaled(&plan.gain, self.by);
        let loss = plan.mean_loss.map_or(String::new(), |loss| {
            format!(
                "; if it goes wrong, it loses {} on average",
                self.gain(-loss * self.by).trim_start_matches('+')
            )
        });
        format!(
            "Expected: {} {} {}, 90 % interval {} to {}. It gains with probability {}{loss}.",
            self.gain(gain.mean),
            self.fit.unit(),
            self.page.span.words,
            self.gain(gain.q05),
            self.gain(gain.q95),
            percent(plan.p_gain)
        )
    }

    fn unlikely(&self, plan: &Scenario, up: &[&ChannelPlan], down: &[&ChannelPlan]) -> String {
        let (from, to) = (changes(down), changes(up));
        if plan.p_gain < LIKELY {
            let (p, asked) = (percent(plan.p_gain), percent(LIKELY));
            format!(
                "The best move, from {from} to {to}, gains with a probability of {p} only; {asked} is asked for."
            )
        } else {
            format!("The best move, from {from} to {to}, gains nothing on average.")
        }
    }

    fn held(&self, plan: &Scenario) -> Option<String> {
        let held = plan.allocation.iter().filter(|p| p.held).map(|p| clean(&p.channel));
        let held: Vec<String> = held.collect();
        (!held.is_empty()).then(|| {
            format!(
                "{} gets no more than today: its return lies above what was expected, so first rule out that \
                 something else drives both its spend and the outcome.",
                list(&held)
            )
        })
    }

    /// Whether a tenth more budget pays for itself.
    fn more_budget(&self) -> Option<String> {
        let more = self.fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalBudgetPlus10)?;
        let (unit, pays) = (more.return_on_budget_change?, more.p_pays?);
        if self.fit.outcome.roi_unit != RoiUnit::CurrencyPerCurrency {
            return None;
        }
        let currency = &self.page.currency;
        let added = currency.amount((more.budget - more.today()) * self.by);
        let pays = match self.page.margin {
            // What is stored is whether it pays in revenue.
            Some(margin) => {
                format!("at this margin it pays for itself from {} on", currency.small(1.0 / margin))
            }
            None => format!("that it brings more revenue than it costs has probability {}", percent(pays)),
        };
        Some(format!(
            "A budget that is 10 % larger ({added} {}) would return {} for each {} added ({} to {}); {pays}.",
            self.page.span.words,
            currency.small(unit.mean),
            currency.one(),
            currency.small(unit.q05),
            currency.small(unit.q95)
        ))
    }
}

fn changes(plans: &[&ChannelPlan]) -> String {
    let one = |p: &&ChannelPlan| match p.change {
        Some(change) => format!("{} ({})", clean(&p.channel), signed_percent(change)),
        None => format!("{} (new)", clean(&p.channel)),
    };
    list(&plans.iter().map(one).collect::<Vec<_>>())
}
