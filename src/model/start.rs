//! Where chains start.

use rand_distr::{Distribution, StandardNormal};

use super::coordinates::{SHARE, half_normal};
use super::design::{Design, PRIOR_MEDIA_SHARE};
use super::layout::{Layout, SigmaLayout};
use super::level::LevelScales;
use super::prior::{SEASON, TREND, weekly_scale};

/// A starting point near the middle of the prior, jittered so that chains differ.
pub(crate) fn start<R: rand::Rng>(design: &Design, layout: &Layout, rng: &mut R) -> Vec<f64> {
    let mut q: Vec<f64> = (0..layout.dim)
        .map(|_| {
            let jitter: f64 = StandardNormal.sample(rng);
            0.2 * jitter
        })
        .collect();
    let mut shift = |i: Option<usize>, by: f64| {
        if let Some(i) = i {
            q[i] += by;
        }
    };
    for (channel, design) in layout.channels.iter().zip(&design.media.channels) {
        let (a, b) = design.shape.retention;
        shift(channel.retention, SHARE.unbent((a / b).ln()));
    }
    shift(layout.phi, SHARE.unbent(-1.0));
    if let SigmaLayout::Single(i) = layout.sigma {
        // Too much noise, rather than too little, for a start.
        shift(Some(i), 0.5);
    }
    if let (Some(at), Some(coordinates)) = (layout.weekly, &layout.learnt.level) {
        // Near the mean of the geos, less what media bring: far from it no step is small enough.
        let (n, share) = (design.n_periods, 1.0 - PRIOR_MEDIA_SHARE);
        let mut level = vec![share; n];
        for (t, level) in level.iter_mut().enumerate() {
            let cells = || (0..design.n_geos).map(|g| g * n + t);
            let count: f64 = cells().map(|i| design.outcome.fitted[i]).sum();
            if count > 0.0 {
                *level *= cells().map(|i| design.outcome.scaled[i]).sum::<f64>() / count;
            }
        }
        let scale = |at: Option<usize>, prior| at.map_or(0.0, |i| half_normal(q[i], prior));
        let calendar = [scale(layout.trend_scale, TREND), scale(layout.season_scale, SEASON)];
        coordinates.encode(LevelScales { weekly: weekly_scale(q[at.ln_scale]).0, calendar }, &mut level);
        for (i, level) in level.into_iter().enumerate() {
            let i = if i < at.rank { at.span + i } else { at.rest + i - at.rank };
            q[i] = level + 0.1 * q[i];
        }
    }
    q
}
