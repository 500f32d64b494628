//! Random streams: one per part of the market, so that no part shifts the draws of another.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Geos,
    Trend,
    Season,
    Demand,
    Proxy,
    Price,
    PriceJitter,
    Promotion,
    Effects,
    Campaign,
    Noise,
    Outliers,
    Experiments,
    UnseenDriver,
    Names,
    GeoTest,
    /// When and where a channel is bought.
    Plan(usize),
    /// How a channel works.
    Response(usize),
    /// What moves a channel's spend by itself or makes it deviate from its rule.
    Steering(usize),
    /// What loosens a channel's spend from what it follows.
    SpendNoise(usize),
    /// When a channel is tested and what the test reads.
    Test(usize),
}

impl Part {
    fn stream(self) -> u64 {
        match self {
            Part::Geos => 0,
            Part::Trend => 1,
            Part::Season => 2,
            Part::Demand => 3,
            Part::Proxy => 4,
            Part::Price => 5,
            Part::Promotion => 6,
            Part::Effects => 7,
            Part::Campaign => 8,
            Part::Noise => 9,
            Part::Outliers => 10,
            Part::Experiments => 11,
            Part::PriceJitter => 12,
            Part::UnseenDriver => 13,
            Part::Names => 14,
            Part::GeoTest => 15,
            Part::Steering(c) => 1000 + c as u64,
            Part::SpendNoise(c) => 3000 + c as u64,
            Part::Test(c) => 2000 + c as u64,
            Part::Plan(c) => 100 + 2 * c as u64,
            Part::Response(c) => 101 + 2 * c as u64,
        }
    }
}

/// A random stream with the few draws that a market needs.
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    pub(super) fn new(seed: u64, part: Part) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(part.stream());
        Stream(rng)
    }

    /// Standard normal.
    pub(super) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// Uniform in [low, high).
    pub(super) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// Uniform over low..=high.
    pub(super) fn integer(&mut self, low: usize, high: usize) -> usize {
        self.0.random_range(low..=high)
    }

    /// e^(sd · z): around 1, never negative.
    pub(super) fn jitter(&mut self, sd: f64) -> f64 {
        (sd * self.normal()).exp()
    }

    /// `n` steps of an autoregression with coefficient `phi` and unit stationary variance.
    pub(super) fn autoregression(&mut self, n: usize, phi: f64) -> Vec<f64> {
        let innovation = (1.0 - phi * phi).sqrt();
        let mut state = self.normal();
        let mut series = Vec::with_capacity(n);
        for _ in 0..n {
            series.push(state);
            state = phi * state + innovation * self.normal();
        }
        series
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_autoregression_has_unit_variance_and_its_coefficient() {
        let x = Stream::new(3, Part::Noise).autoregression(200_000, 0.6);
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let lag1 = x.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n / variance;
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
        assert!((lag1 - 0.6).abs() < 0.01, "lag-1 autocorrelation {lag1}");
    }

    #[test]
    fn parts_and_seeds_have_streams_of_their_own() {
        let first = |seed, part| Stream::new(seed, part).uniform(0.0, 1.0);
        assert_eq!(first(1, Part::Price), first(1, Part::Price));
        assert_ne!(first(1, Part::Price), first(1, Part::Promotion));
        assert_ne!(first(1, Part::Price), first(2, Part::Price));
        assert_ne!(first(1, Part::Plan(0)), first(1, Part::Response(0)));
    }
}
