//! The sampler against posteriors whose moments are known exactly.

#[path = "common/posteriors.rs"]
mod posteriors;

use mmm::diagnostics::{mcse_mean, rhat};
use mmm::sampler::{Chain, Length, Settings};
use posteriors::{EFFECTS, ERRORS, Target, eight_schools, run, settings};

/// One value per draw, per chain.
fn per_draw(chains: &[Chain], quantity: impl Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
    let of = |chain: &Chain| chain.positions.chunks_exact(chain.dim).map(&quantity).collect();
    chains.iter().map(of).collect()
}

/// The posterior mean of a quantity is right within four standard errors, and these are small.
fn assert_mean(chains: &[Chain], name: &str, quantity: impl Fn(&[f64]) -> f64, want: f64) {
    let values = per_draw(chains, quantity);
    let views: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    let all = values.concat();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let sd = (all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt();
    let error = mcse_mean(&views).expect("not constant");
    let z = (mean - want) / error;
    assert!(z.abs() < 4.0, "{name}: {mean} against {want}, z = {z:.1}");
    assert!(error < 0.1 * sd, "{name}: standard error {error} of a posterior sd {sd}");
    let rhat = rhat(&views).expect("not constant");
    assert!(rhat < 1.02, "{name}: R-hat {rhat}");
}

/// Rows of predictors and outcomes of a linear regression with flat priors on β and σ; q = (β, ln σ).
struct Regression {
    rows: Vec<Vec<f64>>,
    outcomes: Vec<f64>,
}

impl Regression {
    fn n_predictors(&self) -> usize {
        self.rows[0].len()
    }

    fn density(&self) -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync + '_> {
        let p = self.n_predictors();
        let function = move |q: &[f64], g: &mut [f64]| {
            let sigma = q[p].exp();
            g.fill(0.0);
            let mut squares = 0.0;
            for (row, y) in self.rows.iter().zip(&self.outcomes) {
                let residual = (y - row.iter().zip(q).map(|(x, b)| x * b).sum::<f64>()) / sigma;
                squares += residual * residual;
                g.iter_mut().zip(row).for_each(|(g, x)| *g += residual / sigma * x);
            }
            // σ is flat, so ln σ has the Jacobian σ: (1 − N) ln σ in all.
            let power = 1.0 - self.rows.len() as f64;
            g[p] = power + squares;
            power * q[p] - 0.5 * squares
        };
        Target { dim: p + 1, order: p + 1, function }
    }

    /// Least squares by the normal equations: estimates and residual sum of squares.
    fn least_squares(&self) -> (Vec<f64>, f64) {
        let p = self.n_predictors();
        let mut a = vec![vec![0.0; p + 1]; p];
        for (row, y) in self.rows.iter().zip(&self.outcomes) {
            for i in 0..p {
                (0..p).for_each(|j| a[i][j] += row[i] * row[j]);
                a[i][p] += row[i] * y;
            }
        }
        for i in 0..p {
            let pivot = a[i].clone();
            for (k, row) in a.iter_mut().enumerate().filter(|(k, _)| *k != i) {
                let factor = row[i] / pivot[i];
                row.iter_mut().zip(&pivot).for_each(|(x, y)| *x -= factor * y);
                assert!(k < p);
            }
        }
        let beta: Vec<f64> = (0..p).map(|i| a[i][p] / a[i][i]).collect();
        let error = |(row, y): (&Vec<f64>, &f64)| y - row.iter().zip(&beta).map(|(x, b)| x * b).sum::<f64>();
        let rss = self.rows.iter().zip(&self.outcomes).map(|pair| error(pair).powi(2)).sum();
        (beta, rss)
    }

    /// E β = OLS and E σ² = RSS/(N − p − 3), σ² being inverse gamma ((N − p − 1)/2, RSS/2).
    fn check(&self, name: &str, seed: u64) {
        let p = self.n_predictors();
        let (beta, rss) = self.least_squares();
        let chains = run(&self.density(), settings(seed));
        for (i, want) in beta.iter().enumerate() {
            assert_mean(&chains, &format!("{name}, β{i}"), |q| q[i], *want);
        }
        let variance = rss / (self.rows.len() as f64 - p as f64 - 3.0);
        assert_mean(&chains, &format!("{name}, σ²"), |q| (2.0 * q[p]).exp(), variance);
    }
}

/// Quasi-random noise in (−1, 1), the same everywhere.
fn noise(k: usize) -> f64 {
    let k = k as f64;
    (k * 0.618_033_988_749_894_9).fract() + (k * k * 0.414_213_562_373_095).fract() - 1.0
}

