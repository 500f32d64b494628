//! Draws by rank: one sort serves R-hat and the bulk ESS.

use statrs::distribution::{ContinuousCDF, Normal};

use super::chains::{quantile_sorted, split};

/// Normal scores of the ranks 1 to S of S draws; every quantity of a run has the same.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), eq. 14.
pub(super) struct Scores(Vec<f64>);

impl Scores {
    /// Those of all the draws in the halves of some chains of equal length.
    pub(super) fn of(chains: &[&[f64]]) -> Scores {
        let n = split(chains).iter().map(|half| half.len()).sum();
        Scores((1..=n).map(|rank| score(rank as f64, n)).collect())
    }
}

/// Φ⁻¹((r − 3/8)/(S + 1/4)).
fn score(rank: f64, n: usize) -> f64 {
    Normal::standard().inverse_cdf((rank - 0.375) / (n as f64 + 0.25))
}

/// Split chains and the order of all their draws.
pub(super) struct Ranked<'a> {
    /// First and last half of every chain.
    pub(super) halves: Vec<&'a [f64]>,
    /// Ascending draws, each with its place when the halves are laid end to end.
    order: Vec<(f64, u32)>,
}

impl<'a> Ranked<'a> {
    /// Sorts the draws of chains of equal length.
    pub(super) fn of(chains: &[&'a [f64]]) -> Ranked<'a> {
        let halves = split(chains);
        let mut order: Vec<(f64, u32)> =
            halves.iter().flat_map(|half| half.iter().copied()).zip(0..).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Ranked { halves, order }
    }

    /// The draws of the halves, ascending.
    pub(super) fn sorted(&self) -> Vec<f64> {
        self.order.iter().map(|(x, _)| *x).collect()
    }

    /// Normal scores of the draws, in their places; ties share that of their average rank.
    pub(super) fn scores(&self, scores: &Scores) -> Vec<f64> {
        in_place(&self.order, scores)
    }

    /// The same of the distances from the median.
    pub(super) fn folded_scores(&self, scores: &Scores) -> Vec<f64> {
        let sorted = self.sorted();
        let median = quantile_sorted(&sorted, 0.5);
        // Distances grow both ways from the median, so that their order is a merge of the two sides.
        let (below, above) = self.order.split_at(sorted.partition_point(|x| *x < median));
        let distance = |(x, place): &(f64, u32)| ((x - median).abs(), *place);
        let (mut below, mut above) = (below.iter().rev().map(distance), above.iter().map(distance));
        let (mut left, mut right) = (below.next(), above.next());
        let mut folded = Vec::with_capacity(self.order.len());
        loop {
            match (left, right) {
                (Some(l), Some(r)) if l.0 <= r.0 => {
                    folded.push(l);
                    left = below.next();
                }
                (_, Some(r)) => {
                    folded.push(r);
                    right = above.next();
                }
                (Some(l), None) => {
                    folded.push(l);
                    left = below.next();
                }
                (None, None) => return in_place(&folded, scores),
            }
        }
    }

    /// Views of values that lie end to end, half by half.
    pub(super) fn views<'b>(&self, values: &'b [f64]) -> Vec<&'b [f64]> {
        values.chunks_exact(self.halves[0].len()).collect()
    }
}

fn in_place(order: &[(f64, u32)], scores: &Scores) -> Vec<f64> {
    let mut out = vec![0.0; order.len()];
    let mut below = 0;
    for ties in order.chunk_by(|a, b| a.0 == b.0) {
        let score = match ties.len() {
            1 => scores.0[below],
            // One-based ranks of ties run from `below + 1` to `below + ties`.
            n => score(below as f64 + 0.5 * (n + 1) as f64, order.len()),
        };
        ties.iter().for_each(|(_, place)| out[*place as usize] = score);
        below += ties.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::reference::example;
    use super::*;

    #[test]
    fn ranks_of_ties_are_averaged() {
        // Ranks 1, 2.5, 2.5, 4 of 4; scipy.stats.norm.ppf((r − .375)/4.25), scipy 1.17
        let chains: [&[f64]; 2] = [&[1.0, 5.0], &[5.0, 9.0]];
        let z = Ranked::of(&chains).scores(&Scores::of(&chains));
        for (got, want) in z.iter().zip([-1.049_131_397_963_971, 0.0, 0.0, 1.049_131_397_963_971]) {
            assert!((got - want).abs() < 1e-9, "{z:?}");
        }
    }

    #[test]
    fn folded_scores_are_those_of_the_distances() {
        let mut chains = example(4, 25);
        chains[1][3] = chains[2][4];
        chains[0][5] = chains[2][4];
        let views: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        let (ranked, scores) = (Ranked::of(&views), Scores::of(&views));
        let mut sorted = ranked.halves.concat();
        sorted.sort_by(f64::total_cmp);
        let median = quantile_sorted(&sorted, 0.5);
        let distances: Vec<f64> = ranked.halves.concat().iter().map(|x| (x - median).abs()).collect();
        let want = Ranked::of(&[&distances]).scores(&scores);
        assert_eq!(ranked.folded_scores(&scores), want);
    }
}
