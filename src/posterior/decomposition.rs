//! The fitted outcome cell by cell: baseline, channels, predictive intervals and how well they fit.

use super::summary::quantile_sorted;
use super::types::{Cell, FitQuality};
use crate::data::Dataset;
use crate::model::{BaselineDraw, ColumnGroup, Density, State};

/// Sums over draws from which posterior means per cell follow; scaled outcome units.
#[derive(Debug, Clone)]
pub struct Means {
    /// γ + δ_g, G × k.
    coefficients: Vec<f64>,
    /// β h, C × G × T.
    media: Vec<f64>,
    /// u_t, length T.
    weekly: Vec<f64>,
    n_cells: usize,
}

impl Means {
    /// Zeros for a design.
    pub fn new(density: &Density) -> Means {
        let d = &density.design;
        Means {
            coefficients: vec![0.0; d.n_geos * d.n_columns()],
            media: vec![0.0; d.exposure.len()],
            weekly: vec![0.0; d.n_periods],
            n_cells: d.outcome.len(),
        }
    }

    /// G × T.
    pub fn n_cells(&self) -> usize {
        self.n_cells
    }

    /// Adds one draw; returns its baseline over the fitted cells, outcome units.
    pub fn add(&mut self, density: &Density, state: &State, draw: &BaselineDraw) -> f64 {
        let (d, media) = (&density.design, &state.media);
        let n = d.n_periods;
        add(&mut self.coefficients, &draw.coefficients);
        add(&mut self.weekly, &draw.weekly);
        for (i, beta) in media.beta.iter().enumerate() {
            let cells = i * n..(i + 1) * n;
            for (sum, h) in self.media[cells.clone()].iter_mut().zip(&media.effect[cells]) {
                *sum += beta * h;
            }
        }
        let columns: f64 = draw.coefficients.iter().zip(&d.column_units).map(|(b, z)| b * z).sum();
        let weekly: f64 = d
            .units
            .chunks_exact(n)
            .flat_map(|units| units.iter().zip(&draw.weekly).map(|(unit, u)| unit * u))
            .sum();
        columns + weekly
    }

    /// The mean over `n` draws of several parts' sums.
    pub fn total<'a>(parts: impl Iterator<Item = &'a Means>, n: f64) -> Means {
        let mut parts = parts.cloned();
        let mut total = parts.next().expect("at least one part");
        for part in parts {
            add(&mut total.coefficients, &part.coefficients);
            add(&mut total.media, &part.media);
            add(&mut total.weekly, &part.weekly);
        }
        for sums in [&mut total.coefficients, &mut total.media, &mut total.weekly] {
            sums.iter_mut().for_each(|x| *x /= n);
        }
        total
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
}

/// Mean of every cell at one draw, fitted or not, scaled outcome units; G × T.
pub fn fitted(density: &Density, state: &State, draw: &BaselineDraw) -> Vec<f64> {
    let (d, media) = (&density.design, &state.media);
    let (n, k, n_geos) = (d.n_periods, d.n_columns(), d.n_geos);
    let mut mean = vec![0.0; n_geos * n];
    for (g, mean) in mean.chunks_exact_mut(n).enumerate() {
        add(mean, &draw.weekly);
        for j in 0..k {
            let z = &d.baseline_all[(g * k + j) * n..(g * k + j + 1) * n];
            mean.iter_mut().zip(z).for_each(|(m, z)| *m += draw.coefficients[g * k + j] * z);
        }
        for c in 0..d.n_channels() {
            let i = c * n_geos + g;
            let h = &media.effect[i * n..(i + 1) * n];
            mean.iter_mut().zip(h).for_each(|(m, h)| *m += media.beta[i] * h);
        }
    }
    mean
}

