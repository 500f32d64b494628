//! Weibull carry-over: logarithms of unscaled weights with their derivatives by α, which sets the scale.
//!
//! # Source
//! Robyn's `adstock_weibull` (Zhou et al.): scale = the α quantile of the periods 1 … L + 1, there rounded, here not;
//! weights summed to one, where Robyn's density is scaled to its range and its survival is not scaled at all.

/// Scale at α, and its derivative.
fn scale(retention: f64, max_lag: usize) -> (f64, f64) {
    let last = max_lag as f64;
    (1.0 + retention * last, last)
}

/// ln of the density at period `lag` + 1: (s − 1) ln x − s ln λ − (x/λ)^s, up to a constant.
pub(super) fn density(lag: f64, shape: f64, retention: f64, max_lag: usize) -> (f64, f64) {
    let (scale, by_retention) = scale(retention, max_lag);
    let x = lag + 1.0;
    let power = (x / scale).powf(shape);
    let value = (shape - 1.0) * x.ln() - shape * scale.ln() - power;
    (value, shape / scale * (power - 1.0) * by_retention)
}

/// ln of the share that outlives period `lag`: −(l/λ)^s.
pub(super) fn survival(lag: f64, shape: f64, retention: f64, max_lag: usize) -> (f64, f64) {
    let (scale, by_retention) = scale(retention, max_lag);
    let power = (lag / scale).powf(shape);
    (-power, shape / scale * power * by_retention)
}
