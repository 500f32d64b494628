//! What an unseen driver of both spend and outcome would do to each return, without a refit.
//!
//! With D the channel's effect as fitted, X all other regressors and Z the unseen driver, least squares
//! is off by |bias| = √(R²_{Y~Z|D,X} R²_{D~Z|X} / (1 − R²_{D~Z|X})) · sd(Y^{⊥X,D}) / sd(D^{⊥X}). D is scaled
//! so that its coefficient is ROI over fitted ROI; the prior's part in the posterior mean does not move.
//!
//! # Source
//! Cinelli & Hazlett (2020), Making sense of sensitivity, J. R. Stat. Soc. B 82, eq. 8; the weight of the
//! data against the prior is ours.

use super::moves::{Move, outcome};
use crate::data::Dataset;
use crate::error::Error;
use crate::fit::Fit;
use crate::model::{Basis, ColumnGroup, Design};
use crate::planning::channel_curves;
use crate::posterior::EvidenceVerdict;
use crate::report::{ConfounderLevel, ControlStrength, UnseenConfounder};
use crate::{posterior, report};

/// Strengths that are told, as partial R² with both spend and outcome.
const STRENGTHS: [f64; 4] = [0.02, 0.05, 0.1, 0.2];
/// A driver that explains more than half of what is left of both would have been noticed.
const STRONGEST: f64 = 0.5;
/// Why an answer means little.
const MOSTLY_PRIOR: &str = "the return is mostly the prior, which no driver moves: it is unknown, not robust";
/// Halvings of the search for the strength that undoes the move: to 1/500.
const HALVINGS: usize = 8;

/// |bias| of a coefficient per unit of sd(Y^{⊥X,D}) / sd(D^{⊥X}), from the partial R² of the unseen driver
/// with outcome and spend.
fn bias_factor(r2_outcome: f64, r2_spend: f64) -> f64 {
    (r2_outcome * r2_spend / (1.0 - r2_spend)).sqrt()
}

/// Every paid channel in turn.
///
/// # Errors
/// Response curves that are not numbers.
pub fn unseen(
    fit: &Fit,
    report: &report::Fit,
    data: &Dataset,
    recommended: Option<&Move>,
) -> Result<Vec<UnseenConfounder>, Error> {
    let design = &fit.density.design;
    let effects = effects(fit, data);
    let curves = channel_curves(posterior::curve_draws(&fit.posterior))?;
    let gain = recommended.map(|m| m.gain(&curves)).transpose()?;
    let mut found = Vec::new();
    for (c, channel) in report.channels.iter().enumerate() {
        let Some(roi) = channel.roi else { continue };
        let problem = Problem { design, data, effects: &effects, channel: c };
        let Some(per_factor) = problem.bias_per_factor(None) else { continue };
        let data_weight = channel.evidence.data_weight();
        let share = |strength: f64| data_weight * per_factor * bias_factor(strength, strength);
        let curve = curves.iter().position(|curve| curve.name() == channel.name);
        let part = recommended.zip(curve).map(|(m, curve)| m.part(&curves, curve)).transpose()?;
        let gains = gain.as_deref().zip(part.as_deref());
        let survives = |strength| gains.map(|(gain, part)| holds(gain, part, share(strength)));
        let mut levels = Vec::with_capacity(STRENGTHS.len());
        for strength in STRENGTHS {
            levels.push(ConfounderLevel {
                strength,
                roi_if_overstated: roi.mean * (1.0 - share(strength)).max(0.0),
                roi_if_understated: roi.mean * (1.0 + share(strength)),
                move_survives: survives(strength),
            });
        }
        found.push(UnseenConfounder {
            channel: channel.name.clone(),
            roi: roi.mean,
            data_weight,
            reason: (channel.evidence.verdict == EvidenceVerdict::Prior).then(|| MOSTLY_PRIOR.to_owned()),
            levels,
            breaks_at: breaking_strength(survives),
            strongest_control: problem.strongest_control(),
        });
    }
    Ok(found)
}

/// Whether a move is still recommended when the return of the channel that adds `part` to its `gain`, per draw,
/// is smaller or larger by `share`.
fn holds(gain: &[f64], part: &[f64], share: f64) -> bool {
    [-share.min(1.0), share].into_iter().all(|change| {
        let moved: Vec<f64> = gain.iter().zip(part).map(|(gain, part)| gain + change * part).collect();
        outcome(&moved).survives
    })
}

/// The smallest strength at which the move does not survive.
fn breaking_strength(survives: impl Fn(f64) -> Option<bool>) -> Option<f64> {
    if survives(STRONGEST) != Some(false) {
        return None;
    }
    let (mut low, mut high) = (0.0, STRONGEST);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if survives(middle) == Some(false) { high = middle } else { low = middle }
    }
    Some(high)
}

/// Each channel's mean contribution, scaled outcome units; C vectors of G × T.
fn effects(fit: &Fit, data: &Dataset) -> Vec<Vec<f64>> {
    let design = &fit.density.design;
    let mut effects = vec![vec![0.0; design.outcome.fitted.len()]; design.n_channels()];
    for cell in &fit.posterior.cells {
        let Ok(t) = data.dates.binary_search(&cell.date) else { continue };
        let i = cell.geo * design.n_periods + t;
        for (effect, contribution) in effects.iter_mut().zip(&cell.channels) {
            effect[i] = contribution / design.outcome.scale[cell.geo];
        }
    }
    effects
}

/// One channel's regression.
struct Problem<'a> {
    design: &'a Design,
    data: &'a Dataset,
    effects: &'a [Vec<f64>],
    channel: usize,
}