#[test]
fn flat_prior_regression() {
    let rows: Vec<Vec<f64>> = (0..40).map(|t| vec![1.0, 100.0 * noise(t), 0.01 * noise(3 * t + 7)]).collect();
    let outcome = |(t, row): (usize, &Vec<f64>)| 2.0 + 0.03 * row[1] - 50.0 * row[2] + 0.5 * noise(5 * t + 1);
    let outcomes = rows.iter().enumerate().map(outcome).collect();
    Regression { rows, outcomes }.check("regression", 1);
}

#[test]
fn predictors_correlated_at_minus_099() {
    let row = |t| {
        let x = noise(t);
        vec![1.0, x, -x + 0.14 * noise(7 * t + 3)]
    };
    let rows: Vec<Vec<f64>> = (0..60).map(row).collect();
    let outcome = |(t, row): (usize, &Vec<f64>)| 1.0 + row[1] + row[2] + 0.2 * noise(11 * t + 2);
    let outcomes = rows.iter().enumerate().map(outcome).collect();
    Regression { rows, outcomes }.check("collinear", 2);
}

#[test]
fn autoregression_of_third_order() {
    // Given its first three values an AR(3) is a regression on its own past.
    let mut y = vec![0.3, -0.2, 0.5];
    for t in 3..200 {
        y.push(0.4 + 0.9 * y[t - 1] - 0.5 * y[t - 2] + 0.3 * y[t - 3] + noise(13 * t));
    }
    let rows = (3..200).map(|t| vec![1.0, y[t - 1], y[t - 2], y[t - 3]]).collect();
    Regression { rows, outcomes: y[3..].to_vec() }.check("AR(3)", 3);
}

/// yₜ = φ yₜ₋₁ + eₜ + θ eₜ₋₁ with e ~ N(0, 1), e₀ = 0, and flat φ = tanh a, θ = tanh b; q = (a, b).
fn arma(y: &[f64], q: &[f64], g: &mut [f64]) -> f64 {
    let (phi, theta) = (q[0].tanh(), q[1].tanh());
    let (mut e, mut by_phi, mut by_theta) = (0.0, 0.0, 0.0);
    let (mut value, mut slope) = (0.0, [0.0; 2]);
    for pair in y.windows(2) {
        (by_phi, by_theta) = (-pair[0] - theta * by_phi, -e - theta * by_theta);
        e = pair[1] - phi * pair[0] - theta * e;
        value -= 0.5 * e * e;
        slope[0] -= e * by_phi;
        slope[1] -= e * by_theta;
    }
    // The Jacobian d tanh x = 1 − tanh² x.
    for ((g, slope), x) in g.iter_mut().zip(slope).zip([phi, theta]) {
        *g = slope * (1.0 - x * x) - 2.0 * x;
        value += (1.0 - x * x).ln();
    }
    value
}

#[test]
fn autoregression_with_a_moving_average() {
    let mut y = vec![0.0];
    for t in 1..120 {
        y.push(0.6 * y[t - 1] + noise(7 * t) + if t > 1 { 0.4 * noise(7 * (t - 1)) } else { 0.0 });
    }
    let function = |q: &[f64], g: &mut [f64]| arma(&y, q, g);
    let chains = run(&Target { dim: 2, order: 2, function }, settings(8));
    // The same posterior on a grid of (φ, θ), where the prior is flat.
    let (mut total, mut phis, mut thetas) = (0.0, 0.0, 0.0);
    let node = |i: usize| (i as f64 + 0.5) / 200.0 - 1.0;
    for (i, j) in (0..400).flat_map(|i| (0..400).map(move |j| (i, j))) {
        let (phi, theta) = (node(i), node(j));
        let jacobian = ((1.0 - phi * phi) * (1.0 - theta * theta)).ln();
        let weight = (arma(&y, &[phi.atanh(), theta.atanh()], &mut [0.0; 2]) - jacobian + 60.0).exp();
        total += weight;
        phis += weight * phi;
        thetas += weight * theta;
    }
    assert_mean(&chains, "φ", |q| q[0].tanh(), phis / total);
    assert_mean(&chains, "θ", |q| q[1].tanh(), thetas / total);
}

