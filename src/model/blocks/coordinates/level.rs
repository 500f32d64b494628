//! Coordinates of a panel's shared level f, whose own scales are unknown.
//!
//! f is rotated: first along the span of the calendar columns, where geo deviations leave it uncertain, then
//! across it, where the data pin down every period on its own. Each direction is sampled as f / sʷ′ with
//! w′ = 1 − w and s its standard deviation given the calendar's other columns. w = 1 is the level itself, which
//! suits one that the data know; w = 0 its standard deviate, which suits one known mostly from its prior:
//! there the level would be a funnel, as narrow as its scale.
//!
//! # Source
//! Papaspiliopoulos, Roberts & Sköld (2007), § 2.

use super::rotation::Rotation;
use crate::model::design::ColumnGroup;
use crate::model::theta::Theta;

/// See the module.
#[derive(Debug, Clone)]
pub struct LevelCoordinates {
    rotation: Rotation,
    /// Per direction along the span: squared length of the columns of trend and of season there; none along
    /// the level's, which is known well and has no scale.
    lengths: Vec<[f64; 2]>,
    /// w per direction along the span, then the one of all directions across it.
    centring: Vec<f64>,
}

/// The scales that the level depends on.
#[derive(Debug, Clone, Copy)]
pub struct LevelScales {
    /// σ_u.
    pub weekly: f64,
    /// σ_trend and σ_season.
    pub calendar: [f64; 2],
}

/// What the coordinates add to the log density and to its derivatives by the scales.
#[derive(Debug, Clone, Copy, Default)]
pub struct LevelTerms {
    /// ln of the Jacobian.
    pub log_density: f64,
    /// By ln σ_u.
    pub by_ln_weekly: f64,
    /// By ln σ_trend and ln σ_season.
    pub by_ln_calendar: [f64; 2],
}

/// sʷ′ of a direction.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// w′.
    power: f64,
    value: f64,
    ln_value: f64,
    /// Shares of trend and season in s².
    calendar: [f64; 2],
}

impl LevelTerms {
    /// Carries the derivative `by` rotated f on to the coordinates `q` of the directions with these units.
    pub fn chain_rule(
        units: impl Iterator<Item = Unit>,
        (q, by): (&[f64], &[f64]),
        grad: &mut [f64],
    ) -> LevelTerms {
        let mut terms = LevelTerms::default();
        for (((grad, q), by), unit) in grad.iter_mut().zip(q).zip(by).zip(units) {
            *grad = unit.value * by;
            // Jacobian of the scaling, and f's own dependence on its scale.
            terms.log_density += unit.ln_value;
            let by_ln_scale = unit.power * (1.0 + *grad * q);
            for (by, share) in terms.by_ln_calendar.iter_mut().zip(unit.calendar) {
                *by += share * by_ln_scale;
            }
            terms.by_ln_weekly += (1.0 - unit.calendar.iter().sum::<f64>()) * by_ln_scale;
        }
        terms
    }
}

impl LevelCoordinates {
    /// From the calendar columns, T rows each, and what they are. Seasons come before the trend, so that its
    /// directions are free of them.
    pub fn new(columns: &[f64], groups: &[ColumnGroup], n_periods: usize) -> LevelCoordinates {
        use ColumnGroup::{Intercept, Season, Trend};
        let of = |wanted: ColumnGroup| {
            let both = columns.chunks_exact(n_periods).zip(groups);
            both.filter(move |(_, group)| **group == wanted).map(|(column, _)| column)
        };
        let levels = of(Intercept).count();
        let rotation = Rotation::new(of(Intercept).chain(of(Season)).chain(of(Trend)));
        let mut lengths = vec![[0.0; 2]; rotation.rank()];
        for (part, group) in [Trend, Season].into_iter().enumerate() {
            for column in of(group) {
                let mut rotated = column.to_vec();
                rotation.transpose(&mut rotated);
                for (length, x) in lengths.iter_mut().zip(&rotated).skip(levels) {
                    length[part] += x * x;
                }
            }
        }
        let centring = [vec![1.0; rotation.rank()], vec![0.5]].concat();
        LevelCoordinates { rotation, lengths, centring }
    }

