//! Posteriors to sample from, and one way of doing so.

use mmm::sampler::{self as density, Chain, LogDensity, Settings, sample};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// The sampler's own tests have the same densities; these take from them what they need.
#[path = "../../src/sampler/targets.rs"]
#[allow(dead_code)]
mod targets;

pub(crate) use targets::Target;

pub fn jitter(dim: usize) -> impl Fn(usize, &mut ChaCha8Rng) -> Vec<f64> + Sync {
    move |_, rng| (0..dim).map(|_| rng.sample::<f64, _>(StandardNormal)).collect()
}

pub fn run<D: LogDensity>(density: &D, settings: Settings) -> Vec<Chain> {
    sample(density, jitter(density.dim()), &settings, &()).expect("finite everywhere").chains
}

pub fn settings(seed: u64) -> Settings {
    Settings { seed, ..Settings::default() }
}

pub const EFFECTS: [f64; 8] = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
pub const ERRORS: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];

/// Eight schools, non-centred: μ ~ N(0, 5²), ln τ ~ N(ln 5, 1), θ_j = μ + τ z_j; q = (μ, ln τ, z).
pub(crate) fn eight_schools() -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync> {
    let function = |q: &[f64], g: &mut [f64]| {
        let (mu, tau, depth) = (q[0], q[1].exp(), q[1] - 5f64.ln());
        g[0] = -mu / 25.0;
        g[1] = -depth;
        let mut value = -0.5 * mu * mu / 25.0 - 0.5 * depth * depth;
        for j in 0..8 {
            let z = q[2 + j];
            let residual = (EFFECTS[j] - mu - tau * z) / ERRORS[j];
            value -= 0.5 * (residual * residual + z * z);
            g[0] += residual / ERRORS[j];
            g[1] += residual / ERRORS[j] * tau * z;
            g[2 + j] = residual / ERRORS[j] * tau - z;
        }
        value
    };
    Target { dim: 10, order: 10, function }
}
