//! The lift test that would tell disagreeing models apart.

use super::fitted::Fitted;
use super::report::{MoveReport, TellingTest};
use crate::error::Error;
use crate::planning::{USUAL_PRECISION, gain_draws};

/// Spends of a test, as multiples of today's.
const DOSES: [f64; 3] = [0.0, 0.5, 1.5];

/// What a group of models expects of a test: mean and variance of the change of the outcome.
#[derive(Debug, Clone, Copy)]
struct Expected {
    mean: f64,
    variance: f64,
}

/// The test whose reading the models in which a move gains and those in which it does not expect furthest apart, in
/// standard deviations of what either leaves open and of the reading's own error; `None` where they agree.
pub(super) fn telling_test(
    fitted: &[Fitted],
    weights: &[f64],
    judged: &MoveReport,
) -> Result<Option<TellingTest>, Error> {
    let n = fitted.len();
    if judged.gains_in == 0 || judged.gains_in == n {
        return Ok(None);
    }
    let mut best: Option<TellingTest> = None;
    for c in 0..fitted[0].curves.len() {
        for dose in DOSES {
            let mut found = Vec::with_capacity(n);
            for model in fitted {
                let mut multipliers = vec![1.0; model.curves.len()];
                multipliers[c] = dose;
                let change = gain_draws(&model.curves, &multipliers)?;
                let mean = change.iter().sum::<f64>() / change.len().max(1) as f64;
                let squares = change.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
                found.push(Expected { mean, variance: squares / change.len().max(1) as f64 });
            }
            let of = |gains: bool| mixture(&found, weights, |k| judged.by_model[k].gains == gains);
            let (gaining, losing) = (of(true), of(false));
            let error = USUAL_PRECISION * gaining.mean.abs().max(losing.mean.abs());
            let spread = (gaining.variance + losing.variance + error * error).sqrt();
            let apart = if spread > 0.0 { (gaining.mean - losing.mean).abs() / spread } else { 0.0 };
            if best.as_ref().is_none_or(|b| apart > b.apart) {
                best = Some(TellingTest {
                    channel: fitted[0].curves[c].name().to_owned(),
                    dose,
                    where_it_gains: gaining.mean,
                    where_not: losing.mean,
                    apart,
                });
            }
        }
    }
    Ok(best)
}

/// Of the models of a group, by their weights.
fn mixture(found: &[Expected], weights: &[f64], belongs: impl Fn(usize) -> bool) -> Expected {
    let members: Vec<(f64, Expected)> =
        (0..found.len()).filter(|k| belongs(*k)).map(|k| (weights[k], found[k])).collect();
    let total: f64 = members.iter().map(|(w, _)| w).sum();
    let mean = members.iter().map(|(w, e)| w * e.mean).sum::<f64>() / total;
    let second = |(w, e): &(f64, Expected)| w * (e.variance + (e.mean - mean).powi(2));
    Expected { mean, variance: members.iter().map(second).sum::<f64>() / total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_that_tells_is_of_the_channel_on_which_models_differ() {
        use crate::compare::moves::{judged, models};
        let (models, weights) = (models(&[2.0, 0.5]), [0.5, 0.5]);
        let moves = judged(&models, &weights);
        let to_search = moves.iter().find(|m| m.from == "tv").unwrap();
        let test = telling_test(&models, &weights, to_search).unwrap().unwrap();
        assert_eq!((test.channel.as_str(), test.dose), ("search", 0.0));
        // Without it 200 or 50 are missed; a reading errs by 15 % of the larger.
        assert!(
            (test.where_it_gains + 200.0).abs() < 1e-9 && (test.where_not + 50.0).abs() < 1e-9,
            "{test:?}"
        );
        assert!((test.apart - 150.0 / 30.0).abs() < 1e-9, "{test:?}");
        let agreed = super::super::moves::models(&[2.0, 3.0]);
        let moves = judged(&agreed, &weights);
        assert!(telling_test(&agreed, &weights, &moves[0]).unwrap().is_none(), "nothing to tell apart");
    }

    #[test]
    fn a_group_has_the_spread_of_its_models_and_of_each() {
        let found = [
            Expected { mean: 1.0, variance: 0.5 },
            Expected { mean: 3.0, variance: 0.5 },
            Expected { mean: 99.0, variance: 1.0 },
        ];
        let group = mixture(&found, &[0.2, 0.2, 0.6], |k| k < 2);
        assert!((group.mean - 2.0).abs() < 1e-12 && (group.variance - 1.5).abs() < 1e-12, "{group:?}");
    }
}
