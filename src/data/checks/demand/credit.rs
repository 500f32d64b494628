//! What leaving a column out credits to each channel: the bias of an omitted variable.

use std::f64::consts::TAU;

use ndarray::Array2;

use super::projection::Projection;
use crate::data::checks::centring::without_means;
use crate::data::dataset::{Control, Dataset};

/// Carry-over of a week that stands for what a fit would find.
const RETENTION: f64 = 0.3;
/// A trend bends every half year and the season has three waves, as in the model.
const BENDS_A_YEAR: f64 = 2.0;
const WAVES: usize = 3;
/// Rows a column of the regression, below which it says anything.
const ROWS_A_COLUMN: usize = 3;
/// |t| of the column in the regression of the outcome, and in that of a channel on it. Chance passes both, with the
/// sign that overstates, once in two hundred pairs.
const WITH_OUTCOME: f64 = 2.0;
const WITH_CHANNEL: f64 = 2.5;
/// Share of the outcome falsely credited from which it matters: most channels bring a few hundredths of it.
const SMALL: f64 = 0.01;

/// What a regression of the outcome on media, controls, trend and season knows.
pub(super) struct Regression<'a> {
    data: &'a Dataset,
    by_period: bool,
    outcome: Vec<f64>,
    /// What is left of each channel's carried exposure beside all else; `None` of one that does not move on its own.
    alone: Vec<Option<Vec<f64>>>,
    /// All media, controls, trend and season.
    all: Projection,
    /// Means by geo and period that were taken out.
    means: usize,
}

