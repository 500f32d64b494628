//! Time of one gradient of the log density, and of the arithmetic that it cannot do without.
//!
//! `cargo bench --bench gradient`. An element is a cell of the media tensor: geo × period × channel.
//! The floor is one logarithm, one exponential and one division an element, which a Hill curve
//! costs at least, in a plain loop on the standard library's functions.

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use common::{SHAPES, market};
use mmm::config::FitConfig;
use mmm::model::{Density, Design};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Long enough to outlast a scheduler's time slice.
const BATCH: Duration = Duration::from_millis(40);
/// The fastest of so many batches is the one that was disturbed least.
const BATCHES: usize = 7;

fn main() {
    println!(
        "{:>14} {:>10} {:>6} {:>14} {:>12} {:>10}",
        "geo×week×ch", "elements", "dim", "gradient µs", "ns/element", "floor ns"
    );
    for shape in SHAPES {
        let [geos, weeks, channels] = shape;
        let elements = geos * weeks * channels;
        let dataset = market(shape);
        let design = Design::new(&dataset, &FitConfig::default()).expect("a simulated market can be scaled");
        let density = Density::new(design);
        let q = density.start(&mut ChaCha8Rng::seed_from_u64(1));
        let mut gradient = vec![0.0; q.len()];
        let mut state = density.state();
        let seconds = fastest(|| {
            let value = density.value_and_gradient(black_box(&q), &mut gradient, &mut state);
            black_box(value.expect("the start has a density"));
        });
        let floor = fastest(floor(elements)) / elements as f64;
        println!(
            "{:>14} {elements:>10} {:>6} {:>14.1} {:>12.2} {:>10.2}",
            format!("{geos}×{weeks}×{channels}"),
            q.len(),
            1e6 * seconds,
            1e9 * seconds / elements as f64,
            1e9 * floor
        );
    }
}

/// Hill curves of `n` elements, one by one.
fn floor(n: usize) -> impl FnMut() {
    let adstock: Vec<f64> = (0..n).map(|i| 0.1 + (i % 97) as f64 / 50.0).collect();
    let mut hill = vec![0.0; n];
    move || {
        let (slope, ln_half) = black_box((1.3, 0.2));
        for (h, a) in hill.iter_mut().zip(&adstock) {
            *h = 1.0 / (1.0 + (slope * (ln_half - a.ln())).exp());
        }
        black_box(&hill);
    }
}

/// Seconds of one call in the fastest batch.
fn fastest(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    call();
    let calls = (BATCH.as_secs_f64() / start.elapsed().as_secs_f64()).ceil().max(1.0) as usize;
    let batch = |_| {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        start.elapsed().as_secs_f64() / calls as f64
    };
    (0..BATCHES).map(batch).fold(f64::INFINITY, f64::min)
}
