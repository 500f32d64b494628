//! R-hat: do the chains agree?

use super::chains::{mean, usable, variance};
use super::ranked::{Ranked, Scores};

/// Stands for every larger value, infinity included (chains that do not move at all but disagree).
const LARGEST: f64 = 1e6;

/// Rank-normalised split R-hat, the larger of bulk and folded; 1 is agreement.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), § 4.1.
pub fn rhat(chains: &[&[f64]]) -> Option<f64> {
    usable(chains).then(|| Ranked::of(chains)).and_then(|ranked| {
        let scores = Scores::of(chains);
        rhat_of_scores(&ranked, &ranked.scores(&scores), &ranked.folded_scores(&scores))
    })
}

/// The same from the normal scores of the draws and of their distances from the median.
pub(super) fn rhat_of_scores(ranked: &Ranked<'_>, bulk: &[f64], folded: &[f64]) -> Option<f64> {
    match (plain_rhat(&ranked.views(bulk)), plain_rhat(&ranked.views(folded))) {
        (Some(bulk), Some(tail)) => Some(bulk.max(tail)),
        (bulk, tail) => bulk.or(tail),
    }
}

/// √((between/within + n − 1)/n); `None` when no chain varies and none differs.
fn plain_rhat(chains: &[&[f64]]) -> Option<f64> {
    let n = chains[0].len() as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let variances: Vec<f64> = chains.iter().map(|chain| variance(chain)).collect();
    let (between, within) = (n * variance(&means), mean(&variances));
    if between == 0.0 && within == 0.0 {
        return None;
    }
    Some(((between / within + n - 1.0) / n).sqrt().min(LARGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_that_stand_still_apart_disagree_finitely() {
        assert_eq!(rhat(&[&[1.0; 10], &[2.0; 10]]), Some(LARGEST));
        assert_eq!(rhat(&[&[1.0; 10], &[1.0; 10]]), None);
    }

    #[test]
    fn folding_sees_a_difference_in_scale() {
        let narrow: Vec<f64> = (0..200).map(|i| (f64::from(i) * 2.4).sin()).collect();
        let wide: Vec<f64> = narrow.iter().map(|x| 5.0 * x).collect();
        assert!(rhat(&[&narrow, &wide]).expect("not constant") > 1.2);
    }
}
