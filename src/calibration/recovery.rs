//! How near a fit comes to a known truth, and what its recommended plan would truly bring.

use ndarray::Array2;

use crate::Error;
use crate::planning::{Bounds, ChannelCurve, Limits, ScenarioKind, gain_draws, optimise, total_spend};
use crate::report::{ChannelReport, Fit};
use crate::simulate::{ChannelTruth, Truth};

/// One fit against its truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recovery {
    /// Σ |contribution − truth| / Σ truth.
    pub error: f64,
    /// Mean |marginal ROI − truth|.
    pub marginal_error: f64,
    /// Channels that the model can be right about: they have an effect, and no unseen driver.
    pub identifiable: usize,
    /// Of these, the ones whose 90 % interval holds the true contribution.
    pub covered: usize,
    /// 1 − true gain of the proposed plan for today's budget over that of the best one within its bounds: 0 is
    /// perfect, 1 no better than today; `None` without a plan or room to gain.
    pub regret: Option<f64>,
}

impl Recovery {
    /// Compares a report with the truth of its data.
    ///
    /// # Errors
    /// [`Error::Planning`], when the true curves cannot be planned with.
    pub fn of(report: &Fit, truth: &Truth) -> Result<Recovery, Error> {
        let channels: Vec<(&ChannelReport, &ChannelTruth)> =
            report.channels.iter().filter_map(|c| Some((c, truth.channel(&c.name)?))).collect();
        let missed =
            |(c, t): &(&ChannelReport, &ChannelTruth)| (c.contribution.mean - t.incremental_outcome).abs();
        let total: f64 = channels.iter().map(|(_, t)| t.incremental_outcome).sum();
        let marginal = channels.iter().filter_map(|(c, t)| Some((c.marginal_roi?.mean - t.mroi).abs()));
        let identifiable = || channels.iter().filter(|(_, t)| t.is_identifiable());
        let holds = |(c, t): &&(&ChannelReport, &ChannelTruth)| {
            (c.contribution.q05..=c.contribution.q95).contains(&t.incremental_outcome)
        };
        Ok(Recovery {
            error: channels.iter().map(missed).sum::<f64>() / total,
            marginal_error: marginal.sum::<f64>() / channels.len().max(1) as f64,
            identifiable: identifiable().count(),
            covered: identifiable().filter(holds).count(),
            regret: regret(report, truth)?,
        })
    }
}

fn regret(report: &Fit, truth: &Truth) -> Result<Option<f64>, Error> {
    let plan = report.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget);
    let Some(plan) = plan else { return Ok(None) };
    let (mut curves, mut proposed, mut limits) = (Vec::new(), Vec::new(), Limits::around_today(0, 0.0));
    for part in &plan.allocation {
        let Some(truth) = truth.channel(&part.channel) else { continue };
        curves.push(true_curve(&part.channel, truth)?);
        proposed.push(if part.current > 0.0 { part.proposed / part.current } else { 1.0 });
        limits.bounds.push(Bounds { lo: part.bounds[0], hi: part.bounds[1] });
    }
    let best = optimise(&curves, total_spend(&curves, &vec![1.0; curves.len()]), &limits)?;
    let gain = |multipliers: &[f64]| Ok::<f64, Error>(gain_draws(&curves, multipliers)?[0]);
    let (got, most) = (gain(&proposed)?, gain(&best.multipliers)?);
    Ok((most > 0.0).then(|| 1.0 - got / most))
}

fn true_curve(name: &str, truth: &ChannelTruth) -> Result<ChannelCurve, Error> {
    let (multipliers, outcome): (Vec<f64>, Vec<f64>) = truth.curve().unzip();
    let outcome = Array2::from_shape_fn((1, outcome.len()), |(_, m)| outcome[m]);
    Ok(ChannelCurve::new(name, truth.spend, &multipliers, outcome, 1.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::dataset;
    use crate::config::FitConfig;
    use crate::data::settle;
    use crate::simulate::World;

    #[test]
    fn a_report_that_says_the_truth_errs_by_nothing() {
        let (data, options, truth) = dataset(&World { channels: 3, ..World::default() }).unwrap();
        let mut config = settle(FitConfig::default(), &data, &options).unwrap();
        config = config
            .with(|c| (c.sampler.chains, c.sampler.warmup, c.sampler.draws) = (2, Some(60), Some(40)))
            .unwrap();
        let mut report = crate::fit(&data, &config, &()).unwrap().report(&data, &config, vec![]).unwrap();
        let fitted = Recovery::of(&report, &truth).unwrap();
        assert!(fitted.error > 0.01 && fitted.marginal_error > 0.01 && fitted.regret.unwrap() > 0.0);
        for channel in &mut report.channels {
            let truth = truth.channel(&channel.name).unwrap();
            channel.contribution.mean = truth.incremental_outcome;
            (channel.contribution.q05, channel.contribution.q95) = (0.0, 2.0 * truth.incremental_outcome);
            channel.marginal_roi.as_mut().unwrap().mean = truth.mroi;
        }
        let plan = report.scenarios.iter_mut().find(|s| s.kind == ScenarioKind::OptimalSameBudget).unwrap();
        plan.allocation.iter_mut().for_each(|part| part.proposed = part.current);
        let perfect = Recovery::of(&report, &truth).unwrap();
        assert_eq!((perfect.error, perfect.marginal_error, perfect.regret), (0.0, 0.0, Some(1.0)));
        assert_eq!(perfect.covered, perfect.identifiable);
    }
}