impl Problem<'_> {
    /// X, without the control `left_out`.
    fn others(&self, left_out: Option<usize>) -> Basis<'_> {
        let design = self.design;
        let mut basis = Basis::new(&design.outcome, self.data, design.baseline.weekly_effect);
        for (j, group) in design.baseline.columns.iter().enumerate() {
            let wanted = match group {
                ColumnGroup::Control(i) => Some(*i) != left_out,
                _ => !design.baseline.weekly_effect,
            };
            if wanted {
                basis.add(&self.column(j));
            }
        }
        for (c, effect) in self.effects.iter().enumerate() {
            if c != self.channel {
                basis.add(effect);
            }
        }
        basis
    }

    /// Baseline column `j` over all geos.
    fn column(&self, j: usize) -> Vec<f64> {
        let (n, k) = (self.design.n_periods, self.design.baseline.n_columns());
        self.design.baseline.fitted_columns.chunks_exact(n).skip(j).step_by(k).flatten().copied().collect()
    }

    /// sd(Y^{⊥X,D}) / sd(D^{⊥X}); `None` when the others determine the channel's effect.
    fn bias_per_factor(&self, left_out: Option<usize>) -> Option<f64> {
        let mut basis = self.others(left_out);
        let own = &self.effects[self.channel];
        let effect = basis.residual(own);
        let n_before = basis.len();
        basis.add(own);
        let outcome = basis.residual(&self.design.outcome.scaled);
        let ratio = (basis.dot(&outcome, &outcome) / basis.dot(&effect, &effect)).sqrt();
        (basis.len() > n_before && ratio.is_finite()).then_some(ratio)
    }

    /// The control with the largest product of the two partial R².
    fn strongest_control(&self) -> Option<ControlStrength> {
        let columns = self.design.baseline.columns.iter().enumerate();
        let controls = columns.filter_map(|(j, group)| match group {
            ColumnGroup::Control(i) => Some((j, *i)),
            _ => None,
        });
        let strengths = controls.map(|(j, i)| {
            let (control, own) = (self.column(j), &self.effects[self.channel]);
            let mut basis = self.others(Some(i));
            let r2_spend = squared_correlation(&basis, &control, own);
            basis.add(own);
            let r2_outcome = squared_correlation(&basis, &control, &self.design.outcome.scaled);
            ControlStrength { control: self.data.controls[i].name.clone(), r2_spend, r2_outcome }
        });
        strengths.max_by(|a, b| (a.r2_spend * a.r2_outcome).total_cmp(&(b.r2_spend * b.r2_outcome)))
    }
}

/// Squared correlation of what a basis leaves of two vectors; 0 when it leaves nothing of either.
fn squared_correlation(basis: &Basis, a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (basis.residual(a), basis.residual(b));
    let squares = basis.dot(&a, &a) * basis.dot(&b, &b);
    if squares > 0.0 { (basis.dot(&a, &b).powi(2) / squares).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::config::FitConfig;
    use crate::report::testdata;

    /// The formula is an identity: leave a control out, and it gives what the coefficient moves by.
    #[test]
    fn the_bias_of_a_control_left_out_is_the_formula_s() {
        let mut data = testdata::dataset();
        let wave =
            |k: f64| Array2::from_shape_fn(data.present.dim(), |(g, t)| ((g * 31 + t) as f64 * k).sin());
        let hidden = wave(1.1) + 0.4 * wave(2.3);
        data.outcome.values = 1000.0 + 50.0 * wave(1.1) + 20.0 * wave(0.9) + 30.0 * wave(2.7);
        data.controls[0].values = hidden.clone();
        data.controls[0].binary = false;
        let design = Design::new(&data, &FitConfig::default()).unwrap();
        let flat = |x: Array2<f64>| x.into_iter().collect::<Vec<f64>>();
        let effects = [flat(wave(2.3) + 0.5 * hidden), flat(wave(1.9)), flat(wave(0.3))];
        let problem = Problem { design: &design, data: &data, effects: &effects, channel: 0 };
        let coefficient = |basis: &Basis| {
            let own = basis.residual(&effects[0]);
            basis.dot(&own, &design.outcome.scaled) / basis.dot(&own, &own)
        };
        let without = problem.others(Some(0));
        let moved = coefficient(&without) - coefficient(&problem.others(None));
        let strength = problem.strongest_control().unwrap();
        let factor = bias_factor(strength.r2_outcome, strength.r2_spend);
        let want = factor * problem.bias_per_factor(Some(0)).unwrap();
        assert!(
            strength.r2_spend > 0.01 && (moved.abs() / want - 1.0).abs() < 1e-9,
            "{moved} {want} {strength:?}"
        );
    }

    /// Of two channels the taker brings 3 and the giver costs 2, give or take: half of the taker less is a loss.
    #[test]
    fn a_move_holds_until_either_way_undoes_it() {
        let (taker, giver) = ([3.0, 2.9, 3.1], [-2.0, -2.1, -1.9]);
        let gain = [0, 1, 2].map(|s| taker[s] + giver[s]);
        assert!(holds(&gain, &taker, 0.2) && !holds(&gain, &taker, 0.5));
        assert!(holds(&gain, &giver, 0.3) && !holds(&gain, &giver, 0.6));
    }

    #[test]
    fn the_breaking_strength_is_found() {
        let found = breaking_strength(|s| Some(s < 0.3)).unwrap();
        assert!((found - 0.3).abs() < 0.002, "{found}");
        assert_eq!(breaking_strength(|_| Some(true)), None);
        assert_eq!(breaking_strength(|_| None), None);
    }
}
