//! A transition leaves its target as it is: exact draws in, exact draws out, whatever the step size.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::density::LogDensity;
use super::targets::{
    correlated_normal, draw_correlated_normal, draw_funnel, draw_student, funnel, iid_normal, student,
};
use super::trajectory::hamiltonian::Hamiltonian;
use super::trajectory::metric::Metric;
use super::trajectory::nuts::{End, Nuts};

/// Statistics of a point and their exact means.
type Statistic = (&'static str, fn(&[f64]) -> f64, f64);

/// Repetitions per target and step size.
const REPETITIONS: usize = 400_000;
/// Transitions of each: the bias of a single one adds up.
const TRANSITIONS: usize = 3;
/// P(|z| > 4.5) = 7·10⁻⁶ for each of some sixty tests with a fixed seed.
const LARGEST_Z: f64 = 4.5;

/// Straight steps, and steps around a centre that is not quite the target's.
fn check<D: LogDensity>(
    density: &D,
    draw: fn(&mut ChaCha8Rng) -> Vec<f64>,
    step: f64,
    statistics: &[Statistic],
) {
    let variance: Vec<f64> = (0..density.dim()).map(|i| 1.0 + 0.5 * i as f64).collect();
    let metric = Metric::diagonal(&variance, density.dense_block());
    let around = metric.clone().with_centre(vec![0.3; density.dim()]);
    check_under(metric, density, draw, step, statistics);
    check_under(around, density, draw, step, statistics);
}

fn check_under<D: LogDensity>(
    metric: Metric,
    density: &D,
    draw: fn(&mut ChaCha8Rng) -> Vec<f64>,
    step: f64,
    statistics: &[Statistic],
) {
    let way = if metric.centre().is_some() { "around a centre" } else { "straight" };
    let mut nuts = Nuts::new(Hamiltonian::new(density, metric), 6);
    let mut rng = ChaCha8Rng::seed_from_u64(20_260_401);
    let mut sums = vec![(0.0, 0.0); statistics.len()];
    for _ in 0..REPETITIONS {
        nuts.set_position(&draw(&mut rng)).expect("finite where the target has mass");
        for _ in 0..TRANSITIONS {
            nuts.transition(&mut rng, step).expect("recoverable");
        }
        for ((sum, squares), (_, statistic, _)) in sums.iter_mut().zip(statistics) {
            let value = statistic(&nuts.current().q);
            *sum += value;
            *squares += value * value;
        }
    }
    let n = REPETITIONS as f64;
    for ((sum, squares), (name, _, want)) in sums.iter().zip(statistics) {
        let mean = sum / n;
        let z = (mean - want) / ((squares / n - mean * mean) / n).sqrt();
        assert!(z.abs() < LARGEST_Z, "{name} at step {step}, {way}: {mean} against {want}, z = {z:.1}");
    }
}

fn indicator(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

#[test]
fn correlated_normal_is_left_as_it_is() {
    let statistics: [Statistic; 5] = [
        ("x", |q| q[0], 0.0),
        ("x²", |q| q[0] * q[0], 1.0),
        ("y²", |q| q[1] * q[1], 4.0),
        ("xy", |q| q[0] * q[1], 1.8),
        // Φ(−1)
        ("x > 1", |q| indicator(q[0] > 1.0), 0.158_655_253_931_457_05),
    ];
    for step in [0.15, 0.5, 0.6] {
        check(&correlated_normal(2), draw_correlated_normal, step, &statistics);
    }
    check(&correlated_normal(0), draw_correlated_normal, 0.5, &statistics);
}

#[test]
fn funnel_is_left_as_it_is() {
    let statistics: [Statistic; 5] = [
        ("v", |q| q[0], 0.0),
        ("v²", |q| q[0] * q[0], 2.25),
        // Φ(−1), far down the neck where a step this long diverges
        ("v < −1.5", |q| indicator(q[0] < -1.5), 0.158_655_253_931_457_05),
        // Φ(1) − Φ(−1)
        ("|x| < e^{v/2}", |q| indicator(q[1] * q[1] < q[0].exp()), 0.682_689_492_137_085_9),
        ("x", |q| q[1].tanh(), 0.0),
    ];
    for step in [0.3, 1.2] {
        check(&funnel(), draw_funnel, step, &statistics);
    }
}

#[test]
fn student_is_left_as_it_is() {
    let statistics: [Statistic; 4] = [
        ("tanh x", |q| q[0].tanh(), 0.0),
        // Quartile of t₃, scipy.stats.t.ppf(.75, 3)
        ("|x| < quartile", |q| indicator(q[0].abs() < 0.764_892_328_404_345), 0.5),
        // scipy.stats.t.ppf(.95, 3)
        ("y > q95", |q| indicator(q[1] > 2.353_363_434_801_827), 0.05),
        ("all positive", |q| indicator(q.iter().all(|x| *x > 0.0)), 0.125),
    ];
    for step in [0.4, 2.5] {
        check(&student(), draw_student, step, &statistics);
    }
}

#[test]
fn trajectories_on_iid_normals_do_not_resonate() {
    // Independent oscillators of period 2π: half a period is a U-turn. A trajectory that has not turned
    // spans less than π, and doubles once more at most.
    let density = iid_normal(100, 0);
    for k in 1..=60 {
        let step = 0.02 * f64::from(k);
        let metric = Metric::diagonal(&[1.0; 100], 0);
        let mut nuts = Nuts::new(Hamiltonian::new(&density, metric), 10);
        let mut rng = ChaCha8Rng::seed_from_u64(k as u64);
        nuts.set_position(&super::targets::standard_normals(100, &mut rng)).expect("finite");
        for _ in 0..50 {
            let transition = nuts.transition(&mut rng, step).expect("finite");
            assert_eq!(transition.end, End::Turned);
            let span = f64::from(transition.leapfrogs) * step;
            // A tenth for the share of the hundred coordinates' phases that chance decides.
            let longest = 2.2 * std::f64::consts::PI + step;
            assert!(span < longest, "a trajectory of length {span} with step {step}");
        }
    }
}
