//! Of the plans that are as good as the best, the one nearest today's.
//!
//! Where the posterior mean is flat, the best plan is decided by rounding and by the draws' noise, and
//! may sit at a bound for nothing. A move must earn its place.

use super::limits::Problem;
use super::optimise::Solution;
use super::polish::polish_locally;

/// Most of the outcome that is given up for staying near today's plan, relative: 0.01 %, well under
/// the Monte Carlo error of a posterior mean from a few thousand draws.
const OUTCOME_SHARE: f64 = 1e-4;
/// The same as a share of the plan's gain, so that a small but real gain is not given up.
const GAIN_SHARE: f64 = 0.01;
/// A gain below this share of the outcome is no gain: today's plan is kept.
pub(crate) const NO_GAIN: f64 = 1e-6;

/// Replaces the best plan by the one nearest today's (or today's, scaled to the budget and the limits)
/// among those that lose no more than min(1e-4 of the outcome, 1 % of the gain), or 1e-6 of the outcome
/// if that is more.
///
/// The distance is Σ (x − x₀)² / x₀. It is weighed against the outcome with a factor that rises until
/// the loss reaches what is allowed; the bound of the solution stays valid.
pub(crate) fn settle(problem: &Problem, best: Solution) -> Solution {
    let home = problem.home();
    let home_value = problem.value(&home);
    let outcome = best.value.abs();
    let allowed =
        (OUTCOME_SHARE * outcome).min(GAIN_SHARE * (best.value - home_value)).max(NO_GAIN * outcome);
    let least = best.value - allowed;
    if home_value >= least {
        return Solution { x: home, value: home_value, ..best };
    }
    let distance: f64 = distance(problem, &best.x, &home);
    if distance == 0.0 {
        return best;
    }
    let mut settled = best.clone();
    // From a quarter of the factor at which the whole distance costs what may be lost, up by doubling: weaker
    // pulls change little, and each plan starts the search for the next.
    let mut pull = 0.25 * allowed / distance;
    for _ in 0..24 {
        let x = polish_locally(problem, settled.x.clone(), &home, pull);
        let value = problem.value(&x);
        if value < least {
            break;
        }
        settled = Solution { x, value, bound: best.bound };
        pull *= 2.0;
    }
    settled
}

fn distance(problem: &Problem, x: &[f64], home: &[f64]) -> f64 {
    x.iter().zip(home).zip(&problem.today).map(|((a, b), today)| (a - b).powi(2) / today).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::search::limits::Limits;
    use crate::planning::search::optimise::solve;
    use crate::planning::value::curve::ChannelCurve;
    use ndarray::Array2;

    /// Channels that spend 100 each and return the given value per unit, within ± 30 %.
    fn lines(returns: &[f64]) -> Problem {
        let curves: Vec<ChannelCurve> = returns
            .iter()
            .map(|r| {
                let values = Array2::from_shape_vec((1, 3), vec![0.0, 100.0 * r, 200.0 * r]).unwrap();
                ChannelCurve::new("channel", 100.0, &[0.0, 1.0, 2.0], values, 2.0).unwrap()
            })
            .collect();
        let limits = Limits::around_today(returns.len(), 0.3);
        Problem::new(&curves, 100.0 * returns.len() as f64, &limits).unwrap()
    }

    #[test]
    fn a_gain_that_is_rounding_moves_nothing() {
        let problem = lines(&[1.0, 1.0 + 1e-8, 1.0 - 1e-8]);
        let best = solve(&problem);
        assert!(best.x[1] > 129.0, "the exact optimum sits at a bound: {:?}", best.x);
        let settled = settle(&problem, best.clone());
        assert_eq!(settled.x, [100.0; 3]);
        assert_eq!((settled.value, settled.bound), (problem.value(&[100.0; 3]), best.bound));
    }

    #[test]
    fn a_real_gain_is_taken_without_the_noise() {
        // The first channel should grow; whether the second or the third pays for it is worth 1e-5 of
        // their return, so both should.
        let problem = lines(&[3.0, 1.0, 1.0 + 1e-5]);
        let best = solve(&problem);
        assert!((best.x[1] - 70.0).abs() < 1e-6 && (best.x[2] - 100.0).abs() < 1e-6, "{:?}", best.x);
        let settled = settle(&problem, best.clone());
        assert!((settled.x[0] - 130.0).abs() < 1.0, "{:?}", settled.x);
        assert!((settled.x[1] - settled.x[2]).abs() < 1.0, "{:?}", settled.x);
        let gain = best.value - problem.value(&[100.0; 3]);
        assert!(best.value - settled.value <= GAIN_SHARE * gain);
        assert!(problem.is_feasible(&settled.x));
    }
}