/// Posterior means of μ, ln τ and θ₁ with θ and μ integrated out exactly and ln τ on a grid.
fn eight_schools_exactly() -> [f64; 3] {
    let mut sums = [0.0; 4];
    for k in 0..=8000 {
        let ln_tau = 5f64.ln() - 8.0 + 0.002 * f64::from(k);
        let tau2 = (2.0 * ln_tau).exp();
        // y_j | μ, τ ~ N(μ, s_j² + τ²) and μ ~ N(0, 25)
        let (mut precision, mut weighted) = (1.0 / 25.0, 0.0);
        let mut ln_density = -0.5 * (ln_tau - 5f64.ln()).powi(2);
        for (y, s) in EFFECTS.iter().zip(ERRORS) {
            let variance = s * s + tau2;
            precision += 1.0 / variance;
            weighted += y / variance;
            ln_density -= 0.5 * (variance.ln() + y * y / variance);
        }
        let mu = weighted / precision;
        ln_density += 0.5 * (weighted * mu - precision.ln());
        let share = tau2 / (tau2 + ERRORS[0] * ERRORS[0]);
        let values = [1.0, mu, ln_tau, mu + share * (EFFECTS[0] - mu)];
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += ln_density.exp() * value);
    }
    [sums[1] / sums[0], sums[2] / sums[0], sums[3] / sums[0]]
}

#[test]
fn eight_schools_non_centred() {
    let [mu, ln_tau, theta] = eight_schools_exactly();
    let chains = run(&eight_schools(), Settings { target_accept: 0.9, ..settings(4) });
    assert_mean(&chains, "μ", |q| q[0], mu);
    assert_mean(&chains, "ln τ", |q| q[1], ln_tau);
    assert_mean(&chains, "θ₁", |q| q[0] + q[1].exp() * q[2], theta);
}

/// Twelve normals with standard deviations from 0.3 to 3, neighbours among the first six tied by an AR(1).
fn chain_of_normals() -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync> {
    let function = |q: &[f64], g: &mut [f64]| {
        g.fill(0.0);
        let mut value = 0.0;
        for i in 0..12 {
            let scale = scale_of(i);
            let (parent, sd) =
                if (1..6).contains(&i) { (0.8 * q[i - 1] / scale_of(i - 1), 0.6) } else { (0.0, 1.0) };
            let residual = (q[i] / scale - parent) / sd;
            value -= 0.5 * residual * residual;
            g[i] -= residual / sd / scale;
            if (1..6).contains(&i) {
                g[i - 1] += 0.8 * residual / sd / scale_of(i - 1);
            }
        }
        value
    };
    Target { dim: 12, order: 8, function }
}

fn scale_of(i: usize) -> f64 {
    0.3 * 10f64.powf(((7 * i) % 12) as f64 / 11.0)
}

#[test]
fn any_length_of_warm_up_gives_valid_moments() {
    for warmup in [0, 1, 7, 20, 30, 50, 100, 149, 150, 400] {
        let chains = run(&chain_of_normals(), Settings { warmup: Length::Fixed(warmup), ..settings(5) });
        for i in [0, 3, 5, 7, 11] {
            let scale = scale_of(i);
            assert_mean(&chains, &format!("x{i} after {warmup}"), |q| q[i] / scale, 0.0);
            assert_mean(&chains, &format!("x{i}² after {warmup}"), |q| (q[i] / scale).powi(2), 1.0);
        }
        assert_mean(&chains, "neighbours", |q| q[2] * q[3] / scale_of(2) / scale_of(3), 0.8);
    }
}

#[test]
fn the_acceptance_statistic_meets_its_target() {
    for target_accept in [0.7, 0.8, 0.9] {
        // Not a normal target, whose flow is followed without error at any step.
        let chains = run(&eight_schools(), Settings { target_accept, ..settings(6) });
        let accept: Vec<f64> = chains.iter().flat_map(|chain| chain.accept.clone()).collect();
        let mean = accept.iter().sum::<f64>() / accept.len() as f64;
        assert!((mean - target_accept).abs() < 0.05, "{mean} for {target_accept}");
    }
}

#[test]
fn a_coordinate_without_gradient_leaves_the_others_alone() {
    // A flat direction is an improper target, but no reason for a scale that is not a number.
    let function = |q: &[f64], g: &mut [f64]| {
        (g[0], g[1], g[2]) = (-q[0], 0.0, -q[2]);
        -0.5 * (q[0] * q[0] + q[2] * q[2])
    };
    for order in [0, 3] {
        let short =
            Settings { warmup: Length::Fixed(200), draws: Length::Fixed(500), max_depth: 6, ..settings(7) };
        let chains = run(&Target { dim: 3, order, function }, short);
        assert!(chains.iter().all(|chain| chain.positions.iter().all(|x| x.is_finite())));
        assert_mean(&chains, "x₀²", |q| q[0] * q[0], 1.0);
    }
}