/// The decomposition of every cell with a row in the file; `predictive` holds draws of all G × T cells.
pub fn cells(density: &Density, data: &Dataset, means: &Means, predictive: &[&[f64]]) -> Vec<Cell> {
    let d = &density.design;
    let (n, k) = (d.n_periods, d.n_columns());
    let mut cells = Vec::new();
    let mut column = vec![0.0; predictive.len()];
    for (t, g) in (0..n).flat_map(|t| (0..d.n_geos).map(move |g| (t, g))) {
        if !data.present[[g, t]] {
            continue;
        }
        let scale = d.outcome_scale[g];
        let mut controls = vec![0.0; data.controls.len()];
        let (mut trend, mut seasonality) = (scale * means.weekly[t], 0.0);
        for (j, group) in d.columns.iter().enumerate() {
            let part = scale * means.coefficients[g * k + j] * d.baseline_all[(g * k + j) * n + t];
            match group {
                ColumnGroup::Intercept | ColumnGroup::Trend => trend += part,
                ColumnGroup::Season => seasonality += part,
                ColumnGroup::Control(i) => controls[*i] = part,
            }
        }
        let media = |c| scale * means.media[(c * d.n_geos + g) * n + t];
        let channels: Vec<f64> = (0..d.n_channels()).map(media).collect();
        let baseline = trend + seasonality + controls.iter().sum::<f64>();
        column.iter_mut().zip(predictive).for_each(|(x, draw)| *x = draw[g * n + t]);
        column.sort_unstable_by(f64::total_cmp);
        let observed = data.outcome.observed[[g, t]];
        cells.push(Cell {
            date: data.dates[t],
            geo: g,
            outcome: observed.then(|| data.outcome.values[[g, t]]),
            held_out: observed && d.fitted[g * n + t] == 0.0,
            fitted_mean: baseline + channels.iter().sum::<f64>(),
            fitted_q05: quantile_sorted(&column, 0.05),
            fitted_q95: quantile_sorted(&column, 0.95),
            baseline,
            trend,
            seasonality,
            controls,
            channels,
        });
    }
    cells
}

/// Fit over the cells with an outcome that were held out, or that were not; `None` when there are none.
pub fn quality(data: &Dataset, cells: &[Cell], held_out: bool) -> Option<FitQuality> {
    let pairs: Vec<(&Cell, f64)> =
        cells.iter().filter(|c| c.held_out == held_out).filter_map(|c| Some((c, c.outcome?))).collect();
    if pairs.is_empty() {
        return None;
    }
    let n = pairs.len() as f64;
    let mean = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
    let error = |(c, y): &(&Cell, f64)| y - c.fitted_mean;
    let residual: f64 = pairs.iter().map(|p| error(p).powi(2)).sum();
    let total: f64 = pairs.iter().map(|(_, y)| (y - mean).powi(2)).sum();
    let nonzero: Vec<f64> = pairs.iter().filter(|p| p.1 != 0.0).map(|p| (error(p) / p.1).abs()).collect();
    let inside = pairs.iter().filter(|(c, y)| (c.fitted_q05..=c.fitted_q95).contains(y)).count();
    let autocorrelation = (0..data.n_geos()).filter_map(|g| {
        let e: Vec<f64> = pairs.iter().filter(|(c, _)| c.geo == g).map(error).collect();
        let square: f64 = e.iter().map(|x| x * x).sum();
        (e.len() > 2 && square > 0.0).then(|| e.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / square)
    });
    let (sum, count) = autocorrelation.fold((0.0, 0.0), |(s, n), r| (s + r, n + 1.0));
    Some(FitQuality {
        r2: if total > 0.0 { 1.0 - residual / total } else { 0.0 },
        mape: nonzero.iter().sum::<f64>() / (nonzero.len() as f64).max(1.0),
        wmape: pairs.iter().map(|p| error(p).abs()).sum::<f64>()
            / pairs.iter().map(|p| p.1.abs()).sum::<f64>(),
        interval_coverage_90: inside as f64 / n,
        residual_lag1_autocorrelation: if count > 0.0 { sum / count } else { 0.0 },
        loo: None,
    })
}
