//! Which geos to treat: drawn from strata of size, judged on some windows of the history, re-judged on others.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::estimator::{Estimator, Movement};
use super::history::History;

/// Sets that are drawn and judged, and the least that stay acceptable: the one that is taken is drawn from them, and
/// the best of many would be good by chance.
const DRAWN: usize = 500;
const ACCEPTED: usize = 100;
/// Periods before a window that predict it: at least, so that a level is known, and at most, as what is older tells of
/// another level.
const BEFORE: (usize, usize) = (26, 78);
/// Untreated geos that tell what would have come.
pub(super) const UNTREATED: usize = 3;
/// Windows that the model's own error counts as, against those that the history has.
const PRIOR_WINDOWS: f64 = 4.0;

/// Geos that may be treated, and all that predict.
pub(super) struct Ground<'a> {
    pub history: &'a History,
    /// Geos whose every period was fitted.
    pub usable: Vec<usize>,
}

/// A set of geos to treat, with the error of what is read in them.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// Ascending.
    pub treated: Vec<usize>,
    /// Standard error of the reading, outcome units: what the noise of the fit lets expect, by what the placebo windows
    /// had.
    pub se: f64,
    /// Root mean square of the placebo windows' estimates over what the fit lets expect.
    pub placebo_ratio: f64,
    /// Windows it was re-judged on.
    pub windows: usize,
    /// Mean of their estimates over the standard error.
    pub bias: f64,
    /// Sets judged, and those accepted.
    pub sets: (usize, usize),
    /// Weights of the periods of the test, in which `se` is the error.
    pub estimator: Estimator,
}

/// A difference of geos as one series.
struct Contrast {
    series: Vec<f64>,
    /// Variance of its innovations.
    variance: f64,
    /// Variance that its level gains in a period.
    drift: f64,
}

/// How a test reads: the sum of its window, or the size of a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reads<'a> {
    Sum(usize),
    Pattern(&'a [f64]),
}

impl Reads<'_> {
    fn window(self) -> usize {
        match self {
            Reads::Sum(n) => n,
            Reads::Pattern(expected) => expected.len(),
        }
    }
}

impl Ground<'_> {
    /// Treated geos added up, less as much of the others as moves like them.
    fn contrast(&self, treated: &[usize]) -> Contrast {
        let h = self.history;
        let scale = &h.media.history.outcome_scale;
        let size: f64 = treated.iter().map(|g| scale[*g]).sum();
        let others: Vec<usize> = self.usable.iter().copied().filter(|g| !treated.contains(g)).collect();
        let precision = |g: &usize| (scale[*g] / h.sigma[*g]).powi(2);
        let total: f64 = others.iter().map(precision).sum();
        // One market has nothing to be held against.
        let share = |g: &usize| precision(g) / total.max(f64::MIN_POSITIVE);
        let n = h.unexplained.ncols();
        let mut series = vec![0.0; n];
        for g in treated {
            series.iter_mut().zip(h.unexplained.row(*g)).for_each(|(d, y)| *d += y);
        }
        for g in &others {
            let weight = size * share(g) / scale[*g];
            series.iter_mut().zip(h.unexplained.row(*g)).for_each(|(d, y)| *d -= weight * y);
        }
        let own = |f: &dyn Fn(usize) -> f64| treated.iter().map(|g| f(*g)).sum::<f64>();
        let of_others = if others.is_empty() { 0.0 } else { size * size / total };
        let spread: f64 = others.iter().map(|g| share(g).powi(2)).sum();
        Contrast {
            series,
            variance: own(&|g| h.sigma[g].powi(2)) + of_others,
            drift: h.drift * (own(&|g| scale[g].powi(2)) + size * size * spread),
        }
    }

    /// Draws the geos of a test: `n` of `eligible`, all of `must` among them. `None` where the history is too short to
    /// judge any.
    pub fn choose(
        &self,
        (eligible, must): (&[usize], &[usize]),
        n: usize,
        reads: Reads,
        seed: u64,
    ) -> Option<Chosen> {
        let window = reads.window();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(((n as u64) << 32) | window as u64);
        let sets = self.sets(eligible, must, n, &mut rng);
        let contrasts: Vec<Contrast> = sets.iter().map(|set| self.contrast(set)).collect();
        let first = contrasts.first()?;
        let length = first.series.len();
        let before = length.saturating_sub(4 * window).clamp(BEFORE.0, BEFORE.1);
        let movement = Movement { phi: self.history.phi, drift: first.drift / first.variance };
        let estimator = match reads {
            Reads::Sum(_) => movement.sum_after(before, window)?,
            Reads::Pattern(expected) => movement.size_of(before, expected)?,
        };
        let starts: Vec<usize> = (0..)
            .map_while(|k| length.checked_sub(window + k * window.div_ceil(2)))
            .take_while(|start| *start >= before)
            .collect();
        // The late ones, which are like what comes, are kept for the second judgement.
        let (late, early) = starts.split_at(starts.len().div_ceil(2));
        if late.is_empty() {
            return None;
        }
        let z = |contrast: &Contrast, start: &usize| {
            let expected = contrast.variance.sqrt() * estimator.sd;
            estimator.of(&contrast.series[start - before..start + window]) / expected
        };
        let square = |contrast: &Contrast, starts: &[usize]| {
            starts.iter().map(|s| z(contrast, s).powi(2)).sum::<f64>() / starts.len().max(1) as f64
        };
        let judged = |c: &Contrast| c.variance * (1.0 + square(c, early));
        let mut order: Vec<usize> = (0..sets.len()).collect();
        order.sort_by(|a, b| judged(&contrasts[*a]).total_cmp(&judged(&contrasts[*b])).then(a.cmp(b)));
        let accepted = (order.len() * 2 / 5).max(ACCEPTED).min(order.len());
        order.truncate(accepted);
        let found: f64 = order.iter().map(|i| square(&contrasts[*i], late)).sum::<f64>() / accepted as f64;
        let windows = late.len();
        let ratio = ((PRIOR_WINDOWS + windows as f64 * found) / (PRIOR_WINDOWS + windows as f64)).sqrt();
        let drawn = *order.choose(&mut rng)?;
        let contrast = &contrasts[drawn];
        Some(Chosen {
            treated: sets[drawn].clone(),
            se: contrast.variance.sqrt() * estimator.sd * ratio,
            placebo_ratio: found.sqrt(),
            windows,
            bias: late.iter().map(|s| z(contrast, s)).sum::<f64>() / windows as f64,
            sets: (sets.len(), accepted),
            estimator: Estimator { weights: estimator.weights[before..].to_vec(), sd: estimator.sd },
        })
    }

    /// Different sets of `n` geos: one of each stratum of size, beside those that must be treated.
    fn sets(&self, eligible: &[usize], must: &[usize], n: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
        let scale = &self.history.media.history.outcome_scale;
        let mut free: Vec<usize> = eligible.iter().copied().filter(|g| !must.contains(g)).collect();
        free.sort_by(|a, b| scale[*b].total_cmp(&scale[*a]).then(a.cmp(b)));
        let strata = n.saturating_sub(must.len());
        let mut sets = std::collections::BTreeSet::new();
        for _ in 0..DRAWN {
            let mut set = must.to_vec();
            for k in 0..strata {
                let stratum = &free[k * free.len() / strata..(k + 1) * free.len() / strata];
                if !stratum.is_empty() {
                    set.push(stratum[rng.random_range(0..stratum.len())]);
                }
            }
            set.sort_unstable();
            sets.insert(set);
        }
        sets.into_iter().collect()
    }
}
