//! Time of one gradient of the log density, and of the arithmetic that it cannot do without.
//!
//! `cargo bench --bench gradient`. An element is a cell of the media tensor: geo × period × channel.
//! The floor is one logarithm, one exponential and one division an element, which a Hill curve
//! costs at least: in a plain loop on the standard library's functions (`libm`), and in one that vectorises
//! (`vector`, this crate's own functions on the widest registers, nothing but the curve stored). `Hill` is the
//! gradient's kernel, which also stores the logit and the derivative.

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use common::{SHAPES, market};
use mmm::config::FitConfig;
use mmm::model::{Density, Design};
use mmm::transform::math::{exp, ln};
use mmm::transform::saturation::{Hill, HillForward, Response};
use mmm::transform::simd::{InstructionSet, Kernel, dispatch};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Long enough to outlast a scheduler's time slice.
const BATCH: Duration = Duration::from_millis(40);
/// The fastest of so many batches is the one that was disturbed least.
const BATCHES: usize = 7;

fn main() {
    println!(
        "{:>14} {:>10} {:>6} {:>14} {:>12} {:>8} {:>8} {:>8}",
        "geo×week×ch", "elements", "dim", "gradient µs", "ns/element", "Hill", "vector", "libm"
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
        let per_element = 1e9 / elements as f64;
        println!(
            "{:>14} {elements:>10} {:>6} {:>14.1} {:>12.2} {:>8.2} {:>8.2} {:>8.2}",
            format!("{geos}×{weeks}×{channels}"),
            q.len(),
            1e6 * seconds,
            per_element * seconds,
            per_element * fastest(hill(elements)),
            per_element * fastest(vector(elements)),
            per_element * fastest(libm(elements)),
        );
    }
}

const SHAPE: Hill = Hill { ln_half_saturation: 0.2, slope: 1.3 };

fn adstocked(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.1 + (i % 97) as f64 / 50.0).collect()
}

/// The gradient's own kernel: curve, logit and derivative of `n` elements.
fn hill(n: usize) -> impl FnMut() {
    let (adstocked, set) = (adstocked(n), InstructionSet::detect());
    let (mut effect, mut logit, mut slope) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let tangent = vec![0.5; n];
    move || {
        let out = Response { effect: &mut effect, logit: &mut logit, by_parameter: &mut slope };
        let tangent = &tangent;
        dispatch(set, HillForward { hill: black_box(SHAPE), adstocked: &adstocked, tangent, out });
        black_box((&effect, &logit, &slope));
    }
}

/// Hill curves of `n` elements in vectors.
fn vector(n: usize) -> impl FnMut() {
    struct Curve<'a>(Hill, &'a [f64], &'a mut [f64]);
    impl Kernel for Curve<'_> {
        type Output = ();
        #[inline(always)]
        fn run<const FMA: bool>(self) {
            for (h, a) in self.2.iter_mut().zip(self.1) {
                *h = 1.0 / (1.0 + exp::<FMA>(self.0.slope * (self.0.ln_half_saturation - ln::<FMA>(*a))));
            }
        }
    }
    let (adstocked, set, mut effect) = (adstocked(n), InstructionSet::detect(), vec![0.0; n]);
    move || {
        dispatch(set, Curve(black_box(SHAPE), &adstocked, &mut effect));
        black_box(&effect);
    }
}

/// Hill curves of `n` elements, one by one.
fn libm(n: usize) -> impl FnMut() {
    let (adstocked, mut effect) = (adstocked(n), vec![0.0; n]);
    move || {
        let shape = black_box(SHAPE);
        for (h, a) in effect.iter_mut().zip(&adstocked) {
            *h = 1.0 / (1.0 + (shape.slope * (shape.ln_half_saturation - a.ln())).exp());
        }
        black_box(&effect);
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
