//! Truths against what was found of them.

use super::point::World;
use super::refit::Refit;
use crate::posterior::quantiles;
use crate::report::{Recovered, Recovery};

/// A world and its refit.
pub(super) type Told = (World, Refit);

/// What the worlds say of each channel.
pub(super) fn recovered(names: &[String], worlds: &[Told]) -> Vec<Recovered> {
    let n = worlds.len().max(1) as f64;
    let of = |(c, name): (usize, &String)| {
        let found = worlds.iter().map(|(world, refit)| (world.truth[c], refit.channels[c]));
        let mean_truth = found.clone().map(|(truth, _)| truth).sum::<f64>() / n;
        let error = found.clone().map(|(truth, f)| (f.mean - truth).abs()).sum::<f64>() / n;
        // Worlds in which the channel does next to nothing have logarithms without end: the middle one counts.
        let untold: Vec<f64> = found.clone().map(|(_, f)| f.untold).collect();
        let [untold] = quantiles(&untold, [0.5]);
        let covered = found.filter(|(truth, f)| (f.interval[0]..=f.interval[1]).contains(truth)).count();
        Recovered {
            channel: name.clone(),
            truth: mean_truth,
            error: (mean_truth > 0.0).then(|| error / mean_truth),
            covered,
            told: untold.is_finite().then(|| (1.0 - untold).max(0.0)),
        }
    };
    names.iter().enumerate().map(of).collect()
}

/// Refits whose chains disagree.
pub(super) fn not_converged(worlds: &[Told]) -> usize {
    worlds.iter().filter(|(_, refit)| !refit.converged).count()
}

/// All of it, before the what-ifs.
pub(super) fn judged(names: &[String], worlds: &[Told]) -> Recovery {
    Recovery {
        worlds: worlds.len(),
        not_converged: not_converged(worlds),
        channels: recovered(names, worlds),
        what_ifs: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::refit::Found;
    use super::*;
    use crate::data::testdata;

    #[test]
    fn errors_coverage_and_what_is_told_by_hand() {
        let told = |truth: f64, mean: f64, interval: [f64; 2], untold: f64| {
            let found = Found { mean, interval, untold };
            let world = World { data: testdata::dataset(), truth: vec![truth] };
            (world, Refit { channels: vec![found], converged: mean < 2.0 })
        };
        let worlds = [told(1.0, 1.5, [0.9, 2.0], 0.5), told(3.0, 2.0, [1.0, 2.9], 0.3)];
        let judged = judged(&["tv".into()], &worlds);
        let tv = &judged.channels[0];
        assert_eq!((judged.worlds, judged.not_converged, tv.covered), (2, 1, 1));
        assert_eq!((tv.truth, tv.error), (2.0, Some(0.375)));
        assert!((tv.told.unwrap() - 0.6).abs() < 1e-12);
    }
}