    /// Dimension of the span.
    pub fn rank(&self) -> usize {
        self.lengths.len()
    }

    /// Replaces w of each direction along the span, and of those across it.
    pub fn set_centring(&mut self, centring: Vec<f64>) {
        self.centring = centring;
    }

    /// w that suits a draw: of the variance of a mean over geos, the share that is not noise.
    pub fn suitable_centring(&self, theta: &Theta) -> Vec<f64> {
        let geos = theta.sigma.len() as f64;
        let noise = theta.sigma.iter().map(|s| s * s).sum::<f64>() / (geos * geos);
        let weekly = theta.weekly_scale.powi(2);
        let along = |lengths: &[f64; 2]| {
            let of = |[trend, season]: [f64; 2]| trend.powi(2) * lengths[0] + season.powi(2) * lengths[1];
            let level = weekly + of([theta.trend_scale, theta.season_scale]);
            // Autocorrelated noise is largest where the calendar is, and geos have calendars of their own.
            let noise =
                noise / (1.0 - theta.phi).powi(2) + of([theta.geo_scale[0], theta.geo_scale[1]]) / geos;
            if lengths.iter().sum::<f64>() > 0.0 { level / (level + noise) } else { 1.0 }
        };
        self.lengths.iter().map(along).chain([weekly / (weekly + noise)]).collect()
    }

    /// f by period at its coordinates along the span and across it.
    pub fn decode(&self, along: &[f64], across: &[f64], scales: LevelScales, level: &mut [f64]) {
        let (span, rest) = level.split_at_mut(self.rank());
        for ((f, q), unit) in span.iter_mut().zip(along).zip(self.along(scales)) {
            *f = unit.value * q;
        }
        for ((f, q), unit) in rest.iter_mut().zip(across).zip(self.across(scales)) {
            *f = unit.value * q;
        }
        self.rotation.apply(level);
    }

    /// The coordinates of f in place of f.
    pub fn encode(&self, scales: LevelScales, level: &mut [f64]) {
        self.rotate(level);
        for (f, unit) in level.iter_mut().zip(self.along(scales).chain(self.across(scales))) {
            *f /= unit.value;
        }
    }

    /// Values by period, such as the derivative by f, in their rotated directions.
    pub fn rotate(&self, x: &mut [f64]) {
        self.rotation.transpose(x);
    }

    /// The directions along the span.
    pub fn along(&self, scales: LevelScales) -> impl Iterator<Item = Unit> {
        (0..self.rank()).map(move |i| self.unit(i, scales))
    }

    /// Those across it, all alike and without end.
    pub fn across(&self, scales: LevelScales) -> impl Iterator<Item = Unit> + use<> {
        std::iter::repeat(self.unit(self.rank(), scales))
    }

