//! The shared level f of a panel with a weekly effect, and the scale σ_u of its shocks.

use super::accumulator::Accumulator;
use super::coordinates::{LevelCoordinates, LevelScales, LevelTerms};
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::model::design::{ColumnGroup, Design, PRIOR_MEDIA_SHARE};
use crate::model::theta::{LikelihoodGradient, Theta};

/// σ_u² = s² + `LEAST_WEEKLY`², ln s ~ N(mean, sd²): kept away from zero, where the level would be a funnel.
const LN_WEEKLY: (f64, f64) = (-2.995_732_273_553_991, 1.0);
/// A shock of every week too small to be seen.
const LEAST_WEEKLY: f64 = 0.003;

/// σ_u at its standard normal coordinate, and d ln σ_u / dq.
fn weekly_scale(q: f64) -> (f64, f64) {
    let free = (LN_WEEKLY.0 + LN_WEEKLY.1 * q).exp();
    let scale = free.hypot(LEAST_WEEKLY);
    (scale, LN_WEEKLY.1 * (free / scale).powi(2))
}

fn scales(theta: &Theta) -> LevelScales {
    LevelScales { weekly: theta.weekly_scale, calendar: [theta.trend_scale, theta.season_scale] }
}

/// Coordinates of the shared level, rotated so that the span of the calendar columns comes first: along
/// it geo deviations leave the level uncertain, across it every period is pinned down on its own.
#[derive(Debug, Clone, Copy)]
pub struct LevelBlock {
    /// Standardised ln σ_u.
    pub(crate) ln_scale: usize,
    /// First coordinate along the span, among those shared by all geos.
    span: usize,
    /// First coordinate across it.
    rest: usize,
    /// Dimension of the span.
    rank: usize,
}

impl LevelBlock {
    /// What all periods share; the directions across the span come last.
    pub(super) fn number(coordinates: &LevelCoordinates, next: &mut Numbering) -> LevelBlock {
        let rank = coordinates.rank();
        LevelBlock { ln_scale: next.take(1), span: next.take(rank), rest: 0, rank }
    }

    pub(super) fn number_periods(&mut self, n_periods: usize, next: &mut Numbering) {
        self.rest = next.take(n_periods - self.rank);
    }

    pub(super) fn decode(self, q: &[f64], coordinates: &LevelCoordinates, theta: &mut Theta) {
        theta.weekly_scale = weekly_scale(q[self.ln_scale]).0;
        let scales = scales(theta);
        let along = &q[self.span..self.span + self.rank];
        coordinates.decode(along, &q[self.rest..], scales, &mut theta.weekly);
    }

    /// Returns the derivatives by ln σ_trend and ln σ_season.
    pub(super) fn prior(
        self,
        p: &mut Accumulator,
        coordinates: &LevelCoordinates,
        theta: &Theta,
        by: &LikelihoodGradient,
    ) -> [f64; 2] {
        let (span, rest) = by.weekly.split_at(self.rank);
        let scales = scales(theta);
        let (on_span, on_rest) = (self.span..self.span + self.rank, self.rest..self.rest + rest.len());
        let along = (&p.q[on_span.clone()], span);
        let along = LevelTerms::chain_rule(coordinates.along(scales), along, &mut p.grad[on_span]);
        let across = (&p.q[on_rest.clone()], rest);
        let across = LevelTerms::chain_rule(coordinates.across(scales), across, &mut p.grad[on_rest]);
        p.log_density += along.log_density + across.log_density;
        let by_ln_weekly = by.ln_weekly_scale + along.by_ln_weekly + across.by_ln_weekly;
        p.normal(self.ln_scale, weekly_scale(p.q[self.ln_scale]).1 * by_ln_weekly);
        along.by_ln_calendar
    }

    /// Draws uₜ and the coordinates of fₜ = Zₜ γ + uₜ, with γ in `shared` and its scales in `calendar`; returns u.
    pub(super) fn draw<R: rand::Rng>(
        self,
        design: &Design,
        coordinates: &LevelCoordinates,
        (shared, calendar): (&[f64], [f64; 2]),
        draw: &mut Drawing<R>,
    ) -> Vec<f64> {
        let (baseline, n) = (&design.baseline, design.n_periods);
        let deviate = draw.normal();
        draw.q[self.ln_scale] = deviate;
        let scale = weekly_scale(deviate).0;
        let weekly: Vec<f64> = (0..n).map(|_| scale * draw.normal()).collect();
        let mut level = weekly.clone();
        let columns = baseline.all_columns.chunks_exact(n).zip(shared).zip(&baseline.columns);
        for ((column, gamma), group) in columns {
            if !matches!(group, ColumnGroup::Control(_)) {
                level.iter_mut().zip(column).for_each(|(f, z)| *f += gamma * z);
            }
        }
        coordinates.encode(LevelScales { weekly: scale, calendar }, &mut level);
        level.into_iter().enumerate().for_each(|(i, level)| draw.q[self.coordinate(i)] = level);
        weekly
    }

    /// Coordinate of rotated direction `i`.
    fn coordinate(self, i: usize) -> usize {
        if i < self.rank { self.span + i } else { self.rest + i - self.rank }
    }

    /// Starts near the mean of the geos, less what media bring: far from it no step is small enough.
    pub(super) fn start(
        self,
        design: &Design,
        coordinates: &LevelCoordinates,
        calendar: [f64; 2],
        q: &mut [f64],
    ) {
        let (n, share) = (design.n_periods, 1.0 - PRIOR_MEDIA_SHARE);
        let mut level = vec![share; n];
        for (t, level) in level.iter_mut().enumerate() {
            let cells = || (0..design.n_geos).map(|g| g * n + t);
            let count: f64 = cells().map(|i| design.outcome.fitted[i]).sum();
            if count > 0.0 {
                *level *= cells().map(|i| design.outcome.scaled[i]).sum::<f64>() / count;
            }
        }
        let weekly = weekly_scale(q[self.ln_scale]).0;
        coordinates.encode(LevelScales { weekly, calendar }, &mut level);
        for (i, level) in level.into_iter().enumerate() {
            let i = self.coordinate(i);
            q[i] = level + 0.1 * q[i];
        }
    }

    pub(super) fn visit<'a>(self, theta: &Theta, visit: &mut impl Visit<'a>) {
        visit(Label::One("weekly_scale"), theta.weekly_scale);
        theta.weekly.iter().enumerate().for_each(|(t, f)| visit(Label::OfPeriod("weekly", t), *f));
    }
}
