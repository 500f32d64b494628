//! What the prior says of one channel's ln effect.

use statrs::distribution::{ContinuousCDF, Normal};

use super::design::MediaDesign;
use super::returns::ReturnsPrior;

/// Share of a prior below which nothing is told apart.
const TAIL: f64 = 1e-9;

/// The prior of one ln effect.
#[derive(Debug, Clone, Copy)]
pub enum Expectation<'a> {
    /// A normal of the channel's own.
    Normal {
        /// Of ln effect.
        mean: f64,
        /// Of ln effect.
        sd: f64,
    },
    /// The one that channels share.
    Shared(&'a ReturnsPrior),
}

impl Expectation<'_> {
    /// Standard deviation, should the channel act.
    pub fn sd(&self) -> f64 {
        match self {
            Expectation::Normal { sd, .. } => *sd,
            Expectation::Shared(prior) => prior.usual_sd(),
        }
    }

    /// Quantile `p` of ln effect.
    pub fn quantile(&self, p: f64) -> f64 {
        match self {
            Expectation::Normal { mean, sd } => mean + sd * Normal::standard().inverse_cdf(p),
            Expectation::Shared(prior) => prior.quantile(p),
        }
    }
}

/// Where the ln effects of all channels lie in their priors, those that share one given the others: the standard
/// normal deviates with as much below them, within ±6. What the others return is no sign of a channel's own data.
pub fn deviates(media: &MediaDesign, ln_effects: &[f64]) -> Vec<f64> {
    let shared: Vec<usize> = (0..ln_effects.len()).filter(|c| media.channels[*c].prior.is_none()).collect();
    let pooled: Vec<f64> = shared.iter().map(|c| ln_effects[*c]).collect();
    let mut below = vec![0.5; ln_effects.len()];
    for (c, p) in shared.into_iter().zip(media.pool.below_given_others(&pooled)) {
        below[c] = p;
    }
    for ((below, x), channel) in below.iter_mut().zip(ln_effects).zip(&media.channels) {
        if let Some((mean, sd)) = channel.prior.filter(|_| x.is_finite()) {
            *below = Normal::standard().cdf((x - mean) / sd);
        }
    }
    below.into_iter().map(|p| Normal::standard().inverse_cdf(p.clamp(TAIL, 1.0 - TAIL))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FitConfig;
    use crate::data::testdata;
    use crate::model::Design;
    use crate::model::returns::Belief;

    fn shared() -> ReturnsPrior {
        ReturnsPrior::new(&[Belief { weight: 1.0, mean: 0.3, sd: 0.3, spreads: &[(0.35, 1.0)] }])
    }

    #[test]
    fn quantiles_of_both_kinds_by_hand() {
        let own = Expectation::Normal { mean: -1.0, sd: 0.4 };
        assert!((own.quantile(0.95) + 1.0 - 0.4 * 1.644_853_626_951).abs() < 1e-9);
        assert!(own.quantile(0.5) == -1.0 && own.sd() == 0.4);
        let shared = shared();
        assert_eq!(Expectation::Shared(&shared).sd(), shared.usual_sd());
        assert_eq!(Expectation::Shared(&shared).quantile(0.7), shared.quantile(0.7));
    }

    #[test]
    fn deviates_are_given_the_others_or_by_a_prior_of_ones_own() {
        let mut design = Design::new(&testdata::dataset(), &FitConfig::default()).unwrap();
        design.media.pool = shared();
        design.media.channels[1].prior = Some((0.0, 0.5));
        let at = |x: [f64; 3]| deviates(&design.media, &x);
        let (mean, sd) = design.media.channels[2].prior.unwrap();
        let found = at([0.3, 0.75, mean - 2.0 * sd]);
        assert!((found[1] - 1.5).abs() < 1e-9 && (found[2] + 2.0).abs() < 1e-9, "{found:?}");
        // A channel with a prior of its own is none of the others.
        assert_eq!(found[0], at([0.3, -9.0, 0.0])[0]);
        assert_eq!(at([f64::NEG_INFINITY; 3]), [0.0; 3]);
        assert!(at([9.0, 0.0, 0.0])[0] > 5.9);
    }
}