    /// Of direction `i` along the span, or with `i` the rank of those across it.
    fn unit(&self, i: usize, scales: LevelScales) -> Unit {
        let power = 1.0 - self.centring[i];
        if power == 0.0 {
            return Unit { power, value: 1.0, ln_value: 0.0, calendar: [0.0; 2] };
        }
        let lengths = self.lengths.get(i).copied().unwrap_or_default();
        let parts: [f64; 2] = std::array::from_fn(|part| scales.calendar[part].powi(2) * lengths[part]);
        let variance = scales.weekly.powi(2) + parts.iter().sum::<f64>();
        let ln_value = 0.5 * power * variance.ln();
        Unit { power, value: ln_value.exp(), ln_value, calendar: parts.map(|part| part / variance) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ColumnGroup::{Intercept, Season, Trend};

    const N: usize = 12;

    /// A constant, a trend with one knot and a season that the trend resembles.
    fn coordinates() -> LevelCoordinates {
        let ramp = |from: f64| move |t: usize| ((t as f64 - from) / 6.0).clamp(0.0, 1.0);
        let season = |t: usize| (t as f64 / 4.0).sin();
        let columns: Vec<f64> = (0..4 * N)
            .map(|i| match i / N {
                0 => 1.0,
                1 => ramp(0.0)(i % N),
                2 => ramp(6.0)(i % N),
                _ => season(i % N),
            })
            .collect();
        LevelCoordinates::new(&columns, &[Intercept, Trend, Trend, Season], N)
    }

    const SCALES: LevelScales = LevelScales { weekly: 0.02, calendar: [0.05, 0.03] };

    #[test]
    fn coordinates_hold_the_level() {
        let mut coordinates = coordinates();
        coordinates.set_centring(vec![1.0, 1.0, 0.4, 0.0, 0.7]);
        let level: Vec<f64> = (0..N).map(|t| 0.8 + 0.01 * (t * t % 7) as f64).collect();
        let (mut q, mut again) = (level.clone(), vec![0.0; N]);
        coordinates.encode(SCALES, &mut q);
        coordinates.decode(&q[..4], &q[4..], SCALES, &mut again);
        assert!(level.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-14), "{level:?} {again:?}");
    }

    #[test]
    fn a_level_of_calendar_and_shocks_has_the_scale_of_its_directions() {
        let mut coordinates = coordinates();
        // A season leaves no trace in the directions of the trend.
        let mut season: Vec<f64> = (0..N).map(|t| 3.0 + (t as f64 / 4.0).sin()).collect();
        coordinates.rotate(&mut season);
        assert!(season[2..].iter().all(|x| x.abs() < 1e-14), "{season:?}");
        let lengths = &coordinates.lengths;
        assert!(lengths[0] == [0.0; 2] && lengths[1][1] > 0.01, "{lengths:?}");
        assert!(lengths[2..].iter().all(|[trend, season]| *trend > 0.01 && *season < 1e-28), "{lengths:?}");
        coordinates.set_centring(vec![1.0, 0.0, 0.0, 0.0, 0.0]);
        // Variance of each coordinate, from the columns' own rotated entries.
        let mut variance = [SCALES.weekly.powi(2); N];
        let ramp = |from: f64| (0..N).map(|t| ((t as f64 - from) / 6.0).clamp(0.0, 1.0)).collect();
        let season: Vec<f64> = (0..N).map(|t| (t as f64 / 4.0).sin()).collect();
        let [trend, of_season] = SCALES.calendar;
        for (mut column, scale) in [(ramp(0.0), trend), (ramp(6.0), trend), (season, of_season)] {
            coordinates.rotate(&mut column);
            variance.iter_mut().zip(&column).for_each(|(v, x)| *v += (scale * x).powi(2));
        }
        for (i, variance) in variance.iter().enumerate().skip(1) {
            let unit = coordinates.unit(i.min(4), SCALES).value;
            assert!((variance / unit.powi(2) - 1.0).abs() < 1e-12, "{i}: {variance} {unit}");
        }
    }

    #[test]
    fn what_the_data_know_is_centred() {
        let coordinates = coordinates();
        let mut theta = Theta {
            sigma: vec![0.1; 40],
            weekly_scale: 0.05,
            trend_scale: 0.05,
            season_scale: 0.05,
            ..Theta::default()
        };
        let many = coordinates.suitable_centring(&theta);
        theta.sigma.truncate(2);
        let few = coordinates.suitable_centring(&theta);
        assert_eq!((few.len(), few[0]), (5, 1.0));
        // Across the span: 0.05² against 0.1² / G.
        assert!((many[4] - 10.0 / 11.0).abs() < 1e-12 && (few[4] - 1.0 / 3.0).abs() < 1e-12);
        assert!(many[1..].iter().zip(&few[1..]).all(|(many, few)| many > few));
    }
}