impl<'a> Regression<'a> {
    /// `None` where the rows are too few, or the outcome does not vary.
    pub fn of(data: &'a Dataset, by_period: bool) -> Option<Regression<'a>> {
        let series = |values: Array2<f64>| rows(data, values, by_period);
        let outcome = series(relative(data, &data.outcome.values))?;
        let media: Vec<Vec<f64>> = data
            .channels
            .iter()
            .map(|c| series(relative(data, &carried(data, &c.exposure))).unwrap_or_default())
            .collect();
        let mut beside = Projection::default();
        if !by_period {
            calendar(data).into_iter().filter_map(series).for_each(|column| beside.add(column));
        }
        data.controls.iter().filter_map(|c| series(c.values.clone())).for_each(|column| beside.add(column));
        let mut all = beside.clone();
        media.iter().filter(|m| !m.is_empty()).for_each(|m| all.add(m.clone()));
        let means = data.n_geos() + if by_period { data.n_periods() } else { 0 };
        let enough = outcome.len() >= ROWS_A_COLUMN * (all.len() + 1) + means;
        enough.then(|| Regression { data, by_period, outcome, alone: alone(&media, &beside), all, means })
    }

    /// The share of the outcome that each channel is credited with in place of `column`; 0 where chance does it.
    ///
    /// # Source
    /// γ d of the omitted variable: Angrist & Pischke (2009), *Mostly Harmless Econometrics*, eq. 3.2.11.
    pub fn credit(&self, column: &Control) -> Vec<f64> {
        let nothing = vec![0.0; self.alone.len()];
        let Some(column) = rows(self.data, column.values.clone(), self.by_period) else { return nothing };
        let (of_outcome, of_column) = (self.all.rest(&self.outcome), self.all.rest(&column));
        let squares = dot(&of_column, &of_column);
        if squares <= 1e-9 * dot(&column, &column) {
            return nothing;
        }
        let free = (self.outcome.len() - self.means - self.all.len()) as f64;
        let effect = dot(&of_column, &of_outcome) / squares;
        let left = dot(&of_outcome, &of_outcome) - effect * effect * squares;
        if effect.abs() <= WITH_OUTCOME * (left.max(0.0) / (free - 1.0) / squares).sqrt() {
            return nothing;
        }
        let of = |rest: &Vec<f64>| {
            let length = dot(rest, rest);
            let slope = dot(rest, &column) / length;
            let share = effect * slope;
            let is_chance = slope.abs() <= WITH_CHANNEL * (squares / free / length).sqrt();
            if is_chance || share < SMALL { 0.0 } else { share }
        };
        self.alone.iter().map(|rest| rest.as_ref().map_or(0.0, of)).collect()
    }
}

/// What is left of each channel beside the others and what is known beside them.
fn alone(media: &[Vec<f64>], beside: &Projection) -> Vec<Option<Vec<f64>>> {
    let of = |(channel, own): (usize, &Vec<f64>)| {
        let mut others = beside.clone();
        let rest = media.iter().enumerate().filter(|(c, m)| *c != channel && !m.is_empty());
        rest.for_each(|(_, m)| others.add(m.clone()));
        let left = others.rest(own);
        (dot(&left, &left) > 1e-9 * dot(own, own)).then_some(left)
    };
    media.iter().enumerate().map(of).collect()
}

/// The fitted rows of a series without means, in the order of the data; `None` where it does not vary.
fn rows(data: &Dataset, values: Array2<f64>, by_period: bool) -> Option<Vec<f64>> {
    let known = &data.outcome.observed;
    let (values, _) = without_means(values, known, by_period)?;
    Some(values.iter().zip(known).filter(|(_, known)| **known).map(|(x, _)| *x).collect())
}

/// Values over the mean of their size in their geo, so that large geos count no more than others.
pub(super) fn relative(data: &Dataset, values: &Array2<f64>) -> Array2<f64> {
    let mut out = values.clone();
    for (mut row, known) in out.rows_mut().into_iter().zip(data.outcome.observed.rows()) {
        let n = known.iter().filter(|k| **k).count().max(1) as f64;
        let mean = row.iter().zip(known).filter(|(_, k)| **k).map(|(x, _)| x.abs()).sum::<f64>() / n;
        if mean > 0.0 {
            row.mapv_inplace(|x| x / mean);
        }
    }
    out
}

fn carried(data: &Dataset, exposure: &Array2<f64>) -> Array2<f64> {
    let retention = RETENTION.powf(data.interval.days() / 7.0);
    let mut out = exposure.clone();
    for mut row in out.rows_mut() {
        let mut stock = row[0];
        row.mapv_inplace(|x| {
            stock = retention * stock + (1.0 - retention) * x;
            stock
        });
    }
    out
}

/// Trend and season, the same in every geo; G × T each.
fn calendar(data: &Dataset) -> Vec<Array2<f64>> {
    let (n, year) = (data.n_periods(), data.interval.per_year());
    let column = |f: &dyn Fn(f64) -> f64| Array2::from_shape_fn((data.n_geos(), n), |(_, t)| f(t as f64));
    let pieces = (BENDS_A_YEAR * n as f64 / year).round().max(1.0);
    let step = (n as f64 - 1.0) / pieces;
    let mut columns: Vec<Array2<f64>> =
        (0..pieces as usize).map(|k| column(&|t| ((t - k as f64 * step) / step).clamp(0.0, 1.0))).collect();
    for wave in 1..=WAVES {
        let angle = TAU * wave as f64 / year;
        columns.extend([column(&|t| (angle * t).sin()), column(&|t| (angle * t).cos())]);
    }
    columns
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::data::testdata;

    /// Outcome 1000 + 40 z + noise and search 10 + 4 z: without z search gets 10 a unit, 40 of 1000 at its mean.
    #[test]
    fn a_column_left_out_is_credited_to_the_channel_that_follows_it() {
        let mut data = testdata::dataset();
        data.geos.truncate(1);
        let n = 120;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<f64> = (0..12 * n).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect();
        let noise = |series: usize, t: usize| drawn[series * n + t];
        let series = |f: &dyn Fn(usize) -> f64| Array2::from_shape_fn((1, n), |(_, t)| f(t));
        let z = |t: usize| noise(1, t);
        data.dates = (0..n).map(|t| data.dates[0] + chrono::Days::new(7 * t as u64)).collect();
        data.outcome.values = series(&|t| 1000.0 + 40.0 * z(t) + 5.0 * noise(2, t));
        data.outcome.observed = Array2::from_elem((1, n), true);
        data.present = data.outcome.observed.clone();
        for (c, channel) in data.channels.iter_mut().enumerate() {
            channel.exposure = series(&|t| 10.0 + 4.0 * if c == 1 { z(t) } else { noise(3 + c, t) });
            channel.spend = channel.exposure.clone();
        }
        data.controls.clear();
        let column =
            |f: &dyn Fn(usize) -> f64| Control { name: "z".into(), values: series(f), binary: false };
        let regression = Regression::of(&data, false).unwrap();
        let credit = regression.credit(&column(&z));
        assert_eq!((credit[0], credit[2]), (0.0, 0.0), "{credit:?}");
        // 0.04 of the outcome a unit of z, and 0.7 · 0.4 / (0.4² · 0.7² / 0.91) of z a unit of carried exposure.
        assert!((credit[1] - 0.13).abs() < 0.02, "{credit:?}");
        assert_eq!(regression.credit(&column(&|t| noise(9, t))), [0.0; 3]);
        assert_eq!(regression.credit(&column(&|_| 1.0)), [0.0; 3]);
    }
}
