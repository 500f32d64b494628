//! Time of one gradient of the log density, and of the arithmetic that it cannot do without.
//!
//! `cargo bench --bench gradient`. An element is a cell of the media tensor: geo × period × channel.
//! The floor is one logarithm, one exponential and one division an element, which a Hill curve
//! costs at least, in a plain loop on the standard library's functions.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use mmm::config::FitConfig;
use mmm::data::{self, Dataset, LoadOptions};
use mmm::model::{Density, Design};
use mmm::simulate::{World, simulate};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Geos, weeks, channels.
const SHAPES: [[usize; 3]; 4] = [[1, 156, 5], [8, 156, 8], [40, 156, 6], [50, 208, 30]];
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

/// A simulated market of this shape, read as a user's file would be.
fn market([geos, weeks, channels]: [usize; 3]) -> Dataset {
    let world = World { geos, weeks, channels, seed: 1, ..World::default() };
    let simulation = simulate(&world).expect("the shape is in range");
    let (_, text) = simulation.files().find(|(name, _)| *name == "data.csv").expect("a market has data");
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(text.as_bytes()).expect("a temporary file can be written");
    let controls = simulation.controls().iter().map(|c| (*c).to_owned()).collect();
    let options = LoadOptions { controls, ..LoadOptions::default() };
    data::load(file.path(), &options).expect("simulated data load").0
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
