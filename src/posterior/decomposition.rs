//! The fitted outcome cell by cell: baseline, channels, predictive intervals.

use rayon::prelude::*;

use super::cell::Cell;
use super::quality::crps;
use crate::data::Dataset;
use crate::diagnostics::quantile_sorted;
use crate::model::{BaselineDraw, ColumnGroup, Density, State};

/// Sums over draws from which posterior means per cell follow; scaled outcome units.
#[derive(Debug, Clone)]
pub struct Means {
    /// γ + δ_g, G × k.
    coefficients: Vec<f64>,
    /// What the channels cause, e^δ β h; C × G × T.
    media: Vec<f64>,
    /// What else moves with them, in the mean but not caused; G × T.
    captured: Vec<f64>,
    /// u_t, length T.
    weekly: Vec<f64>,
    /// What residuals before unfitted cells leave there, over the draws that predict; G × T.
    carried: Vec<f64>,
    n_carried: f64,
}

impl Means {
    /// Zeros for a design.
    pub fn new(density: &Density) -> Means {
        let d = &density.design;
        Means {
            coefficients: vec![0.0; d.n_geos * d.baseline.n_columns()],
            media: vec![0.0; d.media.exposure.len()],
            captured: vec![0.0; d.outcome.scaled.len()],
            weekly: vec![0.0; d.n_periods],
            carried: vec![0.0; d.outcome.scaled.len()],
            n_carried: 0.0,
        }
    }

    /// Adds one draw, `caused` the share e^δ of each channel; returns its baseline over the fitted cells, outcome units.
    pub fn add(&mut self, density: &Density, state: &State, draw: &BaselineDraw, caused: &[f64]) -> f64 {
        let d = &density.design;
        let n = d.n_periods;
        add(&mut self.coefficients, &draw.coefficients);
        add(&mut self.weekly, &draw.weekly);
        let captured = self.add_media(density, state, caused);
        let of_captured: f64 = captured.iter().zip(&d.outcome.units).map(|(y, unit)| y * unit).sum();
        let columns: f64 = draw.coefficients.iter().zip(&d.baseline.column_units).map(|(b, z)| b * z).sum();
        let weekly: f64 = d
            .outcome
            .units
            .chunks_exact(n)
            .flat_map(|units| units.iter().zip(&draw.weekly).map(|(unit, u)| unit * u))
            .sum();
        let cells = d.outcome.reported.chunks_exact(n).zip(&d.outcome.offset);
        let offset: f64 = cells.map(|(cells, offset)| offset * cells.iter().sum::<f64>()).sum();
        columns + weekly + of_captured + offset
    }

    /// Adds what the channels cause; returns what else the model has of them, empty where that is nothing.
    fn add_media(&mut self, density: &Density, state: &State, caused: &[f64]) -> Vec<f64> {
        let (d, media) = (&density.design, &state.media);
        let n = d.n_periods;
        if caused.iter().all(|share| *share == 1.0) {
            for (series, sum) in self.media.chunks_exact_mut(n).enumerate() {
                media.add_contribution(series, sum);
            }
            return Vec::new();
        }
        let mut captured = vec![0.0; self.captured.len()];
        density.add_media(state, &mut captured);
        for (series, sum) in self.media.chunks_exact_mut(n).enumerate() {
            let share = caused[series / d.n_geos];
            media.add_share(share, series, sum);
            media.add_share(-share, series, &mut captured[series % d.n_geos * n..][..n]);
        }
        add(&mut self.captured, &captured);
        captured
    }

    /// Adds what one draw expects residuals to leave in unfitted cells.
    pub fn add_carried(&mut self, carried: &[f64]) {
        add(&mut self.carried, carried);
        self.n_carried += 1.0;
    }

    /// The mean over `n` draws of several parts' sums.
    pub fn total<'a>(parts: impl Iterator<Item = &'a Means>, n: f64) -> Means {
        let mut parts = parts.cloned();
        let mut total = parts.next().expect("at least one part");
        for part in parts {
            add(&mut total.coefficients, &part.coefficients);
            add(&mut total.media, &part.media);
            add(&mut total.captured, &part.captured);
            add(&mut total.weekly, &part.weekly);
            add(&mut total.carried, &part.carried);
            total.n_carried += part.n_carried;
        }
        for sums in [&mut total.coefficients, &mut total.media, &mut total.captured, &mut total.weekly] {
            sums.iter_mut().for_each(|x| *x /= n);
        }
        let predicted = total.n_carried.max(1.0);
        total.carried.iter_mut().for_each(|x| *x /= predicted);
        total
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
}

/// The decomposition of every cell with a row in the file, period by period; `predictive` holds the
/// sorted draws of each of the G × T cells.
pub fn cells(density: &Density, data: &Dataset, means: &Means, predictive: &[f64]) -> Vec<Cell> {
    let d = &density.design;
    let (n, k) = (d.n_periods, d.baseline.n_columns());
    let n_draws = predictive.len() / d.outcome.scaled.len();
    let present =
        (0..n).flat_map(|t| (0..d.n_geos).map(move |g| (t, g))).filter(|(t, g)| data.present[[*g, *t]]);
    let cell = |(t, g): (usize, usize)| {
        let draws = &predictive[(g * n + t) * n_draws..(g * n + t + 1) * n_draws];
        let scale = d.outcome.scale[g];
        let mut controls = vec![0.0; data.controls.len()];
        let (mut trend, mut seasonality) = (scale * means.weekly[t] + d.outcome.offset[g], 0.0);
        for (j, group) in d.baseline.columns.iter().enumerate() {
            let part = scale * means.coefficients[g * k + j] * d.baseline.all_columns[(g * k + j) * n + t];
            match group {
                ColumnGroup::Intercept | ColumnGroup::Trend => trend += part,
                ColumnGroup::Season => seasonality += part,
                ColumnGroup::Control(i) => controls[*i] = part,
            }
        }
        let media = |c| scale * means.media[(c * d.n_geos + g) * n + t];
        let channels: Vec<f64> = (0..d.n_channels()).map(media).collect();
        let demand_captured = scale * means.captured[g * n + t];
        let baseline = trend + seasonality + controls.iter().sum::<f64>() + demand_captured;
        let outcome = data.outcome.observed[[g, t]].then(|| data.outcome.values[[g, t]]);
        let carried = scale * means.carried[g * n + t];
        Cell {
            date: data.dates[t],
            geo: g,
            outcome,
            held_out: outcome.is_some() && d.outcome.reported[g * n + t] == 0.0,
            fitted_mean: baseline + channels.iter().sum::<f64>() + carried,
            fitted_q05: quantile_sorted(draws, 0.05),
            fitted_q95: quantile_sorted(draws, 0.95),
            crps: outcome.map(|y| crps(draws, y)),
            carried,
            baseline,
            trend,
            seasonality,
            controls,
            demand_captured,
            channels,
        }
    };
    present.collect::<Vec<_>>().into_par_iter().map(cell).collect()
}
