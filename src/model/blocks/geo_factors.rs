//! Geo factors of one channel of a panel, and their spread η.

use super::accumulator::Accumulator;
use super::coordinates::FactorCoordinates;
use super::coordinates::half_normal;
use super::drawing::Drawing;
use super::label::{Label, Visit, of_channel_and_geo};
use super::numbering::Numbering;
use crate::model::theta::{LikelihoodGradient, Theta};

/// Half-normal scale of η.
const GEO_SPREAD: f64 = 0.3;
const FACTOR: &str = "geo_factor";

/// Standardised η and the first of G ln factors, standardised given η.
#[derive(Debug, Clone, Copy)]
pub struct GeoFactors {
    pub(crate) spread: usize,
    first: usize,
    n_geos: usize,
}

impl GeoFactors {
    /// η; the factors come after what all geos share.
    pub(super) fn number(n_geos: usize, next: &mut Numbering) -> GeoFactors {
        GeoFactors { spread: next.take(1), first: 0, n_geos }
    }

    pub(super) fn number_geos(&mut self, next: &mut Numbering) {
        self.first = next.take(self.n_geos);
    }

    fn of_channel(self, c: usize) -> std::ops::Range<usize> {
        c * self.n_geos..(c + 1) * self.n_geos
    }

    pub(super) fn decode(self, q: &[f64], c: usize, coordinates: &FactorCoordinates, theta: &mut Theta) {
        theta.geo_spread[c] = half_normal(q[self.spread], GEO_SPREAD);
        let own = self.of_channel(c);
        let deviates = &mut theta.geo_deviate[own.clone()];
        coordinates.decode(&q[self.first..self.first + self.n_geos], theta.geo_spread[c], deviates);
        for (factor, z) in theta.geo_factor[own].iter_mut().zip(deviates) {
            *factor = (theta.geo_spread[c] * *z).exp();
        }
    }

    pub(super) fn prior(
        self,
        p: &mut Accumulator,
        (c, coordinates): (usize, &FactorCoordinates),
        theta: &Theta,
        by: &LikelihoodGradient,
    ) {
        let (spread, own) = (theta.geo_spread[c], self.of_channel(c));
        let (log_density, by_ln_spread) = coordinates.prior_and_chain_rule(
            &theta.geo_deviate[own.clone()],
            spread,
            &by.ln_geo_factor[own],
            &mut p.grad[self.first..self.first + self.n_geos],
        );
        p.log_density += log_density;
        p.half_normal(self.spread, spread, GEO_SPREAD, by_ln_spread);
    }

    pub(super) fn draw<R: rand::Rng>(self, coordinates: &FactorCoordinates, draw: &mut Drawing<R>) {
        let spread = draw.half_normal(Some(self.spread), GEO_SPREAD);
        let own = self.first..self.first + self.n_geos;
        for i in own.clone() {
            draw.q[i] = draw.normal();
        }
        coordinates.encode(spread, &mut draw.q[own]);
    }

    pub(super) fn visit<'a>(self, name: &'a str, c: usize, theta: &Theta, visit: &mut impl Visit<'a>) {
        visit(Label::OfChannel("geo_spread", name), theta.geo_spread[c]);
        for (g, factor) in theta.geo_factor[self.of_channel(c)].iter().enumerate() {
            visit(Label::OfChannelAndGeo(FACTOR, name, g), *factor);
        }
    }
}

/// The column of a stored fit with the draws of a channel's factor in a geo of a panel.
pub fn factor_column(channel: &str, geo: &str) -> String {
    of_channel_and_geo(FACTOR, channel, geo)
}
