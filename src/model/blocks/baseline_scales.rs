//! Prior scales of the baseline's coefficients: trend, season, and how far geos deviate.

use super::accumulator::Accumulator;
use super::coordinates::half_normal;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::model::design::{BaselineDesign, ColumnGroup};
use crate::model::theta::{LikelihoodGradient, Theta};

/// Half-normal scales of trend increments and season, and of the geo deviations of trend, season and controls.
const SCALES: [f64; 5] = [0.03, 0.1, 0.02, 0.05, 0.1];
const NAMES: [&str; 5] =
    ["trend_scale", "season_scale", "geo_trend_scale", "geo_season_scale", "geo_control_scale"];

/// Standardised scales in the order of [`SCALES`]; `None` where there is no such column, and of geos outside panels.
#[derive(Debug, Clone, Copy)]
pub struct BaselineScales {
    pub(crate) at: [Option<usize>; 5],
}

impl BaselineScales {
    pub(super) fn number(baseline: &BaselineDesign, next: &mut Numbering) -> BaselineScales {
        use ColumnGroup::{Control, Season, Trend};
        let panel = baseline.n_geos > 1;
        let has = |group| baseline.columns.contains(&group);
        let wanted =
            [has(Trend), has(Season), panel && has(Trend), panel && has(Season), panel && has(Control(0))];
        BaselineScales { at: wanted.map(|wanted| next.take_if(wanted)) }
    }

    pub(super) fn decode(self, q: &[f64], theta: &mut Theta) {
        let [trend, season, geo @ ..] = self.values(q);
        (theta.trend_scale, theta.season_scale, theta.geo_scale) = (trend, season, geo);
    }

    fn values(self, q: &[f64]) -> [f64; 5] {
        std::array::from_fn(|k| self.at[k].map_or(0.0, |i| half_normal(q[i], SCALES[k])))
    }

    /// σ_trend and σ_season at a point.
    pub(super) fn calendar(self, q: &[f64]) -> [f64; 2] {
        let [trend, season, ..] = self.values(q);
        [trend, season]
    }

    /// `of_level` are the derivatives of the shared level's prior by ln σ_trend and ln σ_season.
    pub(super) fn prior(
        self,
        p: &mut Accumulator,
        theta: &Theta,
        by: &LikelihoodGradient,
        of_level: [f64; 2],
    ) {
        let [of_trend, of_season] = of_level;
        let by = [by.ln_trend + of_trend, by.ln_season + of_season].into_iter().chain(by.ln_geo);
        let values = [theta.trend_scale, theta.season_scale].into_iter().chain(theta.geo_scale);
        for (((at, value), scale), by) in self.at.into_iter().zip(values).zip(SCALES).zip(by) {
            if let Some(i) = at {
                p.half_normal(i, value, scale, by);
            }
        }
    }

    /// Trend, season, and those of geos.
    pub(super) fn draw<R: rand::Rng>(self, draw: &mut Drawing<R>) -> ([f64; 2], [f64; 3]) {
        let all: [f64; 5] = std::array::from_fn(|k| draw.half_normal(self.at[k], SCALES[k]));
        let [trend, season, geo @ ..] = all;
        ([trend, season], geo)
    }

    pub(super) fn visit<'a>(self, theta: &Theta, visit: &mut impl Visit<'a>) {
        let values = [theta.trend_scale, theta.season_scale].into_iter().chain(theta.geo_scale);
        for ((at, name), value) in self.at.into_iter().zip(NAMES).zip(values) {
            if at.is_some() {
                visit(Label::One(name), value);
            }
        }
    }
}
